//! The other end of the control socket: for the verbs of the command line and for the dashboard.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadHalf, WriteHalf};
use tokio::net::UnixStream;
use tokio::sync::mpsc;

use super::line::{self, LineError, LineReader};
use super::proof::{Identity, IdentityError};
use super::socket;
use super::wire::{self, Call, Greeting, Numbered, Push, Reply};

/// A connection on which somebody has proved who they are.
pub struct Client {
    lines: LineReader<BufReader<ReadHalf<Wire>>>,
    to: WriteHalf<Wire>,
    bastion: String,
    user: String,
    roles: Vec<String>,
    calls: u64,
    /// News that came while a reply was waited for; at most [`MOST_NEWS`].
    news: VecDeque<Push>,
}

impl Client {
    /// Whether a bastion answers at the socket.
    ///
    /// # Errors
    /// When none does.
    pub async fn reach(socket: &Path) -> Result<(), ClientError> {
        reach(socket).await.map(drop)
    }

    /// Connects to the socket and proves who we are.
    ///
    /// # Errors
    /// When nobody answers, the bastion is of another version or does not know the key, or the key cannot sign.
    pub async fn connect(socket: &Path, identity: &Identity) -> Result<Self, ClientError> {
        let (mut client, greeting) = Self::greeted(reach(socket).await?).await?;
        let proof = identity.answer(&greeting).await?;
        line::write(&mut client.to, &proof).await?;
        client.introduced().await
    }

    /// Speaks over a stream whose other end knows already who we are (see [`super::serve_stream`]).
    ///
    /// # Errors
    /// When the stream fails, or the bastion is of another version.
    pub async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Self, ClientError> {
        Self::greeted(stream).await?.0.introduced().await
    }

    /// The bastion's name.
    #[must_use]
    pub fn bastion(&self) -> &str {
        &self.bastion
    }

    /// Our account there.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Our roles there.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Calls, and waits for the reply. News that comes first is kept for [`Client::next`].
    ///
    /// # Errors
    /// When the connection ends first.
    pub async fn call(&mut self, call: Call) -> Result<Reply, ClientError> {
        let number = self.send(call).await?;
        loop {
            match self.read().await? {
                Push::Reply { n, reply } if n == number => return Ok(reply),
                Push::Reply { .. } => {}
                push => self.keep(push),
            }
        }
    }

    /// Calls without waiting; the [`Push::Reply`] with the number that comes back will be among [`Client::next`].
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn send(&mut self, call: Call) -> Result<u64, ClientError> {
        self.calls += 1;
        match line::write(&mut self.to, &Numbered { n: self.calls, call }).await {
            Ok(()) => Ok(self.calls),
            Err(e) => Err(self.last_words().await.unwrap_or_else(|| e.into())),
        }
    }

