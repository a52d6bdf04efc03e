use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::streams::{chunks, stream};
use super::*;

fn fed(cols: u16, rows: u16, bytes: &[u8]) -> Screen {
    let mut screen = Screen::new(cols, rows);
    screen.feed(bytes);
    screen
}

/// Everything that can be seen of a screen, and a little that can only be felt: both screens, saved cursor, margins.
fn everything(screen: &mut Screen) -> Vec<String> {
    let mut seen = vec![glance(screen)];
    // Probes: what DECRC, REP, the other screen and a growth bring to light.
    for probe in ["\x1b[3b", "\x1b8", "\x1b[?47h", "\x1b8", "\x1b[?47l"] {
        screen.feed(b"\x18");
        screen.feed(probe.as_bytes());
        seen.push(glance(screen));
    }
    seen
}

fn glance(screen: &Screen) -> String {
    let wraps: Vec<bool> = (0..screen.rows()).map(|r| screen.row_wrapped(r)).collect();
    let state = String::from_utf8(screen.state()).unwrap();
    format!(
        "{state:?} {:?} {wraps:?} {:?} {} {} {} {}",
        screen.cursor(),
        screen.scroll_region(),
        screen.origin_mode(),
        screen.at_ground(),
        screen.faulted(),
        screen.title(),
    )
}

/// Streams in which long runs of plain text stand between other things.
fn with_long_runs() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("\r\n".to_string()),
        Just("\n".to_string()),
        "[ -~]{0,50}\r\n",
        "[a-z世é\t\u{8}]{0,30}\r\n",
        "[0-9]{0,7}\r\n",
        "[0-9]{0,7}\r\r\n"
    ];
    let run = (vec(line, 1..12), 1_usize..200).prop_map(|(lines, times)| lines.concat().repeat(times).into_bytes());
    vec(prop_oneof![run, stream(12)], 1..6).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_shortcut_cannot_be_told_from_the_long_way(
        bytes in with_long_runs(), seed in any::<u64>(), cols in 2_u16..90, rows in 1_u16..30,
        sizes in vec((2_u16..90, 1_u16..60), 0..3),
    ) {
        let mut short = Screen::new(cols, rows);
        chunks(&bytes, seed).into_iter().for_each(|c| short.feed(c));
        let mut long = Screen::without_shortcut(cols, rows);
        long.feed(&bytes);
        for (cols, rows) in sizes {
            short.resize(cols, rows);
            long.resize(cols, rows);
            prop_assert_eq!(glance(&short), glance(&long));
        }
        prop_assert!(!long.faulted());
        prop_assert_eq!(everything(&mut short), everything(&mut long));
    }

    #[test]
    fn the_state_paints_a_fresh_screen_that_goes_on_alike(
        before in stream(40), after in stream(30), cols in 2_u16..60, rows in 1_u16..20,
    ) {
        prop_assume!(!before.windows(3).any(|w| w == b"?6h") && !after.windows(4).any(|w| w == b"?47h"));
        let mut screen = fed(cols, rows, &before);
        prop_assume!(screen.at_ground() && !has_odd_cursor(cols, rows, &before));
        let mut again = fed(cols, rows, &screen.state());
        prop_assert_eq!(picture(&again), picture(&screen));
        let after = [b"\x18".as_slice(), &after].concat();
        screen.feed(&after);
        again.feed(&after);
        prop_assert_eq!(picture(&again), picture(&screen));
    }
}

/// Whether a cursor, in use or saved, stands behind the last column of an erased cell.
fn has_odd_cursor(cols: u16, rows: u16, bytes: &[u8]) -> bool {
    let mut screen = fed(cols, rows, bytes);
    ["", "\x1b8", "\x1b[?47l\x1b8"].iter().any(|probe| {
        screen.feed(probe.as_bytes());
        let cursor = screen.cursor();
        cursor.col >= cols && screen.cell(cursor.row, cols - 1).is_some_and(|c| c.width == 1 && c.text.is_empty())
    })
}

/// Every cell, the cursor and the modes.
fn picture(screen: &Screen) -> String {
    let cells = (0..screen.rows()).flat_map(|r| (0..screen.cols()).map(move |c| (r, c)));
    let cells: Vec<_> = cells.map(|(r, c)| screen.cell(r, c)).collect();
    format!("{cells:?} {:?} {:?} {}", screen.cursor(), screen.scroll_region(), screen.origin_mode())
}

#[test]
fn the_shortcut_is_taken_for_plain_output() {
    let run: Vec<u8> = (0..1000).flat_map(|n| format!("{n}\r\n").into_bytes()).collect();
    let mut screen = Screen::new(80, 24);
    assert!(screen.model.skippable(&run).is_some());
    screen.feed(&run);
    assert_eq!(screen.row_text(0), "977");
    assert_eq!(screen.row_text(22), "999");
    assert_eq!(screen.cursor(), Cursor { row: 23, col: 0 });
}

