//! A login shell with our hooks is the shell that sshd would have started: each is logged in to twice, through a bastion and directly,
//! and tells the same of itself. Shells that we have no hooks for, and forced commands, are left as they are.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

#[allow(dead_code, reason = "each of the tests uses a part of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::bastion::{World, me};
use support::client::Client;
use support::keys::KeyPair;
use support::sshd::Account;
use support::terminal::Terminal;
use support::wait_for;

/// An account with this shell and start-up files that leave traces.
fn account(shell: &str, home: &Path) -> Account {
    let shell = ["/bin", "/usr/bin", "/usr/sbin"]
        .map(|dir| PathBuf::from(dir).join(shell))
        .into_iter()
        .find(|path| path.exists());
    let files = [
        (".hushlogin", ""),
        (".bashrc", "export PATH=$PATH:/from/bashrc; echo bashrc >>$HOME/read; [ -z \"$PS1\" ] || PS1='ready> '\n"),
        (".bash_profile", "echo bash_profile >>$HOME/read; export FROM_PROFILE=1; . $HOME/.bashrc; PS1='ready> '\n"),
        (".profile", "echo profile >>$HOME/read; export FROM_PROFILE=1; PS1='ready> '\n"),
        (".zshenv", "export PATH=$PATH:/from/zshenv; echo zshenv >>$HOME/read\n"),
        (".zprofile", "echo zprofile >>$HOME/read\n"),
        (".zshrc", "echo zshrc >>$HOME/read; PS1='ready> '; HISTFILE=$HOME/.zsh_history; SAVEHIST=10\n"),
        (".zlogin", "echo zlogin >>$HOME/read\n"),
        (
            ".config/fish/config.fish",
            "set -g fish_greeting; echo config >>$HOME/read; function fish_prompt; echo -n 'ready> '; end\n",
        ),
        (".login", "echo login >>$HOME/read\n"),
        (".cshrc", "echo cshrc >>$HOME/read; set prompt = 'ready> '\n"),
        (".bash_logout", "echo bash_logout >>$HOME/read\n"),
        (".zlogout", "echo zlogout >>$HOME/read\n"),
    ];
    for (name, text) in files {
        let file = home.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a start-up file");
    }
    // Without it a new fish reads all manual pages of the machine in the background, for a minute.
    fs::create_dir_all(home.join(".local/share/fish/generated_completions")).expect("a folder");
    Account { login: me(), shell: shell.expect("the shell is there"), home: home.to_owned() }
}

/// Logs in, asks the shell what it is, and leaves with a status: what it said, which files it read, and the status.
fn asked(terminal: &mut Terminal, home: &Path, questions: &[&str]) -> (String, String, u32) {
    let (said, read) = (home.join("said"), home.join("read"));
    terminal.wait_text("ready>");
    for question in questions {
        terminal.line(&format!("{question} >>$HOME/said"));
    }
    terminal.line("echo whole >>$HOME/said");
    wait_for("everything was said", || fs::read_to_string(&said).ok().filter(|said| said.ends_with("whole\n")));
    terminal.line("exit 7");
    let status = terminal.wait_end();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let answers = (text(&said), text(&read), status);
    for trace in [said, read] {
        let _ = fs::remove_file(trace);
    }
    answers
}

/// What differs between two logins whatever starts the shell: the connection, and what counts them.
const ENV: &str = "env | grep -v '^SSH_\\|^_=\\|^LANG=\\|^LC_' | sort";

#[track_caller]
fn is_the_same(shell: &str, questions: &[&str]) {
    let home = tempfile::tempdir().expect("a home");
    let account = account(shell, home.path());
    let world = World::start_for(Some(&account), "");
    let alice = KeyPair::read(&world.path().join("alice"));
    let direct = Client::new(world.path(), world.sshd.port, &world.sshd.host_key.public, &alice);
    let expected = asked(&mut Terminal::start(&direct.flag("-tt").words(&account.login)), home.path(), questions);
    let found = asked(&mut Terminal::start(&world.client("alice").flag("-tt").words("box")), home.path(), questions);
    // sshd has the account's shell start ours, and shells that read files for that have read them before.
    let login = found.1.strip_suffix(&expected.1);
    assert_eq!((&found.0, found.2), (&expected.0, expected.2), "{shell}");
    assert!(login.is_some(), "{shell} read {:?}, and should have read {:?}", found.1, expected.1);
    let left = fs::read_dir(std::env::temp_dir()).expect("the folder for temporary files").flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".holdpoint.")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn bash_is_the_shell_that_sshd_would_have_started() {
    is_the_same(
        "bash",
        &[
            ENV,
            "echo $0 $- $SHLVL $HISTFILE $ENV,$POSIXLY_CORRECT",
            "shopt",
            "set -o",
            "cat /proc/$$/cmdline | tr '\\0' ' '",
            "false; echo $?",
            "(sleep 9 & jobs; kill %1)",
            "ls /proc/$$/fd | wc -l",
            "echo ${PIPESTATUS[@]}",
            "tty | tr -d 0-9; ps -o tpgid= -p $$ | wc -l",
        ],
    );
}

#[test]
fn zsh_is_the_shell_that_sshd_would_have_started() {
    is_the_same(
        "zsh",
        &[ENV, "echo $0 $- $SHLVL $HISTFILE ,$ZDOTDIR,", "setopt", "[[ -o login ]]; echo $?", "false; echo $?"],
    );
}

#[test]
fn fish_is_the_shell_that_sshd_would_have_started() {
    is_the_same(
        "fish",
        &[ENV, "status is-login; echo $status", "status is-interactive; echo $status", "false; echo $status"],
    );
}

