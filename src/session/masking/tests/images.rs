//! Images, on a terminal that draws them as xterm does: it moves the cursor, and scrolls where an image does not fit.

use super::*;

/// Pixels of a cell of this terminal.
const CELL: (usize, usize) = (10, 20);

/// What a cell shows of an image. Text that is drawn or erased there takes it away.
pub(super) const IMAGE: &str = "▓";

/// A terminal with sixels.
pub(super) struct Xterm {
    pub(super) screen: Screen,
    /// Where it leaves the cursor: below the image, as older ones do, or on its last row.
    pub(super) below: bool,
    /// How many images it drew.
    pub(super) drawn: usize,
    /// Kitty's images that were not deleted.
    pub(super) over: Vec<u32>,
}

impl Xterm {
    pub(super) fn new(below: bool) -> Self {
        Self { screen: Screen::new(COLS, ROWS), below, drawn: 0, over: Vec::new() }
    }

    /// The size that such a terminal tells of itself, with what is around its cells.
    pub(super) fn size() -> Size {
        let (width, height) = (usize::from(COLS) * CELL.0 + 7, usize::from(ROWS) * CELL.1 + 7);
        Size::new(COLS.into(), ROWS.into()).with_pixels(width as u32, height as u32)
    }

    /// Takes whole reads only.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
        while let Some(start) = [b"\x1bP7".as_slice(), b"\x1b_G"].iter().filter_map(|mark| find(bytes, mark)).min() {
            let (text, image) = bytes.split_at(start);
            let end = find(image, b"\x1b\\").expect("an image that ends");
            self.screen.feed(text);
            let image_text = std::str::from_utf8(&image[..end]).unwrap();
            if image_text.starts_with("\x1bP") {
                self.sixel(image_text)
            } else {
                self.kitty(image_text)
            }
            bytes = &image[end + 2..];
        }
        self.screen.feed(bytes);
    }

    fn sixel(&mut self, text: &str) {
        let body = text.split_once("q\"1;1;").expect("square pixels").1;
        let claimed: Vec<usize> =
            body.split(|c: char| !c.is_ascii_digit()).take(2).map(|n| n.parse().unwrap()).collect();
        let bands = body.matches('-').count() + 1;
        assert!(claimed[1] <= bands * 6, "{text:?}");
        let cells = |pixels: usize, cell: usize| pixels.div_ceil(cell);
        let (cols, rows) = (cells(claimed[0], CELL.0), cells(claimed[1], CELL.1));
        let at = self.screen.cursor();
        let (row, col) = (usize::from(at.row), usize::from(at.col).min(usize::from(COLS) - 1));
        let lowest = row + cells(bands * 6, CELL.1).max(rows) - usize::from(!self.below);
        let scrolls = (lowest + 1).saturating_sub(ROWS.into());
        assert_eq!(scrolls, 0, "the image scrolls the screen and nobody knows");
        assert!(col + cols <= usize::from(COLS), "the image is cut");
        for row in row..row + rows {
            self.screen.feed(format!("\x1b[{};{}H{}", row + 1, col + 1, IMAGE.repeat(cols)).as_bytes());
        }
        let end = if self.below { (row + rows, 0) } else { (row + rows - 1, col) };
        self.screen.feed(format!("\x1b[{};{}H", end.0 + 1, end.1 + 1).as_bytes());
        self.drawn += 1;
    }

    /// Its images lie over the text, until they are deleted.
    fn kitty(&mut self, text: &str) {
        let (keys, _) = text.split_once(';').unwrap_or((text, ""));
        let value = |key: &str| {
            keys.trim_start_matches("\x1b_G").split(',').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
        };
        assert_eq!(value("q"), Some("2"), "{keys:?} would be answered");
        let id = value("i").map(|id| id.parse::<u32>().unwrap());
        match value("a") {
            Some("d") => self.over.retain(|over| Some(*over) != id),
            Some("T") => {
                assert_eq!(value("C"), Some("1"), "{keys:?} moves the cursor");
                let [cols, rows] = ["c", "r"].map(|key| value(key).unwrap().parse::<u16>().unwrap());
                let at = self.screen.cursor();
                assert!(at.row + rows < ROWS && at.col + cols <= COLS, "{keys:?} does not fit");
                self.over.push(id.unwrap());
                self.drawn += 1;
            }
            // The rest of one.
            None => {}
            Some(_) => panic!("{keys:?}"),
        }
    }

    fn rows_of_images(&self) -> Vec<u16> {
        (0..ROWS).filter(|row| self.screen.row_text(*row).contains(IMAGE)).collect()
    }
}

