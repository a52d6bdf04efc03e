//! The bytes of one record, and the hash that chains it to the one before. sled below is only an ordered map.
//!
//! All numbers are big-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | length of the payload |
//! | 4 | 1 | version of the format: 1 |
//! | 5 | 1 | kind |
//! | 6 | 2 | zero |
//! | 8 | 32 | chain: SHA-256 over the previous record's chain ‖ bytes 0–7 ‖ payload |
//! | 40 | … | payload |
//!
//! | kind | name | payload |
//! |---|---|---|
//! | 1 | head | JSON of [`SessionMeta`](crate::model::SessionMeta); always record 0 of a session |
//! | 2 | plain frame | see [`frame`](super::frame) |
//! | 3 | zstd frame | see [`frame`](super::frame) |
//! | 4 | keyframe | see [`frame`](super::frame) |
//! | 5 | seal | see [`seal`](super::seal); always the last record of a session |
//! | 6 | audit | as 7, without the key's id; not written any more |
//! | 7 | signed audit | id of the key (8) ‖ Ed25519 signature (64) ‖ JSON of [`AuditRecord`](crate::model::AuditRecord); see [`seal`](super::seal) |
//!
//! The chain before a session's first record is SHA-256 of `holdpoint session 1` ‖ the session's id; before the first audit
//! record it is SHA-256 of `holdpoint audit 1`. So no chain can be passed off as another.

use sha2::{Digest as _, Sha256};

use super::Error;
use crate::model::SessionId;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Head = 1,
    Plain = 2,
    Zstd = 3,
    Keyframe = 4,
    Seal = 5,
    Audit = 6,
    SignedAudit = 7,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Head,
            2 => Self::Plain,
            3 => Self::Zstd,
            4 => Self::Keyframe,
            5 => Self::Seal,
            6 => Self::Audit,
            7 => Self::SignedAudit,
            _ => return None,
        })
    }
}

/// The chain's value after the last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain(pub(super) [u8; 32]);

impl Chain {
    /// Before the first record of a session.
    pub(super) fn of_session(session: SessionId) -> Self {
        Self(Sha256::new().chain_update(b"holdpoint session 1").chain_update(session.as_bytes()).finalize().into())
    }

    /// Before the first audit record.
    pub(super) fn of_audit() -> Self {
        Self(Sha256::digest(b"holdpoint audit 1").into())
    }

    fn next(self, header: &[u8], payload: &[u8]) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(header).chain_update(payload).finalize().into())
    }

    /// In hex, for audit records and messages.
    pub(super) fn hex(self) -> String {
        hex(&self.0)
    }
}

/// A record being written: its payload grows behind room for the header.
#[derive(Debug)]
pub(super) struct Draft(Vec<u8>);

impl Draft {
    pub(super) fn with_capacity(payload: usize) -> Self {
        let mut bytes = Vec::with_capacity(PAYLOAD + payload);
        bytes.resize(PAYLOAD, 0);
        Self(bytes)
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Closes the record and moves the chain on.
    pub(super) fn close(mut self, kind: Kind, chain: &mut Chain) -> Result<Vec<u8>, Error> {
        let length = u32::try_from(self.0.len() - PAYLOAD)
            .map_err(|_| Error::Refused("a record has at most 4 GiB".to_owned()))?
            .to_be_bytes();
        let mut header = [0u8; CHAIN];
        for (to, from) in header.iter_mut().zip(length.into_iter().chain([VERSION, kind as u8, 0, 0])) {
            *to = from;
        }
        let (_, payload) = self.0.split_at(PAYLOAD);
        *chain = chain.next(&header, payload);
        for (to, from) in self.0.iter_mut().zip(header.into_iter().chain(chain.0)) {
            *to = from;
        }
        Ok(self.0)
    }
}

/// Opens a stored record: checks its form and its place in the chain, and moves the chain on.
pub(super) fn open<'a>(stored: &'a [u8], chain: &mut Chain) -> Result<(Kind, &'a [u8]), &'static str> {
    let mut fields = Fields(stored);
    let (length, version, kind) = (fields.u32(), fields.u8(), fields.u8());
    let zero = fields.take(2);
    let claimed = fields.take(32).ok_or("it is shorter than a header")?;
    let payload = fields.0;
    if length.and_then(|n| usize::try_from(n).ok()) != Some(payload.len()) {
        return Err("its length is not what its header says");
    }
    let next = chain.next(stored.get(..CHAIN).unwrap_or_default(), payload);
    if claimed != next.0 {
        return Err("its chain hash does not follow from the record before it");
    }
    if version != Some(VERSION) || zero != Some(&[0, 0]) {
        return Err("it is of a version that this program does not know");
    }
    let kind = kind.and_then(Kind::of).ok_or("it is of a kind that this program does not know")?;
    *chain = next;
    Ok((kind, payload))
}

/// A stored record's kind and payload, unchecked: for finding a place, never for believing what stands there.
pub(super) fn peek(stored: &[u8]) -> Option<(Kind, &[u8])> {
    let mut fields = Fields(stored);
    fields.take(5)?;
    let kind = Kind::of(fields.u8()?)?;
    Some((kind, stored.get(PAYLOAD..)?))
}

/// The chain hash that a stored record carries, unchecked: to go on where a chain ends.
pub(super) fn claimed(stored: &[u8]) -> Option<Chain> {
    let mut fields = Fields(stored);
    fields.take(CHAIN)?;
    fields.array().map(Chain)
}

/// Reads big-endian fields off the front of a slice; `None` when it is too short.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(front)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[b]: [u8; 1]| b)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// The format's version.
const VERSION: u8 = 1;
/// Where the chain hash stands, which is also how much of the header it covers.
const CHAIN: usize = 8;
/// Where the payload begins.
pub(super) const PAYLOAD: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: Kind, payload: &[u8], chain: &mut Chain) -> Vec<u8> {
        let mut draft = Draft::with_capacity(payload.len());
        draft.put(payload);
        draft.close(kind, chain).unwrap()
    }

    #[test]
    fn a_record_reads_back_and_both_sides_agree_on_the_chain() {
        let (mut written, mut read) = (Chain::of_audit(), Chain::of_audit());
        let one = record(Kind::Head, b"one", &mut written);
        let two = record(Kind::Audit, b"", &mut written);
        assert_eq!(open(&one, &mut read), Ok((Kind::Head, &b"one"[..])));
        assert_eq!(open(&two, &mut read), Ok((Kind::Audit, &b""[..])));
        assert_eq!(written, read);
    }

    #[test]
    fn given_any_single_bit_flipped_the_record_does_not_open() {
        let record = record(Kind::Plain, b"payload", &mut Chain::of_audit());
        for bit in 0..record.len() * 8 {
            let mut bad = record.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&bad, &mut Chain::of_audit()).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn given_a_record_out_of_its_place_it_does_not_open() {
        let mut chain = Chain::of_audit();
        let _one = record(Kind::Plain, b"one", &mut chain);
        let two = record(Kind::Plain, b"two", &mut chain);
        assert!(open(&two, &mut Chain::of_audit()).is_err());
    }

    #[test]
    fn given_less_than_a_header_it_is_an_error_and_no_panic() {
        for n in 0..PAYLOAD {
            assert!(open(&vec![0; n], &mut Chain::of_audit()).is_err());
        }
    }
}
