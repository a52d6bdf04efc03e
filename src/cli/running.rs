//! A bastion that runs: the parts of every room, put together. `serve` and `demo` differ only in where these come from.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::ssh_key::{Certificate, HashAlg, PublicKey};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::ca::host_names;
use super::exit::{Exit, Failure};
use crate::api::{self, Client};
use crate::broker::{Broker, Clock, Common, Console, Desk, Facts, Parts, Record, Registry};
use crate::ca::Keyring;
use crate::config::Config;
use crate::gateway::{Consoles, Gateway};
use crate::ledger::{Ledger, Options};
use crate::model::{AuditEvent, Principal};
use crate::policy::Policy;
use crate::privacy::RuleSet;
use crate::target::Meter;
use crate::target::local::Launch;
use crate::tui::{Link, Redial};

/// What a bastion is made of.
pub(super) struct Ingredients {
    pub(super) config: Config,
    pub(super) keyring: Keyring,
    pub(super) policy: Policy,
    /// What is looked for in output.
    pub(super) rules: RuleSet,
    /// How the shells of local targets are started; a target that is not in here is not offered.
    pub(super) launches: BTreeMap<String, Launch>,
}

/// A bastion that serves. Dropping it cuts everything off; [`Running::stop`] ends it as it should.
pub(super) struct Running {
    broker: Broker,
    console: Console,
    ledger: Ledger,
    record: Arc<Record>,
    clock: Clock,
    policy: watch::Sender<Arc<Policy>>,
    rules: watch::Sender<RuleSet>,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
    listen: String,
}

/// Runs a bastion: its sessions share the processors, so that one whose output is searched stops no other, and the two ends of one
/// connection need not wait for each other.
///
/// # Errors
/// What it comes back with; also when the system gives no event loop.
pub(super) fn wait<T>(bastion: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| Failure::new(Exit::No, format!("cannot start: {e}")))?.block_on(bastion)
}

