//! How the verbs that speak to a running bastion find it, and prove who calls.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;
use russh::keys::ssh_key::PublicKey;

use super::exit::{Exit, Failure};
use super::out::say;
use crate::api::wire::{Call, Reply};
use crate::api::{Client, ClientError, Identity};
use crate::config::Config;
use crate::model::{Refused, Wall};

/// Which bastion, and as whom.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connect {
    /// The bastion's control socket [env: HOLDPOINT_SOCKET]
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Take the control socket from this configuration [env: HOLDPOINT_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The private key that proves who you are, or the public key of one that your ssh-agent holds [env: HOLDPOINT_IDENTITY]
    #[arg(long, short, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

impl Connect {
    /// Connects and proves. `demo` is the person of `keys/demo` to be where nothing says who we are.
    ///
    /// # Errors
    /// When no bastion is found, none answers, or no key of ours is known there.
    pub async fn open(&self, demo: &str) -> Result<Client, Failure> {
        Ok(self.open_with_way(demo).await?.0)
    }

    /// The same, with the way there, for whoever may have to go it again.
    ///
    /// # Errors
    /// As [`Connect::open`].
    pub async fn open_with_way(&self, demo: &str) -> Result<(Client, Way), Failure> {
        let socket = self.socket()?;
        let mut refusal = None;
        for identity in self.identities(demo).await? {
            match Client::connect(&socket, &identity).await {
                Ok(client) => return Ok((client, Way { socket, identity })),
                Err(e @ (ClientError::Goodbye(_) | ClientError::Identity(_))) => refusal = refusal.or(Some(e)),
                Err(e) => return Err(e.into()),
            }
        }
        if let Some(e) = refusal {
            return Err(e.into());
        }
        // That nobody answers is said first, because then no key would help.
        Client::reach(&socket).await?;
        Err(no_key())
    }

    /// The control socket: as said, as the environment says, as the configuration says, or the first of the usual places that is there.
    ///
    /// # Errors
    /// When nothing says where, and it is in none of the usual places.
    pub fn socket(&self) -> Result<PathBuf, Failure> {
        let from_env = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(socket) = self.socket.clone() {
            return Ok(socket);
        }
        if let Some(file) = &self.config {
            return control_of(file);
        }
        if let Some(socket) = from_env("HOLDPOINT_SOCKET") {
            return Ok(socket);
        }
        if let Some(file) = from_env("HOLDPOINT_CONFIG") {
            return control_of(&file);
        }
        let usual = USUAL.iter().map(Path::new);
        usual.clone().find(|path| path.exists()).map(Path::to_owned).ok_or_else(|| {
            let places: Vec<_> = usual.map(|path| path.display().to_string()).collect();
            let why = format!(
                "no bastion runs here: there is no control socket at {}; start one with holdpoint demo or holdpoint serve, or say --socket",
                places.join(" or ")
            );
            Failure::new(Exit::NoBroker, why)
        })
    }

    /// The keys to try, in order.
    async fn identities(&self, demo: &str) -> Result<Vec<Identity>, Failure> {
        let from_env = || env::var_os("HOLDPOINT_IDENTITY").filter(|value| !value.is_empty()).map(PathBuf::from);
        let agent = env::var_os("SSH_AUTH_SOCK").filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(file) = self.identity.clone().or_else(from_env) {
            return if file.extension() == Some(OsStr::new("pub")) {
                Ok(vec![held_by(agent.as_deref(), &file).await?])
            } else {
                Ok(vec![Identity::from_file(&file)?])
            };
        }
        let demo = Path::new(DEMO_KEYS).join(demo);
        if demo.exists() {
            say(&format!("you are {} (another: --identity FILE)", demo.display()));
            return Ok(vec![Identity::from_file(&demo)?]);
        }
        let mut found = match agent {
            // An agent that is gone leaves its variable behind: the file below may do.
            Some(socket) => Identity::from_agent(&socket).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let own = env::home_dir().map(|home| home.join(".ssh/id_ed25519")).filter(|path| path.exists());
        found.extend(own.and_then(|path| Identity::from_file(&path).ok()));
        Ok(found)
    }
}

/// A socket at which somebody was known by a key.
#[derive(Debug)]
pub struct Way {
    socket: PathBuf,
    identity: Identity,
}

impl Way {
    /// Connects and proves again.
    ///
    /// # Errors
    /// When nobody answers, or the key is not known any more.
    pub async fn again(&self) -> Result<Client, ClientError> {
        Client::connect(&self.socket, &self.identity).await
    }
}

/// Runs a verb that waits for the network.
///
/// # Errors
/// What the verb comes back with; also when the system gives no event loop.
pub fn wait<T>(verb: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure::new(Exit::No, format!("cannot start: {e}")))?.block_on(verb)
}

/// Calls; a refusal is a failure.
///
/// # Errors
/// When the bastion refuses, or the connection ends.
pub async fn ask(client: &mut Client, call: Call) -> Result<Reply, Failure> {
    match client.call(call).await? {
        Reply::Refused { kind, why } => Err(Refused { kind, why }.into()),
        reply => Ok(reply),
    }
}

/// The bastion's clock, which its deadlines are told by.
///
/// # Errors
/// When the connection ends.
pub async fn now(client: &mut Client) -> Result<Wall, Failure> {
    match ask(client, Call::Whoami).await? {
        Reply::You { now, .. } => Ok(now),
        _ => Err(unexpected()),
    }
}

/// The reply was of another kind than the call promises.
#[must_use]
pub fn unexpected() -> Failure {
    Failure::new(Exit::No, "the bastion answered something else than was asked: use the same release of holdpoint")
}

/// The one item whose id begins with what a person typed.
///
/// # Errors
/// When none does (exit 6), or several do (exit 2).
pub fn one<T>(what: &str, prefix: &str, items: Vec<T>, id: impl Fn(&T) -> String) -> Result<T, Failure> {
    let wanted = prefix.to_ascii_lowercase();
    let mut found: Vec<_> =
        items.into_iter().filter(|item| !wanted.is_empty() && id(item).starts_with(&wanted)).collect();
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().map(&id).collect();
        let why = format!("'{}' is the beginning of {}: type more of it", wanted.escape_default(), ids.join(" and "));
        return Err(Failure::new(Exit::Usage, why));
    }
    found.pop().ok_or_else(|| {
        let why = format!("no {what} begins with '{}'", wanted.escape_default());
        Failure::new(Exit::NoSuchThing, why)
    })
}

