//! Numbers: groups of digits joined by single blanks, dashes, dots or slashes, and what may stand beside them.
//!
//! A cheap scan finds where at least nine digits and joints stand close together; only there are groups formed and looked up: the lengths
//! of the groups lead through a [`Trie`] to the rules that know such a shape.

use crate::model::DataKind;

use super::rules::NumberRule;
use super::{Hit, Scan, Side, Tail, Text, Weight, card};

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

    /// Its first six digits (all, if it has fewer) as a number.
    pub(super) fn prefix(self) -> u32 {
        // Six digits of a number stand within its first seven bytes: no shape has two joints there.
        let head = self.text.slice(self.start(), self.end().min(self.start() + 7));
        let digits = head.iter().filter(|b| b.is_ascii_digit()).take(6);
        digits.fold(0, |value, b| value * 10 + u32::from(b - b'0'))
    }

    /// It as it is written.
    pub(super) fn written(self) -> &'a [u8] {
        self.text.slice(self.start(), self.end())
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

/// How a number may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    lens: Vec<u8>,
    /// What stands between the groups; `~`: a blank, a dash or a dot, the same throughout.
    joints: Vec<u8>,
    /// Whether it counts only beside a word.
    near: bool,
}

impl Shape {
    /// `3-2-4`: groups of three, two and four digits with dashes.
    pub(super) fn parse(text: &str, near: bool) -> Self {
        let lens = text.split(|c: char| !c.is_ascii_digit()).map(|len| len.parse().unwrap_or(0)).collect();
        Self { lens, joints: text.bytes().filter(|b| !b.is_ascii_digit()).collect(), near }
    }

    fn joined_by(&self, joints: impl Iterator<Item = Option<u8>> + Clone) -> bool {
        let first = joints.clone().next();
        self.joints.iter().zip(joints).all(|(own, joint)| match own {
            b'~' => Some(joint) == first && matches!(joint, Some(b' ' | b'-' | b'.')),
            own => joint == Some(*own),
        })
    }
}

/// The shapes by the lengths of their groups.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    shapes: Vec<(Shape, usize)>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// By the length of the next group; 0: none.
    next: [u16; MAX_GROUP + 1],
    /// The shapes that end here.
    ends: Vec<u16>,
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], shapes: Vec::new() }
    }
}

impl Trie {
    /// Adds a shape of a rule. There are a few hundred; what does not fit is left out, and the test of the examples says so.
    pub(super) fn add(&mut self, shape: Shape, rule: usize) {
        let mut at = 0_usize;
        for len in &shape.lens {
            let count = self.nodes.len();
            let Some(slot) = self.nodes.get_mut(at).and_then(|node| node.next.get_mut(usize::from(*len))) else {
                return;
            };
            if *slot == 0 {
                let Ok(new) = u16::try_from(count) else { return };
                *slot = new;
                self.nodes.push(Node::default());
                at = count;
            } else {
                at = usize::from(*slot);
            }
        }
        if let (Some(node), Ok(index)) = (self.nodes.get_mut(at), u16::try_from(self.shapes.len())) {
            node.ends.push(index);
            self.shapes.push((shape, rule));
        }
    }

    fn step(&self, node: usize, len: usize) -> Option<usize> {
        let next = self.nodes.get(node)?.next.get(len).copied().filter(|next| *next != 0)?;
        Some(usize::from(next))
    }
}

/// Appends the numbers; holds back what could become one.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let text = scan.text;
    dense(text.bytes, |groups| judge(scan, groups, tail));
    if text.may_grow() {
        hold_head(scan, tail);
    }
}

/// Judges every number that begins at a group of this run.
fn judge(scan: &mut Scan<'_>, groups: &[Group], tail: &mut Tail) {
    let text = scan.text;
    for (i, first) in groups.iter().enumerate() {
        if first.len() > MAX_GROUP {
            continue;
        }
        let rest = groups.get(i..).unwrap_or_default();
        if scan.kinds.contains(DataKind::PaymentCard) {
            for number in cards(text, rest) {
                let named = |scan: &Scan<'_>| scan.near(number.start(), number.end()).words & scan.rules.card != 0;
                note(scan, number, DataKind::PaymentCard, card::judge(number, || named(scan)), tail);
            }
        }
        shaped(scan, rest, tail);
    }
}