#[test]
fn sizes_beyond_any_terminal_are_clamped() {
    let mut screen = Screen::new(65535, 65535);
    assert_eq!((screen.cols(), screen.rows()), (500, 300));
    screen.resize(0, 0);
    assert_eq!((screen.cols(), screen.rows()), (2, 1));
    screen.feed("世\u{17d8}\r\nx\x1b[65535;65535H\x1b[Jy".as_bytes());
    assert!(!screen.faulted());
}

#[test]
fn nine_kilobytes_of_rep_cost_no_more_than_their_columns() {
    let start = clock();
    let screen = fed(80, 24, &b"x\x1b[65535b".repeat(1000));
    assert!(!screen.faulted());
    // Unfiltered it is a second with optimisation.
    assert!(clock().duration_since(start).as_millis() < 500);
}

#[test]
fn an_unterminated_string_is_not_kept() {
    for opener in ["\x1b]0;", "\x1bPq", "\x1b_G", "\x1b^", "\x1bX"] {
        let mut screen = Screen::new(80, 24);
        screen.feed(opener.as_bytes());
        let block = vec![b'a'; 1 << 20];
        (0..10).for_each(|_| screen.feed(&block));
        assert!(!screen.at_ground());
        assert!(screen.filter.size() < 4096 && screen.title().len() <= 1024);
        screen.feed(b"\x1b\\ok");
        assert!(screen.at_ground());
        assert_eq!(screen.row_text(0), "ok");
    }
}

#[test]
fn a_panic_of_the_parser_faults_the_screen_and_nothing_else() {
    let mut screen = fed(80, 24, b"text");
    screen.model.guarded(|_| panic!("for the test"));
    assert!(screen.faulted());
    screen.feed(b"more");
    screen.resize(100, 30);
    assert_eq!(screen.contents(), "");
}

#[test]
fn a_reset_is_that_of_a_fresh_screen() {
    let before =
        b"\x1b[?1049h\x1b[41mtext\x1b[2;3r\x1b[?6h\x1b7\x1b[?1;25;1000;1006;2004l\x1b[?1002h\x1b=\x1b]2;t\x07\x1b[3 q";
    let mut screen = fed(20, 4, &[b"1\r\n2\r\n3\r\n4\r\n5\x1b[3;4r\x1b7".as_slice(), before].concat());
    screen.feed(b"\x1bc");
    let mut fresh = Screen::new(20, 4);
    // A character, since a fresh screen has none for REP to repeat.
    screen.feed(b".\r\x1b[K");
    fresh.feed(b".\r\x1b[K");
    assert_eq!(everything(&mut screen), everything(&mut fresh));
    screen.resize(20, 8);
    fresh.resize(20, 8);
    assert_eq!(everything(&mut screen), everything(&mut fresh));
}

#[test]
fn modes_that_the_parser_hides_are_known() {
    let mut screen = fed(80, 24, b"\x1b[5;10r\x1b[?6h\x1b7");
    assert!(screen.origin_mode());
    assert_eq!(screen.scroll_region(), Some((4, 9)));
    screen.feed(b"\x1b[?1049h");
    assert!(screen.alternate_screen() && !screen.origin_mode() && screen.scroll_region().is_none());
    screen.feed(b"\x1b[?1049l");
    assert!(screen.origin_mode());
    screen.feed(b"\x1b[?6l\x1b8");
    assert!(screen.origin_mode());
    screen.resize(80, 25);
    assert_eq!(screen.scroll_region(), None);
}

#[test]
fn in_origin_mode_every_row_is_counted_from_the_margin_and_kept_within() {
    for (bytes, row) in [("\x1b[2d", 2), ("\x1b[9d", 3), ("\x1b[d", 1), ("\x1b[2;1H", 2), ("\x1b[?6l\x1b[6d", 5)] {
        let screen = fed(20, 8, format!("\x1b[2;4r\x1b[?6h\x1b[1;5H{bytes}").as_bytes());
        assert_eq!(screen.cursor().row, row, "{bytes:?}");
        let again = fed(20, 8, &screen.state());
        assert_eq!(again.cursor(), screen.cursor(), "{bytes:?}");
    }
}

#[test]
fn a_growing_screen_gets_back_as_many_rows_as_have_gone() {
    let mut screen = fed(20, 4, b"1\r\n2\r\n3\r\n4\r\n5\r\n6");
    screen.resize(20, 10);
    // Two rows had gone; the others are new at the bottom.
    assert_eq!((screen.row_text(2).as_str(), screen.cursor().row), ("3", 5));
    assert_eq!(screen.rows_gone(), 0);
}

// The clock is for the tests of cost only.
#[allow(clippy::disallowed_methods)]
fn clock() -> Instant {
    Instant::now()
}
