//! Every table of the format, each key with its meaning.

use super::{Field, Kind, Need, Table};

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Required, doc }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Optional, doc }
}

const fn default(name: &'static str, kind: Kind, value: &'static str, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Default(value), doc }
}

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// The file itself.
pub(in crate::playbook) static PLAYBOOK: Table = Table {
    header: "the top of the file",
    doc: "What the playbook is called, and everything below.",
    fields: &[
        required("format", Kind::Whole(1, 1), "Version of this format."),
        required("id", Kind::Id, "Names the kind of incident in lists and exports."),
        required("title", Kind::Line, "What has happened, in a line."),
        optional("text", Kind::Prose, "What to know before the first step. Markdown."),
        optional("inputs", Kind::Named(&INPUT), "Values that the person on call may set."),
        optional("backends", Kind::Named(&BACKEND), "The systems that calls go to."),
        required(
            "steps",
            Kind::Tables(&STEP),
            "What to do. File order is the order of the timeline.",
        ),
        optional("duties", Kind::Tables(&DUTY), "Clocks of the law: whom to tell, and by when."),
        optional("cadence", Kind::Tables(&CADENCE), "Promises to report again and again."),
    ],
};

static DUTY: Table = Table {
    header: "[[duties]]",
    doc: "Somebody must be told in time, by law or by contract. Until a person decides, with a \
          reason, whether it applies here, it stands red in the header; from its start its time \
          runs there.",
    fields: &[
        required("id", Kind::Id, "Names the duty in the record."),
        required("title", Kind::Line, "Whom to tell, in a line."),
        optional("text", Kind::Prose, "What to know for the decision, and how to do it. Markdown."),
        default(
            "starts",
            Kind::Name,
            "\"aware\"",
            "The moment from which its time counts. `opened`, `declared` and `aware` are known to \
             the record and are proposed; any other word (`major`, `material`) is for people, and \
             who decides gives the time. Such a moment may lie in the past.",
        ),
        required(
            "due",
            Kind::Deadline,
            "By when. Business days are those from Monday to Friday in UTC, at the same time of \
             the day; public holidays are not known. A month ends on the same day of the next, or \
             on its last. `as soon as possible` shows the time since the start.",
        ),
        optional("role", Kind::Line, "Who does it: a role, not a name."),
        optional("law", Kind::Line, "The source of the rule."),
    ],
};

static CADENCE: Table = Table {
    header: "[[cadence]]",
    doc: "A promise to report again and again. Each update sets the time of the next.",
    fields: &[
        required("id", Kind::Id, "Names it in the record; no duty may have the same."),
        required("title", Kind::Line, "Who gets what, in a line."),
        required("every", Kind::Duration(MINUTE, 30 * DAY), "From one update to the next."),
        default(
            "starts",
            Kind::OneOf(&["opened", "declared", "aware"]),
            "\"declared\"",
            "The moment from which the first one counts.",
        ),
        optional("role", Kind::Line, "Who gives it: a role, not a name."),
    ],
};

static INPUT: Table = Table {
    header: "[inputs.<name>]",
    doc: "A value that the person on call may set. Expressions see it as `inputs.<name>`, as text.",
    fields: &[
        required("title", Kind::Line, "The question that the value answers."),
        optional("default", Kind::Prose, "The value until somebody sets another."),
    ],
};

static BACKEND: Table = Table {
    header: "[backends.<name>]",
    doc: "A system that calls go to. Expressions see `backends.<name>.url` and \
          `backends.<name>.host`.",
    fields: &[
        required("title", Kind::Line, "What people call it."),
        required(
            "url",
            Kind::Url,
            "Origin and, if need be, a path that all requests begin with. `http` only for this \
             machine itself; no user, query or fragment.",
        ),
        default("auth", Kind::Auth(&AUTH), "\"none\"", "How a call proves who asks."),
        optional("health", Kind::Request, "A request that only reads, to see whether it answers."),
        default(
            "timeout",
            Kind::Duration(SECOND, 10 * MINUTE),
            "\"30s\"",
            "Bound on a whole call.",
        ),
    ],
};

static AUTH: Table = Table {
    header: "auth",
    doc: "Written inline: `auth = { scheme = \"bearer\", secret = \"token-admin\" }`, or `\"none\"`. \
          Only here are secrets named; where one comes from is the user's configuration.",
    fields: &[
        required(
            "scheme",
            Kind::OneOf(&["basic", "bearer", "header", "api-key"]),
            "`api-key` is Elasticsearch's `Authorization: ApiKey …`; `header` puts the secret into \
             a header of the back end's own.",
        ),
        required("secret", Kind::Id, "The name of the secret, never the secret."),
        optional("user", Kind::Line, "For `basic`."),
        optional("name", Kind::Line, "For `header`: the name of the header."),
    ],
};

