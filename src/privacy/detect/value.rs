//! Whether what stands under a key, in a column or behind a label looks like what its name promises.
//!
//! A name alone is no evidence: `phone: yes`, `token: expired`, `address: 10.0.0.1`, `password: ${DB_PASSWORD}`.

use super::check;
use super::names;
use super::rules::{Rules, ValueShape};
use super::speech;

/// How sure the place is that a value stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Behind a word in running text: `password is hunter2`.
    Prose,
    /// Behind a label or a key in the middle of a line: `user: bob, password: x`.
    Label,
    /// A cell, a quoted value, a line that is nothing but key and value.
    Own,
}

/// Whether `value`, without its quotes, is what `shape` says.
pub(super) fn fits(rules: &Rules, shape: ValueShape, value: &[u8], place: Place) -> bool {
    let value = value.trim_ascii();
    if value.is_empty() || value.len() > VALUE_MAX || is_placeholder(rules, value) {
        return false;
    }
    match shape {
        ValueShape::Secret => secret(rules, value, place),
        ValueShape::Connection => connection(value),
        ValueShape::Base64 => {
            value.len() >= 12 && check::decoded(value).is_some_and(|plain| super::frame::is_text(&plain))
                || secret_url(value)
        }
        ValueShape::Random => random(value),
        ValueShape::Card => digits(value) >= 12 && digits(value) <= 19 && only(value, b" -"),
        ValueShape::Cvv => matches!(value.len(), 3..=8) && value.iter().all(u8::is_ascii_digit),
        ValueShape::Phone => phone(value),
        ValueShape::Email => email(value),
        ValueShape::Id => id(value),
        ValueShape::Date => date_len(value) == Some(value.len()) || epoch_date(value, place),
        ValueShape::Name => names::is_name(value),
        ValueShape::PersonName => names::is_name(value) && names::is_capitalised(value),
        ValueShape::MaybeName => names::is_surely_name(value),
        ValueShape::SpelledName => names::is_spelled_name(value),
        ValueShape::Address => address(value, place),
        ValueShape::Postcode => postcode(value),
        ValueShape::Never => false,
    }
}

/// Whether it says that there is no value, or stands for one that comes from elsewhere.
pub(super) fn is_placeholder(rules: &Rules, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    if std::str::from_utf8(&lower)
        .is_ok_and(|text| rules.placeholders.contains(text.trim_end_matches(['.', ',', '!', ';', ')', ':'])))
    {
        return true;
    }
    let (first, last) = (value.first().copied().unwrap_or_default(), value.last().copied().unwrap_or_default());
    let wrapped = match first {
        b'$' => {
            value.len() == 2
                || matches!(value.get(1), Some(b'{' | b'(' | b'\''))
                || value.iter().skip(1).all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        }
        b'<' => {
            value.contains(&b'>')
                || value.iter().skip(1).all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' '))
        }
        b'{' => value.starts_with(b"{{") || last == b'}',
        b'%' => last == b'%' || value.starts_with(b"%(") || value.starts_with(b"%{") || value.len() == 2,
        b'[' => last == b']' && value.len() < 24,
        b'(' => last == b')',
        b'#' => value.starts_with(b"#{"),
        b'@' => value.starts_with(b"@{") || value.starts_with(b"@Microsoft"),
        b'!' => {
            value.starts_with(b"!ref")
                || value.starts_with(b"!Ref")
                || value.starts_with(b"!vault")
                || value.starts_with(b"!secret")
                || value.starts_with(b"!Sub")
                || value.starts_with(b"!env")
        }
        b'=' => value.iter().all(|b| *b == b'='),
        _ => false,
    };
    wrapped
        || is_row(value)
        || lower.starts_with(b"your")
        || lower.starts_with(b"my-")
        || lower.starts_with(b"my_")
        || lower.starts_with(b"example")
        || lower.starts_with(b"vault:")
        || lower.starts_with(b"arn:")
        || lower.starts_with(b"insert")
        || lower.starts_with(b"replace")
        || lower.ends_with(b"here")
        || lower.starts_with(b"env:")
        || lower.starts_with(b"ssm:")
        || lower.starts_with(b"ref+")
        || lower.starts_with(b"secretref:")
        || lower.starts_with(b"op://")
        || lower.starts_with(b"xxxx")
        || lower.starts_with(b"<") && lower.contains(&b'>')
}

