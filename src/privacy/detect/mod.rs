//! Values in text: where they are, and which end of the text could still become one.
//!
//! The unit is a **logical line**: a line of a stream, or rows of a screen joined where the terminal wrapped them, as UTF-8
//! without its line break. What earlier lines say about later ones (a table's header, a key whose value comes below, an
//! open key block) is in a [`Memory`] that the caller keeps, one for each stream, pane or repaint.
//!
//! - [`Detector::line`] judges a whole line and moves the memory past it.
//! - [`Detector::open`] judges a line that may still grow, leaves the memory as it is and says which [`Tail`] is open:
//!   whatever follows on this line, the bytes before the tail stay covered or uncovered as they are. So the result
//!   does not depend on how a stream was split.
//! - [`Detector::text`] judges many whole lines at once; it gives what `line` gives for each, faster.
//!
//! Hits may overlap; who masks takes their union. Control bytes are boundaries that no value reaches across.

mod block;
mod card;
mod check;
mod code;
mod country;
mod crew;
mod dates;
mod doubt;
mod email;
mod entry;
mod extent;
mod fold;
mod frame;
mod heads;
mod iban;
mod key;
mod lanes;
mod layout;
mod literals;
mod names;
mod nest;
mod network;
mod number;
mod pair;
mod phone;
mod printed;
mod prose;
mod quick;
mod record;
mod roles;
mod rules;
mod separator;
mod shape;
mod site;
mod speech;
mod table;
mod title;
mod token;
mod value;

use std::sync::Arc;

use crate::model::DataKind;

pub use frame::Memory;
pub(super) use rules::Rules;
pub use site::SiteFault;

use super::{Kinds, Settings};
use fold::Folded;
use frame::{Cut, Line};
use lanes::Lanes;
use rules::Near;

/// Lines longer than this are judged in pieces of this many bytes, so that an endless line costs no more than others.
pub const LINE_MAX: usize = 4096;

/// How much of a cut line is judged together with what follows, in bytes: more than any value on one line is long, but for
/// tokens of several kilobytes.
pub const OVERLAP: usize = 1024;

/// A value in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub kind: DataKind,
}

/// Finds values. Cheap to make and to clone: the rules are compiled once.
#[derive(Debug, Clone)]
pub struct Detector {
    kinds: Kinds,
    rules: Arc<Rules>,
}

