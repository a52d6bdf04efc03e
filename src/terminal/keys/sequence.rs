//! What complete sequences mean.

use super::{Commit, Interrupt, Key, Kind};

/// Whether a string of the terminal is a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It may become one.
    Not,
    /// It is complete.
    As(Kind),
    /// It cannot be one.
    Never,
}

/// A control byte outside of any sequence.
pub(super) fn control_kind(byte: u8) -> Kind {
    match byte {
        b'\r' => Kind::Commit(Commit::Cr),
        b'\n' => Kind::Commit(Commit::Lf),
        0x0f => Kind::Commit(Commit::OperateAndGetNext),
        0x03 => Kind::Interrupt(Interrupt::Interrupt),
        0x04 => Kind::Interrupt(Interrupt::Eof),
        0x1a => Kind::Interrupt(Interrupt::Suspend),
        0x1c => Kind::Interrupt(Interrupt::Quit),
        0x08 | 0x7f => Kind::Key(Key::Backspace),
        b'\t' => Kind::Key(Key::Tab),
        0x1b => Kind::Key(Key::Escape),
        // Ctrl-X begins sequences that edit and run; Ctrl-^ has no common meaning.
        0x18 | 0x1e => Kind::Unmodelled,
        0..=0x1f => Kind::Key(Key::Ctrl(char::from(byte | 0x40).to_ascii_lowercase())),
        _ => Kind::Unmodelled,
    }
}

/// ESC and a printable character: a meta key.
pub(super) fn alt_kind(byte: u8) -> Kind {
    match byte {
        // readline: insert-comment accepts the line. zsh: accept-and-hold, execute-last-named-cmd.
        b'#' | b'a' | b'A' | b'z' => Kind::Commit(Commit::Meta),
        b'b'
        | b'B'
        | b'f'
        | b'F'
        | b'd'
        | b'D'
        | b'u'
        | b'U'
        | b'l'
        | b'L'
        | b'c'
        | b'C'
        | b't'
        | b'T'
        | b'y'
        | b'w'
        | b'n'
        | b'N'
        | b'p'
        | b'r'
        | b'.'
        | b','
        | b'_'
        | b'<'
        | b'>'
        | b'-'
        | b'0'..=b'9'
        | b'\\'
        | b'?'
        | b'*'
        | b'&'
        | b'~'
        | b'='
        | b' ' => Kind::Key(Key::Alt(char::from(byte))),
        _ => Kind::Unmodelled,
    }
}

/// `SS3` and a final byte.
pub(super) fn ss3_kind(last: u8) -> Kind {
    Kind::Key(match last {
        b'M' => return Kind::Commit(Commit::KeypadEnter),
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'I' => Key::Tab,
        b'c' => Key::WordRight,
        b'd' => Key::WordLeft,
        b'P'..=b'S' => Key::Function(last - b'P' + 1),
        b'X' => Key::Keypad('='),
        b' ' => Key::Keypad(' '),
        b'E' => Key::Keypad('5'),
        b'j'..=b'y' => Key::Keypad(char::from(last - b'j' + b'*')),
        _ => return Kind::Unmodelled,
    })
}

/// A control sequence by what is between `CSI` and its final byte, and that byte.
pub(super) fn csi_kind(body: &[u8], last: u8) -> Kind {
    match body.split_first() {
        Some((b'<', rest)) if is_numbers(rest) => match last {
            b'M' | b'm' => Kind::Reply,
            _ => Kind::Unmodelled,
        },
        Some((b'?', rest)) => match (rest.strip_suffix(b"$"), last) {
            (Some(mode), b'y') if is_numbers(mode) => Kind::Reply,
            (None, b'c' | b'n' | b'u' | b'S' | b'R') if is_numbers(rest) => Kind::Reply,
            _ => Kind::Unmodelled,
        },
        Some((b'>', rest)) if is_numbers(rest) && matches!(last, b'c' | b'm') => Kind::Reply,
        _ if is_numbers(body) => plain_csi_kind(body, last),
        _ => match (body.strip_suffix(b"$"), last) {
            (Some(mode), b'y') if is_numbers(mode) => Kind::Reply,
            _ => Kind::Unmodelled,
        },
    }
}

