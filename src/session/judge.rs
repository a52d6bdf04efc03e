//! A reading → effects → a verdict: the worst of what may be meant.

use std::cell::RefCell;
use std::sync::Arc;

use super::begun::Begun;
use super::digest::command_digest;
use super::gate::UNFINISHED;
use super::mode::command_in_row;
use crate::command::{Analysis, Context, Dialect, Memory, Reader, analyse, analyse_after, is_unknown_statement};
use crate::model::{
    Certainty, ChannelKind, CommandText, Digest, Effect, Finding, Judgement, Rule, SessionMeta, Severity, Span,
    Verdict, Wall,
};
use crate::policy::permit::{Allowance, Reveal};
use crate::policy::{Answers, Channel, Circumstances, Deed, Policy};
use crate::privacy;
use crate::terminal::{self, Reading};

/// A line with its verdict.
#[derive(Debug)]
pub(super) struct Judged {
    /// The line that weighs most, as it may be stored: nothing of it if it was typed without echo.
    pub(super) command: CommandText,
    pub(super) effects: Vec<Effect>,
    pub(super) certainty: Certainty,
    pub(super) judgement: Judgement,
    /// Given exactly when the verdict is "allow".
    pub(super) allowance: Option<Allowance>,
    /// Whether a shell would run it now. What is not complete runs nothing yet.
    pub(super) complete: bool,
    /// The readings of the line that wait for more; in memory only.
    pub(super) open: Vec<String>,
    /// The first words of the simple commands, for the memory of what runs in the foreground.
    pub(super) normalised: String,
    /// The whole text that was judged, for joining with what follows; in memory only.
    pub(super) joined: String,
}

/// Judges the lines of one session.
#[derive(Debug)]
pub(super) struct Judge {
    policy: Arc<Policy>,
    meta: SessionMeta,
    /// Goes into the digest of what was typed without echo, and nowhere else: the digest is recorded, and without it anybody who
    /// reads the record could try passwords against it.
    salt: String,
    /// What the lines that were let go have defined.
    memory: Memory,
    /// What the line that was judged last would define, and whether the shell itself reads it.
    defines: Option<(Memory, bool)>,
    /// What counts as a secret in a line.
    privacy: privacy::Settings,
    /// A line ran that nobody judged.
    uncommitted: bool,
    answers: RefCell<Answers>,
    /// The text that was searched for secrets last, and where they stand: from its commit to its release a line is asked about several times.
    searched: RefCell<(String, Vec<(usize, usize)>)>,
}

/// What is to be judged.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Everything that may be meant, the likeliest first. Empty only where there is something unseen.
    pub(super) candidates: Vec<String>,
    /// What may be meant if a program reads it of which we do not know that it is a shell.
    pub(super) at_program: Vec<String>,
    /// What programs with a language of their own may make of it.
    pub(super) readings: Vec<AtProgram>,
    /// What may be meant with text that stands on no screen. Judged, never stored.
    pub(super) unseen: Vec<String>,
    pub(super) certainty: Certainty,
    /// It was typed without echo: it may be a password.
    pub(super) secret: bool,
}

impl Line {
    /// What of it may stand unseen before the next one: a password is read by a program, for which each line is whole; but a shell may have
    /// read it, for which it is not.
    pub(super) fn left_unseen(&self, unfinished: bool) -> Option<&String> {
        let secret = self.candidates.first().filter(|_| self.secret);
        let text = self.unseen.first().or(secret)?;
        let goes_on = unfinished || (self.secret && analyse(text, &Context::PROMPT).open);
        goes_on.then_some(text)
    }
}

/// A line as a program with a language of its own may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AtProgram {
    pub(super) dialect: Dialect,
    /// With the lines before it that belong to the statement.
    pub(super) text: String,
    /// It is judged even if the program would wait for more: nobody knows where what came before it went.
    pub(super) whole: bool,
    /// It is perhaps the end of a statement, not all of one.
    pub(super) part: bool,
}

