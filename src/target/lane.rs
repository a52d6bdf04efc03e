//! A queue counted in bytes between two tasks.
//!
//! `tokio`'s channels are bounded in messages; what hurts a bastion is bytes. A lane has a *soft* limit, at which the
//! producer is asked to wait ([`Lane::room`]), and a *hard* one, at which a producer that does not wait (a peer that
//! ignores its window) is refused.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Bytes that are queued somewhere, summed over the lanes that share it.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicUsize>);

impl Meter {
    /// How many bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The hard limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes were queued: the peer ignores the window it was given")]
pub struct Overrun {
    /// The hard limit in bytes.
    pub limit: usize,
}

/// One end of a lane; both ends are the same type, and cloning clones a handle.
#[derive(Debug)]
pub struct Lane<T>(Arc<Inner<T>>);

impl<T> Clone for Lane<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Inner<T> {
    state: Mutex<State<T>>,
    /// Wakes the one consumer.
    readable: Notify,
    /// Wakes the one producer.
    roomy: Notify,
    soft: usize,
    hard: usize,
    meters: Vec<Meter>,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    closed: bool,
}

impl<T> Lane<T> {
    /// A lane with its limits in bytes; what it holds is added to `meters` as well.
    #[must_use]
    pub fn new(soft: usize, hard: usize, meters: Vec<Meter>) -> Self {
        let state = State { items: VecDeque::new(), bytes: 0, closed: false };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            readable: Notify::new(),
            roomy: Notify::new(),
            soft,
            hard,
            meters,
        }))
    }

    /// Queues an item that counts for so many bytes. After [`Lane::close`] it is dropped, which is no error: nobody reads.
    ///
    /// # Errors
    /// [`Overrun`] when the hard limit would be passed.
    pub fn push(&self, item: T, bytes: usize) -> Result<(), Overrun> {
        self.push_merged(item, bytes, |_, item| Err(item))
    }

    /// As [`Lane::push`], but `merge` may put the item into the one queued before it (or give it back): many small items
    /// would cost far more memory than the bytes they are counted for.
    ///
    /// # Errors
    /// As [`Lane::push`].
    pub fn push_merged(
        &self,
        item: T,
        bytes: usize,
        merge: impl FnOnce(&mut T, T) -> Result<(), T>,
    ) -> Result<(), Overrun> {
        {
            let mut state = self.lock();
            if state.closed {
                return Ok(());
            }
            if state.bytes.saturating_add(bytes) > self.0.hard {
                return Err(Overrun { limit: self.0.hard });
            }
            state.bytes += bytes;
            let left = match state.items.back_mut() {
                Some((last, counted)) => merge(last, item).map(|()| *counted += bytes).err(),
                None => Some(item),
            };
            state.items.extend(left.map(|item| (item, bytes)));
        }
        self.0.meters.iter().for_each(|m| {
            m.0.fetch_add(bytes, Ordering::Relaxed);
        });
        self.0.readable.notify_one();
        Ok(())
    }

    /// The next item; `None` once the lane is closed and empty. Cancel-safe: an item is either returned or still queued.
    pub async fn pop(&self) -> Option<T> {
        loop {
            // Whether it is closed is asked first: what was pushed before the closing is then still found.
            let closed = self.lock().closed;
            if let Some(item) = self.try_pop() {
                return Some(item);
            }
            if closed {
                return None;
            }
            self.0.readable.notified().await;
        }
    }

    /// The next item if there is one.
    pub fn try_pop(&self) -> Option<T> {
        let (item, bytes) = {
            let mut state = self.lock();
            let (item, bytes) = state.items.pop_front()?;
            state.bytes -= bytes;
            (item, bytes)
        };
        self.0.meters.iter().for_each(|m| {
            m.0.fetch_sub(bytes, Ordering::Relaxed);
        });
        self.0.roomy.notify_one();
        Some(item)
    }

    /// Returns when fewer bytes than the soft limit are queued, or nobody will ever read them.
    pub async fn room(&self) {
        loop {
            if self.has_room() {
                return;
            }
            self.0.roomy.notified().await;
        }
    }

    /// Whether fewer bytes than the soft limit are queued, or the lane is closed.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let state = self.lock();
        state.closed || state.bytes < self.0.soft
    }

    /// Bytes queued now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// No more items come in; what is queued can still be read.
    pub fn close(&self) {
        self.lock().closed = true;
        self.0.readable.notify_one();
        self.0.roomy.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing in here panics while it holds the lock; if it ever did, the counts would still be usable.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Inner<T> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let left = state.bytes;
        self.meters.iter().for_each(|m| {
            m.0.fetch_sub(left, Ordering::Relaxed);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn given_a_full_lane_room_waits_for_the_reader() {
        let meter = Meter::default();
        let lane = Lane::new(4, 8, vec![meter.clone()]);
        lane.push("abcd", 4).unwrap();
        assert!(!lane.has_room());
        let waiting = tokio::spawn({
            let lane = lane.clone();
            async move { lane.room().await }
        });
        assert_eq!(lane.pop().await, Some("abcd"));
        waiting.await.unwrap();
        assert_eq!(meter.bytes(), 0);
    }

    #[tokio::test]
    async fn a_producer_that_ignores_the_limit_is_refused_and_nothing_is_lost() {
        let lane = Lane::new(4, 8, vec![]);
        lane.push(1, 6).unwrap();
        assert_eq!(lane.push(2, 6), Err(Overrun { limit: 8 }));
        lane.close();
        assert_eq!(lane.pop().await, Some(1));
        assert_eq!(lane.pop().await, None);
    }

    #[tokio::test]
    async fn small_items_are_merged_and_still_counted_byte_for_byte() {
        let lane = Lane::new(4, 80, vec![]);
        let join = |last: &mut String, item: String| {
            last.push_str(&item);
            Ok(())
        };
        lane.push_merged("ab".to_owned(), 2, join).unwrap();
        lane.push_merged("cd".to_owned(), 2, join).unwrap();
        assert_eq!(lane.bytes(), 4);
        assert_eq!(lane.pop().await.as_deref(), Some("abcd"));
        assert_eq!(lane.bytes(), 0);
    }

    #[test]
    fn a_dropped_lane_gives_its_bytes_back_to_the_meter() {
        let meter = Meter::default();
        let lane = Lane::new(4, 80, vec![meter.clone()]);
        lane.push((), 60).unwrap();
        assert_eq!(meter.bytes(), 60);
        drop(lane);
        assert_eq!(meter.bytes(), 0);
    }
}
