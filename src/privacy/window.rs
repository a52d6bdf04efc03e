//! A window over a byte stream: what was shown last, and what is held back because it could become a value.
//!
//! ```text
//!            context (already out)      held: tail
//!   text  [ ........................ | ............ ]     sequences between text bytes are `gaps`
//!                                  shown         text.len()
//! ```
//! Text bytes are scanned with some context each time bytes come; what is settled goes out, masked where hits cover it.
//! Every mask is one byte for one byte, so offsets and widths stay.

use memchr::memmem;

use crate::model::{DataKind, Finding};

use super::detect::{self, Hit, REACH, Side, Tail, Text};
use super::escape::{Scanner, Step};
use super::{Kinds, Settings};

/// The state of one stream.
#[derive(Debug)]
pub(super) struct Window {
    kinds: Kinds,
    scanner: Scanner,
    text: Vec<u8>,
    /// Whether text was cut off on the left.
    before: Side,
    /// How much of `text` has gone out.
    shown: usize,
    /// Up to where hits have been counted.
    counted: usize,
    gaps: Vec<Gap>,
    /// The bytes of `gaps`, in order.
    skipped: Vec<u8>,
    /// Bytes skipped since the last text byte.
    silent: usize,
    tail: Tail,
    hits: Vec<Hit>,
    found: Vec<Finding>,
    /// Text bytes cut off so far, so that positions in the stream can be compared.
    dropped: u64,
}

/// Bytes that are no text.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// The text byte that they stand before.
    at: usize,
    len: usize,
    /// Whether that text byte is only a boundary, put there instead of a break.
    boundary: bool,
}

impl Window {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            kinds: settings.kinds,
            scanner: Scanner::default(),
            text: Vec::new(),
            before: Side::Nothing,
            shown: 0,
            counted: 0,
            gaps: Vec::new(),
            skipped: Vec::new(),
            silent: 0,
            tail: Tail { from: 0, identifying: None },
            hits: Vec::new(),
            found: Vec::new(),
            dropped: 0,
        }
    }

    /// Takes bytes and appends to `out` what is settled.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for piece in bytes.chunks(PIECE) {
            self.forget();
            self.push(piece);
            self.scan(Side::More);
            self.count(self.tail.from);
            self.show(self.tail.from, out);
        }
    }

    /// Lets the held tail go, masked where it already is a value or, if `Judge::Mask`, where it would identify somebody.
    pub(super) fn let_go(&mut self, judge: Judge, out: &mut Vec<u8>) {
        let tail = self.tail;
        self.scan(Side::Nothing);
        if let (Judge::Mask, Some(start)) = (judge, tail.identifying) {
            // Of whatever kind: it is masked now and counted when it proves to be a value.
            self.hits.push(Hit { start, end: self.text.len(), kind: DataKind::Email });
        }
        self.tail = tail;
        self.show(self.text.len(), out);
    }

    /// The stream has ended: lets go what is held, and begins anew.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.scan(Side::Nothing);
        self.count(self.text.len());
        self.show(self.text.len(), out);
        let found = std::mem::take(&mut self.found);
        *self = Self { kinds: self.kinds, found, ..Self::new(Settings::default()) };
    }

    /// What was found since the last call.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    /// The open end of the text, of which the last part is held back; empty if nothing is.
    pub(super) fn tail(&self) -> &[u8] {
        if self.held().is_empty() { &[] } else { self.text.get(self.tail.from..).unwrap_or_default() }
    }

    /// What is held back, without the sequences between.
    pub(super) fn held(&self) -> &[u8] {
        self.text.get(self.shown..).unwrap_or_default()
    }

    /// Whether nothing is held back but plain text, and no sequence is open.
    pub(super) fn is_plain(&self, bytes: &[u8]) -> bool {
        self.gaps.is_empty() && self.silent == 0 && self.scanner.text_len(bytes) == bytes.len()
    }

    /// Positions in the stream of text: up to where it was shown, and its end.
    pub(super) fn positions(&self) -> (u64, u64) {
        let at = |i: usize| self.dropped.saturating_add(u64::try_from(i).unwrap_or(u64::MAX));
        (at(self.shown), at(self.text.len()))
    }

    /// Goes on as if `text` had been fed and all but `tail` shown and counted; it holds no sequences.
    pub(super) fn resume(&mut self, text: &[u8], tail: Tail) {
        let start = tail.from.saturating_sub(CONTEXT);
        let shift = |i: usize| i.saturating_sub(start);
        self.text.clear();
        self.text.extend_from_slice(text.get(start..).unwrap_or_default());
        self.before = Side::More;
        self.tail = Tail { from: shift(tail.from), identifying: tail.identifying.map(shift) };
        self.shown = self.tail.from;
        self.counted = self.tail.from;
    }

    /// Counts hits that were found by somebody else.
    pub(super) fn add(&mut self, kind: DataKind) {
        match self.found.iter_mut().find(|finding| finding.kind == kind) {
            Some(finding) => finding.count = finding.count.saturating_add(1),
            None => self.found.push(Finding { kind, count: 1 }),
        }
    }

    /// Drops text that no detector will look at again.
    fn forget(&mut self) {
        let Some(extra) = self.shown.checked_sub(CONTEXT).filter(|extra| *extra > CONTEXT) else { return };
        self.text.drain(..extra);
        self.before = Side::More;
        self.shown -= extra;
        self.counted = self.counted.saturating_sub(extra);
        for gap in &mut self.gaps {
            gap.at = gap.at.saturating_sub(extra);
        }
        self.dropped = self.dropped.saturating_add(u64::try_from(extra).unwrap_or(u64::MAX));
    }

    fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (text, more) = rest.split_at(self.scanner.text_len(rest).min(rest.len()));
            if !text.is_empty() {
                self.text.extend_from_slice(text);
                self.silent = 0;
            }
            let (nuls, more) = more.split_at(self.scanner.nul_len(more).min(more.len()));
            self.skip(nuls, Step::Skip);
            rest = more;
            while let [b, after @ ..] = rest {
                match self.scanner.step(*b) {
                    Step::Text => break,
                    step => self.skip(&[*b], step),
                }
                rest = after;
            }
        }
    }

    fn skip(&mut self, bytes: &[u8], step: Step) {
        if bytes.is_empty() {
            return;
        }
        self.skipped.extend_from_slice(bytes);
        match self.gaps.last_mut() {
            Some(gap) if gap.at == self.text.len() && !gap.boundary => gap.len += bytes.len(),
            _ => self.gaps.push(Gap { at: self.text.len(), len: bytes.len(), boundary: false }),
        }
        let before = self.silent;
        self.silent = before.saturating_add(bytes.len());
        if step == Step::Break || (before < SILENT_MAX && self.silent >= SILENT_MAX) {
            self.gaps.push(Gap { at: self.text.len(), len: 0, boundary: true });
            self.text.push(b'\n');
        }
    }

    fn scan(&mut self, after: Side) {
        self.hits.clear();
        let text = Text { bytes: &self.text, before: self.before, after };
        self.tail = detect::scan(text, self.kinds, &mut self.hits);
    }

    /// Counts the hits that end in the settled part and were not counted before.
    fn count(&mut self, settled: usize) {
        let counted = self.counted;
        let hits = std::mem::take(&mut self.hits);
        for hit in hits.iter().filter(|hit| hit.end > counted && hit.end <= settled) {
            self.add(hit.kind);
        }
        self.hits = hits;
        self.counted = counted.max(settled);
    }

    /// Appends the text up to `until`, masked, with the sequences that belong before it.
    fn show(&mut self, until: usize, out: &mut Vec<u8>) {
        let from = self.shown;
        if until < from {
            return;
        }
        if self.hits.iter().all(|hit| hit.end <= from || hit.start >= until) {
            let text = self.text.get(from..until).unwrap_or_default();
            weave(text, from, &mut self.gaps, &mut self.skipped, out);
        } else {
            let mut masked = self.text.get(from..until).unwrap_or_default().to_vec();
            mask(&mut masked, from, &self.hits);
            weave(&masked, from, &mut self.gaps, &mut self.skipped, out);
        }
        self.shown = until;
    }
}

