//! Canaries: values that must never leave the engine by another way than the one they are meant for. A card number that the
//! target prints and a password that is typed without echo are looked for in every event and request, as JSON and as `Debug`,
//! and in what the client is shown.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

#[path = "support/scenario/mod.rs"]
mod scenario;

use std::time::Duration;

use holdpoint::model::{ChannelKind, Outcome, Scope, Size};
use holdpoint::session::Input;
use scenario::script::Echo;
use scenario::stage::{Beginning, Stage};

/// A test number of the card schemes; its check digit is right.
const CARD: &str = "4012 8888 8888 1881";

/// Reads like a command that would be held, so that it passes through every part of the judging.
const PASSWORD: &str = "canary-7f3a; rm -rf /srv/canary";

fn shell() -> Stage {
    begin(ChannelKind::Shell, Some(Size::new(100, 24)))
}

fn begin(channel: ChannelKind, terminal: Option<Size>) -> Stage {
    let lifetime = Duration::from_secs(3600);
    Stage::begin(Beginning {
        channel,
        terminal,
        lifetime,
        echo: Echo::On,
        menu: holdpoint::session::MenuKey::USUAL,
        env: None,
        policy: String::new(),
    })
    .expect("it begins")
}

/// Everything that others read of a session: its record, its requests, what the engine tells dashboards.
fn told(stage: &mut Stage) -> Vec<(&'static str, String)> {
    let mut told = vec![
        ("the record", scenario::record(&stage.events)),
        ("what dashboards show", format!("{:?}", stage.last_commands())),
        ("the picture for those who begin to watch", String::from_utf8_lossy(&stage.keyframe()).into_owned()),
    ];
    for record in &stage.events {
        told.push(("Debug of an event", format!("{record:?}")));
        told.push(("JSON of an event", serde_json::to_string(&record.event).expect("JSON")));
    }
    for request in &stage.requests {
        told.push(("Debug of a request", format!("{request:?}")));
        told.push(("JSON of a request", serde_json::to_string(request).expect("JSON")));
    }
    told
}

