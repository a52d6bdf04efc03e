//! A script's text → its steps. Everything is parsed before anything is played, so a script with a fault plays no step.

use std::time::Duration;

use holdpoint::model::{Scope, Size};

/// One line of a script.
#[derive(Debug)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// As it is written, for messages.
    pub(crate) text: String,
    /// What it says.
    pub(crate) step: Step,
}

/// What a line says. Texts are as they are meant: escapes are resolved.
#[derive(Debug)]
pub(crate) enum Step {
    /// Before the session: its longest lifetime.
    Lifetime(Duration),
    /// The session begins with a shell; without a size, it has no terminal.
    Shell(Option<Size>),
    /// The session begins with a command; without a size, it has no terminal.
    Exec(String, Option<Size>),
    /// Whether the pretended line editor echoes and runs what it gets.
    Echo(Echo),
    /// What the pretended shell shows before the next line.
    Prompt(String),
    TargetSays(String),
    /// With this status.
    TargetExits(u32),
    /// Key by key.
    Type(String),
    /// One key, as the bytes that a terminal sends.
    Press(Vec<u8>),
    /// Within the marks of bracketed paste, if the program asked for them.
    Paste(String),
    /// All at once, faster than anybody types.
    Send(String),
    At(Duration),
    After(Duration),
    MenuInFullScreen,
    Env(String),
    Policy(String),
    TargetSignalled(String),
    Approve(Scope),
    Deny(String),
    Expire,
    /// The desk could not even file the last request.
    Unasked(String),
    Disk(Disk),
    /// The record cannot be written any more.
    DiskFails,
    Pause(String),
    Resume(String),
    Kill {
        by: String,
        why: String,
    },
    /// The last grant is taken back.
    Revoke {
        by: String,
        why: String,
    },
    Resize(Size),
    ClientLeaves,
    Shutdown,
    Expect(Expect),
}

