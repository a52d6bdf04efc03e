//! The dialogs: what stands between a key and a decision. While one is open it gets every key.

use ratatui::text::{Line, Span as Piece};

use super::queue::{Entry, severity};
use crate::api::wire::Call;
use crate::model::{
    Digest, Grant, GrantId, HoldRequest, RequestId, Scope, SessionId, SessionRow, Severity, Shown, Subject, minutes,
};
use crate::tui::bindings::Reading;
use crate::tui::field::Field;
use crate::tui::input::Key;
use crate::tui::text::{cut, wrap};
use crate::tui::theme::{Look, Role};

/// An open dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// How far does the approval reach?
    Approve(Approve),
    /// Why not?
    Deny(Deny),
    /// Why does the session end? And really?
    Terminate(Terminate),
    /// Why is the approval taken back?
    Revoke(Revoke),
    /// What was asked is over, and how. It stays until it is read, so that keys meant for the dialog before it do nothing.
    Over(String),
    /// The action table.
    Help(Reading),
    /// What happened here.
    Log(Reading),
}

/// The dialog that approves one request, bound to what was displayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approve {
    request: RequestId,
    digest: Digest,
    /// What it may reach, each with its key: `1`, `2` …
    scopes: Vec<Scope>,
    chosen: usize,
    /// The name to type first, for a critical one.
    name: Option<String>,
    typed: Field,
}

/// The dialog that denies one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    request: RequestId,
    digest: Digest,
    reason: Field,
}

/// The dialog that ends a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminate {
    session: SessionId,
    whose: String,
    reason: Field,
    /// The reason is given; the last question stands.
    asked: bool,
}

/// The dialog that takes a grant back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    grant: GrantId,
    /// What it lets through, and whom.
    what: String,
    reason: Field,
}

/// What a key did to a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It stays.
    Stay,
    /// It closes.
    Close,
    /// It stays, and says why.
    Say(String),
    /// It closes and sends that; the sentence says what, for the log.
    Send(Box<Call>, String),
}

impl Dialog {
    /// The dialog that approves what `entry` shows.
    #[must_use]
    pub fn approve(entry: &Entry) -> Self {
        let request = &entry.row.request;
        let name = (severity(request) == Severity::Critical).then(|| request.place.target.clone());
        let (digest, typed) = (request.command.digest, Field::default());
        Self::Approve(Approve { request: request.id, digest, scopes: scopes(request), chosen: 0, name, typed })
    }

    /// The dialog that denies what `entry` shows.
    #[must_use]
    pub fn deny(entry: &Entry) -> Self {
        let request = &entry.row.request;
        Self::Deny(Deny { request: request.id, digest: request.command.digest, reason: Field::default() })
    }

    /// The dialog that ends that session.
    #[must_use]
    pub fn terminate(row: &SessionRow) -> Self {
        let whose = format!("{} on {}@{}", row.meta.who.user, row.meta.place.login, row.meta.place.target);
        Self::Terminate(Terminate { session: row.meta.id, whose, reason: Field::default(), asked: false })
    }

    /// The dialog that takes that grant back; `row` is its session, if that is known.
    #[must_use]
    pub fn revoke(grant: &Grant, row: Option<&SessionRow>) -> Self {
        let whose = row.map_or_else(
            || format!("session {}", grant.session.short()),
            |row| format!("{} on {}@{}", row.meta.who.user, row.meta.place.login, row.meta.place.target),
        );
        let what = format!("{} for {whose}, by {}", reach(&grant.scope), grant.by.join(", "));
        Self::Revoke(Revoke { grant: grant.id, what, reason: Field::default() })
    }

    /// The request it decides on, with the digest that was displayed.
    #[must_use]
    pub const fn subject(&self) -> Option<(RequestId, Digest)> {
        match self {
            Self::Approve(a) => Some((a.request, a.digest)),
            Self::Deny(d) => Some((d.request, d.digest)),
            Self::Terminate(_) | Self::Revoke(_) | Self::Over(_) | Self::Help(_) | Self::Log(_) => None,
        }
    }

    /// The grant it would take back.
    #[must_use]
    pub const fn grant(&self) -> Option<GrantId> {
        match self {
            Self::Revoke(revoke) => Some(revoke.grant),
            Self::Approve(_) | Self::Deny(_) | Self::Terminate(_) | Self::Over(_) | Self::Help(_) | Self::Log(_) => {
                None
            }
        }
    }

