//! The menu that the bastion key opens in the engineer's terminal: keys in, what is wanted and rows of text out.
//!
//! ```text
//!   (closed) ── bastion key ──▶ List ── r ──▶ Reveal (reason, how long) ── Enter ──▶ Wanted::Reveal
//!                                │  └── n ──▶ Note ── Enter ──▶ Wanted::Note
//!                                │  └── e ──▶ Wanted::End
//!                                └── Esc, Ctrl-C ──▶ closed      bastion key again ──▶ closed, and the key goes to the target
//! ```
//!
//! It knows neither the session nor the screen. While it is open it gets every key, but no reply of the terminal; what it draws is put
//! over the screen by difference and taken off again (`terminal/overlay.rs`).

use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::words::clock;
use crate::model::{Shown, minutes};
use crate::terminal::{Commit, Interrupt, Key, Kind, Token};

/// The open menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Menu {
    page: Page,
    /// What came of the last thing that was asked for, or why it was not.
    says: String,
    /// The bastion key opened it, and nothing was done since: a second press is meant for the target.
    fresh: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Page {
    List { at: usize },
    Reveal { reason: Line, time: usize },
    Note { text: Line },
}

/// A line of text that is being typed, at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line(String);

/// What the engineer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing but the menu, drawn anew.
    Menu,
    /// It closes.
    Close,
    /// It closes, and the bastion key goes to the target.
    Literal,
    /// To see values in the clear.
    Reveal { reason: String, secs: u32 },
    /// The running reveal is over, or the request for one is taken back.
    End,
    /// To tell the approvers.
    Note(String),
}

/// What the menu shows beside itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// `alice on root@db-1`.
    pub(super) whose: String,
    /// How long values are still in the clear.
    pub(super) clear: Option<Duration>,
    /// The request for a reveal that waits: its short id and the time it has left.
    pub(super) asked: Option<(String, Duration)>,
    /// Other standing grants in words.
    pub(super) grants: Vec<String>,
    /// The bastion key's name.
    pub(super) key: String,
}

impl Menu {
    pub(super) fn new() -> Self {
        Self { page: Page::List { at: 0 }, says: String::new(), fresh: true }
    }

    /// Back to the list, with a sentence of what came of it.
    pub(super) fn say(&mut self, sentence: &str) {
        self.page = Page::List { at: 0 };
        self.says = Shown::new(sentence).to_string();
    }

    /// Stays where it is, with what is wrong there.
    pub(super) fn object(&mut self, sentence: &str) {
        self.says = Shown::new(sentence).to_string();
    }

    /// Takes a key. `bastion` says that it is the one that opened the menu.
    pub(super) fn key(&mut self, token: &Token, bastion: bool) -> Wanted {
        let fresh = std::mem::take(&mut self.fresh);
        if bastion {
            return if fresh { Wanted::Literal } else { Wanted::Close };
        }
        match token.kind {
            Kind::Interrupt(Interrupt::Interrupt) => return Wanted::Close,
            Kind::Key(Key::Escape) => {
                return match self.page {
                    Page::List { .. } => Wanted::Close,
                    Page::Reveal { .. } | Page::Note { .. } => self.turn(Page::List { at: 0 }),
                };
            }
            _ => {}
        }
        match &mut self.page {
            // Several letters in one read are several keys.
            Page::List { .. } if token.kind == Kind::Text && token.raw.len() > 1 => {
                let (first, rest) = token.raw.split_at(1);
                let [first, rest] = [first, rest].map(|raw| Token { kind: Kind::Text, raw: raw.to_vec() });
                match self.key(&first, false) {
                    Wanted::Menu => self.key(&rest, false),
                    wanted => wanted,
                }
            }
            Page::List { at } => match list_key(token, *at) {
                Choice::Stay(to) => self.turn(Page::List { at: to }),
                Choice::Reveal => self.turn(Page::Reveal { reason: Line::default(), time: USUAL }),
                Choice::Note => self.turn(Page::Note { text: Line::default() }),
                Choice::End => Wanted::End,
                Choice::Close => Wanted::Close,
            },
            Page::Reveal { reason, time } => {
                match token.kind {
                    Kind::Commit(Commit::Cr | Commit::Lf | Commit::KeypadEnter | Commit::Encoded) => {
                        let secs = TIMES.get(*time).copied().unwrap_or(TIMES[0]);
                        return Wanted::Reveal { reason: reason.0.trim().to_owned(), secs };
                    }
                    Kind::Key(Key::Up | Key::Left) => *time = time.saturating_sub(1),
                    Kind::Key(Key::Down | Key::Right | Key::Tab) if *time + 1 < TIMES.len() => *time += 1,
                    _ => reason.key(token),
                }
                Wanted::Menu
            }
            Page::Note { text } => match token.kind {
                Kind::Commit(Commit::Cr | Commit::Lf | Commit::KeypadEnter | Commit::Encoded) => {
                    let note = text.0.trim().to_owned();
                    if note.is_empty() { self.turn(Page::List { at: 0 }) } else { Wanted::Note(note) }
                }
                _ => {
                    text.key(token);
                    Wanted::Menu
                }
            },
        }
    }

