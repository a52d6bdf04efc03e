//! The sessions of one day: records in sled, their long payloads in a file beside it.
//!
//! ```text
//! days/YYYY-MM-DD/            sled: trees `records` (id ‖ number → record), `keyframes` (id ‖ next seq → number)
//! days/YYYY-MM-DD/bodies      payloads of more than 2 KiB, one after the other
//! days/YYYY-MM-DD/journal     records that are on the disk here and not yet in sled; see [`journal`](super::journal)
//! ```
//!
//! Where a record's header says more than 2 KiB, the record in sled has, instead of the payload, its place in `bodies` (8 bytes, big-endian). The
//! chain covers the payload wherever it lies, so a changed byte there is found like any other.
//!
//! Why not in sled: it rewrites a page of up to 16 values every ten inserts, and its cache keeps a page for each of 256 shards, however
//! small it is set. With frames of 48 KiB that was 1.8 bytes on disk and 5 s of processor time a GB for 1 byte of random output, and memory that
//! grew to 230 MB.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sled::{IVec, Tree};

use super::journal::Journal;
use super::record::{self, Fields, PAYLOAD};
use super::store::{Base, numbered, session_and_number};
use super::{Error, Keyframe, Options, failed, frame};
use crate::model::{Seq, SessionId};

/// One day's database.
#[derive(Debug)]
pub(super) struct Day {
    base: Base,
    records: Tree,
    keyframes: Tree,
    bodies: Bodies,
    journal: Journal,
}

impl Day {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let base = Base::open(path, options)?;
        let (records, keyframes) = (base.tree("records")?, base.tree("keyframes")?);
        let bodies = Bodies::open(&path.join("bodies")).map_err(|e| failed("opened", &e))?;
        let (journal, left) = Journal::open(&path.join("journal")).map_err(|e| failed("opened", &e))?;
        for (key, record) in &left {
            // What sled has stays as it is.
            if !records.contains_key(key).map_err(|e| failed("opened", &e))? {
                records.insert(key, record.as_slice()).map_err(|e| failed("opened", &e))?;
            }
        }
        let day = Self { base, records, keyframes, bodies, journal };
        if !left.is_empty() {
            day.settle()?;
        }
        Ok(day)
    }

    /// Inserts a record.
    pub(super) fn put(&self, session: SessionId, number: u64, mut record: Vec<u8>) -> Result<(), Error> {
        let payload = record.get(PAYLOAD..).unwrap_or_default();
        if payload.len() > INLINE {
            let place = self.bodies.append(payload).map_err(|e| failed("written", &e))?;
            record.truncate(PAYLOAD);
            record.extend_from_slice(&place.to_be_bytes());
        }
        let key = numbered(session, number);
        self.journal.put(&key, &record);
        self.records.insert(key, record).map(drop).map_err(|e| failed("written", &e))
    }

    /// A record, whole.
    pub(super) fn get(&self, session: SessionId, number: u64) -> Result<Option<Vec<u8>>, Error> {
        let stored = self.records.get(numbered(session, number)).map_err(|e| failed("read", &e))?;
        stored.map(|stored| self.whole(&stored)).transpose()
    }

    /// All records of a session with their numbers, in order. A key that is none has the number `None`.
    pub(super) fn records(
        &self,
        session: SessionId,
    ) -> impl Iterator<Item = Result<(Option<u64>, Vec<u8>), Error>> + '_ {
        self.records.scan_prefix(session.as_bytes()).map(|pair| {
            let (key, stored) = pair.map_err(|e| failed("read", &e))?;
            Ok((session_and_number(&key).map(|(_, number)| number), self.whole(&stored)?))
        })
    }

    /// One behind a session's last record.
    pub(super) fn end(&self, session: SessionId) -> Result<u64, Error> {
        let last = self.records.range(numbered(session, 0)..=numbered(session, u64::MAX)).keys().next_back();
        let last = last.transpose().map_err(|e| failed("read", &e))?;
        Ok(last.and_then(|key| session_and_number(&key)).map_or(0, |(_, number)| number.saturating_add(1)))
    }

    /// The first session at or after an id that has records. `Err(key)` within: a key that is none.
    pub(super) fn session_from(&self, from: SessionId) -> Result<Option<Result<SessionId, IVec>>, Error> {
        let key = self.records.range(numbered(from, 0).as_slice()..).keys().next();
        let key = key.transpose().map_err(|e| failed("read", &e))?;
        Ok(key.map(|key| session_and_number(&key).map(|(session, _)| session).ok_or(key)))
    }

    /// Notes where the picture before event `next` stands.
    pub(super) fn index_keyframe(&self, session: SessionId, next: Seq, number: u64) -> Result<(), Error> {
        let inserted = self.keyframes.insert(numbered(session, next), &number.to_be_bytes());
        inserted.map(drop).map_err(|e| failed("written", &e))
    }

    /// The index of a session's pictures: the first event that is not in the picture, and the record's number.
    pub(super) fn keyframe_index(&self, session: SessionId) -> impl Iterator<Item = Result<(Seq, u64), Error>> + '_ {
        self.keyframes.scan_prefix(session.as_bytes()).filter_map(|pair| {
            pair.map(|(key, number)| Some((session_and_number(&key)?.1, Fields(&number).u64()?)))
                .map_err(|e| failed("read", &e))
                .transpose()
        })
    }

    /// The last picture at or before `next`.
    pub(super) fn keyframe_before(&self, session: SessionId, next: Seq) -> Result<Option<Keyframe>, Error> {
        let keys = numbered(session, 0)..=numbered(session, next);
        let found = self.keyframes.range(keys).values().next_back().transpose().map_err(|e| failed("read", &e))?;
        found.and_then(|number| Fields(&number).u64()).map(|number| self.keyframe(session, number)).transpose()
    }

    /// The picture in that record.
    pub(super) fn keyframe(&self, session: SessionId, number: u64) -> Result<Keyframe, Error> {
        let bad = |why: &str| Error::Damaged(format!("a keyframe of session {session}: {why}"));
        let stored = self.get(session, number)?.ok_or_else(|| bad("it is gone"))?;
        match record::peek(&stored) {
            Some((record::Kind::Keyframe, payload)) => frame::keyframe(payload).map_err(bad),
            _ => Err(bad("something else stands in its place")),
        }
    }

    /// Every record put so far is on the disk when this returns; payloads before the records that lead to them. The index of keyframes is
    /// not: recovery makes it anew.
    pub(super) fn commit(&self) -> Result<(), Error> {
        self.bodies.sync().map_err(|e| failed("written", &e))?;
        if self.journal.commit().map_err(|e| failed("written", &e))? { Ok(()) } else { self.settle() }
    }

    /// Everything put so far is on the disk in sled when this returns, and the journal begins anew.
    pub(super) fn settle(&self) -> Result<(), Error> {
        if self.journal.is_empty() {
            return Ok(());
        }
        self.bodies.sync().map_err(|e| failed("written", &e))?;
        self.base.commit()?;
        self.journal.begin().map_err(|e| failed("written", &e))
    }

    fn whole(&self, stored: &[u8]) -> Result<Vec<u8>, Error> {
        let mut whole = stored.get(..PAYLOAD).unwrap_or(stored).to_vec();
        let rest = stored.get(PAYLOAD..).unwrap_or_default();
        let length = Fields(stored).u32().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let place = if length > INLINE { Fields(rest).u64() } else { None };
        match place {
            // What is not there leaves the record too short, which its chain shows.
            Some(place) => self.bodies.read(place, length, &mut whole).map_err(|e| failed("read", &e))?,
            None => whole.extend_from_slice(rest),
        }
        Ok(whole)
    }
}

