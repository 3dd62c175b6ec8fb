//! The rules for single texts of the format: identifiers, durations, addresses, request lines,
//! header names. Every error is what is wrong, in words.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::template::is_dots;

/// `[a-z0-9][a-z0-9-]{0,63}`.
pub(super) fn id(text: &str) -> Result<(), String> {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    if text.len() <= 64 && text.bytes().all(inner) && !text.is_empty() && !text.starts_with('-') {
        return Ok(());
    }
    Err("must be lower-case letters, digits and `-`, at most 64, and not begin with `-`".to_owned())
}

/// `[a-z_][a-z0-9_]*`, at most 64, and no word of the expressions.
pub(super) fn name(text: &str) -> Result<(), String> {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    let first = |c: u8| c.is_ascii_lowercase() || c == b'_';
    if text.len() > 64 || !text.bytes().all(inner) || !text.bytes().next().is_some_and(first) {
        let what = "must be lower-case letters, digits and `_`, at most 64, and not begin with a \
                    digit";
        return Err(what.to_owned());
    }
    if ["and", "else", "false", "if", "in", "is", "none", "not", "or", "true"].contains(&text) {
        return Err("is a word of the expressions, choose another".to_owned());
    }
    Ok(())
}

/// One line that says something.
pub(super) fn line(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("must not be blank".to_owned())
    } else if text.contains('\n') {
        Err("must be one line".to_owned())
    } else if text.chars().count() > 200 {
        Err("must be at most 200 characters".to_owned())
    } else {
        Ok(())
    }
}

/// `30s`, `5m`, `2h`, `1d`, `1h30m`, between the two, seconds.
pub(crate) fn duration(text: &str, least: u64, most: u64) -> Result<Duration, String> {
    let wrong = || {
        format!("`{text}` is no duration: write a number and s, m, h or d, like `30s` or `1h30m`")
    };
    let (mut rest, mut seconds, mut above) = (text, Some(0_u64), u64::MAX);
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let each = match tail.chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            _ => return Err(wrong()),
        };
        // The larger unit first, and each once.
        if number.is_empty() || each >= above {
            return Err(wrong());
        }
        let part = number.parse::<u64>().ok().and_then(|count| count.checked_mul(each));
        seconds = seconds.zip(part).and_then(|(sum, part)| sum.checked_add(part));
        (rest, above) = (&tail[1..], each);
        if rest.is_empty() {
            break;
        }
    }
    match seconds {
        Some(seconds) if (least..=most).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("must be between {} and {}", spoken(least), spoken(most))),
    }
}

/// Seconds in the largest unit that divides them.
pub(super) fn spoken(seconds: u64) -> String {
    match seconds {
        s if s % 86400 == 0 => format!("{}d", s / 86400),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// An address of a back end, without a trailing slash: `https://host[:port][/path]`, `http` only
/// for this machine.
pub fn base_url(text: &str) -> Result<String, String> {
    let url = any_base_url(text)?;
    if is_in_the_clear(&url) {
        let host = host(&url);
        return Err(format!("sends secrets to {host} in the clear: http is only for this machine"));
    }
    Ok(url)
}

/// Whether what goes to this address crosses a network that could read it.
pub fn is_in_the_clear(url: &str) -> bool {
    url.starts_with("http://") && !is_loopback(host(url))
}

/// The same where a person says that the host may be reached, and no secret goes there: `http` is
/// then all that an open database may speak.
pub fn bare_url(text: &str, secrets: bool) -> Result<String, String> {
    if secrets { base_url(text) } else { any_base_url(text) }
}

fn any_base_url(text: &str) -> Result<String, String> {
    let (scheme, rest) = text
        .split_once("://")
        .filter(|(scheme, _)| ["http", "https"].contains(scheme))
        .ok_or("must begin with https:// (or http:// for this machine itself)")?;
    let rest = rest.trim_end_matches('/');
    if let Some(c) = rest.chars().find(|c| !plain_in_url(*c)) {
        return Err(format!("has a `{c}`, which an address cannot have here"));
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err("has a user in it: say who asks with `auth`".to_owned());
    }
    if rest.contains('?') {
        return Err("has a query in it: that belongs to the request".to_owned());
    }
    if path.split('/').any(is_dots) || path.contains("//") {
        return Err("has an empty, `.` or `..` segment in its path".to_owned());
    }
    let (_, port) = host_and_port(authority)?;
    if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with('+')) {
        return Err("has a port that is no number up to 65535".to_owned());
    }
    Ok(format!("{scheme}://{authority}{path}"))
}

/// The host of an address that [`base_url`] accepts, without the port.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    host_and_port(authority).map_or(authority, |(host, _)| host)
}

