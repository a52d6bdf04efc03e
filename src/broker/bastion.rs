//! What every session shares, and how a session begins.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::RngExt as _;
use tokio::sync::watch;

use super::client::{ClientEnd, ClientSink};
use super::clock::Clock;
use super::desk::Desk;
use super::drive;
use super::registry::{Control, Registry};
use super::told::Used;
use crate::ca::UserCa;
use crate::config::{Config, TargetKind};
use crate::ledger::Ledger;
use crate::model::{
    AuditEvent, ChannelKind, ExitStatus, Judgement, Place, Principal, PtySize, SessionId, SessionMeta, Shown, Stream,
    Wall,
};
use crate::policy::permit::Admission;
use crate::policy::{Action, Channel, Circumstances, Policy};
use crate::privacy::RuleSet;
use crate::session::storable;
use crate::target::Meter;
use crate::target::local::Launch;

/// The parts that every session shares.
pub struct Common {
    /// The checked configuration.
    pub config: Arc<Config>,
    /// The policy in force; a reload replaces it for live sessions too.
    pub policy: watch::Receiver<Arc<Policy>>,
    /// What is looked for in output; a reload replaces it for sessions that begin later.
    pub rules: watch::Receiver<RuleSet>,
    /// Signs session certificates.
    pub user_ca: Arc<UserCa>,
    /// The record.
    pub ledger: Ledger,
    /// The live sessions.
    pub registry: Registry,
    /// The approval desk.
    pub desk: Desk,
    /// The clocks.
    pub clock: Clock,
    /// Bytes in the queues of all sessions.
    pub queued: Meter,
    /// How the shells of local targets are started, by target.
    pub launches: BTreeMap<String, Launch>,
    /// Who was last where.
    pub used: Arc<Mutex<Used>>,
}

/// What a client asks for, once it is complete. Nothing of it has been checked but the key.
#[derive(Debug, Clone)]
pub struct SessionRequest {
    /// Who, as their key says.
    pub who: Principal,
    /// The target's name; none opens the picker.
    pub target: Option<String>,
    /// The login on it; none means the target's own.
    pub login: Option<String>,
    /// A shell or a command.
    pub channel: ChannelKind,
    /// The terminal, if one was asked for.
    pub pty: Option<PtySize>,
    /// Terminal modes, opcode and argument.
    pub modes: Vec<(u8, u32)>,
    /// Environment that passed the allow-list.
    pub env: Vec<(String, String)>,
    /// Why they come, as they said with `HOLDPOINT_REASON`.
    pub reason: Option<String>,
    /// Sentences that are owed to the engineer.
    pub notices: Vec<String>,
}

/// A handle to the bastion's common parts; cloning it clones a handle.
#[derive(Clone)]
pub struct Broker(Arc<Common>);

impl Broker {
    /// A broker over those parts.
    #[must_use]
    pub fn new(common: Common) -> Self {
        Self(Arc::new(common))
    }

    /// The checked configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The clocks.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// Counts the bytes in the queues of all sessions.
    #[must_use]
    pub fn queued(&self) -> Meter {
        self.0.queued.clone()
    }

    pub(super) fn common(&self) -> &Common {
        &self.0
    }

    /// The places that this principal may connect to now, each with the reason that policy gives.
    #[must_use]
    pub fn places(&self, who: &Principal) -> Vec<(Place, String)> {
        let all = self.0.config.targets.values();
        let places =
            all.flat_map(|target| target.logins().into_iter().map(|login| (target.name.clone(), login.to_owned())));
        let offered = places.filter_map(|(target, login)| self.place(&target, Some(&login)));
        offered
            .filter_map(|place| {
                let judgement = self.may(who, Action::Connect, &place, Channel::Shell);
                matches!(judgement.verdict, crate::model::Verdict::Allow).then(|| (place, why(&judgement)))
            })
            .collect()
    }

    /// When this person last began a session there.
    #[must_use]
    pub fn last_used(&self, who: &Principal, place: &Place) -> Option<Wall> {
        self.used().last(&who.user, place)
    }

    /// Who was last where. What a panic elsewhere may have left half done is one time of one place.
    pub(super) fn used(&self) -> MutexGuard<'_, Used> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why policy refuses something there, for the engineer.
    #[must_use]
    pub fn refusal(&self, who: &Principal, place: &Place, action: Action) -> String {
        why(&self.may(who, action, place, Channel::Subsystem))
    }

    /// Writes to the bastion-wide chain without waiting for it. For what nothing depends on; a ledger that cannot write ends
    /// the sessions by itself.
    pub fn note(&self, event: AuditEvent) {
        let broker = self.clone();
        tokio::spawn(async move {
            let now = broker.0.clock.now().wall;
            if let Err(error) = broker.0.ledger.audit(event, now).await {
                tracing::error!(%error, "an audit event could not be written");
            }
        });
    }

    /// Runs one session to its end: admission, record, target, engine.
    pub async fn run<S: ClientSink>(self, request: SessionRequest, client: ClientEnd<S>) {
        match self.admit(&request) {
            Ok((admission, meta)) => drive::run(self, admission, meta, request, client).await,
            Err(sentence) => {
                let user = Shown::new(&request.who.user);
                let source = request.who.source.map_or_else(String::new, |ip| ip.to_string());
                self.note(AuditEvent::Refused { user, source, why: Shown::new(&sentence) });
                refuse(client, request.pty.is_some(), &sentence, DENIED).await;
            }
        }
    }

