//! What the server says → what the dashboard knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Dashboard, LinkState, Live, Sent, View, Watch, why};
use crate::api::wire::{Call, Push, Reply};
use crate::model::{CloseReason, Event, ExitStatus, Grant, RequestId, SessionId, SessionRow, Shown, Size, Wall};
use crate::terminal::Screen;
use crate::tui::app::Effect;

impl Dashboard {
    /// The first calls.
    pub(super) fn begin(&mut self) -> Vec<Effect<()>> {
        let mut effects = self.send(Call::Whoami, Sent::Quiet);
        effects.extend(self.send(Call::Subscribe, Sent::Subscribe));
        effects.extend(self.send(Call::Grants, Sent::Quiet));
        effects
    }

    /// Everything again.
    pub(super) fn refresh(&mut self) -> Vec<Effect<()>> {
        let mut effects = self.send(Call::Sessions, Sent::Quiet);
        effects.extend(self.send(Call::Requests, Sent::Quiet));
        effects.extend(self.send(Call::Grants, Sent::Quiet));
        effects
    }

    /// The link is gone: nothing is sent any more, and everybody sees it.
    pub(super) fn lost(&mut self, why: &str) {
        if !matches!(self.link, LinkState::Lost(_)) {
            self.link = LinkState::Lost(Shown::new(why).to_string());
            self.say(&format!("not connected: {why}"), true);
        }
    }

    /// It could not be made anew, and why; the log has each reason once.
    pub(super) fn still_lost(&mut self, why: &str) {
        let why = Shown::new(why).to_string();
        if !matches!(&self.link, LinkState::Lost(before) if *before == why) {
            self.link = LinkState::Lost(why.clone());
            self.say(&format!("not connected: {why}"), true);
        }
    }

    /// Another link: everything is asked for again, and what was on its way is not known to have arrived.
    pub(super) fn found(&mut self) -> Vec<Effect<()>> {
        self.link = LinkState::Connecting;
        self.say("connected again", false);
        for sent in std::mem::take(&mut self.calls.waiting).into_values() {
            if let Sent::Act(what) = sent {
                self.say(&format!("no answer came, look whether it was done: {what}"), true);
            }
        }
        (self.live, self.watch) = (None, Watch::default());
        let mut effects = self.begin();
        effects.extend(self.refresh());
        effects
    }

    pub(super) fn not_sent(&mut self, n: u64) {
        match self.calls.waiting.remove(&n) {
            Some(Sent::Act(what)) => self.say(&format!("NOT sent: {what} (the connection is gone or stuck)"), true),
            Some(Sent::Subscribe | Sent::Quiet) | None => {}
        }
    }

    pub(super) fn news(&mut self, push: Push) -> Vec<Effect<()>> {
        if self.link == LinkState::Connecting {
            self.link = LinkState::Up;
        }
        match push {
            Push::Reply { n, reply } => return self.reply(n, reply),
            Push::Session(row) => self.session_news(row),
            Push::SessionEnded { session, reason } => self.session_ended(session, &reason),
            Push::Request(row) => {
                let old = self.calls.waiting.values().any(|sent| *sent == Sent::Subscribe);
                let new = self.queue.upsert(*row);
                if old {
                    self.queue.all_seen();
                } else if new {
                    return vec![Effect::Bell];
                }
            }
            Push::RequestEnded { request, outcome } => {
                self.request_ended(request, &why::outcome(&outcome));
                self.queue.end(request, outcome);
            }
            Push::Grants { grants } => self.grants_are(grants),
            Push::Keyframe { session, size, state } => self.keyframe(session, size, &state),
            Push::Event { session, event, .. } => self.event(session, &event),
            Push::Goodbye { why } => self.lost(&why),
        }
        Vec::new()
    }

    fn reply(&mut self, n: u64, reply: Reply) -> Vec<Effect<()>> {
        let sent = self.calls.waiting.remove(&n);
        match reply {
            Reply::Done => {
                if let Some(Sent::Act(what)) = sent {
                    self.say(&format!("sent: {what}"), false);
                }
            }
            Reply::Refused { why, .. } => {
                let what = match sent {
                    Some(Sent::Act(what)) => format!("refused: {what}: {why}"),
                    Some(Sent::Subscribe | Sent::Quiet) | None => why,
                };
                self.say(&what, true);
            }
            Reply::You { user, now, .. } => {
                self.options.user = user;
                self.skew = difference(now, self.now.wall);
            }
            Reply::Status(report) => self.options.bastion = report.bastion,
            Reply::Sessions { sessions } => {
                let keep = self.session.filter(|_| self.ended.is_some());
                self.sessions.retain(|id, _| Some(*id) == keep);
                sessions.into_iter().for_each(|row| self.session_news(row));
            }
            Reply::Requests { requests } => self.queue.replace(requests),
            Reply::Grants { grants } => self.grants_are(grants),
            Reply::Recordings { .. } | Reply::Verified(_) | Reply::Audit { .. } => {}
        }
        Vec::new()
    }