impl Judge {
    pub(super) fn new(policy: Arc<Policy>, meta: SessionMeta, seed: &[u8; 32], privacy: privacy::Settings) -> Self {
        let salt = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            policy,
            meta,
            salt,
            memory: Memory::default(),
            defines: None,
            privacy,
            uncommitted: false,
            answers: RefCell::default(),
            searched: RefCell::default(),
        }
    }

    pub(super) fn replace_policy(&mut self, policy: Arc<Policy>) {
        self.policy = policy;
    }

    /// The shell ran a line that was never judged.
    pub(super) const fn ran_uncommitted(&mut self) {
        self.uncommitted = true;
    }

    pub(super) fn digest(&self, line: &Line) -> Digest {
        let written = line.candidates.iter().chain(&line.at_program);
        let secret = line.secret || !line.unseen.is_empty() || self.has_secret(written.map(String::as_str));
        let salt = secret.then_some(&self.salt);
        let readings = line.readings.iter().map(|reading| &reading.text);
        let lines =
            salt.into_iter().chain(&line.candidates).chain(&line.at_program).chain(readings).chain(&line.unseen);
        command_digest(self.meta.id, &self.meta.place, lines.map(String::as_str))
    }

    fn has_secret<'a>(&self, mut texts: impl Iterator<Item = &'a str>) -> bool {
        texts.any(|text| !self.secrets(text).is_empty())
    }

    fn secrets(&self, text: &str) -> Vec<(usize, usize)> {
        let mut searched = self.searched.borrow_mut();
        if searched.0 != text {
            *searched = (text.to_owned(), privacy::command::secrets(text, &self.privacy));
        }
        searched.1.clone()
    }

    /// The text as it may be stored and shown: passwords and keys in it are masked.
    pub(super) fn storable(&self, text: &str) -> String {
        privacy::command::masked(text, &self.secrets(text))
    }

    /// A line as it may be stored and shown: of one that was read from the screen alone, what the target wrote there is masked too.
    pub(super) fn storable_line(&self, text: &str, certainty: Certainty) -> String {
        privacy::command::masked(text, &self.sensitive(text, certainty))
    }

    fn sensitive(&self, text: &str, certainty: Certainty) -> Vec<(usize, usize)> {
        let seen = match certainty {
            Certainty::Exact | Certainty::Agreed | Certainty::Keys => false,
            Certainty::Screen | Certainty::Disputed | Certainty::Opaque => true,
        };
        if seen { privacy::command::sensitive(text, &self.privacy, true) } else { self.secrets(text) }
    }

    /// Masks the secrets of the text wherever they are repeated.
    fn hide_secrets(&self, judged: &mut Judged, text: &str) {
        let secrets = self.sensitive(text, judged.certainty);
        if secrets.is_empty() {
            return;
        }
        judged.command.text = privacy::command::masked(text, &secrets);
        let effects = judged.effects.iter_mut().flat_map(|effect| [&mut effect.object, &mut effect.reason]);
        for repeated in effects.chain(&mut judged.judgement.risk.reasons) {
            for secret in secrets.iter().filter_map(|&(start, end)| text.get(start..end)) {
                *repeated = repeated.replace(secret, &"*".repeat(secret.len()));
            }
        }
    }

    /// May values be seen in the clear for so long?
    pub(super) fn reveal(&self, secs: u32, now: Wall) -> (Judgement, Option<Reveal>) {
        self.policy.reveal(self.meta.id, &self.meta.who, &self.meta.place, secs, &self.circumstances(now))
    }

    /// May more of output go on in which this was found so far? And which rules want people to know?
    pub(super) fn output(&self, found: &[Finding], now: Wall) -> (Judgement, Vec<Rule>) {
        self.policy.output(&self.meta.who, &self.meta.place, found, &self.circumstances(now))
    }

    /// Do images that the target draws reach the client?
    pub(super) fn images(&self, now: Wall) -> bool {
        self.policy.images(&self.meta.who, &self.meta.place, &self.circumstances(now))
    }

    fn circumstances(&self, now: Wall) -> Circumstances {
        let channel = match self.meta.channel {
            ChannelKind::Shell => Channel::Shell,
            ChannelKind::Exec { .. } => Channel::Exec,
        };
        Circumstances { now, channel }
    }

    /// The line that was judged last is let go: what it defines is known from now on.
    pub(super) fn released(&mut self) {
        if let Some((defines, sure)) = self.defines.take() {
            self.memory.learn(defines, sure);
        }
    }

    /// Whether the line that was judged last defines anything: what is known from now on must have run.
    pub(super) fn defines(&self) -> bool {
        self.defines.as_ref().is_some_and(|(defines, _)| !defines.is_empty())
    }

    /// Judges every candidate and answers with the strictest verdict.
    pub(super) fn line(&mut self, line: &Line, context: &Context, now: Wall) -> Option<Judged> {
        let digest = self.digest(line);
        let program = Context { reader: Reader::Program, ..*context };
        // A password is no command word: nothing about it can be "unknown".
        let (context, secret) = if line.secret { (&program, true) } else { (context, false) };
        let typed = line.candidates.iter().map(|text| (text, context, secret, true));
        let at_program = line.at_program.iter().map(|text| (text, &program, secret, false));
        let unseen = line.unseen.iter().map(|text| (text, &program, true, false));
        let all = typed.chain(at_program).chain(unseen);
        let judge = |text, analysis, secret| self.candidate(text, line.certainty, secret, &digest, analysis, now);
        let mut defines: Option<Memory> = None;
        let judged: Vec<Judged> = all
            .map(|(text, context, secret, goes_on)| {
                let mut analysis = analyse_after(text, context, &self.memory);
                let learned = std::mem::take(&mut analysis.learned);
                match &mut defines {
                    Some(all) => all.learn(learned, false),
                    None => defines = Some(learned),
                }
                let open = analysis.open && goes_on && !secret && text.len() < UNFINISHED;
                Judged { open: open.then(|| text.clone()).into_iter().collect(), ..judge(text, analysis, secret) }
            })
            .collect();
        let worst = judged.into_iter().reduce(|worst, next| {
            // If one of them would run now, something may run now; and what any of them starts may be in the foreground then.
            let complete = worst.complete || next.complete;
            let mut normalised = worst.normalised.clone();
            if normalised != next.normalised && !next.normalised.is_empty() {
                normalised = format!("{normalised}\n{}", next.normalised);
            }
            let open = [worst.open.as_slice(), next.open.as_slice()].concat();
            Judged { complete, open, normalised, ..if weight(&next) > weight(&worst) { next } else { worst } }
        });
        let judged = line.readings.iter().fold(worst, |worst, reading| {
            let mut analysis = analyse(&reading.text, &Context::typed_at(reading.dialect));
            if reading.part {
                analysis.effects.retain(|effect| !is_unknown_statement(effect));
            }
            // What waits for more does nothing yet, and what does nothing weighs nothing.
            if analysis.effects.is_empty() || !(analysis.complete || reading.whole) {
                return worst;
            }
            let next = judge(&reading.text, analysis, line.secret);
            // Whether a shell waits for more, and what it starts, the shell's reading says.
            Some(match worst {
                Some(worst) if weight(&next) <= weight(&worst) => worst,
                Some(Judged { complete, open, joined, normalised, .. }) => {
                    Judged { complete, open, joined, normalised, ..next }
                }
                None => next,
            })
        });
        // A password defines nothing.
        self.defines = defines.filter(|_| !secret).map(|defines| (defines, context.reader == Reader::Shell));
        judged
    }

    fn candidate(
        &self,
        text: &str,
        certainty: Certainty,
        secret: bool,
        digest: &Digest,
        analysis: Analysis,
        now: Wall,
    ) -> Judged {
        let Analysis { effects, complete, normalised, .. } = analysis;
        let deed = Deed { effects: &effects, certainty, digest, uncommitted: self.uncommitted };
        let circumstances = self.circumstances(now);
        let (who, place) = (&self.meta.who, &self.meta.place);
        let (judgement, allowance) = self.answers.borrow_mut().run(&self.policy, who, place, &deed, &circumstances);
        let mut judged = Judged {
            command: CommandText { text: text.to_owned(), digest: *digest },
            effects,
            certainty,
            judgement,
            allowance,
            complete,
            open: vec![],
            normalised,
            joined: text.to_owned(),
        };
        if secret {
            conceal(&mut judged, text.chars().count());
        } else {
            self.hide_secrets(&mut judged, text);
        }
        judged
    }
}

