//! Inputs → the right part of the session; lifetime, pause, close.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::digest::Ids;
use super::display::Display;
use super::exec::Exec;
use super::gate::Gate;
use super::judge::Judge;
use super::output::Outflow;
use super::place::{Place, Waiting};
use super::reveal::Reveals;
use super::streams::Streams;
use super::witness::Witness;
use super::{Input, Output, Settings, images, words};
use crate::model::{
    ChannelKind, CloseReason, Event, EventRecord, ExitStatus, Grant, Mono, Now, Outcome, RequestId, Ruling, Seq,
    SessionMeta, SessionState, Shown, Size, Stream,
};
use crate::policy::Policy;
use crate::terminal::Mark;

/// One session.
#[derive(Debug)]
pub struct Engine {
    pub(super) meta: SessionMeta,
    pub(super) settings: Settings,
    pub(super) judge: Judge,
    pub(super) ids: Ids,
    pub(super) grants: Vec<Grant>,
    /// Commands that were released, the newest last.
    pub(super) before: VecDeque<Shown>,
    commands: u64,
    pub(super) stage: Stage,
    pub(super) paused_by: Option<String>,
    pub(super) place: Place,
    pub(super) reveals: Reveals,
    pub(super) outflow: Outflow,
    pub(super) side: Side,
    exit: Option<ExitStatus>,
    outputs: VecDeque<Output>,
    /// What came with an answer of the shell that was heard, and is drawn when the outputs were taken.
    undrawn: Option<(Bytes, Vec<Mark>, Now)>,
    next: Seq,
    ends: Mono,
    warned: Warned,
    /// Highest event that is on disk.
    pub(super) durable: Option<Seq>,
}

/// Where the session is between its beginning and its end.
#[derive(Debug)]
pub(super) enum Stage {
    /// [`Input::Begin`] has not come.
    New,
    /// A shell waits until its first event is on disk.
    Beginning(Seq),
    /// A command is being decided on.
    Deciding(Exec),
    /// Bytes flow.
    Running,
    /// [`Output::Close`] was given; nothing follows.
    Closed,
}

/// What is between client and target.
#[derive(Debug)]
pub(super) enum Side {
    /// A terminal, with its gate.
    Terminal(Box<(Display, Gate)>),
    /// Two byte streams.
    Streams(Box<Streams>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Warned {
    No,
    Yes,
}

impl Engine {
    /// An engine for an admitted session. `seed` is random; request ids come out of it.
    #[must_use]
    pub fn new(meta: SessionMeta, settings: Settings, policy: Arc<Policy>, seed: [u8; 32], now: Now) -> Self {
        let side = match &meta.pty {
            Some(pty) => Side::Terminal(Box::new((Display::new(pty.size, &settings.privacy), Gate::new()))),
            None => Side::Streams(Box::new(Streams::new(&settings.privacy))),
        };
        Self {
            judge: Judge::new(policy, meta.clone(), &seed, settings.privacy.clone()),
            ids: Ids::new(seed),
            grants: Vec::new(),
            before: VecDeque::new(),
            commands: 0,
            stage: Stage::New,
            paused_by: None,
            place: Place::Settled,
            reveals: Reveals::default(),
            outflow: Outflow::default(),
            side,
            exit: None,
            outputs: VecDeque::new(),
            undrawn: None,
            next: 0,
            ends: now.mono.after(settings.lifetime),
            warned: Warned::No,
            durable: None,
            meta,
            settings,
        }
    }

    /// The same, for a shell that is started with our hooks: it is asked for its line at each commit. Has no effect where
    /// there is no terminal or no shell.
    #[must_use]
    pub fn integrated(mut self) -> Self {
        let nonce = self.ids.nonce();
        if let (Side::Terminal(terminal), ChannelKind::Shell) = (&mut self.side, &self.meta.channel) {
            terminal.1.witness = Some(Witness::new(nonce));
        }
        self
    }

    /// What the marks of the shell are told by; `None` if it is to be started without our hooks.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        match &self.side {
            Side::Terminal(terminal) => terminal.1.witness.as_ref().map(Witness::nonce),
            Side::Streams(_) => None,
        }
    }

