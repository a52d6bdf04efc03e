//! What a command's words and paths say although no entry names its program: the nets under the catalogue.

use super::super::catalogue::{self, Access, RunsIn, Scope};
use super::super::tree::{Piece, Raw, Simple, Stage};
use super::super::words::{Flow, HOLE, Word};
use super::super::{Dialect, Reader, sql};
use super::run::origin_of;
use super::{Act, Input, Walk};
use crate::model::{EffectKind, Severity, Span, Undo};

/// Whether the words of a program say that it only asks a disk: its verb, or an option.
fn asks_disk(name: &str, args: &[Word]) -> bool {
    let tries = ["fsck", "resize", "undo"].iter().any(|part| name.contains(part))
        && args.iter().any(|word| word.shown() == "-n");
    let tells = name.contains("tune") && args.iter().any(|word| matches!(word.shown(), "-l" | "-Q" | "-p"));
    let verb = args.iter().map(Word::shown).find(|text| !text.starts_with(['-', '/']));
    let verb = verb.is_some_and(|verb| ASKS.iter().any(|ask| verb == *ask || verb.starts_with(&format!("{ask}_"))));
    // (`--verify`, `--check` and the like may stand beside what is written.)
    let asks = |text: &str| {
        text.strip_prefix("--").is_some_and(|option| {
            let camel = option.starts_with("is") && option.chars().nth(2).is_some_and(char::is_uppercase);
            let first = option.split(['-', '=']).next().unwrap_or_default();
            let first = matches!(
                first,
                "list" | "show" | "info" | "scan" | "query" | "report" | "identify" | "inspect" | "display"
            );
            camel
                || first
                || matches!(
                    option,
                    "test" | "version" | "help" | "noaction" | "no-act" | "no-action" | "dry-run" | "dryrun"
                )
        })
    };
    tries || tells || verb || args.iter().any(|word| asks(word.shown()))
}

/// Whether a stage gives the password of a login at a registry, and the next one takes it: `aws ecr get-login-password | docker login …`.
pub(super) fn logs_in(stage: &Stage, next: Option<&Stage>) -> bool {
    let (Stage::Simple(gives), Some(Stage::Simple(takes))) = (stage, next) else { return false };
    let (mut given, mut taken) = (plain_words(gives), plain_words(takes));
    let token = match given.next() {
        Some("aws") => {
            given.any(|word| matches!(word, "ecr" | "ecr-public")) && given.next() == Some("get-login-password")
        }
        Some("gcloud") => given.any(|word| word == "auth") && given.any(|word| word == "print-access-token"),
        _ => false,
    };
    let computes =
        |raw: &Raw| raw.pieces.iter().any(|piece| !matches!(piece, Piece::Text { .. } | Piece::Variable { .. }));
    token
        && taken.next().is_some_and(|program| REGISTRIES.contains(&program))
        && taken.next() == Some("login")
        && taken.any(|word| word == "--password-stdin")
        && gives.redirects.is_empty()
        && takes.redirects.is_empty()
        && !gives.words.iter().chain(&takes.words).any(computes)
}

/// The words of a command behind `sudo`, as far as they are text; each other one is empty.
fn plain_words(simple: &Simple) -> impl Iterator<Item = &str> {
    fn text(raw: &Raw) -> &str {
        match raw.pieces.as_slice() {
            [Piece::Text { text, .. }] => text.as_str(),
            _ => "",
        }
    }
    simple.words.iter().map(text).skip_while(|word| *word == "sudo")
}

/// Programs that log in at a registry of images.
const REGISTRIES: [&str; 7] = ["docker", "podman", "helm", "nerdctl", "buildah", "skopeo", "oras"];

/// Verbs that ask.
const ASKS: [&str; 17] = [
    "list", "show", "status", "info", "report", "dump", "display", "validate", "verify", "check", "scan", "query",
    "get", "identify", "inspect", "print", "probe",
];

