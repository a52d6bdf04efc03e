//! Bytes of a terminal → keys, clicks and pastes.
//!
//! A parser of our own, because the same loop serves a local terminal and an SSH channel: sequences may arrive in pieces, several
//! keys may arrive in one piece, and nothing may grow without bound. Formats: ECMA-48 (CSI, SS3), xterm `ctlseqs` (modified
//! cursor keys, SGR mouse 1006, bracketed paste 2004), UTF-8.
//!
//! ```text
//! Ground ─ESC→ Escape ─[→ Csi ─200~→ Paste ─ESC[201~→ Ground
//!    │           ├──O→ Ss3 → Ground          Escape ─(timer)→ Ground, with the key Esc
//!    │           └──]PX^_→ Discard ─BEL/ST→ Ground
//!    └─lead byte→ Utf8 → Ground
//! ```
//! What comes out does not depend on how the bytes were split; only the timer that tells a lone `Esc` from the head of a
//! sequence does, and that is the caller's: see [`Parser::waits`].

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Pressed a key.
    Key(Key),
    /// Used the mouse.
    Mouse(Mouse),
    /// Pasted text, at most [`MAX_PASTE`] bytes of it; control characters are still in it.
    Paste(String),
}

/// A key. Combinations that no screen uses are not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A printable character.
    Char(char),
    /// Control and a letter (in lower case) or a sign.
    Ctrl(char),
    /// Alt (or Esc at once before) and a character.
    Alt(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace (`DEL` or `BS`).
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Shift and cursor left.
    ShiftLeft,
    /// Shift and cursor right.
    ShiftRight,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, 1–12.
    F(u8),
}

/// The mouse; columns and rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down.
    Click {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// The wheel turned away from the person.
    ScrollUp {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// The wheel turned towards the person.
    ScrollDown {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
}

/// Most bytes of one paste that are kept; the rest of it is dropped.
pub const MAX_PASTE: usize = 4096;

/// A streaming, bounded parser.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi(Vec<u8>),
    Ss3,
    /// An OSC, DCS, PM, APC or SOS string: an answer of the terminal that nobody asked for. `true` after an ESC in it.
    Discard {
        escape: bool,
    },
    Paste {
        text: Vec<u8>,
        matched: usize,
    },
    Utf8 {
        bytes: Vec<u8>,
        want: usize,
    },
}

impl Parser {
    /// Takes the next bytes and gives what they completed.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let mut out = Vec::new();
        for &byte in bytes {
            self.step(byte, &mut out);
        }
        out
    }

    /// Whether the last byte was an ESC that may be a key of its own. When nothing follows for [`ESC_WAIT_MS`], call
    /// [`Parser::give_up_waiting`].
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.state, State::Escape)
    }

    /// Nothing followed: the ESC was the key.
    pub fn give_up_waiting(&mut self) -> Option<Input> {
        self.waits().then(|| {
            self.state = State::Ground;
            Input::Key(Key::Esc)
        })
    }

    fn step(&mut self, byte: u8, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte, out),
            State::Escape => self.escape(byte, out),
            State::Csi(params) => self.csi(params, byte, out),
            State::Ss3 => out.extend(ss3(byte).map(Input::Key)),
            State::Discard { escape } => {
                // ESC \ ends the string (ECMA-48 ST), BEL ends it too (xterm), CAN and SUB abort it.
                if !matches!((escape, byte), (true, b'\\') | (_, 0x07 | 0x18 | 0x1a)) {
                    self.state = State::Discard { escape: byte == ESC };
                }
            }
            State::Paste { text, matched } => self.paste(text, matched, byte, out),
            State::Utf8 { bytes, want } => self.utf8(bytes, want, byte, out),
        }
    }

    fn ground(&mut self, byte: u8, out: &mut Vec<Input>) {
        match byte {
            ESC => self.state = State::Escape,
            0xc2..=0xdf => self.state = State::Utf8 { bytes: vec![byte], want: 2 },
            0xe0..=0xef => self.state = State::Utf8 { bytes: vec![byte], want: 3 },
            0xf0..=0xf4 => self.state = State::Utf8 { bytes: vec![byte], want: 4 },
            0x80..=0xff => {}
            _ => out.push(Input::Key(plain(byte))),
        }
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<Input>) {
        match byte {
            ESC => {
                out.push(Input::Key(Key::Esc));
                self.state = State::Escape;
            }
            b'[' => self.state = State::Csi(Vec::new()),
            b'O' => self.state = State::Ss3,
            b']' | b'P' | b'X' | b'^' | b'_' => self.state = State::Discard { escape: false },
            0x20..=0x7e => out.push(Input::Key(Key::Alt(char::from(byte)))),
            _ => {
                out.push(Input::Key(Key::Esc));
                self.ground(byte, out);
            }
        }
    }

    fn csi(&mut self, mut params: Vec<u8>, byte: u8, out: &mut Vec<Input>) {
        match byte {
            // A new sequence begins before the old one ended: the old one is dropped (as xterm does).
            ESC => self.state = State::Escape,
            0x20..=0x3f => {
                // What is longer than any key we know is read to its end and means nothing.
                if params.len() < MAX_PARAMS {
                    params.push(byte);
                }
                self.state = State::Csi(params);
            }
            b'~' if params == b"200" => self.state = State::Paste { text: Vec::new(), matched: 0 },
            0x40..=0x7e => out.extend(csi(&params, byte)),
            _ => {}
        }
    }

    fn paste(&mut self, mut text: Vec<u8>, matched: usize, byte: u8, out: &mut Vec<Input>) {
        // ESC stands only at the terminator's head, so after a mismatch the match begins anew or not at all.
        let matched = match PASTE_END.get(matched) {
            Some(&want) if want == byte => matched + 1,
            _ => usize::from(byte == ESC),
        };
        if text.len() < MAX_PASTE + PASTE_END.len() {
            text.push(byte);
        }
        if matched < PASTE_END.len() {
            self.state = State::Paste { text, matched };
            return;
        }
        if text.ends_with(PASTE_END) {
            text.truncate(text.len() - PASTE_END.len());
        }
        text.truncate(MAX_PASTE);
        out.push(Input::Paste(String::from_utf8_lossy(&text).into_owned()));
    }

    fn utf8(&mut self, mut bytes: Vec<u8>, want: usize, byte: u8, out: &mut Vec<Input>) {
        if !matches!(byte, 0x80..=0xbf) {
            // The character was cut off; the byte that did so counts for itself.
            return self.ground(byte, out);
        }
        bytes.push(byte);
        if bytes.len() < want {
            self.state = State::Utf8 { bytes, want };
            return;
        }
        let c = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
        out.extend(c.filter(|c| !c.is_control()).map(|c| Input::Key(Key::Char(c))));
    }
}

