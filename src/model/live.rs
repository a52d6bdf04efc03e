//! The bastion as people list it: live sessions, waiting requests, recordings, its state in numbers.

use serde::{Deserialize, Serialize};

use super::request::HoldRequest;
use super::session::{SessionMeta, Size};
use super::text::Shown;
use super::time::Wall;

/// A live session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Its facts.
    pub meta: SessionMeta,
    /// What it does now.
    pub state: SessionState,
    /// The terminal's size now, if it has one.
    pub size: Option<Size>,
    /// The last commands, the newest last, at most 5.
    pub last: Vec<Shown>,
    /// What a rule last wanted people to know about its output.
    #[serde(default)]
    pub alert: Option<Shown>,
    /// When something last happened.
    pub active: Wall,
}

/// What a live session does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// It runs.
    Live,
    /// It waits at a hold point.
    Held,
    /// An approver paused it.
    Paused,
    /// Its engineer sees values in the clear.
    Clear,
}

impl SessionState {
    /// Glyph and word: no state is told by colour alone.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "● live",
            Self::Held => "‖ held",
            Self::Paused => "■ paused",
            Self::Clear => "◉ clear",
        }
    }
}

/// A waiting request, as this caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request.
    pub request: HoldRequest,
    /// Who has approved so far.
    pub approved_by: Vec<String>,
    /// `None`: the caller may decide. Otherwise why not, in one sentence (own request, not in a group, has voted).
    pub may_not: Option<String>,
}

/// A recorded session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRow {
    /// Its facts.
    pub meta: SessionMeta,
    /// How it stands.
    pub state: RecordingState,
    /// Its last event's time.
    pub ended: Option<Wall>,
    /// How many records its chain has.
    pub records: u64,
}

/// How a recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Still being written.
    Live,
    /// Ended and sealed.
    Sealed,
    /// Cut off; sealed when the bastion came back.
    Interrupted,
}

/// What verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Sessions whose chain was read.
    pub sessions: u64,
    /// Records read.
    pub records: u64,
    /// Faults, each a sentence that says which record of which chain is wrong, and how. Empty: all is well.
    pub faults: Vec<String>,
}

/// The bastion in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Version of the program.
    pub version: String,
    /// The bastion's name.
    pub bastion: String,
    /// Since when it serves.
    pub since: Wall,
    /// Address it listens on.
    pub listen: String,
    /// Live sessions.
    pub sessions: u64,
    /// Waiting requests.
    pub requests: u64,
    /// Memory in use (resident), in bytes; 0 where the system does not say.
    pub resident_bytes: u64,
    /// Bytes in the bounded queues of all sessions.
    pub queued_bytes: u64,
}

/// Why a person's act was refused; one exit code each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such session or request (exit 6).
    NoSuchThing,
    /// Policy or the rules of approval say no (exit 5).
    NotPermitted,
    /// It changed since it was shown, or has been decided (exit 1).
    Changed,
    /// The bastion could not (exit 1).
    Failed,
}

/// A refusal with its sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// Which kind.
    pub kind: Refusal,
    /// One sentence for a person: what, why, what to do.
    pub why: String,
}