/// The file of long payloads. What a kill leaves behind its last record is never read.
#[derive(Debug)]
struct Bodies {
    file: File,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    at: u64,
    synced: u64,
}

impl Bodies {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.sync_all()?;
        File::open(path.parent().unwrap_or(path))?.sync_all()?;
        let at = file.metadata()?.len();
        Ok(Self { file, end: Mutex::new(End { at, synced: at }) })
    }

    fn append(&self, payload: &[u8]) -> io::Result<u64> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let place = end.at;
        self.file.write_all_at(payload, place)?;
        end.at += payload.len() as u64;
        Ok(place)
    }

    /// Appends to `whole` as much of a payload as there is.
    fn read(&self, place: u64, length: usize, whole: &mut Vec<u8>) -> io::Result<()> {
        let there = self.end.lock().unwrap_or_else(PoisonError::into_inner).at.saturating_sub(place);
        let length = length.min(usize::try_from(there).unwrap_or(usize::MAX));
        let from = whole.len();
        whole.resize(from + length, 0);
        whole.get_mut(from..).map_or(Ok(()), |to| self.file.read_exact_at(to, place))
    }

    fn sync(&self) -> io::Result<()> {
        let (at, synced) = {
            let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            (end.at, end.synced)
        };
        if at > synced {
            self.file.sync_data()?;
            self.end.lock().unwrap_or_else(PoisonError::into_inner).synced = at;
        }
        Ok(())
    }
}

/// The longest payload that sled keeps. A page of 16 such values is 32 KiB, and 256 of them are what its cache may hold.
const INLINE: usize = 2 << 10;
