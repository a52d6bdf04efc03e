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
            self.state = State::Following { until: now.mono.after(FOLLOWING) };
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
