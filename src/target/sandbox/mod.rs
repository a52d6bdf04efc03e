//! Confines the shell of a local target: it reaches neither the bastion's keys, nor its ledger, nor its control socket.
//!
//! The bastion starts not the shell but itself, as `holdpoint sandbox-exec … -- SHELL`. That process confines itself, looks
//! whether it can still reach what is to be hidden, and only then becomes the shell (or, without a terminal, its keeper, so that
//! nothing outlives the bastion). If it can, or if a step fails, there is no shell. There are three ways, the first that holds on this machine is taken:
//!
//! | way | when | how it hides |
//! |---|---|---|
//! | [`Way::OtherUser`] | the bastion runs as root | another user without groups; the hidden directories are 0700 and root's |
//! | [`Way::Namespace`] | the bastion runs as a plain user | a mount namespace of its own, with empty directories over the hidden ones |
//! | [`Way::Landlock`] | where plain users get no namespaces | Landlock rules for everything beside the way to the hidden ones |
//!
//! In all of them `no_new_privs` is set (no setuid program gives anything), and Landlock, where the kernel has it, forbids to
//! trace processes outside, to signal them (Linux 6.12) and to connect to their abstract sockets (Linux 6.12).
//!
//! What the last way cannot do: Landlock hides the directories above the hidden ones from listing (`ls /`), and it lets the
//! shell connect to unix sockets by path, so another program of the same user that listens on one could be asked to read
//! for it. [`Sandbox::says`] says so.

mod enter;
mod keeper;
mod landlocked;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use enter::enter;

/// What a shell is to be kept from, and as whom it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The shell, to try out whether it can be started.
    pub shell: PathBuf,
    /// Where it starts.
    pub home: PathBuf,
    /// The user and group it becomes when the bastion is root.
    pub account: (u32, u32),
    /// Directories that it must not be able to list; each exists.
    pub hidden: Vec<PathBuf>,
    /// Directories that it gets empty ones for, where it has a mount namespace: `/tmp`, `/run`.
    pub fresh: Vec<PathBuf>,
}

/// How a shell is confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It becomes another user.
    OtherUser {
        /// The user.
        uid: u32,
        /// The group, and the only one.
        gid: u32,
    },
    /// It has a mount namespace of its own.
    Namespace,
    /// Only Landlock keeps it.
    Landlock,
}

/// A confinement that was tried out on this machine and held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    way: Way,
    launcher: Vec<OsString>,
}

/// Why there is no confined shell.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No way held.
    #[error("no sandbox holds on this machine: {0}")]
    NoWay(String),
    /// A step of the confinement failed.
    #[error("{step}: {error}")]
    Step {
        /// Which.
        step: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// The confinement is in place, and what it should hide is still to be seen.
    #[error("{} can still be reached from within the sandbox", .0.display())]
    Leaks(PathBuf),
    /// The kernel's Landlock is too old to hide anything by itself.
    #[error("this kernel's Landlock cannot hide files (Linux 6.2 or newer can)")]
    NoLandlock,
    /// The bastion that started us is gone.
    #[error("the bastion that started this shell is gone")]
    Orphan,
}

impl SandboxError {
    pub(super) fn step(step: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Step { step, error }
    }
}

impl Sandbox {
    /// Tries the ways out, by starting the shell in each until one holds. `program` is the `holdpoint` binary.
    ///
    /// # Errors
    /// When none holds; the sentence says why for each.
    pub fn prepare(program: &Path, wanted: &Wanted) -> Result<Self, SandboxError> {
        guard_memory()?;
        let (uid, gid) = wanted.account;
        let root = rustix::process::geteuid().is_root();
        let ways = if root { vec![Way::OtherUser { uid, gid }] } else { vec![Way::Namespace, Way::Landlock] };
        let mut reasons = Vec::new();
        for way in ways {
            match Self::try_way(program, wanted, way) {
                Ok(sandbox) => return Ok(sandbox),
                Err(why) => reasons.push(why),
            }
        }
        Err(SandboxError::NoWay(reasons.join("; ")))
    }

    /// Tries one way out, by starting the shell in it.
    ///
    /// # Errors
    /// One sentence, when it does not hold.
    pub fn try_way(program: &Path, wanted: &Wanted, way: Way) -> Result<Self, String> {
        let sandbox = Self { way, launcher: launcher(program, way, wanted) };
        sandbox.holds(wanted).map_err(|why| format!("{}: {why}", way.word()))?;
        Ok(sandbox)
    }

    /// The launcher and its arguments; the shell's program and arguments follow it.
    #[must_use]
    pub fn launcher(&self) -> &[OsString] {
        &self.launcher
    }

    /// How it is done.
    #[must_use]
    pub const fn way(&self) -> Way {
        self.way
    }

    /// One sentence for people: how the shell is confined, and what that leaves open.
    #[must_use]
    pub const fn says(&self) -> &'static str {
        match self.way {
            Way::OtherUser { .. } => "it runs as another user, who cannot reach keys, ledger and control socket",
            Way::Namespace => {
                "it runs in a mount namespace of its own, in which keys, ledger, control socket and your home are not there"
            }
            Way::Landlock => {
                "Landlock keeps it from keys, ledger and your home (so `ls /` is refused); your other programs that listen \
                 on a unix socket are not kept from it"
            }
        }
    }

    /// Starts the shell once, to see.
    fn holds(&self, wanted: &Wanted) -> Result<(), String> {
        let (program, arguments) = self.launcher.split_first().ok_or("no launcher")?;
        let mut command = Command::new(program);
        command.args(arguments).arg(&wanted.shell).args(["-c", ":"]).env_clear().env("HOME", &wanted.home);
        command.current_dir(&wanted.home).stdin(Stdio::null());
        let out = command.output().map_err(|error| error.to_string())?;
        if out.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&out.stderr);
        Err(said.lines().next().unwrap_or("the shell does not start").chars().take(300).collect())
    }
}

/// Makes this process, which holds the keys in memory, one that no other process of the same user may trace or look into
/// (`PR_SET_DUMPABLE`), and that leaves no core.
///
/// # Errors
/// When the kernel refuses.
pub fn guard_memory() -> Result<(), SandboxError> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(io::Error::from)
        .map_err(SandboxError::step("keep others out of its memory"))
}

impl Way {
    const fn word(self) -> &'static str {
        match self {
            Self::OtherUser { .. } => "user",
            Self::Namespace => "namespace",
            Self::Landlock => "landlock",
        }
    }
}

/// The command line of [`Order`], as `cli/sandbox_exec.rs` reads it.
fn launcher(program: &Path, way: Way, wanted: &Wanted) -> Vec<OsString> {
    let mut argv: Vec<OsString> = vec![program.into(), "sandbox-exec".into(), "--way".into(), way.word().into()];
    if let Way::OtherUser { uid, gid } = way {
        argv.extend(["--uid".into(), uid.to_string().into(), "--gid".into(), gid.to_string().into()]);
    }
    argv.extend(["--parent".into(), std::process::id().to_string().into()]);
    for path in &wanted.hidden {
        argv.extend(["--hide".into(), path.into()]);
    }
    for path in &wanted.fresh {
        argv.extend(["--fresh".into(), path.into()]);
    }
    argv.push("--".into());
    argv
}

/// What the launcher is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How to confine.
    pub way: Way,
    /// What to hide.
    pub hidden: Vec<PathBuf>,
    /// What to put fresh directories over.
    pub fresh: Vec<PathBuf>,
    /// The process that must still be our parent.
    pub parent: u32,
    /// The shell and its arguments; not empty.
    pub argv: Vec<OsString>,
}

#[cfg(test)]
mod tests;
