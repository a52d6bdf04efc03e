//! The live sessions, and how the rest of the bastion reaches one: by its bounded mailbox.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, mpsc};

use crate::model::{
    CloseReason, EventRecord, Grant, GrantId, Outcome, Refusal, Refused, RequestId, Ruling, SessionId, SessionRow,
    Shown, Size,
};

/// A message to the task that drives a session. The mailbox holds [`MAILBOX`] of them.
#[derive(Debug)]
pub enum Control {
    /// A request of this session was decided. (A request that is still open when its session ends is withdrawn.)
    Ruled(Ruling),
    /// A grant of this session began.
    Granted(Grant),
    /// A grant of this session was taken back.
    Revoked {
        /// Which.
        grant: GrantId,
        /// Who took it back.
        by: String,
        /// Why; may be empty.
        reason: Shown,
    },
    /// Stop the engineer's keys.
    Pause {
        /// Who.
        by: String,
    },
    /// Let them go on.
    Resume {
        /// Who.
        by: String,
    },
    /// End it.
    Kill {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Send the screen, then every event, to a watcher. A watcher that falls behind gets a new keyframe instead.
    Watch {
        /// Who.
        by: String,
        /// Where to.
        to: mpsc::Sender<WatchItem>,
    },
    /// The bastion is shutting down.
    Shutdown,
}

/// What a watcher gets.
#[derive(Debug, Clone)]
pub enum WatchItem {
    /// The masked screen whole, as escape sequences for a fresh model.
    Keyframe {
        /// Its size.
        size: Size,
        /// The sequences.
        state: bytes::Bytes,
    },
    /// The next event.
    Event(EventRecord),
}

/// News for the lists of dashboards.
#[derive(Debug, Clone)]
pub enum News {
    /// A session began or changed.
    Session(Box<SessionRow>),
    /// A session ended.
    SessionEnded(SessionId, CloseReason),
    /// A request began or changed; ask the desk for the row, because it depends on who looks.
    Request(RequestId),
    /// A request came to its end.
    RequestEnded(RequestId, Outcome),
    /// A grant began or ended; ask the desk for those that stand, because who may know of them depends on who looks.
    Grants,
}

/// One live session, as the rest of the bastion sees it.
#[derive(Debug)]
pub struct Live {
    row: Mutex<SessionRow>,
    mailbox: mpsc::Sender<Control>,
}

impl Live {
    /// A copy of its row.
    #[must_use]
    pub fn row(&self) -> SessionRow {
        lock(&self.row).clone()
    }

    /// Its mailbox.
    #[must_use]
    pub const fn mailbox(&self) -> &mpsc::Sender<Control> {
        &self.mailbox
    }
}

/// All live sessions. Cloning it clones a handle.
#[derive(Debug, Clone)]
pub struct Registry {
    sessions: Arc<Mutex<BTreeMap<SessionId, Arc<Live>>>>,
    news: broadcast::Sender<News>,
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self { sessions: Arc::default(), news: broadcast::channel(NEWS).0 }
    }

    /// Enters a session; the receiver is its mailbox.
    pub fn enter(&self, row: SessionRow) -> mpsc::Receiver<Control> {
        let (mailbox, receiver) = mpsc::channel(MAILBOX);
        let id = row.meta.id;
        let news = News::Session(Box::new(row.clone()));
        lock(&self.sessions).insert(id, Arc::new(Live { row: Mutex::new(row), mailbox }));
        self.announce(news);
        receiver
    }

    /// Changes a session's row and tells the dashboards.
    pub fn update(&self, id: SessionId, change: impl FnOnce(&mut SessionRow)) {
        if let Some(live) = self.find(id) {
            let row = {
                let mut row = lock(&live.row);
                change(&mut row);
                row.clone()
            };
            self.announce(News::Session(Box::new(row)));
        }
    }

    /// Takes a session out.
    pub fn leave(&self, id: SessionId, reason: CloseReason) {
        if lock(&self.sessions).remove(&id).is_some() {
            self.announce(News::SessionEnded(id, reason));
        }
    }

    /// A live session.
    #[must_use]
    pub fn find(&self, id: SessionId) -> Option<Arc<Live>> {
        lock(&self.sessions).get(&id).cloned()
    }

    /// Puts a message into a session's mailbox and waits while that is full.
    ///
    /// # Errors
    /// When there is no such session, or it just ended.
    pub async fn send(&self, id: SessionId, control: Control) -> Result<(), Refused> {
        let gone =
            || Refused { kind: Refusal::NoSuchThing, why: format!("no live session {id}: it has ended, or never was") };
        let live = self.find(id).ok_or_else(gone)?;
        live.mailbox.send(control).await.map_err(|_| gone())
    }

    /// All rows, the oldest session first.
    #[must_use]
    pub fn rows(&self) -> Vec<SessionRow> {
        let all: Vec<_> = lock(&self.sessions).values().cloned().collect();
        let mut rows: Vec<_> = all.iter().map(|live| live.row()).collect();
        rows.sort_by_key(|row| (row.meta.started, row.meta.id));
        rows
    }

    /// How many are live.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.sessions).len()
    }

    /// Whether none is live.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells every dashboard. Nobody listening is no fault.
    pub fn announce(&self, news: News) {
        let _ = self.news.send(news);
    }

    /// News from now on. A listener that lags is told so by the channel and should list everything again.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

/// A panic while a row was being changed leaves a row that is at worst stale; the lists stay usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Messages in a session's mailbox: decisions come at human speed, so a full mailbox means that the session's task is stuck.
const MAILBOX: usize = 32;

/// News that a slow dashboard may fall behind before it is told to list everything again.
const NEWS: usize = 256;
