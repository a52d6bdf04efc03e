//! What the tests of the screens share: a person in front of a screen, and rows to show them.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::app::{App, Effect, Message};
use super::backend::Canvas;
use super::input::{Input, Parser};
use super::theme::{Colour, Look, Role};
use super::{Access, Options};
use crate::api::wire::Push;
use crate::model::{
    Certainty, ChannelKind, CommandText, Digest, Effect as Harm, EffectKind, HoldRequest, Mono, Now, Obligations,
    Place, Principal, PtySize, RequestId, RequestRow, Risk, Rule, SessionId, SessionMeta, SessionRow, SessionState,
    Severity, Shown, Size, Span, Undo, Wall,
};

/// A person in front of a screen, in virtual time.
pub(crate) struct Person<A: App> {
    pub(crate) app: A,
    pub(crate) size: Size,
    now: Now,
    pub(crate) effects: Vec<Effect<A::Outcome>>,
}

impl<A: App> Person<A> {
    pub(crate) fn new(app: A, cols: u32, rows: u32) -> Self {
        let size = Size::new(cols, rows);
        let now = Now { mono: Mono(1_000_000), wall: NOON };
        let mut person = Self { app, size, now, effects: Vec::new() };
        person.tell(Message::Begin(size));
        person
    }

    pub(crate) fn tell(&mut self, message: Message) {
        self.effects.extend(self.app.update(message, self.now));
    }

    pub(crate) fn push(&mut self, push: Push) {
        self.tell(Message::Push(Box::new(push)));
    }

    /// Presses what these bytes mean; `\x1b` alone is the key Esc.
    pub(crate) fn press(&mut self, bytes: &str) {
        let mut parser = Parser::default();
        let mut inputs = parser.feed(bytes.as_bytes());
        inputs.extend(parser.give_up_waiting());
        inputs.into_iter().for_each(|input: Input| self.tell(Message::Input(input)));
    }

    /// Lets time pass, with every tick that the screen asks for.
    pub(crate) fn wait(&mut self, millis: u64) {
        let end = self.now.mono.after(Duration::from_millis(millis));
        while let Some(at) = self.app.wake(self.now).filter(|at| *at <= end) {
            let step = at.since(self.now.mono).max(Duration::from_millis(1));
            self.now = Now { mono: self.now.mono.after(step), wall: self.now.wall.after(step) };
            self.tell(Message::Tick);
        }
        let rest = end.since(self.now.mono);
        self.now = Now { mono: end, wall: self.now.wall.after(rest) };
    }

