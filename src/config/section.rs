//! One section each: a table of the file → its part of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::key;
use super::table::{Said, Table, nearest};
use super::{
    CACHE_BYTES, CIPHERS, HOLD_TTL, HostTrust, KeyFiles, Ledger, Limits, LocalTarget, Menu, NAME_MAX, OnFailure,
    Privacy, SESSION_LIFETIME, Ssh, SshTarget, Target, TargetKind, User,
};
use crate::model::DataKind;

/// A name for a bastion, a user, a role, a target or a login: it goes into certificates, logs and policy as it is.
pub(super) fn name(said: &Said<'_, &str>) -> Option<String> {
    let text = said.value;
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let rest = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if first && rest && text.len() <= NAME_MAX {
        return Some(text.to_owned());
    }
    let what = format!("'{}' is no name", text.chars().take(40).collect::<String>().escape_debug());
    said.fault(what, format!("a name has 1 to {NAME_MAX} of a-z A-Z 0-9 . _ - and begins with a letter, a digit or _"));
    None
}

fn names(said: &[Said<'_, &str>]) -> Option<BTreeSet<String>> {
    let named: Vec<_> = said.iter().map(name).collect();
    named.into_iter().collect()
}

pub(super) fn listen(root: &Table<'_>, demo: bool) -> Option<Vec<SocketAddr>> {
    let Some(said) = root.texts("listen") else {
        // A list of a wrong kind has left its fault.
        return (!root.page.has_faults()).then(|| vec![SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT))]);
    };
    let mut addresses = Vec::new();
    for said in &said {
        match said.value.parse::<SocketAddr>() {
            Ok(address) if demo && !address.ip().is_loopback() => {
                said.fault("a demo listens on loopback only", "its keys are made for trying out: write 127.0.0.1:2222");
            }
            Ok(address) if addresses.contains(&address) => said.fault("this address is listed twice", "remove one"),
            Ok(address) => addresses.push(address),
            Err(_) => said.fault(
                format!("'{}' is not an address with a port", said.value.escape_debug()),
                "write it like \"127.0.0.1:2222\" or \"[::]:2222\"",
            ),
        }
    }
    if said.is_empty() {
        root.missing("listen", "write listen = [\"127.0.0.1:2222\"]");
    }
    (!addresses.is_empty()).then_some(addresses)
}

pub(super) fn host_names(root: &Table<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut sound = true;
    for said in root.texts("host_names").unwrap_or_default() {
        match host(&said) {
            Some(name) => names.push(name),
            None => sound = false,
        }
    }
    sound.then_some(names)
}

pub(super) fn control(root: &Table<'_>) -> Option<PathBuf> {
    let Some(said) = root.text("control") else { return Some(root.page.path("run/control.sock")) };
    let path = root.page.path(said.value);
    if path.as_os_str().len() > SOCKET_PATH_MAX {
        said.fault(format!("{} is longer than a socket's path may be", path.display()), "at most 107 bytes (unix(7))");
        return None;
    }
    Some(path)
}

