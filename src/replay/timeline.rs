//! What happened when, and the screen at any moment.
//!
//! A timeline takes events one by one, so that a live session can be followed. As it takes them it plays them once on a model of
//! its own and keeps a copy of that model (a *keyframe*) every [`EVERY_BYTES`] of output or [`EVERY`] of time. Seeking is the
//! nearest keyframe, then the events up to the moment; so it takes the same time anywhere. When there are too many keyframes, every second one
//! is dropped and they come half as often: memory stays bounded, whatever the length.

use std::time::Duration;

use crate::model::{
    Event, EventRecord, ExitStatus, Finding, Outcome, Seq, SessionMeta, Shown, Size, Verdict, Wall, minutes,
};
use crate::terminal::Screen;

/// One event with its time since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Since the session's first event; never less than the event before, even when the wall clock was set back.
    pub at: Duration,
    /// Its place in the session.
    pub seq: Seq,
    /// What.
    pub event: Event,
}

/// A place of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// When.
    pub at: Duration,
    /// The event it stands for, as an index into [`Timeline::events`].
    pub event: usize,
    /// What kind.
    pub mark: Mark,
    /// One line for a list: the command, who approved, what was masked.
    pub label: Shown,
}

/// What a marker stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A command was let through without a hold.
    Command,
    /// A command was held.
    Held,
    /// An approver let it through.
    Approved,
    /// It was denied, by policy or by an approver.
    Denied,
    /// Nobody decided in time, or it was withdrawn.
    Lapsed,
    /// Values were masked.
    Masked,
    /// A line of ours was shown.
    Notice,
    /// Somebody paused, resumed or watched.
    Steered,
    /// The process or the session ended.
    Exit,
}

impl Mark {
    /// The glyph that the screens use.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Command => '$',
            Self::Held => '◆',
            Self::Approved => '✓',
            Self::Denied => '✖',
            Self::Lapsed => '○',
            Self::Masked => '⚑',
            Self::Notice => '·',
            Self::Steered => '‖',
            Self::Exit => '■',
        }
    }

    /// Whether `{` and `}` stop here: a hold or a denial.
    #[must_use]
    pub const fn is_hold_or_denial(self) -> bool {
        match self {
            Self::Held | Self::Denied => true,
            Self::Command
            | Self::Approved
            | Self::Lapsed
            | Self::Masked
            | Self::Notice
            | Self::Steered
            | Self::Exit => false,
        }
    }
}

/// A recording in memory.
#[derive(Debug)]
pub struct Timeline {
    meta: Option<Box<SessionMeta>>,
    start: Option<Wall>,
    events: Vec<Timed>,
    markers: Vec<Marker>,
    pauses: Vec<(Duration, Duration)>,
    keyframes: Vec<Playhead>,
    /// The model at the end; what a keyframe is a copy of.
    end: Playhead,
    /// Bytes of output since the last keyframe, and between two.
    since: usize,
    every_bytes: usize,
    every: Duration,
}

/// A moment of a recording and the screen at it.
#[derive(Debug, Clone)]
pub struct Playhead {
    screen: Screen,
    at: Duration,
    next: usize,
}

impl Playhead {
    /// The screen.
    #[must_use]
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The moment.
    #[must_use]
    pub const fn at(&self) -> Duration {
        self.at
    }

    /// The next event to be played, as an index into [`Timeline::events`].
    #[must_use]
    pub const fn next(&self) -> usize {
        self.next
    }

    fn blank(size: Size) -> Self {
        Self { screen: Screen::new(size.cols(), size.rows()), at: Duration::ZERO, next: 0 }
    }

    fn play(&mut self, event: &Timed) {
        if let Event::Output { bytes, .. } = &event.event {
            self.screen.feed(bytes);
        } else if let Event::Resized { size } = &event.event {
            self.screen.resize(size.cols(), size.rows());
        } else if let Event::Started(meta) = &event.event {
            let size = first_size(meta);
            self.screen.resize(size.cols(), size.rows());
        }
        self.at = event.at;
        self.next += 1;
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            meta: None,
            start: None,
            events: Vec::new(),
            markers: Vec::new(),
            pauses: Vec::new(),
            keyframes: Vec::new(),
            end: Playhead::blank(Size::default()),
            since: 0,
            every_bytes: EVERY_BYTES,
            every: EVERY,
        }
    }
}

