mod images;

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Mono, Size};
use crate::privacy::detect::find;
use crate::privacy::fold::fold;
use crate::privacy::{Kinds, Settings};
use crate::session::Display;
use crate::session::images::with_images;
use crate::terminal::Screen;

const COLS: u16 = 40;
const ROWS: u16 = 8;

/// A client of one session: what it got, drawn by a model of its own.
struct Client {
    display: Display,
    screen: Screen,
    got: Vec<u8>,
    /// The same without what goes to the client only.
    recorded: Vec<u8>,
    now: Mono,
    /// What draws, if it knows images.
    terminal: Option<images::Xterm>,
}

impl Client {
    fn new() -> Self {
        let display = Display::new(Size::new(COLS.into(), ROWS.into()), &Settings::default());
        let screen = Screen::new(COLS, ROWS);
        Self { display, screen, got: Vec::new(), recorded: Vec::new(), now: Mono(0), terminal: None }
    }

    fn reads(&mut self, bytes: &[u8]) -> String {
        let out = self.display.output(bytes, self.now);
        self.recorded.extend_from_slice(&out);
        let out = with_images(out, self.display.take_images(), |_| {});
        self.gets(&out)
    }

    fn waits(&mut self, time: Duration) -> String {
        let until = self.now.after(time);
        let mut seen = String::new();
        while let Some(due) = self.display.wake_at().filter(|due| *due <= until) {
            let out = self.display.expire(due);
            seen.push_str(&self.gets(&out));
        }
        self.now = until;
        seen
    }

    fn ends(&mut self) {
        let out = self.display.finish();
        self.gets(&out);
    }

    fn gets(&mut self, out: &[u8]) -> String {
        match &mut self.terminal {
            Some(terminal) => {
                terminal.feed(out);
                self.screen = terminal.screen.clone();
            }
            None => self.screen.feed(out),
        }
        for line in self.screen.contents().lines() {
            let read: String = line.chars().filter_map(fold).collect();
            let hits = find(read.as_bytes(), Kinds::ALL);
            assert!(hits.is_empty(), "{hits:?} in {line:?}, drawn by {:?}", String::from_utf8_lossy(out));
        }
        self.got.extend_from_slice(out);
        String::from_utf8_lossy(out).into_owned()
    }

    fn rows(&self) -> Vec<String> {
        (0..ROWS).map(|row| self.screen.row_text(row).trim_end().to_owned()).collect()
    }

    /// Every cell is what the target drew, or hidden.
    fn is_faithful(&mut self) -> Result<(), String> {
        let truth = self.display.truth();
        for (row, col) in (0..ROWS).flat_map(|row| (0..COLS).map(move |col| (row, col))) {
            let (is, should) = (self.screen.cell(row, col).unwrap(), truth.cell(row, col).unwrap());
            let blank = |text: &str| text.is_empty() || text == " ";
            let same = is.text == should.text || (blank(is.text) && blank(should.text));
            if !["*", images::IMAGE].contains(&is.text) && !same {
                return Err(format!("{row},{col} is {is:?} and should be {should:?}"));
            }
        }
        let (is, should) = (self.screen.cursor(), truth.cursor());
        // A cursor behind the last column of an erased cell cannot be placed.
        if is.row == should.row && is.col.min(COLS - 1) == should.col.min(COLS - 1) {
            Ok(())
        } else {
            Err(format!("{is:?} {should:?}"))
        }
    }
}

