//! Host names in what is told to the players: a drill names none that somebody could really reach.

use std::net::Ipv4Addr;

/// Names that nobody can own.
const RESERVED: [&str; 7] =
    ["example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"];

/// Last labels by which a name without `://` is taken for a host.
const LAST: [&str; 47] = [
    "ai", "app", "at", "au", "be", "biz", "br", "ca", "ch", "cloud", "cn", "co", "com", "de",
    "dev", "dk", "edu", "es", "eu", "fi", "fr", "gov", "ie", "in", "info", "io", "it", "jp", "me",
    "mil", "net", "nl", "no", "nz", "online", "org", "pl", "ru", "se", "shop", "site", "store",
    "tech", "tv", "uk", "us", "xyz",
];

/// The hosts in a text that may be real, each once.
pub(super) fn real(text: &str) -> Vec<&str> {
    let inner = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(inner).map(|at| from + at) {
        let end = text[start..].find(|c| !inner(c)).map_or(text.len(), |at| start + at);
        let word = text[start..end].trim_matches(['.', '-']);
        let is_url = text[..start].ends_with("://");
        if is_host(word, is_url) && !is_reserved(word) && !found.contains(&word) {
            found.push(word);
        }
        from = end;
    }
    found
}

fn is_host(word: &str, is_url: bool) -> bool {
    if is_url {
        return !word.is_empty();
    }
    let Some((_, last)) = word.rsplit_once('.') else { return false };
    let is_name = word.split('.').all(|label| !label.is_empty());
    word.parse::<Ipv4Addr>().is_ok()
        || is_name && LAST.iter().any(|one| one.eq_ignore_ascii_case(last))
}

fn is_reserved(word: &str) -> bool {
    if let Ok(address) = word.parse::<Ipv4Addr>() {
        return address.is_private()
            || address.is_loopback()
            || address.is_documentation()
            || address.is_link_local()
            || address.is_unspecified();
    }
    let word = word.to_ascii_lowercase();
    RESERVED.iter().any(|name| {
        word.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_could_reach_is_found() {
        let text = "See https://search.example.com:9200/_cat, shop.acme.com. Or http://intranet/x? \
                    Mail ana@corp.io from 203.0.113.5, 10.0.0.1, not 8.8.8.8; e.g. range.jsonl, \
                    v1.2, 9:21 a.m., cluster.test, localhost:80, notexample.com";
        let found = ["shop.acme.com", "intranet", "corp.io", "8.8.8.8", "notexample.com"];
        assert_eq!(real(text), found);
        assert_eq!(real(""), Vec::<&str>::new());
        assert_eq!(real("\u{e9}..-. ://"), Vec::<&str>::new());
    }
}
