//! How the shells of local targets are started: each in a sandbox that was tried out on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ca::keyring::private_dir;
use crate::config::{Config, LocalTarget, TargetKind};
use crate::target::local::Launch;
use crate::target::sandbox::{Sandbox, Wanted, guard_memory};

/// The launches of all local targets, by name, with one sentence each on how the shell is confined. `program` is the
/// `holdpoint` binary. Directories of the ledger and the control socket that are missing are made, because only what is there
/// can be hidden; and from here on no other process of the bastion's user can look into its memory.
///
/// # Errors
/// One sentence for each target whose shell cannot be confined. Such a target must not be offered.
pub fn launches(config: &Config, program: &Path) -> Result<BTreeMap<String, (Launch, &'static str)>, Vec<String>> {
    guard_memory().map_err(|error| vec![error.to_string()])?;
    let (mut launches, mut faults) = (BTreeMap::new(), Vec::new());
    for target in config.targets.values() {
        let TargetKind::Local(local) = &target.kind else { continue };
        match launch(config, local, program) {
            Ok(launch) => {
                launches.insert(target.name.clone(), launch);
            }
            Err(why) => faults.push(format!("target {}: {why}", target.name)),
        }
    }
    if faults.is_empty() { Ok(launches) } else { Err(faults) }
}

fn launch(config: &Config, local: &LocalTarget, program: &Path) -> Result<(Launch, &'static str), String> {
    let account = Account::for_shell(&local.run_as)?;
    let socket = config.control.parent().ok_or("the control socket has no directory")?;
    let secret = [config.keys.dir.as_path(), config.ledger.dir.as_path(), socket];
    secret.iter().try_for_each(|dir| private_dir(dir)).map_err(|error| error.to_string())?;
    confine(program, &local.shell, &local.home, &account, &secret)
}

/// Confines one shell.
///
/// # Errors
/// One sentence, when no sandbox holds.
pub(super) fn confine(
    program: &Path,
    shell: &Path,
    home: &Path,
    account: &Account,
    secret: &[&Path],
) -> Result<(Launch, &'static str), String> {
    let mut hidden: Vec<PathBuf> = secret.iter().map(|dir| (*dir).to_owned()).collect();
    let mut fresh = Vec::new();
    if !rustix::process::geteuid().is_root() {
        // As the same user it could read everything of this user's, so that is hidden too, and with it sockets by which
        // programs outside could be asked to act for it.
        let own = fs::canonicalize(&account.home).unwrap_or_default();
        if own.is_dir() && own.parent().is_some() && !home.starts_with(&own) && !shell.starts_with(&own) {
            hidden.insert(0, own);
        }
        fresh.extend(
            ["/tmp", "/run"].map(PathBuf::from).into_iter().filter(|dir| dir.is_dir() && !home.starts_with(dir)),
        );
    }
    let (shell, home) = (shell.to_owned(), home.to_owned());
    let wanted = Wanted { shell, home, account: (account.uid, account.gid), hidden, fresh };
    let sandbox = Sandbox::prepare(program, &wanted).map_err(|error| error.to_string())?;
    let launcher = sandbox.launcher().to_vec();
    let launch = Launch { launcher, shell: wanted.shell, home: wanted.home, user: account.name.clone() };
    Ok((launch, sandbox.says()))
}

/// A line of `/etc/passwd` (passwd(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) home: PathBuf,
    pub(super) shell: PathBuf,
}

impl Account {
    /// As whom a local shell runs: the named account where the bastion is root, itself where it is not.
    pub(super) fn for_shell(run_as: &str) -> Result<Self, String> {
        let us = rustix::process::geteuid();
        if us.is_root() {
            Self::named(run_as).ok_or_else(|| format!("there is no user '{run_as}' for its shell to run as"))
        } else {
            Self::of(us.as_raw()).ok_or_else(|| "the bastion's own user is not in /etc/passwd".to_owned())
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|account| account.name == name)
    }

    pub(super) fn of(uid: u32) -> Option<Self> {
        Self::all().into_iter().find(|account| account.uid == uid)
    }

    pub(super) fn all() -> Vec<Self> {
        fs::read_to_string("/etc/passwd").unwrap_or_default().lines().filter_map(Self::parse).collect()
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let (name, _password) = (fields.next()?, fields.next()?);
        let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let (_comment, home, shell) = (fields.next()?, fields.next()?, fields.next()?);
        let shell = if shell.is_empty() { "/bin/sh" } else { shell };
        Some(Self { name: name.to_owned(), uid, gid, home: home.into(), shell: shell.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_passwd_is_an_account_and_anything_else_is_none() {
        let account = Account::parse("ann:x:1000:1001:Ann,,,:/home/ann:").expect("an account");
        assert_eq!((account.uid, account.gid, account.shell.as_path()), (1000, 1001, Path::new("/bin/sh")));
        for broken in ["", "ann", "ann:x:-1:0:::", "+::::::", "#ann:x:a:b:::/bin/sh"] {
            assert_eq!(Account::parse(broken), None, "{broken}");
        }
    }
}
