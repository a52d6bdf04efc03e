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

/// Several rows over a client's screen. Already made harmless to look at; control characters are dropped.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// From the top; each is clipped to [`Panel::width`].
    pub rows: &'a [String],
    /// Whether it may stand over a program that fills the screen.
    pub full_screen: bool,
}

impl Panel<'_> {
    /// The columns that a panel has on that screen. It leaves the last ones alone: whether a row counts as wrapped hangs on them.
    #[must_use]
    pub fn width(view: &Screen) -> u16 {
        view.cols().saturating_sub(2).min(PANEL_COLS)
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
        let possible = !view.alternate_screen() && view.rows() >= ROWS_MIN && drawable(view);
        if !possible {
            return None;
        }
        let row = if view.cursor().row + 2 >= view.rows() { 1 } else { view.rows() };
        let text = fitted(bar.for_width(view.cols()), view.cols());
        self.put(view, || drawn(view, format!("\x1b[{row};1H\x1b[0;7m{text}\x1b[m").as_bytes(), b""))
    }

    /// The bytes for the client that draw the panel, or change it to these rows, as [`Overlay::show`] does for a bar. It stands at the
    /// bottom, or at the top if the cursor is low. `None` where it cannot be drawn now, or not with that many rows.
    #[must_use]
    pub fn show_panel(&mut self, view: &Screen, panel: &Panel<'_>) -> Option<Vec<u8>> {
        let height = u16::try_from(panel.rows.len()).unwrap_or(u16::MAX);
        let possible =
            (panel.full_screen || !view.alternate_screen()) && view.rows() > height.max(ROWS_MIN) && drawable(view);
        if !possible {
            return None;
        }
        let bottom = view.rows() - height;
        let top = if view.cursor().row >= bottom { 0 } else { bottom };
        let mut out = String::from("\x1b[0;7m");
        for (row, text) in (top + 1..).zip(panel.rows) {
            out.push_str(&format!("\x1b[{row};1H{}", fitted(text, Panel::width(view))));
        }
        out.push_str("\x1b[m");
        self.put(view, || drawn(view, out.as_bytes(), b"\x1b[?25l"))
    }

    fn put(&mut self, view: &Screen, draw: impl FnOnce() -> Option<vt100::Screen>) -> Option<Vec<u8>> {
        let with_bar = catch_unwind(AssertUnwindSafe(draw)).ok()??;
        let margins = view.scroll_region().is_some();
        let bytes = difference(self.shown.as_ref().unwrap_or_else(|| view.vt()), &with_bar, margins)?;
        // What cannot be taken off again is not shown.
        difference(&with_bar, view.vt(), margins)?;
        self.shown = Some(with_bar);
        Some(bytes)
    }

    /// The client's screen got another size with the bar on it: where that is now nobody knows, so the screen is to be painted whole.
    /// Whether there was a bar.
    pub fn forget(&mut self) -> bool {
        self.shown.take().is_some()
    }

    /// The bytes for the client that take the bar off; empty if there is none. Call it before anything else is sent to the
    /// client.
    #[must_use]
    pub fn hide(&mut self, view: &Screen) -> Vec<u8> {
        let Some(with_bar) = self.shown.take() else { return Vec::new() };
        // Without a difference (the view was fed while the bar stood) paint the whole screen: nothing may stay.
        difference(&with_bar, view.vt(), view.scroll_region().is_some()).unwrap_or_else(|| view.state())
    }
}

/// The bytes for a client that shows `from`, so that it shows `to`: a screen of the same size, cursor and modes with other text. Send
/// them only while both are [`Screen::at_ground`].
#[must_use]
pub fn repaint(from: &Screen, to: &Screen) -> Vec<u8> {
    let plain =
        !to.origin_mode() && !from.faulted() && !to.faulted() && from.alternate_screen() == to.alternate_screen();
    let bytes = if plain { difference(from.vt(), to.vt(), to.scroll_region().is_some()) } else { None };
    bytes.unwrap_or_else(|| repaint_whole(to))
}

/// The bytes for a client of the same size that shows anything, so that it shows `to`.
#[must_use]
pub fn repaint_whole(to: &Screen) -> Vec<u8> {
    // A screen's state paints a fresh one: the modes that would put it elsewhere go first.
    [b"\x1b[?6l\x1b[r\x1b[4l\x1b[20l\x1b[?7h\x1b(B\x1b)B\x0f\x1b[?47l".as_slice(), &to.state()].concat()
}

/// Whether something can be drawn on the screen and taken off again.
fn drawable(view: &Screen) -> bool {
    !view.origin_mode() && view.draws_plainly() && !view.faulted() && view.at_ground() && view.cols() >= COLS_MIN
}

