//! The bar of a terminal: drawn while a line is held or the keys are, and gone without a trace.

use bytes::Bytes;

use super::display::Ours;
use super::engine::Engine;
use super::gate::{SECOND, State};
use super::words;
use crate::model::Now;

impl Engine {
    /// The bar that there should be now, drawn if it can be.
    pub(super) fn refresh_bar(&mut self, now: Now) {
        if !self.place.is_settled() {
            return;
        }
        if self.menu_in_place_of_bar(now) {
            return;
        }
        let paused = self.paused_by.clone();
        let flash = self.reveals.flash().cloned();
        let output = self.outflow.held().map(|(request, due)| (request.clone(), due.since(now.mono)));
        let Some((display, gate)) = self.terminal() else { return };
        let bar = match (&gate.state, paused) {
            (State::Open | State::Settling { .. } | State::Recording { .. } | State::Clearing { .. }, _)
                if output.is_some() =>
            {
                let cols = display.client().cols();
                output.as_ref().map(|(request, left)| (words::output_held(request, *left, cols), Some(Title::Held)))
            }
            (State::Held { hold, request, .. }, _) if let Some(line) = &hold.reason => {
                Some((words::say_why(request, line, display.client().cols()), Some(Title::Held)))
            }
            (State::Held { hold, request, .. }, _) => {
                Some((words::held(request, hold.due.since(now.mono), display.client().cols()), Some(Title::Held)))
            }
            (_, Some(by)) => Some((words::paused(&by), Some(Title::Paused))),
            (_, None) => flash.map(|text| (text, None)),
        };
        gate.repaint = (gate.is_held() || output.is_some()).then(|| now.mono.after(SECOND));
        let Some((bar, title)) = bar else {
            display.want(None);
            let bar_off = display.hide_bar();
            self.paint(bar_off);
            self.restore_title();
            return;
        };
        display.want(Some(Ours::Bar(bar)));
        let bytes = match display.draw_bar(now.mono) {
            Some(bytes) => bytes,
            // Inside a sequence of the target's nothing of ours may stand. It is tried again.
            None if !display.client().at_ground() || gate.title == title => Bytes::new(),
            // No bar can be drawn on this screen: the window's title says it, and a bell points there.
            None => title.map_or_else(Bytes::new, |title| {
                let save = if gate.title.replace(title).is_none() { TITLE_SAVE } else { "" };
                Bytes::from(format!("{save}\x1b]2;{}\x07\x07", title.text()))
            }),
        };
        self.paint(bytes);
    }

    /// The hold is over: its bar goes, and one of a pause comes back.
    pub(super) fn drop_bar(&mut self, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        if !gate.is_held() {
            self.refresh_bar(now);
            return;
        }
        let bytes = display.hide_bar();
        display.want(None);
        gate.repaint = None;
        self.paint(bytes);
    }

    /// Gives the window's title back, once nothing waits and the stream can take a sequence of ours.
    pub(super) fn restore_title(&mut self) {
        let paused = self.paused_by.is_some() || self.outflow.is_held();
        let Some((display, gate)) = self.terminal() else { return };
        if gate.title.is_some() && !paused && !gate.is_held() && display.client().at_ground() {
            gate.title = None;
            self.paint(Bytes::from_static(TITLE_RESTORE));
        }
    }

    /// Rings, unless the bell would end a sequence of the target's.
    pub(super) fn ring(&mut self) {
        if self.terminal().is_some_and(|(display, _)| display.client().at_ground()) {
            self.paint(Bytes::from_static(b"\x07"));
        }
    }
}

/// What the window's title says where there can be no bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Title {
    Held,
    Paused,
}

impl Title {
    const fn text(self) -> &'static str {
        match self {
            Self::Held => words::TITLE_HELD,
            Self::Paused => words::TITLE_PAUSED,
        }
    }
}

/// xterm: save the title (`CSI 22;2 t`). It is set with `OSC 2`.
const TITLE_SAVE: &str = "\x1b[22;2t";

/// xterm: restore the title (`CSI 23;2 t`).
const TITLE_RESTORE: &[u8] = b"\x1b[23;2t";
