//! JSON lines: every event with everything in it, for scripts. Output is in base 64, because it may be any bytes.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Event, EventRecord, Seq, Wall};

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    /// Version of this form.
    v: u32,
    seq: Seq,
    /// Microseconds since 1970.
    at: Wall,
    /// The same for people: RFC 3339.
    time: String,
    #[serde(flatten)]
    event: &'a Event,
}

pub(super) fn event(record: &EventRecord, out: &mut impl Write) -> io::Result<()> {
    let line = Line { v: 1, seq: record.seq, at: record.at, time: record.at.to_string(), event: &record.event };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{events, output, record};
    use super::*;

    #[test]
    fn every_event_reads_back() {
        for written in events() {
            let mut line = Vec::new();
            event(&written, &mut line).unwrap();
            assert_eq!(line.iter().filter(|&&b| b == b'\n').count(), 1);
            let read: serde_json::Value = serde_json::from_slice(&line).unwrap();
            assert_eq!((&read["v"], &read["seq"]), (&1.into(), &written.seq.into()));
            assert_eq!(serde_json::from_value::<Event>(read).unwrap(), written.event);
        }
    }

    #[test]
    fn any_bytes_survive() {
        let mut line = Vec::new();
        event(&record(0, 0, output(b"\xff\x00\n")), &mut line).unwrap();
        assert!(String::from_utf8(line).unwrap().contains("\"bytes\":\"/wAK\""));
    }
}
