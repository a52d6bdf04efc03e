//! What earlier lines say about later ones, and the lines that say it.
//!
//! | opened by | closed by |
//! |---|---|
//! | a table's header | another header, a prompt, `(3 rows)`, a blank line after aligned columns |
//! | `-----BEGIN … PRIVATE KEY…` | the END line, or a line that no key has |
//! | `"address": {`, `phones: [` | its closing brace or bracket |
//! | `customer:` in YAML | a line that is not indented further |
//! | `password:` at the end of a line | the next line |
//! | `- name: DB_PASSWORD` | the `value:` below it |

use super::block::{begin_of_block, end_of_block, is_key_line, line_mark};
use super::key::{self, Behind, Promise, classify};
use super::layout::{
    dumped_string, indentation, inner, is_all_names, is_assignment, is_bare_key, is_sql, may_be_header, prompt_end,
    redis_item, unwrapped,
};
use super::pair::{ends_pair, value_of_pair};
use super::printed::{Awaited, is_program, said_to_come};
use super::prose;
use super::rules::{Rules, ValueShape};
use super::speech;
use super::table::{Row, Table};
use super::value::{self, Place, fits};
use super::{Anchor, Hit, Kinds, Tail, Weight};
use crate::model::DataKind;

/// What earlier lines say about later ones. Bounded, cheap to clone; the default is the beginning of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// The line was cut: no value begins at the left edge, and if a value was open there, it goes on.
    pub(super) cut: Option<Cut>,
    pub(super) table: Option<Box<Table>>,
    /// The last line was one name and nothing else: the header of one column, if a rule of dashes follows.
    lone: Option<Promise>,
    /// Lines of an open key block that may still come.
    block: u16,
    pub(super) frames: Vec<Frame>,
    pending: Option<(Promise, usize)>,
    pub(super) pair: Option<(Promise, u8)>,
    /// psql's expanded rows: `key | value`.
    pub(super) record: bool,
    /// A vCard is open (RFC 6350).
    pub(super) vcard: bool,
    /// For so many more lines it is about a person: one of the lines before had personal data.
    person: u8,
    /// A secret may stand alone on one of the next lines: a command or a sentence said that it comes.
    pub(super) awaited: Option<Awaited>,
    /// The last line, if a rule of dashes below it would make it the header of a table.
    above: Option<Box<[u8]>>,
    /// On so many more lines codes for one use may stand in rows.
    codes: u8,
    /// A name and an address come, up to the next field of a payment's message (SWIFT MT, `:59:`).
    pub(super) party: bool,
}

/// Where a long line was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// The value that was open there.
    pub(super) inside: Option<DataKind>,
}

/// Something open that says what the values in it are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) what: What,
    pub(super) until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Values of one kind.
    Kind(Promise),
    /// A person: a `name` in it is a person's.
    Person,
    /// `data:` of a Kubernetes secret: what decodes to text is one.
    Data,
    /// Anything else: it is open, and says nothing.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Brace,
    /// A line indented no further.
    Indent(usize),
}

/// One line, and what is known about it.
pub(super) struct Line<'a> {
    pub(super) rules: &'a Rules,
    pub(super) kinds: Kinds,
    pub(super) bytes: &'a [u8],
    /// Literals in it, in offsets of the line.
    pub(super) anchors: &'a [Anchor],
    /// Where e-mail addresses stand in it.
    pub(super) emails: &'a [(usize, usize)],
    /// Whether more may come.
    pub(super) may_grow: bool,
    /// Where its first personal data begin that say by themselves what they are.
    pub(super) personal: Option<usize>,
    /// Whether it may begin a key block or a table of SQL.
    pub(super) marked: bool,
}

