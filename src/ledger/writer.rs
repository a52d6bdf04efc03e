//! The writer: frames, chains, group commits.
//!
//! Messages are taken in order. Events go into their session's frame; a frame is closed (compressed, chained, inserted)
//! when it is full, when it is a second old, or at once when an event must be durable. Then what waited is committed together:
//!
//! 1. the bastion's database, if something was begun or audited (a chain must not exist before the audit record of its start);
//! 2. the days' journals;
//! 3. the anchors of the seals written in 2, and the bastion's database again;
//! 4. those who waited are told.
//!
//! Some seconds later, when nobody waits, the days' databases are flushed and their journals begin anew.
//!
//! A thread does that. Whoever sent what must be on disk does it itself if the writer is idle: to wake a thread and be woken takes
//! longer than to write. What need not be on disk wakes nobody; the thread looks for it several times a second.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::book::{Book, End, Open};
use super::frame::{Builder, Squeeze};
use super::write::output_len;
use super::{Checkpoint, Error, Keyframe, failed};
use crate::model::{AuditEvent, AuditRecord, EventRecord, Seq, SessionId, SessionMeta, Wall};

/// What handles ask of the writer.
#[derive(Debug)]
pub(super) enum Message {
    /// Begin a session's chain.
    Begin { meta: Box<SessionMeta>, now: Wall, tell: watch::Sender<Option<Seq>>, abandoned: oneshot::Receiver<()> },
    /// Append an event. The room it took in the session's queue is given back when the message is dropped.
    Event { session: SessionId, event: EventRecord, room: OwnedSemaphorePermit },
    /// Append a picture of the screen.
    Keyframe { session: SessionId, keyframe: Keyframe, room: OwnedSemaphorePermit },
    /// Seal.
    Finish { session: SessionId, now: Wall, reply: oneshot::Sender<()> },
    /// Append to the bastion-wide chain.
    Audit { event: Box<AuditEvent>, now: Wall, reply: oneshot::Sender<AuditRecord> },
    /// Keep what was made of the bastion-wide chain.
    Keep { kept: Box<Checkpoint>, reply: oneshot::Sender<()> },
    /// Stop.
    Close { reply: oneshot::Sender<()> },
}

/// The writer as all handles share it.
#[derive(Debug)]
pub(super) struct Shared {
    /// The writer and its queue, until it stops.
    writer: Mutex<Option<Writer>>,
    /// The thread has something to do now.
    wake: Notify,
    failure: OnceLock<Error>,
}

