//! What earlier lines say about later ones, and the lines that say it.
//!
//! | opened by | closed by |
//! |---|---|
//! | a table's header | another header, a prompt, `(3 rows)`, a blank line after aligned columns |
//! | `-----BEGIN … PRIVATE KEY…` | the END line, or a line that no key has |
//! | `"address": {`, `phones: [` | its closing brace or bracket |
//! | `customer:` in YAML | a line that is not indented further |
//! | `password:` at the end of a line | the next line |
//! | `- name: DB_PASSWORD` | the `value:` below it |

use super::block::{begin_of_block, end_of_block, is_key_line, line_mark};
use super::key::{self, Behind, Promise, classify};
use super::layout::{
    indentation, inner, is_all_names, is_assignment, is_sql, may_be_header, prompt_end, string_end, unwrapped,
    value_of_pair,
};
use super::names;
use super::prose;
use super::rules::{Rules, ValueShape};
use super::table::{Row, Table};
use super::value::{Place, fits, is_placeholder, part_of_address};
use super::{Anchor, Hit, Kinds, Tail, Weight, check};
use crate::model::DataKind;

/// What earlier lines say about later ones. Bounded, cheap to clone; the default is the beginning of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// The line was cut: no value begins at the left edge, and if a value was open there, it goes on.
    pub(super) cut: Option<Cut>,
    table: Option<Box<Table>>,
    /// The last line was one name and nothing else: the header of one column, if a rule of dashes follows.
    lone: Option<Promise>,
    /// Lines of an open key block that may still come.
    block: u16,
    frames: Vec<Frame>,
    pending: Option<(Promise, usize)>,
    pair: Option<(Promise, u8)>,
    /// psql's expanded rows: `key | value`.
    record: bool,
    /// A vCard is open (RFC 6350).
    vcard: bool,
}

/// Where a long line was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// The value that was open there.
    pub(super) inside: Option<DataKind>,
}

/// Something open that says what the values in it are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    what: What,
    until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Values of one kind.
    Kind(Promise),
    /// A person: a `name` in it is a person's.
    Person,
    /// `data:` of a Kubernetes secret: what decodes to text is one.
    Data,
    /// Anything else: it is open, and says nothing.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Brace,
    /// A line indented no further.
    Indent(usize),
}

/// One line, and what is known about it.
pub(super) struct Line<'a> {
    pub(super) rules: &'a Rules,
    pub(super) kinds: Kinds,
    pub(super) bytes: &'a [u8],
    /// Literals in it, in offsets of the line.
    pub(super) anchors: &'a [Anchor],
    /// Where e-mail addresses stand in it.
    pub(super) emails: &'a [(usize, usize)],
    /// Whether more may come.
    pub(super) may_grow: bool,
}

