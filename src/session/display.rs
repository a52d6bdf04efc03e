//! The target's true screen, the client's view of it, masking, and the bar.
//!
//! Two models, one for each truth: the gate reads what the target drew, the bar is a diff against what the client sees.
//! Both are fed late: bytes gather until somebody looks, because a model is nearly free on a long run of plain text and dear
//! on many short ones.

use bytes::Bytes;

use super::words::BarText;
use crate::model::{Finding, Mono, Size};
use crate::privacy::{self, StreamMasker};
use crate::terminal::{Bar, Overlay, Screen, notice};

/// The terminal of one session. Outside of this room it is what `holdpoint mask` measures.
#[derive(Debug)]
pub struct Display {
    truth: Late,
    view: Late,
    masker: StreamMasker,
    overlay: Overlay,
    /// The bar that should be on the screen, if any.
    bar: Option<BarText>,
    /// Not before this is the bar drawn (again): output came in between.
    quiet_until: Mono,
}

impl Display {
    /// A blank terminal.
    #[must_use]
    pub fn new(size: Size, privacy: &privacy::Settings) -> Self {
        Self {
            truth: Late::new(size),
            view: Late::new(size),
            masker: StreamMasker::new(privacy),
            overlay: Overlay::new(),
            bar: None,
            quiet_until: Mono::default(),
        }
    }

    /// What the target drew.
    pub(super) fn truth(&mut self) -> &Screen {
        self.truth.look()
    }

    /// What the client sees, without the bar.
    pub(super) fn view(&mut self) -> &Screen {
        self.view.look()
    }

    /// Output of the target. Gives what the client may see of it now.
    #[must_use]
    pub fn output(&mut self, bytes: &[u8], now: Mono) -> Bytes {
        self.truth.feed(bytes);
        let mut masked = Vec::with_capacity(bytes.len());
        self.masker.feed(bytes, now, &mut masked);
        self.shown(masked)
    }

    /// What the masker kept back for too long.
    #[must_use]
    pub fn expire(&mut self, now: Mono) -> Bytes {
        let mut late = Vec::new();
        self.masker.expire(now, &mut late);
        self.shown(late)
    }

    /// What the masker still keeps back, because nothing follows or something of ours does.
    #[must_use]
    pub fn finish(&mut self) -> Bytes {
        let mut rest = Vec::new();
        self.masker.finish(&mut rest);
        self.shown(rest)
    }

    /// Keys on their way to the target: their echo is not held back.
    pub(super) fn typed(&mut self, keys: &[u8], now: Mono) {
        self.masker.typed(keys, now);
    }

    pub(super) fn findings(&mut self) -> Vec<Finding> {
        self.masker.take_findings()
    }

    /// A line of ours that stays: bytes for the client, which both models know of too, since the target's cursor moves with it.
    pub(super) fn notice(&mut self, text: &str) -> Bytes {
        let bytes = notice(self.view.look(), text);
        self.truth.feed(&bytes);
        self.shown(bytes)
    }

    /// The session begins at this place of the client's screen (from 1, as terminals count): bytes for the record, which move
    /// no cursor that stands there.
    pub(super) fn begin_at(&mut self, row: u16, column: u16) -> Bytes {
        let there = format!("\x1b[{row};{column}H").into_bytes();
        self.truth.feed(&there);
        self.shown(there)
    }

    fn shown(&mut self, bytes: Vec<u8>) -> Bytes {
        self.view.feed(&bytes);
        Bytes::from(bytes)
    }

    /// The bytes that take the bar off before anything else is sent; empty if it is not there.
    pub(super) fn hide_bar(&mut self) -> Bytes {
        if self.overlay.is_shown() { Bytes::from(self.overlay.hide(self.view.look())) } else { Bytes::new() }
    }

    /// Which bar there should be from now on; it is drawn by [`Display::draw_bar`].
    pub(super) fn want_bar(&mut self, bar: Option<BarText>) {
        self.bar = bar;
    }

    /// Output came: the bar stays off until it has been quiet for a while.
    pub(super) const fn wait_for_quiet(&mut self, until: Mono) {
        self.quiet_until = until;
    }

    /// When the bar can be drawn, if it should be there and is not.
    pub(super) fn bar_due(&self) -> Option<Mono> {
        (self.bar.is_some() && !self.overlay.is_shown()).then_some(self.quiet_until)
    }

    /// The bytes that draw the bar, or bring it up to date. `None`: it should be there and cannot be drawn now.
    pub(super) fn draw_bar(&mut self, now: Mono) -> Option<Bytes> {
        let Some(text) = &self.bar else { return Some(Bytes::new()) };
        if now < self.quiet_until {
            return Some(Bytes::new());
        }
        let bar = Bar { full: &text.full, medium: &text.medium, short: &text.short };
        let drawn = self.overlay.show(self.view.look(), &bar).map(Bytes::from);
        if drawn.is_none() {
            // The screen may take a bar later (an editor is left); there is no hurry.
            self.quiet_until = now.after(RETRY);
        }
        drawn
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.truth.resize(size);
        self.view.resize(size);
    }

    /// When [`Display::expire`] is due; `None`: nothing is held back.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        self.masker.wake_at()
    }
}

/// A screen that is fed when somebody looks at it.
#[derive(Debug)]
struct Late {
    screen: Screen,
    unread: Vec<u8>,
}

impl Late {
    fn new(size: Size) -> Self {
        Self { screen: Screen::new(size.cols(), size.rows()), unread: Vec::new() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        if self.unread.len() >= LATE {
            self.look();
        }
    }

    fn look(&mut self) -> &Screen {
        if !self.unread.is_empty() {
            self.screen.feed(&self.unread);
            self.unread.clear();
            // An idle session keeps no buffer that a flood has grown.
            self.unread.shrink_to(IDLE);
        }
        &self.screen
    }

    fn resize(&mut self, size: Size) {
        self.look();
        self.screen.resize(size.cols(), size.rows());
    }
}

/// How soon a bar that could not be drawn is tried again.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Bytes that may wait for a look.
const LATE: usize = 64 << 10;

/// What an idle model keeps of its buffer.
const IDLE: usize = 4 << 10;
