//! How a login shell gets our hooks: injected as it starts, with nothing of the user's files touched and nothing left on the target.
//!
//! sshd starts a login shell, or it runs a command with the account's shell; only a command can carry hooks. So we ask for a command
//! that becomes the login shell which sshd would have started: the same process, the same environment, a dash before its name.
//!
//! | shell | how it is made to read the hooks | what of that can be seen afterwards |
//! |---|---|---|
//! | bash 5 | `POSIXLY_CORRECT` and `ENV=/dev/fd/9`: the one file that an interactive login bash reads whatever its name; the hooks undo both, then read what a login shell reads | functions and variables `__holdpoint_*`, an entry in `PROMPT_COMMAND`, marks in `PS0`, `PS1`, `PS2` |
//! | zsh | `ZDOTDIR`, a directory with a `.zshenv` that removes the directory before it does anything else | functions and variables, an entry in `preexec_functions` and a line-init hook |
//! | fish | `--init-command` | functions, `-C` in its arguments |
//!
//! The command's text must mean the same to every shell that an account may have, also to csh and fish: [`remote`] says how. An account
//! whose shell cannot run it at all (`git-shell`, a menu) is started the ordinary way (`remote.rs`). What hooks say is described in
//! `terminal/marks.rs`.

use std::ffi::OsString;
use std::path::Path;

/// The command that becomes the account's login shell with our hooks.
///
/// It is `exec /bin/sh -c '…' … 'SCRIPT' ENVIRONMENT`. Between single quotes stands nothing that any shell reads otherwise than POSIX
/// does: for newline, `'`, `\` and `!` the script has the bytes 1 to 4, and `tr` puts them back. The environment is asked for between back
/// quotes, which all shells know but fish: that one passes the text on as it is, and the script can tell. The file is opened by a process that
/// lives on while it is read: with its memory its environment would be gone.
pub(crate) fn remote(nonce: &str) -> String {
    let script = filled(STAGE, nonce)
        .replace("@BASH@\n", &filled(BASH, nonce))
        .replace("@ZSH@\n", &filled(ZSH, nonce))
        .replace("@FISH@\n", &filled(FISH, nonce));
    let script: String = script
        .trim_end()
        .chars()
        .map(|c| match c {
            '\n' => '\x01',
            '\'' => '\x02',
            '\\' => '\x03',
            '!' => '\x04',
            other => other,
        })
        .collect();
    format!(
        "exec /bin/sh -c 'eval \"$(printf %s \"$1\" | tr \"\\001\\002\\003\\004\" \"\\012\\047\\134\\041\")\"' holdpoint '{script}' \
         \"`( tr '\\000' '\\001' ; true ) </proc/self/environ`\""
    )
}

/// Program and arguments that become this shell of our own machine with our hooks, as `SHELL -l` starts it; `None` if there are none
/// for it.
pub(crate) fn local(shell: &Path, nonce: &str) -> Option<Vec<OsString>> {
    let name = shell.file_name()?.to_str()?;
    let (stage, hooks) = match name {
        "bash" => (LOCAL_BASH, BASH),
        "zsh" => (LOCAL_ZSH, ZSH),
        "fish" => (LOCAL_FISH, FISH),
        _ => return None,
    };
    let script = stage.replace("@HOOKS@\n", &filled(hooks, nonce));
    Some(vec!["/bin/sh".into(), "-c".into(), script.into(), shell.into()])
}

/// What the target says before anything else once its `/bin/sh` runs our script: a mark (`terminal/marks.rs`).
pub(crate) fn hello(nonce: &str) -> Vec<u8> {
    format!("\x1b]133;P;holdpoint={nonce};H\x07").into_bytes()
}

/// A script with its nonce and without its comments: it travels with every session.
fn filled(script: &str, nonce: &str) -> String {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| line.replace("@NONCE@", nonce) + "\n").collect()
}

const STAGE: &str = include_str!("stage.sh");
const BASH: &str = include_str!("bash.sh");
const ZSH: &str = include_str!("zsh.sh");
const FISH: &str = include_str!("fish.fish");

const LOCAL_BASH: &str =
    "POSIXLY_CORRECT= ENV=/dev/fd/9 exec \"$0\" -l 9<<'__holdpoint_end'\n@HOOKS@\n__holdpoint_end\n";

const LOCAL_ZSH: &str = "if ! grep -qs '^[^#]*ZDOTDIR' /etc/zshenv /etc/zsh/zshenv && \
     dir=$(mktemp -d \"${TMPDIR:-/tmp}/.holdpoint.XXXXXXXX\" 2>/dev/null); then\n\
     cat >\"$dir/.zshenv\" <<'__holdpoint_end'\n@HOOKS@\n__holdpoint_end\n\
     export ZDOTDIR=\"$dir\"\nfi\nexec \"$0\" -l\n";

