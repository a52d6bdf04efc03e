//! A day's journal: what was committed and is not yet on the disk in sled's own way.
//!
//! sled writes its log in threads of its own and wakes all of them for it, which costs whoever waits for a commit several times what one write
//! and one `fdatasync` cost. So a commit that somebody waits for goes here; now and then sled is flushed and the journal begins anew
//! ([`Day::settle`](super::day::Day::settle)). Whoever opens the day puts into sled what a kill or a loss of power left only here.
//!
//! ```text
//! 0   8   generation, big-endian; a new one makes all entries of the old one nothing
//! 8   …   entries: length of the value (4) ‖ key (18) ‖ value ‖ check (8)
//! ```
//!
//! The check is the beginning of SHA-256 over the generation and the entry. It tells an entry from what a torn write or an older generation
//! left; that nobody altered it, the chain in the records tells. The file has its full size from the beginning, so that a commit changes no
//! metadata.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::record::Fields;

/// The key of a record.
pub(super) type Key = [u8; 18];

/// A record as sled has it, with its key.
pub(super) type Entry = (Key, Vec<u8>);

/// The open journal.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    generation: u64,
    /// Where the next entry goes.
    at: usize,
    /// Entries that are not written.
    pending: Vec<u8>,
    /// More came than fits: only sled has all of it.
    full: bool,
}

