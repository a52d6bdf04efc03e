//! `holdpoint mask`: what an engineer would get to see of an output.
//!
//! Without `--json` it is a filter for pipes: bytes on stdin, the same bytes masked on stdout, by the rules for streams.
//!
//! With `--json` it is a terminal of `--cols` by `--rows` in virtual time, on the code path of a live session
//! ([`crate::session::Display`]). Each input line `{"b64":"…","wait_ms":N}` is a read from the target; `wait_ms` (default 0)
//! is the time that passes **before** it arrives. Each is answered with `{"t":I,"b64":"…"}`: what the terminal gets up to and
//! including that read, `I` counting from 0. After the last input there is one answer more for 500 ms of silence, and one for the end
//! of the session. A line that cannot be read is answered with `{"t":I,"error":"…"}` and changes nothing; the exit code is then 1.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::exit::{Done, Exit, Failure};
use super::out::Out;
use crate::model::{Mono, Size};
use crate::privacy::{BulkMasker, Settings};
use crate::session::Display;

/// The flags of `holdpoint mask`.
#[derive(Debug, Args)]
pub struct Mask {
    /// Read timed chunks as JSON lines {"b64":…,"wait_ms":…} and answer each with what a terminal would get
    #[arg(long)]
    json: bool,
    /// Columns of that terminal
    #[arg(long, value_name = "N", default_value_t = 80, requires = "json", value_parser = clap::value_parser!(u16).range(1..))]
    cols: u16,
    /// Rows of that terminal
    #[arg(long, value_name = "N", default_value_t = 24, requires = "json", value_parser = clap::value_parser!(u16).range(1..))]
    rows: u16,
}

impl Mask {
    /// Reads stdin to its end.
    ///
    /// # Errors
    /// When stdin cannot be read or stdout cannot be written.
    pub fn run(self) -> Done {
        if self.json {
            let size = Size::new(self.cols.into(), self.rows.into());
            timed(io::stdin().lock(), &mut Out::new(true), size)
        } else {
            filter(&mut io::stdin().lock(), &mut io::stdout().lock())
        }
    }
}

fn filter(from: &mut impl io::Read, to: &mut impl Write) -> Done {
    let mut masker = BulkMasker::new(&Settings::default());
    let mut buffer = vec![0; CHUNK];
    let mut masked = Vec::new();
    loop {
        let count = match from.read(&mut buffer) {
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(unreadable(&e)),
        };
        match buffer.get(..count).filter(|read| !read.is_empty()) {
            Some(read) => masker.feed(Bytes::copy_from_slice(read), &mut masked),
            None => masker.finish(&mut masked),
        }
        masked.drain(..).try_for_each(|piece| to.write_all(&piece))?;
        to.flush()?;
        if count == 0 {
            return Ok(Exit::Ok);
        }
    }
}

/// One read from the target.
#[derive(Debug, Deserialize)]
struct Chunk {
    b64: String,
    #[serde(default)]
    wait_ms: f64,
}

/// What the terminal gets.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    t: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

fn timed<W: Write>(from: impl BufRead, to: &mut Out<W>, size: Size) -> Done {
    let mut terminal = Terminal { display: Display::new(size, &Settings::default()), now: Mono(0) };
    let mut exit = Exit::Ok;
    let mut t = 0;
    for line in from.lines() {
        let line = line.map_err(|e| unreadable(&e))?;
        if line.trim().is_empty() {
            continue;
        }
        match chunk(&line) {
            Ok((bytes, wait)) => {
                let mut out = terminal.wait(wait);
                out.extend_from_slice(&terminal.display.output(&bytes, terminal.now));
                to.json(&Answer { t, b64: Some(STANDARD.encode(out)), error: None })?;
            }
            Err(why) => {
                exit = Exit::No;
                to.json(&Answer { t, b64: None, error: Some(&why) })?;
            }
        }
        t += 1;
    }
    let silence = terminal.wait(SILENCE);
    to.json(&Answer { t, b64: Some(STANDARD.encode(silence)), error: None })?;
    let rest = terminal.display.finish();
    to.json(&Answer { t: t + 1, b64: Some(STANDARD.encode(rest)), error: None })?;
    Ok(exit)
}

