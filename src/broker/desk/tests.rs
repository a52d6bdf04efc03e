use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::*;
use crate::model::{
    Certainty, ChannelKind, CommandText, Digest, Obligations, Place, Risk, Scope, SessionMeta, SessionRow,
    SessionState, Shown, Wall,
};

/// A chain in memory that can be made to fail.
#[derive(Default)]
struct Paper {
    records: Mutex<Vec<AuditRecord>>,
    broken: AtomicBool,
}

impl Paper {
    fn written(&self) -> Vec<&'static str> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.iter().map(|record| word(&record.event)).collect()
    }
}

impl Chain for Paper {
    fn audit(&self, event: AuditEvent) -> Promise<'_, Result<AuditRecord, ChainFault>> {
        Box::pin(async move {
            if self.broken.load(Ordering::SeqCst) {
                return Err(ChainFault("no space left".into()));
            }
            let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
            let record = AuditRecord { seq: records.len() as u64, at: wall(), event };
            records.push(record.clone());
            Ok(record)
        })
    }
}

fn word(event: &AuditEvent) -> &'static str {
    match event {
        AuditEvent::Requested(_) => "requested",
        AuditEvent::Voted { .. } => "voted",
        AuditEvent::Granted(_) => "granted",
        AuditEvent::GrantsEnded { .. } => "grants ended",
        AuditEvent::Decided { outcome: Outcome::Approved { .. }, .. } => "approved",
        AuditEvent::Decided { outcome: Outcome::Denied { .. }, .. } => "denied",
        AuditEvent::Decided { outcome: Outcome::Expired, .. } => "expired",
        AuditEvent::Decided { outcome: Outcome::Withdrawn, .. } => "withdrawn",
        _ => "other",
    }
}

/// A desk with one live session, in virtual time.
struct Bench {
    desk: Desk,
    paper: Arc<Paper>,
    registry: Registry,
    mailbox: mpsc::Receiver<Control>,
}

impl Bench {
    fn new() -> Self {
        let (paper, registry) = (Arc::new(Paper::default()), Registry::new());
        let mailbox = registry.enter(row());
        let desk = Desk::start(Docket::default(), paper.clone(), registry.clone(), Arc::new(now));
        Self { desk, paper, registry, mailbox }
    }

    fn ruling(&mut self) -> Option<Outcome> {
        match self.mailbox.try_recv() {
            Ok(Control::Ruled(ruling)) => Some(ruling.outcome),
            _ => None,
        }
    }
}

fn wall() -> Wall {
    now().wall
}

/// Both clocks follow tokio's, which stands still unless a test moves it. Each test has a thread, and so a start, of its own.
fn now() -> Now {
    thread_local!(static START: tokio::time::Instant = tokio::time::Instant::now());
    let passed = START.with(tokio::time::Instant::elapsed);
    Now { mono: Mono(0).after(passed), wall: Wall(1_795_262_671_000_000).after(passed) }
}

fn person(user: &str) -> Principal {
    Principal {
        user: user.into(),
        roles: ["approver".to_owned()].into(),
        source: None,
        fingerprint: format!("SHA256:{user}"),
    }
}

fn place() -> Place {
    Place { target: "db-1".into(), login: "root".into(), labels: BTreeMap::default() }
}

fn session() -> SessionId {
    SessionId::from_bytes([1; 10])
}

fn row() -> SessionRow {
    let meta = SessionMeta {
        id: session(),
        who: person("alice"),
        place: place(),
        channel: ChannelKind::Shell,
        pty: None,
        started: Wall(0),
    };
    SessionRow { meta, state: SessionState::Live, size: None, last: Vec::new(), alert: None, active: Wall(0) }
}

fn request(n: u8) -> HoldRequest {
    HoldRequest {
        id: RequestId::from_bytes([n; 5]),
        session: session(),
        who: person("alice"),
        place: place(),
        subject: crate::model::Subject::Command,
        command: CommandText { text: "rm -rf ./victim".into(), digest: Digest([n; 32]) },
        effects: Vec::new(),
        unseen: vec![],
        rules: Vec::new(),
        risk: Risk::default(),
        certainty: Certainty::Exact,
        obligations: Obligations {
            approvers: vec!["approver".into()],
            quorum: 1,
            ttl_secs: 60,
            reason_required: false,
        },
        screen: Vec::new(),
        before: Vec::new(),
        reason: None,
        asked: wall(),
        deadline: wall().after(Duration::from_secs(60)),
    }
}

