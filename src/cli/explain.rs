//! `holdpoint explain`: what a line would do, what policy says about it, and which rule.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::exit::{Done, Exit, Failure};
use super::out::Out;
use super::{explain_lines, policy_files, show};
use crate::broker::Clock;
use crate::command::{Analysis, Context, analyse};
use crate::config::Config;
use crate::model::{
    Certainty, Digest, Effect, Judgement, Obligations, Place, Principal, Rule, Shown, Undo, Verdict, Wall,
};
use crate::policy::{Channel, Circumstances, Deed, Memo, Policy};

/// The flags of `holdpoint explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The line, as it would be typed at a shell's prompt
    #[arg(required_unless_present = "stdin")]
    command: Option<String>,
    /// Judge many lines: reads JSON lines {"id", "cmd", "context"} and answers each with one JSON line
    ///
    /// `id` is any JSON value and comes back. `context` says which program reads the line (shell, psql, mysql, sqlite, redis, mongo, vim, less,
    /// python, perl, ruby, node, php, lua, awk); without it: shell. One that is not known is judged as a shell's line and as a program's.
    /// The target is a production target of the built-in policy unless --config says otherwise. Answers: {"id", "verdict", "flagged", "effects",
    /// "risk", "confidence"}; a "span" counts bytes of the UTF-8 of `cmd`, the end not included. A line that is no such object is answered with "error"
    /// and flagged, and the next one is read.
    #[arg(long, requires = "json", conflicts_with = "command")]
    stdin: bool,
    /// The account that would type it
    #[arg(long = "as", value_name = "USER", default_value = "engineer")]
    user: String,
    /// The target it would be typed on [default: box; with --stdin a production target]
    #[arg(long = "on", value_name = "TARGET")]
    target: Option<String>,
    /// The account on the target, if it is not the target's default
    #[arg(long)]
    login: Option<String>,
    /// The address the user would come from
    #[arg(long, value_name = "ADDRESS")]
    from: Option<IpAddr>,
    /// Accounts, targets and policy of this configuration instead of the demo's
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Judges and prints; the exit code says whether the line would run at once.
    ///
    /// # Errors
    /// When the configuration or a policy file has faults, or does not know the user or the target.
    pub fn run(self) -> Done {
        let world = World::load(self.config.as_deref())?;
        let who = world.principal(&self.user, self.from)?;
        let login = self.login.as_deref();
        let place = match self.target.as_deref() {
            None if self.stdin && world.config.is_none() => production(login),
            target => world.place(target.unwrap_or("box"), login)?,
        };
        let now = Clock::new().now().wall;
        let Some(command) = self.command else {
            let circumstances = Circumstances { now, channel: Channel::Shell };
            let mut memo = Memo::new(&world.policy, &who, &place, circumstances);
            return explain_lines::run(&mut memo, std::io::stdin().lock(), std::io::stdout().lock());
        };
        let answer = Answer::new(&world.policy, &command, &who, &place, now);
        let mut out = Out::new(self.json);
        if out.is_json() {
            out.json(&answer)?;
        } else {
            answer.print(&command, &mut out)?;
        }
        Ok(if answer.flagged { Exit::No } else { Exit::Ok })
    }
}

/// The target that lines from a stream are judged for.
fn production(login: Option<&str>) -> Place {
    Place {
        target: "production".to_owned(),
        login: login.unwrap_or("root").to_owned(),
        labels: BTreeMap::from([("env".to_owned(), "production".to_owned())]),
    }
}

fn builtin() -> Result<Policy, Failure> {
    Policy::builtin().map_err(|faults| Failure::new(Exit::Config, faults.to_string()))
}

/// Who and what there is: a configuration, or the demo's people and targets.
struct World {
    config: Option<Config>,
    policy: Policy,
}

