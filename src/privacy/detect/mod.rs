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

mod card;
mod context;
mod email;
mod number;
mod ssn;

use crate::model::DataKind;

use super::{Kinds, Settings};

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
}

/// What earlier lines say about later ones. Bounded, cheap to clone; the default is the beginning of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// The line goes on that was cut here: no value begins at the left edge.
    mid: bool,
}

impl Memory {
    /// The line is cut: what is judged next is its continuation, beginning with at most [`OVERLAP`] bytes that were judged
    /// already.
    pub fn cut(&mut self) {
        self.mid = true;
    }
}

impl Detector {
    /// A detector for what these settings ask for.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { kinds: settings.kinds }
    }

    /// Appends the values in a whole line, in no particular order, and moves the memory past it.
    pub fn line(&self, line: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) {
        let before = if memory.mid { Side::More } else { Side::Nothing };
        scan(Text { bytes: line, before, after: Side::Nothing }, self.kinds, hits);
        memory.mid = false;
    }

    /// Appends the values in a line of which more may come (some may reach into the tail) and says which end is open.
    pub fn open(&self, line: &[u8], memory: &Memory, hits: &mut Vec<Hit>) -> Tail {
        let before = if memory.mid { Side::More } else { Side::Nothing };
        scan(Text { bytes: line, before, after: Side::More }, self.kinds, hits)
    }

    /// Appends the values in many lines, each ended by `\n` or the end of the text, in offsets of the text.
    pub fn text(&self, text: &[u8], memory: &mut Memory, hits: &mut Vec<Hit>) {
        self.line(text, memory, hits);
    }
}

/// Finds the values in a whole text, in order of their start.
#[must_use]
pub fn find(text: &[u8], kinds: Kinds) -> Vec<Hit> {
    let mut hits = Vec::new();
    Detector { kinds }.text(text, &mut Memory::default(), &mut hits);
    hits.sort_by_key(|hit| (hit.start, hit.end));
    hits
}

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

/// Appends the values in the settled part of `text` to `hits` (some may reach into the tail) and says which tail is open.
fn scan(text: Text<'_>, kinds: Kinds, hits: &mut Vec<Hit>) -> Tail {
    let mut tail = Tail { from: text.bytes.len(), identifying: None };
    if kinds.contains(DataKind::Email) {
        email::scan(text, hits, &mut tail);
    }
    if kinds.contains(DataKind::PaymentCard) || kinds.contains(DataKind::UsSsn) {
        number::scan(text, kinds, hits, &mut tail);
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+kind text with the «value» marked` must match exactly there; `- text` must not match at all.
    const EXAMPLES: &str = include_str!("examples.txt");

    #[test]
    fn every_example_matches_where_it_says() {
        let mut faults = Vec::new();
        for line in EXAMPLES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (mark, rest) = line.split_once(' ').unwrap();
            let (text, expected) = marked(mark.trim_start_matches(['+', '-']), rest);
            let found: Vec<_> = find(text.as_bytes(), Kinds::ALL)
                .iter()
                .map(|hit| {
                    (
                        hit.kind.as_str().to_owned(),
                        String::from_utf8_lossy(&text.as_bytes()[hit.start..hit.end]).into_owned(),
                    )
                })
                .collect();
            if found != expected {
                faults.push(format!("{line}\n    found {found:?}"));
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
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
        for line in EXAMPLES.lines().filter(|line| line.starts_with(['+', '-'])) {
            let (text, _) = marked("", line.split_once(' ').unwrap().1);
            let whole = find(text.as_bytes(), Kinds::ALL);
            for cut in 0..text.len() {
                let head = Text { bytes: &text.as_bytes()[..cut], before: Side::Nothing, after: Side::More };
                let mut hits = Vec::new();
                let tail = scan(head, Kinds::ALL, &mut hits);
                for byte in 0..tail.from {
                    let covers = |hits: &[Hit]| hits.iter().any(|hit| (hit.start..hit.end).contains(&byte));
                    assert_eq!(covers(&hits), covers(&whole), "{text:?} cut at {cut}, byte {byte}");
                }
            }
        }
    }

    fn marked(kind: &str, text: &str) -> (String, Vec<(String, String)>) {
        let values = text.split('«').skip(1).map(|part| part.split_once('»').unwrap().0);
        let values = values.map(|value| (kind.to_owned(), value.to_owned())).collect();
        (text.replace(['«', '»'], ""), values)
    }
}
