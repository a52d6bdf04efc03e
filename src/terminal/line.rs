//! The line that a commit would run, from its witnesses: keys, screen, and what the shell told.
//!
//! | witness | knows | is blind to |
//! |---|---|---|
//! | `editor`: the keys | what was typed, also without echo and ahead of the prompt | completion, history, macros, vi mode; it says so |
//! | `region`: the screen | what stands behind the prompt, whoever put it there | what is not echoed; a prompt that changed meanwhile |
//!
//! They agree: one line. One is blind: the other's. They differ: both, and the caller judges the worst. What the screen
//! shows but the engineer may not have typed (a suggestion in grey) is read both ways unless the keys settle it.
//!
//! Neither sees what the shell makes of the line: aliases, `!!`, variables.
//!
//! A shell with our hooks can be asked ([`super::marks`]); its answer comes here as [`Told`]. It is exact where neither of the two
//! contradicts it, and one more candidate where one does: whoever owns the shell can make it lie.

mod editor;
mod region;
mod vi;

use std::collections::VecDeque;
use std::time::Duration;

use editor::Editor;
use region::{Prompt, Seen};

use super::keys::{Interrupt, Kind, Token};
use super::screen::Screen;

/// How sure the witnesses are of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// The shell told its edit buffer, and no other certain witness contradicts.
    Exact,
    /// Keys and screen read the same line.
    Agreed,
    /// Only the screen could be read: a key that the model of editing cannot follow was pressed.
    Screen,
    /// Only the keys could be read: the line does not stand on the screen.
    Keys,
    /// Both are sure and they differ: judge every candidate and take the worst.
    Disputed,
    /// Neither could read it.
    Opaque,
}

/// What the witnesses read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Every line that may be meant, the likeliest first, without duplicates and empty lines. Judge all, take the worst.
    /// Lines of a pasted block are joined with newlines.
    pub candidates: Vec<String>,
    /// How sure that is.
    pub certainty: Certainty,
    /// Keys were typed and they do not stand on the screen: never store the text, it may be a password.
    pub echo_off: bool,
}

/// What a shell with our hooks told of the line in its editor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Its edit buffer.
    pub line: String,
    /// What history expansion makes of it, where it makes something of it.
    pub expanded: Option<String>,
    /// Keys and screen agreed on this line right before the shell was asked: the screen need not be compared again, and cannot be
    /// while the shell draws the line anew.
    pub confirmed: bool,
}

/// Whether the screen can be read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It shows what was typed, or has been quiet long enough.
    Yes,
    /// Ask again after output, or at that time (microseconds, same clock as `now`).
    Until(u64),
}

/// Follows the line being typed. All times are microseconds on one monotonic clock.
#[derive(Debug, Default)]
pub struct LineReader {
    editor: Editor,
    /// The prompt of this line, once its first key came.
    prompt: Option<Prompt>,
    /// A known prompt stood there with text behind it when the first key came: a line that was begun, or all of it is a
    /// prompt that only begins like the known one. This is the prompt in the second case.
    longer: Option<Prompt>,
    /// Prompts of earlier lines, the newest first.
    known: VecDeque<Prompt>,
    /// The line that Ctrl-C was sent for.
    interrupted: Option<Interrupted>,
    /// The prompt of this line was that of an earlier one.
    same: bool,
    alternate: bool,
    /// Since a key called something up, the screen has shown something else than an empty prompt.
    echoes: bool,
    echo: Echo,
}

/// A line that Ctrl-C was sent for.
#[derive(Debug)]
struct Interrupted {
    /// The cursor's row, counted from the first that the screen ever had.
    line: u64,
    /// What it may have been.
    texts: Vec<String>,
    /// What the keys say of it.
    typed: String,
    /// It stood behind a prompt.
    at_prompt: bool,
    /// The screen has shown it.
    shown: bool,
    /// The prompt was that of an earlier line, so it should be that of the next.
    same: bool,
}