/// What must be so.
#[derive(Debug)]
pub(crate) enum Expect {
    /// A hold waits, and this is said in its command, its reasons or its rules.
    Held(String),
    NotHeld,
    /// So many requests were filed since the beginning.
    Requests(usize),
    Row(Row, String),
    Screen(String),
    NoScreen(String),
    /// The screen's text is this and nothing else.
    WholeScreen(String),
    /// The title of the client's window has it.
    Title(String),
    /// Exactly these bytes reached the target since the last such check.
    TargetGot(String),
    /// Exactly these lines were run by the pretended shell since the last such check.
    Ran(Vec<String>),
    /// The target started this command; `None`: nothing.
    Started(Option<String>),
    /// Exactly these bytes reached the client's stdout since the last such check (no terminal).
    Stdout(String),
    /// The client's stderr has it (no terminal).
    Stderr(String),
    /// An event of this name, with this in its JSON, after the last one that was found.
    Event(String, String),
    /// None of this name since the beginning.
    NoEvent(String),
    /// Somewhere in the record: its output as text, everything else as JSON.
    Record(String),
    NoRecord(String),
    /// By the word that the record has for it.
    Closed(String),
    Open,
    /// So many grants were given back since the beginning, because nobody uses them any more.
    GrantsClosed(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disk {
    /// What is appended is on disk at once.
    Quick,
    /// Nothing gets onto the disk until it is quick again.
    Slow,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Row {
    First,
    Last,
    /// From 1.
    Number(u16),
}

/// All steps, or what is wrong with the first line that has a fault, with its number.
pub(crate) fn parse(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        let fault = |what: String| (number, format!("{what}\n  {text}"));
        let words = words(text).map_err(fault)?;
        if !words.is_empty() {
            let step = step(&words).map_err(fault)?;
            lines.push(Line { number, text: text.trim().to_owned(), step });
        }
    }
    Ok(lines)
}

#[derive(Debug)]
enum Word<'a> {
    Bare(&'a str),
    Quoted(String),
}

use Word::{Bare, Quoted};

fn step(words: &[Word<'_>]) -> Result<Step, String> {
    Ok(match words {
        [Bare("lifetime"), Bare(time)] => Step::Lifetime(duration(time)?),
        [Bare("policy"), Quoted(text)] => Step::Policy(text.clone()),
        [Bare("target"), Bare("is"), Bare(env)] => Step::Env((*env).to_owned()),
        [Bare("target"), Bare("was"), Bare("signalled"), Bare(name)] => Step::TargetSignalled((*name).to_owned()),
        [Bare("target"), Bare("says"), Bare(count), Bare("times"), Quoted(text)] => {
            Step::TargetSays(text.repeat(number(count)?))
        }
        [Bare("menu"), Bare("in"), Bare("full"), Bare("screen")] => Step::MenuInFullScreen,
        [Bare("shell"), Bare("without"), Bare("terminal")] => Step::Shell(None),
        [Bare("shell"), Bare(cells)] => Step::Shell(Some(size(cells)?)),
        [Bare("exec"), Quoted(command)] => Step::Exec(command.clone(), None),
        [Bare("exec"), Quoted(command), Bare(cells)] => Step::Exec(command.clone(), Some(size(cells)?)),
        [Bare("echo"), Bare("on")] => Step::Echo(Echo::On),
        [Bare("echo"), Bare("off")] => Step::Echo(Echo::Off),
        [Bare("prompt"), Quoted(text)] => Step::Prompt(text.clone()),
        [Bare("target"), Bare("says"), Quoted(text)] => Step::TargetSays(text.clone()),
        [Bare("target"), Bare("exits"), Bare(code)] => Step::TargetExits(number(code)?),
        [Bare("type"), Quoted(text)] => Step::Type(text.clone()),
        [Bare("press"), Bare(name)] => Step::Press(key(name)?),
        [Bare("paste"), Quoted(text)] => Step::Paste(text.clone()),
        [Bare("send"), Quoted(text)] => Step::Send(text.clone()),
        [Bare("at"), Bare(time)] => Step::At(clock(time)?),
        [Bare("after"), Bare(time)] => Step::After(duration(time)?),
        [Bare("approve")] => Step::Approve(Scope::Once),
        [Bare("approve"), Bare("in"), Bare("the"), Bare("clear"), Bare("for"), Bare(time)] => {
            let secs = u32::try_from(duration(time)?.as_secs()).unwrap_or(u32::MAX);
            Step::Approve(Scope::Clear { secs })
        }
        [Bare("approve"), Bare("for"), Bare("session")] => Step::Approve(Scope::SameCommandThisSession),
        [Bare("deny"), Quoted(why)] => Step::Deny(why.clone()),
        [Bare("expire")] => Step::Expire,
        [Bare("desk"), Bare("refuses"), Quoted(why)] => Step::Unasked(why.clone()),
        [Bare("disk"), Bare("fails")] => Step::DiskFails,
        [Bare("disk"), Bare("slow")] => Step::Disk(Disk::Slow),
        [Bare("disk"), Bare("ok")] => Step::Disk(Disk::Quick),
        [Bare("pause"), Bare("by"), Bare(who)] => Step::Pause((*who).to_owned()),
        [Bare("resume"), Bare("by"), Bare(who)] => Step::Resume((*who).to_owned()),
        [Bare("kill"), Bare("by"), Bare(who), Quoted(why)] => Step::Kill { by: (*who).to_owned(), why: why.clone() },
        [Bare("revoke"), Bare("by"), Bare(who), Quoted(why)] => {
            Step::Revoke { by: (*who).to_owned(), why: why.clone() }
        }
        [Bare("resize"), Bare(cells)] => Step::Resize(size(cells)?),
        [Bare("client"), Bare("leaves")] => Step::ClientLeaves,
        [Bare("shutdown")] => Step::Shutdown,
        [Bare("expect"), rest @ ..] => Step::Expect(expect(rest)?),
        _ => return Err("no step is written like this".to_owned()),
    })
}

fn expect(words: &[Word<'_>]) -> Result<Expect, String> {
    Ok(match words {
        [Bare("held"), Quoted(why)] => Expect::Held(why.clone()),
        [Bare("grants"), Bare("closed"), Bare(count)] => Expect::GrantsClosed(number(count)?),
        [Bare("not"), Bare("held")] => Expect::NotHeld,
        [Bare("requests"), Bare(count)] => Expect::Requests(number(count)?),
        [Bare("first"), Bare("row"), Quoted(text)] => Expect::Row(Row::First, text.clone()),
        [Bare("last"), Bare("row"), Quoted(text)] => Expect::Row(Row::Last, text.clone()),
        [Bare("row"), Bare(row), Quoted(text)] => Expect::Row(Row::Number(number(row)?), text.clone()),
        [Bare("screen"), Quoted(text)] => Expect::Screen(text.clone()),
        [Bare("no"), Bare("screen"), Quoted(text)] => Expect::NoScreen(text.clone()),
        [Bare("whole"), Bare("screen"), Quoted(text)] => Expect::WholeScreen(text.clone()),
        [Bare("title"), Quoted(text)] => Expect::Title(text.clone()),
        [Bare("target"), Bare("got"), Bare("nothing")] => Expect::TargetGot(String::new()),
        [Bare("target"), Bare("got"), Quoted(bytes)] => Expect::TargetGot(bytes.clone()),
        [Bare("ran"), Bare("nothing")] => Expect::Ran(vec![]),
        [Bare("ran"), lines @ ..] if !lines.is_empty() => {
            Expect::Ran(lines.iter().map(quoted).collect::<Result<_, _>>()?)
        }
        [Bare("started"), Bare("nothing")] => Expect::Started(None),
        [Bare("started"), Quoted(command)] => Expect::Started(Some(command.clone())),
        [Bare("stdout"), Quoted(bytes)] => Expect::Stdout(bytes.clone()),
        [Bare("stderr"), Quoted(text)] => Expect::Stderr(text.clone()),
        [Bare("event"), Bare(name)] => Expect::Event(event(name)?, String::new()),
        [Bare("event"), Bare(name), Quoted(text)] => Expect::Event(event(name)?, text.clone()),
        [Bare("no"), Bare("event"), Bare(name)] => Expect::NoEvent(event(name)?),
        [Bare("record"), Quoted(text)] => Expect::Record(text.clone()),
        [Bare("no"), Bare("record"), Quoted(text)] => Expect::NoRecord(text.clone()),
        [Bare("closed"), Bare(why)] => Expect::Closed(close_reason(why)?),
        [Bare("open")] => Expect::Open,
        _ => return Err("nothing is expected like this".to_owned()),
    })
}

/// Words and texts in quotes. `#` begins a comment.
fn words(line: &str) -> Result<Vec<Word<'_>>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next().filter(|first| *first != '#') {
        let (word, after) = if first == '"' {
            let (text, after) = text(rest.strip_prefix('"').unwrap_or(rest))?;
            (Quoted(text), after)
        } else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (Bare(word), after)
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// A text up to its closing quote, and what follows it.
fn text(rest: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('"', _) => return Ok((text, chars.as_str())),
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('r')) => text.push('\r'),
            ('\\', Some('t')) => text.push('\t'),
            ('\\', Some('e')) => text.push('\u{1b}'),
            ('\\', Some('a')) => text.push('\u{7}'),
            ('\\', Some('b')) => text.push('\u{8}'),
            ('\\', Some('^')) => match chars.next() {
                Some(letter @ '@'..='_') => text.push(char::from(letter as u8 & 0x1f)),
                Some('?') => text.push('\u{7f}'),
                _ => return Err("after \\^ stands an upper-case letter: \\^C is Ctrl-C".to_owned()),
            },
            ('\\', Some(c @ ('"' | '\\'))) => text.push(c),
            ('\\', _) => return Err("the escapes are \\n \\r \\t \\e \\a \\b \\^C \\\" \\\\".to_owned()),
            (c, _) => text.push(c),
        }
    }
    Err("a text has no closing quote".to_owned())
}

fn quoted(word: &Word<'_>) -> Result<String, String> {
    match word {
        Quoted(text) => Ok(text.clone()),
        Bare(word) => Err(format!("'{word}' should be in quotes")),
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("'{text}' is no number that fits here"))
}

/// `100x24`, or `100x24@10x20` with the pixels of a cell.
fn size(text: &str) -> Result<Size, String> {
    let two = |text: &str| {
        let (wide, high) = text.split_once('x').ok_or_else(|| format!("'{text}' is no size like 100x24"))?;
        Ok::<(u32, u32), String>((number(wide)?, number(high)?))
    };
    let Some((cells, cell)) = text.split_once('@') else {
        return two(text).map(|(cols, rows)| Size::new(cols, rows));
    };
    let ((cols, rows), (width, height)) = (two(cells)?, two(cell)?);
    Ok(Size::new(cols, rows).with_pixels(cols * width, rows * height))
}

/// `300ms`, `5s`, `10m`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = number(digits)?;
    match text.strip_prefix(digits) {
        Some("ms") => Ok(Duration::from_millis(count)),
        Some("s") => Ok(Duration::from_secs(count)),
        Some("m") => Ok(Duration::from_secs(count.saturating_mul(60))),
        _ => Err(format!("'{text}' is no time like 300ms, 5s or 10m")),
    }
}

