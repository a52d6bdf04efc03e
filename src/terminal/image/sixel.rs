//! Sixels: one character draws six pixels, one below the other (DEC STD 070, chapter 10; VT330/VT340 Programmer Reference, volume 2, chapter 14).
//!
//! | characters | what they do |
//! |---|---|
//! | `?` to `~` | six pixels, and one column to the right |
//! | `! n c` | the same `n` times |
//! | `# n` · `# n ; u ; x ; y ; z` | the colour of what follows · defines it, in HLS (1) or RGB (2) |
//! | `$` · `-` | back to the left edge · the next six rows |
//! | `" pan ; pad ; ph ; pv` | shape of a pixel, and the size that the image claims to have |
//!
//! Everything is written anew out of what was understood: numbers in decimal, pixels as squares, as size what the data cover. A claimed
//! height counts only where it cuts the last six rows, as encoders mean it.

use super::{Body, Extent, Format, Image, Left};

/// Whether a device control string is one: parameters and `q`.
pub(super) fn begins(text: &[u8]) -> bool {
    let head = text.iter().take(HEAD).take_while(|b| b.is_ascii_digit() || **b == b';').count();
    text.get(head) == Some(&b'q')
}

/// Reads the text of such a string.
pub(super) fn read(text: &[u8]) -> Option<Image> {
    let at = text.iter().position(|b| *b == b'q')?;
    let mut reader = Reader { rest: text.get(..at)?, ..Reader::default() };
    let [_, background, ..] = reader.numbers()?;
    if !reader.rest.is_empty() {
        return None;
    }
    reader.rest = text.get(at + 1..)?;
    while let Some(byte) = reader.next() {
        reader.element(byte)?;
    }
    let Reader { out, widest, column, band, drawn, claimed, .. } = reader;
    let (width, height) = (widest.max(column), drawn.checked_mul(BAND)?);
    if width == 0 || height == 0 {
        return None;
    }
    let reach = band.checked_add(1)?.checked_mul(BAND)?;
    let height = claimed.filter(|claimed| *claimed <= height && claimed + BAND > height).unwrap_or(height);
    // P2 is 1: pixels that are not drawn stay as they are.
    let background = u8::from(background == 1);
    let mut bytes = format!("\x1bP7;{background};0q\"1;1;{width};{height}").into_bytes();
    bytes.extend_from_slice(&out);
    bytes.extend_from_slice(b"\x1b\\");
    Some(Image {
        format: Format::Sixel,
        width,
        height,
        reach,
        extent: (Extent::Natural, Extent::Natural),
        left: Left::LastRow,
        name: None,
        body: Body::Sixel(bytes),
    })
}

/// What was read so far.
#[derive(Default)]
struct Reader<'a> {
    rest: &'a [u8],
    /// The body, written anew.
    out: Vec<u8>,
    column: u32,
    /// The widest band before this one.
    widest: u32,
    /// Which band this is, from 0.
    band: u32,
    /// How many bands there are down to the last in which something was drawn.
    drawn: u32,
    claimed: Option<u32>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn element(&mut self, byte: u8) -> Option<()> {
        match byte {
            b'?'..=b'~' => self.draw(1, byte)?,
            b'!' => {
                let times = self.number()?.unwrap_or(1).max(1);
                let sixel = self.next().filter(|b| (b'?'..=b'~').contains(b))?;
                self.draw(times, sixel)?;
            }
            b'#' => self.colour()?,
            b'$' => self.turn(b'$', 0)?,
            b'-' => self.turn(b'-', 1)?,
            b'"' => self.raster()?,
            // Encoders break lines; terminals take no notice.
            b'\r' | b'\n' | b'\t' | b' ' => {}
            _ => return None,
        }
        Some(())
    }

    fn draw(&mut self, times: u32, sixel: u8) -> Option<()> {
        if times > 1 {
            self.out.extend_from_slice(format!("!{times}").as_bytes());
        }
        self.out.push(sixel);
        self.column = self.column.checked_add(times)?;
        self.drawn = self.band.checked_add(1)?;
        Some(())
    }

    fn turn(&mut self, byte: u8, bands: u32) -> Option<()> {
        self.out.push(byte);
        self.widest = self.widest.max(self.column);
        self.column = 0;
        self.band = self.band.checked_add(bands)?;
        Some(())
    }

    fn colour(&mut self) -> Option<()> {
        let before = self.rest;
        let [register, kind, x, y, z, ..] = self.numbers()?;
        let written = before.get(..before.len() - self.rest.len()).unwrap_or_default();
        self.out.extend_from_slice(format!("#{register}").as_bytes());
        match (written.iter().filter(|b| **b == b';').count(), kind) {
            (0, _) => {}
            (4, 1 | 2) => self.out.extend_from_slice(format!(";{kind};{x};{y};{z}").as_bytes()),
            _ => return None,
        }
        Some(())
    }

    /// Only before anything is drawn: what stands elsewhere terminals take differently.
    fn raster(&mut self) -> Option<()> {
        let [pan, pad, _, high, ..] = self.numbers()?;
        let square = pan.max(1) == pad.max(1);
        if self.drawn > 0 || self.band > 0 || !square {
            return None;
        }
        self.claimed = Some(high).filter(|high| *high > 0);
        Some(())
    }

    /// Numbers with semicolons between them; one that is left out is 0.
    fn numbers(&mut self) -> Option<[u32; 5]> {
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = self.number()?.unwrap_or(0);
            if self.rest.first() != Some(&b';') {
                return Some(numbers);
            }
            self.next();
        }
        None
    }

    /// A number, if one stands here. `None`: it is larger than any terminal's.
    #[allow(clippy::option_option, reason = "none written is not the same as none that counts")]
    fn number(&mut self) -> Option<Option<u32>> {
        let digits = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        let value = number.iter().try_fold(0_u32, |n, d| n.checked_mul(10)?.checked_add(u32::from(d - b'0')))?;
        (value <= NUMBER_MAX).then_some((digits > 0).then_some(value))
    }
}

/// Rows of pixels that one character draws.
const BAND: u32 = 6;
/// No screen has more pixels in a row, no terminal more colours.
const NUMBER_MAX: u32 = 65_535;
/// Characters of a sixel string's parameters: three small numbers.
const HEAD: usize = 24;
