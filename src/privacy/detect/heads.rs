//! Which of many expressions can match at a place at all, told by its first bytes: a few loads instead of as many searches.

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

/// What the first bytes of a match of each expression may be.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// For each of the first bytes: the expressions that it may be one of, by its value. The last value is that the text ends before.
    places: Vec<Vec<u32>>,
}

impl Heads {
    /// Reads the expressions, of which each has the bit of its number. Assertions count as fulfilled.
    pub(super) fn of<'a>(automata: impl Iterator<Item = &'a NFA>) -> Self {
        let mut it = Self { places: vec![vec![0; END + 1]; PLACES] };
        for (number, nfa) in automata.enumerate() {
            let bit = 1_u32.checked_shl(u32::try_from(number).unwrap_or(u32::MAX)).unwrap_or(0);
            it.read(nfa, bit);
        }
        it
    }

    /// The most expressions that it can tell apart.
    pub(super) const MAX: usize = u32::BITS as usize;

    fn read(&mut self, nfa: &NFA, bit: u32) {
        let mut states = closed(nfa, [nfa.start_anchored()]);
        let mut done = false;
        for place in &mut self.places {
            done |= states.iter().any(|state| matches!(nfa.state(*state), State::Match { .. }));
            let mut next = Vec::new();
            for (b, to) in (0..=u8::MAX).zip(place.iter_mut()) {
                let before = next.len();
                next.extend(states.iter().filter_map(|state| step(nfa.state(*state), b)));
                if done || next.len() > before {
                    *to |= bit;
                }
            }
            if let Some(to) = place.get_mut(END).filter(|_| done) {
                *to |= bit;
            }
            next.sort_unstable();
            next.dedup();
            states = closed(nfa, next);
        }
    }

    /// The bits of the expressions that may match at the beginning of a text.
    pub(super) fn may(&self, text: &[u8]) -> u32 {
        let mut bits = u32::MAX;
        for (i, place) in self.places.iter().enumerate() {
            let b = text.get(i).map_or(END, |b| usize::from(*b));
            bits &= place.get(b).copied().unwrap_or(u32::MAX);
            if bits == 0 {
                break;
            }
        }
        bits
    }
}

fn step(state: &State, b: u8) -> Option<StateID> {
    match state {
        State::ByteRange { trans } => trans.matches_byte(b).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(b),
        State::Dense(dense) => dense.matches_byte(b),
        _ => None,
    }
}

/// These states and all that are reached from them without a byte.
fn closed(nfa: &NFA, from: impl IntoIterator<Item = StateID>) -> Vec<StateID> {
    let mut all: Vec<StateID> = Vec::new();
    let mut open: Vec<StateID> = from.into_iter().collect();
    while let Some(state) = open.pop() {
        if all.contains(&state) {
            continue;
        }
        all.push(state);
        match nfa.state(state) {
            State::Look { next, .. } | State::Capture { next, .. } => open.push(*next),
            State::Union { alternates } => open.extend(alternates.iter()),
            State::BinaryUnion { alt1, alt2 } => open.extend([alt1, alt2]),
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Fail | State::Match { .. } => {}
        }
    }
    all
}

/// So many bytes tell most that looks alike apart: a date from a number with a letter behind it.
const PLACES: usize = 8;

/// Where the text has ended.
const END: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out_that_matches() {
        let patterns = ["[A-Z]{2}[0-9]{2}", "[0-9]{8}-?[A-Z]", "a?b|xyz", "(?:ab)*c"];
        let automata: Vec<NFA> = patterns.iter().map(|pattern| NFA::new(pattern).unwrap()).collect();
        let heads = Heads::of(automata.iter());
        let may = |text: &str| heads.may(text.as_bytes());
        assert_eq!(may("AB12"), 0b0001);
        assert_eq!(may("AB1"), 0);
        assert_eq!(may("12345678X"), 0b0010);
        assert_eq!(may("2026-11-21T"), 0);
        assert_eq!(may("b and more"), 0b0100);
        assert_eq!(may("ababababc"), 0b1100);
        assert_eq!(may("abx") & 0b0100, 0b0100);
    }
}