/// One character again and again: `****`, `xxxx`, `....`, `----`.
fn is_row(value: &[u8]) -> bool {
    let mark = |b: u8| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#' | b'?' | b'=' | b'0');
    let first = value.first().copied().unwrap_or_default();
    let stars = value.iter().filter(|b| **b == b'*').count();
    let bullets = value.len() >= 3 && value.chunks(3).all(|chunk| chunk == "•".as_bytes());
    mark(first) && value.iter().all(|b| *b == first) || stars >= 3 && stars * 2 >= value.len() || bullets
}

fn secret(rules: &Rules, value: &[u8], place: Place) -> bool {
    // What a program computes or reads is not the secret: a call, a path into a structure, a type.
    if is_code(value) || is_path_or_url(value) || speech::is_figure(value) {
        return false;
    }
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let numbers = digits(value);
    let marks = value.len() - letters - numbers;
    if value.len() < 3 && place < Place::Own || value.len() < 2 {
        return false;
    }
    match place {
        Place::Own => {
            let about_itself = letters == value.len() && value.len() < 24 && {
                let lower = String::from_utf8_lossy(value).to_ascii_lowercase();
                rules.stems.iter().any(|(stem, _)| lower == *stem)
            };
            !about_itself && !is_time_or_size(value)
        }
        // A word is a word: `password: changed today`.
        Place::Label => {
            let mixed_case =
                value.iter().any(u8::is_ascii_lowercase) && value.iter().skip(1).any(u8::is_ascii_uppercase);
            (numbers > 0 || marks > 0 || mixed_case) && value.len() >= 4 && !is_time_or_size(value) && !is_words(value)
                || letters == value.len() && value.len() >= 4 && check::bits(value) > 2.9
        }
        Place::Prose => numbers > 0 && letters > 0 && value.len() >= 6 && !is_words(value) && !is_time_or_size(value),
    }
}

/// `a-b_c` of letters in small, with a number at its end at most: a name, not a secret.
fn is_words(value: &[u8]) -> bool {
    let parts = value.split(|b| matches!(b, b'-' | b'_' | b'.' | b'/' | b':'));
    let mut count = 0;
    let words = parts.inspect(|_| count += 1).all(|part| {
        !part.is_empty()
            && (part.iter().all(u8::is_ascii_lowercase) || part.len() < 3 && part.iter().all(u8::is_ascii_digit))
    });
    words && count > 1
}

fn is_time_or_size(value: &[u8]) -> bool {
    let numbers = digits(value);
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    numbers > 0
        && letters <= 3
        && numbers <= 4
        && numbers + letters == value.len()
        && value.first().is_some_and(u8::is_ascii_digit)
        && letters > 0
        || numbers == value.len() && value.len() < 4
        || date_len(value).is_some_and(|len| len >= 10)
}

fn is_code(value: &[u8]) -> bool {
    let called =
        value.windows(2).any(|pair| matches!(pair, [b, b'('] if b.is_ascii_alphanumeric())) && value.contains(&b')');
    let path = value.contains(&b'.')
        && value.split(|b| *b == b'.').all(|part| {
            part.len() > 1
                && part.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'[' | b']' | b'\'' | b'"'))
                && part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        });
    let subscript =
        value.ends_with(b"]") && value.contains(&b'[') && value.first().is_some_and(u8::is_ascii_alphabetic);
    let generic = value.starts_with(b"Option<")
        || value.starts_with(b"Vec<")
        || value.starts_with(b"&str")
        || value.starts_with(b"*string");
    let named = value.contains(&b'_') && value.iter().all(|b| b.is_ascii_lowercase() || *b == b'_') && {
        let lower = String::from_utf8_lossy(value);
        lower.split('_').any(|part| {
            matches!(part, "password" | "secret" | "token" | "key" | "passwd" | "pwd" | "pass" | "credential")
        })
    };
    let screaming = value.contains(&b'_') && value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    called || path || subscript || generic || named || screaming
}

