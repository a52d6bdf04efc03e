//! Where the cursor is while something is drawn, and what that does.

use crate::terminal::Screen;

/// What something that is drawn does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Text on one row.
    Text,
    /// It changes cells.
    Draw,
    /// It moves the cursor on the screen.
    Move,
    Return,
    /// To the next row; the last one scrolls.
    Feed,
    Nothing,
    /// Only the model knows.
    Unknown,
}

impl Step {
    /// Whether terminals agree on it while the cursor stands behind the last column.
    pub(super) const fn is_plain_at_margin(self) -> bool {
        matches!(self, Self::Text | Self::Return | Self::Nothing)
    }
}

/// Where the cursor is and what counts there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) row: u16,
    pub(super) col: u16,
    pub(super) last_row: bool,
    /// Behind the last column.
    pub(super) pending: bool,
    /// No margins, and characters are drawn as they come.
    pub(super) canonical: bool,
    pub(super) alternate: bool,
}

impl Place {
    pub(super) fn of(screen: &Screen) -> Self {
        let cursor = screen.cursor();
        Self {
            row: cursor.row,
            col: cursor.col,
            last_row: cursor.row + 1 >= screen.rows(),
            pending: cursor.col >= screen.cols(),
            // A model that broke judges nothing: nothing may go out as it came.
            canonical: !screen.faulted()
                && screen.draws_plainly()
                && !screen.origin_mode()
                && screen.scroll_region().is_none(),
            alternate: screen.alternate_screen(),
        }
    }

    /// Whether a row leaves the main screen.
    pub(super) fn scrolls(&self, step: Step) -> bool {
        self.goes_below(step) && !self.alternate && self.canonical
    }

    /// On the main screen, with nothing that changes how text is drawn.
    pub(super) const fn is_plain_main(self) -> bool {
        self.canonical && !self.alternate
    }

    /// Whether what is drawn goes below the last row, on whichever screen.
    pub(super) fn goes_below(self, step: Step) -> bool {
        (step == Step::Feed || (step == Step::Text && self.pending)) && self.last_row
    }
}