impl Memory {
    /// Whether nothing is open: a line without anchors says nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.table.is_none()
            && self.block == 0
            && self.frames.is_empty()
            && self.pending.is_none()
            && self.pair.is_none()
            && self.lone.is_none()
            && !self.record
            && !self.vcard
    }

    /// Judges a line and moves past it.
    pub(super) fn line(&mut self, line: &Line<'_>, hits: &mut Vec<Hit>, tail: &mut Tail) {
        let mut out = Out { line, hits, tail };
        if self.block(&mut out) {
            return;
        }
        // Whatever follows, a prompt stays one: so it is never masked because of what stands above it.
        if prompt_end(line.bytes).is_some() {
            *self = Self::default();
        }
        self.underline(line.bytes);
        self.expanded(&mut out);
        self.vcard(&mut out);
        self.below(&mut out);
        let is_row = self.row(&mut out);
        self.keys(&mut out, is_row);
        self.walk(&mut out);
        prose_names(&mut out);
    }

    /// Key blocks (RFC 7468, PuTTY's, PGP's): whether the line belongs to one, or begins one.
    fn block(&mut self, out: &mut Out<'_, '_>) -> bool {
        let bytes = out.line.bytes;
        if !out.line.kinds.contains(DataKind::PrivateKey) {
            return false;
        }
        let begin = begin_of_block(bytes);
        if self.block == 0 && begin.is_none() {
            return false;
        }
        let (start, body) = match begin {
            Some((start, body)) => (start, body),
            None => (line_mark(bytes), 0),
        };
        let end = end_of_block(bytes.get(body..).unwrap_or_default()).map(|end| body + end);
        let content = bytes.get(start..end.unwrap_or(bytes.len())).unwrap_or_default();
        if begin.is_none() && end.is_none() && !is_key_line(content) && !out.line.may_grow {
            self.block = 0;
            return false;
        }
        out.hit(start, start + content.trim_ascii_end().len(), DataKind::PrivateKey);
        if out.line.may_grow {
            out.tail.hold(start, Weight::Identifying);
        }
        self.block = if end.is_some() {
            0
        } else if begin.is_some() {
            BLOCK_MAX
        } else {
            self.block - 1
        };
        true
    }

    /// A rule of dashes under a lone name makes it the header of a table.
    fn underline(&mut self, line: &[u8]) {
        if let Some(promise) = self.lone.take() {
            let rule = line.trim_ascii();
            if rule.len() >= 2 && rule.iter().all(|b| matches!(b, b'-' | b'+' | b'=')) {
                self.table = Some(Box::new(Table::single(promise)));
            }
        }
    }

    /// A row `key | value` of a record that psql wrote expanded.
    fn expanded(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        let text = bytes.trim_ascii();
        if text.starts_with(b"-[ RECORD ") {
            self.record = true;
            self.table = None;
        } else if self.record {
            let bar = memchr::memchr(b'|', bytes).filter(|_| !text.is_empty());
            let Some(bar) = bar else {
                self.record = false;
                return;
            };
            let name = bytes.get(..bar).unwrap_or_default().trim_ascii();
            if let Some(promise) = classify(out.line.rules, name) {
                let (start, end) = inner(bytes.get(bar + 1..).unwrap_or_default());
                out.promised(bar + 1 + start, bar + 1 + end, promise.of_person(true), Place::Own, true);
            }
        }
    }

    /// The parts of a name in a vCard: `N:Roe;Jane;;;`, `FN:Jane Roe`; and of its address.
    fn vcard(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        if bytes.starts_with(b"BEGIN:VCARD") || bytes.starts_with(b"END:VCARD") {
            self.vcard = bytes.starts_with(b"BEGIN");
        }
        let Some(colon) = memchr::memchr(b':', bytes).filter(|_| self.vcard) else { return };
        let name = bytes.get(..colon).unwrap_or_default().split(|b| *b == b';').next().unwrap_or_default();
        let (kind, fits): (_, fn(&[u8]) -> bool) = match name {
            b"N" | b"FN" | b"NICKNAME" => (DataKind::PersonName, names::is_name),
            b"ADR" | b"LABEL" => (DataKind::PostalAddress, part_of_address),
            _ => return,
        };
        let mut at = colon + 1;
        for part in bytes.get(at..).unwrap_or_default().split(|b| *b == b';') {
            if fits(part) {
                out.hit(at, at + part.len(), kind);
            }
            at += part.len() + 1;
        }
        if out.line.may_grow {
            out.tail.hold(colon + 1, Weight::Identifying);
        }
    }

    /// What a key on a line before says about this one.
    fn below(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        let (from, to) = inner(bytes);
        let value = bytes.get(from..to).unwrap_or_default();
        if let Some((promise, indent)) = self.pending.take()
            && !value.is_empty()
        {
            let below_a_name = indent >= BELOW_A_NAME;
            let deeper = indentation(bytes) > indent % BELOW_A_NAME;
            let place = if deeper { Place::Own } else { Place::Label };
            let lone = deeper || !below_a_name && (!value.contains(&b' ') || !promise.is_secret());
            let (from, to) = unwrapped(bytes, from, to);
            out.promised(from, to, promise, place, lone && !is_assignment(value));
        }
        if let Some((promise, left)) = self.pair.take() {
            match value_of_pair(bytes) {
                Some(at) => {
                    if let Some(found) = key::value_at(out.line.rules, bytes, 0, at, key::Sep::Colon, promise) {
                        out.found(found);
                    }
                }
                None if left > 0 => self.pair = Some((promise, left - 1)),
                None => {}
            }
        }
    }

    fn row(&mut self, out: &mut Out<'_, '_>) -> bool {
        let Some(mut table) = self.table.take() else { return false };
        let line = out.line;
        if line.may_grow {
            let (from, identifying) = table.open(line.rules, line.bytes);
            if from < line.bytes.len() {
                out.tail.hold(from, if identifying { Weight::Identifying } else { Weight::Light });
            }
        }
        let row = table.row(line.rules, line.bytes, |start, end, kind| out.hit(start, end, kind));
        if row != Row::End {
            self.table = Some(table);
        }
        row == Row::Own
    }

    /// Keys on this line, and headers.
    fn keys(&mut self, out: &mut Out<'_, '_>, is_row: bool) {
        let line = out.line;
        let mut after = 0;
        let mut any = false;
        let person = self.is_person() || !line.emails.is_empty() || line_is_personal(line);
        for anchor in line.anchors.iter() {
            any = true;
            if anchor.start < after {
                continue;
            }
            let (to, behind) = key::behind(line.rules, line.bytes, anchor.start, anchor.end, person);
            after = to.max(anchor.end);
            match behind {
                Behind::Value(found) => out.found(found),
                // `Password: ` with a blank at its end is a prompt: what is typed there is not echoed, and the next line is another's.
                Behind::End(_) if line.bytes.ends_with(b" ") => {}
                Behind::End(promise) => self.pending = Some((promise, indentation(line.bytes))),
                Behind::Pair(promise) => self.pair = Some((promise, 3)),
                Behind::Maybe(at) if line.may_grow && line.bytes.len() < at + UNDECIDED => {
                    out.tail.hold(at, Weight::Light)
                }
                Behind::Maybe(_) | Behind::Container(..) | Behind::Nothing => {}
            }
        }
        let fresh = any && !line.may_grow;
        if fresh
            && may_be_header(line.bytes)
            && may_be_header(line.bytes)
            && let Some(table) = Table::of(line.rules, line.bytes)
                .filter(|_| !is_row || self.table.is_none() || is_all_names(line.bytes))
        {
            let mut table = Box::new(table);
            // Tuples of SQL may stand on the header's own line.
            table.row(line.rules, line.bytes, |start, end, kind| {
                if is_sql(line.bytes) {
                    out.hit(start, end, kind);
                }
            });
            self.table = Some(table);
        } else if line.may_grow
            && is_sql(line.bytes)
            && let Some(mut table) = Table::of(line.rules, line.bytes)
        {
            out.tail.hold(table.open(line.rules, line.bytes).0, Weight::Identifying);
            table.row(line.rules, line.bytes, |start, end, kind| out.hit(start, end, kind));
        }
        let name = line.bytes.trim_ascii();
        if fresh && name.len() <= 40 && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ')) {
            self.lone = classify(line.rules, name).filter(|promise| promise.heads_a_column());
            if let Some(promise) = self.lone {
                self.pending = Some((promise, indentation(line.bytes) + BELOW_A_NAME));
            }
        }
    }

    fn is_person(&self) -> bool {
        self.frames.iter().any(|frame| {
            frame.what == What::Person
                || matches!(frame.what, What::Kind(promise) if matches!(promise.shape, ValueShape::MaybeName | ValueShape::SpelledName))
        })
    }

    /// Goes through braces, brackets and indentation, and judges values by what is open around them.
    fn walk(&mut self, out: &mut Out<'_, '_>) {
        let line = out.line;
        let bytes = line.bytes;
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let indent = indentation(bytes);
        let item = bytes.get(indent..).is_some_and(|rest| rest.starts_with(b"- ") || rest == b"-");
        while let Some(Frame { until: Until::Indent(own), .. }) = self.frames.last() {
            if indent > *own || indent == *own && item {
                break;
            }
            self.frames.pop();
        }
        let in_yaml = matches!(self.frames.last(), Some(Frame { until: Until::Indent(_), .. }));
        if in_yaml {
            self.yaml_line(out, indent, item);
        }
        let opens = !line.anchors.is_empty();
        if self.frames.iter().any(|frame| frame.until == Until::Brace)
            || opens && bytes.iter().any(|b| matches!(b, b'{' | b'['))
        {
            self.json_line(out);
        } else if opens || bytes.ends_with(b"data:") || bytes.ends_with(b"stringData:") {
            self.open_yaml(out, indent);
        }
        self.frames.truncate(FRAMES_MAX);
    }

    /// `customer:` and nothing behind it.
    fn open_yaml(&mut self, out: &Out<'_, '_>, indent: usize) {
        let bytes = out.line.bytes.trim_ascii();
        let Some(name) = bytes
            .strip_suffix(b":")
            .or_else(|| bytes.strip_suffix(b": |"))
            .or_else(|| bytes.strip_suffix(b": >-"))
            .or_else(|| bytes.strip_suffix(b": |-"))
            .or_else(|| bytes.strip_suffix(b": >"))
        else {
            return;
        };
        if out.line.may_grow || name.len() > 64 || name.contains(&b' ') && !name.starts_with(b"- ") {
            return;
        }
        let name = name.strip_prefix(b"- ").unwrap_or(name);
        let what = match (name, classify(out.line.rules, name)) {
            (b"data" | b"stringData", _) => What::Data,
            (_, Some(promise)) => container(promise),
            (_, None) => return,
        };
        self.frames.push(Frame { what, until: Until::Indent(indent) });
    }

    /// `key: value` or `- value` inside something open.
    fn yaml_line(&mut self, out: &mut Out<'_, '_>, indent: usize, item: bool) {
        let bytes = out.line.bytes;
        let from = indent + if item { 2 } else { 0 };
        let rest = bytes.get(from..).unwrap_or_default();
        let key_len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
        let keyed =
            key_len > 0 && rest.get(key_len) == Some(&b':') && matches!(rest.get(key_len + 1), None | Some(b' '));
        let (key, at) =
            if keyed { (rest.get(..key_len).unwrap_or_default(), from + key_len + 1) } else { (&b""[..], from) };
        let (start, end) = inner(bytes.get(at..).unwrap_or_default());
        let (start, end) = unwrapped(bytes, at + start, at + end);
        if start < end {
            self.inherited(out, key, start, end);
        } else if keyed && let Some(promise) = classify(out.line.rules, key) {
            self.frames.push(Frame { what: container(promise), until: Until::Indent(indent) });
        }
    }

    /// Strings between braces and brackets.
    fn json_line(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        let mut key: Option<(usize, usize)> = None;
        let mut i = 0;
        let depth = self.frames.len();
        while let Some(b) = bytes.get(i).copied() {
            match b {
                b'"' | b'\'' => {
                    let start = i + 1;
                    let end = string_end(bytes, start, b);
                    let closed = end < bytes.len();
                    let behind = bytes.get(end + 1..).unwrap_or_default();
                    let blanks = behind.iter().take_while(|b| **b == b' ').count();
                    if closed && behind.get(blanks) == Some(&b':') {
                        key = Some((start, end));
                        i = end + 1 + blanks;
                    } else {
                        let name = key.take().and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default();
                        self.inherited(out, name, start, end);
                        if !closed && out.line.may_grow && !self.frames.is_empty() {
                            out.tail.hold(start, Weight::Identifying);
                        }
                        i = end;
                    }
                }
                b'{' | b'[' => {
                    let name = key.take().and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default();
                    let what = match (name, classify(out.line.rules, name)) {
                        (b"data" | b"stringData", _) => What::Data,
                        (_, Some(promise)) => container(promise),
                        // An item of a list is what the list says.
                        (b"", None) => self.frames.last().map_or(What::Other, |frame| frame.what),
                        (_, None) => What::Other,
                    };
                    if self.frames.len() < FRAMES_MAX {
                        self.frames.push(Frame { what, until: Until::Brace });
                    }
                }
                b'}' | b']' => {
                    if matches!(self.frames.last(), Some(Frame { until: Until::Brace, .. })) {
                        self.frames.pop();
                    }
                }
                b'0'..=b'9' if !self.frames.is_empty() || key.is_some() => {
                    let len = bytes
                        .get(i..)
                        .unwrap_or_default()
                        .iter()
                        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
                        .count();
                    let name = key.take().and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default();
                    self.inherited(out, name, i, i + len);
                    i += len.max(1) - 1;
                }
                b',' => key = None,
                _ => {}
            }
            i += 1;
        }
        // What opened around nothing that says something need not be remembered.
        if self.frames.iter().all(|frame| frame.what == What::Other) {
            self.frames.clear();
        }
        let _ = depth;
    }

    /// A value in something open, under a key of its own or none.
    fn inherited(&self, out: &mut Out<'_, '_>, key: &[u8], start: usize, end: usize) {
        let line = out.line;
        let Some(value) = line.bytes.get(start..end).filter(|value| !value.is_empty()) else { return };
        let own = classify(line.rules, key);
        for frame in self.frames.iter().rev() {
            let found = match frame.what {
                What::Other => None,
                What::Person => match own {
                    Some(promise) => {
                        let promise = promise.of_person(true);
                        fits(line.rules, promise.shape, value, Place::Own).then_some(promise.kind)
                    }
                    None => None,
                },
                What::Data => {
                    let text = value.len() >= 8 && check::decoded(value).is_some_and(|plain| is_text(&plain));
                    (text && value.len().is_multiple_of(4)).then_some(DataKind::Secret)
                }
                What::Kind(promise) => {
                    let part = match promise.shape {
                        ValueShape::Address => {
                            !is_about(key) && part_of_address(value) && !is_placeholder(line.rules, value)
                        }
                        ValueShape::Name | ValueShape::MaybeName | ValueShape::SpelledName => {
                            let named = matches!(
                                key,
                                b"first"
                                    | b"last"
                                    | b"given"
                                    | b"family"
                                    | b"middle"
                                    | b"full"
                                    | b"title"
                                    | b"display"
                                    | b""
                                    | b"formatted"
                            );
                            named && promise.shape == ValueShape::Name && names::is_name(value)
                                || own.is_some_and(|own| {
                                    own.of_person(true).shape == ValueShape::Name && names::is_name(value)
                                })
                        }
                        ValueShape::Secret => {
                            let named = matches!(
                                key,
                                b"" | b"value"
                                    | b"default"
                                    | b"data"
                                    | b"plaintext"
                                    | b"current"
                                    | b"content"
                                    | b"plain"
                            );
                            named && fits(line.rules, ValueShape::Secret, value, Place::Own) && !is_schema(key, value)
                        }
                        shape => !is_about(key) && fits(line.rules, shape, value, Place::Own),
                    };
                    part.then_some(promise.kind)
                }
            };
            if let Some(kind) = found {
                out.hit(start, end, kind);
                if line.may_grow && end + 1 >= line.bytes.len() {
                    out.tail.hold(start, Weight::Identifying);
                }
            }
        }
    }
}

