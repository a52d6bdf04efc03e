//! Keys and what stands behind them on the same line: assignments, labels, JSON, YAML, options, URLs' queries, XML, words in prose.

use super::names::{self, Trust};
use super::rules::{Rules, ValueShape};
pub(super) use super::title::classify;
use super::value::{self, Place, fits};
use crate::model::DataKind;

/// What a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    /// The rule.
    pub(super) rule: u16,
    pub(super) kind: DataKind,
    pub(super) shape: ValueShape,
}

impl Promise {
    /// Whether it is personal data and not only perhaps.
    pub(super) fn is_personal(self) -> bool {
        !matches!(
            self.shape,
            ValueShape::Secret
                | ValueShape::Connection
                | ValueShape::Base64
                | ValueShape::Random
                | ValueShape::MaybeName
                | ValueShape::SpelledName
                | ValueShape::Address
                | ValueShape::Cvv
                | ValueShape::Never
        )
    }

    pub(super) fn is_secret(self) -> bool {
        matches!(self.shape, ValueShape::Secret | ValueShape::Base64 | ValueShape::Random | ValueShape::Connection)
    }

    /// The same for a place that is about a person: a `name` there is a person's.
    pub(super) fn of_person(self, person: bool) -> Self {
        match self.shape {
            ValueShape::MaybeName | ValueShape::SpelledName if person => Self { shape: ValueShape::Name, ..self },
            _ => self,
        }
    }
}

/// A value behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) promise: Promise,
    /// Whether it looks like what was promised.
    pub(super) fits: bool,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// A value.
    Value(Found),
    /// The line ends: the value is on the next one.
    End(Promise),
    /// A brace or a bracket, here.
    Container(Promise, usize),
    /// `name: DB_PASSWORD`: the value has a key of its own, on the next line.
    Pair(Promise),
    /// None yet, but something that comes from here on may be one.
    Maybe(usize),
    Nothing,
}

/// The identifier around `start..end`, and what stands behind it.
pub(super) fn behind(rules: &Rules, line: &[u8], start: usize, end: usize, person: bool) -> (usize, Behind) {
    let (from, to) = identifier(line, start, end);
    if to - from > IDENTIFIER_MAX {
        return (to, Behind::Nothing);
    }
    let own = line.get(from..to).unwrap_or_default();
    let Some((sep, at, label_end)) = separator(line, from, to) else { return (to, Behind::Nothing) };
    let label_start = if sep == Sep::Prose || sep == Sep::Flag { from } else { label_start(line, from) };
    let label = line.get(label_start..label_end).unwrap_or(own);
    let Some(promise) = classify(rules, label).or_else(|| (label_end == to).then(|| classify(rules, own)).flatten())
    else {
        return (to, Behind::Nothing);
    };
    let promise = promise.of_person(person);
    if sep == Sep::Paired {
        return (to, Behind::Pair(promise));
    }
    if at >= line.len() {
        let ends = matches!(sep, Sep::Colon | Sep::Assign | Sep::Tight);
        return (to, if ends { Behind::End(promise) } else { Behind::Nothing });
    }
    if matches!(line.get(at), Some(b'{' | b'['))
        && line.get(at..at + 2).is_none_or(|two| two != b"{{")
        && sep != Sep::Prose
    {
        return (to, Behind::Container(promise, at));
    }
    (to, value_at(rules, line, label_start, at, sep, promise).map_or(Behind::Maybe(at), Behind::Value))
}

/// How a value hangs on its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sep {
    /// `key=value`
    Tight,
    /// `key = value`, `key := value`, `key => value`
    Assign,
    /// `key: value`
    Colon,
    /// `--key value`
    Flag,
    /// `<key>value</key>`
    Tag,
    /// `key is value`
    Prose,
    /// `key` in two blanks or a tab before a value: columns of two.
    Blanks,
    /// `name: key`, and the value on the next line.
    Paired,
}

fn identifier(line: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || *b >= 0x80;
    let from = start
        - line.get(..start).unwrap_or_default().iter().rev().take_while(|b| part(b)).take(IDENTIFIER_MAX + 1).count();
    let to = end + line.get(end..).unwrap_or_default().iter().take_while(|b| part(b)).take(IDENTIFIER_MAX + 1).count();
    // A full stop at the end ends a sentence or an abbreviation.
    let dots = line.get(from..to).unwrap_or_default().iter().rev().take_while(|b| matches!(b, b'.' | b'-')).count();
    (from, (to - dots).max(end))
}

