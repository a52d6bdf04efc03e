//! Holdpoint: an SSH bastion with just-in-time action approval.
//!
//! The house is one street; the rooms stand in walking order in `docs/ARCHITECTURE.md`, and `tests/architecture.rs` holds
//! which room may know which.

pub mod api;
pub mod approval;
pub mod broker;
pub mod ca;
pub mod cli;
pub mod command;
pub mod config;
pub mod gateway;
pub mod ledger;
pub mod model;
pub mod policy;
pub mod privacy;
pub mod replay;
pub mod session;
pub mod target;
pub mod terminal;
pub mod tui;
