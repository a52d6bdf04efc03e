//! The third witness: a shell with our hooks, what it said last, and the question that is open.
//!
//! ```text
//!            a prompt with a new number                the commit byte was sent, Ctrl-C, "running"
//!   Elsewhere ────────────────────────▶ Prompt ────────────────────────────────────────────────────▶ Elsewhere
//! ```
//!
//! It is asked only at a prompt, so that no program gets our key. Where keys and screen agree on a line that may pass, a shell that can is not asked:
//! it gets the line with the Enter, and runs it if it has just that. The user of the shell can read the nonce, so its word alone lowers
//! nothing: it is weighed with the other two in `terminal/line.rs`.

use std::time::Duration;

use bytes::Bytes;

use super::Output;
use super::engine::Engine;
use super::gate::State;
use super::words;
use crate::model::{Event, Mono, Now, Shown};
use crate::terminal::{ASK, Certainty, LineReader, Mark, Marks, Settled, Told, checks, commit_if};

/// What a session knows by the shell itself.
#[derive(Debug)]
pub(super) struct Witness {
    nonce: String,
    marks: Marks,
    place: Place,
    /// Its name, as far as it said.
    shell: String,
    /// Whether it ever showed a prompt of its own.
    hooked: bool,
    /// The number of the last prompt that was left.
    left: u64,
    /// The prompt that was left by a Ctrl-C.
    interrupted: Option<u64>,
    question: Question,
    /// What history expansion makes of the line that is told next.
    expanded: Option<String>,
    /// Questions in a row that nobody answered.
    unanswered: u8,
    /// Lines that were committed where it showed no prompt: typed ahead, for a program or for a prompt to come. A shell that shows one may run
    /// as many without a further commit.
    ahead: u32,
    /// Since when the prompt stands.
    since: Mono,
    /// The line that it was told to run if it has just that, and at which prompt, until it says what became of it.
    offered: Option<(u64, String)>,
    /// It is not told so any more: it had another line, or did not say what became of it.
    declined: bool,
    /// The line that it told in place of the other stands there, and nobody has let it go.
    stands: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At no prompt that we know of.
    Elsewhere,
    /// At the prompt with that number.
    Prompt(u64),
}

#[derive(Debug)]
enum Question {
    /// Nothing was asked.
    None,
    /// It was asked; it is waited for until then. `agreed` is what keys and screen agreed on before.
    Open { until: Mono, agreed: Option<Stood> },
    /// It need not be asked: keys and screen agree on a line, and it is to run that one and no other.
    Presumed { told: Told, stood: Stood },
    /// It answered; `stood` if that is what keys and screen had agreed on.
    Answered { told: Told, stood: Option<Stood> },
    /// It did not.
    Unanswered,
}

/// A line as it stood on the screen before the shell was asked: to answer, shells erase it and draw it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stood {
    pub(super) line: String,
    /// The row of the cursor, prompt and all.
    pub(super) row: String,
}

/// What a mark means for the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing at once.
    Nothing,
    /// A new prompt stands there. `continued`: the shell waits for more of an unfinished line.
    Prompt {
        /// Whether it goes on with an unfinished line.
        continued: bool,
    },
    /// It runs something although no line was committed.
    RanByItself,
    /// The line was told.
    Told,
    /// It has another line than the one that it was to run, and ran nothing.
    Declined,
}

impl Witness {
    pub(super) fn new(nonce: String) -> Self {
        Self {
            marks: Marks::new(&nonce),
            nonce,
            place: Place::Elsewhere,
            shell: String::new(),
            hooked: false,
            left: 0,
            interrupted: None,
            question: Question::None,
            expanded: None,
            unanswered: 0,
            ahead: 0,
            since: Mono(0),
            offered: None,
            declined: false,
            stands: false,
        }
    }

    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Takes the marks out of what the target sent.
    pub(super) fn take(&mut self, bytes: Bytes) -> (Bytes, Vec<Mark>) {
        let mut marks = Vec::new();
        let rest = self.marks.take(bytes, &mut marks);
        (rest, marks)
    }

    /// What was kept back of the stream, because nothing follows.
    pub(super) fn finish(&mut self) -> Bytes {
        self.marks.finish()
    }

