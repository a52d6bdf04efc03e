//! The approver's verbs, run as the real program.

use bytes::Bytes;
use holdpoint::broker::{Control, WatchItem};
use holdpoint::model::*;

use super::bench::{Bench, soon};
use super::support::terminal::{CTRL_C, Terminal};

fn json(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_json_with_a_version_or_tabs_and_empty_ones_say_so() {
    let bench = Bench::new().await;
    let none = bench.holdpoint("bob", &["requests"]).await;
    assert_eq!((none.code(), none.out().as_str()), (1, ""));
    assert_eq!(none.err(), "holdpoint: nothing waits for a decision\n");
    let (id, _mailbox) = bench.session(1, "alice");
    bench.desk.ask(bench.request(1, Severity::High)).await.unwrap();
    let list = bench.holdpoint("bob", &["requests", "--json"]).await;
    let rows = json(&list.out());
    assert_eq!((list.code(), rows.len()), (0, 1));
    assert_eq!((&rows[0]["v"], &rows[0]["request"]["command"]["text"]), (&1.into(), &"rm -rf ./victim".into()));
    let plain = bench.holdpoint("bob", &["sessions"]).await.out();
    assert!(plain.starts_with(&format!("{id}\t● live\talice\troot@db-1\t-\t")), "{plain}");
    let status = bench.holdpoint("ann", &["status", "--json"]).await;
    assert_eq!((&json(&status.out())[0]["sessions"], &json(&status.out())[0]["requests"]), (&1.into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_shows_what_it_approves_and_takes_a_unique_prefix() {
    let bench = Bench::new().await;
    let (_, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::High);
    bench.desk.ask(asked.clone()).await.unwrap();
    let done = bench.holdpoint("bob", &["approve", &asked.id.short(), "--session"]).await;
    assert_eq!(done.out(), format!("approved {} for the same command until this session ends\n", asked.id));
    assert!(done.err().contains("effect     HIGH fs.destroy: deletes ./victim and all below it  «rm -rf ./victim»"));
    assert!(matches!(soon("the ruling", mailbox.recv()).await, Some(Control::Ruled(_))));
    let grants = bench.holdpoint("bob", &["grants", "--json"]).await;
    assert_eq!(json(&grants.out())[0]["by"], serde_json::json!(["bob"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_grant_is_taken_back_by_who_may_and_the_session_hears_of_it() {
    let bench = Bench::new().await;
    let (id, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::High);
    bench.desk.ask(asked.clone()).await.unwrap();
    assert_eq!(bench.holdpoint("bob", &["approve", &asked.id.to_string(), "--session"]).await.code(), 0);
    let plain = bench.holdpoint("bob", &["grants"]).await.out();
    assert!(plain.contains("\talice on root@db-1\tfor the same command until this session ends\t-\tbob\t"), "{plain}");
    let grant = plain.split('\t').next().unwrap().to_owned();
    assert!(matches!(soon("the ruling", mailbox.recv()).await, Some(Control::Ruled(_))));
    assert!(matches!(soon("the grant", mailbox.recv()).await, Some(Control::Granted(_))));
    let other = bench.holdpoint("ann", &["revoke", &grant]).await;
    assert!(other.code() == 5 && mailbox.try_recv().is_err(), "{}", other.err());
    let done = bench.holdpoint("bob", &["revoke", grant.get(..4).unwrap(), "-m", "enough", "--json"]).await;
    assert_eq!(done.out(), format!("{{\"v\":1,\"grant\":\"{grant}\",\"session\":\"{id}\",\"revoked\":true}}\n"));
    let told = soon("the revocation", mailbox.recv()).await;
    assert!(matches!(told, Some(Control::Revoked { by, reason, .. }) if by == "bob" && reason.as_str() == "enough"));
    assert_eq!(bench.holdpoint("bob", &["grants"]).await.code(), 1);
    assert_eq!(bench.holdpoint("bob", &["revoke", &grant]).await.code(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_paused_and_resumed_by_who_may() {
    let bench = Bench::new().await;
    let (id, mut mailbox) = bench.session(1, "alice");
    let own = bench.holdpoint("ann", &["pause", &id.short()]).await;
    assert!(own.code() == 5 && mailbox.try_recv().is_err(), "{}", own.err());
    let paused = bench.holdpoint("bob", &["pause", &id.short()]).await;
    assert_eq!(paused.out(), format!("paused session {id} of alice on root@db-1\n"));
    assert!(matches!(soon("the pause", mailbox.recv()).await, Some(Control::Pause { by }) if by == "bob"));
    let resumed = bench.holdpoint("bob", &["resume", &id.to_string(), "--json"]).await;
    assert_eq!(resumed.out(), format!("{{\"v\":1,\"session\":\"{id}\",\"state\":\"resumed\"}}\n"));
    assert!(matches!(soon("the resume", mailbox.recv()).await, Some(Control::Resume { by }) if by == "bob"));
    assert_eq!(bench.holdpoint("bob", &["resume", "zzzz"]).await.code(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_request_wants_the_name_of_its_target() {
    let bench = Bench::new().await;
    let (_, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::Critical);
    bench.desk.ask(asked.clone()).await.unwrap();
    let id = asked.id.to_string();
    let without = bench.holdpoint("bob", &["approve", &id]).await;
    assert!(without.code() == 2 && without.err().contains("say --confirm db-1"), "{}", without.err());
    assert_eq!(bench.holdpoint("bob", &["approve", &id, "--confirm", "db-2"]).await.code(), 2);
    assert!(mailbox.try_recv().is_err());
    assert_eq!(bench.holdpoint("bob", &["approve", &id, "--confirm", "db-1"]).await.code(), 0);
    assert!(matches!(soon("the ruling", mailbox.recv()).await, Some(Control::Ruled(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_scripts_what_went_wrong() {
    let bench = Bench::new().await;
    let (session, mut mailbox) = bench.session(1, "alice");
    bench.desk.ask(bench.request(1, Severity::High)).await.unwrap();
    let id = bench.request(1, Severity::High).id.to_string();
    let own = bench.holdpoint("alice", &["approve", &id]).await;
    assert!(own.code() == 5 && own.err().contains("your own request"), "{}", own.err());
    assert_eq!(bench.holdpoint("bob", &["approve", "zzzz"]).await.code(), 6);
    assert_eq!(bench.holdpoint("bob", &["approve"]).await.code(), 2);
    assert_eq!(bench.holdpoint("ann", &["kill", &session.short()]).await.code(), 5);
    assert_eq!(bench.holdpoint("bob", &["kill", "--dry-run", &session.short()]).await.code(), 0);
    assert!(mailbox.try_recv().is_err());
    assert_eq!(bench.holdpoint("bob", &["deny", &id, "-m", "use the runbook"]).await.code(), 0);
    let ruled = soon("the ruling", mailbox.recv()).await;
    assert!(
        matches!(ruled, Some(Control::Ruled(Ruling { outcome: Outcome::Denied { reason, .. }, .. })) if reason.as_str() == "use the runbook")
    );
    assert_eq!(bench.holdpoint("bob", &["kill", &session.to_string(), "-m", "enough"]).await.code(), 0);
    assert!(matches!(mailbox.recv().await, Some(Control::Kill { reason, .. }) if reason == "enough"));
    let nobody = bench.holdpoint("bob", &["status", "--socket", "/nonexistent/control.sock"]).await;
    assert_eq!(nobody.code(), 2, "a flag that is given twice is a mistake");
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_prints_the_screen_as_text_and_none_of_the_sessions_bytes() {
    let bench = Bench::new().await;
    let (id, mut mailbox) = bench.session(1, "alice");
    let (keyframe, output) = (&b"\x1b[2J\x1b[H$ cat page\x1b]52;c;aGk=\x07"[..], &b"\r\n\x1b[31mred\x1b[m \x1b[6n"[..]);
    let session = tokio::spawn(async move {
        while let Some(control) = mailbox.recv().await {
            let Control::Watch { to, .. } = control else { continue };
            let event = |seq, event| WatchItem::Event(EventRecord { seq, at: Wall(1), event });
            let output = Event::Output { stream: Stream::Stdout, bytes: Bytes::from_static(output) };
            for item in [
                WatchItem::Keyframe { size: Size::new(80, 24), state: Bytes::from_static(keyframe) },
                event(1, output),
                event(2, Event::Ended { reason: CloseReason::ClientGone }),
            ] {
                to.send(item).await.unwrap();
            }
        }
    });
    let text = bench.holdpoint("bob", &["watch", &id.short()]).await;
    assert_eq!(text.code(), 0);
    assert!(text.out().ends_with("$ cat page\nred\n") && !text.out().contains('\u{1b}'), "{:?}", text.out());
    assert_eq!(text.err(), format!("holdpoint: session {id} is over: the engineer left\n"));
    let events = json(&bench.holdpoint("bob", &["watch", "--json", &id.short()]).await.out());
    let pushes: Vec<_> = events.iter().map(|event| event["push"].as_str().unwrap()).collect();
    assert_eq!(pushes, ["keyframe", "event", "event"]);
    session.abort();
}

/// The program in a terminal, as bob.
fn in_a_terminal(bench: &Bench, args: &[&str]) -> Terminal {
    let (socket, key) = (bench.socket.display().to_string(), bench.key_of("bob").display().to_string());
    let words = [env!("CARGO_BIN_EXE_holdpoint")].into_iter().chain(args.iter().copied());
    let words = words.chain(["--socket", &socket, "--identity", &key]);
    Terminal::start(&words.map(str::to_owned).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_watch_paints_the_screen_and_brings_ours_back() {
    let bench = Bench::new().await;
    let (id, mut mailbox) = bench.session(1, "alice");
    let terminal = in_a_terminal(&bench, &["watch", &id.short()]);
    let Some(Control::Watch { to, .. }) = soon("the watcher", mailbox.recv()).await else { panic!("no watcher") };
    let keyframe = Bytes::from_static(b"\x1b[2J\x1b[H$ vi\x1b[5;3Hin the middle");
    to.send(WatchItem::Keyframe { size: Size::new(80, 24), state: keyframe }).await.unwrap();
    let mut terminal = tokio::task::spawn_blocking(move || {
        terminal.wait_until("the screen is painted below its title", |screen| {
            let rows: Vec<_> = screen.lines().collect();
            rows.len() == 6 && rows[0].contains("root@db-1 ─ alice ─ 80x24") && rows[5] == "  in the middle"
        });
        terminal
    })
    .await
    .unwrap();
    terminal.press(CTRL_C);
    let code = tokio::task::spawn_blocking(move || {
        terminal.wait_until("our own screen is back", |screen| !screen.contains("middle"));
        terminal.wait_end()
    });
    assert_eq!(code.await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_a_critical_request_is_approved_by_typing_the_target() {
    let bench = Bench::new().await;
    let (_, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::Critical);
    bench.desk.ask(asked.clone()).await.unwrap();
    for (typed, code) in [("yes", 2), ("db-1", 0)] {
        let mut terminal = in_a_terminal(&bench, &["approve", &asked.id.to_string()]);
        let ended = tokio::task::spawn_blocking(move || {
            terminal.wait_text("type the target's name (db-1) to approve:");
            terminal.line(typed);
            terminal.wait_end()
        });
        assert_eq!(ended.await.unwrap(), code);
        assert_eq!(mailbox.try_recv().is_ok(), code == 0);
    }
}
