//! Output that a line which waits is not kept waiting by.
//!
//! Asked for its line, a shell with hooks takes it away, tells it, and draws it again. To mask and draw that takes longer than to judge the
//! line. So it is put by until the shell has told, a few milliseconds at most, and drawn while the line is being written down.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::engine::{Engine, Side, Stage};
use super::gate::{self, State};
use super::witness::Witness;
use crate::model::{Mono, Now};
use crate::terminal::Mark;

/// What was put by.
#[derive(Debug)]
pub(super) struct Undrawn {
    bytes: Bytes,
    /// What the shell said within it, and nobody has heard.
    marks: Vec<Mark>,
    /// When it is drawn whatever waits.
    until: Mono,
    /// The time of the last input.
    now: Now,
}

impl Engine {
    /// What the target wrote to its terminal.
    pub(super) fn terminal_bytes(&mut self, bytes: Bytes, now: Now) {
        let Side::Terminal(terminal) = &mut self.side else { return };
        let (mut bytes, mut marks) = match &mut terminal.1.witness {
            Some(witness) => witness.take(bytes),
            None => (bytes, Vec::new()),
        };
        let mut until = now.mono.after(PUT_BY);
        if let Some(before) = self.undrawn.take() {
            let mut joined = BytesMut::from(before.bytes);
            joined.extend_from_slice(&bytes);
            bytes = joined.freeze();
            marks.splice(0..0, before.marks);
            until = before.until;
        }
        let marks = self.heard_at_once(marks, now);
        if self.line_waits() && until > now.mono && bytes.len() <= PUT_BY_MAX && self.says_nothing_new(&marks) {
            self.undrawn = Some(Undrawn { bytes, marks, until, now });
        } else {
            self.draw(&bytes, marks, now);
        }
    }

    /// What a terminal gets: masked, recorded and shown; then what the shell said within it is heard.
    fn draw(&mut self, bytes: &[u8], marks: Vec<Mark>, now: Now) {
        let Some((display, _)) = self.terminal() else { return };
        let bar_off = display.hide_bar();
        display.wait_for_quiet(now.mono.after(gate::QUIET_FOR_BAR));
        let shown = display.output(bytes, now.mono);
        let findings = display.findings();
        self.paint(bar_off);
        self.show(shown, now);
        self.repaint_client();
        self.found(findings, now);
        self.heard(marks, now);
        self.echoed(now);
    }

    /// Draws what was put by, if anything.
    pub(super) fn draw_rest(&mut self) {
        if let Some(Undrawn { bytes, marks, now, .. }) = self.undrawn.take()
            && !matches!(self.stage, Stage::Closed)
        {
            self.draw(&bytes, marks, now);
        }
    }

    /// The same, unless the shell is waited for still.
    pub(super) fn draw_when_told(&mut self) {
        if self.undrawn.is_some() && !self.line_waits() {
            self.draw_rest();
        }
    }

    /// An input has come at that time; `first` is whether what was put by is to be drawn before it counts.
    pub(super) fn draw_before(&mut self, first: bool, now: Now) {
        let Some(undrawn) = &mut self.undrawn else { return };
        undrawn.now = now;
        if first || undrawn.until <= now.mono {
            self.draw_rest();
        }
    }

    /// When it has waited long enough.
    pub(super) fn undrawn_until(&self) -> Option<Mono> {
        self.undrawn.as_ref().map(|undrawn| undrawn.until)
    }

    /// Whether a line waits for the shell to confirm it. While it is being written down there is time.
    fn line_waits(&self) -> bool {
        let Side::Terminal(terminal) = &self.side else { return false };
        let (_, gate) = terminal.as_ref();
        let confirms = gate.witness.as_ref().is_some_and(Witness::may_confirm);
        confirms && matches!(gate.state, State::Settling { .. })
    }

    fn says_nothing_new(&self, marks: &[Mark]) -> bool {
        let Side::Terminal(terminal) = &self.side else { return false };
        terminal.1.witness.as_ref().is_none_or(|witness| marks.iter().all(|mark| witness.knows(mark)))
    }
}

/// People do not see that something comes so late.
const PUT_BY: Duration = Duration::from_millis(3);

/// Bytes. A line that is drawn anew is not longer; what is, is something else.
const PUT_BY_MAX: usize = 2048;
