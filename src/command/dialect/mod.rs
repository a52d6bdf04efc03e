//! Lines typed at programs that are no shells: one file a program that has a language of its own.
//!
//! Each file has one function, `judge(text, walk)`. It gives its effects to the [`Walk`], which also judges what the program would hand to a
//! shell ([`Walk::shell`]), to a database ([`Walk::sql`]) or to another language ([`Walk::code`]), each at its place in the line. It answers
//! whether the program would act on the line now; one that waits for more (`psql` without `;`) is judged as far as it goes.

use super::walk::Walk;

mod ftp;
mod gdb;
mod less;
mod mongo;
mod mysql;
mod psql;
mod python;
mod redis;
mod sqlite;
mod statement;
mod vim;

macro_rules! dialects {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(| $alias:literal)*,)*) => {
        /// What kind of text a line is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Dialect {
            $($(#[$doc])* $variant,)*
        }

        impl Dialect {
            /// Every dialect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The dialect that the program of that name reads, in lower case and without its path; `None` for one that is not known.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name $(| $alias)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

dialects! {
    /// A POSIX-like shell: sh, bash, zsh, fish, dash, ksh.
    Shell = "shell" | "sh" | "bash" | "zsh" | "fish" | "dash" | "ksh" | "mksh" | "ash" | "busybox" | "ssh" | "tmux" | "screen" | "exec",
    /// PostgreSQL's client.
    Psql = "psql" | "postgres" | "postgresql" | "pgcli" | "sql",
    /// The client of MySQL and MariaDB.
    Mysql = "mysql" | "mariadb" | "mycli",
    /// SQLite's shell.
    Sqlite = "sqlite" | "sqlite3",
    /// The client of Redis and Valkey.
    Redis = "redis" | "redis-cli" | "valkey" | "valkey-cli",
    /// MongoDB's shell.
    Mongo = "mongo" | "mongosh" | "mongodb",
    /// An editor: vim's command line, and what other editors run.
    Vim = "vim" | "vi" | "nvim" | "view" | "vimdiff" | "ex" | "ed" | "nano" | "emacs" | "editor",
    /// A pager.
    Less = "less" | "more" | "most" | "man" | "pager" | "info",
    /// Python's prompt.
    Python = "python" | "python2" | "python3" | "ipython" | "pypy" | "bpython",
    /// Perl, as `perl -de0` or a script reads it.
    Perl = "perl",
    /// Ruby's prompt.
    Ruby = "ruby" | "irb" | "pry",
    /// The prompt of Node.js and its kin.
    Node = "node" | "nodejs" | "deno" | "bun" | "javascript" | "js",
    /// PHP's prompt.
    Php = "php",
    /// Lua's prompt.
    Lua = "lua" | "luajit",
    /// A program of awk.
    Awk = "awk" | "gawk" | "mawk",
    /// A debugger's prompt.
    Gdb = "gdb" | "lldb",
    /// The prompt of a file transfer.
    Ftp = "ftp" | "sftp" | "lftp",
}

/// Judges a line of a dialect that is no shell's; answers whether the program would act on it now.
pub(super) fn judge(dialect: Dialect, text: &str, walk: &mut Walk<'_>) -> bool {
    match dialect {
        Dialect::Shell => walk.shell(text, 0),
        Dialect::Psql => return psql::judge(text, walk),
        Dialect::Mysql => return mysql::judge(text, walk),
        Dialect::Sqlite => return sqlite::judge(text, walk),
        Dialect::Redis => return redis::judge(text, walk),
        Dialect::Mongo => return mongo::judge(text, walk),
        Dialect::Vim => return vim::judge(text, walk),
        Dialect::Less => return less::judge(text, walk),
        Dialect::Python => python::judge(text, walk),
        Dialect::Gdb => gdb::judge(text, walk),
        Dialect::Ftp => ftp::judge(text, walk),
        Dialect::Perl | Dialect::Ruby | Dialect::Node | Dialect::Php | Dialect::Lua | Dialect::Awk => {
            walk.code(dialect.as_str(), text, 0)
        }
    }
    true
}

/// Whether what is put there can be fetched by others, or carried away: anywhere but in the folder where somebody works, at home, or in `/tmp`.
fn carried(path: &str) -> bool {
    let path = path.trim().trim_end_matches(';').trim_matches(['"', '\'']);
    path.starts_with(['/', '|', '$']) && !path.starts_with("/tmp/") && !path.starts_with("/home/")
        || path.contains("..")
        || path.contains("://")
}

/// Whether a file that is run lies where anybody may put one, or does not even look like a script of that kind.
fn anybodys(path: &str) -> bool {
    let path = path.trim().trim_end_matches(';').trim_matches(['"', '\'']);
    let name = path.rsplit('/').next().unwrap_or(path);
    ["/tmp/", "/var/tmp/", "/dev/shm/", "http:", "https:"].iter().any(|head| path.contains(head))
        || !name.is_empty() && !name.contains(['.', ':', '$'])
}
