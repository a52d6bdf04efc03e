//! What policy answers: allow, hold with obligations, deny; always with the rule that says so.

use serde::{Deserialize, Serialize};

use super::effect::Risk;

/// The answer to "may this principal cause these effects here, now?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing forbids it.
    Allow,
    /// A rule forbids it until somebody approves.
    Hold(Obligations),
    /// A rule forbids it and nothing lifts that.
    Deny,
}

/// What an approval must look like: the strictest of all the rules that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligations {
    /// Roles whose members may decide. Empty means nobody, so the request can only expire.
    pub approvers: Vec<String>,
    /// How many distinct humans must say yes; at least 1.
    pub quorum: u8,
    /// Seconds until the request expires to a denial.
    pub ttl_secs: u32,
    /// Whether the requester must give a reason first.
    pub reason_required: bool,
}

/// A policy rule, as people find it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The `@id` of the Cedar policy, or its position where it has none.
    pub id: String,
    /// The policy file.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// The `@says` annotation: why the rule is there, for the engineer.
    pub says: String,
}

/// A verdict with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// The rules that determined it, the strictest first. Never empty for a hold or a denial.
    pub rules: Vec<Rule>,
    /// The risk score and its reasons.
    pub risk: Risk,
}
