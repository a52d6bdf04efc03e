//! Control socket: wire types, server, client.
//!
//! The socket is a Unix socket of mode 0600 in a directory of mode 0700, and that alone opens nothing: whoever connects signs a challenge
//! with a key that the configuration knows ([`proof`]). A dashboard that came in over SSH has proved its key there; it speaks the same
//! protocol over a pipe in memory ([`server::serve_stream`]).

pub mod client;
mod line;
pub mod proof;
pub mod server;
mod socket;
pub mod wire;

pub use client::{Client, ClientError};
pub use proof::{Identity, IdentityError};
pub use server::{Keyring, Server, serve_stream};