pub(super) fn keys(table: &Table<'_>) -> Option<KeyFiles> {
    let dir = table.page.path(table.text("dir").map_or("keys", |said| said.value));
    let file = |key, usual| dir.join(table.text(key).map_or(usual, |said: Said<'_, &str>| said.value));
    let keys = KeyFiles {
        host: file("host", "host_key"),
        user_ca: file("user_ca", "user_ca"),
        host_ca: file("host_ca", "host_ca"),
        ledger: file("ledger", "ledger_key"),
        ledger_trusted: file("ledger_trusted", "ledger_trusted"),
        passphrase_file: table.text("passphrase_file").map(|said| table.page.path(said.value)),
        dir: dir.clone(),
    };
    table.finish();
    let mut sound = true;
    for path in [&keys.host, &keys.user_ca, &keys.host_ca, &keys.ledger, &keys.ledger_trusted] {
        if !path.starts_with(&dir) {
            let what = format!("{} lies outside {}", path.display(), dir.display());
            let cure = "keep the keys in keys.dir: that is the directory that local shells are kept out of";
            table.page.fault(Some(&table.at), &table.key("dir"), what, cure);
            sound = false;
        }
    }
    if keys.user_ca == keys.host_ca {
        let cure = "two authorities, two keys: who has one must not have the other";
        table.page.fault(Some(&table.at), &table.key("host_ca"), "it is the same file as keys.user_ca", cure);
        sound = false;
    }
    sound.then_some(keys)
}

pub(super) fn ledger(table: &Table<'_>) -> Option<Ledger> {
    let dir = table.page.path(table.text("dir").map_or("recordings", |said| said.value));
    let cache_bytes = match table.text("cache") {
        None => Some(DEFAULT_CACHE),
        Some(said) => size(&said, CACHE_BYTES),
    };
    let on_failure = match table.text("on_failure") {
        None => Some(OnFailure::EndSessions),
        Some(said) if said.value == "end-sessions" => Some(OnFailure::EndSessions),
        Some(said) => {
            let what = format!("'{}' is not offered", said.value.escape_debug());
            said.fault(what, "write \"end-sessions\": what cannot be recorded does not go on");
            None
        }
    };
    table.finish();
    Some(Ledger { dir, cache_bytes: cache_bytes?, on_failure: on_failure? })
}

/// Where policy and what it speaks of are read from.
pub(super) struct PolicyFiles {
    pub(super) dir: Option<PathBuf>,
    pub(super) commands: Option<PathBuf>,
}

pub(super) fn policy(table: &Table<'_>) -> PolicyFiles {
    let path = |key| table.text(key).map(|said| table.page.path(said.value));
    let (dir, commands) = (path("dir"), path("commands"));
    table.finish();
    PolicyFiles { dir, commands }
}

pub(super) fn limits(table: &Table<'_>) -> Option<Limits> {
    let time = |key, usual, bounds| table.text(key).map_or(Some(usual), |said| duration(&said, bounds));
    let session = time("session_lifetime", Duration::from_secs(8 * 3600), SESSION_LIFETIME);
    let certificate = time("certificate_validity", Duration::from_secs(90), CERTIFICATE_VALIDITY);
    let hold = time("hold_ttl", Duration::from_secs(600), HOLD_TTL);
    table.finish();
    Some(Limits { session_lifetime: session?, certificate_validity: certificate?, hold_ttl: hold? })
}

pub(super) fn ssh(table: &Table<'_>) -> Option<Ssh> {
    let said = table.texts("ciphers");
    table.finish();
    let Some(said) = said else { return Some(Ssh { ciphers: DEFAULT_CIPHERS.to_vec() }) };
    let mut ciphers = Vec::new();
    for said in &said {
        match CIPHERS.iter().find(|cipher| **cipher == said.value) {
            Some(cipher) if ciphers.contains(cipher) => said.fault("it is listed twice", "remove one"),
            Some(cipher) => ciphers.push(*cipher),
            None => {
                let all = || format!("write some of {}", CIPHERS.join(", "));
                let cure =
                    nearest(said.value, CIPHERS.into_iter()).map_or_else(all, |c| format!("did you mean '{c}'?"));
                said.fault(format!("'{}' is no cipher that the bastion has", said.value.escape_debug()), cure);
            }
        }
    }
    if said.is_empty() {
        table.missing("ciphers", "name at least one cipher, or leave the setting out");
    }
    (!ciphers.is_empty()).then_some(Ssh { ciphers })
}

/// What is masked, and the site's own file of rules.
pub(super) fn privacy(table: &Table<'_>) -> (Option<Privacy>, Option<PathBuf>) {
    let rules = table.text("rules").map(|said| table.page.path(said.value));
    (masked(table), rules)
}

fn masked(table: &Table<'_>) -> Option<Privacy> {
    let on = table.truth("mask").is_none_or(|said| said.value);
    let kinds = table.texts("kinds");
    table.finish();
    let Some(said) = kinds else {
        let usual = DataKind::ALL.iter().copied().filter(|kind| on && !kind.is_opt_in());
        return Some(Privacy { mask: usual.collect() });
    };
    let mut mask = BTreeSet::new();
    let mut sound = true;
    for said in &said {
        if let Some(kind) = DataKind::named(said.value) {
            mask.insert(kind);
            continue;
        }
        let all: Vec<_> = DataKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let list = || format!("write some of {}", all.join(", "));
        let cure = nearest(said.value, all.iter().copied()).map_or_else(list, |k| format!("did you mean '{k}'?"));
        said.fault(format!("'{}' is no kind of data that is detected", said.value.escape_debug()), cure);
        sound = false;
    }
    sound.then(|| Privacy { mask: if on { mask } else { BTreeSet::new() } })
}

/// `Some(None)`: there is no menu.
pub(super) fn menu(table: &Table<'_>) -> Option<Option<Menu>> {
    let key = table.text("key");
    let full_screen = table.truth("full_screen").is_some_and(|said| said.value);
    table.finish();
    let Some(said) = key else { return Some(Some(Menu { byte: DEFAULT_MENU, full_screen })) };
    if said.value == "off" {
        return Some(None);
    }
    let letter = said.value.strip_prefix("ctrl-").map(str::as_bytes);
    let byte = match letter {
        Some([letter @ (b'a'..=b'z' | b'\\' | b']' | b'^' | b'_')]) => letter & 0x1f,
        Some(_) | None => 0,
    };
    // Tab, line feed, Enter, Ctrl-C, Ctrl-D, Ctrl-Z and Ctrl-\ have work to do.
    if byte == 0 || matches!(byte, 0x03 | 0x04 | 0x08 | 0x09 | 0x0a | 0x0d | 0x1a | 0x1c) {
        let what = format!("'{}' cannot open the menu", said.value.escape_debug());
        said.fault(what, "write \"ctrl-]\", \"ctrl-\" and a letter that no shell needs, or \"off\"");
        return None;
    }
    Some(Some(Menu { byte, full_screen }))
}

pub(super) fn user(table: &mut Table<'_>, demo: bool) -> Option<User> {
    let own = table.need_text("name", "write name = \"alice\"").and_then(|said| name(&said));
    if let Some(own) = &own {
        table.rename(format!("user.{own}"));
    }
    let roles = table.texts("roles");
    if roles.is_none() {
        table.missing("roles", "write roles = [\"engineer\"]; policy speaks of roles");
    }
    let roles = roles.and_then(|said| names(&said));
    let said = table.texts("keys").unwrap_or_default();
    if said.is_empty() {
        table.missing("keys", "write keys = [\"ssh-ed25519 AAAA… alice@laptop\"], the line of a .pub file");
    }
    table.finish();
    let keys: Option<Vec<_>> = said.iter().map(|said| key::of_user(said, demo)).collect();
    let user = User { name: own?, roles: roles?, keys: keys? };
    (!user.keys.is_empty()).then_some(user)
}

pub(super) fn target(table: &mut Table<'_>) -> Option<Target> {
    let own = table.need_text("name", "write name = \"web-1\"").and_then(|said| name(&said));
    if let Some(own) = &own {
        table.rename(format!("target.{own}"));
    }
    let labels = labels(&table.table("labels"));
    let kind = match table.need_text("kind", "write kind = \"ssh\" or kind = \"local\"") {
        Some(said) if said.value == "ssh" => ssh_target(table).map(TargetKind::Ssh),
        Some(said) if said.value == "local" => local_target(table).map(TargetKind::Local),
        Some(said) => {
            said.fault(format!("'{}' is no kind of target", said.value.escape_debug()), "write \"ssh\" or \"local\"");
            return None;
        }
        // Which settings belong here depends on the kind.
        None => return None,
    };
    let integration = table.truth("integration").is_none_or(|said| said.value);
    table.finish();
    Some(Target { name: own?, kind: kind?, integration, labels: labels? })
}

fn ssh_target(table: &Table<'_>) -> Option<SshTarget> {
    let host = table.need_text("host", "write host = \"web-1.example.org\"").and_then(|said| host(&said));
    let port = match table.number("port") {
        None => Some(22),
        Some(said) => match u16::try_from(said.value) {
            Ok(port) if port > 0 => Some(port),
            Ok(_) | Err(_) => {
                said.fault(format!("{} is no port", said.value), "a port is 1 to 65535");
                None
            }
        },
    };
    let host_keys = host_trust(table);
    let logins = table.texts("logins");
    if logins.as_ref().is_none_or(Vec::is_empty) {
        table.missing("logins", "write logins = [\"deploy\"]: the accounts that may be asked for");
    }
    let first = logins.as_ref().and_then(|said| said.first()).and_then(name);
    let logins = logins.and_then(|said| names(&said));
    let default_login = match table.text("default_login") {
        None => first,
        Some(said) if logins.as_ref().is_none_or(|logins| logins.contains(said.value)) => name(&said),
        Some(said) => {
            said.fault(format!("'{}' is not among the logins", said.value.escape_debug()), "add it to logins");
            None
        }
    };
    let source_address = table.texts("source_address").unwrap_or_default();
    let source_address = source_address.iter().map(cidr).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>();
    Some(SshTarget {
        host: host?,
        port: port?,
        host_keys: host_keys?,
        logins: logins?,
        default_login: default_login?,
        source_address: source_address?,
    })
}

/// An address, or a network as `10.0.0.0/24`, in the form that sshd takes: one with bits behind its prefix would let nobody in.
fn cidr(said: &Said<'_, &str>) -> Option<String> {
    let (address, prefix) = said.value.split_once('/').map_or((said.value, None), |(a, p)| (a, Some(p)));
    let parsed = address.parse::<IpAddr>().ok().and_then(|address| {
        let (bits, value) = match address {
            IpAddr::V4(v4) => (32, u128::from(v4.to_bits()) << 96),
            IpAddr::V6(v6) => (128, v6.to_bits()),
        };
        let prefix: u32 = prefix.map_or(Some(bits), |prefix| prefix.parse().ok()).filter(|prefix| *prefix <= bits)?;
        let rest = value.checked_shl(prefix).unwrap_or(0);
        (rest == 0).then(|| format!("{address}/{prefix}"))
    });
    if parsed.is_none() {
        let what = format!("'{}' is no address and no network", said.value.escape_debug());
        said.fault(what, "write an address, or a network by its first address: \"203.0.113.7\", \"10.0.0.0/24\"");
    }
    parsed
}

/// Never trust on first use: a target without a pinned key or a host CA is a fault.
fn host_trust(table: &Table<'_>) -> Option<Vec<HostTrust>> {
    let pinned = table.texts("host_keys").unwrap_or_default();
    let authorities = table.texts("host_ca").unwrap_or_default();
    if pinned.is_empty() && authorities.is_empty() {
        let cure = "pin the target's key: the second and third word of a line of `ssh-keyscan HOST`, after comparing it with \
                    `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the target itself; or name its host_ca";
        table.missing("host_keys", cure);
        return None;
    }
    let pinned = pinned.iter().map(|said| key::of_host(said).map(HostTrust::Pinned));
    let authorities = authorities.iter().map(|said| key::of_host(said).map(HostTrust::Authority));
    let all: Vec<_> = pinned.chain(authorities).collect();
    all.into_iter().collect()
}

fn local_target(table: &Table<'_>) -> Option<LocalTarget> {
    let absolute = |said: Said<'_, &str>| {
        let path = PathBuf::from(said.value);
        if path.is_absolute() {
            return Some(path);
        }
        said.fault("it is a relative path", "write it from the root, beginning with /");
        None
    };
    let shell = table.text("shell").map_or_else(|| Some(PathBuf::from("/bin/sh")), absolute);
    let home =
        table.need_text("home", "write home = \"/var/empty\": where the shell starts, apart from the bastion's own");
    let home = home.and_then(absolute);
    let run_as = table.text("run_as").map_or_else(|| Some("nobody".to_owned()), |said| name(&said));
    let login = table.text("login").map_or_else(|| run_as.clone(), |said| name(&said));
    Some(LocalTarget { shell: shell?, home: home?, run_as: run_as?, login: login? })
}

fn labels(table: &Table<'_>) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    let mut sound = true;
    for (key, said) in table.free() {
        let plain =
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        if !plain || key.len() > NAME_MAX || said.value.len() > LABEL_MAX || said.value.chars().any(char::is_control) {
            said.fault("this is no label", "its key is a name, its value a short line of text");
            sound = false;
        }
        labels.insert(key.to_owned(), said.value.to_owned());
    }
    sound.then_some(labels)
}

/// A host name (RFC 1123 §2.1) or an address.
fn host(said: &Said<'_, &str>) -> Option<String> {
    let text = said.value;
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let named = !text.is_empty() && text.len() <= 253 && !text.starts_with('-') && text.bytes().all(fits);
    if named || text.parse::<IpAddr>().is_ok() {
        return Some(text.to_owned());
    }
    let what = format!("'{}' is no host", text.chars().take(60).collect::<String>().escape_debug());
    said.fault(what, "write a host name or an address, without port and brackets");
    None
}

/// `90s`, `15m`, `8h`, `7d`.
fn duration(said: &Said<'_, &str>, bounds: std::ops::RangeInclusive<Duration>) -> Option<Duration> {
    let unit = |u: &str| match u {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let Some(secs) = quantity(said.value, unit) else {
        said.fault(format!("'{}' is no time", said.value.escape_debug()), "write it like 90s, 15m, 8h or 7d");
        return None;
    };
    let time = Duration::from_secs(secs);
    if bounds.contains(&time) {
        return Some(time);
    }
    let cure = format!("it may be {} s to {} s", bounds.start().as_secs(), bounds.end().as_secs());
    said.fault(format!("'{}' is out of bounds", said.value.escape_debug()), cure);
    None
}

/// `512KiB`, `64 MiB`, `1 GiB`.
fn size(said: &Said<'_, &str>, bounds: std::ops::RangeInclusive<u64>) -> Option<u64> {
    let unit = |u: &str| match u {
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let Some(bytes) = quantity(said.value, unit) else {
        said.fault(format!("'{}' is no size", said.value.escape_debug()), "write it like \"64 MiB\"");
        return None;
    };
    if bounds.contains(&bytes) {
        return Some(bytes);
    }
    let cure = format!("it may be {} MiB to {} MiB", bounds.start() >> 20, bounds.end() >> 20);
    said.fault(format!("'{}' is out of bounds", said.value.escape_debug()), cure);
    None
}

fn quantity(text: &str, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = text.split_at_checked(split)?;
    number.parse::<u64>().ok()?.checked_mul(unit(rest.trim_start())?)
}

/// Where the bastion listens unless told otherwise: no root needed, and not sshd's own port.
const DEFAULT_PORT: u16 = 2222;

/// Enough for hundreds of live sessions; sled keeps more than it is told (1.3 times was measured).
const DEFAULT_CACHE: u64 = 64 << 20;

/// Ctrl-], as in telnet.
const DEFAULT_MENU: u8 = 0x1d;

/// Offered unless told otherwise. chacha20 and AES-CTR are left out because OpenSSH's client takes them wherever they are
/// offered, and they move half as much as AES-GCM or less; clients have AES-GCM since OpenSSH 6.2 (2013).
const DEFAULT_CIPHERS: [&str; 2] = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];

/// As the CA bounds it, see [`crate::ca::VALIDITY`]; said again here because this room does not know that one.
const CERTIFICATE_VALIDITY: std::ops::RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(120);

/// `sun_path` holds 108 bytes with its final zero (unix(7)).
const SOCKET_PATH_MAX: usize = 107;

/// Labels are words, not documents.
const LABEL_MAX: usize = 128;
