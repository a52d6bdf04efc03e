//! Finds the literals of all rules in one pass.
//!
//! There are more than a thousand of them, so no vector search takes them together, and an automaton over every byte costs more than
//! all else that is done with a log. But nearly each must begin or end where a word does, or has such a place within, and of these a log has one in five
//! bytes. So each literal is given one place to be recognised at:
//!
//! | place | of a literal |
//! |---|---|
//! | the beginning of a run of letters, or a hump | words, keys, tokens that begin a word; `.atlasv1.` by its `atlasv` |
//! | the end of a run of letters, or a hump | ends of words (`*password`), tokens that may begin within a word: `bearer ` |
//! | anywhere | the few that are left: `://`, `$1$`, `eyJ`; and words of other scripts, only where there are any |
//!
//! At a place four letters are looked up in a table of bits, or three for the few literals that are shorter; only what is in there is compared.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, Span};
use memchr::memmem::Finder;

use super::lanes::{Lanes, WINDOW};
use super::rules::Uses;

/// Finds literals.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    /// In small letters.
    texts: Vec<Box<[u8]>>,
    starts: Places,
    ends: Places,
    rest: Rest,
}

impl Matcher {
    /// Makes ready to find these literals, of which each is good for what `uses` says.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn of(texts: &[String], uses: &[Uses]) -> Result<Self, String> {
        let mut it = Self::default();
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        let mut rest = Vec::new();
        for (index, (text, uses)) in texts.iter().zip(uses).enumerate() {
            let index = u16::try_from(index).map_err(|_| TOO_MANY)?;
            let text = text.to_ascii_lowercase().into_bytes();
            for place in places(&text, uses) {
                match place {
                    Place::Start(at) => starts.push((index, at)),
                    Place::End(at) => ends.push((index, at)),
                    Place::Anywhere => rest.push((index, exact(uses))),
                }
            }
            it.texts.push(text.into());
        }
        it.starts = Places::of(&it.texts, &starts, Side::Start)?;
        it.ends = Places::of(&it.texts, &ends, Side::End)?;
        it.rest = Rest::of(&it.texts, rest)?;
        Ok(it)
    }

    /// A literal, in small letters.
    #[cfg(test)]
    pub(super) fn text(&self, literal: usize) -> Option<&[u8]> {
        self.texts.get(literal).map(|text| &**text)
    }

    /// Calls `each` with every literal, its first byte and the byte behind its last, in no particular order; some that stand where
    /// nobody looks for them are left out, and some are named twice.
    pub(super) fn find(&self, bytes: &[u8], lanes: &Lanes, mut each: impl FnMut(u16, usize, usize)) {
        let (mut before, mut lower) = (0, 0);
        let mut found = [0_usize; WINDOW];
        for (base, lane) in (0..).step_by(WINDOW).zip(lanes.all()) {
            let letters = lane.letters();
            let behind = |letters_ago: u32| (letters << letters_ago) | (before >> (64 - letters_ago));
            let (after_letter, after_lower) = (behind(1), (lane.lower << 1) | lower);
            let after_three = after_letter & behind(2) & behind(3);
            let humps = lane.upper & after_lower;
            before = letters;
            lower = lane.lower >> (WINDOW - 1);
            for at in self.starts.known(Side::Start, bytes, base, letters & !after_letter | humps, &mut found) {
                self.compare(&self.starts, bytes, *at, &mut each);
            }
            let ends = if self.ends.short { after_letter } else { after_three };
            for at in self.ends.known(Side::End, bytes, base, ends & (!letters | humps), &mut found) {
                self.end(bytes, *at, &mut each);
            }
        }
        if before >> (WINDOW - 1) != 0 {
            // The last window is full of text, and its last letter ends a word.
            self.end(bytes, bytes.len(), &mut each);
        }
        self.rest.find(&self.texts, bytes, &mut each);
    }

    /// A word ends here; what it ends in may be a plural's ending or one that says `number`.
    fn end(&self, bytes: &[u8], at: usize, each: &mut impl FnMut(u16, usize, usize)) {
        self.compare(&self.ends, bytes, at, each);
        let head = bytes.get(..at).unwrap_or_default();
        for ending in ENDINGS {
            if head.ends_with(ending) {
                self.compare(&self.ends, bytes, at - ending.len(), each);
            }
        }
    }

    fn compare(&self, places: &Places, bytes: &[u8], at: usize, each: &mut impl FnMut(u16, usize, usize)) {
        let long = places.side.long_word(bytes, at);
        for entry in places.entries(places.side.word_of(long)) {
            if long & entry.mask != entry.head {
                continue;
            }
            let Some(text) = self.texts.get(usize::from(entry.literal)) else { continue };
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            let end = start + text.len();
            if bytes.get(start..end).is_some_and(|here| here.eq_ignore_ascii_case(text)) {
                each(entry.literal, start, end);
            }
        }
    }
}

