//! Letters and digits: numbers that states and banks give out with letters in them.
//!
//! A cheap scan finds where a capital letter meets a digit; only there, from the beginning of the word on, the rules' expressions run.

use regex_automata::{Anchored, Input};

use super::number::{DIGITS, Lanes, equal_to};
use super::{Hit, Scan, Tail, Text, Weight};

/// Appends the codes; holds back what could become one.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let text = scan.text;
    let mut last = usize::MAX;
    meetings(text.bytes, |at, digit_first| {
        let start = word_start(text, at, digit_first);
        if let Some(start) = start.filter(|start| *start != last) {
            last = start;
            judge(scan, start, tail);
        }
    });
    if text.may_grow() {
        hold_head(text, tail);
    }
}

/// Where the word begins in which letters and digits meet: for letters first, at most [`LETTERS_MAX`] back.
fn word_start(text: Text<'_>, at: usize, digit_first: bool) -> Option<usize> {
    let longest = if digit_first { DIGITS_MAX } else { LETTERS_MAX };
    let window = text.slice((at + 1).saturating_sub(longest), at + 1);
    let len = window
        .iter()
        .rev()
        .take_while(|b| {
            if digit_first { b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+') } else { b.is_ascii_uppercase() }
        })
        .count();
    let mut start = at + 1 - len;
    if !digit_first && text.at(at) == Some(b' ') {
        // `AB 12 34 56 C`: the letters stand before the blank.
        let window = text.slice(at.saturating_sub(LETTERS_MAX), at);
        start = at - window.iter().rev().take_while(|b| b.is_ascii_uppercase()).count();
    }
    while text.at(start).is_some_and(|b| matches!(b, b'-' | b'.' | b'+')) {
        start += 1;
    }
    let before = start.checked_sub(1).and_then(|i| text.at(i));
    let free = match before {
        None => !text.cut_left(),
        Some(b) => !(b.is_ascii_alphanumeric() || b == b'+' && digit_first || b >= 0x80),
    };
    (free && start <= at).then_some(start)
}

fn judge(scan: &mut Scan<'_>, start: usize, tail: &mut Tail) {
    let text = scan.text;
    let rest = text.slice(start, text.bytes.len().min(start + CODE_MAX));
    let letters = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
    for rule in &scan.rules.codes {
        let here = rule.letters.is_none_or(|own| own == letters || own == 4 && letters == 3);
        if !here || !scan.kinds.contains(rule.kind) {
            continue;
        }
        let near = rule.bit.map(|bit| (bit, scan.near(start, start)));
        if near.is_some_and(|(bit, near)| near.words & bit == 0) {
            continue;
        }
        let Some(found) = rule.regex.find(Input::new(rest).anchored(Anchored::Yes)) else { continue };
        let mut end = found.end();
        let sound = |end: usize| {
            let next = rest.get(end).copied();
            let value = rest.get(..end).unwrap_or_default();
            // What goes on behind it is something longer.
            let whole = next.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_');
            whole && rule.check.is_none_or(|check| check(value))
        };
        if rule.shrink {
            while end > 14 && !sound(end) {
                end -= 1;
            }
        }
        if !sound(end) {
            continue;
        }
        if start + end + 2 > text.bytes.len() && text.may_grow() {
            tail.hold(start, Weight::Identifying);
        }
        scan.hits.push(Hit { start, end: start + end, kind: rule.kind });
    }
}

/// The words at the end that may go on: letters and digits in groups, at most as long as a code is.
fn hold_head(text: Text<'_>, tail: &mut Tail) {
    let len = text.bytes.len();
    let window = text.slice(len.saturating_sub(CODE_MAX), len);
    let run = window
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'<'))
        .count();
    let run = window.get(window.len() - run..).unwrap_or_default();
    let Some(first) = run.iter().position(u8::is_ascii_alphanumeric) else { return };
    let start = len - run.len() + first;
    let digits = run.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = run.iter().filter(|b| b.is_ascii_uppercase()).count();
    if digits + letters > 0 {
        let weight = if letters > 0 && digits >= 6 { Weight::Identifying } else { Weight::Light };
        tail.hold(start, weight);
    }
}

/// Calls `each` where a capital is followed by a digit (with a blank or a dash between, too) or a digit by a capital: with the place of the
/// first and whether that is the digit.
fn meetings(bytes: &[u8], mut each: impl FnMut(usize, bool)) {
    let mut padded = [0; 64];
    for base in (0..bytes.len()).step_by(STRIDE) {
        let rest = bytes.get(base..).unwrap_or_default();
        let window = rest.first_chunk::<64>().unwrap_or_else(|| {
            padded = [0; 64];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &padded
        });
        let lanes = Lanes::of(window);
        let digits = lanes.mask(DIGITS);
        if digits == 0 {
            continue;
        }
        let capitals = lanes.mask(capitals_of);
        if capitals == 0 {
            continue;
        }
        let joints = lanes.mask(|word| equal_to(word, b' ') | equal_to(word, b'-'));
        let capital_digit = capitals & (digits >> 1) | (capitals & (joints >> 1) & (digits >> 2));
        let digit_capital = digits & (capitals >> 1) | digits & (joints >> 1) & (capitals >> 2);
        let mut found = (capital_digit | digit_capital) & OWN;
        while found != 0 {
            let bit = found.trailing_zeros() as usize;
            let digit_first = digit_capital >> bit & 1 == 1;
            each(base + bit, digit_first);
            found &= found - 1;
        }
    }
}

const fn capitals_of(word: u64) -> u64 {
    // A–Z: at least 0x41, at most 0x5a, no top bit.
    let low = word & 0x7f7f_7f7f_7f7f_7f7f;
    let at_least = low + 0x3f3f_3f3f_3f3f_3f3f;
    let above = low + 0x2525_2525_2525_2525;
    at_least & !above & !word & 0x8080_8080_8080_8080
}

/// Windows overlap by two bytes, so that three in a row lie whole in one of them.
const STRIDE: usize = 62;

/// The first bytes of a window: what begins later is met in the next.
const OWN: u64 = (1 << STRIDE) - 1;

/// The most letters that a code begins with.
const LETTERS_MAX: usize = 7;

/// The most digits before a letter.
const DIGITS_MAX: usize = 19;

/// The longest code as it is written: an IBAN with blanks.
const CODE_MAX: usize = 48;
