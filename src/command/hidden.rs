//! Programs that run what they read from their input, beside shells, interpreters and the clients of databases.
//!
//! Where the input is a stream that nobody judges (`ssh target 'ed notes' < script`), they run hidden text as a shell would.

use super::words::Word;

/// Whether a command reads a program from its input, as far as its arguments say.
pub(super) fn reads_program(name: &str, args: &[Word]) -> bool {
    let words: Vec<&str> = args.iter().map(Word::shown).collect();
    if words.iter().any(|word| matches!(*word, "--help" | "--version" | "-V")) {
        return false;
    }
    READERS.iter().any(|reader| {
        reader.names.contains(&name)
            && match reader.when {
                When::Always => true,
                When::NoScript(values) => {
                    operands(&words, values).next().is_none() && !words.iter().any(|word| GIVEN.contains(word))
                }
                When::File => named_as_file(&words),
                When::Lone(values, most) => {
                    let none = !words.iter().any(|word| NO_SHELL.contains(word));
                    let count = operands(&words, values).count();
                    none && count > 0 && count <= most
                }
                When::Flag(flags) => words.iter().any(|word| flags.contains(word)),
                When::Without(flags) => !words.iter().any(|word| flags.contains(word)),
            }
    })
}

/// Whether the arguments of a database's client say that it reads a file, or nothing at all, instead of its input.
pub(super) fn reads_elsewhere(args: &[Word]) -> bool {
    let named = |word: &str| ELSEWHERE.contains(&word) || word.starts_with("--file=");
    args.iter().map(Word::shown).any(named) && !named_as_file(&args.iter().map(Word::shown).collect::<Vec<_>>())
}

struct Reader {
    names: &'static [&'static str],
    when: When,
}

#[derive(Clone, Copy)]
enum When {
    /// Whatever its arguments are: they name what is worked on.
    Always,
    /// Unless an operand or an option holds the program; these options take the next word.
    NoScript(&'static [&'static str]),
    /// If an option names the input as the file: `-f -`, `--file=/dev/stdin`.
    File,
    /// With at least one and at most so many operands (a host without a command); these options take the next word.
    Lone(&'static [&'static str], usize),
    /// With one of these options.
    Flag(&'static [&'static str]),
    /// Without any of these options.
    Without(&'static [&'static str]),
}

const READERS: &[Reader] = &[
    Reader { names: &["ed", "red", "ex", "vi", "vim", "nvim", "view"], when: When::Always },
    Reader { names: &["fdisk", "gdisk", "parted", "debugfs", "ftp", "lftp", "sftp", "vtysh"], when: When::Always },
    Reader { names: &["gdb", "lldb"], when: When::Without(&["-batch", "--batch", "-p", "--attach-pid"]) },
    Reader {
        names: &[
            "tclsh", "wish", "expect", "guile", "sbcl", "clisp", "ocaml", "ghci", "erl", "iex", "julia", "octave", "R",
            "gnuplot", "dc", "jshell", "swipl", "racket", "scala", "groovysh", "m4", "parallel",
        ],
        when: When::NoScript(&[]),
    },
    Reader {
        names: &["make", "gmake", "awk", "gawk", "mawk", "nawk", "sed", "gsed", "nft", "ip", "jq"],
        when: When::File,
    },
    Reader {
        names: &["ssh", "slogin", "autossh", "rsh"],
        when: When::Lone(
            &[
                "-b", "-B", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-O", "-o", "-p", "-Q",
                "-R", "-S", "-W", "-w",
            ],
            1,
        ),
    },
    Reader { names: &["chroot"], when: When::Lone(&[], 1) },
    Reader { names: &["sudo", "doas"], when: When::Flag(&["-i", "-s", "--login", "--shell"]) },
    Reader {
        names: &["su", "runuser", "newgrp"],
        when: When::Without(&["-c", "--command", "--session-command", "-u"]),
    },
    Reader {
        names: &["redis-cli", "valkey-cli"],
        when: When::NoScript(&["-h", "-p", "-a", "-n", "-u", "-s", "-i", "-r", "--user", "--pass", "--cacert"]),
    },
    Reader { names: &["mongo", "mongosh"], when: When::Without(&["--eval", "--file", "-f"]) },
];