/// Up to three words before an identifier, joined by single blanks: `Social Security Number`.
fn label_start(line: &[u8], from: usize) -> usize {
    let mut start = from;
    for _ in 0..3 {
        if start < 2 || line.get(start - 1) != Some(&b' ') {
            break;
        }
        let word = line
            .get(..start - 1)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'_' | b'/') || **b >= 0x80)
            .count();
        if word == 0 || word > 20 {
            break;
        }
        start -= word + 1;
    }
    start
}

/// What separates the key that ends at `to` from its value, where the value begins, and where the label ends.
fn separator(line: &[u8], from: usize, to: usize) -> Option<(Sep, usize, usize)> {
    let at = |i: usize| line.get(i).copied();
    let before = from.checked_sub(1).and_then(at);
    let mut i = to;
    if before == Some(b'<')
        && at(i) == Some(b'>')
        && memchr::memmem::find(line.get(i..).unwrap_or_default(), b"</").is_some()
    {
        return Some((Sep::Tag, i + 1, to));
    }
    if at(i) == Some(b'\\') && matches!(at(i + 1), Some(b'"' | b'\'')) {
        i += 1;
    }
    let quoted = matches!(at(i), Some(b'"' | b'\'' | b'`'));
    if quoted {
        i += 1;
    }
    if at(i) == Some(b']') {
        i += 1;
    }
    let quoted_end = i;
    let blanks = line.get(i..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let tab = line.get(i..i + blanks).is_some_and(|gap| gap.contains(&b'\t'));
    let mut j = i + blanks;
    let mut label_end = to;
    if !matches!(at(j), Some(b':' | b'=' | b'-')) && !quoted && blanks <= 1 {
        // `Phone number (home):`, `SSN #:`, `ID No.:`
        let rest = line.get(i..).unwrap_or_default();
        let gap = rest
            .iter()
            .take(24)
            .take_while(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'#' | b'(' | b')' | b'/' | b'\'') || **b >= 0x80
            })
            .count();
        if gap > 0
            && matches!(rest.get(gap), Some(b':' | b'='))
            && !rest.get(..gap).is_some_and(|gap| gap.windows(2).any(|two| two == b"  "))
        {
            let words =
                rest.get(..gap).unwrap_or_default().split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
            if words <= 2 {
                j = i + gap;
                label_end = j;
            }
        }
    }
    let skip = |from: usize| {
        from + line.get(from..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    };
    let dots = line.get(j..).unwrap_or_default().iter().take_while(|b| **b == b'.').count();
    if dots >= 3 {
        // `Last Name ........ Roe`
        return Some((Sep::Colon, skip(j + dots), label_end));
    }
    if quoted
        && line.get(..from.saturating_sub(1)).is_some_and(|head| head.trim_ascii_end().ends_with(b"("))
        && at(i) == Some(b',')
    {
        // `define('DB_PASSWORD', 'x')`
        return Some((Sep::Assign, skip(i + 1), to));
    }
    match (at(j), at(j + 1)) {
        // A comparison, a scope or a URL.
        (Some(b'='), Some(b'=' | b'~')) | (Some(b':'), Some(b':' | b'/')) => None,
        (Some(b'='), Some(b'>')) | (Some(b':'), Some(b'=')) | (Some(b'-'), Some(b'>')) => {
            Some((Sep::Assign, skip(j + 2), label_end))
        }
        (Some(b'='), _) => {
            let sep = if blanks == 0 && !matches!(at(j + 1), Some(b' ')) { Sep::Tight } else { Sep::Assign };
            Some((sep, skip(j + 1), label_end))
        }
        (Some(b':'), _) => Some((Sep::Colon, skip(j + 1), label_end)),
        (Some(b','), _) | (Some(b' ' | b'}'), _) if quoted => None,
        _ if quoted => paired(line, quoted_end).map(|value| (Sep::Assign, value, to)),
        (Some(_), _)
            if blanks > 0 && line.get(..from).is_some_and(|head| head.ends_with(b"--") || head.ends_with(b" -")) =>
        {
            Some((Sep::Flag, j, to))
        }
        (Some(_), _) if blanks > 1 || tab => Some((Sep::Blanks, j, to)),
        (Some(_), _) if blanks == 1 => Some((Sep::Prose, j, to)),
        (None, _) => is_paired_name(line, from).then_some((Sep::Paired, to, to)),
        _ => None,
    }
    .or_else(|| {
        (at(i) == Some(b',') || quoted)
            .then(|| paired(line, quoted_end))
            .flatten()
            .map(|value| (Sep::Assign, value, to))
    })
    .or_else(|| (quoted && is_paired_name(line, from.saturating_sub(1))).then_some((Sep::Paired, to, to)))
}

