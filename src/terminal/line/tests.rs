//! Recordings of real programs in a pty (`fixtures/`), and cases of our own making.
//!
//! A recording has `<` what was typed, `>` what came back, `?` what the witnesses must read there: `agreed`, `screen`,
//! `disputed` and their candidates; `keys` for keys alone without echo; `full` for a full-screen program that must
//! have this among its rows; `empty` for a line that is gone. Escapes are C's and `\e`.

use super::super::keys::Keys;
use super::*;

/// A session in virtual time.
struct Session {
    screen: Screen,
    keys: Keys,
    reader: LineReader,
    now: u64,
}

impl Session {
    fn new(cols: u16, rows: u16) -> Self {
        Self { screen: Screen::new(cols, rows), keys: Keys::new(), reader: LineReader::new(), now: 1_000_000 }
    }

    fn typed(&mut self, bytes: &[u8]) {
        self.now += 100_000;
        let mut tokens = self.keys.feed(bytes);
        tokens.extend(self.keys.flush());
        for token in tokens {
            self.reader.key(&token, &self.screen, self.now);
        }
    }

    fn output(&mut self, bytes: &[u8]) {
        self.now += 2_000;
        self.screen.feed(bytes);
        self.reader.output(&self.screen, self.now);
    }

    fn read(&self) -> Reading {
        self.reader.read(&self.screen)
    }

    /// A shell that shows `$ ` and echoes.
    fn at_prompt(prompt: &str) -> Self {
        let mut session = Self::new(80, 24);
        session.output(prompt.as_bytes());
        session.now += 500_000;
        session
    }

    fn echoed(&mut self, text: &str) {
        self.typed(text.as_bytes());
        self.output(text.as_bytes());
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match chars.next().unwrap() {
            'e' => out.push(0x1b),
            'r' => out.push(b'\r'),
            'n' => out.push(b'\n'),
            'x' => {
                let hex: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&hex, 16).unwrap());
            }
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// Plays a recording and says what was read otherwise than expected.
fn play(recording: &str) -> Vec<String> {
    let mut session = Session::new(80, 24);
    let mut wrong = Vec::new();
    for (number, row) in recording.lines().enumerate() {
        let (what, rest) = row.split_at(row.len().min(2));
        match what {
            "< " => session.typed(&unescape(rest)),
            "> " => session.output(&unescape(rest)),
            "? " => {
                let (kind, line) = rest.split_once(' ').unwrap();
                if let Some(fault) = fault(&session, kind, line) {
                    wrong.push(format!("line {}: expected {rest:?}, {fault}", number + 1));
                }
            }
            _ => {}
        }
    }
    wrong
}

fn fault(session: &Session, kind: &str, line: &str) -> Option<String> {
    let read = session.read();
    let line = String::from_utf8(unescape(line)).unwrap();
    let expected: Vec<&str> = line.split(" | ").filter(|l| !l.is_empty()).collect();
    let right = match kind {
        "agreed" => read.certainty == Certainty::Agreed && read.candidates == expected && !read.echo_off,
        "screen" => read.certainty == Certainty::Screen && read.candidates == expected && !read.echo_off,
        "disputed" => read.certainty == Certainty::Disputed && read.candidates == expected,
        "keys" => read.certainty == Certainty::Keys && read.candidates == expected && read.echo_off,
        "full" => {
            read.certainty == Certainty::Screen && expected.iter().all(|l| read.candidates.contains(&(*l).into()))
        }
        "empty" => session.reader.is_empty(&session.screen),
        _ => false,
    };
    (!right).then(|| format!("got {read:?}, empty {}", session.reader.is_empty(&session.screen)))
}

macro_rules! recordings {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            let wrong = play(include_str!(concat!("fixtures/", stringify!($name), ".txt")));
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    )*};
}

recordings!(
    bash_edit,
    bash_unsure,
    bash_noecho,
    bash_paste,
    bash_two_lines,
    zsh,
    zsh_ghost,
    fish,
    dash,
    python,
    vim,
    less,
    tmux
);

#[test]
fn a_commit_does_not_wait_when_the_screen_shows_what_was_typed() {
    let mut session = Session::at_prompt("$ ");
    session.echoed("ls -l");
    assert_eq!(session.reader.settled(&session.screen, session.now), Settled::Yes);
}

#[test]
fn a_commit_waits_for_its_echo_and_no_longer_than_a_quarter_of_a_second() {
    let mut session = Session::at_prompt("$ ");
    session.typed(b"ls");
    let asked = session.now;
    let Settled::Until(first) = session.reader.settled(&session.screen, asked) else { panic!("settled without echo") };
    assert_eq!(first, asked + REDRAWN);
    // Output that goes on and on moves the end no further than the cap.
    for _ in 0..200 {
        session.output(b"x");
    }
    assert_eq!(session.reader.settled(&session.screen, asked + SETTLE_MAX), Settled::Yes);
    session.now = asked;
    assert_eq!(session.reader.settled(&session.screen, first - 1), Settled::Until(asked + SETTLE_MAX));
}

