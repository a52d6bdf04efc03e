//! Timeline with keyframes, seek, search, asciicast out.
//!
//! | file | what it answers |
//! |---|---|
//! | [`timeline`] | what happened when; the screen at any moment |
//! | [`idle`] | recorded time ↔ played time, with long pauses cut |
//! | [`search`] | where a text was typed or stood on the screen |
//! | [`export`] | a recording as asciicast v2, plain text, or JSON lines |
//!
//! Nothing here writes recorded bytes to a terminal: a player draws the cells of [`Playhead::screen`](timeline::Playhead::screen).

mod cast;
pub mod export;
pub mod idle;
mod json;
pub mod search;
#[cfg(test)]
mod testing;
mod text;
pub mod timeline;

pub use export::{Exporter, Format};
pub use idle::IdleCut;
pub use search::{Hit, Where};
pub use timeline::{Mark, Marker, Playhead, Timeline};
