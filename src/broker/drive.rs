//! The one loop that feeds an engine and does what it says.
//!
//! It waits for whatever comes first: the client, the target, the mailbox, the disk, the time. It takes from the target only
//! while the client's way has room, and from the client only while the target's has: a full buffer is backpressure, and
//! nothing is queued without bound. The mailbox and the disk are always heard.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::bastion::{Broker, SessionRequest, refuse};
use super::client::{ClientEnd, ClientSink, FromClient};
use super::outward::{ToClientWay, Watchers, status_for};
use super::registry::{Control, WatchItem};
use crate::ca::{self, IssueOptions};
use crate::config::{HostTrust, SshTarget, TargetKind};
use crate::ledger::Recorder;
use crate::model::{
    ChannelKind, CloseReason, Event, EventRecord, GrantId, HoldRequest, Now, RequestId, Seq, SessionId, SessionMeta,
    SessionRow, SessionState, Shown,
};
use crate::policy::permit::{Admission, Release};
use crate::session::{Engine, Input, Output, Settings};
use crate::target::remote::{self, Address, Connected, Flow, Identity};
use crate::target::{self, FromTarget, Job, Lane, TargetError, ToTarget, Upstream, local};

/// Runs an admitted session to its end.
pub(super) async fn run<S: ClientSink>(
    broker: Broker,
    admission: Admission,
    meta: SessionMeta,
    request: SessionRequest,
    client: ClientEnd<S>,
) {
    let now = broker.common().clock.now();
    let recorder = match broker.common().ledger.begin(&meta, now.wall).await {
        Ok(recorder) => recorder,
        Err(error) => {
            tracing::error!(%error, "a session could not be recorded, so it was not begun");
            refuse(client, meta.pty.is_some(), "the record cannot be written, so no session can begin", UNRECORDED)
                .await;
            return;
        }
    };
    let id = meta.id;
    broker.used().began(&meta.who.user, &meta.place, now.wall);
    let row = SessionRow {
        size: meta.pty.as_ref().map(|pty| pty.size),
        meta: meta.clone(),
        state: SessionState::Live,
        last: Vec::new(),
        alert: None,
        active: now.wall,
    };
    let mailbox = broker.common().registry.enter(row);
    let (tell_unfiled, unfiled) = mpsc::channel(UNFILED);
    let ClientEnd { input, gone, sink } = client;
    let driver = Driver {
        engine: engine(&broker, &admission, &request, meta, now),
        durable: recorder.durable(),
        recorder,
        mailbox,
        from_client: input,
        to_target: target::input(),
        to_dial: None,
        gone,
        to_client: ToClientWay::open(sink, broker.queued()),
        target: Target::None,
        watchers: Watchers::default(),
        unfiled,
        tell_unfiled,
        policy: broker.common().policy.clone(),
        since_keyframe: 0,
        keyframe_due: now.mono.after(KEYFRAME_EVERY),
        shown: (SessionState::Live, 0, None),
        admission: Arc::new(admission),
        request,
        broker: broker.clone(),
    };
    let reason = driver.run().await;
    // It leaves first: a request of it that is still on its way is then not filed.
    broker.common().registry.leave(id, reason);
    if let Err(error) = broker.common().desk.session_ended(id).await {
        tracing::error!(%error, %id, "the desk did not hear of a session's end");
    }
}

fn engine(broker: &Broker, admission: &Admission, request: &SessionRequest, meta: SessionMeta, now: Now) -> Engine {
    let target = broker.config().targets.get(&admission.place().target);
    let hooks = target.is_some_and(|target| target.integration);
    let engine = Engine::new(meta, settings(broker, admission, request), broker.policy(), rand::rng().random(), now);
    if hooks { engine.integrated() } else { engine }
}

fn settings(broker: &Broker, admission: &Admission, request: &SessionRequest) -> Settings {
    let config = broker.config();
    Settings {
        greeting: true,
        lifetime: admission.lifetime(),
        hold_ttl: config.limits.hold_ttl,
        privacy: crate::privacy::Settings { kinds: broker.masked_kinds(admission).collect(), rules: broker.rules() },
        menu: config.menu.map(|menu| crate::session::MenuKey { byte: menu.byte, full_screen: menu.full_screen }),
        command: match &request.channel {
            ChannelKind::Shell => None,
            ChannelKind::Exec { command } => Some(command.clone()),
        },
        reason: request.reason.as_deref().map(Shown::new),
        notices: request.notices.clone(),
    }
}

