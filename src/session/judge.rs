//! A reading → effects → a verdict: the worst of what may be meant.

use std::sync::Arc;

use super::digest::command_digest;
use crate::command::{Analysis, Context, Reader, analyse};
use crate::model::{
    Certainty, ChannelKind, CommandText, Digest, Effect, Judgement, SessionMeta, Severity, Span, Verdict, Wall,
};
use crate::policy::permit::Allowance;
use crate::policy::{Channel, Circumstances, Deed, Policy};
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
    /// The first words of the simple commands, for the memory of what runs in the foreground.
    pub(super) normalised: String,
    /// The whole text that was judged, for joining with what follows.
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
}

/// What is to be judged.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Everything that may be meant, the likeliest first; never empty.
    pub(super) candidates: Vec<String>,
    pub(super) certainty: Certainty,
    /// It was typed without echo: it may be a password.
    pub(super) secret: bool,
}

impl Judge {
    pub(super) fn new(policy: Arc<Policy>, meta: SessionMeta, seed: &[u8; 32]) -> Self {
        let salt = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { policy, meta, salt }
    }

    pub(super) fn replace_policy(&mut self, policy: Arc<Policy>) {
        self.policy = policy;
    }

    pub(super) fn digest(&self, line: &Line) -> Digest {
        let salt = line.secret.then_some(self.salt.as_str());
        command_digest(
            self.meta.id,
            &self.meta.place,
            salt.into_iter().chain(line.candidates.iter().map(String::as_str)),
        )
    }

    /// Judges every candidate and answers with the strictest verdict.
    pub(super) fn line(&self, line: &Line, context: &Context, now: Wall) -> Option<Judged> {
        let digest = self.digest(line);
        let judged = line.candidates.iter().map(|text| self.candidate(text, line, &digest, context, now));
        judged.reduce(|worst, next| if weight(&next) > weight(&worst) { next } else { worst })
    }