static STEP: Table = Table {
    header: "[[steps]]",
    doc: "One step. It does exactly one of `call`, `ask`, `decide` and `playbook`.",
    fields: &[
        required("id", Kind::Id, "Names the step in `after`, `requires` and the record."),
        required(
            "phase",
            Kind::OneOf(&["detect", "contain", "eradicate", "recover", "notify", "learn"]),
            "A label for the timeline, never an order.",
        ),
        required("title", Kind::Line, "What it does, in a line."),
        optional("text", Kind::Prose, "What to know before it, or how to do it by hand. Markdown."),
        optional(
            "each",
            Kind::Table(&EACH),
            "The step is done once for each member of a scope: new members open new turns of it.",
        ),
        optional("when", Kind::Expression, "A condition, asked again until the step starts."),
        optional(
            "after",
            Kind::Lines,
            "Advice: these steps come first, unless a person says \
            otherwise, with a reason.",
        ),
        optional(
            "requires",
            Kind::Lines,
            "Hard: these steps must be done, since this one needs \
            what they saved. Of a step for each member, a step for each member of the same scope \
            waits for the turn of the same member; any other waits for all.",
        ),
        optional(
            "danger",
            Kind::OneOf(&["none", "confirm", "type"]),
            "What a person must do before the call leaves: nothing, confirm what is shown, or type \
             the target. Without it: `none` for a call that only reads, else `confirm`.",
        ),
        optional("target", Kind::Template, "What a person must recognise, or type."),
        optional("call", Kind::Table(&CALL), "A request to a back end."),
        optional("ask", Kind::Table(&ASK), "A manual step, whose answer is recorded."),
        optional("decide", Kind::Table(&DECIDE), "A decision between options, with a reason."),
        optional("verify", Kind::Tables(&VERIFY), "Proofs, asked before the call and after it."),
        optional("undo", Kind::Table(&UNDO), "Takes the effect of the call back."),
        optional("discover", Kind::Table(&DISCOVER), "Adds what the answer found to the scope."),
        optional("sql", Kind::Later, "A statement to a database."),
        optional("mail", Kind::Later, "A message."),
        optional("command", Kind::Later, "A program on this machine."),
        optional(
            "playbook",
            Kind::Playbook(&SUB),
            "Another playbook, whose steps stand under this one as `<step>.<step>`. It is over when all of \
             them are. `when` holds for all of them, `after` and `requires` for those that nothing \
             else comes before.",
        ),
    ],
};

const REQUEST: Field = required(
    "request",
    Kind::Request,
    "Method and path: `PUT /{{ inputs.index }}/_settings`. The host is always the back end's. A \
     value in the path becomes one percent-encoded segment; after the `?` it is percent-encoded.",
);
const AUTH_HERE: Field = optional("auth", Kind::Auth(&AUTH), "Instead of that of the back end.");
const HEADERS: Field =
    optional("headers", Kind::Headers, "Header names with their values, which may be templates.");
const JSON: Field = optional(
    "json",
    Kind::Json,
    "A JSON body. Texts in it are templates; a text that is exactly one expression keeps its type \
     (`\"{{ none }}\"` is null). At most one of `json`, `form`, `text`.",
);
const FORM: Field = optional("form", Kind::Form, "A form as the body.");
const TEXT: Field = optional("text", Kind::Template, "Plain text as the body.");
const OK: Field = optional(
    "ok",
    Kind::Expression,
    "A condition on the answer: it took effect. Without it: any 2xx.",
);
const NOT_DONE: Field = optional(
    "not_done",
    Kind::Expression,
    "A condition on the answer: nothing happened, asking again is harmless.",
);
const REPEAT: Field = optional(
    "repeat",
    Kind::OneOf(&["reads", "idempotent", "keyed", "once"]),
    "What sending it again means: it changes nothing; twice is the same as once; the server honours \
     `Idempotency-Key`; or it is never sent again by itself. Must be said of every call that is not \
     GET, HEAD or OPTIONS.",
);
const KEY_LIFE: Field = optional(
    "key_life",
    Kind::Duration(MINUTE, 30 * DAY),
    "With `repeat = \"keyed\"`, and only there: how long the server honours the key.",
);
const KEEP_BODY: Field = default(
    "keep_body",
    Kind::Truth,
    "false",
    "Keep the redacted answer with the record. Without it only hash, length and saved values stay.",
);
const BACKEND_OF_CALL: Field = optional(
    "backend",
    Kind::Destination(&MEMBER),
    "The back end, or the host of the member. Without it: that of the step's call.",
);

static EACH: Table = Table {
    header: "each",
    doc: "Written inline: `each = { scope = \"database\" }`. Members come into the scope by \
          `discover`, or by a person who says who told. Expressions of the step see `member.name`, \
          and `member.url` and `member.host` once a person admitted the host. What such a step \
          saves is kept for each member, for steps of the same scope.",
    fields: &[required("scope", Kind::Name, "What kind of thing: `database`, `host`.")],
};

