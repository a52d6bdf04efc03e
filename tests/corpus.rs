//! How much of the corpus in `tests/corpus/commands` the default policy holds on a production target, class by class, against the bars.
//!
//! The corpus was written apart from the catalogue. `cargo test --test corpus -- --nocapture` prints every class; the lines that are judged
//! otherwise than their label says are printed when a bar is missed, and always with `HOLDPOINT_MISSES=1`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use holdpoint::command::{Analysis, Context, Dialect, analyse};
use holdpoint::model::{Certainty, Place, Principal, Wall};
use holdpoint::policy::{Channel, Circumstances, Memo, Policy};
use serde::Deserialize;

/// A line with its label.
#[derive(Debug, Deserialize)]
struct Row {
    cmd: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    class: Option<String>,
}

/// What was counted of a class.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    lines: usize,
    flagged: usize,
}

impl Count {
    /// In ten thousandths, rounded down.
    fn share(self) -> usize {
        self.flagged * 10_000 / self.lines.max(1)
    }
}

/// Judges a part of the corpus: each class, the sum, and the lines of which `wrong` says that they are judged wrongly.
fn measure(part: &str, wrong: fn(bool) -> bool) -> (BTreeMap<String, Count>, Count, Vec<String>) {
    let policy = Policy::builtin().expect("the built-in policy loads");
    let who = Principal {
        user: "engineer".to_owned(),
        roles: ["engineer".to_owned()].into(),
        source: None,
        fingerprint: String::new(),
    };
    let labels = [("env".to_owned(), "production".to_owned())].into();
    let place = Place { target: "production".to_owned(), login: "root".to_owned(), labels };
    let circumstances = Circumstances { now: Wall::default(), channel: Channel::Shell };
    let mut memo = Memo::new(&policy, &who, &place, circumstances);
    let (mut classes, mut all, mut odd) = (BTreeMap::<String, Count>::new(), Count::default(), Vec::new());
    for file in files(part) {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or(part).to_owned();
        let text = std::fs::read_to_string(&file).expect("a file of the corpus can be read");
        for line in text.lines() {
            let row: Row = serde_json::from_str(line).expect("a line of the corpus is a JSON object");
            let name = row.context.as_deref().unwrap_or("shell");
            let Analysis { effects, .. } = match Dialect::from_name(name) {
                Some(dialect) => analyse(&row.cmd, &Context::typed_at(dialect)),
                None => analyse(&row.cmd, &Context::PROMPT),
            };
            let flagged = memo.judge(&effects, Certainty::Exact).verdict != holdpoint::model::Verdict::Allow;
            let class = classes.entry(row.class.clone().unwrap_or_else(|| stem.clone())).or_default();
            for count in [class, &mut all] {
                count.lines += 1;
                count.flagged += usize::from(flagged);
            }
            if wrong(flagged) {
                let kinds: Vec<_> = effects.iter().map(|e| format!("{}/{}", e.kind, e.severity.word())).collect();
                odd.push(format!("{name:<8} {:?}  {}", row.cmd, kinds.join(" ")));
            }
        }
    }
    (classes, all, odd)
}

fn files(part: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/commands").join(part);
    let entries = std::fs::read_dir(&folder).expect("the corpus is there").flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no lines in {}", folder.display());
    files
}

fn table(part: &str, classes: &BTreeMap<String, Count>, all: Count) {
    let row = |name: &str, count: Count| {
        let share = count.share();
        println!("{name:<24} {:>6} {:>6} {:>4}.{:02} %", count.lines, count.flagged, share / 100, share % 100);
    };
    println!("\n{part:<24} {:>6} {:>6}", "lines", "held");
    classes.iter().for_each(|(name, count)| row(name, *count));
    row("all", all);
}

fn report(odd: &[String], always: bool) {
    if always || std::env::var_os("HOLDPOINT_MISSES").is_some() {
        odd.iter().for_each(|line| println!("    {line}"));
    }
}

