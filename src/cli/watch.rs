//! `holdpoint watch`: the live screen of a session.
//!
//! What the session prints goes into a screen model and comes out as text: none of its bytes reaches this terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};
use unicode_width::UnicodeWidthChar as _;

use super::connect::{self, Connect};
use super::exit::{Done, Exit, Failure};
use super::out::{Out, say};
use super::{sessions, show};
use crate::api::Client;
use crate::api::wire::{Call, Push};
use crate::model::{CloseReason, Event, SessionId, SessionRow, Shown, Size};
use crate::terminal::Screen;

/// The flags of `holdpoint watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// The session; a unique beginning of its id is enough
    id: String,
    /// Print the screen as it is now, and end
    #[arg(long)]
    once: bool,
    /// Print the session's events as JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

impl Watch {
    /// Watches until the session ends, or until Ctrl-C.
    ///
    /// # Errors
    /// When no bastion answers, there is no such session, or policy says no.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut client = self.connect.open("approver").await?;
            let row = sessions::pick(&self.id, sessions::list(&mut client).await?)?;
            let session = row.meta.id;
            // Says when the session ends, even when its own last event does not come.
            connect::ask(&mut client, Call::Subscribe).await?;
            connect::ask(&mut client, Call::Watch { session }).await?;
            let (mut view, mut stop) = (View::new(&row), Stop::listen()?);
            let reason = if self.json {
                tokio::select! {
                    over = stream(&mut client, session) => over?,
                    () = stop.told() => None,
                }
            } else if self.once || !io::stdout().is_terminal() {
                let mut out = Out::new(false);
                let print = |view: &View| view.rows().iter().try_for_each(|row| out.line(row));
                view.follow(&mut client, SNAPSHOT, self.once, &mut stop, print).await?
            } else {
                let mut canvas = Canvas::new()?;
                view.follow(&mut client, FRAME, false, &mut stop, |view| canvas.paint(view)).await?
            };
            if let Some(reason) = reason {
                say(&format!("session {session} is over: {}", show::closed(&reason)));
            }
            Ok(Exit::Ok)
        })
    }
}

/// Events as JSON, until the session ends.
async fn stream(client: &mut Client, watched: SessionId) -> Result<Option<CloseReason>, Failure> {
    let mut out = Out::new(true);
    loop {
        let push = client.next().await?;
        let over = match &push {
            Push::Event { event: Event::Ended { reason }, .. } => Some(reason.clone()),
            Push::SessionEnded { session, reason } if *session == watched => return Ok(Some(reason.clone())),
            Push::Event { .. } | Push::Keyframe { .. } => None,
            Push::Reply { .. }
            | Push::Session(_)
            | Push::SessionEnded { .. }
            | Push::Request(_)
            | Push::RequestEnded { .. }
            | Push::Grants { .. }
            | Push::Goodbye { .. } => continue,
        };
        out.json(&push)?;
        if over.is_some() {
            return Ok(over);
        }
    }
}

/// The watched screen.
struct View {
    row: SessionRow,
    screen: Screen,
    changed: bool,
}

impl View {
    fn new(row: &SessionRow) -> Self {
        let size = row.size.unwrap_or_default();
        Self { row: row.clone(), screen: Screen::new(size.cols(), size.rows()), changed: false }
    }

