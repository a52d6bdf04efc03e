//! A bastion without its SSH side: real ledger, real policy, real keys, a real socket; sessions are mailboxes that the test reads.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use holdpoint::api::{Client, Identity, Keyring, Server};
use holdpoint::broker::{Chain as _, Clock, Console, Control, Desk, Facts, Parts, Record, Registry};
use holdpoint::ledger::{Ledger, Options};
use holdpoint::model::*;
use holdpoint::policy::Policy;
use russh::keys::ssh_key::{Algorithm, LineEnding, PrivateKey, PublicKey};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    dir: tempfile::TempDir,
    pub(crate) socket: PathBuf,
    pub(crate) clock: Clock,
    pub(crate) registry: Registry,
    pub(crate) desk: Desk,
    pub(crate) console: Console,
    pub(crate) record: Record,
    ledger: Ledger,
    server: JoinHandle<()>,
    _policy: watch::Sender<Arc<Policy>>,
}

impl Bench {
    /// With the accounts alice (engineer and approver), bob and carol (approvers), ann (auditor).
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("run/control.sock");
        let (clock, registry) = (Clock::new(), Registry::new());
        let key = ed25519_dalek::SigningKey::from_bytes(&rand::random());
        let (ledger, _) = Ledger::open(&dir.path().join("ledger"), &Options::default(), key, clock.now().wall).unwrap();
        let record = Record::new(ledger.clone(), clock);
        let docket = record.told().await.unwrap().docket;
        let read_clock: Arc<dyn Fn() -> Now + Send + Sync> = Arc::new(move || clock.now());
        let desk = Desk::start(docket, Arc::new(record.clone()), registry.clone(), Arc::clone(&read_clock));
        let (_policy, policy) = watch::channel(Arc::new(Policy::builtin().unwrap()));
        let facts = Facts { bastion: "bench".into(), listen: "127.0.0.1:2222".into(), since: clock.now().wall };
        let console = Console::new(Parts {
            facts,
            registry: registry.clone(),
            desk: desk.clone(),
            policy,
            chain: Arc::new(record.clone()),
            archive: Arc::new(record.clone()),
            clock: read_clock,
            queued: holdpoint::target::Meter::default(),
        });
        let people: Vec<_> = PEOPLE.iter().map(|(user, roles)| account(dir.path(), user, roles)).collect();
        let keyring: Keyring = Arc::new(move |key| {
            people.iter().find(|(own, _)| own.key_data() == key.key_data()).map(|(_, who)| who.clone())
        });
        let server = Server::bind(&socket).await.unwrap();
        let server = tokio::spawn(server.serve(console.clone(), keyring));
        Self { dir, socket, clock, registry, desk, console, record, ledger, server, _policy }
    }

    /// The private key file of an account.
    pub(crate) fn key_of(&self, user: &str) -> PathBuf {
        self.dir.path().join(user)
    }

    pub(crate) fn identity(&self, user: &str) -> Identity {
        Identity::from_file(&self.key_of(user)).unwrap()
    }

    pub(crate) async fn client(&self, user: &str) -> Client {
        Client::connect(&self.socket, &self.identity(user)).await.unwrap()
    }

    /// A live session of that account, as its mailbox.
    pub(crate) fn session(&self, n: u8, user: &str) -> (SessionId, mpsc::Receiver<Control>) {
        let meta = self.meta(n, user);
        let id = meta.id;
        let row =
            SessionRow { meta, state: SessionState::Live, size: None, last: vec![], alert: None, active: Wall(0) };
        (id, self.registry.enter(row))
    }

    /// A recorded session of alice with that many events of output; answers all its events.
    pub(crate) async fn recording(&self, n: u8, outputs: u64) -> Vec<EventRecord> {
        let meta = self.meta(n, "alice");
        let now = self.clock.now().wall;
        let mut recorder = self.ledger.begin(&meta, now).await.unwrap();
        let mut events = vec![Event::Started(Box::new(meta))];
        let output = |i: u64| Event::Output { stream: Stream::Stdout, bytes: format!("line {i}\r\n").into() };
        events.extend((0..outputs).map(output));
        events.push(Event::Ended { reason: CloseReason::ClientGone });
        let records = events.into_iter().zip(0..).map(|(event, seq)| EventRecord { seq, at: Wall(now.0 + seq), event });
        let records: Vec<_> = records.collect();
        for record in &records {
            recorder.append(record.clone()).await.unwrap();
        }
        recorder.finish(self.clock.now().wall).await.unwrap();
        records
    }

    fn meta(&self, n: u8, user: &str) -> SessionMeta {
        SessionMeta {
            id: SessionId::from_bytes([n; 10]),
            who: principal(user, &["engineer"], "SHA256:somewhere-else"),
            place: place(),
            channel: ChannelKind::Shell,
            pty: Some(PtySize { term: "xterm".into(), size: Size::default() }),
            started: self.clock.now().wall,
        }
    }

    /// A request of alice in session 1, for a minute.
    pub(crate) fn request(&self, n: u8, severity: Severity) -> HoldRequest {
        let text = "rm -rf ./victim".to_owned();
        let effect = Effect {
            kind: EffectKind::FsDestroy,
            severity,
            undo: Undo::Never,
            span: Span { start: 0, end: text.len() },
            object: "./victim".into(),
            reason: "deletes ./victim and all below it".into(),
        };
        let now = self.clock.now().wall;
        HoldRequest {
            id: RequestId::from_bytes([n; 5]),
            session: SessionId::from_bytes([1; 10]),
            who: principal("alice", &["engineer", "approver"], "SHA256:alice"),
            place: place(),
            subject: holdpoint::model::Subject::Command,
            command: CommandText { text, digest: Digest([n; 32]) },
            effects: vec![effect],
            unseen: vec![],
            rules: vec![],
            risk: Risk { score: 80, reasons: vec![] },
            certainty: Certainty::Exact,
            obligations: Obligations {
                approvers: vec!["approver".into()],
                quorum: 1,
                ttl_secs: 60,
                reason_required: false,
            },
            screen: vec![],
            before: vec![],
            reason: None,
            asked: now,
            deadline: now.after(Duration::from_secs(60)),
        }
    }

    /// The bastion-wide chain, in words.
    pub(crate) async fn chain(&self) -> Vec<AuditEvent> {
        let records = holdpoint::broker::Archive::records(&self.record, 0, 1000).await.unwrap();
        records.into_iter().map(|record| record.event).collect()
    }

    /// Runs the real program as that account.
    pub(crate) async fn holdpoint(&self, user: &str, args: &[&str]) -> Ran {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_holdpoint"));
        command.args(args).arg("--socket").arg(&self.socket).arg("--identity").arg(self.key_of(user));
        command.env_clear().current_dir(self.dir.path()).stdin(std::process::Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("the verb ends").unwrap();
        Ran(output)
    }

    pub(crate) async fn audit(&self, event: AuditEvent) {
        self.record.audit(event).await.unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A verb that has ended.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("it was not killed")
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }
}

/// What comes, before a test loses patience.
pub(crate) async fn soon<T>(what: &str, coming: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(PATIENCE, coming).await;
    came.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain for {what}"))
}

pub(crate) fn new_key(path: &Path) -> PublicKey {
    let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap();
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    key.public_key().clone()
}

fn account(dir: &Path, user: &str, roles: &[&str]) -> (PublicKey, Principal) {
    let key = new_key(&dir.join(user));
    let print = key.fingerprint(Default::default()).to_string();
    (key, principal(user, roles, &print))
}

fn principal(user: &str, roles: &[&str], fingerprint: &str) -> Principal {
    let roles = roles.iter().map(|&role| role.to_owned()).collect();
    Principal { user: user.to_owned(), roles, source: None, fingerprint: fingerprint.to_owned() }
}

fn place() -> Place {
    Place { target: "db-1".into(), login: "root".into(), labels: BTreeMap::new() }
}

const PEOPLE: [(&str, &[&str]); 4] =
    [("alice", &["engineer", "approver"]), ("bob", &["approver"]), ("carol", &["approver"]), ("ann", &["auditor"])];
