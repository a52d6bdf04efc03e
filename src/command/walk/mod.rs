//! The walk through a script: expands words, sees through wrappers, follows what flows into interpreters, and asks the catalogue.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | scripts, pipelines, redirections, one command |
//! | `redirect.rs` | what redirections read and write |
//! | `fetch.rs` | what comes from the network |
//! | `run.rs` | what a command runs: wrappers, options that name a command |
//! | `interpret.rs` | texts that are run: scripts, what flows into an interpreter, code of other languages |
//! | `nets.rs` | what words and paths say where no entry names the program |
//! | `snippets.rs` | words of programs of which nobody said that they run them |
//! | `special.rs` | names that mean something to a shell |
//! | `state.rs` | what the line and the session define: variables, aliases, functions, files |
//! | `trees.rs` | directories that came from the network |

use super::catalogue::{Access, Catalogue, RunsIn};
use super::memory::{Memory, Value};
use super::tree::{Function, Group, Piece, Pipeline, Raw, RedirectKind, Script, Simple, Stage};
use super::words::{Flow, HOLE, Origin as FlowOrigin, Resolve, Text, Word, expand};
use super::{Context, Dialect, Reader, Stdin, dialect, fish, foreign, mend, parse, sql};
use crate::model::{Effect, EffectKind, Severity, Span, Undo};

mod fetch;
mod interpret;
mod made;
mod nets;
mod redirect;
mod run;
mod snippets;
mod special;
mod state;
mod trees;
mod verbs;

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

impl Input {
    /// Whether it is a text that stands in the line, or what filters made of one.
    fn is_written(&self) -> bool {
        match self {
            Self::Flow(flow) => {
                flow.from == FlowOrigin::Made || flow.text.as_deref().is_some_and(|text| !text.is_empty())
            }
            Self::Terminal | Self::Hidden | Self::File => false,
        }
    }
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
    /// Whether a program starts it that is no shell (an editor, a pager, a language): then a shell is a way out of it.
    within: bool,
}

impl Place {
    fn inside(self, runs: RunsIn) -> Self {
        let runs_in = if runs == RunsIn::Here { self.runs_in } else { runs };
        Self { depth: self.depth + 1, runs_in, ..self }
    }

    fn within(self) -> Self {
        Self { within: true, ..self }
    }
}

/// The arguments that `$1` and `$@` mean.
#[derive(Debug, Clone)]
enum Frame {
    /// Those of the shell that reads the prompt: none, until `set --` gives some.
    Prompt,
    /// Those of a function whose calls are not seen yet.
    Unknown,
    /// `$0`, `$1` and so on.
    Known(Vec<Option<String>>),
}

/// The walk's state.
pub(super) struct Walk<'c> {
    catalogue: &'c Catalogue,
    context: &'c Context,
    /// Who reads the text that is being walked: a shell that a program starts is a shell.
    reader: Reader,
    /// What the lines before this one defined.
    before: &'c Memory,
    /// What this line defines.
    pub(super) learned: Memory,
    frame: Frame,
    /// The characters at which values are split.
    separators: String,
    place: Place,
    /// Where the text stands that a dialect reads.
    origin: parse::Origin,
    /// Whether what runs now is sure to run, in the shell itself: no side of an `&&`, no subshell, nothing nested.
    sure: bool,
    /// Names whose alias or function is being expanded: it is not expanded again in itself.
    expanding: Vec<String>,
    /// Whether this line has unpacked something that came from the network.
    unpacked: bool,
    /// Whether what the command writes goes into a file.
    into_file: bool,
    /// Whether what the command writes is searched for secrets.
    sought: bool,
    /// What the commands before it in its pipeline have made of what it reads.
    upstream: nets::Upstream,
    /// Whether a query of this line gives statements that change things, as text, or a later one may.
    builds: bool,
    /// Whether the command runs in a container that was there before.
    entered: bool,
    /// Whether the line itself is whole; one that is not cannot be parsed yet, which means nothing.
    complete: bool,
    /// The directory that the line itself has gone to.
    gone: Option<String>,
    /// Whether no shell takes the text: a word that is not known means nothing in it.
    refused: bool,
    steps: usize,
    /// Texts and words that were tried as commands although nobody said that they are.
    trials: usize,
    /// What was found so far.
    pub(super) effects: Vec<Effect>,
    /// The simple commands so far.
    pub(super) normalised: String,
}

