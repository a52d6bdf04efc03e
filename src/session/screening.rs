//! A screen as the matcher reads it: logical lines, panes, and rows that reach the margin.

use crate::privacy::screen::{Line, Picture};
use crate::terminal::{Hidden, Screen};

/// What there is to read on a screen.
pub(super) fn picture(screen: &Screen) -> Picture {
    let (rows, cols) = (screen.rows(), screen.cols());
    let cursor = screen.cursor();
    let mut picture = Picture::default();
    let mut line = Line::default();
    let mut first = 0;
    for row in 0..rows {
        read(screen, row, 0, cols, &mut line);
        let goes_on = screen.row_wrapped(row) && row + 1 < rows;
        if goes_on || row > first {
            // Each row is also read by itself: a program may have drawn over one of them.
            let mut alone = Line::default();
            read(screen, row, 0, cols, &mut alone);
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
    joined(screen, &mut picture.joined);
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
    (cursor.row..screen.rows()).all(|row| {
        let from = if row == cursor.row { cursor.col } else { 0 };
        (from..screen.cols()).all(|col| screen.cell(row, col).is_none_or(|cell| is_blank(cell.text)))
    })
}

/// Whether the row above the cursor's line reaches the margin, but for one blank, without having wrapped: the line reads as if it went on.
pub(super) fn below_a_full_row(screen: &Screen) -> bool {
    let first = first_row(screen);
    first > 0 && (0..screen.cols()).rev().take(1 + JOINT).any(|col| stands(screen, first - 1, col))
}

/// Whether the two screens differ in that row's text.
pub(super) fn differs(a: &Screen, b: &Screen, row: u16) -> bool {
    (0..a.cols().max(b.cols())).any(|col| {
        let text = |screen: &Screen| screen.cell(row, col).map(|cell| (cell.text.to_owned(), cell.width));
        match (text(a), text(b)) {
            (Some((a, wa)), Some((b, wb))) => wa != wb || (a != b && !(is_blank(&a) && is_blank(&b))),
            (a, b) => a != b,
        }
    })
}

/// Whether the client sees a mask in that row.
pub(super) fn hides(view: &Screen, truth: &Screen, row: u16) -> bool {
    (0..truth.cols()).any(|col| {
        view.cell(row, col).is_some_and(|cell| cell.text == "*")
            && truth.cell(row, col).is_some_and(|cell| cell.text != "*")
    })
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

/// Appends the cells of a row from one column to another.
fn read(screen: &Screen, row: u16, from: u16, to: u16, line: &mut Line) {
    for col in from..to {
        if let Some(found) = screen.cell(row, col).filter(|found| found.width > 0) {
            line.push(found.text, cell(screen, row, col));
        }
    }
}

fn cell(screen: &Screen, row: u16, col: u16) -> usize {
    usize::from(row) * usize::from(screen.cols()) + usize::from(col)
}

/// Rows that go on in the next one without the terminal knowing: drawn to the margin, or to the edge of a pane. One blank of a
/// value may stand on either side of it.
fn joined(screen: &Screen, out: &mut Vec<Line>) {
    let rows = screen.rows();
    let mut open: Vec<Piece> = Vec::new();
    for row in 0..rows {
        let mut still = Vec::new();
        for (from, to) in segments(screen, row) {
            let lead = (from..to).take(2).take_while(|col| !stands(screen, row, *col)).count();
            let trail = (from..to).rev().take(2).take_while(|col| !stands(screen, row, *col)).count();
            let before = open.iter_mut().find(|piece| (piece.from, piece.to) == (from, to));
            let mut piece = match before {
                Some(piece) if piece.trail + lead <= JOINT => std::mem::take(piece),
                _ => Piece::default(),
            };
            read(screen, row, from, to, &mut piece.line);
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
fn segments(screen: &Screen, row: u16) -> Vec<(u16, u16)> {
    let cols = screen.cols();
    let mut out = vec![(0, cols)];
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
const JOINT: usize = 1;

/// What panes are divided by.
const BARS: &[&str] = &["│", "┃", "║", "▏", "▕", "|", "┆", "┊", "╎"];
