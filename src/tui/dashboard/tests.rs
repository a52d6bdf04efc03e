//! Tests of the dashboard.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::api::wire::{Push, Reply};
use crate::model::{
    CloseReason, DataKind, Digest, Event, Finding, Grant, GrantId, Outcome, Refusal, Scope, Severity, Stream, Subject,
};
use crate::tui::testing::{EVIL, NOON, Person, hold, options, request_id, session, session_id};
use crate::tui::theme::{Colour, Glyphs, Look};

type Approver = Person<Dashboard>;

/// An approver who sees three holds and the screen of the first.
fn approver(cols: u32, rows: u32, colour: Colour) -> Approver {
    let mut person = empty(cols, rows, colour);
    for (n, user) in [(3, "alice"), (4, "carol"), (5, "dave")] {
        person.push(Push::Session(session(n, user, "db-prod-3")));
    }
    person.push(request(hold(3, Severity::Critical, 298, "cd /srv && rm -rf /srv/data", 16)));
    person.push(request(hold(4, Severity::High, 131, "systemctl stop postgresql", 25)));
    person.push(request(hold(5, Severity::Medium, 41, "kubectl delete pod api-0", 24)));
    person.wait(500);
    watch(&mut person, 3);
    person
}

fn empty(cols: u32, rows: u32, colour: Colour) -> Approver {
    let mut person = Person::new(Dashboard::new(options(colour)), cols, rows);
    person.push(Push::Reply { n: 1, reply: Reply::You { user: "bob".into(), roles: vec![], now: NOON } });
    person.push(Push::Reply { n: 2, reply: Reply::Done });
    person
}

fn request(row: RequestRow) -> Push {
    Push::Request(Box::new(row))
}

fn watch(person: &mut Approver, n: u8) {
    let screen = b"\x1b[2J\x1b[Hroot@db-prod-3:~# cd /srv\r\n\x1b[1;32mroot@db-prod-3\x1b[0m:/srv# rm -rf data";
    let state = STANDARD.encode(screen);
    person.push(Push::Keyframe { session: session_id(n), size: Size::new(60, 12), state });
}

/// What the dashboard asked the server to do, leaving out what it asks in order to know.
fn acts(person: &Approver) -> Vec<&Call> {
    let act = |effect: &'_ Effect<()>| match effect {
        Effect::Send(Numbered { call, .. }) => matches!(
            call,
            Call::Approve { .. }
                | Call::Deny { .. }
                | Call::Kill { .. }
                | Call::Pause { .. }
                | Call::Resume { .. }
                | Call::Revoke { .. }
        ),
        Effect::Copy(_) | Effect::Bell | Effect::Repaint | Effect::Quit(()) => false,
    };
    let sent = person.effects.iter().filter(|effect| act(effect));
    sent.filter_map(|effect| if let Effect::Send(numbered) = effect { Some(&numbered.call) } else { None }).collect()
}

#[test]
fn three_panes() {
    assert_snapshot!(approver(120, 40, Colour::Sixteen).screen());
}

#[test]
fn two_panes() {
    assert_snapshot!(approver(80, 24, Colour::Sixteen).screen());
}

#[test]
fn one_pane_with_tabs() {
    let mut person = approver(60, 20, Colour::Sixteen);
    let list = person.screen();
    person.press("\t");
    let why = person.screen();
    person.press("\t");
    assert_snapshot!(format!("{list}\n{why}\n{}", person.screen()));
}

#[test]
fn without_colour_every_role_is_still_told_apart() {
    let look = Look { colour: Colour::Never, ..Look::default() };
    assert_snapshot!(approver(80, 24, Colour::Never).screen_with_styles(look));
}

#[test]
fn with_colour_the_roles_are_those() {
    assert_snapshot!(approver(80, 24, Colour::Sixteen).screen_with_styles(Look::default()));
}