impl<'c> Walk<'c> {
    /// A walk that has not begun.
    pub(super) fn new(catalogue: &'c Catalogue, context: &'c Context, before: &'c Memory, complete: bool) -> Self {
        Self {
            catalogue,
            context,
            reader: context.reader,
            before,
            learned: Memory::default(),
            frame: Frame::Prompt,
            separators: BLANKS.to_owned(),
            place: Place { depth: 0, runs_in: RunsIn::Here, within: false },
            origin: parse::Origin::At(0),
            sure: true,
            expanding: Vec::new(),
            unpacked: false,
            into_file: false,
            sought: false,
            upstream: nets::Upstream::default(),
            builds: false,
            entered: false,
            complete,
            gone: None,
            refused: false,
            steps: 0,
            trials: 0,
            effects: Vec::new(),
            normalised: String::new(),
        }
    }

    /// The bytes of the line where a piece of the text stands that a dialect reads.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.origin.map(start, end)
    }

    /// Where a piece of that text begins.
    const fn origin(&self, start: usize) -> parse::Origin {
        match self.origin {
            parse::Origin::At(at) => parse::Origin::At(at + start),
            parse::Origin::Within(span) => parse::Origin::Within(span),
        }
    }

    /// Whether what the program writes goes into a file.
    /// From now on what queries give goes into a file.
    pub(super) const fn writes_file(&mut self) {
        self.into_file = true;
    }

    pub(super) const fn goes_into_file(&self) -> bool {
        self.into_file
    }

    /// Whether the text was given to the program by another command, and not typed at it.
    pub(super) const fn is_given(&self) -> bool {
        self.place.depth > 0
    }

    /// Judges a path that such a text touches.
    pub(super) fn path(&mut self, path: &str, access: Access, start: usize, end: usize) {
        let span = self.span(start, end);
        let word =
            Word { text: Text::Known(path.to_owned()), span, verbatim: None, glob: false, flow: None, divides: false };
        self.touch(&word, access, span);
    }

    /// Judges a text that a program is given, in the program's own language.
    fn payload(&mut self, dialect: Dialect, text: &str, origin: parse::Origin) {
        let place = self.place;
        if place.depth > MAX_DEPTH {
            let span = origin.map(0, text.len());
            return self.opaque(Severity::High, span, "commands within commands, deeper than anybody writes them");
        }
        let outer = std::mem::replace(&mut self.origin, origin);
        self.place = place.inside(RunsIn::Here).within();
        let _ = dialect::judge(dialect, text, self);
        (self.place, self.origin) = (place, outer);
    }

    /// Judges a text as a script of a shell; it stands in the line from the byte `start` on.
    pub(super) fn shell(&mut self, text: &str, start: usize) {
        let input = match self.context.stdin {
            Stdin::Terminal => Input::Terminal,
            Stdin::Hidden => Input::Hidden,
        };
        self.shell_with(text, start, &input);
    }

    /// The same, where the program feeds it what a query gives.
    pub(super) fn shell_fed(&mut self, text: &str, start: usize) {
        self.shell_with(text, start, &Input::Flow(Flow::default()));
    }

    /// The same, where all later queries feed it: whether they give statements is not known yet.
    pub(super) fn shell_fed_later(&mut self, text: &str, start: usize) {
        let builds = std::mem::replace(&mut self.builds, true);
        self.shell_fed(text, start);
        self.builds = builds;
    }

    fn shell_with(&mut self, text: &str, start: usize, input: &Input) {
        let origin = self.origin(start);
        if self.context.dialect == Dialect::Shell && self.place.depth == 0 {
            self.nested(text, origin, input, self.place);
        } else {
            // What a program hands to a shell is a way out of it.
            let reader = std::mem::replace(&mut self.reader, Reader::Shell);
            self.nested(text, origin, input, self.place.within());
            self.reader = reader;
        }
    }

    /// Judges a text that a shell may read, or another program: a word that cannot be determined means nothing. It stands in the line from
    /// the byte `start` on.
    pub(super) fn lenient(&mut self, text: &str, start: usize) {
        let reader = std::mem::replace(&mut self.reader, Reader::Program);
        let origin = self.origin(start);
        self.nested(text, origin, &Input::Terminal, self.place.within());
        self.reader = reader;
    }

    /// Judges a text as SQL; it stands in the line from the byte `start` on.
    pub(super) fn sql(&mut self, text: &str, start: usize) {
        let span = self.span(start, start + text.len());
        let whole = self.is_given();
        if let Some(table) = sql::taken_whole(text).filter(|_| self.into_file) {
            let reason = "puts all of {object} into a file";
            self.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, span, &table, reason);
        }
        self.effects.extend(sql::judge(text, Some(span), span, whole));
        self.builds |= sql::builds(text);
        // A function may run the text that it is given: `cron.schedule('…', 'drop table t')`, `executable('rm -rf /srv', …)`.
        for literal in sql::given(text) {
            let found = sql::judge(&literal, None, span, true).into_iter();
            self.effects.extend(found.filter(|e| e.severity >= Severity::High && e.kind != EffectKind::Opaque));
            self.searched(&literal, parse::Origin::Within(span), super::snippet::Place::Somewhere);
        }
    }

    /// Judges a text as a program in another language; it stands in the line from the byte `start` on.
    pub(super) fn code(&mut self, language: &str, text: &str, start: usize) {
        let origin = self.origin(start);
        self.inline(language, text, origin);
    }

    /// An effect that no catalogue entry names.
    pub(super) fn opaque(&mut self, severity: Severity, span: Span, reason: &str) {
        self.effect(EffectKind::Opaque, severity, Undo::Hard, span, "", reason);
    }

    /// Something whose text is built to hide what it does, or that makes other things run.
    fn evasion(&mut self, span: Span, object: &str, reason: &str) {
        self.effect(EffectKind::Evasion, Severity::Medium, Undo::Easy, span, object, reason);
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
        if self.effects.len() >= MAX_FOUND {
            return;
        }
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
        let sure = self.sure;
        self.sure &= place.depth == 0;
        let read = self.elsewhere(text, span, input);
        let flow = match parse::parse(text, origin) {
            Ok(script) => self.script(&script, input),
            Err(parse::Failure) => self.unparsed(text, origin, input, read),
        };
        self.sure = sure;
        self.place = outer;
        flow
    }

    /// Judges a text as shells read it whose grammar is another one; gives whether fish takes it for blocks of its own.
    fn elsewhere(&mut self, text: &str, span: Span, input: &Input) -> bool {
        // Most lines have nothing that any shell reads otherwise.
        if !text.bytes().any(|b| matches!(b, b'(' | b'\\' | b'#' | b'$' | b'[')) && !fish::is_signed(text) {
            return false;
        }
        if foreign::qualifier_runs(text) {
            self.opaque(Severity::Medium, span, "zsh runs what stands in the brackets behind a file name");
        }
        if foreign::evaluates(text) || text.contains("${") && foreign::sets_table(text) {
            self.opaque(Severity::Medium, span, "zsh runs what stands in the value of a variable");
        }
        let typed = self.place.depth == 0 && self.reader == Reader::Shell && self.context.stdin == Stdin::Terminal;
        let within = parse::Origin::Within(span);
        let refused = self.refused;
        // A delimiter of a heredoc may go on behind a backslash.
        let joined = (text.contains("<<") && text.contains("\\\n")).then(|| text.replace("\\\n", ""));
        for (read, loose) in [(foreign::zsh(text, typed), false), (foreign::plain(text), true), (joined, false)] {
            if let Some(script) = read.and_then(|text| parse::parse(&text, within).ok()) {
                self.refused |= loose;
                self.script(&script, input);
                self.refused = refused;
            }
        }
        let Some(fish::Reading { text, complete, loose }) = fish::reading(text) else { return false };
        let script = parse::parse(&text, within);
        let read = script.is_ok() && complete;
        self.refused |= loose;
        self.script(&script.unwrap_or_else(|_| super::lex::commands(&text, within)), input);
        self.refused = refused;
        read
    }

    /// Judges a script that the parser does not take: one that no shell takes either by what is left of it, and any other by its words. `read`: fish takes it.
    fn unparsed(&mut self, text: &str, origin: parse::Origin, input: &Input, read: bool) -> Flow {
        let unfinished = self.place.depth == 0 && !self.complete;
        let mended = mend::mended(text).filter(|_| !unfinished).and_then(|text| parse::parse(&text, origin).ok());
        let outer = self.refused;
        self.refused |= (mended.is_some() || unfinished && !text.contains('\n')) && mend::names_no_variable(text, read);
        let before = self.effects.len();
        let cut = || super::lex::commands(text, origin);
        let whole = mended.is_some() || unfinished;
        let flow = self.script(&mended.unwrap_or_else(cut), input);
        self.refused = outer;
        if self.effects.len() == before && !whole && !read && self.reader == Reader::Shell {
            self.opaque(Severity::Medium, origin.map(0, text.len()), "it is no shell syntax that can be analysed");
        }
        Flow { text: None, ..flow }
    }

    fn script(&mut self, script: &Script, input: &Input) -> Flow {
        let mut all = Flow { text: Some(String::new()), from: FlowOrigin::Local };
        let mut generated = !script.pipelines.is_empty();
        let alone = script.pipelines.len() == 1;
        for pipeline in &script.pipelines {
            let flow = self.pipeline(pipeline, input);
            generated &= flow.from == FlowOrigin::Generator;
            all.from = if flow.from == FlowOrigin::Made && alone { flow.from } else { all.from.max(flow.from) };
            all.text = all.text.zip(flow.text).map(|(all, more)| all + &more).filter(|all| all.len() <= MAX_FLOW);
        }
        if generated {
            all.from = FlowOrigin::Generator;
        }
        all
    }

    fn pipeline(&mut self, pipeline: &Pipeline, input: &Input) -> Flow {
        let sure = self.sure;
        self.sure &= !pipeline.maybe && pipeline.stages.len() == 1;
        let mut input = input.clone();
        let mut flow = Flow::default();
        let outer = (self.into_file, self.sought);
        let upstream = self.upstream;
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let after = pipeline.stages.get(at + 1..).unwrap_or_default();
            self.into_file = outer.0 || packed_into_file(after);
            self.sought = outer.1 || after.iter().any(nets::seeks_secrets);
            self.upstream.last = nets::is_shown(after);
            let from = self.effects.len();
            flow = match stage {
                Stage::Simple(simple) => self.simple(simple, &input),
                Stage::Group(group) => self.group(group, &input),
                Stage::Function(function) => self.function(function),
            };
            // `aws ecr get-login-password | docker login --password-stdin`: nobody sees it.
            if nets::logs_in(stage, after.first()) {
                let found = self.effects.split_off(from.min(self.effects.len()));
                self.effects.extend(found.into_iter().filter(|effect| effect.kind != EffectKind::CredAccess));
            }
            input = Input::Flow(flow.clone());
            self.upstream.through(stage);
        }
        (self.sure, (self.into_file, self.sought), self.upstream) = (sure, outer, upstream);
        flow
    }

    fn group(&mut self, group: &Group, input: &Input) -> Flow {
        let sure = std::mem::replace(&mut self.sure, false);
        let (input, targets) = self.redirects(&group.redirects, input.clone(), group.span, false);
        let outer = self.into_file;
        self.into_file |= targets.iter().any(|(word, _)| !word.shown().starts_with("/dev/"));
        let mut flow = Flow::default();
        let values = group.each.as_ref().map(|(name, values)| {
            let values: Vec<Word> = values.iter().flat_map(|raw| expand(raw, self)).collect();
            // The names that a pattern fits are as good as the pattern.
            let known = values.iter().map(|word| word.known().map(str::to_owned));
            (name, known.collect::<Option<Vec<String>>>().filter(|known| known.len() <= MAX_TURNS))
        });
        match values {
            None => flow = self.script(&group.body, &input),
            Some((name, None)) => {
                self.set(name, None);
                flow = self.script(&group.body, &input);
                flow.text = None;
            }
            Some((name, Some(values))) => {
                let mut text = Some(String::new());
                for value in values {
                    self.learned.assign(name, Value::One(Some(value)));
                    flow = self.script(&group.body, &input);
                    text = text.zip(flow.text.take()).map(|(all, more)| all + &more);
                }
                flow.text = text.filter(|text| text.len() <= MAX_FLOW);
            }
        }
        (self.sure, self.into_file) = (sure, outer);
        self.written(&targets, flow)
    }

    /// A function's body is judged where it is defined. One that pipes into itself is a fork bomb.
    fn function(&mut self, function: &Function) -> Flow {
        if function.name.as_deref().is_some_and(|name| pipes_itself(&function.body, name)) {
            let reason = "starts copies of itself until the machine stands still";
            self.effect(EffectKind::ProcKill, Severity::Critical, Undo::Hard, function.span, "", reason);
        }
        if let Some(name) = &function.name {
            if TRUSTED.contains(&name.as_str()) {
                self.evasion(function.span, name, "puts something else in the place of {object}");
            }
            self.learned.function(name, function.source.clone(), true);
        }
        let frame = std::mem::replace(&mut self.frame, Frame::Unknown);
        let sure = std::mem::replace(&mut self.sure, false);
        self.script(&function.body, &Input::Terminal);
        (self.frame, self.sure) = (frame, sure);
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
        let stay = simple.words.is_empty() || declares(simple);
        self.assignments(&simple.assignments, stay);
        self.renames(simple);
        let argv: Vec<Word> =
            simple.words.iter().take(MAX_WORDS).flat_map(|raw| expand(raw, self)).take(MAX_WORDS).collect();
        let probes = redirect::probes(&argv, &simple.redirects);
        let (input, targets) = self.redirects(&simple.redirects, input.clone(), simple.span, probes);
        self.note(&argv);
        let place = self.place;
        let act = Act { argv: &argv, stdin: &input, place };
        // `exec < FILE`: the shell goes on with the lines of the file.
        if let ([only], Input::File | Input::Flow(Flow { text: None, .. })) = (argv.as_slice(), &input)
            && only.known() == Some("exec")
            && simple.redirects.iter().any(|r| r.kind == RedirectKind::Read && r.fd.is_none_or(|fd| fd == 0))
        {
            self.opaque(
                Severity::Medium,
                simple.span,
                "makes the shell run a file line by line, which nobody has read",
            );
        }
        let flow = match simple.words.first() {
            Some(first) if self.runs_argument(first, &simple.words) => {
                self.opaque(Severity::Medium, first.span, "the text does not say what is run");
                Flow::default()
            }
            Some(first) if self.awaits_call(first, &argv) || is_number(first) => Flow::default(),
            // The arguments of the prompt's own shell: whether there are any was said before, or nowhere.
            Some(first)
                if !self.refused && (self.unsaid(first) || self.reader == Reader::Shell && self.modified(first)) =>
            {
                self.opaque(Severity::Medium, first.span, "the text does not say which program runs");
                Flow::default()
            }
            _ => {
                let file = |(word, _): &(Word, bool)| !word.shown().starts_with("/dev/");
                let outer = self.into_file;
                self.into_file |= targets.iter().any(file);
                self.shows_variables(simple, &argv);
                let mut flow = self.act(&act);
                self.into_file = outer;
                // `> FILE`: nothing is written.
                let writes = |r: &super::tree::Redirect| matches!(r.kind, RedirectKind::Write | RedirectKind::Append);
                if simple.words.is_empty() && simple.redirects.iter().all(writes) {
                    flow.text = Some(String::new());
                }
                flow
            }
        };
        if !targets.is_empty()
            && let Some((command, args)) = argv.split_first()
        {
            self.disguised(command, args);
        }
        self.written(&targets, flow)
    }

    /// Whether the command word is an argument of a function that nobody has called yet: its calls are judged.
    fn awaits_call(&self, first: &Raw, argv: &[Word]) -> bool {
        matches!(self.frame, Frame::Unknown)
            && argv.first().is_none_or(|word| word.program().is_none())
            && matches!(first.pieces.as_slice(), [Piece::Variable { name, .. }] if is_argument(name))
    }

    /// Whether `eval`, `exec` or `sh -c` is given an argument of the prompt's own shell to run.
    fn runs_argument(&self, first: &Raw, words: &[Raw]) -> bool {
        let text = |raw: &Raw| match raw.pieces.as_slice() {
            [Piece::Text { text, .. }] => Some(text.clone()),
            _ => None,
        };
        let shells = ["sh", "bash", "dash", "zsh", "ksh"];
        let given = match text(first).as_deref() {
            Some("eval" | "exec" | "source" | ".") => words.get(1),
            Some(shell) if shells.contains(&shell) => {
                let at = words.iter().position(|word| text(word).as_deref() == Some("-c"));
                at.and_then(|at| words.get(at + 1))
            }
            _ => None,
        };
        given.is_some_and(|raw| self.unsaid(raw))
    }

    fn unsaid(&self, first: &Raw) -> bool {
        self.place.depth == 0
            && self.reader == Reader::Shell
            && matches!(self.frame, Frame::Prompt)
            && self.list("@").is_none_or(|words| words.is_empty())
            && matches!(first.pieces.as_slice(), [Piece::Variable { name, .. }] if is_argument(name) && name != "0")
    }

    fn touch(&mut self, word: &Word, access: Access, span: Span) {
        let catalogue = self.catalogue;
        // `cd /etc && cat shadow`
        if let (Access::Read, Some(dir), Some(file)) = (access, &self.gone, word.known())
            && !file.starts_with(['/', '~', '-'])
            && !dir.is_empty()
        {
            let path = format!("{}/{file}", dir.trim_end_matches('/'));
            let there = Word { text: Text::Known(path), glob: word.glob, ..Word::unknown(word.span) };
            for rule in catalogue.places().touched(&there, access) {
                self.effect(rule.kind(), rule.severity(), rule.undo(), span, there.shown(), rule.reason());
            }
            return;
        }
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
}

