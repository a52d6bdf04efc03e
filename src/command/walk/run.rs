//! What a command runs: itself, what it wraps, what it interprets, and what its options name.

use super::super::carry;
use super::super::catalogue::{Access, Ends, RunsIn, Wrapper};
use super::super::code;
use super::super::snippet::Place as Told;
use super::super::unwrap::{Inner, executed, fill_from_input, unwrap};
use super::super::words::{Flow, HOLE, Origin as FlowOrigin, Text, Word};
use super::super::{Dialect, Reader, Stdin, hidden, parse};
use super::state::quoted;
use super::{Act, Frame, Input, MAX_DEPTH, Walk};
use crate::model::{EffectKind, Severity, Span, Undo};

impl Walk<'_> {
    /// Judges one command, through its wrappers; gives what it writes.
    pub(super) fn act(&mut self, act: &Act<'_>) -> Flow {
        let catalogue = self.catalogue;
        let Some((command, args)) = act.argv.split_first() else { return Flow::default() };
        if act.place.depth > MAX_DEPTH {
            self.opaque(Severity::High, command.span, "commands within commands, deeper than anybody writes them");
            return Flow::default();
        }
        // `parallel 'dig {} | tail -1' ::: a b`
        let unknown = command.program().is_none() && !command.shown().starts_with(HOLE);
        if unknown && args.is_empty() && !command.glob && is_line(command) {
            return self.line(command, act);
        }
        // `docker run IMAGE docs/*.md`: an argument of what the image starts.
        let argument = act.place.runs_in == RunsIn::Container
            && command.glob
            && !command.shown().starts_with(['/', '.', '~'])
            && command.shown().contains("*.");
        let Some(name) = command.program() else {
            if argument {
                return Flow::default();
            }
            if self.reader == Reader::Shell && !self.refused && !names_nothing(command.shown(), args) {
                self.opaque(Severity::Medium, command.span, "the text does not say which program runs");
            }
            return Flow::default();
        };
        let name = name.strip_prefix('-').unwrap_or(name);
        // zsh: `=rm` is the path of `rm`, and the module zsh/files has an `rm` of its own.
        let name = name.strip_prefix('=').filter(|name| !name.is_empty()).unwrap_or(name);
        let name = name.strip_prefix("zf_").unwrap_or(name);
        if args.is_empty() && is_line(command) {
            return self.line(command, act);
        }
        // What was typed behind a program that is left by such words: `sudo vi`, then `:!sh`.
        if let Some(script) = command.shown().strip_prefix(":!").filter(|_| self.reader == Reader::Shell) {
            let rest = args.iter().map(Word::script).collect::<Vec<_>>().join(" ");
            let place = act.place.inside(RunsIn::Here).within();
            let script = format!("{script} {rest}");
            return self.nested(&script, parse::Origin::Within(command.span), &Input::Terminal, place);
        }
        if let ("sudo" | "doas", Some(("-e" | "--edit", rest))) =
            (name, args.split_first().map(|(first, rest)| (first.shown(), rest)))
        {
            let edit = Word { text: Text::Known("sudoedit".to_owned()), ..command.clone() };
            let argv: Vec<Word> = std::iter::once(edit).chain(rest.iter().cloned()).collect();
            return self.act(&Act { argv: &argv, stdin: act.stdin, place: act.place.inside(RunsIn::Here) });
        }
        let from = self.effects.len();
        let path = command.shown().contains('/');
        // The loader runs what it is given, under whatever name it has (ld.so(8)).
        let name = if name.starts_with("ld-") && path { "ld.so" } else { name };
        let called = if path { None } else { self.defined(name, command, args, act) };
        if path && catalogue.interpreter(name).is_none() {
            if ANYBODYS.iter().any(|dir| command.shown().starts_with(dir))
                && args.first().is_some_and(|word| word.known() == Some("-p"))
            {
                let reason = "starts what looks like a shell that keeps the rights of the file's owner";
                let (kind, object) = (EffectKind::PrivEscalation, command.shown());
                self.effect(kind, Severity::Medium, Undo::Easy, command.span, object, reason);
            }
            if HIDEOUTS.iter().any(|dir| command.shown().starts_with(dir)) {
                let reason = "runs what lies hidden where anybody may have put it ({object})";
                self.evasion(command.span, command.shown(), reason);
            }
            self.ran(command, "shell", args);
        }
        if !path && called.is_none() && !catalogue.knows(name) && self.file(command).is_some() {
            // A file of that name may lie where programs are looked for.
            self.ran(command, "shell", args);
        }
        self.builtin(name, command, args, act);
        let mut own = args;
        let mut flow = None;
        // `command -v NAME` only says where it lies.
        let asks = name == "command" && args.first().is_some_and(|word| matches!(word.shown(), "-v" | "-V"));
        let wrappers = if asks { &[] } else { catalogue.wrappers(name) };
        let fits = || wrappers.iter().filter_map(|w| unwrap(w, args).map(|inner| (w, inner)));
        // One that finds nothing to run leaves it to the next of the same name.
        if let Some((wrapper, inner)) =
            fits().find(|(_, inner)| !matches!(inner, Inner::Nothing)).or_else(|| fits().next())
        {
            (own, flow) = (inner.own(args), self.inner(wrapper, &inner, args, act));
            // `find … -exec ls {} \; -exec rm {} \;`
            let mut before = inner;
            for _ in 0..MAX_EXECUTED {
                let Inner::Command(_, end) = before else { break };
                let Some(next) = executed(wrapper, args, end) else { break };
                self.inner(wrapper, &next, args, act);
                before = next;
            }
        }
        let (ruled, payload) = self.catalogued(name, command, own, act, flow.is_some());
        if called.is_none() && flow.is_none() {
            self.nets(name, command, own, act, ruled);
        }
        // `strace -o '|CMD' PROGRAM`
        if flow.is_some() {
            for word in own.iter().filter(|word| word.shown().starts_with('|') && word.shown().len() > 1) {
                self.searched(word.shown().trim_start_matches('|'), origin_of(word), Told::Run);
            }
        }
        self.carried(name, args, act);
        self.unasked(name, args, command.span);
        self.disguises(name, command, args);
        self.fetched(name, args, act);
        self.trees(name, args, act);
        self.installs(name, command, args, act);
        if let Some(interpreter) = catalogue.interpreter(name) {
            return self.interpret(interpreter, command, args, act);
        }
        if flow.is_none() && called.is_none() && !payload {
            self.snippets(name, args, act, from);
        }
        if flow.is_none() && called.is_none() {
            if !catalogue.knows(name) {
                self.unknown_wrapper(args, act);
            } else if !catalogue.speaks(name)
                && let Some(mark) = args.iter().position(|word| word.shown() == "--")
            {
                self.unknown_wrapper(args.get(mark + 1..).unwrap_or_default(), act);
            }
        }
        called.or(flow).unwrap_or_else(|| self.output_of(name, args, act.stdin))
    }

    /// No program has such a name: whoever hands it on takes it for a line.
    fn line(&mut self, command: &Word, act: &Act<'_>) -> Flow {
        let before = self.effects.len();
        let flow = self.scripted(&Word { verbatim: None, ..command.clone() }, act.stdin, RunsIn::Here);
        let typed = act.place.depth == 0 && command.verbatim.is_none();
        if self.effects.len() == before && typed && self.reader == Reader::Shell {
            let reason = "no program has such a name: it may be a line for another shell";
            self.opaque(Severity::Medium, command.span, reason);
        }
        flow
    }

    /// What the catalogue says of a command's own words; gives whether a rule or a language of the program has said what it does, and whether
    /// some of them, or its input, are text of such a language.
    fn catalogued(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>, starts: bool) -> (bool, bool) {
        let span = args.iter().fold(command.span, |span, word| Span {
            start: span.start.min(word.span.start),
            end: span.end.max(word.span.end),
        });
        // What the line itself says may be sent anywhere: whoever reads the line has read it.
        let piped = matches!(act.stdin, Input::Flow(Flow { text: None, .. }) | Input::File);
        let found = self.catalogue.judge(
            name,
            command.shown(),
            args,
            Ends { piped, filed: self.into_file, sought: self.sought, starts },
        );
        self.undivided(name, command, args, span);
        self.computed(name, command, args, span);
        let ruled = found.quiet || !found.matches.is_empty() || !found.payloads.is_empty();
        for hit in found.matches {
            self.effect(hit.kind, hit.severity, hit.undo, span, &hit.object, &hit.reason);
        }
        // Without a database it writes statements, which begin by dropping what is there.
        let cleans = |word: &Word| {
            let text = word.shown();
            text.starts_with("--cl") || text.starts_with('-') && !text.starts_with("--") && text.contains('c')
        };
        self.builds |= name == "pg_restore" && args.iter().any(cleans);
        let written = found.touched.iter().any(|(_, access)| *access == Access::Overwrite);
        let own = name == "ln" && links_own(args);
        for (word, access) in found.touched {
            self.touch(&word, if own && access == Access::Overwrite { Access::Edit } else { access }, span);
        }
        if matches!(name, "sed" | "gsed") {
            for word in args {
                let text = word.shown();
                let writes = |&(at, _): &(usize, &str)| {
                    let before = text.get(..at).and_then(|head| head.chars().next_back());
                    before.is_none_or(|c| {
                        c.is_ascii_digit() || matches!(c, ' ' | ';' | '/' | '$' | '}' | 'g' | 'p' | '|')
                    })
                };
                if let Some((at, _)) = text.match_indices("w /").find(writes) {
                    let file = carry::behind(word, at + 2);
                    self.touch(&file, Access::Overwrite, span);
                }
            }
        }
        // `sqlcmd -Q QUERY -o FILE`
        let outer = self.into_file;
        let payload = !found.payloads.is_empty() || found.input.is_some();
        self.into_file |= written && !found.payloads.is_empty();
        for (dialect, word) in found.payloads {
            if let (None, Some(flow)) = (word.known(), &word.flow) {
                if flow.from == FlowOrigin::Network {
                    self.unread(FlowOrigin::Network, word.span);
                } else if self.builds && word.shown().trim_matches(HOLE).is_empty() {
                    self.opaque(Severity::Medium, span, "runs statements that a query gives, which nobody has read");
                }
            }
            if let Some(dialect) = Dialect::from_name(dialect) {
                self.payload(dialect, word.shown(), origin_of(&word));
            }
        }
        let reads = (found.input.is_some() && !hidden::reads_elsewhere(args))
            || hidden::reads_program(name, act.argv.get(1..).unwrap_or_default());
        self.into_file = outer;
        match act.stdin {
            Input::Hidden if reads => {
                self.opaque(Severity::High, span, "runs what comes over the connection, which nobody has read");
            }
            // `cat | psql`: what comes out of there may have come over the connection.
            Input::Flow(Flow { text: None, from }) if reads && self.context.stdin == Stdin::Hidden => {
                self.unread(*from, span);
            }
            Input::Terminal | Input::Hidden | Input::File | Input::Flow(_) => {}
        }
        match (found.input.and_then(Dialect::from_name), act.stdin) {
            (Some(dialect), Input::Flow(Flow { text: Some(text), .. })) => {
                self.payload(dialect, text, parse::Origin::Within(span));
                self.escapes(text, span);
            }
            (Some(_), Input::Flow(Flow { text: None, from: FlowOrigin::Made | FlowOrigin::Local }))
                if self.builds || self.upstream.asks =>
            {
                self.opaque(Severity::Medium, span, "runs statements that a query gives, which nobody has read");
            }
            // Dumps are piped from one database into another every day; what comes from the network is not.
            (Some(_), Input::Flow(Flow { from: FlowOrigin::Network, .. })) => self.unread(FlowOrigin::Network, span),
            _ => {}
        }
        self.made_statements(found.input, act.stdin, span);
        self.configures(name, act.stdin, span);
        (ruled, payload)
    }

    /// What the consoles of databases give to a shell: `host CMD`, `!CMD`.
    fn escapes(&mut self, text: &str, span: Span) {
        for line in text.lines().map(str::trim_start) {
            let marks = ["host ", "HOST ", "ho ", "!", "shell ", "$ "];
            if let Some(script) = marks.iter().find_map(|mark| line.strip_prefix(mark)) {
                let place = self.place.inside(RunsIn::Here).within();
                self.nested(script.trim_end_matches(';'), parse::Origin::Within(span), &Input::Terminal, place);
            }
        }
    }

    /// Judges what a wrapper runs.
    fn inner(&mut self, wrapper: &Wrapper, inner: &Inner, args: &[Word], act: &Act<'_>) -> Option<Flow> {
        let place = act.place.inside(wrapper.runs);
        if wrapper.assigns {
            for word in inner.own(args) {
                if let Some((name, _)) = word.shown().split_once('=').filter(|(name, _)| !name.starts_with('-')) {
                    let name = name.to_owned();
                    self.hook(&name, &carry::behind(word, name.len() + 1));
                }
            }
        }
        match inner {
            Inner::Nothing => {
                if wrapper.shell && act.place.runs_in == RunsIn::Elevated && wrapper.runs == RunsIn::Here {
                    let span = act.argv.first().map(|word| word.span).unwrap_or_default();
                    let reason = "opens a shell as another account";
                    self.effect(EffectKind::PrivEscalation, Severity::Medium, Undo::Easy, span, "", reason);
                }
                if let Some(file) =
                    args.iter().find(|word| wrapper.appends && wrapper.shell && is_or_ends(word.shown(), "-a"))
                {
                    self.opaque(Severity::Medium, file.span, "runs a file line by line, which nobody has read");
                } else if wrapper.shell {
                    self.reads_script(act.stdin, args, place);
                }
                None
            }
            Inner::Script(word) => Some(self.scripted(word, act.stdin, wrapper.runs)),
            Inner::Words(from) => {
                let words = args.get(*from..).unwrap_or_default();
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
                let mut argv = args.get(*from..*to).unwrap_or_default().to_vec();
                // `docker run --entrypoint rm IMAGE ARGUMENTS`
                let own = args.get(..*from).unwrap_or_default();
                for (at, word) in own.iter().enumerate() {
                    if let Some((program, _)) = carry::value_of(&wrapper.program, word, own.get(at + 1)) {
                        argv.insert(0, program);
                    }
                }
                let own = args.get(..*from).unwrap_or_default();
                if wrapper.appends && !own.iter().any(|word| PIPES.contains(&word.shown())) {
                    let text = match act.stdin {
                        Input::Flow(flow) => flow.text.as_deref(),
                        Input::Terminal | Input::Hidden | Input::File => None,
                    };
                    if let [only] = argv.as_slice()
                        && only.known().is_some_and(|script| script.contains([' ', ';', '|']))
                    {
                        // `parallel '{} -l'`: each line that comes in stands in the place of the mark.
                        let lines =
                            text.filter(|_| only.shown().contains("{}")).map(|text| text.lines().take(MAX_LINES));
                        let filled: Vec<Word> = lines
                            .into_iter()
                            .flatten()
                            .map(|line| Word {
                                text: Text::Known(only.shown().replace("{}", line)),
                                ..Word::unknown(only.span)
                            })
                            .collect();
                        for script in &filled {
                            self.scripted(script, &Input::Terminal, wrapper.runs);
                        }
                        if text.is_some_and(|text| only.shown().contains("{}") && text.lines().nth(MAX_LINES).is_some())
                        {
                            let reason = "runs more lines than can be analysed";
                            self.opaque(Severity::Medium, only.span, reason);
                        }
                        return Some(self.scripted(only, &Input::Terminal, wrapper.runs));
                    }
                    let lone = argv.first().is_some_and(|word| word.shown() == ":::");
                    if let [mark, list, ..] = argv.as_slice()
                        && mark.shown() == "::::"
                    {
                        self.opaque(Severity::Medium, list.span, "runs a file line by line, which nobody has read");
                    }
                    fill_from_input(args.get(..*from).unwrap_or_default(), &mut argv, text);
                    // What comes in and is asked of a server is told to it.
                    if let (None, Input::Flow(flow)) = (text, act.stdin)
                        && argv.first().and_then(Word::program).is_some_and(|name| self.catalogue.fetches(name))
                    {
                        let unknown = argv.iter_mut().filter(|word| word.flow.is_none() && word.shown().contains(HOLE));
                        unknown.for_each(|word| word.flow = Some(flow.clone()));
                    }
                    if lone {
                        // Without a command the arguments are commands.
                        argv.iter().for_each(|word| drop(self.scripted(word, &Input::Terminal, wrapper.runs)));
                        return None;
                    }
                }
                // `--exec PROGRAM -- ARGUMENTS`
                if !wrapper.exec.is_empty() && argv.get(1).is_some_and(|word| word.shown() == "--") {
                    argv.remove(1);
                }
                if !wrapper.exec.is_empty() {
                    // `{}` is something below where find starts.
                    let root = args.first().filter(|word| !word.shown().starts_with('-')).cloned();
                    let root = named_below(args).or(root);
                    for word in argv.iter_mut().filter(|word| word.known() == Some("{}")) {
                        let span = word.span;
                        *word = root.clone().unwrap_or_else(|| Word::unknown(span));
                        (word.span, word.glob) = (span, true);
                    }
                    // In a script too it is something below there.
                    let below = args.first().map(Word::shown).filter(|root| root.starts_with('/'));
                    for word in argv.iter_mut().filter(|word| word.known().is_some_and(|t| t.contains("{}"))) {
                        if let Some(root) = below {
                            let file = format!("{}/x", root.trim_end_matches('/'));
                            *word = Word {
                                text: Text::Known(word.shown().replace("{}", &file)),
                                ..Word::unknown(word.span)
                            };
                        }
                    }
                }
                // Run on everything below, they do what `-R` does.
                if wrapper.within
                    && args.first().is_some_and(|root| root.shown().starts_with('/'))
                    && argv
                        .first()
                        .and_then(Word::program)
                        .is_some_and(|name| matches!(name, "chmod" | "chown" | "chgrp"))
                {
                    let span = argv.first().map(|word| word.span).unwrap_or_default();
                    argv.insert(1, Word { text: Text::Known("-R".to_owned()), ..Word::unknown(span) });
                }
                let place = if wrapper.within { place.within() } else { place };
                let outer = std::mem::replace(&mut self.place, place);
                let sure = std::mem::replace(&mut self.sure, false);
                self.note(&argv);
                let enters = matches!(wrapper.runs, RunsIn::Container | RunsIn::Remote)
                    && wrapper.verb.as_ref().is_some_and(|verb| self.sought || !verb.contains("run"));
                let entered = self.entered;
                self.entered |= enters;
                let flow = self.act(&Act { argv: &argv, stdin: act.stdin, place });
                (self.place, self.sure, self.entered) = (outer, sure, entered);
                Some(flow)
            }
        }
    }

    /// A program of which nothing is known may run what its arguments name. Only what destroys files counts: other words are said more often than run.
    fn unknown_wrapper(&mut self, args: &[Word], act: &Act<'_>) {
        let place = act.place.inside(RunsIn::Here);
        for at in 0..args.len().min(MAX_WRAPPED) {
            let Some(argv) = args.get(at..) else { return };
            let Some(word) = argv.first().filter(|word| word.verbatim.is_none()) else { continue };
            let Some(name) = word.program() else { continue };
            let shell = self.catalogue.interpreter(name).is_some_and(|i| i.language == "shell");
            if !(DESTROYERS.contains(&name) || shell && argv.len() > 2) {
                continue;
            }
            let before = self.effects.len();
            let noted = self.normalised.len();
            self.act(&Act { argv, stdin: &Input::Terminal, place });
            let grave = |kind| matches!(kind, EffectKind::FsDestroy | EffectKind::DiskPartition);
            let found = self.effects.get(before..).unwrap_or_default();
            if !found.iter().any(|effect| effect.severity >= Severity::High && (shell || grave(effect.kind))) {
                self.effects.truncate(before);
            }
            self.normalised.truncate(noted);
            return;
        }
    }

    /// Options and operands whose text somebody runs.
    fn carried(&mut self, name: &str, args: &[Word], act: &Act<'_>) {
        let catalogue = self.catalogue;
        for carrier in catalogue.carriers(name) {
            let place = act.place.inside(carrier.runs).within();
            let words = carry::texts(carrier, args);
            if carrier.reads == "words"
                && let [_, _, ..] = words.as_slice()
            {
                let text = words.iter().map(quoted).collect::<Vec<_>>().join(" ");
                let span = words.iter().map(|w| w.span).reduce(|a, b| Span { start: a.start, end: b.end });
                self.nested(&text, parse::Origin::Within(span.unwrap_or_default()), &Input::Terminal, place);
                continue;
            }
            if carrier.quiet.iter().any(|flag| args.iter().any(|word| word.shown() == flag)) {
                continue;
            }
            for word in words {
                // `s/x/y/e` runs what is left of the line that it read.
                if let ("sed", Input::Flow(Flow { text: Some(text), .. })) = (carrier.reads.as_str(), act.stdin)
                    && carry::commands("sed", word.shown()).is_some_and(|found| !found.is_empty())
                {
                    self.nested(text, parse::Origin::Within(word.span), &Input::Terminal, place);
                }
                match carrier.reads.strip_prefix("ran:") {
                    Some(language) => self.ran_from(language, &word, act, place),
                    None => self.text_of(&carrier.reads, &word, args, place),
                }
            }
        }
    }

    /// One text that options carry.
    fn text_of(&mut self, reads: &str, word: &Word, args: &[Word], place: super::Place) {
        let origin = origin_of(word);
        let text = word.script();
        match reads {
            "shell" | "command" | "words" => {
                let outer = std::mem::replace(&mut self.place, place);
                self.scripted(word, &Input::Terminal, RunsIn::Here);
                self.place = outer;
            }
            "git" if !text.starts_with('!') => {
                self.nested(&format!("git {text}"), parse::Origin::Within(word.span), &Input::Terminal, place);
            }
            "git" | "gitcommand" => {
                let script = text.trim_start_matches('!');
                self.nested(script, inside(origin, text.len() - script.len()), &Input::Terminal, place);
            }
            "ansible" => {
                let module = args.iter().position(|word| matches!(word.shown(), "-m" | "--module-name"));
                let module = module.and_then(|at| args.get(at + 1)).map_or("command", Word::shown);
                let module = module.rsplit('.').next().unwrap_or(module);
                if matches!(module, "shell" | "command" | "raw" | "script" | "expect") {
                    self.nested(&text, origin, &Input::Terminal, place);
                } else if self.searched(&text, parse::Origin::Within(word.span), Told::Run) {
                } else if text.contains("state=absent") {
                    let reason = "takes away what {object} names, on every machine";
                    self.effect(EffectKind::FsDestroy, Severity::High, Undo::Never, word.span, &text, reason);
                }
            }
            "tmux" => {
                drop(self.nested(&format!("tmux {text}"), parse::Origin::Within(word.span), &Input::Terminal, place))
            }
            "gdb" if text.starts_with("python ") || text.starts_with("py ") => {
                let skipped = text.find(' ').map_or(0, |at| at + 1);
                self.inline("python", text.get(skipped..).unwrap_or_default(), inside(origin, skipped));
            }
            "rpm" if text.contains("%{lua:") => {
                let skipped = text.find("%{lua:").map_or(0, |at| at + "%{lua:".len());
                self.inline("lua", text.get(skipped..).unwrap_or_default(), inside(origin, skipped));
            }
            language => self.reads_text(language, &text, origin, place),
        }
    }

    /// A file of another language that an option names; `-` is the input.
    fn ran_from(&mut self, language: &str, word: &Word, act: &Act<'_>, place: super::Place) {
        let flow = match (word.known(), &word.flow, act.stdin) {
            (Some("-" | "/dev/stdin"), _, Input::Flow(flow)) => flow.clone(),
            (None, Some(flow), _) => flow.clone(),
            _ => return self.ran(word, language, &[]),
        };
        match &flow.text {
            Some(text) => self.reads_text(language, text, parse::Origin::Within(word.span), place),
            None => self.unread(flow.from, word.span),
        }
    }

    /// A text in a language that is no shell's.
    pub(super) fn reads_text(&mut self, language: &str, text: &str, origin: parse::Origin, place: super::Place) {
        if let Some(pieces) = carry::commands(language, text) {
            for (start, script) in pieces {
                let origin = match origin {
                    parse::Origin::At(base) if text.get(start..start + script.len()) == Some(&script) => {
                        parse::Origin::At(base + start)
                    }
                    _ => parse::Origin::Within(origin.map(0, text.len())),
                };
                self.nested(&script, origin, &Input::Terminal, place);
            }
            return;
        }
        match Dialect::from_name(language) {
            Some(Dialect::Shell) => drop(self.nested(text, origin, &Input::Terminal, place)),
            Some(dialect) if !code::knows(language) => self.payload(dialect, text, origin),
            _ => self.inline(language, text, origin),
        }
    }

    /// A script runs: if the session wrote it, its text is judged. One that was there already is a program like any other.
    pub(super) fn ran(&mut self, path: &Word, language: &str, args: &[Word]) {
        let Some(file) = self.file(path).cloned() else {
            if self.place.within && ANYBODYS.iter().any(|dir| path.shown().starts_with(dir)) {
                self.evasion(
                    path.span,
                    path.shown(),
                    "makes another program run {object}, which anybody may have put there",
                );
            }
            if self.grown(path) {
                self.unread(FlowOrigin::Network, path.span);
            } else if self.overflowed() {
                self.opaque(Severity::Medium, path.span, "the session has written more files than are remembered");
            }
            return;
        };
        match file.text {
            Some(text) => {
                let place = self.place.inside(RunsIn::Here);
                let language = shebang(&text).unwrap_or(language);
                let arguments = std::iter::once(path).chain(args).map(|word| word.known().map(str::to_owned)).collect();
                let frame = std::mem::replace(&mut self.frame, Frame::Known(arguments));
                if language == "shell" {
                    self.nested(&text, parse::Origin::Within(path.span), &Input::Terminal, place);
                } else {
                    self.reads_text(language, &text, parse::Origin::Within(path.span), place);
                }
                self.frame = frame;
            }
            None => self.unread(file.from, path.span),
        }
    }
}

