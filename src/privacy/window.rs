//! A window over a byte stream: the line that is open, and what of it is held back because it could become a value.
//!
//! ```text
//!         the open line (already out)   held: tail
//!   text  [ ........................ | ............ ]     sequences between text bytes are `gaps`
//!                                  shown         text.len()
//! ```
//! Whole lines are judged when they end, the open one each time bytes come; what is settled goes out, masked where hits
//! cover it. Every mask has the columns of what it hides.

use memchr::{memchr, memmem, memrchr};
use unicode_width::UnicodeWidthChar as _;

use crate::model::{DataKind, Finding};

use super::Settings;
use super::detect::{Detector, Hit, LINE_MAX, Memory, Tail};
use super::escape::{Scanner, Step};

/// The state of one stream.
#[derive(Debug)]
pub(super) struct Window {
    detector: Detector,
    unit: Unit,
    memory: Memory,
    scanner: Scanner,
    /// The open line, from its start or where it was cut.
    text: Vec<u8>,
    /// How much of `text` has gone out.
    shown: usize,
    /// Up to where hits have been counted.
    counted: usize,
    gaps: Vec<Gap>,
    /// The bytes of `gaps`, in order.
    skipped: Vec<u8>,
    /// Bytes skipped since the last text byte.
    silent: usize,
    /// Of these, controls that no text has.
    odd: usize,
    /// Whether the line has had one of them, and bytes that are no UTF-8: together they are a format's, or compressed.
    noise: (bool, bool),
    /// Where in the stream of text a row of them ended last.
    binary: Option<u64>,
    /// From where to where in the stream of text a line is no text.
    formats: Vec<(u64, u64)>,
    tail: Tail,
    hits: Vec<Hit>,
    found: Vec<Finding>,
    /// A value began in what was shown already.
    reached_back: bool,
    /// Text bytes dropped so far, so that positions in the stream can be compared.
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
    pub(super) fn new(settings: &Settings, unit: Unit) -> Self {
        Self::with(Detector::new(settings), unit)
    }

    fn with(detector: Detector, unit: Unit) -> Self {
        Self {
            detector,
            unit,
            memory: Memory::default(),
            scanner: Scanner::default(),
            text: Vec::new(),
            shown: 0,
            counted: 0,
            gaps: Vec::new(),
            skipped: Vec::new(),
            silent: 0,
            odd: 0,
            noise: (false, false),
            binary: None,
            formats: Vec::new(),
            tail: NOTHING,
            hits: Vec::new(),
            found: Vec::new(),
            reached_back: false,
            dropped: 0,
        }
    }

