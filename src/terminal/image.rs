//! Images that a target draws: read, measured, and placed where the model knows of it.
//!
//! The model has cells only. So an image may not move a client's cursor and not scroll its screen unless the model does the same:
//!
//! 1. How many rows it covers comes out of its data; what it says of itself is written anew ([`Image`]).
//! 2. Room for it is made by line feeds in the model and on the client's terminal alike, one row more than it covers: some terminals
//!    leave the cursor below an image, and the height of a cell is known roughly.
//! 3. It is drawn, and the cursor is placed absolutely, where a terminal of its kind would have left it ([`Placed`]).
//!
//! | format | what passes | where the cursor is left |
//! |---|---|---|
//! | sixel (`DCS … q`; DEC STD 070, VT330/VT340 manual) | square pixels, in the grammar of sixels | on the image's last row, in the column where it began (xterm with DECSDM reset, VT340) |
//! | kitty (`APC G …`), shown at once and out of the sequence itself | PNG, RGB, RGBA, on a number of cells that is written into it | behind it, on its last row; or where it began (`C=1`) |
//! | iTerm2 (`OSC 1337 ; File=…`), inline | PNG, GIF, JPEG, TIFF, on a number of cells that is written into it | the same (`doNotMoveCursor=1`) |
//!
//! What nothing can be made of is not shown: other words in it, an image that does not fit between the cursor and the right margin or on the
//! screen, one on the alternate screen that would scroll it, and any while the size of a cell is not known.

mod header;
mod iterm;
mod kitty;
mod sixel;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::screen::Screen;

/// In which form an image comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// DEC's six pixels a character.
    Sixel,
    /// Kitty's graphics protocol.
    Kitty,
    /// iTerm2's inline images.
    Iterm,
}

impl Format {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sixel => "sixel",
            Self::Kitty => "kitty",
            Self::Iterm => "iterm2",
        }
    }
}

/// What a string of an image's format says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Show this.
    Image(Image),
    /// An image, and nobody can tell what a terminal would make of it.
    Unreadable,
    /// Delete the images that kitty shows: that of this name, or all.
    Delete(Option<u32>),
    /// Nothing that passes, or more has to come.
    Nothing,
}

/// Reads images, string by string. Holds at most [`Image::MOST`] of one that comes in pieces.
#[derive(Debug, Default)]
pub struct Reader {
    pieces: kitty::Pieces,
}

impl Reader {
    /// Reads one string, given what stands between the marks that begin and end it.
    pub fn read(&mut self, format: Format, text: &[u8]) -> Read {
        match format {
            Format::Sixel | Format::Iterm if text.len() > Image::MOST => Read::Unreadable,
            Format::Sixel => sixel::read(text).map_or(Read::Unreadable, Read::Image),
            Format::Kitty => self.pieces.take(text),
            Format::Iterm => iterm::read(text),
        }
    }
}

/// An image that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    format: Format,
    /// Pixels.
    width: u32,
    height: u32,
    /// How far down, in pixels, a terminal may take it to reach.
    reach: u32,
    /// How wide and how high it wants to be shown.
    extent: (Extent, Extent),
    left: Left,
    /// What the target calls it.
    name: Option<u32>,
    body: Body,
}

/// How wide or how high an image wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// As its pixels are, or in proportion to the other.
    Natural,
    Cells(u16),
    Pixels(u16),
    /// Of the screen.
    Percent(u16),
}

/// Where the cursor is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// On the image's last row, in the column where it began.
    LastRow,
    /// On its last row, to the right of it.
    Behind,
    WhereItBegins,
}

/// What is sent of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    /// All of it.
    Sixel(Vec<u8>),
    Kitty {
        keys: String,
        payload: Vec<u8>,
    },
    Iterm {
        stretched: bool,
        payload: Vec<u8>,
    },
}

