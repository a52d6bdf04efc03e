//! The book that the writer keeps: the audit chain's end, the open chains, and what recovery does to those left open.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::SigningKey;

use super::checkpoint::{self, Checkpoint};
use super::day::Day;
use super::frame::{self, Builder, Squeeze};
use super::record::{self, Chain, Draft, Kind, hex};
use super::seal::{self, KeyId, Seal};
use super::store::{Entry, Store, day_name, last_audit};
use super::{Error, Interrupted, Keyframe, failed};
use crate::model::{AuditEvent, AuditRecord, RecordingState, Seq, SessionId, SessionMeta, Wall};

pub(super) use super::seal::End;

/// A chain that is being written.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) day: Arc<Day>,
    entry: Entry,
    chain: Chain,
    next: u64,
    /// Records that recovery found behind the chain's good part and left where they are, as evidence.
    beyond: u64,
    seal: Option<Seal>,
}

/// The writer's side of the store.
#[derive(Debug)]
pub(super) struct Book {
    store: Arc<Store>,
    key: SigningKey,
    audit: Chain,
    next_audit: Seq,
    /// Inserted into but not committed.
    bastion_dirty: bool,
    days_dirty: BTreeMap<String, Arc<Day>>,
    /// Committed to their journals and not settled.
    days_unsettled: BTreeMap<String, Arc<Day>>,
}

impl Book {
    /// Finds the end of the audit chain.
    pub(super) fn open(store: Arc<Store>, key: SigningKey) -> Result<Self, Error> {
        let (audit, next_audit) = match last_audit(&store.audit)? {
            None => (Chain::of_audit(), 0),
            Some((seq, stored)) => {
                let chain = record::claimed(&stored).ok_or_else(|| Error::Damaged(format!("audit record {seq}")))?;
                (chain, seq + 1)
            }
        };
        Ok(Self {
            store,
            key,
            audit,
            next_audit,
            bastion_dirty: false,
            days_dirty: BTreeMap::new(),
            days_unsettled: BTreeMap::new(),
        })
    }

    /// Whether a session of that id was recorded before.
    pub(super) fn knows(&self, session: SessionId) -> Result<bool, Error> {
        self.store.entry(session).map(|entry| entry.is_some())
    }

    /// Appends to the bastion-wide chain.
    pub(super) fn audit(&mut self, event: AuditEvent, at: Wall) -> Result<AuditRecord, Error> {
        let record = AuditRecord { seq: self.next_audit, at, event };
        let json = serde_json::to_vec(&record).map_err(|e| failed("written", &e))?;
        let mut draft = Draft::with_capacity(72 + json.len());
        draft.put(&KeyId::of(&self.key.verifying_key()).0).put(&seal::sign_audit(&self.key, self.audit, &json));
        draft.put(&json);
        let stored = draft.close(Kind::SignedAudit, &mut self.audit)?;
        self.store.audit.insert(record.seq.to_be_bytes(), stored).map_err(|e| failed("written", &e))?;
        self.next_audit += 1;
        self.bastion_dirty = true;
        Ok(record)
    }

    /// Keeps what was made of the audit chain up to a place that is on disk.
    pub(super) fn keep(&mut self, kept: &Checkpoint) -> Result<(), Error> {
        self.commit()?;
        checkpoint::keep(&self.store, &self.key, kept)
    }

    /// Begins a chain: the audit record, the entry, the head.
    pub(super) fn begin(&mut self, meta: SessionMeta, now: Wall) -> Result<Open, Error> {
        let name = day_name(meta.started);
        let day = self.store.day(&name)?;
        self.audit(AuditEvent::SessionStarted(Box::new(meta.clone())), now)?;
        let head = serde_json::to_vec(&meta).map_err(|e| failed("written", &e))?;
        let chain = Chain::of_session(meta.id);
        let entry = Entry { meta, day: name, state: RecordingState::Live, ended: None, records: 0 };
        self.store.put(&entry)?;
        let mut open = Open { day, entry, chain, next: 0, beyond: 0, seal: None };
        let mut draft = Draft::with_capacity(head.len());
        draft.put(&head);
        let stored = draft.close(Kind::Head, &mut open.chain)?;
        self.insert(&mut open, stored)?;
        Ok(open)
    }

    /// Closes a frame into the chain; the answer is the bytes stored.
    pub(super) fn frame(
        &mut self,
        open: &mut Open,
        frame: &mut Builder,
        squeeze: &mut Squeeze,
    ) -> Result<usize, Error> {
        let stored = frame.close(squeeze, &mut open.chain)?;
        self.insert(open, stored)
    }

    /// Appends a picture of the screen; the answer is the bytes stored.
    pub(super) fn keyframe(
        &mut self,
        open: &mut Open,
        keyframe: &Keyframe,
        squeeze: &mut Squeeze,
    ) -> Result<usize, Error> {
        let stored = squeeze.keyframe(keyframe, &mut open.chain)?;
        let number = open.next;
        let bytes = self.insert(open, stored)?;
        open.day.index_keyframe(open.entry.meta.id, keyframe.next, number)?;
        Ok(bytes)
    }

