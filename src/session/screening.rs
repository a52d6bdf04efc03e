//! A screen as the matcher reads it: logical lines, panes, and rows that reach the margin.

use crate::privacy::screen::{Line, Picture};
use crate::terminal::{Hidden, Screen};

/// What there is to read on a screen.
pub(super) fn picture(screen: &Screen) -> Picture {
    let (rows, cols) = (screen.rows(), screen.cols());
    let texts = Texts::of(screen);
    let cursor = screen.cursor();
    let mut picture = Picture::default();
    let mut line = Line::default();
    let mut first = 0;
    for row in 0..rows {
        let goes_on = screen.row_wrapped(row) && row + 1 < rows;
        // Blanks at the end of a line are dropped below, but for those before the cursor.
        let end = if goes_on || row == cursor.row { cols } else { texts.end(row) };
        texts.read(row, 0, end, &mut line);
        if goes_on || row > first {
            // Each row is also read by itself: a program may have drawn over one of them.
            let mut alone = Line::default();
            texts.read(row, 0, cols, &mut alone);
            picture.joined.push(trimmed(alone));
        }
        if goes_on {
            continue;
        }
        let mut whole = std::mem::take(&mut line);
        // The line that may go on keeps its blanks up to the cursor.
        let here = (first..=row).contains(&cursor.row);
        let upto = if here { cell(screen, cursor.row, cursor.col.min(cols)) } else { 0 };
        whole.trim(upto);
        if here && whole.last_cell().is_none_or(|last| last < upto) {
            picture.open = Some(picture.lines.len());
        }
        picture.lines.push(whole);
        first = row + 1;
    }
    joined(&texts, &mut picture.joined);
    picture
}

/// The first row of the cursor's logical line.
pub(super) fn first_row(screen: &Screen) -> u16 {
    let mut first = screen.cursor().row;
    while first > 0 && screen.row_wrapped(first - 1) {
        first -= 1;
    }
    first
}

/// The text of the cursor's logical line up to the cursor, as it stands there.
pub(super) fn before_cursor(screen: &Screen) -> String {
    let cursor = screen.cursor();
    let mut text = String::new();
    for row in first_row(screen)..=cursor.row {
        let end = if row == cursor.row { cursor.col } else { screen.cols() };
        for cell in (0..end).filter_map(|col| screen.cell(row, col)).filter(|cell| cell.width > 0) {
            text.push_str(if cell.text.is_empty() { " " } else { cell.text });
        }
    }
    text
}

/// Whether nothing stands behind the cursor, on its row and below.
pub(super) fn nothing_ahead(screen: &Screen) -> bool {
    let cursor = screen.cursor();
    (cursor.col..screen.cols()).all(|col| screen.cell(cursor.row, col).is_none_or(|cell| is_blank(cell.text)))
        && screen.texts().skip(usize::from(cursor.row) + 1).all(|text| text.bytes().all(|b| b == b' '))
}

/// Whether the row above the cursor's line reaches the margin, but for one blank, without having wrapped: the line reads as if it went on.
pub(super) fn below_a_full_row(screen: &Screen) -> bool {
    let first = first_row(screen);
    first > 0 && (0..screen.cols()).rev().take(1 + JOINT).any(|col| stands(screen, first - 1, col))
}

/// Whether the two screens differ in that row's text.
pub(super) fn differs(a: &Screen, b: &Screen, row: u16) -> bool {
    texts_differ(&a.row_text(row), &b.row_text(row))
}

/// Blanks at the end may have been written or not.
fn texts_differ(a: &str, b: &str) -> bool {
    a.trim_end_matches(' ') != b.trim_end_matches(' ')
}

/// In which rows the client sees a mask.
pub(super) fn masked_rows(view: &Screen, truth: &Screen) -> Vec<bool> {
    let hides = |row: u16| {
        (0..truth.cols()).any(|col| {
            view.cell(row, col).is_some_and(|cell| cell.text == "*")
                && truth.cell(row, col).is_some_and(|cell| cell.text != "*")
        })
    };
    let mut masked: Vec<_> = (0..).zip(view.texts()).map(|(row, text)| text.contains('*') && hides(row)).collect();
    masked.resize(truth.rows().into(), false);
    masked
}

/// The cells that are hidden, for the renderer.
pub(super) fn hidden(screen: &Screen, cells: impl IntoIterator<Item = usize>) -> Hidden {
    let mut hidden = Hidden::none(screen);
    let cols = usize::from(screen.cols()).max(1);
    let width = |cell: usize| {
        let (row, col) = (u16::try_from(cell / cols).ok()?, u16::try_from(cell % cols).ok()?);
        screen.cell(row, col).map(|cell| cell.width)
    };
    for cell in cells {
        hidden.hide(cell);
        if width(cell) == Some(2) {
            hidden.hide(cell + 1);
        }
    }
    hidden
}

