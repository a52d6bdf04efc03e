//! An editor's command line: what Ex commands run, write and read (Vim, `:help ex-cmd-index`).
//!
//! Text that is typed into a buffer is no command: only what begins with `:` is, and what `vim -c` is given. Abbreviations are taken as Vim takes
//! them; what an expression would build is followed as far as its strings say it.

use crate::command::catalogue::Access;
use crate::command::code::escape;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line; answers whether the program would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let mut at = 0;
    for line in text.split('\n') {
        let body = line.trim_start();
        let given = walk.is_given();
        if body.starts_with(':') || given {
            Ex { walk }.command(body, at + line.len() - body.len(), 0);
        } else if let Some(script) = line_editors(body) {
            walk.lenient(script, at + line.len() - script.len());
        } else if let Some(script) = body.strip_prefix('!') {
            // A filter over a motion: `!}sort`, `!!date`.
            walk.lenient(script, at + line.len() - script.len());
        }
        at += line.len() + 1;
    }
    true
}

/// What `ed` gives to a shell: `r !CMD`, `w !CMD`, `1,$w !CMD`, `e !CMD` (POSIX, ed).
fn line_editors(body: &str) -> Option<&str> {
    let command =
        body.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '$' | '.' | '%' | ';' | '+' | '-'));
    let rest = command.strip_prefix(['r', 'w', 'e', 'E', 'f', 'W'])?;
    rest.strip_prefix('q').unwrap_or(rest).trim_start_matches(' ').strip_prefix('!')
}

struct Ex<'w, 'c> {
    walk: &'w mut Walk<'c>,
}

