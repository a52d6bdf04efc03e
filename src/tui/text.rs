//! Text for cells: widths, cutting, wrapping, durations. Takes only text that is harmless to draw.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::Look;
use crate::model::Wall;

/// The text in exactly `width` columns: padded with spaces, or cut with `…` where it is too long.
#[must_use]
pub fn fit(text: &str, width: usize, look: Look) -> String {
    let mut out = cut(text, width, look);
    let used = out.width();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

/// The text in at most `width` columns, cut with `…` where it is too long.
#[must_use]
pub fn cut(text: &str, width: usize, look: Look) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= width {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.push_str(look.pick("…", "~"));
    }
    out
}

/// The text in rows of at most `width` columns, broken between words where a word fits into a row, else anywhere. Nothing is left
/// out. Always at least one row.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let (mut rows, mut row, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(' ') {
        let columns = word.trim_end_matches(' ').width();
        if used > 0 && used + columns > width && columns <= width {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        for c in word.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > width {
                rows.push(std::mem::take(&mut row));
                used = 0;
                // A space at a break is the break.
                if c == ' ' {
                    continue;
                }
            }
            row.push(c);
            used += columns;
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// Minutes and seconds, with hours where there are any: `04:58`, `1:02:03`.
#[must_use]
pub fn clock(d: Duration) -> String {
    let s = d.as_secs();
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

/// A moment as people write it: `90` (seconds), `12:30`, `1:02:03`. `None` if it is not one.
#[must_use]
pub fn moment(text: &str) -> Option<Duration> {
    let parts: Vec<u64> = text.trim().split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    if parts.len() > 3 {
        return None;
    }
    let seconds = parts.into_iter().try_fold(0u64, |sum, part| sum.checked_mul(60)?.checked_add(part))?;
    Some(Duration::from_secs(seconds))
}

/// How long ago, in one unit: `12 s ago`, `5 min ago`, `3 h ago`, `9 d ago`.
#[must_use]
pub fn ago(at: Wall, now: Wall) -> String {
    let s = now.since(at).as_secs();
    match s {
        0..60 => format!("{s} s ago"),
        60..3600 => format!("{} min ago", s / 60),
        3600..86_400 => format!("{} h ago", s / 3600),
        _ => format!("{} d ago", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_never_in_the_middle_of_a_character() {
        assert_eq!(fit("日本語", 5, Look::default()), "日本…");
        assert_eq!(fit("日本語", 4, Look::default()), "日… ");
        assert_eq!(fit("ab", 4, Look::default()), "ab  ");
        assert_eq!(cut("abc", 0, Look::default()), "");
    }

    #[test]
    fn long_text_is_wrapped_between_words_and_a_long_word_anywhere() {
        assert_eq!(wrap("the quick brown", 9), ["the quick", "brown"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn a_moment_is_seconds_or_minutes_or_hours() {
        assert_eq!(moment("90"), moment("1:30"));
        assert_eq!(moment("1:02:03"), Some(Duration::from_secs(3723)));
        for text in ["", "1:", "x", "1:2:3:4", "-1", "99999999999999999999"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(clock(Duration::from_secs(298)), "04:58");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(ago(Wall(0), Wall(90_000_000)), "1 min ago");
    }
}