    pub(super) fn hear(&mut self, mark: Mark, now: Mono) -> Heard {
        match mark {
            Mark::Hello(shell) => {
                self.shell = shell;
                Heard::Nothing
            }
            // A prompt that is only drawn anew has the number that it had.
            Mark::Prompt { number, .. } if number <= self.left || self.place == Place::Prompt(number) => Heard::Nothing,
            Mark::Prompt { number, continued } => {
                (self.offered, self.stands) = (None, false);
                (self.place, self.interrupted) = (Place::Prompt(number), None);
                self.since = now;
                self.hooked = true;
                Heard::Prompt { continued }
            }
            Mark::Running => {
                if self.offered.take().is_some() {
                    self.unanswered = 0;
                }
                let at_prompt = self.is_at_prompt();
                self.leave();
                if std::mem::take(&mut self.stands) {
                    return Heard::RanByItself;
                }
                if !at_prompt {
                    return Heard::Nothing;
                }
                if now.since(self.since) > AHEAD {
                    self.ahead = 0;
                }
                let committed = self.ahead > 0;
                self.ahead = self.ahead.saturating_sub(1);
                if committed { Heard::Nothing } else { Heard::RanByItself }
            }
            Mark::Expanded(text) => {
                self.expanded = Some(text);
                Heard::Nothing
            }
            Mark::Line(line) => {
                let expanded = self.expanded.take();
                if let Some((number, _)) = self.offered.take() {
                    (self.place, self.declined, self.stands) = (Place::Prompt(number), true, true);
                    return Heard::Declined;
                }
                let Question::Open { agreed, .. } = &self.question else { return Heard::Nothing };
                let stood = agreed.clone().filter(|stood| stood.line == line.trim_end());
                let told = Told { line, expanded, confirmed: stood.is_some() };
                self.question = Question::Answered { told, stood };
                self.unanswered = 0;
                // It has read everything that came before the question.
                self.ahead = 0;
                Heard::Told
            }
        }
    }

    /// Whether that answer would be the line that keys and screen agreed on before it was asked.
    fn would_confirm(&self, line: &str) -> bool {
        matches!(&self.question, Question::Open { agreed: Some(stood), .. } if stood.line == line.trim_end())
    }

    /// Whether a mark says nothing new: the prompt that stands is drawn anew.
    fn knows(&self, mark: &Mark) -> bool {
        matches!(mark, Mark::Prompt { number, .. } if self.place == Place::Prompt(*number))
    }

    /// Whether it can be asked now.
    pub(super) fn may_be_asked(&self) -> bool {
        matches!(self.place, Place::Prompt(_)) && self.unanswered < LOST
    }

    /// Whether it is one that knows vi's `v` as a selection, not as a way to an editor and from there to be run.
    pub(super) fn selects_with_v(&self) -> bool {
        matches!(self.shell.as_str(), "zsh" | "fish")
    }

    /// Whether it is one that takes no notice of a Ctrl-C at an empty line.
    pub(super) fn takes_no_notice(&self) -> bool {
        self.shell == "fish"
    }

    /// Whether the hooks are there at all, as far as it said.
    pub(super) const fn is_hooked(&self) -> bool {
        self.hooked && self.unanswered < LOST
    }

    /// Whether a prompt stands there, as far as it said.
    pub(super) const fn is_at_prompt(&self) -> bool {
        matches!(self.place, Place::Prompt(_))
    }

    /// It is being asked.
    pub(super) fn ask(&mut self, agreed: Option<Stood>, now: Mono) {
        (self.expanded, self.offered) = (None, None);
        self.question = Question::Open { until: now.after(PATIENCE), agreed };
    }

    /// Until when its answer is waited for. Gives up when that has passed: `Some` once, when nobody answers any more at all.
    pub(super) fn awaited(&mut self, now: Mono) -> Option<Mono> {
        match &self.question {
            Question::Open { until, .. } if *until > now => Some(*until),
            Question::Open { .. } => {
                self.question = Question::Unanswered;
                self.unanswered = self.unanswered.saturating_add(1);
                None
            }
            Question::None | Question::Presumed { .. } | Question::Answered { .. } | Question::Unanswered => None,
        }
    }

