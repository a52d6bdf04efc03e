//! Python's prompt: the language, and IPython's ways to a shell (IPython documentation, "Built-in magic commands").

use crate::command::walk::Walk;

/// Judges a line.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) {
    let body = text.trim_start();
    let start = text.len() - body.len();
    for magic in ["%%bash", "%%sh", "%%script", "%%system", "%%!"] {
        if let Some(script) = body.strip_prefix(magic)
            && let Some(line) = script.find('\n')
        {
            return walk.shell(script.get(line + 1..).unwrap_or_default(), start + magic.len() + line + 1);
        }
    }
    let mut at = 0;
    let mut shells = false;
    for line in text.split('\n') {
        let body = line.trim_start();
        let body =
            body.split_once('=').map(|(_, value)| value.trim_start()).filter(|v| v.starts_with('!')).unwrap_or(body);
        let marks = ["!!", "!", "%sx ", "%system ", "%%bash ", "%%sh "];
        if let Some(script) = marks.iter().find_map(|mark| body.strip_prefix(mark)) {
            walk.shell(script, at + line.len() - script.len());
            shells = true;
        }
        at += line.len() + 1;
    }
    if !shells {
        walk.code("python", text, 0);
    }
}