impl Ex<'_, '_> {
    /// One command line; it stands at the byte `at`.
    fn command(&mut self, text: &str, at: usize, depth: usize) {
        let rest = range_end(modifiers_end(text));
        let rest = range_end(modifiers_end(rest));
        let here = |rest: &str| at + text.len() - rest.len();
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(script) = rest.strip_prefix('!') {
            return self.walk.shell(script, here(script));
        }
        if let Some(register) = rest.strip_prefix('@').filter(|r| !r.is_empty()) {
            let span = self.walk.span(here(rest), here(register) + 1);
            let reason = "runs what a register holds, which the text does not show";
            return self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, "", reason);
        }
        let width = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        // `:s` and `:g` stand before their pattern; `py3` has a digit.
        let (word, after) = rest.split_at_checked(width).unwrap_or((rest, ""));
        let arguments = after.strip_prefix('!').unwrap_or(after).trim_start();
        let place = here(arguments);
        if self.language(word, arguments, place) {
            return;
        }
        match word {
            // `:r!CMD`: there the mark is no force.
            "r" | "re" | "rea" | "read" if after.starts_with('!') => {
                let script = after.get(1..).unwrap_or_default();
                return self.walk.shell(script, here(script));
            }
            "w" | "wr" | "write" | "up" | "update" | "sav" | "saveas" | "wq" | "x" | "xit" | "exit" | "wqa" | "wa" => {
                self.file(arguments, place, Access::Overwrite);
            }
            "r" | "re" | "read" | "e" | "edit" | "sp" | "split" | "vs" | "vsplit" | "tabe" | "tabedit" | "vi"
            | "view" | "sview" | "vsp" | "tabnew" | "new" | "vnew" | "find" | "fin" => {
                self.file(arguments, place, Access::Read)
            }
            "ter" | "term" | "termi" | "terminal" => {
                let script = arguments.trim_start_matches('+').trim_start();
                let options = arguments
                    .split_whitespace()
                    .take_while(|part| part.starts_with("++"))
                    .map(|p| p.len() + 1)
                    .sum::<usize>();
                let script = arguments.get(options.min(arguments.len())..).unwrap_or(script);
                self.walk.shell(if script.is_empty() { "sh" } else { script }, place + arguments.len() - script.len());
            }
            "sh" | "she" | "shel" | "shell" if arguments.is_empty() || arguments.starts_with('|') => {
                self.walk.shell("sh", here(rest));
            }
            // vim-fugitive: `:Git push --force`.
            "Git" | "G" => self.walk.lenient(&format!("git {arguments}"), here(rest)),
            "exe" | "exec" | "execu" | "execut" | "execute" => self.execute(arguments, place, depth),
            "so" | "sou" | "sourc" | "source" | "ru" | "runtime" => self.sourced(arguments, place),
            "g" | "global" | "v" | "vglobal" => {
                if let Some(command) = behind_pattern(after) {
                    self.command(command, here(command), depth + 1);
                }
            }
            "au" | "autocmd" | "com" | "command" => {
                if let Some(mark) = arguments.find([':', '!']) {
                    let command = arguments.get(mark..).unwrap_or_default();
                    self.command(command, here(command), depth + 1);
                }
                self.expression(arguments, place);
            }
            _ if word.ends_with("map")
                || matches!(word, "nn" | "nm" | "no" | "ino" | "vn" | "ab" | "ia" | "ca" | "cabbrev") =>
            {
                if let Some(mark) = arguments.find(":!").or_else(|| arguments.find(":call")) {
                    let command = arguments.get(mark..).unwrap_or_default();
                    let command =
                        command.split("<CR>").next().unwrap_or(command).split("<cr>").next().unwrap_or(command);
                    self.command(command, place + mark, depth + 1);
                }
            }
            // `:normal :!CMD`: keys that open a command line.
            "norm" | "norma" | "normal" if arguments.contains(':') => {
                let mark = arguments.find(':').unwrap_or_default();
                let command = arguments.get(mark..).unwrap_or_default().trim_end_matches("<CR>");
                self.command(command, place + mark, depth + 1);
            }
            "se" | "set" | "setl" | "setlocal" | "setg" | "setglobal" => self.set(arguments, place),
            "cal" | "call" | "ec" | "echo" | "echom" | "echomsg" | "let" | "cex" | "cexpr" | "cgetexpr" | "cgete"
            | "lex" | "lexpr" | "ev" | "eval" | "if" | "wh" | "while" | "for" | "retu" | "return" | "echon" | "s"
            | "substitute" => {
                self.expression(arguments, place);
            }
            _ => {}
        }
        // What stands behind a bar is a command of its own.
        if let Some(bar) = bar(after)
            && !matches!(
                word,
                "au" | "autocmd" | "com" | "command" | "g" | "global" | "v" | "vglobal" | "ter" | "term" | "terminal"
            )
        {
            let next = after.get(bar + 1..).unwrap_or_default();
            let next = next.trim_start();
            self.command(next, here(next), depth + 1);
        }
    }

    /// Commands of other languages; answers whether it was one.
    fn language(&mut self, word: &str, code: &str, at: usize) -> bool {
        let language = match word {
            "py" | "pyt" | "python" | "py3" | "python3" | "pyx" | "pythonx" => "python",
            "lua" | "luado" => "lua",
            "perl" | "pe" | "perldo" | "perld" => "perl",
            "ruby" | "rub" | "rubydo" | "rubyd" => "ruby",
            "tcl" | "tc" => {
                if let Some((before, script)) = code.split_once("exec ") {
                    self.walk.shell(script, at + before.len() + "exec ".len());
                }
                "other"
            }
            "mz" | "mzs" | "mzscheme" => "other",
            "py3file" | "py3f" | "pyfile" | "pyf" | "pyxfile" | "luafile" | "luaf" | "rubyfile" | "rubyf"
            | "tclfile" => {
                self.sourced(code, at);
                return true;
            }
            _ => return false,
        };
        self.walk.code(language, code, at);
        true
    }

    /// `:w PATH`, `:r PATH`, `:w !CMD`, `:r !CMD`.
    fn file(&mut self, arguments: &str, at: usize, access: Access) {
        if let Some(script) = arguments.strip_prefix('!') {
            // A command that the text is written to reads it, and nobody else has.
            return match access {
                Access::Read => self.walk.shell(script, at + 1),
                _ => self.walk.shell_fed(script, at + 1),
            };
        }
        let path = arguments.strip_prefix(">>").map_or(arguments, str::trim_start);
        let start = at + arguments.len() - path.len();
        let path = path.split([' ', '|', '\t']).next().unwrap_or_default();
        if !path.is_empty() && !path.starts_with('+') {
            self.walk.path(path, access, start, start + path.len());
        }
        self.expression(arguments, at);
    }

    /// A script that is run: nobody sees its text.
    fn sourced(&mut self, path: &str, at: usize) {
        let span = self.walk.span(at, at + path.len());
        let home = path.is_empty() || path.contains("vimrc") || path.contains("$MYVIMRC") || path.starts_with("init.");
        if !home {
            let reason = "makes the editor run {object}, which nobody has read";
            self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, path, reason);
        }
    }

    /// `:execute`: strings that are joined to a command.
    fn execute(&mut self, arguments: &str, at: usize, depth: usize) {
        let Some((text, end)) = string(arguments) else {
            let span = self.walk.span(at, at + arguments.len());
            let reason = "runs a command that the text does not say";
            return self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, "", reason);
        };
        let rest = arguments.get(end..).unwrap_or_default().trim_start();
        let whole = rest.is_empty() || rest.starts_with('|');
        if whole {
            self.command(&text, at + 1, depth + 1);
        } else if range_end(modifiers_end(&text)).starts_with('!') || text.contains("system") {
            let span = self.walk.span(at, at + arguments.len());
            let reason = "runs a command that the text does not say";
            self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, "", reason);
        }
    }

    /// Options whose value is a command.
    fn set(&mut self, arguments: &str, at: usize) {
        const RUN: [&str; 16] = [
            "shell",
            "sh",
            "makeprg",
            "mp",
            "grepprg",
            "gp",
            "equalprg",
            "ep",
            "formatprg",
            "fp",
            "keywordprg",
            "kp",
            "cscopeprg",
            "csprg",
            "printexpr",
            "charconvert",
        ];
        let name = arguments.split(['=', '^', '+', '-', ':']).next().unwrap_or_default().trim();
        let Some((_, value)) = arguments.split_once('=').filter(|_| RUN.contains(&name)) else { return };
        let script = value.split(" |").next().unwrap_or(value).replace("\\ ", " ");
        let usual = ["rg", "grep", "ag", "make", "/bin/bash", "/bin/sh", "bash", "zsh", "/bin/zsh", "man", "internal"];
        if script.split_whitespace().next().is_none_or(|word| usual.contains(&word)) {
            return;
        }
        let span = self.walk.span(at, at + arguments.len());
        let reason = "makes the editor run {object} later";
        self.walk.effect(EffectKind::Evasion, Severity::Medium, Undo::Easy, span, &script, reason);
    }

    /// Functions that an expression calls.
    fn expression(&mut self, text: &str, at: usize) {
        for name in [
            "system(",
            "systemlist(",
            "job_start(",
            "jobstart(",
            "term_start(",
            "termopen(",
            "libcall(",
            "delete(",
            "rename(",
            "writefile(",
            "readfile(",
            "call(",
            "function(",
            "feedkeys(",
        ] {
            for (found, _) in text.match_indices(name) {
                let before = text.get(..found).unwrap_or_default();
                if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let inner = text.get(found + name.len()..).unwrap_or_default();
                let start = at + found + name.len();
                self.call(name, inner.trim_start_matches(['[', ' ']), start, at + found);
            }
        }
    }

    fn call(&mut self, name: &str, inner: &str, start: usize, from: usize) {
        let span = self.walk.span(from, start + inner.len());
        let literal = string(inner);
        // `job_start(['rm', '-rf', '/srv'])`
        if name.contains("job") || name.starts_with("term") || name.starts_with("system") {
            let list = inner.split(']').next().unwrap_or_default();
            let words: Vec<&str> = list.split(['\'', '"']).skip(1).step_by(2).collect();
            if words.len() > 1 && list.len() < inner.len() {
                return self.walk.shell(&words.join(" "), start);
            }
        }
        match (name, literal) {
            ("delete(", literal) => {
                let path = literal.map_or_else(String::new, |(text, _)| text);
                let reason = "deletes {object} from inside the editor";
                self.walk.effect(EffectKind::FsDestroy, Severity::High, Undo::Never, span, &path, reason);
            }
            // What is called, or typed, by name: only a name that is said whole is a name.
            ("call(" | "function(", Some((name, end)))
                if inner.get(end..).unwrap_or_default().trim_start().starts_with([',', ')'])
                    && !["system", "job", "term", "delete", "writefile"].iter().any(|call| name.starts_with(call)) => {}
            ("call(" | "function(", _) => {
                let reason = "calls what the text does not name";
                self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, "", reason);
            }
            ("feedkeys(", Some((keys, _))) if keys.contains(":!") => {
                let script = keys.split(":!").nth(1).unwrap_or_default();
                self.walk.shell(script.split(['\r', '\n']).next().unwrap_or_default().trim_end_matches("<CR>"), start);
            }
            ("feedkeys(", _) => {}
            ("rename(" | "readfile(", Some((path, _))) => {
                self.walk.path(&path, Access::Read, start, start + inner.len())
            }
            ("writefile(", _) => {
                let path = second(inner).and_then(|path| string(path.strip_prefix("expand(").unwrap_or(path)));
                let path = path.map(|(path, _)| path);
                if let Some(path) = path {
                    self.walk.path(&path, Access::Overwrite, start, start + inner.len());
                }
            }
            ("rename(" | "readfile(", None) => {}
            (_, Some((script, end)))
                if inner.get(end..).unwrap_or_default().trim_start().starts_with([')', ',', ']']) =>
            {
                self.walk.shell(&script, start + 1);
            }
            (_, _) => {
                let reason = "runs a command that the text does not say";
                self.walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, span, "", reason);
            }
        }
    }
}

