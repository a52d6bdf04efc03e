//! Plays a script on the pure engine: no socket, no disk, no sleep; an hour passes in a few milliseconds.
//!
//! A script is a text file with one step a line. `#` begins a comment. Texts stand in quotes; escapes are `\n \r \t \e` (ESC)
//! `\a \b \^C` (Ctrl-C) `\" \\`.
//!
//! | step | what happens |
//! |---|---|
//! | `lifetime 10m` | (before the beginning) the session's longest lifetime |
//! | `policy "…"` | (before the beginning) a rule beside those that are built in |
//! | `target is production` | (before the beginning) the target has the label `env=production` |
//! | `menu in full screen` | (before the beginning) the bastion key opens the menu over full-screen programs too |
//! | `shell 100x24` · `shell 100x24@10x20` · `shell without terminal` | the session begins with a shell; with the pixels of a cell |
//! | `exec "ls"` · `exec "ls" 100x24` | it begins with a command, without or with a terminal |
//! | `echo on` · `echo off` | whether a pretended line editor echoes and runs what the target gets; at first it does |
//! | `prompt "> "` | what that editor shows before the next line |
//! | `target says 25 times "…"` | in one piece |
//! | `target was signalled INT` | that, and nothing else |
//! | `target says "…"` · `target exits 0` | everything else that comes from the target; on a terminal `\n` is CR LF |
//! | `type "…"` · `press Ctrl-C` | keys, one at a time |
//! | `paste "…"` | with the marks of bracketed paste if the program asked for them |
//! | `send "…"` | bytes in one piece, faster than anybody types |
//! | `resize 60x20` · `client leaves` | |
//! | `approve` · `approve for session` · `approve in the clear for 5m` · `deny "…"` · `expire` | the desk decides on the last request, whether it is still open or not |
//! | `desk refuses "…"` | the last request could not even be filed |
//! | `revoke by bob "…"` | the grant of the last approval is taken back |
//! | `pause by bob` · `resume by bob` · `kill by bob "…"` · `shutdown` | |
//! | `disk slow` · `disk ok` · `disk fails` | nothing gets onto the disk until it is ok again; the record is lost |
//! | `after 300ms` · `at 00:12` | time passes: so much, or until so long after the beginning |
//! | `expect …` | see [`script::Expect`] |
//!
//! Every act (each key of `type` too) takes 50 ms, and the pretended shell answers within 5; `expect`, `echo` and `prompt` take
//! no time. Beyond what a script expects, the stage checks after every act that events have no holes, that nothing follows the
//! end, that no line runs before its release is on disk, and that a screen without a bar is as if there had never been one.

#![allow(dead_code, reason = "each test crate uses its part")]

pub(crate) mod chance;
pub(crate) mod script;
pub(crate) mod stage;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdpoint::model::{ChannelKind, Event, EventRecord, Outcome, Shown};
use holdpoint::session::{Input, MenuKey};

use script::{Echo, Expect, Line, Row, Step};
use stage::{Beginning, Fault, Stage};

/// One test for each script of a folder, and one that no script is forgotten.
#[allow(unused_macros, reason = "each test crate uses its part")]
macro_rules! tests {
    ($folder:literal; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                scenario::play(&scenario::folder($folder).join(concat!(stringify!($name), ".hold")));
            }
        )*

        #[test]
        fn every_script_of_the_folder_is_a_test() {
            assert_eq!(scenario::files($folder), [$(concat!(stringify!($name), ".hold").to_owned()),*].into());
        }
    };
}
#[allow(unused_imports, reason = "each test crate uses its part")]
pub(crate) use tests;

/// A folder of this repository.
pub(crate) fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names of a folder's files.
pub(crate) fn files(path: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    files.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}

/// Plays the file; panics with the place and the screen if something is not as expected.
#[track_caller]
pub(crate) fn play(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
    if let Err(report) = perform(&file.display().to_string(), &text) {
        panic!("{report}");
    }
}