impl World {
    fn load(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self { config: None, policy: builtin()? }) };
        let config = Config::load(path).map_err(|faults| Failure::new(Exit::Config, faults.to_string()))?;
        let policy = policy_files::load(&config).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Failure::new(Exit::Config, lines.join("\n"))
        })?;
        Ok(Self { config: Some(config), policy: policy.0 })
    }

    fn principal(&self, user: &str, source: Option<IpAddr>) -> Result<Principal, Failure> {
        let roles: Option<BTreeSet<String>> = match &self.config {
            Some(config) => config.users.get(user).map(|user| user.roles.clone()),
            None => DEMO_USERS.contains(&user).then(|| [user.to_owned()].into()),
        };
        let known = || self.names(|config| config.users.keys().cloned().collect(), &DEMO_USERS);
        let roles = roles.ok_or_else(|| unknown("user", user, &known()))?;
        Ok(Principal { user: user.to_owned(), roles, source, fingerprint: "(explain)".to_owned() })
    }

    fn place(&self, target: &str, login: Option<&str>) -> Result<Place, Failure> {
        let place = match &self.config {
            Some(config) => config.place(target, login),
            None => DEMO_TARGETS.iter().find(|(name, _)| *name == target).map(|(name, default)| Place {
                target: (*name).to_owned(),
                login: login.unwrap_or(default).to_owned(),
                labels: BTreeMap::from([("env".to_owned(), "demo".to_owned())]),
            }),
        };
        let demo = DEMO_TARGETS.map(|(name, _)| name);
        let known = || self.names(|config| config.targets.keys().cloned().collect(), &demo);
        place.ok_or_else(|| unknown("target (with that login)", target, &known()))
    }

    fn names(&self, of: impl Fn(&Config) -> Vec<String>, demo: &[&str]) -> Vec<String> {
        self.config.as_ref().map_or_else(|| demo.iter().map(|name| (*name).to_owned()).collect(), of)
    }
}

fn unknown(what: &str, name: &str, known: &[String]) -> Failure {
    let why = format!("no {what} is called '{}'; there are: {}", Shown::new(name), known.join(", "));
    Failure::new(Exit::NoSuchThing, why)
}

/// Everything there is to say about a line.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    verdict: &'static str,
    /// Whether it would not run at once.
    flagged: bool,
    user: &'a str,
    place: &'a Place,
    complete: bool,
    normalised: String,
    effects: Vec<Effect>,
    risk: u8,
    risk_reasons: Vec<String>,
    confidence: &'static str,
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obligations: Option<Obligations>,
}

impl<'a> Answer<'a> {
    fn new(policy: &Policy, line: &str, who: &'a Principal, place: &'a Place, now: Wall) -> Self {
        let Analysis { effects, complete, normalised, .. } = analyse(line, &Context::PROMPT);
        let certainty = Certainty::Exact;
        // Nothing is released here, so no line has to be found again by its digest.
        let deed = Deed { effects: &effects, certainty, digest: &Digest([0; 32]), uncommitted: false };
        let circumstances = Circumstances { now, channel: Channel::Shell };
        let (Judgement { verdict, rules, risk }, _) = policy.run(who, place, &deed, &circumstances);
        let (word, obligations) = match verdict {
            Verdict::Allow => ("allow", None),
            Verdict::Hold(obligations) => ("hold", Some(obligations)),
            Verdict::Deny => ("deny", None),
        };
        Self {
            verdict: word,
            flagged: word != "allow",
            user: &who.user,
            place,
            complete,
            normalised,
            effects,
            risk: risk.score,
            risk_reasons: risk.reasons,
            confidence: certainty.word(),
            rules,
            obligations,
        }
    }

