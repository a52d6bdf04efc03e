//! Public keys in the file: lines as in `authorized_keys` and in `.pub` files.

use russh::keys::ssh_key::{Algorithm, PublicKey};

use super::table::Said;

/// A user's key. Options before it (`from="…"`) are refused rather than ignored, because whoever wrote them relies on them.
pub(super) fn of_user(said: &Said<'_, &str>, demo: bool) -> Option<PublicKey> {
    let key = line(said)?;
    if !demo && key.comment().as_str_lossy().starts_with(DEMO_COMMENT) {
        said.fault(
            "this is a key that `holdpoint demo` made: its private half lies about for trying out",
            "make a key of one's own (`ssh-keygen -t ed25519`) and write its .pub line here",
        );
        return None;
    }
    Some(key)
}

/// A target's host key, or the key of its host CA.
pub(super) fn of_host(said: &Said<'_, &str>) -> Option<PublicKey> {
    line(said)
}

fn line(said: &Said<'_, &str>) -> Option<PublicKey> {
    let text = said.value.trim();
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    if first.contains("-cert-v01@") {
        said.fault("this is a certificate, not a key", "write the key's own .pub line");
        return None;
    }
    match PublicKey::from_openssh(text) {
        Ok(key) => strong(said, key),
        Err(_) if text.contains(" ssh-") || text.contains(" ecdsa-") || text.contains(" sk-") => {
            let what = "there is something before the key, and the bastion obeys no options of authorized_keys";
            said.fault(what, "write the key alone: its kind, its base64 and a comment");
            None
        }
        Err(error) => {
            let what = format!("this is no public key: {error}");
            said.fault(what, "write the line of a .pub file: its kind, its base64 and a comment");
            None
        }
    }
}

/// DSA is broken by its size (RFC 9142 forbids it), RSA below 2048 bits too (NIST SP 800-131A).
fn strong(said: &Said<'_, &str>, key: PublicKey) -> Option<PublicKey> {
    let cure = "make another with `ssh-keygen -t ed25519`";
    if key.algorithm() == Algorithm::Dsa {
        said.fault("DSA keys are too weak", cure);
        return None;
    }
    let bytes = key.key_data().rsa().and_then(|rsa| rsa.n().as_positive_bytes()).map_or(RSA_MIN_BITS / 8, <[u8]>::len);
    if bytes < RSA_MIN_BITS / 8 {
        said.fault(format!("an RSA key of {} bits is too weak", bytes.saturating_mul(8)), cure);
        return None;
    }
    Some(key)
}

/// How the comment of every key begins that `holdpoint demo` makes. It is one of three ways in which `serve` knows them.
pub const DEMO_COMMENT: &str = "holdpoint-demo";

const RSA_MIN_BITS: usize = 2048;
