//! The target's true screen, the client's view of it, masking, and the bar.
//!
//! Two models, one for each truth: the gate reads what the target drew, the bar is a diff against what the client sees.
//! Both are fed late: bytes gather until somebody looks, because a model is nearly free on a long run of plain text and dear
//! on many short ones.
//!
//! # What the client gets
//!
//! ```text
//!             text that is appended, colours            anything else
//!   ┌───▶ Append ───────────────────────────────▶ Grid ◀────────────┐
//!   │       │ the bytes, masked as they pass       │ after each read │
//!   │       ▼                                      ▼                 │
//!   │     client                     the same bytes, if every state that they make was judged harmless;
//!   │                                else the difference between what the client sees and the masked true screen
//!   └──────────────────────────────────────────────┘ nothing is hidden provisionally, nothing stands behind the cursor
//! ```
//!
//! Only sequences of [`crate::terminal::wire`]'s table reach the client as they came. All else is drawn by the true model and
//! rendered, so what the client's terminal would make of it does not matter.

use bytes::Bytes;

use super::masking::{Drawn, Masking, Path};
use super::words::BarText;
use crate::model::{Finding, Mono, Size};
use crate::policy::permit::Reveal;
use crate::privacy;
use crate::terminal::{Bar, Overlay, Panel, Screen, notice, repaint, repaint_whole};

/// The terminal of one session. Outside of this room it is what `holdpoint mask` measures.
#[derive(Debug)]
pub struct Display {
    truth: Late,
    view: Late,
    masking: Option<Box<Masking>>,
    overlay: Overlay,
    /// What of ours should be on the screen, if anything.
    ours: Option<Ours>,
    sight: Sight,
    repaint: Repaint,
    /// The other grid (main or alternate) may show what it should not: which one was active when the sight changed.
    other_grid: Option<bool>,
    /// Not before this is the bar drawn (again): output came in between.
    quiet_until: Mono,
    /// Images that belong into what was given last.
    images: Vec<Drawn>,
    /// What deletes images before the client's screen is painted anew.
    deletes: Vec<u8>,
}

impl Display {
    /// A blank terminal.
    #[must_use]
    pub fn new(size: Size, privacy: &privacy::Settings) -> Self {
        let mut masking = (privacy.kinds != privacy::Kinds::NONE).then(|| Box::new(Masking::new(privacy)));
        if let Some(masking) = &mut masking {
            masking.cell = size.cell();
        }
        Self {
            truth: Late::new(size),
            view: Late::new(size),
            masking,
            overlay: Overlay::new(),
            ours: None,
            sight: Sight::Masked,
            repaint: Repaint::Not,
            other_grid: None,
            quiet_until: Mono::default(),
            images: Vec::new(),
            deletes: Vec::new(),
        }
    }

    /// What the target drew.
    pub(super) fn truth(&mut self) -> &Screen {
        self.truth.look()
    }

    /// What the client sees unless a reveal runs, without the bar: what is recorded, and what others watch.
    pub(super) fn view(&mut self) -> &Screen {
        self.view.look()
    }

    /// What is on the client's screen, without the bar.
    pub(super) fn client(&mut self) -> &Screen {
        seen(&self.sight, &mut self.truth, &mut self.view)
    }

    /// From now on the client sees what the target draws. [`Display::repaint`] brings its screen there.
    pub(super) fn reveal(&mut self, _: &Reveal) {
        if matches!(self.sight, Sight::Masked) {
            self.sight = Sight::Clear { unsent: Vec::new() };
            self.sight_changed();
            if let Some(masking) = &mut self.masking {
                self.deletes = masking.forget_images();
            }
            // What the target sends is obeyed from now on: its margins, modes and saved cursor must be there.
            self.repaint = Repaint::Whole;
        }
    }

    /// From now on the client sees what is recorded.
    pub(super) fn conceal(&mut self) {
        if matches!(self.sight, Sight::Clear { .. }) {
            self.sight = Sight::Masked;
            self.sight_changed();
            let truth = self.truth.look();
            if truth.scroll_region().is_some() || !truth.draws_plainly() {
                self.repaint = Repaint::Whole;
            }
        }
    }

    fn sight_changed(&mut self) {
        self.other_grid = Some(self.truth.look().alternate_screen());
        self.repaint = match self.repaint {
            Repaint::Not => Repaint::Difference,
            Repaint::Difference | Repaint::Whole => Repaint::Whole,
        };
    }

    /// While a reveal runs: what the client gets in place of what is recorded. Nothing while the masker keeps something back, because
    /// what is shown is recorded before.
    pub(super) fn unsent(&mut self) -> Option<Bytes> {
        let waits = self.wake_at().is_some();
        match &mut self.sight {
            Sight::Masked => None,
            Sight::Clear { .. } if waits => Some(Bytes::new()),
            Sight::Clear { unsent } => Some(Bytes::from(std::mem::take(unsent))),
        }
    }

