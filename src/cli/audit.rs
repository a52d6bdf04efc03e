//! `holdpoint audit`: what happened on the bastion, in order.

use clap::Args;

use super::exit::{Done, Exit, Failure};
use super::out::{Out, say};
use super::source::From;
use super::{connect, show};
use crate::model::{AuditEvent, AuditRecord, GrantEnd, Outcome, Shown};

/// The flags of `holdpoint audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Begin with this record of the chain
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    since: u64,
    /// Print JSON, one record a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    from: From,
}

impl Audit {
    /// Prints the chain.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut source = self.from.open().await?;
            let mut out = Out::new(self.json);
            let mut next = self.since;
            loop {
                let records = source.audit(next, PAGE).await?;
                let Some(last) = records.last() else { break };
                next = last.seq.saturating_add(1);
                records.iter().try_for_each(|record| print(record, &mut out))?;
            }
            if next == self.since {
                say("the chain has no record there");
                return Ok(Exit::No);
            }
            Ok(Exit::Ok)
        })
    }
}

/// Records are printed as they come: the chain may be long, and columns would have to wait for its end.
fn print(record: &AuditRecord, out: &mut Out) -> Result<(), Failure> {
    if out.is_json() {
        return out.json(record);
    }
    let (who, what) = told(&record.event);
    let who = who.map_or_else(|| "-".to_owned(), |who| Shown::new(&who).to_string());
    out.line(&format!("{}\t{}\t{who}\t{}", record.seq, record.at, Shown::new(&what)))
}

/// Who did it, and what they did, in one clause.
fn told(event: &AuditEvent) -> (Option<String>, String) {
    let by = |who: &str, what: String| (Some(who.to_owned()), what);
    match event {
        AuditEvent::Started { version } => (None, format!("the bastion began to serve (version {version})")),
        AuditEvent::Stopped => (None, "the bastion stopped".to_owned()),
        AuditEvent::PolicyLoaded { digest } => (None, format!("policy loaded: {digest}")),
        AuditEvent::LoggedIn { user, source, fingerprint } => {
            by(user, format!("logged in from {source} with {fingerprint}"))
        }
        AuditEvent::Refused { user, source, why } => by(user.as_str(), format!("refused, from {source}: {why}")),
        AuditEvent::SessionStarted(meta) => {
            let what = format!("session {} on {}: {}", meta.id, show::place(&meta.place), show::channel(&meta.channel));
            by(&meta.who.user, what)
        }
        AuditEvent::SessionSealed { session, records, interrupted: false, .. } => {
            (None, format!("session {session} sealed with {records} records"))
        }
        AuditEvent::SessionSealed { session, records, interrupted: true, .. } => {
            (None, format!("session {session} was interrupted; sealed with {records} records"))
        }
        AuditEvent::Requested(request) => {
            let (word, place) = (request.subject.word(), show::place(&request.place));
            let what = format!("asked ({}) for a {word} on {place}: {}", request.id, request.command.shown());
            by(&request.who.user, what)
        }
        AuditEvent::Voted { by: who, vote } if vote.approve.is_some() => {
            by(who, format!("voted yes on {}", vote.request))
        }
        AuditEvent::Voted { by: who, vote } => by(who, format!("voted no on {}: {}", vote.request, vote.reason)),
        AuditEvent::Decided { request, outcome } => (None, format!("request {request} {}", ended(outcome))),
        AuditEvent::Granted(grant) => {
            by(&grant.by.join(", "), format!("granted {} in session {}", grant.id, grant.session))
        }
        AuditEvent::Noted { request, text } => (None, format!("a note was added to {request}: {text}")),
        AuditEvent::GrantEnded { grant, session, why } => {
            let what = |how: &str| format!("grant {grant} of session {session} {how}");
            match why {
                GrantEnd::Expired => (None, what("ended: its time was up")),
                GrantEnd::Closed => (None, what("ended: it was not wanted any more")),
                GrantEnd::Revoked { by: who, reason } => by(who, what(&format!("revoked: {reason}"))),
            }
        }
        AuditEvent::GrantsEnded { session } => (None, format!("grants of session {session} ended")),
        AuditEvent::Viewed { by: who, session, how } => by(who, format!("looked at session {session} ({how})")),
        AuditEvent::Steered { by: who, session, what, reason } => {
            by(who, format!("{what} session {session}: {reason}"))
        }
    }
}

fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved { by, .. } => format!("approved by {}", by.join(", ")),
        Outcome::Denied { by, reason } => format!("denied by {by}: {reason}"),
        Outcome::Expired => "expired".to_owned(),
        Outcome::Withdrawn => "withdrawn".to_owned(),
    }
}

/// Records asked for at once; the server gives no more.
const PAGE: u32 = 1000;
