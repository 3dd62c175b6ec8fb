//! What would be sent, in order, without sending.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::expression::Values;
use super::model::{Auth, Body, Call, Check, Destination, Playbook, Step, Task};
use super::template::{Place, Template};
use crate::text::Shown;

/// One step, as far as it can be told beforehand. What is not known yet stands as
/// `{{ expression }}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub step: String,
    pub phase: &'static str,
    pub title: String,
    /// The scope for each of whose members it is done.
    pub each: Option<String>,
    /// The condition, as written.
    pub when: Option<String>,
    pub after: Vec<String>,
    pub requires: Vec<String>,
    pub danger: &'static str,
    pub target: Option<String>,
    pub request: Option<PlannedRequest>,
    /// The question of a manual step or decision, with its options.
    pub question: Option<String>,
    /// The playbook whose steps follow, by its name and title.
    pub playbook: Option<String>,
    pub proofs: Vec<PlannedProof>,
    pub undo: Option<PlannedRequest>,
}

/// One request of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRequest {
    pub method: String,
    pub url: String,
    /// Names only, in the order of sending.
    pub headers: Vec<String>,
    /// Made readable, not as sent.
    pub body: Option<String>,
    /// Scheme and name of the secret.
    pub auth: String,
    /// What sending it again means.
    pub repeat: &'static str,
}

/// One proof of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedProof {
    pub title: String,
    pub request: PlannedRequest,
    /// The condition, as written.
    pub ok: String,
    /// Where it is asked from, how often, for how long.
    pub manner: String,
}

/// Plans all steps in file order. `inputs` go before the defaults of the playbook.
pub fn plan(playbook: &Playbook, inputs: &BTreeMap<String, String>) -> Vec<Planned> {
    let given: BTreeMap<String, String> = playbook
        .inputs
        .iter()
        .filter_map(|input| {
            let value = inputs.get(&input.id).or(input.default.as_ref())?;
            Some((input.id.clone(), value.clone()))
        })
        .collect();
    let plan = |step| {
        // Known only once there is an incident: what needs it stays as it is written.
        let values = playbook.values_of(step, &given, &Value::Object(Map::default()));
        Planner { playbook, values }.step(step)
    };
    playbook.steps.iter().map(plan).collect()
}

struct Planner<'a> {
    playbook: &'a Playbook,
    values: Values,
}

