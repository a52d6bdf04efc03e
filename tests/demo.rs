//! What the demo provides, tried for real: the private sshd behind `box`, the sandbox around `here`, and that neither outlives
//! its bastion.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says why")]

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use holdpoint::cli::demo_setup::{Demo, DemoError, provision};
use holdpoint::config::{Config, TargetKind};
use holdpoint::model::{ExitStatus, Principal, PtySize, SessionId, Size, Wall};
use holdpoint::policy::{Channel, Circumstances, Policy};
use holdpoint::target::sandbox::{Sandbox, Wanted, Way};
use holdpoint::target::{FromTarget, Job, Lane, local};
use tempfile::TempDir;

/// The binary; a test that runs itself again as another user brings a copy that this user can reach.
fn program() -> PathBuf {
    std::env::var_os("HOLDPOINT_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_holdpoint").into(), PathBuf::from)
}

/// A demo whose shell's home, which lies outside its root, goes with it.
struct Provided(Demo);

impl std::ops::Deref for Provided {
    type Target = Demo;

    fn deref(&self) -> &Demo {
        &self.0
    }
}

impl Drop for Provided {
    fn drop(&mut self) {
        if let Some(TargetKind::Local(here)) = self.0.config.targets.get("here").map(|target| &target.kind) {
            let _ = fs::remove_dir_all(&here.home);
        }
    }
}

fn demo(root: &Path) -> Provided {
    let listen = "127.0.0.1:2222".parse().expect("an address");
    Provided(provision(root, &program(), listen, &mut rand::rng()).expect("a demo"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).permissions().mode() & 0o7777
}

/// Waits for what other processes do.
#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("waited 10 s in vain until {what}");
}

/// A temporary directory that other users can pass through, as a checkout is.
fn open_dir() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    dir
}

#[test]
fn a_demo_is_made_once_and_reused() {
    let root = open_dir();
    let first = demo(root.path());
    let keys = root.path().join("keys");
    for name in ["host_key", "user_ca", "host_ca", "ledger_key", "demo/engineer", "demo/approver", "demo/auditor"] {
        assert_eq!(mode(&keys.join(name)), 0o600, "{name}");
        assert!(first.made.iter().any(|made| made.ends_with(name)), "{name}");
    }
    for dir in ["keys", "keys/demo", "keys/demo/box", "run", "recordings"] {
        assert_eq!(mode(&root.path().join(dir)), 0o700, "{dir}");
    }
    let (ca, made) = (first.keyring.user_ca.fingerprint(), first.made.len());
    drop(first);
    // git makes folders that everybody may enter.
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o755)).expect("chmod");
    let second = demo(root.path());
    assert_eq!((second.keyring.user_ca.fingerprint(), second.made.len()), (ca, 0), "{made} were made at first");
    assert_eq!(mode(&keys), 0o700);
    assert!(second.config.demo);
    assert_eq!(second.config.users.len(), 3);
    assert_eq!(second.people.len(), 3);
}

#[test]
fn a_demo_refuses_any_address_but_loopback() {
    let root = open_dir();
    for open in ["0.0.0.0:2222", "[::]:2222", "192.0.2.1:2222"] {
        let refused = provision(root.path(), &program(), open.parse().expect("an address"), &mut rand::rng());
        assert!(matches!(refused, Err(DemoError::NotLoopback(_))), "{open}");
    }
    assert!(!root.path().join("keys").exists(), "nothing is made before the refusal");
}

#[test]
fn check_finds_the_keys_of_a_demo_in_a_configuration_of_ones_own() {
    let root = open_dir();
    let demo = demo(root.path());
    let check = |file: &Path| -> (Option<i32>, String) {
        let out = Command::new(program()).arg("check").arg("--config").arg(file).output().expect("check");
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let (code, said) = check(&demo.config_file);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the configuration of a demo"), "{said}");

    let text = fs::read_to_string(&demo.config_file).expect("it was written").replace("demo = true", "");
    let own = root.path().join("own.toml");
    fs::write(&own, &text).expect("written");
    let (code, said) = check(&own);
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said.matches("`holdpoint demo` made").count(), 3, "{said}");
    // Somebody took the comments away.
    fs::write(&own, text.replace("holdpoint-demo", "mine")).expect("written");
    let (code, said) = check(&own);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(said.matches("made by `holdpoint demo`").count(), 3, "{said}");
}

