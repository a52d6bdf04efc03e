//! Text in UTF-16 in a stream of bytes: told by its byte order mark or its zeros, and turned into UTF-8 and back.

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// A stream of UTF-16, in one direction and back.
#[derive(Debug)]
pub(super) struct Wide {
    order: Order,
    /// Half a unit.
    half: Option<u8>,
    /// Half a pair of surrogates.
    high: Option<u16>,
}

impl Wide {
    pub(super) const fn new(order: Order) -> Self {
        Self { order, half: None, high: None }
    }

    /// As UTF-8. What is no UTF-16 becomes U+FFFD: it cannot be judged, so it does not pass as it is.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = String::with_capacity(bytes.len());
        for b in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(*b);
                continue;
            };
            let unit = match self.order {
                Order::Little => u16::from_le_bytes([first, *b]),
                Order::Big => u16::from_be_bytes([first, *b]),
            };
            let units = self.high.take().into_iter().chain([unit]);
            for decoded in char::decode_utf16(units) {
                match decoded {
                    Ok(c) => text.push(c),
                    Err(_) if (0xd800..0xdc00).contains(&unit) && self.high.is_none() => self.high = Some(unit),
                    Err(_) => text.push(char::REPLACEMENT_CHARACTER),
                }
            }
        }
        text.into_bytes()
    }

    /// Back from UTF-8.
    pub(super) fn encode(&self, text: &[u8]) -> Vec<u8> {
        let unit = |unit: u16| match self.order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        };
        String::from_utf8_lossy(text).encode_utf16().flat_map(unit).collect()
    }

    /// Half a unit at the end of the stream, as it came.
    pub(super) fn rest(&mut self) -> Option<u8> {
        self.half.take()
    }
}

/// In which order a chunk is UTF-16: it begins with U+FEFF, or nearly every other one of its first bytes is zero and the others are text.
pub(super) fn order_of(bytes: &[u8]) -> Option<Order> {
    match bytes {
        [0xff, 0xfe, rest @ ..] if rest.get(..2) != Some(&[0, 0]) => return Some(Order::Little),
        [0xfe, 0xff, ..] => return Some(Order::Big),
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(HEAD) & !1).filter(|head| head.len() >= LEAST)?;
    let all = |zero: usize| {
        let text = |pair: &&[u8]| {
            let (blank, low) = (pair.get(zero).copied(), pair.get(1 - zero).copied().unwrap_or_default());
            blank == Some(0) && (matches!(low, b'\t' | b'\n' | b'\r') || (0x20..0x7f).contains(&low) || low >= 0xa0)
        };
        // One of eight may be a letter of another script.
        let pairs = head.len() / 2;
        head.chunks_exact(2).filter(text).count() * 8 >= pairs * 7
    };
    if all(1) {
        Some(Order::Little)
    } else if all(0) {
        Some(Order::Big)
    } else {
        None
    }
}

/// Whether a chunk has nothing of UTF-16 any more: plain ASCII without a zero.
pub(super) fn has_ended(bytes: &[u8]) -> bool {
    bytes.len() >= LEAST && bytes.iter().all(|b| (1..0x80).contains(b))
}

/// Fewer bytes say nothing.
const LEAST: usize = 8;

/// So much of a chunk is looked at.
const HEAD: usize = 32;
