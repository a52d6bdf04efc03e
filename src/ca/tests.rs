use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::model::{Place, Principal, RequestId, SessionId};
use crate::policy::permit::Admission;

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn admission(user: &str, login: &str) -> Admission {
    let who = Principal {
        user: user.to_owned(),
        roles: ["engineer".to_owned()].into(),
        source: None,
        fingerprint: "SHA256:x".to_owned(),
    };
    let place = Place { target: "box".to_owned(), login: login.to_owned(), labels: BTreeMap::new() };
    Admission::for_test(SessionId::from_bytes([3; 10]), who, place, Duration::from_secs(3600))
}

const OPTIONS: IssueOptions<'static> = IssueOptions {
    validity: Duration::from_secs(90),
    source_address: None,
    pty: false,
    force_command: None,
    request: None,
};

/// `date -u -d @1795262671`: 2026-11-21T12:04:31Z
const NOW: Wall = Wall(1_795_262_671_000_000);

fn ca() -> UserCa {
    UserCa::new(SigningKey::from_bytes(&[9; 32]))
}

/// What the real `ssh-keygen -L` prints of a certificate, in UTC.
fn printed(certificate: &ssh_key::Certificate) -> String {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("x-cert.pub");
    fs::write(&path, certificate.to_openssh().expect("text")).expect("written");
    let out = Command::new("ssh-keygen").env("TZ", "UTC").arg("-L").arg("-f").arg(&path).output().expect("ssh-keygen");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text")
}

#[test]
fn ssh_keygen_reads_the_certificate_as_we_meant_it() {
    let options = IssueOptions {
        source_address: Some("127.0.0.1/32"),
        pty: true,
        force_command: Some("uptime"),
        request: Some(RequestId::from_bytes([1; 5])),
        ..OPTIONS
    };
    let made = issue(&ca(), &admission("alice", "root"), &options, NOW, &mut rng()).expect("issued");
    let text = printed(&made.certificate);
    let lines: Vec<_> = text.lines().skip(1).map(str::trim).collect();
    let wanted = [
        "Type: ssh-ed25519-cert-v01@openssh.com user certificate".to_owned(),
        format!("Public key: ED25519-CERT {}", made.admitted.fingerprint),
        format!("Signing CA: ED25519 {} (using ssh-ed25519)", ca().fingerprint()),
        format!("Key ID: \"{}/alice/{}\"", SessionId::from_bytes([3; 10]), RequestId::from_bytes([1; 5])),
        format!("Serial: {}", made.admitted.serial),
        "Valid: from 2026-11-21T12:03:31 to 2026-11-21T12:06:01".to_owned(),
        "Principals:".to_owned(),
        "root".to_owned(),
        "Critical Options:".to_owned(),
        "force-command uptime".to_owned(),
        "source-address 127.0.0.1/32".to_owned(),
        "Extensions:".to_owned(),
        "permit-pty".to_owned(),
    ];
    assert_eq!(lines, wanted, "{text}");
    assert_eq!(made.admitted.valid_before, NOW.after(Duration::from_secs(90)));
    assert_eq!(made.admitted.valid_after.after(BACKDATED), NOW);
}

#[test]
fn without_a_terminal_there_are_no_extensions_and_without_a_request_a_dash() {
    let made = issue(&ca(), &admission("alice", "root"), &OPTIONS, NOW, &mut rng()).expect("issued");
    let text = printed(&made.certificate);
    assert!(text.contains("Extensions: (none)") && text.contains("Critical Options: (none)"), "{text}");
    assert!(made.admitted.key_id.ends_with("/alice/-"), "{}", made.admitted.key_id);
}

#[test]
fn keys_serials_and_nonces_are_never_used_twice() {
    let (ca, mut rng) = (ca(), rng());
    let mut serials = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let made = issue(&ca, &admission("a", "root"), &OPTIONS, NOW, &mut rng).expect("issued");
        assert!(made.admitted.serial > 0 && made.admitted.serial < 1 << 63);
        assert!(serials.insert(made.admitted.serial));
        assert!(serials.insert(u64::from_le_bytes(made.certificate.nonce()[..8].try_into().expect("8 bytes"))));
    }
}

#[test]
fn a_validity_outside_the_bounds_is_refused() {
    for secs in [0, 59, 121, 86_400] {
        let options = IssueOptions { validity: Duration::from_secs(secs), ..OPTIONS };
        let refused = issue(&ca(), &admission("a", "root"), &options, NOW, &mut rng());
        assert!(matches!(refused, Err(CaError::Validity(_))), "{secs}");
    }
}

#[test]
fn a_name_that_others_could_misread_gets_no_certificate() {
    for bad in ["", "a b", "a,b", "*", "a/b", "ro\u{430}t", "x\n", &"x".repeat(129)] {
        let login = issue(&ca(), &admission("alice", bad), &OPTIONS, NOW, &mut rng());
        assert!(matches!(login, Err(CaError::Name { what: "login", .. })), "{bad:?}");
        let user = issue(&ca(), &admission(bad, "root"), &OPTIONS, NOW, &mut rng());
        assert!(matches!(user, Err(CaError::Name { what: "user", .. })), "{bad:?}");
    }
}