impl Memory {
    /// Whether the line goes on from a piece that was judged before.
    pub const fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// Whether nothing is open: a line without anchors says nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.table.is_none()
            && self.block == 0
            && self.frames.is_empty()
            && self.pending.is_none()
            && self.pair.is_none()
            && self.lone.is_none()
            && !self.record
            && !self.vcard
            && self.awaited.is_none()
            && self.above.is_none()
            && self.codes == 0
            && !self.party
    }

    /// Lines were passed over that say nothing.
    pub(super) fn skipped(&mut self) {
        self.person = 0;
    }

    /// Judges a line and moves past it.
    pub(super) fn line(&mut self, line: &Line<'_>, hits: &mut Vec<Hit>, tail: &mut Tail) {
        let mut out = Out { line, hits, tail };
        if self.block(&mut out) {
            return;
        }
        // Whatever follows, a prompt stays one: so it is never masked because of what stands above it.
        let prompt = prompt_end(line.bytes);
        if prompt.is_some() {
            *self = Self::default();
        }
        let first = out.hits.len();
        self.section(line);
        self.awaited(&mut out);
        self.underline(line);
        self.expanded(&mut out);
        self.vcard(&mut out);
        self.party(&mut out);
        self.codes(&mut out);
        self.below(&mut out);
        let is_row = self.row(&mut out);
        self.keys(&mut out, is_row);
        self.walk(&mut out);
        prose_names(&mut out);
        self.person = self.person.saturating_sub(1);
        if line.personal.is_some() || out.hits.iter().skip(first).any(|hit| is_of_person(hit.kind)) {
            self.person = PERSON_LINES;
        }
        if let Some(prompt) = prompt.filter(|_| !line.may_grow) {
            self.after_command(line, prompt);
        }
    }

    /// `[owner]` of an INI file.
    fn section(&mut self, line: &Line<'_>) {
        let text = line.bytes.trim_ascii();
        if let Some(name) = text.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"))
            && let Some(promise) = classify(line.rules, name)
            && promise.is_name()
        {
            self.person = PERSON_LINES;
        }
    }

    /// Key blocks (RFC 7468, PuTTY's, PGP's): whether the line belongs to one, or begins one.
    fn block(&mut self, out: &mut Out<'_, '_>) -> bool {
        let bytes = out.line.bytes;
        if !out.line.kinds.contains(DataKind::PrivateKey) {
            return false;
        }
        let begin = if out.line.marked { begin_of_block(bytes) } else { None };
        if self.block == 0 && begin.is_none() {
            return false;
        }
        let (start, body) = match begin {
            Some((start, body)) => (start, body),
            None => (line_mark(bytes), 0),
        };
        let end = end_of_block(bytes.get(body..).unwrap_or_default()).map(|end| body + end);
        let content = bytes.get(start..end.unwrap_or(bytes.len())).unwrap_or_default();
        if begin.is_none() && end.is_none() && !is_key_line(content) && !out.line.may_grow {
            self.block = 0;
            return false;
        }
        out.hit(start, start + content.trim_ascii_end().len(), DataKind::PrivateKey);
        if out.line.may_grow {
            out.tail.hold(start, Weight::Identifying);
        }
        self.block = if end.is_some() {
            0
        } else if begin.is_some() {
            BLOCK_MAX
        } else {
            self.block - 1
        };
        true
    }

    /// Rows of codes for one use, below what says that they come.
    fn codes(&mut self, out: &mut Out<'_, '_>) {
        if self.codes == 0 {
            return;
        }
        let bytes = out.line.bytes;
        let mut any = bytes.trim_ascii().is_empty();
        let mut at = 0;
        for word in bytes.split(|b| matches!(b, b' ' | b'\t' | b',' | b'"')) {
            // `1. 2369 8038`: the number of the row.
            if value::code(word) {
                any = true;
                out.hit(at, at + word.len(), DataKind::Secret);
            }
            at += word.len() + 1;
        }
        if out.line.may_grow {
            out.tail.hold(indentation(bytes), Weight::Light);
        }
        self.codes = if any { self.codes - 1 } else { 0 };
    }

    /// A rule of dashes under a lone name makes it the header of a table; several with blanks between them say where the columns are.
    fn underline(&mut self, line: &Line<'_>) {
        let rule = line.bytes.trim_ascii();
        let dashes = rule.len() >= 2 && rule.iter().all(|b| matches!(b, b'-' | b'+' | b'='));
        if let Some(promise) = self.lone.take().filter(|_| dashes) {
            self.table = Some(Box::new(Table::single(promise)));
        }
        if let Some(above) = self.above.take()
            && let Some(table) = Table::ruled(line.rules, &above, line.bytes)
        {
            self.table = Some(Box::new(table));
        }
    }

    /// What a key on a line before says about this one.
    fn below(&mut self, out: &mut Out<'_, '_>) {
        if self.pending.is_none() && self.pair.is_none() {
            return;
        }
        let bytes = out.line.bytes;
        let (from, to) = inner(bytes);
        let item = redis_item(bytes).or_else(|| dumped_string(bytes));
        let from = item.unwrap_or(from);
        let value = bytes.get(from..to).unwrap_or_default();
        if let Some((promise, indent)) = self.pending.take()
            && !value.is_empty()
        {
            let below_a_name = indent >= BELOW_A_NAME;
            let deeper = indentation(bytes) > indent % BELOW_A_NAME || item.is_some();
            let place = if deeper { Place::Own } else { Place::Label };
            let lone = deeper || !below_a_name && (!value.contains(&b' ') || !promise.is_secret());
            let (from, to) = unwrapped(bytes, from, to);
            let value = bytes.get(from..to).unwrap_or_default();
            let other = promise.is_secret() && (speech::is_sentence(value) || speech::is_expression(value));
            let lone = lone || below_a_name && promise.is_plain_by_its_shape();
            out.promised(from, to, promise, place, lone && !other && !is_assignment(value) && !is_bare_key(value));
        }
        if let Some((promise, left)) = self.pair.take().filter(|_| !ends_pair(bytes)) {
            match value_of_pair(bytes) {
                Some(at) => {
                    if let Some(found) = key::value_at(out.line.rules, bytes, 0, at, key::Sep::Colon, promise) {
                        out.found(found);
                    }
                }
                None if left > 0 => self.pair = Some((promise, left - 1)),
                None => {}
            }
        }
    }

    fn row(&mut self, out: &mut Out<'_, '_>) -> bool {
        let Some(mut table) = self.table.take() else { return false };
        let line = out.line;
        if line.may_grow {
            let (from, identifying) = table.open(line.rules, line.bytes);
            if from < line.bytes.len() {
                out.tail.hold(from, if identifying { Weight::Identifying } else { Weight::Light });
            }
        }
        let row = table.row(line.rules, line.bytes, |start, end, kind| out.hit(start, end, kind));
        if row != Row::End {
            self.table = Some(table);
        }
        row == Row::Own
    }

    /// Keys on this line, and headers.
    fn keys(&mut self, out: &mut Out<'_, '_>, is_row: bool) {
        let line = out.line;
        let mut after = 0;
        let mut any = false;
        let person = self.is_person() || self.person > 0;
        let personal = if person { Personal::default() } else { Personal::on(line) };
        let narrow = !line.may_grow && line.anchors.iter().all(|anchor| !line.rules.is_broad(anchor.literal));
        for anchor in line.anchors.iter() {
            any = true;
            if anchor.start < after {
                continue;
            }
            let person = person || personal.is_near(line.bytes, anchor.start);
            if !person && (narrow && is_one_word(line.bytes, anchor.end) || is_lone(line, anchor)) {
                // `user=root`: where nobody is spoken of, only a name of two words would fit.
                after = anchor.end;
                continue;
            }
            let (to, behind) = key::behind(line.rules, line.bytes, anchor, person);
            after = to.max(anchor.end);
            let unfit =
                matches!(behind, Behind::Maybe(_) | Behind::Nothing | Behind::Value(key::Found { fits: false, .. }));
            self.asked(line, anchor.start, anchor.end);
            let fits = matches!(behind, Behind::Value(key::Found { fits: true, .. }));
            if !fits && !line.may_grow && are_codes(line, anchor) {
                self.codes = CODES_MAX;
            }
            if unfit && !line.may_grow && said_to_come(line, anchor.end) {
                // `use the following password to proceed:`, `Password for x was reset.`
                let word = line.bytes.get(anchor.start..anchor.end).unwrap_or_default();
                if let Some(promise) = classify(line.rules, word).filter(|promise| promise.is_secret()) {
                    self.awaited = Some(Awaited::of_sentence(promise));
                    self.pair = Some((promise, 2));
                }
            }
            match behind {
                Behind::Value(found) => {
                    out.found(found);
                    out.address_at(found);
                }
                // `Password: ` with a blank at its end is a prompt: what is typed there is not echoed, and the next line is another's.
                Behind::End(_) if line.bytes.ends_with(b" ") => {}
                Behind::End(promise) if promise.is_secret() && is_program(line.bytes) => {}
                // `DB_PASSWORD=` is empty.
                Behind::End(_) if line.bytes.ends_with(b"=") => {}
                Behind::End(promise) if promise.is_secret() && line.bytes.contains(&b' ') && !line.may_grow => {
                    self.pending = Some((promise, indentation(line.bytes)));
                    self.awaited = Some(Awaited::of_sentence(promise));
                }
                Behind::End(promise) => self.pending = Some((promise, indentation(line.bytes))),
                Behind::Pair(promise) => self.pair = Some((promise, 3)),
                Behind::Maybe(at) if line.may_grow && line.bytes.len() < at + UNDECIDED => {
                    out.tail.hold(at, Weight::Light)
                }
                Behind::Maybe(_) | Behind::Container(..) | Behind::Nothing => {}
            }
        }
        let fresh = any && !line.may_grow;
        if fresh && prose::ends_a_letter(line.bytes) {
            self.pending = classify(line.rules, b"contact").map(|promise| (promise, indentation(line.bytes)));
        }
        let sql = line.marked && is_sql(line.bytes);
        let header = fresh && may_be_header(line.bytes, sql);
        if header
            && let Some(table) = Table::of(line.rules, line.bytes)
                .filter(|_| !is_row || self.table.is_none() || is_all_names(line.bytes))
        {
            // What might be a row of the table before is a header only above a rule.
            let mut table = Box::new(if is_row && self.table.is_some() { table.in_doubt() } else { table });
            // Tuples of SQL may stand on the header's own line.
            table.row(line.rules, line.bytes, |start, end, kind| {
                if sql {
                    out.hit(start, end, kind);
                }
            });
            self.table = Some(table);
        } else if line.may_grow
            && sql
            && let Some(mut table) = Table::of(line.rules, line.bytes)
        {
            out.tail.hold(table.open(line.rules, line.bytes).0, Weight::Identifying);
            table.row(line.rules, line.bytes, |start, end, kind| out.hit(start, end, kind));
        }
        if let Some(at) = redis_item(line.bytes).filter(|_| fresh) {
            let name = line.bytes.get(at + 1..).and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or_default();
            let promise = classify(line.rules, name).filter(|_| name.len() <= 40 && !name.contains(&b' '));
            self.pending = promise.map(|promise| (promise, indentation(line.bytes)));
        }
        if fresh {
            self.lone_name(line);
            let plain = |line: &&[u8]| line.len() <= ABOVE_MAX && memchr::memchr3(b':', b'/', b'"', line).is_none();
            self.above = Some(line.bytes).filter(|_| header).filter(plain).map(Box::from);
        }
    }

    /// A line that is one name and nothing else: the header of a column, or a key whose value stands below.
    fn lone_name(&mut self, line: &Line<'_>) {
        let name = line.bytes.trim_ascii();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ');
        if name.len() <= 40 && name.iter().all(plain) {
            self.lone = classify(line.rules, name).filter(|promise| promise.heads_a_column());
            if let Some(promise) = self.lone {
                self.pending = Some((promise, indentation(line.bytes) + BELOW_A_NAME));
            }
        } else if name.starts_with(b"/") && name.iter().all(|b| plain(b) || matches!(b, b'/' | b'-' | b'.')) {
            // `etcdctl get /config/db_password`
            let last = name.rsplit(|b| *b == b'/').next().unwrap_or_default();
            let promise = classify(line.rules, last).filter(|promise| promise.shape == ValueShape::Secret);
            self.pending = promise.filter(|_| !name.contains(&b' ')).map(|promise| (promise, indentation(line.bytes)));
        }
    }

    pub(super) fn is_person(&self) -> bool {
        self.frames.iter().any(|frame| {
            frame.what == What::Person
                || matches!(frame.what, What::Kind(promise) if matches!(promise.shape, ValueShape::MaybeName | ValueShape::SpelledName))
        })
    }
}

