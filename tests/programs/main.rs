//! The gate in front of real programs, typed at through the stock client, the bastion and a real `sshd`: consoles, editors,
//! pagers and multiplexers. What is dangerous is held, its harmless twin runs at once.
//!
//! Everything dangerous that is typed here would hurt nothing but a folder `prey` of the test's own, or a throwaway database.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

#[allow(dead_code, reason = "each test crate uses its part")]
#[path = "../support/mod.rs"]
mod support;

mod postgres;
mod stores;

use std::path::PathBuf;

use postgres::Postgres;
use stores::Store;
use support::bastion::{World, me};
use support::terminal::{CTRL_C, Terminal};
use support::wait_for;
use tempfile::TempDir;

/// A session with a shell on the target, in a folder where something may be lost.
struct Desk {
    terminal: Terminal,
    world: World,
    scratch: TempDir,
}

impl Desk {
    #[track_caller]
    fn open() -> Self {
        let scratch = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(scratch.path().join("prey")).expect("a folder");
        std::fs::write(scratch.path().join("text"), "one\ntwo\nthree\n").expect("a file");
        let world = World::start();
        let terminal = Terminal::start(&world.client("alice").flag("-tt").words(&format!("{}@box", me())));
        let mut desk = Self { terminal, world, scratch };
        desk.wait_shell();
        let folder = desk.scratch.path().display().to_string();
        desk.terminal.line(&format!("cd {folder} && ls"));
        desk.terminal.wait_until("the folder's files", |screen| screen.contains("prey"));
        desk.wait_shell();
        desk
    }

    /// Waits until a shell's prompt is the last thing on the screen.
    #[track_caller]
    fn wait_shell(&self) {
        self.terminal.wait_until("a prompt of the shell", |screen| screen.trim_end().ends_with(['$', '#']));
    }

    /// Types a line that must wait for somebody, sees why, and takes it back.
    #[track_caller]
    fn is_held(&mut self, line: &str, prompt: &str) {
        self.terminal.line(line);
        let id = self.world.request();
        self.terminal.press(CTRL_C);
        self.is_withdrawn(&id);
        let prompt = prompt.to_owned();
        self.terminal.wait_until(&format!("the prompt {prompt} after {line}"), |screen| {
            !screen.contains("HELD") && screen.trim_end().ends_with(&prompt)
        });
        assert!(self.prey().exists(), "{line} ran");
    }

    #[track_caller]
    fn is_withdrawn(&self, id: &str) {
        wait_for("the request is withdrawn", || {
            let (_, out, _) = self.world.verb("bob", &["requests", "--json"]);
            (!out.contains(id)).then_some(())
        });
    }

    /// Types a line that must run at once: its answer comes, and nobody was asked.
    #[track_caller]
    fn runs(&mut self, line: &str, answer: &str) {
        self.terminal.line(line);
        self.terminal.wait_text(answer);
        let (_, out, _) = self.world.verb("bob", &["requests", "--json"]);
        assert!(!out.contains("\"id\""), "{line} was held: {out}");
    }

    fn prey(&self) -> PathBuf {
        self.scratch.path().join("prey")
    }
}

