//! A target on another machine: one TCP connection, one certificate, one channel.
//!
//! Every session has its own connection, so that a session whose client does not read stalls its own target and nobody
//! else's. The client of `russh` grants windows on receipt and then waits in its loop for the reader; with one
//! channel a connection that is just the backpressure we want.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::PublicKeyOrCertificate;
use russh::keys::ssh_key::{Algorithm, Certificate, HashAlg, PrivateKey, PublicKey};
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Pty, Sig, cipher, kex};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::gather::Gathering;
use super::{FROM_TARGET, FromTarget, Hold, Job, Lane, TargetError, ToTarget, Upstream, integration};
use crate::model::{ExitStatus, PtySize, Stream};
use crate::policy::permit::Admission;

/// How a target proves that it is the one we mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTrust {
    /// Pinned host keys.
    pub keys: Vec<PublicKey>,
    /// Host CAs whose certificates are accepted if they name the target's host.
    pub authorities: Vec<PublicKey>,
}

/// Where a target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Its proof.
    pub trust: HostTrust,
}

/// The key and certificate of one session.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Made for this session, in memory only.
    pub key: Arc<PrivateKey>,
    /// Signed by the user CA.
    pub certificate: Certificate,
}

/// What a connection is for: it says how much output may be under way from the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// A person at a terminal. What is under way when they press Ctrl-C still comes, so it is little.
    Terminal,
    /// A command's streams: as much as a fast link carries in a round trip.
    Streams,
}

/// A connection on which the certificate was accepted and nothing was started yet.
pub struct Connected {
    handle: Handle<Peer>,
    target: String,
}

/// Connects and authenticates.
///
/// # Errors
/// When the target does not answer within [`CONNECT`], shows another host key, or refuses the certificate.
pub async fn connect(
    admission: &Admission,
    address: &Address,
    identity: Identity,
    flow: Flow,
) -> Result<Connected, TargetError> {
    let target = admission.place().target.clone();
    match tokio::time::timeout(CONNECT, handshake(admission, address, identity, flow)).await {
        Ok(done) => done,
        Err(_) => Err(TargetError::Unreachable {
            target,
            address: format!("{}:{}", address.host, address.port),
            why: format!("no answer within {} s", CONNECT.as_secs()),
        }),
    }
}

impl Connected {
    /// Starts the job on a channel of its own. A login shell with our hooks is a command to sshd; where the account's shell cannot run
    /// it, it is started once more as an ordinary shell.
    ///
    /// # Errors
    /// When the target refuses the channel, the pty or the command.
    pub async fn start(self, job: &Job, input: Lane<ToTarget>) -> Result<Upstream, TargetError> {
        let hooks = job.hooks.as_ref().filter(|_| job.command.is_none() && job.pty.is_some());
        let Some(nonce) = hooks else {
            let (reader, writer) = self.open(job, job.command.as_deref()).await?;
            return Ok(bridge(self.handle, reader, writer, input, job.pty.is_some(), vec![]));
        };
        let (mut reader, writer) = self.open(job, Some(&integration::remote(nonce))).await?;
        match first_words(&mut reader, &integration::hello(nonce)).await {
            Words::Came(first) => Ok(bridge(self.handle, reader, writer, input, true, first)),
            Words::NoShell => {
                let (reader, writer) = self.open(job, None).await?;
                Ok(bridge(self.handle, reader, writer, input, true, vec![]))
            }
        }
    }

    /// A channel on which that command, or a login shell, was asked for.
    async fn open(
        &self,
        job: &Job,
        command: Option<&str>,
    ) -> Result<(ChannelReadHalf, ChannelWriteHalf<client::Msg>), TargetError> {
        let fail = |e: russh::Error| TargetError::Protocol { target: self.target.clone(), why: sentence(&e) };
        let channel = self.handle.channel_open_session().await.map_err(fail)?;
        let (reader, writer) = channel.split();
        for (name, value) in &job.env {
            // Whether the target takes it is the target's affair (AcceptEnv).
            writer.set_env(false, name.as_str(), value.as_str()).await.map_err(fail)?;
        }
        if let Some(PtySize { term, size }) = &job.pty {
            let (cols, rows) = (u32::from(size.cols()), u32::from(size.rows()));
            let (width, height) = size.pixels();
            let modes: Vec<_> = job.modes.iter().filter_map(|&(op, arg)| Some((Pty::from_u8(op)?, arg))).collect();
            writer.request_pty(true, term, cols, rows, width.into(), height.into(), &modes).await.map_err(fail)?;
        }
        match command {
            Some(command) => writer.exec(true, command.as_bytes()).await.map_err(fail)?,
            None => writer.request_shell(true).await.map_err(fail)?,
        }
        Ok((reader, writer))
    }
}

