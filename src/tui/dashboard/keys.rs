//! Keys → actions → changes of state.

use super::actions::{self, Action};
use super::dialog::{Dialog, Step};
use super::filter::Filter;
use super::{Dashboard, Pane, Prompt, Sent, View, layout, view};
use crate::api::wire::Call;
use crate::model::{SessionId, SessionState};
use crate::terminal::Screen;
use crate::tui::app::Effect;
use crate::tui::bindings::Reading;
use crate::tui::field::Field;
use crate::tui::input::{Key, Mouse};

impl Dashboard {
    pub(super) fn key(&mut self, key: Key) -> Vec<Effect<()>> {
        if key == Key::Ctrl('c') {
            return vec![Effect::Quit(())];
        }
        if layout::too_small(self.size) {
            // What cannot be seen is not steered.
            return if key == Key::Char('q') { vec![Effect::Quit(())] } else { Vec::new() };
        }
        if self.dialog.is_some() {
            return self.dialog_key(key);
        }
        match self.prompt {
            Prompt::None => actions::of_key(key).map_or_else(Vec::new, |action| self.act(action)),
            Prompt::Filter(_) | Prompt::Command(_) => self.prompt_key(key),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        match (&mut self.dialog, &mut self.prompt) {
            (Some(dialog), _) => dialog.paste(text),
            (None, Prompt::Filter(field) | Prompt::Command(field)) => field.paste(text),
            // A paste is never taken for keys.
            (None, Prompt::None) => {}
        }
        self.refilter();
    }

    /// A click selects, the wheel moves; neither decides.
    pub(super) fn mouse(&mut self, mouse: Mouse) {
        if self.dialog.is_some() || layout::too_small(self.size) {
            return;
        }
        let (x, y) = match mouse {
            Mouse::Click { x, y } | Mouse::ScrollUp { x, y } | Mouse::ScrollDown { x, y } => (x, y),
        };
        let areas = self.areas();
        let at = |area: Option<ratatui::layout::Rect>| area.filter(|area| area.contains((x, y).into()));
        let hit = [(Pane::List, areas.list), (Pane::Why, areas.why), (Pane::Live, areas.live)];
        let Some((pane, area)) = hit.into_iter().find_map(|(pane, area)| Some((pane, at(area)?))) else { return };
        match mouse {
            Mouse::Click { .. } => {
                self.focus = pane;
                if pane == Pane::List {
                    let row = usize::from(y.saturating_sub(area.y + 1)) + view::list_first(self, area);
                    if y > area.y && row < self.count() {
                        self.select(row);
                    }
                }
            }
            Mouse::ScrollUp { .. } => self.step(pane, -1),
            Mouse::ScrollDown { .. } => self.step(pane, 1),
        }
    }

    fn dialog_key(&mut self, key: Key) -> Vec<Effect<()>> {
        let armed = self.dialog_armed();
        let Some(dialog) = &mut self.dialog else { return Vec::new() };
        match dialog.key(key, armed) {
            Step::Stay => Vec::new(),
            Step::Close => {
                self.dialog = None;
                Vec::new()
            }
            Step::Say(why) => {
                self.say(&why, true);
                Vec::new()
            }
            Step::Send(call, what) => {
                self.dialog = None;
                self.focus = Pane::List;
                self.say(&format!("sending: {what}"), false);
                self.send(*call, Sent::Act(what))
            }
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key edits or does nothing")]
    fn prompt_key(&mut self, key: Key) -> Vec<Effect<()>> {
        let prompt = std::mem::replace(&mut self.prompt, Prompt::None);
        match (prompt, key) {
            (Prompt::Filter(_), Key::Esc) => {
                self.filter = Filter::default();
                self.say("filter cleared", false);
            }
            (Prompt::Filter(field), Key::Enter) => match Filter::parse(field.text()) {
                Ok(filter) => self.filter = filter,
                Err(why) => {
                    self.say(&why, true);
                    self.prompt = Prompt::Filter(field);
                }
            },
            (Prompt::Filter(mut field), key) => {
                field.key(key);
                self.prompt = Prompt::Filter(field);
                self.refilter();
            }
            (Prompt::Command(field), Key::Enter) => return self.command(field.text()),
            (Prompt::Command(field), Key::Tab) => {
                let completed = actions::completions(field.text()).next().map(|binding| Field::with(binding.name));
                self.prompt = Prompt::Command(completed.unwrap_or(field));
            }
            (Prompt::Command(_), Key::Esc) | (Prompt::None, _) => {}
            (Prompt::Command(mut field), key) => {
                // Backspace in an empty line leaves it, as everywhere.
                if key != Key::Backspace || !field.is_empty() {
                    field.key(key);
                    self.prompt = Prompt::Command(field);
                }
            }
        }
        Vec::new()
    }

    /// While a filter is typed it works already, as long as it means something.
    fn refilter(&mut self) {
        if let Prompt::Filter(field) = &self.prompt
            && let Ok(filter) = Filter::parse(field.text())
        {
            self.filter = filter;
        }
    }

    fn command(&mut self, text: &str) -> Vec<Effect<()>> {
        let name = text.trim();
        let mut fitting = actions::completions(name);
        let exact = actions::TABLE.iter().find(|binding| binding.name == name);
        match (exact, fitting.next(), fitting.next()) {
            (Some(binding), ..) | (None, Some(binding), None) if !name.is_empty() => self.act(binding.action),
            (None, Some(_), Some(_)) if !name.is_empty() => {
                self.say(&format!("'{name}' may mean several; type more of it"), true);
                Vec::new()
            }
            _ if name.is_empty() => Vec::new(),
            _ => {
                self.say(&format!("no command '{name}'; ? shows them all"), true);
                Vec::new()
            }
        }
    }

    pub(super) fn act(&mut self, action: Action) -> Vec<Effect<()>> {
        match action {
            Action::Approve => self.open_decision(Dialog::approve),
            Action::Deny => self.open_decision(Dialog::deny),
            Action::Pause => return self.pause(),
            Action::Terminate => self.open_terminate(),
            Action::Revoke => self.open_revoke(),
            Action::Open => self.open(),
            Action::Filter => self.prompt = Prompt::Filter(Field::default()),
            Action::Command => self.prompt = Prompt::Command(Field::default()),
            Action::Help => self.open_dialog(Dialog::Help(Reading::default())),
            Action::Log => self.open_dialog(Dialog::Log(Reading::default())),
            Action::Expand => self.expanded = !self.expanded,
            Action::Freeze => self.freeze(),
            Action::Copy => return self.copy(),
            Action::Refresh => {
                self.say("asking for everything again", false);
                return self.refresh();
            }
            Action::Redraw => return vec![Effect::Repaint],
            Action::Holds => self.show(View::Holds),
            Action::Sessions => self.show(View::Sessions),
            Action::Grants => self.show(View::Grants),
            Action::NextPane => self.focus = next(self.focus),
            Action::PreviousPane => self.focus = next(next(self.focus)),
            Action::Down => self.step(self.focus, 1),
            Action::Up => self.step(self.focus, -1),
            Action::PageDown => self.step(self.focus, HALF_PAGE),
            Action::PageUp => self.step(self.focus, -HALF_PAGE),
            Action::Top => self.step(self.focus, isize::MIN),
            Action::Bottom => self.step(self.focus, isize::MAX),
            Action::Back => self.back(),
            Action::Close if self.view == View::Holds => return vec![Effect::Quit(())],
            Action::Close => self.show(View::Holds),
            Action::Quit => return vec![Effect::Quit(())],
        }
        Vec::new()
    }

    fn open_dialog(&mut self, dialog: Dialog) {
        self.dialog = Some(dialog);
        self.dialog_since = self.now.mono;
    }

    fn open_decision(&mut self, dialog: impl Fn(&super::queue::Entry) -> Dialog) {
        if let Err(why) = self.armed() {
            return self.say(&why, true);
        }
        if let Some(dialog) = self.queue.selected_entry().map(dialog) {
            self.open_dialog(dialog);
        }
    }

    fn open_terminate(&mut self) {
        if let Err(why) = self.may_act() {
            return self.say(&why, true);
        }
        match self.live_session().and_then(|id| self.sessions.get(&id)).map(Dialog::terminate) {
            Some(dialog) => self.open_dialog(dialog),
            None => self.say("no live session is selected; 2 shows them", true),
        }
    }

    fn open_revoke(&mut self) {
        if let Err(why) = self.may_act() {
            return self.say(&why, true);
        }
        let grant = self.grants.get(self.grant).filter(|_| self.view == View::Grants);
        let Some(grant) = grant else { return self.say("no grant is selected; 3 shows them", true) };
        let dialog = Dialog::revoke(grant, self.sessions.get(&grant.session));
        self.open_dialog(dialog);
    }

    /// The session of the selected row, if it is live.
    fn live_session(&self) -> Option<SessionId> {
        let over = |id: &SessionId| self.session == Some(*id) && self.ended.is_some();
        self.subject().filter(|id| self.sessions.contains_key(id) && !over(id))
    }

    fn pause(&mut self) -> Vec<Effect<()>> {
        if let Err(why) = self.may_act() {
            self.say(&why, true);
            return Vec::new();
        }
        let Some(row) = self.live_session().and_then(|id| self.sessions.get(&id)) else {
            self.say("no live session is selected; 2 shows them", true);
            return Vec::new();
        };
        let (session, user) = (row.meta.id, row.meta.who.user.clone());
        let (call, what) = match row.state {
            SessionState::Paused => (Call::Resume { session }, format!("let {user}'s keys go on")),
            SessionState::Live | SessionState::Held | SessionState::Clear => {
                (Call::Pause { session }, format!("stop {user}'s keys"))
            }
        };
        self.say(&format!("sending: {what}"), false);
        self.send(call, Sent::Act(what))
    }

    fn open(&mut self) {
        self.focus = match (self.view, self.focus) {
            (View::Sessions, Pane::List) => Pane::Live,
            (View::Holds | View::Grants, Pane::List) => Pane::Why,
            (_, Pane::Why | Pane::Live) => self.focus,
        };
    }

    fn freeze(&mut self) {
        let Some(live) = &mut self.live else { return self.say("no live screen is shown", true) };
        live.frozen = match live.frozen.take() {
            Some(_) => None,
            None => {
                let mut copy = Screen::new(live.screen.cols(), live.screen.rows());
                copy.feed(&live.screen.state());
                Some(copy)
            }
        };
    }

    fn copy(&mut self) -> Vec<Effect<()>> {
        let text = match self.view {
            View::Holds => self.queue.selected_entry().map(|entry| entry.row.request.command.text.clone()),
            View::Sessions => self.session.map(|id| id.to_string()),
            View::Grants => self.grants.get(self.grant).map(|grant| grant.id.to_string()),
        };
        let Some(text) = text.filter(|text| text.len() <= crate::tui::run::MAX_COPY) else {
            self.say("nothing to copy, or too long for a clipboard", true);
            return Vec::new();
        };
        self.say(&format!("copied {} chars", text.chars().count()), false);
        vec![Effect::Copy(text)]
    }

    fn show(&mut self, view: View) {
        self.view = view;
        self.focus = Pane::List;
        self.why_first = 0;
    }

    fn back(&mut self) {
        if self.expanded {
            self.expanded = false;
        } else if self.focus != Pane::List {
            self.focus = Pane::List;
        } else if !self.filter.is_empty() {
            self.filter = Filter::default();
        } else {
            self.show(View::Holds);
        }
    }

    /// How many rows the list has.
    pub(super) fn count(&self) -> usize {
        match self.view {
            View::Holds => self.queue.sorted(&self.filter).len(),
            View::Sessions => self.sorted_sessions().len(),
            View::Grants => self.grants.len(),
        }
    }

    /// The place of the selected row.
    pub(super) fn place(&self) -> Option<usize> {
        match self.view {
            View::Holds => self.queue.position(&self.filter),
            View::Sessions => self.sorted_sessions().iter().position(|row| Some(row.meta.id) == self.session),
            View::Grants => (self.grant < self.grants.len()).then_some(self.grant),
        }
    }

    fn select(&mut self, place: usize) {
        match self.view {
            View::Holds => self.queue.select(place, &self.filter),
            View::Sessions => {
                let chosen = self.sorted_sessions().get(place).map(|row| row.meta.id);
                if chosen != self.session
                    && self.ended.take().is_some()
                    && let Some(old) = self.session
                {
                    self.sessions.remove(&old);
                }
                self.session = chosen;
            }
            View::Grants => self.grant = place,
        }
    }

    /// Moves in a pane by so many rows.
    fn step(&mut self, pane: Pane, by: isize) {
        match pane {
            Pane::List => {
                let last = self.count().saturating_sub(1);
                let to = self.place().unwrap_or(0).saturating_add_signed(by).min(last);
                if self.count() > 0 {
                    self.select(to);
                }
            }
            Pane::Why => {
                let last = view::why_last(self);
                self.why_first = self.why_first.saturating_add_signed(by).min(last);
            }
            // The live screen follows its cursor.
            Pane::Live => {}
        }
    }
}

const fn next(pane: Pane) -> Pane {
    match pane {
        Pane::List => Pane::Why,
        Pane::Why => Pane::Live,
        Pane::Live => Pane::List,
    }
}

/// Rows of half a page.
const HALF_PAGE: isize = 8;