impl Walk<'_> {
    /// Judges the words of a command. `ruled` says that a rule of its own has said what it does.
    pub(super) fn nets(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>, ruled: bool) {
        let catalogue = self.catalogue;
        if self.reader != Reader::Shell || rehearses(args) {
            return;
        }
        let span = args.iter().fold(command.span, |span, word| Span {
            start: span.start.min(word.span.start),
            end: span.end.max(word.span.end),
        });
        let speaks = catalogue.speaks(name);
        if !speaks && !catalogue.knows_paths(name) {
            self.strange_paths(name, args, span);
        }
        self.hands_out(name, command, args, act, span);
        let carries = || args.iter().any(|word| word.shown().contains(HOLE));
        let outside = || args.iter().any(|word| catalogue::is_outside(catalogue, word.shown()));
        let network = QUESTIONERS.contains(&name) && carries() || catalogue.fetches(name) && outside();
        if self.upstream.encodes && network {
            let reason = "sends what was enciphered before it, with {object}";
            self.effect(EffectKind::Exfil, Severity::Medium, Undo::Never, span, name, reason);
        }
        if ruled || speaks {
            return;
        }
        let before = self.effects.len();
        let scope = catalogue.nets().scope(name);
        let queries = QUERIES.iter().any(|verb| name.eq_ignore_ascii_case(verb));
        if scope != Scope::Silent && !queries {
            self.statements(args);
        }
        self.verbs(name, command, args, scope, span);
        if self.effects.len() == before && (scope == Scope::Program || LINES.contains(&name)) {
            self.dictated(act.stdin, span);
        }
    }

    /// With another account's rights, a program that hands out a shell is one.
    fn hands_out(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>, span: Span) {
        if act.place.runs_in != RunsIn::Elevated || self.catalogue.interpreter(name).is_some() {
            return;
        }
        let bare = || {
            args.iter()
                .all(|word| word.shown().starts_with('-') || matches!(word.shown(), "new" | "new-session" | "attach"))
        };
        let opens = TERMINALS.contains(&name) && (bare() || args.first().is_some_and(|word| word.shown() == "new"));
        let lists = args
            .iter()
            .any(|word| matches!(word.shown(), "-ls" | "-list" | "-v" | "-V" | "-wipe" | "--version" | "--help"));
        let says = |word: &Word| SHELLS.iter().any(|shell| stands(word.shown(), shell));
        if opens && !lists || !NAMES_SHELLS.contains(&name) && args.iter().any(says) {
            let reason = "opens a shell as another account, out of {object}";
            self.effect(EffectKind::PrivEscalation, Severity::Medium, Undo::Easy, span, command.shown(), reason);
        }
    }

    /// What a router's shell reads from its input as if it were typed there.
    pub(super) fn configures(&mut self, name: &str, stdin: &Input, span: Span) {
        let Input::Flow(Flow { text: Some(text), .. }) = stdin else { return };
        let changes = |line: &str| {
            let line = line.trim_start().to_ascii_lowercase();
            ["conf", "clear ip", "clear bgp", "clear ospf"].iter().any(|head| line.starts_with(head))
        };
        if name == "vtysh" && text.lines().any(changes) {
            let reason = "changes how this machine routes";
            self.effect(EffectKind::NetFirewall, Severity::High, Undo::Hard, span, "", reason);
        }
    }

    /// Statements that a filter before it has made are run by a database's client.
    pub(super) fn made_statements(&mut self, language: Option<&str>, stdin: &Input, span: Span) {
        let sql = language
            .and_then(Dialect::from_name)
            .is_some_and(|dialect| matches!(dialect, Dialect::Psql | Dialect::Mysql | Dialect::Sqlite));
        if sql && self.upstream.destroys && matches!(stdin, Input::Flow(Flow { text: None, .. })) {
            let reason = "runs statements that destroy, made by the command before it";
            self.effect(EffectKind::SqlDestroy, Severity::High, Undo::Never, span, "", reason);
        }
    }

    /// `echo $DB_PASSWORD` shows what nobody should see; into a program that takes it from there it does not.
    pub(super) fn shows_variables(&mut self, simple: &Simple, argv: &[Word]) {
        let speaks = argv.first().and_then(Word::known).is_some_and(|name| matches!(name, "echo" | "printf" | "print"));
        let shown = self.upstream.last && self.place.depth == 0 && simple.redirects.is_empty();
        if !speaks || self.reader != Reader::Shell || !shown {
            return;
        }
        for raw in simple.words.iter().skip(1) {
            let secret = raw.pieces.iter().find_map(|piece| match piece {
                Piece::Variable { name, .. } if is_secret_variable(name) => Some(name.clone()),
                _ => None,
            });
            if let Some(name) = secret.filter(|name| self.value(name).is_none()) {
                let reason = "shows the secret {object}";
                self.effect(EffectKind::CredAccess, Severity::Medium, Undo::Never, raw.span, &name, reason);
            }
        }
    }

    /// The verbs of a command.
    fn verbs(&mut self, name: &str, command: &Word, args: &[Word], scope: Scope, span: Span) {
        let catalogue = self.catalogue;
        let script = catalogue.interpreter(name).is_some();
        // `mix ecto.gen.migration drop_users` only writes a file.
        if script
            && args.iter().find(|word| !word.shown().starts_with('-')).is_some_and(|w| w.shown().contains(".gen."))
        {
            return;
        }
        // `python manage.py flush`: the script is the program.
        let args = match args.iter().position(|word| !word.shown().starts_with('-')).filter(|_| script) {
            Some(at) => args.get(at + 1..).unwrap_or_default(),
            None if script => return,
            None => args,
        };
        if args.first().is_some_and(|word| SENTENCE.contains(&word.shown())) {
            return;
        }
        let scope = if script && scope == Scope::Program { Scope::Tasks } else { scope };
        let told = catalogue.nets().told(scope, args.iter().map(|word| word.known().unwrap_or(UNKNOWN)));
        let named = || {
            let unknown = !script && scope == Scope::Program && !catalogue.knows(name) && !asks(args);
            catalogue.nets().named(name).filter(|_| unknown).map(|net| (net, command.shown()))
        };
        if let Some((net, word)) = told.or_else(named) {
            let (kind, severity, undo) = net.effect();
            self.effect(kind, severity, undo, span, word, net.reason());
        }
    }

    /// Arguments that are statements of SQL, whichever program they are given to.
    fn statements(&mut self, args: &[Word]) {
        let mut before = "";
        for word in args {
            let text = word.shown();
            if MESSAGES.contains(&std::mem::replace(&mut before, text)) {
                continue;
            }
            let at =
                text.find('=').filter(|at| text.starts_with('-') && !text.get(..*at).unwrap_or_default().contains(' '));
            let from = at.map_or(0, |at| at + 1);
            let statement = text.get(from..).unwrap_or_default();
            let first = statement.trim_start_matches(['\'', '"', ' ']).split([' ', '\n']).next().unwrap_or_default();
            if statement.len() > first.len() && STATEMENTS.iter().any(|verb| verb.eq_ignore_ascii_case(first)) {
                let place = (from == 0).then(|| origin_of(word).map(0, text.len()));
                let found = sql::judge(statement, place, word.span, true);
                self.effects.extend(found.into_iter().filter(|effect| effect.kind != EffectKind::Opaque));
            }
        }
    }

    /// Text that another command gives to a program that nobody knows: its lines are commands of that program.
    fn dictated(&mut self, stdin: &Input, span: Span) {
        let Input::Flow(Flow { text: Some(text), .. }) = stdin else { return };
        let catalogue = self.catalogue;
        if let Some(net) = text.lines().take(MAX_LINES).find_map(|line| catalogue.nets().commanded(line)) {
            let (kind, severity, undo) = net.effect();
            self.effect(kind, severity, undo, span, text.lines().next().unwrap_or_default(), net.reason());
        }
    }

    /// A copy or a link of a program that destroys runs under a name that says nothing.
    pub(super) fn disguises(&mut self, name: &str, command: &Word, args: &[Word]) {
        if matches!(name, "cp" | "ln" | "mv" | "install" | "dd" | "rsync") {
            self.disguised(command, args);
        }
    }

    pub(super) fn disguised(&mut self, command: &Word, args: &[Word]) {
        let catalogue = self.catalogue;
        let Some(word) = args.iter().find(|word| {
            let path = word.shown().trim_start_matches("if=");
            path.rsplit_once('/').is_some_and(|(dir, name)| dir.ends_with("bin") && catalogue.is_dangerous(name))
        }) else {
            return;
        };
        let into = args.last().filter(|last| last.shown().trim_end_matches('/').ends_with("bin"));
        if into.is_none_or(|into| into.span == word.span) || args.len() < 2 {
            let span = Span { start: command.span.start, end: word.span.end.max(command.span.end) };
            let object = word.shown().trim_start_matches("if=");
            self.evasion(span, object, "gives {object} another name, under which nobody sees what runs");
        }
    }

    /// Paths in the words of a program of which nobody says what it does with them.
    fn strange_paths(&mut self, name: &str, args: &[Word], span: Span) {
        let catalogue = self.catalogue;
        let looks = catalogue.nets().looks(name);
        let unknown = !catalogue.knows(name) && !looks;
        let mut option = "";
        let mut sends = false;
        let mut away = None;
        for word in args {
            let text = word.shown();
            if text.len() > 1 && text.starts_with('-') {
                option = text;
                sends |= SENDING.iter().any(|verb| text.trim_start_matches('-').starts_with(verb));
                continue;
            }
            let before = std::mem::take(&mut option);
            sends |= SENDING.contains(&text);
            let remote = STORES.iter().any(|scheme| text.starts_with(scheme)) || catalogue::is_outside(catalogue, text);
            if remote {
                away = Some(word);
                continue;
            }
            if !text.contains(['/', '.', '~']) || text.contains([' ', '\n']) {
                continue;
            }
            // What an option names is a key to use more often than a file to show.
            let used = before.starts_with("--") && !before.contains('=') || USES.contains(&before);
            if !looks && !used {
                self.touch_as(word, Access::Read, span, &[EffectKind::CredAccess]);
            }
            if unknown && text.starts_with("/dev/") && !catalogue.nets().looks_at_disks(name) && !asks_disk(name, args)
            {
                self.touch_as(word, Access::Overwrite, span, &[EffectKind::DiskPartition]);
            }
            if unknown && OUTPUTS.contains(&before) {
                self.touch(word, Access::Overwrite, span);
            }
        }
        if let (true, Some(away)) = (sends, away) {
            let path = |word: &&Word| word.shown().contains(['/', '.', '~']) && !word.shown().starts_with("/opt/");
            let files =
                args.iter().filter(path).filter(|word| word.span != away.span && !word.shown().starts_with('-'));
            for word in files.cloned().collect::<Vec<_>>() {
                let from = word.shown().find('@').map_or(0, |at| at + 1);
                let word = super::super::carry::behind(&word, from);
                self.touch_as(&word, Access::Send, span, &[EffectKind::Exfil]);
            }
        }
    }

    /// What touching a path is, of these kinds only.
    fn touch_as(&mut self, word: &Word, access: Access, span: Span, kinds: &[EffectKind]) {
        let catalogue = self.catalogue;
        for rule in catalogue.places().touched(word, access).filter(|rule| kinds.contains(&rule.kind())) {
            self.effect(
                rule.kind(),
                rule.severity().max(Severity::Medium),
                rule.undo(),
                span,
                word.shown(),
                rule.reason(),
            );
        }
    }
}