    /// Appends the seal. [`Book::anchor`] follows when it is on disk.
    pub(super) fn seal(&mut self, open: &mut Open, ended: Wall, end: End) -> Result<(), Error> {
        let seal = Seal::new(&self.key, open.entry.meta.id, (open.next, open.chain), ended, end);
        let payload = seal.payload();
        let mut draft = Draft::with_capacity(payload.len());
        draft.put(&payload);
        let stored = draft.close(Kind::Seal, &mut open.chain)?;
        open.seal = Some(seal);
        self.insert(open, stored).map(drop)
    }

    /// Puts the seal into the audit chain and into the list.
    pub(super) fn anchor(&mut self, open: &Open, at: Wall) -> Result<(), Error> {
        let Some(seal) = &open.seal else { return Ok(()) };
        let session = open.entry.meta.id;
        let interrupted = match seal.end {
            End::Finished => false,
            End::Interrupted => true,
        };
        let event = AuditEvent::SessionSealed {
            session,
            records: seal.records,
            head: seal.head.hex(),
            signature: hex(&seal.signature),
            interrupted,
        };
        self.audit(event, at)?;
        self.list(&open.entry, seal)
    }

    /// Everything inserted so far is on the disk when this returns: first the bastion's database, then the days'.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        if self.bastion_dirty {
            self.store.bastion.commit()?;
            self.bastion_dirty = false;
        }
        while let Some((name, day)) = self.days_dirty.pop_first() {
            day.commit()?;
            self.days_unsettled.insert(name, day);
        }
        Ok(())
    }

    /// Whether a day's journal holds what sled has not on the disk.
    pub(super) fn is_settled(&self) -> bool {
        self.days_unsettled.is_empty()
    }

    /// Brings what was committed to the disk in sled's own way, so that the journals can begin anew.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        while let Some((_, day)) = self.days_unsettled.pop_first() {
            day.settle()?;
        }
        Ok(())
    }

    /// Seals as interrupted what a killed bastion left open: every chain is read from its head as far as it holds.
    pub(super) fn recover(&mut self, now: Wall) -> Result<Vec<Interrupted>, Error> {
        let mut interrupted = Vec::new();
        // The oldest first, as they would have ended.
        for entry in self.store.left_open()? {
            let (mut open, last) = self.reopen(entry)?;
            let session = open.entry.meta.id;
            match open.seal {
                // Killed between the seal and its anchor.
                Some(seal) if self.is_anchored(session)? => self.list(&open.entry, &seal)?,
                Some(_) => self.anchor(&open, now)?,
                None => {
                    interrupted.push(Interrupted { session, records: open.next, last: last.map(|(seq, _)| seq) });
                    let ended = last.map_or(now, |(_, at)| at);
                    self.seal(&mut open, ended, End::Interrupted)?;
                    self.commit()?;
                    self.anchor(&open, now)?;
                }
            }
            self.commit()?;
        }
        Ok(interrupted)
    }

    /// Reads a chain as far as it holds; with the last event's place and time.
    fn reopen(&self, entry: Entry) -> Result<(Open, Option<(Seq, Wall)>), Error> {
        let session = entry.meta.id;
        let day = self.store.day(&entry.day)?;
        let mut open = Open { day, entry, chain: Chain::of_session(session), next: 0, beyond: 0, seal: None };
        let mut last = None;
        while let Some(stored) = open.day.get(session, open.next)? {
            match record::open(&stored, &mut open.chain) {
                Ok((Kind::Seal, payload)) => {
                    open.seal = Seal::read(payload);
                    break;
                }
                Ok((Kind::Plain | Kind::Zstd, payload)) => last = frame::last(payload).or(last),
                // The kill may have come between it and its index.
                Ok((Kind::Keyframe, payload)) => {
                    let next = frame::first_seq(payload);
                    next.map_or(Ok(()), |next| open.day.index_keyframe(session, next, open.next))?;
                }
                Ok((Kind::Head | Kind::Audit | Kind::SignedAudit, _)) => {}
                Err(_) => {
                    open.beyond = open.day.end(session)?.saturating_sub(open.next);
                    break;
                }
            }
            open.next += 1;
        }
        Ok((open, last))
    }

    /// Whether the audit chain has that session's seal. Only asked after a kill between two writes, so it may take long.
    fn is_anchored(&self, session: SessionId) -> Result<bool, Error> {
        for stored in self.store.audit.iter().values().rev() {
            let stored = stored.map_err(|e| failed("read", &e))?;
            match super::read::audit_record(&stored).map(|record| record.event) {
                Some(AuditEvent::SessionSealed { session: sealed, .. }) if sealed == session => return Ok(true),
                Some(AuditEvent::SessionStarted(meta)) if meta.id == session => return Ok(false),
                _ => {}
            }
        }
        Ok(false)
    }

    fn list(&mut self, entry: &Entry, seal: &Seal) -> Result<(), Error> {
        let state = match seal.end {
            End::Finished => RecordingState::Sealed,
            End::Interrupted => RecordingState::Interrupted,
        };
        self.bastion_dirty = true;
        self.store.put(&Entry { state, ended: Some(seal.ended), records: seal.records, ..entry.clone() })
    }

    fn insert(&mut self, open: &mut Open, stored: Vec<u8>) -> Result<usize, Error> {
        let bytes = stored.len();
        open.day.put(open.entry.meta.id, open.next + open.beyond, stored)?;
        open.next += 1;
        if !self.days_dirty.contains_key(&open.entry.day) {
            self.days_dirty.insert(open.entry.day.clone(), Arc::clone(&open.day));
        }
        Ok(bytes)
    }
}
