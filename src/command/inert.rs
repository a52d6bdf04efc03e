//! Settings that run nothing: what a line puts into a start-up file, where that is all known and does not do more than to set something.
//!
//! | file | lines that run nothing |
//! |---|---|
//! | shells' | comments; variables of taste; folders behind `PATH`, or at home; aliases and functions of commands that would pass; one start-up file from another |
//! | ssh's | hosts, with what says where they are and who one is there |
//! | git's | names, colours and the like; aliases of git's own commands |
//! | fish's functions | one function of commands that would pass |
//! | vim's | comments, `set` of options that name no program, `syntax`, `filetype`, `colorscheme` |
//! | tmux's, screen's, readline's | options from a list |

/// What would have to be judged before settings count as harmless.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings<'t> {
    /// Commands that a shell runs at its start, or by a short name; one a line.
    pub(super) commands: Vec<String>,
    /// Names that are given to commands, with the command.
    pub(super) aliases: Vec<(&'t str, &'t str)>,
}

/// What a text sets, if it does nothing else in that file. `None`: it may do more.
pub(super) fn settings<'t>(path: &str, text: &'t str) -> Option<Settings<'t>> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut found = Settings::default();
    if path.contains("/fish/functions/") {
        return fish_function(name, text, &mut found).then_some(found);
    }
    let mut section = "";
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let sets = match name {
            ".bashrc" | ".bash_profile" | ".bash_aliases" | ".bash_login" | ".profile" | ".zshrc" | ".zprofile"
            | ".zshenv" | "config.fish" => shell(line, &mut found),
            ".vimrc" | "init.vim" => vim(line),
            "config" if path.ends_with("/.ssh/config") => ssh(line),
            ".gitconfig" => git(line, &mut section, &mut found),
            ".tmux.conf" | "tmux.conf" => tmux(line),
            ".screenrc" => {
                line.starts_with('#') || of(line, &["startup_message", "defscrollback", "vbell", "scrollback"])
            }
            ".inputrc" => {
                line.starts_with('#')
                    || line.strip_prefix("set ").is_some_and(|rest| plain(rest, 2))
                    || key(line, &mut found)
            }
            _ => false,
        };
        if !sets {
            return None;
        }
    }
    Some(found)
}

fn shell<'t>(line: &'t str, found: &mut Settings<'t>) -> bool {
    if line.starts_with('#') {
        return true;
    }
    if let Some(rest) = line.strip_prefix("alias ") {
        let Some((name, command)) = rest.trim_start().split_once('=') else { return false };
        let Some(command) = unquoted(command).filter(|_| is_name(name)) else { return false };
        found.aliases.push((name, command));
        return true;
    }
    if is_setting(line) {
        found.commands.push(line.to_owned());
        return true;
    }
    if let Some((name, body)) = function(line) {
        found.aliases.push((name, body));
        return true;
    }
    if starts_another(line) {
        return true;
    }
    let set = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let Some((name, value)) = set.split_once('=') else { return false };
    let Some(value) = unquoted(value) else { return false };
    let sets = match name {
        // What stands behind the others is looked for last.
        "PATH" => {
            let folder = |rest: &str| {
                let rest = rest.strip_prefix("$HOME").unwrap_or(rest);
                rest.starts_with(['/', '~']) && is_word(rest.trim_start_matches('~')) && !rest.contains("..")
            };
            // Before it only what is nobody else's: one's own, or what the administrator installed.
            let own = |head: &&str| {
                let home = head.strip_prefix("$HOME/").or_else(|| head.strip_prefix("~/"));
                home.is_some_and(|home| FOLDERS.contains(&home))
                    || head.starts_with("/usr/local/")
                    || head.starts_with("/opt/")
            };
            value.strip_prefix("$PATH:").is_some_and(folder)
                || value.strip_suffix(":$PATH").filter(own).is_some_and(|head| !head.contains(':') && folder(head))
        }
        // These name programs: one that is found as every program is.
        "EDITOR" | "VISUAL" | "KUBE_EDITOR" | "GIT_EDITOR" => is_name(value),
        "PAGER" | "MANPAGER" | "GIT_PAGER" => {
            is_name(value) || value.strip_prefix("less ").is_some_and(|options| options.split(' ').all(is_look))
        }
        "LESS" => value.split(' ').all(is_look),
        "ZSH_THEME" => is_name(value),
        // (The others keep lines out of the history.)
        "HISTCONTROL" => matches!(value, "ignoredups" | "erasedups" | "ignoredups:erasedups"),
        "HISTTIMEFORMAT" => value.chars().all(|c| c.is_ascii_alphanumeric() || "%-_: /[]".contains(c)),
        _ => TASTE.contains(&name) && (value.is_empty() || is_word(value)),
    };
    if sets {
        found.commands.push(line.to_owned());
    }
    sets
}

