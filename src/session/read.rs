//! The line as it stands, put together from what the witnesses say of it.

use super::engine::Engine;
use super::gate::{EDIT_ELSEWHERE, Gate};
use super::judge::{self, Line};
use super::mode::At;
use super::witness::Witness;
use crate::command::Context;
use crate::model::Shown;
use crate::terminal::{Certainty, Kind, LineReader, Reading, Screen};

impl Gate {
    /// Whether the shell told the line that is being decided on.
    pub(super) fn told(&self) -> bool {
        self.witness.as_ref().is_some_and(|witness| witness.told().is_some())
    }

    /// What the witnesses read.
    pub(super) fn reading(&self, screen: &Screen) -> Reading {
        let told = self.witness.as_ref().and_then(Witness::told);
        told.map_or_else(|| self.line.read(screen), |told| self.line.read_with(screen, told))
    }
}

impl Engine {
    /// The rows around the cursor as the client sees them while everything is masked, for the approver.
    pub(super) fn surroundings(&mut self) -> Vec<Shown> {
        let Some((display, _)) = self.terminal() else { return Vec::new() };
        let view = display.view();
        let row = view.cursor().row;
        let rows: Vec<_> = (row.saturating_sub(AROUND)..=row).map(|row| view.row_text(row)).collect();
        rows.iter().map(|row| Shown::new(&self.judge.storable(row))).collect()
    }

    /// Reads the line as it stands, with what it is read by.
    pub(super) fn read_line(&mut self) -> Option<(Line, Context)> {
        let (display, gate) = self.terminal()?;
        let screen = display.truth();
        let reading = gate.reading(screen);
        let alone = matches!(reading.certainty, Certainty::Agreed | Certainty::Exact) && !reading.echo_off;
        if alone && !reading.candidates.is_empty() {
            // Keys and screen show one line at a prompt, or the shell tells of it and they do not object: nothing stands before it, but a line
            // that was committed unseen and may go on.
            gate.unseen.truncate(gate.unseen.rfind('\n').map_or(0, |end| end + 1));
            if reading.certainty == Certainty::Exact {
                gate.elsewhere.clear();
            }
        }
        // What the shell itself tells, and the keys do not contradict, has lost nothing to a Ctrl-C.
        let overtaken = gate.overtaken && reading.certainty != Certainty::Exact;
        let elsewhere = gate.commit().is_some_and(|commit| matches!(commit.kind, EDIT_ELSEWHERE | Kind::Text));
        let around = judge::Around {
            full_screen: screen.alternate_screen(),
            trusted: gate.is_owned(screen),
            unfinished: &gate.unfinished,
            unseen: &format!("{}{}", gate.unseen, gate.elsewhere),
            typed: &gate.line.typed(),
        };
        let stood = gate.witness.as_ref().and_then(Witness::stood);
        let stood =
            stood.filter(|stood| reading.candidates.iter().map(|line| line.trim_end()).eq([stood.line.as_str()]));
        let mut at = At {
            row: stood.map_or_else(|| LineReader::row(screen), |stood| stood.row.clone()),
            lines: reading.candidates.clone(),
            typed: gate.line.typed(),
            full_screen: screen.alternate_screen(),
            alternate_left: screen.alternate_left(),
            told: gate.told(),
            hooked: gate.witness.as_ref().is_some_and(Witness::is_at_prompt),
            ..At::default()
        };
        let mut line = match judge::line_of(reading, around) {
            // What comes back from an editor is not what stands here.
            line if elsewhere => judge::unread(line),
            Some(line) if overtaken => judge::unread(Some(line)),
            line => line?,
        };
        at.secret = line.secret;
        let (mode, readings) = gate.programs.read(at);
        line.readings = readings;
        Some((line, Context { reader: mode.reader(), ..Context::PROMPT }))
    }
}

/// Rows above the line that an approver sees.
const AROUND: u16 = 7;
