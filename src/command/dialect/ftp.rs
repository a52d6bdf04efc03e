//! The prompt of a file transfer: what it deletes on the other side, and what it hands to a shell on this one (ftp(1), sftp(1), lftp(1)).

use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) {
    let mut at = 0;
    // Where the client stands on this machine.
    let mut stands: Option<String> = None;
    // lftp and smbclient take several on a line.
    for line in text.split(['\n', ';']) {
        let body = line.trim_start();
        let start = at + line.len() - body.len();
        if let Some(script) = body.strip_prefix('!') {
            walk.shell(script, start + 1);
        }
        let (word, object) = body.split_once(' ').unwrap_or((body, ""));
        // `get FILE |CMD`, `ls . |CMD`: a local name that begins with a bar is a command (ftp(1), "File naming conventions").
        if let Some((bar, mark)) = [" |", " \"|"].iter().find_map(|mark| Some((body.find(mark)?, mark.len()))) {
            walk.shell_fed(body.get(bar + mark..).unwrap_or_default().trim_end_matches('"'), start + bar + mark);
        }
        if matches!(word, "put" | "send" | "append" | "rename" | "chmod" | "ln" | "symlink")
            && let Some(to) = object.split_whitespace().last()
        {
            walk.path(to, Access::Overwrite, start, start + body.trim_end().len());
        }
        if matches!(word, "get" | "mget" | "recv" | "reget" | "more" | "less")
            && let Some(from) = object.split_whitespace().find(|part| !part.starts_with('-'))
        {
            walk.path(from, Access::Read, start, start + body.trim_end().len());
        }
        if word == "lcd" {
            let folder = object.trim().trim_matches(['"', '\'']).trim_end_matches('/');
            let path = match &stands {
                Some(there) if !folder.starts_with(['/', '~']) => format!("{there}/{folder}"),
                _ => folder.to_owned(),
            };
            stands = Some(path).filter(|path| path.starts_with('/') && path.len() < MAX_FOLDER);
        }
        if matches!(word, "put" | "mput" | "send" | "append" | "reput" | "mirror") {
            let mut from = start + word.len();
            for part in object.split(' ') {
                from += 1;
                if !part.starts_with('-') && !part.trim().is_empty() {
                    // All of a folder; one file of it may be anything.
                    let all = part.contains('*') || object.contains("-r");
                    let there = stands.as_ref().filter(|_| all && !part.starts_with(['/', '~']));
                    let path = there.map_or_else(|| part.trim_end().to_owned(), |f| format!("{f}/{}", part.trim_end()));
                    walk.path(&path, Access::Send, from, from + part.trim_end().len());
                }
                from += part.len();
            }
        }
        if matches!(word, "chmod" | "chown" | "chgrp" | "lchmod" | "lchown") {
            walk.shell(body.trim_end(), start);
        }
        let many = matches!(word, "mdelete" | "mrm" | "rmdir" | "mdele" | "deltree")
            || object.contains('*')
            || object.contains("-r");
        let severity = match word {
            "mdelete" | "mdele" | "mdel" | "mrm" | "delete" | "dele" | "del" | "deltree" | "rm" | "rmdir" | "rd"
                if many =>
            {
                Severity::High
            }
            "delete" | "dele" | "del" | "rm" | "rd" => Severity::Medium,
            _ => {
                at += line.len() + 1;
                continue;
            }
        };
        let span = walk.span(start, start + body.trim_end().len());
        let reason = "deletes {object} on the other machine";
        walk.effect(EffectKind::FsDestroy, severity, Undo::Never, span, object.trim(), reason);
        at += line.len() + 1;
    }
}

/// Bytes of a folder's path that is put before the names of files.
const MAX_FOLDER: usize = 256;
