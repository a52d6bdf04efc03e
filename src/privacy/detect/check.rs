//! Checksums and what else a number must fulfil to be what it looks like. A checksum alone is no evidence: one number in ten passes.
//!
//! Each check gets the characters as they were matched, separators included.

/// A check by the name that the rules use.
pub(super) type Check = fn(&[u8]) -> bool;

/// The check of that name.
pub(super) fn named(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(own, _)| *own == name).map(|(_, check)| *check)
}

/// The names that the rules use.
const CHECKS: &[(&str, Check)] = &[
    ("luhn", luhn),
    ("iban", super::iban::iban),
    ("ssn", ssn),
    ("nanp", nanp),
    ("trunk", trunk),
    ("basic", basic),
    ("itin", itin),
    ("nhs", nhs),
    ("verhoeff", aadhaar),
    ("cpf", cpf),
    ("cnpj", cnpj),
    ("dni", dni),
    ("nir", nir),
    ("steuer_id", steuer_id),
    ("codice_fiscale", codice_fiscale),
    ("pesel", pesel),
    ("bsn", bsn),
    ("personnummer", personnummer),
    ("hetu", hetu),
    ("cpr", cpr),
    ("cpr_old", cpr_old),
    ("cuit", cuit),
    ("snils", snils),
    ("spelled_name", super::names::is_spelled_name),
    ("fnr", fnr),
    ("rrn_be", rrn_be),
    ("nif_pt", nif_pt),
    ("tckn", tckn),
    ("nric", nric),
    ("tfn", tfn),
    ("medicare", medicare),
    ("za_id", za_id),
    ("kr_rrn", kr_rrn),
    ("my_number", my_number),
    ("cn_id", cn_id),
    ("dated_letters", dated_letters),
    ("ahv", ahv),
    ("rut", rut),
    ("oib", oib),
    ("isikukood", isikukood),
    ("rodne_cislo", rodne_cislo),
    ("cnp", cnp),
    ("egn", egn),
    ("mykad", mykad),
    ("th_id", th_id),
    ("tw_id", tw_id),
    ("tc_date", yymmdd_first),
    ("aba", aba),
    ("entropy", entropy),
    ("mixed", mixed),
    ("crc32", crc32),
    ("jwt", jwt),
    ("nino", nino),
    ("pps", pps),
    ("hkid", hkid),
    ("not_all_equal", not_all_equal),
    ("hex_key", hex_key),
];

/// The digits of a text, as values; at most 32.
pub(super) struct Digits {
    values: [u8; 32],
    len: usize,
}

impl Digits {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut it = Self { values: [0; 32], len: 0 };
        for b in text.iter().filter(|b| b.is_ascii_digit()) {
            let Some(slot) = it.values.get_mut(it.len) else { break };
            *slot = b - b'0';
            it.len += 1;
        }
        it
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or_default()
    }

    fn at(&self, i: usize) -> u32 {
        self.as_slice().get(i).copied().map_or(0, u32::from)
    }

    fn number(&self, from: usize, to: usize) -> u64 {
        self.as_slice().get(from..to).unwrap_or_default().iter().fold(0, |n, d| n * 10 + u64::from(*d))
    }

    fn weighted(&self, weights: &[u32]) -> u32 {
        self.as_slice().iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
    }

    fn all_equal(&self) -> bool {
        self.as_slice().windows(2).all(|pair| matches!(pair, [a, b] if a == b))
    }
}

/// ISO/IEC 7812-1 annex B.
pub(super) fn luhn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    luhn_of(digits.as_slice()) && !digits.all_equal()
}

pub(super) fn luhn_of(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum = digits.rchunks(2).fold(0_u32, |sum, pair| match pair {
        [double, single] => sum + u32::from(doubled(*double) + single),
        [single] => sum + u32::from(*single),
        _ => sum,
    });
    sum.is_multiple_of(10)
}

/// Since 2011 numbers are random, but no area is 000, 666 or 900–999, no group 00 and no serial 0000
/// (SSA, "Social Security Number Randomization"). Nine hundreds are taxpayer numbers (ITIN): another kind.
fn ssn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    !matches!(digits.number(0, 3), 0 | 666 | 900..) && digits.number(3, 5) != 0 && digits.number(5, 9) != 0
}

/// North American numbering plan: area and exchange begin with 2–9; with or without the 1 before them.
pub(super) fn nanp(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let skip = match (digits.as_slice().len(), digits.at(0)) {
        (7, _) => return digits.at(0) >= 2,
        (10, _) => 0,
        (11, 1) => 1,
        _ => return false,
    };
    digits.at(skip) >= 2 && digits.at(skip + 3) >= 2 && !digits.all_equal()
}

