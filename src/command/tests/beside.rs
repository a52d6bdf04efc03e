//! Lines that are held, each beside a near one that passes: what programs run for others, what languages call, what clients write.

use super::*;

fn judged(dialect: Dialect, line: &str) -> Vec<EffectKind> {
    let effects = analyse(line, &Context { dialect, ..Context::PROMPT }).effects;
    let held = |effect: &Effect| effect.severity >= Severity::Medium || effect.kind == EffectKind::Opaque;
    effects.into_iter().filter(held).map(|effect| effect.kind).collect()
}

fn beside(dialect: Dialect, pairs: &[(&str, &str)]) {
    for (held, passes) in pairs {
        assert!(!judged(dialect, held).is_empty(), "{held}");
        assert_eq!(judged(dialect, passes), [], "{passes}");
    }
}

#[test]
fn each_command_that_another_runs_is_judged() {
    beside(
        Dialect::Shell,
        &[
            ("sh -ce 'rm -rf /srv'", "sh -ce 'ls /srv'"),
            ("printf '~| rm -rf /srv\\n' | mail -~ bob", "printf 'see you\\n' | mail bob"),
            ("echo 'rm -rf /srv' | mail '|sh'", "echo 'rm -rf /srv' | mail bob"),
            ("bpftrace -c 'rm -rf /srv' -e 'x'", "bpftrace -c 'ls /srv' -l"),
            ("printf '~!rm -rf /srv\\n' | mail -~ bob", "echo 'rm -rf /srv is bad' | mail -s policy bob"),
            ("sudo bpftrace", "sudo bpftrace -l '*sched*'"),
            ("sh -c -- 'rm -rf /srv'", "sh -c -- 'ls /srv'"),
            ("find /srv -exec ls {} \\; -exec rm -rf {} +", "find /srv -exec ls {} \\; -exec file {} +"),
            ("find . /srv -name __pycache__ -exec rm -rf {} +", "find . -name __pycache__ -exec rm -rf {} +"),
            ("find . -exec rm -rf {} + -name __pycache__", "find ./src -name __pycache__ -exec rm -rf {} +"),
            ("find ~ -name __pycache__ -exec rm -rf {} +", "find ~ -name __pycache__ -exec ls {} +"),
            ("echo rm | parallel '{} -r /srv'", "echo ls | parallel '{} -r /srv'"),
            (
                "echo rm > /tmp/a; echo ' -r /srv' > /tmp/b; cat /tmp/a /tmp/b | tr -d '\\n' | sh",
                "echo ls > /tmp/a; echo ' -r /srv' > /tmp/b; cat /tmp/a /tmp/b | tr -d '\\n' | sh",
            ),
            ("PS4='$(printf \"\\162\\155 -r /srv\" | sh)' bash -x y", "PS4='$(date) ' bash -x y"),
            ("alias -s log='rm -f --'", "alias -s log='less'"),
            ("npm pkg set scripts.t='rm -rf /srv'", "npm pkg set scripts.t='jest'"),
            ("podman run --health-cmd 'rm -rf /srv' alpine", "podman run --health-cmd 'curl localhost' alpine"),
            ("a=(['$(rm -rf /srv)']=1)", "a=(['x']=1)"),
            (
                "sqlplus -s a/a <<< \"begin execute immediate '--'||nl||'drop table z'; end;\"",
                "sqlplus -s a/a <<< \"begin execute immediate '--'||nl||'select 1 from dual'; end;\"",
            ),
            (
                "sqlplus -s a/a <<< \"begin execute immediate 'tru'||'ncate table x'; end;\"",
                "sqlplus -s a/a <<< \"begin execute immediate 'sel'||'ect 1 from dual'; end;\"",
            ),
            ("GIT_PAGER=sh git log", "GIT_PAGER='less -FRX' git log"),
            ("export MANPAGER='tr a-z b-za | sh'", "export MANPAGER=\"sh -c 'col -bx | bat -l man -p'\""),
            ("PAGER='xargs rm -rf' git log", "PAGER='tee /tmp/x' git log"),
            ("git -c core.pager='less -R | sh' log", "git -c core.pager='less -R' log"),
            ("printf 'rm -rf /srv\\n' | tail -n +1 | sh", "printf 'rm -rf /srv\\n' | tail -n +1 | wc -l"),
            ("paste -sd '\\n' <(echo reboot) | sh", "paste -sd '\\n' <(echo reboot) | wc -l"),
            (
                ": > \"$(docker inspect --format '{{.LogPath}}' web)\"",
                "ls \"$(docker inspect --format '{{.LogPath}}' web)\"",
            ),
            ("alias x='echo \\'; rm -rf /srv", "echo 'x \\'; ls /srv"),
        ],
    );
}

