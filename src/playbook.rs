//! What should be done: the document, as data. Knows nothing of incidents, disks or networks.

mod expression;
mod model;

pub use expression::{Expression, Part, Template, Values};
pub use model::{
    Ask, Auth, Backend, Body, Call, Check, Danger, Decide, Discover, Guard, Input, JsonTemplate,
    Phase, Playbook, Repeat, Step, Task,
};
