//! Reading less often from a connection that has too much queued.
//!
//! While a target does not read, its client's window trickles (see `handler.rs`): two bytes a round trip, thousands of times
//! a second on a fast link, which would cost a processor on each side. Reading is therefore paced while too much waits.
//! Everything that is there is read at once when the pause is over, so windows for output and keys of other channels are
//! late by a few milliseconds and no more; what is written is not touched.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::handler::QUEUED;
use crate::target::Meter;

/// A client's socket.
pub(super) struct Throttled {
    socket: TcpStream,
    meter: Meter,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Throttled {
    pub(super) const fn new(socket: TcpStream, meter: Meter) -> Self {
        Self { socket, meter, pause: None }
    }
}

impl AsyncRead for Throttled {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(pause) = self.pause.as_mut() {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if read.is_pending() && self.meter.bytes() > QUEUED {
            // Nothing is there now: what comes next is looked at in one go after the pause.
            let until = now() + PACE;
            let mut pause = Box::pin(sleep_until(until));
            // Registers the waker; a pause in the future is never ready at once.
            if pause.as_mut().poll(cx).is_pending() {
                self.pause = Some(pause);
            }
        }
        read
    }
}

/// A pause is no deadline of a session: it needs the runtime's own clock.
#[allow(clippy::disallowed_methods, reason = "the runtime's clock paces a socket; nothing is decided by it")]
fn now() -> Instant {
    Instant::now()
}

impl AsyncWrite for Throttled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

/// How often a paced connection is read: 200 bytes a second trickle in, and a key is late by at most this.
const PACE: Duration = Duration::from_millis(10);
