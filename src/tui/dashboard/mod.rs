//! The approver's dashboard: what waits, why, and what the session looks like right now.
//!
//! | file | what |
//! |---|---|
//! | this one | the state, and what follows from every message: arming, watching |
//! | `actions` | the action table |
//! | `keys` | action → change of state |
//! | `news` | push → change of state |
//! | `queue`, `filter` | the holds, their order, the selection |
//! | `dialog` | what stands between a key and a decision |
//! | `why` | the rows about a hold |
//! | `layout`, `view` | state → cells |
//!
//! **Arming.** A decision can be sent only for what has been looked at: the last row of the command has been on the screen, and nothing about
//! the hold has changed for [`DEAD_MS`]. See `Dashboard::armed`.

pub mod actions;
pub mod dialog;
pub mod filter;
mod keys;
pub mod layout;
mod news;
pub mod queue;
mod view;
pub mod why;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ratatui::Frame;

use super::app::{App, Effect, Message};
use super::field::Field;
use super::input::Input;
use super::{Access, Options};
use crate::api::wire::{Call, Numbered};
use crate::model::{Grant, Mono, Now, RequestRow, SessionId, SessionRow, Shown, Size, Wall};
use crate::terminal::Screen;
use dialog::Dialog;
use filter::Filter;
use layout::{Areas, areas};
use queue::Queue;

/// The dashboard's state.
#[derive(Debug)]
pub struct Dashboard {
    options: Options,
    size: Size,
    now: Now,
    /// The server's wall clock minus ours, in microseconds: deadlines are the server's.
    skew: i64,
    link: LinkState,
    calls: Calls,
    view: View,
    focus: Pane,
    expanded: bool,
    queue: Queue,
    sessions: BTreeMap<SessionId, SessionRow>,
    session: Option<SessionId>,
    /// The selected session has ended, and how; its row stays until the selection moves.
    ended: Option<String>,
    grants: Vec<Grant>,
    grant: usize,
    filter: Filter,
    prompt: Prompt,
    dialog: Option<Dialog>,
    /// Since when the dialog stands; its keys that decide are dead for a moment too.
    dialog_since: Mono,
    why_first: usize,
    arming: Arming,
    live: Option<Live>,
    watch: Watch,
    log: VecDeque<LogLine>,
    status: Option<Status>,
    ticked: Mono,
}

/// How the link to the server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LinkState {
    /// Nothing has come yet.
    Connecting,
    /// News come.
    Up,
    /// None come any more, and why; the loop tries to connect again.
    Lost(String),
}

/// Calls on their way, by number.
#[derive(Debug, Default)]
struct Calls {
    last: u64,
    waiting: BTreeMap<u64, Sent>,
}

/// What a call on its way was for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sent {
    /// An act of the person; its sentence for the status line.
    Act(String),
    /// The subscription: until it is done, what comes is what was there before.
    Subscribe,
    /// Housekeeping; only its failure is told.
    Quiet,
}

/// Which list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Holds,
    Sessions,
    Grants,
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pane {
    /// The list.
    List,
    /// What the selected row is about.
    Why,
    /// The live screen.
    Live,
}

/// The line at the bottom, while something is typed into it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Prompt {
    None,
    Filter(Field),
    Command(Field),
}

/// What was looked at, and since when.
#[derive(Debug, Default)]
struct Arming {
    /// The hold as it was displayed, with everything about it, and the place it was displayed in.
    shown: Option<(Box<RequestRow>, Size)>,
    /// Since when the last row of its command has been seen.
    seen_since: Option<Mono>,
}