#[test]
fn ascii_draws_nothing_of_ours_outside_of_ascii() {
    let mut options = options(Colour::Never);
    options.look.glyphs = Glyphs::Ascii;
    let mut person = Person::new(Dashboard::new(options), 120, 40);
    person.push(request(hold(3, Severity::Critical, 298, "rm -rf /srv/data", 16)));
    person.wait(1000);
    for keys in ["", "a", "\x1b", "d", "\x1b", "?", "\x1b", "!", "\x1b", "/", "\x1b", ":", "\x1b", "2", "3"] {
        person.press(keys);
        let screen = person.screen();
        let strange: Vec<_> = screen.chars().filter(|c| !c.is_ascii()).collect();
        assert!(strange.is_empty(), "after {keys:?}: {strange:?}\n{screen}");
    }
}

#[test]
fn too_small_a_window_says_so_and_decides_nothing() {
    let mut person = approver(39, 9, Colour::Sixteen);
    assert_eq!(person.screen().lines().next(), Some("make me bigger (40x10)"));
    person.press("a\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
}

#[test]
fn a_resize_loses_neither_selection_nor_scroll_and_arms_anew() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("j\r\x04");
    let (selected, first) = (person.app.queue.selected_entry().cloned(), person.app.why_first);
    assert!(first > 0);
    person.wait(DEAD_MS);
    person.resize(60, 20);
    person.press("a");
    assert!(person.app.dialog.is_none(), "what was looked at may have moved");
    person.resize(80, 24);
    assert_eq!((person.app.queue.selected_entry().cloned(), person.app.why_first), (selected, first));
}

#[test]
fn empty_lists_teach() {
    let mut person = empty(80, 24, Colour::Sixteen);
    let mut all = person.screen();
    person.press("2");
    all.push_str(&person.screen());
    person.press("3");
    all.push_str(&person.screen());
    for text in ["No holds. Nobody is connected. Press 2", "No live sessions.", "No grants."] {
        assert!(all.contains(text), "{text}: {all}");
    }
}

#[test]
fn the_dialogs() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("a");
    let approve = person.screen();
    person.press("\x1b");
    person.press("d");
    let deny = person.screen();
    person.press("\x1b");
    person.press("x");
    person.press("out of hand\r");
    assert_snapshot!(format!("{approve}\n{deny}\n{}", person.screen()));
}

#[test]
fn help_is_the_action_table() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("?");
    assert_snapshot!(person.screen());
    person.press("freeze");
    assert!(person.screen().contains("stop the live screen") && !person.screen().contains("first row"));
}

#[test]
fn something_critical_is_approved_only_by_typing_the_targets_name() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("a");
    person.wait(DEAD_MS);
    person.press("\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
    assert!(person.screen().contains("type the target's name"));
    person.press("db-prod-3\r");
    let digest = hold(3, Severity::Critical, 0, "x", 0).request.command.digest;
    assert_eq!(acts(&person), [&Call::Approve { request: request_id(3), digest, scope: Scope::Once }]);
}

#[test]
fn a_decision_is_dead_for_a_moment_after_its_dialog_opened() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("jd1\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
    person.wait(DEAD_MS);
    person.press("d1\r");
    assert_eq!(acts(&person), [] as [&Call; 0], "the dialog has just opened");
    person.wait(DEAD_MS);
    person.press("\r");
    assert!(
        matches!(acts(&person)[..], [Call::Deny { reason, .. }] if reason == "use the runbook"),
        "{:?}",
        acts(&person)
    );
}

#[test]
fn given_a_vote_comes_in_while_the_finger_is_on_enter_then_nothing_is_sent() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("j");
    person.wait(DEAD_MS);
    person.press("a");
    person.wait(DEAD_MS);
    let mut changed = hold(4, Severity::High, 131, "systemctl stop postgresql", 25);
    changed.approved_by.push("frank".into());
    person.push(request(changed));
    person.press("\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
    assert!(person.screen().contains("just changed"));
}

#[test]
fn given_the_digest_changes_under_the_dialog_then_the_dialog_closes() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("a");
    let mut changed = hold(3, Severity::Critical, 298, "rm -rf /", 8);
    changed.request.command.digest = crate::model::Digest([99; 32]);
    person.push(request(changed));
    person.wait(DEAD_MS);
    person.press("db-prod-3");
    assert!(person.screen().contains("Nothing was sent"), "{}", person.screen());
    person.press("\r\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
}