/// When keys went out and output came back.
#[derive(Debug, Default)]
struct Echo {
    last_key: Option<u64>,
    last_output: Option<u64>,
    /// The first key that no output has followed yet.
    unanswered: Option<u64>,
    /// How long an answer takes: the longest of late, slowly forgotten.
    delay: u64,
    /// When the reading was first asked for.
    asked: Option<u64>,
}

impl LineReader {
    /// A reader at the start of a session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token is about to be forwarded to the target; `screen` is the target's screen as it is before. A released commit
    /// is a token like any other: it starts the next line. Tokens that are not forwarded must not come here.
    pub fn key(&mut self, token: &Token, screen: &Screen, now: u64) {
        if token.kind == Kind::Reply {
            return;
        }
        self.follow_alternate(screen);
        if !screen.alternate_screen() && !matches!(token.kind, Kind::Commit(_)) {
            self.learn_prompt(screen, now);
        }
        if token.kind == Kind::Interrupt(Interrupt::Interrupt) {
            let mut texts = self.read(screen).candidates;
            let shown = !texts.is_empty() && !self.at_prompt(screen);
            let typed = self.editor.text();
            texts.extend(Some(typed.clone()).filter(|text| !text.trim().is_empty()));
            let (line, at_prompt) = (region::line_of(screen, screen.cursor().row), self.stands_at_prompt(screen));
            self.interrupted = Some(Interrupted { line, texts, typed, at_prompt, shown, same: self.same && at_prompt });
        } else {
            self.interrupted = None;
        }
        self.echoes |= self.editor.is_recalled() && !region::empty_prompt(screen, self.prompt.iter());
        self.editor.take(token, screen.bracketed_paste());
        let line_ended = match token.kind {
            Kind::Commit(_) | Kind::Interrupt(Interrupt::Interrupt) => true,
            Kind::PasteNewline => !screen.bracketed_paste(),
            Kind::Text
            | Kind::Key(_)
            | Kind::Interrupt(_)
            | Kind::PasteBegin
            | Kind::PasteText
            | Kind::PasteControl
            | Kind::PasteEnd
            | Kind::Reply
            | Kind::Unmodelled => false,
        };
        if line_ended {
            (self.prompt, self.longer) = (None, None);
            self.echoes = false;
        }
        self.echo.key(now);
    }

    /// Output came from the target. This needs no screen, so it costs nothing while nobody reads the line.
    pub fn heard(&mut self, now: u64) {
        self.echo.answered(now);
    }

    /// Output of the target was fed to `screen`.
    pub fn output(&mut self, screen: &Screen, now: u64) {
        self.follow_alternate(screen);
        self.echo.output(now);
        if let Some(Interrupted { texts, shown, .. }) = &mut self.interrupted {
            let row = screen.row_text(screen.cursor().row);
            *shown |= texts.iter().any(|text| row.contains(text.as_str()));
        }
    }

    /// Whether the echo of what was typed has arrived: at once if the screen shows what the keys say, else after a quiet
    /// time that follows the measured echo (60 ms at least), at most 250 ms after the first time this was asked.
    #[must_use]
    pub fn settled(&mut self, screen: &Screen, now: u64) -> Settled {
        if !self.run_is_shown(screen) {
            return self.echo.late(now);
        }
        if self.editor.is_touched() && screen.at_ground() && !screen.alternate_screen() {
            let reading = self.read(screen);
            if reading.certainty == Certainty::Agreed {
                return Settled::Yes;
            }
            let keys = self.editor.text();
            let begins = |line: &String| keys.trim_end() != line && keys.starts_with(line.as_str());
            // The rest of the echo is on its way.
            if reading.certainty == Certainty::Disputed && reading.candidates.iter().any(begins) {
                return self.echo.late(now);
            }
        }
        self.echo.settled(now)
    }

    /// What the witnesses read now.
    #[must_use]
    pub fn read(&self, screen: &Screen) -> Reading {
        if screen.faulted() {
            return self.blind();
        }
        if screen.alternate_screen() {
            return self.full_screen(screen);
        }
        // Before the first key of a line, everything left of the cursor is prompt, but for what a known one shows.
        let learned = self.prompt.clone().unwrap_or_else(|| Prompt::learn(screen, self.known.iter()));
        let read = match region::read(screen, &learned, self.known.iter()) {
            Some(seen) => self.weigh(seen, screen),
            None => Reading { echo_off: !self.is_visible(&region::cursor_line(screen)), ..self.blind() },
        };
        match &self.longer {
            Some(longer) => self.read_both(read, screen, longer),
            None => read,
        }
    }