    fn print<W: Write>(&self, line: &str, out: &mut Out<W>) -> Result<(), Failure> {
        let who = Shown::new(self.user);
        out.line(&format!("{}: {who} on {}", self.verdict.to_uppercase(), show::place(self.place)))?;
        out.line("")?;
        out.line(&format!("    {}", Shown::new(line)))?;
        for effect in &self.effects {
            out.line(&underlined(line, effect))?;
        }
        if self.effects.is_empty() {
            out.line("    nothing that the catalogue knows to be dangerous")?;
        }
        if !self.complete {
            out.line("    the line is not whole: at a prompt the shell would ask for more before it runs anything")?;
        }
        out.line("")?;
        for rule in &self.rules {
            let (id, file, says) = (Shown::new(&rule.id), Shown::new(&rule.file), Shown::new(&rule.says));
            out.line(&format!("rule   {file}:{}  {id}: {says}", rule.line))?;
        }
        if let Some(needs) = &self.obligations {
            let (minutes, seconds) = (needs.ttl_secs / 60, needs.ttl_secs % 60);
            let reason = if needs.reason_required { ", after a reason is given" } else { "" };
            let roles = Shown::new(&needs.approvers.join(", "));
            out.line(&format!("needs  {} of {roles} within {minutes}:{seconds:02}{reason}", needs.quorum))?;
        }
        out.line(&format!("risk   {} of 100", self.risk))
    }
}

/// `^^^^` below the words, as compilers point, and what they do.
fn underlined(line: &str, effect: &Effect) -> String {
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(Shown::new(text).as_str());
    let before = line.get(..effect.span.start).map_or(0, width);
    let below = line.get(effect.span.start..effect.span.end).map_or(0, width).max(1);
    let undo = match effect.undo {
        Undo::Easy => "a command undoes it",
        Undo::Hard => "hours of work undo it",
        Undo::Never => "nothing undoes it",
    };
    let (kind, severity, reason) = (effect.kind, effect.severity.word(), Shown::new(&effect.reason));
    format!("    {}{} {kind} {severity}: {reason} ({undo})", " ".repeat(before), "^".repeat(below))
}

/// The demo's people; each has the role of that name.
const DEMO_USERS: [&str; 3] = ["engineer", "approver", "auditor"];

/// The demo's targets with their default logins.
const DEMO_TARGETS: [(&str, &str); 2] = [("here", "demo"), ("box", "root")];

#[cfg(test)]
mod tests {
    use super::super::out::Form;
    use super::*;

    fn explained(line: &str) -> String {
        let world = World::load(None).unwrap();
        let who = world.principal("engineer", None).unwrap();
        let place = world.place("box", None).unwrap();
        let mut text = Vec::new();
        let answer = Answer::new(&world.policy, line, &who, &place, Wall::default());
        answer.print(line, &mut Out::into(&mut text, Form::Plain)).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_held_line_is_shown_with_its_words_underlined_and_the_rule_by_file_and_line() {
        insta::assert_snapshot!(explained("cd /srv && rm -rf ./victim"), @r"
        HOLD: engineer on root@box

            cd /srv && rm -rf ./victim
                       ^^^^^^^^^^^^^^^ fs.destroy HIGH: deletes ./victim and all below it (nothing undoes it)

        rule   policy/holds.cedar:6  hold/destroys: it destroys what only a backup brings back
        needs  1 of approver within 5:00
        risk   70 of 100
        ");
    }

    #[test]
    fn a_harmless_line_is_allowed_and_says_by_which_rule() {
        insta::assert_snapshot!(explained("ls -la"), @r"
        ALLOW: engineer on root@box

            ls -la
            nothing that the catalogue knows to be dangerous

        rule   policy/access.cedar:3  access/engineer: engineers work on every target
        risk   0 of 100
        ");
    }

    #[test]
    fn the_text_of_others_is_drawn_harmless() {
        let text = explained("rm -rf '\u{1b}[2J\u{202e}x'");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }

    #[test]
    fn who_or_what_nobody_knows_is_named_with_those_that_exist() {
        let world = World::load(None).unwrap();
        let failure = world.principal("mallory", None).unwrap_err();
        assert_eq!(failure.why(), "no user is called 'mallory'; there are: engineer, approver, auditor");
        assert_eq!(world.place("moon", None).unwrap_err().exit(), Exit::NoSuchThing);
    }
}