/// What came of a login shell that was asked for with our hooks.
enum Words {
    /// Something runs: what it has said so far. Before our own first mark nothing counts: the account's start-up files may have
    /// spoken to what they took for a command, and speak again to the login shell.
    Came(Vec<FromTarget>),
    /// Nothing: the account's shell failed before our script began, and complained of what it was told to run.
    NoShell,
}

/// Listens until our script says that it runs, or it is clear that something else does (a forced command).
async fn first_words(reader: &mut ChannelReadHalf, hello: &[u8]) -> Words {
    let mut said: Vec<FromTarget> = Vec::new();
    let mut heard: Vec<u8> = Vec::new();
    let patience = tokio::time::sleep(FIRST_WORDS);
    tokio::pin!(patience);
    loop {
        let message = tokio::select! {
            message = reader.wait() => message,
            () = &mut patience => return Words::Came(said),
        };
        let Some(message) = message else { return Words::Came(said) };
        if matches!(message, ChannelMsg::Failure) {
            return Words::NoShell;
        }
        let closes = matches!(message, ChannelMsg::Close);
        if let ChannelMsg::Data { data } = &message {
            heard.extend_from_slice(data);
            if let Some(at) = heard.windows(hello.len()).position(|window| window == hello) {
                return Words::Came(vec![FromTarget::Data(Stream::Stdout, heard.split_off(at).into())]);
            }
        }
        said.extend(item_of(message, true));
        // A forced command may fail as well, and must not run twice; but it has no reason to repeat our words.
        let failed = said.iter().any(|item| matches!(item, FromTarget::Exit(status) if *status != SUCCESS));
        let complains = heard.windows(OURS.len()).any(|window| window == OURS);
        if closes && failed && complains {
            return Words::NoShell;
        }
        if closes || heard.len() > FIRST_WORDS_BYTES {
            if closes {
                said.push(FromTarget::Closed);
            }
            return Words::Came(said);
        }
    }
}

async fn handshake(
    admission: &Admission,
    address: &Address,
    identity: Identity,
    flow: Flow,
) -> Result<Connected, TargetError> {
    let place = admission.place();
    let target = place.target.clone();
    let unreachable = |why: String| TargetError::Unreachable {
        target: target.clone(),
        address: format!("{}:{}", address.host, address.port),
        why,
    };
    let socket =
        TcpStream::connect((address.host.as_str(), address.port)).await.map_err(|e| unreachable(e.to_string()))?;
    socket.set_nodelay(true).map_err(|e| unreachable(e.to_string()))?;
    let (shown, refused) = oneshot::channel();
    let peer = Peer { trust: address.trust.clone(), host: address.host.clone(), shown: Some(shown) };
    // The library reads the length of a packet and then the packet: unbuffered, two system calls for each.
    let settings = Arc::new(settings(flow));
    let connected = match flow {
        Flow::Terminal => {
            let socket = BufReader::with_capacity(READ, Gathering::new(socket));
            client::connect_stream(settings, socket, peer).await
        }
        Flow::Streams => client::connect_stream(settings, BufReader::with_capacity(READ, socket), peer).await,
    };
    let mut handle = match connected {
        Ok(handle) => handle,
        Err(e) => {
            return Err(match refused.await {
                Ok(shown) => TargetError::HostKey { target, shown },
                Err(_) => unreachable(sentence(&e)),
            });
        }
    };
    let accepted = handle
        .authenticate_openssh_cert(place.login.clone(), identity.key, identity.certificate)
        .await
        .map_err(|e| TargetError::Protocol { target: target.clone(), why: sentence(&e) })?;
    if !accepted.success() {
        return Err(TargetError::Refused { target, login: place.login.clone() });
    }
    Ok(Connected { handle, target })
}

