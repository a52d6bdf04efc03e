//! The Why pane: the command whole, with what makes it dangerous marked and labelled as a compiler would, and everything an approver should
//! know before they decide.

use ratatui::style::Style;
use ratatui::text::{Line, Span as Piece};
use unicode_width::UnicodeWidthStr;

use super::queue::{Entry, severity};
use crate::model::{
    Certainty, ChannelKind, Effect, Finding, HoldRequest, Outcome, Rule, SessionRow, Shown, Subject, Undo, Wall,
    minutes,
};
use crate::tui::text::{ago, clock, wrap};
use crate::tui::theme::{Look, Role};

/// The pane's rows.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// All of them, wrapped to the width.
    pub rows: Vec<Line<'static>>,
    /// How many rows from the top a person must have seen before they decide: the command with its labels.
    pub command_rows: usize,
}

/// The rows about a hold.
#[must_use]
pub fn of_hold(entry: &Entry, now: Wall, width: usize, look: Look) -> Sheet {
    let request = &entry.row.request;
    let mut page = Page { rows: Vec::new(), width: width.max(20), look };
    page.headline(entry, now);
    page.command(request);
    page.subject(request);
    let command_rows = page.rows.len();
    page.about_text(request);
    page.people(request);
    page.standing(entry);
    page.unseen(request);
    page.risk(request);
    page.context(request, now);
    Sheet { rows: page.rows, command_rows }
}

/// The rows about a session.
#[must_use]
pub fn of_session(row: &SessionRow, now: Wall, width: usize, look: Look) -> Sheet {
    let mut page = Page { rows: Vec::new(), width: width.max(20), look };
    let meta = &row.meta;
    page.fact("user", &who(&meta.who.user, &meta.who.roles, meta.who.source));
    page.fact("key", &meta.who.fingerprint);
    page.fact("target", &place(&meta.place));
    page.fact("runs", &channel(&meta.channel));
    if let (Some(pty), Some(size)) = (&meta.pty, row.size) {
        page.fact("screen", &format!("{size}, {}", pty.term));
    }
    page.fact("since", &format!("{} ({})", ago(meta.started, now), meta.started));
    page.fact("active", &ago(row.active, now));
    page.fact("session", &meta.id.to_string());
    if let Some(alert) = &row.alert {
        page.fact_in("alert", alert.as_str(), Role::Warn);
    }
    page.last("last", row.last.iter());
    let command_rows = 0;
    Sheet { rows: page.rows, command_rows }
}

/// Who asks or works: account, roles, address.
fn who(user: &str, roles: &std::collections::BTreeSet<String>, source: Option<std::net::IpAddr>) -> String {
    let roles: Vec<_> = roles.iter().map(String::as_str).collect();
    let source = source.map_or_else(|| "the control socket".to_owned(), |ip| ip.to_string());
    format!("{user} ({}) from {source}", roles.join(", "))
}

fn place(place: &crate::model::Place) -> String {
    let labels: String = place.labels.iter().map(|(k, v)| format!(" {k}={v}")).collect();
    format!("{}@{}{labels}", place.login, place.target)
}

fn channel(kind: &ChannelKind) -> String {
    match kind {
        ChannelKind::Shell => "a shell".to_owned(),
        ChannelKind::Exec { command } => format!("one command: {command}"),
    }
}

/// A request's end in words.
#[must_use]
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved { by, .. } => format!("approved by {}", by.join(", ")),
        Outcome::Denied { by, reason } => format!("denied by {by}: {reason}"),
        Outcome::Expired => "expired: nobody decided in time".to_owned(),
        Outcome::Withdrawn => "withdrawn by the engineer".to_owned(),
    }
}

struct Page {
    rows: Vec<Line<'static>>,
    width: usize,
    look: Look,
}

