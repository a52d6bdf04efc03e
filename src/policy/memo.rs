//! Many lines of one person at one place: what policy cannot tell apart it is asked once.

use std::collections::{BTreeMap, HashMap};

use super::judge::Question;
use super::{Circumstances, Deed, Policy, risk};
use crate::model::{Certainty, Digest, Effect, EffectKind, Judgement, Place, Principal, Severity};

/// A policy's answers about one principal, one place and one moment.
///
/// All that a rule can see of a line is which kinds of effects it has, how bad each is at worst, and how sure the gate is; lines that agree in
/// these have the same verdict, and only their risk differs. Nothing is released by these answers.
#[derive(Debug)]
pub struct Memo<'p> {
    policy: &'p Policy,
    who: &'p Principal,
    place: &'p Place,
    circumstances: Circumstances,
    known: HashMap<Seen, Judgement>,
}

/// What a rule can see of a line.
type Seen = (Vec<(EffectKind, Severity)>, Certainty);

impl<'p> Memo<'p> {
    /// Nothing asked yet.
    #[must_use]
    pub fn new(policy: &'p Policy, who: &'p Principal, place: &'p Place, circumstances: Circumstances) -> Self {
        Self { policy, who, place, circumstances, known: HashMap::new() }
    }

    /// What [`Policy::run`] would answer about a line with these effects.
    pub fn judge(&mut self, effects: &[Effect], certainty: Certainty) -> Judgement {
        let mut worst: BTreeMap<EffectKind, Severity> = BTreeMap::new();
        for effect in effects {
            let severity = worst.entry(effect.kind).or_insert(effect.severity);
            *severity = effect.severity.max(*severity);
        }
        let seen = (worst.into_iter().collect(), certainty);
        let mut judgement = match self.known.get(&seen) {
            Some(judgement) => judgement.clone(),
            None => {
                let deed = Deed { effects, certainty, digest: &Digest([0; 32]), uncommitted: false };
                let question = Question::run(self.who, self.place, &deed, &self.circumstances);
                let judgement = self.policy.rules.judge(&question);
                if self.known.len() < MAX_KNOWN {
                    self.known.insert(seen, judgement.clone());
                }
                judgement
            }
        };
        risk::add(&mut judgement.risk, risk(effects, certainty));
        judgement
    }
}

/// Answers that are kept; a hundred thousand everyday lines need some hundred.
const MAX_KNOWN: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Span, Undo, Wall};
    use crate::policy::Channel;

    #[test]
    fn a_remembered_answer_is_the_answer() {
        let policy = Policy::builtin().unwrap();
        let who = Principal {
            user: "a".into(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: String::new(),
        };
        let place = Place { target: "t".into(), login: "root".into(), labels: [].into() };
        let circumstances = Circumstances { now: Wall::default(), channel: Channel::Shell };
        let mut memo = Memo::new(&policy, &who, &place, circumstances);
        let effect = |kind, severity, reason: &str| Effect {
            kind,
            severity,
            undo: Undo::Never,
            span: Span::default(),
            object: String::new(),
            reason: reason.to_owned(),
        };
        for _ in 0..2 {
            for effects in [
                vec![],
                vec![effect(EffectKind::FsDestroy, Severity::Low, "a")],
                vec![effect(EffectKind::FsDestroy, Severity::High, "b")],
                vec![effect(EffectKind::Opaque, Severity::Info, "c"), effect(EffectKind::Cloud, Severity::High, "d")],
            ] {
                for certainty in [Certainty::Exact, Certainty::Opaque] {
                    let deed = Deed { effects: &effects, certainty, digest: &Digest([0; 32]), uncommitted: false };
                    let (asked, _) = policy.run(&who, &place, &deed, &circumstances);
                    assert_eq!(memo.judge(&effects, certainty), asked);
                }
            }
        }
    }
}
