//! What an operator does and what goes wrong around it, with real processes: restarts, reloads, other keys, targets that are not who they
//! should be, channels that end in the middle, and a bastion of a plain user.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]
#![allow(dead_code, reason = "this crate uses its part of the support")]

mod support;

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use russh::client;
use russh::keys::ssh_key::PrivateKey;
use russh::keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelMsg, client::Msg};
use rustix::process::{Pid, Signal, geteuid, kill_process};

use support::bastion::{World, me};
use support::keys::KeyPair;
use support::process::{code, processes_with};
use support::sshd::Account;
use support::terminal::{CTRL_C, Terminal};
use support::wait_for;

fn boxed() -> String {
    format!("{}@box", me())
}

/// The bastion again, with a configuration that was changed.
fn reconfigure(world: &mut World, change: impl FnOnce(String) -> String) {
    assert_eq!(world.stop_bastion(), 0);
    let file = world.path().join("holdpoint.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, change(text)).expect("a configuration");
    world.start_bastion();
}

#[test]
fn a_dashboard_connects_again_when_its_bastion_comes_back() {
    let mut world = World::start();
    let path = |name: &str| world.path().join(name).display().to_string();
    let words =
        [env!("CARGO_BIN_EXE_holdpoint"), "dashboard", "--config", &path("holdpoint.toml"), "--identity", &path("bob")];
    let mut dashboard = Terminal::start(&words.map(str::to_owned));
    dashboard.wait_text("No holds. Nobody is connected.");
    world.kill_bastion();
    dashboard.wait_text("not connected");
    world.start_bastion();
    dashboard.wait_text("No holds. Nobody is connected.");
    let mut held = world.client("alice").start(&boxed(), "rm -rf ./no-such-thing-of-this-test");
    dashboard.wait_text("rm -rf ./no-such-thing");
    // A decision is dead for a moment after what it is about has appeared: whoever is too quick reads so, and tries again.
    wait_for("the dialog is open", || {
        dashboard.press("a");
        dashboard.contents().contains("runs this line on").then_some(())
    });
    wait_for("the approval was sent", || {
        dashboard.press("\r");
        (!dashboard.contents().contains("runs this line on")).then_some(())
    });
    assert_eq!(code(held.wait()), 0);
    dashboard.press(CTRL_C);
    assert_eq!(dashboard.wait_end(), 0);
}

#[test]
fn the_policy_is_read_again_at_a_hang_up_and_a_bad_one_changes_nothing() {
    let mut world = World::start();
    let dir = world.path().join("policy");
    fs::create_dir(&dir).expect("a folder");
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("policy")).expect("the policy").flatten() {
        fs::copy(file.path(), dir.join(file.file_name())).expect("a policy file");
    }
    reconfigure(&mut world, |text| text + "[policy]\ndir = \"policy\"\n");
    let (client, site) = (world.client("alice"), dir.join("site.cedar"));
    let reload = |said: &str| {
        let before = world.log().matches(said).count();
        let pid = i32::try_from(world.pid()).ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(pid, Signal::HUP).expect("the bastion runs");
        wait_for("the bastion has read it", || (world.log().matches(said).count() > before).then_some(()));
    };
    let mut live = Terminal::start(&client.flag("-tt").words(&boxed()));
    live.line("PS1='ready> '; clear");
    live.wait_until("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    assert_eq!(client.run(&boxed(), "echo on").text(), "on\n");

    let rule = "@id(\"site/nothing\")\n@says(\"nothing runs today\")\nforbid (principal, action == Action::\"run\", resource);\n";
    fs::write(&site, rule).expect("a rule");
    reload("the policy was read again and is in force");
    let refused = || {
        let done = client.run(&boxed(), "echo on");
        assert_eq!((done.code, done.text().as_str()), (126, ""), "{}", done.err);
        assert!(done.err.contains("denied by the rule site/nothing: nothing runs today"), "{}", done.err);
    };
    refused();
    // A session that was there before is under it, too.
    live.line("echo live");
    live.wait_text("denied by the rule site/nothing");

    fs::write(&site, "forbid (((").expect("no rule");
    reload("has faults: the one before stays in force");
    assert!(world.log().contains("site.cedar:1"), "{}", world.log());
    refused();

    fs::remove_file(&site).expect("it was there");
    reload("the policy was read again and is in force");
    assert_eq!(client.run(&boxed(), "echo on").text(), "on\n");
    let (_, audit, _) = world.verb("carol", &["audit"]);
    assert_eq!(audit.matches("policy loaded").count(), 2 + 2, "two starts, two that held: {audit}");
}

#[test]
fn a_target_that_shows_another_host_key_is_not_logged_in_to() {
    let mut world = World::start();
    let other = KeyPair::make(&world.path().join("other")).public;
    let pinned = world.sshd.host_key.public.clone();
    reconfigure(&mut world, |text| text.replace(&pinned, &other));
    let done = world.client("alice").run(&boxed(), "echo on");
    assert_eq!((done.code, done.text().as_str()), (255, ""), "{}", done.err);
    assert!(done.err.contains("box shows the host key SHA256:") && done.err.contains("not pinned"), "{}", done.err);
    let log = world.sshd.log();
    assert!(!log.contains("Accepted") && !log.contains("userauth"), "no certificate was shown: {log}");
}

#[test]
fn a_target_sees_the_source_address_that_is_configured() {
    let mut world = World::start();
    reconfigure(&mut world, |text| text.replace("logins = ", "source_address = [\"203.0.113.7\"]\nlogins = "));
    let done = world.client("alice").run(&boxed(), "echo on");
    assert_eq!(done.code, 255, "{}", done.err);
    wait_for("sshd says why", || world.sshd.log().contains("not from a permitted source address").then_some(()));
    reconfigure(&mut world, |text| text.replace("203.0.113.7", "203.0.113.7\", \"127.0.0.0/8"));
    assert_eq!(world.client("alice").run(&boxed(), "echo on").text(), "on\n");
}

#[test]
fn after_a_change_of_the_sealing_key_old_sessions_still_verify() {
    let mut world = World::start();
    assert_eq!(world.client("alice").run(&boxed(), "echo before").text(), "before\n");
    assert_eq!(world.stop_bastion(), 0);
    let keys = world.path().join("keys");
    let (key, public, trusted) = (keys.join("ledger_key"), keys.join("ledger_key.pub"), keys.join("ledger_trusted"));
    fs::copy(&public, &trusted).expect("the public half");
    fs::rename(&key, keys.join("ledger_key.old")).expect("the key");
    fs::remove_file(&public).expect("the public half");
    let (ended, made, said) = world.holdpoint(&["ca", "init"]);
    assert_eq!((ended, made.contains("ledger_key")), (0, true), "{made}{said}");
    world.start_bastion();
    assert_eq!(world.client("alice").run(&boxed(), "echo after").text(), "after\n");
    let (ended, faults, said) = world.verb("carol", &["verify", "--all"]);
    assert_eq!((ended, faults.as_str()), (0, ""), "{said}");
    assert_eq!(world.stop_bastion(), 0);
    let verify = |world: &World| world.holdpoint(&["verify", "--all"]);
    let (ended, faults, said) = verify(&world);
    assert_eq!((ended, faults.as_str()), (0, ""), "{said}");
    assert!(said.contains("2 sessions"), "{said}");
    fs::write(&trusted, "").expect("a list");
    let (ended, faults, _) = verify(&world);
    assert_eq!((ended, faults.contains("signed by a key that is not trusted here")), (7, true), "{faults}");
}

#[test]
fn the_picker_says_where_you_were_last() {
    let mut world = World::start();
    let pick = |world: &World| {
        let terminal = Terminal::start(&world.client("alice").flag("-tt").words("anywhere"));
        terminal.wait_until("both places", |screen| screen.contains("box") && screen.contains("here"));
        terminal
    };
    let starred = |screen: &str| -> Vec<bool> {
        ["@box", "@here"]
            .iter()
            .map(|place| screen.lines().any(|row| row.contains(place) && row.contains('★')))
            .collect()
    };
    assert_eq!(starred(&pick(&world).contents()), [false, false]);
    assert_eq!(world.client("alice").run(&boxed(), "echo on").text(), "on\n");
    assert_eq!(starred(&pick(&world).contents()), [true, false]);
    // Nobody else was there.
    let bob = Terminal::start(&world.client("bob").flag("-tt").words("anywhere"));
    bob.wait_until("something", |screen| !screen.trim().is_empty());
    assert!(!bob.contents().contains('★'), "{}", bob.contents());
    // The ledger remembers it.
    world.kill_bastion();
    world.start_bastion();
    assert_eq!(starred(&pick(&world).contents()), [true, false]);
}

/// The library's own client, for what the stock one never does.
struct Peer;

impl client::Handler for Peer {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// Logged in as alice.
async fn connect(world: &World, target: &str) -> client::Handle<Peer> {
    let key = PrivateKey::read_openssh_file(world.path().join("alice")).expect("a key");
    let address = ("127.0.0.1", world.port);
    let mut handle = client::connect(Arc::default(), address, Peer).await.expect("a bastion");
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    assert!(handle.authenticate_publickey(target, key).await.expect("an answer").success());
    handle
}

/// The next answer to a request.
async fn answer(channel: &mut russh::Channel<Msg>) -> bool {
    loop {
        match channel.wait().await.expect("the channel is open") {
            ChannelMsg::Success => return true,
            ChannelMsg::Failure => return false,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_shell_or_command_on_a_channel_that_runs_is_refused_and_disturbs_nothing() {
    let world = World::start();
    let handle = connect(&world, &boxed()).await;
    let mut channel = handle.channel_open_session().await.expect("a channel");
    channel.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.expect("sent");
    assert!(answer(&mut channel).await);
    channel.request_shell(true).await.expect("sent");
    assert!(answer(&mut channel).await);
    channel.request_shell(true).await.expect("sent");
    assert!(!answer(&mut channel).await);
    channel.exec(true, "echo second").await.expect("sent");
    assert!(!answer(&mut channel).await);
    channel.request_subsystem(true, "sftp").await.expect("sent");
    assert!(!answer(&mut channel).await);
    channel.data(&b"exit 3\r"[..]).await.expect("sent");
    let (mut said, mut status) = (Vec::new(), None);
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => said.extend_from_slice(&data),
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            _ => {}
        }
    }
    assert_eq!(status, Some(3), "{}", String::from_utf8_lossy(&said));
    assert!(!String::from_utf8_lossy(&said).contains("second"));
    let (_, recorded, _) = world.verb("carol", &["sessions", "--recorded"]);
    assert_eq!(recorded.lines().count(), 1, "{recorded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_closed_in_the_middle_hangs_up_on_its_command_and_on_nothing_else() {
    let world = World::start();
    let handle = connect(&world, &boxed()).await;
    // The number of seconds is the mark: nobody else sleeps that long.
    let mark = format!("777{}.5", std::process::id());
    let mut channel = handle.channel_open_session().await.expect("a channel");
    channel.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.expect("sent");
    assert!(answer(&mut channel).await);
    channel.exec(true, format!("sleep {mark}")).await.expect("sent");
    wait_for("it runs", || (!processes_with(&mark).is_empty()).then_some(()));
    channel.close().await.expect("sent");
    wait_for("it was hung up on", || processes_with(&mark).is_empty().then_some(()));
    let mut other = handle.channel_open_session().await.expect("the connection goes on");
    other.exec(true, "echo on").await.expect("sent");
    let mut said = Vec::new();
    while let Some(message) = other.wait().await {
        if let ChannelMsg::Data { data } = message {
            said.extend_from_slice(&data);
        }
    }
    assert_eq!(said, b"on\n");
    wait_for("both are over", || world.verb("bob", &["sessions"]).1.is_empty().then_some(()));
}

#[test]
fn a_session_that_is_ended_while_its_client_does_not_read_still_closes_its_channel() {
    let world = World::start();
    let mut ssh = world.client("alice").start(&boxed(), "yes 0123456789abcdef");
    let id = wait_for("it is live", || {
        let (_, rows, _) = world.verb("bob", &["sessions"]);
        rows.split('\t').next().filter(|id| !id.is_empty()).map(str::to_owned)
    });
    let mut stdout = ssh.child().stdout.take().expect("stdout");
    stdout.read_exact(&mut [0; 16]).expect("ssh's output");
    wait_for("everything on the way is full", || {
        let (_, status, _) = world.verb("bob", &["status", "--json"]);
        let status: serde_json::Value = serde_json::from_str(&status).ok()?;
        (status["queued_bytes"].as_u64()? >= 128 << 10).then_some(())
    });
    // Once ends the session, twice does not wait for its client either.
    assert_eq!(world.verb("bob", &["kill", &id]).0, 0);
    wait_for("it is gone", || {
        let left = world.verb("bob", &["sessions"]).1;
        if !left.is_empty() {
            world.verb("bob", &["kill", &id]);
        }
        left.is_empty().then_some(())
    });
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).expect("ssh's output");
    assert!(!out.is_empty());
    assert_ne!(code(ssh.wait()), 0, "it did not end by itself");
}

/// Runs one test of this file again as nobody, with copies of this test and of the program where nobody can reach them.
fn again_as_nobody(test: &str) {
    let dir = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir_in("/var/tmp");
    let dir = dir.expect("a folder");
    let (own, copy) = (dir.path().join("test"), dir.path().join("holdpoint"));
    fs::copy(std::env::current_exe().expect("this test"), &own).expect("copied");
    fs::copy(env!("CARGO_BIN_EXE_holdpoint"), &copy).expect("copied");
    let mut again = Command::new("setpriv");
    again.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&own).args(["--exact", test]);
    // The home of a local shell may not lie below /tmp, which such a shell has anew.
    again.env("HOLDPOINT_TEST_PROGRAM", &copy).env("TMPDIR", "/var/tmp").env("HOME", "/").current_dir("/");
    let out = again.output().expect("setpriv (util-linux)");
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stdout).contains("1 passed"), "the test was run");
}

