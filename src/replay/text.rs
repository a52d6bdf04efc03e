//! Plain text: the lines as they stood when the cursor left them, without any escape sequence.
//!
//! Cursor movement within a line (carriage return, backspace, CUF, CUB, CHA) and erasing (EL, DCH) are followed, so that an edited command line
//! reads as it was entered; movement between lines is not, and what full-screen programs draw on the alternate screen is left out and said to
//! be. What happened besides output stands on lines of its own that begin with `-- `.

use std::io::{self, Write};
use std::time::Duration;

use super::cast::Utf8;
use super::timeline::marker;
use crate::model::{Event, EventRecord, Shown, Wall};

/// The writer's state.
#[derive(Debug, Default)]
pub(super) struct Text {
    start: Option<Wall>,
    utf8: Utf8,
    line: Vec<char>,
    column: usize,
    mode: Mode,
    parameters: String,
    away: bool,
}

/// Where in a sequence the output is (ECMA-48 5.3, 5.4, 5.6).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    #[default]
    Ground,
    Escape,
    /// Intermediate bytes of an escape sequence; its final byte ends it.
    Intermediate,
    Csi,
    /// OSC, DCS, APC, PM or SOS: until BEL or ST.
    String,
    /// ESC within a string: `\` ends it.
    StringEscape,
}

impl Text {
    pub(super) fn event(&mut self, record: &EventRecord, out: &mut impl Write) -> io::Result<()> {
        let start = *self.start.get_or_insert(record.at);
        match &record.event {
            Event::Started(meta) => {
                let place = format!("{}@{}", meta.place.login, meta.place.target);
                self.note(&format!("{} {} on {place}, session {}", meta.started, meta.who.user, meta.id), out)
            }
            Event::Output { bytes, .. } => {
                let text = self.utf8.decode(bytes);
                text.chars().try_for_each(|c| self.take(c, out))
            }
            // It is in the output already.
            Event::Notice { .. } => Ok(()),
            other => match marker(other) {
                Some((mark, label)) => {
                    let clock = clock(record.at.since(start));
                    self.note(&format!("{clock} {} {label}", mark.glyph()), out)
                }
                None => Ok(()),
            },
        }
    }

    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let rest = self.utf8.finish();
        rest.chars().try_for_each(|c| self.take(c, out))?;
        if self.line.is_empty() { Ok(()) } else { self.end_line(out) }
    }

    /// A line of ours.
    fn note(&mut self, text: &str, out: &mut impl Write) -> io::Result<()> {
        if !self.line.is_empty() {
            self.end_line(out)?;
        }
        writeln!(out, "-- {}", Shown::new(text))
    }

    fn take(&mut self, c: char, out: &mut impl Write) -> io::Result<()> {
        match (self.mode, c) {
            (Mode::StringEscape, '\\') | (Mode::String, '\u{7}' | '\u{9c}') => self.mode = Mode::Ground,
            (Mode::String, '\u{1b}') => self.mode = Mode::StringEscape,
            (Mode::StringEscape, _) => {
                self.mode = Mode::Escape;
                return self.take(c, out);
            }
            (_, '\u{18}' | '\u{1a}') => self.mode = Mode::Ground,
            (Mode::String, _) => {}
            (_, '\u{1b}') => self.mode = Mode::Escape,
            (Mode::Ground, _) => return self.ground(c, out),
            (Mode::Escape, '[') => {
                self.parameters.clear();
                self.mode = Mode::Csi;
            }
            (Mode::Escape, ']' | 'P' | 'X' | '^' | '_') => self.mode = Mode::String,
            (Mode::Escape | Mode::Intermediate, ' '..='/') => self.mode = Mode::Intermediate,
            (Mode::Escape | Mode::Intermediate, _) => self.mode = Mode::Ground,
            // Controls within a sequence act as if they stood before it.
            (Mode::Csi, '\n' | '\r' | '\u{8}' | '\t') => return self.ground(c, out),
            (Mode::Csi, '@'..='~') => {
                self.mode = Mode::Ground;
                return self.csi(c, out);
            }
            (Mode::Csi, _) if self.parameters.len() < LONGEST_PARAMETERS => self.parameters.push(c),
            (Mode::Csi, _) => {}
        }
        Ok(())
    }

    fn ground(&mut self, c: char, out: &mut impl Write) -> io::Result<()> {
        match c {
            _ if self.away => {}
            '\n' => return self.end_line(out),
            '\r' => self.column = 0,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            '\t' => self.column = (self.column / 8 + 1) * 8,
            _ if c.is_control() => {}
            _ => {
                if self.line.len() <= self.column {
                    self.line.resize(self.column, ' ');
                    self.line.push(c);
                } else if let Some(cell) = self.line.get_mut(self.column) {
                    *cell = c;
                }
                self.column += 1;
                if self.column >= LONGEST_LINE {
                    return self.end_line(out);
                }
            }
        }
        Ok(())
    }

    fn csi(&mut self, last: char, out: &mut impl Write) -> io::Result<()> {
        if matches!(self.parameters.as_str(), "?1049" | "?1047" | "?47") && matches!(last, 'h' | 'l') {
            let away = last == 'h';
            if std::mem::replace(&mut self.away, away) != away && away {
                return self.note("a full-screen program; what it drew is left out", out);
            }
            return Ok(());
        }
        if self.away {
            return Ok(());
        }
        let n = self.parameters.split(';').next().and_then(|n| n.parse::<usize>().ok());
        let many = n.unwrap_or(1).clamp(1, LONGEST_LINE - 1);
        match last {
            'C' => self.column = (self.column + many).min(LONGEST_LINE - 1),
            'D' => self.column = self.column.saturating_sub(many),
            'G' => self.column = many - 1,
            'K' => match n.unwrap_or(0) {
                0 => self.line.truncate(self.column),
                1 => self.line.iter_mut().take(self.column + 1).for_each(|cell| *cell = ' '),
                _ => self.line.clear(),
            },
            'P' if self.column < self.line.len() => {
                let end = (self.column + many).min(self.line.len());
                self.line.drain(self.column..end);
            }
            '@' if self.column < self.line.len() => {
                self.line.splice(self.column..self.column, std::iter::repeat_n(' ', many));
                self.line.truncate(LONGEST_LINE);
            }
            _ => {}
        }
        Ok(())
    }

    fn end_line(&mut self, out: &mut impl Write) -> io::Result<()> {
        let line: String = self.line.iter().collect();
        self.line.clear();
        self.column = 0;
        writeln!(out, "{}", line.trim_end())
    }
}