/// Where what is found goes.
pub(super) struct Out<'a, 'l> {
    pub(super) line: &'a Line<'l>,
    pub(super) hits: &'a mut Vec<Hit>,
    pub(super) tail: &'a mut Tail,
}

impl Out<'_, '_> {
    pub(super) fn hit(&mut self, start: usize, end: usize, kind: DataKind) {
        if start < end && self.line.kinds.contains(kind) {
            self.hits.push(Hit { start, end, kind });
        }
    }

    fn found(&mut self, found: key::Found) {
        if found.fits {
            self.hit(found.start, found.end, found.promise.kind);
            self.address_behind(found);
        }
        if self.line.may_grow && self.line.kinds.contains(found.promise.kind) {
            // Whether it is one may change with its next character, and for some with what stands behind it.
            let weight = if found.fits { Weight::Identifying } else { Weight::Light };
            self.tail.hold(found.start, weight);
        }
    }

    /// `shipped to Jane Roe, 5 Main St, Oldtown`
    fn address_behind(&mut self, found: key::Found) {
        let rest = self.line.bytes.get(found.end..).unwrap_or_default();
        let Some(address) = rest.strip_prefix(b", ").filter(|_| found.promise.is_name()) else { return };
        if let Some(len) = prose::address_len(address, true) {
            self.hit(found.end + 2, found.end + 2 + len, DataKind::PostalAddress);
        }
        if self.line.may_grow {
            self.tail.hold(found.end, Weight::Light);
        }
    }

