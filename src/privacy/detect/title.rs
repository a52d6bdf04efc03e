//! What a name such as `customer_first_name`, `dbPassword` or `Date of Birth` promises: its words are looked up.

use super::key::Promise;
use super::rules::{KeyRule, Rules, ValueShape};
use crate::model::DataKind;

/// What a name such as `customer_first_name`, `dbPassword` or `Date of Birth` promises.
pub(super) fn classify(rules: &Rules, name: &[u8]) -> Option<Promise> {
    verdict(rules, name).promise()
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing that is known.
    Unknown,
    /// That it is about something else: `public key`, `password_min_length`.
    Other,
    /// That such a value is under it.
    Promises(Promise),
}

impl Verdict {
    /// What it promises, if anything.
    pub(super) fn promise(self) -> Option<Promise> {
        match self {
            Self::Promises(promise) => Some(promise),
            Self::Unknown | Self::Other => None,
        }
    }
}

/// What a name promises, and whether it says that it does not.
pub(super) fn verdict(rules: &Rules, name: &[u8]) -> Verdict {
    if name.is_empty() {
        return Verdict::Unknown;
    }
    let mut words = Words::of(name);
    if words.count >= HUMPS && words.letters() < words.count * 3 && !name.contains(&b'_') && !name.contains(&b' ') {
        // Humps of base64.
        return Verdict::Unknown;
    }
    if name.contains(&b' ') && words.count > 1 && matches!(words.at(words.count - 1), b"is" | b"ist" | b"est" | b"es") {
        // `your new secret key is: x`
        words.count -= 1;
    }
    for i in (0..words.count).rev() {
        let Some((index, before)) = named(rules, &words, i) else { continue };
        let Some(rule) = rules.keys.get(index) else { continue };
        if rule.value == ValueShape::Never && i > 0 {
            // `secret_data`: such a word says something only alone.
            continue;
        }
        if rule.value == ValueShape::Address && !(i + 1..words.count).all(|i| is_of_address(words.at(i))) {
            // `AddressSanitizer`, `address_family`
            return Verdict::Other;
        }
        let of_thing = rule.value == ValueShape::MaybeName
            && words.at(i) == b"name"
            && i.checked_sub(1).is_some_and(|i| THINGS.contains(&words.at(i)));
        let promise = promise(index, rule);
        let secret = promise.is_secret();
        let mut behind = (i + 1..words.count).map(|i| words.at(i));
        let about = behind.any(|word| rules.about.contains(word) && !is_neutral(word));
        let named = |word: &[u8]| {
            let thing = rule.kind == DataKind::Password && rules.things.contains(word);
            rules.harmless.contains(word) && !thing
        };
        let harmless = secret && before == 0 && i.checked_sub(1).is_some_and(|i| named(words.at(i)));
        // `with_phone`, `has_ssn`: how many, or whether.
        let counted =
            matches!(promise.shape, ValueShape::Phone | ValueShape::Id | ValueShape::Card | ValueShape::Email)
                && i.checked_sub(1 + before).is_some_and(|i| {
                    matches!(
                        words.at(i),
                        b"with" | b"without" | b"has" | b"num" | b"count" | b"distinct" | b"unique" | b"missing"
                    )
                });
        if about || harmless || of_thing || counted {
            return Verdict::Other;
        }
        // `TOKEN_GITHUB`, but `token_accuracy` and `TokenCleanupJob` too: what the value looks like must decide.
        // `Tokens:` lists their names, or counts them.
        let several = matches!(words.at(i), b"secrets" | b"tokens");
        let plain = matches!(promise.shape, ValueShape::Secret | ValueShape::Token);
        let loose = plain && (i + 1..words.count).any(|i| !is_neutral(words.at(i)));
        let shape = match promise.shape {
            _ if plain && several => ValueShape::Random,
            _ if loose => ValueShape::Drawn,
            shape => shape,
        };
        return Verdict::Promises(Promise { shape, ..promise });
    }
    Verdict::Unknown
}

