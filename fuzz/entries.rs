//! The entry points that are fuzzed, one function each: whatever the bytes are, none of them may panic, hang, or take memory
//! out of proportion. Two drive them: the targets of cargo-fuzz beside this file, on the nightly toolchain and for as long as
//! one likes, and `tests/fuzz.rs`, on the stable one and for some seconds.
//!
//! Only public doors of the library are used; nothing is opened for the sake of fuzzing.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use holdpoint::command::{Context, Dialect, Stdin, analyse};
use holdpoint::model::{
    ChannelKind, Digest, Event, Mono, Now, Outcome, Place, Principal, PtySize, RequestId, Ruling, SessionId,
    SessionMeta, Size, Stream, Verdict, Wall,
};
use holdpoint::policy::Policy;
use holdpoint::privacy::detect::{Detector, Memory};
use holdpoint::privacy::screen::{Line, Picture};
use holdpoint::privacy::{self, BulkMasker, ScreenMatcher, StreamMasker};
use holdpoint::session::{Engine, Input, Output, Settings};
use holdpoint::terminal::{Keys, Kind, LineReader, Marks, Screen, Token};

/// An entry point by its name.
pub(crate) type Entry = (&'static str, fn(&[u8]));

/// All of them.
pub(crate) const ENTRIES: &[Entry] = &[
    ("keys", keys),
    ("marks", marks),
    ("line", line),
    ("shell", shell),
    ("sql", sql),
    ("code", code),
    ("consoles", consoles),
    ("gate", gate),
    ("stream_masker", stream_masker),
    ("screen_masker", screen_masker),
    ("matcher", matcher),
];

/// What a client types: no byte is lost, and how bytes were cut into reads changes no token.
pub(crate) fn keys(data: &[u8]) {
    let read = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut keys = Keys::new();
        let mut tokens: Vec<Token> = pieces.flat_map(|piece| keys.feed(piece)).collect();
        tokens.extend(keys.flush());
        // Letters that came together are one token.
        tokens.into_iter().fold(Vec::<Token>::new(), |mut all, token| {
            match all.last_mut() {
                Some(last) if last.kind == token.kind && matches!(token.kind, Kind::Text | Kind::PasteText) => {
                    last.raw.extend(token.raw)
                }
                _ => all.push(token),
            }
            all
        })
    };
    let whole = read(&mut std::iter::once(data));
    let raw: Vec<u8> = whole.iter().flat_map(|token| token.raw.iter().copied()).collect();
    assert_eq!(raw, data, "bytes were lost");
    assert_eq!(read(&mut pieces(data)), whole, "the cuts show");
}

/// What a target prints: sequences, and the marks of a shell that has our hooks, which are taken out whatever the cuts. The
/// picture can be painted again.
pub(crate) fn marks(data: &[u8]) {
    let taken = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let (mut marks, mut found, mut rest) = (Marks::new("n0nce"), Vec::new(), Vec::new());
        pieces.for_each(|piece| rest.extend_from_slice(&marks.take(Bytes::copy_from_slice(piece), &mut found)));
        rest.extend_from_slice(&marks.finish());
        (rest, found)
    };
    let whole = taken(&mut std::iter::once(data));
    assert_eq!(taken(&mut pieces(data)), whole, "the cuts show");
    assert!(whole.0.len() <= data.len(), "marks add nothing");
    let mut screen = Screen::new(40, 12);
    pieces(data).for_each(|piece| screen.feed(piece));
    let (rows, cols) = (screen.rows(), screen.cols());
    screen.resize(17, 5);
    screen.resize(cols, rows);
    assert!(screen.contents().len() <= usize::from(rows) * usize::from(cols) * 64, "a cell holds too much");
    let mut again = Screen::new(cols, rows);
    again.feed(&screen.state());
}

