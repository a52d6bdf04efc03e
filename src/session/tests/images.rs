//! Images: who decides, and when.

use super::*;
use crate::terminal::Image;

const IMAGE: &str = "\x1bPq#0;2;99;0;0!100~-!100~\x1b\\";

fn policy(more: &str) -> Arc<Policy> {
    let all = r#"permit (principal, action in [Action::"connect", Action::"run"], resource);"#;
    Arc::new(Policy::from_files(vec![("all.cedar".to_owned(), format!("{all}\n{more}"))]).unwrap())
}

fn images(t: &Table) -> Vec<(String, u32, u32)> {
    let image = |record: &EventRecord| match &record.event {
        Event::Image { format, width, height, bytes, digest } => {
            assert!(*bytes > 0 && digest.len() == 64, "{digest}");
            Some((format.clone(), *width, *height))
        }
        _ => None,
    };
    t.events.iter().filter_map(image).collect()
}

#[test]
fn a_policy_that_is_loaded_decides_about_the_next_image() {
    let mut t = Table::shell();
    t.give(Input::Resized(Size::new(100, 24).with_pixels(1000, 480)));
    let permit = r#"@id("i") permit (principal, action == Action::"image", resource);"#;
    let forbid = r#"@id("f") forbid (principal, action == Action::"image", resource);"#;
    let mut seen = Vec::new();
    for more in ["", permit, &format!("{permit}{forbid}"), permit] {
        t.give(Input::PolicyChanged(policy(more)));
        t.says(&format!("\r\n{IMAGE}"));
        seen.push(images(&t).len());
    }
    assert_eq!(seen, [0, 1, 1, 2]);
    // One that had begun is no image: what came of it was thrown away.
    t.give(Input::PolicyChanged(policy("")));
    let (head, tail) = IMAGE.split_at(9);
    t.says(head);
    t.give(Input::PolicyChanged(policy(permit)));
    t.says(tail);
    assert_eq!(images(&t).len(), 2);
    t.says(IMAGE);
    assert_eq!(images(&t), vec![("sixel".to_owned(), 100, 12); 3]);
}

#[test]
fn an_image_of_which_too_much_comes_is_words_and_what_follows_is_seen() {
    let mut t = Table::shell();
    t.give(Input::Resized(Size::new(100, 24).with_pixels(1000, 480)));
    let permit = r#"@id("i") permit (principal, action == Action::"image", resource);"#;
    t.give(Input::PolicyChanged(policy(permit)));
    t.says("\r\n\x1bPq");
    for _ in 0..=Image::MOST / (64 << 10) {
        t.says(&"!9~".repeat((64 << 10) / 3));
    }
    t.says("\x1b\\ and on");
    t.wait(Duration::from_millis(10));
    assert!(t.eye.contents().contains("[image not shown] and on"), "{}", t.eye.contents());
    assert!(images(&t).is_empty());
}