impl Running {
    /// Opens the ledger, binds every address and the control socket, and begins to serve.
    pub(super) async fn start(from: Ingredients) -> Result<Self, Failure> {
        let Ingredients { config, keyring, policy, rules, launches } = from;
        // The first line of all would wait for it.
        tokio::task::spawn_blocking(|| {
            if !crate::command::prepare() {
                tracing::error!("the catalogue of commands cannot be read: every line will be held");
            }
        });
        let clock = Clock::new();
        let config = Arc::new(config);
        // Binding comes first: a second bastion is told so before it touches anything.
        let listeners = bind(&config).await?;
        let listen = bound(&listeners)?;
        let ledger = open(&config, &keyring, clock).await?;
        let record = Arc::new(Record::new(ledger.clone(), clock));
        let registry = Registry::new();
        let told = record.told().await.map_err(Failure::from)?;
        tracing::info!(records = told.read, "the bastion-wide chain was read");
        let read_clock: crate::broker::ReadClock = Arc::new(move || clock.now());
        let chain: Arc<dyn crate::broker::Chain> = record.clone();
        let desk = Desk::start(told.docket, Arc::clone(&chain), registry.clone(), Arc::clone(&read_clock));
        note(&ledger, clock, AuditEvent::PolicyLoaded { digest: policy.digest().to_owned() }).await?;
        let (in_force, policy) = watch::channel(Arc::new(policy));
        let (new_rules, rules) = watch::channel(rules);
        let certificate = certify(&config, &keyring, clock)?;
        let queued = Meter::default();
        let common = Common {
            config: Arc::clone(&config),
            policy: policy.clone(),
            rules,
            user_ca: Arc::new(keyring.user_ca),
            ledger: ledger.clone(),
            registry: registry.clone(),
            desk: desk.clone(),
            clock,
            queued: queued.clone(),
            launches,
            used: Arc::new(Mutex::new(told.used)),
        };
        let broker = Broker::new(common);
        let facts = Facts { bastion: config.name.clone(), listen: listen.clone(), since: clock.now().wall };
        let archive = Arc::clone(&record);
        let console = Console::new(Parts { facts, registry, desk, policy, chain, archive, clock: read_clock, queued });
        let control = api::Server::bind(&config.control).await.map_err(|e| Failure::new(Exit::No, e.to_string()))?;

        let (stop, stopping) = watch::channel(false);
        let mut servers = JoinSet::new();
        servers.spawn(keep(Arc::clone(&record)));
        servers.spawn(control.serve(console.clone(), known_keys(config)));
        for listener in listeners {
            let host_key = (*keyring.host).clone();
            let gateway = Gateway::new(broker.clone(), consoles(&console), host_key, certificate.clone());
            servers.spawn(gateway.serve(listener, stopping.clone()));
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        note(&ledger, clock, AuditEvent::Started { version }).await?;
        Ok(Self { broker, console, ledger, record, clock, policy: in_force, rules: new_rules, stop, servers, listen })
    }

    /// The addresses it listens on, with the ports that the system chose where 0 was asked for.
    pub(super) fn listen(&self) -> &str {
        &self.listen
    }

    /// A dashboard's link for somebody on this machine's terminal.
    pub(super) async fn link(&self, who: Principal) -> Result<Link, Failure> {
        link(self.console.clone(), who).await.map_err(|why| Failure::new(Exit::No, why))
    }

    /// How that dashboard comes by another link when this one is gone.
    pub(super) fn redial(&self, who: Principal) -> Redial {
        let console = self.console.clone();
        Redial::by(Box::new(move || Box::pin(link(console.clone(), who.clone()))))
    }

    /// Looks for something else in the output of sessions that begin from now on.
    pub(super) fn replace_rules(&self, rules: RuleSet) {
        self.rules.send_replace(rules);
    }

    /// Puts another policy in force, for live sessions too. It is on the chain before it is.
    pub(super) async fn replace_policy(&self, policy: Policy) -> Result<(), Failure> {
        note(&self.ledger, self.clock, AuditEvent::PolicyLoaded { digest: policy.digest().to_owned() }).await?;
        self.policy.send_replace(Arc::new(policy));
        Ok(())
    }

    /// Refuses new connections, tells the live sessions, seals their records, and closes the ledger.
    pub(super) async fn stop(mut self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        self.broker.shut_down(PATIENCE).await;
        self.servers.shutdown().await;
        note(&self.ledger, self.clock, AuditEvent::Stopped).await?;
        self.record.told().await.map_err(Failure::from)?;
        self.ledger.close().await.map_err(|e| Failure::new(Exit::No, e.to_string()))
    }
}

/// Keeps what the chain tells from time to time, so that a start after a crash has not much to read either.
async fn keep(record: Arc<Record>) {
    loop {
        tokio::time::sleep(KEEP).await;
        if let Err(refused) = record.told().await {
            tracing::error!(%refused, "what the bastion-wide chain tells could not be kept");
        }
    }
}

async fn bind(config: &Config) -> Result<Vec<TcpListener>, Failure> {
    let mut listeners = Vec::new();
    for address in &config.listen {
        listeners.push(TcpListener::bind(address).await.map_err(|e| {
            Failure::new(
                Exit::No,
                format!("cannot listen on {address}: {e}; stop what listens there, or choose another"),
            )
        })?);
    }
    Ok(listeners)
}

fn bound(listeners: &[TcpListener]) -> Result<String, Failure> {
    let addresses = listeners.iter().map(|listener| listener.local_addr().map(|address| address.to_string()));
    let addresses = addresses.collect::<Result<Vec<_>, _>>().map_err(|e| Failure::new(Exit::No, e.to_string()))?;
    Ok(addresses.join(", "))
}

async fn open(config: &Config, keyring: &Keyring, clock: Clock) -> Result<Ledger, Failure> {
    let trusted = keyring.trusted_seals.clone();
    let options = Options { cache_bytes: config.ledger.cache_bytes, trusted, ..Options::default() };
    let (dir, key, now) = (config.ledger.dir.clone(), keyring.sealing.0.clone(), clock.now().wall);
    let opened = tokio::task::spawn_blocking(move || Ledger::open(&dir, &options, key, now)).await;
    let opened = opened.map_err(|e| Failure::new(Exit::No, format!("the ledger could not be opened: {e}")))?;
    let (ledger, interrupted) = opened.map_err(|e| Failure::new(Exit::No, e.to_string()))?;
    for session in interrupted {
        tracing::warn!(session = %session.session, records = session.records, "recovered a session that was cut off");
    }
    Ok(ledger)
}

async fn note(ledger: &Ledger, clock: Clock, event: AuditEvent) -> Result<(), Failure> {
    let written = ledger.audit(event, clock.now().wall).await;
    written.map(|_| ()).map_err(|e| Failure::new(Exit::No, e.to_string()))
}

/// A certificate for the host key, where there are names that it can stand for.
fn certify(config: &Config, keyring: &Keyring, clock: Clock) -> Result<Option<Certificate>, Failure> {
    let names = host_names(config);
    if names.is_empty() {
        return Ok(None);
    }
    let (key, now) = (keyring.host.public_key(), clock.now().wall);
    let made = keyring.host_ca.certify(key, &config.name, &names, now, &mut rand::rng());
    made.map(Some).map_err(|e| Failure::new(Exit::No, e.to_string()))
}

fn known_keys(config: Arc<Config>) -> api::Keyring {
    Arc::new(move |key: &PublicKey| {
        let user = config.user_of_key(key.key_data())?;
        Some(Principal {
            user: user.name.clone(),
            roles: user.roles.clone(),
            source: None,
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        })
    })
}

/// Dashboards that come in over SSH speak the control protocol too, over a pipe of this process.
fn consoles(console: &Console) -> Consoles {
    let console = console.clone();
    Arc::new(move |who| Box::pin(link(console.clone(), who)))
}

async fn link(console: Console, who: Principal) -> Result<Link, String> {
    let (ours, theirs) = tokio::io::duplex(PIPE);
    tokio::spawn(api::serve_stream(theirs, console, who));
    let client = Client::over(ours).await.map_err(|e| e.to_string())?;
    let (calls, pushes) = client.split();
    Ok(Link { calls, pushes })
}

/// How long live sessions may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often what the chain tells is kept. A busy hour is some thousands of records, which a start reads in less than a second.
const KEEP: Duration = Duration::from_secs(3600);

/// Bytes between a dashboard and the console of the same process.
const PIPE: usize = 256 << 10;