/// Ciphers in the order of their speed here; `aes128-gcm` is not in the library's own list.
fn settings(flow: Flow) -> client::Config {
    client::Config {
        window_size: match flow {
            Flow::Terminal => TERMINAL_WINDOW,
            Flow::Streams => STREAMS_WINDOW,
        },
        maximum_packet_size: PACKET,
        // Messages, not bytes: 32 KiB each, so half a mebibyte waits here at most.
        channel_buffer_size: 16,
        inactivity_timeout: None,
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: 3,
        nodelay: true,
        preferred: russh::Preferred {
            kex: Cow::Borrowed(&[
                kex::CURVE25519,
                kex::CURVE25519_PRE_RFC_8731,
                kex::MLKEM768X25519_SHA256,
                kex::DH_G16_SHA512,
                kex::DH_G14_SHA256,
                kex::EXTENSION_SUPPORT_AS_CLIENT,
                kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
            ]),
            cipher: Cow::Borrowed(&[
                cipher::AES_128_GCM,
                cipher::AES_256_GCM,
                cipher::CHACHA20_POLY1305,
                cipher::AES_256_CTR,
            ]),
            host_key_certificates: Cow::Borrowed(&[Algorithm::Ed25519]),
            ..russh::Preferred::DEFAULT
        },
        ..client::Config::default()
    }
}

fn bridge(
    handle: Handle<Peer>,
    reader: ChannelReadHalf,
    writer: ChannelWriteHalf<client::Msg>,
    input: Lane<ToTarget>,
    pty: bool,
    first: Vec<FromTarget>,
) -> Upstream {
    let (sender, output) = mpsc::channel(FROM_TARGET);
    let up = tokio::spawn(send(input, writer));
    let down = tokio::spawn(receive(reader, sender, handle, pty, first));
    Upstream::new(output, Hold { tasks: vec![up.abort_handle(), down.abort_handle()], _end: None })
}

/// Lane → channel. `data_bytes` waits for this channel's window and stops nobody else.
async fn send(lane: Lane<ToTarget>, writer: ChannelWriteHalf<client::Msg>) {
    while let Some(item) = lane.pop().await {
        let sent = match item {
            ToTarget::Data(bytes) if bytes.is_empty() => Ok(()),
            ToTarget::Data(bytes) => writer.data_bytes(bytes).await,
            ToTarget::Resize(size) => {
                let (cols, rows) = (u32::from(size.cols()), u32::from(size.rows()));
                let (width, height) = size.pixels();
                writer.window_change(cols, rows, width.into(), height.into()).await
            }
            ToTarget::Signal(name) => writer.signal(signal(&name)).await,
            ToTarget::Eof => writer.eof().await,
            ToTarget::Close => {
                let _ = writer.close().await;
                break;
            }
        };
        if sent.is_err() {
            break;
        }
    }
    lane.close();
}

/// Channel → engine, in order, behind what came first; the handle lives here so that the connection ends with the channel.
async fn receive(
    mut reader: ChannelReadHalf,
    sender: mpsc::Sender<FromTarget>,
    handle: Handle<Peer>,
    pty: bool,
    first: Vec<FromTarget>,
) {
    let mut clean = false;
    for item in first {
        clean |= item == FromTarget::Closed;
        if sender.send(item).await.is_err() || clean {
            return;
        }
    }
    while let Some(message) = reader.wait().await {
        if matches!(message, ChannelMsg::Close) {
            clean = true;
            break;
        }
        let Some(item) = item_of(message, pty) else { continue };
        let broken = matches!(item, FromTarget::Broken(_));
        if sender.send(item).await.is_err() || broken {
            return;
        }
    }
    let last =
        if clean { FromTarget::Closed } else { FromTarget::Broken("the connection to the target is gone".into()) };
    // The session may be gone as well.
    let _ = sender.send(last).await;
    drop(handle);
}

fn signal(name: &str) -> Sig {
    match name {
        "ABRT" => Sig::ABRT,
        "ALRM" => Sig::ALRM,
        "FPE" => Sig::FPE,
        "HUP" => Sig::HUP,
        "ILL" => Sig::ILL,
        "INT" => Sig::INT,
        "KILL" => Sig::KILL,
        "PIPE" => Sig::PIPE,
        "QUIT" => Sig::QUIT,
        "SEGV" => Sig::SEGV,
        "TERM" => Sig::TERM,
        "USR1" => Sig::USR1,
        other => Sig::Custom(other.to_owned()),
    }
}

