//! What masking a terminal costs: the whole path of a session's display with masking on and off, and the matching of one repaint.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that cannot go on may stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use holdpoint::model::{Mono, Size};
use holdpoint::privacy::screen::{Line, Picture};
use holdpoint::privacy::{Kinds, ScreenMatcher, Settings};
use holdpoint::session::Display;

fn log() -> Vec<u8> {
    let mut out = Vec::new();
    for i in 0..16_000 {
        let line = match i % 50 {
            0 => format!("{{\"level\":\"info\",\"user\":\"alice{i}@example.com\",\"ms\":{i}}}\r\n"),
            7 => format!(
                "10.0.0.{} - - [21/Nov/2026:04:13:51 +0000] \"GET /a/{i} HTTP/1.1\" 200 {}\r\n",
                i % 256,
                i * 37
            ),
            n if n % 5 == 0 => format!("\x1b[32mINFO\x1b[0m request {i} done in \x1b[1m{}\x1b[0m ms\r\n", i % 900),
            _ => {
                format!("Nov 21 04:13:51 web-1 sshd[{i}]: Connection from 10.0.0.7 port {} on 10.0.0.1\r\n", i % 60_000)
            }
        };
        out.extend_from_slice(line.as_bytes());
    }
    out
}

fn page(seed: usize) -> Vec<u8> {
    let mut out = b"\x1b[H".to_vec();
    for row in 0..24 {
        let text = format!(
            "{:5} user{:<8} 20 0 {:8} {:6} S {:4}.{} /usr/bin/program-{}",
            row * seed,
            row,
            seed * 31 + row,
            row * 7,
            seed % 100,
            row % 10,
            seed + row
        );
        out.extend_from_slice(format!("\x1b[{};1H\x1b[3{}m{text:.80}\x1b[m\x1b[K", row + 1, row % 8).as_bytes());
    }
    out
}

fn drawn(settings: &Settings, reads: &[&[u8]]) -> usize {
    let mut display = Display::new(Size::new(80, 24), settings);
    reads.iter().enumerate().map(|(i, read)| display.output(read, Mono(i as u64 * 50)).len()).sum()
}

fn bench(c: &mut Criterion) {
    let off = Settings { kinds: Kinds::NONE, ..Settings::default() };
    let on = Settings::default();
    let log = log();
    let progress: Vec<u8> = (0..20_000).flat_map(|i| format!("\r\x1b[K{i} of 20000 done\n\r").into_bytes()).collect();
    let mut group = c.benchmark_group("terminal");
    group.sample_size(10);
    for (name, bytes) in [("log", &log), ("progress", &progress)] {
        let reads: Vec<&[u8]> = bytes.chunks(4096).collect();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new(name, "off"), |b| b.iter(|| drawn(&off, black_box(&reads))));
        group.bench_function(BenchmarkId::new(name, "on"), |b| b.iter(|| drawn(&on, black_box(&reads))));
    }
    let pages: Vec<Vec<u8>> = std::iter::once(b"\x1b[?1049h".to_vec()).chain((1..200).map(page)).collect();
    let reads: Vec<&[u8]> = pages.iter().map(Vec::as_slice).collect();
    group.throughput(Throughput::Elements(reads.len() as u64));
    group.bench_function(BenchmarkId::new("repaint", "off"), |b| b.iter(|| drawn(&off, black_box(&reads))));
    group.bench_function(BenchmarkId::new("repaint", "on"), |b| b.iter(|| drawn(&on, black_box(&reads))));
    group.finish();
    matching(c, &on);
}

/// Of a repaint only the matching: 24 rows that were never seen, and the same 24 rows again.
fn matching(c: &mut Criterion, settings: &Settings) {
    let picture = |seed: usize| {
        let row = |row: usize| {
            let mut line = Line::default();
            let text = format!(
                "{:5} user{:<8} 20 0 {:8} {:6} S {:4}.{} /usr/bin/program-{} and more text",
                row * seed,
                row,
                seed * 31 + row,
                row * 7,
                seed % 100,
                row % 10,
                seed + row
            );
            text.chars().enumerate().for_each(|(col, c)| line.push(c.encode_utf8(&mut [0; 4]), row * 80 + col));
            line
        };
        Picture { lines: (0..24).map(row).collect(), ..Picture::default() }
    };
    let pictures: Vec<Picture> = (0..400).map(picture).collect();
    let mut matcher = ScreenMatcher::new(settings);
    let mut next = pictures.iter().cycle();
    c.bench_function("matching/24 new rows", |b| b.iter(|| matcher.judge(next.next().unwrap())));
    c.bench_function("matching/24 known rows", |b| b.iter(|| matcher.judge(black_box(&pictures[0]))));
}

criterion_group!(benches, bench);
criterion_main!(benches);
