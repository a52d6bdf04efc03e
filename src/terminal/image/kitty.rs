//! Kitty's graphics protocol, as far as it shows an image that stands in the sequence itself (sw.kovidgoyal.net/kitty/graphics-protocol).
//!
//! `APC G key=value,… ; base64 ST`; an image may come in several of them, all but the last with `m=1`.
//!
//! | keys | here |
//! |---|---|
//! | `a=T` | transmit and show: passes |
//! | `a=d` | delete: images that were shown are deleted, the one with that `i`, or all |
//! | `a=t`, `p`, `q`, `f`, `a`, `c` | dropped: to keep, to show what was kept, questions, animations |
//! | `t=d` or none | the image stands in the sequence |
//! | `t=f`, `t`, `s` | dropped always: the engineer's terminal would read its own files or memory |
//! | `f`, `s`, `v`, `o`, `z`, `c`, `r` | kept, within bounds; of `c` and `r` what is left out is computed |
//! | `U`, `P`, `Q`, `x`, `y`, `w`, `h` | dropped: placeholders in text, relative places, parts of an image |
//!
//! What is sent says `q=2` (no answer comes back as if it had been typed), `C=1` (the cursor stays), how many cells it covers, and an id of
//! ours, by which it is deleted when the target draws over all of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{BASE64, Body, Extent, Format, Image, Left, Read, header};

/// Images that come in pieces.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    open: Option<Keys>,
    /// Decoded: encoders pad each piece, or none.
    payload: Vec<u8>,
    /// How many characters it was.
    came: usize,
    /// It is longer than an image may be, or no base64.
    spoilt: bool,
}

/// Whether the text of an APC is of this protocol.
pub(super) fn begins(text: &[u8]) -> bool {
    text.first() == Some(&b'G')
}

impl Pieces {
    /// Takes the text of one APC.
    pub(super) fn take(&mut self, text: &[u8]) -> Read {
        let text = text.get(1..).unwrap_or_default();
        let at = text.iter().position(|b| *b == b';').unwrap_or(text.len());
        let (head, payload) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let Some(keys) = Keys::read(head) else {
            self.forget();
            return Read::Nothing;
        };
        match (&self.open, keys.action) {
            (Some(_), None) => {}
            (_, Some(b'd')) => {
                self.forget();
                return Read::Delete(keys.id.filter(|_| matches!(keys.delete, Some(b'i' | b'I'))));
            }
            (_, Some(b'T')) => {
                self.forget();
                self.open = Some(keys.clone());
            }
            // Transmitted and not shown, and whatever follows it.
            _ => {
                self.forget();
                return Read::Nothing;
            }
        }
        // Of a longer string only the head is here.
        self.came = self.came.saturating_add(payload.len());
        self.spoilt |= text.len() >= Image::MOST || self.came > Image::MOST;
        self.spoilt |= !self.spoilt && BASE64.decode_vec(payload, &mut self.payload).is_err();
        if self.spoilt {
            self.payload = Vec::new();
        }
        if keys.more {
            return Read::Nothing;
        }
        let Self { open, payload, spoilt, .. } = std::mem::take(self);
        match open.filter(|_| !spoilt && !payload.is_empty()).and_then(|keys| keys.image(payload)) {
            Some(image) => Read::Image(image),
            None => Read::Unreadable,
        }
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.payload.len()
    }

    fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The keys of one command, as far as they count here.
#[derive(Debug, Clone, Default)]
struct Keys {
    action: Option<u8>,
    delete: Option<u8>,
    more: bool,
    id: Option<u32>,
    format: Option<u32>,
    width: Option<u32>,
    height: Option<u32>,
    cols: Option<u32>,
    rows: Option<u32>,
    layer: Option<i32>,
    deflated: bool,
    stays: bool,
}

impl Keys {
    /// `None`: something in them is not for us to pass on.
    fn read(head: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(head).ok()?;
        let mut keys = Self::default();
        for (key, value) in text
            .split(',')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('='))
            .collect::<Option<Vec<_>>>()?
        {
            let number = || value.parse::<u32>().ok();
            let letter = value.bytes().next().filter(|_| value.len() == 1);
            match key {
                "a" => keys.action = Some(letter?),
                "d" => keys.delete = Some(letter?),
                "t" => {
                    letter.filter(|t| *t == b'd')?;
                }
                "o" => keys.deflated = letter? == b'z',
                "m" => keys.more = number()? == 1,
                "i" => keys.id = Some(number()?),
                "f" => keys.format = Some(number()?),
                "s" => keys.width = Some(number()?),
                "v" => keys.height = Some(number()?),
                "c" => keys.cols = Some(number()?),
                "r" => keys.rows = Some(number()?),
                "z" => keys.layer = Some(value.parse().ok()?),
                "C" => keys.stays = number()? == 1,
                "U" | "P" | "Q" | "H" | "V" | "x" | "y" | "w" | "h" => {
                    number().filter(|n| *n == 0)?;
                }
                // Where in its cell it begins, sizes of files, answers, other names of it: not passed on.
                _ => {}
            }
        }
        Some(keys)
    }

    fn image(self, payload: Vec<u8>) -> Option<Image> {
        let format = self.format.unwrap_or(32);
        let (width, height) = match format {
            100 if !self.deflated => header::png(&payload)?,
            24 | 32 => (self.width?, self.height?),
            _ => return None,
        };
        let bounded = |pixels: u32| (1..=header::PIXELS_MAX).contains(&pixels);
        if !bounded(width) || !bounded(height) {
            return None;
        }
        let mut keys = format!("f={format}");
        if format != 100 {
            keys += &format!(",s={width},v={height}");
        }
        if self.deflated {
            keys += ",o=z";
        }
        if let Some(layer) = self.layer {
            keys += &format!(",z={layer}");
        }
        let cells = |cells: Option<u32>| match cells {
            None | Some(0) => Extent::Natural,
            Some(cells) => Extent::Cells(u16::try_from(cells).unwrap_or(u16::MAX)),
        };
        Some(Image {
            format: Format::Kitty,
            width,
            height,
            reach: height,
            extent: (cells(self.cols), cells(self.rows)),
            left: if self.stays { Left::WhereItBegins } else { Left::Behind },
            name: self.id,
            body: Body::Kitty { keys, payload },
        })
    }
}

/// The sequences that show it.
pub(super) fn write(keys: &str, payload: &[u8], id: u32, (cols, rows): (u16, u16)) -> Vec<u8> {
    let payload = STANDARD.encode(payload);
    let mut out = Vec::with_capacity(payload.len() + 128);
    let mut chunks = payload.as_bytes().chunks(CHUNK).peekable();
    let mut head = format!("a=T,q=2,C=1,i={id},c={cols},r={rows},{keys}");
    while let Some(chunk) = chunks.next() {
        let more = u8::from(chunks.peek().is_some());
        out.extend_from_slice(format!("\x1b_G{head},m={more};").as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\x1b\\");
        "q=2".clone_into(&mut head);
    }
    out
}

/// The sequence that deletes it.
pub(super) fn delete(id: u32) -> Vec<u8> {
    format!("\x1b_Ga=d,q=2,d=I,i={id}\x1b\\").into_bytes()
}

/// Bytes of base64 in one sequence; the protocol says no more.
const CHUNK: usize = 4096;
