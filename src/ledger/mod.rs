//! Append-only hash-chained store of sessions and audit events (`sled`).
//!
//! ```text
//! Ledger::open ─▶ begin ─▶ Recorder: append … keyframe … append ─▶ finish      (seals the chain, anchors the seal)
//!        │                     └─ durable(): the highest Seq that is on disk   (law 3: written before done)
//!        ├─▶ audit(event)      one record of the bastion-wide chain, durable when it returns
//!        ├─▶ keep(checkpoint)  what was made of that chain up to a place, so that the next start reads what came since
//!        └─▶ reader() ─▶ recordings, events, audit, verify
//! ```
//!
//! There is one writer. Every handle sends to it through a bounded queue, so a slow disk is backpressure on the sessions. A thread
//! turns it, and on a quick disk whoever appended what must be on disk. When the disk fails, or a turn breaks off, it stops for good and
//! every handle answers with [`Error::Failed`]: no session can go on unrecorded by mistake.

mod book;
mod checkpoint;
mod day;
mod frame;
mod journal;
mod read;
mod record;
mod seal;
mod store;
mod verify;
mod write;
mod writer;

pub use checkpoint::{Checkpoint, Place};
/// Whose signatures verification accepts.
pub use ed25519_dalek::VerifyingKey as SealKey;
pub use read::{Events, Keyframe, Reader};
pub use write::{Interrupted, Ledger, Options, Recorder};

use crate::model::SessionId;

/// What can go wrong in the ledger.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Another process has it open.
    #[error("the ledger {dir} is held by {holder}: stop that process, or ask it through its control socket")]
    Held {
        /// The directory.
        dir: String,
        /// What the lock file says about the holder.
        holder: String,
    },
    /// The disk, or sled on it, failed. The writer does not go on after that.
    #[error("the ledger cannot be {doing}: {why}")]
    Failed {
        /// "opened", "written", "read".
        doing: &'static str,
        /// What the system said.
        why: String,
    },
    /// A record is not what was written.
    #[error("the record is damaged: {0}; run `holdpoint verify --all`")]
    Damaged(String),
    /// No recording has that id.
    #[error("no recording '{0}': list them with `holdpoint sessions --recorded`")]
    NoSuchSession(String),
    /// The prefix fits several recordings.
    #[error("'{prefix}' is the beginning of {first} and of {second}: type more of it")]
    Ambiguous {
        /// What was typed.
        prefix: String,
        /// One of them.
        first: SessionId,
        /// Another.
        second: SessionId,
    },
    /// The caller broke the contract of [`Recorder::append`].
    #[error("event refused: {0}")]
    Refused(String),
    /// The permit is for another session.
    #[error("the permit is for session {permitted}, not for {asked}")]
    NotPermitted {
        /// The permit's session.
        permitted: SessionId,
        /// The session asked for.
        asked: SessionId,
    },
}

fn failed(doing: &'static str, why: &dyn std::fmt::Display) -> Error {
    Error::Failed { doing, why: why.to_string() }
}

/// Longest event and longest keyframe, in bytes: what the control socket takes in one line, too.
const MAX_EVENT: usize = 4 << 20;
