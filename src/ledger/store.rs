//! Where the records lie: one sled database for the bastion, and one a day for sessions.
//!
//! ```text
//! DIR/lock            held while the ledger is open; says by whom
//! DIR/signers         public keys that have signed here, one a line in hex, the newest last
//! DIR/checkpoint      what was made of the audit chain up to a place; see [`checkpoint`](super::checkpoint)
//! DIR/bastion/        sled: trees `audit` (seq → record), `recordings` (started ‖ id → entry), `ids` (id → started), `live` (ids of those
//!                     that have not ended)
//! DIR/days/YYYY-MM-DD sessions; see [`day`](super::day)
//! ```
//!
//! sled never gives disk back, so a day is a directory of its own and retention removes directories. Its `flush` is
//! `sync_file_range`, which does not survive a loss of power, so [`Base::commit`] calls `fdatasync` on its files itself. A day has a journal besides; see [`journal`](super::journal).

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sled::Tree;

use super::day::Day;
use super::record::{Fields, hex};
use super::{Error, Options, failed};
use crate::model::{RecordingState, Seq, SessionId, SessionMeta, Wall};

/// One sled database whose commits reach the disk.
#[derive(Debug)]
pub(super) struct Base {
    db: sled::Db,
    file: File,
    blobs: PathBuf,
    /// The highest blob that was synced. sled puts a page that outgrows its log into a file of its own and names it by its place in the log.
    synced: Mutex<i64>,
}

impl Base {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let doing = "opened";
        make_dir(path)?;
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(options.cache_bytes)
            .mode(sled::Mode::HighThroughput)
            // Commits are ours; a background flush would only wake an idle bastion.
            .flush_every_ms(None);
        let db = open_sled(&config).map_err(|e| failed(doing, &e))?;
        let file = File::open(path.join("db")).map_err(|e| failed(doing, &e))?;
        let base = Self { db, file, blobs: path.join("blobs"), synced: Mutex::new(-1) };
        base.commit()?;
        for dir in [path, path.parent().unwrap_or(path)] {
            File::open(dir).and_then(|d| d.sync_all()).map_err(|e| failed(doing, &e))?;
        }
        Ok(base)
    }

    pub(super) fn tree(&self, name: &str) -> Result<Tree, Error> {
        self.db.open_tree(name).map_err(|e| failed("opened", &e))
    }

    /// Everything inserted so far is on the disk when this returns.
    pub(super) fn commit(&self) -> Result<(), Error> {
        self.db.flush().map_err(|e| failed("written", &e))?;
        self.sync_blobs().map_err(|e| failed("written", &e))?;
        self.file.sync_data().map_err(|e| failed("written", &e))
    }

    fn sync_blobs(&self) -> std::io::Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let mut highest = *synced;
        for entry in fs::read_dir(&self.blobs)? {
            let entry = entry?;
            let place = entry.file_name().to_str().and_then(|name| name.parse::<i64>().ok());
            if let Some(place) = place.filter(|&place| place > *synced) {
                // sled removes a blob when its page moves on; what is gone needs no sync.
                match File::open(entry.path()) {
                    Ok(file) => file.sync_data()?,
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                    Err(e) => return Err(e),
                }
                highest = highest.max(place);
            }
        }
        if highest > *synced {
            File::open(&self.blobs)?.sync_all()?;
            *synced = highest;
        }
        Ok(())
    }
}

/// What the list of recordings says about one session. The chains are the truth; this is where to find them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its facts.
    pub(super) meta: SessionMeta,
    /// Its day's directory.
    pub(super) day: String,
    /// How it stands.
    pub(super) state: RecordingState,
    /// When it ended.
    pub(super) ended: Option<Wall>,
    /// Records in its chain, the seal not counted; 0 while it is live.
    pub(super) records: u64,
}

impl Entry {
    /// Reads an entry, of which every byte counts: a field under another name would be one that is missing, and nobody would know.
    fn read(json: &[u8]) -> Option<Self> {
        let entry: Self = serde_json::from_slice(json).ok()?;
        (serde_json::to_vec(&entry).ok()? == json).then_some(entry)
    }
}

/// The open directory.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    options: Options,
    pub(super) bastion: Base,
    pub(super) audit: Tree,
    recordings: Tree,
    ids: Tree,
    live: Tree,
    days: Mutex<BTreeMap<String, Weak<Day>>>,
    /// The day that was used last stays open, so that a list of verifications does not open it again and again.
    recent: Mutex<Option<Arc<Day>>>,
    // Dropped last: the lock ends when everything else is closed.
    _lock: File,
}

