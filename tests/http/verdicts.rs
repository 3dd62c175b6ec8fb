//! The table of verdicts: what each answer says about the effect.

use rstest::rstest;
use serde_json::json;
use stanch::incident::{CallOutcome, Finding, Judge, Verdict};
use stanch::text::Shown;

use crate::server::{
    Server, answer, ask, closed_address, expression, judge, known, network, question, request, send,
};

const IN_DOUBT: CallOutcome = CallOutcome::InDoubt;
const SUCCEEDED: CallOutcome = known(Verdict::Succeeded);
const FAILED: CallOutcome = known(Verdict::Failed);
const NOT_DONE: CallOutcome = known(Verdict::NotDone);

#[rstest]
#[case::success("200 OK", "{}", None, None, SUCCEEDED, SUCCEEDED)]
#[case::created("201 Created", "", None, None, SUCCEEDED, SUCCEEDED)]
#[case::ok_holds("200 OK", r#"{"done":true}"#, Some("json.done"), None, SUCCEEDED, SUCCEEDED)]
#[case::ok_fails("200 OK", r#"{"done":false}"#, Some("json.done"), None, IN_DOUBT, FAILED)]
#[case::ok_unknown("200 OK", "{}", Some("json.done"), None, IN_DOUBT, FAILED)]
#[case::ok_no_json("200 OK", "<html>", Some("json.done"), None, IN_DOUBT, FAILED)]
#[case::ok_of_404("404 Not Found", "", Some("status in [200, 404]"), None, SUCCEEDED, SUCCEEDED)]
#[case::ok_of_500("500 Oh", "", Some("status == 500"), None, SUCCEEDED, SUCCEEDED)]
#[case::moved("302 Found", "", None, None, FAILED, FAILED)]
#[case::forbidden("403 Forbidden", "", None, None, FAILED, FAILED)]
#[case::forbidden_no_json("403 Forbidden", "", Some("json.done"), None, FAILED, FAILED)]
#[case::broken("500 Internal Server Error", "", None, None, IN_DOUBT, FAILED)]
#[case::gateway("502 Bad Gateway", "", None, None, IN_DOUBT, FAILED)]
#[case::busy("503 Busy", "", None, Some("status in [429, 503]"), NOT_DONE, NOT_DONE)]
#[case::too_many("429 Too Many", "", None, Some("status in [429, 503]"), NOT_DONE, NOT_DONE)]
#[case::not_done_first("200 OK", "", Some("status == 200"), Some("true"), NOT_DONE, NOT_DONE)]
#[case::not_done_unknown("200 OK", "{}", None, Some("json.busy"), SUCCEEDED, SUCCEEDED)]
#[case::not_done_unknown_4xx("409 Conflict", "{}", None, Some("json.busy"), FAILED, FAILED)]
#[case::odd("299 Odd", "", Some("status == 200"), None, IN_DOUBT, FAILED)]
fn an_answer_is_judged(
    #[case] status: &str,
    #[case] body: &str,
    #[case] ok: Option<&str>,
    #[case] not_done: Option<&str>,
    #[case] changes: CallOutcome,
    #[case] reads: CallOutcome,
) {
    let server = Server::saying(answer(status, "", body));
    let network = network(&server.url());
    let request = request("PUT", &server.url());
    let judge = Judge { ok: ok.map(expression), not_done: not_done.map(expression), ..judge() };
    let result = send(&network, &request, &judge);
    assert_eq!(result.outcome, changes, "{}", result.why);
    let answer = result.answer.unwrap();
    assert_eq!(answer.status, status[..3].parse().ok());
    assert_eq!(answer.address, Some(server.address.to_string()));
    let result = send(&network, &request, &Judge { reads: true, ..judge });
    assert_eq!(result.outcome, reads, "{}", result.why);
    assert_eq!(server.requests().len(), 2, "each is sent once");
}

