use super::*;

fn sixel(text: &str) -> Option<(String, u32, u32, u32)> {
    let image = Image::read(Format::Sixel, text.as_bytes())?;
    Some((String::from_utf8(image.bytes).unwrap(), image.width, image.height, image.reach))
}

fn sized(text: &str) -> Option<(u32, u32, u32)> {
    sixel(text).map(|(_, width, height, reach)| (width, height, reach))
}

#[test]
fn the_size_is_that_of_the_data_whatever_the_image_says() {
    assert_eq!(sized("q~~~"), Some((3, 6, 6)));
    assert_eq!(sized("q!10~-~$!12?-"), Some((12, 12, 18)));
    assert_eq!(sized("q\"1;1;1;1!10~-!9~"), Some((10, 12, 12)));
    assert_eq!(sized("q\"1;1;500;500!10~"), Some((10, 6, 6)));
    // A last band that is cut, as encoders say it.
    assert_eq!(sized("q\"1;1;10;9!10~-!10~"), Some((10, 9, 12)));
    assert_eq!(sized("q---~---"), Some((1, 24, 42)));
    assert_eq!(sized("q!0~!~"), Some((2, 6, 6)));
}

#[test]
fn what_is_sent_is_written_anew() {
    let (bytes, ..) = sixel("0;1;0q\"2;2;99;99#0;2;0;00;100#0!003~\r\n$#1~-").unwrap();
    assert_eq!(bytes, "\x1bP7;1;0q\"1;1;3;6#0;2;0;0;100#0!3~$#1~-\x1b\\");
    let (bytes, ..) = sixel("q~").unwrap();
    assert_eq!(bytes, "\x1bP7;0;0q\"1;1;1;6~\x1b\\");
}

#[test]
fn what_terminals_may_take_differently_is_no_image() {
    for text in [
        "q",
        "q---",
        "q\"1;1;9;9",
        "q\"2;1;9;9~",
        "q~\"1;1;9;9~",
        "q-\"1;1;9;9~",
        "q~\x07~",
        "q~é",
        "q!5",
        "q!5#0~",
        "q#0;3;1;1;1~",
        "q#0;2;1;1~",
        "q#0;2;1;1;1;1~",
        "q!70000~",
        "q!99999999999999999999~",
        "1;2;3;4;5;6q~",
        "q~\x1b[2J",
    ] {
        assert_eq!(sixel(text), None, "{text:?}");
    }
    assert_eq!(Image::read(Format::Sixel, &[b"q".as_slice(), &[b'~'; Image::MOST]].concat()), None);
}

#[test]
fn only_parameters_and_a_q_begin_one() {
    for (text, begins) in
        [("q", true), ("0;1;0q~", true), ("+q544e", false), ("$qm", false), ("1$r0m", false), ("", false)]
    {
        assert_eq!(of_string(b'P', text.as_bytes()).is_some(), begins, "{text}");
    }
    assert_eq!(of_string(b'_', b"q~"), None);
}

/// An image of so many pixels, on a screen of 20 × 6 cells of 10 × 20.
fn placed(drawn: &str, width: u32, bands: usize) -> Option<(Placed, Screen)> {
    let mut screen = Screen::new(20, 6);
    screen.feed(drawn.as_bytes());
    let body = vec![format!("!{width}~"); bands].join("-");
    let image = Image::read(Format::Sixel, format!("q{body}").as_bytes()).unwrap();
    let placed = image.place(&screen, (10, 20))?;
    screen.feed(&placed.before);
    assert_eq!((screen.cursor().row, screen.cursor().col), (placed.top, placed.left));
    screen.feed(&placed.after);
    Some((placed, screen))
}

#[test]
fn where_there_is_room_nothing_moves_but_the_cursor() {
    let (placed, screen) = placed("one\r\ntwo ", 35, 7).unwrap();
    assert_eq!((placed.top, placed.left, placed.rows, placed.cols), (1, 4, 3, 4));
    assert!(placed.before.is_empty());
    assert_eq!((screen.cursor().row, screen.cursor().col), (3, 4));
    assert_eq!(screen.contents(), "one\ntwo ");
}

#[test]
fn room_is_made_by_scrolling_and_one_row_stays_free_below() {
    let (placed, screen) = placed("\x1b[31m1\r\n2\r\n3\r\n4\r\n5\r\n", 30, 7).unwrap();
    assert_eq!((placed.top, placed.rows), (2, 3));
    assert_eq!(screen.contents(), "4\n5");
    assert_eq!((screen.cursor().row, screen.cursor().col), (4, 0));
    let (mut next, mut red) = (screen.clone(), Screen::new(20, 6));
    next.feed(b"x");
    red.feed(b"\x1b[31mx");
    assert_eq!(next.cell(4, 0).unwrap().style, red.cell(0, 0).unwrap().style);
}

#[test]
fn what_does_not_fit_is_not_placed() {
    assert!(placed("", 200, 16).is_some());
    assert!(placed("", 201, 1).is_none());
    assert!(placed(" ", 200, 1).is_none());
    assert!(placed("", 10, 17).is_none());
    assert!(placed("\x1b[6;1H", 10, 16).is_some());
    assert!(placed("\x1b[?1049h\x1b[3;1H", 10, 10).is_some());
    assert!(placed("\x1b[?1049h\x1b[3;1H", 10, 11).is_none());
    for odd in ["\x1b[2;4r", "\x1b[?6h", "\x1b[4h", "\x1b[?7l", "\x1b(0"] {
        assert!(placed(odd, 10, 1).is_none(), "{odd:?}");
    }
}
