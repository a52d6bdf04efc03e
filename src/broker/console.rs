//! What a person may do from a dashboard, a shell or a script, once they have proved who they are.
//!
//! Each act asks policy, is written to the bastion-wide chain, and is then done. Who may not open the dashboard sees their own sessions
//! and requests, and nothing else.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, watch};

use crate::model::{
    AuditEvent, AuditRecord, EventRecord, Grant, GrantId, Judgement, Place, Principal, RecordingRow, Refusal, Refused,
    RequestId, RequestRow, SessionId, SessionMeta, SessionRow, Shown, StatusReport, Verdict, VerifyReport, Vote,
};
use crate::policy::permit::Viewing;
use crate::policy::{Action, Channel, Circumstances, Policy};
use crate::target::Meter;

use super::desk::{Chain, Desk, Promise, ReadClock};
use super::registry::{Control, News, Registry, WatchItem};

/// What the console reads of the ledger.
pub trait Archive: Send + Sync {
    /// Recorded sessions, the newest first.
    fn recordings(&self) -> Promise<'_, Result<Vec<RecordingRow>, Refused>>;
    /// The facts of one recorded session.
    fn meta(&self, session: SessionId) -> Promise<'_, Result<SessionMeta, Refused>>;
    /// Sends a session's events, in order, as fast as they are taken; ends early when the receiver is gone.
    fn replay(&self, viewing: Viewing, to: mpsc::Sender<EventRecord>) -> Promise<'_, Result<(), Refused>>;
    /// Verifies one chain, or everything.
    fn verify(&self, session: Option<SessionId>) -> Promise<'_, Result<VerifyReport, Refused>>;
    /// Records of the bastion-wide chain from a place on, at most so many.
    fn records(&self, from: u64, limit: u32) -> Promise<'_, Result<Vec<AuditRecord>, Refused>>;
}

/// What the bastion says of itself in [`StatusReport`].
#[derive(Debug, Clone)]
pub struct Facts {
    /// The bastion's name.
    pub bastion: String,
    /// The address it listens on.
    pub listen: String,
    /// Since when it serves.
    pub since: crate::model::Wall,
}

/// The parts that a console works with.
#[derive(Clone)]
pub struct Parts {
    /// What the bastion says of itself.
    pub facts: Facts,
    /// The live sessions.
    pub registry: Registry,
    /// The approval desk.
    pub desk: Desk,
    /// The policy in force; it may be reloaded while people are connected.
    pub policy: watch::Receiver<Arc<Policy>>,
    /// Where acts are written.
    pub chain: Arc<dyn Chain>,
    /// Where recordings are read.
    pub archive: Arc<dyn Archive>,
    /// The clocks.
    pub clock: ReadClock,
    /// Bytes in the queues of all sessions.
    pub queued: Meter,
}

/// The console. Cloning it clones a handle.
#[derive(Clone)]
pub struct Console {
    parts: Arc<Parts>,
}

impl Console {
    /// A console over those parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// The bastion's name.
    #[must_use]
    pub fn bastion(&self) -> &str {
        &self.parts.facts.bastion
    }

    /// The bastion's clock.
    #[must_use]
    pub fn now(&self) -> crate::model::Wall {
        (self.parts.clock)().wall
    }

    /// Somebody has proved their key on the control socket.
    ///
    /// # Errors
    /// When the chain could not be written; they must then be sent away.
    pub async fn logged_in(&self, who: &Principal) -> Result<(), Refused> {
        let (user, fingerprint) = (who.user.clone(), who.fingerprint.clone());
        self.parts.chain.audit(AuditEvent::LoggedIn { user, source: SOURCE.to_owned(), fingerprint }).await?;
        Ok(())
    }

    /// Somebody could not prove who they are on the control socket.
    pub async fn turned_away(&self, why: &str) {
        let refused = AuditEvent::Refused { user: Shown::default(), source: SOURCE.to_owned(), why: Shown::new(why) };
        if let Err(fault) = self.parts.chain.audit(refused).await {
            tracing::error!(%fault, "a refusal on the control socket could not be recorded");
        }
    }

