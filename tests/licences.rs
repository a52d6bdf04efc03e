//! Every crate that is compiled into Holdpoint has a permissive licence: the list in `deny.toml` is the whole list.
//!
//! This needs cargo alone, so that it holds on any machine; `cargo deny` reads the same list where it is installed.
//! Crates of other platforms are left out: cargo knows their licences only once it has downloaded them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn every_dependency_has_a_licence_that_deny_toml_allows() {
    let allowed = allowed();
    let packages = packages();
    assert!(packages.len() > 50, "cargo metadata names only {} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|(name, licence)| match licence {
            None => Some(format!("{name}: names no licence")),
            Some(text) => match permits(text, &allowed) {
                Ok(true) => None,
                Ok(false) => Some(format!("{name}: {text}")),
                Err(fault) => Some(format!("{name}: {text}: {fault}")),
            },
        })
        .collect();
    assert!(refused.is_empty(), "not permissive, or not in deny.toml [licenses] allow:\n  {}", refused.join("\n  "));
}

#[test]
fn the_licence_of_holdpoint_itself_is_the_apache_text() {
    let text = read("LICENSE");
    assert!(text.contains("Apache License") && text.contains("Version 2.0, January 2004"));
    assert!(text.contains("END OF TERMS AND CONDITIONS"));
    assert!(read("Cargo.toml").contains("license = \"Apache-2.0\""));
}

#[test]
fn an_or_needs_one_side_and_an_and_needs_both() {
    let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-2.0",
        "(MIT OR GPL-3.0) AND Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "GPL-2.0 AND GPL-3.0 OR MIT",
    ] {
        assert_eq!(permits(good, &allowed), Ok(true), "{good}");
    }
    for bad in
        ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND MPL-2.0", "MIT WITH LLVM-exception", "AGPL-3.0-only"]
    {
        assert_eq!(permits(bad, &allowed), Ok(false), "{bad}");
    }
    for broken in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "WITH"] {
        assert!(permits(broken, &allowed).is_err(), "{broken}");
    }
}

/// Whether an SPDX licence expression can be met with the allowed licences alone.
///
/// `AND` binds closer than `OR` (SPDX 2.3, annex D); the old spelling `MIT/Apache-2.0` is an `OR`.
fn permits(expression: &str, allowed: &BTreeSet<String>) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let answer = any(&mut words, allowed)?;
    match words.pop() {
        None => Ok(answer),
        Some(word) => Err(format!("unexpected '{word}'")),
    }
}

fn any(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Result<bool, String> {
    let mut answer = all(words, allowed)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        answer |= all(words, allowed)?;
    }
    Ok(answer)
}

fn all(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Result<bool, String> {
    let mut answer = one(words, allowed)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        answer &= one(words, allowed)?;
    }
    Ok(answer)
}

fn one(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Result<bool, String> {
    match words.pop() {
        Some("(") => {
            let answer = any(words, allowed)?;
            words.pop_if(|word| *word == ")").map(|_| answer).ok_or_else(|| "a bracket stays open".to_owned())
        }
        Some(word @ (")" | "OR" | "AND" | "WITH")) => Err(format!("unexpected '{word}'")),
        Some(name) if words.pop_if(|word| *word == "WITH").is_some() => {
            let exception = words.pop().ok_or("nothing after WITH")?;
            Ok(allowed.contains(&format!("{name} WITH {exception}")))
        }
        Some(name) => Ok(allowed.contains(name)),
        None => Err("it ends too early".to_owned()),
    }
}

/// `[licenses] allow` of `deny.toml`.
fn allowed() -> BTreeSet<String> {
    let deny: toml::Table = read("deny.toml").parse().expect("deny.toml is TOML");
    let list = deny["licenses"]["allow"].as_array().expect("licenses.allow is a list");
    list.iter().map(|name| name.as_str().expect("a licence is a string").to_owned()).collect()
}

/// Name with version, and licence, of every package that is built on this platform.
fn packages() -> Vec<(String, Option<String>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    let metadata: Value = serde_json::from_slice(&out.stdout).expect("cargo metadata prints JSON");
    let text = |package: &Value, key: &str| package[key].as_str().map(str::to_owned);
    metadata["packages"]
        .as_array()
        .expect("a list of packages")
        .iter()
        .map(|package| {
            (format!("{} {}", package["name"], package["version"]).replace('"', ""), text(package, "license"))
        })
        .collect()
}

/// The platform that rustc builds for.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let out = Command::new(rustc).arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc -vV names its host").to_owned()
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
