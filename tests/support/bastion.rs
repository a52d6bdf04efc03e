//! The bastion as its own process, with everything around it that one test needs: keys, people, targets, a ledger.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::client::Client;
use super::keys::KeyPair;
use super::process::{Running, resident_kib};
use super::sshd::{Account, Sshd};
use super::wait_for;

/// The people of every test.
const PEOPLE: [(&str, &str); 3] = [("alice", "engineer"), ("bob", "approver"), ("carol", "auditor")];

/// One bastion with a real `sshd` behind it as the target `box`, and a local shell as the target `here`.
pub(crate) struct World {
    pub(crate) sshd: Sshd,
    pub(crate) port: u16,
    bastion: Option<Running>,
    host_key: KeyPair,
    /// Where a local shell may live: the bastion's own folder is closed to it.
    home: TempDir,
    dir: TempDir,
}

impl World {
    /// Starts everything; the bastion listens when this returns.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::start_for(None, "")
    }

    /// The same, with a target whose account has another shell and home; the key of `alice` opens it without the bastion, too.
    #[track_caller]
    pub(crate) fn start_for(account: Option<&Account>, more: &str) -> Self {
        Self::start_under(None, account, more)
    }

    /// The same under another policy than the one that is built in.
    #[track_caller]
    pub(crate) fn start_under(policy: Option<&str>, account: Option<&Account>, more: &str) -> Self {
        let (dir, home) = (folder("a folder of the bastion"), folder("a home for local shells"));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).expect("a mode");
        let keys = dir.path().join("keys");
        fs::create_dir(&keys).expect("a folder");
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o700)).expect("a mode");
        for name in ["host_key", "user_ca", "host_ca", "ledger_key"] {
            KeyPair::make(&keys.join(name));
        }
        for (name, _) in PEOPLE {
            KeyPair::make(&dir.path().join(name));
        }
        let user_ca = KeyPair::read(&keys.join("user_ca"));
        let alice = KeyPair::read(&dir.path().join("alice"));
        let authorized = account.map(|_| &alice);
        let sshd = Sshd::start_for(&dir.path().join("sshd"), Some(&user_ca), authorized, account, more);
        let host_key = KeyPair::read(&keys.join("host_key"));
        let mut world = Self { sshd, port: 0, bastion: None, host_key, home, dir };
        let mut config = world.config();
        if let Some(policy) = policy {
            let folder = world.path().join("policy");
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("only.cedar"), policy).expect("a policy");
            config.push_str("[policy]\ndir = \"policy\"\n");
        }
        fs::write(world.path().join("holdpoint.toml"), config).expect("a configuration");
        world.start_bastion();
        world
    }

    /// Starts the bastion (again) on what is there.
    #[track_caller]
    pub(crate) fn start_bastion(&mut self) {
        let log = fs::File::create(self.path().join("bastion.log")).expect("a log");
        let mut serve = Command::new(program());
        serve.args(["serve", "--config"]).arg(self.path().join("holdpoint.toml"));
        serve.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        let mut bastion = Running::start(&mut serve);
        self.port = wait_for("the bastion says where it listens", || {
            let said = self.log();
            assert!(bastion.has_ended().is_none(), "the bastion ended: {said}");
            let (_, rest) = said.split_once("127.0.0.1:")?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            // The number is whole only if something follows it.
            (rest.len() > digits.len()).then(|| digits.parse().ok()).flatten().filter(|port| *port != 0)
        });
        self.bastion = Some(bastion);
    }

    /// `ssh` as this person.
    #[track_caller]
    pub(crate) fn client(&self, name: &str) -> Client {
        let key = KeyPair::read(&self.path().join(name));
        Client::new(self.path(), self.port, &self.host_key.public, &key)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.bastion.as_ref().expect("the bastion runs").pid()
    }

    /// Resident memory of the bastion, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        resident_kib(self.pid())
    }

    /// `kill -9`: nothing in the bastion gets to tidy up.
    pub(crate) fn kill_bastion(&mut self) {
        let mut bastion = self.bastion.take().expect("the bastion runs");
        bastion.signal(Signal::KILL);
        bastion.wait();
    }

    /// Ends the bastion as an operator does, and says how that went.
    #[track_caller]
    pub(crate) fn stop_bastion(&mut self) -> i32 {
        let mut bastion = self.bastion.take().expect("the bastion runs");
        bastion.signal(Signal::TERM);
        super::process::code(bastion.wait())
    }

    /// Runs another verb of the program against this bastion's configuration.
    #[track_caller]
    pub(crate) fn holdpoint(&self, words: &[&str]) -> (i32, String, String) {
        let mut verb = Command::new(program());
        verb.args(words).arg("--config").arg(self.path().join("holdpoint.toml"));
        let out = verb.stdin(Stdio::null()).output().expect("holdpoint runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (super::process::code(out.status), text(&out.stdout), text(&out.stderr))
    }

    /// Runs a verb as this person.
    #[track_caller]
    pub(crate) fn verb(&self, name: &str, words: &[&str]) -> (i32, String, String) {
        let identity = self.path().join(name).display().to_string();
        self.holdpoint(&[words, &["--identity", &identity]].concat())
    }

    /// Waits until a request is open; its id.
    #[track_caller]
    pub(crate) fn request(&self) -> String {
        wait_for("a request waits", || {
            let (_, out, _) = self.verb("bob", &["requests", "--json"]);
            let row: serde_json::Value = serde_json::from_str(out.lines().next()?).ok()?;
            Some(row.pointer("/request/id").or_else(|| row.get("id"))?.as_str()?.to_owned())
        })
    }

    /// Where the target `here` begins.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What the bastion has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path().join("bastion.log")).unwrap_or_default()
    }

    fn config(&self) -> String {
        let mut text = "listen = [\"127.0.0.1:0\"]\ncontrol = \"run/control.sock\"\n\
                        [ledger]\ncache = \"4 MiB\"\n"
            .to_owned();
        for (name, role) in PEOPLE {
            let key = KeyPair::read(&self.path().join(name)).public;
            let _ = writeln!(text, "[[user]]\nname = \"{name}\"\nroles = [\"{role}\"]\nkeys = [\"{key}\"]");
        }
        let (port, pinned) = (self.sshd.port, &self.sshd.host_key.public);
        let (me, home) = (me(), self.home.path().display());
        let _ = writeln!(
            text,
            "[[target]]\nname = \"box\"\nkind = \"ssh\"\nhost = \"127.0.0.1\"\nport = {port}\nhost_keys = [\"{pinned}\"]\n\
             logins = [\"{me}\"]\n[[target]]\nname = \"here\"\nkind = \"local\"\nshell = \"/bin/sh\"\nhome = \"{home}\""
        );
        text
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the bastion said:\n{}\n--- sshd said:\n{}", self.log(), self.sshd.log());
        }
        // The bastion before its target, so that it does not mourn.
        self.bastion = None;
    }
}

/// The program; a test that runs itself again as another user brings a copy that this user can reach.
fn program() -> PathBuf {
    std::env::var_os("HOLDPOINT_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_holdpoint").into(), PathBuf::from)
}

/// Who runs the test: the one login that a private sshd can give, whoever that is.
pub(crate) fn me() -> String {
    let out = Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

#[track_caller]
fn folder(what: &str) -> TempDir {
    tempfile::tempdir().unwrap_or_else(|e| panic!("{what}: {e}"))
}
