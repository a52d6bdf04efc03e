//! The certificate of one session.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::CryptoRng;
use russh::keys::ssh_key::certificate::{Builder, CertType};
use russh::keys::ssh_key::{Algorithm, Certificate, PrivateKey};

use super::{CaError, UserCa, fingerprint};
use crate::model::{Admitted, RequestId, Wall};
use crate::policy::permit::Admission;

/// A key that lives in memory only, and the certificate that makes a target accept it for a minute or two.
#[derive(Debug, Clone)]
pub struct Ephemeral {
    /// The session's own key. It is never written anywhere.
    pub key: Arc<PrivateKey>,
    /// The user certificate over it.
    pub certificate: Certificate,
    /// The same facts for the record.
    pub admitted: Admitted,
}

/// What one session's certificate may do.
#[derive(Debug, Clone, Copy)]
pub struct IssueOptions<'a> {
    /// From now until it stops opening sessions; within [`VALIDITY`]. A session that is open outlives it.
    pub validity: Duration,
    /// The only addresses it may be used from, in CIDR notation with commas between: the bastion's, as the target sees them. `None` where
    /// they are not known.
    pub source_address: Option<&'a str>,
    /// Whether a terminal may be asked for (`permit-pty`).
    pub pty: bool,
    /// The one command it may run (`force-command`).
    pub force_command: Option<&'a str>,
    /// The approval that led to it, for the key id.
    pub request: Option<RequestId>,
}

/// Makes a key and signs a certificate for it: one session, one login, one short time.
///
/// The certificate (`PROTOCOL.certkeys`) is valid from [`BACKDATED`] before `now` until `now + validity`; its only
/// principal is the admitted login; its serial is random, 63 bits and never zero (sshd's KRL treats zero as "no serial"; the
/// top bit stays clear for tools that read it as signed); its key id is `session/user/request`, with `-` for no
/// request, so that the target's own log joins ours. There are no extensions but `permit-pty` where it is granted.
///
/// # Errors
/// When the validity is out of bounds, a name cannot stand in a certificate, or the clock went back since the last issue.
pub fn issue(
    ca: &UserCa,
    admission: &Admission,
    options: &IssueOptions<'_>,
    now: Wall,
    rng: &mut impl CryptoRng,
) -> Result<Ephemeral, CaError> {
    if !VALIDITY.contains(&options.validity) {
        return Err(CaError::Validity(options.validity));
    }
    let login = plain("login", &admission.place().login)?;
    let key_id = key_id(admission, options.request)?;
    advance(ca, now)?;

    let key = PrivateKey::random(rng, Algorithm::Ed25519)?;
    let valid_after = now.secs().saturating_sub(BACKDATED.as_secs());
    let valid_before = now.secs().saturating_add(options.validity.as_secs());
    let serial = serial(rng);

    let mut builder =
        Builder::new_with_random_nonce(rng, key.public_key().key_data().clone(), valid_after, valid_before)?;
    builder.cert_type(CertType::User)?.serial(serial)?.key_id(key_id.as_str())?.valid_principal(login)?;
    // PROTOCOL.certkeys wants options in order of their names; the builder keeps them in a sorted map.
    if let Some(command) = options.force_command {
        builder.critical_option("force-command", command)?;
    }
    if let Some(addresses) = options.source_address {
        builder.critical_option("source-address", addresses)?;
    }
    if options.pty {
        builder.extension("permit-pty", "")?;
    }
    let certificate = builder.sign(&ca.authority)?;

    let admitted = Admitted {
        serial,
        key_id,
        fingerprint: fingerprint(key.public_key()),
        valid_after: Wall::default().after(Duration::from_secs(valid_after)),
        valid_before: Wall::default().after(Duration::from_secs(valid_before)),
    };
    Ok(Ephemeral { key: Arc::new(key), certificate, admitted })
}

/// `session/user/request`.
fn key_id(admission: &Admission, request: Option<RequestId>) -> Result<String, CaError> {
    let user = plain("user", &admission.who().user)?;
    let request = request.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let id = format!("{}/{user}/{request}", admission.session());
    if id.len() > KEY_ID_MAX {
        return Err(CaError::Name { what: "key id", name: id, why: "it is longer than a target's log shows" });
    }
    Ok(id)
}

/// A name that no log, no principal list and no key id can misread.
fn plain<'a>(what: &'static str, name: &'a str) -> Result<&'a str, CaError> {
    let fault = |why| CaError::Name { what, name: name.to_owned(), why };
    if name.is_empty() {
        return Err(fault("it is empty, and an empty principal is nobody or everybody"));
    }
    if name.len() > NAME_MAX {
        return Err(fault("it is longer than 128 bytes"));
    }
    let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b',' | b'/' | b'*' | b'?' | b'"' | b'\'' | b'\\');
    if !name.bytes().all(fits) {
        return Err(fault("it may hold printable ASCII without spaces, quotes and , / * ? \\"));
    }
    Ok(name)
}

/// Moves the CA's own clock forward, or refuses when the wall clock went back.
fn advance(ca: &UserCa, now: Wall) -> Result<(), CaError> {
    let last = Wall(ca.last_issue.fetch_max(now.0, Ordering::Relaxed));
    if last.since(now) > REORDERED { Err(CaError::ClockWentBack { last, now }) } else { Ok(()) }
}

fn serial(rng: &mut impl CryptoRng) -> u64 {
    loop {
        let serial = rng.next_u64() >> 1;
        if serial != 0 {
            return serial;
        }
    }
}

/// One address in CIDR notation, which `source-address` asks for; an IPv4 address in IPv6 clothes is an IPv4 address.
#[must_use]
pub fn cidr(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("{v4}/32"),
        IpAddr::V6(v6) => format!("{v6}/128"),
    }
}

/// How long a session certificate may be valid: less than a minute fails on slow logins, and more than two only helps
/// whoever stole one.
pub const VALIDITY: RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(120);

/// How far before now a certificate begins, for targets whose clock is behind.
pub const BACKDATED: Duration = Duration::from_secs(60);

/// Two sessions that are admitted at once may come here in the other order than they read the clock.
const REORDERED: Duration = Duration::from_secs(2);

/// sshd cuts long key ids in its log, and what is cut joins no records.
const KEY_ID_MAX: usize = 199;

/// Far above any account name in use (`useradd` allows 32).
const NAME_MAX: usize = 128;
