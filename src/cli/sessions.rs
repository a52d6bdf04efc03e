//! `holdpoint sessions`: who is where.

use clap::Args;
use serde::Serialize;

use super::connect::{self, Connect};
use super::exit::{Done, Exit, Failure};
use super::out::{Form, Out, say};
use super::show;
use crate::api::Client;
use crate::api::wire::{Call, Reply};
use crate::model::{RecordingState, SessionId, SessionMeta, SessionRow, Shown};

/// The flags of `holdpoint sessions`.
#[derive(Debug, Args)]
pub struct Sessions {
    /// List the recorded sessions that you may replay, the newest first
    #[arg(long)]
    recorded: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Sessions {
    /// Asks and prints.
    ///
    /// # Errors
    /// When no bastion answers.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open(if self.recorded { "auditor" } else { "approver" }).await?;
            let out = Out::new(self.json);
            if self.recorded { recorded(&mut client, out).await } else { live(&mut client, out).await }
        })
    }
}

/// The live sessions, the oldest first.
///
/// # Errors
/// When the connection ends.
pub async fn list(client: &mut Client) -> Result<Vec<SessionRow>, Failure> {
    match connect::ask(client, Call::Sessions).await? {
        Reply::Sessions { sessions } => Ok(sessions),
        _ => Err(connect::unexpected()),
    }
}

/// The one that a person means.
///
/// # Errors
/// When none or several begin with that.
pub fn pick(prefix: &str, rows: Vec<SessionRow>) -> Result<SessionRow, Failure> {
    connect::one("live session", prefix, rows, |row| row.meta.id.to_string())
}

async fn live(client: &mut Client, mut out: Out) -> Done {
    let (rows, now) = (list(client).await?, connect::now(client).await?);
    if rows.is_empty() {
        say("no session is live");
        return Ok(Exit::No);
    }
    let form = out.form();
    out.list(["ID", "STATE", "WHO", "WHERE", "FROM", "SINCE", "LAST"], &rows, |row| {
        let [who, place, from] = facts(&row.meta);
        let last = row.last.last().map_or_else(|| show::channel(&row.meta.channel), Shown::to_string);
        let mark = if row.alert.is_some() { " ⚑" } else { "" };
        let state = format!("{}{mark}", row.state.word());
        [id(row.meta.id, form), state, who, place, from, show::ago(row.meta.started, now), last]
    })?;
    Ok(Exit::Ok)
}

async fn recorded(client: &mut Client, mut out: Out) -> Done {
    let Reply::Recordings { recordings } = connect::ask(client, Call::Recordings).await? else {
        return Err(connect::unexpected());
    };
    if recordings.is_empty() {
        say("no recording that you may replay");
        return Ok(Exit::No);
    }
    out.list(["ID", "STATE", "WHO", "WHERE", "FROM", "STARTED", "RECORDS"], &recordings, |row| {
        let [who, place, from] = facts(&row.meta);
        let state = match row.state {
            RecordingState::Live => "● live",
            RecordingState::Sealed => "✓ sealed",
            RecordingState::Interrupted => "✖ interrupted",
        };
        let (started, records) = (row.meta.started.to_string(), row.records.to_string());
        [row.meta.id.to_string(), state.to_owned(), who, place, from, started, records]
    })?;
    Ok(Exit::Ok)
}

/// `alice on root@db-1`.
#[must_use]
pub fn whose(row: &SessionRow) -> String {
    format!("{} on {}", Shown::new(&row.meta.who.user), show::place(&row.meta.place))
}

/// Pauses or resumes the one that a person means, and says so.
///
/// # Errors
/// When there is no such session, policy says no, or the connection ends.
pub async fn steer(
    client: &mut Client,
    prefix: &str,
    json: bool,
    past: &'static str,
    call: impl FnOnce(SessionId) -> Call,
) -> Done {
    #[derive(Serialize)]
    struct Steered {
        session: SessionId,
        state: &'static str,
    }
    let row = pick(prefix, list(client).await?)?;
    let session = row.meta.id;
    connect::ask(client, call(session)).await?;
    let mut out = Out::new(json);
    if out.is_json() {
        out.json(&Steered { session, state: past })?;
    } else {
        out.line(&format!("{past} session {session} of {}", whose(&row)))?;
    }
    Ok(Exit::Ok)
}

fn facts(meta: &SessionMeta) -> [String; 3] {
    let from = meta.who.source.map_or_else(|| "-".to_owned(), |source| source.to_string());
    [Shown::new(&meta.who.user).to_string(), show::place(&meta.place), from]
}

/// People get enough of it to type, programs all of it.
fn id(id: SessionId, form: Form) -> String {
    match form {
        Form::Table | Form::ColoredTable => id.short(),
        Form::Plain | Form::Json => id.to_string(),
    }
}
