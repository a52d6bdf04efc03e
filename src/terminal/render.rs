//! The bytes that make a client's screen the target's, with cells hidden.
//!
//! The client's terminal is addressed absolutely and is otherwise left alone: it never gets margins, origin mode, insertion,
//! graphic sets or a saved cursor, so there is nothing of that kind to keep in step.
//!
//! **No state in between may show what neither picture shows.** Half of a new row beside half of an old one can be a value that
//! stands in neither. So a row that is more than continued is erased first, all such rows before anything is drawn; unless so
//! few cells change that each state can be judged.

use std::ops::Range;

use super::cell::{Cell, Style};
use super::screen::Screen;

/// Cells to hide, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    cols: usize,
    cells: Vec<bool>,
    /// Of a row, the columns that an image covers.
    images: Vec<(u16, Range<u16>)>,
}

impl Hidden {
    /// Nothing is hidden on a screen of that size.
    #[must_use]
    pub fn none(screen: &Screen) -> Self {
        let cols = usize::from(screen.cols());
        Self { cols, cells: vec![false; cols * usize::from(screen.rows())], images: Vec::new() }
    }

    /// Hides the cell with that number: rows times columns, from the top left.
    pub fn hide(&mut self, cell: usize) {
        if let Some(hidden) = self.cells.get_mut(cell) {
            *hidden = true;
        }
    }

    /// Whether a cell of that row is hidden.
    #[must_use]
    pub fn row(&self, row: u16) -> bool {
        let start = usize::from(row) * self.cols;
        self.cells.get(start..start + self.cols).is_some_and(|row| row.contains(&true))
    }

    /// An image covers these cells of the client's screen: as long as nothing stands in them, erasing its row goes round them.
    pub fn go_round(&mut self, row: u16, cols: Range<u16>) {
        self.images.push((row, cols));
    }

    fn image(&self, row: u16) -> Option<&Range<u16>> {
        self.images.iter().find(|(at, _)| *at == row).map(|(_, cols)| cols)
    }

    fn at(&self, row: u16, col: u16) -> bool {
        self.cells.get(usize::from(row) * self.cols + usize::from(col)).copied().unwrap_or(false)
    }
}

/// Appends the bytes that turn `view` into `truth` with cells hidden. `view` must be a screen on which nothing but this, text and
/// the sequences of [`super::wire`] were drawn. `harmless` judges the text of a row.
pub fn render(
    view: &Screen,
    truth: &Screen,
    hidden: &Hidden,
    harmless: &mut impl FnMut(&str) -> bool,
    out: &mut Vec<u8>,
) {
    let mut pen = Pen { out, at: None, moved: false, style: None };
    let rows = view.rows().min(truth.rows());
    let changed: Vec<Row<'_>> = (0..rows).filter_map(|row| Row::changed(view, truth, hidden, row)).collect();
    let mut erased = vec![false; usize::from(rows)];
    let mut below_a_full_row = None;
    for row in &changed {
        let seam = below_a_full_row == Some(row.row) && !row.was_blank;
        if (seam || !row.may_be_drawn_over(harmless))
            && let Some(erased) = erased.get_mut(usize::from(row.row))
        {
            *erased = true;
        }
        below_a_full_row = row.is_full().then(|| row.row + 1);
    }
    let erases = erased.contains(&true);
    if erases {
        pen.put(b"\x1b[?2026h");
        for row in (0..rows).filter(|row| erased.get(usize::from(*row)) == Some(&true)) {
            pen.place(row, 0);
            pen.paint(Style::default());
            let nothing = |cols: &&Range<u16>| {
                let plain = |col: u16| view.cell(row, col).is_some_and(|cell| Want::from(cell).is_plain());
                (cols.start..cols.end).all(|col| plain(col) && Want::of(truth, hidden, row, col).is_plain())
            };
            match hidden.image(row).filter(nothing) {
                Some(cols) => pen.erase_round(row, cols, truth.cols()),
                None => pen.put(b"\x1b[2K"),
            }
        }
    }
    for row in &changed {
        let (erased, image) = (erased.get(usize::from(row.row)) == Some(&true), hidden.image(row.row).is_some());
        row.draw(erased, truth.row_wrapped(row.row), image, &mut pen);
    }
    if erases {
        pen.put(b"\x1b[?2026l");
    }
    finish(view, truth, hidden, changed.is_empty(), &mut pen);
}

