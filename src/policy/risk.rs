//! Risk as a number for sorting, with the reasons that add up to it.

use crate::model::{Certainty, Effect, Risk, Severity, Undo};

/// How risky a line is.
///
/// The worst effect gives the base, each further one a little more, up to 100; a line that the gate is not sure of adds to that. The reasons
/// are the effects' own, the heaviest first, at most [`REASONS`] of them.
#[must_use]
pub fn risk(effects: &[Effect], certainty: Certainty) -> Risk {
    let mut weighed: Vec<(u32, &Effect)> = effects.iter().map(|effect| (weight(effect), effect)).collect();
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let mut weights = weighed.iter().map(|(weight, _)| *weight);
    let base = weights.next().unwrap_or(0);
    let further: u32 = weights.map(|weight| weight / 10).sum::<u32>().min(20);
    let doubt = if effects.is_empty() && certainty != Certainty::Opaque { 0 } else { doubt(certainty) };

    let mut reasons: Vec<String> =
        weighed.iter().take(REASONS).map(|(weight, effect)| format!("{} (+{weight})", effect.reason)).collect();
    if doubt > 0 {
        reasons.push(format!("the line was read as \"{}\" (+{doubt})", certainty.word()));
    }
    Risk { score: u8::try_from((base + further + doubt).min(100)).unwrap_or(100), reasons }
}

/// Adds one risk to another.
pub(super) fn add(to: &mut Risk, other: Risk) {
    to.score = to.score.saturating_add(other.score).min(100);
    to.reasons.splice(0..0, other.reasons);
}

fn weight(effect: &Effect) -> u32 {
    let severity = match effect.severity {
        Severity::Info => 0,
        Severity::Low => 10,
        Severity::Medium => 35,
        Severity::High => 60,
        Severity::Critical => 80,
    };
    let undo = match effect.undo {
        Undo::Easy => 0,
        Undo::Hard => 5,
        Undo::Never => 10,
    };
    severity + undo
}

const fn doubt(certainty: Certainty) -> u32 {
    match certainty {
        Certainty::Exact | Certainty::Agreed => 0,
        Certainty::Screen | Certainty::Keys => 5,
        Certainty::Disputed => 15,
        Certainty::Opaque => 25,
    }
}

/// An approver reads this many; a line has at most a few hundred.
const REASONS: usize = 8;
