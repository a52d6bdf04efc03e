//! Ephemeral certificates and the keys that sign them (`ed25519-dalek`).
//!
//! Two authorities, never one: the **user CA** signs the certificate of each session (targets trust it with
//! `TrustedUserCAKeys`), the **host CA** signs the bastion's own host key (clients trust it with `@cert-authority`). A
//! stolen host CA cannot log in anywhere, a stolen user CA cannot pretend to be the bastion.
//!
//! Signing takes an [`Admission`](crate::policy::permit::Admission), not a request: without a verdict of policy there is
//! no certificate. This room touches the disk only in [`keyfile`], and reads neither clock nor randomness by itself.
//!
//! The formats are those of OpenSSH: private key files as in `PROTOCOL.key`, certificates as in `PROTOCOL.certkeys`.

pub mod host;
pub mod issue;
pub mod keyfile;
pub mod keyring;

pub use host::{HOST_VALIDITY, HostCa};
pub use issue::{BACKDATED, Ephemeral, IssueOptions, VALIDITY, cidr, issue};
pub use keyfile::KeyFileError;
pub use keyring::{KeyPaths, Keyring, Made};

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use russh::keys::ssh_key::public::{Ed25519PublicKey, KeyData};
use russh::keys::ssh_key::{self, Algorithm, HashAlg, PublicKey, Signature};
use signature::Signer;

use crate::model::Wall;

/// Why there is no certificate or no key.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A key file is missing, readable by others, damaged, or of a wrong kind.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The validity asked for is outside [`VALIDITY`].
    #[error(
        "a session certificate may be valid for {} to {} s, not {} s: correct limits.certificate_validity",
        VALIDITY.start().as_secs(), VALIDITY.end().as_secs(), .0.as_secs()
    )]
    Validity(Duration),
    /// A name that would go into a certificate is empty, too long, or not plain.
    #[error("the {what} '{}' cannot stand in a certificate: {why}", .name.chars().take(40).collect::<String>().escape_debug())]
    Name {
        /// Which name.
        what: &'static str,
        /// As it was given.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The wall clock stands before the last certificate that was issued.
    #[error(
        "the bastion's clock went back from {last} to {now}: no certificates until it is past that time again. \
         Check the time service; if the clock was wrong before and is right now, restart the bastion"
    )]
    ClockWentBack {
        /// When the last certificate was issued.
        last: Wall,
        /// What the clock says now.
        now: Wall,
    },
    /// The certificate could not be encoded or signed.
    #[error("the certificate could not be made: {0}")]
    Certificate(#[from] ssh_key::Error),
}

/// The authority that signs session certificates.
#[derive(Debug)]
pub struct UserCa {
    authority: Authority,
    /// Wall clock in microseconds at the latest issue of this process.
    last_issue: AtomicU64,
}

impl UserCa {
    /// An authority over that key.
    #[must_use]
    pub const fn new(key: SigningKey) -> Self {
        Self { authority: Authority(key), last_issue: AtomicU64::new(0) }
    }

    /// Its public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.authority.public_key("holdpoint user CA")
    }

    /// Its fingerprint as `ssh-keygen -l` prints it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.public_key())
    }
}

/// The SHA256 fingerprint of a key, as `ssh-keygen -l` prints it.
#[must_use]
pub fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// A CA's private key, which signs for `ssh_key`'s certificate builder. It is wiped when dropped (`ed25519-dalek`'s
/// `zeroize`), and its `Debug` shows the public half only.
struct Authority(SigningKey);

impl Authority {
    fn public_key(&self, comment: &str) -> PublicKey {
        PublicKey::new(self.into(), comment)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", fingerprint(&self.public_key("")))
    }
}

impl From<&Authority> for KeyData {
    fn from(authority: &Authority) -> Self {
        Self::Ed25519(Ed25519PublicKey(authority.0.verifying_key().to_bytes()))
    }
}

impl Signer<Signature> for Authority {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        let signed: ed25519_dalek::Signature = self.0.try_sign(message)?;
        Signature::new(Algorithm::Ed25519, signed.to_bytes().to_vec()).map_err(signature::Error::from_source)
    }
}

#[cfg(test)]
mod tests;
