//! What was found in a command's output, and what policy makes of it.
//!
//! ```text
//!   flows ── a rule holds ──▶ held (the target waits) ── approved ──▶ flows, and is not asked about again until the next line
//!     ▲                         │ denied, expired, Ctrl-C
//!     │ it has been quiet       ▼
//!     └──────────────────── discarding (Ctrl-C was sent)          without a terminal: the session ends
//! ```
//!
//! Values are counted from one released line to the next, and policy is asked only when more were found. Where a rule may stop output, they
//! are counted before anything of it is shown, so that the read that is one too many waits whole. Elsewhere what the maskers found
//! counts, and nothing is read twice. While output is held nothing is read from the target, so nothing is queued; keys are dropped
//! as during any hold.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use super::ask::Seeing;
use super::engine::{Engine, Side};
use super::gate::Hold;
use super::{Output, words};
use crate::model::{
    CloseReason, DataKind, Digest, Event, Finding, Grant, HoldRequest, Judgement, Mono, Now, Obligations, Outcome,
    RequestId, Ruling, Scope, Shown, Stream, Subject, Verdict,
};
use crate::privacy::BulkMasker;
use crate::terminal::{Interrupt, Kind, Screen, Token};

/// The output of the line that was released last.
#[derive(Debug, Default)]
pub(super) struct Outflow {
    /// The line.
    command: String,
    /// Since it was released.
    found: Vec<Finding>,
    /// Rules that people were told of.
    told: BTreeSet<String>,
    /// Counts values in what is not shown yet, where a rule may stop it: one for each stream.
    ahead: Option<Box<[BulkMasker; 2]>>,
    /// Somebody looked and let it go on.
    approved: bool,
    state: State,
    /// The request that let it go on in the clear; its grant follows.
    clear_by: Option<(RequestId, Digest)>,
    /// The last alert of the session, for the lists of dashboards.
    alert: Option<Shown>,
    /// The bell for dropped keys has rung.
    rung: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Flows,
    Held {
        hold: Box<Hold>,
        request: Box<HoldRequest>,
        /// What was read before the target was stopped.
        waiting: Vec<(Stream, Bytes)>,
    },
    Discarding(Discard),
}

impl Outflow {
    pub(super) fn wake_at(&self) -> Option<Mono> {
        match &self.state {
            State::Flows => None,
            State::Held { hold, .. } => Some(hold.due.after(super::exec::GRACE)),
            State::Discarding(discard) => Some(discard.quiet),
        }
    }

    pub(super) const fn is_held(&self) -> bool {
        matches!(self.state, State::Held { .. })
    }

    /// The request that waits, and when it is due.
    pub(super) fn held(&self) -> Option<(&HoldRequest, Mono)> {
        match &self.state {
            State::Held { hold, request, .. } => Some((request, hold.due)),
            State::Flows | State::Discarding(_) => None,
        }
    }

    pub(super) fn open_request(&self) -> Option<RequestId> {
        self.held().map(|(request, _)| request.id)
    }

    /// Something about the session that people should see in its place.
    pub(super) fn alarm(&mut self, sentence: &str) {
        self.alert = Some(Shown::new(sentence));
    }

    /// The last alert of the session.
    pub(super) const fn alert(&self) -> Option<&Shown> {
        self.alert.as_ref()
    }

    /// A line was released: what comes now is its output.
    pub(super) fn released(&mut self, command: &str) {
        command.clone_into(&mut self.command);
        self.found.clear();
        self.told.clear();
        self.approved = false;
    }

    fn count(&mut self, findings: &[Finding]) {
        for new in findings {
            match self.found.iter_mut().find(|found| found.kind == new.kind) {
                Some(found) => found.count = found.count.saturating_add(new.count),
                None => self.found.push(*new),
            }
        }
    }
}

impl Engine {
    /// Decides whether output is counted before it is shown: only where there is a rule that may stop it.
    pub(super) fn watch_output(&mut self, now: Now) {
        let endless: Vec<_> = DataKind::ALL.iter().map(|kind| Finding { kind: *kind, count: u32::MAX }).collect();
        let (worst, _) = self.judge.output(&endless, now.wall);
        let settings = &self.settings.privacy;
        let counters = || Box::new([BulkMasker::new(settings), BulkMasker::new(settings)]);
        self.outflow.ahead = match worst.verdict {
            Verdict::Allow => None,
            Verdict::Hold(_) | Verdict::Deny => Some(self.outflow.ahead.take().unwrap_or_else(counters)),
        };
    }

