//! The ledger from outside: what is written comes back, what is altered is found, what was acknowledged survives.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

mod checkpoint;
mod cli;
mod crash;
mod disk;
mod keys;

mod support;
mod tamper;

use holdpoint::ledger::{Error, Ledger, Options, Reader};
use holdpoint::model::{
    AuditEvent, CloseReason, Event, ExitStatus, RecordingState, SessionId, Shown, Size, Stream, Wall,
};
use support::{at, key, meta, open, output, read, record, viewing};

#[tokio::test]
async fn what_is_written_comes_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
    let events = [
        Event::Started(Box::new(meta.clone())),
        output(b"\x1b[31mred\x1b[0m \xff\xfe"),
        Event::Output { stream: Stream::Stderr, bytes: vec![7; 200_000].into() },
        Event::Resized { size: Size::new(100, 40) },
        Event::Image { format: "sixel".to_owned(), width: 800, height: 600, bytes: 12_345, digest: "ab".repeat(32) },
        Event::Notice { text: Shown::new("held") },
        Event::Exit(ExitStatus::Code { code: 3 }),
        Event::Ended { reason: CloseReason::ClientGone },
    ];
    let written: Vec<_> = (0..).zip(events).map(|(seq, event)| record(seq, event)).collect();
    for event in &written {
        recorder.append(event.clone()).await.unwrap();
    }
    recorder.finish(Wall(99)).await.unwrap();
    assert_eq!(read(&ledger.reader(), meta.id), written);

    let row = ledger.reader().recording(meta.id).unwrap();
    assert_eq!((row.state, row.ended), (RecordingState::Sealed, Some(Wall(99))));
    assert_eq!(ledger.reader().verify(None).unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn an_urgent_event_becomes_durable_and_takes_those_before_it_along() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
    let mut durable = recorder.durable();
    assert_eq!(*durable.borrow(), None);
    recorder.append(record(0, output(b"before"))).await.unwrap();
    recorder.append(record(1, Event::Started(Box::new(meta)))).await.unwrap();
    assert_eq!(*durable.wait_for(Option::is_some).await.unwrap(), Some(1));
}

#[tokio::test]
async fn quiet_output_becomes_durable_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
    recorder.append(record(0, output(b"$ "))).await.unwrap();
    assert_eq!(*recorder.durable().wait_for(Option::is_some).await.unwrap(), Some(0));
    // A live session can be read and verified.
    assert_eq!(read(&ledger.reader(), meta.id).len(), 1);
    assert_eq!(ledger.reader().verify(Some(meta.id)).unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_out_of_order_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut recorder = ledger.begin(&meta(1), Wall(1)).await.unwrap();
    assert!(matches!(recorder.append(record(5, output(b"x"))).await, Err(Error::Refused(_))));
    assert!(recorder.append(record(0, output(b"x"))).await.is_ok());
}

/// A session with one event, whose recorder was dropped.
async fn abandoned(ledger: &Ledger) -> SessionId {
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
    recorder.append(record(0, output(b"x"))).await.unwrap();
    meta.id
}

#[tokio::test]
async fn a_dropped_recorder_leaves_an_interrupted_session() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let session = abandoned(&ledger).await;
    ledger.close().await.unwrap();
    assert_eq!(ledger.reader().recording(session).unwrap().state, RecordingState::Interrupted);
    assert!(ledger.failure().is_some());
    assert!(matches!(ledger.begin(&meta(2), Wall(1)).await, Err(Error::Failed { .. })));
}

#[tokio::test]
async fn what_a_recorder_appended_before_it_was_dropped_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let session = abandoned(&ledger).await;
    let sealed = async {
        while !matches!(ledger.reader().recording(session), Ok(row) if row.state == RecordingState::Interrupted) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), sealed).await.expect("nobody sealed it");
    assert_eq!(read(&ledger.reader(), session).len(), 1);
    ledger.close().await.unwrap();
}

