//! What nobody can see in a line: programs and scripts that lie on the target, whose inside decides what happens.

use crate::model::Shown;

/// The names of such files, each with the program that reads it, for the approver; nothing else of the line is repeated. `normalised`
/// has the simple commands, one a line.
pub(super) fn unseen(normalised: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for name in normalised.lines().filter_map(file_of) {
        let shown = Shown::new(&name.chars().take(LONGEST).collect::<String>());
        if !found.contains(&shown) {
            found.push(shown);
        }
    }
    found.truncate(MOST);
    found
}

fn file_of(command: &str) -> Option<String> {
    // Where it runs stands before it: `(elevated) `.
    let command = command.strip_prefix('(').and_then(|noted| noted.split_once(") ")).map_or(command, |(_, rest)| rest);
    let mut words = command.split_whitespace();
    let first = words.next()?;
    let name = match first.rsplit_once('/') {
        Some((folder, _)) if !SYSTEM.contains(&folder) => return Some(first.to_owned()),
        Some((_, name)) => name,
        None => first,
    };
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    // What is left of `.` is nothing; it sources a file.
    let file = if name.is_empty() {
        words.next()
    } else if TOOLS.contains(&name) {
        let mut words = words.filter(|word| !word.starts_with('-') && !word.contains('='));
        return Some([first, words.next().unwrap_or_default()].join(" ").trim_end().to_owned());
    } else if INTERPRETERS.contains(&name) {
        // `-x` and its like come before a script; a text of code stands behind `-c`, a module's name behind `-m`.
        words.find(|word| !word.starts_with('-') || matches!(*word, "-c" | "-e" | "-E" | "-r" | "-m" | "-"))
    } else {
        None
    };
    file.filter(|file| !file.starts_with('-')).map(|file| format!("{first} {file}"))
}

/// Where a system keeps its own programs: known by their names.
const SYSTEM: [&str; 8] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/snap/bin", "/opt/homebrew/bin"];

/// Programs that run a file which their first operand names.
const INTERPRETERS: [&str; 14] =
    ["sh", "bash", "zsh", "dash", "ksh", "fish", "source", "python", "perl", "ruby", "node", "php", "lua", "tclsh"];

/// Programs that run what a file of the folder says.
const TOOLS: [&str; 8] = ["make", "gmake", "rake", "just", "npm", "yarn", "ansible-playbook", "ninja"];

/// Commands that an approver is shown.
const MOST: usize = 5;

/// Characters of each.
const LONGEST: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(normalised: &str) -> Vec<String> {
        unseen(normalised).iter().map(|shown| shown.as_str().to_owned()).collect()
    }

    #[test]
    fn files_of_the_target_are_named_once_and_programs_of_the_system_are_not() {
        assert_eq!(names("rm -rf x\n./deploy.sh --key=x\n./deploy.sh"), ["./deploy.sh"]);
        assert_eq!(names("sudo /opt/app/purge\n(elevated) /opt/app/purge"), ["/opt/app/purge"]);
        assert_eq!(names("python3.11 cleanup.py --all"), ["python3.11 cleanup.py"]);
        assert_eq!(names("bash -x deploy.sh"), ["bash deploy.sh"]);
        assert_eq!(names("/usr/bin/perl -w tidy.pl"), ["/usr/bin/perl tidy.pl"]);
        assert_eq!(names(". ./env"), [". ./env"]);
        assert_eq!(names("make -j4 clean\nmake"), ["make clean", "make"]);
        for quiet in ["/usr/bin/rm -rf x", "ls", "sh -c 'rm x'", "python3 -c 'print(1)'", "python3", "cat ./x.sh", ""] {
            assert!(names(quiet).is_empty(), "{quiet}");
        }
        assert_eq!(names(&(0..9).map(|n| format!("./{n}\n")).collect::<String>()).len(), MOST);
    }
}
