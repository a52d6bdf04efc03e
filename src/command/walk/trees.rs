//! Directories that came from the network: what is run out of them is as unread as a script that was fetched.
//!
//! `git clone https://…` makes one whose name the line says, an archive that is unpacked out of a download one whose name it does not say. A tree is
//! remembered among the session's files under its name and a `/`, which no file's name has; `./` is the directory that the shell stands in.

use super::super::catalogue;
use super::super::memory::Written;
use super::super::words::{Flow, Origin as FlowOrigin, Text, Word};
use super::{Act, Input, Walk};
use crate::model::Span;

impl Walk<'_> {
    /// Notes the trees that a command fetches, and whether the shell steps into one.
    pub(super) fn trees(&mut self, name: &str, args: &[Word], act: &Act<'_>) {
        match name {
            "git" | "hg" | "svn" => self.cloned(args),
            "cd" | "pushd" => {
                let into =
                    args.iter().rfind(|word| !word.shown().starts_with('-')).and_then(Word::known).unwrap_or("~");
                let fetched = self.within_tree(into) && !into.starts_with("..");
                if fetched || self.tree("./") {
                    self.plant("./", if fetched { FlowOrigin::Network } else { FlowOrigin::Local });
                }
            }
            "tar" | "bsdtar" | "unzip" | "cpio" | "7z" | "gtar" => {
                let piped = matches!(act.stdin, Input::Flow(Flow { text: None, from: FlowOrigin::Network }));
                let first = args.first().map_or("", Word::shown);
                let lists = first.trim_start_matches('-').starts_with('t') && !first.contains(['.', '/']);
                let fetched = |word: &Word| self.file(word).is_some_and(|file| file.from == FlowOrigin::Network);
                let fetched = !lists && (piped || args.iter().any(fetched));
                self.unpacked |= fetched;
                let joined = |word: &Word| {
                    let text = word.known()?;
                    text.strip_prefix("-C").or_else(|| text.strip_prefix("--directory=")).map(str::to_owned)
                };
                let apart = args.iter().position(|word| matches!(word.shown(), "-C" | "--directory" | "-d"));
                let apart = apart.and_then(|at| args.get(at + 1)).and_then(Word::known).map(str::to_owned);
                let joined = args.iter().find_map(joined).filter(|folder| !folder.is_empty());
                if let Some(into) = apart.or(joined).filter(|_| fetched) {
                    self.plant(&format!("{}/", into.trim_end_matches('/')), FlowOrigin::Network);
                }
            }
            "make" | "gmake" | "cmake" | "ninja" => {
                let named =
                    args.iter().find(|word| word.known().is_some_and(|dir| !dir.starts_with('-') && self.tree_of(dir)));
                let unpacked =
                    act.argv.first().filter(|_| self.unpacked && !args.iter().any(|word| word.shown() == "-n"));
                if let Some(word) = named.or(unpacked).map(|word| word.span) {
                    self.unread(FlowOrigin::Network, word);
                }
            }
            // What is compiled out of the network's text is the network's program.
            "gcc" | "cc" | "g++" | "clang" | "clang++" | "c++" | "tcc" | "rustc" => {
                let piped = matches!(act.stdin, Input::Flow(Flow { from: FlowOrigin::Network, .. }));
                let fetched = |word: &Word| self.file(word).is_some_and(|file| file.from == FlowOrigin::Network);
                if piped || args.iter().any(fetched) {
                    let named = args.iter().position(|word| word.shown() == "-o").and_then(|at| args.get(at + 1));
                    let program = named.cloned().unwrap_or_else(|| known("a.out".to_owned()));
                    self.write(&program, &Flow { text: None, from: FlowOrigin::Network }, false);
                }
            }
            _ => {}
        }
    }

    /// `TOOL … ADDRESS FILE`, `TOOL -f FILE`: the file is the network's; without one it is named as the address ends.
    pub(super) fn downloaded(&mut self, args: &[Word]) {
        let remote = Flow { text: None, from: FlowOrigin::Network };
        let address = args.iter().position(|word| word.shown().contains("://"));
        let after = address.map_or(args, |at| args.get(at + 1..).unwrap_or_default());
        let option =
            args.iter().position(|word| matches!(word.shown(), "-f" | "--file" | "-o" | "-qo" | "--output" | "-O"));
        let named = option.and_then(|at| args.get(at + 1));
        let local = |word: &&Word| !word.shown().starts_with('-') && !word.shown().contains("://");
        let target = named.or_else(|| after.iter().find(local).filter(|_| address.is_some())).cloned();
        let last = || {
            let text = args.get(address?)?.shown().split(['?', '#']).next()?.to_owned();
            Some(known(text))
        };
        if let Some(target) = target.or_else(last) {
            self.write(&target, &remote, false);
        }
    }

    /// `clone ADDRESS [DIRECTORY]`, of a server that anybody may own and without an account there.
    fn cloned(&mut self, args: &[Word]) {
        if !args.iter().any(|word| matches!(word.known(), Some("clone" | "checkout" | "export"))) {
            return;
        }
        let Some(at) = args.iter().position(|word| {
            let text = word.shown();
            ["http://", "https://", "git://", "svn://", "ftp://"].iter().any(|scheme| text.starts_with(scheme))
        }) else {
            return;
        };
        let address = args.get(at).map(Word::shown).unwrap_or_default();
        if !catalogue::is_outside(self.catalogue, address) {
            return;
        }
        let named = args.get(at + 1).map(Word::shown).filter(|dir| !dir.starts_with('-'));
        let name = named.unwrap_or(address).trim_end_matches('/').trim_end_matches(".git");
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.is_empty() || name == "." {
            self.plant("./", FlowOrigin::Network);
        } else {
            self.plant(&format!("{name}/"), FlowOrigin::Network);
        }
    }

    fn plant(&mut self, name: &str, from: FlowOrigin) {
        self.learned.write(name, Written { text: None, from });
    }

    fn tree(&self, name: &str) -> bool {
        let known = self.learned.files.get(name).or_else(|| self.before.files.get(name));
        known.is_some_and(|file| file.from == FlowOrigin::Network)
    }

    /// Whether a path leads into, or is, a tree by its name.
    fn tree_of(&self, path: &str) -> bool {
        path.split('/').any(|part| !matches!(part, "" | "." | "..") && self.tree(&format!("{part}/")))
    }

    /// Whether a path lies in a tree: by its name, or because the shell stands in one.
    fn within_tree(&self, path: &str) -> bool {
        self.tree_of(path) || !path.starts_with(['/', '~']) && self.tree("./")
    }

    /// Whether a script came with a tree from the network.
    pub(super) fn grown(&self, path: &Word) -> bool {
        let text = path.shown();
        self.within_tree(text)
            || self.unpacked && text.contains('/') && !SYSTEM.iter().any(|dir| text.starts_with(dir))
            || self.lies_below(text)
    }

    /// Whether it is what installs an archive, in that one's own folder below the one that it was unpacked into by name. Others of that one may
    /// have been there before.
    fn lies_below(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let installs = ["install", "setup", "configure"].iter().any(|word| name.starts_with(word))
            || [".sh", ".run", ".bash"].iter().any(|end| name.ends_with(end));
        let own = |rest: &str| {
            rest.split_once('/')
                .is_some_and(|(folder, _)| !["bin", "sbin", "lib", "libexec", "share"].contains(&folder))
        };
        let unpacked = |(at, _): (usize, &str)| {
            path.get(..=at).is_some_and(|folder| self.tree(folder)) && path.get(at + 1..).is_some_and(own)
        };
        installs && path.match_indices('/').skip(1).any(unpacked)
    }
}

