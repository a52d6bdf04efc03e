//! The bytes that put the bar on a screen and take it off again.
//!
//! The bar is drawn into a copy of the client's screen, and the client gets the difference; taking it off is the reverse
//! difference (as mosh does it). So the cursor stays in the line, colours and wrapping come back as they were, and the
//! program's saved cursor is never touched: ESC 7 and ESC 8 are the program's own.
//!
//! What cannot be given back is what REP (`CSI b`) would repeat: a program that sends a character, then nothing for as
//! long as a bar stands, then REP, repeats the bar's last character. No program does.

use std::panic::{AssertUnwindSafe, catch_unwind};

use unicode_width::UnicodeWidthChar as _;

use super::screen::{self, Screen};

/// The bar's text in three widths; each is clipped to the screen. Already made harmless to look at; control characters
/// are dropped.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// For 100 columns and more.
    pub full: &'a str,
    /// For 60 to 99 columns.
    pub medium: &'a str,
    /// For 40 to 59 columns.
    pub short: &'a str,
}

impl<'a> Bar<'a> {
    fn for_width(&self, cols: u16) -> &'a str {
        match cols {
            ..60 => self.short,
            60..100 => self.medium,
            100.. => self.full,
        }
    }
}

/// The bar on one client's screen.
#[derive(Debug, Default)]
pub struct Overlay {
    /// The client's screen with the bar on it.
    shown: Option<vt100::Screen>,
}

impl Overlay {
    /// No bar.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the bar is on the client's screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// The bytes for the client that draw the bar, or change it to this text if it is there; only cells that change are
    /// sent. `view` is what the client's screen shows without the bar. `None` if no bar can be drawn now: alternate
    /// screen, origin mode, a faulted model, a stream that is inside a sequence, or less than 40 columns by 4 rows. Say it
    /// another way then.
    #[must_use]
    pub fn show(&mut self, view: &Screen, bar: &Bar<'_>) -> Option<Vec<u8>> {
        let possible = !view.alternate_screen()
            && !view.origin_mode()
            && !view.faulted()
            && view.at_ground()
            && view.cols() >= COLS_MIN
            && view.rows() >= ROWS_MIN;
        if !possible {
            return None;
        }
        let with_bar = catch_unwind(AssertUnwindSafe(|| drawn(view, bar))).ok()??;
        let bytes = difference(self.shown.as_ref().unwrap_or_else(|| view.vt()), &with_bar)?;
        self.shown = Some(with_bar);
        Some(bytes)
    }

    /// The bytes for the client that take the bar off; empty if there is none. Call it before anything else is sent to the
    /// client, and before the screen is resized.
    #[must_use]
    pub fn hide(&mut self, view: &Screen) -> Vec<u8> {
        let Some(with_bar) = self.shown.take() else { return Vec::new() };
        // Without a difference (the view was fed while the bar stood) paint the whole screen: nothing may stay.
        difference(&with_bar, view.vt()).unwrap_or_else(|| view.state())
    }
}

/// A copy of the screen with the bar in it, cursor and rendition as they were.
fn drawn(view: &Screen, bar: &Bar<'_>) -> Option<vt100::Screen> {
    let truth = view.vt();
    let (rows, cols) = (view.rows(), view.cols());
    let row = if view.cursor().row + 2 >= rows { 1 } else { rows };
    let mut copy = screen::copy_to_draw_on(truth);
    copy.process(format!("\x1b[{row};1H\x1b[0;7m{}\x1b[m", fitted(bar.for_width(cols), cols)).as_bytes());
    copy.process(truth.cursor_state_formatted().as_bytes());
    copy.process(truth.attributes_formatted().as_bytes());
    let copy = copy.screen().clone();
    // A cursor behind an empty last cell, or a row that no longer counts as wrapped, cannot be put back by drawing: leave
    // such a screen alone.
    let restorable = copy.cursor_position() == truth.cursor_position()
        && (0..rows).all(|r| copy.row_wrapped(r) == truth.row_wrapped(r));
    restorable.then_some(copy)
}

/// The text cut or filled to `cols` columns. The last columns have only narrow characters: a wide one there that is
/// drawn over changes whether the row counts as wrapped.
fn fitted(text: &str, cols: u16) -> String {
    let mut out = String::new();
    let mut left = usize::from(cols);
    for c in text.chars() {
        // Characters without a width (controls, combining marks) are left out: a bar has no use for them.
        let width = c.width().unwrap_or(0);
        if width > left || (width > 1 && left <= NARROW_END) {
            break;
        }
        if width > 0 {
            out.push(c);
            left -= width;
        }
    }
    out.extend(std::iter::repeat_n(' ', left));
    out
}

