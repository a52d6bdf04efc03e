//! `holdpoint kill`: end a live session.

use clap::Args;
use serde::Serialize;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::out::Out;
use super::{sessions, show};
use crate::api::wire::Call;
use crate::model::{SessionId, Shown};

/// The flags of `holdpoint kill`.
#[derive(Debug, Args)]
pub struct Kill {
    /// The session; a unique beginning of its id is enough
    id: String,
    /// Why; the engineer sees it
    #[arg(short, long = "message", value_name = "REASON", default_value = "no reason given")]
    message: String,
    /// Say what would be ended, and end nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Kill {
    /// Ends it.
    ///
    /// # Errors
    /// When no bastion answers, there is no such session, or policy says no.
    pub fn run(self) -> Done {
        #[derive(Serialize)]
        struct Ended {
            session: SessionId,
            ended: bool,
        }
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let row = sessions::pick(&self.id, sessions::list(&mut client).await?)?;
            let session = row.meta.id;
            if !self.dry_run {
                connect::ask(&mut client, Call::Kill { session, reason: self.message }).await?;
            }
            let mut out = Out::new(self.json);
            if out.is_json() {
                out.json(&Ended { session, ended: !self.dry_run })?;
            } else {
                let what = if self.dry_run { "would end" } else { "ended" };
                let who = Shown::new(&row.meta.who.user);
                out.line(&format!("{what} session {session} of {who} on {}", show::place(&row.meta.place)))?;
            }
            Ok(Exit::Ok)
        })
    }
}
