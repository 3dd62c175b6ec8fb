//! The kinds that a record can be of, as the record itself names them.

use crate::incident::kinds;
use crate::text::Shown;

/// What an entry is called whose kind this version cannot read.
pub(super) const UNKNOWN: &str = "unknown";

/// The kind, or beginning of kinds, that is meant; hyphens may stand for underscores.
pub(super) fn known(typed: &str) -> Result<String, Shown> {
    let kind = typed.replace('-', "_");
    let mut all = kinds();
    all.push(UNKNOWN);
    if all.iter().any(|one| one.starts_with(&kind)) {
        return Ok(kind);
    }
    let near = |one: &&&str| {
        let distance = strsim::damerau_levenshtein(&kind, one);
        (distance <= 3 && distance * 2 < kind.chars().count()).then_some(distance)
    };
    let typed = Shown::new(typed).clipped(40);
    let nearest = all.iter().filter(|one| near(one).is_some()).min_by_key(|one| near(one));
    Err(Shown::new(match nearest {
        Some(one) => format!("there is no kind `{typed}`; did you mean `{one}`?"),
        None => format!("there is no kind `{typed}`; the kinds are {}", all.join(", ")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_may_be_the_beginning() {
        assert_eq!(known("call"), Ok("call".to_owned()));
        assert_eq!(known("check-fail"), Ok("check_fail".to_owned()));
        assert_eq!(known("unknown"), Ok("unknown".to_owned()));
        assert!(known("Noted").is_err());
    }
}
