//! How many bytes are under way to a client's terminal: fewer than its window allows.
//!
//! The stock client grants a terminal 1 MiB, and writes what it has with one call that blocks. While somebody reads slowly, it
//! neither sees a Ctrl-C before that call ends nor shows what came of it before as much again is drawn. So a terminal is
//! sent [`LIMIT`] more than it has taken; RFC 4254 §5.2 lets a sender use less than its window. There is one trap: a client may
//! grant nothing before a good part of its window is used up. Such a one is found out by waiting, and the limit grows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// The count for one channel, shared by who sends and who hears of the client's grants.
#[derive(Clone, Debug, Default)]
pub(super) struct Underway(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: Mutex<Count>,
    granted: Notify,
}

#[derive(Debug)]
struct Count {
    bytes: usize,
    limit: usize,
    /// The greatest window that was seen: about what it is when the client has taken everything. `None`: it granted nothing yet.
    whole: Option<u32>,
}

impl Default for Count {
    fn default() -> Self {
        Self { bytes: 0, limit: LIMIT, whole: None }
    }
}

impl Underway {
    /// So many bytes were sent.
    pub(super) fn sent(&self, bytes: usize) {
        let mut count = self.count();
        count.bytes = count.bytes.saturating_add(bytes);
    }

    /// The client has taken some, and now grants so many bytes.
    pub(super) fn granted(&self, window: u32) {
        let mut count = self.count();
        let whole = count.whole.map_or(window, |whole| whole.max(window));
        count.whole = Some(whole);
        count.bytes = (whole - window) as usize;
        drop(count);
        self.0.granted.notify_one();
    }

    /// Waits until the limit lets a packet through. For one sender alone.
    pub(super) async fn room(&self) {
        loop {
            let patience = {
                let count = self.count();
                if count.bytes < count.limit {
                    return;
                }
                if count.whole.is_some() { PATIENCE } else { FIRST_PATIENCE }
            };
            if tokio::time::timeout(patience, self.0.granted.notified()).await.is_err() {
                let mut count = self.count();
                count.limit = count.limit.saturating_mul(2);
            }
        }
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.0.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes under way to a terminal.
const LIMIT: usize = 128 << 10;

/// How long a client that never granted anything may take to: the stock one does after 48 KiB.
const FIRST_PATIENCE: Duration = Duration::from_millis(250);

/// How long one may take that has: it reads slowly.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const WINDOW: u32 = 1 << 20;

    /// Sends packets until it has to wait; how many bytes.
    async fn fill(way: &Underway) -> usize {
        let mut sent = 0;
        while tokio::time::timeout(Duration::ZERO, way.room()).await.is_ok() {
            way.sent(16 << 10);
            sent += 16 << 10;
        }
        sent
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_is_sent_the_limit_and_then_what_it_takes() {
        let way = Underway::default();
        assert_eq!(fill(&way).await, LIMIT);
        // It took everything, then half of what came after that.
        way.granted(WINDOW);
        assert_eq!(fill(&way).await, LIMIT);
        way.granted(WINDOW - (LIMIT as u32 / 2));
        assert_eq!(fill(&way).await, LIMIT / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_waits_goes_on_with_the_grant() {
        let way = Underway::default();
        way.granted(WINDOW);
        fill(&way).await;
        let (begun, waiting) = (Instant::now(), way.clone());
        let waits = tokio::spawn(async move { waiting.room().await });
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(!waits.is_finished());
        way.granted(WINDOW);
        waits.await.expect("no panic");
        assert_eq!(begun.elapsed().as_millis(), 700);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_grants_late_is_waited_for_a_few_times_and_never_again() {
        let way = Underway::default();
        let (begun, mut sent) = (Instant::now(), 0);
        // It grants when half of its window is used up.
        while sent < WINDOW as usize / 2 {
            way.room().await;
            way.sent(16 << 10);
            sent += 16 << 10;
        }
        assert_eq!(begun.elapsed(), 2 * FIRST_PATIENCE);
        way.granted(WINDOW);
        assert_eq!(fill(&way).await, WINDOW as usize / 2);
    }
}
