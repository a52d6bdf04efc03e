//! A session with a real shell in a real terminal, and what the shell says it ran.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use holdpoint::model::{
    ChannelKind, Event, Mono, Now, Place, Principal, PtySize, SessionId, SessionMeta, Size, Stream, Wall,
};
use holdpoint::policy::{Channel, Circumstances, Policy};
use holdpoint::privacy;
use holdpoint::session::{Engine, Input, Output, Settings};
use holdpoint::target::{FromTarget, Job, Lane, ToTarget, Upstream, local};
use holdpoint::terminal::Screen;

use super::keys::{Case, Key};
use super::shell::{Asked, Shell};

/// What came of a case.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) judged: Vec<Asked>,
    pub(crate) ran: Vec<String>,
    pub(crate) screen: String,
    /// How often the record says that a line ran which nobody committed.
    pub(crate) alarms: usize,
}

/// One shell behind one engine.
pub(crate) struct Session {
    shell: Shell,
    runtime: tokio::runtime::Runtime,
    engine: Engine,
    upstream: Upstream,
    to_target: Lane<ToTarget>,
    eye: Screen,
    judged: Vec<Asked>,
    begun: Instant,
    told: PathBuf,
    steps: u32,
    alarms: usize,
    /// Everything that went to the shell.
    pub(crate) sent: Vec<u8>,
    pub(crate) home: tempfile::TempDir,
}

const SESSION: SessionId = SessionId::from_bytes([7; 10]);

fn place() -> Place {
    Place { target: "box".into(), login: "me".into(), labels: BTreeMap::new() }
}

const ALLOW_ALL: &str = "@id(\"all\") @says(\"everything\") permit (principal, action, resource);";

impl Session {
    #[track_caller]
    pub(crate) fn start(shell: Shell, hooks: bool, cols: u16) -> Self {
        let mut session = Self::under(ALLOW_ALL, shell, hooks, cols);
        session.in_step();
        session
    }

