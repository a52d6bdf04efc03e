//! The line that a commit would run, from two passive witnesses: keys and screen.

use super::keys::Token;
use super::screen::Screen;

/// How sure the witnesses are of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Keys and screen read the same line.
    Agreed,
    /// Only the screen could be read: a key that the model of editing cannot follow was pressed.
    Screen,
    /// Only the keys could be read: the line does not stand on the screen.
    Keys,
    /// Both are sure and they differ: judge every candidate and take the worst.
    Disputed,
    /// Neither could read it.
    Opaque,
}

/// What the witnesses read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Every line that may be meant, the likeliest first, without duplicates and empty lines. Judge all, take the worst.
    pub candidates: Vec<String>,
    /// How sure that is.
    pub certainty: Certainty,
    /// Keys were typed and nothing of them was echoed: never store the text, it may be a password.
    pub echo_off: bool,
}

/// Whether the screen can be read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It shows what was typed, or has been quiet long enough.
    Yes,
    /// Ask again after output, or at that time (microseconds, same clock as `now`).
    Until(u64),
}

/// Follows the line being typed. All times are microseconds on one monotonic clock.
#[derive(Debug, Default)]
pub struct LineReader {}

impl LineReader {
    /// A reader at the start of a session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token is about to be forwarded to the target; `screen` is the target's screen as it is before. A released commit
    /// is a token like any other: it starts the next line.
    pub fn key(&mut self, token: &Token, screen: &Screen, now: u64) {
        let _ = (token, screen, now);
    }

    /// Output of the target was fed to `screen`.
    pub fn output(&mut self, screen: &Screen, now: u64) {
        let _ = (screen, now);
    }

    /// Whether the echo of what was typed has arrived: at once if the screen shows what the keys say, else after a quiet
    /// time that follows the measured echo, at most 250 ms after the first time this was asked for a line.
    #[must_use]
    pub fn settled(&mut self, screen: &Screen, now: u64) -> Settled {
        let _ = (screen, now);
        Settled::Yes
    }

    /// What the witnesses read now.
    #[must_use]
    pub fn read(&self, screen: &Screen) -> Reading {
        let row = screen.row_text(screen.cursor().row);
        Reading { candidates: vec![row], certainty: Certainty::Screen, echo_off: false }
    }

    /// Whether nothing has been typed and nothing stands behind the prompt, as far as any witness knows. After a Ctrl-C
    /// this says that the line is gone.
    #[must_use]
    pub fn is_empty(&self, screen: &Screen) -> bool {
        let _ = screen;
        true
    }
}
