//! `holdpoint keep`: starts a helper of the bastion and ends it, with all it started, when the bastion is gone. Hidden.

use std::ffi::OsString;

use clap::Args;

use super::exit::{Done, Exit, Failure};
use crate::target::keeper;

/// The flags of `keep`.
#[derive(Debug, Args)]
pub struct Keep {
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    argv: Vec<OsString>,
}

impl Keep {
    /// Keeps it.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn run(self) -> Done {
        keeper::keep(&self.argv).map_err(|error| Failure::new(Exit::No, error.to_string()))?;
        Ok(Exit::Ok)
    }
}