/// What `find . -name NAME` finds, where it looks below the directory it stands in, for one name only.
fn named_below(args: &[Word]) -> Option<Word> {
    let (root, tests) = args.split_first()?;
    let near = root.known().is_some_and(|root| !root.starts_with(['/', '-', '~']) && !root.contains(".."))
        && tests.first().is_some_and(|word| word.shown().starts_with('-'));
    // What stands behind the first command comes too late.
    let runs = |word: &Word| word.shown().starts_with("-exec") || word.shown().starts_with("-ok");
    let tests = tests.get(..tests.iter().position(runs).unwrap_or(tests.len())).unwrap_or_default();
    let said = |test: &str| tests.iter().position(|word| word.known() == Some(test));
    if !near || ["-o", "-or", "!", "-not", ",", "-path", "-regex"].iter().any(|test| said(test).is_some()) {
        return None;
    }
    let name = tests.get(said("-name")? + 1)?.known().filter(|name| !name.contains(['/', '*', '?', '[']))?;
    let path = format!("{}/{name}", root.shown().trim_end_matches('/'));
    Some(Word { text: Text::Known(path), ..Word::unknown(root.span) })
}

/// Lines of input that are put into a script.
const MAX_LINES: usize = 16;

/// Commands that one `find` runs.
const MAX_EXECUTED: usize = 16;

