//! Plans for attributes without a change of their own, by the server's own schemas (RFC 7643 §7).

use serde_json::Value;

use super::{RfcDialect, RfcFlavor};
use crate::{
    dialect::{
        attributes::ask_for,
        plan_context::{PlanContext, StepDraft, refuse},
    },
    directory::{
        RecordKind, ResourceRef, attributes,
        attributes::ResourceAttribute,
        change::Change,
        plan::{ConfirmBy, Risk, Undo},
        refusal::{Refusal, RefusalCode},
    },
    scim::{
        patch::PatchOperation,
        schema::{self, Mutability},
    },
};

/// Attributes that have changes of their own with guards, and attributes that nobody sets.
const NOT_HERE: [&str; 10] =
    ["active", "roles", "entitlements", "emails", "groups", "members", "password", "id", "meta", "schemas"];

impl RfcDialect {
    pub(super) fn set_attribute(
        &self,
        case: PlanContext<'_>,
        target: &ResourceRef,
        path: &str,
        before: Option<&Value>,
        to: Option<&Value>,
    ) -> Result<StepDraft, Refusal> {
        let subject = match target.kind {
            RecordKind::User => &case.user(&target.id)?.user_name,
            RecordKind::Team => &case.team(&target.id)?.name,
            RecordKind::Role => return refuse(RefusalCode::Unsupported, "This provider has no records of roles."),
        };
        let name = schema::name_in(path);
        let whole = path.split(['.', '[']).next().unwrap_or_default();
        // A whole list of addresses, or one entry that goes, occurs only in an undo: another change that altered the list
        // beside what was asked for has saved it.
        let comes_back = is_structured(before, to) && whole.eq_ignore_ascii_case("emails");
        if !comes_back && NOT_HERE.iter().any(|one| one.eq_ignore_ascii_case(whole)) {
            return refuse(
                RefusalCode::Unsupported,
                format!("{name} is not set by itself: it has a key of its own, or is the server's."),
            );
        }
        if schema::same(before, to) {
            return refuse(RefusalCode::NoChange, format!("{subject} has this {name} already."));
        }
        let sections = attributes::of(case.0, target).unwrap_or_default();
        let row = sections.iter().flat_map(|section| &section.rows).find(|row| row.path == path);
        if !is_structured(before, to) {
            check(row, name, to)?;
        }
        if whole.eq_ignore_ascii_case("externalId") {
            self.external_id(to.and_then(Value::as_str).unwrap_or_default())?;
        }
        let op = match (before, to) {
            (_, None) if path.ends_with(']') => {
                PatchOperation::remove(path).map_err(|error| Refusal::unsupported(error.to_string()))?
            }
            (_, None) => PatchOperation::remove_all(path),
            (None, Some(to)) => PatchOperation::add(path, to.clone()),
            (Some(_), Some(to)) => PatchOperation::replace(path, to.clone()),
        };
        let request = if target.kind == RecordKind::Team {
            self.alter_group(case, target, op)
        } else {
            self.alter(case, target, op)
        };
        let once = row.and_then(|row| row.attribute).is_some_and(|known| known.mutability == Mutability::Immutable);
        let never = match before {
            _ if once => Some("Once it is set nobody can change it (immutable)."),
            None if self.is_needed(row, whole) => Some("It can't be left empty again."),
            _ => None,
        };
        let undo = if let Some(why) = never {
            Undo::Never(why.into())
        } else {
            let (before, to) = (to.cloned(), before.cloned());
            Undo::By(vec![Change::SetAttribute { target: target.clone(), path: path.to_owned(), before, to }])
        };
        let confirm = ConfirmBy::Ask(vec![ask_for(target.clone())]);
        let untyped = row.is_some_and(|row| row.attribute.is_none());
        let note = self.effect(target, whole);
        Ok(StepDraft::new(vec![request], undo, confirm)
            .risk(if note.is_some() || untyped || never.is_some() { Risk::Look } else { Risk::Plain })
            .note(note)
            .note(untyped.then(|| "No schema of this server speaks of it: whether it may be set is not known.".into())))
    }

    /// True if the attribute must not be empty.
    fn is_needed(&self, row: Option<&ResourceAttribute<'_>>, name: &str) -> bool {
        row.and_then(|row| row.attribute).is_some_and(|known| known.required)
            || (self.manner == RfcFlavor::Grafana && name.eq_ignore_ascii_case("externalId"))
    }

    /// A sentence about consequences of the change.
    fn effect(&self, target: &ResourceRef, name: &str) -> Option<String> {
        let is = |kind, attribute: &str| target.kind == kind && name.eq_ignore_ascii_case(attribute);
        if is(RecordKind::User, "userName") {
            Some("The user name is what people sign in by in many places.".into())
        } else if is(RecordKind::Team, "displayName") && self.mapping.is_some() {
            Some("Roles follow from the names of groups: under another name it may give another role, or none.".into())
        } else if name.eq_ignore_ascii_case("externalId") && self.manner == RfcFlavor::Grafana {
            Some("Grafana finds people by it at sign-in.".into())
        } else if name.eq_ignore_ascii_case("externalId") {
            Some("An identity provider may find the record by it.".into())
        } else {
            None
        }
    }
}

/// True for a change of all parts of an attribute at once, which no form makes.
fn is_structured(before: Option<&Value>, to: Option<&Value>) -> bool {
    [before, to].into_iter().flatten().any(|value| value.is_array() || value.is_object())
}

/// Checks whether the schema allows the value.
fn check(row: Option<&ResourceAttribute<'_>>, name: &str, to: Option<&Value>) -> Result<(), Refusal> {
    let Some(row) = row else { return Ok(()) };
    if let Some(why) = row.fixed {
        return refuse(RefusalCode::Unsupported, format!("{name} can't be changed here: {why}"));
    }
    match to {
        None if row.attribute.is_some_and(|known| known.required) => {
            refuse(RefusalCode::InvalidValue, format!("{name} is required: it can't be left empty."))
        }
        Some(to) if !row.kind().takes(to) => {
            refuse(RefusalCode::InvalidValue, format!("{name} takes a value of the type {}.", row.kind().as_str()))
        }
        _ => Ok(()),
    }
}
