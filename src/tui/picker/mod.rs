//! The target picker: what an engineer sees who named no target.
//!
//! Every printable key filters; only arrows, `^n` and `^p` move, so a target called `jk` can be typed.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::Options;
use super::app::{App, Effect, Message};
use super::input::{Input, Key, Mouse};
use super::text::{ago, fit};
use super::theme::Role;
use crate::model::{Mono, Now, Shown, Wall};

/// A place that the person may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRow {
    /// The target's name.
    pub target: String,
    /// The login on it.
    pub login: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Why the person may, in a few words (a role, a rule).
    pub why: String,
    /// When they were last there.
    pub last_used: Option<Wall>,
}

/// The picker's state.
#[derive(Debug)]
pub struct Picker {
    rows: Vec<TargetRow>,
    options: Options,
    filter: String,
    /// Index into the rows that match.
    cursor: usize,
    now: Wall,
}

impl Picker {
    /// A picker over these rows, in their order.
    #[must_use]
    pub const fn new(rows: Vec<TargetRow>, options: Options) -> Self {
        Self { rows, options, filter: String::new(), cursor: 0, now: Wall(0) }
    }

    /// The rows that match all words of the filter, with their index.
    fn matching(&self) -> Vec<(usize, &TargetRow)> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let fits = |row: &TargetRow| {
            let labels = row.labels.iter().map(|(k, v)| format!("{k}={v} ")).collect::<String>();
            let text = format!("{}@{} {labels}", row.login, row.target).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        };
        self.rows.iter().enumerate().filter(|(_, row)| fits(row)).collect()
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "a key without a meaning here does nothing")]
    fn key(&mut self, key: Key) -> Vec<Effect<Option<usize>>> {
        let count = self.matching().len();
        match key {
            Key::Ctrl('c') => return vec![Effect::Quit(None)],
            Key::Esc if self.filter.is_empty() => return vec![Effect::Quit(None)],
            Key::Esc | Key::Ctrl('u') => self.refilter(String::new()),
            Key::Enter => {
                let chosen = self.matching().get(self.cursor).map(|(index, _)| *index);
                return chosen.map(|index| Effect::Quit(Some(index))).into_iter().collect();
            }
            Key::Down | Key::Ctrl('n') => self.cursor = (self.cursor + 1).min(count.saturating_sub(1)),
            Key::Up | Key::Ctrl('p') => self.cursor = self.cursor.saturating_sub(1),
            Key::PageDown => self.cursor = (self.cursor + PAGE).min(count.saturating_sub(1)),
            Key::PageUp => self.cursor = self.cursor.saturating_sub(PAGE),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = count.saturating_sub(1),
            Key::Backspace => {
                let mut filter = std::mem::take(&mut self.filter);
                filter.pop();
                self.refilter(filter);
            }
            Key::Char(c) if self.filter.len() < MAX_FILTER => {
                let filter = format!("{}{c}", self.filter);
                self.refilter(filter);
            }
            Key::Ctrl('l') => return vec![Effect::Repaint],
            _ => {}
        }
        Vec::new()
    }

    fn refilter(&mut self, filter: String) {
        self.filter = filter;
        self.cursor = 0;
    }

    fn header(&self) -> Line<'_> {
        let look = self.options.look;
        Line::from(vec![
            Span::styled(" holdpoint ", look.style(Role::Accent)),
            Span::raw(format!("{} where to? ", look.pick("▸", ">"))),
            Span::styled(
                format!(
                    "   {} {} you: {}",
                    Shown::new(&self.options.bastion),
                    look.pick("·", "-"),
                    Shown::new(&self.options.user)
                ),
                look.style(Role::Dim),
            ),
        ])
    }

    fn list(&self, frame: &mut Frame<'_>, area: Rect) {
        let look = self.options.look;
        let rows = self.matching();
        let height = usize::from(area.height);
        // Scrolls only as far as the cursor needs.
        let first = (self.cursor + 1).saturating_sub(height);
        for (y, (place, (_, row))) in (area.y..area.bottom()).zip(rows.iter().enumerate().skip(first)) {
            let line = Rect::new(area.x, y, area.width, 1);
            let chosen = place == self.cursor;
            let style = look.style(if chosen { Role::Selected } else { Role::Plain });
            frame.render_widget(Line::styled(self.row_text(row, chosen, usize::from(area.width)), style), line);
        }
        if rows.is_empty() {
            let text = if self.rows.is_empty() {
                "There is no target that you may reach. Ask for a role; Esc leaves."
            } else {
                "Nothing matches. Esc clears the filter."
            };
            frame.render_widget(Line::styled(format!(" {text}"), look.style(Role::Warn)), area);
        }
    }

    fn row_text(&self, row: &TargetRow, chosen: bool, width: usize) -> String {
        let look = self.options.look;
        let mark = if chosen { look.pick("▸", ">") } else { " " };
        let place = Shown::new(&format!("{}@{}", row.login, row.target));
        let mut text = format!("{mark} {}", fit(place.as_str(), 26.min(width.saturating_sub(3)), look));
        if self.rows.iter().any(|row| row.last_used.is_some()) {
            let last = row.last_used.map(|at| format!("{} {}", look.pick("★", "*"), ago(at, self.now)));
            text = format!("{text} {:<12}", last.unwrap_or_default());
        }
        let labels: Vec<_> = row.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let labels = Shown::new(&labels.join(" "));
        text = format!("{text} {} {}", fit(labels.as_str(), 16, look), Shown::new(&row.why));
        fit(&text, width, look)
    }
}

