//! `holdpoint check`: every fault of a configuration at once, with file and line.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::exit::Exit;
use crate::ca::Keyring;
use crate::config::{Config, Fault, TargetKind};

/// The flags of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "holdpoint.toml")]
    config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What was found, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Report<'a> {
    v: u8,
    ok: bool,
    faults: &'a [Fault],
}

/// Checks the file, then what it names: the keys, and that no key is one of the demo's.
#[must_use]
pub fn run(flags: &Check) -> Exit {
    let (faults, summary, exit) = match Config::load(&flags.config) {
        Err(faults) => (faults.iter().cloned().collect(), String::new(), Exit::Config),
        Ok(config) => {
            let faults = named(&config, flags);
            let exit = if faults.is_empty() { Exit::Ok } else { Exit::No };
            (faults, summary(&config), exit)
        }
    };
    if flags.json {
        let report = Report { v: 1, ok: faults.is_empty(), faults: &faults };
        super::out::json(&report);
    } else if faults.is_empty() {
        super::out::line(&summary);
    } else {
        faults.iter().for_each(|fault| super::out::line(&fault.to_string()));
    }
    exit
}

/// The faults of what a sound configuration names.
fn named(config: &Config, flags: &Check) -> Vec<Fault> {
    let mut faults = super::demo_keys::refused(config, &flags.config);
    let fault = |key: &str, what: String| Fault {
        file: flags.config.clone(),
        line: None,
        key: key.to_owned(),
        what,
        cure: String::new(),
    };
    faults.extend(Keyring::faults(&super::ca::paths(&config.keys)).iter().map(|e| fault("keys", e.to_string())));
    if let Some(dir) = &config.policy_dir {
        faults.extend(policy_faults(dir).map(|what| fault("policy.dir", what)));
    }
    faults
}

/// Whether there are policy files that can be read. What they say is judged by the policy room when it loads them.
fn policy_faults(dir: &std::path::Path) -> Option<String> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return Some(format!("{} cannot be read: {error}", dir.display())),
    };
    let mut any = false;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|e| e == "cedar") {
            any = true;
            if let Err(error) = std::fs::read_to_string(&path) {
                return Some(format!("{} cannot be read: {error}", path.display()));
            }
        }
    }
    (!any).then(|| format!("{} holds no *.cedar file, so everything would be denied", dir.display()))
}

fn summary(config: &Config) -> String {
    let local = config.targets.values().filter(|t| matches!(t.kind, TargetKind::Local(_))).count();
    let listen: Vec<_> = config.listen.iter().map(ToString::to_string).collect();
    format!(
        "ok: {} on {}; {} users, {} targets ({local} local), policy {}",
        config.name,
        listen.join(", "),
        config.users.len(),
        config.targets.len(),
        config.policy_dir.as_ref().map_or_else(|| "built in".to_owned(), |dir| dir.display().to_string()),
    )
}