impl Image {
    /// Longest images, in bytes as they came. A screen full of noise in sixels of 256 colours is twice as long; of pictures, a third.
    pub const MOST: usize = 1 << 20;

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Where it goes on a screen with cells of so many pixels (width, height), at the cursor, and what is sent of it, by that id where images
    /// have one. `None`: it does not fit, or the screen's cursor is where terminals differ.
    #[must_use]
    pub fn place(self, screen: &Screen, cell: (u16, u16), id: u32) -> Option<Placed> {
        let (cols, rows) = self.cells(screen, cell)?;
        let (cursor, last) = (screen.cursor(), screen.rows().saturating_sub(1));
        let scrolls = cursor.row.checked_add(rows)?.saturating_sub(last);
        let fits = cursor.col.checked_add(cols)? <= screen.cols() && scrolls <= cursor.row;
        let plain = screen.draws_plainly() && !screen.origin_mode() && screen.scroll_region().is_none();
        if !fits || !plain || screen.faulted() || (scrolls > 0 && screen.alternate_screen()) {
            return None;
        }
        let (top, left) = (cursor.row - scrolls, cursor.col);
        let mut before = Vec::new();
        if scrolls > 0 {
            // Rows that come in are as blank as any; the program's rendition comes back behind them.
            before.extend_from_slice(format!("\x1b[m{}", goto(last, 0)).as_bytes());
            before.extend(std::iter::repeat_n(b'\n', scrolls.into()));
            before.extend_from_slice(goto(top, left).as_bytes());
            before.extend_from_slice(screen.vt().attributes_formatted().as_bytes());
        }
        let after = match self.left {
            Left::LastRow => {
                let covered = u16::try_from(self.height.div_ceil(cell.1.max(1).into())).ok()?.max(1);
                goto(top + covered - 1, left)
            }
            Left::Behind if left + cols < screen.cols() => goto(top + rows - 1, left + cols),
            // Kitty goes on to the next row, which is there; others stay in the last column.
            Left::Behind if self.format == Format::Kitty => goto(top + rows, 0),
            Left::Behind => goto(top + rows - 1, left + cols - 1),
            Left::WhereItBegins => goto(top, left),
        };
        let bytes = match self.body {
            Body::Sixel(bytes) => bytes,
            Body::Kitty { keys, payload } => kitty::write(&keys, &payload, id, (cols, rows)),
            Body::Iterm { stretched, payload } => iterm::write(stretched, &payload, (cols, rows)),
        };
        let (format, name, size) = (self.format, self.name, (self.width, self.height));
        Some(Placed { format, size, name, id, bytes, before, after: after.into_bytes(), top, left, rows, cols })
    }

    /// How many columns and rows it covers at the most, each at least 1.
    fn cells(&self, screen: &Screen, cell: (u16, u16)) -> Option<(u16, u16)> {
        let cell = (u64::from(cell.0.max(1)), u64::from(cell.1.max(1)));
        let wanted = |extent: Extent, cell: u64, all: u16| match extent {
            Extent::Natural => None,
            Extent::Cells(cells) => Some(u64::from(cells)),
            Extent::Pixels(pixels) => Some(u64::from(pixels).div_ceil(cell)),
            Extent::Percent(percent) => Some((u64::from(all) * u64::from(percent) / 100).max(1)),
        };
        let (width, height) = (u64::from(self.width.max(1)), u64::from(self.height.max(1)));
        let cols = wanted(self.extent.0, cell.0, screen.cols());
        let rows = wanted(self.extent.1, cell.1, screen.rows());
        let (cols, rows) = match (cols, rows) {
            (Some(cols), Some(rows)) => (cols, rows),
            (None, None) => (width.div_ceil(cell.0), u64::from(self.reach).div_ceil(cell.1)),
            (Some(cols), None) => (cols, (cols * cell.0 * height).div_ceil(width * cell.1)),
            (None, Some(rows)) => ((rows * cell.1 * width).div_ceil(height * cell.0), rows),
        };
        let counted = |cells: u64| u16::try_from(cells).ok().filter(|cells| *cells > 0);
        Some((counted(cols)?, counted(rows)?))
    }
}

fn goto(row: u16, col: u16) -> String {
    format!("\x1b[{};{}H", row + 1, col + 1)
}

/// An image at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// In which form it came.
    pub format: Format,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// What the target calls it, in kitty's protocol.
    pub name: Option<u32>,
    /// What it is called on the client's terminal, in kitty's protocol.
    pub id: u32,
    /// What draws it on the client's terminal, between `before` and `after`.
    pub bytes: Vec<u8>,
    /// What makes room, for the model and the client alike. The cursor then stands where the image begins.
    pub before: Vec<u8>,
    /// What puts the cursor where the image would have left it, for the model and the client alike.
    pub after: Vec<u8>,
    /// Its first row, on the screen after `before`.
    pub top: u16,
    /// Its first column.
    pub left: u16,
    /// How many rows it may cover.
    pub rows: u16,
    /// How many columns.
    pub cols: u16,
}

/// The bytes that delete an image of kitty's protocol on the client's terminal. No model knows of it, and nothing moves.
#[must_use]
pub fn delete(id: u32) -> Vec<u8> {
    kitty::delete(id)
}

/// The format of a string with this introducer (`P`, `_`), if it is an image.
pub(super) fn of_string(introducer: u8, text: &[u8]) -> Option<Format> {
    match introducer {
        b'P' if sixel::begins(text) => Some(Format::Sixel),
        b'_' if kitty::begins(text) => Some(Format::Kitty),
        _ => None,
    }
}

/// Whether the text of an operating system command is an image.
pub(super) fn is_command(text: &[u8]) -> bool {
    text.starts_with(iterm::HEAD)
}

/// Base64 (RFC 4648) as encoders write it: padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests;
