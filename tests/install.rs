//! `install.sh`, run for real with a cargo that only pretends to build: what it installs, what it removes, and what it leaves alone.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What the script itself calls, besides what a test puts beside it.
const TOOLS: &[&str] = &[
    "sh",
    "cat",
    "cc",
    "chmod",
    "cp",
    "cut",
    "dirname",
    "env",
    "grep",
    "mkdir",
    "mv",
    "rm",
    "rmdir",
    "sed",
    "sha256sum",
    "sort",
];

const CARGO: &str = r#"#!/bin/sh
case $1 in
--version) echo "cargo ${FAKE_RUST:-1.95.0} (f2d3ce0bd 2026-03-21)" ;;
build)
    [ "$*" = 'build --release --locked --bin holdpoint' ] || exit 9
    mkdir -p "$CARGO_TARGET_DIR/release"
    printf '#!/bin/sh\necho "%s: $*"\n' "${FAKE_BUILD:-first}" >"$CARGO_TARGET_DIR/release/holdpoint"
    chmod +x "$CARGO_TARGET_DIR/release/holdpoint" ;;
test) echo "cargo $*" ;;
*) exit 101 ;;
esac
"#;

/// A machine of our own: a PATH, a home, a place to install to.
struct Machine {
    dir: TempDir,
}

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { dir: TempDir::new().expect("a temporary folder") };
        fs::create_dir_all(machine.path("tools")).expect("a folder");
        fs::create_dir_all(machine.path("home")).expect("a folder");
        for tool in TOOLS {
            let real = which(tool).unwrap_or_else(|| panic!("{tool} is not installed"));
            symlink(real, machine.path("tools").join(tool)).expect("a link");
        }
        machine.program("cargo", CARGO);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a program of this name into the PATH.
    fn program(&self, name: &str, text: &str) {
        let path = self.path("tools").join(name);
        fs::write(&path, text).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    fn without(&self, name: &str) {
        fs::remove_file(self.path("tools").join(name)).expect("it was there");
    }

    fn run(&self, words: &str) -> Run {
        self.run_with(words, &[])
    }

    fn run_with(&self, words: &str, env: &[(&str, &str)]) -> Run {
        self.script(&root().join("install.sh"), words, env)
    }

    fn script(&self, script: &Path, words: &str, env: &[(&str, &str)]) -> Run {
        let out = Command::new("sh")
            .arg(script)
            .args(words.split_whitespace())
            .env_clear()
            .env("PATH", self.path("tools"))
            .env("HOME", self.path("home"))
            .env("CARGO_TARGET_DIR", self.path("target"))
            .envs(env.iter().copied())
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .output()
            .expect("sh runs");
        Run {
            code: out.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// Every file and folder under a folder, files with their content.
    fn tree(&self, name: &str) -> BTreeMap<String, String> {
        fn walk(dir: &Path, base: &Path, out: &mut BTreeMap<String, String>) {
            for entry in fs::read_dir(dir).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(base).expect("inside").display().to_string();
                if path.is_dir() {
                    out.insert(name, String::new());
                    walk(&path, base, out);
                } else {
                    out.insert(name, fs::read_to_string(&path).expect("text"));
                }
            }
        }
        let mut out = BTreeMap::new();
        walk(&self.path(name), &self.path(name), &mut out);
        out
    }
}

impl Run {
    #[track_caller]
    fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    fn fails(self, code: i32, with: &str) {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        assert!(self.err.contains(with), "'{with}' is not in: {}", self.err);
    }
}

#[test]
fn it_installs_below_the_prefix_and_nowhere_else() {
    let machine = Machine::new();
    let run = machine.run("install --prefix to").ok();
    let tree = machine.tree("to");
    assert_eq!(
        tree.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "bin",
            "bin/holdpoint",
            "share",
            "share/doc",
            "share/doc/holdpoint",
            "share/doc/holdpoint/LICENSE",
            "share/holdpoint",
            "share/holdpoint/receipt"
        ]
    );
    assert_eq!(fs::metadata(machine.path("to/bin/holdpoint")).expect("it").permissions().mode() & 0o777, 0o755);
    assert!(tree["share/holdpoint/receipt"].contains("  bin/holdpoint\n"));
    assert!(run.err.contains("is not in your PATH"), "{}", run.err);
    assert!(machine.tree("home").is_empty(), "the home folder is touched: {:?}", machine.tree("home"));
}

#[test]
fn without_a_prefix_it_goes_into_the_users_own_folder() {
    let machine = Machine::new();
    machine.run("install").ok();
    assert!(machine.path("home/.local/bin/holdpoint").exists());
}

