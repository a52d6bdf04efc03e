//! The reading side. Everything here blocks on the disk: call it from `spawn_blocking`.

use std::path::Path;

use bytes::Bytes;
use ed25519_dalek::VerifyingKey;

use super::Error;
use crate::model::{AuditRecord, EventRecord, RecordingRow, Seq, SessionId, Size, VerifyReport, Wall};
use crate::policy::permit::Viewing;

/// A picture of the screen inside a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyframe {
    /// The first event that is not in the picture.
    pub next: Seq,
    /// When it was taken.
    pub at: Wall,
    /// The screen's size.
    pub size: Size,
    /// What a fresh screen model is fed.
    pub state: Bytes,
}

/// Reads the ledger. A clone is another handle.
#[derive(Debug, Clone)]
pub struct Reader {}

impl Reader {
    /// Opens a ledger that no broker holds. Nothing is recovered, sealed or appended. `key` is whose signatures verification
    /// accepts; without it, the key that lies beside the store.
    ///
    /// # Errors
    /// [`Error::Held`] when a process has it; [`Error::Failed`] when it cannot be read.
    pub fn offline(_dir: &Path, _key: Option<VerifyingKey>) -> Result<Self, Error> {
        Err(Error::Failed { doing: "opened", why: String::new() })
    }

    /// The recordings, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Damaged`].
    pub fn recordings(&self, _limit: usize) -> Result<Vec<RecordingRow>, Error> {
        Ok(Vec::new())
    }

    /// One recording's row.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn recording(&self, session: SessionId) -> Result<RecordingRow, Error> {
        Err(Error::NoSuchSession(session.to_string()))
    }

    /// The recording whose id begins with that text.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Ambiguous`], [`Error::Failed`].
    pub fn find(&self, prefix: &str) -> Result<SessionId, Error> {
        Err(Error::NoSuchSession(prefix.to_owned()))
    }

    /// The events of the session that the permit is for, in order. Each chunk's chain is checked on the way.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`].
    pub fn events(&self, viewing: &Viewing) -> Result<Events, Error> {
        Err(Error::NoSuchSession(viewing.session().to_string()))
    }

    /// The pictures of the screen in the session that the permit is for, in order.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn keyframes(&self, viewing: &Viewing) -> Result<Vec<Keyframe>, Error> {
        Err(Error::NoSuchSession(viewing.session().to_string()))
    }

    /// Records of the bastion-wide chain from a place on, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Damaged`].
    pub fn audit(&self, _from: Seq, _limit: usize) -> Result<Vec<AuditRecord>, Error> {
        Ok(Vec::new())
    }

    /// Reads one session's chain, or with `None` everything, and reports every fault.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`]; [`Error::Failed`] when it cannot be read at all. What was altered is no error but a fault in the report.
    pub fn verify(&self, session: Option<SessionId>) -> Result<VerifyReport, Error> {
        session.map_or_else(|| Ok(VerifyReport::default()), |id| Err(Error::NoSuchSession(id.to_string())))
    }
}

/// The events of one recording.
#[derive(Debug)]
pub struct Events {}

impl Iterator for Events {
    type Item = Result<EventRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}
