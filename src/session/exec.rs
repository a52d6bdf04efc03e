//! A command without a line editor: decided on before the target hears of it.
//!
//! ```text
//!   allowed ──────────────▶ Recording ── Recorded ──▶ StartCommand
//!   held ──▶ Held ─ approved ──▶ Recording (and only now a certificate, with force-command)
//!                 └ denied 126 · expired 124 · client gone
//! ```

use std::time::Duration;

use super::engine::{Engine, Stage};
use super::gate::{Hold, Verdicted};
use super::held::wants_reason;
use super::judge::Line;
use super::{Output, words};
use crate::command::{Context, Stdin};
use crate::model::{
    Certainty, CloseReason, Digest, Event, HoldRequest, Mono, Now, Outcome, RequestId, Ruling, Seq, Shown, Verdict,
};
use crate::policy::permit::Release;

/// A command between its arrival and its start.
#[derive(Debug)]
pub(super) struct Exec {
    command: String,
    digest: Digest,
    state: State,
}

#[derive(Debug)]
enum State {
    Held(Box<Hold>),
    Recording { seq: Seq, release: Option<Release> },
}

impl Exec {
    pub(super) const fn is_held(&self) -> bool {
        matches!(self.state, State::Held(_))
    }

    pub(super) fn wake_at(&self) -> Option<Mono> {
        match &self.state {
            State::Held(hold) => Some(hold.due.after(GRACE)),
            State::Recording { .. } => None,
        }
    }

    pub(super) fn open_request(&self) -> Option<RequestId> {
        match &self.state {
            State::Held(hold) => Some(hold.id),
            State::Recording { .. } => None,
        }
    }
}

impl Engine {
    pub(super) fn decide_exec(&mut self, command: &str, now: Now) {
        // With a terminal, what is typed at the command goes through the gate; without one nobody judges its input.
        let stdin = if self.meta.pty.is_some() { Stdin::Terminal } else { Stdin::Hidden };
        let line = Line {
            candidates: vec![command.to_owned()],
            at_program: vec![],
            readings: vec![],
            unseen: vec![],
            certainty: Certainty::Exact,
            secret: false,
        };
        let Some(judged) = self.judge.line(&line, &Context::exec(stdin), now.wall) else { return };
        let digest = judged.command.digest;
        self.record_judged(&judged, now);
        if let Some((_, gate)) = self.terminal() {
            gate.started(&judged.normalised);
        }
        let state = match self.verdict(judged, vec![], now) {
            Verdicted::Free(release) => {
                self.push(Output::Dial { request: None, force_command: None });
                self.recording(command, release, now)
            }
            Verdicted::Held(_, request) if wants_reason(&request) => {
                self.say(&words::reason_by_env(&request), now);
                self.close(CloseReason::Denied, now);
                return;
            }
            Verdicted::Held(hold, request) => {
                self.append(Event::Held(request.clone()), now);
                self.say(&words::held_line(&request, hold.due.since(now.mono)), now);
                self.push(Output::Ask(request));
                State::Held(hold)
            }
            Verdicted::Denied(sentence) => {
                self.say(&sentence, now);
                self.close(CloseReason::Denied, now);
                return;
            }
        };
        self.stage = Stage::Deciding(Exec { command: command.to_owned(), digest, state });
    }

    pub(super) fn exec_ruled(&mut self, ruling: &Ruling, now: Now) {
        let Stage::Deciding(exec) = &mut self.stage else { return };
        let State::Held(hold) = &exec.state else { return };
        if hold.id != ruling.request {
            return;
        }
        let (command, digest, id) = (exec.command.clone(), exec.digest, hold.id.short());
        self.append(Event::Ruled { request: ruling.request, outcome: ruling.outcome.clone() }, now);
        match &ruling.outcome {
            Outcome::Approved { .. } => match Release::by_ruling(ruling, &digest) {
                Some(release) => {
                    self.push(Output::Dial { request: release.request(), force_command: Some(command.clone()) });
                    let state = self.recording(&command, release, now);
                    self.stage = Stage::Deciding(Exec { command, digest, state });
                }
                None => self.refuse_exec(words::CHANGED, CloseReason::Denied, now),
            },
            Outcome::Denied { by, reason } => {
                self.refuse_exec(&words::denied_by_person(by, reason, &id), CloseReason::Denied, now);
            }
            Outcome::Expired => self.refuse_exec(&words::expired(&id), CloseReason::HoldTimedOut, now),
            Outcome::Withdrawn => self.refuse_exec("holdpoint: withdrawn; nothing ran", CloseReason::Denied, now),
        }
    }

    pub(super) fn exec_unasked(&mut self, request: RequestId, why: &str, now: Now) {
        let Stage::Deciding(exec) = &self.stage else { return };
        if exec.open_request() == Some(request) {
            self.refuse_exec(&words::unasked(why), CloseReason::Denied, now);
        }
    }