    /// `Ship to: 500 W Madison St, Chicago, IL 60661`
    fn address_at(&mut self, found: key::Found) {
        let sent = found.promise.shape == ValueShape::SpelledName && !found.fits;
        let text = self.line.bytes.get(found.start..).unwrap_or_default();
        if sent
            && text.first().is_some_and(u8::is_ascii_digit)
            && let Some(len) = prose::address_len(text, true)
        {
            self.hit(found.start, found.start + len, DataKind::PostalAddress);
        }
    }

    pub(super) fn promised(&mut self, from: usize, to: usize, promise: Promise, place: Place, sound: bool) {
        let value = self.line.bytes.get(from..to).unwrap_or_default();
        let fits = sound && fits(self.line.rules, promise.shape, value, place);
        if fits {
            self.hit(from, to, promise.kind);
        }
        // A prompt has blanks, and must never be late; a few characters identify nobody.
        let prompt = promise.is_secret() && self.line.bytes.contains(&b' ') && place < Place::Own;
        if self.line.may_grow && from < to && !prompt {
            let weight = if fits && to - from >= LIGHT { Weight::Identifying } else { Weight::Light };
            self.tail.hold(from, weight);
        }
    }
}

/// Whether `=` and one word follow, without quotes or anything else that a value may begin with.
fn is_one_word(line: &[u8], at: usize) -> bool {
    let Some(rest) = line.get(at..).and_then(|rest| rest.strip_prefix(b"=")) else { return false };
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let len = rest.iter().take_while(|b| part(b)).count();
    rest.first().is_some_and(u8::is_ascii_alphanumeric) && matches!(rest.get(len), None | Some(b' '))
}

