//! The approval desk: one task that owns the [`Docket`], writes what was decided, and only then says so.
//!
//! Every act goes through one bounded queue, so acts have one order, and a caller who goes away in the middle does not tear an act in two. The
//! task writes each event to the bastion-wide chain, applies the record that comes back, then tells the session
//! ([`Control::Ruled`], [`Control::Granted`]) and the dashboards ([`News`]). Telling a session never holds up the desk: a full mailbox is
//! waited for by a task of its own, which ends when the session takes the message or is gone.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::approval::Docket;
use crate::model::{
    AuditEvent, AuditRecord, Grant, GrantEnd, GrantId, HoldRequest, Mono, Now, Outcome, Principal, Refusal, Refused,
    RequestId, RequestRow, Ruling, SessionId, Shown, Vote,
};

use super::registry::{Control, News, Registry};

/// A boxed future, so that the seams below stay usable as `dyn`.
pub type Promise<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the desk writes: the bastion-wide chain of the ledger.
pub trait Chain: Send + Sync {
    /// Appends an event; the record comes back when it is durable.
    fn audit(&self, event: AuditEvent) -> Promise<'_, Result<AuditRecord, ChainFault>>;
}

/// The chain could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record could not be written, so it was not done: {0}")]
pub struct ChainFault(pub String);

impl From<ChainFault> for Refused {
    fn from(fault: ChainFault) -> Self {
        Self { kind: Refusal::Failed, why: fault.to_string() }
    }
}

/// Reads both clocks.
pub type ReadClock = Arc<dyn Fn() -> Now + Send + Sync>;

/// A handle to the desk; cloning it clones a handle. The desk's task ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Desk {
    acts: mpsc::Sender<Act>,
}

impl Desk {
    /// Starts the desk with what the chain says, and withdraws the requests and ends the grants of sessions that are not in the registry: they
    /// did not survive the restart. Needs a tokio runtime.
    #[must_use]
    pub fn start(docket: Docket, chain: Arc<dyn Chain>, registry: Registry, clock: ReadClock) -> Self {
        let (acts, inbox) = mpsc::channel(QUEUE);
        let (not_before, taken_back) = (Mono::default(), VecDeque::new());
        tokio::spawn(Task { docket, chain, registry, clock, not_before, taken_back }.run(inbox));
        Self { acts }
    }

    /// Files a request. When this comes back, it is durable and the approvers have been told.
    ///
    /// # Errors
    /// When it could not be filed, its session is not live, or it was withdrawn before it got here; the session must then deny.
    pub async fn ask(&self, request: HoldRequest) -> Result<(), Refused> {
        self.act(|done| Act::Ask(Box::new(request), done)).await?
    }

    /// The requester takes a request back. One that is decided stays so, and that is no error.
    ///
    /// # Errors
    /// When the chain could not be written.
    pub async fn withdraw(&self, id: RequestId) -> Result<(), Refused> {
        self.act(|done| Act::Withdraw(id, done)).await?
    }

    /// The requester adds a note to a request. One that is decided stays as it was, and that is no error.
    ///
    /// # Errors
    /// When the chain could not be written.
    pub async fn note(&self, id: RequestId, text: Shown) -> Result<(), Refused> {
        self.act(|done| Act::Note(id, text, done)).await?
    }

    /// A session is gone: withdraws its requests and ends its grants.
    ///
    /// # Errors
    /// When the chain could not be written.
    pub async fn session_ended(&self, session: SessionId) -> Result<(), Refused> {
        self.act(|done| Act::SessionEnded(session, done)).await?
    }

    /// Somebody votes. When this comes back, the vote is durable and what follows from it is on its way to the session.
    ///
    /// # Errors
    /// See [`Docket::vote`]; also when the chain could not be written.
    pub async fn vote(&self, who: Principal, vote: Vote) -> Result<(), Refused> {
        self.act(|done| Act::Vote(Box::new((who, vote)), done)).await?
    }

    /// A session has no more use for a grant. One that does not stand is no error.
    ///
    /// # Errors
    /// When the chain could not be written.
    pub async fn close_grant(&self, id: GrantId) -> Result<(), Refused> {
        self.act(|done| Act::CloseGrant(id, done)).await?
    }

    /// Somebody who may takes a grant back. When this comes back, that is durable and on its way to the session.
    ///
    /// # Errors
    /// When it does not stand, or the chain could not be written.
    pub async fn revoke(&self, id: GrantId, by: String, reason: Shown) -> Result<(), Refused> {
        self.act(|done| Act::Revoke(id, by, reason, done)).await?
    }

