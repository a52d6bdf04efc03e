use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn sixel(text: &str) -> Option<(String, u32, u32, u32)> {
    let Read::Image(image) = Reader::default().read(Format::Sixel, text.as_bytes()) else { return None };
    let Body::Sixel(bytes) = image.body else { panic!("{image:?}") };
    Some((String::from_utf8(bytes).unwrap(), image.width, image.height, image.reach))
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
    let long = [b"q".as_slice(), &[b'~'; Image::MOST]].concat();
    assert_eq!(Reader::default().read(Format::Sixel, &long), Read::Unreadable);
}

#[test]
fn only_parameters_and_a_q_begin_one() {
    for (text, begins) in
        [("q", true), ("0;1;0q~", true), ("+q544e", false), ("$qm", false), ("1$r0m", false), ("", false)]
    {
        assert_eq!(of_string(b'P', text.as_bytes()).is_some(), begins, "{text}");
    }
    assert_eq!(of_string(b'_', b"q~"), None);
    assert_eq!(of_string(b'_', b"Ga=T"), Some(Format::Kitty));
}

/// An image of so many pixels, on a screen of 20 × 6 cells of 10 × 20.
fn placed(drawn: &str, width: u32, bands: usize) -> Option<(Placed, Screen)> {
    let mut screen = Screen::new(20, 6);
    screen.feed(drawn.as_bytes());
    let body = vec![format!("!{width}~"); bands].join("-");
    put(&mut screen, Format::Sixel, &format!("q{body}")).map(|placed| (placed, screen))
}

