//! What the analysis of one line costs: each line of `tests/corpus/commands` by itself, as percentiles, and all of them in one pass.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use holdpoint::command::{Context, Dialect, analyse};

/// A line of the corpus.
struct Line {
    text: String,
    context: Context,
}

/// Every line of a part of the corpus.
fn lines(part: &str) -> Vec<Line> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/commands").join(part);
    let mut files: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        for row in std::fs::read_to_string(file).unwrap_or_default().lines() {
            let Ok(row) = serde_json::from_str::<serde_json::Value>(row) else { continue };
            let name = row.get("context").and_then(serde_json::Value::as_str).unwrap_or("shell");
            let Some(text) = row.get("cmd").and_then(serde_json::Value::as_str) else { continue };
            let context = Context::typed_at(Dialect::from_name(name).unwrap_or(Dialect::Shell));
            lines.push(Line { text: text.to_owned(), context });
        }
    }
    lines
}

fn analyse_one(line: &Line) {
    black_box(analyse(black_box(&line.text), &line.context));
}

/// The shortest of five runs of each line: what it costs when nothing else runs.
fn percentiles(part: &str, lines: &[Line]) {
    let mut times: Vec<Duration> = Vec::with_capacity(lines.len());
    for line in lines {
        let once = || {
            let start = Instant::now();
            analyse_one(line);
            start.elapsed()
        };
        times.extend((0..5).map(|_| once()).min());
    }
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 1000).copied().unwrap_or_default();
    let last = times.last().copied().unwrap_or_default();
    println!(
        "{part:<12} {:>6} lines  p50 {:>9.1?}  p99 {:>9.1?}  p99.9 {:>9.1?}  worst {last:>9.1?}",
        lines.len(),
        at(500),
        at(990),
        at(999)
    );
}

fn corpus(c: &mut Criterion) {
    for part in ["everyday", "mentions", "risky", "obfuscated", "hidden"] {
        let lines = lines(part);
        lines.iter().for_each(analyse_one);
        percentiles(part, &lines);
        let mut group = c.benchmark_group("analyse");
        group.throughput(Throughput::Elements(lines.len() as u64)).sample_size(10);
        group.bench_function(part, |b| b.iter(|| lines.iter().for_each(analyse_one)));
        group.finish();
    }
}

criterion_group!(benches, corpus);
criterion_main!(benches);
