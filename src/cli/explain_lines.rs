//! `holdpoint explain --json --stdin`: a stream of lines, each judged by itself.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::exit::{Done, Exit, Failure};
use crate::command::{Analysis, Context, Dialect, analyse};
use crate::model::{Certainty, Effect, Verdict};
use crate::policy::Memo;

/// Reads lines until the end and answers each. Answers are written when no further line is waiting to be read, so whoever sends one line and
/// waits gets its answer.
///
/// # Errors
/// When standard input or output fails; a reader that goes away is no failure.
pub(super) fn run(memo: &mut Memo<'_>, from: impl Read, to: impl Write) -> Done {
    let mut from = BufReader::with_capacity(BUFFER, from);
    let mut to = io::BufWriter::with_capacity(BUFFER, to);
    let mut line = Vec::new();
    while let Some(whole) = next(&mut from, &mut line)? {
        let trimmed = line.trim_ascii();
        if whole && trimmed.is_empty() {
            continue;
        }
        match if whole { asked(trimmed) } else { Err((Value::Null, format!("it is longer than {MAX_LINE} bytes"))) } {
            Ok(asked) => write(&mut to, &answer(memo, asked))?,
            Err((id, why)) => write(&mut to, &Refusal::new(id, why))?,
        }
        if !from.buffer().contains(&b'\n') {
            to.flush()?;
        }
    }
    to.flush()?;
    Ok(Exit::Ok)
}

/// A line that is to be judged.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    id: Value,
    cmd: String,
    #[serde(default)]
    context: Option<String>,
}

/// What is answered.
#[derive(Debug, Serialize)]
struct Answer {
    id: Value,
    verdict: &'static str,
    flagged: bool,
    effects: Vec<Effect>,
    risk: u8,
    confidence: &'static str,
}

/// What is answered to a line that could not be read: what nobody can read is not allowed.
#[derive(Debug, Serialize)]
struct Refusal {
    id: Value,
    error: String,
    verdict: &'static str,
    flagged: bool,
    effects: [Effect; 0],
    risk: u8,
    confidence: &'static str,
}

impl Refusal {
    fn new(id: Value, why: String) -> Self {
        let error = format!("this line cannot be judged: {why}; send {{\"id\", \"cmd\", \"context\"}} on one line");
        let confidence = Certainty::Opaque.word();
        Self { id, error, verdict: "deny", flagged: true, effects: [], risk: 100, confidence }
    }
}