impl Store {
    /// Takes the lock and opens the bastion's database.
    pub(super) fn open(dir: &Path, options: &Options) -> Result<Self, Error> {
        make_dir(dir)?;
        let lock = lock(dir)?;
        let bastion = Base::open(&dir.join("bastion"), options)?;
        let (audit, recordings, ids) = (bastion.tree("audit")?, bastion.tree("recordings")?, bastion.tree("ids")?);
        let live = bastion.tree("live")?;
        make_dir(&dir.join("days"))?;
        Ok(Self {
            dir: dir.to_owned(),
            options: options.clone(),
            bastion,
            audit,
            recordings,
            ids,
            live,
            days: Mutex::default(),
            recent: Mutex::default(),
            _lock: lock,
        })
    }

    /// A day's database; it is closed when nobody uses it any more.
    pub(super) fn day(&self, name: &str) -> Result<Arc<Day>, Error> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let day = match days.get(name).and_then(Weak::upgrade) {
            Some(day) => day,
            None => {
                let day = Arc::new(Day::open(&self.day_path(name), &self.options)?);
                days.retain(|_, weak| weak.strong_count() > 0);
                days.insert(name.to_owned(), Arc::downgrade(&day));
                day
            }
        };
        *self.recent.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&day));
        Ok(day)
    }

    /// A day's database, if it was not removed.
    pub(super) fn existing_day(&self, name: &str) -> Result<Option<Arc<Day>>, Error> {
        if self.day_path(name).join("db").is_file() { self.day(name).map(Some) } else { Ok(None) }
    }

    /// The days that are there.
    pub(super) fn days(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.dir.join("days")).map_err(|e| failed("read", &e))? {
            let name = entry.map_err(|e| failed("read", &e))?.file_name();
            names.extend(name.to_str().map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    fn day_path(&self, name: &str) -> PathBuf {
        // The name comes out of an entry that may have been altered: it must not lead elsewhere.
        let plain = Path::new(name).file_name().unwrap_or_else(|| "unknown".as_ref());
        self.dir.join("days").join(plain)
    }

    /// Writes a session's entry.
    pub(super) fn put(&self, entry: &Entry) -> Result<(), Error> {
        let json = serde_json::to_vec(entry).map_err(|e| failed("written", &e))?;
        let key = listed(entry.meta.started, entry.meta.id);
        self.recordings.insert(key, json).map_err(|e| failed("written", &e))?;
        let id = entry.meta.id.as_bytes();
        let noted = match entry.state {
            RecordingState::Live => self.live.insert(id, &[]),
            RecordingState::Sealed | RecordingState::Interrupted => self.live.remove(id),
        };
        noted.map_err(|e| failed("written", &e))?;
        let started = entry.meta.started.0.to_be_bytes();
        self.ids.insert(entry.meta.id.as_bytes(), &started).map(drop).map_err(|e| failed("written", &e))
    }

    /// A session's entry.
    pub(super) fn entry(&self, session: SessionId) -> Result<Option<Entry>, Error> {
        let Some(started) = self.ids.get(session.as_bytes()).map_err(|e| failed("read", &e))? else { return Ok(None) };
        let started = Fields(&started).u64().ok_or_else(|| damaged(session))?;
        let found = self.recordings.get(listed(Wall(started), session)).map_err(|e| failed("read", &e))?;
        found.map(|json| Entry::read(&json).ok_or_else(|| damaged(session))).transpose()
    }

    /// Sessions that have not ended, the oldest first. A ledger of before those were noted apart is read whole, once.
    pub(super) fn left_open(&self) -> Result<Vec<Entry>, Error> {
        let mut left: Vec<Entry> = if self.live.contains_key(NOTED).map_err(|e| failed("read", &e))? {
            let keys = self.live.iter().keys().collect::<Result<Vec<_>, _>>().map_err(|e| failed("read", &e))?;
            let ids = keys
                .iter()
                .filter_map(|key| Fields(key).array().filter(|_| key.len() == SessionId::BYTES))
                .map(SessionId::from_bytes);
            ids.filter_map(|id| self.entry(id).ok().flatten()).collect()
        } else {
            self.live.insert(NOTED, &[]).map_err(|e| failed("written", &e))?;
            self.entries().filter_map(Result::ok).collect()
        };
        left.retain(|entry| entry.state == RecordingState::Live);
        left.sort_by_key(|entry| (entry.meta.started, entry.meta.id));
        Ok(left)
    }

    /// Entries, the newest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = Result<Entry, Error>> + use<> {
        self.recordings.iter().rev().map(|pair| {
            let (key, json) = pair.map_err(|e| failed("read", &e))?;
            let entry = Entry::read(&json).filter(|entry| key == listed(entry.meta.started, entry.meta.id));
            entry.ok_or_else(|| Error::Damaged("an entry in the list of recordings".to_owned()))
        })
    }

    /// Ids from `from` on, in order.
    pub(super) fn ids_from(&self, from: SessionId) -> impl Iterator<Item = Result<SessionId, Error>> + use<> {
        self.ids.range(from.as_bytes().as_slice()..).keys().map(|key| {
            let key = key.map_err(|e| failed("read", &e))?;
            let id =
                Fields(&key).array().ok_or_else(|| Error::Damaged("an id in the list of recordings".to_owned()))?;
            Ok(SessionId::from_bytes(id))
        })
    }

    /// Where the checkpoint of the audit chain lies.
    pub(super) fn checkpoint_path(&self) -> PathBuf {
        self.dir.join("checkpoint")
    }

    /// The keys that have signed here.
    pub(super) fn signers(&self) -> Result<Vec<VerifyingKey>, Error> {
        let path = self.dir.join(SIGNERS);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(failed("read", &e)),
        };
        let unreadable = || Error::Damaged(format!("{} does not hold public keys in hex", path.display()));
        text.lines().map(|line| public_key(line).ok_or_else(unreadable)).collect()
    }

    /// Notes a key that will sign here.
    pub(super) fn add_signer(&self, key: VerifyingKey) -> Result<(), Error> {
        if self.signers()?.contains(&key) {
            return Ok(());
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o644).open(self.dir.join(SIGNERS));
        let written = file.as_mut().map_err(|e| failed("written", e))?;
        writeln!(written, "{}", hex(key.as_bytes()))
            .and_then(|()| written.sync_all())
            .map_err(|e| failed("written", &e))
    }
}