/// Plays a script that is called `name`; a report says where it failed, what was expected, and what the screen showed.
pub(crate) fn perform(name: &str, text: &str) -> Result<(), String> {
    let lines = script::parse(text).map_err(|(number, what)| format!("{name}:{number}: {what}"))?;
    if !lines.iter().any(|line| matches!(line.step, Step::Expect(_))) {
        return Err(format!("{name}: a script that expects nothing shows nothing"));
    }
    let mut play = Play::default();
    for Line { number, text, step } in &lines {
        play.step(step).map_err(|fault| format!("{name}:{number}: {text}\n  {fault}{}", play.picture()))?;
    }
    Ok(())
}

/// A script that is being played, with what its expectations have looked at already.
#[derive(Default)]
struct Play {
    stage: Option<Stage>,
    before: Before,
    got: usize,
    out: usize,
    ran: usize,
    events: usize,
}

/// What is said before the session begins.
struct Before {
    lifetime: Duration,
    echo: Echo,
    menu: MenuKey,
    env: Option<String>,
    policy: String,
}

impl Default for Before {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(8 * 3600),
            echo: Echo::On,
            menu: MenuKey::USUAL,
            env: None,
            policy: String::new(),
        }
    }
}

impl Play {
    fn step(&mut self, step: &Step) -> Result<(), Fault> {
        match (step, &self.stage) {
            (Step::Lifetime(time), None) => self.before.lifetime = *time,
            (Step::Echo(echo), None) => self.before.echo = *echo,
            (Step::Policy(text), None) => self.before.policy.push_str(text),
            (Step::Env(env), None) => self.before.env = Some(env.clone()),
            (Step::MenuInFullScreen, None) => self.before.menu.full_screen = true,
            (Step::Shell(terminal), None) => self.begin(ChannelKind::Shell, *terminal)?,
            (Step::Exec(command, terminal), None) => {
                self.begin(ChannelKind::Exec { command: command.clone() }, *terminal)?;
            }
            (
                Step::Lifetime(_)
                | Step::Policy(_)
                | Step::Env(_)
                | Step::MenuInFullScreen
                | Step::Shell(_)
                | Step::Exec(..),
                Some(_),
            ) => {
                return Err("the session has begun already".to_owned());
            }
            (Step::Expect(expect), Some(_)) => self.expect(expect)?,
            (step, Some(_)) => self.act(step)?,
            (_, None) => return Err("the session has not begun: say 'shell 100x24' or 'exec \"…\"' first".to_owned()),
        }
        Ok(())
    }

    fn begin(&mut self, channel: ChannelKind, terminal: Option<holdpoint::model::Size>) -> Result<(), Fault> {
        let Before { lifetime, echo, menu, env, policy } = std::mem::take(&mut self.before);
        self.stage = Some(Stage::begin(Beginning { channel, terminal, lifetime, echo, menu, env, policy })?);
        Ok(())
    }

    fn stage(&mut self) -> Result<&mut Stage, Fault> {
        self.stage.as_mut().ok_or_else(|| "the session has not begun".to_owned())
    }

