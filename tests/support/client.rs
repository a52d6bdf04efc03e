//! The stock OpenSSH client, cut off from the user's own configuration, keys and known hosts.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::keys::KeyPair;
use super::process::{Running, code};

/// How to reach one server as one person.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    port: u16,
    key: PathBuf,
    known_hosts: PathBuf,
    options: Vec<String>,
    flags: Vec<String>,
}

/// What a command through ssh said and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Client {
    /// A client that knows the server's host key and has one key of its own.
    pub(crate) fn new(dir: &Path, port: u16, host_key: &str, key: &KeyPair) -> Self {
        let known_hosts = dir.join(format!("known_hosts.{port}"));
        fs::write(&known_hosts, format!("[127.0.0.1]:{port} {host_key}\n")).expect("known_hosts");
        Self { port, key: key.path.clone(), known_hosts, options: Vec::new(), flags: Vec::new() }
    }

    /// The same, with one more `-o`.
    pub(crate) fn with(&self, option: &str) -> Self {
        let mut client = self.clone();
        client.options.push(option.to_owned());
        client
    }

    /// The same, with one more flag: `-tt`, `-N` …
    pub(crate) fn flag(&self, flag: &str) -> Self {
        let mut client = self.clone();
        client.flags.push(flag.to_owned());
        client
    }

    /// Every word of the command line but the destination's command: `ssh … user@127.0.0.1`.
    pub(crate) fn words(&self, user: &str) -> Vec<String> {
        let mut words: Vec<String> = ["ssh", "-F", "none", "-p"].map(str::to_owned).into();
        words.push(self.port.to_string());
        words.extend(self.flags.iter().cloned());
        let key = format!("IdentityFile={}", self.key.display());
        let known = format!("UserKnownHostsFile={}", self.known_hosts.display());
        let fixed = [
            &key,
            &known,
            "GlobalKnownHostsFile=none",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "BatchMode=yes",
            "ConnectTimeout=20",
            "EscapeChar=none",
            "LogLevel=ERROR",
        ];
        // Of two values of one option ssh takes the first: the test's own come first.
        for option in self.options.iter().map(String::as_str).chain(fixed) {
            words.extend(["-o".to_owned(), option.to_owned()]);
        }
        words.push(format!("{user}@127.0.0.1"));
        words
    }

    /// `ssh user@… command`, not started yet. Its standard streams are the test's business.
    pub(crate) fn command(&self, user: &str, command: &[&str]) -> Command {
        let words = self.words(user);
        let mut ssh = Command::new(&words[0]);
        ssh.args(&words[1..]).args(command.iter().map(OsStr::new));
        ssh.stdin(Stdio::null());
        ssh
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn run(&self, user: &str, command: &str) -> Done {
        let mut ssh = self.command(user, &[command]);
        let out = ssh.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("ssh runs");
        Done { code: code(out.status), out: out.stdout, err: String::from_utf8_lossy(&out.stderr).into_owned() }
    }

    /// Starts a command whose input and output the test holds.
    #[track_caller]
    pub(crate) fn start(&self, user: &str, command: &str) -> Running {
        let mut ssh = self.command(user, &[command]);
        Running::start(ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }
}

impl Done {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}
