//! Runs of text: how much of one a terminal only adds behind what there is, and how it is drawn.

use unicode_width::UnicodeWidthChar as _;

use crate::privacy::fold;
use crate::session::screening::JOINT;
use crate::terminal::bytes::first;

/// Text is added behind what there is.
#[derive(Debug, Default)]
pub(super) struct Append {
    /// A CR came behind text: only a line feed may follow, or the line's erasure.
    pub(super) returned: bool,
    /// Bytes of sequences since the last text.
    pub(super) silent: usize,
    /// Bytes of text that were not decided on.
    pub(super) taken: usize,
    /// Columns of the screen, and of the open line so far.
    pub(super) cols: usize,
    pub(super) column: usize,
}

impl Append {
    /// How much of a run comes before the end of a line that fills its last row, but for one blank: what follows reads on as if it had
    /// wrapped.
    pub(super) fn until_full_row(&mut self, run: &[u8], len: usize) -> usize {
        let mut at = 0;
        while let Some(rest) = run.get(at..len) {
            let end = first(rest, b'\n');
            let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let line = line.trim_ascii_end();
            let column = column(self.column, line);
            let Some(end) = end else {
                self.column = column;
                break;
            };
            if column > 0 && (column + JOINT) % self.cols.max(1) <= JOINT && !line.is_empty() {
                return at;
            }
            self.column = 0;
            at += end + 1;
        }
        len
    }
}

/// How much of a run of text a terminal only adds behind what there is, as the stream's masker reads it.
pub(super) fn appendable(run: &[u8], column: usize) -> usize {
    let mut at = 0;
    while let Some(rest) = run.get(at..).filter(|rest| !rest.is_empty()) {
        let boring = boring_len(rest);
        at += boring;
        let Some(rest) = rest.get(boring..).filter(|rest| !rest.is_empty()) else { break };
        at += match rest {
            [b'\r', b'\n' | b'\r', ..] | [b'\r'] => 1,
            [b'\t', ..] if tab_is_wide(run, at, column) => 1,
            [0x80..=0xff, ..] => match character(rest) {
                Some((c, len)) if fold::is_plain(c) && c.width().is_some_and(|width| width > 0) => len,
                _ => break,
            },
            _ => break,
        };
    }
    at
}

/// Bytes from the start that are printable ASCII or line feeds.
fn boring_len(bytes: &[u8]) -> usize {
    let boring = |b: u8| (0x20..0x7f).contains(&b) | (b == b'\n');
    // No early exit within a lane: the compiler makes vector instructions of it.
    let clean: usize = bytes
        .chunks_exact(LANE)
        .take_while(|lane| lane.iter().fold(true, |all, b| all & boring(*b)))
        .map(<[u8]>::len)
        .sum();
    clean + bytes.get(clean..).unwrap_or_default().iter().take_while(|b| boring(**b)).count()
}

/// Whether a tab is more than the one blank that a value may have in it: not between characters of values, or known to be wide.
fn tab_is_wide(run: &[u8], at: usize, start: usize) -> bool {
    // What stands beyond the run may be of a value.
    let of_value = |i: Option<usize>| i.and_then(|i| run.get(i)).is_none_or(u8::is_ascii_alphanumeric);
    if !of_value(at.checked_sub(1)) || !of_value(Some(at + 1)) {
        return true;
    }
    let before = run.get(..at).unwrap_or_default();
    let column = match before.iter().rposition(|b| *b == b'\n') {
        Some(feed) => column(0, before.get(feed + 1..).unwrap_or_default()),
        None => column(start, before),
    };
    column % 8 != 7
}

/// The column behind a piece of a line, on a row without an end.
fn column(start: usize, line: &[u8]) -> usize {
    if first(line, b'\t').is_none() {
        let within = if line.is_ascii() { 0 } else { line.iter().filter(|b| (0x80..0xc0).contains(*b)).count() };
        return start + line.len() - within;
    }
    line.iter().fold(start, |col, b| match b {
        b'\t' => (col / 8 + 1) * 8,
        0x80..0xc0 => col,
        _ => col + 1,
    })
}

/// A piece of text with at most `room` columns and at least one character: its length, and whether all terminals draw it alike.
pub(super) fn piece(run: &[u8], room: usize) -> (usize, bool) {
    let (mut len, mut width, mut plain) = (0, 0, true);
    while let Some(rest) = run.get(len..).filter(|rest| !rest.is_empty()) {
        if rest.first().is_some_and(|b| *b < b' ' || *b == 0x7f) {
            break;
        }
        let (c, bytes) = character(rest).unwrap_or(('\u{fffd}', 1));
        let columns = c.width().unwrap_or(0);
        if len > 0 && width + columns > room {
            break;
        }
        plain &= fold::is_plain(c) && columns > 0 && c != '\u{fffd}';
        width += columns;
        len += bytes;
    }
    (len, plain)
}

/// The character that bytes begin with, and how many it has.
fn character(bytes: &[u8]) -> Option<(char, usize)> {
    let head = bytes.get(..bytes.len().min(4)).unwrap_or_default();
    let c = head.utf8_chunks().next()?.valid().chars().next()?;
    Some((c, c.len_utf8()))
}

/// Bytes that are looked at together.
const LANE: usize = 32;
