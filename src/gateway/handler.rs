//! The callbacks of one connection. None of them waits for a target, a disk or a person: the connection's loop serves
//! every channel, and a callback that waits stops them all.
//!
//! # Windows
//!
//! `russh` grants a channel new window when data *arrives*, not when somebody has used it. So what arrives is counted, and
//! while more than [`QUEUED`] bytes of this connection wait, [`adjust_window`](server::Handler::adjust_window) answers with
//! 2, the smallest window that keeps it being asked: the client then sends two bytes a round trip (which `throttle.rs` makes
//! long, so that this costs no processor), and goes on at full speed once the queue is short again. A client that ignores its
//! window runs into the lane's hard limit and is cut off.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::BytesMut;
use russh::keys::ssh_key::{Certificate, HashAlg};
use russh::server::{self, Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, ChannelOpenFailure, Pty, Sig};
use tokio::sync::watch;

use super::channel::ChannelSink;
use super::underway::Underway;
use super::{Consoles, Destination, screens};
use crate::broker::{Broker, ClientEnd, FromClient, SessionRequest};
use crate::model::{AuditEvent, ChannelKind, Principal, PtySize, Shown, Size};
use crate::policy::Action;
use crate::target::remote::signal_word;
use crate::target::{Lane, Meter};

/// One connection of one client.
pub struct Connection {
    broker: Broker,
    consoles: Consoles,
    peer: SocketAddr,
    proved: watch::Sender<bool>,
    who: Option<Principal>,
    destination: Destination,
    channels: HashMap<ChannelId, State>,
    /// What is under way to the terminals among them.
    terminals: HashMap<ChannelId, Underway>,
    meter: Meter,
    /// Sentences about refused requests, for the next session's start.
    refusals: Vec<String>,
}

/// A channel between its opening and its close.
enum State {
    /// It was opened; the client says what it wants.
    Asking { sink: ChannelSink, pty: Option<PtySize>, modes: Vec<(u8, u32)>, env: Vec<(String, String)> },
    /// A session or a screen runs on it.
    Running { input: Lane<FromClient>, gone: watch::Sender<bool> },
}

impl Connection {
    pub(super) fn new(
        broker: Broker,
        consoles: Consoles,
        peer: SocketAddr,
        proved: watch::Sender<bool>,
        meter: Meter,
    ) -> Self {
        Self {
            broker,
            consoles,
            peer,
            proved,
            who: None,
            destination: Destination::default(),
            channels: HashMap::new(),
            terminals: HashMap::new(),
            meter,
            refusals: Vec::new(),
        }
    }

    /// The account that a key proves; an unknown key proves nobody.
    fn principal(&self, key: &russh::keys::ssh_key::PublicKey) -> Option<Principal> {
        let config = self.broker.config();
        let user = config.user_of_key(key.key_data())?;
        Some(Principal {
            user: user.name.clone(),
            roles: user.roles.clone(),
            source: Some(self.peer.ip()),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        })
    }

    /// Whether a channel may still say what it wants. RFC 4254 §6.5: only one such request can succeed on it.
    fn asks(&self, id: ChannelId) -> bool {
        matches!(self.channels.get(&id), Some(State::Asking { .. }))
    }

    /// Turns a channel that is still asking into one that runs; gives what it asked for.
    fn begin(&mut self, id: ChannelId) -> Option<(ClientEnd<ChannelSink>, Asked)> {
        if !self.asks(id) {
            return None;
        }
        let State::Asking { sink, pty, modes, env } = self.channels.remove(&id)? else { return None };
        let input = Lane::new(LANE_SOFT, LANE_HARD, vec![self.meter.clone(), self.broker.queued()]);
        let (gone_sender, gone) = watch::channel(false);
        self.channels.insert(id, State::Running { input: input.clone(), gone: gone_sender });
        Some((ClientEnd { input, gone, sink }, Asked { pty, modes, env }))
    }