/// `user=root` behind a blank: the name promises a name of two words, and there is one word that no second can follow.
pub(super) fn is_lone(line: &Line<'_>, anchor: &Anchor) -> bool {
    let before = anchor.start.checked_sub(1).and_then(|i| line.bytes.get(i));
    if line.may_grow || !matches!(before, None | Some(b' ' | b'\t')) || !line.rules.roles(anchor.literal).lone {
        return false;
    }
    let Some(rest) = line.bytes.get(anchor.end..).and_then(|rest| rest.strip_prefix(b"=")) else { return false };
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let len = rest.iter().take_while(|b| part(b)).count();
    let next = match rest.get(len..) {
        Some([]) => None,
        Some([b' ', next @ ..]) => next.first(),
        _ => return false,
    };
    // The small letters are those of `van`, `de` and `la`, which names have between.
    len > 0
        && anchor.start - key::label_start(line.bytes, anchor.start) < LABEL_MAX
        && rest.first().is_some_and(u8::is_ascii_alphanumeric)
        && !next.is_some_and(|b| b.is_ascii_uppercase() || matches!(b, b'v' | b'd' | b'l' | b'"' | b'\'' | 0x80..))
}

/// What says that a line is about a person: words for a person's data that a value may follow, and e-mail addresses.
#[derive(Debug, Default)]
struct Personal {
    /// Of each where it begins, in order, and where it and those before it end at the latest.
    spans: Vec<(usize, usize)>,
}

