//! From where to where a value goes that hangs on a key.

use super::dates::date_len;
use super::key::{Promise, Sep, is_line_start};
use super::names::{self, Trust};
use super::rules::{Rules, ValueShape};

/// From where to where a value goes that hangs on its key by more than a blank.
pub(super) fn extent(line: &[u8], label_start: usize, at: usize, sep: Sep, promise: Promise) -> (usize, usize, bool) {
    let mut start = at;
    if matches!(line.get(at..at + 2), Some([b'b' | b'r' | b'u' | b'f' | b'@' | b'$', b'"' | b'\''])) {
        start += 1;
    }
    start += wrapper(line.get(start..).unwrap_or_default());
    if line.get(start..).is_some_and(|rest| rest.starts_with(b"!!str ")) {
        start += 6;
    }
    let escaped = line.get(start) == Some(&b'\\') && matches!(line.get(start + 1), Some(b'"' | b'\''));
    if escaped {
        start += 1;
    }
    if let Some(quote @ (b'"' | b'\'' | b'`')) = line.get(start).copied() {
        start += 1;
        let doubled = quote == b'\''
            && line.get(start) == Some(&quote)
            && line.get(start + 1).is_some_and(u8::is_ascii_alphanumeric);
        if doubled {
            // `'… password=''x'' …'`: a quote in a quoted text is doubled.
            start += 1;
        }
        return (start, closing(line, start, quote, escaped), true);
    }
    let rest = line.get(start..).unwrap_or_default();
    if sep == Sep::Tag {
        return (start, start + rest.iter().position(|b| *b == b'<').unwrap_or(rest.len()), true);
    }
    let end = if promise.is_secret() {
        secret_end(line, label_start, start, sep)
    } else {
        text_end(rest, sep, promise.shape) + start
    };
    (start, end.max(start), false)
}

/// `Some("x")`, `ISODate("1985-05-12")`, `<%= "x" %>`: how much stands before the quote of a value that is wrapped.
fn wrapper(text: &[u8]) -> usize {
    if memchr::memchr2(b'"', b'\'', text.get(..text.len().min(WRAPPER_MAX + 1)).unwrap_or_default()).is_none() {
        return 0;
    }
    let known = [
        &b"Some("[..],
        b"Ok(",
        b"Just ",
        b"Optional[",
        b"Optional.of(",
        b"Secret(",
        b"SecretString(",
        b"SecretStr(",
        b"ISODate(",
        b"new Date(",
        b"Date(",
        b"new ISODate(",
        b"NumberLong(",
        b"String(",
        b"Symbol(",
        b"Decimal(",
        b"DATE ",
        b"date ",
        b"TIMESTAMP ",
        b"Sensitive(",
        b"<%= ",
        b"N",
        b"E",
        b"toDate(",
        b"TO_DATE(",
        b"to_date(",
        b"sensitive(",
        b"text(",
        b"str(",
        b"unquote(",
        b"Redacted(",
    ];
    let quoted = |len: usize| matches!(text.get(len), Some(b'"' | b'\''));
    let is = |head: &&&[u8]| text.first() == head.first() && text.starts_with(head) && quoted(head.len());
    known.iter().find(is).map_or(0, |head| head.len())
}

/// Where a quoted text ends: before its closing quote, or with the line.
pub(super) fn closing(line: &[u8], start: usize, quote: u8, escaped: bool) -> usize {
    let mut i = start;
    while let Some(b) = line.get(i).copied() {
        if escaped && b == b'\\' && line.get(i + 1) == Some(&quote) {
            return i;
        }
        if b == b'\\' && !escaped {
            i += 2;
            continue;
        }
        if b == quote && !escaped {
            return i;
        }
        i += 1;
    }
    line.len()
}

