//! A request laid out for reading: whole, exact but for white space between the marks of a JSON
//! body, and with secrets by name.

use crate::incident::request::Request;
use crate::playbook::{
    Auth, Body, Call, Check, Destination, JsonTemplate, Playbook, is_in_the_clear,
};
use crate::text::Shown;

/// Everything that will be sent, one [`Shown`] for each line.
pub fn request_lines(request: &Request) -> Vec<Shown> {
    let mut lines = vec![line(&format!("{} {}", request.method, request.url))];
    if is_in_the_clear(&request.url) {
        lines.push(Shown::new("IN THE CLEAR: anybody on the way can read it, and change it"));
    }
    lines.push(line(&format!("auth: {}", auth_words(&request.auth))));
    for (name, value) in &request.headers {
        lines.push(line(&format!("{name}: {value}")));
    }
    lines.push(line(&origin_words(request.via.as_deref(), request.timeout_ms)));
    match request.body.as_deref() {
        None => lines.push(Shown::new("no body")),
        Some(body) => {
            lines.push(Shown::new(format!("body, {} bytes:", body.len())));
            lines.extend(laid_out(body).split('\n').map(Shown::new));
        }
    }
    lines
}

/// What a call of the playbook would send, before its templates are filled in.
pub fn plan_lines(playbook: &Playbook, call: &Call) -> Vec<Shown> {
    let (url, auth) = peer(playbook, &call.backend, call.auth.as_ref());
    let mut lines = vec![line(&format!("{} {url}{}", call.method, call.path.source()))];
    lines.push(line(&format!("auth: {}", auth_words(auth))));
    for (name, value) in &call.headers {
        lines.push(line(&format!("{name}: {}", value.source())));
    }
    lines.extend(body_lines(&call.body));
    lines
}

/// Where it will go and how it proves who asks; where a member is, nobody said yet.
fn peer<'a>(
    playbook: &'a Playbook,
    to: &Destination,
    own: Option<&'a Auth>,
) -> (&'a str, &'a Auth) {
    match to.backend().and_then(|id| playbook.backend(id)) {
        Some(backend) => (&backend.url, own.unwrap_or(&backend.auth)),
        None => ("{{ member.url }}", own.unwrap_or(&Auth::None)),
    }
}

/// How a check asks, in one line: `GET https://… without credentials, via outside`.
pub fn check_plan(playbook: &Playbook, check: &Check) -> Shown {
    let (url, auth) = peer(playbook, &check.backend, check.auth.as_ref());
    let auth = auth_words(auth);
    let origin = origin(check.via.as_deref());
    line(&format!("{} {url}{}, {auth}, {origin}", check.method, check.path.source()))
}

/// The same of a check that is filled in.
pub fn question_words(request: &Request) -> Shown {
    let (auth, origin) = (auth_words(&request.auth), origin(request.via.as_deref()));
    line(&format!("{} {}, {auth}, {origin}", request.method, request.url))
}

/// How a call proves who asks; never the secret itself.
pub fn auth_words(auth: &Auth) -> String {
    match auth {
        Auth::None => "without credentials".to_owned(),
        Auth::Basic { user, secret } => format!("basic, user {user}, secret “{secret}”"),
        Auth::Bearer { secret } => format!("bearer, secret “{secret}”"),
        Auth::Header { name, secret } => format!("header {name}, secret “{secret}”"),
        Auth::ApiKey { secret } => format!("API key, secret “{secret}”"),
    }
}

/// Where a request leaves from.
pub fn origin(via: Option<&str>) -> String {
    via.map_or_else(|| "from this machine".to_owned(), |via| format!("via {via}"))
}

fn origin_words(via: Option<&str>, timeout_ms: u64) -> String {
    format!("sent {}, given up after {} s", origin(via), timeout_ms.div_ceil(1000))
}

fn body_lines(body: &Body) -> Vec<Shown> {
    match body {
        Body::Empty => vec![Shown::new("no body")],
        Body::Json(json) => {
            let mut text = String::new();
            write_json(json, &mut text);
            laid_out(&text).split('\n').map(Shown::new).collect()
        }
        Body::Form(fields) => {
            fields.iter().map(|(name, value)| line(&format!("{name}={}", value.source()))).collect()
        }
        Body::Text(template) => template.source().split('\n').map(Shown::new).collect(),
    }
}

/// A template as JSON text, its expressions left standing in their strings.
fn write_json(json: &JsonTemplate, out: &mut String) {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match json {
        JsonTemplate::Bool(value) => *out += &value.to_string(),
        JsonTemplate::Number(value) => *out += &value.to_string(),
        JsonTemplate::Text(template) => *out += &quoted(template.source()),
        JsonTemplate::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        JsonTemplate::Object(fields) => {
            out.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                *out += &quoted(name);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

/// A JSON body with line breaks; any other text as it is. Works on the text, so that what is shown
/// is what is sent: doubled keys and long numbers stay as they are.
pub fn laid_out(body: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(body).is_err() {
        return body.to_owned();
    }
    let mut out = String::with_capacity(body.len() * 2);
    let mut depth = 0_usize;
    let mut chars = body.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            match c {
                '\\' => out.extend(chars.next()),
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            ' ' => {}
            '{' | '[' => {
                out.push(c);
                while chars.peek() == Some(&' ') {
                    chars.next();
                }
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    // Deep nesting must not push the text off the screen.
    out.extend(std::iter::repeat_n("  ", depth.min(12)));
}

fn line(text: &str) -> Shown {
    Shown::new(Shown::new(text).one_line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_laid_out_and_keeps_every_mark() {
        let body = r#"{"a":1.10,"a":{"b":["x, \"y\"",{}],"c":[ ]}}"#;
        let out = laid_out(body);
        assert_eq!(
            out,
            "{\n  \"a\": 1.10,\n  \"a\": {\n    \"b\": [\n      \"x, \\\"y\\\"\",\n      {}\n    ],\n    \
             \"c\": []\n  }\n}"
        );
        assert_eq!(laid_out("{ not json"), "{ not json");
    }

    #[test]
    fn what_would_hide_is_seen_in_a_header() {
        let request = Request {
            backend: "search".into(),
            method: "GET".into(),
            url: "https://example.com/\u{202e}".into(),
            headers: vec![("X-A".into(), "1\r\nX-B: 2".into())],
            body: Some("plain\u{1b}[2J".into()),
            auth: Auth::None,
            via: None,
            timeout_ms: 1500,
        };
        let text: Vec<String> = request_lines(&request).iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "GET https://example.com/<U+202E>",
                "auth: without credentials",
                "X-A: 1␍⏎X-B: 2",
                "sent from this machine, given up after 2 s",
                "body, 9 bytes:",
                "plain␛[2J",
            ]
        );
    }
}
