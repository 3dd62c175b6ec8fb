//! The whole first walk, as the playbook's requests would do it.

use serde_json::json;
use stanch::drill::Range;

use crate::client::{Got, Send, first_walk, start};

fn get(range: &Range, backend: &str, via: Option<&str>, path: &str) -> Got {
    Send { via, ..Send::default() }.to(range, backend, &format!("GET {path}"))
}

fn with(range: &Range, backend: &str, authorization: &str, request: &str) -> Got {
    let authorization = Some(authorization);
    Send { authorization, ..Send::default() }.to(range, backend, request)
}

fn close_network(range: &Range) -> Got {
    let json = json!({"rules": [{"direction": "in", "protocol": "tcp", "port": "9200",
        "source_ips": ["203.0.113.10/32"], "description": "Incident"}]});
    let authorization = Some("Bearer drill:edge-admin");
    Send { authorization, json: Some(json), ..Send::default() }.to(
        range,
        "edge",
        "POST /v1/firewalls/38/actions/set_rules",
    )
}

fn block(range: &Range, read: Option<bool>, via: Option<&str>) -> Got {
    let json = json!({"index": {"blocks": {"read": read}}});
    Send { via, json: Some(json), ..Send::default() }.to(range, "search", "PUT /*/_settings")
}

fn rotate(range: &Range, retire: &str) -> Got {
    let json = json!({"kid": "amber-heron", "retire_previous": retire});
    let authorization = Some("Bearer drill:tokens-admin");
    Send { authorization, json: Some(json), ..Send::default() }.to(
        range,
        "tokens",
        "PUT /v1/realms/customers/signing-key",
    )
}

fn brief(range: &Range, key: &str, words: &str) -> Got {
    let json = json!({"ticket": {"type": "problem", "subject": "Some data was open",
        "comment": {"body": words, "public": false}}});
    // As Basic credentials: oncall@example.com/token, drill:desk-token.
    let send = Send {
        authorization: Some("Basic b25jYWxsQGV4YW1wbGUuY29tL3Rva2VuOmRyaWxsOmRlc2stdG9rZW4="),
        key: Some(key),
        json: Some(json),
        ..Send::default()
    };
    send.to(range, "desk", "POST /api/v2/tickets")
}

fn publish(range: &Range, name: &str) -> Got {
    let json = json!({"incident": {"name": name, "status": "identified", "body": "…"}});
    let authorization = Some("drill:status-key");
    let send = Send { authorization, key: Some("any"), json: Some(json), ..Send::default() };
    send.to(range, "status", "POST /v1/pages/kctbh9vrtdwd/incidents")
}

const SEARCH: &str = "/*/_search?size=0";
const USERINFO: &str = "GET /realms/customers/protocol/openid-connect/userinfo";

#[test]
fn the_network_is_closed_and_reads_are_blocked() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let listed = get(&range, "search", None, "/_cat/indices/*?format=json");
    assert_eq!(listed.json[0]["index"], "users-2019.12");
    assert_eq!(get(&range, "search", Some("outside"), "/").status, Some(200));
    assert_eq!(get(&range, "search", Some("outside"), SEARCH).status, Some(200));

    // While the network is open, a stranger lifts the block again.
    assert_eq!(block(&range, Some(true), None).json, json!({"acknowledged": true}));
    assert_eq!(get(&range, "search", Some("outside"), SEARCH).status, Some(403));
    assert_eq!(block(&range, None, Some("outside")).status, Some(200));
    assert_eq!(get(&range, "search", Some("outside"), SEARCH).status, Some(200));

    assert_eq!(close_network(&range).status, Some(201));
    assert_eq!(range.state()["network"], "closed");
    for _ in 0..3 {
        assert_eq!(get(&range, "search", Some("outside"), SEARCH).status, None);
    }
    assert_eq!(get(&range, "search", None, SEARCH).status, Some(200));
    assert_eq!(block(&range, Some(true), None).status, Some(200));
    let refused = get(&range, "search", None, SEARCH);
    assert_eq!(refused.status, Some(403));
    assert_eq!(refused.json["error"]["type"], "cluster_block_exception");
    assert_eq!(range.state()["blocked"], "*");
    assert_eq!(range.unknown_requests(), 0);
}