struct Driver {
    engine: Engine,
    recorder: Recorder,
    durable: watch::Receiver<Option<Seq>>,
    mailbox: mpsc::Receiver<Control>,
    from_client: Lane<FromClient>,
    /// What waits for the target, also while that is still being reached.
    to_target: Lane<ToTarget>,
    /// The engine wants the target to be reached; done once its outputs are.
    to_dial: Option<(Option<RequestId>, Option<String>)>,
    gone: watch::Receiver<bool>,
    to_client: ToClientWay,
    target: Target,
    watchers: Watchers,
    /// Requests that could not be filed, told by the tasks that tried.
    unfiled: mpsc::Receiver<Unfiled>,
    tell_unfiled: mpsc::Sender<Unfiled>,
    policy: watch::Receiver<Arc<crate::policy::Policy>>,
    /// Output bytes since the last keyframe of the record.
    since_keyframe: usize,
    keyframe_due: crate::model::Mono,
    /// What the dashboards were told last: the state, how many commands had run, and the last alert.
    shown: (SessionState, u64, Option<Shown>),
    admission: Arc<Admission>,
    request: SessionRequest,
    broker: Broker,
}

/// A request that could not be filed, and why.
type Unfiled = (RequestId, String);

/// The way to the target.
enum Target {
    /// Nothing was asked of it.
    None,
    /// A connection is being made; a start that was asked for meanwhile waits.
    Dialling { task: Task<Reached>, start: Option<Start> },
    /// It was reached, and nothing was started.
    Reached(Reached),
    /// A start was asked for and is not answered.
    Starting(Task<Upstream>),
    /// It runs.
    Running(Upstream),
    /// It ended.
    Over,
}

enum Reached {
    Local,
    Remote(Connected),
}

/// What may be started: a shell, or a command with its permit.
enum Start {
    Shell,
    Command(Release, String),
}

/// What came first.
enum Came {
    Control(Option<Control>),
    Durable(bool),
    Client(Option<FromClient>),
    Gone,
    Target(Option<FromTarget>),
    Reached(Result<Reached, TargetError>),
    Started(Result<Upstream, TargetError>),
    Unasked(RequestId, String),
    Policy,
    Nothing,
}

impl Driver {
    async fn run(mut self) -> CloseReason {
        let mut ended = self.give(Input::Begin).await;
        loop {
            if ended.is_none()
                && let Some((request, force_command)) = self.to_dial.take()
            {
                ended = self.dial(request, force_command.as_deref()).await;
            }
            self.tell_dashboards();
            if ended.is_some() {
                break;
            }
            let came = self.wait().await;
            ended = self.take(came).await;
        }
        let reason = ended.unwrap_or(CloseReason::Shutdown);
        self.finish(reason).await
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) -> Came {
        let wake = self.engine.wake_at();
        let now = self.broker.common().clock.now().mono;
        let sleep = wake.map_or(IDLE, |at| at.since(now));
        // Asked once: were there room a moment later, nobody would be waited for, neither the client nor the room.
        let target_room = self.to_target.has_room();
        let client_turn = self.engine.takes_input() && target_room;
        let room = self.to_client.has_room();
        let target_turn = room && self.engine.takes_output();
        tokio::select! {
            control = self.mailbox.recv() => Came::Control(control),
            changed = self.durable.changed() => Came::Durable(changed.is_ok()),
            () = ClientEnd::<()>::gone(&mut self.gone) => Came::Gone,
            Some((request, why)) = self.unfiled.recv() => Came::Unasked(request, why),
            Ok(()) = self.policy.changed() => Came::Policy,
            item = self.from_client.pop(), if client_turn => Came::Client(item),
            came = self.target.next(), if target_turn => came,
            () = self.to_client.room(), if !room => Came::Nothing,
            () = tokio::time::sleep(sleep) => Came::Nothing,
            () = self.to_target.room(), if !target_room => Came::Nothing,
        }
    }

