//! The engine in virtual time, against a pretended shell that echoes, runs what is committed, and drops a line at Ctrl-C.

mod adversary;
mod follow;
mod images;
mod witness;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Engine, Input, Output, Settings};
use crate::model::{
    ChannelKind, CloseReason, Event, EventRecord, HoldRequest, Mono, Now, Outcome, Place, Principal, PtySize, Ruling,
    Scope, SessionId, SessionMeta, Size, Stream, Wall,
};
use crate::policy::Policy;
use crate::privacy;
use crate::terminal::Screen;

const PROMPT: &str = "me@box:~$ ";

/// One engine with a client's eye on one side and a pretended shell on the other.
struct Table {
    engine: Engine,
    now: Now,
    eye: Screen,
    /// The line in the shell's editor.
    line: String,
    ran: Vec<String>,
    events: Vec<EventRecord>,
    asked: Vec<HoldRequest>,
    stderr: String,
    started: Option<String>,
    closed: Option<CloseReason>,
    /// Whether the disk answers at once.
    disk: bool,
    /// What is written is on disk before anything else happens.
    quick: bool,
    /// Whether a line starts a program that goes on.
    runs: bool,
    undurable: Option<u64>,
    /// Whether the shell echoes.
    echo: bool,
    /// Everything that went to the target.
    sent: Vec<u8>,
    /// How much had been sent when the target was told of the end of input.
    eof_after: Option<usize>,
    /// The shell has our hooks: the nonce of its marks, and the number of its last prompt.
    hooks: Option<(String, u64)>,
    /// What it tells in place of its line.
    lie: Option<&'static str>,
    /// It does not answer.
    deaf: bool,
    /// It has not come to see a Ctrl-C yet.
    busy: bool,
    /// What the terminal says when it is asked for its cursor.
    answer: Option<&'static str>,
}

impl Table {
    fn new(channel: ChannelKind, pty: bool) -> Self {
        let mut table = Self::not_begun(channel, pty);
        table.give(Input::Begin);
        table
    }

    fn not_begun(channel: ChannelKind, pty: bool) -> Self {
        Self::seeded(channel, pty, [3; 32])
    }

    fn seeded(channel: ChannelKind, pty: bool, seed: [u8; 32]) -> Self {
        let meta = SessionMeta {
            id: SessionId::from_bytes([7; 10]),
            who: Principal {
                user: "engineer".into(),
                roles: ["engineer".to_owned()].into(),
                source: Some([127, 0, 0, 1].into()),
                fingerprint: "SHA256:x".into(),
            },
            place: Place { target: "box".into(), login: "root".into(), labels: std::collections::BTreeMap::default() },
            channel,
            pty: pty.then(|| PtySize { term: "xterm".into(), size: Size::new(100, 24) }),
            started: Wall(1_795_262_671_000_000),
        };
        let settings = Settings {
            greeting: false,
            lifetime: Duration::from_secs(3600),
            hold_ttl: Duration::from_secs(300),
            menu: Some(crate::session::MenuKey::USUAL),
            privacy: privacy::Settings::default(),
            command: None,
            reason: None,
            notices: vec![],
        };
        let now = Now { mono: Mono(1_000_000), wall: Wall(1_795_262_671_000_000) };
        let policy = Arc::new(Policy::builtin().unwrap());
        Self {
            engine: Engine::new(meta, settings, policy, seed, now),
            now,
            eye: Screen::new(100, 24),
            line: String::new(),
            ran: vec![],
            events: vec![],
            asked: vec![],
            stderr: String::new(),
            started: None,
            closed: None,
            disk: true,
            quick: false,
            runs: false,
            undurable: None,
            hooks: None,
            lie: None,
            deaf: false,
            busy: false,
            answer: Some("\x1b[1;1R"),
            echo: true,
            sent: vec![],
            eof_after: None,
        }
    }

    /// The engine, as it is set up for a shell with our hooks.
    fn engine_with_hooks(&mut self) -> Engine {
        let other = Self::not_begun(ChannelKind::Shell, true).engine;
        std::mem::replace(&mut self.engine, other).integrated()
    }

