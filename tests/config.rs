//! The configuration: what it means, and every problem in it at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rstest::rstest;
use stanch::backend::{Proxy, SecretSource, Vantage};
use stanch::command::{Command, Keymap, Look, Place, Sequence};
use stanch::config::{BackendConfig, Config, ConfigError, Environment};

const WHOLE: &str = r#"
data = "incidents"

[me]
name = "Ann Example"
role = "incident-commander"

[secrets.search-admin]
env = "SEARCH_ADMIN"
[secrets.token]
file = "~/keys/token"
[secrets.vault]
command = ["vault", "read", "-field=key", "x"]
pass = ["VAULT_ADDR"]

[backends.search]
url = "https://search.example.com:9200/"
ca = "ca.pem"
[backends.tokens]

[vantages.outside]
proxy = "http://probe.example.net:3128"
control = "www.example.com:443"
"#;

fn environment() -> Environment {
    Environment::of([
        ("HOME", "/home/ann"),
        ("USER", "ann"),
        ("PATH", "/usr/bin"),
        ("SEARCH_ADMIN", "hunter2-hunter2"),
        ("VAULT_ADDR", "https://vault.example.com"),
        ("OTHER_SECRET", "do-not-pass"),
        ("XDG_DATA_HOME", "/home/ann/data"),
    ])
}

fn read(text: &str) -> Result<Config, ConfigError> {
    Config::read("/etc/stanch/config.toml", text, &environment())
}

#[test]
fn everything_is_read() {
    let config = read(WHOLE).unwrap();
    assert_eq!(config.name, "Ann Example");
    assert_eq!(config.by().role.unwrap().as_str(), "incident-commander");
    assert_eq!(config.data, Path::new("/etc/stanch/incidents"));
    assert!(matches!(&config.secrets["search-admin"],
        SecretSource::Given { variable, value: Some(_) } if variable == "SEARCH_ADMIN"));
    assert!(matches!(&config.secrets["token"],
        SecretSource::File(path) if path == Path::new("/home/ann/keys/token")));
    let SecretSource::Command { argv, environment: passed } = &config.secrets["vault"] else {
        panic!("{:?}", config.secrets["vault"]);
    };
    assert_eq!(argv[0], "vault");
    let passed: Vec<_> = passed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(passed, ["HOME", "PATH", "USER", "VAULT_ADDR", "XDG_DATA_HOME"]);
    let search = BackendConfig {
        url: Some("https://search.example.com:9200".to_owned()),
        ca: Some(PathBuf::from("/etc/stanch/ca.pem")),
    };
    assert_eq!(config.backends["search"], search);
    assert!(!format!("{config:?} {:?}", environment()).contains("hunter2"));
}

#[test]
fn an_empty_one_is_filled_from_the_environment() {
    let config = read("").unwrap();
    assert_eq!(config.name, "ann");
    assert_eq!(config.by().role, None);
    assert_eq!(config.data, Path::new("/home/ann/data/stanch"));
    let variables = [("STANCH_DATA", "/srv/incidents"), ("USER", "")];
    let config = Config::read("c.toml", "data = \"x\"", &Environment::of(variables)).unwrap();
    assert_eq!(config.data, Path::new("/srv/incidents"), "the variable wins");
    assert!(config.name.starts_with("uid "), "{}", config.name);
}

#[test]
fn it_points_a_playbook_elsewhere_and_makes_its_network() {
    let config = read(WHOLE).unwrap();
    let playbook = [("search", "https://staging.example.com"), ("tokens", "https://t.example.com")];
    let urls = config.urls(playbook);
    assert_eq!(urls["search"], "https://search.example.com:9200");
    assert_eq!(urls["tokens"], "https://t.example.com");
    let options = config.live(urls.clone());
    assert_eq!(options.backends, urls);
    let proxy = Vantage::Proxy(Proxy::new(
        "http://probe.example.net:3128",
        Some("www.example.com:443".to_owned()),
    ));
    assert_eq!(options.vantages, BTreeMap::from([("outside".to_owned(), proxy)]));
    assert_eq!(options.authorities["search"], Path::new("/etc/stanch/ca.pem"));
    assert!(config.live(BTreeMap::new()).authorities.is_empty(), "only those of this incident");
}

