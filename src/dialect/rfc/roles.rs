//! Roles that stand in the user's own record: `roles` or `entitlements` (RFC 7643 §4.1.2), on servers that use them.

use std::borrow::Cow;

use serde_json::json;

use super::RfcDialect;
use crate::{
    dialect::plan_context::{PlanContext, StepDraft, refuse},
    directory::{
        Id, MaybeTold, Name, ResourceRef,
        change::{Change, ChangeVerb},
        plan::{ConfirmBy, ProviderCapabilities, Risk, RoleChoice, Undo},
        record::ReadDepth,
        refusal::{Refusal, RefusalCode},
        role_source::SEVERAL,
    },
    scim::{json::JsonFields, patch::PatchOperation, quirks::RoleAttribute},
};

/// The roles of a user, in one text. The attribute that is known, else whichever is filled. A record that was read whole
/// and has neither has none (RFC 7643 §2.5). An entry without a value has its display text; the role of an entry without
/// both is not told.
pub(super) fn read(fields: &JsonFields<'_>, known: Option<RoleAttribute>, depth: ReadDepth) -> MaybeTold {
    let of = |attribute: RoleAttribute| {
        let entries = fields.objects(attribute.as_str());
        let values: Option<Vec<Cow<'_, str>>> = entries.iter().map(text_of).collect();
        let Some(mut all) = values else { return Some(MaybeTold::NOT_TOLD) };
        all.retain(|value| !value.is_empty());
        (!all.is_empty()).then(|| Name::from(all.join(&format!("{SEVERAL} "))).into())
    };
    let roles = match known {
        Some(attribute) => of(attribute),
        None => of(RoleAttribute::Roles).or_else(|| of(RoleAttribute::Entitlements)),
    };
    match roles {
        Some(roles) => roles,
        None if depth == ReadDepth::Full => MaybeTold::none(),
        None => MaybeTold::NOT_TOLD,
    }
}

/// The role of an entry, empty where its value says that there is none.
fn text_of<'a>(entry: &JsonFields<'a>) -> Option<Cow<'a, str>> {
    let display = || entry.string("display").ok().flatten();
    let value = entry.value_or_string().ok()?;
    let is_empty = || entry.names().any(|name| name.eq_ignore_ascii_case("value"));
    value.filter(|value| !value.is_empty()).or_else(display).or_else(|| is_empty().then_some(Cow::Borrowed("")))
}

/// Lets these be given.
pub(super) fn offer(capabilities: &mut ProviderCapabilities, roles: &[String]) {
    capabilities.refused.retain(|(verb, _)| *verb != ChangeVerb::SetOrgRole);
    capabilities.org_roles = roles.iter().map(|role| RoleChoice { name: role.as_str().into(), note: None }).collect();
    capabilities.no_roles = None;
    capabilities.derived_roles = true;
}

impl RfcDialect {
    pub(super) fn set_role(&self, case: PlanContext<'_>, id: &Id, role: &Name) -> Result<StepDraft, Refusal> {
        let user = case.user(id)?;
        let before = user.org_role.value();
        if before.is_some_and(|before| before == role) {
            return refuse(RefusalCode::NoChange, format!("{} has the role {role} already.", user.user_name));
        }
        let attribute = self.habits.role_attribute.unwrap_or(RoleAttribute::Roles).as_str();
        let several = before.filter(|before| before.raw().contains(SEVERAL));
        let undo = match before {
            Some(before) if several.is_none() => {
                Undo::By(vec![Change::SetOrgRole { user: id.clone(), role: before.clone() }])
            }
            Some(_) => Undo::Never("Several roles can't be put back from here: give them again one by one.".into()),
            None => Undo::Never("There was no role before, and no role can't be given from here.".into()),
        };
        let target = ResourceRef::user(id);
        let request = self.alter(
            case,
            &target,
            PatchOperation::replace(attribute, json!([{"value": role.raw(), "primary": true}])),
        );
        Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![target]))
            .risk(Risk::Look)
            .note(several.map(|several| format!("Takes the place of all their roles: {several}."))))
    }
}
