//! Who acts, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A human, as the key they proved says; never as the text before the `@` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The account's name in the configuration. One human has one account; a quorum counts these.
    pub user: String,
    /// The roles of that account. Policy and `@approvers` speak of these.
    pub roles: BTreeSet<String>,
    /// Where they come from; `None` on the control socket.
    pub source: Option<IpAddr>,
    /// SHA256 fingerprint of the key they proved (`SHA256:…`, as `ssh-keygen -l` prints it).
    pub fingerprint: String,
}

impl Principal {
    /// Whether the account has that role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }
}

/// A target and the login on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The target's name in the configuration.
    pub target: String,
    /// The account on the target.
    pub login: String,
    /// The target's labels, for policy (`env = "production"`).
    pub labels: BTreeMap<String, String>,
}
