//! The data path, shown with the real tools: `ssh`, `sshd`, a terminal, signals, and what the kernel says of memory.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

mod support;

use support::client::Client;
use support::keys::KeyPair;
use support::sshd::Sshd;
use support::terminal::Terminal;

/// The ground that the other tests stand on: this client, this server and this terminal work without a bastion between them.
#[test]
fn the_tools_work_without_a_bastion() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let key = KeyPair::make(&dir.path().join("id"));
    let sshd = Sshd::start(&dir.path().join("sshd"), None, Some(&key));
    let client = Client::new(dir.path(), sshd.port, &sshd.host_key.public, &key);
    let me = me();

    let done = client.run(&me, "printf one; printf two >&2; exit 7");
    assert_eq!((done.code, done.text().as_str(), done.err.as_str()), (7, "one", "two"), "{}", sshd.log());

    let mut words = client.words(&me);
    words.insert(1, "-tt".to_owned());
    let mut terminal = Terminal::start(&words);
    terminal.line("PS1='ready> '; stty size");
    terminal.wait_until("the prompt", |screen| screen.contains("24 80\nready>"));
    terminal.resize(100, 30);
    terminal.line("stty size");
    terminal.wait_text("30 100");
    terminal.line("exit 3");
    assert_eq!(terminal.wait_end(), 3);
    assert!(sshd.log().contains("Accepted publickey"), "{}", sshd.log());
}

/// Who runs the test: the one login that a private sshd can give, whoever that is.
fn me() -> String {
    let out = std::process::Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}