static MEMBER: Table = Table {
    header: "backend",
    doc: "Written inline: `backend = { scope = \"database\" }`, only where `each` names the same \
          scope. The request goes to the member's own host, at the URL that a person admitted it \
          with; never before, and never with a secret unless the step names one in `auth` and the \
          person said that secrets may be sent there.",
    fields: &[required("scope", Kind::Name, "The scope that `each` names.")],
};

static CALL: Table = Table {
    header: "[steps.call]",
    doc: "A request to a back end.",
    fields: &[
        required(
            "backend",
            Kind::Destination(&MEMBER),
            "The back end that it goes to, or `{ scope = \"…\" }` for the host of the member.",
        ),
        REQUEST,
        AUTH_HERE,
        HEADERS,
        JSON,
        FORM,
        TEXT,
        OK,
        NOT_DONE,
        REPEAT,
        KEY_LIFE,
        optional(
            "save",
            Kind::Expressions,
            "Values of the answer for later steps, which see them as `saved.<name>` and must name \
             this step in `requires`.",
        ),
        KEEP_BODY,
    ],
};

static UNDO: Table = Table {
    header: "[steps.undo]",
    doc: "Takes the effect of the call back. It is a call too; it sees what the step saved.",
    fields: &[
        BACKEND_OF_CALL,
        REQUEST,
        AUTH_HERE,
        HEADERS,
        JSON,
        FORM,
        TEXT,
        OK,
        NOT_DONE,
        REPEAT,
        KEY_LIFE,
        KEEP_BODY,
    ],
};

static VERIFY: Table = Table {
    header: "[[steps.verify]]",
    doc: "A question whose answer proves the effect of the step. It is asked before the call too, \
          and shows the state before.",
    fields: &[
        required("title", Kind::Line, "What is true when it passes."),
        BACKEND_OF_CALL,
        optional(
            "auth",
            Kind::Auth(&AUTH),
            "Instead of that of the back end: `\"none\"` asks as a \
            stranger would.",
        ),
        optional(
            "via",
            Kind::Id,
            "A vantage point of the user's configuration. Without it: from \
            this machine.",
        ),
        REQUEST,
        HEADERS,
        JSON,
        FORM,
        TEXT,
        required(
            "ok",
            Kind::Expression,
            "The condition that must hold. `refused` and `timed_out` \
            are answers too.",
        ),
        default("every", Kind::Duration(SECOND, HOUR), "\"5s\"", "Pause between two askings."),
        default("times", Kind::Whole(1, 100), "1", "So many passes in a row make the proof."),
        default(
            "within",
            Kind::Duration(SECOND, DAY),
            "\"1m\"",
            "Without proof by then it has \
            failed.",
        ),
        optional("guard", Kind::Table(&GUARD), "Keeps asking while the incident is open."),
    ],
};

static GUARD: Table = Table {
    header: "guard",
    doc: "Written inline: `guard = { every = \"1m\", alarm_after = 2 }`; `{}` takes the defaults.",
    fields: &[
        default("every", Kind::Duration(SECOND, DAY), "\"1m\"", "Pause between two askings."),
        default(
            "alarm_after",
            Kind::Whole(1, 100),
            "2",
            "So many failures in a row raise the \
            alarm.",
        ),
    ],
};

static ASK: Table = Table {
    header: "[steps.ask]",
    doc: "A manual step: the step's text says how, the answer is recorded.",
    fields: &[
        required("question", Kind::Line, "What the person answers when it is done."),
        optional("save", Kind::Name, "Keeps the answer as `saved.<name>`."),
    ],
};

static DECIDE: Table = Table {
    header: "[steps.decide]",
    doc: "A decision: one of the options, with a reason.",
    fields: &[
        required("question", Kind::Line, "What is to be decided."),
        required("options", Kind::Lines, "Two or more."),
        optional("save", Kind::Name, "Keeps the chosen option as `saved.<name>`."),
    ],
};

static SUB: Table = Table {
    header: "[steps.playbook]",
    doc: "Another playbook in the place of a step: `playbook = \"leaked-credentials\"` for a shipped \
          one, or a table. Its inputs, back ends and saved names are its own: to the incident they \
          are `<step>.<name>`, but for a back end that both name alike, with the same address and \
          credentials. It is read once, and pinned by its hash when an incident is opened.",
    fields: &[
        optional("id", Kind::Id, "The name of a shipped playbook. Exactly one of `id` and `file`."),
        optional("file", Kind::Line, "A file, by its path from the directory of this one."),
        optional(
            "inputs",
            Kind::Form,
            "Values for its inputs, templates over `inputs`, `backends` and `incident`. An input that \
             is not named here stays one of its own, `<step>.<name>`.",
        ),
        optional("sha256", Kind::Line, "The hash that its text must have, 64 hex digits."),
    ],
};

static DISCOVER: Table = Table {
    header: "[steps.discover]",
    doc: "Adds what the call's answer found to the scope of the incident.",
    fields: &[
        required("scope", Kind::Name, "What kind of thing: `index`, `database`, `host`."),
        required("items", Kind::Expression, "Yields a list of texts: the names of what was found."),
    ],
};
