//! Keys behind a committed line, and keys that are more than they look.

use std::time::Duration;

use super::gate::{Gate, State, UNFINISHED};
use super::witness::{PATIENCE, Witness};
use crate::model::{Mono, Now};
use crate::terminal::{Commit, Interrupt, Kind, Screen, Token};

/// What the keys wait behind in [`State::Following`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// A line that was committed.
    Line,
    /// A Ctrl-C.
    Interrupt {
        /// Something stood in the line.
        begun: bool,
        /// A prompt stood there.
        at_prompt: bool,
        /// When they go out whatever comes.
        last: Mono,
        /// A prompt seems to have come back.
        back: bool,
        /// The shell may be told again.
        nudges: bool,
    },
}

impl Gate {
    /// A text in which a character may run the line: what stands before it, or that character, as a token; the rest waits behind. And
    /// whether it is one that fetches another line from elsewhere.
    pub(super) fn split_at_run(&mut self, token: Token) -> (Token, bool) {
        let text = String::from_utf8_lossy(&token.raw).into_owned();
        let Some((at, fetches)) = self.line.runs_at(&text) else { return (token, false) };
        let elsewhere = at == 0 && fetches && !self.witness.as_ref().is_some_and(Witness::selects_with_v);
        let end = if at == 0 { text.chars().next().map_or(1, char::len_utf8) } else { at };
        let (head, rest) = token.raw.split_at_checked(end).unwrap_or((&token.raw, &[]));
        if !rest.is_empty() {
            self.waiting_bytes = self.waiting_bytes.saturating_add(rest.len());
            self.waiting.push_front(Token { kind: Kind::Text, raw: rest.to_vec() });
        }
        let kind = if at == 0 && !fetches { Kind::Commit(Commit::Meta) } else { Kind::Text };
        (Token { kind, raw: head.to_vec() }, elsewhere)
    }

    /// A key is about to go out. What was typed on a screen that was switched from meanwhile is out of sight, unless a program took it.
    pub(super) fn follow_screen(&mut self, screen: &Screen) {
        let alternate = screen.alternate_screen();
        let switched = std::mem::replace(&mut self.alternate, alternate) != alternate;
        let owned = self.is_owned(screen);
        if switched && !std::mem::replace(&mut self.owned, owned) && self.elsewhere.len() <= UNFINISHED {
            self.elsewhere.push_str(&self.line.typed());
        }
        self.owned = owned;
    }

    /// Whether the alternate screen is shown, and is that of a program which was asked for.
    pub(super) fn is_owned(&self, screen: &Screen) -> bool {
        let hooked = self.witness.as_ref().is_some_and(Witness::is_at_prompt);
        screen.alternate_screen() && self.programs.owns_screen(screen.alternate_left(), hooked)
    }

    /// What is typed from here on belongs to the next line.
    pub(super) fn follow(&mut self, screen: &Screen, now: Now) {
        if matches!(self.state, State::Open) && !screen.alternate_screen() {
            let time = if self.is_checked() { PATIENCE } else { FOLLOWING };
            self.state = State::Following { until: now.mono.after(time), behind: Behind::Line };
        }
    }

    /// Whether the shell is to say first what became of the line.
    fn is_checked(&self) -> bool {
        self.witness.as_ref().is_some_and(Witness::owes_an_answer)
    }

    /// The shell has not said what became of the line: that is judged with the next. What it says may be among what is withheld.
    pub(super) fn hears_nothing(&mut self, withheld: bool, now: Now) -> bool {
        if !self.is_checked() {
            return false;
        }
        if let (State::Following { until, .. }, true) = (&mut self.state, withheld) {
            *until = now.mono.after(PATIENCE);
            return false;
        }
        let line = self.witness.as_mut().and_then(Witness::is_silent).map(str::to_owned);
        line.is_some_and(|line| {
            self.keep_unseen(&line);
            true
        })
    }

    /// The shell has run what was committed.
    pub(super) fn follows_a_program(&mut self, now: Now) {
        if let State::Following { until, behind: Behind::Line } = &mut self.state {
            *until = now.mono.after(FOLLOWING).min(*until);
        }
    }

    /// A Ctrl-C goes out. A shell that reads keys before it sees the signal throws them away with its line, wholly or in part, whatever it shows
    /// of them; and the kernel throws away what nobody has read. So no key may overtake the prompt that comes back. Where none comes
    /// behind a line that was begun, nobody knows what the editor has kept.
    pub(super) fn follow_interrupt(&mut self, screen: &Screen, now: Now) {
        let before = matches!(self.state, State::Following { behind: Behind::Interrupt { begun: true, .. }, .. });
        let begun = before || self.overtaken || self.line.is_begun(screen) || !self.unfinished.is_empty();
        let at_prompt = match &self.witness {
            Some(witness) if witness.is_hooked() => witness.is_at_prompt(),
            Some(_) | None => self.line.stands_at_prompt(screen),
        };
        self.unfinished.clear();
        self.unseen.clear();
        self.elsewhere.clear();
        self.overtaken = false;
        let mut nudges = false;
        if let Some(witness) = self.witness.as_mut().filter(|witness| begun || !witness.takes_no_notice()) {
            nudges = begun && witness.is_hooked() && witness.is_at_prompt();
            witness.interrupt();
        }
        if self.programs.mind_ctrl_c() {
            self.follow(screen, now);
        } else if !screen.alternate_screen() {
            let last = now.mono.after(DROPPING);
            // Behind an empty line there is nothing to be thrown away, and some say nothing then.
            let until = if begun && !nudges { last } else { now.mono.after(NOTHING_TO_DROP) };
            let behind = Behind::Interrupt { begun, at_prompt, last, back: false, nudges };
            self.state = State::Following { until, behind };
        }
        self.programs.interrupt();
    }

