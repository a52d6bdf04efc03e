//! One engine on a stage: a client's eye on one side, a pretended target on the other, a clock that moves only when it is told to.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdpoint::model::{
    ChannelKind, CloseReason, Event, EventRecord, ExitStatus, Grant, GrantId, HoldRequest, Mono, Now, Outcome, Place,
    Principal, PtySize, Ruling, Scope, Seq, SessionId, SessionMeta, SessionState, Shown, Size, Stream, Subject, Wall,
};
use holdpoint::policy::Policy;
use holdpoint::privacy;
use holdpoint::session::{Engine, Input, MenuKey, Output, Settings};
use holdpoint::terminal::Screen;

use super::script::{Disk, Echo};

/// What is wrong with what happened.
pub(crate) type Fault = String;

/// A session and everybody around it.
pub(crate) struct Stage {
    engine: Engine,
    now: Now,
    begun: Mono,
    /// The client's terminal, if it has one.
    pub(crate) eye: Option<Screen>,
    /// What the record shows when it is played: the same, but for the bar.
    played: Option<Screen>,
    pub(crate) shell: PretendedShell,
    /// What is under way from the pretended shell, or from the client's terminal of its own, with the time it arrives.
    coming: Vec<(Mono, Coming)>,
    pub(crate) events: Vec<EventRecord>,
    /// Grants that the session gave back.
    pub(crate) closed_grants: usize,
    /// Names of the signals that the target was sent.
    pub(crate) signals: Vec<String>,
    pub(crate) requests: Vec<HoldRequest>,
    /// Everything that the target got, and everything that the client got on each stream.
    pub(crate) to_target: Vec<u8>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) started: Option<String>,
    pub(crate) closed: Option<CloseReason>,
    disk: Disk,
    appended: Option<Seq>,
    durable: Option<Seq>,
    released: Option<Seq>,
}

/// Something that arrives later.
enum Coming {
    Echo(String),
    /// The terminal's answer to a question.
    Reply(String),
}

/// A line editor as far as scripts need one: it echoes, runs what is committed, drops a line at Ctrl-C.
pub(crate) struct PretendedShell {
    pub(crate) echo: Echo,
    /// What it shows before the next line.
    pub(crate) prompt: String,
    line: String,
    pub(crate) ran: Vec<String>,
}

/// How a session begins.
pub(crate) struct Beginning {
    pub(crate) channel: ChannelKind,
    pub(crate) terminal: Option<Size>,
    pub(crate) lifetime: Duration,
    pub(crate) echo: Echo,
    pub(crate) menu: MenuKey,
    /// The target's label of that name.
    pub(crate) env: Option<String>,
    /// Rules beside those that are built in.
    pub(crate) policy: String,
}

impl Stage {
    pub(crate) fn begin(beginning: Beginning) -> Result<Self, Fault> {
        let now = Now { mono: Mono(1_000_000), wall: Wall(1_795_262_671_000_000) };
        let Beginning { channel, terminal, lifetime, echo, menu, env, policy } = beginning;
        let mut meta = meta(channel, terminal, now.wall);
        meta.place.labels.extend(env.map(|env| ("env".to_owned(), env)));
        let settings = Settings {
            greeting: false,
            lifetime,
            hold_ttl: Duration::from_secs(300),
            menu: Some(menu),
            privacy: privacy::Settings::default(),
            command: None,
            reason: None,
            notices: vec![],
        };
        let files = BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let files = files.chain([("script.cedar".to_owned(), policy)]).collect();
        let policy = Arc::new(Policy::from_files(files).map_err(|faults| faults.to_string())?);
        let mut stage = Self {
            engine: Engine::new(meta, settings, policy, [3; 32], now),
            now,
            begun: now.mono,
            eye: terminal.map(|size| Screen::new(size.cols(), size.rows())),
            played: terminal.map(|size| Screen::new(size.cols(), size.rows())),
            shell: PretendedShell { echo, prompt: "me@box:~$ ".to_owned(), line: String::new(), ran: vec![] },
            coming: vec![],
            events: vec![],
            closed_grants: 0,
            signals: vec![],
            requests: vec![],
            to_target: vec![],
            stdout: vec![],
            stderr: vec![],
            started: None,
            closed: None,
            disk: Disk::Quick,
            appended: None,
            durable: None,
            released: None,
        };
        stage.act(Input::Begin)?;
        Ok(stage)
    }

