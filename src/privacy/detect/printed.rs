//! Secrets that stand alone on a line, because a command or a sentence before it said that one comes.

use super::Anchor;
use super::frame::{Line, Memory, Out};
use super::key::{self, Promise, classify};
use super::layout::{inner, is_assignment, is_bare_key, unwrapped};
use super::rules::ValueShape;
use super::table::Table;
use super::value::{self, Place};

/// A secret that may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Awaited {
    promise: Promise,
    /// On so many more lines.
    left: u8,
    /// Whether the command prints it and nothing else.
    sure: bool,
}

impl Awaited {
    /// One that a sentence announced.
    pub(super) fn of_sentence(promise: Promise) -> Self {
        Self { promise, left: 2, sure: false }
    }
}

impl Memory {
    /// A secret that stands alone on its line.
    pub(super) fn awaited(&mut self, out: &mut Out<'_, '_>) {
        let Some(awaited) = self.awaited.take() else { return };
        let Awaited { promise, left, sure } = awaited;
        let line = out.line;
        let (from, to) = inner(line.bytes);
        let (from, to) = unwrapped(line.bytes, from, to);
        let value = line.bytes.get(from..to).unwrap_or_default();
        let word = value.len() >= 6
            && value.iter().all(u8::is_ascii_graphic)
            && !is_assignment(value)
            && !is_bare_key(value)
            && !value.starts_with(b"[")
            && !value.starts_with(b"{");
        let alone = !value.contains(&b' ') && (value::is_secret_by_its_look(line.rules, value) || sure && word);
        let place = if sure { Place::Own } else { Place::Label };
        out.promised(from, to, promise, place, alone);
        if !alone && left > 0 && (value.is_empty() || left > AWAITED_WORDS) {
            self.awaited = Some(Awaited { left: left - 1, ..awaited });
        }
    }

    /// What asks for a secret, or names one that stands under another key below: SMTP's `334 UGFzc3dvcmQ6`, Terraform's `random_password`, a vault's URL.
    pub(super) fn asked(&mut self, line: &Line<'_>, start: usize, end: usize) {
        let word = line.bytes.get(start..end).unwrap_or_default();
        let head = line.bytes.get(..start).unwrap_or_default();
        let dialogue = word.eq_ignore_ascii_case(b"ugfzc3dvcmq6");
        // Cheap first: this is asked of every name on every line.
        let resource = word == b"password" && head.ends_with(b"random_") || head.ends_with(b"vault.azure.net/");
        if line.may_grow || !dialogue && !resource {
            return;
        }
        let Some(promise) = classify(line.rules, b"password") else { return };
        if dialogue {
            self.awaited = Some(Awaited { promise, left: 0, sure: true });
        } else {
            self.pair = Some((promise, 5));
        }
    }

    /// `kubectl get secret x -o jsonpath=…`, `argocd admin initial-password`: what it prints may be a secret alone.
    pub(super) fn after_command(&mut self, line: &Line<'_>, prompt: usize) {
        let command = line.bytes.get(prompt..).unwrap_or_default();
        let named = |anchor: &Anchor| {
            let (start, end) = key::identifier(line.bytes, anchor.start, anchor.end);
            classify(line.rules, line.bytes.get(start..end)?).filter(|promise| promise.is_secret())
        };
        let secret = line.anchors.iter().filter(|anchor| anchor.start >= prompt).find_map(named);
        let says =
            |phrases: &[&str]| phrases.iter().any(|phrase| memchr::memmem::find(command, phrase.as_bytes()).is_some());
        let always = || says(ALWAYS).then(|| classify(line.rules, b"password")).flatten();
        let promise = secret.filter(|promise| promise.shape != ValueShape::Drawn);
        let sure = promise.is_some() && says(PRINTS);
        if let Some(promise) = always() {
            self.awaited = Some(Awaited { promise, left: 1, sure: true });
        } else if let Some(promise) = secret {
            self.awaited = Some(Awaited { promise, left: 1, sure });
        }
        self.table = Table::selected(line.rules, command).map(Box::new);
    }
}

/// Whether a line says that a secret comes on one below it.
pub(super) fn said_to_come(line: &Line<'_>, end: usize) -> bool {
    let rest = line.bytes.get(end..).unwrap_or_default().trim_ascii_end();
    if !matches!(rest.last(), Some(b':' | b'.')) {
        return false;
    }
    let prose = !rest.iter().any(|b| matches!(b, b'=' | b'{' | b'(' | b';' | b'|' | b'"'));
    let does = || {
        [&b"reset"[..], b"generated", b"created", b"changed", b"following"]
            .iter()
            .any(|word| memchr::memmem::find(rest, word).is_some())
    };
    prose && rest.contains(&b' ') && (rest.ends_with(b":") || does())
}

/// Whether a line is of a program: it opens a block or a call, and its last word is no label.
pub(super) fn is_program(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let marks = text.iter().any(|b| matches!(b, b'(' | b')' | b'[' | b';' | b'$' | b'{'));
    let keyword =
        [&b"for "[..], b"if ", b"elif ", b"def ", b"while ", b"class ", b"with ", b"case ", b"except ", b"else"];
    marks && !text.starts_with(b"\"") || keyword.iter().any(|word| text.starts_with(word))
}

/// Commands that print a secret and nothing else.
const ALWAYS: &[&str] = &[
    "wg genkey",
    "wg genpsk",
    "oc whoami -t",
    "oc whoami --show-token",
    "print-access-token",
    "print-identity-token",
    "get-login-password",
    "gh auth token",
    "create token ",
    "token create",
    "op read ",
    "bw get password",
    "find-generic-password",
    "secret-tool lookup",
    "pwgen ",
    "openssl rand ",
    "--query SecretString",
    "keyvault secret show",
    "versions access ",
    "auth:token",
    "generate-token",
    "get-access-token",
    "unlock-key -q",
    "join-token -q",
    "pass show ",
    "gopass show",
    "initial-password",
    "systemd-ask-password",
    "head -c 32 /dev/urandom",
    "new-guid --secret",
];

/// Commands that print a value whose name they say.
const PRINTS: &[&str] = &[
    "output -raw",
    "printenv ",
    "echo $",
    "echo \"$",
    "base64 -d",
    "base64 --decode",
    "-field=",
    "config get ",
    "config:get ",
    "kv get ",
    "etcdctl get ",
    "cat ",
    "GET ",
    "HGET ",
    "get ",
    "jsonpath",
    "--raw",
    "--plain",
    "--query ",
    "-o tsv",
    "yq ",
    "jq -r",
    "more ",
    "head ",
    "tail ",
    "hiera ",
    "lookup ",
    "crudini --get",
    "debconf-show",
    "credstash get",
    "chamber read",
    "sops -d",
    "keyring get",
    "reveal",
];

/// While more lines than this are left, words may stand between what announces a secret and the secret.
const AWAITED_WORDS: u8 = 1;
