//! Exit codes, in one place. What is left of the road (a broken pipe) is not an error.

use std::process::ExitCode;

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Ok = 0,
    /// No; nothing found; a check found faults.
    No = 1,
    /// The command line is wrong (clap's own code).
    Usage = 2,
    /// The configuration is wrong.
    Config = 3,
    /// No broker answers on the control socket.
    NoBroker = 4,
    /// Not permitted.
    NotPermitted = 5,
    /// No such session, request or file.
    NoSuchThing = 6,
    /// A record was altered.
    Integrity = 7,
    /// It took too long.
    TimedOut = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
