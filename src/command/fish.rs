//! What fish reads, in the words of the other shells (fish 3.6, "The fish language").
//!
//! fish quotes, substitutes and ends its blocks in its own way: `'it\'s'` is one word, `(cmd)` in a word is what others write `$(cmd)`,
//! `\x72` is an `r`, `if …; …; end` is a whole line. Whoever reads such a line as bash would takes commands for text, or text for commands. The gate
//! does not always know the shell; so a line that fish reads otherwise is judged in both readings.

use super::MAX_TEXT;

/// A text as fish reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The text in the words of the other shells; blocks that are open are closed at its end.
    pub(super) text: String,
    /// Whether fish would run it now instead of asking for more.
    pub(super) complete: bool,
    /// Whether a parenthesis stands in it that elsewhere is a pattern or a mistake: a word that is not known means nothing there.
    pub(super) loose: bool,
}

/// Reads a text as fish does. `None` if fish reads it as other shells do, or refuses it.
pub(super) fn reading(text: &str) -> Option<Reading> {
    if !text.contains(['(', '\\']) && !is_signed(text) || text.len() > MAX_TEXT {
        return None;
    }
    let mut reader = Reader { rest: text, own: false, open: false, loose: false, depth: 0 };
    let out = reader.commands(false)?;
    (reader.own && out != text).then_some(Reading { text: out, complete: !reader.open, loose: reader.loose })
}

/// Whether a text has words in it that fish may read otherwise.
pub(super) fn is_signed(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

struct Reader<'t> {
    rest: &'t str,
    /// Whether anything was read that other shells read otherwise.
    own: bool,
    /// Whether a quote, a parenthesis or a block is open at the end.
    open: bool,
    loose: bool,
    depth: usize,
}

