//! Everything that `holdpoint demo` needs before it can listen: made where it is missing, reused where it is there.
//!
//! | where | what |
//! |---|---|
//! | `keys/` | the bastion's own keys |
//! | `keys/demo/` | three people's key pairs, `known_hosts` for their commands, the configuration |
//! | `keys/demo/box/` | the private sshd's host key, configuration and log |
//! | `run/` | the control socket |
//! | `recordings/` | the ledger |
//! | `/var/tmp/holdpoint-here-…/` | the home of the embedded shell |
//!
//! All of them are private to the user who runs the demo (0700), but the last, which belongs to whom the shell runs as.

mod here;
mod people;
mod sshd;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rand::CryptoRng;

use crate::ca::{CaError, KeyFileError, KeyPaths, Keyring, keyring};
use crate::config::{Config, ConfigFaults};
use crate::target::local::Launch;

pub use people::Person;
pub use sshd::BoxServer;

/// A demo that is ready to listen.
#[derive(Debug)]
pub struct Demo {
    /// Its configuration, which also lies in `config_file`.
    pub config: Config,
    /// For the other verbs (`holdpoint requests --config …`).
    pub config_file: PathBuf,
    /// The bastion's own keys.
    pub keyring: Keyring,
    /// How the shell of the target `here` is started; empty where no confinement holds, and then there is no such target.
    pub launches: BTreeMap<String, Launch>,
    /// The server behind the target `box`; it ends when this is dropped. `None` where there is none, and then there is no
    /// such target.
    pub server: Option<BoxServer>,
    /// The three people and their commands to paste.
    pub people: Vec<Person>,
    /// Files that were made now; none on a second start.
    pub made: Vec<PathBuf>,
    /// Sentences that a person should read: how `here` is confined, why there is no `box`.
    pub notes: Vec<String>,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The demo listens on loopback only.
    #[error(
        "a demo listens on loopback only, and {0} is not: its keys are made for trying out. `holdpoint serve` is for the rest"
    )]
    NotLoopback(SocketAddr),
    /// Neither target can be had.
    #[error("there is no target to offer: {0}")]
    NoTarget(String),
    /// A file or directory could not be made.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A key could not be made or read.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A certificate or a line could not be made.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The configuration that the demo writes has faults: our own mistake, or a name of this machine that fits nowhere.
    #[error("the demo's configuration does not hold:\n{0}")]
    Config(#[from] ConfigFaults),
}

/// Makes what is missing below `root` (the checkout, or wherever the demo may keep its state) and starts the private sshd.
/// `program` is the `holdpoint` binary.
///
/// # Errors
/// When something cannot be made, or there is no target to offer.
pub fn provision(root: &Path, program: &Path, listen: SocketAddr, rng: &mut impl CryptoRng) -> Result<Demo, DemoError> {
    if !listen.ip().is_loopback() {
        return Err(DemoError::NotLoopback(listen));
    }
    let root = fs::canonicalize(root).map_err(io_at(root))?;
    let places = Places::below(&root);
    for dir in [&places.keys, &places.demo, &places.boxed, &places.run, &places.recordings] {
        private(dir)?;
    }
    let paths = KeyPaths::in_dir(&places.keys);
    let mut made: Vec<_> = Keyring::make_missing(&paths, rng)?.into_iter().map(|made| made.0).collect();
    let keyring = Keyring::load(&paths)?;
    let keys = people::keys(&places.demo, &mut made, rng)?;

    let mut notes = Vec::new();
    let here = match here::prepare(&places, program) {
        Ok(here) => {
            notes.push(format!("here: a shell on this machine; {}", here.says));
            Some(here)
        }
        Err(why) => {
            notes.push(format!("no target 'here': {why}"));
            None
        }
    };
    let server = match sshd::start(&places, program, &keyring, &mut made, rng) {
        Ok(server) => {
            notes.push(server.note());
            Some(server)
        }
        Err(why) => {
            notes.push(format!("no target 'box': {why}"));
            None
        }
    };
    if here.is_none() && server.is_none() {
        return Err(DemoError::NoTarget(notes.join("; ")));
    }

    let text = config_text(&places, listen, &keys, here.as_ref(), server.as_ref());
    let config_file = places.demo.join("holdpoint.toml");
    fs::write(&config_file, &text).map_err(io_at(&config_file))?;
    let config = Config::parse(&text, &config_file)?;
    people::write_known_hosts(&places.demo, &config, &keyring)?;
    let people = people::people(&places, &config, program);
    let launches = here.map(|here| ("here".to_owned(), here.launch)).into_iter().collect();
    Ok(Demo { config, config_file, keyring, launches, server, people, made, notes })
}

/// Where the demo keeps things.
#[derive(Debug, Clone)]
struct Places {
    root: PathBuf,
    keys: PathBuf,
    demo: PathBuf,
    boxed: PathBuf,
    run: PathBuf,
    recordings: PathBuf,
}

impl Places {
    fn below(root: &Path) -> Self {
        let keys = root.join("keys");
        let demo = keys.join(super::demo_keys::DIR);
        Self {
            boxed: demo.join("box"),
            run: root.join("run"),
            recordings: root.join("recordings"),
            root: root.to_owned(),
            keys,
            demo,
        }
    }
}

/// A directory that only we may enter, also where git made it with another mode.
fn private(dir: &Path) -> Result<(), DemoError> {
    keyring::private_dir(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(io_at(dir))
}

fn io_at(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.to_owned();
    move |error| DemoError::Io { path, error }
}

fn config_text(
    places: &Places,
    listen: SocketAddr,
    keys: &[(&'static str, String)],
    here: Option<&here::Here>,
    server: Option<&BoxServer>,
) -> String {
    let mut text = format!(
        "# Written by `holdpoint demo` at every start; changes are lost.\ndemo = true\nname = \"demo\"\nlisten = [\"{listen}\"]\n\
         control = {}\n\n[keys]\ndir = {}\n\n[ledger]\ndir = {}\ncache = \"32 MiB\"\n",
        quoted(&places.run.join("control.sock")),
        quoted(&places.keys),
        quoted(&places.recordings),
    );
    for (name, key) in keys {
        text += &format!("\n[[user]]\nname = \"{name}\"\nroles = [\"{name}\"]\nkeys = [\"{key}\"]\n");
    }
    text += &here.map(here::Here::config_text).unwrap_or_default();
    text += &server.map(BoxServer::config_text).unwrap_or_default();
    text
}

/// A path as a TOML basic string; JSON's escapes are among TOML's. A path that is not UTF-8 leaves a mark that no path has,
/// so that the configuration points nowhere rather than elsewhere.
fn quoted(path: &Path) -> String {
    serde_json::to_string(&path.to_string_lossy()).unwrap_or_else(|_| "\"\"".to_owned())
}
