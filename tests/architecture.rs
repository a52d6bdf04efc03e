//! The house's plan, held by a test: which room may know which, which crate lives where, and which rooms touch nothing.
//!
//! It reads the paths that `src/**/*.rs` mentions (`use` lines and paths in code), so a violation is found without compiling
//! anything. Code under `#[cfg(test)]` need not be pure and may use any crate, since it never ships; but it keeps to the arrows, because a
//! test that needs a room further up belongs in `tests/`.
//!
//! When this test fails, the code is wrong more often than the table. A new arrow is a decision about the design: change the
//! table only together with the sentence in `docs/ARCHITECTURE.md` that says why.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/source.rs"]
mod source;

use source::{Mention, Source};

/// Room → what of ours it may mention besides itself: a whole room, or one module of it.
///
/// In the order of the street, from the ground up: a room knows rooms that stand above it in this list only, so there is no circle.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("terminal", &[]),
    ("command", &["model"]),
    ("privacy", &["model"]),
    ("policy", &["model"]),
    ("approval", &["model"]),
    ("replay", &["model", "terminal"]),
    ("session", &["model", "terminal", "command", "privacy", "policy", "approval"]),
    ("notify", &["model"]),
    ("ca", &["model", "policy::permit"]),
    ("ledger", &["model", "policy::permit"]),
    ("config", &["model", "policy", "notify"]),
    ("target", &["model", "policy::permit", "ca"]),
    ("broker", &["model", "policy", "approval", "session", "target", "ledger", "notify", "config"]),
    ("api", &["model", "broker"]),
    ("tui", &["model", "terminal", "replay", "api::wire"]),
    ("gateway", &["model", "broker", "tui", "ca"]),
    ("cli", &["*"]),
];

/// Single words that cross where the plan draws no arrow, each with its reason. Shorter is better.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("broker", "ca", "it carries the user CA from the keyring to the dialler, and signs nothing itself"),
    ("broker", "privacy::Settings", "it hands what the configuration says to the engine"),
    ("broker", "privacy::RuleSet", "it hands the site's rules to the engine, anew at each SIGHUP"),
    ("gateway", "policy::Action", "the word with which it asks about a channel that is refused"),
    ("gateway", "target::Lane", "a queue counted in bytes is one type from the client to the target"),
    ("gateway", "target::Meter", "the count of that queue decides about the client's window"),
    ("gateway", "target::remote", "one table of signal names for both legs"),
];

/// Rooms that touch nothing: time, randomness and bytes come in as arguments.
const PURE: &[&str] = &["model", "terminal", "command", "privacy", "policy", "approval", "replay", "session", "tui"];

/// Files of pure rooms that may touch the world, and why.
const IMPURE_FILES: &[&str] = &[
    // The one loop: it owns the terminal, reads keys and waits for news.
    "tui/run.rs",
];