/// Takes everything out that repeats what was typed.
fn conceal(judged: &mut Judged, characters: usize) {
    judged.command.text = format!("(typed without echo, {characters} characters, not stored)");
    judged.normalised.clear();
    judged.joined.clear();
    judged.judgement.risk.reasons.clear();
    for effect in &mut judged.effects {
        effect.object.clear();
        effect.span = Span::default();
        effect.reason = format!("{} typed without echo", effect.kind);
    }
}

/// The order of strictness; within it, the worse effect weighs more.
fn weight(judged: &Judged) -> (u8, Option<Severity>) {
    let strictness = match judged.judgement.verdict {
        Verdict::Allow => 0,
        Verdict::Hold(_) => 1,
        Verdict::Deny => 2,
    };
    (strictness, judged.effects.iter().map(|effect| effect.severity).max())
}

/// What stands around a reading, for [`line_of`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The alternate screen is shown.
    pub(super) full_screen: bool,
    /// A program that is known to fill the screen was started at a prompt: what is typed at it is text.
    pub(super) trusted: bool,
    /// Lines that the shell waits to go on with.
    pub(super) unfinished: &'a Begun,
    /// What may stand in the target's buffer and on no screen.
    pub(super) unseen: &'a str,
    /// What the keys say was typed, sure or not.
    pub(super) typed: &'a str,
}

