//! Pieces that every screen draws with.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::symbols::border;
use ratatui::text::Line;
use ratatui::widgets::Block;

use super::theme::{Glyphs, Look, Role};

/// A frame with a title (already harmless to draw). The one with the keys is bold.
#[must_use]
pub fn panel(look: Look, title: &str, focused: bool) -> Block<'static> {
    let set = match look.glyphs {
        Glyphs::Unicode => border::PLAIN,
        Glyphs::Ascii => ASCII,
    };
    let role = if focused { Role::Accent } else { Role::Dim };
    let title = Line::styled(format!(" {title} "), look.style(if focused { Role::Accent } else { Role::Plain }));
    Block::bordered().border_set(set).border_style(look.style(role)).title(title)
}

/// Draws one line, cut at the area's edge.
pub fn put(frame: &mut Frame<'_>, area: Rect, line: Line<'_>) {
    if !area.is_empty() {
        frame.render_widget(line, Rect { height: 1, ..area });
    }
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
