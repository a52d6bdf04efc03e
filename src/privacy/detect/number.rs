//! Numbers: groups of digits joined by single blanks, dashes, dots or slashes, and what may stand beside them.
//!
//! A cheap scan finds where at least nine digits and joints stand close together; only there are groups formed and looked up: the lengths
//! of the groups lead through a [`super::shape::Trie`] to the rules that know such a shape.

use crate::model::DataKind;

use super::card::Brands;
use super::lanes::{Lane, Lanes, WINDOW};
use super::rules::NumberRule;
use super::shape::{CARD, CARD_MIN, MAX_GROUP, Node, Shape, Trie, code, has_digit};
use super::{DISTANCE, Hit, Scan, Side, Tail, Text, Weight, Words, card};

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

impl<'a> Number<'a> {
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

    /// It as it is written.
    pub(super) fn written(self) -> &'a [u8] {
        self.text.slice(self.start(), self.end())
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

/// Appends the numbers; holds back what could become one.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let (text, lanes) = (scan.text, scan.lanes);
    let mut next_word = 0;
    dense(text, lanes, |groups| judge(scan, groups, &mut next_word, tail));
    if text.may_grow() {
        hold_head(scan, tail);
    }
}

/// The brands whose cards' numbers may begin with this group, if its length lets it be one of a card.
fn brands(text: Text<'_>, group: Group) -> Brands {
    let four = text.bytes.get(group.start..).and_then(<[u8]>::first_chunk::<4>);
    four.map_or(Brands::NONE, |four| Brands::of(*four))
}

/// Judges every number that begins at a group of this run. `next_word`: the first word that is not too far before it.
fn judge(scan: &mut Scan<'_>, groups: &[Group], next_word: &mut usize, tail: &mut Tail) {
    let text = scan.text;
    let (Some(start), Some(end)) = (groups.first().map(|group| group.start), groups.last().map(|group| group.end))
    else {
        return;
    };
    let words = scan.anchors.words.get(*next_word..).unwrap_or_default();
    *next_word += words.iter().take_while(|word| word.end + DISTANCE < start).count();
    let all_far = is_far(scan, *next_word, end);
    let cards = scan.kinds.contains(DataKind::PaymentCard);
    let trie = &scan.rules.trie;
    let mut row = Row::default();
    for (i, first) in groups.iter().enumerate() {
        let joint = text.at(first.end);
        let second = groups.get(i + 1).map(|group| group.len());
        if !all_far {
            if trie.any.of(first.len(), joint, second) == 0 {
                continue;
            }
            let words = scan.anchors.words.get(*next_word..).unwrap_or_default();
            *next_word += words.iter().take_while(|word| word.end + DISTANCE < first.start).count();
        }
        let far = all_far || is_far(scan, *next_word, first.start + trie.longest);
        let before = i.checked_sub(1).and(first.start.checked_sub(1)).and_then(|at| text.at(at));
        // Where no word is near, only what counts without one needs to be looked at.
        let firsts = match before {
            _ if !far => &trie.any,
            Some(b' ') => &trie.behind_a_blank,
            _ => &trie.alone,
        };
        let bits = firsts.of(first.len(), joint, second);
        if bits == 0 || far && before.is_some_and(|before| bars(groups, i, before)) {
            continue;
        }
        let rest = groups.get(i..).unwrap_or_default();
        if cards && bits & CARD != 0 && !row.is_dump(text, groups, i) {
            let brands = brands(text, *first);
            let brands = if far { brands.alone() } else { brands };
            if !brands.are_none() {
                carded(scan, rest, brands, joint, tail);
            }
        }
        if has_digit(bits, text.at(first.start).unwrap_or_default()) {
            shaped(scan, rest, far, *next_word, tail);
        }
    }
}

/// Whether the joint before a group of a run bars it, as [`left`] would say.
fn bars(groups: &[Group], i: usize, before: u8) -> bool {
    // What stands before the first group of a run may be of its word.
    before == b'.' || before == b'-' && i > 1 && groups.get(i - 1).is_some_and(|group| group.len() < UUID_GROUP)
}

/// Groups of four digits in a row with blanks between: which of a run's, `start..end`.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    start: usize,
    end: usize,
}

