//! What a target sends, token by token, and which of it a client's terminal may get as it came.
//!
//! A terminal that obeys what our model ignores would show what nobody looked at. So a sequence is forwarded only if it stands
//! in this table; of everything else the client gets what the model makes of it, and nothing of what the model does not know.
//!
//! | class | sequences |
//! |---|---|
//! | [`Class::Rendition`] | SGR |
//! | [`Class::EraseAhead`] | EL 0 |
//! | [`Class::Silent`] | designations of ASCII (`ESC ( B`), `ESC % G` |
//! | [`Class::Input`] | keypad, cursor keys, mouse, focus, paste, cursor's shape and visibility, kitty's and xterm's key encodings, saving the title |
//! | [`Class::Query`] | DA, DSR 5 and 6, DECRQM, XTVERSION, sizes in pixels, DECRQSS and XTGETTCAP: they are answered, not drawn |
//! | [`Class::Plain`] | cursor by one, to a column, to a place; ED, EL, ICH, DCH, ECH |
//! | [`Class::Model`] | the rest: the model draws it if it knows it |
//!
//! Where images are allowed they are tokens of their own ([`Token::Image`]), and XTSMGRAPHICS is a query where it reads.

use super::filter::{Csi, End, Filter, Piece};
use super::image::{self, Format, Image};

/// A part of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text and C0 controls; whole characters, perhaps bytes that are no UTF-8.
    Text(&'a [u8]),
    /// An escape or control sequence in good form, and its bytes.
    Sequence(Class, &'a [u8]),
    /// An operating system command that ended: its number, the text behind it, and its bytes.
    Command(u16, &'a [u8], &'a [u8]),
    /// An image that ended, and what stands between its marks: of one that is longer than [`Image::MOST`], a byte more than that. Only where
    /// images are allowed.
    Image(Format, &'a [u8]),
}

/// What a sequence is to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It colours what follows.
    Rendition,
    /// It erases what stands behind the cursor.
    EraseAhead,
    /// It does nothing, unless something that is not forwarded came before it.
    Silent,
    /// It changes what keys and mouse send or how the cursor looks.
    Input,
    /// The terminal answers it.
    Query,
    /// It draws, and every terminal knows it.
    Plain,
    /// It draws or it does nothing; the model knows.
    Model,
}

/// Cuts a stream into tokens. Sequences come out when they are whole; what is no token is dropped: PM, SOS, APC, images unless they are
/// [allowed](Wire::allow_images), sequences in bad form, and strings longer than [`Wire::STRING_MAX`].
#[derive(Debug)]
pub struct Wire {
    filter: Filter,
    raw: Vec<u8>,
    images: bool,
    /// Images are allowed as soon as no string is open.
    soon: bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self { filter: Filter::keeping(Self::STRING_MAX + 1), raw: Vec::new(), images: false, soon: false }
    }
}

impl Wire {
    /// Longer strings are dropped: 48 KiB for the clipboard, in base64.
    pub const STRING_MAX: usize = 64 << 10;

    /// Whether images come out as tokens. They do not at first.
    pub fn allow_images(&mut self, allowed: bool) {
        self.soon = allowed;
        if !allowed {
            self.images = false;
            self.filter.keep(Self::STRING_MAX + 1);
        }
    }

    /// Calls `sink` with every token that these bytes complete, in order.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut impl FnMut(Token<'_>)) {
        if self.soon && !self.images && self.filter.at_ground() {
            self.images = true;
            self.filter.keep(Image::MOST + 1);
        }
        let Self { filter, raw, images, .. } = self;
        filter.feed(bytes, &mut |piece| {
            raw.clear();
            match piece {
                Piece::Text(text) => sink(Token::Text(text)),
                // ST without a string.
                Piece::Escape(b'\\') => {}
                Piece::Escape(last) => {
                    raw.extend_from_slice(&[0x1b, last]);
                    let class = if matches!(last, b'=' | b'>') { Class::Input } else { Class::Model };
                    sink(Token::Sequence(class, raw));
                }
                Piece::Designation(sequence) => {
                    raw.push(0x1b);
                    raw.extend_from_slice(sequence);
                    let class = match sequence {
                        [b'(' | b')' | b'*' | b'+', b'B'] | [b'%', b'G'] => Class::Silent,
                        _ => Class::Model,
                    };
                    sink(Token::Sequence(class, raw));
                }
                Piece::Control(csi) => {
                    if let Some(input) = input_modes(&csi) {
                        raw.extend_from_slice(&input);
                        sink(Token::Sequence(Class::Input, raw));
                        raw.clear();
                    }
                    csi.write(raw);
                    let asks = *images && asks_about_graphics(&csi);
                    sink(Token::Sequence(if asks { Class::Query } else { class(&csi) }, raw));
                }
                Piece::Osc(text, end) if *images && end != End::Cancel && image::is_command(text) => {
                    sink(Token::Image(Format::Iterm, text));
                }
                Piece::Osc(text, end) if text.len() <= Self::STRING_MAX && end != End::Cancel => {
                    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
                    let (number, rest) = text.split_at_checked(digits).unwrap_or((text, b""));
                    let number = std::str::from_utf8(number).ok().and_then(|n| n.parse().ok());
                    if let (Some(number), true) = (number, rest.is_empty() || rest.starts_with(b";")) {
                        raw.extend_from_slice(b"\x1b]");
                        raw.extend_from_slice(text);
                        raw.extend_from_slice(if end == End::Bell { b"\x07" } else { b"\x1b\\" });
                        sink(Token::Command(number, rest.get(1..).unwrap_or_default(), raw));
                    }
                }
                Piece::String(b'P', text, End::Escape) if is_question(text) => {
                    raw.extend_from_slice(b"\x1bP");
                    raw.extend_from_slice(text);
                    raw.extend_from_slice(b"\x1b\\");
                    sink(Token::Sequence(Class::Query, raw));
                }
                Piece::String(introducer, text, End::Escape) if *images => {
                    if let Some(format) = image::of_string(introducer, text) {
                        sink(Token::Image(format, text));
                    }
                }
                Piece::Osc(..) | Piece::String(..) => {}
            }
        });
    }
}