#[track_caller]
fn nowhere(secrets: &[&str], told: &[(&'static str, String)]) {
    for (place, text) in told {
        for secret in secrets {
            assert!(!text.contains(secret), "'{secret}' is in {place}:\n{text}");
        }
    }
}

/// The number as it is printed, and as its digits alone.
fn card() -> [String; 2] {
    [CARD.to_owned(), CARD.replace(' ', "")]
}

fn what_the_client_saw(stage: &Stage) -> Vec<(&'static str, String)> {
    let eye = stage.eye.as_ref().map(holdpoint::terminal::Screen::contents);
    vec![
        ("the client's bytes", String::from_utf8_lossy(&stage.stdout).into_owned()),
        ("the client's screen", eye.unwrap_or_default()),
    ]
}

#[test]
fn a_card_number_is_nowhere_however_the_target_prints_it() {
    for printed in card() {
        for piece in [1, 3, 7, 64] {
            for pause in [Duration::ZERO, Duration::from_millis(20)] {
                let mut t = shell();
                t.target_says("\ncard: ").expect("said");
                for bytes in printed.as_bytes().chunks(piece) {
                    t.target_writes(bytes, pause).expect("written");
                }
                t.target_says(" was charged\nme@box:~$ ").expect("said");
                // The rows around a held line go to the approver.
                t.types("rm -rf ./victim\r").expect("typed");
                t.pass(Duration::from_secs(1)).expect("time passes");
                assert_eq!(t.requests.len(), 1, "the number was on the screen when the request was made");
                let mut told = told(&mut t);
                told.extend(what_the_client_saw(&t));
                nowhere(&[printed.as_str()], &told);
            }
        }
    }
}

#[test]
fn a_card_number_in_the_output_of_a_command_without_a_terminal_is_nowhere() {
    for printed in card() {
        let mut t = begin(ChannelKind::Exec { command: "cat orders.csv".into() }, None);
        for bytes in format!("id,card\n1,{printed}\n").as_bytes().chunks(5) {
            t.target_writes(bytes, Duration::ZERO).expect("written");
        }
        t.target_exits(0).expect("exited");
        nowhere(&[printed.as_str()], &[told(&mut t), what_the_client_saw(&t)].concat());
    }
}

/// While values are in the clear the client alone has them; nobody else ever does, and it no longer when that is over.
#[test]
fn a_card_number_that_was_revealed_is_told_to_nobody_else() {
    let mut t = shell();
    t.target_says(&format!("\ncard: {CARD}\nme@box:~$ ")).expect("said");
    t.act(Input::FromClient(b"\x1drcase\r\x03")).expect("asked");
    let by = vec!["bob".to_owned()];
    t.decide(Outcome::Approved { by, scope: Scope::Clear { secs: 60 } }).expect("decided");
    assert!(t.picture().contains(CARD), "{}", t.picture());
    t.target_says(&format!("{CARD}\nme@box:~$ ")).expect("said");
    nowhere(&[CARD], &told(&mut t));
    t.types("rm -rf ./victim\r").expect("typed");
    t.pass(Duration::from_secs(1)).expect("time passes");
    assert_eq!(t.requests.len(), 2, "a line is held while the number is on the screen");
    nowhere(&[CARD], &told(&mut t));
    t.pass(Duration::from_secs(70)).expect("time passes");
    nowhere(&[CARD], &[("the client's screen", t.picture())]);
}

/// The line is held, shown to approvers, approved and run.
#[test]
fn a_password_on_the_command_line_is_nowhere_but_at_the_target() {
    let (mut t, secret) = (shell(), "canary7f3a");
    t.types(&format!("mysql -p{secret} -e 'drop database shop'\r")).expect("typed");
    t.pass(Duration::from_secs(1)).expect("time passes");
    assert_eq!(t.requests.len(), 1);
    nowhere(&[secret], &told(&mut t));
    t.decide(Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once }).expect("decided");
    t.pass(Duration::from_secs(1)).expect("time passes");
    assert!(t.shell.ran.iter().any(|line| line.contains(secret)), "{:?}", t.shell.ran);
    nowhere(&[secret], &told(&mut t));
}

/// What a part of the password that nobody meant to write would look like.
const TRACES: [&str; 2] = ["canary-7f3a", "/srv/canary"];

fn at_a_password_prompt() -> Stage {
    let mut t = shell();
    t.types("sudo -l\r").expect("typed");
    t.shell.echo = Echo::Off;
    t.target_says("\r\x1b[K[sudo] password for me: ").expect("said");
    t
}

#[test]
fn a_password_that_reads_like_a_command_is_nowhere_whatever_is_decided() {
    let approved = Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once };
    let denied = Outcome::Denied { by: "bob".into(), reason: "no".into() };
    for outcome in [approved, denied, Outcome::Expired] {
        let mut t = at_a_password_prompt();
        t.types(PASSWORD).expect("typed");
        t.types("\r").expect("typed");
        t.pass(Duration::from_secs(1)).expect("time passes");
        assert!(t.is_held(), "it reads like a command, so somebody is asked");
        t.decide(outcome).expect("decided");
        t.pass(Duration::from_secs(2)).expect("time passes");
        t.shell.echo = Echo::On;
        t.target_says("\nme@box:~$ ").expect("said");
        t.types("rm -rf ./victim\r").expect("typed");
        t.pass(Duration::from_secs(1)).expect("time passes");
        let mut told = told(&mut t);
        told.extend(what_the_client_saw(&t));
        nowhere(&TRACES, &told);
    }
}

#[test]
fn a_password_is_nowhere_when_the_session_ends_in_the_middle_of_it() {
    for end in [Input::ClientGone, Input::Kill { by: "bob", reason: "enough" }, Input::Shutdown] {
        let mut t = at_a_password_prompt();
        t.types(PASSWORD).expect("typed");
        t.act(end).expect("ended");
        assert!(t.closed.is_some());
        nowhere(&TRACES, &told(&mut t));
    }
}

#[test]
fn a_pasted_password_is_nowhere() {
    let mut t = at_a_password_prompt();
    t.act(Input::FromClient(format!("{PASSWORD}\r").as_bytes())).expect("pasted");
    t.pass(Duration::from_secs(1)).expect("time passes");
    t.act(Input::FromClient(b"\x03")).expect("typed");
    t.pass(Duration::from_secs(1)).expect("time passes");
    let mut told = told(&mut t);
    told.extend(what_the_client_saw(&t));
    nowhere(&TRACES, &told);
}

#[test]
fn the_digest_of_a_password_cannot_be_tried_against_the_record() {
    let mut t = at_a_password_prompt();
    t.types(PASSWORD).expect("typed");
    t.types("\r").expect("typed");
    t.pass(Duration::from_secs(1)).expect("time passes");
    let request = &t.requests[0];
    let guess = holdpoint::session::command_digest(request.session, &request.place, [PASSWORD]);
    nowhere(&[guess.to_string().as_str()], &told(&mut t));
}
