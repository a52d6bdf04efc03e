//! A command without a terminal, kept: it and whatever it started end when the bastion does.
//!
//! A shell with a terminal is hung up by the kernel when the bastion dies, with all its processes. Without a terminal
//! nothing tells the grandchildren: `PR_SET_PDEATHSIG` binds the shell alone. So the launcher stays as the leader of the process
//! group, waits for the command or for the bastion's end, whichever comes first, and in the second case kills the group.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};

use rustix::process::{
    Pid, PidfdFlags, Signal, getpgrp, getpid, getppid, kill_process, kill_process_group, pidfd_open,
};
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{SignalKind, signal};

use super::SandboxError;

/// Hears of the bastion's end: a descriptor of its process, taken while it certainly is our parent.
///
/// # Errors
/// When it is not our parent any more.
pub(super) fn watch(bastion: u32) -> Result<OwnedFd, SandboxError> {
    let pid = i32::try_from(bastion).ok().and_then(Pid::from_raw).ok_or(SandboxError::Orphan)?;
    let watched = pidfd_open(pid, PidfdFlags::NONBLOCK).map_err(|_| SandboxError::Orphan)?;
    // Asked after the opening, so that a number which was given to somebody else is noticed.
    if getppid() == Some(pid) { Ok(watched) } else { Err(SandboxError::Orphan) }
}

/// Runs the command and ends as it ends. Comes back only if it cannot be run.
pub(super) fn keep(command: Command, bastion: OwnedFd) -> io::Error {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(run(command, bastion))) {
        Ok(status) => leave(status),
        Err(error) => error,
    }
}

async fn run(command: Command, bastion: OwnedFd) -> io::Result<ExitStatus> {
    // What is meant for the group is the command's to obey; we stay to say how it ended. A handler is not inherited.
    let mut deaf = Vec::new();
    for kind in [
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
        SignalKind::terminate(),
        SignalKind::user_defined1(),
        SignalKind::user_defined2(),
    ] {
        deaf.push(signal(kind)?);
    }
    let mut child = tokio::process::Command::from(command).spawn()?;
    let_go_of_pipes()?;
    #[allow(
        deprecated,
        reason = "the successor is unsafe because of types that lie about their descriptor; OwnedFd does not"
    )]
    let bastion = AsyncFd::new(bastion)?;
    tokio::select! {
        status = child.wait() => status,
        _ = bastion.readable() => {
            kill_process_group(getpgrp(), Signal::KILL)?;
            child.wait().await
        }
    }
}

/// The pipes are the command's: while we held them too, nobody would notice that it closed one.
fn let_go_of_pipes() -> io::Result<()> {
    let nothing = std::fs::File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    Ok(())
}

/// Ends this process as that one ended.
fn leave(status: ExitStatus) -> ! {
    if let Some(number) = status.signal() {
        // We are deaf to some, so only those that cannot be handled, or are not, end us here.
        if let Some(signal) = Signal::from_named_raw(number) {
            let _ = kill_process(getpid(), signal);
        }
        std::process::exit(128 + number);
    }
    std::process::exit(status.code().unwrap_or(255))
}