fn class(csi: &Csi<'_>) -> Class {
    let first = csi.numbers().next().unwrap_or(0);
    match (csi.prefix(), csi.last) {
        (None, b'm') => Class::Rendition,
        (None, b'K') if first == 0 => Class::EraseAhead,
        (None, b'A'..=b'H' | b'J' | b'K' | b'd' | b'f' | b'@' | b'P' | b'X') => Class::Plain,
        (None | Some(b'>' | b'='), b'c') => Class::Query,
        (None, b'n') if matches!(first, 5 | 6) => Class::Query,
        (None, b't') if matches!(first, 14 | 16 | 18 | 19) => Class::Query,
        (None, b't') if matches!(first, 22 | 23) => Class::Input,
        (Some(b'>' | b'='), b'm' | b'u') | (Some(b'<'), b'u') | (Some(b'>'), b'n') | (Some(b' '), b'q') => Class::Input,
        (Some(b'>'), b'q') | (Some(b'?'), b'u' | b'm') => Class::Query,
        (Some(b'?' | b'$'), b'p') if csi.body.ends_with(b"$") => Class::Query,
        (Some(b'?'), b'n') if matches!(first, 6 | 996) => Class::Query,
        (Some(b'?'), b'h' | b'l') if csi.modes().all(|mode| INPUT_MODES.contains(&mode)) => Class::Input,
        _ => Class::Model,
    }
}

/// XTSMGRAPHICS where it reads: how many colours a sixel image may have, how large it may be.
fn asks_about_graphics(csi: &Csi<'_>) -> bool {
    let mut numbers = csi.numbers().skip(1);
    csi.prefix() == Some(b'?') && csi.last == b'S' && matches!(numbers.next(), Some(1 | 4))
}

/// Of a sequence that sets several private modes, those that are forwarded, if there are others with them.
fn input_modes(csi: &Csi<'_>) -> Option<Vec<u8>> {
    let sets = csi.prefix() == Some(b'?') && matches!(csi.last, b'h' | b'l');
    let modes: Vec<String> =
        csi.modes().filter(|mode| sets && INPUT_MODES.contains(mode)).map(|mode| mode.to_string()).collect();
    let some = !modes.is_empty() && modes.len() < csi.modes().count();
    some.then(|| format!("\x1b[?{}{}", modes.join(";"), char::from(csi.last)).into_bytes())
}

/// DECRQSS (`$q`) and XTGETTCAP (`+q`) in good form.
fn is_question(text: &[u8]) -> bool {
    let hex = |rest: &[u8]| rest.len() <= 256 && rest.iter().all(|b| b.is_ascii_hexdigit() || *b == b';');
    let setting = |rest: &[u8]| rest.len() <= 4 && rest.iter().all(u8::is_ascii_graphic);
    text.strip_prefix(b"$q").is_some_and(setting) || text.strip_prefix(b"+q").is_some_and(hex)
}

