//! Finds values on a screen: in its logical lines, wherever and in whatever order their cells were drawn.
//!
//! A screen is judged as a whole, from the top, each time it may have changed. What was judged before is remembered by the text
//! of the line, with what it said about the lines below it: so a repaint costs little, and a row keeps what the header above
//! it said when that has scrolled away.

use std::collections::{HashMap, HashSet};

use crate::model::{DataKind, Finding};

use super::Settings;
use super::detect::{Detector, Hit, Memory, Tail};
use super::fold::fold;

/// A logical line of a screen: its text as it is read, and the cell that each byte stands in.
#[derive(Debug, Clone, Default)]
pub struct Line {
    text: Vec<u8>,
    cells: Vec<usize>,
    /// Up to where something was drawn, if only a blank.
    drawn: usize,
}

impl Line {
    /// Appends what stands in the cell with that number: nothing counts as a blank.
    pub fn push(&mut self, text: &str, cell: usize) {
        let before = self.text.len();
        if text.is_empty() {
            self.text.push(b' ');
        }
        for c in text.chars().filter_map(fold) {
            self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.cells.resize(self.cells.len() + self.text.len() - before, cell);
        if !text.is_empty() {
            self.drawn = self.text.len();
        }
    }

    /// Appends printable ASCII, a cell each from that one on, the last of it written.
    pub fn push_ascii(&mut self, text: &[u8], first: usize) {
        self.text.extend_from_slice(text);
        self.cells.extend(first..first + text.len());
        if !text.is_empty() {
            self.drawn = self.text.len();
        }
    }

    /// Appends cells that nothing was written to.
    pub fn push_blanks(&mut self, count: usize, first: usize) {
        self.text.resize(self.text.len() + count, b' ');
        self.cells.extend(first..first + count);
    }

    /// Drops the blanks at its end, but none in cells before that one, and not the first if it was drawn: a prompt ends so.
    pub fn trim(&mut self, upto: usize) {
        let blanks =
            self.text.iter().zip(&self.cells).rev().take_while(|(b, cell)| **b == b' ' && **cell >= upto).count();
        let end = self.text.len() - blanks;
        let end = if blanks > 0 && self.drawn > end { end + 1 } else { end };
        self.text.truncate(end);
        self.cells.truncate(end);
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The cell that its last character stands in.
    #[must_use]
    pub fn last_cell(&self) -> Option<usize> {
        self.cells.last().copied()
    }

    /// Whether one of its characters stands in such a cell.
    pub fn any_cell(&self, test: impl Fn(usize) -> bool) -> bool {
        self.cells.iter().any(|cell| test(*cell))
    }

    /// The bytes that stand in such cells.
    fn ranges(&self, test: impl Fn(usize) -> bool) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (at, _) in self.cells.iter().enumerate().filter(|(_, cell)| test(**cell)) {
            match hits.last_mut() {
                Some(hit) if hit.end == at => hit.end += 1,
                // Of whatever kind: it was counted where it was found.
                _ => hits.push(Hit { start: at, end: at + 1, kind: DataKind::Email }),
            }
        }
        hits
    }

    /// The cells of bytes of the text.
    fn of(&self, start: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
        self.cells.get(start..end.min(self.cells.len())).unwrap_or_default().iter().copied()
    }
}

/// What there is to see on a screen.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The logical lines, from the top.
    pub lines: Vec<Line>,
    /// Other ways to read it: panes side by side, rows that reach the margin.
    pub joined: Vec<Line>,
    /// Which of the lines ends at the cursor, so that it may go on.
    pub open: Option<usize>,
}

/// What was found on it.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The cells of values.
    pub cells: Vec<usize>,
    /// The open end that could still become one, if there is any.
    pub tail: Option<OpenTail>,
    /// What the lines above the open one say about it.
    pub memory: Memory,
}

/// The end of the open line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTail {
    /// Its text.
    pub text: Vec<u8>,
    /// The cell of each byte of it.
    pub cells: Vec<usize>,
    /// The cells that would identify somebody if it became a value.
    pub identifying: Vec<usize>,
    /// The whole line, by which it is known again.
    pub line: Vec<u8>,
}

