//! Keys as people make them: with `ssh-keygen`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A key pair on disk.
#[derive(Debug, Clone)]
pub(crate) struct KeyPair {
    /// The private half; `.pub` lies beside it.
    pub(crate) path: PathBuf,
    /// The public half, one line as in `authorized_keys`, without a comment.
    pub(crate) public: String,
}

impl KeyPair {
    /// Makes an Ed25519 key without passphrase.
    #[track_caller]
    pub(crate) fn make(path: &Path) -> Self {
        let out = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
            .arg(path)
            .output()
            .expect("ssh-keygen runs");
        assert!(out.status.success(), "ssh-keygen: {}", String::from_utf8_lossy(&out.stderr));
        Self::read(path)
    }

    /// One that is there already.
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path.with_extension("pub")).expect("the public half lies beside the key");
        let public = text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        Self { path: path.to_owned(), public }
    }
}
