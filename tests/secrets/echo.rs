//! A server that echoes the secret everywhere, in every encoding covered: nothing of it comes back.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use stanch::backend::{Http, HttpOptions, SecretSource, Secrets};
use stanch::incident::{CallOutcome, CallResult, Judge, Request, hex};
use stanch::playbook::Auth;
use stanch::text::Shown;

use crate::server::{Server, answer, ask, expression, judge, options, question, request, send};

const SECRET: &str = r#"can"ary/<7&=+é?>\42"#;

/// The secret as servers echo it.
fn forms() -> Vec<String> {
    let json = serde_json::to_string(SECRET).unwrap();
    let mut query = reqwest::Url::parse("http://x/").unwrap();
    query.query_pairs_mut().append_pair("q", SECRET);
    let percent = query.query().unwrap().trim_start_matches("q=").to_owned();
    vec![
        SECRET.to_owned(),
        json[1..json.len() - 1].to_owned(),
        percent.to_lowercase(),
        percent,
        SECRET
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&#34;"),
        STANDARD.encode(SECRET),
        STANDARD.encode(format!("ann:{SECRET}")),
        STANDARD.encode(format!("xx{SECRET}yy")),
        URL_SAFE_NO_PAD.encode(format!("x{SECRET}")),
        hex(SECRET.as_bytes()),
        hex(SECRET.as_bytes()).to_uppercase(),
    ]
}

fn network(url: &str) -> Http {
    let source = SecretSource::Given {
        variable: "STANCH_TEST_TOKEN".to_owned(),
        value: Some(SecretString::from(SECRET)),
    };
    let secrets = Secrets::new(BTreeMap::from([("canary".to_owned(), source)]));
    Http::new(HttpOptions { secrets, ..options(url) }).unwrap()
}

fn authorised(url: &str) -> Request {
    Request { auth: Auth::Bearer { secret: "canary".to_owned() }, ..request("POST", url) }
}

/// The longest common piece that may stay: less than a byte of base64 at each end, and what any
/// text may hold by chance.
fn assert_clean(printed: &str, form: &str) {
    let printed = printed.to_lowercase();
    let form: Vec<char> = form.to_lowercase().chars().collect();
    for piece in form.windows(form.len() - 4) {
        let piece: String = piece.iter().collect();
        assert!(!printed.contains(&piece), "{piece} is in {printed}");
    }
}

fn printed(result: &CallResult) -> String {
    let body = result.body.as_deref().map(String::from_utf8_lossy);
    let saved = serde_json::to_string(&result.saved).unwrap();
    let answer = serde_json::to_string(&result.answer).unwrap();
    let words = [&result.why].into_iter().chain(&result.discovered);
    let words: Vec<_> = words.map(Shown::as_str).collect();
    format!("{result:?}\n{body:?}\n{saved}\n{answer}\n{}", words.join("\n"))
}

#[test]
fn echoed_in_headers_body_path_query_and_saved_values() {
    for form in forms() {
        let body = serde_json::json!({
            "error": format!("bad token {form}"),
            "path": format!("/a/{form}/b"),
            "query": format!("?q={form}&r=1"),
            form.clone(): [form.clone()],
        });
        let headers = format!("X-Request-Id: {form}\r\nLocation: https://x.example/?t={form}\r\n");
        let judge = Judge {
            save: vec![("error".to_owned(), expression("json"))],
            discover: Some(expression("[json.error, json.path]")),
            keep_body: true,
            ..judge()
        };
        for status in ["200 OK", "403 Forbidden", "500 Oh"] {
            let server = Server::saying(answer(status, &headers, &body.to_string()));
            let network = network(&server.url());
            let result = send(&network, &authorised(&server.url()), &judge);
            assert!(server.requests()[0].to_lowercase().contains("authorization: bearer can"));
            let printed = printed(&result);
            assert_clean(&printed, &form);
            assert!(printed.contains("[secret:canary]"), "{form}: {printed}");
            let masked = result.body.unwrap();
            assert_eq!(result.answer.unwrap().sha256, Some(hex(&Sha256::digest(&masked))));
        }
    }
}

#[test]
fn echoed_where_an_expression_fails() {
    for form in forms() {
        let body = serde_json::json!({ "names": { "found": form } }).to_string();
        let server = Server::saying(answer("200 OK", "", &body));
        let network = network(&server.url());
        for discover in ["json.names", "[json.names]"] {
            let judge = Judge { discover: Some(expression(discover)), ..judge() };
            let result = send(&network, &authorised(&server.url()), &judge);
            assert_eq!(result.outcome, CallOutcome::InDoubt);
            assert_clean(&printed(&result), &form);
        }
        let found = ask(&network, &authorised(&server.url()), &question("json.names"));
        assert_clean(&format!("{found:?}"), &form);
        let found = ask(&network, &authorised(&server.url()), &question("json.names.found == 1"));
        assert_clean(&format!("{found:?}"), &form);
    }
}

#[test]
fn across_the_cap_of_the_body() {
    const CAP: usize = 1024 * 1024;
    for form in forms() {
        for overhang in [1, form.len() / 2, form.len() - 1] {
            let start = CAP - (form.len() - overhang);
            let body = format!("{}{form}{}", "x".repeat(start), "y".repeat(5_000));
            let server = Server::saying(answer("200 OK", "", &body));
            let judge = Judge { keep_body: true, ..judge() };
            let result = send(&network(&server.url()), &authorised(&server.url()), &judge);
            let answer = result.answer.unwrap();
            assert!(answer.truncated);
            assert_eq!(answer.length, 1024 * 1024);
            let kept = String::from_utf8(result.body.unwrap()).unwrap();
            let tail = kept.trim_start_matches('x');
            // Of `ann:` in base64, the first characters may stand alone before the cut.
            assert!(tail.len() <= 6 || tail.contains("[secret:canary]"), "{form}: {tail}");
            assert!(tail.len() < 24, "{form}: {tail}");
        }
    }
}

#[test]
fn in_an_answer_that_breaks_off_inside_the_secret() {
    use std::io::Write as _;
    let server = Server::new(|stream, _, _| {
        let head = "HTTP/1.1 500 Oh\r\nContent-Length: 900\r\n\r\nbad token can\"ary/<7&=";
        stream.write_all(head.as_bytes()).unwrap();
        false
    });
    let judge = Judge { keep_body: true, ..judge() };
    let result = send(&network(&server.url()), &authorised(&server.url()), &judge);
    assert_eq!(result.outcome, CallOutcome::InDoubt);
    assert!(!printed(&result).contains("ary/"), "{}", printed(&result));
}
