//! `holdpoint sandbox-exec`: confines itself and becomes the shell of a local target. Hidden, because the bastion alone
//! starts it; started by hand it can only give rights away.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::{Done, Exit, Failure};
use crate::target::sandbox::{Order, Way, enter};

/// The flags of `sandbox-exec`.
#[derive(Debug, Args)]
pub struct SandboxExec {
    /// How to confine.
    #[arg(long)]
    way: WayWord,
    /// The user to become.
    #[arg(long, required_if_eq("way", "user"))]
    uid: Option<u32>,
    /// The group to become.
    #[arg(long, required_if_eq("way", "user"))]
    gid: Option<u32>,
    /// The process that must still be the parent.
    #[arg(long)]
    parent: u32,
    /// A directory to hide.
    #[arg(long)]
    hide: Vec<PathBuf>,
    /// A directory to put a fresh one over.
    #[arg(long)]
    fresh: Vec<PathBuf>,
    /// The shell and its arguments.
    #[arg(last = true, required = true)]
    argv: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WayWord {
    User,
    Namespace,
    Landlock,
}

impl SandboxExec {
    /// Becomes the shell.
    ///
    /// # Errors
    /// Always, when it comes back: the confinement does not hold, or the shell does not start.
    pub fn run(self) -> Done {
        let way = match (self.way, self.uid, self.gid) {
            (WayWord::User, Some(uid), Some(gid)) => Way::OtherUser { uid, gid },
            (WayWord::User, _, _) => return Err(Failure::new(Exit::Usage, "--way user needs --uid and --gid")),
            (WayWord::Namespace, _, _) => Way::Namespace,
            (WayWord::Landlock, _, _) => Way::Landlock,
        };
        let order = Order { way, hidden: self.hide, fresh: self.fresh, parent: self.parent, argv: self.argv };
        Err(Failure::new(Exit::NotPermitted, enter(&order).to_string()))
    }
}
