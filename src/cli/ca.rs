//! `holdpoint ca`: the bastion's own keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::{Done, Exit, Failure};
use super::out::Out;
use crate::ca::{CaError, KeyPaths, Keyring, fingerprint, host};
use crate::config::{Config, KeyFiles};

/// The flags of `ca`.
#[derive(Debug, Args)]
pub struct Ca {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make the keys that are missing; never touch one that is there.
    Init(Which),
    /// Show the public keys, their fingerprints, and the lines for clients and targets.
    Show(Which),
}

#[derive(Debug, Args)]
struct Which {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "holdpoint.toml")]
    config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What `ca show --json` prints.
#[derive(Debug, Serialize)]
struct Shown {
    user_ca: Key,
    host_ca: Key,
    host_key: Key,
    /// For a client's `known_hosts`.
    cert_authority: String,
}

#[derive(Debug, Serialize)]
struct Key {
    public: String,
    fingerprint: String,
}

impl Ca {
    /// Makes or shows.
    ///
    /// # Errors
    /// When the configuration does not hold, or a key cannot be made or read.
    pub fn run(self) -> Done {
        let (which, act): (Which, fn(&Config, &mut Out) -> Done) = match self.act {
            Act::Init(which) => (which, init),
            Act::Show(which) => (which, show),
        };
        let config = Config::load(&which.config).map_err(|faults| Failure::new(Exit::Config, faults.to_string()))?;
        act(&config, &mut Out::new(which.json))
    }
}

/// The key room's own words for the same files.
#[must_use]
pub fn paths(keys: &KeyFiles) -> KeyPaths {
    KeyPaths {
        host: keys.host.clone(),
        user_ca: keys.user_ca.clone(),
        host_ca: keys.host_ca.clone(),
        ledger: keys.ledger.clone(),
        ledger_trusted: keys.ledger_trusted.clone(),
        passphrase_file: keys.passphrase_file.clone(),
    }
}

/// The names in the host certificate: those that the configuration gives, or the listening addresses.
#[must_use]
pub fn host_names(config: &Config) -> Vec<String> {
    if config.host_names.is_empty() { host::names_of(&config.listen) } else { config.host_names.clone() }
}

fn failed(error: impl Into<CaError>) -> Failure {
    Failure::new(Exit::No, error.into().to_string())
}

fn init(config: &Config, out: &mut Out) -> Done {
    let made = Keyring::make_missing(&paths(&config.keys), &mut rand::rng()).map_err(failed)?;
    let made: Vec<_> = made.iter().map(|made| made.0.display().to_string()).collect();
    if out.is_json() {
        out.json(&serde_json::json!({ "made": made }))?;
    } else if made.is_empty() {
        out.line("all keys are there; nothing was made")?;
    } else {
        made.iter().try_for_each(|path| out.line(&format!("made {path}")))?;
    }
    Ok(Exit::Ok)
}

fn show(config: &Config, out: &mut Out) -> Done {
    let shown = shown(config).map_err(failed)?;
    if out.is_json() {
        out.json(&shown)?;
        return Ok(Exit::Ok);
    }
    for (name, key) in [("user CA", &shown.user_ca), ("host CA", &shown.host_ca), ("host key", &shown.host_key)] {
        out.line(&format!("{name:9} {}\n          {}", key.fingerprint, key.public))?;
    }
    out.line("\nOn each target: put the user CA's line into /etc/ssh/holdpoint_user_ca.pub, and into sshd_config:\n")?;
    out.line("    TrustedUserCAKeys /etc/ssh/holdpoint_user_ca.pub")?;
    out.line("\nFor each client: this line into ~/.ssh/known_hosts:\n")?;
    out.line(&format!("    {}", shown.cert_authority))?;
    Ok(Exit::Ok)
}

fn shown(config: &Config) -> Result<Shown, CaError> {
    let keyring = Keyring::load(&paths(&config.keys))?;
    let key = |key: &russh::keys::ssh_key::PublicKey| -> Result<Key, CaError> {
        Ok(Key { public: key.to_openssh()?, fingerprint: fingerprint(key) })
    };
    let port = config.listen.first().map_or(22, std::net::SocketAddr::port);
    Ok(Shown {
        user_ca: key(&keyring.user_ca.public_key())?,
        host_ca: key(&keyring.host_ca.public_key())?,
        host_key: key(keyring.host.public_key())?,
        cert_authority: keyring.host_ca.known_hosts_line(&host_names(config), port)?,
    })
}
