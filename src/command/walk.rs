//! The walk through a script: expands words, sees through wrappers, follows what flows into interpreters, and asks the catalogue.

use std::collections::HashMap;

use super::catalogue::{Access, Catalogue, Interpreter, RunsIn, Wrapper, takes_value};
use super::tree::{Assignment, Function, Group, Piece, Pipeline, RedirectKind, Script, Simple, Stage};
use super::unwrap::{Inner, fill_from_input, unwrap};
use super::words::{Flow, HOLE, Origin as FlowOrigin, Resolve, Text, Word, expand, expand_whole};
use super::{Context, Dialect, Reader, Stdin, dialect, parse, sql};
use crate::model::{Effect, EffectKind, Severity, Span, Undo};

/// Where a command's standard input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// The terminal whose every line is judged.
    Terminal,
    /// A stream that nobody judges.
    Hidden,
    /// A file on the target.
    File,
    /// The command before it, or text in the line.
    Flow(Flow),
}

/// A command as it would run: what the wrappers left of it.
#[derive(Debug)]
struct Act<'w> {
    argv: &'w [Word],
    stdin: &'w Input,
    place: Place,
}

/// How deep inside other commands a command stands, and where it runs.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: usize,
    runs_in: RunsIn,
}

impl Place {
    fn inside(self, runs: RunsIn) -> Self {
        let runs_in = if runs == RunsIn::Here { self.runs_in } else { runs };
        Self { depth: self.depth + 1, runs_in }
    }
}

/// The walk's state.
pub(super) struct Walk<'c> {
    catalogue: &'c Catalogue,
    context: &'c Context,
    variables: HashMap<String, Option<String>>,
    place: Place,
    /// Where the text stands that a dialect reads.
    origin: parse::Origin,
    /// Whether the line itself is whole; one that is not cannot be parsed yet, which means nothing.
    complete: bool,
    steps: usize,
    /// What was found so far.
    pub(super) effects: Vec<Effect>,
    /// The simple commands so far.
    pub(super) normalised: String,
}

impl<'c> Walk<'c> {
    /// A walk that has not begun.
    pub(super) fn new(catalogue: &'c Catalogue, context: &'c Context, complete: bool) -> Self {
        let place = Place { depth: 0, runs_in: RunsIn::Here };
        Self {
            catalogue,
            context,
            variables: HashMap::new(),
            place,
            origin: parse::Origin::At(0),
            complete,
            steps: 0,
            effects: Vec::new(),
            normalised: String::new(),
        }
    }

