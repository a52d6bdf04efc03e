//! What the launcher does to itself before it becomes the shell. It has one thread, so what a thread does it does whole.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use rustix::fs::Mode;
use rustix::mount::{MountFlags, MountPropagationFlags};
use rustix::thread::{CapabilitySets, UnshareFlags};

use super::{Order, SandboxError, Way, keeper, landlocked};

/// Confines this process, checks that the confinement holds, and becomes the shell. It comes back only with the reason why
/// it could not; nothing may go on then but to say it and exit.
#[must_use]
pub fn enter(order: &Order) -> SandboxError {
    // With a terminal the kernel hangs up on all of them when the bastion dies; without one somebody must stay and see to it.
    let bastion = match rustix::termios::isatty(rustix::stdio::stdin()) {
        true => None,
        false => match keeper::watch(order.parent) {
            Ok(bastion) => Some(bastion),
            Err(error) => return error,
        },
    };
    if let Err(error) = confine(order) {
        return error;
    }
    let Some((program, arguments)) = order.argv.split_first() else {
        return SandboxError::Step { step: "start the shell", error: io::ErrorKind::InvalidInput.into() };
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(std::env::vars_os().filter(|(name, _)| allowed(name)));
    let error = match bastion {
        None => command.exec(),
        Some(bastion) => keeper::keep(command, bastion),
    };
    SandboxError::Step { step: "start the shell", error }
}

fn confine(order: &Order) -> Result<(), SandboxError> {
    if fs::read_dir("/proc/self/task").map_or(0, Iterator::count) != 1 {
        let error = io::Error::other("the launcher has several threads, or /proc is not mounted");
        return Err(SandboxError::Step { step: "look at itself", error });
    }
    rustix::process::umask(Mode::from_raw_mode(0o022));
    match order.way {
        Way::OtherUser { uid, gid } => become_user(uid, gid)?,
        Way::Namespace => hide_by_mounts(order)?,
        Way::Landlock => {}
    }
    let no_privs = rustix::thread::set_no_new_privs(true);
    no_privs.map_err(io::Error::from).map_err(SandboxError::step("set no_new_privs"))?;
    match order.way {
        Way::OtherUser { .. } | Way::Namespace => landlocked::keep_apart(),
        Way::Landlock => landlocked::hide(&order.hidden)?,
    }
    order.hidden.iter().try_for_each(|path| is_hidden(path))
}

/// Another user, one group, no other groups. The terminal goes with it, as login(1) and sshd give it.
fn become_user(uid: u32, gid: u32) -> Result<(), SandboxError> {
    use rustix::process::{Gid, Uid};
    let (user, group) = (Uid::from_raw(uid), Gid::from_raw(gid));
    if user.is_root() {
        let error = io::Error::other("root is who it should not be");
        return Err(SandboxError::Step { step: "become another user", error });
    }
    let stdin = rustix::stdio::stdin();
    if rustix::termios::isatty(stdin) {
        // Where it fails the terminal still works through its open descriptors.
        let _ = rustix::fs::fchown(stdin, Some(user), Some(group));
        let _ = rustix::fs::fchmod(stdin, Mode::from_raw_mode(0o600));
    }
    rustix::thread::set_thread_groups(&[group])
        .and_then(|()| rustix::thread::set_thread_res_gid(group, group, group))
        .and_then(|()| rustix::thread::set_thread_res_uid(user, user, user))
        .map_err(io::Error::from)
        .map_err(SandboxError::step("become another user"))
}

/// A user and a mount namespace (user_namespaces(7), mount_namespaces(7)): nothing that is mounted in it shows outside, and
/// what is hidden under a mount stays hidden, because the capability that could unmount is given away again.
fn hide_by_mounts(order: &Order) -> Result<(), SandboxError> {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    #[allow(deprecated, reason = "unsafe only because of CLONE_FILES among several threads; this is one thread")]
    rustix::thread::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)
        .map_err(io::Error::from)
        .map_err(SandboxError::step("make a namespace"))?;
    fs::write("/proc/self/setgroups", "deny")
        .and_then(|()| fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")))
        .and_then(|()| fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")))
        .map_err(SandboxError::step("map the user into the namespace"))?;
    mounts(order).map_err(io::Error::from).map_err(SandboxError::step("mount empty directories"))?;
    // The directory that we stand in may be one that was covered, seen from below.
    let here = std::env::var_os("HOME").unwrap_or_else(|| "/".into());
    std::env::set_current_dir(&here).map_err(SandboxError::step("go to the home directory"))?;
    rustix::thread::clear_ambient_capability_set()
        .and_then(|()| rustix::thread::set_capabilities(None, NO_CAPABILITIES))
        .map_err(io::Error::from)
        .map_err(SandboxError::step("give the capabilities away"))
}

fn mounts(order: &Order) -> rustix::io::Result<()> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private)?;
    let common = MountFlags::NOSUID | MountFlags::NODEV;
    for path in &order.fresh {
        rustix::mount::mount("tmpfs", path, "tmpfs", common, FRESH)?;
    }
    for path in &order.hidden {
        // What lay below a directory that was covered just now is hidden already.
        if path.is_dir() {
            rustix::mount::mount("tmpfs", path, "tmpfs", common | MountFlags::RDONLY | MountFlags::NOEXEC, HIDDEN)?;
        }
    }
    Ok(())
}

/// The proof: what is to be hidden cannot be listed and cannot be opened.
fn is_hidden(path: &Path) -> Result<(), SandboxError> {
    if fs::read_dir(path).is_ok() || fs::File::open(path).is_ok() {
        return Err(SandboxError::Leaks(path.to_owned()));
    }
    Ok(())
}

/// The environment that a shell may have; anything else may be a command (`BASH_ENV`, `LD_PRELOAD`, `PROMPT_COMMAND`).
fn allowed(name: &OsStr) -> bool {
    let plain = ["TERM", "LANG", "HOME", "USER", "LOGNAME", "SHELL", "PATH"];
    plain.iter().any(|allowed| name == *allowed) || name.to_str().is_some_and(|name| name.starts_with("LC_"))
}

const NO_CAPABILITIES: CapabilitySets = CapabilitySets {
    effective: rustix::thread::CapabilitySet::empty(),
    permitted: rustix::thread::CapabilitySet::empty(),
    inheritable: rustix::thread::CapabilitySet::empty(),
};

/// Options of tmpfs(5). A fresh directory is for everybody in the namespace and bounded in memory.
const FRESH: &std::ffi::CStr = c"mode=1777,size=64m";

/// A hiding directory lets nobody in, and being read-only, nobody can change that.
const HIDDEN: &std::ffi::CStr = c"mode=000,size=4k";