    /// Somebody does something, which takes as long as a key of a quick typist.
    pub(crate) fn act(&mut self, input: Input<'_>) -> Result<(), Fault> {
        self.give(input)?;
        self.pass(ACT)
    }

    /// The target writes; on a terminal a line feed goes out as CR LF, as a tty's does.
    pub(crate) fn target_says(&mut self, text: &str) -> Result<(), Fault> {
        let text = if self.eye.is_some() { text.replace('\n', "\r\n") } else { text.to_owned() };
        self.act(Input::FromTarget(Stream::Stdout, Bytes::from(text)))
    }

    /// The target writes bytes as they are, and nothing happens for a while.
    pub(crate) fn target_writes(&mut self, bytes: &[u8], pause: Duration) -> Result<(), Fault> {
        self.give(Input::FromTarget(Stream::Stdout, Bytes::copy_from_slice(bytes)))?;
        self.pass(pause)
    }

    pub(crate) fn types(&mut self, text: &str) -> Result<(), Fault> {
        let mut buffer = [0; 4];
        text.chars().try_for_each(|c| self.act(Input::FromClient(c.encode_utf8(&mut buffer).as_bytes())))
    }

    pub(crate) fn pastes(&mut self, text: &str) -> Result<(), Fault> {
        let text = text.replace('\n', "\r");
        let marked = self.eye.as_ref().is_some_and(Screen::bracketed_paste);
        let bytes = if marked { format!("\x1b[200~{text}\x1b[201~") } else { text };
        self.act(Input::FromClient(bytes.as_bytes()))
    }

    /// The terminal changes first, and says so then.
    pub(crate) fn resize(&mut self, size: Size) -> Result<(), Fault> {
        if let Some(eye) = &mut self.eye {
            eye.resize(size.cols(), size.rows());
        }
        self.act(Input::Resized(size))
    }

    /// The desk decides on the last request.
    pub(crate) fn decide(&mut self, outcome: Outcome) -> Result<(), Fault> {
        let Some(request) = self.requests.last().cloned() else { return Err("nobody asked for an approval".into()) };
        self.decide_on(&request, outcome)
    }

    /// The last request to run something, or the last to see something.
    pub(crate) fn last_request(&self, command: bool) -> Option<HoldRequest> {
        self.requests.iter().rev().find(|request| (request.subject == Subject::Command) == command).cloned()
    }

    /// The desk decides on that request.
    pub(crate) fn decide_on(&mut self, request: &HoldRequest, outcome: Outcome) -> Result<(), Fault> {
        let grant = match &outcome {
            Outcome::Approved { by, scope: scope @ (Scope::SameCommandThisSession | Scope::Clear { .. }) } => {
                Some(Grant {
                    id: GRANT,
                    request: request.id,
                    session: request.session,
                    digest: request.command.digest,
                    scope: scope.clone(),
                    by: by.clone(),
                    since: self.now.wall,
                })
            }
            Outcome::Approved { scope: Scope::Once, .. }
            | Outcome::Denied { .. }
            | Outcome::Expired
            | Outcome::Withdrawn => None,
        };
        self.act(Input::Ruled(Ruling { request: request.id, digest: request.command.digest, outcome }))?;
        grant.map_or(Ok(()), |grant| self.act(Input::Granted(grant)))
    }

    pub(crate) fn leave_unasked(&mut self, why: &str) -> Result<(), Fault> {
        let Some(request) = self.requests.last().map(|request| request.id) else {
            return Err("nobody asked for an approval".into());
        };
        self.act(Input::Unasked(request, why))
    }

    pub(crate) fn target_exits(&mut self, code: u32) -> Result<(), Fault> {
        self.give(Input::TargetExit(ExitStatus::Code { code }))?;
        self.act(Input::TargetClosed)
    }

    pub(crate) fn disk(&mut self, disk: Disk) -> Result<(), Fault> {
        self.disk = disk;
        self.act(Input::Tick)
    }

