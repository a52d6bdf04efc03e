//! asciicast v2: one JSON header line, then one `[seconds, code, data]` a line.
//!
//! | code | of ours |
//! |---|---|
//! | `o` | output, both streams (the format knows one) |
//! | `r` | a new size, as `COLSxROWS` |
//! | `m` | a marker, `holdpoint: ` and the line that the player's list shows |
//!
//! Format: <https://docs.asciinema.org/manual/asciicast/v2/>. Its data is text, so output is decoded as UTF-8 across the borders of chunks, and
//! what is no UTF-8 becomes U+FFFD; the ledger keeps the bytes. Times never go back, as players expect.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::json;

use super::timeline::{first_size, marker};
use crate::model::{Event, EventRecord, SessionMeta, Size, Stream, Wall};

/// The writer's state.
#[derive(Debug, Default)]
pub(super) struct Cast {
    start: Option<Wall>,
    last: Duration,
    stdout: Utf8,
    stderr: Utf8,
}

impl Cast {
    pub(super) fn event(&mut self, record: &EventRecord, out: &mut impl Write) -> io::Result<()> {
        if self.start.is_none() {
            self.start = Some(record.at);
            let meta = if let Event::Started(meta) = &record.event { Some(meta.as_ref()) } else { None };
            writeln!(out, "{}", header(record.at, meta))?;
        }
        self.last = self.last.max(record.at.since(self.start.unwrap_or_default()));
        match &record.event {
            Event::Output { stream, bytes } => {
                let text = match stream {
                    Stream::Stdout => self.stdout.decode(bytes),
                    Stream::Stderr => self.stderr.decode(bytes),
                };
                if text.is_empty() { Ok(()) } else { self.line("o", &text, out) }
            }
            Event::Resized { size } => self.line("r", &size.to_string(), out),
            other => match marker(other) {
                Some((mark, label)) => self.line("m", &format!("holdpoint: {} {label}", mark.glyph()), out),
                None => Ok(()),
            },
        }
    }

    /// Writes what a cut character left over.
    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let rest = [self.stdout.finish(), self.stderr.finish()].concat();
        if rest.is_empty() { Ok(()) } else { self.line("o", &rest, out) }
    }

    fn line(&self, code: &str, data: &str, out: &mut impl Write) -> io::Result<()> {
        let data = serde_json::to_string(data)?;
        writeln!(out, "[{}.{:06}, \"{code}\", {data}]", self.last.as_secs(), self.last.subsec_micros())
    }
}

fn header(at: Wall, meta: Option<&SessionMeta>) -> serde_json::Value {
    let size = meta.map_or_else(Size::default, first_size);
    let mut header = json!({"version": 2, "width": size.cols(), "height": size.rows(), "timestamp": at.secs()});
    if let (Some(meta), Some(fields)) = (meta, header.as_object_mut()) {
        let title = format!("{} on {}@{}, holdpoint {}", meta.who.user, meta.place.login, meta.place.target, meta.id);
        fields.insert("title".to_owned(), title.into());
        if let Some(pty) = &meta.pty {
            fields.insert("env".to_owned(), json!({"TERM": pty.term}));
        }
    }
    header
}

/// Decodes UTF-8 that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    /// The head of a character that the last piece's end cut; at most 3 bytes.
    cut: Vec<u8>,
}

impl Utf8 {
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let mut text = String::with_capacity(all.len());
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && may_go_on(invalid) {
                self.cut = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    pub(super) fn finish(&mut self) -> String {
        if std::mem::take(&mut self.cut).is_empty() { String::new() } else { char::REPLACEMENT_CHARACTER.to_string() }
    }
}

/// Whether these bytes are the beginning of a character rather than wrong.
fn may_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::testing::{events, output, record};
    use super::*;

    fn cast(events: &[EventRecord]) -> Vec<Value> {
        let (mut cast, mut out) = (Cast::default(), Vec::new());
        events.iter().for_each(|e| cast.event(e, &mut out).unwrap());
        cast.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_recording_becomes_a_header_output_sizes_and_markers() {
        let lines = cast(&events());
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]),
            (&2.into(), &100.into(), &30.into())
        );
        assert_eq!(lines[0]["env"]["TERM"], "xterm-256color");
        assert_eq!(lines[1], json!([0.01, "o", "\u{1b}[1m$\u{1b}[0m ls\r\n"]));
        assert_eq!(lines[2], json!([0.011, "m", "holdpoint: $ ls"]));
        assert!(lines.contains(&json!([1.5, "r", "120x40"])));
        assert!(lines.contains(&json!([32.0, "m", "holdpoint: ✓ approved by bob"])));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_text_does_not_depend_on_how_bytes_were_cut(
            bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..60), any::<String>().prop_map(String::into_bytes)],
            cut in 1usize..7,
        ) {
            let mut utf8 = Utf8::default();
            let mut text: String = bytes.chunks(cut).map(|piece| utf8.decode(piece)).collect();
            text += &utf8.finish();
            prop_assert_eq!(text, String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn times_never_go_back(times in prop::collection::vec(0u64..10_000, 1..20)) {
            let events: Vec<_> = (0..).zip(times).map(|(seq, at)| record(seq, at, output(b"x"))).collect();
            let times: Vec<_> = cast(&events).iter().skip(1).map(|line| line[0].as_f64().unwrap()).collect();
            prop_assert!(times.is_sorted());
        }
    }
}