impl Timeline {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next event of the session.
    pub fn push(&mut self, record: EventRecord) {
        let start = *self.start.get_or_insert(record.at);
        let at = record.at.since(start).max(self.end.at);
        if at - self.end.at > PAUSE {
            self.pauses.push((self.end.at, at));
        }
        let timed = Timed { at, seq: record.seq, event: record.event };
        if let Some((mark, label)) = marker(&timed.event) {
            self.markers.push(Marker { at, event: self.events.len(), mark, label });
        }
        if let Event::Output { bytes, .. } = &timed.event {
            self.since += bytes.len();
        } else if let Event::Started(meta) = &timed.event {
            self.meta.get_or_insert_with(|| meta.clone());
        }
        self.end.play(&timed);
        self.events.push(timed);
        self.keep();
    }

    /// The facts of the session, once its first event came.
    #[must_use]
    pub fn meta(&self) -> Option<&SessionMeta> {
        self.meta.as_deref()
    }

    /// When it began.
    #[must_use]
    pub fn start(&self) -> Option<Wall> {
        self.start
    }

    /// From the first event to the last.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        self.end.at
    }

    /// All events, in order.
    #[must_use]
    pub fn events(&self) -> &[Timed] {
        &self.events
    }

    /// The places of interest, in order.
    #[must_use]
    pub fn markers(&self) -> &[Marker] {
        &self.markers
    }

    /// The next (or, backwards, the previous) place of interest from a moment on that is wanted.
    #[must_use]
    pub fn marker_after(&self, at: Duration, wanted: impl Fn(Mark) -> bool) -> Option<&Marker> {
        self.markers.iter().find(|m| m.at > at && wanted(m.mark))
    }

    /// The previous place of interest before a moment that is wanted.
    #[must_use]
    pub fn marker_before(&self, at: Duration, wanted: impl Fn(Mark) -> bool) -> Option<&Marker> {
        self.markers.iter().rev().find(|m| m.at < at && wanted(m.mark))
    }

    /// Pauses of more than a second, from and to, in order.
    #[must_use]
    pub fn pauses(&self) -> &[(Duration, Duration)] {
        &self.pauses
    }

    /// Recorded time ↔ played time when pauses are cut to `cap` (`None`: nothing is cut).
    #[must_use]
    pub fn idle_cut(&self, cap: Option<Duration>) -> super::IdleCut {
        super::IdleCut::new(&self.pauses, self.duration(), cap)
    }

    /// The beginning: a blank screen, nothing played.
    #[must_use]
    pub fn beginning(&self) -> Playhead {
        Playhead::blank(self.meta.as_deref().map_or_else(Size::default, first_size))
    }

    /// The screen at a moment: everything up to and with it is played.
    #[must_use]
    pub fn seek(&self, at: Duration) -> Playhead {
        let kept = self.keyframes.partition_point(|keyframe| keyframe.at <= at);
        let nearest = kept.checked_sub(1).and_then(|i| self.keyframes.get(i));
        let mut playhead = nearest.cloned().unwrap_or_else(|| self.beginning());
        self.advance(&mut playhead, at);
        playhead
    }

    /// Plays on to a moment; a moment that is past already changes nothing.
    pub fn advance(&self, playhead: &mut Playhead, to: Duration) {
        while let Some(event) = self.events.get(playhead.next).filter(|event| event.at <= to) {
            playhead.play(event);
        }
        playhead.at = playhead.at.max(to.min(self.duration()));
    }

    /// Plays exactly one more event; `false` at the end.
    pub fn step(&self, playhead: &mut Playhead) -> bool {
        self.events.get(playhead.next).map(|event| playhead.play(event)).is_some()
    }

    /// When the next event comes.
    #[must_use]
    pub fn next_at(&self, playhead: &Playhead) -> Option<Duration> {
        self.events.get(playhead.next).map(|event| event.at)
    }

    /// Where a text was typed or stood on the screen, in order. Every hit is found when it is asked for.
    pub fn search(&self, text: &str) -> impl Iterator<Item = super::Hit> + '_ {
        super::search::Search::new(self, text)
    }

    /// Keeps a copy of the model when it is time to.
    fn keep(&mut self) {
        let last = self.keyframes.last().map_or(Duration::ZERO, |keyframe| keyframe.at);
        if self.since < self.every_bytes && (self.since == 0 || self.end.at - last < self.every) {
            return;
        }
        self.since = 0;
        self.keyframes.push(self.end.clone());
        if self.keyframes.len() > MOST_KEYFRAMES {
            let mut nth = 0;
            self.keyframes.retain(|_| {
                nth += 1;
                nth % 2 == 0
            });
            self.every_bytes = self.every_bytes.saturating_mul(2);
            self.every = self.every.saturating_mul(2);
        }
    }
}

