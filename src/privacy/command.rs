//! Secrets in the text of a command: passwords in options, assignments, headers and URLs, beside whatever the detectors know.
//!
//! A command is kept for years and read by many, and who runs `mysql -pSecret` has written a password into it. The text is taken apart as a
//! shell would do it, roughly: words with their quotes, and the ends of simple commands. What only refers to a secret (`$TOKEN`,
//! `$(cat f)`, `<token>`) is none. Masked is the value alone, byte for byte, so that what was found elsewhere in the text keeps its place.
//!
//! | written | by |
//! |---|---|
//! | `PGPASSWORD=…`, `export API_TOKEN=…` | a name that says so |
//! | `--password=…`, `--token …` | a long option that says so, of any program |
//! | `mysql -p…`, `sshpass -p …`, `redis-cli -a …`, `ldapsearch -w …` | the programs in [`SHORT`] |
//! | `curl -u name:…`, `smbclient -U name%…` | the part behind the mark |
//! | `Authorization: Bearer …`, `X-Api-Key: …` | a header that says so |
//! | `scheme://name:…@host` | the part between |
//! | `IDENTIFIED BY '…'`, `PASSWORD '…'` | SQL |
//! | `-passin pass:…` | openssl |

use super::Settings;
use super::detect::{Detector, Memory};

/// Where secrets stand in a command's text: ranges of bytes, in order, apart from each other.
#[must_use]
pub fn secrets(text: &str, settings: &Settings) -> Vec<(usize, usize)> {
    sensitive(text, settings, false)
}

/// As [`secrets`], and personal data too if `all`: for a text that may have been taken from a screen, where others wrote.
#[must_use]
pub fn sensitive(text: &str, settings: &Settings, all: bool) -> Vec<(usize, usize)> {
    let mut hits = Vec::new();
    Detector::new(settings).text(text.as_bytes(), &mut Memory::default(), &mut hits);
    let mut found: Vec<(usize, usize)> =
        hits.into_iter().filter(|hit| all || hit.kind.is_secret()).map(|hit| (hit.start, hit.end)).collect();
    if text.len() <= LONGEST {
        for command in commands(text) {
            in_words(text, &command, &mut found);
        }
        in_urls(text, &mut found);
        in_sql(text, &mut found);
    }
    united(text, found)
}

/// The text with its secrets masked, as long as it was.
#[must_use]
pub fn without_secrets(text: &str, settings: &Settings) -> String {
    masked(text, &secrets(text, settings))
}

/// The text with those ranges masked, as long as it was.
#[must_use]
pub fn masked(text: &str, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for &(start, end) in ranges {
        out.push_str(text.get(at..start).unwrap_or_default());
        out.extend(std::iter::repeat_n('*', end.saturating_sub(start)));
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// A word of a command: its text without quotes, and where each of its bytes stands.
#[derive(Debug, Default)]
struct Word {
    text: String,
    places: Vec<usize>,
}

impl Word {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.places.extend((0..c.len_utf8()).map(|i| at + i));
    }

    /// Where the part from that byte of it stands in the whole text.
    fn range(&self, from: usize) -> Option<(usize, usize)> {
        Some((*self.places.get(from)?, self.places.last()? + 1))
    }

    /// The name of a program, without its path.
    fn program(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }
}

/// The simple commands of a text, as words.
fn commands(text: &str) -> Vec<Vec<Word>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                if let Some((at, c)) = chars.next() {
                    word.get_or_insert_default().push(c, at);
                }
            }
            (None, ' ' | '\t') => commands.last_mut().into_iter().for_each(|words| words.extend(word.take())),
            (None, '\n' | ';' | '|' | '&' | '(' | ')') => {
                commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
                commands.push(Vec::new());
            }
            (_, c) => word.get_or_insert_default().push(c, at),
        }
    }
    commands.last_mut().into_iter().for_each(|words| words.extend(word.take()));
    commands.retain(|words| !words.is_empty());
    commands
}

