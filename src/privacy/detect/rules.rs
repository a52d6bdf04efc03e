//! The rules as they are written, checked, and made ready: one table of literals that point at what they may begin.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::NFA;
use serde::Deserialize;

use super::check::{self, Check};
use super::entry::File;
use super::heads::Heads;
use super::literals::Matcher;
use super::quick::{Endings, Set, Table};
use super::roles::Roles;
use super::shape::{Shape, Trie};
use crate::model::DataKind;

/// The rules of this build, and those of the site.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(super) literals: Matcher,
    /// What each literal stands for.
    pub(super) uses: Vec<Uses>,
    pub(super) numbers: Vec<NumberRule>,
    pub(super) trie: Trie,
    pub(super) codes: Vec<CodeRule>,
    /// What the codes may begin with.
    pub(super) code_heads: Heads,
    pub(super) tokens: Vec<TokenRule>,
    pub(super) keys: Vec<KeyRule>,
    /// The last word of a key's name → the names that end in it.
    pub(super) names: Table<Box<[u8]>, Vec<KeyName>>,
    /// Ends of words that are keys by themselves, the longest first.
    pub(super) stems: Vec<(String, usize)>,
    pub(super) stem_endings: Endings,
    pub(super) about: Set<Box<[u8]>>,
    pub(super) harmless: Set<Box<[u8]>>,
    pub(super) things: Set<Box<[u8]>>,
    pub(super) placeholders: Set<String>,
    /// The longest of them, in bytes.
    pub(super) placeholder_max: usize,
    pub(super) card: Near,
}

/// A set of rules that ask for a word nearby: one bit each.
pub(super) type Near = u128;

/// What a literal stands for.
#[derive(Debug, Clone, Default)]
pub(super) struct Uses {
    /// The rules that it is a word of.
    pub(super) near: Near,
    /// The tokens that begin with it, and as it is spelled.
    pub(super) tokens: Vec<(usize, Vec<u8>)>,
    /// Whether a key's name is recognised by it.
    pub(super) key: bool,
    /// Whether one of these keys has anything else than a name of two words or more behind it.
    pub(super) broad: bool,
    /// Whether it may be the end of a longer word.
    pub(super) stem: bool,
    /// Whether one of its tokens may begin within a word.
    pub(super) free: bool,
    /// Whether one of its tokens counts in another spelling too.
    pub(super) folds: bool,
    /// Whether it tells a line that is looked at more closely; see [`MARKS`].
    pub(super) mark: bool,
    /// What it says by itself.
    pub(super) roles: Roles,
}

#[derive(Debug)]
pub(super) struct NumberRule {
    pub(super) kind: DataKind,
    pub(super) check: Option<Check>,
    /// The bit of its words.
    pub(super) bit: Near,
    /// The digits that it may begin with; empty: any.
    pub(super) begins: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct CodeRule {
    pub(super) kind: DataKind,
    pub(super) regex: Regex,
    pub(super) check: Option<Check>,
    /// How many capitals it begins with; `None`: any number.
    pub(super) letters: Option<usize>,
    /// The bit of its words, if it needs one.
    pub(super) bit: Option<Near>,
    /// Whether a shorter match may pass the check that the longest does not.
    pub(super) shrink: bool,
}

#[derive(Debug)]
pub(super) struct TokenRule {
    pub(super) kind: DataKind,
    pub(super) regex: Regex,
    pub(super) check: TokenCheck,
    /// Whether nothing alphanumeric may stand before it.
    pub(super) word: bool,
    /// How many bytes before the literal it begins, at most.
    pub(super) back: usize,
    /// Whether the literal's colon must be the first of its word.
    pub(super) second: bool,
    /// A checksum that is proof by itself: who has it counts also in the middle of a word.
    pub(super) proof: Option<Check>,
    /// What each of its matches has in it: where that does not stand on the line, the expression need not be run over the rest of it.
    pub(super) needs: Option<Finder<'static>>,
}

impl TokenRule {
    /// Whether its literal counts only as it is spelled.
    pub(super) fn is_exact(&self, spelled: &[u8]) -> bool {
        let exact = spelled.iter().any(u8::is_ascii_uppercase) || self.word && self.back == 0;
        exact && !matches!(self.check, TokenCheck::Argument)
    }
}

/// What else the value of a token must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum TokenCheck {
    None,
    Check(Check),
    /// No placeholder.
    Value,
    /// An argument of a program: no option, variable or number.
    Argument,
}