impl Detector {
    /// A detector for what these settings ask for.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { kinds: settings.kinds, rules: settings.rules.compiled() }
    }

    /// Appends the values in a whole line, in no particular order, and moves the memory past it.
    pub fn line(&self, line: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) {
        self.text(line, memory, hits);
    }

    /// Appends the values in a line of which more may come (some may reach into the tail) and says which end is open.
    pub fn open(&self, line: &[u8], memory: &Memory, hits: &mut Vec<Hit>) -> Tail {
        let mut tail = Tail { from: line.len(), identifying: None };
        if self.kinds == Kinds::NONE {
            return tail;
        }
        let mut memory = memory.clone();
        self.segments(line, Side::More, &mut memory, hits, &mut tail);
        // Half a character at the end is no character yet.
        tail.from = tail.from.min(whole_characters(line));
        tail
    }

    /// Judges a line that has become too long up to here: appends the values, says how much of it need not be seen again, and remembers what is
    /// open there. What is judged next must begin with the rest of this piece.
    pub fn cut(&self, piece: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) -> usize {
        let first = hits.len();
        let tail = self.open(piece, memory, hits);
        let keep = piece.len().saturating_sub(OVERLAP);
        let inside =
            hits.get(first..).unwrap_or_default().iter().find(|hit| hit.end >= piece.len() && hit.start < keep);
        memory.cut = Some(Cut { inside: inside.map(|hit| hit.kind) });
        if tail.from < keep && inside.is_none() && tail.identifying.is_some() {
            memory.cut = Some(Cut { inside: Some(DataKind::Secret) });
        }
        keep
    }

    /// Appends the values in many lines, each ended by `\n` or the end of the text, in offsets of the text.
    pub fn text(&self, text: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) {
        // Where something is open now, it is likely to be open in the middle.
        let half = crew::middle(text).filter(|_| *memory == Memory::default() && self.kinds != Kinds::NONE);
        let Some((first, second)) = half.and_then(|half| text.split_at_checked(half)) else {
            return self.alone(text, memory, hits);
        };
        let given = crew::give(self, second);
        self.alone(first, memory, hits);
        let own = hits.len();
        match given.filter(|_| *memory == Memory::default()).and_then(crew::Given::take) {
            Some(judged) => {
                hits.extend(judged.hits);
                *memory = judged.memory;
            }
            None => self.alone(second, memory, hits),
        }
        for hit in hits.get_mut(own..).unwrap_or_default() {
            hit.start += first.len();
            hit.end += first.len();
        }
    }

    /// The same, without anybody's help.
    fn alone(&self, text: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) {
        let mut tail = Tail { from: text.len(), identifying: None };
        if self.kinds == Kinds::NONE {
            return;
        }
        self.segments(text, Side::Nothing, memory, hits, &mut tail);
        memory.cut = None;
    }

    /// Stretches in which nothing is to be folded are judged where they lie, other lines as a folded copy.
    fn segments(&self, text: &[u8], after: Side, memory: &mut Memory, hits: &mut Vec<Hit>, tail: &mut Tail) {
        let first = hits.len();
        let mut work = Work::default();
        let mut at = 0;
        while at < text.len() {
            let odd = fold::next(text, at).unwrap_or(text.len());
            let line = memchr::memrchr(b'\n', text.get(at..odd).unwrap_or_default()).map_or(at, |i| at + i + 1);
            let plain_end = if odd == text.len() { odd } else { line };
            while at < plain_end {
                let end = some_lines(text, at, plain_end);
                let side = if end == text.len() { after } else { Side::Nothing };
                self.block(text, at, end, side, memory, hits, tail, &mut work);
                at = end;
            }
            if odd == text.len() {
                break;
            }
            let rest = text.get(at..).unwrap_or_default();
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |i| i + 1);
            let side = if at + len == text.len() && !rest.ends_with(b"\n") { after } else { Side::Nothing };
            self.folded(rest.get(..len).unwrap_or_default(), at, side, memory, hits, tail, &mut work);
            at += len;
        }
        if let Some(Cut { inside: Some(kind) }) = memory.cut {
            // The value that was open at the cut goes on to the next blank, quote or control.
            let end = text
                .iter()
                .position(|b| b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, b'"' | b'\''))
                .unwrap_or(text.len());
            hits.push(Hit { start: 0, end, kind });
        }
        if self.kinds != Kinds::ALL {
            let kept = hits.split_off(first).into_iter().filter(|hit| self.kinds.contains(hit.kind));
            hits.extend(kept);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "as below")]
    fn folded(
        &self,
        line: &[u8],
        offset: usize,
        after: Side,
        memory: &mut Memory,
        hits: &mut Vec<Hit>,
        tail: &mut Tail,
        work: &mut Work,
    ) {
        let folded = Folded::of(line);
        let mut own = Vec::new();
        let mut open = Tail { from: folded.bytes.len(), identifying: None };
        self.block(&folded.bytes, 0, folded.bytes.len(), after, memory, &mut own, &mut open, work);
        hits.extend(own.iter().map(|hit| Hit {
            start: offset + folded.origin(hit.start),
            end: offset + folded.origin_end(hit.end, line),
            kind: hit.kind,
        }));
        if after == Side::More {
            tail.from = tail.from.min(offset + folded.origin(open.from));
            tail.identifying =
                open.identifying.map(|at| offset + folded.origin(at)).into_iter().chain(tail.identifying).min();
        }
    }

    /// Judges `start..end` of a text: whole lines, but for the last.
    #[allow(clippy::too_many_arguments, reason = "a stretch of a text, and where its hits go")]
    fn block(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        after: Side,
        memory: &mut Memory,
        hits: &mut Vec<Hit>,
        tail: &mut Tail,
        work: &mut Work,
    ) {
        let bytes = text.get(start..end).unwrap_or_default();
        let before = if start == 0 && memory.cut.is_some() { Side::More } else { Side::Nothing };
        let first = hits.len();
        let mut open = Tail { from: bytes.len(), identifying: None };
        let Work { lanes, anchors } = work;
        lanes.read(bytes);
        self.anchors(bytes, lanes, anchors);
        let mut scan =
            Scan { text: Text { bytes, before, after }, lanes, rules: &self.rules, kinds: self.kinds, anchors, hits };
        scan.values(&mut open);
        scan.lines(memory, first, &mut open);
        for hit in hits.get_mut(first..).unwrap_or_default() {
            hit.start += start;
            hit.end += start;
        }
        if after == Side::More {
            tail.from = tail.from.min(start + open.from);
            tail.identifying = open.identifying.map(|at| start + at).into_iter().chain(tail.identifying).min();
        }
    }

    /// Where the literals of the rules stand, sorted out by what they are good for.
    fn anchors(&self, bytes: &[u8], lanes: &Lanes, anchors: &mut Anchors) {
        let Anchors { keys, words, tokens, marks } = anchors;
        [&mut *keys, &mut *words, &mut *tokens].into_iter().for_each(Vec::clear);
        marks.clear();
        self.rules.literals.find(bytes, lanes, |literal, start, end| {
            let Some(uses) = self.rules.uses.get(usize::from(literal)) else { return };
            let anchor = Anchor { start, end, literal };
            if !uses.tokens.is_empty() {
                tokens.push(anchor);
            }
            if uses.mark {
                marks.push(start);
            }
            if uses.near == 0 && !uses.key {
                return;
            }
            let begins = begins_word(bytes, start);
            if (begins || uses.stem) && ends_word(bytes, end) {
                if uses.key {
                    keys.push(anchor);
                }
                if uses.near != 0 && begins && !doubt::names_more(bytes, end) {
                    words.push(anchor);
                }
            }
        });
        for list in [keys, words, tokens] {
            list.sort_unstable_by_key(|anchor| (anchor.end, anchor.start));
            list.dedup();
        }
        marks.sort_unstable();
    }
}