#[test]
fn a_success_yields_its_values_and_names() {
    let server = Server::saying(answer("200 OK", "", r#"{"id":7,"names":["orders","users"]}"#));
    let judge = Judge {
        save: vec![("id".to_owned(), expression("json.id"))],
        discover: Some(expression("json.names")),
        keep_body: true,
        ..judge()
    };
    let result = send(&network(&server.url()), &request("POST", &server.url()), &judge);
    assert_eq!(result.outcome, SUCCEEDED);
    assert_eq!(result.saved.get("id"), Some(&json!(7)));
    let names: Vec<_> = result.discovered.iter().map(Shown::as_str).collect();
    assert_eq!(names, ["orders", "users"]);
    assert_eq!(result.body.as_deref(), Some(&br#"{"id":7,"names":["orders","users"]}"#[..]));
    let answer = result.answer.unwrap();
    assert!(answer.kept);
    assert_eq!(answer.excerpt, None, "a success needs no excerpt");
}

#[test]
fn a_success_without_its_values_is_in_doubt_and_says_which() {
    let server = Server::saying(answer("200 OK", "", "{}"));
    let network = network(&server.url());
    let judge = Judge { save: vec![("id".to_owned(), expression("json.id"))], ..judge() };
    let result = send(&network, &request("POST", &server.url()), &judge);
    assert_eq!(result.outcome, IN_DOUBT);
    assert!(result.why.as_str().contains("save.id"), "{}", result.why);
    let result = send(&network, &request("GET", &server.url()), &Judge { reads: true, ..judge });
    assert_eq!(result.outcome, FAILED);
}

#[test]
fn a_value_too_large_for_the_record_is_refused() {
    let body = format!(r#"{{"id":"{}"}}"#, "x".repeat(20_000));
    let server = Server::saying(answer("200 OK", "", &body));
    let judge = Judge { save: vec![("id".to_owned(), expression("json.id"))], ..judge() };
    let result = send(&network(&server.url()), &request("POST", &server.url()), &judge);
    assert_eq!(result.outcome, IN_DOUBT);
    assert!(result.why.as_str().contains("save less"), "{}", result.why);
}

#[test]
fn retry_after_is_read_and_the_excerpt_is_short_and_harmless() {
    let body = format!("\u{1b}]0;x\u{7}{}", "y".repeat(5_000));
    let server = Server::saying(answer("503 Busy", "Retry-After: 7\r\nSet-Cookie: a=b\r\n", &body));
    let result = send(&network(&server.url()), &request("POST", &server.url()), &judge());
    assert_eq!(result.retry_after_ms, Some(7_000));
    let answer = result.answer.unwrap();
    let excerpt = answer.excerpt.unwrap();
    assert!(excerpt.as_str().starts_with("␛]0;x␇yyy"), "{excerpt}");
    assert!(excerpt.as_str().chars().count() <= 201);
    let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-length", "retry-after"], "no cookie is kept");
}

#[rstest]
#[case::passed("200 OK", "status == 200", Finding::Passed)]
#[case::failed("200 OK", "status in [401, 403]", Finding::Failed)]
#[case::refuses("401 Unauthorized", "refused or status in [401, 403]", Finding::Passed)]
#[case::server_error("500 Oh", "status == 200", Finding::Failed)]
#[case::not_boolean("200 OK", "status", Finding::Unknown)]
#[case::no_json("200 OK", "json.count == 0", Finding::Unknown)]
fn a_question_is_judged(#[case] status: &str, #[case] ok: &str, #[case] finding: Finding) {
    let server = Server::saying(answer(status, "", ""));
    let result = ask(&network(&server.url()), &request("GET", &server.url()), &question(ok));
    assert_eq!(result.finding, finding, "{}", result.why);
    assert_eq!(result.asked, 1);
}

#[test]
fn refused_is_an_answer_to_a_question_and_not_sent_to_a_call() {
    let address = closed_address();
    let url = format!("http://{address}");
    let network = network(&url);
    let request = request("GET", &url);
    let passed = ask(&network, &request, &question("refused or status == 401"));
    assert_eq!(passed.finding, Finding::Passed, "{}", passed.why);
    let answer = passed.answer.unwrap();
    assert_eq!((answer.status, answer.address), (None, Some(address.to_string())));
    let failed = ask(&network, &request, &question("status == 200"));
    assert_eq!(failed.finding, Finding::Failed, "{}", failed.why);
    let result = send(&network, &request, &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains("refused"), "{}", result.why);
}

#[test]
fn a_name_that_does_not_exist_is_not_sent_and_proves_nothing() {
    let url = "https://nowhere.invalid";
    let network = network(url);
    let result = send(&network, &request("PUT", url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
    let result = ask(&network, &request("GET", url), &question("refused or timed_out"));
    assert_eq!(result.finding, Finding::Unknown, "{}", result.why);
}
