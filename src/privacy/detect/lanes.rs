//! Classes of bytes as bit masks: one bit a byte, 64 bytes a word, so that what stands next to what is told with a few shifts.

/// Bytes that are looked at at once.
pub(super) const WINDOW: usize = 64;

/// What the bytes of one window are; bit 0 is the first byte, and bits behind the end of the text are zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lane {
    /// `0` to `9`.
    pub(super) digits: u64,
    /// `A` to `Z`.
    pub(super) upper: u64,
    /// `a` to `z`.
    pub(super) lower: u64,
    /// Blanks and dashes.
    pub(super) dashes: u64,
    /// Dots and slashes.
    pub(super) dots: u64,
}

impl Lane {
    /// What joins groups of digits.
    pub(super) const fn joints(self) -> u64 {
        self.dashes | self.dots
    }

    /// Letters of ASCII.
    pub(super) const fn letters(self) -> u64 {
        self.upper | self.lower
    }

    fn of(window: &[u8; WINDOW]) -> Self {
        Self {
            digits: mask(window, |b| b.wrapping_sub(b'0') <= 9),
            upper: mask(window, |b| b.wrapping_sub(b'A') <= 25),
            lower: mask(window, |b| b.wrapping_sub(b'a') <= 25),
            dashes: mask(window, |b| (b == b' ') | (b == b'-')),
            dots: mask(window, |b| (b == b'.') | (b == b'/')),
        }
    }
}

/// The windows of a text, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Lanes(Vec<Lane>);

impl Lanes {
    /// Looks at a text; what was here before is forgotten.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let (windows, rest) = bytes.as_chunks::<WINDOW>();
        self.0.clear();
        self.0.extend(windows.iter().map(Lane::of));
        if !rest.is_empty() {
            let mut padded = [0; WINDOW];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.0.push(Lane::of(&padded));
        }
    }

    /// The windows.
    pub(super) fn all(&self) -> &[Lane] {
        &self.0
    }

    /// The window with that number; behind the end nothing is anything.
    pub(super) fn at(&self, window: usize) -> Lane {
        self.0.get(window).copied().unwrap_or_default()
    }

    /// How many digits stand in a row from `at` on.
    pub(super) fn digits_from(&self, at: usize) -> usize {
        let digits = |window: usize| self.0.get(window).map_or(0, |lane| lane.digits);
        let (window, offset) = (at / WINDOW, at % WINDOW);
        // The bits that are shifted in are zeros, so a run ends at the latest with its window.
        let mut len = (digits(window) >> offset).trailing_ones() as usize;
        let mut last = window;
        while (offset + len) / WINDOW > last - window {
            last += 1;
            len += digits(last).trailing_ones() as usize;
        }
        len
    }
}

/// Where the first byte stands that is in a class, has `behind` right behind it, and is what `is` says.
pub(super) fn find_pair(
    bytes: &[u8],
    class: impl Fn(u8) -> bool,
    behind: u8,
    mut is: impl FnMut(usize) -> bool,
) -> Option<usize> {
    let mut before = 0;
    let mut look = |base: usize, window: &[u8; WINDOW]| {
        let first = mask(window, &class);
        let mut pairs = (first << 1 | before) & mask(window, |b| b == behind);
        before = first >> (WINDOW - 1);
        while pairs != 0 {
            // A pair that the edge of two windows divides begins in the one before.
            let at = (base + pairs.trailing_zeros() as usize).wrapping_sub(1);
            if is(at) {
                return Some(at);
            }
            pairs &= pairs - 1;
        }
        None
    };
    let (windows, rest) = bytes.as_chunks::<WINDOW>();
    for (base, window) in (0..).step_by(WINDOW).zip(windows) {
        if let Some(at) = look(base, window) {
            return Some(at);
        }
    }
    let mut padded = [0; WINDOW];
    padded.get_mut(..rest.len())?.copy_from_slice(rest);
    look(bytes.len() - rest.len(), &padded)
}

/// One bit for each byte that is in the class.
///
/// Byte i of the window votes with bit i / 8 in byte i % 8, which vectors do for sixteen bytes at once; then rows and columns of these
/// eight by eight bits change places.
#[inline(always)]
fn mask(window: &[u8; WINDOW], class: impl Fn(u8) -> bool) -> u64 {
    let ([a, b, c, d], _) = window.as_chunks::<16>() else { return 0 };
    let mut votes = [0_u8; 16];
    let lanes = a.iter().zip(b).zip(c.iter().zip(d)).zip(&FIRST);
    for (vote, (((a, b), (c, d)), weight)) in votes.iter_mut().zip(lanes) {
        let of = |byte: u8, weight: u8| if class(byte) { weight } else { 0 };
        *vote = of(*a, *weight) | of(*b, weight << 2) | of(*c, weight << 4) | of(*d, weight << 6);
    }
    let votes = u128::from_le_bytes(votes);
    #[allow(clippy::cast_possible_truncation, reason = "its halves")]
    transposed(votes as u64 | (votes >> 64) as u64)
}

/// Bit 8 r + c becomes bit 8 c + r.
const fn transposed(bits: u64) -> u64 {
    let swap = (bits ^ (bits >> 7)) & 0x00aa_00aa_00aa_00aa;
    let bits = bits ^ swap ^ (swap << 7);
    let swap = (bits ^ (bits >> 14)) & 0x0000_cccc_0000_cccc;
    let bits = bits ^ swap ^ (swap << 14);
    let swap = (bits ^ (bits >> 28)) & 0x0000_0000_f0f0_f0f0;
    bits ^ swap ^ (swap << 28)
}

/// The first sixteen bytes are two rows.
const FIRST: [u8; 16] = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_bit_in_every_place() {
        for b in 0..=u8::MAX {
            let other = if b == b'~' { b'!' } else { b'~' };
            for at in 0..WINDOW {
                let mut window = [other; WINDOW];
                window[at] = b;
                let bit = |is: bool| u64::from(is) << at;
                let expected = Lane {
                    digits: bit(b.is_ascii_digit()),
                    upper: bit(b.is_ascii_uppercase()),
                    lower: bit(b.is_ascii_lowercase()),
                    dashes: bit(matches!(b, b' ' | b'-')),
                    dots: bit(matches!(b, b'.' | b'/')),
                };
                assert_eq!(Lane::of(&window), expected, "{b:#x} at {at}");
            }
        }
    }

    #[test]
    fn a_pair_is_found_wherever_it_stands() {
        for len in 2..200 {
            for at in 0..len - 1 {
                let mut bytes = vec![b'x'; len];
                (bytes[at], bytes[at + 1]) = (b'$', b' ');
                assert_eq!(find_pair(&bytes, |b| b == b'$', b' ', |_| true), Some(at), "{len}");
                assert_eq!(find_pair(&bytes, |b| b == b'$', b' ', |found| found != at), None, "{len}");
                assert_eq!(find_pair(&bytes, |b| b == b'#', b' ', |_| true), None, "{len}");
            }
        }
        assert_eq!(find_pair(b"$", |b| b == b'$', b' ', |_| true), None);
        assert_eq!(find_pair(b"  $ $ ", |b| b == b'$', b' ', |at| at > 2), Some(4));
    }

    #[test]
    fn a_run_of_digits_is_measured_over_the_edges_of_windows() {
        for from in 0..130 {
            for len in 0..200 {
                let mut bytes = vec![b'x'; from];
                bytes.extend(vec![b'7'; len]);
                let mut lanes = Lanes::default();
                lanes.read(&bytes);
                assert_eq!(lanes.digits_from(from), len, "from {from}");
            }
        }
    }
}