    /// The bytes of the line where a piece of the text stands that a dialect reads.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.origin.map(start, end)
    }

    /// Where a piece of that text begins.
    fn origin(&self, start: usize) -> parse::Origin {
        match self.origin {
            parse::Origin::At(at) => parse::Origin::At(at + start),
            parse::Origin::Within(span) => parse::Origin::Within(span),
        }
    }

    /// Judges a path that such a text touches.
    pub(super) fn path(&mut self, path: &str, access: Access, start: usize, end: usize) {
        let span = self.span(start, end);
        let word = Word { text: Text::Known(path.to_owned()), span, verbatim: None, glob: false, flow: None };
        self.touch(&word, access, span);
    }

    /// Judges a text that a program is given, in the program's own language.
    fn payload(&mut self, dialect: &str, text: &str, origin: parse::Origin) {
        let Some(dialect) = Dialect::from_name(dialect) else { return };
        let place = self.place;
        if place.depth > MAX_DEPTH {
            let span = origin.map(0, text.len());
            return self.opaque(Severity::High, span, "commands within commands, deeper than anybody writes them");
        }
        let outer = std::mem::replace(&mut self.origin, origin);
        self.place = place.inside(RunsIn::Here);
        let _ = dialect::judge(dialect, text, self);
        (self.place, self.origin) = (place, outer);
    }

    /// Judges a text as a script of a shell; it stands in the line from the byte `start` on.
    pub(super) fn shell(&mut self, text: &str, start: usize) {
        let input = match self.context.stdin {
            Stdin::Terminal => Input::Terminal,
            Stdin::Hidden => Input::Hidden,
        };
        let place = self.place;
        let origin = self.origin(start);
        self.nested(text, origin, &input, place);
    }

    /// Judges a text as SQL; it stands in the line from the byte `start` on.
    pub(super) fn sql(&mut self, text: &str, start: usize) {
        let span = self.span(start, start + text.len());
        self.effects.extend(sql::judge(text, Some(span), span));
    }

    /// Judges a text as a program in another language; it stands in the line from the byte `start` on.
    pub(super) fn code(&mut self, language: &str, text: &str, start: usize) {
        let span = self.span(start, start + text.len());
        self.inline(language, text, span);
    }

    /// An effect that no catalogue entry names.
    pub(super) fn opaque(&mut self, severity: Severity, span: Span, reason: &str) {
        self.effect(EffectKind::Opaque, severity, Undo::Hard, span, "", reason);
    }

    /// Adds an effect. `{object}` in the reason is the object.
    pub(super) fn effect(
        &mut self,
        kind: EffectKind,
        severity: Severity,
        undo: Undo,
        span: Span,
        object: &str,
        reason: &str,
    ) {
        let object: String = object.replace(HOLE, "…").chars().take(MAX_OBJECT).collect();
        let reason = reason.replace("{object}", &object);
        self.effects.push(Effect { kind, severity, undo, span, object, reason });
    }

    /// Judges a text that some command runs as a script; gives what it writes.
    fn nested(&mut self, text: &str, origin: parse::Origin, input: &Input, place: Place) -> Flow {
        let span = origin.map(0, text.len());
        if place.depth > MAX_DEPTH {
            self.opaque(Severity::High, span, "commands within commands, deeper than anybody writes them");
            return Flow::default();
        }
        let outer = std::mem::replace(&mut self.place, place);
        let flow = match parse::parse(text, origin) {
            Ok(script) => self.script(&script, input),
            Err(parse::Failure) => {
                let before = self.effects.len();
                let flow = self.script(&super::lex::commands(text, origin), input);
                let unfinished = place.depth == 0 && !self.complete;
                if self.effects.len() == before && !unfinished && self.context.reader == Reader::Shell {
                    self.opaque(Severity::Medium, span, "it is no shell syntax that can be analysed");
                }
                Flow { text: None, ..flow }
            }
        };
        self.place = outer;
        flow
    }

    fn script(&mut self, script: &Script, input: &Input) -> Flow {
        let mut all = Flow { text: Some(String::new()), from: FlowOrigin::Local };
        let mut generated = !script.pipelines.is_empty();
        for pipeline in &script.pipelines {
            let flow = self.pipeline(pipeline, input);
            generated &= flow.from == FlowOrigin::Generator;
            all.from = all.from.max(flow.from);
            all.text = all.text.zip(flow.text).map(|(all, more)| all + &more);
        }
        if generated {
            all.from = FlowOrigin::Generator;
        }
        all
    }

    fn pipeline(&mut self, pipeline: &Pipeline, input: &Input) -> Flow {
        let mut input = input.clone();
        let mut flow = Flow::default();
        for stage in &pipeline.stages {
            flow = match stage {
                Stage::Simple(simple) => self.simple(simple, &input),
                Stage::Group(group) => self.group(group, &input),
                Stage::Function(function) => self.function(function),
            };
            input = Input::Flow(flow.clone());
        }
        flow
    }

    fn group(&mut self, group: &Group, input: &Input) -> Flow {
        let input = self.redirects(&group.redirects, input.clone(), group.span);
        if let Some((name, values)) = &group.each {
            let values: Vec<Word> = values.iter().flat_map(|raw| expand(raw, self)).collect();
            let value = match values.as_slice() {
                [one] if !one.glob => one.known().map(str::to_owned),
                _ => None,
            };
            self.assign(name, value);
        }
        self.script(&group.body, &input)
    }

    /// A function's body is judged where it is defined. One that pipes into itself is a fork bomb.
    fn function(&mut self, function: &Function) -> Flow {
        if function.name.as_deref().is_some_and(|name| pipes_itself(&function.body, name)) {
            let reason = "starts copies of itself until the machine stands still";
            self.effect(EffectKind::ProcKill, Severity::Critical, Undo::Hard, function.span, "", reason);
        }
        self.script(&function.body, &Input::Terminal);
        Flow::default()
    }

    fn simple(&mut self, simple: &Simple, input: &Input) -> Flow {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            if self.steps == MAX_STEPS + 1 {
                self.opaque(Severity::High, simple.span, "too many commands to analyse");
            }
            return Flow::default();
        }
        self.assignments(&simple.assignments, simple.words.is_empty() || declares(simple));
        let argv: Vec<Word> =
            simple.words.iter().take(MAX_WORDS).flat_map(|raw| expand(raw, self)).take(MAX_WORDS).collect();
        let input = self.redirects(&simple.redirects, input.clone(), simple.span);
        self.note(&argv);
        let place = self.place;
        let flow = self.act(&Act { argv: &argv, stdin: &input, place });
        // What goes into a file does not go into the pipe.
        let away = simple
            .redirects
            .iter()
            .any(|r| matches!(r.kind, RedirectKind::Write | RedirectKind::Append) && r.fd.is_none_or(|fd| fd == 1));
        if away { Flow { text: Some(String::new()), ..Flow::default() } } else { flow }
    }

    fn assignments(&mut self, assignments: &[Assignment], stay: bool) {
        for Assignment { name, value } in assignments {
            let value = expand_whole(value, self);
            if HOOKS.contains(&name.as_str()) && value.known() != Some("") {
                let reason = format!("{name} makes programs that start later run something else");
                self.effect(EffectKind::Evasion, Severity::Medium, Undo::Easy, value.span, name, &reason);
            }
            if name == "PROMPT_COMMAND" {
                self.scripted(&value, &Input::Terminal, RunsIn::Later);
            }
            if name == "HISTFILE" || ((name == "HISTSIZE" || name == "HISTFILESIZE") && value.known() == Some("0")) {
                self.effect(
                    EffectKind::LogTamper,
                    Severity::Medium,
                    Undo::Easy,
                    value.span,
                    name,
                    "turns the shell's history off",
                );
            }
            if stay {
                let value = value.known().map(str::to_owned);
                self.assign(name, value);
            }
        }
    }

    fn assign(&mut self, name: &str, value: Option<String>) {
        if self.variables.len() < MAX_WORDS {
            self.variables.insert(name.to_owned(), value.filter(|value| value.len() < MAX_VALUE));
        }
    }

    /// Judges the files that redirections touch; gives the input that they leave.
    fn redirects(&mut self, redirects: &[super::tree::Redirect], mut input: Input, command: Span) -> Input {
        for redirect in redirects {
            let target = expand_whole(&redirect.target, self);
            let span = Span { start: command.start.min(redirect.span.start), end: redirect.span.end };
            match redirect.kind {
                RedirectKind::Here => {
                    let text = target.known().map(str::to_owned);
                    let from = target.flow.as_ref().map(|flow| flow.from).unwrap_or_default();
                    input = Input::Flow(Flow { text, from });
                }
                RedirectKind::Read => {
                    input = target.flow.clone().map_or(Input::File, Input::Flow);
                    self.touch(&target, Access::Read, span);
                }
                RedirectKind::Write => self.touch(&target, Access::Overwrite, span),
                RedirectKind::Append => self.touch(&target, Access::Append, span),
                RedirectKind::Both => {
                    self.touch(&target, Access::Read, span);
                    self.touch(&target, Access::Append, span);
                }
                RedirectKind::Duplicate => {}
            }
            if target.shown().starts_with("/dev/tcp/") || target.shown().starts_with("/dev/udp/") {
                let reason = "opens a connection to {object} from the shell itself";
                self.effect(EffectKind::ReverseShell, Severity::High, Undo::Never, span, target.shown(), reason);
            }
        }
        input
    }

    fn touch(&mut self, word: &Word, access: Access, span: Span) {
        let catalogue = self.catalogue;
        for rule in catalogue.places().touched(word, access) {
            self.effect(rule.kind(), rule.severity(), rule.undo(), span, word.shown(), rule.reason());
        }
    }

    /// Adds a command to what the approver reads.
    fn note(&mut self, argv: &[Word]) {
        if argv.is_empty() || self.normalised.len() > super::MAX_NORMALISED {
            return;
        }
        if !self.normalised.is_empty() {
            self.normalised.push('\n');
        }
        self.normalised.push_str(self.place.runs_in.note());
        for (at, word) in argv.iter().enumerate() {
            if at > 0 {
                self.normalised.push(' ');
            }
            self.normalised.extend(word.shown().chars().map(|c| if c == HOLE { '…' } else { c }));
        }
    }

    /// Judges one command, through its wrappers; gives what it writes.
    fn act(&mut self, act: &Act<'_>) -> Flow {
        let catalogue = self.catalogue;
        let Some((command, args)) = act.argv.split_first() else { return Flow::default() };
        if act.place.depth > MAX_DEPTH {
            self.opaque(Severity::High, command.span, "commands within commands, deeper than anybody writes them");
            return Flow::default();
        }
        let Some(name) = command.program() else {
            if self.context.reader == Reader::Shell {
                self.opaque(Severity::Medium, command.span, "the text does not say which program runs");
            }
            return Flow::default();
        };
        let name = name.strip_prefix('-').unwrap_or(name);
        let mut own = args;
        let mut flow = None;
        for wrapper in catalogue.wrappers(name) {
            if let Some(inner) = unwrap(wrapper, args) {
                (own, flow) = (inner.own(args), self.inner(wrapper, &inner, args, act).or(flow));
                break;
            }
        }
        self.catalogued(name, command, own, act);
        if name == "alias" {
            self.aliases(args);
        }
        if let Some(interpreter) = catalogue.interpreter(name) {
            return self.interpret(interpreter, command, args, act);
        }
        flow.unwrap_or_else(|| self.output_of(name, args, act.stdin))
    }

    /// What an alias would run is judged where it is defined.
    fn aliases(&mut self, args: &[Word]) {
        let place = self.place.inside(RunsIn::Later);
        for word in args {
            let text = word.script();
            if let Some((_, value)) = text.split_once('=') {
                self.nested(value, parse::Origin::Within(word.span), &Input::Terminal, place);
            }
        }
    }

    /// What the catalogue says of a command's own words.
    fn catalogued(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>) {
        let span = args.iter().fold(command.span, |span, word| Span {
            start: span.start.min(word.span.start),
            end: span.end.max(word.span.end),
        });
        let piped = matches!(act.stdin, Input::Flow(_) | Input::File);
        let found = self.catalogue.judge(name, args, piped);
        for hit in found.matches {
            self.effect(hit.kind, hit.severity, hit.undo, span, &hit.object, &hit.reason);
        }
        for (word, access) in found.touched {
            self.touch(&word, access, span);
        }
        for (dialect, word) in found.payloads {
            let origin = match (word.known(), word.verbatim) {
                (Some(text), Some(at)) if at.end - at.start == text.len() => parse::Origin::At(at.start),
                _ => parse::Origin::Within(word.span),
            };
            self.payload(dialect, word.shown(), origin);
        }
        if let (Some(dialect), Input::Flow(Flow { text: Some(text), .. })) = (found.input, act.stdin) {
            self.payload(dialect, text, parse::Origin::Within(span));
        }
    }

    /// Judges what a wrapper runs.
    fn inner(&mut self, wrapper: &Wrapper, inner: &Inner<'_>, args: &[Word], act: &Act<'_>) -> Option<Flow> {
        let place = act.place.inside(wrapper.runs);
        match *inner {
            Inner::Nothing => None,
            Inner::Script(word) => Some(self.scripted(word, act.stdin, wrapper.runs)),
            Inner::Words(from) => {
                let words = args.get(from..).unwrap_or_default();
                let [only] = words else {
                    let text = words.iter().map(Word::script).collect::<Vec<_>>().join(" ");
                    let span = words.iter().map(|w| w.span).reduce(|a, b| Span { start: a.start, end: b.end });
                    let unread = words.iter().find(|word| word.known().is_none() && word.flow.is_some());
                    return Some(match unread {
                        Some(word) => self.scripted(word, act.stdin, wrapper.runs),
                        None => self.nested(&text, parse::Origin::Within(span.unwrap_or_default()), act.stdin, place),
                    });
                };
                Some(self.scripted(only, act.stdin, wrapper.runs))
            }
            Inner::Command(from, to) => {
                let mut argv = args.get(from..to).unwrap_or_default().to_vec();
                if wrapper.appends {
                    fill_from_input(args.get(..from).unwrap_or_default(), &mut argv);
                }
                if !wrapper.exec.is_empty() {
                    // `{}` is something below where find starts.
                    let root = args.first().filter(|word| !word.shown().starts_with('-')).cloned();
                    for word in argv.iter_mut().filter(|word| word.known() == Some("{}")) {
                        let span = word.span;
                        *word = root.clone().unwrap_or_else(|| Word::unknown(span));
                        (word.span, word.glob) = (span, true);
                    }
                }
                let outer = std::mem::replace(&mut self.place, place);
                self.note(&argv);
                let flow = self.act(&Act { argv: &argv, stdin: act.stdin, place });
                self.place = outer;
                Some(flow)
            }
        }
    }

    /// Judges a word that is run as a script.
    fn scripted(&mut self, word: &Word, input: &Input, runs: RunsIn) -> Flow {
        let place = self.place.inside(runs);
        match (word.known(), &word.flow) {
            (None, Some(flow)) => {
                self.unread(flow.from, word.span);
                Flow::default()
            }
            (None, None) if matches!(word.text, Text::Unknown) => {
                if self.context.reader == Reader::Shell {
                    self.opaque(Severity::Medium, word.span, "the text does not say what is run");
                }
                Flow::default()
            }
            (Some(text), _) => {
                let origin = match word.verbatim {
                    Some(span) if span.end - span.start == text.len() => parse::Origin::At(span.start),
                    _ => parse::Origin::Within(word.span),
                };
                self.nested(text, origin, input, place)
            }
            (None, None) => self.nested(&word.script(), parse::Origin::Within(word.span), input, place),
        }
    }

    /// Text that nobody has seen is run.
    fn unread(&mut self, from: FlowOrigin, span: Span) {
        match from {
            FlowOrigin::Generator => {}
            FlowOrigin::Local => {
                self.opaque(Severity::High, span, "runs text that another command makes, which nobody has read");
            }
            FlowOrigin::Network => {
                let reason = "runs whatever a server on the network sends";
                self.effect(EffectKind::DownloadExec, Severity::High, Undo::Never, span, "", reason);
            }
        }
    }

    /// Judges what an interpreter would run: a script in its arguments, or its input.
    fn interpret(&mut self, interpreter: &Interpreter, command: &Word, args: &[Word], act: &Act<'_>) -> Flow {
        let shell = interpreter.language == "shell";
        let mut reads_stdin = false;
        let mut script = None;
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let text = word.shown();
            let flagged = |flag: &String| {
                let letter = flag.strip_prefix('-').filter(|l| l.len() == 1 && !text.starts_with("--"));
                text == flag || letter.is_some_and(|l| text.starts_with('-') && text.len() > 1 && text.ends_with(l))
            };
            if text == "--help" || text == "--version" {
                return Flow::default();
            }
            if interpreter.script.iter().any(flagged) {
                script = args.get(at + 1);
                break;
            }
            match text {
                "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0" => reads_stdin = true,
                "-s" if shell => reads_stdin = true,
                _ if text.starts_with(['-', '+']) && text.len() > 1 => {
                    at += usize::from(takes_value(&interpreter.values, text, !shell));
                }
                _ => {
                    if let Some(flow) = &word.flow
                        && word.known().is_none()
                    {
                        self.source(interpreter, flow, word.span);
                    }
                    // A script that lies on the target: a program like any other.
                    if !reads_stdin {
                        return Flow::default();
                    }
                }
            }
            if reads_stdin {
                break;
            }
            at += 1;
        }
        let span = Span { start: command.span.start, end: args.last().map_or(command.span.end, |word| word.span.end) };
        match script {
            Some(word) if shell => return self.scripted(word, act.stdin, RunsIn::Here),
            Some(word) => match (&word.text, &word.flow) {
                (Text::Partly(_) | Text::Unknown, Some(flow)) => self.unread(flow.from, word.span),
                (Text::Unknown, None) if self.context.reader == Reader::Shell => {
                    self.opaque(Severity::Medium, word.span, "the text does not say what is run");
                }
                _ => self.inline(&interpreter.language, word.shown(), word.span),
            },
            None => match act.stdin {
                Input::Terminal | Input::File => {}
                Input::Hidden => {
                    self.opaque(Severity::High, span, "runs what comes over the connection, which nobody has read")
                }
                Input::Flow(flow) => self.source(interpreter, flow, span),
            },
        }
        Flow::default()
    }

    /// An interpreter runs what flows into it.
    fn source(&mut self, interpreter: &Interpreter, flow: &Flow, span: Span) {
        match &flow.text {
            Some(text) if interpreter.language == "shell" => {
                let place = self.place.inside(RunsIn::Here);
                self.nested(text, parse::Origin::Within(span), &Input::File, place);
            }
            Some(text) => self.inline(&interpreter.language, text, span),
            None => self.unread(flow.from, span),
        }
    }

    /// Inline code of another language: calls that delete, execute or connect.
    fn inline(&mut self, language: &str, text: &str, span: Span) {
        let catalogue = self.catalogue;
        for code in catalogue.calls(language, text) {
            self.effect(code.kind, code.severity, code.undo, span, language, &code.reason);
        }
    }

    /// What a command writes, as far as the line says it.
    fn output_of(&self, name: &str, args: &[Word], input: &Input) -> Flow {
        let (piped, from) = match input {
            Input::Flow(flow) => (flow.text.as_deref(), flow.from),
            Input::Terminal | Input::Hidden | Input::File => (None, FlowOrigin::Local),
        };
        if self.catalogue.generates(name, args) {
            return Flow { text: None, from: FlowOrigin::Generator };
        }
        if self.catalogue.fetches(name) {
            return Flow { text: None, from: FlowOrigin::Network };
        }
        let from = if from == FlowOrigin::Generator { FlowOrigin::Local } else { from };
        let from = args.iter().filter_map(|word| word.flow.as_ref()).map(|flow| flow.from).fold(from, FlowOrigin::max);
        Flow { text: super::decode::output(name, args, piped), from }
    }
}

