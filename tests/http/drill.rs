//! Where a request may go: to its own back end, from a vantage point that is configured, and in a
//! drill to the range alone.

use std::collections::BTreeMap;

use rstest::rstest;
use stanch::backend::{Http, HttpOptions, Proxy, SecretSource, Secrets, Vantage};
use stanch::incident::{Finding, Mode, Request, Verdict};
use stanch::playbook::Auth;

use crate::server::{
    Server, answer, ask, closed_address, judge, known, network, options, question, request, send,
};

const LOGICAL: &str = "https://search.example.com:9200";

fn drill(range: &Server) -> HttpOptions {
    HttpOptions {
        mode: Mode::Drill,
        addresses: BTreeMap::from([("search".to_owned(), range.address)]),
        ..options(LOGICAL)
    }
}

#[test]
fn a_drill_dials_the_range_and_names_the_logical_host() {
    let range = Server::saying(answer("200 OK", "", ""));
    let network = Http::new(drill(&range)).unwrap();
    let result = send(&network, &request("PUT", &format!("{LOGICAL}/a%2Fb?c=d")), &judge());
    assert_eq!(result.outcome, known(Verdict::Succeeded), "{}", result.why);
    let sent = &range.requests()[0];
    assert!(sent.starts_with("PUT /a%2Fb?c=d HTTP/1.1\r\n"), "{sent}");
    assert!(sent.to_lowercase().contains("\r\nhost: search.example.com:9200\r\n"), "{sent}");
    assert_eq!(result.answer.unwrap().address, Some(range.address.to_string()));
}

#[test]
fn a_drill_reads_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let trace = directory.path().join("was-run");
    let source = SecretSource::Command {
        argv: vec!["/usr/bin/touch".to_owned(), trace.display().to_string()],
        environment: Vec::new(),
    };
    let range = Server::saying(answer("401 Unauthorized", "", ""));
    let secrets = Secrets::new(BTreeMap::from([("token".to_owned(), source)]));
    let network = Http::new(HttpOptions { secrets, ..drill(&range) }).unwrap();
    let auth = Auth::Bearer { secret: "token".to_owned() };
    send(&network, &Request { auth, ..request("PUT", LOGICAL) }, &judge());
    let auth = Auth::Basic { user: "ann".to_owned(), secret: "token".to_owned() };
    send(&network, &Request { auth, ..request("PUT", LOGICAL) }, &judge());
    assert!(range.requests()[0].contains("authorization: Bearer drill:token\r\n"));
    assert!(range.requests()[1].contains("authorization: Basic YW5uOmRyaWxsOnRva2Vu\r\n"));
    assert!(!trace.exists());
}

#[test]
fn a_drill_reaches_nothing_but_the_range() {
    let range = Server::saying(answer("200 OK", "", ""));
    let outside = HttpOptions {
        addresses: BTreeMap::from([("search".to_owned(), "192.0.2.7:80".parse().unwrap())]),
        ..drill(&range)
    };
    let unknown = HttpOptions { addresses: BTreeMap::new(), ..drill(&range) };
    let proxy = HttpOptions {
        vantages: BTreeMap::from([(
            "outside".to_owned(),
            Vantage::Proxy(Proxy::new(range.url(), None)),
        )]),
        ..drill(&range)
    };
    let via = Some("outside".to_owned());
    for (options, via, words) in [
        (outside, None, "does not play"),
        (unknown, None, "does not play"),
        (proxy, via, "no vantage point"),
    ] {
        let network = Http::new(options).unwrap();
        let result = send(&network, &Request { via, ..request("GET", LOGICAL) }, &judge());
        assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
        assert!(result.why.as_str().contains(words), "{}", result.why);
        assert_eq!(result.answer, None);
    }
    assert_eq!(range.connections(), 0);
}

#[test]
fn a_vantage_point_of_the_range_has_addresses_of_its_own() {
    let range = Server::saying(answer("200 OK", "", ""));
    let outside = Server::saying(answer("403 Forbidden", "", ""));
    let request = Request { via: Some("outside".to_owned()), ..request("GET", LOGICAL) };
    let own = BTreeMap::from([("search".to_owned(), outside.address)]);
    let options = HttpOptions::drill(
        BTreeMap::from([("search".to_owned(), LOGICAL.to_owned())]),
        BTreeMap::from([("search".to_owned(), range.address)]),
        BTreeMap::from([("outside".to_owned(), own)]),
    );
    let network = Http::new(options).unwrap();
    let found = ask(&network, &request, &question("status == 403"));
    assert_eq!(found.finding, Finding::Passed, "{}", found.why);
    let network = Http::new(drill(&range)).unwrap();
    let found = ask(&network, &request, &question("true"));
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert!(found.why.as_str().contains("no vantage point `outside`"), "{}", found.why);
    assert_eq!(range.connections(), 0);
}