#[test]
fn a_second_run_changes_nothing_and_a_new_build_replaces_the_old_one() {
    let machine = Machine::new();
    machine.run("install --prefix to").ok();
    let (tree, changed) =
        (machine.tree("to"), |m: &Machine| fs::metadata(m.path("to/bin/holdpoint")).expect("it").modified());
    let before = changed(&machine).expect("a time");
    let again = machine.run("install --prefix to").ok();
    assert!(again.err.contains("nothing to do"), "{}", again.err);
    assert_eq!(machine.tree("to"), tree);
    assert_eq!(changed(&machine).expect("a time"), before);

    machine.run_with("install --prefix to", &[("FAKE_BUILD", "second")]).ok();
    assert!(machine.tree("to")["bin/holdpoint"].contains("second"));
    machine.run("uninstall --prefix to -y").ok();
    assert!(machine.tree("to").is_empty(), "{:?}", machine.tree("to"));
}

#[test]
fn uninstall_removes_exactly_what_was_installed() {
    let machine = Machine::new();
    fs::create_dir_all(machine.path("to/bin")).expect("a folder");
    fs::write(machine.path("to/bin/other"), "mine").expect("a file");
    let before = machine.tree("to");
    machine.run("install --prefix to").ok();
    machine.run("uninstall --prefix to -y").ok();
    assert_eq!(machine.tree("to"), before);
    let again = machine.run("uninstall --prefix to -y").ok();
    assert!(again.err.contains("nothing is installed"), "{}", again.err);
}

#[test]
fn uninstall_keeps_a_file_that_is_not_what_it_installed() {
    let machine = Machine::new();
    machine.run("install --prefix to").ok();
    fs::write(machine.path("to/bin/holdpoint"), "somebody's own").expect("a file");
    machine.run("uninstall --prefix to -y").fails(1, "kept, since it is not what was installed");
    assert_eq!(machine.tree("to")["bin/holdpoint"], "somebody's own");
}

#[test]
fn uninstall_asks_and_takes_silence_for_no() {
    let machine = Machine::new();
    machine.run("install --prefix to").ok();
    machine.run("uninstall --prefix to").fails(1, "-y");
    assert!(machine.path("to/bin/holdpoint").exists());
}

#[test]
fn a_receipt_that_leads_out_of_the_prefix_is_refused() {
    let machine = Machine::new();
    machine.run("install --prefix to").ok();
    fs::write(machine.path("precious"), "x").expect("a file");
    let sum = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    for name in ["../precious", "bin/../../precious", "/precious"] {
        fs::write(machine.path("to/share/holdpoint/receipt"), format!("{sum}  {name}\n")).expect("a receipt");
        machine.run("uninstall --prefix to -y").fails(1, "outside");
    }
    assert!(machine.path("precious").exists());
}

#[test]
fn a_dry_run_says_what_and_does_nothing() {
    let machine = Machine::new();
    let run = machine.run("install --prefix to --dry-run").ok();
    assert!(run.err.contains("would install") && run.err.contains("bin/holdpoint"), "{}", run.err);
    assert!(!machine.path("to").exists() && !machine.path("target").exists());
    machine.run("install --prefix to").ok();
    let tree = machine.tree("to");
    let run = machine.run("uninstall --prefix to --dry-run").ok();
    assert!(run.err.contains("would remove"), "{}", run.err);
    assert_eq!(machine.tree("to"), tree);
}

#[test]
fn purge_removes_configuration_and_state_and_only_uninstall_knows_it() {
    let machine = Machine::new();
    for name in ["home/.config/holdpoint/config.toml", "home/.local/state/holdpoint/x", "home/.config/other/x"] {
        let path = machine.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "x").expect("a file");
    }
    machine.run("install --purge").fails(2, "--purge belongs to uninstall");
    machine.run("install").ok();
    machine.run("uninstall -y").ok();
    assert!(machine.path("home/.config/holdpoint/config.toml").exists(), "uninstall alone leaves them");
    machine.run("uninstall --purge -y").ok();
    assert!(!machine.path("home/.config/holdpoint").exists() && !machine.path("home/.local/state/holdpoint").exists());
    assert!(machine.path("home/.config/other/x").exists());
}

#[test]
fn without_cargo_or_with_an_old_one_it_says_what_to_do() {
    let machine = Machine::new();
    machine
        .run_with("install --prefix to", &[("FAKE_RUST", "1.94.1")])
        .fails(1, "Rust 1.95 or newer is needed; cargo here is 1.94");
    machine.run_with("install --prefix to", &[("FAKE_RUST", "1.100.0-nightly")]).ok();
    machine.run_with("install --prefix to", &[("FAKE_RUST", "2.0.0")]).ok();
    machine.without("cargo");
    machine.run("demo").fails(1, "https://rustup.rs");
    machine.without("cc");
    machine.program("cargo", CARGO);
    machine.run("demo").fails(1, "a C compiler is needed");
}

