//! The one file that reads the clocks.

use std::time::{Instant, SystemTime};

use crate::model::{Mono, Now, Wall};

/// Reads both clocks; copies share one monotonic start.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the clock file")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }

    /// Both clocks, now. A wall clock before 1970 reads as 1970.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the clock file")]
    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { mono: Mono::default().after(self.start.elapsed()), wall: Wall::default().after(wall) }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
