//! A line that somebody has to decide on: asked for, waited for, released or refused.

use std::time::Duration;

use super::engine::Engine;
use super::gate::{Hold, State};
use super::{Output, words};
use crate::model::{Digest, Event, HoldRequest, Mono, Now, Outcome, RequestId, Ruling, Shown};
use crate::policy::permit::Release;
use crate::terminal::{Interrupt, Kind, Token};

impl Engine {
    pub(super) fn hold(&mut self, hold: Box<Hold>, request: Box<HoldRequest>, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        if let State::Settling { commit, .. } = std::mem::replace(&mut gate.state, State::Open) {
            gate.state = State::Held { commit, hold, request: request.clone() };
        }
        gate.rung = false;
        display.wait_for_quiet(now.mono);
        self.file(request, now);
        self.refresh_bar(now);
    }

    /// Asks, unless the engineer has to say why before.
    fn file(&mut self, request: Box<HoldRequest>, now: Now) {
        if !wants_reason(&request) {
            self.append(Event::Held(request.clone()), now);
            self.push(Output::Ask(request));
        }
    }

    /// A key of the reason that is being typed. Enter files the request with it; its time begins then.
    fn reason_key(&mut self, token: &Token, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let State::Held { hold, request, .. } = &mut gate.state else { return };
        let Some(line) = &mut hold.reason else { return };
        if !matches!(token.kind, Kind::Commit(_)) {
            line.key(token);
            return self.refresh_bar(now);
        }
        if line.text().is_empty() {
            return self.ring();
        }
        request.reason = Some(Shown::new(line.text()));
        let lasts = request.deadline.since(request.asked);
        (request.asked, request.deadline) = (now.wall, now.wall.after(lasts));
        (hold.asked, hold.due, hold.reason) = (now.mono, now.mono.after(lasts), None);
        let request = request.clone();
        self.file(request, now);
        self.refresh_bar(now);
    }

    /// Nobody decided, or the engineer did not say why.
    pub(super) fn hold_expired(&mut self, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let State::Held { hold, .. } = &gate.state else { return };
        let (request, asked) = (hold.id, hold.reason.is_none());
        if asked {
            self.push(Output::Withdraw(request));
            self.append(Event::Ruled { request, outcome: Outcome::Expired }, now);
            self.refuse_line(&words::expired(&request.short()), now);
        } else {
            self.refuse_line(words::NO_REASON, now);
        }
    }

    pub(super) fn key_while_held(&mut self, token: &Token, now: Now) {
        if !matches!(token.kind, Kind::Interrupt(Interrupt::Interrupt)) {
            let Some((_, gate)) = self.terminal() else { return };
            if matches!(&gate.state, State::Held { hold, .. } if hold.reason.is_some()) {
                return self.reason_key(token, now);
            }
            if !std::mem::replace(&mut gate.rung, true) {
                self.ring();
            }
            return;
        }
        let Some((_, gate)) = self.terminal() else { return };
        let State::Held { hold, .. } = &gate.state else { return };
        let (request, asked) = (hold.id, hold.reason.is_none());
        gate.drop_waiting();
        if asked {
            self.push(Output::Withdraw(request));
            self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
        }
        self.take_back(now);
    }

    /// The decision on a held line.
    pub(super) fn line_ruled(&mut self, ruling: &Ruling, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let State::Held { hold, .. } = &gate.state else { return };
        if hold.id != ruling.request {
            return;
        }
        let (id, asked, held) = (hold.id.short(), hold.asked, hold.digest);
        self.append(Event::Ruled { request: ruling.request, outcome: ruling.outcome.clone() }, now);
        match &ruling.outcome {
            Outcome::Approved { .. } => self.approved(ruling, held, asked, now),
            Outcome::Denied { by, reason } => self.refuse_line(&words::denied_by_person(by, reason, &id), now),
            Outcome::Expired => self.refuse_line(&words::expired(&id), now),
            Outcome::Withdrawn => {
                if let Some((_, gate)) = self.terminal() {
                    gate.drop_waiting();
                }
                self.take_back(now);
            }
        }
    }

    pub(super) fn line_unasked(&mut self, request: RequestId, why: &str, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        if gate.open_request() == Some(request) {
            self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
            self.refuse_line(&words::unasked(why), now);
        }
    }

    /// The line is to be read again: only what was approved may run.
    fn approved(&mut self, ruling: &Ruling, held: Digest, asked: Mono, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let State::Held { commit, .. } = std::mem::replace(&mut gate.state, State::Open) else { return };
        let asks = matches!(commit.kind, Kind::Commit(_) | Kind::Interrupt(Interrupt::Eof)) && !gate.control_x;
        gate.state = State::Rereading { commit, ruling: Box::new(ruling.clone()), held, asked, ask: now.mono };
        if asks && gate.told() {
            self.ask_shell(now);
        }
        self.reread(now);
    }

    /// Releases the line if it is the one that was approved.
    pub(super) fn reread(&mut self, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        if gate.witness.as_mut().is_some_and(|witness| witness.awaited(now.mono).is_some()) {
            return self.settle(now);
        }
        let State::Rereading { ruling, held, asked, .. } = &gate.state else { return };
        let (ruling, held, asked) = (ruling.clone(), *held, *asked);
        let reading = self.read_line();
        let release = reading.as_ref().and_then(|(line, _)| {
            let digest = self.judge.digest(line);
            (digest == held).then(|| Release::by_ruling(&ruling, &digest)).flatten()
        });
        let (Some(release), Some((line, _))) = (release, reading) else {
            self.refuse_line(words::CHANGED, now);
            return;
        };
        self.drop_bar(now);
        if now.mono.since(asked) >= LONG_WAIT {
            self.ring();
        }
        let text = if line.secret { String::new() } else { line.candidates.into_iter().next().unwrap_or_default() };
        let text = self.judge.storable_line(&text, line.certainty);
        self.record_release(&text, release, now);
        // A pause has a bar of its own.
        self.refresh_bar(now);
    }
}

/// Whether its rule wants a reason that nobody has given.
pub(super) fn wants_reason(request: &HoldRequest) -> bool {
    request.obligations.reason_required && request.reason.is_none()
}

/// A wait after which the engineer may look elsewhere: a bell calls them back.
const LONG_WAIT: Duration = Duration::from_secs(10);
