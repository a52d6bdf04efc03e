//! Values in the clear on one terminal, for a time, because somebody allowed it.
//!
//! ```text
//!   masked ── menu: asked ──▶ waiting ── granted ──▶ begun (on its way to the disk) ── Recorded ──▶ in the clear
//!     ▲                         │ denied, expired, taken back                                         │ time is up, closed,
//!     └─────────────────────────┴─────────────────────────────────────────────────────────────────────┘ the session ends
//! ```
//!
//! Only what the client gets changes, and with it its screen, by difference. What is recorded, what others watch and what an approver is
//! shown stay masked; the gate judges as ever. The menu that leads here is [`super::menu`].

use std::collections::VecDeque;
use std::time::Duration;

use super::ask::Seeing;
use super::display::Ours;
use super::engine::{Engine, Side, Stage};
use super::gate::SECOND;
use super::menu::{Facts, Menu, Wanted};
use super::words::{self, BarText};
use super::{MenuKey, Output};
use crate::model::{
    Digest, Event, Grant, GrantId, Mono, Now, Outcome, RequestId, RevealEnd, Ruling, Scope, Seq, Shown, Stream,
    Subject, Verdict, Wall,
};
use crate::policy::permit::Reveal;
use crate::terminal::{Kind, Panel, Token};

/// The menu, the request and the reveal of one terminal.
#[derive(Debug, Default)]
pub(super) struct Reveals {
    menu: Option<Menu>,
    asked: Option<Asked>,
    /// It began, and that is on its way to the disk.
    begun: Option<(Seq, Reveal)>,
    clear: Option<Clear>,
    /// What the bar says for a moment.
    flash: Option<(BarText, Mono)>,
    /// A note that no request has taken yet.
    note: Option<Shown>,
    /// Grants that were taken back, should word of one come before the grant itself. At most [`REVOKED`].
    revoked: VecDeque<GrantId>,
}

/// A request for a reveal that waits for its decision, or for the grant that comes with it.
#[derive(Debug)]
struct Asked {
    id: RequestId,
    digest: Digest,
    asked: Mono,
    due: Mono,
}

/// Values are in the clear.
#[derive(Debug)]
struct Clear {
    permit: Reveal,
    until: Mono,
    /// When it began, by the wall clock.
    since: Wall,
}

impl Reveals {
    pub(super) fn wake_at(&self) -> Option<Mono> {
        let asked = self.asked.as_ref().map(|asked| asked.due.after(super::exec::GRACE));
        let clear = self.clear.as_ref().map(|clear| clear.until);
        let flash = self.flash.as_ref().map(|(_, until)| *until);
        [asked, clear, flash].into_iter().flatten().min()
    }

    /// Whether the client's screen differs from what is recorded: by the menu, a word in the bar, or values in the clear.
    pub(super) const fn differs(&self) -> bool {
        self.menu.is_some() || self.flash.is_some() || self.clear.is_some()
    }

    pub(super) const fn is_clear(&self) -> bool {
        self.clear.is_some()
    }

    /// What the bar says for a moment, if nothing else has it.
    pub(super) fn flash(&self) -> Option<&BarText> {
        self.flash.as_ref().map(|(text, _)| text)
    }

    /// What the engineer said for the next request.
    pub(super) fn take_note(&mut self) -> Option<Shown> {
        self.note.take()
    }
}

impl Engine {
    /// Whether the menu takes this key: all of them while it is open, and the one that opens it.
    pub(super) fn menu_takes(&mut self, token: &Token, now: Now) -> bool {
        let Some(key) = self.settings.menu else { return false };
        if token.kind == Kind::Reply || !matches!(self.stage, Stage::Running) || !self.place.is_settled() {
            return false;
        }
        let bastion = key.is(&token.raw);
        let Some(menu) = &mut self.reveals.menu else {
            return bastion && self.open_menu(key, now);
        };
        match menu.key(token, bastion) {
            Wanted::Menu => {}
            Wanted::Close => self.reveals.menu = None,
            Wanted::Literal => {
                self.reveals.menu = None;
                self.refresh_bar(now);
                return false;
            }
            Wanted::Reveal { reason, secs } => self.ask_reveal(&reason, secs, now),
            Wanted::End => self.end_by_hand(now),
            Wanted::Note(text) => self.note(&text, now),
        }
        self.refresh_bar(now);
        true
    }

