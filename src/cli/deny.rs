//! `holdpoint deny`: refuse one request.

use clap::Args;

use super::approve::Decision;
use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::out::Out;
use super::requests;
use crate::api::wire::Call;

/// The flags of `holdpoint deny`.
#[derive(Debug, Args)]
pub struct Deny {
    /// The request; a unique beginning of its id is enough
    id: String,
    /// Why; the engineer sees it
    #[arg(short, long = "message", value_name = "REASON")]
    message: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Deny {
    /// Denies.
    ///
    /// # Errors
    /// When no bastion answers, there is no such request, or it may not be denied.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let row = requests::pick(&self.id, requests::list(&mut client).await?)?;
            let (request, digest) = (row.request.id, row.request.command.digest);
            connect::ask(&mut client, Call::Deny { request, digest, reason: self.message }).await?;
            let mut out = Out::new(self.json);
            if out.is_json() {
                out.json(&Decision { request, decision: "denied", scope: None, approvals: None })?;
            } else {
                out.line(&format!("denied {request}"))?;
            }
            Ok(Exit::Ok)
        })
    }
}
