//! What to look for.

use crate::model::DataKind;

/// What a masker looks for. The default is everything it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The kinds of data that are masked; others pass.
    pub kinds: Kinds,
}

/// A set of kinds of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u64);

impl Kinds {
    /// Every kind that a detector exists for.
    pub const ALL: Self = Self(u64::MAX);
    /// No kind: a masker with it passes every byte.
    pub const NONE: Self = Self(0);

    /// Whether `kind` is in the set.
    #[must_use]
    pub const fn contains(self, kind: DataKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// The set with `kind` in it.
    #[must_use]
    pub const fn with(self, kind: DataKind) -> Self {
        Self(self.0 | Self::bit(kind))
    }

    /// The set without `kind`.
    #[must_use]
    pub const fn without(self, kind: DataKind) -> Self {
        Self(self.0 & !Self::bit(kind))
    }

    const fn bit(kind: DataKind) -> u64 {
        1 << kind as u32
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<DataKind> for Kinds {
    fn from_iter<I: IntoIterator<Item = DataKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let kinds = Kinds::from_iter([DataKind::Email]);
        assert!(kinds.contains(DataKind::Email) && !kinds.contains(DataKind::UsSsn));
        assert!(Kinds::default().without(DataKind::Email).contains(DataKind::UsSsn));
        assert_eq!(kinds.without(DataKind::Email), Kinds::NONE);
    }
}
