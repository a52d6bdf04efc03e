//! `holdpoint check`: every fault of a configuration at once, with file and line.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::exit::{Done, Exit};
use super::out::Out;
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
struct Report {
    ok: bool,
    faults: Vec<Fault>,
}

impl Check {
    /// Checks the file, then what it names: the keys, that no user's key is one of the demo's, and the policy. A
    /// configuration that does not hold ends with 3, one that names something faulty with 1.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn run(self) -> Done {
        let (faults, summary, exit) = match Config::load(&self.config) {
            Err(faults) => (faults.iter().cloned().collect(), String::new(), Exit::Config),
            Ok(config) => {
                let faults = named(&config, &self.config);
                let exit = if faults.is_empty() { Exit::Ok } else { Exit::No };
                (faults, summary(&config), exit)
            }
        };
        let mut out = Out::new(self.json);
        if out.is_json() {
            out.json(&Report { ok: faults.is_empty(), faults })?;
        } else if faults.is_empty() {
            out.line(&summary)?;
        } else {
            faults.iter().try_for_each(|fault| out.line(&fault.to_string()))?;
        }
        Ok(exit)
    }
}

/// The faults of what a sound configuration names.
fn named(config: &Config, file: &Path) -> Vec<Fault> {
    let mut faults = super::demo_keys::refused(config, file);
    let fault = |key: &str, what: String| Fault {
        file: file.to_owned(),
        line: None,
        key: key.to_owned(),
        what,
        cure: String::new(),
    };
    faults.extend(Keyring::faults(&super::ca::paths(&config.keys)).iter().map(|e| fault("keys", e.to_string())));
    faults.extend(super::policy_files::load(config).err().unwrap_or_default());
    faults
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