    /// Takes bytes and appends to `out` what is settled.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for piece in bytes.chunks(PIECE) {
            self.push(piece);
            self.decide(out);
        }
    }

    /// Takes text without judging it: [`Window::decide`] does.
    pub(super) fn text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.silent = 0;
    }

    /// Takes a sequence that a value goes on behind, whatever is in it.
    pub(super) fn pass(&mut self, sequence: &[u8]) {
        self.skipped.extend_from_slice(sequence);
        match self.gaps.last_mut() {
            Some(gap) if gap.at == self.text.len() && !gap.boundary => gap.len += sequence.len(),
            _ => self.gaps.push(Gap { at: self.text.len(), len: sequence.len(), boundary: false }),
        }
    }

    /// Judges what was taken and appends to `out` what is settled.
    pub(super) fn decide(&mut self, out: &mut Vec<u8>) {
        self.end_lines(out);
        self.cut_long(out);
        self.hits.clear();
        self.tail = self.detector.open(&self.text, &self.memory, &mut self.hits);
        self.show(self.tail.from, out);
    }

    /// Begins in the middle of a line of which `text` was shown.
    pub(super) fn begin(&mut self, text: &[u8], memory: Memory) {
        let found = std::mem::take(&mut self.found);
        *self = Self { found, memory, ..Self::with(self.detector.clone(), self.unit) };
        self.text.extend_from_slice(text);
        self.shown = text.len();
        self.counted = text.len();
        self.tail = Tail { from: text.len(), ..NOTHING };
    }

    /// Gives back what is held, as it came, and forgets the line.
    pub(super) fn take_held(&mut self) -> Vec<u8> {
        let mut held = Vec::new();
        self.hits.clear();
        self.show(self.text.len(), &mut held);
        let memory = self.memory.clone();
        self.begin(b"", memory);
        held
    }

    /// What the lines before say about the open one.
    pub(super) const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Whether a value was found since the last call that began in what was shown already.
    pub(super) fn take_reached_back(&mut self) -> bool {
        std::mem::take(&mut self.reached_back)
    }

    /// Whether letting the tail go would hide it.
    pub(super) fn would_hide(&self) -> bool {
        !self.held().is_empty() && self.tail.identifying.is_some()
    }

    /// Lets the held tail go, masked where it already is a value or, if `Judge::Mask`, where it would identify somebody.
    pub(super) fn let_go(&mut self, judge: Judge, out: &mut Vec<u8>) {
        self.hits.clear();
        self.detector.line(&self.text, &mut self.memory.clone(), &mut self.hits);
        if let (Judge::Mask, Some(start)) = (judge, self.tail.identifying) {
            // Of whatever kind: it is masked now and counted when it proves to be a value.
            self.hits.push(Hit { start, end: self.text.len(), kind: DataKind::Email });
        }
        self.show(self.text.len(), out);
    }

    /// The stream has ended: lets go what is held, and begins anew.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.settle(self.text.len(), out);
        let found = std::mem::take(&mut self.found);
        *self = Self { found, ..Self::with(self.detector.clone(), self.unit) };
    }

    /// Whether a tail is held, and whether letting it go would hide it.
    pub(super) fn waits(&self) -> Option<bool> {
        (!self.held().is_empty()).then(|| self.tail.identifying.is_some())
    }

    /// Judges whole lines that stand elsewhere; for when no line is open.
    pub(super) fn judge(&mut self, lines: &[u8], hits: &mut Vec<Hit>) {
        self.detector.text(lines, &mut self.memory, hits);
        for hit in hits {
            self.add(hit.kind);
        }
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
        (self.position(self.shown), self.position(self.text.len()))
    }

    fn add(&mut self, kind: DataKind) {
        match self.found.iter_mut().find(|finding| finding.kind == kind) {
            Some(finding) => finding.count = finding.count.saturating_add(1),
            None => self.found.push(Finding { kind, count: 1 }),
        }
    }

    /// Judges the lines that have ended.
    fn end_lines(&mut self, out: &mut Vec<u8>) {
        if let Some(last) = memrchr(b'\n', &self.text) {
            self.settle(last + 1, out);
        }
    }

    /// Cuts a line that has become too long: always after the same byte, however it came.
    fn cut_long(&mut self, out: &mut Vec<u8>) {
        while self.text.len() >= LINE_MAX {
            self.hits.clear();
            let piece = self.text.get(..LINE_MAX).unwrap_or_default();
            // A tail that begins before what is kept is let go as it is judged so far; the memory knows that it goes on.
            let keep = self.detector.cut(piece, &mut self.memory, &mut self.hits);
            self.count(keep);
            self.show(keep, out);
            self.drop_text(keep);
        }
    }

    /// Judges whole lines up to `end`, lets them go and forgets them.
    fn settle(&mut self, end: usize, out: &mut Vec<u8>) {
        self.hits.clear();
        let lines = self.text.get(..end).unwrap_or_default();
        self.detector.text(lines, &mut self.memory, &mut self.hits);
        self.count(end);
        self.show(end, out);
        self.drop_text(end);
    }

    fn drop_text(&mut self, len: usize) {
        self.text.drain(..len);
        self.shown = self.shown.saturating_sub(len);
        self.counted = self.counted.saturating_sub(len);
        for gap in &mut self.gaps {
            gap.at = gap.at.saturating_sub(len);
        }
        self.dropped = self.dropped.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        let dropped = self.dropped;
        self.formats.retain(|(_, to)| *to > dropped);
    }

    fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (text, more) = rest.split_at(self.scanner.text_len(rest).min(rest.len()));
            if !text.is_empty() {
                self.text.extend_from_slice(text);
                self.silent = 0;
                self.odd = 0;
                self.hear(text);
            }
            let (nuls, more) = more.split_at(self.scanner.nul_len(more).min(more.len()));
            // A terminal ignores NUL and some controls; between the bytes of a stream they end a text: `/proc/self/environ`, `find -print0`.
            self.skip(nuls, if self.unit == Unit::Bytes { Step::Break } else { Step::Skip });
            rest = more;
            while let [b, after @ ..] = rest {
                match self.scanner.step(*b) {
                    Step::Text => break,
                    Step::Skip if self.unit == Unit::Bytes && is_odd(*b) => self.skip(&[*b], Step::Break),
                    step => self.skip(&[*b], step),
                }
                rest = after;
            }
        }
    }

    /// Remembers whether a line has bytes that are no text.
    fn hear(&mut self, text: &[u8]) {
        if self.unit == Unit::Columns {
            return;
        }
        let mut begin = self.text.len() - text.len();
        if let Some(feed) = memchr(b'\n', text) {
            let at = self.position(begin + feed);
            if let Some((_, to)) = self.formats.last_mut().filter(|(_, to)| *to == u64::MAX) {
                *to = at;
            }
            self.noise = (false, false);
            begin += memrchr(b'\n', text).unwrap_or(feed) + 1;
        } else {
            // A character whose bytes came in two reads.
            let goes_on = |b: &&u8| matches!(**b, 0x80..=0xbf);
            let head = self.text.get(begin..).unwrap_or_default().iter().take_while(goes_on).take(3).count();
            if head > 0 && begin >= 3 {
                begin -= 3;
                begin += self.text.get(begin..).unwrap_or_default().iter().take_while(goes_on).take(3).count();
            } else if head > 0 {
                begin = 0;
            }
        }
        let line = self.text.get(begin..).unwrap_or_default();
        if let Some(fault) = std::str::from_utf8(line).err().filter(|fault| fault.error_len().is_some()) {
            self.noise.1 = true;
            self.note_format(begin + fault.valid_up_to());
        }
    }

    /// From here to the end of the line nothing is text, if it has both kinds of noise.
    fn note_format(&mut self, at: usize) {
        if self.noise == (true, true) && self.formats.last().is_none_or(|(_, to)| *to != u64::MAX) {
            self.formats.push((self.position(at), u64::MAX));
        }
    }

    /// Where a byte of the text stands in the stream of text.
    fn position(&self, at: usize) -> u64 {
        self.dropped.saturating_add(u64::try_from(at).unwrap_or(u64::MAX))
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
        if self.unit == Unit::Bytes {
            self.odd += bytes.iter().filter(|b| is_odd(**b)).count();
            self.noise.0 |= self.odd > 0;
            self.noise.1 |= bytes.iter().any(|b| *b >= 0x80);
            if self.odd >= BINARY {
                self.binary = Some(self.positions().1);
            }
            self.note_format(self.text.len());
        }
    }

    /// Whether a hit stands in a stream of bytes beside several controls that no text has: there it is part of a format that a changed byte breaks.
    fn is_binary(&self, hit: &Hit) -> bool {
        let (start, end) = (self.position(hit.start), self.position(hit.end));
        if self.formats.iter().any(|(from, to)| start < *to && end > *from) {
            return true;
        }
        let format = self.binary.and_then(|at| usize::try_from(at.checked_sub(self.dropped)?).ok());
        let inside = |at: usize| self.text.get(at..hit.start).is_some_and(|text| memchr(b'\n', text).is_none());
        if self.unit == Unit::Columns || format.is_some_and(inside) {
            return self.unit == Unit::Bytes;
        }
        if self.gaps.is_empty() {
            return false;
        }
        let before = self.text.get(..hit.start).and_then(|text| memrchr(b'\n', text)).map_or(0, |feed| feed + 1);
        let after = self.text.get(hit.end..).and_then(|text| memchr(b'\n', text));
        let after = after.map_or(self.text.len(), |feed| hit.end + feed);
        // Each control that ends a text stands as a break: so over all breaks in a row.
        let breaks = |text: &[u8], from_end: bool| {
            let is = |b: &&u8| **b == b'\n';
            if from_end { text.iter().rev().take_while(is).count() } else { text.iter().take_while(is).count() }
        };
        let first = before - breaks(self.text.get(..before).unwrap_or_default(), true);
        let last = after + breaks(self.text.get(after..).unwrap_or_default(), false);
        let (mut taken, mut left, mut right) = (0, 0, 0);
        for gap in &self.gaps {
            let bytes = self.skipped.get(taken..taken + gap.len).unwrap_or_default();
            taken += gap.len;
            let odd = bytes.iter().filter(|b| is_odd(**b)).count();
            left += if (first..=before).contains(&gap.at) { odd } else { 0 };
            right += if (before + 1..=last).contains(&gap.at) { odd } else { 0 };
        }
        left >= BINARY || right >= BINARY
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
        self.reached_back |= self.hits.iter().any(|hit| hit.start < from && hit.end > from);
        let text = self.text.get(from..until).unwrap_or_default();
        if self.hits.iter().all(|hit| hit.end <= from || hit.start >= until) {
            let plain = |part: &[u8], out: &mut Vec<u8>| out.extend_from_slice(part);
            weave(text, from, &mut self.gaps, &mut self.skipped, plain, out);
        } else {
            let mut masked = text.to_vec();
            let text: Vec<Hit> = self.hits.iter().filter(|hit| !self.is_binary(hit)).copied().collect();
            mask(&mut masked, from, &text, self.unit);
            let filled = |part: &[u8], out: &mut Vec<u8>| out.extend(part.iter().filter(|b| **b != 0));
            weave(&masked, from, &mut self.gaps, &mut self.skipped, filled, out);
        }
        self.shown = until;
    }
}

