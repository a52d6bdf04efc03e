//! Words only: what every room calls the people, places, acts and facts of the bastion.
//!
//! Nothing here decides, reads a clock or touches a disk. A type lives in this room when two rooms must agree on it.

pub mod data;
pub mod effect;
pub mod event;
pub mod id;
pub mod live;
pub mod request;
pub mod session;
pub mod text;
pub mod time;
pub mod verdict;
pub mod who;

pub use data::{DataKind, Finding};
pub use effect::{Certainty, Effect, EffectKind, Risk, Severity, Span, Undo};
pub use event::{AuditEvent, AuditRecord, Event, EventRecord, RevealEnd, Seq};
pub use id::{GrantId, IdError, RequestId, SessionId};
pub use live::{
    RecordingRow, RecordingState, Refusal, Refused, RequestRow, SessionRow, SessionState, StatusReport, VerifyReport,
};
pub use request::{CommandText, Digest, Grant, GrantEnd, HoldRequest, Outcome, Ruling, Scope, Subject, Vote, minutes};
pub use session::{Admitted, ChannelKind, CloseReason, ExitStatus, PtySize, SessionMeta, Size, Stream};
pub use text::Shown;
pub use time::{Mono, Now, Wall};
pub use verdict::{Judgement, Obligations, Rule, Verdict};
pub use who::{Place, Principal};