/// Where what is found goes.
struct Out<'a, 'l> {
    line: &'a Line<'l>,
    hits: &'a mut Vec<Hit>,
    tail: &'a mut Tail,
}

impl Out<'_, '_> {
    fn hit(&mut self, start: usize, end: usize, kind: DataKind) {
        if start < end && self.line.kinds.contains(kind) {
            self.hits.push(Hit { start, end, kind });
        }
    }

    fn found(&mut self, found: key::Found) {
        if found.fits {
            self.hit(found.start, found.end, found.promise.kind);
        }
        if self.line.may_grow && self.line.kinds.contains(found.promise.kind) {
            // Whether it is one may change with its next character, and for some with what stands behind it.
            let weight = if found.fits { Weight::Identifying } else { Weight::Light };
            self.tail.hold(found.start, weight);
        }
    }

    fn promised(&mut self, from: usize, to: usize, promise: Promise, place: Place, sound: bool) {
        let value = self.line.bytes.get(from..to).unwrap_or_default();
        let fits = sound && fits(self.line.rules, promise.shape, value, place);
        if fits {
            self.hit(from, to, promise.kind);
        }
        // A prompt has blanks, and must never be late; a few characters identify nobody.
        let prompt = promise.is_secret() && self.line.bytes.contains(&b' ') && place < Place::Own;
        if self.line.may_grow && from < to && !prompt {
            let weight = if fits && to - from >= LIGHT { Weight::Identifying } else { Weight::Light };
            self.tail.hold(from, weight);
        }
    }
}

