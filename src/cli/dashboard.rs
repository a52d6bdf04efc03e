//! `holdpoint dashboard`: the approver's screen.

use std::sync::Arc;

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::tty::{ScreenFlags, Tty};
use crate::api::Client;
use crate::tui::{self, Access, Link, Options, Redial};

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
            let (client, way) = self.connect.open_with_way("approver").await?;
            let way = Arc::new(way);
            let options = Options {
                look: self.screen.look(),
                bastion: client.bastion().to_owned(),
                user: client.user().to_owned(),
                access: if self.read_only { Access::ReadOnly } else { Access::Decide },
            };
            let tty = Tty::open()?;
            let redial = Redial::by(Box::new(move || {
                let way = Arc::clone(&way);
                Box::pin(async move { way.again().await.map(link).map_err(|e| e.to_string()) })
            }));
            tui::dashboard(tty.io()?, link(client), redial, options).await?;
            Ok(Exit::Ok)
        })
    }
}

fn link(client: Client) -> Link {
    let (calls, pushes) = client.split();
    Link { calls, pushes }
}
