//! `holdpoint serve`: the bastion itself, after a configuration.

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::{Done, Exit, Failure};
use super::local_shell;
use super::out::say;
use super::running::{Ingredients, Running};
use crate::ca::Keyring;
use crate::config::{Config, Fault};

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
        let refused = super::demo_keys::refused(&config, &self.config);
        if !refused.is_empty() {
            return Err(faults(refused));
        }
        let keyring =
            Keyring::load(&super::ca::paths(&config.keys)).map_err(|e| Failure::new(Exit::Config, e.to_string()))?;
        let (policy, rules) = super::policy_files::load(&config).map_err(faults)?;
        let program = std::env::current_exe()?;
        let launches =
            local_shell::launches(&config, &program).map_err(|faults| Failure::new(Exit::Config, faults.join("\n")))?;
        let launches = launches.into_iter().map(|(name, (launch, _))| (name, launch)).collect();
        let (file, reloads) = (self.config, config.clone());
        super::running::wait(async move {
            let running = Running::start(Ingredients { config, keyring, policy, rules, launches }).await?;
            say(&format!("listening on {}", running.listen()));
            let mut hang_up = signal(SignalKind::hangup())?;
            loop {
                tokio::select! {
                    stopped = stop_signal() => break stopped?,
                    _ = hang_up.recv() => reload(&running, &reloads, &file).await?,
                }
            }
            say("stopping: new connections are refused, sessions are ended and sealed");
            running.stop().await?;
            Ok(Exit::Ok)
        })
    }
}

/// SIGHUP: reads the policy and the rules of privacy again, the latter for sessions that begin from then on. A bad one changes nothing, and says so; the rest of the configuration needs a new start.
async fn reload(running: &Running, config: &Config, file: &std::path::Path) -> Result<(), Failure> {
    match super::policy_files::load(config) {
        Ok((policy, rules)) => {
            running.replace_policy(policy).await?;
            running.replace_rules(rules);
            say("the policy was read again and is in force");
        }
        Err(faults) => {
            faults.iter().for_each(|fault| say(&fault.to_string()));
            say(&format!("the policy of {} has faults: the one before stays in force", file.display()));
        }
    }
    Ok(())
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
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    let _ = log.try_init();
}

fn faults(faults: Vec<Fault>) -> Failure {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    Failure::new(Exit::Config, lines.join("\n"))
}