/// One command on its way out.
#[derive(Default)]
struct Command {
    /// Its words, as other shells write them.
    words: Vec<String>,
    /// What is written behind the separator that ends it.
    then: &'static str,
    /// Whether its command word is `NAME=(…)`, which fish takes before a command only.
    prefixed: bool,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    /// Commands up to the end, or to the parenthesis that ends them; `None` if fish refuses them.
    fn commands(&mut self, inside: bool) -> Option<String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut out = String::new();
        let mut blocks: Vec<&'static str> = Vec::new();
        let mut command = Command::default();
        loop {
            match self.peek() {
                None => {
                    self.open |= inside || !blocks.is_empty();
                    break;
                }
                Some(' ' | '\t' | '\r') => self.skip(1),
                Some(')') if inside => {
                    self.skip(1);
                    break;
                }
                Some(')') => return None,
                Some('#') => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                Some('\n' | ';' | '|' | '&') if !self.rest.starts_with("&>") => {
                    let separator = self.separator();
                    self.own |= command.flush(&mut out)?;
                    out.push_str(separator);
                    out.push_str(std::mem::take(&mut command.then));
                }
                Some('<' | '>' | '&') => {
                    let redirect = self.redirect(String::new())?;
                    command.words.push(redirect);
                }
                Some(_) => self.part(&mut command, &mut blocks, &mut out)?,
            }
        }
        self.own |= command.flush(&mut out)?;
        if !command.then.is_empty() {
            out.push_str("; ");
            out.push_str(command.then);
        }
        blocks.iter().rev().for_each(|close| {
            out.push_str("; ");
            out.push_str(close);
        });
        self.depth -= 1;
        Some(out)
    }

    fn separator(&mut self) -> &'static str {
        const SEPARATORS: [(&str, &str); 8] = [
            ("&&", " && "),
            ("||", " || "),
            ("&|", " |& "),
            ("|", " | "),
            ("&", " & "),
            (";", "; "),
            ("\n", "\n"),
            ("", ""),
        ];
        let (from, to) = SEPARATORS.iter().find(|(from, _)| self.rest.starts_with(from)).unwrap_or(&("", ""));
        self.skip(from.len());
        to
    }

    /// `> FILE` and its kin; `fd` stands before it.
    fn redirect(&mut self, fd: String) -> Option<String> {
        // fish has no heredocs.
        if self.rest.starts_with("<<") {
            return None;
        }
        let end = self.rest.find(|c| !matches!(c, '<' | '>' | '&' | '|')).unwrap_or(self.rest.len());
        let operator = self.rest.get(..end)?.to_owned();
        self.skip(end);
        if self.rest.starts_with('?') {
            self.skip(1);
        }
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.skip(1);
        }
        let target = self.word(false).filter(|target| !target.is_empty())?;
        Some(format!("{fd}{operator} {target}"))
    }

    /// One word of a command, or one that begins or ends a block.
    fn part(&mut self, command: &mut Command, blocks: &mut Vec<&'static str>, out: &mut String) -> Option<()> {
        let first = command.words.is_empty();
        let word = self.word(first)?;
        if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) && self.rest.starts_with(['<', '>']) {
            let redirect = self.redirect(word)?;
            command.words.push(redirect);
            return Some(());
        }
        if !first {
            command.words.push(word);
            return Some(());
        }
        match word.as_str() {
            "and" | "or" => self.own = true,
            "not" => {
                self.own = true;
                out.push_str("! ");
            }
            // Before a command these are no commands themselves.
            "time" | "!" if self.begins_command() => {
                out.push_str(&word);
                out.push(' ');
            }
            "begin" | "if" | "while" => self.begin("{ :; ", "}", out, blocks),
            "switch" => {
                self.begin("{ :; ", "}", out, blocks);
                command.words.push(":".to_owned());
            }
            "case" => {
                blocks.last()?;
                command.words.push(":".to_owned());
            }
            "else" => {
                blocks.last()?;
                out.push_str(":; ");
                let rest = self.rest.trim_start_matches([' ', '\t']);
                if let Some(rest) = rest.strip_prefix("if").filter(|rest| rest.starts_with([' ', '\t'])) {
                    self.rest = rest;
                }
            }
            "for" => {
                self.begin("", "done", out, blocks);
                let name = self.next_word()?;
                if self.next_word()? != "in" {
                    return None;
                }
                command.words.push(format!("for {name} in"));
                command.then = "do :; ";
            }
            "function" => {
                let name = self.header()?;
                self.begin(&format!("{name}() {{ :; "), "}", out, blocks);
            }
            "end" => command.words.push(blocks.pop()?.to_owned()),
            _ if FOREIGN.contains(&word.as_str()) => return None,
            _ => {
                command.prefixed = word.contains("=\"$(") && !word.contains('/');
                command.words.push(word);
            }
        }
        Some(())
    }

    /// Whether something stands here that may be a command's name.
    fn begins_command(&self) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        rest.len() < self.rest.len() && !rest.starts_with(['-', ';', '|', '&', '<', '>', '\n', '#', '='])
    }

    fn begin(&mut self, text: &str, close: &'static str, out: &mut String, blocks: &mut Vec<&'static str>) {
        out.push_str(text);
        blocks.push(close);
        self.own = true;
    }

    fn next_word(&mut self) -> Option<String> {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.skip(1);
        }
        self.word(false).filter(|word| !word.is_empty())
    }

    /// The name of a function; its options say when it runs.
    fn header(&mut self) -> Option<String> {
        let mut name = None;
        while !matches!(self.peek(), None | Some(';' | '\n')) {
            if matches!(self.peek(), Some(' ' | '\t' | '\r')) {
                self.skip(1);
                continue;
            }
            if matches!(self.peek(), Some('{' | '(')) {
                return None;
            }
            let word = self.word(false).filter(|word| !word.is_empty())?;
            name.get_or_insert(word);
        }
        self.skip(1);
        let name = name?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
        plain.then_some(name)
    }

    /// A word, as other shells write it. `command`: it names the program, and holds no substitution then.
    fn word(&mut self, command: bool) -> Option<String> {
        let mut out = String::new();
        loop {
            match self.peek() {
                None | Some(' ' | '\t' | '\r' | '\n' | ';' | '|' | '<' | '>' | ')') => break,
                Some('&') => {
                    let next = self.rest.chars().nth(1);
                    if next.is_none_or(|c| " \t\r\n;|<>&)".contains(c)) {
                        break;
                    }
                    self.skip(1);
                    out.push_str("\\&");
                }
                Some('\'') => self.single(&mut out),
                Some('"') => self.double(&mut out)?,
                Some('\\') => self.escape(&mut out),
                Some('$') => self.dollar(true, &mut out)?,
                Some('(') => {
                    let assigns = out.strip_suffix('=').is_some_and(is_name);
                    if command && !assigns {
                        return None;
                    }
                    self.loose |= !out.is_empty();
                    self.own = true;
                    self.substitution(1, true, &mut out)?;
                }
                Some(c) => self.plain(c, &mut out),
            }
        }
        Some(out)
    }

    /// `(…)` behind so many bytes.
    /// Its output is divided at newlines alone, so it is put in quotes; in quotes already, it is not `apart`.
    fn substitution(&mut self, bytes: usize, apart: bool, out: &mut String) -> Option<()> {
        self.skip(bytes);
        out.push_str(if apart { "\"$(" } else { "$(" });
        let body = self.commands(true)?;
        // `f ()`
        if body.is_empty() && bytes == 1 {
            return None;
        }
        out.push_str(&body);
        out.push_str(if apart { ")\"" } else { ")" });
        Some(())
    }

    /// A character that stands for itself; a backtick does in fish alone.
    fn plain(&mut self, c: char, out: &mut String) {
        self.skip(c.len_utf8());
        if c == '`' {
            out.push('\\');
        }
        out.push(c);
    }

    fn single(&mut self, out: &mut String) {
        self.skip(1);
        out.push('\'');
        loop {
            match self.take() {
                None => {
                    self.open = true;
                    break;
                }
                Some('\'') => break,
                Some('\\') if self.rest.starts_with('\'') => {
                    self.own = true;
                    self.skip(1);
                    out.push_str("'\\''");
                }
                Some('\\') if self.rest.starts_with('\\') => {
                    self.skip(1);
                    out.push('\\');
                }
                Some(c) => out.push(c),
            }
        }
        out.push('\'');
    }

    fn double(&mut self, out: &mut String) -> Option<()> {
        self.skip(1);
        out.push('"');
        loop {
            match self.peek() {
                None => {
                    self.open = true;
                    break;
                }
                Some('"') => {
                    self.skip(1);
                    break;
                }
                Some('\\') => {
                    let two = self.rest.char_indices().nth(2).map_or(self.rest.len(), |(at, _)| at);
                    out.push_str(self.rest.get(..two).unwrap_or_default());
                    self.skip(two);
                }
                Some('$') => self.dollar(false, out)?,
                Some(c) => self.plain(c, out),
            }
        }
        out.push('"');
        Some(())
    }

    /// A variable or a substitution; what other shells write behind a `$`, fish refuses.
    fn dollar(&mut self, apart: bool, out: &mut String) -> Option<()> {
        let behind = self.rest.trim_start_matches('$');
        match behind.chars().next() {
            Some('(') => return self.substitution(self.rest.len() - behind.len() + 1, apart, out),
            Some(c) if c.is_alphanumeric() || c == '_' => {}
            _ => return None,
        }
        let indirect = self.rest.len() - behind.len() > 1;
        let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(behind.len());
        let name = behind.get(..end)?;
        self.rest = behind.get(end..)?;
        let index = self.rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let index = index.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?.checked_sub(1)?, rest)));
        match (name, index) {
            _ if indirect => out.push_str(&format!("${{!{name}}}")),
            ("argv", None) => out.push_str("$@"),
            (_, Some((index, rest))) => {
                self.rest = rest;
                self.own = true;
                out.push_str(&format!("${{{name}[{index}]}}"));
            }
            // A list is all its elements, and never divided. (Names of the environment are no lists.)
            (_, None) if apart && name.contains(|c: char| c.is_lowercase()) => {
                out.push_str(&format!("\"${{{name}[@]}}\""));
            }
            (_, None) => out.push_str(&format!("${{{name}}}")),
        }
        Some(())
    }

    /// A backslash outside of quotes: the character that it says, in a form that every shell takes for itself.
    fn escape(&mut self, out: &mut String) {
        self.skip(1);
        let Some(c) = self.take() else {
            self.open = true;
            return;
        };
        let mut number = |most: usize, radix: u32| {
            let digits = self.rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
            let code = self.rest.get(..digits).and_then(|text| u32::from_str_radix(text, radix).ok());
            self.rest = self.rest.get(digits..).unwrap_or_default();
            code.and_then(char::from_u32)
        };
        let said = match c {
            '\n' => return,
            'x' | 'X' => number(2, 16),
            'u' => number(4, 16),
            'U' => number(8, 16),
            'n' => Some('\n'),
            't' => Some('\t'),
            'a' | 'b' | 'e' | 'f' | 'r' | 'v' => Some(' '),
            _ => {
                out.push('\\');
                out.push(c);
                return;
            }
        };
        self.own = true;
        match said {
            Some(c) if c.is_alphanumeric() || "-_./".contains(c) => out.push(c),
            Some('\'') => out.push_str("\\'"),
            Some(c) => {
                out.push('\'');
                out.push(c);
                out.push('\'');
            }
            None => {}
        }
    }
}