impl Journal {
    /// Opens or makes the journal. The answer has what it holds beside it, in order.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut bytes = vec![0; SIZE];
        let there = usize::try_from(file.metadata()?.len()).unwrap_or(SIZE).min(SIZE);
        file.read_exact_at(bytes.get_mut(..there).unwrap_or_default(), 0)?;
        if there < SIZE {
            file.write_all_at(&bytes, 0)?;
            file.sync_all()?;
            File::open(path.parent().unwrap_or(path))?.sync_all()?;
        }
        let (generation, entries, at) = read(&bytes);
        let state = State { generation, at, pending: Vec::new(), full: false };
        Ok((Self { file, state: Mutex::new(state) }, entries))
    }

    /// Takes an entry; it is written by the next commit.
    pub(super) fn put(&self, key: &Key, value: &[u8]) {
        let mut state = self.state();
        let room = SIZE.saturating_sub(state.at + state.pending.len());
        let length = u32::try_from(value.len()).ok().filter(|_| value.len().saturating_add(AROUND) <= room);
        let Some(length) = length else {
            state.full = true;
            state.pending = Vec::new();
            return;
        };
        if !state.full {
            let check = check(state.generation, length, key, value);
            for part in [&length.to_be_bytes(), key.as_slice(), value, &check] {
                state.pending.extend_from_slice(part);
            }
        }
    }

    /// Everything taken so far is on the disk when this returns `true`; `false`: it does not fit, and [`Journal::begin`] must follow once it
    /// is on the disk otherwise.
    pub(super) fn commit(&self) -> io::Result<bool> {
        let mut state = self.state();
        if state.full {
            return Ok(false);
        }
        if !state.pending.is_empty() {
            self.file.write_all_at(&state.pending, state.at as u64)?;
            self.file.sync_data()?;
            state.at += state.pending.len();
            state.pending = Vec::new();
        }
        Ok(true)
    }

    /// Whether there is anything that is only here.
    pub(super) fn is_empty(&self) -> bool {
        let state = self.state();
        state.at == HEAD && state.pending.is_empty() && !state.full
    }

    /// Begins anew: what was taken is on the disk otherwise. Where that is lost the old entries are read once more, which changes nothing.
    pub(super) fn begin(&self) -> io::Result<()> {
        let mut state = self.state();
        let generation = state.generation.wrapping_add(1);
        self.file.write_all_at(&generation.to_be_bytes(), 0)?;
        *state = State { generation, at: HEAD, pending: Vec::new(), full: false };
        Ok(())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The generation, its entries, and where they end.
fn read(bytes: &[u8]) -> (u64, Vec<Entry>, usize) {
    let mut fields = Fields(bytes);
    let generation = fields.u64().unwrap_or(0);
    let mut entries = Vec::new();
    let mut left = fields.0.len();
    while let Some((key, value)) = entry(&mut fields, generation) {
        entries.push((key, value));
        left = fields.0.len();
    }
    (generation, entries, bytes.len().saturating_sub(left))
}

fn entry(fields: &mut Fields<'_>, generation: u64) -> Option<Entry> {
    let length = fields.u32()?;
    let key: Key = fields.array()?;
    let value = fields.take(usize::try_from(length).ok()?)?;
    let claimed: [u8; CHECK] = fields.array()?;
    (claimed == check(generation, length, &key, value)).then(|| (key, value.to_vec()))
}

fn check(generation: u64, length: u32, key: &Key, value: &[u8]) -> [u8; CHECK] {
    let hash = Sha256::new()
        .chain_update(generation.to_be_bytes())
        .chain_update(length.to_be_bytes())
        .chain_update(key)
        .chain_update(value)
        .finalize();
    let mut check = [0; CHECK];
    check.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    check
}

/// Length of the file: some thousand commits, or a hundred sessions that type for as long as nothing is settled.
const SIZE: usize = 256 << 10;
/// Length of what stands before the entries.
const HEAD: usize = 8;
/// Length of an entry's check.
const CHECK: usize = 8;
/// What an entry has around its value.
const AROUND: usize = 4 + 18 + CHECK;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(n: u8) -> Key {
        [n; 18]
    }

    fn opened(path: &Path) -> (Journal, Vec<Entry>) {
        Journal::open(path).unwrap()
    }

    #[test]
    fn what_was_committed_is_there_when_it_is_opened_again_and_what_was_not_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let (journal, before) = opened(&path);
        assert!(before.is_empty() && journal.is_empty());
        journal.put(&key(1), b"one");
        assert!(journal.commit().unwrap());
        journal.put(&key(2), b"");
        assert!(journal.commit().unwrap());
        journal.put(&key(3), b"three");
        assert!(!journal.is_empty());
        drop(journal);
        let (journal, there) = opened(&path);
        let expected = vec![(key(1), b"one".to_vec()), (key(2), vec![])];
        assert_eq!(there, expected);
        // It goes on behind them.
        journal.put(&key(4), b"four");
        journal.commit().unwrap();
        drop(journal);
        assert_eq!(opened(&path).1.last(), Some(&(key(4), b"four".to_vec())));
    }

    #[test]
    fn a_new_beginning_forgets_all_even_what_it_does_not_overwrite() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let (journal, _) = opened(&path);
        journal.put(&key(1), b"one");
        journal.put(&key(2), b"two");
        journal.commit().unwrap();
        journal.begin().unwrap();
        assert!(journal.is_empty());
        journal.put(&key(3), b"one");
        journal.commit().unwrap();
        drop(journal);
        assert_eq!(opened(&path).1, vec![(key(3), b"one".to_vec())]);
    }

    #[test]
    fn what_does_not_fit_is_said_and_not_lost_in_silence() {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = opened(&dir.path().join("journal"));
        for n in 0..=255 {
            journal.put(&key(n), &[n; 1024]);
        }
        assert!(!journal.commit().unwrap());
        journal.put(&key(1), b"small");
        assert!(!journal.commit().unwrap(), "what came after it may not be there without it");
        journal.begin().unwrap();
        journal.put(&key(1), b"small");
        assert!(journal.commit().unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn of_a_torn_write_only_whole_entries_are_read(cut in 0usize..400) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("journal");
            let (journal, _) = opened(&path);
            for n in 0..5 {
                journal.put(&key(n), &[n; 50]);
            }
            journal.commit().unwrap();
            drop(journal);
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&[0xee; 400], (HEAD + cut) as u64).unwrap();
            let there = opened(&path).1;
            prop_assert_eq!(there.len(), (cut / (50 + AROUND)).min(5));
            prop_assert!(there.iter().enumerate().all(|(n, (k, value))| *k == key(n as u8) && value == &[n as u8; 50]));
        }

        #[test]
        fn nonsense_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