#[rstest]
#[case::host("http://127.0.0.2:PORT/api/x", "would go to")]
#[case::name("http://localhost:PORT/api/x", "would go to")]
#[case::port("http://127.0.0.1:1/api/x", "would go to")]
#[case::scheme("https://127.0.0.1:PORT/api/x", "would go to")]
#[case::prefix("http://127.0.0.1:PORT/other", "would go to")]
#[case::prefix_of_prefix("http://127.0.0.1:PORT/apiary", "would go to")]
#[case::above("http://127.0.0.1:PORT/api/../other", "would go to")]
#[case::above_encoded("http://127.0.0.1:PORT/api/%2e%2e/other", "would go to")]
#[case::user("http://me:pw@127.0.0.1:PORT/api/x", "user or password")]
#[case::authority("http://127.0.0.1:PORT@evil.example/api/x", "user or password")]
#[case::nonsense("http://", "cannot be read")]
#[case::other_scheme("file:///api/x", "would go to")]
fn a_request_goes_to_its_own_back_end_only(#[case] url: &str, #[case] words: &str) {
    let server = Server::saying(answer("200 OK", "", ""));
    let network = network(&format!("{}/api", server.url()));
    let url = url.replace("PORT", &server.address.port().to_string());
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains(words), "{}", result.why);
    let good = format!("{}/api/x?y=/../z", server.url());
    send(&network, &request("PUT", &good), &judge());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn plain_http_stays_on_this_machine() {
    let url = "http://192.0.2.7:9200";
    let result = send(&network(url), &request("GET", url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains("not https"), "{}", result.why);
}

#[rstest]
fn a_playbook_cannot_set_what_is_ours(
    #[values("Host", "Authorization", "Content-Length", "Accept-Encoding", "Connection")]
    name: &str,
) {
    let server = Server::saying(answer("200 OK", "", ""));
    let headers = vec![(name.to_owned(), "x".to_owned())];
    let request = Request { headers, ..request("PUT", &server.url()) };
    let result = send(&network(&server.url()), &request, &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains("not a playbook's"), "{}", result.why);
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_vantage_point_is_a_tunnel_and_its_own_failures_prove_nothing() {
    let via = |proxy: String| HttpOptions {
        vantages: BTreeMap::from([("outside".to_owned(), Vantage::Proxy(Proxy::new(proxy, None)))]),
        ..options(LOGICAL)
    };
    let request = Request { via: Some("outside".to_owned()), ..request("GET", LOGICAL) };
    let question = question("refused or timed_out or status in [401, 403, 502]");
    let proxy = Server::saying(answer("403 Forbidden", "", ""));
    let network = Http::new(via(proxy.url())).unwrap();
    let found = ask(&network, &request, &question);
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    let sent = &proxy.requests()[0];
    assert!(sent.starts_with("CONNECT search.example.com:9200 HTTP/1.1\r\n"), "{sent}");
    let network = Http::new(via(format!("http://{}", closed_address()))).unwrap();
    let found = ask(&network, &request, &question);
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    let plain = Server::saying(answer("403 Forbidden", "", ""));
    let vantages =
        BTreeMap::from([("outside".to_owned(), Vantage::Proxy(Proxy::new(proxy.url(), None)))]);
    let network = Http::new(HttpOptions { vantages, ..options(&plain.url()) }).unwrap();
    let in_clear = Request { url: plain.url(), ..request.clone() };
    let found = ask(&network, &in_clear, &question);
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert!(found.why.as_str().contains("only https"), "{}", found.why);
    let network = Http::new(options(LOGICAL)).unwrap();
    let found = ask(&network, &request, &question);
    assert_eq!(found.finding, Finding::Unknown);
    assert!(found.why.as_str().contains("[vantages.outside]"), "{}", found.why);
}