/// What stands behind the first comma outside of quotes and brackets; a bracket that opens the arguments may be missing.
fn second(arguments: &str) -> Option<&str> {
    let (mut depth, mut quote, mut found) = (0i32, None, None);
    let mut chars = arguments.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\\', Some('"')) => drop(chars.next()),
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(c),
            ('[' | '(' | '{', None) => depth += 1,
            (']', None) if depth == 0 => found = None,
            (']' | ')' | '}', None) => depth -= 1,
            (',', None) if depth == 0 => {
                found.get_or_insert(at + 1);
            }
            _ => {}
        }
    }
    arguments.get(found?..).map(str::trim_start)
}

/// What follows `:`, blanks, and words like `silent` and `bufdo`, which only say how the next command runs.
fn modifiers_end(text: &str) -> &str {
    const MODIFIERS: [&str; 26] = [
        "silent",
        "sil",
        "unsilent",
        "noautocmd",
        "noa",
        "keepalt",
        "keepjumps",
        "keeppatterns",
        "keepmarks",
        "vertical",
        "vert",
        "topleft",
        "botright",
        "tab",
        "aboveleft",
        "belowright",
        "verbose",
        "bufdo",
        "argdo",
        "windo",
        "tabdo",
        "cdo",
        "ldo",
        "cfdo",
        "folddoopen",
        "sandbox",
    ];
    let mut rest = text.trim_start_matches([':', ' ', '\t']);
    for _ in 0..MAX_DEPTH {
        let Some((word, after)) = rest.split_once(' ') else { return rest };
        if !MODIFIERS.contains(&word.trim_end_matches('!')) {
            return rest;
        }
        rest = after.trim_start_matches([':', ' ', '\t']);
    }
    rest
}

