//! Payment cards: ISO/IEC 7812 numbers with an issuer's prefix, that issuer's length and a valid Luhn digit.
//!
//! One number in ten passes Luhn, so the checksum alone is no evidence. Fourteen, fifteen and sixteen digits with the prefix
//! of a brand of that length count without further signs, as does any brand's number written in groups; the other lengths
//! (old Visa, Maestro, nineteen digits: also barcodes and database ids) need a word such as `card` nearby.

use std::sync::LazyLock;

use super::Weight;
use super::number::{Beside, Group, Head, Number, Says, right, without_blanks};

/// How card numbers are written in groups, in digits.
pub(super) const SHAPES: &[Shape] = &[
    Shape::of(&[4, 4, 4, 4]),
    Shape::of(&[4, 6, 5]),
    Shape::of(&[4, 6, 4]),
    Shape::of(&[4, 4, 4, 4, 3]),
    Shape::of(&[6, 13]),
    Shape::of(&[4, 4, 4]),
    Shape::of(&[4, 4, 5]),
    Shape::of(&[4, 4, 4, 1]),
];

/// The lengths of groups.
#[derive(Debug)]
pub(super) struct Shape {
    lens: &'static [u8],
    /// They, the first in the lowest byte, and the bits of these bytes.
    packed: u64,
    mask: u64,
}

impl Shape {
    const fn of(lens: &'static [u8]) -> Self {
        let (mut packed, mut mask) = (0, 0);
        let mut rest = lens;
        while let [head @ .., last] = rest {
            packed = packed << 8 | *last as u64;
            mask = mask << 8 | 0xff;
            rest = head;
        }
        Self { lens, packed, mask }
    }

    /// How many groups it has.
    pub(super) const fn groups(&self) -> usize {
        self.lens.len()
    }

    /// Whether these lengths begin with its own; packed as its own are.
    pub(super) const fn begins(&self, lens: u64) -> bool {
        lens & self.mask == self.packed
    }
}

