//! The entry points of `fuzz/` on the stable toolchain: some hundred hostile inputs for each, the same at every run and on every machine.
//!
//! When one fails, the input is printed; `cargo +nightly fuzz run NAME` looks longer, and so does `HOLDPOINT_FUZZ_SECS=60`, with other inputs for
//! each `HOLDPOINT_FUZZ_SEED`.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on says why")]

#[path = "../fuzz/entries.rs"]
mod entries;

use std::time::{Duration, Instant};

/// No input may take longer of a processor, in a build without optimisation; how busy the machine is does not count.
const SLOW: Duration = Duration::from_secs(10);

macro_rules! fuzzed {
    ($($name:ident: $inputs:literal)*) => {
        $(
            #[test]
            fn $name() {
                feed(stringify!($name), entries::$name, $inputs);
            }
        )*

        #[test]
        fn every_entry_point_is_fed() {
            let all: Vec<_> = entries::ENTRIES.iter().map(|(name, _)| *name).collect();
            assert_eq!(all, [$(stringify!($name)),*]);
            for name in all {
                let target = format!("{}/fuzz/fuzz_targets/{name}.rs", env!("CARGO_MANIFEST_DIR"));
                assert!(std::path::Path::new(&target).exists(), "{target} is missing");
            }
        }
    };
}

// How many inputs each gets: what takes it a second or three.
fuzzed! {
    keys: 5000
    marks: 3000
    line: 200
    shell: 400
    sql: 400
    code: 100
    consoles: 100
    gate: 100
    stream_masker: 100
    screen_masker: 800
    matcher: 800
}

/// Feeds an entry point so many inputs, or for as long as `HOLDPOINT_FUZZ_SECS` says; whatever was begun is finished.
fn feed(name: &str, entry: fn(&[u8]), usual: usize) {
    let said = |name: &str| std::env::var(name).ok().and_then(|said| said.parse::<u64>().ok());
    let time = said("HOLDPOINT_FUZZ_SECS").map(Duration::from_secs);
    // The number is never zero, which the generator could not leave.
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (said("HOLDPOINT_FUZZ_SEED").unwrap_or(0) << 1));
    let begun = now();
    let mut inputs = 0;
    while time.map_or(inputs < usual, |time| inputs == 0 || now() - begun < time) {
        let input = Input(name, chance.input());
        let from = worked();
        entry(&input.1);
        let took = worked() - from;
        assert!(took < SLOW, "{name} took {took:?} over {} bytes", input.1.len());
        inputs += 1;
    }
    let peak = peak_kib();
    assert!(peak < 1 << 20, "{name}: {peak} KiB at most after {inputs} inputs");
}

/// How long this thread has had a processor (proc(5), `schedstat`, in nanoseconds); where the kernel does not count that, how late it is.
fn worked() -> Duration {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(now);
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| now() - *BEGUN, Duration::from_nanos)
}

/// An input that shows itself when the test fails over it.
struct Input<'a>(&'a str, Vec<u8>);

impl Drop for Input<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} failed over \"{}\"", self.0, self.1.escape_ascii());
        }
    }
}

/// Marsaglia's xorshift64: the same inputs at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end
    }

    /// Words that mean something, with noise between them; now and then one of them very often.
    fn input(&mut self) -> Vec<u8> {
        let mut input = Vec::new();
        let parts = 1 + self.below(40);
        for _ in 0..parts {
            let word = WORDS[self.below(WORDS.len())].as_bytes();
            match self.below(40) {
                0 => input.extend(word.repeat(1 + self.below(3000))),
                1..=6 => input.extend((0..self.below(12)).map(|_| u8::try_from(self.below(256)).unwrap_or(0))),
                7 if !input.is_empty() => input.truncate(self.below(input.len())),
                _ => {
                    input.extend(word);
                    if self.below(2) == 0 {
                        input.push(b' ');
                    }
                }
            }
        }
        input.truncate(LONGEST);
        input
    }
}

/// Past it every room is at its limits already.
const LONGEST: usize = 20_000;

/// What the rooms look for, and what opens and never closes.
const WORDS: &[&str] = &[
    "rm -rf ./x",
    "ls",
    "sudo",
    "bash -c",
    "'",
    "\"",
    "`",
    "$(",
    "${x:-",
    "}",
    ")",
    "(",
    "{",
    "((",
    "[[ ",
    "]]",
    "<<E",
    "\nE\n",
    "<<<",
    "<(",
    ">(",
    "|",
    "||",
    "&&",
    "&",
    ";",
    ";;",
    "!",
    "!!",
    "#",
    "\\",
    "\\\n",
    "\n",
    "\r",
    "\t",
    "for i in 1 2; do",
    "done",
    "if",
    "then",
    "fi",
    "case x in",
    "esac",
    "function f",
    "f() {",
    "=",
    "x=$y",
    "$x",
    "$'\\x72",
    "{a,b}",
    "{1..99999}",
    "*",
    "~",
    "alias a=",
    "eval",
    "| sh",
    "base64 -d",
    "xargs",
    "find . -exec",
    "\\;",
    "ssh h",
    "psql -c",
    "DROP TABLE t;",
    "SELECT",
    "DELETE FROM t WHERE",
    "/*",
    "*/",
    "--",
    "$$",
    "$a$",
    "E'\\",
    "\\!",
    "\\copy",
    "UPDATE t SET",
    "BEGIN",
    "END;",
    "DELIMITER //",
    ";;;",
    "import os",
    "os.system(",
    "exec(",
    "eval(",
    "subprocess.run([",
    "unlink",
    "system {",
    "require('child_process')",
    "\"\"\"",
    "%w[",
    "qx/",
    "BEGIN{system(\"",
    "f\"{",
    "\u{1b}[",
    "\u{1b}]133;A\u{7}",
    "\u{1b}]133;B;x=1\u{1b}\\",
    "\u{1b}]0;",
    "\u{1b}]133;P;holdpoint=n0nce;",
    "\u{1b}]133;P;holdpoint=n0nce;p;1\u{7}",
    "\u{1b}P",
    "\u{1b}[?1049h",
    "\u{1b}[?1049l",
    "\u{1b}[?2004h",
    "\u{1b}[200~",
    "\u{1b}[201~",
    "\u{1b}[2J",
    "\u{1b}[H",
    "\u{1b}[99999;99999H",
    "\u{1b}[38;2;1;2",
    "\u{1b}[6n",
    "\u{1b}[1;1R",
    "\u{1b}[13u",
    "\u{1b}OM",
    "\u{1b}7",
    "\u{1b}8",
    "\u{1b}c",
    "\u{3}",
    "\u{4}",
    "\u{f}",
    "\u{12}",
    "\u{15}",
    "\u{17}",
    "\u{18}\u{5}",
    "\u{1a}",
    "\u{7f}",
    "\u{0}",
    "\u{8}",
    "me@box:~$ ",
    "漢字",
    "e\u{301}\u{301}",
    "\u{200d}",
    "\u{202e}",
    "ﷺ",
    "4111 1111 1111 1111",
    "078-05-1120",
    "a@b.example",
    "-----BEGIN PRIVATE KEY-----",
    "password=",
];

/// The most memory that this process ever had, in KiB (`VmHWM` of proc(5)); 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[allow(clippy::disallowed_methods, reason = "how long an input takes is what is tested")]
fn now() -> Instant {
    Instant::now()
}
