//! One channel towards a client: output that waits for its window, an exit status, our own sentences.

use bytes::Bytes;
use russh::server::{Handle, Msg};
use russh::{ChannelId, ChannelWriteHalf};

use super::underway::Underway;
use crate::broker::{ClientSink, Gone};
use crate::model::{ExitStatus, Shown, Stream};
use crate::target::remote::signal_of;

/// The writing end of a client's channel.
///
/// Data goes through the channel's own half, which waits for the channel's own window: an unread channel stops nobody else.
pub struct ChannelSink {
    writer: ChannelWriteHalf<Msg>,
    handle: Handle,
    id: ChannelId,
    /// What a terminal has not taken yet.
    underway: Option<Underway>,
    /// Whether [`ClientSink::finish`] has closed it.
    closed: bool,
}

impl std::fmt::Debug for ChannelSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChannelSink({:?})", self.id)
    }
}

impl ChannelSink {
    pub(super) const fn new(writer: ChannelWriteHalf<Msg>, handle: Handle, id: ChannelId) -> Self {
        Self { writer, handle, id, underway: None, closed: false }
    }

    /// From now on it is a terminal's: no more is under way to it than a count allows.
    pub(super) fn limit(&mut self, underway: Underway) {
        self.underway = Some(underway);
    }

    /// The half that writes, for a screen of ours.
    pub(super) const fn writer(&self) -> &ChannelWriteHalf<Msg> {
        &self.writer
    }

    async fn send(&self, stream: Stream, bytes: Bytes) -> Result<(), Gone> {
        let sent = match stream {
            Stream::Stdout => self.writer.data_bytes(bytes).await,
            Stream::Stderr => self.writer.extended_data_bytes(1, bytes).await,
        };
        sent.map_err(|_| Gone)
    }

    /// Says one sentence on standard error, and closes the channel with a status.
    pub(super) async fn say_and_close(self, sentence: &str, status: u32) {
        let line = format!("holdpoint: {}\r\n", Shown::new(sentence));
        // A client that is gone needs no sentence.
        let _ = self.data(Stream::Stderr, Bytes::from(line)).await;
        self.finish(ExitStatus::Code { code: status }).await;
    }
}

impl ClientSink for ChannelSink {
    async fn data(&self, stream: Stream, bytes: Bytes) -> Result<(), Gone> {
        if bytes.is_empty() {
            return Ok(());
        }
        let Some(underway) = &self.underway else { return self.send(stream, bytes).await };
        let mut left = bytes;
        while !left.is_empty() {
            underway.room().await;
            let piece = left.split_to(left.len().min(PIECE));
            underway.sent(piece.len());
            self.send(stream, piece).await?;
        }
        Ok(())
    }

    /// RFC 4254 §6.10: the status, then the end of data, then the close; none of them overtakes what was written before.
    async fn finish(mut self, status: ExitStatus) {
        match status {
            ExitStatus::Code { code } => {
                let _ = self.writer.exit_status(code).await;
            }
            ExitStatus::Signal { name, core_dumped } => {
                let sig = signal_of(&name);
                let _ = self.handle.exit_signal_request(self.id, sig, core_dumped, String::new(), String::new()).await;
            }
        }
        let _ = self.writer.eof().await;
        let _ = self.writer.close().await;
        self.closed = true;
    }
}

impl Drop for ChannelSink {
    /// A session that was cut off while its client did not read still closes its channel: a client that waits for that would
    /// wait for ever. The close needs no window.
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (handle, id) = (self.handle.clone(), self.id);
            // A connection that is gone needs no close.
            runtime.spawn(async move { handle.close(id).await });
        }
    }
}

/// Bytes that a terminal is sent at once: the greatest packet of the stock client's.
const PIECE: usize = 16 << 10;
