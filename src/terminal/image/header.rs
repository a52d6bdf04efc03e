//! How large the image in a file is, by its first bytes.

/// Width and height of a PNG (ISO/IEC 15948, 11.2.2).
pub(super) fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    Some((big_endian(rest.get(..4)?)?, big_endian(rest.get(4..8)?)?))
}

/// Width and height of a GIF: its logical screen.
fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"GIF87a").or_else(|| bytes.strip_prefix(b"GIF89a"))?;
    let little = |at: usize| Some(u32::from(*rest.get(at)?) | u32::from(*rest.get(at + 1)?) << 8);
    Some((little(0)?, little(2)?))
}

/// Width and height of a JPEG: in the header of its frame (ITU T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    for _ in 0..SEGMENTS {
        let kind = match rest {
            [0xff, 0xff, ..] => {
                rest = rest.get(1..)?;
                continue;
            }
            [0xff, kind, ..] => *kind,
            _ => return None,
        };
        let length = usize::try_from(big_endian(rest.get(2..4)?)?).ok()?;
        match kind {
            // Frames, but for the tables that are numbered among them.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((big_endian(rest.get(7..9)?)?, big_endian(rest.get(5..7)?)?));
            }
            // The data begin, or it is at its end.
            0xd9 | 0xda => return None,
            _ => rest = rest.get(2 + length.max(2)..)?,
        }
    }
    None
}

/// Width and height of a TIFF (revision 6.0): two entries of its first directory.
fn tiff(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = match bytes.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        if little {
            bytes.reverse();
        }
        big_endian(&bytes)
    };
    let directory = bytes.get(usize::try_from(number(bytes.get(4..8)?)?).ok()?..)?;
    let count = usize::try_from(number(directory.get(..2)?)?).ok()?.min(ENTRIES);
    let entries = directory.get(2..)?.chunks_exact(12).take(count);
    let value = |wanted: u32| {
        let entry = entries.clone().find(|entry| entry.get(..2).and_then(number) == Some(wanted))?;
        // 16 or 32 bits, where the value begins.
        match number(entry.get(2..4)?)? {
            3 => number(entry.get(8..10)?),
            4 => number(entry.get(8..12)?),
            _ => None,
        }
    };
    Some((value(0x100)?, value(0x101)?))
}

/// Width and height of a PNG, GIF, JPEG or TIFF.
pub(super) fn any(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = png(bytes).or_else(|| gif(bytes)).or_else(|| jpeg(bytes)).or_else(|| tiff(bytes))?;
    let bounded = |pixels: u32| (1..=PIXELS_MAX).contains(&pixels);
    (bounded(size.0) && bounded(size.1)).then_some(size)
}

fn big_endian(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |n, b| n.checked_mul(256)?.checked_add(u32::from(*b)))
}

/// Width and height of an image at the most, as kitty has it.
pub(super) const PIXELS_MAX: u32 = 10_000;
/// Segments of a JPEG that are passed over: each is two bytes at least, and cameras write some twenty.
const SEGMENTS: usize = 4096;
/// Entries of a TIFF's directory that are looked at: encoders write some twenty, in the order of their numbers.
const ENTRIES: usize = 64;
