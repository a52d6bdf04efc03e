//! The disk below: what is said to be durable was synced, and a disk that refuses ends the writing for good.

use std::path::Path;
use std::process::Command;

use holdpoint::ledger::Error;
use holdpoint::model::{AuditEvent, Event, Wall};

use super::support::{meta, noise, open, output, record};

const CHILD: &str = "HOLDPOINT_TEST_DISK";

/// Not a test of its own: the process that is watched below. It says what it does by opening files that are not there, which a trace of
/// system calls shows in order.
#[tokio::test]
async fn the_child_that_appends() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let ledger = open(Path::new(&dir));
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
    recorder.append(record(0, Event::Started(Box::new(meta.clone())))).await.unwrap();
    recorder.durable().wait_for(Option::is_some).await.unwrap();
    let say = |what: &str| assert!(std::fs::File::open(format!("/nonexistent/{what}")).is_err());
    say("append-event");
    recorder.append(record(1, Event::Started(Box::new(meta.clone())))).await.unwrap();
    recorder.durable().wait_for(|seq| *seq == Some(1)).await.unwrap();
    say("event-acknowledged");
    ledger.audit(AuditEvent::Stopped, Wall(3)).await.unwrap();
    say("audit-acknowledged");
}

#[test]
fn what_is_acknowledged_was_synced_with_fdatasync() {
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=fsync,fdatasync,openat", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "disk::the_child_that_appends"])
        .env(CHILD, dir.path().join("ledger"))
        .status()
        .expect("this test needs strace: apt-get install strace");
    assert!(status.success());
    let trace = std::fs::read_to_string(trace).unwrap();
    let between = |from: &str, to: &str| {
        let rest = trace.split_once(from).expect(from).1;
        rest.split_once(to).expect(to).0.to_owned()
    };
    let event = between("append-event", "event-acknowledged");
    assert!(event.lines().any(|l| l.contains("fdatasync(") && l.contains("/days/2026-11-21/journal")), "{event}");
    let audit = between("event-acknowledged", "audit-acknowledged");
    assert!(audit.lines().any(|l| l.contains("fdatasync(") && l.contains("/bastion/db")), "{audit}");
}

/// Not a test of its own: the process whose files may not grow.
#[tokio::test]
async fn the_child_on_a_full_disk() {
    let Ok(dir) = std::env::var("HOLDPOINT_TEST_FULL") else { return };
    let ledger = open(Path::new(&dir));
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
    let mut durable = recorder.durable();
    let mut failed = None;
    for seq in 0..10_000 {
        if let Err(error) = recorder.append(record(seq, output(&noise(seq, 30_000)))).await {
            failed = Some(error);
            break;
        }
    }
    assert!(matches!(failed, Some(Error::Failed { .. })), "{failed:?}");
    while durable.changed().await.is_ok() {}
    assert!(ledger.failure().is_some());
    assert!(matches!(ledger.audit(AuditEvent::Stopped, Wall(1)).await, Err(Error::Failed { .. })));
    assert!(matches!(recorder.finish(Wall(2)).await, Err(Error::Failed { .. })));
    println!("failed closed");
}

#[test]
fn given_a_disk_that_takes_no_more_every_handle_fails() {
    let dir = tempfile::tempdir().unwrap();
    // Files may grow to 4 MiB (ulimit counts 512 bytes or 1 KiB, by shell), and a write beyond is an error instead of a signal.
    let output = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$@\"", "child"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "disk::the_child_on_a_full_disk", "--nocapture"])
        .env("HOLDPOINT_TEST_FULL", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("failed closed"), "{said}");
}
