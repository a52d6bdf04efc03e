//! How much of a long run of plain text the model need not see.
//!
//! A terminal of `rows` rows without margins remembers nothing of text that has scrolled off, but for how many rows did (a
//! later growth of the screen pulls rows back). So of a run without ESC only the last `rows` line feeds and what is
//! between them matter, provided that the cursor's place at the cut is known. It is, after a CR LF that has at least
//! `rows` line feeds before it: the first column of the last row.

use super::bytes::count;

/// What may be left out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skip {
    /// Bytes at the start of the run that leave no trace.
    pub(super) bytes: usize,
    /// The line feeds among them.
    pub(super) lines: usize,
}

/// Finds what may be left out of `run` on a screen of `rows` rows, so that at least `extra` rows scroll off within it.
pub(super) fn skippable(run: &[u8], rows: u16, extra: usize) -> Option<Skip> {
    if run.len() < WORTH_IT {
        return None;
    }
    let rows = usize::from(rows);
    let cut = cut_before(run, rows)?;
    let (head, tail) = run.split_at_checked(cut)?;
    // REP repeats the last character drawn: it must be in what the model sees.
    if !tail.iter().any(|b| matches!(b, 0x20..=0x7e)) {
        return None;
    }
    let lines = count(head, b'\n');
    (lines >= rows + extra).then_some(Skip { bytes: cut, lines })
}

/// The end of the last CR LF that has at least `rows` line feeds behind it.
fn cut_before(run: &[u8], rows: usize) -> Option<usize> {
    let mut feeds = run.iter().enumerate().rev().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).skip(rows);
    feeds.find(|at| at.checked_sub(1).and_then(|before| run.get(before)) == Some(&b'\r')).map(|at| at + 1)
}

/// Shorter runs cost less than what the shortcut saves.
const WORTH_IT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_run_is_seen_whole() {
        assert_eq!(skippable(b"a\r\nb\r\n", 1, 0), None);
    }

    #[test]
    fn of_a_long_run_the_last_screen_is_seen() {
        let run = b"line\r\n".repeat(400);
        assert_eq!(skippable(&run, 24, 0), Some(Skip { bytes: 376 * 6, lines: 376 }));
        assert_eq!(skippable(&run, 24, 352), Some(Skip { bytes: 376 * 6, lines: 376 }));
        assert_eq!(skippable(&run, 24, 353), None);
    }

    #[test]
    fn text_whose_column_is_not_known_is_seen_whole() {
        assert_eq!(skippable(&b"line\n".repeat(400), 24, 0), None);
    }
}
