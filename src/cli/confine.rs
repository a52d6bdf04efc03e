//! How the shells of a configuration's local targets are confined: tried out before the bastion listens, or not offered.

use super::demo_setup::here::Account;
use super::exit::{Exit, Failure};
use crate::config::{Config, LocalTarget};
use crate::target::local::Launch;
use crate::target::sandbox::{Sandbox, Wanted};

/// Tries out the confinement of one local target.
///
/// # Errors
/// When the account does not exist, or no confinement holds on this machine: a shell that could read the bastion's keys is not
/// offered.
pub(super) fn launch(config: &Config, name: &str, local: &LocalTarget) -> Result<Launch, Failure> {
    let fail = |why: String| Failure::new(Exit::Config, format!("target {name}: {why}"));
    let us = rustix::process::geteuid();
    let account = if us.is_root() { Account::named(&local.run_as) } else { Account::of(us.as_raw()) };
    let account = account.ok_or_else(|| fail(format!("there is no user {} on this machine", local.run_as)))?;
    let control = config.control.parent().map(std::path::Path::to_owned);
    let hidden = [Some(config.keys.dir.clone()), Some(config.ledger.dir.clone()), control];
    let wanted = Wanted {
        shell: local.shell.clone(),
        home: local.home.clone(),
        account: (account.uid, account.gid),
        hidden: hidden.into_iter().flatten().filter(|dir| dir.is_dir()).collect(),
        fresh: Vec::new(),
    };
    let program = std::env::current_exe()?;
    let sandbox = Sandbox::prepare(&program, &wanted).map_err(|e| fail(e.to_string()))?;
    Ok(Launch {
        launcher: sandbox.launcher().to_vec(),
        shell: local.shell.clone(),
        home: local.home.clone(),
        user: account.name,
    })
}
