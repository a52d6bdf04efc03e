//! What was made of the bastion-wide chain up to a place, kept so that the next start reads only what came since.
//!
//! The file `checkpoint` beside the database, numbers big-endian:
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | id of the key that signed |
//! | 8 | 64 | Ed25519 over `holdpoint checkpoint 1` ‖ bytes 72… |
//! | 72 | 8 | number of records that it was made of |
//! | 80 | 32 | chain of the last of them |
//! | 112 | … | the state: JSON, which is the caller's own |
//!
//! It can be removed: the chain is read whole then. It is believed only where a trusted key signed it and the chain still has its last record, so
//! a chain that was cut before it or rewritten is found without being read.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::record::{self, Chain, Fields};
use super::seal::{self, KeyId};
use super::store::Store;
use super::{Error, failed};
use crate::model::Seq;

/// A place in the bastion-wide chain: behind that many records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub(super) next: Seq,
    pub(super) chain: Chain,
}

impl Place {
    /// Before the first record.
    #[must_use]
    pub fn first() -> Self {
        Self { next: 0, chain: Chain::of_audit() }
    }

    /// How many records are before it.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.next
    }

    /// That the chain does not lead here, in words.
    pub(super) fn missed(&self) -> String {
        let next = self.next;
        format!(
            "the audit chain is not the one that was kept in the checkpoint at record {next}: it was cut or rewritten"
        )
    }
}

/// A state and the place in the chain up to which it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Behind the last record that is in it.
    pub place: Place,
    /// What was made of them.
    pub(super) state: Vec<u8>,
}

impl Checkpoint {
    /// That state at that place.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(place: Place, state: &impl Serialize) -> Result<Self, Error> {
        Ok(Self { place, state: serde_json::to_vec(state).map_err(|e| failed("written", &e))? })
    }

    /// The state; `None` if it is not of that form, as after a change of the program.
    #[must_use]
    pub fn state<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.state).ok()
    }

    /// Itself, if the chain still leads to its place.
    pub(super) fn met(self, store: &Store) -> Result<Self, Error> {
        let Some(last) = self.place.next.checked_sub(1) else { return Ok(self) };
        let get = |seq: Seq| store.audit.get(seq.to_be_bytes()).map_err(|e| failed("read", &e));
        let before = match last.checked_sub(1) {
            None => Some(Chain::of_audit()),
            Some(before) => get(before)?.and_then(|stored| record::claimed(&stored)),
        };
        // The hash of the last record covers the one that it says came before it.
        let met = before
            .zip(get(last)?)
            .is_some_and(|(mut chain, stored)| record::open(&stored, &mut chain).is_ok() && chain == self.place.chain);
        if met { Ok(self) } else { Err(Error::Damaged(self.place.missed())) }
    }
}

/// The kept checkpoint, if there is one; or why it proves nothing.
pub(super) fn read(store: &Store, keys: &[VerifyingKey]) -> Result<Option<Checkpoint>, &'static str> {
    let bytes = match fs::read(store.checkpoint_path()) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err("it cannot be read"),
    };
    let mut fields = Fields(&bytes);
    let head = fields.array().map(KeyId).zip(fields.array::<64>());
    let (key, signature) = head.ok_or("it is shorter than its head")?;
    seal::signed_by(keys, Some(key), &message(fields.0), &signature).map_err(seal::Unsigned::words)?;
    let place = fields.u64().zip(fields.array());
    let (next, chain) = place.ok_or("it is shorter than its head")?;
    Ok(Some(Checkpoint { place: Place { next, chain: Chain(chain) }, state: fields.0.to_vec() }))
}

/// Signs and keeps it in place of the one before; it is on disk when this returns.
pub(super) fn keep(store: &Store, key: &SigningKey, kept: &Checkpoint) -> Result<(), Error> {
    let body = [&kept.place.next.to_be_bytes()[..], &kept.place.chain.0, &kept.state].concat();
    let signature = key.sign(&message(&body)).to_bytes();
    let bytes = [&KeyId::of(&key.verifying_key()).0[..], &signature, &body].concat();
    let (path, draft) = (store.checkpoint_path(), store.checkpoint_path().with_extension("new"));
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    };
    write().map_err(|e| failed("written", &e))
}

fn message(body: &[u8]) -> Vec<u8> {
    [b"holdpoint checkpoint 1".as_slice(), body].concat()
}
