//! How a verb ends: exit codes in one place, and failures that say what happened and what to do.

use std::io;
use std::process::ExitCode;

use crate::api::{ClientError, IdentityError};
use crate::model::{Refusal, Refused};

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked. A reader of our output who has seen enough (a broken pipe) is no failure either.
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

/// What a verb comes back with.
pub type Done = Result<Exit, Failure>;

/// A verb that did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    why: String,
}

impl Failure {
    /// `why` says what happened, why, and what to do; it needs no full stop.
    pub fn new(exit: Exit, why: impl Into<String>) -> Self {
        Self { exit, why: why.into() }
    }

    /// The exit code it ends with.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// The sentence for stderr; empty when there is nothing to say.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// Output that could not be written. A closed pipe means that the reader has seen enough.
impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Ok, ""),
            _ => Self::new(Exit::No, format!("cannot write the output: {e}")),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let exit = match refused.kind {
            Refusal::NoSuchThing => Exit::NoSuchThing,
            Refusal::NotPermitted => Exit::NotPermitted,
            Refusal::Changed | Refusal::Failed => Exit::No,
        };
        Self::new(exit, refused.why)
    }
}

impl From<ClientError> for Failure {
    fn from(e: ClientError) -> Self {
        let exit = match &e {
            ClientError::NoBroker { .. } => Exit::NoBroker,
            ClientError::Goodbye(_) | ClientError::Identity(_) => Exit::NotPermitted,
            ClientError::Closed | ClientError::Version { .. } | ClientError::Unexpected(_) | ClientError::Broken(_) => {
                Exit::No
            }
        };
        Self::new(exit, e.to_string())
    }
}

impl From<IdentityError> for Failure {
    fn from(e: IdentityError) -> Self {
        let exit = match &e {
            IdentityError::Unreadable { .. } => Exit::NoSuchThing,
            IdentityError::OpenToOthers(_)
            | IdentityError::NoKey(_)
            | IdentityError::Encrypted(_)
            | IdentityError::Agent { .. }
            | IdentityError::NoChallenge
            | IdentityError::CannotSign(_) => Exit::NotPermitted,
        };
        Self::new(exit, e.to_string())
    }
}