/// The key of a session's record.
pub(super) fn numbered(session: SessionId, number: u64) -> [u8; 18] {
    join(session.as_bytes(), number.to_be_bytes())
}

/// The session and number of a record's key.
pub(super) fn session_and_number(key: &[u8]) -> Option<(SessionId, u64)> {
    let mut fields = Fields(key);
    let found = (SessionId::from_bytes(fields.array()?), fields.u64()?);
    fields.0.is_empty().then_some(found)
}

/// The name of the day's directory: the UTC date.
pub(super) fn day_name(at: Wall) -> String {
    at.to_string().chars().take(10).collect()
}

/// The last audit record's place and bytes.
pub(super) fn last_audit(audit: &Tree) -> Result<Option<(Seq, sled::IVec)>, Error> {
    let Some((key, stored)) = audit.last().map_err(|e| failed("read", &e))? else { return Ok(None) };
    let seq = Fields(&key).u64().ok_or_else(|| Error::Damaged("the last key of the audit chain".to_owned()))?;
    Ok(Some((seq, stored)))
}

fn listed(started: Wall, session: SessionId) -> [u8; 18] {
    join(&started.0.to_be_bytes(), *session.as_bytes())
}

fn join<const A: usize, const B: usize>(front: &[u8; A], back: [u8; B]) -> [u8; 18] {
    let mut key = [0; 18];
    key.iter_mut().zip(front.iter().copied().chain(back)).for_each(|(to, from)| *to = from);
    key
}

fn damaged(session: SessionId) -> Error {
    Error::Damaged(format!("the entry of session {session} in the list of recordings"))
}

fn public_key(line: &str) -> Option<VerifyingKey> {
    let digest: crate::model::Digest = serde_json::from_value(line.into()).ok()?;
    VerifyingKey::from_bytes(&digest.0).ok()
}

fn make_dir(path: &Path) -> Result<(), Error> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| Error::Failed { doing: "opened", why: format!("{}: {e}", path.display()) })
}

/// A thread of sled's pool may hold the file for some moments after its database was dropped. The ledger's lock is ours, so it can be
/// nobody else: wait for it.
fn open_sled(config: &sled::Config) -> sled::Result<sled::Db> {
    for _ in 0..OPEN_TRIES {
        match config.open() {
            Err(sled::Error::Io(e)) if e.to_string().contains("could not acquire lock") => {
                std::thread::sleep(Duration::from_millis(10));
            }
            opened => return opened,
        }
    }
    config.open()
}

/// Takes the lock, and writes into it who has it.
fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    let mut file = opened.map_err(|e| Error::Failed { doing: "opened", why: format!("{}: {e}", path.display()) })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it is a courtesy; that it is held is known.
            let _ = file.take(200).read_to_string(&mut holder);
            let holder = if holder.trim().is_empty() { "another process" } else { holder.trim() }.to_owned();
            return Err(Error::Held { dir: dir.display().to_string(), holder });
        }
        Err(TryLockError::Error(e)) => return Err(failed("opened", &e)),
    }
    let note = format!("process {}\n", std::process::id());
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
    written.map_err(|e| failed("opened", &e))?;
    Ok(file)
}

/// How often a database is tried that is just being closed: for 2 s.
const OPEN_TRIES: u32 = 200;
/// Stands among the ids of live sessions once every one of them is noted there; it is no id.
const NOTED: &[u8] = b"noted";
/// The file of public keys.
const SIGNERS: &str = "signers";