/// What a pure room never mentions.
const IMPURE: &[&[&str]] = &[
    &["tokio"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["std", "*"],
    &["Instant", "now"],
    &["SystemTime", "now"],
    &["std", "time", "Instant", "now"],
    &["std", "time", "SystemTime", "now"],
    &["rand"],
    &["russh"],
    &["sled"],
];

/// What is allowed although it stands under something impure: an address is a word, a socket is not.
const WORDS: &[&[&str]] = &[&["std", "net", "IpAddr"], &["std", "net", "Ipv6Addr"]];

/// Crates that are part of the language here: any room may use them.
const EVERYWHERE: &[&str] = &["bytes", "serde", "thiserror"];

/// Every other crate → the rooms it lives in.
const CRATES: &[(&str, &[&str])] = &[
    ("aho-corasick", &["command", "privacy"]),
    ("anyhow", &["cli"]),
    ("base64", &["model", "command", "terminal", "session", "privacy", "ca", "api", "tui", "cli"]),
    ("cedar-policy", &["policy"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crossterm", &["tui", "cli"]),
    ("ed25519-dalek", &["ca", "ledger"]),
    ("landlock", &["target", "cli"]),
    ("memchr", &["privacy"]),
    ("portable-pty", &["target"]),
    ("rand", &["ca", "broker", "api", "gateway", "cli"]),
    ("ratatui", &["tui"]),
    ("regex-automata", &["command", "privacy", "replay"]),
    ("russh", &["ca", "config", "target", "api", "gateway", "cli"]),
    ("rustix", &["ca", "ledger", "target", "broker", "api", "tui", "gateway", "cli"]),
    ("serde_json", &["policy", "replay", "ledger", "notify", "api", "cli"]),
    ("sha2", &["model", "session", "approval", "ledger", "ca", "policy", "cli"]),
    ("shuck-ast", &["command"]),
    ("shuck-parser", &["command"]),
    ("signature", &["ca"]),
    ("sled", &["ledger"]),
    ("tokio", &["ledger", "notify", "target", "broker", "api", "tui", "gateway", "cli"]),
    ("toml", &["command", "privacy", "config"]),
    ("tracing", &["ca", "ledger", "notify", "target", "broker", "api", "gateway", "cli"]),
    ("tracing-subscriber", &["cli"]),
    ("unicode-width", &["terminal", "privacy", "session", "replay", "tui", "cli"]),
    ("vt100", &["terminal"]),
    ("zeroize", &["ca", "session", "target", "api"]),
    ("zstd", &["ledger"]),
];

/// Lines of code in a file, tests and comments not counted. A longer file holds two things: split it.
const MAX_CODE_LINES: usize = 600;

#[test]
fn every_room_knows_only_the_rooms_it_may_know() {
    assert_none(files().iter().flat_map(arrow_faults).collect());
}

#[test]
fn pure_rooms_touch_nothing() {
    assert_none(files().iter().flat_map(purity_faults).collect());
}

#[test]
fn every_outside_crate_stays_in_its_rooms() {
    assert_none(files().iter().flat_map(crate_faults).collect());
}

#[test]
fn every_dependency_has_its_rooms_in_the_table() {
    let manifest: toml::Table =
        fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml").parse().expect("Cargo.toml is TOML");
    let used: BTreeSet<&str> =
        manifest["dependencies"].as_table().expect("dependencies").keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = EVERYWHERE.iter().copied().chain(CRATES.iter().map(|(name, _)| *name)).collect();
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "say in CRATES which rooms may use these crates of Cargo.toml: {missing:?}");
    let stale: Vec<_> = known.difference(&used).collect();
    assert!(stale.is_empty(), "CRATES names crates that Cargo.toml does not: {stale:?}");
}

#[test]
fn the_table_itself_has_no_circle_and_names_every_room() {
    let mut above = BTreeSet::new();
    for (room, arrows) in ARROWS {
        for to in arrows.iter().filter(|to| **to != "*") {
            let to = to.split("::").next().expect("a name");
            assert!(above.contains(to), "{room} → {to}: {to} must stand above {room} in ARROWS, or there is a circle");
        }
        assert!(above.insert(*room), "{room} stands twice in ARROWS");
        for (_, to, _) in EXCEPTIONS.iter().filter(|(from, _, _)| from == room) {
            let to = to.split("::").next().expect("a name");
            assert!(above.contains(to), "{room} → {to} is an exception that makes a circle");
        }
    }
    let rooms: BTreeSet<String> = files().into_iter().map(|file| file.room).filter(|room| !room.is_empty()).collect();
    for room in &rooms {
        assert!(
            above.contains(room.as_str()),
            "src/{room} is no room of the plan: give it a place in ARROWS, or another name"
        );
    }
    for room in PURE {
        assert!(above.contains(room), "{room} is pure but no room");
    }
}

#[test]
fn every_room_says_in_its_first_line_what_it_is() {
    let silent: Vec<String> = files()
        .iter()
        .filter(|file| file.is_head())
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("src/{}: begin with `//! ` and the room's one sentence", file.name))
        .collect();
    assert_none(silent);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<String> = files()
        .iter()
        .filter(|file| file.source.code_lines > MAX_CODE_LINES)
        .map(|file| {
            let lines = file.source.code_lines;
            format!("src/{}: {lines} lines of code without tests, {MAX_CODE_LINES} are allowed: it holds two things, split it", file.name)
        })
        .collect();
    assert_none(long);
}

fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

/// One file under `src/`.
struct File {
    /// Under `src`, with `/`.
    name: String,
    /// Its room; empty for `lib.rs`, which only lists the rooms.
    room: String,
    text: String,
    source: Source,
}

impl File {
    fn new(name: &str, text: String) -> Self {
        let parts: Vec<&str> = name.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
        let module: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        let (room, module) = match module.first().map(String::as_str) {
            Some("lib") => (String::new(), Vec::new()),
            // The binary's root: part of the room of verbs.
            Some("main") => ("cli".to_owned(), Vec::new()),
            Some(room) => (room.to_owned(), module),
            None => (String::new(), Vec::new()),
        };
        let source = source::read(&text, &module);
        Self { name: name.to_owned(), room, text, source }
    }

    fn is_head(&self) -> bool {
        !self.room.is_empty()
            && (self.name == format!("{}/mod.rs", self.room) || self.name == format!("{}.rs", self.room))
    }

    fn fault(&self, mention: &Mention, what: &str) -> String {
        format!("src/{}:{}: {} mentions `{}`: {what}", self.name, mention.line, self.room, mention.text())
    }
}

/// Mentions of rooms that this file's room may not know.
fn arrow_faults(file: &File) -> Vec<String> {
    let Some((_, arrows)) = ARROWS.iter().find(|(room, _)| *room == file.room) else { return Vec::new() };
    let rooms: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let mut faults = Vec::new();
    for mention in &file.source.mentions {
        let ("crate" | "holdpoint") = mention.path[0].as_str() else { continue };
        let Some(to) = mention.path.get(1).map(String::as_str) else {
            faults.push(file.fault(mention, "the whole crate under another name hides the arrows"));
            continue;
        };
        if to == "*" && file.room != "cli" {
            faults.push(file.fault(mention, "a glob over the crate is an arrow to every room"));
        }
        let allowed = |arrow: &&str| *arrow == "*" || covers(arrow, &mention.path[1..]);
        let excepted = EXCEPTIONS.iter().any(|(from, to, _)| *from == file.room && covers(to, &mention.path[1..]));
        if rooms.contains(to) && to != file.room && !arrows.iter().any(allowed) && !excepted {
            faults.push(file.fault(mention, &format!("{} may know only {arrows:?}", file.room)));
        }
    }
    faults
}

/// Whether the arrow (`model`, `policy::permit`) covers a path inside the crate.
fn covers(arrow: &str, path: &[String]) -> bool {
    let words: Vec<&str> = arrow.split("::").collect();
    path.len() >= words.len() && words.iter().zip(path).all(|(a, b)| a == b)
}

/// Mentions of clocks, disks, sockets, processes and randomness in a pure room.
fn purity_faults(file: &File) -> Vec<String> {
    if !PURE.contains(&file.room.as_str()) || IMPURE_FILES.contains(&file.name.as_str()) {
        return Vec::new();
    }
    let impure = |mention: &Mention| {
        let hidden = mention.renamed
            && ["std", "Instant", "SystemTime"].contains(&mention.path.last().map_or("", String::as_str));
        hidden
            || IMPURE.iter().any(|words| mention.starts_with(words))
                && !WORDS.iter().any(|words| mention.starts_with(words))
    };
    let product = file.source.mentions.iter().filter(|mention| !mention.test);
    product
        .filter(|mention| impure(mention))
        .map(|mention| file.fault(mention, "a pure room gets time, randomness and bytes as arguments"))
        .collect()
}

/// Mentions of outside crates in rooms where they do not live.
fn crate_faults(file: &File) -> Vec<String> {
    let homes: BTreeMap<String, &[&str]> =
        CRATES.iter().map(|(name, rooms)| (name.replace('-', "_"), *rooms)).collect();
    let product = file.source.mentions.iter().filter(|mention| !mention.test);
    product
        .filter_map(|mention| {
            let rooms = homes.get(mention.path[0].as_str())?;
            let home = rooms.contains(&file.room.as_str());
            (!home).then(|| file.fault(mention, &format!("that crate lives in {rooms:?}")))
        })
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, read; those that a `#[cfg(test)] mod name;` declares count as tests throughout.
fn files() -> Vec<File> {
    let src = root().join("src");
    let mut paths = Vec::new();
    collect(&src, &mut paths);
    let mut files: Vec<File> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&src).expect("under src").to_string_lossy().replace('\\', "/");
            File::new(&name, fs::read_to_string(path).expect("a readable source file"))
        })
        .collect();
    assert!(files.len() > 10, "only {} files under src", files.len());
    mark_test_files(&mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            out.push(path);
        }
    }
}

