//! Dashboard and picker over a channel: the same screens as on a local terminal, with nothing installed.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::Consoles;
use super::channel::ChannelSink;
use crate::broker::{Broker, ClientEnd, ClientSink as _, FromClient, SessionRequest};
use crate::model::{ChannelKind, ExitStatus, Place, Principal, Size};
use crate::target::Lane;
use crate::tui::{self, Io, Options, TargetRow};

/// What a channel that is complete turns into: a session on a target, the dashboard, or the picker and then a session.
pub(super) async fn or_session(
    broker: Broker,
    consoles: Consoles,
    request: SessionRequest,
    client: ClientEnd<ChannelSink>,
) {
    if request.target.is_some() {
        broker.run(request, client).await;
        return;
    }
    match (&request.channel, request.pty.is_some()) {
        (ChannelKind::Exec { command }, true) if command.trim() == "dashboard" => {
            dashboard(&broker, &consoles, request, client).await;
        }
        (ChannelKind::Exec { command }, false) if command.trim() == "dashboard" => {
            client.sink.say_and_close("the dashboard needs a terminal: ssh -t … dashboard", USAGE).await;
        }
        (ChannelKind::Shell, true) => pick(broker, request, client).await,
        (ChannelKind::Shell | ChannelKind::Exec { .. }, _) => {
            let sentence = "no target was named: ssh [login@]target@bastion [command], or ssh -t bastion dashboard";
            client.sink.say_and_close(sentence, USAGE).await;
        }
    }
}

async fn dashboard(broker: &Broker, consoles: &Consoles, request: SessionRequest, client: ClientEnd<ChannelSink>) {
    let link = match consoles(request.who.clone()).await {
        Ok(link) => link,
        Err(why) => return client.sink.say_and_close(&why, DENIED).await,
    };
    let mut screen = Borrowed::begin(broker, &request, &client);
    let (consoles, who) = (consoles.clone(), request.who.clone());
    let redial = tui::Redial::by(Box::new(move || consoles(who.clone())));
    let ran = tui::dashboard(screen.io(), link, redial, options(broker, &request)).await;
    screen.end().await;
    let code = u32::from(ran.is_err());
    if let Err(error) = ran {
        tracing::debug!(%error, "a dashboard ended");
    }
    client.sink.finish(ExitStatus::Code { code }).await;
}

async fn pick(broker: Broker, mut request: SessionRequest, client: ClientEnd<ChannelSink>) {
    let places = broker.places(&request.who);
    if places.is_empty() {
        client.sink.say_and_close("there is no target that you may connect to", DENIED).await;
        return;
    }
    let rows = places.iter().map(|(place, why)| row(&broker, &request.who, place, why)).collect();
    let mut screen = Borrowed::begin(&broker, &request, &client);
    let chosen = tui::picker(screen.io(), rows, options(&broker, &request)).await;
    let size = screen.end().await;
    let place = chosen.ok().flatten().and_then(|index| places.get(index));
    let Some((place, _)) = place else {
        client.sink.finish(ExitStatus::Code { code: 1 }).await;
        return;
    };
    request.target = Some(place.target.clone());
    request.login = Some(place.login.clone());
    if let Some(pty) = request.pty.as_mut() {
        pty.size = size;
    }
    // Admission asks policy anew: time has passed.
    broker.run(request, client).await;
}

fn row(broker: &Broker, who: &Principal, place: &Place, why: &str) -> TargetRow {
    TargetRow {
        target: place.target.clone(),
        login: place.login.clone(),
        labels: place.labels.clone(),
        why: why.to_owned(),
        last_used: broker.last_used(who, place),
    }
}

fn options(broker: &Broker, request: &SessionRequest) -> Options {
    let mut options =
        Options { bastion: broker.config().name.clone(), user: request.who.user.clone(), ..Options::default() };
    if request.env.iter().any(|(name, value)| name == "NO_COLOR" && !value.is_empty()) {
        options.look.colour = tui::Colour::Never;
    }
    options
}

/// A client's channel, lent to a screen of ours and given back afterwards.
struct Borrowed {
    input: Option<Keys>,
    output: Option<Frames>,
    size: watch::Receiver<Size>,
    clock: crate::broker::Clock,
    feeder: JoinHandle<()>,
}

impl Borrowed {
    fn begin(broker: &Broker, request: &SessionRequest, client: &ClientEnd<ChannelSink>) -> Self {
        let size = request.pty.as_ref().map(|pty| pty.size).unwrap_or_default();
        let (size_sender, size) = watch::channel(size);
        let (keys, input) = mpsc::channel(KEYS);
        let feeder = tokio::spawn(feed(client.input.clone(), client.gone.clone(), keys, size_sender));
        Self {
            input: Some(Keys { from: input, left: Bytes::new() }),
            output: Some(Frames(Box::pin(client.sink.writer().make_writer()))),
            size,
            clock: broker.clock(),
            feeder,
        }
    }

    fn io(&mut self) -> Io<Keys, Frames> {
        let clock = self.clock;
        Io {
            input: self.input.take().unwrap_or_else(Keys::none),
            output: self.output.take().unwrap_or_else(|| Frames(Box::pin(tokio::io::sink()))),
            size: self.size.clone(),
            clock: Box::new(move || clock.now()),
            suspend: None,
        }
    }

    /// Stops taking keys, so that what follows belongs to the session. Gives the size as it is now.
    async fn end(self) -> Size {
        self.feeder.abort();
        // It ends at its next wait; until then it could take one more key.
        let _ = self.feeder.await;
        *self.size.borrow()
    }
}

/// Lane → keys and size. The channel's end is the end of the keys.
async fn feed(
    lane: Lane<FromClient>,
    mut gone: watch::Receiver<bool>,
    keys: mpsc::Sender<Bytes>,
    size: watch::Sender<Size>,
) {
    loop {
        let item = tokio::select! {
            item = lane.pop() => item,
            () = ClientEnd::<()>::gone(&mut gone) => None,
        };
        match item {
            Some(FromClient::Data(bytes)) => {
                if keys.send(bytes.freeze()).await.is_err() {
                    return;
                }
            }
            Some(FromClient::Resize(new)) => {
                size.send_replace(new);
            }
            Some(FromClient::Signal(_)) => {}
            Some(FromClient::Eof) | None => return,
        }
    }
}

/// The keys as a stream of bytes.
struct Keys {
    from: mpsc::Receiver<Bytes>,
    left: Bytes,
}

impl Keys {
    /// A stream that has ended.
    fn none() -> Self {
        Self { from: mpsc::channel(1).1, left: Bytes::new() }
    }
}

impl AsyncRead for Keys {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.left.is_empty() {
            match self.from.poll_recv(cx) {
                Poll::Ready(Some(bytes)) => self.left = bytes,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        let len = self.left.len().min(buffer.remaining());
        let taken = self.left.split_to(len);
        buffer.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

/// The channel as a writer. The library's own fails on an empty buffer.
struct Frames(Pin<Box<dyn AsyncWrite + Send>>);

impl AsyncWrite for Frames {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() { Poll::Ready(Ok(0)) } else { self.0.as_mut().poll_write(cx, bytes) }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_flush(cx)
    }

    /// The channel outlives the screen: its end of data is not the screen's to send.
    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Chunks of keys that may wait for the screen.
const KEYS: usize = 16;

const DENIED: u32 = 126;

/// As clap's: the command line is wrong.
const USAGE: u32 = 2;