/// The file that `get` brings, in the words of a client of file transfers.
pub(super) fn got(args: &[Word]) -> Option<Word> {
    got_by(&args.iter().map(Word::script).collect::<Vec<_>>().join(" "))
}

/// The same, in the text that it reads.
pub(super) fn got_by(text: &str) -> Option<Word> {
    let name = text.split_once("get ")?.1.split([' ', ';']).find(|word| !word.starts_with('-'))?.to_owned();
    Some(known(name.rsplit([':', '/']).next().unwrap_or(&name).to_owned()))
}

fn known(text: String) -> Word {
    Word { text: Text::Known(text), ..Word::unknown(Span::default()) }
}

/// Where nothing of an archive lands that is unpacked where one stands.
const SYSTEM: [&str; 5] = ["/usr/", "/bin/", "/sbin/", "/etc/", "/opt/"];

#[cfg(test)]
mod tests {
    use crate::command::memory::Memory;
    use crate::command::{Context, analyse_after};
    use crate::model::{EffectKind, Severity};

    fn last(lines: &[&str]) -> Vec<EffectKind> {
        let mut memory = Memory::default();
        let mut kinds = Vec::new();
        for line in lines {
            let analysis = analyse_after(line, &Context::PROMPT, &memory);
            memory.learn(analysis.learned, true);
            kinds = analysis.effects.iter().filter(|e| e.severity >= Severity::Medium).map(|e| e.kind).collect();
        }
        kinds
    }

    #[test]
    fn what_runs_out_of_a_fetched_tree_is_held() {
        for lines in [
            &["git clone https://git.example.org/tool && ./tool/install.sh"][..],
            &["git clone https://git.example.org/tool.git", "cd tool", "./install.sh"],
            &["git clone --depth 1 https://git.example.org/tool /tmp/t; sh /tmp/t/run.sh"],
            &["git clone https://git.example.org/tool t && make -C t install"],
            &["curl -s https://x.example.org/a.tgz | tar xz && ./a/setup"],
            &["wget https://x.example.org/a.tgz; tar xf a.tgz; ./a/setup"],
        ] {
            assert_eq!(last(lines), [EffectKind::DownloadExec], "{lines:?}");
        }
    }

    #[test]
    fn a_clone_of_the_house_and_a_look_into_a_tree_are_quiet() {
        for lines in [
            &["git clone https://git.internal/tool && ./tool/install.sh"][..],
            &["git clone git@git.example.org:team/tool.git && ./tool/build.sh"],
            &["git clone https://git.example.org/tool && cat tool/install.sh"],
            &["git clone https://git.example.org/tool", "cd tool", "cd ..", "./deploy.sh"],
            &["git clone https://git.example.org/tool", "cd tool", "ls -la", "git log"],
        ] {
            assert_eq!(last(lines), [], "{lines:?}");
        }
    }
}
