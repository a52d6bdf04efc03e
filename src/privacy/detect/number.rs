//! Numbers: groups of digits joined by single blanks or dashes, and what may stand beside them.
//!
//! A cheap scan finds where at least nine digits stand close together; only there are groups formed and judged.

use crate::model::DataKind;
use crate::privacy::Kinds;

use super::{Hit, Side, Tail, Text, Weight, card, ssn};

/// A run of digits, `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }
}

/// A number as it is written: groups and what joins them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'a> {
    pub(super) text: Text<'a>,
    /// At least one.
    pub(super) groups: &'a [Group],
    /// What joins the groups: `None` for a single one.
    pub(super) joint: Option<u8>,
}

impl Number<'_> {
    pub(super) fn start(self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    pub(super) fn end(self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// How many digits it has.
    pub(super) fn len(self) -> usize {
        self.groups.iter().map(|group| group.len()).sum()
    }

    /// Its first six digits (all, if it has fewer) as a number.
    pub(super) fn prefix(self) -> u32 {
        // Six digits of a number stand within its first seven bytes: no shape has two joints there.
        let head = self.text.slice(self.start(), self.end().min(self.start() + 7));
        let digits = head.iter().filter(|b| b.is_ascii_digit()).take(6);
        digits.fold(0, |value, b| value * 10 + u32::from(b - b'0'))
    }

    /// Its digits as values; `None` if there are more than fit a card.
    pub(super) fn digits(self) -> Option<Digits> {
        let mut digits = Digits::default();
        for group in self.groups {
            for b in self.text.slice(group.start, group.end) {
                digits.push(b - b'0')?;
            }
        }
        Some(digits)
    }
}

/// Up to 19 digits (ISO/IEC 7812-1 allows no longer number).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Digits {
    values: [u8; 19],
    len: usize,
}

impl Digits {
    fn push(&mut self, digit: u8) -> Option<()> {
        *self.values.get_mut(self.len)? = digit;
        self.len += 1;
        Some(())
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or_default()
    }
}

/// What a detector says about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// It is none.
    No,
    /// It is one.
    Yes,
    /// It is one, unless what comes next says otherwise.
    Open,
}

/// Appends cards and social security numbers; holds back what could become one.
pub(super) fn scan(text: Text<'_>, kinds: Kinds, hits: &mut Vec<Hit>, tail: &mut Tail) {
    dense(text.bytes, |groups| judge(text, groups, kinds, hits, tail));
    if text.may_grow() {
        hold_head(text, kinds, tail);
    }
}

/// Judges every number that begins at a group of this run.
fn judge(text: Text<'_>, groups: &[Group], kinds: Kinds, hits: &mut Vec<Hit>, tail: &mut Tail) {
    let mut note = |number: Number<'_>, kind: DataKind, says: Says| match says {
        Says::No => {}
        Says::Yes => hits.push(Hit { start: number.start(), end: number.end(), kind }),
        Says::Open => tail.hold(number.start(), Weight::Identifying),
    };
    for (i, first) in groups.iter().enumerate() {
        let rest = groups.get(i..).unwrap_or_default();
        if first.len() > MAX_GROUP {
            continue;
        }
        for number in numbers(text, rest) {
            if kinds.contains(DataKind::PaymentCard) {
                note(number, DataKind::PaymentCard, card::judge(number));
            }
            if kinds.contains(DataKind::UsSsn) {
                note(number, DataKind::UsSsn, ssn::judge(number));
            }
        }
    }
}

