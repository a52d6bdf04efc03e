//! Programs of which nobody said that they run their words: what in those looks like a command that destroys counts all the same.

use super::super::carry::behind;
use super::super::parse;
use super::super::snippet::{self, Place as Told, Snippet};
use super::super::words::{Flow, Origin as FlowOrigin, Text, Word};
use super::run::origin_of;
use super::{Act, Input, RunsIn, Walk};
use crate::model::{EffectKind, Severity, Span, Undo};

impl Walk<'_> {
    /// Looks through the words and the input of a command for commands; `from` is where its own effects begin.
    pub(super) fn snippets(&mut self, name: &str, args: &[Word], act: &Act<'_>, from: usize) {
        let found = self.effects.get(from..).unwrap_or_default();
        if TELLS.contains(&name)
            || name.ends_with("grep")
            || found.iter().any(|effect| effect.severity >= Severity::Medium)
            || args.iter().any(|word| QUIET.contains(&word.shown()))
            || args.last().is_some_and(|word| word.shown() == "-h")
        {
            return;
        }
        let speaks = self.catalogue.speaks(name);
        let known = speaks || self.catalogue.knows(name);
        // In a container or on another machine nobody knows what the first word was.
        let elsewhere = !known && matches!(act.place.runs_in, RunsIn::Remote | RunsIn::Container);
        let mut told = if snippet::is_runner(name) || elsewhere { Told::Run } else { Told::Somewhere };
        let (mut operands, mut skip) = (0, false);
        for (at, word) in args.iter().enumerate().take(MAX_ARGS) {
            let text = word.shown();
            let rest = args.get(at + 1..).unwrap_or_default();
            if std::mem::replace(&mut skip, false) {
                continue;
            }
            if text.starts_with('-') && text.len() > 1 {
                match self.option(word, rest, (told, known), act) {
                    Seen::Command => return,
                    Seen::Value => skip = true,
                    Seen::Alone => {}
                }
                continue;
            }
            if speaks {
                continue;
            }
            operands += 1;
            if operands <= 3 && told == Told::Somewhere && !text.contains(' ') && snippet::is_text_verb(text) {
                return;
            }
            if self.looks(text, word, told) {
                return;
            }
            let argv = args.get(at..).unwrap_or_default();
            if word.known().is_some_and(|text| !text.contains([' ', '/'])) && snippet::says_run(text) {
                told = Told::Run;
            } else if told == Told::Run && (at == 0 || !elsewhere) && self.tries(argv, told, act)
                || at > 0 && known && deletes(argv) && self.tries(argv, Told::Somewhere, act)
            {
                return;
            }
        }
        if let (false, Input::Flow(Flow { text: Some(text), .. })) = (speaks, act.stdin) {
            let span = act.argv.iter().map(|word| word.span).reduce(|a, b| Span { start: a.start, end: b.end });
            let told = if snippet::is_runner(name) { Told::Run } else { Told::Somewhere };
            if !self.searched(text, parse::Origin::Within(span.unwrap_or_default()), told) && known {
                self.console(text, args, act);
            }
            if matches!(name, "kubectl" | "oc" | "k") {
                self.manifest(text, span.unwrap_or_default());
            }
        }
    }

    /// What a manifest asks of a cluster that reaches beyond what it names.
    fn manifest(&mut self, text: &str, span: Span) {
        let dense: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
        let asks = [
            ("ClusterRoleBinding", dense.contains("name:cluster-admin")),
            ("privileged", dense.contains("privileged:true")),
            ("hostPath", dense.contains("hostPath:{path:/}") || dense.contains("hostPath:path:/")),
            ("hostPID", dense.contains("hostPID:true") || dense.contains("hostNetwork:true")),
        ];
        if let Some((object, _)) = asks.iter().find(|(word, says)| *says && dense.contains(word)) {
            let reason = "asks for rights over the whole cluster or its nodes ({object})";
            self.effect(EffectKind::PrivEscalation, Severity::High, Undo::Hard, span, object, reason);
        }
    }

    /// A console reads the verbs from its input that it takes as words: `lvm <<< 'vgremove data'`.
    fn console(&mut self, text: &str, args: &[Word], act: &Act<'_>) {
        let Some(command) = act.argv.first() else { return };
        if args.iter().any(|word| !word.shown().starts_with('-')) || args.iter().any(|word| word.shown() == "-") {
            return;
        }
        for line in
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).take(MAX_LINES)
        {
            let words = line.trim_end_matches(';').split_whitespace().take(MAX_ARGS);
            let words = words.map(|word| Word { text: Text::Known(word.to_owned()), ..Word::unknown(command.span) });
            let argv: Vec<Word> = std::iter::once(command.clone()).chain(args.iter().cloned()).chain(words).collect();
            if self.tries(&argv, Told::Run, act) {
                return;
            }
        }
    }

    /// One option: `--preview 'CMD'`, `--preview='CMD'`, `-- CMD`, `--exec PROGRAM … -- ARGUMENTS`.
    fn option(&mut self, word: &Word, rest: &[Word], (told, known): (Told, bool), act: &Act<'_>) -> Seen {
        let text = word.shown();
        let value = text.split_once('=').map(|(_, value)| value);
        if snippet::is_text_option(text) {
            return if value.is_some() { Seen::Alone } else { Seen::Value };
        }
        if text == "--" {
            return if !known && self.tries(rest, Told::Run, act) { Seen::Command } else { Seen::Alone };
        }
        let letter =
            !known && matches!(text, "-e" | "-x" | "-c") && rest.first().is_some_and(|w| self.starts(w.shown()));
        let runs = letter || text.len() > 2 && snippet::says_run(text);
        let place = if runs { Told::Run } else { told };
        if runs {
            let program =
                value.map_or_else(|| rest.first().cloned(), |value| Some(behind(word, text.len() - value.len())));
            let mark = rest.iter().position(|word| word.shown() == "--").map(|at| at + 1);
            let given = |word: &&Word| word.shown().split_once('=').is_some_and(|(name, _)| name.ends_with("args"));
            let arguments = match (mark, rest.iter().find(given)) {
                (Some(mark), _) => rest.get(mark..).unwrap_or_default().to_vec(),
                (None, Some(word)) => vec![behind(word, word.shown().find('=').map_or(0, |at| at + 1))],
                (None, None) => Vec::new(),
            };
            if let Some(program) = program.filter(|program| self.starts(program.shown()) && !arguments.is_empty()) {
                let line: Vec<String> = std::iter::once(&program).chain(&arguments).map(Word::script).collect();
                let snippet = Snippet { script: line.join(" "), list: true, place };
                if self.tried(&snippet, place, word.span) {
                    return Seen::Command;
                }
            }
        }
        match (value, rest.first()) {
            (Some(value), _) if self.looks(value, word, place) => Seen::Command,
            (None, Some(next)) if runs && !next.shown().starts_with('-') => {
                if self.looks(next.shown(), next, place) {
                    Seen::Command
                } else {
                    Seen::Value
                }
            }
            _ => Seen::Alone,
        }
    }

    /// Files that programs run without being told (`make`), or as an operand of theirs (`mongosh db x.js`): those that the session wrote are read.
    pub(super) fn unasked(&mut self, name: &str, args: &[Word], span: Span) {
        let Some((_, files, language)) = UNASKED.iter().find(|(names, _, _)| names.contains(&name)) else { return };
        let made = matches!(name, "make" | "gmake");
        let quiet = |word: &Word| match word.shown() {
            "-n" | "--dry-run" | "-l" | "--list" => true,
            // The catalogue knows what it is given.
            "-f" | "--file" => made,
            _ => false,
        };
        if args.iter().any(quiet) {
            return;
        }
        // `puppet apply <(curl …)`
        for word in args.iter().filter(|_| files.is_empty()) {
            if let (None, Some(Flow { text: None, from: FlowOrigin::Network })) = (word.known(), &word.flow) {
                self.unread(FlowOrigin::Network, word.span);
            }
        }
        // `npm -C DIR i`, `make -C DIR`
        let folder = args
            .iter()
            .position(|word| matches!(word.shown(), "-C" | "--prefix" | "--cwd" | "--dir" | "--directory"))
            .and_then(|at| args.get(at + 1))
            .map(|word| format!("{}/", word.shown().trim_end_matches('/')));
        let named = files.iter().flat_map(|file| {
            let there = folder.iter().map(move |folder| format!("{folder}{file}"));
            let names = std::iter::once((*file).to_owned()).chain(there);
            names.map(|name| Word { text: Text::Known(name), ..Word::unknown(span) })
        });
        let given = args.iter().filter(|word| word.shown().contains('.') && !made).cloned();
        if let Some(file) = named.chain(given).find(|word| self.file(word).is_some()) {
            self.ran(&file, language, &[]);
        }
    }

    /// Looks for commands in one word. Answers whether there was one.
    fn looks(&mut self, text: &str, word: &Word, told: Told) -> bool {
        // `<(echo '…')`
        if let (None, Some(Flow { text: Some(text), .. })) = (word.known(), &word.flow) {
            return self.searched(text, parse::Origin::Within(word.span), told);
        }
        // To many programs a leading bar says that the rest is a command.
        if let Some(script) = text.strip_prefix('|').filter(|script| script.len() > 1) {
            return self.searched(script, parse::Origin::Within(word.span), Told::Run);
        }
        let blank = text.contains([' ', '\t', '\n', '"', '\'', '(']);
        if !blank && (told == Told::Somewhere || !self.starts(text)) {
            return false;
        }
        let origin = if text.len() == word.shown().len() { origin_of(word) } else { parse::Origin::Within(word.span) };
        self.searched(text, origin, told)
    }

    /// Looks for commands in a text. Answers whether there was one.
    pub(super) fn searched(&mut self, text: &str, origin: parse::Origin, told: Told) -> bool {
        let catalogue = self.catalogue;
        let span = origin.map(0, text.len());
        let mut found = false;
        for snippet in snippet::snippets(text, &|word: &str| catalogue.runs(word)) {
            let place = if text.trim_start().starts_with(&snippet.script) { told } else { snippet.place };
            found |= self.tried(&snippet, place, span);
        }
        if !found && let Some(path) = snippet::deletes(text) {
            let word = Word { text: Text::Known(path.to_owned()), ..Word::unknown(span) };
            let severity = catalogue.graded(&word, Severity::High);
            if severity >= Severity::Medium {
                let reason = "deletes {object} from code that another program runs";
                self.effect(EffectKind::FsDestroy, severity, Undo::Never, span, path, reason);
                found = true;
            }
        }
        found
    }

    fn starts(&self, text: &str) -> bool {
        // A dot is more often a folder than the builtin.
        snippet::program(text).is_some_and(|name| name != "." && self.catalogue.runs(name))
    }

    /// Judges words as a command, and keeps what it destroys.
    fn tries(&mut self, argv: &[Word], told: Told, act: &Act<'_>) -> bool {
        let Some(name) = argv.first().and_then(Word::program).filter(|name| self.catalogue.runs(name)) else {
            return false;
        };
        if self.catalogue.speaks(name) || argv.first().and_then(|word| snippet::program(word.shown())).is_none() {
            return false;
        }
        if self.exhausted(argv.first().map(|word| word.span).unwrap_or_default()) {
            return true;
        }
        let argv = argv.get(..MAX_ARGS).unwrap_or(argv);
        let place = act.place.inside(RunsIn::Here);
        let (before, noted, learned) = (self.effects.len(), self.normalised.len(), self.learned.clone());
        self.act(&Act { argv, stdin: &Input::Terminal, place });
        self.kept(before, noted, learned, told)
    }

    /// Judges a text as a command, and keeps what it destroys.
    fn tried(&mut self, snippet: &Snippet, told: Told, span: Span) -> bool {
        if told == Told::Somewhere && !snippet.list && !snippet::has_shape(&snippet.script) {
            return false;
        }
        if self.exhausted(span) {
            return true;
        }
        let place = self.place.inside(RunsIn::Here);
        if place.depth > super::MAX_DEPTH {
            return false;
        }
        let (before, noted, learned) = (self.effects.len(), self.normalised.len(), self.learned.clone());
        self.nested(&snippet.script, parse::Origin::Within(span), &Input::Terminal, place);
        self.kept(before, noted, learned, told)
    }

    /// Counts a trial. Whether there were too many: nobody writes a line in which so many words may be commands.
    fn exhausted(&mut self, span: Span) -> bool {
        self.trials += 1;
        if self.trials == MAX_TRIALS {
            self.opaque(Severity::Medium, span, "too many words that may be commands to look at");
        }
        self.trials >= MAX_TRIALS
    }

    /// Drops what a trial found, unless it is grave enough for the place where it stood.
    fn kept(&mut self, before: usize, noted: usize, learned: super::super::Memory, told: Told) -> bool {
        let (mut grave, mut at) = (false, 0);
        let exhausted = self.trials >= MAX_TRIALS;
        self.effects.retain(|effect| {
            at += 1;
            let keeps = at <= before
                || is_grave(effect.kind, effect.severity, told)
                || exhausted && effect.kind == EffectKind::Opaque;
            grave |= at > before && keeps;
            keeps
        });
        self.normalised.truncate(noted);
        self.learned = learned;
        grave
    }
}

