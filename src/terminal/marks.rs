//! The third witness' words: what a shell with our hooks says between the bytes of its output, told by a nonce.
//!
//! A mark is an OSC 133 (the prompt marks of FinalTerm, which terminals know or ignore) of the kind `P` that no terminal acts on, with a
//! nonce that is drawn for each session:
//!
//! ```text
//! ESC ] 133 ; P ; holdpoint=NONCE ; KIND [ ; TEXT ] BEL
//! ```
//!
//! | kind | text | says |
//! |---|---|---|
//! | `H` | a shell's name, or nothing | our script runs on the target; the shell has our hooks |
//! | `B` | a number | a prompt stands and a new command is read; each prompt has a higher number |
//! | `B2` | a number | the same, and it goes on with a command that is not complete |
//! | `C` | | what was read is run |
//! | `E` | quoted text | what history expansion makes of the line that follows |
//! | `L` | quoted text | the edit buffer, as the answer to [`ASK`], or to [`commit_if`] where it is another line |
//!
//! A shell is asked with a key ([`ASK`]), or told to run its line if it is a certain one ([`commit_if`]).
//!
//! Marks with the nonce are taken out of the stream, so neither a client nor a record sees them. Anything else, a mark with another nonce
//! too, passes byte for byte. How the stream was cut into chunks changes nothing: what may become a mark waits for its rest, and that is an
//! unfinished sequence, of which a terminal shows nothing either. Holds at most [`BODY_MAX`] bytes; what is longer is passed over.

use bytes::Bytes;

/// The key that asks a shell with our hooks for its edit buffer: Ctrl-^, one byte, so that nothing can take half of it, and one that no line
/// editor has a use for.
pub const ASK: u8 = 0x1e;

/// An Enter for one line only: a shell that can ([`checks`]) runs what stands in its edit buffer if that is `line`, and tells it if not. `None`
/// where that would need more than one key a character, or where the line may be another once history is expanded. A line that comes to nobody
/// who knows the key is typed once more, with no Enter behind it.
#[must_use]
pub fn commit_if(line: &str) -> Option<Bytes> {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'!' | b'^');
    let fits = (1..=COMMIT_MAX).contains(&line.len()) && line.bytes().all(plain);
    fits.then(|| Bytes::from([COMMIT_IF, line.as_bytes(), &[UNIT_SEPARATOR]].concat()))
}

/// Whether the hooks of that shell know [`commit_if`].
#[must_use]
pub fn checks(shell: &str) -> bool {
    shell == "bash"
}

/// Begins an Enter with a condition. A terminal sends no such sequence, and readline reads keys one by one: the shorter the sooner.
const COMMIT_IF: &[u8] = b"\x1b[!";

/// Ends it (ECMA-48, 8.2.10).
const UNIT_SEPARATOR: u8 = 0x1f;

/// Bytes of a line that is sent along: a tty's queue holds some 4,000.
const COMMIT_MAX: usize = 512;

/// What a shell said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It has our hooks; its name, once it is there.
    Hello(String),
    /// It reads a line. `continued`: more of a command that is not complete.
    Prompt {
        /// Of this prompt; the next has a higher one.
        number: u64,
        /// Whether more belongs to the line before.
        continued: bool,
    },
    /// It runs what it read.
    Running,
    /// What history expansion makes of the line that it tells of next.
    Expanded(String),
    /// Its edit buffer.
    Line(String),
}

/// Takes the marks of one session out of what a target sends.
#[derive(Debug)]
pub struct Marks {
    /// `ESC ] 133 ; P ; holdpoint=NONCE ;`
    introducer: Vec<u8>,
    state: State,
    /// What may become a mark: the beginning of [`Marks::introducer`].
    matched: usize,
    body: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between marks, or in what may begin one.
    Outside,
    /// Behind the introducer.
    Body,
    /// The same, in a mark that is too long to be one.
    TooLong,
}

impl Marks {
    /// Marks with this nonce.
    #[must_use]
    pub fn new(nonce: &str) -> Self {
        let introducer = format!("\x1b]133;P;holdpoint={nonce};").into_bytes();
        Self { introducer, state: State::Outside, matched: 0, body: Vec::new() }
    }

    /// Takes the marks out of `bytes` and appends them to `marks`; gives the rest.
    #[must_use]
    pub fn take(&mut self, bytes: Bytes, marks: &mut Vec<Mark>) -> Bytes {
        if self.state == State::Outside && self.matched == 0 && !bytes.contains(&ESC) {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest: &[u8] = &bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.state == State::Outside && self.matched == 0 && byte != ESC {
                let plain = rest.iter().position(|b| *b == ESC).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
                out.extend_from_slice(run);
                rest = after;
            } else {
                self.step(byte, &mut out, marks);
                rest = after;
            }
        }
        Bytes::from(out)
    }