    fn candidate(&self, text: &str, line: &Line, digest: &Digest, context: &Context, now: Wall) -> Judged {
        // A password is no command word: nothing about it can be "unknown".
        let context = if line.secret { Context { reader: Reader::Program, ..*context } } else { *context };
        let Analysis { effects, complete, normalised } = analyse(text, &context);
        let channel = match self.meta.channel {
            ChannelKind::Shell => Channel::Shell,
            ChannelKind::Exec { .. } => Channel::Exec,
        };
        let deed = Deed { effects: &effects, certainty: line.certainty, digest };
        let circumstances = Circumstances { now, channel };
        let (judgement, allowance) = self.policy.run(&self.meta.who, &self.meta.place, &deed, &circumstances);
        let mut judged = Judged {
            command: CommandText { text: text.to_owned(), digest: *digest },
            effects,
            certainty: line.certainty,
            judgement,
            allowance,
            complete,
            normalised,
            joined: text.to_owned(),
        };
        if line.secret {
            conceal(&mut judged, text.chars().count());
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

/// What a reading of the terminal means for the judge. `None`: nothing was typed.
pub(super) fn line_of(reading: Reading, full_screen: bool, before: &str) -> Option<Line> {
    let certainty = match reading.certainty {
        terminal::Certainty::Agreed => Certainty::Agreed,
        terminal::Certainty::Screen => Certainty::Screen,
        terminal::Certainty::Keys => Certainty::Keys,
        terminal::Certainty::Disputed => Certainty::Disputed,
        terminal::Certainty::Opaque => Certainty::Opaque,
    };
    let mut candidates = reading.candidates;
    if full_screen {
        candidates = candidates.iter().filter_map(|row| command_in_row(row)).collect();
    }
    candidates.retain(|text| !text.trim().is_empty());
    if candidates.is_empty() {
        // Nothing readable is not nothing typed.
        let unread = certainty == Certainty::Opaque && !full_screen;
        return unread.then(|| Line { candidates: vec![String::new()], certainty, secret: reading.echo_off });
    }
    if !before.is_empty() {
        candidates.iter_mut().for_each(|text| *text = format!("{before}\n{text}"));
    }
    // The rows of a full-screen program are what is seen there: nothing in them was typed unseen.
    Some(Line { candidates, certainty, secret: reading.echo_off && !full_screen })
}

/// The command that Enter on a row of a full-screen program would run, if the row looks like one: an editor's `:!cmd` or
/// `:r !cmd`, a pager's `!cmd`, or a prompt inside a pane of tmux or screen.
fn command_in_row(row: &str) -> Option<String> {
    let row = row.trim_end();
    // What stands left of a pane's border belongs to another pane.
    let row = row.rsplit(['│', '┃', '|']).next().filter(|_| row.contains(['│', '┃'])).unwrap_or(row).trim_start();
    if let Some(rest) = row.strip_prefix(':') {
        return rest.split_once('!').map(|(_, command)| command.to_owned());
    }
    if let Some(command) = row.strip_prefix('!') {
        return Some(command.to_owned());
    }
    let prompts = ["$ ", "# ", "% ", "> ", "❯ ", "» "];
    let end = prompts.iter().filter_map(|mark| row.find(mark).map(|at| at + mark.len())).min()?;
    row.get(end..).map(str::to_owned)
}

/// Whether a row shows the prompt of a program that reads no shell lines, and such a program was started: then an unknown
/// word means nothing. Both are asked for, because a prompt alone can be forged by whoever sets `PS1`.
pub(super) fn reads_program(row: &str, last_command: &str) -> bool {
    const REPLS: [(&str, &[&str]); 8] = [
        ("python", &[">>>", "..."]),
        ("ipython", &["]:"]),
        ("psql", &["=#", "=>", "-#", "->", "(#", "(>"]),
        ("mysql", &["mysql>", "->"]),
        ("mariadb", &["]>", "->"]),
        ("sqlite3", &["sqlite>", "...>"]),
        ("node", &[">"]),
        ("irb", &[">"]),
    ];
    let program = last_command.split_whitespace().next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    REPLS.iter().any(|(name, prompts)| {
        program.starts_with(name)
            && prompts.iter().any(|prompt| {
                row.match_indices(prompt).any(|(at, _)| {
                    row.get(at + prompt.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_rows_of_editors_pagers_and_panes() {
        assert_eq!(command_in_row(":!rm -rf x").as_deref(), Some("rm -rf x"));
        assert_eq!(command_in_row(":r !curl x").as_deref(), Some("curl x"));
        assert_eq!(command_in_row("!ls").as_deref(), Some("ls"));
        assert_eq!(command_in_row("root@db-1:~# rm -rf x").as_deref(), Some("rm -rf x"));
        assert_eq!(command_in_row("text│me@x:~$ rm y").as_deref(), Some("rm y"));
    }

    #[test]
    fn text_that_an_editor_shows_is_no_command() {
        assert_eq!(command_in_row("rm -rf ./build"), None);
        assert_eq!(command_in_row(":wq"), None);
        assert_eq!(command_in_row("-- INSERT --"), None);
        assert_eq!(command_in_row(""), None);
    }

    #[test]
    fn the_digest_of_what_was_typed_without_echo_gives_nothing_to_try_passwords_against() {
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
        let line = |secret| Line { candidates: vec!["hunter2".into()], certainty: Certainty::Keys, secret };
        let guess = command_digest(meta.id, &meta.place, ["hunter2"]);
        let judge = Judge::new(Arc::new(Policy::builtin().unwrap()), meta, &[3; 32]);
        assert_eq!(judge.digest(&line(false)), guess);
        assert_ne!(judge.digest(&line(true)), guess);
        assert_eq!(judge.digest(&line(true)), judge.digest(&line(true)), "an approval finds its line again");
    }

    #[test]
    fn a_program_reads_only_if_it_was_started_and_shows_its_prompt() {
        assert!(reads_program(">>> print(1)", "python3 -q"));
        assert!(reads_program("orders=# select 1;", "/usr/bin/psql orders"));
        assert!(!reads_program(">>> $x", "export PS1='>>> '"));
        assert!(!reads_program("me@x:~$ $x", "python3"));
    }
}
