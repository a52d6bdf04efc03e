//! The shell itself as referee, through the stock client, the bastion and a real `sshd`: the record must have judged what the shell ran.
//!
//! `tests/shells.rs` plays all cases against the engine and the shells; this plays a part of them the whole way, in login shells that `sshd`
//! starts, and takes what was judged from the record.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on says why and fails"
)]

#[path = "shells/keys.rs"]
mod keys;
#[path = "shells/shell.rs"]
mod shell;
#[allow(dead_code, reason = "each test crate uses its part")]
#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdpoint::model::{Event, Place, SessionId};
use keys::{Case, Key};
use shell::{Asked, Shell};
use support::bastion::{World, me};
use support::sshd::Account;
use support::terminal::{CTRL_C, Terminal};
use tempfile::TempDir;

const ALLOW_ALL: &str = "@id(\"all\") @says(\"everything\") permit (principal, action, resource);";

/// What a line begins with that keeps us in step.
const STEP: &str = "step";

/// A login shell at the end of the whole way.
struct Session {
    shell: Shell,
    terminal: Terminal,
    world: World,
    home: TempDir,
    steps: u32,
}

/// A case, the number of the last step behind it, and what ran of it.
struct Played {
    text: String,
    step: u32,
    ran: Vec<String>,
}

impl Session {
    fn start(shell: Shell) -> Self {
        let home = tempfile::tempdir().expect("a home");
        for (name, text) in shell.files(home.path()) {
            let file = home.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a start-up file");
        }
        // Without it a new fish reads all manual pages of the machine in the background, for a minute.
        fs::create_dir_all(home.path().join(".local/share/fish/generated_completions")).expect("a folder");
        for name in [".hushlogin", "uniquename", "ambone", "ambtwo", "told"] {
            fs::write(home.path().join(name), "").expect("a file");
        }
        let program = program(shell, home.path());
        let account = Account { login: me(), shell: program, home: home.path().to_owned() };
        let world = World::start_under(Some(ALLOW_ALL), Some(&account), "");
        let terminal = Terminal::start(&world.client("alice").flag("-tt").words(&format!("{}@box", me())));
        terminal.wait_until("a prompt", |screen| screen.trim_end().ends_with(['$', '#', '%', '>']));
        let mut session = Self { shell, terminal, world, home, steps: 0 };
        session.in_step();
        session
    }

    fn play(&mut self, case: &Case) -> Played {
        fs::write(self.told(), "").expect("the file of what ran");
        for key in &case.keys {
            match key {
                Key::Bytes(bytes) => {
                    self.terminal.press(std::str::from_utf8(bytes).expect("text"));
                    let commits = matches!(bytes.as_slice(), b"\r" | b"\n");
                    self.terminal.settle(if commits { SETTLED } else { ECHOED });
                }
                Key::Wait => self.terminal.settle(SETTLED * 3),
                Key::Columns(_) => panic!("the window stays as it is"),
            }
        }
        let mut ran = self.in_step();
        ran.retain(|line| !line.contains(STEP) && line != "#");
        Played { text: case.text.clone(), step: self.steps, ran }
    }

    /// Until the shell has run a line that was typed behind everything else; what has run.
    #[track_caller]
    fn in_step(&mut self) -> Vec<String> {
        for _ in 0..20 {
            self.steps += 1;
            let step = format!("say {STEP}{}", self.steps);
            self.terminal.line(&step);
            // A shell may be busy still; one that does not come back has an open quote, a search, a program that reads.
            for _ in 0..12 {
                self.terminal.settle(SETTLED);
                let ran = self.ran();
                if ran.contains(&step) {
                    return ran;
                }
            }
            self.terminal.press(CTRL_C);
            self.terminal.settle(SETTLED);
        }
        panic!("the shell does not come back; the screen:\n{}", self.terminal.contents());
    }

    fn told(&self) -> PathBuf {
        self.home.path().join("told")
    }

    fn ran(&self) -> Vec<String> {
        let told = fs::read(self.told()).expect("the file of what ran");
        let lines = told.split(|b| *b == 0).filter(|line| !line.is_empty());
        lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }

