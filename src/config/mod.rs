//! Text → checked configuration, all faults at once with file and line.
//!
//! [`Config::parse`] is pure: text in, a [`Config`] out in which every name is resolved and every number within its bounds,
//! or all [`ConfigFaults`] at once. [`Config::load`] adds the one read. Nothing in here is checked again later: what is a
//! `Config` holds. Whether key files and the policy are there and sound is seen by their own rooms, when they load them.
//!
//! `docs/holdpoint.example.toml` shows every setting.

pub mod fault;
mod key;
mod read;
mod section;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use russh::keys::ssh_key::PublicKey;
use russh::keys::ssh_key::public::KeyData;

use crate::model::{DataKind, Place};

pub use fault::{ConfigFaults, Fault};
pub use key::DEMO_COMMENT;

/// A configuration that holds.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the bastion calls itself, in dashboards and its host certificate.
    pub name: String,
    /// Where it listens; never empty.
    pub listen: Vec<SocketAddr>,
    /// The names that clients type for it, for its host certificate. Empty means those of `listen`.
    pub host_names: Vec<String>,
    /// The control socket.
    pub control: PathBuf,
    /// The bastion's own keys.
    pub keys: KeyFiles,
    /// The record.
    pub ledger: Ledger,
    /// The directory with `*.cedar` files; `None` means the policy that is built in.
    pub policy_dir: Option<PathBuf>,
    /// The site's own file of the catalogue of commands.
    pub commands: Option<PathBuf>,
    /// Longest times.
    pub limits: Limits,
    /// What is offered to SSH clients.
    pub ssh: Ssh,
    /// What is masked in output.
    pub privacy: Privacy,
    /// The site's own file of what is looked for in output.
    pub privacy_rules: Option<PathBuf>,
    /// The key that opens the bastion's menu in a session; `None`: there is none.
    pub menu: Option<Menu>,
    /// The accounts by name.
    pub users: BTreeMap<String, User>,
    /// The targets by name; never empty.
    pub targets: BTreeMap<String, Target>,
    /// Whether this is the configuration of `holdpoint demo`. A demo listens on loopback only, and `serve` takes none.
    pub demo: bool,
}

/// Where the bastion's own keys lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// The directory that no session may reach.
    pub dir: PathBuf,
    /// The host key.
    pub host: PathBuf,
    /// The user CA.
    pub user_ca: PathBuf,
    /// The host CA.
    pub host_ca: PathBuf,
    /// The key that seals the ledger.
    pub ledger: PathBuf,
    /// Public halves of the keys that sealed it before; need not be there.
    pub ledger_trusted: PathBuf,
    /// The file whose first line opens encrypted keys.
    pub passphrase_file: Option<PathBuf>,
}

/// The record of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Its directory.
    pub dir: PathBuf,
    /// How much memory the store may keep as cache, in bytes; within [`CACHE_BYTES`].
    pub cache_bytes: u64,
    /// What happens to sessions when it cannot write.
    pub on_failure: OnFailure,
}

/// What happens to sessions when the ledger cannot write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// They end, and no new one begins.
    EndSessions,
}

/// Longest times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A session's; within [`SESSION_LIFETIME`].
    pub session_lifetime: Duration,
    /// A session certificate's; 60 to 120 s.
    pub certificate_validity: Duration,
    /// A hold's, whatever the policy's `@ttl` says; within [`HOLD_TTL`].
    pub hold_ttl: Duration,
}

/// What is offered to SSH clients and asked of targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssh {
    /// Cipher names, the preferred first; each is one of [`CIPHERS`]; never empty.
    pub ciphers: Vec<&'static str>,
}

/// What is masked in output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// These kinds; none where masking is off.
    pub mask: BTreeSet<DataKind>,
}

/// The key that opens the bastion's menu in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    /// Its control byte, 0x01 to 0x1f.
    pub byte: u8,
    /// Whether it also does while a program fills the screen.
    pub full_screen: bool,
}

/// An account: one human.
#[derive(Debug, Clone)]
pub struct User {
    /// Its name; plain ASCII, at most [`NAME_MAX`] bytes.
    pub name: String,
    /// Its roles.
    pub roles: BTreeSet<String>,
    /// The keys that prove it; never empty, and none is another account's.
    pub keys: Vec<PublicKey>,
}

