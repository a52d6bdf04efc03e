//! `holdpoint status`: the live state of the bastion.

use clap::Args;

use super::connect::{self, Connect};
use super::exit::{Done, Exit};
use super::out::Out;
use crate::api::wire::{Call, Reply};
use crate::model::{Shown, StatusReport};

/// The flags of `holdpoint status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Status {
    /// Asks and prints.
    ///
    /// # Errors
    /// When no bastion answers.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let Reply::Status(report) = connect::ask(&mut client, Call::Status).await? else {
                return Err(connect::unexpected());
            };
            let mut out = Out::new(self.json);
            if out.is_json() {
                out.json(&report)?;
            } else {
                lines(&report, client.user()).iter().try_for_each(|line| out.line(line))?;
            }
            Ok(Exit::Ok)
        })
    }
}

fn lines(report: &StatusReport, user: &str) -> Vec<String> {
    let bastion = Shown::new(&report.bastion);
    vec![
        format!("bastion   {bastion} (holdpoint {})", Shown::new(&report.version)),
        format!("listens   {}", Shown::new(&report.listen)),
        format!("since     {}", report.since),
        format!("sessions  {} live", report.sessions),
        format!("requests  {} waiting", report.requests),
        format!("memory    {:.1} MiB resident", mebibytes(report.resident_bytes)),
        format!("you       {}", Shown::new(user)),
    ]
}

#[allow(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