#[test]
fn what_stands_in_an_array_is_what_its_place_says() {
    beside(
        Dialect::Shell,
        &[
            ("{'rm',-r,/srv}", "{'ls',-r,/srv}"),
            ("{$'\\x72m',-r,/srv}", "{$'\\x6cs',-r,/srv}"),
            ("a=([1]=rm [0]=ls); ${a[1]} -rf /srv", "a=([1]=rm [0]=ls); ${a[0]} -l /srv"),
            ("a=(ls [3]=reboot); ${a[3]}", "a=(ls [3]=reboot); ${a[0]}"),
            ("x='a b'; a=([0]=$x [1]=reboot); ${a[1]}", "x='a b'; a=([0]=$x [1]=date); ${a[1]}"),
            ("a=([2]=ls [0]=x $(cat f)); ${a[2]} -rf /srv", "a=([2]=ls [0]=x \"$(cat f)\"); ${a[2]} -l /srv"),
            // A control character makes no place of a text.
            ("a=(reboot $'\\001[0]=ls'); ${a[0]}", "a=(ls $'\\001[0]=reboot'); ${a[0]}"),
            ("a=([$(reboot)]=1)", "a=([$(date +%u)]=1)"),
            ("a=([$(rm -rf /srv)]=1)", "a=([$(date +%u)]=1)"),
            ("BASH_ALIASES=([ls]='rm -rf /srv')", "BASH_ALIASES=([ll]='ls -l')"),
        ],
    );
}

#[test]
fn what_stands_behind_an_equals_sign_or_a_letter_is_its_value() {
    beside(
        Dialect::Shell,
        &[
            ("kubectl get secret x -o=yaml", "kubectl get secret x -o=name"),
            ("mysql -uroot -ptomcatD -e 'drop database shop'", "mysql -uroot -psecret -e 'select 1'"),
            (
                "cat /etc/shadow | docker login --username AWS --password-stdin r.example.com",
                "aws ecr get-login-password | docker login --username AWS --password-stdin r.example.com",
            ),
            (
                "aws ecr get-login-password | tee /tmp/x | docker login -u AWS --password-stdin r.example.com",
                "gcloud auth print-access-token | sudo docker login -u oauth2accesstoken --password-stdin r.example.com",
            ),
        ],
    );
}

#[test]
fn a_rehearsal_excuses_who_knows_it() {
    beside(
        Dialect::Shell,
        &[
            ("d=$(cat f); : ${d:=/tmp/x}; rm -rf \"$d\"", ": ${d:=/tmp/x}; ls \"$d\""),
            ("systemctl stop nginx --dry-run", "systemctl reboot --dry-run"),
            ("service nginx stop --dry-run", "service nginx status --dry-run"),
            ("supervisorctl stop --dry-run web", "supervisorctl status --dry-run web"),
            ("helm uninstall web --dry-run=False", "helm uninstall web --dry-run=client"),
            ("helm uninstall web --dry-run=\"$x\"", "helm uninstall web --dry-run"),
            ("systemctl --message default stop nginx --dry-run", "systemctl default --dry-run"),
            ("crontab -ru $u", "crontab -lu $u"),
            ("kubectl delete ns x --dry-run=none", "kubectl delete ns x --dry-run=server"),
        ],
    );
}

#[test]
fn a_file_of_secrets_is_read_whatever_options_stand_before_it() {
    for line in [
        "sed -e p /etc/shadow",
        "sed -ne p /etc/shadow",
        "tail -f /etc/shadow",
        "sort -n /etc/shadow",
        "uniq -c /etc/shadow",
        "less -N /etc/shadow",
        "vim -R /etc/shadow",
        "awk -f x.awk /etc/shadow",
    ] {
        assert!(!judged(Dialect::Shell, line).is_empty(), "{line}");
        let twin = line.replace("/etc/shadow", "notes.txt");
        assert_eq!(judged(Dialect::Shell, &twin), [], "{twin}");
    }
}

