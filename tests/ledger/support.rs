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

pub(crate) fn open(dir: &Path) -> Ledger {
    Ledger::open(dir, &Options::default(), key(), at(1000)).unwrap().0
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

/// Bytes that do not compress, so that a frame of them is long.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut n = seed.wrapping_mul(2).wrapping_add(1);
    let next = || {
        n ^= n << 13;
        n ^= n >> 7;
        n ^= n << 17;
        n as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}