    /// The bastion in numbers; everybody who is known may see it.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn status(&self) -> Result<StatusReport, Refused> {
        let Facts { bastion, listen, since } = self.parts.facts.clone();
        let requests = u64::try_from(self.parts.desk.waiting().await?).unwrap_or(u64::MAX);
        let sessions = u64::try_from(self.parts.registry.len()).unwrap_or(u64::MAX);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let queued_bytes = u64::try_from(self.parts.queued.bytes()).unwrap_or(u64::MAX);
        let resident_bytes = tokio::task::spawn_blocking(resident_bytes).await.unwrap_or(0);
        Ok(StatusReport { version, bastion, since, listen, sessions, requests, resident_bytes, queued_bytes })
    }

    /// The live sessions that this person may know of, the oldest first.
    #[must_use]
    pub fn sessions(&self, who: &Principal) -> Vec<SessionRow> {
        let all = self.sees_all(who);
        self.parts.registry.rows().into_iter().filter(|row| all || row.meta.who.user == who.user).collect()
    }

    /// The waiting requests that this person may know of, the most urgent first.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn requests(&self, who: &Principal) -> Result<Vec<RequestRow>, Refused> {
        let all = self.sees_all(who);
        let rows = self.parts.desk.rows(who.clone()).await?.into_iter();
        Ok(rows.filter(|row| all || row.request.who.user == who.user).map(|row| self.advised(who, row)).collect())
    }

    /// One waiting request, if this person may know of it.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn request(&self, who: &Principal, id: RequestId) -> Result<Option<RequestRow>, Refused> {
        let row = self.parts.desk.row(who.clone(), id).await?;
        let knows = |row: &RequestRow| row.request.who.user == who.user || self.sees_all(who);
        Ok(row.filter(knows).map(|row| self.advised(who, row)))
    }

    /// The standing grants that this person may know of, the oldest first.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn grants(&self, who: &Principal) -> Result<Vec<Grant>, Refused> {
        let all = self.sees_all(who);
        let own = |grant: &Grant| {
            let live = self.parts.registry.find(grant.session);
            live.is_some_and(|live| live.row().meta.who.user == who.user)
        };
        Ok(self.parts.desk.grants().await?.into_iter().filter(|grant| all || own(grant)).collect())
    }

    /// Votes on a request.
    ///
    /// # Errors
    /// When policy or the rules of approval say no, the request changed, or the chain could not be written.
    pub async fn vote(&self, who: &Principal, vote: Vote) -> Result<(), Refused> {
        check_reason(vote.reason.as_str())?;
        let row = self.parts.desk.row(who.clone(), vote.request).await?;
        if let Some(row) = row.filter(|row| row.request.who.user != who.user) {
            self.permit(who, Action::Approve, &row.request.place)?;
        }
        // The desk's own sentence says best what is wrong with an unknown, a decided or one's own request.
        self.parts.desk.vote(who.clone(), vote).await
    }

    /// Takes a standing grant back: whoever may approve there may, and whoever has it.
    ///
    /// # Errors
    /// When none of that id stands, policy says no, the reason is too long, or the chain could not be written.
    pub async fn revoke(&self, who: &Principal, grant: GrantId, reason: &str) -> Result<(), Refused> {
        check_reason(reason)?;
        let standing = self.grants(who).await?.into_iter().find(|standing| standing.id == grant);
        let standing = standing.ok_or_else(|| {
            let why = format!("no grant {grant} stands: it has ended, or never was");
            Refused { kind: Refusal::NoSuchThing, why }
        })?;
        let row = self.live(who, standing.session)?;
        if row.meta.who.user != who.user {
            self.permit(who, Action::Approve, &row.meta.place)?;
        }
        self.parts.desk.revoke(grant, who.user.clone(), Shown::new(reason)).await
    }

    /// Stops a session's keys.
    ///
    /// # Errors
    /// When there is no such session, policy says no, or the chain could not be written.
    pub async fn pause(&self, who: &Principal, session: SessionId) -> Result<(), Refused> {
        self.steer(who, session, "pause", "", Control::Pause { by: who.user.clone() }).await
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// As [`Console::pause`].
    pub async fn resume(&self, who: &Principal, session: SessionId) -> Result<(), Refused> {
        self.steer(who, session, "resume", "", Control::Resume { by: who.user.clone() }).await
    }

    /// Ends a session; the reason is shown to the engineer.
    ///
    /// # Errors
    /// As [`Console::pause`]; also when the reason is too long.
    pub async fn kill(&self, who: &Principal, session: SessionId, reason: &str) -> Result<(), Refused> {
        check_reason(reason)?;
        let control = Control::Kill { by: who.user.clone(), reason: reason.to_owned() };
        self.steer(who, session, "kill", reason, control).await
    }

    /// Watches a live session: its screen, then every event. It ends when the receiver is dropped or the session is over.
    ///
    /// # Errors
    /// When there is no such session, policy says no, or the chain could not be written.
    pub async fn watch(&self, who: &Principal, session: SessionId) -> Result<mpsc::Receiver<WatchItem>, Refused> {
        let meta = self.live(who, session)?.meta;
        let viewing = self.viewing(who, &meta, Action::Watch)?;
        self.write_view(&viewing, "watch").await?;
        let (to, items) = mpsc::channel(WATCH_QUEUE);
        self.parts.registry.send(viewing.session(), Control::Watch { by: viewing.who().to_owned(), to }).await?;
        Ok(items)
    }

    /// The recordings that this person may replay, the newest first.
    ///
    /// # Errors
    /// When the ledger could not be read.
    pub async fn recordings(&self, who: &Principal) -> Result<Vec<RecordingRow>, Refused> {
        let rows = self.parts.archive.recordings().await?.into_iter();
        Ok(rows.filter(|row| self.viewing(who, &row.meta, Action::Replay).is_ok()).collect())
    }

    /// The events of a recording, in order. The channel ends with the recording; a failure in the middle ends it with the error.
    ///
    /// # Errors
    /// When `how` is neither `replay` nor `export`, there is no such recording, policy says no, or the chain could not be written.
    pub async fn replay(
        &self,
        who: &Principal,
        session: SessionId,
        how: &str,
    ) -> Result<mpsc::Receiver<Result<EventRecord, Refused>>, Refused> {
        let action = [Action::Replay, Action::Export].into_iter().find(|action| action.as_str() == how);
        let unknown = || Refused { kind: Refusal::Failed, why: "a recording is opened to replay or to export".into() };
        let action = action.ok_or_else(unknown)?;
        let meta = self.parts.archive.meta(session).await?;
        let viewing = self.viewing(who, &meta, action)?;
        self.write_view(&viewing, how).await?;
        let (to, events) = mpsc::channel(WATCH_QUEUE);
        let archive = Arc::clone(&self.parts.archive);
        tokio::spawn(read_recording(archive, viewing, to));
        Ok(events)
    }

    /// Verifies one session's chain, or everything.
    ///
    /// # Errors
    /// When policy says no, there is no such session, or the ledger could not be read.
    pub async fn verify(&self, who: &Principal, session: Option<SessionId>) -> Result<VerifyReport, Refused> {
        match session {
            Some(id) => drop(self.viewing(who, &self.parts.archive.meta(id).await?, Action::Replay)?),
            None => self.permit_audit(who)?,
        }
        self.parts.archive.verify(session).await
    }

    /// Records of the bastion-wide chain.
    ///
    /// # Errors
    /// When policy says no or the ledger could not be read.
    pub async fn audit(&self, who: &Principal, from: u64, limit: u32) -> Result<Vec<AuditRecord>, Refused> {
        self.permit_audit(who)?;
        self.parts.archive.records(from, limit.min(MOST_RECORDS)).await
    }

    /// News for the lists, from now on. What each item may tell a person depends on [`Console::sees_all`].
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.parts.registry.news()
    }

    /// Whether this person may see everybody's sessions and requests, or only their own.
    #[must_use]
    pub fn sees_all(&self, who: &Principal) -> bool {
        allowed(&self.policy().dashboard(who, &self.circumstances()))
    }

    async fn steer(
        &self,
        who: &Principal,
        session: SessionId,
        what: &str,
        reason: &str,
        control: Control,
    ) -> Result<(), Refused> {
        let row = self.live(who, session)?;
        self.permit(who, Action::Steer, &row.meta.place)?;
        let (by, what, reason) = (who.user.clone(), what.to_owned(), Shown::new(reason));
        self.parts.chain.audit(AuditEvent::Steered { by, session, what, reason }).await?;
        let sent = tokio::time::timeout(PATIENCE, self.parts.registry.send(session, control));
        sent.await.unwrap_or_else(|_| {
            let why = format!("session {} does not take messages: try again, or restart the bastion", session.short());
            Err(Refused { kind: Refusal::Failed, why })
        })
    }

    fn live(&self, who: &Principal, session: SessionId) -> Result<SessionRow, Refused> {
        let row = self.parts.registry.find(session).map(|live| live.row());
        row.filter(|row| row.meta.who.user == who.user || self.sees_all(who)).ok_or_else(|| {
            let why = format!("no live session {}: it has ended, or never was", session.short());
            Refused { kind: Refusal::NoSuchThing, why }
        })
    }

    fn viewing(&self, who: &Principal, meta: &SessionMeta, action: Action) -> Result<Viewing, Refused> {
        let viewing = self.policy().view(meta, who, action, &self.circumstances());
        viewing.map_err(|judgement| not_permitted(action.as_str(), &judgement))
    }

    async fn write_view(&self, viewing: &Viewing, how: &str) -> Result<(), Refused> {
        let (by, session, how) = (viewing.who().to_owned(), viewing.session(), how.to_owned());
        self.parts.chain.audit(AuditEvent::Viewed { by, session, how }).await?;
        Ok(())
    }

    fn permit(&self, who: &Principal, action: Action, place: &Place) -> Result<(), Refused> {
        let judgement = self.policy().may(who, action, place, &self.circumstances());
        allowed(&judgement).then_some(()).ok_or_else(|| not_permitted(action.as_str(), &judgement))
    }

    fn permit_audit(&self, who: &Principal) -> Result<(), Refused> {
        let judgement = self.policy().audit(who, &self.circumstances());
        allowed(&judgement).then_some(()).ok_or_else(|| not_permitted("audit", &judgement))
    }

    /// The row with policy's word added to the desk's.
    fn advised(&self, who: &Principal, mut row: RequestRow) -> RequestRow {
        if row.may_not.is_none() {
            row.may_not = self.permit(who, Action::Approve, &row.request.place).err().map(|refused| refused.why);
        }
        row
    }

    fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.parts.policy.borrow())
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances { now: self.now(), channel: Channel::Control }
    }
}