impl Row {
    /// Whether whatever could be a card from this group of the run on stands among so many more groups of four that it is a dump's, as [`card::judge`]
    /// would say of each.
    fn is_dump(&mut self, text: Text<'_>, run: &[Group], i: usize) -> bool {
        if i >= self.end {
            let rest = run.get(i..).unwrap_or_default();
            let joined = rest.iter().take_while(|group| group.len() == 4 && text.at(group.end) == Some(b' ')).count();
            let last = usize::from(joined > 0 && rest.get(joined).is_some_and(|group| group.len() == 4));
            *self = Self { start: i, end: i + joined.max(1) + last };
        }
        // What stands beside the first of the run and the last of it is not known here.
        let (start, end) = (self.start.max(1), self.end.min(run.len() - 1));
        let shapes_of_four_alone = i + CARD_GROUPS <= self.end;
        shapes_of_four_alone && i + 4 <= end && end - i + i.saturating_sub(start) >= card::DUMP
    }
}

/// Whether no word stands near numbers that end here or before; `next_word` is the first that is not too far before them.
fn is_far(scan: &Scan<'_>, next_word: usize, end: usize) -> bool {
    let reach = end + DISTANCE;
    scan.anchors.words.get(next_word).is_none_or(|word| word.end > reach)
        && (!scan.text.may_grow() || reach < scan.text.bytes.len())
}

/// Judges the numbers that begin with the first of these groups and could be a card's.
fn carded(scan: &mut Scan<'_>, groups: &[Group], brands: Brands, joint: Option<u8>, tail: &mut Tail) {
    let text = scan.text;
    let Some((first, len)) = groups.first().map(|group| (group, group.len())) else { return };
    let barred = left(Number { text, groups, joint: None }) == Beside::Barred;
    if barred && scan.glued(first.start) & scan.rules.card == 0 {
        return;
    }
    let prefix = || prefix(text, first.start);
    let mut one = |number: Number<'_>| {
        let named = |scan: &Scan<'_>| scan.near(number.start(), number.end()).words & scan.rules.card != 0;
        note(scan, number, DataKind::PaymentCard, card::judge(number, brands, prefix, || named(scan)), tail);
    };
    if len >= CARD_MIN {
        one(Number { text, groups: groups.get(..1).unwrap_or_default(), joint: None });
    }
    if !matches!(len, 4 | 6) || !matches!(joint, Some(b' ' | b'-')) {
        return;
    }
    let lens = lens_of_one_joint(text, groups, joint);
    for shape in card::SHAPES.iter().filter(|shape| shape.begins(lens)) {
        if let Some(groups) = groups.get(..shape.groups()) {
            one(Number { text, groups, joint });
        }
    }
}

/// The first six digits of a number of at least as many: no shape has two joints there.
fn prefix(text: Text<'_>, start: usize) -> u32 {
    let digits = text.slice(start, start + 7).iter().filter(|b| b.is_ascii_digit()).take(6);
    digits.fold(0, |value, b| value * 10 + u32::from(b - b'0'))
}

/// The lengths of the first groups that are joined alike, the first in the lowest byte, and zero beyond them.
fn lens_of_one_joint(text: Text<'_>, groups: &[Group], joint: Option<u8>) -> u64 {
    let mut lens = [0; 8];
    for (len, group) in lens.iter_mut().take(CARD_GROUPS).zip(groups) {
        *len = u8::try_from(group.len()).unwrap_or(u8::MAX);
        if text.at(group.end) != joint {
            break;
        }
    }
    u64::from_le_bytes(lens)
}

/// Judges the numbers that begin with the first of these groups and have a shape that some rule knows; `all_far`: whether no word is near any of them.
fn shaped(scan: &mut Scan<'_>, groups: &[Group], all_far: bool, next_word: usize, tail: &mut Tail) {
    let (text, rules) = (scan.text, scan.rules);
    let mut node = 0;
    let mut beside = None;
    let (mut codes, mut joint) = (0, 0);
    for (k, group) in (0_u32..).zip(groups) {
        let Some(next) = rules.trie.step(node, group.len()) else { return };
        node = next;
        let Some(node) = rules.trie.nodes.get(node) else { return };
        let Node { ends, alone, .. } = node;
        let here = codes;
        if all_far && !Trie::may_count(node, joint) {
            return;
        }
        joint = text.at(group.end).and_then(code).unwrap_or(0);
        codes |= joint << (2 * k.min(15));
        // Where no word can be near, only what counts without one needs to be looked at.
        if ends.is_empty() {
            continue;
        }
        let far = all_far || is_far(scan, next_word, group.end);
        if far && !alone {
            continue;
        }
        let own = groups.get(..=k as usize).unwrap_or_default();
        let number = Number { text, groups: own, joint: None };
        // What stands before is the same for all shapes that begin here.
        let barred = *beside.get_or_insert_with(|| left(number)) == Beside::Barred;
        let glued = if barred { scan.glued(number.start()) } else { 0 };
        if barred && glued == 0 {
            return;
        }
        let mut near = None;
        for end in ends {
            let Some((shape, index)) = rules.trie.shapes.get(usize::from(*end)) else { continue };
            if far && shape.near || !shape.joints.are(here, k) {
                continue;
            }
            let Some(rule) = rules.numbers.get(*index) else { continue };
            // `SSN123-45-6789`
            let free = !barred || glued & rule.bit != 0;
            if !free || !scan.kinds.contains(rule.kind) || !begins(rule, number) {
                continue;
            }
            let near = *near.get_or_insert_with(|| scan.near(number.start(), number.end()));
            let (says, weight) = judge_shape(number, shape, rule, near);
            match says {
                Says::No => {}
                Says::Yes => scan.hits.push(Hit { start: number.start(), end: number.end(), kind: rule.kind }),
                Says::Open => tail.hold(number.start(), weight),
            }
        }
    }
}

