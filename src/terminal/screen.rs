//! What is on a terminal, given every byte that was sent to it. The only place that builds `vt100` models.
//!
//! A [`Screen`] never panics and never stops: sizes are clamped, hostile sequences are taken out by `filter`, and a panic
//! of the parser is caught; the screen is then [`Screen::faulted`] and stays so. Long runs of plain text are nearly free
//! (see `run`), with no difference to be seen.

use std::num::NonZeroU16;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use unicode_width::UnicodeWidthChar as _;

use super::cell::Cell;
use super::drawing::Drawing;
use super::filter::{self, Csi, Filter, Piece};
use super::modes::Modes;
use super::run;
use super::snapshot;

/// Where the cursor is. `col` equals the number of columns when a character was just written into the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// From 0 at the top.
    pub row: u16,
    /// From 0 at the left.
    pub col: u16,
}

/// A model of one terminal. 32 bytes a cell, twice that once the alternate screen was used.
pub struct Screen {
    filter: Filter,
    model: Model,
}

impl Screen {
    /// Columns that a model has.
    pub const COLS: RangeInclusive<u16> = 2..=500;
    /// Rows that a model has.
    pub const ROWS: RangeInclusive<u16> = 1..=300;

    /// A blank screen. Sizes outside of the bounds are clamped to them.
    #[must_use]
    pub fn new(cols: u16, rows: u16) -> Self {
        Self { filter: Filter::default(), model: Model::new(cols, rows) }
    }