/// Reads an image that is whole, and places it on a screen with cells of 10 × 20 as number 7.
fn put(screen: &mut Screen, format: Format, text: &str) -> Option<Placed> {
    let Read::Image(image) = Reader::default().read(format, text.as_bytes()) else { panic!("no image: {text:?}") };
    let placed = image.place(screen, (10, 20), 7)?;
    screen.feed(&placed.before);
    assert_eq!((screen.cursor().row, screen.cursor().col), (placed.top, placed.left));
    screen.feed(&placed.after);
    Some(placed)
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

/// The first bytes of a PNG of that size, in base64, with a little behind them.
fn png(width: u32, height: u32) -> String {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    STANDARD.encode([b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &size, b"\x08\x06\0\0\0data"].concat())
}

#[test]
fn what_kitty_shows_is_told_how_many_cells_it_covers_and_to_be_silent() {
    let mut screen = Screen::new(20, 6);
    let image = png(35, 41);
    let placed = put(&mut screen, Format::Kitty, &format!("Ga=T,f=100,i=5,q=0,X=3,z=-1;{image}")).unwrap();
    assert_eq!((placed.cols, placed.rows, placed.name), (4, 3, Some(5)));
    let sent = String::from_utf8(placed.bytes).unwrap();
    assert_eq!(sent, format!("\x1b_Ga=T,q=2,C=1,i=7,c=4,r=3,f=100,z=-1,m=0;{image}\x1b\\"));
    // Behind it, on its last row.
    assert_eq!((screen.cursor().row, screen.cursor().col), (2, 4));
    let placed = put(&mut screen, Format::Kitty, "Ga=T,s=1,v=1,c=16,C=1,o=z;AAAA");
    assert_eq!(placed, None, "it is square and as high as 8 rows");
    let placed = put(&mut screen, Format::Kitty, "Ga=T,s=8,v=1,c=16,C=1,o=z;AAAA").unwrap();
    assert_eq!((placed.top, placed.left, placed.cols, placed.rows), (2, 4, 16, 1));
    assert_eq!((screen.cursor().row, screen.cursor().col), (2, 4));
    let sent = String::from_utf8(placed.bytes).unwrap();
    assert_eq!(sent, "\x1b_Ga=T,q=2,C=1,i=7,c=16,r=1,f=32,s=8,v=1,o=z,m=0;AAAA\x1b\\");
    // At the margin it goes on in the next row.
    put(&mut screen, Format::Kitty, "Ga=T,s=8,v=1,c=16,r=1;AAAA").unwrap();
    assert_eq!((screen.cursor().row, screen.cursor().col), (3, 0));
}

#[test]
fn an_image_in_pieces_is_put_together_and_cut_anew() {
    let mut reader = Reader::default();
    let piece = "AAAA".repeat(1500);
    assert_eq!(reader.read(Format::Kitty, format!("Ga=T,f=24,s=9,v=9,m=1;{piece}").as_bytes()), Read::Nothing);
    assert_eq!(reader.read(Format::Kitty, format!("Gm=1;{piece}").as_bytes()), Read::Nothing);
    // Each piece may be padded, or none, and the last one empty.
    assert_eq!(reader.read(Format::Kitty, b"Gm=1;BBB="), Read::Nothing);
    assert_eq!(reader.read(Format::Kitty, b"Gm=1;BB"), Read::Nothing);
    let Read::Image(image) = reader.read(Format::Kitty, b"Gm=0;") else { panic!("no image") };
    let placed = image.place(&Screen::new(20, 6), (10, 20), 7).unwrap();
    let sent = String::from_utf8(placed.bytes).unwrap();
    let chunks: Vec<&str> = sent.split("\x1b\\").filter(|chunk| !chunk.is_empty()).collect();
    assert_eq!(chunks.len(), 3);
    assert!(chunks[0].ends_with(&"A".repeat(4096)) && chunks[0].contains(",m=1;"), "{}", chunks[0]);
    assert!(chunks[1].starts_with("\x1b_Gq=2,m=1;") && chunks[2].starts_with("\x1b_Gq=2,m=0;"), "{chunks:?}");
    let sent: String = chunks.iter().filter_map(|chunk| chunk.split_once(';')).map(|(_, payload)| payload).collect();
    let pieces =
        ["AAAA".repeat(3000), "BBA=".to_owned(), "BA==".to_owned()].map(|piece| STANDARD.decode(piece).unwrap());
    assert_eq!(STANDARD.decode(sent).unwrap(), pieces.concat());
}

#[test]
fn an_image_without_an_end_is_not_kept() {
    let mut reader = Reader::default();
    let piece = format!("Gm=1;{}", "A".repeat(Image::MOST / 4));
    assert_eq!(reader.read(Format::Kitty, b"Ga=T,s=9,v=9,m=1;AAAA"), Read::Nothing);
    for _ in 0..9 {
        assert_eq!(reader.read(Format::Kitty, piece.as_bytes()), Read::Nothing);
    }
    assert!(reader.pieces.size() <= Image::MOST, "{}", reader.pieces.size());
    assert_eq!(reader.read(Format::Kitty, b"Gm=0;AAAA"), Read::Unreadable);
    // Of a string that is too long only its head is read.
    let long = format!("Ga=T,s=9,v=9;{}", "A".repeat(Image::MOST));
    assert_eq!(reader.read(Format::Kitty, &long.as_bytes()[..=Image::MOST]), Read::Unreadable);
    assert_eq!(reader.read(Format::Kitty, b"Gm=0;AAAA"), Read::Nothing);
}

#[test]
fn of_kitty_nothing_passes_that_names_a_file_asks_animates_or_keeps() {
    for text in [
        "Ga=T,t=f,f=100;L2V0Yy9wYXNzd2Q=",
        "Ga=T,t=t,f=100;L3RtcC90dHktZ3JhcGhpY3MtcHJvdG9jb2w=",
        "Ga=T,t=s,s=1,v=1;L3NobQ==",
        "Ga=q,s=1,v=1;AAAA",
        "Gs=1,v=1,i=31,a=t;AAAA",
        "Gs=1,v=1;AAAA",
        "Ga=p,i=31",
        "Ga=f,i=31,s=1,v=1;AAAA",
        "Ga=a,i=31,s=3",
        "Ga=c,i=31,r=1",
        "Ga=T,U=1,s=1,v=1,c=1,r=1;AAAA",
        "Ga=T,s=1,v=1,x=1,w=1,h=1;AAAA",
        "Ga=T,s=1,v=1,P=3;AAAA",
        "Ga=T,s=1,v=1,s;AAAA",
        "Gm=0;AAAA",
        "G",
    ] {
        assert_eq!(Reader::default().read(Format::Kitty, text.as_bytes()), Read::Nothing, "{text}");
    }
    for text in [
        "Ga=T;AAAA",
        "Ga=T,s=0,v=1;AAAA",
        "Ga=T,s=99999,v=1;AAAA",
        "Ga=T,f=100;AAAA",
        "Ga=T,s=1,v=1;AA\x07A",
        "Ga=T,s=1,v=1;",
        "Ga=T,s=1,v=1;AA=A",
        "Ga=T,s=1,v=1,f=7;AAAA",
    ] {
        assert_eq!(Reader::default().read(Format::Kitty, text.as_bytes()), Read::Unreadable, "{text}");
    }
    // What follows a command that is not passed on belongs to it.
    let mut reader = Reader::default();
    assert_eq!(reader.read(Format::Kitty, b"Ga=T,t=f,m=1;AAAA"), Read::Nothing);
    assert_eq!(reader.read(Format::Kitty, b"Gm=0;AAAA"), Read::Nothing);
    for (text, name) in [("Ga=d", None), ("Ga=d,d=A", None), ("Ga=d,d=I,i=9", Some(9)), ("Ga=d,d=z,z=1,i=9", None)] {
        assert_eq!(reader.read(Format::Kitty, text.as_bytes()), Read::Delete(name), "{text}");
    }
}

#[test]
fn what_iterm_shows_stays_in_its_cells_and_is_no_file() {
    let mut screen = Screen::new(20, 6);
    let image = png(35, 41);
    let placed = put(&mut screen, Format::Iterm, &format!("1337;File=name=YQ==;size=9;inline=1:{image}")).unwrap();
    let size = STANDARD.decode(&image).unwrap().len();
    let expected = format!(
        "\x1b]1337;File=inline=1;size={size};width=4;height=3;preserveAspectRatio=1;doNotMoveCursor=1:{image}\x07"
    );
    assert_eq!(String::from_utf8(placed.bytes).unwrap(), expected);
    assert_eq!((screen.cursor().row, screen.cursor().col), (2, 4));
    for (keys, cells) in [
        ("width=2;height=auto", (2, 2)),
        ("width=50%;height=20px", (10, 1)),
        ("height=1", (2, 1)),
        ("width=8;height=2;preserveAspectRatio=0;doNotMoveCursor=1", (8, 2)),
    ] {
        let placed =
            put(&mut Screen::new(20, 6), Format::Iterm, &format!("1337;File={keys};inline=1:{image}")).unwrap();
        assert_eq!((placed.cols, placed.rows), cells, "{keys}");
    }
    for keys in ["", "name=YQ==", "inline=0", "inline=1;inline=0", "inline=0;inline=1", "inline"] {
        let text = format!("1337;File={keys}:{image}");
        assert_eq!(Reader::default().read(Format::Iterm, text.as_bytes()), Read::Nothing, "{keys}");
    }
    for (keys, payload) in
        [("", "AAAA"), ("", "%PDF"), ("width=0;", &image), ("width=9%%;", &image), ("width=-1;", &image)]
    {
        let text = format!("1337;File={keys}inline=1:{payload}");
        assert_eq!(Reader::default().read(Format::Iterm, text.as_bytes()), Read::Unreadable, "{text}");
    }
}

#[test]
fn files_tell_their_size() {
    assert_eq!(header::any(b"GIF89a\x20\x03\x58\x02\0\0\0"), Some((800, 600)));
    let app = [b"\xff\xd8\xff\xe0\0\x06abcd".as_slice(), b"\xff\xff\xc2\0\x11\x08\x02\x58\x03\x20\x03"].concat();
    assert_eq!(header::any(&app), Some((800, 600)));
    for cut in 0..app.len() - 1 {
        assert_eq!(header::any(&app[..cut]), None);
    }
    assert_eq!(header::any(b"\xff\xd8\xff\xda\0\x06\xff\xc0\0\x11\x08\0\x01\0\x01"), None);
    assert_eq!(header::any(&[b"\xff\xd8".as_slice(), &b"\xff\xe0\0\0".repeat(9000)].concat()), None);
    assert_eq!(header::any(b"GIF89a\0\0\x58\x02"), None);
    let little = b"II*\0\x0a\0\0\0..\x02\0\0\x01\x03\0\x01\0\0\0\x20\x03\0\0\x01\x01\x04\0\x01\0\0\0\x58\x02\0\0";
    assert_eq!(header::any(little), Some((800, 600)));
    let big = b"MM\0*\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\x03\x20\0\0\x01\x01\0\x04\0\0\0\x01\0\0\x02\x58";
    assert_eq!(header::any(big), Some((800, 600)));
    for cut in 0..little.len() {
        assert_eq!(header::any(&little[..cut]), None);
    }
    assert_eq!(header::any(b"II*\0\xff\xff\xff\xff\x02\0"), None);
}

proptest! {
    #[test]
    fn whatever_comes_is_read_without_a_panic_and_what_is_placed_fits(
        pieces in vec((0_usize..3, any::<bool>(), vec(any::<u8>(), 0..60), "[-$!#;0-9=,a-zA-Z~?\"]{0,40}"), 1..6),
        row in 1_u16..8, col in 1_u16..24, cell in (1_u16..40, 1_u16..40),
    ) {
        let (mut reader, mut screen) = (Reader::default(), Screen::new(20, 6));
        for (format, text, noise, likely) in pieces {
            let (format, head) = [(Format::Sixel, "q"), (Format::Kitty, "Ga=T,s=9,v=9;"), (Format::Iterm, "1337;File=inline=1:")][format];
            let rest = if text { likely.as_bytes() } else { &noise };
            screen.feed(format!("\x1b[{row};{col}H").as_bytes());
            let Read::Image(image) = reader.read(format, &[head.as_bytes(), rest].concat()) else { continue };
            let Some(placed) = image.place(&screen, cell, 7) else { continue };
            screen.feed(&placed.before);
            prop_assert_eq!((screen.cursor().row, screen.cursor().col), (placed.top, placed.left));
            prop_assert!(placed.top + placed.rows < screen.rows() && placed.left + placed.cols <= screen.cols());
            let before = screen.rows_gone();
            screen.feed(&[&placed.bytes[..], &placed.after].concat());
            prop_assert_eq!(screen.rows_gone(), before);
            prop_assert!(screen.at_ground());
        }
    }
}
