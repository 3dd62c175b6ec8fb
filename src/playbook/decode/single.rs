//! Values that are one text or one number.

use toml::Spanned;
use toml::de::DeValue;

use super::{Decoder, EXPRESSION_COUNT_LIMIT, Here};
use crate::playbook::clock::Deadline;
use crate::playbook::expression::{Expression, ExpressionError};
use crate::playbook::fields::{Field, Kind};
use crate::playbook::problem::similar;
use crate::playbook::record::Typed;
use crate::playbook::template::{Part, Template};
use crate::playbook::words;
use crate::text::is_hidden;

impl Decoder<'_> {
    pub(super) fn single(&mut self, text: &str, field: &Field, here: &mut Here) -> Option<Typed> {
        let text_of = |checked: Result<(), String>| checked.map(|()| Typed::Text(text.to_owned()));
        let checked = match field.kind {
            Kind::Id => text_of(words::id(text)),
            Kind::Name | Kind::Destination(_) => text_of(words::name(text)),
            Kind::Line => text_of(words::line(text)),
            Kind::Url => words::base_url(text).map(Typed::Text),
            Kind::Duration(least, most) => words::duration(text, least, most).map(Typed::Duration),
            Kind::Deadline => text_of(Deadline::parse(text).map(|_| ())),
            Kind::OneOf(words) => return self.one_of(text, field, words, here),
            Kind::Expression => return self.expression(text, here).map(Typed::Expression),
            Kind::Template => return self.template(text, here).map(Typed::Template),
            Kind::Request => return self.request(text, field, here),
            _ => Ok(Typed::Text(text.to_owned())),
        };
        checked.map_err(|what| self.at_field(field, here, &what)).ok()
    }

    fn at_field(&mut self, field: &Field, here: &Here, what: &str) {
        let name = field.name;
        // Some rules quote the text themselves.
        let what = if what.starts_with('`') { what.to_owned() } else { format!("`{name}` {what}") };
        self.problems.add(here.span.start, what);
    }

    fn one_of(
        &mut self,
        text: &str,
        field: &Field,
        known: &'static [&'static str],
        here: &Here,
    ) -> Option<Typed> {
        if known.contains(&text) {
            return Some(Typed::Text(text.to_owned()));
        }
        let what = format!("`{}` cannot be `{text}`", field.name);
        let mend = match similar(text, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it is one of {}", known.join(", ")),
        };
        self.problems.mend(here.span.start, what, mend);
        None
    }

    pub(super) fn expression(&mut self, text: &str, here: &mut Here) -> Option<Expression> {
        let place = self.place(text, here);
        self.count(here)?;
        match Expression::parse(text) {
            Ok(expression) => {
                note_uses(&expression, place, here);
                Some(expression)
            }
            Err(error) => self.syntax(&error, place, here),
        }
    }

    pub(super) fn template(&mut self, text: &str, here: &mut Here) -> Option<Template> {
        let place = self.place(text, here);
        self.template_at(text, place, here)
    }

    fn template_at(
        &mut self,
        text: &str,
        place: Option<usize>,
        here: &mut Here,
    ) -> Option<Template> {
        self.count(here)?;
        match Template::parse(text) {
            Ok(template) => {
                for expression in template.expressions() {
                    note_uses(expression, place, here);
                }
                Some(template)
            }
            Err(error) => self.syntax(&error, place, here),
        }
    }

    /// Compiled expressions take room; a file that wants to fill the memory is stopped here.
    fn count(&mut self, here: &Here) -> Option<()> {
        self.expressions += 1;
        if self.expressions == EXPRESSION_COUNT_LIMIT + 1 {
            let what = format!("this file has more than {EXPRESSION_COUNT_LIMIT} templates");
            self.problems.add(here.span.start, what);
        }
        (self.expressions <= EXPRESSION_COUNT_LIMIT).then_some(())
    }

    fn syntax<T>(
        &mut self,
        error: &ExpressionError,
        place: Option<usize>,
        here: &Here,
    ) -> Option<T> {
        let at = match (error, place) {
            (ExpressionError::Syntax { at, .. }, Some(place)) => place + at,
            _ => here.span.start,
        };
        self.problems.add(at, error.to_string());
        None
    }

    fn request(&mut self, text: &str, field: &Field, here: &mut Here) -> Option<Typed> {
        let (method, begin) = match words::request_line(text) {
            Ok(split) => split,
            Err(what) => {
                self.at_field(field, here, &what);
                return None;
            }
        };
        let place = self.place(text, here).map(|place| place + begin);
        let path = self.template_at(&text[begin..], place, here)?;
        for part in path.parts() {
            if let Part::Literal(literal) = part
                && let Err(what) = words::path_literal(literal)
            {
                self.at_field(field, here, &what);
                return None;
            }
        }
        Some(Typed::Request(method.to_owned(), path))
    }

    /// The byte of the file at which `text` stands as it is, if no escape changed it.
    fn place(&self, text: &str, here: &Here) -> Option<usize> {
        let raw = self.text.get(here.span.clone())?;
        raw.find(text).map(|inside| here.span.start + inside)
    }

    pub(super) fn whole(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        field: &Field,
        least: u32,
        most: u32,
    ) -> Option<Typed> {
        let DeValue::Integer(number) = value.get_ref() else {
            return self.wrong(value, field, "a whole number");
        };
        let number = u32::from_str_radix(number.as_str(), number.radix()).ok();
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(Typed::Whole(number)),
            None if least == most => {
                let what = format!("`{}` must be {least}, this version reads no other", field.name);
                self.problems.add(value.span().start, what);
                None
            }
            None => {
                let what = format!("`{}` must be between {least} and {most}", field.name);
                self.problems.add(value.span().start, what);
                None
            }
        }
    }

    /// A hidden character that came through an escape, so the file itself does not show it.
    pub(super) fn hidden(&mut self, text: &str, at: usize) {
        let Some(c) = text.chars().find(|c| is_hidden(*c) && !matches!(c, '\t' | '\r')) else {
            return;
        };
        let written = self.text.get(at..).unwrap_or_default();
        if !written.chars().take(text.chars().count() + 3).any(|other| other == c) {
            let what =
                format!("this text has a hidden character, U+{:04X}, by an escape", u32::from(c));
            self.problems.mend(at, what, "remove the escape");
        }
    }
}

/// Each name with the place where it is first written.
fn note_uses(expression: &Expression, place: Option<usize>, here: &mut Here) {
    for name in expression.names() {
        let at = match place {
            Some(place) => {
                let inside = expression.source().find(&name).unwrap_or_default();
                place + expression.at() + inside
            }
            None => here.span.start,
        };
        here.uses.push((name, at));
    }
}