/// Judges one screen, again and again.
#[derive(Debug)]
pub struct ScreenMatcher {
    detector: Detector,
    lines: HashMap<Vec<u8>, Judged>,
    /// Those that were not seen for a while.
    older: HashMap<Vec<u8>, Judged>,
    counted: HashSet<(DataKind, Vec<u8>)>,
    found: Vec<Finding>,
}

/// A line that was judged.
#[derive(Debug, Clone)]
struct Judged {
    /// What was known before it; `None` if it was judged elsewhere.
    before: Option<Memory>,
    hits: Vec<Hit>,
    after: Memory,
}

impl ScreenMatcher {
    /// A matcher that has seen nothing.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            detector: Detector::new(settings),
            lines: HashMap::new(),
            older: HashMap::new(),
            counted: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// Finds the values on a screen.
    pub fn judge(&mut self, picture: &Picture) -> Found {
        let mut found = Found::default();
        let mut memory = Memory::default();
        for (i, line) in picture.lines.iter().enumerate() {
            if picture.open == Some(i) {
                found.memory = memory.clone();
                found.tail = self.tail(line, &memory);
            }
            self.line(line, &mut memory, &mut found.cells);
        }
        for line in &picture.joined {
            self.line(line, &mut Memory::default(), &mut found.cells);
        }
        self.beside(picture, &mut found.cells);
        found
    }

    /// Judges every line as it is shown, where one reading hides something of another.
    fn beside(&self, picture: &Picture, cells: &mut Vec<usize>) {
        if picture.joined.is_empty() || cells.is_empty() {
            return;
        }
        let mut hidden: HashSet<usize> = cells.iter().copied().collect();
        for _ in 0..ROUNDS {
            let before = hidden.len();
            for line in picture.lines.iter().chain(&picture.joined) {
                let mut hits = line.ranges(|cell| hidden.contains(&cell));
                if !hits.is_empty() {
                    self.judge_masked(&line.text, &Memory::default(), &mut hits);
                    hidden.extend(hits.iter().flat_map(|hit| line.of(hit.start, hit.end)));
                }
            }
            if hidden.len() == before {
                break;
            }
        }
        *cells = hidden.into_iter().collect();
        cells.sort_unstable();
    }

    /// Whether a text by itself has no value in it.
    #[must_use]
    pub fn is_harmless(&self, text: &str) -> bool {
        let text: String = text.chars().filter_map(fold).collect();
        let mut hits = Vec::new();
        self.detector.line(text.as_bytes(), &mut Memory::default(), &mut hits);
        hits.is_empty()
    }

    /// What a payload is judged with.
    #[must_use]
    pub const fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Says that a line was judged elsewhere: which of its cells were hidden, and what is known behind it.
    pub fn learn(&mut self, line: &Line, hidden: impl Fn(usize) -> bool, after: &Memory) {
        let mut hits = line.ranges(hidden);
        // What is a value by itself is one wherever the line was judged.
        self.detector.line(&line.text, &mut Memory::default(), &mut hits);
        self.judge_masked(&line.text, &Memory::default(), &mut hits);
        self.remember(line.text.clone(), Judged { before: None, hits, after: after.clone() });
    }