    async fn take(&mut self, came: Came) -> Option<CloseReason> {
        match came {
            Came::Control(Some(control)) => self.control(control).await,
            Came::Control(None) => self.give(Input::Shutdown).await,
            Came::Durable(true) => {
                let durable = *self.durable.borrow_and_update();
                match durable {
                    Some(seq) => self.give(Input::Recorded(seq)).await,
                    None => None,
                }
            }
            Came::Durable(false) => self.give(Input::RecorderFailed).await,
            Came::Gone => self.give(Input::ClientGone).await,
            Came::Client(Some(FromClient::Data(bytes))) => self.give(Input::FromClient(&bytes)).await,
            Came::Client(Some(FromClient::Resize(size))) => {
                let ended = self.give(Input::Resized(size)).await;
                self.broker.common().registry.update(self.id(), |row| row.size = Some(size));
                ended
            }
            Came::Client(Some(FromClient::Signal(name))) => self.give(Input::Signal(&name)).await,
            Came::Client(Some(FromClient::Eof)) => self.give(Input::ClientEof).await,
            Came::Client(None) => self.give(Input::ClientGone).await,
            Came::Target(Some(item)) => self.target_said(item).await,
            Came::Target(None) => {
                self.target = Target::Over;
                self.give(Input::TargetClosed).await
            }
            Came::Reached(result) => self.reached(result).await,
            Came::Started(result) => self.started(result).await,
            Came::Unasked(request, why) => self.give(Input::Unasked(request, &why)).await,
            Came::Policy => {
                let policy = Arc::clone(&self.policy.borrow_and_update());
                self.give(Input::PolicyChanged(policy)).await
            }
            Came::Nothing => self.give(Input::Tick).await,
        }
    }

    async fn target_said(&mut self, item: FromTarget) -> Option<CloseReason> {
        match item {
            FromTarget::Data(stream, bytes) => self.give(Input::FromTarget(stream, bytes)).await,
            FromTarget::Eof => None,
            FromTarget::Exit(status) => self.give(Input::TargetExit(status)).await,
            FromTarget::Closed => {
                self.target = Target::Over;
                self.give(Input::TargetClosed).await
            }
            FromTarget::Broken(why) => {
                self.target = Target::Over;
                self.give(Input::TargetBroken(&why)).await
            }
        }
    }

    async fn control(&mut self, control: Control) -> Option<CloseReason> {
        match control {
            Control::Ruled(ruling) => self.give(Input::Ruled(ruling)).await,
            Control::Granted(grant) => self.give(Input::Granted(grant)).await,
            Control::Revoked { grant, by, reason } => self.give(Input::Revoked { grant, by: &by, reason }).await,
            Control::Pause { by } => self.give(Input::Paused { by: &by }).await,
            Control::Resume { by } => self.give(Input::Resumed { by: &by }).await,
            Control::Kill { by, reason } => self.give(Input::Kill { by: &by, reason: &reason }).await,
            Control::Watch { by, to } => self.watch(&by, to).await,
            Control::Shutdown => self.give(Input::Shutdown).await,
        }
    }

    async fn watch(&mut self, by: &str, to: mpsc::Sender<WatchItem>) -> Option<CloseReason> {
        self.watchers.add(to);
        self.give(Input::Watched { by }).await
    }

    /// Gives an input and does everything that comes of it, in order. The session's end, if it comes to that.
    async fn give(&mut self, input: Input<'_>) -> Option<CloseReason> {
        let now = self.now();
        self.engine.handle(input, now);
        loop {
            while let Some(output) = self.engine.poll_urgent() {
                if let Some(reason) = self.act(output).await {
                    return Some(reason);
                }
            }
            if let Some(seq) = self.just_durable() {
                self.engine.handle(Input::Recorded(seq), self.now());
            } else if self.engine.lags() {
                // What was sent leaves before.
                tokio::task::yield_now().await;
                self.engine.catch_up();
            } else {
                break;
            }
        }
        self.paint_watchers();
        self.keyframe(now).await
    }

    /// What is on disk by now, if that is news and a line may wait for it: a quick disk has an event before anybody could wait.
    fn just_durable(&mut self) -> Option<Seq> {
        let changed =
            matches!(self.target, Target::Running(_)) && self.durable.has_changed().is_ok_and(|changed| changed);
        changed.then(|| *self.durable.borrow_and_update()).flatten()
    }

