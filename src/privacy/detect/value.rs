//! Whether what stands under a key, in a column or behind a label looks like what its name promises.
//!
//! A name alone is no evidence: `phone: yes`, `token: expired`, `address: 10.0.0.1`, `password: ${DB_PASSWORD}`.

use super::check;
use super::dates::date_len;
use super::doubt::{self, is_a_name_of, is_algorithm, is_token, is_version, otp};
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
    if value.is_empty() || value.len() > VALUE_MAX {
        return false;
    }
    let sound = match shape {
        ValueShape::Secret => secret(rules, value, place),
        ValueShape::Token => secret(rules, value, place) && is_token(rules, value, 8),
        ValueShape::Session => secret(rules, value, place) && is_token(rules, value, 0),
        ValueShape::Otp => otp(value, place),
        ValueShape::Connection => connection(value),
        ValueShape::Base64 => {
            value.len() >= 12 && check::decoded(value).is_some_and(|plain| super::frame::is_text(&plain))
                || value.len() >= 40 && random(value)
                || secret_url(value)
        }
        // Forty digits are a SHA-1: a fingerprint, a commit.
        ValueShape::Random => random(value) && !(value.len() == 40 && value.iter().all(u8::is_ascii_hexdigit)),
        ValueShape::Drawn => {
            place > Place::Prose
                && (drawn_or_mixed(value) || is_passphrase(rules, value))
                && secret(rules, value, place)
        }
        ValueShape::Code => code(value),
        ValueShape::Uuid => is_uuid(value) || random(value),
        ValueShape::Card => digits(value) >= 12 && digits(value) <= 19 && only(value, b" -"),
        ValueShape::Cvv => matches!(value.len(), 3..=8) && value.iter().all(u8::is_ascii_digit),
        ValueShape::Phone => phone(value),
        ValueShape::Email => email(value),
        ValueShape::Id => id(value),
        ValueShape::CheckedId => id(value) && doubt::is_valid_id(value),
        ValueShape::Date => date_len(value) == Some(value.len()) || epoch_date(value, place),
        ValueShape::Name => names::is_name(value),
        ValueShape::PersonName => {
            let common = std::str::from_utf8(value).is_ok_and(|word| !word.contains(' ') && names::is_common(word));
            names::is_name(value) && names::is_capitalised(value) && !common
        }
        ValueShape::MaybeName => names::is_surely_name(value),
        ValueShape::SpelledName => names::is_spelled_name(value),
        ValueShape::Address => address(value, place),
        ValueShape::Postcode => postcode(value),
        ValueShape::Never => false,
    };
    sound && !is_placeholder(rules, value) && !is_a_name_of(rules, shape, value)
}

/// Whether it says that there is no value, or stands for one that comes from elsewhere.
pub(super) fn is_placeholder(rules: &Rules, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let known = std::str::from_utf8(&lower).map(|text| text.trim_end_matches(['.', ',', '!', ';', ')', ':']));
    if known.is_ok_and(|text| text.len() <= rules.placeholder_max && rules.placeholders.contains(text)) {
        return true;
    }
    let (first, last) = (value.first().copied().unwrap_or_default(), value.last().copied().unwrap_or_default());
    let wrapped = match first {
        b'$' => {
            value.len() == 2
                || matches!(value.get(1), Some(b'{' | b'(' | b'\''))
                || is_variable(value.get(1..).unwrap_or_default())
        }
        b'<' => {
            value.contains(&b'>')
                || value.iter().skip(1).all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' '))
        }
        // Jenkins writes `{base64}`.
        b'{' => value.starts_with(b"{{") || last == b'}' && !value.get(1..value.len() - 1).is_some_and(random),
        b'%' => last == b'%' || value.starts_with(b"%(") || value.starts_with(b"%{") || value.len() == 2,
        b'[' => last == b']' && value.len() < 24,
        b'(' => last == b')',
        b'#' => value.starts_with(b"#{"),
        b'@' => value.starts_with(b"@rx ") || value.starts_with(b"@{") || value.starts_with(b"@Microsoft"),
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
        || ["changeme", "change-me", "change_me"].iter().any(|word| {
            lower
                .strip_prefix(word.as_bytes())
                .is_some_and(|rest| matches!(rest.first(), None | Some(b'-' | b'_' | b' ' | b'.')))
        })
        || lower.starts_with(b"your")
        || lower.starts_with(b"my-")
        || lower.starts_with(b"my_")
        || lower.starts_with(b"example")
        || lower.starts_with(b"vault:")
        || lower.starts_with(b"arn:")
        || lower.starts_with(b"insert")
        || lower.starts_with(b"replace")
        || lower.ends_with(b"here")
        // `required|min:8`: what a form asks of it.
        || memchr::memchr(b'|', &lower).and_then(|at| std::str::from_utf8(lower.get(..at)?).ok()).is_some_and(|word| {
            rules.placeholders.contains(word)
        })
        || lower.starts_with(b".*")
        || lower.starts_with(b"(.*")
        || lower.starts_with(b").*")
        || lower.starts_with(b"symbol(")
        || lower.starts_with(b"[^")
        || lower.starts_with(b"env:")
        || lower.starts_with(b"ssm:")
        || lower.starts_with(b"ref+")
        || lower.starts_with(b"secretref:")
        || lower.starts_with(b"op://")
        || lower.starts_with(b"xxxx")
        || lower.starts_with(b"<") && lower.contains(&b'>')
        || lower.starts_with(b"redac")
        || lower.ends_with(b"omitted")
        || [&b"!:"[..], b"x:", b"*:"].iter().any(|mark| lower.starts_with(mark))
        || is_digest(&lower)
}

