//! A connection that is read less often while a flood comes over it.
//!
//! sshd sends what a terminal prints in pieces of a few kilobytes, as it reads them, and each piece wakes everybody between here and the client.
//! While much comes, waiting a millisecond gathers many of them into one read; a person sees no millisecond, and keys do not pass here.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream that gathers.
#[derive(Debug)]
pub(super) struct Gathering<S> {
    inner: S,
    /// Nothing is read before it is over.
    pause: Option<Pin<Box<Sleep>>>,
    /// Bytes that came since then.
    bytes: usize,
    since: Instant,
}

impl<S> Gathering<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, pause: None, bytes: 0, since: Instant::now() }
    }

    /// Counts what was read, and decides whether the next read waits.
    fn count(&mut self, bytes: usize) {
        let now = Instant::now();
        if now.duration_since(self.since) > SPAN {
            (self.since, self.bytes) = (now, 0);
        }
        self.bytes += bytes;
        if self.bytes >= FLOOD && bytes < MUCH {
            self.pause = Some(Box::pin(sleep(PAUSE)));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gathering<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        this.count(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathering<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Within this time [`FLOOD`] makes a flood.
const SPAN: Duration = Duration::from_millis(4);

/// No screen is repainted with so much.
const FLOOD: usize = 32 << 10;

/// How long the next read waits; the clock of the event loop has milliseconds.
const PAUSE: Duration = Duration::from_millis(1);

/// Bytes in one read that need no gathering.
const MUCH: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_now_and_then_is_read_at_once() {
        let (mut far, near) = duplex(1 << 20);
        let mut near = Gathering::new(near);
        let begin = Instant::now();
        for _ in 0..100 {
            far.write_all(&[7; 900]).await.unwrap();
            let mut read = [0; 900];
            near.read_exact(&mut read).await.unwrap();
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!(begin.elapsed(), Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_flood_many_pieces_are_read_together_and_none_is_lost() {
        let (mut far, near) = duplex(1 << 20);
        let mut near = Gathering::new(near);
        let writer = tokio::spawn(async move {
            for n in 0..2000u32 {
                far.write_all(&[n as u8; 1000]).await.unwrap();
                if n % 50 == 49 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                } else {
                    tokio::task::yield_now().await;
                }
            }
        });
        let (mut all, mut reads, mut piece) = (Vec::new(), 0, vec![0; 64 << 10]);
        loop {
            let n = near.read(&mut piece).await.unwrap();
            if n == 0 {
                break;
            }
            reads += 1;
            all.extend_from_slice(&piece[..n]);
        }
        writer.await.unwrap();
        let expected: Vec<u8> = (0..2000u32).flat_map(|n| [n as u8; 1000]).collect();
        assert!(all == expected);
        assert!(reads < 200, "{reads} reads of 2000 pieces");
    }
}