/// What has names, and is nobody.
const THINGS: &[&[u8]] = &[
    b"application",
    b"app",
    b"host",
    b"server",
    b"service",
    b"file",
    b"table",
    b"database",
    b"db",
    b"schema",
    b"cluster",
    b"node",
    b"pod",
    b"job",
    b"queue",
    b"topic",
    b"bucket",
    b"image",
    b"container",
    b"device",
    b"domain",
    b"zone",
    b"product",
    b"item",
    b"plan",
    b"key",
    b"secret",
    b"column",
    b"index",
    b"role",
    b"group",
    b"policy",
    b"branch",
    b"repo",
    b"repository",
    b"project",
    b"package",
    b"module",
    b"class",
    b"event",
    b"metric",
    b"resource",
    b"stage",
    b"pipeline",
    b"region",
    b"network",
    b"interface",
    b"volume",
    b"disk",
    b"process",
    b"unit",
    b"slot",
    b"space",
    b"rule",
    b"common",
    b"model",
    b"task",
    b"step",
    b"test",
    b"tag",
    b"label",
    b"type",
    b"field",
    b"parameter",
    b"variable",
    b"option",
    b"command",
    b"profile",
    b"instance",
    b"deployment",
    b"namespace",
    b"release",
    b"chart",
    b"workflow",
    b"function",
    b"method",
    b"object",
    b"view",
    b"trigger",
    b"sequence",
    b"constraint",
    b"login",
    b"driver",
    b"vendor",
    b"rel",
    b"brand",
    b"menu",
    b"theme",
    b"plugin",
    b"city",
    b"country",
    b"street",
    b"state",
];

fn promise(index: usize, rule: &KeyRule) -> Promise {
    Promise { rule: u16::try_from(index).unwrap_or(0), kind: rule.kind, shape: rule.value }
}

/// The rule that has a name ending at a word, and how many words of the name are before it.
fn named(rules: &Rules, words: &Words, i: usize) -> Option<(usize, usize)> {
    let word = words.at(i);
    let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let plain = word.get(..word.len() - digits).unwrap_or_default();
    let singular = plain.strip_suffix(b"s").unwrap_or(plain);
    let unnumbered = NUMBERS.iter().find_map(|end| plain.strip_suffix(*end)).filter(|rest| rest.len() > 2);
    let spellings =
        [Some(word), Some(plain).filter(|plain| *plain != word), Some(singular).filter(|one| *one != plain)];
    for spelling in spellings.into_iter().chain([unnumbered]).flatten() {
        let Some(names) = rules.names.get(spelling) else { continue };
        let fitting = names.iter().find(|name| {
            let from = i.checked_sub(name.before.len());
            from.is_some_and(|from| (from..i).zip(&name.before).all(|(i, own)| words.at(i) == &**own))
        });
        if let Some(name) = fitting {
            return Some((name.rule, name.before.len()));
        }
    }
    if !rules.stem_endings.may_end(plain) {
        return None;
    }
    let stem = rules.stems.iter().find(|(stem, _)| plain.len() > stem.len() && plain.ends_with(stem.as_bytes()));
    stem.map(|(_, rule)| (*rule, 0))
}

/// What stands behind a name that is a number's.
const NUMBERS: [&[u8]; 5] = [b"number", b"num", b"nummer", b"nr", b"no"];

/// Behind `address` or `street` these say which.
fn is_of_address(word: &[u8]) -> bool {
    is_neutral(word)
        || matches!(
            word,
            b"line"
                | b"lines"
                | b"home"
                | b"work"
                | b"street"
                | b"full"
                | b"name"
                | b"billing"
                | b"shipping"
                | b"mailing"
                | b"postal"
                | b"local"
                | b"en"
                | b"str"
                | b"txt"
                | b"raw"
                | b"details"
                | b"info"
                | b"permanent"
                | b"residential"
                | b"city"
                | b"is"
                | b"changed"
                | b"updated"
                | b"neu"
        )
        || ["geändert", "aktualisiert"].iter().any(|own| own.as_bytes() == word)
        || matches!(word, b"1" | b"2")
}