/// Whether a line sets options of the shell, its keys or its completion: that is judged as if it were typed.
fn is_setting(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let one = !line.replace("&& compinit", "").contains([';', '|', '&', '<', '>', '`', '$']);
    // One generator, and nothing behind it.
    let loads = (line.starts_with("source <(") && line.ends_with(')')
        || line.starts_with("eval \"$(") && line.ends_with(")\""))
        && line.matches('(').count() == 1
        && !line.contains([';', '|', '&', '`']);
    one && SETTING.contains(&first) || loads
}

/// `mkcd() { mkdir -p "$1" && cd "$1"; }`: the name and what it does.
fn function(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once("()")?;
    let body = rest.trim_start().strip_prefix('{')?.strip_suffix('}')?.trim();
    // (A brace in it might end it.)
    (is_name(name) && !is_called_back(name) && !body.contains(['{', '}'])).then_some((name, body))
}

/// Whether a shell calls a function of that name by itself.
fn is_called_back(name: &str) -> bool {
    CALLED_BACK.contains(&name) || ["fish_", "__", "TRAP"].iter().any(|head| name.starts_with(head))
}

/// `[ -f ~/.bash_aliases ] && . ~/.bash_aliases`: a start-up file, which nobody else writes either.
fn starts_another(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let test = |open: &str, close: &str| matches!((open, close), ("[", "]") | ("[[", "]]"));
    match words.as_slice() {
        [open, "-f" | "-r" | "-e" | "-s", file, close, "&&", "." | "source", again] if test(open, close) => {
            let file = file.trim_matches('"');
            let home = file.strip_prefix("~/").or_else(|| file.strip_prefix("$HOME/"));
            file == again.trim_matches('"') && home.is_some_and(|name| STARTED.contains(&name))
        }
        _ => false,
    }
}

/// A line of ssh_config(5) that says where a host is. Others run commands, or trust somebody.
fn ssh(line: &str) -> bool {
    let (key, value) = line.split_once([' ', '=']).unwrap_or((line, ""));
    // Nobody is led out of the house by a name that he knows.
    let ours = !value.contains('.')
        || [".internal", ".local", ".lan", ".corp", ".intranet", ".home.arpa"].iter().any(|end| value.ends_with(end))
        || ["10.", "192.168.", "127."].iter().any(|start| value.starts_with(start));
    if key.eq_ignore_ascii_case("HostName") && !ours {
        return false;
    }
    line.starts_with('#')
        || SSH.iter().any(|known| known.eq_ignore_ascii_case(key))
            && value
                .split(' ')
                .all(|word| is_word(word.trim_start_matches('~').trim_matches(['*', '?'])) || word == "*")
}

/// `name = value` below `[section]` (git-config(1), "Syntax").
fn git<'t>(line: &'t str, section: &mut &'t str, found: &mut Settings<'t>) -> bool {
    if line.starts_with(['#', ';']) {
        return true;
    }
    if let Some(name) = line.strip_prefix('[') {
        *section = name.strip_suffix(']').unwrap_or_default();
        return GIT.contains(section);
    }
    let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else { return false };
    let plain = is_name(key) && !value.contains(['!', '`', '$', '\\', '|', ';', '&', '\n']);
    if *section == "alias" && plain {
        found.commands.push(format!("git {}", value.trim_matches('"')));
    }
    // A template brings its hooks.
    plain && GIT.contains(section) && (*section != "init" || key.eq_ignore_ascii_case("defaultbranch"))
}

