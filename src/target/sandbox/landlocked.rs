//! The Landlock half of the sandbox (`landlock(7)`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};

use super::SandboxError;

/// Keeps the shell apart from processes outside: it cannot trace them, nor signal them, nor connect to their abstract
/// sockets, as far as the kernel knows how. Files are not restricted. It comes on top of a sandbox that holds by itself,
/// so a kernel without Landlock is no fault.
pub(super) fn keep_apart() {
    let all = AccessFs::from_all(ABI::V6);
    let apart = || -> Result<(), RulesetError> {
        let rules = Ruleset::default().handle_access(all)?.scope(Scope::from_all(ABI::V6))?.create()?;
        rules.add_rules(path_beneath_rules(["/"], all))?.restrict_self()?;
        Ok(())
    };
    // As far as the kernel knows how.
    let _ = apart();
}

/// Grants everything but what lies at or below the hidden directories.
///
/// Landlock only ever grants, and always whole subtrees. So the directories *on the way* to a hidden one cannot be granted;
/// instead everything beside the way is, entry by entry. What is created in such a directory later is not granted, and the
/// directories on the way cannot be listed.
pub(super) fn hide(hidden: &[PathBuf]) -> Result<(), SandboxError> {
    let all = AccessFs::from_all(ABI::V6);
    let mut beside = Vec::new();
    let canonical: Result<Vec<_>, _> = hidden.iter().map(fs::canonicalize).collect();
    let canonical = canonical.map_err(SandboxError::step("find the hidden directories"))?;
    collect(Path::new("/"), &canonical, &mut beside)
        .map_err(SandboxError::step("look beside the hidden directories"))?;
    let rules = ruleset(all).map_err(landlock_error)?;
    let status = rules.add_rules(path_beneath_rules(beside, all)).and_then(RulesetCreated::restrict_self);
    status.map(|_| ()).map_err(landlock_error)
}

/// Version 3 of the interface must be had: before it, files could be truncated by path. What is newer is taken where it is.
fn ruleset(all: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(Scope::from_all(ABI::V6))?
        .create()
}

fn landlock_error(error: RulesetError) -> SandboxError {
    match error {
        RulesetError::HandleAccesses(_) | RulesetError::CreateRuleset(_) | RulesetError::Scope(_) => {
            SandboxError::NoLandlock
        }
        other => SandboxError::Step { step: "restrict itself with Landlock", error: io::Error::other(other) },
    }
}

/// Everything beside the ways from `dir` to the hidden directories.
fn collect(dir: &Path, hidden: &[PathBuf], beside: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_symlink() {
            // Access is judged where a link leads. A rule on a link would grant that, whatever it is.
            continue;
        }
        if hidden.iter().any(|h| path.starts_with(h)) {
            continue;
        }
        if hidden.iter().any(|h| h.starts_with(&path)) {
            collect(&path, hidden, beside)?;
        } else if beside.len() < RULES_MAX {
            beside.push(path);
        } else {
            return Err(io::Error::other("there are too many files beside the hidden directories"));
        }
    }
    Ok(())
}

/// Each rule is an open and a system call before the first prompt.
const RULES_MAX: usize = 4096;
