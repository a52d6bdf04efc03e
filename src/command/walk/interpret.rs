//! Texts that are run: scripts of a shell, what flows into an interpreter, code of other languages.

use super::super::carry;
use super::super::catalogue::{Access, Interpreter, RunsIn, is_outside, takes_value};
use super::super::code::{self, Finding};
use super::super::snippet;
use super::super::words::{Flow, Origin as FlowOrigin, Text, Word};
use super::super::{Dialect, Reader, parse, sql};
use super::nets::is_secret_variable;
use super::run::origin_of;
use super::{Act, Frame, Input, MAX_DEPTH, Walk};
use crate::model::{EffectKind, Severity, Span, Undo};

impl Walk<'_> {
    /// Judges a word that is run as a script.
    pub(super) fn scripted(&mut self, word: &Word, input: &Input, runs: RunsIn) -> Flow {
        let place = self.place.inside(runs);
        match (word.known(), &word.flow) {
            (None, Some(flow)) if !matches!(word.text, Text::Partly(_)) => {
                self.unread(flow.from, word.span);
                Flow::default()
            }
            (None, Some(flow)) => {
                self.unread(flow.from, word.span);
                self.nested(&word.script(), parse::Origin::Within(word.span), input, place)
            }
            (None, None) if matches!(word.text, Text::Unknown) => {
                if self.reader == Reader::Shell {
                    self.opaque(Severity::Medium, word.span, "the text does not say what is run");
                }
                Flow::default()
            }
            (Some(text), _) => self.nested(text, origin_of(word), input, place),
            (None, None) => self.nested(&word.script(), parse::Origin::Within(word.span), input, place),
        }
    }

    /// Text that nobody has seen is run.
    pub(super) fn unread(&mut self, from: FlowOrigin, span: Span) {
        match from {
            FlowOrigin::Generator => {}
            FlowOrigin::Made | FlowOrigin::Local => {
                self.opaque(Severity::High, span, "runs text that another command makes, which nobody has read");
            }
            FlowOrigin::Network => {
                let reason = "runs whatever a server on the network sends";
                self.effect(EffectKind::DownloadExec, Severity::High, Undo::Never, span, "", reason);
            }
        }
    }

    /// A shell without a command reads one from its input.
    pub(super) fn reads_script(&mut self, stdin: &Input, args: &[Word], place: super::Place) {
        let span = args.iter().map(|word| word.span).reduce(|a, b| Span { start: a.start, end: b.end });
        let span = span.unwrap_or_default();
        match stdin {
            Input::Terminal => self.learned.nested = true,
            Input::Hidden => {}
            Input::File => self.opaque(Severity::Medium, span, "runs a file line by line, which nobody has read"),
            Input::Flow(Flow { text: Some(text), .. }) => {
                self.nested(text, parse::Origin::Within(span), &Input::Terminal, place);
            }
            Input::Flow(flow) => self.unread(flow.from, span),
        }
    }

    /// `python -m timeit -s CODE CODE…`: judges the code, and says whether it is that.
    fn timed(&mut self, args: &[Word]) -> bool {
        let Some((_, statements)) = args.split_first().filter(|(module, _)| module.shown() == "timeit") else {
            return false;
        };
        // An option of one letter says how often; with more behind it, it may be code.
        for word in statements.iter().filter(|word| !word.shown().starts_with('-') || word.shown().len() > 2) {
            self.inline_word("python", word);
        }
        true
    }

    /// Judges what an interpreter would run: a script in its arguments, or its input.
    pub(super) fn interpret(
        &mut self,
        interpreter: &Interpreter,
        command: &Word,
        args: &[Word],
        act: &Act<'_>,
    ) -> Flow {
        let shell = interpreter.language == "shell";
        let span = Span { start: command.span.start, end: args.last().map_or(command.span.end, |word| word.span.end) };
        let data = interpreter.operand.as_deref() == Some("data");
        let mut reads_stdin = interpreter.operand.is_none();
        let mut scripts: Vec<(Word, usize)> = Vec::new();
        let mut operand = None;
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let text = word.shown();
            if text == "--help" || text == "--version" {
                return Flow::default();
            }
            if shell && text == "+o" && args.get(at + 1).is_some_and(|word| word.shown() == "history") {
                let reason = "starts a shell that keeps no history";
                self.effect(EffectKind::LogTamper, Severity::Medium, Undo::Easy, word.span, "", reason);
            }
            // `-rpathname` is `-r pathname`, whatever its last letter.
            let attached =
                interpreter.values.iter().any(|v| v.len() == 2 && text.len() > 2 && text.starts_with(v.as_str()));
            // Behind a verb more options may stand: `deno eval -A CODE`.
            let options = |next: &&Word| !text.starts_with('-') && next.shown().starts_with('-');
            let skipped = args.get(at + 1..).unwrap_or_default().iter().take_while(options).count();
            // `sh -c -- SCRIPT`
            let marked = shell && args.get(at + 1 + skipped).is_some_and(|next| next.known() == Some("--"));
            let skipped = skipped + usize::from(marked);
            let next = args.get(at + 1 + skipped);
            if !attached && let Some((script, used)) = carry::value_of(&interpreter.script, word, next) {
                at += skipped * used;
                // `pwsh -Command -`
                let powershell = matches!(command.program(), Some("pwsh" | "powershell"));
                if powershell && script.known() == Some("-") {
                    break;
                }
                at += 1 + used;
                scripts.push((script, at));
                if shell || interpreter.first {
                    break;
                }
                continue;
            }
            if interpreter.language == "python" && text == "-m" && self.timed(args.get(at + 1..).unwrap_or_default()) {
                return Flow::default();
            }
            if interpreter.quiet.iter().any(|flag| flag == text) {
                return self.output_of("", &[], act.stdin);
            }
            match text {
                "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0" => {
                    operand = None;
                    break;
                }
                "-s" if shell => break,
                "--" => {}
                _ if text.starts_with(['-', '+']) && text.len() > 1 => {
                    at += usize::from(takes_value(&interpreter.values, text, !shell));
                }
                _ if interpreter.verb.iter().any(|verb| verb == text) => {}
                _ => {
                    operand = Some((word, at));
                    reads_stdin = false;
                    break;
                }
            }
            at += 1;
        }
        if let (Some("first"), Some((word, _)), true) = (interpreter.operand.as_deref(), operand, scripts.is_empty()) {
            self.inline_word(&interpreter.language, word);
            return if act.stdin.is_written() { Flow { text: None, from: FlowOrigin::Made } } else { Flow::default() };
        }
        if !scripts.is_empty() {
            let mut flow = Flow::default();
            for (script, after) in scripts {
                if shell {
                    let words = args.get(after..).unwrap_or_default().iter();
                    let mut arguments: Vec<_> = words.map(|word| word.known().map(str::to_owned)).collect();
                    if arguments.is_empty() {
                        arguments.push(Some("bash".to_owned()));
                    }
                    let frame = std::mem::replace(&mut self.frame, Frame::Known(arguments));
                    flow = self.scripted(&script, act.stdin, RunsIn::Here);
                    self.frame = frame;
                } else {
                    self.inline_word(&interpreter.language, &script);
                    for word in args.get(after..).unwrap_or_default() {
                        if word.shown().starts_with('/') {
                            self.touch(word, Access::Read, span);
                        }
                    }
                    flow.text = code::printed(&interpreter.language, script.known().unwrap_or_default());
                    if flow.text.is_none() && act.stdin.is_written() {
                        flow.from = FlowOrigin::Made;
                    }
                }
            }
            return flow;
        }
        if data {
            if let Input::Flow(flow @ Flow { text: Some(_), .. }) = act.stdin {
                self.source(interpreter, flow, span);
                let name = command.program().unwrap_or_default();
                // What is written to somebody is text, unless it talks to the program, or the program is told where it goes.
                let letter = |text: &&String| {
                    matches!(name, "mail" | "mailx")
                        && !text.lines().any(|line| line.starts_with(['~', '!', '|']) || line.contains('|'))
                        && !args.iter().any(|word| word.shown().contains(['|', '=']) || word.shown().starts_with("-f"))
                };
                if let Some(text) = flow.text.as_ref().filter(|text| !letter(text)) {
                    let told = if snippet::is_runner(name) { snippet::Place::Run } else { snippet::Place::Somewhere };
                    self.searched(text, parse::Origin::Within(span), told);
                }
            }
            return Flow::default();
        }
        match operand {
            Some((word, at)) => {
                let stream = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"].iter().any(|p| word.shown().starts_with(p));
                match &word.flow {
                    Some(flow) if word.known().is_none() => self.source(interpreter, flow, word.span),
                    _ if word.shown().contains("://")
                        || ["/dev/tcp/", "/dev/udp/"].iter().any(|dir| word.shown().starts_with(dir)) =>
                    {
                        self.unread(FlowOrigin::Network, word.span)
                    }
                    _ if stream => self.opaque(Severity::Medium, word.span, "runs a stream that nobody has read"),
                    // `source` takes over what is in there, whoever put it there; a script in a scratch directory is run every day.
                    _ if matches!(command.program(), Some("source" | "."))
                        && ["/tmp/", "/var/tmp/", "/dev/shm/"].iter().any(|dir| word.shown().starts_with(dir))
                        && self.file(word).is_none() =>
                    {
                        let reason = "runs {object} in this shell, which anybody may have written";
                        self.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, word.span, word.shown(), reason);
                    }
                    _ => {
                        let rest = args.get(at + 1..).unwrap_or_default();
                        self.ran(word, &interpreter.language, rest);
                        if !shell {
                            self.framework(&interpreter.language, rest);
                        }
                    }
                }
                Flow::default()
            }
            None => {
                // A language's own prompt does what a shell's does.
                let repl =
                    matches!(&*interpreter.language, "python" | "ruby" | "node" | "lua" | "php" | "other" | "perl");
                match act.stdin {
                    _ if !reads_stdin => {}
                    Input::Terminal if (shell || repl) && act.place.runs_in == RunsIn::Elevated => {
                        self.learned.nested = true;
                        let reason = "starts {object} as another account";
                        let (kind, object) = (EffectKind::PrivEscalation, command.shown());
                        self.effect(kind, Severity::Medium, Undo::Easy, span, object, reason);
                    }
                    Input::Terminal if act.place.within => {
                        let reason = "starts a shell from inside another program";
                        self.effect(
                            EffectKind::PrivEscalation,
                            Severity::Medium,
                            Undo::Easy,
                            span,
                            command.shown(),
                            reason,
                        );
                    }
                    Input::Terminal if shell && act.place.runs_in == RunsIn::Elevated => {
                        self.learned.nested = true;
                        let reason = "opens a shell as another account";
                        let (kind, name) = (EffectKind::PrivEscalation, command.shown());
                        self.effect(kind, Severity::Medium, Undo::Easy, span, name, reason);
                    }
                    Input::Terminal => self.learned.nested = true,
                    Input::File => {
                        self.opaque(Severity::Medium, span, "runs a file line by line, which nobody has read");
                    }
                    Input::Hidden => {
                        self.opaque(Severity::High, span, "runs what comes over the connection, which nobody has read");
                    }
                    Input::Flow(flow) => {
                        // `bash -s -- ARGUMENTS`
                        let words = args.get(at + 1..).unwrap_or_default().iter();
                        let words: Vec<_> = words.filter(|word| word.shown() != "--").collect();
                        let known = words.iter().map(|word| word.known().map(str::to_owned));
                        let arguments = std::iter::once(Some("bash".to_owned())).chain(known).collect();
                        let frame = std::mem::replace(&mut self.frame, Frame::Known(arguments));
                        self.source(interpreter, flow, span);
                        self.frame = frame;
                    }
                }
                Flow::default()
            }
        }
    }

    /// What the program of a framework takes as code: `manage.py shell -c CODE`, `artisan tinker --execute=CODE`.
    fn framework(&mut self, language: &str, args: &[Word]) {
        let flags = ["-c", "-e", "--execute", "--eval", "--command", "--exec", "-r"].map(str::to_owned);
        let verbs = args.iter().filter(|word| !word.shown().starts_with('-')).take(2);
        let shells =
            ["shell", "shell_plus", "tinker", "eval", "runner", "console", "repl", "run", "exec", "script", "sql"];
        if !verbs.into_iter().any(|word| shells.contains(&word.shown())) {
            return;
        }
        for (at, word) in args.iter().enumerate() {
            if let Some((code, _)) = carry::value_of(&flags, word, args.get(at + 1)) {
                self.inline_word(language, &code);
            }
        }
    }

    /// An interpreter runs what flows into it.
    pub(super) fn source(&mut self, interpreter: &Interpreter, flow: &Flow, span: Span) {
        let place = self.place.inside(RunsIn::Here);
        match &flow.text {
            Some(text) if interpreter.language == "shell" => {
                self.nested(text, parse::Origin::Within(span), &Input::Terminal, place);
            }
            Some(text) => self.reads_text(&interpreter.language, text, parse::Origin::Within(span), place),
            None => self.unread(flow.from, span),
        }
    }

    /// A word that is code of another language.
    pub(super) fn inline_word(&mut self, language: &str, word: &Word) {
        match (&word.text, &word.flow) {
            (Text::Partly(_) | Text::Unknown, Some(flow)) => self.unread(flow.from, word.span),
            (Text::Unknown, None) if self.reader == Reader::Shell => {
                self.opaque(Severity::Medium, word.span, "the text does not say what is run");
            }
            _ if carry::commands(language, "").is_some() => {
                let place = self.place.inside(RunsIn::Here).within();
                let from = self.effects.len();
                self.reads_text(language, &word.script(), origin_of(word), place);
                if self.effects.len() == from && !matches!(language, "sed" | "make") {
                    self.searched(&word.script(), origin_of(word), snippet::Place::Somewhere);
                }
            }
            _ if language == "python" && word.shown().trim_start().starts_with(['!', '%']) => {
                self.payload(Dialect::Python, word.shown(), origin_of(word));
            }
            _ => self.inline(language, word.shown(), origin_of(word)),
        }
    }

    /// The host outside of the house to which code sends what it reads out of a file.
    fn sent_to(&self, text: &str) -> Option<String> {
        let opens = OPENS.iter().any(|word| text.contains(word));
        if !opens || !SENDS.iter().any(|(call, with)| text.contains(call) && text.contains(with)) {
            return None;
        }
        let strings = text.split(['"', '\'', '`']).skip(1).step_by(2).take(MAX_STRINGS);
        let mut hosts = strings
            .filter(|text| text.contains('.') && !text.contains([' ', '\n']) && !text.starts_with(['/', '.', '~']));
        hosts.find(|host| is_outside(self.catalogue, host)).map(str::to_owned)
    }

    /// Inline code of another language: calls that delete, execute, connect, or read secrets.
    pub(super) fn inline(&mut self, language: &str, text: &str, origin: parse::Origin) {
        let catalogue = self.catalogue;
        let place = self.place.inside(RunsIn::Here).within();
        if place.depth > MAX_DEPTH {
            self.opaque(Severity::High, origin.map(0, text.len()), "code within code, deeper than anybody writes it");
            return;
        }
        let from = self.effects.len();
        let foreign = language == "other";
        // Whether a port of the house answers is asked every day; what hands nothing on and runs nothing is no way in.
        let knocks = language == "python"
            && KNOCKS.iter().any(|call| text.contains(call))
            && !TALKS.iter().any(|call| text.contains(call));
        for found in code::findings(catalogue, language, text) {
            match found {
                Finding::Effect { kind: EffectKind::ReverseShell, .. } if knocks => {}
                Finding::Effect { kind, severity, undo, reason, object, start, end } => {
                    self.effect(kind, severity, undo, origin.map(start, end), &object, reason);
                }
                Finding::Touch { path, access, start, end } => {
                    let span = origin.map(start, end);
                    let word =
                        Word { text: Text::Known(path), span, verbatim: None, glob: false, flow: None, divides: false };
                    if access != Access::Read {
                        self.write(&word, &Flow::default(), false);
                    }
                    self.touch(&word, access, span);
                }
                Finding::Script { text, start, end } => {
                    let reader = std::mem::replace(&mut self.reader, Reader::Shell);
                    self.nested(&text, parse::Origin::Within(origin.map(start, end)), &Input::Terminal, place);
                    self.reader = reader;
                }
                Finding::Code { text, start, end } => {
                    let outer = std::mem::replace(&mut self.place, place);
                    self.inline(language, &text, parse::Origin::Within(origin.map(start, end)));
                    self.place = outer;
                }
                Finding::Sql { text, start, end } => {
                    self.effects.extend(sql::judge(&text, None, origin.map(start, end), false));
                }
            }
        }
        if let Some(name) = shown_secret(text) {
            let span = origin.map(0, text.len());
            let reason = "shows the secret {object}";
            self.effect(EffectKind::CredAccess, Severity::Medium, Undo::Never, span, name, reason);
        }
        if let Some(host) = self.sent_to(text) {
            let reason = "sends a file to {object} from inline code";
            self.effect(EffectKind::Exfil, Severity::Medium, Undo::Never, origin.map(0, text.len()), &host, reason);
        }
        // Of a language that is not known here most calls are not known.
        if foreign && self.effects.get(from..).unwrap_or_default().iter().all(|e| e.severity < Severity::Medium) {
            self.searched(text, origin, snippet::Place::Somewhere);
        }
    }
}

