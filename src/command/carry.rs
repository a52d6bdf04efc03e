//! Options, settings and small languages that carry a command: `--checkpoint-action=exec=CMD`, `-o ProxyCommand=CMD`, `sed '1e CMD'`, a makefile's recipe.
//!
//! Which option of which program carries what is in the catalogue (`[[carrier]]`); this file only takes it out.

use super::catalogue::{Carrier, glob_matches, takes_value};
use super::words::{Text, Word};
use crate::model::Span;

/// The value of one of these options, if the word is one: the rest of the word (`-ofile`, `--option=file`) or the next word. With it, how
/// many further words it takes.
pub(super) fn value_of(flags: &[String], word: &Word, next: Option<&Word>) -> Option<(Word, usize)> {
    let text = word.shown();
    let next = || next.cloned().map(|word| (word, 1));
    if flags.iter().any(|flag| text == flag) {
        return next();
    }
    for flag in flags {
        if let Some(rest) = text.strip_prefix(flag.as_str()) {
            if flag == "+" {
                return Some((behind(word, text.len() - rest.len()), 0));
            }
            if flag.starts_with("--") || flag.len() > 2 {
                if let Some(value) = rest.strip_prefix('=') {
                    return Some((behind(word, text.len() - value.len()), 0));
                }
            } else if flag.starts_with('-') {
                return Some((behind(word, text.len() - rest.len()), 0));
            }
        }
        // The last letter of a cluster: `-lc`.
        let letter = flag.strip_prefix('-').filter(|letter| letter.len() == 1);
        let cluster = text.strip_prefix('-').filter(|t| t.len() > 1 && t.chars().all(|c| c.is_ascii_alphanumeric()));
        if letter.zip(cluster).is_some_and(|(letter, cluster)| cluster.ends_with(letter)) {
            return next();
        }
        // `make -sf-`: with its value behind it.
        let dash = text.strip_prefix('-').and_then(|rest| rest.strip_suffix('-')).filter(|rest| rest.len() > 1);
        if letter
            .zip(dash)
            .is_some_and(|(letter, head)| head.ends_with(letter) && head.chars().all(|c| c.is_ascii_alphanumeric()))
        {
            return Some((behind(word, text.len() - 1), 0));
        }
    }
    None
}

/// What is left of a word behind its first bytes.
pub(super) fn behind(word: &Word, skipped: usize) -> Word {
    let cut = |text: &String| text.get(skipped..).unwrap_or_default().to_owned();
    let verbatim = word.verbatim.filter(|span| span.end - span.start == word.shown().len());
    Word {
        text: match &word.text {
            Text::Known(text) => Text::Known(cut(text)),
            Text::Partly(text) => Text::Partly(cut(text)),
            Text::Unknown => Text::Unknown,
        },
        verbatim: verbatim.map(|span| Span { start: span.start + skipped, end: span.end }),
        ..word.clone()
    }
}

/// What a script of sed's puts into a text: what `s` puts in the place of something, and the lines of `a`, `i` and `c` (POSIX.1-2017, sed).
pub(super) fn put_by_sed(script: &str) -> Option<String> {
    let command = script.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '$' | ',' | ' ' | '!'));
    let command = match command.strip_prefix('/') {
        Some(rest) => rest.split_once('/')?.1.trim_start(),
        None => command,
    };
    let rest = command.get(1..)?;
    match command.chars().next()? {
        's' => {
            let mark = rest.chars().next()?;
            // What is escaped is no mark.
            let kept = rest.replace(&format!("\\{mark}"), "\u{0}");
            kept.split(mark).nth(2).map(|put| put.replace('\u{0}', &mark.to_string()))
        }
        'a' | 'i' | 'c' => Some(rest.trim_start_matches(['\\', ' ', '\n']).to_owned()),
        _ => None,
    }
}