/// What to do with a tail that cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// It came from the client: mask it only if it is a whole value.
    Trust,
    /// Mask it if it would identify somebody.
    Mask,
}

/// Replaces the letters and digits that hits cover; `text` begins at `offset`.
pub(super) fn mask(text: &mut [u8], offset: usize, hits: &[Hit]) {
    for hit in hits {
        let start = hit.start.max(offset).saturating_sub(offset);
        let end = hit.end.saturating_sub(offset).min(text.len());
        for b in text.get_mut(start..end).unwrap_or_default() {
            if b.is_ascii_alphanumeric() {
                *b = MASK;
            }
        }
    }
}

/// Whether the keys somebody typed contain this text.
pub(super) fn contains(typed: &[u8], text: &[u8]) -> bool {
    memmem::find(typed, text).is_some()
}

/// Appends `text`, which begins at `offset`, with the gaps up to its end, and takes these out.
fn weave(text: &[u8], offset: usize, gaps: &mut Vec<Gap>, skipped: &mut Vec<u8>, out: &mut Vec<u8>) {
    let end = offset + text.len();
    let part = |from: usize, to: usize| text.get(from - offset..to.max(from) - offset).unwrap_or_default();
    let mut pos = offset;
    let mut taken = 0;
    let mut done = 0;
    for gap in gaps.iter().take_while(|gap| gap.at < end || gap.at == end && !gap.boundary) {
        out.extend_from_slice(part(pos, gap.at));
        out.extend_from_slice(skipped.get(taken..taken + gap.len).unwrap_or_default());
        taken += gap.len;
        pos = gap.at + usize::from(gap.boundary);
        done += 1;
    }
    out.extend_from_slice(part(pos, end));
    gaps.drain(..done);
    skipped.drain(..taken);
}

/// What stands for a masked character. One byte for one byte and one column in every terminal, character set and file:
/// a nicer dot has three bytes, and two columns where ambiguous characters are wide.
const MASK: u8 = b'*';

/// Shown text that stays for the detectors to look back on.
const CONTEXT: usize = REACH;

/// Bytes that are scanned at once, so that a large write needs no large window.
const PIECE: usize = 16 * 1024;

/// So many bytes without any text end the text, so that no endless run of colours makes the window grow.
const SILENT_MAX: usize = 256;