/// `function gs; git status $argv; end`, over several lines, in a file of its name.
fn fish_function<'t>(file: &str, text: &'t str, found: &mut Settings<'t>) -> bool {
    let Some((head, rest)) = text.trim().split_once('\n') else { return false };
    let mut words = head.split_whitespace();
    let named =
        words.next() == Some("function") && words.next().is_some_and(|name| file.strip_suffix(".fish") == Some(name));
    let described =
        words.next().is_none_or(|word| matches!(word, "-d" | "--description")) && !head.contains(['(', ';']);
    let name = head.split_whitespace().nth(1).unwrap_or_default();
    match rest.trim_end().strip_suffix("end").filter(|body| body.ends_with('\n')) {
        Some(body) if named && described && is_name(name) && !is_called_back(name) && !body.contains("end") => {
            found.aliases.push((name, body.trim()));
            true
        }
        _ => false,
    }
}

/// Options of a pager by their letters, of those that only say how it looks.
fn is_look(option: &str) -> bool {
    let letters = option.strip_prefix('-').unwrap_or_default();
    !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic() && !"kKoOtTpPbD".contains(c))
}

/// `"\\e[A": history-search-backward`, which is judged as if `bind` set it.
fn key(line: &str, found: &mut Settings<'_>) -> bool {
    let widget = line.rsplit(':').next().unwrap_or_default().trim();
    let named = line.starts_with('"') && widget.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let named = named && !line.contains('\'') && line.matches('"').count() == 2;
    if named {
        found.commands.push(format!("bind '{line}'"));
    }
    named
}

fn vim(line: &str) -> bool {
    let line = line.strip_prefix(':').unwrap_or(line);
    if line.starts_with('"') {
        return true;
    }
    let Some((command, rest)) = line.split_once(' ') else { return false };
    match command {
        "syntax" | "filetype" | "colorscheme" | "colo" => plain(rest, 4),
        "set" | "se" | "setlocal" => {
            plain(rest, 8) && rest.split_whitespace().all(|option| OPTIONS.contains(&option_name(option)))
        }
        _ => false,
    }
}

/// The name of an option that is switched on or off, or set.
fn option_name(option: &str) -> &str {
    let name = option.split(['=', '+', '-', '^', '!', '&', '?']).next().unwrap_or_default();
    // (`number` begins with an `n` too.)
    if OPTIONS.contains(&name) { name } else { name.strip_prefix("no").or(name.strip_prefix("inv")).unwrap_or(name) }
}

fn tmux(line: &str) -> bool {
    let mut words = line.split_whitespace().peekable();
    let command = words.next().unwrap_or_default();
    match command {
        _ if line.starts_with('#') => true,
        "set" | "set-option" | "setw" | "set-window-option" => {
            while words.next_if(|word| word.starts_with('-')).is_some() {}
            let rest: Vec<&str> = words.map(|word| word.trim_matches(['"', '\''])).collect();
            let named = rest.first().is_some_and(|name| !RUNNING.iter().any(|part| name.contains(part)));
            named && rest.iter().all(|word| is_word(word))
        }
        "unbind" | "unbind-key" => words.all(is_word),
        "bind" | "bind-key" => {
            while words.next_if(|word| matches!(*word, "-r" | "-n")).is_some() {}
            words.next().is_some_and(|key| key.len() < 12) && moves(&words.collect::<Vec<_>>())
        }
        _ => false,
    }
}