/// Where sessions can go.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name; plain ASCII, at most [`NAME_MAX`] bytes.
    pub name: String,
    /// How it is reached.
    pub kind: TargetKind,
    /// Whether its login shells are started with our hooks, where there are hooks for them.
    pub integration: bool,
    /// Its labels, for policy.
    pub labels: BTreeMap<String, String>,
}

/// How a target is reached.
#[derive(Debug, Clone)]
pub enum TargetKind {
    /// A shell on the bastion's own machine.
    Local(LocalTarget),
    /// An SSH server that trusts the bastion's user CA.
    Ssh(SshTarget),
}

/// A shell on the bastion's own machine, in a sandbox that cannot reach the bastion's keys, ledger and control socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTarget {
    /// The shell; an absolute path.
    pub shell: PathBuf,
    /// The directory it starts in, and its `HOME`.
    pub home: PathBuf,
    /// The account it runs as when the bastion runs as root.
    pub run_as: String,
    /// The login that clients may name.
    pub login: String,
}

/// An SSH server that trusts the bastion's user CA.
#[derive(Debug, Clone)]
pub struct SshTarget {
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its host must prove one of these; never empty.
    pub host_keys: Vec<HostTrust>,
    /// The logins that may be asked for; never empty.
    pub logins: BTreeSet<String>,
    /// The login for those who name none; one of `logins`.
    pub default_login: String,
    /// The addresses and networks, in CIDR notation, that the target may see the bastion come from; empty: the one that the bastion's
    /// routing table chooses.
    pub source_address: Vec<String>,
}

/// What proves a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostTrust {
    /// Exactly this key.
    Pinned(PublicKey),
    /// A host certificate by this CA.
    Authority(PublicKey),
}

impl Config {
    /// The account that a key proves.
    #[must_use]
    pub fn user_of_key(&self, key: &KeyData) -> Option<&User> {
        self.users.values().find(|user| user.keys.iter().any(|own| own.key_data() == key))
    }

    /// The place that a target and a login mean: the target's default login where none is named.
    #[must_use]
    pub fn place(&self, target: &str, login: Option<&str>) -> Option<Place> {
        let target = self.targets.get(target)?;
        let login = login.unwrap_or_else(|| target.default_login());
        let known = target.logins().contains(&login);
        known.then(|| Place { target: target.name.clone(), login: login.to_owned(), labels: target.labels.clone() })
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// All faults at once; a file that cannot be read is one fault.
    pub fn load(path: &Path) -> Result<Self, ConfigFaults> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) => Err(ConfigFaults::unreadable(path, &error)),
        }
    }

    /// Checks a text. Relative paths in it are relative to the directory of `file`, which need not exist.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigFaults> {
        read::config(text, file)
    }
}

impl Target {
    /// The login for those who name none.
    #[must_use]
    pub fn default_login(&self) -> &str {
        match &self.kind {
            TargetKind::Local(local) => &local.login,
            TargetKind::Ssh(ssh) => &ssh.default_login,
        }
    }

    /// The logins that may be asked for.
    #[must_use]
    pub fn logins(&self) -> Vec<&str> {
        match &self.kind {
            TargetKind::Local(local) => vec![&local.login],
            TargetKind::Ssh(ssh) => ssh.logins.iter().map(String::as_str).collect(),
        }
    }
}

/// The ciphers that may be offered, in the order of preference. AES-GCM comes first because processors compute it: it moves
/// nearly twice what chacha20 does.
pub const CIPHERS: [&str; 6] = [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
];

/// The store's cache: below a megabyte sled thrashes, above 4 GiB somebody mistyped.
pub const CACHE_BYTES: std::ops::RangeInclusive<u64> = (1 << 20)..=(4 << 30);

/// A session's longest lifetime: a minute for tests, and a week because a forgotten session is an open door.
pub const SESSION_LIFETIME: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(7 * 86_400);

/// A hold's longest time: nobody decides in under five seconds, and nobody waits longer than a day.
pub const HOLD_TTL: std::ops::RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(86_400);

/// Names of users, roles, targets and logins: what `useradd` allows, twice.
pub const NAME_MAX: usize = 64;

#[cfg(test)]
mod tests;
