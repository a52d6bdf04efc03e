//! The whole file: which sections there are, and what they must agree on.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::DeTable;

use super::section;
use super::table::{Page, Table};
use super::{Config, ConfigFaults, Target, TargetKind, User};

pub(super) fn config(text: &str, file: &Path) -> Result<Config, ConfigFaults> {
    let page = Page::new(file, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        page.fault(error.span().as_ref(), "", format!("this is not TOML: {}", error.message()), "");
    }
    // What a broken text would mean is a guess, and faults found in a guess mislead.
    let config = if errors.is_empty() { root(&Table::root(&page, &document)) } else { None };
    match (config, page.has_faults()) {
        (Some(config), false) => Ok(config),
        (Some(_) | None, _) => Err(ConfigFaults::some(file, page.into_faults())),
    }
}

/// Asks every section before it gives up on any, so that all faults come at once.
fn root(root: &Table<'_>) -> Option<Config> {
    let demo = root.truth("demo").is_some_and(|said| said.value);
    let name = root.text("name").map_or_else(|| Some("holdpoint".to_owned()), |said| section::name(&said));
    let listen = section::listen(root, demo);
    let host_names = section::host_names(root);
    let keys = section::keys(&root.table("keys"));
    let ledger = section::ledger(&root.table("ledger"));
    let control = section::control(root);
    let policy = section::policy(&root.table("policy"));
    let limits = section::limits(&root.table("limits"));
    let ssh = section::ssh(&root.table("ssh"));
    let (privacy, privacy_rules) = section::privacy(&root.table("privacy"));
    let menu = section::menu(&root.table("menu"));
    let users = users(root, demo);
    let targets = targets(root);
    root.finish();

    let config = Config {
        name: name?,
        listen: listen?,
        host_names: host_names?,
        control: control?,
        keys: keys?,
        ledger: ledger?,
        policy_dir: policy.dir,
        commands: policy.commands,
        limits: limits?,
        ssh: ssh?,
        privacy: privacy?,
        privacy_rules,
        menu: menu?,
        users: users?,
        targets: targets?,
        demo,
    };
    homes_are_apart(root, &config);
    Some(config)
}

/// The accounts: names are unique, and a key proves one account only.
fn users(root: &Table<'_>, demo: bool) -> Option<BTreeMap<String, User>> {
    let mut users: BTreeMap<String, User> = BTreeMap::new();
    let mut sound = true;
    for mut table in root.tables("user") {
        let at = table.at.clone();
        let Some(user) = section::user(&mut table, demo) else {
            sound = false;
            continue;
        };
        if users.contains_key(&user.name) {
            let key = format!("user.{}", user.name);
            root.page.fault(Some(&at), &key, "there is a user of this name already", "one human has one account");
            sound = false;
            continue;
        }
        for key in &user.keys {
            let other = users.values().find(|other| other.keys.iter().any(|own| own.key_data() == key.key_data()));
            if let Some(other) = other {
                let what = format!("this key is also a key of '{}'", other.name);
                let cure = "a key proves one human; give each their own, or a quorum would count one twice";
                root.page.fault(Some(&at), &format!("user.{}.keys", user.name), what, cure);
                sound = false;
            }
        }
        users.insert(user.name.clone(), user);
    }
    if sound && users.is_empty() {
        root.missing("user", "nobody could log in: add a [[user]] with name, roles and keys");
        sound = false;
    }
    sound.then_some(users)
}

fn targets(root: &Table<'_>) -> Option<BTreeMap<String, Target>> {
    let mut targets: BTreeMap<String, Target> = BTreeMap::new();
    let mut sound = true;
    for mut table in root.tables("target") {
        let at = table.at.clone();
        let Some(target) = section::target(&mut table) else {
            sound = false;
            continue;
        };
        if targets.contains_key(&target.name) {
            let key = format!("target.{}", target.name);
            root.page.fault(Some(&at), &key, "there is a target of this name already", "give it another name");
            sound = false;
            continue;
        }
        targets.insert(target.name.clone(), target);
    }
    if sound && targets.is_empty() {
        root.missing("target", "there is nowhere to go: add a [[target]]");
        sound = false;
    }
    sound.then_some(targets)
}

/// A local shell may write in its home, so the home may not hold what it must not reach, nor lie inside it.
fn homes_are_apart(root: &Table<'_>, config: &Config) {
    for target in config.targets.values() {
        let TargetKind::Local(local) = &target.kind else { continue };
        for secret in [&config.keys.dir, &config.ledger.dir, &config.control] {
            if local.home.starts_with(secret) || secret.starts_with(&local.home) {
                let what = format!("the shell's home {} overlaps with {}", local.home.display(), secret.display());
                let cure = "give it a home apart from the bastion's keys, ledger and control socket";
                root.page.fault(None, &format!("target.{}.home", target.name), what, cure);
            }
        }
    }
}