    fn turn(&mut self, page: Page) -> Wanted {
        self.page = page;
        self.says.clear();
        Wanted::Menu
    }

    /// Its rows, of at most `cols` columns.
    pub(super) fn rows(&self, facts: &Facts, cols: u16) -> Vec<String> {
        let cols = usize::from(cols);
        let mut rows = vec![format!(" ‖ holdpoint · {}", Shown::new(&facts.whose))];
        match &self.page {
            Page::List { at } => {
                let end = if facts.asked.is_some() {
                    "take the request back"
                } else {
                    "end the reveal: mask everything again"
                };
                let items =
                    ["show masked values in the clear: ask for it", "write a note to the approvers", end, "close"];
                for (place, (letter, item)) in LETTERS.iter().zip(items).enumerate() {
                    let mark = if place == *at { '▸' } else { ' ' };
                    rows.push(format!(" {mark} {letter}  {item}"));
                }
                rows.extend(standing(facts));
                rows.push(format!(" Esc closes · {key} {key} sends {key} to the target", key = facts.key));
            }
            Page::Reveal { reason, time } => {
                rows.push(" Show masked values in the clear, on this terminal only.".to_owned());
                rows.push(field(" reason: ", reason, cols));
                let times = TIMES.iter().enumerate().map(|(place, secs)| {
                    if place == *time { format!("[{}]", minutes(*secs)) } else { format!(" {} ", minutes(*secs)) }
                });
                rows.push(format!(" for:    {}  (← →)", times.collect::<String>()));
                rows.push(" Enter asks · Esc back · it is on the record".to_owned());
            }
            Page::Note { text } => {
                rows.push(" A note to the approvers: it stands on your waiting request, or on the next.".to_owned());
                rows.push(field(" note: ", text, cols));
                rows.push(" Enter sends · Esc back".to_owned());
            }
        }
        if !self.says.is_empty() {
            rows.push(format!(" {}", self.says));
        }
        rows.iter().map(|row| fitted(row, cols)).collect()
    }
}

impl Line {
    pub(super) fn text(&self) -> &str {
        self.0.trim()
    }

    /// Takes a key that edits.
    pub(super) fn key(&mut self, token: &Token) {
        match token.kind {
            Kind::Text | Kind::PasteText => {
                for c in String::from_utf8_lossy(&token.raw).chars().filter(|c| !c.is_control()) {
                    if self.0.chars().count() < LONGEST {
                        self.0.push(c);
                    }
                }
            }
            Kind::Key(Key::Backspace) => _ = self.0.pop(),
            Kind::Key(Key::Ctrl('u')) => self.0.clear(),
            Kind::Key(Key::Ctrl('w')) => {
                let kept = self.0.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.0.truncate(kept);
            }
            _ => {}
        }
    }

    /// The end of it that fits, with a cursor of ours.
    pub(super) fn shown(&self, room: usize) -> String {
        let shown = Shown::new(&self.0);
        let mut used = 1;
        let tail: Vec<char> = shown
            .as_str()
            .chars()
            .rev()
            .take_while(|c| {
                used += c.width().unwrap_or(0);
                used <= room
            })
            .collect();
        tail.into_iter().rev().chain(['▏']).collect()
    }
}

enum Choice {
    Stay(usize),
    Reveal,
    Note,
    End,
    Close,
}

fn list_key(token: &Token, at: usize) -> Choice {
    let letter = match token.kind {
        Kind::Text => token.raw.first().map(u8::to_ascii_lowercase).map(char::from),
        Kind::Commit(Commit::Cr | Commit::Lf | Commit::KeypadEnter | Commit::Encoded) => LETTERS.get(at).copied(),
        Kind::Key(Key::Up | Key::BackTab) => return Choice::Stay(at.checked_sub(1).unwrap_or(LETTERS.len() - 1)),
        Kind::Key(Key::Down | Key::Tab) => return Choice::Stay(if at + 1 < LETTERS.len() { at + 1 } else { 0 }),
        _ => None,
    };
    match letter {
        Some('r') => Choice::Reveal,
        Some('n') => Choice::Note,
        Some('e') => Choice::End,
        Some('q') => Choice::Close,
        _ => Choice::Stay(at),
    }
}

