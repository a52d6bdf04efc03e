//! Masks terminal output between the target and the client.
//!
//! Text that could still become a value waits, at most [`HOLD`]; everything else passes at once. At the deadline a tail too
//! short to identify anybody is let go and a longer one is masked. What was shown is remembered: when a value is
//! completed later, the rest of it is masked, so that no whole value is ever shown.
//!
//! **Echo.** The engine reports the keys of the client with [`StreamMasker::typed`]. A tail that those keys contain is
//! their echo and never waits: whoever typed it knows it. A tail that only ends in them (a completion, a redraw by the
//! shell) is judged at once as at the deadline. Only an echo that completes a value is masked from there on.
//!
//! **Not yet**: cursor addressing. Values that are written in one run are masked on the alternate screen too; a value put
//! together by cursor movement passes. Text masked at the deadline stays masked if it turns out to be harmless.

use std::time::Duration;

use crate::model::{Finding, Mono};

use super::Settings;
use super::detect::Memory;
use super::window::{Judge, Unit, Window, contains};

/// How long a tail waits. Longer than the pause between two reads of one write (well under a millisecond on a machine, one
/// or two between the packets of a burst), shorter than anybody sees.
pub const HOLD: Duration = Duration::from_millis(5);

/// Masks one terminal's output. Bytes and time in, bytes out; output is appended to the caller's buffer.
///
/// The result does not depend on how the bytes were split. With nothing sensitive, what comes out is what went in, byte
/// for byte. What it keeps is bounded, whatever comes.
#[derive(Debug)]
pub struct StreamMasker {
    window: Window,
    deadline: Option<Mono>,
    typed: Typed,
}

impl StreamMasker {
    /// A masker at the start of a session.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { window: Window::new(settings, Unit::Columns), deadline: None, typed: Typed::default() }
    }

    /// Takes what the target wrote and appends what may be shown now.
    pub fn feed(&mut self, bytes: &[u8], now: Mono, out: &mut Vec<u8>) {
        self.expire(now, out);
        let (_, old_end) = self.window.positions();
        self.window.feed(bytes, out);
        self.wait(old_end, now, out);
    }

    /// Takes text that the target wrote, without its sequences; [`StreamMasker::decide`] says what may be shown of it.
    pub fn text(&mut self, text: &[u8]) {
        self.window.text(text);
    }

    /// Takes a sequence that changes neither text nor cursor: a value goes on behind it.
    pub fn pass(&mut self, sequence: &[u8]) {
        self.window.pass(sequence);
    }

    /// Appends what may be shown now of what was taken.
    pub fn decide(&mut self, now: Mono, out: &mut Vec<u8>) {
        let (_, old_end) = self.window.positions();
        self.window.decide(out);
        self.wait(old_end, now, out);
    }

    /// Begins in the middle of a line, of which `shown` is on the screen already, with what the lines before say about it.
    pub fn begin(&mut self, shown: &[u8], memory: Memory) {
        self.window.begin(shown, memory);
        self.deadline = None;
    }

    /// Gives back what is held, as it came, and forgets the line that it is on.
    pub fn take_held(&mut self) -> Vec<u8> {
        self.deadline = None;
        self.window.take_held()
    }

    /// What the lines before say about the open one.
    #[must_use]
    pub const fn memory(&self) -> &Memory {
        self.window.memory()
    }

    /// Whether the open line was too long to be judged as one.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.window.memory().is_cut()
    }

    /// Whether text that was taken did not go out yet, other than returns.
    #[must_use]
    pub fn holds_text(&self) -> bool {
        self.window.held().iter().any(|b| *b != b'\r')
    }

    /// Whether a value was found since the last call that began in what was shown already.
    pub fn take_reached_back(&mut self) -> bool {
        self.window.take_reached_back()
    }

    /// Whether [`StreamMasker::expire`] would hide something that may turn out to be harmless.
    #[must_use]
    pub fn would_hide(&self) -> bool {
        self.window.would_hide()
    }

    /// Whether a tail, of which `held` was not shown yet, is the echo of keys: `Some(true)`, it is what was typed; `Some(false)`,
    /// it ends in that.
    pub fn echoes(&mut self, tail: &[u8], held: &[u8], now: Mono) -> Option<bool> {
        self.typed.echo(now, tail, held).map(|judge| judge == Judge::Trust)
    }

    fn wait(&mut self, old_end: u64, now: Mono, out: &mut Vec<u8>) {
        let (shown, _) = self.window.positions();
        if self.window.held().is_empty() {
            self.deadline = None;
            return;
        }
        if self.deadline.is_none() || shown >= old_end {
            self.deadline = Some(now.after(HOLD));
        }
        if let Some(judge) = self.typed.echo(now, self.window.tail(), self.window.held()) {
            self.window.let_go(judge, out);
            self.deadline = None;
        }
    }

    /// Says that the client typed `keys`, so that their echo does not wait. Keys that are not echoed (a password) do no
    /// harm here; at most 256 bytes are kept, for two seconds.
    pub fn typed(&mut self, keys: &[u8], now: Mono) {
        self.typed.add(keys, now);
    }

    /// When [`expire`](Self::expire) is due; `None`: nothing is held back.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        self.deadline
    }

    /// Decides what has been held back for too long. Does nothing before [`wake_at`](Self::wake_at).
    pub fn expire(&mut self, now: Mono, out: &mut Vec<u8>) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.window.let_go(Judge::Mask, out);
            self.deadline = None;
        }
    }

    /// The output has ended: decides what is held back. Afterwards the masker is as new, but for its findings.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.window.finish(out);
        self.deadline = None;
        self.typed.forget();
    }

    /// What was found since the last call, one entry a kind, none with a count of zero.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        self.window.take_findings()
    }
}

/// The printable keys of the client, the latest last.
#[derive(Default)]
struct Typed {
    keys: Vec<u8>,
    at: Mono,
}

impl Typed {
    fn add(&mut self, keys: &[u8], now: Mono) {
        self.age(now);
        self.at = now;
        let keys = keys.get(keys.len().saturating_sub(TYPED_MAX)..).unwrap_or_default();
        self.keys.extend(keys.iter().filter(|b| **b >= 0x20 && **b != 0x7f));
        let extra = self.keys.len().saturating_sub(TYPED_MAX);
        self.keys.drain(..extra);
    }

    /// How a tail is judged if (the held part of) it is echo; `None`: it waits.
    fn echo(&mut self, now: Mono, tail: &[u8], held: &[u8]) -> Option<Judge> {
        self.age(now);
        if self.keys.is_empty() || !contains(&self.keys, held) {
            None
        } else if contains(&self.keys, tail) {
            Some(Judge::Trust)
        } else {
            Some(Judge::Mask)
        }
    }

    fn age(&mut self, now: Mono) {
        if !self.keys.is_empty() && now.since(self.at) > TYPED_FOR {
            self.forget();
        }
    }

    /// They may have been a password.
    fn forget(&mut self) {
        self.keys.fill(0);
        self.keys.clear();
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

/// An echo is on its way no longer than this.
const TYPED_FOR: Duration = Duration::from_secs(2);

/// More than anybody types while an echo is on its way; a paste is longer, but its echo comes in large reads.
const TYPED_MAX: usize = 256;

#[cfg(test)]
#[path = "stream_tests.rs"]
pub(crate) mod tests;
