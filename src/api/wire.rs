//! The words of the control protocol: one JSON object a line, in both directions.
//!
//! A connection begins with a [`Greeting`] from the server, which carries a challenge; the client answers with a [`Proof`]: an SSH signature
//! over it (SSHSIG, namespace [`NAMESPACE`]) by a key that the configuration knows. Then the client sends [`Call`]s, each with a number of its
//! choice, and the server sends [`Push`]es: the [`Reply`] to each call, and news of what was subscribed to. A line is at most
//! [`MAX_LINE`] bytes; one from the client at most 64 KiB, because before the proof nobody is trusted with memory. A list that does not fit
//! is cut at its end.

use serde::{Deserialize, Serialize};

use crate::model::{
    CloseReason, Digest, EventRecord, Grant, GrantId, Outcome, RecordingRow, Refusal, RequestId, RequestRow, Scope,
    SessionId, SessionRow, Size, StatusReport, VerifyReport, Wall,
};

/// The protocol's version; a client of another one is told so and sent away.
pub const VERSION: u32 = 1;

/// SSHSIG namespace of the proof (PROTOCOL.sshsig), so that a signature made for something else never opens this door.
pub const NAMESPACE: &str = "control@holdpoint";

/// Longest line in bytes: a screen of 500 × 300 cells in base 64, with room.
pub const MAX_LINE: usize = 4 << 20;

/// The server's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// [`VERSION`].
    pub v: u32,
    /// The bastion's name, for the header of the screens.
    pub bastion: String,
    /// 32 random bytes in hex, to be signed.
    pub challenge: String,
}

/// The client's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// [`VERSION`].
    pub v: u32,
    /// The public key, in OpenSSH's one-line form.
    pub key: String,
    /// The SSHSIG block over the challenge's text.
    pub signature: String,
}

/// A numbered call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// The caller's number; the [`Reply`] repeats it.
    pub n: u64,
    /// The call.
    #[serde(flatten)]
    pub call: Call,
}

/// What a client can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Who am I, and what may I do? → [`Reply::You`]
    Whoami,
    /// The live state of the bastion. → [`Reply::Status`]
    Status,
    /// Live sessions. → [`Reply::Sessions`]
    Sessions,
    /// Waiting requests. → [`Reply::Requests`]
    Requests,
    /// Standing grants. → [`Reply::Grants`]
    Grants,
    /// From now on push [`Push::Session`], [`Push::SessionEnded`], [`Push::Request`], [`Push::RequestEnded`], [`Push::Grants`]; the sessions
    /// and requests that are live now come first.
    /// → [`Reply::Done`]
    Subscribe,
    /// Approve a request. → [`Reply::Done`] or [`Reply::Refused`]
    Approve {
        /// Which.
        request: RequestId,
        /// What the approver was shown.
        digest: Digest,
        /// How far it reaches.
        scope: Scope,
    },
    /// Deny a request. → [`Reply::Done`] or [`Reply::Refused`]
    Deny {
        /// Which.
        request: RequestId,
        /// What the approver was shown.
        digest: Digest,
        /// Why.
        reason: String,
    },
    /// Take a standing grant back. → [`Reply::Done`] or [`Reply::Refused`]
    Revoke {
        /// Which.
        grant: GrantId,
        /// Why; may be empty; shown to the engineer.
        reason: String,
    },
    /// Stop a session's keys. → [`Reply::Done`]
    Pause {
        /// Which.
        session: SessionId,
    },
    /// Let them go on. → [`Reply::Done`]
    Resume {
        /// Which.
        session: SessionId,
    },
    /// End a session. → [`Reply::Done`]
    Kill {
        /// Which.
        session: SessionId,
        /// Why; shown to the engineer.
        reason: String,
    },
    /// Push this session's screen: one [`Push::Keyframe`], then [`Push::Event`]s; replaces the session watched before on this connection.
    /// → [`Reply::Done`]
    Watch {
        /// Which.
        session: SessionId,
    },
    /// No more of it. → [`Reply::Done`]
    Unwatch,
    /// Recorded sessions, the newest first. → [`Reply::Recordings`]
    Recordings,
    /// The events of a recorded session: [`Push::Event`]s with their session, then → [`Reply::Done`]
    Replay {
        /// Which.
        session: SessionId,
        /// `replay` or `export`; goes to the audit chain.
        how: String,
    },
    /// Verify one session's chain, or everything. → [`Reply::Verified`]
    Verify {
        /// Which; `None` means all.
        session: Option<SessionId>,
    },
    /// The bastion-wide chain as JSON lines from a place on. → [`Reply::Audit`]
    Audit {
        /// The first record wanted.
        from: u64,
        /// At most so many (the server gives at most 1,000).
        limit: u32,
    },
}

/// A line from the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "push", rename_all = "snake_case")]
pub enum Push {
    /// The answer to a call.
    Reply {
        /// The call's number.
        n: u64,
        /// The answer.
        reply: Reply,
    },
    /// A session began or changed.
    Session(SessionRow),
    /// A session ended.
    SessionEnded {
        /// Which.
        session: SessionId,
        /// Why.
        reason: CloseReason,
    },
    /// A request began or changed (a vote came in).
    Request(Box<RequestRow>),
    /// A request came to its end.
    RequestEnded {
        /// Which.
        request: RequestId,
        /// How.
        outcome: Outcome,
    },
    /// A grant began or ended.
    Grants {
        /// Those that stand now, the oldest first.
        grants: Vec<Grant>,
    },
    /// The screen of the watched session as escape sequences that paint it whole.
    Keyframe {
        /// Which.
        session: SessionId,
        /// Its size.
        size: Size,
        /// Bytes for a fresh screen model, in base 64.
        state: String,
    },
    /// An event of the watched or replayed session.
    Event {
        /// Which.
        session: SessionId,
        /// Its place.
        seq: u64,
        /// When.
        at: Wall,
        /// What.
        event: crate::model::Event,
    },
    /// The server ends the connection, and why.
    Goodbye {
        /// One sentence.
        why: String,
    },
}

/// Answers to calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Done,
    /// It was not done, and why (one sentence for a person).
    Refused {
        /// Which kind, for the exit code.
        kind: Refusal,
        /// Why.
        why: String,
    },
    /// You.
    You {
        /// Account.
        user: String,
        /// Roles.
        roles: Vec<String>,
        /// The bastion's clock.
        now: Wall,
    },
    /// The bastion.
    Status(Box<StatusReport>),
    /// Live sessions.
    Sessions {
        /// The oldest first.
        sessions: Vec<SessionRow>,
    },
    /// Waiting requests.
    Requests {
        /// The most urgent first.
        requests: Vec<RequestRow>,
    },
    /// Standing grants.
    Grants {
        /// The oldest first.
        grants: Vec<Grant>,
    },
    /// Recordings.
    Recordings {
        /// The newest first.
        recordings: Vec<RecordingRow>,
    },
    /// What verification found.
    Verified(VerifyReport),
    /// Records of the bastion-wide chain.
    Audit {
        /// In order.
        records: Vec<crate::model::AuditRecord>,
    },
}

impl From<(SessionId, EventRecord)> for Push {
    fn from((session, r): (SessionId, EventRecord)) -> Self {
        Self::Event { session, seq: r.seq, at: r.at, event: r.event }
    }
}
