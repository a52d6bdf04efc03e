//! Keeps a helper process of the bastion, and sees to it that nothing of it outlives the bastion.
//!
//! `holdpoint keep -- PROGRAM` starts the program and reads its own standard input, whose other end the bastion holds and
//! never writes to. When that ends, because the bastion closed it or was killed in any way, every descendant is hung up and
//! then killed. It is a subreaper (`PR_SET_CHILD_SUBREAPER`), so what a program leaves behind as an orphan stays a
//! descendant.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, wait};

/// A kept program. Dropping it ends the program and everything it started.
#[derive(Debug)]
pub struct Kept {
    keeper: Child,
    lifeline: Option<ChildStdin>,
}

impl Kept {
    /// Starts a program under a keeper; `program` is the `holdpoint` binary.
    ///
    /// # Errors
    /// When the keeper cannot be started. Whether the program itself starts shows in what it does.
    pub fn start(program: &Path, argv: &[OsString]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("keep").arg("--").args(argv);
        // A group of its own: Ctrl-C at the bastion's terminal is for the bastion, which then ends us in order.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut keeper = command.spawn()?;
        let lifeline = keeper.stdin.take();
        Ok(Self { keeper, lifeline })
    }

    /// Whether it is still there.
    pub fn is_running(&mut self) -> bool {
        matches!(self.keeper.try_wait(), Ok(None))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.lifeline = None;
        // It ends within moments; where it does not, its own end is bounded by KILL_ROUNDS.
        let _ = self.keeper.wait();
    }
}

/// What the keeper does. It returns when the program has ended or the lifeline has, and nothing of the program is left.
///
/// # Errors
/// When it cannot become a subreaper or the program cannot be started.
pub fn keep(argv: &[OsString]) -> io::Result<()> {
    set_child_subreaper(Some(getpid()))?;
    let (program, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    let child = command.args(arguments).stdin(Stdio::null()).spawn()?;
    let program = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    thread::spawn(move || {
        // Reaps the program and every orphan that falls to us; ends with the program.
        while let Ok(ended) = wait(WaitOptions::empty()) {
            if ended.is_some_and(|(pid, _)| Some(pid) == program) {
                break;
            }
        }
        end_descendants();
        std::process::exit(0);
    });
    // Nobody writes; it returns when the other end is gone.
    let _ = io::stdin().read(&mut [0]);
    end_descendants();
    Ok(())
}

/// Hangs up every descendant, and kills what does not go. New ones may be born meanwhile, so it looks again.
fn end_descendants() {
    for round in 0..KILL_ROUNDS {
        let left = descendants(getpid());
        if left.is_empty() {
            return;
        }
        let signals: &[Signal] = if round == 0 { &[Signal::HUP, Signal::TERM] } else { &[Signal::KILL] };
        for pid in left {
            for signal in signals {
                // Who is gone already is what we want.
                let _ = kill_process(pid, *signal);
            }
        }
        thread::sleep(GRACE);
    }
}

/// The processes below `root`, without those that have ended and wait to be reaped (proc_pid_stat(5)).
fn descendants(root: Pid) -> Vec<Pid> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The second field is a name in parentheses and may hold anything; the fields after the last `)` are plain.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let (state, parent) = (fields.next(), fields.next().and_then(|field| field.parse::<i32>().ok()));
        if let (Some(state), Some(parent)) = (state, parent)
            && state != "Z"
        {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![root.as_raw_nonzero().get()];
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            open.push(child);
            found.extend(Pid::from_raw(child));
        }
    }
    found
}

/// What a process gets to end by itself after a hang-up.
const GRACE: Duration = Duration::from_millis(300);

/// A program that starts others faster than they are killed would hold us for ever.
const KILL_ROUNDS: u32 = 20;
