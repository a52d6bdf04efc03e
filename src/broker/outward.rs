//! A session towards its client and its watchers: output that waits for whoever reads, and never for each other.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::client::ClientSink;
use super::registry::WatchItem;
use crate::model::{CloseReason, EventRecord, ExitStatus, Size, Stream};
use crate::target::{Lane, Meter};

/// What goes to the client, in order.
#[derive(Debug)]
enum ToClient {
    Data(Stream, Bytes),
    Finish(ExitStatus),
}

/// The way to the client: a lane and the task that empties it.
#[derive(Debug)]
pub(super) struct ToClientWay {
    lane: Lane<ToClient>,
    task: JoinHandle<()>,
}

impl ToClientWay {
    pub(super) fn open<S: ClientSink>(sink: S, meter: Meter) -> Self {
        let lane = Lane::new(SOFT, usize::MAX, vec![meter]);
        let task = tokio::spawn(write(lane.clone(), sink));
        Self { lane, task }
    }

    /// The lane has no hard limit of its own: the driver reads from the target only while there is room, so what is
    /// queued is the soft limit and what one input gave.
    pub(super) fn data(&self, stream: Stream, bytes: Bytes) {
        let len = bytes.len();
        // Without a hard limit nothing is refused.
        let _ = self.lane.push(ToClient::Data(stream, bytes), len);
    }

    pub(super) fn finish(&self, status: ExitStatus) {
        let _ = self.lane.push(ToClient::Finish(status), 0);
    }

    pub(super) fn has_room(&self) -> bool {
        self.lane.has_room()
    }

    pub(super) async fn room(&self) {
        self.lane.room().await;
    }

    /// Returns when everything was written and the channel closed, or the client is gone.
    pub(super) async fn done(&mut self) {
        // A task that was cut off has nothing left to write either.
        let _ = (&mut self.task).await;
    }
}

impl Drop for ToClientWay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn write<S: ClientSink>(lane: Lane<ToClient>, sink: S) {
    while let Some(item) = lane.pop().await {
        match item {
            ToClient::Data(stream, bytes) => {
                if sink.data(stream, bytes).await.is_err() {
                    break;
                }
            }
            ToClient::Finish(status) => {
                sink.finish(status).await;
                break;
            }
        }
    }
    lane.close();
}

/// The status that a client is told.
pub(super) fn status_for(reason: &CloseReason) -> ExitStatus {
    let code = match reason {
        CloseReason::Exited(status) => return status.clone(),
        CloseReason::Denied => 126,
        CloseReason::HoldTimedOut => 124,
        CloseReason::RecorderFailed => 254,
        CloseReason::ClientGone
        | CloseReason::TargetGone
        | CloseReason::Terminated { .. }
        | CloseReason::Expired
        | CloseReason::Shutdown
        | CloseReason::Fault { .. } => 255,
    };
    ExitStatus::Code { code }
}

/// Those who watch a session. One that falls behind loses events and gets the screen anew: watching costs the session nothing.
#[derive(Debug, Default)]
pub(super) struct Watchers(Vec<Watcher>);

#[derive(Debug)]
struct Watcher {
    to: mpsc::Sender<WatchItem>,
    behind: bool,
}

impl Watchers {
    pub(super) fn add(&mut self, to: mpsc::Sender<WatchItem>) {
        if self.0.len() < MAX_WATCHERS {
            self.0.push(Watcher { to, behind: true });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn tell(&mut self, record: &EventRecord) {
        for watcher in &mut self.0 {
            if !watcher.behind && watcher.to.try_send(WatchItem::Event(record.clone())).is_err() {
                watcher.behind = true;
            }
        }
        self.0.retain(|watcher| !watcher.to.is_closed());
    }

    /// Whether somebody waits for a keyframe and can take one.
    pub(super) fn wants_keyframe(&self) -> bool {
        // A whole half of the queue free: no keyframe for every event of a watcher that is always behind.
        self.0.iter().any(|watcher| watcher.behind && watcher.to.capacity() * 2 >= watcher.to.max_capacity())
    }

    pub(super) fn keyframe(&mut self, size: Size, state: &Bytes) {
        for watcher in self.0.iter_mut().filter(|watcher| watcher.behind) {
            let frame = WatchItem::Keyframe { size, state: state.clone() };
            watcher.behind = watcher.to.try_send(frame).is_err();
        }
    }
}

/// Bytes towards the client before the target has to wait. Little, because a Ctrl-C takes effect behind them.
const SOFT: usize = 256 << 10;

const MAX_WATCHERS: usize = 64;
