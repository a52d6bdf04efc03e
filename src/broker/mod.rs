//! Keeps the live sessions, drives one engine per session, runs the approval desk.
//!
//! | file | what |
//! |---|---|
//! | `bastion.rs` | [`Broker`]: what every session shares; opens and ends sessions |
//! | `drive.rs` | the one loop that feeds an engine and does what it says |
//! | `outward.rs` | the same session towards its watchers and its client |
//! | `client.rs` | the client's end of a session |
//! | `registry.rs` | the live sessions and their mailboxes |
//! | `desk.rs` | the approval desk over the ledger |
//! | `console.rs` | what a proved person may see and do |
//! | `record.rs` | the ledger as desk and console use it |
//! | `told.rs` | what the bastion-wide chain tells that has to be known at the start |
//! | `clock.rs` | the one file that reads the clocks |

pub mod bastion;
pub mod client;
pub mod clock;
pub mod console;
pub mod desk;
mod drive;
mod outward;
pub mod record;
pub mod registry;
pub mod told;

pub use bastion::{Broker, Common, SessionRequest};
pub use client::{ClientEnd, ClientSink, FromClient, Gone};
pub use clock::Clock;
pub use console::{Archive, Console, Facts, Parts};
pub use desk::{Chain, ChainFault, Desk, Promise, ReadClock};
pub use record::Record;
pub use registry::{Control, Live, News, Registry, WatchItem};
pub use told::{Told, Used};
