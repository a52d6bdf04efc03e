//! The gate of a terminal: bytes flow until one of them may make the other side act on a line.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::bar::Title;
use super::begun::Begun;
use super::engine::{Engine, Stage};
use super::follow::{self, Behind};
use super::mode::Programs;
use super::witness::Witness;
use super::{Output, words};
use crate::model::{Digest, HoldRequest, Mono, Now, RequestId, Ruling, Seq, Verdict};
use crate::policy::permit::Release;
use crate::terminal::{Certainty, Interrupt, Keys, Kind, LineReader, Settled, Token};

/// The gate's state. The diagram is in the room's doc.
#[derive(Debug)]
pub(super) struct Gate {
    keys: Keys,
    pub(super) line: LineReader,
    pub(super) state: State,
    /// What was typed behind a line that is being decided on.
    pub(super) waiting: VecDeque<Token>,
    pub(super) waiting_bytes: usize,
    /// Lines that a shell has not run yet because more belongs to them.
    pub(super) unfinished: Begun,
    /// What [`Gate::unfinished`] becomes once the line that is being decided on is committed.
    pub(super) after: Begun,
    /// What may stand in the target's buffer and on no screen: a reply that a shell takes for text, a line without echo that
    /// was taken back or that goes on. It is judged with the next line, unless that is seen to stand alone, and never stored.
    pub(super) unseen: String,
    /// What was typed on the screen that is not shown now. No other screen can deny that it stands in a shell's buffer still: anybody's output
    /// switches. Like [`Gate::unseen`], it is never stored.
    pub(super) elsewhere: String,
    /// What [`Gate::unseen`] becomes once the line that is being decided on is committed.
    pub(super) unseen_after: String,
    /// The line that is being taken back.
    pub(super) refused: String,
    /// What was started here, and reads the keys.
    pub(super) programs: Programs,
    /// What the keys said stood in the line when its commit byte came.
    typed: String,
    /// Which screen the last key was typed on, and whether a program that was asked for owned it.
    pub(super) alternate: bool,
    pub(super) owned: bool,
    /// Ctrl-X was sent: readline's Ctrl-X Ctrl-E edits the line elsewhere, and runs what comes back.
    pub(super) control_x: bool,
    /// The last key may be the first half of one: what comes next belongs to it.
    prefixed: bool,
    /// The line that is being decided on is to run only if the shell has just that.
    pub(super) conditional: bool,
    /// The shell itself, where it has our hooks.
    pub(super) witness: Option<Witness>,
    /// The client sends no more: the target is told behind what waits.
    ended: bool,
    /// Keys went out although the prompt had not come back behind a Ctrl-C: what stands in the line nobody knows.
    pub(super) overtaken: bool,
    /// When an incomplete sequence was left in the tokenizer.
    pending_since: Option<Mono>,
    /// Whether the bell for swallowed keys has rung for this hold.
    pub(super) rung: bool,
    /// When the time left on the bar is to be drawn anew.
    pub(super) repaint: Option<Mono>,
    /// What the window's title says because no bar can.
    pub(super) title: Option<Title>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Keys go to the target as they come.
    Open,
    /// A commit byte waits until the screen shows what was typed. `ask` is when to look again.
    Settling { commit: Token, ask: Mono },
    /// The verdict is on its way to the disk.
    Recording { commit: Token, seq: Seq, release: Release },
    /// It was approved, and the line is read once more.
    Rereading { commit: Token, ruling: Box<Ruling>, held: Digest, asked: Mono, ask: Mono },
    /// Somebody has to decide.
    Held { commit: Token, hold: Box<Hold>, request: Box<HoldRequest> },
    /// A line was committed, and keys wait until the shell reads the next one: sent before, they would be echoed twice and belong to
    /// no prompt. Where no prompt comes soon a program runs, and they are typed ahead of it. Behind a Ctrl-C a line editor throws away what it
    /// reads before it sees the signal.
    Following { until: Mono, behind: Behind },
    /// The line is being taken back; open again when it is empty, or at that time. `marked`: the shell tells when it is. `gone`: it seems to be.
    /// `nudges`: how often it may be told again. `last`: open again whatever comes.
    Clearing { until: Mono, last: Mono, marked: bool, gone: bool, nudges: u8 },
}

/// A hold point where a session waits.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) id: RequestId,
    pub(super) digest: Digest,
    pub(super) asked: Mono,
    pub(super) due: Mono,
    /// The reason that is being typed, without which it is not asked.
    pub(super) reason: Option<super::menu::Line>,
}

