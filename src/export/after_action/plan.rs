//! The improvement plan: what has to become better; by whom and until when is for people to fill in.

use std::fmt::Write as _;

use super::{Report, code};
use crate::drill::score::Score;

impl Report<'_> {
    pub(super) fn improvement_plan(&self, out: &mut String) -> std::fmt::Result {
        self.section(out, "Improvement plan")?;
        writeln!(
            out,
            "Element: planning, organisation, equipment, training or exercises.\n\n\
             | Capability | Issue | Corrective action | Element | Owner | Contact | Start | Due |\n\
             |---|---|---|---|---|---|---|---|"
        )?;
        for row in &self.score.improvement_plan {
            writeln!(out, "| {} | {} | | | | | | |", code(&row.capability), code(&row.issue))?;
        }
        // One of their own, from the hot wash.
        writeln!(out, "| | | | | | | | |\n")
    }
}

/// The plan as a table for spreadsheets, under its banner: `capability,issue,corrective_action,
/// element,owner,contact,start,due`.
pub fn improvement_csv(score: &Score) -> String {
    let mut out =
        String::from("capability,issue,corrective_action,element,owner,contact,start,due\n");
    out.push_str(&row(&[&format!("DRILL: {}", score.banner), "", "", "", "", "", "", ""]));
    for one in &score.improvement_plan {
        out.push_str(&row(&[
            one.capability.as_str(),
            one.issue.as_str(),
            &one.action,
            &one.element,
            &one.owner,
            &one.contact,
            &one.start,
            &one.due,
        ]));
    }
    out
}

fn row(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    format!("{}\n", fields.join(","))
}

/// A field that no spreadsheet takes for a formula.
fn quoted(field: &str) -> String {
    let line = crate::text::Shown::new(field).one_line().replace('"', "\"\"");
    let guard = if line.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{line}\"")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_stays_one_field_and_is_no_formula() {
        assert_eq!(quoted("plain"), "\"plain\"");
        assert_eq!(quoted("a, \"b\"\nc"), "\"a, \"\"b\"\"⏎c\"");
        assert_eq!(quoted("=SUM(A1)"), "\"'=SUM(A1)\"");
    }
}
