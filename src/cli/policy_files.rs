//! The policy that a configuration names: the files of its directory, or what is built in; and what is looked for in output.

use std::path::Path;

use crate::command::{Site, SiteFault};
use crate::config::{Config, Fault};
use crate::policy::Policy;
use crate::privacy::RuleSet;

/// Reads and checks it, the site's rules for what is masked, and the site's file of the catalogue of commands: of the last the first one that holds is
/// in force from then on.
///
/// # Errors
/// Every fault of every file at once.
pub fn load(config: &Config) -> Result<(Policy, RuleSet), Vec<Fault>> {
    match (cedar(config), commands(config), privacy(config)) {
        (Ok(policy), Ok(site), Ok(rules)) => {
            // Read again, it stays what it was: the same line does not change its meaning while sessions live.
            let _first = site.is_some_and(Site::put_in_force);
            Ok((policy, rules))
        }
        (policy, site, rules) => Err(policy.err().into_iter().chain(site.err()).chain(rules.err()).flatten().collect()),
    }
}

/// What is looked for in output: the rules of this build, and the site's file, if there is one.
///
/// # Errors
/// Every fault of the file at once.
pub fn privacy(config: &Config) -> Result<RuleSet, Vec<Fault>> {
    let Some(path) = &config.privacy_rules else { return Ok(RuleSet::default()) };
    let text = read(path, "correct privacy.rules")?;
    let faults = |faults: Vec<crate::privacy::SiteFault>| {
        faults.into_iter().map(|f| fault(path, Some(f.line), f.what, "")).collect()
    };
    RuleSet::read(&text).map_err(faults)
}

/// The site's file of the catalogue, if there is one.
fn commands(config: &Config) -> Result<Option<Site>, Vec<Fault>> {
    let Some(path) = &config.commands else { return Ok(None) };
    let text = read(path, "correct policy.commands")?;
    let faults = |faults: Vec<SiteFault>| faults.into_iter().map(|f| fault(path, Some(f.line), f.what, "")).collect();
    Site::read(&text).map(Some).map_err(faults)
}

fn read(path: &Path, cure: &str) -> Result<String, Vec<Fault>> {
    std::fs::read_to_string(path).map_err(|error| vec![fault(path, None, format!("it cannot be read: {error}"), cure)])
}

fn fault(file: &Path, line: Option<usize>, what: String, cure: &str) -> Fault {
    Fault { file: file.to_owned(), line, key: String::new(), what, cure: cure.to_owned() }
}

fn cedar(config: &Config) -> Result<Policy, Vec<Fault>> {
    let loaded = match &config.policy_dir {
        None => Policy::builtin(),
        Some(dir) => Policy::from_files(files(dir)?),
    };
    loaded.map_err(|faults| {
        let fault = |fault: crate::policy::PolicyFault| Fault {
            file: fault.file.into(),
            line: usize::try_from(fault.line).ok(),
            key: String::new(),
            what: fault.what,
            cure: String::new(),
        };
        faults.0.into_iter().map(fault).collect()
    })
}

/// The `*.cedar` files of a directory, by name, so that a policy's digest does not depend on the order of a listing.
fn files(dir: &Path) -> Result<Vec<(String, String)>, Vec<Fault>> {
    let fault = |file: &Path, what: String, cure: &str| Fault {
        file: file.to_owned(),
        line: None,
        key: "policy.dir".to_owned(),
        what,
        cure: cure.to_owned(),
    };
    let entries = std::fs::read_dir(dir);
    let entries =
        entries.map_err(|error| vec![fault(dir, format!("it cannot be read: {error}"), "correct policy.dir")])?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cedar"));
    paths.sort();
    if paths.is_empty() {
        let cure = "without policy everything is denied; leave policy.dir out for the policy that is built in";
        return Err(vec![fault(dir, "there is no *.cedar file in it".to_owned(), cure)]);
    }
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((path.display().to_string(), text)),
            Err(error) => faults.push(fault(&path, format!("it cannot be read: {error}"), "make it readable")),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}