#[test]
fn without_a_tool_for_sha256_nothing_is_installed() {
    let machine = Machine::new();
    machine.without("sha256sum");
    machine.run("install --prefix to").fails(1, "SHA-256");
    assert!(!machine.path("to").exists());
}

#[test]
fn a_failed_build_installs_nothing() {
    let machine = Machine::new();
    machine.program("cargo", &CARGO.replace("[ \"$*\"", "exit 1; [ \"$*\""));
    machine.run("install --prefix to").fails(1, "the build failed");
    assert!(!machine.path("to").exists());
}

#[test]
fn demo_builds_and_becomes_the_program() {
    let machine = Machine::new();
    let run = machine.run("demo --listen 127.0.0.1:0 --help").ok();
    assert_eq!(run.out, "first: demo --listen 127.0.0.1:0 --help\n");
}

#[test]
fn test_installs_what_is_missing_and_runs_the_tests() {
    let machine = Machine::new();
    machine.program("id", "#!/bin/sh\necho 0\n");
    machine.run("test").fails(1, "this is no Debian");
    machine.program("apt-get", "#!/bin/sh\necho \"apt-get $*\" >>\"$HOME/log\"\n");
    machine.run("test").fails(1, "-y");
    machine.run("test --packages-only -y").ok();
    let log = fs::read_to_string(machine.path("home/log")).expect("apt-get was called");
    assert!(log.starts_with("apt-get update"), "{log}");
    let install = log.lines().nth(1).expect("a second call");
    assert!(install.starts_with("apt-get install -y -q --no-install-recommends "), "{log}");
    for package in
        ["tmux", "zsh", "fish", "asciinema", "vim", "less", "procps", "strace", "openssh-client", "shellcheck"]
    {
        assert!(install.split(' ').any(|word| word == package), "{package} is not in: {install}");
    }
    let run = machine.run_with("test some_test", &[("CI", "true")]).ok();
    assert_eq!(run.out, "cargo test --locked --no-fail-fast some_test\n");
}

#[test]
fn a_user_who_is_not_root_needs_sudo_for_the_packages() {
    let machine = Machine::new();
    machine.program("id", "#!/bin/sh\necho 1000\n");
    machine.program("apt-get", "#!/bin/sh\necho \"apt-get $*\" >>\"$HOME/log\"\n");
    machine.run("test -y").fails(1, "Have root run: apt-get install");
    machine.program("sudo", "#!/bin/sh\necho \"sudo $1\" >>\"$HOME/log\"\nshift\n\"$@\"\n");
    machine.run("test --packages-only -y").ok();
    let log = fs::read_to_string(machine.path("home/log")).expect("apt-get was called");
    assert!(log.starts_with("sudo -n\napt-get update"), "{log}");
}

#[test]
fn a_wrong_command_line_is_told_so() {
    let machine = Machine::new();
    machine.run("").fails(2, "./install.sh demo");
    machine.run("instal").fails(2, "'instal' is not known");
    machine.run("install --prefix").fails(2, "--prefix needs a directory");
    machine.run("install uninstall").fails(2, "two words");
    assert!(machine.run("--help").ok().out.contains("--dry-run"));
}

#[test]
fn a_script_that_was_cut_off_does_nothing() {
    let machine = Machine::new();
    let text = fs::read_to_string(root().join("install.sh")).expect("install.sh");
    let (head, last) = text.trim_end().rsplit_once('\n').expect("lines");
    assert_eq!(last, "main \"$@\"");
    let cut = machine.path("cut.sh");
    fs::write(&cut, head).expect("a script");
    let run = machine.script(&cut, "install --prefix to", &[]).ok();
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    assert!(!machine.path("to").exists());
}

#[test]
fn shellcheck_finds_nothing_in_any_script() {
    assert!(which("shellcheck").is_some(), "shellcheck is not installed: ./install.sh test --packages-only");
    let mut scripts = vec![root().join("install.sh"), root().join(".ci/run")];
    for dir in ["benches", ".ci", "tests"] {
        let entries = fs::read_dir(root().join(dir)).into_iter().flatten();
        scripts
            .extend(entries.map(|e| e.expect("an entry").path()).filter(|p| p.extension().is_some_and(|x| x == "sh")));
    }
    let out = Command::new("shellcheck").args(&scripts).output().expect("shellcheck runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file())
}