impl Page {
    fn headline(&mut self, entry: &Entry, now: Wall) {
        let request = &entry.row.request;
        let worst = severity(request);
        let (glyph, role) = (self.look.severity_glyph(worst), self.look.severity_role(worst));
        let dot = self.look.pick("·", "-");
        let mut line = vec![
            Piece::styled(format!("{glyph} {} {}", worst.word(), request.risk.score), self.look.style(role)),
            Piece::raw(format!(" {dot} {}", request.id.short())),
        ];
        if let Some(end) = &entry.outcome {
            line.push(Piece::styled(format!(" {dot} {}", Shown::new(&outcome(end))), self.look.style(Role::Accent)));
        } else {
            let left = request.deadline.since(now);
            let urgent = left.as_secs() < 60;
            let role = if urgent { Role::Urgent } else { Role::Plain };
            let word = if urgent { "! urgent" } else { "left" };
            line.push(Piece::raw(format!(" {dot} ")));
            line.push(Piece::styled(format!("{} {word}", clock(left)), self.look.style(role)));
        }
        self.rows.push(Line::from(line));
    }

    /// The command, each row followed by its marks and by the labels of the effects that end in it.
    fn command(&mut self, request: &HoldRequest) {
        let letters = letters(&request.command.text, &request.effects, self.look);
        for row in rows_of(letters, self.width) {
            let mut line: Vec<Piece<'static>> = Vec::new();
            let mut marks = String::new();
            for letter in &row {
                let style = if letter.marked { self.look.style(Role::Span) } else { Style::new() };
                match line.last_mut().filter(|piece| piece.style == style) {
                    Some(piece) => piece.content.to_mut().push_str(&letter.text),
                    None => line.push(Piece::styled(letter.text.clone(), style)),
                }
                marks.push_str(&(if letter.marked { "~" } else { " " }).repeat(letter.text.width()));
            }
            self.rows.push(Line::from(line));
            let (first, last) = (row.first().map_or(0, |l| l.start), row.last().map_or(0, |l| l.end));
            let labels: Vec<String> =
                request.effects.iter().filter(|e| first < e.span.end && e.span.end <= last).map(label).collect();
            self.marks(marks.trim_end(), &labels);
        }
        let nowhere = |e: &&Effect| e.span.end == 0 || e.span.start >= request.command.text.len();
        let labels: Vec<String> = request.effects.iter().filter(nowhere).map(label).collect();
        self.marks("", &labels);
    }

    fn marks(&mut self, marks: &str, labels: &[String]) {
        let style = self.look.style(Role::Danger);
        if let [label] = labels
            && marks.width() + 2 + label.width() <= self.width
            && !marks.is_empty()
        {
            self.rows.push(Line::styled(format!("{marks} {label}"), style));
            return;
        }
        if !marks.is_empty() {
            self.rows.push(Line::styled(marks.to_owned(), style));
        }
        for label in labels {
            for (i, row) in wrap(label, self.width.saturating_sub(3)).into_iter().enumerate() {
                let lead = if i == 0 { self.look.pick(" ╰ ", " ` ") } else { "   " };
                self.rows.push(Line::styled(format!("{lead}{row}"), style));
            }
        }
    }

    /// What is asked for, if it is not to run the text.
    fn subject(&mut self, request: &HoldRequest) {
        match &request.subject {
            Subject::Command => {}
            Subject::Reveal { secs } => {
                let text = format!("to see every masked value in the clear for {}", minutes(*secs));
                self.fact_in("asks", &text, Role::Warn);
            }
            Subject::Output { findings, samples } => {
                let text = format!("to see more of its output, which waits: {}", Finding::list(findings));
                self.fact_in("asks", &text, Role::Warn);
                self.last("sample", samples.iter());
            }
        }
    }

    /// What the text is, besides its words: its length, its digest, and letters that may not be what they look like.
    fn about_text(&mut self, request: &HoldRequest) {
        let text = &request.command.text;
        let digest: String = request.command.digest.to_string().chars().take(12).collect();
        let characters = text.chars().count();
        self.fact("length", &format!("{characters} characters, {} bytes; digest {digest}", text.len()));
        let foreign: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        if !foreign.is_empty() {
            let some: Vec<_> = foreign.iter().take(8).map(|c| format!("U+{:04X}", *c as u32)).collect();
            let more = if foreign.len() > some.len() { ", and more" } else { "" };
            let text = format!("{} characters are not ASCII: {}{more}", foreign.len(), some.join(" "));
            self.fact_in("look", &text, Role::Warn);
        }
    }