    pub(super) fn exec_recorded(&mut self, now: Now) {
        let Stage::Deciding(exec) = &mut self.stage else { return };
        let State::Recording { seq, release } = &mut exec.state else { return };
        let (seq, command) = (*seq, exec.command.clone());
        if self.durable.is_some_and(|durable| durable >= seq)
            && let Some(release) = release.take()
        {
            self.push(Output::StartCommand(release, command));
            self.stage = Stage::Running;
            self.work_off(now);
        }
    }

    /// The desk decides about time; if it should ever not answer, a hold still ends.
    pub(super) fn exec_tick(&mut self, now: Now) {
        let Stage::Deciding(exec) = &self.stage else { return };
        let State::Held(hold) = &exec.state else { return };
        if now.mono >= hold.due.after(GRACE) {
            let (id, request) = (hold.id.short(), hold.id);
            self.push(Output::Withdraw(request));
            self.append(Event::Ruled { request, outcome: Outcome::Expired }, now);
            self.refuse_exec(&words::expired(&id), CloseReason::HoldTimedOut, now);
        }
    }

    fn recording(&mut self, command: &str, release: Release, now: Now) -> State {
        self.remember(command);
        let seq = self.append_release(command, &release, now);
        State::Recording { seq, release: Some(release) }
    }

    fn refuse_exec(&mut self, sentence: &str, reason: CloseReason, now: Now) {
        // The request is decided: closing must not withdraw it.
        self.stage = Stage::New;
        self.say(sentence, now);
        self.close(reason, now);
    }

    /// Turns a verdict into what the session does: the permit, the request, or the sentence.
    pub(super) fn verdict(
        &mut self,
        judged: super::judge::Judged,
        screen: Vec<crate::model::Shown>,
        now: Now,
    ) -> Verdicted {
        let digest = judged.command.digest;
        match judged.judgement.verdict {
            Verdict::Allow => match judged.allowance.and_then(|allowance| Release::by_policy(allowance, &digest)) {
                Some(release) => Verdicted::Free(release),
                None => Verdicted::Denied(words::denied_by_rule(None)),
            },
            Verdict::Deny => Verdicted::Denied(words::denied_by_rule(judged.judgement.rules.first())),
            Verdict::Hold(obligations) => {
                let session = self.meta.id;
                // Two lines that could not be read look the same: a grant for one is none for the other.
                let read = judged.certainty != Certainty::Opaque;
                let mut grants = self.grants.iter().filter(|_| read);
                if let Some(release) = grants.find_map(|grant| Release::by_grant(grant, session, &digest)) {
                    return Verdicted::Free(release);
                }
                let ttl = Duration::from_secs(obligations.ttl_secs.into()).min(self.settings.hold_ttl);
                let request = HoldRequest {
                    id: self.ids.request(),
                    session,
                    who: self.meta.who.clone(),
                    place: self.meta.place.clone(),
                    subject: crate::model::Subject::Command,
                    command: judged.command,
                    effects: judged.effects,
                    unseen: super::unseen::unseen(&judged.normalised),
                    rules: judged.judgement.rules,
                    risk: judged.judgement.risk,
                    certainty: judged.certainty,
                    obligations,
                    screen,
                    before: self.last_commands(),
                    reason: self.reason(),
                    asked: now.wall,
                    deadline: now.wall.after(ttl),
                };
                let reason = wants_reason(&request).then(Default::default);
                let hold = Hold { id: request.id, digest, asked: now.mono, due: now.mono.after(ttl), reason };
                Verdicted::Held(Box::new(hold), Box::new(request))
            }
        }
    }

    /// Why the engineer wants what they ask for: the note that no request has taken, or what they said when they connected.
    pub(super) fn reason(&mut self) -> Option<Shown> {
        self.reveals.take_note().or_else(|| self.settings.reason.clone())
    }

    pub(super) fn record_judged(&mut self, judged: &super::judge::Judged, now: Now) {
        let event = Event::Command {
            command: judged.command.clone(),
            effects: judged.effects.clone(),
            certainty: judged.certainty,
            judgement: judged.judgement.clone(),
        };
        self.append(event, now);
    }

    pub(super) fn append_release(&mut self, command: &str, release: &Release, now: Now) -> Seq {
        let command = &self.judge.storable(command);
        self.outflow.released(command);
        let event = Event::Released {
            command: crate::model::CommandText { text: command.to_owned(), digest: *release.digest() },
            request: release.request(),
            grant: release.grant(),
        };
        self.append(event, now)
    }
}

/// How much later than the desk the engine gives up.
pub(super) const GRACE: Duration = Duration::from_secs(5);