    /// Starts what the client asked for: a session on a target, or one of our screens.
    fn start(&mut self, id: ChannelId, kind: ChannelKind) {
        let Some(who) = self.who.clone() else { return };
        let Some((client, asked)) = self.begin(id) else { return };
        let notices = std::mem::take(&mut self.refusals);
        if let Some(claimed) = &self.destination.user
            && *claimed != who.user
        {
            let sentence = format!("your key is {}'s, not {claimed}'s: use your own name, or leave it out", who.user);
            tokio::spawn(async move { client.sink.say_and_close(&sentence, DENIED).await });
            return;
        }
        let (reasons, env): (Vec<_>, Vec<_>) = asked.env.into_iter().partition(|(name, _)| name == REASON);
        let request = SessionRequest {
            who,
            target: self.destination.target.clone(),
            login: self.destination.login.clone(),
            channel: kind,
            pty: asked.pty,
            modes: asked.modes,
            env,
            // It is for us: the target does not get it.
            reason: reasons.into_iter().next_back().map(|(_, value)| value),
            notices,
        };
        let (broker, consoles) = (self.broker.clone(), self.consoles.clone());
        tokio::spawn(screens::or_session(broker, consoles, request, client));
    }

    /// Refuses what has no way to carry a sentence of its own: the next session begins with it.
    fn owe(&mut self, what: &str) {
        let sentence = self.refuse(what, Action::Forward);
        self.refusals.push(sentence);
        self.refusals.truncate(MAX_REFUSALS);
    }

    /// Writes a refusal down; says in one sentence what was refused and why.
    fn refuse(&self, what: &str, action: Action) -> String {
        let place = self.destination.target.as_deref().and_then(|t| self.broker.config().place(t, None));
        let says = match (&self.who, place) {
            (Some(who), Some(place)) => self.broker.refusal(who, &place, action),
            _ => "it is not offered".to_owned(),
        };
        let sentence = format!("{what} was refused: {says}");
        self.audit_refusal(&sentence);
        sentence
    }

    fn audit_refusal(&self, why: &str) {
        let user = self.who.as_ref().map_or_else(String::new, |who| who.user.clone());
        let event =
            AuditEvent::Refused { user: Shown::new(&user), source: self.peer.to_string(), why: Shown::new(why) };
        self.broker.note(event);
    }
}

/// "Administratively prohibited" (RFC 4254 §5.1) in our own words, which the stock client shows.
fn prohibited(reason: String) -> ChannelOpenFailure {
    ChannelOpenFailure::Other { code: ChannelOpenFailure::AdministrativelyProhibited.code(), reason }
}

/// What a client asked for before the shell or the command.
struct Asked {
    pty: Option<PtySize>,
    modes: Vec<(u8, u32)>,
    env: Vec<(String, String)>,
}

impl server::Handler for Connection {
    type Error = russh::Error;

