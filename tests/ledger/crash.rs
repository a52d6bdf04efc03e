//! A bastion that is killed: what was acknowledged is there.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use holdpoint::ledger::Options;
use holdpoint::model::{Event, RecordingState, SessionId, Wall};

use super::support::{at, meta, noise, open, output, record, viewing};

const CHILD: &str = "HOLDPOINT_TEST_LEDGER";

/// Not a test of its own: the process that is killed below.
#[test]
fn the_child_that_writes() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let ledger = open(Path::new(&dir));
        let meta = meta(std::env::var("HOLDPOINT_TEST_N").unwrap().parse().unwrap());
        let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
        let mut durable = recorder.durable();
        tokio::spawn(async move {
            while durable.changed().await.is_ok() {
                let seq = durable.borrow_and_update().unwrap();
                println!("durable {seq}");
            }
        });
        for seq in 0.. {
            let urgent = seq % 17 == 0;
            let event = if urgent { Event::Started(Box::new(meta.clone())) } else { output(&noise(seq, 5000)) };
            recorder.append(record(seq, event)).await.unwrap();
            if seq % 100 == 99 {
                recorder.keyframe(at(seq), Default::default(), "picture".into()).await.unwrap();
            }
        }
    });
}

#[tokio::test]
async fn given_ten_kills_at_any_moment_every_acknowledged_event_is_there() {
    let dir = tempfile::tempdir().unwrap();
    for n in 1..=10u8 {
        let acknowledged = run_and_kill(dir.path(), n, 3 + u64::from(n) * 7);
        let session = SessionId::from_bytes([n; 10]);
        let (ledger, interrupted) =
            holdpoint::ledger::Ledger::open(dir.path(), &Options::default(), super::support::key(), at(9)).unwrap();
        assert_eq!(interrupted.iter().map(|i| i.session).collect::<Vec<_>>(), [session]);
        assert!(interrupted[0].last >= Some(acknowledged), "{interrupted:?}, acknowledged {acknowledged}");
        let reader = ledger.reader();
        let seqs: Vec<_> = reader.events(&viewing(session)).unwrap().map(|e| e.unwrap().seq).collect();
        assert_eq!(seqs, (0..=interrupted[0].last.unwrap()).collect::<Vec<_>>());
        assert_eq!(reader.recording(session).unwrap().state, RecordingState::Interrupted);
        let report = reader.verify(None).unwrap();
        assert_eq!((report.faults, report.sessions), (Vec::new(), u64::from(n)));
        ledger.close().await.unwrap();
    }
}

/// Lets a child write until it has acknowledged that often, kills it, and answers with the last event it acknowledged.
fn run_and_kill(dir: &Path, n: u8, times: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_child_that_writes", "--nocapture"])
        .env(CHILD, dir)
        .env("HOLDPOINT_TEST_N", n.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seqs = lines.map_while(Result::ok).filter_map(|l| l.split("durable ").nth(1)?.trim().parse::<u64>().ok());
    let last = seqs.by_ref().take(times as usize).last();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still managed to say counts, too.
    seqs.last().or(last).unwrap()
}

#[tokio::test]
async fn recovery_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    run_and_kill(dir.path(), 1, 3);
    let first =
        holdpoint::ledger::Ledger::open(dir.path(), &Options::default(), super::support::key(), Wall(1)).unwrap();
    assert_eq!(first.1.len(), 1);
    first.0.close().await.unwrap();
    drop(first);
    let again =
        holdpoint::ledger::Ledger::open(dir.path(), &Options::default(), super::support::key(), Wall(1)).unwrap();
    assert_eq!(again.1, []);
}

#[tokio::test]
async fn a_ledger_that_did_not_note_its_live_sessions_apart_is_recovered_too() {
    let dir = tempfile::tempdir().unwrap();
    let recovered = || {
        let (ledger, left) =
            holdpoint::ledger::Ledger::open(dir.path(), &Options::default(), super::support::key(), Wall(1)).unwrap();
        (ledger, left.iter().map(|left| left.session).collect::<Vec<_>>())
    };
    for n in [1, 2, 3] {
        run_and_kill(dir.path(), n, 3);
        if n == 1 {
            super::tamper::tree(dir.path(), ("bastion", "live"), |tree| tree.clear().unwrap());
        }
        let (ledger, left) = recovered();
        assert_eq!(left, [SessionId::from_bytes([n; 10])]);
        assert_eq!(ledger.reader().verify(None).unwrap().faults, Vec::<String>::new());
        ledger.close().await.unwrap();
    }
    super::tamper::tree(dir.path(), ("bastion", "live"), |tree| assert_eq!(tree.len(), 1, "nothing but the note"));
}