#[test]
fn over_a_slow_line_it_waits_as_long_as_echo_takes_there() {
    let mut session = Session::at_prompt("$ ");
    session.typed(b"l");
    session.now += 80_000;
    session.output(b"l");
    session.typed(b"\t");
    assert!(matches!(session.reader.settled(&session.screen, session.now + 100_000), Settled::Until(_)));
    assert_eq!(session.reader.settled(&session.screen, session.now + 200_000), Settled::Yes);
}

#[test]
fn an_idle_prompt_is_settled_and_empty_at_once() {
    let mut session = Session::at_prompt("$ ");
    assert_eq!(session.reader.settled(&session.screen, session.now), Settled::Yes);
    assert!(session.reader.is_empty(&session.screen));
    assert!(session.read().candidates.is_empty());
}

#[test]
fn text_that_only_the_screen_has_is_read_by_both_ways() {
    let mut session = Session::at_prompt("$ ");
    session.typed(b"\x1b[A");
    session.output(b"make \x1b[38;5;244mclean all\x1b[m\x1b[9D");
    assert_eq!(session.read().candidates, ["make", "make clean all"]);
    assert_eq!(session.read().certainty, Certainty::Screen);
}

#[test]
fn an_echo_that_lies_is_disputed() {
    let mut session = Session::at_prompt("$ ");
    session.typed(b"rm -rf x");
    session.output(b"ls -l x");
    let read = session.read();
    assert_eq!((read.certainty, read.candidates), (Certainty::Disputed, vec!["ls -l x".into(), "rm -rf x".into()]));
}

#[test]
fn a_line_typed_without_echo_is_kept_although_a_later_one_is_shown() {
    let mut session = Session::at_prompt("$ ");
    session.echoed("ls");
    session.typed(b"\r");
    session.output(b"\r\nf\r\n$ ");
    session.now += 500_000;
    session.typed(b"rm -rf x;");
    session.now += 500_000;
    session.echoed("ls");
    let read = session.read();
    assert_eq!((read.certainty, read.candidates), (Certainty::Screen, vec!["ls".into(), "rm -rf x;ls".into()]));
}

#[test]
fn what_is_typed_ahead_of_the_prompt_is_read_when_the_prompt_comes() {
    let mut session = Session::at_prompt("$ ");
    session.echoed("sleep 9");
    session.typed(b"\r");
    session.output(b"\r\n");
    session.echoed("rm -rf x");
    assert_eq!(session.read().candidates, ["rm -rf x"]);
    session.output(b"\r\x1b[K$ rm -rf x");
    assert_eq!((session.read().certainty, session.read().candidates), (Certainty::Agreed, vec!["rm -rf x".into()]));
}

#[test]
fn a_faulted_or_full_screen_still_has_the_keys() {
    let mut session = Session::at_prompt("\x1b[?1049h\x1b[H$ ");
    session.echoed("rm -rf x");
    let read = session.read();
    assert_eq!((read.certainty, read.echo_off), (Certainty::Screen, false));
    assert!(read.candidates.contains(&"$ rm -rf x".into()) && read.candidates.contains(&"rm -rf x".into()));
    session.typed(b"\r");
    session.output(b"\r\nPassword: ");
    session.typed(b"secret");
    assert!(session.read().echo_off);
}

#[test]
fn after_ctrl_c_the_line_is_empty_only_when_a_new_prompt_is_there() {
    for prompt in ["$ ", "12:00:01 $ "] {
        let mut session = Session::at_prompt("12:00:00 $ ");
        session.output(format!("\r\x1b[K{prompt}").as_bytes());
        session.now += 500_000;
        session.echoed("rm -rf x");
        assert!(!session.reader.is_empty(&session.screen));
        session.typed(b"\x03");
        assert!(!session.reader.is_empty(&session.screen));
        session.output(b"^C\r\n");
        assert!(!session.reader.is_empty(&session.screen));
        session.output(b"12:00:02 $ ");
        assert!(session.reader.is_empty(&session.screen));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, ..Default::default() })]

    #[test]
    fn no_stream_makes_the_reader_panic_or_grow(
        typed in proptest::collection::vec(super::super::streams::stream(6), 1..8),
        shown in proptest::collection::vec(super::super::streams::stream(6), 1..8),
        cols in 2_u16..100, rows in 1_u16..30,
    ) {
        let mut session = Session::new(cols, rows);
        for (keys, output) in typed.iter().zip(&shown) {
            session.typed(keys);
            session.output(output);
            let read = session.read();
            proptest::prop_assert!(read.candidates.iter().all(|c| c.len() <= LINE_BYTES_MAX));
            let _ = (session.reader.is_empty(&session.screen), session.reader.settled(&session.screen, session.now));
            session.screen.resize(rows + 1, cols);
        }
        proptest::prop_assert!(!session.screen.faulted());
    }
}

/// A full screen of the largest cells, and every key that an editor keeps.
const LINE_BYTES_MAX: usize = 500 * 300 * 22;
