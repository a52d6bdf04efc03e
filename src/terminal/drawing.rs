//! What changes how text is drawn and `vt100` does not know: character sets, insertion, no wrapping, tab stops, line feeds that
//! return.
//!
//! They are kept here, and text is translated while one of them is on into sequences that have the same effect.
//!
//! | sequence | here |
//! |---|---|
//! | SCS `ESC ( 0`, `ESC ) 0`, SO, SI | characters of DEC's special graphics become those they look like (xterm, VT100 table 3-9) |
//! | IRM `CSI 4 h` | room is made (ICH) before each character |
//! | DECAWM off `CSI ? 7 l` | a character beyond the last column is drawn in it |
//! | HTS, TBC, CHT, CBT | the cursor is placed on the column |
//! | LNM `CSI 20 h` | LF is CR LF |

use super::bytes::first;

/// A character set that is designated to G0 or G1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Set {
    #[default]
    Ascii,
    Graphics,
    British,
}

/// What DECSC keeps of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sets {
    designated: [Set; 2],
    /// SO: G1 is drawn.
    shifted: bool,
}

/// The state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Drawing {
    sets: Sets,
    /// Of the main and of the alternate screen.
    saved: [Sets; 2],
    pub(super) insert: bool,
    /// DECAWM is off.
    pub(super) unwrapped: bool,
    pub(super) newline: bool,
    /// The stops, if they were changed: one for each column of the widest screen.
    tabs: Option<Vec<bool>>,
}

impl Drawing {
    /// Whether text is drawn as `vt100` does it. Tabs aside, if no stop was changed.
    pub(super) fn is_plain(&self) -> bool {
        !self.insert && !self.unwrapped && !self.newline && self.set() == Set::Ascii && self.tabs.is_none()
    }

    /// Whether that run of text leaves it as it is. An SI counts while G1 is drawn, though both sets may be ASCII then: the next
    /// designation tells them apart.
    pub(super) fn keeps(&self, run: &[u8]) -> bool {
        first(run, if self.sets.shifted { SI } else { SO }).is_none()
    }

    pub(super) fn designate(&mut self, sequence: &[u8]) {
        let (slot, set) = match sequence {
            [b'(', set] => (0, set),
            [b')', set] => (1, set),
            _ => return,
        };
        if let Some(slot) = self.sets.designated.get_mut(slot) {
            *slot = match set {
                b'0' | b'2' => Set::Graphics,
                b'A' => Set::British,
                _ => Set::Ascii,
            };
        }
    }

    pub(super) const fn shift(&mut self, out: bool) {
        self.sets.shifted = out;
    }

    pub(super) const fn save(&mut self, alternate: bool) {
        let [main, other] = &mut self.saved;
        *(if alternate { other } else { main }) = self.sets;
    }

    pub(super) const fn restore(&mut self, alternate: bool) {
        let [main, other] = self.saved;
        self.sets = if alternate { other } else { main };
    }

    /// DECSC with the sets that were saved on that screen; the sets are ASCII before and behind it.
    pub(super) fn saved(&self, alternate: bool) -> String {
        let [main, other] = self.saved;
        let saved = if alternate { other } else { main };
        if saved == Sets::default() {
            return "\x1b7".to_owned();
        }
        format!("{}\x1b7{}", saved.painted(), Sets::default().painted())
    }

    /// The character that is drawn for `c`.
    pub(super) fn drawn(&self, c: char) -> char {
        match (self.set(), c) {
            (Set::Graphics, '_'..='~') => GRAPHICS.chars().nth((u32::from(c) - u32::from('_')) as usize).unwrap_or(c),
            (Set::British, '#') => '£',
            _ => c,
        }
    }

    pub(super) fn set_tab(&mut self, col: u16) {
        if let Some(stop) = self.tabs.get_or_insert_with(eight).get_mut(usize::from(col)) {
            *stop = true;
        }
    }

    /// TBC: 0 the stop at the cursor, 3 all.
    pub(super) fn clear_tab(&mut self, what: u16, col: u16) {
        let tabs = self.tabs.get_or_insert_with(eight);
        match what {
            0 => {
                if let Some(stop) = tabs.get_mut(usize::from(col)) {
                    *stop = false;
                }
            }
            3 => tabs.fill(false),
            _ => {}
        }
    }

