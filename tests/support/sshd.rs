//! A real `sshd` on loopback that trusts one CA and nothing else.
//!
//! The test holds the listening socket and starts one `sshd -i` for each connection, so no port is ever guessed, and the processes
//! of a connection are known by pid.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::process::{Signal, geteuid};

use super::keys::KeyPair;
use super::process::{Running, end_for_sure};

/// Where Debian and most others keep it; sshd wants to be called by its absolute path.
const SSHD: &str = "/usr/sbin/sshd";

/// The listener and its connections. Dropping it ends them all.
#[derive(Debug)]
pub(crate) struct Sshd {
    pub(crate) port: u16,
    pub(crate) host_key: KeyPair,
    dir: PathBuf,
    stop: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<Running>>>,
    accepting: Option<JoinHandle<()>>,
}

impl Sshd {
    /// Listens; whoever brings a certificate of `user_ca`, or the key `authorized`, may log in as whom they name.
    #[track_caller]
    pub(crate) fn start(dir: &Path, user_ca: Option<&KeyPair>, authorized: Option<&KeyPair>) -> Self {
        Self::start_for(dir, user_ca, authorized, None, "")
    }

    /// The same, where whoever runs the test has another shell and home than the system says, and with more configuration.
    #[track_caller]
    pub(crate) fn start_for(
        dir: &Path,
        user_ca: Option<&KeyPair>,
        authorized: Option<&KeyPair>,
        account: Option<&Account>,
        more: &str,
    ) -> Self {
        assert!(Path::new(SSHD).exists(), "{SSHD} is missing: ./install.sh test --packages-only installs it");
        if geteuid().is_root() {
            // sshd's own privilege separation directory; Debian makes it when the service starts, which here it never did.
            fs::create_dir_all("/run/sshd").expect("/run/sshd");
        }
        fs::create_dir_all(dir).expect("a folder");
        let host_key = KeyPair::make(&dir.join("host_key"));
        let config = dir.join("sshd_config");
        // Of each option the first value counts.
        let text = more.to_owned() + &config_text(dir, &host_key, user_ca, authorized);
        fs::write(&config, text).expect("a configuration");
        let users = account.map(|account| account.write(dir)).unwrap_or_default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of loopback");
        let port = listener.local_addr().expect("its address").port();
        let (stop, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let accepting = std::thread::spawn({
            let (stop, connections, dir) = (Arc::clone(&stop), Arc::clone(&connections), dir.to_owned());
            move || accept(&listener, &stop, &connections, &dir, &users)
        });
        Self { port, host_key, dir: dir.to_owned(), stop, connections, accepting: Some(accepting) }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// Kills every connection at once, as a machine that dies would.
    pub(crate) fn kill_connections(&self) {
        for connection in lock(&self.connections).iter() {
            // The one that speaks first, so that it cannot say that the others have gone.
            let others = descendants(connection.pid());
            connection.signal(Signal::KILL);
            others.into_iter().for_each(end_for_sure);
        }
    }

    /// How many connections are open.
    pub(crate) fn open_connections(&self) -> usize {
        let mut connections = lock(&self.connections);
        connections.retain_mut(|connection| connection.has_ended().is_none());
        connections.len()
    }
}

/// What an `sshd` takes for the account of whoever runs the test.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) shell: PathBuf,
    pub(crate) home: PathBuf,
}

impl Account {
    /// The library that lets a program read another passwd file, and that file. sshd hands neither on to what it starts.
    fn write(&self, dir: &Path) -> Vec<(&'static str, PathBuf)> {
        let library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"]
            .map(|dir| Path::new(dir).join("libnss_wrapper.so"))
            .into_iter()
            .find(|path| path.exists())
            .expect("libnss_wrapper.so is missing: ./install.sh test --packages-only installs it");
        let (passwd, group) = (dir.join("passwd"), dir.join("group"));
        let real = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
        let text = real.lines().map(|line| {
            let mut fields: Vec<&str> = line.split(':').collect();
            let (home, shell) = (self.home.display().to_string(), self.shell.display().to_string());
            if fields.first() == Some(&self.login.as_str()) && fields.len() == 7 {
                fields.truncate(5);
                return format!("{}:{home}:{shell}\n", fields.join(":"));
            }
            format!("{line}\n")
        });
        fs::write(&passwd, text.collect::<String>()).expect("a passwd file");
        fs::copy("/etc/group", &group).expect("a group file");
        vec![("LD_PRELOAD", library), ("NSS_WRAPPER_PASSWD", passwd), ("NSS_WRAPPER_GROUP", group)]
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.accepting.take() {
            let _ = thread.join();
        }
        self.kill_connections();
    }
}

/// Pids of the children of a process, and theirs.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let mut all = Vec::new();
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    for task in tasks {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|word| word.parse().ok()) {
            all.extend(descendants(child));
            all.push(child);
        }
    }
    all
}

fn accept(
    listener: &TcpListener,
    stop: &AtomicBool,
    connections: &Mutex<Vec<Running>>,
    dir: &Path,
    users: &[(&str, PathBuf)],
) {
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let _ = socket.set_nodelay(true);
        let (input, output) = (OwnedFd::from(socket.try_clone().expect("a second handle")), OwnedFd::from(socket));
        let mut sshd = Command::new(SSHD);
        sshd.args(["-i", "-f"]).arg(dir.join("sshd_config")).arg("-E").arg(dir.join("log"));
        sshd.envs(users.iter().map(|(name, value)| (*name, value)));
        sshd.stdin(Stdio::from(input)).stdout(Stdio::from(output)).stderr(Stdio::null());
        lock(connections).push(Running::start(&mut sshd));
    }
}

fn config_text(dir: &Path, host_key: &KeyPair, user_ca: Option<&KeyPair>, authorized: Option<&KeyPair>) -> String {
    let trusted = user_ca.map_or_else(|| "none".to_owned(), |ca| format!("{}.pub", ca.path.display()));
    let keys = authorized.map_or_else(
        || "none".to_owned(),
        |key| {
            let file = dir.join("authorized_keys");
            fs::write(&file, format!("{}\n", key.public)).expect("authorized_keys");
            file.display().to_string()
        },
    );
    format!(
        "HostKey {}\nTrustedUserCAKeys {trusted}\nAuthorizedKeysFile {keys}\nPermitRootLogin prohibit-password\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nLogLevel VERBOSE\n\
         PrintMotd no\nPrintLastLog no\nAcceptEnv LANG LC_*\nSubsystem sftp internal-sftp\nPidFile none\nUseDNS no\n\
         MaxSessions 100\nMaxStartups 200\n",
        host_key.path.display()
    )
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
