//! THE ENGINE: bytes and time in; bytes, events and asks out.
//!
//! One [`Engine`] a session. It touches nothing: no clock, no socket, no disk, no randomness but the seed it was given. Whoever
//! drives it (`broker/drive.rs` is the only one) obeys one law:
//!
//! ```text
//! engine.handle(input, now);
//! while let Some(output) = engine.poll() { do it, in order }     // drain fully before the next input
//! sleep until engine.wake_at() at the latest, then handle(Input::Tick, now)
//! ```
//!
//! # The gate of one line
//!
//! ```text
//!            commit byte                    echo settled                 allowed, or a grant covers it
//!   Open ───────────────▶ Settling ───────────────────▶ (judged) ─────────────────────────▶ Recording
//!    ▲                                                   │     │                               │ Recorded(seq)
//!    │                                         denied    │     │ held                          ▼
//!    │◀───────────── Clearing ◀──────────────────────────┘     ▼          approved     the commit byte is sent
//!    │  line is empty   ▲                                     Held ───────────────────▶ Recording, or
//!    │                  └──────────── denied, expired ─────────┘                        Clearing if the line changed
//!    └───────────────── withdrawn (Ctrl-C is sent)
//! ```
//!
//! | file | what |
//! |---|---|
//! | `engine.rs` | inputs → the right part; lifetime, pause, close |
//! | `gate.rs` | the states above |
//! | `follow.rs` | keys behind a committed line, and keys that are more than they look |
//! | `held.rs` | a line that somebody has to decide on |
//! | `read.rs` | the line as it stands, from what the witnesses say |
//! | `clear.rs` | a line is taken back |
//! | `witness.rs` | the shell itself, where it has our hooks: asked for its line, or told to run just that one |
//! | `bar.rs` | the bar while something waits |
//! | `judge.rs` | a reading → effects → a verdict, the worst of what may be meant |
//! | `mode.rs` | what reads the keys: a shell, a console with a language of its own, a pager, an editor |
//! | `display.rs` | the target's true screen, the client's view of it, masking, the bar |
//! | `menu.rs` | the menu that the bastion key opens |
//! | `ask.rs` | a request to see something |
//! | `output.rs` | what was found in a command's output, and what policy makes of it |
//! | `reveal.rs` | values in the clear on one terminal, for a time |
//! | `masking.rs` | what of the target's output the client gets: as it came, masked, or rendered |
//! | `screening.rs` | a screen as the matcher reads it |
//! | `streams.rs` | the output of a command without a terminal |
//! | `exec.rs` | a command without a line editor |
//! | `unseen.rs` | what nobody can see in a line: files on the target that it runs |
//! | `place.rs` | where on the client's screen the session begins |
//! | `words.rs` | every sentence that an engineer reads |

mod ask;
mod bar;
mod begun;
mod clear;
mod digest;
mod display;
mod engine;
mod exec;
mod follow;
mod gate;
mod held;
mod images;
mod judge;
mod masking;
mod menu;
mod mode;
mod output;
mod place;
mod read;
mod reveal;
mod screening;
mod streams;
mod unseen;
mod witness;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;

use crate::model::{
    Admitted, CloseReason, EventRecord, ExitStatus, Grant, GrantId, HoldRequest, RequestId, Ruling, Seq, Shown, Size,
    Stream,
};
use crate::policy::permit::Release;
use crate::privacy;

pub use digest::command_digest;
pub use display::Display;
pub use engine::Engine;