/// `Win32_Security`, `dep:password-hash`: words, some in capitals, joined.
pub(super) fn is_title_words(value: &[u8]) -> bool {
    let mut count = 0;
    let words = value.split(|b| matches!(b, b'-' | b'_' | b'.' | b'/' | b':')).inspect(|_| count += 1).all(|part| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let small = part.iter().skip(1).take(letters.saturating_sub(1)).all(u8::is_ascii_lowercase);
        letters > 1 && small && part.len() - letters < 3 && part.iter().skip(letters).all(u8::is_ascii_digit)
    });
    words && count > 1
}

/// Whether it looks drawn and not written: of several classes, and no name of a file, a version or a resource.
pub(super) fn is_drawn(value: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let (upper, lower, number) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase), has(u8::is_ascii_digit));
    let mark = value
        .iter()
        .any(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?' | b'~'));
    let known = value.iter().all(|b| {
        b.is_ascii_graphic()
            && !matches!(
                b,
                b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'"' | b'\'' | b'`' | b'|' | b',' | b';'
            )
    });
    let hex = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
    let base32 = value.len() >= 16 && value.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'2'..=b'7'));
    known
        && value.len() >= 8
        && (upper && number && (lower || mark || base32) || mark && number && lower || hex || upper && lower && mark)
        && !is_uuid(value)
        && !is_words(value)
        && !is_path_or_url(value)
        && !is_time_or_size(value)
        && !speech::is_figure(value)
        && !speech::is_expression(value)
        && !value.contains(&b':')
}

/// A place where the secret may lie, not the secret.
fn is_path_or_url(value: &[u8]) -> bool {
    let below = memchr::memmem::find(value, b":/").and_then(|at| value.get(at + 1..)).unwrap_or_default();
    if below.len() > 4
        && below.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'_' | b'-'))
    {
        // `db-password:/etc/x.cred`, `vault:/secret/x`
        return true;
    }
    let starts = |marks: &[&[u8]]| marks.iter().any(|mark| value.starts_with(mark));
    let random = |part: &[u8]| {
        let class = |is: fn(&u8) -> bool| part.iter().any(is);
        part.len() >= 12 && class(u8::is_ascii_digit) && class(u8::is_ascii_uppercase) && class(u8::is_ascii_lowercase)
    };
    let path = value.starts_with(b"/")
        && !value.iter().any(|b| matches!(b, b'+' | b'=' | b'!'))
        && !value.split(|b| *b == b'/').any(random);
    path || starts(&[b"./", b"~/", b"../", b"http://", b"https://", b"file:", b"projects/", b"secret/"])
}

/// Twenty characters and more of base64 or hexadecimal digits, of all classes.
fn random(value: &[u8]) -> bool {
    let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let hex = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
    value.len() >= 20
        && value.iter().all(known)
        && has(u8::is_ascii_digit)
        && (mixed || hex)
        && check::bits(value) >= 3.2
        && !is_uuid(value)
        && !value.starts_with(b"AAAA")
        && !is_words(value)
}

/// A URL in whose path a secret stands.
fn secret_url(value: &[u8]) -> bool {
    value.starts_with(b"https://hooks.") && value.len() > 40
}

fn connection(value: &[u8]) -> bool {
    // A password in it is found as one; what is hidden here is the rest of a string that says `Password=`.
    let lower = value.to_ascii_lowercase();
    memchr::memmem::find(&lower, b"pwd=").is_some() || memchr::memmem::find(&lower, b"password=").is_some()
}

