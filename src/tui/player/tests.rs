//! Tests of the player.

use bytes::Bytes;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::model::{
    Certainty, Event, EventRecord, ExitStatus, Judgement, Outcome, RequestId, Risk, Scope, Severity, Shown, Stream,
    Verdict,
};
use crate::tui::testing::{EVIL, NOON, Person, hold, meta, options};
use crate::tui::theme::{Colour, Look};

/// Ten minutes: `ls`, a pause of five minutes, a hold that was approved, a denial, the end.
fn recording() -> Timeline {
    let mut timeline = Timeline::new();
    let request = hold(3, Severity::Critical, 0, "rm -rf /srv/data", 16).request;
    let judgement = |verdict| Judgement { verdict, rules: vec![], risk: Risk::default() };
    let command = |text: &str, verdict| Event::Command {
        command: crate::model::CommandText { text: text.to_owned(), digest: request.command.digest },
        effects: vec![],
        certainty: Certainty::Agreed,
        judgement: judgement(verdict),
    };
    let approved = Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once };
    let events = [
        (0, Event::Started(Box::new(meta(3, "alice", "db-prod-3")))),
        (1, output(b"root@db-prod-3:~# ")),
        (3, command("ls", Verdict::Allow)),
        (3, output(b"ls\r\norders.sql  \x1b[34mbackup\x1b[0m\r\nroot@db-prod-3:~# ")),
        (303, output(b"rm -rf /srv/data")),
        (304, Event::Held(Box::new(request.clone()))),
        (330, Event::Ruled { request: RequestId::from_bytes([3; 5]), outcome: approved }),
        (331, output(b"\r\nroot@db-prod-3:~# ")),
        (400, command("mkfs /dev/sda", Verdict::Deny)),
        (401, Event::Notice { text: Shown::new("denied by rule prod/disk") }),
        (600, Event::Exit(ExitStatus::Code { code: 0 })),
    ];
    for ((seconds, event), seq) in events.into_iter().zip(0..) {
        timeline.push(EventRecord { seq, at: NOON.after(Duration::from_secs(seconds)), event });
    }
    timeline
}

fn output(bytes: &'static [u8]) -> Event {
    Event::Output { stream: Stream::Stdout, bytes: Bytes::from_static(bytes) }
}

fn auditor(cols: u32, rows: u32, colour: Colour) -> Person<Player> {
    let standing = Standing { chain: Chain::Sealed, gaps: vec![] };
    Person::new(Player::new(recording(), standing, Start::default(), options(colour)), cols, rows)
}

fn at(person: &Person<Player>) -> u64 {
    person.app.head.at().as_secs()
}

#[test]
fn wide() {
    let mut person = auditor(120, 40, Colour::Sixteen);
    person.press("}");
    assert_snapshot!(person.screen());
}

#[test]
fn usual() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press("}");
    assert_snapshot!(person.screen());
}

#[test]
fn narrow() {
    let mut person = auditor(60, 20, Colour::Sixteen);
    let screen = person.screen();
    person.press("\t");
    assert_snapshot!(format!("{screen}\n{}", person.screen()));
}

#[test]
fn without_colour_every_role_is_still_told_apart() {
    let look = Look { colour: Colour::Never, ..Look::default() };
    let mut person = auditor(80, 24, Colour::Never);
    person.press("}");
    assert_snapshot!(person.screen_with_styles(look));
}

#[test]
fn it_plays_at_the_speed_that_is_shown_and_cuts_pauses() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press(" ");
    person.wait(2000);
    assert_eq!(at(&person), 2);
    // Three seconds of recording, then two of the five minutes' pause.
    person.wait(3100);
    assert_eq!(at(&person), 303);
    assert!(person.screen().contains("rm -rf /srv/data"), "{}", person.screen());
    person.press(" ");
    person.wait(10_000);
    assert_eq!(at(&person), 303);
}

#[test]
fn speed_doubles_and_halves_and_has_ends() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press(">>>>>>>>");
    assert!(person.screen().contains("16x"));
    person.press("i");
    person.press("ii");
    assert!(person.screen().contains("idle≤1s"), "{}", person.screen());
    person.press("<<<<<<<<<");
    assert!(person.screen().contains("1/4x"));
    person.press(" ");
    person.wait(4000);
    assert_eq!(at(&person), 1);
    person.press("=");
    person.wait(1000);
    // Of the two seconds before `ls` one is cut.
    assert_eq!(at(&person), 3);
}

#[test]
fn seeking_goes_where_its_keys_say() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    let cases: [(&str, u64); 17] = [
        ("\x1b[C", 5),
        ("\x1b[D", 0),
        ("\x1b[1;2C", 60),
        ("5", 300),
        ("\x1b[1;2D", 240),
        ("0", 0),
        ("]", 3),
        ("]", 304),
        ("[", 3),
        ("}", 304),
        ("}", 400),
        ("{", 304),
        (":6:00\r", 360),
        (":10\r", 10),
        (".", 303),
        (",", 3),
        ("\x1b[F", 600),
    ];
    for (keys, seconds) in cases {
        person.press(keys);
        assert_eq!(at(&person), seconds, "after {keys:?}");
    }
    person.press("}");
    assert!(person.screen().contains("no hold or denial after this"));
    person.press(":soon\r");
    assert!(person.screen().contains("'soon' is no moment"));
}