/// What a verdict comes to.
#[derive(Debug)]
pub(super) enum Verdicted {
    /// It may run.
    Free(Release),
    /// It waits for a decision; the request was recorded and is to be filed.
    Held(Box<Hold>, Box<HoldRequest>),
    /// It may not; the sentence for the engineer.
    Denied(String),
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            keys: Keys::new(),
            line: LineReader::new(),
            state: State::Open,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            unfinished: Begun::default(),
            after: Begun::default(),
            unseen: String::new(),
            elsewhere: String::new(),
            unseen_after: String::new(),
            refused: String::new(),
            programs: Programs::default(),
            alternate: false,
            owned: false,
            typed: String::new(),
            control_x: false,
            prefixed: false,
            conditional: false,
            witness: None,
            ended: false,
            overtaken: false,
            pending_since: None,
            rung: false,
            repaint: None,
            title: None,
        }
    }

    pub(super) const fn has_room(&self) -> bool {
        self.waiting_bytes < WAITING
    }

    pub(super) const fn is_held(&self) -> bool {
        matches!(self.state, State::Held { .. })
    }

    pub(super) fn open_request(&self) -> Option<RequestId> {
        match &self.state {
            State::Held { hold, .. } => hold.reason.is_none().then_some(hold.id),
            State::Open
            | State::Settling { .. }
            | State::Rereading { .. }
            | State::Recording { .. }
            | State::Following { .. }
            | State::Clearing { .. } => None,
        }
    }

    pub(super) fn wake_at(&self) -> Option<Mono> {
        let pending = self.pending_since.map(|since| since.after(ESCAPE));
        let state = match &self.state {
            State::Open | State::Recording { .. } => None,
            State::Settling { ask, .. } | State::Rereading { ask, .. } => Some(*ask),
            State::Following { until, .. } | State::Clearing { until, .. } => Some(*until),
            State::Held { hold, .. } => Some(hold.due.after(super::exec::GRACE)),
        };
        [pending, state, self.repaint].into_iter().flatten().min()
    }

    /// The byte that waits for a decision, if one does.
    pub(super) const fn commit(&self) -> Option<&Token> {
        match &self.state {
            State::Settling { commit, .. }
            | State::Rereading { commit, .. }
            | State::Held { commit, .. }
            | State::Recording { commit, .. } => Some(commit),
            State::Open | State::Following { .. } | State::Clearing { .. } => None,
        }
    }

    /// A command was started without a line that was typed.
    pub(super) fn started(&mut self, normalised: &str) {
        self.programs.started(normalised);
    }

    fn wait(&mut self, token: Token) {
        self.waiting_bytes = self.waiting_bytes.saturating_add(token.raw.len());
        self.waiting.push_back(token);
    }

    /// The prompt is not there any more, whatever comes next.
    pub(super) fn leave_prompt(&mut self) {
        if let Some(witness) = &mut self.witness {
            witness.leave();
        }
    }

    pub(super) fn drop_waiting(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
    }
}

impl Engine {
    /// Bytes of the client's terminal.
    pub(super) fn keys(&mut self, bytes: &[u8], now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        let tokens = gate.keys.feed(bytes);
        gate.pending_since = (!gate.keys.pending().is_empty()).then_some(now.mono);
        for token in tokens {
            self.key(token, now);
        }
    }

    /// A key from the client: behind those that wait already, so that none overtakes another.
    fn key(&mut self, token: Token, now: Now) {
        if self.takes_place(&token, now) || self.menu_takes(&token, now) || self.output_takes(&token, now) {
            return;
        }
        let Some((_, gate)) = self.terminal() else { return };
        if token.kind != Kind::Reply && matches!(gate.state, State::Open) && !gate.waiting.is_empty() {
            gate.wait(token);
        } else {
            self.token(token, now);
        }
        self.work_off(now);
    }

    /// The client's terminal sends no more.
    pub(super) fn keys_end(&mut self, now: Now) {
        if let Some((_, gate)) = self.terminal() {
            gate.ended = true;
        }
        self.work_off(now);
    }

    /// The pause is over: what waited for it goes on.
    pub(super) fn go_on(&mut self, now: Now) {
        self.settle(now);
        self.line_recorded(now);
    }

