use super::*;

const ALICE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3jTd2pw48QB/U3sZ0QGVc40/pE3L4rK9QD88FhECea alice@laptop";
const BOB: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBx/9Ln3lxThjiPDODBewaKOlOzRCTExQzFRqwMDYSTO bob@desk";

fn parse(text: &str) -> Result<Config, ConfigFaults> {
    Config::parse(text, Path::new("/etc/holdpoint/holdpoint.toml"))
}

/// A sound user and target, so that a test's own lines are all that is wrong.
fn with_rest(text: &str) -> String {
    format!(
        "{text}\n[[user]]\nname = \"alice\"\nroles = [\"engineer\"]\nkeys = [\"{ALICE}\"]\n\
         [[target]]\nname = \"here\"\nkind = \"local\"\nhome = \"/srv/here\"\n"
    )
}

fn faults(text: &str) -> Vec<String> {
    parse(text).expect_err("it has faults").iter().map(ToString::to_string).collect()
}

fn only_fault(text: &str) -> String {
    let faults = faults(text);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults[0].clone()
}

#[test]
fn the_example_in_the_documents_holds() {
    let config = parse(include_str!("../../docs/holdpoint.example.toml")).expect("the example holds");
    assert_eq!(config.name, "bastion-1");
    assert_eq!(config.limits.certificate_validity, Duration::from_secs(90));
    assert_eq!(config.keys.user_ca, Path::new("/var/lib/holdpoint/keys/user_ca"));
    assert_eq!(config.targets["web-1"].default_login(), "deploy");
    assert_eq!(config.place("web-1", None).map(|p| p.login), Some("deploy".to_owned()));
    assert_eq!(config.place("web-1", Some("postgres")), None);
    assert_eq!(config.place("web-1", Some("root")).map(|p| p.labels.len()), Some(2));
    let alice = PublicKey::from_openssh(ALICE).expect("a key");
    assert_eq!(config.user_of_key(alice.key_data()).map(|u| u.name.as_str()), Some("alice"));
}

/// The example says of each setting what its default is; this holds it to that.
#[test]
fn what_the_example_calls_a_default_is_the_default() {
    let said = parse(include_str!("../../docs/holdpoint.example.toml")).expect("the example holds");
    let least = parse(&with_rest("")).expect("the least configuration holds");
    assert_eq!(least.limits, said.limits);
    assert_eq!(least.ssh, said.ssh);
    assert_eq!(least.privacy, said.privacy);
    assert_eq!(least.ledger.cache_bytes, said.ledger.cache_bytes);
    assert_eq!(least.listen, ["127.0.0.1:2222".parse().expect("an address")]);
    assert_eq!(least.ledger.dir, Path::new("/etc/holdpoint/recordings"));
    assert_eq!(least.keys.dir, Path::new("/etc/holdpoint/keys"));
    assert_eq!(least.control, Path::new("/etc/holdpoint/run/control.sock"));
    assert_eq!(least.policy_dir, None);
    let TargetKind::Local(local) = &least.targets["here"].kind else { panic!("here is local") };
    assert_eq!(
        (local.shell.as_path(), local.run_as.as_str(), local.login.as_str()),
        (Path::new("/bin/sh"), "nobody", "nobody")
    );
}

#[test]
fn all_faults_come_at_once_with_their_lines() {
    let text = format!(
        "nmae = \"b\"\nlisten = [\"localhost\"]\n[limits]\nsession_lifetime = \"8 weeks\"\ncertificate_validity = \"10m\"\n\
         [ledger]\ncache = 64\n[[user]]\nname = \"al ice\"\nroles = []\nkeys = [\"{ALICE}\"]\n\
         [[target]]\nname = \"db\"\nkind = \"ssh\"\nhost = \"db\"\n"
    );
    let faults = faults(&text);
    let lines: Vec<_> =
        faults.iter().map(|f| f.strip_prefix("/etc/holdpoint/holdpoint.toml:").expect("the file").to_owned()).collect();
    let starts = [
        "1: nmae: there is no such setting; did you mean 'name'?",
        "2: listen: 'localhost' is not an address with a port",
        "4: limits.session_lifetime: '8 weeks' is no time",
        "5: limits.certificate_validity: '10m' is out of bounds; it may be 60 s to 120 s",
        "7: ledger.cache: it is a whole number, not a text",
        "9: user[0].name: 'al ice' is no name",
        "12: target.db.host_keys: it is missing; pin the target's key",
        "12: target.db.logins: it is missing",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line:?} does not start with {start:?}");
    }
}

#[test]
fn a_text_that_is_no_toml_says_where() {
    let fault = only_fault("name = \"b\"\nlisten = [\n");
    assert!(fault.contains(".toml:2:") || fault.contains(".toml:3:"), "{fault}");
    assert!(fault.contains("not TOML"), "{fault}");
}

#[test]
fn an_empty_file_lacks_users_and_targets_and_nothing_else() {
    let faults = faults("");
    assert_eq!(faults.len(), 2, "{faults:#?}");
}