/// What a message of the channel means for the session, if it means anything.
fn item_of(message: ChannelMsg, pty: bool) -> Option<FromTarget> {
    Some(match message {
        ChannelMsg::Data { data } => FromTarget::Data(Stream::Stdout, data),
        ChannelMsg::ExtendedData { data, ext: 1 } => FromTarget::Data(Stream::Stderr, data),
        ChannelMsg::Eof => FromTarget::Eof,
        ChannelMsg::ExitStatus { exit_status } => FromTarget::Exit(ExitStatus::Code { code: exit_status }),
        ChannelMsg::ExitSignal { signal_name, core_dumped, .. } => {
            FromTarget::Exit(ExitStatus::Signal { name: signal_word(&signal_name), core_dumped })
        }
        ChannelMsg::Failure => {
            let what = if pty { "a terminal or the command" } else { "the command" };
            FromTarget::Broken(format!("the target refuses to start {what}"))
        }
        _ => return None,
    })
}

/// The name of a signal as RFC 4254 §6.10 writes it.
#[must_use]
pub fn signal_word(sig: &Sig) -> String {
    match sig {
        Sig::ABRT => "ABRT",
        Sig::ALRM => "ALRM",
        Sig::FPE => "FPE",
        Sig::HUP => "HUP",
        Sig::ILL => "ILL",
        Sig::INT => "INT",
        Sig::KILL => "KILL",
        Sig::PIPE => "PIPE",
        Sig::QUIT => "QUIT",
        Sig::SEGV => "SEGV",
        Sig::TERM => "TERM",
        Sig::USR1 => "USR1",
        Sig::Custom(name) => name,
    }
    .to_owned()
}

/// The name of a signal as the library wants it.
#[must_use]
pub fn signal_of(name: &str) -> Sig {
    signal(name)
}

fn sentence(e: &russh::Error) -> String {
    crate::model::Shown::new(&e.to_string()).to_string()
}

/// The target's side of the handshake: it must show a pinned key, or a certificate of a pinned host CA for its own name.
struct Peer {
    trust: HostTrust,
    host: String,
    /// Receives the fingerprint of a key that was not accepted.
    shown: Option<oneshot::Sender<String>>,
}

impl client::Handler for Peer {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let accepted = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                self.trust.keys.iter().any(|pinned| pinned.key_data() == key.key_data())
            }
            PublicKeyOrCertificate::Certificate(certificate) => self.trusts(certificate),
        };
        if !accepted && let Some(tell) = self.shown.take() {
            // The other end may have given up waiting.
            let _ = tell.send(shown.public_key().fingerprint(HashAlg::Sha256).to_string());
        }
        Ok(accepted)
    }
}

impl Peer {
    /// PROTOCOL.certkeys: a host certificate counts if a trusted CA signed it, it is valid now, names this host, and
    /// carries no critical option that we do not know (we know none). A pinned key under a certificate counts as pinned.
    fn trusts(&self, certificate: &Certificate) -> bool {
        if self.trust.keys.iter().any(|pinned| pinned.key_data() == certificate.public_key()) {
            return true;
        }
        let authorities: Vec<_> = self.trust.authorities.iter().map(|ca| ca.fingerprint(HashAlg::Sha256)).collect();
        certificate.cert_type().is_host()
            && certificate.critical_options().is_empty()
            && certificate.valid_principals().contains(&self.host)
            && certificate.validate(authorities.iter()).is_ok()
    }
}

/// How long a target may take to answer and to accept the certificate.
pub const CONNECT: Duration = Duration::from_secs(15);

/// How long a target may take to start our script once it was asked to; a forced command that says nothing waits as long.
const FIRST_WORDS: Duration = Duration::from_secs(1);

/// Bytes of something else, after which it is not waited for any more.
const FIRST_WORDS_BYTES: usize = 16 << 10;

/// What a shell complains of that runs no such commands: git-shell and interpreters repeat them.
const OURS: &[u8] = b"/bin/sh -c";

const SUCCESS: ExitStatus = ExitStatus::Code { code: 0 };

const KEEPALIVE: Duration = Duration::from_secs(30);

/// RFC 4254 window of a command: large enough for a fast link, small enough that a session which nobody reads costs little.
const STREAMS_WINDOW: u32 = 2 << 20;

/// RFC 4254 window of a terminal: what is under way here still comes behind a Ctrl-C. With the queues behind it, some 1.2 MB of
/// a flood do (`tests/openssh.rs`); with a quarter of it, sshd stands still while a flood is gathered.
const TERMINAL_WINDOW: u32 = 768 << 10;

const PACKET: u32 = 32 << 10;

/// Bytes read from the connection at once: two of the greatest packets.
const READ: usize = 64 << 10;