    /// Opens it, unless the screen belongs to a program that fills it.
    fn open_menu(&mut self, key: MenuKey, now: Now) -> bool {
        let Some((display, _)) = self.terminal() else { return false };
        if display.truth().alternate_screen() && !key.full_screen {
            return false;
        }
        display.wait_for_quiet(now.mono);
        self.reveals.menu = Some(Menu::new());
        self.refresh_bar(now);
        let drawn = self.terminal().is_none_or(|(display, _)| display.is_drawn() || !display.client().at_ground());
        if !drawn {
            // Too small a screen, or one that could not be given back as it was.
            self.reveals.menu = None;
            self.refresh_bar(now);
            self.ring();
        }
        true
    }

    /// The menu instead of a bar, if it is open.
    pub(super) fn menu_in_place_of_bar(&mut self, now: Now) -> bool {
        let Some(menu) = self.reveals.menu.clone() else { return false };
        let Some(key) = self.settings.menu else { return false };
        let facts = self.facts(key, now);
        let Some((display, gate)) = self.terminal() else { return false };
        let width = Panel::width(display.client());
        display.want(Some(Ours::Menu { rows: menu.rows(&facts, width), full_screen: key.full_screen }));
        gate.repaint = Some(now.mono.after(SECOND));
        let bytes = display.draw_bar(now.mono).unwrap_or_default();
        self.paint(bytes);
        true
    }

    fn facts(&self, key: MenuKey, now: Now) -> Facts {
        let Reveals { asked, clear, .. } = &self.reveals;
        let grants = self.grants.iter().filter(|grant| grant.scope == Scope::SameCommandThisSession);
        Facts {
            whose: format!("{} on {}@{}", self.meta.who.user, self.meta.place.login, self.meta.place.target),
            clear: clear.as_ref().map(|clear| clear.until.since(now.mono)),
            asked: asked.as_ref().map(|asked| (asked.id.short(), asked.due.since(now.mono))),
            grants: grants.map(words::standing_grant).collect(),
            key: key.name(),
        }
    }

    fn ask_reveal(&mut self, reason: &str, secs: u32, now: Now) {
        if let Some(asked) = &self.reveals.asked {
            let sentence = format!("{} waits for a decision already: take it back first (e)", asked.id.short());
            return self.menu_says(&sentence);
        }
        let (judgement, permit) = self.judge.reveal(secs, now.wall);
        match (judgement.verdict, permit) {
            (Verdict::Allow, Some(permit)) => {
                self.begin_reveal(permit, now);
                self.reveals.menu = None;
            }
            (Verdict::Hold(obligations), _) => {
                if obligations.reason_required && reason.is_empty() {
                    return self.menu_objects(words::REASON_WANTED);
                }
                let seeing = Seeing {
                    subject: Subject::Reveal { secs },
                    text: words::reveal_text(secs),
                    rules: judgement.rules,
                    risk: judgement.risk,
                    obligations,
                    reason: (!reason.is_empty()).then(|| Shown::new(reason)),
                };
                let (request, ttl) = self.request_to_see(seeing, now);
                let (id, digest) = (request.id, request.command.digest);
                self.append(Event::Held(Box::new(request.clone())), now);
                self.reveals.asked = Some(Asked { id, digest, asked: now.mono, due: now.mono.after(ttl) });
                self.menu_says(&words::reveal_asked(&request));
                self.push(Output::Ask(Box::new(request)));
            }
            (Verdict::Deny | Verdict::Allow, _) => self.menu_says(&words::reveal_refused(judgement.rules.first())),
        }
    }

    fn menu_says(&mut self, sentence: &str) {
        if let Some(menu) = &mut self.reveals.menu {
            menu.say(sentence);
        }
    }

    fn menu_objects(&mut self, sentence: &str) {
        if let Some(menu) = &mut self.reveals.menu {
            menu.object(sentence);
        }
    }

    /// The engineer has seen enough, or does not want to any more.
    fn end_by_hand(&mut self, now: Now) {
        self.take_reveal_back(now);
        self.end_reveal(RevealEnd::Closed, now);
        self.reveals.menu = None;
    }

    fn take_reveal_back(&mut self, now: Now) {
        if let Some(Asked { id, .. }) = self.reveals.asked.take() {
            self.push(Output::Withdraw(id));
            self.append(Event::Ruled { request: id, outcome: Outcome::Withdrawn }, now);
        }
    }

    /// A word to the approvers: on the request that waits, or else on the next.
    fn note(&mut self, text: &str, now: Now) {
        let text = Shown::new(text);
        let held = self.terminal().and_then(|(_, gate)| gate.open_request());
        let request = held.or(self.outflow.open_request()).or(self.reveals.asked.as_ref().map(|asked| asked.id));
        self.append(Event::Noted { text: text.clone(), request }, now);
        match request {
            Some(request) => {
                self.push(Output::Note(request, text));
                self.menu_says(&format!("it stands on {} now", request.short()));
            }
            None => {
                self.reveals.note = Some(text);
                self.menu_says("nothing of yours waits: it will stand on your next request");
            }
        }
    }