/// What a session is told.
#[derive(Debug)]
pub enum Input<'a> {
    /// The record of the session is open: begin.
    Begin,
    /// The client sent bytes.
    FromClient(&'a [u8]),
    /// The target sent bytes.
    FromTarget(Stream, Bytes),
    /// The client's terminal has a new size.
    Resized(Size),
    /// The client sent a signal, by name without `SIG`.
    Signal(&'a str),
    /// The client sends no more.
    ClientEof,
    /// The client went away.
    ClientGone,
    /// The certificate for the target was issued.
    Certified(Admitted),
    /// The target's process ended.
    TargetExit(ExitStatus),
    /// Nothing more comes from the target.
    TargetClosed,
    /// The target could not be reached, or the connection broke; one sentence.
    TargetBroken(&'a str),
    /// A request of this session was decided.
    Ruled(Ruling),
    /// A request of this session could not even be filed; one sentence.
    Unasked(RequestId, &'a str),
    /// A grant of this session began.
    Granted(Grant),
    /// A grant of this session was taken back.
    Revoked {
        /// Which.
        grant: GrantId,
        /// Who took it back.
        by: &'a str,
        /// Why; may be empty.
        reason: Shown,
    },
    /// An approver stopped the keys.
    Paused {
        /// Who.
        by: &'a str,
    },
    /// An approver let them go on.
    Resumed {
        /// Who.
        by: &'a str,
    },
    /// An approver ends the session.
    Kill {
        /// Who.
        by: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Somebody begins to watch.
    Watched {
        /// Who.
        by: &'a str,
    },
    /// Everything up to this event is on disk.
    Recorded(Seq),
    /// The record cannot be written any more.
    RecorderFailed,
    /// The policy was replaced.
    PolicyChanged(std::sync::Arc<crate::policy::Policy>),
    /// The bastion shuts down.
    Shutdown,
    /// It is later than it was.
    Tick,
}

/// What a session wants done.
#[derive(Debug)]
pub enum Output {
    /// Write this event to the record. What comes after it in the stream may only happen once it is appended.
    Append(EventRecord),
    /// Send bytes to the target.
    ToTarget(Bytes),
    /// Send the bytes that commit a line; the permit says that they may be.
    Commit(Release, Bytes),
    /// Tell the target's terminal its new size.
    ResizeTarget(Size),
    /// Send the target a signal.
    SignalTarget(String),
    /// Tell the target that no more input comes.
    TargetEof,
    /// Send bytes to the client.
    ToClient(Stream, Bytes),
    /// File a request for approval.
    Ask(Box<HoldRequest>),
    /// Take a request back.
    Withdraw(RequestId),
    /// Add what the engineer says to a request.
    Note(RequestId, Shown),
    /// A grant is not used any more: end it.
    CloseGrant(GrantId),
    /// Connect to the target, without starting anything there.
    Dial {
        /// The approval that led to it; it goes into the certificate's key id.
        request: Option<RequestId>,
        /// The approved command, for the certificate's `force-command`.
        force_command: Option<String>,
    },
    /// Start the shell.
    StartShell,
    /// Start a command; the permit says that it may be.
    StartCommand(Release, String),
    /// End the session. The last output.
    Close(CloseReason),
}

/// The key that opens the bastion's menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuKey {
    /// Its control byte, 0x01 to 0x1f.
    pub byte: u8,
    /// Whether it also does while a program fills the screen.
    pub full_screen: bool,
}

impl MenuKey {
    /// Ctrl-], as in telnet: no shell and no editor's everyday command is on it.
    pub const USUAL: Self = Self { byte: 0x1d, full_screen: false };

    /// `^]`.
    #[must_use]
    pub fn name(self) -> String {
        format!("^{}", char::from(self.byte | 0x40))
    }

    /// Whether these bytes are that key: its control byte, or how terminals encode Ctrl and its character where a program asked for that
    /// (CSI u of fixterms and kitty, xterm's modifyOtherKeys).
    #[must_use]
    pub fn is(self, raw: &[u8]) -> bool {
        let code = u32::from((self.byte | 0x40).to_ascii_lowercase());
        raw == [self.byte]
            || raw == format!("\x1b[{code};5u").as_bytes()
            || raw == format!("\x1b[27;5;{code}~").as_bytes()
    }
}

/// A command as it may be stored and shown: passwords and keys in it are masked, as long as they were.
#[must_use]
pub fn storable(command: &str, privacy: &privacy::Settings) -> String {
    privacy::command::without_secrets(command, privacy)
}

/// What an engine is set up with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether a shell begins with one line that says what it is under.
    pub greeting: bool,
    /// The session's longest lifetime.
    pub lifetime: Duration,
    /// The longest that a hold may wait, whatever the rule says.
    pub hold_ttl: Duration,
    /// What is masked.
    pub privacy: privacy::Settings,
    /// The key that opens the bastion's menu; `None`: there is no menu.
    pub menu: Option<MenuKey>,
    /// The command of an exec as it came; in the facts of its session secrets are masked ([`storable`]).
    pub command: Option<String>,
    /// Why the engineer is here, as they said when they connected; it stands on each request that has no other reason.
    pub reason: Option<Shown>,
    /// Sentences for the engineer about what was refused before the session began.
    pub notices: Vec<String>,
}
