//! The SSH server: who are you, what may you reach, open channels (`russh`).
//!
//! One task a connection runs `russh`'s loop; its callbacks ([`handler`]) never wait for a target, a disk or a person. They put
//! what arrives into bounded lanes, and a task per session takes it from there.
//!
//! | file | what |
//! |---|---|
//! | `destination.rs` | what was typed before the `@` |
//! | `handler.rs` | the callbacks: keys, channels, requests, windows |
//! | `channel.rs` | one channel: output, exit status, our own sentences |
//! | `throttle.rs` | reading less often from a connection that has too much queued |
//! | `screens.rs` | dashboard and picker over a channel |

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::ssh_key::{Certificate, PrivateKey};
use russh::server;
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::broker::Broker;
use crate::model::Principal;
use crate::target::Meter;
use crate::tui::Link;

pub mod channel;
pub mod destination;
pub mod handler;
pub mod screens;
mod throttle;
mod underway;

pub use destination::Destination;
use throttle::Throttled;

/// Gives a dashboard its link to the control protocol, for a person who has proved who they are; or one sentence why not.
pub type Consoles = Arc<dyn Fn(Principal) -> Linking + Send + Sync>;

/// A link on its way.
pub type Linking = Pin<Box<dyn Future<Output = Result<Link, String>> + Send>>;

/// What every connection shares.
#[derive(Clone)]
pub struct Gateway {
    broker: Broker,
    consoles: Consoles,
    settings: Arc<server::Config>,
    /// Connections that have not authenticated, and all of them.
    places: Arc<Semaphore>,
}

impl Gateway {
    /// A gateway that shows that key, and that certificate for it if there is one.
    #[must_use]
    pub fn new(broker: Broker, consoles: Consoles, key: PrivateKey, certificate: Option<Certificate>) -> Self {
        let settings = Arc::new(settings(&broker, key, certificate));
        Self { broker, consoles, settings, places: Arc::new(Semaphore::new(MAX_CONNECTIONS)) }
    }

    /// Accepts connections until `stop` becomes true. Connections that are there then go on; the broker ends their sessions.
    pub async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((socket, peer)) => self.welcome(socket, peer),
                Err(error) => {
                    // Out of descriptors, most likely: waiting is all that helps, and a tight loop would not.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn welcome(&self, socket: TcpStream, peer: SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::warn!(%peer, limit = MAX_CONNECTIONS, "too many connections: refused");
            return;
        };
        let gateway = self.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = gateway.converse(socket, peer).await {
                tracing::debug!(%peer, %error, "connection ended");
            }
        });
    }

    async fn converse(self, socket: TcpStream, peer: SocketAddr) -> Result<(), russh::Error> {
        socket.set_nodelay(true)?;
        let (proved, has_proved) = watch::channel(false);
        let meter = Meter::default();
        // The library reads the length of a packet and then the packet: unbuffered, two system calls for each key.
        let socket = BufReader::with_capacity(READ, Throttled::new(socket, meter.clone()));
        let handler = handler::Connection::new(self.broker.clone(), self.consoles.clone(), peer, proved, meter);
        in_time(server::run_stream(Arc::clone(&self.settings), socket, handler), has_proved).await
    }
}

/// Runs a conversation to its end. Who has not proved a key within [`LOGIN_GRACE`] is sent away; afterwards there is no limit.
async fn in_time<R>(
    handshake: impl Future<Output = Result<R, russh::Error>>,
    mut has_proved: watch::Receiver<bool>,
) -> Result<(), russh::Error>
where
    R: Future<Output = Result<(), russh::Error>>,
{
    let grace = tokio::time::sleep(LOGIN_GRACE);
    tokio::pin!(grace);
    let running = tokio::select! {
        running = handshake => running?,
        () = &mut grace => return Err(russh::Error::ConnectionTimeout),
    };
    tokio::pin!(running);
    tokio::select! {
        done = &mut running => return done,
        proved = has_proved.wait_for(|proved| *proved) => { proved.map_err(|_| russh::Error::Disconnect)?; }
        () = &mut grace => return Err(russh::Error::ConnectionTimeout),
    }
    running.await
}

fn settings(broker: &Broker, key: PrivateKey, certificate: Option<Certificate>) -> server::Config {
    let mut methods = russh::MethodSet::empty();
    methods.push(russh::MethodKind::PublicKey);
    let ciphers =
        broker.config().ssh.ciphers.iter().filter_map(|name| russh::cipher::Name::try_from(*name).ok()).collect();
    server::Config {
        server_id: russh::SshId::Standard(concat!("SSH-2.0-Holdpoint_", env!("CARGO_PKG_VERSION")).into()),
        methods,
        keys: vec![key],
        certificates: certificate.into_iter().collect(),
        // The first attempt is always "none", by which a client asks what there is.
        auth_rejection_time_initial: Some(Duration::ZERO),
        auth_rejection_time: REJECTION,
        max_auth_attempts: 10,
        window_size: handler::WINDOW,
        maximum_packet_size: 32 << 10,
        event_buffer_size: 64,
        // The default would end a session that waits for an approval.
        inactivity_timeout: None,
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: 3,
        nodelay: true,
        preferred: russh::Preferred { cipher: ciphers, ..russh::Preferred::DEFAULT },
        ..server::Config::default()
    }
}

/// Each costs at most a few hundred kilobytes and two descriptors.
const MAX_CONNECTIONS: usize = 4096;

/// As sshd's `LoginGraceTime`, but shorter: only a key has to be shown.
const LOGIN_GRACE: Duration = Duration::from_secs(30);

/// How long a wrong key waits for its answer. An agent with five keys must still be quick.
const REJECTION: Duration = Duration::from_millis(50);

const KEEPALIVE: Duration = Duration::from_secs(30);

/// Bytes read from a client at once: keys are few, and of a larger packet the rest is read straight to where it goes.
const READ: usize = 8 << 10;

const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    /// A client that takes so long for the handshake, so long to prove a key (if it does), and stays so long; how it ended, and when, in seconds.
    async fn client(handshake: u64, proves: Option<u64>, stays: u64) -> (bool, u64) {
        let (proved, has_proved) = watch::channel(false);
        let begun = Instant::now();
        let stay = async move {
            if let Some(proves) = proves {
                sleep(Duration::from_secs(proves)).await;
                proved.send_replace(true);
            }
            sleep(Duration::from_secs(stays)).await;
            drop(proved);
            Ok(())
        };
        let shake = async move {
            sleep(Duration::from_secs(handshake)).await;
            Ok(stay)
        };
        let ended = in_time(shake, has_proved).await;
        assert!(matches!(ended, Ok(()) | Err(russh::Error::ConnectionTimeout)), "{ended:?}");
        (ended.is_ok(), begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_prove_a_key_within_the_grace_is_sent_away_and_who_does_may_stay() {
        assert_eq!(client(1, Some(1), 86_400).await, (true, 86_402));
        assert_eq!(client(15, Some(14), 3600).await, (true, 3629));
        assert_eq!(client(3600, None, 0).await, (false, 30));
        assert_eq!(client(1, None, 3600).await, (false, 30));
        // Neither of the two alone takes too long.
        assert_eq!(client(20, Some(20), 3600).await, (false, 30));
        assert_eq!(client(1, None, 5).await, (true, 6));
    }
}
