//! A throwaway PostgreSQL: its data in a temporary folder, a unix socket in the same, no port.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::support::process::Running;
use crate::support::wait_for;

/// The server. Dropping it ends it and removes its data.
pub(crate) struct Postgres {
    server: Option<Running>,
    dir: TempDir,
}

/// Its superuser, and the only one.
pub(crate) const USER: &str = "tester";

impl Postgres {
    /// Starts one; it takes connections when this returns.
    #[track_caller]
    pub(crate) fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("pg").tempdir().expect("a temporary folder");
        let data = dir.path().join("data");
        if geteuid().is_root() {
            // PostgreSQL refuses to be root: the account that Debian's package brings owns the folder.
            let (uid, gid) = account();
            std::os::unix::fs::chown(dir.path(), Some(uid), Some(gid)).expect("the folder can be given away");
        }
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).expect("a mode");
        let made = program("initdb", dir.path())
            .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-U", USER, "-D"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let log = std::fs::File::create(dir.path().join("log")).expect("a log");
        let mut server = program("postgres", dir.path());
        server.args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"]).arg(dir.path()).arg("-D").arg(&data);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let server = Some(Running::start(&mut server));
        let postgres = Self { server, dir };
        wait_for("PostgreSQL answers", || (postgres.ask("select 1") == "1").then_some(()));
        postgres
    }

    /// What a person types to open its console.
    pub(crate) fn console(&self) -> String {
        format!("psql -X -h {} -U {USER} postgres", self.dir.path().display())
    }

    /// What it answers, without a bastion.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-A", "-t", "-U", USER, "-h"]).arg(self.dir.path()).args(["-c", sql, "postgres"]);
        let out = psql.stdin(Stdio::null()).output().expect("psql runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("PostgreSQL said: {}", std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default());
        }
        if let Some(mut server) = self.server.take() {
            // Fast shutdown (SIGINT): it does not wait for those who are connected.
            server.signal(rustix::process::Signal::INT);
            server.wait();
        }
    }
}

/// A program of the server, as somebody who may run it.
fn program(name: &str, dir: &Path) -> Command {
    let path = find(name);
    let mut command = if geteuid().is_root() {
        let (uid, gid) = account();
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir(dir).env("LC_ALL", "C");
    command
}

/// The owner of what Debian's package brings.
fn account() -> (u32, u32) {
    let home = std::fs::metadata("/var/lib/postgresql").expect("/var/lib/postgresql, which the package makes");
    (home.uid(), home.gid())
}

/// Debian keeps the server's programs beside the path, one folder a version.
fn find(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin").join(name)).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}