/// What is made anew for each stretch of text, so that its memory is asked for once.
#[derive(Debug, Default)]
struct Work {
    lanes: Lanes,
    anchors: Anchors,
}

/// Where the whole lines end that begin at `at` and are looked at together: so many that what is noted about them stays in the nearest cache.
fn some_lines(text: &[u8], at: usize, end: usize) -> usize {
    if end - at <= BLOCK {
        return end;
    }
    let rest = text.get(at..end).unwrap_or_default();
    let (near, far) = rest.split_at_checked(BLOCK).unwrap_or((rest, &[]));
    let last = memchr::memrchr(b'\n', near).or_else(|| memchr::memchr(b'\n', far).map(|i| near.len() + i));
    last.map_or(end, |i| at + i + 1)
}

/// Whether a word begins here: underscores and humps divide words.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|i| bytes.get(i)) else { return true };
    !before.is_ascii_alphabetic() || before.is_ascii_lowercase() && bytes.get(at).is_some_and(u8::is_ascii_uppercase)
}

/// Whether a word ends here, but for a plural's ending or one that says `number`.
fn ends_word(bytes: &[u8], at: usize) -> bool {
    let Some(after) = bytes.get(at) else { return true };
    if after.is_ascii_lowercase() {
        let rest = bytes.get(at..).unwrap_or_default();
        let run = rest.iter().take(7).take_while(|b| b.is_ascii_alphabetic()).count();
        return matches!(rest.get(..run), Some(b"s" | b"no" | b"nr" | b"num" | b"number" | b"nummer"));
    }
    let shouted =
        after.is_ascii_uppercase() && at.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_uppercase);
    !shouted
}

/// Finds the values in a whole text, in order of their start.
#[must_use]
pub fn find(text: &[u8], kinds: Kinds) -> Vec<Hit> {
    let mut hits = Vec::new();
    Detector { kinds, rules: Rules::builtin() }.text(text, &mut Memory::default(), &mut hits);
    hits.sort_by_key(|hit| (hit.start, hit.end));
    hits
}

/// A literal of some rule, where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    start: usize,
    end: usize,
    literal: u16,
}

/// The literals in a text, each kind by where they end.
#[derive(Debug, Default)]
struct Anchors {
    /// What names of keys are recognised by.
    keys: Vec<Anchor>,
    /// Words that speak of rules.
    words: Vec<Anchor>,
    /// What tokens begin with.
    tokens: Vec<Anchor>,
    /// Where lines are told that are looked at more closely.
    marks: Vec<usize>,
}

/// A stretch of text that is being judged.
struct Scan<'a> {
    text: Text<'a>,
    /// What its bytes are.
    lanes: &'a Lanes,
    rules: &'a Rules,
    kinds: Kinds,
    anchors: &'a Anchors,
    hits: &'a mut Vec<Hit>,
}

/// The words around a number.
#[derive(Debug, Clone, Copy)]
struct Words {
    /// The rules that they speak of.
    words: Near,
    /// Whether more of them may come.
    open: bool,
}

