//! `holdpoint dashboard`: the approver's screen.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::tty::{ScreenFlags, Tty};
use crate::tui::{self, Access, Link, Options};

/// The flags of `holdpoint dashboard`.
#[derive(Debug, Args)]
pub struct Dashboard {
    /// Only look: no key decides or steers
    #[arg(long)]
    read_only: bool,
    #[command(flatten)]
    screen: ScreenFlags,
    #[command(flatten)]
    connect: Connect,
}

impl Dashboard {
    /// Shows it until the person quits.
    ///
    /// # Errors
    /// When no bastion answers, or there is no terminal.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let client = self.connect.open("approver").await?;
            let options = Options {
                look: self.screen.look(),
                bastion: client.bastion().to_owned(),
                user: client.user().to_owned(),
                access: if self.read_only { Access::ReadOnly } else { Access::Decide },
            };
            let (calls, pushes) = client.split();
            let tty = Tty::open()?;
            tui::dashboard(tty.io()?, Link { calls, pushes }, options).await?;
            Ok(Exit::Ok)
        })
    }
}