    /// Whether the client's screen does not show what it should, or may not.
    pub(super) fn wants_repaint(&mut self) -> bool {
        if self.other_grid.is_some_and(|grid| grid != self.truth.look().alternate_screen()) {
            self.other_grid = None;
            self.repaint = Repaint::Whole;
        }
        !matches!(self.repaint, Repaint::Not)
    }

    /// The bytes that bring the client's screen to what it should show; empty while the stream cannot take any. Take the bar off before.
    pub(super) fn repaint(&mut self) -> Bytes {
        let (from, to) = match &self.sight {
            Sight::Masked => (self.truth.look(), self.view.look()),
            Sight::Clear { unsent } if !unsent.is_empty() => return Bytes::new(),
            Sight::Clear { .. } => (self.view.look(), self.truth.look()),
        };
        if !from.at_ground() || !to.at_ground() {
            return Bytes::new();
        }
        match std::mem::replace(&mut self.repaint, Repaint::Not) {
            Repaint::Not => Bytes::new(),
            Repaint::Difference => Bytes::from(repaint(from, to)),
            Repaint::Whole => Bytes::from([std::mem::take(&mut self.deletes), repaint_whole(to)].concat()),
        }
    }

    /// Output of the target. Gives what the client may see of it now.
    #[must_use]
    pub fn output(&mut self, bytes: &[u8], now: Mono) -> Bytes {
        if self.masking.is_some() {
            return self.with_masking(|masking, path| masking.output(bytes, now, path));
        }
        self.truth.feed(bytes);
        self.passes(bytes);
        self.shown(bytes.to_vec())
    }

    /// What was kept back for too long.
    #[must_use]
    pub fn expire(&mut self, now: Mono) -> Bytes {
        self.with_masking(|masking, path| masking.expire(now, path))
    }

    /// What is still kept back, because nothing follows or something of ours does.
    #[must_use]
    pub fn finish(&mut self) -> Bytes {
        self.with_masking(Masking::finish)
    }

    fn with_masking(&mut self, work: impl FnOnce(&mut Masking, &mut Path<'_>)) -> Bytes {
        let Some(masking) = &mut self.masking else { return Bytes::new() };
        let clear = matches!(self.sight, Sight::Clear { .. }).then(Vec::new);
        let mut path =
            Path { truth: &mut self.truth, view: &mut self.view, out: Vec::new(), clear, images: Vec::new() };
        work(masking, &mut path);
        let Path { out, clear, images, .. } = path;
        self.images.extend(images);
        if let Some(clear) = clear {
            self.passes(&clear);
        } else if !out.is_empty() {
            self.moved_on();
        }
        Bytes::from(out)
    }

    /// Whether what comes next is judged as a stream.
    #[cfg(test)]
    pub(super) fn appends(&self) -> bool {
        self.masking.as_ref().is_some_and(|masking| masking.appends())
    }

    /// Whether images that the target draws reach the client from now on.
    pub(super) fn allow_images(&mut self, allowed: bool) {
        if let Some(masking) = &mut self.masking {
            masking.allow_images(allowed);
        }
    }

    /// The images that belong into what [`Display::output`] gave, in order. They are for the client only.
    pub(super) fn take_images(&mut self) -> Vec<Drawn> {
        std::mem::take(&mut self.images)
    }

    /// Keys on their way to the target: their echo is not held back.
    pub(super) fn typed(&mut self, keys: &[u8], now: Mono) {
        if let Some(masking) = &mut self.masking {
            masking.stream.typed(keys, now);
        }
    }

    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let Some(masking) = &mut self.masking else { return Vec::new() };
        let mut found = masking.stream.take_findings();
        for more in masking.matcher.take_findings() {
            match found.iter_mut().find(|finding| finding.kind == more.kind) {
                Some(finding) => finding.count = finding.count.saturating_add(more.count),
                None => found.push(more),
            }
        }
        found
    }

    /// A line of ours that stays: bytes for the client, which both models know of too, since the target's cursor moves with it.
    pub(super) fn notice(&mut self, text: &str) -> Bytes {
        let bytes = notice(self.view.look(), text);
        self.truth.feed(&bytes);
        self.passes(&bytes);
        self.shown(bytes)
    }

    /// The session begins at this place of the client's screen (from 1, as terminals count): bytes for the record, which move
    /// no cursor that stands there.
    pub(super) fn begin_at(&mut self, row: u16, column: u16) -> Bytes {
        let there = format!("\x1b[{row};{column}H").into_bytes();
        self.truth.feed(&there);
        self.passes(&there);
        self.shown(there)
    }