/// The bytes that turn one screen into the other; `None` if they would do more than that.
fn difference(from: &vt100::Screen, to: &vt100::Screen) -> Option<Vec<u8>> {
    let bytes = catch_unwind(AssertUnwindSafe(|| to.contents_diff(from))).ok()?.into_bytes();
    // In one odd case (cursor behind an erased last column) the model puts the cursor back with ESC 7 and line feeds.
    let clean = !bytes.windows(2).any(|w| w == b"\x1b7") && !bytes.contains(&b'\n');
    clean.then_some(bytes)
}

/// Narrower screens get a title and a bell instead.
const COLS_MIN: u16 = 40;
/// Columns at the end of a bar that are narrow.
const NARROW_END: usize = 4;
/// With fewer rows a bar hides too much.
const ROWS_MIN: u16 = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::streams::stream;
    use super::*;

    const BAR: Bar<'_> = Bar { full: "the full text of a bar", medium: "a medium bar", short: "short" };

    fn screen(cols: u16, rows: u16, bytes: &[u8]) -> Screen {
        let mut screen = Screen::new(cols, rows);
        screen.feed(bytes);
        screen
    }

    fn glance(screen: &Screen) -> String {
        let wraps: Vec<bool> = (0..screen.rows()).map(|r| screen.row_wrapped(r)).collect();
        format!("{:?} {:?} {wraps:?}", String::from_utf8(screen.state()), screen.cursor())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn a_bar_that_was_shown_and_hidden_leaves_nothing_behind(
            before in stream(40), after in stream(40), cols in 40_u16..130, rows in 4_u16..12, second in "[ -~世]{0,140}",
        ) {
            let truth = screen(cols, rows, &before);
            let mut client = screen(cols, rows, &before);
            let mut overlay = Overlay::new();
            let first = overlay.show(&truth, &BAR);
            if let Some(bytes) = &first {
                client.feed(bytes);
                prop_assert_eq!(client.cursor(), truth.cursor());
            }
            let update = Bar { full: &second, medium: &second, short: &second };
            if let Some(bytes) = overlay.show(&truth, &update) {
                client.feed(&bytes);
            }
            client.feed(&overlay.hide(&truth));
            prop_assert_eq!(glance(&client), glance(&truth));
            // And everything after it is the same, but for a REP that comes first.
            let (mut truth, after) = (truth, [b"\x18.".as_slice(), &after].concat());
            truth.feed(&after);
            client.feed(&after);
            prop_assert_eq!(glance(&client), glance(&truth));
        }
    }

    #[test]
    fn the_bar_stands_on_the_last_row_or_on_the_first_if_the_cursor_is_low() {
        for (before, row) in [("$ rm x", 23), ("\x1b[23;1H$ rm x", 0), ("\x1b[22;1H$ rm x", 23)] {
            let truth = screen(80, 24, before.as_bytes());
            let mut client = screen(80, 24, before.as_bytes());
            client.feed(&Overlay::new().show(&truth, &BAR).unwrap());
            assert_eq!(client.row_text(row).trim_end(), "a medium bar");
            assert!(client.cell(row, 79).unwrap().style.attributes.has(super::super::Attributes::INVERSE));
            assert_eq!(client.cursor(), truth.cursor());
        }
    }

    #[test]
    fn a_countdown_sends_only_the_digits_that_change() {
        let truth = screen(80, 24, b"$ rm x");
        let at = |text| Bar { full: text, medium: text, short: text };
        let mut overlay = Overlay::new();
        assert!(overlay.show(&truth, &at("HELD 04:58 ^C")).is_some());
        let update = overlay.show(&truth, &at("HELD 04:57 ^C")).unwrap();
        assert!(update.len() < 40, "{:?}", String::from_utf8(update));
        assert_eq!(overlay.show(&truth, &at("HELD 04:57 ^C")).map(|b| b.len()), Some(0));
    }

    #[test]
    fn no_bar_where_it_could_not_be_taken_off_again() {
        for before in ["\x1b[?1049h", "\x1b[?6h", "\x1b[3", "\x1b]0;x", "\u{e9}".get(..1).unwrap_or("\x1b")] {
            assert_eq!(Overlay::new().show(&screen(80, 24, before.as_bytes()), &BAR), None);
        }
        assert_eq!(Overlay::new().show(&screen(39, 24, b""), &BAR), None);
        assert_eq!(Overlay::new().show(&screen(80, 3, b""), &BAR), None);
    }

    #[test]
    fn control_characters_never_get_into_a_bar() {
        let hostile = "a\x1b[2J\r\n\u{9b}b\u{7f}";
        let bytes = Overlay::new()
            .show(&screen(80, 24, b"x"), &Bar { full: hostile, medium: hostile, short: hostile })
            .unwrap();
        assert!(!bytes.windows(4).any(|w| w == b"\x1b[2J"));
    }
}