    fn shell() -> Self {
        let mut table = Self::new(ChannelKind::Shell, true);
        table.says(PROMPT);
        table
    }

    fn give(&mut self, input: Input<'_>) {
        self.engine.handle(input, self.now);
        let mut echo = String::new();
        let mut asked = false;
        while let Some(output) = self.next_output() {
            match output {
                Output::ToClient(Stream::Stdout, bytes) if *bytes == *b"\x1b[6n" => asked = true,
                Output::Append(record) => {
                    assert_eq!(record.seq, self.events.len() as u64, "places have no holes");
                    self.undurable = Some(record.seq);
                    self.events.push(record);
                }
                Output::ToTarget(bytes) | Output::Commit(_, bytes) => echo += &self.shell_reads(&bytes),
                Output::ToClient(Stream::Stdout, bytes) => self.eye.feed(&bytes),
                Output::ToClient(Stream::Stderr, bytes) => self.stderr += &String::from_utf8_lossy(&bytes),
                Output::Ask(request) => self.asked.push(*request),
                Output::StartCommand(_, command) => self.started = Some(command),
                Output::StartShell => self.started = Some("shell".into()),
                Output::Close(reason) => self.closed = Some(reason),
                Output::TargetEof => self.eof_after = Some(self.sent.len()),
                Output::ResizeTarget(_)
                | Output::SignalTarget(_)
                | Output::Withdraw(_)
                | Output::Note(..)
                | Output::CloseGrant(_)
                | Output::Dial { .. } => {}
            }
        }
        if asked && let Some(answer) = self.answer {
            self.give(Input::FromClient(answer.as_bytes()));
        }
        if self.disk
            && let Some(seq) = self.undurable.take()
        {
            self.give(Input::Recorded(seq));
        }
        if !echo.is_empty() {
            self.says(&echo);
        }
    }

    fn next_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.engine.poll_urgent() {
                return Some(output);
            }
            let quick = self.quick && self.started.is_some();
            if let Some(seq) = self.undurable.take_if(|_| quick) {
                self.engine.handle(Input::Recorded(seq), self.now);
            } else if self.engine.lags() {
                self.engine.catch_up();
            } else {
                return None;
            }
        }
    }

    fn shell_reads(&mut self, bytes: &[u8]) -> String {
        let mut echo = String::new();
        self.sent.extend_from_slice(bytes);
        let only = bytes.strip_prefix(b"\x1b[!").and_then(|rest| rest.strip_suffix(b"\x1f"));
        let bytes: &[u8] = match only {
            Some(only) if !self.deaf && only == self.lie.unwrap_or(&self.line).as_bytes() => b"\r",
            Some(_) if self.deaf => b"",
            Some(_) => b"\x1e",
            None => bytes,
        };
        for c in String::from_utf8_lossy(bytes).chars() {
            match c {
                '\r' | '\n' => {
                    self.ran.push(std::mem::take(&mut self.line));
                    echo += "\r\n";
                    echo += &self.mark("C");
                    if !self.runs {
                        echo += &self.prompt();
                    }
                }
                '\u{3}' if self.busy => {}
                '\u{3}' => {
                    self.line.clear();
                    echo += "^C\r\n";
                    echo += &self.prompt();
                }
                '\u{1e}' if self.hooks.is_some() => {
                    let line = self.lie.unwrap_or(&self.line).replace('\\', "\\\\");
                    if !self.deaf {
                        echo += &self.mark(&format!("L;x{line}"));
                    }
                }
                '\u{7f}' => {
                    self.line.pop();
                    echo += "\u{8} \u{8}";
                }
                c => {
                    self.line.push(c);
                    echo.push(c);
                }
            }
        }
        if self.echo {
            echo
        } else {
            echo.lines().filter(|l| l.starts_with(PROMPT)).map(|l| format!("\r\n{l}")).collect()
        }
    }

    fn mark(&self, what: &str) -> String {
        self.hooks.as_ref().map_or_else(String::new, |(nonce, _)| format!("\x1b]133;P;holdpoint={nonce};{what}\x07"))
    }

    fn prompt(&mut self) -> String {
        let number = self.hooks.as_mut().map_or(0, |(_, number)| {
            *number += 1;
            *number
        });
        format!("{PROMPT}{}", self.mark(&format!("B;{number}")))
    }

    fn says(&mut self, text: &str) {
        self.give(Input::FromTarget(Stream::Stdout, Bytes::copy_from_slice(text.as_bytes())));
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            let mut buffer = [0; 4];
            self.give(Input::FromClient(c.encode_utf8(&mut buffer).as_bytes()));
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now.mono.after(time);
        loop {
            let next = self.engine.wake_at().map_or(end, |at| at.min(end)).max(Mono(self.now.mono.0 + 1));
            let step = next.since(self.now.mono);
            self.now = Now { mono: next, wall: self.now.wall.after(step) };
            self.give(Input::Tick);
            if self.now.mono >= end {
                return;
            }
        }
    }

    fn rule(&mut self, outcome: Outcome) {
        let request = self.asked.last().unwrap();
        let ruling = Ruling { request: request.id, digest: request.command.digest, outcome };
        self.give(Input::Ruled(ruling));
    }

    fn approve(&mut self) {
        self.rule(Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once });
    }

    fn screen(&self) -> String {
        self.eye.contents()
    }

    fn before_last(&self) -> String {
        self.engine.last_commands().last().map(ToString::to_string).unwrap_or_default()
    }

    fn last_row(&self) -> String {
        self.eye.row_text(self.eye.rows() - 1)
    }
}

