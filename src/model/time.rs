//! Time as an argument: a wall clock for records and a monotonic clock for deadlines. Nobody here reads either.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. For records and for people; deadlines run on [`Mono`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub u64);

/// Microseconds since an arbitrary start, never going back while the process lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mono(pub u64);

/// Both clocks, read at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// For deadlines.
    pub mono: Mono,
    /// For records.
    pub wall: Wall,
}

impl Mono {
    /// That much later; saturates.
    #[must_use]
    pub fn after(self, d: Duration) -> Self {
        Self(self.0.saturating_add(micros(d)))
    }

    /// How long from `earlier` to here; zero if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Wall {
    /// That much later; saturates.
    #[must_use]
    pub fn after(self, d: Duration) -> Self {
        Self(self.0.saturating_add(micros(d)))
    }

    /// How long from `earlier` to here; zero if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Whole seconds since the epoch, as certificates count (PROTOCOL.certkeys `valid after`).
    #[must_use]
    pub const fn secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Hour (0–23) and weekday (0 = Monday) in UTC, for policy.
    #[must_use]
    pub const fn hour_and_weekday(self) -> (u8, u8) {
        let s = self.secs();
        // 1970-01-01 was a Thursday.
        (((s / 3600) % 24) as u8, ((s / 86_400 + 3) % 7) as u8)
    }
}

/// RFC 3339 in UTC with milliseconds: `2026-11-21T12:04:31.250Z`.
impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.secs();
        let (year, month, day) = civil_from_days(s / 86_400);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            (s / 3600) % 24,
            (s / 60) % 60,
            s % 60,
            (self.0 / 1000) % 1000
        )
    }
}

fn micros(d: Duration) -> u64 {
    u64::try_from(d.as_micros()).unwrap_or(u64::MAX)
}

/// Days since the epoch → proleptic Gregorian date, after Howard Hinnant's `civil_from_days`.
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_date_utc() {
        // `date -u -d @951782400`, `date -u -d @1795262671`
        assert_eq!(Wall(951_782_400_000_000).to_string(), "2000-02-29T00:00:00.000Z");
        assert_eq!(Wall(1_795_262_671_250_000).to_string(), "2026-11-21T12:04:31.250Z");
        assert_eq!(Wall(1_795_262_671_000_000).hour_and_weekday(), (12, 5));
    }

    #[test]
    fn differences_never_go_below_zero() {
        assert_eq!(Mono(5).since(Mono(9)), Duration::ZERO);
        assert_eq!(Mono(5).after(Duration::MAX), Mono(u64::MAX));
    }
}