/// The live screen of a session.
struct Live {
    session: SessionId,
    screen: Screen,
    /// The screen as it was when it was frozen.
    frozen: Option<Screen>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Which session the server was asked to show, and which one it should be.
#[derive(Debug, Default)]
struct Watch {
    asked: Option<SessionId>,
    wanted: Option<SessionId>,
    /// When to ask: after the selection has rested a moment, so that moving through a list asks once.
    due: Option<Mono>,
}

/// A line of the log.
#[derive(Debug, Clone)]
struct LogLine {
    at: Wall,
    text: Shown,
}

/// The line at the bottom.
#[derive(Debug, Clone)]
struct Status {
    text: Shown,
    bad: bool,
    until: Mono,
}

impl Dashboard {
    /// A dashboard that knows nothing yet; it asks when the loop begins.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            size: Size::default(),
            now: Now::default(),
            skew: 0,
            link: LinkState::Connecting,
            calls: Calls::default(),
            view: View::Holds,
            focus: Pane::List,
            expanded: false,
            queue: Queue::default(),
            sessions: BTreeMap::new(),
            session: None,
            ended: None,
            grants: Vec::new(),
            grant: 0,
            filter: Filter::default(),
            prompt: Prompt::None,
            dialog: None,
            dialog_since: Mono::default(),
            why_first: 0,
            arming: Arming::default(),
            live: None,
            watch: Watch::default(),
            log: VecDeque::new(),
            status: None,
            ticked: Mono::default(),
        }
    }

    /// The server's wall clock.
    fn server_now(&self) -> Wall {
        Wall(self.now.wall.0.saturating_add_signed(self.skew))
    }

    fn areas(&self) -> Areas {
        areas(self.size, self.focus, self.expanded)
    }

    fn say(&mut self, text: &str, bad: bool) {
        let text = Shown::new(text);
        self.log.push_back(LogLine { at: self.server_now(), text: text.clone() });
        while self.log.len() > MAX_LOG {
            self.log.pop_front();
        }
        self.status = Some(Status { text, bad, until: self.now.mono.after(STATUS) });
    }

    fn send(&mut self, call: Call, sent: Sent) -> Vec<Effect<()>> {
        self.calls.last += 1;
        let n = self.calls.last;
        self.calls.waiting.insert(n, sent);
        // A server that answers nothing must not make us grow.
        while self.calls.waiting.len() > MAX_WAITING {
            self.calls.waiting.pop_first();
        }
        vec![Effect::Send(Numbered { n, call })]
    }

    /// The session that the selected row belongs to.
    fn subject(&self) -> Option<SessionId> {
        match self.view {
            View::Holds => self.queue.selected_entry().map(|entry| entry.row.request.session),
            View::Sessions => self.session,
            View::Grants => self.grants.get(self.grant).map(|grant| grant.session),
        }
    }

    /// The session whose row only stays because it is selected.
    fn ended_session(&self) -> Option<SessionId> {
        self.session.filter(|_| self.ended.is_some())
    }

    fn sorted_sessions(&self) -> Vec<&SessionRow> {
        let passes = |row: &&SessionRow| Some(row.meta.id) == self.session || self.filter.passes(&(*row).into());
        let mut rows: Vec<_> = self.sessions.values().filter(passes).collect();
        rows.sort_by_key(|row| (row.meta.started, row.meta.id));
        rows
    }

    /// Whether anything may be sent at all.
    fn may_act(&self) -> Result<(), String> {
        if self.options.access == Access::ReadOnly {
            return Err("this dashboard is read-only".to_owned());
        }
        match &self.link {
            LinkState::Up => Ok(()),
            LinkState::Connecting => Err("not connected yet".to_owned()),
            LinkState::Lost(_) => Err("not connected: decisions are not sent".to_owned()),
        }
    }

    /// Whether the person may decide on the selected hold at all, armed or not; otherwise why not.
    fn may_decide(&self) -> Result<(), String> {
        self.may_act()?;
        let entry = self.queue.selected_entry().filter(|_| self.view == View::Holds);
        let entry = entry.ok_or("no hold is selected; 1 shows what waits")?;
        if let Some(outcome) = &entry.outcome {
            return Err(format!("too late: {}", why::outcome(outcome)));
        }
        entry.row.may_not.as_ref().map_or(Ok(()), |why| Err(format!("you may not decide this: {why}")))
    }

    /// Whether a decision on the selected hold may be sent now.
    fn armed(&self) -> Result<(), String> {
        self.may_decide()?;
        let seen = self.arming.seen_since.ok_or("see the command to its end first: enter, then ^d")?;
        if self.now.mono.since(seen) < DEAD {
            return Err("this has just changed: look again".to_owned());
        }
        Ok(())
    }

    /// Whether the open dialog may send now: what it shows has stood for a moment, and all of it is on the screen.
    fn dialog_armed(&self) -> Result<(), String> {
        if !view::dialog_fits(self) {
            return Err("make the window larger: the dialog does not fit".to_owned());
        }
        if self.now.mono.since(self.dialog_since) < DEAD {
            return Err("this has just changed: look again".to_owned());
        }
        match self.dialog.as_ref().and_then(Dialog::subject) {
            Some(_) => self.armed(),
            None => self.may_act(),
        }
    }

    /// What follows from every message, whatever it was.
    fn settle(&mut self) -> Vec<Effect<()>> {
        self.settle_arming();
        self.settle_dialog();
        if self.status.as_ref().is_some_and(|status| status.until <= self.now.mono) {
            self.status = None;
        }
        self.settle_watch()
    }

    /// A change of anything that is displayed about the hold disarms it; the last row of its command on the screen arms it again.
    fn settle_arming(&mut self) {
        let entry = self.queue.selected_entry().filter(|_| self.view == View::Holds);
        let same = match (entry, &self.arming.shown) {
            (Some(entry), Some((shown, size))) => **shown == entry.row && *size == self.size,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            let other = entry.map(|e| e.row.request.id) != self.arming.shown.as_ref().map(|(row, _)| row.request.id);
            let shown = entry.map(|entry| (Box::new(entry.row.clone()), self.size));
            self.arming = Arming { shown, seen_since: None };
            self.dialog_since = self.now.mono;
            if other {
                self.why_first = 0;
            }
        }
        if self.arming.seen_since.is_none() && self.dialog.is_none() && view::command_seen(self) {
            self.arming.seen_since = Some(self.now.mono);
        }
    }

    /// A dialog about something that is over, or is no longer what it was, closes and says so.
    fn settle_dialog(&mut self) {
        let Some(dialog) = &self.dialog else { return };
        let over = match (dialog.subject(), dialog.session()) {
            (Some((request, digest)), _) => match self.queue.selected_entry() {
                Some(e) if e.row.request.id == request && e.row.request.command.digest == digest => {
                    e.outcome.as_ref().map(why::outcome)
                }
                Some(_) | None => Some("the hold is gone".to_owned()),
            },
            (None, Some(session)) => match self.sessions.contains_key(&session) {
                true if self.session == Some(session) => self.ended.clone(),
                true => None,
                false => Some("the session has ended".to_owned()),
            },
            (None, None) => {
                let stands = |id| self.grants.iter().any(|grant| grant.id == id);
                dialog.grant().filter(|id| !stands(*id)).map(|_| "the grant has ended".to_owned())
            }
        };
        if let Some(why) = over {
            self.say(&format!("nothing was sent: {why}"), true);
            self.dialog = Some(Dialog::Over(why));
        }
    }

    fn settle_watch(&mut self) -> Vec<Effect<()>> {
        let live = |id: &SessionId| self.sessions.contains_key(id) && self.ended_session() != Some(*id);
        let wanted = self.subject().filter(|id| self.link == LinkState::Up && live(id));
        if wanted != self.watch.wanted {
            self.watch.wanted = wanted;
            self.watch.due = Some(self.now.mono.after(REST));
        }
        if self.watch.due.is_none_or(|due| due > self.now.mono) {
            return Vec::new();
        }
        self.watch.due = None;
        if self.watch.asked == wanted {
            return Vec::new();
        }
        self.watch.asked = wanted;
        self.live = None;
        let call = wanted.map_or(Call::Unwatch, |session| Call::Watch { session });
        if self.link == LinkState::Up { self.send(call, Sent::Quiet) } else { Vec::new() }
    }
}