/// Sixels, some of them larger than the screen.
pub(super) fn image() -> impl Strategy<Value = Vec<u8>> {
    let claims = prop::sample::select(vec!["", "\"1;1;1;1", "\"1;1;10;3", "\"1;1;900;900"]);
    (claims, 1_usize..450, 1_usize..32, any::<bool>()).prop_map(|(claims, width, bands, trailing)| {
        let body = vec![format!("#1!{width}~$#2!{width}?"); bands].join("-");
        let end = if trailing { "-" } else { "" };
        format!("\x1bPq{claims}#1;2;0;0;99{body}{end}\x1b\\").into_bytes()
    })
}

/// Images of kitty's, and commands of its protocol.
pub(super) fn kitty() -> impl Strategy<Value = Vec<u8>> {
    let command = prop::sample::select(vec!["a=d", "a=d,d=i,i=2", "a=q,s=1,v=1", "a=p,i=2", "a=T,t=f", "m=0"]);
    let image = (1_u32..450, 1_u32..200, 0_u32..4, any::<bool>(), any::<bool>());
    let image = image.prop_map(|(width, height, name, stays, cut)| {
        let (keys, end) = (format!("a=T,s={width},v={height},i={name},C={}", u8::from(stays)), "AAAA\x1b\\");
        if cut { format!("\x1b_G{keys},m=1;AAAA\x1b\\\x1b_Gm=0;{end}") } else { format!("\x1b_G{keys};{end}") }
    });
    prop_oneof![4 => image, 1 => command.prop_map(|keys| format!("\x1b_G{keys};AAAA\x1b\\"))]
        .prop_map(String::into_bytes)
}

/// A client whose policy allows images.
fn allowed(below: bool) -> Client {
    let mut client = Client::new();
    client.display = Display::new(Xterm::size(), &Settings::default());
    client.display.allow_images(true);
    client.terminal = Some(Xterm::new(below));
    client
}

fn sixel(width: usize, bands: usize) -> String {
    format!("\x1bP0;1q{}\x1b\\", vec![format!("!{width}~"); bands].join("-"))
}

fn images(client: &Client) -> Vec<u16> {
    client.terminal.as_ref().unwrap().rows_of_images()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn images_move_nothing_that_the_model_does_not_know_of(
        pieces in vec(prop_oneof![5 => piece(), 2 => image(), 1 => kitty()], 0..30), sizes in vec(1_usize..60, 1..6), pause in 0_u64..12,
        below in any::<bool>(),
    ) {
        let mut client = allowed(below);
        for chunk in chunks(&pieces.concat(), &sizes) {
            client.reads(chunk);
            client.waits(Duration::from_millis(pause));
        }
        client.ends();
        prop_assert_eq!(client.is_faithful(), Ok(()));
    }

    #[test]
    fn where_images_are_not_allowed_they_are_as_if_they_had_not_been_sent(
        pieces in vec(prop_oneof![3 => piece(), 2 => image(), 1 => kitty()], 0..20), without in any::<bool>(),
    ) {
        let mut client = Client::new();
        if without {
            client = allowed(true);
            client.display.allow_images(false);
        }
        let mut other = Client::new();
        for piece in pieces {
            // A sequence that an image would end goes on behind none.
            client.reads(b"\x1b\\");
            other.reads(b"\x1b\\");
            client.reads(&piece);
            let is_image = piece.starts_with(b"\x1bP") || piece.starts_with(b"\x1b_");
            other.reads(if is_image { b"" } else { &piece });
        }
        client.ends();
        other.ends();
        prop_assert_eq!(client.got, other.got);
    }
}