#[test]
fn a_bastion_of_a_plain_user_holds_records_and_reaches_its_target() {
    if geteuid().is_root() {
        return again_as_nobody("a_bastion_of_a_plain_user_holds_records_and_reaches_its_target");
    }
    let home = tempfile::tempdir().expect("a home");
    let account = Account { login: me(), shell: "/bin/sh".into(), home: home.path().to_owned() };
    let mut world = World::start_for(Some(&account), "");
    let client = world.client("alice");
    for target in [boxed(), "here".to_owned()] {
        let done = client.run(&target, "printf one; printf two >&2; exit 7");
        assert_eq!((done.code, done.text().as_str(), done.err.as_str()), (7, "one", "two"), "{target}");
        let mut held = client.start(&target, "rm -rf ./no-such-thing-of-this-test && echo ran");
        let request = world.request();
        assert_eq!(world.verb("bob", &["approve", &request]).0, 0);
        let mut out = String::new();
        held.child().stdout.take().expect("stdout").read_to_string(&mut out).expect("ssh's output");
        assert_eq!((out.as_str(), code(held.wait())), ("ran\n", 0));
    }
    // A stock sshd of a plain user gives a terminal only where /dev/pts is mounted with the group tty, so that is not asked of it here.
    let mut shell = Terminal::start(&client.flag("-tt").words("here"));
    shell.line("PS1='ready> '; clear");
    shell.wait_until("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    shell.line("exit 5");
    assert_eq!(shell.wait_end(), 5);
    assert_eq!(world.stop_bastion(), 0);
    let (ended, faults, said) = world.holdpoint(&["verify", "--all"]);
    assert_eq!((ended, faults.as_str()), (0, ""), "{said}");
    assert!(said.contains("5 sessions"), "{said}");
}
