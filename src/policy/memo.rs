//! Many lines of one person at one place: what policy cannot tell apart it is asked once.

use std::collections::{BTreeMap, HashMap};

use super::judge::Question;
use super::permit::Allowance;
use super::{Channel, Circumstances, Deed, Policy, risk};
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
        let seen = seen(effects, certainty);
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

/// The answers that one session got, so that what policy cannot tell apart is asked once: most lines have no effects at all, and a question to
/// Cedar costs more than everything else that an Enter waits for. They count for the policy, the person, the place and the hour that they were
/// given for, and for nothing else.
#[derive(Debug, Default)]
pub struct Answers {
    to: Option<Asker>,
    /// With [`Deed::uncommitted`].
    known: HashMap<(Seen, bool), Judgement>,
}

/// All else that an answer depends on.
#[derive(Debug, PartialEq, Eq)]
struct Asker {
    policy: String,
    who: Principal,
    place: Place,
    channel: Channel,
    when: (u8, u8),
}

impl Answers {
    /// As [`Policy::run`].
    pub fn run(
        &mut self,
        policy: &Policy,
        who: &Principal,
        place: &Place,
        deed: &Deed<'_>,
        circumstances: &Circumstances,
    ) -> (Judgement, Option<Allowance>) {
        // Without `..`: whatever a question gets besides must become part of the key.
        let Circumstances { now, channel } = *circumstances;
        let Deed { effects, certainty, digest: _, uncommitted } = *deed;
        let when = now.hour_and_weekday();
        let same = self.to.as_ref().is_some_and(|to| {
            to.policy == policy.digest()
                && to.who == *who
                && to.place == *place
                && to.channel == channel
                && to.when == when
        });
        if !same {
            self.known.clear();
            self.to = Some(Asker {
                policy: policy.digest().to_owned(),
                who: who.clone(),
                place: place.clone(),
                channel,
                when,
            });
        }
        let seen = (seen(effects, certainty), uncommitted);
        let judgement = self.known.get(&seen).cloned().unwrap_or_else(|| {
            let judgement = policy.rules.judge(&Question::run(who, place, deed, circumstances));
            if self.known.len() < MAX_OF_SESSION {
                self.known.insert(seen, judgement.clone());
            }
            judgement
        });
        Policy::ruled(judgement, deed)
    }
}

fn seen(effects: &[Effect], certainty: Certainty) -> Seen {
    let mut worst: BTreeMap<EffectKind, Severity> = BTreeMap::new();
    for effect in effects {
        let severity = worst.entry(effect.kind).or_insert(effect.severity);
        *severity = effect.severity.max(*severity);
    }
    (worst.into_iter().collect(), certainty)
}

/// Answers that a session keeps.
const MAX_OF_SESSION: usize = 64;

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
        let mut answers = Answers::default();
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
                    let (asked, allowance) = policy.run(&who, &place, &deed, &circumstances);
                    assert_eq!(memo.judge(&effects, certainty), asked);
                    let (answer, allowed) = answers.run(&policy, &who, &place, &deed, &circumstances);
                    assert_eq!((answer, allowed.is_some()), (asked, allowance.is_some()));
                    let after = Deed { uncommitted: true, ..deed };
                    let (asked, _) = policy.run(&who, &place, &after, &circumstances);
                    assert_eq!(answers.run(&policy, &who, &place, &after, &circumstances).0, asked);
                }
            }
        }
    }

    #[test]
    fn an_answer_counts_for_one_person_at_one_place_in_one_hour() {
        let policy = Policy::builtin().unwrap();
        let engineer = |role: &str| Principal {
            user: "a".into(),
            roles: [role.to_owned()].into(),
            source: None,
            fingerprint: String::new(),
        };
        let place = |env: &str| Place {
            target: "t".into(),
            login: "root".into(),
            labels: [("env".to_owned(), env.to_owned())].into(),
        };
        let at = |hour: u64| Circumstances { now: Wall(hour * 3_600_000_000), channel: Channel::Shell };
        let deed = Deed { effects: &[], certainty: Certainty::Exact, digest: &Digest([0; 32]), uncommitted: false };
        let mut answers = Answers::default();
        for (who, place, circumstances) in [
            (engineer("engineer"), place("test"), at(9)),
            (engineer("nobody"), place("test"), at(9)),
            (engineer("engineer"), place("production"), at(9)),
            (engineer("engineer"), place("production"), at(23)),
        ] {
            let (asked, _) = policy.run(&who, &place, &deed, &circumstances);
            assert_eq!(answers.run(&policy, &who, &place, &deed, &circumstances).0, asked);
            assert_eq!(answers.to.as_ref().map(|to| (&to.who, &to.place)), Some((&who, &place)));
        }
        let (allowed, denied) = (engineer("engineer"), engineer("nobody"));
        let mut verdict = |who: &Principal| answers.run(&policy, who, &place("test"), &deed, &at(9)).1.is_some();
        assert_eq!([&allowed, &denied, &allowed].map(&mut verdict), [true, false, true]);
    }
}
