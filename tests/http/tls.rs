//! Certificates that are not good: nothing is sent, nothing is proven, and the words say how to
//! mend it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rstest::rstest;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use stanch::backend::{Http, HttpOptions};
use stanch::incident::{Finding, Verdict};

use crate::server::{
    Server, answer, ask, judge, known, options, question, read_request, request, send,
};

type Authority = Issuer<'static, KeyPair>;

fn authority() -> (Authority, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

/// How the certificate is not good.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    Expired,
    NotYetValid,
    OtherHost,
    SelfSigned,
    OtherAuthority,
}

/// A TLS server on loopback that counts the requests that got through to it.
fn serve(fault: Fault, trusted: &Authority) -> (SocketAddr, Arc<AtomicUsize>) {
    let host = if fault == Fault::OtherHost { "other.example" } else { "localhost" };
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    match fault {
        Fault::Expired => params.not_after = rcgen::date_time_ymd(2020, 1, 1),
        Fault::NotYetValid => {
            params.not_before = rcgen::date_time_ymd(2090, 1, 1);
            params.not_after = rcgen::date_time_ymd(2091, 1, 1);
        }
        _ => {}
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match fault {
        Fault::SelfSigned => params.self_signed(&key),
        Fault::OtherAuthority => params.signed_by(&key, &authority().0),
        _ => params.signed_by(&key, trusted),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.unwrap().der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let (config, seen) = (Arc::new(config), count.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            while read_request(&mut stream).is_some() {
                seen.fetch_add(1, Ordering::SeqCst);
                if stream.write_all(answer("200 OK", "", "").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (address, count)
}

/// A live network that trusts the authority in `pem` for its back end.
fn trusting(url: &str, pem: &str, directory: &Path) -> Http {
    let path = directory.join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    let authorities = BTreeMap::from([("search".to_owned(), path)]);
    Http::new(HttpOptions { authorities, ..options(url) }).unwrap()
}

#[rstest]
#[case::expired(Fault::Expired, "has expired")]
#[case::not_yet_valid(Fault::NotYetValid, "not valid yet")]
#[case::other_host(Fault::OtherHost, "for another host")]
#[case::self_signed(Fault::SelfSigned, "[backends.search]")]
#[case::other_authority(Fault::OtherAuthority, "[backends.search]")]
fn a_bad_certificate_stops_everything(#[case] fault: Fault, #[case] words: &str) {
    let directory = tempfile::tempdir().unwrap();
    let (issuer, pem) = authority();
    let (address, count) = serve(fault, &issuer);
    let url = format!("https://localhost:{}", address.port());
    let network = trusting(&url, &pem, directory.path());
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains(words), "{}", result.why);
    assert!(result.answer.unwrap().address.unwrap().contains("127.0.0.1"));
    let question = question("refused or timed_out or status == 200");
    let found = ask(&network, &request("GET", &url), &question);
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[test]
fn a_good_certificate_of_an_authority_in_the_configuration_is_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let (issuer, pem) = authority();
    let (address, count) = serve(Fault::None, &issuer);
    let url = format!("https://localhost:{}", address.port());
    let network = trusting(&url, &pem, directory.path());
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::Succeeded), "{}", result.why);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let network = Http::new(options(&url)).unwrap();
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "nobody else trusts it: {}", result.why);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_certificate_for_a_name_is_none_for_an_address() {
    let directory = tempfile::tempdir().unwrap();
    let (issuer, pem) = authority();
    let (address, count) = serve(Fault::None, &issuer);
    let url = format!("https://{address}");
    let network = trusting(&url, &pem, directory.path());
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent));
    assert!(result.why.as_str().contains("for another host"), "{}", result.why);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[test]
fn a_handshake_that_is_cut_off_is_not_sent_and_proves_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Not before the client has begun, so that it is its handshake that ends.
            let _ = stream.unwrap().peek(&mut [0; 1]);
        }
    });
    let network = Http::new(options(&url)).unwrap();
    let result = send(&network, &request("PUT", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
    let found = ask(&network, &request("GET", &url), &question("refused or timed_out"));
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
}

#[test]
fn a_server_that_does_not_speak_tls_gets_nothing() {
    let server = Server::saying(answer("200 OK", "", ""));
    let url = format!("https://{}", server.address);
    let network = Http::new(options(&url)).unwrap();
    // It waits for the end of header lines that never come; the client must give up first.
    let request = stanch::incident::Request { timeout_ms: 400, ..request("PUT", &url) };
    let result = send(&network, &request, &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_file_without_certificates_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    for (pem, words) in
        [("", "no certificate"), ("-----BEGIN CERTIFICATE-----\n!", "cannot be used")]
    {
        let path = directory.path().join("ca.pem");
        std::fs::write(&path, pem).unwrap();
        let authorities = BTreeMap::from([("search".to_owned(), path)]);
        let error = Http::new(HttpOptions { authorities, ..options("https://x.example") });
        let words_said = error.err().unwrap().to_string();
        assert!(words_said.contains(words) && words_said.contains("ca.pem"), "{words_said}");
    }
}