#[test]
fn a_key_proves_one_human_only() {
    let twice = with_rest(&format!("[[user]]\nname = \"bob\"\nroles = []\nkeys = [\"{ALICE}\", \"{BOB}\"]"));
    assert!(only_fault(&twice).contains("this key is also a key of 'bob'"));
    let same = with_rest(&format!("[[user]]\nname = \"alice\"\nroles = []\nkeys = [\"{BOB}\"]"));
    assert!(only_fault(&same).contains("there is a user of this name already"));
}

#[test]
fn what_is_not_obeyed_in_a_key_line_is_refused_and_not_ignored() {
    let with = |line: &str| format!("[[user]]\nname = \"bob\"\nroles = []\nkeys = ['{line}']");
    assert!(only_fault(&with_rest(&with(&format!("from=\"10.0.0.1\" {BOB}")))).contains("obeys no options"));
    assert!(only_fault(&with_rest(&with("ssh-ed25519 AAAA"))).contains("this is no public key"));
    assert!(
        only_fault(&with_rest(&with("ssh-ed25519-cert-v01@openssh.com AAAA"))).contains("a certificate, not a key")
    );
}

#[test]
fn a_demo_key_is_known_by_its_comment_and_only_a_demo_takes_it() {
    let key = BOB.replace("bob@desk", "holdpoint-demo engineer");
    let text = with_rest(&format!("[[user]]\nname = \"bob\"\nroles = []\nkeys = [\"{key}\"]"));
    assert!(only_fault(&text).contains("`holdpoint demo` made"));
    assert!(parse(&format!("demo = true\n{text}")).is_ok());
}

#[test]
fn a_demo_listens_on_loopback_only() {
    for open in ["0.0.0.0:2222", "192.0.2.1:2222", "[::]:2222", "[::ffff:192.0.2.1]:2222"] {
        let text = with_rest(&format!("demo = true\nlisten = [\"127.0.0.1:2222\", \"{open}\"]"));
        assert!(only_fault(&text).contains("loopback only"), "{open}");
    }
    assert!(parse(&with_rest("demo = true\nlisten = [\"127.0.0.1:0\", \"[::1]:2222\"]")).is_ok());
}

#[test]
fn a_shell_may_not_live_where_the_keys_are() {
    for home in ["/etc/holdpoint", "/etc/holdpoint/keys/x", "/"] {
        let text = with_rest("").replace("/srv/here", home);
        assert!(faults(&text).iter().all(|f| f.contains("overlaps with")), "{home}");
    }
}

#[test]
fn one_authority_cannot_be_both() {
    assert!(only_fault(&with_rest("[keys]\nhost_ca = \"user_ca\"")).contains("two authorities, two keys"));
    assert!(only_fault(&with_rest("[keys]\nledger = \"/tmp/seal\"")).contains("lies outside"));
}

#[test]
fn a_source_address_is_an_address_or_a_network() {
    let said = |value: &str| {
        with_rest(&format!(
            "[[target]]\nname = \"web\"\nkind = \"ssh\"\nhost = \"web.example.org\"\nhost_keys = [\"{ALICE}\"]\n\
             logins = [\"root\"]\nsource_address = [\"{value}\"]"
        ))
    };
    for (value, written) in [
        ("203.0.113.7", "203.0.113.7/32"),
        ("10.0.0.0/24", "10.0.0.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::1", "::1/128"),
    ] {
        let config = parse(&said(value)).expect("a configuration");
        let ssh = config.targets.values().find_map(|target| match &target.kind {
            TargetKind::Ssh(ssh) => Some(ssh),
            TargetKind::Local(_) => None,
        });
        assert_eq!(ssh.expect("a target").source_address, [written]);
    }
    for value in ["10.0.0.1/24", "10.0.0.0/33", "bastion.example.org", "2001:db8::1/64", "10.0.0.0/", ""] {
        assert!(only_fault(&said(value)).contains("no address and no network"), "{value}");
    }
}

#[test]
fn weak_keys_are_refused() {
    // `ssh-keygen -t rsa -b 1024`
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCrCa4BqTO3/el9cICGYyQ9bE6tHNKQ7M+bLsZvNXnylNN3p4Ok/xv42VN055MvgIsmMDTR+vPR0HtokrW+O5WMqTKGRDLHUWvNN7xtNVDpzCF00OHHFGTtUl5K6ciAvF1O05hfXjlKRtKbDWQBeZ6piJtzsXZE2bD1ipP7tHldUw==";
    let text = with_rest(&format!("[[user]]\nname = \"bob\"\nroles = []\nkeys = [\"{rsa}\"]"));
    assert!(only_fault(&text).contains("RSA key of 1024 bits is too weak"));
}

#[test]
fn given_any_text_nothing_panics() {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(300), |(text in "(name|listen|keys|user|target|\\[|\\]|=|\"|\n| |,|[a-z]|1|é|\\{|\\}|\\.){0,60}")| {
        let _ = parse(&text);
    });
}