impl Command {
    /// Writes the command down and begins the next; gives whether other shells have other words for it, `None` if fish refuses it.
    fn flush(&mut self, out: &mut String) -> Option<bool> {
        let words = std::mem::take(&mut self.words);
        if std::mem::take(&mut self.prefixed) && words.len() < 2 {
            return None;
        }
        let said = match words.split_first() {
            Some((first, rest)) => match first.as_str() {
                "set" => sets(rest),
                "alias" => names(rest),
                "abbr" => abbreviates(rest),
                "fish_add_path" => adds_paths(rest),
                _ => None,
            },
            None => None,
        };
        let own = said.is_some();
        out.push_str(&said.unwrap_or_else(|| words.join(" ")));
        Some(own)
    }
}

/// `set -gx NAME a b`: an assignment.
fn sets(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| !word.starts_with('-'))?;
    let (flags, rest) = words.split_at_checked(at)?;
    let (name, values) = rest.split_first().filter(|(name, values)| is_name(name) && !values.is_empty())?;
    let letters = |letter: char| flags.iter().any(|flag| !flag.starts_with("--") && flag.contains(letter));
    if letters('e') || letters('q') || letters('o') {
        return None;
    }
    let exports = letters('x') || flags.iter().any(|flag| flag == "--export");
    let export = if exports { "export " } else { "" };
    let name = if name == "fish_user_paths" { "PATH" } else { name };
    Some(match values {
        [value] => format!("{export}{name}={value}"),
        _ if name.ends_with("PATH") => format!("{export}{name}={}", values.join(":")),
        _ => format!("{name}=({})", values.join(" ")),
    })
}

