//! A session towards its client and its watchers: output that waits for whoever reads, and never for each other.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::client::{ClientEnd, ClientSink};
use super::registry::{Control, WatchItem};
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

    /// The session has ended: returns when everything was written and the channel closed, the client is gone, somebody ends it for good, or
    /// [`LINGER`] is over.
    pub(super) async fn linger(&mut self, gone: &mut watch::Receiver<bool>, mailbox: &mut mpsc::Receiver<Control>) {
        let patience = tokio::time::sleep(LINGER);
        tokio::pin!(patience);
        loop {
            tokio::select! {
                () = &mut patience => return,
                // A task that was cut off has nothing left to write either.
                _ = &mut self.task => return,
                () = ClientEnd::<()>::gone(gone) => return,
                control = mailbox.recv() => match control {
                    Some(Control::Kill { .. } | Control::Shutdown) | None => return,
                    Some(_) => {}
                },
            }
        }
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
const SOFT: usize = 128 << 10;

const MAX_WATCHERS: usize = 64;

/// How long a client may take to read what is left once its session has ended: some hundreds of kilobytes. It may read slowly, but not for ever;
/// one that is killed meanwhile is gone at once.
const LINGER: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::broker::client::Gone;

    /// Takes so long for each piece; answers whether it was closed.
    struct Slow {
        each: Duration,
        closed: watch::Sender<bool>,
    }

    impl ClientSink for Slow {
        async fn data(&self, _: Stream, _: Bytes) -> Result<(), Gone> {
            tokio::time::sleep(self.each).await;
            Ok(())
        }

        async fn finish(self, _: ExitStatus) {
            self.closed.send_replace(true);
        }
    }

    /// How long a session that has ended stays for a client that takes so long, in seconds, and whether its channel was closed as it should.
    async fn lingers(each: Duration, orders: &[Control]) -> (u64, bool) {
        let (closed, was_closed) = watch::channel(false);
        let mut way = ToClientWay::open(Slow { each, closed }, Meter::default());
        (0..3).for_each(|_| way.data(Stream::Stdout, Bytes::from_static(b"left")));
        way.finish(ExitStatus::Code { code: 0 });
        let (_alive, mut gone) = watch::channel(false);
        let (to, mut mailbox) = mpsc::channel(8);
        for order in orders {
            let order = match order {
                Control::Kill { .. } => Control::Kill { by: "bob".into(), reason: String::new() },
                _ => Control::Pause { by: "bob".into() },
            };
            to.send(order).await.unwrap();
        }
        let begun = Instant::now();
        way.linger(&mut gone, &mut mailbox).await;
        (begun.elapsed().as_secs(), *was_closed.borrow())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_read_what_is_left_slowly_but_for_two_minutes_at_most() {
        assert_eq!(lingers(Duration::from_secs(39), &[]).await, (117, true));
        assert_eq!(lingers(Duration::from_secs(41), &[]).await, (120, false));
        assert_eq!(lingers(Duration::from_secs(86_400), &[]).await, (120, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_is_ended_for_good_does_not_wait_for_its_client_and_other_orders_change_nothing() {
        let kill = || Control::Kill { by: String::new(), reason: String::new() };
        let pause = || Control::Pause { by: String::new() };
        assert_eq!(lingers(Duration::from_secs(41), &[pause(), kill()]).await, (0, false));
        assert_eq!(lingers(Duration::from_secs(41), &[pause(), pause()]).await, (120, false));
    }
}
