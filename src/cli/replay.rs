//! `holdpoint replay`: a recorded session as the screen it was.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::connect;
use super::exit::{Done, Exit, Failure};
use super::out::Out;
use super::source::{From, Source};
use super::tty::{ScreenFlags, Tty};
use crate::model::{RecordingRow, RecordingState, Shown};
use crate::replay::{Marker, Timeline};
use crate::tui::text::{clock, moment};
use crate::tui::{self, Chain, Options, Standing, Start};

/// The flags of `holdpoint replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The recording: its id, or as much of the beginning as fits no other; ID@12:30 begins there. Without it: which recordings there are
    id: Option<String>,
    /// Begin at a moment: 90, 12:30, 1:02:03
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    at: Option<Duration>,
    /// Speed: 0.25, 0.5, 1, 2, 4, 8 or 16
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = parse_speed)]
    speed: u64,
    /// Cut pauses to 1, 2 or 5 seconds; off plays them whole
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = parse_idle)]
    idle: Idle,
    /// Play even though the record was altered
    #[arg(long)]
    broken: bool,
    /// Print the events instead of playing
    #[arg(long)]
    events_only: bool,
    /// Print JSON: the recordings, or with an id its events
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    screen: ScreenFlags,
    #[command(flatten)]
    from: From,
}

/// The longest pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Idle(Option<Duration>);

impl Replay {
    /// Plays until the person quits, or prints.
    ///
    /// # Errors
    /// When the recording cannot be read, may not be looked at, or was altered and `--broken` was not said.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut source = self.from.open().await?;
            let Some(id) = &self.id else {
                return list(&source.recordings().await?, self.json);
            };
            let (prefix, at) = match id.split_once('@') {
                Some((prefix, at)) => (prefix, Some(parse_moment(at).map_err(|why| Failure::new(Exit::Usage, why))?)),
                None => (id.as_str(), self.at),
            };
            let row = source.pick(prefix).await?;
            let mut standing = self.standing(&mut source, &row).await?;
            let timeline = self.timeline(&mut source, &row, &mut standing).await?;
            if self.events_only || self.json {
                return print(timeline.markers(), self.json);
            }
            let options = Options { look: self.screen.look(), ..Options::default() };
            let start = Start { at: at.unwrap_or_default(), speed_percent: self.speed, idle: self.idle.0 };
            let tty = Tty::open()?;
            tui::player(tty.io()?, timeline, standing, start, options).await?;
            Ok(Exit::Ok)
        })
    }

    /// Verifies first: an altered record is played only on purpose.
    async fn standing(&self, source: &mut Source, row: &RecordingRow) -> Result<Standing, Failure> {
        let faults = match source.verify(Some(row.meta.id)).await {
            Ok(report) => report.faults,
            Err(failure) if failure.exit() == Exit::NotPermitted => return Ok(Standing::default()),
            Err(failure) => return Err(failure),
        };
        let chain = match (faults.is_empty(), row.state) {
            (false, _) if !self.broken => {
                let why = format!("this record was altered: {}; --broken plays it all the same", faults.join("; "));
                return Err(Failure::new(Exit::Integrity, Shown::new(&why).to_string()));
            }
            (false, _) => Chain::Broken(faults),
            (true, RecordingState::Live) => Chain::Live,
            (true, RecordingState::Sealed) => Chain::Sealed,
            (true, RecordingState::Interrupted) => Chain::Interrupted,
        };
        let gaps = match row.state {
            RecordingState::Live => vec!["the session is still live: this is what was recorded so far".to_owned()],
            RecordingState::Interrupted => {
                vec!["the bastion was cut off: what came after the last record is lost".to_owned()]
            }
            RecordingState::Sealed => Vec::new(),
        };
        Ok(Standing { chain, gaps })
    }

    async fn timeline(
        &self,
        source: &mut Source,
        row: &RecordingRow,
        standing: &mut Standing,
    ) -> Result<Timeline, Failure> {
        let mut timeline = Timeline::new();
        let read = source
            .events(row.meta.id, "replay", |event| {
                timeline.push(event);
                Ok(())
            })
            .await;
        match read {
            Err(failure) if self.broken => standing.gaps.push(format!("the rest cannot be read: {}", failure.why())),
            other => other?,
        }
        Ok(timeline)
    }
}

fn list(rows: &[RecordingRow], json: bool) -> Done {
    let mut out = Out::new(json);
    out.list(["ID", "USER", "TARGET", "STARTED", "STATE", "RECORDS"], rows, |row| {
        let meta = &row.meta;
        let state = match row.state {
            RecordingState::Live => "live",
            RecordingState::Sealed => "sealed",
            RecordingState::Interrupted => "interrupted",
        };
        [
            meta.id.to_string(),
            Shown::new(&meta.who.user).to_string(),
            Shown::new(&format!("{}@{}", meta.place.login, meta.place.target)).to_string(),
            meta.started.to_string(),
            state.to_owned(),
            row.records.to_string(),
        ]
    })?;
    Ok(if rows.is_empty() { Exit::No } else { Exit::Ok })
}

/// An event of the list as JSON.
#[derive(Serialize)]
struct Line<'a> {
    /// Seconds since the start.
    at: f64,
    /// What kind, in a word.
    kind: String,
    /// The line.
    text: &'a Shown,
}

fn print(markers: &[Marker], json: bool) -> Done {
    let mut out = Out::new(json);
    let lines: Vec<_> = markers
        .iter()
        .map(|m| Line { at: m.at.as_secs_f64(), kind: format!("{:?}", m.mark).to_lowercase(), text: &m.label })
        .collect();
    out.list(["AT", "EVENT", "WHAT"], &lines, |line| {
        [clock(Duration::from_secs_f64(line.at)), line.kind.clone(), line.text.to_string()]
    })?;
    Ok(Exit::Ok)
}

fn parse_moment(text: &str) -> Result<Duration, String> {
    moment(text).ok_or_else(|| format!("'{}' is no moment: 90, 12:30, 1:02:03", text.escape_debug()))
}

/// In percent.
fn parse_speed(text: &str) -> Result<u64, String> {
    match text {
        "0.25" | "1/4" => Ok(25),
        "0.5" | "1/2" => Ok(50),
        "1" => Ok(100),
        "2" => Ok(200),
        "4" => Ok(400),
        "8" => Ok(800),
        "16" => Ok(1600),
        _ => Err("it is one of 0.25, 0.5, 1, 2, 4, 8, 16".to_owned()),
    }
}

fn parse_idle(text: &str) -> Result<Idle, String> {
    match text {
        "off" => Ok(Idle(None)),
        "1" | "2" | "5" => Ok(Idle(text.parse().ok().map(Duration::from_secs))),
        _ => Err("it is one of 1, 2, 5, off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_player_reaches_by_keys_can_be_said_by_flags() {
        assert_eq!(parse_speed("0.25"), Ok(25));
        assert_eq!(parse_idle("off"), Ok(Idle(None)));
        assert!(parse_speed("3").is_err() && parse_idle("3").is_err() && parse_moment("soon").is_err());
    }
}