/// `00:12`, minutes and seconds since the session began.
fn clock(text: &str) -> Result<Duration, String> {
    let (minutes, seconds) = text.split_once(':').ok_or_else(|| format!("'{text}' is no time like 00:12"))?;
    let (minutes, seconds): (u64, u64) = (number(minutes)?, number(seconds)?);
    Ok(Duration::from_secs(minutes.saturating_mul(60).saturating_add(seconds)))
}

fn key(name: &str) -> Result<Vec<u8>, String> {
    Ok(match name {
        "Enter" => b"\r".to_vec(),
        "Tab" => b"\t".to_vec(),
        "Escape" => b"\x1b".to_vec(),
        "Backspace" => b"\x7f".to_vec(),
        "Up" => b"\x1b[A".to_vec(),
        "Down" => b"\x1b[B".to_vec(),
        "Right" => b"\x1b[C".to_vec(),
        "Left" => b"\x1b[D".to_vec(),
        name => match name.strip_prefix("Ctrl-").map(str::as_bytes) {
            Some([letter @ b'A'..=b'_']) => vec![letter & 0x1f],
            _ => return Err(format!("no key is called '{name}'")),
        },
    })
}

/// The names of `model::Event` in JSON.
fn event(name: &str) -> Result<String, String> {
    const NAMES: [&str; 21] = [
        "started",
        "output",
        "image",
        "certified",
        "resized",
        "command",
        "released",
        "held",
        "ruled",
        "masked",
        "alerted",
        "reveal_began",
        "reveal_ended",
        "grant_revoked",
        "noted",
        "notice",
        "paused",
        "resumed",
        "watched",
        "exit",
        "ended",
    ];
    NAMES.contains(&name).then(|| name.to_owned()).ok_or_else(|| format!("no event is called '{name}'"))
}

/// The names of `model::CloseReason` in JSON.
fn close_reason(name: &str) -> Result<String, String> {
    const NAMES: [&str; 10] = [
        "exited",
        "client_gone",
        "target_gone",
        "terminated",
        "expired",
        "recorder_failed",
        "denied",
        "hold_timed_out",
        "shutdown",
        "fault",
    ];
    NAMES.contains(&name).then(|| name.to_owned()).ok_or_else(|| format!("no session ends '{name}'"))
}
