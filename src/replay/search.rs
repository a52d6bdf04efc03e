//! Where a text was typed or stood on the screen: in the *rendered* text, as an eye saw it, so colours and cursor movement do not hide it.

use std::time::Duration;

use super::timeline::{Playhead, Timeline};
use crate::model::{Event, Shown};

/// A place where the text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// When.
    pub at: Duration,
    /// The event that brought it, as an index into [`Timeline::events`].
    pub event: usize,
    /// Where it stood.
    pub place: Where,
    /// The line with it.
    pub line: Shown,
}

/// Where a text stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Where {
    /// In a command.
    Command,
    /// On the screen.
    Screen,
}

/// A search on its way. A hit on the screen is the moment when the text appears there; it must go away before it counts again. Letters
/// match in either case unless the text searched for has a capital.
#[derive(Debug)]
pub(super) struct Search<'a> {
    timeline: &'a Timeline,
    playhead: Playhead,
    text: String,
    exact: bool,
    on_screen: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(timeline: &'a Timeline, text: &str) -> Self {
        let exact = text.chars().any(char::is_uppercase);
        Self { timeline, playhead: timeline.beginning(), text: text.to_owned(), exact, on_screen: false }
    }

    fn line_with_it(&self, text: &str) -> Option<Shown> {
        let holds =
            |line: &&str| if self.exact { line.contains(&self.text) } else { line.to_lowercase().contains(&self.text) };
        text.lines().find(holds).map(|line| Shown::new(line.trim_end()))
    }

    fn in_screen(&mut self) -> Option<Shown> {
        let line = self.line_with_it(&self.playhead.screen().contents());
        let appeared = !std::mem::replace(&mut self.on_screen, line.is_some());
        line.filter(|_| appeared)
    }

    fn look(&mut self, event: usize) -> Option<(Where, Shown)> {
        let event = &self.timeline.events().get(event)?.event;
        if let Event::Command { command, .. } = event {
            self.line_with_it(&command.text).map(|line| (Where::Command, line))
        } else if let Event::Output { .. } | Event::Resized { .. } = event {
            self.in_screen().map(|line| (Where::Screen, line))
        } else {
            None
        }
    }
}

impl Iterator for Search<'_> {
    type Item = Hit;

    fn next(&mut self) -> Option<Hit> {
        if self.text.is_empty() {
            return None;
        }
        loop {
            let event = self.playhead.next();
            if !self.timeline.step(&mut self.playhead) {
                return None;
            }
            if let Some((place, line)) = self.look(event) {
                return Some(Hit { at: self.playhead.at(), event, place, line });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{output, record, recording};
    use super::*;

    #[test]
    fn a_text_drawn_in_pieces_and_colours_is_found_once() {
        let mut timeline = Timeline::new();
        let pieces: [&[u8]; 4] = [b"or\x1b[31mde", b"rs\x1b[0m ready", b"\r\n$ ", b"\x1b[2J\x1b[Horders"];
        (0..).zip(pieces).for_each(|(seq, bytes)| timeline.push(record(seq, seq * 1000, output(bytes))));
        let hits: Vec<_> = timeline.search("orders").map(|hit| (hit.event, hit.place)).collect();
        assert_eq!(hits, [(1, Where::Screen)]);
        assert_eq!(timeline.search("Orders").count(), 0);
        assert_eq!(timeline.search("").count(), 0);
    }

    #[test]
    fn a_command_is_found_where_it_was_typed() {
        let timeline = recording();
        let hits: Vec<_> = timeline.search("RM -rf").collect();
        assert_eq!(hits, []);
        let hit = timeline.search("rm -rf").find(|hit| hit.place == Where::Command).unwrap();
        assert_eq!(hit.line.as_str(), "rm -rf ./victim");
    }
}