/// Whether an effect counts where nothing is sure but how the text looks.
fn is_grave(kind: EffectKind, severity: Severity, told: Told) -> bool {
    match told {
        Told::Run => severity >= Severity::Medium && !matches!(kind, EffectKind::Opaque | EffectKind::Evasion),
        Told::Somewhere => {
            severity >= Severity::High
                && !matches!(
                    kind,
                    EffectKind::Opaque | EffectKind::Evasion | EffectKind::CredAccess | EffectKind::PrivEscalation
                )
        }
    }
}

/// What an option was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// It held a command.
    Command,
    /// The next word is its value, and was looked at.
    Value,
    /// Nothing but itself.
    Alone,
}

/// Whether words look like a command that deletes files: what else is called `rm` takes no absolute path.
fn deletes(argv: &[Word]) -> bool {
    argv.first().is_some_and(|word| matches!(word.shown(), "rm" | "shred" | "rmdir" | "/bin/rm" | "/usr/bin/rm"))
        && argv.iter().any(|word| word.shown().starts_with('/'))
}

/// Programs that only tell what they are given or read, under whatever options.
const TELLS: &[&str] = &[
    "echo",
    "printf",
    "cat",
    "tac",
    "tee",
    "less",
    "more",
    "head",
    "tail",
    "wc",
    "rev",
    "command",
    "sort",
    "uniq",
    "cut",
    "tr",
    "column",
    "jq",
    "yq",
    "sed",
    "gsed",
    "vim",
    "vi",
    "view",
    "nvim",
    "nano",
    "emacs",
    "code",
    "mail",
    "mailx",
    "sendmail",
    "fold",
    "fmt",
    "nl",
    "base64",
    "xxd",
    "md5sum",
    "sha256sum",
    "git",
    "[",
    "test",
    "[[",
];