fn phone(value: &[u8]) -> bool {
    let numbers = digits(value);
    let value = value.strip_prefix(b"tel:").unwrap_or(value);
    let end = value.iter().position(|b| b.is_ascii_alphabetic()).unwrap_or(value.len());
    let (number, rest) = value.split_at(end);
    let extension = rest.is_empty() || rest.starts_with(b"x") || rest.starts_with(b"ext") || rest.starts_with(b"Ext");
    (6..=16).contains(&numbers) && extension && only(number, b" -.()/+") && !is_date(value)
}

fn email(value: &[u8]) -> bool {
    let at = value.iter().position(|b| *b == b'@');
    at.is_some_and(|at| at > 0 && at + 3 < value.len() && value.get(at..).is_some_and(|domain| domain.contains(&b'.')))
        && !value.contains(&b' ')
}

fn id(value: &[u8]) -> bool {
    let numbers = digits(value);
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let caps = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    let words =
        value.split(|b| *b == b' ').filter(|word| word.len() > 4 && word.iter().all(u8::is_ascii_alphabetic)).count();
    let caps_code = (7..=12).contains(&value.len()) && numbers >= 1 && caps + numbers == value.len();
    (numbers >= 4 || caps_code)
        && (5..=42).contains(&value.len())
        && numbers + letters + value.iter().filter(|b| matches!(b, b' ' | b'-' | b'.' | b'/' | b'<' | b'_')).count()
            == value.len()
        && (caps == letters || letters <= 2 || numbers > letters)
        && words == 0
        && !is_date(value)
        && !is_uuid(value)
        && letters <= 18
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

fn is_date(value: &[u8]) -> bool {
    date_len(value).is_some_and(|len| len >= 8 && len + 15 >= value.len())
}

/// Seconds or days as a bare number say nothing by themselves; in a column of births eight digits are a date.
fn epoch_date(value: &[u8], place: Place) -> bool {
    place == Place::Own
        && value.len() == 8
        && value.iter().all(u8::is_ascii_digit)
        && (value.starts_with(b"19") || value.starts_with(b"20"))
}

/// How long the date is that `text` begins with: `1985-05-12`, `12/05/1985`, `12.05.85`, `12 May 1985`, `May 12, 1985`, `19850512`, with a time
/// of midnight behind it.
pub(super) fn date_len(text: &[u8]) -> Option<usize> {
    let number = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        (1..=4)
            .contains(&len)
            .then(|| (at + len, len, rest.iter().take(len).fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'))))
    };
    let month = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let word = String::from_utf8_lossy(rest.get(..len)?).to_lowercase();
        let known = word.chars().count() >= 3 && MONTHS.iter().any(|month| month.starts_with(word.as_str()));
        known.then_some(at + len)
    };
    let blanks = |at: usize| {
        at + text
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| matches!(b, b' ' | b',' | b'.' | b'-' | b'/'))
            .count()
            .min(2)
    };
    let end = if let Some((end, len, first)) = number(0) {
        if let Some(sep @ (b'-' | b'/' | b'.')) = text.get(end).copied() {
            if let Some((end, _, second)) = number(end + 1) {
                let again = text.get(end).copied() == Some(sep);
                let (end, _, third) = number(end + 1).filter(|_| again)?;
                let sound = if len == 4 {
                    (1880..=2099).contains(&first) && (1..=12).contains(&second) && (1..=31).contains(&third)
                } else {
                    (1..=31).contains(&first)
                        && (1..=31).contains(&second)
                        && (first <= 12 || second <= 12)
                        && (third < 100 || (1880..=2099).contains(&third))
                };
                sound.then_some(end)?
            } else {
                let after = month(end + 1)?;
                let (end, ..) = number(blanks(after))?;
                end
            }
        } else {
            let mut at = end;
            for suffix in [&b"st"[..], b"nd", b"rd", b"th", b"."] {
                if text.get(at..at + suffix.len()) == Some(suffix) {
                    at += suffix.len();
                    break;
                }
            }
            let at = blanks(at);
            let at =
                if text.get(at..at + 3) == Some(b"of ") || text.get(at..at + 3) == Some(b"de ") { at + 3 } else { at };
            let after = blanks(month(at)?);
            let after = if text.get(after..after + 3) == Some(b"de ") { after + 3 } else { after };
            let (end, len, _) = number(after)?;
            (len == 4 || len == 2).then_some(end)?
        }
    } else {
        let after = blanks(month(0)?);
        let (end, ..) = number(after)?;
        let at = [&b"st"[..], b"nd", b"rd", b"th"]
            .iter()
            .find(|s| text.get(end..end + 2) == Some(s))
            .map_or(end, |_| end + 2);
        let (end, len, _) = number(blanks(at))?;
        (len == 4).then_some(end)?
    };
    let rest = text.get(end..).unwrap_or_default();
    let time = if matches!(rest, [b'T' | b' ', b'0'..=b'2', b'0'..=b'9', b':', ..]) {
        1 + rest.iter().skip(1).take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+')).count()
    } else {
        0
    };
    // Nanoseconds are a file's birth (`stat`), nobody's.
    let fraction = rest.get(..time)?.rsplit(|b| *b == b'.').next().unwrap_or_default();
    if rest.get(..time)?.contains(&b'.') && fraction.iter().take_while(|b| b.is_ascii_digit()).count() > 6 {
        return None;
    }
    Some(end + time)
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sept",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janvier",
    "février",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "janeiro",
    "fevereiro",
    "março",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "dezembro",
    "januari",
    "februari",
    "maart",
    "mei",
    "augustus",
];