    /// Lets time pass, with every wake-up of the engine and every echo at its moment.
    pub(crate) fn pass(&mut self, time: Duration) -> Result<(), Fault> {
        let end = self.now.mono.after(time);
        while self.now.mono < end {
            let wake = self.engine.wake_at().filter(|at| *at < end).unwrap_or(end);
            let coming = self.coming.first().map_or(end, |(at, _)| *at);
            // A wake-up that is due already must not stop the clock.
            let next = wake.min(coming).min(end).max(Mono(self.now.mono.0 + 1));
            let step = next.since(self.now.mono);
            self.now = Now { mono: next, wall: self.now.wall.after(step) };
            self.give(Input::Tick)?;
            if self.coming.first().is_some_and(|(at, _)| *at <= next) {
                match self.coming.remove(0).1 {
                    Coming::Echo(text) => self.give(Input::FromTarget(Stream::Stdout, Bytes::from(text)))?,
                    Coming::Reply(text) => self.give(Input::FromClient(text.as_bytes()))?,
                }
            }
        }
        self.nothing_is_left_behind()
    }

    /// Since the session began.
    pub(crate) fn time(&self) -> Duration {
        self.now.mono.since(self.begun)
    }

    pub(crate) fn is_held(&self) -> bool {
        self.closed.is_none() && self.engine.state() == SessionState::Held
    }

    /// The last commands, as dashboards show them.
    pub(crate) fn last_commands(&self) -> Vec<Shown> {
        self.engine.last_commands()
    }

    /// The bytes that somebody who begins to watch is sent; none without a terminal.
    pub(crate) fn keyframe(&mut self) -> Bytes {
        self.engine.keyframe().map_or_else(Bytes::new, |(_, bytes)| bytes)
    }

    /// What the client's terminal shows; without one, what came out.
    pub(crate) fn picture(&self) -> String {
        match &self.eye {
            Some(eye) => eye.contents(),
            None => String::from_utf8_lossy(&[self.stdout.as_slice(), &self.stderr].concat()).into_owned(),
        }
    }

