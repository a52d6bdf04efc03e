//! How `serve` knows the keys of a demo, so that it can refuse them.
//!
//! Demo keys lie about unencrypted, for trying out. They are known in three ways, and one is enough: the configuration says
//! `demo = true`; the key's comment begins with [`DEMO_COMMENT`](crate::config::DEMO_COMMENT) (the configuration's own
//! check); or the public key lies in `demo/` of the keys' directory, where `holdpoint demo` made it, whatever its comment
//! says elsewhere.

use std::path::Path;

use russh::keys::ssh_key::PublicKey;

use crate::config::{Config, Fault};

/// The faults that keep `serve` from starting; none for a configuration of one's own.
#[must_use]
pub fn refused(config: &Config, file: &Path) -> Vec<Fault> {
    let fault = |key: String, what: &str, cure: &str| Fault {
        file: file.to_owned(),
        line: None,
        key,
        what: what.to_owned(),
        cure: cure.to_owned(),
    };
    if config.demo {
        let what = "this is the configuration of a demo";
        return vec![fault("demo".to_owned(), what, "run it with `holdpoint demo`, or write one of your own")];
    }
    let made = made_by_demo(&config.keys.dir.join(DIR));
    let mut faults = Vec::new();
    for user in config.users.values() {
        if user.keys.iter().any(|key| made.iter().any(|demo| demo.key_data() == key.key_data())) {
            let what = "this key was made by `holdpoint demo`: its private half lies about for trying out";
            let cure = "make a key of one's own with `ssh-keygen -t ed25519`";
            faults.push(fault(format!("user.{}.keys", user.name), what, cure));
        }
    }
    faults
}

fn made_by_demo(dir: &Path) -> Vec<PublicKey> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let public = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "pub"));
    public.filter_map(|path| PublicKey::read_openssh_file(path).ok()).collect()
}

/// Where the demo keeps its keys, below the keys' directory.
pub const DIR: &str = "demo";
