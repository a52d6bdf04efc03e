//! Control socket: wire types, server, client.

pub mod wire;