#[test]
fn given_a_harmless_line_it_runs_at_once_and_nobody_is_asked() {
    let mut t = Table::shell();
    t.types("ls -l\r");
    assert_eq!(t.ran, ["ls -l"]);
    assert!(t.asked.is_empty());
}

#[test]
fn given_a_destructive_line_the_enter_waits_and_the_bar_says_why() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    assert!(t.ran.is_empty());
    assert_eq!(t.asked.len(), 1);
    assert_eq!(t.asked[0].command.text, "rm -rf ./victim");
    let bar = t.last_row();
    assert!(bar.contains("HELD") && bar.contains("^C withdraws"), "{bar}");
    assert!(bar.contains("approver"), "{bar}");
}

#[test]
fn approved_it_runs_and_nothing_else_is_left_on_the_screen() {
    let mut plain = Table::shell();
    plain.types("ls\r");
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(3));
    t.approve();
    assert_eq!(t.ran, ["rm -rf ./victim"]);
    assert_eq!(t.screen().trim_end(), format!("{PROMPT}rm -rf ./victim\n{PROMPT}").trim_end());
}

#[test]
fn wherever_on_the_screen_it_begins_the_bar_gives_the_cursor_back() {
    let mut t = Table::not_begun(ChannelKind::Shell, true);
    t.eye.feed(b"$ make\r\n$ ssh here@bastion\r\n");
    t.answer = Some("\x1b[3;1R");
    t.give(Input::Begin);
    t.says(PROMPT);
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_millis(600));
    assert!(t.last_row().contains("HELD"), "{}", t.screen());
    t.approve();
    let rows: Vec<_> = (0..5).map(|row| t.eye.row_text(row)).collect();
    assert_eq!(rows, ["$ make", "$ ssh here@bastion", "me@box:~$ rm -rf ./victim", PROMPT, ""]);
    assert!(!t.screen().contains("HELD"));
}

#[test]
fn a_terminal_that_does_not_say_where_its_cursor_is_costs_a_moment_and_no_more() {
    let mut t = Table::not_begun(ChannelKind::Shell, true);
    t.answer = None;
    t.give(Input::Begin);
    t.says(PROMPT);
    assert_eq!(t.screen(), "");
    t.wait(Duration::from_millis(300));
    assert!(t.screen().starts_with(PROMPT.trim_end()), "{}", t.screen());
    // An answer that comes too late is the program's, as any other would be.
    t.give(Input::FromClient(b"\x1b[3;1R"));
    t.types("ls\r");
    t.wait(Duration::from_millis(600));
    assert_eq!(t.ran.last().map(|line| line.ends_with("ls")), Some(true), "{:?}", t.ran);
}

