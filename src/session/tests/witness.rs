//! A shell with our hooks: what it tells is exact, and lowers nothing.

use super::*;
use crate::model::Certainty;

pub(super) fn hooked() -> Table {
    let mut t = Table::not_begun(ChannelKind::Shell, true);
    t.engine = t.engine_with_hooks();
    t.hooks = Some((t.engine.nonce().unwrap().to_owned(), 0));
    t.give(Input::Begin);
    let prompt = t.prompt();
    t.says(&prompt);
    t.wait(Duration::from_millis(300));
    t
}

/// A shell that checks the line it is to run.
fn checking() -> Table {
    let mut t = hooked();
    let hello = t.mark("H;bash");
    t.says(&hello);
    t
}

/// How often the shell was asked for its line.
fn questions(t: &Table) -> usize {
    t.sent.iter().filter(|byte| **byte == crate::terminal::ASK).count()
}

/// How sure the lines were read so far.
pub(super) fn certainties(t: &Table) -> Vec<Certainty> {
    let judged = t.events.iter().filter_map(|record| match &record.event {
        Event::Command { certainty, .. } => Some(*certainty),
        _ => None,
    });
    judged.collect()
}

#[test]
fn a_line_that_is_told_is_exact_and_waits_for_nothing() {
    let mut t = hooked();
    let before = t.now;
    t.types("ls -l\r");
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls -l".to_owned()].as_slice(), vec![Certainty::Exact]));
    assert_eq!(t.now, before);
}

#[test]
fn a_line_that_is_only_confirmed_is_written_down_before_the_shell_draws_it_anew() {
    let mut t = hooked();
    t.deaf = true;
    t.types("ls -l\r");
    let from = t.events.len();
    let answer = format!("\r\x1b[K{}{PROMPT}ls -l", t.mark("L;xls -l"));
    t.says(&answer);
    let place = |is: fn(&Event) -> bool| t.events.iter().skip(from).position(|record| is(&record.event)).unwrap();
    let released = place(|event| matches!(event, Event::Released { .. }));
    let drawn = place(|event| matches!(event, Event::Output { .. }));
    assert!(released < drawn, "{released} and {drawn}");
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls -l".to_owned()].as_slice(), vec![Certainty::Exact]));
    assert!(t.screen().contains("$ ls -l"), "{}", t.screen());
}

#[test]
fn with_a_quick_disk_the_line_leaves_before_the_shell_draws_it_anew() {
    let mut t = hooked();
    (t.deaf, t.quick) = (true, true);
    t.types("ls -l\r");
    let answer = format!("\r\x1b[K{}{PROMPT}ls -l", t.mark("L;xls -l"));
    t.engine.handle(Input::FromTarget(Stream::Stdout, answer.into()), t.now);
    let mut left = false;
    while let Some(output) = t.next_output() {
        match output {
            Output::Append(record) => t.undurable = Some(record.seq),
            Output::Commit(..) => left = t.engine.lags(),
            _ => {}
        }
    }
    assert!(left, "the line leaves, and what came with the answer is not drawn yet");
}

#[test]
fn what_the_shell_runs_behind_its_answer_is_heard_before_the_line_leaves() {
    let mut t = hooked();
    (t.deaf, t.quick) = (true, true);
    t.types("ls -l\r");
    let (answer, running, prompt) = (t.mark("L;xls -l"), t.mark("C"), t.prompt());
    let answer = format!("\r\x1b[K{answer}\r\n{running}by a key\r\n{prompt}");
    t.engine.handle(Input::FromTarget(Stream::Stdout, answer.into()), t.now);
    let mut told = false;
    while let Some(output) = t.next_output() {
        match output {
            Output::Append(record) => {
                told |= matches!(record.event, Event::Alerted { .. });
                t.undurable = Some(record.seq);
            }
            Output::Commit(..) => {
                assert!(told, "a line ran that nobody judged, and the next one leaves as if nothing were");
            }
            _ => {}
        }
    }
    assert!(told);
}

#[test]
fn an_answer_that_says_something_else_is_judged_with_all_that_came_with_it() {
    let mut t = hooked();
    t.deaf = true;
    t.types("ls -l\r");
    let answer = format!("\r\x1b[K{}{PROMPT}ls -l", t.mark("L;xrm -rf ./victim"));
    let from = t.events.len();
    t.says(&answer);
    assert!(matches!(&t.events[from].event, Event::Output { .. }), "{:?}", t.events[from].event);
    t.wait(Duration::from_millis(300));
    assert_eq!((t.asked.len(), t.ran.len()), (1, 0));
}