    fn token(&mut self, token: Token, now: Now) {
        let paused = self.paused_by.is_some();
        // Before the shell runs, keys wait as type-ahead does.
        let starting = !matches!(self.stage, Stage::Running);
        let Some((_, gate)) = self.terminal() else { return };
        if token.kind == Kind::Reply {
            let text = payload(&token);
            if text.is_empty() {
                if !starting {
                    self.push(Output::ToTarget(Bytes::from(token.raw)));
                }
                return;
            }
            // A shell takes it for text: it goes to no line that is being decided on, and is judged with the next.
            match gate.state {
                State::Open if paused || starting || gate.unseen.len() > UNFINISHED => {}
                State::Open => {
                    gate.unseen.push_str(&text);
                    self.push(Output::ToTarget(Bytes::from(token.raw)));
                }
                State::Settling { .. }
                | State::Rereading { .. }
                | State::Recording { .. }
                | State::Following { .. }
                | State::Clearing { .. }
                | State::Held { .. } => {
                    if gate.has_room() {
                        gate.wait(token);
                    }
                }
            }
            return;
        }
        match &gate.state {
            State::Held { .. } => self.key_while_held(&token, now),
            State::Open if !paused && !starting => self.forward(token, now),
            State::Open if starting => self.key_before_start(token, now),
            // An approver holds the keyboard.
            State::Open => self.ring(),
            State::Following { .. } if !paused && gate.interrupts_again(&token, now) => self.forward(token, now),
            State::Settling { .. }
            | State::Rereading { .. }
            | State::Recording { .. }
            | State::Following { .. }
            | State::Clearing { .. } => gate.wait(token),
        }
    }

    fn key_before_start(&mut self, token: Token, now: Now) {
        // Of a held exec, Ctrl-C is all that counts.
        if let Stage::Deciding(exec) = &self.stage
            && exec.is_held()
        {
            if matches!(token.kind, Kind::Interrupt(Interrupt::Interrupt)) {
                self.close(crate::model::CloseReason::Denied, now);
            }
            return;
        }
        if let Some((_, gate)) = self.terminal() {
            gate.wait(token);
        }
    }

    fn forward(&mut self, mut token: Token, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        let mut elsewhere = false;
        // In an editor that was asked for, and in a multiplexer, which may show one, ESC and `v` are an editor's affair.
        let editing = gate.is_owned(display.truth()) || gate.programs.multiplexes();
        if token.kind == Kind::Text && !(display.truth().alternate_screen() && editing) {
            (token, elsewhere) = gate.split_at_run(token);
        }
        let screen = display.truth();
        gate.follow_screen(screen);
        let control_x = std::mem::replace(&mut gate.control_x, token.raw == [0x18]);
        let prefixed = std::mem::replace(&mut gate.prefixed, follow::is_prefix(&token));
        let hidden = !gate.unseen.is_empty() || !gate.elsewhere.is_empty();
        let pending = !gate.line.is_empty(screen) || !gate.unfinished.is_empty() || hidden;
        let commits = match token.kind {
            Kind::Commit(_) => screen.alternate_screen() || pending,
            // Whether a newline in a paste acts, the program decides; that it asked for bracketed pastes is only what its
            // output says, and whoever prints can say so. A harmless block passes whole, any other stops here.
            Kind::PasteNewline => !screen.bracketed_paste() || self.paste_is_held(now),
            // At an empty line these mean nothing but themselves. (At an unfinished one, Ctrl-D ends it.)
            Kind::Interrupt(Interrupt::Eof) | Kind::Unmodelled | Kind::PasteControl => pending,
            EDIT_ELSEWHERE => control_x && !gate.owned,
            Kind::Text if elsewhere => true,
            Kind::Text
            | Kind::Key(_)
            | Kind::Interrupt(_)
            | Kind::PasteBegin
            | Kind::PasteText
            | Kind::PasteEnd
            | Kind::Reply => false,
        };
        if commits {
            let asks = !prefixed && matches!(token.kind, Kind::Commit(_) | Kind::Interrupt(Interrupt::Eof));
            if let Some((_, gate)) = self.terminal() {
                gate.typed = gate.line.typed();
                gate.conditional = false;
                gate.state = State::Settling { commit: token, ask: now.mono };
            }
            if asks && !self.presumes(now) {
                self.ask_shell(now);
            }
            self.settle(now);
            return;
        }
        let Some((display, gate)) = self.terminal() else { return };
        let screen = display.truth();
        if matches!(token.kind, Kind::Interrupt(Interrupt::Interrupt)) {
            gate.follow_interrupt(screen, now);
        } else if gate.overtaken && gate.line.typed().is_empty() && gate.is_back(screen) {
            // Nothing went out before the prompt was back after all.
            gate.overtaken = false;
        }
        gate.line.key(&token, screen, now.mono.0);
        display.typed(&token.raw, now.mono);
        self.push(Output::ToTarget(Bytes::from(token.raw)));
    }

