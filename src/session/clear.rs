//! A line is taken back: cleared without being run. **A reject never presses Enter.**

use std::time::Duration;

use bytes::BytesMut;

use super::Output;
use super::engine::Engine;
use super::gate::{State, UNFINISHED};
use crate::model::Now;
use crate::terminal::{Certainty, Interrupt, Key, Kind, Token};

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
        let reading = gate.line.read(display.truth());
        if reading.echo_off && gate.unseen.len() < UNFINISHED {
            // Nothing will show whether it is gone: the tty's kill character may be another, or none.
            gate.unseen.push_str(&gate.line.typed());
        }
        gate.refused = reading.candidates.into_iter().next().unwrap_or_default();
        if matches!(reading.certainty, Certainty::Keys) { Standing::Nowhere } else { Standing::AtPrompt }
    }

    /// Clears the line without running it. At a prompt that is Ctrl-C. Where the line stands on no screen a program runs in the
    /// foreground, and Ctrl-C would kill that: the kill character of the tty (Ctrl-U) takes back what it has not read. Some
    /// consoles end at a Ctrl-C too, or keep their line: there the line editor's own keys do it: Ctrl-U what stands before the
    /// cursor, Ctrl-K what stands behind it.
    fn clear_line(&mut self, standing: Standing, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        gate.unfinished.clear();
        (gate.after, gate.unseen_after) = (String::new(), String::new());
        gate.control_x = false;
        gate.leave_prompt();
        let clearing = State::Clearing { until: now.mono.after(CLEARING) };
        let ctrl = |letter: char, byte: u8| Token { kind: Kind::Key(Key::Ctrl(letter)), raw: vec![byte] };
        let (keys, state) = match standing {
            Standing::AtPrompt if gate.programs.mind_ctrl_c() => (vec![ctrl('u', 0x15), ctrl('k', 0x0b)], clearing),
            Standing::AtPrompt => {
                gate.programs.interrupt();
                (vec![Token { kind: Kind::Interrupt(Interrupt::Interrupt), raw: vec![0x03] }], clearing)
            }
            Standing::Nowhere => (vec![ctrl('u', 0x15)], State::Open),
        };
        gate.state = state;
        let mut bytes = BytesMut::new();
        for key in keys {
            gate.line.key(&key, display.truth(), now.mono.0);
            bytes.extend_from_slice(&key.raw);
        }
        self.push(Output::ToTarget(bytes.freeze()));
        self.drop_bar(now);
        self.work_off(now);
    }
}

/// How long a prompt may take to come back after a Ctrl-C of ours.
const CLEARING: Duration = Duration::from_secs(1);
