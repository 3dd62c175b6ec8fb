//! A drill reaches nothing but its own range: every socket of a whole night is watched, with a
//! configuration that names live systems, and a secret that would tell that it was read.

use std::process::Command;

use crate::harness::Home;

/// Addresses and names that are nobody's (RFC 5737, RFC 6761), for every back end that matters.
const CONFIGURATION: &str = r#"
[backends.search]
url = "https://192.0.2.7:9200"
[backends.edge]
url = "https://198.51.100.7"
[backends.status]
url = "https://status.invalid"
[backends.links]
url = "https://203.0.113.7:8443"
[secrets.search-admin]
command = ["/bin/sh", "-c", "touch \"$HOME/was-read\"; echo secret"]
[secrets.links-admin]
command = ["/bin/sh", "-c", "touch \"$HOME/was-read\"; echo secret"]
[secrets.status-key]
env = "STATUS_KEY"
"#;

/// What strace writes of the calls that name where bytes go.
const CALLS: &str = "trace=connect,sendto,sendmsg,sendmmsg,bind";

#[test]
fn a_drill_opens_no_connection_outside_of_this_machine() {
    let home = Home::new();
    home.write(".config/stanch/config.toml", CONFIGURATION);
    let trace = home.path("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", CALLS, "-o"]).arg(&trace);
    command.arg(env!("CARGO_BIN_EXE_stanch")).args(["drill", "holiday-leak", "--auto"]);
    command.env_clear().envs(home.variables()).current_dir(home.dir.path());
    command.env("STATUS_KEY", "tok-1d7c3a");
    for proxy in ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(proxy, "http://192.0.2.9:3128");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");

    let trace = std::fs::read_to_string(trace).unwrap();
    let reached = trace.lines().filter(|line| line.contains("sa_family=AF_INET"));
    let (here, elsewhere): (Vec<&str>, Vec<&str>) = reached.partition(|line| {
        line.contains("inet_addr(\"127.") || line.contains("inet_pton(AF_INET6, \"::1\"")
    });
    assert_eq!(elsewhere, Vec::<&str>::new());
    let calls = here.iter().filter(|line| line.contains("connect(")).count();
    assert!(calls > 50, "only {calls} connections were seen: nobody watched");
    assert!(!home.path("was-read").exists(), "a secret was read");
}