/// Keys and output in any order, and what is read of the line.
pub(crate) fn line(data: &[u8]) {
    let (mut keys, mut reader, mut screen) = (Keys::new(), LineReader::new(), Screen::new(30, 8));
    screen.feed(b"me@box:~$ ");
    let mut now = 0;
    for (turn, piece) in pieces(data).enumerate() {
        now += 1_000 * u64::from(piece.first().copied().unwrap_or(0));
        if turn % 2 == 0 {
            for token in keys.feed(piece) {
                reader.key(&token, &screen, now);
            }
        } else {
            screen.feed(piece);
            reader.output(&screen, now);
        }
        let _ = reader.settled(&screen, now);
        let reading = reader.read(&screen);
        let _ = reader.is_empty(&screen);
        assert!(reading.candidates.len() <= 16, "{} candidates", reading.candidates.len());
    }
}

/// A line of a shell, wherever it is read.
pub(crate) fn shell(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for context in [Context::PROMPT, Context::PROGRAM, Context::exec(Stdin::Hidden)] {
        judged(&text, &context);
    }
}

/// SQL, as a command carries it.
pub(crate) fn sql(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    judged(&format!("psql -c {}", quoted(&text)), &Context::PROMPT);
    judged(&format!("mysql -e {}", quoted(&text)), &Context::PROMPT);
    judged(&format!("sqlite3 x.db <<'END'\n{text}\nEND"), &Context::PROMPT);
}

/// Code of other languages, as a command carries it.
pub(crate) fn code(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for interpreter in ["python3 -c", "perl -e", "ruby -e", "node -e", "php -r", "awk"] {
        judged(&format!("{interpreter} {}", quoted(&text)), &Context::PROMPT);
    }
}

/// What is typed at consoles, editors and pagers.
pub(crate) fn consoles(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for dialect in Dialect::ALL {
        judged(&text, &Context::typed_at(*dialect));
    }
}

/// A whole session: the client's bytes, the target's, denials and time, in any order. Where nobody approves, no line is
/// committed but by a verdict that allows it.
pub(crate) fn gate(data: &[u8]) {
    let meta = meta();
    let settings = Settings {
        greeting: false,
        lifetime: Duration::from_secs(3600),
        hold_ttl: Duration::from_secs(300),
        privacy: privacy::Settings::default(),
        menu: Some(holdpoint::session::MenuKey::USUAL),
        command: None,
        reason: None,
        notices: vec![],
    };
    let mut now = Now { mono: Mono(1_000_000), wall: Wall(1_795_262_671_000_000) };
    let mut engine = Engine::new(meta, settings, Arc::clone(&POLICY), [3; 32], now);
    let mut desk = Desk::default();
    engine.handle(Input::Begin, now);
    desk.drain(&mut engine, now);
    for piece in pieces(data) {
        let step = u64::from(piece.first().copied().unwrap_or(0));
        now = Now { mono: Mono(now.mono.0 + step * 5_000), wall: now.wall.after(Duration::from_millis(step * 5)) };
        let rest = piece.get(1..).unwrap_or_default();
        match step % 8 {
            0..=2 => engine.handle(Input::FromClient(rest), now),
            3..=5 => engine.handle(Input::FromTarget(Stream::Stdout, Bytes::copy_from_slice(rest)), now),
            6 => engine.handle(Input::Tick, now),
            _ => match desk.asked.pop() {
                Some((request, digest)) => {
                    let outcome = Outcome::Denied { by: "bob".into(), reason: "no".into() };
                    engine.handle(Input::Ruled(Ruling { request, digest, outcome }), now);
                }
                None => engine.handle(Input::Resized(Size::new(20 + u32::from(step > 99) * 40, 10)), now),
            },
        }
        desk.drain(&mut engine, now);
    }
}

/// Output on its way to a client, and on its way to the record.
pub(crate) fn stream_masker(data: &[u8]) {
    let settings = privacy::Settings::default();
    let (mut masker, mut out) = (StreamMasker::new(&settings), Vec::new());
    for (turn, piece) in (0..).zip(pieces(data)) {
        masker.feed(piece, Mono(turn * 10_000), &mut out);
        masker.expire(Mono(turn * 10_000 + 5_000), &mut out);
    }
    masker.finish(&mut out);
    assert!(out.len() <= data.len() * 8 + 1024, "{} bytes became {}", data.len(), out.len());
    let (mut masker, mut bulk) = (BulkMasker::new(&settings), Vec::new());
    pieces(data).for_each(|piece| masker.feed(Bytes::copy_from_slice(piece), &mut bulk));
    masker.finish(&mut bulk);
}

