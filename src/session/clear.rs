//! A line is taken back: cleared without being run. **A reject never presses Enter.**

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::Output;
use super::engine::Engine;
use super::gate::{Gate, State, UNFINISHED};
use super::witness::Witness;
use crate::model::Now;
use crate::terminal::{Certainty, Interrupt, Key, Kind, LineReader, Reading, Screen, Token};

/// Where a line stands that is to be taken back.
#[derive(Debug, Clone, Copy)]
enum Standing {
    /// On the screen, behind a prompt (or in a full-screen program).
    AtPrompt,
    /// On no screen.
    Nowhere,
}

impl Engine {
    /// A denial: one sentence, then the line is taken back. **A reject never presses Enter.**
    pub(super) fn refuse_line(&mut self, sentence: &str, now: Now) {
        self.drop_bar(now);
        if let Some((_, gate)) = self.terminal() {
            gate.drop_waiting();
        }
        // Read before our own sentence stands between the line and the cursor.
        let standing = self.standing();
        self.say(sentence, now);
        self.clear_line(standing, now);
    }

    /// Takes the line back without a word.
    pub(super) fn take_back(&mut self, now: Now) {
        let standing = self.standing();
        self.clear_line(standing, now);
    }

    fn standing(&mut self) -> Standing {
        let Some((display, gate)) = self.terminal() else { return Standing::AtPrompt };
        if display.truth().alternate_screen() {
            return Standing::AtPrompt;
        }
        let reading = gate.reading(display.truth());
        if reading.echo_off && gate.unseen.len() < UNFINISHED {
            // Nothing will show whether it is gone: the tty's kill character may be another, or none.
            gate.unseen.push_str(&gate.line.typed());
        }
        let standing = gate.stands(&reading, display.truth());
        gate.refused = reading.candidates.into_iter().next().unwrap_or_default();
        standing
    }

    /// Clears the line without running it. At a prompt that is Ctrl-C. Where the line stands at none a program runs in the
    /// foreground, and Ctrl-C would kill that: the kill character of the tty (Ctrl-U) takes back what it has not read; or, where there is
    /// none, so many erase characters do it, of which a tty takes no notice on an empty line. Some consoles end at a Ctrl-C too, or keep their
    /// line: there the line editor's own keys do it: Ctrl-U what stands before the cursor, Ctrl-K what stands behind it.
    fn clear_line(&mut self, standing: Standing, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        gate.unfinished.clear();
        gate.after.clear();
        gate.unseen_after.clear();
        gate.control_x = false;
        gate.overtaken = false;
        let marked = gate.witness.as_ref().is_some_and(|witness| witness.is_hooked() && witness.is_at_prompt());
        gate.leave_prompt();
        let nudges = if marked || gate.programs.runs_nothing() { NUDGES } else { 0 };
        let clearing = State::Clearing {
            until: now.mono.after(CLEARING),
            last: now.mono.after(LAST),
            marked,
            gone: false,
            nudges,
        };
        let ctrl = |letter: char, byte: u8| Token { kind: Kind::Key(Key::Ctrl(letter)), raw: vec![byte] };
        let (keys, state) = match standing {
            Standing::AtPrompt if gate.programs.mind_ctrl_c() => (vec![ctrl('u', 0x15), ctrl('k', 0x0b)], clearing),
            Standing::AtPrompt => {
                gate.programs.interrupt();
                (vec![Token { kind: Kind::Interrupt(Interrupt::Interrupt), raw: vec![0x03] }], clearing)
            }
            Standing::Nowhere => {
                let refused = std::mem::take(&mut gate.refused);
                let erase = Token { kind: Kind::Key(Key::Backspace), raw: vec![0x7f] };
                let erases = std::iter::repeat_n(erase, refused.len().min(UNFINISHED) + 1);
                gate.keep_unseen(&refused);
                (std::iter::once(ctrl('u', 0x15)).chain(erases).collect(), State::Open)
            }
        };
        gate.state = state;
        let mut bytes = BytesMut::new();
        for key in keys {
            gate.line.key(&key, display.truth(), now.mono.0);
            bytes.extend_from_slice(&key.raw);
        }
        if matches!(standing, Standing::Nowhere) {
            gate.line.restart();
        }
        self.push(Output::ToTarget(bytes.freeze()));
        self.drop_bar(now);
        self.work_off(now);
    }
}

impl Engine {
    /// No prompt came back. An editor that waits for the rest of a key behind an ESC may see the Ctrl-C only when something else comes: that
    /// is another one.
    pub(super) fn nudge(&mut self, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let State::Clearing { until, nudges, .. } = &mut gate.state else { return };
        (*until, *nudges) = (now.mono.after(CLEARING), nudges.saturating_sub(1));
        self.push(Output::ToTarget(Bytes::from_static(&[0x03])));
    }
}

impl Gate {
    /// Where the line stands that was read so: at a prompt of a shell or a console, or nowhere, because a program runs that shows none.
    fn stands(&self, reading: &Reading, screen: &Screen) -> Standing {
        let hooked = self.witness.as_ref().filter(|witness| witness.is_hooked());
        let at_prompt = hooked.is_some_and(Witness::is_at_prompt) || !self.unfinished.is_empty();
        let lines = &reading.candidates;
        if !at_prompt
            && (matches!(reading.certainty, Certainty::Keys)
                || self.programs.is_elsewhere(&LineReader::row(screen), lines))
        {
            return Standing::Nowhere;
        }
        Standing::AtPrompt
    }

    /// What may stand in the target's buffer still is judged with the next line.
    pub(super) fn keep_unseen(&mut self, text: &str) {
        if self.unseen.len() < UNFINISHED {
            self.unseen.push_str(text);
        }
    }

    /// Output came while a line is taken back: whether it seems to be gone, so that keys may go out once nothing more comes. Where the shell
    /// tells of its prompts it must be such a one: until it has seen the Ctrl-C an editor takes keys and throws them away. What comes
    /// behind a prompt may be the line that is drawn anew, as fish does.
    pub(super) fn watch_clearing(&mut self, screen: &Screen, now: Now) {
        let quiet = self.quiet(now);
        let State::Clearing { marked, .. } = self.state else { return };
        let is_gone = if marked { self.is_back(screen) } else { self.line.is_cleared(screen) };
        let State::Clearing { until, last, gone, .. } = &mut self.state else { return };
        if is_gone {
            (*until, *gone) = (quiet.min(*last), true);
        } else if std::mem::take(gone) {
            *until = now.mono.after(CLEARING).min(*last);
        }
    }
}

/// How long a prompt may take to come back after a Ctrl-C of ours.
const CLEARING: Duration = Duration::from_millis(600);

/// How long keys may wait at the most while something is drawn without an end.
const LAST: Duration = Duration::from_secs(3);

/// How often a shell is told again that a line is taken back.
const NUDGES: u8 = 2;
