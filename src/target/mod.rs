//! Where a session goes: local pty (`portable-pty`), remote ssh (`russh` client).
//!
//! Both kinds of target look the same from above: a lane of [`ToTarget`] in, and an [`Upstream`] with a bounded channel of
//! [`FromTarget`] out. Neither decides anything: opening one needs an [`Admission`], starting a command a [`Release`].
//!
//! | file | what |
//! |---|---|
//! | `lane.rs` | a queue counted in bytes |
//! | `local.rs` | a shell or a command on this machine, confined |
//! | `keeper.rs` | a helper process that must not outlive the bastion |
//! | `sandbox/` | how a local shell is confined |
//! | `integration/` | how a login shell gets our hooks |
//! | `gather.rs` | reading less often while a flood comes |
//! | `remote.rs` | a shell or a command on another machine, by a certificate that lives for seconds |
//!
//! [`Admission`]: crate::policy::permit::Admission
//! [`Release`]: crate::policy::permit::Release

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use crate::model::{ExitStatus, PtySize, Size, Stream};

mod gather;
mod integration;
pub mod keeper;
pub mod lane;
pub mod local;
pub mod remote;
pub mod sandbox;

pub use lane::{Lane, Meter, Overrun};

/// What a session sends to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToTarget {
    /// Bytes for standard input or the terminal.
    Data(Bytes),
    /// The terminal has a new size.
    Resize(Size),
    /// A signal by name, without `SIG` (RFC 4254 §6.9).
    Signal(String),
    /// No more input.
    Eof,
    /// End it: nothing follows.
    Close,
}

/// What a target sends to its session. Data and control keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromTarget {
    /// Bytes.
    Data(Stream, Bytes),
    /// No more output.
    Eof,
    /// The process ended. Output may still follow.
    Exit(ExitStatus),
    /// Nothing follows: the channel is closed.
    Closed,
    /// The connection broke; one sentence for the engineer.
    Broken(String),
}

/// A running shell or command on a target; its input comes from the lane it was started with. Dropping it ends it.
#[derive(Debug)]
pub struct Upstream {
    output: mpsc::Receiver<FromTarget>,
    /// What came behind bytes that were joined.
    behind: Option<FromTarget>,
    /// Ends the target's process and connection when dropped.
    _hold: Hold,
}

impl Upstream {
    pub(crate) const fn new(output: mpsc::Receiver<FromTarget>, hold: Hold) -> Self {
        Self { output, behind: None, _hold: hold }
    }

    /// What it answers next; `None`: nothing follows. Bytes of one stream that wait already come joined, [`JOINED`] at most or as many as
    /// came at once: what is done for each read is then done less often. Cancel safe.
    pub async fn next(&mut self) -> Option<FromTarget> {
        let first = match self.behind.take() {
            Some(item) => item,
            None => self.output.recv().await?,
        };
        let FromTarget::Data(stream, bytes) = first else { return Some(first) };
        let (mut length, mut more) = (bytes.len(), Vec::new());
        while length < JOINED {
            match self.output.try_recv() {
                Ok(FromTarget::Data(next, bytes)) if next == stream && length + bytes.len() <= JOINED => {
                    length += bytes.len();
                    more.push(bytes);
                }
                Ok(item) => {
                    self.behind = Some(item);
                    break;
                }
                Err(_) => break,
            }
        }
        if more.is_empty() {
            return Some(FromTarget::Data(stream, bytes));
        }
        let mut joined = BytesMut::with_capacity(length);
        std::iter::once(bytes).chain(more).for_each(|bytes| joined.extend_from_slice(&bytes));
        Some(FromTarget::Data(stream, joined.freeze()))
    }
}

/// Tasks and processes that end with their upstream.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    pub(crate) tasks: Vec<tokio::task::AbortHandle>,
    /// Held for what its drop does.
    pub(crate) _end: Option<local::EndProcess>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::AbortHandle::abort);
    }
}

/// What is to be started on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The command, or a login shell.
    pub command: Option<String>,
    /// The terminal, if there is one.
    pub pty: Option<PtySize>,
    /// Terminal modes as the client sent them: opcode and argument (RFC 4254 §8).
    pub modes: Vec<(u8, u32)>,
    /// What the marks of a login shell with our hooks are told by; `None` for one without them.
    pub hooks: Option<String>,
    /// Environment that passed the allow-list.
    pub env: Vec<(String, String)>,
}

/// Why a target could not be reached or used. The sentence goes to the engineer, so it names no secret.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// No connection.
    #[error("{target} does not answer at {address}: {why}; ask whoever runs the target, or try again")]
    Unreachable {
        /// Its name.
        target: String,
        /// Its address.
        address: String,
        /// What the system said.
        why: String,
    },
    /// Its host key is not the pinned one.
    #[error(
        "{target} shows the host key {shown}, which is not pinned in the configuration: the connection was refused, because it may be another machine"
    )]
    HostKey {
        /// Its name.
        target: String,
        /// Fingerprint of what it showed.
        shown: String,
    },
    /// It refused the certificate.
    #[error(
        "{target} refuses the certificate for {login}: it must trust the bastion's user CA (TrustedUserCAKeys), allow the principal {login}, and have the right time"
    )]
    Refused {
        /// Its name.
        target: String,
        /// The login.
        login: String,
    },
    /// The protocol failed later.
    #[error("the connection to {target} failed: {why}")]
    Protocol {
        /// Its name.
        target: String,
        /// What happened.
        why: String,
    },
    /// The local process could not be started.
    #[error("the shell of {target} could not be started: {why}")]
    Spawn {
        /// Its name.
        target: String,
        /// What happened.
        why: String,
    },
}

/// A lane towards a target. It has no hard limit: the session takes nothing from its client while this has no room.
#[must_use]
pub fn input() -> Lane<ToTarget> {
    Lane::new(TO_TARGET, usize::MAX, vec![])
}

/// Bytes towards the target that a session may queue before its client has to wait.
const TO_TARGET: usize = 256 << 10;

/// Bytes that are given to a session at once, where so many wait.
pub const JOINED: usize = 64 << 10;

/// Messages from the target that wait for the engine; at 32 KiB each this is half a mebibyte.
pub(crate) const FROM_TARGET: usize = 16;