/// Whether a number, which nothing stands before that speaks against it, is a card's of one of these brands; `prefix`: its first six digits, `named`:
/// whether words nearby speak of cards.
pub(super) fn judge(number: Number<'_>, brands: Brands, prefix: impl Fn() -> u32, named: impl Fn() -> bool) -> Says {
    let brands = brands.of_len(number.len());
    if brands.are_none() {
        return Says::No;
    }
    let Some(trust) = brands.trust(prefix(), number.joint.is_some()) else { return Says::No };
    if trust == Trust::InContext && !named() {
        return Says::No;
    }
    if !luhn(number) || all_equal(number) || counts_up(number) || behind_hex(number) {
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
    let fits = shape.single().is_some() || SHAPES.iter().any(|whole| shape.may_become(whole.lens));
    (fits && may_begin(first)).then(|| if shape.digits() > ISSUER { Weight::Identifying } else { Weight::Light })
}

/// Whether any brand's numbers begin with this digit.
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

/// A brand's numbers.
struct Range {
    /// How many digits they have: from, to.
    lens: (usize, usize),
    /// Their first six digits: from, to.
    prefixes: (u32, u32),
    trust: Trust,
    /// The same for those that are written in groups.
    grouped: Trust,
}

const fn always(len: usize, from: u32, to: u32) -> Range {
    Range { lens: (len, len), prefixes: (from, to), trust: Trust::Alone, grouped: Trust::Alone }
}

const fn grouped(len: usize, from: u32, to: u32) -> Range {
    Range { lens: (len, len), prefixes: (from, to), trust: Trust::InContext, grouped: Trust::Alone }
}

const fn in_context(lens: (usize, usize), from: u32, to: u32) -> Range {
    Range { lens, prefixes: (from, to), trust: Trust::InContext, grouped: Trust::InContext }
}

/// As the brands publish them (see `docs/privacy.md`); the first that fits counts.
const RANGES: &[Range] = &[
    // Visa; Mastercard; Discover; JCB; UnionPay; Mir; RuPay.
    always(16, 400_000, 499_999),
    always(16, 510_000, 559_999),
    always(16, 222_100, 272_099),
    always(16, 601_100, 601_199),
    always(16, 644_000, 659_999),
    always(16, 352_800, 358_999),
    always(16, 620_000, 629_999),
    always(16, 810_000, 819_999),
    always(16, 220_000, 220_499),
    always(16, 508_500, 508_999),
    always(16, 606_985, 608_500),
    // American Express; an old range of JCB.
    always(15, 340_000, 349_999),
    always(15, 370_000, 379_999),
    always(15, 213_100, 213_199),
    // Diners Club.
    always(14, 300_000, 305_999),
    always(14, 309_500, 309_599),
    always(14, 360_000, 369_999),
    always(14, 380_000, 399_999),
    // Visa, UnionPay and Discover with nineteen.
    grouped(19, 400_000, 499_999),
    grouped(19, 620_000, 629_999),
    grouped(19, 601_100, 601_199),
    grouped(19, 644_000, 659_999),
    in_context((13, 13), 400_000, 499_999),
    in_context((17, 18), 620_000, 629_999),
    // Maestro.
    in_context((12, 19), 500_000, 509_999),
    in_context((12, 19), 560_000, 589_999),
    in_context((12, 19), 600_000, 699_999),
];

/// Some of [`RANGES`]: one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brands(u32);

impl Brands {
    pub(super) const NONE: Self = Self(0);

    /// Those whose numbers may begin with these four digits.
    pub(super) fn of(digits: [u8; 4]) -> Self {
        // Few sets are different: a byte for each head fits the nearest cache.
        static HEADS: LazyLock<(Vec<u8>, Vec<Brands>)> = LazyLock::new(|| {
            let head = |prefix: u32| prefix / 100;
            let of = |digits: u32| {
                Brands(ranges(|range| (head(range.prefixes.0)..=head(range.prefixes.1)).contains(&digits)))
            };
            let mut sets = Vec::new();
            let heads = (0..10_000).map(of).map(|set| {
                let known = sets.iter().position(|own| *own == set).unwrap_or_else(|| {
                    sets.push(set);
                    sets.len() - 1
                });
                u8::try_from(known).unwrap_or(u8::MAX)
            });
            (heads.collect(), sets)
        });
        let (heads, sets) = &*HEADS;
        let digits = digits.iter().fold(0_usize, |all, b| all * 10 + usize::from(b.wrapping_sub(b'0')));
        heads.get(digits).and_then(|set| sets.get(usize::from(*set))).copied().unwrap_or(Self::NONE)
    }

    /// Those of them whose numbers count by themselves in groups.
    pub(super) fn alone(self) -> Self {
        static ALONE: LazyLock<u32> = LazyLock::new(|| ranges(|range| range.grouped == Trust::Alone));
        Self(self.0 & *ALONE)
    }

    /// Those of them whose numbers have so many digits.
    fn of_len(self, len: usize) -> Self {
        static LENS: LazyLock<Vec<u32>> = LazyLock::new(|| {
            (0..=19).map(|len| ranges(|range| (range.lens.0..=range.lens.1).contains(&len))).collect()
        });
        Self(self.0 & LENS.get(len).copied().unwrap_or_default())
    }

    pub(super) const fn are_none(self) -> bool {
        self.0 == 0
    }

    /// What the brand asks for whose number has these first six digits.
    fn trust(self, prefix: u32, grouped: bool) -> Option<Trust> {
        let mut left = self.0;
        while left != 0 {
            let range = RANGES.get(left.trailing_zeros() as usize)?;
            if (range.prefixes.0..=range.prefixes.1).contains(&prefix) {
                return Some(if grouped { range.grouped } else { range.trust });
            }
            left &= left - 1;
        }
        None
    }
}

fn ranges(are: impl Fn(&Range) -> bool) -> u32 {
    RANGES.iter().rev().fold(0, |bits, range| bits << 1 | u32::from(are(range)))
}

/// ISO/IEC 7812-1 annex B: from the last digit on every second one counts twice, its digits added up.
fn luhn(number: Number<'_>) -> bool {
    let mut sum = 0_u32;
    let mut twice = false;
    for group in number.groups.iter().rev() {
        for b in number.text.slice(group.start, group.end).iter().rev() {
            let digit = u32::from(b.wrapping_sub(b'0'));
            let doubled = 2 * digit - if digit > 4 { 9 } else { 0 };
            sum += if twice { doubled } else { digit };
            twice = !twice;
        }
    }
    sum.is_multiple_of(10)
}

fn all_equal(number: Number<'_>) -> bool {
    let first = number.text.at(number.start());
    number.groups.iter().all(|group| number.text.slice(group.start, group.end).iter().all(|b| Some(*b) == first))
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
    let word = without_blanks(before);
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
pub(super) const DUMP: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_is_known_by_its_first_four_digits_as_by_six() {
        assert!(RANGES.len() <= 32);
        for prefix in (0..1_000_000).step_by(7) {
            let digits: [u8; 4] = format!("{prefix:06}").as_bytes()[..4].try_into().unwrap();
            for len in 10..=22 {
                let fits = |range: &&Range| {
                    range.lens.0 <= len
                        && len <= range.lens.1
                        && range.prefixes.0 <= prefix
                        && prefix <= range.prefixes.1
                };
                let plain = RANGES.iter().find(fits).map(|range| range.grouped);
                let brands = Brands::of(digits).of_len(len);
                assert_eq!(brands.trust(prefix, true), plain, "{prefix} {len}");
                assert!(plain != Some(Trust::Alone) || !brands.alone().are_none(), "{prefix} {len}");
            }
        }
    }
}