#[test]
fn ca_show_prints_what_clients_and_targets_need() {
    let root = open_dir();
    let demo = demo(root.path());
    let out =
        Command::new(program()).args(["ca", "show", "--config"]).arg(&demo.config_file).output().expect("ca show");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{out:?}");
    assert!(said.contains(&demo.keyring.user_ca.fingerprint()) && said.contains("TrustedUserCAKeys"), "{said}");
    assert!(said.contains("@cert-authority [127.0.0.1]:2222,[localhost]:2222 ssh-ed25519 "), "{said}");
    assert!(!said.contains("PRIVATE"));
}

/// `ssh` to the box with a certificate that `ssh-keygen` signed with the demo's user CA.
fn ssh_to_box(root: &Path, port: u16, login: &str, principal: &str, key_id: &str, command: &str) -> Output {
    let key = root.join(format!("key-{key_id}"));
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.expect("ssh-keygen").success());
    let mut sign = Command::new("ssh-keygen");
    sign.arg("-q").arg("-s").arg(root.join("keys/user_ca")).args(["-I", key_id, "-n", principal, "-V", "+1m"]);
    let signed = sign.arg(&key).status();
    assert!(signed.expect("ssh-keygen").success());
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes"]);
    ssh.args(["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-p", &port.to_string()])
        .arg("-i")
        .arg(&key);
    ssh.arg(format!("{login}@127.0.0.1")).arg(command).stdin(Stdio::null()).output().expect("ssh")
}

#[test]
fn the_box_trusts_the_user_ca_alone_and_logs_the_key_id() {
    let root = open_dir();
    let demo = demo(root.path());
    let server = demo.server.as_ref().expect("an OpenSSH server is installed");
    let login = server.logins[0].clone();
    let TargetKind::Ssh(target) = &demo.config.targets["box"].kind else { panic!("box is reached by ssh") };
    assert_eq!((target.port, target.default_login.as_str()), (server.port, login.as_str()));

    let out = ssh_to_box(root.path(), server.port, &login, &login, "s1_engineer_-", "id -un");
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), login, "{out:?}\n{}", log(&server.log));
    assert!(log(&server.log).contains("s1_engineer_-"), "{}", log(&server.log));

    let other = ssh_to_box(root.path(), server.port, &login, "somebody", "other", "id -un");
    assert_eq!(other.status.code(), Some(255), "a certificate for another login opens nothing");

    // Dropping the demo ends the server and what runs behind it.
    let port = server.port;
    drop(demo);
    wait_until("the box is gone", || TcpStream::connect(("127.0.0.1", port)).is_err());
}

fn log(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// A bastion that is killed cannot tidy up: its keeper does. Here a shell plays the bastion, and what is kept leaves an
/// orphan that has even a session of its own.
#[test]
fn given_a_killed_bastion_nothing_that_was_kept_lingers() {
    let dir = open_dir();
    let pids = dir.path().join("pids");
    let script = format!(
        "mkfifo {fifo}; exec 9<>{fifo}; {keep} keep -- sh -c 'setsid sleep 1000 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait' < {fifo} & \
         exec sleep 1000 9>&9",
        fifo = dir.path().join("line").display(),
        keep = program().display(),
        pids = pids.display(),
    );
    // The keeper itself may not hold the writing end, or it would wait for itself.
    let script = script.replace("wait' < ", "wait' 9>&- < ");
    let mut bastion = Command::new("sh").arg("-c").arg(script).stdin(Stdio::null()).spawn().expect("sh");
    wait_until("the program runs", || pids.exists());
    let kept: Vec<PathBuf> = log(&pids).split_whitespace().map(|pid| Path::new("/proc").join(pid)).collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|pid| pid.exists()));
    bastion.kill().expect("SIGKILL");
    bastion.wait().expect("it is dead");
    wait_until("nothing of it is left", || !kept.iter().any(|pid| pid.exists()));
}

/// The secrets of a bastion, and a socket.
struct Secrets {
    dir: TempDir,
    _socket: std::os::unix::net::UnixListener,
}