/// A byte of ASCII outside every sequence.
fn plain(byte: u8) -> Key {
    match byte {
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        0x08 | 0x7f => Key::Backspace,
        0x00 => Key::Ctrl(' '),
        0x01..=0x1a => Key::Ctrl(char::from(byte | 0x60)),
        0x1b..=0x1f => Key::Ctrl(char::from(byte | 0x40)),
        _ => Key::Char(char::from(byte)),
    }
}

/// SS3: cursor keys in application mode, keypad, F1–F4.
fn ss3(last: u8) -> Option<Key> {
    match last {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        b'M' => Some(Key::Enter),
        b'P'..=b'S' => Some(Key::F(last - b'P' + 1)),
        _ => None,
    }
}

/// A finished CSI: its parameter bytes and its last byte.
fn csi(params: &[u8], last: u8) -> Option<Input> {
    if let Some(mouse) = params.strip_prefix(b"<") {
        return sgr_mouse(mouse, last).map(Input::Mouse);
    }
    let numbers = numbers(params)?;
    let first = numbers.first().copied().unwrap_or(0);
    // xterm: the second parameter is 1 + a set of bits, of which 1 is Shift.
    let shift = numbers.get(1).is_some_and(|m| m.saturating_sub(1) & 1 == 1);
    let key = match (last, first) {
        (b'D', _) if shift => Key::ShiftLeft,
        (b'C', _) if shift => Key::ShiftRight,
        (b'A'..=b'D' | b'H' | b'F', _) => ss3(last)?,
        // With any other first parameter, R is the answer to a question about the cursor.
        (b'P'..=b'S', 1) => ss3(last)?,
        (b'Z', _) => Key::BackTab,
        (b'~', 1 | 7) => Key::Home,
        (b'~', 2) => Key::Insert,
        (b'~', 3) => Key::Delete,
        (b'~', 4 | 8) => Key::End,
        (b'~', 5) => Key::PageUp,
        (b'~', 6) => Key::PageDown,
        (b'~', n @ 11..=15) => Key::F(u8::try_from(n - 10).ok()?),
        (b'~', n @ 17..=21) => Key::F(u8::try_from(n - 11).ok()?),
        (b'~', n @ 23..=24) => Key::F(u8::try_from(n - 12).ok()?),
        _ => return None,
    };
    Some(Input::Key(key))
}