#[derive(Debug)]
pub(super) struct KeyRule {
    pub(super) kind: DataKind,
    pub(super) value: ValueShape,
}

/// A name of a key.
#[derive(Debug)]
pub(super) struct KeyName {
    pub(super) rule: usize,
    /// All its words but the last, in order.
    pub(super) before: Vec<Box<[u8]>>,
}

/// What the value of a key must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ValueShape {
    Secret,
    /// The same where a name speaks of parts of a language and of budgets too: no word and no large number.
    Token,
    /// The same where numbers and names are told by it: an id of a session, but not of a rule or a table.
    Session,
    /// A code that is typed once: short, and not of letters alone.
    Otp,
    Connection,
    /// Base64 of a text.
    Base64,
    /// Characters that look drawn at random, many of them.
    Random,
    /// Characters of several classes: under a name that says more than that a secret is there.
    Drawn,
    /// A UUID that is a secret, or what looks drawn at random.
    Uuid,
    /// Short codes for one use, in groups.
    Code,
    Card,
    Cvv,
    Phone,
    Email,
    Id,
    /// The same where a name has another meaning: only what is valid where such ids are given out (Canada, Singapore).
    CheckedId,
    Date,
    Name,
    /// A name on a line that speaks of a person: with a capital, or of two words.
    PersonName,
    MaybeName,
    SpelledName,
    Address,
    Postcode,
    Never,
}

impl Rules {
    /// Whether a key that this literal tells has anything else than a name of two words or more behind it.
    pub(super) fn is_broad(&self, literal: u16) -> bool {
        self.uses.get(usize::from(literal)).is_none_or(|uses| uses.broad)
    }

