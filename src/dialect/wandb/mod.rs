//! Weights & Biases: Multi-tenant Cloud, Dedicated Cloud and Self-Managed (docs/src/providers/wandb.md).
//!
//! Its traps are rules here: the organisation role `viewer` cascades, Multi-tenant deactivation removes, team roles are
//! set one team a request, members are removed by the filter path only, and no PATCH has more than one operation.

use serde_json::value::RawValue;
use url::Url;

use super::{
    ChangeShown, CreatedRecord, Dialect, GraphqlAccess, Hosting, ListRequest, ProbeQuestion, attributes, follows,
    plan_context::{PlanContext, refuse},
    read::document,
    shows as core_shows, wire,
};
use crate::{
    directory::{
        Directory, Observation, RecordKind,
        change::Change,
        plan::{Planner, ProviderCapabilities, Step},
        record::{ReadDepth, Record, RecordProblem},
        refusal::{Refusal, RefusalCode},
        side_query::{SideAnswer, SideQuery, SideQueryKind},
    },
    scim::{
        failure::Failure,
        pager::PagingMethod,
        request::{Method, Request},
        schema,
    },
};

mod audit;
mod graph;
mod hint;
mod hosting;
mod invites;
mod keys;
mod people;
mod read;
mod roles;
mod seats;
mod services;
mod shows;
mod teams;
mod words;

/// The most records that W&B gives in one answer.
const LIMIT: u64 = 9_999;

/// W&B in one hosting.
pub(super) struct WandbDialect {
    hosting: Hosting,
    capabilities: ProviderCapabilities,
}

impl WandbDialect {
    pub(super) fn new(hosting: Hosting, full_seats: Option<u64>) -> Self {
        Self { hosting, capabilities: ProviderCapabilities { full_seats, ..words::capabilities(hosting) } }
    }
}

impl Planner for WandbDialect {
    fn capabilities(&self) -> &ProviderCapabilities {
        &self.capabilities
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal> {
        self.capabilities.can(change.verb()).map_err(Clone::clone)?;
        let (case, sum) = (PlanContext(directory), self.capabilities.full_seats);
        let draft = match change {
            Change::SetOrgRole { user, role } => people::set_org_role(case, user, role),
            Change::SetTeamRole { user, team, role } => teams::set_role(case, user, team, role),
            Change::AddMember { team, user } => teams::add_member(case, team, user),
            Change::RemoveMember { team, user } => teams::remove_member(case, team, user),
            Change::CreateUser { key, user } => people::create(case, self.hosting, sum, key, user),
            Change::CreateTeam { external_id, .. } if !external_id.is_empty() => {
                refuse(RefusalCode::Unsupported, "W&B documents no external id of a team: leave it out.")
            }
            Change::CreateTeam { key, name, members, bucket, .. } => {
                teams::create(case, key, name, members, bucket.as_ref())
            }
            Change::SetActive { user, active: false } => people::deactivate(case, self.hosting, user),
            Change::SetActive { user, active: true } => people::reactivate(case, user),
            Change::DeleteUser { user } => people::delete(case, user),
            Change::SetDisplayName { user, to } => people::set_display_name(case, user, to),
            Change::SetEmail { user, to } => people::set_email(case, user, to),
            Change::CreateRole { key, role } => roles::create(case, key, role),
            Change::EditRole { role, to } => roles::edit(case, role, to),
            Change::DeleteRole { role } => roles::delete(case, role),
            Change::SetSeat { user, seat, to } => seats::set(case, self.hosting, sum, user, *seat, to),
            Change::SetRegistryRole { user, registry, role } => seats::set_registry_role(case, user, registry, role),
            Change::RemoveRegistryRole { user, registry } => seats::remove_registry_role(case, user, registry.as_ref()),
            Change::CreateService { key, service } => services::create(case, self.hosting, key, service),
            Change::ReplaceMembers { team, stay, come, go } => teams::replace(case, team, stay, come, go),
            Change::Invite { key, team, to, admin } => invites::invite(case, key, team, to, *admin),
            Change::RevokeInvite { team, invite, to } => invites::revoke(case, team, invite, to),
            Change::CreateKey { key, owner, description } => keys::create(case, key, owner, description),
            Change::DeleteKey { owner, key, name } => keys::delete(case, owner, key, name),
            Change::DeleteTeam { .. } => {
                super::plan_context::refuse(RefusalCode::Unsupported, "Only the W&B app deletes teams.")
            }
            Change::SetAttribute { .. } => super::plan_context::refuse(RefusalCode::Unsupported, words::NO_ATTRIBUTES),
        }?;
        Ok(draft.step(change, directory))
    }

    fn settle(&self, steps: &mut [Step]) {
        seats::settle(steps);
    }

    fn inquiry(&self, topic: SideQueryKind, directory: &Directory) -> Result<SideQuery, Refusal> {
        match topic {
            SideQueryKind::Resource(target) => Ok(attributes::ask_for(target)),
            SideQueryKind::Schemas | SideQueryKind::Types => {
                super::plan_context::refuse(RefusalCode::Unsupported, "W&B documents no schemas.")
            }
            SideQueryKind::AuditLog(span) => Ok(audit::inquiry(self.hosting, span)),
            _ => graph::inquiry(topic, directory),
        }
    }
}

impl Dialect for WandbDialect {
    fn name(&self) -> &'static str {
        match self.hosting {
            Hosting::MultiTenant => "W&B Multi-tenant Cloud",
            Hosting::Dedicated => "W&B Dedicated Cloud",
            Hosting::SelfManaged => "W&B Self-Managed",
            Hosting::NotTold => "W&B (hosting not told)",
        }
    }