impl Resolve for Walk<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        match self.variables.get(name) {
            Some(value) => value.clone(),
            None => KNOWN.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        }
    }

    fn output(&mut self, body: &Script) -> Flow {
        self.stream(body)
    }

    fn stream(&mut self, body: &Script) -> Flow {
        let place = self.place;
        if place.depth > MAX_DEPTH {
            return Flow::default();
        }
        self.place = place.inside(RunsIn::Here);
        let flow = self.script(body, &Input::Terminal);
        self.place = place;
        flow
    }

    fn buried(&mut self, span: Span) {
        self.opaque(Severity::Medium, span, "a command stands where it is not looked for");
    }
}

/// Whether a body calls a function of that name twice in one pipeline, directly or inside `{ … }`.
fn pipes_itself(body: &Script, name: &str) -> bool {
    let calls = |stage: &&Stage| match stage {
        Stage::Simple(simple) => simple
            .words
            .first()
            .is_some_and(|word| matches!(word.pieces.as_slice(), [Piece::Text { text, .. }] if text == name)),
        Stage::Group(_) | Stage::Function(_) => false,
    };
    body.pipelines.iter().any(|pipeline| match pipeline.stages.as_slice() {
        [Stage::Group(group)] => group.body.pipelines.iter().any(|p| p.stages.iter().filter(calls).count() > 1),
        stages => stages.iter().filter(calls).count() > 1,
    })
}

