//! The queue of holds: the most dangerous first, then the one with the least time. The selection never moves by itself.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::filter::{Facts, Filter};
use crate::model::{HoldRequest, Outcome, RequestId, RequestRow, Severity};

/// A hold in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The request, as this person sees it.
    pub row: RequestRow,
    /// How it ended. Such an entry stays only while it is selected.
    pub outcome: Option<Outcome>,
}

/// The queue and its selection.
#[derive(Debug, Default)]
pub struct Queue {
    entries: BTreeMap<RequestId, Entry>,
    selected: Option<RequestId>,
    /// Holds that came after the person last moved.
    fresh: BTreeSet<RequestId>,
}

impl Queue {
    /// A request began or changed. Says whether it is new here.
    pub fn upsert(&mut self, row: RequestRow) -> bool {
        let id = row.request.id;
        let new = self.entries.insert(id, Entry { row, outcome: None }).is_none();
        if self.selected.is_none() {
            self.selected = Some(id);
        } else if new {
            self.fresh.insert(id);
        }
        new
    }

    /// A request came to its end.
    pub fn end(&mut self, id: RequestId, outcome: Outcome) {
        self.fresh.remove(&id);
        if self.selected == Some(id) {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.outcome = Some(outcome);
            }
        } else {
            self.entries.remove(&id);
        }
    }

    /// The server's list: what is not in it has ended while nobody told us.
    pub fn replace(&mut self, rows: Vec<RequestRow>) {
        let selected = self.selected;
        self.entries.retain(|id, entry| Some(*id) == selected && entry.outcome.is_some());
        rows.into_iter().for_each(|row| {
            self.entries.insert(row.request.id, Entry { row, outcome: None });
        });
        self.fresh.retain(|id| self.entries.contains_key(id));
        if self.selected_entry().is_none() {
            self.selected = self.sorted(&Filter::default()).first().map(|entry| entry.row.request.id);
        }
    }

    /// The entries that pass, in their order. The selected one always passes.
    #[must_use]
    pub fn sorted(&self, filter: &Filter) -> Vec<&Entry> {
        let stays =
            |entry: &&Entry| Some(entry.row.request.id) == self.selected || filter.passes(&Facts::from(&entry.row));
        let mut entries: Vec<&Entry> = self.entries.values().filter(stays).collect();
        entries.sort_by_key(|e| (Reverse(e.row.request.risk.score), e.row.request.deadline, e.row.request.id));
        entries
    }

    /// The selected entry.
    #[must_use]
    pub fn selected_entry(&self) -> Option<&Entry> {
        self.selected.and_then(|id| self.entries.get(&id))
    }

    /// The place of the selected entry among those that pass.
    #[must_use]
    pub fn position(&self, filter: &Filter) -> Option<usize> {
        self.sorted(filter).iter().position(|entry| Some(entry.row.request.id) == self.selected)
    }

    /// The person moves the selection to that place, or to the last one before it. What had ended under it goes away.
    pub fn select(&mut self, place: usize, filter: &Filter) {
        let entries = self.sorted(filter);
        let place = place.min(entries.len().saturating_sub(1));
        let Some(id) = entries.get(place).map(|entry| entry.row.request.id) else { return };
        if self.selected != Some(id) {
            self.selected = Some(id);
            self.entries.retain(|other, entry| *other == id || entry.outcome.is_none());
        }
        self.fresh.clear();
    }

    /// What came so far is not new.
    pub fn all_seen(&mut self) {
        self.fresh.clear();
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.entries.values().filter(|entry| entry.outcome.is_none()).count()
    }

    /// How many came since the person last moved: above and below the selection.
    #[must_use]
    pub fn fresh(&self, filter: &Filter) -> (usize, usize) {
        let at = self.position(filter).unwrap_or(0);
        let places = self.sorted(filter);
        let fresh = |entries: &[&Entry]| entries.iter().filter(|e| self.fresh.contains(&e.row.request.id)).count();
        let (above, below) = places.split_at(at.min(places.len()));
        (fresh(above), fresh(below))
    }
}

/// The worst that a request would do; by its score where no effect is known.
#[must_use]
pub fn severity(request: &HoldRequest) -> Severity {
    let by_score = match request.risk.score {
        0..20 => Severity::Info,
        20..40 => Severity::Low,
        40..60 => Severity::Medium,
        60..80 => Severity::High,
        _ => Severity::Critical,
    };
    request.effects.iter().map(|effect| effect.severity).max().unwrap_or(by_score)
}
