//! The auditor's player: a recorded session as the screen it was, with its events beside it.
//!
//! ```text
//! Paused ─space→ Playing ─(the end)→ Ended        any ─seek, step→ the same, elsewhere (Ended → Paused)
//!    ↑──────space──┘                   └─space→ Playing, from the start
//! ```
//! Moments are *recorded* time, so that they are the same for everybody; only the speed of playing knows that pauses are cut. Recorded
//! bytes never reach the person's terminal: they go through a screen model, and its cells are drawn.

mod actions;
mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::Frame;

use super::Options;
use super::app::{App, Effect, Message};
use super::bindings::{self, Reading};
use super::cells::Pan;
use super::field::Field;
use super::input::{Input, Key, Mouse};
use super::text::moment;
use crate::model::{Mono, Now, Size};
use crate::replay::{Hit, IdleCut, Mark, Playhead, Timeline};
use actions::Action;

/// What is known about a recording besides its events; the player shows it in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether its chain is whole.
    pub chain: Chain,
    /// What is missing or cut off, a sentence each.
    pub gaps: Vec<String>,
}

/// What verification said about the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Chain {
    /// Nobody verified it.
    #[default]
    Unchecked,
    /// Whole, and sealed.
    Sealed,
    /// Whole so far; the session is still live.
    Live,
    /// Whole up to where the session was cut off; sealed when the bastion came back.
    Interrupted,
    /// Altered: the faults.
    Broken(Vec<String>),
}

/// The player's state.
#[derive(Debug)]
pub struct Player {
    options: Options,
    standing: Standing,
    timeline: Timeline,
    head: Playhead,
    cut: IdleCut,
    /// Index into [`IDLE_CAPS`].
    cap: usize,
    /// Index into [`SPEEDS`].
    speed: usize,
    state: State,
    focus: Focus,
    expanded: bool,
    /// The chosen row of the events.
    cursor: usize,
    pan: Option<Pan>,
    prompt: Prompt,
    search: Option<Search>,
    help: Option<Reading>,
    status: Option<(String, Mono)>,
    size: Size,
    now: Now,
}

/// Whether it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Paused,
    /// Since a moment of ours, from a played moment.
    Playing {
        since: Mono,
        from: Duration,
    },
    Ended,
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Screen,
    Events,
}

/// What is typed at the bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Prompt {
    None,
    Search(Field),
    Goto(Field),
}

/// What was searched for, and where it was found.
#[derive(Debug)]
struct Search {
    text: String,
    hits: Vec<Hit>,
    /// The hit that is shown.
    at: usize,
}

impl Player {
    /// A player over a whole recording, paused at `at`.
    #[must_use]
    pub fn new(timeline: Timeline, standing: Standing, start: Start, options: Options) -> Self {
        let cap = IDLE_CAPS.iter().position(|cap| *cap == start.idle).unwrap_or(DEFAULT_CAP);
        let cut = timeline.idle_cut(IDLE_CAPS.get(cap).copied().flatten());
        let head = timeline.seek(start.at);
        let speed = SPEEDS.iter().position(|(speed, _)| *speed == start.speed_percent).unwrap_or(REAL_TIME);
        Self {
            options,
            standing,
            timeline,
            head,
            cut,
            cap,
            speed,
            state: State::Paused,
            focus: Focus::Screen,
            expanded: false,
            cursor: 0,
            pan: None,
            prompt: Prompt::None,
            search: None,
            help: None,
            status: None,
            size: Size::default(),
            now: Now::default(),
        }
    }

    fn say(&mut self, text: String) {
        self.status = Some((text, self.now.mono.after(STATUS)));
    }

    /// Played moments per second of ours, in percent.
    fn percent(&self) -> u64 {
        SPEEDS.get(self.speed).map_or(100, |(percent, _)| *percent)
    }

    /// The played moment that a moment of ours stands for.
    fn played(&self, since: Mono, from: Duration) -> Duration {
        let micros = u64::try_from(self.now.mono.since(since).as_micros()).unwrap_or(u64::MAX);
        from.saturating_add(Duration::from_micros(micros.saturating_mul(self.percent()) / 100))
    }

