//! The three people of the demo: their keys, and the commands that they paste.

use std::fs;
use std::path::{Path, PathBuf};

use rand::CryptoRng;

use super::{DemoError, Places, io_at};
use crate::ca::{Keyring, host, keyfile};
use crate::cli::ca::host_names;
use crate::config::{Config, DEMO_COMMENT};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their account, and their only role.
    pub name: &'static str,
    /// Their private key.
    pub key: PathBuf,
    /// What they paste, and what it is for. `ssh` and its options stand in full, so it works from any directory where
    /// nothing else is set up.
    pub commands: Vec<(String, &'static str)>,
}

/// Who there is.
const PEOPLE: [&str; 3] = ["engineer", "approver", "auditor"];

/// Their public key lines; makes what is missing.
pub(super) fn keys(
    dir: &Path,
    made: &mut Vec<PathBuf>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<(&'static str, String)>, DemoError> {
    let mut keys = Vec::new();
    for name in PEOPLE {
        let path = dir.join(name);
        let key = if path.exists() {
            let key = keyfile::load(&path, None)?;
            keyfile::write_public(&path, &key)?;
            key
        } else {
            made.push(path.clone());
            keyfile::generate(&path, &format!("{DEMO_COMMENT} {name}"), rng)?
        };
        keys.push((name, key.public_key().to_openssh().map_err(crate::ca::CaError::from)?));
    }
    Ok(keys)
}

/// `known_hosts` for their commands: the host CA's line, and the host key's own for clients without certificates.
pub(super) fn write_known_hosts(dir: &Path, config: &Config, keyring: &Keyring) -> Result<(), DemoError> {
    let names = host_names(config);
    let port = config.listen.first().map_or(22, std::net::SocketAddr::port);
    let patterns: Vec<_> = names.iter().map(|name| host::host_pattern(name, port)).collect();
    let key = keyring.host.public_key().to_openssh().map_err(crate::ca::CaError::from)?;
    let text = format!("{}\n{} {key}\n", keyring.host_ca.known_hosts_line(&names, port)?, patterns.join(","));
    let path = dir.join("known_hosts");
    fs::write(&path, text).map_err(io_at(&path))
}

pub(super) fn people(places: &Places, config: &Config, program: &Path) -> Vec<Person> {
    PEOPLE.into_iter().map(|name| person(name, places, config, program)).collect()
}

fn person(name: &'static str, places: &Places, config: &Config, program: &Path) -> Person {
    let address = config.listen.first().copied().unwrap_or_else(|| ([127, 0, 0, 1], 2222).into());
    let key = places.demo.join(name);
    let ssh = format!(
        "ssh -p {} -i {} -o IdentitiesOnly=yes -o UserKnownHostsFile={}",
        address.port(),
        shell_word(&shown(&key, &places.root)),
        shell_word(&shown(&places.demo.join("known_hosts"), &places.root)),
    );
    let ip = address.ip();
    let mut commands = Vec::new();
    match name {
        "engineer" => {
            for target in config.targets.values() {
                let of = if target.name == "here" {
                    "a shell on this machine, in a sandbox"
                } else {
                    "a private sshd, by certificate"
                };
                let login = if target.name == "here" { String::new() } else { format!("{}@", target.default_login()) };
                commands.push((format!("{ssh} {login}{}@{ip}", target.name), of));
            }
            commands.push((format!("{ssh} {ip}"), "no target named: the picker"));
        }
        "approver" => commands.push((format!("{ssh} -t {name}@{ip} dashboard"), "see what waits, and decide")),
        _ => {
            let verb = |verb: &str| {
                let word = |path: &Path| shell_word(&shown(path, &places.root));
                let config = word(&places.demo.join("holdpoint.toml"));
                format!("{} {verb} --config {config} --identity {}", word(program), word(&key))
            };
            commands.push((verb("replay"), "what was recorded; add an id to play it"));
            commands.push((verb("verify --all"), "was anything altered?"));
        }
    }
    Person { name, key, commands }
}

/// A path relative to the demo's root where it lies below: that is where people stand when they read it.
fn shown(path: &Path, root: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
    let near = if here.as_deref() == Some(root) { path.strip_prefix(root).unwrap_or(path) } else { path };
    near.display().to_string()
}

/// A word for a POSIX shell.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '=' | ':' | '@' | '+');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
