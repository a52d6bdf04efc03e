//! Somebody with write access to the files, but without the key.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use holdpoint::ledger::Reader;
use holdpoint::model::{Event, Size};
use proptest::prelude::*;
use sled::IVec;

use super::support::{key, meta, noise, open, output, record};

/// A ledger with three sealed sessions, closed.
fn written(dir: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ledger = open(dir);
        for n in 1..=3 {
            let meta = meta(n);
            let mut recorder = ledger.begin(&meta, meta.started).await.unwrap();
            recorder.append(record(0, Event::Started(Box::new(meta.clone())))).await.unwrap();
            recorder.append(record(1, output(&noise(n.into(), 3000)))).await.unwrap();
            recorder.keyframe(meta.started, Size::new(80, 24), "picture".into()).await.unwrap();
            recorder.append(record(2, Event::Started(Box::new(meta.clone())))).await.unwrap();
            recorder.finish(meta.started).await.unwrap();
        }
        ledger.close().await.unwrap();
    });
}

fn faults(dir: &Path) -> Vec<String> {
    Reader::offline(dir, vec![key().verifying_key()]).unwrap().verify(None).unwrap().faults
}

const BASES: [(&str, &str); 5] = [
    ("bastion", "audit"),
    ("bastion", "recordings"),
    ("bastion", "ids"),
    ("days/2026-11-21", "records"),
    ("days/2026-11-21", "keyframes"),
];

/// Opens a tree as an attacker would: with sled.
pub(crate) fn tree<T>(dir: &Path, (base, tree): (&str, &str), act: impl FnOnce(&sled::Tree) -> T) -> T {
    let config = sled::Config::new().path(dir.join(base));
    // sled's own threads may hold a file for some moments after its database was dropped.
    let db = (0..200).find_map(|_| config.open().map_err(|_| sleep(Duration::from_millis(10))).ok()).unwrap();
    let answer = act(&db.open_tree(tree).unwrap());
    db.flush().unwrap();
    answer
}

fn pairs(tree: &sled::Tree) -> Vec<(IVec, IVec)> {
    tree.iter().map(Result::unwrap).collect()
}

#[test]
fn any_changed_byte_is_found() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    assert_eq!(faults(dir.path()), Vec::<String>::new());
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(base in 0..BASES.len(), pair: prop::sample::Index, byte: prop::sample::Index, flip in 1u8..)| {
        let (key, good) = tree(dir.path(), BASES[base], |tree| {
            let (key, good) = pair.get(&pairs(tree)).clone();
            let mut bad = good.to_vec();
            bad[byte.index(good.len())] ^= flip;
            tree.insert(&key, bad).unwrap();
            (key, good)
        });
        let found = faults(dir.path());
        tree(dir.path(), BASES[base], |tree| tree.insert(key, good).unwrap());
        prop_assert!(!found.is_empty(), "nothing found after a change in {:?}", BASES[base]);
    });
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[test]
fn every_byte_of_the_list_of_recordings_counts() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let base = BASES.into_iter().find(|(_, tree)| *tree == "recordings").unwrap();
    let (key, good) = tree(dir.path(), base, |tree| pairs(tree).into_iter().next().unwrap());
    for at in (0..good.len()).step_by(3) {
        let mut bad = good.to_vec();
        bad[at] ^= 0x01;
        tree(dir.path(), base, |tree| tree.insert(&key, bad).unwrap());
        assert_ne!(faults(dir.path()), Vec::<String>::new(), "byte {at} of {}", String::from_utf8_lossy(&good));
    }
    tree(dir.path(), base, |tree| tree.insert(&key, good).unwrap());
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[test]
fn any_changed_byte_of_a_long_payload_is_found_and_so_is_a_short_file() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let bodies = dir.path().join("days/2026-11-21/bodies");
    let good = std::fs::read(&bodies).unwrap();
    assert!(good.len() > 3 * 3000, "the long payloads lie there");
    for at in (0..good.len()).step_by(997) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&bodies, bad).unwrap();
        assert_eq!(faults(dir.path()).len(), 1, "byte {at}");
    }
    std::fs::write(&bodies, &good[..good.len() - 1]).unwrap();
    assert_ne!(faults(dir.path()), Vec::<String>::new());
    std::fs::write(&bodies, good).unwrap();
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[test]
fn any_removed_or_exchanged_record_is_found() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    for base in BASES {
        let all = tree(dir.path(), base, pairs);
        // The last audit record leaves no trace inside: only a checkpoint kept elsewhere shows that it is gone. Here it is the seal of
        // the last session, which the list of recordings remembers.
        for (key, value) in &all {
            tree(dir.path(), base, |tree| tree.remove(key).unwrap());
            assert_ne!(faults(dir.path()), Vec::<String>::new(), "{key:?} removed from {base:?}");
            tree(dir.path(), base, |tree| tree.insert(key, value).unwrap());
        }
        for two in all.windows(2).filter(|two| two[0].1 != two[1].1) {
            let exchange = |a: &IVec, b: &IVec| {
                tree(dir.path(), base, |tree| {
                    tree.insert(&two[0].0, a).unwrap();
                    tree.insert(&two[1].0, b).unwrap();
                });
            };
            exchange(&two[1].1, &two[0].1);
            assert_ne!(faults(dir.path()), Vec::<String>::new(), "exchanged in {base:?}");
            exchange(&two[0].1, &two[1].1);
        }
    }
    assert_eq!(faults(dir.path()), Vec::<String>::new());
}

#[test]
fn a_session_deleted_with_its_entry_is_missed_by_the_audit_chain() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let id = meta(2).id;
    for base in [BASES[3], BASES[4], BASES[2]] {
        tree(dir.path(), base, |tree| {
            tree.scan_prefix(id.as_bytes()).keys().for_each(|key| drop(tree.remove(key.unwrap()).unwrap()));
        });
    }
    tree(dir.path(), BASES[1], |tree| {
        pairs(tree).iter().filter(|(key, _)| key.ends_with(id.as_bytes())).for_each(|(key, _)| drop(tree.remove(key)));
    });
    let found = faults(dir.path());
    assert!(found.iter().any(|f| f.contains(&id.to_string()) && f.contains("records were removed")), "{found:?}");
}

#[test]
fn a_session_cut_short_is_found_by_its_anchor() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    tree(dir.path(), BASES[3], |tree| {
        let keys: Vec<_> = tree.scan_prefix(meta(2).id.as_bytes()).keys().map(Result::unwrap).collect();
        keys.iter().rev().take(2).for_each(|key| drop(tree.remove(key).unwrap()));
    });
    let found = faults(dir.path());
    assert!(found.iter().any(|f| f.contains("cut short")), "{found:?}");
}

#[test]
fn a_whole_day_removed_is_found() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    std::fs::remove_dir_all(dir.path().join("days/2026-11-21")).unwrap();
    let found = faults(dir.path());
    assert_eq!(found.iter().filter(|f| f.contains("2026-11-21")).count(), 3, "{found:?}");
}

#[test]
fn a_chain_written_with_another_key_is_found() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let other = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
    let found = Reader::offline(dir.path(), vec![other]).unwrap().verify(None).unwrap().faults;
    assert!(found.iter().any(|f| f.contains("signed by a key that is not trusted here")), "{found:?}");
}
