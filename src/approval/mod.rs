//! Requests, votes, quorum, deadlines, grants and their scopes.
//!
//! The room is a fold. [`Docket::apply`] takes the records of the bastion-wide chain, in order, and is the only thing that changes
//! state. Everything that decides takes `&self` and answers with the [`AuditEvent`]s that would make it true; the caller
//! appends them, and applies the records that come back. So what is on disk and what is in memory cannot differ, and after a
//! restart the same records give the same state.
//!
//! ```text
//!             Requested                 Voted (yes, fewer than the quorum)
//!   (nothing) ─────────▶ open ◀───────────────┐
//!                         │ └─────────────────┘
//!                         │ Decided: Approved │ Denied │ Expired │ Withdrawn
//!                         ▼
//!                      decided ──▶ Granted (only Approved for the rest of the session, or in the clear for a time) ──▶ GrantEnded: Expired │ Closed │ Revoked
//! ```
//!
//! The rules of voting:
//! - The requester never counts, neither as an account nor with the same key under another account.
//! - A voter holds one of the roles that the strictest rule names. No role named: nobody decides, the request can only expire.
//! - One human counts once; a quorum is that many distinct people.
//! - A vote names the digest of what its voter was shown. Another digest is another request: refused as changed.
//! - One denial denies, whatever was approved before, also by the one who denies.
//! - What is decided or past its deadline stays so. The approval reaches as far as its narrowest vote.
//! - A request to see something is approved in the clear for a time, never for longer than it asks; its plain approval is "as asked".
//!   Output that waits is approved once (it goes on, masked) or in the clear for a time. Nothing else is ever in the clear.
//! - Deadlines run on the monotonic clock. While the wall clock is behind the chain's last record ([`SKEW`]), nothing is asked or
//!   approved: records would lie about their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::model::{
    AuditEvent, AuditRecord, Grant, GrantEnd, GrantId, HoldRequest, Mono, Now, Outcome, Principal, Refusal, Refused,
    RequestId, RequestRow, Ruling, Scope, SessionId, Shown, Subject, Vote, Wall,
};

/// The state of the approval desk: open requests with their votes, standing grants, and what was decided lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docket {
    open: BTreeMap<RequestId, Open>,
    grants: BTreeMap<GrantId, Standing>,
    /// Answers a late vote with "has been decided" instead of "no such request". At most [`REMEMBERED`].
    decided: VecDeque<(RequestId, Outcome)>,
    /// The newest time on the chain.
    last: Wall,
}

/// A request that waits, and the approvals so far.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    request: HoldRequest,
    due: Mono,
    approvals: Vec<(String, Scope)>,
}

/// A grant that stands, and when it ends if not with its session.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    grant: Grant,
    due: Option<Mono>,
}

impl Docket {
    /// Takes in one record of the chain; `seen` is the monotonic time of the moment, from which a new request's deadline runs. Records of
    /// other matters only move the clock.
    pub fn apply(&mut self, record: &AuditRecord, seen: Mono) {
        self.last = self.last.max(record.at);
        match &record.event {
            AuditEvent::Requested(request) => {
                let ttl = Duration::from_secs(request.obligations.ttl_secs.into());
                let due = seen.after(request.deadline.since(record.at).min(ttl));
                let open = Open { request: HoldRequest::clone(request), due, approvals: Vec::new() };
                self.open.insert(request.id, open);
            }
            AuditEvent::Voted { by, vote } => {
                if let (Some(open), Some(scope)) = (self.open.get_mut(&vote.request), &vote.approve)
                    && !open.approvals.iter().any(|(who, _)| who == by)
                {
                    open.approvals.push((by.clone(), scope.clone()));
                }
            }
            AuditEvent::Decided { request, outcome } => {
                self.open.remove(request);
                self.decided.push_back((*request, outcome.clone()));
                self.decided.drain(..self.decided.len().saturating_sub(REMEMBERED));
            }
            AuditEvent::Noted { request, text } => {
                if let Some(open) = self.open.get_mut(request) {
                    open.note(text);
                }
            }
            AuditEvent::Granted(grant) => {
                let due = grant.ends().map(|ends| seen.after(ends.since(record.at)));
                self.grants.insert(grant.id, Standing { grant: Grant::clone(grant), due });
            }
            AuditEvent::GrantEnded { grant, .. } => {
                self.grants.remove(grant);
            }
            AuditEvent::GrantsEnded { session } => self.grants.retain(|_, standing| standing.grant.session != *session),
            AuditEvent::Started { .. }
            | AuditEvent::Stopped
            | AuditEvent::LoggedIn { .. }
            | AuditEvent::Refused { .. }
            | AuditEvent::SessionStarted(_)
            | AuditEvent::SessionSealed { .. }
            | AuditEvent::Viewed { .. }
            | AuditEvent::Steered { .. }
            | AuditEvent::PolicyLoaded { .. } => {}
        }
    }

