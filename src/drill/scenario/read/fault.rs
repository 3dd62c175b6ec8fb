//! The faults of a scenario file.

use super::{Item, Reader};
use crate::drill::fault::{Chance, Changes, Fault, FaultKind, Substitute, Target, Window};
use crate::drill::fields::{Fields, unknown};
use crate::drill::pattern::Pattern;
use crate::drill::scenario::{Answer, Change};
use crate::drill::world::HERE;

/// What every fault may have.
const COMMON: [&str; 12] = [
    "id", "title", "backend", "request", "vantage", "kind", "times", "skip", "chance", "seed",
    "from", "until",
];
/// The kinds, and what each may have beside that.
const KINDS: [(&str, &[&str]); 13] = [
    ("latency", &["latency_ms", "jitter_ms"]),
    ("status", &["status", "headers", "json", "text", "applied"]),
    ("partial", &["status", "headers", "json", "text", "failed_items", "set"]),
    ("async_fail", &["status", "headers", "json", "text", "set", "later", "after_calls"]),
    ("lying_200", &["headers", "json", "text"]),
    ("reset", &["applied"]),
    ("timeout", &["applied", "after_ms"]),
    ("half_body", &["applied"]),
    ("malformed", &["applied", "not"]),
    ("stale", &["for_calls"]),
    ("refused", &[]),
    ("tls", &[]),
    ("dns", &[]),
];
/// No delay is longer, milliseconds.
const LONGEST: u32 = 10 * 60 * 1000;

