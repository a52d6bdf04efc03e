//! What the line and the session define: variables, aliases, functions, arguments, files.

use super::super::decode;
use super::super::memory::{Value, Written};
use super::super::tree::{Assignment, Element};
use super::super::words::{Flow, HOLE, Origin as FlowOrigin, Text, Word, expand, expand_whole, subscripts};
use super::{Act, BLANKS, Frame, Input, Reader, RunsIn, TRUSTED, Walk, parse};
use crate::model::{EffectKind, Severity, Span, Undo};

impl Walk<'_> {
    pub(super) fn assignments(&mut self, assignments: &[Assignment], stay: bool) {
        for assignment in assignments {
            let Assignment { name, key, value, elements, append } = assignment;
            let elements = elements.as_ref().map(|elements| {
                let mut listed: Vec<(Option<Word>, Word)> = Vec::new();
                for Element { place, word } in elements {
                    match place {
                        // What has a place is one element, however many words it holds.
                        Some(place) => listed.push((Some(expand_whole(place, self)), expand_whole(word, self))),
                        None => listed.extend(expand(word, self).into_iter().map(|word| (None, word))),
                    }
                }
                self.listed(assignment, &listed);
                placed(&listed)
            });
            let mut value = match elements {
                Some(_) => Word::unknown(value.span),
                None => expand_whole(value, self),
            };
            if *append && let Text::Known(more) = &value.text {
                value.text = self
                    .value(name)
                    .map_or_else(|| Text::Partly(format!("{HOLE}{more}")), |old| Text::Known(old + more));
            }
            self.hook(name, &value);
            self.holds_subscript(name, &value);
            if let Some(key) = key {
                self.tabled(name, key, &value);
            }
            if !stay {
                continue;
            }
            let known = value.known().map(str::to_owned);
            if name == "IFS" {
                known.as_deref().unwrap_or(BLANKS).clone_into(&mut self.separators);
            }
            match elements {
                Some(Some(elements)) if !append && self.sure => self.learned.assign(name, Value::Many(elements)),
                Some(_) => self.set(name, None),
                None => self.set(name, known),
            }
        }
    }

    /// Variables that make programs run something.
    pub(super) fn hook(&mut self, name: &str, value: &Word) {
        let catalogue = self.catalogue;
        let text = value.shown();
        let runs = text.contains('/')
            || text.contains(HOLE)
            || ["-r", "-M", "--import", "agent", "("].iter().any(|o| text.contains(o));
        let named = name.starts_with("LD_") || matches!(name, "BASH_ENV" | "ENV" | "PYTHONSTARTUP" | "PERL5DB");
        if catalogue.is_hook(name) && (runs || named && !text.is_empty()) {
            let reason = format!("{name} makes programs that start later run something else");
            self.evasion(value.span, name, &reason);
        }
        if SEARCHED.contains(&name) {
            let dirs = || text.split(':').filter(|dir| !dir.is_empty());
            let anybodys = |dir: &str| ["/tmp", "/var/tmp", "/dev/shm"].iter().any(|open| dir.starts_with(open));
            if dirs().any(anybodys) || name == "PATH" && dirs().any(|dir| dir == "." || dir == "./") {
                self.evasion(value.span, text, "makes programs be looked for in a directory that anybody fills");
            }
        }
        let none = || value.known() == Some("0");
        let ignores =
            || text.split(':').any(|part| matches!(part, "ignorespace" | "ignoreboth" | "*" | "[ ]*" | "&:[ ]*"));
        let hides = match name {
            "HISTFILE" => true,
            // What an administrator put there, an audit of each line as a rule, stops.
            "PROMPT_COMMAND" => value.known() == Some(""),
            "HISTIGNORE" | "HISTORY_IGNORE" if self.hides_danger(text) => true,
            "HISTSIZE" | "HISTFILESIZE" | "SAVEHIST" => none(),
            "HISTCONTROL" | "HISTIGNORE" | "HISTORY_IGNORE" => ignores(),
            _ => {
                (name.ends_with("_HISTFILE") || name.ends_with("_HISTORY") || name == "LESSHISTFILE")
                    && text == "/dev/null"
            }
        };
        let agent = name == "SSH_AUTH_SOCK" && (text.starts_with("/tmp/") || text == "{}");
        if agent || name == "KRB5CCNAME" && text.contains("/krb5cc") {
            let reason = "uses keys or tickets that may be somebody else's ({object})";
            self.effect(EffectKind::CredAccess, Severity::Medium, Undo::Never, value.span, text, reason);
        }
        if hides {
            let reason = "turns the shell's history off";
            self.effect(EffectKind::LogTamper, Severity::Medium, Undo::Easy, value.span, name, reason);
        }
        if name == "PROMPT_COMMAND" && matches!(value.text, Text::Unknown) {
            self.opaque(Severity::Medium, value.span, "the text does not say what is run");
        }
        if name.starts_with("BASH_FUNC_") {
            self.evasion(value.span, name, "hands a function to the next shell in place of a program");
        }
        self.optional(name, value);
        if catalogue.names_command(name) && !text.is_empty() && !matches!(value.text, Text::Unknown) {
            // What it names is given a file; a pager may read what is shown instead.
            let given = if name == "PROMPT_COMMAND" { "" } else { " $_" };
            let text = text.trim_start_matches('|').replace(HOLE, "$_");
            let place = self.place.inside(RunsIn::Later).within();
            let origin = parse::Origin::Within(value.span);
            self.nested(&format!("{text}{given}"), origin, &Input::Terminal, place);
            if name.ends_with("PAGER") {
                self.nested(&text, origin, &Input::Flow(Flow::default()), place);
            }
        }
        // Prompts are expanded each time they are shown.
        if matches!(name, "PS0" | "PS1" | "PS2" | "PS4" | "RPROMPT" | "PROMPT")
            && (text.contains("$(") || text.contains('`'))
        {
            let place = self.place.inside(RunsIn::Later);
            // Escapes and quotes of the prompt's own may leave quotes open; those within the command are the command's.
            for script in [format!(": \"{}\"", text.replace(['"', '\\'], "")), commands_of(text)] {
                self.nested(&script, parse::Origin::Within(value.span), &Input::Terminal, place);
            }
        }
    }

    /// Whether patterns keep programs that destroy, or secrets, out of the history.
    fn hides_danger(&self, patterns: &str) -> bool {
        patterns.split(':').map(|part| part.trim_matches(['*', ' ', '&'])).any(|part| {
            self.catalogue.is_dangerous(part.split(' ').next().unwrap_or_default())
                || ["shadow", "passw", "secret", "token"].iter().any(|word| part.contains(word))
        })
    }

    /// Sets a variable. Where it may or may not have been set, and had another value, its value is not known.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        let old = self.learned.variables.get(name).or_else(|| self.before.variables.get(name));
        let differs = old.is_some_and(|old| *old != Value::One(value.clone()));
        let value = if differs && !self.sure { None } else { value };
        self.learned.assign(name, Value::One(value));
    }

    /// Whether the text says what the variable holds.
    pub(super) fn is_set(&self, name: &str) -> bool {
        let set = self.learned.variables.contains_key(name) || self.before.variables.contains_key(name);
        // At a prompt the shell's own name is one of several.
        let argument =
            name.bytes().all(|b| b.is_ascii_digit()) && !(name == "0" && matches!(self.frame, Frame::Prompt));
        set || argument
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        if let Some(value) = self.learned.variables.get(name).or_else(|| self.before.variables.get(name)) {
            return match value {
                Value::One(value) => value.clone(),
                Value::Many(values) => values.first().cloned().flatten(),
            };
        }
        if name.bytes().all(|b| b.is_ascii_digit()) {
            let at = name.parse::<usize>().ok()?;
            return match &self.frame {
                Frame::Unknown => None,
                Frame::Known(words) => words.get(at).cloned().unwrap_or_else(|| Some(String::new())),
                Frame::Prompt if at == 0 => Some("bash".to_owned()),
                Frame::Prompt => self.arguments().get(at - 1).cloned().unwrap_or_else(|| Some(String::new())),
            };
        }
        if name == "@" || name == "*" {
            return self.list(name)?.into_iter().collect::<Option<Vec<_>>>().map(|words| words.join(" "));
        }
        KNOWN.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<Option<String>>> {
        if name == "@" || name == "*" {
            return match &self.frame {
                Frame::Unknown => None,
                Frame::Known(words) => Some(words.get(1..).unwrap_or_default().to_vec()),
                Frame::Prompt => Some(self.arguments()),
            };
        }
        match self.learned.variables.get(name).or_else(|| self.before.variables.get(name))? {
            Value::One(value) => Some(vec![value.clone()]),
            Value::Many(values) => Some(values.clone()),
        }
    }

    fn arguments(&self) -> Vec<Option<String>> {
        self.learned.arguments.as_ref().or(self.before.arguments.as_ref()).cloned().unwrap_or_default()
    }

    /// Commands that change the shell's own state.
    pub(super) fn builtin(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>) {
        match name {
            "alias" => self.aliases(args),
            "cd" | "pushd" => {
                let to = args.iter().rfind(|word| !word.shown().starts_with('-')).and_then(Word::known);
                self.gone = to.filter(|dir| dir.starts_with('/')).map(str::to_owned);
            }
            "unset" => args.iter().for_each(|word| self.set(word.shown(), None)),
            "readarray" | "mapfile" => {
                self.reads(args, act.stdin);
                self.reads_lines(args, act.stdin);
            }
            "read" | "getopts" => self.reads(args, act.stdin),
            "printf" => {
                if let [flag, variable, rest @ ..] = args
                    && flag.known() == Some("-v")
                {
                    let text = super::super::decode::output(name, rest, None);
                    self.filled(variable.shown(), text.as_deref(), variable.span);
                    self.set(variable.shown(), text);
                }
            }
            "set" if args.first().is_some_and(|word| word.shown() == "-A") => {
                if let [_, variable, values @ ..] = args {
                    let values = values.iter().map(|word| word.known().map(str::to_owned)).collect();
                    self.learned.assign(variable.shown(), Value::Many(values));
                }
            }
            "set" => {
                let at = args.iter().position(|word| !word.shown().starts_with(['-', '+']) || word.shown() == "--");
                if let Some(at) = at {
                    let rest = args.get(at..).unwrap_or_default();
                    let rest =
                        if rest.first().and_then(Word::known) == Some("--") { rest.get(1..) } else { Some(rest) };
                    // Which program a pattern names is not known.
                    let read = |word: &Word| match word.known() {
                        Some(text) if word.glob && text.contains("bin/") => None,
                        text => text.map(str::to_owned),
                    };
                    let words = rest.unwrap_or_default().iter().map(read);
                    self.learned.arguments = Some(words.collect());
                }
            }
            "shift" => {
                let mut words = self.arguments();
                if !words.is_empty() {
                    words.remove(0);
                }
                self.learned.arguments = Some(words);
            }
            "env" | "printenv" if self.entered => self.environment(name, command, args),
            // Subscripts are arithmetic, and arithmetic runs `$( … )` even out of quotes (bash, "Shell Arithmetic").
            "let" | "test" | "[" | "[[" | "declare" | "export"
                if args.iter().any(|word| word.shown().contains("[$(") || word.shown().contains("[`")) =>
            {
                self.opaque(Severity::Medium, command.span, "a command stands where it is not looked for");
            }
            "print" | "compgen" | "complete" => self.expanded_again(name, args),
            "hash" | "autoload" => self.hashed(name, args),
            _ => {}
        }
        if SETTING.contains(&name) && args.iter().any(|word| subscripts(word.shown())) {
            self.opaque(Severity::Medium, command.span, "a command stands where it is not looked for");
        }
    }

    /// The environment of a container is where its secrets are given to it.
    fn environment(&mut self, name: &str, command: &Word, args: &[Word]) {
        let operands: Vec<&str> = args.iter().map(Word::shown).filter(|text| !text.starts_with('-')).collect();
        let secret = |text: &&str| {
            let text = text.to_ascii_uppercase();
            ["PASS", "SECRET", "TOKEN", "KEY", "CRED", "DSN", "DATABASE_URL"].iter().any(|part| text.contains(part))
        };
        if operands.is_empty() || name == "printenv" && operands.iter().any(secret) {
            let (kind, object) = (EffectKind::CredAccess, operands.first().copied().unwrap_or(name));
            let reason = "shows what the container is given, secrets too ({object})";
            self.effect(kind, Severity::Medium, Undo::Never, command.span, object, reason);
        }
    }

    /// `read` sets its names to what nobody knows, unless the line says what it reads.
    fn reads(&mut self, args: &[Word], stdin: &Input) {
        let names: Vec<&str> = args.iter().filter_map(Word::known).filter(|text| !text.starts_with('-')).collect();
        let line = match stdin {
            Input::Flow(Flow { text: Some(text), .. }) => Some(text.lines().next().unwrap_or_default().trim()),
            Input::Terminal | Input::Hidden | Input::File | Input::Flow(_) => None,
        };
        for name in &names {
            // What stands between the words of several is not always a blank.
            let value = line.filter(|_| names.len() == 1).map(str::to_owned);
            let span = args.first().map(|word| word.span).unwrap_or_default();
            self.filled(name, value.as_deref(), span);
            self.set(name, value);
        }
    }

    /// `mapfile` takes each line for an element.
    fn reads_lines(&mut self, args: &[Word], stdin: &Input) {
        let Input::Flow(Flow { text: Some(text), .. }) = stdin else { return };
        if let Some(name) = args.last().and_then(Word::known).filter(|name| !name.starts_with('-')) {
            let lines = text.lines().map(|line| Some(line.to_owned())).collect();
            self.learned.assign(name, Value::Many(lines));
        }
    }

    /// What an alias would run is judged where it is defined.
    pub(super) fn aliases(&mut self, args: &[Word]) {
        let place = self.place.inside(RunsIn::Later);
        // A global alias of zsh stands for any word of a later line.
        let global = args.iter().any(|word| matches!(word.shown(), "-g" | "-s"));
        let suffix = args.iter().any(|word| word.shown() == "-s");
        for word in args {
            let text = word.script();
            let Some((name, value)) = text.split_once('=') else { continue };
            if global && value.starts_with('-') {
                self.evasion(word.span, name, "hides the options of a later command behind the word {object}");
            }
            // One that deletes directories is given them when it is used.
            let recursive = |option: &str| {
                option == "--recursive"
                    || option.starts_with('-') && !option.starts_with("--") && option.contains(['r', 'R'])
            };
            let open = value.starts_with("rm ") && !value.contains(" /") && value.split_whitespace().any(recursive);
            // zsh: the word that ends so is given to the value of `-s`.
            let given = if open || suffix && !value.is_empty() { " $_" } else { "" };
            // A bar at its beginning gives it what the command before it writes.
            let fed = if global && value.starts_with('|') { "$_ " } else { "" };
            let reader = self.reader;
            self.reader = if fed.is_empty() { reader } else { Reader::Program };
            self.nested(&format!("{fed}{value}{given}"), parse::Origin::Within(word.span), &Input::Terminal, place);
            self.reader = reader;
            if TRUSTED.contains(&name) && !value.split_whitespace().any(|part| part == name) {
                self.evasion(word.span, name, "puts something else in the place of {object}");
            }
            self.learned.alias(name, value.to_owned(), !self.sure);
        }
    }

    /// Runs the aliases and functions of a command's name; gives what the command writes if there is one.
    pub(super) fn defined(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>) -> Option<Flow> {
        if self.expanding.len() > MAX_EXPANDING || self.expanding.iter().any(|known| known == name) {
            return None;
        }
        let both = |mine: Option<&Vec<String>>, theirs: Option<&Vec<String>>| -> Vec<String> {
            let all = mine.into_iter().chain(theirs).flatten();
            all.cloned().collect()
        };
        let aliases = both(self.learned.aliases.get(name), self.before.aliases.get(name));
        let functions = both(self.learned.functions.get(name), self.before.functions.get(name));
        if aliases.is_empty() && functions.is_empty() {
            return None;
        }
        self.expanding.push(name.to_owned());
        let span = args.last().map_or(command.span, |last| Span { start: command.span.start, end: last.span.end });
        let place = act.place.inside(RunsIn::Here);
        let rest: String = args.iter().map(|word| format!(" {}", quoted(word))).collect();
        for alias in aliases {
            self.nested(&format!("{alias}{rest}"), parse::Origin::Within(span), act.stdin, place);
        }
        let arguments = std::iter::once(command).chain(args).map(|word| word.known().map(str::to_owned)).collect();
        let frame = std::mem::replace(&mut self.frame, Frame::Known(arguments));
        for source in functions {
            let Ok(script) = parse::parse(&source, parse::Origin::Within(span)) else { continue };
            self.bodies(&script, act.stdin, place);
        }
        self.frame = frame;
        self.expanding.pop();
        Some(Flow::default())
    }

    /// Runs what functions in a text would do when they are called.
    fn bodies(&mut self, script: &super::Script, input: &Input, place: super::Place) {
        if place.depth > super::MAX_DEPTH {
            return;
        }
        let outer = std::mem::replace(&mut self.place, place);
        let sure = std::mem::replace(&mut self.sure, false);
        for stage in script.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
            if let super::Stage::Function(function) = stage {
                self.script(&function.body, input);
            }
        }
        (self.place, self.sure) = (outer, sure);
    }

    /// The file of that name, if this session wrote it.
    pub(super) fn file(&self, path: &Word) -> Option<&Written> {
        let name = base_name(path)?;
        self.learned.files.get(name).or_else(|| self.before.files.get(name))
    }

    /// Remembers what is written into a file.
    pub(super) fn write(&mut self, path: &Word, flow: &Flow, appends: bool) {
        let Some(name) = base_name(path).map(str::to_owned) else { return };
        let memory = path.shown().starts_with("/dev/shm/");
        if path.shown().starts_with("/dev/") && !memory || name.is_empty() {
            return;
        }
        // Two files of `mktemp` have one name here, so neither takes the other's place.
        let appends = appends || name == decode::TEMPORARY;
        let old = self.file(path).filter(|_| appends || !self.sure && self.before.files.contains_key(&name));
        let from = old.map_or(flow.from, |old| old.from.max(flow.from));
        let text = match old {
            None => flow.text.clone(),
            Some(old) => old.text.clone().zip(flow.text.clone()).map(|(old, new)| old + &new),
        };
        // What is added to a file of which nothing is known leaves the rest of it as it was: a script of the target.
        if appends && old.is_none() && flow.text.is_none() && flow.from != FlowOrigin::Network {
            return;
        }
        let from = if from == FlowOrigin::Generator { FlowOrigin::Local } else { from };
        self.learned.write(&name, Written { text, from });
        self.runs_by_name(path, flow);
    }

    /// Whether any script may be one that the session wrote.
    pub(super) const fn overflowed(&self) -> bool {
        self.learned.overflowed || self.before.overflowed
    }
}