async fn read_recording(archive: Arc<dyn Archive>, viewing: Viewing, to: mpsc::Sender<Result<EventRecord, Refused>>) {
    let (raw, mut events) = mpsc::channel(WATCH_QUEUE);
    let listener = to.clone();
    // It owns its end of `raw`: when the listener is gone, the reader is told by a closed channel.
    let forward = async move {
        while let Some(event) = events.recv().await {
            if listener.send(Ok(event)).await.is_err() {
                return;
            }
        }
    };
    let (read, ()) = tokio::join!(archive.replay(viewing, raw), forward);
    if let Err(refused) = read {
        // Nobody listens any more: then nobody misses it.
        let _ = to.send(Err(refused)).await;
    }
}

/// There is nobody to ask for an approval here, so a hold is a no.
const fn allowed(judgement: &Judgement) -> bool {
    match judgement.verdict {
        Verdict::Allow => true,
        Verdict::Hold(_) | Verdict::Deny => false,
    }
}

fn not_permitted(action: &str, judgement: &Judgement) -> Refused {
    let rule = judgement.rules.first().map(|rule| format!(": {} ({}:{})", rule.says, rule.file, rule.line));
    let why = format!("policy does not let you {action} here{}", rule.unwrap_or_default());
    Refused { kind: Refusal::NotPermitted, why }
}

fn check_reason(reason: &str) -> Result<(), Refused> {
    if reason.len() <= LONGEST_REASON {
        return Ok(());
    }
    let why = format!("a reason has at most {LONGEST_REASON} bytes: shorten it");
    Err(Refused { kind: Refusal::Failed, why })
}

/// Resident memory in bytes after proc(5) `statm`, field 2 in pages; 0 where there is no such file.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|field| field.parse::<u64>().ok());
    pages.unwrap_or(0).saturating_mul(u64::try_from(rustix::param::page_size()).unwrap_or(4096))
}

/// Where they come from, in the chain.
const SOURCE: &str = "control socket";

/// Items between a session and one watcher. Few: a watcher that falls behind is served by a keyframe, not by a queue.
const WATCH_QUEUE: usize = 32;

/// How long a session may take to accept an order before the person is told that it is stuck.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Longest reason in bytes.
const LONGEST_REASON: usize = 2000;

/// Most records of the bastion-wide chain in one answer.
const MOST_RECORDS: u32 = 1000;
