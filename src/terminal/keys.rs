//! What a client typed, as tokens that keep their bytes.
//!
//! The tokenizer never compares a key with a whole read: it walks byte by byte, so how the bytes arrived changes nothing
//! but how runs of text are split. Where the same bytes may mean two things it takes the one that may run something:
//!
//! * a reply of the terminal is only one in good form; a control byte inside it ends it, so that `ESC ]` and then a
//!   command and CR is a commit like any other;
//! * `ESC` and a key are one key however long it took between them, as readline sees it: after [`Keys::flush`] gave out
//!   a lone ESC, `O M` or `#` that follows is still a commit;
//! * inside a bracketed paste every line end is a commit point, since the program may not know of bracketed paste.
//!
//! Sources: ECMA-48 5.4 (control sequences), xterm's `ctlseqs` (SS3 keys, replies, modifyOtherKeys, mouse, paste), the
//! "CSI u" proposal of fixterms and kitty's keyboard protocol, readline's and zsh's default bindings.

mod sequence;

use sequence::{Ended, alt_kind, control_kind, csi_kind, ss3_kind, string_kind};

/// One thing that a client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it means.
    pub kind: Kind,
    /// Exactly the bytes that were sent. Concatenated over all tokens (and [`Keys::pending`]) they are the input.
    pub raw: Vec<u8>,
}

/// What a token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Printable UTF-8 text, whole characters. How a run is split into tokens depends on how it arrived; nothing else does.
    Text,
    /// A key that edits or moves within a line, or asks the editor for something.
    Key(Key),
    /// May make the other side act on the line.
    Commit(Commit),
    /// Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-\: the tty may turn it into a signal or an end of file.
    Interrupt(Interrupt),
    /// A bracketed paste begins (`CSI 200 ~`).
    PasteBegin,
    /// Text inside a paste.
    PasteText,
    /// A line end inside a paste: a commit point unless the program asked for bracketed paste.
    PasteNewline,
    /// Any other control byte inside a paste.
    PasteControl,
    /// The paste ends (`CSI 201 ~`).
    PasteEnd,
    /// The terminal answers a query or reports focus or the mouse. It passes during a hold.
    Reply,
    /// A control byte or escape sequence whose effect on a line is not modelled. While a line is not empty it is a commit
    /// point.
    Unmodelled,
}

/// A key, in the terms of readline's emacs mode where a byte has no name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// DEL or BS.
    Backspace,
    /// `CSI 3 ~`.
    Delete,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// An arrow to the left with Ctrl or Alt: a word.
    WordLeft,
    /// An arrow to the right with Ctrl or Alt: a word.
    WordRight,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Insert.
    Insert,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// A lone ESC.
    Escape,
    /// F1 to F20.
    Function(u8),
    /// A control byte by its letter: `Ctrl('a')` is 0x01. Never one of those that have a name of their own.
    Ctrl(char),
    /// ESC and a character.
    Alt(char),
    /// ESC and DEL or BS.
    AltBackspace,
    /// A key of the numeric keypad in application mode, by the character on it.
    Keypad(char),
    /// Another key that is known not to accept a line; what it does to one differs between editors.
    Other,
}

/// Which byte or sequence may make the other side act on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Commit {
    /// CR: the Enter key.
    Cr,
    /// LF: Ctrl-J.
    Lf,
    /// Ctrl-O: readline's operate-and-get-next.
    OperateAndGetNext,
    /// `SS3 M`: Enter of the keypad in application mode.
    KeypadEnter,
    /// Enter, Ctrl-J, Ctrl-M or Ctrl-O in the CSI-u or modifyOtherKeys encodings.
    Encoded,
    /// A meta key that accepts the line: `M-#` (readline), `M-a` and `M-z` (zsh).
    Meta,
}

/// A byte that the tty may turn into a signal or an end of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interrupt {
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    Eof,
    /// Ctrl-Z.
    Suspend,
    /// Ctrl-\.
    Quit,
}

/// The streaming tokenizer. Holds at most [`STRING_MAX`] bytes.
#[derive(Debug, Default)]
pub struct Keys {
    state: State,
    /// The bytes of the sequence so far, or the head of a character that a chunk's end cut.
    held: Vec<u8>,
    /// How many of them a flush has already given out.
    given: usize,
    paste: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    /// After `CSI [`: a function key of the Linux console.
    Console,
    Ss3,
    /// After `CSI M`: three more bytes (xterm's X10 mouse encoding).
    Mouse,
    /// In an OSC, DCS or APC that may be a reply.
    Reply,
    /// After ESC in it.
    ReplyEscape,
    /// In a paste, in what may be its end.
    PasteEnd,
}

