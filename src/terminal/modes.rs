//! The modes that `vt100` keeps to itself: origin mode and scroll region, of both screens, with what DECSC saved.
//!
//! They are mirrored from the same sequences that the model gets, by the same rules, so they are exact.

use super::filter::Csi;

/// What one of the two grids keeps.
#[derive(Debug, Clone, Copy, Default)]
struct Grid {
    origin: bool,
    saved_origin: bool,
    /// First and last row, if not the whole screen.
    region: Option<(u16, u16)>,
}

/// The mirrored modes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Modes {
    alternate: bool,
    alternate_used: bool,
    main: Grid,
    other: Grid,
}

impl Modes {
    pub(super) fn alternate(&self) -> bool {
        self.alternate
    }

    /// Since the last reset.
    pub(super) fn alternate_was_used(&self) -> bool {
        self.alternate_used
    }

    pub(super) fn origin(&self) -> bool {
        self.grid().origin
    }

    pub(super) fn region(&self) -> Option<(u16, u16)> {
        self.grid().region
    }

    /// The main screen's region while the alternate screen is shown.
    pub(super) fn region_below(&self) -> Option<(u16, u16)> {
        self.main.region
    }

    /// A change of size makes the region the whole screen.
    pub(super) fn resized(&mut self) {
        self.main.region = None;
        self.other.region = None;
    }

    /// DECSTR.
    pub(super) fn soft_reset(&mut self) {
        *self.grid_mut() = Grid::default();
    }

    /// `ESC` with that final byte.
    pub(super) fn escape(&mut self, last: u8) {
        match last {
            b'7' => self.save(),
            b'8' => self.restore(),
            _ => {}
        }
    }

    /// A control sequence, on a screen of that many rows.
    pub(super) fn control(&mut self, csi: &Csi<'_>, rows: u16) {
        match (csi.prefix(), csi.last) {
            (Some(b'?'), b'h') => csi.modes().for_each(|mode| self.set(mode)),
            (Some(b'?'), b'l') => csi.modes().for_each(|mode| self.reset(mode)),
            (None, b'r') => self.set_region(csi, rows),
            _ => {}
        }
    }

    fn set(&mut self, mode: u16) {
        match mode {
            6 => self.grid_mut().origin = true,
            47 => self.enter_alternate(),
            1049 => {
                self.save();
                self.other = Grid::default();
                self.enter_alternate();
            }
            _ => {}
        }
    }

    fn enter_alternate(&mut self) {
        self.alternate = true;
        self.alternate_used = true;
    }

    fn reset(&mut self, mode: u16) {
        match mode {
            6 => self.grid_mut().origin = false,
            47 => self.alternate = false,
            1049 => {
                self.alternate = false;
                self.restore();
            }
            _ => {}
        }
    }

    fn set_region(&mut self, csi: &Csi<'_>, rows: u16) {
        let last = rows.saturating_sub(1);
        let mut params = csi.numbers();
        let top = params.next().unwrap_or(0).max(1) - 1;
        let bottom = match params.next().unwrap_or(0) {
            0 => last,
            n => (n - 1).min(last),
        };
        self.grid_mut().region = (top < bottom && (top, bottom) != (0, last)).then_some((top, bottom));
    }

    fn save(&mut self) {
        let grid = self.grid_mut();
        grid.saved_origin = grid.origin;
    }

    fn restore(&mut self) {
        let grid = self.grid_mut();
        grid.origin = grid.saved_origin;
    }

    fn grid(&self) -> &Grid {
        if self.alternate { &self.other } else { &self.main }
    }

    fn grid_mut(&mut self) -> &mut Grid {
        if self.alternate { &mut self.other } else { &mut self.main }
    }
}
