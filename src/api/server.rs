//! The bastion's end of the control socket.
//!
//! A connection is one task that reads calls in order, one that writes, and at most two that pump news and a watched screen. Everything
//! between them is bounded. A peer that does not read is not buffered for: its session's watch is thinned to keyframes by the session, and
//! when it misses news of the lists, or takes a line for longer than [`WRITE`], the connection ends; it can connect and subscribe again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use russh::keys::ssh_key::PublicKey;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::line::{self, LineError, LineReader};
use super::proof;
use super::socket::{self, SocketError};
use super::wire::{self, Call, Greeting, Numbered, Proof, Push, Reply};
use crate::broker::{Console, News, WatchItem};
use crate::model::{GrantId, Principal, Refusal, Refused, RequestId, SessionId, Vote};

/// Whose key this is, after the configuration in force.
pub type Keyring = Arc<dyn Fn(&PublicKey) -> Option<Principal> + Send + Sync>;

/// A control socket that listens.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
}

impl Server {
    /// Listens at that path. Its directory is made if it is missing (0700); one that others can enter is refused. A socket at which nobody
    /// answers is removed. The path may be of any length.
    ///
    /// # Errors
    /// See [`SocketError`].
    pub async fn bind(path: &Path) -> Result<Self, SocketError> {
        Ok(Self { listener: socket::listen(path).await?, path: path.to_owned() })
    }

