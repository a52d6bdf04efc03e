//! A throwaway MariaDB and a throwaway Redis: data in a temporary folder, a unix socket in the same, no port.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::support::process::Running;
use crate::support::wait_for;

/// A server. Dropping it ends it and removes its data.
pub(crate) struct Store {
    server: Option<Running>,
    dir: TempDir,
    client: &'static [&'static str],
}

impl Store {
    /// Starts MariaDB, with a database `shop`; it takes connections when this returns.
    #[track_caller]
    pub(crate) fn mariadb() -> Self {
        let dir = folder("maria");
        let data = dir.path().join("data");
        let made = unprivileged("mariadb-install-db", dir.path())
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ])
            .arg(format!("--datadir={}", data.display()))
            .output()
            .expect("mariadb-install-db runs");
        assert!(made.status.success(), "mariadb-install-db: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = unprivileged("mariadbd", dir.path());
        server.args(["--no-defaults", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]);
        server.arg(format!("--datadir={}", data.display())).arg(format!("--socket={}", socket(dir.path())));
        let store = Self::started(server, dir, &["mariadb", "--no-defaults", "-u", "root", "-S"]);
        wait_for("MariaDB answers", || (store.ask(&["-N", "-e", "select 1"]) == "1").then_some(()));
        store.ask(&["-e", "create database shop"]);
        store
    }

    /// Starts Redis; it takes connections when this returns.
    #[track_caller]
    pub(crate) fn redis() -> Self {
        let dir = folder("redis");
        // Debian's package of the tools has the server under the name of one of them: what it is called says what it does.
        let program = dir.path().join("redis-server");
        let found = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"];
        let binary = found.into_iter().find(|path| Path::new(path).exists()).expect("the server of Redis");
        std::os::unix::fs::symlink(binary, &program).expect("a link");
        let mut server = unprivileged(&program.display().to_string(), dir.path());
        server.args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocketperm", "777"]);
        server.args(["--unixsocket", &socket(dir.path())]);
        let store = Self::started(server, dir, &["redis-cli", "-s"]);
        wait_for("Redis answers", || (store.ask(&["ping"]) == "PONG").then_some(()));
        store
    }

    fn started(mut server: Command, dir: TempDir, client: &'static [&'static str]) -> Self {
        let log = std::fs::File::create(dir.path().join("log")).expect("a log");
        let out = log.try_clone().expect("a second handle");
        server.stdin(Stdio::null()).stdout(out).stderr(log);
        Self { server: Some(Running::start(&mut server)), dir, client }
    }

    /// What a person types to open its console.
    pub(crate) fn console(&self) -> String {
        format!("{} {}", self.client.join(" "), socket(self.dir.path()))
    }

    /// What it answers, without a bastion.
    pub(crate) fn ask(&self, words: &[&str]) -> String {
        let (name, options) = self.client.split_first().expect("a client");
        let mut client = Command::new(name);
        client.args(options).arg(socket(self.dir.path())).args(words);
        let out = client.stdin(Stdio::null()).output().expect("the client runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the server said: {}", std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default());
        }
        if let Some(mut server) = self.server.take() {
            server.signal(rustix::process::Signal::TERM);
            server.wait();
        }
    }
}

fn socket(dir: &Path) -> String {
    dir.join("socket").display().to_string()
}

/// A folder that belongs to whom the server runs as.
fn folder(prefix: &str) -> TempDir {
    let dir = tempfile::Builder::new().prefix(prefix).tempdir().expect("a temporary folder");
    if geteuid().is_root() {
        std::os::unix::fs::chown(dir.path(), Some(NOBODY), Some(NOBODY)).expect("the folder can be given away");
    }
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).expect("a mode");
    dir
}

/// A program as somebody who is not root: MariaDB refuses to be, and Redis has no need.
fn unprivileged(name: &str, dir: &Path) -> Command {
    let mut command = if geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()]).arg(name);
        command
    } else {
        Command::new(name)
    };
    let path = std::env::var("PATH").unwrap_or_default();
    command.current_dir(dir).env("LC_ALL", "C").env("PATH", format!("{path}:/usr/sbin:/sbin")).env("HOME", dir);
    command
}

/// `nobody`, where there are no accounts of the packages'.
const NOBODY: u32 = 65534;
