//! The local terminal for the screens: raw mode, bytes in both directions, its size; put back on every way out.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;

use clap::{Args, ValueEnum};
use crossterm::terminal;
use rustix::fs::OFlags;
use rustix::process::{Signal, kill_current_process_group};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::exit::{Exit, Failure};
use crate::broker::clock::Clock;
use crate::model::Size;
use crate::tui::{Clipboard, Colour, Glyphs, Io, Look, MouseUse, RunError};

/// How the screens are drawn.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Screen")]
pub struct ScreenFlags {
    /// Colours: by default as the terminal and NO_COLOR say
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub color: When,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
    /// Leave the mouse to the terminal, so that its own selection works
    #[arg(long)]
    pub no_mouse: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// As NO_COLOR, CLICOLOR_FORCE and TERM say.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ScreenFlags {
    /// What the flags and the environment say.
    #[must_use]
    pub fn look(&self) -> Look {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let true_colour = env("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let plain = env("NO_COLOR").is_some() || env("TERM").is_none_or(|term| term == "dumb");
        let never = match self.color {
            When::Never => true,
            When::Always => false,
            When::Auto => plain && env("CLICOLOR_FORCE").is_none_or(|value| value == "0"),
        };
        Look {
            colour: match (never, true_colour) {
                (true, _) => Colour::Never,
                (false, true) => Colour::True,
                (false, false) => Colour::Sixteen,
            },
            glyphs: if self.ascii { Glyphs::Ascii } else { Glyphs::Unicode },
            mouse: if self.no_mouse { MouseUse::Off } else { MouseUse::On },
            clipboard: if env("TMUX").is_some() { Clipboard::Tmux } else { Clipboard::Plain },
        }
    }
}

/// The terminal in raw mode. Dropping it puts it back, also while a panic unwinds.
#[derive(Debug)]
pub struct Tty {
    file: File,
}

impl Tty {
    /// Takes over the terminal of this process. A descriptor of our own is opened, because making standard input non-blocking would do so for
    /// every program that shares it.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn open() -> Result<Self, Failure> {
        let no_terminal = |e: io::Error| {
            let why = format!("this needs a terminal, and there is none ({e}); run it in one, or use ssh -t");
            Failure::new(Exit::Usage, why)
        };
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open("/dev/tty");
        let file = file.map_err(no_terminal)?;
        terminal::enable_raw_mode().map_err(no_terminal)?;
        Ok(Self { file })
    }

    /// Its ends for a screen, and its size kept up to date for as long as the runtime lives. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the system lets nobody wait for the terminal, or for changes of its size.
    pub fn io(&self) -> Result<Io<Receiver, Sender>, Failure> {
        // tokio's pipe ends do for every descriptor that can be waited for and is non-blocking; nothing else of tokio's does so without a thread
        // that keeps the program from ending.
        let input = Receiver::from_file_unchecked(self.file.try_clone()?)?;
        let output = Sender::from_file_unchecked(self.file.try_clone()?)?;
        let (sizes, size) = watch::channel(size());
        let mut changes = signal(SignalKind::window_change())?;
        tokio::spawn(async move { while changes.recv().await.is_some() && sizes.send(self::size()).is_ok() {} });
        let clock = Clock::new();
        Ok(Io { input, output, size, clock: Box::new(move || clock.now()), suspend: Some(Box::new(stop)) })
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = terminal::disable_raw_mode();
    }
}

/// Stops this process as `^z` would, and comes back when the shell lets it go on.
fn stop() {
    let _ = terminal::disable_raw_mode();
    // The whole job stops, as it would have if the terminal had seen the key.
    let _ = kill_current_process_group(Signal::TSTP);
    let _ = terminal::enable_raw_mode();
}

/// A terminal that does not say its size has the usual one.
fn size() -> Size {
    terminal::size().map_or_else(|_| Size::default(), |(cols, rows)| Size::new(cols.into(), rows.into()))
}

impl From<RunError> for Failure {
    fn from(e: RunError) -> Self {
        Self::new(Exit::No, e.to_string())
    }
}
