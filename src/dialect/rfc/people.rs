//! Plans for users (RFC 7643 §4.1).

use serde_json::{Map, Value, json};

use super::{RfcDialect, RfcFlavor};
use crate::{
    dialect::{
        plan_context::{PlanContext, StepDraft, address, put_back, refuse},
        wire,
    },
    directory::{
        Id, RecordKind, ResourceRef,
        change::{Change, ChangeVerb, NewUser},
        plan::{ConfirmBy, Risk, Undo, typed_name},
        refusal::{Refusal, RefusalCode},
    },
    scim::{patch::PatchOperation, quirks::DeletionEffect, request::Request, urn},
};

type Planned = Result<StepDraft, Refusal>;

/// The reason why there is no way back into a workspace.
const OUT: &str = "Out of the workspace is out: to bring them back, create the user again and add them to groups.";

impl RfcDialect {
    /// An operation on a user, in the form that the server takes.
    pub(super) fn alter(&self, case: PlanContext<'_>, target: &ResourceRef, op: PatchOperation) -> Request {
        let request = match self.habits.patch_users {
            Some(false) => wire::put_merged(target, op),
            Some(true) => wire::patch(target, self.as_taken(op)),
            None => wire::patch(target, op.clone()).or_else(vec![wire::put_merged(target, op)]),
        };
        request.if_match(self.version(case, target))
    }

    /// The operation in the form that the server takes.
    fn as_taken(&self, op: PatchOperation) -> PatchOperation {
        if self.habits.patch_paths == Some(false) { op.without_path() } else { op }
    }

