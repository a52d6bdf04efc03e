//! The second witness: what stands on the screen behind the prompt.
//!
//! The prompt's text is learned when the first key of a line comes, and looked for from the cursor's row upwards when the
//! line is read. So a prompt that was drawn anew lower (a list of completions) or higher (Ctrl-L) is found again. Rows that
//! are soft-wrapped or full to the last column are one line. What may not have been typed, a suggestion in grey behind
//! the cursor or a prompt at the right edge, is given as a second reading.

use super::super::cell::{Attributes, Cell, Color};
use super::super::screen::Screen;

/// Where a line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    /// The row's text left of the line.
    text: String,
    /// The line's first column.
    col: u16,
    /// The row, counted from the first that the screen ever had.
    line: u64,
    /// What stood at the right of the cursor: not typed.
    right: String,
}

/// What stands behind the prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Without what may not have been typed.
    pub(super) line: String,
    /// With it, if there is any.
    pub(super) long: Option<String>,
}

impl Prompt {
    /// Everything left of the cursor is prompt, unless the row begins with a prompt that is known: then the rest was put
    /// there before the first key (history verification, `print -z`).
    pub(super) fn learn<'a>(screen: &Screen, known: impl Iterator<Item = &'a Self>) -> Self {
        let cursor = screen.cursor();
        let (line, right) = (line_of(screen, cursor.row), text_right_of(screen, cursor.row, cursor.col));
        let longest = known.filter(|p| p.col <= cursor.col && p.stands_on(screen, cursor.row)).max_by_key(|p| p.col);
        match longest {
            Some(known) if known.col < cursor.col => Self { line, right: known.right.clone(), ..known.clone() },
            _ => Self { text: text_left_of(screen, cursor.row, cursor.col), col: cursor.col, line, right },
        }
    }

    /// Whether it can be told from other text.
    pub(super) fn is_telling(&self) -> bool {
        !self.text.trim().is_empty()
    }

    pub(super) fn same_text(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// Whether the line behind it already has text left of the cursor.
    pub(super) fn has_text_before(&self, screen: &Screen) -> bool {
        self.col < screen.cursor().col
    }

    fn stands_on(&self, screen: &Screen, row: u16) -> bool {
        text_left_of(screen, row, self.col) == self.text
    }

    /// The row that the line begins on, if the cursor's row belongs to it by wrapping.
    fn find_near(&self, screen: &Screen) -> Option<u16> {
        let cursor = screen.cursor().row;
        let top = (0..cursor).rev().take_while(|r| goes_on(screen, *r)).last().unwrap_or(cursor);
        (top..=cursor).rev().find(|r| self.is_telling() && self.stands_on(screen, *r))
    }

    /// The same, if the line has line ends of its own, or its prompt is empty: not above the row where it was learned.
    fn find_below_anchor(&self, screen: &Screen) -> Option<u16> {
        let cursor = screen.cursor().row;
        let anchor = row_of(screen, self.line).filter(|r| *r <= cursor && self.stands_on(screen, *r))?;
        (anchor..=cursor).rev().find(|r| (*r == anchor || self.is_telling()) && self.stands_on(screen, *r))
    }
}

/// Reads the line behind this prompt, or behind a known one if this one cannot be told from other text any more.
pub(super) fn read<'a>(
    screen: &Screen,
    prompt: &'a Prompt,
    mut known: impl Iterator<Item = &'a Prompt>,
) -> Option<Seen> {
    let near = |p: &Prompt| p.find_near(screen).map(|row| behind(screen, row, p.col, &p.right));
    near(prompt)
        .or_else(|| known.find_map(near))
        .or_else(|| prompt.find_below_anchor(screen).map(|row| behind(screen, row, prompt.col, &prompt.right)))
        .or_else(|| searched(screen))
}

/// Whether the cursor stands right behind a prompt of these and nothing else is there.
pub(super) fn empty_prompt<'a>(screen: &Screen, mut prompts: impl Iterator<Item = &'a Prompt>) -> bool {
    let cursor = screen.cursor();
    prompts.any(|p| {
        p.col == cursor.col
            && p.is_telling()
            && p.stands_on(screen, cursor.row)
            && behind(screen, cursor.row, p.col, &p.right).line.is_empty()
    })
}

/// Whether one of these begins the line that the cursor is in.
pub(super) fn stands_behind<'a>(screen: &Screen, mut prompts: impl Iterator<Item = &'a Prompt>) -> bool {
    prompts.any(|p| p.find_near(screen).is_some() || p.find_below_anchor(screen).is_some_and(|_| p.is_telling()))
}

/// In the alternate screen: the row under the cursor, the same with the full rows above it that it may go on from, and the
/// last row.
pub(super) fn full_screen(screen: &Screen) -> Vec<String> {
    let row = screen.cursor().row;
    let first = (0..row).rev().take_while(|r| goes_on(screen, *r)).take(FULL_SCREEN_JOIN).last().unwrap_or(row);
    let joined: String = (first..=row).map(|r| screen.row_text(r)).collect();
    vec![screen.row_text(row), joined, screen.row_text(screen.rows() - 1)]
}

/// The number of a row, counted from the first that the screen ever had.
pub(super) fn line_of(screen: &Screen, row: u16) -> u64 {
    screen.rows_gone().saturating_add(row.into())
}

