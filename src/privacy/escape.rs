//! Which bytes of a terminal's input are text, which are invisible, and which move the cursor (ECMA-48, xterm ctlseqs).
//!
//! | bytes | are |
//! |---|---|
//! | printable, UTF-8, BS HT LF VT FF CR | text; the controls are boundaries that no value reaches across |
//! | SGR, EL, charset designation, cursor style and visibility, bracketed paste, queries, SI SO, NUL and other ignored controls | skipped: a value goes on behind them |
//! | every other sequence | a break: no value reaches across it |
//! | payload of OSC, DCS, APC, PM, SOS | text of its own: it is scanned and masked like any other |
//!
//! Nothing swallows text: a string that never ends, or that a terminal ends elsewhere, is still scanned.

/// What one byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Text.
    Text,
    /// Part of a sequence that changes neither text nor cursor, as far as is known.
    Skip,
    /// The end of a sequence that the text does not go on behind.
    Break,
}

/// Reads bytes one by one and says what each is.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// An OSC or another string is open, so that BEL ends it.
    string: bool,
    params: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// After ESC and an intermediate byte.
    Designation(u8),
    Csi,
}

impl Scanner {
    /// How many bytes from the start of `bytes` are text, if no sequence is open.
    pub(super) fn text_len(&self, bytes: &[u8]) -> usize {
        if self.state != State::Ground {
            return 0;
        }
        let clean = bytes.chunks(LANES).take_while(|lane| all_text(lane)).map(<[u8]>::len).sum();
        let rest = bytes.get(clean..).unwrap_or_default();
        clean + rest.iter().take_while(|b| is_text(**b)).count()
    }

    /// How many bytes from the start of `bytes` are NULs that a terminal ignores, if no sequence is open.
    pub(super) fn nul_len(&self, bytes: &[u8]) -> usize {
        if self.state != State::Ground {
            return 0;
        }
        let lanes = bytes.chunks(LANES).take_while(|lane| lane.iter().fold(0, |any, b| any | b) == 0);
        let clean = lanes.map(<[u8]>::len).sum();
        clean + bytes.get(clean..).unwrap_or_default().iter().take_while(|b| **b == 0).count()
    }

    /// What `b` is, and on to the next.
    pub(super) fn step(&mut self, b: u8) -> Step {
        match (self.state, b) {
            (_, ESC) => {
                self.string = false;
                self.state = State::Escape;
                Step::Skip
            }
            (State::Ground, BEL) => {
                if std::mem::take(&mut self.string) {
                    Step::Break
                } else {
                    Step::Skip
                }
            }
            (State::Ground, _) => {
                if is_text(b) {
                    Step::Text
                } else {
                    Step::Skip
                }
            }
            (_, CAN | SUB) => self.end(Step::Break),
            (_, 0x08..=0x0d) => Step::Break,
            (_, 0x00..=0x1f | 0x7f) => Step::Skip,
            (_, 0x80..) => self.end(Step::Break),
            (State::Escape, _) => self.after_escape(b),
            (State::Designation(_), 0x20..=0x2f) => Step::Skip,
            (State::Designation(first), _) => {
                self.end(if matches!(first, b'('..=b'/') { Step::Skip } else { Step::Break })
            }
            (State::Csi, 0x20..=0x3f) => {
                if self.params.len() < PARAMS_MAX {
                    self.params.push(b);
                }
                Step::Skip
            }
            (State::Csi, _) => {
                let step = if stays(&self.params, b) { Step::Skip } else { Step::Break };
                self.end(step)
            }
        }
    }

    fn after_escape(&mut self, b: u8) -> Step {
        match b {
            b'[' => {
                self.params.clear();
                self.state = State::Csi;
                Step::Skip
            }
            0x20..=0x2f => {
                self.state = State::Designation(b);
                Step::Skip
            }
            b'P' | b'X' | b']' | b'^' | b'_' => {
                self.string = true;
                self.end(Step::Break)
            }
            b'=' | b'>' => self.end(Step::Skip),
            _ => self.end(Step::Break),
        }
    }

    fn end(&mut self, step: Step) -> Step {
        self.state = State::Ground;
        step
    }
}

/// Whether a control sequence leaves the cursor where it is and the text before it in place.
fn stays(params: &[u8], last: u8) -> bool {
    match last {
        b'm' | b'K' | b'n' | b'c' => true,
        b'q' => params.ends_with(b" "),
        b'h' | b'l' => STAYING_MODES.contains(&params),
        _ => false,
    }
}

fn all_text(lane: &[u8]) -> bool {
    // No early exit: the compiler makes vector instructions of it.
    lane.iter().fold(true, |all, b| all & is_text(*b))
}

const fn is_text(b: u8) -> bool {
    (b >= 0x20) & (b != 0x7f) | (b >= 0x08) & (b <= 0x0d) | (b == CAN) | (b == SUB)
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;

/// Private modes that move nothing: cursor keys, autowrap, blinking, visible cursor, bracketed paste, synchronized update.
const STAYING_MODES: &[&[u8]] = &[b"?1", b"?7", b"?12", b"?25", b"?2004", b"?2026"];

/// Longer than any parameters that are looked at.
const PARAMS_MAX: usize = 8;

/// Bytes that are looked at together.
const LANES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut scanner = Scanner::default();
        let mut out = String::new();
        for b in bytes {
            match scanner.step(*b) {
                Step::Text => out.push(char::from(*b)),
                Step::Break => out.push('|'),
                Step::Skip => {}
            }
        }
        out
    }

    #[test]
    fn text_goes_on_behind_colours_and_stops_at_the_cursor() {
        assert_eq!(text(b"a\x1b[01;31m\x1b[Kb\x1b[m\x1b[K\x1b(B\x0fc\x00d"), "abcd");
        assert_eq!(text(b"a\x1b[2;3Hb\x1b[?1049hc\x1b[?25ld\x1b7e"), "a|b|cd|e");
    }

    #[test]
    fn strings_are_text_of_their_own_whether_they_end_or_not() {
        assert_eq!(text(b"a\x1b]0;title\x07b\x1b]8;;link\x1b\\c\x1bPq"), "a|0;title|b|8;;link|c|q");
    }

    #[test]
    fn controls_inside_a_sequence_break_and_do_not_end_it() {
        assert_eq!(text(b"a\x1b[3\r1mb\x1b[3\x18mc"), "a|b|mc");
    }

    #[test]
    fn the_fast_way_over_text_agrees_with_the_slow_one() {
        for b in 0..=u8::MAX {
            for len in [1_usize, 31, 32, 33, 70] {
                let mut bytes = vec![b'x'; len];
                bytes[len - 1] = b;
                let mut scanner = Scanner::default();
                let slow = bytes.iter().take_while(|b| scanner.step(**b) == Step::Text).count();
                assert_eq!(Scanner::default().text_len(&bytes), slow, "byte {b:#x} at {len}");
            }
        }
    }
}
