//! The writing side: handles that send to the one writer, turn it where they must not wait, and wait when it has enough to do.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::{SigningKey, VerifyingKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::book::Book;
use super::store::Store;
use super::writer::{Message, Shared};
use super::{Checkpoint, Error, Keyframe, MAX_EVENT, Reader};
use crate::model::{AuditEvent, AuditRecord, Event, EventRecord, Seq, SessionId, SessionMeta, Size, Wall};

/// Settings of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes of sled's page cache, for each open database (the bastion's and each day in use). Small, because recordings are written
    /// once and read rarely.
    pub cache_bytes: u64,
    /// Uncompressed bytes at which a frame is closed. Larger frames compress better; smaller ones are read faster.
    pub frame_bytes: usize,
    /// Public halves of the keys that sealed here before the one in use, and are still trusted for what they sealed.
    pub trusted: Vec<VerifyingKey>,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 8 << 20, frame_bytes: 48 << 10, trusted: Vec::new() }
    }
}

/// A session that was found open at start-up, now sealed as interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Which.
    pub session: SessionId,
    /// The records that were saved, without the seal.
    pub records: u64,
    /// The last event that was saved, if any was.
    pub last: Option<Seq>,
}

/// The open ledger. A clone is another handle to the same one.
#[derive(Debug, Clone)]
pub struct Ledger {
    // Before `last`, which tells that it is gone.
    to_writer: mpsc::Sender<Message>,
    last: Arc<LastHandle>,
    reader: Reader,
}

/// Wakes the writer when the last handle is gone.
#[derive(Debug)]
struct LastHandle(Arc<Shared>);

impl Drop for LastHandle {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl Ledger {
    /// Opens (or makes) the ledger in `dir`, takes its lock, and seals as interrupted what was left open. Blocks on the disk.
    ///
    /// # Errors
    /// [`Error::Held`] when another process has it; [`Error::Failed`] when the disk fails; [`Error::Damaged`] when the
    /// audit chain's end cannot be read.
    pub fn open(dir: &Path, options: &Options, key: SigningKey, now: Wall) -> Result<(Self, Vec<Interrupted>), Error> {
        let store = Arc::new(Store::open(dir, options)?);
        store.add_signer(key.verifying_key())?;
        let keys = options.trusted.iter().copied().chain([key.verifying_key()]).collect();
        let reader = Reader::over(&store, keys)?;
        let mut book = Book::open(Arc::clone(&store), key)?;
        let interrupted = book.recover(now)?;
        let (to_writer, queue) = mpsc::channel(QUEUE);
        let shared = Shared::start(book, options.frame_bytes, queue)?;
        Ok((Self { to_writer, last: Arc::new(LastHandle(shared)), reader }, interrupted))
    }

    /// Begins the chain of a session: its facts are the first record, and `SessionStarted` goes to the audit chain (do not
    /// audit it again). Returns before they are on disk; they are before the session's first event is.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn begin(&self, meta: &SessionMeta, now: Wall) -> Result<Recorder, Error> {
        let (tell, durable) = watch::channel(None);
        let (abandoned, watched) = oneshot::channel();
        self.send(Message::Begin { meta: Box::new(meta.clone()), now, tell, abandoned: watched }).await?;
        Ok(Recorder {
            session: meta.id,
            next: 0,
            room: Arc::new(Semaphore::new(ROOM as usize)),
            durable,
            ledger: self.clone(),
            _abandoned: abandoned,
        })
    }

    /// Appends to the bastion-wide chain. It is on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn audit(&self, event: AuditEvent, now: Wall) -> Result<AuditRecord, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Audit { event: Box::new(event), now, reply }).await?;
        answer.await.map_err(|_| self.shared().why())
    }

    /// Keeps what was made of the bastion-wide chain up to a place, in place of what was kept before. It is on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn keep(&self, kept: Checkpoint) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Keep { kept: Box::new(kept), reply }).await?;
        answer.await.map_err(|_| self.shared().why())
    }

    /// The reading side. Its methods block on the disk.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Why the ledger cannot write any more, if so.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.to_writer.is_closed().then(|| self.shared().why())
    }

    /// Writes what is queued, seals as interrupted what is still open, and stops the writer. Handles that are left answer
    /// with [`Error::Failed`]. The directory's lock ends when the last handle, reader and iterator is dropped.
    ///
    /// # Errors
    /// [`Error::Failed`] when something could not be written.
    pub async fn close(&self) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Close { reply }).await?;
        answer.await.map_err(|_| self.shared().why())
    }

    /// Sends what the writer's thread is to do at once.
    async fn send(&self, message: Message) -> Result<(), Error> {
        self.queue(message).await?;
        self.shared().wake();
        Ok(())
    }

    /// Sends what may wait until the writer looks by itself.
    async fn queue(&self, message: Message) -> Result<(), Error> {
        if self.to_writer.capacity() < QUEUE / 2 {
            self.shared().wake();
        }
        self.to_writer.send(message).await.map_err(|_| self.shared().why())
    }

    fn shared(&self) -> &Shared {
        &self.last.0
    }
}

