//! Personal data and secrets by kind.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a masked value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// An e-mail address (RFC 5321 mailbox without quoting).
    Email,
    /// A payment card number (ISO/IEC 7812, Luhn).
    PaymentCard,
    /// A United States social security number.
    UsSsn,
}

impl DataKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Email, Self::PaymentCard, Self::UsSsn];

    /// Whether whoever has the value can act with it: a key, a password, a token.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::Email | Self::PaymentCard | Self::UsSsn => false,
        }
    }

    /// The name that policy, JSON and people use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PaymentCard => "payment_card",
            Self::UsSsn => "us_ssn",
        }
    }
}

impl fmt::Display for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many values of one kind were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What they are.
    pub kind: DataKind,
    /// How many.
    pub count: u32,
}

impl Finding {
    /// `email ×12, us_ssn ×3`.
    #[must_use]
    pub fn list(findings: &[Self]) -> String {
        let list: Vec<_> = findings.iter().map(|found| format!("{} ×{}", found.kind, found.count)).collect();
        list.join(", ")
    }
}
