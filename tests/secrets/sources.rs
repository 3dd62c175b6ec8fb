//! Where secrets come from, and what is refused.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use rstest::rstest;
use secrecy::SecretString;
use stanch::backend::{Http, HttpOptions, SecretSource, Secrets};
use stanch::incident::{CallResult, Request, Verdict};
use stanch::playbook::Auth;

use crate::server::{Server, answer, judge, known, options, request, send};

fn bearer() -> Auth {
    Auth::Bearer { secret: "token".to_owned() }
}

fn given(value: &str) -> SecretSource {
    SecretSource::Given {
        variable: "STANCH_TEST_TOKEN".to_owned(),
        value: Some(SecretString::from(value)),
    }
}

/// Sends one request with a secret from `source`; what the server saw, and what came of it.
fn send_with(source: Option<SecretSource>, auth: Auth) -> (Vec<String>, CallResult) {
    let server = Server::saying(answer("200 OK", "", ""));
    let sources = source.map(|source| ("token".to_owned(), source)).into_iter().collect();
    let options = HttpOptions { secrets: Secrets::new(sources), ..options(&server.url()) };
    let network = Http::new(options).unwrap();
    let request = Request { auth, ..request("POST", &server.url()) };
    let result = send(&network, &request, &judge());
    (server.requests(), result)
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[rstest]
#[case::bearer(bearer(), "authorization: Bearer hunter2-hunter2")]
#[case::api_key(
    Auth::ApiKey { secret: "token".to_owned() },
    "authorization: ApiKey hunter2-hunter2"
)]
#[case::basic(
    Auth::Basic { user: "ann".to_owned(), secret: "token".to_owned() },
    "authorization: Basic YW5uOmh1bnRlcjItaHVudGVyMg=="
)]
#[case::header(
    Auth::Header { name: "X-Api-Key".to_owned(), secret: "token".to_owned() },
    "x-api-key: hunter2-hunter2"
)]
fn each_scheme_sends_its_header(#[case] auth: Auth, #[case] header: &str) {
    let (requests, result) = send_with(Some(given("hunter2-hunter2")), auth);
    assert_eq!(result.outcome, known(Verdict::Succeeded), "{}", result.why);
    assert!(requests[0].contains(header), "{}", requests[0]);
}

#[test]
fn a_file_of_ours_alone_is_read_without_its_line_end() {
    let directory = tempfile::tempdir().unwrap();
    for mode in [0o600, 0o400] {
        let path = directory.path().join(format!("token-{mode:o}"));
        write(&path, "from-a-file\n", mode);
        let (requests, result) = send_with(Some(SecretSource::File(path)), bearer());
        assert!(requests[0].contains("Bearer from-a-file\r\n"), "{}", result.why);
    }
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for mode in [0o640, 0o604, 0o644, 0o620, 0o602, 0o666] {
        let path = directory.path().join(format!("token-{mode:o}"));
        write(&path, "from-a-file", mode);
        refused(SecretSource::File(path), "chmod 600");
    }
}

#[test]
fn links_pipes_directories_and_nothing_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("file"), directory.path().join("link"));
    write(&file, "from-a-file", 0o600);
    symlink(&file, &link).unwrap();
    refused(SecretSource::File(link), "symbolic link");
    let pipe = directory.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    refused(SecretSource::File(pipe), "not a regular file");
    refused(SecretSource::File(directory.path().to_owned()), "not a regular file");
    refused(SecretSource::File(directory.path().join("none")), "cannot be opened");
}

#[rstest]
#[case::short("1234567", "shorter than 8 bytes")]
#[case::lines("one-line\nsecond-line", "line break")]
#[case::control("one\u{1b}two-three", "control character")]
#[case::long(&"x".repeat(20_000), "longer than")]
fn odd_values_are_refused(#[case] value: &str, #[case] words: &str) {
    refused(given(value), words);
}

#[test]
fn what_is_not_there_is_refused_with_the_way_to_mend_it() {
    let (requests, result) = send_with(None, bearer());
    assert_eq!((requests.len(), result.outcome), (0, known(Verdict::NotSent)));
    assert!(result.why.as_str().contains("[secrets.token]"), "{}", result.why);
    let variable = "STANCH_TEST_TOKEN".to_owned();
    refused(SecretSource::Given { variable, value: None }, "STANCH_TEST_TOKEN is not set");
}

#[test]
fn a_command_is_run_without_a_shell_in_a_bare_environment() {
    let (requests, result) = send_with(Some(command(&["/bin/echo", "$HOME-`id`"])), bearer());
    assert!(requests[0].contains("Bearer $HOME-`id`\r\n"), "{}", result.why);
    let (requests, _) = send_with(
        Some(command(&["/bin/sh", "-c", "printf '%s-%s-x' \"$PASSED\" \"$HOME\""])),
        bearer(),
    );
    assert!(requests[0].contains("Bearer on-purpose--x\r\n"), "{}", requests[0]);
}

#[rstest]
#[case::fails(&["/bin/sh", "-c", "echo hunter2-hunter2; exit 3"], "exit status: 3")]
#[case::missing(&["/nonexistent/program"], "cannot be run")]
#[case::silent(&["/bin/true"], "shorter than")]
#[case::empty(&[], "command is empty")]
#[case::binary(&["/usr/bin/printf", "\\377\\376abcdefgh"], "not UTF-8")]
fn a_command_that_yields_no_secret_is_refused(#[case] argv: &[&str], #[case] words: &str) {
    refused(command(argv), words);
}

#[test]
fn nothing_prints_a_value() {
    let secrets = Secrets::new(BTreeMap::from([("token".to_owned(), given("hunter2-hunter2"))]));
    let printed = format!("{secrets:?} {:?} {:?}", given("hunter2-hunter2"), secrets.redactor());
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("STANCH_TEST_TOKEN"), "{printed}");
}

fn command(argv: &[&str]) -> SecretSource {
    SecretSource::Command {
        argv: argv.iter().map(ToString::to_string).collect(),
        environment: vec![("PASSED".to_owned(), "on-purpose".to_owned())],
    }
}

/// Nothing is sent, and the words say why, without the value.
fn refused(source: SecretSource, words: &str) {
    let (requests, result) = send_with(Some(source), bearer());
    assert_eq!(requests.len(), 0);
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains(words), "{}", result.why);
    for value in ["from-a-file", "hunter2", "second-line", "xxxx"] {
        assert!(!result.why.as_str().contains(value), "{}", result.why);
    }
}
