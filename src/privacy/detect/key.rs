//! Keys and what stands behind them on the same line: assignments, labels, JSON, YAML, options, URLs' queries, XML, words in prose.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Anchor;
use super::doubt;
use super::extent::{closing, extent, prose_value, trimmed};
use super::names;
use super::rules::{Rules, ValueShape};
pub(super) use super::separator::Sep;
use super::separator::separator;
use super::speech;
pub(super) use super::title::classify;
use super::title::{Verdict, verdict};
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
                | ValueShape::Token
                | ValueShape::Session
                | ValueShape::Otp
                | ValueShape::Connection
                | ValueShape::Base64
                | ValueShape::Random
                | ValueShape::Drawn
                | ValueShape::Code
                | ValueShape::Uuid
                | ValueShape::MaybeName
                | ValueShape::SpelledName
                | ValueShape::Address
                | ValueShape::Cvv
                | ValueShape::Never
        )
    }

    /// The same, but for what other things are called too: a card is in a slot, a pin on a board.
    pub(super) fn is_surely_personal(self) -> bool {
        self.is_personal() && !matches!(self.shape, ValueShape::Card | ValueShape::Postcode)
    }

    pub(super) fn is_secret(self) -> bool {
        matches!(
            self.shape,
            ValueShape::Secret
                | ValueShape::Token
                | ValueShape::Session
                | ValueShape::Otp
                | ValueShape::Base64
                | ValueShape::Random
                | ValueShape::Drawn
                | ValueShape::Code
                | ValueShape::Uuid
                | ValueShape::Connection
        )
    }

    /// Whether it is a person's name.
    pub(super) fn is_name(self) -> bool {
        matches!(
            self.shape,
            ValueShape::Name | ValueShape::PersonName | ValueShape::MaybeName | ValueShape::SpelledName
        )
    }

    /// The same for a line that speaks of a person: a `name` there is probably a person's.
    pub(super) fn beside_person(self, person: bool) -> Self {
        match self.shape {
            ValueShape::MaybeName | ValueShape::SpelledName if person => Self { shape: ValueShape::PersonName, ..self },
            _ => self,
        }
    }

    /// The same where somebody says it of themselves.
    fn of_speaker(self) -> Self {
        match self.shape {
            ValueShape::MaybeName => Self { shape: ValueShape::SpelledName, ..self },
            _ => self,
        }
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

/// The identifier around an anchor, and what stands behind it.
pub(super) fn behind(rules: &Rules, line: &[u8], anchor: &Anchor, person: bool) -> (usize, Behind) {
    let (from, to) = identifier(line, anchor.start, anchor.end);
    if to - from > IDENTIFIER_MAX {
        return (to, Behind::Nothing);
    }
    let own = line.get(from..to).unwrap_or_default();
    let Some((sep, at, label_end)) = separator(line, from, to) else { return (to, Behind::Nothing) };
    let whole = (from, to) == (anchor.start, anchor.end) && is_one_hump(own);
    let known = rules.roles(anchor.literal).verdict.filter(|_| whole);
    let verdict = |start: usize, end: usize| match known {
        Some(known) if (start, end) == (from, to) => known,
        _ => verdict(rules, line.get(start..end).unwrap_or(own)),
    };
    let label_start = if sep == Sep::Prose || sep == Sep::Flag { from } else { label_start(line, from) };
    let said = match verdict(label_start, label_end) {
        // `mot de passe est x`, `UPDATE t SET secret = 'x'`
        Verdict::Unknown if sep == Sep::Prose => verdict(self::label_start(line, from), label_end),
        Verdict::Other if line.get(..from).is_some_and(|head| head.ends_with(b" SET ") || head.ends_with(b" set ")) => {
            Verdict::Unknown
        }
        said => said,
    };
    let unknown = said == Verdict::Unknown;
    let promise = said
        .promise()
        .or_else(|| (unknown && label_end == to).then(|| verdict(from, to).promise()).flatten())
        .or_else(|| (unknown && sep == Sep::Prose).then(|| with_next_word(rules, line, from, at)).flatten());
    let Some(promise) = promise else { return (to, Behind::Nothing) };
    let in_path = line.get(to) == Some(&b'/');
    if matches!(sep, Sep::Prose | Sep::Blanks) && promise.is_secret() && (in_path || is_part_of_a_name(own, promise)) {
        return (to, Behind::Nothing);
    }
    let promise = if possessive(line, from, sep) { promise.of_speaker() } else { promise };
    let promise = promise.beside_person(person);
    if own.eq_ignore_ascii_case(b"pass") && is_verdict(line, own, sep, label_end, at) {
        return (to, Behind::Nothing);
    }
    if sep == Sep::Paired {
        return (to, Behind::Pair(promise));
    }
    if at >= line.len() {
        let ends = matches!(sep, Sep::Colon | Sep::Assign | Sep::Tight);
        return (to, if ends { Behind::End(promise) } else { Behind::Nothing });
    }
    if matches!(line.get(at), Some(b'{' | b'['))
        && sep != Sep::Tag
        && line.get(at..at + 2).is_none_or(|two| two != b"{{")
        && sep != Sep::Prose
    {
        return (to, Behind::Container(promise, at));
    }
    let found = value_at(rules, line, label_start, at, sep, promise);
    if promise.is_secret() && found.is_none_or(|found| !found.fits) {
        let other = if sep == Sep::Prose {
            far_value(rules, line, at, promise)
        } else {
            default_value(rules, line, at, promise)
        };
        if let Some(other) = other {
            return (to, Behind::Value(other));
        }
    }
    (to, found.map_or(Behind::Maybe(at), Behind::Value))
}

/// A test's verdict, the number of a turn, or how many there were: `PASS: x`, `rule_1  pass  CCE-5`, `pass 2: 99 %`, `pass: 18274  fail: 2`.
fn is_verdict(line: &[u8], own: &[u8], sep: Sep, label_end: usize, at: usize) -> bool {
    let label = line.get(..label_end).unwrap_or_default();
    let value = line.get(at..).unwrap_or_default();
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let head = label.strip_suffix(own).unwrap_or_default();
    own == b"PASS" && matches!(sep, Sep::Colon | Sep::Blanks)
        || sep == Sep::Blanks
            && (head.ends_with(b"\t") && head.len() > 1 || head.trim_ascii().len() > 1 && head.ends_with(b"  "))
        || !label.ends_with(own) && label.last().is_some_and(u8::is_ascii_digit)
        || digits > 0
            && digits < 9
            && matches!(value.get(digits), None | Some(b' ' | b',' | b'/' | b'%'))
            && (digits < 5
                || [&b"fail"[..], b"skip", b"err", b"frames", b"total"]
                    .iter()
                    .any(|word| memchr::memmem::find(line, word).is_some()))
}

/// Whether letters are one word to whoever divides names at their humps.
fn is_one_hump(name: &[u8]) -> bool {
    let rest = name.get(1..).unwrap_or_default();
    rest.iter().all(u8::is_ascii_lowercase) || name.iter().all(u8::is_ascii_uppercase)
}

/// `class=TokenCleanupJob`, `runner-pepper`: in running text such a name names something else.
fn is_part_of_a_name(own: &[u8], promise: Promise) -> bool {
    promise.shape == ValueShape::Drawn
        || own.contains(&b'-') && own.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
}

/// `password for user bob: x`, `the root password for app013 is x - change it`: some words on, one that is no word.
fn far_value(rules: &Rules, line: &[u8], at: usize, promise: Promise) -> Option<Found> {
    let rest = line.get(at..line.len().min(at + FAR))?;
    let (gap, mark) = [&b": "[..], b" is ", b" ist "]
        .iter()
        .filter_map(|mark| memchr::memmem::find(rest, mark).map(|gap| (gap, mark.len())))
        .min()?;
    let words = rest.get(..gap)?;
    let plain = words.iter().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b' ' | b'\'' | b'"' | b'-' | b'.' | b'_' | b'@' | b'/' | b'[' | b']')
    });
    if !plain || words.split(|b| *b == b' ').count() > 6 {
        return None;
    }
    let start = at + gap + mark;
    let value = line.get(start..)?.split(|b| b.is_ascii_whitespace()).next()?;
    let marks = value.iter().rev().take_while(|b| matches!(b, b'.' | b',' | b'"' | b'\'' | b'}' | b')' | b'`')).count();
    let value = value.get(..value.len() - marks).unwrap_or_default();
    let fits = fits(rules, promise.shape, value, Place::Label) && value::is_secret_by_its_look(rules, value);
    fits.then_some(Found { start, end: start + value.len(), promise, fits })
}

