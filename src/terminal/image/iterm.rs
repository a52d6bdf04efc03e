//! iTerm2's inline images: `OSC 1337 ; File = key=value;… : base64` (iterm2.com/documentation-images.html).
//!
//! Only `inline=1`: without it the file would be written on the engineer's machine. Only PNG, GIF, JPEG and TIFF, which tell their size at
//! their beginning. Written anew with the cells that it covers, without a name, and with `doNotMoveCursor=1`, which not all terminals know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{BASE64, Body, Extent, Format, Image, Left, Read, header};

/// What a command's text begins with.
pub(super) const HEAD: &[u8] = b"1337;File=";

/// Reads the text of such a command.
pub(super) fn read(text: &[u8]) -> Read {
    let Some(text) = text.strip_prefix(HEAD) else { return Read::Nothing };
    let at = text.iter().position(|b| *b == b':').unwrap_or(text.len());
    let (head, payload) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let Ok(head) = std::str::from_utf8(head) else { return Read::Nothing };
    let mut keys = head.split(';').filter_map(|pair| pair.split_once('='));
    let value = |wanted: &str| {
        head.split(';').filter_map(|pair| pair.split_once('=')).rfind(|(key, _)| *key == wanted).map(|(_, value)| value)
    };
    // A terminal that takes the first of two says something else than one that takes the last.
    let inline = keys.by_ref().filter(|(key, _)| *key == "inline").all(|(_, value)| value == "1");
    if value("inline").is_none() || !inline {
        return Read::Nothing;
    }
    image(payload, &value).map_or(Read::Unreadable, Read::Image)
}

fn image<'a>(payload: &[u8], value: &impl Fn(&str) -> Option<&'a str>) -> Option<Image> {
    let payload = BASE64.decode(payload).ok()?;
    let (width, height) = header::any(&payload)?;
    let extent = |name: &str| value(name).map_or(Some(Extent::Natural), extent);
    let stretched = value("preserveAspectRatio") == Some("0");
    let stays = value("doNotMoveCursor") == Some("1");
    Some(Image {
        format: Format::Iterm,
        width,
        height,
        reach: height,
        extent: (extent("width")?, extent("height")?),
        left: if stays { Left::WhereItBegins } else { Left::Behind },
        name: None,
        body: Body::Iterm { stretched, payload },
    })
}

/// `N` cells, `Npx`, `N%`, `auto`.
fn extent(text: &str) -> Option<Extent> {
    let number = |digits: &str| digits.parse::<u16>().ok().filter(|n| *n > 0);
    match text {
        "auto" | "" => Some(Extent::Natural),
        _ => match (text.strip_suffix("px"), text.strip_suffix('%')) {
            (Some(pixels), _) => number(pixels).map(Extent::Pixels),
            (_, Some(percent)) => number(percent).filter(|percent| *percent <= 100).map(Extent::Percent),
            (None, None) => number(text).map(Extent::Cells),
        },
    }
}

/// The sequence that shows it.
pub(super) fn write(stretched: bool, payload: &[u8], (cols, rows): (u16, u16)) -> Vec<u8> {
    let keep = u8::from(!stretched);
    let size = payload.len();
    let head = format!("inline=1;size={size};width={cols};height={rows};preserveAspectRatio={keep};doNotMoveCursor=1:");
    [b"\x1b]".as_slice(), HEAD, head.as_bytes(), STANDARD.encode(payload).as_bytes(), b"\x07"].concat()
}
