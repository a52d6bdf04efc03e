//! `holdpoint serve`: the bastion itself, after a configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::{Done, Exit, Failure};
use super::out::say;
use super::running::{Ingredients, Running, load_policy};
use crate::ca::{KeyPaths, Keyring};
use crate::config::{Config, TargetKind};

/// The flags of `holdpoint serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Serve {
    /// Serves until SIGINT or SIGTERM.
    ///
    /// # Errors
    /// When the configuration has faults, a key is missing, or an address or the ledger is taken.
    pub fn run(self) -> Done {
        log_to_stderr();
        let config = Config::load(&self.config).map_err(|faults| Failure::new(Exit::Config, faults.to_string()))?;
        if config.demo {
            let why = "this is the configuration of a demo: its keys are made for trying out. Run holdpoint demo, or write another";
            return Err(Failure::new(Exit::Config, why));
        }
        let paths = KeyPaths {
            host: config.keys.host.clone(),
            user_ca: config.keys.user_ca.clone(),
            host_ca: config.keys.host_ca.clone(),
            ledger: config.keys.ledger.clone(),
            passphrase_file: config.keys.passphrase_file.clone(),
        };
        let keyring = Keyring::load(&paths).map_err(|e| Failure::new(Exit::Config, e.to_string()))?;
        super::demo_keys::refuse_in(&config)?;
        let policy = load_policy(config.policy_dir.as_deref())?;
        let launches = launches(&config)?;
        let listen = config.listen.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        super::connect::wait(async move {
            let running = Running::start(Ingredients { config, keyring, policy, launches }).await?;
            say(&format!("listening on {listen}"));
            stop_signal().await?;
            say("stopping: new connections are refused, sessions are ended and sealed");
            running.stop().await?;
            Ok(Exit::Ok)
        })
    }
}

/// Returns at SIGINT or SIGTERM.
pub(super) async fn stop_signal() -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Logs go to standard error, by `HOLDPOINT_LOG` (a `tracing` filter; warnings where it is not set).
pub(super) fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HOLDPOINT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second subscriber is refused; the first one stays, which is all that matters.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

fn launches(config: &Config) -> Result<BTreeMap<String, crate::target::local::Launch>, Failure> {
    let mut launches = BTreeMap::new();
    for (name, target) in &config.targets {
        if let TargetKind::Local(local) = &target.kind {
            launches.insert(name.clone(), super::confine::launch(config, name, local)?);
        }
    }
    Ok(launches)
}