fn base_name(path: &Word) -> Option<&str> {
    path.known().map(|text| text.rsplit('/').next().unwrap_or(text)).filter(|name| !name.is_empty())
}

/// A word as it would have to be written.
pub(super) fn quoted(word: &Word) -> String {
    match &word.text {
        Text::Known(text) if text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@%+~".contains(c)) => {
            text.clone()
        }
        Text::Known(text) => format!("'{}'", text.replace('\'', "'\\''")),
        Text::Partly(_) | Text::Unknown => word.script(),
    }
}

/// Variables whose value is as good as known.
const KNOWN: [(&str, &str); 18] = [
    // The addresses at which Amazon's containers get their credentials.
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/v2/credentials"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials"),
    ("HOME", "~"),
    ("SHELL", "/bin/sh"),
    ("IFS", " "),
    ("PWD", "."),
    ("OLDPWD", "."),
    ("TMPDIR", "/tmp"),
    ("EDITOR", "vi"),
    ("VISUAL", "vi"),
    ("PAGER", "less"),
    ("BROWSER", "xdg-open"),
    ("PYTHON", "python3"),
    ("CC", "cc"),
    ("CXX", "c++"),
    ("MAKE", "make"),
    ("JAVA", "java"),
    ("UID", "0"),
];

/// Commands that take names of variables; a subscript behind one is arithmetic.
const SETTING: [&str; 7] = ["read", "printf", "unset", "wait", "typeset", "readarray", "mapfile"];