    /// What was kept back, because nothing follows.
    #[must_use]
    pub fn finish(&mut self) -> Bytes {
        let kept = self.introducer.get(..self.matched).unwrap_or_default().to_vec();
        self.matched = 0;
        Bytes::from(kept)
    }

    fn step(&mut self, byte: u8, out: &mut Vec<u8>, marks: &mut Vec<Mark>) {
        match self.state {
            State::Outside => self.introduce(byte, out),
            State::Body | State::TooLong => match byte {
                BEL => {
                    if self.state == State::Body {
                        marks.extend(read(&self.body));
                    }
                    self.leave();
                }
                // It was cut short: terminals end an OSC here as well. A new sequence may begin.
                ESC | CAN | SUB => {
                    self.leave();
                    self.introduce(byte, out);
                }
                _ if self.body.len() < BODY_MAX => self.body.push(byte),
                _ => {
                    self.state = State::TooLong;
                    self.body = Vec::new();
                }
            },
        }
    }

    fn introduce(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.introducer.get(self.matched) == Some(&byte) {
            self.matched += 1;
            if self.matched == self.introducer.len() {
                self.matched = 0;
                self.state = State::Body;
            }
            return;
        }
        // No mark. ESC is in an introducer only at its start, so nothing that was kept back can begin one.
        out.extend_from_slice(self.introducer.get(..self.matched).unwrap_or_default());
        self.matched = usize::from(byte == ESC);
        if byte != ESC {
            out.push(byte);
        }
    }

    fn leave(&mut self) {
        self.state = State::Outside;
        self.body = Vec::new();
    }
}

fn read(body: &[u8]) -> Option<Mark> {
    let (kind, text) = match body.iter().position(|b| *b == b';') {
        Some(at) => (body.get(..at)?, body.get(at + 1..)?),
        None => (body, [].as_slice()),
    };
    match kind {
        b"H" => Some(Mark::Hello(String::from_utf8_lossy(text).into_owned())),
        b"B" | b"B2" => {
            Some(Mark::Prompt { number: std::str::from_utf8(text).ok()?.parse().ok()?, continued: kind == b"B2" })
        }
        b"C" => Some(Mark::Running),
        b"E" => unquoted(text).map(Mark::Expanded),
        b"L" => unquoted(text).map(Mark::Line),
        _ => None,
    }
}

/// Text as shells can quote it without help: `'…'` and `$'…'` (bash's `${x@Q}`), `x…` with C's escapes (zsh), `%…` with `%XX` (fish).
/// `None` if it is none of them: an answer that cannot be read is no answer.
fn unquoted(text: &[u8]) -> Option<String> {
    let bytes = match text {
        [b'\'', ..] => single_quoted(text)?,
        [b'$', b'\'', inside @ .., b'\''] => escaped(inside)?,
        [b'x', inside @ ..] => escaped(inside)?,
        [b'%', inside @ ..] => percent(inside)?,
        _ => return None,
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// `'a'\''b'`
fn single_quoted(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest, mut quoted) = (Vec::with_capacity(text.len()), text, false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (quoted, byte) {
            (_, b'\'') => quoted = !quoted,
            (true, _) => out.push(byte),
            (false, b'\\') => {
                let (&byte, after) = rest.split_first()?;
                out.push(byte);
                rest = after;
            }
            (false, _) => return None,
        }
    }
    (!quoted).then_some(out)
}

/// The escapes of ANSI-C quoting (bash(1), QUOTING) that shells write.
fn escaped(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        let mut number = |base: u32, most: usize, from: &[u8]| {
            let digits = from.iter().take(most).take_while(|b| char::from(**b).is_digit(base)).count();
            let text = std::str::from_utf8(from.get(..digits)?).ok()?;
            out.push(u8::try_from(u32::from_str_radix(text, base).ok()?).ok()?);
            Some(digits)
        };
        let plain = match kind {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' | b'E' => ESC,
            b'f' => 0x0c,
            b'v' => 0x0b,
            b'\\' | b'\'' | b'"' | b'?' => kind,
            b'x' => {
                rest = rest.get(number(16, 2, rest)?..)?;
                continue;
            }
            b'0'..=b'7' => {
                let from = text.get(text.len() - rest.len() - 1..)?;
                rest = from.get(number(8, 3, from)?..)?;
                continue;
            }
            _ => return None,
        };
        out.push(plain);
    }
    Some(out)
}

