//! Which bytes a model may see, so that hostile output costs bounded time and memory.
//!
//! The filter walks the states of a VT parser (Paul Williams' machine, as `vte` implements it) and hands on only what
//! changes a screen: text, complete escape sequences, complete control sequences. So the model behind it is at ground
//! between two calls, whatever the target sends, and the filter alone knows where in a sequence the stream is.
//!
//! | what comes | what the model sees |
//! |---|---|
//! | text and C0 controls | the same; a character cut by a chunk's end waits (at most 3 bytes) |
//! | bytes that are no UTF-8, U+FFFD | one `¿` each: one column, as on terminals; `vt100` would not advance |
//! | `ESC` sequences | those it knows; IND and NEL as the controls they equal; character sets as what they draw (`drawing`) |
//! | `CSI` sequences | the same with numbers clamped; none with more than 256 bytes or 32 numbers |
//! | `OSC` | nothing; the title is kept, at most 1,024 bytes of it |
//! | `DCS`, `APC`, `PM`, `SOS` | nothing; they are passed over and never stored, however long |
//!
//! A string without an end is passed over for ever, as terminals do it (an image is one string of megabytes): it costs
//! no memory, and [`Filter::at_ground`] says so meanwhile.

use super::bytes::first;

/// A part of the stream that the model may act on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// No ESC in it, whole characters, perhaps bytes that are no UTF-8.
    Text(&'a [u8]),
    /// `ESC` and this final byte, without intermediates.
    Escape(u8),
    /// A control sequence.
    Control(Csi<'a>),
    /// `ESC` with these intermediates and a final byte: a designation.
    Designation(&'a [u8]),
    /// The text of an OSC, cut at what the filter keeps, and how it ended.
    Osc(&'a [u8], End),
    /// The text of a DCS (`P`), APC (`_`), PM (`^`) or SOS (`X`), cut at what the filter keeps; empty if it keeps none.
    String(u8, &'a [u8], End),
}

/// How a string ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// BEL.
    Bell,
    /// ST (ESC \\), or any other ESC.
    Escape,
    /// CAN or SUB: a terminal forgets the string.
    Cancel,
}

/// A complete control sequence (ECMA-48 5.4) in good form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Csi<'a> {
    /// Private marker, parameters and intermediates: everything between `CSI` and the final byte.
    pub(super) body: &'a [u8],
    /// The final byte.
    pub(super) last: u8,
}

impl Csi<'_> {
    /// The first private marker or intermediate, by which `vt100` tells sequences apart.
    pub(super) fn prefix(&self) -> Option<u8> {
        self.body.iter().copied().find(|b| matches!(b, 0x20..=0x2f | 0x3c..=0x3f))
    }

    /// The first number of every parameter; an empty one is 0.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        self.params().map(|p| number(p.split(|b| *b == b':').next().unwrap_or_default()))
    }

    /// The parameters that are one plain number, as mode numbers must be.
    pub(super) fn modes(&self) -> impl Iterator<Item = u16> + '_ {
        self.params().filter(|p| !p.contains(&b':')).map(number)
    }

    fn params(&self) -> impl Iterator<Item = &[u8]> {
        let end = self.body.iter().position(|b| matches!(b, 0x20..=0x2f)).unwrap_or(self.body.len());
        let start = usize::from(self.body.first().is_some_and(|b| matches!(b, 0x3c..=0x3f)));
        self.body.get(start..end).unwrap_or_default().split(|b| *b == b';')
    }

    /// Appends the sequence as it came.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(self.body);
        out.push(self.last);
    }

    /// Appends the sequence to `out` with every number at most `limit`.
    pub(super) fn write_clamped(&self, out: &mut Vec<u8>, limit: u16) {
        out.extend_from_slice(b"\x1b[");
        for part in self.body.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
            let value = if part.first().is_some_and(u8::is_ascii_digit) { number(part) } else { 0 };
            if value > limit {
                out.extend_from_slice(limit.to_string().as_bytes());
            } else {
                out.extend_from_slice(part);
            }
        }
        out.push(self.last);
    }

    fn in_good_form(body: &[u8]) -> bool {
        let rest = match body.split_first() {
            Some((0x3c..=0x3f, rest)) => rest,
            _ => body,
        };
        let params = rest.iter().take_while(|b| matches!(b, 0x30..=0x3b)).count();
        let separators = rest.iter().filter(|b| matches!(b, b';' | b':')).count();
        rest.iter().skip(params).all(|b| matches!(b, 0x20..=0x2f)) && separators < CSI_PARAMS_MAX
    }
}

/// Where in a sequence the stream is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After ESC and intermediates: a designation that the model does not know.
    EscapeIntermediate,
    /// In a control sequence that is being collected.
    Csi,
    /// In a control sequence that is too long.
    CsiIgnore,
    Osc,
    /// In a DCS, APC, PM or SOS, by its introducer.
    String(u8),
}

/// The streaming filter. Holds at most about a kilobyte, or what it was told to keep of strings.
#[derive(Debug, Default, Clone)]
pub(super) struct Filter {
    state: State,
    /// Bytes of a string that are kept, if more than a title's.
    strings: usize,
    /// The head of a character that the chunk's end cut.
    cut: Vec<u8>,
    /// What was collected of a CSI or an OSC.
    held: Vec<u8>,
}