impl Shared {
    /// Starts the thread.
    pub(super) fn start(book: Book, frame_bytes: usize, queue: mpsc::Receiver<Message>) -> Result<Arc<Self>, Error> {
        let writer = Mutex::new(Some(Writer::new(book, frame_bytes, queue)?));
        let shared = Arc::new(Self { writer, wake: Notify::new(), failure: OnceLock::new() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|e| failed("opened", &e))?;
        let turned = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("ledger".to_owned());
        thread.spawn(move || runtime.block_on(turned.run())).map_err(|e| failed("opened", &e))?;
        Ok(shared)
    }

    /// Runs until the writer stops.
    async fn run(&self) {
        loop {
            let until = {
                let mut writer = self.lock();
                self.turn(&mut writer, Writer::whole_turn);
                let Some(writer) = writer.as_mut() else { return };
                writer.planned = writer.wake_at();
                writer.planned
            };
            match until {
                Some(at) => drop(tokio::time::timeout_at(at, self.wake.notified()).await),
                None => self.wake.notified().await,
            }
        }
    }

    /// The thread is to look at the queue now.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Does what was just sent: here if nobody else is at it and the disk is quick, else in the thread.
    pub(super) fn hurry(&self) {
        let mut slot = match self.writer.try_lock() {
            Ok(slot) => slot,
            Err(TryLockError::Poisoned(slot)) => slot.into_inner(),
            Err(TryLockError::WouldBlock) => return self.wake(),
        };
        if !slot.as_ref().is_some_and(|writer| writer.quick && writer.queue.len() <= FEW) {
            return self.wake();
        }
        self.turn(&mut slot, Writer::take_and_commit);
        // The thread sleeps longer than what was taken may wait.
        if slot.as_ref().is_some_and(Writer::is_overslept) {
            self.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever finds the queue closed must find the reason: it is set before the writer goes.
    fn turn(&self, slot: &mut Option<Writer>, turn: impl FnOnce(&mut Writer) -> Result<Option<Stopped>, Error>) {
        let Some(writer) = slot else { return };
        // What a turn was doing when it panicked is half done: nobody goes on from there, and every session is to know.
        let done = catch_unwind(AssertUnwindSafe(|| turn(writer)));
        let broken = |_| Err(Error::Failed { doing: "written", why: "the writer broke off".to_owned() });
        let stopped = done.unwrap_or_else(broken).unwrap_or_else(|why| {
            tracing::error!(%why, "the ledger cannot write any more; sessions end");
            self.fail(why);
            Some(Stopped(None))
        });
        if let Some(Stopped(reply)) = stopped {
            *slot = None;
            self.wake();
            // Answered when the store is dropped: who closed the ledger may open it again.
            reply.map(|reply| reply.send(()));
        }
    }

    /// Notes why the writer gave up; the first reason stays.
    fn fail(&self, why: Error) {
        let _ = self.failure.set(why);
    }

    /// Why it gave up.
    pub(super) fn why(&self) -> Error {
        let stopped = || Error::Failed { doing: "written", why: "the ledger was closed".to_owned() };
        self.failure.get().cloned().unwrap_or_else(stopped)
    }
}

/// The writer has stopped; whom to tell.
struct Stopped(Option<oneshot::Sender<()>>);

/// One session that is being written.
#[derive(Debug)]
struct Live {
    open: Open,
    frame: Builder,
    /// When the frame's first event came.
    since: Option<Instant>,
    last_at: Wall,
    /// The last event that was inserted and the last that was told to be durable.
    inserted: Option<Seq>,
    tell: watch::Sender<Option<Seq>>,
    abandoned: oneshot::Receiver<()>,
}

#[derive(Debug)]
struct Writer {
    queue: mpsc::Receiver<Message>,
    book: Book,
    frame_bytes: usize,
    squeeze: Squeeze,
    live: HashMap<SessionId, Live>,
    waiting: Waiting,
    /// Since when a day's journal has what its database has not.
    unsettled: Option<Instant>,
    /// The last commit took no longer than [`QUICK`].
    quick: bool,
    /// When the thread looks again, if nobody wakes it.
    planned: Option<Instant>,
}

/// Who and what waits for the next commit.
#[derive(Debug, Default)]
struct Waiting {
    finished: Vec<(Live, Option<oneshot::Sender<()>>)>,
    audited: Vec<(AuditRecord, oneshot::Sender<AuditRecord>)>,
    /// Somebody waits: commit as soon as the queue is drained.
    urgent: bool,
    /// Since when something was taken but not committed.
    dirty: Option<Instant>,
    /// Bytes inserted since the last commit.
    uncommitted: usize,
}

impl Writer {
    fn new(book: Book, frame_bytes: usize, queue: mpsc::Receiver<Message>) -> Result<Self, Error> {
        let frame_bytes = frame_bytes.clamp(4 << 10, 1 << 20);
        let (squeeze, live) = (Squeeze::new()?, HashMap::new());
        Ok(Self {
            queue,
            book,
            frame_bytes,
            squeeze,
            live,
            waiting: Waiting::default(),
            unsettled: None,
            quick: false,
            planned: None,
        })
    }

    /// Takes what is queued, and commits if somebody waits for it.
    fn take_and_commit(&mut self) -> Result<Option<Stopped>, Error> {
        // Whoever waits shares one commit with what is queued already, but not with a flood.
        for _ in 0..BATCH {
            let reply = match self.queue.try_recv() {
                Ok(message) => self.take(message)?,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.end()?;
                    return Ok(Some(Stopped(None)));
                }
            };
            if reply.is_some() {
                self.end()?;
                return Ok(Some(Stopped(reply)));
            }
        }
        if self.waiting.urgent || self.is_due() {
            self.commit()?;
        }
        Ok(None)
    }

    /// As the thread does it: also what is old, and what is done when nobody waits.
    fn whole_turn(&mut self) -> Result<Option<Stopped>, Error> {
        self.close_old()?;
        let stopped = self.take_and_commit()?;
        if stopped.is_none() && self.seal_abandoned()? {
            self.commit()?;
        }
        if stopped.is_none() && self.queue.is_empty() && self.unsettled.is_some_and(|since| since.elapsed() >= SETTLE) {
            self.book.settle()?;
            self.unsettled = None;
        }
        Ok(stopped)
    }

    /// When the thread looks again though nobody wakes it.
    fn wake_at(&self) -> Option<Instant> {
        if !self.queue.is_empty() {
            return Some(Instant::now());
        }
        let settle = self.unsettled.map(|at| at + SETTLE);
        let look = (!self.live.is_empty() || self.waiting.dirty.is_some()).then(|| Instant::now() + LOOK);
        settle.into_iter().chain(look).min()
    }

    /// Whether the thread plans to look later than it should.
    fn is_overslept(&self) -> bool {
        self.wake_at().is_some_and(|at| self.planned.is_none_or(|planned| planned > at + LOOK))
    }

    fn is_due(&self) -> bool {
        self.waiting.dirty.is_some_and(|since| since.elapsed() >= IDLE)
    }

    /// Closes the frames that are old; they are committed in this turn.
    fn close_old(&mut self) -> Result<(), Error> {
        let old: Vec<_> =
            self.live.iter().filter(|(_, l)| l.since.is_some_and(|s| s.elapsed() >= IDLE)).map(|(id, _)| *id).collect();
        for session in old {
            self.close_frame(session)?;
            self.waiting.urgent = true;
        }
        Ok(())
    }

    /// Seals the sessions whose recorder was dropped, once everything that it sent was taken. Whether there were any.
    fn seal_abandoned(&mut self) -> Result<bool, Error> {
        let gone = |live: &mut Live| matches!(live.abandoned.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        let abandoned: Vec<_> = self.live.iter_mut().filter_map(|(id, live)| gone(live).then_some(*id)).collect();
        // Looked at behind that: what a recorder sent stands in the queue before it is seen to be gone.
        if abandoned.is_empty() || !self.queue.is_empty() {
            return Ok(false);
        }
        for session in abandoned {
            self.seal(session, None)?;
        }
        Ok(true)
    }

    /// Takes one message; the answer is whom to tell when it was the last.
    fn take(&mut self, message: Message) -> Result<Option<oneshot::Sender<()>>, Error> {
        match message {
            Message::Begin { meta, now, tell, abandoned } => self.begin(*meta, now, tell, abandoned)?,
            Message::Event { session, event, room } => {
                self.event(session, &event)?;
                drop((event, room));
            }
            Message::Keyframe { session, keyframe, room } => {
                self.keyframe(session, &keyframe)?;
                drop((keyframe, room));
            }
            Message::Finish { session, now, reply } => self.seal(session, Some((now, reply)))?,
            Message::Audit { event, now, reply } => {
                let record = self.book.audit(*event, now)?;
                self.waiting.audited.push((record, reply));
                self.waiting.urgent = true;
            }
            Message::Keep { kept, reply } => {
                self.book.keep(&kept)?;
                // Who asked may have gone away; it is kept.
                let _ = reply.send(());
            }
            Message::Close { reply } => return Ok(Some(reply)),
        }
        Ok(None)
    }

    fn begin(
        &mut self,
        meta: SessionMeta,
        now: Wall,
        tell: watch::Sender<Option<Seq>>,
        abandoned: oneshot::Receiver<()>,
    ) -> Result<(), Error> {
        if self.live.contains_key(&meta.id) || self.book.knows(meta.id)? {
            // Ids are drawn at random; the session's handle finds its watch closed and ends.
            tracing::error!(session = %meta.id, "a session of that id is recorded already");
            return Ok(());
        }
        let (session, last_at) = (meta.id, meta.started);
        let open = self.book.begin(meta, now)?;
        let live = Live { open, frame: Builder::default(), since: None, last_at, inserted: None, tell, abandoned };
        self.live.insert(session, live);
        self.waiting.dirty.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn event(&mut self, session: SessionId, event: &EventRecord) -> Result<(), Error> {
        let Some(live) = self.live.get_mut(&session) else { return Ok(()) };
        // A long event does not share a frame: what is closed stays near the size that sled's pages take well.
        if !live.frame.is_empty()
            && live.frame.len() + output_len(&event.event) > self.frame_bytes + self.frame_bytes / 2
        {
            self.close_frame(session)?;
        }
        let Some(live) = self.live.get_mut(&session) else { return Ok(()) };
        live.frame.push(event)?;
        live.last_at = event.at;
        live.since.get_or_insert_with(Instant::now);
        self.waiting.dirty.get_or_insert_with(Instant::now);
        let at_once = event.event.durable_at_once();
        if at_once || live.frame.len() >= self.frame_bytes {
            self.close_frame(session)?;
        }
        self.waiting.urgent |= at_once;
        Ok(())
    }

    fn keyframe(&mut self, session: SessionId, keyframe: &Keyframe) -> Result<(), Error> {
        self.close_frame(session)?;
        let Some(live) = self.live.get_mut(&session) else { return Ok(()) };
        let written = self.book.keyframe(&mut live.open, keyframe, &mut self.squeeze)?;
        self.inserted(written);
        Ok(())
    }

    fn close_frame(&mut self, session: SessionId) -> Result<(), Error> {
        let Some(live) = self.live.get_mut(&session) else { return Ok(()) };
        live.since = None;
        if live.frame.is_empty() {
            return Ok(());
        }
        let last = live.frame.last_seq();
        let written = self.book.frame(&mut live.open, &mut live.frame, &mut self.squeeze)?;
        live.inserted = Some(last);
        self.inserted(written);
        Ok(())
    }

    /// Counts what the kernel has to write, and makes everybody wait for it before that becomes much.
    fn inserted(&mut self, bytes: usize) {
        self.waiting.dirty.get_or_insert_with(Instant::now);
        self.waiting.uncommitted += bytes;
        self.waiting.urgent |= self.waiting.uncommitted >= UNCOMMITTED;
    }

    /// Writes the seal; it is anchored by the next commit. Without `finish` the session was interrupted.
    fn seal(&mut self, session: SessionId, finish: Option<(Wall, oneshot::Sender<()>)>) -> Result<(), Error> {
        self.close_frame(session)?;
        let Some(mut live) = self.live.remove(&session) else { return Ok(()) };
        let (ended, reply) = finish.map_or((live.last_at, None), |(now, reply)| (now, Some(reply)));
        live.last_at = ended;
        self.book.seal(&mut live.open, ended, if reply.is_some() { End::Finished } else { End::Interrupted })?;
        self.waiting.finished.push((live, reply));
        self.waiting.urgent = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Error> {
        let begun = Instant::now();
        let waiting = std::mem::take(&mut self.waiting);
        self.book.commit()?;
        for (live, _) in &waiting.finished {
            self.book.anchor(&live.open, live.last_at)?;
        }
        self.book.commit()?;
        self.quick = begun.elapsed() <= QUICK;
        if !self.book.is_settled() {
            self.unsettled.get_or_insert_with(Instant::now);
        }
        for live in self.live.values().chain(waiting.finished.iter().map(|(live, _)| live)) {
            live.tell.send_if_modified(|told| std::mem::replace(told, live.inserted) != live.inserted);
        }
        for (_, reply) in waiting.finished {
            reply.map(|reply| reply.send(()));
        }
        for (record, reply) in waiting.audited {
            // Who asked may have gone away; the record stays.
            let _ = reply.send(record);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let open: Vec<_> = self.live.keys().copied().collect();
        for session in open {
            self.seal(session, None)?;
        }
        self.commit()?;
        self.book.settle()
    }
}

/// How old a frame, or what is not committed, becomes in the writer's hands. With [`LOOK`] before and behind it that is a second.
const IDLE: Duration = Duration::from_millis(600);
/// How often the thread looks at the queue, while sessions run, without being woken; and whether one of their recorders was dropped.
const LOOK: Duration = Duration::from_millis(200);
/// How long a journal grows before its day's database is flushed.
const SETTLE: Duration = Duration::from_secs(5);
/// What a commit may take to be done by whoever waits for it: about as long as other work between two waits.
const QUICK: Duration = Duration::from_micros(500);
/// Messages that whoever waits takes from the queue.
const FEW: usize = 16;
/// Messages taken before those who wait get their commit.
const BATCH: usize = 128;
/// Bytes after which a commit is due: a disk that is slower than the sessions slows them down, and the commit that a command waits for stays
/// short.
const UNCOMMITTED: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ledger::Options;
    use crate::ledger::store::Store;

    fn shared(dir: &std::path::Path) -> (Shared, mpsc::Sender<Message>) {
        let store = Arc::new(Store::open(dir, &Options::default()).unwrap());
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        store.add_signer(key.verifying_key()).unwrap();
        let (sender, queue) = mpsc::channel(8);
        let writer = Writer::new(Book::open(store, key).unwrap(), 48 << 10, queue).unwrap();
        (Shared { writer: Mutex::new(Some(writer)), wake: Notify::new(), failure: OnceLock::new() }, sender)
    }

    async fn is_woken(shared: &Shared) -> bool {
        tokio::time::timeout(Duration::ZERO, shared.wake.notified()).await.is_ok()
    }

    #[tokio::test]
    async fn what_is_done_without_the_thread_makes_it_look_in_time() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, sender) = shared(dir.path());
        shared.lock().as_mut().unwrap().quick = true;
        // Nothing is there that it would have to look at, and so it sleeps.
        shared.hurry();
        assert!(!is_woken(&shared).await);
        let (reply, answer) = oneshot::channel();
        let event = AuditEvent::Started { version: "0".to_owned() };
        sender.send(Message::Audit { event: Box::new(event), now: Wall(1), reply }).await.unwrap();
        shared.lock().as_mut().unwrap().unsettled = Some(Instant::now());
        shared.hurry();
        assert_eq!(answer.await.unwrap().seq, 0);
        assert!(is_woken(&shared).await, "it is to settle what was written");
        if let Some(writer) = shared.lock().as_mut() {
            writer.planned = Some(Instant::now());
            // However long the disk took just now.
            writer.quick = true;
        }
        shared.hurry();
        assert!(!is_woken(&shared).await, "it looks soon enough");
    }

    #[tokio::test]
    async fn a_turn_that_breaks_off_ends_the_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, sender) = shared(dir.path());
        shared.turn(&mut shared.lock(), |_| panic!("as a library might"));
        assert!(sender.is_closed());
        assert!(shared.why().to_string().contains("broke off"), "{}", shared.why());
        assert!(is_woken(&shared).await, "the thread ends too");
    }
}