    /// The session it would end.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Terminate(t) => Some(t.session),
            Self::Approve(_) | Self::Deny(_) | Self::Revoke(_) | Self::Over(_) | Self::Help(_) | Self::Log(_) => None,
        }
    }

    /// Takes a key. `armed` says whether a decision may be sent now, or why not.
    pub fn key(&mut self, key: Key, armed: Result<(), String>) -> Step {
        if key == Key::Esc {
            return Step::Close;
        }
        match self {
            Self::Approve(dialog) => dialog.key(key, armed),
            Self::Deny(dialog) => dialog.key(key, armed),
            Self::Terminate(dialog) => dialog.key(key, armed),
            Self::Revoke(dialog) => dialog.key(key, armed),
            Self::Over(_) if key == Key::Enter => Step::Close,
            Self::Over(_) => Step::Stay,
            Self::Help(reading) | Self::Log(reading) => {
                if reading.closes(key) {
                    return Step::Close;
                }
                Step::Stay
            }
        }
    }

    /// Takes a paste. A name that confirms must be typed, so it takes none.
    pub fn paste(&mut self, text: &str) {
        match self {
            Self::Approve(_) | Self::Over(_) => {}
            Self::Deny(dialog) => dialog.reason.paste(text),
            Self::Terminate(dialog) if !dialog.asked => dialog.reason.paste(text),
            Self::Terminate(_) => {}
            Self::Revoke(dialog) => dialog.reason.paste(text),
            Self::Help(reading) | Self::Log(reading) => reading.paste(text),
        }
    }

    /// Its title.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Approve(_) => " Approve ",
            Self::Deny(_) => " Deny ",
            Self::Terminate(_) => " Terminate the session ",
            Self::Revoke(_) => " Take a grant back ",
            Self::Over(_) => " Nothing was sent ",
            Self::Help(_) => " Help ",
            Self::Log(_) => " What happened here ",
        }
    }
}

impl Approve {
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key edits or does nothing")]
    fn key(&mut self, key: Key, armed: Result<(), String>) -> Step {
        match key {
            Key::Up | Key::BackTab => {
                self.chosen = self.chosen.checked_sub(1).unwrap_or(self.scopes.len().saturating_sub(1))
            }
            Key::Down | Key::Tab => self.chosen = if self.chosen + 1 < self.scopes.len() { self.chosen + 1 } else { 0 },
            Key::Char(digit @ '1'..='9') if self.name.is_none() => {
                let place = digit.to_digit(10).and_then(|digit| usize::try_from(digit - 1).ok());
                self.chosen = place.filter(|place| *place < self.scopes.len()).unwrap_or(self.chosen);
            }
            Key::Enter => {
                if let Err(why) = armed {
                    return Step::Say(why);
                }
                if let Some(name) = self.name.as_deref().filter(|name| *name != self.typed.text()) {
                    return Step::Say(format!("type the target's name, {name}, to approve something critical"));
                }
                let Some(scope) = self.scopes.get(self.chosen).cloned() else { return Step::Stay };
                let says = format!("approve {} {}", self.request.short(), reach(&scope));
                return Step::Send(Box::new(Call::Approve { request: self.request, digest: self.digest, scope }), says);
            }
            key if self.name.is_some() => _ = self.typed.key(key),
            _ => {}
        }
        Step::Stay
    }

    /// Its rows: what would be let through, in words, and until when.
    #[must_use]
    pub fn rows(&self, entry: &Entry, width: usize, look: Look) -> Vec<Line<'static>> {
        let request = &entry.row.request;
        let mut rows = vec![command_row(entry, width, look)];
        for (place, scope) in self.scopes.iter().enumerate() {
            let text = format!("{} {}", place + 1, promise(request, scope));
            let chosen = place == self.chosen;
            let style = look.style(if chosen { Role::Selected } else { Role::Plain });
            for (i, row) in wrap(Shown::new(&text).as_str(), width.saturating_sub(4)).into_iter().enumerate() {
                let mark = if chosen && i == 0 { look.pick("▸ ", "> ") } else { "  " };
                let indent = if i == 0 { "" } else { "  " };
                rows.push(Line::styled(format!("{mark}{indent}{row}"), style));
            }
        }
        let (needed, given) = (usize::from(request.obligations.quorum), entry.row.approved_by.len());
        if needed > given + 1 {
            let text = format!("yours is {} of {needed}: others must approve too before it runs", given + 1);
            rows.extend(wrap(&text, width).into_iter().map(|row| Line::styled(row, look.style(Role::Info))));
        }
        if let Some(name) = &self.name {
            let text = format!("critical: type {} to approve: ", Shown::new(name));
            rows.push(Line::from(vec![
                Piece::styled(text, look.style(Role::Danger)),
                Piece::raw(self.typed.shown().to_string()),
                Piece::styled(look.pick("▏", "_"), look.style(Role::Accent)),
            ]));
        }
        rows.push(keys_row("enter approve", "esc back", look));
        rows
    }
}

