//! What redirections read and write.

use super::super::catalogue::{Access, is_outside};
use super::super::tree::{Piece, Redirect, RedirectKind};
use super::super::words::{Flow, Origin as FlowOrigin, Word, expand_whole};
use super::{Input, Walk};
use crate::model::{EffectKind, Severity, Span, Undo};

impl Walk<'_> {
    /// Judges the files that redirections touch; gives the input that they leave, and the files that the output goes to, with whether it is
    /// added to them. `probes`: nothing goes through them.
    pub(super) fn redirects(
        &mut self,
        redirects: &[Redirect],
        mut input: Input,
        command: Span,
        probes: bool,
    ) -> (Input, Vec<(Word, bool)>) {
        let mut targets = Vec::new();
        for redirect in redirects {
            let target = expand_whole(&redirect.target, self);
            let span = Span { start: command.start.min(redirect.span.start), end: redirect.span.end };
            match redirect.kind {
                RedirectKind::Here => {
                    let text = target.known().map(str::to_owned);
                    let from = target.flow.as_ref().map(|flow| flow.from).unwrap_or_default();
                    input = Input::Flow(Flow { text, from });
                }
                RedirectKind::Read => {
                    if redirect.fd.is_none_or(|fd| fd == 0) {
                        let file = || self.file(&target).map(|file| Flow { text: file.text.clone(), from: file.from });
                        input = target.flow.clone().or_else(file).map_or(Input::File, Input::Flow);
                        if target.known() == Some("/dev/null") {
                            input = Input::Flow(Flow { text: Some(String::new()), from: FlowOrigin::Local });
                        }
                    }
                    self.touch(&target, Access::Read, span);
                }
                RedirectKind::Write => self.touch(&target, Access::Overwrite, span),
                RedirectKind::Append => self.touch(&target, Access::Append, span),
                RedirectKind::Both => {
                    self.touch(&target, Access::Read, span);
                    self.touch(&target, Access::Append, span);
                }
                RedirectKind::Duplicate => {
                    // `reset; sh 1>&0 2>&0`: what an editor or a pager runs gets the terminal back.
                    if matches!(redirect.fd, Some(1 | 2)) && target.known() == Some("0") {
                        let reason = "gives a program the terminal that another one holds, as a way out of it";
                        self.effect(EffectKind::PrivEscalation, Severity::Medium, Undo::Easy, span, "", reason);
                    }
                    // A stream that was opened before: `<&3`.
                    let number = target.known().and_then(|text| text.trim_end_matches('-').parse::<u32>().ok());
                    if redirect.fd.is_none_or(|fd| fd == 0) && number.is_some_and(|n| n > 2) {
                        input = Input::Flow(Flow::default());
                    }
                }
            }
            // Whether a port of the house answers is asked every day.
            let near = || {
                let host = target.shown().split('/').nth(3).unwrap_or_default();
                !is_outside(self.catalogue, host)
            };
            let connects = target.shown().starts_with("/dev/tcp/") || target.shown().starts_with("/dev/udp/");
            if connects && !(probes && near()) {
                let reason = "opens a connection to {object} from the shell itself";
                self.effect(EffectKind::ReverseShell, Severity::High, Undo::Never, span, target.shown(), reason);
            }
            let appends = redirect.kind == RedirectKind::Append;
            if (appends || redirect.kind == RedirectKind::Write) && redirect.fd.is_none_or(|fd| fd == 1) {
                targets.push((target, appends));
            }
        }
        (input, targets)
    }

    /// Remembers what goes into files; it does not go into the pipe.
    pub(super) fn written(&mut self, targets: &[(Word, bool)], flow: Flow) -> Flow {
        for (target, appends) in targets {
            self.write(target, &flow, *appends);
            // `cat /dev/null > /srv/index`; what is beside the shell is more often made anew than emptied.
            if !appends && flow.text.as_deref() == Some("") && target.shown().starts_with('/') {
                self.emptied(target);
            }
        }
        if targets.is_empty() { flow } else { Flow { text: Some(String::new()), ..Flow::default() } }
    }

    /// What was put where shells look for programs runs under a name that says nothing of it.
    pub(super) fn runs_by_name(&mut self, file: &Word, flow: &Flow) {
        let dirs = [
            "/usr/local/bin/",
            "/usr/local/sbin/",
            "/usr/bin/",
            "/usr/sbin/",
            "/bin/",
            "/sbin/",
            "~/bin/",
            "~/.local/bin/",
        ];
        let path = file.shown();
        if flow.text.is_some() && dirs.iter().any(|dir| path.starts_with(dir)) {
            self.ran(file, "shell", &[]);
        }
    }

    /// A file that is left with nothing in it.
    fn emptied(&mut self, file: &Word) {
        let path = file.shown();
        let scratch = ["/tmp/", "/var/tmp/", "/dev/", "/home/", "/run/", "/proc/", "/sys/"]
            .iter()
            .any(|dir| path.starts_with(dir));
        if scratch || self.catalogue.graded(file, Severity::Medium) < Severity::Medium {
            return;
        }
        let log = path.ends_with(".log") || path.contains("/log/") || path.contains("/logs/");
        let kind = if log { EffectKind::LogTamper } else { EffectKind::FsDestroy };
        self.effect(kind, Severity::Medium, Undo::Never, file.span, path, "leaves nothing in {object}");
    }
}

/// Whether a command has nothing to write and reads nothing: what it opens it only opens.
pub(super) fn probes(argv: &[Word], redirects: &[Redirect]) -> bool {
    let mut words = argv.iter().map(Word::shown);
    let nothing = |redirect: &Redirect| {
        redirect.kind == RedirectKind::Read
            && matches!(redirect.target.pieces.as_slice(), [Piece::Text { text, .. }] if text == "/dev/null")
    };
    match (words.next(), words.next(), words.next()) {
        (None | Some(":" | "true"), ..) | (Some("echo" | "printf"), None | Some("" | "-n"), None) => true,
        (Some("cat"), None, None) => redirects.iter().any(nothing),
        _ => false,
    }
}
