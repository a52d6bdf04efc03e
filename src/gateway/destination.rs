//! What a client typed before the `@`: `web-1`, `root@web-1`, `alice%root@web-1`, or an account's name.

/// The parts of an SSH user name. None of them is trusted: who somebody is comes from their key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
    /// The account that the client says it is, if it says so with a `%`.
    pub user: Option<String>,
    /// The login on the target.
    pub login: Option<String>,
    /// The target; none opens the picker.
    pub target: Option<String>,
}

impl Destination {
    /// Takes a user name apart. A lone word is a target if `is_target` knows it; otherwise it is what the client's machine calls its
    /// user, which means nothing here.
    ///
    /// The last `@` separates the target, so that a login may contain one (`DOMAIN\user@corp@web-1`).
    #[must_use]
    pub fn parse(text: &str, is_target: impl Fn(&str) -> bool) -> Self {
        let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        let (user, rest) = match text.split_once('%') {
            Some((user, rest)) => (some(user), rest),
            None => (None, text),
        };
        match rest.rsplit_once('@') {
            Some((login, target)) => Self { user, login: some(login), target: some(target) },
            None if user.is_some() || is_target(rest) => Self { user, login: None, target: some(rest) },
            None => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Option<String>, Option<String>, Option<String>) {
        let d = Destination::parse(text, |name| name == "web-1");
        (d.user, d.login, d.target)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn each_form_is_read_as_documented() {
        assert_eq!(parse("web-1"), (None, None, some("web-1")));
        assert_eq!(parse("root@web-1"), (None, some("root"), some("web-1")));
        assert_eq!(parse("alice%root@web-1"), (some("alice"), some("root"), some("web-1")));
        assert_eq!(parse("alice%web-1"), (some("alice"), None, some("web-1")));
        assert_eq!(parse("alice"), (None, None, None));
        assert_eq!(parse("me@corp@web-1"), (None, some("me@corp"), some("web-1")));
    }

    #[test]
    fn empty_parts_name_nothing() {
        assert_eq!(parse(""), (None, None, None));
        assert_eq!(parse("@"), (None, None, None));
        assert_eq!(parse("%@"), (None, None, None));
    }
}