/// `NAME`, `_POST['x']`, `self->x`, `env:NAME` behind a dollar sign.
fn is_variable(name: &[u8]) -> bool {
    let len = name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = name.get(len..).unwrap_or_default();
    rest.is_empty() && name.first().is_some_and(|b| !b.is_ascii_digit() || len == 1)
        || len > 0 && (rest.starts_with(b"[") || rest.starts_with(b"->") || name.starts_with(b"env:"))
}

/// What is computed of a text that anybody may have: `sha512-…` of a lock file, `SHA256:…` of a key.
pub(super) fn is_digest(value: &[u8]) -> bool {
    [&b"sha1"[..], b"sha256", b"sha384", b"sha512", b"md5", b"blake3"].iter().any(|name| {
        value.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && matches!(value.get(name.len()), Some(b'-' | b':'))
    })
}

/// One character again and again: `****`, `xxxx`, `....`, `----`.
fn is_row(value: &[u8]) -> bool {
    let mark = |b: u8| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#' | b'?' | b'=' | b'0');
    let first = value.first().copied().unwrap_or_default();
    let stars = memchr::memchr_iter(b'*', value).count();
    let bullets = value.len() >= 3 && value.chunks(3).all(|chunk| chunk == "•".as_bytes());
    mark(first) && value.iter().all(|b| *b == first) || stars >= 3 && stars * 2 >= value.len() || bullets
}

fn secret(rules: &Rules, value: &[u8], place: Place) -> bool {
    // What a program computes or reads is not the secret: a call, a path into a structure, a type.
    if is_code(value) || is_path_or_url(value) || speech::is_figure(value) || is_algorithm(value) {
        return false;
    }
    let key_id = |b: &u8| b.is_ascii_digit() || matches!(b, b'A'..=b'F');
    if matches!(value.len(), 16 | 40) && value.iter().all(key_id) && digits(value) < value.len() {
        // How PGP names keys (RFC 9580 §5.5.4).
        return false;
    }
    if place < Place::Own && value.iter().filter(|b| **b == b' ').count().wrapping_sub(1) < 10 {
        // `token based credentials` in a column of remarks; the words of a wallet are twelve and more.
        return false;
    }
    if value.len() < 3 && place < Place::Own || value.len() < 2 {
        return false;
    }
    let counted = || {
        let (letters, numbers) = (value.iter().filter(|b| b.is_ascii_alphabetic()).count(), digits(value));
        (letters, numbers, value.len() - letters - numbers)
    };
    match place {
        Place::Own => {
            let about_itself = value.len() < 24 && value.iter().all(u8::is_ascii_alphabetic) && {
                let lower = names::lossy(value).to_ascii_lowercase();
                rules.stems.iter().any(|(stem, _)| lower == *stem)
            };
            // `secret=db/main` says which.
            let path = value.contains(&b'/') && is_words(value);
            !about_itself && !path && !is_time_or_size(value)
        }
        // A word is a word: `password: changed today`.
        Place::Label => {
            let mixed_case =
                value.iter().any(u8::is_ascii_lowercase) && value.iter().skip(1).any(u8::is_ascii_uppercase);
            let words = is_words(value) && !is_passphrase(rules, value);
            let (letters, numbers, marks) = counted();
            (numbers > 0 || marks > 0 || mixed_case) && value.len() >= 4 && !is_time_or_size(value) && !words
                || letters == value.len() && value.len() >= 4 && check::bits(value) > 2.9
        }
        Place::Prose => {
            let (letters, numbers, _) = counted();
            numbers > 0 && letters > 0 && value.len() >= 6 && !is_words(value) && !is_time_or_size(value)
        }
    }
}