    /// Serves until the future is dropped, which ends all connections; then the socket is removed.
    pub async fn serve(self, console: Console, keyring: Keyring) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            // Reaps what has ended, so that the set stays as small as the semaphore allows.
            while connections.try_join_next().is_some() {}
            let Ok(seat) = Arc::clone(&room).acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let (console, keyring) = (console.clone(), Arc::clone(&keyring));
                    connections.spawn(async move {
                        serve_socket(stream, console, keyring).await;
                        drop(seat);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket could not accept a connection");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // If it is gone already, all the better.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Serves one person over a stream, without a proof: the caller has made sure of who they are. For dashboards that come in over SSH.
/// Ends when either side does.
pub async fn serve_stream(stream: impl AsyncRead + AsyncWrite + Send + 'static, console: Console, who: Principal) {
    let (from, mut to) = tokio::io::split(stream);
    let greeting = Greeting { v: wire::VERSION, bastion: console.bastion().to_owned(), challenge: String::new() };
    if line::write(&mut to, &greeting).await.is_ok() {
        converse(LineReader::new(BufReader::new(from), LONGEST_CALL), to, console, who).await;
    }
}

/// Greets, checks the proof, and serves.
async fn serve_socket(stream: UnixStream, console: Console, keyring: Keyring) {
    let (from, mut to) = stream.into_split();
    let mut lines = LineReader::new(BufReader::new(from), LONGEST_CALL);
    let challenge = proof::challenge(rand::random());
    let greeting = Greeting { v: wire::VERSION, bastion: console.bastion().to_owned(), challenge: challenge.clone() };
    let handshake = async {
        line::write(&mut to, &greeting).await?;
        lines.message::<Proof>().await
    };
    let refusal = match timeout(HANDSHAKE, handshake).await {
        Ok(Ok(Some(proof))) => match prove(&proof, &challenge, &console, &keyring).await {
            Ok(who) => return converse(lines, to, console, who).await,
            Err(why) => why,
        },
        Ok(Ok(None) | Err(LineError::Io(_))) => return,
        Ok(Err(e @ (LineError::TooLong(_) | LineError::Malformed(_)))) => e.to_string(),
        Err(_) => format!("no proof came within {} s", HANDSHAKE.as_secs()),
    };
    // A peer that is gone does not hear it.
    let _ = timeout(WRITE, line::write(&mut to, &Push::Goodbye { why: refusal })).await;
}

/// Who it is, or what to tell them; either way it is on the chain.
async fn prove(proof: &Proof, challenge: &str, console: &Console, keyring: &Keyring) -> Result<Principal, String> {
    if proof.v != wire::VERSION {
        return Err(format!("this bastion speaks version {} of the control protocol, not {}", wire::VERSION, proof.v));
    }
    let checked = proof::check(proof, challenge).map_err(|bad| bad.to_string());
    let known = checked.and_then(|key| {
        let print = key.fingerprint(Default::default());
        keyring(&key)
            .ok_or_else(|| format!("no account has the key {print}: add it to the configuration, or use another"))
    });
    match known {
        Ok(who) => {
            console.logged_in(&who).await.map_err(|refused| refused.why)?;
            Ok(who)
        }
        Err(why) => {
            console.turned_away(&why).await;
            Err(why)
        }
    }
}

/// Reads calls and answers them until one side is done.
async fn converse<R, W>(mut lines: LineReader<BufReader<R>>, to: W, console: Console, who: Principal)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (out, queue) = mpsc::channel(OUT);
    let mut caller = Caller { console, who: Arc::new(who), out, news: None, watch: None };
    let calls = async {
        let why = loop {
            let (n, reply) = match lines.next().await {
                Ok(Some(text)) => match parse(text) {
                    Ok(Numbered { n, call }) => (n, caller.answer(call).await.unwrap_or_else(Reply::from)),
                    Err(Unknown { n: Some(n), why }) => (n, Reply::Refused { kind: Refusal::Failed, why }),
                    Err(Unknown { n: None, why }) => break why,
                },
                Ok(None) | Err(LineError::Io(_)) => return,
                Err(e) => break e.to_string(),
            };
            if caller.out.send(Push::Reply { n, reply }).await.is_err() {
                return;
            }
        };
        // The writer says it and ends, and with it this.
        let _ = caller.out.send(Push::Goodbye { why }).await;
        std::future::pending().await
    };
    tokio::select! {
        () = calls => {}
        () = write_all(queue, to) => {}
    }
}

/// Writes what is queued; ends after a goodbye, or when the peer does not take a line in time.
async fn write_all(mut queue: mpsc::Receiver<Push>, mut to: impl AsyncWrite + Unpin) {
    while let Some(push) = queue.recv().await {
        let over = matches!(push, Push::Goodbye { .. });
        match timeout(WRITE, line::write(&mut to, &push)).await {
            Ok(Ok(())) if !over => {}
            Ok(Ok(()) | Err(_)) => return,
            Err(_) => {
                tracing::info!("a control connection did not read for {} s and was ended", WRITE.as_secs());
                return;
            }
        }
    }
}

/// A line that is no call that we know; with its number, if that can be read, so that only the call is refused.
struct Unknown {
    n: Option<u64>,
    why: String,
}

fn parse(text: &[u8]) -> Result<Numbered, Unknown> {
    #[derive(serde::Deserialize)]
    struct Number {
        n: u64,
    }
    serde_json::from_slice(text).map_err(|e| {
        let n = serde_json::from_slice::<Number>(text).ok().map(|number| number.n);
        Unknown { n, why: format!("this bastion does not know that call: {e}") }
    })
}

/// One proved person on one connection.
struct Caller {
    console: Console,
    who: Arc<Principal>,
    out: mpsc::Sender<Push>,
    news: Option<Pump>,
    watch: Option<Pump>,
}

impl Caller {
    async fn answer(&mut self, call: Call) -> Result<Reply, Refused> {
        let (console, who) = (&self.console, &*self.who);
        Ok(match call {
            Call::Whoami => {
                let (user, roles) = (who.user.clone(), who.roles.iter().cloned().collect());
                Reply::You { user, roles, now: console.now() }
            }
            Call::Status => Reply::Status(Box::new(console.status().await?)),
            Call::Sessions => Reply::Sessions { sessions: fitting(console.sessions(who)) },
            Call::Requests => Reply::Requests { requests: fitting(console.requests(who).await?) },
            Call::Grants => Reply::Grants { grants: fitting(console.grants(who).await?) },
            Call::Recordings => Reply::Recordings { recordings: fitting(console.recordings(who).await?) },
            Call::Verify { session } => Reply::Verified(console.verify(who, session).await?),
            Call::Audit { from, limit } => Reply::Audit { records: fitting(console.audit(who, from, limit).await?) },
            Call::Approve { request, digest, scope } => {
                let vote = Vote { request, digest, approve: Some(scope), reason: Default::default() };
                done(console.vote(who, vote).await)?
            }
            Call::Deny { request, digest, reason } => {
                let vote = Vote { request, digest, approve: None, reason: reason.into() };
                done(console.vote(who, vote).await)?
            }
            Call::Revoke { grant, reason } => done(console.revoke(who, grant, &reason).await)?,
            Call::Pause { session } => done(console.pause(who, session).await)?,
            Call::Resume { session } => done(console.resume(who, session).await)?,
            Call::Kill { session, reason } => done(console.kill(who, session, &reason).await)?,
            Call::Subscribe => self.subscribe().await?,
            Call::Watch { session } => self.watch(session).await?,
            Call::Unwatch => {
                self.watch = None;
                Reply::Done
            }
            Call::Replay { session, how } => self.replay(session, &how).await?,
        })
    }

    /// Sends what is live now, then news. Listening begins first, so nothing falls between; the same row may come twice.
    async fn subscribe(&mut self) -> Result<Reply, Refused> {
        let news = self.console.news();
        let (console, who, out) = (self.console.clone(), Arc::clone(&self.who), self.out.clone());
        let (sessions, requests) = (console.sessions(&who), console.requests(&who).await?);
        let mut known = Known {
            sessions: sessions.iter().map(|row| row.meta.id).collect(),
            requests: requests.iter().map(|row| row.request.id).collect(),
            grants: console.grants(&who).await?.iter().map(|grant| grant.id).collect(),
        };
        let sessions = sessions.into_iter().map(Push::Session);
        let requests = requests.into_iter().map(|row| Push::Request(Box::new(row)));
        for push in sessions.chain(requests) {
            // A connection that ends is noticed by its reader.
            let _ = out.send(push).await;
        }
        self.news = Some(Pump::start(async move {
            let why = known.pump(news, &console, &who, &out).await;
            let _ = out.send(Push::Goodbye { why }).await;
        }));
        Ok(Reply::Done)
    }

    async fn watch(&mut self, session: SessionId) -> Result<Reply, Refused> {
        // The old screen ends before the new one begins.
        self.watch = None;
        let mut items = self.console.watch(&self.who, session).await?;
        let out = self.out.clone();
        self.watch = Some(Pump::start(async move {
            while let Some(item) = items.recv().await {
                let push = match item {
                    WatchItem::Keyframe { size, state } => {
                        Push::Keyframe { session, size, state: STANDARD.encode(state) }
                    }
                    WatchItem::Event(record) => Push::from((session, record)),
                };
                if out.send(push).await.is_err() {
                    return;
                }
            }
        }));
        Ok(Reply::Done)
    }

    async fn replay(&self, session: SessionId, how: &str) -> Result<Reply, Refused> {
        let mut events = self.console.replay(&self.who, session, how).await?;
        while let Some(event) = events.recv().await {
            if self.out.send(Push::from((session, event?))).await.is_err() {
                break;
            }
        }
        Ok(Reply::Done)
    }
}

/// As many items, from the first on, as fit into a line: lists come with what matters most in front, the chain is read on from where it
/// was cut, and a subscription tells of each item apart. The first is always among them.
fn fitting<T: Serialize>(mut items: Vec<T>) -> Vec<T> {
    let mut room = wire::MAX_LINE - LONGEST_CALL;
    let fits = |item: &T| {
        let size = serde_json::to_vec(item).map_or(usize::MAX, |json| json.len().saturating_add(1));
        room.checked_sub(size).inspect(|&rest| room = rest).is_some()
    };
    let count = items.iter().map(fits).take_while(|&fits| fits).count();
    items.truncate(count.max(1));
    items
}

fn done(result: Result<(), Refused>) -> Result<Reply, Refused> {
    result.map(|()| Reply::Done)
}

impl From<Refused> for Reply {
    fn from(Refused { kind, why }: Refused) -> Self {
        Self::Refused { kind, why }
    }
}

/// What this listener was told of, so that they hear the end of that and of nothing else.
struct Known {
    sessions: BTreeSet<SessionId>,
    requests: BTreeSet<RequestId>,
    grants: BTreeSet<GrantId>,
}

impl Known {
    /// Passes news on until something ends; answers why.
    async fn pump(
        &mut self,
        mut news: broadcast::Receiver<News>,
        console: &Console,
        who: &Principal,
        out: &mpsc::Sender<Push>,
    ) -> String {
        loop {
            let item = match news.recv().await {
                Ok(item) => item,
                Err(broadcast::error::RecvError::Closed) => return "the bastion is shutting down".to_owned(),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    return "you fell too far behind: connect and subscribe again".to_owned();
                }
            };
            if let Some(push) = self.told(item, console, who).await
                && out.send(push).await.is_err()
            {
                return "the connection ended".to_owned();
            }
        }
    }

    async fn told(&mut self, item: News, console: &Console, who: &Principal) -> Option<Push> {
        match item {
            News::Session(row) => {
                if row.meta.who.user != who.user && !console.sees_all(who) {
                    return None;
                }
                self.sessions.insert(row.meta.id);
                Some(Push::Session(*row))
            }
            News::SessionEnded(session, reason) => {
                self.sessions.remove(&session).then_some(Push::SessionEnded { session, reason })
            }
            News::Request(id) => {
                let row = console.request(who, id).await.ok().flatten()?;
                self.requests.insert(id);
                Some(Push::Request(Box::new(row)))
            }
            News::RequestEnded(request, outcome) => {
                self.requests.remove(&request).then_some(Push::RequestEnded { request, outcome })
            }
            News::Grants => {
                let grants = console.grants(who).await.ok()?;
                let ids = grants.iter().map(|grant| grant.id).collect();
                // Grants of others come and go unseen.
                let before = std::mem::replace(&mut self.grants, ids);
                (before != self.grants).then(|| Push::Grants { grants: fitting(grants) })
            }
        }
    }
}

/// A task that ends with whoever holds this.
struct Pump(AbortHandle);

impl Pump {
    fn start(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work).abort_handle())
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Connections at once; more wait in the listen queue. Dashboards over SSH do not count.
const CONNECTIONS: usize = 64;

/// Time for the proof: long enough to touch a security key.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Time for one line to be taken by the peer.
const WRITE: Duration = Duration::from_secs(15);

/// Pause after a failed accept (no descriptors left, for instance).
const BREATH: Duration = Duration::from_millis(100);

/// Lines queued for a peer.
const OUT: usize = 64;

/// Longest line that a client may send: a call is small, a proof with an RSA key of 16 kbit and a certificate is not.
const LONGEST_CALL: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_where_a_line_ends_and_never_to_nothing() {
        assert_eq!(fitting(vec!["x".repeat(1 << 20); 8]).len(), 3);
        assert_eq!(fitting(vec!["x".repeat(wire::MAX_LINE); 2]).len(), 1);
        assert_eq!(fitting(vec!["x"; 8]).len(), 8);
        assert_eq!(fitting(Vec::<String>::new()).len(), 0);
    }
}