/// The numbers that begin with the first of these groups and have a shape worth judging.
fn numbers<'a>(text: Text<'a>, groups: &'a [Group]) -> impl Iterator<Item = Number<'a>> {
    let single = groups.get(..1).filter(|group| group.iter().all(|group| group.len() >= usize::from(MIN_DIGITS)));
    let single = single.map(|groups| Number { text, groups, joint: None });
    let (lens, joint) = run_of_one_joint(text, groups);
    let shapes: &[&[u8]] = match lens {
        [_, 0, ..] => &[],
        [3, ..] => ssn::SHAPES,
        [4 | 6, ..] if groups.first().and_then(|group| text.at(group.start)).is_some_and(card::may_begin) => {
            card::SHAPES
        }
        _ => &[],
    };
    let joined = shapes.iter().filter_map(move |shape| {
        // Beyond the run all lengths are zero, so no longer shape fits.
        let fits = shape.iter().zip(&lens).all(|(len, here)| len == here);
        let groups = groups.get(..shape.len()).filter(|_| fits)?;
        Some(Number { text, groups, joint })
    });
    single.into_iter().chain(joined)
}

/// The lengths of the first groups that are joined alike, zero beyond them, and the joint.
fn run_of_one_joint(text: Text<'_>, groups: &[Group]) -> ([u8; MAX_GROUPS], Option<u8>) {
    let mut lens = [0; MAX_GROUPS];
    let joint = groups.first().and_then(|group| text.at(group.end));
    for (len, group) in lens.iter_mut().zip(groups) {
        *len = u8::try_from(group.len()).unwrap_or(u8::MAX);
        if text.at(group.end) != joint {
            break;
        }
    }
    (lens, joint)
}

/// Holds back the digits at the end of the text that could be the head of a number.
fn hold_head(text: Text<'_>, kinds: Kinds, tail: &mut Tail) {
    let (groups, complete) = last_groups(text);
    for i in 0..groups.len() {
        let rest = groups.get(i..).unwrap_or_default();
        let joint = rest.first().and_then(|group| text.at(group.end));
        let joint = joint.filter(|_| complete || rest.len() > 1);
        let joined = if complete { rest } else { rest.split_last().map_or(rest, |(_, before)| before) };
        let uniform = joined.iter().all(|group| text.at(group.end) == joint);
        let head = Number { text, groups: rest, joint };
        if !uniform || left(head) == Beside::Barred {
            continue;
        }
        let shape = Shape { groups: rest, complete };
        for weight in [
            kinds.contains(DataKind::PaymentCard).then(|| card::head(head, shape)).flatten(),
            kinds.contains(DataKind::UsSsn).then(|| ssn::head(head, shape)).flatten(),
        ]
        .into_iter()
        .flatten()
        {
            tail.hold(head.start(), weight);
        }
    }
}

/// The shape of groups of which the last may still grow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    groups: &'a [Group],
    /// Whether the last group is followed by a joint.
    complete: bool,
}

impl Shape<'_> {
    /// Whether more digits could turn it into `whole`.
    pub(super) fn may_become(self, whole: &[u8]) -> bool {
        let needed = self.groups.len() + usize::from(self.complete);
        needed <= whole.len()
            && self.groups.iter().zip(whole).enumerate().all(|(i, (group, len))| {
                let open = !self.complete && i + 1 == self.groups.len();
                if open { group.len() <= usize::from(*len) } else { group.len() == usize::from(*len) }
            })
    }

    /// How many digits stand in one unbroken group, if nothing else does.
    pub(super) fn single(self) -> Option<usize> {
        match self.groups {
            [group] if !self.complete => Some(group.len()),
            _ => None,
        }
    }

    /// How many digits there are.
    pub(super) fn digits(self) -> usize {
        self.groups.iter().map(|group| group.len()).sum()
    }
}

/// The groups at the end of the text, at most as many as a number has, and whether a joint follows the last.
fn last_groups(text: Text<'_>) -> (Vec<Group>, bool) {
    let len = text.bytes.len();
    let complete = len > 0 && text.at(len - 1).is_some_and(is_joint);
    let mut end = len - usize::from(complete);
    let mut groups = Vec::new();
    while groups.len() < MAX_GROUPS {
        let window = text.slice(end.saturating_sub(MAX_GROUP + 1), end);
        let digits = window.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > MAX_GROUP {
            break;
        }
        let start = end - digits;
        groups.push(Group { start, end });
        match start.checked_sub(1).and_then(|i| text.at(i)) {
            Some(b) if is_joint(b) => end = start - 1,
            _ => break,
        }
    }
    groups.reverse();
    (groups, complete)
}