/// Private modes that draw nothing (xterm ctlseqs): cursor keys, reverse video, X10 mouse, blinking and visible cursor, keypad,
/// mouse and its encodings, focus, scrolling with the wheel, meta keys, bell, bracketed paste, synchronized update, colour
/// scheme and size reports.
const INPUT_MODES: &[u16] = &[
    1, 5, 9, 12, 25, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1034, 1035, 1036, 1039, 1042, 2004,
    2026, 2031, 2048,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(bytes: &str) -> Vec<String> {
        let (mut wire, mut seen) = (Wire::default(), Vec::new());
        wire.feed(bytes.as_bytes(), &mut |token| {
            seen.push(match token {
                Token::Text(text) => format!("text {}", String::from_utf8_lossy(text).escape_debug()),
                Token::Sequence(class, raw) => format!("{class:?} {}", String::from_utf8_lossy(raw).escape_debug()),
                Token::Command(number, text, raw) => {
                    format!(
                        "osc {number} {} {}",
                        String::from_utf8_lossy(text),
                        String::from_utf8_lossy(raw).escape_debug()
                    )
                }
                Token::Image(format, text) => format!("{} {}", format.word(), text.len()),
            });
        });
        seen
    }

    #[test]
    fn what_a_terminal_and_the_model_may_see_differently_is_for_the_model() {
        for sequence in [
            "\x1b[3b",
            "\x1b[4h",
            "\x1b[?7l",
            "\x1b[2;3r",
            "\x1b[?6h",
            "\x1b[2I",
            "\x1b[1;1;2;2;1;4;4;1$v",
            "\x1b(0",
            "\x1b%@",
            "\x1b#8",
            "\x1b7",
            "\x1bM",
            "\x1b[2 @",
            "\x1b[?69h",
            "\x1b[?1049h",
            "\x1b[21t",
            "\x1b[3L",
        ] {
            let seen = tokens(sequence);
            assert!(seen.len() == 1 && seen[0].starts_with("Model "), "{seen:?}");
        }
    }

    #[test]
    fn what_goes_out_is_what_came_in() {
        let stream = "a\x1b[1;38:2::1:2:3mb\x1b[K\x1b[?2004h\x1b[>4;2m\x1b[6n\x1b(B\x1b[?2026$p\x1b[2 q\x1b]0;t\x07\x1b]7;x\x1b\\";
        let classes: Vec<_> = tokens(stream).iter().map(|t| t.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(classes.join(" "), "text Rendition text EraseAhead Input Input Query Silent Query Input osc osc");
        let mut out = Vec::new();
        Wire::default().feed(stream.as_bytes(), &mut |token| match token {
            Token::Text(raw) | Token::Sequence(_, raw) | Token::Command(_, _, raw) => out.extend_from_slice(raw),
            Token::Image(..) => panic!("no image was allowed"),
        });
        assert_eq!(out, stream.as_bytes());
    }

    #[test]
    fn images_and_endless_strings_are_dropped() {
        let long = format!("\x1b]52;c;{}\x07x", "A".repeat(70_000));
        assert_eq!(tokens(&long), ["text x"]);
        assert_eq!(tokens("\x1bPq#0~~\x1b\\\x1b_Ga=T;AAAA\x1b\\\x1b^x\x1b\\\x1bXy\x1b\\z"), ["text z"]);
        assert_eq!(
            tokens("\x1bP$qm\x1b\\\x1bP+q544e\x1b\\"),
            ["Query \\u{1b}P$qm\\u{1b}\\\\", "Query \\u{1b}P+q544e\\u{1b}\\\\"]
        );
    }

    #[test]
    fn an_image_is_a_token_where_images_are_allowed_and_no_string_was_open() {
        let mut seen = Vec::new();
        let mut wire = Wire::default();
        let mut feed = |wire: &mut Wire, bytes: &[u8]| {
            wire.feed(bytes, &mut |token| {
                if let Token::Image(format, text) = token {
                    seen.push((format, text.len()));
                }
            });
        };
        feed(&mut wire, b"\x1bPq#0~~");
        wire.allow_images(true);
        // The head of this one may have been left out.
        feed(&mut wire, b"~\x1b\\");
        feed(&mut wire, b"\x1bP0;1q#0~");
        feed(&mut wire, b"~\x1b\\\x1bP+q544e\x1b\\\x1bP1$r0m\x1b\\\x1bPq~\x18");
        let long = format!("\x1bPq{}\x1b\\", "~".repeat(Image::MOST + 9));
        feed(&mut wire, long.as_bytes());
        wire.allow_images(false);
        feed(&mut wire, b"\x1bPq~\x1b\\");
        assert_eq!(seen, [(Format::Sixel, 8), (Format::Sixel, Image::MOST + 1)]);
    }

    #[test]
    fn what_a_terminal_can_draw_is_asked_only_where_images_are_allowed() {
        let mut classes = Vec::new();
        let mut wire = Wire::default();
        for allowed in [false, true] {
            wire.allow_images(allowed);
            wire.feed(b"\x1b[?1;1;0S\x1b[?2;4S\x1b[?1;3;256S\x1b[2;1S", &mut |token| match token {
                Token::Sequence(class, _) => classes.push(class),
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(classes[..4], [Class::Model; 4]);
        assert_eq!(classes[4..], [Class::Query, Class::Query, Class::Model, Class::Model]);
    }

    #[test]
    fn of_mixed_modes_those_of_keys_are_forwarded() {
        assert_eq!(tokens("\x1b[?1049;25h"), ["Input \\u{1b}[?25h", "Model \\u{1b}[?1049;25h"]);
    }
}
