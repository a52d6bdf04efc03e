//! What zsh and the plain shells (dash, busybox) read otherwise than bash does, in bash's words.
//!
//! | text | bash | elsewhere |
//! |---|---|---|
//! | `ls # ; cmd` typed at a prompt | a comment | zsh: `#` is a word, and `cmd` runs (zshoptions(1), `INTERACTIVE_COMMENTS`) |
//! | `=(cmd)`, `$=x`, `$^x`, `$~x` | a mistake, text | zsh: runs `cmd`; the value of `x` (zshexpn(1)) |
//! | `${(e)x}` | a mistake | zsh: runs what stands in the value of `x` |
//! | `*(e:'cmd':)`, `*(+cmd)` | a mistake, a pattern | zsh: runs `cmd` for each file (zshexpn(1), "Glob Qualifiers") |
//! | `$'\' ; cmd #'` | a quoted word | dash: `$` and the word `\`, then `cmd` (POSIX.1-2017 has no `$'…'`) |
//! | `((cmd))`, `[[ a \|\| cmd ]]` | arithmetic, a condition | dash: commands |

use std::ops::Range;

use super::MAX_TEXT;

/// How a byte of a text stands in its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Bare,
    /// Bare, and first of a word in the place of a command.
    Command,
    Single,
    Double,
    /// Behind a backslash, or in `$'…'`.
    Escaped,
    Comment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Double,
    Paren,
}

/// The class of each byte. `ansi`: `$'…'` is a quoted word; `comments`: `#` begins one.
fn classes(text: &str, ansi: bool, comments: bool) -> Vec<Class> {
    let bytes = text.as_bytes();
    let mut classes = vec![Class::Bare; bytes.len()];
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut command, mut fresh) = (0, true, true);
    // Where the word begins that stands in the place of a command.
    let mut head = None;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let doubled = open.last() == Some(&Open::Double);
        let end = match byte {
            b'\\' => at + 2,
            b'"' if doubled => {
                open.pop();
                at + 1
            }
            b'$' if next == Some(b'(') => {
                open.push(Open::Paren);
                at + 2
            }
            _ if doubled => at + 1,
            b'"' => {
                open.push(Open::Double);
                at + 1
            }
            b'$' if ansi && next == Some(b'\'') => closing(bytes, at + 2, true),
            b'\'' => closing(bytes, at + 1, false),
            b'#' if comments && fresh => {
                bytes.iter().skip(at).position(|&b| b == b'\n').map_or(bytes.len(), |n| at + n)
            }
            b'(' => {
                open.push(Open::Paren);
                at + 1
            }
            b')' => {
                open.pop();
                at + 1
            }
            _ => at + 1,
        };
        let class = match byte {
            b'\\' => Class::Escaped,
            b'$' if !doubled && end > at + 2 => Class::Escaped,
            b'\'' if !doubled => Class::Single,
            b'#' if end > at + 1 || byte == b'#' && comments && fresh && !doubled => Class::Comment,
            _ if doubled || byte == b'"' => Class::Double,
            _ if command && !byte.is_ascii_whitespace() => Class::Command,
            _ => Class::Bare,
        };
        if let Some(stretch) = classes.get_mut(at..end.min(bytes.len())) {
            stretch.fill(class);
        }
        let breaks = matches!(byte, b';' | b'&' | b'|' | b'\n' | b'(' | b'{') || byte == b'$' && next == Some(b'(');
        let blank = byte == b' ' || byte == b'\t';
        let leads = || head.and_then(|from| text.get(from..at)).is_some_and(|word| LEADING.contains(&word));
        command = !doubled && (breaks || blank && (command || leads()));
        head = match class {
            Class::Command => Some(at),
            _ if blank => None,
            _ => head,
        };
        fresh = !doubled && (breaks || blank || byte == b')' || byte == b'<' || byte == b'>');
        at = end;
    }
    classes
}

