//! The bastion itself, as its own process.