#[test]
fn a_long_command_must_be_seen_to_its_end_first() {
    let mut person = empty(80, 24, Colour::Sixteen);
    let long = format!("echo {}; rm -rf /srv", "x y ".repeat(600));
    person.push(request(hold(4, Severity::High, 200, &long, 11)));
    person.wait(2 * DEAD_MS);
    person.press("a");
    assert!(person.screen().contains("see the command to its end first"), "{}", person.screen());
    person.press("\r\x04\x04\x04\x04\x04\x04");
    person.wait(DEAD_MS);
    person.press("a");
    person.wait(DEAD_MS);
    person.press("2\r");
    assert!(matches!(acts(&person)[..], [Call::Approve { scope: Scope::SameCommandThisSession, .. }]));
}

#[test]
fn who_may_not_decide_reads_why() {
    let mut person = empty(80, 24, Colour::Sixteen);
    let mut own = hold(4, Severity::High, 200, "rm -rf x", 8);
    own.may_not = Some("it is your own request".into());
    person.push(request(own));
    person.wait(2 * DEAD_MS);
    assert!(person.screen().contains("may not decide: it is your own request"));
    person.press("a");
    assert!(person.screen().contains("you may not decide this: it is your own request"), "{}", person.screen());
    person.press("\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
}

#[test]
fn the_selection_never_moves_by_itself() {
    let mut person = approver(120, 40, Colour::Sixteen);
    let id = |person: &Approver| person.app.queue.selected_entry().map(|entry| entry.row.request.id);
    person.press("j");
    assert_eq!(id(&person), Some(request_id(4)));
    person.push(request(hold(9, Severity::Critical, 10, "mkfs /dev/sda", 13)));
    assert_eq!(id(&person), Some(request_id(4)));
    person.wait(9000);
    assert!(person.screen().contains("1 new above"), "{}", person.screen());
    person.push(Push::RequestEnded { request: request_id(4), outcome: Outcome::Expired });
    assert_eq!(id(&person), Some(request_id(4)));
    assert!(person.screen().contains("expired: nobody decided in time"));
    person.press("a");
    assert!(person.app.dialog.is_none());
    person.press("j");
    assert!(!person.screen().contains("expired: nobody decided in time  carol"));
}

fn grant(n: u8) -> Grant {
    Grant {
        id: GrantId::from_bytes([n; 5]),
        request: request_id(n),
        session: session_id(3),
        digest: Digest([n; 32]),
        scope: Scope::Clear { secs: 900 },
        by: vec!["bob".into()],
        since: NOON,
    }
}

#[test]
fn a_grant_is_taken_back_and_the_selection_stays_on_it_until_then() {
    let mut person = approver(120, 40, Colour::Sixteen);
    person.press("u");
    assert!(person.screen().contains("no grant is selected; 3 shows them"), "{}", person.screen());
    person.push(Push::Grants { grants: vec![grant(1), grant(2)] });
    person.press("3j");
    person.push(Push::Grants { grants: vec![grant(2)] });
    person.press("u");
    person.wait(500);
    let screen = person.screen();
    assert!(screen.contains("in the clear for 15m for alice on root@db-prod-3, by bob"), "{screen}");
    person.press("enough\r");
    let revoke = Call::Revoke { grant: grant(2).id, reason: "enough".into() };
    assert_eq!(acts(&person), [&revoke]);
    person.press("u");
    person.push(Push::Grants { grants: vec![] });
    assert!(person.screen().contains("the grant has ended"), "{}", person.screen());
    person.wait(500);
    person.press("\r\r");
    assert_eq!(acts(&person), [&revoke]);
}

#[test]
fn a_lost_link_is_seen_and_nothing_is_sent() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("a");
    person.wait(DEAD_MS);
    person.tell(Message::LinkLost);
    person.press("db-prod-3\r");
    assert_eq!(acts(&person), [] as [&Call; 0]);
    person.press("\x1b");
    person.wait(9000);
    assert!(person.screen().contains("not connected: decisions not sent"), "{}", person.screen());
    assert!(person.screen().contains("trying again"), "{}", person.screen());
}