    /// Keys and screen agree on that line, typed as `line`. Whether it has it so the shell says when it is to run it.
    fn presume(&mut self, line: String, stood: Stood) {
        self.expanded = None;
        self.question = Question::Presumed { told: Told { line, expanded: None, confirmed: true }, stood };
    }

    /// The line that is committed goes out under the condition that it is this one.
    pub(super) fn condition(&self) -> Option<Bytes> {
        match &self.question {
            Question::Presumed { told, .. } => commit_if(&told.line),
            Question::None | Question::Open { .. } | Question::Answered { .. } | Question::Unanswered => None,
        }
    }

    /// Whether it knows of such conditions, and never found one unmet.
    fn checks(&self) -> bool {
        self.may_be_asked() && checks(&self.shell) && !self.declined
    }

    /// Its answer to the open question.
    pub(super) const fn told(&self) -> Option<&Told> {
        match &self.question {
            Question::Presumed { told, .. } | Question::Answered { told, .. } => Some(told),
            Question::None | Question::Open { .. } | Question::Unanswered => None,
        }
    }

    /// How the line stood that it confirmed.
    pub(super) const fn stood(&self) -> Option<&Stood> {
        match &self.question {
            Question::Presumed { stood, .. } => Some(stood),
            Question::Answered { stood, .. } => stood.as_ref(),
            Question::None | Question::Open { .. } | Question::Unanswered => None,
        }
    }

    /// The line is not the one it was asked about any more.
    pub(super) fn forget(&mut self) {
        self.question = Question::None;
    }

    /// A line is committed.
    pub(super) fn commits(&mut self) {
        self.offered = match (&self.question, self.place) {
            (Question::Presumed { told, .. }, Place::Prompt(number)) => Some((number, told.line.clone())),
            _ => None,
        };
        if !self.is_at_prompt() {
            self.ahead = self.ahead.saturating_add(1);
        }
        self.leave();
    }

    /// Whether it has not said yet what became of the line that it was to run if it has just that.
    pub(super) const fn owes_an_answer(&self) -> bool {
        self.offered.is_some() && !self.declined
    }

    /// It has not said so in time. The line stands there still, for all that is known. Should it say so later, that counts.
    pub(super) fn is_silent(&mut self) -> Option<&str> {
        if !self.owes_an_answer() {
            return None;
        }
        self.declined = true;
        self.unanswered = self.unanswered.saturating_add(1);
        self.offered.as_ref().map(|(_, line)| line.as_str())
    }

    /// A Ctrl-C goes out: its prompt is left for another one.
    pub(super) fn interrupt(&mut self) {
        let number = match self.place {
            Place::Prompt(number) => Some(number),
            Place::Elsewhere => None,
        };
        self.leave();
        self.interrupted = number;
    }

    /// No other prompt came behind the Ctrl-C, of a shell that takes no notice of one at an empty line: it is at the same, unless it has
    /// told otherwise.
    pub(super) fn stays(&mut self) {
        if let Some(number) = self.interrupted.take() {
            self.place = Place::Prompt(number);
        }
    }

    /// The prompt was left: a line was committed, or taken back.
    pub(super) fn leave(&mut self) {
        self.forget();
        self.interrupted = None;
        if let Place::Prompt(number) = self.place {
            self.left = self.left.max(number);
        }
        self.place = Place::Elsewhere;
    }
}

impl Engine {
    /// Asks the shell for its line, if it is there to be asked. The key goes behind everything that was typed, so the answer is about
    /// just that: nothing has to be waited for first.
    pub(super) fn ask_shell(&mut self, now: Now) {
        let Some((display, gate)) = self.terminal() else { return };
        let screen = display.truth();
        if screen.alternate_screen() || !gate.witness.as_ref().is_some_and(Witness::may_be_asked) {
            return;
        }
        let seen = gate.line.read(screen);
        let line = (seen.certainty == Certainty::Agreed).then(|| seen.candidates.into_iter().next()).flatten();
        let agreed = line.map(|line| Stood { line, row: LineReader::row(screen) });
        if let Some(witness) = &mut gate.witness {
            witness.ask(agreed, now.mono);
        }
        self.push(Output::ToTarget(Bytes::from_static(&[ASK])));
    }