impl Resolve for Walk<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.value(name)
    }

    fn is_guess(&self, name: &str) -> bool {
        !self.is_set(name)
    }

    fn elements(&self, name: &str) -> Option<Vec<Option<String>>> {
        self.list(name)
    }

    fn separators(&self) -> &str {
        &self.separators
    }

    fn is_own(&self, command: &str) -> bool {
        [&self.learned, self.before]
            .iter()
            .any(|memory| memory.functions.contains_key(command) || memory.aliases.contains_key(command))
    }

    fn output(&mut self, body: &Script) -> Flow {
        self.stream(body)
    }

    fn stream(&mut self, body: &Script) -> Flow {
        self.apart(body, &Input::Terminal)
    }

    fn sink(&mut self, body: &Script) {
        self.apart(body, &Input::Flow(Flow::default()));
    }

    fn buried(&mut self, span: Span) {
        self.opaque(Severity::Medium, span, "a command stands where it is not looked for");
    }
}

impl Walk<'_> {
    /// Judges a script that runs in a shell of its own.
    fn apart(&mut self, body: &Script, input: &Input) -> Flow {
        let place = self.place;
        if place.depth > MAX_DEPTH {
            return Flow::default();
        }
        let sure = std::mem::replace(&mut self.sure, false);
        self.place = place.inside(RunsIn::Here);
        let flow = self.script(body, input);
        (self.place, self.sure) = (place, sure);
        flow
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

/// Whether what comes into these stages of a pipeline goes into a file as it is, or packed.
fn packed_into_file(stages: &[Stage]) -> bool {
    let plain = |stage: &Stage| match stage {
        Stage::Simple(simple) => simple.words.first().is_some_and(
            |word| matches!(word.pieces.as_slice(), [Piece::Text { text, .. }] if PACKERS.contains(&text.as_str())),
        ),
        Stage::Group(_) | Stage::Function(_) => false,
    };
    let into = |stage: &Stage| match stage {
        Stage::Simple(simple) => simple.redirects.iter().any(|redirect| {
            matches!(redirect.kind, RedirectKind::Write | RedirectKind::Append) && redirect.fd.is_none_or(|fd| fd == 1)
        }),
        Stage::Group(_) | Stage::Function(_) => false,
    };
    stages.last().is_some_and(into) && stages.iter().all(plain)
}

/// Programs that give on all that they read, smaller, enciphered or counted.
const PACKERS: [&str; 22] = [
    "gzip", "pigz", "bzip2", "xz", "zstd", "lz4", "cat", "gpg", "openssl", "pv", "age", "base64", "base32", "xxd",
    "tr", "cut", "sed", "sort", "iconv", "uuencode", "csvtool", "column",
];

/// Whether a variable is an argument of the shell, or all of them.
fn is_argument(name: &str) -> bool {
    matches!(name, "@" | "*") || name.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the command word is `$?` or the like, which is a number: no program has such a name.
fn is_number(first: &Raw) -> bool {
    matches!(first.pieces.as_slice(), [Piece::Variable { name, .. }] if matches!(name.as_str(), "?" | "$" | "#" | "!"))
}

/// Whether the assignments of a command outlive it.
fn declares(simple: &Simple) -> bool {
    let name = simple.words.first().map(|word| word.pieces.as_slice());
    matches!(name, Some([Piece::Text { text, .. }]) if DECLARATIONS.contains(&text.as_str()))
}

const DECLARATIONS: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

/// Programs that people type passwords into, or that change who they are: what takes their place sees and does what it likes.
const TRUSTED: [&str; 8] = ["sudo", "su", "ssh", "passwd", "doas", "scp", "login", "gpg"];

/// What values are split at while nobody says otherwise.
const BLANKS: &str = " \t\n";

/// Commands within commands. People reach four (`ssh host "sudo sh -c 'find … -exec …'"`).
const MAX_DEPTH: usize = 8;

/// Simple commands of one line, nested ones included.
const MAX_STEPS: usize = 1000;

/// Words of one command.
const MAX_WORDS: usize = 2048;

/// Turns of a loop that are followed one by one.
const MAX_TURNS: usize = 8;

/// Bytes that flow from one command to another; a line is at most as long.
const MAX_FLOW: usize = 16 * 1024;

/// Characters of an effect's object.
const MAX_OBJECT: usize = 256;

/// Effects of one walk before equal ones are joined.
const MAX_FOUND: usize = 2000;
