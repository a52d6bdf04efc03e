//! One file a verb: flags → checked request → run.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod approve;
pub mod audit;
pub mod ca;
pub mod check;
pub mod completions;
pub mod connect;
pub mod dashboard;
pub mod demo;
pub mod demo_keys;
pub mod demo_setup;
pub mod deny;
pub mod exit;
pub mod explain;
mod explain_lines;
pub mod export;
pub mod grants;
pub mod keep;
pub mod kill;
pub mod local_shell;
pub mod man;
pub mod mask;
pub mod out;
pub mod pause;
pub mod policy_files;
pub mod replay;
pub mod requests;
pub mod resume;
pub mod revoke;
mod running;
pub mod sandbox_exec;
pub mod scan;
pub mod serve;
pub mod sessions;
pub mod show;
pub mod source;
pub mod status;
pub mod tty;
pub mod verify;
pub mod watch;

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
    /// Run a bastion on loopback with three people and two targets, made on the spot
    Demo(demo::Demo),
    /// Run the bastion after a configuration
    Serve(serve::Serve),
    /// Watch, approve and deny on one screen
    Dashboard(dashboard::Dashboard),
    /// List live sessions
    Sessions(sessions::Sessions),
    /// Show the live screen of a session
    Watch(watch::Watch),
    /// End a live session
    Kill(kill::Kill),
    /// Stop the engineer's keys in a live session
    Pause(pause::Pause),
    /// Let the keys of a paused session go on
    Resume(resume::Resume),
    /// List what waits for a decision
    Requests(requests::Requests),
    /// Let a request through
    Approve(approve::Approve),
    /// Refuse a request
    Deny(deny::Deny),
    /// List what approvals still let through
    Grants(grants::Grants),
    /// Take a standing grant back, at once
    Revoke(revoke::Revoke),
    /// Play a recorded session
    Replay(replay::Replay),
    /// Write a recording as asciicast, text or JSON
    Export(export::Export),
    /// Show that no record was altered
    Verify(verify::Verify),
    /// Print what happened on the bastion, in order
    Audit(audit::Audit),
    /// Say what a line would do, and what policy says about it
    Explain(explain::Explain),
    /// Mask personal data and secrets in a stream: cat log | holdpoint mask
    Mask(mask::Mask),
    /// Find personal data and secrets in files
    Scan(scan::Scan),
    /// Show the state of the running bastion
    Status(status::Status),
    /// Report every fault of a configuration at once, with file and line
    Check(check::Check),
    /// Make and show the bastion's own keys
    Ca(ca::Ca),
    /// Confine itself and become the shell of a local target
    #[command(hide = true)]
    SandboxExec(sandbox_exec::SandboxExec),
    /// Start a helper of the bastion and end it when the bastion is gone
    #[command(hide = true)]
    Keep(keep::Keep),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the manual page, for man(1): holdpoint man | man -l -
    Man(man::Man),
}

/// Parses the command line, runs the verb and answers with its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Dashboard(verb) => verb.run(),
        Verb::Demo(verb) => verb.run(),
        Verb::Serve(verb) => verb.run(),
        Verb::Sessions(verb) => verb.run(),
        Verb::Watch(verb) => verb.run(),
        Verb::Kill(verb) => verb.run(),
        Verb::Pause(verb) => verb.run(),
        Verb::Resume(verb) => verb.run(),
        Verb::Revoke(verb) => verb.run(),
        Verb::Requests(verb) => verb.run(),
        Verb::Approve(verb) => verb.run(),
        Verb::Deny(verb) => verb.run(),
        Verb::Grants(verb) => verb.run(),
        Verb::Replay(verb) => verb.run(),
        Verb::Export(verb) => verb.run(),
        Verb::Verify(verb) => verb.run(),
        Verb::Audit(verb) => verb.run(),
        Verb::Explain(verb) => verb.run(),
        Verb::Scan(verb) => verb.run(),
        Verb::Status(verb) => verb.run(),
        Verb::Check(verb) => verb.run(),
        Verb::Ca(verb) => verb.run(),
        Verb::SandboxExec(verb) => verb.run(),
        Verb::Keep(verb) => verb.run(),
        Verb::Completions(verb) => verb.run(),
        Verb::Man(verb) => verb.run(),
        Verb::Mask(verb) => verb.run(),
    };
    let exit = done.unwrap_or_else(|failure| {
        if !failure.why().is_empty() {
            out::say(failure.why());
        }
        failure.exit()
    });
    exit.into()
}