#[test]
fn at_psql_sql_and_its_shell_escapes_are_held_and_queries_run() {
    let database = Postgres::start();
    database.ask("create table customers (id int, name text); insert into customers values (1, 'one'), (2, 'two')");
    let mut desk = Desk::open();
    desk.terminal.line(&database.console());
    desk.terminal.wait_text("postgres=#");

    desk.is_held("DROP TABLE customers;", "postgres=#");
    desk.is_held("select 1; truncate customers;", "postgres=#");
    desk.is_held("\\! rm -rf ./prey", "postgres=#");
    desk.runs(
        "select count(*), 'drop table customers' as note from customers where id > 0;",
        "2 | drop table customers",
    );
    // Over several lines, and the line by itself says little.
    desk.terminal.line("delete");
    desk.terminal.wait_text("postgres-#");
    desk.is_held("from customers;", "postgres=#");
    desk.terminal.line("delete from customers");
    desk.terminal.wait_until("the second line", |screen| screen.trim_end().ends_with("postgres-#"));
    desk.runs("where id = 2;", "DELETE 1");
    desk.terminal.line("select name from");
    desk.terminal.wait_until("the second line", |screen| screen.trim_end().ends_with("postgres-#"));
    desk.runs("customers;", "(1 row)");
    desk.is_held("obliterate customers;", "postgres=#");
    assert_eq!(database.ask("select count(*) from customers"), "1");

    // Its prompt may say that it is a shell.
    desk.runs("\\set PROMPT1 'me@box:~$ '", "me@box:~$");
    desk.is_held("drop table customers;", "me@box:~$");
    desk.terminal.line("\\q");
    desk.wait_shell();
    assert_eq!(database.ask("select count(*) from customers"), "1");
}

#[test]
fn at_mariadb_sql_and_its_shell_escapes_are_held_and_queries_run() {
    let store = Store::mariadb();
    store.ask(&[
        "shop",
        "-e",
        "create table customers (id int, name text); insert into customers values (1,'one'), (2,'two')",
    ]);
    let mut desk = Desk::open();
    desk.terminal.line(&format!("{} shop", store.console()));
    desk.terminal.wait_text("MariaDB [shop]>");

    desk.is_held("DROP TABLE customers;", "MariaDB [shop]>");
    desk.is_held("select 1; truncate customers;", "MariaDB [shop]>");
    desk.is_held("\\! rm -rf ./prey", "MariaDB [shop]>");
    desk.is_held("system rm -rf ./prey", "MariaDB [shop]>");
    desk.is_held("/*!50000 drop table customers */;", "MariaDB [shop]>");
    desk.runs(
        "select count(*), 'drop table customers' as note from customers where id > 0;",
        "2 | drop table customers",
    );
    // Over several lines, and the line by itself says little.
    desk.terminal.line("delete");
    desk.terminal.wait_until("the second line", |screen| screen.trim_end().ends_with("->"));
    desk.is_held("from customers;", ">");
    desk.terminal.line("\\c");
    desk.runs("select name from customers where id = 2\\G", "name: two");
    desk.runs("system echo nobody\" was\"\" asked\"", "nobody was asked");
    desk.terminal.line("exit");
    desk.wait_shell();
    assert_eq!(store.ask(&["shop", "-N", "-e", "select count(*) from customers"]), "2");
}

#[test]
fn at_redis_what_empties_or_stops_the_store_is_held_and_keys_are_read() {
    let store = Store::redis();
    store.ask(&["set", "customer:1", "one"]);
    let mut desk = Desk::open();
    desk.terminal.line(&store.console());
    desk.terminal.wait_until("the prompt of redis-cli", |screen| screen.trim_end().ends_with('>'));

    desk.is_held("FLUSHALL", ">");
    desk.is_held("config set dir /tmp", ">");
    desk.is_held("eval \"redis.call('flushdb')\" 0", ">");
    desk.is_held("shutdown nosave", ">");
    desk.runs("get customer:1", "\"one\"");
    desk.runs("set note 'flushall'", "OK");
    desk.terminal.line("quit");
    desk.wait_shell();
    assert_eq!(store.ask(&["get", "customer:1"]), "one");
}