#[test]
fn a_link_that_is_back_shows_what_is_now_and_takes_decisions() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("p");
    person.tell(Message::LinkLost);
    person.tell(Message::LinkFailed("no bastion answers".into()));
    assert!(person.screen().contains("not connected: no bastion answers"), "{}", person.screen());
    let before = person.effects.len();
    person.tell(Message::LinkUp);
    assert!(person.screen().contains("no answer came, look whether it was done: stop alice's keys"));
    let calls: Vec<_> = person.effects[before..].iter().filter_map(call).collect();
    assert!(calls.iter().any(|sent| sent.call == Call::Subscribe), "{calls:?}");
    // One hold went while nobody told us, one stands.
    for sent in calls {
        let reply = match sent.call {
            Call::Requests => Reply::Requests { requests: vec![hold(4, Severity::High, 131, "systemctl stop x", 16)] },
            Call::Sessions => Reply::Sessions { sessions: vec![session(4, "carol", "db-prod-3")] },
            _ => Reply::Done,
        };
        person.push(Push::Reply { n: sent.n, reply });
    }
    person.wait(9000);
    let screen = person.screen();
    assert!(screen.contains("1 live") && screen.contains("1 held") && !screen.contains("rm -rf"), "{screen}");
    assert!(!screen.contains("not connected"), "{screen}");
    let watched = person.effects.iter().rev().find_map(call).map(|sent| sent.call);
    assert_eq!(watched, Some(Call::Watch { session: session_id(4) }));
    person.press("d");
    person.wait(DEAD_MS);
    person.press("1\r");
    let denied = acts(&person).last().copied().cloned();
    assert!(matches!(denied, Some(Call::Deny { request, .. }) if request == request_id(4)), "{denied:?}");
}

fn call(effect: &Effect<()>) -> Option<Numbered> {
    if let Effect::Send(sent) = effect { Some(sent.clone()) } else { None }
}

#[test]
fn a_call_that_could_not_be_sent_is_told_as_such() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("p");
    let Some(Effect::Send(sent)) = person.effects.last().cloned() else { panic!("no call") };
    assert_eq!(sent.call, Call::Pause { session: session_id(3) });
    person.tell(Message::NotSent(sent.n));
    assert!(person.screen().contains("NOT sent: stop alice's keys"), "{}", person.screen());
}

#[test]
fn a_refusal_is_shown_with_its_sentence() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("p");
    let Some(Effect::Send(sent)) = person.effects.last().cloned() else { panic!("no call") };
    let reply = Reply::Refused { kind: Refusal::NotPermitted, why: "you need the role oncall".into() };
    person.push(Push::Reply { n: sent.n, reply });
    assert!(person.screen().contains("refused: stop alice's keys: you need the role oncall"));
}

#[test]
fn the_filter_narrows_and_a_wrong_one_says_what_there_is() {
    let mut person = approver(120, 40, Colour::Sixteen);
    person.press("/risk:med\r");
    assert!(!person.screen().contains("systemctl") && person.screen().contains("kubectl"), "{}", person.screen());
    person.press("\x1b");
    person.press("/usr:x");
    assert!(person.screen().contains("no field 'usr:'"));
}

#[test]
fn a_command_is_completed_and_run_by_name() {
    let mut person = approver(120, 40, Colour::Sixteen);
    person.press(":sess\t\r");
    assert!(person.screen().contains("2 Sessions (3)"));
    person.press(":nonsense\r");
    assert!(person.screen().contains("no command 'nonsense'"));
    person.press(":gra\r");
    assert!(person.screen().contains("3 Grants"));
}

#[test]
fn the_bell_rings_for_a_new_hold_and_not_for_an_old_one() {
    let mut person = Person::new(Dashboard::new(options(Colour::Sixteen)), 80, 24);
    person.push(request(hold(3, Severity::High, 100, "rm x", 4)));
    assert!(!person.effects.contains(&Effect::Bell));
    person.push(Push::Reply { n: 2, reply: Reply::Done });
    person.push(request(hold(4, Severity::High, 100, "rm y", 4)));
    assert!(person.effects.contains(&Effect::Bell));
}