    /// The fewest records that give this state when they are folded, for whoever keeps it: the deadlines run anew then, as after any restart.
    #[must_use]
    pub fn essence(&self) -> Vec<AuditRecord> {
        let at = self.last;
        let record = |at, event| AuditRecord { seq: 0, at, event };
        let mut records = Vec::new();
        for Open { request, approvals, .. } in self.open.values() {
            records.push(record(request.asked, AuditEvent::Requested(Box::new(request.clone()))));
            for (by, scope) in approvals {
                let (digest, approve, reason) = (request.command.digest, Some(scope.clone()), Shown::default());
                let vote = Vote { request: request.id, digest, approve, reason };
                records.push(record(at, AuditEvent::Voted { by: by.clone(), vote }));
            }
        }
        let grants = self.grants.values().map(|standing| &standing.grant);
        records.extend(grants.map(|grant| record(grant.since, AuditEvent::Granted(Box::new(grant.clone())))));
        let decided = self.decided.iter().cloned();
        records.extend(decided.map(|(request, outcome)| record(at, AuditEvent::Decided { request, outcome })));
        // The clock of the chain, when nothing else tells it.
        records.push(record(at, AuditEvent::Stopped));
        records
    }

    /// A session asks.
    ///
    /// # Errors
    /// When the id is taken, too many requests wait already, or the wall clock is behind the chain. The session is then to be denied.
    pub fn request(&self, request: HoldRequest, now: Now) -> Result<Vec<AuditEvent>, Refused> {
        self.clock_is_sound(now)?;
        if self.open.contains_key(&request.id) || self.outcome(request.id).is_some() {
            return Err(refused(Refusal::Failed, format!("a request {} exists already: ask again", request.id)));
        }
        let of_session = self.open.values().filter(|open| open.request.session == request.session).count();
        if self.open.len() >= MOST_OPEN || of_session >= MOST_OPEN_OF_SESSION {
            let why = "too many requests wait for a decision: have some decided or withdrawn, then try again";
            return Err(refused(Refusal::Failed, why.to_owned()));
        }
        Ok(vec![AuditEvent::Requested(Box::new(request))])
    }

    /// Somebody votes. `fresh` becomes the id of the grant, if one comes out.
    ///
    /// # Errors
    /// When there is no such request, the voter may not decide it, it changed or is decided, or the clock is not sound.
    pub fn vote(&self, who: &Principal, vote: &Vote, now: Now, fresh: GrantId) -> Result<Vec<AuditEvent>, Refused> {
        let open = self.find(vote.request)?;
        if open.due <= now.mono {
            return Err(changed(vote.request, &Outcome::Expired));
        }
        if let Some(why) = open.bars(who) {
            return Err(refused(Refusal::NotPermitted, why));
        }
        if vote.digest != open.request.command.digest {
            let why = format!("request {} is not what you were shown: look at it again", vote.request.short());
            return Err(refused(Refusal::Changed, why));
        }
        let voted = AuditEvent::Voted { by: who.user.clone(), vote: vote.clone() };
        match &vote.approve {
            None => {
                let outcome = Outcome::Denied { by: who.user.clone(), reason: vote.reason.clone() };
                Ok(vec![voted, AuditEvent::Decided { request: vote.request, outcome }])
            }
            Some(scope) => {
                let scope = &fitted(&open.request.subject, scope)?;
                self.clock_is_sound(now)?;
                if let Some(why) = open.spent(who) {
                    return Err(refused(Refusal::NotPermitted, why));
                }
                let mut events = vec![voted];
                events.extend(self.approval(open, who, scope, now.wall, fresh)?);
                Ok(events)
            }
        }
    }

    /// The requester took it back. Nothing if it is not open.
    #[must_use]
    pub fn withdraw(&self, id: RequestId) -> Vec<AuditEvent> {
        let request = self.open.contains_key(&id).then_some(id);
        request.map(|request| AuditEvent::Decided { request, outcome: Outcome::Withdrawn }).into_iter().collect()
    }

