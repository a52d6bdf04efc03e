//! `holdpoint requests`: what waits for a decision.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit, Failure};
use super::out::{Out, say};
use super::show;
use crate::api::Client;
use crate::api::wire::{Call, Reply};
use crate::model::{RequestRow, Shown};

/// The flags of `holdpoint requests`.
#[derive(Debug, Args)]
pub struct Requests {
    /// Show everything about this one; a unique beginning of its id is enough
    id: Option<String>,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Requests {
    /// Asks and prints.
    ///
    /// # Errors
    /// When no bastion answers, or no request has that id.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let (mut rows, now) = (list(&mut client).await?, connect::now(&mut client).await?);
            let mut out = Out::new(self.json);
            if let Some(id) = &self.id {
                rows = vec![pick(id, rows)?];
            } else if rows.is_empty() {
                say("nothing waits for a decision");
                return Ok(Exit::No);
            }
            match rows.first() {
                Some(row) if self.id.is_some() && !out.is_json() => {
                    show::request(row, now).iter().try_for_each(|line| out.line(line))?;
                }
                _ => out.list(["ID", "RISK", "LEFT", "WHO", "WHERE", "YES", "COMMAND", "YOU"], &rows, |row| {
                    let asked = &row.request;
                    [
                        asked.id.to_string(),
                        show::severity(asked),
                        show::left(asked, now),
                        Shown::new(&asked.who.user).to_string(),
                        show::place(&asked.place),
                        format!("{}/{}", row.approved_by.len(), asked.obligations.quorum),
                        asked.command.shown().to_string(),
                        show::decides(row),
                    ]
                })?,
            }
            Ok(Exit::Ok)
        })
    }
}

/// The waiting requests, the most urgent first.
///
/// # Errors
/// When the connection ends.
pub async fn list(client: &mut Client) -> Result<Vec<RequestRow>, Failure> {
    match connect::ask(client, Call::Requests).await? {
        Reply::Requests { requests } => Ok(requests),
        _ => Err(connect::unexpected()),
    }
}

/// The one that a person means.
///
/// # Errors
/// When none or several begin with that.
pub fn pick(prefix: &str, rows: Vec<RequestRow>) -> Result<RequestRow, Failure> {
    connect::one("waiting request", prefix, rows, |row| row.request.id.to_string())
}
