//! Letters and digits: numbers that states and banks give out with letters in them.
//!
//! A cheap scan finds where a capital letter meets a digit; only there, from the beginning of the word on, the rules' expressions run.

use regex_automata::{Anchored, Input};

use super::lanes::{Lanes, WINDOW};
use super::{Hit, Scan, Tail, Text, Weight};

/// Appends the codes; holds back what could become one.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let text = scan.text;
    let mut last = usize::MAX;
    meetings(scan.lanes, |at, digit_first| {
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
    let mut may = scan.rules.code_heads.may(rest);
    if may == 0 {
        return;
    }
    let letters = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let mut near = None;
    while may != 0 {
        let rule = scan.rules.codes.get(may.trailing_zeros() as usize);
        may &= may - 1;
        let Some(rule) = rule else { continue };
        let here = rule.letters.is_none_or(|own| own == letters || own == 4 && letters == 3);
        if !here || !scan.kinds.contains(rule.kind) {
            continue;
        }
        let named = |bit| near.get_or_insert_with(|| scan.near(start, start)).words & bit != 0;
        if !rule.bit.is_none_or(named) {
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
    let all = text.bytes;
    // `C880690(8)` of Hong Kong: the check digit's parentheses.
    let opened = match all {
        [.., b'(', b'0'..=b'9' | b'A'] => 2,
        [.., b'('] => 1,
        _ => 0,
    };
    let len = all.len() - opened;
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
fn meetings(lanes: &Lanes, mut each: impl FnMut(usize, bool)) {
    for (window, lane) in lanes.all().iter().enumerate() {
        let next = lanes.at(window + 1);
        // The byte behind each, and the one behind that.
        let behind = |own: u64, next: u64, by: u32| own >> by | next << (64 - by);
        let joined = behind(lane.dashes, next.dashes, 1);
        let digit = behind(lane.digits, next.digits, 1) | joined & behind(lane.digits, next.digits, 2);
        let capital = behind(lane.upper, next.upper, 1) | joined & behind(lane.upper, next.upper, 2);
        let digit_capital = lane.digits & capital;
        let mut found = lane.upper & digit | digit_capital;
        while found != 0 {
            let bit = found.trailing_zeros() as usize;
            let digit_first = digit_capital >> bit & 1 == 1;
            each(window * WINDOW + bit, digit_first);
            found &= found - 1;
        }
    }
}

/// The most letters that a code begins with.
const LETTERS_MAX: usize = 8;

/// The most digits before a letter.
const DIGITS_MAX: usize = 19;

/// The longest code as it is written: an IBAN with blanks.
const CODE_MAX: usize = 48;
