//! `holdpoint completions`: completion scripts for shells.

use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::exit::{Done, Exit};

/// The flags of `holdpoint completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    /// Prints it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn run(self) -> Done {
        // Into memory first: the generator panics where its sink fails, and a closed pipe is no failure.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "holdpoint", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(Exit::Ok)
    }
}