#[test]
fn a_shell_without_hooks_is_started_as_ever() {
    is_the_same("dash", &[ENV, "echo $0 $-", "false; echo $?"]);
    is_the_same("tcsh", &["echo $0 $loginsh", "env | grep '^HOME\\|^PATH\\|^SHELL'"]);
}

#[test]
fn a_forced_command_runs_once_and_its_status_is_told() {
    let home = tempfile::tempdir().expect("a home");
    let account = account("bash", home.path());
    let ran = home.path().join("ran");
    let forced = format!("ForceCommand echo forced; echo x >>{}; exit 5\n", ran.display());
    let world = World::start_for(Some(&account), &forced);
    let mut terminal = Terminal::start(&world.client("alice").flag("-tt").words("box"));
    let status = terminal.wait_end();
    assert_eq!((status, fs::read_to_string(&ran).expect("it ran")), (5, "x\n".to_owned()));
}

/// The key of the target's own `authorized_keys` may say what runs whatever is asked for: a program that ends, and one that asks its own questions.
#[test]
fn a_command_of_authorized_keys_runs_once_and_what_is_typed_at_it_is_judged() {
    let home = tempfile::tempdir().expect("a home");
    let account = account("bash", home.path());
    let (ran, menu) = (home.path().join("ran"), home.path().join("menu"));
    fs::write(
        &menu,
        "#!/bin/sh\necho x >>$HOME/ran\nwhile printf 'menu> '; read -r answer; do\n\
         [ \"$answer\" = bye ] && exit 5\necho \"chosen <$answer>\"\ndone\n",
    )
    .expect("a program");
    let world = World::start_for(Some(&account), "TrustedUserCAKeys none\n");
    let ca = fs::read_to_string(world.path().join("keys/user_ca.pub")).expect("the CA's key");
    let forces = |command: &str| {
        let line = format!("cert-authority,command=\"{command}\" {ca}");
        fs::write(world.path().join("sshd/authorized_keys"), line).expect("authorized_keys");
    };
    let words = world.client("alice").flag("-tt").words("box");

    forces(&format!("echo forced; echo x >>{}; exit 5", ran.display()));
    let mut terminal = Terminal::start(&words);
    let status = terminal.wait_end();
    // What it wrote last may be on its way to the screen still.
    terminal.wait_text("forced");
    assert_eq!((status, fs::read_to_string(&ran).expect("it ran")), (5, "x\n".to_owned()));

    fs::remove_file(&ran).expect("it was there");
    forces(&format!("sh {}", menu.display()));
    let mut terminal = Terminal::start(&words);
    terminal.wait_text("menu>");
    terminal.line("two");
    terminal.wait_text("chosen <two>");
    terminal.line("rm -rf ./nothing-of-anybodys");
    let _ = world.request();
    terminal.press(support::terminal::CTRL_C);
    terminal.wait_until("the line is taken back", |screen| !screen.contains("HELD"));
    assert!(!terminal.contents().contains("chosen <rm"), "{}", terminal.contents());
    assert_eq!(fs::read_to_string(&ran).expect("it ran"), "x\n");
}

/// What a login shows before its first prompt, in any order, without the hour of the last one and without what the bastion says.
fn greeting(terminal: &Terminal) -> Vec<String> {
    terminal.wait_text("ready>");
    let screen = terminal.contents();
    let lines = screen.lines().map(str::trim_end).filter(|line| {
        !line.is_empty() && !line.contains("ready>") && !line.contains("holdpoint") && !line.contains("recorded")
    });
    let mut lines: Vec<String> = lines
        .map(|line| match line.strip_prefix("Last login: ") {
            Some(rest) => format!("Last login from {}", rest.split(" from ").last().unwrap_or_default()),
            None => line.to_owned(),
        })
        .collect();
    lines.sort_unstable();
    lines
}

#[test]
fn what_sshd_says_at_a_login_is_said() {
    let home = tempfile::tempdir().expect("a home");
    let account = account("bash", home.path());
    let world = World::start_for(Some(&account), "PrintMotd yes\nPrintLastLog yes\n");
    let alice = KeyPair::read(&world.path().join("alice"));
    let direct = Client::new(world.path(), world.sshd.port, &world.sshd.host_key.public, &alice);
    for hushed in [true, false] {
        if !hushed {
            fs::remove_file(home.path().join(".hushlogin")).expect("it was there");
        }
        // The first login of an account has none before it.
        let logins = || [greeting(&Terminal::start(&direct.flag("-tt").words(&account.login)))];
        let _ = logins();
        let [expected] = logins();
        let found = greeting(&Terminal::start(&world.client("alice").flag("-tt").words("box")));
        assert_eq!(found, expected, "hushed: {hushed}");
        assert_eq!(expected.is_empty(), hushed, "{expected:?}");
    }
}

#[test]
fn an_account_without_a_shell_ends_as_it_would() {
    let home = tempfile::tempdir().expect("a home");
    let account = account("nologin", home.path());
    let world = World::start_for(Some(&account), "");
    let alice = KeyPair::read(&world.path().join("alice"));
    let direct = Client::new(world.path(), world.sshd.port, &world.sshd.host_key.public, &alice);
    let ends = |mut terminal: Terminal| {
        let status = terminal.wait_end();
        // What it wrote last may be on its way to the screen still.
        (status, terminal.wait_text("not available").matches("not available").count())
    };
    let expected = ends(Terminal::start(&direct.flag("-tt").words(&account.login)));
    assert_eq!(expected.1, 1, "it says so once");
    let found = ends(Terminal::start(&world.client("alice").flag("-tt").words("box")));
    assert_eq!(found, expected);
}
