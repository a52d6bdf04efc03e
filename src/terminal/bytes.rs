//! Looking for one byte in many, which every run of output goes through several times.

/// Where `byte` first stands.
#[must_use]
pub fn first(bytes: &[u8], byte: u8) -> Option<usize> {
    // No early exit within a lane: the compiler makes vector instructions of it.
    let has = |lane: &[u8]| lane.iter().fold(false, |any, b| any | (*b == byte));
    let clean = bytes.chunks_exact(LANE).take_while(|lane| !has(lane)).count() * LANE;
    bytes.get(clean..)?.iter().position(|b| *b == byte).map(|at| clean + at)
}

/// How often `byte` stands there.
#[must_use]
pub fn count(bytes: &[u8], byte: u8) -> usize {
    // Sums of one byte each are added lane by lane.
    bytes.chunks(LANE).map(|lane| usize::from(lane.iter().fold(0_u8, |sum, b| sum + u8::from(*b == byte)))).sum()
}

/// Bytes that are looked at together; fewer than a byte can count.
const LANE: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_agree_with_the_plain_way(bytes in prop::collection::vec(0_u8..40, 0..400)) {
            prop_assert_eq!(super::first(&bytes, 7), bytes.iter().position(|b| *b == 7));
            prop_assert_eq!(super::count(&bytes, 7), bytes.iter().filter(|b| **b == 7).count());
        }

        #[test]
        fn however_many_there_are(len in 0_usize..1000) {
            prop_assert_eq!(super::count(&vec![7; len], 7), len);
            prop_assert_eq!(super::first(&[vec![0; len], vec![7]].concat(), 7), Some(len));
        }
    }
}
