//! May this principal cause these effects here, now?
//!
//! The language is [Cedar](https://docs.cedarpolicy.com), checked against `policy/holdpoint.cedarschema` when it is loaded.
//!
//! - `permit` allows; without one, everything is denied.
//! - `forbid` denies, and nothing lifts it.
//! - `forbid` annotated `@hold` holds: an approval lifts it.
//! - A rule that cannot be evaluated denies.
//! - `permit` annotated `@alert`, on `output` only: it may go on, and people are told.
//!
//! `output` alone needs no `permit`: the command was let through already, and what is found is masked.
//!
//! # The strictest of all that match wins
//!
//! A denial beats a hold, a hold beats an allow. When several holds match, an approval must satisfy each of them: the
//! greatest `@quorum`, the shortest `@ttl`, a reason if any of them wants one, and approvers who are named by *all* of them
//! (`@approvers` is a set of roles, and the sets are intersected; an empty intersection means that nobody may decide, so the
//! request can only expire).

use std::time::Duration;

use crate::model::{
    Certainty, DataKind, Digest, Effect, Finding, Judgement, Place, Principal, Rule, SessionId, SessionMeta, Verdict,
    Wall,
};

mod judge;
mod load;
mod memo;
pub mod permit;
mod risk;

use judge::Question;
pub use memo::{Answers, Memo};
use permit::{Admission, Allowance, Reveal, Viewing};
pub use risk::risk;

/// What a principal wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Open a session on a target.
    Connect,
    /// Run a command.
    Run,
    /// See masked values in the clear for a time.
    Reveal,
    /// See values of a kind in the clear, always.
    See,
    /// See more of a command's output in which values were found, masked.
    Output,
    /// See images that a target draws on a terminal. Nobody inspects them.
    Image,
    /// Put a file onto a target.
    Upload,
    /// Take a file from a target.
    Download,
    /// Forward a port, an agent or X11.
    Forward,
    /// See a live session.
    Watch,
    /// Decide on requests.
    Approve,
    /// Pause, resume or end a live session.
    Steer,
    /// See a recorded session.
    Replay,
    /// Take a recording out.
    Export,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Run,
        Self::Reveal,
        Self::See,
        Self::Output,
        Self::Image,
        Self::Upload,
        Self::Download,
        Self::Forward,
        Self::Watch,
        Self::Approve,
        Self::Steer,
        Self::Replay,
        Self::Export,
    ];

    /// Its name in policy files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Run => "run",
            Self::Reveal => "reveal",
            Self::See => "see",
            Self::Output => "output",
            Self::Image => "image",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Forward => "forward",
            Self::Watch => "watch",
            Self::Approve => "approve",
            Self::Steer => "steer",
            Self::Replay => "replay",
            Self::Export => "export",
        }
    }
}

/// By which way somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// An interactive shell.
    Shell,
    /// An exec request.
    Exec,
    /// Another subsystem or channel of SSH (SFTP, forwarding).
    Subsystem,
    /// The dashboard or the control socket.
    Control,
}

impl Channel {
    /// Its name in policy files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Exec => "exec",
            Self::Subsystem => "subsystem",
            Self::Control => "control",
        }
    }
}

/// When, and by which way. (From where is in [`Principal::source`].)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The moment; policy sees its hour and weekday in UTC.
    pub now: Wall,
    /// The way.
    pub channel: Channel,
}

/// A line that somebody wants to run.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// What it would do.
    pub effects: &'a [Effect],
    /// How sure the gate is of the line.
    pub certainty: Certainty,
    /// The line, as an approval is bound to it.
    pub digest: &'a Digest,
    /// A line ran in this session that nobody committed: what the shell tells of itself does not account for all that it does.
    pub uncommitted: bool,
}

/// A policy that was loaded and checked.
#[derive(Debug)]
pub struct Policy {
    rules: load::Rules,
}

impl Policy {
    /// Loads policy files, given as (name, text); the names are what [`Rule::file`](crate::model::Rule) shows.
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn from_files(files: Vec<(String, String)>) -> Result<Self, PolicyFaults> {
        load::Rules::load(&files).map(|rules| Self { rules })
    }

    /// The default policy, `policy/*.cedar` as they were when the program was built.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn builtin() -> Result<Self, PolicyFaults> {
        Self::from_files(BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    /// SHA-256 over names and texts of the files, in hex, for the audit chain.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.rules.digest
    }

    /// May this principal open this session here, for at most `lifetime`?
    ///
    /// # Errors
    /// The judgement, when it is not "allow".
    pub fn connect(
        &self,
        session: SessionId,
        who: &Principal,
        place: &Place,
        circumstances: &Circumstances,
        lifetime: Duration,
    ) -> Result<Admission, Box<Judgement>> {
        let judgement = self.may(who, Action::Connect, place, circumstances);
        match judgement.verdict {
            Verdict::Allow => Ok(Admission::new(session, who.clone(), place.clone(), lifetime)),
            Verdict::Hold(_) | Verdict::Deny => Err(Box::new(judgement)),
        }
    }

    /// May this principal run this line here? There is an allowance exactly when the verdict is "allow".
    #[must_use]
    pub fn run(
        &self,
        who: &Principal,
        place: &Place,
        deed: &Deed<'_>,
        circumstances: &Circumstances,
    ) -> (Judgement, Option<Allowance>) {
        Self::ruled(self.rules.judge(&Question::run(who, place, deed, circumstances)), deed)
    }