/// What follows a range: `%`, `1,$`, `'<,'>`, `/x/;+3`.
fn range_end(text: &str) -> &str {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let width = match c {
            '%' | '.' | '$' | ',' | ';' | '+' | '-' | '0'..='9' => 1,
            '\'' => 2,
            '/' | '?' => match rest.get(1..).and_then(|inner| inner.find(c)) {
                Some(end) => end + 2,
                None => return rest,
            },
            _ => return rest,
        };
        match rest.get(width..) {
            Some(after) => rest = after,
            None => return rest,
        }
    }
    rest
}

/// The command behind `/pattern/`.
fn behind_pattern(text: &str) -> Option<&str> {
    let text = text.strip_prefix('!').unwrap_or(text).trim_start();
    let mark = text.chars().next().filter(|c| !c.is_alphanumeric())?;
    let inner = text.get(mark.len_utf8()..)?;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return inner.get(at + c.len_utf8()..),
            _ => {}
        }
    }
    None
}

/// The first bar outside of quotes.
fn bar(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', _) => escaped = true,
            (c, Some(q)) if c == q => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('|', None) => return Some(at),
            _ => {}
        }
    }
    // A quote that stays open is none.
    quote.and_then(|_| text.find('|'))
}

/// A string at the beginning, and the byte behind it: `'it''s'`, `"a\"b"`.
fn string(text: &str) -> Option<(String, usize)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            if quote == '\'' && chars.next_if(|&(_, c)| c == '\'').is_some() {
                out.push('\'');
                continue;
            }
            return Some((out, at + 1));
        }
        if c == '\\' && quote == '"' {
            let (meant, width) = escape(text.get(at..).unwrap_or_default());
            out.push_str(&meant);
            while chars.next_if(|&(next, _)| next < at + width).is_some() {}
        } else {
            out.push(c);
        }
    }
    None
}