/// Where a secret without quotes ends.
fn secret_end(line: &[u8], label_start: usize, start: usize, sep: Sep) -> usize {
    let rest = line.get(start..).unwrap_or_default();
    let own_line = is_line_start(line, label_start);
    let spaced = start.checked_sub(1).and_then(|i| line.get(i)) == Some(&b' ');
    let to_end = own_line && spaced && matches!(sep, Sep::Colon | Sep::Assign);
    let mut end = if to_end {
        let comment =
            rest.windows(2).position(|two| two == b" #").or_else(|| rest.windows(3).position(|three| three == b" //"));
        let whole = start + comment.unwrap_or(rest.len());
        next_key(line, start, whole).unwrap_or(whole)
    } else {
        start + rest.iter().position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len())
    };
    if !own_line || sep == Sep::Flag {
        let value = line.get(start..end).unwrap_or_default();
        let cut = value.iter().enumerate().position(|(i, b)| match b {
            b'&' | b';' | b'"' | b'\'' | b'|' | b'<' | b'>' | b'`' => i > 0,
            b',' => value.get(i + 1..).is_none_or(|after| after.is_empty() || begins_a_key(after)),
            b')' | b']' | b'}' => i + 1 == value.len(),
            _ => false,
        });
        end = start + cut.unwrap_or(value.len());
    }
    let value = line.get(start..end).unwrap_or_default();
    let tail =
        value.iter().rev().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'"' | b'\'')).count();
    let mut end = end - tail.min(value.len());
    if !own_line && line.get(end.saturating_sub(1)..end) == Some(b".") && end > start + 1 {
        end -= 1;
    }
    end
}

/// `x=1`, `x:1`: not a second key of a list, which ends in `=` at most.
fn begins_a_key(text: &[u8]) -> bool {
    let name =
        text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'"')).count();
    name > 0
        && matches!(text.get(name), Some(b'=' | b':'))
        && text.get(name + 1).is_some_and(|b| !matches!(b, b'=' | b','))
}

/// Where the first word ends if a key and its value follow it: `pass: 12 fail: 0`.
fn next_key(line: &[u8], start: usize, end: usize) -> Option<usize> {
    let text = line.get(start..end)?;
    let first = text.iter().position(|b| *b == b' ')?;
    let rest = text.get(first + 1..)?.trim_ascii_start();
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let key = word > 1
        && (rest.get(word) == Some(&b':') && rest.get(word + 1) == Some(&b' ')
            || rest.get(word) == Some(&b'=') && rest.get(word + 1).is_some_and(|b| *b != b'='));
    key.then_some(start + first)
}

/// Where a text without quotes ends, in bytes from its start.
fn text_end(rest: &[u8], sep: Sep, shape: ValueShape) -> usize {
    if matches!(sep, Sep::Tight | Sep::Flag) {
        let word = |from: usize| {
            let rest = rest.get(from..).unwrap_or_default();
            let brackets = shape == ValueShape::Phone;
            let ends = |b: &u8| {
                b.is_ascii_whitespace()
                    || matches!(b, b'&' | b',' | b';' | b'"' | b'\'' | b'|' | b']' | b'}' | b'<')
                    || *b == b')' && !brackets
            };
            from + rest.iter().position(ends).unwrap_or(rest.len())
        };
        let mut end = word(0);
        let name = matches!(
            shape,
            ValueShape::Name | ValueShape::PersonName | ValueShape::MaybeName | ValueShape::SpelledName
        );
        if name {
            return end_of_names(rest, end);
        }
        let grouped = matches!(
            shape,
            ValueShape::Phone | ValueShape::Card | ValueShape::Id | ValueShape::CheckedId | ValueShape::Postcode
        );
        while grouped && rest.get(end) == Some(&b' ') {
            // `card=4111 1111 1111 1111`: on while groups of capitals and digits follow.
            let next = word(end + 1);
            let group = rest.get(end + 1..next).unwrap_or_default();
            let sound = group.iter().any(u8::is_ascii_digit)
                && group
                    .iter()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b'-' | b'(' | b')' | b'.'));
            if !sound || group.len() > 8 {
                break;
            }
            end = next;
        }
        return end;
    }
    let commas = matches!(
        shape,
        ValueShape::Address
            | ValueShape::Date
            | ValueShape::Name
            | ValueShape::PersonName
            | ValueShape::MaybeName
            | ValueShape::SpelledName
    );
    for (i, b) in rest.iter().enumerate() {
        let next = rest.get(i + 1).copied();
        let stop = match b {
            b'\t' | b';' | b'|' | b'"' | b'}' | b']' | b'<' | b'{' => true,
            b',' => !commas,
            b' ' => {
                next == Some(b' ') || {
                    // Another key follows.
                    let after = rest.get(i + 1..).unwrap_or_default();
                    let word =
                        after.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
                    // `No: 5 D: 10` are parts of a Turkish address.
                    let part = shape == ValueShape::Address && word < 3;
                    word > 0
                        && !part
                        && (after.get(word) == Some(&b'=')
                            || after.get(word) == Some(&b':') && after.get(word + 1) == Some(&b' '))
                        || matches!(next, Some(b'-'))
                            && rest.get(i + 2) == Some(&b' ')
                            && !is_state(rest.get(i + 3..), shape)
                }
            }
            _ => false,
        };
        if stop {
            return i;
        }
    }
    rest.len()
}

