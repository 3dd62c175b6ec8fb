//! What is kept of an answer: masked, made harmless, little.

use chrono::Utc;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use sha2::{Digest as _, Sha256};

use super::exchange::{Arrival, BODY_LIMIT};
use super::redact::Redactor;
use super::retry_after;
use super::verdict::Judged;
use crate::incident::{Answer, CallResult, CheckResult, Finding, hex};
use crate::text::Shown;

/// Headers that help to find a call again at the back end, or to read its answer. Others may hold
/// cookies and tokens and are left out.
const KEPT_HEADERS: &[&str] = &[
    "cf-ray",
    "content-length",
    "content-type",
    "date",
    "etag",
    "idempotency-replayed",
    "location",
    "ratelimit-remaining",
    "ratelimit-reset",
    "request-id",
    "retry-after",
    "server",
    "traceparent",
    "x-amz-request-id",
    "x-amzn-requestid",
    "x-correlation-id",
    "x-elastic-product",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
];
/// Of a header's value, characters.
const HEADER_CHARACTERS: usize = 200;
/// Of a body that is not a success, characters.
const EXCERPT_CHARACTERS: usize = 200;
/// Of the reason, characters.
const WHY_CHARACTERS: usize = 600;

/// The end of a call as the rest of the house may see it.
pub(super) fn call(
    redactor: &Redactor,
    arrival: &Arrival,
    judged: Judged,
    keep_body: bool,
) -> CallResult {
    let body = kept_body(redactor, arrival);
    let keep_body = keep_body && body.is_some();
    let answer = answer(redactor, arrival, body.as_deref(), !judged.succeeded())
        .map(|answer| Answer { kept: keep_body, ..answer });
    #[expect(
        clippy::disallowed_methods,
        reason = "a date in Retry-After is against the wall clock"
    )]
    let now = Utc::now();
    let retry_after_ms = arrival
        .head
        .as_ref()
        .and_then(|(_, headers)| headers.get(RETRY_AFTER)?.to_str().ok())
        .and_then(|value| retry_after::read(value, now));
    CallResult {
        outcome: judged.outcome,
        why: why(redactor, &judged.why),
        answer,
        saved: judged
            .saved
            .into_iter()
            .map(|(name, value)| (name, redactor.mask_value(value)))
            .collect(),
        discovered: judged.discovered.into_iter().map(|name| redactor.shown(name)).collect(),
        retry_after_ms,
        body: body.filter(|_| keep_body),
    }
}

/// One asking of a question, likewise.
pub(super) fn question(
    redactor: &Redactor,
    arrival: &Arrival,
    (finding, words): (Finding, String),
) -> CheckResult {
    let body = kept_body(redactor, arrival);
    let answer = answer(redactor, arrival, body.as_deref(), finding != Finding::Passed);
    CheckResult { finding, asked: 1, why: why(redactor, &words), answer }
}

fn why(redactor: &Redactor, words: &str) -> Shown {
    redactor.shown(words).clipped(WHY_CHARACTERS)
}

/// The masked body. Not of an answer that broke off: it may end in the middle of a secret, which no
/// mask finds.
fn kept_body(redactor: &Redactor, arrival: &Arrival) -> Option<Vec<u8>> {
    let whole = arrival.fault.is_none() && !arrival.body.is_empty();
    whole.then(|| redactor.mask_up_to(&arrival.body, BODY_LIMIT))
}

fn answer(
    redactor: &Redactor,
    arrival: &Arrival,
    body: Option<&[u8]>,
    explain: bool,
) -> Option<Answer> {
    if arrival.latency_us == 0 && arrival.head.is_none() {
        return None;
    }
    let excerpt = body
        .filter(|_| explain)
        .map(|body| Shown::new(String::from_utf8_lossy(body)).clipped(EXCERPT_CHARACTERS));
    let head = arrival.head.as_ref();
    Some(Answer {
        status: head.map(|(status, _)| status.as_u16()),
        address: arrival.address.clone(),
        latency_us: arrival.latency_us,
        headers: head.map_or_else(Vec::new, |(_, headers)| kept_headers(redactor, headers)),
        length: u64::try_from(arrival.capped().len()).unwrap_or(u64::MAX),
        truncated: arrival.truncated,
        sha256: body.map(|body| hex(&Sha256::digest(body))),
        kept: false,
        excerpt: excerpt.filter(|excerpt| !excerpt.is_blank()),
    })
}

fn kept_headers(redactor: &Redactor, headers: &HeaderMap) -> Vec<(String, Shown)> {
    let listed = headers.iter().filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()));
    listed
        .map(|(name, value)| {
            let masked = redactor.mask(value.as_bytes());
            let shown = Shown::new(String::from_utf8_lossy(&masked)).clipped(HEADER_CHARACTERS);
            (name.as_str().to_owned(), shown)
        })
        .collect()
}
