//! Where on the client's screen the session begins.
//!
//! Nobody starts `ssh` on an empty screen: the prompt stands somewhere in the middle, and what the session draws begins
//! there. Our models would begin at the top, and whatever is drawn by difference (the bar, and the cursor's way back from it)
//! would land some rows off. So the terminal is asked first (DSR 6, ECMA-48 §8.3.35), and what would be shown meanwhile waits for its answer
//! (CPR, `CSI row ; column R`). The place then is the first thing that is recorded, as an absolute cursor movement: models, replay and
//! client agree from there on. The target is dialled at the same time, so the question usually costs nothing. A terminal that does
//! not answer in [`PATIENCE`] is taken as empty.

use std::time::Duration;

use bytes::Bytes;

use super::Output;
use super::engine::Engine;
use crate::model::{Mono, Now, Stream};
use crate::terminal::keys::{Kind, Token};

/// Whether the place is known.
#[derive(Debug)]
pub(super) enum Place {
    /// It is, or never will be.
    Settled,
    /// The terminal was asked.
    Asked {
        /// When we stop waiting.
        until: Mono,
        /// What is shown afterwards, in order.
        waiting: Vec<Waiting>,
        /// How many bytes that is.
        bytes: usize,
    },
}

/// Something that would be shown.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A sentence of ours.
    Sentence(String),
    /// Output of the target.
    Output(Bytes),
}

impl Place {
    pub(super) const fn wake_at(&self) -> Option<Mono> {
        match self {
            Self::Settled => None,
            Self::Asked { until, .. } => Some(*until),
        }
    }

    pub(super) const fn is_settled(&self) -> bool {
        matches!(self, Self::Settled)
    }
}

impl Engine {
    /// Asks the client's terminal where the cursor is.
    pub(super) fn ask_place(&mut self, now: Now) {
        let dumb = self.meta.pty.as_ref().is_none_or(|pty| matches!(pty.term.as_str(), "" | "dumb"));
        if !dumb {
            self.push(Output::ToClient(Stream::Stdout, Bytes::from_static(QUESTION)));
            self.place = Place::Asked { until: now.mono.after(PATIENCE), waiting: Vec::new(), bytes: 0 };
        }
    }

    /// Keeps something until the place is known; gives it back if it is.
    pub(super) fn wait_for_place(&mut self, what: Waiting, now: Now) -> Option<Waiting> {
        let Place::Asked { waiting, bytes, .. } = &mut self.place else { return Some(what) };
        *bytes += match &what {
            Waiting::Sentence(text) => text.len(),
            Waiting::Output(output) => output.len(),
        };
        waiting.push(what);
        if *bytes > MOST {
            self.placed(None, now);
        }
        None
    }

    /// Takes the terminal's answer, if this is it.
    pub(super) fn takes_place(&mut self, token: &Token, now: Now) -> bool {
        if self.place.is_settled() || token.kind != Kind::Reply {
            return false;
        }
        let Some(place) = position(&token.raw) else { return false };
        self.placed(Some(place), now);
        true
    }

    /// The terminal answered, or it will not: shows what has waited.
    pub(super) fn placed(&mut self, place: Option<(u16, u16)>, now: Now) {
        let Place::Asked { waiting, .. } = std::mem::replace(&mut self.place, Place::Settled) else { return };
        if let Some((row, column)) = place
            && let Some((display, _)) = self.terminal()
        {
            let there = display.begin_at(row, column);
            self.show(there, now);
        }
        for what in waiting {
            match what {
                Waiting::Sentence(text) => self.say(&text, now),
                Waiting::Output(bytes) => self.target_bytes(Stream::Stdout, bytes, now),
            }
        }
        self.refresh_bar(now);
    }

    pub(super) fn place_tick(&mut self, now: Now) {
        if self.place.wake_at().is_some_and(|until| now.mono >= until) {
            self.placed(None, now);
        }
    }
}

/// Row and column out of `ESC [ row ; column R`, from 1.
fn position(reply: &[u8]) -> Option<(u16, u16)> {
    let text = std::str::from_utf8(reply).ok()?;
    let (row, column) = text.strip_prefix("\x1b[")?.strip_suffix('R')?.split_once(';')?;
    Some((row.parse().ok().filter(|row| *row > 0)?, column.parse().ok().filter(|column| *column > 0)?))
}

/// DSR 6: report the active position.
const QUESTION: &[u8] = b"\x1b[6n";

/// How long the answer may take. Longer than a round trip to the other side of the world, shorter than people notice at a login; and a
/// target takes some of it to be reached anyway.
const PATIENCE: Duration = Duration::from_millis(300);

/// Bytes that may wait. After so many the screen has scrolled, and the place does not matter any more.
const MOST: usize = 64 << 10;