    fn list(&self, kind: RecordKind) -> Option<ListRequest> {
        let request = Request::new(Method::Get, [wire::endpoint(kind)]);
        Some(ListRequest {
            request,
            paging: PagingMethod::Index { page_size: None },
            limit: Some(LIMIT),
            depth: ReadDepth::Summary,
        })
    }

    fn read(&self, kind: RecordKind, raw: &RawValue, depth: ReadDepth, at: &str) -> Result<Record, RecordProblem> {
        let document = document(raw, at)?;
        match kind {
            RecordKind::User => read::user(&document, depth, at).map(Record::User),
            RecordKind::Team => read::team(&document, at).map(Record::Team),
            RecordKind::Role => read::role(&document, at).map(Record::Role),
        }
    }

    fn find(&self, change: &Change) -> Option<Request> {
        match change {
            Change::CreateUser { user, .. } if user.instance_admin => {
                Some(wire::find(RecordKind::User, "emails.value", &user.email))
            }
            Change::CreateUser { user, .. } => Some(wire::find(RecordKind::User, "userName", &user.user_name)),
            Change::CreateService { service, .. } => Some(wire::find(RecordKind::User, "userName", &service.name)),
            Change::CreateTeam { name, .. } => Some(wire::find(RecordKind::Team, "displayName", name)),
            // W&B has no filter for roles, and few roles.
            Change::CreateRole { .. } => Some(Request::new(Method::Get, [wire::endpoint(RecordKind::Role)])),
            _ => None,
        }
    }

    fn shows(&self, change: &Change, fresh: &[Observation], step: &Step) -> ChangeShown {
        match change {
            Change::SetTeamRole { user, role, .. } => {
                core_shows::user(fresh, user).judge("user", |user| shows::team_role(user, role, step))
            }
            Change::SetOrgRole { user, role } if role.is(words::VIEWER) => {
                core_shows::user(fresh, user).judge("user", shows::org_viewer)
            }
            Change::SetActive { user, active: false } if self.hosting.may_be_multi_tenant() => {
                match core_shows::user(fresh, user) {
                    core_shows::Seen::Gone => ChangeShown::Yes,
                    _ => core_shows::shows(change, fresh),
                }
            }
            _ => core_shows::shows(change, fresh),
        }
    }

