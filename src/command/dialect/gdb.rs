//! A debugger's prompt: what it hands to a shell, or to Python (GDB manual, "Shell Commands", "Python").

use crate::command::walk::Walk;

/// Judges a line.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) {
    let mut at = 0;
    for line in text.split('\n') {
        let body = line.trim_start();
        let rest = |words: &[&str]| words.iter().find_map(|word| body.strip_prefix(word));
        if let Some(script) = rest(&["shell ", "!", "platform shell "]) {
            walk.shell(script, at + line.len() - script.len());
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