/// `MM:SS`, or `H:MM:SS` from an hour on.
fn clock(at: Duration) -> String {
    let s = at.as_secs();
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

/// Characters of a line; a longer one is broken.
const LONGEST_LINE: usize = 16 << 10;
/// Bytes of a CSI's parameters that are looked at.
const LONGEST_PARAMETERS: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{events, output, record};
    use super::*;

    fn text(events: &[EventRecord]) -> String {
        let (mut text, mut out) = (Text::default(), Vec::new());
        events.iter().for_each(|e| text.event(e, &mut out).unwrap());
        text.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn plain(bytes: &[u8]) -> String {
        text(&[record(0, 0, output(bytes))])
    }

    #[test]
    fn a_recording_reads_as_a_story() {
        let story = text(&events());
        assert_eq!(
            story,
            "-- 2026-11-21T12:04:31.000Z alice on root@box, session 041061050r3gg28a\n$ ls\n-- 00:00 $ ls\ngrüße.txt\n\
             $ rm -rf ./victim\n-- 00:02 ◆ rm -rf ./victim\n-- 00:32 ✓ approved by bob\n\n$\n-- 00:32 ⚑ email ×2\n-- 00:33 ■ exit 0\n"
                .replace("041061050r3gg28a", &super::super::testing::meta().id.to_string())
        );
    }

    #[test]
    fn an_edited_line_reads_as_it_was_entered() {
        assert_eq!(plain(b"$ lss\x08\x1b[K -l\r\n"), "$ ls -l\n");
        assert_eq!(plain(b"abc\rX\x1b[C!\x1b[3G\x1b[Pd\n"), "Xbd\n");
        assert_eq!(plain(b"10%\r20%\r\x1b[K100%\n"), "100%\n");
    }

    #[test]
    fn what_a_full_screen_program_drew_is_left_out() {
        let said = plain(b"$ vim\r\n\x1b[?1049h\x1b[2Jsecret draft\r\n\x1b[?1049l$ \r\n");
        assert_eq!(said, "$ vim\n-- a full-screen program; what it drew is left out\n$\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn nothing_a_terminal_obeys_is_written(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(plain(&bytes).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
