//! Telephone numbers that say so by themselves: `+` and a country (E.164), or an area in parentheses.
//!
//! National numbers without either are shapes in the rules.

use memchr::memchr2_iter;

use crate::model::DataKind;

use super::check::{self, Digits};
use super::country;
use super::{Hit, Scan, Tail, Text, Weight};

/// Appends the numbers; holds back what could become one.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let text = scan.text;
    for at in memchr2_iter(b'+', b'(', text.bytes) {
        let digits_at = if text.at(at) == Some(b'+') && text.at(at + 1) == Some(b'(') { at + 2 } else { at + 1 };
        match text.at(digits_at) {
            Some(b) if b.is_ascii_digit() => {}
            None if text.may_grow() => {
                tail.hold(at, Weight::Light);
                continue;
            }
            _ => continue,
        }
        let before = at.checked_sub(1).and_then(|i| text.at(i));
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'_' | b'/' | b'$' | b'-'))
            && text.at(at) == Some(b'(')
            || before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'+') && text.at(at) == Some(b'+')
        {
            continue;
        }
        judge(scan, at, tail);
    }
    // `%2B` is `+` in a URL.
    for at in memchr::memmem::find_iter(text.bytes, b"%2B") {
        if text.at(at + 3).is_some_and(|b| b.is_ascii_digit()) {
            judge(scan, at, tail);
        }
    }
}

fn judge(scan: &mut Scan<'_>, at: usize, tail: &mut Tail) {
    let text = scan.text;
    let international = text.at(at) != Some(b'(');
    let from = if text.at(at) == Some(b'%') { at + 3 } else { at + 1 };
    let end = number_end(text, from, text.at(at) == Some(b'%'));
    let number = text.slice(from, end);
    // `+33 (0)1 …`: the trunk's digit, which is not dialled from abroad.
    let trunk = memchr::memmem::find(number, b"(0)").filter(|_| international);
    let digits = trunk.map_or_else(
        || Digits::of(number),
        |at| Digits::of(&[number.get(..at).unwrap_or_default(), number.get(at + 3..).unwrap_or_default()].concat()),
    );
    let open = end + 2 >= text.bytes.len() && text.may_grow();
    if open {
        tail.hold(at, if digits.as_slice().len() >= 7 { Weight::Identifying } else { Weight::Light });
    }
    let next = text.at(end);
    let whole = next.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_' || b == b'x' || b == b'e');
    // ISO 6709: `+4612-05957` is a place.
    let place = [(4, 5), (6, 7)].iter().any(|(north, east)| {
        matches!(number.get(*north), Some(b'-' | b'+'))
            && number.len() == north + 1 + east
            && number.iter().filter(|b| b.is_ascii_digit()).count() == north + east
    });
    if place && international {
        return;
    }
    let at = if international { at } else { behind_trunk(text, at) };
    let sound = if international { is_international(&digits) } else { is_bracketed(number, &digits) };
    if sound && whole {
        scan.hits.push(Hit { start: at, end: extension_end(text, end), kind: DataKind::Phone });
    }
}

/// `1 (617) 748-2540`: where the digit stands that is dialled before an area of North America; or `at`.
fn behind_trunk(text: Text<'_>, at: usize) -> usize {
    let from = at.saturating_sub(2);
    let free = from
        .checked_sub(1)
        .and_then(|i| text.at(i))
        .is_none_or(|b| matches!(b, b' ' | b'"' | b':' | b'=' | b'|' | b',' | b'\t' | b'>' | b'['));
    if at >= 2 && matches!(text.slice(from, at), b"1 " | b"1-") && free { from } else { at }
}

/// Where the digits end (`encoded`: of a query, where a plus sign is a blank), with single separators (or a pair such as `) `) between their groups.
fn number_end(text: Text<'_>, from: usize, encoded: bool) -> usize {
    let mut end = from;
    let mut at = from;
    let mut digits = 0;
    while at < from + NUMBER_MAX {
        match text.at(at) {
            Some(b) if b.is_ascii_digit() => {
                digits += 1;
                if digits > DIGITS_MAX {
                    // A longer row of digits is no number.
                    return from;
                }
                end = at + 1;
                at += 1;
            }
            Some(b'+') if encoded && at == end => at += 1,
            Some(b' ' | b'-' | b'.' | b'/' | b'(' | b')')
                if at - end < 2 && end > from || at == from && text.at(at) == Some(b'(') =>
            {
                at += 1
            }
            _ => break,
        }
    }
    // A last group of one digit behind a blank is another number.
    end
}

fn extension_end(text: Text<'_>, end: usize) -> usize {
    let rest = text.slice(end, text.bytes.len().min(end + 12));
    for mark in [&b" ext. "[..], b" ext ", b" x", b"x", b" ext.", b";ext="] {
        if rest.starts_with(mark) {
            let digits = rest.iter().skip(mark.len()).take_while(|b| b.is_ascii_digit()).count();
            if (1..=6).contains(&digits) {
                return end + mark.len() + digits;
            }
        }
    }
    end
}

/// ITU-T E.164: a country, and at most fifteen digits.
fn is_international(digits: &Digits) -> bool {
    let (len, first) = (digits.as_slice().len(), digits.as_slice().first().copied().unwrap_or(0));
    match first {
        0 => false,
        1 => len == 11 && check::nanp(&ascii(digits)),
        _ => {
            (9..=15).contains(&len)
                && country::is_number(digits.as_slice())
                && !digits.as_slice().windows(2).all(|pair| matches!(pair, [a, b] if a == b))
        }
    }
}

fn ascii(digits: &Digits) -> Vec<u8> {
    digits.as_slice().iter().map(|digit| b'0' + digit).collect()
}

/// `(555) 123-4567`, `(020) 7946 0958`, `(11) 91234-5678`: an area of two to five digits, and a number behind it.
fn is_bracketed(number: &[u8], digits: &Digits) -> bool {
    let area = number.iter().take_while(|b| b.is_ascii_digit()).count();
    let closed = number.get(area) == Some(&b')');
    let others = number.iter().filter(|b| matches!(b, b'(' | b')')).count();
    let behind = number.get(area + 1..).unwrap_or_default();
    let groups =
        behind.split(|b| !b.is_ascii_digit()).filter(|group| !group.is_empty()).map(<[u8]>::len).collect::<Vec<_>>();
    let long = groups.iter().all(|len| (2..=8).contains(len))
        && (groups.len() >= 2 || groups.first().is_some_and(|len| *len >= 6));
    let len = digits.as_slice().len();
    let american = area != 3 || len != 10 || check::nanp(&ascii(digits)) || digits.as_slice().first() == Some(&0);
    closed && others == 1 && (2..=5).contains(&area) && (9..=12).contains(&len) && long && american
}

/// The longest number as it is written.
const NUMBER_MAX: usize = 32;

/// ITU-T E.164.
const DIGITS_MAX: usize = 15;