/// Whether a command word that is a pattern names no program: who types `?` asks for help, an address was pasted, and `[INFO]` is a file whose
/// name has one letter.
fn names_nothing(command: &str, args: &[Word]) -> bool {
    let inner = command.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    command == "?" && args.is_empty()
        || ["http://", "https://"].iter().any(|scheme| command.starts_with(scheme))
        || inner.is_some_and(|inner| inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-')))
}

/// Whether a command word is more than a word: it has blanks in it and is no path.
fn is_line(command: &Word) -> bool {
    let text = command.shown();
    text.trim().contains([' ', '\t', '\n']) && !text.starts_with(['/', '.', '~'])
}

/// Whether a link puts a file out of the own collection into the place where a program looks for it: `ln -s ~/dotfiles/vimrc ~/.vimrc`. That
/// is as good as to edit it.
fn links_own(args: &[Word]) -> bool {
    let mut paths = args.iter().map(Word::shown).filter(|text| !text.starts_with('-'));
    let (Some(from), Some(to), None) = (paths.next(), paths.next(), paths.next()) else { return false };
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).trim_start_matches('.').to_owned();
    let kept = from.starts_with("~/") || !from.starts_with('/') && from.contains('/');
    kept && to.starts_with("~/") && (name(to).is_empty() || name(from) == name(to))
}

