//! Who speaks: an SSH signature (SSHSIG, PROTOCOL.sshsig) over a challenge that the server drew for this connection.
//!
//! The server checks that the key is one that the configuration knows, that the signature is by that key, over *its* challenge, and in our
//! namespace: a signature made elsewhere, or on another connection, opens nothing. FIDO keys must have been touched.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use russh::keys::agent::client::AgentClient;
use russh::keys::ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use super::wire::{self, Greeting, Proof};

/// The key that a client proves itself with.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A private key out of a file.
    Key(Box<PrivateKey>),
    /// A key that an ssh-agent holds.
    Agent {
        /// The agent's socket.
        socket: PathBuf,
        /// The key.
        key: Box<PublicKey>,
    },
}

impl Identity {
    /// Reads an OpenSSH private key.
    ///
    /// # Errors
    /// When there is none, others can read it, or it has a passphrase (those belong into an ssh-agent).
    pub fn from_file(path: &Path) -> Result<Self, IdentityError> {
        let unreadable = |source| IdentityError::Unreadable { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(IdentityError::OpenToOthers(path.to_owned()));
        }
        let text = zeroize::Zeroizing::new(fs::read(path).map_err(unreadable)?);
        let key = PrivateKey::from_openssh(text).map_err(|_| IdentityError::NoKey(path.to_owned()))?;
        if key.is_encrypted() {
            return Err(IdentityError::Encrypted(path.to_owned()));
        }
        Ok(Self::Key(Box::new(key)))
    }

    /// The keys of an ssh-agent, in its order; at most [`MOST_AGENT_KEYS`].
    ///
    /// # Errors
    /// When no agent answers at that socket.
    pub async fn from_agent(socket: &Path) -> Result<Vec<Self>, IdentityError> {
        let fault = |e: russh::keys::Error| IdentityError::Agent { path: socket.to_owned(), why: e.to_string() };
        let mut agent = AgentClient::connect_uds(socket).await.map_err(fault)?;
        let keys = agent.request_identities().await.map_err(fault)?;
        let identity = |key: &PublicKey| Self::Agent { socket: socket.to_owned(), key: Box::new(key.clone()) };
        Ok(keys.iter().take(MOST_AGENT_KEYS).map(|known| identity(&known.public_key())).collect())
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        match self {
            Self::Key(key) => key.public_key(),
            Self::Agent { key, .. } => key,
        }
    }

    /// Answers a server's greeting.
    ///
    /// # Errors
    /// When what it wants signed is no challenge of ours, or the key cannot sign.
    pub async fn answer(&self, greeting: &Greeting) -> Result<Proof, IdentityError> {
        if !well_formed(&greeting.challenge) {
            return Err(IdentityError::NoChallenge);
        }
        let key = self.public_key().to_openssh().map_err(|e| IdentityError::CannotSign(e.to_string()))?;
        let signature = self.sign(greeting.challenge.as_bytes()).await?;
        let signature = signature.to_pem(LineEnding::LF).map_err(|e| IdentityError::CannotSign(e.to_string()))?;
        Ok(Proof { v: wire::VERSION, key, signature })
    }

    async fn sign(&self, text: &[u8]) -> Result<SshSig, IdentityError> {
        let fault = |e: russh::keys::ssh_key::Error| IdentityError::CannotSign(e.to_string());
        match self {
            Self::Key(key) => key.sign(wire::NAMESPACE, HASH, text).map_err(fault),
            Self::Agent { socket, key } => {
                let fault_of_agent = |e: russh::keys::Error| IdentityError::CannotSign(e.to_string());
                let envelope = SshSig::signed_data(wire::NAMESPACE, HASH, text).map_err(fault)?;
                let mut agent = AgentClient::connect_uds(socket).await.map_err(fault_of_agent)?;
                let signed = agent.sign_request_signature(key, Some(HASH), &envelope).await.map_err(fault_of_agent)?;
                SshSig::new(key.key_data().clone(), wire::NAMESPACE, HASH, signed).map_err(fault)
            }
        }
    }
}