/// Whether these are commands that only move about, and what is shown behind them.
fn moves(words: &[&str]) -> bool {
    let separates = |word: &&str| word.contains(';') && !matches!(*word, "\\;" | ";");
    if words.iter().any(separates) {
        return false;
    }
    words.split(|word| matches!(*word, "\\;" | ";")).all(|command| match command {
        ["source-file" | "source", file] => matches!(*file, "~/.tmux.conf" | "~/.config/tmux/tmux.conf"),
        ["display" | "display-message", text @ ..] => !text.iter().any(|word| word.contains("#(")),
        [name, rest @ ..] => {
            let plain = |word: &&str| {
                word.trim_matches('"') == "#{pane_current_path}" || word.starts_with('-') && is_word(word)
            };
            let sized = |word: &&str| word.chars().all(|c| c.is_ascii_digit());
            MOVING.contains(name) && rest.iter().all(|word| plain(word) || sized(word))
        }
        [] => false,
    })
}

/// Whether a line is one of these settings with plain words behind it.
fn of(line: &str, names: &[&str]) -> bool {
    names.iter().any(|name| line.split_whitespace().next() == Some(name)) && plain(line, 3)
}

/// Whether a text is at most so many words in which nothing is special.
fn plain(text: &str, most: usize) -> bool {
    text.split_whitespace().count() <= most && text.split_whitespace().all(is_word)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,:=+/@%".contains(c))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// What a shell's word says, if it is all of the text, in quotes or without.
fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        return (!text.contains([' ', '\'', '"', '\\', '`', '(', ';', '&', '|'])).then_some(text);
    };
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    // Between single quotes a backslash is one.
    let escapes = quote == '"' && inner.contains('\\');
    (!escapes && !inner.contains([quote, '`']) && !inner.contains("$(")).then_some(inner)
}

/// Variables that say how people want to see things.
const TASTE: [&str; 17] = [
    "HISTFILESIZE",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_TIME",
    "LC_MESSAGES",
    "TZ",
    "TERM",
    "COLORTERM",
    "CLICOLOR",
    "LSCOLORS",
    "HISTSIZE",
    "GREP_COLOR",
    "GOPATH",
    "JAVA_HOME",
    "NODE_ENV",
    "GPG_TTY",
];

/// Folders at home in which programs are looked for, and which are watched or belong to a manager of programs.
const FOLDERS: [&str; 12] = [
    "bin",
    ".local/bin",
    ".cargo/bin",
    "go/bin",
    ".npm-global/bin",
    ".pyenv/bin",
    ".rbenv/bin",
    ".deno/bin",
    ".krew/bin",
    ".poetry/bin",
    ".yarn/bin",
    ".dotnet/tools",
];

/// Functions that shells call by themselves.
const CALLED_BACK: [&str; 11] = [
    "precmd",
    "preexec",
    "chpwd",
    "periodic",
    "zshexit",
    "zshaddhistory",
    "command_not_found_handle",
    "command_not_found_handler",
    "prompt_command",
    "PROMPT_COMMAND",
    "starship_precmd",
];

/// Start-up files that one may start from another.
const STARTED: [&str; 7] = [".bash_aliases", ".bashrc", ".profile", ".bash_profile", ".zshrc", ".zprofile", ".zshenv"];

/// Settings of ssh that name a host, an account and the way there.
const SSH: [&str; 12] = [
    "Host",
    "HostName",
    "User",
    "Port",
    "IdentityFile",
    "IdentitiesOnly",
    "ServerAliveInterval",
    "ServerAliveCountMax",
    "ConnectTimeout",
    "Compression",
    "TCPKeepAlive",
    "AddressFamily",
];

/// Sections of git's settings in which nothing is run but by aliases.
const GIT: [&str; 15] = [
    "alias",
    "user",
    "color",
    "color \"diff\"",
    "color \"status\"",
    "color \"branch\"",
    "init",
    "pull",
    "push",
    "rebase",
    "fetch",
    "status",
    "log",
    "column",
    "branch",
];

/// Commands of shells that set options, keys and completion.
const SETTING: [&str; 10] =
    ["shopt", "setopt", "unsetopt", "autoload", "compinit", "zstyle", "bindkey", "bind", "complete", "compdef"];

