//! `holdpoint scan`: where personal data and secrets stand in files, or in records from a program.
//!
//! With `--stdin` it answers each line `{"id": …, "text": "…"}` with `{"id": …, "spans": [{"start", "end", "type"}]}`, in Unicode code
//! points; what is no such record gets `{"id": null, "error": "…"}` (its id, if it has one), and the next goes on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::exit::{Done, Exit, Failure};
use super::out::Out;
use crate::config::Config;
use crate::model::{DataKind, Shown};
use crate::privacy::Settings;
use crate::privacy::detect::{Detector, Hit, Memory};

/// The flags of `holdpoint scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// The files; none, or `-`: standard input as one text
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Answer records from standard input: lines of {"id", "text"}
    #[arg(long, requires = "json", conflicts_with = "files")]
    stdin: bool,
    /// Look for these kinds only (also ip_address, mac_address and uuid, which are left out otherwise)
    #[arg(long, value_delimiter = ',', value_name = "KIND", value_parser = kind)]
    kinds: Vec<DataKind>,
    /// What this configuration masks, with the rules of the site
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Scan {
    /// Scans and prints; the exit code says whether nothing was found.
    ///
    /// # Errors
    /// When a file cannot be read, the configuration has faults, or the output cannot be written.
    pub fn run(self) -> Done {
        let detector = Detector::new(&self.settings()?);
        if self.stdin {
            return answer(&detector, io::stdin().lock(), io::stdout().lock());
        }
        let mut out = Out::new(self.json);
        let mut found = Vec::new();
        let input = [PathBuf::from("-")];
        let files = if self.files.is_empty() { &input[..] } else { &self.files };
        let mut progress = Progress::new(files);
        for file in files {
            scan_file(&detector, file, &mut progress, &mut found)?;
        }
        progress.done();
        let head = ["WHERE", "TYPE", "VALUE"];
        out.list(head, &found, |it| [format!("{}:{}", it.file, it.line), it.kind.to_string(), it.sample.clone()])?;
        Ok(if found.is_empty() { Exit::Ok } else { Exit::No })
    }

    fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        if let Some(path) = &self.config {
            let config = Config::load(path).map_err(|faults| Failure::new(Exit::Config, faults.to_string()))?;
            settings.kinds = config.privacy.mask.iter().copied().collect();
            settings.rules = super::policy_files::privacy(&config).map_err(|faults| {
                let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
                Failure::new(Exit::Config, lines.join("\n"))
            })?;
        }
        if !self.kinds.is_empty() {
            settings.kinds = self.kinds.iter().copied().collect();
        }
        Ok(settings)
    }
}

fn kind(name: &str) -> Result<DataKind, String> {
    DataKind::named(name).ok_or_else(|| {
        let all: Vec<_> = DataKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("it is no kind of data; write some of {}", all.join(", "))
    })
}

/// A value in a file.
#[derive(Debug, Serialize)]
struct Found {
    file: Shown,
    /// From 1.
    line: u64,
    /// The columns that it takes, in characters from 1.
    column: usize,
    length: usize,
    #[serde(rename = "type")]
    kind: DataKind,
    /// Its first character and its length, masked.
    sample: String,
}

/// Judges a file in pieces of whole lines, so that any size of it needs little memory.
fn scan_file(detector: &Detector, file: &Path, progress: &mut Progress, found: &mut Vec<Found>) -> Result<(), Failure> {
    let name = file.display().to_string();
    let unreadable = |e: io::Error| {
        let exit = if e.kind() == io::ErrorKind::NotFound { Exit::NoSuchThing } else { Exit::No };
        Failure::new(exit, format!("{name}: {e}"))
    };
    let reader: Box<dyn io::Read> =
        if name == "-" { Box::new(io::stdin().lock()) } else { Box::new(File::open(file).map_err(unreadable)?) };
    let mut reader = BufReader::with_capacity(PIECE, reader);
    let mut memory = Memory::default();
    let (mut text, mut hits) = (Vec::new(), Vec::new());
    let mut line = 1;
    loop {
        text.clear();
        let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut text).map_err(unreadable)?;
        if read == 0 {
            return Ok(());
        }
        if !text.ends_with(b"\n") {
            reader.by_ref().take(LINE_MAX as u64).read_until(b'\n', &mut text).map_err(unreadable)?;
        }
        progress.advance(text.len());
        hits.clear();
        detector.text(&text, &mut memory, &mut hits);
        hits.sort_by_key(|hit| (hit.start, hit.end));
        let mut at = 0;
        for hit in united(&hits) {
            line += count(text.get(at..hit.start).unwrap_or_default());
            at = hit.start;
            let start =
                text.get(..hit.start).unwrap_or_default().iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let before = String::from_utf8_lossy(text.get(start..hit.start).unwrap_or_default()).chars().count();
            let value = String::from_utf8_lossy(text.get(hit.start..hit.end).unwrap_or_default()).into_owned();
            let length = value.chars().count();
            let sample = sample(&value, length);
            found.push(Found { file: Shown::new(&name), line, column: before + 1, length, kind: hit.kind, sample });
        }
        line += count(text.get(at..).unwrap_or_default());
    }
}