/// The size a session begins with. An exec without a terminal is shown on a screen of the usual size.
pub(super) fn first_size(meta: &SessionMeta) -> Size {
    meta.pty.as_ref().map_or_else(Size::default, |pty| pty.size)
}

/// Kind and line of the marker that an event sets, if it sets one.
pub(super) fn marker(event: &Event) -> Option<(Mark, Shown)> {
    Some(match event {
        Event::Command { command, judgement, .. } => match &judgement.verdict {
            Verdict::Allow => (Mark::Command, command.shown()),
            Verdict::Deny => (Mark::Denied, command.shown()),
            // The hold has an event of its own.
            Verdict::Hold(_) => return None,
        },
        Event::Held(request) => (Mark::Held, request.command.shown()),
        Event::Ruled { outcome, .. } => match outcome {
            Outcome::Approved { by, .. } => (Mark::Approved, shown(&format!("approved by {}", by.join(", ")))),
            Outcome::Denied { by, reason } => (Mark::Denied, shown(&format!("denied by {by}: {reason}"))),
            Outcome::Expired => (Mark::Lapsed, shown("expired: nobody decided in time")),
            Outcome::Withdrawn => (Mark::Lapsed, shown("withdrawn")),
        },
        Event::Masked { findings } => (Mark::Masked, shown(&Finding::list(findings))),
        Event::Alerted { findings, rule, says } if findings.is_empty() => {
            (Mark::Denied, shown(&format!("alert {rule}: {says}")))
        }
        Event::Alerted { findings, rule, .. } => {
            (Mark::Masked, shown(&format!("alert {rule}: {}", Finding::list(findings))))
        }
        Event::RevealBegan { secs, .. } => (Mark::Approved, shown(&format!("reveal begins, for {}", minutes(*secs)))),
        Event::RevealEnded { .. } => (Mark::Lapsed, shown("reveal ends")),
        Event::GrantRevoked { by, .. } => (Mark::Steered, shown(&format!("approval taken back by {by}"))),
        Event::Noted { text, .. } => (Mark::Notice, shown(&format!("note: {text}"))),
        Event::Notice { text } => (Mark::Notice, text.clone()),
        Event::Paused { by } => (Mark::Steered, shown(&format!("paused by {by}"))),
        Event::Resumed { by } => (Mark::Steered, shown(&format!("resumed by {by}"))),
        Event::Watched { by } => (Mark::Steered, shown(&format!("watched by {by}"))),
        Event::Image { format, width, height, bytes, digest } => {
            let digest = digest.get(..16).unwrap_or_default();
            (Mark::Notice, shown(&format!("image ({format}, {width}x{height}, {bytes} bytes, {digest}…)")))
        }
        Event::Exit(ExitStatus::Code { code }) => (Mark::Exit, shown(&format!("exit {code}"))),
        Event::Exit(ExitStatus::Signal { name, .. }) => (Mark::Exit, shown(&format!("ended by SIG{name}"))),
        Event::Started(_)
        | Event::Output { .. }
        | Event::Resized { .. }
        | Event::Certified(_)
        | Event::Released { .. }
        | Event::Ended { .. } => return None,
    })
}

fn shown(text: &str) -> Shown {
    Shown::new(text)
}