#[test]
fn what_a_language_calls_by_another_way_is_judged() {
    beside(
        Dialect::Shell,
        &[
            ("python3 -c 'e.execute(text(\"DROP TABLE x\"))'", "python3 -c 'e.execute(text(\"SELECT 1\"))'"),
            (
                "python3 -c 'e.execute(text(\"DROP TABLE x\").execution_options(autocommit=True))'",
                "python3 -c 'e.execute(text(\"SELECT 1\").execution_options(autocommit=True))'",
            ),
            (
                "python3 -c 'c.execute(sql.SQL(\"DROP TABLE {}\").format(sql.Identifier(\"x\")))'",
                "python3 -c 'c.execute(sql.SQL(\"SELECT id FROM {} LIMIT 1\").format(sql.Identifier(\"x\")))'",
            ),
            (
                "python3 -c 'c.execute(sql.SQL(\" \").join([sql.SQL(\"DROP TABLE\"), sql.Identifier(\"x\")]))'",
                "python3 -c 'c.execute(sql.SQL(\" \").join([sql.SQL(\"SELECT 1 FROM\"), sql.Identifier(\"x\")]))'",
            ),
            (
                "python3 -c 'c.execute(\"DROP TABLE {}\".format(t).lower())'",
                "python3 -c 'c.execute(\"SELECT {} FROM t LIMIT 1\".format(t).lower())'",
            ),
            (
                "python3 -c 'c.execute(dedent(\"DROP TABLE %s\") % t)'",
                "python3 -c 'c.execute(dedent(\"SELECT %s\") % t)'",
            ),
            (
                "python3 -c 'import os; os.system(\"rm -rf \" + \" \".join([\"/srv\"]))'",
                "python3 -c 'import os; os.system(\"ls -l \" + \" \".join([\"/srv\"]))'",
            ),
            (
                "python3 -c 'c.execute(text(\"SELECT 1\") + \"; DROP TABLE x\")'",
                "python3 -c 'c.execute(text(\"SELECT 1\") + \" FROM x LIMIT 1\")'",
            ),
            (
                "python3 -c 'import os; os.system(dedent(\"ls\").replace(\"ls\", \"rm -rf /srv\"))'",
                "python3 -c 'import os; os.system(dedent(\"ls\").strip())'",
            ),
            (
                "python3 -c 'import os; os.system(\"{a} -rf /srv\".format(a=\"rm\"))'",
                "python3 -c 'import os; os.system(\"{a} -l /srv\".format(a=\"ls\"))'",
            ),
            (
                "python3 -c 'import os; os.system(\" \".join([\"rm\", \"-rf\", \"/srv\"]))'",
                "python3 -c 'import os; os.system(\" \".join([\"ls\", \"/srv\"]))'",
            ),
            ("perl -e 'exec {\"/bin/rm\"} \"ls\", \"-rf\", \"/srv\"'", "perl -e 'exec {\"/bin/ls\"} \"ls\", \"/srv\"'"),
            ("lua -e 'os.execute(\"\\114\\109 -rf /srv\")'", "lua -e 'os.execute(\"\\108\\115 /srv\")'"),
            ("ruby -e 'Kernel.method(:system).call(\"rm -rf /srv\")'", "ruby -e 'Order.method(:destroy_all).owner'"),
            ("ruby -e 'Kernel.send(:system, \"rm -rf /srv\")'", "ruby -e 'Kernel.send(:system, \"ls /srv\")'"),
        ],
    );
}

#[test]
fn where_a_client_sends_the_rows_is_judged() {
    beside(
        Dialect::Psql,
        &[
            ("\\o |sh", "\\o |less"),
            ("\\o |psql prod", "\\o |sort"),
            ("select format('drop table %I', relname) from pg_class \\g |psql", "select 1 \\g |less"),
            ("select * from customers \\g /tmp/x", "select count(*) from customers \\g /tmp/x"),
            (
                "\\copy (select * from customers) to '/tmp/c.csv' csv",
                "\\copy (select day, count(*) from api_calls group by day) to 'c.csv' csv",
            ),
            // One text with a quote in it, and a statement behind it.
            ("select U&'\\0027'; drop table x; --'", "select U&'\\0027; drop table x; --'"),
            ("do $$begin execute 'drop table t'; end$$", "do $$begin execute 'select 1'; end$$"),
        ],
    );
    beside(Dialect::Mysql, &[("pager sh", "pager less -S"), ("\\P mysql shop", "\\P less -S")]);
    beside(
        Dialect::Sqlite,
        &[
            (".output |sh", ".output |less"),
            (".once |sqlite3 x.db", ".once |sort"),
            (".output |mysql", ".output x.csv"),
        ],
    );
    beside(Dialect::Vim, &[(":Git push --force", ":Git push")]);
}