    /// Whether what stands in the line by now would not be let through.
    fn paste_is_held(&mut self, now: Now) -> bool {
        let Some((line, context)) = self.read_line() else { return false };
        let judged = self.judge.line(&line, &context, now.wall);
        judged.is_none_or(|judged| judged.allowance.is_none())
    }

    /// Looks whether the line can be read; goes on with it if so.
    pub(super) fn settle(&mut self, now: Now) {
        let paused = self.paused_by.is_some();
        let Some((display, gate)) = self.terminal() else { return };
        let rereads = matches!(gate.state, State::Rereading { .. });
        let screen = display.truth();
        let settled = gate.line.settled(screen, now.mono.0);
        let awaited = gate.witness.as_mut().and_then(|witness| witness.awaited(now.mono));
        let (State::Settling { ask, .. } | State::Rereading { ask, .. }) = &mut gate.state else { return };
        if paused {
            *ask = now.mono.after(SECOND);
            return;
        }
        if let Some(until) = awaited {
            *ask = until;
            return;
        }
        // What the shell told needs no more time if nothing contradicts; and at most what the screen needs if something does.
        let told = gate.witness.as_ref().and_then(Witness::told);
        let exact = told.map(|told| gate.line.read_with(screen, told));
        let exact = exact.is_some_and(|reading| reading.certainty == Certainty::Exact && !reading.echo_off);
        match settled {
            Settled::Until(at) if at > now.mono.0 && !exact => *ask = Mono(at),
            Settled::Until(_) | Settled::Yes if rereads => self.reread(now),
            Settled::Until(_) | Settled::Yes => self.judge_line(now),
        }
    }

    fn judge_line(&mut self, now: Now) {
        if let Some((_, gate)) = self.terminal() {
            let typed = std::mem::take(&mut gate.typed);
            if gate.line.typed().is_empty() && gate.elsewhere.len() <= UNFINISHED {
                // Output that switches screens while a line settles takes it out of sight, and not out of the shell's buffer.
                gate.elsewhere.push_str(&typed);
            }
        }
        let Some((line, context)) = self.read_line() else {
            // Nothing was typed: nothing is run, and nothing is to be recorded.
            self.release_commit(None, now);
            return;
        };
        let Some(judged) = self.judge.line(&line, &context, now.wall) else {
            self.refuse_line(words::UNREADABLE, now);
            return;
        };
        let defines = self.judge.defines();
        let Some((display, gate)) = self.terminal() else { return };
        let full_screen = display.truth().alternate_screen();
        let unfinished = !judged.complete && !full_screen && judged.joined.len() < UNFINISHED;
        // What follows is judged together with it. A password may look unfinished too: that is kept beside what is seen then,
        // and not put before it.
        let open = if full_screen { vec![] } else { judged.open.clone() };
        gate.after = Begun::with(open, line.certainty, judged.complete, &gate.unfinished);
        gate.unseen_after = line.left_unseen(unfinished).map_or_else(String::new, |text| format!("{text}\n"));
        let passes = !unfinished && matches!(judged.judgement.verdict, Verdict::Allow) && !defines;
        if !passes && gate.witness.as_ref().is_some_and(|witness| witness.condition().is_some()) {
            // What an approver sees, what is to go on, and what is remembered is what the shell itself told.
            gate.conditional = false;
            gate.typed = gate.line.typed();
            self.ask_shell(now);
            self.settle(now);
            return;
        }
        if unfinished && judged.allowance.is_some() {
            // A shell runs nothing of it yet. Where it would be held it is held already: should the shell see an end where we
            // see none, it would run.
            gate.programs.passed();
            self.release_commit(None, now);
            return;
        }
        if line.candidates.is_empty() && line.at_program.is_empty() && judged.allowance.is_some() {
            // Only replies of the terminal, and they would do nothing.
            self.release_commit(None, now);
            return;
        }
        let screen = match judged.judgement.verdict {
            Verdict::Hold(_) => self.surroundings(),
            Verdict::Allow | Verdict::Deny => Vec::new(),
        };
        let text = judged.command.text.clone();
        if let Some((_, gate)) = self.terminal() {
            gate.programs.judged(judged.normalised.clone());
        }
        self.record_judged(&judged, now);
        match self.verdict(judged, screen, now) {
            Verdicted::Free(release) => {
                self.record_release(&text, release, now);
            }
            Verdicted::Held(hold, request) => self.hold(hold, request, now),
            Verdicted::Denied(sentence) => self.refuse_line(&sentence, now),
        }
    }