/// What stands on a screen, and a command line, searched for values.
pub(crate) fn screen_masker(data: &[u8]) {
    let settings = privacy::Settings::default();
    let mut screen = Screen::new(40, 12);
    let mut matcher = ScreenMatcher::new(&settings);
    for piece in data.chunks(data.len() / 12 + 64) {
        screen.feed(piece);
        let mut picture = Picture::default();
        for row in 0..screen.rows() {
            let mut line = Line::default();
            for (col, letter) in screen.row_text(row).chars().take(usize::from(screen.cols())).enumerate() {
                line.push(letter.encode_utf8(&mut [0; 4]), usize::from(row) * 40 + col);
            }
            line.trim(0);
            picture.lines.push(line);
        }
        picture.open = Some(usize::from(screen.cursor().row));
        let found = matcher.judge(&picture);
        assert!(found.cells.iter().all(|cell| *cell < 12 * 40), "a cell that is not there");
    }
    let text = String::from_utf8_lossy(data);
    let masked = privacy::command::without_secrets(&text, &settings);
    assert!(masked.len() <= text.len() * 4, "a mask is no longer than what it hides");
}

/// Values in a text: each stands in it, whole characters and all.
pub(crate) fn matcher(data: &[u8]) {
    let detector = Detector::new(&privacy::Settings::default());
    let (mut memory, mut hits) = (Memory::default(), Vec::new());
    detector.text(data, &mut memory, &mut hits);
    for line in pieces(data) {
        let _ = detector.open(line, &memory, &mut Vec::new());
        detector.line(line, &mut memory, &mut Vec::new());
    }
    assert!(hits.iter().all(|hit| data.get(hit.start..hit.end).is_some()), "a value that is not there");
}

/// Judges a text, and checks what is promised of every answer.
fn judged(text: &str, context: &Context) {
    let analysis = analyse(text, context);
    assert!(analysis.effects.len() <= 64 && analysis.normalised.len() <= 4096, "an answer without bounds");
    for effect in &analysis.effects {
        assert!(text.get(effect.span.start..effect.span.end).is_some(), "{:?} is no part of it", effect.span);
    }
}

/// What stands around an engine: a quick disk, and a desk that has not decided yet.
#[derive(Default)]
struct Desk {
    asked: Vec<(RequestId, Digest)>,
    allowed: bool,
}

impl Desk {
    fn drain(&mut self, engine: &mut Engine, now: Now) {
        for _ in 0..100_000 {
            match engine.poll() {
                Some(Output::Append(record)) => {
                    if let Event::Command { judgement, .. } = &record.event {
                        self.allowed = judgement.verdict == Verdict::Allow;
                    }
                    engine.handle(Input::Recorded(record.seq), now);
                }
                Some(Output::Ask(request)) => self.asked.push((request.id, request.command.digest)),
                Some(Output::Commit(..)) => assert!(self.allowed, "a line was committed that nobody approved"),
                Some(_) => {}
                None => return,
            }
        }
        panic!("an engine that never comes to rest");
    }
}

/// The bytes in pieces, cut where one of them says how long the next piece is.
fn pieces(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let length = usize::from(*rest.first()? % 61) + 1;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(piece)
    })
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn meta() -> SessionMeta {
    SessionMeta {
        id: SessionId::from_bytes([7; 10]),
        who: Principal {
            user: "engineer".into(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: "SHA256:x".into(),
        },
        place: Place { target: "box".into(), login: "root".into(), labels: std::collections::BTreeMap::default() },
        channel: ChannelKind::Shell,
        pty: Some(PtySize { term: "xterm".into(), size: Size::new(60, 10) }),
        started: Wall(1_795_262_671_000_000),
    }
}

static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| match Policy::builtin() {
    Ok(policy) => Arc::new(policy),
    Err(fault) => panic!("the built-in policy: {fault:?}"),
});
