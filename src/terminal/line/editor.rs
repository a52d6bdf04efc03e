//! The first witness: what the keys make of a line, in the terms of emacs-style editing.
//!
//! It follows what readline, zle and a cooked tty do alike. Where they differ, or where the answer depends on what only
//! the other side knows (completion, history, a ghost that is accepted), it goes on with its best guess and says that it
//! is no longer sure; until the next line nothing makes it sure again.

use super::super::keys::{Commit, Interrupt, Key, Kind, Token};
use super::vi::{Does, Vi};

/// The line as the keys tell it.
#[derive(Debug, Default)]
pub(super) struct Editor {
    text: Vec<char>,
    cursor: usize,
    killed: Vec<char>,
    guess: Guess,
    /// Where the text began when the screen last showed an empty prompt although keys had been typed: they may have gone
    /// to a program that has ended.
    fresh_from: usize,
    touched: bool,
    /// The text that was typed since the last other key.
    run: Vec<char>,
    vi: Vi,
    /// A key was pressed that may call up a line from elsewhere.
    recalled: bool,
}

/// Whether the editor can vouch for its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Guess {
    #[default]
    Sure,
    Unsure,
}

impl Editor {
    pub(super) fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// What was typed since [`Editor::screen_is_empty`] was said.
    pub(super) fn fresh_text(&self) -> String {
        self.text.iter().skip(self.fresh_from).collect()
    }

    pub(super) fn is_sure(&self) -> bool {
        self.guess == Guess::Sure
    }

    /// Whether any key came since the line began.
    pub(super) fn is_touched(&self) -> bool {
        self.touched
    }

    /// Whether a key was pressed since that may have called up a line from elsewhere: history, a search, a macro.
    pub(super) fn is_recalled(&self) -> bool {
        self.recalled
    }

    /// Begins a new line.
    pub(super) fn reset(&mut self) {
        // What was killed can still be yanked. A line that is accepted leaves vi's command mode.
        let killed = std::mem::take(&mut self.killed);
        *self = Self { killed, ..Self::default() };
    }

    /// The line holds something that the keys cannot know.
    pub(super) fn lose_track(&mut self) {
        self.guess = Guess::Unsure;
    }

    /// The screen shows an empty prompt, so the text so far may have gone elsewhere.
    pub(super) fn screen_is_empty(&mut self) {
        self.fresh_from = self.text.len();
        self.cursor = self.text.len();
    }

    /// The text that was typed since the last other key: an editor that has read it shows it.
    pub(super) fn run(&self) -> String {
        self.run.iter().collect()
    }

    /// Where in a typed text the first character is that may run the line (in bytes), and whether what it runs is another.
    pub(super) fn runs_at(&self, text: &str) -> Option<(usize, bool)> {
        let mut vi = self.vi;
        text.char_indices().find_map(|(at, c)| match vi.take(c) {
            Does::Text | Does::Command => None,
            Does::Runs => Some((at, false)),
            Does::RunsElsewhere => Some((at, true)),
        })
    }

    /// Takes a token that goes to the target; `bracketed` is whether the program there knows of bracketed paste.
    pub(super) fn take(&mut self, token: &Token, bracketed: bool) {
        match token.kind {
            Kind::Text => {
                self.insert(&token.raw);
                self.follow_run(&token.raw);
            }
            Kind::PasteText => {
                self.insert(&token.raw);
                if !bracketed && token.raw.contains(&b'\t') {
                    self.lose_track();
                }
            }
            Kind::PasteNewline if bracketed => self.insert(b"\n"),
            Kind::PasteNewline => self.reset(),
            Kind::PasteBegin | Kind::PasteEnd | Kind::Reply => return,
            Kind::PasteControl | Kind::Unmodelled => self.lose_track(),
            Kind::Commit(commit) => {
                self.reset();
                // These leave the next line filled with something; as long as nothing shows it, it is not empty but unread.
                if matches!(commit, Commit::OperateAndGetNext | Commit::Meta) {
                    self.lose_track();
                    self.recalled = true;
                }
                return;
            }
            Kind::Interrupt(Interrupt::Interrupt) => {
                self.reset();
                return;
            }
            Kind::Interrupt(Interrupt::Eof) => self.delete(self.cursor, self.cursor + 1),
            Kind::Interrupt(Interrupt::Suspend | Interrupt::Quit) => self.lose_track(),
            Kind::Key(key) => self.key(key),
        }
        self.recalled |= calls_up(token.kind);
        if !matches!(token.kind, Kind::Text) {
            self.run.clear();
        }
        self.touched = true;
    }