#[test]
fn an_image_is_drawn_where_the_cursor_is_and_text_goes_on_in_its_last_row() {
    let mut client = allowed(false);
    client.reads(b"$ show\r\n");
    client.reads(sixel(100, 10).as_bytes());
    assert_eq!(images(&client), [1, 2, 3]);
    client.reads(b"\r\n$ ");
    assert_eq!(client.rows()[4], "$");
    assert_eq!(client.display.truth().contents(), "$ show\n\n\n\n$ ");
    // The record has the place and not the image.
    let got = String::from_utf8_lossy(&client.got).into_owned();
    assert!(got.contains("\x1bP7;1;0q\"1;1;100;60!100~-"), "{got:?}");
    assert!(!client.recorded.windows(2).any(|w| w == b"\x1bP"), "{:?}", String::from_utf8_lossy(&client.recorded));
}

#[test]
fn an_image_at_the_bottom_scrolls_model_and_client_alike() {
    for below in [false, true] {
        let mut client = allowed(below);
        for row in 0..ROWS {
            client.reads(format!("\r\nrow {row} bob.jones@example.com").as_bytes());
        }
        client.reads(format!("\r\n{}\r\nbehind", sixel(50, 8)).as_bytes());
        client.ends();
        assert_eq!(images(&client), [4, 5, 6]);
        assert_eq!(client.rows()[7], "behind");
        assert_eq!(client.rows()[3], format!("row 7 {}", "*".repeat(21)));
    }
}

#[test]
fn an_image_of_which_the_size_is_not_known_or_too_large_is_words() {
    let mut client = allowed(false);
    client.reads(sixel(900, 3).as_bytes());
    client.reads(b"\r\n\x1bPqhello\x07\x1b\\");
    assert_eq!(client.rows()[..2], ["[image 900x18 not shown]", "[image not shown]"]);
    client.display.resize(Size::new(COLS.into(), ROWS.into()));
    client.reads(format!("\r\n{}", sixel(10, 1)).as_bytes());
    assert_eq!(client.rows()[2], "[image 10x6 not shown]");
    // A program that fills the screen knows what stands where.
    client.reads(format!("\x1b[?1049h\x1b[H{}", sixel(10, 1)).as_bytes());
    assert!(client.rows().iter().all(String::is_empty), "{:?}", client.rows());
    assert_eq!(client.terminal.unwrap().drawn, 0);
}

#[test]
fn an_image_that_is_erased_does_not_stay() {
    let erases = [
        "\x1b[2J",
        "\x1b[H\x1b[J",
        "\x1b[5;1H\x1b[1J",
        "\x1b[3;1H\x1b[2K\x1b[4;1H\x1b[K",
        "\x1b[3;1H\x1b[9X\x1b[4;3H\x1b[9X",
        "\x1b[3;1H\x1b[2M",
        "\x1b[2S",
        "\x1bc",
        "\x1b[?1049l\x1b[?1049h",
        "\x1b[8;1H\n\n\n",
        "\x1b[1;1H\x1bM\x1bM\x1bM\x1bM\x1bM\x1bM",
        "\x1b[3;1H         \x1b[4;1H         ",
        "\x1b#8\x1b[2J",
    ];
    for erase in erases {
        let mut client = allowed(false);
        // A value stands below, so that the screen is rendered.
        client.reads(b"\x1b[?1049h\x1b[H\x1b[6;1Hmail bob.jones@example.com");
        client.reads(format!("\x1b[3;3H{}", sixel(60, 6)).as_bytes());
        assert_eq!(images(&client), [2, 3], "{erase:?}");
        client.reads(format!("{erase}\x1b[7;1Hmail bob.jones@example.com").as_bytes());
        client.ends();
        assert!(images(&client).is_empty(), "{erase:?} leaves {:?}", images(&client));
        assert_eq!(client.is_faithful(), Ok(()), "{erase:?}");
    }
}

