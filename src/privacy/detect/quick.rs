//! Tables that are looked up for every word of a text.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A table of words. What is in it comes from the rules of this build alone, so nobody can choose keys that collide.
pub(super) type Table<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A set of words; see [`Table`].
pub(super) type Set<K> = HashSet<K, BuildHasherDefault<Quick>>;

/// Eight bytes at a time (the multiplier is that of `rustc-hash`).
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Quick(u64);

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.add(rest.iter().fold(1, |word, b| word << 8 | u64::from(*b)));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn write_usize(&mut self, len: usize) {
        self.add(len as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// What words end in, so that most words need not be compared with each ending.
#[derive(Debug, Default)]
pub(super) struct Endings([u64; 16]);

impl Endings {
    /// Adds an ending.
    pub(super) fn add(&mut self, ending: &[u8]) {
        match Self::place(ending) {
            Some((word, bit)) => self.0.iter_mut().skip(word).take(1).for_each(|own| *own |= bit),
            // A shorter one may end anything.
            None => self.0 = [u64::MAX; 16],
        }
    }

    /// Whether one of the endings may be that of this word.
    pub(super) fn may_end(&self, word: &[u8]) -> bool {
        Self::place(word).is_some_and(|(index, bit)| self.0.get(index).is_some_and(|own| own & bit != 0))
    }

    fn place(word: &[u8]) -> Option<(usize, u64)> {
        let [a, b, c] = *word.last_chunk::<3>()?;
        let hash = (u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c)).wrapping_mul(0x9e37_79b1) >> 22;
        Some((hash as usize / 64, 1 << (hash % 64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_known_again() {
        let mut endings = Endings::default();
        endings.add(b"password");
        assert!(endings.may_end(b"dbpassword") && endings.may_end(b"word"));
        assert!(!endings.may_end(b"table") && !endings.may_end(b"rd"));
        endings.add(b"x");
        assert!(endings.may_end(b"table"));
    }
}