/// Everything on the cursor's line, prompt and all.
pub(super) fn cursor_line(screen: &Screen) -> String {
    let row = screen.cursor().row;
    let first = (0..row).rev().take_while(|r| goes_on(screen, *r)).last().unwrap_or(row);
    let seen = behind(screen, first, 0, "");
    seen.long.unwrap_or(seen.line)
}

pub(super) fn text_right_of(screen: &Screen, row: u16, col: u16) -> String {
    let cells = (col..screen.cols()).filter_map(|c| screen.glyph(row, c)).map(shown);
    cells.collect::<String>().trim().to_string()
}

fn row_of(screen: &Screen, line: u64) -> Option<u16> {
    let row = line.checked_sub(screen.rows_gone())?;
    u16::try_from(row).ok().filter(|r| *r < screen.rows())
}

fn text_left_of(screen: &Screen, row: u16, col: u16) -> String {
    (0..col).filter_map(|c| screen.glyph(row, c)).map(shown).collect()
}

fn shown((text, width): (&str, u8)) -> &str {
    match (width, text) {
        (0, _) => "",
        (_, "") => " ",
        (_, text) => text,
    }
}

/// Whether a row's text goes on in the next row: the terminal wrapped it, or it is full.
fn goes_on(screen: &Screen, row: u16) -> bool {
    screen.row_wrapped(row)
        || screen.glyph(row, screen.cols() - 1).is_some_and(|(text, width)| width == 0 || !text.is_empty())
}

/// A cell of the line, in reading order.
struct Place<'a> {
    text: &'a str,
    blank: bool,
    /// Asked for only behind the cursor, of what was written.
    ghostly: bool,
    behind_cursor: bool,
}

/// The line that begins there.
fn behind(screen: &Screen, row: u16, col: u16, right: &str) -> Seen {
    let places = places(screen, row, col);
    let end = places.iter().rposition(|p| !p.blank).map_or(0, |at| at + 1);
    let places = places.get(..end).unwrap_or_default();
    // Cells that nobody wrote, behind the cursor: what follows was put there by position.
    let gap = places.iter().position(|p| p.behind_cursor && p.blank).unwrap_or(end);
    let (line, rest) = places.split_at_checked(gap).unwrap_or((places, &[]));
    let ghost = line.iter().rev().take_while(|p| p.behind_cursor && p.ghostly).count();
    let (typed, ghost) = line.split_at_checked(line.len() - ghost).unwrap_or((line, &[]));
    let rest_text = text_of(rest);
    let known_right = !right.is_empty() && rest_text.trim() == right;
    let long = match (ghost.is_empty(), rest_text.is_empty() || known_right) {
        (true, true) => None,
        (false, true) => Some(text_of(line)),
        (_, false) => Some(text_of(places)),
    };
    Seen { line: text_of(typed), long }
}

fn text_of(places: &[Place<'_>]) -> String {
    places.iter().map(|p| p.text).collect::<String>().trim_end().to_string()
}

fn places(screen: &Screen, row: u16, col: u16) -> Vec<Place<'_>> {
    let cursor = screen.cursor();
    let mut out = Vec::new();
    let mut at = row;
    loop {
        let first = if at == row { col } else { 0 };
        for c in first..screen.cols() {
            let Some((text, width)) = screen.glyph(at, c).filter(|(_, width)| *width > 0) else { continue };
            let behind_cursor = (at, c) >= (cursor.row, cursor.col);
            out.push(Place {
                text: shown((text, width)),
                blank: text.is_empty(),
                ghostly: behind_cursor && !text.is_empty() && screen.cell(at, c).is_some_and(is_ghostly),
                behind_cursor,
            });
        }
        let joined = goes_on(screen, at);
        if at + 1 >= screen.rows() || (at >= cursor.row && !joined) {
            return out;
        }
        // Blanks at a row's end are no text; a line that goes on has none but where a wide character did not fit.
        while out.last().is_some_and(|p| p.blank && !p.behind_cursor) {
            out.pop();
        }
        if !joined {
            out.push(Place { text: "\n", blank: false, ghostly: false, behind_cursor: false });
        }
        at += 1;
    }
}

/// Dim, or grey: how shells show what they suggest.
fn is_ghostly(cell: Cell<'_>) -> bool {
    let grey = match cell.style.fg {
        Color::Indexed(8 | 232..=250) => true,
        Color::Rgb(r, g, b) => {
            let (low, high) = (r.min(g).min(b), r.max(g).max(b));
            high - low <= 24 && (40..=200).contains(&high)
        }
        Color::Default | Color::Indexed(_) => false,
    };
    grey || cell.style.attributes.has(Attributes::DIM)
}

/// readline's incremental search overwrites the prompt: `(reverse-i-search)`text': line`.
fn searched(screen: &Screen) -> Option<Seen> {
    let line = cursor_line(screen);
    let searching = ["(reverse-i-search)`", "(i-search)`", "(failed reverse-i-search)`", "(failed i-search)`"];
    let rest = searching.iter().find_map(|s| line.strip_prefix(s))?;
    rest.split_once("': ").map(|(_, found)| Seen { line: found.trim_end().to_string(), long: None })
}

/// Rows above the cursor's that may belong to a line in a full-screen program.
const FULL_SCREEN_JOIN: usize = 16;