#[test]
fn what_is_drawn_beside_an_image_leaves_it() {
    let mut client = allowed(false);
    client.reads(b"\x1b[?1049h\x1b[H\x1b[6;1Hmail bob.jones@example.com");
    client.reads(format!("\x1b[3;3H{}\x1b7\x1b[1;1Hx\x1b8", sixel(60, 6)).as_bytes());
    client.reads(b"\x1b[2 q\x1b[3;1Ha\x1b[4;9Hb\x1b[8;1Hcard 4111 1111 1111 1111");
    client.ends();
    assert_eq!(images(&client), [2, 3]);
    assert_eq!(client.rows()[2].trim_end_matches(['▓', ' ']), "a");
}

#[test]
fn images_that_lie_over_the_text_are_deleted_when_all_of_them_is_drawn_over_or_the_target_says_so() {
    let show = |name: u32, row: u16| format!("\x1b[{row};3H\x1b_Ga=T,s=60,v=36,i={name},C=1;AAAA\x1b\\");
    let left = |client: &Client| client.terminal.as_ref().unwrap().over.len();
    let mut client = allowed(false);
    client.reads(format!("\x1b[?1049h\x1b[6;1Hmail bob.jones@example.com{}{}", show(1, 1), show(2, 3)).as_bytes());
    assert_eq!(left(&client), 2);
    // The next frame of the same, and the same place by another name.
    client.reads(format!("{}{}", show(2, 3), show(3, 1)).as_bytes());
    assert_eq!((left(&client), client.terminal.as_ref().unwrap().drawn), (2, 4));
    client.reads(b"\x1b_Ga=d,d=i,i=2\x1b\\");
    assert_eq!(left(&client), 1);
    client.reads(format!("{}\x1b[1;1Htext over it\x1b[7;1Hmail bob.jones@example.com", show(4, 3)).as_bytes());
    client.ends();
    assert_eq!(left(&client), 2);
    client.reads(b"\x1b[H\x1b[2J\x1b[7;1Hmail bob.jones@example.com");
    client.ends();
    assert_eq!(left(&client), 0);
    assert!(!client.recorded.windows(2).any(|w| w == b"\x1b_"), "{:?}", String::from_utf8_lossy(&client.recorded));
}

#[test]
fn what_is_rendered_beside_an_image_leaves_it() {
    let mut client = allowed(false);
    client.reads(b"\x1b[?1049h\x1b[H\x1b[8;1Hmail bob.jones@example.com\x1b[3;1Hone two\x1b[4;1Hthree\x1b[5;1H");
    client.reads(format!("\x1b[3;12H{}\x1b[3;30Hright", sixel(60, 9)).as_bytes());
    assert_eq!(images(&client), [2, 3, 4]);
    // Many changes, a row that becomes shorter, one that becomes empty, and one on the other side.
    let many: String = (0..200).map(|i| format!("\x1b[1;{}H{}", i % 9 + 1, i % 10)).collect();
    let rows = "\x1b[3;1Hfour   \x1b[3;30Hr    \x1b[4;1H     \x1b[5;5Hsix\x1b[8;6Hann.jones@example.com";
    client.reads(format!("{many}{rows}").as_bytes());
    client.ends();
    assert_eq!(client.is_faithful(), Ok(()));
    let row = |row: usize| client.rows()[row].clone();
    assert_eq!(
        [row(2), row(3), row(4)],
        [
            format!("four       {}            r", "▓".repeat(6)),
            format!("           {}", "▓".repeat(6)),
            format!("    six    {}", "▓".repeat(6)),
        ]
    );
}