    /// The requester adds a note to a request. Nothing if it is not open, or has as much text as it may.
    #[must_use]
    pub fn note(&self, id: RequestId, text: &Shown) -> Vec<AuditEvent> {
        let noted = self.open.get(&id).filter(|open| !text.as_str().is_empty() && open.has_room_for(text));
        noted.map(|_| AuditEvent::Noted { request: id, text: text.clone() }).into_iter().collect()
    }

    /// A session ended: its requests are withdrawn, its grants end.
    #[must_use]
    pub fn session_ended(&self, session: SessionId) -> Vec<AuditEvent> {
        let requests = self.open.values().filter(|open| open.request.session == session);
        let mut events: Vec<_> = requests.flat_map(|open| self.withdraw(open.request.id)).collect();
        if self.grants.values().any(|standing| standing.grant.session == session) {
            events.push(AuditEvent::GrantsEnded { session });
        }
        events
    }

    /// After a restart: ends what belongs to sessions that did not survive it.
    #[must_use]
    pub fn orphans(&self, lives: impl Fn(SessionId) -> bool) -> Vec<AuditEvent> {
        let of_requests = self.open.values().map(|open| open.request.session);
        let of_grants = self.grants.values().map(|standing| standing.grant.session);
        let sessions: BTreeSet<_> = of_requests.chain(of_grants).filter(|&session| !lives(session)).collect();
        sessions.into_iter().flat_map(|session| self.session_ended(session)).collect()
    }

    /// What is past its deadline, the longest first: requests, then grants.
    #[must_use]
    pub fn expire(&self, now: Mono) -> Vec<AuditEvent> {
        let mut due: Vec<_> = self.open.values().filter(|open| open.due <= now).collect();
        due.sort_by_key(|open| open.due);
        let requests =
            due.into_iter().map(|open| AuditEvent::Decided { request: open.request.id, outcome: Outcome::Expired });
        let ended = self.grants.values().filter(|standing| standing.due.is_some_and(|due| due <= now));
        let grants = ended.map(|Standing { grant, .. }| AuditEvent::GrantEnded {
            grant: grant.id,
            session: grant.session,
            why: GrantEnd::Expired,
        });
        requests.chain(grants).collect()
    }

    /// Ends a grant before its time. Nothing if it does not stand.
    #[must_use]
    pub fn end_grant(&self, id: GrantId, why: GrantEnd) -> Vec<AuditEvent> {
        let standing = self.grants.get(&id);
        standing
            .map(|Standing { grant, .. }| AuditEvent::GrantEnded { grant: id, session: grant.session, why })
            .into_iter()
            .collect()
    }

    /// Somebody takes a grant back; whether they may is for policy to say.
    ///
    /// # Errors
    /// When it does not stand.
    pub fn revoke(&self, id: GrantId, by: &str, reason: Shown) -> Result<Vec<AuditEvent>, Refused> {
        let events = self.end_grant(id, GrantEnd::Revoked { by: by.to_owned(), reason });
        if events.is_empty() {
            let why = format!("no grant {id} stands: it has ended, or never was");
            return Err(refused(Refusal::NoSuchThing, why));
        }
        Ok(events)
    }