/// Where a word's text stands.
pub(super) fn origin_of(word: &Word) -> parse::Origin {
    match (word.verbatim, word.known()) {
        (Some(span), Some(text)) if span.end - span.start == text.len() => parse::Origin::At(span.start),
        _ => parse::Origin::Within(word.span),
    }
}

/// The place of the text behind its first bytes.
const fn inside(origin: parse::Origin, skipped: usize) -> parse::Origin {
    match origin {
        parse::Origin::At(base) => parse::Origin::At(base + skipped),
        parse::Origin::Within(span) => parse::Origin::Within(span),
    }
}

/// Whether a word is that option, or a cluster of letters that ends with it.
pub(super) fn is_or_ends(text: &str, flag: &str) -> bool {
    let letter = flag.strip_prefix('-').filter(|letter| letter.len() == 1);
    text == flag || letter.is_some_and(|l| text.starts_with('-') && !text.starts_with("--") && text.ends_with(l))
}

/// The language that a script's first line names.
fn shebang(text: &str) -> Option<&'static str> {
    let first = text.lines().next()?.strip_prefix("#!")?;
    let name = first.split(['/', ' ']).rfind(|part| !part.is_empty() && !part.starts_with('-'))?;
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Dialect::from_name(name).map(Dialect::as_str)
}

/// Options with which `parallel` gives its command input and no arguments.
const PIPES: [&str; 3] = ["--pipe", "--spreadstdin", "--pipepart"];

/// Where only what hides is run from.
const HIDEOUTS: [&str; 4] = ["/tmp/.", "/var/tmp/.", "/dev/shm/", "/run/lock/"];

/// Directories that anybody may put a program into.
const ANYBODYS: [&str; 3] = ["/tmp/", "/var/tmp/", "/dev/shm/"];

/// What is looked for behind a program that nobody knows.
const DESTROYERS: [&str; 8] = ["rm", "dd", "shred", "wipefs", "mkfs", "mkfs.ext4", "mkfs.xfs", "find"];

/// Words behind such a program that may begin its command.
const MAX_WRAPPED: usize = 8;