#[test]
fn a_line_on_which_keys_and_screen_agree_is_checked_by_the_shell_as_it_runs_it() {
    let mut t = checking();
    let before = t.now;
    t.types("ls -l \r");
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls -l ".to_owned()].as_slice(), vec![Certainty::Exact]));
    assert!(t.sent.ends_with(b"\x1b[!ls -l \x1f"), "{:?}", t.sent);
    assert_eq!((t.now, questions(&t)), (before, 0));
    t.types("pwd\r");
    assert_eq!(t.ran, ["ls -l ", "pwd"]);
}

#[test]
fn a_line_that_the_shell_does_not_have_so_is_taken_back_and_it_is_asked_from_then_on() {
    let mut t = checking();
    t.lie = Some("ls -l; rm -rf ./victim");
    t.types("ls -l\r");
    t.wait(Duration::from_secs(1));
    assert!(t.ran.is_empty() && t.screen().contains("it did not run it"), "{:?} {}", t.ran, t.screen());
    assert_eq!((t.sent.last(), questions(&t)), (Some(&3), 0));
    let told = |event: &Event| matches!(event, Event::Notice { text } if text.as_str().contains("not the one"));
    assert!(t.events.iter().any(|record| told(&record.event)));
    t.lie = None;
    t.types("ls -l\r");
    assert_eq!((t.ran.as_slice(), questions(&t)), (["ls -l".to_owned()].as_slice(), 1));
}

#[test]
fn keys_wait_until_the_shell_says_what_became_of_the_line() {
    let mut t = checking();
    (t.deaf, t.runs) = (true, true);
    t.types("echo a\r");
    t.types("b");
    t.wait(Duration::from_secs(1));
    assert!(t.sent.ends_with(b"\x1f") && t.ran.is_empty(), "{:?}", t.sent);
    // It says nothing: what stands there may be both.
    t.wait(Duration::from_secs(2));
    assert!(t.sent.ends_with(b"b"), "{:?}", t.sent);
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ran, ["echo ab"]);
    assert_ne!(certainties(&t).last(), Some(&Certainty::Exact));

    let mut t = checking();
    t.runs = true;
    t.types("cat\r");
    t.types("b");
    assert!(t.sent.ends_with(b"\x1f"), "{:?}", t.sent);
    t.wait(Duration::from_millis(100));
    assert!(t.sent.ends_with(b"b"), "{:?}", t.sent);
}

#[test]
fn a_line_that_the_shell_runs_although_it_told_another_is_known() {
    let mut t = checking();
    t.lie = Some("rm -rf ./victim");
    t.busy = true;
    t.types("ls -l\r");
    let running = t.mark("C");
    t.says(&running);
    let alarmed = |record: &EventRecord| matches!(record.event, Event::Alerted { .. });
    assert!(t.events.iter().any(alarmed));
    let mut t = checking();
    t.types("ls -l\r");
    assert!(!t.events.iter().any(alarmed));
}

#[test]
fn of_a_shell_that_says_nothing_people_are_told_and_what_it_says_late_counts() {
    let mut t = checking();
    t.deaf = true;
    t.types("echo a\r");
    t.wait(Duration::from_secs(3));
    assert!(t.screen().contains("has not said"), "{}", t.screen());
    let late = t.mark("L;xrm -rf ./victim");
    t.says(&late);
    assert!(t.screen().contains("did not run it") && t.sent.ends_with(&[3]), "{} {:?}", t.screen(), t.sent);
}

#[test]
fn a_prompt_that_goes_before_the_line_is_written_down_takes_the_line_back() {
    let mut t = checking();
    t.disk = false;
    t.types("ls -l\r");
    assert!(t.ran.is_empty());
    let running = t.mark("C");
    t.says(&running);
    t.disk = true;
    let seq = t.undurable.take().unwrap();
    t.give(Input::Recorded(seq));
    t.wait(Duration::from_secs(1));
    assert!(t.ran.is_empty() && t.screen().contains("did not run it"), "{:?} {}", t.ran, t.screen());
}

#[test]
fn a_ctrl_c_waits_for_no_answer() {
    let mut t = checking();
    t.deaf = true;
    t.types("echo a\r");
    t.wait(Duration::from_millis(100));
    t.types("\u{3}");
    assert!(t.sent.ends_with(&[3]), "{:?}", t.sent);
}

