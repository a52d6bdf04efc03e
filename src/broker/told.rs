//! What the bastion-wide chain tells that has to be known at the start: the desk's state, and who was last where.
//!
//! A fold over the chain, kept as a checkpoint, so that a start reads what came since the last one. What is kept of the desk is the records that
//! still matter, not its inner state: folding them again gives the same desk, in a later version of the program too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::approval::Docket;
use crate::ledger::{Checkpoint, Error, Place, Reader};
use crate::model::{self, AuditEvent, AuditRecord, Mono, Wall};

/// The fold.
#[derive(Debug, Default)]
pub struct Told {
    /// What is asked and granted.
    pub docket: Docket,
    /// Who was last where.
    pub used: Used,
    /// Records that were read for it.
    pub read: u64,
}

/// Who was last where: for each person the places, the login and target of each, with the time a session began there last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used(BTreeMap<String, Vec<(String, String, Wall)>>);

impl Used {
    /// When this person last began a session there.
    #[must_use]
    pub fn last(&self, user: &str, place: &model::Place) -> Option<Wall> {
        let places = self.0.get(user)?.iter();
        places.filter(|(login, target, _)| *login == place.login && *target == place.target).map(|(.., at)| *at).max()
    }

    /// A session of that person began there.
    pub fn began(&mut self, user: &str, place: &model::Place, at: Wall) {
        let places = self.0.entry(user.to_owned()).or_default();
        places.retain(|(login, target, _)| *login != place.login || *target != place.target);
        places.push((place.login.clone(), place.target.clone(), at));
        // The oldest goes: it is furthest from being looked for.
        places.drain(..places.len().saturating_sub(PLACES));
    }
}

/// What is kept of it.
#[derive(Serialize, Deserialize)]
struct Kept {
    docket: Vec<AuditRecord>,
    used: Used,
}

impl Told {
    /// Reads the chain from the last checkpoint on, `seen` being the monotonic time; with the checkpoint that can be kept now, if there was anything new.
    ///
    /// # Errors
    /// When the chain cannot be read, or is not what was written.
    pub fn read(reader: &Reader, seen: Mono) -> Result<(Self, Option<Checkpoint>), Error> {
        let (mut told, mut place) = (Self::default(), Place::first());
        if let Some(checkpoint) = reader.checkpoint()?
            && let Some(Kept { docket, used }) = checkpoint.state()
        {
            docket.iter().for_each(|record| told.docket.apply(record, seen));
            (told.used, place) = (used, checkpoint.place);
        }
        loop {
            let (page, next) = reader.audit_behind(place, PAGE)?;
            if page.is_empty() {
                break;
            }
            page.iter().for_each(|record| told.apply(record, seen));
            place = next;
        }
        let kept = (told.read > 0).then(|| Checkpoint::new(place, &told.kept())).transpose()?;
        Ok((told, kept))
    }

    fn apply(&mut self, record: &AuditRecord, seen: Mono) {
        self.read += 1;
        self.docket.apply(record, seen);
        if let AuditEvent::SessionStarted(meta) = &record.event {
            self.used.began(&meta.who.user, &meta.place, record.at);
        }
    }

    fn kept(&self) -> Kept {
        Kept { docket: self.docket.essence(), used: self.used.clone() }
    }
}

/// Records read at a time.
const PAGE: usize = 1000;

/// Places of one person that are remembered.
const PLACES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_at_each_place_is_known_for_each_person() {
        let place = |target: &str| model::Place { target: target.into(), login: "root".into(), labels: [].into() };
        let mut used = Used::default();
        used.began("alice", &place("db"), Wall(1));
        used.began("alice", &place("web"), Wall(2));
        used.began("alice", &place("db"), Wall(3));
        used.began("bob", &place("db"), Wall(9));
        assert_eq!(used.last("alice", &place("db")), Some(Wall(3)));
        assert_eq!(used.last("alice", &place("web")), Some(Wall(2)));
        assert_eq!((used.last("bob", &place("web")), used.last("eve", &place("db"))), (None, None));
        let other = model::Place { login: "deploy".into(), ..place("db") };
        assert_eq!(used.last("alice", &other), None);
        (0..1000).for_each(|n| used.began("alice", &place(&n.to_string()), Wall(n)));
        assert_eq!((used.0["alice"].len(), used.last("alice", &place("999"))), (PLACES, Some(Wall(999))));
    }
}