    /// Takes in what comes, and hands itself on whenever it has changed, at most once a `pace`; once only if so asked. Answers why the
    /// session ended, if that is why it returns.
    async fn follow(
        &mut self,
        client: &mut Client,
        pace: Duration,
        once: bool,
        stop: &mut Stop,
        mut show: impl FnMut(&Self) -> Result<(), Failure>,
    ) -> Result<Option<CloseReason>, Failure> {
        let mut tick = interval(pace);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                push = client.next() => if let Some(reason) = self.take(push?) {
                    show(self)?;
                    return Ok(Some(reason));
                },
                _ = tick.tick(), if self.changed => {
                    self.changed = false;
                    show(self)?;
                    if once {
                        return Ok(None);
                    }
                }
                () = stop.told() => return Ok(None),
            }
        }
    }

    fn take(&mut self, push: Push) -> Option<CloseReason> {
        let watched = self.row.meta.id;
        match push {
            Push::Keyframe { session, size, state } if session == watched => {
                self.screen = Screen::new(size.cols(), size.rows());
                // What is no base 64 paints nothing.
                self.screen.feed(&STANDARD.decode(state).unwrap_or_default());
                self.changed = true;
                None
            }
            Push::Event { session, event, .. } if session == watched => self.event(event),
            Push::SessionEnded { session, reason } if session == watched => Some(reason),
            Push::Keyframe { .. }
            | Push::Event { .. }
            | Push::Reply { .. }
            | Push::Session(_)
            | Push::SessionEnded { .. }
            | Push::Request(_)
            | Push::RequestEnded { .. }
            | Push::Grants { .. }
            | Push::Goodbye { .. } => None,
        }
    }

    fn event(&mut self, event: Event) -> Option<CloseReason> {
        match event {
            Event::Output { bytes, .. } if self.row.meta.pty.is_some() => self.screen.feed(&bytes),
            // Without a terminal nobody has put a carriage return before the line feeds.
            Event::Output { bytes, .. } => bytes.split_inclusive(|&b| b == b'\n').for_each(|line| {
                self.screen.feed(line.strip_suffix(b"\n").unwrap_or(line));
                self.screen.feed(if line.ends_with(b"\n") { b"\r\n" } else { b"" });
            }),
            Event::Resized { size } => self.screen.resize(size.cols(), size.rows()),
            Event::Ended { reason } => return Some(reason),
            Event::Started(_)
            | Event::Image { .. }
            | Event::Certified(_)
            | Event::Command { .. }
            | Event::Released { .. }
            | Event::Held(_)
            | Event::Ruled { .. }
            | Event::Masked { .. }
            | Event::Alerted { .. }
            | Event::RevealBegan { .. }
            | Event::RevealEnded { .. }
            | Event::GrantRevoked { .. }
            | Event::Noted { .. }
            | Event::Notice { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::Watched { .. }
            | Event::Exit(_) => return None,
        }
        self.changed = true;
        None
    }

    /// The rows as text that no terminal obeys, down to the last that has any.
    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<_> =
            (0..self.screen.rows()).map(|row| Shown::new(self.screen.row_text(row).trim_end()).to_string()).collect();
        rows.truncate(rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1));
        rows
    }

    fn title(&self) -> String {
        let (who, place) = (Shown::new(&self.row.meta.who.user), show::place(&self.row.meta.place));
        let (cols, rows) = (self.screen.cols(), self.screen.rows());
        format!("{} ─ {place} ─ {who} ─ {cols}x{rows} ─ ^C ends the watching", self.row.meta.id.short())
    }
}

/// The signals that end the watching. They are caught before our screen is put aside, so that it always comes back.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> Result<Self, Failure> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Our terminal, with its screen put aside and the echo of its keys off; dropping this brings both back.
struct Canvas {
    before: Termios,
    out: io::StdoutLock<'static>,
}

impl Canvas {
    fn new() -> Result<Self, Failure> {
        let mut out = io::stdout().lock();
        let before = tcgetattr(&out).map_err(io::Error::from)?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON;
        tcsetattr(&out, OptionalActions::Now, &quiet).map_err(io::Error::from)?;
        // xterm ctlseqs: 1049 is the alternate screen, 25 the cursor.
        out.write_all(b"\x1b[?1049h\x1b[?25l")?;
        Ok(Self { before, out })
    }

    /// A title, and as much of the screen as there is room for.
    fn paint(&mut self, view: &View) -> Result<(), Failure> {
        let size = tcgetwinsize(&self.out).map_or_else(|_| Size::default(), |w| Size::from((w.ws_col, w.ws_row)));
        let lines = std::iter::once(view.title()).chain(view.rows());
        let lines: Vec<_> = lines.take(size.rows().into()).map(|line| cropped(&line, size.cols().into())).collect();
        write!(self.out, "\x1b[H{}\x1b[K\x1b[J", lines.join("\x1b[K\r\n"))?;
        Ok(self.out.flush()?)
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = self.out.write_all(b"\x1b[?25h\x1b[?1049l");
        let _ = self.out.flush();
        let _ = tcsetattr(&self.out, OptionalActions::Now, &self.before);
    }
}

fn cropped(line: &str, cols: usize) -> String {
    let mut room = cols;
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        room.checked_sub(width).inspect(|&rest| room = rest).is_some()
    };
    line.chars().take_while(fits).collect()
}

/// How often our terminal is painted at most.
const FRAME: Duration = Duration::from_millis(50);

/// How often text is printed at most where it cannot be painted over.
const SNAPSHOT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cropped_between_characters() {
        assert_eq!(cropped("ab\u{4e2d}\u{6587}", 5), "ab\u{4e2d}");
        assert_eq!(cropped("abc", 3), "abc");
    }
}
