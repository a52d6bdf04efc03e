//! The action table: every key of the dashboard, once. Keys, footer, help and the `:` line are all read from it, so help cannot lie.

use crate::tui::bindings::{self, Binding, row};
use crate::tui::input::Key;

/// What a person can do on the dashboard, outside dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Open the dialog that approves.
    Approve,
    /// Open the dialog that denies.
    Deny,
    /// Stop the engineer's keys, or let them go on.
    Pause,
    /// Open the dialog that ends a session.
    Terminate,
    /// Open the dialog that takes a grant back.
    Revoke,
    /// Look closer at the selected row.
    Open,
    /// Show fewer rows.
    Filter,
    /// Type a command.
    Command,
    /// Show this table.
    Help,
    /// One pane on the whole screen, and back.
    Expand,
    /// Stop the live screen where it is, and let it go on.
    Freeze,
    /// Copy the command.
    Copy,
    /// Ask the server for everything again.
    Refresh,
    /// Draw everything again.
    Redraw,
    /// Show what happened.
    Log,
    /// Show holds.
    Holds,
    /// Show sessions.
    Sessions,
    /// Show grants.
    Grants,
    /// Next pane.
    NextPane,
    /// Previous pane.
    PreviousPane,
    /// Down a row.
    Down,
    /// Up a row.
    Up,
    /// First row.
    Top,
    /// Last row.
    Bottom,
    /// Down half a page.
    PageDown,
    /// Up half a page.
    PageUp,
    /// One step back; never quits.
    Back,
    /// Quit the view, and the dashboard from the first one.
    Close,
    /// Quit.
    Quit,
}

/// The action of a key.
#[must_use]
pub fn of_key(key: Key) -> Option<Action> {
    bindings::of_key(TABLE, key)
}

/// The bindings whose name begins so.
pub fn completions(prefix: &str) -> impl Iterator<Item = &'static Binding<Action>> {
    TABLE.iter().filter(move |binding| binding.name.starts_with(prefix))
}

/// The table, in the order of help.
pub const TABLE: &[Binding<Action>] = &[
    row(
        Action::Approve,
        &[Key::Char('a')],
        "a",
        "approve",
        "approve the selected hold (asks how far)",
        Some("approve…"),
    ),
    row(Action::Deny, &[Key::Char('d')], "d", "deny", "deny the selected hold, with a reason", Some("deny…")),
    row(Action::Pause, &[Key::Char('p')], "p", "pause", "stop the engineer's keys, or let them go on", Some("pause")),
    row(
        Action::Terminate,
        &[Key::Char('x')],
        "x",
        "terminate",
        "end the session (asks for a reason)",
        Some("terminate…"),
    ),
    row(
        Action::Revoke,
        &[Key::Char('u')],
        "u",
        "revoke",
        "take the selected grant back (asks for a reason)",
        Some("take back…"),
    ),
    row(Action::Open, &[Key::Enter], "enter", "open", "look closer at the selected row", Some("inspect")),
    row(Action::Filter, &[Key::Char('/')], "/", "filter", "show only rows that match; /! inverts", Some("filter")),
    row(
        Action::Command,
        &[Key::Char(':')],
        ":",
        "command",
        "type any of these by name; tab completes",
        Some("command"),
    ),
    row(Action::Help, &[Key::Char('?'), Key::F(1)], "?", "help", "this help", Some("help")),
    row(Action::Holds, &[Key::Char('1')], "1", "holds", "what waits for a decision", None),
    row(Action::Sessions, &[Key::Char('2')], "2", "sessions", "who works where now", None),
    row(Action::Grants, &[Key::Char('3')], "3", "grants", "approvals that still stand", None),
    row(Action::Down, &[Key::Char('j'), Key::Down], "j ↓", "down", "down a row", None),
    row(Action::Up, &[Key::Char('k'), Key::Up], "k ↑", "up", "up a row", None),
    row(Action::Top, &[Key::Char('g'), Key::Home], "g", "top", "first row", None),
    row(Action::Bottom, &[Key::Char('G'), Key::End], "G", "bottom", "last row", None),
    row(Action::PageDown, &[Key::Ctrl('d'), Key::PageDown], "^d", "page-down", "down half a page", None),
    row(Action::PageUp, &[Key::Ctrl('u'), Key::PageUp], "^u", "page-up", "up half a page", None),
    row(Action::NextPane, &[Key::Tab, Key::Char('l'), Key::Right], "tab l", "next-pane", "next pane", None),
    row(Action::PreviousPane, &[Key::BackTab, Key::Char('h'), Key::Left], "h", "previous-pane", "previous pane", None),
    row(Action::Expand, &[Key::Char('e')], "e", "expand", "this pane on the whole screen, and back", None),
    row(Action::Freeze, &[Key::Char('f')], "f", "freeze", "stop the live screen where it is, and let it go on", None),
    row(Action::Copy, &[Key::Char('y')], "y", "copy", "copy the command to your clipboard (OSC 52)", None),
    row(Action::Refresh, &[Key::Char('r')], "r", "refresh", "ask the server for everything again", None),
    row(Action::Redraw, &[Key::Ctrl('l')], "^l", "redraw", "draw everything again", None),
    row(Action::Log, &[Key::Char('!')], "!", "log", "what happened here, the newest first", None),
    row(Action::Back, &[Key::Esc], "esc", "back", "one step back (never quits)", None),
    row(Action::Close, &[Key::Char('q')], "q", "close", "leave the view; from holds, leave the dashboard", None),
    row(Action::Quit, &[Key::Ctrl('c')], "^c", "quit", "leave the dashboard", None),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_and_no_name_stands_twice() {
        let keys: Vec<Key> = TABLE.iter().flat_map(|binding| binding.keys).copied().collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let names: BTreeSet<_> = TABLE.iter().map(|binding| binding.name).collect();
        assert_eq!(names.len(), TABLE.len());
    }
}
