//! Another sealing key: what the old one sealed still verifies, what it goes on sealing does not.

use std::path::Path;

use ed25519_dalek::{SigningKey, VerifyingKey};
use holdpoint::ledger::{Ledger, Options, Reader};
use holdpoint::model::{AuditEvent, Event, Wall};

use super::support::{at, meta, read, record};

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn trusted(keys: &[u8]) -> Vec<VerifyingKey> {
    keys.iter().map(|n| key(*n).verifying_key()).collect()
}

/// A run of the bastion with that key, which trusts the others; it records one session.
async fn run(dir: &Path, with: u8, trusts: &[u8], session: u8) -> Vec<String> {
    let options = Options { trusted: trusted(trusts), ..Options::default() };
    let (ledger, _) = Ledger::open(dir, &options, key(with), at(1000)).unwrap();
    let meta = meta(session);
    let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
    recorder.append(record(0, Event::Started(Box::new(meta.clone())))).await.unwrap();
    recorder.finish(meta.started).await.unwrap();
    ledger.audit(AuditEvent::Stopped, Wall(1)).await.unwrap();
    let faults = ledger.reader().verify(None).unwrap().faults;
    ledger.close().await.unwrap();
    faults
}

fn faults(dir: &Path, keys: &[u8]) -> Vec<String> {
    Reader::offline(dir, trusted(keys)).unwrap().verify(None).unwrap().faults
}

#[tokio::test]
async fn after_a_rotation_old_sessions_verify_where_the_old_key_is_trusted_and_only_there() {
    let dir = tempfile::tempdir().unwrap();
    let none = Vec::<String>::new();
    assert_eq!(run(dir.path(), 1, &[], 1).await, none);
    assert_eq!(run(dir.path(), 2, &[1], 2).await, none);
    assert_eq!(run(dir.path(), 3, &[1, 2], 3).await, none);
    assert_eq!(faults(dir.path(), &[3, 2, 1]), none);
    // The keys beside the store are those that signed.
    assert_eq!(faults(dir.path(), &[]), none);
    let missed = faults(dir.path(), &[2, 3]);
    // Of the first run: the session's start, its seal, the anchor of that, and the stop; and so nothing vouches for that session.
    let (stranger, id) = (|fault: &&String| fault.contains("not trusted here"), meta(1).id.to_string());
    assert_eq!(missed.iter().filter(stranger).count(), 4, "{missed:?}");
    assert!(missed.iter().all(|fault| stranger(&fault) || fault.contains(&id)), "{missed:?}");
    let reader = Reader::offline(dir.path(), trusted(&[3])).unwrap();
    assert_eq!(read(&reader, meta(1).id).len(), 1);
}

#[tokio::test]
async fn a_key_that_was_replaced_signs_nothing_behind_its_successor() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), 1, &[], 1).await;
    run(dir.path(), 2, &[1], 2).await;
    let found = run(dir.path(), 1, &[2], 3).await;
    assert!(found.iter().any(|fault| fault.contains("a key that had been replaced before it")), "{found:?}");
}