impl Personal {
    fn on(line: &Line<'_>) -> Self {
        let words = line
            .anchors
            .iter()
            .filter(|anchor| line.rules.roles(anchor.literal).personal && is_key(line.bytes, anchor.end));
        let mut spans: Vec<(usize, usize)> = words.map(|anchor| (anchor.start, anchor.end)).collect();
        spans.extend_from_slice(line.emails);
        spans.sort_unstable();
        let mut last = 0;
        for (_, end) in &mut spans {
            last = last.max(*end);
            *end = last;
        }
        Self { spans }
    }

    /// Whether one stands near: in the same object, if the line has any.
    fn is_near(&self, line: &[u8], at: usize) -> bool {
        let near = |from: usize, to: usize| {
            let between = line.get(from..to).unwrap_or_default();
            between.len() <= PERSONAL && !between.iter().any(|b| matches!(b, b'{' | b'}' | b'[' | b']'))
        };
        // Of those on one side the nearest decides: what divides it from here divides the others too.
        let (before, behind) = self.spans.split_at(self.spans.partition_point(|(start, _)| *start <= at));
        before.last().is_some_and(|(_, end)| near(*end, at))
            || behind.first().is_some_and(|(start, _)| near(at, *start))
    }
}

/// `phone:`, `ssn=`, `"dob":`, `mobile 07…`, but not `Desk phone` or `phone TYPE VARCHAR`: whether a value may follow a word.
fn is_key(line: &[u8], at: usize) -> bool {
    let rest = line.get(at..).unwrap_or_default();
    match rest.first() {
        Some(b' ') => !matches!(rest.get(1), None | Some(b'A'..=b'Z' | b'a'..=b'z')),
        Some(b) => !matches!(b, b'.' | b';' | b')'),
        None => false,
    }
}

/// Whether a word and those beside it say that codes for one use come.
fn are_codes(line: &Line<'_>, anchor: &Anchor) -> bool {
    if !line.rules.roles(anchor.literal).codes {
        return false;
    }
    let from = anchor.start.saturating_sub(anchor.start.min(24));
    let rest = line.bytes.get(anchor.end..).unwrap_or_default();
    let mut blanks = memchr::memchr_iter(b' ', rest).filter(|at| *at > 0);
    let to = anchor.end + blanks.next().unwrap_or(rest.len()).min(24);
    let code =
        |to: usize| classify(line.rules, line.bytes.get(from..to)?).filter(|promise| promise.shape == ValueShape::Code);
    code(anchor.end).or_else(|| code(to)).is_some()
}