/// Options with which a program runs nothing.
const QUIET: [&str; 12] = [
    "--help",
    "--version",
    "--dry-run",
    "--dryrun",
    "--check",
    "--noop",
    "--no-op",
    "--what-if",
    "--whatif",
    "--simulate",
    "--syntax-check",
    "--pretend",
];

/// Texts and words of one line that are tried as commands; the longest of the corpora needs six.
const MAX_TRIALS: usize = 32;

/// Programs, the files that they run unasked (any operand, if there are none), and the language of those.
const UNASKED: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "gcc",
            "cc",
            "g++",
            "clang",
            "clang++",
            "tcc",
            "go",
            "rustc",
            "javac",
            "java",
            "nim",
            "crystal",
            "swift",
            "ansible-playbook",
        ],
        &[],
        "other",
    ),
    (&["npm", "yarn", "pnpm", "bun"], &["package.json"], "other"),
    (&["make", "gmake"], &["Makefile", "makefile", "GNUmakefile"], "make"),
    (&["just"], &["justfile", "Justfile", ".justfile"], "other"),
    (&["cargo"], &["build.rs"], "other"),
    (&["pip", "pip3", "pipx", "uv"], &["setup.py"], "python"),
    (&["ninja", "samu"], &["build.ninja"], "ninja"),
    (&["rake"], &["Rakefile", "rakefile", "Rakefile.rb"], "other"),
    (&["task", "go-task"], &["Taskfile.yml", "Taskfile.yaml"], "other"),
    (&["invoke", "inv"], &["tasks.py"], "python"),
    (&["fab"], &["fabfile.py"], "python"),
    (&["scons"], &["SConstruct"], "python"),
    (&["ant"], &["build.xml"], "other"),
    (&["gradle", "gradlew"], &["build.gradle"], "other"),
    (&["cmake"], &["CMakeLists.txt"], "other"),
    (&["vagrant"], &["Vagrantfile"], "other"),
    (&["puppet", "chef-apply", "chef-client"], &[], "other"),
    (&["mongosh", "mongo"], &[], "mongo"),
];