    fn follows(&self, change: &Change, attribute: &str) -> bool {
        let is_in = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(attribute));
        let own = match change {
            Change::SetDisplayName { .. } | Change::SetEmail { .. } | Change::SetAttribute { .. } => false,
            // The deprecated role makes every role and seat `viewer`; the others leave seats and team roles alone.
            Change::SetOrgRole { role, .. } => {
                let all = role.is(words::VIEWER) && is_in(&words::ROLES_AND_SEATS);
                all || is_in(&["organizationRole", "roles"]) || schema::is_urn(attribute)
            }
            // Access to registries follows from seats.
            Change::SetSeat { .. } => {
                is_in(&["modelsSeat", "weaveRole", "registryAccess", "registryRoles"]) || schema::is_urn(attribute)
            }
            Change::SetRegistryRole { .. } | Change::RemoveRegistryRole { .. } => {
                is_in(&["registryRoles", "registryAccess"])
            }
            Change::AddMember { .. }
            | Change::RemoveMember { .. }
            | Change::SetTeamRole { .. }
            | Change::ReplaceMembers { .. } => is_in(&["teamRoles", "roles"]) || schema::is_urn(attribute),
            _ => is_in(&words::ROLES_AND_SEATS) || schema::is_urn(attribute),
        };
        own || follows::follows(change, attribute)
    }

    fn questions(&self) -> Vec<ProbeQuestion> {
        graph::questions()
    }

    fn asks_for_hosting(&self) -> Option<Request> {
        Some(graph::server())
    }

    fn names_hosting(&self) -> bool {
        self.hosting != Hosting::NotTold
    }

    fn hosting_contradicted(&self, body: &[u8]) -> Option<String> {
        hosting::contradicted(self.hosting, &graph::release(body)?)
    }

    fn tells_hosting(&self, body: &[u8]) -> bool {
        graph::release(body).is_some()
    }

    fn hosting_missing(&self, body: Option<&[u8]>) -> Option<String> {
        hosting::missing(self.hosting, body.and_then(graph::release).as_ref())
    }

    fn tells_organisation(&self) -> bool {
        true
    }

    fn has_shape(&self) -> bool {
        self.hosting == Hosting::MultiTenant
    }

    fn shape_contradicted(&self, raw: &RawValue) -> Option<&'static str> {
        hosting::shape_contradicted(self.hosting, raw)
    }

    fn graph(&self, base: &Url) -> Option<GraphqlAccess> {
        Some(GraphqlAccess { url: beside_scim(base, &["graphql"])?, user: graph::USER })
    }

    fn api(&self, base: &Url) -> Option<Url> {
        beside_scim(base, &[])
    }

    fn told(&self, inquiry: &SideQuery, body: &[u8]) -> Option<SideAnswer> {
        if let SideQueryKind::AuditLog(_) = inquiry.topic {
            return audit::told(body);
        }
        attributes::told(&inquiry.topic, body).or_else(|| graph::told(inquiry, body))
    }

    fn made(&self, change: &Change, body: &[u8]) -> CreatedRecord {
        graph::made(change, body)
    }

    fn hint(&self, failure: &mut Failure) {
        hint::hint(self.hosting, failure);
    }

    fn hint_about(&self, topic: &SideQueryKind, failure: &mut Failure) {
        hint::about(topic, failure);
    }
}

/// An address beside the SCIM root.
fn beside_scim(base: &Url, path: &[&str]) -> Option<Url> {
    let mut url = base.clone();
    url.set_query(None);
    let segments = base.path_segments()?.take_while(|segment| *segment != "scim").filter(|part| !part.is_empty());
    let path: Vec<&str> = segments.chain(path.iter().copied()).collect();
    url.set_path(&path.join("/"));
    Some(url)
}
