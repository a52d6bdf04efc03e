//! Tokens: what begins with letters that say what it is, and secrets in arguments of programs and in URLs.

use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use super::rules::ValueShape;
use super::rules::{TokenCheck, TokenRule};
use super::value::{Place, fits, is_placeholder};
use super::{Anchor, Hit, Scan, Tail, Weight};

/// Appends the tokens that begin at `anchor`; holds back what could become one.
pub(super) fn judge(scan: &mut Scan<'_>, anchor: Anchor, tail: &mut Tail) {
    let (text, rules) = (scan.text, scan.rules);
    let Some(uses) = rules.uses.get(usize::from(anchor.literal)) else { return };
    for (index, spelled) in &uses.tokens {
        let Some(rule) = rules.tokens.get(*index) else { continue };
        if !scan.kinds.contains(rule.kind) {
            continue;
        }
        let literal = text.slice(anchor.start, anchor.end);
        if literal != spelled.as_slice() && rule.is_exact(spelled) {
            continue;
        }
        let before = anchor.start.checked_sub(1).and_then(|i| text.at(i));
        let inside = rule.word && before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' && rule.back == 0);
        if inside && !proven(scan, rule, anchor.start, tail) {
            continue;
        }
        if rule.second && !is_second(text.slice(anchor.start.saturating_sub(WORD), anchor.start)) {
            continue;
        }
        for back in (0..=rule.back).rev() {
            let Some(start) = anchor.start.checked_sub(back) else { continue };
            if run(scan, rule, start, tail) {
                break;
            }
        }
    }
}

/// Whether the literal stands behind the first field of its word: a host, not `arn:aws:s3:`; and not the fields of `/etc/shadow`, which have numbers.
fn is_second(before: &[u8]) -> bool {
    let word = before.rsplit(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'')).next().unwrap_or_default();
    !word.contains(&b':')
}

/// Whether a checksum proves what stands in the middle of a word; a token without it is none there.
fn proven(scan: &Scan<'_>, rule: &TokenRule, start: usize, tail: &mut Tail) -> bool {
    let Some(proof) = rule.proof else { return false };
    let text = scan.text;
    let rest = text.slice(start, text.line_end(start).min(start + PROOF_MAX));
    if rest.len() < PROOF_MAX && start + rest.len() == text.bytes.len() && text.may_grow() {
        tail.hold(start, Weight::Light);
    }
    let found = rule.regex.find(Input::new(rest).anchored(Anchored::Yes));
    found.is_some_and(|found| proof(rest.get(..found.end()).unwrap_or_default()))
}

/// Runs the rule's expression from `start`; whether it found its value.
fn run(scan: &mut Scan<'_>, rule: &TokenRule, start: usize, tail: &mut Tail) -> bool {
    let text = scan.text;
    let near = text.slice(start, text.bytes.len().min(start + TOKEN_MAX));
    let rest = memchr::memchr(b'\n', near).and_then(|end| near.get(..end)).unwrap_or(near);
    let line = start + rest.len();
    let mut groups = rule.regex.create_captures();
    if rule.needs.as_ref().is_none_or(|needs| needs.find(rest).is_some()) {
        rule.regex.captures(Input::new(rest).anchored(Anchored::Yes), &mut groups);
    }
    let open = text.may_grow() && line == text.bytes.len();
    let Some((from, to)) = value_of(&groups) else {
        if open {
            // What it needs may still come; a literal of a program's name holds nothing back.
            let weight = Weight::Light;
            if rest.len() < PENDING_MAX && !matches!(rule.check, TokenCheck::Argument) {
                tail.hold(start, weight);
            }
        }
        return false;
    };
    let value = rest.get(from..to).unwrap_or_default();
    if start + to == text.bytes.len() && text.may_grow() {
        let long = to - from >= 12 || matches!(rule.check, TokenCheck::Argument | TokenCheck::Value);
        tail.hold(start + from, if long { Weight::Identifying } else { Weight::Light });
    } else if open && matches!(rule.check, TokenCheck::Argument | TokenCheck::Value) {
        tail.hold(start, Weight::Light);
    }
    let sound = match rule.check {
        TokenCheck::None => true,
        TokenCheck::Check(check) => check(value) && !is_placeholder(scan.rules, value),
        TokenCheck::Value => !is_placeholder(scan.rules, value),
        TokenCheck::Argument => {
            let joined = from.checked_sub(1).and_then(|i| rest.get(i)).is_some_and(|b| matches!(b, b':' | b'%'));
            (joined || !value.starts_with(b"-"))
                // Nor ports: `-p 80:80`.
                && !value.iter().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'/'))
                && !is_placeholder(scan.rules, value)
                && !is_same_word(rest.get(..from).unwrap_or_default(), value)
                && (fits(scan.rules, ValueShape::Secret, value, Place::Own) || value.len() >= 3)
        }
    };
    if sound {
        scan.hits.push(Hit { start: start + from, end: start + to, kind: rule.kind });
    }
    sound
}

/// `user:user` is an owner and a group, not a password.
fn is_same_word(head: &[u8], value: &[u8]) -> bool {
    let before = head.split(|b| matches!(b, b' ' | b':')).rev().nth(1).unwrap_or_default();
    before == value && value.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
}

/// Where the value is: the first named group that took part, or all.
fn value_of(groups: &Captures) -> Option<(usize, usize)> {
    let all = groups.get_match()?;
    let named = (1..groups.group_len()).find_map(|i| groups.get_group(i));
    Some(named.map_or((all.start(), all.end()), |span| (span.start, span.end)))
}

/// Longer tokens are judged by their first bytes; the rest of the row belongs to them too.
const TOKEN_MAX: usize = 8192;

/// Tokens with a checksum are not longer.
const PROOF_MAX: usize = 64;

/// As far as the beginning of a word is looked for.
const WORD: usize = 256;

/// A rule whose value has not come by then will not be waited for.
const PENDING_MAX: usize = 512;
