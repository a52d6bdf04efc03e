//! Find and mask personal data in a byte stream.
//!
//! Three doors: [`detect`] finds values in one logical line of text, [`StreamMasker`] stands between a target and a
//! terminal (it knows escape sequences, and holds a few bytes back for a few milliseconds), and [`BulkMasker`] runs over
//! the copy of an exec's output that goes to the recorder (it knows no clock and copies nothing where nothing is found).
//! What is found, what is not, and why each default is what it is: `docs/privacy.md`.

mod bulk;
pub mod command;
pub mod detect;
mod escape;
pub mod fold;
mod payload;
pub mod screen;
mod settings;
mod stream;
mod wide;
mod window;

pub use bulk::BulkMasker;
pub use detect::SiteFault;
pub use payload::is_harmless;
pub use screen::ScreenMatcher;
pub use settings::{Kinds, RuleSet, Settings};
pub use stream::{HOLD, StreamMasker};
