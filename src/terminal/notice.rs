//! The bytes of a line that stays.

use super::screen::Screen;

/// The bytes that write `text` as a line of its own, below what stands at the cursor. Feed them to the models as well as
/// to the client. `text` is already made harmless to look at; control characters are dropped.
#[must_use]
pub fn notice(view: &Screen, text: &str) -> Vec<u8> {
    let lead = if view.cursor().col == 0 { "" } else { "\r\n" };
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("{lead}{clean}\r\n").into_bytes()
}
