//! A 401 says that nothing was done: the secret is read once more, and only another value is sent.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use stanch::backend::{Http, HttpOptions, SecretSource, Secrets};
use stanch::incident::{Finding, Judge, Request, Verdict};
use stanch::playbook::Auth;

use crate::server::{
    Server, answer, ask, expression, judge, known, options, question, request, send,
};

struct Rotating {
    directory: tempfile::TempDir,
    server: Server,
    network: Http,
}

impl Rotating {
    /// A server that lets in `accepted` alone, and a secret in a file.
    fn new(accepted: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = Server::new(move |stream, request, _| {
            let status = if request.contains(accepted) { "200 OK" } else { "401 Unauthorized" };
            stream.write_all(answer(status, "", "").as_bytes()).is_ok()
        });
        let source = SecretSource::File(directory.path().join("token"));
        let secrets = Secrets::new(BTreeMap::from([("token".to_owned(), source)]));
        let network = Http::new(HttpOptions { secrets, ..options(&server.url()) }).unwrap();
        Self { directory, server, network }
    }

    fn write(&self, token: &str) {
        let path = self.directory.path().join("token");
        std::fs::write(&path, token).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn request(&self) -> Request {
        let auth = Auth::Bearer { secret: "token".to_owned() };
        Request { auth, ..request("POST", &self.server.url()) }
    }
}

#[test]
fn a_rotated_secret_is_read_again_and_sent_once_more() {
    let rotating = Rotating::new("new-token");
    rotating.write("old-token");
    let result = send(&rotating.network, &rotating.request(), &judge());
    assert_eq!(result.outcome, known(Verdict::Failed));
    assert_eq!(rotating.server.requests().len(), 1, "the same value is not tried again");
    rotating.write("new-token");
    let result = send(&rotating.network, &rotating.request(), &judge());
    assert_eq!(result.outcome, known(Verdict::Succeeded));
    assert!(result.why.as_str().contains("sent twice"), "{}", result.why);
    assert_eq!(rotating.server.requests().len(), 3);
    let result = send(&rotating.network, &rotating.request(), &judge());
    assert_eq!(result.why.as_str(), "200 OK", "the new value is kept");
    let text = "old-token and new-token";
    let masked = rotating.network.redactor().mask_text(text).into_owned();
    assert_eq!(masked, "[secret:token] and [secret:token]", "the old one stays masked");
}

#[test]
fn a_secret_that_is_wrong_twice_is_sent_twice_at_most() {
    let rotating = Rotating::new("third-token");
    rotating.write("old-token");
    send(&rotating.network, &rotating.request(), &judge());
    rotating.write("new-token");
    let result = send(&rotating.network, &rotating.request(), &judge());
    assert_eq!(result.outcome, known(Verdict::Failed));
    assert_eq!(rotating.server.requests().len(), 3);
}

#[test]
fn a_401_that_is_wanted_is_taken_as_it_is() {
    let rotating = Rotating::new("none");
    rotating.write("old-token");
    let judge = Judge { ok: Some(expression("status == 401")), ..judge() };
    send(&rotating.network, &rotating.request(), &judge);
    rotating.write("new-token");
    let result = send(&rotating.network, &rotating.request(), &judge);
    assert_eq!(result.outcome, known(Verdict::Succeeded));
    let found = ask(&rotating.network, &rotating.request(), &question("status == 401"));
    assert_eq!(found.finding, Finding::Passed);
    assert_eq!(rotating.server.requests().len(), 3);
}

#[test]
fn a_source_that_fails_meanwhile_is_told() {
    let rotating = Rotating::new("none");
    rotating.write("old-token");
    send(&rotating.network, &rotating.request(), &judge());
    std::fs::remove_file(rotating.directory.path().join("token")).unwrap();
    let result = send(&rotating.network, &rotating.request(), &judge());
    assert_eq!(result.outcome, known(Verdict::Failed));
    assert!(result.why.as_str().contains("cannot be opened"), "{}", result.why);
}
