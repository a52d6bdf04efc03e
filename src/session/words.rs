//! Every sentence that an engineer reads on their own terminal. Never shame, never vague.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::model::{CloseReason, Finding, Grant, HoldRequest, Rule, Shown, Subject, minutes};

/// The three widths of the bar while a hold waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BarText {
    pub(super) full: String,
    pub(super) medium: String,
    pub(super) short: String,
}

pub(super) const GREETING: &str =
    "holdpoint: this session is recorded; commands that destroy or reveal wait for an approval";

/// The bar of a hold, for a screen of so many columns: what is done about it never falls off, what it would do is cut first.
pub(super) fn held(request: &HoldRequest, left: Duration, cols: u16) -> BarText {
    let id = request.id.short();
    let what = request.effects.first().map_or("what it would do cannot be told", |effect| effect.reason.as_str());
    let what = Shown::new(what);
    let rule = request.rules.first().map_or(String::new(), |rule| format!(" (rule {})", Shown::new(&rule.id)));
    let asked = if request.obligations.approvers.is_empty() {
        "nobody may approve".to_owned()
    } else {
        format!("{} asked", Shown::new(&request.obligations.approvers.join(", ")))
    };
    let left = clock(left);
    let fit = |rule: &str, asked: &str| {
        let (head, tail) = (format!(" ‖ HELD {id} · "), format!("{rule}{asked} · {left} · ^C withdraws "));
        let room = usize::from(cols).saturating_sub(head.width() + tail.width());
        format!("{head}{}{tail}", shortened(what.as_str(), room))
    };
    BarText {
        full: fit(&rule, &format!(" · {asked}")),
        medium: fit("", &format!(" · {asked}")),
        short: format!(" ‖ HELD {id} · {left} · ^C withdraws "),
    }
}

/// The bar while the engineer has to say why.
pub(super) fn say_why(request: &HoldRequest, line: &super::menu::Line, cols: u16) -> BarText {
    let fit = |head: &str, tail: &str| {
        let room = usize::from(cols).saturating_sub(head.width() + tail.width() + 1);
        format!("{head}{}{tail}", line.shown(room))
    };
    let id = request.id.short();
    BarText {
        full: fit(&format!(" ‖ HELD {id} · a rule wants to know why: "), " · Enter asks · ^C withdraws "),
        medium: fit(&format!(" ‖ HELD {id} · say why: "), " · Enter asks · ^C withdraws "),
        short: fit(" ‖ say why: ", " · Enter "),
    }
}

pub(super) const NO_REASON: &str = "holdpoint: nobody said why, so nobody was asked; nothing ran. Enter it again";

/// A command that must not run without a reason, where none can be typed.
pub(super) fn reason_by_env(request: &HoldRequest) -> String {
    format!(
        "holdpoint: {} wants a reason; nothing ran. Give it with the command: ssh -o SetEnv=HOLDPOINT_REASON='why' …",
        wanting(request)
    )
}

pub(super) fn reason_before(request: &HoldRequest) -> String {
    format!(
        "holdpoint: {} wants a reason for output like this; the rest of it is gone. Note one for the approvers first (in the menu), or \
         connect with -o SetEnv=HOLDPOINT_REASON='why'",
        wanting(request)
    )
}

fn wanting(request: &HoldRequest) -> String {
    request.rules.first().map_or_else(|| "a rule".to_owned(), |rule| format!("the rule {}", Shown::new(&rule.id)))
}

/// As much of a text as fits into so many columns; what is cut shows as `…`.
fn shortened(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    kept.chain(['…']).collect()
}

pub(super) fn paused(by: &str) -> BarText {
    let text = format!(" ■ PAUSED by {} · nothing you type is sent ", Shown::new(by));
    BarText { full: text.clone(), medium: text.clone(), short: text }
}

/// For those who have no bar, in the window's title.
pub(super) const TITLE_HELD: &str = "‖ HELD by holdpoint: waiting for an approval, Ctrl-C withdraws";
pub(super) const TITLE_PAUSED: &str = "■ PAUSED by an approver: your keys wait for them";

