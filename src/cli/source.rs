//! Where recordings come from: the ledger's files while no bastion holds them, otherwise the bastion, through its socket.

use std::path::{Path, PathBuf};

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Exit, Failure};
use super::out::say;
use crate::api::Client;
use crate::api::wire::{Call, Push, Reply};
use crate::ca::keyfile::{self, public_path};
use crate::config::Config;
use crate::ledger::{Error, Reader, SealKey};
use crate::model::{AuditRecord, EventRecord, RecordingRow, SessionId, VerifyReport};
use crate::policy::offline_viewing;

/// Which recordings.
#[derive(Debug, Clone, Default, Args)]
pub struct From {
    /// Read the ledger in this directory; while a bastion holds it, that bastion is asked [default: the configuration's, or recordings]
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
    /// The public keys that may have sealed the ledger, one a line (the bastion's ledger_key.pub and ledger_trusted), when its files are read
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    connect: Connect,
}

/// An open source of recordings.
pub enum Source {
    /// The bastion that holds the ledger. What we may see is its policy's to say.
    Bastion(Box<Client>),
    /// The files. Whoever can read them has no policy between.
    Files(Reader),
}

impl From {
    /// Opens the files, or connects when a bastion holds them or there are none.
    ///
    /// # Errors
    /// When neither files nor a bastion can be reached.
    pub async fn open(&self) -> Result<Source, Failure> {
        let asked_for_bastion = self.connect.socket.is_some() && self.ledger.is_none();
        if asked_for_bastion {
            return self.bastion().await;
        }
        match self.files()? {
            Ok(reader) => Ok(Source::Files(reader)),
            Err(Error::Held { .. }) => self.bastion().await,
            // Where nobody said which files, a bastion may still know.
            Err(e) if self.ledger.is_none() => self.bastion().await.map_err(|failure| match failure.exit() {
                Exit::NoBroker => Failure::new(Exit::NoSuchThing, format!("{e}; and {}", failure.why())),
                _ => failure,
            }),
            Err(e) => Err(e.into()),
        }
    }

    async fn bastion(&self) -> Result<Source, Failure> {
        Ok(Source::Bastion(Box::new(self.connect.open("auditor").await?)))
    }

    fn files(&self) -> Result<Result<Reader, Error>, Failure> {
        let config = self.connect.config.as_deref().map(Config::load).transpose();
        let config = config.map_err(|faults| Failure::new(Exit::Config, faults.to_string()))?;
        let said = self.ledger.as_deref().or(config.as_ref().map(|config| config.ledger.dir.as_path()));
        let seal = match &config {
            Some(config) => public_path(&config.keys.ledger),
            None => PathBuf::from(CHECKOUT_KEY),
        };
        let trusted = match &config {
            Some(config) => config.keys.ledger_trusted.clone(),
            None => PathBuf::from(CHECKOUT_TRUSTED),
        };
        let keys = match &self.key {
            Some(file) => public_keys(file)?,
            // The checkout's own keys seal the checkout's own ledger, and no other.
            None if seal.is_file() && (config.is_some() || self.ledger.is_none()) => {
                let before = if trusted.is_file() { listed_keys(&trusted)? } else { Vec::new() };
                [public_keys(&seal)?, before].concat()
            }
            None => Vec::new(),
        };
        Ok(Reader::offline(said.unwrap_or_else(|| Path::new(CHECKOUT_LEDGER)), keys))
    }
}

impl Source {
    /// The one recording whose id begins with that.
    ///
    /// # Errors
    /// When none does, or several do.
    pub async fn pick(&mut self, prefix: &str) -> Result<RecordingRow, Failure> {
        match self {
            Self::Files(reader) => Ok(reader.recording(reader.find(prefix)?)?),
            Self::Bastion(_) => {
                connect::one("recording", prefix, self.recordings().await?, |row| row.meta.id.to_string())
            }
        }
    }