/// The next line without its newline, and whether it is whole: of one that is too long only the head is kept. `None` at the end.
fn next(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut whole = true;
    let mut any = false;
    loop {
        let ready = from.fill_buf()?;
        if ready.is_empty() {
            return Ok(any.then_some(whole));
        }
        any = true;
        let end = ready.iter().position(|&byte| byte == b'\n');
        let (part, used) = match end {
            Some(at) => (ready.get(..at).unwrap_or_default(), at + 1),
            None => (ready, ready.len()),
        };
        whole &= line.len() + part.len() <= MAX_LINE;
        if whole {
            line.extend_from_slice(part);
        }
        from.consume(used);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

/// Reads a line; what cannot be judged keeps its id if it has one.
fn asked(line: &[u8]) -> Result<Asked, (Value, String)> {
    serde_json::from_slice::<Asked>(line).map_err(|error| {
        let id = serde_json::from_slice::<Value>(line).ok().and_then(|value| value.get("id").cloned());
        (id.unwrap_or_default(), error.to_string())
    })
}

fn answer(memo: &mut Memo<'_>, asked: Asked) -> Answer {
    let certainty = Certainty::Exact;
    let Analysis { effects, .. } = analysed(&asked);
    let judgement = memo.judge(&effects, certainty);
    let verdict = match judgement.verdict {
        Verdict::Allow => "allow",
        Verdict::Hold(_) => "hold",
        Verdict::Deny => "deny",
    };
    let (flagged, confidence) = (verdict != "allow", certainty.word());
    Answer { id: asked.id, verdict, flagged, effects, risk: judgement.risk.score, confidence }
}

/// What the line would do where it is typed; at a program that is not known, as a shell and as any program would read it.
fn analysed(asked: &Asked) -> Analysis {
    let name = asked.context.as_deref().unwrap_or("shell").trim().to_lowercase();
    if let Some(dialect) = Dialect::from_name(if name.is_empty() { "shell" } else { &name }) {
        return analyse(&asked.cmd, &Context::typed_at(dialect));
    }
    let mut shell = analyse(&asked.cmd, &Context::PROMPT);
    let program = analyse(&asked.cmd, &Context::PROGRAM);
    for effect in program.effects {
        if !shell.effects.contains(&effect) {
            shell.effects.push(effect);
        }
    }
    shell
}

fn write(to: &mut impl Write, answer: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *to, answer).map_err(io::Error::from)?;
    Ok(to.write_all(b"\n")?)
}

/// Bytes of a line: JSON writes each byte of the longest line that can be analysed with up to six, and identifiers may be long too.
const MAX_LINE: usize = 1 << 20;

/// Bytes that are read or written at once.
const BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, Principal, Wall};
    use crate::policy::{Channel, Circumstances, Policy};

    fn answers(input: &str) -> Vec<Value> {
        let policy = Policy::builtin().unwrap();
        let who = Principal {
            user: "engineer".into(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: String::new(),
        };
        let place = Place { target: "production".into(), login: "root".into(), labels: [].into() };
        let circumstances = Circumstances { now: Wall::default(), channel: Channel::Shell };
        let mut out = Vec::new();
        run(&mut Memo::new(&policy, &who, &place, circumstances), input.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_line_is_answered_in_order_with_its_id() {
        let answers = answers(concat!(
            "{\"id\":1,\"cmd\":\"ls -la\"}\n",
            "{\"id\":\"b\",\"cmd\":\"cd /srv &&\\nrm -rf data\",\"context\":\"shell\"}\r\n",
            "\n",
            "{\"id\":[3],\"cmd\":\"drop table users;\",\"context\":\"psql\"}",
        ));
        let brief: Vec<_> = answers
            .iter()
            .map(|a| (a["id"].to_string(), a["verdict"].as_str().unwrap(), a["flagged"].clone()))
            .collect();
        assert_eq!(
            brief,
            [
                ("1".to_owned(), "allow", Value::Bool(false)),
                ("\"b\"".to_owned(), "hold", Value::Bool(true)),
                ("[3]".to_owned(), "hold", Value::Bool(true)),
            ]
        );
        assert_eq!(answers[1]["effects"][0]["span"], serde_json::json!([11, 22]));
        assert_eq!(answers[1]["effects"][0]["kind"], "fs.destroy");
    }

    #[test]
    fn a_line_that_is_no_question_is_answered_with_an_error_and_the_next_one_is_read() {
        let long = format!("{{\"id\":1,\"cmd\":\"{}\"}}", "x".repeat(MAX_LINE));
        let answers =
            answers(&format!("nonsense\n{{\"id\":7,\"command\":\"ls\"}}\n{long}\n{{\"id\":9,\"cmd\":\"ls\"}}\n"));
        assert_eq!(answers.len(), 4);
        for (answer, id) in answers.iter().zip([Value::Null, 7.into(), Value::Null]) {
            assert!(answer["error"].is_string() && answer["flagged"] == true && answer["id"] == id, "{answer}");
        }
        assert_eq!(answers[3]["verdict"], "allow");
    }

    #[test]
    fn a_program_that_is_not_known_is_judged_as_a_shell_too() {
        let answers = answers("{\"id\":1,\"cmd\":\"$x -rf /\",\"context\":\"frobnicator\"}\n");
        assert_eq!(answers[0]["flagged"], true);
    }

    #[test]
    fn an_answer_comes_before_the_next_line_is_asked_for() {
        /// Gives one line a read, and looks whether all before it was answered.
        struct Slow<'a>(usize, &'a std::cell::RefCell<Vec<u8>>);
        impl Read for Slow<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                assert_eq!(self.1.borrow().iter().filter(|&&b| b == b'\n').count(), self.0);
                self.0 += 1;
                let line: &[u8] = if self.0 > 3 { b"" } else { b"{\"cmd\":\"ls\"}\n" };
                to[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        struct Shared<'a>(&'a std::cell::RefCell<Vec<u8>>);
        impl Write for Shared<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.borrow_mut().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let policy = Policy::builtin().unwrap();
        let who = Principal { user: "e".into(), roles: [].into(), source: None, fingerprint: String::new() };
        let place = Place { target: "t".into(), login: "r".into(), labels: [].into() };
        let circumstances = Circumstances { now: Wall::default(), channel: Channel::Shell };
        let out = std::cell::RefCell::new(Vec::new());
        run(&mut Memo::new(&policy, &who, &place, circumstances), Slow(0, &out), Shared(&out)).unwrap();
    }
}