/// Strings of one code that are looked at for a host.
const MAX_STRINGS: usize = 64;

/// How languages send something, with what else says that they do.
const SENDS: [(&str, &str); 12] = [
    ("requests.post", ""),
    ("requests.put", ""),
    ("httpx.post", ""),
    ("httpx.put", ""),
    ("axios.post", ""),
    ("axios.put", ""),
    ("urlopen", "data="),
    ("urlopen", "method="),
    ("fetch(", "body"),
    (".request(", "POST"),
    (".request(", "PUT"),
    ("Net::HTTP", "post"),
];

/// How they read a file.
const OPENS: [&str; 9] = [
    "open(",
    "readFile",
    "createReadStream",
    "read_bytes",
    "read_text",
    "File.read",
    "File.binread",
    "file_get_contents",
    "IO.read",
];

/// The secret of the environment that code prints, by its name.
fn shown_secret(text: &str) -> Option<&str> {
    let bare = text.trim_start().starts_with("process.env");
    if !bare && !PRINTS.iter().any(|print| text.contains(print)) {
        return None;
    }
    ENVIRONMENTS.iter().find_map(|mark| {
        text.match_indices(mark).find_map(|(at, _)| {
            let rest = text.get(at + mark.len()..)?.trim_start_matches(['"', '\'', ':', '(']);
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
            is_secret_variable(name).then_some(name)
        })
    })
}

/// How Python opens a connection that it may only look at.
const KNOCKS: [&str; 2] = ["create_connection", "connect_ex"];

/// What hands something on, takes something, or runs something.
const TALKS: [&str; 17] = [
    "write",
    "send",
    "recv",
    "makefile",
    "dup",
    "subprocess",
    "system",
    "pty",
    "exec",
    "eval",
    "popen",
    "spawn",
    "import_",
    "getattr",
    "fileno",
    "read",
    "open(",
];

/// How languages call their environment.
const ENVIRONMENTS: [&str; 9] =
    ["process.env.", "process.env[", "environ[", "environ.get(", "getenv(", "ENV[", "ENV.fetch(", "$ENV{", "ENVIRON["];

/// How they show something.
const PRINTS: [&str; 5] = ["print", "console.log", "puts", "echo", "say "];
