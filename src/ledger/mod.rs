//! Append-only hash-chained store of sessions and audit events (`sled`).
