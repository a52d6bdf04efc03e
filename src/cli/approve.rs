//! `holdpoint approve`: let one request through.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;

use super::connect::{self, Connect};
use super::exit::{Done, Exit, Failure};
use super::out::Out;
use super::{requests, show};
use crate::api::wire::Call;
use crate::model::{HoldRequest, RequestId, RequestRow, Scope, Severity, Shown, Subject};

/// The flags of `holdpoint approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// The request; a unique beginning of its id is enough
    id: String,
    /// Let this one action through (the default)
    #[arg(long, conflicts_with = "session")]
    once: bool,
    /// Let the same command through until this session ends
    #[arg(long)]
    session: bool,
    /// Of what asks to see something: values in the clear for so long (300s, 15m, 1h); a reveal at most for what it asks
    #[arg(long = "clear", value_name = "TIME", value_parser = seconds, conflicts_with_all = ["once", "session"])]
    clear: Option<u32>,
    /// The target's name, to confirm a critical request without being asked for it
    #[arg(long, value_name = "TARGET")]
    confirm: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

/// What was done, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Decision<'a> {
    pub(super) request: RequestId,
    pub(super) decision: &'static str,
    #[serde(flatten)]
    pub(super) scope: Option<&'a Scope>,
    /// Approvals given, this one included, and needed.
    pub(super) approvals: Option<(usize, u8)>,
}

impl Approve {
    /// Shows the request on stderr, has a critical one confirmed, and approves what was shown.
    ///
    /// # Errors
    /// When no bastion answers, there is no such request, or it may not be approved.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let now = connect::now(&mut client).await?;
            let row = requests::pick(&self.id, requests::list(&mut client).await?)?;
            if let Some(why) = &row.may_not {
                return Err(Failure::new(Exit::NotPermitted, Shown::new(why).to_string()));
            }
            show::request(&row, now).iter().for_each(|line| drop(writeln!(io::stderr(), "{line}")));
            self.confirmed(&row.request)?;
            let scope = self.scope(&row.request);
            let RequestRow { request, approved_by, .. } = row;
            let digest = request.command.digest;
            connect::ask(&mut client, Call::Approve { request: request.id, digest, scope: scope.clone() }).await?;
            let (given, needed) = (approved_by.len() + 1, request.obligations.quorum);
            let mut out = Out::new(self.json);
            let (id, approvals) = (request.id, Some((given, needed)));
            match (out.is_json(), given < usize::from(needed)) {
                (true, _) => {
                    out.json(&Decision { request: id, decision: "approved", scope: Some(&scope), approvals })?;
                }
                (false, true) => out.line(&format!("your approval of {id} counts: {given} of {needed}"))?,
                (false, false) => out.line(&format!("approved {id} {}", scope.words()))?,
            }
            Ok(Exit::Ok)
        })
    }

    fn scope(&self, request: &HoldRequest) -> Scope {
        match (self.clear, &request.subject) {
            (Some(secs), Subject::Reveal { secs: asked }) => Scope::Clear { secs: secs.min(*asked) },
            (Some(secs), _) => Scope::Clear { secs },
            (None, Subject::Reveal { secs }) if !self.session => Scope::Clear { secs: *secs },
            (None, _) if self.session => Scope::SameCommandThisSession,
            (None, _) => Scope::Once,
        }
    }

    /// A critical request wants the target's name, typed or as `--confirm`.
    fn confirmed(&self, request: &HoldRequest) -> Result<(), Failure> {
        if show::worst(request) < Severity::Critical {
            return Ok(());
        }
        let target = &request.place.target;
        let typed = match &self.confirm {
            Some(typed) => typed.clone(),
            None if io::stdin().is_terminal() => ask_for(target)?,
            None => {
                let why = format!("this is critical: say --confirm {}, the name of its target", Shown::new(target));
                return Err(Failure::new(Exit::Usage, why));
            }
        };
        if typed.trim() == target {
            return Ok(());
        }
        let why = format!("'{}' is not {}: nothing was approved", Shown::new(typed.trim()), Shown::new(target));
        Err(Failure::new(Exit::Usage, why))
    }
}

/// `300s`, `15m`, `1h`.
fn seconds(text: &str) -> Result<u32, String> {
    let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or((text, ""));
    let factor = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let secs = count.parse::<u32>().ok().zip(factor).and_then(|(count, factor)| count.checked_mul(factor));
    secs.filter(|secs| *secs > 0).ok_or_else(|| "write it like 300s, 15m or 1h".to_owned())
}

fn ask_for(target: &str) -> Result<String, Failure> {
    let unread = |e: io::Error| Failure::new(Exit::Usage, format!("cannot read the confirmation: {e}"));
    let mut typed = String::new();
    write!(io::stderr(), "critical: type the target's name ({}) to approve: ", Shown::new(target)).map_err(unread)?;
    io::stdin().lock().read_line(&mut typed).map_err(unread)?;
    Ok(typed)
}