/// Whether no text has this control.
const fn is_odd(b: u8) -> bool {
    matches!(b, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f)
}

/// What a mask keeps of what it hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Its width: on a terminal.
    Columns,
    /// Its length: in a stream that may count its bytes.
    Bytes,
}

/// What to do with a tail that cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// It came from the client: mask it only if it is a whole value.
    Trust,
    /// Mask it if it would identify somebody.
    Mask,
}

/// Hides what hits cover; `text` begins at `offset`. Each character becomes as many masks as it has columns; the bytes that a
/// character then has too many become NULs, which [`Scanner`] never lets into text and which are left out when it is shown.
/// Separators are hidden too: of a card in groups they are a sixth. Controls stay.
fn mask(text: &mut [u8], offset: usize, hits: &[Hit], unit: Unit) {
    for hit in hits {
        let start = hit.start.max(offset).saturating_sub(offset);
        let end = hit.end.saturating_sub(offset).min(text.len());
        let value = text.get_mut(start..end).unwrap_or_default();
        if unit == Unit::Bytes || value.is_ascii() {
            value.iter_mut().filter(|b| **b >= b' ' && **b != 0x7f).for_each(|b| *b = MASK);
            continue;
        }
        let plain = value.to_vec();
        let mut at = 0;
        // A control has no width.
        let mut put = |len: usize, columns: Option<usize>| {
            if let (Some(bytes), Some(columns)) = (value.get_mut(at..at + len), columns) {
                bytes.iter_mut().enumerate().for_each(|(i, b)| *b = if i < columns { MASK } else { 0 });
            }
            at += len;
        };
        for chunk in plain.utf8_chunks() {
            chunk.valid().chars().for_each(|c| put(c.len_utf8(), c.width()));
            chunk.invalid().iter().for_each(|_| put(1, Some(1)));
        }
    }
}