    /// The open requests as this person sees them, the most urgent first.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn rows(&self, who: Principal) -> Result<Vec<RequestRow>, Refused> {
        self.look(move |docket| docket.rows(&who)).await
    }

    /// One open request as this person sees it.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn row(&self, who: Principal, id: RequestId) -> Result<Option<RequestRow>, Refused> {
        self.look(move |docket| docket.row(&who, id)).await
    }

    /// Standing grants, the oldest first.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn grants(&self) -> Result<Vec<Grant>, Refused> {
        self.look(Docket::grants).await
    }

    /// How many requests wait.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn waiting(&self) -> Result<usize, Refused> {
        self.look(Docket::waiting).await
    }

    async fn look<T: Send + 'static>(&self, f: impl FnOnce(&Docket) -> T + Send + 'static) -> Result<T, Refused> {
        self.act(|done| {
            Act::Look(Box::new(move |docket| {
                // A caller who went away does not want to know any more.
                let _ = done.send(f(docket));
            }))
        })
        .await
    }

    async fn act<T>(&self, act: impl FnOnce(oneshot::Sender<T>) -> Act) -> Result<T, Refused> {
        let (done, answer) = oneshot::channel();
        let closed = || Refused { kind: Refusal::Failed, why: "the approval desk is closed: the bastion stops".into() };
        self.acts.send(act(done)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())
    }
}

type Done = oneshot::Sender<Result<(), Refused>>;

/// What the desk can be asked to do.
enum Act {
    Ask(Box<HoldRequest>, Done),
    Withdraw(RequestId, Done),
    Note(RequestId, Shown, Done),
    SessionEnded(SessionId, Done),
    CloseGrant(GrantId, Done),
    Revoke(GrantId, String, Shown, Done),
    Vote(Box<(Principal, Vote)>, Done),
    Look(Box<dyn FnOnce(&Docket) + Send>),
}

