//! The client's end of a session, as the broker sees it: a lane of input, a sink for output, and a sign that it is gone.

use bytes::{Bytes, BytesMut};
use tokio::sync::watch;

use crate::model::{ExitStatus, Size, Stream};
use crate::target::Lane;

/// What a client sends on its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromClient {
    /// Bytes; those that come one by one are gathered.
    Data(BytesMut),
    /// Its terminal has a new size.
    Resize(Size),
    /// A signal by name, without `SIG`.
    Signal(String),
    /// No more input.
    Eof,
}

/// Where output goes. Whoever implements it keeps the order and waits while the client does not read.
pub trait ClientSink: Send + 'static {
    /// Sends bytes; returns when they are on their way.
    ///
    /// # Errors
    /// [`Gone`] when the client is not there any more.
    fn data(&self, stream: Stream, bytes: Bytes) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Tells the exit status and closes the channel.
    fn finish(self, status: ExitStatus) -> impl Future<Output = ()> + Send;
}

/// The client is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client is gone")]
pub struct Gone;

/// The client's end of one session.
#[derive(Debug)]
pub struct ClientEnd<S> {
    /// What it sends, in order.
    pub input: Lane<FromClient>,
    /// Becomes true, or loses its sender, when the channel or the connection is closed; overtakes what is queued.
    pub gone: watch::Receiver<bool>,
    /// Where output goes.
    pub sink: S,
}

impl<S> ClientEnd<S> {
    /// Returns when the client is gone.
    pub async fn gone(gone: &mut watch::Receiver<bool>) {
        // An error means that the sender is gone, and the client with it.
        let _ = gone.wait_for(|gone| *gone).await;
    }
}
