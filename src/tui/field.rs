//! One line of input: a filter, a reason, a name typed to confirm.

use super::input::Key;
use crate::model::Shown;

/// A line being typed, at most [`MAX_FIELD`] bytes, without control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
}

impl Field {
    /// A field with text in it.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let mut field = Self::default();
        field.paste(text);
        field
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was typed, harmless to draw.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown::new(&self.text)
    }

    /// Whether nothing was typed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes a key that edits: a character, Backspace, `^w` (word), `^u` (all). Says whether it was one.
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key is the caller's")]
    pub fn key(&mut self, key: Key) -> bool {
        match key {
            Key::Char(c) => self.paste(c.encode_utf8(&mut [0; 4])),
            Key::Backspace => {
                self.text.pop();
            }
            Key::Ctrl('u') => self.text.clear(),
            Key::Ctrl('w') => {
                let word = self.text.trim_end().rfind(' ').map_or(0, |space| space + 1);
                self.text.truncate(word);
            }
            _ => return false,
        }
        true
    }

    /// Adds text; what does not fit or is a control character is left out.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() + c.len_utf8() <= MAX_FIELD {
                self.text.push(c);
            }
        }
    }
}

/// Longest line in bytes: a reason is a sentence or two.
pub const MAX_FIELD: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_takes_text_and_nothing_that_a_terminal_obeys() {
        let mut field = Field::with("use the\x1b[2J\r runbook");
        assert_eq!(field.text(), "use the[2J runbook");
        assert!(field.key(Key::Ctrl('w')));
        assert_eq!(field.text(), "use the[2J ");
        assert!(!field.key(Key::Enter));
        field.paste(&"x".repeat(1000));
        assert_eq!(field.text().len(), MAX_FIELD);
    }
}
