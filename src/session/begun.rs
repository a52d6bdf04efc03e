//! Lines that a shell has not run yet because more belongs to them.

use crate::model::Certainty;

/// What was begun, in every way in which it may have been read.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun {
    /// The likeliest first.
    texts: Vec<String>,
    /// How sure the reading of the least sure of its lines was.
    certainty: Option<Certainty>,
    /// The shell may wait for nothing: it, or whoever knows its nonce, says so, an end of file was sent, or
    /// another reading of the line was complete.
    doubted: bool,
    /// How many lines ago that was.
    lines: u8,
}

impl Begun {
    /// What is begun once a line is committed of which these readings wait for more; `before` is part of them by now. `complete`: it has a
    /// reading that waits for nothing.
    pub(super) fn with(mut texts: Vec<String>, certainty: Certainty, complete: bool, before: &Self) -> Self {
        texts.truncate(WAYS);
        let doubted = complete || before.doubted;
        let lines = if before.doubted { before.lines.saturating_add(1) } else { 0 };
        if texts.is_empty() || lines > CARRIED {
            return Self::default();
        }
        Self { texts, certainty: Some(certainty), doubted, lines }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Somebody says that nothing is begun.
    pub(super) const fn doubt(&mut self) {
        self.doubted |= !self.texts.is_empty();
    }

    /// Whether the shell may as well wait for nothing.
    pub(super) const fn is_doubted(&self) -> bool {
        self.doubted
    }

    /// Whether the shell may wait for nothing: there is reason to think so, or not all of it was read alike by keys and screen.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.doubted || !matches!(self.certainty, None | Some(Certainty::Exact | Certainty::Agreed))
    }

    /// How sure a whole is of which the last line was read so.
    pub(super) fn certainty(&self, last: Certainty) -> Certainty {
        self.certainty.into_iter().fold(last, |worst, next| if doubt(next) > doubt(worst) { next } else { worst })
    }

    /// What was begun, in every way.
    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// This line behind everything that may have been begun.
    pub(super) fn followed_by<'a>(&'a self, line: &'a str) -> impl Iterator<Item = String> + 'a {
        // An empty line behind a backslash is all that follows it.
        let end = if line.is_empty() { "\n" } else { line };
        self.texts.iter().map(move |text| format!("{text}\n{end}"))
    }
}

/// The order of certainties.
const fn doubt(certainty: Certainty) -> u8 {
    match certainty {
        Certainty::Exact => 0,
        Certainty::Agreed => 1,
        Certainty::Screen | Certainty::Keys => 2,
        Certainty::Disputed => 3,
        Certainty::Opaque => 4,
    }
}

/// Lines behind which something is forgotten that may have been begun and was never seen to end.
const CARRIED: u8 = 16;

/// Ways to read what was begun that are kept. Each line has two or three, and those of the lines before are in them.
const WAYS: usize = 8;
