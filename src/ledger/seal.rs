//! Signatures: the seal at the end of a session's chain, and the signature of each audit record.
//!
//! A seal's payload (numbers big-endian):
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | number of records before the seal |
//! | 8 | 32 | chain of the last of them |
//! | 40 | 8 | time of the end, microseconds since 1970 |
//! | 48 | 1 | 0: ended; 1: interrupted |
//! | 49 | 64 | Ed25519 (RFC 8032) over `holdpoint seal 1` ‖ session id (10) ‖ bytes 0–48 |
//! | 113 | 8 | id of the key: the first bytes of SHA-256 over its public half; old seals end before it |
//!
//! **Rotation.** Whoever verifies has a list of trusted keys; a record says which of them signed it. A record of before keys had ids is tried with
//! all of them.
//!
//! An audit record is signed over `holdpoint audit 1` ‖ the chain before it ‖ its JSON. So nobody without the key can write a
//! bastion-wide chain that leaves a session out; what the last records' removal leaves behind is a shorter chain, which only a checkpoint
//! kept elsewhere shows.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use sha2::{Digest as _, Sha256};

use super::record::{Chain, Fields, Kind};
use crate::model::{SessionId, Wall};

/// Which key signed: the first bytes of SHA-256 over its public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyId(pub(super) [u8; 8]);

impl KeyId {
    pub(super) fn of(key: &VerifyingKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let mut id = [0; 8];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(id)
    }
}

/// How a chain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum End {
    /// The session said so.
    Finished = 0,
    /// It was cut off.
    Interrupted = 1,
}

/// The seal of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    /// Records before the seal.
    pub(super) records: u64,
    /// Chain of the last of them.
    pub(super) head: Chain,
    /// When the session ended, or its last event's time.
    pub(super) ended: Wall,
    /// How.
    pub(super) end: End,
    /// Over all of that and the session's id.
    pub(super) signature: [u8; 64],
    /// Whose signature it is, if the seal says.
    pub(super) key: Option<KeyId>,
}

impl Seal {
    /// Signs.
    pub(super) fn new(
        key: &SigningKey,
        session: SessionId,
        (records, head): (u64, Chain),
        ended: Wall,
        end: End,
    ) -> Self {
        let id = Some(KeyId::of(&key.verifying_key()));
        let mut seal = Self { records, head, ended, end, signature: [0; 64], key: id };
        seal.signature = key.sign(&seal.signed(session)).to_bytes();
        seal
    }

    /// The payload of its record.
    pub(super) fn payload(&self) -> Vec<u8> {
        let mut out = self.facts();
        out.extend_from_slice(&self.signature);
        out.extend(self.key.into_iter().flat_map(|id| id.0));
        out
    }

    /// Reads a payload.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        let seal = Self {
            records: fields.u64()?,
            head: Chain(fields.array()?),
            ended: Wall(fields.u64()?),
            end: match fields.u8()? {
                0 => End::Finished,
                1 => End::Interrupted,
                _ => return None,
            },
            signature: fields.array()?,
            key: if fields.0.is_empty() { None } else { Some(KeyId(fields.array()?)) },
        };
        fields.0.is_empty().then_some(seal)
    }

    /// Which of those keys signed it for that session.
    pub(super) fn signed_by(&self, keys: &[VerifyingKey], session: SessionId) -> Result<KeyId, Unsigned> {
        signed_by(keys, self.key, &self.signed(session), &self.signature)
    }

    fn facts(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(121);
        out.extend_from_slice(&self.records.to_be_bytes());
        out.extend_from_slice(&self.head.0);
        out.extend_from_slice(&self.ended.0.to_be_bytes());
        out.push(self.end as u8);
        out
    }

    fn signed(&self, session: SessionId) -> Vec<u8> {
        [b"holdpoint seal 1".as_slice(), session.as_bytes(), &self.facts()].concat()
    }
}

/// Signs an audit record that comes after `before`.
pub(super) fn sign_audit(key: &SigningKey, before: Chain, json: &[u8]) -> [u8; 64] {
    key.sign(&audit_message(before, json)).to_bytes()
}

/// The parts of an audit record's payload: who signed, the signature, the JSON.
pub(super) fn audit_parts(kind: Kind, payload: &[u8]) -> Option<(Option<KeyId>, [u8; 64], &[u8])> {
    let mut fields = Fields(payload);
    let key = match kind {
        Kind::SignedAudit => Some(KeyId(fields.array()?)),
        Kind::Audit => None,
        Kind::Head | Kind::Plain | Kind::Zstd | Kind::Keyframe | Kind::Seal => return None,
    };
    Some((key, fields.array()?, fields.0))
}

/// Which of those keys signed that audit record in that place.
pub(super) fn audit_signed_by(
    keys: &[VerifyingKey],
    key: Option<KeyId>,
    before: Chain,
    json: &[u8],
    signature: &[u8; 64],
) -> Result<KeyId, Unsigned> {
    signed_by(keys, key, &audit_message(before, json), signature)
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// It names a key that is not trusted.
    Stranger,
    /// It is not by the key that it names, or by none that is trusted.
    Wrong,
}

impl Unsigned {
    /// In words that follow the name of a record.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Stranger => {
                "it is signed by a key that is not trusted here (after a change of keys: keys/ledger_trusted)"
            }
            Self::Wrong => "its signature is not by the bastion's key",
        }
    }
}

fn audit_message(before: Chain, json: &[u8]) -> Vec<u8> {
    [b"holdpoint audit 1".as_slice(), &before.0, json].concat()
}

/// Strict verification, which refuses the malleable forms that RFC 8032 leaves open.
pub(super) fn signed_by(
    keys: &[VerifyingKey],
    id: Option<KeyId>,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<KeyId, Unsigned> {
    let signature = Signature::from_bytes(signature);
    let mut named =
        keys.iter().map(|key| (KeyId::of(key), key)).filter(|(own, _)| id.is_none_or(|id| id == *own)).peekable();
    if id.is_some() && named.peek().is_none() {
        return Err(Unsigned::Stranger);
    }
    named.find(|(_, key)| key.verify_strict(message, &signature).is_ok()).map(|(id, _)| id).ok_or(Unsigned::Wrong)
}
