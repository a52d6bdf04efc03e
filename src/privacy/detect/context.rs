//! Words that say what a bare number is: within 30 characters before it, on the same line.

use super::number::Number;

/// Words that speak of social security numbers.
pub(super) const SSN: &[&str] =
    &["ssn", "social security", "social_security", "social-security", "socialsecurity", "soc sec"];

/// Words that speak of payment cards.
pub(super) const CARD: &[&str] = &[
    "card",
    "cardnumber",
    "card_number",
    "cc",
    "ccn",
    "credit",
    "creditcard",
    "credit_card",
    "debit",
    "pan",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "unionpay",
    "discover",
];

/// Whether one of `words` stands near before `number`, as a word of its own (underscores and `camelCase` divide words).
pub(super) fn near(number: Number<'_>, words: &[&str]) -> bool {
    let end = number.start();
    let before = number.text.slice(end.saturating_sub(DISTANCE + LONGEST + 1), end);
    let line = before.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |i| i + 1);
    let before = before.get(line..).unwrap_or_default();
    (0..before.len()).any(|i| begins_word(before, i) && words.iter().any(|word| is_word_at(before, i, word)))
}

fn begins_word(text: &[u8], i: usize) -> bool {
    let here = text.get(i).copied().unwrap_or_default();
    let before = i.checked_sub(1).and_then(|i| text.get(i)).copied().unwrap_or_default();
    here.is_ascii_alphabetic()
        && (!before.is_ascii_alphabetic() || before.is_ascii_lowercase() && here.is_ascii_uppercase())
}

fn is_word_at(text: &[u8], i: usize, word: &str) -> bool {
    let end = i + word.len();
    let whole = text.get(end).is_none_or(|after| !after.is_ascii_lowercase());
    whole && text.len() <= end + DISTANCE && text.get(i..end).is_some_and(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}

/// In characters, from the word's end to the number: AWS Macie's rule for keywords.
const DISTANCE: usize = 30;

/// The longest word above, in characters.
const LONGEST: usize = 15;
