//! The verbs that read recordings, on files that no bastion holds; and the real asciinema, which must take what we export.

use std::path::Path;
use std::process::{Command, Output};

use holdpoint::model::{AuditEvent, CommandText, Digest, Event, ExitStatus, RequestId, Size, Wall};

use super::support::{at, key, meta, open, output, record};

/// A closed ledger with one recording, and the public key that sealed it.
async fn written() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    ledger.audit(AuditEvent::Started { version: "1".to_owned() }, Wall(1)).await.unwrap();
    let meta = meta(7);
    let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
    let released = Event::Released {
        command: CommandText { text: "ls".to_owned(), digest: Digest([0; 32]) },
        request: Some(RequestId::from_bytes([1; 5])),
        grant: None,
    };
    let events = [
        Event::Started(Box::new(meta.clone())),
        output("$ ls\r\n\u{1b}[1mgr\u{fc}\u{df}e\u{1b}[m \u{4e2d}\u{6587}\r\n".as_bytes()),
        released,
        Event::Resized { size: Size::new(120, 40) },
        output(b"cut \xe4\xb8"),
        output(b"\xad\r\nbad \xff byte\r\n"),
        Event::Exit(ExitStatus::Code { code: 0 }),
    ];
    for (seq, event) in (0..).zip(events) {
        recorder.append(record(seq, event)).await.unwrap();
    }
    recorder.finish(at(9)).await.unwrap();
    ledger.close().await.unwrap();
    let public = russh::keys::ssh_key::public::Ed25519PublicKey(key().verifying_key().to_bytes());
    let public = russh::keys::ssh_key::PublicKey::from(public).to_openssh().unwrap();
    std::fs::write(dir.path().join("seal.pub"), public).unwrap();
    dir
}

fn holdpoint(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdpoint"));
    // A directory of its own, so that no bastion and no key of the checkout is found.
    command.args(arguments).arg("--ledger").arg(dir).current_dir(dir).env_remove("HOLDPOINT_SOCKET");
    command.env_remove("HOLDPOINT_CONFIG").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_real_asciinema_plays_what_is_exported() {
    let dir = written().await;
    let cast = dir.path().join("session.cast");
    let exported = holdpoint(dir.path(), &["export", "0", "--format", "cast", "-o", cast.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    // asciinema wants a terminal to take keys from, so it gets one; what it plays goes to a file.
    let (played, said) = (dir.path().join("played"), dir.path().join("said"));
    let play = format!("asciinema cat {} >{} 2>{}", cast.display(), played.display(), said.display());
    let mut script = Command::new("script");
    script.args(["-qec", &play, "/dev/null"]).env("HOME", dir.path()).env("LC_ALL", "C.UTF-8");
    let status = script.output().expect("this test needs script: apt-get install bsdutils").status;
    let said = std::fs::read_to_string(said).unwrap();
    assert!(status.success(), "this test needs asciinema (apt-get install asciinema), which said: {said}");
    let wanted = "$ ls\r\n\u{1b}[1mgr\u{fc}\u{df}e\u{1b}[m \u{4e2d}\u{6587}\r\ncut \u{4e2d}\r\nbad \u{fffd} byte\r\n";
    assert_eq!(std::fs::read_to_string(played).unwrap(), wanted);
}

#[tokio::test]
async fn a_recording_is_exported_as_text_and_as_json() {
    let dir = written().await;
    let story = holdpoint(dir.path(), &["export", "0", "--format", "text"]);
    let story = text(&story.stdout);
    assert!(story.contains("\ngr\u{fc}\u{df}e \u{4e2d}\u{6587}\n") && !story.contains('\u{1b}'), "{story}");
    let json = text(&holdpoint(dir.path(), &["export", "0", "--format", "json"]).stdout);
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7);
    assert_eq!((&lines[6]["v"], &lines[6]["event"], &lines[6]["code"]), (&1.into(), &"exit".into(), &0.into()));
}

#[tokio::test]
async fn verification_says_so_and_a_changed_byte_is_exit_7() {
    let dir = written().await;
    let seal = dir.path().join("seal.pub");
    let seal = seal.to_str().unwrap();
    let good = holdpoint(dir.path(), &["verify", "--all", "--json", "--key", seal]);
    assert_eq!(text(&good.stdout), "{\"v\":1,\"sessions\":1,\"records\":8,\"faults\":[]}\n");
    assert_eq!((good.status.code(), text(&good.stderr).contains("--key")), (Some(0), false));
    let unpinned = holdpoint(dir.path(), &["verify", "0"]);
    assert!(unpinned.status.success() && text(&unpinned.stderr).contains("--key FILE proves more"));

    super::tamper::tree(dir.path(), ("days/2026-11-21", "records"), |tree| {
        let (key, value) = tree.last().unwrap().unwrap();
        let mut value = value.to_vec();
        value[60] ^= 1;
        tree.insert(key, value).unwrap();
    });
    let bad = holdpoint(dir.path(), &["verify", "--all", "--key", seal]);
    assert_eq!(bad.status.code(), Some(7), "{}", text(&bad.stderr));
    assert!(text(&bad.stdout).contains("its chain hash does not follow"), "{}", text(&bad.stdout));
}

#[tokio::test]
async fn the_audit_chain_is_printed_for_people_and_for_programs() {
    let dir = written().await;
    let said = text(&holdpoint(dir.path(), &["audit"]).stdout);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[1].contains("\talice\tsession ") && lines[2].contains("sealed with"), "{said}");
    let json = text(&holdpoint(dir.path(), &["audit", "--since", "2", "--json"]).stdout);
    let record: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&record["seq"], &record["event"]["audit"]), (&2.into(), &"session_sealed".into()));
}

#[tokio::test]
async fn what_is_not_there_is_exit_6() {
    let dir = written().await;
    assert_eq!(holdpoint(dir.path(), &["export", "zzz"]).status.code(), Some(6));
    assert_eq!(holdpoint(dir.path(), &["verify", "zzz"]).status.code(), Some(6));
    assert_eq!(holdpoint(dir.path(), &["verify"]).status.code(), Some(2));
}