    pub(super) fn record_release(&mut self, text: &str, release: Release, now: Now) {
        self.remember(text);
        self.judge.released();
        let seq = self.append_release(text, &release, now);
        let Some((_, gate)) = self.terminal() else { return };
        gate.programs.released();
        let state = std::mem::replace(&mut gate.state, State::Open);
        gate.state = match state {
            State::Settling { commit, .. }
            | State::Rereading { commit, .. }
            | State::Held { commit, .. }
            | State::Recording { commit, .. } => State::Recording { commit, seq, release },
            State::Open | State::Following { .. } | State::Clearing { .. } => state,
        };
        self.line_recorded(now);
    }

    /// Something more is on disk: the byte that waited for it goes out.
    pub(super) fn line_recorded(&mut self, now: Now) {
        let durable = self.durable;
        if self.paused_by.is_some() {
            return;
        }
        let Some((_, gate)) = self.terminal() else { return };
        let State::Recording { seq, .. } = &gate.state else { return };
        if durable.is_some_and(|durable| durable >= *seq)
            && let State::Recording { commit, release, .. } = std::mem::replace(&mut gate.state, State::Open)
        {
            self.commit(commit, Some(release), now);
        }
    }

    fn release_commit(&mut self, release: Option<Release>, now: Now) {
        let Some((_, gate)) = self.terminal() else { return };
        match std::mem::replace(&mut gate.state, State::Open) {
            State::Settling { commit, .. } => self.commit(commit, release, now),
            state @ (State::Open
            | State::Rereading { .. }
            | State::Recording { .. }
            | State::Held { .. }
            | State::Following { .. }
            | State::Clearing { .. }) => gate.state = state,
        }
    }

    /// Sends a commit byte. Without a permit only where there is no command to permit: an empty or an unfinished line.
    fn commit(&mut self, token: Token, release: Option<Release>, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        let condition = gate.witness.as_ref().and_then(Witness::condition);
        if std::mem::take(&mut gate.conditional) && condition.is_none() {
            // The prompt at which it was to be checked is gone.
            return self.refuse_line(words::ANOTHER_LINE, now);
        }
        let ends_line = match token.kind {
            Kind::Commit(_) => true,
            Kind::PasteNewline => !display.truth().bracketed_paste(),
            Kind::Interrupt(Interrupt::Eof) => gate.line.is_empty(display.truth()),
            _ => false,
        };
        gate.line.key(&token, display.truth(), now.mono.0);
        if ends_line {
            gate.commits();
            gate.follow(display.truth(), now);
        } else if let Some(witness) = &mut gate.witness {
            witness.forget();
        }
        let (after, unseen_after) = (std::mem::take(&mut gate.after), std::mem::take(&mut gate.unseen_after));
        // Another key in the middle of an unfinished line leaves it unfinished.
        if ends_line {
            (gate.unfinished, gate.unseen) = (after, unseen_after);
            gate.elsewhere.clear();
            if matches!(token.kind, Kind::Interrupt(Interrupt::Eof)) {
                // It may have ended it all.
                gate.unfinished.doubt();
            }
        }
        display.typed(&token.raw, now.mono);
        let bytes = condition.unwrap_or_else(|| Bytes::from(token.raw));
        self.push(match release {
            Some(release) => Output::Commit(release, bytes),
            None => Output::ToTarget(bytes),
        });
        self.work_off(now);
    }

    /// Takes up what was typed before the start, or while a line was being decided on.
    pub(super) fn work_off(&mut self, now: Now) {
        while matches!(self.stage, Stage::Running) && self.paused_by.is_none() {
            let Some((_, gate)) = self.terminal() else { return };
            if !matches!(gate.state, State::Open) {
                return;
            }
            let Some(token) = gate.waiting.pop_front() else {
                if std::mem::take(&mut gate.ended) {
                    self.push(Output::TargetEof);
                }
                return;
            };
            gate.waiting_bytes = gate.waiting_bytes.saturating_sub(token.raw.len());
            self.token(token, now);
        }
    }

    /// Interrupts what runs in the foreground, and forgets what was typed at it.
    pub(super) fn interrupt(&mut self, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        gate.unfinished.clear();
        gate.unseen.clear();
        gate.elsewhere.clear();
        gate.drop_waiting();
        let key = Token { kind: Kind::Interrupt(Interrupt::Interrupt), raw: vec![0x03] };
        gate.line.key(&key, display.truth(), now.mono.0);
        self.push(Output::ToTarget(Bytes::from(key.raw)));
    }

