//! How fast the ledger takes output: MB/s appended and made durable, bytes on disk, processor time, memory.
//!
//! `cargo bench --bench ledger [-- DIR [MEGABYTES]]`; DIR is where the temporary ledger is made, by default the system's temporary directory.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement reads the clock and may break off"
)]

use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use holdpoint::ledger::{Ledger, Options};
use holdpoint::model::{ChannelKind, Event, EventRecord, Place, Principal, SessionId, SessionMeta, Stream, Wall};

/// What a relay hands over at once.
const CHUNK: usize = 32 << 10;

fn main() {
    // Cargo passes `--bench` along.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let dir = arguments.first().map_or_else(std::env::temp_dir, Into::into);
    let megabytes = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(512);
    println!("{:<8} {:>8} {:>9} {:>9} {:>11} {:>9}", "data", "frame", "MB/s", "disk/raw", "cpu s/GB", "RSS MB");
    for (name, data) in [("log", log()), ("zeros", vec![0; 64 * CHUNK]), ("random", random())] {
        for frame_bytes in [32 << 10, 48 << 10, 64 << 10] {
            measure(&dir, name, &data, megabytes, Options { frame_bytes, ..Options::default() });
        }
    }
    latency(&dir);
}

fn measure(dir: &Path, name: &str, data: &[u8], megabytes: usize, options: Options) {
    let dir = tempfile::tempdir_in(dir).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let data = Bytes::copy_from_slice(data);
    let (start, cpu) = (Instant::now(), cpu_seconds());
    runtime.block_on(async {
        let (ledger, _) = open(dir.path(), &options);
        let mut recorder = ledger.begin(&meta(1), Wall(0)).await.unwrap();
        for seq in 0..(megabytes << 20) / CHUNK {
            let from = seq * CHUNK % data.len();
            let event = Event::Output { stream: Stream::Stdout, bytes: data.slice(from..from + CHUNK) };
            recorder.append(EventRecord { seq: seq as u64, at: Wall(seq as u64), event }).await.unwrap();
        }
        recorder.finish(Wall(1)).await.unwrap();
        ledger.close().await.unwrap();
    });
    let (took, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let raw = (megabytes << 20) as f64;
    println!(
        "{name:<8} {:>8} {:>9.0} {:>9.3} {:>11.2} {:>9}",
        options.frame_bytes,
        raw / took / 1e6,
        disk(dir.path()) as f64 / raw,
        cpu / raw * 1e9,
        resident() >> 20,
    );
}

/// How long a durable event takes when nothing else is going on.
fn latency(dir: &Path) {
    let dir = tempfile::tempdir_in(dir).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (ledger, _) = open(dir.path(), &Options::default());
        let mut recorder = ledger.begin(&meta(2), Wall(0)).await.unwrap();
        let mut durable = recorder.durable();
        let mut took = Vec::new();
        for seq in 0..200 {
            let start = Instant::now();
            let event = Event::Started(Box::new(meta(2)));
            recorder.append(EventRecord { seq, at: Wall(seq), event }).await.unwrap();
            durable.wait_for(|d| *d == Some(seq)).await.unwrap();
            took.push(start.elapsed().as_micros());
        }
        took.sort_unstable();
        println!("durable event: p50 {} µs, p99 {} µs", took[100], took[197]);
    });
}

fn open(dir: &Path, options: &Options) -> (Ledger, Vec<holdpoint::ledger::Interrupted>) {
    Ledger::open(dir, options, SigningKey::from_bytes(&[1; 32]), Wall(0)).unwrap()
}

fn meta(n: u8) -> SessionMeta {
    let who = Principal { user: "a".into(), roles: [].into(), source: None, fingerprint: String::new() };
    let place = Place { target: "t".into(), login: "l".into(), labels: [].into() };
    let id = SessionId::from_bytes([n; 10]);
    SessionMeta { id, who, place, channel: ChannelKind::Shell, pty: None, started: Wall(0) }
}

/// Lines as a busy server writes them.
fn log() -> Vec<u8> {
    let mut out = Vec::new();
    let mut n = 1u64;
    while out.len() < 64 * CHUNK {
        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let line = format!(
            "2026-11-21T12:{:02}:{:02}.{:03}Z app[{}]: GET /api/v1/orders/{} 200 {}ms user={}\n",
            n >> 40 & 31,
            n >> 45 & 31,
            n >> 50 & 511,
            n >> 20 & 63,
            n >> 24 & 0xffff,
            n >> 33 & 255,
            n >> 12 & 1023
        );
        out.extend_from_slice(line.as_bytes());
    }
    out.truncate(64 * CHUNK);
    out
}

fn random() -> Vec<u8> {
    let mut n = 1u64;
    let mut next = || {
        n ^= n << 13;
        n ^= n >> 7;
        n ^= n << 17;
        n
    };
    (0..64 * CHUNK / 8).flat_map(|_| next().to_le_bytes()).collect()
}

fn disk(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|e| if e.path().is_dir() { disk(&e.path()) } else { e.metadata().map_or(0, |m| m.blocks() * 512) })
        .sum()
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, in ticks of 10 ms.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