/// At least so many ten thousandths of a part are held, and of each class that has a bar of its own.
fn at_least(part: &str, bar: usize, each: usize) {
    let (classes, all, odd) = measure(part, |flagged| !flagged);
    table(part, &classes, all);
    let low: Vec<_> = classes.iter().filter(|(_, count)| count.share() < each).map(|(name, _)| name).collect();
    report(&odd, all.share() < bar || !low.is_empty());
    assert!(all.share() >= bar, "{part}: {} of {} lines are held", all.flagged, all.lines);
    assert!(low.is_empty(), "{part}: too few lines are held of {low:?}");
}

/// At most so many ten thousandths of a part are held.
fn at_most(part: &str, bar: usize) {
    let (classes, all, odd) = measure(part, |flagged| flagged);
    table(part, &classes, all);
    report(&odd, all.share() > bar);
    assert!(all.share() <= bar, "{part}: {} of {} lines are held", all.flagged, all.lines);
}

#[test]
fn obfuscated_variants_are_held() {
    at_least("obfuscated", 9_200, 0);
}

#[test]
fn lines_that_show_no_dangerous_word_are_held() {
    at_least("hidden", 8_500, 0);
}

#[test]
fn everyday_lines_pass() {
    at_most("everyday", 20);
}

#[test]
fn lines_that_only_mention_danger_pass() {
    at_most("mentions", 200);
}

/// Marsaglia's xorshift64: the same lines at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end.max(1)
    }

    /// A line with pieces taken out, doubled, turned round, or replaced with pieces of another.
    fn mutated(&mut self, line: &str, other: &str) -> String {
        const NOISE: [&str; 20] = [
            "'", "\"", "`", "$(", ")", "${", "}", "\\", "\n", "|", "<<E", "<(", ";", "{a,b}", "é", "\0", "[", "((",
            "!", "$'\\x",
        ];
        let mut chars: Vec<char> = line.chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(chars.len() + 1);
            let end = (at + self.below(12)).min(chars.len());
            match self.below(5) {
                0 => drop(chars.drain(at..end)),
                1 => chars
                    .splice(at..at, NOISE.get(self.below(NOISE.len())).copied().unwrap_or_default().chars())
                    .for_each(drop),
                2 => chars.splice(at..end, other.chars().skip(self.below(other.len())).take(20)).for_each(drop),
                3 => {
                    let piece: Vec<char> = chars.iter().copied().skip(at).take(end - at).collect();
                    let times = 1 + self.below(64);
                    chars.splice(at..at, piece.repeat(times)).for_each(drop);
                }
                _ => chars.iter_mut().skip(at).take(end - at).for_each(|c| *c = c.to_ascii_uppercase()),
            }
        }
        chars.into_iter().collect()
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long an analysis takes is what is tested")]
fn mutated_lines_neither_panic_nor_hang_and_their_spans_lie_in_them() {
    let rows = |part: &str| -> Vec<Row> {
        let texts = files(part).into_iter().map(|file| std::fs::read_to_string(file).expect("a file can be read"));
        texts
            .flat_map(|text| text.lines().map(|l| serde_json::from_str(l).expect("a row")).collect::<Vec<Row>>())
            .collect()
    };
    let rows: Vec<Row> = ["obfuscated", "hidden", "mentions"].into_iter().flat_map(rows).collect();
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    for row in &rows {
        for _ in 0..3 {
            let other = rows.get(chance.below(rows.len())).map_or("", |other| other.cmd.as_str());
            let line = chance.mutated(&row.cmd, other);
            let name = row.context.as_deref().unwrap_or("shell");
            let context = Dialect::from_name(name).map_or(Context::PROMPT, Context::typed_at);
            let begun = std::time::Instant::now();
            let analysis = analyse(&line, &context);
            assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{line:?} took {:?}", begun.elapsed());
            for effect in analysis.effects {
                let span = effect.span;
                assert!(line.get(span.start..span.end).is_some(), "{span:?} of {:?} in {line:?}", effect.reason);
            }
        }
    }
}