impl Reader<'_> {
    pub(super) fn faults(&self, list: Item<'_, '_>) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for item in self.source.items_of(list) {
            let Some(fault) = self.fault(item) else { continue };
            if let Some(other) = faults.iter().find(|other| other.id == fault.id) {
                let what = format!("the fault in line {} has this id too", other.line);
                self.source.problem(item.span().start, what);
            }
            faults.push(fault);
        }
        faults
    }

    fn fault(&self, item: Item<'_, '_>) -> Option<Fault> {
        let table = self.source.table_of(item)?;
        let at = item.span().start;
        let mut known: Vec<&str> = COMMON.into_iter().chain(["armed"]).collect();
        for key in KINDS.iter().flat_map(|(_, keys)| keys.iter()) {
            if !known.contains(key) {
                known.push(key);
            }
        }
        let fields = Fields::new(self.source, table, at, &known);
        let id = fields.text("id");
        if fields.get("id").is_some() && id.trim().is_empty() {
            self.source.problem(at, "the id of a fault is not blank");
        }
        let kind_at = fields.required("kind");
        let target = self.target(&fields);
        let (word, own) = self.kind_word(kind_at?)?;
        for (key, value) in table {
            let name = key.get_ref();
            let elsewhere = KINDS.iter().any(|(_, keys)| keys.contains(&&**name));
            if elsewhere && !own.contains(&&**name) {
                let what = format!("a fault of the kind `{word}` has no `{name}`");
                let others = KINDS.iter().filter(|(_, keys)| keys.contains(&&**name));
                let others: Vec<_> = others.map(|(word, _)| *word).collect();
                let mend = format!("it belongs to {}", others.join(", "));
                self.source.mend(value.span().start, what, mend);
            }
        }
        let target = target?;
        let chance = self.chance(&fields, word);
        let endless = chance.is_some() || word == "latency";
        let times = self.times(&fields, word).or((!endless).then_some(1));
        let armed = fields.get("armed").and_then(|value| self.source.truth_of(value));
        let skip = number(&fields, "skip", u32::MAX);
        Some(Fault {
            line: self.source.line(at),
            title: Some(fields.optional_text("title"))
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| id.clone()),
            id,
            kind: self.kind(&fields, word, &target)?,
            target,
            times,
            skip: skip.unwrap_or_default(),
            chance,
            window: self.window(&fields),
            armed: armed.unwrap_or(true),
        })
    }

    fn kind_word(&self, value: Item<'_, '_>) -> Option<(&'static str, &'static [&'static str])> {
        let text = self.source.text_of(value)?;
        let found = KINDS.into_iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let (what, mend) = unknown("kind of fault", text, KINDS.iter().map(|(word, _)| *word));
            self.source.mend(value.span().start, what, mend);
        }
        found
    }

    fn target(&self, fields: &Fields<'_, '_, '_>) -> Option<Target> {
        let backend = fields.required("backend");
        let backend = backend.and_then(|value| self.one_of(value, "back end", self.backends));
        let mut places = self.vantages.to_vec();
        places.push(HERE.to_owned());
        let vantage = fields.get("vantage");
        let vantage = vantage.and_then(|value| self.one_of(value, "vantage point", &places));
        let (method, path) = match fields.get("request") {
            None => (None, None),
            Some(value) => self.asked(value)?,
        };
        Some(Target { backend: backend?, method, path, vantage })
    }

    /// A method, or a method and a path.
    fn asked(&self, value: Item<'_, '_>) -> Option<(Option<String>, Option<Pattern>)> {
        let text = self.source.text_of(value)?;
        let (method, path) = text.split_once(' ').map_or((text, None), |(m, p)| (m, Some(p)));
        let at = value.span().start;
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let mend = "write a method in capitals, and a path if one is meant: `PUT /{index}`";
            self.source.mend(at, format!("`{method}` is no method"), mend);
            return None;
        }
        match path.map(Pattern::parse).transpose() {
            Ok(path) => Some((Some(method.to_owned()), path)),
            Err(what) => {
                self.source.problem(at, what);
                None
            }
        }
    }

    fn kind(
        &self,
        fields: &Fields<'_, '_, '_>,
        word: &'static str,
        target: &Target,
    ) -> Option<FaultKind> {
        let applied = fields.get("applied").and_then(|value| self.source.truth_of(value));
        let decided = || {
            // What became of the change is all that such a fault is about.
            fields.required("applied")?;
            applied
        };
        Some(match word {
            "latency" => FaultKind::Latency {
                base: fields.required("latency_ms").and(number(fields, "latency_ms", LONGEST))?,
                jitter: number(fields, "jitter_ms", LONGEST).unwrap_or_default(),
                seed: number(fields, "seed", u32::MAX).unwrap_or_default(),
            },
            "reset" => FaultKind::Reset { applied: decided()? },
            "timeout" => FaultKind::Timeout {
                applied: decided()?,
                after_ms: number(fields, "after_ms", LONGEST),
            },
            "half_body" => FaultKind::HalfBody { applied: applied.unwrap_or(true) },
            "malformed" => FaultKind::Malformed {
                applied: applied.unwrap_or(true),
                http: self.still_http(fields),
            },
            "stale" => FaultKind::Stale,
            "refused" | "tls" | "dns" => {
                if let Some(request) = fields.get("request").filter(|_| target.path.is_some()) {
                    let what = "before there is a connection, nobody knows which path is asked for";
                    self.source.mend(request.span().start, what, "leave the path out");
                }
                match word {
                    "refused" => FaultKind::Refused,
                    "tls" => FaultKind::Tls,
                    _ => FaultKind::Dns,
                }
            }
            _ => FaultKind::Answer(Box::new(self.substitute(fields, word, target, applied))),
        })
    }

    fn substitute(
        &self,
        fields: &Fields<'_, '_, '_>,
        word: &'static str,
        target: &Target,
        applied: Option<bool>,
    ) -> Substitute {
        // Without a path there are no captures.
        let none = Pattern::default();
        let pattern = target.path.as_ref().unwrap_or(&none);
        let failed_items = fields.get("failed_items").and_then(|value| self.source.json(value));
        let extra: &[&str] = if failed_items.is_some() { &["failed_items"] } else { &[] };
        let body = match self.body_with(fields, pattern, extra) {
            Answer::Empty if matches!(word, "partial" | "async_fail") => None,
            body => Some(body),
        };
        if word == "lying_200" && body == Some(Answer::Empty) {
            let what = "it lies in its body: `json` or `text` is missing here";
            self.source.problem(fields.at(), what);
        }
        let changes = |key: &str| fields.get(key).map(|value| self.set(value, pattern));
        let needed =
            |key: &str| fields.required(key).and_then(|_| changes(key)).unwrap_or_default();
        let (usual, changes) = match word {
            "partial" => (207, Changes::Own(needed("set"))),
            "async_fail" => (202, self.failing(fields, &changes)),
            "lying_200" => (200, Changes::Own(Vec::new())),
            _ if applied == Some(true) => (503, Changes::Route),
            _ => (503, Changes::Own(Vec::new())),
        };
        let status = match fields.get("status") {
            Some(value) => self.status(value).unwrap_or(usual),
            None if word == "status" => {
                fields.required("status");
                usual
            }
            None => usual,
        };
        let headers = fields.get("headers").map(|value| self.headers(value, pattern));
        let headers = headers.unwrap_or_default();
        Substitute { word, status, headers, body, failed_items, changes }
    }

    fn failing(
        &self,
        fields: &Fields<'_, '_, '_>,
        changes: &dyn Fn(&str) -> Option<Vec<Change>>,
    ) -> Changes {
        let now = changes("set");
        let Some(then) = changes("later") else {
            if let Some(calls) = fields.get("after_calls") {
                let what = "there is nothing to wait for: `later` is missing here";
                self.source.problem(calls.span().start, what);
            }
            if now.is_none() {
                self.source.problem(fields.at(), "`set` or `later` says how the job fails");
            }
            return Changes::Own(now.unwrap_or_default());
        };
        let calls = number(fields, "after_calls", u32::MAX).unwrap_or(1);
        Changes::Later { now: now.unwrap_or_default(), then, calls }
    }

    fn still_http(&self, fields: &Fields<'_, '_, '_>) -> bool {
        let Some(value) = fields.get("not") else { return true };
        match self.source.text_of(value) {
            Some("json") | None => true,
            Some("http") => false,
            Some(other) => {
                let (what, mend) = unknown("such thing", other, ["json", "http"].into_iter());
                self.source.mend(value.span().start, what, mend);
                true
            }
        }
    }

    fn times(&self, fields: &Fields<'_, '_, '_>, word: &str) -> Option<u64> {
        let key = if word == "stale" { "for_calls" } else { "times" };
        if let Some(times) = fields.get("times").filter(|_| word == "stale") {
            let what = "a fault of the kind `stale` has no `times`";
            self.source.mend(times.span().start, what, "write `for_calls`");
        }
        fields.whole(key, 1..=u32::MAX).map(u64::from)
    }

    fn chance(&self, fields: &Fields<'_, '_, '_>, word: &str) -> Option<Chance> {
        let seed = fields.get("seed");
        let Some(value) = fields.get("chance") else {
            if let Some(seed) = seed.filter(|_| word != "latency") {
                let what = "a seed without `chance` decides nothing";
                self.source.problem(seed.span().start, what);
            }
            return None;
        };
        if seed.is_none() {
            let what = "a chance needs a `seed`, so that each run goes the same way";
            self.source.problem(value.span().start, what);
        }
        let of = self.source.json(value)?.as_f64().filter(|of| *of > 0.0 && *of <= 1.0);
        if of.is_none() {
            self.source.problem(value.span().start, "a chance is above 0 and at most 1");
        }
        Some(Chance { of: of?, seed: number(fields, "seed", u32::MAX).unwrap_or_default() })
    }

    fn window(&self, fields: &Fields<'_, '_, '_>) -> Window {
        let (from, until) = (fields.duration("from", 0), fields.duration("until", 0));
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
            && let Some(value) = fields.get("until")
        {
            self.source.problem(value.span().start, "this is not after `from`");
        }
        Window { from, until }
    }
}

/// A number that may be there, at most `most`.
fn number(fields: &Fields<'_, '_, '_>, name: &str, most: u32) -> Option<u64> {
    fields.whole(name, 0..=most).map(u64::from)
}
