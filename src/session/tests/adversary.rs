//! What somebody tries who wants a line to run that nobody approved.

use super::*;
use crate::model::{Grant, GrantId};

fn denied() -> Outcome {
    Outcome::Denied { by: "bob".into(), reason: "no".into() }
}

#[test]
fn a_line_in_several_parts_can_be_approved() {
    let mut t = Table::shell();
    t.types("echo \\\r");
    t.types("; rm -rf ./victim\r");
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1));
    t.approve();
    assert_eq!(t.ran, ["echo \\", "; rm -rf ./victim"]);
    // What comes next is a line of its own.
    t.types("ls\r");
    assert_eq!(t.asked.len(), 1);
    assert_eq!(t.before_last(), "ls");
}

#[test]
fn an_empty_line_that_ends_an_unfinished_one_is_an_enter() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim \\\r");
    t.approve();
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 2));
}

#[test]
fn an_unseen_line_in_several_parts_is_judged_whole() {
    let mut t = Table::shell();
    t.echo = false;
    t.types("echo \\\r");
    t.wait(Duration::from_secs(1));
    t.types("; rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ran.len(), 1, "{:?}", t.ran);
    assert_eq!(t.asked.len(), 1);
    assert!(!format!("{:?}", t.events).contains("victim"));
    // A password may look unfinished; what is typed behind it is a line all the same.
    let mut t = Table::shell();
    t.echo = false;
    t.types("it's\r");
    t.wait(Duration::from_secs(1));
    t.echo = true;
    t.says("\r\n");
    t.says(PROMPT);
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ran, ["it's"]);
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn an_end_of_file_that_ends_a_heredoc_is_an_enter() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim; cat <<END\r");
    t.wait(Duration::from_secs(1));
    t.types("\u{4}");
    t.wait(Duration::from_secs(1));
    assert!(!t.sent.contains(&4), "the heredoc was ended, which runs the line");
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn a_grant_for_a_line_that_could_not_be_read_covers_no_other() {
    let mut t = Table::shell();
    t.give(Input::FromClient(b"\x18\x05"));
    t.wait(Duration::from_secs(1));
    let Some(request) = t.asked.pop() else { panic!("it was not held") };
    assert_eq!(request.certainty, crate::model::Certainty::Opaque);
    t.give(Input::Granted(Grant {
        id: GrantId::from_bytes([1; 5]),
        request: request.id,
        session: request.session,
        digest: request.command.digest,
        scope: Scope::SameCommandThisSession,
        by: vec!["bob".into()],
        since: t.now.wall,
    }));
    t.give(Input::Ruled(Ruling { request: request.id, digest: request.command.digest, outcome: denied() }));
    t.wait(Duration::from_secs(2));
    t.give(Input::FromClient(b"\x18\x05"));
    t.wait(Duration::from_secs(1));
    assert_eq!(t.asked.len(), 1, "another line that cannot be read waits again");
}

#[test]
fn a_held_command_whose_desk_is_silent_does_not_spin() {
    let mut t = Table::new(ChannelKind::Exec { command: "rm -rf ./victim".into() }, false);
    t.now.mono = t.now.mono.after(Duration::from_secs(301));
    t.give(Input::Tick);
    assert!(t.engine.wake_at().is_some_and(|at| at > t.now.mono));
    t.wait(Duration::from_secs(10));
    assert_eq!(t.closed, Some(CloseReason::HoldTimedOut));
}

#[test]
fn an_approval_during_a_pause_runs_only_when_the_keys_are_given_back() {
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    t.give(Input::Paused { by: "bob" });
    t.approve();
    t.wait(Duration::from_secs(2));
    assert!(t.ran.is_empty());
    assert!(t.last_row().contains("PAUSED by bob"), "{}", t.last_row());
    t.give(Input::Resumed { by: "bob" });
    t.wait(Duration::from_secs(2));
    assert_eq!(t.ran, ["rm -rf ./victim"]);
}

#[test]
fn an_enter_that_waits_for_the_disk_or_the_echo_does_not_pass_a_pause() {
    let mut t = Table::shell();
    t.disk = false;
    t.types("ls\r");
    t.give(Input::Paused { by: "bob" });
    let seq = t.undurable.take().unwrap();
    t.give(Input::Recorded(seq));
    t.disk = true;
    t.wait(Duration::from_secs(2));
    assert!(t.ran.is_empty());
    t.give(Input::Resumed { by: "bob" });
    assert_eq!(t.ran, ["ls"]);

    let mut t = Table::shell();
    t.echo = false;
    t.types("ls\r");
    assert!(t.ran.is_empty(), "it waits for its echo");
    t.give(Input::Paused { by: "bob" });
    t.wait(Duration::from_secs(2));
    assert!(t.ran.is_empty());
    assert!(t.engine.wake_at().is_some_and(|at| at > t.now.mono));
    t.give(Input::Resumed { by: "bob" });
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ran, ["ls"]);
}

