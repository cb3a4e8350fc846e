//! W&B's own words: schema URNs, role names, and the refusals of each hosting, in sentences.

use crate::{
    dialect::Hosting,
    directory::{
        Name,
        change::ChangeVerb,
        plan::{ProviderCapabilities, RoleChoice},
        refusal::Refusal,
    },
};

/// Teams to join at creation (Multi-tenant).
/// Attributes of a user that hold roles and seats.
pub(super) const ROLES_AND_SEATS: [&str; 8] = [
    "organizationRole",
    "roles",
    "teamRoles",
    "registryRoles",
    "modelsSeat",
    "weaveRole",
    "registryAccess",
    "accountType",
];
pub(super) const TEAMS_USER: &str = "urn:ietf:params:scim:schemas:extension:teams:2.0:User";
/// The extension in which some answers put the organisation role.
pub(super) const WANDB_USER: &str = "urn:ietf:params:scim:schemas:extension:wandb:2.0:User";
/// `accountType` of a team's service account.
pub(super) const SERVICE: &str = "SERVICE";
/// `accountType` of the organisation's service account.
pub(super) const ORG_SERVICE: &str = "ORG_SERVICE";

pub(super) const ADMIN: &str = "admin";
pub(super) const MEMBER: &str = "member";
pub(super) const VIEWER: &str = "viewer";

/// True for the roles that compare without regard to case; custom names do not.
pub(super) fn is_predefined(role: &Name) -> bool {
    [ADMIN, MEMBER, VIEWER].iter().any(|name| role.is(name))
}

/// The places for a team's files; W&B's own words.
pub(super) const BUCKETS: [&str; 5] = ["COREWEAVE", "AWS", "AZURE", "GCP", "MINIO"];

/// Continues "… is a service account:".
pub(super) const NO_SERVICE_EDIT: &str = "W&B lets nobody edit those over SCIM, only delete them. Use the W&B app.";

const NO_DELETE_TEAM: &str = "W&B has no way to delete a team over SCIM: only the W&B app deletes teams.";
/// The attributes that W&B documents as settable have changes of their own
/// (docs/src/providers/wandb.md#changes-of-a-user).
pub(super) const NO_ATTRIBUTES: &str = "W&B documents no way to set this over SCIM. Display name, email, seats, roles \
                                        and status have actions of their own.";
const NO_PROFILE: &str = "On Multi-tenant Cloud a person's display name and email are their own: only they change them, \
                          in the W&B app.";
const NO_REACTIVATE: &str = "Multi-tenant Cloud can't reactivate: deactivating removed them from the organisation. \
                             Re-create the user with the same email instead.";
const VIEWER_NOTE: &str = "deprecated by W&B: becomes member with viewer seats and makes every team role viewer";

/// W&B's capabilities in a hosting.
pub(super) fn capabilities(hosting: Hosting) -> ProviderCapabilities {
    let mut refused = vec![(ChangeVerb::DeleteTeam, NO_DELETE_TEAM), (ChangeVerb::SetAttribute, NO_ATTRIBUTES)];
    if hosting == Hosting::MultiTenant {
        let more = [
            (ChangeVerb::SetDisplayName, NO_PROFILE),
            (ChangeVerb::SetEmail, NO_PROFILE),
            (ChangeVerb::Reactivate, NO_REACTIVATE),
        ];
        refused.extend(more);
    }
    let choice = |name: &str, note: Option<&str>| RoleChoice { name: name.into(), note: note.map(Into::into) };
    ProviderCapabilities {
        refused: refused.into_iter().map(|(verb, why)| (verb, Refusal::unsupported(why))).collect(),
        org_roles: vec![choice(ADMIN, None), choice(MEMBER, None), choice(VIEWER, Some(VIEWER_NOTE))],
        team_roles: vec![choice(ADMIN, None), choice(MEMBER, None), choice(VIEWER, None)],
        joins_as: Some(MEMBER.into()),
        no_roles: None,
        sparse_lists: true,
        seats: true,
        activity: true,
        service_accounts: true,
        admin_keys: true,
        team_word: "team",
        inactive_word: if hosting == Hosting::MultiTenant { "removed from the organisation" } else { "" },
        spaced_names: false,
        seat_levels: &super::seats::LEVELS,
        full_seats: None,
        fixed_services: Some(NO_SERVICE_EDIT),
        registry_roles: vec![
            choice(ADMIN, None),
            choice(MEMBER, None),
            choice(VIEWER, None),
            choice("restricted_viewer", Some("not documented for SCIM: W&B may refuse")),
        ],
        buckets: &BUCKETS,
        instance_admins: hosting != Hosting::MultiTenant,
        derived_roles: false,
        mapping: None,
        mapping_note: None,
        settings: Vec::new(),
        external_ids: false,
        tells_nothing: None,
        no_audit_log: None,
        cascading_role: Some(VIEWER.into()),
    }
}
