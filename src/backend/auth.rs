//! The header that proves who asks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::playbook::Auth;

/// What stands for the secret `name` in a drill, where no secret is read.
pub(super) fn placeholder(name: &str) -> String {
    format!("drill:{name}")
}

/// The header for `auth` with its secret's value, marked as sensitive; `None` for no auth. An
/// error says in words why it cannot be a header, without the value.
pub(super) fn header(
    auth: &Auth,
    value: &str,
) -> Result<Option<(HeaderName, HeaderValue)>, String> {
    let (name, text) = match auth {
        Auth::None => return Ok(None),
        Auth::Basic { user, .. } => {
            let pair = Zeroizing::new(format!("{user}:{value}"));
            let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            (AUTHORIZATION, Zeroizing::new(format!("Basic {}", *encoded)))
        }
        Auth::Bearer { .. } => (AUTHORIZATION, Zeroizing::new(format!("Bearer {value}"))),
        Auth::ApiKey { .. } => (AUTHORIZATION, Zeroizing::new(format!("ApiKey {value}"))),
        Auth::Header { name, .. } => {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` is no header name"))?;
            (name, Zeroizing::new(value.to_owned()))
        }
    };
    let mut header = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| "the secret cannot stand in a header".to_owned())?;
    header.set_sensitive(true);
    Ok(Some((name, header)))
}