    fn standing(&mut self, entry: &Entry) {
        let request = &entry.row.request;
        let asked = &request.obligations;
        let roles = if asked.approvers.is_empty() {
            "nobody (it can only expire)".to_owned()
        } else {
            asked.approvers.join(", ")
        };
        let given = match entry.row.approved_by.as_slice() {
            [] => "none yet".to_owned(),
            by => format!("{} by {}", by.len(), by.join(", ")),
        };
        self.fact("asked", &format!("{roles}; {} needed, {given}", asked.quorum));
        if let Some(why_not) = &entry.row.may_not {
            self.fact_in("you", &format!("may not decide: {why_not}"), Role::Warn);
        }
        let reason = request.reason.as_ref().map_or_else(|| "none given".to_owned(), |r| format!("\"{r}\""));
        self.fact("reason", &reason);
        request.rules.iter().for_each(|rule| self.rule(rule));
    }

    fn rule(&mut self, rule: &Rule) {
        self.fact("rule", &format!("{} ({}:{})", rule.id, rule.file, rule.line));
        if !rule.says.is_empty() {
            self.fact("", &rule.says);
        }
    }

    fn people(&mut self, request: &HoldRequest) {
        self.fact("user", &who(&request.who.user, &request.who.roles, request.who.source));
        self.fact("target", &place(&request.place));
        let sure = match request.certainty {
            Certainty::Exact => "exact: the shell itself said which line",
            Certainty::Agreed => "agreed: keys and screen say the same",
            Certainty::Screen => "screen: read from the screen only",
            Certainty::Keys => "keys: read from the keys only",
            Certainty::Disputed => "disputed: the witnesses differ; the worst reading is shown",
            Certainty::Opaque => "opaque: what would run cannot be determined",
        };
        let role = match request.certainty {
            Certainty::Exact | Certainty::Agreed => Role::Plain,
            Certainty::Screen | Certainty::Keys => Role::Warn,
            Certainty::Disputed | Certainty::Opaque => Role::Danger,
        };
        self.fact_in("sure", sure, role);
    }

    /// What a proxy cannot see, whatever the command says.
    fn unseen(&mut self, request: &HoldRequest) {
        if request.subject != Subject::Command {
            return;
        }
        if request.unseen.is_empty() {
            self.fact_in("unseen", "what a program does inside; this is what the line says", Role::Dim);
            return;
        }
        for (i, command) in request.unseen.iter().enumerate() {
            self.fact_in(if i == 0 { "unseen" } else { "" }, command.as_str(), Role::Warn);
        }
        self.fact_in("", "lies on the target: what it does inside was not seen", Role::Warn);
    }

    fn risk(&mut self, request: &HoldRequest) {
        let reasons = if request.risk.reasons.is_empty() {
            "no reason given".to_owned()
        } else {
            request.risk.reasons.join("; ")
        };
        self.fact("risk", &format!("{} of 100: {reasons}", request.risk.score));
    }

    fn context(&mut self, request: &HoldRequest, now: Wall) {
        self.fact("asked at", &format!("{} ({})", request.asked, ago(request.asked, now)));
        self.last("before", request.before.iter());
        self.last("screen", request.screen.iter());
    }

    fn last<'a>(&mut self, name: &str, lines: impl Iterator<Item = &'a Shown>) {
        for (i, line) in lines.enumerate() {
            self.fact(if i == 0 { name } else { "" }, line.as_str());
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.fact_in(name, value, Role::Plain);
    }

    fn fact_in(&mut self, name: &str, value: &str, role: Role) {
        let value = Shown::new(value);
        for (i, row) in wrap(value.as_str(), self.width.saturating_sub(NAME)).into_iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            self.rows.push(Line::from(vec![
                Piece::styled(format!("{name:<NAME$}"), self.look.style(Role::Dim)),
                Piece::styled(row, self.look.style(role)),
            ]));
        }
    }
}

/// An effect in one clause: `deletes ./victim (fs.destroy, HIGH, cannot be undone)`.
fn label(effect: &Effect) -> String {
    let undo = match effect.undo {
        Undo::Easy => "easy to undo",
        Undo::Hard => "hard to undo",
        Undo::Never => "cannot be undone",
    };
    let text = format!("{} ({}, {}, {undo})", effect.reason, effect.kind, effect.severity.word());
    Shown::new(&text).to_string()
}