/// Three words and more that speak of nothing a system has: `paprika-lantern-glacier`.
pub(super) fn is_passphrase(rules: &Rules, value: &[u8]) -> bool {
    let parts = || value.split(|b| matches!(b, b'-' | b'_' | b'.'));
    parts().count() >= 3
        && parts().enumerate().all(|(i, part)| {
            if i > 1 && part.len() <= 4 && part.iter().all(u8::is_ascii_digit) {
                return true;
            }
            let known = rules.about.contains(part) || rules.harmless.contains(part) || rules.names.contains_key(part);
            let text = std::str::from_utf8(part).unwrap_or_default();
            part.len() >= 4
                && part.iter().all(u8::is_ascii_lowercase)
                && !known
                && !rules.placeholders.contains(text)
                && !names::is_common(text)
        })
}

/// Several classes, or letters and digits mixed: what stands under a name that says more than that a secret is there.
fn drawn_or_mixed(value: &[u8]) -> bool {
    (is_drawn(value) || random(value) || is_mixed(value)) && !is_words(value) && !is_uuid(value)
}

/// Letters and digits in one word.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    let (letters, numbers) = (value.iter().filter(|b| b.is_ascii_alphabetic()).count(), digits(value));
    value.len() >= 6
        && letters >= 2
        && numbers >= 2
        && value.iter().all(|b| b.is_ascii_graphic() && !matches!(b, b':' | b',' | b'/' | b'(' | b'[' | b'|'))
}

/// Whether it would be taken for a secret wherever one was announced.
pub(super) fn is_secret_by_its_look(rules: &Rules, value: &[u8]) -> bool {
    is_drawn(value) || is_passphrase(rules, value) || is_mixed(value) && value.len() >= 8 && !is_words(value)
}

/// A code for one use: `23698038`, `6pgt8-vvh9l`, `ABCD-EFGH-IJKL`.
pub(super) fn code(value: &[u8]) -> bool {
    let groups: Vec<&[u8]> = value.split(|b| matches!(b, b'-' | b' ')).collect();
    let even = groups.windows(2).all(|two| matches!(two, [a, b] if a.len() == b.len()));
    let plain = groups.iter().all(|group| group.len() >= 3 && group.iter().all(u8::is_ascii_alphanumeric));
    let numbers = digits(value);
    plain && even && (6..=48).contains(&value.len()) && (numbers > 0 || groups.len() > 1)
}

/// `a-b_c` of letters in small, with a number at its end at most: a name, not a secret.
pub(super) fn is_words(value: &[u8]) -> bool {
    let parts = value.split(|b| matches!(b, b'-' | b'_' | b'.' | b'/' | b':'));
    let mut count = 0;
    let words = parts.inspect(|_| count += 1).all(|part| {
        !part.is_empty()
            && (part.iter().all(u8::is_ascii_lowercase) || part.len() < 3 && part.iter().all(u8::is_ascii_digit))
    });
    words && count > 1
}

fn is_time_or_size(value: &[u8]) -> bool {
    // Lengths first: long values are many, and these are short.
    let letters = || value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let few = value.len() <= 7 && value.first().is_some_and(u8::is_ascii_digit) && {
        let (letters, numbers) = (letters(), digits(value));
        numbers <= 4 && (1..=3).contains(&letters) && numbers + letters == value.len()
    };
    few || value.len() < 4 && digits(value) == value.len() || date_len(value).is_some_and(|len| len >= 10)
}

