//! Permits: proof, as a value, that policy said yes. Who was not given one cannot do the thing.
//!
//! The fields are private and the constructors are visible to this room alone, so the compiler keeps law 4: dialling a
//! target needs an [`Admission`], releasing an Enter a [`Release`], an unmasked view a [`Reveal`], opening a sealed original or exporting it a [`Viewing`].
//! None of them can be cloned, so none outlives the one act it was given for.

use std::time::Duration;

use crate::model::{Digest, Grant, Place, Principal, Ruling, Scope, SessionId, Wall};
use crate::model::{Outcome, RequestId};

/// Leave to connect one session to one target. The certificate signer and the dialler take it, not the request.
#[derive(Debug)]
#[must_use = "an admission that nobody uses admits nobody"]
pub struct Admission {
    session: SessionId,
    who: Principal,
    place: Place,
    lifetime: Duration,
}

impl Admission {
    /// Only for `policy`, from a verdict on `connect`.
    pub(in crate::policy) const fn new(session: SessionId, who: Principal, place: Place, lifetime: Duration) -> Self {
        Self { session, who, place, lifetime }
    }

    /// For the tests of rooms that take an admission and cannot ask policy for one.
    #[cfg(test)]
    pub(crate) const fn for_test(session: SessionId, who: Principal, place: Place, lifetime: Duration) -> Self {
        Self { session, who, place, lifetime }
    }

    /// The session that was admitted.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Who was admitted.
    #[must_use]
    pub const fn who(&self) -> &Principal {
        &self.who
    }

    /// Where to.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The session's longest lifetime.
    #[must_use]
    pub const fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

/// Policy's own "allow" for one command, on its way to the engine.
#[derive(Debug)]
#[must_use = "an allowance that nobody uses releases nothing"]
pub struct Allowance {
    digest: Digest,
}

impl Allowance {
    /// Only for `policy`, from a verdict on `run`.
    pub(in crate::policy) const fn new(digest: Digest) -> Self {
        Self { digest }
    }
}

/// Leave to send one commit byte (or to start one exec).
///
/// It comes from an [`Allowance`], from an approving [`Ruling`], or from a live [`Grant`]; each must carry the digest of the
/// line that is about to run, read again at the moment of release.
#[derive(Debug)]
#[must_use = "a release that nobody uses releases nothing"]
pub struct Release {
    digest: Digest,
    request: Option<RequestId>,
    grant: Option<crate::model::GrantId>,
}

impl Release {
    /// From policy's own verdict, if it was given for this line.
    #[must_use]
    pub fn by_policy(allowance: Allowance, line: &Digest) -> Option<Self> {
        (allowance.digest == *line).then_some(Self { digest: *line, request: None, grant: None })
    }

    /// From an approval, if it was given for this line.
    #[must_use]
    pub fn by_ruling(ruling: &Ruling, line: &Digest) -> Option<Self> {
        match &ruling.outcome {
            Outcome::Approved { .. } if ruling.digest == *line => {
                Some(Self { digest: *line, request: Some(ruling.request), grant: None })
            }
            Outcome::Approved { .. } | Outcome::Denied { .. } | Outcome::Expired | Outcome::Withdrawn => None,
        }
    }

    /// From a standing grant, if it covers this line in this session.
    #[must_use]
    pub fn by_grant(grant: &Grant, session: SessionId, line: &Digest) -> Option<Self> {
        let covers = match grant.scope {
            Scope::Once | Scope::Clear { .. } => false,
            Scope::SameCommandThisSession => grant.session == session && grant.digest == *line,
        };
        covers.then_some(Self { digest: *line, request: None, grant: Some(grant.id) })
    }

    /// The line that may run.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The request that was approved, if it came from an approval.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        self.request
    }

    /// The grant that covered it, if it came from one.
    #[must_use]
    pub const fn grant(&self) -> Option<crate::model::GrantId> {
        self.grant
    }
}

/// Leave to show values in the clear on one terminal, for a time.
///
/// It comes from policy's own "allow" or from a live [`Grant`]; the engine keeps it as long as the terminal shows them, and ends it
/// with its time.
#[derive(Debug)]
#[must_use = "a reveal that nobody uses shows nothing"]
pub struct Reveal {
    session: SessionId,
    request: Option<RequestId>,
    grant: Option<crate::model::GrantId>,
    lasts: Duration,
}

impl Reveal {
    /// Only for `policy`, from a verdict on `reveal`.
    pub(in crate::policy) const fn new(session: SessionId, secs: u32) -> Self {
        Self { session, request: None, grant: None, lasts: Duration::from_secs(secs as u64) }
    }

    /// From a standing grant, if it shows something in this session and its time is not up at `now`. A clock that is behind the
    /// grant's beginning proves nothing: no reveal.
    #[must_use]
    pub fn by_grant(grant: &Grant, session: SessionId, now: Wall) -> Option<Self> {
        let lasts = grant.ends()?.since(now);
        let begun = now.after(SKEW) >= grant.since;
        let covers = grant.session == session && begun && !lasts.is_zero();
        let (request, grant) = (Some(grant.request), Some(grant.id));
        covers.then_some(Self { session, request, grant, lasts })
    }

    /// The session whose terminal may show them.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The request that was approved, if one was needed.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        self.request
    }

    /// The grant, if it came from one.
    #[must_use]
    pub const fn grant(&self) -> Option<crate::model::GrantId> {
        self.grant
    }

    /// How long it lasts from the moment it was made.
    #[must_use]
    pub const fn lasts(&self) -> Duration {
        self.lasts
    }
}

/// How far the clock may be behind the record that began a grant: they are stamped by two tasks, and time daemons step a clock by less.
const SKEW: Duration = Duration::from_secs(2);

/// Leave to look at the recording of a session.
#[derive(Debug)]
#[must_use = "a viewing that nobody uses shows nothing"]
pub struct Viewing {
    session: SessionId,
    who: String,
}

impl Viewing {
    /// Only for `policy`, from a verdict on `replay`, `export` or `watch`.
    pub(in crate::policy) const fn new(session: SessionId, who: String) -> Self {
        Self { session, who }
    }

    /// The session that may be looked at.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Who looks.
    #[must_use]
    pub fn who(&self) -> &str {
        &self.who
    }
}