/// Options of vim that say how a text is shown or typed, and run nothing.
const OPTIONS: [&str; 80] = [
    "number",
    "nu",
    "relativenumber",
    "rnu",
    "expandtab",
    "et",
    "shiftwidth",
    "sw",
    "tabstop",
    "ts",
    "softtabstop",
    "sts",
    "autoindent",
    "ai",
    "smartindent",
    "si",
    "cindent",
    "ignorecase",
    "ic",
    "smartcase",
    "scs",
    "hlsearch",
    "hls",
    "incsearch",
    "is",
    "wrap",
    "ruler",
    "ru",
    "showcmd",
    "sc",
    "showmode",
    "smd",
    "showmatch",
    "sm",
    "cursorline",
    "cul",
    "cursorcolumn",
    "colorcolumn",
    "cc",
    "scrolloff",
    "so",
    "mouse",
    "background",
    "bg",
    "termguicolors",
    "laststatus",
    "ls",
    "wildmenu",
    "wmnu",
    "wildmode",
    "backspace",
    "bs",
    "encoding",
    "enc",
    "fileencoding",
    "fileformat",
    "ff",
    "list",
    "hidden",
    "hid",
    "history",
    "hi",
    "compatible",
    "cp",
    "paste",
    "textwidth",
    "tw",
    "linebreak",
    "lbr",
    "splitbelow",
    "splitright",
    "visualbell",
    "vb",
    "spell",
    "foldmethod",
    "foldlevel",
    "backup",
    "swapfile",
    "undofile",
    "title",
];

/// Parts of the names of tmux's options that name commands, programs or files.
const RUNNING: [&str; 8] = ["command", "shell", "alias", "editor", "hook", "@", "environment", "keys"];