    /// Values were masked in output that is on its way.
    pub(super) fn found(&mut self, findings: Vec<Finding>, now: Now) {
        if findings.is_empty() {
            return;
        }
        if self.outflow.ahead.is_none() {
            self.outflow.count(&findings);
        }
        self.append(Event::Masked { findings }, now);
        // What was counted ahead was asked about.
        if self.outflow.ahead.is_none() {
            self.ask_about_output(&[], now);
        }
    }

    /// Whether these bytes have to wait, or are thrown away, because of what is in them or of what was before them.
    pub(super) fn withholds(&mut self, stream: Stream, bytes: &Bytes, now: Now) -> bool {
        self.count_ahead(stream, bytes, now);
        match &mut self.outflow.state {
            State::Flows => false,
            State::Held { waiting, .. } => {
                waiting.push((stream, bytes.clone()));
                true
            }
            State::Discarding(discard) => {
                discard.feed(bytes, now.mono);
                true
            }
        }
    }

    /// Counts values before anything is shown of them.
    fn count_ahead(&mut self, stream: Stream, bytes: &Bytes, now: Now) {
        if self.outflow.approved || !matches!(self.outflow.state, State::Flows) {
            return;
        }
        let Some([stdout, stderr]) = self.outflow.ahead.as_deref_mut() else { return };
        let counter = match stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        };
        let mut masked = Vec::new();
        counter.feed(bytes.clone(), &mut masked);
        let findings = counter.take_findings();
        if !findings.is_empty() {
            self.outflow.count(&findings);
            self.ask_about_output(&masked, now);
        }
    }

    /// Asks policy about what was found since the command began; `masked` is the last of it.
    fn ask_about_output(&mut self, masked: &[Bytes], now: Now) {
        if self.outflow.approved || !matches!(self.outflow.state, State::Flows) {
            return;
        }
        let (judgement, alerts) = self.judge.output(&self.outflow.found, now.wall);
        for rule in alerts {
            if self.outflow.told.insert(rule.id.clone()) {
                let (findings, says) = (self.outflow.found.clone(), Shown::new(&rule.says));
                self.outflow.alert = Some(Shown::new(&format!("{}: {}", rule.id, Finding::list(&findings))));
                self.append(Event::Alerted { findings, rule: rule.id, says }, now);
            }
        }
        match judgement.verdict.clone() {
            Verdict::Allow => {}
            Verdict::Hold(obligations) => self.hold_output(judgement, obligations, masked, now),
            Verdict::Deny => {
                let sentence = words::output_denied_by_rule(judgement.rules.first());
                self.stop_output(&sentence, CloseReason::Denied, now);
            }
        }
    }

    fn hold_output(&mut self, judgement: Judgement, obligations: Obligations, masked: &[Bytes], now: Now) {
        let samples = samples(masked, self.meta.pty.is_some());
        let seeing = Seeing {
            subject: Subject::Output { findings: self.outflow.found.clone(), samples },
            text: self.outflow.command.clone(),
            rules: judgement.rules,
            risk: judgement.risk,
            obligations,
            reason: None,
        };
        let (request, ttl) = self.request_to_see(seeing, now);
        let (id, digest) = (request.id, request.command.digest);
        if super::held::wants_reason(&request) {
            // It cannot be typed while the output stands still: whoever wants it is asked before.
            return self.stop_output(&words::reason_before(&request), CloseReason::Denied, now);
        }
        self.append(Event::Held(Box::new(request.clone())), now);
        let hold = Hold { id, digest, asked: now.mono, due: now.mono.after(ttl), reason: None };
        self.push(Output::Ask(Box::new(request.clone())));
        let request = Box::new(request);
        if self.meta.pty.is_none() {
            self.say(&words::output_held_line(&request, ttl), now);
        }
        self.outflow.state = State::Held { hold: Box::new(hold), request, waiting: Vec::new() };
        self.outflow.rung = false;
        self.refresh_bar(now);
    }

    /// Whether a hold on the output takes this key: all but the replies of the terminal; Ctrl-C takes the request back.
    pub(super) fn output_takes(&mut self, token: &Token, now: Now) -> bool {
        if token.kind == Kind::Reply || !self.outflow.is_held() {
            return false;
        }
        if matches!(token.kind, Kind::Interrupt(Interrupt::Interrupt)) {
            if let Some(request) = self.outflow.open_request() {
                self.push(Output::Withdraw(request));
                self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
            }
            self.stop_output(words::OUTPUT_WITHDRAWN, CloseReason::Denied, now);
        } else if !std::mem::replace(&mut self.outflow.rung, true) {
            self.ring();
        }
        true
    }

    /// The decision on the output, if it is what was decided on.
    pub(super) fn output_ruled(&mut self, ruling: &Ruling, now: Now) -> bool {
        let State::Held { hold, .. } = &self.outflow.state else { return false };
        if hold.id != ruling.request {
            return false;
        }
        let (id, digest) = (hold.id.short(), hold.digest);
        self.append(Event::Ruled { request: ruling.request, outcome: ruling.outcome.clone() }, now);
        match &ruling.outcome {
            // It waits for the grant, and that for the disk: what scrolls off a screen is not repainted.
            Outcome::Approved { scope: Scope::Clear { .. }, .. } if ruling.digest == digest => {
                self.outflow.clear_by = Some((ruling.request, ruling.digest));
            }
            Outcome::Approved { .. } if ruling.digest == digest => self.let_output_go_on(now),
            Outcome::Approved { .. } => self.stop_output(words::CHANGED, CloseReason::Denied, now),
            Outcome::Denied { by, reason } => {
                self.stop_output(&words::output_denied(by, reason, &id), CloseReason::Denied, now);
            }
            Outcome::Expired => self.stop_output(&words::output_expired(&id), CloseReason::HoldTimedOut, now),
            Outcome::Withdrawn => self.stop_output(words::OUTPUT_WITHDRAWN, CloseReason::Denied, now),
        }
        true
    }

    pub(super) fn output_unasked(&mut self, request: RequestId, why: &str, now: Now) -> bool {
        if self.outflow.open_request() != Some(request) {
            return false;
        }
        self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
        self.stop_output(&words::output_unasked(why), CloseReason::Denied, now);
        true
    }

    /// Whether a grant belongs to output that was let go on in the clear.
    pub(super) fn output_approved(&self, grant: &Grant) -> bool {
        self.outflow.clear_by == Some((grant.request, grant.digest))
    }

    /// Values are in the clear from now on: output that was approved for that goes on.
    pub(super) fn clear_output_goes_on(&mut self, now: Now) {
        let approved = self.outflow.clear_by.map(|(request, _)| request);
        if approved.is_some() && approved == self.outflow.open_request() {
            self.let_output_go_on(now);
        }
    }

    fn let_output_go_on(&mut self, now: Now) {
        let State::Held { waiting, .. } = std::mem::take(&mut self.outflow.state) else { return };
        self.outflow.approved = true;
        self.refresh_bar(now);
        for (stream, bytes) in waiting {
            self.target_bytes(stream, bytes, now);
        }
        self.go_on(now);
    }

    /// No more of this output: what waits is thrown away, and what writes it is interrupted. Without a terminal that is the session.
    fn stop_output(&mut self, sentence: &str, reason: CloseReason, now: Now) {
        let waiting = match std::mem::take(&mut self.outflow.state) {
            State::Held { waiting, .. } => waiting,
            State::Flows | State::Discarding(_) => Vec::new(),
        };
        if matches!(self.side, Side::Streams { .. }) {
            self.push(Output::SignalTarget("INT".to_owned()));
            self.say(sentence, now);
            self.close(reason, now);
            return;
        }
        self.refresh_bar(now);
        self.say(sentence, now);
        let mut discard = Discard { quiet: now.mono.after(QUIET), ..Discard::default() };
        waiting.iter().for_each(|(_, bytes)| discard.feed(bytes, now.mono));
        self.outflow.state = State::Discarding(discard);
        self.interrupt(now);
    }

    /// What time alone changes: a desk that does not answer, a target that has fallen silent.
    pub(super) fn output_tick(&mut self, now: Now) {
        match &mut self.outflow.state {
            State::Held { hold, .. } if hold.due.after(super::exec::GRACE) <= now.mono => {
                let (request, id) = (hold.id, hold.id.short());
                self.push(Output::Withdraw(request));
                self.append(Event::Ruled { request, outcome: Outcome::Expired }, now);
                self.stop_output(&words::output_expired(&id), CloseReason::HoldTimedOut, now);
            }
            State::Discarding(discard) if discard.quiet <= now.mono => {
                let rest = discard.rest();
                self.outflow.state = State::Flows;
                // What was found belongs to what was thrown away.
                self.outflow.found.clear();
                self.target_bytes(Stream::Stdout, rest, now);
            }
            State::Flows | State::Held { .. } | State::Discarding(_) => {}
        }
    }
}

