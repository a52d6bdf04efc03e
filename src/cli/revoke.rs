//! `holdpoint revoke`: take a standing grant back.

use clap::Args;
use serde::Serialize;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::out::Out;
use super::{grants, sessions};
use crate::api::wire::Call;
use crate::model::{Grant, GrantId, SessionId};

/// The flags of `holdpoint revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The grant; a unique beginning of its id is enough (holdpoint grants lists them)
    id: String,
    /// Why; the engineer sees it
    #[arg(short, long = "message", value_name = "REASON", default_value = "")]
    message: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Revoke {
    /// Takes it back: what it showed is masked again, and what it let through has to be asked for.
    ///
    /// # Errors
    /// When no bastion answers, there is no such grant, or policy says no.
    pub fn run(self) -> Done {
        #[derive(Serialize)]
        struct Revoked {
            grant: GrantId,
            session: SessionId,
            revoked: bool,
        }
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let all = grants::list(&mut client).await?;
            let Grant { id, session, scope, .. } =
                connect::one("standing grant", &self.id, all, |grant| grant.id.to_string())?;
            let live = sessions::list(&mut client).await?;
            connect::ask(&mut client, Call::Revoke { grant: id, reason: self.message }).await?;
            let mut out = Out::new(self.json);
            if out.is_json() {
                out.json(&Revoked { grant: id, session, revoked: true })?;
            } else {
                let whose = live.iter().find(|row| row.meta.id == session).map(sessions::whose);
                let whose = whose.map_or_else(String::new, |whose| format!(" of {whose}"));
                out.line(&format!("took back {id}{whose}: what was approved {}", scope.words()))?;
            }
            Ok(Exit::Ok)
        })
    }
}
