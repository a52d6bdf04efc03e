//! Dashboard, player, target picker: state + key → state, state → cells (`ratatui`, `crossterm`).
//!
//! Each screen is an [`app::App`]: `update` takes a message and gives effects, `view` draws. [`run::run`] is the only loop and the
//! only I/O; it serves a local terminal and an SSH channel alike, because all it knows is bytes in, bytes out and a size.
//!
//! | file | what |
//! |---|---|
//! | `app` | what a screen is to the loop |
//! | `run` | the loop |
//! | `redial` | another link when one was lost |
//! | `input` | bytes → keys |
//! | `backend` | cells → bytes |
//! | `theme` | roles → colours, glyphs |
//! | `cells` | a screen model → cells |
//! | `text`, `frame`, `field` | wrapping and times, frames, a line of input |
//! | `bindings` | what keys do, as a table, and the help that is read from it |
//! | `dashboard`, `player`, `picker` | the three screens |
//!
//! **Nothing foreign is obeyed.** Text of others is drawn as [`crate::model::Shown`]; recorded and live bytes go through a screen model and are
//! drawn as cells, so no clipboard write, title or query of a hostile session reaches the person's terminal.

pub mod app;
pub mod backend;
pub mod bindings;
pub mod cells;
pub mod dashboard;
pub mod field;
pub mod frame;
pub mod input;
pub mod picker;
pub mod player;
pub mod redial;
pub mod run;
pub mod text;
pub mod theme;

pub use app::{App, Effect, Message};
pub use dashboard::Dashboard;
pub use picker::{Picker, TargetRow};
pub use player::{Chain, Player, Standing, Start};
pub use redial::{Dial, Dialling, Redial};
pub use run::{Io, Link, RunError, dashboard, picker, player, run};
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

#[cfg(test)]
mod testing;