#[test]
fn a_search_goes_to_where_the_text_appeared() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press("/backup\r");
    assert_eq!(at(&person), 3);
    assert!(person.screen().contains("/ \"backup\" 1/1"), "{}", person.screen());
    person.press("/nothing like it\r");
    assert!(person.screen().contains("neither on a screen nor in a command"));
}

#[test]
fn the_events_are_walked_and_opened() {
    let mut person = auditor(120, 40, Colour::Sixteen);
    person.press("jj\r");
    assert_eq!(at(&person), 330);
    person.press("\x1b");
    assert_eq!(person.app.focus, Focus::Screen);
}

#[test]
fn at_the_end_it_stops_and_space_begins_again() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press(":9:59\r ");
    person.wait(2000);
    assert!(person.screen().contains("■ end"), "{}", person.screen());
    assert_eq!(person.app.wake(Now::default()), None);
    person.press(" ");
    assert_eq!(at(&person), 0);
}

#[test]
fn a_broken_chain_and_gaps_are_told_in_words() {
    let standing = Standing {
        chain: Chain::Broken(vec!["record 7 does not continue record 6".into()]),
        gaps: vec!["1.2 s not recorded: ledger stall".into()],
    };
    let person = Person::new(Player::new(recording(), standing, Start::default(), options(Colour::Never)), 100, 24);
    let screen = person.screen();
    for text in ["chain BROKEN: 1 faults", "record 7 does not continue record 6; 1.2 s not recorded: ledger stall"] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
}

#[test]
fn a_larger_screen_is_cropped_with_its_edges_marked_and_can_be_looked_over() {
    let mut person = auditor(50, 12, Colour::Sixteen);
    assert!(person.screen().contains("cropped (H J K L move)"), "{}", person.screen());
    person.press("0");
    let before = person.screen();
    assert!(before.contains('▸') && before.contains('▾'), "{before}");
    person.press("LL");
    assert!(person.screen().contains('◂'), "{}", person.screen());
    person.press("\x1b");
    assert_eq!(person.app.pan, None);
}

#[test]
fn the_moment_is_copied_as_the_command_that_shows_it() {
    let mut person = auditor(80, 24, Colour::Sixteen);
    person.press(":5:04\rc");
    let link = format!("holdpoint replay {} --at 05:04", meta(3, "", "").id);
    assert!(person.effects.contains(&Effect::Copy(link)));
}

#[test]
fn an_empty_recording_is_no_fault() {
    let player = Player::new(Timeline::new(), Standing::default(), Start::default(), options(Colour::Sixteen));
    let mut person = Person::new(player, 80, 24);
    person.press(" .,[]{}5nN\x1b[C");
    assert!(person.screen().contains("not verified"));
}

#[test]
fn a_hostile_recording_is_drawn_as_text() {
    let mut timeline = Timeline::new();
    let mut facts = meta(3, EVIL, EVIL);
    facts.place.login = EVIL.into();
    let events = [
        Event::Started(Box::new(facts)),
        output(EVIL.as_bytes()),
        Event::Notice { text: Shown::new(EVIL) },
        Event::Paused { by: EVIL.into() },
    ];
    for (event, seq) in events.into_iter().zip(0..) {
        timeline.push(EventRecord { seq, at: NOON.after(Duration::from_secs(seq)), event });
    }
    let standing = Standing { chain: Chain::Broken(vec![EVIL.into()]), gaps: vec![EVIL.into()] };
    let mut person = Person::new(Player::new(timeline, standing, Start::default(), options(Colour::True)), 120, 40);
    for keys in ["", "]", "]", "/", EVIL, "\r", ":", EVIL, "\r", "c", "?", EVIL] {
        person.press(keys);
        person.assert_no_control();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_keys_panic(
        keys in prop::collection::vec(any::<prop::sample::Index>(), 0..50), waits in prop::collection::vec(0u64..3000, 50),
        size in prop::sample::select(vec![(80u32, 24u32), (120, 40), (60, 20), (41, 11), (30, 9)]),
    ) {
        let mut person = auditor(size.0, size.1, Colour::Sixteen);
        let all: Vec<Key> = actions::TABLE.iter().flat_map(|binding| binding.keys).copied().filter(|k| *k != Key::Ctrl('c')).collect();
        for (key, wait) in keys.iter().zip(waits) {
            person.tell(Message::Input(Input::Key(*key.get(&all))));
            person.wait(wait);
        }
        person.screen();
    }
}