impl Filter {
    /// A filter that keeps up to `strings` bytes of OSC and other strings, for one that looks into them.
    pub(super) fn keeping(strings: usize) -> Self {
        Self { strings, ..Self::default() }
    }

    /// Keeps up to `strings` bytes of strings from now on. More than before only [at ground](Self::at_ground): what was left out of a string is
    /// not made up for.
    pub(super) const fn keep(&mut self, strings: usize) {
        self.strings = strings;
    }

    /// Whether the stream ends between characters and sequences.
    pub(super) fn at_ground(&self) -> bool {
        self.state == State::Ground && self.cut.is_empty()
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.held.capacity() + self.cut.capacity()
    }

    /// Walks over `bytes` and calls `sink` with every piece in order.
    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        while let Some(&next) = bytes.first() {
            let taken = match self.state {
                State::Ground => self.ground(bytes, sink),
                State::String(kind) => self.string(kind, bytes, sink),
                State::Escape | State::EscapeIntermediate | State::Csi | State::CsiIgnore | State::Osc => {
                    self.step(next, sink);
                    1
                }
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    fn ground(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let run_len = first(bytes, ESC).unwrap_or(bytes.len());
        let ends_here = run_len == bytes.len();
        let run = bytes.get(..run_len).unwrap_or_default();
        let whole = if ends_here { run_len - cut_len(run) } else { run_len };
        if self.cut.is_empty() {
            let (text, rest) = run.split_at_checked(whole).unwrap_or((run, &[]));
            if !text.is_empty() {
                sink(Piece::Text(text));
            }
            self.cut.extend_from_slice(rest);
        } else {
            // A character that began in an earlier chunk: put it together again. Rare, so a copy does not matter.
            let mut joined = std::mem::take(&mut self.cut);
            joined.extend_from_slice(run);
            let whole = if ends_here { joined.len() - cut_len(&joined) } else { joined.len() };
            self.cut = joined.split_off(whole);
            if !joined.is_empty() {
                sink(Piece::Text(&joined));
            }
        }
        if ends_here {
            return run_len;
        }
        self.state = State::Escape;
        run_len + 1
    }

    /// Passes over the inside of a string.
    fn string(&mut self, kind: u8, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let found = bytes.iter().position(|b| matches!(*b, ESC | CAN | SUB));
        let inside = bytes.get(..found.unwrap_or(bytes.len())).unwrap_or_default();
        let room = self.strings.saturating_sub(self.held.len()).min(inside.len());
        self.held.extend_from_slice(inside.get(..room).unwrap_or_default());
        let Some(at) = found else { return bytes.len() };
        let escape = bytes.get(at) == Some(&ESC);
        sink(Piece::String(kind, &self.held, if escape { End::Escape } else { End::Cancel }));
        self.enter(if escape { State::Escape } else { State::Ground });
        at + 1
    }

    fn step(&mut self, byte: u8, sink: &mut impl FnMut(Piece<'_>)) {
        match (self.state, byte) {
            (State::Osc, BEL | ESC | CAN | SUB) => {
                let end = match byte {
                    BEL => End::Bell,
                    ESC => End::Escape,
                    _ => End::Cancel,
                };
                sink(Piece::Osc(&self.held, end));
                self.enter(if byte == ESC { State::Escape } else { State::Ground });
            }
            (State::Osc, 0..=0x1f) => {}
            (State::Osc, _) => {
                if self.held.len() < self.strings.max(OSC_MAX) {
                    self.held.push(byte);
                }
            }
            (_, CAN | SUB) => self.enter(State::Ground),
            (_, ESC) => self.enter(State::Escape),
            // Controls inside a sequence act at once.
            (_, 0..=0x1f) => sink(Piece::Text(&[byte])),
            (State::Escape, 0x20..=0x2f) => {
                self.enter(State::EscapeIntermediate);
                self.held.push(byte);
            }
            (State::EscapeIntermediate, 0x20..=0x2f) => {
                if self.held.len() < CSI_MAX {
                    self.held.push(byte);
                }
            }
            (State::EscapeIntermediate, 0x30..=0x7e) => {
                self.held.push(byte);
                sink(Piece::Designation(&self.held));
                self.enter(State::Ground);
            }
            (State::Csi, 0x20..=0x3f) if self.held.len() >= CSI_MAX => self.enter(State::CsiIgnore),
            (State::Csi, 0x20..=0x3f) => self.held.push(byte),
            (State::Csi, 0x40..=0x7e) => {
                let body = std::mem::take(&mut self.held);
                self.enter(State::Ground);
                if Csi::in_good_form(&body) {
                    sink(Piece::Control(Csi { body: &body, last: byte }));
                }
                // Keep the allocation.
                self.held = body;
            }
            (State::CsiIgnore, 0x40..=0x7e) => self.enter(State::Ground),
            (State::Escape, b'[') => self.enter(State::Csi),
            (State::Escape, b']') => self.enter(State::Osc),
            (State::Escape, b'P' | b'X' | b'^' | b'_') => self.enter(State::String(byte)),
            (State::Escape, 0x30..=0x7e) => {
                self.enter(State::Ground);
                sink(Piece::Escape(byte));
            }
            // DEL and bytes above ASCII are nothing inside a sequence.
            (State::Escape | State::EscapeIntermediate | State::Csi | State::CsiIgnore, _) => {}
            (State::Ground | State::String(_), _) => {}
        }
    }

    fn enter(&mut self, state: State) {
        self.held.clear();
        // A long string leaves no large buffer behind.
        self.held.shrink_to(OSC_MAX);
        self.state = state;
    }
}

/// Appends text so that every character that terminals give a column has one in the model.
pub(super) fn write_text(run: &[u8], out: &mut Vec<u8>) {
    if run.is_ascii() {
        out.extend_from_slice(run);
        return;
    }
    for chunk in run.utf8_chunks() {
        for c in chunk.valid().chars() {
            let c = if c == char::REPLACEMENT_CHARACTER { NO_CHARACTER } else { c };
            if !is_format(c) {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice(NO_CHARACTER.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Whether terminals differ about a character that should have no width and draws nothing: soft hyphen, zero-width space, marks
/// of direction, invisible operators, tags. Joiners and variation selectors are none: they belong to what they stand behind.
pub(super) fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many bytes at the end are the head of a character that may still be completed.
fn cut_len(run: &[u8]) -> usize {
    (1..=run.len().min(3))
        .find(|n| {
            let tail = run.get(run.len() - n..).unwrap_or_default();
            tail.first().is_some_and(|b| *b >= 0xc0)
                && std::str::from_utf8(tail).is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none())
        })
        .unwrap_or(0)
}

fn number(digits: &[u8]) -> u16 {
    digits.iter().fold(0_u16, |n, d| n.saturating_mul(10).saturating_add(u16::from(d.wrapping_sub(b'0'))))
}

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;
/// Stands for what is no character; `vt100` drops U+FFFD itself.
pub(super) const NO_CHARACTER: char = '¿';
/// Bytes of a control sequence; the longest SGR that programs send (two RGB colours and all attributes) has about 60.
const CSI_MAX: usize = 256;
/// Numbers in a control sequence; `vte` keeps 32.
const CSI_PARAMS_MAX: usize = 32;
/// Bytes of an OSC that are kept: enough for a title.
const OSC_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(chunks: &[&[u8]]) -> (Vec<String>, bool) {
        let (mut filter, mut seen) = (Filter::default(), Vec::new());
        for chunk in chunks {
            filter.feed(chunk, &mut |p| seen.push(format!("{p:?}")));
        }
        (seen, filter.at_ground())
    }

    fn clamped(body: &[u8], last: u8, limit: u16) -> String {
        let mut out = Vec::new();
        Csi { body, last }.write_clamped(&mut out, limit);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_character_cut_by_a_chunk_waits_for_its_rest() {
        let (seen, ground) = pieces(&[b"a\xe2\x82"]);
        assert_eq!((seen, ground), (vec![format!("{:?}", Piece::Text(b"a"))], false));
        let (seen, ground) = pieces(&[b"a\xe2\x82", b"\xacb"]);
        assert_eq!(seen.last(), Some(&format!("{:?}", Piece::Text("€b".as_bytes()))));
        assert!(ground);
    }

    #[test]
    fn numbers_are_clamped_and_nothing_else_is_changed() {
        assert_eq!(clamped(b"65535;1", b'H', 2000), "\x1b[2000;1H");
        assert_eq!(clamped(b"38:2::1:2:300", b'm', 2000), "\x1b[38:2::1:2:300m");
        assert_eq!(clamped(b"?00099999999999", b'h', 9999), "\x1b[?9999h");
    }

    #[test]
    fn strings_never_reach_the_model_and_end_where_terminals_end_them() {
        let (seen, ground) = pieces(&[b"\x1bPq#0~~\r\n", b"~\x1b\\\x1b]2;ti", b"tle\x07\x1b_Gabc\x18x"]);
        assert_eq!(
            seen,
            [
                format!("{:?}", Piece::String(b'P', b"", End::Escape)),
                format!("{:?}", Piece::Escape(b'\\')),
                format!("{:?}", Piece::Osc(b"2;title", End::Bell)),
                format!("{:?}", Piece::String(b'_', b"", End::Cancel)),
                format!("{:?}", Piece::Text(b"x")),
            ]
        );
        assert!(ground);
    }

    #[test]
    fn sequences_in_bad_form_or_too_long_are_dropped_whole() {
        assert_eq!(pieces(&[b"\x1b[1?2h"]).0, Vec::<String>::new());
        let long = [b"\x1b[".as_slice(), &b"1;".repeat(200), b"mx"].concat();
        assert_eq!(pieces(&[&long]).0, [format!("{:?}", Piece::Text(b"x"))]);
    }

    #[test]
    fn bytes_that_are_no_character_take_one_column_each() {
        let mut out = Vec::new();
        write_text(b"a\xffb\xe2\x82(\xef\xbf\xbd", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a¿b¿(¿");
    }
}