fn standing(facts: &Facts) -> Vec<String> {
    let clear = facts.clear.map(|left| format!(" ● values are in the clear here, {} left", clock(left)));
    let asked =
        facts.asked.as_ref().map(|(id, left)| format!(" ‖ asked for a reveal: {id}, {} left to decide", clock(*left)));
    let grants = facts.grants.iter().take(GRANTS).map(|grant| format!(" ✓ {grant}"));
    let masked = (clear.is_none() && asked.is_none()).then(|| " ○ values are masked here".to_owned());
    masked.into_iter().chain(clear).chain(asked).chain(grants).collect()
}

fn field(name: &str, line: &Line, cols: usize) -> String {
    format!("{name}{}", line.shown(cols.saturating_sub(name.width() + 1)))
}

/// A row that fills so many columns exactly.
fn fitted(row: &str, cols: usize) -> String {
    let mut used = 0;
    let mut out: String = row
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= cols
        })
        .collect();
    out.extend(std::iter::repeat_n(' ', cols.saturating_sub(out.width())));
    out
}

const LETTERS: [char; 4] = ['r', 'n', 'e', 'q'];

/// How long a reveal may be asked for, in seconds. The longest is what the default policy allows.
const TIMES: [u32; 5] = [60, 300, 900, 1800, 3600];

/// Five minutes: long enough to read a page, short enough that nobody forgets it.
const USUAL: usize = 1;

/// Characters of a reason or a note: what an approver reads.
const LONGEST: usize = 200;

/// Grants that the menu lists; `holdpoint grants` has all.
const GRANTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Keys;

    fn press(menu: &mut Menu, keys: &[u8]) -> Wanted {
        let mut tokens = Keys::new();
        let mut all = tokens.feed(keys);
        all.extend(tokens.flush());
        all.iter().map(|token| menu.key(token, token.raw == [0x1d])).last().unwrap_or(Wanted::Menu)
    }

    fn text(menu: &Menu) -> String {
        let facts = Facts { whose: "alice on root@db-1".into(), key: "^]".into(), ..Facts::default() };
        menu.rows(&facts, 70).join("\n")
    }

    #[test]
    fn the_bastion_key_pressed_twice_is_meant_for_the_target() {
        assert_eq!(press(&mut Menu::new(), b"\x1d"), Wanted::Literal);
        let mut menu = Menu::new();
        press(&mut menu, b"\x1b[B");
        assert_eq!(press(&mut menu, b"\x1d"), Wanted::Close, "later it only closes");
    }

    #[test]
    fn a_reveal_is_asked_for_with_a_reason_and_a_time() {
        let mut menu = Menu::new();
        assert_eq!(press(&mut menu, b"rcase 4711x\x7f\x1b[C"), Wanted::Menu);
        assert!(text(&menu).contains("reason: case 4711▏"), "{}", text(&menu));
        assert!(text(&menu).contains("[15m]"), "{}", text(&menu));
        assert_eq!(press(&mut menu, b"\r"), Wanted::Reveal { reason: "case 4711".into(), secs: 900 });
    }

    #[test]
    fn escape_goes_back_and_then_out() {
        let mut menu = Menu::new();
        assert_eq!(press(&mut menu, b"n"), Wanted::Menu);
        assert_eq!(press(&mut menu, b"\x1b"), Wanted::Menu);
        assert_eq!(press(&mut menu, b"\x1b"), Wanted::Close);
    }

    #[test]
    fn a_paste_is_one_line_of_text_whatever_is_in_it() {
        let mut menu = Menu::new();
        assert_eq!(press(&mut menu, b"n\x1b[200~a\x1b[2J\rb\x1b[201~"), Wanted::Menu);
        assert_eq!(press(&mut menu, b"\r"), Wanted::Note("a[2Jb".into()));
    }

    #[test]
    fn rows_fill_the_width_and_nothing_in_them_is_obeyed() {
        let facts = Facts { whose: "al\x1b[2Jice".into(), grants: vec!["x".repeat(200)], ..Facts::default() };
        for cols in [30, 60, 120] {
            for row in Menu::new().rows(&facts, cols) {
                assert_eq!(row.width(), usize::from(cols), "{row:?}");
                assert!(!row.contains('\x1b'));
            }
        }
    }
}
