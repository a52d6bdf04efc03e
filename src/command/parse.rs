//! The shell parser behind one thin interface: the only file that knows `shuck`.
//!
//! The parser is somebody else's code and reads hostile text, so it runs within limits of its own and behind `catch_unwind`. Whatever goes
//! wrong is [`Failure`], which the room answers with its own lexer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shuck_ast as ast;
use shuck_parser::parser::{ParseStatus, Parser, ShellDialect, ShellProfile};

use super::lex;
use super::quotes::{self, unescape};
use super::tree::{
    Assignment, Change, Element, Function, Group, Piece, Pipeline, Raw, Redirect, RedirectKind, Script, Simple, Stage,
};
use super::words::subscripts;
use crate::model::Span;

/// The parser gave no clean tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure;

/// Where the text that is parsed stands in the line that was judged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// Byte for byte from this offset on.
    At(usize),
    /// Somewhere inside: it was decoded first, so spans are those of the whole.
    Within(Span),
}

impl Origin {
    /// The place in the line of a place in the text.
    pub(super) fn map(self, start: usize, end: usize) -> Span {
        match self {
            Self::At(base) => Span::from((base + start, base + end)),
            Self::Within(span) => span,
        }
    }
}

/// Parses a script: as bash, then as zsh.
pub(super) fn parse(text: &str, origin: Origin) -> Result<Script, Failure> {
    if text.matches('{').count().saturating_mul(text.len()) > MAX_BRACED {
        return Err(Failure);
    }
    if text.matches("${").nth(MAX_PARAMETERS).is_some() && lex::scan(text).parameters > MAX_PARAMETERS {
        return Err(Failure);
    }
    [ShellDialect::Bash, ShellDialect::Zsh]
        .into_iter()
        .find_map(|dialect| parse_as(text, origin, dialect))
        .ok_or(Failure)
}

fn parse_as(text: &str, origin: Origin, dialect: ShellDialect) -> Option<Script> {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let parser = Parser::with_limits_and_profile(text, MAX_DEPTH, MAX_STEPS, ShellProfile::native(dialect));
        let result = parser.parse();
        (result.status == ParseStatus::Clean).then(|| Reader { text, origin }.script(&result.file.body))
    }));
    parsed.ok().flatten()
}

/// Turns the foreign tree into ours. The recursion is as deep as the foreign tree, which [`MAX_DEPTH`] and the caller's limit on separators bound.
struct Reader<'t> {
    text: &'t str,
    origin: Origin,
}

