//! Requests for approval, the votes on them, and the grants that come out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::data::Finding;
use super::effect::{Certainty, Effect, Risk};
use super::id::{GrantId, RequestId, SessionId};
use super::text::Shown;
use super::time::Wall;
use super::verdict::{Obligations, Rule};
use super::who::{Place, Principal};

/// SHA-256 over what an approver decides on: session, login, target and the command's bytes.
///
/// An approval is bound to it; the engine computes it again before it releases the Enter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let mut out = [0u8; 32];
        let well_formed = text.len() == 64
            && text.is_ascii()
            && out.iter_mut().enumerate().all(|(i, byte)| {
                text.get(i * 2..i * 2 + 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                    .map(|b| *byte = b)
                    .is_some()
            });
        well_formed.then_some(Self(out)).ok_or_else(|| serde::de::Error::custom("not a digest: 64 hex digits"))
    }
}

/// The line that was judged, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandText {
    /// The text, untruncated, as it was judged. Never draw it: draw [`CommandText::shown`].
    pub text: String,
    /// What an approval is bound to.
    pub digest: Digest,
}

impl CommandText {
    /// The text as a screen may draw it. Spans of effects refer to `text`, not to this.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown::new(&self.text)
    }
}

/// What a request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub enum Subject {
    /// To run the command.
    #[default]
    Command,
    /// To see what is masked on this terminal.
    Reveal {
        /// For so many seconds from the approval on.
        secs: u32,
    },
    /// To see more of the command's output, which waits because of what is in it.
    Output {
        /// Kinds and counts since the command began.
        findings: Vec<Finding>,
        /// Rows with such values, masked.
        samples: Vec<Shown>,
    },
}

impl Subject {
    /// The word for lists.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Reveal { .. } => "reveal",
            Self::Output { .. } => "output",
        }
    }
}

/// A session waits at a hold point and asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRequest {
    /// Its id.
    pub id: RequestId,
    /// The session that waits.
    pub session: SessionId,
    /// Who asks, from where.
    pub who: Principal,
    /// On which target, as which login.
    pub place: Place,
    /// What it asks for.
    #[serde(default)]
    pub subject: Subject,
    /// What would run. For a reveal a sentence that says what would be seen, for output the command that writes it.
    pub command: CommandText,
    /// What it would do.
    pub effects: Vec<Effect>,
    /// Commands in it that run a program or a script which lies on the target: what those do inside nobody saw.
    #[serde(default)]
    pub unseen: Vec<Shown>,
    /// The rules that hold it, the strictest first.
    pub rules: Vec<Rule>,
    /// How risky, and why.
    pub risk: Risk,
    /// How sure the gate is of the line.
    pub certainty: Certainty,
    /// What the approval must look like.
    pub obligations: Obligations,
    /// The rows around the line, masked.
    pub screen: Vec<Shown>,
    /// The commands before it, the newest last.
    pub before: Vec<Shown>,
    /// What the requester says about it.
    pub reason: Option<Shown>,
    /// When it was asked.
    pub asked: Wall,
    /// When it expires to a denial.
    pub deadline: Wall,
}

/// How far an approval reaches. Always with an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    /// This one action; dies when it is released.
    Once,
    /// The same command (same digest) in this session, until the session ends.
    SameCommandThisSession,
    /// Values are shown to the requester in the clear. Only for a request that asks to see something.
    Clear {
        /// So many seconds from the approval on.
        secs: u32,
    },
}

impl Scope {
    /// How far it reaches, in words that follow "approved".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Once => "once".to_owned(),
            Self::SameCommandThisSession => "for the same command until this session ends".to_owned(),
            Self::Clear { secs } => format!("in the clear for {}", minutes(*secs)),
        }
    }
}

/// `15m`, `90s`.
#[must_use]
pub fn minutes(secs: u32) -> String {
    if secs > 0 && secs.is_multiple_of(60) { format!("{}m", secs / 60) } else { format!("{secs}s") }
}

/// One approver's decision on one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// The request.
    pub request: RequestId,
    /// The digest of what the approver was shown; the desk refuses a vote on anything else.
    pub digest: Digest,
    /// `Some(scope)` approves, `None` denies.
    pub approve: Option<Scope>,
    /// Why (a denial has a reason, possibly empty).
    pub reason: Shown,
}

/// What became of a request. The engine acts on this and on nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Enough distinct approvers said yes.
    Approved {
        /// Who, in order.
        by: Vec<String>,
        /// How far it reaches.
        scope: Scope,
    },
    /// An approver said no.
    Denied {
        /// Who.
        by: String,
        /// Why.
        reason: Shown,
    },
    /// Nobody decided in time.
    Expired,
    /// The requester took it back, or is gone.
    Withdrawn,
}

/// An outcome on its way to the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The request.
    pub request: RequestId,
    /// The digest that was decided on.
    pub digest: Digest,
    /// The decision.
    pub outcome: Outcome,
}

/// A standing permission that came out of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The request it came from.
    pub request: RequestId,
    /// The session it holds in.
    pub session: SessionId,
    /// What it covers.
    pub digest: Digest,
    /// How far it reaches.
    pub scope: Scope,
    /// Who gave it.
    pub by: Vec<String>,
    /// When its clock started.
    pub since: Wall,
}

/// Why a grant ended before its session did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum GrantEnd {
    /// Its time was up.
    #[default]
    Expired,
    /// Whoever had it has no more use for it.
    Closed,
    /// Somebody took it back.
    Revoked {
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: Shown,
    },
}

impl Grant {
    /// When it ends, if not with its session.
    #[must_use]
    pub fn ends(&self) -> Option<Wall> {
        match self.scope {
            Scope::Once | Scope::SameCommandThisSession => None,
            Scope::Clear { secs } => Some(self.since.after(std::time::Duration::from_secs(secs.into()))),
        }
    }
}
