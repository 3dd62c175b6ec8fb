//! Roles, and where the record lies, in words.

use crate::incident::record::Record;

pub(super) fn words(record: &Record) -> String {
    match record {
        Record::RoleTaken { role, who, from, reason } => {
            let from =
                from.as_ref().map_or_else(String::new, |from| format!(", taken over from {from}"));
            let reason = reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("{who} is {role} now{from}{reason}")
        }
        Record::RoleLeft { role, who } => format!("{who} is no longer {role}"),
        Record::HandOverOffered { role, from, to, page_sha256, page_seq } => format!(
            "{from} offers the role of {role} to {to}; hand-over page after record {page_seq}, \
             sha256 {page_sha256}"
        ),
        Record::HandOverDeclined { role, from, to, reason } => {
            format!("the role of {role} does not go from {from} to {to}: {reason}")
        }
        Record::RoleHandedOver { role, from, to, page_sha256, page_seq } => format!(
            "{to} is {role} now, handed over by {from}; hand-over page after record {page_seq} \
             read, sha256 {page_sha256}"
        ),
        Record::Moved { to, reason, epoch } => {
            format!("moved to {to} (place {epoch} of the record ends here): {reason}")
        }
        Record::Arrived { from, epoch, host } => {
            format!("arrived on {host} from {from} (place {epoch} of the record)")
        }
        other => other.kind().replace('_', " "),
    }
}