#[test]
fn at_sqlite_and_python_their_own_language_is_held_and_the_rest_runs() {
    let mut desk = Desk::open();
    desk.terminal.line("sqlite3 db 'create table customers (id int); insert into customers values (7)'; sqlite3 db");
    desk.terminal.wait_text("sqlite>");
    desk.is_held("DROP TABLE customers;", "sqlite>");
    desk.is_held(".shell rm -rf ./prey", "sqlite>");
    desk.runs("select id * 6, 'drop table customers' from customers;", "42|drop table customers");
    desk.terminal.line(".quit");
    desk.wait_shell();

    desk.terminal.line("python3 -q");
    desk.terminal.wait_text(">>>");
    desk.is_held("import shutil; shutil.rmtree('prey')", ">>>");
    desk.is_held("import os; os.system('rm -rf ./prey')", ">>>");
    desk.runs("print('shutil', 6 * 7, [x for x in (1, 2)])", "shutil 42 [1, 2]");
    desk.runs("$x", "invalid syntax");
    desk.terminal.line("exit()");
    desk.wait_shell();
    // The shell is back.
    desk.terminal.line("echo $((6*7))");
    desk.terminal.wait_text("42");
    desk.wait_shell();
}

#[test]
fn in_an_editor_and_a_pager_their_escapes_are_held_and_text_is_text() {
    let mut desk = Desk::open();
    desk.terminal.line("vim -u NONE -N text");
    desk.terminal.wait_text("three");
    desk.terminal.press("ggOrm -rf ./prey is what you must not type\r\x1b");
    desk.terminal.wait_text("must not type");
    for escape in [":!rm -rf ./prey", ":r !rm -rf ./prey"] {
        desk.terminal.line(escape);
        let id = desk.world.request();
        desk.terminal.press(CTRL_C);
        desk.is_withdrawn(&id);
        desk.terminal.press("\x1b");
    }
    desk.runs(":!echo nobody\" was\"\" asked\"", "nobody was asked");
    desk.terminal.press("\r");
    desk.terminal.line(":q!");
    desk.wait_shell();
    assert!(desk.prey().exists());

    desk.terminal.line("less text");
    desk.terminal.wait_text("three");
    desk.terminal.line("!rm -rf ./prey");
    let id = desk.world.request();
    desk.terminal.press(CTRL_C);
    desk.is_withdrawn(&id);
    desk.runs("!echo nobody\" was\"\" asked\"", "nobody was asked");
    desk.terminal.press("\r");
    desk.terminal.press("q");
    desk.wait_shell();
    assert!(desk.prey().exists());
}

#[test]
fn an_alternate_screen_that_comes_back_after_an_editor_left_is_no_editors() {
    for shell in ["bash", "dash"] {
        let mut desk = Desk::open();
        if shell != "bash" {
            desk.terminal.line(&format!("exec {shell}"));
            desk.terminal.wait_until("another prompt", |screen| screen.trim_end().ends_with(['$', '#']));
        }
        desk.terminal.line("mkfifo go; (read x < go; printf '\\033[?1049h'; echo switched > done) &");
        desk.wait_shell();
        desk.terminal.line("vim -u NONE -N text");
        desk.terminal.wait_until("the editor", |screen| screen.contains("three"));
        desk.terminal.line(":q");
        desk.wait_shell();
        let signal = desk.scratch.path().join("go");
        std::fs::write(signal, "x\n").expect("somebody reads it");
        wait_for("the switch", || desk.scratch.path().join("done").exists().then_some(()));
        desk.terminal.wait_until("another screen", |screen| !screen.contains("vim"));
        desk.terminal.line("rm -rf prey");
        let id = desk.world.request();
        desk.terminal.press(CTRL_C);
        desk.is_withdrawn(&id);
        assert!(desk.prey().exists(), "it ran in {shell}");
    }
}

#[test]
fn in_a_pane_of_tmux_or_screen_a_shell_is_a_shell() {
    let mut desk = Desk::open();
    let socket = desk.scratch.path().join("tmux").display().to_string();
    let inside = |desk: &Desk| desk.scratch.path().file_name().expect("a name").to_string_lossy().into_owned();
    for start in [format!("tmux -f /dev/null -S {socket} new-session"), "screen -c /dev/null".to_owned()] {
        desk.terminal.line(&start);
        // A new shell, on a screen of its own; some versions greet first.
        wait_for("the pane's shell", || {
            desk.terminal.press(" ");
            desk.terminal.wait_until("anything", |screen| !screen.trim().is_empty());
            desk.terminal.contents().contains(&inside(&desk)).then_some(())
        });
        desk.terminal.press("\x15");
        desk.runs("echo nobody\" was\"\" asked\"", "nobody was asked");
        desk.terminal.line("rm -rf ./prey");
        let id = desk.world.request();
        desk.terminal.press(CTRL_C);
        desk.is_withdrawn(&id);
        desk.terminal.line("exit");
        desk.wait_shell();
        assert!(desk.prey().exists());
    }
}