/// Cursor, rendition and the modes of keys.
fn finish(view: &Screen, truth: &Screen, hidden: &Hidden, untouched: bool, pen: &mut Pen<'_>) {
    let (cursor, cols) = (truth.cursor(), truth.cols());
    if cursor.col >= cols {
        if !(untouched && view.cursor() == cursor) {
            // Behind the last column one comes only by drawing in it.
            let mut col = cols - 1;
            if truth.cell(cursor.row, col).is_some_and(|cell| cell.width == 0) && !hidden.at(cursor.row, col) {
                col -= 1;
            }
            let want = Want::of(truth, hidden, cursor.row, col);
            pen.at = None;
            pen.place(cursor.row, col);
            pen.paint(want.style);
            pen.put(if want.text.is_empty() { b" " } else { want.text.as_bytes() });
        }
    } else if pen.moved || view.cursor() != cursor {
        // Behind a full row it only seems to be on the next.
        pen.at = None;
        pen.place(cursor.row, cursor.col);
    }
    let rendition = truth.vt().attributes_formatted();
    if pen.style.is_some() || view.vt().attributes_formatted() != rendition {
        pen.out.extend_from_slice(rendition.as_bytes());
    }
    if view.cursor_hidden() != truth.cursor_hidden() {
        pen.put(if truth.cursor_hidden() { b"\x1b[?25l" } else { b"\x1b[?25h" });
    }
    pen.out.extend_from_slice(truth.vt().input_mode_diff(view.vt()).as_bytes());
}

/// Where the client's cursor is and what it draws with.
struct Pen<'a> {
    out: &'a mut Vec<u8>,
    /// Where it is, if that is known.
    at: Option<(u16, u16)>,
    moved: bool,
    style: Option<Style>,
}

impl Pen<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn place(&mut self, row: u16, col: u16) {
        if self.at != Some((row, col)) {
            self.out.extend_from_slice(format!("\x1b[{};{}H", row + 1, col + 1).as_bytes());
            self.at = Some((row, col));
        }
        self.moved = true;
    }

    /// Erases a row but for these columns; it stands in the first column.
    fn erase_round(&mut self, row: u16, cols: &Range<u16>, all: u16) {
        if cols.start > 0 {
            self.put(format!("\x1b[{}X", cols.start).as_bytes());
        }
        if cols.end < all {
            self.place(row, cols.end);
            self.put(b"\x1b[K");
        }
    }

    fn paint(&mut self, style: Style) {
        if self.style != Some(style) {
            self.out.extend_from_slice(style.sgr().as_bytes());
            self.style = Some(style);
        }
    }
}

/// What a cell should show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Want<'a> {
    text: &'a str,
    width: u8,
    style: Style,
}

impl<'a> Want<'a> {
    fn of(truth: &'a Screen, hidden: &Hidden, row: u16, col: u16) -> Self {
        let Some(cell) = truth.cell(row, col) else { return Self { text: "", width: 1, style: Style::default() } };
        let mut want = Self::from(cell);
        if cell.width == 0 && col > 0 {
            // The second half of a wide character looks like the first.
            want.style = truth.cell(row, col - 1).map_or(want.style, |first| first.style);
        }
        if hidden.at(row, col) { Self { text: MASK, width: 1, ..want } } else { want }
    }

    fn looks_like(&self, cell: &Cell<'_>) -> bool {
        let style = self.width == 0 || self.style == cell.style;
        self.width == cell.width && style && (self.text == cell.text || (self.is_blank() && blank(cell.text)))
    }

    fn is_blank(&self) -> bool {
        self.width == 1 && blank(self.text)
    }

    /// As an erased cell looks.
    fn is_plain(&self) -> bool {
        self.is_blank() && self.style == Style::default()
    }

    /// Whether other terminals may draw it wider or narrower.
    fn may_differ(&self) -> bool {
        self.width != 1 || self.text.chars().nth(1).is_some()
    }
}

impl<'a> From<Cell<'a>> for Want<'a> {
    fn from(cell: Cell<'a>) -> Self {
        Self { text: cell.text, width: cell.width, style: cell.style }
    }
}

fn blank(text: &str) -> bool {
    text.is_empty() || text == " "
}

/// A row that does not look as it should.
struct Row<'a> {
    row: u16,
    wants: Vec<Want<'a>>,
    /// Whether each cell has to be drawn.
    draw: Vec<bool>,
    /// What the client sees in it.
    old: Vec<&'a str>,
    was_blank: bool,
}