/// Its first character, unless that is much of it, and how long it is.
fn sample(value: &str, length: usize) -> String {
    let first = value.chars().next().filter(|c| length >= 8 && c.is_ascii_graphic());
    let stars = "*".repeat(length.min(SAMPLE) - usize::from(first.is_some()));
    let more = if length > SAMPLE { "…" } else { "" };
    format!("{}{stars}{more} ({length})", first.map(String::from).unwrap_or_default())
}

fn count(text: &[u8]) -> u64 {
    text.iter().fold(0, |lines, b| lines + u64::from(*b == b'\n'))
}

/// Overlapping hits as one, of the first one's kind; sorted hits expected.
fn united(hits: &[Hit]) -> Vec<Hit> {
    let mut spans: Vec<Hit> = Vec::new();
    for hit in hits {
        match spans.last_mut() {
            Some(last) if hit.start < last.end => last.end = last.end.max(hit.end),
            _ => spans.push(*hit),
        }
    }
    spans
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: Value,
    text: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a Value,
    spans: Vec<Span>,
}

#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: DataKind,
}

#[derive(Serialize)]
struct Refusal {
    id: Value,
    error: String,
}

/// Answers records, one line each.
fn answer(detector: &Detector, mut from: impl BufRead, to: impl Write) -> Done {
    let mut to = io::BufWriter::new(to);
    let mut line = Vec::new();
    let mut hits = Vec::new();
    loop {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            to.flush()?;
            return Ok(Exit::Ok);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Record>(&line) {
            Ok(record) => {
                hits.clear();
                detector.text(record.text.as_bytes(), &mut Memory::default(), &mut hits);
                hits.sort_by_key(|hit| (hit.start, hit.end));
                let answer = Answer { id: &record.id, spans: code_points(&record.text, &united(&hits)) };
                serde_json::to_writer(&mut to, &answer).map_err(io::Error::from)?;
            }
            Err(fault) => {
                let id = serde_json::from_slice::<Value>(&line).ok().and_then(|value| value.get("id").cloned());
                let error = format!("it is no record of id and text: {fault}");
                serde_json::to_writer(&mut to, &Refusal { id: id.unwrap_or(Value::Null), error })
                    .map_err(io::Error::from)?;
            }
        }
        to.write_all(b"\n")?;
        // Whoever asks record by record waits for the answer.
        to.flush()?;
    }
}

/// Bytes → code points.
fn code_points(text: &str, hits: &[Hit]) -> Vec<Span> {
    let mut at = 0;
    let mut points = 0;
    let mut to = |byte: usize| {
        points += text.as_bytes().get(at..byte).unwrap_or_default().iter().filter(|b| (**b & 0xc0) != 0x80).count();
        at = byte.max(at);
        points
    };
    hits.iter().map(|hit| Span { start: to(hit.start), end: to(hit.end), kind: hit.kind }).collect()
}

/// A bar on standard error, where that is a terminal.
struct Progress {
    total: u64,
    done: u64,
    shown: u64,
    visible: bool,
}

impl Progress {
    fn new(files: &[PathBuf]) -> Self {
        let total = files.iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
        Self { total, done: 0, shown: 0, visible: io::stderr().is_terminal() && total > SHOWN_FROM }
    }

    fn advance(&mut self, bytes: usize) {
        self.done = self.done.saturating_add(bytes as u64);
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100).min(100);
        if self.visible && percent > self.shown {
            self.shown = percent;
            let filled = usize::try_from(percent / 4).unwrap_or(0);
            let _ = write!(io::stderr(), "\r[{}{}] {percent:>3} %", "#".repeat(filled), " ".repeat(25 - filled));
        }
    }

    fn done(&self) {
        if self.visible {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// Read at once.
const PIECE: usize = 1 << 20;

/// A longer line is judged in pieces.
const LINE_MAX: usize = 16 << 20;

/// The longest sample, in characters.
const SAMPLE: usize = 20;

/// Smaller inputs are done before anybody has read the bar.
const SHOWN_FROM: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(records: &str) -> String {
        let mut out = Vec::new();
        answer(&Detector::new(&Settings::default()), records.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn spans_are_code_points_and_a_bad_record_does_not_stop_the_next() {
        let records = "{\"id\":1,\"text\":\"é alice@example.com\"}\n\nnonsense\n{\"id\":\"b\",\"text\":4}\n{\"id\":\"c\",\"text\":\"nothing\"}\n";
        let answers = answers(records);
        let lines: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0], serde_json::json!({"id": 1, "spans": [{"start": 2, "end": 19, "type": "email"}]}));
        assert!(lines[1]["error"].is_string() && lines[1]["id"].is_null());
        assert!(lines[2]["error"].is_string() && lines[2]["id"] == "b");
        assert_eq!(lines[3], serde_json::json!({"id": "c", "spans": []}));
    }

    #[test]
    fn a_sample_gives_nothing_away() {
        assert_eq!(sample("4111111111111111", 16), "4*************** (16)");
        assert_eq!(sample("Jane", 4), "**** (4)");
    }
}
