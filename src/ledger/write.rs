//! The writing side: handles that send to the one writer thread.

use std::path::Path;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use tokio::sync::watch;

use super::{Error, Reader};
use crate::model::{AuditEvent, AuditRecord, EventRecord, Seq, SessionId, SessionMeta, Size, Wall};

/// Settings of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes of sled's page cache, for each open day. Small, because recordings are written once and read rarely.
    pub cache_bytes: u64,
    /// Uncompressed bytes at which a frame is closed, 32 KiB to 64 KiB.
    pub frame_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 8 << 20, frame_bytes: 64 << 10 }
    }
}

/// A session that was found open at start-up, now sealed as interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Which.
    pub session: SessionId,
    /// The records that were saved.
    pub records: u64,
    /// The last event that was saved, if any was.
    pub last: Option<Seq>,
}

/// The open ledger. A clone is another handle to the same one.
#[derive(Debug, Clone)]
pub struct Ledger {}

impl Ledger {
    /// Opens (or makes) the ledger in `dir`, takes its lock, and seals as interrupted what was left open. Blocks on the disk.
    ///
    /// # Errors
    /// [`Error::Held`] when another process has it; [`Error::Failed`] when the disk fails; [`Error::Damaged`] when the
    /// audit chain's end cannot be read.
    pub fn open(
        _dir: &Path,
        _options: &Options,
        _key: SigningKey,
        _now: Wall,
    ) -> Result<(Self, Vec<Interrupted>), Error> {
        Err(NOT_YET)
    }

    /// Begins the chain of a session: its facts are the first record, and `SessionStarted` goes to the audit chain (do not
    /// audit it again). Both are on disk before the session's first event is.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn begin(&self, _meta: &SessionMeta, _now: Wall) -> Result<Recorder, Error> {
        Err(NOT_YET)
    }

    /// Appends to the bastion-wide chain. It is on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn audit(&self, _event: AuditEvent, _now: Wall) -> Result<AuditRecord, Error> {
        Err(NOT_YET)
    }

    /// The reading side. Its methods block on the disk.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader {}
    }

    /// Why the ledger cannot write any more, if so.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        None
    }

    /// Writes what is queued, seals as interrupted what is still open, and stops the writer. Handles that are left answer
    /// with [`Error::Failed`].
    ///
    /// # Errors
    /// [`Error::Failed`] when something could not be written.
    pub async fn close(&self) -> Result<(), Error> {
        Err(NOT_YET)
    }
}

/// The writing end of one session's chain. Dropping it without [`Recorder::finish`] seals the session as interrupted.
#[derive(Debug)]
pub struct Recorder {
    durable: watch::Receiver<Option<Seq>>,
}

impl Recorder {
    /// Appends the next event (`seq` counts up from 0 without holes). Waits while 1 MiB of this session is queued.
    ///
    /// # Errors
    /// [`Error::Refused`] for an event out of order or over 4 MiB; [`Error::Failed`] when the ledger cannot write any more.
    pub async fn append(&mut self, _event: EventRecord) -> Result<(), Error> {
        Err(NOT_YET)
    }

    /// Appends a picture of the screen as it is after the events appended so far, so that seeking need not play from the
    /// start. `state` is what a fresh screen model of `size` is fed.
    ///
    /// # Errors
    /// As [`Recorder::append`].
    pub async fn keyframe(&mut self, _at: Wall, _size: Size, _state: Bytes) -> Result<(), Error> {
        Err(NOT_YET)
    }

    /// The highest event that is on disk (`None`: not one yet). The sender goes away when the ledger cannot write any more:
    /// then `changed()` fails, and the session must stop.
    #[must_use]
    pub fn durable(&self) -> watch::Receiver<Option<Seq>> {
        self.durable.clone()
    }

    /// Bytes of this session that wait for the writer; at most 1 MiB.
    #[must_use]
    pub fn queued_bytes(&self) -> u64 {
        0
    }

    /// Seals the chain. It is on disk and anchored in the audit chain when this returns.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn finish(self, _now: Wall) -> Result<(), Error> {
        Err(NOT_YET)
    }
}

const NOT_YET: Error = Error::Failed { doing: "opened", why: String::new() };