/// Output between two keyframes: 256 KiB are played in a few milliseconds.
const EVERY_BYTES: usize = 256 << 10;
/// Time between two keyframes, if there was output.
const EVERY: Duration = Duration::from_secs(10);
/// Keyframes kept at most. One of 80 × 24 is 60 KB, one of 200 × 50 is 320 KB.
const MOST_KEYFRAMES: usize = 64;
/// A gap of more than this between two events is a pause.
const PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{output, record, recording};
    use super::*;

    /// What a terminal shows, for comparison.
    fn picture(playhead: &Playhead) -> (String, (u16, u16), u16, u16, bool) {
        let s = playhead.screen();
        (s.contents(), (s.cursor().row, s.cursor().col), s.cols(), s.rows(), s.alternate_screen())
    }

    /// Pieces of output that move, save, switch, scroll and cut sequences in half.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            Just(b"line\r\nnext".to_vec()),
            Just(b"\x1b7\x1b[5;5H".to_vec()),
            Just(b"\x1b8".to_vec()),
            Just(b"\x1b[?1049h\x1b[2J".to_vec()),
            Just(b"\x1b[?1049l".to_vec()),
            Just(b"\x1b[3".to_vec()),
            Just(b"1mred\x1b[2;10r".to_vec()),
            Just(vec![b'x'; 500]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn seeking_is_playing_to_the_moment(
            pieces in prop::collection::vec((piece(), 0u64..4000), 1..60),
            moments in prop::collection::vec(0u64..120_000, 4),
        ) {
            let mut timeline = Timeline { every_bytes: 300, every: Duration::from_secs(5), ..Timeline::default() };
            let mut now = 0;
            for (seq, (bytes, wait)) in (0..).zip(pieces) {
                now += wait;
                timeline.push(record(seq, now, output(&bytes)));
            }
            for at in moments.into_iter().map(Duration::from_millis) {
                let mut played = timeline.beginning();
                timeline.advance(&mut played, at);
                let sought = timeline.seek(at);
                prop_assert_eq!(picture(&sought), picture(&played));
                prop_assert_eq!((sought.at(), sought.next()), (played.at(), played.next()));
            }
        }
    }

    #[test]
    fn a_long_recording_keeps_few_keyframes() {
        let mut timeline = Timeline { every_bytes: 10, ..Timeline::default() };
        for seq in 0..5000 {
            timeline.push(record(seq, seq, output(b"0123456789\r\n")));
        }
        assert!((MOST_KEYFRAMES / 4..=MOST_KEYFRAMES).contains(&timeline.keyframes.len()));
        assert_eq!(timeline.seek(Duration::from_secs(3)).next(), 3001);
    }

    #[test]
    fn given_a_clock_that_was_set_back_time_goes_on() {
        let mut timeline = Timeline::new();
        [5000, 9000, 2000, 9500]
            .into_iter()
            .zip(0..)
            .for_each(|(at, seq)| timeline.push(record(seq, at, output(b"x"))));
        let times: Vec<_> = timeline.events().iter().map(|e| e.at.as_millis()).collect();
        assert_eq!(times, [0, 4000, 4000, 4500]);
    }

    #[test]
    fn the_markers_tell_the_story_of_a_hold() {
        let timeline = recording();
        let story: Vec<_> = timeline.markers().iter().map(|m| format!("{} {}", m.mark.glyph(), m.label)).collect();
        assert_eq!(story, ["$ ls", "◆ rm -rf ./victim", "✓ approved by bob", "⚑ email ×2", "■ exit 0"]);
        let held = timeline.marker_after(Duration::ZERO, Mark::is_hold_or_denial).unwrap();
        assert_eq!(held.mark, Mark::Held);
        assert_eq!(timeline.marker_before(held.at, |_| true).unwrap().mark, Mark::Command);
    }

    #[test]
    fn an_image_is_told_though_nobody_sees_it() {
        let digest = "0123456789abcdef".repeat(4);
        let image = Event::Image { format: "kitty".to_owned(), width: 800, height: 600, bytes: 12_345, digest };
        let (mark, label) = marker(&image).unwrap();
        assert_eq!((mark, label.as_str()), (Mark::Notice, "image (kitty, 800x600, 12345 bytes, 0123456789abcdef…)"));
    }
}