impl Scan<'_> {
    /// What says by itself what it is.
    fn values(&mut self, tail: &mut Tail) {
        if self.kinds.contains(DataKind::Email) {
            email::scan(self.text, self.hits, tail);
        }
        number::scan(self, tail);
        phone::scan(self, tail);
        code::scan(self, tail);
        network::scan(self, tail);
        let tokens = &self.anchors.tokens;
        for anchor in tokens {
            token::judge(self, *anchor, tail);
        }
        if self.text.may_grow() {
            self.hold_word(tail);
        }
    }

    /// What lines say, and what earlier lines say about later ones.
    fn lines(&mut self, memory: &mut Memory, first: usize, tail: &mut Tail) {
        let text = self.text;
        let mut emails: Vec<(usize, usize)> = self
            .hits
            .get(first..)
            .unwrap_or_default()
            .iter()
            .filter(|hit| hit.kind == DataKind::Email)
            .map(|hit| (hit.start, hit.end))
            .collect();
        emails.sort_unstable();
        let persons = self.hits.get(first..).unwrap_or_default().iter().filter(|hit| frame::is_of_person(hit.kind));
        let mut persons: Vec<usize> = persons.map(|hit| hit.start).collect();
        persons.sort_unstable();
        let mut anchors = self.anchors.keys.as_slice();
        let mut emails = emails.as_slice();
        let (mut own, mut mails): (Vec<Anchor>, Vec<(usize, usize)>) = Default::default();
        let mut at = 0;
        while at < text.bytes.len() {
            if memory.is_idle() {
                // Nothing is open: on to the next line that says something.
                let next = anchors
                    .first()
                    .map(|anchor| anchor.start)
                    .into_iter()
                    .chain(emails.first().map(|(start, _)| *start))
                    .min();
                // A line that may still grow is always looked at: its end may be the head of something.
                let last = text.may_grow().then_some(text.bytes.len());
                let Some(next) = next.or(last) else {
                    memory.skipped();
                    break;
                };
                let line = memchr::memrchr(b'\n', text.slice(at, next)).map_or(at, |i| at + i + 1);
                if line > at {
                    memory.skipped();
                }
                at = line;
            }
            let end = text.line_end(at);
            let count = anchors.iter().take_while(|anchor| anchor.start < end).count();
            let (here, rest) = anchors.split_at(count);
            anchors = rest;
            own.clear();
            own.extend(here.iter().map(|anchor| Anchor {
                start: anchor.start.saturating_sub(at),
                end: anchor.end.saturating_sub(at),
                ..*anchor
            }));
            let count = emails.iter().take_while(|(start, _)| *start < end).count();
            let (here, rest) = emails.split_at(count);
            emails = rest;
            mails.clear();
            mails.extend(here.iter().map(|(start, end)| (start - at, end - at)));
            let bytes = text.slice(at, end);
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let may_grow = end == text.bytes.len() && text.may_grow();
            let next = persons.partition_point(|start| *start < at);
            let personal = persons.get(next).filter(|start| **start < end).map(|start| start - at);
            let marks = &self.anchors.marks;
            let marked = marks.get(marks.partition_point(|start| *start < at)).is_some_and(|start| *start < end);
            let line = Line {
                rules: self.rules,
                kinds: self.kinds,
                bytes,
                anchors: &own,
                emails: &mails,
                may_grow,
                personal,
                marked,
            };
            let from = self.hits.len();
            let mut open = Tail { from: bytes.len(), identifying: None };
            memory.line(&line, self.hits, &mut open);
            for hit in self.hits.get_mut(from..).unwrap_or_default() {
                hit.start += at;
                hit.end += at;
            }
            if may_grow {
                tail.from = tail.from.min(at + open.from);
                tail.identifying = open.identifying.map(|i| at + i).into_iter().chain(tail.identifying).min();
            }
            at = end + 1;
        }
    }

    /// Which rules have one of their words on the same line: within [`DISTANCE`] before `start`, or behind `end` where no digit is between.
    fn near(&self, start: usize, end: usize) -> Words {
        let text = self.text;
        let words = self.anchors.words.as_slice();
        if words.is_empty() && !text.may_grow()
            || doubt::is_measured(text.bytes, start)
            || doubt::counts(text.slice(end, text.bytes.len()))
        {
            return Words { words: 0, open: false };
        }
        let mut found = 0;
        let split = words.partition_point(|anchor| anchor.end <= start);
        let before = words.get(..split).unwrap_or_default().iter().rev();
        let floor = doubt::own_key(text.bytes, start);
        for anchor in before.take_while(|anchor| start - anchor.end <= DISTANCE && anchor.start >= floor) {
            if memchr::memchr2(b'\n', b'\r', text.slice(anchor.end, start)).is_some() {
                break;
            }
            found |= self.rules.uses.get(usize::from(anchor.literal)).map_or(0, |uses| uses.near);
        }
        // `ses=4294967295 … acct=`: a value has its own key before it, what follows is another's.
        let keyed = start.checked_sub(1).and_then(|i| text.at(i)) == Some(b'=');
        let next = !keyed && words.get(split).is_some_and(|anchor| anchor.end <= end + DISTANCE);
        if keyed || !next && (!text.may_grow() || end + DISTANCE < text.bytes.len()) {
            return Words { words: found, open: false };
        }
        let behind = text.slice(end, text.bytes.len().min(end + DISTANCE));
        let reach = behind.iter().position(|b| b.is_ascii_digit() || b.is_ascii_control()).unwrap_or(behind.len());
        for anchor in words.get(split..).unwrap_or_default().iter().take_while(|anchor| anchor.end <= end + reach) {
            if anchor.start >= end {
                found |= self.rules.uses.get(usize::from(anchor.literal)).map_or(0, |uses| uses.near);
            }
        }
        let open = text.may_grow() && end + reach == text.bytes.len() && reach < DISTANCE;
        Words { words: found, open }
    }

    /// The rules of which a word ends right where a number begins: `card4111…`.
    fn glued(&self, start: usize) -> Near {
        let words = self.anchors.words.as_slice();
        let after = words.partition_point(|anchor| anchor.end <= start);
        let here = words.get(..after).unwrap_or_default().iter().rev().take_while(|anchor| anchor.end == start);
        here.fold(0, |near, anchor| near | self.rules.uses.get(usize::from(anchor.literal)).map_or(0, |uses| uses.near))
    }

    /// The last word may yet be the first of a token.
    fn hold_word(&self, tail: &mut Tail) {
        let text = self.text;
        let len = text.bytes.len();
        let window = text.slice(len.saturating_sub(WORD_MAX), len);
        let word = window.iter().rev().take_while(|b| b.is_ascii_graphic() || **b >= 0x80).count();
        let colon = (window.last() == Some(&b':') || window.ends_with(b":[")) && word > 1;
        if word > 0
            && window.last().is_some_and(|b| {
                colon
                    || b.is_ascii_alphanumeric()
                    || matches!(b, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'@' | b'{' | b'$' | b'<')
            })
        {
            tail.hold(len - word, Weight::Light);
        }
    }
}