fn plain_csi_kind(body: &[u8], last: u8) -> Kind {
    let mut params = body.split(|b| *b == b';').map(number);
    let (first, second, third) = (params.next().unwrap_or(0), params.next(), params.next());
    let modifiers = Modifiers::of(second);
    Kind::Key(match (last, first) {
        (b'I' | b'O', _) if body.is_empty() => return Kind::Reply,
        (b'R', _) if second.is_some() => return Kind::Reply,
        (b'n' | b't' | b'x', _) if !body.is_empty() => return Kind::Reply,
        (b'u', code) => return encoded_kind(code, modifiers),
        (b'~', 27) => return encoded_kind(third.unwrap_or(0), modifiers),
        (b'~', 200) => return Kind::PasteBegin,
        (b'~', 201) => return Kind::PasteEnd,
        (b'A', 0 | 1) => Key::Up,
        (b'B', 0 | 1) => Key::Down,
        (b'C', 0 | 1) if modifiers.by_word() => Key::WordRight,
        (b'D', 0 | 1) if modifiers.by_word() => Key::WordLeft,
        (b'C', 0 | 1) => Key::Right,
        (b'D', 0 | 1) => Key::Left,
        (b'H', 0 | 1) => Key::Home,
        (b'F', 0 | 1) => Key::End,
        (b'E', 0 | 1) => Key::Keypad('5'),
        (b'Z', _) => Key::BackTab,
        (b'P'..=b'S', 0 | 1) => Key::Function(last - b'P' + 1),
        (b'~', code) => match tilde_key(code) {
            Some(_) if second.is_some_and(|m| m > 1) => Key::Other,
            Some(key) => key,
            None => return Kind::Unmodelled,
        },
        _ => return Kind::Unmodelled,
    })
}

/// `CSI n ~` (xterm and VT220; 7 and 8 are rxvt's).
fn tilde_key(code: u32) -> Option<Key> {
    let function = |n: u32, from: u32| Some(Key::Function(u8::try_from(code - from + n).unwrap_or(0)));
    match code {
        1 | 7 => Some(Key::Home),
        2 => Some(Key::Insert),
        3 => Some(Key::Delete),
        4 | 8 => Some(Key::End),
        5 => Some(Key::PageUp),
        6 => Some(Key::PageDown),
        11..=15 => function(1, 11),
        17..=21 => function(6, 17),
        23..=26 => function(11, 23),
        28 | 29 => function(15, 28),
        31..=34 => function(17, 31),
        _ => None,
    }
}

/// The modifiers of a key: a number that is one more than their bits (shift 1, alt 2, ctrl 4).
#[derive(Debug, Clone, Copy)]
struct Modifiers(u32);

impl Modifiers {
    fn of(param: Option<u32>) -> Self {
        Self(param.unwrap_or(1).saturating_sub(1))
    }

    fn shift(self) -> bool {
        self.0 & 1 != 0
    }

    fn alt(self) -> bool {
        self.0 & 2 != 0
    }

    fn ctrl(self) -> bool {
        self.0 & 4 != 0
    }

    fn by_word(self) -> bool {
        self.alt() || self.ctrl()
    }
}

/// A key as a code point with modifiers (CSI u, modifyOtherKeys). Enter commits whatever is held with it.
fn encoded_kind(code: u32, modifiers: Modifiers) -> Kind {
    let letter = u8::try_from(code).ok().filter(|c| matches!(c, 0x20..=0x7e));
    match (code, letter) {
        // 57414 is the keypad's Enter in kitty's protocol.
        (10 | 13 | 57414, _) => Kind::Commit(Commit::Encoded),
        (9, _) => Kind::Key(if modifiers.shift() { Key::BackTab } else { Key::Tab }),
        (8 | 127, _) if modifiers.by_word() => Kind::Key(Key::AltBackspace),
        (8 | 127, _) => Kind::Key(Key::Backspace),
        (27, _) => Kind::Key(Key::Escape),
        (_, Some(c)) if modifiers.ctrl() => match control_kind(c & 0x1f) {
            Kind::Commit(_) => Kind::Commit(Commit::Encoded),
            kind => kind,
        },
        (_, Some(c)) if modifiers.alt() => alt_kind(c),
        (_, Some(_)) | (57344..=63743, _) => Kind::Key(Key::Other),
        _ => Kind::Unmodelled,
    }
}

/// An OSC, DCS or APC by its second introducer byte and what follows; `closed` once its terminator came.
pub(super) fn string_kind(inside: &[u8], closed: bool) -> Ended {
    let Some((opener, text)) = inside.split_first() else { return Ended::Not };
    let may_be = match opener {
        // A number and a semicolon: colours, clipboard, title.
        b']' => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
            let separated = text.get(digits).is_none_or(|b| *b == b';');
            separated && digits <= 4 && (digits > 0 || text.is_empty())
        }
        // XTVERSION, DECRQSS, XTGETTCAP, DA3.
        b'P' => [">|", "0$r", "1$r", "0+r", "1+r", "!|"].iter().any(|p| agrees(text, p.as_bytes())),
        // kitty's graphics.
        b'_' => agrees(text, b"G"),
        _ => false,
    };
    match (may_be, closed) {
        (false, _) => Ended::Never,
        (true, true) => Ended::As(Kind::Reply),
        (true, false) => Ended::Not,
    }
}

/// Whether one of the two is the other's beginning.
fn agrees(text: &[u8], prefix: &[u8]) -> bool {
    text.iter().zip(prefix).all(|(a, b)| a == b)
}

fn is_numbers(body: &[u8]) -> bool {
    body.iter().all(|b| matches!(b, b'0'..=b'9' | b';' | b':'))
}

/// The number before the first colon; an empty one is 0.
fn number(param: &[u8]) -> u32 {
    param
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .fold(0_u32, |n, d| n.saturating_mul(10).saturating_add(u32::from(d.wrapping_sub(b'0'))))
}