impl Deny {
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key edits or does nothing")]
    fn key(&mut self, key: Key, armed: Result<(), String>) -> Step {
        match key {
            Key::Char(digit @ '1'..='9') if self.reason.is_empty() => {
                let place = usize::try_from(u32::from(digit) - u32::from('1')).unwrap_or(usize::MAX);
                match PRESETS.get(place) {
                    Some(preset) => self.reason = Field::with(preset),
                    None => _ = self.reason.key(key),
                }
            }
            Key::Enter => {
                if let Err(why) = armed {
                    return Step::Say(why);
                }
                let reason = self.reason.text().trim().to_owned();
                if reason.is_empty() {
                    return Step::Say("say why: the engineer reads it".to_owned());
                }
                let says = format!("deny {}: {reason}", self.request.short());
                let call = Call::Deny { request: self.request, digest: self.digest, reason };
                return Step::Send(Box::new(call), says);
            }
            key => _ = self.reason.key(key),
        }
        Step::Stay
    }

    /// Its rows.
    #[must_use]
    pub fn rows(&self, entry: &Entry, width: usize, look: Look) -> Vec<Line<'static>> {
        let mut rows = vec![command_row(entry, width, look), field_row("reason: ", &self.reason, width, look)];
        if self.reason.is_empty() {
            let presets: Vec<_> = PRESETS.iter().enumerate().map(|(i, text)| format!("{} {text}", i + 1)).collect();
            let text = presets.join("   ");
            rows.extend(wrap(&text, width).into_iter().map(|row| Line::styled(row, look.style(Role::Dim))));
        }
        rows.push(keys_row("enter deny; the engineer reads the reason", "esc back", look));
        rows
    }
}

impl Terminate {
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other key edits or does nothing")]
    fn key(&mut self, key: Key, armed: Result<(), String>) -> Step {
        match (key, self.asked) {
            (Key::Enter, false) if self.reason.text().trim().is_empty() => {
                return Step::Say("say why: the engineer reads it".to_owned());
            }
            (Key::Enter, false) => self.asked = true,
            (Key::Char('y'), true) => {
                if let Err(why) = armed {
                    return Step::Say(why);
                }
                let reason = self.reason.text().trim().to_owned();
                let says = format!("terminate the session of {}: {reason}", self.whose);
                return Step::Send(Box::new(Call::Kill { session: self.session, reason }), says);
            }
            (Key::Char('n'), true) => self.asked = false,
            (_, true) => return Step::Say("y ends the session, n goes back to the reason".to_owned()),
            (key, false) => _ = self.reason.key(key),
        }
        Step::Stay
    }

    /// Its rows.
    #[must_use]
    pub fn rows(&self, width: usize, look: Look) -> Vec<Line<'static>> {
        let text = format!("{}: whatever runs in it is cut off", self.whose);
        let mut rows: Vec<_> = wrap(Shown::new(&text).as_str(), width).into_iter().map(Line::raw).collect();
        rows.push(field_row("reason: ", &self.reason, width, look));
        if self.asked {
            rows.push(Line::styled("really end this session?", look.style(Role::Danger)));
            rows.push(keys_row("y end it", "n back to the reason", look));
        } else {
            rows.push(keys_row("enter go on (asks once more)", "esc back", look));
        }
        rows
    }
}

impl Revoke {
    fn key(&mut self, key: Key, armed: Result<(), String>) -> Step {
        if key != Key::Enter {
            self.reason.key(key);
            return Step::Stay;
        }
        if let Err(why) = armed {
            return Step::Say(why);
        }
        let reason = self.reason.text().trim().to_owned();
        let says = format!("take back {}: {}", self.grant.short(), self.what);
        Step::Send(Box::new(Call::Revoke { grant: self.grant, reason }), says)
    }

