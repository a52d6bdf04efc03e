//! `holdpoint pause`: stop the engineer's keys in a live session.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::Done;
use super::sessions;
use crate::api::wire::Call;

/// The flags of `holdpoint pause`.
#[derive(Debug, Args)]
pub struct Pause {
    /// The session; a unique beginning of its id is enough
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Pause {
    /// Stops the keys; output goes on, and the engineer's screen says who stopped them.
    ///
    /// # Errors
    /// When no bastion answers, there is no such session, or policy says no.
    pub fn run(self) -> Done {
        let steer = async move {
            let mut client = self.connect.open("approver").await?;
            sessions::steer(&mut client, &self.id, self.json, "paused", |session| Call::Pause { session }).await
        };
        connect::wait(steer)
    }
}