#[test]
fn denied_it_does_not_run_the_reason_stays_and_the_prompt_is_fresh() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.rule(Outcome::Denied { by: "bob".into(), reason: "use the runbook".into() });
    assert!(t.ran.is_empty());
    assert_eq!(t.line, "");
    let screen = t.screen();
    assert!(screen.contains("denied by bob: \"use the runbook\""), "{screen}");
    assert!(!screen.contains("HELD"), "{screen}");
    t.types("ls\r");
    t.wait(Duration::from_millis(60));
    assert_eq!(t.ran, ["ls"]);
}

#[test]
fn nothing_typed_during_a_hold_is_ever_delivered() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.types("echo later\r");
    t.approve();
    t.wait(Duration::from_secs(5));
    assert_eq!(t.ran, ["rm -rf ./victim"]);
    assert_eq!(t.line, "");
}

#[test]
fn ctrl_c_withdraws_and_the_line_is_gone() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.types("\u{3}");
    assert!(t.ran.is_empty());
    assert_eq!(t.line, "");
    // A decision that comes too late changes nothing.
    t.approve();
    assert!(t.ran.is_empty());
    assert!(!t.screen().contains("HELD"));
}

#[test]
fn nobody_decides_so_it_expires_and_does_not_run() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(400));
    assert!(t.ran.is_empty());
    assert!(t.screen().contains("nobody decided in time"), "{}", t.screen());
}

#[test]
fn an_approval_of_another_line_releases_nothing() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    let request = t.asked[0].clone();
    let other = crate::model::Digest([0; 32]);
    let outcome = Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once };
    t.give(Input::Ruled(Ruling { request: request.id, digest: other, outcome }));
    assert!(t.ran.is_empty());
}

#[test]
fn the_enter_is_released_only_when_the_record_is_on_disk() {
    let mut t = Table::shell();
    t.disk = false;
    t.types("ls\r");
    assert!(t.ran.is_empty());
    let seq = t.undurable.take().unwrap();
    t.give(Input::Recorded(seq));
    assert_eq!(t.ran, ["ls"]);
    let released = t.events.iter().position(|e| matches!(e.event, Event::Released { .. })).unwrap();
    assert!(released as u64 <= seq);
}

