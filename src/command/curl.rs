//! A request as a command for curl, with secrets as variables of the shell.

use crate::incident::Request;
use crate::playbook::Auth;
use crate::text::Shown;

/// The command, one option a line; `$SEARCH_ADMIN` stands for the secret `search-admin`.
///
/// Text that does not come from this house is in single quotes, where a shell reads nothing.
pub fn curl(request: &Request) -> Shown {
    let mut parts = vec![format!("curl --request {}", quoted(&request.method))];
    parts.extend(auth(&request.auth));
    for (name, value) in &request.headers {
        parts.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &request.body {
        parts.push(format!("--data-raw {}", quoted(body)));
    }
    parts.push(format!("--max-time {}", request.timeout_ms.div_ceil(1000)));
    parts.push(match &request.via {
        // stanch goes by no proxy of the environment, and neither must this.
        None => "--noproxy '*'".to_owned(),
        Some(vantage) => format!("--proxy \"${}\"", variable(vantage)),
    });
    parts.push(quoted(&request.url));
    Shown::new(parts.join(" \\\n  "))
}

fn auth(auth: &Auth) -> Option<String> {
    match auth {
        Auth::None => None,
        Auth::Basic { user, secret } => {
            Some(format!("--user {}:\"${}\"", quoted(user), variable(secret)))
        }
        Auth::Bearer { secret } => {
            Some(format!("--header \"Authorization: Bearer ${}\"", variable(secret)))
        }
        Auth::ApiKey { secret } => {
            Some(format!("--header \"Authorization: ApiKey ${}\"", variable(secret)))
        }
        Auth::Header { name, secret } => {
            Some(format!("--header {}\"${}\"", quoted(&format!("{name}: ")), variable(secret)))
        }
    }
}

/// The name of a secret or a vantage point as a variable of the shell.
fn variable(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            backend: "search".to_owned(),
            method: "PUT".to_owned(),
            url: "https://search.example.com:9200/it's/_settings".to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Some(r#"{"index":{"blocks":{"read":true}}}"#.to_owned()),
            auth: Auth::ApiKey { secret: "search-admin".to_owned() },
            via: None,
            timeout_ms: 29_500,
        }
    }

    #[test]
    fn it_is_what_a_shell_reads_as_the_same_request() {
        let expected = r#"curl --request 'PUT' \
  --header "Authorization: ApiKey $SEARCH_ADMIN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"index":{"blocks":{"read":true}}}' \
  --max-time 30 \
  --noproxy '*' \
  'https://search.example.com:9200/it'\''s/_settings'"#;
        assert_eq!(curl(&request()).as_str(), expected);
    }

    #[test]
    fn every_kind_of_auth_names_its_secret_alone() {
        let secret = || "the-key".to_owned();
        for (auth, part) in [
            (
                Auth::Basic { user: "ann".to_owned(), secret: secret() },
                r#"--user 'ann':"$THE_KEY""#,
            ),
            (Auth::Bearer { secret: secret() }, r#"--header "Authorization: Bearer $THE_KEY""#),
            (
                Auth::Header { name: "X-Key".to_owned(), secret: secret() },
                r#"--header 'X-Key: '"$THE_KEY""#,
            ),
        ] {
            let command = curl(&Request { auth, ..request() });
            assert!(command.as_str().contains(part), "{command}");
        }
        let outside = Request { via: Some("outside".to_owned()), auth: Auth::None, ..request() };
        assert!(curl(&outside).as_str().contains("--proxy \"$OUTSIDE\""));
    }
}
