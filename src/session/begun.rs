//! Lines that a shell has not run yet because more belongs to them.

use super::judge::Line;
use crate::model::Certainty;

/// What was begun, in every way in which it may have been read.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun {
    /// The likeliest first.
    texts: Vec<String>,
    /// How sure the reading of the least sure of its lines was.
    certainty: Option<Certainty>,
    /// The shell, or whoever knows its nonce, says that it waits for nothing.
    doubted: bool,
}

impl Begun {
    /// What is begun once this line is committed; `before` is part of it by now.
    pub(super) fn with(line: &Line, before: &Self) -> Self {
        let mut texts = line.candidates.clone();
        texts.truncate(WAYS);
        Self { texts, certainty: Some(line.certainty), doubted: before.is_doubtful() }
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

    /// Whether the shell may wait for nothing: that was said, or not all of it was read alike by keys and screen.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.doubted || !matches!(self.certainty, None | Some(Certainty::Exact | Certainty::Agreed))
    }

    /// How sure a whole is of which the last line was read so.
    pub(super) fn certainty(&self, last: Certainty) -> Certainty {
        self.certainty.into_iter().fold(last, |worst, next| if doubt(next) > doubt(worst) { next } else { worst })
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

/// Ways to read what was begun that are kept. Each line has two or three, and those of the lines before are in them.
const WAYS: usize = 8;