impl Secrets {
    fn lay_out() -> Self {
        // Not in /tmp: where Landlock alone keeps the shell out, it cannot write beside the way to the secrets.
        let dir = TempDir::new_in("/var/tmp").expect("a directory");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
        for name in ["keys", "recordings", "run"] {
            fs::create_dir(dir.path().join(name)).expect("a directory");
            fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(0o700)).expect("chmod");
        }
        fs::write(dir.path().join("keys/user_ca"), "SECRET").expect("written");
        fs::write(dir.path().join("recordings/db"), "SECRET").expect("written");
        let socket = std::os::unix::net::UnixListener::bind(dir.path().join("run/control.sock")).expect("a socket");
        Self { dir, _socket: socket }
    }

    fn hidden(&self) -> Vec<PathBuf> {
        ["keys", "recordings", "run"].map(|name| self.dir.path().join(name)).into()
    }
}

/// Runs a script in a sandbox as the bastion runs a shell.
fn in_sandbox(sandbox: &Sandbox, home: &Path, script: &str) -> Output {
    let (program, arguments) = sandbox.launcher().split_first().expect("a launcher");
    let mut command = Command::new(program);
    command.args(arguments).args(["/bin/sh", "-c", script]).env_clear();
    command
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", home)
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .env("BASH_ENV", "/etc/passwd");
    command.current_dir(home).stdin(Stdio::null()).output().expect("the launcher starts")
}

/// Each line is tried alone; what it prints or changes must not happen.
fn attacks(secrets: &Secrets) -> Vec<String> {
    let at = secrets.dir.path().display();
    let bastion = std::process::id();
    vec![
        format!("cat {at}/keys/user_ca"),
        format!("ls {at}/keys/*"),
        format!("ls {at}/recordings"),
        format!("cat {at}/recordings/db"),
        format!("cp {at}/keys/user_ca stolen && cat stolen"),
        format!("ln {at}/keys/user_ca stolen && cat stolen"),
        format!("ln -sf {at}/keys link && cat link/user_ca"),
        format!("mv {at}/keys moved && cat moved/user_ca"),
        format!("chmod 777 {at}/keys && cat {at}/keys/user_ca"),
        format!("umount {at}/keys && cat {at}/keys/user_ca"),
        format!("unshare -Urm sh -c 'umount {at}/keys; cat {at}/keys/user_ca' && cat {at}/keys/user_ca"),
        format!("head -c 1 /proc/{bastion}/mem"),
        format!("cat /proc/{bastion}/root{at}/keys/user_ca"),
        format!("cat /proc/{bastion}/environ"),
        format!("ls /proc/{bastion}/fd/"),
        format!("readlink /proc/{bastion}/exe"),
    ]
}

fn assert_confined(sandbox: &Sandbox, secrets: &Secrets, home: &Path) {
    for attack in attacks(secrets) {
        let out = in_sandbox(sandbox, home, &attack);
        assert!(!out.status.success(), "{:?}: `{attack}` worked: {out:?}", sandbox.way());
        assert!(!String::from_utf8_lossy(&out.stdout).contains("SECRET"), "{:?}: `{attack}`: {out:?}", sandbox.way());
    }
    assert_eq!(log(&secrets.dir.path().join("keys/user_ca")), "SECRET");
    let environment = in_sandbox(sandbox, home, "env");
    assert!(!String::from_utf8_lossy(&environment.stdout).contains("BASH_ENV"), "{environment:?}");
}

/// What people do in a shell.
fn assert_usable(sandbox: &Sandbox, home: &Path) {
    for work in [
        "ls -l /usr/bin /etc .",
        "echo text > file && mkdir -p d && mv file d/ && cat d/file && rm -r d",
        "command -v vim || exit 0; vim -es -u NONE -c 'normal ihello' -c 'wq! edited' && grep hello edited",
        "command -v tmux || exit 0; T=$HOME/t.sock; tmux -S $T -f /dev/null new -d 'echo in-tmux > tmuxed; sleep 5' && \
         for i in 1 2 3 4 5 6 7 8 9; do test -s tmuxed && break; sleep 0.2; done; tmux -S $T kill-server; grep in-tmux tmuxed",
        "echo x > /dev/null && cat /dev/zero | head -c 10 > /dev/null && mktemp",
    ] {
        let out = in_sandbox(sandbox, home, work);
        assert!(out.status.success(), "{:?}: `{work}`: {out:?}", sandbox.way());
    }
}