/// Lines of its input that a console is taken to read.
const MAX_LINES: usize = 12;

/// Words of one command that are looked at.
const MAX_ARGS: usize = 64;

#[cfg(test)]
mod tests {
    use crate::command::{Context, analyse};
    use crate::model::Severity;

    fn held(line: &str) -> bool {
        analyse(line, &Context::PROMPT).effects.iter().any(|effect| effect.severity >= Severity::Medium)
    }

    #[test]
    fn commands_in_the_words_of_programs_that_nobody_described_are_found() {
        for line in [
            "frob action write-chars 'rm -rf /srv'",
            "frob send-text 'reboot'",
            "frob production invoke['rm -rf /srv']",
            "frob --preview 'rm -rf /srv' < x",
            "frob --preview=poweroff x",
            "frob -Dexec.executable=rm -Dexec.args='-rf /srv'",
            "frob proc -e rm -- -rf /srv",
            "frob 3 -- userdel eve",
            "frob -f <(echo 'new File(\"/srv\").deleteDir()')",
            "frob-console <<< 'shell rm -rf /srv'",
            "frob invoke --payload '{\"cmd\":\"rm -rf /srv\"}'",
            "strace -o '|rm -rf /srv' ls",
            "lvm <<< 'vgremove data'",
            "'rm -rf /srv'",
            &format!("frob exec {}", "rm ".repeat(100)),
            "kubectl apply -f - <<< '{kind: ClusterRoleBinding, roleRef: {name: cluster-admin}}'",
        ] {
            assert!(held(line), "{line}");
        }
    }

    #[test]
    fn prose_names_and_questions_in_such_words_are_quiet() {
        for line in [
            "frob issue create --title 'rm -rf /srv was run'",
            "frob comment 'rm -rf /srv'",
            "frob search 'rm -rf /srv'",
            "frob status reboot",
            "frob --body 'please reboot the server'",
            "frob exec --help 'rm -rf /srv'",
            "cat <<< 'rm -rf /srv'",
            "jq '.[] | select(.cmd == \"rm -rf /srv\")' x.json",
            "frob -d '{\"text\": \"rm -rf /srv\"}'",
            "frob run build",
            "ssh web 'last -x reboot'",
            "ssh web 'df -h /export/swift'",
            "kubectl apply -f - <<< '{kind: ConfigMap, metadata: {name: x}}'",
        ] {
            assert!(!held(line), "{line}");
        }
    }
}