    fn follow_run(&mut self, raw: &[u8]) {
        for c in String::from_utf8_lossy(raw).chars() {
            if self.vi.take(c) == Does::Text && self.run.len() < LINE_MAX {
                self.run.push(c);
            } else {
                self.run.clear();
            }
        }
    }

    fn key(&mut self, key: Key) {
        let (at, end) = (self.cursor, self.text.len());
        match key {
            Key::Backspace => self.delete(at.saturating_sub(1), at),
            Key::Escape => {
                self.vi.escape();
                self.lose_track();
            }
            Key::Delete => self.delete(at, at + 1),
            Key::Left | Key::Ctrl('b') => self.cursor = at.saturating_sub(1),
            Key::Home | Key::Ctrl('a') => self.cursor = 0,
            // At the end these accept a suggestion where the shell makes any.
            Key::Right | Key::Ctrl('f' | 'e') | Key::End | Key::WordRight | Key::Alt('f' | 'F') if at == end => {
                self.lose_track();
            }
            Key::Right | Key::Ctrl('f') => self.cursor = at + 1,
            Key::End | Key::Ctrl('e') => self.cursor = end,
            Key::WordLeft | Key::Alt('b' | 'B') => self.cursor = self.agreed(|t, w| word_start(t, at, w), ALNUM),
            Key::WordRight | Key::Alt('f' | 'F') => self.cursor = self.agreed(|t, w| word_end(t, at, w), ALNUM),
            Key::AltBackspace => {
                let from = self.agreed(|t, w| word_start(t, at, w), ALNUM);
                self.kill(from, at);
            }
            Key::Alt('d' | 'D') => {
                let to = self.agreed(|t, w| word_end(t, at, w), ALNUM);
                self.kill(at, to);
            }
            Key::Ctrl('w') => {
                let from = self.agreed(|t, w| word_start(t, at, w), NOT_SPACE);
                self.kill(from, at);
            }
            Key::Ctrl('u') => {
                // zle kills the whole line, readline up to the cursor.
                if at != end {
                    self.lose_track();
                }
                self.kill(0, at);
            }
            Key::Ctrl('k') => self.kill(at, end),
            Key::Ctrl('y') => self.yank(),
            Key::Ctrl('t') => self.transpose(),
            // They draw the screen anew, or do nothing to a line.
            Key::Ctrl('l' | '@') => {}
            Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown
            | Key::Insert
            | Key::Tab
            | Key::BackTab
            | Key::Function(_)
            | Key::Ctrl(_)
            | Key::Alt(_)
            | Key::Keypad(_)
            | Key::Other => self.lose_track(),
        }
    }

    fn insert(&mut self, bytes: &[u8]) {
        let new: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
        if self.text.len() + new.len() > LINE_MAX {
            self.lose_track();
            return;
        }
        let at = self.cursor.min(self.text.len());
        self.cursor = at + new.len();
        self.text.splice(at..at, new);
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.cut(from, to);
    }

    fn kill(&mut self, from: usize, to: usize) {
        let killed = self.cut(from, to);
        if !killed.is_empty() {
            self.killed = killed;
        }
    }

    fn cut(&mut self, from: usize, to: usize) -> Vec<char> {
        let to = to.min(self.text.len());
        let from = from.min(to);
        self.cursor = from;
        self.fresh_from = self.fresh_from.min(from);
        self.text.drain(from..to).collect()
    }

    /// Kills in a row may have been joined, and other lines may have killed too: a yank is a guess.
    fn yank(&mut self) {
        let at = self.cursor.min(self.text.len());
        self.cursor = at + self.killed.len();
        self.text.splice(at..at, self.killed.iter().copied());
        self.lose_track();
    }

