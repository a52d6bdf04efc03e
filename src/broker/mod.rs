//! Keeps the live sessions, drives one engine per session, runs the approval desk.

pub mod clock;
pub mod registry;

pub use clock::Clock;
pub use registry::{Control, Live, News, Registry, WatchItem};