fn whole_characters(line: &[u8]) -> usize {
    let window = line.get(line.len().saturating_sub(3)..).unwrap_or_default();
    for (i, b) in window.iter().enumerate().rev() {
        let left = window.len() - i;
        match b {
            0x80..=0xbf => {}
            0xc0..=0xdf if left < 2 => return line.len() - left,
            0xe0..=0xef if left < 3 => return line.len() - left,
            0xf0.. if left < 4 => return line.len() - left,
            _ => break,
        }
    }
    line.len()
}

/// So many bytes are looked at together.
const BLOCK: usize = 16 * 1024;

/// In characters, from a word to the number: AWS Macie's rule for keywords.
const DISTANCE: usize = 30;

/// A longer word at the end of a text is not the beginning of a token any more, but one.
const WORD_MAX: usize = 256;

/// What lies beyond an end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The text begins or ends here.
    Nothing,
    /// There is more that is not seen: cut off on the left, yet to come on the right.
    More,
}

/// A text or a window of one.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    /// What is seen.
    bytes: &'a [u8],
    /// Whether something stands before it.
    before: Side,
    /// Whether something comes after it.
    after: Side,
}

impl<'a> Text<'a> {
    fn at(self, i: usize) -> Option<u8> {
        self.bytes.get(i).copied()
    }

    fn slice(self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Where the line ends that `at` stands in.
    fn line_end(self, at: usize) -> usize {
        memchr::memchr(b'\n', self.slice(at, self.bytes.len())).map_or(self.bytes.len(), |i| at + i)
    }

    /// Whether the text was cut off on the left.
    fn cut_left(self) -> bool {
        self.before == Side::More
    }

    /// Whether what stands at the end of the text may go on.
    fn may_grow(self) -> bool {
        self.after == Side::More
    }
}

/// The end of a text that more text could turn into a value. What stands before it is settled: no further text changes
/// which hits cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// Its first byte; the length of the text if all is settled.
    pub from: usize,
    /// From where it already says so much that it would identify somebody if it were a value.
    pub identifying: Option<usize>,
}