#[test]
fn a_closed_network_opens_again_at_the_same_address() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    for _ in 0..5 {
        assert_eq!(close_network(&range).status, Some(201));
        assert_eq!(get(&range, "search", Some("outside"), "/").status, None);
        let rules = json!({"rules": [{"direction": "in", "source_ips": ["0.0.0.0/0"]}]});
        let authorization = Some("Bearer drill:edge-admin");
        let open = Send { authorization, json: Some(rules), ..Send::default() };
        open.to(&range, "edge", "POST /v1/firewalls/38/actions/set_rules");
        assert_eq!(get(&range, "search", Some("outside"), "/").status, Some(200));
    }
}

#[test]
fn a_rotation_counts_only_when_the_old_key_is_retired() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let canary =
        |range: &Range| with(range, "tokens", "Bearer drill:canary-token", USERINFO).status;
    assert_eq!(canary(&range), Some(200));
    assert_eq!(with(&range, "tokens", "Bearer drill:wrong", USERINFO).status, Some(401));
    let rotated = rotate(&range, "at-once");
    assert_eq!(rotated.json, json!({"kid": "amber-heron", "previous": "retired"}));
    assert_eq!(canary(&range), Some(401));
    let again = rotate(&range, "at-once");
    assert_eq!(again, rotated);
    assert_eq!(range.state()["retired"], json!(["2019-07"]));

    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    assert_eq!(rotate(&range, "never").json["previous"], "accepted");
    assert_eq!(canary(&range), Some(200));
}

#[test]
fn links_are_cut_one_integration_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let admin = "Bearer drill:links-admin";
    for (name, count) in [("alexa", 24_000), ("google-assistant", 6100), ("ifttt", 3900)] {
        let path = format!("/v1/integrations/{name}/links");
        let total = || with(&range, "links", admin, &format!("GET {path}?limit=0")).json;
        assert_eq!(total()["total"], count);
        let cut = with(&range, "links", "Bearer drill:other", &format!("DELETE {path}"));
        assert_eq!(cut.status, Some(401));
        let cut = with(&range, "links", admin, &format!("DELETE {path}"));
        assert_eq!((cut.status, &cut.json["removing"]), (Some(202), &json!(count)));
        assert_eq!(total()["total"], 0);
    }
    assert_eq!(range.state()["links"], json!({"alexa": 0, "google-assistant": 0, "ifttt": 0}));
}

#[test]
fn the_same_key_makes_one_ticket_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let first = brief(&range, "key-1", "Say this.");
    assert_eq!((first.status, first.replayed), (Some(201), false));
    let again = brief(&range, "key-1", "Say this.");
    assert_eq!((again.status, again.replayed, &again.json), (Some(201), true, &first.json));
    drop(range);
    let range = start(first_walk(), directory.path());
    assert!(brief(&range, "key-1", "Say this.").replayed);
    assert_eq!(brief(&range, "key-1", "Say that.").status, Some(422));
    assert_eq!(range.state()["problems"].as_object().map(serde_json::Map::len), Some(1));
}

/// The status page knows no key: whoever sends again writes a second notice.
#[test]
fn a_notice_that_is_sent_twice_stands_there_twice() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    for _ in 0..2 {
        assert_eq!(publish(&range, "Some data was open").status, Some(201));
    }
    let public = get(&range, "status", Some("outside"), "/api/v2/incidents/unresolved.json").json;
    assert_eq!(public["incidents"].as_array().map(Vec::len), Some(2));
    assert_eq!(public["incidents"][0]["name"], "Some data was open");
}
