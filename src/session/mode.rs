//! What reads the keys: known from what was started, and from the row that is typed on.
//!
//! | mode | known by | what is typed is read as |
//! |---|---|---|
//! | `Shell` | nothing else was started, or the prompt of the shell that started it is back | a shell's line |
//! | `Repl` | a program with a language of its own was started, and the row shows its prompt | that language; a shell's line too, but leniently |
//! | `Pager` | a pager was started, and the row shows one of its prompts | its commands; a shell's line too, leniently |
//! | `FullScreen` | the alternate screen, and a program that fills it | commands in the rows where such programs take them |
//! | `Unknown` | anything else | everything that may be meant |
//!
//! No mode ends the gating. A prompt alone proves nothing, because whoever can set one can forge one; so a mode may add a way of
//! reading a line, and the one thing that it takes away is that a word which cannot be determined counts as opaque, which needs both: the
//! program was started, and its prompt is there. Once something that sets a prompt was let through, prompts count for nothing any more.

use std::collections::BTreeSet;

use super::judge::AtProgram;
use crate::command::{Context, Dialect, Reader, analyse};

/// What is in the foreground, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Shell,
    Repl(Dialect),
    Pager,
    FullScreen,
    Unknown,
}

impl Mode {
    /// Whether a shell may read the line, so that a word that cannot be determined is one of a command.
    pub(super) const fn reader(self) -> Reader {
        match self {
            Self::Shell | Self::Unknown | Self::FullScreen => Reader::Shell,
            Self::Repl(_) | Self::Pager => Reader::Program,
        }
    }
}

/// Where a line stands.
#[derive(Debug, Clone, Default)]
pub(super) struct At {
    /// The cursor's row, prompt and all.
    pub(super) row: String,
    /// What is read on the screen and from the keys: lines behind a prompt, or the rows of a full screen.
    pub(super) lines: Vec<String>,
    /// What the keys say was typed.
    pub(super) typed: String,
    pub(super) full_screen: bool,
    /// How often the alternate screen was left.
    pub(super) alternate_left: u64,
    /// The shell itself told this line, when it was asked.
    pub(super) told: bool,
    /// The last mark that came says that a shell is at its prompt. Whoever can read the session's nonce can print one.
    pub(super) hooked: bool,
    /// Typed without echo.
    pub(super) secret: bool,
}

impl At {
    /// What stands left of the line, for every line that the row ends with.
    fn left(&self) -> impl Iterator<Item = &str> {
        let row = self.row.trim_end();
        let lines = self.lines.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty());
        lines.filter_map(move |line| row.strip_suffix(line)).map(str::trim_end)
    }
}

/// What was started in this session, and may run still.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// Languages that may be read in the foreground.
    running: BTreeSet<Dialect>,
    /// Languages of everything that was ever started here: it may have been stopped and go on, or stand in another pane.
    ever: BTreeSet<Dialect>,
    /// The last line released on the main screen started a program that is known to fill the screen.
    fills_screen: bool,
    /// As long as the alternate screen was left no more often, it is that program's: anybody's output switches to it later.
    owns_until: u64,
    /// The same line started a program that shows others in panes.
    multiplexes: bool,
    /// What stood left of the last line that a shell was given.
    shell_prompt: String,
    /// Something that sets a prompt was let through.
    forged: bool,
    /// Something that sets where a statement ends was let through: from then on each line may be one.
    unbounded: bool,
    /// Lines of a statement that is not whole yet, for each language that may read them.
    begun: Vec<(Dialect, Vec<String>)>,
    /// Ctrl-C went to whatever is in the foreground.
    interrupted: bool,
    /// Where the line stands that is being decided on, and what reads it.
    at: At,
    reads: Option<Mode>,
    /// The commands that a shell would start for it, one a line.
    starts: String,
}

impl Programs {
    /// A command was started without a line that was typed.
    pub(super) fn started(&mut self, normalised: &str) {
        self.fills_screen = fills_the_screen(normalised);
        self.multiplexes = shows_panes(normalised);
        self.running = dialects_of(normalised);
        self.ever.extend(&self.running);
    }

