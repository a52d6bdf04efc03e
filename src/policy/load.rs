//! Policy files → checked rules: every fault at once, each with its file and line.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use cedar_policy::{Effect, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use sha2::{Digest as _, Sha256};

use super::{PolicyFault, PolicyFaults, SCHEMA, SCHEMA_KINDS};
use crate::model::{DataKind, Obligations, Rule};

/// Checked rules, apart by what follows when they match.
#[derive(Debug)]
pub(super) struct Rules {
    /// `permit`, and `forbid` without `@hold`: whether it may be done at all.
    pub(super) access: PolicySet,
    /// `forbid` with `@hold`.
    pub(super) holds: PolicySet,
    /// What each rule says and asks for.
    pub(super) notes: HashMap<PolicyId, Note>,
    /// SHA-256 over names and texts, in hex.
    pub(super) digest: String,
}

/// What a rule says beside its condition.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// How people find it.
    pub(super) rule: Rule,
    /// What an approval must look like, if the rule is a hold.
    pub(super) obligations: Option<Obligations>,
    /// Whether people are told when it matches.
    pub(super) alert: bool,
    /// Points that it adds to the risk score.
    pub(super) risk: u8,
}

impl Rules {
    /// Reads and checks all files together.
    pub(super) fn load(files: &[(String, String)]) -> Result<Self, PolicyFaults> {
        let mut loader = Loader::default();
        for (file, text) in files {
            for (number, statement) in statements(text).into_iter().enumerate() {
                loader.add(file, number, &statement);
            }
        }
        loader.validate();
        if !loader.faults.is_empty() {
            loader.faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            return Err(PolicyFaults(loader.faults));
        }
        Ok(Self { access: loader.access, holds: loader.holds, notes: loader.notes, digest: digest(files) })
    }
}

#[derive(Default)]
struct Loader {
    access: PolicySet,
    holds: PolicySet,
    notes: HashMap<PolicyId, Note>,
    faults: Vec<PolicyFault>,
}

impl Loader {
    fn add(&mut self, file: &str, number: usize, statement: &Statement<'_>) {
        let mut fault = |what: String| {
            self.faults.push(PolicyFault { file: file.to_owned(), line: statement.line, what });
        };
        let policy = match cedar_policy::Policy::parse(None, statement.text) {
            Ok(policy) => policy,
            Err(errors) => return errors.iter().for_each(|e| fault(format!("this is not a Cedar policy: {e}"))),
        };
        let annotations: BTreeMap<_, _> = policy.annotations().collect();
        let mut notes = Annotations { of: &annotations, faults: Vec::new() };
        let id = match notes.text("id") {
            Some(id) => id.to_owned(),
            None => format!("{file}#{}", number + 1),
        };
        let obligations = notes.obligations(policy.effect());
        let risk = notes.number("risk", 0, 0..=100);
        let alert = notes.alert(policy.effect());
        let says = notes.text("says").map_or_else(|| format!("rule {id} says so"), str::to_owned);
        notes.faults.into_iter().for_each(&mut fault);

        let rule = Rule { id: id.clone(), file: file.to_owned(), line: statement.line, says };
        let cedar_id = PolicyId::new(&id);
        let set = if obligations.is_some() { &mut self.holds } else { &mut self.access };
        match self.notes.entry(cedar_id.clone()) {
            Entry::Occupied(_) => fault(format!("there is another rule with @id(\"{id}\"): give each its own")),
            Entry::Vacant(place) => match set.add(policy.new_id(cedar_id)) {
                Ok(()) => drop(place.insert(Note { rule, obligations, alert, risk })),
                Err(e) => fault(format!("this rule cannot be used: {e}")),
            },
        }
    }

    /// Checks all rules against the schema. What Cedar only warns of (a rule that can never match, a look-alike letter) is a
    /// fault here: whoever wrote it meant something else.
    fn validate(&mut self) {
        let schema = match Schema::from_cedarschema_str(&schema()) {
            Ok((schema, _)) => schema,
            Err(e) => {
                let what = format!("the schema of this build is broken: {e}");
                self.faults.push(PolicyFault { file: "policy/holdpoint.cedarschema".to_owned(), line: 1, what });
                return;
            }
        };
        let validator = Validator::new(schema);
        for set in [&self.access, &self.holds] {
            let found = validator.validate(set, ValidationMode::Strict);
            let errors = found.validation_errors().map(|e| (e.policy_id(), e.to_string()));
            let warnings = found.validation_warnings().map(|w| (w.policy_id(), w.to_string()));
            for (id, what) in errors.chain(warnings) {
                let (file, line) = self
                    .notes
                    .get(id)
                    .map_or_else(|| (String::new(), 1), |note| (note.rule.file.clone(), note.rule.line));
                self.faults.push(PolicyFault { file, line, what });
            }
        }
    }
}