    /// When [`Docket::expire`] has something to do next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Mono> {
        let grants = self.grants.values().filter_map(|standing| standing.due);
        self.open.values().map(|open| open.due).chain(grants).min()
    }

    /// Why this person may not approve this request now, in one sentence; `None`: they may.
    #[must_use]
    pub fn may_not(&self, who: &Principal, id: RequestId) -> Option<String> {
        match self.find(id) {
            Ok(open) => open.bars(who).or_else(|| open.spent(who)),
            Err(refused) => Some(refused.why),
        }
    }

    /// One open request as this person sees it.
    #[must_use]
    pub fn row(&self, who: &Principal, id: RequestId) -> Option<RequestRow> {
        self.open.get(&id).map(|open| open.row(who))
    }

    /// All open requests as this person sees them, the most urgent first: the highest risk, then the nearest deadline.
    #[must_use]
    pub fn rows(&self, who: &Principal) -> Vec<RequestRow> {
        let mut open: Vec<_> = self.open.values().collect();
        open.sort_by_key(|open| (std::cmp::Reverse(open.request.risk.score), open.due, open.request.id));
        open.into_iter().map(|open| open.row(who)).collect()
    }

    /// How many requests wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.open.len()
    }

    /// Standing grants, the oldest first.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        let mut grants: Vec<_> = self.grants.values().map(|standing| standing.grant.clone()).collect();
        grants.sort_by_key(|grant| (grant.since, grant.id));
        grants
    }

    /// The session that waits for this request, and the ruling that tells it an outcome; `None` if it is not open.
    #[must_use]
    pub fn ruling(&self, id: RequestId, outcome: &Outcome) -> Option<(SessionId, Ruling)> {
        let request = &self.open.get(&id)?.request;
        Some((request.session, Ruling { request: id, digest: request.command.digest, outcome: outcome.clone() }))
    }

    /// What follows from one more approval: nothing yet, or the decision with its grant.
    fn approval(
        &self,
        open: &Open,
        who: &Principal,
        scope: &Scope,
        at: Wall,
        fresh: GrantId,
    ) -> Result<Vec<AuditEvent>, Refused> {
        let request = &open.request;
        let by: Vec<_> = open.approvals.iter().map(|(user, _)| user).chain([&who.user]).cloned().collect();
        if by.len() < open.quorum() {
            return Ok(Vec::new());
        }
        let mut votes = open.approvals.iter().filter_map(|(_, vote)| fitted(&request.subject, vote).ok());
        let scope = votes.try_fold(scope.clone(), narrower);
        let scope = scope.ok_or_else(|| refused(Refusal::Failed, "the votes on it cannot be united".to_owned()))?;
        let grant = match scope {
            Scope::Once => None,
            Scope::SameCommandThisSession | Scope::Clear { .. } => {
                let of_session =
                    self.grants.values().filter(|standing| standing.grant.session == request.session).count();
                if of_session >= MOST_GRANTS_OF_SESSION || self.grants.contains_key(&fresh) {
                    let why = "this session has too many grants already: approve once instead";
                    return Err(refused(Refusal::Failed, why.to_owned()));
                }
                let (scope, digest) = (scope.clone(), request.command.digest);
                let (request, session, by) = (request.id, request.session, by.clone());
                Some(Grant { id: fresh, request, session, digest, scope, by, since: at })
            }
        };
        let decided = AuditEvent::Decided { request: request.id, outcome: Outcome::Approved { by, scope } };
        Ok([decided].into_iter().chain(grant.map(|grant| AuditEvent::Granted(Box::new(grant)))).collect())
    }

    fn find(&self, id: RequestId) -> Result<&Open, Refused> {
        self.open.get(&id).ok_or_else(|| match self.outcome(id) {
            Some(outcome) => changed(id, outcome),
            None => {
                let why = format!("no request {}: it was decided long ago, or never made", id.short());
                refused(Refusal::NoSuchThing, why)
            }
        })
    }

    fn outcome(&self, id: RequestId) -> Option<&Outcome> {
        self.decided.iter().rev().find(|(decided, _)| *decided == id).map(|(_, outcome)| outcome)
    }

    fn clock_is_sound(&self, now: Now) -> Result<(), Refused> {
        if now.wall.after(SKEW) >= self.last {
            return Ok(());
        }
        let why = format!(
            "the bastion's clock ({}) is behind its own last record ({}): nothing can be approved until it is set right",
            now.wall, self.last
        );
        Err(refused(Refusal::Failed, why))
    }
}

impl Open {
    /// Why this person may decide this request in no way.
    fn bars(&self, who: &Principal) -> Option<String> {
        let (request, roles) = (&self.request, &self.request.obligations.approvers);
        if who.user == request.who.user {
            return Some("this is your own request: somebody else has to decide it".to_owned());
        }
        if who.fingerprint == request.who.fingerprint {
            return Some("your key is the requester's key: somebody else has to decide it".to_owned());
        }
        if roles.is_empty() {
            return Some("the rule names no approvers, so nobody can decide it and it will expire".to_owned());
        }
        let may = roles.iter().any(|role| who.has_role(role));
        (!may).then(|| format!("only {} may decide it, and you are not one of them", roles.join(", ")))
    }

    /// Why this person has no approval left to give.
    fn spent(&self, who: &Principal) -> Option<String> {
        let (given, needed) = (self.approvals.len(), self.quorum());
        let has = self.approvals.iter().any(|(user, _)| *user == who.user);
        has.then(|| format!("you have approved it already ({given} of {needed} given): one human counts once"))
    }

    fn quorum(&self) -> usize {
        usize::from(self.request.obligations.quorum.max(1))
    }

