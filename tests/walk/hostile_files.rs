//! Files that others wrote: what is wrong with them is told without obeying them.

use rstest::rstest;

use crate::escapes::{assert_both_harmless, corpus, escaped_in_toml};
use crate::harness::Home;

/// Hostile text in keys, names, references, expressions and values, escaped as TOML allows.
fn escaped_playbook() -> String {
    let hostile = escaped_in_toml(&corpus());
    format!(
        r#"
format = 1
id = "{hostile}"
title = "{hostile}"
"{hostile}" = 1
[inputs."{hostile}"]
title = "{hostile}"
[backends."{hostile}"]
title = "x"
url = "https://{hostile}/"
[backends.b]
title = "{hostile}"
url = "https://example.com"
auth = {{ scheme = "{hostile}", secret = "{hostile}" }}
[[steps]]
id = "a"
phase = "{hostile}"
title = "{hostile}"
text = "{hostile}"
after = ["{hostile}"]
requires = ["{hostile}"]
when = "{hostile}"
target = "{{{{ {hostile} }}}}"
danger = "{hostile}"
[steps.call]
backend = "{hostile}"
request = "GET /{hostile}"
ok = "inputs.{hostile} == 1"
headers = {{ "{hostile}" = "{hostile}" }}
"#
    )
}

#[rstest]
#[case::escaped(escaped_playbook())]
#[case::raw(corpus())]
#[case::raw_in_a_string(format!("format = 1\ntitle = \"{}\"\n", corpus()))]
#[case::raw_in_a_key(format!("format = 1\n{} = 2\n", corpus()))]
#[case::scenario(format!("format = 1\nplaybook = \"{0}\"\nid = \"{0}\"\n\"{0}\" = 1\n[[routes]]\nrequest = \"{0}\"\nwhen = \"{0}\"\n", escaped_in_toml(&corpus())))]
fn a_hostile_playbook_or_scenario(#[case] text: String) {
    let home = Home::new();
    let name = "\u{1b}]0;PWNED\u{7}\u{202e}.toml";
    let file = home.write(name, text);
    for arguments in [
        &["check", &file][..],
        &["plan", &file],
        &["open", &file, "--plain"],
        &["drill", &file, "--plain"],
        &["run", &file, "--answers", &file],
    ] {
        let ended = home.run(arguments);
        assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
        assert_both_harmless(arguments[0], &ended);
        let told = ended.out.len() + ended.err.len();
        assert!(told > 40, "{arguments:?} says why");
    }
    let check = home.run(&["check", &file]).text();
    assert!(check.contains("problem"), "{check}");
}

#[test]
fn hostile_texts_in_a_good_playbook_are_planned_harmlessly_or_refused() {
    let home = Home::new();
    let hostile = escaped_in_toml(&corpus());
    let file = home.write(
        "good.toml",
        format!(
            r#"
format = 1
id = "good"
title = "Good"
[inputs.index]
title = "Which?"
default = "{hostile}"
[backends.b]
title = "B"
url = "https://example.com"
[[steps]]
id = "a"
phase = "contain"
title = "A"
danger = "type"
target = "{{{{ inputs.index }}}}"
[steps.call]
backend = "b"
request = "POST /{{{{ inputs.index }}}}"
json = {{ a = "{hostile}" }}
repeat = "once"
"#
        ),
    );
    for arguments in [&["check", &file][..], &["plan", &file], &["open", &file, "--plain"]] {
        let ended = home.run(arguments);
        assert_both_harmless(arguments[0], &ended);
    }
}

#[test]
fn a_hostile_configuration_and_hostile_answers() {
    let home = Home::new();
    let hostile = escaped_in_toml(&corpus());
    for text in [
        corpus(),
        format!(
            "\"{hostile}\" = 1\n[me]\nname = \"{hostile}\"\n[secrets.\"{hostile}\"]\nfile = 1\n"
        ),
        format!("[steps.\"{hostile}\"]\n\"{hostile}\" = 1\n"),
    ] {
        let file = home.write("hostile.toml", text);
        for arguments in
            [&["--config", &file, "list"][..], &["run", "exposed-database", "--answers", &file]]
        {
            let ended = home.run(arguments);
            assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
            assert_both_harmless(arguments[0], &ended);
        }
    }
}