fn container(promise: Promise) -> What {
    match promise.shape {
        ValueShape::MaybeName | ValueShape::SpelledName => What::Person,
        _ => What::Kind(promise),
    }
}

/// Keys inside an address or a number that say something else.
fn is_about(key: &[u8]) -> bool {
    matches!(
        key,
        b"type"
            | b"kind"
            | b"id"
            | b"country"
            | b"countryCode"
            | b"country_code"
            | b"verified"
            | b"primary"
            | b"label"
            | b"lat"
            | b"lng"
            | b"lon"
            | b"latitude"
            | b"longitude"
            | b"status"
            | b"created_at"
            | b"updated_at"
            | b"name"
            | b"description"
    )
}

/// A JSON schema or a form speaks of a secret: `"password": {"type": "string"}`.
fn is_schema(key: &[u8], value: &[u8]) -> bool {
    key.is_empty() && value.len() < 6
}

/// Whether other words on the line say that it is about a person.
fn line_is_personal(line: &Line<'_>) -> bool {
    line.anchors.iter().any(|anchor| {
        let word = line.bytes.get(anchor.start..anchor.end).unwrap_or_default().to_ascii_lowercase();
        matches!(
            word.as_slice(),
            b"phone"
                | b"ssn"
                | b"dob"
                | b"birth"
                | b"surname"
                | b"birthdate"
                | b"iban"
                | b"passport"
                | b"mobile"
                | b"lastname"
                | b"firstname"
                | b"birthday"
        )
    })
}