/// Judges the numbers that begin with the first of these groups and have a shape that some rule knows.
fn shaped(scan: &mut Scan<'_>, groups: &[Group], tail: &mut Tail) {
    let (text, rules) = (scan.text, scan.rules);
    let mut node = 0;
    let mut beside = None;
    for (k, group) in groups.iter().enumerate() {
        let Some(next) = rules.trie.step(node, group.len()) else { return };
        node = next;
        let ends = rules.trie.nodes.get(node).map_or(&[][..], |node| node.ends.as_slice());
        if ends.is_empty() {
            continue;
        }
        let own = groups.get(..=k).unwrap_or_default();
        let number = Number { text, groups: own, joint: None };
        // What stands before is the same for all shapes that begin here.
        if *beside.get_or_insert_with(|| left(number)) == Beside::Barred {
            return;
        }
        let joints = own.iter().take(k).map(|group| text.at(group.end));
        for end in ends {
            let Some((shape, index)) = rules.trie.shapes.get(usize::from(*end)) else { continue };
            let Some(rule) = rules.numbers.get(*index) else { continue };
            if shape.joined_by(joints.clone()) && scan.kinds.contains(rule.kind) {
                let (says, weight) = judge_shape(scan, number, shape, rule);
                match says {
                    Says::No => {}
                    Says::Yes => scan.hits.push(Hit { start: number.start(), end: number.end(), kind: rule.kind }),
                    Says::Open => tail.hold(number.start(), weight),
                }
            }
        }
    }
}

fn judge_shape(scan: &Scan<'_>, number: Number<'_>, shape: &Shape, rule: &NumberRule) -> (Says, Weight) {
    let no = (Says::No, Weight::Light);
    if !begins(rule, number) {
        return no;
    }
    let near = scan.near(number.start(), number.end());
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

/// Whether its first digit is one that the rule's numbers begin with.
fn begins(rule: &NumberRule, number: Number<'_>) -> bool {
    rule.begins.is_empty() || number.text.at(number.start()).is_some_and(|b| rule.begins.contains(&b))
}

/// Three numbers in a row of more are a table's, and pairs of digits among pairs of hexadecimal ones a dump's.
fn alone(number: Number<'_>, shape: &Shape) -> Beside {
    if !shape.joints.contains(&b' ') {
        return Beside::Clear;
    }
    let (text, start, end) = (number.text, number.start(), number.end());
    // ` 4848:\t05 83 00 00 00`: the bytes of an instruction.
    let before = text.slice(start.saturating_sub(8), start);
    let address = before.trim_ascii_end();
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

/// The numbers that begin with the first of these groups and could be a card's.
fn cards<'a>(text: Text<'a>, groups: &'a [Group]) -> impl Iterator<Item = Number<'a>> {
    let single = groups.get(..1).filter(|group| group.iter().all(|group| group.len() >= CARD_MIN));
    let single = single.map(|groups| Number { text, groups, joint: None });
    let (lens, joint) = run_of_one_joint(text, groups);
    let shapes: &[&[u8]] = match lens {
        [4 | 6, 1..=19, ..]
            if matches!(joint, Some(b' ' | b'-'))
                && groups.first().and_then(|group| text.at(group.start)).is_some_and(card::may_begin) =>
        {
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
fn run_of_one_joint(text: Text<'_>, groups: &[Group]) -> ([u8; CARD_GROUPS], Option<u8>) {
    let mut lens = [0; CARD_GROUPS];
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
        let joints = self.groups.iter().take(joined).map(|group| text.at(group.end));
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
                && shape.joined_by(joints.clone())
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
    matches!(b, b' ' | b'-' | b'.' | b'/')
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
        let joints = mask(window, |word| {
            equal_to(word, b' ') | equal_to(word, b'-') | equal_to(word, b'.') | equal_to(word, b'/')
        });
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

/// Sixty-four bytes as words.
pub(super) struct Lanes<'a>(&'a [u8; WINDOW]);

impl<'a> Lanes<'a> {
    pub(super) const fn of(window: &'a [u8; WINDOW]) -> Self {
        Self(window)
    }

    /// One bit for each byte that is in the class.
    pub(super) fn mask(&self, tops: impl Fn(u64) -> u64) -> u64 {
        mask(self.0, tops)
    }
}

/// The class of digits.
pub(super) const DIGITS: fn(u64) -> u64 = digits_of;

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
pub(super) const fn equal_to(word: u64, byte: u8) -> u64 {
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
        let start = pos;
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
        if digits >= MIN_DIGITS && pos - start >= IN_A_ROW {
            each(groups);
        }
    }
    pos.max(until)
}

/// The fewest digits of any number here: a telephone number without its area. They stand with joints, or after a word that is not far.
const MIN_DIGITS: usize = 7;

/// The fewest characters of a run, digits and joints.
const IN_A_ROW: usize = 9;

/// The fewest digits of a card.
const CARD_MIN: usize = 12;

/// The first five digits of a number say when and where it was given out; the rest is the person.
const FIRST_HALF: usize = 5;

/// The most groups of a card's shapes.
const CARD_GROUPS: usize = 5;

/// The longest group of any number here, in digits: a card written without joints.
const MAX_GROUP: usize = 19;

/// The most groups of any shape.
const MAX_GROUPS: usize = 8;

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
