//! The bytes that paint a screen's state: a keyframe.

use super::drawing::Drawing;
use super::modes::Modes;
use super::screen::copy_to_draw_on;

/// Paints `screen` on a fresh one of the same size. The order matters: margins and origin mode move the cursor and change
/// what line feeds do, so they come after the text and the cursor is placed again behind them.
pub(super) fn paint(screen: &vt100::Screen, modes: &Modes, drawing: &Drawing) -> Vec<u8> {
    let mut out = drawing.painted_before();
    if screen.alternate_screen() {
        out.push_str(&grid(&probed(screen, b"\x1b[?47l"), modes.region_below(), &drawing.saved(false)));
        // DECSET 47 and not 1049: the cursor is saved already.
        out.push_str("\x1b[?47h");
    }
    out.push_str(&grid(screen, modes.region(), &drawing.saved(screen.alternate_screen())));
    out.push_str(&screen.input_mode_formatted());
    if modes.origin() {
        let (row, col) = screen.cursor_position();
        let top = modes.region().map_or(0, |(top, _)| top);
        out.push_str(&format!("\x1b[?6h\x1b[{};{}H", row.saturating_sub(top) + 1, col + 1));
    }
    out.push_str(&drawing.painted_after());
    out.into_bytes()
}

/// The grid that is shown: text, saved cursor, margins, cursor.
fn grid(screen: &vt100::Screen, region: Option<(u16, u16)>, save: &str) -> String {
    let mut out = screen.contents_formatted();
    if can_be_placed(screen) {
        out.push_str(&cursor(&probed(screen, b"\x1b8")));
        out.push_str(save);
        out.push_str(&cursor(screen));
    }
    if let Some((top, bottom)) = region {
        out.push_str(&format!("\x1b[{};{}r", top + 1, bottom + 1));
        out.push_str(&cursor(screen));
    }
    out
}

/// What the screen would be after these bytes.
fn probed(screen: &vt100::Screen, bytes: &[u8]) -> vt100::Screen {
    let mut copy = copy_to_draw_on(screen);
    copy.process(bytes);
    copy.screen().clone()
}

/// A cursor behind the last column comes there only by drawing the last cell again.
fn cursor(screen: &vt100::Screen) -> String {
    let (row, col) = screen.cursor_position();
    let cols = screen.size().1.get();
    let place = if col >= cols && can_be_placed(screen) {
        // It draws as if the rendition were the default.
        format!("\x1b[m{}", screen.cursor_state_formatted())
    } else {
        format!("\x1b[{};{}H", row + 1, col.min(cols - 1) + 1)
    };
    place + &screen.attributes_formatted()
}

fn can_be_placed(screen: &vt100::Screen) -> bool {
    let (row, col) = screen.cursor_position();
    let cols = screen.size().1.get();
    let last = screen.cell(row, cols - 1);
    col < cols || last.is_some_and(|c| c.has_contents() || c.is_wide_continuation())
}