#[test]
fn the_shell_of_a_bastion_that_is_root_is_another_user_who_reaches_nothing() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (secrets, home) = (Secrets::lay_out(), open_dir());
    let nobody = 65534;
    std::os::unix::fs::chown(home.path(), Some(nobody), Some(nobody)).expect("chown");
    let wanted = Wanted {
        shell: "/bin/sh".into(),
        home: home.path().to_owned(),
        account: (nobody, nobody),
        hidden: secrets.hidden(),
        fresh: vec![],
    };
    let sandbox = Sandbox::prepare(&program(), &wanted).expect("a sandbox");
    assert_eq!(sandbox.way(), Way::OtherUser { uid: nobody, gid: nobody });
    assert_confined(&sandbox, &secrets, home.path());
    assert_usable(&sandbox, home.path());
    let id = in_sandbox(&sandbox, home.path(), "id -u; id -G; grep NoNewPrivs: /proc/self/status");
    assert_eq!(String::from_utf8_lossy(&id.stdout), "65534\n65534\nNoNewPrivs:\t1\n");

    // What is open to everybody cannot be hidden from another user: then there is no shell at all.
    fs::set_permissions(secrets.dir.path().join("recordings"), fs::Permissions::from_mode(0o755)).expect("chmod");
    assert_eq!(in_sandbox(&sandbox, home.path(), "echo a shell").stdout, b"");
    assert!(Sandbox::prepare(&program(), &wanted).is_err());
}

/// What a command prints on the demo's target `here`, run as the bastion runs it: admitted by policy, on a terminal.
async fn on_terminal(demo: &Demo, command: &str) -> (String, Option<ExitStatus>) {
    let who = Principal {
        user: "engineer".to_owned(),
        roles: ["engineer".to_owned()].into(),
        source: None,
        fingerprint: "SHA256:test".to_owned(),
    };
    let place = demo.config.place("here", None).expect("the target here");
    let circumstances = Circumstances { now: Wall(1_795_262_671_000_000), channel: Channel::Exec };
    let session = SessionId::from_bytes([1; 10]);
    let policy = Policy::builtin().expect("the policy that is built in");
    let admission = policy.connect(session, &who, &place, &circumstances, Duration::from_secs(60)).expect("admitted");
    let pty = Some(PtySize { term: "xterm-256color".to_owned(), size: Size::new(100, 30) });
    let job = Job {
        command: Some(command.to_owned()),
        pty,
        modes: vec![],
        hooks: None,
        env: vec![("LC_ALL".into(), "C".into())],
    };
    let input = Lane::new(1 << 16, 1 << 20, vec![]);
    let mut upstream = local::start(&admission, &demo.launches["here"], &job, input).expect("it starts");
    let (mut text, mut status) = (Vec::new(), None);
    while let Ok(Some(item)) = tokio::time::timeout(Duration::from_secs(10), upstream.next()).await {
        match item {
            FromTarget::Data(_, bytes) => text.extend_from_slice(&bytes),
            FromTarget::Exit(exit) => status = Some(exit),
            FromTarget::Eof => {}
            FromTarget::Closed | FromTarget::Broken(_) => break,
        }
    }
    (String::from_utf8_lossy(&text).replace("\r\n", "\n"), status)
}