impl Tail {
    fn hold(&mut self, from: usize, weight: Weight) {
        self.from = self.from.min(from);
        if weight == Weight::Identifying {
            self.identifying = Some(self.identifying.map_or(from, |other| other.min(from)));
        }
    }
}

/// How much the head of a value gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Too short to identify anybody.
    Light,
    /// As good as the value.
    Identifying,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_matches_where_it_says() {
        let mut faults = Vec::new();
        for (id, matches, pass) in rules::tests::examples() {
            for example in matches.iter().chain(&pass) {
                let (text, expected) = marked(example);
                let found = united(text.as_bytes());
                if found != expected {
                    faults.push(format!("{id}: {example}\n    found {found:?}"));
                }
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }

    /// The texts that hits cover.
    fn united(text: &[u8]) -> Vec<String> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for hit in find(text, Kinds::default()) {
            match spans.last_mut() {
                Some(last) if hit.start <= last.1 => last.1 = last.1.max(hit.end),
                _ => spans.push((hit.start, hit.end)),
            }
        }
        spans.iter().map(|(start, end)| String::from_utf8_lossy(&text[*start..*end]).into_owned()).collect()
    }

    #[test]
    fn a_kind_that_is_not_asked_for_is_not_found() {
        let text = b"alice@example.com 4111 1111 1111 1111 123-45-6789";
        for kind in [DataKind::Email, DataKind::PaymentCard, DataKind::UsSsn] {
            let found: Vec<_> = find(text, Kinds::NONE.with(kind)).iter().map(|hit| hit.kind).collect();
            assert_eq!(found, [kind]);
        }
    }

    #[test]
    fn what_precedes_the_tail_never_changes() {
        let detector = Detector::new(&Settings::default());
        let mut faults = Vec::new();
        for (id, matches, pass) in rules::tests::examples() {
            for example in matches.iter().chain(&pass) {
                let (text, _) = marked(example);
                let whole = find(text.as_bytes(), Kinds::default());
                let covers = |hits: &[Hit], byte: usize| hits.iter().any(|hit| (hit.start..hit.end).contains(&byte));
                for cut in 0..text.len() {
                    let last = text.as_bytes()[..cut].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
                    let mut memory = Memory::default();
                    detector.text(&text.as_bytes()[..last], &mut memory, &mut Vec::new());
                    let mut hits = Vec::new();
                    let tail = detector.open(&text.as_bytes()[last..cut], &memory, &mut hits);
                    if let Some(byte) = (0..tail.from).find(|byte| covers(&hits, *byte) != covers(&whole, last + *byte))
                    {
                        faults.push(format!("{id}: {text:?} cut at {cut}, byte {byte}: {tail:?}"));
                        break;
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
    }

    #[test]
    fn a_prompt_or_a_word_below_a_header_is_nothing_that_could_be_masked() {
        let detector = Detector::new(&Settings::default());
        let headers = [
            "NAME   READY   STATUS\n",
            "NAME   READY   STATUS\nweb-1   1/1   Running\n",
            "USER       PID %CPU COMMAND\n",
            "name,email\n",
            "First name | Last name\n",
            "phone  email  name\n",
            "token:\n",
            "password\n--------\nhunter2hunter2\n",
        ];
        let open = ["$ ", "root@db-1:~# ", "bash-5.2$ ", "[root@db-1 ~]# ", "mysql> ", "app=# ", "sqlite> ", "12"];
        for header in headers {
            for line in open {
                let mut memory = Memory::default();
                detector.text(header.as_bytes(), &mut memory, &mut Vec::new());
                let mut hits = Vec::new();
                let tail = detector.open(line.as_bytes(), &memory, &mut hits);
                assert_eq!((tail.identifying, hits.len()), (None, 0), "{line:?} below {header:?}");
            }
            let mut memory = Memory::default();
            detector.text("First name | Last name\n".as_bytes(), &mut memory, &mut Vec::new());
            assert!(detector.open(b"Anna Ke", &memory, &mut Vec::new()).identifying.is_some());
        }
    }

    fn marked(text: &str) -> (String, Vec<String>) {
        let values = text.split('«').skip(1).map(|part| part.split_once('»').unwrap().0.to_owned()).collect();
        (text.replace(['«', '»'], ""), values)
    }
}