    /// The decision on the request, if it is the one that waits here.
    pub(super) fn reveal_ruled(&mut self, ruling: &Ruling, now: Now) -> bool {
        let Some(asked) = self.reveals.asked.as_ref().filter(|asked| asked.id == ruling.request) else { return false };
        let id = asked.id.short();
        self.append(Event::Ruled { request: ruling.request, outcome: ruling.outcome.clone() }, now);
        let sentence = match &ruling.outcome {
            // The grant follows.
            Outcome::Approved { .. } => return true,
            Outcome::Denied { by, reason } => words::reveal_denied(by, reason, &id),
            Outcome::Expired => words::reveal_expired(&id),
            Outcome::Withdrawn => format!(" ○ the reveal {id} was taken back "),
        };
        self.reveals.asked = None;
        self.flash(&sentence, now);
        true
    }

    pub(super) fn reveal_unasked(&mut self, request: RequestId, why: &str, now: Now) -> bool {
        if self.reveals.asked.as_ref().is_none_or(|asked| asked.id != request) {
            return false;
        }
        self.reveals.asked = None;
        self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
        self.flash(&format!(" ✗ no reveal could be asked for: {} ", Shown::new(why)), now);
        true
    }

    /// A grant came: if it shows something here that was asked for here, it begins.
    pub(super) fn granted(&mut self, grant: Grant, now: Now) {
        if self.reveals.revoked.contains(&grant.id) {
            self.reveals.asked.take_if(|asked| asked.id == grant.request);
            return;
        }
        let asked = self.reveals.asked.as_ref();
        let ours = asked.is_some_and(|asked| asked.id == grant.request && asked.digest == grant.digest)
            || self.output_approved(&grant);
        if ours && let Some(permit) = Reveal::by_grant(&grant, self.meta.id, now.wall) {
            if self.reveals.asked.take().is_some_and(|asked| now.mono.since(asked.asked) >= LONG_WAIT) {
                self.ring();
            }
            self.begin_reveal(permit, now);
        }
        self.grants.push(grant);
    }

    /// A grant was taken back: what it showed is masked again at once, and what it let through has to be asked for.
    pub(super) fn revoked(&mut self, grant: GrantId, by: &str, reason: Shown, now: Now) {
        self.grants.retain(|standing| standing.id != grant);
        self.reveals.revoked.truncate(REVOKED - 1);
        self.reveals.revoked.push_front(grant);
        self.append(Event::GrantRevoked { grant, by: by.to_owned(), reason: reason.clone() }, now);
        let shows = |permit: &Reveal| permit.grant() == Some(grant);
        let begun = self.reveals.begun.as_ref().is_some_and(|(_, permit)| shows(permit));
        let clear = self.reveals.clear.as_ref().is_some_and(|clear| shows(&clear.permit));
        if begun || clear {
            self.end_reveal(RevealEnd::Revoked, now);
        }
        let sentence = words::revoked(by, &reason, begun || clear);
        if self.terminal().is_some() {
            self.flash(&format!(" ○ {sentence} "), now);
        } else if begun || clear {
            self.say(&format!("holdpoint: {sentence}"), now);
        }
    }

