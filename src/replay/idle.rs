//! Recorded time ↔ played time, with long pauses cut.

use std::time::Duration;

/// A mapping between the two times. Both directions grow with their argument, and the played one never jumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleCut {
    /// Where a pause is cut: recorded moment at which playing skips, how much it skips, and how much was skipped before.
    cuts: Vec<Cut>,
    duration: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    from: Duration,
    skips: Duration,
    before: Duration,
}

impl IdleCut {
    /// Cuts the pauses (from, to; in order) of a recording to `cap`.
    #[must_use]
    pub fn new(pauses: &[(Duration, Duration)], duration: Duration, cap: Option<Duration>) -> Self {
        let mut before = Duration::ZERO;
        let mut cuts = Vec::new();
        for &(from, to) in pauses {
            let skips = to.saturating_sub(from).saturating_sub(cap.unwrap_or(Duration::MAX));
            if skips > Duration::ZERO {
                cuts.push(Cut { from: to.saturating_sub(skips), skips, before });
                before += skips;
            }
        }
        Self { cuts, duration }
    }

    /// When a recorded moment is played.
    #[must_use]
    pub fn played(&self, recorded: Duration) -> Duration {
        let i = self.cuts.partition_point(|cut| cut.from <= recorded);
        let Some(cut) = i.checked_sub(1).and_then(|i| self.cuts.get(i)) else { return recorded };
        // Inside of a cut all moments are played at once.
        recorded.saturating_sub(cut.before + (recorded - cut.from).min(cut.skips))
    }

    /// Which recorded moment is played then. At a cut: the moment at which the pause ends.
    #[must_use]
    pub fn recorded(&self, played: Duration) -> Duration {
        let i = self.cuts.partition_point(|cut| cut.from.saturating_sub(cut.before) <= played);
        i.checked_sub(1).and_then(|i| self.cuts.get(i)).map_or(played, |cut| played + cut.before + cut.skips)
    }

    /// How long playing takes.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.played(self.duration)
    }

    /// How much is cut.
    #[must_use]
    pub fn cut(&self) -> Duration {
        self.duration - self.duration()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn a_long_pause_is_cut_and_a_short_one_is_not() {
        let pauses = [(secs(10), secs(70)), (secs(80), secs(82)), (secs(90), secs(100))];
        let cut = IdleCut::new(&pauses, secs(110), Some(secs(5)));
        assert_eq!((cut.duration(), cut.cut()), (secs(50), secs(60)));
        let pairs = [(5, 5), (15, 15), (70, 15), (80, 25), (82, 27), (95, 40), (100, 40), (110, 50)];
        for (recorded, played) in pairs {
            assert_eq!(cut.played(secs(recorded)), secs(played), "{recorded}");
        }
        for (played, recorded) in [(5, 5), (14, 14), (15, 70), (16, 71), (40, 100), (50, 110)] {
            assert_eq!(cut.recorded(secs(played)), secs(recorded), "{played}");
        }
    }

    #[test]
    fn nothing_is_cut_unless_it_is_asked_for() {
        let cut = IdleCut::new(&[(secs(1), secs(1000))], secs(2000), None);
        assert_eq!((cut.played(secs(1500)), cut.recorded(secs(1500)), cut.cut()), (secs(1500), secs(1500), secs(0)));
    }
}