fn judge_shape(number: Number<'_>, shape: &Shape, rule: &NumberRule, near: Words) -> (Says, Weight) {
    let no = (Says::No, Weight::Light);
    let named = near.words & rule.bit != 0;
    if shape.near && !named && !near.open {
        return no;
    }
    let right = right(number);
    if right == Beside::Barred || rule.check.is_some_and(|check| !check(number.written())) {
        return no;
    }
    let beside = if named { Beside::Clear } else { alone(number, shape) };
    if shape.near && !named {
        // What follows may still say it.
        return if near.open { (Says::Open, Weight::Light) } else { no };
    }
    match (right, beside) {
        (_, Beside::Barred) if near.open => (Says::Open, Weight::Light),
        (_, Beside::Barred) | (Beside::Barred, _) => no,
        (Beside::Open, _) | (_, Beside::Open) => (Says::Open, Weight::Identifying),
        (Beside::Clear, Beside::Clear) => (Says::Yes, Weight::Identifying),
    }
}

/// What stands before the blanks at the end, on the same line.
pub(super) fn without_blanks(before: &[u8]) -> &[u8] {
    let blanks = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    before.get(..before.len() - blanks).unwrap_or_default()
}

/// Whether its first digit is one that the rule's numbers begin with.
fn begins(rule: &NumberRule, number: Number<'_>) -> bool {
    rule.begins.is_empty() || number.text.at(number.start()).is_some_and(|b| rule.begins.contains(&b))
}

/// Three numbers in a row of more are a table's, and pairs of digits among pairs of hexadecimal ones a dump's.
fn alone(number: Number<'_>, shape: &Shape) -> Beside {
    if !shape.joints.have_a_blank() {
        return Beside::Clear;
    }
    let (text, start, end) = (number.text, number.start(), number.end());
    // ` 4848:\t05 83 00 00 00`: the bytes of an instruction.
    let before = text.slice(start.saturating_sub(8), start);
    let address = without_blanks(before);
    if address.len() < before.len()
        && address
            .strip_suffix(b":")
            .is_some_and(|at| at.len() > 2 && at.iter().rev().take(3).all(u8::is_ascii_hexdigit))
    {
        return Beside::Barred;
    }
    if let Some(from) = start.checked_sub(1).filter(|i| text.at(*i) == Some(b' ')) {
        let window = text.slice(from.saturating_sub(5), from);
        let word = window.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = window.get(window.len() - word..).unwrap_or_default();
        let hex = (2..=4).contains(&word.len()) && word.iter().all(u8::is_ascii_hexdigit);
        if word.last().is_some_and(u8::is_ascii_digit) || hex {
            return Beside::Barred;
        }
    }
    match (text.at(end), text.at(end + 1)) {
        (Some(b' '), None) if text.may_grow() => Beside::Open,
        (Some(b' '), Some(b)) if b.is_ascii_digit() => Beside::Barred,
        (Some(b' '), Some(b)) if b.is_ascii_hexdigit() => {
            let window = text.slice(end + 1, text.bytes.len().min(end + 6));
            let word = window.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            let hex = window.iter().take(word).all(u8::is_ascii_hexdigit);
            match word {
                2..=4 if hex && word < window.len() => Beside::Barred,
                _ if hex && word == window.len() && word < 5 && text.may_grow() => Beside::Open,
                _ if hex && word == window.len() && (2..=4).contains(&word) => Beside::Barred,
                _ => Beside::Clear,
            }
        }
        _ => Beside::Clear,
    }
}