fn mark_test_files(files: &mut [File]) {
    let mut roots: Vec<String> = Vec::new();
    for file in files.iter() {
        let folder = match file.name.strip_suffix("mod.rs") {
            Some(folder) => folder.to_owned(),
            None => format!("{}/", file.name.trim_end_matches(".rs")),
        };
        roots.extend(file.source.test_modules.iter().map(|name| format!("{folder}{name}")));
    }
    for file in files {
        if roots.iter().any(|root| file.name == format!("{root}.rs") || file.name.starts_with(&format!("{root}/"))) {
            file.source.mentions.iter_mut().for_each(|mention| mention.test = true);
            file.source.code_lines = 0;
        }
    }
}

/// The test is tested: small files, each with one fault or none.
mod the_reader {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File::new(name, text.to_owned())
    }

    fn paths(text: &str) -> Vec<String> {
        file("broker/desk.rs", text).source.mentions.iter().map(Mention::text).collect()
    }

    #[test]
    fn opens_use_trees_up_to_plain_paths() {
        assert_eq!(
            paths("use crate::{model::{self, Shown as S}, ledger::*, policy::permit::Viewing};\nuse std::io;"),
            ["crate::model", "crate::model::Shown", "crate::ledger::*", "crate::policy::permit::Viewing", "std::io",]
        );
        assert_eq!(
            paths("pub(in crate::policy) use super::registry::Live;"),
            ["crate::policy", "crate::broker::registry::Live"]
        );
        assert_eq!(paths("use ::tokio::sync::mpsc;\nextern crate sled;"), ["tokio::sync::mpsc", "sled"]);
    }

    #[test]
    fn finds_paths_in_code_types_and_attributes() {
        let text = "#[derive(clap::Parser)] struct A { x: Vec<crate::model::Size> } \
                    fn f() { crate::ledger::open::<std::fs::File>(1); let c = 'a'; r#type::x(); }";
        assert_eq!(
            paths(text),
            ["clap::Parser", "crate::model::Size", "crate::ledger::open", "std::fs::File", "type::x"]
        );
    }

    #[test]
    fn climbs_out_of_modules_with_super_and_self() {
        assert_eq!(paths("use super::super::ledger::Store;"), ["crate::ledger::Store"]);
        assert_eq!(
            paths("mod a { mod b { fn f() { super::super::super::super::ledger::x() } } }"),
            ["crate::ledger::x"]
        );
        assert_eq!(
            paths("mod a { use self::b::C; } use self::d::E;"),
            ["crate::broker::desk::a::b::C", "crate::broker::desk::d::E"]
        );
    }

    #[test]
    fn does_not_read_comments_strings_characters_or_lifetimes() {
        let text = r##"
            // crate::ledger::a
            /* crate::ledger::b /* crate::ledger::c */ crate::ledger::d */
            /// [`crate::ledger::Doc`]
            const A: &str = "crate::ledger::e \" crate::ledger::f";
            const B: &str = r#"crate::ledger::g " crate::ledger::h"#;
            const C: &[u8] = br"crate::ledger::i";
            const D: (char, char, u8) = ('"', '\'', b'"');
            fn f<'a>(x: &'a crate::model::Size, y: char) -> &'a str { "//" }
        "##;
        assert_eq!(paths(text), ["crate::model::Size"]);
    }

    #[test]
    fn counts_lines_of_code_and_leaves_tests_out() {
        let text = "//! Doc.\n\nuse a::b; // x\n/* y\n */\nfn f() {\n    1;\n}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
        assert_eq!(file("model/x.rs", text).source.code_lines, 4);
    }

    #[test]
    fn a_forbidden_arrow_is_found_on_its_line() {
        for text in [
            "\nuse crate::ledger::Store;",
            "\nfn f(x: crate::ledger::Store) {}",
            "\nuse crate::{model::Size, ledger as l};",
            "\nuse super::super::ledger::Store;",
            "\n#[cfg(test)] mod tests { use crate::ledger::Store; }",
            "\nuse crate::*;",
            "\nuse crate as all;",
        ] {
            let faults = arrow_faults(&file("session/engine.rs", text));
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert!(faults[0].starts_with("src/session/engine.rs:2: session mentions `crate"), "{}", faults[0]);
        }
    }

    #[test]
    fn an_allowed_arrow_is_none_of_our_business() {
        for (name, text) in [
            ("session/engine.rs", "use crate::{command::judge, model::*, session::x, policy::permit::Release};"),
            ("ca/sign.rs", "use crate::policy::permit::Admission;"),
            ("tui/view.rs", "use crate::api::wire::{Call, Reply};"),
            ("cli/serve.rs", "use crate::{gateway, ledger, tui};"),
            ("main.rs", "fn main() { holdpoint::cli::main() }"),
            ("model/mod.rs", "pub mod who; pub use who::Place;"),
            ("lib.rs", "pub mod model; pub use crate::gateway::x;"),
        ] {
            assert_eq!(arrow_faults(&file(name, text)), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn one_module_of_a_room_is_not_the_room() {
        assert_eq!(arrow_faults(&file("ca/sign.rs", "use crate::policy::Policies;")).len(), 1);
        assert_eq!(arrow_faults(&file("tui/view.rs", "use crate::api::{wire::Call, server};")).len(), 1);
    }

    #[test]
    fn a_clock_a_disk_or_a_socket_in_a_pure_room_is_found() {
        for text in [
            "use std::fs;",
            "use std::{collections::BTreeMap, fs::File};",
            "fn f() { std::env::var(\"X\"); }",
            "use std::net::{IpAddr, TcpStream};",
            "use std::net;",
            "use core::net::SocketAddr;",
            "use std::*;",
            "use std::time::Instant; fn f() { Instant::now(); }",
            "fn f() { std::time::SystemTime::now(); }",
            "use std::time::Instant as I;",
            "use tokio::sync::mpsc;",
            "use rand::Rng as _;",
            "use std as s;",
            "fn f() { std::process::exit(1) }",
        ] {
            assert_eq!(purity_faults(&file("privacy/mask.rs", text)).len(), 1, "{text}");
            assert!(purity_faults(&file("broker/drive.rs", text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn words_and_tests_and_the_loop_file_are_exempt_from_purity() {
        for (name, text) in [
            ("model/who.rs", "use std::net::IpAddr; fn f(x: std::net::IpAddr, env: u8) {}"),
            ("terminal/x.rs", "use std::time::{Duration, Instant}; fn f(now: Instant) {}"),
            ("privacy/mask.rs", "#[cfg(test)]\nmod tests { use std::fs; fn f() { std::time::Instant::now(); } }"),
            ("privacy/mask.rs", "#[cfg(test)]\nuse std::{fs, env};"),
            ("tui/run.rs", "use tokio::sync::mpsc;"),
        ] {
            assert_eq!(purity_faults(&file(name, text)), Vec::<String>::new(), "{name}");
        }
        let behind = "#[cfg(test)] mod tests { fn f() {} } use std::fs;";
        assert_eq!(purity_faults(&file("privacy/mask.rs", behind)).len(), 1, "what follows a test module is no test");
        let not_test = "#[cfg(not(test))] use std::fs;";
        assert_eq!(purity_faults(&file("privacy/mask.rs", not_test)).len(), 1);
    }

    #[test]
    fn a_file_that_a_test_module_declares_is_a_test() {
        let mut files = vec![
            file("privacy/mod.rs", "//! Room.\n#[cfg(test)]\nmod tests;\nmod mask;"),
            file("privacy/tests.rs", "use std::fs;"),
            file("privacy/mask.rs", "use std::fs;"),
        ];
        mark_test_files(&mut files);
        let faults: Vec<String> = files.iter().flat_map(purity_faults).collect();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("src/privacy/mask.rs:1:"), "{faults:?}");
    }

    #[test]
    fn a_crate_outside_its_rooms_is_found() {
        assert_eq!(crate_faults(&file("broker/x.rs", "use sled::Db;")).len(), 1);
        assert_eq!(crate_faults(&file("cli/x.rs", "fn f() { vt100::Parser::new() }")).len(), 1);
        assert_eq!(crate_faults(&file("broker/x.rs", "use shuck_parser::Parser;")).len(), 1);
        assert!(crate_faults(&file("ledger/x.rs", "use sled::Db; use bytes::Bytes;")).is_empty());
        assert!(crate_faults(&file("broker/x.rs", "#[cfg(test)] mod tests { use sled::Db; }")).is_empty());
    }
}
