use super::*;

#[test]
fn the_launcher_says_what_to_hide_and_who_started_it() {
    let wanted = Wanted {
        shell: "/bin/sh".into(),
        home: "/srv/here".into(),
        account: (65534, 65534),
        hidden: vec!["/var/lib/holdpoint/keys".into()],
        fresh: vec!["/tmp".into()],
    };
    let argv = launcher(Path::new("/usr/bin/holdpoint"), Way::OtherUser { uid: 65534, gid: 65533 }, &wanted);
    let said: Vec<_> = argv.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let parent = std::process::id();
    let expected = format!(
        "/usr/bin/holdpoint sandbox-exec --way user --uid 65534 --gid 65533 --parent {parent} --hide \
         /var/lib/holdpoint/keys --fresh /tmp --"
    );
    assert_eq!(said.join(" "), expected);
}