/// Where a literal is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Letters begin so many bytes behind its first.
    Start(usize),
    /// Letters end so many bytes behind its first.
    End(usize),
    Anywhere,
}

/// The places at which no occurrence is missed that somebody looks for.
fn places(text: &[u8], uses: &Uses) -> Vec<Place> {
    if text.first().is_some_and(|b| !b.is_ascii()) {
        // Where there are letters of other scripts all such literals are looked for together.
        return vec![Place::Anywhere];
    }
    if uses.free {
        return vec![within(text)];
    }
    let mut all = Vec::new();
    let begins = text.first().is_some_and(u8::is_ascii_alphabetic);
    let ends = text.last().is_some_and(u8::is_ascii_alphabetic);
    if uses.stem {
        all.push(if ends { Place::End(text.len()) } else { within(text) });
    }
    if !uses.stem || !uses.tokens.is_empty() {
        all.push(if begins { Place::Start(0) } else { within(text) });
    }
    all
}

/// Where the longest run of letters in a literal begins or ends, if something else stands there before or behind it.
fn within(text: &[u8]) -> Place {
    let letter = |i: usize| text.get(i).is_some_and(u8::is_ascii_alphabetic);
    let mut best = (0, Place::Anywhere);
    let mut from = 0;
    for i in 0..=text.len() {
        if letter(i) {
            continue;
        }
        let place = if from > 0 { Place::Start(from) } else { Place::End(i) };
        // At the end of the literal anything may follow, and one letter before anything would be found in too many places.
        let told = text.len() - from.min(text.len()) >= 2;
        if i - from > best.0 && (from > 0 && told || from == 0 && i < text.len()) {
            best = (i - from, place);
        }
        from = i + 1;
    }
    best.1
}

/// Whether only one spelling of it counts.
fn exact(uses: &Uses) -> Option<&[u8]> {
    match uses.tokens.as_slice() {
        [(_, spelled)] if uses.near == 0 && !uses.key && !uses.folds => Some(spelled),
        _ => None,
    }
}

/// Which three bytes at a place are looked up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Side {
    /// Those from it on.
    #[default]
    Start,
    /// Those before it.
    End,
}

impl Side {
    /// Four bytes at a place, capitals made small: at a start the first is the lowest byte, at an end the last the highest.
    #[inline(always)]
    fn word(self, bytes: &[u8], at: usize) -> u32 {
        let from = if self == Self::Start { Some(at) } else { at.checked_sub(4) };
        let whole = from.and_then(|from| bytes.get(from..)).and_then(<[u8]>::first_chunk::<4>);
        u32::from_le_bytes(whole.map_or_else(|| self.part(bytes, at), |four| *four)) | SMALL
    }

    /// Eight bytes there, in which those four are.
    fn long_word(self, bytes: &[u8], at: usize) -> u64 {
        let from = if self == Self::Start { Some(at) } else { at.checked_sub(8) };
        let whole = from.and_then(|from| bytes.get(from..)).and_then(<[u8]>::first_chunk::<8>);
        u64::from_le_bytes(whole.map_or_else(|| self.part(bytes, at), |eight| *eight)) | LONG_SMALL
    }