    async fn auth_publickey_offered(&mut self, _user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        Ok(if self.principal(offer.public_key).is_some() { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let Some(who) = self.principal(key.public_key) else { return Ok(Auth::reject()) };
        let config = self.broker.config();
        self.destination = Destination::parse(user, |name| config.targets.contains_key(name));
        self.who = Some(who);
        Ok(Auth::Accept)
    }

    /// Certificates of users are not accepted yet.
    async fn auth_openssh_certificate(&mut self, _user: &str, _certificate: &Certificate) -> Result<Auth, Self::Error> {
        Ok(Auth::reject())
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), Self::Error> {
        self.proved.send_replace(true);
        if let Some(who) = &self.who {
            self.broker.note(AuditEvent::LoggedIn {
                user: who.user.clone(),
                source: self.peer.to_string(),
                fingerprint: who.fingerprint.clone(),
            });
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.forget_ended();
        if self.channels.len() >= MAX_CHANNELS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        // What arrives comes by the callbacks below, so nobody reads from the other half.
        let id = channel.id();
        let (_, writer) = channel.split();
        let sink = ChannelSink::new(writer, session.handle(), id);
        self.channels.insert(id, State::Asking { sink, pty: None, modes: Vec::new(), env: Vec::new() });
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        term: &str,
        cols: u32,
        rows: u32,
        width: u32,
        height: u32,
        modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id) {
            Some(State::Asking { sink, pty, modes: kept, .. }) if plain_term(term) => {
                sink.limit(self.terminals.entry(id).or_default().clone());
                *pty = Some(PtySize { term: term.to_owned(), size: Size::new(cols, rows).with_pixels(width, height) });
                *kept =
                    modes.iter().filter(|(op, _)| *op != Pty::TTY_OP_END).map(|&(op, arg)| (op as u8, arg)).collect();
                session.channel_success(id)
            }
            _ => session.channel_failure(id),
        }
    }

    /// Only what cannot run anything passes: `BASH_ENV`, `LD_PRELOAD` and their like are commands.
    async fn env_request(
        &mut self,
        id: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&id) {
            Some(State::Asking { env, .. }) if passes(name, value) && env.len() < MAX_ENV => {
                env.push((name.to_owned(), value.to_owned()));
                session.channel_success(id)
            }
            _ => session.channel_failure(id),
        }
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        if !self.asks(id) {
            return session.channel_failure(id);
        }
        session.channel_success(id)?;
        self.start(id, ChannelKind::Shell);
        Ok(())
    }

    async fn exec_request(&mut self, id: ChannelId, data: &[u8], session: &mut Session) -> Result<(), Self::Error> {
        if !self.asks(id) {
            return session.channel_failure(id);
        }
        session.channel_success(id)?;
        match std::str::from_utf8(data) {
            Ok(command) => self.start(id, ChannelKind::Exec { command: command.to_owned() }),
            Err(_) => {
                let sentence = "the command is not UTF-8, so nobody could judge it: it was refused".to_owned();
                self.audit_refusal(&sentence);
                if let Some((client, _)) = self.begin(id) {
                    tokio::spawn(async move { client.sink.say_and_close(&sentence, DENIED).await });
                }
            }
        }
        Ok(())
    }

    /// The request itself succeeds, so that the client shows our sentence instead of its own guess.
    async fn subsystem_request(&mut self, id: ChannelId, name: &str, session: &mut Session) -> Result<(), Self::Error> {
        if !self.asks(id) {
            return session.channel_failure(id);
        }
        session.channel_success(id)?;
        // SFTP is the one that clients ask for.
        let sentence = self.refuse(&format!("the subsystem {name}"), Action::Upload);
        if let Some((client, _)) = self.begin(id) {
            tokio::spawn(async move { client.sink.say_and_close(&sentence, DENIED).await });
        }
        Ok(())
    }

    async fn x11_request(
        &mut self,
        id: ChannelId,
        _single_connection: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.owe("X11 forwarding");
        session.channel_failure(id)
    }

    async fn agent_request(&mut self, _id: ChannelId, _session: &mut Session) -> Result<bool, Self::Error> {
        self.owe("agent forwarding");
        Ok(false)
    }

    async fn tcpip_forward(
        &mut self,
        address: &str,
        port: &mut u32,
        _session: &mut Session,
    ) -> Result<bool, Self::Error> {
        self.owe(&format!("the remote forwarding of {address}:{port}"));
        Ok(false)
    }

    async fn streamlocal_forward(&mut self, path: &str, _session: &mut Session) -> Result<bool, Self::Error> {
        self.owe(&format!("the remote forwarding of {path}"));
        Ok(false)
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.reject(prohibited(self.refuse(&format!("the forwarding to {host}:{port}"), Action::Forward))).await;
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.reject(prohibited(self.refuse(&format!("the forwarding to {path}"), Action::Forward))).await;
        Ok(())
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _session: &mut Session) -> Result<(), Self::Error> {
        self.queue(id, FromClient::Data(BytesMut::from(data)), data.len())
    }

    async fn window_change_request(
        &mut self,
        id: ChannelId,
        cols: u32,
        rows: u32,
        width: u32,
        height: u32,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.queue(id, FromClient::Resize(Size::new(cols, rows).with_pixels(width, height)), REQUEST_BYTES)
    }

    async fn window_adjusted(&mut self, id: ChannelId, window: u32, _session: &mut Session) -> Result<(), Self::Error> {
        if let Some(underway) = self.terminals.get(&id) {
            underway.granted(window);
        }
        Ok(())
    }

    async fn signal(&mut self, id: ChannelId, signal: Sig, _session: &mut Session) -> Result<(), Self::Error> {
        self.queue(id, FromClient::Signal(signal_word(&signal)), REQUEST_BYTES)
    }

    async fn channel_eof(&mut self, id: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.queue(id, FromClient::Eof, REQUEST_BYTES)
    }

    async fn channel_close(&mut self, id: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        // Its sender goes with it, which tells the session.
        self.channels.remove(&id);
        self.terminals.remove(&id);
        Ok(())
    }

    fn adjust_window(&mut self, _id: ChannelId, _current: u32) -> u32 {
        if self.meter.bytes() > QUEUED {
            // What was left of a session that has ended waits for nobody.
            self.forget_ended();
        }
        if self.meter.bytes() > QUEUED { TRICKLE } else { WINDOW }
    }
}

impl Connection {
    /// Lets go of the channels whose sessions are over. russh tells of a client's close only where it came before ours.
    fn forget_ended(&mut self) {
        self.channels.retain(|_, state| !matches!(state, State::Running { gone, .. } if gone.is_closed()));
        self.terminals.retain(|id, _| self.channels.contains_key(id));
    }