/// Options that hold a program.
const GIVEN: [&str; 7] = ["-e", "--eval", "-eval", "-c", "-E", "-p", "--execute"];

/// With these `ssh` starts no shell.
const NO_SHELL: [&str; 6] = ["-N", "-O", "-Q", "-W", "-G", "-V"];

/// Options whose value is the file that holds the program.
const FILES: [&str; 6] = ["-f", "--file", "--makefile", "-b", "-batch", "--from-file"];

/// Options of `psql` and its kin with which their input is not read.
const ELSEWHERE: [&str; 6] = ["-f", "--file", "-l", "--list", "-V", "--version"];

/// Names of the standard input.
const INPUT: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

fn named_as_file(words: &[&str]) -> bool {
    let next =
        words.windows(2).any(|pair| matches!(pair, [flag, file] if FILES.contains(flag) && INPUT.contains(file)));
    let attached = |word: &&str| {
        FILES.iter().any(|flag| {
            word.strip_prefix(flag).is_some_and(|file| INPUT.contains(&file.strip_prefix('=').unwrap_or(file)))
        })
    };
    next || words.iter().any(attached)
}

/// The words that are no options and no values of these.
fn operands<'w>(words: &'w [&'w str], values: &'w [&'w str]) -> impl Iterator<Item = &'w str> {
    let mut skip = false;
    words.iter().copied().filter(move |word| {
        let value = std::mem::replace(&mut skip, values.contains(word));
        !(value || (word.starts_with('-') && word.len() > 1))
    })
}

#[cfg(test)]
mod tests {
    use crate::command::{Context, Stdin, analyse};
    use crate::model::EffectKind;

    #[track_caller]
    fn hidden(line: &str) -> bool {
        let opaque = |context: &Context| analyse(line, context).effects.iter().any(|e| e.kind == EffectKind::Opaque);
        assert!(!opaque(&Context::exec(Stdin::Terminal)), "{line}: with a terminal each line is judged");
        opaque(&Context::exec(Stdin::Hidden))
    }

    #[test]
    fn what_runs_its_input_is_opaque_where_nobody_sees_the_input() {
        for line in [
            "psql orders",
            "psql -f - orders",
            "cat | psql orders",
            "sudo -u postgres psql",
            "docker exec -i db psql -U app",
            "mysql shop",
            "sqlite3 x.db",
            "make -f -",
            "make -f- all",
            "awk -f /dev/stdin log",
            "sed --file=- x",
            "ed notes",
            "vim -es notes",
            "gdb ./app",
            "tclsh",
            "ssh other",
            "ssh -p 22 other",
            "redis-cli -h cache",
            "mongosh shop",
            "su - app",
            "sftp other",
            "cd /srv && psql orders",
        ] {
            assert!(hidden(line), "{line}");
        }
    }

    #[test]
    fn what_takes_its_program_from_the_line_or_its_input_as_data_is_quiet() {
        for line in [
            "psql -c 'select 1' orders",
            "psql -f report.sql",
            "mysql -e 'show tables'",
            "sqlite3 x.db 'select 1'",
            "make all",
            "awk '{print $1}'",
            "sed -n 1p",
            "ssh other uptime",
            "ssh -V",
            "redis-cli ping",
            "mongosh --eval 'db.stats()'",
            "tclsh x.tcl",
            "cat",
            "tar xf -",
            "gzip -d",
            "echo 'select 1' | psql",
            "tee notes",
            "gdb -batch -ex bt ./app",
            "sudo -l",
        ] {
            assert!(!hidden(line), "{line}");
        }
    }
}