/// For those who have no bar: one line.
pub(super) fn held_line(request: &HoldRequest, left: Duration) -> String {
    let bar = held(request, left, u16::MAX);
    format!("holdpoint: {}", bar.full.trim().replace('‖', "").trim())
}

pub(super) fn denied_by_person(by: &str, reason: &Shown, id: &str) -> String {
    let why = if reason.as_str().is_empty() { String::new() } else { format!(": \"{reason}\"") };
    format!("holdpoint: denied by {}{why} ({id}); nothing ran", Shown::new(by))
}

pub(super) fn denied_by_rule(rule: Option<&Rule>) -> String {
    match rule {
        Some(rule) => format!(
            "holdpoint: denied by the rule {}: {} ({}:{}); nothing ran",
            Shown::new(&rule.id),
            Shown::new(&rule.says),
            Shown::new(&rule.file),
            rule.line
        ),
        None => "holdpoint: denied; nothing ran".to_owned(),
    }
}

pub(super) fn expired(id: &str) -> String {
    format!(
        "holdpoint: nobody decided in time ({id}); nothing ran. Ask somebody to watch the dashboard, then try again"
    )
}

pub(super) fn unasked(why: &str) -> String {
    format!("holdpoint: no approval could be asked for: {}; nothing ran", Shown::new(why))
}

/// The bar while output waits.
pub(super) fn output_held(request: &HoldRequest, left: Duration, cols: u16) -> BarText {
    let id = request.id.short();
    let found = match &request.subject {
        Subject::Output { findings, .. } => Finding::list(findings),
        Subject::Command | Subject::Reveal { .. } => String::new(),
    };
    let asked = Shown::new(&request.obligations.approvers.join(", "));
    let left = clock(left);
    let fit = |asked: &str| {
        let (head, tail) = (format!(" ‖ OUTPUT HELD {id} · "), format!("{asked} · {left} · ^C stops it "));
        let room = usize::from(cols).saturating_sub(head.width() + tail.width());
        format!("{head}{}{tail}", shortened(&found, room))
    };
    BarText {
        full: fit(&format!(" · {asked} asked")),
        medium: fit(""),
        short: format!(" ‖ OUTPUT HELD {id} · {left} · ^C stops "),
    }
}

/// For those who have no bar: one line.
pub(super) fn output_held_line(request: &HoldRequest, left: Duration) -> String {
    let bar = output_held(request, left, u16::MAX);
    format!("holdpoint: {}", bar.full.replace('‖', "").trim())
}

pub(super) fn output_denied(by: &str, reason: &Shown, id: &str) -> String {
    let why = if reason.as_str().is_empty() { String::new() } else { format!(": \"{reason}\"") };
    format!(
        "holdpoint: the rest of this output was denied by {}{why} ({id}); the command was interrupted",
        Shown::new(by)
    )
}

pub(super) fn output_denied_by_rule(rule: Option<&Rule>) -> String {
    let rule = rule.map_or_else(String::new, |rule| {
        let (id, says) = (Shown::new(&rule.id), Shown::new(&rule.says));
        format!(" by the rule {id}: {says} ({}:{})", Shown::new(&rule.file), rule.line)
    });
    format!("holdpoint: the rest of this output is denied{rule}; the command was interrupted")
}

pub(super) fn output_expired(id: &str) -> String {
    format!(
        "holdpoint: nobody decided on this output in time ({id}); the rest of it is gone, the command was interrupted"
    )
}

pub(super) fn output_unasked(why: &str) -> String {
    format!("holdpoint: no approval could be asked for: {}; the rest of this output is gone", Shown::new(why))
}

pub(super) const OUTPUT_WITHDRAWN: &str = "holdpoint: stopped; the rest of this output is gone";

/// What a request for a reveal asks for, as it stands in lists.
pub(super) fn reveal_text(secs: u32) -> String {
    format!("(see masked values in the clear for {})", minutes(secs))
}

pub(super) fn reveal_asked(request: &HoldRequest) -> String {
    let who = Shown::new(&request.obligations.approvers.join(", "));
    format!("asked {who}: {}; Esc, and go on working", request.id.short())
}