    /// The four of these eight.
    #[allow(clippy::cast_possible_truncation, reason = "one of its halves")]
    const fn word_of(self, long: u64) -> u32 {
        match self {
            Self::Start => long as u32,
            Self::End => (long >> 32) as u32,
        }
    }

    /// The same where the text ends.
    #[cold]
    fn part<const LEN: usize>(self, bytes: &[u8], at: usize) -> [u8; LEN] {
        let mut word = [0; LEN];
        if self == Self::Start {
            word.iter_mut().zip(bytes.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
        } else {
            word.iter_mut()
                .rev()
                .zip(bytes.get(..at).unwrap_or_default().iter().rev())
                .for_each(|(to, from)| *to = *from);
        }
        word
    }

    /// What all four are looked up by.
    const fn long_key(word: u32) -> usize {
        (word.wrapping_mul(0x9e37_79b1) >> (32 - LONG_KEY_BITS)) as usize
    }

    /// What three of these four are looked up by.
    const fn key(self, word: u32) -> usize {
        let three = match self {
            Self::Start => word & 0x00ff_ffff,
            Self::End => word >> 8,
        };
        (three.wrapping_mul(0x9e37_79b1) >> (32 - KEY_BITS)) as usize
    }
}

/// Literals by three bytes at the place where they are recognised.
#[derive(Debug, Default)]
struct Places {
    side: Side,
    /// Whether fewer than three letters stand before one of the ends.
    short: bool,
    /// The four bytes that literals have at their places, endings counted.
    long: Bits<{ 1 << (LONG_KEY_BITS - 6) }>,
    /// The three bytes at the place of a literal that has no four there.
    bits: Bits<{ 1 << (KEY_BITS - 6) }>,
    /// Where the entries of a bucket of keys begin; those of the next begin where they end.
    from: Vec<u16>,
    entries: Vec<Entry>,
}

/// A literal that may be recognised at a place.
#[derive(Debug, Clone, Copy)]
struct Entry {
    literal: u16,
    /// How many bytes before the place it begins.
    offset: u16,
    /// Those of the eight bytes there that are its own, and what they are.
    mask: u64,
    head: u64,
}

impl Places {
    fn of(texts: &[Box<[u8]>], places: &[(u16, usize)], side: Side) -> Result<Self, String> {
        let (mut bits, mut long) = (Bits::default(), Bits::default());
        let mut entries: Vec<(usize, Entry)> = Vec::new();
        let mut short = false;
        for (literal, at) in places {
            let text = texts.get(usize::from(*literal)).map(|text| &**text).unwrap_or_default();
            let (mut head, mut mask) = ([0_u8; 8], [0_u8; 8]);
            if side == Side::Start {
                let own = text.get(*at..).unwrap_or_default();
                head.iter_mut().zip(&mut mask).zip(own).for_each(|((to, mask), b)| (*to, *mask) = (b | 0x20, u8::MAX));
            } else {
                let own = text.get(..*at).unwrap_or_default().iter().rev();
                let slots = head.iter_mut().zip(&mut mask).rev();
                slots.zip(own).for_each(|((to, mask), b)| (*to, *mask) = (b | 0x20, u8::MAX));
                short |= !text
                    .get(at.saturating_sub(3)..*at)
                    .is_some_and(|three| three.len() == 3 && three.iter().all(u8::is_ascii_alphabetic));
                for ending in ENDINGS {
                    let with: Vec<u8> = text.get(..*at).unwrap_or_default().iter().chain(*ending).copied().collect();
                    let word = side.word(&with, with.len());
                    if with.len() < 4 {
                        bits.set(side.key(word));
                    } else {
                        long.set(Side::long_key(word));
                    }
                }
            }
            let (head, mask) = (u64::from_le_bytes(head), u64::from_le_bytes(mask));
            let offset = u16::try_from(*at).unwrap_or(u16::MAX);
            let entry = Entry { literal: *literal, offset, mask, head };
            let (word, own) = (side.word_of(head) | SMALL, side.word_of(mask));
            let keys: Vec<usize> = filled(word, own, side).map(|word| side.key(word)).collect();
            if own == u32::MAX {
                long.set(Side::long_key(word));
            } else {
                keys.iter().for_each(|key| bits.set(*key));
            }
            let mut buckets: Vec<usize> = keys.into_iter().map(|key| key / BUCKET).collect();
            buckets.sort_unstable();
            buckets.dedup();
            entries.extend(buckets.into_iter().map(|bucket| (bucket, entry)));
        }
        entries.sort_by_key(|(bucket, _)| *bucket);
        u16::try_from(entries.len()).map_err(|_| TOO_MANY)?;
        let from = (0..=(1 << KEY_BITS) / BUCKET).map(|bucket| entries.partition_point(|(own, _)| *own < bucket));
        let from = from.map(|at| u16::try_from(at).unwrap_or(u16::MAX)).collect();
        Ok(Self { side, short, long, bits, from, entries: entries.into_iter().map(|(_, entry)| entry).collect() })
    }

