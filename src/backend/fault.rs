//! What went wrong on the way, and whether it went wrong before anything was sent.

use std::error::Error;
use std::io;

use super::exchange::BODY_LIMIT;

/// An exchange that brought no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Bytes of the request may have reached the back end.
    pub(super) sent: bool,
    /// The back end's own machine refused the connection.
    pub(super) refused: bool,
    pub(super) timed_out: bool,
    pub(super) why: String,
}

impl Fault {
    /// Nothing left this machine.
    pub(super) fn held_back(why: impl Into<String>) -> Self {
        Self { sent: false, refused: false, timed_out: false, why: why.into() }
    }

    /// The answer is not one that can be used.
    pub(super) fn unusable(why: impl Into<String>) -> Self {
        Self { sent: true, refused: false, timed_out: false, why: why.into() }
    }

    /// Reads an error of the HTTP client. Whatever is not certainly before the first byte counts
    /// as sent.
    pub(super) fn read(error: &reqwest::Error, backend: &str, through_proxy: bool) -> Self {
        let connecting = error.is_connect() || error.is_dns();
        let sent = !(connecting || error.is_builder());
        let timed_out = error.is_timeout();
        let io = find::<io::Error>(error);
        let refused =
            connecting && io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused);
        let why = match certificate(error, backend) {
            Some(words) => words,
            None if error.is_dns() => format!("the name was not found: {}", innermost(error)),
            None if refused => "the connection was refused".to_owned(),
            None if timed_out && connecting => "no connection came about in time".to_owned(),
            None if timed_out => "no answer came in time".to_owned(),
            None if connecting => format!("no connection came about: {}", innermost(error)),
            None => format!("the connection broke: {}", innermost(error)),
        };
        // Through a proxy, neither says anything about the back end: it may be the proxy's.
        let from_backend = !(through_proxy && connecting);
        let whose = if from_backend { "" } else { " (through the proxy of the vantage point)" };
        Self {
            sent,
            refused: refused && from_backend,
            timed_out: timed_out && from_backend,
            why: format!("{why}{whose}"),
        }
    }
}

/// The words for a body beyond the cap.
pub(super) fn cut_words() -> String {
    format!("the body was longer than {BODY_LIMIT} bytes and was cut there")
}

fn certificate(error: &reqwest::Error, backend: &str) -> Option<String> {
    use rustls::CertificateError as Bad;
    let tls = find::<rustls::Error>(error)?;
    let rustls::Error::InvalidCertificate(bad) = tls else {
        return Some(format!("TLS failed: {tls}"));
    };
    Some(match bad {
        // A bad signature is an authority that bears the name of one that is trusted.
        Bad::UnknownIssuer | Bad::BadSignature => format!(
            "the certificate is not trusted: if its authority is yours, add `ca = \"FILE.pem\"` \
             under `[backends.{backend}]` in the configuration"
        ),
        Bad::Expired | Bad::ExpiredContext { .. } => {
            "the certificate has expired: have it renewed".to_owned()
        }
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "the certificate is not valid yet: is this machine's clock right?".to_owned()
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "the certificate is for another host: is the back end's url right?".to_owned()
        }
        other => format!("the certificate is not good: {other}"),
    })
}

/// The first error of this type in the chain; I/O errors hide theirs from `source`.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(here) = next {
        if let Some(found) = here.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = here.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => here.source(),
        };
    }
    None
}

/// The words of the innermost error: the outer ones only say that there is one.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut here = error;
    while let Some(source) = here.source() {
        here = source;
    }
    here.to_string()
}
