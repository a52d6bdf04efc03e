//! A shell script as this room sees it: lists of pipelines of simple commands, with words that may or may not be known.
//!
//! Both readers, the foreign parser behind [`super::parse`] and the tolerant lexer of [`super::lex`], give this tree; nothing beyond them knows
//! where it came from. Control flow is flattened: what stands in an `if`, a loop or a function body is taken as if it ran.

use crate::model::Span;

/// Commands in the order in which they would run.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    /// Pipelines, whatever `;`, `&&`, `||`, `&` or a newline stood between them.
    pub(super) pipelines: Vec<Pipeline>,
}

/// Stages joined by `|`; each reads what the one before it writes.
#[derive(Debug, Clone, Default)]
pub(super) struct Pipeline {
    /// At least one, in order.
    pub(super) stages: Vec<Stage>,
    /// Whether it may not run, or runs in a shell of its own: behind `&&` or `||`, before `&`.
    pub(super) maybe: bool,
}

/// One stage of a pipeline.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// A command with its arguments.
    Simple(Simple),
    /// `( … )`, `{ … }`, a loop, a condition.
    Group(Group),
    /// The definition of a function; its body runs later, and is judged now.
    Function(Function),
}

/// A command with its arguments, as written.
#[derive(Debug, Clone, Default)]
pub(super) struct Simple {
    /// `NAME=value` before the command word, or alone.
    pub(super) assignments: Vec<Assignment>,
    /// The command word and its arguments, before expansion.
    pub(super) words: Vec<Raw>,
    /// Redirections, in order.
    pub(super) redirects: Vec<Redirect>,
    /// All of it.
    pub(super) span: Span,
}

/// Several commands that share redirections.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// What runs.
    pub(super) body: Script,
    /// The variable of a `for` loop and what it goes through.
    pub(super) each: Option<(String, Vec<Raw>)>,
    /// Redirections of the whole.
    pub(super) redirects: Vec<Redirect>,
    /// All of it.
    pub(super) span: Span,
}

/// `name() { body; }`
#[derive(Debug, Clone)]
pub(super) struct Function {
    /// Its name, if it is static.
    pub(super) name: Option<String>,
    /// What it would run.
    pub(super) body: Script,
    /// Its definition as written, for whoever remembers it.
    pub(super) source: String,
    /// All of it.
    pub(super) span: Span,
}

/// `NAME=value`
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    /// The variable.
    pub(super) name: String,
    /// What stands between the brackets of `NAME[KEY]=value`, without quotes.
    pub(super) key: Option<String>,
    /// Its value before expansion; of an array all its words.
    pub(super) value: Raw,
    /// The elements, if it is an array.
    pub(super) elements: Option<Vec<Element>>,
    /// Whether the value is put behind the old one (`+=`).
    pub(super) append: bool,
}

/// `VALUE` or `[PLACE]=VALUE` among the elements of an array.
#[derive(Debug, Clone)]
pub(super) struct Element {
    /// What stands between its brackets.
    pub(super) place: Option<Raw>,
    /// Its value.
    pub(super) word: Raw,
}

/// A word before expansion.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    /// Its parts, in order.
    pub(super) pieces: Vec<Piece>,
    /// Where it stands.
    pub(super) span: Span,
    /// Where its content stands if the text of the word is the source, byte for byte, between a pair of quotes or bare.
    pub(super) verbatim: Option<Span>,
}

/// A part of a word.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Text after its quotes and escapes are taken away.
    Text {
        /// The text.
        text: String,
        /// Whether it stood in quotes or behind a backslash, so that braces and globs in it mean nothing.
        quoted: bool,
    },
    /// `$name`
    Variable {
        /// Its name.
        name: String,
        /// What happens to its value.
        change: Change,
        /// Whether it stood in double quotes, so that its value is not split into words.
        quoted: bool,
    },
    /// `$( … )`
    Output {
        /// What runs.
        body: Script,
        /// Whether it stood in double quotes.
        quoted: bool,
    },
    /// `<( … )` or `>( … )`
    Stream {
        /// What runs.
        body: Script,
        /// Whether it is read from, `<( … )`, or written to.
        read: bool,
    },
    /// Anything that we do not model.
    Unknown,
    /// The same, with a command substitution somewhere in it.
    Buried,
}

/// What `${name…}` does to the value.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Nothing.
    Keep,
    /// `:-` and its kin: this, if there is no value.
    Default(Vec<Piece>),
    /// `:+`: this, if there is a value.
    Instead(Vec<Piece>),
    /// `,`, `,,`, `^`, `^^`, `@L`, `@U`
    Case {
        /// Which way.
        upper: bool,
        /// All characters, or the first.
        all: bool,
    },
    /// `:from:length`
    Slice {
        /// Characters that are left out; from the end if negative.
        from: i64,
        /// Characters that are taken; up to so many before the end if negative.
        length: Option<i64>,
    },
    /// `#`, `##`, `%`, `%%`
    Cut {
        /// A glob.
        pattern: String,
        /// Whether it is cut off the end.
        end: bool,
        /// Whether as much as possible is cut off.
        longest: bool,
    },
    /// `/`, `//`
    Replace {
        /// A glob.
        pattern: String,
        /// What takes its place.
        with: Vec<Piece>,
        /// Every occurrence, or the first.
        all: bool,
    },
    /// `${!name}`
    Indirect,
    /// `@P`: expanded as a prompt is, with the commands in it
    Prompt,
    /// `${name[3]}`
    Element(usize),
    /// `${name[@]}`
    Elements,
    /// `${name[*]}`
    Joined,
    /// Anything else.
    Other,
}

/// A redirection.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    /// What it does.
    pub(super) kind: RedirectKind,
    /// The file, or the body of a heredoc or here-string.
    pub(super) target: Raw,
    /// The file descriptor, if one is written.
    pub(super) fd: Option<i32>,
    /// All of it.
    pub(super) span: Span,
}

/// What a redirection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// `<`
    Read,
    /// `>`, `>|`, `&>`
    Write,
    /// `>>`
    Append,
    /// `<>`
    Both,
    /// `<<`, `<<<`: the target is the text itself.
    Here,
    /// `>&`, `<&`
    Duplicate,
}

impl Raw {
    /// A word of plain text.
    pub(super) fn text(text: String, quoted: bool, span: Span) -> Self {
        Self { pieces: vec![Piece::Text { text, quoted }], span, verbatim: None }
    }
}