/// Personal data after which a name on the lines around is a person's.
pub(super) fn is_of_person(kind: DataKind) -> bool {
    matches!(
        kind,
        DataKind::Email
            | DataKind::Phone
            | DataKind::PaymentCard
            | DataKind::Iban
            | DataKind::UsSsn
            | DataKind::UsItin
            | DataKind::UkNino
            | DataKind::UkNhs
            | DataKind::InAadhaar
            | DataKind::BrCpf
            | DataKind::NationalId
            | DataKind::Passport
            | DataKind::DriverLicence
            | DataKind::DateOfBirth
            | DataKind::PostalAddress
    )
}

/// The honorifics and phrases after which a name comes.
fn prose_names(out: &mut Out<'_, '_>) {
    let line = out.line;
    let speaking = || line.anchors.iter().filter(|anchor| line.rules.roles(anchor.literal).prose);
    if line.may_grow {
        for open in speaking().filter_map(|anchor| prose::open_behind(line.bytes, anchor.start, anchor.end)) {
            out.tail.hold(open, Weight::Light);
        }
    }
    if line.kinds.contains(DataKind::PostalAddress) {
        if line.may_grow
            && let Some(start) = prose::open_address(line.bytes)
        {
            out.tail.hold(start, Weight::Light);
        }
        for anchor in speaking() {
            if let Some((start, end)) = prose::address_around(line.bytes, anchor.start, anchor.end) {
                out.hit(start, end, DataKind::PostalAddress);
                if line.may_grow {
                    out.tail.hold(start, Weight::Light);
                }
            }
        }
    }
    if !line.kinds.contains(DataKind::PersonName) {
        return;
    }
    for anchor in speaking() {
        if let Some((from, to)) = prose::name_behind(line.bytes, anchor.start, anchor.end) {
            out.hit(from, to, DataKind::PersonName);
            if line.may_grow {
                out.tail.hold(from, Weight::Light);
            }
        }
    }
    if let Some(from) = line.personal {
        let open = prose::known_names(line.bytes, from, |from, to| {
            out.hits.push(Hit { start: from, end: to, kind: DataKind::PersonName })
        });
        if line.may_grow {
            out.tail.hold(open, Weight::Light);
        }
    }
    for (start, _) in line.emails {
        if let Some((from, to)) = prose::name_before(line.bytes, *start) {
            out.hit(from, to, DataKind::PersonName);
            if line.may_grow {
                out.tail.hold(from, Weight::Light);
            }
        }
    }
}

pub(super) fn is_text(plain: &[u8]) -> bool {
    let printable =
        plain.iter().filter(|b| (0x20..0x7f).contains(*b) || matches!(b, b'\n' | b'\r' | b'\t') || **b >= 0xc2).count();
    plain.len() >= 3 && printable == plain.len()
}

/// So many lines below personal data a name is still the person's.
const PERSON_LINES: u8 = 3;

/// So far from a person's data a name is a person's, in bytes.
const PERSONAL: usize = 240;

/// A shorter head of a value gives nothing away.
const LIGHT: usize = 4;

/// So far behind a word a name, a date or an address begins to look like one.
const UNDECIDED: usize = 64;

/// A longer label may have more words than are looked at.
const LABEL_MAX: usize = 22;

/// Longer lines are no headers.
const ABOVE_MAX: usize = 512;

/// Added to the indentation of a name that stands alone without a colon: its value must be indented further.
const BELOW_A_NAME: usize = 1 << 16;

/// More codes are not given out at once.
const CODES_MAX: u8 = 24;

/// A key has no more lines (16,384-bit RSA in lines of 64 has 200).
const BLOCK_MAX: u16 = 400;