/// National numbers with the trunk prefix 0.
fn trunk(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    digits.at(0) == 0 && digits.at(1) != 0 && matches!(digits.as_slice().len(), 9..=12)
}

/// RFC 7617: base64 of `user:password`.
fn basic(text: &[u8]) -> bool {
    decoded(text).is_some_and(|plain| plain.contains(&b':') && plain.iter().all(|b| (0x20..0x7f).contains(b)))
}

/// What base64 stands for, with or without padding.
pub(super) fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let plain = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let engine = &base64::engine::general_purpose::STANDARD_NO_PAD;
    engine.decode(plain).ok()
}

/// IRS: 9xx, group 50–65, 70–88, 90–92 or 94–99.
fn itin(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    digits.at(0) == 9 && matches!(digits.number(3, 5), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// NHS Data Dictionary: mod 11 over ten digits.
fn nhs(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = 11 - digits.weighted(&[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    !digits.all_equal() && rest != 10 && rest % 11 == digits.at(9)
}

/// UIDAI: Verhoeff's dihedral code, first digit 2–9, no palindrome.
fn aadhaar(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let digits = digits.as_slice();
    let mut check = 0_usize;
    for (i, digit) in digits.iter().rev().enumerate() {
        let moved = PERMUTE.get(i % 8).and_then(|row| row.get(usize::from(*digit))).copied().unwrap_or_default();
        check = DIHEDRAL.get(check).and_then(|row| row.get(usize::from(moved))).copied().map_or(0, usize::from);
    }
    let palindrome = digits.iter().eq(digits.iter().rev());
    check == 0 && digits.first().is_some_and(|first| *first >= 2) && !palindrome
}

const DIHEDRAL: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

const PERMUTE: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// Receita Federal: two mod 11 digits, not all equal.
fn cpf(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let one = digits.weighted(&[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let two = digits.weighted(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    !digits.all_equal() && (one, two) == (digits.at(9), digits.at(10))
}

fn cnpj(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let digit = |sum: u32| if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
    let one = digit(digits.weighted(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    let two = digit(digits.weighted(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    !digits.all_equal() && (one, two) == (digits.at(12), digits.at(13))
}

/// Spanish DNI and NIE: the letter is the number mod 23.
fn dni(text: &[u8]) -> bool {
    let letters: Vec<u8> = text.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_uppercase).collect();
    let digits = Digits::of(text);
    let len = digits.as_slice().len();
    let (number, letter) = match letters.as_slice() {
        [letter] if len == 8 => (digits.number(0, 8), *letter),
        [first @ b'X'..=b'Z', letter] if len == 7 => {
            (digits.number(0, 7) + u64::from(first - b'X') * 10_000_000, *letter)
        }
        _ => return false,
    };
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(usize::try_from(number % 23).unwrap_or(0)) == Some(&letter)
}

/// French NIR: sex, month, and 97 minus the number mod 97; Corsica's 2A and 2B count as 19 and 18.
fn nir(text: &[u8]) -> bool {
    let mut plain: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if let Some(corsica @ [b'2', _]) = plain.get_mut(5..7) {
        match corsica.get(1).map(u8::to_ascii_uppercase) {
            Some(b'A') => corsica.copy_from_slice(b"19"),
            Some(b'B') => corsica.copy_from_slice(b"18"),
            _ => {}
        }
    }
    let digits = Digits::of(&plain);
    let month = digits.number(3, 5);
    let sound = plain.iter().all(u8::is_ascii_digit) && matches!(digits.at(0), 1..=4 | 7 | 8);
    let month = matches!(month, 1..=12 | 20..=42 | 50..=99);
    match digits.as_slice().len() {
        13 => sound && month,
        15 => sound && month && 97 - digits.number(0, 13) % 97 == digits.number(13, 15),
        _ => false,
    }
}

/// German tax number (§ 139b AO): ISO 7064 mod 11,10; no leading zero; some digit twice or thrice.
fn steuer_id(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    if digits.at(0) == 0 || digits.as_slice().len() != 11 {
        return false;
    }
    let mut product = 10;
    for digit in digits.as_slice().iter().take(10) {
        let sum = (u32::from(*digit) + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    let repeats = (0..10).any(|d| digits.as_slice().iter().take(10).filter(|digit| **digit == d).count() >= 2);
    (11 - product) % 10 == digits.at(10) && repeats
}

/// Italian fiscal code: the last letter checks the fifteen before it.
fn codice_fiscale(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |b: u8| match b {
        b'0'..=b'9' => usize::from(b - b'0'),
        _ => usize::from(b.to_ascii_uppercase().saturating_sub(b'A')),
    };
    let Some((last, body)) = text.split_last() else { return false };
    let sum: u32 = body.iter().enumerate().fold(0, |sum, (i, b)| {
        let own = value(*b);
        sum + if i % 2 == 0 { ODD.get(own).copied().unwrap_or_default() } else { u32::try_from(own).unwrap_or(0) }
    });
    text.len() == 16 && sum % 26 == u32::from(last.to_ascii_uppercase().saturating_sub(b'A'))
}

fn pesel(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = digits.weighted(&[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10;
    let month = digits.number(2, 4) % 20;
    (10 - rest) % 10 == digits.at(10) && matches!(month, 1..=12) && is_day(digits.number(4, 6))
}

/// Dutch BSN: the eleven test.
fn bsn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let sum = digits.weighted(&[9, 8, 7, 6, 5, 4, 3, 2]);
    !digits.all_equal() && sum > 0 && sum % 11 == digits.at(8)
}

/// Swedish personal number: a date (days of coordination numbers are 60 more) and Luhn over the last ten.
fn personnummer(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let ten = digits.as_slice().len().checked_sub(10).and_then(|from| digits.as_slice().get(from..));
    let Some(ten) = ten else { return false };
    let two = |i: usize| ten.get(i..i + 2).map_or(0, |pair| pair.iter().fold(0, |n, d| n * 10 + u64::from(*d)));
    // With a century it must be one in which somebody who is alive was born: a date with a time looks alike.
    let born = digits.as_slice().len() < 12 || matches!(digits.number(0, 4), 1900..=2015);
    born && luhn_of(ten) && is_month(two(2)) && is_day(two(4) % 60)
}

/// Finnish identity code: date, century sign, and a character that is the number mod 31.
fn hetu(text: &[u8]) -> bool {
    let digits = Digits::of(text.get(..10).unwrap_or_default());
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(usize::try_from(digits.number(0, 9) % 31).unwrap_or(0));
    text.len() == 11
        && is_day(digits.number(0, 2))
        && is_month(digits.number(2, 4))
        && text.last().map(u8::to_ascii_uppercase).as_ref() == expected
}

/// Danish CPR: a date; its checksum is not kept any more since 2007.
pub(super) fn cpr(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    is_day(digits.number(0, 2)) && is_month(digits.number(2, 4))
}

/// Norwegian birth number: two mod 11 digits.
/// Argentine CUIT and CUIL: a kind of person, and mod 11.
fn cuit(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let digit = match 11 - digits.weighted(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        digit => digit,
    };
    matches!(digits.number(0, 2), 20 | 23 | 24 | 27 | 30 | 33 | 34)
        && digit == digits.at(10)
        && digits.as_slice().len() == 11
}

/// Russian SNILS: the nine digits by their places from the right, mod 101.
fn snils(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = u64::from(digits.weighted(&[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100);
    digits.as_slice().len() == 11 && rest == digits.number(9, 11)
}

/// A Danish number given out before 2007 has a check digit (mod 11); later ones need not.
fn cpr_old(text: &[u8]) -> bool {
    cpr(text) && Digits::of(text).weighted(&[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn fnr(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let digit = |sum: u32| (11 - sum % 11) % 11;
    let one = digit(digits.weighted(&[3, 7, 6, 1, 8, 9, 4, 5, 2]));
    let two = digit(digits.weighted(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    (one, two) == (digits.at(9), digits.at(10))
        && is_day(digits.number(0, 2) % 40)
        && is_month(digits.number(2, 4) % 40)
}

/// Belgian national number: a date, and 97 minus the number mod 97 (with a 2 before it for those born since 2000).
fn rrn_be(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let number = digits.number(0, 9);
    let check = digits.number(9, 11);
    let dated = matches!(digits.number(2, 4) % 20, 0..=12) && digits.number(4, 6) <= 31;
    dated && (97 - number % 97 == check || 97 - (number + 2_000_000_000) % 97 == check)
}

fn nif_pt(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = digits.weighted(&[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    check == digits.at(8) && matches!(digits.at(0), 1..=3 | 5..=9) && !digits.all_equal()
}

/// Turkish identity number.
fn tckn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let odd = digits.at(0) + digits.at(2) + digits.at(4) + digits.at(6) + digits.at(8);
    let even = digits.at(1) + digits.at(3) + digits.at(5) + digits.at(7);
    let ten = (odd * 7 + 100 - even) % 10;
    digits.at(0) != 0 && ten == digits.at(9) && (odd + even + digits.at(9)) % 10 == digits.at(10)
}

/// Singapore NRIC and FIN: the last letter.
fn nric(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let sum = digits.weighted(&[2, 7, 6, 5, 4, 3, 2]);
    let (Some(first), Some(last)) = (text.first(), text.last()) else { return false };
    let (offset, letters): (u32, &[u8]) = match first.to_ascii_uppercase() {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let at = usize::try_from((sum + offset) % 11).unwrap_or(0);
    let at = if first.eq_ignore_ascii_case(&b'M') { 10 - at } else { at };
    letters.get(at) == Some(&last.to_ascii_uppercase())
}

fn tfn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let sum = digits.weighted(&[1, 4, 3, 7, 5, 8, 6, 9, 10]);
    !digits.all_equal() && sum.is_multiple_of(11)
}

fn medicare(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    matches!(digits.at(0), 2..=6) && digits.weighted(&[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digits.at(8)
}

fn za_id(text: &[u8]) -> bool {
    yymmdd_first(text) && luhn(text) && Digits::of(text).at(10) <= 2
}

fn kr_rrn(text: &[u8]) -> bool {
    yymmdd_first(text) && matches!(Digits::of(text).at(6), 1..=8)
}

fn my_number(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = digits.weighted(&[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    check == digits.at(11) && !digits.all_equal()
}

/// Chinese resident identity (GB 11643): a date, and ISO 7064 mod 11,2.
fn cn_id(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = digits.weighted(&[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    let expected = b"10X98765432".get(usize::try_from(rest).unwrap_or(0));
    let dated =
        matches!(digits.number(6, 8), 18..=20) && is_month(digits.number(10, 12)) && is_day(digits.number(12, 14));
    dated && text.last().map(u8::to_ascii_uppercase).as_ref() == expected
}

/// Letters and then a date `YYMMDD`, as in CURP and RFC.
fn dated_letters(text: &[u8]) -> bool {
    let from = text.iter().position(u8::is_ascii_digit).unwrap_or(text.len());
    yymmdd_first(text.get(from..).unwrap_or_default())
}

/// Swiss AHV number: EAN-13 that begins with 756.
fn ahv(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let sum = digits.weighted(&[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    digits.number(0, 3) == 756 && sum.is_multiple_of(10)
}

/// Chilean RUT: mod 11 with K for ten.
fn rut(text: &[u8]) -> bool {
    let plain: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let Some((check, body)) = plain.split_last() else { return false };
    let sum: u32 = body.iter().rev().zip([2, 3, 4, 5, 6, 7].iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    body.iter().all(u8::is_ascii_digit) && check.to_ascii_uppercase() == expected
}

/// Croatian OIB: ISO 7064 mod 11,10.
fn oib(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let mut rest = 10;
    for digit in digits.as_slice().iter().take(10) {
        let sum = (u32::from(*digit) + rest) % 10;
        rest = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    (11 - rest) % 10 == digits.at(10)
}

/// Estonian and Lithuanian personal code.
fn isikukood(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let first = digits.weighted(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = digits.weighted(&[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    matches!(digits.at(0), 1..=8)
        && is_month(digits.number(3, 5))
        && is_day(digits.number(5, 7))
        && check == digits.at(10)
}

/// Czech and Slovak birth number: a date (women's months are 50 more) and a multiple of 11.
fn rodne_cislo(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let month = digits.number(2, 4) % 50;
    let dated = matches!(month, 1..=12 | 21..=32) && is_day(digits.number(4, 6));
    dated && (digits.as_slice().len() == 9 || digits.number(0, 10).is_multiple_of(11))
}

/// Bulgaria: a date (months from 21 and 41 are of other centuries), a number, a check digit.
fn egn(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let [y1, y2, m1, m2, d1, d2, a, b, c, check] = *digits.as_slice() else { return false };
    let (month, day) = ((m1 * 10 + m2) % 20, d1 * 10 + d2);
    let weighed = [y1, y2, m1, m2, d1, d2, a, b, c].into_iter().zip([2_u32, 4, 8, 5, 10, 9, 7, 3, 6]);
    let sum: u32 = weighed.map(|(digit, weight)| u32::from(digit) * weight).sum();
    (1..=12).contains(&month) && (1..=31).contains(&day) && sum % 11 % 10 == u32::from(check)
}

/// Romanian CNP.
fn cnp(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let rest = digits.weighted(&[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let check = if rest == 10 { 1 } else { rest };
    is_month(digits.number(3, 5)) && is_day(digits.number(5, 7)) && check == digits.at(12)
}

/// Malaysian MyKad: a date and a place of birth.
fn mykad(text: &[u8]) -> bool {
    let place = Digits::of(text).number(6, 8);
    yymmdd_first(text) && matches!(place, 1..=16 | 21..=59 | 60..=68 | 71..=72 | 74..=79 | 82..=93 | 98..=99)
}

fn th_id(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let sum = digits.weighted(&[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.at(0) != 0 && (11 - sum % 11) % 10 == digits.at(12)
}

/// Taiwanese identity: the letter stands for two digits.
fn tw_id(text: &[u8]) -> bool {
    const LETTERS: [u32; 26] =
        [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];
    let digits = Digits::of(text);
    let first = text.first().map_or(0, |b| usize::from(b.to_ascii_uppercase().saturating_sub(b'A')));
    let letter = LETTERS.get(first).copied().unwrap_or_default();
    let sum = letter / 10 + letter % 10 * 9 + digits.weighted(&[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(digits.at(0), 1 | 2 | 8 | 9) && sum.is_multiple_of(10)
}

/// A date `YYMMDD` at the start.
fn yymmdd_first(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    is_month(digits.number(2, 4)) && is_day(digits.number(4, 6))
}

/// American bank routing numbers.
fn aba(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let prefix = digits.number(0, 2);
    let sum = digits.weighted(&[3, 7, 1, 3, 7, 1, 3, 7, 1]);
    matches!(prefix, 1..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)
}

/// HMRC: some pairs of letters are not given out.
fn nino(text: &[u8]) -> bool {
    let pair: Vec<u8> = text.iter().take(2).map(u8::to_ascii_uppercase).collect();
    !matches!(pair.as_slice(), b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ")
}

/// Irish PPS number: the letter is a weighted sum mod 23.
fn hkid(text: &[u8]) -> bool {
    let known = |b: &u8| b.is_ascii_alphanumeric();
    let value = |b: &u8| u32::from(if b.is_ascii_digit() { b - b'0' } else { b.saturating_sub(b'A') + 10 });
    let own: Vec<u32> = text.iter().filter(|b| known(b)).map(value).collect();
    // A first letter that is missing counts as a blank, which is 36.
    let lead = if own.len() == 8 { 36 * 9 } else { 0 };
    let weights = (1..=own.len()).rev().filter_map(|weight| u32::try_from(weight).ok());
    matches!(own.len(), 8 | 9)
        && (lead + own.iter().zip(weights).map(|(own, weight)| own * weight).sum::<u32>()) % 11 == 0
}

pub(super) fn pps(text: &[u8]) -> bool {
    let digits = Digits::of(text);
    let extra = text.get(8).map_or(0, |b| u32::from(b.to_ascii_uppercase().saturating_sub(b'@')));
    let rest = (digits.weighted(&[8, 7, 6, 5, 4, 3, 2]) + extra * 9) % 23;
    text.get(7).map(u8::to_ascii_uppercase).as_ref()
        == b"WABCDEFGHIJKLMNOPQRSTUV".get(usize::try_from(rest).unwrap_or(0))
}

/// Digits that are not all the same, and no span of years: `2001-2009`.
fn not_all_equal(text: &[u8]) -> bool {
    let year = |part: &[u8]| part.len() == 4 && (part.starts_with(b"19") || part.starts_with(b"20"));
    if matches!(
        text,
        b"4294967295"
            | b"4294967294"
            | b"2147483647"
            | b"2147483648"
            | b"18446744073709551615"
            | b"9223372036854775807"
    ) {
        // The greatest numbers of their types stand for none.
        return false;
    }
    if matches!(text.len(), 9) && text.split(|b| matches!(b, b'-' | b'/')).all(year) {
        return false;
    }
    !Digits::of(text).all_equal()
}

/// Whether the characters look drawn at random: enough different ones for the length.
pub(super) fn entropy(text: &[u8]) -> bool {
    bits(text) >= 3.0
}

/// Letters and digits together, and not a row of the same.
fn mixed(text: &[u8]) -> bool {
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let upper = text.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = text.iter().filter(|b| b.is_ascii_lowercase()).count();
    let tail = text.get(text.len().saturating_sub(24)..).unwrap_or_default();
    (digits > 0 && upper + lower > 0 || upper > 2 && lower > 2 && text.len() >= 16) && bits(tail) >= 2.5
}

/// GitHub's and npm's tokens: behind the underscore thirty characters, and their CRC-32 (IEEE 802.3) as six digits of base 62. GitHub's blog,
/// "Behind GitHub's new authentication token formats".
fn crc32(text: &[u8]) -> bool {
    let Some(body) = text.iter().position(|b| *b == b'_').and_then(|at| text.get(at + 1..)) else { return false };
    let Some((value, check)) = body.split_at_checked(30).filter(|(_, check)| check.len() == 6) else { return false };
    let mut crc = u32::MAX;
    for b in value {
        crc ^= u32::from(*b);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let digit = |b: &u8| match b {
        b'0'..=b'9' => b - b'0',
        b'A'..=b'Z' => b - b'A' + 10,
        _ => b.saturating_sub(b'a') + 36,
    };
    check.iter().fold(0_u64, |number, b| number * 62 + u64::from(digit(b))) == u64::from(!crc)
}

/// Hexadecimal digits that look drawn at random.
fn hex_key(text: &[u8]) -> bool {
    let hex: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    bits(&hex) >= 2.8
}

/// Shannon's entropy in bits a character.
pub(super) fn bits(text: &[u8]) -> f32 {
    let mut counts = [0_u16; 256];
    for b in text {
        if let Some(count) = counts.get_mut(usize::from(*b)) {
            *count = count.saturating_add(1);
        }
    }
    let len = f32::from(u16::try_from(text.len()).unwrap_or(u16::MAX)).max(1.0);
    let parts = counts.iter().filter(|count| **count > 0).map(|count| f32::from(*count) / len);
    parts.map(|p| -p * p.log2()).sum()
}

/// RFC 7519: the first part is base64url of a JSON object.
fn jwt(text: &[u8]) -> bool {
    text.starts_with(b"eyJ") && text.iter().filter(|b| **b == b'.').count() >= 1
}

const fn is_month(month: u64) -> bool {
    matches!(month, 1..=12)
}

const fn is_day(day: u64) -> bool {
    matches!(day, 1..=31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass_and_a_changed_digit_fails() {
        // From the issuers' own documents and the standards named above.
        for (name, sound) in [
            ("luhn", "79927398713"),
            ("iban", "GB29 NWBK 6016 1331 9268 19"),
            ("iban", "DE89370400440532013000"),
            ("iban", "MT84MALT011000012345MTLCAST001S"),
            ("nhs", "943 476 5919"),
            ("verhoeff", "2341 2341 2346"),
            ("cpf", "111.444.777-35"),
            ("cnpj", "11.222.333/0001-81"),
            ("dni", "12345678Z"),
            ("dni", "X1234567L"),
            ("nir", "255081416802538"),
            ("steuer_id", "86095742719"),
            ("codice_fiscale", "RSSMRA85T10A562S"),
            ("pesel", "44051401359"),
            ("bsn", "111222333"),
            ("personnummer", "811228-9874"),
            ("hetu", "131052-308T"),
            ("fnr", "01010750160"),
            ("rrn_be", "85.07.30-033.28"),
            ("nif_pt", "123456789"),
            ("tckn", "10000000146"),
            ("nric", "S1234567D"),
            ("tfn", "123 456 782"),
            ("medicare", "2123 45670"),
            ("za_id", "8001015009087"),
            ("my_number", "123456789018"),
            ("cn_id", "11010519491231002X"),
            ("ahv", "756.9217.0769.85"),
            ("rut", "12.345.678-5"),
            ("oib", "33392005961"),
            ("isikukood", "37605030299"),
            ("rodne_cislo", "710319/2745"),
            ("cnp", "1800101221144"),
            ("th_id", "1101700230708"),
            ("tw_id", "A123456789"),
            ("aba", "021000021"),
            ("pps", "1234567T"),
            ("hkid", "U457274(A)"),
        ] {
            let check = named(name).unwrap();
            assert!(check(sound.as_bytes()), "{name} {sound}");
            let mut broken = sound.as_bytes().to_vec();
            let at = broken.iter().rposition(u8::is_ascii_digit).unwrap();
            broken[at] = if broken[at] == b'9' { b'0' } else { broken[at] + 1 };
            assert!(!check(&broken), "{name} of a changed {sound}");
        }
    }
}