fn control_of(file: &Path) -> Result<PathBuf, Failure> {
    Config::load(file).map(|config| config.control).map_err(|faults| Failure::new(Exit::Config, faults.to_string()))
}

async fn held_by(agent: Option<&Path>, file: &Path) -> Result<Identity, Failure> {
    let fail = |why: String| Failure::new(Exit::NotPermitted, why);
    let unreadable = |e| Failure::new(Exit::NoSuchThing, format!("cannot read the public key {}: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let wanted = PublicKey::from_openssh(&text).map_err(|_| fail(format!("{} is not a public key", file.display())))?;
    let agent = agent.ok_or_else(|| fail("there is no ssh-agent (SSH_AUTH_SOCK is not set): start one".to_owned()))?;
    let held = Identity::from_agent(agent).await?;
    let found = held.into_iter().find(|identity| identity.public_key().key_data() == wanted.key_data());
    found.ok_or_else(|| fail(format!("your ssh-agent does not hold the key {}: run ssh-add", file.display())))
}

fn no_key() -> Failure {
    let why = "no key to prove who you are: say --identity FILE, or load a key into your ssh-agent with ssh-add";
    Failure::new(Exit::NotPermitted, why)
}

/// Where control sockets usually are: a checkout (beside `holdpoint.toml`), then an installed bastion.
const USUAL: [&str; 2] = ["run/control.sock", "/run/holdpoint/control.sock"];

/// Keys of the demo's people, in a checkout.
const DEMO_KEYS: &str = "keys/demo";

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(prefix: &str) -> Result<String, Exit> {
        let ids = vec!["k7f2aaaa".to_owned(), "k7f3bbbb".to_owned(), "m000cccc".to_owned()];
        one("request", prefix, ids, Clone::clone).map_err(|failure| failure.exit())
    }

    #[test]
    fn a_unique_prefix_is_enough_and_an_empty_one_is_not() {
        assert_eq!(pick("M"), Ok("m000cccc".into()));
        assert_eq!(pick("k7f2aaaa"), Ok("k7f2aaaa".into()));
        assert_eq!(pick("k7"), Err(Exit::Usage));
        assert_eq!(pick("z"), Err(Exit::NoSuchThing));
        assert_eq!(pick(""), Err(Exit::NoSuchThing));
    }
}
