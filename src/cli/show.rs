//! How verbs put the words of the model before a person.

use std::time::Duration;

use crate::model::{
    ChannelKind, CloseReason, ExitStatus, Finding, HoldRequest, Place, RequestRow, Severity, Shown, Subject, Wall,
    minutes,
};

/// `root@db-1`.
#[must_use]
pub fn place(place: &Place) -> String {
    format!("{}@{}", Shown::new(&place.login), Shown::new(&place.target))
}

/// Glyph and word of the worst effect; no state is told by colour alone.
#[must_use]
pub fn severity(request: &HoldRequest) -> String {
    let worst = worst(request);
    let glyph = match worst {
        Severity::Critical => '◆',
        Severity::High => '▲',
        Severity::Medium => '■',
        Severity::Low | Severity::Info => '·',
    };
    format!("{glyph} {}", worst.word())
}

/// The worst severity among the effects; a hold without any is as bad as it can be, because nobody knows.
#[must_use]
pub fn worst(request: &HoldRequest) -> Severity {
    let unknown = match request.subject {
        Subject::Command => Severity::Critical,
        // Nothing runs: what is at stake is what the rules say.
        Subject::Reveal { .. } | Subject::Output { .. } => match request.risk.score {
            0..20 => Severity::Info,
            20..40 => Severity::Low,
            40..60 => Severity::Medium,
            60..80 => Severity::High,
            80.. => Severity::Critical,
        },
    };
    request.effects.iter().map(|effect| effect.severity).max().unwrap_or(unknown)
}

/// `04:58`, and with an exclamation mark below a minute.
#[must_use]
pub fn left(request: &HoldRequest, now: Wall) -> String {
    let secs = request.deadline.since(now).as_secs();
    format!("{:02}:{:02}{}", secs / 60, secs % 60, if secs < 60 { "!" } else { "" })
}

/// `42s`, `12m`, `3h`, `2d`.
#[must_use]
pub fn ago(then: Wall, now: Wall) -> String {
    let secs = now.since(then).as_secs();
    match secs {
        0..60 => format!("{secs}s"),
        60..3600 => format!("{}m", secs / 60),
        3600..86_400 => format!("{}h", secs / 3600),
        _ => format!("{}d", Duration::from_secs(secs).as_secs() / 86_400),
    }
}

/// `shell`, or the command of an exec.
#[must_use]
pub fn channel(kind: &ChannelKind) -> String {
    match kind {
        ChannelKind::Shell => "shell".to_owned(),
        ChannelKind::Exec { command } => format!("exec {}", Shown::new(command)),
    }
}

/// What a request asks for beside its text.
#[must_use]
pub fn subject(subject: &Subject) -> Vec<String> {
    match subject {
        Subject::Command => Vec::new(),
        Subject::Reveal { secs } => {
            vec![format!("asks       to see masked values in the clear for {}", minutes(*secs))]
        }
        Subject::Output { findings, samples } => {
            let found = format!("asks       to see more of its output, which waits: {}", Finding::list(findings));
            [found].into_iter().chain(samples.iter().map(|row| format!("sample     {row}"))).collect()
        }
    }
}

/// Everything that an approver decides on, line by line.
#[must_use]
pub fn request(row: &RequestRow, now: Wall) -> Vec<String> {
    let asked = &row.request;
    let source = asked.who.source.map_or_else(|| "unknown".to_owned(), |source| source.to_string());
    let mut lines = vec![
        format!("request    {} in session {}", asked.id, asked.session),
        format!("who        {} from {source}", Shown::new(&asked.who.user)),
        format!("where      {}", place(&asked.place)),
        format!("command    {}", asked.command.shown()),
        format!("           {} characters, read: {}", asked.command.text.chars().count(), asked.certainty.word()),
        format!("risk       {} ({})", severity(asked), asked.risk.score),
    ];
    lines.extend(subject(&asked.subject));
    lines.extend(asked.effects.iter().map(|effect| {
        let words = asked.command.text.get(effect.span.start..effect.span.end).unwrap_or_default();
        let (severity, reason) = (effect.severity.word(), Shown::new(&effect.reason));
        format!("effect     {severity} {}: {reason}  «{}»", effect.kind, Shown::new(words))
    }));
    lines.extend(asked.rules.iter().map(|rule| {
        let (id, says, file) = (Shown::new(&rule.id), Shown::new(&rule.says), Shown::new(&rule.file));
        format!("rule       {id}: {says} ({file}:{})", rule.line)
    }));
    lines.extend(asked.reason.iter().map(|reason| format!("reason     \"{reason}\"")));
    lines.extend(asked.before.iter().map(|command| format!("before     {command}")));
    let given = if row.approved_by.is_empty() { "none".to_owned() } else { row.approved_by.join(", ") };
    lines.push(format!("approvals  {} of {}: {}", row.approved_by.len(), asked.obligations.quorum, Shown::new(&given)));
    lines.push(format!("left       {}", left(asked, now)));
    lines.push(format!("you        {}", decides(row)));
    lines
}

/// What the caller may do about a request.
#[must_use]
pub fn decides(row: &RequestRow) -> String {
    row.may_not.as_ref().map_or_else(|| "may decide".to_owned(), |why| format!("may not: {}", Shown::new(why)))
}

/// Why a session ended.
#[must_use]
pub fn closed(reason: &CloseReason) -> String {
    match reason {
        CloseReason::Exited(ExitStatus::Code { code }) => format!("its process ended with status {code}"),
        CloseReason::Exited(ExitStatus::Signal { name, .. }) => {
            format!("its process was ended by signal {}", Shown::new(name))
        }
        CloseReason::ClientGone => "the engineer left".to_owned(),
        CloseReason::TargetGone => "the connection to the target broke".to_owned(),
        CloseReason::Terminated { by, reason } => {
            format!("ended by {}: \"{}\"", Shown::new(by), Shown::new(reason))
        }
        CloseReason::Expired => "it reached its longest lifetime".to_owned(),
        CloseReason::RecorderFailed => "it could not be recorded".to_owned(),
        CloseReason::Denied => "its command was denied".to_owned(),
        CloseReason::HoldTimedOut => "nobody decided on its command in time".to_owned(),
        CloseReason::Shutdown => "the bastion is shutting down".to_owned(),
        CloseReason::Fault { what } => format!("a fault: {}", Shown::new(what)),
    }
}