    fn act(&mut self, step: &Step) -> Result<(), Fault> {
        let by = "bob".to_owned();
        let stage = self.stage()?;
        match step {
            Step::Echo(echo) => {
                stage.shell.echo = *echo;
                Ok(())
            }
            Step::Prompt(text) => {
                stage.shell.prompt.clone_from(text);
                Ok(())
            }
            Step::TargetSignalled(name) => is(&stage.signals, &vec![name.clone()], "signals"),
            Step::TargetSays(text) => stage.target_says(text),
            Step::TargetExits(code) => stage.target_exits(*code),
            Step::Type(text) => stage.types(text),
            Step::Press(bytes) => stage.act(Input::FromClient(bytes)),
            Step::Paste(text) => stage.pastes(text),
            Step::Send(text) => stage.act(Input::FromClient(text.as_bytes())),
            Step::At(time) => match time.checked_sub(stage.time()) {
                Some(left) => stage.pass(left),
                None => Err("that is over already".to_owned()),
            },
            Step::After(time) => stage.pass(*time),
            Step::Approve(scope) => stage.decide(Outcome::Approved { by: vec![by], scope: scope.clone() }),
            Step::Deny(why) => stage.decide(Outcome::Denied { by, reason: Shown::new(why) }),
            Step::Expire => stage.decide(Outcome::Expired),
            Step::Unasked(why) => stage.leave_unasked(why),
            Step::DiskFails => stage.act(Input::RecorderFailed),
            Step::Disk(disk) => stage.disk(*disk),
            Step::Pause(by) => stage.act(Input::Paused { by }),
            Step::Resume(by) => stage.act(Input::Resumed { by }),
            Step::Kill { by, why } => stage.act(Input::Kill { by, reason: why }),
            Step::Revoke { by, why } => stage.act(Input::Revoked { grant: stage::GRANT, by, reason: Shown::new(why) }),
            Step::Resize(size) => stage.resize(*size),
            Step::ClientLeaves => stage.act(Input::ClientGone),
            Step::Shutdown => stage.act(Input::Shutdown),
            Step::Lifetime(_)
            | Step::Policy(_)
            | Step::Env(_)
            | Step::MenuInFullScreen
            | Step::Shell(_)
            | Step::Exec(..)
            | Step::Expect(_) => Ok(()),
        }
    }

    fn expect(&mut self, expect: &Expect) -> Result<(), Fault> {
        match expect {
            Expect::Held(_) | Expect::NotHeld | Expect::Requests(_) => self.expect_hold(expect),
            Expect::Row(..) | Expect::Screen(_) | Expect::NoScreen(_) | Expect::WholeScreen(_) | Expect::Title(_) => {
                self.expect_picture(expect)
            }
            Expect::TargetGot(_) | Expect::Ran(_) | Expect::Started(_) | Expect::Stdout(_) | Expect::Stderr(_) => {
                self.expect_passage(expect)
            }
            Expect::Event(..)
            | Expect::NoEvent(_)
            | Expect::Record(_)
            | Expect::NoRecord(_)
            | Expect::Closed(_)
            | Expect::GrantsClosed(_)
            | Expect::Open => self.expect_record(expect),
        }
    }

    fn expect_hold(&mut self, expect: &Expect) -> Result<(), Fault> {
        let stage = self.stage()?;
        match expect {
            Expect::Held(why) => {
                let request = stage.requests.last().filter(|_| stage.is_held()).ok_or("nothing is held")?;
                let reasons = request.effects.iter().map(|effect| &effect.reason);
                let rules = request.rules.iter().map(|rule| &rule.id);
                let all: Vec<&String> = reasons.chain(rules).chain([&request.command.text]).collect();
                has(&format!("{all:?}"), why)
            }
            Expect::NotHeld => is(&stage.is_held(), &false, "held"),
            Expect::Requests(count) => is(&stage.requests.len(), count, "requests"),
            _ => Ok(()),
        }
    }

    fn expect_picture(&mut self, expect: &Expect) -> Result<(), Fault> {
        let eye = self.stage()?.eye.as_ref().ok_or("there is no terminal")?;
        match expect {
            Expect::Row(row, text) => {
                let number = match row {
                    Row::First => 1,
                    Row::Last => eye.rows(),
                    Row::Number(number) => *number,
                };
                has(&eye.row_text(number.saturating_sub(1)), text)
            }
            Expect::Screen(text) => has(&eye.contents(), text),
            Expect::NoScreen(text) => has_not(&eye.contents(), text),
            Expect::WholeScreen(text) => is(eye.contents().trim_end(), text.trim_end(), "the screen"),
            Expect::Title(text) => has(eye.title(), text),
            _ => Ok(()),
        }
    }