/// The writing end of one session's chain. Dropping it without [`Recorder::finish`] seals the session as interrupted.
#[derive(Debug)]
pub struct Recorder {
    session: SessionId,
    next: Seq,
    room: Arc<Semaphore>,
    durable: watch::Receiver<Option<Seq>>,
    ledger: Ledger,
    // Its drop tells the writer that nobody will finish this session.
    _abandoned: oneshot::Sender<()>,
}

impl Recorder {
    /// Appends the next event (`seq` counts up from 0 without holes). Waits while 1 MiB of this session is queued. When it
    /// returns the event will be written in its order; [`Recorder::durable`] says when it is on disk.
    ///
    /// Cancel safe: a future dropped before it is ready has appended nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] for an event out of order or output over 4 MiB; [`Error::Failed`] when the ledger cannot write any more.
    pub async fn append(&mut self, event: EventRecord) -> Result<(), Error> {
        if event.seq != self.next {
            return Err(Error::Refused(format!("event {} came where {} was due", event.seq, self.next)));
        }
        let room = self.room(output_len(&event.event)).await?;
        let at_once = event.event.durable_at_once();
        self.ledger.queue(Message::Event { session: self.session, event, room }).await?;
        self.next += 1;
        if at_once {
            self.ledger.shared().hurry();
        }
        Ok(())
    }

    /// Appends a picture of the screen as it is after the events appended so far, so that seeking need not play from the
    /// start: one every 256 KiB of output or 10 s is the measure. `state` is what a fresh screen model of `size` is fed.
    ///
    /// # Errors
    /// As [`Recorder::append`].
    pub async fn keyframe(&mut self, at: Wall, size: Size, state: Bytes) -> Result<(), Error> {
        let room = self.room(state.len()).await?;
        let keyframe = Keyframe { next: self.next, at, size, state };
        self.ledger.queue(Message::Keyframe { session: self.session, keyframe, room }).await
    }

    /// The highest event that is on disk (`None`: not one yet). The sender goes away when the ledger cannot write any more:
    /// then `changed()` fails, and the session must stop.
    #[must_use]
    pub fn durable(&self) -> watch::Receiver<Option<Seq>> {
        self.durable.clone()
    }

    /// Bytes of this session that wait for the writer; at most 1 MiB.
    #[must_use]
    pub fn queued_bytes(&self) -> u64 {
        u64::from(ROOM).saturating_sub(self.room.available_permits() as u64)
    }

    /// Seals the chain. It is on disk and anchored in the audit chain when this returns.
    ///
    /// # Errors
    /// [`Error::Failed`] when the ledger cannot write any more.
    pub async fn finish(self, now: Wall) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.ledger.send(Message::Finish { session: self.session, now, reply }).await?;
        answer.await.map_err(|_| self.ledger.shared().why())
    }

    /// Waits for room in the session's queue. An event larger than the whole queue takes all of it.
    async fn room(&self, size: usize) -> Result<OwnedSemaphorePermit, Error> {
        if size > MAX_EVENT {
            return Err(Error::Refused("an event has at most 4 MiB".to_owned()));
        }
        let cost = u32::try_from(size.saturating_add(SMALL_EVENT)).unwrap_or(ROOM).min(ROOM);
        if self.queued_bytes() + u64::from(cost) >= u64::from(ROOM / 4) {
            self.ledger.shared().wake();
        }
        Arc::clone(&self.room).acquire_many_owned(cost).await.map_err(|_| self.ledger.shared().why())
    }
}

/// Bytes of output in an event; everything else counts as small.
pub(super) fn output_len(event: &Event) -> usize {
    if let Event::Output { bytes, .. } = event { bytes.len() } else { 0 }
}

/// Bytes of one session that may wait for the writer.
const ROOM: u32 = 1 << 20;
/// What an event counts beside its output: the message, the record around it, a command's text.
const SMALL_EVENT: usize = 512;
/// Messages in the writer's queue. The bytes are counted a session; this bounds what many sessions send at one moment.
const QUEUE: usize = 1024;