fn note(scan: &mut Scan<'_>, number: Number<'_>, kind: DataKind, says: Says, tail: &mut Tail) {
    match says {
        Says::No => {}
        Says::Yes => scan.hits.push(Hit { start: number.start(), end: number.end(), kind }),
        Says::Open => tail.hold(number.start(), Weight::Identifying),
    }
}

/// Holds back the digits at the end of the text that could be the head of a number.
fn hold_head(scan: &Scan<'_>, tail: &mut Tail) {
    let text = scan.text;
    let (groups, complete) = last_groups(text);
    for i in 0..groups.len() {
        let rest = groups.get(i..).unwrap_or_default();
        let head = Number { text, groups: rest, joint: None };
        if left(head) == Beside::Barred {
            continue;
        }
        tail.hold(head.start(), Weight::Light);
        if head.len() <= FIRST_HALF {
            continue;
        }
        let open = Head { groups: rest, complete };
        let joint = rest.first().and_then(|group| text.at(group.end)).filter(|_| complete || rest.len() > 1);
        let joined = if complete { rest } else { rest.split_last().map_or(rest, |(_, before)| before) };
        let uniform = joined.iter().all(|group| text.at(group.end) == joint);
        let card = uniform
            && scan.kinds.contains(DataKind::PaymentCard)
            && card::head(Number { joint, ..head }, open) == Some(Weight::Identifying);
        if card || open.may_become_some(scan, head) {
            tail.hold(head.start(), Weight::Identifying);
        }
    }
}

/// Groups of which the last may still grow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    groups: &'a [Group],
    /// Whether the last group is followed by a joint.
    complete: bool,
}

