//! What comes from the network: files that a program fetches, and programs that install what comes from there.

use super::super::words::{Flow, Origin as FlowOrigin, Text, Word};
use super::super::{carry, decode};
use super::run::is_or_ends;
use super::{Act, Input, Walk, trees};

impl Walk<'_> {
    /// What comes straight from the network is put in as if somebody had looked at it.
    pub(super) fn installs(&mut self, name: &str, command: &Word, args: &[Word], act: &Act<'_>) {
        let addressed = INSTALLERS.contains(&name);
        if !addressed && !LOADERS.contains(&name) || args.iter().any(|word| word.shown() == "--import") {
            return;
        }
        let mut value = false;
        // What stands behind the package is for the program in it.
        let own = match name {
            "npx" => args.iter().position(|word| !word.shown().starts_with('-')).map_or(args.len(), |at| at + 1),
            _ => args.len(),
        };
        for word in args.iter().take(own) {
            let text = word.shown();
            let from_network = word.flow.as_ref().is_some_and(|flow| flow.from == FlowOrigin::Network)
                || self.file(word).is_some_and(|file| file.from == FlowOrigin::Network);
            let address = ["http://", "https://", "ftp://", "git+"].iter().any(|scheme| text.starts_with(scheme));
            if from_network || addressed && address && !value {
                return self.unread(FlowOrigin::Network, word.span);
            }
            // An index or a proxy is no package.
            value = text.starts_with("--") && !text.contains('=') && text != "--yes"
                || matches!(text, "-i" | "-f" | "-c") && name.starts_with("pip");
        }
        let network = matches!(act.stdin, Input::Flow(Flow { from: FlowOrigin::Network, .. }));
        let takes = |word: &Word| matches!(word.shown(), "load" | "import" | "apply" | "create" | "replace");
        if network && LOADERS.contains(&name) && args.iter().any(takes) {
            self.unread(FlowOrigin::Network, command.span);
        }
    }

    /// What a program fetches into a file: the file is the network's.
    pub(super) fn fetched(&mut self, name: &str, args: &[Word], act: &Act<'_>) {
        let value_of = |flags: &[&str]| {
            let at = args.iter().position(|word| flags.iter().any(|flag| is_or_ends(word.shown(), flag)));
            at.and_then(|at| args.get(at + 1)).cloned()
        };
        let address = || args.iter().find(|word| word.shown().contains("://") || word.shown().contains('.'));
        let last = |word: &Word| Word {
            text: match &word.text {
                Text::Known(text) => Text::Known(text.split(['?', '#']).next().unwrap_or_default().to_owned()),
                other => other.clone(),
            },
            ..word.clone()
        };
        let remote = Flow { text: None, from: FlowOrigin::Network };
        match name {
            "curl" => {
                let named = args.iter().any(|w| w.shown() == "--remote-name" || is_or_ends(w.shown(), "-O"));
                let target = value_of(&["-o", "--output"]).or_else(|| address().filter(|_| named).map(last));
                if let Some(target) = target {
                    self.write(&target, &remote, false);
                }
            }
            "wget" => {
                // `-qO-`, `-Ofile`
                let joined = args.iter().find_map(|word| {
                    let letters = word.shown().strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
                    let at = letters.find('O').filter(|at| at + 1 < letters.len())?;
                    Some(carry::behind(word, at + 2))
                });
                let target = joined.or_else(|| value_of(&["-O", "--output-document"])).or_else(|| address().map(last));
                if let Some(target) = target.filter(|target| target.known() != Some("-")) {
                    self.write(&target, &remote, false);
                }
            }
            "scp" | "rsync" => {
                if let [.., from, to] = args
                    && from.shown().contains(':')
                    && !from.shown().starts_with('-')
                {
                    let there = from.shown().find(':').map_or(0, |at| at + 1);
                    let from = carry::behind(from, there);
                    self.write(if to.shown().ends_with(['/', '.']) { &from } else { to }, &remote, false);
                }
            }
            "aria2c" | "axel" | "lftpget" => {
                if let Some(target) = value_of(&["-o", "--out", "--output"]).or_else(|| address().map(last)) {
                    self.write(&target, &remote, false);
                }
            }
            "fetch" | "lwp-download" | "smbget" | "aws" | "gsutil" | "gcloud" | "az" | "mc" | "s3cmd" | "lynx"
            | "w3m" => {
                self.downloaded(args);
            }
            "tftp" | "busybox" | "smbclient" | "ftp" | "lftp" | "sftp" | "ncftpget" => {
                let said = || match act.stdin {
                    Input::Flow(Flow { text: Some(text), .. }) => trees::got_by(text),
                    _ => None,
                };
                let named = || {
                    let word = args.iter().find(|word| word.shown().contains('@') && word.shown().contains(':'))?;
                    // `sftp HOST:FROM TO`
                    let to =
                        args.last().filter(|to| to.span != word.span && !to.shown().ends_with(['/', '.'])).cloned();
                    to.or_else(|| Some(carry::behind(word, word.shown().rfind(':').map_or(0, |at| at + 1))))
                };
                let target = value_of(&["-l"]).or_else(|| value_of(&["-r"])).or_else(|| trees::got(args)).or_else(said);
                if let Some(target) = target.or_else(|| named().filter(|_| name == "sftp")) {
                    self.write(&target, &remote, false);
                }
            }
            "tee" => {
                let flow = match act.stdin {
                    Input::Flow(flow) => flow.clone(),
                    Input::Terminal | Input::Hidden | Input::File => return,
                };
                let appends = args.iter().any(|word| word.shown() == "-a" || word.shown() == "--append");
                for word in args.iter().filter(|word| !word.shown().starts_with('-')) {
                    self.write(word, &flow, appends);
                    self.excuse_settings(word, &flow, appends);
                }
            }
            "sed" | "gsed" | "perl" => self.edited(args),
            "cp" | "mv" | "ln" | "install" => {
                if let [.., from, to] = args {
                    if let (Some("/dev/stdin" | "-"), Input::Flow(flow)) = (from.known(), act.stdin) {
                        self.write(to, flow, false);
                    }
                    let file = self.file(from).map(|file| Flow { text: file.text.clone(), from: file.from });
                    if let Some(flow) = file.or_else(|| from.flow.clone()) {
                        self.write(to, &flow, false);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Walk<'_> {
    /// `sed -i SCRIPT FILE…`: what the script puts into the files runs if they do.
    fn edited(&mut self, args: &[Word]) {
        let edits = |text: &str| {
            // `-MFile::Find` is a module.
            let letters = text.strip_prefix('-').filter(|rest| !rest.starts_with(['-', 'M', 'm', 'I', 'C']));
            letters.is_some_and(|rest| rest.split(['.', '=']).next().unwrap_or_default().contains('i'))
                || text.starts_with("--in-place")
        };
        if !args.iter().any(|word| edits(word.shown())) {
            return;
        }
        let scripts: Vec<usize> = (1..args.len())
            .filter(|at| {
                args.get(at - 1).is_some_and(|flag| flag.shown().starts_with('-') && flag.shown().ends_with('e'))
            })
            .collect();
        let operand = |at: &usize| args.get(*at).is_some_and(|word| !word.shown().starts_with('-'));
        let mut operands =
            (0..args.len()).filter(operand).filter(|at| !scripts.contains(at)).collect::<Vec<_>>().into_iter();
        let scripts = if scripts.is_empty() { operands.next().into_iter().collect() } else { scripts };
        let words: Vec<Word> = scripts.iter().filter_map(|at| args.get(*at).cloned()).collect();
        let put = words.iter().filter_map(Word::known).filter_map(carry::put_by_sed);
        let put = put.fold(String::new(), |all, text| all + &text + "\n");
        let files: Vec<Word> = operands.filter_map(|at| args.get(at).cloned()).collect();
        for file in files {
            match self.file(&file).and_then(|old| old.text.clone()) {
                // What becomes of a text that is known is known, or is a text that nobody has read.
                Some(old) => {
                    let text = match words.as_slice() {
                        [_] => decode::output("sed", &words, Some(&old)),
                        _ => None,
                    };
                    self.write(&file, &Flow { text, ..Flow::default() }, false);
                }
                None if put.is_empty() => {}
                None => {
                    let flow = Flow { text: Some(put.clone()), ..Flow::default() };
                    // One line that sets something in the place of another.
                    if words.len() == 1 && words.iter().filter_map(Word::known).all(replaces_line) {
                        self.excuse_settings(&file, &flow, true);
                    }
                    self.write(&file, &flow, true);
                }
            }
        }
    }
}

/// `s/^HISTSIZE=.*/HISTSIZE=9999/`: whether nothing is left behind what is put there.
fn replaces_line(script: &str) -> bool {
    let mark = script.strip_prefix('s').and_then(|rest| rest.chars().next()).unwrap_or('/');
    let mut parts = script.split(mark).skip(1);
    let (Some(old), Some(new), Some(flags), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    (old.ends_with(".*") || old.ends_with(".*$"))
        && !new.contains(['&', '\\', '\n'])
        && matches!(flags, "" | "g")
        && !script.contains('\n')
}

/// Programs that install what their words name.
const INSTALLERS: [&str; 13] =
    ["dpkg", "rpm", "yum", "dnf", "apt", "apt-get", "zypper", "pip", "pip3", "npm", "npx", "helm", "gem"];

/// Programs that run or install what they are given, and whose words hold addresses of other sorts.
const LOADERS: [&str; 6] = ["docker", "podman", "nerdctl", "kubectl", "oc", "ctr"];
