//! What redirections read and write.

use super::super::catalogue::{Access, RunsIn, is_outside};
use super::super::tree::{Piece, Redirect, RedirectKind};
use super::super::words::{Flow, Origin as FlowOrigin, Word, expand_whole};
use super::super::{inert, parse};
use super::{Input, Walk};
use crate::model::{Effect, EffectKind, Severity, Span, Undo};

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
            self.excuse_settings(target, &flow, *appends);
            // `cat /dev/null > /srv/index`; what is beside the shell is more often made anew than emptied.
            if !appends && flow.text.as_deref() == Some("") && target.shown().starts_with('/') {
                self.emptied(target);
            }
        }
        if targets.is_empty() { flow } else { Flow { text: Some(String::new()), ..Flow::default() } }
    }

    /// What goes into a start-up file runs later by itself, unless all that it does is to set something. That of a shell is not made anew
    /// so: what stood in it may matter.
    pub(super) fn excuse_settings(&mut self, file: &Word, flow: &Flow, appends: bool) {
        let (Some(path), Some(text)) = (file.known(), &flow.text) else { return };
        let makes = || {
            [".vimrc", "init.vim", ".tmux.conf", "tmux.conf", ".inputrc", ".screenrc"]
                .iter()
                .any(|name| path.ends_with(name))
                || path.contains("/fish/functions/")
        };
        if !appends && (text.trim().is_empty() || !makes()) {
            return;
        }
        let inside = |effect: &Effect| effect.span.start <= file.span.start && file.span.end <= effect.span.end;
        let excused = |effect: &Effect| {
            effect.kind == EffectKind::Persistence
                && effect.severity == Severity::Medium
                && effect.object == path
                && inside(effect)
        };
        if !self.effects.iter().any(excused) {
            return;
        }
        let Some(settings) = inert::settings(path, text) else { return };
        let first = |command: &str| command.split_whitespace().next().unwrap_or_default().to_owned();
        let hides = settings.aliases.iter().any(|(name, command)| {
            let first = first(command);
            first.contains('/') || first != *name && (self.catalogue.is_dangerous(name) || CALLED.contains(name))
        });
        let from = self.effects.len();
        let place = self.place.inside(RunsIn::Later).within();
        let commands =
            settings.commands.iter().map(String::as_str).chain(settings.aliases.iter().map(|(_, command)| *command));
        for command in commands.filter(|_| !hides) {
            self.nested(command, parse::Origin::Within(file.span), &Input::Terminal, place);
        }
        if !hides && self.effects.len() == from {
            self.effects.retain(|effect| !excused(effect));
        }
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

/// Commands that people trust with a secret, or call all day: under such a name another one does not show.
const CALLED: [&str; 14] =
    ["cd", "ls", "git", "ssh", "scp", "sftp", "gpg", "psql", "mysql", "vault", "kubectl", "docker", "cat", "vi"];

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