    /// The next line from the server.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn next(&mut self) -> Result<Push, ClientError> {
        match self.news.pop_front() {
            Some(push) => Ok(push),
            None => self.read().await,
        }
    }

    /// Two ends for a loop of its own: calls go in, the server's lines come out. When the connection ends, a last [`Push::Goodbye`] says why and the
    /// receiver closes. Needs a tokio runtime; both ends hold [`LINK`] messages.
    #[must_use]
    pub fn split(self) -> (mpsc::Sender<Numbered>, mpsc::Receiver<Push>) {
        let (calls, mut outgoing) = mpsc::channel::<Numbered>(LINK);
        let (incoming, pushes) = mpsc::channel(LINK);
        let Self { mut lines, mut to, news, .. } = self;
        let writer = tokio::spawn(async move {
            while let Some(call) = outgoing.recv().await {
                if line::write(&mut to, &call).await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            for push in news {
                if incoming.send(push).await.is_err() {
                    break;
                }
            }
            loop {
                let push = tokio::select! {
                    push = receive(&mut lines) => push,
                    () = incoming.closed() => break,
                };
                let over = matches!(push, Push::Goodbye { .. });
                if incoming.send(push).await.is_err() || over {
                    break;
                }
            }
            writer.abort();
        });
        (calls, pushes)
    }

    async fn greeted(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(Self, Greeting), ClientError> {
        let (from, to) = tokio::io::split::<Wire>(Box::new(stream));
        let mut lines = LineReader::new(BufReader::new(from), wire::MAX_LINE);
        let first = lines.next().await?.ok_or(ClientError::Closed)?;
        let greeting: Greeting = match serde_json::from_slice(first) {
            Ok(greeting) => greeting,
            Err(e) => return Err(goodbye(first).unwrap_or_else(|| LineError::from(e).into())),
        };
        if greeting.v != wire::VERSION {
            return Err(ClientError::Version { theirs: greeting.v });
        }
        let bastion = greeting.bastion.clone();
        let (user, roles, news) = (String::new(), Vec::new(), VecDeque::new());
        Ok((Self { lines, to, bastion, user, roles, calls: 0, news }, greeting))
    }

    async fn introduced(mut self) -> Result<Self, ClientError> {
        match self.call(Call::Whoami).await? {
            Reply::You { user, roles, .. } => {
                (self.user, self.roles) = (user, roles);
                Ok(self)
            }
            Reply::Refused { why, .. } => Err(ClientError::Goodbye(why)),
            other => Err(ClientError::Unexpected(format!("{other:?}").chars().take(80).collect())),
        }
    }

    async fn read(&mut self) -> Result<Push, ClientError> {
        match self.lines.message().await? {
            Some(Push::Goodbye { why }) => Err(ClientError::Goodbye(why)),
            Some(push) => Ok(push),
            None => Err(ClientError::Closed),
        }
    }

    /// A server that hung up has said why before; that is still to be read.
    async fn last_words(&mut self) -> Option<ClientError> {
        loop {
            match self.read().await {
                Ok(push) => self.keep(push),
                Err(e @ ClientError::Goodbye(_)) => return Some(e),
                Err(_) => return None,
            }
        }
    }

    /// Keeps news for later; of a flood, the oldest is let go.
    fn keep(&mut self, push: Push) {
        if self.news.len() == MOST_NEWS {
            self.news.pop_front();
        }
        self.news.push_back(push);
    }
}

/// Why the bastion could not be spoken to.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers (exit 4).
    #[error("no bastion answers at {}: {source}; start one with holdpoint serve or holdpoint demo, or say --socket", path.display())]
    NoBroker {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It ended the connection, and said why (exit 5).
    #[error("the bastion says: {0}")]
    Goodbye(String),
    /// The connection just ended.
    #[error("the bastion closed the connection: it may have been stopped; try again")]
    Closed,
    /// It speaks another version of the protocol.
    #[error(
        "the bastion speaks version {theirs} of the control protocol, this program version {}: use the same release",
        wire::VERSION
    )]
    Version {
        /// Its version.
        theirs: u32,
    },
    /// It answered something else than what was asked.
    #[error("the bastion answered what was not asked: {0}")]
    Unexpected(String),
    /// We cannot prove who we are (exit 5).
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The stream failed, or what came is not understood.
    #[error("the connection to the bastion failed: {0}")]
    Broken(String),
}

impl From<LineError> for ClientError {
    fn from(e: LineError) -> Self {
        match e {
            LineError::Io(e) if e.kind() == io::ErrorKind::BrokenPipe => Self::Closed,
            LineError::Io(_) | LineError::TooLong(_) | LineError::Malformed(_) => Self::Broken(e.to_string()),
        }
    }
}

async fn reach(socket: &Path) -> Result<UnixStream, ClientError> {
    socket::connect(socket).await.map_err(|source| ClientError::NoBroker { path: socket.to_owned(), source })
}

async fn receive(lines: &mut LineReader<BufReader<ReadHalf<Wire>>>) -> Push {
    let why = match lines.message().await {
        Ok(Some(push)) => return push,
        Ok(None) => ClientError::Closed.to_string(),
        Err(e) => ClientError::from(e).to_string(),
    };
    Push::Goodbye { why }
}

fn goodbye(first: &[u8]) -> Option<ClientError> {
    let Push::Goodbye { why } = serde_json::from_slice(first).ok()? else { return None };
    Some(ClientError::Goodbye(why))
}

/// A socket, or a pipe in memory.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

type Wire = Box<dyn Duplex>;

/// Messages that either end of a split client holds before it waits.
pub const LINK: usize = 64;

/// News kept while a reply is waited for.
const MOST_NEWS: usize = 256;
