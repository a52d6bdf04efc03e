//! The river: what happened in one session, in order, and what happened on the whole bastion.
//!
//! Recording, live watch, audit, metrics and notification are readers of these; there is no second truth.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::data::Finding;
use super::effect::{Certainty, Effect};
use super::id::{GrantId, RequestId, SessionId};
use super::request::{CommandText, Grant, GrantEnd, HoldRequest, Outcome, Vote};
use super::session::{Admitted, CloseReason, ExitStatus, SessionMeta, Size, Stream};
use super::text::Shown;
use super::time::Wall;
use super::verdict::Judgement;

/// The place of an event in its session: 0, 1, 2 … without holes.
pub type Seq = u64;

/// One event of a session with its place and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its place.
    pub seq: Seq,
    /// When.
    pub at: Wall,
    /// What.
    pub event: Event,
}

/// What happened in a session.
///
/// Output is what the client was shown: masked, with notices, without the overlay bar. The overlay never enters the record; the holds
/// it stands for do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first event.
    Started(Box<SessionMeta>),
    /// Bytes for the client, masked. (The ledger stores them raw; only the control socket writes them as base 64.)
    Output {
        /// Which stream they came on.
        stream: Stream,
        /// The bytes.
        #[serde(with = "as_base64")]
        bytes: Bytes,
    },
    /// An image was drawn on the engineer's terminal behind the output before this. It is not recorded itself: nobody inspected it.
    Image {
        /// `sixel`, `kitty` or `iterm2`.
        format: String,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// How long it is as it was sent.
        bytes: u64,
        /// SHA-256 over that, in hex.
        digest: String,
    },
    /// A certificate was issued to reach the target; the target's own log shows its key id.
    Certified(Admitted),
    /// The terminal has a new size.
    Resized {
        /// Columns and rows.
        size: Size,
    },
    /// A line reached its commit point and was judged.
    Command {
        /// The line.
        command: CommandText,
        /// What it would do.
        effects: Vec<Effect>,
        /// How sure the gate was of it.
        certainty: Certainty,
        /// What policy said.
        judgement: Judgement,
    },
    /// It was let through, by policy or by an approval. Written before its Enter is released.
    Released {
        /// What.
        command: CommandText,
        /// The request that let it through, if one was needed.
        request: Option<RequestId>,
        /// The grant that covered it, if one did.
        grant: Option<super::id::GrantId>,
    },
    /// It waits for a decision.
    Held(Box<HoldRequest>),
    /// The decision came.
    Ruled {
        /// On which request.
        request: RequestId,
        /// What.
        outcome: Outcome,
    },
    /// Values were masked in the output.
    Masked {
        /// Kinds and counts since the last such event.
        findings: Vec<Finding>,
    },
    /// A rule wants people to know what was in a command's output, which went on; or the gate, that the shell ran a line that nobody committed.
    Alerted {
        /// Kinds and counts since the command began. Empty where it is about no output.
        findings: Vec<Finding>,
        /// The rule.
        rule: String,
        /// What it says.
        says: Shown,
    },
    /// From here on the engineer sees values in the clear. What is recorded and what others watch stays masked.
    RevealBegan {
        /// The request that was approved, if one was needed.
        request: Option<RequestId>,
        /// The grant that it came with.
        grant: Option<GrantId>,
        /// For so many seconds at the most.
        secs: u32,
    },
    /// From here on everything is masked for the engineer, too.
    RevealEnded {
        /// The request that it had come from.
        request: Option<RequestId>,
        /// Why.
        why: RevealEnd,
    },
    /// Somebody took back what an approval had let through for longer.
    GrantRevoked {
        /// Which grant.
        grant: GrantId,
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: Shown,
    },
    /// The engineer wrote to the approvers.
    Noted {
        /// What.
        text: Shown,
        /// The request that it was added to, if one was open.
        request: Option<RequestId>,
    },
    /// A line of ours that stayed on the engineer's screen.
    Notice {
        /// The line.
        text: Shown,
    },
    /// An approver stopped the engineer's keys.
    Paused {
        /// Who.
        by: String,
    },
    /// An approver let them go on.
    Resumed {
        /// Who.
        by: String,
    },
    /// Somebody began to watch.
    Watched {
        /// Who.
        by: String,
    },
    /// The target's process ended.
    Exit(ExitStatus),
    /// The last event.
    Ended {
        /// Why.
        reason: CloseReason,
    },
}

