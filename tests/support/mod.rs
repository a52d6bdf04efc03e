//! What the tests with real OpenSSH stand on: real processes that end with the test, a real `sshd`, the stock client, and a terminal
//! with an eye of its own. Nothing here imitates a peer, listens beyond loopback, or reads a file of the user's.

pub(crate) mod bastion;
pub(crate) mod client;
pub(crate) mod keys;
pub(crate) mod process;
pub(crate) mod sshd;
pub(crate) mod terminal;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Generous: two busy cores, unoptimised code.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the question is answered with something; says what was waited for if that never happens.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let deadline = now() + PATIENCE;
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(now() < deadline, "waited {PATIENCE:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The monotonic clock.
#[allow(clippy::disallowed_methods, reason = "a test of real processes reads the real clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Tests that measure memory or time take this, so that two of one process never measure each other.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