impl<'a> Row<'a> {
    fn changed(view: &'a Screen, truth: &'a Screen, hidden: &Hidden, row: u16) -> Option<Self> {
        let cols = truth.cols();
        let differs = |col: u16| {
            let want = Want::of(truth, hidden, row, col);
            !view.cell(row, col).is_some_and(|cell| want.looks_like(&cell))
        };
        (0..cols).find(|col| differs(*col))?;
        let wants: Vec<_> = (0..cols).map(|col| Want::of(truth, hidden, row, col)).collect();
        let old: Vec<_> = (0..cols).map(|col| view.cell(row, col).map_or("", |cell| cell.text)).collect();
        let was_blank = old.iter().all(|text| blank(text));
        Some(Self { row, draw: (0..cols).map(differs).collect(), wants, old, was_blank })
    }

    /// Whether its last column is drawn, or the last but one, so that it reads on in the next row.
    fn is_full(&self) -> bool {
        self.wants.iter().rev().take(2).any(|want| !want.is_blank())
    }

    /// Whether it can be drawn over the old one without a state between that must not be seen: only cells behind what the client
    /// sees are drawn, or so few that each state is judged.
    fn may_be_drawn_over(&self, harmless: &mut impl FnMut(&str) -> bool) -> bool {
        let seen = self.old.iter().rposition(|text| !blank(text)).map_or(0, |last| last + 1);
        let changes: Vec<usize> = (0..self.draw.len()).filter(|col| self.draw.get(*col) == Some(&true)).collect();
        if changes.iter().all(|col| *col >= seen) {
            return true;
        }
        if changes.len() > JUDGED_MAX || self.wants.iter().any(Want::may_differ) {
            return false;
        }
        let mut mixed = self.old.clone();
        changes.iter().all(|col| {
            if let (Some(cell), Some(want)) = (mixed.get_mut(*col), self.wants.get(*col)) {
                *cell = want.text;
            }
            let text: String = mixed.iter().map(|text| if text.is_empty() { " " } else { text }).collect();
            harmless(&text)
        })
    }

    /// A few cells that look as they should are drawn again if that is shorter than going round them.
    fn bridge(&self, col: usize, pen: &mut Pen<'_>) {
        let Some((row, from)) = pen.at.filter(|(row, from)| *row == self.row && usize::from(*from) < col) else {
            return;
        };
        let gap = self.wants.get(usize::from(from)..col).filter(|gap| gap.len() <= BRIDGE_MAX).unwrap_or_default();
        let alike = |want: &Want<'_>| !want.may_differ() && Some(want.style) == pen.style;
        if !gap.is_empty() && gap.iter().all(alike) {
            gap.iter().for_each(|want| pen.put(if want.text.is_empty() { b" " } else { want.text.as_bytes() }));
            pen.at = Some((row, from + u16::try_from(gap.len()).unwrap_or(0)));
        }
    }

    fn draw(&self, erased: bool, wraps: bool, image: bool, pen: &mut Pen<'_>) {
        let end = self.wants.iter().rposition(|want| !want.is_plain()).map_or(0, |last| last + 1);
        for (col, want) in self.wants.iter().enumerate().take(end) {
            let due = if erased { !want.is_plain() } else { self.draw.get(col) == Some(&true) };
            // The second half of a wide character comes with the first.
            if !due || want.width == 0 {
                // The first half is drawn if the second must be.
                continue;
            }
            self.bridge(col, pen);
            let col = u16::try_from(col).unwrap_or(u16::MAX);
            pen.place(self.row, col);
            pen.paint(want.style);
            pen.put(if want.text.is_empty() { b" " } else { want.text.as_bytes() });
            let next = col + u16::from(want.width);
            pen.at = if want.may_differ() {
                None
            } else if usize::from(next) < self.wants.len() {
                Some((self.row, next))
            } else {
                // Behind the last column: the next character wraps.
                wraps.then_some((self.row + 1, 0))
            };
        }
        let rest = self.draw.get(end..).unwrap_or_default();
        if let (Some(first), Some(last), false) =
            (rest.iter().position(|draw| *draw), rest.iter().rposition(|draw| *draw), erased)
        {
            // Behind an image no more is erased than must be.
            let from = if image { end + first } else { end };
            pen.at = None;
            pen.place(self.row, u16::try_from(from).unwrap_or(u16::MAX));
            pen.paint(Style::default());
            pen.put(if image { format!("\x1b[{}X", last + 1 - first) } else { "\x1b[K".to_owned() }.as_bytes());
        }
    }
}

/// What stands for a hidden cell.
const MASK: &str = "*";

/// Moving the cursor takes about so many bytes.
const BRIDGE_MAX: usize = 6;

/// So many changed cells of a row are judged one after the other; with more, the row is erased first.
const JUDGED_MAX: usize = 8;