    /// Whether the shell need not be asked for its line, because it can be told to run just the one that keys and screen agree on: that saves the way
    /// there and back.
    pub(super) fn presumes(&mut self, now: Now) -> bool {
        let Some((display, gate)) = self.terminal() else { return false };
        let screen = display.truth();
        let is_enter = gate.commit().is_some_and(|commit| commit.raw == *b"\r");
        let hidden = !gate.unseen.is_empty() || !gate.elsewhere.is_empty() || !gate.unfinished.is_empty();
        let checks = gate.witness.as_ref().is_some_and(Witness::checks);
        if !is_enter || hidden || gate.overtaken || !checks || screen.alternate_screen() {
            return false;
        }
        let typed = gate.line.typed();
        if commit_if(&typed).is_none() || gate.line.settled(screen, now.mono.0) != Settled::Yes {
            return false;
        }
        let seen = gate.line.read(screen);
        if seen.certainty != Certainty::Agreed || !seen.candidates.iter().eq([typed.trim_end()]) {
            return false;
        }
        let stood = Stood { line: typed.trim_end().to_owned(), row: LineReader::row(screen) };
        if let Some(witness) = &mut gate.witness {
            witness.presume(typed, stood);
            gate.conditional = true;
        }
        true
    }

    /// Hears an answer that only confirms what keys and screen agreed on, before the output around it is masked and drawn: a shell draws
    /// its line anew when it is asked, most of it behind the answer, so that is not what is judged; and while the line is being written
    /// down, there is time for it. Gives the marks that are left; where it did not, all.
    pub(super) fn heard_at_once(&mut self, mut marks: Vec<Mark>, now: Now) -> Result<Vec<Mark>, Vec<Mark>> {
        let Some((display, gate)) = self.terminal() else { return Err(marks) };
        let waits = matches!(gate.state, State::Settling { .. });
        let first = marks.iter().take_while(|mark| matches!(mark, Mark::Expanded(_))).count();
        let confirms = match (marks.get(first), &gate.witness) {
            (Some(Mark::Line(line)), Some(witness)) => witness.would_confirm(line),
            _ => false,
        };
        // What the shell says behind its answer is heard before the line goes out: it may have run something already.
        let last = marks.iter().skip(first + 1).all(|mark| gate.witness.as_ref().is_some_and(|w| w.knows(mark)));
        if !waits || !confirms || !last {
            return Err(marks);
        }
        display.wait_for_quiet(now.mono.after(super::gate::QUIET_FOR_BAR));
        let rest = marks.split_off(first + 1);
        self.heard(marks, now);
        Ok(rest)
    }

    /// The shell said something.
    pub(super) fn heard(&mut self, marks: Vec<Mark>, now: Now) {
        for mark in marks {
            let Some((display, gate)) = self.terminal() else { return };
            let Some(witness) = &mut gate.witness else { return };
            let runs = mark == Mark::Running;
            match witness.hear(mark, now.mono) {
                Heard::Nothing if runs => gate.follows_a_program(now),
                Heard::Nothing => {}
                Heard::Told => self.settle(now),
                // What the gate takes for unfinished the shell has run, or whoever knows the nonce says so: read both ways.
                Heard::Prompt { continued } => {
                    if !continued {
                        gate.unfinished.doubt();
                    }
                    if !continued {
                        gate.watch_clearing(display.truth(), now);
                    }
                    if gate.has_followed(display.truth(), now) {
                        self.work_off(now);
                    }
                }
                Heard::Declined => self.refuse_line(words::ANOTHER_LINE, now),
                Heard::RanByItself => self.ran_by_itself(now),
            }
        }
    }

    /// The shell ran a line that nobody judged: people are told, and policy knows of it with every line that follows.
    fn ran_by_itself(&mut self, now: Now) {
        self.judge.ran_uncommitted();
        self.outflow.alarm(words::UNCOMMITTED);
        let (rule, says) = (UNCOMMITTED.to_owned(), Shown::new(words::UNCOMMITTED));
        self.append(Event::Alerted { findings: vec![], rule, says }, now);
    }
}