impl Planner<'_> {
    fn step(&self, step: &Step) -> Planned {
        let plain = |template: &Template| template.partial(&self.values, Place::Plain);
        let (request, question) = match &step.task {
            Task::Call(call) => (Some(self.call(call)), None),
            Task::Ask(ask) => (None, Some(ask.question.clone())),
            Task::Decide(decide) => {
                (None, Some(format!("{} ({})", decide.question, decide.options.join(" / "))))
            }
            Task::Playbook(_) => (None, None),
        };
        Planned {
            step: step.id.clone(),
            phase: step.phase.word(),
            title: step.title.clone(),
            each: step.each.clone(),
            when: step.when.as_ref().map(|when| when.source().trim().to_owned()),
            after: step.after.clone(),
            requires: step.requires.clone(),
            danger: step.danger.word(),
            target: step.target.as_ref().map(plain),
            request,
            question,
            playbook: match &step.task {
                Task::Playbook(sub) => Some(format!("{} ({})", sub.reference, sub.title)),
                _ => None,
            },
            proofs: step.verify.iter().map(|check| self.proof(check)).collect(),
            undo: step.undo.as_ref().map(|undo| self.call(undo)),
        }
    }

    fn call(&self, call: &Call) -> PlannedRequest {
        PlannedRequest {
            method: call.method.clone(),
            url: self.url(&call.backend, &call.path),
            headers: header_names(&call.headers, &call.body),
            body: self.body(&call.body),
            auth: self.auth(call.auth.as_ref(), &call.backend),
            repeat: call.repeat.word(),
        }
    }

    fn proof(&self, check: &Check) -> PlannedProof {
        let request = PlannedRequest {
            method: check.method.clone(),
            url: self.url(&check.backend, &check.path),
            headers: header_names(&check.headers, &check.body),
            body: self.body(&check.body),
            auth: self.auth(check.auth.as_ref(), &check.backend),
            repeat: "reads",
        };
        PlannedProof {
            title: check.title.clone(),
            request,
            ok: check.ok.source().trim().to_owned(),
            manner: manner(check),
        }
    }

    fn url(&self, to: &Destination, path: &Template) -> String {
        let base = match to {
            Destination::Backend(id) => self.playbook.backend(id).map_or("", |one| &one.url),
            Destination::Member(_) => "{{ member.url }}",
        };
        format!("{base}{}", path.partial(&self.values, Place::Path))
    }

    fn auth(&self, own: Option<&Auth>, to: &Destination) -> String {
        let of_backend = || Some(&self.playbook.backend(to.backend()?)?.auth);
        own.or_else(of_backend).unwrap_or(&Auth::None).words()
    }

    fn body(&self, body: &Body) -> Option<String> {
        match body {
            Body::Empty => None,
            Body::Json(json) => Some(format!("{:#}", json.partial(&self.values))),
            Body::Text(text) => Some(text.partial(&self.values, Place::Plain)),
            Body::Form(fields) => {
                let line = |(name, value): &(String, Template)| {
                    format!("{name} = {}", value.partial(&self.values, Place::Plain))
                };
                Some(fields.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

fn header_names(own: &[(String, Template)], body: &Body) -> Vec<String> {
    let named = own.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let implied = body.content_type().filter(|_| !named).map(|_| "Content-Type".to_owned());
    own.iter().map(|(name, _)| name.clone()).chain(implied).collect()
}

fn manner(check: &Check) -> String {
    let from = match &check.via {
        Some(via) => format!("via {via}"),
        None => "from this machine".to_owned(),
    };
    let spoken = |time: std::time::Duration| super::words::spoken(time.as_secs());
    let asked = format!(
        "{from}, every {}, {} in a row, within {}",
        spoken(check.every),
        check.times,
        spoken(check.within)
    );
    match &check.guard {
        Some(guard) => format!(
            "{asked}; guarded every {}, alarm after {}",
            spoken(guard.every),
            guard.alarm_after
        ),
        None => asked,
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Inputs come from a person, who may have pasted anything.
        f.write_str(Shown::new(self.lines().join("\n")).as_str())
    }
}

impl Planned {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} [{}] {}", self.step, self.phase, self.title)];
        let mut say = |what: &str, text: &str| lines.push(format!("  {what}: {text}"));
        if let Some(each) = &self.each {
            say("each", each);
        }
        if let Some(when) = &self.when {
            say("when", when);
        }
        if !self.requires.is_empty() {
            say("requires", &self.requires.join(", "));
        }
        if !self.after.is_empty() {
            say("after", &self.after.join(", "));
        }
        if let Some(question) = &self.question {
            say("asks", question);
        }
        if let Some(playbook) = &self.playbook {
            say("stands for", playbook);
        }
        if let Some(request) = &self.request {
            request.say("sends", &mut say);
            say("danger", self.danger);
        }
        if let Some(target) = &self.target {
            say("target", target);
        }
        for proof in &self.proofs {
            say("proof", &proof.title);
            proof.request.say("  asks", &mut say);
            say("  ok", &proof.ok);
            say("  how", &proof.manner);
        }
        if let Some(undo) = &self.undo {
            undo.say("undo", &mut say);
        }
        lines
    }
}

impl PlannedRequest {
    fn say(&self, what: &str, say: &mut impl FnMut(&str, &str)) {
        let repeat = self.repeat;
        say(what, &format!("{} {} (auth {}; {repeat})", self.method, self.url, self.auth));
        if !self.headers.is_empty() {
            say("  headers", &self.headers.join(", "));
        }
        if let Some(body) = &self.body {
            say("  body", &body.replace('\n', "\n    "));
        }
    }
}
