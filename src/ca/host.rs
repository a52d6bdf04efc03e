//! The bastion's own host certificate, and the lines that people paste to trust it.

use std::net::SocketAddr;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand::CryptoRng;
use russh::keys::ssh_key::certificate::{Builder, CertType};
use russh::keys::ssh_key::{Certificate, PublicKey};

use super::{Authority, CaError, fingerprint};
use crate::model::Wall;

/// The authority that signs the bastion's host key.
#[derive(Debug)]
pub struct HostCa(Authority);

impl HostCa {
    /// An authority over that key.
    #[must_use]
    pub const fn new(key: SigningKey) -> Self {
        Self(Authority(key))
    }

    /// Its public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key("holdpoint host CA")
    }

    /// Its fingerprint as `ssh-keygen -l` prints it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.public_key())
    }

    /// A host certificate (`PROTOCOL.certkeys`, type 2) for `host_key` under `names`: the host names and addresses that
    /// clients type, without ports. It is made anew at every start and valid for [`HOST_VALIDITY`].
    ///
    /// # Errors
    /// When there is no name, or one that cannot stand in a certificate.
    pub fn certify(
        &self,
        host_key: &PublicKey,
        bastion: &str,
        names: &[String],
        now: Wall,
        rng: &mut impl CryptoRng,
    ) -> Result<Certificate, CaError> {
        let from = now.secs().saturating_sub(SKEW.as_secs());
        let until = now.secs().saturating_add(HOST_VALIDITY.as_secs());
        let mut builder = Builder::new_with_random_nonce(rng, host_key.key_data().clone(), from, until)?;
        builder
            .cert_type(CertType::Host)?
            .serial((rng.next_u64() >> 1).max(1))?
            .key_id(format!("holdpoint {bastion}"))?;
        if names.is_empty() {
            let why = "a host certificate without names is valid for every host";
            return Err(CaError::Name { what: "host name", name: String::new(), why });
        }
        for name in names {
            let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'_');
            if name.is_empty() || !name.bytes().all(fits) {
                let why = "it must be a host name or an address, without patterns and ports";
                return Err(CaError::Name { what: "host name", name: name.clone(), why });
            }
            builder.valid_principal(name.as_str())?;
        }
        Ok(builder.sign(&self.0)?)
    }

    /// The line for a client's `known_hosts` (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): trust whatever this CA certifies at
    /// these names and this port.
    ///
    /// # Errors
    /// When the key cannot be written as text.
    pub fn known_hosts_line(&self, names: &[String], port: u16) -> Result<String, CaError> {
        let patterns: Vec<_> = names.iter().map(|name| host_pattern(name, port)).collect();
        Ok(format!("@cert-authority {} {}", patterns.join(","), self.public_key().to_openssh()?))
    }
}

/// A host as `known_hosts` writes it: bare for port 22, `[host]:port` otherwise.
#[must_use]
pub fn host_pattern(name: &str, port: u16) -> String {
    if port == 22 { name.to_owned() } else { format!("[{name}]:{port}") }
}

/// The names that clients type for these listening addresses: each address, and `localhost` for loopback. An unspecified
/// address (`0.0.0.0`, `::`) is no name.
#[must_use]
pub fn names_of(listen: &[SocketAddr]) -> Vec<String> {
    let mut names = Vec::new();
    for address in listen {
        let ip = address.ip().to_canonical();
        if !ip.is_unspecified() {
            names.push(ip.to_string());
        }
        if ip.is_loopback() {
            names.push("localhost".to_owned());
        }
    }
    names.sort();
    names.dedup();
    names
}

/// A year: the certificate is renewed whenever the bastion starts, and the CA's key lies beside the host key, so a shorter
/// time would guard nothing.
pub const HOST_VALIDITY: Duration = Duration::from_secs(365 * 86_400);

/// A client's clock may be behind by hours on a fresh machine; a host certificate opens nothing.
const SKEW: Duration = Duration::from_secs(86_400);