    /// The rules of this build alone.
    pub(crate) fn builtin() -> Arc<Self> {
        static BUILTIN: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::compile(None).unwrap_or_default()));
        Arc::clone(&BUILTIN)
    }

    /// The rules of this build and of the site.
    ///
    /// # Errors
    /// The first rule that is wrong, and why.
    pub(super) fn compile(site: Option<File>) -> Result<Self, RuleFault> {
        let mut rules = Self::default();
        let mut file: File = toml::from_str(RULES).map_err(|error| fault("", error.to_string()))?;
        if let Some(site) = site {
            file.number.extend(site.number);
            file.code.extend(site.code);
            file.token.extend(site.token);
            file.key.extend(site.key);
        }
        let mut literals = Literals::default();
        let mut bits = (0..Near::BITS).map(|bit| 1 << bit);
        let mut next_bit = || bits.next().ok_or_else(|| fault("", "too many numbers and codes"));
        for number in file.number {
            let bit = next_bit()?;
            number.words.iter().for_each(|word| literals.word(word, bit));
            if number.engine.as_deref() == Some("card") {
                rules.card = bit;
                continue;
            }
            let index = rules.numbers.len();
            let begins = number.begins.unwrap_or_default().into_bytes();
            for (shapes, near) in [(&number.shapes, false), (&number.near, true)] {
                for shape in shapes {
                    rules.trie.add(Shape::parse(shape, near), index, &begins);
                }
            }
            let check = named_check(&number.id, number.check.as_deref())?;
            rules.numbers.push(NumberRule { kind: kind(&number.id, &number.kind)?, check, bit, begins });
        }
        if file.code.len() > Heads::MAX {
            return Err(fault("", "too many codes"));
        }
        let automata =
            file.code.iter().map(|code| automaton(&code.id, &code.pattern)).collect::<Result<Vec<_>, _>>()?;
        rules.code_heads = Heads::of(automata.iter());
        for code in file.code {
            let bit = next_bit()?;
            code.words.iter().for_each(|word| literals.word(word, bit));
            rules.codes.push(CodeRule {
                kind: kind(&code.id, &code.kind)?,
                regex: regex(&code.id, &code.pattern)?,
                check: named_check(&code.id, code.check.as_deref())?,
                letters: usize::try_from(code.letters).ok(),
                bit: code.near.then_some(bit),
                shrink: code.shrink,
            });
        }
        for token in file.token {
            let index = rules.tokens.len();
            let check = match token.check.as_deref() {
                None => TokenCheck::None,
                Some("value") => TokenCheck::Value,
                Some("argument") => TokenCheck::Argument,
                Some(name) => named_check(&token.id, Some(name))?.map_or(TokenCheck::None, TokenCheck::Check),
            };
            let rule = TokenRule {
                kind: kind(&token.id, &token.kind)?,
                regex: regex(&token.id, &token.pattern)?,
                check,
                word: token.word,
                back: token.back,
                second: token.second,
                proof: named_check(&token.id, token.proof.as_deref())?,
                needs: token.needs.as_deref().map(|needs| Finder::new(needs).into_owned()),
            };
            for start in token.starts.iter().flat_map(|start| expanded(start)) {
                literals.token(&start, index, &rule);
            }
            rules.tokens.push(rule);
        }
        for key in file.key {
            let index = rules.keys.len();
            for name in key.names.iter().flat_map(|name| spellings(name)) {
                let name = &name;
                let (stem, name) = name.strip_prefix('*').map_or((false, name.as_str()), |rest| (true, rest));
                let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
                let trigger = trigger(&words).to_owned();
                let broad = !matches!(key.value, ValueShape::MaybeName | ValueShape::SpelledName);
                literals.key(&trigger, stem, broad);
                let Some(last) = words.pop() else { continue };
                if stem {
                    rules.stem_endings.add(last.as_bytes());
                    rules.stems.push((last.clone(), index));
                }
                let before = words.into_iter().map(boxed).collect();
                rules.names.entry(boxed(last)).or_default().push(KeyName { rule: index, before });
            }
            rules.keys.push(KeyRule { kind: kind(&key.id, &key.kind)?, value: key.value });
        }
        rules.stems.sort_by_key(|(stem, _)| std::cmp::Reverse(stem.len()));
        // The longest name says most about a key.
        rules.names.values_mut().for_each(|names| names.sort_by_key(|name| std::cmp::Reverse(name.before.len())));
        rules.about = file.words.about.into_iter().map(boxed).collect();
        rules.harmless = file.words.harmless.into_iter().map(boxed).collect();
        rules.things = file.words.things.into_iter().map(boxed).collect();
        rules.placeholder_max = file.words.placeholders.iter().map(String::len).max().unwrap_or_default();
        rules.placeholders = file.words.placeholders.into_iter().collect();
        MARKS.iter().for_each(|mark| literals.mark(mark));
        rules.uses = literals.uses;
        rules.note_roles(&literals.texts);
        let built = Matcher::of(&literals.texts, &rules.uses);
        rules.literals = built.map_err(|why| fault("", why))?;
        Ok(rules)
    }
}

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleFault {
    /// Its name; empty: no rule's.
    pub(super) rule: String,
    /// What is wrong with it.
    pub(super) why: String,
}

fn fault(rule: &str, why: impl Into<String>) -> RuleFault {
    RuleFault { rule: rule.to_owned(), why: why.into() }
}

fn boxed(word: String) -> Box<[u8]> {
    word.into_bytes().into()
}

fn kind(id: &str, name: &str) -> Result<DataKind, RuleFault> {
    DataKind::named(name).ok_or_else(|| {
        let all: Vec<_> = DataKind::ALL.iter().map(|kind| kind.as_str()).collect();
        fault(id, format!("'{name}' is no kind of data; write one of {}", all.join(", ")))
    })
}

fn named_check(id: &str, name: Option<&str>) -> Result<Option<Check>, RuleFault> {
    let Some(name) = name else { return Ok(None) };
    check::named(name).map(Some).ok_or_else(|| fault(id, format!("'{name}' is no check")))
}

fn regex(id: &str, pattern: &str) -> Result<Regex, RuleFault> {
    let config = Regex::config().hybrid_cache_capacity(CACHE).nfa_size_limit(Some(1 << 20)).utf8_empty(false);
    let built = Regex::builder().configure(config).syntax(syntax()).build(pattern);
    built.map_err(|error| no_expression(id, &error))
}

/// The automaton of an expression, to see what it may begin with.
fn automaton(id: &str, pattern: &str) -> Result<NFA, RuleFault> {
    NFA::compiler().syntax(syntax()).build(pattern).map_err(|error| no_expression(id, &error))
}

fn syntax() -> regex_automata::util::syntax::Config {
    regex_automata::util::syntax::Config::new().unicode(false).utf8(false)
}

fn no_expression(id: &str, error: &impl std::fmt::Debug) -> RuleFault {
    fault(id, format!("the pattern is no regular expression: {error:?}"))
}

