//! What engineers may see and say, with the real `ssh`, a real `sshd` and the real verbs: values on approval, output that waits, a reason.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]
#![allow(dead_code, reason = "this crate uses its part of the support")]

mod support;

use std::fs;

use support::bastion::{World, me};
use support::terminal::Terminal;

/// The bastion key.
const MENU: &str = "\x1d";
const ESCAPE: &str = "\x1b";

fn shell(world: &World) -> Terminal {
    let mut terminal = Terminal::start(&world.client("alice").flag("-tt").words(&format!("{}@box", me())));
    terminal.line("PS1='ready> '; clear");
    terminal.wait_until("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    terminal
}

/// The recording of this test's only session, in every format.
fn recorded(world: &World) -> String {
    let (_, list, _) = world.verb("carol", &["sessions", "--recorded", "--json"]);
    let row: serde_json::Value = serde_json::from_str(list.lines().next().expect("a recording")).expect("JSON");
    let id = row.pointer("/meta/id").and_then(|id| id.as_str()).expect("an id").to_owned();
    ["text", "json", "cast"].map(|format| world.verb("carol", &["export", &id, "--format", format]).1).concat()
}

#[test]
fn values_are_masked_shown_on_approval_and_masked_again() {
    let world = World::start();
    let file = world.path().join("customers.csv");
    fs::write(&file, "id,mail\n1,ada@example.com\n2,bob@example.com\n").expect("a file");
    let mut terminal = shell(&world);
    terminal.line(&format!("cat {}", file.display()));
    terminal.wait_until("the table is there, masked", |screen| screen.contains("2,***") && !screen.contains("ada@"));

    terminal.press(MENU);
    terminal.wait_text("values are masked here");
    terminal.press("rcase 4711\r");
    terminal.wait_text("asked approver");
    let request = world.request();
    let (_, shown, _) = world.verb("bob", &["requests", &request]);
    assert!(shown.contains("to see masked values in the clear for 5m") && shown.contains("case 4711"), "{shown}");
    terminal.press(ESCAPE);
    terminal.wait_until("the menu is gone", |screen| !screen.contains("holdpoint"));

    let (code, said, wrong) = world.verb("bob", &["approve", &request, "--clear", "3s"]);
    assert_eq!((code, said.contains("in the clear for 3s")), (0, true), "{said}{wrong}");
    terminal.wait_until("the values are there", |screen| {
        screen.contains("ada@example.com") && screen.contains("bob@example.com")
    });
    let (_, grants, _) = world.verb("bob", &["grants"]);
    assert!(grants.contains("in the clear for 3s"), "{grants}");
    terminal.wait_until("they are masked again", |screen| !screen.contains("example.com") && screen.contains("2,***"));

    terminal.line("exit");
    terminal.wait_end();
    let (_, audit, _) = world.verb("carol", &["audit"]);
    assert!(audit.contains("for a reveal on") && audit.contains("ended"), "{audit}");
    let record = recorded(&world);
    assert!(record.contains("reveal_began") && record.contains("reveal_ended"), "{record}");
    assert!(!record.contains("ada@example.com"), "{record}");
}

/// The grants as an approver is told of them.
fn grants(world: &World) -> String {
    world.verb("bob", &["grants", "--json"]).1
}

#[test]
fn what_is_taken_back_or_closed_is_masked_at_once_and_stands_nowhere() {
    let world = World::start();
    let file = world.path().join("customers.csv");
    fs::write(&file, "id,mail\n1,ada@example.com\n").expect("a file");
    let mut terminal = shell(&world);
    terminal.line(&format!("cat {}", file.display()));
    terminal.wait_until("the table is there, masked", |screen| screen.contains("1,***") && !screen.contains("ada@"));
    for by_approver in [true, false] {
        terminal.press(MENU);
        terminal.wait_text("values are masked here");
        terminal.press("rcase 4711\r");
        let request = world.request();
        terminal.press(ESCAPE);
        terminal.wait_until("the menu is gone", |screen| !screen.contains("holdpoint"));
        assert_eq!(world.verb("bob", &["approve", &request, "--clear", "300s"]).0, 0);
        terminal.wait_until("the value is there", |screen| screen.contains("ada@example.com"));
        let row: serde_json::Value = serde_json::from_str(&grants(&world)).expect("one grant");
        let grant = row["id"].as_str().expect("an id");
        if by_approver {
            assert_eq!(world.verb("carol", &["revoke", grant]).0, 5, "an auditor may not");
            assert_eq!(world.verb("bob", &["revoke", grant, "-m", "seen enough"]).0, 0);
            terminal.wait_text("bob took back the reveal, values are masked again: \"seen enough\"");
        } else {
            terminal.press(MENU);
            terminal.wait_text("in the clear");
            terminal.press("e");
        }
        terminal.wait_until("it is masked again", |screen| !screen.contains("ada@") && screen.contains("1,***"));
        support::wait_for("no grant stands", || grants(&world).is_empty().then_some(()));
    }
    terminal.line("exit");
    terminal.wait_end();
    let (_, audit, _) = world.verb("carol", &["audit"]);
    assert!(audit.contains("revoked: seen enough") && audit.contains("ended: it was not wanted any more"), "{audit}");
    let record = recorded(&world);
    assert!(record.contains("grant_revoked") && record.contains("\"why\":\"revoked\""), "{record}");
    assert!(!record.contains("ada@example.com"), "{record}");
}

#[test]
fn a_reason_comes_with_the_connection_and_no_target_gets_it() {
    let world = World::start();
    let client = world.client("alice").with("SetEnv=HOLDPOINT_REASON=\"JIRA-88 cleanup\"");
    let mut held =
        client.start(&format!("{}@box", me()), "echo $HOLDPOINT_REASON; rm -rf ./no-such-thing-of-this-test");
    let request = world.request();
    let (_, shown, _) = world.verb("bob", &["requests", &request]);
    assert!(shown.contains("reason     \"JIRA-88 cleanup\""), "{shown}");
    assert_eq!(world.verb("bob", &["approve", &request, "--once"]).0, 0);
    let mut out = String::new();
    std::io::Read::read_to_string(&mut held.child().stdout.take().expect("stdout"), &mut out).expect("ssh's output");
    assert_eq!(out, "\n");
    held.wait();
}
