//! The target `box`: a private sshd on loopback that trusts the bastion's user CA and nothing else.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::CryptoRng;

use super::{DemoError, Places, io_at};
use crate::ca::{CaError, Keyring, keyfile};
use crate::cli::local_shell::Account;
use crate::target::keeper::Kept;

/// The running server. Dropping it ends it, and so does the end of the bastion, whatever that was.
#[derive(Debug)]
pub struct BoxServer {
    /// Its port on 127.0.0.1, chosen anew at every start.
    pub port: u16,
    /// The logins it lets in, the default first.
    pub logins: Vec<String>,
    /// Its log, in which the key ids of certificates are seen.
    pub log: PathBuf,
    host_key: String,
    _kept: Kept,
}

impl BoxServer {
    pub(super) fn config_text(&self) -> String {
        let logins: Vec<_> = self.logins.iter().map(|login| format!("\"{login}\"")).collect();
        format!(
            "\n[[target]]\nname = \"box\"\nkind = \"ssh\"\nhost = \"127.0.0.1\"\nport = {}\nhost_keys = [\"{}\"]\n\
             logins = [{}]\nlabels = {{ env = \"demo\" }}\n",
            self.port,
            self.host_key,
            logins.join(", "),
        )
    }

    pub(super) fn note(&self) -> String {
        format!(
            "box: a private sshd on 127.0.0.1:{} that trusts the bastion's user CA alone; logins {}; it logs to {}",
            self.port,
            self.logins.join(", "),
            self.log.display()
        )
    }
}

/// Starts it, or says why there is none.
pub(super) fn start(
    places: &Places,
    program: &Path,
    keyring: &Keyring,
    made: &mut Vec<PathBuf>,
    rng: &mut impl CryptoRng,
) -> Result<BoxServer, String> {
    let sshd = PLACES.map(PathBuf::from).into_iter().find(|path| path.exists());
    let sshd = sshd.ok_or("no OpenSSH server is installed (Debian: openssh-server)")?;
    let logins = logins()?;
    let host_key = files(places, keyring, made, rng).map_err(|error| error.to_string())?;
    if rustix::process::geteuid().is_root() {
        // sshd's privilege separation directory: a distribution makes it when its own service starts.
        fs::create_dir_all("/run/sshd").map_err(|error| format!("/run/sshd: {error}"))?;
    }
    let log = places.boxed.join("sshd.log");
    let config = places.boxed.join("sshd_config");
    // Between our look for a free port and sshd's use of it another may take it.
    for _ in 0..PORT_TRIES {
        let port = free_port().map_err(|error| error.to_string())?;
        write_config(&sshd, places, port, &logins)?;
        let argv: Vec<OsString> =
            vec![sshd.clone().into(), "-D".into(), "-f".into(), config.clone().into(), "-E".into(), log.clone().into()];
        let mut kept = Kept::start(program, &argv).map_err(|error| error.to_string())?;
        if answers(port, &mut kept) {
            return Ok(BoxServer { port, logins, log, host_key, _kept: kept });
        }
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    Err(format!("sshd does not start: {}", said.lines().last().unwrap_or("it says nothing").trim()))
}

/// Its host key and the CA that it trusts. Gives the host key's line.
fn files(
    places: &Places,
    keyring: &Keyring,
    made: &mut Vec<PathBuf>,
    rng: &mut impl CryptoRng,
) -> Result<String, DemoError> {
    let path = places.boxed.join("host_key");
    let key = if path.exists() {
        keyfile::load(&path, None)?
    } else {
        made.push(path.clone());
        keyfile::generate(&path, "holdpoint demo box", rng)?
    };
    let trusted = places.boxed.join("user_ca.pub");
    let line = keyring.user_ca.public_key().to_openssh().map_err(CaError::from)?;
    fs::write(&trusted, line + "\n").map_err(io_at(&trusted))?;
    Ok(key.public_key().to_openssh().map_err(CaError::from)?)
}

/// sshd_config(5). Options that older or newer servers do not know come last and are left out where they are refused.
fn write_config(sshd: &Path, places: &Places, port: u16, logins: &[String]) -> Result<(), String> {
    let path = places.boxed.join("sshd_config");
    let must = config_text(places, port, logins, locked_root());
    let mut last = String::new();
    for text in [format!("{must}{MAY}"), must] {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        let out = Command::new(sshd).arg("-t").arg("-f").arg(&path).stdin(Stdio::null()).output();
        let out = out.map_err(|error| format!("{}: {error}", sshd.display()))?;
        if out.status.success() {
            return Ok(());
        }
        last = String::from_utf8_lossy(&out.stderr).lines().next().unwrap_or_default().to_owned();
    }
    Err(format!("sshd refuses its configuration: {last}"))
}

fn config_text(places: &Places, port: u16, logins: &[String], pam: bool) -> String {
    let file = |name: &str| sshd_word(&places.boxed.join(name));
    format!(
        "# Written by `holdpoint demo` at every start; changes are lost.\n\
         ListenAddress 127.0.0.1:{port}\n\
         HostKey {}\n\
         PidFile none\n\
         # Only certificates of the bastion's user CA, for the login that stands in them.\n\
         TrustedUserCAKeys {}\n\
         AuthorizedKeysFile none\n\
         AuthenticationMethods publickey\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\n\
         AllowUsers {}\n\
         UsePAM {}\n\
         # What the bastion gates is a shell or a command.\n\
         DisableForwarding yes\n\
         PermitUserEnvironment no\n\
         PermitUserRC no\n\
         AcceptEnv LANG LC_*\n\
         PrintLastLog no\n\
         UseDNS no\n\
         LoginGraceTime 20\n\
         # Each session is a connection of its own, all from one address.\n\
         MaxStartups 200\n\
         # The key id of a certificate is logged at this level.\n\
         LogLevel VERBOSE\n",
        file("host_key"),
        file("user_ca.pub"),
        logins.join(" "),
        if pam { "yes" } else { "no" },
    )
}

/// As root: root, and the people of this machine who can log in. As anybody else: oneself, because sshd cannot become
/// another.
fn logins() -> Result<Vec<String>, String> {
    let us = rustix::process::geteuid().as_raw();
    let own = Account::of(us).ok_or("this user is not in /etc/passwd")?;
    let mut logins = vec![own.name];
    if us == 0 {
        let shadow = fs::read_to_string("/etc/shadow").unwrap_or_default();
        let person = |account: &Account| {
            (1000..65_000).contains(&account.uid) && can_log_in(&account.shell) && !locked(&shadow, &account.name)
        };
        let people = Account::all().into_iter().filter(person).map(|account| account.name);
        logins.extend(people.filter(|name| plain(name)).take(LOGINS_MAX));
    }
    if logins.iter().all(|login| plain(login)) {
        Ok(logins)
    } else {
        Err("this user's name fits into no certificate".into())
    }
}

fn plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) && !name.starts_with(['-', '.'])
}