    /// Its rows.
    #[must_use]
    pub fn rows(&self, width: usize, look: Look) -> Vec<Line<'static>> {
        let text = format!("{}: ends at once; what it showed is masked again", self.what);
        let mut rows: Vec<_> = wrap(Shown::new(&text).as_str(), width).into_iter().map(Line::raw).collect();
        rows.push(field_row("reason: ", &self.reason, width, look));
        rows.push(keys_row("enter take it back; the engineer reads the reason", "esc back", look));
        rows
    }
}

/// The rows that say how what was asked came to be over.
#[must_use]
pub fn over_rows(why: &str, width: usize, look: Look) -> Vec<Line<'static>> {
    let text = Shown::new(why);
    let mut rows: Vec<_> = wrap(text.as_str(), width).into_iter().map(Line::raw).collect();
    rows.push(keys_row("enter back", "esc back", look));
    rows
}

/// How far an approval reaches, in a few words.
#[must_use]
pub fn reach(scope: &Scope) -> String {
    match scope {
        Scope::Once => "once".to_owned(),
        Scope::SameCommandThisSession => "for this command in this session".to_owned(),
        Scope::Clear { .. } => scope.words(),
    }
}

/// How far an approval of such a request may reach, the usual way first.
fn scopes(request: &HoldRequest) -> Vec<Scope> {
    match request.subject {
        Subject::Command => vec![Scope::Once, Scope::SameCommandThisSession],
        Subject::Reveal { secs } if secs > SHORT => vec![Scope::Clear { secs }, Scope::Clear { secs: SHORT }],
        Subject::Reveal { secs } => vec![Scope::Clear { secs }],
        Subject::Output { .. } => vec![Scope::Once, Scope::Clear { secs: SHORT }],
    }
}

/// What is let through with that, in words, and until when.
fn promise(request: &HoldRequest, scope: &Scope) -> String {
    let who = &request.who.user;
    let place = format!("{}@{}", request.place.login, request.place.target);
    match (&request.subject, scope) {
        (Subject::Output { .. }, Scope::Once) => {
            format!("masked: the rest of this command's output goes on to {who}, with every value masked")
        }
        (_, Scope::Once) => format!("once: {who} runs this line on {place} one time, now; nothing else"),
        (_, Scope::SameCommandThisSession) => format!(
            "same command, this session: {who} may run exactly this line on {place} again and again, until this session ends"
        ),
        (_, Scope::Clear { secs }) => format!(
            "in the clear for {}: {who} sees every value on this terminal, {place}, until then; the recording and those who \
             watch do not",
            minutes(*secs)
        ),
    }
}

/// The command once more, cut to a row; the whole of it was on the screen before this dialog could decide anything.
fn command_row(entry: &Entry, width: usize, look: Look) -> Line<'static> {
    let request = &entry.row.request;
    let worst = severity(request);
    let count = request.command.text.chars().count();
    let tail = format!("  ({count} characters)");
    let head = format!("{} {} ", look.severity_glyph(worst), worst.word());
    let room = width.saturating_sub(head.chars().count() + tail.len());
    Line::from(vec![
        Piece::styled(head, look.style(look.severity_role(worst))),
        Piece::styled(cut(request.command.shown().as_str(), room, look), look.style(Role::Span)),
        Piece::styled(tail, look.style(Role::Dim)),
    ])
}

fn field_row(name: &'static str, field: &Field, width: usize, look: Look) -> Line<'static> {
    let shown = field.shown().to_string();
    // The end of a long line is what is being typed, so that is what is shown.
    let skip = shown.chars().count().saturating_sub(width.saturating_sub(name.len() + 1));
    let tail: String = shown.chars().skip(skip).collect();
    Line::from(vec![
        Piece::styled(name, look.style(Role::Dim)),
        Piece::raw(tail),
        Piece::styled(look.pick("▏", "_"), look.style(Role::Accent)),
    ])
}

fn keys_row(yes: &'static str, no: &'static str, look: Look) -> Line<'static> {
    Line::from(vec![
        Piece::styled(yes, look.style(Role::Accent)),
        Piece::styled(format!(" {} {no}", look.pick("·", "-")), look.style(Role::Dim)),
    ])
}

/// A reveal that is shorter than most that are asked for, in seconds.
const SHORT: u32 = 300;

/// What approvers say most; a digit chooses one while the line is empty.
const PRESETS: &[&str] = &["use the runbook", "wrong target", "too broad", "ask me first", "not now"];
