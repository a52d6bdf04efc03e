//! What a name such as `customer_first_name`, `dbPassword` or `Date of Birth` promises: its words are looked up.

use super::key::Promise;
use super::rules::{KeyRule, Rules, ValueShape};
use crate::model::DataKind;

/// What a name such as `customer_first_name`, `dbPassword` or `Date of Birth` promises.
pub(super) fn classify(rules: &Rules, name: &[u8]) -> Option<Promise> {
    let words = words(name);
    let letters: usize = words.iter().map(String::len).sum();
    if words.len() >= HUMPS && letters < words.len() * 3 && !name.contains(&b'_') && !name.contains(&b' ') {
        // Humps of base64.
        return None;
    }
    for (i, word) in words.iter().enumerate().rev() {
        let Some(index) = named(rules, &words, i, word) else { continue };
        let rule = rules.keys.get(index)?;
        if rule.value == ValueShape::Address && !words.iter().skip(i + 1).all(|word| is_of_address(word)) {
            // `AddressSanitizer`, `address_family`
            return None;
        }
        let secret = promise(index, rule).is_secret();
        let about = words
            .get(i + 1..)
            .unwrap_or_default()
            .iter()
            .any(|word| rules.about.contains(word.as_str()) && !is_neutral(word));
        let before = words.get(..i).unwrap_or_default();
        let named = |word: &String| {
            let thing = rule.kind == DataKind::Password && rules.things.contains(word.as_str());
            rules.harmless.contains(word.as_str()) && !thing
        };
        let harmless = secret && before.last().is_some_and(named);
        return (!about && !harmless).then(|| promise(index, rule));
    }
    None
}

fn promise(index: usize, rule: &KeyRule) -> Promise {
    Promise { rule: u16::try_from(index).unwrap_or(0), kind: rule.kind, shape: rule.value }
}

fn named(rules: &Rules, words: &[String], i: usize, word: &str) -> Option<usize> {
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = plain.strip_suffix('s').unwrap_or(plain);
    let unnumbered = ["number", "num", "nummer", "nr", "no"]
        .iter()
        .find_map(|end| plain.strip_suffix(end))
        .filter(|rest| rest.len() > 2);
    let mut best = None;
    for spelling in [word, plain, singular].into_iter().chain(unnumbered) {
        let names = rules.names.get(spelling).map_or(&[][..], Vec::as_slice);
        let fitting = names.iter().find(|name| {
            let from = i.checked_sub(name.before.len());
            from.and_then(|from| words.get(from..i)).is_some_and(|before| before == name.before.as_slice())
        });
        if let Some(name) = fitting {
            best = Some(name.rule);
            break;
        }
    }
    best.or_else(|| {
        let stem = rules.stems.iter().find(|(stem, _)| plain.len() > stem.len() && plain.ends_with(stem.as_str()));
        stem.map(|(_, rule)| *rule)
    })
}

/// Behind `address` or `street` these say which.
fn is_of_address(word: &str) -> bool {
    is_neutral(word)
        || matches!(
            word,
            "line"
                | "lines"
                | "home"
                | "work"
                | "street"
                | "full"
                | "name"
                | "billing"
                | "shipping"
                | "mailing"
                | "postal"
                | "local"
                | "en"
                | "str"
                | "txt"
                | "raw"
                | "details"
                | "info"
                | "permanent"
                | "residential"
                | "city"
                | "is"
        )
}

/// Behind the name proper these only number or place it.
fn is_neutral(word: &str) -> bool {
    matches!(
        word,
        "value"
            | "plain"
            | "data"
            | "string"
            | "text"
            | "b64"
            | "base64"
            | "number"
            | "no"
            | "num"
            | "nr"
            | "current"
            | "new"
            | "old"
            | "confirm"
            | "confirmation"
            | "primary"
            | "secondary"
            | "prod"
            | "dev"
    ) || word.chars().all(|c| c.is_ascii_digit())
}

/// The words of an identifier or a label, in lower case.
fn words(name: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(name);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            let hump = c.is_uppercase()
                && (before.is_lowercase()
                    || before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()));
            if hump && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    if words.len() > 1 && name.contains(&b'.') && words.iter().all(|word| word.chars().count() == 1) {
        // `D.O.B.`, `S.S.N.`
        return vec![words.concat()];
    }
    words.truncate(WORDS_MAX);
    words
}

/// So many humps with hardly any letters are no name.
const HUMPS: usize = 4;

/// No name has more words.
const WORDS_MAX: usize = 12;
