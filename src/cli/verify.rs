//! `holdpoint verify`: is every record what was written?

use clap::Args;

use super::connect;
use super::exit::{Done, Exit, Failure};
use super::out::{Out, say};
use super::source::From;
use crate::model::Shown;

/// The flags of `holdpoint verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The recording: its id, or as much of the beginning as fits no other
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// Verify everything: all recordings and the bastion-wide chain
    #[arg(long)]
    all: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    from: From,
}

impl Verify {
    /// Verifies and reports; exit 7 when something was altered.
    ///
    /// # Errors
    /// When nothing can be read at all.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut source = self.from.open().await?;
            let session = match &self.id {
                Some(prefix) => Some(source.pick(prefix).await?.meta.id),
                None => None,
            };
            let report = source.verify(session).await?;
            let mut out = Out::new(self.json);
            if self.json {
                out.json(&report)?;
            } else {
                report.faults.iter().try_for_each(|fault| out.line(Shown::new(fault).as_str()))?;
            }
            let read = format!("{} sessions, {} records", report.sessions, report.records);
            if report.faults.is_empty() {
                say(&format!("nothing was altered: {read} read"));
                source.caution();
                Ok(Exit::Ok)
            } else {
                Err(Failure::new(Exit::Integrity, format!("{} faults in {read}", report.faults.len())))
            }
        })
    }
}