/// `São Paulo - SP, 01310-100`
fn is_state(rest: Option<&[u8]>, shape: ValueShape) -> bool {
    let state = |rest: &[u8]| matches!(rest, [a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase());
    shape == ValueShape::Address
        && rest.is_some_and(|rest| state(rest) && !rest.get(2).is_some_and(u8::is_ascii_alphanumeric))
}

/// `CN=Jane van Roe,OU=x`, `name=Jane Roe, id=7`: on while words with a capital follow that are no keys.
fn end_of_names(rest: &[u8], word: usize) -> usize {
    let colon = rest.iter().position(|b| *b == b':').unwrap_or(rest.len());
    let mut end = word.min(colon);
    for _ in 0..3 {
        let Some(next) = rest.get(end..).and_then(|rest| rest.strip_prefix(b" ")) else { break };
        let len = next
            .iter()
            .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'\'' | b'.') || **b >= 0x80)
            .count();
        let particle =
            matches!(next.get(..len), Some(b"van" | b"von" | b"de" | b"der" | b"da" | b"dos" | b"di" | b"del" | b"la"));
        let spelled = next.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3) || particle;
        if len < 2
            || !spelled
            || matches!(next.get(len), Some(b'=' | b'_' | b'0'..=b'9'))
            || next.get(len) == Some(&b':') && next.get(len + 1) == Some(&b' ')
        {
            break;
        }
        end += len + 1;
    }
    end
}

/// Cuts a text to what its shape lets it be.
pub(super) fn trimmed(text: &[u8], start: usize, promise: Promise, quoted: bool, rules: &Rules) -> (usize, usize) {
    let lead = text.iter().take_while(|b| **b == b' ').count();
    let text = text.get(lead..).unwrap_or_default();
    let start = start + lead;
    let whole = (start, start + text.trim_ascii_end().len());
    if quoted || promise.is_secret() {
        return whole;
    }
    let len = match promise.shape {
        ValueShape::Date => date_len(text),
        ValueShape::Phone => {
            let run = text
                .iter()
                .take_while(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+'))
                .count();
            let run = text.get(..run).unwrap_or_default();
            Some(run.len() - run.iter().rev().take_while(|b| !b.is_ascii_digit()).count())
        }
        ValueShape::Name | ValueShape::PersonName | ValueShape::MaybeName | ValueShape::SpelledName => {
            let text = names::lossy(text);
            let trust = match promise.shape {
                ValueShape::Name | ValueShape::PersonName => Trust::One,
                ValueShape::SpelledName => Trust::Spelled,
                _ => Trust::Known,
            };
            let spelled = names::name_len(&text, trust);
            let goes_on = |len: &usize| {
                // `DELL Fibre Channel Disk`: one more word in that spelling, which no name has.
                let next = text.get(*len..).and_then(|rest| rest.strip_prefix(' ')).unwrap_or_default();
                promise.shape != ValueShape::Name && next.starts_with(char::is_uppercase)
            };
            if spelled.as_ref().is_some_and(goes_on) {
                return whole;
            }
            let comma = text.find(',').filter(|_| spelled.is_none());
            // A name in small letters goes on until something else begins.
            spelled.or(comma)
        }
        ValueShape::Id | ValueShape::CheckedId | ValueShape::Card | ValueShape::Cvv | ValueShape::Postcode => {
            let run = text
                .iter()
                .take_while(|b| {
                    b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b' ' | b'-' | b'.' | b'/' | b'<')
                })
                .count();
            let next_lower = text.get(run).is_some_and(u8::is_ascii_lowercase);
            let mut run = text.get(..run).unwrap_or_default();
            if next_lower {
                // `A123 Is…`: the word that goes on in small letters is not of it.
                let word = run.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
                run = run.get(..run.len() - word).unwrap_or_default();
            }
            Some(run.len() - run.iter().rev().take_while(|b| !b.is_ascii_alphanumeric() && **b != b'<').count())
        }
        _ => None,
    };
    let _ = rules;
    match len {
        Some(len) if len > 0 => (start, start + len),
        _ => whole,
    }
}