/// A screen with the texts of its rows: where one is ASCII a byte of it is a cell, which need not be asked for.
struct Texts<'a> {
    screen: &'a Screen,
    rows: Vec<String>,
}

impl<'a> Texts<'a> {
    fn of(screen: &'a Screen) -> Self {
        Self { screen, rows: screen.texts().collect() }
    }

    /// The row, if it is ASCII.
    fn plain(&self, row: u16) -> Option<&str> {
        self.rows.get(usize::from(row)).map(String::as_str).filter(|text| text.is_ascii())
    }

    /// The column behind the last cell that was written, if that is known.
    fn end(&self, row: u16) -> u16 {
        let cols = self.screen.cols();
        self.plain(row).and_then(|text| u16::try_from(text.len()).ok()).map_or(cols, |end| end.min(cols))
    }

    /// Appends the cells of a row from one column to another.
    fn read(&self, row: u16, from: u16, to: u16, line: &mut Line) {
        let Some(plain) = self.plain(row) else { return self.read_cells(row, from, to, line) };
        let text = plain.as_bytes();
        let piece = text.get(usize::from(from)..usize::from(to).min(text.len())).unwrap_or_default();
        // Whether a blank was written matters at the end alone, and the text of a row ends with what was written.
        let seen = piece.trim_ascii_end().len();
        let first = cell(self.screen, row, from);
        line.push_ascii(piece.get(..seen).unwrap_or_default(), first);
        let rest = from.saturating_add(u16::try_from(seen).unwrap_or(u16::MAX));
        if seen < piece.len() {
            self.read_cells(row, rest, to, line);
        } else {
            line.push_blanks(usize::from(to.saturating_sub(rest)), first + seen);
        }
    }

    fn read_cells(&self, row: u16, from: u16, to: u16, line: &mut Line) {
        for col in from..to {
            if let Some(found) = self.screen.cell(row, col).filter(|found| found.width > 0) {
                line.push(found.text, cell(self.screen, row, col));
            }
        }
    }

    /// As [`stands`].
    fn stands(&self, row: u16, col: u16) -> bool {
        match self.plain(row) {
            Some(text) => text.as_bytes().get(usize::from(col)).is_some_and(|b| *b != b' '),
            None => stands(self.screen, row, col),
        }
    }
}

fn cell(screen: &Screen, row: u16, col: u16) -> usize {
    usize::from(row) * usize::from(screen.cols()) + usize::from(col)
}

/// Rows that go on in the next one without the terminal knowing: drawn to the margin, or to the edge of a pane. One blank of a
/// value may stand on either side of it.
fn joined(texts: &Texts<'_>, out: &mut Vec<Line>) {
    let mut open: Vec<Piece> = Vec::new();
    for row in 0..texts.screen.rows() {
        let mut still = Vec::new();
        for (from, to) in segments(texts, row) {
            let lead = (from..to).take(2).take_while(|col| !texts.stands(row, *col)).count();
            let trail = (from..to).rev().take(2).take_while(|col| !texts.stands(row, *col)).count();
            let before = open.iter_mut().find(|piece| (piece.from, piece.to) == (from, to));
            let before = before.filter(|piece| piece.trail + lead <= JOINT);
            if before.is_none() && trail > JOINT {
                // Nothing goes on in it, and it goes on nowhere.
                continue;
            }
            let mut piece = before.map(std::mem::take).unwrap_or_default();
            texts.read(row, from, to, &mut piece.line);
            piece = Piece { from, to, trail, count: piece.count + 1, ..piece };
            if trail <= JOINT {
                still.push(piece);
            } else if piece.count > 1 {
                out.push(trimmed(piece.line));
            }
        }
        let ended = std::mem::replace(&mut open, still).into_iter().filter(|piece| piece.count > 1);
        out.extend(ended.map(|piece| trimmed(piece.line)));
    }
    out.extend(open.into_iter().filter(|piece| piece.count > 1).map(|piece| trimmed(piece.line)));
}

/// Rows, or what stands in them between two columns, that may read on in the next row.
#[derive(Default)]
struct Piece {
    from: u16,
    to: u16,
    line: Line,
    /// How many rows.
    count: usize,
    /// How many blanks the last of them ends with.
    trail: usize,
}

