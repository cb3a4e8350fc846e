//! The form for an attribute, with the type that its schema gives.

use super::{FormField, FormPurpose, FormState};
use crate::{
    directory::{
        attributes::{self, AttributeSlot},
        change::Change,
    },
    scim::{
        schema::{self, ValueType},
        text::clean,
    },
};

impl FormState {
    /// A form with the attribute's present value.
    pub fn attribute(slot: AttributeSlot) -> Self {
        let now = slot.before.as_ref().map(attributes::shown).unwrap_or_default();
        let all: Vec<&str> = match slot.kind {
            ValueType::Boolean => vec!["true", "false"],
            _ => slot.canonical.iter().map(String::as_str).collect(),
        };
        let field = if all.is_empty() {
            FormField::text("value", "Value", &now, &hint(&slot))
        } else {
            // The present value may be none of the suggested words.
            let own = (!now.is_empty() && !all.contains(&now.as_str())).then_some((now.as_str(), now.as_str()));
            let none = (now.is_empty() || !slot.required).then_some(("", "nothing"));
            let all = none.into_iter().chain(own).chain(all.iter().map(|word| (*word, *word)));
            FormField::choice("value", "Value", all, &now, &hint(&slot))
        };
        let title = clean(schema::name_in(&slot.path)).into_owned();
        Self::new(FormPurpose::Attribute(slot), &title, vec![field])
    }

    pub(super) fn attribute_set(&mut self, slot: AttributeSlot) -> Vec<Change> {
        let text = self.value("value").to_owned();
        let to = match text.as_str() {
            "" if slot.required => {
                self.fail("value", "required: it can't be left empty");
                return Vec::new();
            }
            "" => None,
            text => match slot.kind.read(text) {
                Ok(value) => Some(value),
                Err(why) => {
                    self.fail("value", why.to_string());
                    return Vec::new();
                }
            },
        };
        if schema::same(slot.before.as_ref(), to.as_ref()) {
            return Vec::new();
        }
        vec![Change::attribute(slot.target, slot.path, slot.before, to)]
    }
}

/// A description of the values that can be entered.
fn hint(slot: &AttributeSlot) -> String {
    let kind = match (slot.kind, slot.typed) {
        (_, false) => "no schema speaks of it: sent as the type that it has now",
        (ValueType::DateTime, _) => "a moment, such as 2026-05-14T09:00:00Z",
        (kind, true) => kind.as_str(),
    };
    let empty = if slot.required { "required" } else { "empty: removed" };
    format!("{kind}; {empty}")
}