    /// The column after `n` tabs from `col` (backwards if `back`), on a screen of `cols`.
    pub(super) fn tab(&self, col: u16, n: u16, back: bool, cols: u16) -> u16 {
        let last = cols.saturating_sub(1);
        let mut col = col.min(last);
        for _ in 0..n.min(cols) {
            let stop = |c: &u16| match &self.tabs {
                Some(tabs) => tabs.get(usize::from(*c)).copied().unwrap_or(false),
                None => c.is_multiple_of(8),
            };
            col =
                if back { (0..col).rev().find(stop).unwrap_or(0) } else { (col + 1..last).find(stop).unwrap_or(last) };
        }
        col
    }

    /// The sequences that a fresh terminal needs before its text is drawn: stops, which are set by moving the cursor, and what
    /// DECSC keeps.
    pub(super) fn painted_before(&self) -> String {
        let mut out = String::new();
        if let Some(tabs) = &self.tabs {
            out.push_str("\x1b[3g");
            for (col, _) in tabs.iter().enumerate().filter(|(_, stop)| **stop) {
                out.push_str(&format!("\x1b[{}G\x1bH", col + 1));
            }
            out.push_str("\x1b[H");
        }
        out
    }

    /// The sequences that bring a fresh terminal here once its text is drawn; they move no cursor.
    pub(super) fn painted_after(&self) -> String {
        let mut out = String::new();
        if self.sets != Sets::default() {
            out.push_str(&self.sets.painted());
        }
        for (on, sequence) in [(self.insert, "\x1b[4h"), (self.newline, "\x1b[20h"), (self.unwrapped, "\x1b[?7l")] {
            if on {
                out.push_str(sequence);
            }
        }
        out
    }

    fn set(&self) -> Set {
        let [g0, g1] = self.sets.designated;
        if self.sets.shifted { g1 } else { g0 }
    }
}

impl Sets {
    fn painted(self) -> String {
        let [g0, g1] = self.designated.map(|set| match set {
            Set::Ascii => 'B',
            Set::Graphics => '0',
            Set::British => 'A',
        });
        format!("\x1b({g0}\x1b){g1}{}", if self.shifted { '\x0e' } else { '\x0f' })
    }
}

/// A stop every eighth column.
fn eight() -> Vec<bool> {
    (0..=usize::from(*super::Screen::COLS.end())).map(|col| col % 8 == 0).collect()
}

const SO: u8 = 0x0e;
const SI: u8 = 0x0f;

/// DEC special graphics, `_` to `~`.
const GRAPHICS: &str = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

#[cfg(test)]
mod tests {
    use super::super::Screen;

    fn rows(bytes: &str) -> Vec<String> {
        let mut screen = Screen::new(10, 3);
        screen.feed(bytes.as_bytes());
        (0..3).map(|row| screen.row_text(row)).collect()
    }

    #[test]
    fn line_drawing_is_drawn_as_lines_and_only_while_it_is_designated() {
        assert_eq!(rows("\x1b(0lqk\x1b(Bx")[0], "┌─┐x");
        assert_eq!(rows("\x1b)0x\x0ex\x0fx")[0], "x│x");
        assert_eq!(rows("\x1b7\x1b(0\x1b8x")[0], "x");
    }

    #[test]
    fn a_shift_back_counts_though_both_sets_are_ascii() {
        assert_eq!(rows("\x0ea\x0fb\x1b)0x")[0], "abx");
        assert_eq!(rows("\x0ea\x1b)0\x0fx\x0ex")[0], "ax│");
        let long = format!("\x0e{}\x0f\x1b)0x", "line\r\n".repeat(400));
        assert_eq!(rows(&long)[2], "x");
    }

    #[test]
    fn insertion_makes_room() {
        assert_eq!(rows("abc\r\x1b[4hXY\x1b[4lZ")[0], "XYZbc");
    }

    #[test]
    fn without_wrapping_the_last_column_is_overwritten() {
        assert_eq!(rows("\x1b[?7l0123456789ab"), ["012345678b", "", ""]);
        assert_eq!(rows("\x1b[?7l\x1b[?7h0123456789ab"), ["0123456789", "ab", ""]);
    }

    #[test]
    fn tabs_go_where_the_stops_are() {
        assert_eq!(rows("\x1b[3g\x1b[4G\x1bH\ra\tb")[0], "a  b");
        assert_eq!(rows("\x1b[9G\x1b[Zx")[0], "x");
        assert_eq!(rows("\x1b[Ix")[0], "        x");
    }

    #[test]
    fn a_line_feed_returns_where_that_was_asked_for() {
        assert_eq!(rows("\x1b[20hab\nc"), ["ab", "c", ""]);
    }
}
