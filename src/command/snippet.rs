//! Commands in the words of a program of which nobody said how it reads them.
//!
//! No catalogue names every program that carries a command (`zellij action write-chars 'rm -rf /srv'`, `cap production invoke['reboot']`). What
//! looks like a command in its words is taken out here, whatever holds it: quotes, brackets, JSON, XML, a language. The walk judges it, and keeps only
//! what destroys. How much must be found depends on where it stands: see [`Place`].

/// How sure it is that a word is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Nothing says so.
    Somewhere,
    /// The option, the verb or the program before it says that it runs something.
    Run,
}

/// A piece of a text that may be a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The command.
    pub(super) script: String,
    /// Whether it is a list of words rather than prose that might look like one.
    pub(super) list: bool,
    /// Whether a word before it says that it is run.
    pub(super) place: Place,
}

/// The pieces of a text that begin with a word that `is_program` knows, at most [`MAX_SNIPPETS`].
pub(super) fn snippets(text: &str, is_program: &dyn Fn(&str) -> bool) -> Vec<Snippet> {
    let mut found = Vec::new();
    let text = text.get(..MAX_TEXT).unwrap_or(text);
    lists(text, is_program, &mut found);
    let mut opener = None;
    let mut told = Place::Somewhere;
    let mut starts = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if found.len() >= MAX_SNIPPETS {
            break;
        }
        match c {
            '"' | '\'' | '`' => {
                (opener, starts) = (Some(c), true);
                continue;
            }
            '(' | '[' | '{' | ';' | '|' | '&' | '\n' | '=' | '>' | ',' | '!' | ':' => {
                (opener, starts) = (None, true);
                // `system("reboot")`
                let called = c == '(' && at > 0 && text.get(..at).is_some_and(|head| head.ends_with(is_part));
                told = match c {
                    '!' => Place::Run,
                    _ if called => told,
                    _ => Place::Somewhere,
                };
                continue;
            }
            _ if c.is_whitespace() => continue,
            _ => {}
        }
        // `print("rm -rf /srv")` tells it.
        let rest = text.get(at..).unwrap_or_default();
        let width = rest.find(|c: char| !is_part_of_word(c)).unwrap_or(rest.len()).max(c.len_utf8());
        let word = rest.get(..width).unwrap_or_default();
        while chars.peek().is_some_and(|(next, _)| *next < at + width) {
            chars.next();
        }
        if starts && program(word).is_some_and(is_program) && !is_said(text.get(..at).unwrap_or_default()) {
            let script = cut(rest, opener);
            // Groovy runs a text: `"reboot".execute()`.
            let behind = rest.get(script.len() + 1..).unwrap_or_default().trim_start_matches(['.', ' ']);
            let runs = opener.is_some() && behind.find('(').and_then(|end| behind.get(..end)).is_some_and(says_run);
            found.push(Snippet { script, list: false, place: if runs { Place::Run } else { told } });
        }
        let runs = says_run(word);
        (starts, told) = (runs, if runs { Place::Run } else { Place::Somewhere });
    }
    found
}

/// The program that a word names: a bare name, or one in a directory of programs.
pub(super) fn program(word: &str) -> Option<&str> {
    match word.rsplit_once('/') {
        Some((dir, name)) => dir.ends_with("bin").then_some(name),
        None => (!word.contains(' ')).then_some(word),
    }
}

/// Quoted words in a row: `["rm", "-rf", "/srv"]`, `(sh "rm" "-rf" "/srv")`.
fn lists(text: &str, is_program: &dyn Fn(&str) -> bool, found: &mut Vec<Snippet>) {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['"', '\'']) {
        let (before, from) = rest.split_at(open);
        if !before.chars().all(|c| c.is_whitespace() || c == ',') {
            listed(&mut words, is_program, found);
        }
        let quote = from.chars().next().unwrap_or_default();
        let body = from.get(1..).unwrap_or_default();
        let Some(close) = body.find(quote) else { break };
        words.push(body.get(..close).unwrap_or_default());
        rest = body.get(close + 1..).unwrap_or_default();
    }
    listed(&mut words, is_program, found);
}

fn listed(words: &mut Vec<&str>, is_program: &dyn Fn(&str) -> bool, found: &mut Vec<Snippet>) {
    let from = words.iter().position(|word| program(word).is_some_and(is_program));
    if let Some(list) = from.and_then(|from| words.get(from..)).filter(|list| list.len() > 1)
        && found.len() < MAX_SNIPPETS
    {
        found.push(Snippet { script: list.join(" "), list: true, place: Place::Somewhere });
    }
    words.clear();
}