    /// Of the places at these bits of a window those that there may be something at.
    #[inline(always)]
    fn known<'a>(
        &self,
        side: Side,
        bytes: &[u8],
        base: usize,
        places: u64,
        found: &'a mut [usize; WINDOW],
    ) -> &'a [usize] {
        let mut left = places;
        let mut count = 0;
        while left != 0 {
            let at = base + left.trailing_zeros() as usize;
            left &= left - 1;
            let word = side.word(bytes, at);
            // Written always, and kept if it counts: no branch that nobody can foresee.
            if let Some(slot) = found.get_mut(count) {
                *slot = at;
            }
            count += usize::from(self.bits.has(side.key(word)) | self.long.has(Side::long_key(word)));
        }
        found.get(..count).unwrap_or_default()
    }

    fn entries(&self, word: u32) -> &[Entry] {
        let bucket = self.side.key(word) / BUCKET;
        let at = |i: usize| self.from.get(i).map_or(0, |at| usize::from(*at));
        self.entries.get(at(bucket)..at(bucket + 1)).unwrap_or_default()
    }
}

/// A set of small numbers, of a size that is known when this is compiled, so that no look into it is checked.
#[derive(Debug)]
struct Bits<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Bits<WORDS> {
    fn has(&self, key: usize) -> bool {
        self.0.get(key / 64).is_some_and(|bits| (bits >> (key % 64)) & 1 == 1)
    }

    fn set(&mut self, key: usize) {
        if let Some(word) = self.0.get_mut(key / 64) {
            *word |= 1 << (key % 64);
        }
    }
}

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

/// A word whose bytes outside `mask` are anything, as far as the key looks.
fn filled(head: u32, mask: u32, side: Side) -> impl Iterator<Item = u32> {
    let three: [u32; 3] = if side == Side::Start { [0, 8, 16] } else { [24, 16, 8] };
    let free = move |i: usize| three.get(i).copied().filter(|shift| (mask >> shift) & 0xff == 0);
    let all = |shift: Option<u32>| {
        let last = if shift.is_some() { 0xff } else { 0 };
        (0..=last).map(move |b: u32| shift.map_or(0, |shift| (b | 0x20) << shift))
    };
    let own = head & (mask | !(three.iter().fold(0, |bits, shift| bits | (0xff << shift))));
    all(free(1)).flat_map(move |second| all(free(2)).map(move |third| own | second | third))
}