    /// Output of the target was fed to the models.
    pub(super) fn echoed(&mut self, now: Now) {
        self.restore_title();
        let Some((display, gate)) = self.terminal() else { return };
        match gate.state {
            // Nobody reads the line now; the reader hears of the screen with the next key.
            State::Open | State::Recording { .. } | State::Held { .. } => gate.line.heard(now.mono.0),
            State::Settling { .. } | State::Rereading { .. } => {
                gate.line.output(display.truth(), now.mono.0);
                self.settle(now);
            }
            State::Following { .. } => {
                gate.line.output(display.truth(), now.mono.0);
                if gate.has_followed(display.truth(), now) {
                    self.work_off(now);
                }
            }
            State::Clearing { .. } => {
                gate.line.output(display.truth(), now.mono.0);
                gate.watch_clearing(display.truth(), now);
            }
        }
    }

    /// What time alone changes on a terminal.
    pub(super) fn terminal_tick(&mut self, now: Now) {
        let withheld = self.outflow.is_held();
        let Some((display, gate)) = self.terminal() else { return };
        let late = display.wake_at().filter(|at| *at <= now.mono).map(|_| display.expire(now.mono));
        let lone = gate.pending_since.filter(|since| since.after(ESCAPE) <= now.mono).map(|_| {
            gate.pending_since = None;
            gate.keys.flush()
        });
        if let Some(bytes) = late {
            self.show(bytes, now);
        }
        for token in lone.into_iter().flatten() {
            self.key(token, now);
        }
        let Some((display, gate)) = self.terminal() else { return };
        match &gate.state {
            State::Settling { ask, .. } | State::Rereading { ask, .. } if *ask <= now.mono => self.settle(now),
            State::Following { until, .. } if *until <= now.mono => {
                if gate.hears_nothing(withheld, now) {
                    gate.state = State::Open;
                    self.say(words::SILENT, now);
                    return self.work_off(now);
                }
                if gate.ends_following(now) {
                    self.push(Output::ToTarget(Bytes::from_static(&[0x03])));
                }
                self.work_off(now);
            }
            State::Clearing { until, gone: false, nudges: 1.., .. } if *until <= now.mono => self.nudge(now),
            // The prompt did not come back in time; holding the keys for ever would be worse than a line to clear by hand.
            State::Clearing { until, gone, .. } if *until <= now.mono => {
                // It may stand there still: an editor that has no use for Ctrl-C keeps it, and the next Enter would run it.
                let kept = if *gone { String::new() } else { std::mem::take(&mut gate.refused) };
                gate.state = State::Open;
                gate.keep_unseen(&kept);
                self.work_off(now);
            }
            State::Held { hold, .. } if hold.due.after(super::exec::GRACE) <= now.mono => {
                self.hold_expired(now);
            }
            State::Open
            | State::Settling { .. }
            | State::Rereading { .. }
            | State::Recording { .. }
            | State::Held { .. }
            | State::Following { .. }
            | State::Clearing { .. } => {
                let repaint = gate.repaint.is_some_and(|at| at <= now.mono);
                if repaint || display.bar_due().is_some_and(|at| at <= now.mono) {
                    self.refresh_bar(now);
                }
            }
        }
    }
}

/// What a shell would take for text in a reply of the terminal. Nothing in a control sequence: that is numbers, and any
/// client sends those for a click.
fn payload(token: &Token) -> String {
    match token.raw.split_first() {
        Some((0x1b, [b']' | b'P' | b'_', text @ ..])) => {
            String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        }
        _ => String::new(),
    }
}

/// Ctrl-E, after a Ctrl-X (readline: edit-and-execute-command).
pub(super) const EDIT_ELSEWHERE: Kind = Kind::Key(crate::terminal::Key::Ctrl('e'));

/// Output hides the bar until it has been quiet that long.
pub(super) const QUIET_FOR_BAR: Duration = Duration::from_millis(200);

/// How often the time left is drawn, and a paused line is asked for.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// How long a sequence may stay incomplete before it is a lone ESC.
const ESCAPE: Duration = Duration::from_millis(50);

/// Bytes typed behind a line that is being decided on; past them the client waits.
const WAITING: usize = 64 << 10;

/// Bytes of an unfinished line; past them it is judged as it is.
pub(super) const UNFINISHED: usize = 64 << 10;