/// A command up to the quote that closes it, or to the bracket or the end of the line.
fn cut(rest: &str, opener: Option<char>) -> String {
    let mut depth = 0i32;
    let end = rest.char_indices().find(|(_, c)| match (opener, *c) {
        (Some(quote), c) => c == quote,
        (None, '(' | '[' | '{') => {
            depth += 1;
            false
        }
        (None, ')' | ']' | '}') => {
            depth -= 1;
            depth < 0
        }
        (None, c) => matches!(c, '\n' | '"' | '<' | '`'),
    });
    let script = rest.get(..end.map_or(rest.len(), |(at, _)| at)).unwrap_or_default();
    let script = script.get(..MAX_SCRIPT).unwrap_or(script);
    script.trim_end_matches("\\r").trim_end_matches("\\n").trim().to_owned()
}

/// Whether the text before a snippet says that it is something that people read: `"message": "`.
fn is_said(before: &str) -> bool {
    let key = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let between = before.get(key.len()..).unwrap_or_default();
    let from = key.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    (between.contains(['=', ':', '(']) || between.ends_with(['"', '\'']))
        && SAID.contains(&key.get(from..).unwrap_or_default().to_lowercase().as_str())
}

/// The path that code of whatever language deletes: a name that says so, and behind or before it an absolute path in quotes.
pub(super) fn deletes(text: &str) -> Option<&str> {
    let text = text.get(..MAX_TEXT).unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    for stem in DELETES {
        for (at, _) in lower.match_indices(stem).take(4) {
            let starts =
                at == 0 || lower.get(..at).and_then(|head| head.chars().next_back()).is_some_and(|c| !is_part(c));
            // `deleteDir`, `RemoveAll`, `rmtree`: the rest of the name says what.
            let rest = text.get(at + stem.len()..).unwrap_or_default();
            let name = rest.find(|c: char| !is_part(c) && !matches!(c, '!' | '/' | ':')).unwrap_or(rest.len());
            let tail = lower.get(at + stem.len()..at + stem.len() + name).unwrap_or_default();
            let tail = tail.trim_end_matches('!');
            let whole = tail.is_empty() || TAILS.iter().any(|part| tail.contains(part));
            let camel = text.get(at..at + 1).is_some_and(|c| c.chars().all(char::is_uppercase));
            if !(starts || camel) || !whole {
                continue;
            }
            let behind = rest.get(name..).unwrap_or_default();
            if let Some(path) = quoted_path(behind.get(..80).unwrap_or(behind)) {
                return Some(path);
            }
            // `new File("/srv").deleteDir()`
            let before = text.get(..at).unwrap_or_default();
            if before.ends_with('.') && behind.starts_with('(') {
                let from = before.len().saturating_sub(80);
                if let Some(path) = before.get(from..).and_then(quoted_path) {
                    return Some(path);
                }
            }
        }
    }
    None
}

/// The first absolute path in quotes.
fn quoted_path(text: &str) -> Option<&str> {
    let at = ["\"/", "'/", "\"~/", "'~/"].iter().filter_map(|mark| text.find(mark)).min()?;
    let quote = text.get(at..)?.chars().next()?;
    let body = text.get(at + 1..)?;
    let path = body.split(quote).next()?;
    (path.len() > 1 && !path.contains('\n')).then_some(path)
}

/// Whether a name of an option, a verb or a program says that it runs something.
pub(super) fn says_run(word: &str) -> bool {
    if word.len() > 40 {
        return false;
    }
    // `-Dexec.args` of Java sets `exec.args`.
    let bare = word.strip_prefix("-D").unwrap_or(word).trim_start_matches('-');
    let bare = bare.split(['=', ':']).next().unwrap_or(bare);
    parts(bare).any(|part| RUNS.contains(&part.as_str()))
}

/// Whether a program's name says that it runs something, or is a console.
pub(super) fn is_runner(name: &str) -> bool {
    says_run(name) || ["exec", "run", "login", "console", "shell"].iter().any(|end| name.ends_with(end))
}

/// Whether an option's value is something that people read.
pub(super) fn is_text_option(option: &str) -> bool {
    let bare = option.trim_start_matches('-');
    let bare = bare.split('=').next().unwrap_or(bare);
    match option.starts_with("--") {
        true => parts(bare).any(|part| SAID.contains(&part.as_str())),
        false => option.starts_with('-') && (matches!(bare, "m" | "t" | "s" | "b") || SAID.contains(&bare)),
    }
}

/// Whether a verb says that what follows is asked about or told to people.
pub(super) fn is_text_verb(word: &str) -> bool {
    !says_run(word) && parts(word).any(|part| ASKED.contains(&part.as_str()) || SAID.contains(&part.as_str()))
}

/// Whether a snippet has what a command has and prose does not: an option, or a path.
pub(super) fn has_shape(script: &str) -> bool {
    let mut words = script.split_whitespace().skip(1);
    words.any(|word| (word.starts_with('-') && word.len() > 1) || word.contains('/') || word.contains('='))
}