/// The annotations of one rule. An unknown one is a fault: a misspelt `@hold` must not pass as something else.
struct Annotations<'a> {
    of: &'a BTreeMap<&'a str, &'a str>,
    faults: Vec<String>,
}

impl Annotations<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.of.get(name).copied().filter(|text| !text.is_empty())
    }

    fn number<N>(&mut self, name: &str, default: N, range: std::ops::RangeInclusive<N>) -> N
    where
        N: std::str::FromStr + PartialOrd + Copy + std::fmt::Display,
    {
        let Some(text) = self.of.get(name) else { return default };
        match text.parse() {
            Ok(n) if range.contains(&n) => n,
            _ => {
                let (least, most) = (range.start(), range.end());
                self.faults.push(format!("@{name}(\"{text}\") is not a number from {least} to {most}"));
                default
            }
        }
    }

    /// Whether people are told when the rule matches.
    fn alert(&mut self, effect: Effect) -> bool {
        let alert = self.of.contains_key("alert");
        if alert && effect == Effect::Forbid {
            self.faults
                .push("@alert belongs on a `permit` of `output`: what a `forbid` stops is told anyway".to_owned());
        }
        alert
    }

    /// What an approval must look like, if the rule is annotated `@hold`.
    fn obligations(&mut self, effect: Effect) -> Option<Obligations> {
        for name in self.of.keys().filter(|name| !KNOWN.contains(name)) {
            self.faults.push(format!("@{name} is not an annotation of ours; there are: {}", KNOWN.join(", ")));
        }
        if !self.of.contains_key("hold") {
            for name in OF_HOLDS.iter().filter(|name| self.of.contains_key(*name)) {
                self.faults.push(format!("@{name} belongs to a hold: add @hold, or remove it"));
            }
            return None;
        }
        if effect == Effect::Permit {
            self.faults.push("@hold belongs on a `forbid`: a `permit` cannot hold".to_owned());
        }
        let approvers: Vec<String> = self
            .text("approvers")
            .unwrap_or_default()
            .split(',')
            .map(|role| role.trim().to_owned())
            .filter(|role| !role.is_empty())
            .collect();
        if approvers.is_empty() {
            self.faults.push("a hold needs @approvers(\"role, role\"): without one nobody could lift it".to_owned());
        }
        let reason_required = match self.of.get("reason") {
            None => false,
            Some(&"required") => true,
            Some(other) => {
                self.faults
                    .push(format!("@reason(\"{other}\") is not known: write @reason(\"required\") or leave it out"));
                true
            }
        };
        Some(Obligations {
            approvers,
            quorum: self.number("quorum", 1, 1..=16),
            ttl_secs: self.number("ttl", DEFAULT_TTL, 10..=86_400),
            reason_required,
        })
    }
}

/// One statement of a policy file.
struct Statement<'a> {
    text: &'a str,
    /// From 1; where its first token is.
    line: u32,
}

/// Cuts a file into statements at each `;` outside strings and comments, which is how Cedar's grammar ends a policy. Cutting
/// first lets every broken statement be reported, not only the first.
fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let (mut line, mut start_line) = (1u32, 1u32);
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let comment = byte == b'/' && matches!(bytes.peek(), Some((_, b'/')));
        match byte {
            b'\n' => line = line.saturating_add(1),
            _ if comment => while bytes.next_if(|&(_, b)| b != b'\n').is_some() {},
            _ if byte.is_ascii_whitespace() => {}
            _ if start.is_none() => (start, start_line) = (Some(at), line),
            _ => {}
        }
        if byte == b'"' {
            while let Some((_, inner)) = bytes.next() {
                match inner {
                    b'\\' => drop(bytes.next()),
                    b'\n' => line = line.saturating_add(1),
                    b'"' => break,
                    _ => {}
                }
            }
        }
        if byte == b';' {
            let from = start.take().unwrap_or(at);
            found.extend(text.get(from..=at).map(|text| Statement { text, line: start_line }));
        }
    }
    let rest = start.and_then(|from| text.get(from..));
    found.extend(rest.map(|text| Statement { text, line: start_line }));
    found
}

/// The schema with an attribute for each kind of data.
fn schema() -> String {
    let kinds: String = DataKind::ALL.iter().map(|kind| format!("{kind}: Long,\n")).collect();
    SCHEMA.replace(SCHEMA_KINDS, &kinds)
}

fn digest(files: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Annotations that only a hold has.
const OF_HOLDS: [&str; 4] = ["approvers", "quorum", "ttl", "reason"];

const KNOWN: [&str; 9] = ["id", "says", "hold", "approvers", "quorum", "ttl", "reason", "risk", "alert"];

/// Five minutes: long enough to fetch a colleague, short enough that the line is still the one both have in mind.
const DEFAULT_TTL: u32 = 300;