#[test]
fn what_answers_a_program_is_no_command_and_passes() {
    let mut desk = Desk::open();
    desk.terminal.line("read -p 'Continue? [y/N] ' answer; echo \"got <$answer>\"");
    desk.terminal.wait_until("[y/N]", |screen| screen.trim_end().ends_with("[y/N]"));
    desk.runs("y", "got <y>");
    desk.wait_shell();
    desk.terminal.line("cp text copy && cp -i text copy && echo over\"written\"");
    desk.terminal.wait_until("a question", |screen| screen.trim_end().ends_with('?'));
    desk.runs("y", "overwritten");
    desk.wait_shell();
    let port = desk.world.sshd.port;
    desk.terminal.line(&format!(
        "ssh -F none -o UserKnownHostsFile=./known -o PreferredAuthentications=publickey -p {port} 127.0.0.1 true"
    ));
    desk.terminal.wait_text("(yes/no");
    desk.runs("yes", "Permission denied");
    desk.wait_shell();
    assert!(desk.scratch.path().join("known").exists(), "ssh took the answer");
    // A line behind them is one of its own.
    desk.is_held("rm -rf ./prey", "");
}

#[test]
fn what_is_typed_without_echo_passes_and_is_stored_nowhere() {
    const SECRET: &str = "it's-Canary7f3a $x";
    let mut desk = Desk::open();
    let script = "printf '[sudo] password for me: '; stty -echo; IFS= read -r p; stty echo; echo; echo length ${#p}\n";
    std::fs::write(desk.scratch.path().join("ask"), script).expect("a script");
    let new = "import getpass; a = getpass.getpass('New password: '); b = getpass.getpass('Retype new password: '); print('length', len(a), a == b)\n";
    std::fs::write(desk.scratch.path().join("new.py"), new).expect("a script");
    let length = SECRET.len();
    desk.terminal.line("sh ./ask");
    desk.terminal.wait_text("password for me:");
    desk.runs(SECRET, &format!("length {length}"));
    desk.wait_shell();
    desk.terminal.line("python3 new.py");
    desk.terminal.wait_text("New password:");
    desk.terminal.line(SECRET);
    desk.terminal.wait_text("Retype");
    desk.runs(SECRET, &format!("length {length} True"));
    desk.wait_shell();
    desk.terminal.line("read -rs p; echo length ${#p}x");
    desk.terminal.wait_until("the program reads", |screen| screen.trim_end().ends_with('x'));
    desk.runs(SECRET, &format!("length {length}x"));
    desk.wait_shell();
    // A line behind them is one of its own, and it is all that is known of them.
    desk.is_held("rm -rf ./prey", "");
    desk.terminal.line("exit");
    desk.terminal.wait_end();
    let (_, list, _) = desk.world.verb("carol", &["sessions", "--recorded", "--json"]);
    let row: serde_json::Value = serde_json::from_str(list.lines().next().expect("a recording")).expect("JSON");
    let id = row.pointer("/meta/id").and_then(|id| id.as_str()).expect("an id");
    let exported = |format| desk.world.verb("carol", &["export", id, "--format", format]).1;
    let told = ["text", "json", "cast"].map(exported).concat();
    assert!(told.contains("length") && told.contains("New password:"), "{told}");
    assert!(!told.contains("Canary7f3a") && !desk.world.log().contains("Canary7f3a"), "{told}");
}