/// `process.env.SECRET || "x"`, `os.getenv("SECRET", "x")`, `ENV["X"] or 'x'`: what holds where nothing else is set.
fn default_value(rules: &Rules, line: &[u8], at: usize, promise: Promise) -> Option<Found> {
    static MARKS: LazyLock<[Finder<'_>; 5]> =
        LazyLock::new(|| [&b"|| "[..], b"?? ", b" or ", b", ", b"||"].map(Finder::new));
    static READS: LazyLock<[Finder<'_>; 6]> =
        LazyLock::new(|| [&b"env"[..], b"ENV", b"config", b"settings", b"get(", b"args"].map(Finder::new));
    let rest = line.get(at..)?;
    memchr::memchr3(b'"', b'\'', b'`', rest)?;
    let mark = MARKS.iter().find_map(|mark| mark.find(rest).map(|i| i + mark.needle().len()))?;
    let quote = line.get(at + mark).copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    READS.iter().find_map(|word| word.find(rest))?;
    let start = at + mark + 1;
    let end = closing(line, start, quote, false);
    let fits = fits(rules, promise.shape, line.get(start..end)?, Place::Own);
    (fits && end < line.len()).then_some(Found { start, end, promise, fits })
}

/// `Deliver to Jane Roe`: what a verb promises with the little word behind it.
fn with_next_word(rules: &Rules, line: &[u8], from: usize, at: usize) -> Option<Promise> {
    let word = line.get(at..)?.iter().take_while(|b| b.is_ascii_lowercase()).count();
    matches!(
        line.get(at..at + word)?,
        b"to" | b"by" | b"with" | b"le" | b"il" | b"am" | b"em" | b"el" | b"on" | b"in" | b"at"
    )
    .then(|| classify(rules, line.get(from..at + word)?))?
}

/// `mein Name ist`, `my name is`: whose it is says that it is a person's.
fn possessive(line: &[u8], from: usize, sep: Sep) -> bool {
    if sep != Sep::Prose {
        return false;
    }
    let before = line.get(..from).unwrap_or_default().trim_ascii_end();
    let word = before.rsplit(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        word.as_slice(),
        b"my" | b"mein" | b"mon" | b"mi" | b"meu" | b"mio" | b"mijn" | b"min" | b"mitt" | b"his" | b"her"
    )
}

pub(super) fn identifier(line: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || *b >= 0x80;
    let from = start
        - line.get(..start).unwrap_or_default().iter().rev().take_while(|b| part(b)).take(IDENTIFIER_MAX + 1).count();
    let to = end + line.get(end..).unwrap_or_default().iter().take_while(|b| part(b)).take(IDENTIFIER_MAX + 1).count();
    // `password........x`
    let leader = line.get(end..to).and_then(|rest| rest.windows(3).position(|three| three == b"..."));
    let to = leader.map_or(to, |at| end + at);
    // A full stop at the end ends a sentence or an abbreviation.
    let dots = line.get(from..to).unwrap_or_default().iter().rev().take_while(|b| matches!(b, b'.' | b'-')).count();
    // The dashes of `--password` are no part of it.
    let dashes = line.get(from..start).unwrap_or_default().iter().take_while(|b| **b == b'-').count();
    (from + dashes, (to - dots).max(end))
}

/// Up to three words before an identifier, joined by single blanks: `Social Security Number`.
pub(super) fn label_start(line: &[u8], from: usize) -> usize {
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
        // `op=password acct=x`: the word before is a value.
        let value = start.checked_sub(word + 2).and_then(|i| line.get(i)) == Some(&b'=');
        if word == 0 || word > 20 || value {
            break;
        }
        start -= word + 1;
    }
    start
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
    if sep == Sep::Tight && line.get(at) == Some(&b'`') {
        // What a shell puts there is what the command prints.
        return None;
    }
    if is_prompt_in_quotes(line, label_start, at) {
        return None;
    }
    let own_line = is_line_start(line, label_start);
    let place = match sep {
        Sep::Tight | Sep::Flag | Sep::Tag => Place::Own,
        Sep::Assign => Place::Own,
        Sep::Colon if quoted || own_line => Place::Own,
        Sep::Colon | Sep::Arrow => Place::Label,
        Sep::Prose if quoted => Place::Label,
        // `requirepass x` and nothing else.
        Sep::Prose | Sep::Blanks
            if own_line && promise.is_secret() && line.get(end..).is_some_and(|rest| rest.trim_ascii().is_empty()) =>
        {
            Place::Label
        }
        Sep::Prose | Sep::Blanks | Sep::Paired => Place::Prose,
    };
    let (start, end) = trimmed(text, start, promise, quoted, rules);
    let json = if quoted { None } else { json_number(line, at, start) };
    let end = json.filter(|_| promise.is_secret()).unwrap_or(end);
    let text = line.get(start..end)?;
    // `"pass": 1823` counts; but `"password": 123456` is one.
    let typed = promise.kind == DataKind::Password && text.len() >= 6 && !line.get(..at)?.ends_with(b"pass\": ");
    let number = || json.is_some() && !typed;
    let last = line.get(end..).is_none_or(|rest| rest.trim_ascii().is_empty());
    let barred = line.get(..at).is_some_and(|head| head.trim_ascii_end().ends_with(b"|"));
    let cell = match sep {
        Sep::Blanks if barred => is_cell(line, at),
        Sep::Blanks => last && (promise.is_personal() || promise.is_secret() && value::is_mixed(text)),
        _ => true,
    };
    // `[-p pat=rep]`, `--junk-session-cookies Ignore session cookies`: what a manual says.
    let manual = || {
        !quoted
            && promise.is_secret()
            && (line.get(end) == Some(&b']') && text.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
                || matches!(sep, Sep::Flag)
                    && names::is_capitalised(text)
                    && text.iter().skip(1).all(u8::is_ascii_lowercase)
                    && matches!(line.get(end..end + 2), Some([b' ', b'a'..=b'z'])))
    };
    let counted = || line.get(..at).is_some_and(is_plural) && text.iter().all(|b| b.is_ascii_digit());
    // `pass `Authorization: Bearer <token>``: what is passed, not a password.
    let spoken =
        || sep == Sep::Prose && quoted && (text.contains(&b'<') || memchr::memmem::find(text, b": ").is_some());
    // `COMMENT ON COLUMN t.password IS 'bcrypt hash'`
    let remark = || sep == Sep::Prose && quoted && matches!(text.iter().filter(|b| **b == b' ').count(), 1 | 2);
    // `--export-secret-keys ops`
    let several = || sep == Sep::Flag && line.get(..at).is_some_and(is_plural);
    let other = !cell
        || promise.is_secret() && (counted() || spoken() || manual() || remark() || several())
        || promise.is_secret() && promise.shape != ValueShape::Otp && number()
        || promise.is_secret() && !quoted && is_no_secret(rules, line, (start, end), place);
    let program = !quoted
        && promise.is_name()
        && (sep == Sep::Assign && !names::is_capitalised(text)
            || sep == Sep::Flag && text.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_')));
    // `pin: 1044 function gpio_in`
    let pin = matches!(promise.shape, ValueShape::Cvv | ValueShape::Postcode)
        && !quoted
        && matches!(line.get(end..end + 2), Some([b' ', b'a'..=b'z' | b'(']));
    // `cell: 21345871 lac: 12301`, `phone_numbers | 3067233669`
    let bare = promise.shape == ValueShape::Phone && !quoted && text.iter().all(u8::is_ascii_digit);
    let numeric = matches!(promise.shape, ValueShape::Phone | ValueShape::Id) && text.iter().all(u8::is_ascii_digit);
    let pin = pin
        || numeric && doubt::counts(line.get(end..).unwrap_or_default())
        || bare && text.len() < 9 && (number() || matches!(line.get(end..end + 2), Some([b' ', b'a'..=b'z'])))
        || bare && sep == Sep::Blanks && line.get(..at).is_some_and(is_plural);
    let fits = !other && !program && !pin && fits(rules, promise.shape, text, place);
    Some(Found { start, end, promise, fits })
}

/// Where a number of JSON ends that is the value of a key.
fn json_number(line: &[u8], at: usize, start: usize) -> Option<usize> {
    let head = line.get(..at)?.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
    let text = line.get(start..)?;
    let len = text.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')).count();
    let ends = matches!(text.get(len), None | Some(b',' | b'}' | b']' | b' '));
    (head.ends_with(b"\"") && len > 0 && ends).then_some(start + len)
}

/// `| password | x |`: a row of two cells.
fn is_cell(line: &[u8], at: usize) -> bool {
    let Some(head) = line.get(..at).and_then(|head| head.trim_ascii_end().strip_suffix(b"|")) else { return false };
    let first = head.trim_ascii_start();
    let first = first.strip_prefix(b"|").unwrap_or(first);
    let rest = line.get(at..).unwrap_or_default().trim_ascii_end();
    !first.contains(&b'|') && !rest.strip_suffix(b"|").unwrap_or(rest).contains(&b'|')
}

/// `tokens: 55706` counts them.
fn is_plural(head: &[u8]) -> bool {
    let name = head.iter().rposition(u8::is_ascii_alphabetic);
    let name = head.get(..name.map_or(0, |at| at + 1)).unwrap_or_default().to_ascii_lowercase();
    name.ends_with(b"s") && !name.ends_with(b"pass") && !name.ends_with(b"codes")
}

/// `getpass(prompt='Password: ', stream=None)`: the quote behind the colon closes the one before the label.
fn is_prompt_in_quotes(line: &[u8], label_start: usize, at: usize) -> bool {
    let Some(quote @ (b'"' | b'\'')) = line.get(at).copied() else { return false };
    let opened = || line.get(..label_start).is_some_and(|head| memchr::memchr_iter(quote, head).count() % 2 == 1);
    let named = line.get(label_start..at).is_some_and(|label| !label.contains(&quote));
    let rest = line.get(at + 1..).unwrap_or_default();
    // `readPassword("Password:");`, `content:"password="; http_uri;`
    let ends = matches!(rest.first(), None | Some(b')' | b';' | b',' | b']')) && !rest.contains(&quote);
    named && (ends || line.get(at.saturating_sub(2)..at) == Some(b": ")) && opened()
}

/// Whether what stands without quotes where a secret would is program text, or a sentence.
fn is_no_secret(rules: &Rules, line: &[u8], (start, end): (usize, usize), place: Place) -> bool {
    let text = line.get(start..end).unwrap_or_default();
    if place < Place::Own && names_another(text) {
        // `class=TokenJob jid=9c…`: another key and its value.
        return true;
    }
    if text.contains(&b' ') {
        let first = text.split(|b| *b == b' ').next().unwrap_or_default();
        // A remark begins with a word of its own kind.
        return value::is_placeholder(rules, first) || speech::is_sentence(text);
    }
    // `Duplicated const.`: a word that a sentence goes on behind.
    let goes_on = place < Place::Own && text.iter().all(u8::is_ascii_alphabetic) && {
        let rest = line.get(end..).and_then(|rest| rest.strip_prefix(b" ")).unwrap_or_default();
        let word = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
        word > 0 && matches!(rest.get(word), None | Some(b' ' | b'.' | b','))
    };
    goes_on || speech::is_expression(text)
}

/// `jid=9caf8bed`: a key of its own.
fn names_another(text: &[u8]) -> bool {
    let name = text.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'_').count();
    (2..=20).contains(&name) && text.get(name) == Some(&b'=') && text.get(name + 1).is_some_and(|b| *b != b'=')
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
                | b"set -x"
                | b"set -gx"
                | b"set -Ux"
                | b"set -g"
                | b"setx"
                | b"env"
                | b"$"
                | b"EXPORT"
                | b"option"
                | b"config"
                | b"set_fact"
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

/// How far behind its name a value is looked for in a sentence, in bytes.
const FAR: usize = 64;

/// Longer identifiers are data.
const IDENTIFIER_MAX: usize = 64;
