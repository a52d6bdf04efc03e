//! Names and values that are values themselves: `- name: DB_PASSWORD` and `value: …`, `<key>FullName</key><string>…</string>`.

/// `"name": "DB_PASSWORD", "value": …` and `name="password" value=…`: where the value begins.
pub(super) fn paired(line: &[u8], from: usize) -> Option<usize> {
    if let Some(at) = paired_here(line, from) {
        return Some(at);
    }
    // `"Name":"/x/db_password","Type":"SecureString","Value":"x"`: other fields stand between.
    let mut at = from;
    for _ in 0..2 {
        at += field(line.get(at..)?)?;
        if let Some(value) = paired_here(line, at) {
            return Some(value);
        }
    }
    None
}

/// How long `,"Type":"SecureString"` is.
fn field(text: &[u8]) -> Option<usize> {
    let gap = text.iter().take_while(|b| matches!(b, b',' | b' ')).count();
    let name = text.get(gap..)?.strip_prefix(b"\"")?;
    let len = name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = name.get(len..)?.strip_prefix(b"\":")?;
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    let value = rest.get(blanks..)?.strip_prefix(b"\"")?;
    let close = memchr::memchr(b'"', value.get(..value.len().min(64))?)?;
    (gap > 0 && len > 0).then_some(gap + 1 + len + 2 + blanks + 1 + close + 1)
}

/// The same, right behind.
fn paired_here(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    let gap = rest.iter().take_while(|b| matches!(b, b' ' | b',' | b'\t' | b'{' | b'}')).count();
    let rest = rest.get(gap..)?;
    let quote = usize::from(matches!(rest.first(), Some(b'"' | b'\'')));
    let rest = rest.get(quote..)?;
    let word = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
    let name = rest.get(..word)?.to_ascii_lowercase();
    is_value_name(&name).then_some(())?;
    let rest = rest.get(word..)?;
    let gap2 = rest.iter().take_while(|b| matches!(b, b'"' | b'\'' | b' ')).count();
    matches!(rest.get(gap2), Some(b':' | b'=')).then_some(())?;
    let rest_at = from + gap + quote + word + gap2 + 1;
    Some(rest_at + line.get(rest_at..)?.iter().take_while(|b| **b == b' ').count())
}

/// Where the text begins of the element that is open at `from`, inside its tag: `<Field name="DateOfBirth" page="1">1985-05-12</Field>`.
pub(super) fn element_text(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    let close = rest.iter().position(|b| matches!(b, b'>' | b'<'))?;
    let whole = rest.get(close) == Some(&b'>') && close.checked_sub(1).and_then(|i| rest.get(i)) != Some(&b'/');
    let opened = line.get(..from)?.iter().rposition(|b| matches!(b, b'<' | b'>'));
    let in_tag = opened.is_some_and(|at| line.get(at) == Some(&b'<') && line.get(at + 1) != Some(&b'/'));
    let text = from + close + 1;
    (whole && in_tag && line.get(text..).is_some_and(|rest| memchr::memmem::find(rest, b"</").is_some()))
        .then_some(text)
}

/// Behind `<name>DB_PASSWORD`, at its closing tag: where the text of the next element begins.
pub(super) fn next_element(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    rest.starts_with(b"</").then_some(())?;
    let close = memchr::memchr(b'>', rest)? + 1;
    let rest = rest.get(close..)?;
    let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    Some(from + close + blanks + element_of_value(rest.get(blanks..)?)?)
}

/// `<value>`, `<string>`: how long the tag is.
pub(super) fn element_of_value(text: &[u8]) -> Option<usize> {
    let name = text.strip_prefix(b"<")?;
    let word = name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let lower = name.get(..word)?.to_ascii_lowercase();
    let value = is_value_name(&lower) || matches!(lower.as_slice(), b"string" | b"date" | b"integer" | b"dd" | b"td");
    let close = memchr::memchr(b'>', name)?;
    (value && matches!(name.get(word), Some(b'>' | b' '))).then_some(close + 2)
}

/// Whether the key is itself a value: `- name: DB_PASSWORD`, `"Key": "db_password"`, `<name>DB_PASSWORD</name>`.
pub(super) fn is_paired_name(line: &[u8], from: usize) -> bool {
    let head = line.get(..from).unwrap_or_default();
    // A name may be a path: `"Name": "/prod/app/db_password"`.
    let path =
        head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'.')).count();
    let head = if head.get(head.len() - path..).is_some_and(|path| path.starts_with(b"/")) {
        head.get(..head.len() - path).unwrap_or_default()
    } else {
        head
    };
    let head = head.trim_ascii_end();
    if head.ends_with(b">") {
        let lower = head.to_ascii_lowercase();
        return [&b"<name>"[..], b"<key>", b"<param-name>", b"<id>"].iter().any(|tag| lower.ends_with(tag));
    }
    let head = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")).unwrap_or(head).trim_ascii_end();
    let Some(head) = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"=")) else { return false };
    let head = head.strip_suffix(b"\"").unwrap_or(head).trim_ascii_end().to_ascii_lowercase();
    [&b"name"[..], b"key", b"variable", b"parameterkey", b"field", b"id", b"label"]
        .iter()
        .any(|name| head.ends_with(name))
}

/// `value: x` and its kin below `name: DB_PASSWORD`: where `x` begins.
pub(super) fn value_of_pair(line: &[u8]) -> Option<usize> {
    let lead = line.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'-' | b'+' | b'~')).count();
    let lead = lead + if line.get(lead..)?.starts_with(b"New ") { 4 } else { 0 };
    let rest = line.get(lead..)?;
    if let Some(tag) = element_of_value(rest) {
        return Some(lead + tag);
    }
    let word = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
    is_value_name(&rest.get(..word)?.to_ascii_lowercase()).then_some(())?;
    let gap = rest.get(word..)?.iter().take_while(|b| matches!(b, b'"' | b'\'' | b' ')).count();
    let at = lead + word + gap;
    matches!(line.get(at), Some(b':' | b'=')).then_some(())?;
    Some(at + 1 + line.get(at + 1..)?.iter().take_while(|b| **b == b' ').count())
}

/// Whether a line says that the value of the name above comes from elsewhere, or that another name begins.
pub(super) fn ends_pair(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let item = text.strip_prefix(b"- ").unwrap_or(text).trim_ascii_start();
    let another = item.starts_with(b"name") && item.len() < text.len();
    another
        || [&b"valueFrom"[..], b"secretKeyRef", b"configMapKeyRef", b"fieldRef"]
            .iter()
            .any(|key| item.strip_prefix(b"\"").unwrap_or(item).starts_with(key))
}

fn is_value_name(name: &[u8]) -> bool {
    let name = name.rsplit(|b| *b == b'_').next().unwrap_or(name);
    matches!(name, b"value" | b"val" | b"content" | b"default" | b"parametervalue" | b"plaintext" | b"data" | b"result")
}
