//! The bastion's own keys, as they lie in `keys/`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::{SigningKey, VerifyingKey};
use rand::CryptoRng;
use russh::keys::ssh_key::PrivateKey;

use super::{HostCa, KeyFileError, UserCa, keyfile};

/// Where the keys lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPaths {
    /// The host key that clients meet.
    pub host: PathBuf,
    /// The CA whose certificates targets accept.
    pub user_ca: PathBuf,
    /// The CA that certifies the host key.
    pub host_ca: PathBuf,
    /// The key that seals the ledger.
    pub ledger: PathBuf,
    /// Public halves of the keys that sealed the ledger before, one a line as OpenSSH writes them; it need not be there.
    pub ledger_trusted: PathBuf,
    /// The file whose first line opens those keys that are encrypted.
    pub passphrase_file: Option<PathBuf>,
}

impl KeyPaths {
    /// The usual names in one directory.
    #[must_use]
    pub fn in_dir(dir: &Path) -> Self {
        Self {
            host: dir.join("host_key"),
            user_ca: dir.join("user_ca"),
            host_ca: dir.join("host_ca"),
            ledger: dir.join("ledger_key"),
            ledger_trusted: dir.join("ledger_trusted"),
            passphrase_file: None,
        }
    }

    const fn each(&self) -> [(&PathBuf, &'static str); 4] {
        [
            (&self.host, "holdpoint host key"),
            (&self.user_ca, "holdpoint user CA"),
            (&self.host_ca, "holdpoint host CA"),
            (&self.ledger, "holdpoint ledger seal"),
        ]
    }
}

/// The bastion's own keys, loaded.
#[derive(Debug)]
pub struct Keyring {
    /// Proves the bastion to clients.
    pub host: Arc<PrivateKey>,
    /// Signs session certificates.
    pub user_ca: UserCa,
    /// Signs the host certificate.
    pub host_ca: HostCa,
    /// Seals the ledger.
    pub sealing: Sealing,
    /// Sealed it before, and is trusted for that.
    pub trusted_seals: Vec<VerifyingKey>,
}

/// The ledger's key; its `Debug` shows nothing of it.
pub struct Sealing(pub SigningKey);

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealing")
    }
}

/// A key file that was made because it was missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made(pub PathBuf);

impl Keyring {
    /// Loads all four.
    ///
    /// # Errors
    /// The first that is missing, open to others, encrypted without passphrase, or no key.
    pub fn load(paths: &KeyPaths) -> Result<Self, KeyFileError> {
        let passphrase = paths.passphrase_file.as_deref().map(keyfile::read_passphrase).transpose()?;
        let passphrase = passphrase.as_ref().map(|p| p.as_str());
        Ok(Self {
            host: Arc::new(keyfile::load(&paths.host, passphrase)?),
            user_ca: UserCa::new(keyfile::load_signing(&paths.user_ca, passphrase)?),
            host_ca: HostCa::new(keyfile::load_signing(&paths.host_ca, passphrase)?),
            sealing: Sealing(keyfile::load_signing(&paths.ledger, passphrase)?),
            trusted_seals: trusted(&paths.ledger_trusted)?,
        })
    }

    /// Everything that keeps [`Keyring::load`] from loading, at once.
    #[must_use]
    pub fn faults(paths: &KeyPaths) -> Vec<KeyFileError> {
        let passphrase = match paths.passphrase_file.as_deref().map(keyfile::read_passphrase).transpose() {
            Ok(passphrase) => passphrase,
            Err(error) => return vec![error],
        };
        let passphrase = passphrase.as_ref().map(|p| p.as_str());
        let host = keyfile::load(&paths.host, passphrase).err();
        let signing = [&paths.user_ca, &paths.host_ca, &paths.ledger];
        let signing = signing.into_iter().filter_map(|path| keyfile::load_signing(path, passphrase).err());
        host.into_iter().chain(signing).chain(trusted(&paths.ledger_trusted).err()).collect()
    }

    /// Makes those that are missing, and the directories for them (0700); says which it made.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn make_missing(paths: &KeyPaths, rng: &mut impl CryptoRng) -> Result<Vec<Made>, KeyFileError> {
        let mut made = Vec::new();
        for (path, comment) in paths.each() {
            if path.exists() {
                continue;
            }
            if let Some(dir) = path.parent() {
                private_dir(dir)?;
            }
            keyfile::generate(path, comment, rng)?;
            made.push(Made(path.clone()));
        }
        Ok(made)
    }
}

/// The keys of a list that need not be there.
fn trusted(path: &Path) -> Result<Vec<VerifyingKey>, KeyFileError> {
    match keyfile::public_keys(path) {
        Err(KeyFileError::Io { error, .. }) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

/// Makes a directory that only we may enter. One that exists is left as it is: the key files guard themselves.
///
/// # Errors
/// When it cannot be made.
pub fn private_dir(dir: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| KeyFileError::Io { path: dir.to_owned(), error })
}