fn is_code(value: &[u8]) -> bool {
    let called = value.iter().position(|b| *b == b'(').is_some_and(|at| {
        let name = value.get(..at).unwrap_or_default();
        name.last().is_some_and(u8::is_ascii_alphanumeric)
            && name
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'$' | b'>' | b'-' | b'!'))
            && value.contains(&b')')
    });
    let path = value.contains(&b'.')
        && value.split(|b| *b == b'.').all(|part| {
            part.len() > 1
                && part.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'[' | b']' | b'\'' | b'"'))
                && part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        });
    let subscript =
        value.ends_with(b"]") && value.contains(&b'[') && value.first().is_some_and(u8::is_ascii_alphabetic);
    let sql_type = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let sql_type = sql_type > 2
        && value.get(sql_type) == Some(&b'(')
        && value.iter().skip(sql_type + 1).all(|b| b.is_ascii_digit() || matches!(b, b')' | b','));
    let generic = sql_type
        || value.starts_with(b"&")
            && value.get(1).is_some_and(u8::is_ascii_alphabetic)
            && value.iter().skip(1).all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b')' | b','))
        || value.starts_with(b"[success")
        || value.starts_with(b"HTTP/")
        || value.starts_with(b"Option<")
        || value.starts_with(b"Vec<")
        || value.starts_with(b"&str")
        || value.starts_with(b"*string");
    let named = value.iter().all(|b| b.is_ascii_lowercase() || *b == b'_') && value.contains(&b'_') && {
        let lower = names::lossy(value);
        lower.split('_').any(|part| {
            matches!(part, "password" | "secret" | "token" | "key" | "passwd" | "pwd" | "pass" | "credential")
        })
    };
    // `userPassword`, `accessToken`: an attribute.
    let humps = value.first().is_some_and(u8::is_ascii_lowercase)
        && value.iter().all(u8::is_ascii_alphabetic)
        && [&b"Password"[..], b"Token", b"Secret", b"Pwd"].iter().any(|end| value.ends_with(end));
    let named = named || humps;
    let screaming = value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') && value.contains(&b'_');
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
    // Session ids of PHP and Ruby: small letters and digits.
    let small = !value.iter().all(u8::is_ascii_hexdigit)
        && value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && (3..=value.len() / 2).contains(&digits(value));
    value.len() >= 20
        && value.iter().all(known)
        && has(u8::is_ascii_digit)
        && (mixed || hex || small)
        && check::bits(value) >= 3.2
        && !is_uuid(value)
        && !value.starts_with(b"AAAA")
        && !is_words(value)
        && !is_labelled(value)
}

/// `Linux-node-3f786850e387550fdab836ed7e6dc881de23001b`: words before a digest.
fn is_labelled(value: &[u8]) -> bool {
    let word = |part: &&[u8]| {
        let rest = part.get(1..).unwrap_or_default();
        part.len() >= 3 && part.iter().all(u8::is_ascii_alphabetic) && rest.iter().all(u8::is_ascii_lowercase)
    };
    value.split(|b| matches!(b, b'-' | b'_')).filter(word).count() >= 2
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
    (6..=16).contains(&numbers) && extension && only(number, b" -.()/+") && date_len(value) != Some(value.len())
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
        && !is_version(value)
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

/// A house, a street, a place: a number and words, or several words. No network address, path or code.
fn address(value: &[u8], place: Place) -> bool {
    let text = names::lossy(value);
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
        || text.contains([';', '!', '\\'])
        || text.contains('$') && !is_ldap_lines(&text)
        || speech::is_expression(value)
        // `ifPhysAddress.18 = INTEGER: 6776820`: a type and a value of it.
        || words.first().is_some_and(|word| word.ends_with(':'))
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

/// `12 Maple Court$Leeds`: LDAP's lines of an address (RFC 4517).
fn is_ldap_lines(text: &str) -> bool {
    text.split('$').all(|line| line.trim().chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()))
}

/// `12`, `4b`, `#7`, `Nr.5`, but not `mke2fs`.
pub(super) fn is_house(word: &str) -> bool {
    let bare = word.trim_start_matches(['#', '(']);
    let lower = bare.to_lowercase();
    let bare =
        ["nr.", "no.", "n°", "nº", "nr", "no"].iter().find_map(|mark| lower.strip_prefix(mark)).unwrap_or(&lower);
    // `Via: 1.1 google` has a version.
    let version = bare.split('.').count() == 2 && bare.split('.').all(|part| part.parse::<u16>().is_ok());
    word.len() <= 10 && !version && bare.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a part of an address stands alone in its own field: a street, a town, a county.
pub(super) fn part_of_address(value: &[u8]) -> bool {
    let text = names::lossy(value);
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