#[rstest]
#[case::typo(
    "[me]\nnmae = \"x\"",
    "2:1: there is no key `nmae` here\n  mend: did you mean `name`?"
)]
#[case::table(
    "[secret.x]\n",
    "1:2: there is no key `secret` here\n  mend: did you mean `secrets`?"
)]
#[case::literal(
    "[secrets.x]\nvalue = \"hunter2\"",
    "2:1: there is no key `value` here\n  mend: a secret itself does not belong"
)]
#[case::two("[secrets.x]\nenv = \"A\"\nfile = \"b\"", "1:10: the secret `x` needs one source")]
#[case::none("[secrets.x]\n", "1:10: the secret `x` needs one source")]
#[case::shell("[secrets.x]\ncommand = \"pass show x\"", "2:11: `command` is text, not a list")]
#[case::argument("[secrets.x]\ncommand = [\"a\", 1]", "2:17: this is a number, not text")]
#[case::no_program("[secrets.x]\ncommand = []", "2:11: `command` names no program")]
#[case::pass(
    "[secrets.x]\nenv = \"A\"\npass = [\"B\"]",
    "3:8: `pass` is for a secret with a `command`"
)]
#[case::name("[secrets.\"X y\"]\n", "1:10: `X y` cannot be a name")]
#[case::url("[backends.x]\nurl = \"ftp://x\"", "2:7: `url` must begin with https://")]
#[case::user("[backends.x]\nurl = \"https://a:b@x\"", "2:7: `url` has a user in it")]
#[case::auth(
    "[backends.x]\nauth = \"none\"",
    "2:1: there is no key `auth` here\n  mend: `auth` stands in the playbook"
)]
#[case::proxy("[vantages.x]\nproxy = \"probe:3128\"", "2:9: `proxy` must begin with")]
#[case::proxy_user("[vantages.x]\nproxy = \"http://a:b@probe:3128\"", "2:9: `proxy` holds a user")]
#[case::control(
    "[vantages.x]\nproxy = \"http://probe:3128\"\ncontrol = \"https://x/y\"",
    "3:11: `control` is no host with a port"
)]
#[case::no_proxy("[vantages.x]\n", "1:11: the vantage point `x` has no `proxy`")]
#[case::kind("me = 1", "1:6: `me` is a number, not a table")]
#[case::empty("data = \" \"", "1:8: `data` is empty")]
#[case::toml("[me\nname = 1", "this is not TOML")]
#[case::hidden("[me]\nname = \"a\u{202e}b\"", "2:10: a hidden character stands here, U+202E")]
fn a_problem_has_a_place_and_a_way_to_mend_it(#[case] text: &str, #[case] words: &str) {
    let error = read(text).unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, ConfigError::Problems(_)));
    assert!(said.contains(words), "{said}");
    assert!(said.starts_with("/etc/stanch/config.toml:"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn all_problems_are_told_at_once_in_order() {
    let error =
        read("[me]\nnmae = 1\n[secrets.x]\n[backends.y]\nurl = 7\n[vantages.z]\n").unwrap_err();
    let ConfigError::Problems(problems) = error else { panic!("{error}") };
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 5, 6]);
}

#[test]
fn any_bytes_are_answered_at_once() {
    for text in
        ["[".repeat(100_000), "a=[".repeat(50_000), "\0".repeat(1_000), "x = {".repeat(9_000)]
    {
        assert!(read(&text).is_err());
    }
}

#[test]
fn only_the_users_own_file_may_be_missing() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().to_str().unwrap();
    let variables = [("XDG_CONFIG_HOME", home), ("STANCH_DATA", "/srv/incidents")];
    let environment = Environment::of(variables);
    assert!(Config::load(&environment, None).unwrap().name.starts_with("uid "));
    let path = directory.path().join("stanch/config.toml");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "[me]\nname = \"Ann\"").unwrap();
    assert_eq!(Config::load(&environment, None).unwrap().name, "Ann");
    let other = directory.path().join("other.toml");
    for result in [
        Config::load(&environment, Some(&other)),
        Config::load(&Environment::of([("STANCH_CONFIG", other.to_str().unwrap())]), None),
        Config::load(&environment, Some(directory.path())),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
        assert!(error.to_string().contains(home), "{error}");
    }
    std::fs::write(&other, "[me]\nname = \"Bo\"").unwrap();
    assert_eq!(Config::load(&environment, Some(&other)).unwrap().name, "Bo");
}

fn looked_up(keymap: &Keymap, place: Place, keys: &str) -> Option<Look> {
    Some(keymap.look(&[place], Sequence::parse(keys)?.keys()))
}

