//! Ephemeral certificates and the keys that sign them (`ed25519-dalek`).