    /// What was found since the last call, one entry a kind.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    fn tail(&self, line: &Line, memory: &Memory) -> Option<OpenTail> {
        let Tail { from, identifying, .. } = self.detector.open(&line.text, memory, &mut Vec::new());
        let text = line.text.get(from..).filter(|tail| !tail.is_empty())?.to_vec();
        let mut identifies: Vec<Hit> = Vec::new();
        if let Some(start) = identifying {
            // Of whatever kind; and what stands beside it when it is hidden.
            identifies.push(Hit { start, end: line.text.len(), kind: DataKind::Email });
            self.judge_masked(&line.text, memory, &mut identifies);
        }
        let identifying = identifies.iter().flat_map(|hit| line.of(hit.start, hit.end)).collect();
        let cells = line.of(from, line.text.len()).collect();
        Some(OpenTail { text, cells, identifying, line: line.text.clone() })
    }

    /// Judges one line, or remembers how it was judged, and moves the memory past it.
    fn line(&mut self, line: &Line, memory: &mut Memory, cells: &mut Vec<usize>) {
        if line.text.is_empty() {
            self.detector.line(b"", memory, &mut Vec::new());
            return;
        }
        if !self.lines.contains_key(&line.text)
            && let Some(judged) = self.older.remove(&line.text)
        {
            self.remember(line.text.clone(), judged);
        }
        let start = Memory::default();
        let known = self.lines.get(&line.text).filter(|judged| match &judged.before {
            Some(before) => before == memory || (*memory == start && *before != start),
            None => true,
        });
        if let Some(judged) = known {
            cells.extend(judged.hits.iter().flat_map(|hit| line.of(hit.start, hit.end)));
            memory.clone_from(&judged.after);
            return;
        }
        let before = memory.clone();
        let mut hits = Vec::new();
        self.detector.line(&line.text, memory, &mut hits);
        self.judge_masked(&line.text, &before, &mut hits);
        for hit in &hits {
            cells.extend(line.of(hit.start, hit.end));
            self.count(*hit, &line.text);
        }
        self.remember(line.text.clone(), Judged { before: Some(before), hits, after: memory.clone() });
    }

    /// Judges a line as it is shown: what stands beside something hidden may be a value by itself then.
    fn judge_masked(&self, text: &[u8], before: &Memory, hits: &mut Vec<Hit>) {
        let mut judged = 0;
        while judged < hits.len() {
            let mut masked = text.to_vec();
            for hit in hits.iter() {
                masked.get_mut(hit.start..hit.end.min(text.len())).unwrap_or_default().fill(b'*');
            }
            judged = hits.len();
            let mut more = Vec::new();
            self.detector.line(&masked, &mut before.clone(), &mut more);
            // Stars are no value; and each round hides something more, or is the last.
            more.retain(|hit| masked.get(hit.start..hit.end).is_some_and(|value| value.iter().any(|b| *b != b'*')));
            hits.append(&mut more);
        }
    }

    fn remember(&mut self, text: Vec<u8>, judged: Judged) {
        if self.lines.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.lines);
        }
        self.lines.insert(text, judged);
    }

    /// A value counts once, however often it is drawn.
    fn count(&mut self, hit: Hit, text: &[u8]) {
        let value = text.get(hit.start..hit.end).unwrap_or_default().to_vec();
        if self.counted.len() >= REMEMBERED {
            self.counted.clear();
        }
        if self.counted.insert((hit.kind, value)) {
            match self.found.iter_mut().find(|finding| finding.kind == hit.kind) {
                Some(finding) => finding.count = finding.count.saturating_add(1),
                None => self.found.push(Finding { kind: hit.kind, count: 1 }),
            }
        }
    }
}

/// How often one thing that is hidden may uncover another.
const ROUNDS: usize = 4;

/// Lines that are remembered, twice over: several of the tallest screens.
const REMEMBERED: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, from: usize) -> Line {
        let mut line = Line::default();
        text.chars().enumerate().for_each(|(i, c)| line.push(c.encode_utf8(&mut [0; 4]), from + i));
        line
    }

    #[test]
    fn the_cells_of_a_value_are_found_whatever_its_characters_look_like() {
        let mut matcher = ScreenMatcher::new(&Settings::default());
        let picture = Picture { lines: vec![line("x ４111 1111 1111 1111 y", 100)], ..Picture::default() };
        let found = matcher.judge(&picture);
        assert_eq!(found.cells, (102..121).collect::<Vec<_>>());
        assert_eq!(matcher.take_findings().len(), 1);
        matcher.judge(&picture);
        assert!(matcher.take_findings().is_empty());
    }

    #[test]
    fn what_was_learned_of_a_line_stays() {
        let mut matcher = ScreenMatcher::new(&Settings::default());
        let row = line("plain", 0);
        matcher.learn(&row, |cell| cell < 3, &Memory::default());
        let found = matcher.judge(&Picture { lines: vec![row], ..Picture::default() });
        assert_eq!(found.cells, [0, 1, 2]);
    }

    #[test]
    fn the_open_end_of_a_line_is_known() {
        let mut matcher = ScreenMatcher::new(&Settings::default());
        let picture = Picture { lines: vec![line("card 4111 1111 1111 1", 0)], open: Some(0), ..Picture::default() };
        let tail = matcher.judge(&picture).tail.unwrap();
        assert_eq!(tail.text, b"4111 1111 1111 1");
        assert_eq!(tail.identifying.first(), Some(&5));
    }
}