/// The texts that a command's words carry.
pub(super) fn texts(carrier: &Carrier, args: &[Word]) -> Vec<Word> {
    let mut found = Vec::new();
    let mut operands = Vec::new();
    let mut at = 0;
    let mut flagged = false;
    while let Some(word) = args.get(at) {
        at += 1;
        if let Some((value, used)) = value_of(&carrier.flags, word, args.get(at)) {
            at += used;
            flagged = true;
            found.extend(keyed(carrier, value));
        } else if word.shown().starts_with('-') && word.shown().len() > 1 {
            at += usize::from(takes_value(&carrier.values, word.shown(), false));
        } else {
            operands.push(word);
        }
    }
    let verbs: Vec<&str> = carrier.verb.iter().flat_map(|verb| verb.split(' ')).collect();
    let verb_fits = verbs.iter().zip(&operands).filter(|(verb, word)| glob_matches(verb, word.shown())).count();
    if verb_fits < verbs.len() {
        return Vec::new();
    }
    let operands = operands.get(verbs.len()..).unwrap_or_default();
    if carrier.reads == "words" {
        // Options behind the first word are the command's own.
        let first = operands.first().and_then(|first| args.iter().position(|word| std::ptr::eq(word, *first)));
        return first.and_then(|first| args.get(first..)).unwrap_or_default().to_vec();
    }
    if carrier.pairs {
        if let [key, value, ..] = operands
            && fits(carrier, key.shown())
        {
            found.push((*value).clone());
        }
        return found;
    }
    if let Some(first) = carrier.operand.filter(|_| !flagged) {
        let taken = if carrier.rest { operands.get(first..) } else { operands.get(first..=first) };
        found.extend(taken.unwrap_or_default().iter().map(|word| (*word).clone()));
    }
    found
}

/// The value of a setting `KEY=value` or `KEY value`, if it is one that is run.
fn keyed(carrier: &Carrier, word: Word) -> Option<Word> {
    if carrier.keys.is_empty() {
        return Some(word);
    }
    let text = word.shown();
    let at = text
        .find('=')
        .filter(|&at| !text.get(..at).unwrap_or_default().contains(' '))
        .or_else(|| text.find([' ', ':']))?;
    fits(carrier, text.get(..at)?).then(|| behind(&word, at + 1))
}

fn fits(carrier: &Carrier, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    carrier.keys.iter().any(|pattern| pattern.fit(&key))
}

/// The shell scripts in a text of a small language, each with the byte where it begins; `None` for a language that is not known here.
pub(super) fn commands(language: &str, text: &str) -> Option<Vec<(usize, String)>> {
    Some(match language {
        "sed" => sed(text),
        "make" => make(text),
        "gdb" => lines_with(text, &["shell ", "!", "pipe ", "make "]),
        "tcl" => tcl(text),
        "less" => lines_with(text, &["!", "|", "#"]),
        "bang" => lines_with(text, &["!", "~!", "system ", "shell "]),
        "ninja" => lines_with(text, &["command = ", "command="]),
        "sqlline" => lines_with(text, &["!sh "]),
        "kak" => enclosed(text, "%sh{", '}'),
        "lisp" => lisp(text),
        "cron" => cron(text),
        "rpm" => text
            .find("%(")
            .map(|at| (at + 2, text.get(at + 2..).unwrap_or_default().trim_end_matches(')').to_owned()))
            .into_iter()
            .collect(),
        "json" => json(text),
        "bar" => text.strip_prefix('|').map(|script| (1, script.to_owned())).into_iter().collect(),
        _ => return None,
    })
}

