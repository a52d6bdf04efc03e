//! What to look for.

use std::sync::Arc;

use crate::model::DataKind;

use super::detect::{Rules, SiteFault};

/// What a masker looks for. The default is everything it knows but for what an operator must ask for
/// ([`DataKind::is_opt_in`]).
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The kinds of data that are masked; others pass.
    pub kinds: Kinds,
    /// The rules.
    pub rules: RuleSet,
}

/// Compiled rules, shared.
#[derive(Debug, Clone)]
pub struct RuleSet(Arc<Rules>);

impl RuleSet {
    /// The rules of this build, and those of a site's file of the form of `detect/rules.toml`.
    ///
    /// # Errors
    /// The place where the file is not of that form; or every rule and example of it that does not hold.
    pub fn read(text: &str) -> Result<Self, Vec<SiteFault>> {
        Rules::with_site(text).map(Self)
    }

    pub(super) fn compiled(&self) -> Arc<Rules> {
        Arc::clone(&self.0)
    }
}

impl Default for RuleSet {
    fn default() -> Self {
        Self(Rules::builtin())
    }
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

    /// The kinds of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn bit(kind: DataKind) -> u64 {
        1 << kind as u32
    }
}

impl Default for Kinds {
    fn default() -> Self {
        DataKind::ALL.iter().copied().filter(|kind| !kind.is_opt_in()).collect()
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