    async fn act(&mut self, output: Output) -> Option<CloseReason> {
        match output {
            Output::Append(record) => return self.append(record).await,
            Output::ToTarget(bytes) | Output::Commit(_, bytes) => self.send(ToTarget::Data(bytes)),
            Output::ResizeTarget(size) => self.resize(size),
            Output::SignalTarget(name) => self.send(ToTarget::Signal(name)),
            Output::TargetEof => self.send(ToTarget::Eof),
            Output::ToClient(stream, bytes) => self.to_client.data(stream, bytes),
            Output::Ask(request) => self.ask(*request),
            Output::Withdraw(request) => self.withdraw(request),
            Output::Note(request, text) => self.note(request, text),
            Output::CloseGrant(grant) => self.close_grant(grant),
            Output::Dial { request, force_command } => self.to_dial = Some((request, force_command)),
            Output::StartShell => self.start(Start::Shell),
            Output::StartCommand(release, command) => self.start(Start::Command(release, command)),
            Output::Close(reason) => return Some(reason),
        }
        None
    }

    /// A record that cannot be written ends the session: what comes after it must not happen.
    async fn append(&mut self, record: EventRecord) -> Option<CloseReason> {
        self.watchers.tell(&record);
        let bytes = if let Event::Output { bytes, .. } = &record.event { bytes.len() } else { 0 };
        if let Err(error) = self.recorder.append(record).await {
            tracing::error!(%error, session = %self.id(), "the record cannot be written: the session ends");
            return Some(CloseReason::RecorderFailed);
        }
        self.since_keyframe += bytes;
        None
    }

    /// Records a picture of the screen from time to time, when everything that was appended is in it.
    async fn keyframe(&mut self, now: Now) -> Option<CloseReason> {
        let due = self.since_keyframe >= KEYFRAME_BYTES || (self.since_keyframe > 0 && now.mono >= self.keyframe_due);
        if !due {
            return None;
        }
        self.since_keyframe = 0;
        self.keyframe_due = now.mono.after(KEYFRAME_EVERY);
        let (size, state) = self.engine.keyframe()?;
        self.recorder.keyframe(now.wall, size, state).await.is_err().then_some(CloseReason::RecorderFailed)
    }

    fn ask(&self, request: HoldRequest) {
        let (desk, failures, id) = (self.broker.common().desk.clone(), self.tell_unfiled.clone(), request.id);
        tokio::spawn(async move {
            if let Err(refused) = desk.ask(request).await {
                // A session that has ended meanwhile needs no answer.
                let _ = failures.send((id, refused.why)).await;
            }
        });
    }

