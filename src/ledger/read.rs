//! The reading side. Everything here blocks on the disk: call it from `spawn_blocking`.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::VerifyingKey;

use super::checkpoint::{Checkpoint, Place};
use super::day::Day;
use super::frame;
use super::record::{self, Chain, Kind};
use super::seal::KeyId;
use super::store::{Entry, Store};
use super::{Error, Options, checkpoint, failed, seal, verify};
use crate::model::{AuditRecord, EventRecord, RecordingRow, RecordingState, Seq, SessionId, Size, VerifyReport, Wall};
use crate::policy::permit::Viewing;

/// A picture of the screen inside a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyframe {
    /// The first event that is not in the picture.
    pub next: Seq,
    /// When it was taken.
    pub at: Wall,
    /// The screen's size.
    pub size: Size,
    /// What a fresh screen model is fed.
    pub state: Bytes,
}

/// Reads the ledger. A clone is another handle.
#[derive(Debug, Clone)]
pub struct Reader {
    store: Arc<Store>,
    keys: Arc<[VerifyingKey]>,
    pinned: bool,
}

impl Reader {
    /// Opens a ledger that no broker holds. Nothing is recovered, sealed or appended. `keys` are whose signatures verification
    /// accepts; without one, the keys that lie beside the store, which proves less: who can rewrite the store can rewrite those.
    ///
    /// # Errors
    /// [`Error::Held`] when a process has it; [`Error::Failed`] when there is none or it cannot be read.
    pub fn offline(dir: &Path, keys: Vec<VerifyingKey>) -> Result<Self, Error> {
        if !dir.join("bastion").is_dir() {
            let why = format!("there is no ledger in {}: name its directory with --ledger", dir.display());
            return Err(Error::Failed { doing: "opened", why });
        }
        let store = Arc::new(Store::open(dir, &Options::default())?);
        Self::over(&store, keys)
    }

    pub(super) fn over(store: &Arc<Store>, mut keys: Vec<VerifyingKey>) -> Result<Self, Error> {
        let pinned = !keys.is_empty();
        if !pinned {
            keys = store.signers()?;
        }
        Ok(Self { store: Arc::clone(store), keys: keys.into(), pinned })
    }

    /// Whether signatures are checked with a key that was given, rather than with those beside the store.
    #[must_use]
    pub const fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// The recordings, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Damaged`].
    pub fn recordings(&self, limit: usize) -> Result<Vec<RecordingRow>, Error> {
        self.store.entries().take(limit).map(|entry| self.row(entry?)).collect()
    }