fn can_log_in(shell: &Path) -> bool {
    shell.exists() && !shell.ends_with("nologin") && !shell.ends_with("false")
}

/// Whether root's password is locked (`!` in shadow(5)), as some distributions ship it: sshd then lets root in through PAM
/// only. Where it is not, PAM stays out of the demo.
fn locked_root() -> bool {
    locked(&fs::read_to_string("/etc/shadow").unwrap_or_default(), "root")
}

/// Whether an account is locked (`!` in shadow(5)): without PAM, sshd lets nobody in there.
fn locked(shadow: &str, name: &str) -> bool {
    shadow.lines().any(|line| line.split_once(':').is_some_and(|(user, rest)| user == name && rest.starts_with('!')))
}

/// A path for sshd_config, which splits at spaces but knows double quotes.
fn sshd_word(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until it greets as an SSH server does (RFC 4253 §4.2).
fn answers(port: u16, kept: &mut Kept) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    for _ in 0..START_TRIES {
        if let Ok(mut stream) = TcpStream::connect_timeout(&address, START_STEP)
            && stream.set_read_timeout(Some(Duration::from_secs(2))).is_ok()
        {
            let mut greeting = [0; 4];
            return stream.read_exact(&mut greeting).is_ok() && greeting == *b"SSH-";
        }
        if !kept.is_running() {
            return false;
        }
        std::thread::sleep(START_STEP);
    }
    false
}

/// Where distributions put it; sshd wants to be called by its absolute path.
const PLACES: [&str; 4] =
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd", "/run/current-system/sw/bin/sshd"];

/// Since OpenSSH 9.8 an address is slowed down after failures; here every client has the bastion's.
const MAY: &str = "PerSourcePenalties no\n";

/// A demo needs two to show the difference.
const LOGINS_MAX: usize = 3;

const PORT_TRIES: usize = 3;

/// Five seconds in all: a busy machine takes one.
const START_TRIES: usize = 100;

const START_STEP: Duration = Duration::from_millis(50);