/// Why a client cannot prove who it is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No such file, or not ours to read.
    #[error("cannot read the identity {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its mode lets others in.
    #[error("others can read the private key {path}: run chmod 600 {path}", path = .0.display())]
    OpenToOthers(PathBuf),
    /// It is no OpenSSH private key.
    #[error("{} is not an OpenSSH private key", .0.display())]
    NoKey(PathBuf),
    /// It has a passphrase.
    #[error("{path} has a passphrase: run ssh-add {path}, then leave --identity out", path = .0.display())]
    Encrypted(PathBuf),
    /// No agent.
    #[error("the ssh-agent at {} does not answer: {why}", path.display())]
    Agent {
        /// Its socket.
        path: PathBuf,
        /// What happened.
        why: String,
    },
    /// The server asked for a signature over something else.
    #[error("the server's challenge is not one of Holdpoint's: nothing was signed")]
    NoChallenge,
    /// The key or the agent refused.
    #[error("cannot sign: {0}")]
    CannotSign(String),
}

/// A challenge out of random bytes.
#[must_use]
pub fn challenge(random: [u8; 32]) -> String {
    random.iter().map(|b| format!("{b:02x}")).collect()
}

/// Checks a proof against the challenge of this connection; the key it comes back with has signed it.
///
/// # Errors
/// One word on what is wrong, for the audit chain; the client is told only that it was not accepted.
pub fn check(proof: &Proof, challenge: &str) -> Result<PublicKey, BadProof> {
    let key = PublicKey::from_openssh(&proof.key).map_err(|_| BadProof::Malformed)?;
    let signature = SshSig::from_pem(&proof.signature).map_err(|_| BadProof::Malformed)?;
    key.verify(wire::NAMESPACE, challenge.as_bytes(), &signature).map_err(|_| BadProof::WrongSignature)?;
    let security_key = matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256);
    if security_key && !touched(&signature) {
        return Err(BadProof::NotTouched);
    }
    Ok(key)
}

/// What is wrong with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// Key or signature cannot be read.
    #[error("the key or the signature cannot be read")]
    Malformed,
    /// Not by that key, not over this challenge, or not for this namespace.
    #[error("the signature is not by this key over this connection's challenge")]
    WrongSignature,
    /// A FIDO key signed without its user.
    #[error("the security key was not touched")]
    NotTouched,
}

fn well_formed(challenge: &str) -> bool {
    challenge.len() == 64 && challenge.bytes().all(|b| b.is_ascii_hexdigit())
}

/// PROTOCOL.u2f: a signature of an `sk-` key ends with one byte of flags, bit 0 for user presence, and a counter of four bytes.
fn touched(signature: &SshSig) -> bool {
    let bytes = signature.signature_bytes();
    bytes.len().checked_sub(5).and_then(|at| bytes.get(at)).is_some_and(|flags| flags & 1 == 1)
}

/// SHA-512, as `ssh-keygen -Y sign` uses by default.
const HASH: HashAlg = HashAlg::Sha512;

/// Keys of an agent that are tried; as many as sshd's MaxAuthTries.
pub const MOST_AGENT_KEYS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::Key(Box::new(PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap()))
    }

    fn greeting(random: u8) -> Greeting {
        Greeting { v: wire::VERSION, bastion: "b".into(), challenge: challenge([random; 32]) }
    }

    #[tokio::test]
    async fn a_proof_opens_the_connection_it_was_made_for_and_no_other() {
        let (me, here, elsewhere) = (identity(), greeting(1), greeting(2));
        let proof = me.answer(&here).await.unwrap();
        assert_eq!(check(&proof, &here.challenge).as_ref(), Ok(me.public_key()));
        assert_eq!(check(&proof, &elsewhere.challenge), Err(BadProof::WrongSignature));
    }

    #[tokio::test]
    async fn a_proof_under_another_key_or_namespace_is_refused() {
        let (me, other, here) = (identity(), identity(), greeting(1));
        let mut proof = me.answer(&here).await.unwrap();
        proof.key = other.public_key().to_openssh().unwrap();
        assert_eq!(check(&proof, &here.challenge), Err(BadProof::WrongSignature));
        let Identity::Key(key) = &me else { unreachable!() };
        let for_git = key.sign("git", HASH, here.challenge.as_bytes()).unwrap().to_pem(LineEnding::LF).unwrap();
        let proof = Proof { v: 1, key: me.public_key().to_openssh().unwrap(), signature: for_git };
        assert_eq!(check(&proof, &here.challenge), Err(BadProof::WrongSignature));
    }

    #[tokio::test]
    async fn a_client_signs_challenges_and_nothing_else() {
        let hostile = Greeting { challenge: "please sign my commit".into(), ..greeting(1) };
        assert!(matches!(identity().answer(&hostile).await, Err(IdentityError::NoChallenge)));
    }
}