fn chunk(line: &str) -> Result<(Vec<u8>, Duration), String> {
    let chunk: Chunk = serde_json::from_str(line)
        .map_err(|e| format!("not a line of the form {{\"b64\":\"…\",\"wait_ms\":0}}: {e}"))?;
    let bytes = STANDARD.decode(&chunk.b64).map_err(|e| format!("b64 is not base64 (RFC 4648 §4): {e}"))?;
    let wait = Duration::try_from_secs_f64(chunk.wait_ms / 1000.0)
        .map_err(|_| format!("wait_ms is {}; it must be a number of milliseconds, 0 or more", chunk.wait_ms))?;
    Ok((bytes, wait))
}

/// The engineer's terminal in virtual time.
struct Terminal {
    display: Display,
    now: Mono,
}

impl Terminal {
    /// Lets time pass; gives what the terminal gets meanwhile.
    fn wait(&mut self, wait: Duration) -> Vec<u8> {
        let until = self.now.after(wait);
        let mut out = Vec::new();
        while let Some(due) = self.display.wake_at().filter(|due| *due <= until) {
            out.extend_from_slice(&self.display.expire(due));
        }
        self.now = until;
        out
    }
}

fn unreadable(e: &io::Error) -> Failure {
    Failure::new(Exit::No, format!("cannot read the input: {e}"))
}

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// How long nothing comes after the last input.
const SILENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::super::out::Form;
    use super::*;

    fn answers(lines: &str) -> (Vec<String>, Exit) {
        let mut out = Vec::new();
        let exit = timed(lines.as_bytes(), &mut Out::into(&mut out, Form::Json), Size::new(80, 24)).unwrap();
        (String::from_utf8(out).unwrap().lines().map(str::to_owned).collect(), exit)
    }

    fn text(answer: &str) -> String {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        String::from_utf8(STANDARD.decode(answer["b64"].as_str().unwrap()).unwrap()).unwrap()
    }

    fn input(text: &str, wait_ms: u32) -> String {
        format!("{{\"b64\":\"{}\",\"wait_ms\":{wait_ms}}}\n", STANDARD.encode(text))
    }

    #[test]
    fn every_read_is_answered_then_the_silence_then_the_end() {
        let (answers, exit) = answers(&(input("mail alice@exam", 0) + &input("ple.com.\r\n$ ", 1)));
        assert_eq!(exit, Exit::Ok);
        let shown: String = answers.iter().map(|answer| text(answer)).collect();
        assert!(!shown.contains("alice@example.com") && shown.ends_with("$ "), "{shown}");
        assert!(answers[3].starts_with(r#"{"v":1,"t":3,"#), "{answers:?}");
    }

    #[test]
    fn time_passes_before_a_read_and_in_the_silence() {
        let (answers, _) = answers(&(input("4111 11", 0) + &input("", 4) + &input("", 1) + &input(" 11", 0)));
        let shown: Vec<String> = answers.iter().map(|answer| text(answer)).collect();
        assert_eq!(shown[..3].concat(), "4111 11");
        assert_eq!(shown[1], "");
        assert_eq!((shown[3..].concat().as_str(), shown[5].as_str()), (" 11", ""));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_answered_with_the_reason_and_the_rest_goes_on() {
        let (answers, exit) = answers(&("{\"b64\":\"*\"}\n[]\n".to_owned() + &input("ok\r\n", 0)));
        assert_eq!(exit, Exit::No);
        assert!(answers[0].contains("b64 is not base64") && answers[1].contains("not a line"), "{answers:?}");
        assert_eq!(text(&answers[2]), "ok\r\n");
    }

    #[test]
    fn the_filter_masks_a_stream_and_keeps_its_length() {
        let input = b"to bob@example.com\nbye\n".as_slice();
        let mut out = Vec::new();
        assert_eq!(filter(&mut &*input, &mut out).unwrap(), Exit::Ok);
        assert_eq!(out.len(), input.len());
        assert!(out.ends_with(b"bye\n") && !out.windows(3).any(|w| w == b"bob"), "{out:?}");
    }
}