/// A house, a street, a place: a number and words, or several words. No network address, path or code.
fn address(value: &[u8], place: Place) -> bool {
    let text = String::from_utf8_lossy(value);
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let alphabetic = words.iter().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 3).count();
    let number = words.iter().any(|word| is_house(word));
    let technical = text.contains("://")
        || text.contains("0x")
        || text.contains('@')
        || text.contains('=')
        || text.contains('{')
        || text.contains("::")
        || text.contains("->")
        || text.contains(['$', ';', '!', '\\'])
        || speech::is_expression(value)
        || value.first().is_some_and(|b| matches!(b, b'/' | b'[' | b'*' | b':'));
    let dotted = words.iter().any(|word| {
        word.split('.').filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())).count() >= 3
    });
    let house = number && alphabetic >= 1 && words.len() >= 2 && words.len() <= 16;
    let named = place == Place::Own
        && words.len() >= 2
        && words.len() <= 8
        && alphabetic >= 2
        && words.iter().all(|word| word.chars().next().is_some_and(char::is_uppercase));
    !technical && !dotted && (house || named)
}

/// `12`, `4b`, `#7`, `Nr.5`, but not `mke2fs`.
pub(super) fn is_house(word: &str) -> bool {
    let bare = word.trim_start_matches(['#', '(']);
    let lower = bare.to_lowercase();
    let bare =
        ["nr.", "no.", "n°", "nº", "nr", "no"].iter().find_map(|mark| lower.strip_prefix(mark)).unwrap_or(&lower);
    word.len() <= 10 && bare.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a part of an address stands alone in its own field: a street, a town, a county.
pub(super) fn part_of_address(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && letters * 2 >= text.chars().count()
        && !text.contains("://")
        && !text.contains(['@', '$', ';', '=', '{', '}'])
        && !text.contains("->")
        && !text.contains("::")
        && !speech::is_expression(value)
        && value.len() <= 80
        || postcode(value)
        || address(value, Place::Own)
}

fn postcode(value: &[u8]) -> bool {
    let numbers = digits(value);
    (2..=9).contains(&numbers)
        && (4..=10).contains(&value.len())
        && value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b' ' | b'-'))
}

pub(super) fn digits(value: &[u8]) -> usize {
    value.iter().filter(|b| b.is_ascii_digit()).count()
}

/// Whether there is nothing but digits and these.
fn only(value: &[u8], others: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_digit() || others.contains(b))
}

/// Longer values are texts.
const VALUE_MAX: usize = 4096;