    /// Takes output as it came. Feed as much at once as there is: long runs of plain text are then nearly free.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { filter, model } = self;
        filter.feed(bytes, &mut |piece| model.take(piece));
        model.flush();
    }

    /// Changes the size, as the terminal did. Rows that scrolled off come back blank when it grows.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.model.resize(cols, rows);
    }

    /// Columns.
    #[must_use]
    pub fn cols(&self) -> u16 {
        self.vt().size().1.get()
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u16 {
        self.vt().size().0.get()
    }

    /// Where the cursor is.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let (row, col) = self.vt().cursor_position();
        Cursor { row, col }
    }

    /// Whether the cursor is hidden (DECTCEM).
    #[must_use]
    pub fn cursor_hidden(&self) -> bool {
        self.vt().hide_cursor()
    }

    /// Whether the alternate screen is shown.
    #[must_use]
    pub fn alternate_screen(&self) -> bool {
        self.vt().alternate_screen()
    }

    /// How often the alternate screen was left so far. Two switches in one read are seen here and nowhere else.
    #[must_use]
    pub fn alternate_left(&self) -> u64 {
        self.model.alternate_left
    }

    /// Whether the program asked for bracketed paste (DECSET 2004).
    #[must_use]
    pub fn bracketed_paste(&self) -> bool {
        self.vt().bracketed_paste()
    }

    /// Whether arrows are sent as SS3 (DECCKM).
    #[must_use]
    pub fn application_cursor(&self) -> bool {
        self.vt().application_cursor()
    }

    /// Whether positions count from the scroll region's top (DECOM).
    #[must_use]
    pub fn origin_mode(&self) -> bool {
        self.model.modes.origin()
    }

    /// Whether characters are drawn as they are, where the cursor is: no graphics set, no insertion, wrapping at the margin, a
    /// tab stop every eight columns.
    #[must_use]
    pub fn draws_plainly(&self) -> bool {
        self.model.drawing.is_plain()
    }

    /// The scroll region (DECSTBM) as first and last row, if it is not the whole screen.
    #[must_use]
    pub fn scroll_region(&self) -> Option<(u16, u16)> {
        self.model.modes.region()
    }

    /// Whether the stream so far ends between characters and sequences, so that bytes of ours may be put in.
    #[must_use]
    pub fn at_ground(&self) -> bool {
        self.filter.at_ground()
    }

    /// Whether the model broke. It is blank from then on; what it was is not known.
    #[must_use]
    pub fn faulted(&self) -> bool {
        self.model.faulted
    }

    /// The window's title (OSC 0 and 2), at most 1,024 bytes. Untrusted: escape it before showing it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.model.title
    }

    /// One cell.
    #[must_use]
    pub fn cell(&self, row: u16, col: u16) -> Option<Cell<'_>> {
        self.vt().cell(row, col).map(Cell::from)
    }

    /// What stands in one cell, and how many columns it covers; as [`Screen::cell`] says it, for a third of the time.
    pub(super) fn glyph(&self, row: u16, col: u16) -> Option<(&str, u8)> {
        self.vt().cell(row, col).map(|cell| match (cell.is_wide_continuation(), cell.is_wide()) {
            (true, _) => ("", 0),
            (false, true) => (cell.contents(), 2),
            (false, false) => (cell.contents(), 1),
        })
    }

    /// The text of a row without blanks at its end.
    #[must_use]
    pub fn row_text(&self, row: u16) -> String {
        if row >= self.rows() {
            return String::new();
        }
        // The model's `rows` would write down every row above it first.
        let mut text = self.vt().contents_between(row, 0, row + 1, 0);
        if text.ends_with('\n') {
            text.pop();
        }
        text
    }

    /// The texts of all rows, from the top, each without the cells at its end that nothing was written to. Cells one by one cost ten times as much.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.vt().rows(0, self.cols())
    }

    /// Whether the row's text goes on in the next row because it did not fit.
    #[must_use]
    pub fn row_wrapped(&self, row: u16) -> bool {
        self.vt().row_wrapped(row)
    }

    /// All text, wrapped rows joined, rows separated by newlines.
    #[must_use]
    pub fn contents(&self) -> String {
        self.vt().contents()
    }

    /// Bytes that paint a fresh screen of the same size into this state, so that what is fed to both afterwards has the
    /// same effect if this is taken [at ground](Self::at_ground): text, colours, cursor, saved cursor, margins and modes, and under the alternate screen the main one.
    /// Left out is what hardly anything relies on: what REP would repeat, the finer points of origin mode, the alternate
    /// screen's text once it was left (DECSET 1049 clears it), and a cursor that is saved or has margins around it while
    /// it stands behind the last column of an erased cell.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        let paint = || snapshot::paint(self.vt(), &self.model.modes, &self.model.drawing);
        catch_unwind(AssertUnwindSafe(paint)).unwrap_or_else(|_| b"\x1b[H\x1b[2J".to_vec())
    }

    /// How many rows have left the main screen at its top: with a row's number it names a line that scrolls. What
    /// scrolled within one long run of plain text is counted roughly; it is off the screen in any case.
    #[must_use]
    pub fn rows_gone(&self) -> u64 {
        self.model.parser.callbacks().gone
    }

    pub(super) fn vt(&self) -> &vt100::Screen {
        self.model.parser.screen()
    }

    /// A model that is fed the long way only.
    #[cfg(test)]
    fn without_shortcut(cols: u16, rows: u16) -> Self {
        let mut screen = Self::new(cols, rows);
        screen.model.shortcut = false;
        screen
    }
}