/// Variables that name directories in which programs and their parts are looked for.
const SEARCHED: [&str; 8] =
    ["PATH", "FPATH", "fpath", "LD_LIBRARY_PATH", "PYTHONPATH", "PERL5LIB", "NODE_PATH", "RUBYLIB"];

/// The commands that a prompt runs, each on a line; what stands within one is its own.
fn commands_of(prompt: &str) -> String {
    let mut out = String::new();
    let mut rest = prompt;
    while let Some((_, inner)) = rest.split_once("$(") {
        let (mut depth, mut quote) = (0, None);
        let end = inner.char_indices().find(|(_, c)| {
            match (*c, quote) {
                (c, Some(open)) if c == open => quote = None,
                (_, Some(_)) => {}
                ('\'' | '"', None) => quote = Some(*c),
                ('(', None) => depth += 1,
                (')', None) => depth -= 1,
                _ => {}
            }
            depth < 0
        });
        let (script, behind) = inner.split_at_checked(end.map_or(inner.len(), |(at, _)| at)).unwrap_or((inner, ""));
        out.push_str(script);
        out.push('\n');
        rest = behind;
    }
    out
}

/// Aliases and functions within each other.
const MAX_EXPANDING: usize = 6;

/// The elements of an array, each in its place: `([1]=b [0]=a)`. `None` if a place has a name, is not known, or is far away.
fn placed(elements: &[(Option<Word>, Word)]) -> Option<Vec<Option<String>>> {
    let mut out: Vec<Option<String>> = Vec::new();
    // bash goes on behind the place that was named last.
    let mut next = 0;
    for (place, word) in elements {
        // It may be several elements, and a place may stand in it.
        if word.divides {
            return None;
        }
        if let Some(place) = place {
            // `[010]` is the eighth.
            let place = place.known().filter(|place| *place == "0" || !place.starts_with('0'))?;
            next = place.parse::<usize>().ok().filter(|at| *at < MAX_PLACE)?;
        }
        put(&mut out, next, word.known().map(str::to_owned));
        next += 1;
    }
    Some(out)
}

fn put(out: &mut Vec<Option<String>>, at: usize, value: Option<String>) {
    out.resize(out.len().max(at + 1), Some(String::new()));
    if let Some(element) = out.get_mut(at) {
        *element = value;
    }
}

/// Places of an array that are followed.
const MAX_PLACE: usize = 256;