/// A copy of the screen with something drawn in it; place of the cursor and rendition as they were.
fn drawn(view: &Screen, ours: &[u8], cursor: &[u8]) -> Option<vt100::Screen> {
    let truth = view.vt();
    let rows = view.rows();
    let mut copy = screen::copy_to_draw_on(truth);
    copy.process(ours);
    copy.process(truth.cursor_state_formatted().as_bytes());
    copy.process(truth.attributes_formatted().as_bytes());
    copy.process(cursor);
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
fn difference(from: &vt100::Screen, to: &vt100::Screen, margins: bool) -> Option<Vec<u8>> {
    let bytes = catch_unwind(AssertUnwindSafe(|| to.contents_diff(from))).ok()?.into_bytes();
    // In one odd case (cursor behind an erased last column) the model puts the cursor back with ESC 7. And it goes to the next row with
    // a line feed, which scrolls at the end of margins.
    let clean = !bytes.windows(2).any(|w| w == b"\x1b7") && (!margins || !bytes.contains(&b'\n'));
    clean.then_some(bytes)
}

/// Narrower screens get a title and a bell instead.
const COLS_MIN: u16 = 40;
/// Columns of a panel at the most: what is read at a glance.
const PANEL_COLS: u16 = 78;
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

    /// A stream with its digits outside of sequences starred.
    fn masked(bytes: &[u8]) -> Vec<u8> {
        let mut inside = false;
        let star = |b: &u8| {
            inside = match (inside, *b) {
                (_, 0x1b) => true,
                (true, b'[' | b']' | b' '..=b'?' | 0..=0x17 | 0x19 | 0x1c..=0x1f) => true,
                (true, _) => false,
                (false, _) => false,
            };
            if !inside && b.is_ascii_digit() { b'*' } else { *b }
        };
        bytes.iter().map(star).collect()
    }

    fn glance(screen: &Screen) -> String {
        let wraps: Vec<bool> = (0..screen.rows()).map(|r| screen.row_wrapped(r)).collect();
        format!("{:?} {:?} {wraps:?}", String::from_utf8(screen.state()), screen.cursor())
    }

    #[test]
    fn behind_the_last_column_of_an_erased_row_no_bar_is_shown_for_it_could_not_be_taken_off() {
        let before = format!("\r\n\r\n{}\x1b[L", "x".repeat(47));
        let truth = screen(47, 4, before.as_bytes());
        let mut client = screen(47, 4, before.as_bytes());
        let mut overlay = Overlay::new();
        client.feed(&overlay.show(&truth, &BAR).unwrap_or_default());
        client.feed(&overlay.hide(&truth));
        assert_eq!(glance(&client), glance(&truth));
        for screen in [&mut client.clone(), &mut truth.clone()] {
            screen.feed(b"\x1b8");
            assert_eq!(screen.cursor(), super::screen::Cursor::default());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn a_panel_that_was_shown_and_hidden_leaves_nothing_behind(
            before in stream(40), after in stream(40), cols in 40_u16..130, height in 5_u16..14,
            panel in prop::collection::vec("[ -~]{0,140}", 1..5), second in prop::collection::vec("[ -~世]{0,140}", 1..5),
        ) {
            let truth = screen(cols, height, &before);
            let mut client = screen(cols, height, &before);
            let mut overlay = Overlay::new();
            for rows in [&panel, &second] {
                if let Some(bytes) = overlay.show_panel(&truth, &Panel { rows, full_screen: true }) {
                    client.feed(&bytes);
                    prop_assert_eq!(client.cursor(), truth.cursor());
                }
            }
            client.feed(&overlay.hide(&truth));
            prop_assert_eq!(glance(&client), glance(&truth));
            let (mut truth, after) = (truth, [b"\x18.".as_slice(), &after].concat());
            truth.feed(&after);
            client.feed(&after);
            prop_assert_eq!(glance(&client), glance(&truth));
        }

        #[test]
        fn a_client_that_is_repainted_shows_the_other_text(
            before in stream(40), cols in 40_u16..100, height in 4_u16..12,
        ) {
            // What masking does: other letters in the same places.
            let masked: Vec<u8> = masked(&before);
            let (from, to) = (screen(cols, height, &masked), screen(cols, height, &before));
            prop_assume!(from.at_ground() && to.at_ground());
            let mut client = screen(cols, height, &masked);
            client.feed(&repaint(&from, &to));
            prop_assert_eq!(client.contents(), to.contents());
            prop_assert_eq!((client.cursor(), client.cursor_hidden()), (to.cursor(), to.cursor_hidden()));
        }

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
    fn a_panel_stands_beside_the_cursor_and_leaves_the_ends_of_rows_alone() {
        let rows = ["one".to_owned(), "two".to_owned()];
        for (before, top) in [("$ ls", 22), ("\x1b[23;1H$ ls", 0)] {
            let truth = screen(80, 24, before.as_bytes());
            let mut client = screen(80, 24, before.as_bytes());
            let mut overlay = Overlay::new();
            client.feed(&overlay.show_panel(&truth, &Panel { rows: &rows, full_screen: false }).unwrap());
            assert_eq!((client.row_text(top).trim_end(), client.row_text(top + 1).trim_end()), ("one", "two"));
            assert_eq!((client.cursor(), client.cursor_hidden()), (truth.cursor(), true));
            client.feed(&overlay.hide(&truth));
            assert_eq!(glance(&client), glance(&truth));
        }
        let vim = screen(80, 24, b"\x1b[?1049h~");
        let on = |full_screen| Overlay::new().show_panel(&vim, &Panel { rows: &rows, full_screen }).is_some();
        assert!(on(true) && !on(false));
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