/// A name, and what identifiers make of it: `tax file number` run together, `fodselsnummer` as `fodselsnr`.
fn spellings(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let bare = name.trim_start_matches('*');
    let joined = bare.replace(' ', "");
    if bare.contains(' ') && joined.len() >= 8 {
        all.push(joined);
    }
    let ends = ["nummer", "number", "num", "nr", "no"];
    let base = ends.iter().find_map(|end| bare.strip_suffix(end)).map(str::trim_end).filter(|base| base.len() >= 5);
    if let Some(base) = base {
        all.extend(ends.iter().flat_map(|end| [format!("{base}{end}"), format!("{base} {end}")]));
    }
    all
}

/// `SK{0,1}` is SK0 and SK1; several braces are all their combinations.
fn expanded(text: &str) -> Vec<String> {
    let Some((head, rest)) = text.split_once('{').filter(|(head, _)| !head.is_empty() || text.contains('}')) else {
        return vec![text.to_owned()];
    };
    let Some((inside, tail)) = rest.split_once('}').filter(|(inside, _)| inside.contains(',')) else {
        return vec![text.to_owned()];
    };
    let tails = expanded(tail);
    inside.split(',').flat_map(|one| tails.iter().map(move |tail| format!("{head}{one}{tail}"))).collect()
}

/// The word by which a name of several is recognised: the longest that does not stand in every other name.
fn trigger(words: &[String]) -> &str {
    let dull = |word: &str| {
        matches!(
            word,
            "number"
                | "id"
                | "no"
                | "code"
                | "line"
                | "value"
                | "on"
                | "to"
                | "by"
                | "at"
                | "of"
                | "in"
                | "le"
                | "am"
                | "num"
                | "nr"
        )
    };
    let longest = |dull_too: bool| words.iter().filter(|word| dull_too || !dull(word)).max_by_key(|word| word.len());
    longest(false).or_else(|| longest(true)).map_or("", String::as_str)
}

/// Literals, each once.
#[derive(Default)]
struct Literals {
    texts: Vec<String>,
    uses: Vec<Uses>,
    known: HashMap<String, usize>,
}

impl Literals {
    fn at(&mut self, text: &str) -> Option<&mut Uses> {
        let lower = text.to_ascii_lowercase();
        let index = *self.known.entry(lower.clone()).or_insert_with(|| {
            self.texts.push(lower);
            self.uses.push(Uses::default());
            self.uses.len() - 1
        });
        self.uses.get_mut(index)
    }

    /// A word and the ways in which identifiers spell it.
    fn word(&mut self, word: &str, bit: Near) {
        let spellings = [word.to_owned(), word.replace(' ', "_"), word.replace(' ', "-"), word.replace(' ', "")];
        for spelling in spellings {
            if let Some(uses) = self.at(&spelling) {
                uses.near |= bit;
            }
        }
    }

    fn token(&mut self, start: &str, index: usize, rule: &TokenRule) {
        if let Some(uses) = self.at(start) {
            uses.free |= !rule.word || rule.proof.is_some();
            uses.folds |= !rule.is_exact(start.as_bytes());
            uses.tokens.push((index, start.as_bytes().to_vec()));
        }
    }

    fn mark(&mut self, text: &str) {
        if let Some(uses) = self.at(text) {
            uses.mark = true;
            uses.free = true;
        }
    }

    fn key(&mut self, word: &str, stem: bool, broad: bool) {
        if let Some(uses) = self.at(word) {
            uses.key = true;
            uses.broad |= broad;
            uses.stem |= stem;
        }
    }
}

/// What tells a line that may begin a key block (see `block.rs`) or a table of SQL. All are looked for in one pass with all else.
const MARKS: [&str; 3] = ["begin ", "private-lines: ", "insert into"];

const RULES: &str = include_str!("rules.toml");

/// Per rule; a rule's expression runs from one place on, and is small.
const CACHE: usize = 256 * 1024;

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Rule, and its examples: with values marked, and without any.
    pub(in crate::privacy) fn examples() -> Vec<(String, Vec<String>, Vec<String>)> {
        let file: File = toml::from_str(RULES).unwrap();
        file.examples()
    }

    #[test]
    fn the_rules_of_this_build_are_sound() {
        Rules::compile(None).unwrap();
    }
}