/// `alias NAME BODY`
fn names(words: &[String]) -> Option<String> {
    match words {
        [name, body] if !name.contains('=') && !name.starts_with('-') => Some(format!("alias {name}={body}")),
        _ => None,
    }
}

/// `abbr -a NAME WORDS`: the words take the name's place when the line is run.
fn abbreviates(words: &[String]) -> Option<String> {
    let mut rest = words;
    while let Some((flag, behind)) = rest.split_first().filter(|(flag, _)| flag.starts_with('-')) {
        let valued = matches!(flag.as_str(), "-p" | "--position" | "-r" | "--regex" | "-f" | "--function");
        rest = if valued { behind.get(1..)? } else { behind };
    }
    let (name, body) = rest.split_first().filter(|(_, body)| !body.is_empty())?;
    Some(format!("alias {name}={}", body.join("' '")))
}

fn adds_paths(words: &[String]) -> Option<String> {
    let dirs: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    (!dirs.is_empty()).then(|| format!("PATH={}:$PATH", dirs.join(":")))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Words without which, and without `(` and `\`, a text means in fish what it means elsewhere.
const SIGNS: [&str; 6] = ["end", "set ", "alias ", "abbr ", "fish_add_path", "not "];

/// Words of other shells' grammar; a line with one in the place of a command is written for them, or refused by fish.
const FOREIGN: [&str; 13] =
    ["then", "fi", "do", "done", "esac", "elif", "until", "select", "{", "}", "[[", "]]", "export"];

/// Substitutions within each other.
const MAX_DEPTH: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fish_reads_otherwise_is_said_in_the_words_of_other_shells() {
        for (line, want) in [
            ("rm -rf (cat list)", "rm -rf \"$(cat list)\""),
            ("echo '\\' ' ; rm x # '", "echo ''\\'' '; rm x"),
            ("echo x(rm y)z", "echo x\"$(rm y)\"z"),
            ("echo \"x\"(rm y)", "echo \"x\"\"$(rm y)\""),
            ("x=(rm y) ls", "x=\"$(rm y)\" ls"),
            ("echo >(rm y)", "echo > \"$(rm y)\""),
            ("\\x72\\u006d -rf y", "rm -rf y"),
            ("if true; rm x; end", "{ :; true; rm x; }"),
            ("for f in (ls); rm $f; end | cat", "for f in \"$(ls)\"; do :; rm \"${f[@]}\"; done | cat"),
            ("switch x; case y; rm z; end", "{ :; : x; : y; rm z; }"),
            ("function f -e g; rm x; end", "f() { :; rm x; }"),
            ("true; and rm x", ""),
            ("set -x PATH /a $PATH; not ls", "export PATH=/a:${PATH}; ! ls"),
            ("set c rm -rf; $c[1] x", "c=(rm -rf); ${c[0]} x"),
            ("alias ls 'rm x'", "alias ls='rm x'"),
            ("abbr -a ls rm -rf x", "alias ls=rm' '-rf' 'x"),
            ("if a; b; else if c; d; else; e; end", "{ :; a; b; :; c; d; :; ; e; }"),
        ] {
            let read = reading(line).map(|reading| reading.text).unwrap_or_default();
            assert_eq!(read, want, "{line}");
        }
    }

    #[test]
    fn what_fish_refuses_or_reads_alike_has_no_reading_of_its_own() {
        for line in [
            "ls",
            "echo $(ls)",
            "(cat x)",
            "f() { ls; }",
            "a=(1 2); ls",
            "for f (a b) ls $f",
            "case x in (a) ls;; esac",
            "if (true) { ls }",
            "echo ${x} (ls)",
            "cat <<E\n(ls)\nE",
            "db.users.find({e: 1})",
            "echo fix\\(scope\\)",
            "end",
        ] {
            assert_eq!(reading(line), None, "{line}");
        }
    }

    #[test]
    fn what_fish_waits_for_is_told() {
        for (line, complete) in
            [("echo 'a\\'", false), ("echo (ls", false), ("if true; ls x\\x20", false), ("echo '\\''", true)]
        {
            assert_eq!(reading(line).map(|reading| reading.complete), Some(complete), "{line}");
        }
    }
}
