//! How much of the marked values in `tests/corpus/privacy` is hidden, and how much that is harmless is touched.
//!
//! A value counts as hidden when at least nine tenths of its characters are. What was missed is printed by type.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::collections::BTreeMap;
use std::path::Path;

use holdpoint::privacy::Settings;
use holdpoint::privacy::detect::{Detector, Memory};
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    id: String,
    text: String,
    spans: Vec<Span>,
}

/// In Unicode code points.
#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
}

fn records(file: &str) -> Vec<Record> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/privacy").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// For each code point of a text whether it would be hidden.
fn hidden(detector: &Detector, text: &str) -> Vec<bool> {
    let mut hits = Vec::new();
    detector.text(text.as_bytes(), &mut Memory::default(), &mut hits);
    text.char_indices().map(|(at, _)| hits.iter().any(|hit| (hit.start..hit.end).contains(&at))).collect()
}

fn share_hidden(file: &str) -> f64 {
    let detector = Detector::new(&Settings::default());
    let mut by_type: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for record in records(file) {
        let hidden = hidden(&detector, &record.text);
        let characters: Vec<char> = record.text.chars().collect();
        for span in &record.spans {
            let covered = hidden[span.start..span.end].iter().filter(|it| **it).count();
            let found = covered * 10 >= (span.end - span.start) * 9;
            let (all, good) = by_type.entry(span.kind.clone()).or_default();
            *all += 1;
            *good += usize::from(found);
            if !found {
                let around = span.start.saturating_sub(40)..span.end;
                println!("missed {} {}: {:?}", span.kind, record.id, characters[around].iter().collect::<String>());
            }
        }
    }
    for (kind, (all, good)) in &by_type {
        println!("{kind:<28} {good:>5} of {all:>5}");
    }
    let (all, good) = by_type.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{file}: {good} of {all}");
    good as f64 / all as f64
}

#[test]
fn personal_data_of_the_corpus_is_hidden() {
    assert!(share_hidden("personal.jsonl") >= 0.97);
}

#[test]
fn secrets_of_the_corpus_are_hidden() {
    assert!(share_hidden("secrets.jsonl") >= 0.95);
}

#[test]
fn harmless_output_is_left_alone() {
    let detector = Detector::new(&Settings::default());
    let records = records("harmless.jsonl");
    let touched: Vec<&Record> =
        records.iter().filter(|record| hidden(&detector, &record.text).contains(&true)).collect();
    for record in &touched {
        println!("touched {}: {:?}", record.id, record.text);
    }
    assert!(touched.len() * 1000 <= records.len() * 5, "{} of {}", touched.len(), records.len());
}

/// A site's own rules, from the file that the configuration names to what `scan` finds and `check` says.
#[test]
fn a_house_finds_its_own_values_and_hears_of_its_faults() {
    let dir = tempfile::tempdir().expect("a directory");
    let example = include_str!("../docs/holdpoint.example.toml");
    let config = dir.path().join("holdpoint.toml");
    std::fs::write(&config, example.replace("[privacy]\n", "[privacy]\nrules = \"privacy.toml\"\n")).expect("written");
    let rules = "[[token]]\nid = \"staff\"\nkind = \"national_id\"\nstarts = [\"EMP-\"]\npattern = 'EMP-[0-9]{6}\\b'\nmatch = [\"badge «EMP-004711» ok\"]\npass = [\"EMP-47\"]\n";
    let write = |text: &str| std::fs::write(dir.path().join("privacy.toml"), text).expect("written");
    let run = |args: &[&str], input: &str| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_holdpoint"))
            .args(args)
            .arg("--config")
            .arg(&config)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("holdpoint starts");
        std::io::Write::write_all(&mut child.stdin.take().expect("its input"), input.as_bytes()).expect("it reads");
        let done = child.wait_with_output().expect("it ends");
        format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    };
    write(rules);
    let record = "{\"id\":1,\"text\":\"EMP-123456 wrote\"}\n";
    let found = run(&["scan", "--json", "--stdin"], record);
    assert!(found.contains("\"start\":0,\"end\":10,\"type\":\"national_id\""), "{found}");
    assert!(!run(&["check"], "").contains("privacy.toml"), "a file that holds has no faults");
    write(&rules.replace("EMP-47\"", "EMP-123456\""));
    for said in [run(&["check"], ""), run(&["scan", "--json", "--stdin"], record), run(&["serve"], "")] {
        assert!(said.contains("privacy.toml:7") || said.contains("keys"), "file and line: {said}");
    }
    let said = run(&["check"], "");
    assert!(said.contains("privacy.toml:7") && said.contains("must pass"), "{said}");
}
