//! What is open around a value: braces, brackets and indentation, and what their keys say about all that is in them.

use super::check;
use super::frame::{Frame, Memory, Out, Until, What, is_text};
use super::key::classify;
use super::layout::{indentation, inner, string_end, unwrapped};
use super::names;
use super::rules::ValueShape;
use super::speech;
use super::value::{self, Place, fits, is_placeholder, part_of_address};
use super::{Weight, key::Promise};
use crate::model::DataKind;

impl Memory {
    /// Goes through braces, brackets and indentation, and judges values by what is open around them.
    pub(super) fn walk(&mut self, out: &mut Out<'_, '_>) {
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
            || opens && memchr::memchr2(b'{', b'[', bytes).is_some()
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
                        (b"given" | b"family", None) if self.is_person() => {
                            classify(out.line.rules, b"given name").map_or(What::Other, container)
                        }
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
                // In the middle of a word, as in `app-8.example.com`, no number begins.
                b'0'..=b'9'
                    if (!self.frames.is_empty() || key.is_some())
                        && i.checked_sub(1)
                            .and_then(|i| bytes.get(i))
                            .is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'.' | b'/' | b'_')) =>
                {
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
        if self.frames.iter().all(|frame| frame.what == What::Other) {
            return;
        }
        let Some(value) = line.bytes.get(start..end).filter(|value| !value.is_empty()) else { return };
        let own = classify(line.rules, key);
        for frame in self.frames.iter().rev() {
            let found = match frame.what {
                What::Other => None,
                What::Person => match own {
                    Some(promise) => {
                        let promise = promise.beside_person(true);
                        fits(line.rules, promise.shape, value, Place::Own).then_some(promise.kind)
                    }
                    // FHIR's and others' `"name": [{"family": …, "given": […]}]`.
                    None if matches!(
                        key,
                        b"family" | b"given" | b"first" | b"last" | b"middle" | b"full" | b"text"
                    ) =>
                    {
                        (names::is_name(value) && names::is_capitalised(value)).then_some(DataKind::PersonName)
                    }
                    None if key.is_empty() && names::is_surely_name(value) => Some(DataKind::PersonName),
                    None => None,
                },
                What::Data => {
                    let text = value.len() >= 8 && check::decoded(value).is_some_and(|plain| is_text(&plain));
                    let number = value.iter().all(u8::is_ascii_digit);
                    (text && !number && value.len().is_multiple_of(4)).then_some(DataKind::Secret)
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
                                    | b"S"
                                    | b"value"
                                    | b"text"
                                    | b"#text"
                                    | b"_"
                                    | b"stringValue"
                                    | b"formatted"
                            );
                            named && promise.shape == ValueShape::Name && names::is_name(value)
                                || own.is_some_and(|own| {
                                    own.of_person(true).shape == ValueShape::Name && names::is_name(value)
                                })
                        }
                        shape if promise.is_secret() => {
                            let named = matches!(
                                key,
                                b"" | b"value"
                                    | b"S"
                                    | b"#text"
                                    | b"_"
                                    | b"stringValue"
                                    | b"default"
                                    | b"data"
                                    | b"plaintext"
                                    | b"current"
                                    | b"content"
                                    | b"plain"
                            );
                            let other = shape != ValueShape::Code && speech::is_sentence(value)
                                || shape != ValueShape::Code
                                    && key.is_empty()
                                    && (speech::is_expression(value) || value::is_title_words(value));
                            named && !other && fits(line.rules, shape, value, Place::Own) && !is_schema(key, value)
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
            | b"family"
            | b"port"
            | b"scheme"
            | b"version"
            | b"host"
            | b"network"
            | b"model"
            | b"firmware"
    )
}

/// A JSON schema or a form speaks of a secret: `"password": {"type": "string"}`.
fn is_schema(key: &[u8], value: &[u8]) -> bool {
    key.is_empty() && value.len() < 6
}

/// More levels are no file for people.
const FRAMES_MAX: usize = 32;