    /// Whether this key goes out although others would wait: one more Ctrl-C at a program that may not have seen the one before, or takes
    /// no notice; and one behind a line of which the shell has not said for a while what became of it.
    pub(super) fn interrupts_again(&self, token: &Token, now: Now) -> bool {
        let at_program = match self.state {
            State::Following { behind: Behind::Interrupt { at_prompt, .. }, .. } => !at_prompt,
            State::Following { until, behind: Behind::Line } => {
                self.is_checked() && until.since(now.mono) + FOLLOWING <= PATIENCE
            }
            _ => false,
        };
        at_program && self.waiting.is_empty() && matches!(token.kind, Kind::Interrupt(Interrupt::Interrupt))
    }

    /// Output came while keys wait: whether they may go out now. Behind a Ctrl-C a prompt may have been on its way already, and another follow
    /// it: there they wait until nothing more comes.
    pub(super) fn has_followed(&mut self, screen: &Screen, now: Now) -> bool {
        let is_back = self.is_back(screen);
        let is_read = self.next_is_read(screen);
        let quiet = self.quiet(now);
        let State::Following { until, behind } = &mut self.state else { return false };
        match behind {
            Behind::Line if is_read => {
                self.state = State::Open;
                return true;
            }
            Behind::Line => {}
            Behind::Interrupt { last, back, .. } if is_back => (*until, *back) = (quiet.min(*last), true),
            // It was the line that is drawn anew.
            Behind::Interrupt { last, back, .. } if *back => (*until, *back) = (*last, false),
            // Nothing but the shell is there, and it is not through.
            Behind::Interrupt { last, at_prompt: true, .. } => *until = quiet.max(*until).min(*last),
            Behind::Interrupt { .. } => {}
        }
        false
    }

    /// Nothing more has come behind a Ctrl-C, or what came seems to be all. Whether the shell is to be told again: readline that gets the
    /// signal between two keys sees to it only with the next.
    pub(super) fn ends_following(&mut self, now: Now) -> bool {
        let State::Following { until, behind } = &mut self.state else { return false };
        if let Behind::Interrupt { back: false, nudges: nudges @ true, last, .. } = behind {
            (*nudges, *until) = (false, (*last).max(now.mono.after(NOTHING_TO_DROP)));
            return true;
        }
        if let Behind::Interrupt { begun, back: false, .. } = behind {
            self.overtaken |= *begun;
            if let Some(witness) = self.witness.as_mut().filter(|witness| witness.takes_no_notice()) {
                witness.stays();
            }
        }
        self.state = State::Open;
        false
    }

    /// Whether a prompt seems to stand there that has come behind the Ctrl-C.
    pub(super) fn is_back(&self, screen: &Screen) -> bool {
        match &self.witness {
            Some(witness) if witness.is_hooked() => witness.is_at_prompt(),
            Some(_) | None => self.line.is_back(screen),
        }
    }

    /// Until when nothing may come, so that something counts as whole.
    pub(super) fn quiet(&self, now: Now) -> Mono {
        now.mono.after(self.line.quiet().min(LONGEST_QUIET))
    }

    /// A line is committed: the prompt is left.
    pub(super) fn commits(&mut self) {
        self.overtaken = false;
        if let Some(witness) = &mut self.witness {
            witness.commits();
        }
    }

    /// Whether the next line is being read: a prompt stands there and nothing behind it.
    pub(super) fn next_is_read(&self, screen: &Screen) -> bool {
        match &self.witness {
            Some(witness) if witness.is_hooked() => witness.is_at_prompt(),
            Some(_) | None => self.line.at_prompt(screen),
        }
    }
}

/// Whether an editor may take this key for the first half of another: Ctrl-X and a lone ESC begin keys, behind Ctrl-V and Ctrl-Q
/// (quoted-insert) any key is text.
pub(super) fn is_prefix(token: &Token) -> bool {
    matches!(token.raw.as_slice(), [0x18 | 0x16 | 0x11 | 0x1b])
}

/// How long keys wait for the next prompt. A shell shows it within some milliseconds; nobody notices this much while something runs.
const FOLLOWING: Duration = Duration::from_millis(50);

/// The same behind a Ctrl-C. A shell answers within some milliseconds, on a busy machine within some hundred.
const DROPPING: Duration = Duration::from_secs(1);

/// The same where nothing had been typed: fish says nothing then.
const NOTHING_TO_DROP: Duration = Duration::from_millis(250);

/// A prompt is drawn at once, and people who type behind a Ctrl-C do not feel this.
const LONGEST_QUIET: Duration = Duration::from_millis(100);