impl App for Dashboard {
    type Outcome = ();

    fn update(&mut self, message: Message, now: Now) -> Vec<Effect<()>> {
        self.now = now;
        let mut effects = match message {
            Message::Begin(size) => {
                self.size = size;
                self.begin()
            }
            Message::Resized(size) => {
                self.size = size;
                Vec::new()
            }
            Message::Input(Input::Key(key)) => self.key(key),
            Message::Input(Input::Paste(text)) => {
                self.paste(&text);
                Vec::new()
            }
            Message::Input(Input::Mouse(mouse)) => {
                self.mouse(mouse);
                Vec::new()
            }
            Message::Push(push) => self.news(*push),
            Message::LinkLost => {
                self.lost("the bastion closed the connection");
                Vec::new()
            }
            Message::LinkFailed(why) => {
                self.still_lost(&why);
                Vec::new()
            }
            Message::LinkUp => self.found(),
            Message::NotSent(n) => {
                self.not_sent(n);
                Vec::new()
            }
            Message::Tick => {
                self.ticked = now.mono;
                Vec::new()
            }
        };
        effects.extend(self.settle());
        effects
    }

    fn view(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn wake(&self, _: Now) -> Option<Mono> {
        let second = self.ticked.after(SECOND);
        let armed = self.arming.seen_since.map(|seen| seen.after(DEAD)).filter(|at| *at > self.ticked);
        [Some(second), armed, self.watch.due].into_iter().flatten().min()
    }
}

/// How long keys that decide are dead after what they decide on has changed: longer than a person who was already pressing one takes
/// to notice.
pub const DEAD_MS: u64 = 400;
const DEAD: Duration = Duration::from_millis(DEAD_MS);

/// The clock in the header and the time left count seconds.
const SECOND: Duration = Duration::from_secs(1);

/// How long the selection rests before its session is watched.
const REST: Duration = Duration::from_millis(150);

/// How long a status line stays; the log keeps it.
const STATUS: Duration = Duration::from_secs(8);

const MAX_LOG: usize = 200;
const MAX_WAITING: usize = 64;