    fn withdraw(&self, request: RequestId) {
        let desk = self.broker.common().desk.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.withdraw(request).await {
                tracing::warn!(%error, %request, "a request could not be withdrawn");
            }
        });
    }

    fn note(&self, request: RequestId, text: Shown) {
        let desk = self.broker.common().desk.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.note(request, text).await {
                tracing::warn!(%error, %request, "a note could not be added to a request");
            }
        });
    }

    fn close_grant(&self, grant: GrantId) {
        let desk = self.broker.common().desk.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.close_grant(grant).await {
                tracing::warn!(%error, %grant, "a grant that is not used any more could not be ended");
            }
        });
    }

    /// Begins to reach the target. The certificate is made here, so that its seconds begin when they are used.
    async fn dial(&mut self, request: Option<RequestId>, force_command: Option<&str>) -> Option<CloseReason> {
        let common = self.broker.common();
        let target = common.config.targets.get(&self.admission.place().target).map(|target| target.kind.clone());
        match target {
            Some(TargetKind::Local(_)) => self.target = Target::Reached(Reached::Local),
            Some(TargetKind::Ssh(ssh)) => {
                let address = address_of(&ssh);
                let own = || source_towards(&address).map(ca::cidr);
                let source = (!ssh.source_address.is_empty()).then(|| ssh.source_address.join(",")).or_else(own);
                let options = IssueOptions {
                    validity: common.config.limits.certificate_validity,
                    source_address: source.as_deref(),
                    pty: self.request.pty.is_some(),
                    force_command,
                    request,
                };
                let issued = ca::issue(&common.user_ca, &self.admission, &options, self.now().wall, &mut rand::rng());
                let ephemeral = match issued {
                    Ok(ephemeral) => ephemeral,
                    Err(error) => return self.give(Input::TargetBroken(&error.to_string())).await,
                };
                let ended = self.give(Input::Certified(ephemeral.admitted)).await;
                if ended.is_some() {
                    return ended;
                }
                let identity = Identity { key: ephemeral.key, certificate: ephemeral.certificate };
                let admission = Arc::clone(&self.admission);
                let flow = if self.request.pty.is_some() { Flow::Terminal } else { Flow::Streams };
                let task = tokio::spawn(async move {
                    remote::connect(&admission, &address, identity, flow).await.map(Reached::Remote)
                });
                self.target = Target::Dialling { task: Task(task), start: None };
            }
            None => return self.give(Input::TargetBroken("the target is not configured any more")).await,
        }
        None
    }

    fn start(&mut self, start: Start) {
        match std::mem::replace(&mut self.target, Target::Over) {
            Target::Dialling { task, .. } => self.target = Target::Dialling { task, start: Some(start) },
            Target::Reached(reached) => self.target = Target::Starting(self.launch(reached, start)),
            state @ (Target::None | Target::Starting(_) | Target::Running(_) | Target::Over) => self.target = state,
        }
    }

    fn launch(&self, reached: Reached, start: Start) -> Task<Upstream> {
        let pty = self.request.pty.clone();
        let command = match start {
            Start::Shell => None,
            // The permit is spent here: this command, once.
            Start::Command(_release, command) => Some(command),
        };
        let hooks = self.engine.nonce().map(str::to_owned);
        let job = Job { command, pty, modes: self.request.modes.clone(), hooks, env: self.request.env.clone() };
        let admission = Arc::clone(&self.admission);
        let input = self.to_target.clone();
        let launch = self.broker.common().launches.get(&admission.place().target).cloned();
        Task(tokio::spawn(async move {
            match reached {
                Reached::Remote(connected) => connected.start(&job, input).await,
                Reached::Local => match launch {
                    Some(launch) => local::start(&admission, &launch, &job, input),
                    None => Err(TargetError::Spawn {
                        target: admission.place().target.clone(),
                        why: "it cannot be confined on this machine".to_owned(),
                    }),
                },
            }
        }))
    }

    async fn reached(&mut self, result: Result<Reached, TargetError>) -> Option<CloseReason> {
        let start = match std::mem::replace(&mut self.target, Target::Over) {
            Target::Dialling { start, .. } => start,
            Target::None | Target::Reached(_) | Target::Starting(_) | Target::Running(_) | Target::Over => None,
        };
        match (result, start) {
            (Ok(reached), Some(start)) => self.target = Target::Starting(self.launch(reached, start)),
            (Ok(reached), None) => self.target = Target::Reached(reached),
            (Err(error), _) => return self.give(Input::TargetBroken(&error.to_string())).await,
        }
        None
    }

    async fn started(&mut self, result: Result<Upstream, TargetError>) -> Option<CloseReason> {
        match result {
            Ok(upstream) => {
                self.target = Target::Running(upstream);
                None
            }
            Err(error) => {
                self.target = Target::Over;
                self.give(Input::TargetBroken(&error.to_string())).await
            }
        }
    }

    fn resize(&mut self, size: crate::model::Size) {
        if let Some(pty) = self.request.pty.as_mut() {
            pty.size = size;
        }
        self.send(ToTarget::Resize(size));
    }

    fn paint_watchers(&mut self) {
        if !self.watchers.is_empty()
            && self.watchers.wants_keyframe()
            && let Some((size, state)) = self.engine.keyframe()
        {
            self.watchers.keyframe(size, &state);
        }
    }

    fn tell_dashboards(&mut self) {
        let (state, commands, alert) = (self.engine.state(), self.engine.commands(), self.engine.alert());
        if state == self.shown.0 && commands == self.shown.1 && alert == self.shown.2.as_ref() {
            return;
        }
        let alert = alert.cloned();
        self.shown = (state, commands, alert.clone());
        let (last, now) = (self.engine.last_commands(), self.now().wall);
        self.broker.common().registry.update(self.id(), |row| {
            row.state = state;
            row.alert = alert;
            row.last = last;
            row.active = now;
        });
    }

    /// Seals the record, lets the client read what is left, and ends the target.
    async fn finish(mut self, reason: CloseReason) -> CloseReason {
        let id = self.id();
        self.end_target(&reason);
        self.to_client.finish(status_for(&reason));
        let now = self.now().wall;
        if let Err(error) = self.recorder.finish(now).await {
            tracing::error!(%error, session = %id, "the record could not be sealed");
        }
        if reason != CloseReason::ClientGone {
            self.to_client.linger(&mut self.gone, &mut self.mailbox).await;
        }
        reason
    }

    /// Hangs up on the target's process (a command without a terminal would go on otherwise; sshd delivers the signal to
    /// its process group), and closes the channel in the background.
    fn end_target(&mut self, reason: &CloseReason) {
        // What a command that ended by itself left running is the target's affair, as without us.
        if !matches!(reason, CloseReason::Exited(_)) {
            self.send(ToTarget::Signal("HUP".to_owned()));
        }
        self.send(ToTarget::Close);
        if let Target::Running(upstream) = std::mem::replace(&mut self.target, Target::Over) {
            tokio::spawn(tokio::time::timeout(HANG_UP, async move {
                let mut upstream = upstream;
                while let Some(item) = upstream.next().await {
                    if matches!(item, FromTarget::Closed | FromTarget::Broken(_)) {
                        break;
                    }
                }
            }));
        }
    }

    fn send(&self, item: ToTarget) {
        let bytes = match &item {
            ToTarget::Data(bytes) => bytes.len(),
            ToTarget::Resize(_) | ToTarget::Signal(_) | ToTarget::Eof | ToTarget::Close => REQUEST_BYTES,
        };
        // The lane has no hard limit: the client is asked to wait before it fills.
        let _ = self.to_target.push(item, bytes);
    }

    fn id(&self) -> SessionId {
        self.admission.session()
    }

    fn now(&self) -> Now {
        self.broker.common().clock.now()
    }
}