    pub(super) fn create_user(&self, case: PlanContext<'_>, key: &Id, new: &NewUser) -> Planned {
        case.new_user(new)?;
        if !new.teams.is_empty() {
            return refuse(
                RefusalCode::Unsupported,
                "This provider takes no groups with a new user: create the user, then add it to groups.",
            );
        }
        if self.manner == RfcFlavor::Grafana && new.attributes.get("name").is_some_and(|name| !name.is_null()) {
            return refuse(
                RefusalCode::Unsupported,
                "Grafana ignores first and last names: give the shown name instead.",
            );
        }
        let mut body = Map::new();
        body.insert("schemas".into(), json!([urn::USER]));
        body.insert("userName".into(), json!(new.user_name));
        if let Some(external) = self.external_id(&new.external_id)? {
            body.insert("externalId".into(), json!(external));
        }
        if !new.display_name.is_empty() {
            body.insert("displayName".into(), json!(new.display_name));
            body.insert("name".into(), name_of(&new.display_name));
        }
        body.insert("emails".into(), emails(&new.email));
        body.insert("active".into(), json!(true));
        body.extend(new.attributes.clone());
        // Whoever is made again lacks what the old record lacked.
        body.retain(|_, value| !value.is_null());
        if body.contains_key(urn::ENTERPRISE_USER) {
            body.insert("schemas".into(), json!([urn::USER, urn::ENTERPRISE_USER]));
        }
        let keeps = self.capabilities.can(ChangeVerb::DeleteUser).is_err()
            || matches!(self.habits.delete_user, Some(DeletionEffect::Deactivates | DeletionEffect::Refused));
        let undo = if keeps {
            Change::SetActive { user: key.clone(), active: false }
        } else {
            Change::DeleteUser { user: key.clone() }
        };
        let undo = Undo::By(vec![undo]);
        let request = wire::create(RecordKind::User, Value::Object(body));
        Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![ResourceRef::user(key)]))
            .note(self.manner.on_create().map(str::to_owned))
            .note(self.first_role()))
    }

    /// The role of somebody in no group, where roles follow from groups.
    fn first_role(&self) -> Option<String> {
        let role = self.mapping.as_deref()?.default.as_ref()?;
        Some(format!("Their role is {role} until a {} gives another.", self.capabilities.team_word))
    }

    /// The identity provider's own id. Grafana finds people by it at sign-in, and once took a number for its own id of
    /// a user (CVE-2025-41115).
    pub(super) fn external_id(&self, given: &str) -> Result<Option<String>, Refusal> {
        let given = given.trim();
        if self.manner == RfcFlavor::Grafana {
            if given.is_empty() {
                return refuse(
                    RefusalCode::InvalidValue,
                    "Grafana needs an external id: the value by which the identity provider names this person at sign-in.",
                );
            }
            if given.bytes().all(|byte| byte.is_ascii_digit()) {
                return refuse(
                    RefusalCode::InvalidValue,
                    "An external id of digits alone is refused: some Grafana versions take it for their own id of another \
                     user.",
                );
            }
        }
        Ok((!given.is_empty()).then(|| given.to_owned()))
    }

    pub(super) fn set_active(&self, case: PlanContext<'_>, id: &Id, active: bool) -> Planned {
        let user = case.user(id)?;
        if user.active == Some(active) {
            let word = if active { "active" } else { "inactive" };
            return refuse(RefusalCode::NoChange, format!("{} is {word} already.", user.user_name));
        }
        let target = ResourceRef::user(id);
        let request = self.alter(case, &target, PatchOperation::replace("active", active));
        if self.manner == RfcFlavor::Datasaur && !active {
            return Ok(StepDraft::new(vec![request], Undo::Never(OUT.into()), ConfirmBy::Reread(vec![target]))
                .risk(Risk::Type(typed_name(&user.user_name, id)))
                .note(self.manner.on_deactivate(&user.user_name))
                .note(case.lost_teams(user, self.capabilities.team_word)));
        }
        let undo = match user.active {
            Some(before) => Undo::By(vec![Change::SetActive { user: id.clone(), active: before }]),
            None => Undo::Never("Whether the user was active before is not known.".into()),
        };
        Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![target]))
            .look_if(!active)
            .note((!active).then(|| self.manner.on_deactivate(&user.user_name)).flatten()))
    }

    pub(super) fn set_display_name(&self, case: PlanContext<'_>, id: &Id, to: &str) -> Planned {
        let user = case.user(id)?;
        let undo = put_back(user, "display name", &user.display_name, to, |to| Change::SetDisplayName {
            user: id.clone(),
            to,
        })?;
        let target = ResourceRef::user(id);
        let op = if to.is_empty() {
            PatchOperation::remove_all("displayName")
        } else {
            PatchOperation::replace("displayName", to)
        };
        let request = self.alter(case, &target, op);
        Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![target])))
    }

    pub(super) fn set_email(&self, case: PlanContext<'_>, id: &Id, to: &str) -> Planned {
        let user = case.user(id)?;
        address(to)?;
        let undo = put_back(user, "email", &user.email, to, |to| Change::SetEmail { user: id.clone(), to })?;
        let target = ResourceRef::user(id);
        // A record may have more addresses than the one that is shown: they stay.
        let main = PatchOperation::replace("emails[primary eq true].value", to);
        let request = match self.habits.patch_users {
            Some(false) => wire::put_merged(&target, main),
            Some(true) => {
                wire::patch_computed(&target, main, self.as_taken(PatchOperation::replace("emails", emails(to))))
            }
            None => wire::patch_computed(&target, main.clone(), PatchOperation::replace("emails", emails(to)))
                .or_else(vec![wire::put_merged(&target, main)]),
        };
        let request = request.if_match(self.version(case, &target));
        Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![target])).risk(Risk::Look))
    }

    pub(super) fn delete_user(&self, case: PlanContext<'_>, id: &Id) -> Planned {
        let user = case.user(id)?;
        let target = ResourceRef::user(id);
        let request = wire::delete(&target).if_match(self.version(case, &target));
        let word = self.capabilities.team_word;
        let never = match self.manner {
            RfcFlavor::Datasaur => OUT.to_owned(),
            _ => format!("A deleted user can't be brought back: a new one has another id and is in no {word}."),
        };
        Ok(StepDraft::new(vec![request], Undo::Never(never), ConfirmBy::Reread(vec![target]))
            .risk(Risk::Type(typed_name(&user.user_name, id)))
            .note(self.manner.on_delete(&user.user_name))
            .note(case.lost_teams(user, self.capabilities.team_word)))
    }
}

/// The reason why users are not deleted on this server.
pub(super) fn no_deletion(habit: Option<DeletionEffect>) -> Option<&'static str> {
    match habit? {
        DeletionEffect::Refused => Some("This server refuses to delete users: deactivate them instead."),
        DeletionEffect::Deactivates => {
            Some("This server only deactivates on DELETE: deactivate them, which can be undone.")
        }
        DeletionEffect::Removes => None,
    }
}

/// `name` (RFC 7643 §4.1.1) from a shown name: the last word as the family name, for servers that insist on both.
fn name_of(display: &str) -> Value {
    let display = display.trim();
    match display.rsplit_once(char::is_whitespace) {
        Some((given, family)) => json!({"formatted": display, "givenName": given.trim_end(), "familyName": family}),
        None => json!({"formatted": display, "givenName": display}),
    }
}

fn emails(address: &str) -> Value {
    json!([{"value": address, "type": "work", "primary": true}])
}
