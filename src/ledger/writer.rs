//! The writer thread: frames, chains, group commits.
//!
//! One thread takes messages in order. It puts events into their session's frame; a frame is closed (compressed, chained, inserted)
//! when it is full, when it is a second old, or at once when an event must be durable. Then what waited is committed together:
//!
//! 1. the bastion's database, if something was begun or audited (a chain must not exist before the audit record of its start);
//! 2. the days' journals;
//! 3. the anchors of the seals written in 2, and the bastion's database again;
//! 4. those who waited are told.
//!
//! Some seconds later, when nobody waits, the days' databases are flushed and their journals begin anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::book::{Book, End, Open};
use super::frame::{Builder, Squeeze};
use super::write::{Shared, output_len};
use super::{Checkpoint, Error, Keyframe};
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

/// Starts the thread.
pub(super) fn spawn(
    book: Book,
    frame_bytes: usize,
    queue: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
        // The queue goes first: whoever finds it closed must find the reason.
        let closing = runtime.block_on(async {
            let mut queue = queue;
            let ended = match Writer::new(book, frame_bytes) {
                Ok(mut writer) => writer.run(&mut queue).await,
                Err(why) => Err(why),
            };
            ended.unwrap_or_else(|why| {
                tracing::error!(%why, "the ledger cannot write any more; sessions end");
                shared.fail(why);
                None
            })
        });
        // Answered when the store is dropped: who closed the ledger may open it again.
        closing.map(|reply: oneshot::Sender<()>| reply.send(()))
    })?;
    Ok(())
}

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

struct Writer {
    book: Book,
    frame_bytes: usize,
    squeeze: Squeeze,
    live: HashMap<SessionId, Live>,
    waiting: Waiting,
    /// Since when a day's journal has what its database has not.
    unsettled: Option<Instant>,
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
    fn new(book: Book, frame_bytes: usize) -> Result<Self, Error> {
        let frame_bytes = frame_bytes.clamp(4 << 10, 1 << 20);
        let (squeeze, live) = (Squeeze::new()?, HashMap::new());
        Ok(Self { book, frame_bytes, squeeze, live, waiting: Waiting::default(), unsettled: None })
    }

    /// Runs until every handle is gone or somebody closes the ledger; the answer is whom to tell then.
    async fn run(&mut self, queue: &mut mpsc::Receiver<Message>) -> Result<Option<oneshot::Sender<()>>, Error> {
        loop {
            let message = match self.wake_at() {
                None => queue.recv().await.map(Some),
                Some(at) => match tokio::time::timeout_at(at, queue.recv()).await {
                    Ok(message) => message.map(Some),
                    Err(_) => Some(None),
                },
            };
            match message {
                None => return self.end().map(|()| None),
                Some(None) => self.second_passed()?,
                Some(Some(message)) => {
                    if let Some(reply) = self.take(message)? {
                        return self.end().map(|()| Some(reply));
                    }
                    // Whoever waits shares one commit with what is queued already, but not with a flood.
                    for _ in 0..BATCH {
                        let Ok(message) = queue.try_recv() else { break };
                        if let Some(reply) = self.take(message)? {
                            return self.end().map(|()| Some(reply));
                        }
                    }
                }
            }
            if self.is_due() {
                self.second_passed()?;
            }
            if self.waiting.urgent || self.is_due() {
                self.commit()?;
            }
            if queue.is_empty() && self.unsettled.is_some_and(|since| since.elapsed() >= SETTLE) {
                self.book.settle()?;
                self.unsettled = None;
            }
        }
    }

    /// When to look again though nobody sends: a frame, a commit, or an abandoned session may be due.
    fn wake_at(&self) -> Option<Instant> {
        let frames = self.live.values().filter_map(|live| live.since).chain(self.waiting.dirty).min();
        let due = frames.map(|at| at + IDLE).into_iter().chain(self.unsettled.map(|at| at + SETTLE)).min();
        due.or_else(|| (!self.live.is_empty()).then(|| Instant::now() + ABANDONED))
    }

    fn is_due(&self) -> bool {
        self.waiting.dirty.is_some_and(|since| since.elapsed() >= IDLE)
    }

    fn second_passed(&mut self) -> Result<(), Error> {
        let old: Vec<_> =
            self.live.iter().filter(|(_, l)| l.since.is_some_and(|s| s.elapsed() >= IDLE)).map(|(id, _)| *id).collect();
        for session in old {
            self.close_frame(session)?;
        }
        let gone = |live: &mut Live| matches!(live.abandoned.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        let abandoned: Vec<_> = self.live.iter_mut().filter_map(|(id, live)| gone(live).then_some(*id)).collect();
        for session in abandoned {
            self.seal(session, None)?;
        }
        Ok(())
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
        let waiting = std::mem::take(&mut self.waiting);
        self.book.commit()?;
        for (live, _) in &waiting.finished {
            self.book.anchor(&live.open, live.last_at)?;
        }
        self.book.commit()?;
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

/// How old a frame, or what is not committed, becomes at most.
const IDLE: Duration = Duration::from_secs(1);
/// How long a journal grows before its day's database is flushed.
const SETTLE: Duration = Duration::from_secs(5);
/// How often the writer looks for sessions whose recorder was dropped.
const ABANDONED: Duration = Duration::from_secs(5);
/// Messages taken before those who wait get their commit.
const BATCH: usize = 128;
/// Bytes after which a commit is due: a disk that is slower than the sessions slows them down, and the commit that a command waits for stays
/// short.
const UNCOMMITTED: usize = 16 << 20;