impl Keys {
    /// A tokenizer at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they came and gives the tokens that are complete.
    #[must_use]
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Token> {
        let mut out = Vec::new();
        self.walk(bytes, &mut out);
        out
    }

    /// The bytes of a sequence that is not complete; empty if there is none. When nothing followed for some 50 ms, call
    /// [`Keys::flush`]: a lone ESC must not wait for ever.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.held.get(self.given..).unwrap_or_default()
    }

    /// Gives out what is pending. What follows is still read as what it completes, if that may accept a line.
    #[must_use]
    pub fn flush(&mut self) -> Vec<Token> {
        let raw = self.pending().to_vec();
        if raw.is_empty() {
            return Vec::new();
        }
        let kind = match self.state {
            State::Escape => Kind::Key(Key::Escape),
            _ if self.paste => Kind::PasteControl,
            _ => Kind::Unmodelled,
        };
        match self.state {
            State::Escape | State::Csi | State::Ss3 | State::PasteEnd => self.given = self.held.len(),
            State::Ground | State::Console | State::Mouse | State::Reply | State::ReplyEscape => self.clear(),
        }
        vec![Token { kind, raw }]
    }

    fn walk(&mut self, bytes: &[u8], out: &mut Vec<Token>) {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let taken = if self.state == State::Ground {
                self.ground(rest, out)
            } else {
                self.step(byte, out);
                1
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// Text up to the next control byte, or that byte.
    fn ground(&mut self, bytes: &[u8], out: &mut Vec<Token>) -> usize {
        let run = bytes.iter().position(|b| self.is_control(*b)).unwrap_or(bytes.len());
        if run > 0 || !self.held.is_empty() {
            let mut text = std::mem::take(&mut self.held);
            text.extend_from_slice(bytes.get(..run).unwrap_or_default());
            self.text(&text, run == bytes.len(), out);
            if run > 0 {
                return run;
            }
        }
        match bytes.first() {
            Some(&ESC) => {
                self.state = if self.paste { State::PasteEnd } else { State::Escape };
                self.held.push(ESC);
            }
            Some(&b) => out.push(Token { kind: self.control(b), raw: vec![b] }),
            None => {}
        }
        1
    }

    /// A tab in a paste is text: indentation.
    fn is_control(&self, byte: u8) -> bool {
        matches!(byte, 0..=0x1f | 0x7f) && !(self.paste && byte == b'\t')
    }

    fn control(&self, byte: u8) -> Kind {
        match (self.paste, byte) {
            (true, b'\r' | b'\n') => Kind::PasteNewline,
            (true, _) => Kind::PasteControl,
            (false, _) => control_kind(byte),
        }
    }

    /// Whole characters as text, what is none as unmodelled. A character that the chunk's end cut is held.
    fn text(&mut self, text: &[u8], ends_here: bool, out: &mut Vec<Token>) {
        let (good, bad) =
            if self.paste { (Kind::PasteText, Kind::PasteControl) } else { (Kind::Text, Kind::Unmodelled) };
        let mut at = 0;
        for chunk in text.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().as_bytes(), chunk.invalid());
            at += valid.len() + invalid.len();
            if !valid.is_empty() {
                out.push(Token { kind: good, raw: valid.to_vec() });
            }
            let cut =
                ends_here && at == text.len() && std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
            if cut {
                self.held = invalid.to_vec();
            } else if !invalid.is_empty() {
                out.push(Token { kind: bad, raw: invalid.to_vec() });
            }
        }
    }

    fn step(&mut self, byte: u8, out: &mut Vec<Token>) {
        match (self.state, byte) {
            (State::PasteEnd, _) => self.paste_end(byte, out),
            (State::Escape, _) => self.escape(byte, out),
            (State::Reply | State::ReplyEscape, _) => self.reply(byte, out),
            // A control byte, a byte above ASCII or too many of them: no sequence.
            (_, 0..=0x1f | 0x7f..=0xff) => self.give_up(byte, out),
            (State::Csi, 0x20..=0x3f) if self.held.len() >= CSI_MAX => self.give_up(byte, out),
            (State::Csi, 0x20..=0x3f) => self.held.push(byte),
            (State::Csi, b'[') if self.held.len() == 2 => self.hold(byte, State::Console),
            (State::Csi, b'M') if self.held.len() == 2 => self.hold(byte, State::Mouse),
            (State::Csi, _) => {
                let kind = csi_kind(self.held.get(2..).unwrap_or_default(), byte);
                self.paste |= kind == Kind::PasteBegin;
                self.finish(byte, kind, out);
            }
            (State::Console, _) => self.finish(byte, Kind::Key(Key::Other), out),
            (State::Ss3, _) => self.finish(byte, ss3_kind(byte), out),
            (State::Mouse, _) if self.held.len() < 5 => self.held.push(byte),
            (State::Mouse, _) => self.finish(byte, Kind::Reply, out),
            (State::Ground, _) => {}
        }
    }

    /// After ESC. Late (the ESC was given out), only what may accept a line is still one key with it.
    fn escape(&mut self, byte: u8, out: &mut Vec<Token>) {
        let late = self.given > 0;
        match byte {
            b'[' => self.hold(byte, State::Csi),
            b'O' => self.hold(byte, State::Ss3),
            b']' | b'P' | b'_' if !late => self.hold(byte, State::Reply),
            0x20..=0x7e if !late || matches!(alt_kind(byte), Kind::Commit(_)) => {
                self.finish(byte, alt_kind(byte), out);
            }
            0x08 | 0x7f if !late => self.finish(byte, Kind::Key(Key::AltBackspace), out),
            _ => self.give_up(byte, out),
        }
    }

    fn reply(&mut self, byte: u8, out: &mut Vec<Token>) {
        self.held.push(byte);
        let inside = self.held.get(1..).unwrap_or_default();
        let ended = match (self.state, byte) {
            (State::ReplyEscape, b'\\') => string_kind(inside.get(..inside.len() - 2).unwrap_or_default(), true),
            (State::ReplyEscape, _) => Ended::Never,
            (_, BEL) if inside.first() == Some(&b']') => {
                string_kind(inside.get(..inside.len() - 1).unwrap_or_default(), true)
            }
            (_, ESC) => {
                self.state = State::ReplyEscape;
                return;
            }
            (_, 0x20..=0x7e) if inside.len() < STRING_MAX => string_kind(inside, false),
            _ => Ended::Never,
        };
        match ended {
            Ended::Not => {}
            Ended::As(kind) => {
                let raw = std::mem::take(&mut self.held);
                self.clear();
                out.push(Token { kind, raw });
            }
            // It never was a reply: ESC and its next byte are a key, the rest was typed.
            Ended::Never => {
                let held = std::mem::take(&mut self.held);
                self.clear();
                let (key, rest) = held.split_at_checked(2).unwrap_or((&held, &[]));
                let kind = key.last().map_or(Kind::Unmodelled, |b| alt_kind(*b));
                out.push(Token { kind, raw: key.to_vec() });
                self.walk(rest, out);
            }
        }
    }

    fn paste_end(&mut self, byte: u8, out: &mut Vec<Token>) {
        if PASTE_END.get(self.held.len()) == Some(&byte) {
            if self.held.len() + 1 == PASTE_END.len() {
                self.paste = false;
                self.finish(byte, Kind::PasteEnd, out);
            } else {
                self.held.push(byte);
            }
            return;
        }
        // The ESC was pasted, what follows it too.
        let mut held = std::mem::take(&mut self.held);
        let given = self.given;
        self.clear();
        held.push(byte);
        let (escape, rest) = if given == 0 { held.split_at(1) } else { held.split_at(given.min(held.len())) };
        if given == 0 {
            out.push(Token { kind: Kind::PasteControl, raw: escape.to_vec() });
        }
        self.walk(rest, out);
    }

    fn hold(&mut self, byte: u8, state: State) {
        self.held.push(byte);
        self.state = state;
    }

    /// The sequence is complete with `byte`.
    fn finish(&mut self, byte: u8, kind: Kind, out: &mut Vec<Token>) {
        self.held.push(byte);
        let raw = self.pending().to_vec();
        self.clear();
        out.push(Token { kind, raw });
    }

    /// What is held was no sequence; `byte` is not part of it.
    fn give_up(&mut self, byte: u8, out: &mut Vec<Token>) {
        let (raw, late) = (self.pending().to_vec(), self.given > 0);
        let kind = if self.state == State::Escape { Kind::Key(Key::Escape) } else { Kind::Unmodelled };
        self.clear();
        if late {
            // Typed after a lone ESC: plain characters.
            self.walk(&raw, out);
        } else {
            out.push(Token { kind, raw });
        }
        self.walk(&[byte], out);
    }

    fn clear(&mut self) {
        self.state = State::Ground;
        self.held.clear();
        self.given = 0;
    }
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const PASTE_END: &[u8] = b"\x1b[201~";
/// Bytes of a control sequence that a terminal sends; the longest reply has some 30.
const CSI_MAX: usize = 64;
/// Bytes of a reply in an OSC, DCS or APC; XTGETTCAP sends a few hundred.
pub const STRING_MAX: usize = 4096;

#[cfg(test)]
mod tests;