/// Sessions that share a writer, each of which is now the one that writes and now the one that waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_writes_each_session_is_told_of_its_own_events_and_all_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let mut sessions = Vec::new();
    for n in 1..=8 {
        let meta = meta(n);
        let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
        sessions.push(tokio::spawn(async move {
            let mut durable = recorder.durable();
            for seq in 0..200 {
                if seq % 4 == 3 {
                    recorder.append(record(seq, Event::Ended { reason: CloseReason::ClientGone })).await.unwrap();
                    durable.wait_for(|durable| durable.is_some_and(|durable| durable >= seq)).await.unwrap();
                } else {
                    recorder.append(record(seq, output(&[n; 300]))).await.unwrap();
                }
            }
            recorder.finish(Wall(99)).await.unwrap();
            meta.id
        }));
    }
    for session in sessions {
        let id = session.await.unwrap();
        assert_eq!(read(&ledger.reader(), id).len(), 200);
    }
    assert_eq!(ledger.reader().verify(None).unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn the_second_to_open_is_told_who_holds_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let said = Ledger::open(dir.path(), &Options::default(), key(), Wall(0)).unwrap_err().to_string();
    assert!(said.contains(&format!("held by process {}", std::process::id())), "{said}");
    assert!(matches!(Reader::offline(dir.path(), Vec::new()), Err(Error::Held { .. })));
    ledger.close().await.unwrap();
    drop(ledger);
    assert!(Reader::offline(dir.path(), Vec::new()).is_ok());
}

#[tokio::test]
async fn a_session_is_found_by_a_prefix_that_fits_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let ids = [[0x10; 10], [0x11; 10], [0xff; 10]].map(SessionId::from_bytes);
    for (i, id) in ids.into_iter().enumerate() {
        let mut meta = meta(0);
        (meta.id, meta.started) = (id, at(i as u64));
        ledger.begin(&meta, Wall(1)).await.unwrap().finish(Wall(2)).await.unwrap();
    }
    let reader = ledger.reader();
    assert_eq!(reader.find(&ids[2].short()).unwrap(), ids[2]);
    assert_eq!(reader.find(&ids[0].to_string().to_uppercase()).unwrap(), ids[0]);
    assert!(matches!(reader.find("2"), Err(Error::Ambiguous { .. })));
    assert!(matches!(reader.find("zz0"), Err(Error::NoSuchSession(_))));
    assert!(matches!(reader.find(""), Err(Error::NoSuchSession(_))));
    assert!(matches!(reader.find("not an id"), Err(Error::NoSuchSession(_))));
    let newest_first: Vec<_> = reader.recordings(10).unwrap().iter().map(|row| row.meta.id).collect();
    assert_eq!(newest_first, [ids[2], ids[1], ids[0]]);
    assert_eq!(reader.recordings(1).unwrap().len(), 1);
}

#[tokio::test]
async fn the_audit_chain_tells_of_starts_and_seals_and_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let first = ledger.audit(AuditEvent::Stopped, Wall(5)).await.unwrap();
    assert_eq!((first.seq, first.at), (0, Wall(5)));
    ledger.begin(&meta(1), Wall(6)).await.unwrap().finish(Wall(7)).await.unwrap();
    ledger.close().await.unwrap();
    drop(ledger);

    let ledger = open(dir.path());
    assert_eq!(ledger.audit(AuditEvent::Stopped, Wall(8)).await.unwrap().seq, 3);
    let told = ledger.reader().audit(1, 2).unwrap();
    assert!(matches!(&told[0].event, AuditEvent::SessionStarted(m) if **m == meta(1)));
    assert!(matches!(&told[1].event, AuditEvent::SessionSealed { records: 1, interrupted: false, .. }));
    assert_eq!(ledger.reader().verify(None).unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn seeking_reads_from_the_nearest_picture_on() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let meta = meta(1);
    let mut recorder = ledger.begin(&meta, Wall(1)).await.unwrap();
    for seq in 0..200 {
        recorder.append(record(seq, output(&[seq as u8; 3000]))).await.unwrap();
        if seq % 50 == 49 {
            recorder.keyframe(at(seq), Size::new(80, 24), format!("screen after {seq}").into()).await.unwrap();
        }
    }
    recorder.finish(Wall(9)).await.unwrap();
    let reader = ledger.reader();
    let pictures = reader.keyframes(&viewing(meta.id)).unwrap();
    assert_eq!(pictures.iter().map(|p| p.next).collect::<Vec<_>>(), [50, 100, 150, 200]);
    assert_eq!(reader.keyframe_before(&viewing(meta.id), 48).unwrap(), None);
    assert_eq!(reader.keyframe_before(&viewing(meta.id), 49).unwrap().unwrap().next, 50);
    assert_eq!(reader.keyframe_before(&viewing(meta.id), 120).unwrap().unwrap().state, "screen after 99");
    for from in [0, 1, 49, 50, 51, 137, 199] {
        let events: Vec<_> = reader.events_from(&viewing(meta.id), from).unwrap().map(|e| e.unwrap().seq).collect();
        assert_eq!(events, (from..200).collect::<Vec<_>>(), "from {from}");
    }
    assert_eq!(reader.events_from(&viewing(meta.id), 200).unwrap().count(), 0);
    assert_eq!(reader.verify(None).unwrap().faults, Vec::<String>::new());
}