/// `e` as a command, and as a flag of `s` (GNU sed, "Commands Specific to GNU sed").
fn sed(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split(['\n', ';']) {
        let start = at;
        at += line.len() + 1;
        let body = line.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, ' ' | '\t' | ',' | '$' | '!' | '{' | '~' | '+')
        });
        let body = match body.strip_prefix('/').and_then(|rest| rest.split_once('/')) {
            Some((_, rest)) => rest.trim_start_matches([' ', '!', '{', 'I']),
            None => body,
        };
        let from = start + line.len() - body.len();
        if let Some(rest) = body.strip_prefix('e')
            && (rest.is_empty() || rest.starts_with([' ', '\t']))
        {
            // A bare `e` runs the line that was read.
            let script = if rest.trim().is_empty() { "$_" } else { rest };
            found.push((from + 1, script.to_owned()));
        }
    }
    // The replacement of `s` may hold `;`, so it is looked for in the whole.
    let mut rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '$' | ','));
    if let Some(body) = rest.strip_prefix('s')
        && let Some(mark) = body.chars().next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace())
    {
        let mut parts = Vec::new();
        let mut part = String::new();
        let mut chars = body.chars().skip(1);
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some(escaped) if escaped == mark => part.push(escaped),
                    Some(escaped) => part.extend(['\\', escaped]),
                    None => {}
                },
                c if c == mark => parts.push(std::mem::take(&mut part)),
                c => part.push(c),
            }
        }
        rest = part.as_str();
        if let [pattern, replacement] = parts.as_slice()
            && rest.split([';', '}', '\n']).next().is_some_and(|flags| flags.contains('e'))
        {
            let whole = replacement.contains('&') || replacement.contains("\\1");
            let script = match pattern.as_str() {
                _ if whole => "$_".to_owned(),
                // What was read stands behind it.
                "^" => format!("{replacement}$_"),
                _ => replacement.clone(),
            };
            found.push((0, script));
        }
    }
    found
}

/// Recipes: what stands behind a tab or behind `target: ;`, and `$(shell …)`.
fn make(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let recipe = match line.strip_prefix('\t') {
            Some(recipe) => Some(recipe),
            None => line.split_once(';').filter(|(target, _)| target.contains(':')).map(|(_, recipe)| recipe),
        };
        if let Some(recipe) = recipe {
            let script = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']);
            found.push((at + line.len() - script.len(), script.replace("$$", "$")));
        }
        for (from, _) in line.match_indices("$(shell ") {
            let script = line.get(from + 8..).unwrap_or_default();
            found.push((at + from + 8, script.trim_end_matches(')').to_owned()));
        }
        at += line.len() + 1;
    }
    found
}

/// What stands in a line behind one of these words.
fn lines_with(text: &str, words: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split(['\n', ';']) {
        let body = line.trim_start();
        let rest = words.iter().find_map(|word| body.strip_prefix(word));
        if let Some(rest) = rest {
            found.push((at + line.len() - rest.len(), rest.to_owned()));
        }
        at += line.len() + 1;
    }
    found
}

/// What stands between a mark and the end of it.
fn enclosed(text: &str, mark: &str, end: char) -> Vec<(usize, String)> {
    let all = text.match_indices(mark).map(|(at, _)| at + mark.len());
    all.map(|at| (at, text.get(at..).unwrap_or_default().split(end).next().unwrap_or_default().to_owned())).collect()
}

/// What Tcl runs, deletes (`file delete`) or connects to (`socket`), also inside brackets.
fn tcl(text: &str) -> Vec<(usize, String)> {
    let mut found = lines_with(text, &["spawn ", "exec ", "system ", "eval exec "]);
    let inner = |mark: &str| -> Vec<(usize, String)> {
        let all = text.match_indices(mark);
        all.map(|(at, _)| {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            (at + mark.len(), rest.split([';', ']', '\n', '}']).next().unwrap_or_default().to_owned())
        })
        .collect()
    };
    found.extend(inner("[exec "));
    found.extend(inner("[open |"));
    found.extend(
        inner("file delete ")
            .into_iter()
            .map(|(at, paths)| (at, format!("rm -r {}", paths.replace("-force", "-f").replace("-- ", "")))),
    );
    // What an escape or a bracket puts there is not read.
    let computed = |script: &str| script.contains("\\x") || script.contains("\\u") || script.contains('[');
    found.iter_mut().filter(|(_, script)| computed(script)).for_each(|(_, script)| *script = "$_".to_owned());
    found.extend(
        inner("socket ").into_iter().filter(|(_, to)| to.contains('.')).map(|(at, to)| (at, format!("ztcp {to}"))),
    );
    found
}

