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
//!
//! An audit record is signed over `holdpoint audit 1` ‖ the chain before it ‖ its JSON. So nobody without the key can write a
//! bastion-wide chain that leaves a session out; what the last records' removal leaves behind is a shorter chain, which only a checkpoint
//! kept elsewhere shows.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::record::{Chain, Fields};
use crate::model::{SessionId, Wall};

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
        let mut seal = Self { records, head, ended, end, signature: [0; 64] };
        seal.signature = key.sign(&seal.signed(session)).to_bytes();
        seal
    }

    /// The payload of its record.
    pub(super) fn payload(&self) -> Vec<u8> {
        let mut out = self.facts();
        out.extend_from_slice(&self.signature);
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
        };
        fields.0.is_empty().then_some(seal)
    }

    /// Whether one of those keys signed it for that session.
    pub(super) fn is_signed_by(&self, keys: &[VerifyingKey], session: SessionId) -> bool {
        signed_by(keys, &self.signed(session), &self.signature)
    }

    fn facts(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(113);
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

/// Whether one of those keys signed that audit record in that place.
pub(super) fn audit_signed_by(keys: &[VerifyingKey], before: Chain, json: &[u8], signature: &[u8; 64]) -> bool {
    signed_by(keys, &audit_message(before, json), signature)
}

fn audit_message(before: Chain, json: &[u8]) -> Vec<u8> {
    [b"holdpoint audit 1".as_slice(), &before.0, json].concat()
}

/// Strict verification, which refuses the malleable forms that RFC 8032 leaves open.
fn signed_by(keys: &[VerifyingKey], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = Signature::from_bytes(signature);
    keys.iter().any(|key| key.verify_strict(message, &signature).is_ok())
}
