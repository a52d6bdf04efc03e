//! A link that was lost is made anew, again and again, until it stands.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::run::Link;

/// Makes a link; or one sentence why not.
pub type Dial = Box<dyn FnMut() -> Dialling + Send>;

/// A link on its way.
pub type Dialling = Pin<Box<dyn Future<Output = Result<Link, String>> + Send>>;

/// How a screen comes by another link when its own is gone.
#[derive(Default)]
pub struct Redial {
    dial: Option<Dial>,
    attempt: Option<Dialling>,
    /// Attempts that failed since the link was lost.
    failed: u32,
}

impl Redial {
    /// By that.
    #[must_use]
    pub fn by(dial: Dial) -> Self {
        Self { dial: Some(dial), attempt: None, failed: 0 }
    }

    /// What comes of the next attempt, which begins after a pause (`sleep` waits for it); never, where nobody can dial. Safe to cancel: the
    /// attempt goes on where it was.
    pub(super) async fn next<S>(&mut self, sleep: impl FnOnce(Duration) -> S) -> Result<Link, String>
    where
        S: Future<Output = ()> + Send + 'static,
    {
        let Some(dial) = &mut self.dial else { return std::future::pending().await };
        let attempt = match &mut self.attempt {
            Some(attempt) => attempt,
            None => {
                let (pause, dialling) = (sleep(pause(self.failed)), dial());
                self.attempt.insert(Box::pin(async move {
                    pause.await;
                    dialling.await
                }))
            }
        };
        let came = attempt.await;
        self.attempt = None;
        self.failed = if came.is_ok() { 0 } else { self.failed.saturating_add(1) };
        came
    }
}

impl fmt::Debug for Redial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redial").field("failed", &self.failed).finish_non_exhaustive()
    }
}

/// Longer with each failure: a bastion that restarts is back within seconds, and one that is gone for hours is not to be flooded.
fn pause(failed: u32) -> Duration {
    SHORTEST.saturating_mul(1 << failed.min(5)).min(LONGEST)
}

const SHORTEST: Duration = Duration::from_millis(250);

const LONGEST: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn attempts_come_less_and_less_often_until_one_succeeds() {
        let mut left = 7;
        let mut redial = Redial::by(Box::new(move || {
            left -= 1;
            Box::pin(async move {
                let (calls, pushes) = (mpsc::channel(1).0, mpsc::channel(1).1);
                if left == 0 { Ok(Link { calls, pushes }) } else { Err("nobody answers".to_owned()) }
            })
        }));
        let (begun, mut waits) = (Instant::now(), Vec::new());
        while redial.next(sleep).await.is_err() {
            waits.push(begun.elapsed().as_millis());
        }
        assert_eq!(waits, [250, 750, 1750, 3750, 7750, 12_750]);
        assert_eq!((begun.elapsed().as_millis(), redial.failed), (17_750, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_nobody_waits_for_meanwhile_is_not_begun_anew() {
        let mut redial = Redial::by(Box::new(|| Box::pin(async { Err("nobody answers".to_owned()) })));
        let begun = Instant::now();
        for _ in 0..4 {
            assert!(tokio::time::timeout(Duration::from_millis(60), redial.next(sleep)).await.is_err());
        }
        assert!(redial.next(sleep).await.is_err());
        assert_eq!(begun.elapsed().as_millis(), 250);
    }
}
