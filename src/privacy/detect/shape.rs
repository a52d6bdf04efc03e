//! How numbers are written: the lengths of their groups of digits and what joins them, and the rules that know such a shape.

/// How a number may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) lens: Vec<u8>,
    /// What stands between the groups.
    pub(super) joints: Joints,
    /// Whether it counts only beside a word.
    pub(super) near: bool,
}

impl Shape {
    /// `3-2-4`: groups of three, two and four digits with dashes; `~`: a blank, a dash or a dot, the same throughout.
    pub(super) fn parse(text: &str, near: bool) -> Self {
        let lens = text.split(|c: char| !c.is_ascii_digit()).map(|len| len.parse().unwrap_or(0)).collect();
        let mut joints = Joints::default();
        for joint in text.bytes().filter(|b| !b.is_ascii_digit()) {
            let place = 2 * joints.count;
            joints.count += 1;
            match code(joint) {
                Some(code) => {
                    joints.fixed |= 0b11 << place;
                    joints.codes |= code << place;
                }
                None if joint == b'~' => joints.alike |= 0b11 << place,
                // A run has no such joint.
                None => joints.codes = u32::MAX,
            }
        }
        Self { lens, joints, near }
    }
}

impl Shape {
    /// Whether it is written as [`Shape::parse`] reads it, and may be found: joints that numbers have, and nine characters together.
    pub(super) fn is_sound(text: &str) -> bool {
        let known = text.bytes().all(|b| b.is_ascii_digit() || b == b'~' || code(b).is_some());
        let shape = Self::parse(text, false);
        let sound = shape.lens.iter().all(|len| (1..=MAX_GROUP).contains(&usize::from(*len)));
        known && sound && text.bytes().any(|b| b.is_ascii_digit()) && {
            let len: usize = shape.lens.iter().map(|len| usize::from(*len)).sum();
            len + shape.lens.len() > 9 && shape.lens.len() <= super::number::MAX_GROUPS
        }
    }
}

/// What stands between the groups of a shape, two bits each, the first lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Joints {
    /// The bits that are given, and what they are.
    fixed: u32,
    codes: u32,
    /// The bits of joints that are like the first, and no slash.
    alike: u32,
    count: u32,
}

impl Joints {
    /// Whether it is these that stand there: the first `count` of them are seen.
    pub(super) const fn are(self, codes: u32, count: u32) -> bool {
        let seen = if count < 16 { (1 << (2 * count)) - 1 } else { u32::MAX };
        let first = codes & 0b11;
        let alike = self.alike & seen;
        (codes ^ self.codes) & self.fixed & seen == 0
            && self.codes != u32::MAX
            && (alike == 0 || first != SLASH && (codes ^ (first * 0x5555_5555)) & alike == 0)
    }
}

impl Joints {
    /// Whether this joint may stand at that place, whatever stands at the others.
    const fn may_be(self, place: u32, joint: u32) -> bool {
        let given = self.fixed >> (2 * place) & 0b11 == 0b11;
        self.codes != u32::MAX && if given { self.codes >> (2 * place) & 0b11 == joint } else { joint != SLASH }
    }

    /// Whether one of them is given as a blank.
    pub(super) fn have_a_blank(self) -> bool {
        (0..self.count).any(|i| (self.fixed >> (2 * i)) & 0b11 == 0b11 && (self.codes >> (2 * i)) & 0b11 == 0)
    }
}

/// A joint in two bits.
pub(super) const fn code(joint: u8) -> Option<u32> {
    match joint {
        b' ' => Some(0),
        b'-' => Some(1),
        b'.' => Some(2),
        b'/' => Some(SLASH),
        _ => None,
    }
}

const SLASH: u32 = 3;

/// The shapes by the lengths of their groups.
#[derive(Debug)]
pub(super) struct Trie {
    pub(super) nodes: Vec<Node>,
    pub(super) shapes: Vec<(Shape, usize)>,
    /// What numbers begin with: any, those that count without a word, and of these those that do so behind another number and a blank too.
    pub(super) any: Firsts,
    pub(super) alone: Firsts,
    pub(super) behind_a_blank: Firsts,
    /// The longest number as it is written.
    pub(super) longest: usize,
}

