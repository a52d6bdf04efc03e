//! The player's action table, after asciinema's player where it has the key.

use crate::tui::bindings::{Binding, row};
use crate::tui::input::Key;

/// What a person can do in the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Play, or pause.
    Toggle,
    /// Five seconds on.
    Forward,
    /// Five seconds back.
    Backward,
    /// A tenth on.
    FarForward,
    /// A tenth back.
    FarBackward,
    /// To so many tenths.
    Tenth(u8),
    /// Next place of interest.
    NextMark,
    /// Previous place of interest.
    PreviousMark,
    /// Next hold or denial.
    NextHold,
    /// Previous hold or denial.
    PreviousHold,
    /// One event on.
    StepForward,
    /// One event back.
    StepBackward,
    /// Twice as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// As fast as it was.
    RealTime,
    /// The next idle cap.
    Idle,
    /// Search.
    Search,
    /// Next hit.
    NextHit,
    /// Previous hit.
    PreviousHit,
    /// Go to a moment.
    Goto,
    /// Keys to the other pane.
    Pane,
    /// Down a row.
    Down,
    /// Up a row.
    Up,
    /// Go to the chosen event.
    Open,
    /// Move the view over a screen that is larger than the place for it.
    PanLeft,
    /// See above.
    PanRight,
    /// See above.
    PanUp,
    /// See above.
    PanDown,
    /// The screen without the events.
    Expand,
    /// Copy the command line that shows this moment.
    CopyLink,
    /// Help.
    Help,
    /// Draw everything anew.
    Redraw,
    /// One step back.
    Back,
    /// Quit.
    Quit,
}

/// The table, in the order of help.
pub(super) const TABLE: &[Binding<Action>] = &[
    row(Action::Toggle, &[Key::Char(' ')], "space", "play", "play, or pause", Some("play/pause")),
    row(Action::Backward, &[Key::Left], "←", "back-5", "5 seconds back", None),
    row(Action::Forward, &[Key::Right], "→", "forward-5", "5 seconds on", Some("5 s")),
    row(Action::FarBackward, &[Key::ShiftLeft], "shift ←", "back-10%", "a tenth back", None),
    row(Action::FarForward, &[Key::ShiftRight], "shift →", "forward-10%", "a tenth on", None),
    row(Action::Tenth(0), &[Key::Char('0'), Key::Home], "0", "start", "to the start", None),
    row(Action::Tenth(1), &[Key::Char('1')], "1", "10%", "to 10 %, and so on to 9", None),
    row(Action::Tenth(2), &[Key::Char('2')], "2", "20%", "to 20 %", None),
    row(Action::Tenth(3), &[Key::Char('3')], "3", "30%", "to 30 %", None),
    row(Action::Tenth(4), &[Key::Char('4')], "4", "40%", "to 40 %", None),
    row(Action::Tenth(5), &[Key::Char('5')], "5", "50%", "to 50 %", None),
    row(Action::Tenth(6), &[Key::Char('6')], "6", "60%", "to 60 %", None),
    row(Action::Tenth(7), &[Key::Char('7')], "7", "70%", "to 70 %", None),
    row(Action::Tenth(8), &[Key::Char('8')], "8", "80%", "to 80 %", None),
    row(Action::Tenth(9), &[Key::Char('9')], "9", "90%", "to 90 %", None),
    row(Action::Tenth(10), &[Key::End], "end", "end", "to the end", None),
    row(Action::PreviousMark, &[Key::Char('[')], "[", "previous-event", "previous event of the list", None),
    row(Action::NextMark, &[Key::Char(']')], "]", "next-event", "next event of the list", Some("event")),
    row(Action::PreviousHold, &[Key::Char('{')], "{", "previous-hold", "previous hold or denial", None),
    row(Action::NextHold, &[Key::Char('}')], "}", "next-hold", "next hold or denial", Some("hold")),
    row(Action::StepBackward, &[Key::Char(',')], ",", "step-back", "one record back", None),
    row(Action::StepForward, &[Key::Char('.')], ".", "step", "one record on", None),
    row(Action::Slower, &[Key::Char('<')], "<", "slower", "half as fast", None),
    row(Action::Faster, &[Key::Char('>')], ">", "faster", "twice as fast", Some("speed")),
    row(Action::RealTime, &[Key::Char('=')], "=", "real-time", "as fast as it was", None),
    row(Action::Idle, &[Key::Char('i')], "i", "idle", "cut pauses to 1, 2, 5 seconds, or not at all", Some("idle")),
    row(Action::Search, &[Key::Char('/')], "/", "search", "search screen text and commands", Some("search")),
    row(Action::NextHit, &[Key::Char('n')], "n", "next-hit", "next place where it was found", None),
    row(Action::PreviousHit, &[Key::Char('N')], "N", "previous-hit", "previous place", None),
    row(Action::Goto, &[Key::Char(':')], ":", "goto", "to a moment: 90, 12:30, 1:02:03", Some("goto")),
    row(Action::Pane, &[Key::Tab, Key::BackTab], "tab", "pane", "keys to the events, and back to the screen", None),
    row(Action::Down, &[Key::Char('j'), Key::Down], "j ↓", "down", "down a row of the events", None),
    row(Action::Up, &[Key::Char('k'), Key::Up], "k ↑", "up", "up a row of the events", None),
    row(Action::Open, &[Key::Enter], "enter", "open", "go to the chosen event", None),
    row(Action::PanLeft, &[Key::Char('H')], "H", "pan-left", "look further left on a larger screen", None),
    row(Action::PanRight, &[Key::Char('L')], "L", "pan-right", "look further right", None),
    row(Action::PanUp, &[Key::Char('K')], "K", "pan-up", "look further up", None),
    row(Action::PanDown, &[Key::Char('J')], "J", "pan-down", "look further down", None),
    row(Action::Expand, &[Key::Char('e')], "e", "expand", "the screen without the events, and back", None),
    row(
        Action::CopyLink,
        &[Key::Char('c'), Key::Char('y')],
        "c",
        "copy",
        "copy the command that shows this moment",
        None,
    ),
    row(Action::Help, &[Key::Char('?'), Key::F(1)], "?", "help", "this help", None),
    row(Action::Redraw, &[Key::Ctrl('l')], "^l", "redraw", "draw everything again", None),
    row(Action::Back, &[Key::Esc], "esc", "back", "one step back (never quits)", None),
    row(Action::Quit, &[Key::Char('q'), Key::Ctrl('c')], "q", "quit", "leave the player", None),
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
