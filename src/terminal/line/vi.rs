//! Which mode a line editor in vi mode is in, so that the keys that run a line from its command mode are known.
//!
//! Whether the editor is in vi mode at all nobody says; a lone ESC is what makes it likely. In emacs mode the character behind one is a
//! meta key, which is as little text as a command is.

/// The mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Vi {
    /// What is typed is text.
    #[default]
    Insert,
    /// What is typed is a command, or what one waits for.
    Command(Waits),
}

/// What a command waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// Nothing: the next character is a command.
    No,
    /// A motion, or one character.
    One,
    /// A motion; text follows it.
    Change,
    /// One character, of a motion that text follows.
    ChangeOne,
    /// A text to search for, up to the end of the line.
    Search,
}

/// What a character does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// It is inserted.
    Text,
    /// It moves, deletes, fetches, or begins something that does.
    Command,
    /// `v` (edit-and-execute-command): the line is edited elsewhere, and what comes back is run.
    RunsElsewhere,
    /// `#` (insert-comment): the line is made a comment, or no comment any more, and run.
    Runs,
}

impl Vi {
    /// A lone ESC.
    pub(super) fn escape(&mut self) {
        *self = Self::Command(Waits::No);
    }

    /// Takes a character that was typed.
    pub(super) fn take(&mut self, c: char) -> Does {
        let Self::Command(waits) = *self else { return Does::Text };
        let (next, does) = match (waits, c) {
            (Waits::Search, _) => (Self::Command(Waits::Search), Does::Command),
            (Waits::One, _) => (Self::Command(Waits::No), Does::Command),
            (Waits::ChangeOne, _) => (Self::Insert, Does::Command),
            (Waits::Change, 'f' | 'F' | 't' | 'T' | 'i' | 'a' | '`' | '\'') => {
                (Self::Command(Waits::ChangeOne), Does::Command)
            }
            (Waits::Change, '0'..='9') => (Self::Command(Waits::Change), Does::Command),
            (Waits::Change, _) => (Self::Insert, Does::Command),
            (Waits::No, 'i' | 'I' | 'a' | 'A' | 's' | 'S' | 'C' | 'R' | 'o' | 'O') => (Self::Insert, Does::Command),
            (Waits::No, 'c') => (Self::Command(Waits::Change), Does::Command),
            (
                Waits::No,
                'd' | 'y' | 'r' | 'f' | 'F' | 't' | 'T' | 'm' | '`' | '\'' | '"' | '@' | 'g' | 'q' | '<' | '>',
            ) => (Self::Command(Waits::One), Does::Command),
            (Waits::No, '/' | '?') => (Self::Command(Waits::Search), Does::Command),
            (Waits::No, 'v') => (*self, Does::RunsElsewhere),
            (Waits::No, '#') => (Self::Insert, Does::Runs),
            (Waits::No, _) => (*self, Does::Command),
        };
        *self = next;
        does
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each character of it does behind an ESC: `.` text, `c` command, `R` and `E` run.
    fn behind_escape(text: &str) -> String {
        let mut vi = Vi::default();
        vi.escape();
        let does = text.chars().map(|c| match vi.take(c) {
            Does::Text => '.',
            Does::Command => 'c',
            Does::Runs => 'R',
            Does::RunsElsewhere => 'E',
        });
        does.collect()
    }

    #[test]
    fn commands_are_told_from_text() {
        for (typed, does) in [
            ("Avim x", "c....."),
            ("ddiv#", "ccc.."),
            ("cwvx", "cc.."),
            ("cfvx", "ccc."),
            ("fvv", "ccE"),
            ("rv#", "ccR"),
            ("kv", "cE"),
            ("0xv", "ccE"),
            ("/v#", "ccc"),
            ("v", "E"),
            ("#", "R"),
        ] {
            assert_eq!(behind_escape(typed), does, "{typed}");
        }
    }
}
