//! Characters that look like others, folded before matching: what a person reads as a digit, a blank or nothing must not hide a value.
//!
//! Full-width and mathematical letters and digits, digits of other scripts, blanks and hyphens of all kinds, format characters (left out), and
//! box drawing (as `|`, `-`, `+`, so that tables of all styles are alike).

/// A folded line, and where each of its bytes came from.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) bytes: Vec<u8>,
    /// For each byte of `bytes` where its character began, and at the end the length of the line.
    from: Vec<u32>,
}

impl Folded {
    /// Folds a line.
    pub(super) fn of(line: &[u8]) -> Self {
        let mut it = Self { bytes: Vec::with_capacity(line.len()), from: Vec::with_capacity(line.len() + 1) };
        let mut at = 0_usize;
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                let mut room = [0; 4];
                let folded = if c.is_ascii() { Fold::Same } else { fold(c) };
                let bytes = match folded {
                    Fold::Same => c.encode_utf8(&mut room).as_bytes(),
                    Fold::As(b) => {
                        room = [b, 0, 0, 0];
                        room.get(..1).unwrap_or_default()
                    }
                    Fold::Gone => &[],
                };
                for b in bytes {
                    it.bytes.push(*b);
                    it.from.push(u32::try_from(at).unwrap_or(u32::MAX));
                }
                at += c.len_utf8();
            }
            for b in chunk.invalid() {
                it.bytes.push(*b);
                it.from.push(u32::try_from(at).unwrap_or(u32::MAX));
                at += 1;
            }
        }
        it.from.push(u32::try_from(at).unwrap_or(u32::MAX));
        it
    }

    /// Where a place in the folded line is in the line.
    pub(super) fn origin(&self, at: usize) -> usize {
        let last = self.from.last().copied().unwrap_or_default();
        self.from.get(at).copied().unwrap_or(last) as usize
    }

    /// Where what ends here in the folded line ends in the line: behind its last character, without what was left out there.
    pub(super) fn origin_end(&self, end: usize, line: &[u8]) -> usize {
        let Some(last) = end.checked_sub(1) else { return 0 };
        let start = self.origin(last);
        let len = match line.get(start) {
            Some(0xf0..) => 4,
            Some(0xe0..) => 3,
            Some(0xc0..) => 2,
            _ => 1,
        };
        (start + len).min(line.len()).max(self.origin(end).min(start + len))
    }
}

/// The next place from `from` on where a character may have to be folded.
pub(super) fn next(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let skip = ascii_len(rest);
        at += skip;
        let rest = text.get(at..)?;
        match rest {
            [] => return None,
            [0xc2, 0xa0 | 0xad, ..]
            | [0xe2, 0x80 | 0x81 | 0x88 | 0x94 | 0x95, ..]
            | [0xef, 0xbb | 0xbc | 0xbd | 0xb8, ..]
            | [0xf0, 0x9d, ..]
            | [0xd9, 0xa0..=0xa9, ..]
            | [0xdb, 0xb0..=0xb9, ..]
            | [0xe0, 0xa5, 0xa6..=0xaf, ..]
            | [0xe3, 0x80, 0x80, ..]
            | [0xe1, 0xa0, 0x8e, ..]
            | [0xf3, 0xa0, ..] => return Some(at),
            _ => at += 1,
        }
    }
}

fn ascii_len(bytes: &[u8]) -> usize {
    let clean: usize =
        bytes.chunks(32).take_while(|lane| lane.iter().fold(0, |any, b| any | b) < 0x80).map(<[u8]>::len).sum();
    clean + bytes.get(clean..).unwrap_or_default().iter().take_while(|b| **b < 0x80).count()
}

enum Fold {
    Same,
    As(u8),
    Gone,
}

fn fold(c: char) -> Fold {
    let code = u32::from(c);
    let byte = |base: u8, offset: u32| Fold::As(base + u8::try_from(offset).unwrap_or(0));
    match code {
        0xa0 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => Fold::As(b' '),
        0xad
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x2064
        | 0x2066..=0x206f
        | 0xfeff
        | 0x180e
        | 0xfe00..=0xfe0f
        | 0xe0000..=0xe01ef => Fold::Gone,
        0x2010..=0x2015 | 0x2212 => Fold::As(b'-'),
        0x2018 | 0x2019 => Fold::As(b'\''),
        0x201c | 0x201d => Fold::As(b'"'),
        0xff01..=0xff5e => byte(b'!', code - 0xff01),
        0x1d7ce..=0x1d7ff => byte(b'0', (code - 0x1d7ce) % 10),
        0x1d400..=0x1d6a3 => {
            let letter = (code - 0x1d400) % 52;
            if letter < 26 { byte(b'A', letter) } else { byte(b'a', letter - 26) }
        }
        0x660..=0x669 => byte(b'0', code - 0x660),
        0x6f0..=0x6f9 => byte(b'0', code - 0x6f0),
        0x966..=0x96f => byte(b'0', code - 0x966),
        0x2502 | 0x2503 | 0x2506 | 0x2507 | 0x250a | 0x250b | 0x2551 => Fold::As(b'|'),
        0x2500 | 0x2501 | 0x2504 | 0x2505 | 0x2508 | 0x2509 | 0x2550 => Fold::As(b'-'),
        0x250c..=0x254b | 0x2552..=0x256c => Fold::As(b'+'),
        _ => Fold::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_digit_is_one_and_maps_back() {
        let line = "x ４１１１\u{200b} 1\u{a0}𝟏 │".as_bytes();
        assert_eq!(next(line, 0), Some(2));
        let folded = Folded::of(line);
        assert_eq!(folded.bytes, b"x 4111 1 1 |");
        assert_eq!(folded.origin(2), 2);
        assert_eq!(folded.origin_end(6, line), 14);
        assert_eq!(folded.origin_end(12, line), line.len());
        assert_eq!(next("plain é text".as_bytes(), 0), None);
    }
}
