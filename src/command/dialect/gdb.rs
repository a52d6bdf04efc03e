//! A debugger's prompt: what it hands to a shell, or to Python (GDB manual, "Shell Commands", "Python").

use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::Severity;

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
        } else if let Some(code) = rest(&["python ", "py ", "script "]) {
            walk.code("python", code, at + line.len() - code.len());
        } else if let Some(code) = rest(&["call ", "print ", "p ", "expression ", "compile code "])
            && code.contains("system")
        {
            walk.code("other", code, at + line.len() - code.len());
        }
        at += line.len() + 1;
    }
}