/// The honorifics and phrases after which a name comes.
fn prose_names(out: &mut Out<'_, '_>) {
    let line = out.line;
    if line.kinds.contains(DataKind::PostalAddress) {
        if line.may_grow
            && let Some(start) = prose::open_address(line.bytes)
        {
            out.tail.hold(start, Weight::Light);
        }
        for anchor in line.anchors.iter() {
            if let Some((start, end)) = prose::address_around(line.bytes, anchor.start, anchor.end) {
                out.hit(start, end, DataKind::PostalAddress);
                if line.may_grow {
                    out.tail.hold(start, Weight::Light);
                }
            }
        }
    }
    if !line.kinds.contains(DataKind::PersonName) {
        return;
    }
    for (start, _) in line.emails {
        if let Some((from, to)) = prose::name_before(line.bytes, *start) {
            out.hit(from, to, DataKind::PersonName);
            if line.may_grow {
                out.tail.hold(from, Weight::Light);
            }
        }
    }
}

pub(super) fn is_text(plain: &[u8]) -> bool {
    let printable =
        plain.iter().filter(|b| (0x20..0x7f).contains(*b) || matches!(b, b'\n' | b'\r' | b'\t') || **b >= 0xc2).count();
    plain.len() >= 3 && printable == plain.len()
}

/// A shorter head of a value gives nothing away.
const LIGHT: usize = 4;

/// So far behind a word a name, a date or an address begins to look like one.
const UNDECIDED: usize = 64;

/// Added to the indentation of a name that stands alone without a colon: its value must be indented further.
const BELOW_A_NAME: usize = 1 << 16;

/// More levels are no file for people.
const FRAMES_MAX: usize = 32;

/// A key has no more lines (16,384-bit RSA in lines of 64 has 200).
const BLOCK_MAX: u16 = 400;
