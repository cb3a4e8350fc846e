//! Advice for a W&B administrator about a failure (docs/src/providers/wandb.md#authorisation,
//! docs/src/providers/wandb.md#errors-and-limits).

use crate::{
    dialect::Hosting,
    directory::side_query::SideQueryKind,
    scim::failure::{Failure, FailureClass},
};

const KEY: &str = "Use the API key of an organisation admin or of an organisation-scoped service account; keys of team \
                   service accounts are refused.";
const INSTANCE_KEY: &str = "Use the API key of an instance admin or of an organisation-scoped service account; keys of \
                            team service accounts are refused.";
const BEARER: &str = "Servers before 0.79 take no Bearer keys: for those set auth = \"basic\" in the profile.";
const ORGANISATION: &str = "An admin of several organisations sets Default API organization in the W&B user settings.";
const PREFIX: &str = "W&B's path prefix is /scim.";
const AUDIT: &str = "W&B shows it to admins of the organisation; in Multi-tenant Cloud it belongs to the Enterprise plan; a server \
                     without it answers 404.";
const SEATS: &str = "Free a seat, or get more: the W&B app shows them under the organisation's billing settings.";

/// Replaces the general advice with W&B's own; for a missing record, appends W&B's advice.
pub(super) fn hint(hosting: Hosting, failure: &mut Failure) {
    let text = failure.text.to_ascii_lowercase();
    let multi_tenant = hosting == Hosting::MultiTenant;
    let next = if text.contains("seat limit") {
        SEATS.to_owned()
    } else if text.contains("multiple organizations") {
        ORGANISATION.to_owned()
    } else {
        match (failure.class, multi_tenant) {
            (FailureClass::Unauthorized, true) => KEY.to_owned(),
            (FailureClass::Unauthorized, false) => format!("{INSTANCE_KEY} {BEARER}"),
            (FailureClass::Forbidden, true) => format!("{KEY} {ORGANISATION}"),
            (FailureClass::Forbidden, false) => INSTANCE_KEY.to_owned(),
            (FailureClass::NotFound, _) if failure.status == Some(404) => format!("{} {PREFIX}", failure.next),
            _ => return,
        }
    };
    next.trim_start().clone_into(&mut failure.next);
}

/// Replaces the advice about the audit log, unless the setting of the organisation is the reason.
pub(super) fn about(topic: &SideQueryKind, failure: &mut Failure) {
    let is_refused = matches!(failure.class, FailureClass::Forbidden | FailureClass::NotFound);
    if is_refused && matches!(topic, SideQueryKind::AuditLog(_)) && failure.next != ORGANISATION {
        AUDIT.clone_into(&mut failure.next);
    }
}