impl Head<'_> {
    /// Whether more digits could turn it into `whole`.
    pub(super) fn may_become(self, whole: &[u8]) -> bool {
        let needed = self.groups.len() + usize::from(self.complete);
        needed <= whole.len()
            && self.groups.iter().zip(whole).enumerate().all(|(i, (group, len))| {
                let open = !self.complete && i + 1 == self.groups.len();
                if open { group.len() <= usize::from(*len) } else { group.len() == usize::from(*len) }
            })
    }

    /// Whether more digits could turn it into a number of some rule.
    fn may_become_some(self, scan: &Scan<'_>, head: Number<'_>) -> bool {
        let words = scan.near(head.start(), head.end()).words;
        let text = scan.text;
        let joined = if self.complete { self.groups.len() } else { self.groups.len() - 1 };
        let seen = u32::try_from(joined).unwrap_or(0);
        let codes = codes(text, self.groups.get(..joined).unwrap_or_default());
        scan.rules.trie.shapes.iter().any(|(shape, rule)| {
            let Some(rule) = scan.rules.numbers.get(*rule) else { return false };
            let started = self.groups.len() + usize::from(self.complete) > 1;
            let counts = if shape.near { words & rule.bit != 0 } else { started && shape.lens.len() > 1 };
            let total: usize = shape.lens.iter().map(|len| usize::from(*len)).sum();
            // Two thirds of a number are as good as all of it.
            counts
                && self.digits() * 3 >= total * 2
                && begins(rule, head)
                && scan.kinds.contains(rule.kind)
                && self.may_become(&shape.lens)
                && shape.joints.are(codes, seen)
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

/// The joints of groups, as [`super::shape::Joints`] has them.
fn codes(text: Text<'_>, groups: &[Group]) -> u32 {
    let codes = groups.iter().take(16).map(|group| text.at(group.end).and_then(code).unwrap_or(0));
    codes.enumerate().fold(0, |all, (i, code)| all | code << (2 * i))
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
        // `…1111USD`: a word of its own, no digit of something longer.
        Some(b) if b.is_ascii_alphabetic() && !b.is_ascii_hexdigit() => {
            let word = text.slice(end, text.bytes.len().min(end + SUFFIX + 1));
            let len = word.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            let letters = word.iter().take(len).all(u8::is_ascii_alphabetic);
            if len == word.len() && len <= SUFFIX && letters && text.may_grow() {
                return Beside::Open;
            }
            verdict(len > SUFFIX || !letters)
        }
        Some(b) => verdict(b.is_ascii_alphanumeric()),
    }
}

pub(super) const fn is_joint(b: u8) -> bool {
    matches!(b, b' ' | b'-' | b'.' | b'/')
}

/// Calls `each` with the groups of every run of at least [`MIN_DIGITS`] digits.
///
/// A run has at least nine characters, digits and joints between digits: only where nine such bits stand in a row are groups
/// formed. Most of what a log counts never gets that far.
fn dense(text: Text<'_>, lanes: &Lanes, mut each: impl FnMut(&[Group])) {
    let mut groups = Vec::new();
    let mut walked = 0;
    let mut before = 0;
    for (window, lane) in lanes.all().iter().enumerate() {
        let next = lanes.at(window + 1);
        let held = of_a_run(*lane, before, next.digits);
        before = lane.digits >> (WINDOW - 1);
        if held == 0 {
            continue;
        }
        // Of the next window only its first bytes are looked at: what stands behind it does not matter.
        let mut starts = nine_in_a_row(held, of_a_run(next, before, 0));
        while starts != 0 {
            let at = window * WINDOW + starts.trailing_zeros() as usize;
            if at >= walked {
                walked = walk(text, lanes, at, &mut groups, &mut each);
            }
            let done = u32::try_from(walked - window * WINDOW).unwrap_or(u32::MAX);
            starts &= u64::MAX.checked_shl(done).unwrap_or(0);
        }
    }
}

/// Digits, and joints between two of them; `before`: whether a digit ends the window before, `after`: the digits of the next.
const fn of_a_run(lane: Lane, before: u64, after: u64) -> u64 {
    let between = ((lane.digits << 1) | before) & ((lane.digits >> 1) | (after << (WINDOW - 1)));
    lane.digits | lane.joints() & between
}

/// Where nine ones begin in the first of two windows.
const fn nine_in_a_row(first: u64, second: u64) -> u64 {
    let bits = both(both(both((first, second), 1), 2), 4).0;
    bits & (first >> 8 | second << 56)
}

/// The ones of two windows that have another one so many bits behind.
const fn both((first, second): (u64, u64), by: u32) -> (u64, u64) {
    (first & (first >> by | second << (64 - by)), second & (second >> by))
}

/// Walks the run that begins at `from` and returns where it ends.
fn walk(text: Text<'_>, lanes: &Lanes, from: usize, groups: &mut Vec<Group>, each: &mut impl FnMut(&[Group])) -> usize {
    groups.clear();
    let mut digits = 0;
    let mut start = from;
    loop {
        let end = start + lanes.digits_from(start);
        let group = Group { start, end };
        groups.push(group);
        digits += group.len();
        match text.bytes.get(end..) {
            Some([joint, digit, ..]) if is_joint(*joint) && digit.is_ascii_digit() => start = end + 1,
            _ => {
                if digits >= MIN_DIGITS {
                    each(groups);
                }
                return end;
            }
        }
    }
}

/// The fewest digits of any number here: a telephone number without its area. They stand with joints, or after a word that is not far.
const MIN_DIGITS: usize = 7;

/// The first five digits of a number say when and where it was given out; the rest is the person.
const FIRST_HALF: usize = 5;

/// The most groups of a card's shapes.
const CARD_GROUPS: usize = 5;

/// The most groups of any shape.
pub(super) const MAX_GROUPS: usize = 8;

/// So many letters behind a number are a unit or a mark, and no token goes on.
const SUFFIX: usize = 3;

/// A group of a UUID (RFC 9562 §4) has at most 12 hexadecimal digits; a longer word is none.
const UUID_GROUP: usize = 13;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_scan_finds_every_run_that_a_plain_one_finds() {
        let mut state = 1_u64;
        for round in 0..6_000 {
            let alphabet: &[u8] = if round % 2 == 0 { b"0123456789 -" } else { b"01234567 -\n.x" };
            let bytes: Vec<u8> = (0..round % 190)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    alphabet[(state >> 33) as usize % alphabet.len()]
                })
                .collect();
            let mut lanes = Lanes::default();
            lanes.read(&bytes);
            let mut fast = Vec::new();
            let text = Text { bytes: &bytes, before: Side::Nothing, after: Side::Nothing };
            dense(text, &lanes, |groups| fast.push(groups.to_vec()));
            assert_eq!(fast, plain(&bytes), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    /// Runs as they are defined.
    fn plain(bytes: &[u8]) -> Vec<Vec<Group>> {
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let mut runs = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let mut groups = Vec::new();
            while digit(at) {
                let start = at;
                while digit(at) {
                    at += 1;
                }
                groups.push(Group { start, end: at });
                if bytes.get(at).copied().is_some_and(is_joint) && digit(at + 1) {
                    at += 1;
                }
            }
            let digits: usize = groups.iter().map(|group| group.len()).sum();
            let len = groups.first().zip(groups.last()).map_or(0, |(first, last)| last.end - first.start);
            if digits >= MIN_DIGITS && len >= 9 {
                runs.push(groups);
            }
            at += 1;
        }
        runs
    }
}
