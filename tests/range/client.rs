//! A small client: what a back end's client sends in a drill.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;
use stanch::drill::{Range, Scenario, shipped};

/// The shipped scenario.
pub(crate) fn first_walk() -> Scenario {
    let document = shipped::drill("first-walk").unwrap();
    shipped::scenario(&document).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn start(scenario: Scenario, directory: &Path) -> Range {
    Range::start(scenario, directory).unwrap_or_else(|error| panic!("{error}"))
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Got {
    /// `None`: the connection was refused.
    pub(crate) status: Option<u16>,
    pub(crate) json: Value,
    pub(crate) replayed: bool,
}

/// One request to write and send.
#[derive(Default)]
pub(crate) struct Send<'a> {
    pub(crate) via: Option<&'a str>,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) json: Option<Value>,
}

impl Send<'_> {
    /// `backend`, and `METHOD /path`.
    pub(crate) fn to(self, range: &Range, backend: &str, request: &str) -> Got {
        let address = range.address(backend, self.via).unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        self.dial(address, method, path)
    }

    fn dial(self, address: SocketAddr, method: &str, path: &str) -> Got {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let method = method.parse().unwrap();
            let mut request = client.request(method, format!("http://{address}{path}"));
            if let Some(authorization) = self.authorization {
                request = request.header("authorization", authorization);
            }
            if let Some(key) = self.key {
                request = request.header("idempotency-key", key);
            }
            if let Some(json) = self.json {
                request = request.header("content-type", "application/json").body(json.to_string());
            }
            match request.send().await {
                Ok(answer) => {
                    let status = Some(answer.status().as_u16());
                    let replayed = answer.headers().contains_key("idempotent-replayed");
                    let text = answer.text().await.unwrap();
                    Got { status, json: serde_json::from_str(&text).unwrap_or_default(), replayed }
                }
                Err(error) => {
                    assert!(error.is_connect(), "{error:?}");
                    Got { status: None, json: Value::Null, replayed: false }
                }
            }
        })
    }
}