/// What numbers begin with: by the length of the first group, the joint behind it and the length of the second group one bit for each first digit, and
/// [`CARD`].
#[derive(Debug)]
pub(super) struct Firsts([[[u16; LENS]; JOINTS]; LENS]);

impl Default for Firsts {
    /// Only cards: see `card::SHAPES`.
    fn default() -> Self {
        let mut it = Self([[[0; LENS]; JOINTS]; LENS]);
        (CARD_MIN..LENS).for_each(|len| it.set_single(len, CARD));
        for joint in [b' ', b'-'].into_iter().filter_map(code) {
            [(4, 4), (4, 6), (6, 13)].into_iter().for_each(|(first, second)| it.set(first, joint, second, CARD));
        }
        it
    }
}

impl Firsts {
    fn add(&mut self, shape: &Shape, begins: &[u8]) {
        let digits = if begins.is_empty() { b"0123456789" } else { begins };
        let digits = digits.iter().fold(0, |all, digit| all | digit_bit(*digit));
        let [first, rest @ ..] = shape.lens.as_slice() else { return };
        let first = usize::from(*first);
        let Some(second) = rest.first().map(|len| usize::from(*len)) else {
            return self.set_single(first, digits);
        };
        for joint in (0..=SLASH).filter(|joint| shape.joints.are(*joint, 1)) {
            self.set(first, joint, second, digits);
        }
    }

    fn set(&mut self, first: usize, joint: u32, second: usize, bits: u16) {
        let own = self.0.get_mut(first).and_then(|own| own.get_mut(joint as usize)?.get_mut(second));
        own.into_iter().for_each(|own| *own |= bits);
    }

    /// One group counts whatever stands behind it.
    fn set_single(&mut self, len: usize, bits: u16) {
        self.0.get_mut(len).into_iter().flatten().flatten().for_each(|own| *own |= bits);
    }

    /// What numbers begin with whose first group has that length, with this joint behind it and a group of that length behind this.
    pub(super) fn of(&self, len: usize, joint: Option<u8>, second: Option<usize>) -> u16 {
        let joint = joint.map_or(JOINTS - 1, index);
        let second = second.filter(|second| *second < LENS).unwrap_or_default();
        self.0.get(len).and_then(|own| own.get(joint)?.get(second)).copied().unwrap_or_default()
    }
}

/// Whether one of these digits is this.
pub(super) const fn has_digit(bits: u16, digit: u8) -> bool {
    bits & digit_bit(digit) != 0
}

const fn digit_bit(digit: u8) -> u16 {
    let digit = digit.wrapping_sub(b'0');
    1 << if digit < 9 { digit } else { 9 }
}

/// It may be a card's, whatever its first digit.
pub(super) const CARD: u16 = 1 << 15;

/// The joints, and none.
const JOINTS: usize = SLASH as usize + 2;

/// The [`code`] of a joint, or what stands for none: without a branch.
fn index(joint: u8) -> usize {
    let is = |own: u8| usize::from(joint == own);
    JOINTS - 1 - 4 * is(b' ') - 3 * is(b'-') - 2 * is(b'.') - is(b'/')
}

#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// By the length of the next group; 0: none.
    next: [u16; MAX_GROUP + 1],
    /// The shapes that end here.
    pub(super) ends: Vec<u16>,
    /// Whether one of them counts without a word.
    pub(super) alone: bool,
    /// Behind which joints the last of its groups stands in a number that counts without a word and begins so, one bit each; all for the first.
    joints: u8,
}

impl Default for Trie {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            shapes: Vec::new(),
            any: Firsts::default(),
            alone: Firsts::default(),
            behind_a_blank: Firsts::default(),
            longest: CARD_WRITTEN,
        }
    }
}

