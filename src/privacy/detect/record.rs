//! Records of which each line says what it is: psql's expanded rows, vCards (RFC 6350), the parties of a payment (SWIFT MT).

use super::Weight;
use super::frame::{Memory, Out};
use super::key::classify;
use super::layout::inner;
use super::names;
use super::value::{Place, part_of_address};
use crate::model::DataKind;

impl Memory {
    /// A row `key | value` of a record that psql wrote expanded.
    pub(super) fn expanded(&mut self, out: &mut Out<'_, '_>) {
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
    pub(super) fn vcard(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        if bytes.starts_with(b"BEGIN:VCARD") || bytes.starts_with(b"END:VCARD") {
            self.vcard = bytes.starts_with(b"BEGIN");
        }
        let Some(colon) = memchr::memchr(b':', bytes).filter(|_| self.vcard || Self::vcard_line(bytes)) else { return };
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

    /// `N:Roe;Jane;;;` of a vCard of which the beginning was not seen.
    fn vcard_line(bytes: &[u8]) -> bool {
        bytes.strip_prefix(b"N:").is_some_and(|rest| {
            let parts: Vec<&[u8]> = rest.split(|b| *b == b';').filter(|part| !part.is_empty()).collect();
            rest.contains(&b';')
                && parts.len() >= 2
                && parts.iter().all(|part| names::is_name(part) && names::is_capitalised(part))
        })
    }

    /// `:50K:/DE89…`, `:59:/GB29…` and the lines below: an account, a name, an address.
    pub(super) fn party(&mut self, out: &mut Out<'_, '_>) {
        let bytes = out.line.bytes;
        let text = bytes.trim_ascii_end();
        if text.starts_with(b":") || text.starts_with(b"-}") || text.is_empty() {
            self.party = [&b":50K:"[..], b":50F:", b":50H:", b":59:", b":59F:"].iter().any(|tag| text.starts_with(tag));
            return;
        }
        if !self.party {
            return;
        }
        // `1/JANE ROE` of the structured form.
        let mark = usize::from(matches!(text, [b'1'..=b'8', b'/', ..])) * 2;
        let value = text.get(mark..).unwrap_or_default();
        if value.iter().any(u8::is_ascii_digit) && part_of_address(value) {
            out.hit(mark, text.len(), DataKind::PostalAddress);
        } else if names::is_name(value) {
            out.hit(mark, text.len(), DataKind::PersonName);
        }
        if out.line.may_grow {
            out.tail.hold(0, Weight::Identifying);
        }
    }
}