    /// One recording's row.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn recording(&self, session: SessionId) -> Result<RecordingRow, Error> {
        self.row(self.entry(session)?)
    }

    /// The recording whose id begins with that text.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Ambiguous`], [`Error::Failed`].
    pub fn find(&self, prefix: &str) -> Result<SessionId, Error> {
        let none = || Error::NoSuchSession(prefix.chars().take(40).collect());
        // The lowest id with that prefix has zeros behind it.
        let lowest = format!("{prefix:0<width$}", width = SessionId::CHARS).parse().map_err(|_| none())?;
        let mut fits = self.store.ids_from(lowest).take_while(|id| id.as_ref().is_ok_and(|id| id.starts_with(prefix)));
        let first = fits.next().ok_or_else(none)??;
        match fits.next().transpose()? {
            None => Ok(first),
            Some(second) => Err(Error::Ambiguous { prefix: prefix.to_owned(), first, second }),
        }
    }

    /// The events of the session that the permit is for, in order. The chain is checked on the way.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`].
    pub fn events(&self, viewing: &Viewing) -> Result<Events, Error> {
        let session = viewing.session();
        let day = self.day(session)?;
        Ok(Events { day, session, next: 0, chain: Some(Chain::of_session(session)), ready: Vec::new().into_iter() })
    }

    /// The events from `from` on. Only what is read is checked, and the record before it is trusted; [`Reader::verify`] checks all.
    /// Finding the place takes a number of reads that grows with the logarithm of the length.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn events_from(
        &self,
        viewing: &Viewing,
        from: Seq,
    ) -> Result<impl Iterator<Item = Result<EventRecord, Error>> + use<>, Error> {
        let session = viewing.session();
        let day = self.day(session)?;
        let next = place(&day, session, from)?;
        let before = next.checked_sub(1).map(|number| day.get(session, number)).transpose()?.flatten();
        let chain = before.map_or_else(|| Some(Chain::of_session(session)), |stored| record::claimed(&stored));
        let events = Events { day, session, next, chain, ready: Vec::new().into_iter() };
        Ok(events.skip_while(move |event| event.as_ref().is_ok_and(|event| event.seq < from)))
    }

    /// The last picture of the screen that shows nothing after `seq`: feed it to a fresh model and go on with
    /// [`Reader::events_from`] its `next`.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn keyframe_before(&self, viewing: &Viewing, seq: Seq) -> Result<Option<Keyframe>, Error> {
        let session = viewing.session();
        let day = self.day(session)?;
        day.keyframe_before(session, seq.saturating_add(1))
    }

    /// The pictures of the screen in the session that the permit is for, in order.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`], [`Error::Failed`], [`Error::Damaged`].
    pub fn keyframes(&self, viewing: &Viewing) -> Result<Vec<Keyframe>, Error> {
        let session = viewing.session();
        let day = self.day(session)?;
        day.keyframe_index(session).map(|indexed| day.keyframe(session, indexed?.1)).collect()
    }

    /// Records of the bastion-wide chain from a place on, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Damaged`].
    pub fn audit(&self, from: Seq, limit: usize) -> Result<Vec<AuditRecord>, Error> {
        let records = self.store.audit.range(from.to_be_bytes().as_slice()..).values().take(limit);
        (from..)
            .zip(records)
            .map(|(seq, stored)| {
                let stored = stored.map_err(|e| failed("read", &e))?;
                audit_record(&stored).ok_or_else(|| Error::Damaged(format!("audit record {seq}")))
            })
            .collect()
    }

    /// What was kept of the bastion-wide chain's past, if anything was, and a trusted key signed it.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the chain is not the one that it was made of: it was cut or rewritten.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        match checkpoint::read(&self.store, &self.keys) {
            Ok(kept) => kept.map(|kept| kept.met(&self.store)).transpose(),
            Err(why) => {
                // It only spares reading the chain, which tells the same.
                tracing::warn!(why, "the checkpoint of the audit chain is not used; the chain is read whole");
                Ok(None)
            }
        }
    }

    /// Records of the bastion-wide chain behind a place, at most `limit`, each with hash and signature checked; and the place behind the last.
    ///
    /// # Errors
    /// [`Error::Failed`]; [`Error::Damaged`] when one is not what was written.
    pub fn audit_behind(&self, place: Place, limit: usize) -> Result<(Vec<AuditRecord>, Place), Error> {
        let Place { mut next, mut chain } = place;
        let mut records = Vec::new();
        for stored in self.store.audit.range(next.to_be_bytes().as_slice()..).values().take(limit) {
            let stored = stored.map_err(|e| failed("read", &e))?;
            let damaged = |why: &str| Error::Damaged(format!("audit record {next}: {why}"));
            let before = chain;
            let (kind, payload) = record::open(&stored, &mut chain).map_err(damaged)?;
            let (record, _) = checked(&self.keys, before, kind, payload).map_err(damaged)?;
            if record.seq != next {
                return Err(damaged("it says that it stands in another place"));
            }
            records.push(record);
            next += 1;
        }
        Ok((records, Place { next, chain }))
    }

    /// Reads one session's chain, or with `None` everything, and reports every fault.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`]; [`Error::Failed`] when it cannot be read at all. What was altered is no error but a fault in the report.
    pub fn verify(&self, session: Option<SessionId>) -> Result<VerifyReport, Error> {
        verify::verify(&self.store, &self.keys, session)
    }

    fn row(&self, entry: Entry) -> Result<RecordingRow, Error> {
        let records = match entry.state {
            RecordingState::Live => self.store.existing_day(&entry.day)?.map_or(Ok(0), |day| day.end(entry.meta.id))?,
            RecordingState::Sealed | RecordingState::Interrupted => entry.records,
        };
        Ok(RecordingRow { meta: entry.meta, state: entry.state, ended: entry.ended, records })
    }

    fn entry(&self, session: SessionId) -> Result<Entry, Error> {
        self.store.entry(session)?.ok_or_else(|| Error::NoSuchSession(session.to_string()))
    }

    fn day(&self, session: SessionId) -> Result<Arc<Day>, Error> {
        let entry = self.entry(session)?;
        let missing =
            || Error::Damaged(format!("the recordings of {} are gone, and session {session} with them", entry.day));
        self.store.existing_day(&entry.day)?.ok_or_else(missing)
    }
}