#[test]
fn the_end_of_input_comes_behind_what_was_typed_before_it() {
    let mut t = Table::shell();
    t.disk = false;
    t.give(Input::FromClient(b"ls\rpwd\rexit\r"));
    t.give(Input::ClientEof);
    assert_eq!(t.eof_after, None);
    t.disk = true;
    let seq = t.undurable.take().unwrap();
    t.give(Input::Recorded(seq));
    t.wait(Duration::from_secs(3));
    assert_eq!(t.ran, ["ls", "pwd", "exit"]);
    assert_eq!(t.eof_after, Some(t.sent.len()));
}

#[test]
fn editing_a_line_elsewhere_and_running_it_is_a_line_that_nobody_read() {
    for keys in [&b"\x18\x05"[..], b"ls\x18\x05", b"\x18e\x18\x05"] {
        let mut t = Table::shell();
        t.give(Input::FromClient(keys));
        t.wait(Duration::from_secs(1));
        assert!(!t.sent.windows(2).any(|w| w == b"\x18\x05"), "{keys:?}");
        assert_eq!(t.asked.len(), 1, "{keys:?}");
    }
}

#[test]
fn an_alternate_screen_that_a_shell_was_told_to_show_lowers_nothing() {
    let mut t = Table::shell();
    t.types("printf x\r");
    t.says("\u{1b}[?1049h\u{1b}[Hx");
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn text_that_is_dressed_as_a_reply_of_the_terminal_is_judged() {
    let mut t = Table::shell();
    t.echo = false;
    t.give(Input::FromClient(b"\x1b]0;rm -rf ./victim;\x07"));
    t.wait(Duration::from_secs(1));
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn a_reply_of_the_terminal_asks_nobody_and_changes_no_line_that_is_decided_on() {
    let mut t = Table::shell();
    t.give(Input::FromClient(b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07"));
    assert!(t.sent.ends_with(b"\x07"));
    t.types("ls\r");
    t.wait(Duration::from_secs(1));
    assert!(t.asked.is_empty());
    let mut t = Table::shell();
    t.types("rm -rf ./victim\r");
    let sent = t.sent.clone();
    t.give(Input::FromClient(b"\x1b]0;/../other\x07"));
    assert_eq!(t.sent, sent);
    t.approve();
    assert!(t.sent.ends_with(b"\r") || t.sent.ends_with(b"\x07"));
    assert_eq!(t.ran, ["rm -rf ./victim"]);
}

#[test]
fn an_unseen_line_that_was_denied_is_not_forgotten() {
    // The kill character of the tty was taken away: what was denied still stands in its buffer.
    let mut t = Table::shell();
    t.echo = false;
    t.types("rm -rf ./victim;\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.asked.len(), 1);
    t.rule(denied());
    t.wait(Duration::from_secs(2));
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
    assert_eq!(t.asked.len(), 2);
}

#[test]
fn a_shell_whose_prompt_looks_like_that_of_a_program_is_a_shell() {
    let mut t = Table::shell();
    t.says("\u{1b}[2J\u{1b}[H>>> ");
    t.types("python3 -c pass\r");
    assert_eq!(t.ran, ["python3 -c pass"]);
    t.says("\u{1b}[2J\u{1b}[H>>> ");
    t.types("$x -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1));
}

#[test]
fn what_is_typed_at_an_editor_that_was_asked_for_is_text() {
    let mut t = Table::new(ChannelKind::Exec { command: "vim notes".into() }, true);
    t.says("\u{1b}[?1049h\u{1b}[H");
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 0));
    t.says("\u{1b}[H\u{1b}[2J\u{1b}[24;1H:!");
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1));
}

#[test]
fn lines_that_run_other_lines_wait() {
    for line in ["fc", "fc -s rm", "!!", "!rm", "eval $(cat x)", r#"bind '"\C-t": "ls\n"'"#] {
        let mut t = Table::shell();
        t.types(&format!("{line}\r"));
        t.wait(Duration::from_secs(1));
        assert_eq!((t.ran.len(), t.asked.len()), (0, 1), "{line}");
    }
}
