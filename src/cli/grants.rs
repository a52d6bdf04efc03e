//! `holdpoint grants`: what approvals still let through.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::out::{Out, say};
use super::show;
use crate::api::wire::{Call, Reply};
use crate::model::Shown;

/// The flags of `holdpoint grants`.
#[derive(Debug, Args)]
pub struct Grants {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Grants {
    /// Asks and prints.
    ///
    /// # Errors
    /// When no bastion answers.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let now = connect::now(&mut client).await?;
            let Reply::Grants { grants } = connect::ask(&mut client, Call::Grants).await? else {
                return Err(connect::unexpected());
            };
            if grants.is_empty() {
                say("no grant stands");
                return Ok(Exit::No);
            }
            Out::new(self.json).list(["ID", "REQUEST", "SESSION", "SCOPE", "BY", "SINCE"], &grants, |grant| {
                [
                    grant.id.to_string(),
                    grant.request.to_string(),
                    grant.session.to_string(),
                    grant.scope.words(),
                    Shown::new(&grant.by.join(", ")).to_string(),
                    show::ago(grant.since, now),
                ]
            })?;
            Ok(Exit::Ok)
        })
    }
}
