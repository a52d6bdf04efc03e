//! A request to see something: values on the screen, or the rest of a command's output.

use std::time::Duration;

use super::digest::command_digest;
use super::engine::Engine;
use crate::model::{Certainty, CommandText, HoldRequest, Now, Obligations, Risk, Rule, Shown, Subject};

/// What such a request is about.
pub(super) struct Seeing {
    pub(super) subject: Subject,
    /// The command that writes it, or a sentence that says what would be seen.
    pub(super) text: String,
    pub(super) rules: Vec<Rule>,
    pub(super) risk: Risk,
    pub(super) obligations: Obligations,
    /// What the engineer said about it, if it was asked of them.
    pub(super) reason: Option<Shown>,
}

impl Engine {
    /// The request, not filed yet, and how long it may wait. Its digest is of this one request: an approval of another of the same text is none of it.
    pub(super) fn request_to_see(&mut self, seeing: Seeing, now: Now) -> (HoldRequest, Duration) {
        let Seeing { subject, text, rules, risk, obligations, reason } = seeing;
        let ttl = Duration::from_secs(obligations.ttl_secs.into()).min(self.settings.hold_ttl);
        let id = self.ids.request();
        let digest = command_digest(self.meta.id, &self.meta.place, [subject.word(), &text, &id.to_string()]);
        let request = HoldRequest {
            id,
            session: self.meta.id,
            who: self.meta.who.clone(),
            place: self.meta.place.clone(),
            subject,
            command: CommandText { text, digest },
            effects: Vec::new(),
            unseen: Vec::new(),
            rules,
            risk,
            certainty: Certainty::Exact,
            obligations,
            screen: self.surroundings(),
            before: self.last_commands(),
            reason: reason.or_else(|| self.reason()),
            asked: now.wall,
            deadline: now.wall.after(ttl),
        };
        (request, ttl)
    }
}
