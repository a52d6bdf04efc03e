//! Dashboard, player, target picker: state + key → state, state → cells (`ratatui`, `crossterm`).
//!
//! Each screen is an [`app::App`]: `update` takes a message and gives effects, `view` draws. [`run::run`] is the only loop and the
//! only I/O; it serves a local terminal and an SSH channel alike, because all it knows is bytes in, bytes out and a size.
//!
//! | file | what |
//! |---|---|
//! | `app` | what a screen is to the loop |
//! | `run` | the loop |
//! | `input` | bytes → keys |
//! | `backend` | cells → bytes |
//! | `theme` | roles → colours, glyphs |
//!
//! **Nothing foreign is obeyed.** Text of others is drawn as [`crate::model::Shown`]; recorded and live bytes go through a screen model and are
//! drawn as cells, so no clipboard write, title or query of a hostile session reaches the person's terminal.

pub mod app;
pub mod backend;
pub mod dashboard;
pub mod input;
pub mod picker;
pub mod run;
pub mod text;
pub mod theme;

use tokio::io::{AsyncRead, AsyncWrite};

pub use app::{App, Effect, Message};
pub use dashboard::Dashboard;
pub use picker::{Picker, TargetRow};
pub use run::{Io, Link, RunError, run};
pub use theme::{Clipboard, Colour, Glyphs, Look, MouseUse};

/// Facts about the person and their terminal that every screen wants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How to draw.
    pub look: Look,
    /// The bastion's name, for the header.
    pub bastion: String,
    /// The person's account, for the header.
    pub user: String,
    /// Whether the dashboard may steer.
    pub access: Access,
}

/// Whether a dashboard may decide, or only look. The server decides for itself in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// It may send decisions.
    #[default]
    Decide,
    /// `--read-only`: the keys that decide say so instead.
    ReadOnly,
}

/// Shows the approver's dashboard until the person quits.
///
/// # Errors
/// [`RunError`], see there.
pub async fn dashboard<R, W>(io: Io<R, W>, link: Link, options: Options) -> Result<(), RunError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let look = options.look;
    run(Dashboard::new(options), io, Some(link), look).await
}

/// Lets the person choose a target. Gives the index into `rows`, or `None` if they left without one. The caller authorizes the choice
/// anew: time has passed since the rows were made.
///
/// # Errors
/// [`RunError`], see there.
pub async fn picker<R, W>(io: Io<R, W>, rows: Vec<TargetRow>, options: Options) -> Result<Option<usize>, RunError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let look = options.look;
    run(Picker::new(rows, options), io, None, look).await
}
