//! Hosts that a person admits while the incident goes on: those, and nothing else.

use std::collections::BTreeMap;

use rstest::rstest;
use stanch::backend::{Http, HttpOptions, Network as _, SecretSource, Secrets};
use stanch::incident::{Finding, Mode, Request, Verdict};
use stanch::playbook::Auth;

use crate::server::{Server, answer, ask, judge, known, network, options, question, request, send};

const SEARCH: &str = "https://search.example.com:9200";

fn of(backend: &str, url: &str) -> Request {
    Request { backend: backend.to_owned(), ..request("PUT", url) }
}

#[test]
fn a_host_is_reached_when_it_is_admitted_and_not_before() {
    let host = Server::saying(answer("200 OK", "", ""));
    let network = network(SEARCH);
    let request = of("database/db1", &format!("{}/x", host.url()));
    let early = send(&network, &request, &judge());
    assert_eq!(early.outcome, known(Verdict::NotSent));
    assert!(early.why.as_str().contains("nor an admitted host"), "{}", early.why);
    let unknown = ask(&network, &request, &question("true"));
    assert_eq!(unknown.finding, Finding::Unknown, "{}", unknown.why);
    assert_eq!(host.connections(), 0);
    network.admit("database/db1", &host.url(), false);
    assert_eq!(send(&network, &request, &judge()).outcome, known(Verdict::Succeeded));
    assert_eq!(ask(&network, &request, &question("status == 200")).finding, Finding::Passed);
    let sent = host.requests().join("\n").to_lowercase();
    assert!(!sent.contains("authorization"), "{sent}");
}

#[rstest]
#[case::another_member("database/db2", "ADMITTED/x", "nor an admitted host")]
#[case::another_scope("host/db1", "ADMITTED/x", "nor an admitted host")]
#[case::another_host("database/db1", "OTHER/x", "would go to")]
#[case::as_a_back_end("search", "ADMITTED/x", "would go to")]
#[case::at_a_back_end("database/db1", "https://search.example.com:9200/x", "would go to")]
#[case::above_it("database/db1", "ADMITTED/../x", "would go to")]
#[case::with_a_user("database/db1", "http://me:pw@PLACE/api/x", "user or password")]
fn an_admission_is_for_one_member_and_one_place(
    #[case] backend: &str,
    #[case] url: &str,
    #[case] words: &str,
) {
    let (admitted, other) = (Server::saying(answer("200 OK", "", "")), Server::saying(""));
    let network = network(SEARCH);
    network.admit("database/db1", &format!("{}/api", admitted.url()), false);
    let url = url
        .replace("ADMITTED", &format!("{}/api", admitted.url()))
        .replace("OTHER", &other.url())
        .replace("PLACE", &admitted.address.to_string());
    let result = send(&network, &of(backend, &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
    assert!(result.why.as_str().contains(words), "{}", result.why);
    assert_eq!((admitted.connections(), other.connections()), (0, 0));
}

#[test]
fn a_secret_goes_only_where_the_admission_says_so() {
    let host = Server::saying(answer("200 OK", "", ""));
    let value = Some("very-secret-value".into());
    let source = SecretSource::Given { variable: "DB".to_owned(), value };
    let secrets = Secrets::new(BTreeMap::from([("db-admin".to_owned(), source)]));
    let network = Http::new(HttpOptions { secrets, ..options(SEARCH) }).unwrap();
    let auth = Auth::Bearer { secret: "db-admin".to_owned() };
    let request = Request { auth, ..of("database/db1", &format!("{}/x", host.url())) };
    network.admit("database/db1", &host.url(), false);
    let held = send(&network, &request, &judge());
    assert_eq!(held.outcome, known(Verdict::NotSent), "{}", held.why);
    assert!(held.why.as_str().contains("admitted without secrets"), "{}", held.why);
    assert_eq!(host.connections(), 0);
    network.admit("database/db1", &host.url(), true);
    assert_eq!(send(&network, &request, &judge()).outcome, known(Verdict::Succeeded));
    assert!(host.requests()[0].to_lowercase().contains("authorization: bearer"));
    // What was shown before it was taken back does not carry it either.
    network.admit("database/db1", &host.url(), false);
    assert_eq!(send(&network, &request, &judge()).outcome, known(Verdict::NotSent));
    assert_eq!(host.requests().len(), 1);
}

#[test]
fn an_admitted_host_sends_nobody_elsewhere() {
    let other = Server::saying(answer("200 OK", "", ""));
    let headers = format!("Location: {}/x\r\n", other.url());
    let host = Server::saying(answer("307 Temporary Redirect", &headers, ""));
    let network = network(SEARCH);
    network.admit("database/db1", &host.url(), false);
    // Not even to a host that was admitted too.
    network.admit("database/db2", &other.url(), false);
    let result = send(&network, &of("database/db1", &format!("{}/x", host.url())), &judge());
    assert_eq!(result.outcome, known(Verdict::Failed), "{}", result.why);
    assert_eq!((host.requests().len(), other.connections()), (1, 0));
}

#[test]
fn admitted_at_another_place_it_is_no_longer_reached_at_the_first() {
    let (first, second) =
        (Server::saying(answer("200 OK", "", "")), Server::saying(answer("200 OK", "", "")));
    let network = network(SEARCH);
    network.admit("database/db1", &first.url(), false);
    network.admit("database/db1", &second.url(), false);
    let old = send(&network, &of("database/db1", &first.url()), &judge());
    assert_eq!(old.outcome, known(Verdict::NotSent), "{}", old.why);
    let new = send(&network, &of("database/db1", &second.url()), &judge());
    assert_eq!(new.outcome, known(Verdict::Succeeded), "{}", new.why);
    assert_eq!((first.connections(), second.connections()), (0, 1));
}

#[test]
fn a_back_end_cannot_be_moved_by_an_admission() {
    let (own, other) = (Server::saying(answer("200 OK", "", "")), Server::saying(""));
    let network = network(&own.url());
    network.admit("search", &other.url(), false);
    assert_eq!(
        send(&network, &request("PUT", &other.url()), &judge()).outcome,
        known(Verdict::NotSent)
    );
    assert_eq!(
        send(&network, &request("PUT", &own.url()), &judge()).outcome,
        known(Verdict::Succeeded)
    );
    assert_eq!(other.connections(), 0);
}

#[test]
fn in_a_drill_a_host_is_what_the_range_plays_or_is_not_there() {
    let range = Server::saying(answer("200 OK", "", ""));
    let live = Server::saying(answer("200 OK", "", ""));
    let hosts = BTreeMap::from([("https://stats.example.com:9200".to_owned(), "stats".to_owned())]);
    let drill = HttpOptions {
        mode: Mode::Drill,
        addresses: BTreeMap::from([("stats".to_owned(), range.address)]),
        hosts,
        ..options(SEARCH)
    };
    let network = Http::new(drill).unwrap();
    network.admit("database/db1", "https://STATS.example.com:9200/", false);
    network.admit("database/db2", &live.url(), false);
    let played = send(&network, &of("database/db1", "https://stats.example.com:9200/x"), &judge());
    assert_eq!(played.outcome, known(Verdict::Succeeded), "{}", played.why);
    let sent = range.requests().join("\n").to_lowercase();
    assert!(sent.contains("\r\nhost: stats.example.com:9200\r\n"), "{sent}");
    let absent = send(&network, &of("database/db2", &live.url()), &judge());
    assert_eq!(absent.outcome, known(Verdict::NotSent), "{}", absent.why);
    assert!(absent.why.as_str().contains("nobody is at"), "{}", absent.why);
    assert_eq!((range.connections(), live.connections()), (1, 0));
}