    fn queue(&mut self, id: ChannelId, item: FromClient, bytes: usize) -> Result<(), russh::Error> {
        let Some(State::Running { input, gone }) = self.channels.get(&id) else { return Ok(()) };
        if gone.is_closed() {
            return Ok(());
        }
        input.push_merged(item, bytes, gather).map_err(|overrun| {
            tracing::warn!(peer = %self.peer, %overrun, "connection cut off");
            russh::Error::Disconnect
        })
    }
}

/// Small pieces go into the one before: a window that trickles sends two bytes at a time.
fn gather(last: &mut FromClient, next: FromClient) -> Result<(), FromClient> {
    match (last, next) {
        (FromClient::Data(last), FromClient::Data(next)) if last.len() + next.len() <= GATHERED => {
            last.extend_from_slice(&next);
            Ok(())
        }
        (_, next) => Err(next),
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for state in self.channels.values() {
            if let State::Running { gone, .. } = state {
                gone.send_replace(true);
            }
        }
    }
}

/// The variables that pass ( sshd's usual `AcceptEnv`), with harmless values.
fn passes(name: &str, value: &str) -> bool {
    if name == REASON {
        return value.len() <= LONGEST_REASON && !value.trim().is_empty() && !value.chars().any(char::is_control);
    }
    let allowed = matches!(name, "LANG" | "LANGUAGE" | "COLORTERM" | "NO_COLOR")
        || name.strip_prefix("LC_").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
    allowed && value.len() <= 128 && value.bytes().all(|b| b.is_ascii_graphic())
}

/// The variable with which a client says why it comes; no target is sent it.
const REASON: &str = "HOLDPOINT_REASON";

/// Bytes of it: what an approver reads.
const LONGEST_REASON: usize = 800;

/// `TERM` becomes a file name on the target (terminfo), so it is a plain word.
fn plain_term(term: &str) -> bool {
    !term.is_empty()
        && term.len() <= 64
        && term.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+'))
        && !term.starts_with('.')
}

/// RFC 4254 window of each channel.
pub(super) const WINDOW: u32 = 2 << 20;

/// With a target of 1, half of it is 0 and the hook would never be called again.
const TRICKLE: u32 = 2;

/// Pieces are gathered up to that many bytes.
const GATHERED: usize = 32 << 10;

/// Bytes of one connection that may wait before its windows close.
pub(super) const QUEUED: usize = 1 << 20;

/// A session takes more from its client as soon as less than this waits.
const LANE_SOFT: usize = 256 << 10;

/// What a client that keeps to its windows does not reach: the limit, a window that was open, and the trickle of a day.
const LANE_HARD: usize = QUEUED + WINDOW as usize + (16 << 20);

/// What a request without data counts for, so that a flood of them is bounded too.
const REQUEST_BYTES: usize = 64;

/// As sshd's `MaxSessions`.
const MAX_CHANNELS: usize = 10;

const MAX_ENV: usize = 32;

/// Sentences kept for the next session of a connection that keeps asking.
const MAX_REFUSALS: usize = 8;

/// Exit status of what was refused.
const DENIED: u32 = 126;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_run_something_do_not_pass() {
        for name in ["BASH_ENV", "ENV", "LD_PRELOAD", "PROMPT_COMMAND", "PS1", "PATH", "IFS", "LC_ALL x", "LC_a"] {
            assert!(!passes(name, "C.UTF-8"), "{name}");
        }
        for name in ["LANG", "LC_ALL", "LC_CTYPE"] {
            assert!(passes(name, "C.UTF-8"), "{name}");
        }
        assert!(!passes("LANG", "() { :;}; rm"));
    }

    #[test]
    fn a_terminal_type_is_a_plain_word() {
        assert!(plain_term("xterm-256color"));
        assert!(!plain_term("../../etc/passwd"));
        assert!(!plain_term(""));
        assert!(!plain_term("xterm\u{1b}"));
    }
}