    /// The selection stays on the grant it is on.
    fn grants_are(&mut self, grants: Vec<Grant>) {
        let selected = self.grants.get(self.grant).map(|grant| grant.id);
        let place = selected.and_then(|id| grants.iter().position(|grant| grant.id == id));
        self.grant = place.unwrap_or(self.grant).min(grants.len().saturating_sub(1));
        self.grants = grants;
    }

    fn session_news(&mut self, row: SessionRow) {
        let id = row.meta.id;
        self.sessions.insert(id, row);
        self.session.get_or_insert(id);
    }

    fn session_ended(&mut self, session: SessionId, reason: &CloseReason) {
        if self.session == Some(session) && self.view == View::Sessions {
            self.ended = Some(close_reason(reason));
        } else {
            self.sessions.remove(&session);
            if self.session == Some(session) {
                self.session = self.sorted_sessions().first().map(|row| row.meta.id);
            }
        }
    }

    fn request_ended(&mut self, request: RequestId, how: &str) {
        self.say(&format!("{} {how}", request.short()), false);
    }

    fn keyframe(&mut self, session: SessionId, size: Size, state: &str) {
        if self.watch.asked != Some(session) {
            return;
        }
        let Ok(bytes) = STANDARD.decode(state) else {
            self.say("the live screen was sent damaged; r asks again", true);
            return;
        };
        let mut screen = Screen::new(size.cols(), size.rows());
        screen.feed(&bytes);
        let frozen = self.live.take().filter(|live| live.session == session).and_then(|live| live.frozen);
        self.live = Some(Live { session, screen, frozen });
    }

    fn event(&mut self, session: SessionId, event: &Event) {
        let Some(live) = self.live.as_mut().filter(|live| live.session == session) else { return };
        match event {
            Event::Output { bytes, .. } => live.screen.feed(bytes),
            Event::Resized { size } => live.screen.resize(size.cols(), size.rows()),
            // The lists and the queue tell of these.
            Event::Started(_)
            | Event::Image { .. }
            | Event::Certified(_)
            | Event::Command { .. }
            | Event::Released { .. }
            | Event::Held(_)
            | Event::Ruled { .. }
            | Event::Masked { .. }
            | Event::Alerted { .. }
            | Event::RevealBegan { .. }
            | Event::RevealEnded { .. }
            | Event::GrantRevoked { .. }
            | Event::Noted { .. }
            | Event::Notice { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::Watched { .. }
            | Event::Exit(_)
            | Event::Ended { .. } => {}
        }
    }
}

/// A session's end in words.
fn close_reason(reason: &CloseReason) -> String {
    match reason {
        CloseReason::Exited(ExitStatus::Code { code }) => format!("ended with status {code}"),
        CloseReason::Exited(ExitStatus::Signal { name, .. }) => format!("ended by signal {name}"),
        CloseReason::ClientGone => "ended: the client went away".to_owned(),
        CloseReason::TargetGone => "ended: the target went away".to_owned(),
        CloseReason::Terminated { by, reason } => format!("terminated by {by}: {reason}"),
        CloseReason::Expired => "ended: its longest lifetime was over".to_owned(),
        CloseReason::RecorderFailed => "ended: the record could not be written".to_owned(),
        CloseReason::Denied => "ended: denied".to_owned(),
        CloseReason::HoldTimedOut => "ended: nobody decided in time".to_owned(),
        CloseReason::Shutdown => "ended: the bastion is shutting down".to_owned(),
        CloseReason::Fault { what } => format!("ended by a fault: {what}"),
    }
}

/// `a − b` in microseconds.
fn difference(a: Wall, b: Wall) -> i64 {
    let micros = |d: std::time::Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
    if a >= b { micros(a.since(b)) } else { -micros(b.since(a)) }
}