/// What stays of output that is thrown away: the modes that it sets, without which the terminal would be left as the program had it, and
/// its last line, which is the prompt of whoever reads next.
#[derive(Debug, Default)]
struct Discard {
    quiet: Mono,
    modes: Vec<u8>,
    sequence: Vec<u8>,
    last: Vec<u8>,
}

impl Discard {
    fn feed(&mut self, bytes: &[u8], now: Mono) {
        self.quiet = now.after(QUIET);
        for &byte in bytes {
            self.step(byte);
            if byte == b'\n' || self.last.len() >= LAST_LINE {
                self.last.clear();
            } else {
                self.last.push(byte);
            }
        }
    }

    /// Keeps `CSI ? … h`, `CSI ? … l`, `ESC =` and `ESC >`.
    fn step(&mut self, byte: u8) {
        self.sequence.push(byte);
        let goes_on = match self.sequence.as_slice() {
            [0x1b] | [0x1b, b'['] | [0x1b, b'[', b'?'] => true,
            [0x1b, b'=' | b'>'] | [0x1b, b'[', b'?', .., b'h' | b'l'] => {
                if self.modes.len() < MODES {
                    self.modes.extend_from_slice(&self.sequence);
                }
                false
            }
            [0x1b, b'[', b'?', .., b'0'..=b'9' | b';'] => self.sequence.len() < SEQUENCE,
            _ => false,
        };
        if !goes_on {
            self.sequence.clear();
            if byte == 0x1b {
                self.sequence.push(byte);
            }
        }
    }