/// What a reading of the terminal means for the judge. `None`: nothing was typed.
pub(super) fn line_of(reading: Reading, around: Around<'_>) -> Option<Line> {
    let certainty = match reading.certainty {
        terminal::Certainty::Exact => Certainty::Exact,
        terminal::Certainty::Agreed => Certainty::Agreed,
        terminal::Certainty::Screen => Certainty::Screen,
        terminal::Certainty::Keys => Certainty::Keys,
        terminal::Certainty::Disputed => Certainty::Disputed,
        terminal::Certainty::Opaque => Certainty::Opaque,
    };
    let Around { full_screen, unfinished, .. } = around;
    let (mut candidates, mut at_program) = (reading.candidates, Vec::new());
    if full_screen {
        candidates = candidates.iter().filter_map(|row| command_in_row(row)).collect();
        // Whoever prints the switch to the alternate screen at a shell types at a shell still.
        at_program.extend((!around.trusted).then(|| around.typed.trim().to_owned()));
    }
    candidates.retain(|text| !text.trim().is_empty());
    at_program.retain(|text| !text.is_empty() && !candidates.contains(text));
    let unseen =
        (!around.unseen.is_empty()).then(|| format!("{}{}", around.unseen, around.typed)).into_iter().collect();
    // The rows of a full-screen program are what is seen there: nothing in them was typed unseen.
    let mut line =
        Line { candidates, at_program, readings: vec![], unseen, certainty, secret: reading.echo_off && !full_screen };
    if line.candidates.is_empty() && (!unfinished.is_empty() || (certainty == Certainty::Opaque && !full_screen)) {
        // An empty line may end what is unfinished. And nothing readable is not nothing typed.
        line.candidates.push(String::new());
    }
    if !unfinished.is_empty() {
        let alone: Vec<_> = line.candidates.iter().filter(|text| !text.is_empty()).cloned().collect();
        let joined = line.candidates.iter().flat_map(|text| unfinished.followed_by(text));
        if unfinished.is_doubted() {
            // What every shell goes on with is likelier than the line alone, and that than what only one of them waits for.
            let waits = |text: &String| !analyse(text, &Context::PROMPT).complete;
            let ranks: Vec<u8> = unfinished.texts().iter().map(|text| if waits(text) { 0 } else { 2 }).collect();
            let joined: Vec<_> = ranks.iter().copied().cycle().zip(joined).collect();
            let mut ranked: Vec<_> = alone.into_iter().map(|text| (1, text)).chain(joined).collect();
            ranked.sort_by_key(|(rank, _)| *rank);
            line.candidates = ranked.into_iter().map(|(_, text)| text).collect();
            line.certainty = unfinished.certainty(line.certainty);
            return Some(line);
        }
        line.candidates = joined.collect();
        if unfinished.is_doubtful() {
            // A prompt that reads `$ echo '` makes data of all that follows; so each line must pass by itself too.
            line.at_program.extend(alone);
        }
        line.certainty = unfinished.certainty(line.certainty);
    }
    let nothing = line.candidates.is_empty() && line.at_program.is_empty() && line.unseen.is_empty();
    (!nothing).then_some(line)
}