/// What the commands of a pipeline have done so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Upstream {
    /// One of them has enciphered what goes through.
    pub(super) encodes: bool,
    /// One of them has words in it that destroy tables.
    pub(super) destroys: bool,
    /// One of them asks a database.
    pub(super) asks: bool,
    /// Nothing but an encoder, or nothing at all, reads what the command writes.
    pub(super) last: bool,
}

impl Upstream {
    /// Goes on behind a stage.
    pub(super) fn through(&mut self, stage: &Stage) {
        let Stage::Simple(simple) = stage else { return };
        let text = |word: &super::super::tree::Raw| {
            word.pieces.iter().find_map(|piece| match piece {
                Piece::Text { text, .. } => Some(text.to_ascii_lowercase()),
                _ => None,
            })
        };
        self.asks |= names(stage).is_some_and(|name| CLIENTS.contains(&name));
        self.encodes |= names(stage).is_some_and(|name| ENCODERS.contains(&name));
        self.destroys |=
            simple.words.iter().skip(1).filter_map(text).any(|text| MAKES.iter().any(|verb| text.contains(verb)));
    }
}

/// Clients of databases: what comes out of them stood in a table.
const CLIENTS: [&str; 9] =
    ["psql", "mysql", "mariadb", "sqlite3", "redis-cli", "sqlcmd", "clickhouse-client", "cqlsh", "sqlplus"];