fn in_words(text: &str, words: &[Word], found: &mut Vec<(usize, usize)>) {
    let mut take = |word: &Word, from: usize| {
        if let Some((start, end)) = word.range(from)
            && text.get(start..end).is_some()
            && word.text.get(from..).is_some_and(is_value)
        {
            found.push((start, end));
        }
    };
    // Which of the programs stood before the word; looked up once for each word, since a line may have thousands.
    let (mut by_short, mut by_pair) = (vec![false; SHORT.len()], vec![false; PAIRS.len()]);
    let is_one = |word: &Word, programs: &[&str]| programs.iter().any(|name| word.program().starts_with(name));
    for (place, word) in words.iter().enumerate() {
        let next = words.get(place + 1);
        let before = words.get(..place).unwrap_or_default();
        let written = word.text.as_str();
        if let Some((name, _)) = written.split_once('=') {
            let option = name.trim_start_matches('-');
            if says_secret(option)
                || (written.starts_with('-') && OPTIONS.contains(&option.to_ascii_lowercase().as_str()))
            {
                take(word, name.len() + 1);
            }
        } else if let Some(option) = written.strip_prefix("--") {
            let named = says_secret(option) || OPTIONS.contains(&option.to_ascii_lowercase().as_str());
            if let Some(next) = next.filter(|next| named && !next.text.starts_with('-')) {
                take(next, 0);
            }
        }
        for ((programs, option, how), by) in SHORT.iter().zip(&mut by_short) {
            match (*by, written.strip_prefix(option), how) {
                (true, Some(""), How::Either) => next.into_iter().for_each(|next| take(next, 0)),
                (true, Some(rest), How::Glued | How::Either) if !rest.is_empty() => take(word, option.len()),
                _ => {}
            }
            *by |= is_one(word, programs);
        }
        for ((programs, options, mark), by) in PAIRS.iter().zip(&mut by_pair) {
            if *by && options.contains(&written) {
                let behind = next.and_then(|next| next.text.find(*mark).map(|at| (next, at + mark.len_utf8())));
                behind.into_iter().for_each(|(next, at)| take(next, at));
            }
            *by |= is_one(word, programs);
        }
        if let Some((name, value)) = written.split_once(':') {
            let name = name.trim().to_ascii_lowercase();
            if name == "authorization" || name == "proxy-authorization" {
                let value = value.trim_start();
                let scheme = value.find(' ').map_or(0, |at| at + 1);
                take(word, written.len() - value.len() + scheme);
            } else if HEADERS.contains(&name.as_str()) {
                take(word, written.len() - value.trim_start().len());
            } else if name == "pass" && before.last().is_some_and(|before| before.text.starts_with("-pass")) {
                take(word, "pass:".len());
            }
        }
    }
}

/// `scheme://name:password@host`.
fn in_urls(text: &str, found: &mut Vec<(usize, usize)>) {
    for (at, mark) in text.match_indices("://") {
        let begin = at + mark.len();
        let rest = text.get(begin..).unwrap_or_default();
        let authority = rest.split(['/', '?', '#', ' ', '\t', '\n', '"', '\'', '\\']).next().unwrap_or_default();
        // A password may have an @ in it, a host has none.
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        if let Some((name, password)) = user.split_once(':')
            && is_value(password)
        {
            let start = begin + name.len() + 1;
            found.push((start, start + password.len()));
        }
    }
}

/// `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`.
fn in_sql(text: &str, found: &mut Vec<(usize, usize)>) {
    let lower = text.to_ascii_lowercase();
    for word in ["identified by", "password"] {
        for (at, _) in lower.match_indices(word) {
            let begin = at + word.len();
            let rest = lower.get(begin..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let Some(value) = rest.get(blanks..).and_then(|rest| rest.strip_prefix('\'')) else { continue };
            if let Some(length) = value.find('\'').filter(|length| *length > 0 && blanks > 0) {
                let start = begin + blanks + 1;
                found.push((start, start + length));
            }
        }
    }
}

/// Whether a name says that its value is a secret: `PGPASSWORD`, `api_token`, `clientSecret`; not `TOKEN_URL`, `PWD`, `public_key`.
fn says_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('-', "_");
    let plain =
        !lower.is_empty() && lower.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'[' | b']'));
    plain
        && NAMES.iter().any(|ending| lower.ends_with(ending))
        && !NO_SECRETS.iter().any(|other| lower.ends_with(other))
}

/// Whether something is a value, not a reference to one or a place for one.
fn is_value(text: &str) -> bool {
    let reference = text.starts_with('$') || text.starts_with('`') || (text.starts_with('<') && text.ends_with('>'));
    let blank = text.is_empty() || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.'));
    !reference && !blank
}

/// Ranges in order, those that touch as one, on whole characters.
fn united(text: &str, mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (mut start, mut end) in ranges {
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        end = end.min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ if start < end => out.push((start, end)),
            _ => {}
        }
    }
    out
}

/// How a short option takes its value.
#[derive(Debug, Clone, Copy)]
enum How {
    /// In the same word.
    Glued,
    /// In the same word, or in the next.
    Either,
}

/// Programs (by how their names begin) with a short option that takes a secret.
const SHORT: &[(&[&str], &str, How)] = &[
    // `mysql -p word`: the word is a database.
    (&["mysql", "mariadb"], "-p", How::Glued),
    (&["sshpass"], "-p", How::Either),
    (&["redis-cli", "valkey-cli"], "-a", How::Either),
    (&["mongo", "mongosh", "mongodump", "mongorestore"], "-p", How::Either),
    // docker, podman, helm, oc.
    (&["login"], "-p", How::Either),
    (&["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldappasswd", "ldapwhoami"], "-w", How::Either),
    (&["sqlcmd", "bcp"], "-P", How::Either),
    (&["ipmitool"], "-P", How::Either),
    (&["7z", "7za", "7zr", "unrar", "rar"], "-p", How::Glued),
    (&["zip", "unzip"], "-P", How::Either),
];