#[test]
fn given_a_clock_that_went_back_nothing_is_issued_until_it_caught_up() {
    let ca = ca();
    let at = |secs: u64| Wall(NOW.0 + secs * 1_000_000);
    let issue = |now| issue(&ca, &admission("a", "root"), &OPTIONS, now, &mut rng());
    assert!(issue(at(100)).is_ok());
    assert!(issue(at(99)).is_ok(), "two sessions may overtake each other by a moment");
    assert!(matches!(issue(at(0)), Err(CaError::ClockWentBack { .. })));
    assert!(matches!(issue(at(97)), Err(CaError::ClockWentBack { .. })));
    assert!(issue(at(101)).is_ok());
}

#[test]
fn addresses_are_written_as_cidr() {
    let addresses = [("::ffff:10.0.0.7", "10.0.0.7/32"), ("::1", "::1/128"), ("192.0.2.1", "192.0.2.1/32")];
    for (address, written) in addresses {
        assert_eq!(cidr(address.parse().expect("an address")), written);
        let options = IssueOptions { source_address: Some(written), ..OPTIONS };
        let made = issue(&ca(), &admission("a", "root"), &options, NOW, &mut rng()).expect("issued");
        assert_eq!(made.certificate.critical_options().get("source-address").map(String::as_str), Some(written));
    }
}

#[test]
fn the_host_certificate_names_what_clients_type() {
    let listen = ["127.0.0.1:2222".parse().expect("an address"), "[::]:2222".parse().expect("an address")];
    let names = host::names_of(&listen);
    assert_eq!(names, ["127.0.0.1", "localhost"]);
    let ca = HostCa::new(SigningKey::from_bytes(&[4; 32]));
    let host = ssh_key::PrivateKey::random(&mut rng(), Algorithm::Ed25519).expect("a key");
    let text = printed(&ca.certify(host.public_key(), "bastion-1", &names, NOW, &mut rng()).expect("certified"));
    assert!(text.contains("host certificate") && text.contains("Key ID: \"holdpoint bastion-1\""), "{text}");
    assert!(text.contains("127.0.0.1") && text.contains("localhost"), "{text}");
    let line = ca.known_hosts_line(&names, 2222).expect("a line");
    assert!(line.starts_with("@cert-authority [127.0.0.1]:2222,[localhost]:2222 ssh-ed25519 "), "{line}");
    assert!(ca.certify(host.public_key(), "b", &[], NOW, &mut rng()).is_err());
    assert!(ca.certify(host.public_key(), "b", &["*.example.org".to_owned()], NOW, &mut rng()).is_err());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[test]
fn keys_are_made_once_with_mode_0600_and_read_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let paths = KeyPaths::in_dir(&dir.path().join("keys"));
    let made = Keyring::make_missing(&paths, &mut rng()).expect("made");
    assert_eq!(made.len(), 4);
    assert_eq!(mode(&dir.path().join("keys")), 0o700);
    for Made(path) in &made {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    let first = Keyring::load(&paths).expect("loaded");
    assert!(Keyring::make_missing(&paths, &mut rng()).expect("nothing to do").is_empty());
    let second = Keyring::load(&paths).expect("loaded again");
    assert_eq!(first.user_ca.fingerprint(), second.user_ca.fingerprint());
    assert_ne!(first.user_ca.fingerprint(), first.host_ca.fingerprint());
    let public = fs::read_to_string(keyfile::public_path(&paths.user_ca)).expect("its public half");
    assert_eq!(public.trim(), first.user_ca.public_key().to_openssh().expect("text"));
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_cure() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("k");
    keyfile::generate(&path, "x", &mut rng()).expect("made");
    for open in [0o640, 0o604, 0o620, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).expect("chmod");
        let refused = keyfile::load(&path, None).expect_err("refused").to_string();
        assert!(refused.contains(&format!("{open:04o}")) && refused.contains("chmod 600"), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("chmod");
    assert!(keyfile::load(&path, None).is_ok());
    assert!(matches!(keyfile::generate(&path, "x", &mut rng()), Err(KeyFileError::Io { .. })), "never overwritten");
}

#[test]
fn keys_that_ssh_keygen_encrypted_open_with_their_passphrase_only() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("k");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-a", "1", "-N", "swordfish", "-f"])
        .arg(&path)
        .status();
    assert!(made.expect("ssh-keygen").success());
    assert!(matches!(keyfile::load_signing(&path, None), Err(KeyFileError::Locked(_))));
    let wrong = keyfile::load_signing(&path, Some("herring"));
    assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase(_))), "{wrong:?}");
    assert!(keyfile::load_signing(&path, Some("swordfish")).is_ok());
    let rsa = dir.path().join("r");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ecdsa", "-N", "", "-f"]).arg(&rsa).status();
    assert!(made.expect("ssh-keygen").success());
    assert!(matches!(keyfile::load_signing(&rsa, None), Err(KeyFileError::WrongKind { .. })));
}

#[test]
fn no_secret_shows_in_debug_output() {
    let dir = tempfile::tempdir().expect("a directory");
    let paths = KeyPaths::in_dir(dir.path());
    Keyring::make_missing(&paths, &mut rng()).expect("made");
    let keyring = Keyring::load(&paths).expect("loaded");
    let shown = format!("{keyring:?}");
    let secret = format!("{:?}", keyring.sealing.0.to_bytes());
    let numbers = secret.trim_matches(['[', ']']).split(", ").take(4).collect::<Vec<_>>().join(", ");
    assert!(!shown.contains(&numbers), "{shown}");
    assert!(!shown.contains("PRIVATE"), "{shown}");
}