/// `"name": "DB_PASSWORD", "value": …` and `name="password" value=…`: where the value begins.
fn paired(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    let gap = rest.iter().take_while(|b| matches!(b, b' ' | b',' | b'\t' | b'{' | b'}')).count();
    let rest = rest.get(gap..)?;
    let quote = usize::from(matches!(rest.first(), Some(b'"' | b'\'')));
    let rest = rest.get(quote..)?;
    let word = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
    let name = rest.get(..word)?.to_ascii_lowercase();
    matches!(name.as_slice(), b"value" | b"val" | b"content" | b"default" | b"parametervalue" | b"plaintext" | b"data")
        .then_some(())?;
    let rest = rest.get(word..)?;
    let gap2 = rest.iter().take_while(|b| matches!(b, b'"' | b'\'' | b' ')).count();
    matches!(rest.get(gap2), Some(b':' | b'=')).then_some(())?;
    let rest_at = from + gap + quote + word + gap2 + 1;
    Some(rest_at + line.get(rest_at..)?.iter().take_while(|b| **b == b' ').count())
}

/// Whether the key is itself a value: `- name: DB_PASSWORD`, `"Key": "db_password"`.
fn is_paired_name(line: &[u8], from: usize) -> bool {
    let head = line.get(..from).unwrap_or_default().trim_ascii_end();
    let head = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")).unwrap_or(head).trim_ascii_end();
    let Some(head) = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"=")) else { return false };
    let head = head.strip_suffix(b"\"").unwrap_or(head).to_ascii_lowercase();
    [&b"name"[..], b"key", b"variable", b"parameterkey", b"field", b"id"].iter().any(|name| head.ends_with(name))
}

/// The value at `at`, trimmed to what its shape lets it be.
pub(super) fn value_at(
    rules: &Rules,
    line: &[u8],
    label_start: usize,
    at: usize,
    sep: Sep,
    promise: Promise,
) -> Option<Found> {
    let (start, end, quoted) = match sep {
        Sep::Prose => prose_value(line, at, promise)?,
        _ => extent(line, label_start, at, sep, promise),
    };
    let text = line.get(start..end)?;
    let own_line = is_line_start(line, label_start);
    let place = match sep {
        Sep::Tight | Sep::Flag | Sep::Tag => Place::Own,
        Sep::Assign => Place::Own,
        Sep::Colon if quoted || own_line => Place::Own,
        Sep::Colon => Place::Label,
        Sep::Prose if quoted => Place::Label,
        Sep::Prose | Sep::Blanks | Sep::Paired => Place::Prose,
    };
    let (start, end) = trimmed(text, start, promise, quoted, rules);
    let text = line.get(start..end)?;
    let cell =
        sep != Sep::Blanks || line.get(end..).is_none_or(|rest| rest.trim_ascii().is_empty()) && promise.is_personal();
    let sentence = !cell
        || promise.is_secret() && !quoted && text.contains(&b' ') && {
            let first = text.split(|b| *b == b' ').next().unwrap_or_default();
            let blanks = text.iter().filter(|b| **b == b' ').count();
            let small = text.iter().all(|b| b.is_ascii_lowercase() || *b == b' ');
            // A passphrase has four words or more, a remark begins with a word of its own kind.
            value::is_placeholder(rules, first) || blanks > 5 || small && blanks < 3
        };
    let fits = !sentence && fits(rules, promise.shape, text, place);
    Some(Found { start, end, promise, fits })
}

/// Whether nothing but indentation, list marks, quotes, `export` and the like stands before.
pub(super) fn is_line_start(line: &[u8], at: usize) -> bool {
    let head = line.get(..at).unwrap_or_default().trim_ascii();
    let head = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")).unwrap_or(head).trim_ascii();
    head.is_empty()
        || matches!(
            head,
            b"export"
                | b"set"
                | b"SET"
                | b"declare"
                | b"declare -x"
                | b"-"
                | b"- -"
                | b"+"
                | b">"
                | b"*"
                | b"{"
                | b"-e"
                | b"ENV"
                | b"ARG"
                | b"setenv"
                | b"<"
                | b"local"
                | b"var"
                | b"let"
                | b"const"
                | b"readonly"
                | b"Environment="
                | b"--"
                | b"#"
                | b"//"
                | b";"
        )
        || head.len() <= 6 && head.iter().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'|' | b'-' | b'+' | b'.'))
}

