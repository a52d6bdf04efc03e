//! Keys behind a Ctrl-C, lines in several parts, and lines that ran without a commit.

use super::witness::{certainties, hooked};
use super::*;
use crate::model::Certainty;

#[test]
fn no_key_overtakes_the_prompt_that_comes_back_behind_a_ctrl_c() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls gone");
    t.busy = true;
    t.types("\u{3}");
    t.types("ls\r");
    t.wait(Duration::from_millis(500));
    assert!(t.sent.ends_with(&[3]), "{:?}", t.sent);
    t.line.clear();
    t.says("^C\r\n");
    t.says(PROMPT);
    t.wait(Duration::from_millis(150));
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls".to_owned()].as_slice(), vec![Certainty::Agreed]));
}

#[test]
fn behind_a_ctrl_c_that_nothing_answers_the_line_is_one_that_nobody_read() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls gone");
    t.busy = true;
    t.types("\u{3}");
    t.types("ls\r");
    t.wait(Duration::from_secs(2));
    assert_eq!((t.asked.len(), certainties(&t)), (1, vec![Certainty::Opaque]));
    assert!(t.ran.is_empty(), "{:?}", t.ran);
    // What is typed once the prompt is back is a line like any other.
    t.busy = false;
    t.types("\u{3}");
    t.wait(Duration::from_secs(2));
    t.types("ls\r");
    assert_eq!(t.ran, ["ls"]);
}

#[test]
fn a_prompt_that_is_another_each_time_comes_back_as_well() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls gone");
    t.busy = true;
    t.types("\u{3}");
    t.line.clear();
    t.says("^C\r\n12:01 $ ");
    t.types("ls\r");
    t.wait(Duration::from_millis(100));
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls".to_owned()].as_slice(), vec![Certainty::Agreed]));
}

#[test]
fn a_prompt_that_was_on_its_way_is_not_the_one_that_comes_back() {
    for mut t in [Table::shell(), hooked()] {
        t.wait(Duration::from_millis(300));
        t.types("ls\r");
        t.wait(Duration::from_millis(300));
        t.busy = true;
        t.types("\u{3}");
        t.types("ls\r");
        // It was drawn before the shell has seen the signal.
        let prompt = t.prompt();
        t.says(&format!("\r\n{prompt}"));
        t.wait(Duration::from_millis(20));
        let prompt = t.prompt();
        t.says(&format!("^C\r\n{prompt}"));
        assert!(t.sent.ends_with(&[3]), "{:?}", t.sent);
        t.wait(Duration::from_millis(100));
        assert_eq!(t.ran, ["ls", "ls"]);
    }
}

#[test]
fn the_prompt_that_stood_there_is_not_the_one_that_comes_back() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls\r");
    t.wait(Duration::from_millis(300));
    t.busy = true;
    t.types("\u{3}\u{3}ls\r");
    // The end of what drew the prompt.
    t.says("\u{1b}[?2004h");
    t.wait(Duration::from_millis(150));
    assert!(t.sent.ends_with(b"\r\x03"), "{:?}", t.sent);
    t.says("^C\r\n");
    t.says(PROMPT);
    t.wait(Duration::from_millis(60));
    assert!(t.sent.ends_with(b"\r\x03\x03"), "{:?}", t.sent);
    t.says("^C\r\n");
    t.says(PROMPT);
    t.wait(Duration::from_millis(60));
    assert_eq!(t.ran, ["ls", "ls"]);
}

#[test]
fn the_prompt_of_a_line_whose_echo_was_flushed_is_not_the_one_that_comes_back() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls\r");
    t.wait(Duration::from_millis(300));
    t.types("ls gone");
    t.busy = true;
    t.says("\r\u{1b}[K");
    t.says(PROMPT);
    t.types("\u{3}ls\r");
    t.wait(Duration::from_secs(2));
    assert_eq!((t.asked.len(), t.ran.len()), (1, 1));
    assert_eq!(certainties(&t), [Certainty::Agreed, Certainty::Opaque]);
}

#[test]
fn a_shell_with_hooks_that_sees_no_signal_is_told_again() {
    let mut t = hooked();
    t.types("ls gone");
    t.busy = true;
    t.types("\u{3}");
    t.types("ls\r");
    assert!(t.sent.ends_with(b"gone\x03"), "{:?}", t.sent);
    t.busy = false;
    t.wait(Duration::from_millis(400));
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls".to_owned()].as_slice(), vec![Certainty::Exact]));
}

#[test]
fn the_rest_of_an_echo_is_waited_for() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls");
    t.echo = false;
    t.types(" -l\r");
    t.wait(Duration::from_millis(500));
    assert!(t.ran.is_empty());
    t.echo = true;
    t.says(" -l");
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls -l".to_owned()].as_slice(), vec![Certainty::Agreed]));
}