/// A line whose text is not what will run.
pub(super) fn unread(line: Option<Line>) -> Line {
    let line = line.unwrap_or_else(|| Line {
        candidates: vec![String::new()],
        at_program: vec![],
        readings: vec![],
        unseen: vec![],
        certainty: Certainty::Opaque,
        secret: false,
    });
    Line { certainty: Certainty::Opaque, ..line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge() -> Judge {
        let meta = SessionMeta {
            id: crate::model::SessionId::from_bytes([7; 10]),
            who: crate::model::Principal {
                user: "engineer".into(),
                roles: ["engineer".to_owned()].into(),
                source: None,
                fingerprint: "SHA256:x".into(),
            },
            place: crate::model::Place { target: "box".into(), login: "root".into(), labels: [].into() },
            channel: ChannelKind::Shell,
            pty: None,
            started: Wall::default(),
        };
        Judge::new(Arc::new(Policy::builtin().unwrap()), meta, &[3; 32], privacy::Settings::default())
    }

    fn typed(text: &str) -> Line {
        Line {
            candidates: vec![text.to_owned()],
            at_program: vec![],
            readings: vec![],
            unseen: vec![],
            certainty: Certainty::Keys,
            secret: false,
        }
    }

    #[test]
    fn a_line_with_a_secret_in_it_is_stored_without_it_and_its_digest_gives_nothing_to_try_against() {
        let mut judge = judge();
        let text = "mysql -h db -pSecret1 -e 'drop database shop'";
        let line = typed(text);
        let judged = judge.line(&line, &Context::PROMPT, Wall::default()).unwrap();
        let stored = serde_json::to_string(&(&judged.command, &judged.effects, &judged.judgement)).unwrap();
        assert!(stored.contains("-p*******") && !stored.contains("Secret1"), "{stored}");
        assert!(!judged.effects.is_empty(), "it is judged whole");
        assert_ne!(judge.digest(&line), command_digest(judge.meta.id, &judge.meta.place, [text]));
        assert_eq!(judged.command.digest, judge.digest(&line));
    }

    #[test]
    fn the_digest_of_what_was_typed_without_echo_gives_nothing_to_try_passwords_against() {
        let line = |secret| Line { secret, ..typed("hunter2") };
        let judge = judge();
        let guess = command_digest(judge.meta.id, &judge.meta.place, ["hunter2"]);
        assert_eq!(judge.digest(&line(false)), guess);
        assert_ne!(judge.digest(&line(true)), guess);
        assert_eq!(judge.digest(&line(true)), judge.digest(&line(true)), "an approval finds its line again");
    }
}