/// From where to where a value goes that hangs on its key by more than a blank.
fn extent(line: &[u8], label_start: usize, at: usize, sep: Sep, promise: Promise) -> (usize, usize, bool) {
    let mut start = at;
    if matches!(line.get(at..at + 2), Some([b'b' | b'r' | b'u' | b'f' | b'@' | b'$', b'"' | b'\''])) {
        start += 1;
    }
    let escaped = line.get(start) == Some(&b'\\') && matches!(line.get(start + 1), Some(b'"' | b'\''));
    if escaped {
        start += 1;
    }
    if let Some(quote @ (b'"' | b'\'' | b'`')) = line.get(start).copied() {
        start += 1;
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

/// Where a quoted text ends: before its closing quote, or with the line.
fn closing(line: &[u8], start: usize, quote: u8, escaped: bool) -> usize {
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
        start + comment.unwrap_or(rest.len())
    } else {
        start + rest.iter().position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len())
    };
    if !own_line || sep == Sep::Flag {
        let value = line.get(start..end).unwrap_or_default();
        let cut = value.iter().enumerate().position(|(i, b)| match b {
            b'&' | b';' | b'"' | b'\'' | b'|' | b'<' | b'>' | b'`' => i > 0,
            b',' => value
                .get(i + 1..)
                .is_none_or(|after| after.is_empty() || after.contains(&b'=') || after.contains(&b':')),
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
        let grouped = matches!(shape, ValueShape::Phone | ValueShape::Card | ValueShape::Id | ValueShape::Postcode);
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
        ValueShape::Address | ValueShape::Date | ValueShape::Name | ValueShape::MaybeName | ValueShape::SpelledName
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
                    word > 0
                        && (after.get(word) == Some(&b'=')
                            || after.get(word) == Some(&b':') && after.get(word + 1) == Some(&b' '))
                        || matches!(next, Some(b'-')) && rest.get(i + 2) == Some(&b' ')
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

/// Cuts a text to what its shape lets it be.
fn trimmed(text: &[u8], start: usize, promise: Promise, quoted: bool, rules: &Rules) -> (usize, usize) {
    let lead = text.iter().take_while(|b| **b == b' ').count();
    let text = text.get(lead..).unwrap_or_default();
    let start = start + lead;
    let whole = (start, start + text.trim_ascii_end().len());
    if quoted || promise.is_secret() {
        return whole;
    }
    let len = match promise.shape {
        ValueShape::Date => value::date_len(text),
        ValueShape::Phone => {
            let run = text
                .iter()
                .take_while(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+'))
                .count();
            let run = text.get(..run).unwrap_or_default();
            Some(run.len() - run.iter().rev().take_while(|b| !b.is_ascii_digit()).count())
        }
        ValueShape::Name | ValueShape::MaybeName | ValueShape::SpelledName => {
            let text = String::from_utf8_lossy(text);
            let trust = match promise.shape {
                ValueShape::Name => Trust::One,
                ValueShape::SpelledName => Trust::Spelled,
                _ => Trust::Known,
            };
            let spelled = names::name_len(&text, trust);
            let comma = text.find(',').filter(|_| spelled.is_none());
            // A name in small letters goes on until something else begins.
            spelled.or(comma)
        }
        ValueShape::Id | ValueShape::Card | ValueShape::Cvv | ValueShape::Postcode => {
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
fn prose_value(line: &[u8], at: usize, promise: Promise) -> Option<(usize, usize, bool)> {
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
        ) && rest.get(word) == Some(&b' ');
        if !connects {
            break;
        }
        start += word + 1;
    }
    let rest = line.get(start..)?;
    if let Some(quote @ (b'"' | b'\'' | b'`')) = rest.first().copied() {
        return Some((start + 1, closing(line, start + 1, quote, false), true));
    }
    let end = match promise.shape {
        ValueShape::Secret => {
            let len = rest
                .iter()
                .position(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b')'))
                .unwrap_or(rest.len());
            let value = rest.get(..len)?;
            let dots = value.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'?')).count();
            start + len - dots
        }
        ValueShape::Date => start + value::date_len(rest)?,
        ValueShape::Name => {
            let text = String::from_utf8_lossy(rest);
            start + names::name_len(&text, Trust::Spelled)?
        }
        ValueShape::MaybeName | ValueShape::SpelledName => {
            let text = String::from_utf8_lossy(rest);
            start + names::name_len(&text, Trust::Spelled)?
        }
        ValueShape::Address => start + super::prose::address_len(rest)?,
        _ => return None,
    };
    Some((start, end, false))
}

/// Longer identifiers are data.
const IDENTIFIER_MAX: usize = 64;
