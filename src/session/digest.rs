//! What an approval is bound to, and ids out of a seed.

use sha2::{Digest as _, Sha256};

use crate::model::{Digest, Place, RequestId, SessionId};

/// SHA-256 over session, target, login and every line that may be meant, each with its length before it, so that no two
/// different sets of fields give the same bytes.
#[must_use]
pub fn command_digest<'a>(session: SessionId, place: &Place, lines: impl IntoIterator<Item = &'a str>) -> Digest {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    field(b"holdpoint command 1");
    field(session.as_bytes());
    field(place.target.as_bytes());
    field(place.login.as_bytes());
    lines.into_iter().for_each(|line| field(line.as_bytes()));
    Digest(hash.finalize().into())
}

/// Draws request ids out of a seed: as hard to guess as the seed, and the same in every run of a test.
#[derive(Debug)]
pub(super) struct Ids {
    seed: [u8; 32],
    drawn: u64,
}

impl Ids {
    pub(super) const fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// What the marks of this session are told by.
    pub(super) fn nonce(&self) -> String {
        let hash: [u8; 32] = Sha256::new().chain_update(self.seed).chain_update(b"marks").finalize().into();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn request(&mut self) -> RequestId {
        self.drawn += 1;
        let hash: [u8; 32] =
            Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize().into();
        let [a, b, c, d, e, ..] = hash;
        RequestId::from_bytes([a, b, c, d, e])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_bound_to_the_session_the_place_and_each_line() {
        let place = |target: &str, login: &str| Place {
            target: target.into(),
            login: login.into(),
            labels: std::collections::BTreeMap::default(),
        };
        let (one, two) = (SessionId::from_bytes([1; 10]), SessionId::from_bytes([2; 10]));
        let all = [
            command_digest(one, &place("a", "b"), ["x", "y"]),
            command_digest(two, &place("a", "b"), ["x", "y"]),
            command_digest(one, &place("ab", ""), ["x", "y"]),
            command_digest(one, &place("a", "b"), ["xy"]),
            command_digest(one, &place("a", "b"), ["x", "y", ""]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