/// The words of a name: `send-text`, `guest.run`, `runProgramInGuest`.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphabetic() || c.is_uppercase() && lower {
            parts.push(String::new());
        }
        lower = c.is_lowercase();
        if c.is_ascii_alphabetic()
            && let Some(part) = parts.last_mut()
        {
            part.push(c.to_ascii_lowercase());
        }
    }
    parts.into_iter().filter(|part| !part.is_empty())
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '@' | '~' | '$' | '*' | '%')
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Parts of names that say that something is run.
const RUNS: &[&str] = &[
    "exec",
    "execute",
    "executable",
    "run",
    "runner",
    "cmd",
    "cmds",
    "command",
    "commands",
    "shell",
    "sh",
    "bash",
    "ssh",
    "rsh",
    "script",
    "invoke",
    "eval",
    "hook",
    "preview",
    "pre",
    "pager",
    "system",
    "host",
    "spawn",
    "send",
    "write",
    "stuff",
    "type",
    "keys",
    "adhoc",
    "retry",
    "repeat",
    "call",
    "popen",
    "subprocess",
    "login",
    "console",
    "winrs",
    "telnet",
    "startas",
    "action",
    "sudo",
    "vm",
    "cli",
];

/// Parts of names of what people read.
const SAID: &[&str] = &[
    "print",
    "println",
    "puts",
    "printf",
    "putstrln",
    "putstr",
    "display",
    "writeln",
    "console",
    "echo",
    "cat",
    "length",
    "format",
    "message",
    "msg",
    "title",
    "body",
    "description",
    "desc",
    "comment",
    "note",
    "notes",
    "summary",
    "subject",
    "reason",
    "label",
    "labels",
    "annotation",
    "text",
    "name",
    "tag",
    "tags",
    "content",
    "caption",
    "header",
    "footer",
    "query",
    "pattern",
    "regex",
    "regexp",
    "search",
    "filter",
    "match",
    "grep",
    "prompt",
    "changelog",
    "topic",
    "details",
    "say",
];

/// Verbs that ask, or tell people.
const ASKED: &[&str] = &[
    "annotate", "list", "ls", "get", "show", "describe", "view", "help", "man", "find", "lookup", "history", "log",
    "logs", "explain", "who-can", "can-i", "docs", "doc", "diff", "lint", "test", "check", "print", "echo", "ask",
];

/// How names begin that say that something is deleted.
const DELETES: &[&str] =
    &["delete", "remove", "unlink", "rmtree", "rmdir", "rm_rf", "rm_r", "rimraf", "recursivedelete"];

/// What the rest of such a name is of.
const TAILS: &[&str] = &["dir", "file", "tree", "all", "recurs", "path", "sync", "folder", "forcibly", "exists"];

/// Snippets of one text.
const MAX_SNIPPETS: usize = 6;

/// Bytes of one command: what destroys says so early.
const MAX_SCRIPT: usize = 512;

/// Bytes of a text that are looked at.
const MAX_TEXT: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let known = |word: &str| matches!(word, "rm" | "reboot" | "sudo");
        snippets(text, &known).into_iter().map(|snippet| snippet.script).collect()
    }

    #[test]
    fn commands_are_found_in_whatever_holds_them() {
        for text in [
            "rm -rf /srv",
            "{\"cmd\":\"rm -rf /srv\"}",
            "invoke['rm -rf /srv']",
            "system(\"rm -rf /srv\"),halt",
            "`rm -rf /srv`",
            "execute_process(COMMAND rm -rf /srv)",
            "(sh \"rm\" \"-rf\" \"/srv\")",
            "x:\n  rm -rf /srv",
            "shell rm -rf /srv",
            "rm -rf /srv\\r",
            "$(rm -rf /srv)",
        ] {
            assert!(found(text).iter().any(|script| script == "rm -rf /srv"), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn words_in_the_middle_of_prose_and_under_keys_that_people_read_are_none() {
        for text in ["who ran rm -rf /srv", "{\"text\": \"rm -rf /srv\"}", "firm -rf /srv", "a-rm /srv"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn calls_that_delete_a_path_are_found_in_any_language() {
        for text in [
            "new File(\"/srv\").deleteDir()",
            "(delete-directory/files \"/srv\")",
            "System.Directory.removeDirectoryRecursive \"/srv\"",
            "os.RemoveAll(\"/srv\")",
            "File.rm_rf!(\"/srv\")",
            "<delete dir=\"/srv\"/>",
            "Files.delete(Path.of(\"/srv\"))",
            "std::fs::remove_dir_all(\"/srv\")",
        ] {
            assert_eq!(deletes(text), Some("/srv"), "{text}");
        }
        for text in ["undeleted \"/srv\"", "list.remove(\"x\")", "deleted_at: \"/srv\"", "removed '/srv'"] {
            assert_eq!(deletes(text), None, "{text}");
        }
    }

    #[test]
    fn names_say_whether_something_runs() {
        for name in ["--preview", "guest.run", "send-text", "runProgramInGuest", "-Dexec.args", "--pre", "invoke"] {
            assert!(says_run(name), "{name}");
        }
        for name in ["--present", "prune", "--format", "running", "--title"] {
            assert!(!says_run(name), "{name}");
        }
        assert!(is_text_option("--commit-message") && is_text_option("-m") && !is_text_option("-c"));
    }
}