fn trimmed(mut line: Line) -> Line {
    line.trim(0);
    line
}

/// The whole row, and its panes if lines are drawn down it.
fn segments(texts: &Texts<'_>, row: u16) -> Vec<(u16, u16)> {
    let screen = texts.screen;
    let cols = screen.cols();
    let mut out = vec![(0, cols)];
    if texts.plain(row).is_some_and(|text| !text.contains('|')) {
        return out;
    }
    let mut from = 0;
    for col in 0..cols {
        if screen.cell(row, col).is_some_and(|cell| BARS.contains(&cell.text)) {
            if col > from {
                out.push((from, col));
            }
            from = col + 1;
        }
    }
    if from > 0 && from < cols {
        out.push((from, cols));
    }
    out
}

/// Whether something is to be seen in a cell: a character, or the second half of a wide one.
fn stands(screen: &Screen, row: u16, col: u16) -> bool {
    screen.cell(row, col).is_some_and(|cell| cell.width == 0 || !is_blank(cell.text))
}

fn is_blank(text: &str) -> bool {
    text.is_empty() || text == " "
}

/// So many blanks of a value may lie at the margin: between the groups of a number, or behind a wide character that did not fit.
pub(super) const JOINT: usize = 1;

/// What panes are divided by.
const BARS: &[&str] = &["│", "┃", "║", "▏", "▕", "|", "┆", "┊", "╎"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is drawn: text of several widths, moves, erasure.
    fn drawn() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => "[ -~]{1,30}".prop_map(String::into_bytes),
            1 => "[ a|│漢é\u{301}*]{1,12}".prop_map(String::into_bytes),
            2 => (1..8u16, 1..22u16).prop_map(|(row, col)| format!("\x1b[{row};{col}H").into_bytes()),
            1 => Just(b"\x1b[K".to_vec()),
            2 => Just(b"\r\n".to_vec()),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn screen(bytes: &[u8]) -> Screen {
        let mut screen = Screen::new(20, 6);
        screen.feed(bytes);
        screen
    }

    fn differs_by_cells(a: &Screen, b: &Screen, row: u16) -> bool {
        (0..a.cols()).any(|col| match (a.cell(row, col), b.cell(row, col)) {
            (Some(a), Some(b)) => a.width != b.width || (a.text != b.text && !(is_blank(a.text) && is_blank(b.text))),
            (a, b) => a.is_some() != b.is_some(),
        })
    }

    proptest! {
        #[test]
        fn rows_that_are_read_whole_say_what_their_cells_say(
            bytes in drawn(),
            more in drawn(),
            pane in (0..10u16).prop_flat_map(|from| (Just(from), from..=20u16)),
        ) {
            let (a, b) = (screen(&bytes), screen(&[bytes, more].concat()));
            let texts = Texts::of(&a);
            let by_cells: Vec<_> = (0..6).map(|row| differs_by_cells(&a, &b, row)).collect();
            let by_texts: Vec<_> = (0..6).map(|row| differs(&a, &b, row)).collect();
            prop_assert_eq!(by_texts, by_cells);
            for row in 0..6 {
                let (mut fast, mut slow) = (Line::default(), Line::default());
                texts.read(row, 0, 20, &mut fast);
                for col in 0..20 {
                    let found = a.cell(row, col).unwrap();
                    prop_assert_eq!(texts.stands(row, col), stands(&a, row, col));
                    if found.width > 0 {
                        slow.push(found.text, cell(&a, row, col));
                    }
                }
                prop_assert_eq!(fast.text(), slow.text());
                prop_assert_eq!(fast.last_cell(), slow.last_cell());
                let (fast, slow) = (trimmed(fast), trimmed(slow));
                prop_assert_eq!(fast.text(), slow.text());
                let mut short = Line::default();
                texts.read(row, 0, texts.end(row), &mut short);
                let short = trimmed(short);
                prop_assert_eq!((short.text(), short.last_cell()), (slow.text(), slow.last_cell()));
                let (from, to) = pane;
                let (mut fast, mut slow) = (Line::default(), Line::default());
                texts.read(row, from, to, &mut fast);
                texts.read_cells(row, from, to, &mut slow);
                prop_assert_eq!((fast.text(), fast.last_cell()), (slow.text(), slow.last_cell()));
                let (fast, slow) = (trimmed(fast), trimmed(slow));
                prop_assert_eq!((fast.text(), fast.last_cell()), (slow.text(), slow.last_cell()));
                prop_assert_eq!(a.row_text(row), a.texts().nth(row.into()).unwrap());
            }
        }
    }
}