#[test]
fn a_session_is_watched_once_the_selection_rests() {
    let mut person = approver(120, 40, Colour::Sixteen);
    person.effects.clear();
    person.press("jj");
    assert!(person.effects.is_empty());
    person.wait(200);
    let calls: Vec<_> = person.effects.iter().collect();
    assert!(
        matches!(calls[..], [Effect::Send(Numbered { call: Call::Watch { session }, .. })] if *session == session_id(5))
    );
    person.push(Push::Event {
        session: session_id(5),
        seq: 1,
        at: NOON,
        event: Event::Output { stream: Stream::Stdout, bytes: Bytes::from_static(b"before its keyframe") },
    });
    assert!(!person.screen().contains("before its keyframe"));
}

#[test]
fn a_session_that_has_ended_is_not_asked_for() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.push(Push::SessionEnded { session: session_id(3), reason: CloseReason::ClientGone });
    person.wait(500);
    let asked = person.effects.iter().rev().find_map(call).map(|sent| sent.call);
    assert_eq!(asked, Some(Call::Unwatch));
    // Its hold stays selected; asking for everything again does not ask for its screen.
    person.press("r");
    person.wait(500);
    let watches = |effect: &Effect<()>| matches!(call(effect), Some(Numbered { call: Call::Watch { .. }, .. }));
    assert_eq!(person.effects.iter().filter(|effect| watches(effect)).count(), 1);
}

#[test]
fn a_frozen_screen_stands_still_and_goes_on() {
    let mut person = approver(120, 40, Colour::Sixteen);
    let output = |bytes| Push::Event {
        session: session_id(3),
        seq: 1,
        at: NOON,
        event: Event::Output { stream: Stream::Stdout, bytes: Bytes::from_static(bytes) },
    };
    person.press("f");
    person.push(output(b"\r\nmore output"));
    assert!(person.screen().contains("FROZEN") && !person.screen().contains("more output"));
    person.press("f");
    assert!(person.screen().contains("more output"));
}

#[test]
fn what_was_copied_is_the_command_whole() {
    let mut person = approver(80, 24, Colour::Sixteen);
    person.press("y");
    assert!(person.effects.contains(&Effect::Copy("cd /srv && rm -rf /srv/data".into())));
    assert!(person.screen().contains("copied 27 chars"));
}

#[test]
fn hostile_text_in_every_field_reaches_the_terminal_as_text_only() {
    let evil = EVIL;
    let mut row = hold(3, Severity::Critical, 298, evil, evil.len());
    let r = &mut row.request;
    for text in [&mut r.who.user, &mut r.who.fingerprint, &mut r.place.target, &mut r.place.login] {
        *text = evil.to_owned();
    }
    r.who.roles = [evil.to_owned()].into();
    r.place.labels = [(evil.to_owned(), evil.to_owned())].into();
    r.effects[0].reason = evil.to_owned();
    r.effects[0].object = evil.to_owned();
    r.rules[0].id = evil.to_owned();
    r.rules[0].file = evil.to_owned();
    r.rules[0].says = evil.to_owned();
    r.risk.reasons = vec![evil.to_owned()];
    r.obligations.approvers = vec![evil.to_owned()];
    row.approved_by = vec![evil.to_owned()];
    let mut other = hold(4, Severity::High, 10, "ls", 2);
    other.may_not = Some(evil.to_owned());
    let mut live = session(3, evil, evil);
    live.meta.channel = crate::model::ChannelKind::Exec { command: evil.to_owned() };
    let mut person = empty(120, 40, Colour::True);
    person.app.options.bastion = evil.to_owned();
    person.push(Push::Reply { n: 1, reply: Reply::You { user: evil.into(), roles: vec![], now: NOON } });
    person.push(Push::Session(live));
    person.push(request(row));
    person.push(request(other));
    person.wait(1000);
    person.push(Push::Keyframe { session: session_id(3), size: Size::new(60, 12), state: STANDARD.encode(evil) });
    let outcome = Outcome::Denied { by: evil.into(), reason: Shown::new(evil) };
    let keys =
        ["", "a", "\x1b", "d", evil, "\x1b", "x", "\x1b", "!", "\x1b", "2", "/", evil, "\x1b", ":", evil, "1", "j"];
    for keys in keys {
        person.press(keys);
        person.assert_no_control();
    }
    person.push(Push::RequestEnded { request: request_id(4), outcome });
    person.assert_no_control();
    person.push(Push::Goodbye { why: evil.into() });
    person.assert_no_control();
}