    /// What the witnesses read now, with what the shell told.
    #[must_use]
    pub fn read_with(&self, screen: &Screen, told: &Told) -> Reading {
        let passive = self.read(screen);
        let runs = told.expanded.as_deref().unwrap_or(&told.line);
        let keys = self.editor.text();
        let by_keys = !self.editor.is_sure() || !self.editor.is_touched() || alike(&told.line, &keys);
        // Nothing stands there at all: that is echo switched off, which hides the line and does not deny it.
        let unseen = passive.echo_off || passive.candidates.is_empty();
        let by_screen = told.confirmed || unseen || passive.candidates.iter().any(|seen| shows(seen, &told.line));
        if by_keys && by_screen && !screen.alternate_screen() {
            // A line that stood there when the shell was asked was not typed unseen: shells erase it to draw it anew.
            return reading([runs.to_owned()], Certainty::Exact, passive.echo_off && !told.confirmed);
        }
        reading([runs.to_owned()].into_iter().chain(passive.candidates), Certainty::Disputed, passive.echo_off)
    }

    /// What the keys say was typed, whether they are sure of it or not.
    #[must_use]
    pub fn typed(&self) -> String {
        self.editor.text()
    }

    /// The line that the cursor is in, prompt and all, its wrapped rows joined.
    #[must_use]
    pub fn row(screen: &Screen) -> String {
        region::cursor_line(screen)
    }

    /// Where in a typed text the first character is that may run the line although it is no commit (in bytes), and whether what it runs is
    /// another line than what stands there: commands of an editor in vi mode.
    #[must_use]
    pub fn runs_at(&self, text: &str) -> Option<(usize, bool)> {
        self.editor.runs_at(text)
    }

    /// Whether a prompt that is known stands there, and nothing behind it.
    #[must_use]
    pub fn at_prompt(&self, screen: &Screen) -> bool {
        !screen.faulted() && !screen.alternate_screen() && region::empty_prompt(screen, self.known.iter())
    }

    /// Whether the cursor stands in a line behind a prompt, one that is known or the one that was there when the line began.
    #[must_use]
    pub fn stands_at_prompt(&self, screen: &Screen) -> bool {
        let prompts = self.prompt.iter().chain(self.known.iter());
        !screen.faulted() && !screen.alternate_screen() && region::stands_behind(screen, prompts)
    }

    /// Whether nothing has been typed and nothing stands behind the prompt, as far as any witness knows. After a Ctrl-C
    /// this says that the line is gone and a new prompt is there.
    #[must_use]
    pub fn is_empty(&self, screen: &Screen) -> bool {
        let unsure = self.prompt.is_some() && !self.editor.is_sure();
        if screen.faulted() || !self.editor.text().is_empty() || unsure || self.is_unread() {
            return false;
        }
        let Some(Interrupted { line, texts, typed, .. }) = &self.interrupted else {
            return self.read(screen).candidates.is_empty();
        };
        let cursor = screen.cursor();
        // An editor may draw its empty line where the other one was.
        let below = region::line_of(screen, cursor.row) > *line || !texts.is_empty();
        // What stands further right, behind cells that nobody wrote, belongs to the prompt.
        let right_is_free = screen.cell(cursor.row, cursor.col).is_none_or(|cell| cell.text.is_empty());
        let row = screen.row_text(cursor.row);
        // How a terminal echoes the key itself, before anything is done about it.
        let echo = row.trim_end().ends_with("^C");
        // A prompt that is known, or one that is not but is not the old line either.
        region::empty_prompt(screen, self.known.iter())
            || (below
                && !echo
                && cursor.col > 0
                && right_is_free
                && !typed.contains(row.trim())
                && !texts.iter().any(|text| row.contains(text.as_str())))
    }