fn yes(request: &HoldRequest, scope: Scope) -> Vote {
    Vote { request: request.id, digest: request.command.digest, approve: Some(scope), reason: Shown::default() }
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_written_before_the_session_hears_of_it() {
    let mut bench = Bench::new();
    let asked = request(1);
    bench.desk.ask(asked.clone()).await.unwrap();
    bench.desk.vote(person("bob"), yes(&asked, Scope::SameCommandThisSession)).await.unwrap();
    assert_eq!(bench.paper.written(), ["requested", "voted", "approved", "granted"]);
    assert!(matches!(bench.ruling(), Some(Outcome::Approved { .. })));
    assert!(matches!(bench.mailbox.try_recv(), Ok(Control::Granted(grant)) if grant.digest == asked.command.digest));
    assert_eq!(bench.desk.grants().await.map(|grants| grants.len()), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn given_a_chain_that_cannot_be_written_then_nothing_is_asked_and_nothing_approved() {
    let mut bench = Bench::new();
    let asked = request(1);
    bench.desk.ask(asked.clone()).await.unwrap();
    bench.paper.broken.store(true, Ordering::SeqCst);
    let vote = bench.desk.vote(person("bob"), yes(&asked, Scope::Once)).await;
    assert!(vote.is_err_and(|refused| refused.why.contains("no space left")));
    assert!(bench.desk.ask(request(2)).await.is_err());
    assert_eq!((bench.ruling(), bench.desk.waiting().await), (None, Ok(1)));
}

#[tokio::test(start_paused = true)]
async fn a_request_expires_at_its_deadline_and_not_before() {
    let mut bench = Bench::new();
    bench.desk.ask(request(1)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(bench.ruling(), None);
    tokio::time::sleep(Duration::from_millis(1001)).await;
    assert_eq!(bench.ruling(), Some(Outcome::Expired));
    assert_eq!(bench.paper.written(), ["requested", "expired"]);
}

#[tokio::test(start_paused = true)]
async fn an_expiry_that_cannot_be_written_is_tried_again_and_approves_nothing_meanwhile() {
    let mut bench = Bench::new();
    let asked = request(1);
    bench.desk.ask(asked.clone()).await.unwrap();
    bench.paper.broken.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(62)).await;
    let late = bench.desk.vote(person("bob"), yes(&asked, Scope::Once)).await;
    assert!(late.is_err_and(|refused| refused.kind == Refusal::Changed));
    bench.paper.broken.store(false, Ordering::SeqCst);
    tokio::time::sleep(RETRY * 2).await;
    assert_eq!(bench.ruling(), Some(Outcome::Expired));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_does_not_read_its_mailbox_does_not_hold_up_the_desk() {
    let mut bench = Bench::new();
    let live = bench.registry.find(session()).unwrap();
    while live.mailbox().try_send(Control::Shutdown).is_ok() {}
    let asked = request(1);
    bench.desk.ask(asked.clone()).await.unwrap();
    bench.desk.vote(person("bob"), yes(&asked, Scope::Once)).await.unwrap();
    bench.desk.ask(request(2)).await.unwrap();
    // Once it reads again, the ruling comes behind what was there.
    let ruled = async { while !matches!(bench.mailbox.recv().await, Some(Control::Ruled(_)) | None) {} };
    tokio::time::timeout(Duration::from_secs(1), ruled).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_is_not_sent_back_to_the_session_and_a_dead_session_leaves_nothing() {
    let mut bench = Bench::new();
    let mut news = bench.registry.news();
    bench.desk.ask(request(1)).await.unwrap();
    bench.desk.withdraw(request(1).id).await.unwrap();
    bench.desk.withdraw(request(1).id).await.unwrap();
    let asked = request(2);
    bench.desk.ask(asked.clone()).await.unwrap();
    bench.desk.vote(person("bob"), yes(&asked, Scope::SameCommandThisSession)).await.unwrap();
    bench.desk.ask(request(3)).await.unwrap();
    bench.desk.session_ended(session()).await.unwrap();
    let written = bench.paper.written();
    let expected = [
        "requested",
        "withdrawn",
        "requested",
        "voted",
        "approved",
        "granted",
        "requested",
        "withdrawn",
        "grants ended",
    ];
    assert_eq!(written, expected);
    assert!(matches!(bench.ruling(), Some(Outcome::Approved { .. })));
    assert!(matches!(news.try_recv(), Ok(News::Request(id)) if id == request(1).id));
    assert!(matches!(news.try_recv(), Ok(News::RequestEnded(id, Outcome::Withdrawn)) if id == request(1).id));
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_requests_of_dead_sessions_are_withdrawn() {
    let bench = Bench::new();
    bench.desk.ask(request(1)).await.unwrap();
    let mut docket = Docket::default();
    let records = bench.paper.records.lock().unwrap().clone();
    records.iter().for_each(|record| docket.apply(record, now().mono));
    assert_eq!(docket.waiting(), 1);
    let desk = Desk::start(docket, bench.paper.clone(), Registry::new(), Arc::new(now));
    assert_eq!(desk.waiting().await, Ok(0));
    assert_eq!(bench.paper.written(), ["requested", "withdrawn"]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_tear_an_act_in_two() {
    let bench = Bench::new();
    let asked = request(1);
    bench.desk.ask(asked.clone()).await.unwrap();
    let mut vote = Box::pin(bench.desk.vote(person("bob"), yes(&asked, Scope::SameCommandThisSession)));
    assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(vote.as_mut().poll(cx).is_pending())).await);
    drop(vote);
    assert_eq!(bench.desk.grants().await.map(|grants| grants.len()), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_comes_after_its_withdrawal_or_its_session_is_not_filed() {
    let bench = Bench::new();
    bench.desk.withdraw(request(1).id).await.unwrap();
    assert_eq!(bench.desk.ask(request(1)).await.map_err(|refused| refused.kind), Err(Refusal::Changed));
    bench.registry.leave(session(), crate::model::CloseReason::ClientGone);
    assert_eq!(bench.desk.ask(request(2)).await.map_err(|refused| refused.kind), Err(Refusal::Changed));
    assert_eq!(bench.paper.written(), Vec::<&str>::new());
}