#[test]
fn what_is_held_or_goes_on_or_may_be_another_line_is_asked_for() {
    for line in [
        "rm -rf ./victim",
        "d=./victim",
        "alias l=ls",
        "f() { ls; }",
        "echo x > f.sh",
        "for x in a b; do",
        "echo !!",
        "^ls^pwd",
        "echo \u{e4}",
    ] {
        let mut t = checking();
        t.types(&format!("{line}\r"));
        assert_eq!(questions(&t), 1, "{line}");
        assert!(!t.sent.windows(3).any(|bytes| bytes == b"\x1b[!"), "{line}");
    }
    // A line that came so fast that no echo was seen, one with a key that nobody can follow, one behind an unfinished line.
    let mut t = checking();
    t.give(Input::FromClient(b"ls -l\r"));
    assert_eq!((t.ran.as_slice(), questions(&t)), (["ls -l".to_owned()].as_slice(), 1));
    t.types("echo 'a\rb'\r");
    assert_eq!((t.ran.len(), questions(&t)), (3, 3));
}

#[test]
fn what_the_shell_tells_behind_a_line_that_it_runs_takes_nothing_back() {
    let mut t = checking();
    t.types("ls -l\r");
    let told = t.mark("L;xls -l");
    t.says(&told);
    t.types("pwd\r");
    assert_eq!(t.ran, ["ls -l", "pwd"]);
}

#[test]
fn neither_the_client_nor_the_record_sees_a_mark() {
    let mut t = hooked();
    t.types("ls\r");
    t.types("rm -rf ./victim\r");
    t.rule(Outcome::Denied { by: "bob".into(), reason: "no".into() });
    t.wait(Duration::from_secs(2));
    let nonce = t.engine.nonce().unwrap().to_owned();
    assert!(
        !format!("{:?}", t.events).contains(&nonce)
            && !t.screen().contains("holdpoint=")
            && !t.screen().contains(&nonce)
    );
    // The question is no key of the engineer's: a line that was told is the line, and nothing else.
    assert_eq!(t.ran, ["ls"]);
}

#[test]
fn a_line_out_of_the_history_is_exact_although_no_key_tells_it() {
    let mut t = hooked();
    t.line = "rm -rf ./victim".into();
    t.types("\u{1b}[A");
    t.says("rm -rf ./victim");
    t.line = "rm -rf ./victim".into();
    t.types("\r");
    t.wait(Duration::from_millis(300));
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Exact));
    t.approve();
    assert_eq!(t.ran, ["rm -rf ./victim"]);
}

#[test]
fn a_line_that_changed_before_the_approval_is_not_released() {
    let mut t = hooked();
    t.types("rm -rf ./victim\r");
    assert_eq!(t.asked.len(), 1);
    t.line = "rm -rf ./another".into();
    t.approve();
    t.wait(Duration::from_secs(2));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
}

#[test]
fn a_shell_that_lies_is_disputed_and_the_worst_is_judged() {
    let mut t = hooked();
    t.lie = Some("ls");
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_millis(300));
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Disputed));
    assert!(t.ran.is_empty());
}

#[test]
fn a_shell_that_lies_about_a_recalled_line_is_disputed_by_the_screen() {
    let mut t = hooked();
    t.lie = Some("ls");
    t.types("\u{1b}[A");
    t.says("rm -rf ./victim");
    t.types("\r");
    t.wait(Duration::from_millis(300));
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Disputed));
}

#[test]
fn a_mark_without_the_nonce_changes_nothing() {
    let mut t = hooked();
    t.types("rm -rf ./victim");
    t.says("\x1b]133;P;holdpoint=0000;L;xls\x07\x1b]133;P;holdpoint=0000;B;9\x07");
    t.types("\r");
    assert_eq!(t.asked.len(), 1);
    // And an answer that nobody asked for is none, whoever knows the nonce.
    let mut t = hooked();
    let forged = t.mark("L;xls");
    t.types("rm -rf ./victim");
    t.says(&forged);
    t.types("\r");
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Exact));
}

#[test]
fn a_prompt_that_is_forged_while_a_line_goes_on_ends_nothing() {
    let mut t = hooked();
    t.types("rm -rf \\\r");
    let held_at_once = t.asked.len();
    let forged = t.mark("B;99");
    t.says(&forged);
    t.types("./victim\r");
    t.wait(Duration::from_secs(1));
    assert!(held_at_once + t.asked.len() >= 1, "{:?}", t.ran);
    assert!(!t.ran.iter().any(|line| line == "./victim"));
}