/// Whether what stands beside a number lets it be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing there speaks against it.
    Clear,
    /// It is part of something longer: a word, a decimal, a UUID, a telephone number.
    Barred,
    /// Not all of it is seen yet.
    Open,
}

/// What stands before a number.
pub(super) fn left(number: Number<'_>) -> Beside {
    let (text, start) = (number.text, number.start());
    let Some(i) = start.checked_sub(1) else {
        return if text.before == Side::More { Beside::Barred } else { Beside::Clear };
    };
    let barred = match text.at(i) {
        Some(b'+') => true,
        Some(b'.') => i.checked_sub(1).and_then(|i| text.at(i)).is_some_and(|b| b.is_ascii_digit()),
        Some(b'-') => {
            let word = text.slice(i.saturating_sub(UUID_GROUP), i);
            let len = word.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
            let word = word.get(word.len() - len..).unwrap_or_default();
            len > 0 && len < UUID_GROUP && word.iter().all(u8::is_ascii_hexdigit)
        }
        Some(b) => b.is_ascii_alphanumeric(),
        None => false,
    };
    if barred { Beside::Barred } else { Beside::Clear }
}

/// What stands after a number.
pub(super) fn right(number: Number<'_>) -> Beside {
    let (text, end) = (number.text, number.end());
    let unseen = if text.may_grow() { Beside::Open } else { Beside::Clear };
    let verdict = |barred: bool| if barred { Beside::Barred } else { Beside::Clear };
    match text.at(end) {
        None => unseen,
        Some(b'.') => text.at(end + 1).map_or(unseen, |b| verdict(b.is_ascii_digit())),
        Some(b'-') => {
            let word = text.slice(end + 1, text.bytes.len().min(end + 1 + UUID_GROUP));
            let len = word.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            let hex = word.iter().take(len).all(u8::is_ascii_hexdigit);
            if end + 1 + len == text.bytes.len() && len < UUID_GROUP && hex && text.may_grow() {
                return Beside::Open;
            }
            verdict(len > 0 && len < UUID_GROUP && hex)
        }
        Some(b) => verdict(b.is_ascii_alphanumeric()),
    }
}

pub(super) const fn is_joint(b: u8) -> bool {
    matches!(b, b' ' | b'-')
}

/// Calls `each` with the groups of every run of at least [`MIN_DIGITS`] digits.
///
/// A run has at least nine characters, digits and joints between digits, so a window of 64 bytes is first looked at as two bit
/// masks, and only where nine bits stand in a row are groups formed. Most of what a log counts never gets
/// that far.
fn dense(bytes: &[u8], mut each: impl FnMut(&[Group])) {
    let mut groups = Vec::new();
    let mut walked = 0;
    let mut padded = [0; WINDOW];
    for base in (0..bytes.len()).step_by(STRIDE) {
        let rest = bytes.get(base..).unwrap_or_default();
        let window = rest.first_chunk::<WINDOW>().unwrap_or_else(|| {
            padded = [0; WINDOW];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &padded
        });
        let digits = mask(window, digits_of);
        // What stands beside the window is not known: it may be a digit.
        let gaps = ((digits << 1) | 1) & ((digits >> 1) | (1 << 63));
        if nine_in_a_row(digits | gaps) == 0 {
            continue;
        }
        let joints = mask(window, |word| equal_to(word, b' ') | equal_to(word, b'-'));
        let mut starts = nine_in_a_row(digits | (gaps & joints));
        while starts != 0 {
            let at = base + starts.trailing_zeros() as usize;
            if at >= walked {
                walked = walk(bytes, back_up(bytes, at, walked), at + 1, &mut groups, &mut each);
            }
            let done = u32::try_from(walked - base).unwrap_or(u32::MAX);
            starts &= u64::MAX.checked_shl(done).unwrap_or(0);
        }
    }
}