    /// Whether what is typed on the alternate screen is text, but for the rows where such programs take commands. `left`: how often that
    /// screen was left. `hooked`: a shell says that it is at its prompt.
    pub(super) const fn owns_screen(&self, left: u64, hooked: bool) -> bool {
        // Where no prompt need look like one, a shell's row does not show that the program has left.
        self.fills_screen && !hooked && !self.forged && left <= self.owns_until
    }

    /// Whether what is typed on the alternate screen goes to whatever stands in a pane of it: an editor perhaps.
    pub(super) const fn multiplexes(&self) -> bool {
        self.multiplexes
    }

    /// What reads a line there.
    pub(super) fn mode(&self, at: &At) -> Mode {
        if at.full_screen {
            return if self.owns_screen(at.alternate_left, at.hooked) { Mode::FullScreen } else { Mode::Unknown };
        }
        if self.running.is_empty() || self.is_shell(at) {
            return Mode::Shell;
        }
        // Where a shell was read a moment ago a shell may be read still, whatever its prompt looks like.
        if self.forged || at.hooked || (!self.shell_prompt.is_empty() && at.row.starts_with(&self.shell_prompt)) {
            return Mode::Unknown;
        }
        let shown = |dialect: &&Dialect| prompts(**dialect).iter().any(|prompt| shows(&at.row, prompt));
        match self.running.iter().find(shown) {
            Some(Dialect::Less) => Mode::Pager,
            Some(dialect) => Mode::Repl(*dialect),
            None => Mode::Unknown,
        }
    }

    /// Reads a line that stands there: what reads it, and what it means to programs with a language of their own.
    pub(super) fn read(&mut self, at: At) -> (Mode, Vec<AtProgram>) {
        self.forget_interrupted(&at);
        let mode = self.mode(&at);
        let readings = if at.full_screen { self.on_full_screen(&at) } else { self.on_main_screen(&at) };
        (self.at, self.reads, self.starts) = (at, Some(mode), String::new());
        (mode, readings)
    }

    /// The line that was read is judged: these commands a shell would start for it.
    pub(super) fn judged(&mut self, normalised: String) {
        self.starts = normalised;
    }

    /// The line that was read goes out although no shell runs it yet.
    pub(super) fn passed(&mut self) {
        let at = std::mem::take(&mut self.at);
        if !at.full_screen && !at.secret {
            self.remember_statement(&at);
        }
    }

    /// The line that was read is released. Nothing of it is kept if it was typed without echo.
    pub(super) fn released(&mut self) {
        let (at, starts) = (std::mem::take(&mut self.at), std::mem::take(&mut self.starts));
        if !at.full_screen && !at.secret {
            self.remember_statement(&at);
        }
        let shell = self.running.is_empty() || self.is_shell(&at);
        if self.mode(&at).reader() == Reader::Shell {
            let started = dialects_of(&starts);
            if shell && !at.full_screen {
                self.running.clear();
                if resumes(&starts) {
                    self.running.clone_from(&self.ever);
                }
            }
            self.running.extend(&started);
            self.ever.extend(&started);
            if !at.full_screen {
                self.fills_screen = fills_the_screen(&starts);
                self.owns_until = at.alternate_left;
                self.multiplexes = shows_panes(&starts);
            }
            if shell && let Some(prompt) = at.left().next() {
                self.shell_prompt = prompt.to_owned();
            }
        }
        if at.full_screen && self.owns_screen(at.alternate_left, at.hooked) {
            // An editor leaves its screen for a command that it starts, and comes back. A line behind a prompt is no editor's.
            self.owns_until = at.alternate_left + u64::from(escapes(&at.row));
        }
        self.forged |= !at.secret && at.lines.iter().any(|line| sets_prompt(line));
        self.unbounded |= !at.secret && at.lines.iter().any(|line| sets_end(line));
    }

    /// Whether what reads the line that was read last would end at a Ctrl-C, or take no notice: sqlite3 keeps its line at the first and ends
    /// at the second, redis-cli, `php -a` and older clients of MySQL end at once.
    pub(super) const fn mind_ctrl_c(&self) -> bool {
        use Dialect::{Lua, Mysql, Perl, Php, Redis, Sqlite};
        matches!(self.reads, Some(Mode::Repl(Sqlite | Mysql | Redis | Php | Lua | Perl)))
    }