    /// The same under another policy; the shell has shown its first prompt.
    #[track_caller]
    pub(crate) fn under(policy: &str, shell: Shell, hooks: bool, cols: u16) -> Self {
        let home = tempfile::tempdir().expect("a home");
        for (name, text) in shell.files(home.path()) {
            let file = home.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a start-up file");
        }
        // Without it a new fish reads all manual pages of the machine in the background, for a minute.
        fs::create_dir_all(home.path().join(".local/share/fish/generated_completions")).expect("a folder");
        for name in ["uniquename", "ambone", "ambtwo"] {
            fs::write(home.path().join(name), "").expect("a file");
        }
        let told = home.path().join("told");
        fs::write(&told, "").expect("a file");
        let who = Principal {
            user: "engineer".into(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: "SHA256:x".into(),
        };
        let place = place();
        let policy = Arc::new(Policy::from_files(vec![("all.cedar".into(), policy.into())]).expect("a policy"));
        let size = Size::new(u32::from(cols), u32::from(ROWS));
        let pty = Some(PtySize { term: "xterm".into(), size });
        let id = SESSION;
        let meta = SessionMeta {
            id,
            who: who.clone(),
            place: place.clone(),
            channel: ChannelKind::Shell,
            pty: pty.clone(),
            started: Wall(1),
        };
        let settings = Settings {
            greeting: false,
            lifetime: Duration::from_secs(3600),
            hold_ttl: Duration::from_secs(60),
            privacy: privacy::Settings::default(),
            menu: None,
            command: None,
            reason: None,
            notices: vec![],
        };
        let engine = Engine::new(meta, settings, Arc::clone(&policy), [3; 32], Now { mono: Mono(1), wall: Wall(1) });
        let engine = if hooks { engine.integrated() } else { engine };
        let circumstances = Circumstances { now: Wall(1), channel: Channel::Shell };
        let admission = policy.connect(id, &who, &place, &circumstances, Duration::from_secs(60)).expect("admitted");
        // busybox takes its applet's name from its own.
        let program = if shell == Shell::Ash {
            let ash = home.path().join("ash");
            std::os::unix::fs::symlink(shell.program(), &ash).expect("a link");
            ash
        } else {
            shell.program()
        };
        let launch =
            local::Launch { launcher: vec![], shell: program, home: home.path().to_owned(), user: "me".into() };
        let job = Job {
            command: None,
            pty,
            modes: vec![],
            hooks: engine.nonce().map(str::to_owned),
            env: vec![("LC_ALL".into(), "C.UTF-8".into())],
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let to_target = Lane::new(1 << 20, usize::MAX, vec![]);
        let upstream =
            runtime.block_on(async { local::start(&admission, &launch, &job, to_target.clone()) }).expect("it starts");
        let mut session = Self {
            shell,
            runtime,
            engine,
            upstream,
            to_target,
            eye: Screen::new(cols, ROWS),
            judged: Vec::new(),
            begun: clock(),
            told,
            steps: 0,
            alarms: 0,
            sent: Vec::new(),
            home,
        };
        session.give(Input::Begin);
        session.give(Input::FromClient(b"\x1b[1;1R"));
        session.until_quiet(SETTLED * 4);
        session
    }

    /// Types a case and waits until nothing moves any more.
    pub(crate) fn play(&mut self, case: &Case, in_one_piece: bool) -> Played {
        self.judged.clear();
        self.alarms = 0;
        fs::write(&self.told, "").expect("the file of what ran");
        let mut piece = Vec::new();
        for key in &case.keys {
            match key {
                Key::Bytes(bytes) if in_one_piece => piece.extend_from_slice(bytes),
                Key::Bytes(bytes) => {
                    self.give(Input::FromClient(bytes));
                    let commits = matches!(bytes.as_slice(), b"\r" | b"\n");
                    self.until_quiet(if commits { SETTLED } else { ECHOED });
                }
                Key::Wait => {
                    self.give(Input::FromClient(&std::mem::take(&mut piece)));
                    self.until_quiet(SETTLED * 3);
                }
                Key::Columns(columns) => {
                    self.give(Input::FromClient(&std::mem::take(&mut piece)));
                    self.until_quiet(ECHOED);
                    self.resize(*columns);
                }
            }
        }
        self.give(Input::FromClient(&piece));
        self.until_quiet(ECHOED);
        let screen = self.eye.contents();
        let mut ran = self.in_step();
        // A comment runs nothing.
        ran.retain(|line| !line.contains(STEP) && line != "#");
        // A line of the case that went on was judged together with the step behind it.
        let step = |asked: &Asked| asked.text.contains(STEP) && !asked.text.contains('\n');
        let judged = self.judged.iter().filter(|asked| !step(asked)).cloned().collect();
        Played { judged, ran, screen, alarms: self.alarms }
    }

    /// The window has so many columns; until the shell has drawn its line anew.
    fn resize(&mut self, columns: u16) {
        self.eye.resize(columns, ROWS);
        self.give(Input::Resized(Size::new(u32::from(columns), u32::from(ROWS))));
        self.until_quiet(SETTLED);
    }

    /// Until the shell has run a line that was typed behind everything else, so that nothing of this case is left; what has run.
    #[track_caller]
    fn in_step(&mut self) -> Vec<String> {
        for _ in 0..20 {
            self.steps += 1;
            let step = format!("say {STEP}{}", self.steps);
            self.give(Input::FromClient(format!("{step}\r").as_bytes()));
            let until = clock() + PATIENCE;
            while clock() < until {
                self.until_quiet(ECHOED);
                let ran = self.ran();
                if ran.contains(&step) {
                    self.at_prompt();
                    return ran;
                }
            }
            // An open quote, a search, a program that reads: back to an empty line.
            self.give(Input::FromClient(b"\x03"));
            self.until_quiet(SETTLED);
        }
        panic!("the shell does not come back; the screen:\n{}", self.eye.contents());
    }

    /// Until something stands in the cursor's row that is not what was typed last: a shell tells of its line before it runs it, and a Ctrl-C that
    /// comes before its next prompt is for the line that runs.
    fn at_prompt(&mut self) {
        let until = clock() + SETTLED * 4;
        while clock() < until {
            let row = self.eye.row_text(self.eye.cursor().row);
            if !row.trim().is_empty() && !row.contains(STEP) {
                return;
            }
            self.until_quiet(ECHOED);
        }
    }

    /// These keys one by one.
    pub(crate) fn types(&mut self, keys: &[Key]) {
        for key in keys {
            match key {
                Key::Bytes(bytes) => {
                    self.give(Input::FromClient(bytes));
                    self.until_quiet(ECHOED);
                }
                Key::Wait => self.until_quiet(SETTLED * 3),
                Key::Columns(columns) => self.resize(*columns),
            }
        }
    }

    /// Until that is so.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let until = clock() + LONG;
        while !so(self) {
            let (ran, screen) = (self.ran(), self.eye.contents());
            assert!(clock() < until, "not {what}; judged {:?}; ran {ran:?}; the screen:\n{screen}", self.judged);
            self.until_quiet(ECHOED * 5);
        }
    }

    /// What the client sees.
    pub(crate) fn screen(&self) -> String {
        self.eye.contents()
    }

    /// What has run so far.
    pub(crate) fn ran(&self) -> Vec<String> {
        let told = fs::read(&self.told).expect("the file of what ran");
        told.split(|b| *b == 0)
            .filter(|line| !line.is_empty())
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    /// Until the engine waits for nothing and nothing has come for so long.
    fn until_quiet(&mut self, quiet: Duration) {
        loop {
            let wake = self.engine.wake_at().map(|at| at.since(self.now().mono));
            let wait = wake.map_or(quiet, |wake| wake.min(quiet));
            let upstream = &mut self.upstream;
            let came = self.runtime.block_on(async { tokio::time::timeout(wait, upstream.next()).await });
            match came {
                Ok(Some(FromTarget::Data(stream, bytes))) => self.give(Input::FromTarget(stream, bytes)),
                Ok(Some(_)) | Ok(None) => panic!("the shell is gone; the screen:\n{}", self.eye.contents()),
                Err(_) if wake.is_some_and(|wake| wake < quiet) => self.give(Input::Tick),
                Err(_) => return,
            }
        }
    }

    fn give(&mut self, input: Input<'_>) {
        let now = self.now();
        self.engine.handle(input, now);
        let mut durable = None;
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Append(record) => {
                    durable = Some(record.seq);
                    self.note(record.event);
                }
                Output::ToTarget(bytes) | Output::Commit(_, bytes) => self.send(ToTarget::Data(bytes)),
                Output::ResizeTarget(size) => self.send(ToTarget::Resize(size)),
                Output::ToClient(Stream::Stdout, bytes) => {
                    assert!(!bytes.windows(10).any(|window| window == b"holdpoint="), "a mark of ours is shown");
                    self.eye.feed(&bytes);
                }
                _ => {}
            }
        }
        if let Some(seq) = durable {
            self.give(Input::Recorded(seq));
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Command { command, certainty, effects, .. } => self.judged.push(Asked {
                session: (SESSION, place()),
                text: command.text,
                digest: command.digest,
                certainty,
                untold: !effects.is_empty(),
                shell: self.shell,
            }),
            Event::Alerted { .. } => self.alarms += 1,
            _ => {}
        }
    }

    fn send(&mut self, item: ToTarget) {
        if let ToTarget::Data(bytes) = &item {
            self.sent.extend_from_slice(bytes);
        }
        let bytes = if let ToTarget::Data(bytes) = &item { Bytes::len(bytes) } else { 0 };
        let lane = self.to_target.clone();
        let _entered = self.runtime.enter();
        lane.push(item, bytes).expect("room");
    }

    fn now(&self) -> Now {
        let micros = clock().duration_since(self.begun).as_micros();
        Now { mono: Mono(1 + u64::try_from(micros).expect("not so long")), wall: Wall(1) }
    }
}

#[allow(clippy::disallowed_methods, reason = "a test of real shells reads the real clock")]
fn clock() -> Instant {
    Instant::now()
}

/// A key's echo mostly comes within this; where it does not, the next key is typed ahead.
const ECHOED: Duration = Duration::from_millis(2);

/// What a line begins with that keeps us in step.
const STEP: &str = "step";

/// After this a shell that has not run its line is called back with Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(700);

/// A command's end comes within this.
const SETTLED: Duration = Duration::from_millis(60);

/// What takes longer than this does not happen.
const LONG: Duration = Duration::from_secs(20);

/// Rows of the terminal.
const ROWS: u16 = 24;