/// Whether the assignments of a command outlive it.
fn declares(simple: &Simple) -> bool {
    let name = simple.words.first().map(|word| word.pieces.as_slice());
    matches!(name, Some([Piece::Text { text, .. }]) if DECLARATIONS.contains(&text.as_str()))
}

const DECLARATIONS: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

/// Variables that make the next program, or every later one, run something of the setter's choice: ld.so(8), bash(1), zsh(1), perlrun(1), python(1).
const HOOKS: [&str; 9] = [
    "LD_PRELOAD",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "BASH_ENV",
    "ENV",
    "PERL5OPT",
    "PYTHONSTARTUP",
    "GIT_SSH_COMMAND",
    "LESSOPEN",
];

/// Variables whose value is as good as known.
const KNOWN: [(&str, &str); 8] = [
    ("HOME", "~"),
    ("SHELL", "sh"),
    ("IFS", " "),
    ("PWD", "."),
    ("@", ""),
    ("*", ""),
    ("TMPDIR", "/tmp"),
    ("EDITOR", "vi"),
];

/// Commands within commands. People reach four (`ssh host "sudo sh -c 'find … -exec …'"`).
const MAX_DEPTH: usize = 8;

/// Simple commands of one line, nested ones included.
const MAX_STEPS: usize = 1000;

/// Words of one command.
const MAX_WORDS: usize = 2048;

/// Bytes of a variable's value.
const MAX_VALUE: usize = 4096;

/// Characters of an effect's object.
const MAX_OBJECT: usize = 256;