    /// What the rules' answer about a line comes to.
    fn ruled(mut judgement: Judgement, deed: &Deed<'_>) -> (Judgement, Option<Allowance>) {
        risk::add(&mut judgement.risk, risk(deed.effects, deed.certainty));
        let allowance = match judgement.verdict {
            Verdict::Allow => Some(Allowance::new(*deed.digest)),
            Verdict::Hold(_) | Verdict::Deny => None,
        };
        (judgement, allowance)
    }

    /// May this principal see masked values of this session in the clear for `secs` seconds? There is a permit exactly when the verdict
    /// is "allow"; usually it is a hold.
    #[must_use]
    pub fn reveal(
        &self,
        session: SessionId,
        who: &Principal,
        place: &Place,
        secs: u32,
        circumstances: &Circumstances,
    ) -> (Judgement, Option<Reveal>) {
        let judgement = self.rules.judge(&Question::reveal(who, place, secs, circumstances));
        let permit = match judgement.verdict {
            Verdict::Allow => Some(Reveal::new(session, secs)),
            Verdict::Hold(_) | Verdict::Deny => None,
        };
        (judgement, permit)
    }

    /// The kinds of values that this principal sees in the clear here, always. What no rule permits is masked.
    #[must_use]
    pub fn clear_kinds(&self, who: &Principal, place: &Place, circumstances: &Circumstances) -> Vec<DataKind> {
        let clear = |kind: &DataKind| {
            let judgement = self.rules.judge(&Question::see(who, place, *kind, circumstances));
            matches!(judgement.verdict, Verdict::Allow)
        };
        DataKind::ALL.iter().copied().filter(clear).collect()
    }

    /// Do images that the target draws reach this principal's terminal here? What no rule permits, what is held, and what cannot be
    /// evaluated is dropped.
    #[must_use]
    pub fn images(&self, who: &Principal, place: &Place, circumstances: &Circumstances) -> bool {
        matches!(self.may(who, Action::Image, place, circumstances).verdict, Verdict::Allow)
    }

    /// May more of a command's output, in which these values were found so far, go on to this principal? It is masked in any case, so
    /// no rule needs to permit it: rules hold it, deny it, or want people to know (the rules in the second place, annotated `@alert`).
    #[must_use]
    pub fn output(
        &self,
        who: &Principal,
        place: &Place,
        findings: &[Finding],
        circumstances: &Circumstances,
    ) -> (Judgement, Vec<Rule>) {
        self.rules.judge_output(&Question::output(who, place, findings, circumstances))
    }

    /// May this principal see this session, live or recorded? `action` is [`Action::Watch`], [`Action::Replay`] or
    /// [`Action::Export`]; any other is denied.
    ///
    /// # Errors
    /// The judgement, when it is not "allow".
    pub fn view(
        &self,
        session: &SessionMeta,
        viewer: &Principal,
        action: Action,
        circumstances: &Circumstances,
    ) -> Result<Viewing, Box<Judgement>> {
        let judgement = self.rules.judge(&Question::on_session(viewer, action, session, circumstances));
        match judgement.verdict {
            Verdict::Allow => Ok(Viewing::new(session.id, viewer.user.clone())),
            Verdict::Hold(_) | Verdict::Deny => Err(Box::new(judgement)),
        }
    }

    /// May this principal do that here? For what needs no permit ([`Action::Approve`], [`Action::Steer`]), and for what is refused
    /// ([`Action::Forward`], [`Action::Upload`], [`Action::Download`]): the judgement's first rule says why.
    ///
    /// [`Action::Run`] is asked with [`Policy::run`], and [`Action::Watch`], [`Action::Replay`], [`Action::Export`] with [`Policy::view`];
    /// here they are denied.
    #[must_use]
    pub fn may(&self, who: &Principal, action: Action, place: &Place, circumstances: &Circumstances) -> Judgement {
        self.rules.judge(&Question::on_target(who, action, place, circumstances))
    }

    /// May this principal open the dashboard (the list of sessions and requests; each session and request is asked about apart)?
    #[must_use]
    pub fn dashboard(&self, who: &Principal, circumstances: &Circumstances) -> Judgement {
        self.rules.judge(&Question::on_bastion(who, "dashboard", circumstances))
    }

    /// May this principal read the bastion-wide chain and have everything verified?
    #[must_use]
    pub fn audit(&self, who: &Principal, circumstances: &Circumstances) -> Judgement {
        self.rules.judge(&Question::on_bastion(who, "audit", circumstances))
    }
}

/// Leave to read a recording for whoever already holds the ledger's files: no policy can keep them from it. `os_user` is
/// written down as the viewer.
pub fn offline_viewing(session: SessionId, os_user: &str) -> Viewing {
    Viewing::new(session, os_user.to_owned())
}

/// One thing that is wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct PolicyFault {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Everything that is wrong with a set of policy files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFaults(pub Vec<PolicyFault>);

impl std::fmt::Display for PolicyFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().enumerate().try_for_each(|(i, fault)| {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")
        })
    }
}

impl std::error::Error for PolicyFaults {}

/// The default policy. The names are relative to the repository, as people find them again.
const BUILTIN: [(&str, &str); 3] = [
    ("policy/access.cedar", include_str!("../../policy/access.cedar")),
    ("policy/holds.cedar", include_str!("../../policy/holds.cedar")),
    ("policy/privacy.cedar", include_str!("../../policy/privacy.cedar")),
];

/// The words that policy files may use, but for the kinds of data.
const SCHEMA: &str = include_str!("../../policy/holdpoint.cedarschema");

/// Where the schema wants an attribute for each kind of data.
const SCHEMA_KINDS: &str = "/* each kind: Long */";

#[cfg(test)]
mod tests;