#[test]
fn a_refused_line_of_which_the_echo_comes_late_is_not_gone() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls\r");
    t.wait(Duration::from_millis(300));
    t.types("rm -rf ./victim");
    t.busy = true;
    t.types("\r");
    t.rule(Outcome::Denied { by: "bob".into(), reason: "no".into() });
    t.says("im");
    t.says("\u{8}\u{8}./victim");
    t.types("ls\r");
    t.wait(Duration::from_millis(150));
    assert!(t.sent.ends_with(b"victim\x03"), "{:?}", t.sent);
    t.busy = false;
    t.wait(Duration::from_secs(1));
    assert_eq!(t.ran, ["ls", "ls"]);
}

#[test]
fn a_program_gets_each_ctrl_c_at_once_and_what_is_typed_behind_it_soon() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.busy = true;
    t.says("working\r\n");
    t.types("\u{3}\u{3}\u{3}");
    assert_eq!(t.sent, [3, 3, 3]);
    t.types("q");
    t.wait(Duration::from_millis(250));
    assert_eq!(t.sent, [3, 3, 3, b'q']);
    // One that says that it goes on gets it sooner.
    t.wait(Duration::from_millis(300));
    t.types("\u{3}");
    t.says("^C\r\nQuit\r\n(gdb) ");
    t.types("q");
    t.wait(Duration::from_millis(100));
    assert_eq!(t.sent, [3, 3, 3, b'q', 3, b'q']);
    t.says("\u{1b}[?1049h");
    t.types("\u{3}q");
    assert_eq!(t.sent, [3, 3, 3, b'q', 3, b'q', 3, b'q']);
}

#[test]
fn a_line_in_parts_is_as_sure_as_the_least_sure_of_them_and_judged_in_every_reading() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("ls ./victim \\");
    // The screen says that something else was typed.
    t.says("\r\x1b[2K");
    t.says(PROMPT);
    t.says("rm -rf \\");
    t.types("\r");
    t.wait(Duration::from_secs(1));
    let before = t.asked.len();
    if before > 0 {
        t.approve();
    }
    t.types("./victim\r");
    t.wait(Duration::from_secs(1));
    assert!(t.asked.len() > before, "{:?}", t.ran);
    assert_eq!(t.asked.last().map(|request| request.certainty), Some(Certainty::Disputed));
}

#[test]
fn a_line_that_ran_without_a_commit_is_told_and_from_then_on_only_what_is_sure_passes() {
    let mut t = hooked();
    let (running, prompt) = (t.mark("C"), t.prompt());
    t.says(&format!("\r\n{running}by a key\r\n{prompt}"));
    let told = t.events.iter().filter(|record| matches!(record.event, Event::Alerted { .. })).count();
    assert_eq!((told, t.engine.alert().is_some()), (1, true));
    t.types("ls\r");
    assert_eq!((t.ran.as_slice(), certainties(&t)), (["ls".to_owned()].as_slice(), vec![Certainty::Exact]));
    t.deaf = true;
    t.types("ls\r");
    t.wait(Duration::from_secs(3));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1), "nobody is sure of it");
    assert_eq!(t.asked[0].rules.first().map(|rule| rule.id.as_str()), Some("hold/uncommitted"));
}

#[test]
fn what_one_reading_leaves_open_is_judged_with_what_follows_although_another_was_whole() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("echo 'open");
    // The screen says that something else was typed, and that it was whole.
    t.says("\r\x1b[2K");
    t.says(PROMPT);
    t.says("echo whole");
    t.types("\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 0));
    t.says("\r\x1b[2K> ");
    t.types("'; rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1), "{:?}", t.ran);
}

#[test]
fn a_line_committed_unseen_may_go_on_in_one_that_is_seen() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.echo = false;
    t.types("echo 'open\r");
    t.wait(Duration::from_secs(1));
    t.echo = true;
    t.says("\r\x1b[2K");
    t.says(PROMPT);
    t.types("'; rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!((t.ran.len(), t.asked.len()), (1, 1), "{:?}", t.ran);
}

#[test]
fn behind_an_end_of_file_a_line_is_judged_by_itself_too() {
    let mut t = Table::shell();
    t.wait(Duration::from_millis(300));
    t.types("cat <<E\r");
    t.types("text\r");
    t.types("\u{4}");
    t.wait(Duration::from_secs(1));
    t.types("rm -rf ./victim\r");
    t.wait(Duration::from_secs(1));
    assert_eq!(t.asked.len(), 1, "{:?}", t.ran);
}