    /// Written first: nothing is shown before it is on disk.
    fn begin_reveal(&mut self, permit: Reveal, now: Now) {
        let secs = u32::try_from(permit.lasts().as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        let event = Event::RevealBegan { request: permit.request(), grant: permit.grant(), secs };
        let seq = self.append(event, now);
        self.reveals.begun = Some((seq, permit));
        self.reveal_recorded(now);
    }

    /// Something more is on disk.
    pub(super) fn reveal_recorded(&mut self, now: Now) {
        let Some((_, permit)) =
            self.reveals.begun.take_if(|(seq, _)| self.durable.is_some_and(|durable| durable >= *seq))
        else {
            return;
        };
        let until = now.mono.after(permit.lasts());
        self.flush_masker(now);
        if let Some((display, _)) = self.terminal() {
            display.reveal(&permit);
        }
        self.repaint_client();
        let lasts = until.since(now.mono);
        if let Some(Clear { permit, .. }) = self.reveals.clear.replace(Clear { permit, until, since: now.wall }) {
            self.reveal_is_over(&permit, RevealEnd::Replaced, now);
        }
        let key = self.settings.menu.map_or_else(String::new, |key| format!(" · {} ends it", key.name()));
        self.flash(&words::reveal_begins(lasts, &key), now);
        self.clear_output_goes_on(now);
    }

    /// Everything is masked again, at once.
    pub(super) fn end_reveal(&mut self, why: RevealEnd, now: Now) {
        if let Some((_, permit)) = self.reveals.begun.take() {
            self.reveal_is_over(&permit, why, now);
            if why != RevealEnd::SessionEnded {
                // It goes on masked: nothing will be in the clear.
                self.clear_output_goes_on(now);
            }
        }
        if self.reveals.clear.is_none() {
            return;
        }
        self.flush_masker(now);
        let Some(Clear { permit, .. }) = self.reveals.clear.take() else { return };
        if let Some((display, _)) = self.terminal() {
            display.conceal();
        }
        self.repaint_client();
        self.reveal_is_over(&permit, why, now);
        self.flash(words::REVEAL_ENDS, now);
    }

    /// It is on the record, and its grant, if that was left, ends with it.
    fn reveal_is_over(&mut self, permit: &Reveal, why: RevealEnd, now: Now) {
        self.append(Event::RevealEnded { request: permit.request(), why }, now);
        let Some(grant) = permit.grant() else { return };
        self.grants.retain(|standing| standing.id != grant);
        match why {
            RevealEnd::Closed | RevealEnd::Replaced | RevealEnd::Revoked | RevealEnd::ClockChanged => {
                self.push(Output::CloseGrant(grant));
            }
            // Those who keep the grants know.
            RevealEnd::Expired | RevealEnd::SessionEnded => {}
        }
    }

    /// The session ends: nothing in the clear stays on the screen, and nothing waits.
    pub(super) fn close_reveals(&mut self, now: Now) {
        self.reveals.menu = None;
        self.take_reveal_back(now);
        self.end_reveal(RevealEnd::SessionEnded, now);
        self.reveals.flash = None;
    }

    /// What time alone changes.
    pub(super) fn reveal_tick(&mut self, now: Now) {
        if self.reveals.asked.as_ref().is_some_and(|asked| asked.due.after(super::exec::GRACE) <= now.mono)
            && let Some(Asked { id, .. }) = self.reveals.asked.take()
        {
            self.push(Output::Withdraw(id));
            self.append(Event::Ruled { request: id, outcome: Outcome::Expired }, now);
            self.flash(&words::reveal_expired(&id.short()), now);
        }
        if let Some(clear) = &self.reveals.clear {
            if clear.until <= now.mono {
                self.end_reveal(RevealEnd::Expired, now);
            } else if now.wall.after(BACKWARDS) < clear.since {
                self.end_reveal(RevealEnd::ClockChanged, now);
            }
        }
        if self.reveals.flash.as_ref().is_some_and(|(_, until)| *until <= now.mono) {
            self.reveals.flash = None;
            self.refresh_bar(now);
        }
        self.repaint_client();
    }

    /// What the masker keeps back belongs before what follows.
    fn flush_masker(&mut self, now: Now) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Side::Streams(streams) = &mut self.side {
                let rest = streams.finish(stream);
                self.show_streams(stream, rest, now);
            }
        }
        if let Some((display, _)) = self.terminal() {
            let rest = display.finish();
            self.show(rest, now);
        }
    }

    /// Paints the client's screen anew where it does not show what it should, once the stream can take it.
    pub(super) fn repaint_client(&mut self) {
        let Some((display, _)) = self.terminal() else { return };
        if !display.wants_repaint() {
            return;
        }
        let bar_off = display.hide_bar();
        let bytes = display.repaint();
        self.paint(bar_off);
        self.paint(bytes);
    }

    /// A word in the bar, for a moment. Without a terminal there is no bar.
    fn flash(&mut self, text: &str, now: Now) {
        if self.terminal().is_none() {
            return;
        }
        let text = text.to_owned();
        let bar = BarText { full: text.clone(), medium: text.clone(), short: text };
        self.reveals.flash = Some((bar, now.mono.after(FLASH)));
        if let Some((display, _)) = self.terminal() {
            display.wait_for_quiet(now.mono);
        }
        self.refresh_bar(now);
    }
}

/// Grants that were taken back are remembered for a moment; nobody takes back more in one.
const REVOKED: usize = 64;

/// How long a word stands in the bar: read once, and gone.
const FLASH: Duration = Duration::from_secs(3);

/// A wait after which the engineer may look elsewhere: a bell calls them back.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// How far a clock may step back under a reveal: time daemons step it by less.
const BACKWARDS: Duration = Duration::from_secs(2);