/// `text` with what hits cover hidden, byte for byte.
pub(super) fn hide(text: &[u8], hits: &[Hit]) -> Vec<u8> {
    let mut masked = text.to_vec();
    mask(&mut masked, 0, hits, Unit::Bytes);
    masked
}

/// Whether the keys somebody typed contain this text.
pub(super) fn contains(typed: &[u8], text: &[u8]) -> bool {
    memmem::find(typed, text).is_some()
}

/// Appends `text`, which begins at `offset`, with the gaps up to its end, and takes these out.
fn weave(
    text: &[u8],
    offset: usize,
    gaps: &mut Vec<Gap>,
    skipped: &mut Vec<u8>,
    put: impl Fn(&[u8], &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    let end = offset + text.len();
    let part = |from: usize, to: usize| text.get(from - offset..to.max(from) - offset).unwrap_or_default();
    let mut pos = offset;
    let mut taken = 0;
    let mut done = 0;
    for gap in gaps.iter().take_while(|gap| gap.at < end || gap.at == end && !gap.boundary) {
        put(part(pos, gap.at), out);
        out.extend_from_slice(skipped.get(taken..taken + gap.len).unwrap_or_default());
        taken += gap.len;
        pos = gap.at + usize::from(gap.boundary);
        done += 1;
    }
    put(part(pos, end), out);
    gaps.drain(..done);
    skipped.drain(..taken);
}

/// What stands for a masked character. One byte for one byte and one column in every terminal, character set and file:
/// a nicer dot has three bytes, and two columns where ambiguous characters are wide.
const MASK: u8 = b'*';

/// Bytes that are scanned at once, so that a large write needs no large window.
const PIECE: usize = 16 * 1024;

/// So many bytes without any text end the text, so that no endless run of colours makes the window grow.
const SILENT_MAX: usize = 256;

/// So many controls at one place that no text has are part of a format.
const BINARY: usize = 4;

/// Nothing is held.
const NOTHING: Tail = Tail { from: 0, identifying: None };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_stay_within_what_is_hidden_whatever_else_is_in_it() {
        for (text, masked) in [("ab\r\nc\x18", "**\r\n*\x18"), ("\u{e9}b\r\n\u{4f60}\x18", "*\0*\r\n**\0\x18")] {
            let mut bytes = text.as_bytes().to_vec();
            let all = Hit { start: 0, end: bytes.len(), kind: DataKind::Email };
            mask(&mut bytes, 0, &[all], Unit::Columns);
            assert_eq!(String::from_utf8_lossy(&bytes), masked);
        }
    }
}
