//! What is kept of the bastion-wide chain: a start reads what came since, and believes nothing that was cut or changed.

use std::path::Path;

use holdpoint::broker::{Clock, Record, Told};
use holdpoint::ledger::Reader;
use holdpoint::model::{AuditEvent, Shown, Wall};

use super::support::{key, meta, open};
use super::tamper::tree;

const AUDIT: (&str, &str) = ("bastion", "audit");

fn refused(n: u64) -> AuditEvent {
    AuditEvent::Refused { user: Shown::new(&n.to_string()), source: "test".into(), why: "as asked".into() }
}

/// Appends so many records, and one session of alice; answers what a start read before that.
async fn run(dir: &Path, records: u64) -> Result<Told, String> {
    let ledger = open(dir);
    let record = Record::new(ledger.clone(), Clock::new());
    let told = record.told().await.map_err(|refused| refused.why);
    if told.is_ok() {
        for n in 0..records {
            ledger.audit(refused(n), Wall(n)).await.unwrap();
        }
    }
    ledger.close().await.unwrap();
    told
}

fn faults(dir: &Path) -> Vec<String> {
    Reader::offline(dir, vec![key().verifying_key()]).unwrap().verify(None).unwrap().faults
}

#[tokio::test]
async fn a_start_reads_what_came_since_the_last_one_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(dir.path(), 2500).await.unwrap().read, 0);
    assert_eq!(run(dir.path(), 3).await.unwrap().read, 2500);
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 3);
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 0);
    // Without it, everything.
    std::fs::remove_file(dir.path().join("checkpoint")).unwrap();
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 2503);
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[tokio::test]
async fn who_was_last_where_is_known_after_a_start_from_the_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let meta = meta(1);
    let recorder = ledger.begin(&meta, Wall(77)).await.unwrap();
    recorder.finish(Wall(78)).await.unwrap();
    ledger.close().await.unwrap();
    drop(ledger);
    for read in [2, 0] {
        let told = run(dir.path(), 0).await.unwrap();
        assert_eq!((told.read, told.used.last("alice", &meta.place)), (read, Some(Wall(77))));
    }
}

#[tokio::test]
async fn a_checkpoint_that_was_changed_is_not_believed_and_the_chain_is_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), 5).await.unwrap();
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 5);
    let path = dir.path().join("checkpoint");
    let good = std::fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(7).chain([good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(faults(dir.path()).len(), 1, "byte {at}");
    }
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 5);
    // It is kept anew then.
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 0);
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_chain_that_was_cut_or_rewritten_before_the_checkpoint_starts_no_bastion() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), 5).await.unwrap();
    run(dir.path(), 0).await.unwrap();
    let last = 4u64.to_be_bytes();
    let good = tree(dir.path(), AUDIT, |tree| tree.remove(last).unwrap().unwrap());
    let cut = run(dir.path(), 0).await.unwrap_err();
    assert!(cut.contains("it was cut or rewritten"), "{cut}");
    assert!(faults(dir.path()).iter().any(|fault| fault.contains("it was cut or rewritten")));
    let mut bad = good.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    tree(dir.path(), AUDIT, |tree| tree.insert(last, bad).unwrap());
    assert!(run(dir.path(), 0).await.unwrap_err().contains("it was cut or rewritten"));
    tree(dir.path(), AUDIT, |tree| tree.insert(last, good).unwrap());
    assert_eq!(run(dir.path(), 0).await.unwrap().read, 0);
}

#[tokio::test]
async fn a_record_that_was_changed_behind_the_checkpoint_starts_no_bastion() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), 5).await.unwrap();
    run(dir.path(), 5).await.unwrap();
    tree(dir.path(), AUDIT, |tree| {
        let mut bad = tree.get(7u64.to_be_bytes()).unwrap().unwrap().to_vec();
        *bad.last_mut().unwrap() ^= 1;
        tree.insert(7u64.to_be_bytes(), bad).unwrap();
    });
    let why = run(dir.path(), 0).await.unwrap_err();
    assert!(why.contains("audit record 7: its chain hash does not follow"), "{why}");
}