    fn expect_passage(&mut self, expect: &Expect) -> Result<(), Fault> {
        let (got, out, ran) = (self.got, self.out, self.ran);
        let stage = self.stage()?;
        let (got_now, out_now, ran_now) = (stage.to_target.len(), stage.stdout.len(), stage.shell.ran.len());
        match expect {
            Expect::TargetGot(bytes) => {
                let since = String::from_utf8_lossy(&stage.to_target[got..]);
                is(since.as_ref(), bytes.as_str(), "the target got")?;
                self.got = got_now;
            }
            Expect::Stdout(bytes) => {
                let since = String::from_utf8_lossy(&stage.stdout[out..]);
                is(since.as_ref(), bytes.as_str(), "stdout got")?;
                self.out = out_now;
            }
            Expect::Ran(lines) => {
                is(&stage.shell.ran[ran..], lines.as_slice(), "the shell ran")?;
                self.ran = ran_now;
            }
            Expect::Started(command) => is(&stage.started, command, "the target started")?,
            Expect::Stderr(text) => has(&String::from_utf8_lossy(&stage.stderr), text)?,
            _ => {}
        }
        Ok(())
    }

    fn expect_record(&mut self, expect: &Expect) -> Result<(), Fault> {
        let seen = self.events;
        let stage = self.stage()?;
        match expect {
            Expect::Event(name, text) => {
                let found = |record: &EventRecord| named(&record.event, name) && json(&record.event).contains(text);
                let Some(at) = stage.events[seen..].iter().position(found) else {
                    let since: Vec<String> = stage.events[seen..].iter().map(|record| json(&record.event)).collect();
                    return Err(format!("found since the last one: {since:#?}"));
                };
                self.events = seen + at + 1;
                Ok(())
            }
            Expect::NoEvent(name) => match stage.events.iter().find(|record| named(&record.event, name)) {
                Some(record) => Err(format!("found: {}", json(&record.event))),
                None => Ok(()),
            },
            Expect::Record(text) => has(&record(&stage.events), text),
            Expect::NoRecord(text) => has_not(&record(&stage.events), text),
            Expect::Closed(why) => {
                let reason = stage.closed.as_ref().map_or("open".to_owned(), |reason| {
                    serde_json::to_value(reason).map_or_else(|fault| fault.to_string(), |json| json["why"].to_string())
                });
                is(reason.trim_matches('"'), why.as_str(), "the session is")
            }
            Expect::Open => is(&stage.closed, &None, "closed"),
            Expect::GrantsClosed(count) => is(&stage.closed_grants, count, "grants closed"),
            _ => Ok(()),
        }
    }

    /// The screen with its time, in a frame, and what was asked last.
    fn picture(&self) -> String {
        let Some(stage) = &self.stage else { return String::new() };
        let time = stage.time();
        let mut picture =
            format!("\n  the client's screen at {:02}:{:06.3}:\n", time.as_secs() / 60, { time.as_secs_f64() % 60.0 });
        for row in stage.picture().lines() {
            let _ = writeln!(picture, "  │ {row}");
        }
        picture
    }
}

/// The record as somebody who searches it would read it: its output as one text, everything else as JSON.
pub(crate) fn record(events: &[EventRecord]) -> String {
    let (mut output, mut rest) = (Vec::new(), String::new());
    for record in events {
        match &record.event {
            Event::Output { bytes, .. } => output.extend_from_slice(bytes),
            event => {
                let _ = writeln!(rest, "{}", json(event));
            }
        }
    }
    format!("{}\n{rest}", String::from_utf8_lossy(&output))
}

fn json(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_else(|fault| fault.to_string())
}

fn named(event: &Event, name: &str) -> bool {
    serde_json::to_value(event).is_ok_and(|json| json["event"] == name)
}

fn is<T: std::fmt::Debug + PartialEq + ?Sized>(found: &T, expected: &T, what: &str) -> Result<(), Fault> {
    if found == expected { Ok(()) } else { Err(format!("{what}:\n    expected {expected:?}\n    found    {found:?}")) }
}

fn has(found: &str, expected: &str) -> Result<(), Fault> {
    if found.contains(expected) { Ok(()) } else { Err(format!("expected {expected:?}\n    in {found:?}")) }
}

fn has_not(found: &str, unexpected: &str) -> Result<(), Fault> {
    if found.contains(unexpected) { Err(format!("{unexpected:?} is there")) } else { Ok(()) }
}