impl App for Picker {
    type Outcome = Option<usize>;

    fn update(&mut self, message: Message, now: Now) -> Vec<Effect<Self::Outcome>> {
        self.now = now.wall;
        match message {
            Message::Input(Input::Key(key)) => self.key(key),
            Message::Input(Input::Paste(text)) => {
                let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_FILTER).collect();
                self.refilter(text);
                Vec::new()
            }
            Message::Input(Input::Mouse(Mouse::ScrollDown { .. })) => self.key(Key::Down),
            Message::Input(Input::Mouse(Mouse::ScrollUp { .. })) => self.key(Key::Up),
            Message::Input(Input::Mouse(Mouse::Click { .. }))
            | Message::Begin(_)
            | Message::Push(_)
            | Message::LinkLost
            | Message::LinkFailed(_)
            | Message::LinkUp
            | Message::NotSent(_)
            | Message::Tick
            | Message::Resized(_) => Vec::new(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) {
        let look = self.options.look;
        let [header, filter, list, footer] =
            Layout::vertical([Constraint::Length(1), Constraint::Length(2), Constraint::Min(1), Constraint::Length(1)])
                .areas(frame.area());
        frame.render_widget(self.header(), header);
        let count = format!("   {} of {}", self.matching().len(), self.rows.len());
        let prompt = Line::from(vec![
            Span::styled(" filter: ", look.style(Role::Dim)),
            Span::raw(Shown::new(&self.filter).to_string()),
            Span::styled(look.pick("▏", "_"), look.style(Role::Accent)),
            Span::styled(count, look.style(Role::Dim)),
        ]);
        frame.render_widget(prompt, filter);
        self.list(frame, list);
        let hints = if look.pick("u", "a") == "u" {
            " enter connect · ↑ ↓ move · type to filter · esc clear, leave"
        } else {
            " enter connect - up down move - type to filter - esc clear, leave"
        };
        frame.render_widget(Line::styled(hints, look.style(Role::Dim)), footer);
    }

    fn wake(&self, _: Now) -> Option<Mono> {
        None
    }
}

/// Rows of a page.
const PAGE: usize = 10;

/// Bytes of a filter: longer than any name in a configuration.
const MAX_FILTER: usize = 128;