    fn rest(&mut self) -> Bytes {
        // The rendition of what was thrown away goes with it.
        let rest = [self.modes.as_slice(), b"\x1b[m", &self.last].concat();
        (self.modes, self.last) = (Vec::new(), Vec::new());
        Bytes::from(rest)
    }
}

/// Rows with something masked in them, the last first. They are drawn on a screen of their own, so that no sequence stands in them.
fn samples(masked: &[Bytes], terminal: bool) -> Vec<Shown> {
    let mut bytes = masked.concat();
    bytes.drain(..bytes.len().saturating_sub(SAMPLED));
    let mut screen = Screen::new(SAMPLE_COLS, SAMPLE_ROWS);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        screen.feed(line);
        if !terminal && line.ends_with(b"\n") {
            // Nobody has put a carriage return before the line feeds.
            screen.feed(b"\r");
        }
    }
    let rows = (0..SAMPLE_ROWS).rev().map(|row| screen.row_text(row)).filter(|row| row.contains("***"));
    rows.take(SAMPLES).map(|row| Shown::new(row.trim())).collect()
}

/// So long a target must be silent until its output is taken for that of the next line.
const QUIET: Duration = Duration::from_millis(300);

/// Rows with masked values that an approver sees.
const SAMPLES: usize = 6;

/// The screen that they are drawn on: a row of a table is hardly wider.
const SAMPLE_COLS: u16 = 200;
const SAMPLE_ROWS: u16 = 24;

/// Bytes that are looked through for them.
const SAMPLED: usize = 4096;

/// Bytes of a prompt.
const LAST_LINE: usize = 4096;

/// Bytes of modes: a program sets some twenty.
const MODES: usize = 1024;

/// Bytes of one sequence that sets modes.
const SEQUENCE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pieces: &[&[u8]]) -> String {
        let mut discard = Discard::default();
        pieces.iter().for_each(|piece| discard.feed(piece, Mono(0)));
        String::from_utf8_lossy(&discard.rest()).into_owned()
    }

    #[test]
    fn of_what_is_thrown_away_modes_and_the_prompt_stay() {
        assert_eq!(kept(&[b"row\r\nrow\x1b[?1049l\r\n^C\r\n$ "]), "\x1b[?1049l\x1b[m$ ");
        assert_eq!(kept(&[b"a\x1b[?20", b"04hx\r", b"\n"]), "\x1b[?2004h\x1b[m");
        assert_eq!(kept(&[b"\x1b[31mred\x1b[2J\x1b]0;t\x07\n"]), "\x1b[m");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        assert!(kept(&[&b"x".repeat(100_000)]).len() <= LAST_LINE + 3);
        assert!(kept(&[&b"\x1b[?1h\n".repeat(10_000)]).len() <= MODES + SEQUENCE + 3);
        assert_eq!(kept(&[&[b"\x1b[?".as_slice(), &b"1;".repeat(10_000), b"h\n"].concat()]), "\x1b[m");
    }
}
