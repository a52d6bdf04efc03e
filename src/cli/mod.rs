//! One file a verb: flags → checked request → run.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod completions;
pub mod connect;
pub mod exit;
pub mod man;
pub mod out;
pub mod status;

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
pub enum Verb {
    /// Show the state of the running bastion
    Status(status::Status),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the manual page, for man(1): holdpoint man | man -l -
    Man(man::Man),
}

/// Parses the command line, runs the verb and answers with its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Status(verb) => verb.run(),
        Verb::Completions(verb) => verb.run(),
        Verb::Man(verb) => verb.run(),
    };
    let exit = done.unwrap_or_else(|failure| {
        if !failure.why().is_empty() {
            out::say(failure.why());
        }
        failure.exit()
    });
    exit.into()
}