const VALUES: [&str; 4] = ["4111 1111 1111 1111", "4111111111111111", "bob.jones@example.com", "4111-1111-1111-1111"];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let value = prop::sample::select(VALUES.to_vec());
    let odd = prop::sample::select(vec![
        "\x1b[2J",
        "\x1b[H",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[2K",
        "\r",
        "\n",
        "\x08",
        "\t",
        "\x1b[3P",
        "\x1b[2@",
        "\x1b[4X",
        "\x1b[L",
        "\x1b[M",
        "\x1bM",
        "\x1bD",
        "\x1b7",
        "\x1b8",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[2;5r",
        "\x1b[r",
        "\x1b[?6h",
        "\x1b[?6l",
        "\x1b[4h",
        "\x1b[4l",
        "\x1b[?7l",
        "\x1b[?7h",
        "\x1b(0",
        "\x1b(B",
        "\x0e",
        "\x0f",
        "\x1b[3b",
        "\x1b[J",
        "\x1b[31m",
        "\x1b[m",
        "\x1b[?25l",
        "\x1b[6n",
        "\x1b]0;title\x07",
        "\x1b]8;;https://a.b\x07",
        "\x1b[2S",
        "\x1b[1T",
        "\x1b[3g",
        "\x1bH",
        "\x1b[2I",
        "\x1b[Z",
        "\x1bc",
        "\x1b[!p",
        "\x1b[1A",
        "\x1b[3C",
        "\x1b[2D",
        "\x1b[7G",
        "世界",
        "e\u{301}",
    ]);
    prop_oneof![
        4 => "[a-z ]{0,12}".prop_map(String::into_bytes),
        3 => Just(b"\r\n".to_vec()),
        3 => value.clone().prop_map(|value| format!(" {value} ").into_bytes()),
        // Without blanks around it a value may read as part of something else.
        1 => value.prop_map(|value| {
            let coloured: String = value.chars().map(|c| format!("\x1b[32m{c}")).collect();
            format!(" {coloured} ").into_bytes()
        }),
        4 => odd.prop_map(|odd| odd.as_bytes().to_vec()),
        3 => (1_u16..10, 1_u16..45).prop_map(|(row, col)| format!("\x1b[{row};{col}H").into_bytes()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

fn chunks<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    std::iter::from_fn(move || {
        let size = (*sizes.next()?).min(rest.len());
        let (chunk, more) = rest.split_at(size);
        rest = more;
        (!chunk.is_empty()).then_some(chunk)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_state_shows_a_value_and_the_last_one_is_what_was_drawn(
        pieces in vec(piece(), 0..30), sizes in vec(1_usize..40, 1..6), pause in 0_u64..12,
    ) {
        let mut client = Client::new();
        for chunk in chunks(&pieces.concat(), &sizes) {
            client.reads(chunk);
            client.waits(Duration::from_millis(pause));
        }
        client.ends();
        prop_assert_eq!(client.is_faithful(), Ok(()));
    }

    #[test]
    fn what_is_harmless_and_only_appended_is_sent_as_it_came(
        lines in vec("[ -,./;<>?a-f]{0,60}", 0..12), colour in any::<bool>(), sizes in vec(1_usize..90, 1..6),
    ) {
        // No digits, no @, no colon or equals sign, and no word that says what follows it: nothing that could be a value.
        let sgr = if colour { "\x1b[1;35m" } else { "" };
        let bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{sgr}{line}\x1b[m\r\n").into_bytes()).collect();
        let mut client = Client::new();
        for chunk in chunks(&bytes, &sizes) {
            client.reads(chunk);
            client.waits(Duration::from_millis(6));
        }
        client.ends();
        prop_assert_eq!(String::from_utf8(client.got), String::from_utf8(bytes));
    }
}

#[test]
fn a_prompt_and_progress_are_never_late() {
    let mut client = Client::new();
    for text in ["$ ", "\r\n[sudo] password: ", "\r\nContinue? [Y/n] ", "\r 10%", "\r 11% |##  |", "\x1b[2K\r==> done"]
    {
        assert_eq!(client.reads(text.as_bytes()), text);
    }
}

#[test]
fn a_return_on_an_empty_line_draws_over_nothing_and_one_behind_text_does() {
    for reads in [&["$ ls\r\n\x1b[?2004l\r4242\r\n$ "][..], &["$ ls\r\n\x1b[?2004l\r", "4242\r", "\n$ "]] {
        let mut client = Client::new();
        for read in reads {
            client.reads(read.as_bytes());
            assert!(client.display.appends(), "{read:?} of {reads:?}");
        }
        assert_eq!(client.rows()[..3], ["$ ls", "4242", "$"]);
    }
    for over in ["4111\r42", "4111\r\r42"] {
        let mut client = Client::new();
        client.reads(b"$ ls\r\n");
        let mut masking = client.display.appends();
        for byte in over.bytes() {
            client.reads(&[byte]);
            masking &= client.display.appends();
        }
        assert!(!masking, "{over:?}");
    }
}

#[test]
fn a_shell_that_draws_its_line_anew_is_read_on_and_what_was_hidden_in_it_stays_so() {
    let mut client = Client::new();
    client.display.typed(b"echo $((42*101))", client.now);
    for read in ["$ (ls)", "\r\x1b[K\r", "$ echo $((42*101))", "\r\x1b[K\r", "$ (ls -l)", "\r\x1b[K", "# ", "(id)"] {
        assert_eq!(client.reads(read.as_bytes()), read);
        assert!(client.display.appends(), "{read:?}");
    }
    assert_eq!(client.rows()[..2], ["# (id)", ""]);
    let drawn = ["\r\n# of bob.jones@example.com", "\r\x1b[K\r", "# of bob.jones@example.com"];
    for read in drawn.into_iter().chain(["\r", "\x1b[K", "# 4111 1111 11", "\r\x1b[K\r", "# 11 1111 1111"]) {
        client.reads(read.as_bytes());
        client.waits(Duration::from_millis(20));
        client.is_faithful().unwrap();
    }
    assert_eq!(client.rows()[1], "# 11 1111 1111");
    // A line of two rows is erased in part.
    let long = "x".repeat(usize::from(COLS) + 3);
    client.reads(format!("\r\n{long}\r\x1b[K").as_bytes());
    client.is_faithful().unwrap();
    assert!(!client.display.appends(), "the row above goes on in this one");
}

#[test]
fn what_is_erased_bars_no_value_and_hides_no_margin() {
    // A line that was too long to be judged as one.
    let mut client = Client::new();
    client.reads(format!("x{}\x1b[K", "\r".repeat(5000)).as_bytes());
    client.reads(b"4111111111111111\r\n");
    assert_eq!(client.rows()[0], "*".repeat(16));
    // Rows that read on, although the terminal has not wrapped them: one column was too little for what came, or is blank.
    let filled = |columns: usize, end: &str| format!("{:>columns$}", format!("x {end}"));
    let (blank, whole) = ("4111 1111 1111", "411111111111");
    let cols = usize::from(COLS);
    for (text, row) in [
        (format!("{}\u{6f22}\r\x1b[K", filled(cols - 1, blank)), 1),
        (format!("{}\r\n", filled(cols - 1, blank)), 1),
        (format!("{}\r\n", filled(cols, whole)), 1),
    ] {
        let mut client = Client::new();
        client.reads(text.as_bytes());
        client.reads(b"1111");
        client.waits(Duration::from_millis(20));
        client.is_faithful().unwrap();
        assert!(
            client.rows()[row].contains('*') || client.rows()[row - 1].contains('*'),
            "{:?} {text:?}",
            client.rows()
        );
    }
}

#[test]
fn many_steps_of_progress_in_one_read_are_sent_as_they_came() {
    let mut client = Client::new();
    let bars: String = (0..30).map(|i| format!("\r{:3}% [{:-<20}]", i * 3, "#".repeat(i / 2))).collect();
    assert_eq!(client.reads(bars.as_bytes()), bars);
}

#[test]
fn what_was_hidden_too_early_is_shown_when_the_rest_disproves_it() {
    let mut client = Client::new();
    client.reads(b"order 4111 1111 1111 1");
    client.waits(Duration::from_millis(5));
    assert!(client.rows()[0].contains("***"), "{:?}", client.rows());
    client.reads(b"x\r\n");
    assert_eq!(client.rows()[0], "order 4111 1111 1111 1x");
}

#[test]
fn a_value_that_is_completed_later_is_hidden_from_its_start() {
    let mut client = Client::new();
    for digit in ["4111", " 1111", " 1111", " 1111", "\r\n"] {
        client.reads(digit.as_bytes());
        client.waits(Duration::from_millis(20));
    }
    assert_eq!(client.rows()[0], "*".repeat(19));
}

#[test]
fn what_was_hidden_stays_so_when_the_screen_is_drawn_anew() {
    let mut client = Client::new();
    client.reads(b"mail bob.jones@example.com\r\n$ ");
    client.reads(b"\x1b[s\x1b[Hx\x1b[u");
    assert_eq!(client.rows()[0], format!("xail {}", "*".repeat(21)));
}

#[test]
fn rows_that_leave_the_screen_leave_it_masked_and_in_order() {
    let mut client = Client::new();
    for i in 0..20 {
        client.reads(format!("\x1b[1C\rrow {i} bob.jones@example.com\r\n").as_bytes());
    }
    // A terminal that keeps what scrolls off got every row once.
    let text = String::from_utf8_lossy(&client.got);
    for i in 0..20 {
        assert_eq!(text.matches(&format!("row {i} ")).count(), 1, "{text:?}");
    }
}

#[test]
fn a_change_of_size_uncovers_nothing_and_the_other_screen_is_painted_anew() {
    let mut client = Client::new();
    client.reads(b"\x1b[?1049h\x1b[2;3Hmail bob.jones@example.com ");
    client.display.resize(Size::new(u32::from(COLS) - 4, u32::from(ROWS) - 1));
    client.screen.resize(COLS - 4, ROWS - 1);
    // Whatever the terminal made of it, the next read brings it back.
    client.screen.feed(b"\x1b[2Jgarbage");
    client.reads(b"\x1b[5;1Hx");
    let rows: Vec<String> = (0..ROWS - 1).map(|row| client.screen.row_text(row).trim_end().to_owned()).collect();
    assert_eq!(rows, ["", &format!("  mail {}", "*".repeat(21)), "", "", "x", "", ""]);
}