/// Commands of tmux that move about in it.
const MOVING: [&str; 18] = [
    "select-pane",
    "resize-pane",
    "select-window",
    "next-window",
    "previous-window",
    "last-window",
    "last-pane",
    "swap-pane",
    "copy-mode",
    "paste-buffer",
    "send-prefix",
    "choose-tree",
    "list-keys",
    "split-window",
    "new-window",
    "rotate-window",
    "display-panes",
    "clock-mode",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_sets_something_is_told_from_what_runs_something() {
        for (path, text) in [
            ("~/.vimrc", "set number\nset ts=4 sw=4 expandtab\n\" mine\nsyntax on"),
            ("/home/a/.vimrc", ":set nocompatible"),
            ("~/.inputrc", "\"\\e[A\": history-search-backward"),
            ("~/.zshrc", "autoload -Uz compinit && compinit\nsetopt SHARE_HISTORY\nzstyle ':completion:*' menu select"),
            ("~/.tmux.conf", "set -g mouse on\nset -g status-bg blue\nunbind C-b"),
            ("~/.tmux.conf", "bind r source-file ~/.tmux.conf \\; display \"reloaded\""),
            ("~/.tmux.conf", "bind | split-window -h -c \"#{pane_current_path}\"\nbind -r H resize-pane -L 5"),
            ("~/.vimrc", "set nonumber shiftwidth=2 noswapfile"),
            ("~/.inputrc", "set completion-ignore-case on"),
            ("~/.profile", "export PATH=\"$HOME/.local/bin:$PATH\"\nexport HISTCONTROL=ignoredups\nPAGER='less -SR'"),
            ("~/.bashrc", "[[ -f ~/.bash_aliases ]] && . ~/.bash_aliases"),
            ("~/.bashrc", "mkcd() { mkdir -p \"$1\" && cd \"$1\"; }"),
            (
                "~/.ssh/config",
                "Host uat-*\n  HostName db-uat-1.example.internal\n  User mhansen\n  IdentityFile ~/.ssh/id_uat",
            ),
            ("~/.gitconfig", "[alias]\n    lg = log --graph --oneline\n[color]\n    ui = auto"),
            ("~/.config/fish/functions/gs.fish", "function gs\n    git status -sb $argv\nend"),
            ("~/.bashrc", "# mine\nexport EDITOR=vim\nexport PATH=\"$PATH:$HOME/.local/bin\"\nHISTSIZE=10000"),
        ] {
            assert!(settings(path, text).is_some(), "{text}");
        }
        for (path, text) in [
            ("~/.vimrc", "set shell=/tmp/x"),
            ("~/.vimrc", "set makeprg=x"),
            ("~/.vimrc", "set exrc"),
            ("~/.vimrc", "set ml"),
            ("~/.vimrc", "set number | !reboot"),
            ("~/.vimrc", "set ts=4\nautocmd VimEnter * !x"),
            ("~/.vimrc", "set statusline=%{system('x')}"),
            ("~/.tmux.conf", "set -g default-command /tmp/x"),
            ("~/.tmux.conf", "set -g status-right '#(x)'"),
            ("~/.tmux.conf", "set -g mouse on ; run-shell x"),
            ("~/.tmux.conf", "bind r source-file /tmp/x"),
            ("~/.tmux.conf", "bind r split-window -h reboot"),
            ("~/.tmux.conf", "bind r run-shell x"),
            ("~/.tmux.conf", "bind r display \"a\"; run-shell x"),
            ("~/.tmux.conf", "bind r select-pane ; run-shell x"),
            ("~/.tmux.conf", "unbind r ; run-shell x"),
            ("~/.tmux.conf", "bind r display \"#(x)\""),
            ("~/.tmux.conf", "set -g @plugin x/y"),
            ("~/.tmux.conf", "set -g command-alias[0] ls=run-shell"),
            ("~/.vimrc", "set noshell"),
            ("~/.vimrc", "set shellcmdflag=-x"),
            ("~/.inputrc", "\"\\C-t\": \"x\\n\""),
            ("~/.bashrc", "export PATH=/tmp/x:$PATH"),
            ("~/.bashrc", "export EDITOR=/tmp/x"),
            ("~/.bashrc", "export TZ=$(x)"),
            ("~/.bashrc", "HISTSIZE=1;x"),
            ("~/.bashrc", "PROMPT_COMMAND=x"),
            ("~/.bashrc", "shopt -s histappend; x"),
            ("~/.bashrc", "complete -F x $(x)"),
            ("~/.bashrc", "source ~/x"),
            ("~/.bashrc", "export PATH=\"/tmp/x:$PATH\""),
            ("~/.bashrc", "export PATH=\"$HOME/x:$PATH\""),
            ("~/.zshrc", "precmd() { ls; }"),
            ("~/.config/fish/functions/fish_prompt.fish", "function fish_prompt\nls\nend"),
            ("~/.bashrc", "export PATH=\"$HOME/../x:$PATH\""),
            ("~/.bashrc", "HISTCONTROL=ignorespace"),
            ("~/.bashrc", "PAGER='less -k/tmp/x'"),
            ("~/.bashrc", "[ -f ~/.x ] && . ~/.x"),
            ("~/.bashrc", "[ -f ~/.bashrc ] && . ~/.x"),
            ("~/.gitconfig", "[core]\neditor = x"),
            ("~/.ssh/config", "Host x\n  ProxyCommand nc x 22"),
            ("~/.ssh/config", "Host db-1\n  HostName db.example.net"),
            ("~/.bashrc", "x() { ls; }; /opt/x; { ls; }"),
            ("~/.config/fish/functions/gs.fish", "function gs\nls\nend; /opt/x\nfunction y\nls\nend"),
            ("~/.ssh/config", "Host *\n  StrictHostKeyChecking no"),
            ("~/.gitconfig", "[alias]\nx = !reboot"),
            ("~/.config/fish/functions/gs.fish", "function gs\nls\nend\nreboot"),
            ("~/.gitconfig", "[init]\ntemplateDir = /tmp/x"),
            ("~/.bashrc", "source <(kubectl completion bash); /opt/x"),
            ("~/.bashrc", "eval \"$(starship init bash)\" /opt/x"),
            ("~/.bashrc", "alias ls='ls\nreboot'"),
            ("~/.bashrc", "./x"),
            ("/etc/cron.d/x", "# x"),
        ] {
            assert!(settings(path, text).is_none(), "{text}");
        }
        let found = settings("~/.bashrc", "alias ll='ls -l'\nalias k=kubectl").unwrap();
        assert_eq!(found.aliases, [("ll", "ls -l"), ("k", "kubectl")]);
    }
}