/// The events of one recording. After an error it ends.
#[derive(Debug)]
pub struct Events {
    day: Arc<Day>,
    session: SessionId,
    next: u64,
    /// `None` after the end.
    chain: Option<Chain>,
    ready: std::vec::IntoIter<EventRecord>,
}

impl Iterator for Events {
    type Item = Result<EventRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.ready.next() {
                return Some(Ok(event));
            }
            let mut chain = self.chain.take()?;
            match self.read(&mut chain) {
                Ok(None) => return None,
                Ok(Some(events)) => self.ready = events.into_iter(),
                Err(error) => return Some(Err(error)),
            }
            self.chain = Some(chain);
            self.next += 1;
        }
    }
}

impl Events {
    /// The events in the next record; `None` at the end.
    fn read(&self, chain: &mut Chain) -> Result<Option<Vec<EventRecord>>, Error> {
        let Some(stored) = self.day.get(self.session, self.next)? else { return Ok(None) };
        let bad = |why: &str| Error::Damaged(format!("record {} of session {}: {why}", self.next, self.session));
        match record::open(&stored, chain).map_err(bad)? {
            (kind @ (Kind::Plain | Kind::Zstd), payload) => frame::events(kind, payload).map(Some).map_err(bad),
            (Kind::Head | Kind::Keyframe, _) => Ok(Some(Vec::new())),
            (Kind::Seal, _) => Ok(None),
            (Kind::Audit | Kind::SignedAudit, _) => Err(bad("it belongs to the audit chain")),
        }
    }
}

/// What an audit record says, unchecked.
pub(super) fn audit_record(stored: &[u8]) -> Option<AuditRecord> {
    let (kind, payload) = record::peek(stored)?;
    serde_json::from_slice(seal::audit_parts(kind, payload)?.2).ok()
}

/// What an audit record behind that place says, and whose signature it has.
pub(super) fn checked(
    keys: &[VerifyingKey],
    before: Chain,
    kind: Kind,
    payload: &[u8],
) -> Result<(AuditRecord, KeyId), &'static str> {
    let (key, signature, json) = seal::audit_parts(kind, payload).ok_or("it is no audit record")?;
    let key = seal::audit_signed_by(keys, key, before, json, &signature).map_err(seal::Unsigned::words)?;
    serde_json::from_slice(json).map(|record| (record, key)).map_err(|_| "it cannot be read")
}

/// The number of the last frame that begins at or before `seq`: bisection over the records, whose frames know their first event.
fn place(day: &Day, session: SessionId, seq: Seq) -> Result<u64, Error> {
    let (mut low, mut high) = (0, day.end(session)?);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match first_from(day, session, middle, high)? {
            Some((_, first)) if first <= seq => low = middle,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The first frame at or after a number, and its first event. Between two frames stands a keyframe at most, so the loop is short.
fn first_from(day: &Day, session: SessionId, number: u64, end: u64) -> Result<Option<(u64, Seq)>, Error> {
    for number in number..end {
        let Some(stored) = day.get(session, number)? else { return Ok(None) };
        if let Some((Kind::Plain | Kind::Zstd, payload)) = record::peek(&stored) {
            return Ok(frame::first_seq(payload).map(|first| (number, first)));
        }
    }
    Ok(None)
}
