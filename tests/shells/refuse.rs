//! A line that is refused never runs, nothing presses Enter for it, and what the shell reads next is a line of its own.

use super::keys;
use super::play::Session;
use super::shell::Shell;

/// Everything may run but what deletes for good.
const POLICY: &str = r#"
    @id("all") @says("everything") permit (principal, action, resource);
    @id("prey") @says("it deletes") forbid (principal, action == Action::"run", resource)
    when { context.effects.contains("fs.destroy") };
"#;

/// It would delete a file of the test's own.
const PREY: &str = "rm -rf ./prey";

struct Desk {
    session: Session,
}

impl Desk {
    #[track_caller]
    fn open(shell: Shell, hooks: bool, setup: &str) -> Self {
        let session = Session::under(POLICY, shell, hooks, 80);
        std::fs::write(session.home.path().join("prey"), "").expect("a file");
        let mut desk = Self { session };
        desk.runs("say ready");
        for line in setup.split('|').filter(|line| !line.is_empty()) {
            desk.session.types(&keys::read(line));
            desk.session.types(&keys::read("<cr>"));
            desk.runs("say set");
        }
        desk.session.sent.clear();
        desk
    }

    /// Types a line that must run by itself, and waits until it has.
    #[track_caller]
    fn runs(&mut self, line: &str) {
        let count = |session: &Session| session.ran().iter().filter(|ran| *ran == line).count();
        let before = count(&self.session);
        self.session.types(&keys::read(&format!("{line}<cr>")));
        self.session.wait_until(&format!("{line} by itself"), |session| count(session) > before);
    }

    /// Types keys the last of which is refused, and waits until that is said.
    #[track_caller]
    fn is_refused(&mut self, typed: &str) {
        let said = |session: &Session| session.screen().matches("it deletes").count();
        let before = said(&self.session);
        self.session.types(&keys::read(typed));
        self.session.wait_until(&format!("{typed} refused"), |session| said(session) > before);
    }

    #[track_caller]
    fn is_alive(&self, keys: &str) {
        assert!(self.session.home.path().join("prey").exists(), "{keys}: it ran");
        let ran = self.session.ran();
        assert!(!ran.iter().any(|line| line.contains("rm ")), "{keys}: {ran:?}");
    }
}

/// How many Enters went to the shell. One with a condition ends in a unit separator.
fn pressed(desk: &Desk) -> usize {
    desk.session.sent.iter().filter(|byte| matches!(byte, b'\r' | b'\n' | 0x1f)).count()
}

/// At a prompt: how the shell is set up, and the keys, the last of which is refused.
fn at_prompt(shell: Shell, hooks: bool, cases: &[(&str, &str)]) {
    for (setup, typed) in cases {
        for without_kill in ["", "stty kill undef|"] {
            let mut desk = Desk::open(shell, hooks, &format!("{without_kill}{setup}"));
            let typed = typed.replace("PREY", PREY);
            desk.is_refused(&typed);
            let enters = typed.matches("<cr>").count() - 1;
            assert_eq!(pressed(&desk), enters, "{shell:?} {setup} {typed}: an Enter was pressed for it");
            desk.runs("say after");
            desk.is_alive(&typed);
        }
    }
}

/// While a program runs, which must go on to its end.
fn typed_ahead(shell: Shell, hooks: bool) {
    for setup in ["", "stty kill undef"] {
        let mut desk = Desk::open(shell, hooks, setup);
        desk.session.types(&keys::read("sleep 1 && touch ended<cr>"));
        desk.is_refused(&format!("{PREY}<cr>"));
        let ended = desk.session.home.path().join("ended");
        desk.session.wait_until("the program at its end", |_| ended.exists());
        desk.session.wait_until("the prompt", |session| {
            let screen = session.screen();
            screen.trim_end().lines().next_back().is_some_and(|row| matches!(row.trim(), "$" | "#" | "%" | ">"))
        });
        desk.runs("say after");
        desk.is_alive(setup);
        assert_eq!(pressed(&desk), 2, "{shell:?} {setup}: an Enter was pressed for it");
    }
}

const LINES: &[(&str, &str)] = &[("", "PREY<cr>"), ("", "say 'open<cr>'; PREY<cr>")];
const VI: &[(&str, &str)] = &[
    ("set -o vi", "PREY<cr>"),
    ("set -o vi", "PREY<esc><cr>"),
    ("set -o vi", "PREY<esc>0i#<esc>x<cr>"),
    ("set -o vi", "say 'open<cr>'; PREY<esc><cr>"),
];
/// (Of several rows, fish draws its mode anew over the sentence that this test waits for.)
const FISH_VI: &[(&str, &str)] = &[("fish_vi_key_bindings", "PREY<cr>"), ("fish_vi_key_bindings", "PREY<esc><cr>")];
/// (Without hooks nothing tells when its command mode has ended: a key behind that may be a command still, and the line is held.)
const FISH_VI_UNTOLD: &[(&str, &str)] = &[("fish_vi_key_bindings", "PREY<cr>")];

macro_rules! refused {
    ($($test:ident: $shell:expr, hooks $hooks:literal, $($cases:expr),+;)*) => {$(
        #[test]
        fn $test() {
            for cases in [$($cases),+] {
                at_prompt($shell, $hooks, cases);
            }
            typed_ahead($shell, $hooks);
        }
    )*};
}

refused! {
    bash_with_hooks: Shell::Bash, hooks true, LINES, VI;
    bash_without_hooks: Shell::Bash, hooks false, LINES, VI;
    zsh_with_hooks: Shell::Zsh, hooks true, LINES, VI;
    zsh_without_hooks: Shell::Zsh, hooks false, LINES, VI;
    fish_with_hooks: Shell::Fish, hooks true, LINES, FISH_VI;
    fish_without_hooks: Shell::Fish, hooks false, LINES, FISH_VI_UNTOLD;
    dash: Shell::Dash, hooks false, LINES;
    busybox_ash: Shell::Ash, hooks false, LINES;
}