    /// Plays on to now.
    fn advance(&mut self) {
        let State::Playing { since, from } = self.state else { return };
        let to = self.cut.recorded(self.played(since, from));
        self.timeline.advance(&mut self.head, to);
        if to >= self.timeline.duration() {
            self.state = State::Ended;
        }
        self.follow();
    }

    /// Plays from where it is, with what is true now (speed, idle cap).
    fn play(&mut self) {
        self.state = State::Playing { since: self.now.mono, from: self.cut.played(self.head.at()) };
    }

    /// After a change of speed or cap: goes on from here.
    fn replay(&mut self) {
        if matches!(self.state, State::Playing { .. }) {
            self.play();
        }
    }

    fn seek(&mut self, at: Duration) {
        self.head = self.timeline.seek(at.min(self.timeline.duration()));
        self.moved();
    }

    fn moved(&mut self) {
        match self.state {
            State::Playing { .. } => self.play(),
            State::Ended => self.state = State::Paused,
            State::Paused => {}
        }
        self.follow();
    }

    /// The chosen event is the last one that has happened, while the person is not choosing.
    fn follow(&mut self) {
        if self.focus == Focus::Screen {
            let at = self.head.at();
            self.cursor = self.timeline.markers().partition_point(|m| m.at <= at).saturating_sub(1);
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key edits or does nothing")]
    fn key(&mut self, key: Key) -> Vec<Effect<()>> {
        if key == Key::Ctrl('c') {
            return vec![Effect::Quit(())];
        }
        if let Some(help) = &mut self.help {
            if help.closes(key) {
                self.help = None;
            }
            return Vec::new();
        }
        match (std::mem::replace(&mut self.prompt, Prompt::None), key) {
            (Prompt::None, key) => {
                return bindings::of_key(actions::TABLE, key).map_or_else(Vec::new, |action| self.act(action));
            }
            (_, Key::Esc) => {}
            (Prompt::Search(field), Key::Enter) => self.find(field.text()),
            (Prompt::Goto(field), Key::Enter) => match moment(field.text()) {
                Some(at) => self.seek(at),
                None => self.say(format!("'{}' is no moment: 90, 12:30, 1:02:03", field.shown())),
            },
            (Prompt::Search(mut field), key) => {
                field.key(key);
                self.prompt = Prompt::Search(field);
            }
            (Prompt::Goto(mut field), key) => {
                field.key(key);
                self.prompt = Prompt::Goto(field);
            }
        }
        Vec::new()
    }

    fn act(&mut self, action: Action) -> Vec<Effect<()>> {
        let (at, end) = (self.head.at(), self.timeline.duration());
        match action {
            Action::Toggle => self.toggle(),
            Action::Forward => self.seek(at + FIVE),
            Action::Backward => self.seek(at.saturating_sub(FIVE)),
            Action::FarForward => self.seek(at + end / 10),
            Action::FarBackward => self.seek(at.saturating_sub(end / 10)),
            Action::Tenth(tenths) => self.seek(end * u32::from(tenths) / 10),
            Action::NextMark => self.seek_mark(Direction::Forward, |_| true, "no event after this one"),
            Action::PreviousMark => self.seek_mark(Direction::Backward, |_| true, "no event before this one"),
            Action::NextHold => {
                self.seek_mark(Direction::Forward, Mark::is_hold_or_denial, "no hold or denial after this")
            }
            Action::PreviousHold => {
                self.seek_mark(Direction::Backward, Mark::is_hold_or_denial, "no hold or denial before this");
            }
            Action::StepForward => self.step_forward(),
            Action::StepBackward => self.step_backward(),
            Action::Faster => self.set_speed(self.speed + 1),
            Action::Slower => self.set_speed(self.speed.saturating_sub(1)),
            Action::RealTime => self.set_speed(REAL_TIME),
            Action::Idle => self.next_cap(),
            Action::Search => self.prompt = Prompt::Search(Field::default()),
            Action::NextHit => self.hit(Direction::Forward),
            Action::PreviousHit => self.hit(Direction::Backward),
            Action::Goto => self.prompt = Prompt::Goto(Field::default()),
            Action::Pane => self.focus = if self.focus == Focus::Screen { Focus::Events } else { Focus::Screen },
            Action::Down => self.choose(1),
            Action::Up => self.choose(-1),
            Action::Open => {
                if let Some(at) = self.timeline.markers().get(self.cursor).map(|marker| marker.at) {
                    self.seek(at);
                }
            }
            Action::PanLeft => self.pan_by(-PAN, 0),
            Action::PanRight => self.pan_by(PAN, 0),
            Action::PanUp => self.pan_by(0, -PAN),
            Action::PanDown => self.pan_by(0, PAN),
            Action::Expand => self.expanded = !self.expanded,
            Action::CopyLink => return self.copy_link(),
            Action::Help => self.help = Some(Reading::default()),
            Action::Redraw => return vec![Effect::Repaint],
            Action::Back => self.back(),
            Action::Quit => return vec![Effect::Quit(())],
        }
        Vec::new()
    }

    fn toggle(&mut self) {
        match self.state {
            State::Playing { .. } => self.state = State::Paused,
            State::Paused => self.play(),
            State::Ended => {
                self.head = self.timeline.beginning();
                self.play();
            }
        }
    }

    fn seek_mark(&mut self, direction: Direction, wanted: impl Fn(Mark) -> bool, none: &str) {
        let at = self.head.at();
        let marker = match direction {
            Direction::Forward => self.timeline.marker_after(at, wanted),
            Direction::Backward => self.timeline.marker_before(at, wanted),
        };
        match marker.map(|marker| marker.at) {
            Some(at) => self.seek(at),
            None => self.say(none.to_owned()),
        }
    }

    fn step_forward(&mut self) {
        self.state = State::Paused;
        if !self.timeline.step(&mut self.head) {
            self.say("this is the end".to_owned());
        }
        self.follow();
    }

    /// To just before what was played last: records of the same moment go together.
    fn step_backward(&mut self) {
        self.state = State::Paused;
        let at = self.head.at();
        let before = self.timeline.events().partition_point(|event| event.at < at);
        match before.checked_sub(1).and_then(|i| self.timeline.events().get(i)).map(|event| event.at) {
            Some(at) => self.seek(at),
            None => self.head = self.timeline.beginning(),
        }
        self.follow();
    }

    fn set_speed(&mut self, speed: usize) {
        self.advance();
        self.speed = speed.min(SPEEDS.len() - 1);
        self.replay();
    }

    fn next_cap(&mut self) {
        self.advance();
        self.cap = (self.cap + 1) % IDLE_CAPS.len();
        self.cut = self.timeline.idle_cut(IDLE_CAPS.get(self.cap).copied().flatten());
        self.replay();
    }

    fn find(&mut self, text: &str) {
        let hits: Vec<Hit> = self.timeline.search(text).take(MAX_HITS).collect();
        let now = self.head.at();
        let at = hits.partition_point(|hit| hit.at < now).min(hits.len().saturating_sub(1));
        if hits.is_empty() {
            self.say(format!("'{}' is neither on a screen nor in a command", crate::model::Shown::new(text)));
        }
        self.search = Some(Search { text: text.to_owned(), hits, at });
        self.show_hit();
    }

    fn hit(&mut self, direction: Direction) {
        let Some(search) = self.search.as_mut().filter(|search| !search.hits.is_empty()) else {
            return self.say("nothing was searched for; / searches".to_owned());
        };
        let count = search.hits.len();
        search.at = match direction {
            Direction::Forward => (search.at + 1) % count,
            Direction::Backward => (search.at + count - 1) % count,
        };
        self.show_hit();
    }

    fn show_hit(&mut self) {
        let hit = self.search.as_ref().and_then(|search| search.hits.get(search.at));
        if let Some(at) = hit.map(|hit| hit.at) {
            // What was looked for is to be looked at.
            self.state = State::Paused;
            self.seek(at);
        }
    }

    fn choose(&mut self, by: isize) {
        self.focus = Focus::Events;
        let last = self.timeline.markers().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    fn pan_by(&mut self, x: i16, y: i16) {
        let area = view::screen_area(self);
        let from = self.pan.unwrap_or_else(|| Pan::to_cursor(self.head.screen(), area));
        let to = Pan { x: from.x.saturating_add_signed(x), y: from.y.saturating_add_signed(y) };
        self.pan = Some(to.within(self.head.screen(), area));
    }

    fn copy_link(&mut self) -> Vec<Effect<()>> {
        let Some(meta) = self.timeline.meta() else { return Vec::new() };
        let link = format!("holdpoint replay {} --at {}", meta.id, super::text::clock(self.head.at()));
        self.say(format!("copied: {link}"));
        vec![Effect::Copy(link)]
    }

    fn back(&mut self) {
        if self.expanded {
            self.expanded = false;
        } else if self.pan.is_some() {
            self.pan = None;
        } else {
            self.focus = Focus::Screen;
            self.search = None;
        }
    }
}

impl App for Player {
    type Outcome = ();

    fn update(&mut self, message: Message, now: Now) -> Vec<Effect<()>> {
        self.now = now;
        self.advance();
        if self.status.as_ref().is_some_and(|(_, until)| *until <= now.mono) {
            self.status = None;
        }
        match message {
            Message::Begin(size) | Message::Resized(size) => self.size = size,
            Message::Input(Input::Key(key)) => return self.key(key),
            Message::Input(Input::Paste(text)) => match &mut self.prompt {
                Prompt::Search(field) | Prompt::Goto(field) => field.paste(&text),
                Prompt::None => {}
            },
            Message::Input(Input::Mouse(Mouse::ScrollDown { .. })) => self.choose(1),
            Message::Input(Input::Mouse(Mouse::ScrollUp { .. })) => self.choose(-1),
            Message::Input(Input::Mouse(Mouse::Click { x, y })) => view::clicked(self, x, y),
            Message::Push(_)
            | Message::LinkLost
            | Message::LinkFailed(_)
            | Message::LinkUp
            | Message::NotSent(_)
            | Message::Tick => {}
        }
        Vec::new()
    }

    fn view(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn wake(&self, _: Now) -> Option<Mono> {
        let status = self.status.as_ref().map(|(_, until)| *until);
        let playing = matches!(self.state, State::Playing { .. }).then(|| self.now.mono.after(FRAME));
        [status, playing].into_iter().flatten().min()
    }
}

/// Where and how a player begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The moment.
    pub at: Duration,
    /// The speed in percent, one of those that `<` and `>` reach; 100 otherwise.
    pub speed_percent: u64,
    /// The longest pause, one of those that `i` reaches; 2 s otherwise.
    pub idle: Option<Duration>,
}

impl Default for Start {
    fn default() -> Self {
        Self { at: Duration::ZERO, speed_percent: 100, idle: Some(Duration::from_secs(2)) }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Forward,
    Backward,
}

/// Speeds in percent, and how they are written.
const SPEEDS: [(u64, &str); 7] =
    [(25, "1/4x"), (50, "1/2x"), (100, "1x"), (200, "2x"), (400, "4x"), (800, "8x"), (1600, "16x")];
const REAL_TIME: usize = 2;

/// Longest pauses, in the order of `i`.
const IDLE_CAPS: [Option<Duration>; 4] =
    [None, Some(Duration::from_secs(1)), Some(Duration::from_secs(2)), Some(Duration::from_secs(5))];
const DEFAULT_CAP: usize = 2;

const FIVE: Duration = Duration::from_secs(5);

/// Columns or rows of one step of panning.
const PAN: i16 = 8;

/// Places found that are kept: more than anybody walks through.
const MAX_HITS: usize = 500;

/// How long a line at the bottom stays.
const STATUS: Duration = Duration::from_secs(6);

/// Twenty frames a second while it plays.
const FRAME: Duration = Duration::from_millis(50);
