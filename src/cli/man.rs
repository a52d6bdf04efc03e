//! `holdpoint man`: the manual page of the program or of one verb, in roff.

use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man as Page;

use super::Cli;
use super::exit::{Done, Exit, Failure};

/// The flags of `holdpoint man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The verb; without one, the whole program
    verb: Option<String>,
}

impl Man {
    /// Prints it.
    ///
    /// # Errors
    /// When there is no such verb, or it cannot be written.
    pub fn run(self) -> Done {
        let mut program = Cli::command();
        // Gives each verb its full name, `holdpoint-VERB`.
        program.build();
        let page = match self.verb {
            None => Page::new(program),
            Some(verb) => {
                let found = program.get_subcommands().find(|known| known.get_name() == verb).cloned();
                let unknown = || {
                    let why = format!("there is no verb '{}': see holdpoint --help", verb.escape_default());
                    Failure::new(Exit::NoSuchThing, why)
                };
                Page::new(found.ok_or_else(unknown)?)
            }
        };
        let mut text = Vec::new();
        page.render(&mut text)?;
        std::io::stdout().write_all(&text)?;
        Ok(Exit::Ok)
    }
}
