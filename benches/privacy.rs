//! How fast the maskers are, in MB/s: `cargo bench --bench privacy`.
//!
//! Ordinary logs, and the inputs that are hardest on detectors. The screen model on the same logs is the yardstick: masking
//! must not be what limits a terminal.

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use holdpoint::model::Mono;
use holdpoint::privacy::{BulkMasker, Kinds, Settings, StreamMasker, detect};

fn find(c: &mut Criterion) {
    each_input(c, "find", inputs(), |bytes| {
        std::hint::black_box(detect::find(bytes, Kinds::ALL));
    });
}

fn stream(c: &mut Criterion) {
    let mut masker = StreamMasker::new(&Settings::default());
    let mut out = Vec::new();
    each_input(c, "stream", all_inputs(), |bytes| {
        for read in bytes.chunks(PTY_READ) {
            out.clear();
            masker.feed(read, Mono(0), &mut out);
        }
    });
}

fn bulk(c: &mut Criterion) {
    let mut masker = BulkMasker::new(&Settings::default());
    let mut out = Vec::new();
    each_input(c, "bulk", all_inputs(), |bytes| {
        for start in (0..bytes.len()).step_by(PACKET) {
            out.clear();
            masker.feed(bytes.slice(start..(start + PACKET).min(bytes.len())), &mut out);
        }
    });
}

/// The yardstick: the bare model, without the clamps of `terminal/screen.rs`.
fn vt100(c: &mut Criterion) {
    #[allow(clippy::disallowed_methods)]
    let mut model = vt100::Parser::default();
    each_input(c, "vt100", all_inputs(), |bytes| bytes.chunks(PTY_READ).for_each(|read| model.process(read)));
}

/// One key at a time, and a repaint of 24 rows.
fn small(c: &mut Criterion) {
    let log = log(&mut Random(1));
    let mut group = c.benchmark_group("small");
    for (name, len) in [("echo", 1), ("rows24", 24 * 80)] {
        group.bench_function(name, |b| {
            let mut masker = StreamMasker::new(&Settings::default());
            let mut out = Vec::new();
            let mut reads = log.chunks(len).cycle();
            b.iter(|| {
                out.clear();
                masker.feed(reads.next().unwrap_or_default(), Mono(0), &mut out);
                out.len()
            });
        });
    }
}

fn each_input(c: &mut Criterion, name: &str, inputs: Vec<(&str, Bytes)>, mut run: impl FnMut(&Bytes)) {
    let mut group = c.benchmark_group(name);
    for (name, bytes) in inputs {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(|| run(&bytes)));
    }
}

fn inputs() -> Vec<(&'static str, Bytes)> {
    let mut random = Random(1);
    vec![
        ("log", log(&mut random)),
        ("served", served()),
        ("colour", colour(&mut random)),
        ("zeros", vec![0; SIZE].into()),
        ("base64", fill(|out| out.extend((0..76).map(|_| base64(&mut random)).chain(*b"\r\n")))),
        ("base64_line", fill(|out| out.push(base64(&mut random)))),
        ("digits", fill(|out| out.extend(random.next().to_string().bytes().chain(*b" ")))),
        ("digits_line", fill(|out| out.push(b'0' + random.below(10) as u8))),
        ("groups", fill(|out| out.extend(format!("{:04} ", random.below(10_000)).bytes()))),
        ("nine", fill(|out| out.extend(format!("is {:09} ", random.below(1_000_000_000)).bytes()))),
        ("hexdump", hexdump(&mut random)),
        ("mailish", fill(|out| out.extend(format!("{}@{}.", random.below(99), random.below(99)).bytes()))),
        ("random", fill(|out| out.push(random.below(256) as u8))),
    ]
}

/// The same, and what is made to be hard: what begins like a value, or speaks of one, again and again without a line's end, and lines full of names of
/// values. The maskers see endless lines in pieces, so that they are not asked of `find`.
fn all_inputs() -> Vec<(&'static str, Bytes)> {
    let random = &mut Random(2);
    let key = |random: &mut Random| KEYS.get(random.below(KEYS.len())).copied().unwrap_or_default();
    let mut all = inputs();
    all.extend([
        ("ones", some(|out| out.extend(format!("{} ", random.below(10)).bytes()))),
        ("pairs", some(|out| out.extend(format!("{:02} ", random.below(100)).bytes()))),
        ("dashed", some(|out| out.extend(format!("{:04}-", random.below(10_000)).bytes()))),
        (
            "addresses",
            some(|out| {
                (0..4)
                    .for_each(|i| out.extend(format!("{}{}", random.below(256), if i < 3 { '.' } else { ' ' }).bytes()))
            }),
        ),
        (
            "dates",
            some(|out| {
                out.extend(
                    format!(
                        "20{:02}-{:02}-{:02}T{:02}:{:02}:00 ",
                        random.below(99),
                        random.below(13),
                        random.below(29),
                        random.below(24),
                        random.below(60)
                    )
                    .bytes(),
                )
            }),
        ),
        ("cards", some(|out| out.extend(format!("4{:015} ", random.next() % 1_000_000_000_000_000).bytes()))),
        (
            "ssn",
            some(|out| {
                out.extend(
                    format!("{:03}-{:02}-{:04} ", random.below(1000), random.below(100), random.below(10_000)).bytes(),
                )
            }),
        ),
        (
            "codes",
            some(|out| {
                out.extend(
                    format!("{:08}{} ", random.below(100_000_000), char::from(b'A' + random.below(26) as u8)).bytes(),
                )
            }),
        ),
        ("mails", some(|out| out.extend(format!("a{}@b{}.com ", random.below(99), random.below(99)).bytes()))),
        ("key_lines", some(|out| line(out, || format!("{}=x{} ", key(random), random.below(99))))),
        ("json_lines", some(|out| line(out, || format!("\"{}\":\"v{}\", ", key(random), random.below(9999))))),
        ("keys", some(|out| out.extend(format!("{}=x{} ", key(random), random.below(99)).bytes()))),
        ("words", some(|out| out.extend(format!("{} ", key(random)).bytes()))),
        ("heads", some(|out| out.extend(b"eyJ"))),
        ("nested", some(|out| out.extend(b"password="))),
    ]);
    all
}

