//! The bytes that put the bar on a screen and take it off again.

use super::screen::Screen;

/// The bar's text in three widths; each is clipped to the screen. Already made harmless to look at; control characters
/// are dropped.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// For 100 columns and more.
    pub full: &'a str,
    /// For 60 to 99 columns.
    pub medium: &'a str,
    /// For 40 to 59 columns.
    pub short: &'a str,
}

/// The bar on one client's screen.
#[derive(Debug, Default)]
pub struct Overlay {}

impl Overlay {
    /// No bar.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the bar is on the client's screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        false
    }

    /// The bytes for the client that draw the bar, or change it to this text if it is there. `view` is what the client's
    /// screen shows without the bar. `None` if no bar can be drawn now: alternate screen, origin mode, a faulted model, a
    /// stream that is inside a sequence, or less than 40 columns by 4 rows. Say it another way then.
    #[must_use]
    pub fn show(&mut self, view: &Screen, bar: &Bar<'_>) -> Option<Vec<u8>> {
        let _ = (view, bar);
        None
    }

    /// The bytes for the client that take the bar off; empty if there is none. Call it before anything else is sent to the
    /// client, and before the screen is resized.
    #[must_use]
    pub fn hide(&mut self, view: &Screen) -> Vec<u8> {
        let _ = view;
        Vec::new()
    }
}