    /// Whether no program with a language of its own was started.
    pub(super) fn runs_nothing(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether a line in this row stands behind no prompt of a shell or a console: a program reads it, or nobody yet.
    pub(super) fn is_elsewhere(&self, row: &str, lines: &[String]) -> bool {
        let at = At { row: row.to_owned(), lines: lines.to_vec(), ..At::default() };
        let known = self.running.is_empty() && !self.forged && !self.shell_prompt.is_empty();
        known && at.left().next().is_some() && !self.is_shell(&at)
    }

    /// Ctrl-C went out: a statement that was begun is probably gone.
    pub(super) const fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Whether the prompt left of the line is the one of the shell that started what runs, or the shell says so itself.
    fn is_shell(&self, at: &At) -> bool {
        let known = !self.forged && !self.shell_prompt.is_empty();
        at.told || (known && at.left().any(|left| same_shell(left, &self.shell_prompt)))
    }

    /// The languages that may be read on the main screen.
    fn plausible(&self, at: &At) -> BTreeSet<Dialect> {
        let mut plausible = if self.is_shell(at) { BTreeSet::new() } else { self.running.clone() };
        // One that was started by something whose inside we do not see shows only by its prompt.
        let telling = TELLING.iter().filter(|(_, prompt)| !at.told && shows(&at.row, prompt));
        plausible.extend(telling.map(|(dialect, _)| *dialect));
        plausible
    }

    /// The line by itself, and behind what was begun: behind all of it, and behind less and less, since what we take for an open quote
    /// the program may have taken for a closed one.
    fn joined(&self, dialect: Dialect, line: &str) -> Vec<String> {
        let begun = self.begun.iter().find(|(of, _)| *of == dialect).map_or(&[][..], |(_, lines)| lines);
        let mut texts: Vec<String> = (0..begun.len())
            .filter_map(|from| begun.get(from..))
            .map(|lines| format!("{}\n{line}", lines.join("\n")))
            .collect();
        texts.push(line.to_owned());
        texts
    }

    fn on_main_screen(&self, at: &At) -> Vec<AtProgram> {
        let mut readings = Vec::new();
        for dialect in self.plausible(at) {
            for line in at.lines.iter().filter(|line| !line.trim().is_empty()) {
                let texts = self.joined(dialect, line);
                // The first is all of the statement, the others are what may be a part of it.
                let all = texts.into_iter().enumerate();
                readings.extend(all.map(|(at, text)| AtProgram { dialect, text, whole: self.unbounded, part: at > 0 }));
            }
        }
        readings
    }

    fn on_full_screen(&self, at: &At) -> Vec<AtProgram> {
        let whole =
            |dialect: Dialect, text: &str| AtProgram { dialect, text: text.to_owned(), whole: true, part: false };
        let mut readings = Vec::new();
        for row in at.lines.iter().map(String::as_str).map(in_pane) {
            if row.starts_with(':') {
                readings.push(whole(Dialect::Vim, row));
                readings.push(whole(Dialect::Less, row));
            } else if let Some(text) = behind_prompt(row).filter(|_| !self.fills_screen) {
                let telling = TELLING.iter().filter(|(_, prompt)| shows(row, prompt)).map(|(dialect, _)| *dialect);
                let dialects: BTreeSet<Dialect> = self.ever.iter().copied().chain(telling).collect();
                readings.extend(dialects.into_iter().map(|dialect| whole(dialect, text)));
            }
        }
        if !self.fills_screen && !at.typed.trim().is_empty() {
            readings.extend(self.ever.iter().map(|dialect| whole(*dialect, &at.typed)));
        }
        readings
    }

    fn remember_statement(&mut self, at: &At) {
        let Some(line) = at.lines.first() else { return };
        let mut begun = Vec::new();
        for dialect in self.plausible(at).into_iter().filter(|dialect| joins_lines(*dialect)) {
            let mut lines = match self.begun.iter_mut().find(|(of, _)| *of == dialect) {
                Some((_, lines)) => std::mem::take(lines),
                None => Vec::new(),
            };
            lines.push(line.clone());
            if waits(dialect, &lines.join("\n")) {
                // The oldest ones become one.
                if lines.len() > MOST_LINES {
                    let second = lines.remove(1);
                    if let Some(first) = lines.first_mut() {
                        *first += "\n";
                        *first += &second;
                    }
                }
                begun.push((dialect, lines));
            }
        }
        self.begun = begun;
    }

    /// After Ctrl-C nothing of a statement is left, unless the row shows that the program waits for the rest of it still.
    fn forget_interrupted(&mut self, at: &At) {
        if std::mem::take(&mut self.interrupted) && !CONTINUED.iter().any(|prompt| shows(&at.row, prompt)) {
            self.begun.clear();
        }
    }
}

/// Whether the program would wait for more behind this text.
fn waits(dialect: Dialect, text: &str) -> bool {
    !analyse(text, &Context::typed_at(dialect)).complete
}

/// Whether a statement of the language may go over several lines.
const fn joins_lines(dialect: Dialect) -> bool {
    !matches!(dialect, Dialect::Shell | Dialect::Less | Dialect::Vim)
}

/// The languages that the commands of a line read in the foreground.
fn dialects_of(normalised: &str) -> BTreeSet<Dialect> {
    normalised.lines().filter_map(dialect_of).filter(|dialect| *dialect != Dialect::Shell).collect()
}

/// The language that the prompt of one command reads, if it has one.
fn dialect_of(command: &str) -> Option<Dialect> {
    let name = program(command);
    let words = || command.split_whitespace().skip(1);
    match name.as_str() {
        "litecli" => Some(Dialect::Sqlite),
        "iredis" => Some(Dialect::Redis),
        "usql" | "sqlplus" | "sqlcmd" | "isql" | "cqlsh" | "clickhouse-client" | "duckdb" | "cockroach" => {
            Some(Dialect::Psql)
        }
        // Consoles of frameworks.
        "rails" | "bin/rails" if words().any(|word| matches!(word, "c" | "console")) => Some(Dialect::Ruby),
        "rails" if words().any(|word| matches!(word, "db" | "dbconsole")) => Some(Dialect::Psql),
        "git" | "systemctl" | "journalctl" | "loginctl" | "zless" | "zmore" | "bat" => Some(Dialect::Less),
        _ if name.starts_with("manage.py") && words().any(|word| word == "dbshell") => Some(Dialect::Psql),
        // python3.11, psql-15
        _ => Dialect::from_name(&name).or_else(|| {
            Dialect::from_name(name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-'))
        }),
    }
}

/// The name of a command's program, without path, in lower case.
fn program(command: &str) -> String {
    let command = command.strip_prefix('(').and_then(|noted| noted.split_once(") ")).map_or(command, |(_, rest)| rest);
    let word = command.split_whitespace().next().unwrap_or_default();
    word.rsplit('/').next().unwrap_or(word).to_ascii_lowercase()
}

/// Whether the line brings back what was stopped: `fg`, `%1`.
fn resumes(normalised: &str) -> bool {
    normalised.lines().any(|command| program(command) == "fg" || command.starts_with('%'))
}

/// Whether the line may set what a prompt looks like, in a shell or in one of the programs: `PS1=…`, `\set PROMPT1 …`, `.prompt …`,
/// `mysql --prompt`, `prompt …` and `\R …` at mysql, `sys.ps1 = …`, `setPrompt(…)`. A text that only mentions a prompt sets none.
fn sets_prompt(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let line = text.trim_start();
    let named = ["ps1", "ps2", "prompt"].iter().any(|word| text.contains(word));
    let begins = ["prompt", ".prompt", "set prompt", "\\r "].iter().any(|begin| line.starts_with(begin));
    begins || (named && ["=", "\\set", "--prompt", "setprompt(", "read "].iter().any(|mark| text.contains(mark)))
}

/// Whether the line may set what ends a statement: `delimiter //` at mysql, `psql -S`, `\set SINGLELINE`.
fn sets_end(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let short =
        || text.split_whitespace().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('S'));
    ["delimiter", "singleline", "single-line"].iter().any(|word| lower.contains(word))
        || (lower.contains("psql") && short())
        || lower.trim_start().starts_with("\\d ") && lower.trim_end().len() < LONGEST_DELIMITER
}

/// Whether two prompts are of one shell: the same, or the same but for the folder, as in `me@box:/srv$`.
fn same_shell(left: &str, known: &str) -> bool {
    let host = |prompt: &str| {
        let end = prompt.find([':', ' ']).filter(|end| *end >= SHORTEST_HOST)?;
        Some((prompt.get(..=end)?.to_owned(), prompt.chars().next_back()?))
    };
    left == known || host(known).is_some_and(|known| host(left) == Some(known))
}

/// Whether each command of a line is one that is known to fill the screen (or to do nothing of its own before that).
fn fills_the_screen(normalised: &str) -> bool {
    let mut names = normalised.lines().map(program).filter(|name| name != "cd").peekable();
    names.peek().is_some() && names.all(|name| FULL_SCREEN.contains(&name.as_str()))
}

/// Whether a command shows other programs in panes of its own.
fn shows_panes(normalised: &str) -> bool {
    let words = normalised.lines().filter_map(|line| line.split_whitespace().next());
    words.into_iter().any(|word| {
        matches!(word.rsplit('/').next(), Some("tmux" | "screen" | "zellij" | "byobu" | "dtach" | "abduco"))
    })
}

/// The command that Enter on a row of a full-screen program would hand to a shell, if the row looks like one: an editor's `:!cmd` or
/// `:r !cmd`, a pager's `!cmd`, or a prompt inside a pane of tmux or screen.
pub(super) fn command_in_row(row: &str) -> Option<String> {
    let row = in_pane(row);
    if let Some(rest) = row.strip_prefix(':') {
        return rest.split_once('!').map(|(_, command)| command.to_owned());
    }
    if let Some(command) = row.strip_prefix('!') {
        return Some(command.to_owned());
    }
    if let Some(command) = SHELL_PROMPTS.iter().find_map(|prompt| row.strip_prefix(prompt)) {
        return Some(command.trim_start().to_owned());
    }
    behind_prompt(row).map(str::to_owned)
}

/// Whether the row is one where a full-screen program takes a command, and no shell's prompt.
fn escapes(row: &str) -> bool {
    let row = in_pane(row);
    row.starts_with([':', '!']) || SHELL_PROMPTS.iter().any(|prompt| row.starts_with(prompt))
}

/// How mailers, editors and file managers ask for a line that they give to a shell (mutt, Emacs, nano, aerc, tig, ranger).
const SHELL_PROMPTS: [&str; 10] = [
    "Shell command: ",
    "Shell command on region: ",
    "Async shell command: ",
    "Pipe to command: ",
    "Pipe to: ",
    "Pipe message to: ",
    "Command to execute: ",
    "Execute command: ",
    "Shell escape: ",
    "shell: ",
];

/// The row without what belongs to another pane, left of a border.
fn in_pane(row: &str) -> &str {
    let row = row.trim_end();
    row.rsplit(['│', '┃', '|']).next().filter(|_| row.contains(['│', '┃'])).unwrap_or(row).trim_start()
}

/// What stands behind the first thing on the row that may be a prompt's end.
fn behind_prompt(row: &str) -> Option<&str> {
    let prompts = ["$ ", "# ", "% ", "> ", "❯ ", "» "];
    let end = prompts.iter().filter_map(|mark| row.find(mark).map(|at| at + mark.len())).min()?;
    row.get(end..)
}

/// Whether the row has this prompt, followed by a blank or nothing.
fn shows(row: &str, prompt: &str) -> bool {
    row.match_indices(prompt)
        .any(|(at, _)| row.get(at + prompt.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
        || (prompt.len() == 1 && BEGINS_WITH.contains(&prompt) && row.starts_with(prompt))
}

/// The prompts of a program that was started.
const fn prompts(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Psql => {
            &["=#", "=>", "-#", "->", "(#", "(>", "'#", "'>", "\"#", "\">", "$#", "$>", "*#", "*>", "!#", "!>"]
        }
        Dialect::Mysql => &["mysql>", "]>", "->", "'>", "\">", "`>"],
        Dialect::Sqlite => &["sqlite>", "...>"],
        Dialect::Python => &[">>>", "...", "]:", "...:", "(Pdb)"],
        Dialect::Redis
        | Dialect::Mongo
        | Dialect::Perl
        | Dialect::Ruby
        | Dialect::Node
        | Dialect::Php
        | Dialect::Lua => &[">", "...", "*", ">>"],
        Dialect::Less => &[":", "!", "/", "?", "--More--", "(END)"],
        Dialect::Vim => &[":", "*"],
        Dialect::Gdb => &["(gdb)", "(lldb)", ">"],
        Dialect::Ftp => &["ftp>", "sftp>", "lftp", ">"],
        Dialect::Shell | Dialect::Awk => &[],
    }
}

/// Prompts that a row may begin with although something stands right behind them.
const BEGINS_WITH: [&str; 4] = ["!", ":", "/", "?"];

/// Prompts that tell a program by themselves. They add a way of reading and take none away.
const TELLING: [(Dialect, &str); 12] = [
    (Dialect::Psql, "=#"),
    (Dialect::Psql, "=>"),
    (Dialect::Psql, "-#"),
    (Dialect::Psql, "(#"),
    (Dialect::Mysql, "mysql>"),
    (Dialect::Mysql, "]>"),
    (Dialect::Mysql, "    ->"),
    (Dialect::Sqlite, "sqlite>"),
    (Dialect::Sqlite, "   ...>"),
    (Dialect::Redis, ":6379>"),
    (Dialect::Python, ">>>"),
    (Dialect::Mongo, "[primary]"),
];

/// Prompts of programs that wait for the rest of a statement.
const CONTINUED: [&str; 9] = ["-#", "->", "(#", "(>", "'#", "'>", "...>", "...", "*>"];

/// Programs that use the alternate screen. No multiplexers: in their panes are shells.
const FULL_SCREEN: [&str; 44] = [
    "vi",
    "vim",
    "nvim",
    "view",
    "vimdiff",
    "ex",
    "nano",
    "pico",
    "emacs",
    "emacsclient",
    "joe",
    "jed",
    "micro",
    "hx",
    "helix",
    "kak",
    "mcedit",
    "mc",
    "less",
    "more",
    "most",
    "man",
    "info",
    "top",
    "htop",
    "btop",
    "iotop",
    "nmon",
    "watch",
    "git",
    "tig",
    "lazygit",
    "crontab",
    "visudo",
    "sudoedit",
    "vipw",
    "systemctl",
    "journalctl",
    "ranger",
    "nnn",
    "k9s",
    "ncdu",
    "dialog",
    "whiptail",
];

/// Letters of a prompt up to its host's end; shorter, two of them are alike by chance.
const SHORTEST_HOST: usize = 3;

/// Bytes of mysql's `\d //`; longer, it is psql's `\d table`.
const LONGEST_DELIMITER: usize = 6;

/// Lines of a statement that are kept apart.
const MOST_LINES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_rows_of_editors_pagers_and_panes() {
        assert_eq!(command_in_row(":!rm -rf x").as_deref(), Some("rm -rf x"));
        assert_eq!(command_in_row(":r !curl x").as_deref(), Some("curl x"));
        assert_eq!(command_in_row("!ls").as_deref(), Some("ls"));
        assert_eq!(command_in_row("Shell command: rm -rf x").as_deref(), Some("rm -rf x"));
        assert_eq!(command_in_row("Pipe to command: sh").as_deref(), Some("sh"));
        assert_eq!(command_in_row("root@db-1:~# rm -rf x").as_deref(), Some("rm -rf x"));
        assert_eq!(command_in_row("text│me@x:~$ rm y").as_deref(), Some("rm y"));
    }

    #[test]
    fn text_that_an_editor_shows_is_no_command() {
        assert_eq!(command_in_row("rm -rf ./build"), None);
        assert_eq!(command_in_row(":wq"), None);
        assert_eq!(command_in_row("-- INSERT --"), None);
        assert_eq!(command_in_row(""), None);
    }
    /// Types lines at a shell with this prompt; what is in the foreground then.
    fn after(lines: &[&str]) -> Programs {
        let mut programs = Programs::default();
        for line in lines {
            let _ = programs.read(at("me@box:~$ ", line));
            programs.judged((*line).to_owned());
            programs.released();
        }
        programs
    }

    fn at(prompt: &str, line: &str) -> At {
        At { row: format!("{prompt}{line}"), lines: vec![line.to_owned()], typed: line.to_owned(), ..At::default() }
    }

    fn mode(programs: &mut Programs, prompt: &str, line: &str) -> Mode {
        programs.read(at(prompt, line)).0
    }

    #[test]
    fn a_console_is_one_only_if_it_was_started_and_shows_its_prompt() {
        assert_eq!(mode(&mut after(&["python3.11 -q"]), ">>> ", "print(1)"), Mode::Repl(Dialect::Python));
        assert_eq!(mode(&mut after(&["/usr/bin/psql orders"]), "orders=# ", "select 1;"), Mode::Repl(Dialect::Psql));
        assert_eq!(mode(&mut after(&["(elevated) psql"]), "postgres=# ", "select 1;"), Mode::Repl(Dialect::Psql));
        assert_eq!(mode(&mut after(&["(container) mysql -p"]), "mysql> ", "select 1;"), Mode::Repl(Dialect::Mysql));
        assert_eq!(mode(&mut after(&["less -X log"]), "", "!ls"), Mode::Pager);
        assert_eq!(mode(&mut after(&["ls"]), ">>> ", "$x"), Mode::Shell);
        assert_eq!(mode(&mut after(&["python3"]), "me@box:~$ ", "$x"), Mode::Shell);
        assert_eq!(mode(&mut after(&["python3"]), "somebody's> ", "$x"), Mode::Unknown);
        assert_eq!(Mode::Unknown.reader(), Reader::Shell);
    }

    #[test]
    fn a_prompt_that_could_be_forged_excuses_nothing() {
        let mut programs = after(&["export PS1='>>> '", "python3"]);
        assert_eq!(mode(&mut programs, ">>> ", "$x"), Mode::Unknown);
        // Nor does the shell's own prompt tell that a console has ended, once a console may have set it.
        let mut programs = after(&["psql orders"]);
        let _ = programs.read(at("orders=# ", "\\set PROMPT1 'me@box:~$ '"));
        programs.released();
        let (mode, readings) = programs.read(at("me@box:~$ ", "drop table t;"));
        assert_eq!(mode, Mode::Unknown);
        assert!(readings.iter().any(|reading| reading.dialect == Dialect::Psql));
    }

    #[test]
    fn only_what_sets_a_prompt_makes_prompts_doubtful() {
        for line in [
            "PS1='>>> '",
            "export PROMPT_COMMAND=x",
            "\\set PROMPT1 'me@box:~$ '",
            ".prompt '$ '",
            "prompt me@box:~$ ",
            "\\R me@box:~$ ",
            "mysql --prompt='$ ' shop",
            "import sys; sys.ps1 = '$ '",
            "repl.setPrompt('$ ')",
        ] {
            assert!(sets_prompt(line), "{line}");
        }
        for line in ["ls apps1", "git commit -m 'fix the prompt'", "select 1;", "\\r", "rg prompt src"] {
            assert!(!sets_prompt(line), "{line}");
        }
    }

    #[test]
    fn a_console_that_ended_reads_nothing_and_one_that_goes_on_does() {
        let mut programs = after(&["psql orders", "cd /srv"]);
        assert!(programs.read(at("me@box:/srv$ ", "ls")).1.is_empty());
        let mut programs = after(&["psql orders", "ls", "fg"]);
        assert_eq!(mode(&mut programs, "orders=# ", "select 1;"), Mode::Repl(Dialect::Psql));
        // Started by something whose inside nobody sees, it shows by its prompt.
        let readings = after(&["make console"]).read(at("orders=# ", "drop table t;")).1;
        assert_eq!(readings.first().map(|reading| reading.dialect), Some(Dialect::Psql));
    }

    #[test]
    fn a_statement_over_several_lines_is_read_whole() {
        let mut programs = after(&["python3"]);
        programs.begun = vec![(Dialect::Python, vec!["a".to_owned(), "b".to_owned()])];
        let texts: Vec<String> = programs.read(at("... ", "c")).1.into_iter().map(|reading| reading.text).collect();
        assert_eq!(texts, ["a\nb\nc", "b\nc", "c"]);
        // Ctrl-C ends it, unless the row shows that the program has not let go of it.
        programs.interrupt();
        assert_eq!(programs.read(at("... ", "c")).1.len(), 3);
        programs.interrupt();
        assert_eq!(programs.read(at(">>> ", "c")).1.len(), 1);
    }
}