/// `password is hunter2`, `the token to use is x`, `born on 12 May 1985`, `lives at 5 Main St`: a connector, and what follows it.
pub(super) fn prose_value(line: &[u8], at: usize, promise: Promise) -> Option<(usize, usize, bool)> {
    let mut start = at;
    for _ in 0..2 {
        let rest = line.get(start..)?;
        let word = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let connects = matches!(
            rest.get(..word)?.to_ascii_lowercase().as_slice(),
            b"is"
                | b"was"
                | b"to"
                | b"as"
                | b"are"
                | b"set"
                | b"changed"
                | b"of"
                | b"on"
                | b"at"
                | b"in"
                | b"number"
                | b"no"
                | b"reset"
                | b"named"
                | b"called"
                | b"for"
                | b"from"
                | b"value"
                | b"est"
                | b"ist"
                | b"es"
                | b"sono"
                | b"lautet"
                | b"am"
                | b"by"
                | b"with"
                | b"en"
                | b"na"
                | b"te"
                | b"le"
                | b"il"
                | b"el"
                | b"em"
                | b"den"
        ) && rest.get(word) == Some(&b' ');
        if let Some(verb) = ["é ", "è ", "är ", "er ", "è: "].iter().find(|verb| rest.starts_with(verb.as_bytes()))
        {
            start += verb.len();
            continue;
        }
        if !connects {
            break;
        }
        // `list the tokens in 'x'`, `password for 'bob'` say where it is or whose.
        if promise.is_secret()
            && matches!(rest.get(..word)?, b"in" | b"on" | b"at" | b"of" | b"for" | b"from" | b"as" | b"by" | b"with")
        {
            return None;
        }
        start += word + 1;
    }
    let rest = line.get(start..)?;
    if let Some(quote @ (b'"' | b'\'' | b'`')) = rest.first().copied() {
        let end = closing(line, start + 1, quote, false);
        // GNU's messages quote `so'.
        let own = rest.get(1..).and_then(|text| memchr::memchr(b'\'', text)).filter(|_| quote == b'`');
        return Some((start + 1, own.map_or(end, |own| end.min(start + 1 + own)), true));
    }
    let end = match promise.shape {
        // `passwd (1:4.13-1)` is a package.
        ValueShape::Secret | ValueShape::Token if rest.starts_with(b"(") => return None,
        ValueShape::Secret | ValueShape::Token | ValueShape::Session | ValueShape::Otp => {
            let len = rest
                .iter()
                .position(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b')' | b'<'))
                .unwrap_or(rest.len());
            let value = rest.get(..len)?;
            let dots = value.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'?')).count();
            start + len - dots
        }
        ValueShape::Date => start + date_len(rest)?,
        ValueShape::Name | ValueShape::PersonName | ValueShape::MaybeName | ValueShape::SpelledName => {
            let text = names::lossy(rest);
            start + names::name_len(&text, Trust::Spelled)?
        }
        ValueShape::Address => start + super::prose::address_len(rest, true)?,
        _ => return None,
    };
    Some((start, end, false))
}

/// The longest of what a value is wrapped in.
const WRAPPER_MAX: usize = 13;
