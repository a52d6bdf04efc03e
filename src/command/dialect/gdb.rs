//! A debugger's prompt: what it hands to a shell, or to Python (GDB manual, "Shell Commands", "Python").

use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) {
    let mut at = 0;
    for line in text.split('\n') {
        let body = line.trim_start();
        let rest = |words: &[&str]| words.iter().find_map(|word| body.strip_prefix(word));
        if let Some(script) = rest(&["shell ", "!", "platform shell "]) {
            walk.shell(script, at + line.len() - script.len());
        } else if let Some(script) =
            rest(&["pipe ", "|"]).and_then(|text| text.split_once('|')).map(|(_, script)| script)
        {
            // `pipe COMMAND | SHELL COMMAND`: it gets what the debugger says.
            walk.shell_fed(script, at + line.len() - script.len());
        } else if let Some(file) = rest(&["source "]).filter(|file| super::anybodys(file)) {
            let span = walk.span(at, at + line.len());
            walk.opaque(Severity::Medium, span, "runs a file that anybody may have written");
            walk.path(file.trim(), Access::Read, at, at + line.len());
        } else if let Some(code) = rest(&["python-interactive ", "python ", "pi ", "py ", "script "]) {
            walk.code("python", code, at + line.len() - code.len());
        } else if let Some(code) = rest(&["call ", "print ", "p ", "expression ", "compile code "])
            && let Some((name, says)) = LIBC.iter().find(|(name, _)| calls(code, name))
        {
            let before = walk.effects.len();
            walk.code("other", code, at + line.len() - code.len());
            if *name != "system" && walk.effects.len() == before {
                let span = walk.span(at, at + line.len());
                walk.effect(EffectKind::Evasion, Severity::Medium, Undo::Hard, span, name, says);
            }
        } else if DUMPS.iter().any(|verb| body.starts_with(verb)) {
            let span = walk.span(at, at + line.len());
            let reason = "puts the memory of a process, and the secrets in it, into a file";
            walk.effect(EffectKind::CredAccess, Severity::Medium, Undo::Never, span, "", reason);
        } else if let Some(signal) = rest(&["signal ", "queue-signal "])
            && ["SIGKILL", "SIGTERM", "SIGSTOP", "SIGABRT", "SIGQUIT", "9", "15"].contains(&signal.trim())
        {
            let span = walk.span(at, at + line.len());
            walk.effect(
                EffectKind::ProcKill,
                Severity::Medium,
                Undo::Hard,
                span,
                signal.trim(),
                "sends {object} to the process",
            );
        } else if body.trim_end() == "kill" || body.starts_with("kill inferior") || body.starts_with("attach ") {
            let span = walk.span(at, at + line.len());
            let reason = if body.starts_with('k') { "kills the process" } else { "stops the process {object}" };
            let object = body.strip_prefix("attach ").unwrap_or_default().trim();
            walk.effect(EffectKind::ProcKill, Severity::Medium, Undo::Hard, span, object, reason);
        } else if body.starts_with("eval ")
            && ["shell", "!", "%c", "%s\"", "pipe", "python"].iter().any(|part| body.contains(part))
        {
            // (`eval` fills in a format and runs it; GDB manual, "Output".)
            walk.opaque(Severity::Medium, walk.span(at, at + line.len()), "runs a command that it builds");
        } else if body.starts_with("make ") {
            walk.shell(body, at + line.len() - body.len());
        }
        at += line.len() + 1;
    }
}

/// Whether an expression calls that function.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).and_then(|head| head.chars().next_back());
        let behind = code.get(at + name.len()..).unwrap_or_default().trim_start();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && behind.starts_with('(')
    })
}

/// What puts memory into a file.
const DUMPS: [&str; 5] = ["generate-core-file", "gcore", "dump memory", "dump binary memory", "append memory"];

/// Functions of the C library that reach beyond the process which is debugged (man-pages, sections 2 and 3).
const LIBC: [(&str, &str); 27] = [
    ("exit", "ends the process from inside ({object})"),
    ("_exit", "ends the process from inside ({object})"),
    ("abort", "ends the process from inside ({object})"),
    ("system", "runs a command from inside the process"),
    ("popen", "runs a command from inside the process"),
    ("execl", "runs another program in the place of the process"),
    ("execlp", "runs another program in the place of the process"),
    ("execv", "runs another program in the place of the process"),
    ("execve", "runs another program in the place of the process"),
    ("execvp", "runs another program in the place of the process"),
    ("fork", "starts processes from inside the process"),
    ("kill", "kills processes from inside the process ({object})"),
    ("unlink", "deletes files from inside the process ({object})"),
    ("unlinkat", "deletes files from inside the process ({object})"),
    ("remove", "deletes files from inside the process ({object})"),
    ("rmdir", "deletes files from inside the process ({object})"),
    ("rename", "moves files from inside the process ({object})"),
    ("truncate", "empties files from inside the process ({object})"),
    ("chmod", "changes rights from inside the process ({object})"),
    ("chown", "changes rights from inside the process ({object})"),
    ("setuid", "changes rights from inside the process ({object})"),
    ("setgid", "changes rights from inside the process ({object})"),
    ("mount", "changes what is mounted from inside the process ({object})"),
    ("umount", "changes what is mounted from inside the process ({object})"),
    ("reboot", "takes the machine down from inside the process ({object})"),
    ("dlopen", "loads code into the process ({object})"),
    ("__libc_dlopen_mode", "loads code into the process ({object})"),
];