/// A line of a dozen of them.
fn line(out: &mut Vec<u8>, mut part: impl FnMut() -> String) {
    (0..12).for_each(|_| out.extend(part().bytes()));
    out.extend(b"\r\n");
}

/// Names of values.
const KEYS: &[&str] = &[
    "password", "token", "secret", "api_key", "email", "phone", "ssn", "name", "address", "card", "iban", "user",
    "session", "key",
];

/// Web server, JSON, syslog and psql lines; two in a hundred hold a value.
fn log(random: &mut Random) -> Bytes {
    fill(|out| {
        let (a, b, n) = (random.below(256), random.below(256), random.next());
        let line = match random.below(100) {
            0 => format!("2026-11-21T04:{:02}:51Z INFO signup mail=user{a}@example.com plan=free\r\n", b % 60),
            1 => format!("  {a:>4} | card | 4111 1111 1111 1111 | 12/27\r\n"),
            2..=35 => format!(
                "10.0.{a}.{b} - - [21/Nov/2026:04:13:{:02} +0000] \"GET /api/v1/items/{} HTTP/1.1\" 200 {} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\r\n",
                b % 60,
                n % 99_999,
                n % 65_536
            ),
            36..=65 => format!(
                "{{\"ts\":\"2026-11-21T04:13:{:02}.{:06}Z\",\"level\":\"info\",\"trace\":\"{n:016x}{:016x}\",\"ms\":{},\"msg\":\"request done\"}}\r\n",
                b % 60,
                n % 1_000_000,
                n.rotate_left(9),
                a
            ),
            66..=90 => format!(
                "Nov 21 04:13:{:02} web-1 kernel: [{}.{:06}] eth0: link up, {a} packets, seq {}\r\n",
                b % 60,
                n % 99_999,
                n % 1_000_000,
                n % 4_294_967_296
            ),
            _ => format!(
                " {:>8} | item {a:<12} | 2026-11-{:02} 04:13:51 | {:>10}.{:02}\r\n",
                n % 9_999_999,
                1 + b % 28,
                n % 1_000_000,
                a % 100
            ),
        };
        out.extend(line.bytes());
    })
}

/// The lines of `side-by-side.py`.
fn served() -> Bytes {
    let mut n = 0_u32;
    fill(|out| {
        let word = n.wrapping_mul(2_654_435_761);
        let line = format!(
            "2026-01-01T00:{:02}:{:02}.{:03} web-{} GET /item/{word:08x}/{} 200 {} bytes in {} us agent=check\n",
            n / 60 % 60,
            n % 60,
            n % 1000,
            n % 17,
            word % 977,
            word % 60_000,
            word % 9_000
        );
        n = (n + 1) % 20_000;
        out.extend(line.bytes());
    })
}

/// What `ls --color` and `grep --color` write.
fn colour(random: &mut Random) -> Bytes {
    fill(|out| {
        let n = random.below(100_000);
        out.extend(format!("\x1b[0m\x1b[01;34mdir-{n}\x1b[0m  src/file_{n}.rs:\x1b[32m\x1b[K{n}\x1b[m\x1b[K: let \x1b[01;31m\x1b[Kvalue\x1b[m\x1b[K = {n};\r\n").bytes());
    })
}

fn base64(random: &mut Random) -> u8 {
    BASE64.get(random.below(64)).copied().unwrap_or_default()
}

fn hexdump(random: &mut Random) -> Bytes {
    let mut offset = 0_u32;
    fill(|out| {
        out.extend(format!("{offset:08x}: ").bytes());
        for _ in 0..8 {
            out.extend(format!("{:04x} ", random.below(65_536)).bytes());
        }
        out.extend_from_slice(b" ................\r\n");
        offset += 16;
    })
}

fn fill(more: impl FnMut(&mut Vec<u8>)) -> Bytes {
    filled(SIZE, more)
}

/// Less of what takes long.
fn some(more: impl FnMut(&mut Vec<u8>)) -> Bytes {
    filled(SIZE / 16, more)
}

fn filled(size: usize, mut more: impl FnMut(&mut Vec<u8>)) -> Bytes {
    let mut out = Vec::with_capacity(size + 512);
    while out.len() < size {
        more(&mut out);
    }
    out.truncate(size);
    out.into()
}

/// PCG's multiplier: the same bytes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 29)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// More than the second-level cache of one core.
const SIZE: usize = 4 << 20;

/// What one read of a pty gives at most on Linux.
const PTY_READ: usize = 4096;

/// A full packet of an SSH channel (OpenSSH's default).
const PACKET: usize = 32 * 1024;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(800))
        .sample_size(10);
    targets = find, stream, bulk, small, vt100
}
criterion_main!(benches);
