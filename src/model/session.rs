//! A session: one channel of one connection, from admission to its end.

use std::fmt;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::id::SessionId;
use super::time::Wall;
use super::who::{Place, Principal};

/// The size of a terminal, clamped so that no peer can make a screen model allocate without bound
/// (a 65535 × 65535 grid aborts the process). How many pixels it has is known to a live session and stands in no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u16, u16)", into = "(u16, u16)")]
pub struct Size {
    cols: u16,
    rows: u16,
    /// Width and height; 0: not known.
    pixels: (u16, u16),
}

impl Size {
    /// Narrowest to widest, in columns.
    pub const COLS: std::ops::RangeInclusive<u16> = 2..=500;
    /// Lowest to highest, in rows.
    pub const ROWS: std::ops::RangeInclusive<u16> = 1..=300;

    /// A size within the bounds; zero (RFC 4254 §6.2 allows it) becomes 80 × 24.
    #[must_use]
    pub fn new(cols: u32, rows: u32) -> Self {
        let clamp = |v: u32, range: std::ops::RangeInclusive<u16>, zero: u16| {
            let v = if v == 0 { zero } else { u16::try_from(v).unwrap_or(u16::MAX) };
            v.clamp(*range.start(), *range.end())
        };
        Self { cols: clamp(cols, Self::COLS, 80), rows: clamp(rows, Self::ROWS, 24), pixels: (0, 0) }
    }

    /// The same with its width and height in pixels (RFC 4254 §6.2); 0: not known.
    #[must_use]
    pub fn with_pixels(self, width: u32, height: u32) -> Self {
        let clamp = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        Self { pixels: (clamp(width), clamp(height)), ..self }
    }

    /// Width and height in pixels; 0: not known.
    #[must_use]
    pub const fn pixels(self) -> (u16, u16) {
        self.pixels
    }

    /// Width and height of a cell in pixels, rounded down: what lies around the cells may be counted among the terminal's pixels.
    /// `None`: not known.
    #[must_use]
    pub fn cell(self) -> Option<(u16, u16)> {
        let (width, height) = (self.pixels.0 / self.cols, self.pixels.1 / self.rows);
        (width > 0 && height > 0).then_some((width, height))
    }

    /// Columns, at least 2.
    #[must_use]
    pub const fn cols(self) -> u16 {
        self.cols
    }

    /// Rows, at least 1.
    #[must_use]
    pub const fn rows(self) -> u16 {
        self.rows
    }

    /// `(rows, cols)` as `vt100` wants them.
    #[must_use]
    pub fn nonzero(self) -> (NonZeroU16, NonZeroU16) {
        (NonZeroU16::new(self.rows).unwrap_or(NonZeroU16::MIN), NonZeroU16::new(self.cols).unwrap_or(NonZeroU16::MIN))
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { cols: 80, rows: 24, pixels: (0, 0) }
    }
}

impl From<(u16, u16)> for Size {
    fn from((cols, rows): (u16, u16)) -> Self {
        Self::new(cols.into(), rows.into())
    }
}

impl From<Size> for (u16, u16) {
    fn from(s: Size) -> Self {
        (s.cols, s.rows)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.cols, self.rows)
    }
}

/// What a client asked for on its channel, once it is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ChannelKind {
    /// An interactive shell.
    Shell,
    /// One command.
    Exec {
        /// Its text, as sent.
        command: String,
    },
}

/// A pseudo-terminal as the client described it (RFC 4254 §6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PtySize {
    /// `TERM`.
    pub term: String,
    /// Columns and rows.
    pub size: Size,
}

/// The facts of a session that never change after its start; the first record of its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMeta {
    /// Its id.
    pub id: SessionId,
    /// Who, from where.
    pub who: Principal,
    /// To what, as whom.
    pub place: Place,
    /// Shell or exec.
    pub channel: ChannelKind,
    /// The terminal, if one was asked for.
    pub pty: Option<PtySize>,
    /// When it was admitted.
    pub started: Wall,
}

/// The certificate of a session, as the target's own log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// Its serial.
    pub serial: u64,
    /// Its key id.
    pub key_id: String,
    /// SHA256 fingerprint of the session's key.
    pub fingerprint: String,
    /// Not valid before.
    pub valid_after: Wall,
    /// Not valid after.
    pub valid_before: Wall,
}

/// Which of a process's output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output, or the terminal.
    Stdout,
    /// Standard error (SSH extended data 1).
    Stderr,
}

/// How the target's process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "exit", rename_all = "lowercase")]
pub enum ExitStatus {
    /// With a status.
    Code {
        /// 0–255 on every system we know.
        code: u32,
    },
    /// By a signal (RFC 4254 §6.10).
    Signal {
        /// Without `SIG`.
        name: String,
        /// Whether it left a core.
        core_dumped: bool,
    },
}

/// Why a session ended. The sentence goes to the engineer, the word to the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum CloseReason {
    /// The target's process ended.
    Exited(ExitStatus),
    /// The client went away.
    ClientGone,
    /// The connection to the target broke.
    TargetGone,
    /// An approver ended it.
    Terminated {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// It reached its longest lifetime.
    Expired,
    /// The record could not be written.
    RecorderFailed,
    /// Policy denied it at the start (exec).
    Denied,
    /// The hold on an exec timed out.
    HoldTimedOut,
    /// The bastion is shutting down.
    Shutdown,
    /// The engine met something it cannot go on from.
    Fault {
        /// What.
        what: String,
    },
}