/// What is left.
#[derive(Debug, Default)]
struct Rest {
    /// A few that vectors find together.
    packed: Option<(Searcher, Vec<u16>)>,
    /// Those too short for that, which have no letters.
    short: Vec<(Finder<'static>, u16)>,
    /// Those that begin with a letter of another script; the longest has so many bytes.
    wide: Option<(AhoCorasick, Vec<u16>, usize)>,
    /// Any others.
    others: Option<(AhoCorasick, Vec<u16>)>,
}

impl Rest {
    fn of(texts: &[Box<[u8]>], rest: Vec<(u16, Option<&[u8]>)>) -> Result<Self, String> {
        let mut it = Self::default();
        let own = |literal: u16| texts.get(usize::from(literal)).map(|text| &**text).unwrap_or_default();
        let (wide, rest): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|(literal, _)| own(*literal).first().is_some_and(|b| !b.is_ascii()));
        let wide: Vec<u16> = wide.into_iter().map(|(literal, _)| literal).collect();
        if let Some(longest) = wide.iter().map(|literal| own(*literal).len()).max() {
            it.wide = Some((automaton(wide.iter().map(|literal| own(*literal)))?, wide, longest));
        }
        let is_short =
            |literal: u16| own(literal).len() < PACKED_MIN && !own(literal).iter().any(u8::is_ascii_alphabetic);
        let (short, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(literal, _)| is_short(*literal));
        it.short = short.into_iter().map(|(literal, _)| (Finder::new(own(literal)).into_owned(), literal)).collect();
        let spelled: Vec<Vec<u8>> = rest
            .iter()
            .flat_map(|(literal, exact)| exact.map_or_else(|| spellings(own(*literal)), |one| vec![one.to_vec()]))
            .collect();
        let literals: Vec<u16> = rest.into_iter().map(|(literal, _)| literal).collect();
        let packed = packed::Config::new().builder().extend(&spelled).build();
        match packed.filter(|_| spelled.len() <= PACKED_MAX) {
            Some(packed) => it.packed = Some((packed, literals)),
            None if literals.is_empty() => {}
            None => it.others = Some((automaton(literals.iter().map(|literal| own(*literal)))?, literals)),
        }
        Ok(it)
    }

    fn find(&self, texts: &[Box<[u8]>], bytes: &[u8], each: &mut impl FnMut(u16, usize, usize)) {
        for (finder, literal) in &self.short {
            finder.find_iter(bytes).for_each(|start| each(*literal, start, start + finder.needle().len()));
        }
        if let Some((packed, literals)) = &self.packed {
            let mut from = 0;
            while let Some(found) = packed.find_in(bytes, Span { start: from, end: bytes.len() }) {
                let start = found.start();
                for literal in literals {
                    let text = texts.get(usize::from(*literal)).map(|text| &**text).unwrap_or_default();
                    let end = start + text.len();
                    if bytes.get(start..end).is_some_and(|here| here.eq_ignore_ascii_case(text)) {
                        each(*literal, start, end);
                    }
                }
                from = start + 1;
            }
        }
        if let Some((automaton, literals, longest)) = &self.wide {
            beyond_ascii(bytes, *longest, |start, end| every(automaton, literals, bytes, start, end, each));
        }
        if let Some((automaton, literals)) = &self.others {
            every(automaton, literals, bytes, 0, bytes.len(), each);
        }
    }
}

fn automaton<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Result<AhoCorasick, String> {
    let builder = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(texts);
    builder.map_err(|fault| fault.to_string())
}

/// Calls `each` with what an automaton finds in a part of a text.
fn every(
    automaton: &AhoCorasick,
    literals: &[u16],
    bytes: &[u8],
    start: usize,
    end: usize,
    each: &mut impl FnMut(u16, usize, usize),
) {
    for found in automaton.find_overlapping_iter(bytes.get(start..end).unwrap_or_default()) {
        let literal = literals.get(found.pattern().as_usize()).copied().unwrap_or(u16::MAX);
        each(literal, start + found.start(), start + found.end());
    }
}