/// Why a reveal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevealEnd {
    /// Its time was up.
    Expired,
    /// The engineer had seen enough.
    Closed,
    /// An approver took it back.
    Revoked,
    /// Another reveal took its place.
    Replaced,
    /// The session ended.
    SessionEnded,
    /// The clock went backwards: nobody can tell how long it has run.
    ClockChanged,
}

impl Event {
    /// Whether the ledger must have it on disk before anything that depends on it may happen. Output is grouped into
    /// chunks instead.
    #[must_use]
    pub const fn durable_at_once(&self) -> bool {
        match self {
            Self::Started(_)
            | Self::Certified(_)
            | Self::Released { .. }
            | Self::Held(_)
            | Self::Ruled { .. }
            | Self::RevealBegan { .. }
            | Self::Ended { .. } => true,
            Self::Output { .. }
            | Self::Image { .. }
            | Self::Resized { .. }
            | Self::Command { .. }
            | Self::Masked { .. }
            | Self::Alerted { .. }
            | Self::RevealEnded { .. }
            | Self::GrantRevoked { .. }
            | Self::Noted { .. }
            | Self::Notice { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Watched { .. }
            | Self::Exit(_) => false,
        }
    }
}

/// One record of the bastion-wide chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its place: 0, 1, 2 … without holes.
    pub seq: Seq,
    /// When.
    pub at: Wall,
    /// What.
    pub event: AuditEvent,
}

/// What happened on the bastion. The approval desk's state is a fold over these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "audit", rename_all = "snake_case")]
pub enum AuditEvent {
    /// The bastion began to serve.
    Started {
        /// Its version.
        version: String,
    },
    /// The bastion stopped as it was told to.
    Stopped,
    /// Somebody authenticated.
    LoggedIn {
        /// Account.
        user: String,
        /// Where from.
        source: String,
        /// With which key.
        fingerprint: String,
    },
    /// Somebody was refused.
    Refused {
        /// The account, or what was typed before the `@` if none was proved.
        user: Shown,
        /// Where from.
        source: String,
        /// Why, in words.
        why: Shown,
    },
    /// A session began.
    SessionStarted(Box<SessionMeta>),
    /// A session's chain was sealed.
    SessionSealed {
        /// Which.
        session: SessionId,
        /// How many records its chain has.
        records: u64,
        /// The head of its chain, in hex.
        head: String,
        /// Ed25519 signature over the seal, in hex.
        signature: String,
        /// Whether the session was cut off (found open at start-up) rather than ended.
        interrupted: bool,
    },
    /// A session asked for approval.
    Requested(Box<HoldRequest>),
    /// Somebody voted.
    Voted {
        /// Who.
        by: String,
        /// On what, how.
        vote: Vote,
    },
    /// A request came to its end.
    Decided {
        /// Which.
        request: RequestId,
        /// How.
        outcome: Outcome,
    },
    /// A grant began.
    Granted(Box<Grant>),
    /// The requester added a note to their request.
    Noted {
        /// Which.
        request: RequestId,
        /// What.
        text: Shown,
    },
    /// A grant ended before its session did.
    GrantEnded {
        /// Which.
        grant: GrantId,
        /// Its session.
        session: SessionId,
        /// Why. Records of before this was written were of grants whose time was up.
        #[serde(default)]
        why: GrantEnd,
    },
    /// Grants of a session ended with it.
    GrantsEnded {
        /// The session.
        session: SessionId,
    },
    /// Somebody looked at a recording or exported it.
    Viewed {
        /// Who.
        by: String,
        /// Which session.
        session: SessionId,
        /// `replay`, `export`, `watch`.
        how: String,
    },
    /// An approver paused, resumed or ended a session by hand.
    Steered {
        /// Who.
        by: String,
        /// Which session.
        session: SessionId,
        /// `pause`, `resume`, `kill`.
        what: String,
        /// Why.
        reason: Shown,
    },
    /// The policy was loaded.
    PolicyLoaded {
        /// SHA-256 over the files.
        digest: String,
    },
}

mod as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}