    /// Ends every session and waits until they have ended, at most `patience`.
    pub async fn shut_down(&self, patience: Duration) {
        for row in self.0.registry.rows() {
            // One that has just ended needs no message.
            let _ = self.0.registry.send(row.meta.id, Control::Shutdown).await;
        }
        let mut news = self.0.registry.news();
        let emptied = async {
            while !self.0.registry.is_empty() {
                if news.recv().await.is_err() {
                    tokio::task::yield_now().await;
                }
            }
        };
        if tokio::time::timeout(patience, emptied).await.is_err() {
            tracing::warn!(left = self.0.registry.len(), "sessions did not end in time");
        }
    }

    /// The kinds of values that are masked in an admitted session: what the configuration names, but for what policy lets this person see.
    pub(super) fn masked_kinds(&self, admission: &Admission) -> impl Iterator<Item = crate::model::DataKind> {
        let circumstances = Circumstances { now: self.0.clock.now().wall, channel: Channel::Shell };
        let clear = self.policy().clear_kinds(admission.who(), admission.place(), &circumstances);
        self.0.config.privacy.mask.iter().copied().filter(move |kind| !clear.contains(kind))
    }

    fn admit(&self, request: &SessionRequest) -> Result<(Admission, SessionMeta), String> {
        let name = request.target.as_deref().unwrap_or_default();
        let Some(place) = self.place(name, request.login.as_deref()) else {
            return Err(self.unknown(name, request.login.as_deref()));
        };
        let id = SessionId::from_bytes(rand::rng().random());
        let now = self.0.clock.now().wall;
        let channel = match request.channel {
            ChannelKind::Shell => Channel::Shell,
            ChannelKind::Exec { .. } => Channel::Exec,
        };
        let policy = self.policy();
        let lifetime = self.0.config.limits.session_lifetime;
        let admission = policy
            .connect(id, &request.who, &place, &Circumstances { now, channel }, lifetime)
            .map_err(|judgement| format!("{} may not connect to {name}: {}", request.who.user, why(&judgement)))?;
        let meta = SessionMeta {
            id,
            who: request.who.clone(),
            place,
            channel: self.storable(&request.channel),
            pty: request.pty.clone(),
            started: now,
        };
        Ok((admission, meta))
    }

    /// A channel as it may be stored and shown: without the secrets of its command.
    fn storable(&self, channel: &ChannelKind) -> ChannelKind {
        match channel {
            ChannelKind::Shell => ChannelKind::Shell,
            ChannelKind::Exec { command } => {
                let settings = crate::privacy::Settings { rules: self.rules(), ..crate::privacy::Settings::default() };
                ChannelKind::Exec { command: storable(command, &settings) }
            }
        }
    }

    fn unknown(&self, target: &str, login: Option<&str>) -> String {
        let config = &self.0.config;
        match (config.targets.get(target), login) {
            (Some(known), Some(login)) => {
                format!("the target {target} has no login {login}: it has {}", known.logins().join(", "))
            }
            _ => {
                let names: Vec<_> = config.targets.keys().map(String::as_str).collect();
                format!(
                    "there is no target {target}: there are {}; leave it out to choose from a list",
                    names.join(", ")
                )
            }
        }
    }

    /// The place, if the bastion can reach it: a local target whose shell cannot be confined is not there.
    fn place(&self, target: &str, login: Option<&str>) -> Option<Place> {
        let place = self.0.config.place(target, login)?;
        match &self.0.config.targets.get(target)?.kind {
            TargetKind::Local(_) if !self.0.launches.contains_key(target) => None,
            TargetKind::Local(_) | TargetKind::Ssh(_) => Some(place),
        }
    }

    fn may(&self, who: &Principal, action: Action, place: &Place, channel: Channel) -> Judgement {
        let now: Wall = self.0.clock.now().wall;
        self.policy().may(who, action, place, &Circumstances { now, channel })
    }

    pub(super) fn rules(&self) -> RuleSet {
        self.0.rules.borrow().clone()
    }

    pub(super) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.0.policy.borrow())
    }
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker").field("sessions", &self.0.registry.len()).finish_non_exhaustive()
    }
}

/// Says why there is no session, and closes the channel.
pub(super) async fn refuse<S: ClientSink>(client: ClientEnd<S>, pty: bool, sentence: &str, status: u32) {
    let end = if pty { "\r\n" } else { "\n" };
    let line = format!("holdpoint: {}{end}", Shown::new(sentence));
    // A client that is gone needs no sentence.
    let _ = client.sink.data(Stream::Stderr, line.into()).await;
    client.sink.finish(ExitStatus::Code { code: status }).await;
}

fn why(judgement: &Judgement) -> String {
    match judgement.rules.first() {
        Some(rule) => format!("{} (rule {}, {}:{})", rule.says, rule.id, rule.file, rule.line),
        None => "no rule permits it".to_owned(),
    }
}

/// Exit status of what policy refuses.
pub(super) const DENIED: u32 = 126;