/// What stands in the place of a rule in the alert about a line that ran without a commit.
const UNCOMMITTED: &str = "gate/uncommitted";

/// A shell that reads a line that was typed ahead runs it within this behind its prompt.
const AHEAD: Duration = Duration::from_secs(2);

/// How long an answer may take, and what a shell says of a line that it was to run only if it has just that. Half a millisecond was measured beside the shell, so this is the way there and back; and a shell that is
/// busy with a completion answers once it is through.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Questions in a row without an answer, after which nobody is asked any more: somebody took the key away.
const LOST: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(number: u64) -> Mark {
        Mark::Prompt { number, continued: false }
    }

    #[test]
    fn it_is_asked_at_a_prompt_only_and_a_prompt_that_is_drawn_anew_is_no_new_one() {
        let mut witness = Witness::new("k".into());
        assert!(!witness.may_be_asked());
        assert_eq!(witness.hear(prompt(3), Mono(1)), Heard::Prompt { continued: false });
        assert!(witness.may_be_asked());
        witness.leave();
        assert_eq!(witness.hear(prompt(3), Mono(1)), Heard::Nothing);
        assert!(!witness.may_be_asked());
        assert_eq!(
            witness.hear(Mark::Prompt { number: 4, continued: true }, Mono(1)),
            Heard::Prompt { continued: true }
        );
        assert!(witness.may_be_asked());
        assert_eq!(witness.hear(Mark::Running, Mono(1)), Heard::RanByItself);
        assert!(!witness.may_be_asked());
    }

    #[test]
    fn a_line_that_was_typed_ahead_was_committed() {
        let mut witness = Witness::new("k".into());
        let second = |n: u64| Mono(n * 1_000_000);
        witness.hear(prompt(1), second(1));
        witness.commits();
        assert_eq!(witness.hear(Mark::Running, second(1)), Heard::Nothing);
        witness.commits();
        witness.commits();
        witness.hear(prompt(2), second(9));
        assert_eq!(witness.hear(Mark::Running, second(9)), Heard::Nothing);
        // The other one went to a program: at a prompt that stood for a while, nothing typed ahead is left.
        witness.hear(prompt(3), second(10));
        assert_eq!(witness.hear(Mark::Running, second(15)), Heard::RanByItself);
        // So it is where the shell has told its line.
        witness.commits();
        witness.hear(prompt(4), second(20));
        witness.ask(None, second(20));
        witness.hear(Mark::Line(String::new()), second(20));
        assert_eq!(witness.hear(Mark::Running, second(20)), Heard::RanByItself);
    }

    #[test]
    fn an_answer_that_was_not_asked_for_is_none() {
        let mut witness = Witness::new("k".into());
        witness.hear(prompt(1), Mono(1));
        assert_eq!(witness.hear(Mark::Line("ls".into()), Mono(1)), Heard::Nothing);
        assert_eq!(witness.told(), None);
        witness.ask(Some(Stood { line: "rm x".into(), row: "$ rm x".into() }), Mono(0));
        witness.hear(Mark::Expanded("rm y".into()), Mono(1));
        assert_eq!(witness.hear(Mark::Line("rm x ".into()), Mono(1)), Heard::Told);
        let told = Told { line: "rm x ".into(), expanded: Some("rm y".into()), confirmed: true };
        assert_eq!(witness.told(), Some(&told));
        assert_eq!(witness.hear(Mark::Line("ls".into()), Mono(1)), Heard::Nothing, "the first answer counts");
        assert_eq!(witness.told(), Some(&told));
        witness.leave();
        assert_eq!(witness.told(), None);
    }

    #[test]
    fn a_shell_that_does_not_answer_is_not_asked_for_ever() {
        let mut witness = Witness::new("k".into());
        witness.hear(prompt(1), Mono(1));
        for _ in 0..LOST {
            assert!(witness.may_be_asked());
            witness.ask(None, Mono(0));
            assert!(witness.awaited(Mono(1)).is_some());
            assert_eq!(witness.awaited(Mono(0).after(PATIENCE)), None);
            assert_eq!(witness.told(), None);
        }
        assert!(!witness.may_be_asked());
    }
}
