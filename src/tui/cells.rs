//! A screen model, painted cell by cell. No byte of a session ever reaches the person's terminal but through here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::theme::{Colour, Look, Role};
use crate::model::Shown;
use crate::terminal::{self, Attributes, Screen};

/// The first column and row of the model that are shown, when the model is larger than the place for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pan {
    /// Columns left out at the left.
    pub x: u16,
    /// Rows left out at the top.
    pub y: u16,
}

impl Pan {
    /// The least panning that shows the cursor.
    #[must_use]
    pub fn to_cursor(screen: &Screen, area: Rect) -> Self {
        let cursor = screen.cursor();
        let col = cursor.col.min(screen.cols().saturating_sub(1));
        Self {
            x: (col + 1).saturating_sub(area.width.saturating_sub(1)),
            y: (cursor.row + 1).saturating_sub(area.height.saturating_sub(1)),
        }
        .within(screen, area)
    }

    /// No further than the model's last column and row.
    #[must_use]
    pub fn within(self, screen: &Screen, area: Rect) -> Self {
        Self {
            x: self.x.min(screen.cols().saturating_sub(area.width)),
            y: self.y.min(screen.rows().saturating_sub(area.height)),
        }
    }
}

/// Paints the model at its own size, never reflowed. Where it is cropped, an arrow stands on that edge; where it ends before the area does,
/// the rest stays blank behind a line.
pub fn paint(screen: &Screen, area: Rect, pan: Pan, look: Look, buffer: &mut Buffer) {
    let pan = pan.within(screen, area);
    for y in 0..area.height {
        for x in 0..area.width {
            let (col, row) = (pan.x.saturating_add(x), pan.y.saturating_add(y));
            let Some(target) = buffer.cell_mut((area.x + x, area.y + y)) else { continue };
            match screen.cell(row, col) {
                Some(cell) if cell.width == 0 && x > 0 => {}
                // A wide character that would be cut by the edge is not drawn.
                Some(cell) if cell.width == 2 && x + 1 == area.width => _ = target.set_symbol(" "),
                Some(cell) => {
                    target.set_symbol(&harmless(cell.text)).set_style(style(cell.style, look));
                }
                None if col == screen.cols() => {
                    target.set_symbol(look.pick("│", "|")).set_style(look.style(Role::Dim));
                }
                None => {}
            }
        }
    }
    mark_cursor(screen, area, pan, buffer);
    mark_edges(screen, area, pan, look, buffer);
}

fn mark_cursor(screen: &Screen, area: Rect, pan: Pan, buffer: &mut Buffer) {
    let cursor = screen.cursor();
    let col = cursor.col.min(screen.cols().saturating_sub(1));
    let place = cursor.row.checked_sub(pan.y).zip(col.checked_sub(pan.x));
    if let Some((y, x)) = place.filter(|(y, x)| *y < area.height && *x < area.width && !screen.cursor_hidden())
        && let Some(cell) = buffer.cell_mut((area.x + x, area.y + y))
    {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

fn mark_edges(screen: &Screen, area: Rect, pan: Pan, look: Look, buffer: &mut Buffer) {
    let mut mark = |x: u16, y: u16, sign: &str| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.reset();
            cell.set_symbol(sign).set_style(look.style(Role::Accent));
        }
    };
    if area.is_empty() {
        return;
    }
    let (middle_x, middle_y) = (area.x + area.width / 2, area.y + area.height / 2);
    if pan.x > 0 {
        mark(area.x, middle_y, look.pick("◂", "<"));
    }
    if screen.cols() > pan.x.saturating_add(area.width) {
        mark(area.right() - 1, middle_y, look.pick("▸", ">"));
    }
    if pan.y > 0 {
        mark(middle_x, area.y, look.pick("▴", "^"));
    }
    if screen.rows() > pan.y.saturating_add(area.height) {
        mark(middle_x, area.bottom() - 1, look.pick("▾", "v"));
    }
}

/// A cell's text without what draws nothing or reorders its neighbours (a model hangs such characters on the cell before).
fn harmless(text: &str) -> String {
    let visible: String =
        text.chars().filter(|c| Shown::new(c.encode_utf8(&mut [0; 4])).as_str().starts_with(*c)).collect();
    if visible.is_empty() { " ".to_owned() } else { visible }
}

fn style(from: terminal::Style, look: Look) -> Style {
    let mut style = Style::new();
    for (attribute, modifier) in [
        (Attributes::BOLD, Modifier::BOLD),
        (Attributes::DIM, Modifier::DIM),
        (Attributes::ITALIC, Modifier::ITALIC),
        (Attributes::UNDERLINE, Modifier::UNDERLINED),
        (Attributes::INVERSE, Modifier::REVERSED),
    ] {
        if from.attributes.has(attribute) {
            style = style.add_modifier(modifier);
        }
    }
    if look.colour == Colour::Never { style } else { style.fg(colour(from.fg)).bg(colour(from.bg)) }
}

const fn colour(from: terminal::Color) -> Color {
    match from {
        terminal::Color::Default => Color::Reset,
        terminal::Color::Indexed(i) => Color::Indexed(i),
        terminal::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(bytes: &[u8], model: (u16, u16), area: (u16, u16), pan: Pan) -> Vec<String> {
        let mut screen = Screen::new(model.0, model.1);
        screen.feed(bytes);
        let area = Rect::new(0, 0, area.0, area.1);
        let mut buffer = Buffer::empty(area);
        paint(&screen, area, pan, Look::default(), &mut buffer);
        (0..area.height).map(|y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn a_smaller_model_ends_at_a_line_and_a_larger_one_shows_where_it_goes_on() {
        assert_eq!(painted(b"ab\r\ncd", (20, 5), (24, 2), Pan::default())[0].trim_end(), "ab                  │");
        let cropped = painted(b"0123456789012345678901234567890\r\nx", (40, 10), (10, 4), Pan { x: 5, y: 0 });
        assert_eq!(cropped[0], "5678901234");
        assert_eq!(cropped[2], "◂        ▸");
        assert_eq!(cropped[3], "     ▾    ");
    }

    #[test]
    fn characters_that_reorder_or_hide_are_left_out() {
        assert_eq!(painted("a\u{202e}b\u{200b}c".as_bytes(), (20, 5), (20, 5), Pan::default())[0].trim_end(), "abc");
    }
}