    /// A line that stood at no prompt was taken back: what is typed next begins another.
    pub fn restart(&mut self) {
        self.editor.reset();
        (self.prompt, self.longer, self.echoes) = (None, None, false);
    }

    /// Whether a line that was taken back is gone. Behind a Ctrl-C: another prompt is there. With the editor's own keys: a known one stands there
    /// with nothing behind it, and the line that follows is then a new one.
    pub fn is_cleared(&mut self, screen: &Screen) -> bool {
        if let Some(Interrupted { same, .. }) = &self.interrupted {
            // The end of its echo may come late, and where a sentence of ours stands between it looks like a prompt that nobody knows.
            return self.is_back(screen) && (!same || self.at_prompt(screen));
        }
        let cleared = self.editor.text().is_empty() && self.at_prompt(screen);
        if cleared {
            self.restart();
        }
        cleared || self.is_empty(screen)
    }

    /// Whether something may stand in the line, so that there is something for a Ctrl-C to throw away.
    #[must_use]
    pub fn is_begun(&self, screen: &Screen) -> bool {
        // Behind another Ctrl-C: what that was sent for, if it had anything.
        !self.is_empty(screen) && self.interrupted.as_ref().is_none_or(|before| !before.texts.is_empty())
    }

    /// Behind a Ctrl-C: whether a prompt stands there, with nothing behind it, that did not when it was sent.
    #[must_use]
    pub fn is_back(&self, screen: &Screen) -> bool {
        let Some(Interrupted { line, at_prompt, shown, .. }) = &self.interrupted else { return self.at_prompt(screen) };
        // One that stood there may stand there still, and show nothing yet of what was typed behind it.
        let other = !at_prompt || *shown || region::line_of(screen, screen.cursor().row) != *line;
        other && (self.at_prompt(screen) || self.is_empty(screen))
    }

    /// How long nothing may come, so that something that is drawn counts as whole: it follows the measured echo.
    #[must_use]
    pub fn quiet(&self) -> Duration {
        Duration::from_micros(self.echo.quiet())
    }

    /// Keys that were typed into a full-screen program are no part of the line behind it.
    fn follow_alternate(&mut self, screen: &Screen) {
        if self.alternate != screen.alternate_screen() {
            self.alternate = screen.alternate_screen();
            self.editor.reset();
            (self.prompt, self.longer) = (None, None);
        }
    }

    fn learn_prompt(&mut self, screen: &Screen, now: u64) {
        if self.prompt.is_some() {
            if self.editor.is_touched() && self.echo.is_idle(now) && region::empty_prompt(screen, self.known.iter()) {
                self.editor.screen_is_empty();
            }
            return;
        }
        let prompt = Prompt::learn(screen, self.known.iter());
        if prompt.has_text_before(screen) {
            self.editor.lose_track();
            self.longer = Some(Prompt::learn(screen, std::iter::empty()));
        } else if prompt.is_telling() && self.echo.is_idle(now) {
            self.same = self.known.iter().any(|known| known.same_text(&prompt));
            self.known.retain(|p| !p.same_text(&prompt));
            self.known.push_front(prompt.clone());
            self.known.truncate(KNOWN_MAX);
        }
        self.prompt = Some(prompt);
    }