async fn assert_terminal_works(demo: &Demo) {
    let user = demo.launches["here"].user.clone();
    let (said, status) =
        on_terminal(demo, "stty size; id -un; pwd; echo $TERM $LC_ALL $USER; ls victim; test -w $(tty)").await;
    let home = demo.launches["here"].home.display().to_string();
    assert_eq!(said, format!("30 100\n{user}\n{home}\nxterm-256color C {user}\nprecious.txt\n"));
    assert_eq!(status, Some(ExitStatus::Code { code: 0 }));
    // vim and tmux take the whole terminal; each ends by itself.
    let (said, _) = on_terminal(
        demo,
        "command -v vim > /dev/null || echo text > saved; vim -u NONE -c 'normal itext' -c 'wq' saved; cat saved",
    )
    .await;
    assert!(said.ends_with("text\n"), "{said:?}");
    let (said, _) = on_terminal(demo, "LC_ALL=C.UTF-8 tmux -f /dev/null new 'id -un > in-tmux'; cat in-tmux").await;
    assert!(said.ends_with(&format!("{user}\n")), "{said:?}");
    let secret = demo.config.keys.user_ca.display().to_string();
    let (said, status) = on_terminal(demo, &format!("cat {secret}")).await;
    assert!(!said.contains("PRIVATE") && status != Some(ExitStatus::Code { code: 0 }), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shell_of_the_demo_has_a_whole_terminal() {
    let root = open_dir();
    let demo = demo(root.path());
    assert_terminal_works(&demo).await;
}

/// Runs one test of this file again as nobody, who can make no other user: the ways of a bastion that is not root.
fn again_as_nobody(test: &str) {
    let dir = open_dir();
    let (own, copy) = (dir.path().join("test"), dir.path().join("holdpoint"));
    fs::copy(std::env::current_exe().expect("this test"), &own).expect("copied");
    fs::copy(program(), &copy).expect("copied");
    let mut again = Command::new("setpriv");
    again.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&own).args(["--exact", test]);
    let out = again.env("HOLDPOINT_TEST_PROGRAM", &copy).current_dir("/").output().expect("setpriv (util-linux)");
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

#[test]
fn the_shell_of_a_bastion_that_is_a_plain_user_reaches_nothing_either() {
    let us = rustix::process::geteuid();
    if us.is_root() {
        return again_as_nobody("the_shell_of_a_bastion_that_is_a_plain_user_reaches_nothing_either");
    }
    let (secrets, home) = (Secrets::lay_out(), TempDir::new_in("/var/tmp").expect("a home"));
    let wanted = Wanted {
        shell: "/bin/sh".into(),
        home: home.path().to_owned(),
        account: (us.as_raw(), rustix::process::getegid().as_raw()),
        hidden: secrets.hidden(),
        fresh: vec!["/tmp".into(), "/run".into()],
    };
    let sandbox = Sandbox::prepare(&program(), &wanted).expect("a sandbox");
    if sandbox.way() == Way::Namespace {
        assert_confined(&sandbox, &secrets, home.path());
        assert_usable(&sandbox, home.path());
        let socket = secrets.dir.path().join("run/control.sock");
        let connect =
            format!("python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{}\")'", socket.display());
        assert!(!in_sandbox(&sandbox, home.path(), &connect).status.success());
        assert!(in_sandbox(&sandbox, home.path(), "ls /").status.success());
    }
    // The way that is left where there are no namespaces.
    let sandbox = Sandbox::try_way(&program(), &wanted, Way::Landlock).expect("a kernel with Landlock 3");
    assert_confined(&sandbox, &secrets, home.path());
    assert_usable(&sandbox, home.path());
}

#[test]
fn a_demo_of_a_plain_user_offers_both_targets() {
    let us = rustix::process::geteuid();
    if us.is_root() {
        return again_as_nobody("a_demo_of_a_plain_user_offers_both_targets");
    }
    let root = open_dir();
    let demo = demo(root.path());
    let server = demo.server.as_ref().unwrap_or_else(|| panic!("{:?}", demo.notes));
    assert!(demo.launches.contains_key("here"), "{:?}", demo.notes);
    assert_eq!(server.logins.len(), 1, "sshd of a plain user lets in nobody else");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(assert_terminal_works(&demo));
}

#[test]
fn a_shell_without_terminal_dies_with_its_bastion() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let dir = open_dir();
    let pid = dir.path().join("pid");
    let script = format!(
        "{keep} sandbox-exec --way user --uid 65534 --gid 65534 --parent $$ -- /bin/sh -c 'echo $$; exec sleep 1000' > {pid} & wait",
        keep = program().display(),
        pid = pid.display()
    );
    let mut bastion = Command::new("sh").arg("-c").arg(script).stdin(Stdio::null()).spawn().expect("sh");
    wait_until("the shell runs", || log(&pid).ends_with('\n'));
    let shell = Path::new("/proc").join(log(&pid).trim());
    assert!(shell.exists());
    bastion.kill().expect("SIGKILL");
    bastion.wait().expect("it is dead");
    wait_until("the shell is gone", || !shell.exists());
}

/// Its configuration is the one that its verbs read.
#[test]
fn the_configuration_that_a_demo_writes_holds() {
    let root = open_dir();
    let demo = demo(root.path());
    let config = Config::load(&demo.config_file).expect("it holds");
    assert_eq!(config.targets.keys().collect::<Vec<_>>(), ["box", "here"]);
    let TargetKind::Local(here) = &config.targets["here"].kind else { panic!("here is local") };
    assert_eq!(demo.launches["here"].home, here.home);
    let launches = holdpoint::cli::local_shell::launches(&config, &program()).expect("serve would offer it as well");
    assert_eq!(launches["here"].0, demo.launches["here"]);
    assert!(here.home.join("victim/precious.txt").exists() && here.home.join("customers.csv").exists());
}
