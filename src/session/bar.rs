//! The bar of a terminal: drawn while a line is held or the keys are, and gone without a trace.

use bytes::Bytes;

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
        let paused = self.paused_by.clone();
        let Some((display, gate)) = self.terminal() else { return };
        let bar = match (&gate.state, paused) {
            (State::Held { hold, request, .. }, _) => {
                Some(words::held(request, hold.due.since(now.mono), display.view().cols()))
            }
            (_, Some(by)) => Some(words::paused(&by)),
            (_, None) => None,
        };
        gate.repaint = gate.is_held().then(|| now.mono.after(SECOND));
        let bytes = match bar {
            Some(bar) => {
                display.want_bar(Some(bar));
                match display.draw_bar(now.mono) {
                    Some(bytes) => bytes,
                    // No bar can be drawn on this screen: the window's title says it, and a bell points there.
                    None if gate.titled => Bytes::new(),
                    None => {
                        gate.titled = true;
                        Bytes::from_static(TITLE_ON)
                    }
                }
            }
            None => {
                display.want_bar(None);
                let bar_off = display.hide_bar();
                // Both may be there: a bar comes to a screen that took none when the title was set.
                let title_off = if std::mem::take(&mut gate.titled) { TITLE_OFF } else { b"" };
                Bytes::from([&bar_off, title_off].concat())
            }
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
        display.want_bar(None);
        gate.repaint = None;
        let title_off = std::mem::take(&mut gate.titled).then(|| Bytes::from_static(TITLE_OFF));
        self.paint(bytes);
        self.paint(title_off.unwrap_or_default());
    }

    pub(super) fn ring(&mut self) {
        self.paint(Bytes::from_static(b"\x07"));
    }
}

/// xterm: save the title (`CSI 22;2 t`), set it (`OSC 2`), ring.
const TITLE_ON: &[u8] =
    "\x1b[22;2t\x1b]2;‖ HELD by holdpoint: waiting for an approval, Ctrl-C withdraws\x07\x07".as_bytes();

/// xterm: restore the title (`CSI 23;2 t`).
const TITLE_OFF: &[u8] = b"\x1b[23;2t";
