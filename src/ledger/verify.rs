//! Verification: every chain is read from its first byte, and every chain must be told of by another.
//!
//! The audit chain is the root. A session is told of by its `SessionStarted`, and its end by its `SessionSealed`; both are signed. The list of
//! recordings is only an index, but it must agree. So a changed byte breaks a hash, a removed session leaves its
//! `SessionStarted` behind, a shortened one does not have the number of records that its seal says.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::VerifyingKey;

use super::checkpoint;
use super::day::Day;
use super::frame;
use super::record::{self, Chain, Fields, Kind, hex};
use super::seal::{End, KeyId, Seal, Unsigned};
use super::store::{Entry, Store};
use super::{Error, failed};
use crate::model::{AuditEvent, AuditRecord, RecordingState, Seq, SessionId, SessionMeta, VerifyReport, Wall};

/// Verifies one session, with the audit chain that tells of it, or everything.
pub(super) fn verify(store: &Store, keys: &[VerifyingKey], only: Option<SessionId>) -> Result<VerifyReport, Error> {
    let (signer, replaced, report) = (None, BTreeSet::new(), VerifyReport::default());
    let mut check = Check { store, keys, signer, replaced, report };
    // The list first: whatever is in it, the audit chain has told of already.
    let mut listed = BTreeMap::new();
    for entry in store.entries() {
        match entry {
            Ok(entry) => drop(listed.insert(entry.meta.id, entry)),
            Err(Error::Damaged(what)) => check.fault(what),
            Err(other) => return Err(other),
        }
    }
    let told = check.audit_chain()?;
    if let Some(session) = only {
        if !told.contains_key(&session) && !listed.contains_key(&session) {
            return Err(Error::NoSuchSession(session.to_string()));
        }
        check.one(session, told.get(&session), listed.get(&session))?;
        return Ok(check.report);
    }
    for (session, story) in &told {
        check.one(*session, Some(story), listed.get(session))?;
    }
    for (session, entry) in listed.iter().filter(|(session, _)| !told.contains_key(session)) {
        check.one(*session, None, Some(entry))?;
    }
    check.strangers(&told)?;
    Ok(check.report)
}

/// What the audit chain tells of a session.
#[derive(Debug)]
struct Story {
    meta: Option<SessionMeta>,
    sealed: Option<Sealed>,
}

#[derive(Debug, PartialEq, Eq)]
struct Sealed {
    records: u64,
    head: String,
    signature: String,
    interrupted: bool,
}

struct Check<'a> {
    store: &'a Store,
    keys: &'a [VerifyingKey],
    /// Who signed the last record of the audit chain, and who did before and was replaced.
    signer: Option<KeyId>,
    replaced: BTreeSet<KeyId>,
    report: VerifyReport,
}

