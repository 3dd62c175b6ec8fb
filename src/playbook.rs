//! What should be done: the document, as data. Knows nothing of incidents, disks or networks.

mod expression;
mod model;
mod template;

pub use expression::{EXPRESSION_LIMIT, Expression, ExpressionError, VALUE_LIMIT, Values};
pub use model::{
    Ask, Auth, Backend, Body, Call, Check, Danger, Decide, Discover, Guard, Input, JsonTemplate,
    Phase, Playbook, Repeat, Step, Task,
};
pub use template::{Part, Place, Template};
