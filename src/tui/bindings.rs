//! What keys do, as a table: lookup, footer and help are all read from it, so help cannot lie. And the page that shows it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::field::Field;
use super::frame::{panel, put};
use super::input::Key;
use super::theme::{Glyphs, Look, Role};

/// A row of the table of a screen whose actions are `A`.
#[derive(Debug, Clone, Copy)]
pub struct Binding<A> {
    /// What it does.
    pub action: A,
    /// The keys that do it.
    pub keys: &'static [Key],
    /// The keys as help writes them.
    pub label: &'static str,
    /// Its name on the `:` line.
    pub name: &'static str,
    /// What help says.
    pub help: &'static str,
    /// Its word in the footer, if it stands there.
    pub footer: Option<&'static str>,
}

/// A row, for tables that read as such.
#[must_use]
pub const fn row<A: Copy>(
    action: A,
    keys: &'static [Key],
    label: &'static str,
    name: &'static str,
    help: &'static str,
    footer: Option<&'static str>,
) -> Binding<A> {
    Binding { action, keys, label, name, help, footer }
}

/// The action of a key.
#[must_use]
pub fn of_key<A: Copy>(table: &[Binding<A>], key: Key) -> Option<A> {
    table.iter().find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// The table's rows as help writes them, those with `query` in them.
#[must_use]
pub fn help_rows<A>(table: &[Binding<A>], query: &str, look: Look) -> Vec<Line<'static>> {
    let query = query.to_lowercase();
    table
        .iter()
        .filter(|b| format!("{} {} {}", b.label, b.name, b.help).to_lowercase().contains(&query))
        .map(|b| {
            Line::from(vec![
                Span::styled(format!(" {:<8}", label(b.label, look)), look.style(Role::Accent)),
                Span::styled(format!(":{:<14}", b.name), look.style(Role::Dim)),
                Span::raw(b.help),
            ])
        })
        .collect()
}

/// A label in the characters that are wanted.
#[must_use]
pub fn label(text: &str, look: Look) -> String {
    match look.glyphs {
        Glyphs::Unicode => text.to_owned(),
        Glyphs::Ascii => ARROWS.iter().fold(text.to_owned(), |text, (arrow, word)| text.replace(arrow, word)),
    }
}

/// A page that is only read, and searched by typing: help, the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    query: Field,
    first: usize,
}

impl Reading {
    /// What was typed to search.
    #[must_use]
    pub fn query(&self) -> &str {
        self.query.text()
    }

    /// Pasted to search.
    pub fn paste(&mut self, text: &str) {
        self.query.paste(text);
    }

    /// Takes a key; says whether it closes the page.
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key searches or does nothing")]
    pub fn closes(&mut self, key: Key) -> bool {
        match key {
            Key::Esc => return true,
            Key::Char('q' | '?' | '!') if self.query.is_empty() => return true,
            Key::Down => self.first = self.first.saturating_add(1),
            Key::Up => self.first = self.first.saturating_sub(1),
            Key::PageDown => self.first = self.first.saturating_add(10),
            Key::PageUp => self.first = self.first.saturating_sub(10),
            key => {
                if self.query.key(key) {
                    self.first = 0;
                }
            }
        }
        false
    }

    /// Draws the rows that are left of the search over `area`.
    pub fn draw(&self, title: &str, rows: Vec<Line<'static>>, look: Look, frame: &mut Frame<'_>, area: Rect) {
        let block = panel(look, title, true);
        let inner = block.inner(area);
        frame.render_widget(Clear, area);
        frame.render_widget(block, area);
        let height = usize::from(inner.height.saturating_sub(1));
        let first = self.first.min(rows.len().saturating_sub(height));
        for (y, line) in (inner.y..inner.bottom().saturating_sub(1)).zip(rows.into_iter().skip(first)) {
            put(frame, Rect::new(inner.x, y, inner.width, 1), line);
        }
        let last = Rect::new(inner.x, inner.bottom().saturating_sub(1), inner.width, 1);
        let text = format!("type to search: {}{}   esc closes", self.query.shown(), look.pick("▏", "_"));
        put(frame, last, Line::styled(text, look.style(Role::Dim)));
    }
}

const ARROWS: [(&str, &str); 4] = [("↓", "down"), ("↑", "up"), ("←", "left"), ("→", "right")];