impl Check<'_> {
    fn fault(&mut self, what: String) {
        // A store that was overwritten whole has as many faults as records; the first ones tell the story.
        if self.report.faults.len() < MOST_FAULTS {
            self.report.faults.push(what);
        }
    }

    fn audit_chain(&mut self) -> Result<BTreeMap<SessionId, Story>, Error> {
        // First: while a bastion runs, a later one may be kept meanwhile.
        let kept = checkpoint::read(self.store, self.keys);
        let mut told = BTreeMap::new();
        let mut chain = Chain::of_audit();
        let mut due: Seq = 0;
        let mut met = None;
        for pair in &self.store.audit {
            let (key, stored) = pair.map_err(|e| failed("read", &e))?;
            self.report.records += 1;
            let seq = Fields(&key).u64().filter(|_| key.len() == 8);
            if seq != Some(due) {
                let found = seq.map_or_else(|| "a key that is none".to_owned(), |seq| format!("record {seq}"));
                self.fault(format!("audit record {due} is missing: {found} stands in its place"));
            }
            let seq = seq.unwrap_or(due);
            match self.audit_record(seq, &stored, &mut chain) {
                Ok(record) => self.tell(record, &mut told),
                Err(why) => {
                    self.fault(format!("audit record {seq}: {why}"));
                    // Go on behind it, so that one changed byte is one fault.
                    chain = record::claimed(&stored).unwrap_or(chain);
                }
            }
            due = seq.saturating_add(1);
            if let Ok(Some(kept)) = &kept
                && kept.place.next == due
            {
                met = Some(kept.place.chain == chain);
            }
        }
        match (kept, met) {
            (Err(why), _) => self.fault(format!("the checkpoint of the audit chain: {why}")),
            (Ok(Some(_)), Some(true)) | (Ok(None), _) => {}
            (Ok(Some(kept)), _) => self.fault(kept.place.missed()),
        }
        Ok(told)
    }

    fn audit_record(&mut self, seq: Seq, stored: &[u8], chain: &mut Chain) -> Result<AuditRecord, &'static str> {
        let before = *chain;
        let (kind, payload) = record::open(stored, chain)?;
        let (record, key) = super::read::checked(self.keys, before, kind, payload)?;
        // Who got hold of a key that was replaced could otherwise go on writing with it.
        if self.replaced.contains(&key) {
            return Err("it is signed by a key that had been replaced before it");
        }
        if let Some(old) = self.signer.replace(key).filter(|old| *old != key) {
            self.replaced.insert(old);
        }
        (record.seq == seq).then_some(record).ok_or("it says that it stands in another place")
    }

    fn tell(&mut self, record: AuditRecord, told: &mut BTreeMap<SessionId, Story>) {
        if let AuditEvent::SessionStarted(meta) = record.event {
            let session = meta.id;
            let story = Story { meta: Some(*meta), sealed: None };
            if told.insert(session, story).is_some() {
                self.fault(format!("audit record {}: session {session} started for a second time", record.seq));
            }
        } else if let AuditEvent::SessionSealed { session, records, head, signature, interrupted } = record.event {
            let story = told.entry(session).or_insert(Story { meta: None, sealed: None });
            let sealed = Sealed { records, head, signature, interrupted };
            if story.sealed.replace(sealed).is_some() {
                self.fault(format!("audit record {}: session {session} was sealed for a second time", record.seq));
            }
        }
    }

    /// One session: what the audit chain tells of it, what the list says, and the chain itself.
    fn one(&mut self, session: SessionId, story: Option<&Story>, listed: Option<&Entry>) -> Result<(), Error> {
        self.report.sessions += 1;
        // A session that began after the list was read is not in it.
        let fresh = if listed.is_none() { self.reread(session)? } else { None };
        let entry = listed.or(fresh.as_ref());
        let meta = story.and_then(|story| story.meta.as_ref());
        if meta.is_none() {
            self.fault(format!("session {session}: the audit chain does not tell of its start"));
        }
        if entry.is_none() {
            self.fault(format!("session {session}: it was taken out of the list of recordings"));
        }
        let facts = meta.or(entry.map(|e| &e.meta));
        let name = entry.map(|e| e.day.clone()).or(facts.map(|m| super::store::day_name(m.started)));
        let day = name.as_deref().map_or(Ok(None), |name| self.store.existing_day(name))?;
        let Some(day) = day else {
            let name = name.unwrap_or_default();
            self.fault(format!("session {session}: its records are gone (the recordings of {name} were removed)"));
            return Ok(());
        };
        let sealed = story.and_then(|story| story.sealed.as_ref());
        let seal = self.session_chain(&day, session, facts)?;
        self.end_agrees(session, seal, sealed);
        self.list_agrees(session, meta, sealed.map(|told| (told, seal.map(|seal| seal.ended))), entry)
    }

    fn reread(&mut self, session: SessionId) -> Result<Option<Entry>, Error> {
        match self.store.entry(session) {
            Err(Error::Damaged(what)) => {
                self.fault(what);
                Ok(None)
            }
            other => other,
        }
    }

    /// Walks a session's chain; the answer is its seal, if it has a good one.
    fn session_chain(
        &mut self,
        day: &Day,
        session: SessionId,
        facts: Option<&SessionMeta>,
    ) -> Result<Option<Seal>, Error> {
        let mut walk =
            Walk { chain: Chain::of_session(session), next_event: Some(0), keyframes: BTreeMap::new(), seal: None };
        let mut due = 0;
        for pair in day.records(session) {
            let (number, stored) = pair?;
            self.report.records += 1;
            let number = number.unwrap_or(due);
            if number != due {
                self.fault(format!("session {session}: record {due} is missing (the next one there is {number})"));
            }
            if let Err(why) = walk.step(session, self.keys, number, &stored, facts) {
                self.fault(format!("session {session}, record {number}: {why}"));
                walk.chain = record::claimed(&stored).unwrap_or(walk.chain);
                walk.next_event = None;
            }
            due = number.saturating_add(1);
        }
        if due == 0 && facts.is_some() {
            // A kill between the audit record and the head leaves that, too; recovery then seals nothing.
            self.fault(format!("session {session}: its records were removed"));
        }
        self.keyframes(day, session, &walk)?;
        Ok(walk.seal)
    }

    /// The index of keyframes must lead to the keyframes. While a session is live, one may be just being written.
    fn keyframes(&mut self, day: &Day, session: SessionId, walk: &Walk) -> Result<(), Error> {
        let indexed = day.keyframe_index(session).collect::<Result<BTreeMap<_, _>, _>>()?;
        if walk.seal.is_some() && indexed != walk.keyframes {
            self.fault(format!("session {session}: the index of its keyframes does not lead to them"));
        }
        Ok(())
    }

    fn end_agrees(&mut self, session: SessionId, seal: Option<Seal>, told: Option<&Sealed>) {
        match (seal, told) {
            (None, None) => {}
            (None, Some(told)) => {
                let n = told.records;
                self.fault(format!(
                    "session {session}: it was cut short: it was sealed with {n} records and has no seal now"
                ));
            }
            // Between the seal and its anchor lies a moment, which a kill can make long.
            (Some(_), None) => {}
            (Some(seal), Some(told)) => {
                let seal = Sealed {
                    records: seal.records,
                    head: seal.head.hex(),
                    signature: hex(&seal.signature),
                    interrupted: seal.end == End::Interrupted,
                };
                if seal != *told {
                    self.fault(format!("session {session}: its seal is not the one that the audit chain tells of"));
                }
            }
        }
    }

    fn list_agrees(
        &mut self,
        session: SessionId,
        meta: Option<&SessionMeta>,
        sealed: Option<(&Sealed, Option<Wall>)>,
        entry: Option<&Entry>,
    ) -> Result<(), Error> {
        let Some(mut entry) = entry.cloned() else { return Ok(()) };
        if self.store.entry(session).is_ok_and(|found| found.is_none()) {
            self.fault(format!("session {session}: it cannot be found by its id"));
        }
        let agrees = |entry: &Entry| match (sealed, entry.state) {
            (None, RecordingState::Live) => entry.ended.is_none(),
            (Some((s, ended)), RecordingState::Sealed | RecordingState::Interrupted) => {
                s.interrupted == (entry.state == RecordingState::Interrupted)
                    && s.records == entry.records
                    && (ended.is_none() || entry.ended == ended)
            }
            (None, RecordingState::Sealed | RecordingState::Interrupted) | (Some(_), RecordingState::Live) => false,
        };
        if !agrees(&entry) {
            // It may have ended since the list was read.
            entry = self.reread(session)?.unwrap_or(entry);
        }
        if meta.is_some_and(|meta| *meta != entry.meta) || !agrees(&entry) {
            self.fault(format!("session {session}: the list of recordings does not say what the audit chain says"));
        }
        Ok(())
    }

    /// Records of sessions that the audit chain does not know: it was cut, or somebody put them there.
    fn strangers(&mut self, told: &BTreeMap<SessionId, Story>) -> Result<(), Error> {
        for name in self.store.days()? {
            let Some(day) = self.store.existing_day(&name)? else { continue };
            let mut from = Some(SessionId::from_bytes([0; SessionId::BYTES]));
            while let Some(next) = from.take() {
                match day.session_from(next)? {
                    None => {}
                    Some(Err(_)) => self.fault(format!("the recordings of {name} hold a key that is none")),
                    Some(Ok(session)) => {
                        if !told.contains_key(&session) && !self.store.entry(session).is_ok_and(|found| found.is_some())
                        {
                            self.fault(format!(
                                "session {session}: it has records, but the audit chain does not tell of it"
                            ));
                        }
                        from = after(session);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The next possible id.
fn after(session: SessionId) -> Option<SessionId> {
    let mut bytes = *session.as_bytes();
    for byte in bytes.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(SessionId::from_bytes(bytes));
        }
    }
    None
}

/// One session's chain, record by record.
struct Walk {
    chain: Chain,
    /// The next event's place; unknown behind a record that could not be read, so that one changed byte is one fault.
    next_event: Option<Seq>,
    /// The first event that is not in the picture → the record's number.
    keyframes: BTreeMap<Seq, u64>,
    seal: Option<Seal>,
}

impl Walk {
    fn step(
        &mut self,
        session: SessionId,
        keys: &[VerifyingKey],
        number: u64,
        stored: &[u8],
        facts: Option<&SessionMeta>,
    ) -> Result<(), &'static str> {
        let head = self.chain;
        let (kind, payload) = record::open(stored, &mut self.chain)?;
        if self.seal.is_some() {
            return Err("it stands behind the seal");
        }
        match kind {
            Kind::Head if number == 0 => {
                let meta: SessionMeta = serde_json::from_slice(payload).map_err(|_| "the head cannot be read")?;
                facts.is_none_or(|facts| *facts == meta).then_some(()).ok_or("the head is of another session")
            }
            _ if number == 0 => Err("a chain begins with a head"),
            Kind::Plain | Kind::Zstd => {
                let events = frame::events(kind, payload)?;
                let first = frame::first_seq(payload);
                let next = first.and_then(|first| first.checked_add(events.len() as u64));
                let due = std::mem::replace(&mut self.next_event, next);
                (due.is_none() || first == due).then_some(()).ok_or("its events do not follow those before")
            }
            Kind::Keyframe => {
                let picture = frame::keyframe(payload)?;
                self.keyframes.insert(picture.next, number);
                self.next_event
                    .is_none_or(|due| picture.next == due)
                    .then_some(())
                    .ok_or("its keyframe stands in a wrong place")
            }
            Kind::Seal => {
                let seal = Seal::read(payload).ok_or("the seal cannot be read")?;
                if seal.records != number || seal.head != head {
                    return Err("the seal is of another chain");
                }
                seal.signed_by(keys, session).map_err(Unsigned::words)?;
                self.seal = Some(seal);
                Ok(())
            }
            Kind::Head | Kind::Audit | Kind::SignedAudit => Err("it does not belong here"),
        }
    }
}

/// Faults that a report holds at most.
const MOST_FAULTS: usize = 1000;