#[test]
fn keys_behind_an_enter_are_judged_line_by_line() {
    let mut t = Table::shell();
    t.give(Input::FromClient(b"ls\rrm -rf ./victim\rpwd\r"));
    t.wait(Duration::from_millis(600));
    assert_eq!(t.ran, ["ls"]);
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn keys_typed_before_the_start_come_first_and_in_order() {
    let program = || ChannelKind::Exec { command: "cat".into() };
    for channel in [ChannelKind::Shell, program()] {
        let mut t = Table::not_begun(channel, true);
        t.disk = false;
        t.give(Input::Begin);
        t.types("one");
        assert_eq!(t.line, "");
        t.disk = true;
        t.give(Input::Tick);
        assert_eq!(t.line, "one", "what waited is delivered when it starts, not with the next key");
        t.types(" two");
        assert_eq!(t.line, "one two");
    }
}

#[test]
fn a_paused_session_takes_no_keys() {
    let mut t = Table::shell();
    t.give(Input::Paused { by: "bob" });
    t.types("ls\r");
    t.wait(Duration::from_millis(300));
    assert!(t.ran.is_empty());
    assert!(t.last_row().contains("PAUSED by bob"), "{}", t.last_row());
    t.give(Input::Resumed { by: "bob" });
    t.types("pwd\r");
    assert_eq!(t.ran, ["pwd"]);
    assert!(!t.screen().contains("PAUSED"));
}

#[test]
fn a_command_without_a_terminal_is_held_with_a_line_on_stderr() {
    let mut t = Table::new(ChannelKind::Exec { command: "rm -rf ./victim".into() }, false);
    assert_eq!(t.started, None);
    assert!(t.stderr.contains("HELD"), "{}", t.stderr);
    t.approve();
    assert_eq!(t.started.as_deref(), Some("rm -rf ./victim"));
}

#[test]
fn a_shell_without_a_terminal_is_refused_because_nobody_could_judge_its_lines() {
    let mut t = Table::new(ChannelKind::Shell, false);
    t.give(Input::FromClient(b"rm -rf ./victim\n"));
    assert_eq!((t.started, t.ran, t.closed), (None, vec![], Some(CloseReason::Denied)));
    assert!(t.stderr.contains("nobody can judge"), "{}", t.stderr);
}

#[test]
fn a_denied_command_ends_the_session_and_never_starts() {
    let mut t = Table::new(ChannelKind::Exec { command: "rm -rf ./victim".into() }, false);
    t.rule(Outcome::Denied { by: "bob".into(), reason: "no".into() });
    assert_eq!((t.started, t.closed), (None, Some(CloseReason::Denied)));
}

#[test]
fn a_session_ends_at_its_longest_lifetime_after_a_warning() {
    let mut t = Table::shell();
    t.wait(Duration::from_secs(3599));
    assert!(t.screen().contains("longest lifetime in"), "{}", t.screen());
    assert_eq!(t.closed, None);
    t.wait(Duration::from_secs(1));
    assert_eq!(t.closed, Some(CloseReason::Expired));
}

#[test]
fn a_record_that_cannot_be_written_ends_the_session() {
    let mut t = Table::shell();
    t.give(Input::RecorderFailed);
    assert_eq!(t.closed, Some(CloseReason::RecorderFailed));
}

#[test]
fn what_is_recorded_is_masked_and_so_is_what_the_client_sees() {
    let mut t = Table::shell();
    t.says("\r\nada@example.com 4111 1111 1111 1111\r\n");
    t.wait(Duration::from_millis(100));
    let recorded: Vec<u8> = t
        .events
        .iter()
        .filter_map(|e| if let Event::Output { bytes, .. } = &e.event { Some(bytes.to_vec()) } else { None })
        .flatten()
        .collect();
    let recorded = String::from_utf8_lossy(&recorded).into_owned();
    for text in [recorded, t.screen()] {
        assert!(!text.contains("ada@example.com") && !text.contains("4111 1111 1111 1111"), "{text}");
    }
}

#[test]
fn a_forged_request_for_bracketed_pastes_lets_no_newline_of_a_dangerous_paste_through() {
    let mut t = Table::shell();
    t.says("\x1b[?2004h");
    t.give(Input::FromClient(b"\x1b[200~rm -rf ./victim\necho x\n\x1b[201~"));
    t.wait(Duration::from_millis(600));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn a_harmless_block_in_a_bracketed_paste_is_not_disturbed() {
    let mut t = Table::shell();
    t.says("\x1b[?2004h");
    t.give(Input::FromClient(b"\x1b[200~echo a\necho b\x1b[201~"));
    t.wait(Duration::from_millis(600));
    assert!(t.asked.is_empty());
    assert!(t.line.ends_with("echo b\x1b[201~") || t.line.contains("echo b"), "{:?}", t.line);
}

#[test]
fn a_loop_typed_over_several_lines_is_held_where_it_becomes_dangerous() {
    let mut t = Table::shell();
    t.types("for f in a b; do\r");
    assert_eq!((t.ran.len(), t.asked.len()), (1, 0));
    t.types("rm -rf ./$f\r");
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1));
    t.approve();
    t.types("done\r");
    // The whole is one command; what was approved was a part of it.
    assert_eq!(t.asked.len(), 2);
    assert!(t.asked[1].command.text.contains("for f in a b"), "{}", t.asked[1].command.text);
}

#[test]
fn a_refused_line_that_may_still_stand_in_the_tty_is_judged_with_the_next_enter() {
    let mut t = Table::shell();
    // A program runs in the foreground and echoes nothing at a prompt of ours.
    t.types("sleep 5\r");
    t.says("\x1b[2J\x1b[H");
    t.give(Input::FromClient(b"rm -rf ./victim\r"));
    t.wait(Duration::from_millis(600));
    assert_eq!(t.asked.len(), 1);
    t.rule(Outcome::Denied { by: "bob".into(), reason: "no".into() });
    t.wait(Duration::from_secs(2));
    t.types("\r");
    t.wait(Duration::from_millis(600));
    assert!(!t.ran.iter().any(|line| line.contains("rm -rf")), "{:?}", t.ran);
}
