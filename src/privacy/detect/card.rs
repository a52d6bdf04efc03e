//! Payment cards: ISO/IEC 7812 numbers with an issuer's prefix, that issuer's length and a valid Luhn digit.
//!
//! One number in ten passes Luhn, so the checksum alone is no evidence. Fourteen, fifteen and sixteen digits with the prefix
//! of a brand of that length count without further signs, as does any brand's number written in groups; the other lengths
//! (old Visa, Maestro, nineteen digits: also barcodes and database ids) need a word such as `card` nearby.

use super::Weight;
use super::check::luhn_of;
use super::number::{Beside, Group, Head, Number, Says, left, right};

/// How card numbers are written in groups, in digits.
pub(super) const SHAPES: &[&[u8]] =
    &[&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3], &[6, 13], &[4, 4, 4], &[4, 4, 5], &[4, 4, 4, 1]];

/// Whether a number is a card's; `named`: whether words nearby speak of cards.
pub(super) fn judge(number: Number<'_>, named: impl Fn() -> bool) -> Says {
    let Some(trust) = brand(number.len(), number.prefix(), number.joint.is_some()) else { return Says::No };
    let Some(digits) = number.digits() else { return Says::No };
    let digits = digits.as_slice();
    let valid = luhn_of(digits) && !all_equal(digits) && !counts_up(number) && left(number) != Beside::Barred;
    if !valid || behind_hex(number) || trust == Trust::InContext && !named() {
        return Says::No;
    }
    match (right(number), dump(number)) {
        (Beside::Barred, _) | (_, Beside::Barred) => Says::No,
        (Beside::Clear, Beside::Clear) => Says::Yes,
        (Beside::Open, _) | (_, Beside::Open) => Says::Open,
    }
}

/// Whether the digits at the end of a text could be the head of a card, and how much they give away.
pub(super) fn head(number: Number<'_>, shape: Head<'_>) -> Option<Weight> {
    let first = number.text.at(number.start())?;
    let fits = shape.single().is_some() || SHAPES.iter().any(|whole| shape.may_become(whole));
    (fits && may_begin(first)).then(|| if shape.digits() > ISSUER { Weight::Identifying } else { Weight::Light })
}

/// Whether any brand that is written in groups, or may grow into one, begins with this digit.
pub(super) const fn may_begin(first: u8) -> bool {
    matches!(first, b'2'..=b'6' | b'8')
}

/// What else a number of some brand needs to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Nothing.
    Alone,
    /// A word nearby that speaks of cards.
    InContext,
}

/// The brand's prefix and length fit; ranges as the brands publish them (see `docs/privacy.md`).
fn brand(len: usize, prefix: u32, grouped: bool) -> Option<Trust> {
    let long = Some(if grouped { Trust::Alone } else { Trust::InContext });
    match (len, prefix) {
        // Visa; Mastercard; Discover; JCB; UnionPay; Mir; RuPay.
        (
            16,
            400_000..=499_999
            | 510_000..=559_999
            | 222_100..=272_099
            | 601_100..=601_199
            | 644_000..=659_999
            | 352_800..=358_999
            | 620_000..=629_999
            | 810_000..=819_999
            | 220_000..=220_499
            | 508_500..=508_999
            | 606_985..=608_500,
        )
        // American Express; an old range of JCB.
        | (15, 340_000..=349_999 | 370_000..=379_999 | 213_100..=213_199)
        // Diners Club.
        | (14, 300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999) => Some(Trust::Alone),
        // Visa, UnionPay and Discover with nineteen.
        (19, 400_000..=499_999 | 620_000..=629_999 | 601_100..=601_199 | 644_000..=659_999) => long,
        (13, 400_000..=499_999) | (17..=18, 620_000..=629_999) => Some(Trust::InContext),
        // Maestro.
        (12..=19, 500_000..=509_999 | 560_000..=589_999 | 600_000..=699_999) => Some(Trust::InContext),
        _ => None,
    }
}

fn all_equal(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// `5153 5154 5155 5156`: a table of numbers.
fn counts_up(number: Number<'_>) -> bool {
    let value = |group: &Group| {
        let digits = number.text.slice(group.start, group.end.min(group.start + 9));
        digits.iter().fold(0_u32, |value, b| value * 10 + u32::from(b - b'0'))
    };
    number.groups.len() >= 3
        && number.groups.windows(2).all(|pair| matches!(pair, [a, b] if a.len() == 4 && value(b) == value(a) + 1))
}

/// `0x9c2f5bfb58e6  171715643652326`: a register once more, in decimal.
fn behind_hex(number: Number<'_>) -> bool {
    let before = number.text.slice(number.start().saturating_sub(40), number.start());
    let word = before.trim_ascii_end();
    let digits = word.iter().rev().take_while(|b| b.is_ascii_hexdigit()).count();
    number.groups.len() == 1
        && word.len() < before.len()
        && digits > 0
        && word.get(..word.len() - digits).is_some_and(|head| head.ends_with(b"0x"))
}

/// Whether groups of four are words of a hexadecimal dump: behind an offset, or among at least six such words.
fn dump(number: Number<'_>) -> Beside {
    if number.joint != Some(b' ') {
        return Beside::Clear;
    }
    let text = number.text;
    let behind_offset = text.slice(number.start().saturating_sub(9), number.start());
    if behind_offset
        .strip_suffix(b": ")
        .is_some_and(|offset| offset.len() == 7 && offset.iter().all(u8::is_ascii_hexdigit))
    {
        return Beside::Barred;
    }
    let mut words = number.groups.len();
    let mut start = number.start();
    while words < DUMP && is_word_before(number, start) {
        words += 1;
        start -= 5;
    }
    let mut end = number.end();
    while words < DUMP {
        match word_after(number, end) {
            Beside::Clear => return Beside::Clear,
            Beside::Open => return Beside::Open,
            Beside::Barred => words += 1,
        }
        end += 5;
    }
    Beside::Barred
}

/// Whether ` hhhh` stands right before `start`'s blank, as a word of its own.
fn is_word_before(number: Number<'_>, start: usize) -> bool {
    let Some(from) = start.checked_sub(5) else { return false };
    let word = number.text.slice(from, start);
    let alone = from.checked_sub(1).and_then(|i| number.text.at(i)).is_none_or(|b| !b.is_ascii_alphanumeric());
    alone && matches!(word, [digits @ .., b' '] if digits.iter().all(u8::is_ascii_hexdigit))
}

/// Whether ` hhhh` follows at `end` as a word of its own (`Barred`), not (`Clear`), or cannot be told yet.
fn word_after(number: Number<'_>, end: usize) -> Beside {
    let text = number.text;
    for i in 0..5 {
        match text.at(end + i) {
            Some(b' ') if i == 0 => {}
            Some(b) if i > 0 && b.is_ascii_hexdigit() => {}
            None if text.may_grow() => return Beside::Open,
            _ => return Beside::Clear,
        }
    }
    match text.at(end + 5) {
        None if text.may_grow() => Beside::Open,
        Some(b) if b.is_ascii_alphanumeric() => Beside::Clear,
        _ => Beside::Barred,
    }
}

/// The issuer's part (ISO/IEC 7812-1: eight digits). PCI DSS 4.0 §3.4.1 lets everybody see it.
const ISSUER: usize = 8;

/// So many words of four hexadecimal digits in a row are a dump, not a card with its date and code.
const DUMP: usize = 6;
