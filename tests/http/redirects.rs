//! A redirect is an answer that a person sees; it is never followed.

use rstest::rstest;
use stanch::incident::Verdict;

use crate::server::{Server, answer, ask, judge, known, network, question, request, send};

#[rstest]
fn nobody_is_asked_in_its_place(
    #[values("301", "302", "303", "307", "308")] code: &str,
    #[values("other origin", "other name", "no scheme", "same origin")] target: &str,
    #[values("GET", "POST")] method: &str,
) {
    let second = Server::saying(answer("200 OK", "", ""));
    let port = second.address.port();
    let location = match target {
        "other origin" => format!("http://127.0.0.1:{port}/x"),
        "other name" => format!("http://localhost:{port}/x"),
        "no scheme" => format!("//127.0.0.1:{port}/x"),
        _ => "/elsewhere".to_owned(),
    };
    let headers = format!("Location: {location}\r\n");
    let first = Server::saying(answer(&format!("{code} Moved"), &headers, ""));
    let network = network(&first.url());
    let result = send(&network, &request(method, &first.url()), &judge());
    assert_eq!(result.outcome, known(Verdict::Failed));
    assert!(result.why.as_str().contains("redirects are not followed"), "{}", result.why);
    let kept = result.answer.unwrap().headers;
    assert!(kept.iter().any(|(name, value)| name == "location" && value.as_str() == location));
    ask(&network, &request("GET", &first.url()), &question("status == 200"));
    assert_eq!(second.connections(), 0);
    assert_eq!(first.requests().len(), 2);
}