const LOCAL_FISH: &str = "__holdpoint_hooks=$(cat <<'__holdpoint_end'\n@HOOKS@\n__holdpoint_end\n)\nexport __holdpoint_hooks\n\
     exec \"$0\" -l -C 'set -l hooks $__holdpoint_hooks; set -e __holdpoint_hooks; eval $hooks'\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_means_the_same_to_every_shell() {
        let command = remote("k7");
        let quoted: Vec<&str> = command.split('\'').collect();
        // exec … -c '…' holdpoint '…' "`( tr '…' '…' …`"
        assert_eq!(quoted.len(), 9, "a quote of the script would end its own");
        for text in [quoted[1], quoted[3]] {
            assert!(!text.contains(['\n', '!']), "{text}");
        }
        assert!(!quoted[3].contains('\\'));
        assert!(!command.contains("@NONCE@") && command.contains("holdpoint=k7;H"));
        assert!(command.len() < 16 << 10, "{}", command.len());
    }

    #[test]
    fn hooks_of_bash_fit_into_a_pipe() {
        // A here-document longer than a pipe takes at once costs a process or a file.
        assert!(filled(BASH, &"0".repeat(32)).len() < 4096);
    }

    #[test]
    fn only_shells_that_have_hooks_are_started_with_them() {
        assert!(local(Path::new("/bin/dash"), "k").is_none());
        assert!(local(Path::new("/usr/bin/fish"), "k").is_some_and(|argv| argv.len() == 4));
    }

    /// A bash with hooks in a terminal.
    struct Bash {
        child: Box<dyn portable_pty::Child + Send + Sync>,
        keys: Box<dyn std::io::Write + Send>,
        said: std::sync::mpsc::Receiver<Vec<u8>>,
        seen: String,
    }

    impl Bash {
        fn start(home: &Path) -> Self {
            let pair = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
            let words = local(Path::new("/bin/bash"), "k7").unwrap();
            let mut command = portable_pty::CommandBuilder::from_argv(words);
            command.env_clear();
            [("HOME", home.as_os_str()), ("TERM", "xterm".as_ref()), ("PATH", "/usr/bin:/bin".as_ref())]
                .into_iter()
                .for_each(|(name, value)| command.env(name, value));
            let child = pair.slave.spawn_command(command).unwrap();
            let (mut reader, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
            let (tell, said) = std::sync::mpsc::sync_channel(1024);
            std::thread::spawn(move || {
                let (_master, mut buffer) = (pair.master, [0; 4096]);
                while let Ok(len @ 1..) = reader.read(&mut buffer) {
                    if tell.send(buffer[..len].to_vec()).is_err() {
                        break;
                    }
                }
            });
            let mut bash = Self { child, keys, said, seen: String::new() };
            bash.until(";B;1");
            bash
        }

        fn press(&mut self, keys: &str) {
            self.keys.write_all(keys.as_bytes()).unwrap();
            self.keys.flush().unwrap();
        }

        /// Waits until that was said; gives what came before it.
        fn until(&mut self, text: &str) -> String {
            loop {
                if let Some((before, after)) = self.seen.split_once(text) {
                    let (before, after) = (before.to_owned(), after.to_owned());
                    self.seen = after;
                    return before;
                }
                let more = self.said.recv_timeout(std::time::Duration::from_secs(20));
                self.seen +=
                    &String::from_utf8_lossy(&more.unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.seen)));
            }
        }
    }

    impl Drop for Bash {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    #[test]
    fn an_enter_with_a_condition_runs_that_line_and_no_other() {
        let home = tempfile::tempdir().unwrap();
        for mode in ["emacs", "vi"] {
            let mut bash = Bash::start(home.path());
            bash.press(&format!("set -o {mode}\r"));
            bash.until(";B;2");
            bash.press("echo a-$((1+1))");
            bash.until("1))");
            bash.press("\x1b[!echo a-$((1+2))\x1f");
            let before = bash.until("holdpoint=k7;L;'echo a-$((1+1))'");
            assert!(!before.contains(";C"), "{mode}: it ran something: {before}");
            // What does not come whole is no line, however long it takes.
            bash.press("\x1b[!echo a-$((1+");
            bash.press("1))\x1f");
            assert!(!bash.until(";C").contains(";L;"), "{mode}: it was another line");
            bash.until("a-2");
            bash.until(";B;3");
            // The key at the end of the macro does nothing behind a line that was told.
            bash.press("echo b");
            bash.until("echo b");
            bash.press("\x1b[!\x1f");
            assert!(!bash.until(";L;'echo b'").contains(";C"), "{mode}");
            bash.press("\x1b[holdpoint+\x1e");
            assert!(!bash.until(";L;'echo b'").contains(";C"), "{mode}");
        }
    }

    #[test]
    fn settings_of_the_shell_do_not_make_another_line_of_it() {
        let home = tempfile::tempdir().unwrap();
        let cases = [
            ("shopt -s nocasematch", "echo aBc", "echo AbC"),
            ("histchars='@^#'", "echo @@", "echo @@"),
            ("readonly map want", "echo a", "echo b"),
            ("bind() { echo mine; }", "echo a", "echo b"),
        ];
        for (setting, stands, offered) in cases {
            let mut bash = Bash::start(home.path());
            bash.press(&format!("{setting}\r"));
            bash.until(";B;2");
            bash.press(stands);
            bash.until(stands);
            bash.press(&format!("\x1b[!{offered}\x1f\x1e"));
            // It is told for the one key and for the other, and nothing has run meanwhile.
            let told = format!("{}{}", bash.until(";L;"), bash.until(";L;"));
            assert!(!told.contains(";C"), "{setting}: {told}");
        }
    }

    #[test]
    fn a_shell_within_says_nothing_with_the_prompt_that_it_was_given() {
        let home = tempfile::tempdir().unwrap();
        let mut bash = Bash::start(home.path());
        bash.press("export PS1 PS0; bash --norc --noprofile; echo back\r");
        bash.until("holdpoint=k7;C");
        bash.press("echo in\"\"side; exit\r");
        let within = bash.until("back");
        assert!(within.contains("inside") && !within.contains("k7"), "{within}");
    }

    #[test]
    fn an_enter_with_a_condition_is_what_the_user_has_made_of_it() {
        let home = tempfile::tempdir().unwrap();
        let mut bash = Bash::start(home.path());
        bash.press("bind '\"\\C-m\": \"; echo and-$((2+1))\\C-j\"'\r");
        bash.until(";B;2");
        bash.press("echo one");
        bash.until("echo one");
        bash.press("\x1b[!echo one\x1f");
        bash.until(";C");
        bash.until("and-3");
    }
}