/// What Emacs Lisp hands to a shell, or deletes.
fn lisp(text: &str) -> Vec<(usize, String)> {
    let shells = [
        "shell-command",
        "call-process-shell-command",
        "start-process-shell-command",
        "compile",
        "system",
        "shell-command-to-string",
    ];
    let mut found = quoted_behind(text, &shells);
    // `(call-process "rm" nil nil nil "-rf" "/x")`
    for call in
        ["call-process", "start-process", "process-file", "run-program", "sb-ext:run-program", "uiop:run-program"]
    {
        for (at, _) in text.match_indices(&format!("({call} ")) {
            let words: Vec<&str> = text.get(at..).unwrap_or_default().split('"').skip(1).step_by(2).take(16).collect();
            found.push((at, words.join(" ")));
        }
    }
    // What another call gives is not read.
    let built = |shell: &str| text.contains(&format!("({shell} ("));
    found.extend(shells.iter().filter(|shell| built(shell)).map(|_| (0, "$_".to_owned())));
    let deleted = quoted_behind(text, &["delete-directory", "delete-file"]);
    found.extend(deleted.into_iter().map(|(at, path)| (at, format!("rm -rf '{path}'"))));
    found
}

/// The commands of a crontab: behind five fields, or behind `@reboot` and its kin (crontab(5)).
fn cron(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let skipped = if line.starts_with('@') { 1 } else { 5 };
        let mut rest = line;
        for _ in 0..skipped {
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
        if !rest.is_empty() {
            found.push((0, rest.to_owned()));
        }
    }
    found
}

/// The strings in double quotes behind one of these names.
fn quoted_behind(text: &str, names: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for name in names {
        for (at, _) in text.match_indices(name) {
            let from = at + name.len();
            let rest = text.get(from..).unwrap_or_default();
            let Some(open) = rest.find('"') else { continue };
            let body = rest.get(open + 1..).unwrap_or_default();
            found.push((from + open + 1, body.split('"').next().unwrap_or_default().to_owned()));
        }
    }
    found
}

/// The strings of `commands=["…"]`, or all of `commands=…`.
fn json(text: &str) -> Vec<(usize, String)> {
    let Some(at) = text.find("ommand") else { return Vec::new() };
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.find(['=', ':']).and_then(|mark| rest.get(mark..)).unwrap_or_default();
    if !rest.contains('"') {
        let value = rest.get(1..).unwrap_or_default().trim_matches(['[', ']', '\'', ' ']);
        return vec![(text.len() - rest.len(), value.to_owned())];
    }
    let strings: Vec<String> = rest.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    strings.into_iter().map(|script| (at, script)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts(language: &str, text: &str) -> Vec<String> {
        commands(language, text).unwrap().into_iter().map(|(_, script)| script.trim().to_owned()).collect()
    }

    #[test]
    fn small_languages_give_the_commands_that_they_run_and_nothing_else() {
        assert_eq!(scripts("sed", "1e rm -rf /srv"), ["rm -rf /srv"]);
        assert_eq!(scripts("sed", "s/x/rm -rf \\/srv/e"), ["rm -rf /srv"]);
        assert_eq!(scripts("sed", "s/^/rm -rf /e"), ["rm -rf $_"]);
        assert_eq!(scripts("sed", "s/a/be/g"), [""; 0]);
        assert_eq!(scripts("sed", "/e x/d;s/e/f/"), [""; 0]);
        assert_eq!(scripts("sed", "$!N;P;D"), [""; 0]);
        assert_eq!(scripts("make", "all:\n\t@rm -rf x\nb: ; -rm y\nc = $(shell ls)"), ["rm -rf x", "rm y", "ls"]);
        assert_eq!(scripts("gdb", "shell ls; bt"), ["ls"]);
        assert_eq!(scripts("json", "{\"commands\":[\"ls\",\"id\"]}"), ["ls", "id"]);
        assert_eq!(scripts("json", "commands=uptime"), ["uptime"]);
        assert_eq!(scripts("tcl", "exec sh -c [binary decode base64 bHM=]"), ["$_"]);
        assert_eq!(scripts("tcl", "exec ls /srv"), ["ls /srv"]);
        assert_eq!(scripts("lisp", "(shell-command (string 108 115))"), ["$_"]);
        assert_eq!(scripts("lisp", "(run-program \"/bin/rm\" (list \"-rf\" \"/srv\"))"), ["/bin/rm -rf /srv"]);
    }
}