/// RFC 3986 §2.1.
fn percent(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            out.push(byte);
        }
    }
    Some(out)
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;

/// Bytes of a mark: a line longer than the reader follows, with three bytes for each of its.
pub const BODY_MAX: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "\x1b]133;P;holdpoint=k7;";

    fn taken(chunks: &[&[u8]]) -> (String, Vec<Mark>) {
        let (mut marks, mut said, mut out) = (Marks::new("k7"), Vec::new(), Vec::new());
        for chunk in chunks {
            out.extend_from_slice(&marks.take(Bytes::copy_from_slice(chunk), &mut said));
        }
        out.extend_from_slice(&marks.finish());
        (String::from_utf8_lossy(&out).into_owned(), said)
    }

    #[test]
    fn marks_are_taken_out_and_told_in_order() {
        let stream = format!("a{OPEN}H;zsh\x07b{OPEN}B;7\x07$ {OPEN}B2;8\x07{OPEN}C\x07c");
        let (rest, said) = taken(&[stream.as_bytes()]);
        assert_eq!(rest, "ab$ c");
        let prompt = |number, continued| Mark::Prompt { number, continued };
        assert_eq!(said, [Mark::Hello("zsh".into()), prompt(7, false), prompt(8, true), Mark::Running]);
    }

    #[test]
    fn a_line_is_read_in_every_way_that_shells_quote() {
        for (quoted, line) in [
            ("'ls -l'", "ls -l"),
            ("''", ""),
            (r"'a'\''b\c'", r"a'b\c"),
            (r"$'a\nb\t\'\\\E[m\303\251\x41\001'", "a\nb\t'\\\x1b[mé\x41\x01"),
            (r"xa\nb\x01é'\\", "a\nb\x01é'\\"),
            ("%echo%20%27a%0Ab%27", "echo 'a\nb'"),
            ("x", ""),
        ] {
            let (rest, said) = taken(&[format!("{OPEN}L;{quoted}\x07").as_bytes()]);
            assert_eq!((rest.as_str(), said), ("", vec![Mark::Line(line.into())]), "{quoted}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_none() {
        for text in
            ["L;ls", "L;'ls", r"L;x\q", "L;%%2", "L;%%zz", r"L;x\x", r"L;x\777", "L", "B;", "B;$((n+=1))", "Z;1"]
        {
            let (rest, said) = taken(&[format!("{OPEN}{text}\x07").as_bytes()]);
            assert_eq!((rest.as_str(), said), ("", vec![]), "{text}");
        }
    }

    #[test]
    fn what_has_not_the_nonce_passes_as_it_is() {
        for text in [
            "\x1b]133;P;holdpoint=k8;L;'ls'\x07",
            "\x1b]133;A\x07$ \x1b]133;B\x07",
            "\x1b]133;P;holdpoint=k7",
            "\x1b\x1b]133;P;holdpoint=k\x1b]2;t\x07",
        ] {
            assert_eq!(taken(&[text.as_bytes()]), (text.to_string(), vec![]));
        }
    }

    #[test]
    fn a_mark_that_is_cut_short_or_too_long_is_none_and_hides_nothing_else() {
        let (rest, said) = taken(&[format!("{OPEN}L;'l\x1b[m{OPEN}C\x07x\x18").as_bytes()]);
        assert_eq!((rest.as_str(), said), ("\x1b[mx\x18", vec![Mark::Running]));
        let long = format!("{OPEN}L;'{}'\x07y", "a".repeat(BODY_MAX));
        assert_eq!(taken(&[long.as_bytes()]), ("y".to_string(), vec![]));
    }

    #[test]
    fn how_a_stream_is_cut_changes_nothing() {
        let stream = format!("a\x1b[m\x1b{OPEN}L;'x'\x07\x1b]133;P;b{OPEN}B;1\x07c").into_bytes();
        let whole = taken(&[&stream]);
        for at in 0..=stream.len() {
            let (head, tail) = stream.split_at(at);
            assert_eq!(taken(&[head, tail]), whole, "cut at {at}");
        }
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(taken(&single), whole);
    }

    proptest::proptest! {
        #[test]
        fn no_stream_makes_it_panic_and_without_its_introducer_every_stream_passes(bytes in proptest::collection::vec(
            proptest::sample::select(b"\x1b]133;P;holdpoint=k7;BCLE'\\x%$\x07\x18a0".to_vec()), 0..200)) {
            let (rest, said) = taken(&[&bytes]);
            if !bytes.windows(OPEN.len()).any(|w| w == OPEN.as_bytes()) {
                proptest::prop_assert_eq!((rest.as_bytes(), said.len()), (bytes.as_slice(), 0));
            }
        }
    }
}