impl Reader<'_> {
    /// Of an unended heredoc the parser counts a line feed that is not there.
    fn span(&self, span: ast::Span) -> Span {
        let within = |at: ast::Position| self.text.floor_char_boundary(at.offset());
        self.origin.map(within(span.start), within(span.end))
    }

    fn script(&self, body: &ast::StmtSeq) -> Script {
        let mut script = Script::default();
        body.iter().for_each(|stmt| {
            let from = script.pipelines.len();
            self.statement(stmt, &mut script);
            if matches!(stmt.terminator, Some(ast::StmtTerminator::Background(_))) {
                script.pipelines.iter_mut().skip(from).for_each(|pipeline| pipeline.maybe = true);
            }
        });
        script
    }

    /// Appends the pipelines of one statement.
    fn statement(&self, stmt: &ast::Stmt, to: &mut Script) {
        if let ast::Command::Binary(binary) = &stmt.command {
            match binary.op {
                ast::BinaryOp::And | ast::BinaryOp::Or => {
                    self.statement(&binary.left, to);
                    let from = to.pipelines.len();
                    self.statement(&binary.right, to);
                    to.pipelines.iter_mut().skip(from).for_each(|pipeline| pipeline.maybe = true);
                }
                ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll => {
                    let mut stages = self.stages(&binary.left);
                    stages.extend(self.stages(&binary.right));
                    to.pipelines.push(Pipeline { stages, maybe: false });
                }
            }
            return;
        }
        to.pipelines.push(Pipeline { stages: self.stages(stmt), maybe: false });
    }

    /// The stages that a statement gives to the pipeline it stands in.
    fn stages(&self, stmt: &ast::Stmt) -> Vec<Stage> {
        let redirects: Vec<Redirect> = stmt.redirects.iter().map(|redirect| self.redirect(redirect)).collect();
        let span = self.span(stmt.span);
        let group = |body: Script, each| Stage::Group(Group { body, each, redirects: redirects.clone(), span });
        let stage = match &stmt.command {
            ast::Command::Simple(simple) => {
                let words = std::iter::once(&simple.name).chain(&simple.args).map(|word| self.word(word));
                Stage::Simple(Simple {
                    assignments: self.assignments(&simple.assignments),
                    words: words.filter(|word| !is_nothing(word)).collect(),
                    redirects,
                    span,
                })
            }
            ast::Command::Builtin(builtin) => Stage::Simple(self.builtin(builtin, redirects, span)),
            ast::Command::Decl(decl) => Stage::Simple(self.declaration(decl, redirects, span)),
            ast::Command::Binary(binary) if matches!(binary.op, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll) => {
                let mut stages = self.stages(&binary.left);
                stages.extend(self.stages(&binary.right));
                return stages;
            }
            ast::Command::Binary(_) => {
                let mut body = Script::default();
                self.statement(stmt, &mut body);
                group(body, None)
            }
            ast::Command::Compound(compound) => {
                let (body, each) = self.compound(compound);
                group(body, each)
            }
            ast::Command::Function(function) => {
                let mut body = Script::default();
                self.statement(&function.body, &mut body);
                let name = function.static_names().next().map(|name| name.as_str().to_owned());
                let source = self.slice(stmt.span).to_owned();
                Stage::Function(Function { name, body, source, span })
            }
            ast::Command::AnonymousFunction(function) => {
                let mut body = Script::default();
                if !function.args.is_empty() {
                    let words = ["set", "--"].map(|word| Raw::text(word.to_owned(), false, span));
                    let words = words.into_iter().chain(function.args.iter().map(|word| self.word(word))).collect();
                    let set = Stage::Simple(Simple { words, span, ..Simple::default() });
                    body.pipelines.push(Pipeline { stages: vec![set], maybe: false });
                }
                self.statement(&function.body, &mut body);
                group(body, None)
            }
        };
        vec![stage]
    }

    /// The bodies of a compound command one after the other, and the loop variable if there is one.
    fn compound(&self, compound: &ast::CompoundCommand) -> (Script, Option<(String, Vec<Raw>)>) {
        let mut body = Script::default();
        let mut each = None;
        let mut take = |seq: &ast::StmtSeq| body.pipelines.extend(self.script(seq).pipelines);
        let words = |words: &[ast::Word]| words.iter().map(|word| self.word(word)).collect::<Vec<_>>();
        match compound {
            ast::CompoundCommand::If(c) => {
                take(&c.condition);
                take(&c.then_branch);
                for (condition, branch) in &c.elif_branches {
                    take(condition);
                    take(branch);
                }
                c.else_branch.iter().for_each(take);
            }
            ast::CompoundCommand::For(c) => {
                let name = c.targets.first().and_then(|target| target.name.as_ref());
                each = name.map(|name| (name.as_str().to_owned(), words(c.words.as_deref().unwrap_or_default())));
                take(&c.body);
            }
            ast::CompoundCommand::Foreach(c) => {
                each = Some((c.variable.as_str().to_owned(), words(&c.words)));
                take(&c.body);
            }
            ast::CompoundCommand::Select(c) => {
                each = Some((c.variable.as_str().to_owned(), words(&c.words)));
                take(&c.body);
            }
            ast::CompoundCommand::Repeat(c) => take(&c.body),
            ast::CompoundCommand::ArithmeticFor(c) => take(&c.body),
            ast::CompoundCommand::While(c) => {
                take(&c.condition);
                take(&c.body);
            }
            ast::CompoundCommand::Until(c) => {
                take(&c.condition);
                take(&c.body);
            }
            ast::CompoundCommand::Case(c) => c.cases.iter().for_each(|case| take(&case.body)),
            ast::CompoundCommand::Subshell(seq) | ast::CompoundCommand::BraceGroup(seq) => take(seq),
            // Commands run in the subscripts of arithmetic.
            ast::CompoundCommand::Arithmetic(c) => self.arithmetic(c.span, &mut body),
            ast::CompoundCommand::Time(c) => {
                c.command.iter().for_each(|stmt| self.statement(stmt, &mut body));
            }
            ast::CompoundCommand::Conditional(c) => self.condition(&c.expression, &mut body),
            ast::CompoundCommand::Coproc(c) => {
                // What it reads is written by later commands.
                let span = self.span(c.span);
                let words = vec![Raw::text("coproc".to_owned(), false, span)];
                let mut stages = vec![Stage::Simple(Simple { words, span, ..Simple::default() })];
                stages.extend(self.stages(&c.body));
                body.pipelines.push(Pipeline { stages, maybe: true });
            }
            ast::CompoundCommand::Always(c) => {
                take(&c.body);
                take(&c.always_body);
            }
        }
        (body, each)
    }

    fn arithmetic(&self, span: ast::Span, body: &mut Script) {
        let text = self.slice(span);
        if !hides_command(text) {
            return;
        }
        let span = self.span(span);
        if subscripts(text) {
            let words = vec![
                Raw::text("let".to_owned(), false, span),
                Raw { pieces: vec![Piece::Buried], span, verbatim: None },
            ];
            let simple = Simple { words, span, ..Simple::default() };
            body.pipelines.push(Pipeline { stages: vec![Stage::Simple(simple)], maybe: false });
        }
        let text = format!(": \"{}\"", text.replace(['"', '\\'], ""));
        if let Ok(script) = parse(&text, Origin::Within(span)) {
            body.pipelines.extend(script.pipelines);
        }
    }

    /// `[[ … ]]` runs nothing but the substitutions in its words; they are kept as the arguments of `[[`.
    fn condition(&self, expression: &ast::ConditionalExpr, body: &mut Script) {
        let mut words = vec![Raw::text("[[".to_owned(), false, self.span(expression.span()))];
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            match expression {
                ast::ConditionalExpr::Binary(e) => open.extend([&*e.right, &*e.left]),
                ast::ConditionalExpr::Unary(e) => open.push(&e.expr),
                ast::ConditionalExpr::Parenthesized(e) => open.push(&e.expr),
                ast::ConditionalExpr::Word(word) | ast::ConditionalExpr::Regex(word) => words.push(self.word(word)),
                ast::ConditionalExpr::Pattern(pattern) => {
                    words.extend(pattern.parts_with_spans().filter_map(|(part, _)| match part {
                        ast::PatternPart::Word(word) => Some(self.word(word)),
                        ast::PatternPart::Literal(_)
                        | ast::PatternPart::AnyString
                        | ast::PatternPart::AnyChar
                        | ast::PatternPart::CharClass(_)
                        | ast::PatternPart::Group { .. } => None,
                    }));
                }
                // Its subscript is arithmetic, in which commands run: `[[ -v a[$(x)] ]]`.
                ast::ConditionalExpr::VarRef(reference) => words.push(Raw {
                    pieces: vec![self.rest(reference.span)],
                    span: self.span(reference.span),
                    verbatim: None,
                }),
            }
        }
        let simple = Simple { words, span: self.span(expression.span()), ..Simple::default() };
        body.pipelines.push(Pipeline { stages: vec![Stage::Simple(simple)], maybe: false });
    }

    /// `export A=b` assigns like `A=b`, and keeps the words for the catalogue.
    fn declaration(&self, decl: &ast::DeclClause, redirects: Vec<Redirect>, span: Span) -> Simple {
        let name = Raw::text(decl.variant.as_str().to_owned(), false, self.span(decl.variant_span));
        let mut simple =
            Simple { assignments: self.assignments(&decl.assignments), words: vec![name], redirects, span };
        for operand in &decl.operands {
            match operand {
                ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => simple.words.push(self.word(word)),
                ast::DeclOperand::Name(name) => {
                    simple.words.push(Raw::text(name.name.as_str().to_owned(), false, self.span(name.span)));
                }
                ast::DeclOperand::Assignment(assignment) => {
                    simple.assignments.extend(self.assignments(std::slice::from_ref(assignment)));
                }
            }
        }
        simple
    }

    /// `exit`, `return` and their kin, with their words.
    fn builtin(&self, builtin: &ast::BuiltinCommand, redirects: Vec<Redirect>, span: Span) -> Simple {
        let (name, code, rest, assignments) = match builtin {
            ast::BuiltinCommand::Break(c) => ("break", &c.depth, &c.extra_args, &c.assignments),
            ast::BuiltinCommand::Continue(c) => ("continue", &c.depth, &c.extra_args, &c.assignments),
            ast::BuiltinCommand::Return(c) => ("return", &c.code, &c.extra_args, &c.assignments),
            ast::BuiltinCommand::Exit(c) => ("exit", &c.code, &c.extra_args, &c.assignments),
        };
        let words = code.iter().chain(rest).map(|word| self.word(word));
        let words = std::iter::once(Raw::text(name.to_owned(), false, span)).chain(words).collect();
        Simple { assignments: self.assignments(assignments), words, redirects, span }
    }

    fn slice(&self, span: ast::Span) -> &str {
        self.text.get(span.start.offset()..span.end.offset()).unwrap_or_default()
    }

    fn assignments(&self, assignments: &[ast::Assignment]) -> Vec<Assignment> {
        let one = |a: &ast::Assignment| {
            let span = self.span(a.span);
            let mut elements = None;
            let mut value = match &a.value {
                ast::AssignmentValue::Scalar(word) => self.word(word),
                ast::AssignmentValue::Compound(array) => {
                    let list: Vec<Element> = array.elements.iter().map(|element| self.element(element)).collect();
                    let pieces = list.iter().flat_map(|one| one.word.pieces.clone()).chain([Piece::Unknown]).collect();
                    elements = Some(list);
                    Raw { pieces, span, verbatim: None }
                }
            };
            let mut key = None;
            if let Some(subscript) = &a.target.subscript {
                key = Some(self.slice(subscript.span()).trim_matches(['"', '\'']).to_owned());
                // One element of an array: its value is not followed, but what runs in it and in its subscript is.
                value.pieces.push(self.rest(subscript.span()));
                value.pieces.push(Piece::Unknown);
            }
            Assignment { name: a.target.name.as_str().to_owned(), key, value, elements, append: a.append }
        };
        assignments.iter().map(one).collect()
    }

    /// An element of an array, with its place if it is given one: `[PLACE]=VALUE`.
    fn element(&self, element: &ast::ArrayElem) -> Element {
        let mut word = self.word(&element.value().word);
        let key = match element {
            ast::ArrayElem::Sequential(_) => None,
            ast::ArrayElem::Keyed { key, .. } => Some(key),
            // Behind what is there already.
            ast::ArrayElem::KeyedAppend { key, .. } => {
                word.pieces.push(Piece::Unknown);
                word.verbatim = None;
                Some(key)
            }
        };
        let place = key.map(|key| {
            let (text, span) = (self.slice(key.span()), self.span(key.span()));
            // Arithmetic expands what stands in single quotes too.
            match text.contains(['$', '`']) {
                true => Raw { pieces: vec![self.rest(key.span())], span, verbatim: None },
                false => Raw::text(text.replace(['"', '\''], ""), true, span),
            }
        });
        Element { place, word }
    }

    fn redirect(&self, redirect: &ast::Redirect) -> Redirect {
        let kind = match redirect.kind {
            ast::RedirectKind::Output | ast::RedirectKind::Clobber | ast::RedirectKind::OutputBoth => {
                RedirectKind::Write
            }
            ast::RedirectKind::Append => RedirectKind::Append,
            ast::RedirectKind::Input => RedirectKind::Read,
            ast::RedirectKind::ReadWrite => RedirectKind::Both,
            ast::RedirectKind::HereDoc | ast::RedirectKind::HereDocStrip | ast::RedirectKind::HereString => {
                RedirectKind::Here
            }
            ast::RedirectKind::DupOutput | ast::RedirectKind::DupInput => RedirectKind::Duplicate,
        };
        let target = match &redirect.target {
            ast::RedirectTarget::Word(word) => self.word(word),
            ast::RedirectTarget::Heredoc(heredoc) => self.heredoc(&heredoc.body),
        };
        Redirect { kind, target, fd: redirect.fd, span: self.span(redirect.span) }
    }

    fn heredoc(&self, body: &ast::HeredocBody) -> Raw {
        let span = self.span(body.span);
        let mut pieces = Vec::with_capacity(body.parts.len());
        for (part, at) in body.parts_with_spans() {
            pieces.push(match part {
                ast::HeredocBodyPart::Literal(text) => {
                    Piece::Text { text: text.as_str(self.text, at).to_owned(), quoted: true }
                }
                ast::HeredocBodyPart::Variable(name) => variable(name, Change::Keep, true),
                ast::HeredocBodyPart::CommandSubstitution { body, .. } => {
                    Piece::Output { body: self.script(body), quoted: true }
                }
                ast::HeredocBodyPart::Parameter(parameter) => self.parameter(parameter, true),
                ast::HeredocBodyPart::ArithmeticExpansion { .. } => Piece::Unknown,
            });
        }
        let literal = matches!(body.parts.as_slice(), [part] if matches!(&part.kind, ast::HeredocBodyPart::Literal(text) if text.is_source_backed()));
        Raw { pieces, span, verbatim: literal.then_some(span) }
    }

    fn word(&self, word: &ast::Word) -> Raw {
        let mut pieces = Vec::with_capacity(word.parts.len());
        self.pieces(&word.parts, false, &mut pieces);
        Raw { pieces, span: self.span(word.span), verbatim: self.verbatim(word) }
    }

    /// The content's span, where the word is one quoted or bare stretch of source.
    fn verbatim(&self, word: &ast::Word) -> Option<Span> {
        let [part] = word.parts.as_slice() else { return None };
        match &part.kind {
            ast::WordPart::SingleQuoted { value, dollar: false } => Some(self.span(value.span())),
            ast::WordPart::DoubleQuoted { parts, dollar: false } => match parts.as_slice() {
                [inner] => match &inner.kind {
                    ast::WordPart::Literal(ast::LiteralText::Source) => Some(self.span(inner.span)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn pieces(&self, parts: &[ast::WordPartNode], quoted: bool, to: &mut Vec<Piece>) {
        for part in parts {
            match &part.kind {
                ast::WordPart::Literal(text) if quoted => {
                    to.push(Piece::Text { text: text.as_str(self.text, part.span).to_owned(), quoted });
                }
                ast::WordPart::Literal(text) if matches!(text, ast::LiteralText::Source) => {
                    unescape(text.as_str(self.text, part.span), to);
                }
                // The parser has taken the escapes away already; which characters they stood before is lost.
                ast::WordPart::Literal(text) => {
                    to.push(Piece::Text { text: text.as_str(self.text, part.span).to_owned(), quoted: false });
                }
                ast::WordPart::SingleQuoted { value, dollar } => {
                    let text = value.slice(self.text);
                    // Within braces the parser leaves the escapes of `$'…'` where they stand.
                    let raw = self.slice(part.span).strip_prefix("$'").and_then(|rest| rest.strip_suffix('\''));
                    let text = match raw {
                        Some(raw) if *dollar && raw == text => quotes::escaped(text),
                        _ => text.to_owned(),
                    };
                    to.push(Piece::Text { text, quoted: true });
                }
                ast::WordPart::DoubleQuoted { parts, .. } => {
                    if parts.is_empty() {
                        to.push(Piece::Text { text: String::new(), quoted: true });
                    }
                    self.pieces(parts, true, to);
                }
                ast::WordPart::Variable(name) => to.push(variable(name, Change::Keep, quoted)),
                ast::WordPart::Parameter(parameter) => to.push(self.parameter(parameter, quoted)),
                ast::WordPart::ParameterExpansion { reference, operator, operand_word_ast, .. } => {
                    to.push(self.operation(reference, operator, operand_word_ast.as_deref(), part.span, quoted));
                }
                ast::WordPart::CommandSubstitution { body, .. } => {
                    to.push(Piece::Output { body: self.script(body), quoted });
                }
                ast::WordPart::ProcessSubstitution { body, is_input } => {
                    to.push(Piece::Stream { body: self.script(body), read: *is_input });
                }
                ast::WordPart::ArithmeticExpansion { expression_word_ast, .. } => {
                    self.pieces(&expression_word_ast.parts, true, to);
                    to.push(Piece::Unknown);
                }
                ast::WordPart::ArrayAccess(reference) => to.push(self.reference(reference, Change::Keep, quoted)),
                ast::WordPart::Substring { reference, offset, length, .. } => {
                    to.push(self.cut_out(reference, offset, length.as_deref(), part.span, quoted));
                }
                ast::WordPart::IndirectExpansion { reference, operator: None, .. } => {
                    to.push(self.reference(reference, Change::Indirect, quoted));
                }
                ast::WordPart::Transformation { reference, operator } => {
                    to.push(self.transformed(reference, *operator, quoted));
                }
                ast::WordPart::ZshQualifiedGlob(_)
                | ast::WordPart::Length(_)
                | ast::WordPart::ArrayLength(_)
                | ast::WordPart::ArrayIndices(_)
                | ast::WordPart::ArraySlice { .. }
                | ast::WordPart::IndirectExpansion { .. }
                | ast::WordPart::PrefixMatch { .. } => to.push(self.rest(part.span)),
            }
        }
    }

    fn parameter(&self, parameter: &ast::ParameterExpansion, quoted: bool) -> Piece {
        use ast::BourneParameterExpansion as Bourne;
        match parameter.bourne() {
            Some(Bourne::Access { reference }) => self.reference(reference, Change::Keep, quoted),
            Some(Bourne::Operation { reference, operator, operand_word_ast, .. }) => {
                self.operation(reference, operator, operand_word_ast.as_deref(), parameter.span, quoted)
            }
            Some(Bourne::Slice { reference, offset, length, .. }) => {
                self.cut_out(reference, offset, length.as_ref(), parameter.span, quoted)
            }
            Some(Bourne::Indirect { reference, operator: None, .. }) => {
                self.reference(reference, Change::Indirect, quoted)
            }
            Some(Bourne::Transformation { reference, operator }) => self.transformed(reference, *operator, quoted),
            _ => self.rest(parameter.span),
        }
    }

    fn operation(
        &self,
        reference: &ast::VarRef,
        operator: &ast::ParameterOp,
        operand: Option<&ast::Word>,
        span: ast::Span,
        quoted: bool,
    ) -> Piece {
        match self.change(operator, operand) {
            Change::Other if hides_command(self.slice(span)) => self.rest(span),
            change => self.reference(reference, change, quoted),
        }
    }

    fn cut_out(
        &self,
        reference: &ast::VarRef,
        offset: &ast::SourceText,
        length: Option<&ast::SourceText>,
        span: ast::Span,
        quoted: bool,
    ) -> Piece {
        let number = |text: &ast::SourceText| text.slice(self.text).trim().parse::<i64>().ok();
        match (number(offset), length.map(number)) {
            (Some(from), None) => self.reference(reference, Change::Slice { from, length: None }, quoted),
            (Some(from), Some(Some(length))) => {
                self.reference(reference, Change::Slice { from, length: Some(length) }, quoted)
            }
            _ => self.rest(span),
        }
    }

    fn transformed(&self, reference: &ast::VarRef, operator: char, quoted: bool) -> Piece {
        let change = match operator {
            'L' => Change::Case { upper: false, all: true },
            'U' => Change::Case { upper: true, all: true },
            'u' => Change::Case { upper: true, all: false },
            'P' => Change::Prompt,
            _ => Change::Other,
        };
        self.reference(reference, change, quoted)
    }

    fn reference(&self, reference: &ast::VarRef, change: Change, quoted: bool) -> Piece {
        let Some(subscript) = &reference.subscript else { return variable(&reference.name, change, quoted) };
        let index = subscript.text.slice(self.text).trim();
        match (change, index) {
            (Change::Keep, "@") => variable(&reference.name, Change::Elements, quoted),
            (Change::Keep, "*") => variable(&reference.name, Change::Joined, quoted),
            (Change::Keep, index) => match index.parse() {
                Ok(index) => variable(&reference.name, Change::Element(index), quoted),
                Err(_) => self.rest(reference.span),
            },
            _ => self.rest(reference.span),
        }
    }

    /// What we do not model. A command may be buried in it.
    fn rest(&self, span: ast::Span) -> Piece {
        let text = self.slice(span);
        if !hides_command(text) {
            return Piece::Unknown;
        }
        let script = plain_output(text).and_then(|text| parse(text, Origin::Within(self.span(span))).ok());
        script.map_or(Piece::Buried, |body| Piece::Output { body, quoted: true })
    }

    fn change(&self, operator: &ast::ParameterOp, operand: Option<&ast::Word>) -> Change {
        let operand = || operand.map(|word| self.word(word).pieces).unwrap_or_default();
        let cut = |pattern: &ast::Pattern, end, longest| match self.pattern(pattern) {
            Some(pattern) => Change::Cut { pattern, end, longest },
            None => Change::Other,
        };
        let replace = |pattern: &ast::Pattern, with: &ast::Word, all| match self.pattern(pattern) {
            Some(pattern) => Change::Replace { pattern, with: self.word(with).pieces, all },
            None => Change::Other,
        };
        match operator {
            ast::ParameterOp::UseDefault | ast::ParameterOp::AssignDefault => Change::Default(operand()),
            ast::ParameterOp::UseReplacement => Change::Instead(operand()),
            ast::ParameterOp::LowerAll => Change::Case { upper: false, all: true },
            ast::ParameterOp::LowerFirst => Change::Case { upper: false, all: false },
            ast::ParameterOp::UpperAll => Change::Case { upper: true, all: true },
            ast::ParameterOp::UpperFirst => Change::Case { upper: true, all: false },
            ast::ParameterOp::RemovePrefixShort { pattern } => cut(pattern, false, false),
            ast::ParameterOp::RemovePrefixLong { pattern } => cut(pattern, false, true),
            ast::ParameterOp::RemoveSuffixShort { pattern } => cut(pattern, true, false),
            ast::ParameterOp::RemoveSuffixLong { pattern } => cut(pattern, true, true),
            ast::ParameterOp::ReplaceFirst { pattern, replacement_word_ast, .. } => {
                replace(pattern, replacement_word_ast, false)
            }
            ast::ParameterOp::ReplaceAll { pattern, replacement_word_ast, .. } => {
                replace(pattern, replacement_word_ast, true)
            }
            // The value itself, or the end of the shell.
            ast::ParameterOp::Error => Change::Keep,
        }
    }

    /// A pattern that says all it matches: no variable and no class of characters in it.
    fn pattern(&self, pattern: &ast::Pattern) -> Option<String> {
        let text = self.slice(pattern.span);
        let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        (!plain.contains(['$', '`', '[', '('])).then_some(plain)
    }
}

/// An assignment without a command has an empty word in its place.
fn is_nothing(word: &Raw) -> bool {
    word.pieces.iter().all(|piece| matches!(piece, Piece::Text { text, quoted: false } if text.is_empty()))
}

fn variable(name: &ast::Name, change: Change, quoted: bool) -> Piece {
    Piece::Variable { name: name.as_str().to_owned(), change, quoted }
}

/// Whether a command may stand in a text that is not modelled.
pub(super) fn hides_command(text: &str) -> bool {
    text.contains("$(") || text.contains('`')
}

/// The command of `${(f)$(git tag)}`, which zsh splits and does nothing else with (zshexpn(1), "Parameter Expansion Flags"), and of
/// `${days[$(date +%w)]}` or `days[$(date +%w)]=x`.
fn plain_output(text: &str) -> Option<&str> {
    let (before, rest) = text.split_once("$(")?;
    let flags = before.trim_end_matches('"').strip_prefix("${(").and_then(|rest| rest.strip_suffix(')'));
    let splits = flags.is_some_and(|flags| !flags.is_empty() && flags.chars().all(|c| "@fFjs:,o0OUin/. ".contains(c)));
    let day = before.ends_with('[') && rest.starts_with("date +");
    let (script, behind) = rest.split_once(')')?;
    let plain = !script.contains(['$', '`', '(', '"', '\\']) && behind.chars().all(|c| matches!(c, '}' | ']' | '"'));
    // Any other command's output is arithmetic, which may run a command too.
    let day = day || before.is_empty() && behind.is_empty() && rest.starts_with("date +");
    (plain && (splits || day)).then_some(script)
}

/// Nested constructs. People nest five deep; the tree is walked recursively, so this bounds the stack.
const MAX_DEPTH: usize = 40;

/// Braces of one text times its bytes: from each brace the parser looks to the end of its word for the one that closes it, and counts no step.
/// Documents of some kilobytes stay far below.
const MAX_BRACED: usize = 8 << 20;

/// `${` within each other: where commands stand in them that nothing closes, the parser's time doubles with each.
const MAX_PARAMETERS: usize = 8;

/// Steps of the parser for one text: a line of 16 KiB takes fewer.
const MAX_STEPS: usize = 100_000;