pub(super) fn reveal_refused(rule: Option<&Rule>) -> String {
    match rule {
        Some(rule) => format!("denied by the rule {}: {}", rule.id, rule.says),
        None => "denied".to_owned(),
    }
}

pub(super) const REASON_WANTED: &str = "say why: the rule wants a reason, and the approver reads it";

pub(super) fn reveal_begins(lasts: Duration, ends: &str) -> String {
    format!(" ● values are in the clear on this screen for {}{ends} ", clock(lasts))
}

pub(super) const REVEAL_ENDS: &str = " ○ the reveal is over: values are masked again ";

/// A grant was taken back; `shown`: values were in the clear by it.
pub(super) fn revoked(by: &str, reason: &Shown, shown: bool) -> String {
    let why = if reason.as_str().is_empty() { String::new() } else { format!(": \"{reason}\"") };
    let what = if shown { "the reveal, values are masked again" } else { "a standing approval" };
    format!("{} took back {what}{why}", Shown::new(by))
}

pub(super) fn reveal_denied(by: &str, reason: &Shown, id: &str) -> String {
    let why = if reason.as_str().is_empty() { String::new() } else { format!(": \"{reason}\"") };
    format!(" ✗ the reveal {id} was denied by {}{why} ", Shown::new(by))
}

pub(super) fn reveal_expired(id: &str) -> String {
    format!(" ✗ nobody decided on the reveal {id} in time ")
}

/// A grant that lets the same command through, for the menu.
pub(super) fn standing_grant(grant: &Grant) -> String {
    format!(
        "a command of {} runs without asking until this session ends (by {})",
        grant.request.short(),
        grant.by.join(", ")
    )
}

pub(super) const CHANGED: &str =
    "holdpoint: approved, but the line is not the one that was approved any more; nothing ran. Enter it again";

pub(super) const ANOTHER_LINE: &str =
    "holdpoint: the shell's line is not the one that stands on the screen, so it did not run it. Enter it again";

pub(super) const SILENT: &str =
    "holdpoint: the shell has not said whether it runs that line; what stands there is judged with the next one";

/// For those who watch, and for the record.
pub(super) const UNCOMMITTED: &str =
    "the shell ran a line that no Enter of the engineer committed: a key that is bound to a command, or a macro";

pub(super) const NO_TERMINAL: &str = "holdpoint: a shell without a terminal takes lines that nobody can judge, so it was refused; \
     ask for a terminal (ssh -t), or give the command: ssh … 'command'";

pub(super) const UNREADABLE: &str = "holdpoint: the line could not be read; nothing ran. Enter it again";

pub(super) fn ends_soon(left: Duration) -> String {
    format!("holdpoint: this session reaches its longest lifetime in {}; save your work", clock(left))
}

/// The last sentence, where one is owed.
pub(super) fn farewell(reason: &CloseReason) -> Option<String> {
    match reason {
        CloseReason::Exited(_) | CloseReason::ClientGone | CloseReason::Denied | CloseReason::HoldTimedOut => None,
        CloseReason::TargetGone => None,
        CloseReason::Terminated { by, reason } => {
            let why = if reason.is_empty() { String::new() } else { format!(": \"{}\"", Shown::new(reason)) };
            Some(format!("holdpoint: this session was ended by {}{why}", Shown::new(by)))
        }
        CloseReason::Expired => Some("holdpoint: this session reached its longest lifetime and was ended".to_owned()),
        CloseReason::RecorderFailed => Some(
            "holdpoint: the record cannot be written, so this session was ended; tell whoever runs the bastion"
                .to_owned(),
        ),
        CloseReason::Shutdown => Some("holdpoint: the bastion is shutting down; this session was ended".to_owned()),
        CloseReason::Fault { what } => Some(format!("holdpoint: this session was ended: {}", Shown::new(what))),
    }
}

/// `04:58`, or `1:04:58`.
pub(super) fn clock(left: Duration) -> String {
    // A deadline that is a fraction of a second away is not "00:00".
    let secs = left.as_millis().div_ceil(1000);
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}