impl Trie {
    /// Adds a shape of a rule whose numbers begin with one of these digits (empty: any). There are a few hundred; what does not fit is left out, and the test of the examples says so.
    pub(super) fn add(&mut self, shape: Shape, rule: usize, begins: &[u8]) {
        let mut at = 0_usize;
        for (place, len) in shape.lens.iter().enumerate() {
            let count = self.nodes.len();
            let Some(slot) = self.nodes.get_mut(at).and_then(|node| node.next.get_mut(usize::from(*len))) else {
                return;
            };
            if *slot == 0 {
                let Ok(new) = u16::try_from(count) else { return };
                *slot = new;
                self.nodes.push(Node::default());
                at = count;
            } else {
                at = usize::from(*slot);
            }
            if let Some(node) = self.nodes.get_mut(at).filter(|_| !shape.near) {
                let before = place.checked_sub(1).and_then(|place| u32::try_from(place).ok());
                let joints = (0..=SLASH).filter(|joint| before.is_none_or(|place| shape.joints.may_be(place, *joint)));
                node.joints |= joints.fold(0, |all, joint| all | 1 << joint);
            }
        }
        if let (Some(node), Ok(index)) = (self.nodes.get_mut(at), u16::try_from(self.shapes.len())) {
            node.ends.push(index);
            node.alone |= !shape.near;
            self.any.add(&shape, begins);
            if !shape.near {
                self.alone.add(&shape, begins);
                if !shape.joints.have_a_blank() {
                    self.behind_a_blank.add(&shape, begins);
                }
            }
            let digits: usize = shape.lens.iter().map(|len| usize::from(*len)).sum();
            self.longest = self.longest.max(digits + shape.lens.len());
            self.shapes.push((shape, rule));
        }
    }

    /// Whether a number that counts without a word may go on to this node behind this joint.
    pub(super) fn may_count(node: &Node, joint: u32) -> bool {
        node.joints >> joint & 1 == 1
    }

    pub(super) fn step(&self, node: usize, len: usize) -> Option<usize> {
        let next = self.nodes.get(node)?.next.get(len).copied().filter(|next| *next != 0)?;
        Some(usize::from(next))
    }
}

/// The fewest digits of a card.
pub(super) const CARD_MIN: usize = 12;

/// The longest group of any number here, in digits: a card written without joints.
pub(super) const MAX_GROUP: usize = 19;

/// The longest card as it is written: nineteen digits in five groups.
const CARD_WRITTEN: usize = 23;

/// Lengths of groups, from none on.
const LENS: usize = MAX_GROUP + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_number_begins_with_is_known_of_every_shape() {
        let mut trie = Trie::default();
        let shapes = ["3-2-4", "18", "2.3.3/4-2", "4~4~4", "2 2 2"];
        shapes.iter().for_each(|text| trie.add(Shape::parse(text, false), 0, b"12"));
        trie.add(Shape::parse("5 6", true), 0, b"");
        let have = |len, digit, joint: Option<u8>, second| has_digit(trie.alone.of(len, joint, second), digit);
        assert!(
            have(3, b'1', Some(b'-'), Some(2))
                && have(2, b'2', Some(b'.'), Some(3))
                && have(2, b'2', Some(b' '), Some(2))
        );
        assert!([b' ', b'-', b'.'].into_iter().all(|joint| have(4, b'1', Some(joint), Some(4))));
        // One group counts whatever stands behind it.
        assert!(have(18, b'1', None, None) && have(18, b'1', Some(b' '), Some(7)) && have(18, b'1', Some(b'x'), None));
        for (len, digit, joint, second) in [
            (3, b'3', Some(b'-'), Some(2)),
            (3, b'1', Some(b'.'), Some(2)),
            (3, b'1', Some(b'-'), Some(3)),
            (3, b'1', Some(b'-'), None),
            (2, b'1', None, None),
            (2, b'1', Some(b'.'), Some(2)),
            (4, b'1', Some(b'/'), Some(4)),
            (5, b'1', Some(b' '), Some(6)),
            (18, b'3', None, None),
        ] {
            assert!(!have(len, digit, joint, second), "{len} {joint:?} {second:?}");
        }
        assert!(has_digit(trie.any.of(5, Some(b' '), Some(6)), b'9'));
        let card = |len, joint, second| trie.alone.of(len, joint, second) & CARD != 0;
        assert!(
            card(16, None, None)
                && card(4, Some(b' '), Some(4))
                && card(4, Some(b'-'), Some(6))
                && card(19, None, Some(70))
        );
        assert!(
            !card(4, Some(b'.'), Some(4))
                && !card(4, Some(b' '), Some(5))
                && !card(11, None, None)
                && !card(20, None, None)
        );
    }
}