/// A piece of the command that is never broken: a character as it is shown, or a long run of spaces.
struct Letter {
    text: String,
    start: usize,
    end: usize,
    marked: bool,
    ends_row: bool,
}

/// The command's text, escaped; each piece knows its bytes, because spans count those.
fn letters(text: &str, effects: &[Effect], look: Look) -> Vec<Letter> {
    let marked = |start: usize, end: usize| effects.iter().any(|e| e.span.start < end && start < e.span.end);
    let mut out: Vec<Letter> = Vec::new();
    let mut spaces: Option<(usize, usize)> = None;
    let flush = |spaces: &mut Option<(usize, usize)>, out: &mut Vec<Letter>| {
        let Some((start, end)) = spaces.take() else { return };
        let count = end - start;
        if count > MAX_SPACES {
            let text = format!("{}{count}", look.pick("·×", "_x"));
            out.push(Letter { text, start, end, marked: marked(start, end), ends_row: false });
            return;
        }
        let space =
            |at| Letter { text: " ".to_owned(), start: at, end: at + 1, marked: marked(at, at + 1), ends_row: false };
        out.extend((start..end).map(space));
    };
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c == ' ' {
            spaces = Some((spaces.map_or(start, |(first, _)| first), end));
            continue;
        }
        flush(&mut spaces, &mut out);
        let text = Shown::new(c.encode_utf8(&mut [0; 4])).to_string();
        out.push(Letter { text, start, end, marked: marked(start, end), ends_row: c == '\n' });
    }
    flush(&mut spaces, &mut out);
    out
}

/// Rows of at most `width` columns; a line feed ends its row too.
fn rows_of(letters: Vec<Letter>, width: usize) -> Vec<Vec<Letter>> {
    let (mut rows, mut row, mut used) = (Vec::new(), Vec::new(), 0);
    for letter in letters {
        let columns = letter.text.width();
        if used + columns > width && used > 0 {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        used += columns;
        let ends = letter.ends_row;
        row.push(letter);
        if ends {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

/// Columns of a fact's name.
const NAME: usize = 9;

/// Longer runs of spaces are written as their number: they are used to push the end of a line out of sight.
const MAX_SPACES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EffectKind, Severity, Span};

    fn effect(start: usize, end: usize) -> Effect {
        Effect {
            kind: EffectKind::FsDestroy,
            severity: Severity::High,
            undo: Undo::Never,
            span: Span { start, end },
            object: "x".into(),
            reason: "deletes x".into(),
        }
    }

    fn text(letters: &[Letter]) -> String {
        letters.iter().map(|l| if l.marked { l.text.to_uppercase() } else { l.text.clone() }).collect()
    }

    #[test]
    fn what_lies_on_the_target_is_named_and_said_to_be_unseen() {
        let mut row = crate::tui::testing::hold(1, Severity::High, 60, "rm -rf /srv/data && ./deploy.sh", 14);
        let said = |row: &crate::model::RequestRow| {
            let entry = Entry { row: row.clone(), outcome: None };
            let rows = of_hold(&entry, row.request.asked, 100, Look::default()).rows;
            rows.iter().map(ToString::to_string).filter(|row| row.contains("inside")).collect::<Vec<_>>().join("\n")
        };
        assert!(said(&row).contains("what a program does inside"), "{}", said(&row));
        row.request.unseen = vec![Shown::new("./deploy.sh")];
        assert!(said(&row).contains("lies on the target: what it does inside was not seen"), "{}", said(&row));
    }

    #[test]
    fn spans_stay_on_their_words_when_text_before_them_is_escaped_or_collapsed() {
        let line = format!("echo \u{202e}é{}; rm -rf x", " ".repeat(40));
        let start = line.find("rm").unwrap();
        let letters = letters(&line, &[effect(start, line.len())], Look::default());
        assert_eq!(text(&letters), "echo ⟨202E⟩é·×40; RM -RF X");
    }

    #[test]
    fn a_line_feed_ends_the_row_and_stays_visible() {
        let rows = rows_of(letters("ls\nrm x", &[], Look::default()), 80);
        assert_eq!(rows.iter().map(|row| text(row)).collect::<Vec<_>>(), ["ls␊", "rm x"]);
    }
}