    fn transpose(&mut self) {
        let at = if self.cursor == self.text.len() { self.cursor.saturating_sub(1) } else { self.cursor };
        if at == 0 || self.text.len() < 2 {
            self.lose_track();
            return;
        }
        self.text.swap(at - 1, at);
        self.cursor = at + 1;
    }

    /// A place that depends on what a word is: `rule` is readline's, zle has its own. If they differ, readline's, unsure.
    fn agreed(&mut self, place: impl Fn(&[char], fn(char) -> bool) -> usize, rule: fn(char) -> bool) -> usize {
        let ours = place(&self.text, rule);
        if place(&self.text, ZLE_WORD) != ours {
            self.lose_track();
        }
        ours
    }
}

/// Keys that fill an empty line. (Completion has nothing to complete there, motions nothing to move in, and what is below the last line
/// of a history is that empty line.)
fn calls_up(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Unmodelled
            | Kind::PasteControl
            | Kind::Key(
                Key::Up
                    | Key::PageUp
                    | Key::Insert
                    | Key::Function(_)
                    | Key::Keypad(_)
                    | Key::Other
                    | Key::Ctrl('p' | 'r' | 's' | 'y' | 'o' | 'v' | 'q')
                    | Key::Alt('.' | '_' | '<' | '-' | 'p' | 'y' | '0'..='9' | '*' | '&')
            )
    )
}

fn word_start(text: &[char], at: usize, is_word: fn(char) -> bool) -> usize {
    let before = text.iter().take(at).rev();
    let gap = before.clone().take_while(|c| !is_word(**c)).count();
    at - gap - before.skip(gap).take_while(|c| is_word(**c)).count()
}

fn word_end(text: &[char], at: usize, is_word: fn(char) -> bool) -> usize {
    let after = text.iter().skip(at);
    let gap = after.clone().take_while(|c| !is_word(**c)).count();
    at + gap + after.skip(gap).take_while(|c| is_word(**c)).count()
}

const ALNUM: fn(char) -> bool = char::is_alphanumeric;
const NOT_SPACE: fn(char) -> bool = |c| !c.is_whitespace();
/// zle's default `WORDCHARS` and letters.
const ZLE_WORD: fn(char) -> bool = |c| c.is_alphanumeric() || "*?_-.[]~=/&;!#$%^(){}<>".contains(c);
/// Characters of a line; no tty or editor takes more than a few thousand in earnest.
const LINE_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::super::super::keys::Keys;
    use super::*;

    fn typed(bytes: &str) -> (String, bool) {
        let mut editor = Editor::default();
        Keys::new().feed(bytes.as_bytes()).iter().for_each(|t| editor.take(t, true));
        (editor.text(), editor.is_sure())
    }

    #[test]
    fn what_all_editors_do_alike_is_followed() {
        for (keys, line) in [
            ("ls -l", "ls -l"),
            ("lss\x7f -l", "ls -l"),
            ("s\x1b[Dl\x1b[C -l", "ls -l"),
            ("m -rf x\x01r", "rm -rf x"),
            ("rm x\x1b[H\x1b[3~r", "rm x"),
            ("rm -rf x\x15ls", "ls"),
            ("rm -rf x\x17y", "rm -rf y"),
            ("rm -rf x\x02\x02\x0b", "rm -rf"),
            ("sl\x14", "ls"),
            ("echo foo\x1bb\x1bd", "echo "),
            ("rm x\x03ls", "ls"),
            ("rm x\rls", "ls"),
            ("日本\x7f語", "日語"),
            ("\x1b[200~a\nb\x1b[201~", "a\nb"),
        ] {
            assert_eq!(typed(keys), (line.to_string(), true), "{keys:?}");
        }
    }

    #[test]
    fn what_only_the_other_side_knows_makes_it_unsure() {
        for keys in [
            "\x1b[A",
            "l\t",
            "\x12rm",
            "\x10",
            "ls\x1b[C",
            "ls\x05",
            "a/b\x1bb",
            "ab\x02\x15",
            "\x1b.",
            "\x16x",
            "\x18\x05",
        ] {
            assert!(!typed(keys).1, "{keys:?}");
        }
    }
}