    /// A note stands behind what was said before.
    fn note(&mut self, text: &Shown) {
        let reason = match &self.request.reason {
            Some(before) => Shown::new(&format!("{before} · {text}")),
            None => text.clone(),
        };
        self.request.reason = Some(reason);
    }

    fn has_room_for(&self, text: &Shown) -> bool {
        let said = self.request.reason.as_ref().map_or(0, |reason| reason.as_str().len());
        said.saturating_add(text.as_str().len()) <= LONGEST_REASON
    }

    fn row(&self, who: &Principal) -> RequestRow {
        RequestRow {
            request: self.request.clone(),
            approved_by: self.approvals.iter().map(|(user, _)| user.clone()).collect(),
            may_not: self.bars(who).or_else(|| self.spent(who)),
        }
    }
}

/// What a vote on such a request means: "once" on a reveal is what was asked for.
///
/// # Errors
/// When it is a scope for something else.
fn fitted(subject: &Subject, scope: &Scope) -> Result<Scope, Refused> {
    let misfit = |why: &str| Err(refused(Refusal::NotPermitted, why.to_owned()));
    match (subject, scope) {
        (Subject::Command, Scope::Once | Scope::SameCommandThisSession) | (Subject::Output { .. }, Scope::Once) => {
            Ok(scope.clone())
        }
        (Subject::Command, Scope::Clear { .. }) => misfit("this asks to run something, not to see it in the clear"),
        (Subject::Reveal { secs }, Scope::Once) => Ok(Scope::Clear { secs: *secs }),
        (Subject::Reveal { secs: asked }, Scope::Clear { secs }) if *secs > 0 => {
            Ok(Scope::Clear { secs: *secs.min(asked) })
        }
        (Subject::Output { .. }, Scope::Clear { secs }) if (1..=LONGEST_CLEAR).contains(secs) => Ok(scope.clone()),
        (Subject::Reveal { .. } | Subject::Output { .. }, Scope::Clear { .. }) => {
            misfit("values are shown in the clear for 1 second to 8 hours: give a time between")
        }
        (Subject::Reveal { .. } | Subject::Output { .. }, Scope::SameCommandThisSession) => {
            misfit("this asks to see something: approve it as it is, or in the clear for a time")
        }
    }
}

/// The scope that both mean; `None`: two that cannot be for one request.
fn narrower(a: Scope, b: Scope) -> Option<Scope> {
    match (a, b) {
        (Scope::SameCommandThisSession, Scope::SameCommandThisSession) => Some(Scope::SameCommandThisSession),
        (Scope::Clear { secs }, Scope::Clear { secs: other }) => Some(Scope::Clear { secs: secs.min(other) }),
        (Scope::Once, _) | (_, Scope::Once) => Some(Scope::Once),
        (Scope::Clear { .. }, Scope::SameCommandThisSession) | (Scope::SameCommandThisSession, Scope::Clear { .. }) => {
            None
        }
    }
}

fn changed(id: RequestId, outcome: &Outcome) -> Refused {
    let how = match outcome {
        Outcome::Approved { by, .. } => format!("has been approved by {}", by.join(", ")),
        Outcome::Denied { by, .. } => format!("has been denied by {by}"),
        Outcome::Expired => "has expired".to_owned(),
        Outcome::Withdrawn => "has been withdrawn".to_owned(),
    };
    refused(Refusal::Changed, format!("request {} {how}", id.short()))
}

const fn refused(kind: Refusal, why: String) -> Refused {
    Refused { kind, why }
}

/// How far the wall clock may be behind the chain's last record: records are stamped by several tasks, and time daemons step a clock by less.
pub const SKEW: Duration = Duration::from_secs(2);

/// Requests open at once on one bastion; ten times what a hundred approvers could look at.
const MOST_OPEN: usize = 4096;

/// Requests open at once in one session. It waits at one; the rest is room for retries that cross a withdrawal.
const MOST_OPEN_OF_SESSION: usize = 4;

/// Grants in one session; more says that policy, not people, should decide.
const MOST_GRANTS_OF_SESSION: usize = 256;

/// Bytes of a requester's reason with its notes: what an approver reads.
const LONGEST_REASON: usize = 4000;

/// Output is shown in the clear for at most so many seconds: a session's usual lifetime.
const LONGEST_CLEAR: u32 = 8 * 3600;

/// Decided requests that are remembered to answer late votes.
const REMEMBERED: usize = 1024;

#[cfg(test)]
mod tests;
