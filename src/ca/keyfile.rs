//! Private key files: read, refused, made.
//!
//! OpenSSH's own format (`PROTOCOL.key`), so `ssh-keygen` reads, changes and encrypts them. A file that group or others may
//! read or write is refused, as ssh(1) refuses it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::{SigningKey, VerifyingKey};
use rand::CryptoRng;
use russh::keys::ssh_key::{self, Algorithm, LineEnding, PrivateKey, PublicKey};
use zeroize::Zeroizing;

/// Why a key file gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is none.
    #[error("{} does not exist: `holdpoint ca init` makes what is missing", .0.display())]
    Missing(PathBuf),
    /// It could not be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Others may read or change it.
    #[error("{} has mode {mode:04o}, so others can get at the key: run `chmod 600 '{}'`", path.display(), path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Somebody else owns it.
    #[error("{} belongs to uid {owner}, not to uid {us} as which the bastion runs: run `chown {us} '{}'`", path.display(), path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// The bastion's user.
        us: u32,
    },
    /// It is encrypted, and no passphrase was given.
    #[error("{} is encrypted: name the file that holds its passphrase in keys.passphrase_file", .0.display())]
    Locked(PathBuf),
    /// It is encrypted with another passphrase.
    #[error("{} does not open with the passphrase in keys.passphrase_file", .0.display())]
    WrongPassphrase(PathBuf),
    /// It is no OpenSSH private key.
    #[error("{} is not an OpenSSH private key: {error}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: ssh_key::Error,
    },
    /// A line of it is no OpenSSH public key.
    #[error("{} is not a list of OpenSSH public keys: {error}", path.display())]
    NotPublic {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: ssh_key::Error,
    },
    /// It is not Ed25519.
    #[error("{} holds a {kind} key: only ed25519 keys sign here (`ssh-keygen -t ed25519`)", path.display())]
    WrongKind {
        /// Which file.
        path: PathBuf,
        /// What it holds.
        kind: String,
    },
}

/// Reads a private key, with its passphrase where it is encrypted.
///
/// # Errors
/// See [`KeyFileError`].
pub fn load(path: &Path, passphrase: Option<&str>) -> Result<PrivateKey, KeyFileError> {
    let text = read_secret(path)?;
    let damaged = |error| KeyFileError::Damaged { path: path.to_owned(), error };
    let key = PrivateKey::from_openssh(text.as_bytes()).map_err(damaged)?;
    if !key.is_encrypted() {
        return Ok(key);
    }
    let passphrase = passphrase.ok_or_else(|| KeyFileError::Locked(path.to_owned()))?;
    match key.decrypt(passphrase) {
        Ok(key) => Ok(key),
        Err(ssh_key::Error::Crypto | ssh_key::Error::FormatEncoding | ssh_key::Error::Encoding(_)) => {
            Err(KeyFileError::WrongPassphrase(path.to_owned()))
        }
        Err(error) => Err(damaged(error)),
    }
}

/// Reads a key that is to sign: Ed25519 and nothing else.
///
/// # Errors
/// See [`KeyFileError`].
pub fn load_signing(path: &Path, passphrase: Option<&str>) -> Result<SigningKey, KeyFileError> {
    let key = load(path, passphrase)?;
    let wrong = || KeyFileError::WrongKind { path: path.to_owned(), kind: key.algorithm().to_string() };
    let pair = key.key_data().ed25519().ok_or_else(wrong)?;
    Ok(SigningKey::from(&pair.private))
}

/// Makes a new Ed25519 key and writes it beside its public half (`path` with `.pub`). An existing file is never
/// overwritten.
///
/// # Errors
/// When there is a file already, or it cannot be written.
pub fn generate(path: &Path, comment: &str, rng: &mut impl CryptoRng) -> Result<PrivateKey, KeyFileError> {
    let damaged = |error| KeyFileError::Damaged { path: path.to_owned(), error };
    let mut key = PrivateKey::random(rng, Algorithm::Ed25519).map_err(damaged)?;
    key.set_comment(comment);
    let text = key.to_openssh(LineEnding::LF).map_err(damaged)?;
    write_new(path, text.as_bytes(), 0o600)?;
    write_public(path, &key)?;
    Ok(key)
}

/// Writes the public half of a key beside it (mode 0644), replacing what is there.
///
/// # Errors
/// When it cannot be written.
pub fn write_public(path: &Path, key: &PrivateKey) -> Result<(), KeyFileError> {
    let line = key.public_key().to_openssh().map_err(|error| KeyFileError::Damaged { path: path.to_owned(), error })?;
    let public = public_path(path);
    std::fs::write(&public, line + "\n").map_err(|error| KeyFileError::Io { path: public.clone(), error })?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&public, mode).map_err(|error| KeyFileError::Io { path: public, error })
}

/// Where the public half of a key lies.
#[must_use]
pub fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Reads Ed25519 public keys, one a line as OpenSSH writes them; empty lines and comments (`#`) are left out.
///
/// # Errors
/// [`KeyFileError::Io`] when it cannot be read, otherwise what is wrong with the first line that holds none.
pub fn public_keys(path: &Path) -> Result<Vec<VerifyingKey>, KeyFileError> {
    let text = std::fs::read_to_string(path).map_err(|error| KeyFileError::Io { path: path.to_owned(), error })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let damaged = |error| KeyFileError::NotPublic { path: path.to_owned(), error };
            let key = PublicKey::from_openssh(line).map_err(damaged)?;
            let wrong = || KeyFileError::WrongKind { path: path.to_owned(), kind: key.algorithm().to_string() };
            let ed25519 = key.key_data().ed25519().ok_or_else(wrong)?;
            VerifyingKey::from_bytes(&ed25519.0).map_err(|_| wrong())
        })
        .collect()
}

/// Reads a passphrase: the first line of a file that nobody else may read.
///
/// # Errors
/// See [`KeyFileError`].
pub fn read_passphrase(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let text = read_secret(path)?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// Reads a small file that only we may read. Mode and owner are those of the file that was opened, so it cannot be swapped
/// between the look and the reading.
fn read_secret(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let io = |error: io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            KeyFileError::Missing(path.to_owned())
        } else {
            KeyFileError::Io { path: path.to_owned(), error }
        }
    };
    let file = File::open(path).map_err(io)?;
    let about = file.metadata().map_err(io)?;
    let (mode, owner, us) = (about.mode() & 0o7777, about.uid(), rustix::process::geteuid().as_raw());
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned(), mode });
    }
    if owner != us && owner != 0 {
        return Err(KeyFileError::Foreign { path: path.to_owned(), owner, us });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(KEY_FILE_MAX).read_to_string(&mut text).map_err(io)?;
    Ok(text)
}

/// Creates a file that must not exist yet, with that mode from its first moment, and makes it durable.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), KeyFileError> {
    let io = |error| KeyFileError::Io { path: path.to_owned(), error };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)
}

/// An RSA-16384 key with comments fits many times.
const KEY_FILE_MAX: u64 = 64 * 1024;