/// Calls `each` with the parts of a text that letters of other scripts stand in, and as much behind these as a literal has.
fn beyond_ascii(bytes: &[u8], longest: usize, mut each: impl FnMut(usize, usize)) {
    let mut part: Option<(usize, usize)> = None;
    for (base, window) in (0..).step_by(WINDOW).zip(bytes.chunks(WINDOW)) {
        if let Some((start, end)) = part.filter(|(_, end)| *end <= base) {
            each(start, end);
            part = None;
        }
        if !window.is_ascii() {
            let start = part.map_or(base, |(start, _)| start);
            part = Some((start, (base + WINDOW + longest).min(bytes.len())));
        }
    }
    if let Some((start, end)) = part {
        each(start, end);
    }
}

/// A text with its letters small and large, in every combination; none if there are too many.
fn spellings(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for b in text {
        if all.len() > PACKED_MAX {
            return all;
        }
        let upper = b.is_ascii_lowercase().then(|| b.to_ascii_uppercase());
        let spelled = std::iter::once(*b).chain(upper);
        all = spelled.flat_map(|b| all.iter().map(move |head| [head.as_slice(), &[b]].concat())).collect();
    }
    all
}

/// What a word may end in behind its proper end; see `ends_word`.
const ENDINGS: &[&[u8]] = &[b"s", b"no", b"nr", b"num", b"number", b"nummer"];

/// In every byte the bit that makes a letter a small one.
const SMALL: u32 = 0x2020_2020;

/// The same in eight.
const LONG_SMALL: u64 = 0x2020_2020_2020_2020;

/// A table of eight kilobytes, so that the letters of an ordinary word are rarely in it by chance.
const LONG_KEY_BITS: u32 = 16;

/// One of four kilobytes.
const KEY_BITS: u32 = 15;

/// Keys that share a list of entries.
const BUCKET: usize = 8;

const TOO_MANY: &str = "there are too many literals";

/// Shorter ones make the vectors stop too often.
const PACKED_MIN: usize = 3;

/// More are found faster by an automaton.
const PACKED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::super::rules::Rules;
    use super::super::{begins_word, ends_word};
    use super::*;

    #[test]
    fn every_literal_is_found_where_somebody_looks_for_it() {
        let rules = Rules::builtin();
        let around =
            [("", ""), ("x ", " y"), ("a_", "_b"), ("17", "="), ("(\"", "\":"), ("lower", "s,"), ("x.", "No ")];
        let mut looked_for = 0;
        for (index, (text, uses)) in rules.literals.texts.iter().zip(&rules.uses).enumerate() {
            let upper = text.to_ascii_uppercase();
            let capital = [text[..1].to_ascii_uppercase(), text[1..].to_vec()].concat();
            for spelled in [text.to_vec(), upper, capital] {
                // The expression of a token decides about its spelling, but for those that are looked for as they are spelled.
                let spelled = exact(uses).map_or(spelled, <[u8]>::to_vec);
                for (before, behind) in around {
                    for fill in [0, 40, 64] {
                        let line =
                            [" ".repeat(fill).as_bytes(), before.as_bytes(), &spelled, behind.as_bytes()].concat();
                        let (start, end) = (fill + before.len(), fill + before.len() + spelled.len());
                        let word = begins_word(&line, start);
                        let named = (word || uses.stem) && ends_word(&line, end) && (uses.key || uses.near != 0);
                        let begun = start == 0 || !line[start - 1].is_ascii_alphanumeric();
                        if !(uses.free || named || begun && !uses.tokens.is_empty()) {
                            continue;
                        }
                        looked_for += 1;
                        let mut lanes = Lanes::default();
                        lanes.read(&line);
                        let mut found = false;
                        rules.literals.find(&line, &lanes, |literal, from, to| {
                            found |= (usize::from(literal), from, to) == (index, start, end);
                        });
                        assert!(found, "{:?} in {:?}", String::from_utf8_lossy(text), String::from_utf8_lossy(&line));
                    }
                }
            }
        }
        assert!(looked_for > 10_000, "{looked_for}");
    }
}
