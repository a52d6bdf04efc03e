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
//!
//! What nothing can be made of is not shown: other words in it, an image that does not fit between the cursor and the right margin or on the
//! screen, one on the alternate screen that would scroll it, and any while the size of a cell is not known.

mod sixel;

use super::screen::Screen;

/// In which form an image comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// DEC's six pixels a character.
    Sixel,
}

impl Format {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sixel => "sixel",
        }
    }
}

/// An image that was read whole, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    format: Format,
    /// Pixels.
    width: u32,
    height: u32,
    /// How far down, in pixels, a terminal may take it to reach.
    reach: u32,
    bytes: Vec<u8>,
}

impl Image {
    /// Longest images, in bytes as they came. A screen full of noise in sixels of 256 colours is twice as long; of pictures, a third.
    pub const MOST: usize = 1 << 20;

    /// Reads one, given what stands between the marks that begin and end it. `None`: it cannot be told what a terminal would make of it.
    #[must_use]
    pub fn read(format: Format, text: &[u8]) -> Option<Self> {
        if text.len() > Self::MOST {
            return None;
        }
        match format {
            Format::Sixel => sixel::read(text),
        }
    }

    /// In which form it came.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Where it goes on a screen with cells of so many pixels (width, height), at the cursor. `None`: it does not fit, or the screen's cursor
    /// is where terminals differ.
    #[must_use]
    pub fn place(self, screen: &Screen, cell: (u16, u16)) -> Option<Placed> {
        let cells = |pixels: u32, cell: u16| u16::try_from(pixels.div_ceil(cell.max(1).into())).ok();
        let (cols, rows) = (cells(self.width, cell.0)?, cells(self.reach, cell.1)?);
        let (cursor, last) = (screen.cursor(), screen.rows().saturating_sub(1));
        let scrolls = cursor.row.checked_add(rows)?.saturating_sub(last);
        let fits = cursor.col.checked_add(cols)? <= screen.cols() && scrolls <= cursor.row;
        let plain = screen.draws_plainly() && !screen.origin_mode() && screen.scroll_region().is_none();
        if !fits || !plain || screen.faulted() || (scrolls > 0 && screen.alternate_screen()) {
            return None;
        }
        let (top, left) = (cursor.row - scrolls, cursor.col);
        let place = |row: u16, col: u16| format!("\x1b[{};{}H", row + 1, col + 1);
        let mut before = Vec::new();
        if scrolls > 0 {
            // Rows that come in are as blank as any; the program's rendition comes back behind them.
            before.extend_from_slice(format!("\x1b[m{}", place(last, 0)).as_bytes());
            before.extend(std::iter::repeat_n(b'\n', scrolls.into()));
            before.extend_from_slice(place(top, left).as_bytes());
            before.extend_from_slice(screen.vt().attributes_formatted().as_bytes());
        }
        let covered = cells(self.height, cell.1)?.max(1);
        let after = place(top + covered - 1, left).into_bytes();
        Some(Placed { image: self, before, after, top, left, rows, cols })
    }
}

/// An image at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    image: Image,
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

impl Placed {
    /// Format, width and height in pixels.
    #[must_use]
    pub const fn describe(&self) -> (Format, u32, u32) {
        (self.image.format, self.image.width, self.image.height)
    }

    /// The bytes that draw it on the client's terminal, between `before` and `after`.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.image.bytes
    }
}

/// The format of a string with this introducer (`P`), if it is an image.
pub(super) fn of_string(introducer: u8, text: &[u8]) -> Option<Format> {
    (introducer == b'P' && sixel::begins(text)).then_some(Format::Sixel)
}

#[cfg(test)]
mod tests;