    /// Takes an input. Drain [`Engine::poll`] before the next one.
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        if !matches!(input, Input::Recorded(_)) {
            self.catch_up();
        }
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        match input {
            Input::Begin => self.begin(now),
            Input::FromClient(bytes) => self.client_bytes(bytes, now),
            Input::FromTarget(stream, bytes) => self.target_bytes(stream, bytes, now),
            Input::Resized(size) => self.resized(size, now),
            Input::Signal(name) => self.push(Output::SignalTarget(name.to_owned())),
            Input::ClientEof => self.client_eof(now),
            Input::ClientGone => self.close(CloseReason::ClientGone, now),
            Input::Certified(admitted) => {
                self.append(Event::Certified(admitted), now);
            }
            Input::TargetExit(status) => {
                self.append(Event::Exit(status.clone()), now);
                self.exit = Some(status);
            }
            Input::TargetClosed => {
                let exit = self.exit.take();
                self.close(exit.map_or(CloseReason::TargetGone, CloseReason::Exited), now);
            }
            Input::TargetBroken(why) => self.target_broken(why, now),
            Input::Ruled(ruling) => self.ruled(ruling, now),
            Input::Unasked(request, why) => self.unasked(request, why, now),
            Input::Granted(grant) => self.granted(grant, now),
            Input::Revoked { grant, by, reason } => self.revoked(grant, by, reason, now),
            Input::Paused { by } => self.pause(by, now),
            Input::Resumed { by } => self.resume(by, now),
            Input::Kill { by, reason } => {
                self.close(CloseReason::Terminated { by: by.to_owned(), reason: reason.to_owned() }, now);
            }
            Input::Watched { by } => {
                self.append(Event::Watched { by: by.to_owned() }, now);
            }
            Input::Recorded(seq) => {
                self.durable = Some(seq);
                self.recorded(now);
            }
            Input::RecorderFailed => self.close(CloseReason::RecorderFailed, now),
            Input::PolicyChanged(policy) => {
                self.judge.replace_policy(policy);
                self.watch_output(now);
                self.ask_about_images(now);
            }
            Input::Shutdown => self.close(CloseReason::Shutdown, now),
            Input::Tick => {}
        }
        self.tick(now);
    }

    /// The next thing to be done, in order.
    pub fn poll(&mut self) -> Option<Output> {
        if self.outputs.is_empty() {
            self.catch_up();
        }
        self.outputs.pop_front()
    }

    /// As [`Engine::poll`], but leaves for [`Engine::catch_up`] what can be done while the rest is under way. Until that is called no input
    /// may be given but [`Input::Recorded`].
    pub fn poll_urgent(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether [`Engine::catch_up`] has something to do.
    #[must_use]
    pub const fn lags(&self) -> bool {
        self.undrawn.is_some()
    }

    /// When [`Input::Tick`] is due at the latest.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        if matches!(self.stage, Stage::Closed) {
            return None;
        }
        let warning = match self.warned {
            Warned::No => self.warning_at(),
            Warned::Yes => self.ends,
        };
        let side = match &self.side {
            Side::Terminal(terminal) => {
                let (display, gate) = terminal.as_ref();
                [display.wake_at(), display.bar_due(), gate.wake_at()].into_iter().flatten().min()
            }
            Side::Streams(streams) => streams.wake_at(),
        };
        let exec = match &self.stage {
            Stage::Deciding(exec) => exec.wake_at(),
            Stage::New | Stage::Beginning(_) | Stage::Running | Stage::Closed => None,
        };
        [Some(warning), side, exec, self.place.wake_at(), self.reveals.wake_at(), self.outflow.wake_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the client's bytes should be given now. `false` while many wait behind a line that is being decided on.
    #[must_use]
    pub fn takes_input(&self) -> bool {
        match &self.side {
            Side::Terminal(terminal) => terminal.1.has_room(),
            Side::Streams(_) => true,
        }
    }

    /// Whether the target's bytes should be given now. `false` while somebody has to decide about its output.
    #[must_use]
    pub const fn takes_output(&self) -> bool {
        !self.outflow.is_held()
    }

    /// What a rule last wanted people to know about the output.
    #[must_use]
    pub const fn alert(&self) -> Option<&Shown> {
        self.outflow.alert()
    }

    /// What dashboards show of the session.
    #[must_use]
    pub fn state(&self) -> SessionState {
        let held = match (&self.stage, &self.side) {
            (Stage::Deciding(exec), _) => exec.is_held(),
            (_, Side::Terminal(terminal)) => terminal.1.is_held(),
            (_, Side::Streams(_)) => false,
        };
        match (held || self.outflow.is_held(), &self.paused_by) {
            (true, _) => SessionState::Held,
            (false, Some(_)) => SessionState::Paused,
            (false, None) if self.reveals.is_clear() => SessionState::Clear,
            (false, None) => SessionState::Live,
        }
    }

    /// Whether the client's screen may differ from what is recorded: something of ours stands over it, or values are in the clear.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.state() != SessionState::Live || self.reveals.differs()
    }

    /// The commands released so far, at most five, the newest last.
    #[must_use]
    pub fn last_commands(&self) -> Vec<Shown> {
        self.before.iter().cloned().collect()
    }

    /// How many commands were released.
    #[must_use]
    pub const fn commands(&self) -> u64 {
        self.commands
    }

    /// What the client sees (without the bar) as bytes for a fresh screen model, with its size. `None` without a terminal.
    pub fn keyframe(&mut self) -> Option<(Size, Bytes)> {
        match &mut self.side {
            Side::Terminal(terminal) => {
                let view = terminal.0.view();
                let size = Size::new(view.cols().into(), view.rows().into());
                Some((size, Bytes::from(view.state())))
            }
            Side::Streams(_) => None,
        }
    }

    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn append(&mut self, event: Event, now: Now) -> Seq {
        let seq = self.next;
        self.next += 1;
        self.push(Output::Append(EventRecord { seq, at: now.wall, event }));
        seq
    }

    /// Whether that event is on disk.
    pub(super) fn is_durable(&self, seq: Seq) -> bool {
        self.durable.is_some_and(|durable| durable >= seq)
    }

    pub(super) fn terminal(&mut self) -> Option<(&mut Display, &mut Gate)> {
        match &mut self.side {
            Side::Terminal(terminal) => {
                let (display, gate) = terminal.as_mut();
                Some((display, gate))
            }
            Side::Streams(_) => None,
        }
    }

    /// Bytes that the client sees and that stay: recorded, then shown, with the bar out of the way.
    pub(super) fn show(&mut self, bytes: Bytes, now: Now) {
        let clear = self.terminal().and_then(|(display, _)| display.unsent());
        if bytes.is_empty() && clear.as_ref().is_none_or(Bytes::is_empty) {
            return;
        }
        let bar_off = self.terminal().map_or_else(Bytes::new, |(display, _)| display.hide_bar());
        self.paint(bar_off);
        if !bytes.is_empty() {
            self.append(Event::Output { stream: Stream::Stdout, bytes: bytes.clone() }, now);
        }
        let images = self.terminal().map(|(display, _)| display.take_images()).unwrap_or_default();
        let drawn = images::with_images(bytes, images, |image| {
            self.append(image, now);
        });
        self.paint(clear.unwrap_or(drawn));
    }

    /// Asks policy whether images that the target draws reach the client.
    fn ask_about_images(&mut self, now: Now) {
        let allowed = self.judge.images(now.wall);
        if let Some((display, _)) = self.terminal() {
            display.allow_images(allowed);
        }
    }

    /// Bytes that come and go (the bar, a bell): not recorded.
    pub(super) fn paint(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.push(Output::ToClient(Stream::Stdout, bytes));
        }
    }

    /// A sentence of ours that stays.
    pub(super) fn say(&mut self, sentence: &str, now: Now) {
        if self.wait_for_place(Waiting::Sentence(sentence.to_owned()), now).is_none() {
            return;
        }
        let shown = Shown::new(sentence);
        if let Some((display, _)) = self.terminal() {
            let bar_off = display.hide_bar();
            let rest = display.finish();
            let line = display.notice(shown.as_str());
            self.paint(bar_off);
            self.show(rest, now);
            self.show(line, now);
        } else {
            let line = Bytes::from(format!("{shown}\n"));
            self.append(Event::Output { stream: Stream::Stderr, bytes: line.clone() }, now);
            self.push(Output::ToClient(Stream::Stderr, line));
        }
        self.append(Event::Notice { text: shown }, now);
    }

    pub(super) fn remember(&mut self, command: &str) {
        self.commands += 1;
        if self.before.len() == LAST {
            self.before.pop_front();
        }
        let command = self.judge.storable(command);
        self.before.push_back(Shown::new(&command));
    }

    pub(super) fn close(&mut self, reason: CloseReason, now: Now) {
        self.placed(None, now);
        self.withdraw_open(now);
        self.close_reveals(now);
        let rest = self.terminal().map(|(display, gate)| {
            let bar_off = display.hide_bar();
            let kept = gate.witness.as_mut().map(Witness::finish).unwrap_or_default();
            (bar_off, display.output(&kept, now.mono), display.finish())
        });
        if let Some((bar_off, kept, rest)) = rest {
            self.paint(bar_off);
            self.show(kept, now);
            self.show(rest, now);
        }
        self.finish_streams(now);
        if let Some(sentence) = words::farewell(&reason) {
            self.say(&sentence, now);
        }
        self.append(Event::Ended { reason: reason.clone() }, now);
        self.push(Output::Close(reason));
        self.stage = Stage::Closed;
    }

    fn begin(&mut self, now: Now) {
        let started = self.append(Event::Started(Box::new(self.meta.clone())), now);
        self.ask_place(now);
        self.watch_output(now);
        self.ask_about_images(now);
        for notice in std::mem::take(&mut self.settings.notices) {
            self.say(&format!("holdpoint: {notice}"), now);
        }
        match self.meta.channel.clone() {
            // Its lines would come as a stream, past the gate.
            ChannelKind::Shell if self.meta.pty.is_none() => {
                self.say(words::NO_TERMINAL, now);
                self.close(CloseReason::Denied, now);
            }
            ChannelKind::Shell => {
                if self.settings.greeting {
                    self.say(words::GREETING, now);
                }
                self.push(Output::Dial { request: None, force_command: None });
                self.stage = Stage::Beginning(started);
            }
            ChannelKind::Exec { command } => {
                // The facts of the session, which are stored and shown, have it without its secrets.
                let command = self.settings.command.take().unwrap_or(command);
                self.decide_exec(&command, now);
            }
        }
    }

    fn client_bytes(&mut self, bytes: &[u8], now: Now) {
        match &self.side {
            Side::Terminal(_) => self.keys(bytes, now),
            // Whether a command may read a stream that nobody judges was part of its verdict.
            Side::Streams(_) => self.push(Output::ToTarget(Bytes::copy_from_slice(bytes))),
        }
    }

    /// The end of input comes behind what was typed before it.
    fn client_eof(&mut self, now: Now) {
        match &self.side {
            Side::Terminal(_) => self.keys_end(now),
            Side::Streams(_) => self.push(Output::TargetEof),
        }
    }

    pub(super) fn target_bytes(&mut self, stream: Stream, bytes: Bytes, now: Now) {
        if !self.place.is_settled() {
            self.wait_for_place(Waiting::Output(bytes), now);
            return;
        }
        if self.withholds(stream, &bytes, now) {
            return;
        }
        match &mut self.side {
            Side::Terminal(terminal) => {
                let (bytes, marks) = match &mut terminal.1.witness {
                    Some(witness) => witness.take(bytes),
                    None => (bytes, Vec::new()),
                };
                match self.heard_at_once(marks, now) {
                    Ok(marks) => self.undrawn = Some((bytes, marks, now)),
                    Err(marks) => self.draw(&bytes, marks, now),
                }
            }
            Side::Streams(streams) => {
                let masked = streams.feed(stream, bytes.clone(), now.mono);
                let findings = streams.take_findings();
                self.show_streams(stream, masked, now);
                if self.reveals.is_clear() {
                    self.push(Output::ToClient(stream, bytes));
                }
                self.found(findings, now);
            }
        }
    }

    /// What a terminal gets: masked, recorded and shown; then what the shell said within it is heard.
    fn draw(&mut self, bytes: &[u8], marks: Vec<Mark>, now: Now) {
        let Some((display, _)) = self.terminal() else { return };
        let bar_off = display.hide_bar();
        display.wait_for_quiet(now.mono.after(super::gate::QUIET_FOR_BAR));
        let shown = display.output(bytes, now.mono);
        let findings = display.findings();
        self.paint(bar_off);
        self.show(shown, now);
        self.repaint_client();
        self.found(findings, now);
        self.heard(marks, now);
        self.echoed(now);
    }

    /// Draws what came with an answer of the shell that could be heard before it was drawn.
    pub fn catch_up(&mut self) {
        if let Some((bytes, marks, now)) = self.undrawn.take()
            && !matches!(self.stage, Stage::Closed)
        {
            self.draw(&bytes, marks, now);
        }
    }

    /// Masked bytes: recorded, then sent, unless the client gets them as they came.
    pub(super) fn show_streams(&mut self, stream: Stream, masked: Vec<Bytes>, now: Now) {
        for bytes in masked.into_iter().filter(|bytes| !bytes.is_empty()) {
            self.append(Event::Output { stream, bytes: bytes.clone() }, now);
            if !self.reveals.is_clear() {
                self.push(Output::ToClient(stream, bytes));
            }
        }
    }

    /// What of the streams has waited long enough.
    fn streams_tick(&mut self, now: Now) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Side::Streams(streams) = &mut self.side {
                let late = streams.expire(stream, now.mono);
                self.show_streams(stream, late, now);
            }
        }
    }

    fn finish_streams(&mut self, now: Now) {
        if let Side::Streams(streams) = &mut self.side {
            let (out, err) = (streams.finish(Stream::Stdout), streams.finish(Stream::Stderr));
            let findings = streams.take_findings();
            self.show_streams(Stream::Stdout, out, now);
            self.show_streams(Stream::Stderr, err, now);
            // Nothing comes after it that could be stopped.
            if !findings.is_empty() {
                self.append(Event::Masked { findings }, now);
            }
        }
    }

    fn resized(&mut self, size: Size, now: Now) {
        let Some((display, _)) = self.terminal() else { return };
        display.wait_for_quiet(now.mono.after(super::gate::QUIET_FOR_BAR));
        display.resize(size);
        self.append(Event::Resized { size }, now);
        self.push(Output::ResizeTarget(size));
        self.repaint_client();
    }

    fn target_broken(&mut self, why: &str, now: Now) {
        self.say(&format!("holdpoint: {why}"), now);
        self.close(CloseReason::TargetGone, now);
    }

    fn ruled(&mut self, ruling: Ruling, now: Now) {
        if self.reveal_ruled(&ruling, now) || self.output_ruled(&ruling, now) {
            return;
        }
        if matches!(self.stage, Stage::Deciding(_)) {
            self.exec_ruled(&ruling, now);
        } else {
            self.line_ruled(&ruling, now);
        }
    }

    fn unasked(&mut self, request: RequestId, why: &str, now: Now) {
        if self.reveal_unasked(request, why, now) || self.output_unasked(request, why, now) {
            return;
        }
        if matches!(self.stage, Stage::Deciding(_)) {
            self.exec_unasked(request, why, now);
        } else {
            self.line_unasked(request, why, now);
        }
    }

    fn recorded(&mut self, now: Now) {
        match &self.stage {
            Stage::Beginning(seq) if self.is_durable(*seq) => {
                self.stage = Stage::Running;
                self.push(Output::StartShell);
                self.work_off(now);
            }
            Stage::Deciding(_) => self.exec_recorded(now),
            Stage::Running => {
                self.reveal_recorded(now);
                self.line_recorded(now);
            }
            Stage::Beginning(_) | Stage::New | Stage::Closed => {}
        }
    }

    fn pause(&mut self, by: &str, now: Now) {
        self.append(Event::Paused { by: by.to_owned() }, now);
        self.paused_by = Some(by.to_owned());
        self.refresh_bar(now);
    }

    fn resume(&mut self, by: &str, now: Now) {
        if self.paused_by.take().is_some() {
            self.append(Event::Resumed { by: by.to_owned() }, now);
            self.refresh_bar(now);
            self.go_on(now);
        }
    }

    /// Takes back what is still being asked, because the session ends.
    fn withdraw_open(&mut self, now: Now) {
        let open = match (&self.stage, &self.side) {
            (Stage::Deciding(exec), _) => exec.open_request(),
            (_, Side::Terminal(terminal)) => terminal.1.open_request(),
            (_, Side::Streams(_)) => None,
        };
        if let Some(request) = open.or(self.outflow.open_request()) {
            self.push(Output::Withdraw(request));
            self.append(Event::Ruled { request, outcome: Outcome::Withdrawn }, now);
        }
    }

    fn tick(&mut self, now: Now) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        if now.mono >= self.ends {
            self.close(CloseReason::Expired, now);
            return;
        }
        if self.warned == Warned::No && now.mono >= self.warning_at() {
            self.warned = Warned::Yes;
            // A stream of bytes is nobody's screen.
            if self.meta.pty.is_some() {
                self.say(&words::ends_soon(self.ends.since(now.mono)), now);
            }
        }
        if matches!(self.stage, Stage::Deciding(_)) {
            self.exec_tick(now);
        }
        self.place_tick(now);
        self.reveal_tick(now);
        self.output_tick(now);
        self.terminal_tick(now);
        self.streams_tick(now);
    }

    fn warning_at(&self) -> Mono {
        Mono(self.ends.0.saturating_sub(u64::try_from(WARNING.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// Commands that a request and a dashboard show.
const LAST: usize = 5;

/// How long before its end a session is warned.
const WARNING: std::time::Duration = std::time::Duration::from_secs(60);