/// Behind the name proper these only number or place it.
fn is_neutral(word: &[u8]) -> bool {
    matches!(
        word,
        b"value"
            | b"plain"
            | b"data"
            | b"string"
            | b"text"
            | b"b64"
            | b"base64"
            | b"number"
            | b"no"
            | b"num"
            | b"nr"
            | b"current"
            | b"new"
            | b"old"
            | b"confirm"
            | b"confirmation"
            | b"primary"
            | b"secondary"
            | b"prod"
            | b"dev"
            | b"production"
            | b"staging"
            | b"stage"
            | b"test"
            | b"live"
            | b"root"
            | b"admin"
            | b"user"
            | b"master"
            | b"main"
            | b"default"
            | b"raw"
            | b"plaintext"
            | b"cleartext"
            | b"decrypted"
            | b"hex"
            | b"str"
            | b"temp"
            | b"temporary"
            | b"override"
            | b"a"
            | b"b"
    ) || word.iter().all(u8::is_ascii_digit)
}

/// The words of an identifier or a label, in lower case.
struct Words {
    /// They one behind the other: here if they fit and are ASCII, as nearly all do, or in `more`.
    room: [u8; ROOM],
    more: Vec<u8>,
    /// Where each ends.
    ends: [u16; WORDS_MAX],
    count: usize,
}

impl Words {
    fn of(name: &[u8]) -> Self {
        let mut it = Self { room: [0; ROOM], more: Vec::new(), ends: [0; WORDS_MAX], count: 0 };
        if name.len() <= ROOM && name.is_ascii() {
            it.read_ascii(name);
        } else {
            it.read(&String::from_utf8_lossy(name));
        }
        let one = |i: usize| std::str::from_utf8(it.at(i)).is_ok_and(|word| word.chars().count() == 1);
        if it.count > 1 && name.contains(&b'.') && (0..it.count).all(one) {
            // `D.O.B.`, `S.S.N.`
            let letters = it.letters();
            it.count = 0;
            it.ends = [0; WORDS_MAX];
            it.end(letters);
        }
        it
    }

    fn at(&self, i: usize) -> &[u8] {
        let end = |i: usize| self.ends.get(i).map_or(0, |end| usize::from(*end));
        let start = i.checked_sub(1).map_or(0, end);
        let text = if self.more.is_empty() { self.room.as_slice() } else { self.more.as_slice() };
        text.get(start..end(i)).unwrap_or_default()
    }

    /// How long they are together, in bytes.
    fn letters(&self) -> usize {
        self.count.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |end| usize::from(*end))
    }

    fn read_ascii(&mut self, name: &[u8]) {
        let mut len = 0;
        let mut before = b' ';
        for (i, b) in name.iter().enumerate() {
            if !b.is_ascii_alphanumeric() {
                self.end(len);
            } else {
                let next_small = || name.get(i + 1).is_some_and(u8::is_ascii_lowercase);
                if b.is_ascii_uppercase()
                    && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_small())
                {
                    self.end(len);
                }
                if let Some(to) = self.room.get_mut(len) {
                    *to = b.to_ascii_lowercase();
                }
                len += 1;
            }
            before = *b;
        }
        self.end(len);
    }

    fn read(&mut self, name: &str) {
        let mut before = ' ';
        let mut letters = name.chars().peekable();
        while let Some(c) = letters.next() {
            if !c.is_alphanumeric() {
                self.end(self.more.len());
            } else {
                let next_small = letters.peek().is_some_and(|next| next.is_lowercase());
                if c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next_small) {
                    self.end(self.more.len());
                }
                c.to_lowercase().for_each(|c| self.more.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            before = c;
        }
        self.end(self.more.len());
    }

    /// A word ends here, if one is open.
    fn end(&mut self, at: usize) {
        if at > self.letters()
            && let (Some(end), Ok(at)) = (self.ends.get_mut(self.count), u16::try_from(at))
        {
            *end = at;
            self.count += 1;
        }
    }
}

/// So many humps with hardly any letters are no name.
const HUMPS: usize = 4;

/// No name has more words.
const WORDS_MAX: usize = 12;

/// More than nearly any name that is written in ASCII has letters.
const ROOM: usize = 64;