    fn give(&mut self, input: Input<'_>) -> Result<(), Fault> {
        self.engine.handle(input, self.now);
        loop {
            while let Some(output) = self.engine.poll() {
                self.carry_out(output)?;
            }
            match (self.disk, self.appended) {
                (Disk::Quick, Some(seq)) => {
                    self.appended = None;
                    self.durable = Some(seq);
                    self.engine.handle(Input::Recorded(seq), self.now);
                }
                (Disk::Quick, None) | (Disk::Slow, _) => return Ok(()),
            }
        }
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Fault> {
        if let Some(reason) = &self.closed {
            return Err(format!("something was to be done after the session had ended ({reason:?}): {output:?}"));
        }
        match output {
            Output::Append(record) => self.append(record)?,
            Output::ToTarget(bytes) => self.target_reads(&bytes)?,
            Output::Commit(_, bytes) => {
                self.released_on_disk()?;
                self.target_reads(&bytes)?;
            }
            Output::StartCommand(_, command) => {
                self.released_on_disk()?;
                self.started = Some(command);
            }
            Output::StartShell => {
                self.started = Some("shell".to_owned());
                if self.shell.echo == Echo::On {
                    self.comes(Coming::Echo(self.shell.prompt.clone()));
                }
            }
            Output::ToClient(stream, bytes) => self.client_reads(stream, &bytes),
            Output::SignalTarget(name) => self.signals.push(name),
            Output::Ask(request) => self.requests.push(*request),
            Output::CloseGrant(_) => self.closed_grants += 1,
            Output::Close(reason) => self.closed = Some(reason),
            Output::ResizeTarget(_)
            | Output::TargetEof
            | Output::Withdraw(_)
            | Output::Note(..)
            | Output::Dial { .. } => {}
        }
        Ok(())
    }

    fn append(&mut self, record: EventRecord) -> Result<(), Fault> {
        if record.seq != self.events.len() as u64 {
            return Err(format!("event {} stands at place {}", self.events.len(), record.seq));
        }
        if matches!(record.event, Event::Released { .. }) {
            self.released = Some(record.seq);
        }
        match (&record.event, &mut self.played) {
            (Event::Output { bytes, .. }, Some(played)) => played.feed(bytes),
            (Event::Resized { size }, Some(played)) => played.resize(size.cols(), size.rows()),
            _ => {}
        }
        self.appended = Some(record.seq);
        self.events.push(record);
        Ok(())
    }

    /// What lets a line run is on disk before it runs.
    fn released_on_disk(&self) -> Result<(), Fault> {
        match (self.released, self.durable) {
            (Some(released), Some(durable)) if released <= durable => Ok(()),
            (released, durable) => Err(format!("a line was run that is not on disk: {released:?}, {durable:?}")),
        }
    }

    fn target_reads(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.to_target.extend_from_slice(bytes);
        let answer = match self.shell.echo {
            Echo::On if self.eye.is_some() => self.shell.reads(bytes)?,
            Echo::On | Echo::Off => String::new(),
        };
        if !answer.is_empty() {
            self.comes(Coming::Echo(answer));
        }
        Ok(())
    }

    fn comes(&mut self, what: Coming) {
        self.coming.push((self.now.mono.after(ROUND_TRIP), what));
    }

    fn client_reads(&mut self, stream: Stream, bytes: &[u8]) {
        match (&mut self.eye, stream) {
            (Some(eye), Stream::Stdout) => {
                eye.feed(bytes);
                // DSR 6 (ECMA-48 8.3.35): where is the cursor?
                if bytes.ends_with(b"\x1b[6n") {
                    let cursor = eye.cursor();
                    self.comes(Coming::Reply(format!("\x1b[{};{}R", cursor.row + 1, cursor.col + 1)));
                }
            }
            (_, Stream::Stderr) => self.stderr.extend_from_slice(bytes),
            (None, Stream::Stdout) => {}
        }
        if stream == Stream::Stdout {
            self.stdout.extend_from_slice(bytes);
        }
    }

    /// Where no bar stands, the client sees what the record shows: a bar leaves nothing behind.
    fn nothing_is_left_behind(&self) -> Result<(), Fault> {
        let (Some(eye), Some(played)) = (&self.eye, &self.played) else { return Ok(()) };
        if self.engine.differs() && self.closed.is_none() {
            return Ok(());
        }
        let mut cells = (0..eye.rows()).flat_map(|row| (0..eye.cols()).map(move |col| (row, col)));
        if cells.all(|(row, col)| played.cell(row, col) == eye.cell(row, col)) && played.cursor() == eye.cursor() {
            return Ok(());
        }
        let looks = |screen: &Screen| format!("{:?}\n{}", screen.cursor(), screen.contents());
        Err(format!("the client sees something else than was recorded:\n{}\n----\n{}", looks(eye), looks(played)))
    }
}

impl PretendedShell {
    fn reads(&mut self, bytes: &[u8]) -> Result<String, Fault> {
        let mut answer = String::new();
        for c in String::from_utf8_lossy(bytes).chars() {
            match c {
                // LF and Ctrl-O accept a line in readline, zle and fish too.
                '\r' | '\n' | '\u{f}' => {
                    self.ran.push(std::mem::take(&mut self.line));
                    answer += "\r\n";
                    answer += &self.prompt;
                }
                '\u{3}' => {
                    self.line.clear();
                    answer += "^C\r\n";
                    answer += &self.prompt;
                }
                // The bastion key, pressed twice.
                '\u{1d}' => {}
                '\u{7f}' => {
                    if self.line.pop().is_some() {
                        answer += "\u{8} \u{8}";
                    }
                }
                '\u{15}' => {
                    let characters = std::mem::take(&mut self.line).chars().count();
                    answer += &"\u{8} \u{8}".repeat(characters);
                }
                c if c.is_control() => return Err(format!("the pretended shell does not know {c:?}: say 'echo off'")),
                c => {
                    self.line.push(c);
                    answer.push(c);
                }
            }
        }
        Ok(answer)
    }
}

fn meta(channel: ChannelKind, terminal: Option<Size>, started: Wall) -> SessionMeta {
    SessionMeta {
        id: SessionId::from_bytes([7; 10]),
        who: Principal {
            user: "engineer".into(),
            roles: ["engineer".to_owned()].into(),
            source: Some([127, 0, 0, 1].into()),
            fingerprint: "SHA256:x".into(),
        },
        place: Place { target: "box".into(), login: "root".into(), labels: std::collections::BTreeMap::default() },
        channel,
        pty: terminal.map(|size| PtySize { term: "xterm-256color".into(), size }),
        started,
    }
}

/// The default policy.
const BUILTIN: [(&str, &str); 3] = [
    ("access.cedar", include_str!("../../../policy/access.cedar")),
    ("holds.cedar", include_str!("../../../policy/holds.cedar")),
    ("privacy.cedar", include_str!("../../../policy/privacy.cedar")),
];

/// The id of every grant: a script has one at a time.
pub(crate) const GRANT: GrantId = GrantId::from_bytes([9; 5]);

/// A key of a quick typist: the echo of one is there before the next.
const ACT: Duration = Duration::from_millis(50);

/// To the pretended target, or to the client's terminal, and back.
const ROUND_TRIP: Duration = Duration::from_millis(5);
