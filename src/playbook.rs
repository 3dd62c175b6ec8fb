//! What should be done: the document, as data. Knows nothing of incidents, disks or networks.

mod amend;
mod build;
mod clock;
mod decode;
mod expression;
mod fields;
mod graph;
mod library;
mod model;
mod names;
mod page;
mod piece;
mod plan;
mod problem;
mod read;
mod record;
mod schema;
mod source;
mod span;
mod sub;
mod template;
mod words;

pub use clock::{Cadence, Deadline, Duty, Moment};
pub use expression::{EXPRESSION_LIMIT, Expression, ExpressionError, VALUE_LIMIT, Values};
pub use library::{Found, Library, Reference, Wanted};
pub use model::{
    Ask, Auth, Backend, Body, Call, Check, Danger, Decide, Destination, Discover, Guard, Input,
    JsonTemplate, Origin, Phase, Playbook, Repeat, Step, Sub, Task,
};
pub use page::format_page;
pub use piece::STEP_TEXT_LIMIT;
pub use plan::{Planned, PlannedProof, PlannedRequest, plan};
pub use problem::Problem;
pub(crate) use problem::{Problems, similar};
pub(crate) use read::hidden_characters;
pub use read::{Checked, FILE_LIMIT, read, read_with};
pub use schema::json_schema;
pub use source::Source;
pub use template::{Part, Place, Template};
pub(crate) use words::duration;
pub use words::{bare_url, base_url, host, is_in_the_clear};