/// Where nine ones begin.
const fn nine_in_a_row(mask: u64) -> u64 {
    let two = mask & (mask >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    eight & (mask >> 8)
}

/// One bit for each byte of which `tops` sets the top bit; bit 0 is the first byte.
fn mask(window: &[u8; WINDOW], tops: impl Fn(u64) -> u64) -> u64 {
    let words = window.as_chunks::<8>().0.iter().enumerate();
    words.fold(0, |bits, (i, word)| bits | (gather(tops(u64::from_le_bytes(*word))) << (8 * i)))
}

/// 0x80 in every byte that is a digit: the byte without its 0x30 is at most 9, and has no top bit.
const fn digits_of(word: u64) -> u64 {
    let value = word ^ every(0x30);
    !(((value & every(0x7f)) + every(0x76)) | value) & every(0x80)
}

/// 0x80 in every byte that is `byte`.
const fn equal_to(word: u64, byte: u8) -> u64 {
    let value = word ^ every(byte);
    !(((value & every(0x7f)) + every(0x7f)) | value) & every(0x80)
}

/// That byte, eight times.
const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The top bits of eight bytes as eight bits: the product moves the bit of byte i to bit 56 + i, and nothing else meets there.
const fn gather(tops: u64) -> u64 {
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The start of the run that `from` stands in, not before `walked`.
fn back_up(bytes: &[u8], from: usize, walked: usize) -> usize {
    let before = bytes.get(walked..from).unwrap_or_default();
    from - before.iter().rev().take_while(|b| b.is_ascii_digit() || is_joint(**b)).count()
}

/// Walks the runs that begin in `from..until` and returns where the last one ends.
fn walk(bytes: &[u8], from: usize, until: usize, groups: &mut Vec<Group>, each: &mut impl FnMut(&[Group])) -> usize {
    let mut pos = from;
    while let Some(skip) = bytes.get(pos..until).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        pos += skip;
        groups.clear();
        let mut digits = 0;
        loop {
            let rest = bytes.get(pos..).unwrap_or_default();
            let len = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
            groups.push(Group { start: pos, end: pos + len });
            digits += len;
            pos += len;
            match rest.get(len..) {
                Some([joint, digit, ..]) if is_joint(*joint) && digit.is_ascii_digit() => pos += 1,
                _ => break,
            }
        }
        if digits >= usize::from(MIN_DIGITS) {
            each(groups);
        }
    }
    pos.max(until)
}

/// The fewest digits of any number here: a social security number.
const MIN_DIGITS: u8 = 9;

/// The longest group of any number here, in digits: a card written without joints.
const MAX_GROUP: usize = 19;

/// The most groups of any shape.
const MAX_GROUPS: usize = 5;

/// A group of a UUID (RFC 9562 §4) has at most 12 hexadecimal digits; a longer word is none.
const UUID_GROUP: usize = 13;

/// Bytes that are looked at at once.
const WINDOW: usize = 64;

/// Windows overlap by eight bytes, so that nine in a row lie whole in one of them.
const STRIDE: usize = WINDOW - 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_scan_finds_every_run_that_the_plain_one_finds() {
        let mut state = 1_u64;
        for round in 0..3_000 {
            let alphabet: &[u8] = if round % 2 == 0 { b"0123456789 -" } else { b"01234567 -\n.x" };
            let bytes: Vec<u8> = (0..round % 90)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    alphabet[(state >> 33) as usize % alphabet.len()]
                })
                .collect();
            let mut fast = Vec::new();
            dense(&bytes, |groups| fast.push(groups.to_vec()));
            let mut plain = Vec::new();
            walk(&bytes, 0, bytes.len(), &mut Vec::new(), &mut |groups: &[Group]| plain.push(groups.to_vec()));
            assert_eq!(fast, plain, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
