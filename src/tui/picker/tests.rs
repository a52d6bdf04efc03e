//! Tests of the picker.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::tui::testing::{EVIL, NOON, Person, options};
use crate::tui::theme::{Colour, Look};

fn rows() -> Vec<TargetRow> {
    [("web-7", "root", "stage"), ("db-prod-3", "postgres", "production"), ("jk-1", "root", "stage")]
        .into_iter()
        .enumerate()
        .map(|(i, (target, login, env))| TargetRow {
            target: target.to_owned(),
            login: login.to_owned(),
            labels: [("env".to_owned(), env.to_owned())].into(),
            why: "role engineer".to_owned(),
            last_used: (i == 1).then_some(Wall(NOON.0 - 7_200_000_000)),
        })
        .collect()
}

fn engineer(cols: u32, rows_: u32, colour: Colour) -> Person<Picker> {
    Person::new(Picker::new(rows(), options(colour)), cols, rows_)
}

#[test]
fn usual() {
    assert_snapshot!(engineer(80, 24, Colour::Sixteen).screen());
}

#[test]
fn wide() {
    assert_snapshot!(engineer(120, 40, Colour::Sixteen).screen());
}

#[test]
fn narrow() {
    assert_snapshot!(engineer(60, 20, Colour::Sixteen).screen());
}

#[test]
fn without_colour_every_role_is_still_told_apart() {
    let look = Look { colour: Colour::Never, ..Look::default() };
    assert_snapshot!(engineer(80, 24, Colour::Never).screen_with_styles(look));
}

#[test]
fn every_printable_key_filters() {
    let mut person = engineer(80, 24, Colour::Sixteen);
    person.press("jk");
    assert!(!person.screen().contains("web-7") && person.screen().contains("jk-1"), "{}", person.screen());
    person.press("\r");
    assert_eq!(person.effects, [Effect::Quit(Some(2))]);
}

#[test]
fn words_match_login_name_and_labels_in_any_order() {
    let mut person = engineer(80, 24, Colour::Sixteen);
    person.press("prod postgres\r");
    assert_eq!(person.effects, [Effect::Quit(Some(1))]);
}

#[test]
fn arrows_and_control_keys_move() {
    let mut person = engineer(80, 24, Colour::Sixteen);
    person.press("\x1b[B\x0e\x0e\x10\r");
    assert_eq!(person.effects, [Effect::Quit(Some(1))]);
}

#[test]
fn escape_clears_and_then_leaves() {
    let mut person = engineer(80, 24, Colour::Sixteen);
    person.press("zzz");
    assert!(person.screen().contains("Nothing matches"));
    person.press("\r\x1b");
    assert_eq!(person.effects, []);
    assert!(person.screen().contains("web-7"));
    person.press("\x1b");
    assert_eq!(person.effects, [Effect::Quit(None)]);
}

#[test]
fn without_any_target_it_says_what_to_do() {
    let mut person = Person::new(Picker::new(vec![], options(Colour::Sixteen)), 80, 24);
    assert!(person.screen().contains("no target that you may reach"));
    person.press("\r");
    assert_eq!(person.effects, []);
}

#[test]
fn hostile_names_are_drawn_as_text() {
    let mut row = rows().remove(0);
    (row.target, row.login, row.why) = (EVIL.into(), EVIL.into(), EVIL.into());
    row.labels = [(EVIL.to_owned(), EVIL.to_owned())].into();
    let mut options = options(Colour::Sixteen);
    (options.user, options.bastion) = (EVIL.into(), EVIL.into());
    let mut person = Person::new(Picker::new(vec![row], options), 200, 24);
    person.assert_no_control();
    person.tell(Message::Input(Input::Paste(EVIL.into())));
    person.assert_no_control();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_keys_panic_and_only_what_is_listed_is_chosen(keys in "[a-z0-9 @=\r\x1b\x0e\x10\x15\x7f-]{0,50}") {
        let mut person = engineer(60, 20, Colour::Sixteen);
        for key in keys.chars() {
            person.press(&key.to_string());
            person.screen();
        }
        for effect in &person.effects {
            prop_assert!(matches!(effect, Effect::Quit(None | Some(0..=2)) | Effect::Repaint));
        }
    }
}
