//! The shells that are asked, the files that make them tell what they ran, and whether what was judged is what ran.

use std::path::{Path, PathBuf};

use holdpoint::model::{Certainty, Digest, Place, SessionId};
use holdpoint::session::command_digest;

/// The shells that are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Dash,
    Ash,
}

impl Shell {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Dash => "dash",
            Self::Ash => "ash",
        }
    }

    pub(crate) fn program(self) -> PathBuf {
        let name = if self == Self::Ash { "busybox" } else { self.name() };
        let found =
            ["/bin", "/usr/bin"].map(|dir| PathBuf::from(dir).join(name)).into_iter().find(|path| path.exists());
        found.unwrap_or_else(|| panic!("{name} is missing: ./install.sh test --packages-only installs it"))
    }

    /// Start-up files that make the shell tell what it ran: each line with a NUL behind it.
    pub(crate) fn files(self, home: &Path) -> Vec<(&'static str, String)> {
        let told = home.join("told").display().to_string();
        match self {
            Self::Bash => vec![(
                ".bash_profile",
                format!(
                    "PS1='$ '; shopt -s cmdhist lithist; HISTCONTROL=; EDITOR=true; export EDITOR\n\
                     say() {{ :; }}\n\
                     tell() {{ local line; line=$(HISTTIMEFORMAT= history 1); [[ $line =~ ^\\ *([0-9]+)[*\\ ]\\ (.*)$ ]] || return\n\
                     [[ ${{BASH_REMATCH[1]}} == \"$told\" ]] || printf '%s\\0' \"${{BASH_REMATCH[2]}}\" >>{told}; told=${{BASH_REMATCH[1]}}; }}\n\
                     PROMPT_COMMAND=tell\n"
                ),
            )],
            Self::Zsh => vec![(
                ".zshrc",
                format!(
                    "PS1='%# '; HISTSIZE=1000; setopt interactivecomments; say() {{ :; }}; bindkey -e\n\
                     preexec() {{ printf '%s\\0' \"$1\" >>{told}; }}\n"
                ),
            )],
            Self::Fish => vec![(
                ".config/fish/config.fish",
                format!(
                    "set -g fish_greeting; function fish_prompt; echo -n '> '; end; function say; end\n\
                     function tell --on-event fish_preexec; printf '%s\\0' \"$argv\" >>{told}; end\n"
                ),
            )],
            Self::Dash | Self::Ash => {
                vec![(".profile", format!("PS1='$ '; say() {{ printf '%s\\0' \"say $*\" >>{told}; }}\n"))]
            }
        }
    }
}

/// A line that was judged.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) certainty: Certainty,
    /// The catalogue says that what it does cannot be told from its text.
    pub(crate) untold: bool,
    pub(crate) digest: Digest,
    pub(crate) shell: Shell,
    /// The session in which it was judged: its digest is of no other.
    pub(crate) session: (SessionId, Place),
}

impl Asked {
    /// Whether it would have been held, or judged in several readings.
    pub(crate) fn is_guarded(&self) -> bool {
        // What was typed without echo was judged in memory; the text that is told is none of it.
        let concealed = self.text.starts_with("(typed without echo");
        concealed || self.untold || matches!(self.certainty, Certainty::Opaque | Certainty::Disputed)
    }

    /// Whether its shell tells commands, not lines.
    pub(crate) const fn tells_commands(&self) -> bool {
        matches!(self.shell, Shell::Dash | Shell::Ash)
    }

    /// Whether the shell ran this.
    pub(crate) fn covers(&self, ran: &str) -> bool {
        if self.is_guarded() {
            return true;
        }
        // Two readings, of which the event tells the likelier: the digest tells that there were just these two.
        if command_digest(self.session.0, &self.session.1, [self.text.as_str(), ran]) == self.digest {
            return true;
        }
        let bare = |text: &str| text.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
        // A screen shows control characters so.
        // fish shows a word in the letters of what it suggests for it, so case is not compared there.
        let shown = |text: &str| text.replace('\u{1}', "^A");
        let (text, ran) = (shown(&self.text), shown(ran));
        // A comment runs nothing.
        let (whole, told) = (bare(&text), ran.clone());
        let ran = bare(ran.trim_start_matches('#'));
        match self.shell {
            // A block that was pasted runs line by line.
            Shell::Fish if whole.eq_ignore_ascii_case(&ran) => true,
            Shell::Bash | Shell::Zsh | Shell::Fish => {
                whole == ran || text.lines().any(|line| bare(line) == ran) || in_order(&text, &told)
            }
            // These tell arguments, not lines.
            Shell::Dash | Shell::Ash => {
                let unquoted = whole.replace(['\'', '"'], "");
                unquoted.contains(&ran) || unquoted.contains("say $i")
            }
        }
    }
}

/// Whether a text has each of several lines in it, one behind the other. Where the shell is slow, what a screen shows between them (prompts,
/// the echo of what was typed ahead) is read as well; the keys by themselves are judged beside it.
fn in_order(text: &str, lines: &str) -> bool {
    let mut rest = text;
    lines.contains('\n')
        && lines.lines().all(|line| {
            let found = rest.split_once(line.trim());
            rest = found.map_or("", |(_, behind)| behind);
            found.is_some()
        })
}