/// Where a single-quoted word ends that begins there, behind its last quote.
fn closing(bytes: &[u8], from: usize, escapes: bool) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if escapes => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A text as zsh reads it, in bash's words. `typed`: at a prompt, where `#` begins no comment. `None` if that is no other reading.
pub(super) fn zsh(text: &str, typed: bool) -> Option<String> {
    let signs = ["=(", "$=", "$^", "$~", "${$("];
    let comment = typed && text.contains('#');
    if text.len() > MAX_TEXT || !comment && !signs.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let comments = classes(text, true, true);
    let classes = if comment { classes(text, true, false) } else { comments.clone() };
    let class = |at: usize| classes.get(at).copied().unwrap_or(Class::Bare);
    let bare = |at: usize| matches!(class(at), Class::Bare | Class::Command);
    let lively = |class: Class| !matches!(class, Class::Single | Class::Escaped);
    let bytes = text.as_bytes();
    let (mut out, mut changed, mut from) = (String::with_capacity(text.len() + 8), false, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let rest = text.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let (put, taken) = match byte {
            b'#' if comments.get(at) == Some(&Class::Comment) && bare(at) && begins(&comments, at) => {
                // What bash drops is a word here, and what stands behind it runs.
                let line = rest.find('\n').map_or(text.len(), |end| at + end);
                let acts = |&(on, c): &(usize, char)| match c {
                    ';' | '&' | '|' | '>' => bare(at + on),
                    '$' => text.get(at + on..).is_some_and(|rest| rest.starts_with("$(")) && lively(class(at + on)),
                    '`' => lively(class(at + on)),
                    _ => false,
                };
                if !text.get(at..line).is_some_and(|comment| comment.char_indices().any(|place| acts(&place))) {
                    continue;
                }
                (if class(at) == Class::Command { ":" } else { "\\#" }, 1)
            }
            b'=' if rest.starts_with("=(") && bare(at) && before.is_none_or(|b| b" \t;|&=(\n".contains(b)) => ("<", 1),
            b'$' if lively(class(at)) && is_flagged(rest) => {
                let flags = rest.bytes().skip(1).take_while(|b| b"=^~".contains(b)).count();
                ("$", 1 + flags)
            }
            b'$' if rest.starts_with("${$(") && lively(class(at)) => {
                let Some(end) = rest.find(")}") else { continue };
                out.push_str(text.get(from..at).unwrap_or_default());
                out.push_str("$_");
                out.push_str(rest.get(2..=end).unwrap_or_default());
                (from, changed) = (at + end + 2, true);
                continue;
            }
            _ => continue,
        };
        if at < from {
            continue;
        }
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(put);
        (from, changed) = (at + taken, true);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    changed.then_some(out)
}

/// A text in which `#` begins no comment.
pub(super) fn uncommented(text: &str) -> String {
    let classes = classes(text, true, true);
    let mut out = String::with_capacity(text.len() + 4);
    for (at, c) in text.char_indices() {
        if c == '#' && classes.get(at) == Some(&Class::Comment) && begins(&classes, at) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether a comment begins at that byte.
fn begins(classes: &[Class], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| classes.get(before)) != Some(&Class::Comment)
}

/// `$=x`, `$^x`, `$~x`: the value of `x`, split, distributed or taken for a pattern.
fn is_flagged(text: &str) -> bool {
    let behind = text.trim_start_matches('$').trim_start_matches(['=', '^', '~']);
    text.as_bytes().get(1).is_some_and(|b| b"=^~".contains(b))
        && behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// A text as a plain shell reads it, in bash's words: without `$'…'`, `((…))` and `[[ … ]]`. `None` if that is no other reading.
pub(super) fn plain(text: &str) -> Option<String> {
    let signs = ["$'", "((", "[[", "${"];
    if text.len() > MAX_TEXT || !signs.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let classes = classes(text, false, true);
    let class = |at: usize| classes.get(at).copied().unwrap_or(Class::Bare);
    let (mut out, mut changed, mut from) = (String::with_capacity(text.len() + 8), false, 0);
    for (at, _) in text.match_indices(['$', '(', '[', '\'']) {
        let rest = text.get(at..).unwrap_or_default();
        let (put, taken) = match class(at) {
            // Between double quotes it is no quote, not even in `${x-'}`.
            Class::Double if rest.starts_with('\'') && in_parameter(text.get(..at).unwrap_or_default()) => {
                changed = true;
                ("_", 1)
            }
            Class::Bare | Class::Command if rest.starts_with("$'") => {
                changed |= rest.contains("\\'");
                ("\\$", 1)
            }
            Class::Command if rest.starts_with("((") => {
                changed = true;
                ("( ", 1)
            }
            Class::Command if rest.starts_with("[[ ") => {
                changed |= rest.split("]]").next().is_some_and(|inside| inside.contains(['|', '&', '<', '>']));
                ("[", 2)
            }
            _ => continue,
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(put);
        from = at + taken;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    changed.then_some(out)
}

/// Whether a `${` is open at the end of a text.
fn in_parameter(text: &str) -> bool {
    text.rfind("${").is_some_and(|at| text.get(at..).is_some_and(|rest| !rest.contains('}')))
}

/// Whether an expansion gives one of the shell's own tables an element: `${functions[x]::=reboot}`.
pub(super) fn sets_table(text: &str) -> bool {
    let sets = |(at, table): (usize, &str)| {
        let rest = text.get(at + table.len()..).and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.trim_start_matches(':').starts_with('='))
    };
    ["${functions[", "${aliases[", "${galiases[", "${saliases[", "${commands["]
        .iter()
        .any(|table| text.match_indices(table).any(sets))
}

/// Whether an expansion of zsh runs what stands in a value: the flag `e` of `${(e)x}`.
pub(super) fn evaluates(text: &str) -> bool {
    let evaluates = |(at, mark): (usize, &str)| {
        let mut flags = text.get(at + mark.len()..).unwrap_or_default().chars();
        while let Some(flag) = flags.next() {
            match flag {
                'e' => return true,
                ')' => return false,
                // These take a string between two of the same character.
                's' | 'j' | 'l' | 'r' | 'I' | 'Z' | 'g' | '_' => {
                    let Some(open) = flags.next() else { return false };
                    let close = partner(open);
                    if !flags.by_ref().any(|c| c == close) {
                        return false;
                    }
                }
                c if c.is_ascii_alphabetic() || "@#%~-+".contains(c) => {}
                _ => return false,
            }
        }
        false
    };
    text.contains("${(") && (text.matches("${(").nth(MAX_PLACES).is_some() || text.match_indices("${(").any(evaluates))
}

/// Whether a file name has a qualifier behind it that runs code for each file (zshexpn(1), "Glob Qualifiers"): `*(e:'reboot':)`, `*(+func)`.
pub(super) fn qualifier_runs(text: &str) -> bool {
    if !text.contains('(') || text.len() > MAX_TEXT {
        return false;
    }
    let attached = |&(at, _): &(usize, &str)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        before.is_some_and(|c| !c.is_whitespace() && !"$=<>(;|&{".contains(c))
    };
    if text.match_indices('(').filter(attached).nth(MAX_PLACES).is_some() {
        return true;
    }
    let mut places =
        text.match_indices('(').filter(attached).filter(|(at, _)| runs_code(text.get(at + 1..).unwrap_or_default()));
    let Some((at, _)) = places.next() else { return false };
    let classes = classes(text, true, true);
    let body = body(text, &classes);
    let bare = |at: usize| {
        matches!(classes.get(at), Some(Class::Bare | Class::Command)) && !body.as_ref().is_some_and(|b| b.contains(&at))
    };
    bare(at) || places.any(|(at, _)| bare(at))
}

/// Where the body of the one heredoc stands that a text has, if nothing in it is run.
fn body(text: &str, classes: &[Class]) -> Option<Range<usize>> {
    let bare = |at: usize| matches!(classes.get(at), Some(Class::Bare | Class::Command));
    let mut marks = text.match_indices("<<").map(|(at, _)| at);
    let (at, None) = (marks.next()?, marks.next()) else { return None };
    let (line, _) = text.get(at + 2..)?.split_once('\n')?;
    let (tabs, word) = line.strip_prefix('-').map_or((false, line), |word| (true, word));
    let word = word.trim_start();
    let quote = word.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let word = word.get(usize::from(quote.is_some())..)?;
    let name = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    let mut behind = word.get(name.len()..)?.chars();
    // `<<a'b'` ends at a line `ab`.
    let whole = quote.is_none_or(|quote| behind.next() == Some(quote))
        && behind.next().is_none_or(|c| c.is_whitespace() || "|;&)>".contains(c));
    // In arithmetic it shifts bits.
    if name.is_empty() || !whole || !bare(at) || text.get(..at).is_some_and(|head| head.contains("((")) {
        return None;
    }
    let from = at + 2 + line.len() + 1;
    let mut end = from;
    for row in text.get(from..)?.split_inclusive('\n') {
        let row_text = row.trim_end_matches('\n');
        if (if tabs { row_text.trim_start_matches('\t') } else { row_text }) == name {
            let runs = quote.is_none() && text.get(from..end)?.contains(['$', '`']);
            return (!runs).then_some(from..end);
        }
        end += row.len();
    }
    None
}

/// Whether these are qualifiers of which one runs code.
fn runs_code(text: &str) -> bool {
    let mut rest = text.strip_prefix("#q").unwrap_or(text);
    let mut runs = false;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        let string = || {
            let open = behind.chars().next()?;
            behind.get(open.len_utf8()..)?.split_once(partner(open)).map(|(_, rest)| rest)
        };
        let number = |of: &[char]| {
            behind
                .trim_start_matches(of)
                .trim_start_matches(['+', '-'])
                .trim_start_matches(|c: char| c.is_ascii_digit())
        };
        rest = match c {
            ')' => return runs,
            'e' => match string() {
                Some(rest) => {
                    runs = true;
                    rest
                }
                None => return false,
            },
            '+' => {
                let name = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                if name.len() == behind.len() {
                    return false;
                }
                runs = true;
                name
            }
            'o' | 'O' if behind.starts_with(['e', '+']) => behind,
            'o' | 'O' => behind.get(1..).unwrap_or_default(),
            'u' | 'g' | 'f' | 'P' if behind.starts_with(|c: char| !c.is_ascii_digit()) => match string() {
                Some(rest) => rest,
                None => return false,
            },
            'L' => number(&['k', 'K', 'm', 'M', 'g', 'G', 't', 'T', 'p', 'P']),
            'a' | 'm' | 'c' => number(&['M', 'w', 'h', 'm', 's', 'd']),
            'u' | 'g' | 'f' | 'd' | 'l' | 'Y' => number(&['=']),
            '[' => behind.split_once(']').map_or("", |(_, rest)| rest),
            ':' => return runs,
            _ if "/.@=p*%rwxAIERWXsStUGFNnDMTbi^-,".contains(c) => behind,
            _ => return false,
        };
    }
    false
}

/// What ends a string of zsh's flags and qualifiers that this begins.
const fn partner(open: char) -> char {
    match open {
        '{' => '}',
        '[' => ']',
        '(' => ')',
        '<' => '>',
        other => other,
    }
}

/// Behind these words a command begins.
const LEADING: [&str; 10] = ["if", "while", "until", "then", "do", "else", "elif", "!", "time", "{"];

/// Places of a text that are looked at one by one; a line with more is taken for the worst.
const MAX_PLACES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_zsh_reads_otherwise_is_said_in_the_words_of_bash() {
        for (line, want) in [
            ("ls # ; rm x", "ls \\# ; rm x"),
            ("ls; # $(rm x)", "ls; : $(rm x)"),
            ("cat =(rm x) y", "cat <(rm x) y"),
            ("$=x; echo \"$^y\" $==z", "$x; echo \"$y\" $z"),
            ("${$(echo rm)} x", "$_$(echo rm) x"),
        ] {
            assert_eq!(zsh(line, true).as_deref(), Some(want), "{line}");
        }
        for line in ["ls # all of it", "echo 'a # ; b'", "a=(1 2)", "echo x#; ls", "echo '$=x' \"=(x)\"", "x[1]=(a)"] {
            assert_eq!(zsh(line, true), None, "{line}");
        }
        assert_eq!(zsh("ls # ; rm x", false), None);
    }

    #[test]
    fn what_a_plain_shell_reads_otherwise_is_said_in_the_words_of_bash() {
        for (line, want) in [
            ("echo $'\\' ; rm x #'", "echo \\$'\\' ; rm x #'"),
            ("((reboot))", "( (reboot))"),
            ("if ((rm x)); then ls; fi", "if ( (rm x)); then ls; fi"),
            ("[[ a || rm x ]]", "[ a || rm x ]]"),
            ("echo \"${x-'}\"; rm x #'}\"", "echo \"${x-_}\"; rm x #'}\""),
        ] {
            assert_eq!(plain(line).as_deref(), Some(want), "{line}");
        }
        for line in ["echo $'a'", "echo $((1+2))", "[[ -f x ]]", "echo '((x))'", "for ((i=0;i<3;i++)); do ls; done"] {
            assert_eq!(plain(line), None, "{line}");
        }
    }

    #[test]
    fn a_qualifier_that_runs_code_is_found_among_others() {
        for line in [
            "ls *(e:'reboot':)",
            "echo *(.e/'rm -rf x'/)",
            "ls x(+reboot)",
            "ls *(oe:reboot:)",
            "ls *(Dom-e{'rm $REPLY'}[1,3])",
            "ls *(#qu:root:L+10e'reboot')",
            "ls [a]*(mh-1,^+f)",
            "ls \"x\"*(o+f)",
            "cat <<Q\nx\nQ\nls *(e:'reboot':)",
            "cat <<Q'x'\nQx\nls *(e:'reboot':)\nQ",
            "cat <<Q\n$(ls *(e:'reboot':))\nQ",
            "echo $((1<<Q))\nls *(e:'reboot':)\nQ",
        ] {
            assert!(qualifier_runs(line), "{line}");
        }
        for line in [
            "ls *(.)",
            "ls *(om[1,3])",
            "ls *(u:root:)",
            "ls *(L+10)",
            "ls (entry|other)",
            "ls x(entry|other)",
            "db.users.find({e: 1})",
            "echo $(e:x:)",
            "echo '*(e:x:)'",
            "rm !(e.txt)",
            "f() { ls; }",
            "mysql <<'Q'\nSELECT DATE(created_at) AS d\nQ",
            "mysql <<-Q\nSELECT DATE(created_at) AS d\n\tQ\nls",
        ] {
            assert!(!qualifier_runs(line), "{line}");
        }
        for (line, want) in
            [("${(e)x}", true), ("${(s:e:)x}", false), ("${(s:,:e)x}", true), ("${(Q)x}", false), ("${x}", false)]
        {
            assert_eq!(evaluates(line), want, "{line}");
        }
    }
}
