//! `holdpoint grants`: what approvals still let through.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit, Failure};
use super::out::{Out, say};
use super::{sessions, show};
use crate::api::Client;
use crate::api::wire::{Call, Reply};
use crate::model::{Grant, SessionRow, Shown, Wall};

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
            let grants = list(&mut client).await?;
            if grants.is_empty() {
                say("no grant stands");
                return Ok(Exit::No);
            }
            let live = sessions::list(&mut client).await?;
            let head = ["ID", "REQUEST", "SESSION", "WHOSE", "SCOPE", "LEFT", "BY", "SINCE"];
            Out::new(self.json).list(head, &grants, |grant| {
                [
                    grant.id.to_string(),
                    grant.request.to_string(),
                    grant.session.to_string(),
                    whose(grant, &live),
                    grant.scope.words(),
                    left(grant, now),
                    Shown::new(&grant.by.join(", ")).to_string(),
                    show::ago(grant.since, now),
                ]
            })?;
            Ok(Exit::Ok)
        })
    }
}

/// The standing grants that the caller may know of.
///
/// # Errors
/// When the bastion refuses, or the connection ends.
pub(super) async fn list(client: &mut Client) -> Result<Vec<Grant>, Failure> {
    match connect::ask(client, Call::Grants).await? {
        Reply::Grants { grants } => Ok(grants),
        _ => Err(connect::unexpected()),
    }
}

/// Whose session it holds in.
fn whose(grant: &Grant, live: &[SessionRow]) -> String {
    live.iter().find(|row| row.meta.id == grant.session).map_or_else(|| "-".to_owned(), sessions::whose)
}

/// How long it still stands, if not as long as its session.
fn left(grant: &Grant, now: Wall) -> String {
    grant.ends().map_or_else(|| "-".to_owned(), |ends| format!("{}s", ends.since(now).as_secs()))
}
