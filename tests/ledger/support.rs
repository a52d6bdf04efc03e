//! What the ledger's tests share.

use std::path::Path;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use holdpoint::ledger::{Ledger, Options, Reader};
use holdpoint::model::{ChannelKind, Event, EventRecord, Place, Principal, SessionId, SessionMeta, Stream, Wall};
use holdpoint::policy::permit::Viewing;

pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

/// A store that leaves little on the disk.
pub(crate) fn options() -> Options {
    Options { segment_bytes: 1 << 18, ..Options::default() }
}

pub(crate) fn open(dir: &Path) -> Ledger {
    Ledger::open(dir, &options(), key(), at(1000)).unwrap().0
}

/// That many milliseconds into a day of 2026.
pub(crate) fn at(millis: u64) -> Wall {
    Wall(1_795_262_671_000_000 + millis * 1000)
}

pub(crate) fn meta(n: u8) -> SessionMeta {
    SessionMeta {
        id: SessionId::from_bytes([n; 10]),
        who: Principal {
            user: "alice".to_owned(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: "SHA256:x".to_owned(),
        },
        place: Place { target: "box".to_owned(), login: "root".to_owned(), labels: [].into() },
        channel: ChannelKind::Shell,
        pty: None,
        started: at(u64::from(n)),
    }
}

pub(crate) fn output(bytes: &[u8]) -> Event {
    Event::Output { stream: Stream::Stdout, bytes: Bytes::copy_from_slice(bytes) }
}

pub(crate) fn record(seq: u64, event: Event) -> EventRecord {
    EventRecord { seq, at: at(seq), event }
}

pub(crate) fn viewing(session: SessionId) -> Viewing {
    holdpoint::policy::offline_viewing(session, "tester")
}

pub(crate) fn read(reader: &Reader, session: SessionId) -> Vec<EventRecord> {
    reader.events(&viewing(session)).unwrap().map(Result::unwrap).collect()
}