struct Task {
    docket: Docket,
    chain: Arc<dyn Chain>,
    registry: Registry,
    clock: ReadClock,
    /// After a failed write: when the next expiry is tried.
    not_before: Mono,
    /// Withdrawals that came before their request: both are on their way at once when an engineer is quick. At most [`QUEUE`].
    taken_back: VecDeque<RequestId>,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Act>) {
        let orphans = self.docket.orphans(|session| self.registry.find(session).is_some());
        if let Err(refused) = self.carry_out(orphans).await {
            tracing::error!(%refused, "requests of sessions that are gone stay open until they expire");
        }
        loop {
            let pause = self.pause();
            tokio::select! {
                act = inbox.recv() => match act {
                    Some(act) => self.act(act).await,
                    None => return,
                },
                () = sleep(pause) => self.expire().await,
            }
        }
    }

    async fn act(&mut self, act: Act) {
        let now = (self.clock)();
        let (events, done) = match act {
            Act::Ask(request, done) => (self.ask(*request, now), done),
            Act::Withdraw(id, done) => (Ok(self.withdraw(id)), done),
            Act::Note(id, text, done) => (Ok(self.docket.note(id, &text)), done),
            Act::SessionEnded(session, done) => (Ok(self.docket.session_ended(session)), done),
            Act::CloseGrant(id, done) => (Ok(self.docket.end_grant(id, GrantEnd::Closed)), done),
            Act::Revoke(id, by, reason, done) => (self.docket.revoke(id, &by, reason), done),
            Act::Vote(vote, done) => {
                let fresh = GrantId::from_bytes(rand::random());
                (self.docket.vote(&vote.0, &vote.1, now, fresh), done)
            }
            Act::Look(look) => return look(&self.docket),
        };
        let answer = match events {
            Ok(events) => self.carry_out(events).await,
            Err(refused) => Err(refused),
        };
        // A caller who went away does not want to know any more.
        let _ = done.send(answer);
    }

    fn ask(&self, request: HoldRequest, now: Now) -> Result<Vec<AuditEvent>, Refused> {
        if self.registry.find(request.session).is_none() || self.taken_back.contains(&request.id) {
            let why = format!("request {} is not wanted any more: its session took it back, or is gone", request.id);
            return Err(Refused { kind: Refusal::Changed, why });
        }
        self.docket.request(request, now)
    }

    fn withdraw(&mut self, id: RequestId) -> Vec<AuditEvent> {
        let events = self.docket.withdraw(id);
        if events.is_empty() {
            self.taken_back.truncate(QUEUE - 1);
            self.taken_back.push_front(id);
        }
        events
    }

    async fn expire(&mut self) {
        let now = (self.clock)().mono;
        if let Err(refused) = self.carry_out(self.docket.expire(now)).await {
            tracing::error!(%refused, "an expired request could not be recorded; it can no longer be approved");
            self.not_before = now.after(RETRY);
        }
    }

    /// Writes, applies, and only then tells. Stops at the first event that cannot be written.
    async fn carry_out(&mut self, events: Vec<AuditEvent>) -> Result<(), Refused> {
        for event in events {
            let record = self.chain.audit(event).await?;
            let tidings = self.tidings(&record.event);
            self.docket.apply(&record, (self.clock)().mono);
            if let Some(tidings) = tidings {
                self.tell(tidings);
            }
        }
        Ok(())
    }

    /// Whom a record concerns, looked up before it is applied (a decision takes its request off the docket).
    fn tidings(&self, event: &AuditEvent) -> Option<Tidings> {
        match event {
            AuditEvent::Requested(request) => Some(Tidings::Asked(request.id)),
            AuditEvent::Voted { vote, .. } => vote.approve.is_some().then_some(Tidings::Asked(vote.request)),
            AuditEvent::Decided { request, outcome } => {
                self.docket.ruling(*request, outcome).map(|(session, ruling)| Tidings::Ruled(session, ruling))
            }
            AuditEvent::Granted(grant) => Some(Tidings::Granted(Grant::clone(grant))),
            AuditEvent::Noted { request, .. } => Some(Tidings::Asked(*request)),
            AuditEvent::GrantEnded { grant, session, why: GrantEnd::Revoked { by, reason } } => {
                Some(Tidings::Revoked(*session, *grant, by.clone(), reason.clone()))
            }
            AuditEvent::GrantEnded { .. } | AuditEvent::GrantsEnded { .. } => Some(Tidings::GrantsEnded),
            AuditEvent::Started { .. }
            | AuditEvent::Stopped
            | AuditEvent::LoggedIn { .. }
            | AuditEvent::Refused { .. }
            | AuditEvent::SessionStarted(_)
            | AuditEvent::SessionSealed { .. }
            | AuditEvent::Viewed { .. }
            | AuditEvent::Steered { .. }
            | AuditEvent::PolicyLoaded { .. } => None,
        }
    }

    fn tell(&self, tidings: Tidings) {
        match tidings {
            Tidings::Asked(id) => self.registry.announce(News::Request(id)),
            Tidings::Ruled(session, ruling) => {
                let news = News::RequestEnded(ruling.request, ruling.outcome.clone());
                match ruling.outcome {
                    // Whoever withdrew it knows, or is gone.
                    Outcome::Withdrawn => {}
                    Outcome::Approved { .. } | Outcome::Denied { .. } | Outcome::Expired => {
                        self.deliver(session, Control::Ruled(ruling));
                    }
                }
                self.registry.announce(news);
            }
            Tidings::Granted(grant) => {
                self.deliver(grant.session, Control::Granted(grant));
                self.registry.announce(News::Grants);
            }
            Tidings::Revoked(session, grant, by, reason) => {
                self.deliver(session, Control::Revoked { grant, by, reason });
                self.registry.announce(News::Grants);
            }
            Tidings::GrantsEnded => self.registry.announce(News::Grants),
        }
    }

    /// Puts a message into a session's mailbox: at once if there is room, otherwise from a task of its own that ends with the session.
    fn deliver(&self, session: SessionId, control: Control) {
        let Some(live) = self.registry.find(session) else { return };
        match live.mailbox().try_send(control) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(control)) => {
                tracing::warn!(%session, "the session's mailbox is full; its decision waits");
                let mailbox = live.mailbox().clone();
                // Fails only if the session ended, and then nobody waits for the decision.
                tokio::spawn(async move { drop(mailbox.send(control).await) });
            }
        }
    }

    /// How long until a deadline; `None`: no deadline.
    fn pause(&self) -> Option<Duration> {
        self.docket.next_deadline().map(|due| due.max(self.not_before).since((self.clock)().mono))
    }
}

enum Tidings {
    Asked(RequestId),
    Ruled(SessionId, Ruling),
    Granted(Grant),
    Revoked(SessionId, GrantId, String, Shown),
    GrantsEnded,
}

async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// Acts that wait for the desk; more callers wait their turn.
const QUEUE: usize = 64;

/// How long after a failed write the next is tried.
const RETRY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