    /// Puts both witnesses together.
    fn weigh(&self, seen: Seen, screen: &Screen) -> Reading {
        let (keys, sure) = (self.editor.text(), self.editor.is_sure());
        let (line, long) = (seen.line, seen.long);
        let typed = keys.trim_end();
        let also_seen = long.as_deref() == Some(typed);
        if sure && (same(&line, typed) || also_seen) {
            return reading([keys], Certainty::Agreed, false);
        }
        if !typed.is_empty() && (line.is_empty() || is_masked(&line, typed)) {
            let certainty = if sure { Certainty::Keys } else { Certainty::Opaque };
            let candidates = [keys, long.unwrap_or_default()];
            return reading(candidates, certainty, !self.is_echoed(screen));
        }
        if !sure && !self.run_is_in(&line) && !long.as_deref().is_some_and(|long| self.run_is_in(long)) {
            // What was typed last is not there: the rest of the line may be on its way as well.
            return reading([line, long.unwrap_or_default(), keys], Certainty::Opaque, false);
        }
        if !sure && line.is_empty() && long.is_none() && self.is_unread() {
            return reading([], Certainty::Opaque, false);
        }
        let seen = [line.clone(), long.unwrap_or_default()];
        let fresh = self.editor.fresh_text();
        match sure && self.editor.is_touched() {
            // Where the line begins is known by the prompt alone, and there was none when its first key came.
            false if self.prompt.as_ref().is_some_and(|prompt| !prompt.is_telling()) => {
                reading(seen.into_iter().chain([keys]), Certainty::Opaque, false)
            }
            // Something before what was typed may be a prompt that was drawn anew in other words.
            false if !typed.is_empty() && line.ends_with(typed) => {
                reading(seen.into_iter().chain([keys]), Certainty::Screen, false)
            }
            false => reading(seen, Certainty::Screen, false),
            // What was typed earlier may have gone to a program that has ended.
            true if fresh.len() < keys.len() && same(&line, fresh.trim_end()) => {
                reading(seen.into_iter().chain([keys]), Certainty::Screen, false)
            }
            true => reading(seen.into_iter().chain([keys]), Certainty::Disputed, false),
        }
    }

    /// Adds what stands behind the longer prompt, and what was typed: a prompt that reads `$ echo ` must not make a harmless
    /// line of what is typed behind it.
    fn read_both(&self, begun: Reading, screen: &Screen, longer: &Prompt) -> Reading {
        let (keys, seen) = (self.editor.text(), region::read(screen, longer, std::iter::empty()).unwrap_or_default());
        let typed = keys.trim_end();
        let hidden = !typed.is_empty()
            && (seen.line.is_empty() || is_masked(&seen.line, typed))
            && !begun.candidates.iter().any(|line| line.contains(typed));
        let echo_off = begun.echo_off || hidden;
        let more = [seen.line, seen.long.unwrap_or_default(), keys];
        reading(begun.candidates.into_iter().chain(more), begun.certainty, echo_off)
    }

    /// Only the keys are left.
    fn blind(&self) -> Reading {
        let certainty = match (self.editor.is_sure(), self.editor.is_touched()) {
            (true, true) => Certainty::Keys,
            (true, false) | (false, _) => Certainty::Opaque,
        };
        reading([self.editor.text()], certainty, true)
    }

    fn full_screen(&self, screen: &Screen) -> Reading {
        let rows = region::full_screen(screen);
        let visible = rows.iter().any(|row| self.is_visible(row));
        let keys = if self.editor.is_sure() { self.editor.text() } else { String::new() };
        reading(rows.into_iter().chain([keys]), Certainty::Screen, !visible)
    }

    /// Whether something was called up that nothing shows: it may be on its way.
    fn is_unread(&self) -> bool {
        self.editor.is_recalled() && !self.echoes
    }

    /// Whether the screen shows what was typed last, where the keys alone do not tell the line.
    fn run_is_shown(&self, screen: &Screen) -> bool {
        let unsure = !self.editor.is_sure() && !self.editor.run().is_empty() && !screen.alternate_screen();
        !unsure || self.run_is_in(&region::cursor_line(screen))
    }

    fn run_is_in(&self, text: &str) -> bool {
        let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        solid(text).contains(&solid(&self.editor.run()))
    }

    /// Whether what was typed stands left of the cursor, be it behind no prompt: a terminal echoes so what is typed ahead.
    fn is_echoed(&self, screen: &Screen) -> bool {
        let keys = self.editor.text();
        region::cursor_line(screen).trim_end().ends_with(keys.trim_end())
    }

    fn is_visible(&self, text: &str) -> bool {
        let keys = self.editor.text();
        keys.is_empty() || text.contains(keys.trim_end())
    }
}

impl Echo {
    fn key(&mut self, now: u64) {
        self.last_key = Some(now);
        self.unanswered.get_or_insert(now);
        self.asked = None;
    }

    fn output(&mut self, now: u64) {
        self.last_output = Some(now);
        self.answered(now);
    }

