//! Keys behind a committed line, and keys that are more than they look.

use std::time::Duration;

use super::gate::{Gate, State};
use super::witness::Witness;
use crate::model::Now;
use crate::terminal::{Commit, Kind, Screen, Token};

impl Gate {
    /// A text in which a character may run the line: what stands before it, or that character, as a token; the rest waits behind. And
    /// whether it is one that fetches another line from elsewhere.
    pub(super) fn split_at_run(&mut self, token: Token) -> (Token, bool) {
        let text = String::from_utf8_lossy(&token.raw).into_owned();
        let Some((at, fetches)) = self.line.runs_at(&text) else { return (token, false) };
        let elsewhere = at == 0 && fetches && !self.witness.as_ref().is_some_and(Witness::selects_with_v);
        let end = if at == 0 { text.chars().next().map_or(1, char::len_utf8) } else { at };
        let (head, rest) = token.raw.split_at_checked(end).unwrap_or((&token.raw, &[]));
        if !rest.is_empty() {
            self.waiting_bytes = self.waiting_bytes.saturating_add(rest.len());
            self.waiting.push_front(Token { kind: Kind::Text, raw: rest.to_vec() });
        }
        let kind = if at == 0 && !fetches { Kind::Commit(Commit::Meta) } else { Kind::Text };
        (Token { kind, raw: head.to_vec() }, elsewhere)
    }

    /// What is typed from here on belongs to the next line.
    pub(super) fn follow(&mut self, screen: &Screen, now: Now) {
        if matches!(self.state, State::Open) && !screen.alternate_screen() {
            self.state = State::Following { until: now.mono.after(FOLLOWING), dropping: false, gone: false };
        }
    }

    /// A Ctrl-C goes out. A line editor that reads a key before it sees the signal shows it, and throws it away with its line (bash does): so
    /// at a prompt no key may overtake the next one. Where it does not come at all nobody knows what the editor has kept.
    pub(super) fn follow_interrupt(&mut self, screen: &Screen, now: Now) {
        let begun = !self.line.is_empty(screen) || !self.unfinished.is_empty();
        let at_prompt = match &self.witness {
            Some(witness) if witness.is_hooked() => witness.is_at_prompt(),
            Some(_) | None => self.line.stands_at_prompt(screen),
        };
        self.unfinished.clear();
        self.unseen.clear();
        self.overtaken = false;
        if begun || !self.witness.as_ref().is_some_and(Witness::takes_no_notice) {
            self.leave_prompt();
        }
        self.follow(screen, now);
        if at_prompt
            && !self.programs.mind_ctrl_c()
            && let State::Following { until, dropping, .. } = &mut self.state
        {
            // Behind an empty line there is nothing to be thrown away, and some say nothing then.
            (*until, *dropping) = (now.mono.after(if begun { DROPPING } else { NOTHING_TO_DROP }), begun);
        }
        self.programs.interrupt();
    }

    /// Output came while keys wait: whether they may go out now. Where a prompt seems to stand that nobody knows (one with the time in it), they
    /// wait until it is whole.
    pub(super) fn has_followed(&mut self, screen: &Screen, now: Now) -> bool {
        let read = self.next_is_read(screen);
        let State::Following { until, dropping, gone } = &mut self.state else { return false };
        if read {
            self.state = State::Open;
        } else if *dropping && self.line.is_empty(screen) {
            (*until, *gone) = (now.mono.after(WHOLE), true);
        } else if std::mem::take(gone) {
            // It was the line that is drawn anew.
            *until = now.mono.after(DROPPING);
        }
        read
    }

    /// A line is committed: the prompt is left.
    pub(super) fn commits(&mut self) {
        self.overtaken = false;
        if let Some(witness) = &mut self.witness {
            witness.commits();
        }
    }

    /// Whether the next line is being read: a prompt stands there and nothing behind it.
    pub(super) fn next_is_read(&self, screen: &Screen) -> bool {
        match &self.witness {
            Some(witness) if witness.is_hooked() => witness.is_at_prompt(),
            Some(_) | None => self.line.at_prompt(screen),
        }
    }
}

/// Whether an editor may take this key for the first half of another: Ctrl-X and a lone ESC begin keys, behind Ctrl-V and Ctrl-Q
/// (quoted-insert) any key is text.
pub(super) fn is_prefix(token: &Token) -> bool {
    matches!(token.raw.as_slice(), [0x18 | 0x16 | 0x11 | 0x1b])
}

/// How long keys wait for the next prompt. A shell shows it within some milliseconds; nobody notices this much while something runs.
const FOLLOWING: Duration = Duration::from_millis(50);

/// The same behind a Ctrl-C at a prompt. A shell answers within some milliseconds, on a busy machine within some hundred.
const DROPPING: Duration = Duration::from_secs(1);

/// The same where nothing had been typed.
const NOTHING_TO_DROP: Duration = Duration::from_millis(250);

/// A prompt is drawn at once: nothing of it comes later than this behind its beginning.
pub(super) const WHOLE: Duration = Duration::from_millis(30);