    /// The recordings, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn recordings(&mut self) -> Result<Vec<RecordingRow>, Failure> {
        match self {
            Self::Files(reader) => Ok(reader.recordings(usize::MAX)?),
            Self::Bastion(client) => match connect::ask(client, Call::Recordings).await? {
                Reply::Recordings { recordings } => Ok(recordings),
                _ => Err(connect::unexpected()),
            },
        }
    }

    /// Hands every event of a recording to `take`, in order. `how` (`replay`, `export`) goes to the audit chain of a running bastion.
    ///
    /// # Errors
    /// When the recording cannot be read to its end, may not be looked at, or `take` fails.
    pub async fn events(
        &mut self,
        session: SessionId,
        how: &str,
        mut take: impl FnMut(EventRecord) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match self {
            Self::Files(reader) => {
                // Nobody asks for a name here: the files have no policy, and no chain that a reader could write to.
                let viewing = offline_viewing(session, "offline");
                reader.events(&viewing)?.try_for_each(|event| take(event?))
            }
            Self::Bastion(client) => {
                let number = client.send(Call::Replay { session, how: how.to_owned() }).await?;
                loop {
                    match client.next().await? {
                        Push::Event { session: of, seq, at, event } if of == session => {
                            take(EventRecord { seq, at, event })?
                        }
                        Push::Reply { n, reply: Reply::Refused { kind, why } } if n == number => {
                            return Err(crate::model::Refused { kind, why }.into());
                        }
                        Push::Reply { n, .. } if n == number => return Ok(()),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Verifies one recording, or everything.
    ///
    /// # Errors
    /// When nothing can be read at all.
    pub async fn verify(&mut self, session: Option<SessionId>) -> Result<VerifyReport, Failure> {
        match self {
            Self::Files(reader) => Ok(reader.verify(session)?),
            Self::Bastion(client) => match connect::ask(client, Call::Verify { session }).await? {
                Reply::Verified(report) => Ok(report),
                _ => Err(connect::unexpected()),
            },
        }
    }

    /// Records of the bastion-wide chain from a place on; at most so many, and none behind the end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn audit(&mut self, from: u64, limit: u32) -> Result<Vec<AuditRecord>, Failure> {
        match self {
            Self::Files(reader) => Ok(reader.audit(from, usize::try_from(limit).unwrap_or(usize::MAX))?),
            Self::Bastion(client) => match connect::ask(client, Call::Audit { from, limit }).await? {
                Reply::Audit { records } => Ok(records),
                _ => Err(connect::unexpected()),
            },
        }
    }

    /// Says what proves less than it seems to.
    pub fn caution(&self) {
        if let Self::Files(reader) = self
            && !reader.is_pinned()
        {
            say("the seals were checked with the key that lies beside the ledger; --key FILE proves more");
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bastion(_) => "Bastion",
            Self::Files(_) => "Files",
        })
    }
}

impl std::convert::From<Error> for Failure {
    fn from(e: Error) -> Self {
        let exit = match &e {
            Error::Damaged(_) => Exit::Integrity,
            Error::NoSuchSession(_) => Exit::NoSuchThing,
            Error::Ambiguous { .. } => Exit::Usage,
            Error::NotPermitted { .. } => Exit::NotPermitted,
            Error::Held { .. } | Error::Failed { .. } | Error::Refused(_) => Exit::No,
        };
        Self::new(exit, e.to_string())
    }
}

fn listed_keys(file: &Path) -> Result<Vec<SealKey>, Failure> {
    keyfile::public_keys(file).map_err(|e| Failure::new(Exit::NoSuchThing, e.to_string()))
}

fn public_keys(file: &Path) -> Result<Vec<SealKey>, Failure> {
    let keys = listed_keys(file)?;
    if keys.is_empty() {
        return Err(Failure::new(Exit::NoSuchThing, format!("{} holds no public key", file.display())));
    }
    Ok(keys)
}

/// The ledger of a checkout.
const CHECKOUT_LEDGER: &str = "recordings";
/// The public key that a checkout's ledger is sealed with.
const CHECKOUT_KEY: &str = "keys/ledger_key.pub";
/// The keys that sealed it before.
const CHECKOUT_TRUSTED: &str = "keys/ledger_trusted";