    fn answered(&mut self, now: u64) {
        // What came before the key and is drawn behind it does not answer it.
        if let Some(sent) = self.unanswered.take_if(|sent| *sent <= now) {
            let delay = now.saturating_sub(sent).min(SETTLE_MAX);
            self.delay = delay.max(self.delay - self.delay / 8);
        }
    }

    /// Nothing is under way: the screen is what it will be until somebody does something.
    fn is_idle(&self, now: u64) -> bool {
        now >= self.quiet_from().saturating_add(self.quiet())
    }

    fn settled(&mut self, now: u64) -> Settled {
        let cap = self.asked.get_or_insert(now).saturating_add(SETTLE_MAX);
        let ready = self.quiet_from().saturating_add(self.quiet().max(REDRAWN)).min(cap);
        if self.last_key.is_none() && self.last_output.is_none() || now >= ready {
            Settled::Yes
        } else {
            Settled::Until(ready)
        }
    }

    /// The screen does not show what was typed last: an editor that is busy (a completion that takes its time) has not read it.
    fn late(&mut self, now: u64) -> Settled {
        let cap = self.asked.get_or_insert(now).saturating_add(LATE_MAX);
        if now >= cap { Settled::Yes } else { Settled::Until(cap) }
    }

    fn quiet_from(&self) -> u64 {
        self.last_key.max(self.last_output).unwrap_or(0)
    }

    fn quiet(&self) -> u64 {
        (self.delay * 2).clamp(QUIET, SETTLE_MAX)
    }
}

fn reading(candidates: impl IntoIterator<Item = String>, certainty: Certainty, echo_off: bool) -> Reading {
    let mut kept: Vec<String> = Vec::new();
    for line in candidates {
        let line = line.trim_end();
        if !line.is_empty() && !kept.iter().any(|k| k == line) {
            kept.push(line.to_string());
        }
    }
    let echo_off = echo_off && !kept.is_empty();
    Reading { candidates: kept, certainty, echo_off }
}

/// Whether the screen shows what the keys say. A row's end hides how many blanks a line has there.
fn same(seen: &str, typed: &str) -> bool {
    seen.lines().map(str::trim_end).eq(typed.lines().map(str::trim_end))
}

/// Whether two texts are the same but for blanks, of which a screen shows tabs, line ends and what stands at a row's end otherwise.
fn alike(a: &str, b: &str) -> bool {
    let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    solid(a) == solid(b)
}

/// Whether that may be what a screen shows of a line. Between the rows of one with several there are prompts and indentation, and of
/// one that is longer than the screen only the end is left.
fn shows(seen: &str, line: &str) -> bool {
    if alike(seen, line) {
        return true;
    }
    let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let (seen, mut rest) = (solid(seen), 0);
    let rows = line.lines().map(solid).filter(|row| !row.is_empty());
    line.contains('\n')
        && rows.into_iter().all(|row| {
            let found = seen.get(rest..).and_then(|tail| tail.find(&row));
            rest += found.unwrap_or(0) + row.len();
            found.is_some()
        })
}

/// Whether every key was echoed as one and the same character.
fn is_masked(seen: &str, typed: &str) -> bool {
    let mut chars = seen.chars();
    let Some(mask) = chars.next() else { return false };
    "*•●·".contains(mask) && chars.all(|c| c == mask) && seen.chars().count() == typed.chars().count()
}

/// The echo of a local shell came within 19 ms in 99 of 100 cases, never later than 57 ms.
const QUIET: u64 = 30_000;
/// A line that the keys do not tell is read from the screen, and an editor may draw it in several writes, between which a busy machine lets
/// others run: the latest that an echo of a local shell came.
const REDRAWN: u64 = 60_000;
/// Longer than this no commit waits for the echo.
const SETTLE_MAX: u64 = 250_000;
/// The same, where the screen shows that the editor is behind.
const LATE_MAX: u64 = 2_000_000;
/// Prompts that are remembered: a shell's, its continuation, and those of a few programs.
const KNOWN_MAX: usize = 8;

#[cfg(test)]
mod tests;