impl Target {
    /// What comes next from the target; never, where nothing can.
    async fn next(&mut self) -> Came {
        match self {
            Self::Dialling { task, .. } => Came::Reached(task.result().await),
            Self::Starting(task) => Came::Started(task.result().await),
            Self::Running(upstream) => Came::Target(upstream.next().await),
            Self::None | Self::Reached(_) | Self::Over => std::future::pending().await,
        }
    }
}

/// A task that ends with whoever waits for it.
struct Task<T>(JoinHandle<Result<T, TargetError>>);

impl<T> Task<T> {
    async fn result(&mut self) -> Result<T, TargetError> {
        (&mut self.0).await.unwrap_or_else(|error| {
            Err(TargetError::Protocol { target: "the target".to_owned(), why: error.to_string() })
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn address_of(ssh: &SshTarget) -> Address {
    let mut trust = remote::HostTrust { keys: Vec::new(), authorities: Vec::new() };
    for proof in &ssh.host_keys {
        match proof {
            HostTrust::Pinned(key) => trust.keys.push(key.clone()),
            HostTrust::Authority(key) => trust.authorities.push(key.clone()),
        }
    }
    Address { host: ssh.host.clone(), port: ssh.port, trust }
}

/// The address that the target will see us come from: the kernel's own choice of a route, asked without sending anything.
fn source_towards(address: &Address) -> Option<IpAddr> {
    let probe = std::net::UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    if probe.connect((address.host.as_str(), address.port)).is_ok() {
        return probe.local_addr().ok().map(|addr| addr.ip());
    }
    let probe = std::net::UdpSocket::bind(("::", 0)).ok()?;
    probe.connect((address.host.as_str(), address.port)).ok()?;
    probe.local_addr().ok().map(|addr| addr.ip())
}

/// How long the loop sleeps when nothing is due.
const IDLE: Duration = Duration::from_secs(3600);

/// Output after which a picture of the screen is recorded, so that seeking need not play from the start.
const KEYFRAME_BYTES: usize = 256 << 10;

const KEYFRAME_EVERY: Duration = Duration::from_secs(10);

/// One request is open at a time.
const UNFILED: usize = 4;

/// How long a target may take to close a channel that was hung up on.
const HANG_UP: Duration = Duration::from_secs(5);

/// What a request without data counts for in the lane.
const REQUEST_BYTES: usize = 16;

/// Exit status where nothing can be recorded.
const UNRECORDED: u32 = 254;
