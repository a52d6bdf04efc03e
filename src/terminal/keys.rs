//! What a client typed, as tokens that keep their bytes.

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

/// The streaming tokenizer. Holds at most a few hundred bytes.
#[derive(Debug, Default)]
pub struct Keys {
    held: Vec<u8>,
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
        let _ = &self.held;
        bytes
            .iter()
            .map(|&b| Token { kind: if b == b'\r' { Kind::Commit(Commit::Cr) } else { Kind::Text }, raw: vec![b] })
            .collect()
    }

    /// The bytes of a sequence that is not complete; empty if there is none. When nothing followed for some 50 ms, call
    /// [`Keys::flush`]: a lone ESC must not wait for ever.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.held
    }

    /// Gives out what is pending.
    #[must_use]
    pub fn flush(&mut self) -> Vec<Token> {
        Vec::new()
    }
}
