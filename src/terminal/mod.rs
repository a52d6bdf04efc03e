//! Screen model, key stream, the line being typed, the overlay bar.
//!
//! | file | what it answers |
//! |---|---|
//! | [`screen`] | what is on a terminal, given every byte that was sent to it |
//! | `filter` | which of those bytes a model may see, so that hostile output costs bounded time and memory |
//! | `modes` | the modes that `vt100` does not tell |
//! | `drawing` | the modes of drawing that `vt100` does not know |
//! | `run` | how much of a long run of plain text the model need not see |
//! | `snapshot` | the bytes that paint a screen's state |
//! | [`bytes`] | where one byte stands among many |
//! | [`cell`] | one cell, for those who paint them |
//! | [`keys`] | what a client typed, as tokens that keep their bytes |
//! | [`mod@line`] | the line that a commit would run, from its witnesses: keys, screen, and what the shell told |
//! | [`marks`] | what a shell with our hooks says between the bytes of its output |
//! | [`overlay`] | the bytes that put the bar on a screen and take it off again |
//! | [`mod@image`] | an image that a target draws: how much of a screen it covers, and where the cursor is left |
//! | [`wire`] | what a target sends, token by token, and which of it a client may get as it came |
//! | [`mod@render`] | the bytes that make a client's screen the target's, with cells hidden |
//! | [`mod@notice`] | the bytes of a line that stays |
//!
//! The room is pure and imports nothing of ours: sizes are `u16`, times are microseconds on the caller's monotonic clock.
//! `vt100` belongs to it alone.

pub mod bytes;
pub mod cell;
mod drawing;
mod filter;
pub mod image;
pub mod keys;
pub mod line;
pub mod marks;
mod modes;
pub mod notice;
pub mod overlay;
pub mod render;
mod run;
pub mod screen;
mod snapshot;
#[cfg(test)]
mod streams;
pub mod wire;

pub use cell::{Attributes, Cell, Color, Style};
pub use image::{Image, Placed};
pub use keys::{Commit, Interrupt, Key, Keys, Kind, Token};
pub use line::{Certainty, LineReader, Reading, Settled, Told};
pub use marks::{ASK, Mark, Marks, checks, commit_if};
pub use notice::notice;
pub use overlay::{Bar, Overlay, Panel, repaint, repaint_whole};
pub use render::{Hidden, render};
pub use screen::{Cursor, Screen};
pub use wire::Wire;
