//! What is said about a scenario file that is wrong, and that the documented one is right.

use serde_json::json;
use stanch::drill::{Scenario, ScenarioError, shipped};

use crate::client::{Send, first_walk, start};

const HEAD: &str = "format = 1\nid = \"x\"\ntitle = \"X\"\nplaybook = \"p\"\nbanner = \"DRILL\"\n\
                    backends = [\"one\"]\nvantages = [\"outside\"]\n[state]\nopen = true\n";

fn problems(text: &str) -> String {
    match Scenario::parse("x.toml", text) {
        Ok(_) => String::new(),
        Err(error @ ScenarioError::Problems(_)) => error.to_string(),
        Err(error) => panic!("{error}"),
    }
}

fn route(lines: &str) -> String {
    problems(&format!("{HEAD}[[routes]]\nbackend = \"one\"\nrequest = \"GET /{{name}}\"\n{lines}"))
}

#[test]
fn each_problem_has_its_place_and_its_mend() {
    for (lines, line, words) in [
        ("wen = 'true'", 13, "did you mean `when`?"),
        ("when = 'state.opne'", 13, "did you mean `open`?"),
        ("when = 'path.nam == 1'", 13, "did you mean `name`?"),
        ("when = 'secrt == 1'", 13, "did you mean `secret`?"),
        ("when = 'state.open =='", 13, "13:"),
        ("when = 1", 13, "expected text in quotes, found integer"),
        ("set = { opne = 1 }", 13, "did you mean `open`?"),
        ("set = { \"open.{{ path.x }}\" = 1 }", 13, "there is no capture `x`"),
        ("json = { a = \"{{ nope }}\" }", 13, "there is no value `nope`"),
        ("json = { a = 1979-05-27 }", 13, "dates go in quotes"),
        ("json = {}\ntext = ''", 14, "not both"),
        ("status = 99", 13, "from 200 to 599"),
        ("headers = { Content-Length = '1' }", 13, "no header that an answer can set"),
        ("headers = { \"a b\" = '1' }", 13, "no header that an answer can set"),
        ("[[routes]]\nbackend = 'one'\nrequest = 'GET /{name}'", 13, "line 10 answers all"),
        ("[[routes]]\nbackend = 'ones'\nrequest = 'GET /y'", 14, "did you mean `one`?"),
        ("[[routes]]\nbackend = 'one'\nrequest = 'get /y'", 15, "no method"),
        ("[[routes]]\nbackend = 'one'\nrequest = 'GET y'", 15, "begins with `/`"),
        ("[[routes]]\nbackend = 'one'", 13, "`request` is missing"),
        ("[[refuse]]\nbackend = 'one'\nvantage = 'outsid'\nwhen = 'true'", 15, "`outside`?"),
        ("[[refuse]]\nbackend = 'one'\nvantage = 'here'\nwhen = 'json.a'", 16, "no value `json`"),
        ("text = \"\u{202e}\"", 13, "U+202E"),
        ("text = ", 13, "not TOML"),
    ] {
        let found = route(lines);
        assert!(found.contains(&format!("x.toml:{line}:")), "{lines}: {found}");
        assert!(found.contains(words), "{lines}: {found}");
    }
    assert_eq!(route("when = 'state.open'"), "");
}

#[test]
fn the_column_is_that_of_the_fault() {
    assert!(route("when = 'state.open | frob'").contains("x.toml:13:22: "));
}

#[test]
fn all_problems_come_at_once() {
    let found = route("wen = 'x'\nstatus = 'a'\n[[routes]]\nbackend = 'no'\nrequest = 'x'\n");
    assert_eq!(found.matches("x.toml:").count(), 4, "{found}");
    let found = problems("");
    for key in ["format", "id", "title", "playbook", "banner", "backends", "routes"] {
        assert!(found.contains(&format!("`{key}` is missing")), "{key}: {found}");
    }
    assert!(problems(&HEAD.replace("format = 1", "format = 2")).contains("`format = 1` only"));
}

#[test]
fn a_bomb_is_refused() {
    for text in [
        format!("{HEAD}x = {}", "[".repeat(100_000)),
        format!("{HEAD}x = {}1{}", "{a=".repeat(50_000), "}".repeat(50_000)),
        "x".repeat(2 << 20),
        "[a]\n".repeat(100_000),
    ] {
        assert!(!problems(&text).is_empty());
    }
}

#[test]
fn what_a_playbook_needs_and_the_scenario_lacks_is_told() {
    let playbook = shipped::read("exposed-database").unwrap().playbook.unwrap();
    let mut scenario = first_walk();
    assert!(scenario.missing_for(&playbook).is_empty());
    scenario.vantages.clear();
    scenario.backends.retain(|backend| backend != "links");
    scenario.routes.retain(|route| route.method != "DELETE");
    scenario.playbook = "other".to_owned();
    let missing = scenario.missing_for(&playbook).join("\n");
    for words in [
        "is for the playbook other, not for exposed-database",
        "has no back end links",
        "has no vantage point outside",
        "has no DELETE route on links, which the step unlink-alexa needs",
    ] {
        assert!(missing.contains(words), "{words}: {missing}");
    }
}

/// The example of `docs/drills.md` is a scenario, and does what its text says.
#[test]
fn the_documented_example_works() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/drills.md");
    let page = std::fs::read_to_string(page).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let scenario =
        Scenario::parse("docs/drills.md", example).unwrap_or_else(|error| panic!("{error}"));
    let directory = tempfile::tempdir().unwrap();
    let range = start(scenario, directory.path());
    let look = |via| Send { via, ..Send::default() }.to(&range, "lock", "GET /doors/front");
    assert_eq!(look(Some("street")).json, json!({"locked": false}));
    let put = |authorization| {
        let json = Some(json!({"locked": true}));
        Send { authorization, json, ..Send::default() }.to(&range, "lock", "PUT /doors/front")
    };
    assert_eq!(put(Some("Bearer real-secret")).status, Some(401));
    assert_eq!(put(Some("Bearer drill:door-key")).json, json!({"door": "front", "locked": true}));
    assert_eq!(look(Some("street")).status, None);
    assert_eq!(look(None).json, json!({"locked": true}));
    assert_eq!(range.state()["visitors"], json!({"cat": 1, "front": 0}));
}

/// Every key that the reader knows stands in the page.
#[test]
fn the_page_names_every_key() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/drills.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = |lines: &str| problems(&format!("{HEAD}{lines}\nzzzzzzzz = 1"));
    for text in [
        problems("zzzzzzzz = 1"),
        route("zzzzzzzz = 1"),
        table("[clock]"),
        table("[[modules]]"),
        table("[[roles]]"),
        table("[[objectives]]"),
        table("[[claims]]"),
        table("[[injects]]"),
        table("[[injects]]\n[[injects.expect]]"),
        table("[[injects]]\n[[injects.expect]]\n[injects.expect.match]"),
        table("[[injects]]\n[injects.after]"),
        table("[[faults]]"),
        table("[[duties]]"),
        table("[[hot_wash]]"),
        table("[scoring]"),
        table("[[solution.acts]]"),
    ] {
        let known = text.lines().find_map(|line| line.split_once("mend: there is ")).unwrap().1;
        for key in known.split(", ") {
            assert!(
                page.contains(&format!("`{key}`")) || page.contains(&format!("[{key}]")),
                "{key}"
            );
        }
    }
}