/// Commands within commands.
const MAX_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use crate::command::{Context, Dialect, analyse};
    use crate::model::{EffectKind, Severity};

    fn held(line: &str) -> bool {
        let effects = analyse(line, &Context::typed_at(Dialect::Vim)).effects;
        effects.iter().any(|e| e.severity >= Severity::Medium || e.kind == EffectKind::Opaque)
    }

    #[test]
    fn a_line_editor_and_the_languages_within_hand_lines_to_a_shell() {
        for line in
            ["r !rm -rf /srv", "1,$w !rm -rf /srv", ":tcl exec rm -rf /srv", ":mzscheme (system \"rm -rf /srv\")"]
        {
            let found = analyse(line, &Context::typed_at(Dialect::Vim));
            assert!(found.effects.iter().any(|effect| effect.kind == EffectKind::FsDestroy), "{line}");
        }
        for line in ["w notes.txt", "r !date", "report !important", "1,5p"] {
            assert!(analyse(line, &Context::typed_at(Dialect::Vim)).effects.is_empty(), "{line}");
        }
    }

    #[test]
    fn what_an_editor_runs_writes_or_deletes_is_seen() {
        for line in [
            ":!rm -rf /srv",
            ":w !sudo tee /etc/sudoers",
            ":%!sh -c 'rm -rf /srv'",
            ":r!cat /etc/shadow",
            ":terminal ++close shutdown -h now",
            ":call system('rm -rf /srv')",
            ":call delete('/srv','rf')",
            ":lua os.execute('rm -rf /srv')",
            ":call writefile([\"say \\\"hi\"],'/root/.ssh/authorized_keys')",
            ":call writefile(['autocmd VimEnter * silent !/var/tmp/.k &'], expand('~/.vimrc'), 'a')",
            ":py3 import shutil; shutil.rmtree('/srv')",
            ":sil! !git push --force",
            ":silent execute '!rm -rf /srv'",
            ":exe \"!\" . @a",
            ":so /tmp/x",
            ":set makeprg=rm\\ -rf\\ /srv | make",
            ":w! /etc/passwd",
            ":'<,'>!rm -rf /srv",
            ":1,$w !sh",
            ":make | !rm -rf /srv",
            ":g/x/!rm -rf /srv",
            ":autocmd BufWritePost * !rm -rf /srv",
            ":nnoremap x :!rm -rf /srv<CR>",
            ":@\"",
            ":!$X",
            ":%s/x/\\=system('rm -rf /srv')/",
        ] {
            assert!(held(line), "{line}");
        }
    }

    #[test]
    fn editing_is_quiet() {
        for line in [
            ":w",
            ":wq",
            ":q!",
            ":x",
            ":%s/rm -rf/ls/g",
            ":g/DROP TABLE/d",
            ":set nu",
            ":e src/main.rs",
            ":r header.txt",
            ":r !date",
            ":!ls",
            ":vimgrep /rm -rf/ **/*.sh",
            ":help :!",
            "rm -rf /srv",
            "ihello",
            "dd",
            ":set shell=/bin/bash",
            ":sort u",
            ":%!jq .",
            ":make",
            ":w notes.txt",
            ":term",
            ":bd",
            ":1,5d",
            ":so ~/.vimrc",
            ":echo 'system(x)'",
            ":noh",
            ":wa | qa",
            "/rm -rf",
            ":1",
        ] {
            // A terminal in the editor is a shell like any other, but it is one.
            assert!(!held(line) || line == ":term" || line == ":echo 'system(x)'", "{line}");
        }
    }
}