    /// Leaves the shell; what the record says was judged, by the step that came next.
    fn judged(mut self) -> BTreeMap<u32, Vec<Asked>> {
        self.terminal.line("exit");
        self.terminal.wait_end();
        let (_, list, _) = self.world.verb("carol", &["sessions", "--recorded", "--json"]);
        let row: serde_json::Value = serde_json::from_str(list.lines().next().expect("a recording")).expect("JSON");
        let id = row.pointer("/meta/id").and_then(|id| id.as_str()).expect("an id").to_owned();
        let (code, record, said) = self.world.verb("carol", &["export", &id, "--format", "json"]);
        assert_eq!(code, 0, "{said}");
        let session: SessionId = serde_json::from_value(id.into()).expect("an id");
        let place = Place { target: "box".into(), login: me(), labels: BTreeMap::new() };
        let (mut judged, mut since) = (BTreeMap::new(), Vec::new());
        for line in record.lines() {
            let Ok(Event::Command { command, certainty, effects, .. }) = serde_json::from_str(line) else { continue };
            let step = command.text.rsplit_once(STEP).and_then(|(_, number)| number.trim().parse::<u32>().ok());
            since.push(Asked {
                text: command.text,
                certainty,
                untold: !effects.is_empty(),
                digest: command.digest,
                shell: self.shell,
                session: (session, place.clone()),
            });
            if let Some(step) = step {
                judged.insert(step, std::mem::take(&mut since));
            }
        }
        judged
    }
}

/// busybox takes its applet's name from its own.
fn program(shell: Shell, home: &Path) -> PathBuf {
    if shell != Shell::Ash {
        return shell.program();
    }
    let ash = home.join("ash");
    std::os::unix::fs::symlink(shell.program(), &ash).expect("a link");
    ash
}

/// Every third case that needs no window of another size, and whose keys are text.
fn cases(shell: Shell) -> Vec<Case> {
    let plays = |case: &Case| {
        let text = |key: &Key| match key {
            Key::Bytes(bytes) => std::str::from_utf8(bytes).is_ok(),
            Key::Wait => true,
            Key::Columns(_) => false,
        };
        !case.alarms && !case.text.contains("/dev/zero") && case.keys.iter().all(text)
    };
    keys::cases(shell.name()).into_iter().filter(plays).step_by(3).collect()
}

#[track_caller]
fn is_judged(shell: Shell, percent: usize) {
    let mut session = Session::start(shell);
    let played: Vec<_> = cases(shell).iter().map(|case| session.play(case)).collect();
    let all = session.judged();
    let (mut from, mut sure, mut guarded, mut wrong) = (0, 0, 0, Vec::new());
    for Played { text, step, ran } in played {
        let judged: Vec<&Asked> = all.range(from..=step).flat_map(|(_, asked)| asked).collect();
        from = step + 1;
        let (mut next, mut doubted) = (judged.iter(), false);
        for ran in &ran {
            let before = next.clone();
            match next.find(|asked| asked.covers(ran)) {
                Some(asked) => {
                    doubted |= asked.is_guarded();
                    *(if asked.is_guarded() { &mut guarded } else { &mut sure }) += 1;
                    if asked.tells_commands() {
                        // One line may be several commands.
                        next = before;
                    }
                }
                // What a key does was judged when it was defined.
                None if doubted => {
                    guarded += 1;
                    next = before;
                }
                None => {
                    wrong.push(format!("{text}: ran {ran:?}, judged {judged:?}"));
                    next = before;
                }
            }
        }
    }
    eprintln!("{} through sshd: sure {sure} guarded {guarded} wrong {}", shell.name(), wrong.len());
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sure >= 15 && sure * 100 >= (sure + guarded) * percent, "only {sure} of {} without doubt", sure + guarded);
}

#[test]
fn bash() {
    is_judged(Shell::Bash, 85);
}

#[test]
fn zsh() {
    is_judged(Shell::Zsh, 85);
}

#[test]
fn fish() {
    is_judged(Shell::Fish, 80);
}

#[test]
fn dash() {
    is_judged(Shell::Dash, 80);
}

#[test]
fn busybox_ash() {
    is_judged(Shell::Ash, 80);
}

/// A key's echo mostly comes within this; where it does not, the next key is typed ahead.
const ECHOED: Duration = Duration::from_millis(4);

/// A command's end comes within this.
const SETTLED: Duration = Duration::from_millis(60);