/// SGR mouse (xterm mode 1006): `button ; column ; row`, both from 1; `M` is a press, `m` a release.
fn sgr_mouse(params: &[u8], last: u8) -> Option<Mouse> {
    let numbers = numbers(params)?;
    let &[button, x, y] = numbers.as_slice() else { return None };
    let (x, y) = (x.checked_sub(1)?, y.checked_sub(1)?);
    match (button, last) {
        (0, b'M') => Some(Mouse::Click { x, y }),
        (64, b'M') => Some(Mouse::ScrollUp { x, y }),
        (65, b'M') => Some(Mouse::ScrollDown { x, y }),
        _ => None,
    }
}

/// Decimal numbers with `;` between them; an empty one is 0.
fn numbers(params: &[u8]) -> Option<Vec<u16>> {
    std::str::from_utf8(params).ok()?.split(';').map(|n| if n.is_empty() { Some(0) } else { n.parse().ok() }).collect()
}

/// How long to wait for the rest of a sequence before an ESC counts as the key, in milliseconds: above the spacing of bytes
/// that one key press sends through a network, below what a person notices.
pub const ESC_WAIT_MS: u64 = 40;

const ESC: u8 = 0x1b;
const PASTE_END: &[u8] = b"\x1b[201~";

/// The longest key we know, an SGR mouse report in a 500 × 300 terminal, has 11 parameter bytes.
const MAX_PARAMS: usize = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Input> {
        Parser::default().feed(bytes)
    }

    fn key(k: Key) -> Input {
        Input::Key(k)
    }

    #[test]
    fn several_keys_in_one_chunk_are_several_keys() {
        let got = keys(b"a\x1b[A\x1bOB\x1b[1;2D\x1b[5~\x03\r\x7f\xc3\xa9\x1b[Z\x1b[15~\x1bx");
        let want = [
            Key::Char('a'),
            Key::Up,
            Key::Down,
            Key::ShiftLeft,
            Key::PageUp,
            Key::Ctrl('c'),
            Key::Enter,
            Key::Backspace,
            Key::Char('é'),
            Key::BackTab,
            Key::F(5),
            Key::Alt('x'),
        ];
        assert_eq!(got, want.map(key));
    }

    #[test]
    fn a_lone_escape_is_a_key_only_after_the_wait() {
        let mut parser = Parser::default();
        assert_eq!(parser.feed(b"\x1b"), []);
        assert!(parser.waits());
        assert_eq!(parser.give_up_waiting(), Some(key(Key::Esc)));
        assert_eq!(parser.give_up_waiting(), None);
        assert_eq!(parser.feed(b"[A"), [key(Key::Char('[')), key(Key::Char('A'))]);
    }

    #[test]
    fn a_paste_is_one_thing_whatever_is_in_it_and_bounded() {
        assert_eq!(keys(b"\x1b[200~a\r\x1b[Ab\x1b[201~c"), [Input::Paste("a\r\x1b[Ab".into()), key(Key::Char('c'))]);
        let mut long = b"\x1b[200~".to_vec();
        long.extend(vec![b'x'; 1 << 20]);
        long.extend(b"\x1b\x1b[201~q");
        assert_eq!(keys(&long), [Input::Paste("x".repeat(MAX_PASTE)), key(Key::Char('q'))]);
    }

    #[test]
    fn answers_of_the_terminal_are_no_keys() {
        assert_eq!(keys(b"\x1b]11;rgb:00/00/00\x07\x1bP1+r\x1b\\\x1b[?62;4c\x1b[24;80Ry"), [key(Key::Char('y'))]);
    }

    #[test]
    fn the_mouse_clicks_and_scrolls() {
        let got = keys(b"\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<65;1;1M");
        assert_eq!(got, [Input::Mouse(Mouse::Click { x: 11, y: 2 }), Input::Mouse(Mouse::ScrollDown { x: 0, y: 0 })]);
    }

    proptest! {
        #[test]
        fn what_comes_out_does_not_depend_on_how_the_bytes_were_split(
            parts in prop::collection::vec(prop_oneof![
                prop::collection::vec(any::<u8>(), 0..12),
                Just(b"\x1b[A".to_vec()), Just(b"\x1b[200~x\x1b[201~".to_vec()), Just("é€𝄞".into()), Just(b"\x1b[<0;1;1M".to_vec()),
            ], 0..8),
            size in 1usize..7,
        ) {
            let bytes = parts.concat();
            let mut parser = Parser::default();
            let split: Vec<_> = bytes.chunks(size).flat_map(|chunk| parser.feed(chunk)).collect();
            prop_assert_eq!(split, keys(&bytes));
        }
    }
}