fn host_and_port(authority: &str) -> Result<(&str, Option<&str>), String> {
    let (host, port) = if authority.starts_with('[') {
        let end = authority.find(']').ok_or("has a `[` without its `]`")?;
        let (host, rest) = authority.split_at(end + 1);
        let inner = host.trim_matches(['[', ']']);
        inner.parse::<Ipv6Addr>().map_err(|_| format!("`{inner}` is no IPv6 address"))?;
        (host, (!rest.is_empty()).then_some(rest))
    } else {
        let end = authority.find(':').unwrap_or(authority.len());
        let (host, rest) = authority.split_at(end);
        let good = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'.' || c == b'_';
        if host.is_empty() || !host.bytes().all(good) {
            return Err("has no host that could be reached".to_owned());
        }
        (host, (!rest.is_empty()).then_some(rest))
    };
    match port {
        None => Ok((host, None)),
        Some(port) => match port.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None => Err("has something behind its host that is no port".to_owned()),
        },
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Stays as it is on its way through any URL parser. Square brackets are for IPv6 hosts.
fn plain_in_url(c: char) -> bool {
    c.is_ascii_graphic() && !"\"#'<>\\^`{|}".contains(c)
}

/// Splits `METHOD /path`; the second is the byte at which the path begins.
pub(super) fn request_line(text: &str) -> Result<(&str, usize), String> {
    let shape = "must be a method and a path, like `GET /_cluster/health`";
    let end = text.find(' ').ok_or(shape)?;
    let method = &text[..end];
    if method.is_empty() || method.len() > 20 || !method.bytes().all(|c| c.is_ascii_uppercase()) {
        return Err(shape.to_owned());
    }
    if ["CONNECT", "TRACE"].contains(&method) {
        return Err(format!("{method} is not a method that a playbook can use"));
    }
    let path = &text[end + 1..];
    if path.contains("://") && !path.starts_with('/') || path.starts_with("//") {
        return Err(
            "names a host: the host is always the back end's, write the path only".to_owned()
        );
    }
    if !path.starts_with('/') {
        return Err(format!("{shape}: the path begins with `/`"));
    }
    Ok((method, end + 1))
}

/// What of a path's own text could not be sent as written.
pub(super) fn path_literal(text: &str) -> Result<(), String> {
    match text.chars().find(|c| !plain_in_url(*c)) {
        Some('#') => Err("has a `#`: what follows is never sent, write `%23`".to_owned()),
        Some(c) => {
            Err(format!("has a `{}` that must be written percent-encoded", c.escape_debug()))
        }
        None => Ok(()),
    }
}

/// Headers that the sender sets itself, or that would change where a message ends.
const OWN_HEADERS: [&str; 17] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "idempotency-key",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header that a playbook may set.
pub(super) fn header_name(text: &str) -> Result<(), String> {
    header_token(text)?;
    match text.to_ascii_lowercase().as_str() {
        "authorization" | "cookie" => Err("carries a secret: use `auth`".to_owned()),
        lower if OWN_HEADERS.contains(&lower) => Err("is set by stanch itself".to_owned()),
        _ => Ok(()),
    }
}

/// A header that may carry a secret.
pub(super) fn secret_header_name(text: &str) -> Result<(), String> {
    header_token(text)?;
    let lower = text.to_ascii_lowercase();
    let carries = ["authorization", "cookie"].contains(&lower.as_str());
    if !carries && OWN_HEADERS.contains(&lower.as_str()) {
        return Err("is set by stanch itself".to_owned());
    }
    Ok(())
}

fn header_token(text: &str) -> Result<(), String> {
    let good = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if text.is_empty() || text.len() > 100 || !text.bytes().all(good) {
        return Err("is no name of a header".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("90s", 1, 100), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h", 1, 86400), Ok(Duration::from_secs(7200)));
        assert_eq!(duration("1h30m", 1, 86400), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("1d2h3m4s", 1, 100_000), Ok(Duration::from_secs(93_784)));
        for wrong in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "+5s",
            "1.5h",
            "5min",
            "99999999999999999999d",
            "5é",
            "1h30",
            "30m1h",
            "1h1h",
            "1h 30m",
        ] {
            assert!(duration(wrong, 1, 100).is_err(), "{wrong}");
        }
        assert_eq!(duration("2m", 1, 100), Err("must be between 1s and 100s".to_owned()));
    }

    #[test]
    fn addresses() {
        for (given, kept) in [
            ("https://search.example.com:9200", "https://search.example.com:9200"),
            ("https://search.example.com/es/", "https://search.example.com/es"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1", "http://127.0.0.1"),
            ("http://[::1]:80", "http://[::1]:80"),
        ] {
            assert_eq!(base_url(given).as_deref(), Ok(kept));
        }
        for wrong in [
            "search.example.com",
            "ftp://x",
            "https://",
            "https:///x",
            "https://u:p@x",
            "https://x?y",
            "https://x#y",
            "https://x:70000",
            "https://x:+80",
            "https://x y",
            "http://example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "https://x/../y",
            "https://{{ inputs.host }}",
            "https://[::1",
            "https://[::1]x",
            "https://x:",
            "https://[zz]",
        ] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
        assert_eq!(host("https://search.example.com:9200/es"), "search.example.com");
        assert_eq!(host("http://[::1]:80"), "[::1]");
    }

    #[test]
    fn request_lines() {
        assert_eq!(request_line("GET /x?a={{ b }}"), Ok(("GET", 4)));
        for wrong in [
            "",
            "GET",
            "/x",
            "get /x",
            "GET x",
            "GET  /x",
            "GET https://evil.example.com/",
            "CONNECT /x",
            "GET //evil.example.com/x",
            "GET {{ saved.url }}",
            " GET /x",
        ] {
            assert!(request_line(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn headers() {
        assert!(header_name("X-Request-Id").is_ok());
        for wrong in ["Host", "AUTHORIZATION", "Transfer-Encoding", "", "a b", "a:b", "é"] {
            assert!(header_name(wrong).is_err(), "{wrong}");
        }
        assert!(secret_header_name("Authorization").is_ok());
        assert!(secret_header_name("Host").is_err());
    }
}
