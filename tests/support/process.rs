//! Processes that end with the test that started them, and what the kernel says of them.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};

use super::wait_for;

/// A child process. Dropping it ends it: politely first, then for sure.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Starts it.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().unwrap_or_else(|e| panic!("{name} cannot be started: {e}"));
        Self { name, child }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends a signal to this one process.
    pub(crate) fn signal(&self, signal: Signal) {
        // One that has ended already is no fault: the test will see it in its status.
        let _ = kill_process(pid(self.pid()), signal);
    }

    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let name = self.name.clone();
        wait_for(&format!("{name} ends"), || self.has_ended())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_ended().is_some() {
            return;
        }
        self.signal(Signal::TERM);
        let deadline = super::now() + std::time::Duration::from_secs(5);
        while super::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code; a signal counts as 128 + its number, as shells do.
pub(crate) fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Resident memory of a process now, in KiB (`VmRSS` of proc(5)).
#[track_caller]
pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Pids of all processes whose environment or command line has this text: how a test finds what it left behind.
pub(crate) fn processes_with(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let has = |file: &str| {
            let bytes = fs::read(entry.path().join(file)).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        };
        if pid != std::process::id() && (has("cmdline") || has("environ")) {
            found.push(pid);
        }
    }
    found
}

/// Kills one process.
pub(crate) fn end_for_sure(raw: u32) {
    let _ = kill_process(pid(raw), Signal::KILL);
}

fn pid(raw: u32) -> Pid {
    i32::try_from(raw).ok().and_then(Pid::from_raw).expect("a pid")
}