#[test]
fn a_shell_that_does_not_answer_is_read_as_one_without_hooks() {
    let mut t = hooked();
    t.deaf = true;
    t.types("ls\r");
    assert!(t.ran.is_empty(), "the answer is waited for");
    t.wait(Duration::from_secs(3));
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls".to_owned()].as_slice(), vec![Certainty::Agreed]));
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(3));
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn a_program_is_not_asked() {
    let mut t = hooked();
    t.types("cat\r");
    let running = t.mark("C");
    // The pretended shell shows its prompt at once; this one runs something there.
    t.wait(Duration::from_secs(1));
    t.says(&running);
    t.sent.clear();
    t.types("some text\r");
    t.wait(Duration::from_secs(1));
    assert!(!t.sent.contains(&crate::terminal::ASK), "{:?}", t.sent);
    let alerts = t.events.iter().filter(|record| matches!(&record.event, Event::Alerted { .. })).count();
    assert_eq!(alerts, 1, "a line that ran although nobody pressed Enter is told");
}

#[test]
fn a_line_called_up_without_echo_is_not_an_empty_one() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.echo = false;
    t.types("\u{1b}[A");
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Opaque));
    assert!(t.ran.is_empty());
}

#[test]
fn in_vi_mode_what_runs_a_line_without_enter_is_a_commit() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("rm -rf ./victim");
    t.give(Input::FromClient(b"\x1b"));
    t.wait(Duration::from_millis(100));
    t.types("#");
    t.wait(Duration::from_millis(300));
    assert_eq!(t.asked.len(), 1);
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls");
    t.give(Input::FromClient(b"\x1b"));
    t.wait(Duration::from_millis(100));
    t.types("v");
    t.wait(Duration::from_millis(300));
    assert_eq!((t.asked.len(), t.asked[0].certainty), (1, Certainty::Opaque));
}

#[test]
fn a_line_of_which_the_end_is_not_shown_yet_is_not_taken_for_its_beginning() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls");
    t.echo = false;
    // A completion that takes its time: what is typed behind it is not read yet.
    t.types("\t");
    t.types("; rm -rf ./victim\r");
    t.wait(Duration::from_secs(3));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
    assert_eq!(t.asked.len(), 1);
}

#[test]
fn a_line_that_its_shell_has_erased_to_draw_it_anew_was_not_typed_unseen() {
    let mut t = hooked();
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(5));
    assert_eq!(t.asked.len(), 1);
    t.deaf = true;
    t.rule(Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once });
    // The answer comes before the line is drawn again.
    let answer = format!("\r\x1b[K\r{}", t.mark("L;xrm -rf ./victim"));
    t.says(&answer);
    t.says(&format!("{PROMPT}rm -rf ./victim"));
    t.wait(Duration::from_secs(3));
    assert_eq!(t.ran, ["rm -rf ./victim"], "{}", t.screen());
}

#[test]
fn a_line_that_is_erased_when_its_shell_answers_leaves_at_once_and_is_stored_and_known_to_stand_at_the_prompt() {
    let mut t = hooked();
    (t.deaf, t.runs) = (true, true);
    let (before, from) = (t.now, t.events.len());
    t.types("make watch\r");
    t.says("\r\x1b[K\r");
    let answer = t.mark("L;xmake watch");
    t.says(&answer);
    assert_eq!((t.ran.as_slice(), t.now), (["make watch".to_owned()].as_slice(), before));
    let lines = t.events.iter().skip(from).filter_map(|record| match &record.event {
        Event::Command { command, .. } => Some(command.text.as_str()),
        _ => None,
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["make watch"]);
    // So a line that is typed ahead is known to stand at none, and is taken back without a Ctrl-C at what runs.
    t.wait(Duration::from_millis(100));
    t.types("rm -rf ./prey\r");
    t.wait(Duration::from_secs(5));
    assert_eq!(t.asked.len(), 1);
    let sent = t.sent.len();
    t.rule(Outcome::Denied { by: "bob".into(), reason: "no".into() });
    let taken_back = &t.sent[sent..];
    assert!(taken_back.starts_with(b"\x15") && !taken_back.contains(&3), "{taken_back:?}");
}

#[test]
fn what_an_approved_line_changes_is_known_though_it_was_erased_when_its_shell_answered() {
    let mut t = hooked();
    t.types("rm -rf ./victim; PS1='mysql> '\r");
    t.wait(Duration::from_secs(5));
    assert_eq!(t.asked.len(), 1);
    t.deaf = true;
    t.approve();
    let answer = format!("\r\x1b[K\r{}", t.mark("L;xrm -rf ./victim; PS1='mysql> '"));
    t.says(&answer);
    assert_eq!(t.ran.len(), 1, "{}", t.screen());
    // A prompt proves nothing from here on: this may be a shell that runs what the word stands for.
    (t.deaf, t.runs) = (false, true);
    t.types("mysql\r");
    t.says("mysql> ");
    t.types("$x\r");
    t.wait(Duration::from_secs(5));
    assert_eq!(t.asked.len(), 2, "{:?}", t.ran);
}
