//! `holdpoint resume`: let the keys of a paused session go on.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::Done;
use super::sessions;
use crate::api::wire::Call;

/// The flags of `holdpoint resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// The session; a unique beginning of its id is enough
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Resume {
    /// Lets the keys go on.
    ///
    /// # Errors
    /// When no bastion answers, there is no such session, or policy says no.
    pub fn run(self) -> Done {
        let steer = async move {
            let mut client = self.connect.open("approver").await?;
            sessions::steer(&mut client, &self.id, self.json, "resumed", |session| Call::Resume { session }).await
        };
        connect::wait(steer)
    }
}