/// A copy goes on exactly as the original does: unlike [`Screen::state`] it has everything in it.
impl Clone for Screen {
    fn clone(&self) -> Self {
        let Self { filter, model } = self;
        let mut copy = Model::new(self.cols(), self.rows());
        *copy.parser.screen_mut() = self.vt().clone();
        *copy.parser.callbacks_mut() = *model.parser.callbacks();
        copy.modes = model.modes;
        copy.drawing = model.drawing.clone();
        copy.title.clone_from(&model.title);
        copy.out.clone_from(&model.out);
        copy.alternate_left = model.alternate_left;
        copy.faulted = model.faulted;
        Self { filter: filter.clone(), model: copy }
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("cols", &self.cols()).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

/// Builds a parser whose screen is a copy of `screen`, to draw on.
pub(super) fn copy_to_draw_on(screen: &vt100::Screen) -> vt100::Parser {
    let (rows, cols) = screen.size();
    // The size is one that was clamped before.
    #[allow(clippy::disallowed_methods)]
    let mut parser = vt100::Parser::new(rows, cols, 0);
    *parser.screen_mut() = screen.clone();
    parser
}

/// The parser and what must be known beside it.
struct Model {
    parser: vt100::Parser<Gone>,
    modes: Modes,
    drawing: Drawing,
    title: String,
    alternate_left: u64,
    /// What the parser has yet to see; at most [`BATCH`] and one text.
    out: Vec<u8>,
    faulted: bool,
    #[cfg(test)]
    shortcut: bool,
}

impl Model {
    fn new(cols: u16, rows: u16) -> Self {
        Self {
            parser: blank(cols, rows),
            modes: Modes::default(),
            drawing: Drawing::default(),
            title: String::new(),
            alternate_left: 0,
            out: Vec::new(),
            faulted: false,
            #[cfg(test)]
            shortcut: true,
        }
    }

    fn rows(&self) -> u16 {
        self.parser.screen().size().0.get()
    }

    fn take(&mut self, piece: Piece<'_>) {
        if self.faulted {
            return;
        }
        match piece {
            Piece::Text(run) => self.text(run),
            Piece::Escape(last) => self.escape(last),
            Piece::Control(csi) => self.control(csi),
            Piece::Designation(sequence) => self.drawing.designate(sequence),
            Piece::Osc(text, _) => self.osc(text),
            Piece::String(..) => {}
        }
        if self.out.len() >= BATCH {
            self.flush();
        }
    }

    fn text(&mut self, run: &[u8]) {
        if !self.drawing.is_plain() || !self.drawing.keeps(run) {
            self.draw(run);
            return;
        }
        let rest = match self.skippable(run) {
            Some(skip) => {
                self.skip(skip);
                run.get(skip.bytes..).unwrap_or_default()
            }
            None => run,
        };
        filter::write_text(rest, &mut self.out);
    }

    /// Text while something changes how it is drawn: character by character.
    fn draw(&mut self, run: &[u8]) {
        for chunk in run.utf8_chunks() {
            chunk.valid().chars().for_each(|c| self.draw_char(c));
            if !chunk.invalid().is_empty() {
                self.draw_char(filter::NO_CHARACTER);
            }
        }
        if self.drawing.unwrapped {
            self.unwrap_cursor();
        }
    }

    fn draw_char(&mut self, c: char) {
        let c = self.drawing.drawn(c);
        match c {
            '\x0e' | '\x0f' => self.drawing.shift(c == '\x0e'),
            '\t' => self.tab(1, false),
            '\n' | '\x0b' | '\x0c' if self.drawing.newline => self.out.extend_from_slice(b"\r\n"),
            _ => {
                let width = c.width().and_then(|w| u16::try_from(w).ok()).unwrap_or(0);
                if width > 0 && (self.drawing.insert || self.drawing.unwrapped) {
                    self.make_room(width);
                }
                filter::write_text(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut self.out);
            }
        }
        if self.out.len() >= BATCH {
            self.flush();
        }
    }

    /// Before a character of that width: back to the last column if nothing wraps, and room for it if it is inserted.
    fn make_room(&mut self, width: u16) {
        let (col, cols) = self.column();
        if col.saturating_add(width) > cols {
            if self.drawing.unwrapped {
                self.place(cols.saturating_sub(width));
            } else {
                // It wraps, and is inserted there.
                self.out.extend_from_slice(b"\r\n");
            }
        }
        if self.drawing.insert {
            self.out.extend_from_slice(format!("\x1b[{width}@").as_bytes());
        }
    }

    /// Where nothing wraps, the cursor never stands behind the last column.
    fn unwrap_cursor(&mut self) {
        let (col, cols) = self.column();
        if col >= cols {
            self.place(cols.saturating_sub(1));
        }
    }

    fn tab(&mut self, n: u16, back: bool) {
        let (col, cols) = self.column();
        self.place(self.drawing.tab(col, n, back, cols));
    }

    /// The cursor's column and how many there are.
    fn column(&mut self) -> (u16, u16) {
        self.flush();
        let screen = self.parser.screen();
        (screen.cursor_position().1, screen.size().1.get())
    }

    fn place(&mut self, col: u16) {
        self.out.extend_from_slice(format!("\x1b[{}G", col + 1).as_bytes());
    }

    fn skippable(&mut self, run: &[u8]) -> Option<run::Skip> {
        #[cfg(test)]
        if !self.shortcut {
            return None;
        }
        if self.modes.alternate() || self.modes.origin() || self.modes.region().is_some() {
            return None;
        }
        let short_of = PULL_MAX.saturating_sub(self.parser.callbacks().pull);
        run::skippable(run, self.rows(), usize::from(short_of))
    }

    /// Brings the model to where it would be after what is left out.
    fn skip(&mut self, skip: run::Skip) {
        self.flush();
        let rows = self.rows();
        // Every row scrolled off: count them, as far as a growth of the screen can tell.
        while self.parser.callbacks().pull < PULL_MAX && !self.faulted {
            self.out.extend_from_slice(format!("\x1b[{rows}S").as_bytes());
            self.flush();
        }
        self.out.extend_from_slice(format!("\x1b[{rows};1H").as_bytes());
        let gone = &mut self.parser.callbacks_mut().gone;
        *gone = gone.saturating_add(u64::try_from(skip.lines).unwrap_or(u64::MAX));
    }

    fn escape(&mut self, last: u8) {
        self.modes.escape(last);
        match last {
            b'7' => self.drawing.save(self.modes.alternate()),
            b'8' => self.drawing.restore(self.modes.alternate()),
            _ => {}
        }
        match last {
            b'H' => {
                let (col, cols) = self.column();
                self.drawing.set_tab(col.min(cols - 1));
            }
            // IND and NEL, which `vt100` does not know, are these controls (ECMA-48 8.3.86; xterm: IND is LF without CR).
            b'D' => self.out.push(b'\n'),
            b'E' => self.out.extend_from_slice(b"\r\n"),
            b'7' | b'8' | b'=' | b'>' | b'M' => self.out.extend_from_slice(&[0x1b, last]),
            b'c' => self.reset(),
            _ => {}
        }
    }

    /// RIS, by sequences that do the same: the model's own builds all rows anew, 5 ms for two bytes on the largest screen.
    fn reset(&mut self) {
        if self.modes.alternate_was_used() {
            self.out.extend_from_slice(b"\x1b[?47h");
            self.out.extend_from_slice(RESET_GRID);
        }
        self.out.extend_from_slice(b"\x1b[?47l");
        self.out.extend_from_slice(RESET_GRID);
        self.out.extend_from_slice(RESET_MODES);
        self.flush();
        self.alternate_left += u64::from(self.modes.alternate());
        self.modes = Modes::default();
        self.drawing = Drawing::default();
        self.forget_scrolled();
        self.parser.callbacks_mut().pull = 0;
        self.title.clear();
    }

    fn control(&mut self, csi: Csi<'_>) {
        let (rows, cols) = self.parser.screen().size();
        match (csi.prefix(), csi.last) {
            (None, b'b') => self.repeat(&csi, cols.get()),
            (None, b'I' | b'Z') => self.tab(csi.numbers().next().unwrap_or(0).max(1), csi.last == b'Z'),
            (None, b'g') => {
                let (col, cols) = self.column();
                self.drawing.clear_tab(csi.numbers().next().unwrap_or(0), col.min(cols - 1));
            }
            (None, b'h' | b'l') => csi.modes().for_each(|mode| match mode {
                4 => self.drawing.insert = csi.last == b'h',
                20 => self.drawing.newline = csi.last == b'h',
                _ => {}
            }),
            (Some(b'?'), b'h' | b'l') if csi.modes().any(|mode| matches!(mode, 7 | 1047 | 1048)) => {
                let modes: Vec<u16> = csi.modes().collect();
                modes.into_iter().for_each(|mode| self.mode(mode, csi.last));
                return;
            }
            (Some(b'!'), b'p') => self.soft_reset(),
            // SCOSC and SCORC, HPR and VPR: what xterm takes them for, by names that `vt100` knows.
            (None, b's') if csi.body.is_empty() => self.escape(b'7'),
            (None, b'u') if csi.body.is_empty() => self.escape(b'8'),
            (None, b'a') => Csi { last: b'C', ..csi }.write_clamped(&mut self.out, NUMBER_MAX),
            (None, b'e') => Csi { last: b'B', ..csi }.write_clamped(&mut self.out, NUMBER_MAX),
            // VPA counts from the margin in origin mode and stays within it (xterm), of which `vt100` takes no notice.
            (None, b'd') if self.modes.origin() => {
                let (row, (col, cols)) = (csi.numbers().next().unwrap_or(0).max(1), self.column());
                self.out.extend_from_slice(format!("\x1b[{row};{}H", col.min(cols - 1) + 1).as_bytes());
            }
            (None | Some(b'?'), b'J') if csi.numbers().next() == Some(3) => {
                csi.write_clamped(&mut self.out, NUMBER_MAX);
                if !self.modes.alternate() {
                    self.flush();
                    self.parser.callbacks_mut().pull = 0;
                }
            }
            (None, _) => csi.write_clamped(&mut self.out, NUMBER_MAX),
            (Some(_), _) => csi.write_clamped(&mut self.out, MODE_MAX),
        }
        let alternate = self.modes.alternate();
        self.modes.control(&csi, rows.get());
        self.alternate_left += u64::from(alternate && !self.modes.alternate());
    }

    /// REP; where nothing wraps, not beyond the last column.
    fn repeat(&mut self, csi: &Csi<'_>, cols: u16) {
        if !self.drawing.unwrapped {
            csi.write_clamped(&mut self.out, cols);
            return;
        }
        let (col, cols) = self.column();
        let room = cols.saturating_sub(col).max(1);
        csi.write_clamped(&mut self.out, room);
        self.unwrap_cursor();
    }

    /// One private mode of several, some of which `vt100` does not know.
    fn mode(&mut self, mode: u16, last: u8) {
        let on = last == b'h';
        match mode {
            7 => self.drawing.unwrapped = !on,
            1047 => {
                if !on && self.modes.alternate() {
                    self.out.extend_from_slice(b"\x1b[2J");
                }
                self.control(Csi { body: b"?47", last });
            }
            1048 => self.escape(if on { b'7' } else { b'8' }),
            _ => self.control(Csi { body: format!("?{mode}").as_bytes(), last }),
        }
    }

    /// DECSTR (xterm): modes and rendition are as new; text and cursor stay.
    fn soft_reset(&mut self) {
        self.flush();
        let (row, col) = self.parser.screen().cursor_position();
        self.out.extend_from_slice(b"\x1b[m\x1b[?6l\x1b[r\x1b[H\x1b7");
        self.out.extend_from_slice(format!("\x1b[{};{}H", row + 1, col + 1).as_bytes());
        self.out.extend_from_slice(b"\x1b>\x1b[?1l\x1b[?25h");
        self.modes.soft_reset();
        self.drawing = Drawing::default();
    }

    fn osc(&mut self, text: &[u8]) {
        let text = text.get(..text.len().min(TITLE_MAX)).unwrap_or_default();
        if let Some(title) = text.strip_prefix(b"0;").or_else(|| text.strip_prefix(b"2;")) {
            self.title = String::from_utf8_lossy(title).into_owned();
        }
    }

    fn flush(&mut self) {
        let out = std::mem::take(&mut self.out);
        if !out.is_empty() {
            self.guarded(|parser| parser.process(&out));
            self.out = out;
            self.out.clear();
            self.out.shrink_to(BATCH * 2);
        }
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        let (new_rows, new_cols) = clamp(cols, rows);
        let (old_rows, old_cols) = self.parser.screen().size();
        if self.faulted || (new_rows, new_cols) == (old_rows, old_cols) {
            return;
        }
        let pull = self.parser.callbacks().pull;
        let growth = new_rows.get().saturating_sub(old_rows.get());
        if growth > pull {
            // The model may believe in more rows than we counted; make it forget them once it has pulled ours.
            self.set_size(old_rows.saturating_add(pull), old_cols);
            self.forget_scrolled();
        }
        self.set_size(new_rows, new_cols);
        let counts = self.parser.callbacks_mut();
        counts.pull = counts.pull.saturating_sub(growth);
        counts.gone = counts.gone.saturating_sub(growth.min(pull).into());
        self.modes.resized();
    }

    fn set_size(&mut self, rows: NonZeroU16, cols: NonZeroU16) {
        self.guarded(|parser| parser.set_size(rows, cols));
    }

    /// Only the active screen's scrollback can be cleared, and only the main screen has one.
    fn forget_scrolled(&mut self) {
        let alternate = self.modes.alternate();
        self.guarded(|parser| {
            if alternate {
                parser.process(b"\x1b[?47l");
            }
            parser.screen_mut().clear_scrollback();
            if alternate {
                parser.process(b"\x1b[?47h");
            }
        });
    }

    /// Runs the parser; if it panics, the model is blank and faulted from then on.
    fn guarded(&mut self, work: impl FnOnce(&mut vt100::Parser<Gone>)) {
        if self.faulted {
            return;
        }
        let (rows, cols) = self.parser.screen().size();
        let parser = &mut self.parser;
        if catch_unwind(AssertUnwindSafe(|| work(parser))).is_err() {
            self.faulted = true;
            self.parser = blank(cols.get(), rows.get());
            self.modes = Modes::default();
            self.drawing = Drawing::default();
        }
    }
}

/// Counts the rows that leave the main screen at its top.
#[derive(Debug, Default, Clone, Copy)]
struct Gone {
    gone: u64,
    /// How many of them a growth would pull back, at most [`PULL_MAX`]. `vt100` counts without a bound; as no screen has
    /// more rows than this, the difference shows only after growths that pulled, and those go by this number.
    pull: u16,
}

impl vt100::Callbacks for Gone {
    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, alternate_screen: bool) {
        if !alternate_screen {
            self.gone = self.gone.saturating_add(1);
            self.pull = self.pull.saturating_add(1).min(PULL_MAX);
        }
    }
}

fn blank(cols: u16, rows: u16) -> vt100::Parser<Gone> {
    let (rows, cols) = clamp(cols, rows);
    // The one place that may: sizes are clamped and hostile sequences filtered here.
    #[allow(clippy::disallowed_methods)]
    vt100::Parser::new_with_callbacks(rows, cols, 0, Gone::default())
}

fn clamp(cols: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let cols = cols.clamp(*Screen::COLS.start(), *Screen::COLS.end());
    let rows = rows.clamp(*Screen::ROWS.start(), *Screen::ROWS.end());
    (NonZeroU16::new(rows).unwrap_or(NonZeroU16::MIN), NonZeroU16::new(cols).unwrap_or(NonZeroU16::MIN))
}

/// Blank, no margins, no origin mode, cursor and saved cursor at home with default rendition.
const RESET_GRID: &[u8] = b"\x1b[m\x1b[?6l\x1b[r\x1b[2J\x1b[H\x1b7";
/// The modes that the model keeps for both grids.
const RESET_MODES: &[u8] = b"\x1b>\x1b[?1;2004;9;1000;1002;1003;1005;1006l\x1b[?25h\x1b[0 q";
/// Bytes that are collected before the parser runs.
const BATCH: usize = 4096;
/// The rows of the tallest screen.
const PULL_MAX: u16 = *Screen::ROWS.end();
/// Bytes of a title that are kept.
const TITLE_MAX: usize = 1024;
/// Larger numbers mean the same as this on any screen that we have, and cost more.
const NUMBER_MAX: u16 = 2000;
/// No private mode has a larger number; a clamped one must not become another mode.
const MODE_MAX: u16 = 9999;

#[cfg(test)]
mod tests;