/// The program of a stage, if the text says it.
pub(super) fn names(stage: &Stage) -> Option<&str> {
    let Stage::Simple(simple) = stage else { return None };
    match simple.words.first()?.pieces.as_slice() {
        [Piece::Text { text, .. }] => Some(text.as_str()),
        _ => None,
    }
}

/// Whether what a command writes before these stages is shown, as it is or enciphered.
pub(super) fn is_shown(after: &[Stage]) -> bool {
    after.iter().all(|stage| {
        names(stage).is_some_and(|name| ENCODERS.contains(&name) || matches!(name, "cat" | "tee" | "less" | "more"))
    })
}

/// Whether a text holds a word, and no longer one.
fn stands(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    })
}

/// Whether a variable is named as secrets are.
pub(super) fn is_secret_variable(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = [
        "PASSWORD",
        "PASSWD",
        "_PASS",
        "_PW",
        "_PWD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
        "SECRET_KEY",
        "CREDENTIALS",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

/// Programs that write the same in other letters.
const ENCODERS: [&str; 8] = ["base64", "base32", "xxd", "od", "hexdump", "uuencode", "basenc", "rev"];

/// What a filter writes that makes statements which destroy.
const MAKES: [&str; 6] = ["drop table", "drop database", "drop schema", "delete from", "truncate table", "truncate "];

/// Programs whose question carries what they are given.
const QUESTIONERS: [&str; 12] =
    ["dig", "host", "nslookup", "drill", "kdig", "ping", "ping6", "whois", "finger", "resolvectl", "getent", "logger"];

/// Programs that are a terminal, with a shell in it.
const TERMINALS: [&str; 14] = [
    "screen",
    "tmux",
    "byobu",
    "zellij",
    "script",
    "expect",
    "xterm",
    "gnome-terminal",
    "konsole",
    "terminator",
    "alacritty",
    "kitty",
    "urxvt",
    "dvtm",
];

/// Words that start a shell where a program runs what its options say.
const SHELLS: [&str; 10] =
    ["/bin/sh", "/bin/bash", "/bin/dash", "/bin/zsh", "!sh", "!bash", "!/bin", "bin/ksh", "os.execute", "exec \"sh"];

/// Programs that may be told the name of a shell.
const NAMES_SHELLS: [&str; 34] = [
    "useradd",
    "adduser",
    "usermod",
    "chsh",
    "cat",
    "ls",
    "stat",
    "file",
    "which",
    "cp",
    "ln",
    "mv",
    "install",
    "chmod",
    "chown",
    "rm",
    "grep",
    "echo",
    "dpkg",
    "rpm",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "md5sum",
    "sha256sum",
    "ldd",
    "strings",
    "docker",
    "podman",
    "kubectl",
    "crontab",
    "systemctl",
    "update-alternatives",
];

/// Whether a stage of a pipeline picks secrets out of what it reads: `grep -i passw`, `jq .db_password.value`.
pub(super) fn seeks_secrets(stage: &Stage) -> bool {
    let Stage::Simple(simple) = stage else { return false };
    let mut words = simple.words.iter().map(|word| match word.pieces.as_slice() {
        [Piece::Text { text, .. }] => text.as_str(),
        _ => "",
    });
    words.next().is_some_and(|name| FILTERS.contains(&name)) && words.any(names_secret)
}

/// Whether a pattern is one for secrets.
fn names_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    SECRETS.iter().any(|word| text.contains(word)) || matches!(&*text, "pass" | "key" | "pw" | "-pass")
}

/// Programs that pick lines or values.
const FILTERS: [&str; 12] = ["grep", "egrep", "fgrep", "rg", "ag", "jq", "yq", "awk", "sed", "gron", "ack", "xmllint"];

/// Parts of the names of secrets.
const SECRETS: [&str; 12] = [
    "passw",
    "secret",
    "token",
    "credential",
    "api_key",
    "apikey",
    "api-key",
    "private_key",
    "private key",
    "access_key",
    "akia",
    "pwd=",
];

/// Whether an argument says that nothing is to happen, or asks for help.
fn rehearses(args: &[Word]) -> bool {
    args.iter().any(|word| {
        let text = word.shown();
        if text.eq_ignore_ascii_case("test=true") {
            return true;
        }
        let quiet = || {
            QUIET
                .iter()
                .any(|quiet| text.strip_prefix(quiet).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
        };
        let asks = || QUESTIONS.iter().any(|question| text.starts_with(question));
        text.starts_with('-') && (quiet() || asks()) && !text.ends_with("=none") && !text.ends_with("=false")
    }) || args.last().is_some_and(|word| matches!(word.shown(), "-h" | "help" | "-?" | "version"))
        || args.first().is_some_and(|word| word.shown() == "help")
}

/// Whether the words only ask: then the program's name says nothing.
fn asks(args: &[Word]) -> bool {
    let asking = |text: &str| {
        matches!(
            text.trim_start_matches('-'),
            "list" | "l" | "ls" | "status" | "show" | "info" | "version" | "V" | "check"
        )
    };
    args.first().is_some_and(|word| asking(word.shown()))
}

/// Stands for a word that is not known: no verb.
const UNKNOWN: &str = "\u{fffc}";

/// Options with which nothing happens.
const QUIET: [&str; 20] = [
    "--help",
    "--version",
    "--dry-run",
    "--dryrun",
    "--dryRun",
    "-dryRun",
    "-dry-run",
    "--dry_run",
    "--noop",
    "--no-op",
    "--what-if",
    "--whatif",
    "-WhatIf",
    "--simulate",
    "--just-print",
    "--preview",
    "--pretend",
    "--noaction",
    "-help",
    "--assumeno",
];

/// How options begin that ask.
const QUESTIONS: [&str; 9] =
    ["--list", "--show", "--status", "--print", "--check", "--verify", "--query", "--preview", "--dry"];

/// With which words statements of SQL begin that do more than ask.
const STATEMENTS: [&str; 10] =
    ["drop", "truncate", "delete", "alter", "grant", "revoke", "update", "insert", "copy", "unload"];

/// With which second words people write sentences (our own greeting is read with a line that was typed before the first prompt), and no tool
/// has a verb.
const SENTENCE: [&str; 6] = ["that", "which", "who", "will", "must", "should"];

/// A line that begins so is a statement itself: what it quotes is its data.
const QUERIES: [&str; 7] = ["select", "insert", "update", "with", "values", "explain", "replace"];

/// Options whose value is text for people, or is looked for.
const MESSAGES: [&str; 18] = [
    "-m",
    "--message",
    "--msg",
    "--title",
    "--body",
    "--comment",
    "--reason",
    "--description",
    "--filter",
    "--filter-pattern",
    "--pattern",
    "--grep",
    "--search",
    "--summary",
    "--note",
    "--notes",
    "--subject",
    "--text",
];

/// Words and options that say that something goes elsewhere.
const SENDING: [&str; 17] = [
    "put", "upload", "push", "send", "post", "cp", "copy", "sync", "mirror", "mv", "move", "share", "publish", "POST",
    "PUT", "export", "backup",
];

/// Addresses of stores, whose name is nobody's host.
const STORES: [&str; 12] = [
    "s3://", "gs://", "b2://", "az://", "wasb://", "wasbs://", "abfs://", "abfss://", "oss://", "cos://", "swift://",
    "oci://",
];

/// Options that name a key, a configuration or an identity.
const USES: [&str; 9] = ["-i", "-c", "-k", "-F", "-f", "-C", "-K", "-E", "-cert"];

/// Options that name what a program writes.
const OUTPUTS: [&str; 8] = ["-o", "--output", "--out", "-out", "-O", "--dest", "--destination", "--target"];

/// Programs that hand on what they read, line by line, to whoever listens.
const LINES: [&str; 6] = ["socat", "nc", "ncat", "netcat", "telnet", "openssl"];

/// Lines of a text that is given to a program.
const MAX_LINES: usize = 20;