/// Programs with an option whose value is a name, a mark and a secret.
const PAIRS: &[(&[&str], &[&str], char)] = &[
    (&["curl"], &["-u", "--user", "--proxy-user", "-U"], ':'),
    (&["http", "https", "xh"], &["-a", "--auth"], ':'),
    (&["smbclient", "rpcclient", "net"], &["-U", "--user"], '%'),
];

/// Long options whose value is a secret although their name says it of no assignment.
const OPTIONS: &[&str] = &["pass", "pwd", "auth", "secret", "token", "password", "passphrase", "key-material"];

/// Headers whose value is a secret.
const HEADERS: &[&str] = &[
    "x-api-key",
    "x-auth-token",
    "x-vault-token",
    "private-token",
    "api-key",
    "x-access-token",
    "cookie",
    "job-token",
];

/// How the names of secrets end.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "_pwd",
    "_pass",
    "secret",
    "token",
    "api_key",
    "apikey",
    "secret_key",
    "access_key",
    "private_key",
    "auth_key",
    "encryption_key",
    "credential",
    "credentials",
    "client_secret",
    "mysql_pwd",
];

/// Names that end alike and name something else.
const NO_SECRETS: &[&str] = &["public_key", "primary_key", "no_password", "ask_password", "next_token", "max_token"];

/// Longer texts are looked through by the detectors alone.
const LONGEST: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> String {
        without_secrets(text, &Settings::default())
    }

    #[test]
    fn secrets_of_a_command_line_are_masked_and_nothing_else() {
        for (text, masked) in [
            ("mysql -uroot -pSecret1 shop", "mysql -uroot -p******* shop"),
            ("mysqldump -p'my pass' shop", "mysqldump -p'*******' shop"),
            ("mysql --password=Secret1", "mysql --password=*******"),
            ("export API_TOKEN=abc123", "export API_TOKEN=******"),
            ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=******* psql -h db"),
            ("curl -u alice:s3cret https://x/", "curl -u alice:****** https://x/"),
            ("curl -H 'Authorization: Bearer abc.def' x", "curl -H 'Authorization: Bearer *******' x"),
            ("curl -H 'X-Api-Key: 0123' x", "curl -H 'X-Api-Key: ****' x"),
            ("git clone https://bob:tok@git.example/x", "git clone https://bob:***@git.example/x"),
            ("psql postgres://u:p@ss@h/db", "psql postgres://u:****@h/db"),
            ("redis-cli -a hunter2 ping", "redis-cli -a ******* ping"),
            ("sshpass -p hunter2 ssh box", "sshpass -p ******* ssh box"),
            ("vault login --token s.abc", "vault login --token *****"),
            ("smbclient -U bob%geheim //s/x", "smbclient -U bob%****** //s/x"),
            ("openssl rsa -passin pass:geheim -in k", "openssl rsa -passin pass:****** -in k"),
            ("CREATE USER bob IDENTIFIED BY 'geheim';", "CREATE USER bob IDENTIFIED BY '******';"),
            ("psql -c \"ALTER ROLE bob PASSWORD 'geheim'\"", "psql -c \"ALTER ROLE bob PASSWORD '******'\""),
            ("me@box:~$ sudo mysql -pSecret1", "me@box:~$ sudo mysql -p*******"),
            ("a=1; DB_PASSWORD=grün; ls", "a=1; DB_PASSWORD=*****; ls"),
        ] {
            assert_eq!(mask(text), masked);
            assert_eq!(mask(text).len(), text.len());
            assert_eq!(mask(masked), masked, "masking twice changes nothing");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "mysql -p shop",
            "mkdir -p a/b",
            "ssh -p 2222 box",
            "export TOKEN_URL=https://x/ PWD=/srv",
            "curl -u alice https://x/",
            "PGPASSWORD=$PW psql",
            "mysql --password=\"$(cat f)\"",
            "curl -H \"Authorization: Bearer $TOKEN\" x",
            "kubectl get secret db -o yaml",
            "grep -r password src",
            "git log --author=bob",
            "echo https://x.example/a@b",
            "passwd bob",
            "docker run -p 80:80 nginx",
            "rm -rf /srv/data",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn no_text_breaks_it() {
        for text in ["", "'", "\"\\", "--password=", "a://:@", "é=ü -p", "://x:y@", "password '", "\\\n\\", "=x", "--"]
        {
            assert_eq!(mask(text).len(), text.len(), "{text:?}");
        }
    }
}