#[test]
fn keys_of_ones_own_take_the_place_of_those_of_the_table() {
    assert_eq!(
        looked_up(&read("").unwrap().keymap, Place::Main, "n"),
        Some(Look::Command(Command::Note))
    );
    let text = "[keys.main]\nnote = [\"N\", \"x n\"]\nredraw = [\"F5\"]\n\
                [keys.confirm]\nsend = [\"F9\"]\n[keys.form]\nsave = [\"Ctrl-W\"]\n";
    let keymap = read(text).unwrap_or_else(|error| panic!("{error}")).keymap;
    for (place, keys, command) in [
        (Place::Main, "N", Some(Command::Note)),
        (Place::Main, "x n", Some(Command::Note)),
        (Place::Main, "n", None),
        (Place::Main, "F5", Some(Command::Redraw)),
        (Place::Main, "Ctrl-L", None),
        (Place::Home, "Ctrl-L", Some(Command::Redraw)),
        (Place::Confirm, "F9", Some(Command::Send)),
        (Place::Confirm, "Ctrl-Y", None),
        (Place::Form, "Ctrl-W", Some(Command::Save)),
        (Place::Main, "q", Some(Command::Leave)),
    ] {
        let expected = command.map_or(Look::Nothing, Look::Command);
        assert_eq!(looked_up(&keymap, place, keys), Some(expected), "{place:?} {keys}");
    }
    assert_eq!(looked_up(&keymap, Place::Main, "x"), Some(Look::Pending));
    assert!(keymap.conflicts().is_empty());
}

#[rstest]
#[case::place(
    "[keys.mian]\nnote = [\"N\"]",
    "1:7: there are no keys of `mian`\n  mend: did you mean `[keys.main]`?"
)]
#[case::plain_has_none("[keys.plain]\n", "1:7: there are no keys of `plain`\n  mend: ")]
#[case::command(
    "[keys.main]\nnoet = [\"N\"]",
    "2:1: there is no key `noet` here\n  mend: did you mean `note`?"
)]
#[case::command_of_another_place(
    "[keys.main]\nsave = [\"F2\"]",
    "2:1: there is no key `save` here"
)]
#[case::key(
    "[keys.main]\nnote = [\"N\", \"Hyper-N\"]",
    "2:14: `Hyper-N` is no key\n  mend: write like `Ctrl-Y`, `F5`, `Enter`, `x`, or up to three"
)]
#[case::too_long("[keys.main]\nnote = [\"a b c d\"]", "2:9: `a b c d` is no key")]
#[case::kind("[keys.main]\nnote = [1]", "2:9: this is a number, not text")]
#[case::conflict(
    "[keys.main]\nnote = [\"g\"]",
    "1:7: `g` is wanted by `note` and by `show-steps` in [keys.main]\n  mend: give one of the two"
)]
#[case::letter(
    "[keys.form]\nsave = [\"s\"]",
    "2:9: `save`: a letter is text here: use Ctrl, Alt or a function key"
)]
#[case::letter_in_a_sequence(
    "[keys.palette]\nopen = [\"g g\"]",
    "2:9: `open`: a letter is text here: use Ctrl, Alt or a function key"
)]
#[case::letter_that_sends(
    "[keys.confirm]\nsend = [\"y\"]",
    "2:9: `send`: a letter is text here: use Ctrl, Alt or a function key"
)]
#[case::enter_sends(
    "[keys.confirm]\nsend = [\"Enter\"]",
    "2:9: `send`: what sends needs Ctrl, Alt or a function key, and never Enter"
)]
#[case::enter_with_ctrl_sends(
    "[keys.confirm]\nsend = [\"Ctrl-Enter\"]",
    "2:9: `send`: what sends needs"
)]
fn a_problem_of_a_key_has_a_place_and_a_way_to_mend_it(#[case] text: &str, #[case] words: &str) {
    let said = read(text).unwrap_err().to_string();
    assert!(said.contains(&format!("/etc/stanch/config.toml:{words}")), "{said}");
}

#[test]
fn all_problems_of_keys_are_told_at_once() {
    let text = "[keys.main]\nnoet = [\"N\"]\nnext = [\"Nope-x\"]\n[keys.form]\nsave = [\"s\"]\n";
    let ConfigError::Problems(problems) = read(text).unwrap_err() else { panic!("not refused") };
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 5]);
}