    pub(crate) fn resize(&mut self, cols: u32, rows: u32) {
        self.size = Size::new(cols, rows);
        self.tell(Message::Resized(self.size));
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.cols(), self.size.rows())).unwrap();
        terminal.draw(|frame| self.app.view(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> String {
        grid(&self.buffer(), |cell| cell.symbol().to_owned())
    }

    /// Draws into the real backend and looks at the bytes: every control character in them belongs to a sequence of ours.
    pub(crate) fn assert_no_control(&self) {
        let mut terminal = Terminal::new(Canvas::new(self.size)).unwrap();
        terminal.draw(|frame| self.app.view(frame)).unwrap();
        let out = String::from_utf8(terminal.backend_mut().take()).unwrap();
        for part in out.split('\x1b').skip(1) {
            let rest = part.strip_prefix('[').unwrap_or_else(|| panic!("a sequence that is not CSI: {part:?}"));
            let last = rest.find(|c: char| c.is_ascii_alphabetic()).and_then(|end| rest.get(end..=end));
            assert!(last.is_some_and(|last| "HmJlh".contains(last)), "{rest:?}");
        }
        assert!(!out.chars().any(|c| c.is_control() && c != '\x1b'), "a control character in {out:?}");
        assert!(!out.contains(['\u{202e}', '\u{200b}']), "a hidden character");
    }

    /// The screen and, under it, a letter for how each cell looks.
    pub(crate) fn screen_with_styles(&self, look: Look) -> String {
        let buffer = self.buffer();
        let text = grid(&buffer, |cell| cell.symbol().to_owned());
        let styles = grid(&buffer, |cell| {
            let letter = |role: &Role| {
                let style = look.style(*role);
                let colour = style.fg.unwrap_or_default() == cell.fg;
                colour && cell.bg == Default::default() && style.add_modifier == cell.modifier
            };
            let roles = Role::ALL.iter().zip("·owDidAsSU".chars());
            roles.into_iter().find(|(role, _)| letter(role)).map_or('?', |(_, letter)| letter).to_string()
        });
        let used: String = styles.lines().map(|line| format!("{}\n", line.trim_end_matches('·'))).collect();
        format!("{text}\n{used}")
    }
}

fn grid(buffer: &Buffer, letter: impl Fn(&ratatui::buffer::Cell) -> String) -> String {
    let area = buffer.area;
    let row = |y| (0..area.width).map(|x| letter(&buffer[(x, y)])).collect::<String>();
    (0..area.height).map(|y| format!("{}\n", row(y).trim_end())).collect()
}

/// What a hostile session, file name or reason would like to be obeyed.
pub(crate) const EVIL: &str = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\u{9b}31m\u{202e}\u{200b}evil\r\n";

/// 2026-08-21T12:04:31Z, as in the pictures of the specification.
pub(crate) const NOON: Wall = Wall(1_787_313_871_000_000);

pub(crate) fn options(colour: Colour) -> Options {
    Options {
        look: Look { colour, ..Look::default() },
        bastion: "bastion-1".to_owned(),
        user: "bob".to_owned(),
        access: Access::Decide,
    }
}

pub(crate) fn session_id(n: u8) -> SessionId {
    SessionId::from_bytes([n; 10])
}

pub(crate) fn request_id(n: u8) -> RequestId {
    RequestId::from_bytes([n, 77, n, 33, n])
}

pub(crate) fn meta(n: u8, user: &str, target: &str) -> SessionMeta {
    SessionMeta {
        id: session_id(n),
        who: Principal {
            user: user.to_owned(),
            roles: ["engineer".to_owned()].into(),
            source: "203.0.113.7".parse().ok(),
            fingerprint: "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".to_owned(),
        },
        place: Place {
            target: target.to_owned(),
            login: "root".to_owned(),
            labels: [("env".to_owned(), "production".to_owned())].into(),
        },
        channel: ChannelKind::Shell,
        pty: Some(PtySize { term: "xterm-256color".to_owned(), size: Size::new(60, 12) }),
        started: Wall(NOON.0 - 720_000_000),
    }
}

pub(crate) fn session(n: u8, user: &str, target: &str) -> SessionRow {
    SessionRow {
        meta: meta(n, user, target),
        state: SessionState::Held,
        size: Some(Size::new(60, 12)),
        last: vec![Shown::new("cd /srv"), Shown::new("ls")],
        alert: None,
        active: Wall(NOON.0 - 5_000_000),
    }
}

/// A hold on `command` whose last `marked` bytes are dangerous.
pub(crate) fn hold(n: u8, severity: Severity, seconds: u64, command: &str, marked: usize) -> RequestRow {
    let SessionMeta { who, place, .. } = meta(n, ["alice", "carol", "dave"][usize::from(n) % 3], "db-prod-3");
    let score = [5, 25, 45, 70, 92][severity as usize];
    let request = HoldRequest {
        id: request_id(n),
        session: session_id(n),
        who,
        place,
        subject: crate::model::Subject::Command,
        command: CommandText { text: command.to_owned(), digest: Digest([n; 32]) },
        effects: vec![Harm {
            kind: EffectKind::FsDestroy,
            severity,
            undo: Undo::Never,
            span: Span { start: command.len() - marked, end: command.len() },
            object: "/srv/data".to_owned(),
            reason: "deletes /srv/data and all below it".to_owned(),
        }],
        unseen: vec![],
        rules: vec![Rule {
            id: "prod/destroy".to_owned(),
            file: "policy/default.cedar".to_owned(),
            line: 41,
            says: "Data in production is destroyed by two people, not by one.".to_owned(),
        }],
        risk: Risk { score, reasons: vec!["cannot be undone".to_owned(), "production".to_owned()] },
        certainty: Certainty::Agreed,
        obligations: Obligations {
            approvers: vec!["oncall-db".to_owned()],
            quorum: 2,
            ttl_secs: 300,
            reason_required: true,
        },
        screen: vec![Shown::new("root@db-prod-3:/srv# rm -rf data")],
        before: vec![Shown::new("cd /srv"), Shown::new("ls")],
        reason: Some(Shown::new("cleanup JIRA-88")),
        asked: Wall(NOON.0 - 2_000_000),
        deadline: NOON.after(Duration::from_secs(seconds)),
    };
    RequestRow { request, approved_by: vec!["erin".to_owned()], may_not: None }
}