fn any_keys() -> impl Strategy<Value = Vec<String>> {
    let keys = [
        "a",
        "d",
        "x",
        "p",
        "\r",
        "\x1b",
        "y",
        "n",
        "1",
        "2",
        "3",
        "j",
        "k",
        "\t",
        "/",
        ":",
        "?",
        "!",
        "e",
        "f",
        "G",
        "q",
        "\x04",
        "\x15",
        "db-prod-3",
        "\x1b[A",
        "\x1b[B",
        "\x7f",
        "approve",
        "\x1b[<0;5;5M",
        "\x1b[200~y\r\x1b[201~",
    ];
    prop::collection::vec(prop::sample::select(keys.map(str::to_owned).to_vec()), 0..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_keys_panic_and_none_approve_unless_the_question_was_on_the_screen(
        keys in any_keys(), waits in prop::collection::vec(0u64..600, 50), size in prop::sample::select(vec![(80, 24), (120, 40), (60, 20), (41, 11), (30, 9)]),
    ) {
        let mut person = approver(size.0, size.1, Colour::Sixteen);
        for (key, wait) in keys.iter().zip(waits) {
            let before = person.screen();
            let sent = acts(&person).len();
            person.press(key);
            let new: Vec<_> = acts(&person).into_iter().skip(sent).collect();
            if new.iter().any(|call| matches!(call, Call::Approve { .. })) {
                prop_assert!(before.contains("enter approve") && before.contains("1 once"), "{before}");
            }
            if new.iter().any(|call| matches!(call, Call::Kill { .. })) {
                prop_assert!(before.contains("really end this session?"), "{before}");
            }
            person.wait(wait);
            person.screen();
        }
    }
}

/// A request to see something instead of one to run something.
fn asking(n: u8, subject: Subject, text: &str) -> RequestRow {
    let mut row = hold(n, Severity::High, 200, text, 0);
    row.request.effects.clear();
    row.request.subject = subject;
    row
}

#[test]
fn a_reveal_says_what_would_be_seen_for_how_long_and_can_be_given_for_less() {
    let mut person = empty(100, 30, Colour::Sixteen);
    person.push(request(asking(4, Subject::Reveal { secs: 900 }, "(see masked values in the clear for 15m)")));
    person.wait(2 * DEAD_MS);
    assert!(person.screen().contains("to see every masked value in the clear for 15m"), "{}", person.screen());
    person.press("a");
    assert!(
        person.screen().contains("1 in the clear for 15m: ") && person.screen().contains("2 in the clear for 5m: ")
    );
    person.wait(DEAD_MS);
    person.press("2\r");
    assert!(
        matches!(acts(&person)[..], [Call::Approve { scope: Scope::Clear { secs: 300 }, .. }]),
        "{:?}",
        acts(&person)
    );
}

#[test]
fn output_that_waits_shows_kinds_counts_and_masked_rows_and_goes_on_masked_unless_chosen_otherwise() {
    let mut person = empty(100, 30, Colour::Sixteen);
    let findings = vec![Finding { kind: DataKind::PaymentCard, count: 25 }];
    let subject = Subject::Output { findings, samples: vec![Shown::new("7,****************,Köln")] };
    person.push(request(asking(4, subject, "cat cards.csv")));
    person.wait(2 * DEAD_MS);
    let screen = person.screen();
    assert!(screen.contains("payment_card ×25") && screen.contains("7,****************,Köln"), "{screen}");
    person.press("a");
    assert!(person.screen().contains("1 masked: the rest of this command's output goes on"), "{}", person.screen());
    person.wait(DEAD_MS);
    person.press("\r");
    assert!(matches!(acts(&person)[..], [Call::Approve { scope: Scope::Once, .. }]), "{:?}", acts(&person));
}

#[test]
fn a_session_with_an_alert_is_marked_in_its_list() {
    let mut person = empty(100, 30, Colour::Sixteen);
    let mut row = session(4, "alice", "db-prod-3");
    row.alert = Some(Shown::new("privacy/many: email ×250"));
    person.push(Push::Session(row));
    person.press("2");
    assert!(person.screen().contains("⚑ ls") && person.screen().contains("email ×250"), "{}", person.screen());
}
