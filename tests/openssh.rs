//! The data path, shown with the real tools: `ssh`, `sshd`, a terminal, signals, and what the kernel says of memory.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use holdpoint::broker::Clock;
use holdpoint::ca::keyfile::load_signing;
use holdpoint::ca::{IssueOptions, UserCa, issue};
use holdpoint::model::{Admitted, Place, Principal, SessionId, Wall};
use holdpoint::policy::{Channel, Circumstances, Policy};
use russh::keys::ssh_key::LineEnding;

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

/// The certificate of a session against a real sshd: accepted with its facts in sshd's log; refused once it is too old, for another
/// login, and from another address.
#[test]
fn sshd_logs_the_key_id_and_refuses_what_the_certificate_does_not_say() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let ca = KeyPair::make(&dir.path().join("user_ca"));
    let sshd = Sshd::start(&dir.path().join("sshd"), Some(&ca), None);
    let authority = UserCa::new(load_signing(&ca.path, None).expect("ssh-keygen's key is a key for us"));
    let me = me();
    let (here, elsewhere) = ("127.0.0.1".parse().ok(), "192.0.2.1".parse().ok());
    // In this order, since the CA refuses to issue once its clock went back.
    let now = Clock::new().now().wall;
    let hour = Duration::from_secs(3600);
    let too_old = certificate(dir.path(), "too_old", &authority, &me, here, Wall(now.0 - micros(hour)));
    let good = certificate(dir.path(), "good", &authority, &me, here, now);
    let other_login = certificate(dir.path(), "other_login", &authority, "somebody-else", here, now);
    let other_place = certificate(dir.path(), "other_place", &authority, &me, elsewhere, now);
    let too_early = certificate(dir.path(), "too_early", &authority, &me, here, Wall(now.0 + micros(hour)));
    let run = |key: &KeyPair| Client::new(dir.path(), sshd.port, &sshd.host_key.public, key).run(&me, "echo in");

    let done = run(&good.key);
    assert_eq!((done.code, done.text().as_str()), (0, "in\n"), "{}\n{}", done.err, sshd.log());
    let facts = format!("ID {} (serial {}) CA ED25519 SHA256:", good.admitted.key_id, good.admitted.serial);
    assert!(sshd.log().contains(&facts), "'{facts}' is not in sshd's log:\n{}", sshd.log());
    assert!(good.admitted.key_id.ends_with("/alice/-") && good.admitted.serial != 0, "{:?}", good.admitted);
    let shown = keygen_l(&good.key.path.with_file_name("good-cert.pub"));
    for fact in
        ["user certificate", &format!("Serial: {}", good.admitted.serial), "source-address 127.0.0.1", "permit-pty"]
    {
        assert!(shown.contains(fact), "'{fact}' is not in: {shown}");
    }

    for (key, why) in [
        (&too_old.key, "Certificate invalid: expired"),
        (&too_early.key, "Certificate invalid: not yet valid"),
        (&other_login.key, "Certificate invalid: name is not a listed principal"),
        (&other_place.key, "not from a permitted source address"),
    ] {
        let done = run(key);
        assert_eq!((done.code, done.text().as_str()), (255, ""), "{why}: {}", sshd.log());
        assert!(sshd.log().contains(why), "'{why}' is not in sshd's log:\n{}", sshd.log());
    }
}

/// A certificate as files that `ssh` can use.
struct Issued {
    key: KeyPair,
    admitted: Admitted,
}

/// Issues a certificate as a session of `alice` would get it, at that moment.
#[track_caller]
fn certificate(dir: &Path, name: &str, ca: &UserCa, login: &str, from: Option<IpAddr>, at: Wall) -> Issued {
    let policy = Policy::builtin().expect("the built-in policy");
    let who = Principal {
        user: "alice".to_owned(),
        roles: BTreeSet::from(["engineer".to_owned()]),
        source: from,
        fingerprint: "SHA256:none".to_owned(),
    };
    let place = Place { target: "box".to_owned(), login: login.to_owned(), labels: BTreeMap::new() };
    let circumstances = Circumstances { now: at, channel: Channel::Exec };
    let session = SessionId::from_bytes(rand::random());
    let admission =
        policy.connect(session, &who, &place, &circumstances, Duration::from_secs(60)).expect("an admission");
    let options = IssueOptions {
        validity: Duration::from_secs(60),
        source_address: from,
        pty: true,
        force_command: None,
        request: None,
    };
    let issued = issue(ca, &admission, &options, at, &mut rand::rng()).expect("a certificate");
    let path = dir.join(name);
    let private = issued.key.to_openssh(LineEnding::LF).expect("a private key");
    fs::write(&path, private.as_bytes()).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
    fs::write(path.with_extension("pub"), issued.key.public_key().to_openssh().expect("a public key")).expect("a file");
    let beside = dir.join(format!("{name}-cert.pub"));
    fs::write(beside, issued.certificate.to_openssh().expect("a certificate")).expect("a file");
    Issued { key: KeyPair::read(&path), admitted: issued.admitted }
}

/// What `ssh-keygen -L` says of a certificate, blanks collapsed.
fn keygen_l(path: &Path) -> String {
    let out = Command::new("ssh-keygen").arg("-L").arg("-f").arg(path).output().expect("ssh-keygen runs");
    String::from_utf8_lossy(&out.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).expect("not that long")
}

/// Who runs the test: the one login that a private sshd can give, whoever that is.
fn me() -> String {
    let out = Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}
