//! Keeps the live sessions, drives one engine per session, runs the approval desk.

pub mod clock;
pub mod console;
pub mod desk;
pub mod record;
pub mod registry;

pub use clock::Clock;
pub use console::{Archive, Console, Facts, Parts};
pub use desk::{Chain, ChainFault, Desk, Promise, ReadClock};
pub use record::Record;
pub use registry::{Control, Live, News, Registry, WatchItem};
