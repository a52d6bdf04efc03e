//! One file a verb: flags → checked request → run.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod exit;

/// An SSH bastion with just-in-time action approval.
#[derive(Debug, Parser)]
#[command(name = "holdpoint", version, propagate_version = true)]
pub struct Cli {
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs. Each has a file of its own beside this one.
#[derive(Debug, Subcommand)]
pub enum Verb {}

/// Parses the command line, runs the verb and answers with its exit code.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().verb {}
}