    /// Bytes that the client gets as they are while a reveal runs.
    fn passes(&mut self, bytes: &[u8]) {
        self.moved_on();
        if let Sight::Clear { unsent } = &mut self.sight {
            unsent.extend_from_slice(bytes);
        }
    }

    /// Two screens that were to be compared are not what they were.
    fn moved_on(&mut self) {
        if let Repaint::Difference = self.repaint {
            self.repaint = Repaint::Whole;
        }
    }

    fn shown(&mut self, bytes: Vec<u8>) -> Bytes {
        self.view.feed(&bytes);
        Bytes::from(bytes)
    }

    /// The bytes that take the bar off before anything else is sent; empty if it is not there.
    pub(super) fn hide_bar(&mut self) -> Bytes {
        if !self.overlay.is_shown() {
            return Bytes::new();
        }
        Bytes::from(self.overlay.hide(seen(&self.sight, &mut self.truth, &mut self.view)))
    }

    /// What of ours there should be from now on; it is drawn by [`Display::draw_bar`].
    pub(super) fn want(&mut self, ours: Option<Ours>) {
        self.ours = ours;
    }

    /// Whether something of ours is on the screen.
    pub(super) fn is_drawn(&self) -> bool {
        self.overlay.is_shown()
    }

    /// Output came: the bar stays off until it has been quiet for a while.
    pub(super) const fn wait_for_quiet(&mut self, until: Mono) {
        self.quiet_until = until;
    }

    /// When the bar can be drawn, if it should be there and is not.
    pub(super) fn bar_due(&self) -> Option<Mono> {
        (self.ours.is_some() && !self.overlay.is_shown()).then_some(self.quiet_until)
    }

    /// The bytes that draw the bar, or bring it up to date. `None`: it should be there and cannot be drawn now.
    pub(super) fn draw_bar(&mut self, now: Mono) -> Option<Bytes> {
        let Some(ours) = &self.ours else { return Some(Bytes::new()) };
        if now < self.quiet_until {
            return Some(Bytes::new());
        }
        if matches!(&self.sight, Sight::Clear { unsent } if !unsent.is_empty()) {
            // The client is a few milliseconds behind.
            self.quiet_until = now.after(privacy::HOLD);
            return Some(Bytes::new());
        }
        let client = seen(&self.sight, &mut self.truth, &mut self.view);
        let drawn = match ours {
            Ours::Bar(text) => {
                self.overlay.show(client, &Bar { full: &text.full, medium: &text.medium, short: &text.short })
            }
            Ours::Menu { rows, full_screen } => {
                self.overlay.show_panel(client, &Panel { rows, full_screen: *full_screen })
            }
        };
        let drawn = drawn.map(Bytes::from);
        if drawn.is_none() {
            // The screen may take a bar later (an editor is left); there is no hurry.
            self.quiet_until = now.after(RETRY);
        }
        drawn
    }

    pub(super) fn resize(&mut self, size: Size) {
        // The client's terminal has that size already. What would take the bar off one of the old size lands somewhere else.
        if self.overlay.forget() {
            self.repaint = Repaint::Whole;
        }
        self.truth.resize(size);
        self.view.resize(size);
        if let Some(masking) = &mut self.masking {
            masking.cell = size.cell();
        }
        let bytes = self.with_masking(Masking::resized);
        debug_assert!(bytes.is_empty(), "a change of size shows nothing");
    }

    /// When [`Display::expire`] is due; `None`: nothing is held back.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        self.masking.as_ref().and_then(|masking| masking.wake_at())
    }
}

/// What of ours stands over the client's screen.
#[derive(Debug)]
pub(super) enum Ours {
    /// One row.
    Bar(BarText),
    /// Several.
    Menu {
        rows: Vec<String>,
        /// Also over a program that fills the screen.
        full_screen: bool,
    },
}

/// What the client is shown.
#[derive(Debug)]
enum Sight {
    /// What is recorded.
    Masked,
    /// What the target draws; what of it was not sent yet.
    Clear { unsent: Vec<u8> },
}

/// How the client's screen gets to what it should show.
#[derive(Debug, Clone, Copy)]
enum Repaint {
    /// It shows it.
    Not,
    /// What changes is sent.
    Difference,
    /// All of it is sent.
    Whole,
}

fn seen<'a>(sight: &Sight, truth: &'a mut Late, view: &'a mut Late) -> &'a Screen {
    match sight {
        Sight::Masked => view.look(),
        Sight::Clear { .. } => truth.look(),
    }
}

/// A screen that is fed when somebody looks at it.
#[derive(Debug)]
pub(super) struct Late {
    screen: Screen,
    unread: Vec<u8>,
}

impl Late {
    fn new(size: Size) -> Self {
        Self { screen: Screen::new(size.cols(), size.rows()), unread: Vec::new() }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        if self.unread.len() >= LATE {
            self.look();
        }
    }

    pub(super) fn look(&mut self) -> &Screen {
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
