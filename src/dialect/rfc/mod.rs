//! Servers that follow RFC 7643 and RFC 7644, exactly or nearly: users and groups, with roles from groups or from
//! another interface.
//!
//! [`ServerQuirks`] holds a server's known deviations; [`RfcFlavor`] holds its vendor. Groups are read again after every change:
//! servers answer 204, or 200 and change nothing (docs/src/providers/scim.md#deviations-of-servers).

use std::sync::Arc;

use serde_json::{Value, value::RawValue};
use url::Url;

use super::{
    ChangeShown, Dialect, KnownServer, ListRequest, ProbeQuestion, ServerLesson, attributes, follows,
    plan_context::{PlanContext, refuse},
    read::{Reader, document},
    shows, wire,
};
use crate::{
    directory::{
        Directory, MaybeTold, Name, Observation, RecordKind, ResourceRef,
        change::{Change, ChangeVerb},
        find::NameLevel,
        plan::{Planner, ProviderCapabilities, Step},
        record::{ReadDepth, Record, RecordProblem},
        refusal::{Refusal, RefusalCode},
        role_source::{RoleMapping, RoleSource},
        side_query::{SideAnswer, SideQuery, SideQueryKind},
    },
    scim::{
        failure::{Failure, FailureClass},
        pager::PagingMethod,
        quirks::{DeletionEffect, PagingHabit, RemovalForm, ServerQuirks},
        request::{Method, Request},
    },
};

mod attribute;
mod flavor;
mod grafana;
mod groups;
mod me;
mod people;
mod roles;
mod settings;

pub(in crate::dialect) use flavor::RfcFlavor;

/// A page size that servers commonly accept; the pager handles smaller pages and refused sizes.
const PAGE: u32 = 100;

const TRIAL: &str = "`scimitar doctor --write` finds out which ways of changing records this server takes.";

const NAMESPACE: &str =
    "Check the namespace: stacks-ID in Grafana Cloud, default elsewhere; SCIM needs Enterprise or Cloud.";

/// A server that follows the RFCs.
pub(super) struct RfcDialect {
    manner: RfcFlavor,
    habits: ServerQuirks,
    mapping: Option<Arc<RoleMapping>>,
    capabilities: ProviderCapabilities,
}

impl RfcDialect {
    pub(super) fn new(manner: RfcFlavor, server: KnownServer) -> Self {
        let KnownServer { habits, mapping, .. } = server;
        let mut capabilities = manner.capabilities(mapping.clone());
        if manner == RfcFlavor::Plain && mapping.is_none() && !habits.roles.is_empty() {
            roles::offer(&mut capabilities, &habits.roles);
        }
        if habits.groups == Some(false) {
            capabilities.without_groups();
        }
        let no_deletion = people::no_deletion(habits.delete_user).map(Refusal::unsupported);
        capabilities.refused.extend(no_deletion.map(|why| (ChangeVerb::DeleteUser, why)));
        Self { manner, habits, mapping, capabilities }
    }

    /// The version for `If-Match`, unless the server ignores versions.
    fn version<'a>(&self, case: PlanContext<'a>, target: &ResourceRef) -> Option<&'a str> {
        if self.habits.versions == Some(false) { None } else { case.version(target) }
    }

    /// True if neither a trial nor the profile has told how records are changed here.
    fn is_untried(&self) -> bool {
        let ServerQuirks { patch_users, patch_groups, remove_member, delete_user, .. } = &self.habits;
        patch_users.is_none() && patch_groups.is_none() && remove_member.is_none() && delete_user.is_none()
    }

    fn paging(&self) -> PagingMethod {
        let page_size = Some(self.habits.page_size.unwrap_or(PAGE));
        match self.habits.paging {
            Some(PagingHabit::Cursor) => PagingMethod::Cursor { page_size },
            Some(PagingHabit::None) => PagingMethod::None,
            Some(PagingHabit::Index) | None => PagingMethod::Index { page_size },
        }
    }
}

impl Planner for RfcDialect {
    fn capabilities(&self) -> &ProviderCapabilities {
        &self.capabilities
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal> {
        self.capabilities.can(change.verb()).map_err(Clone::clone)?;
        let case = PlanContext(directory);
        let draft = match change {
            Change::AddMember { team, user } => self.add_member(case, team, user),
            Change::RemoveMember { team, user } => self.remove_member(case, team, user),
            Change::CreateUser { key, user } => self.create_user(case, key, user),
            Change::CreateTeam { bucket: Some(_), .. } => {
                refuse(RefusalCode::Unsupported, "Only W&B keeps a team's files in a bucket: leave it out.")
            }
            Change::CreateTeam { key, name, members, external_id, .. } => {
                self.create_group(case, key, name, members, external_id)
            }
            Change::SetActive { user, active } => self.set_active(case, user, *active),
            Change::DeleteUser { user } => self.delete_user(case, user),
            Change::DeleteTeam { team } => self.delete_group(case, team),
            Change::SetDisplayName { user, to } => self.set_display_name(case, user, to),
            Change::SetEmail { user, to } => self.set_email(case, user, to),
            Change::SetOrgRole { user, role } => self.set_role(case, user, role),
            Change::SetAttribute { target, path, before, to } => {
                self.set_attribute(case, target, path, before.as_ref(), to.as_ref())
            }
            Change::SetTeamRole { .. }
            | Change::CreateRole { .. }
            | Change::EditRole { .. }
            | Change::DeleteRole { .. }
            | Change::SetSeat { .. }
            | Change::SetRegistryRole { .. }
            | Change::RemoveRegistryRole { .. }
            | Change::CreateService { .. }
            | Change::ReplaceMembers { .. }
            | Change::Invite { .. }
            | Change::RevokeInvite { .. }
            | Change::CreateKey { .. }
            | Change::DeleteKey { .. } => refuse(RefusalCode::Unsupported, "This provider has no way to do this."),
        }?;
        let off = (self.manner == RfcFlavor::Grafana).then(|| grafana::off(change, directory.settings())).flatten();
        let draft = if off.is_some() { draft.look() } else { draft };
        Ok(draft.note(off).step(change, directory))
    }

    fn inquiry(&self, topic: SideQueryKind, _: &Directory) -> Result<SideQuery, Refusal> {
        match topic {
            SideQueryKind::Settings if self.manner == RfcFlavor::Grafana => return Ok(grafana::inquiry()),
            SideQueryKind::Resource(target) => return Ok(attributes::ask_for(target)),
            SideQueryKind::Schemas => return Ok(attributes::ask_for_schemas()),
            SideQueryKind::Types => return Ok(attributes::ask_for_types()),
            SideQueryKind::AuditLog(_) => return refuse(RefusalCode::Unsupported, flavor::NO_AUDIT_LOG),
            SideQueryKind::Me if self.manner == RfcFlavor::Plain => return Ok(me::inquiry()),
            _ => {}
        }
        refuse(RefusalCode::Unsupported, self.capabilities.tells_nothing.clone().unwrap_or_default())
    }
}

impl Dialect for RfcDialect {
    fn name(&self) -> &'static str {
        self.manner.name()
    }

    fn list(&self, kind: RecordKind) -> Option<ListRequest> {
        if kind == RecordKind::Role || (kind == RecordKind::Team && self.habits.groups == Some(false)) {
            return None;
        }
        let request = Request::new(Method::Get, [wire::endpoint(kind)]);
        Some(ListRequest { request, paging: self.paging(), limit: None, depth: ReadDepth::Full })
    }

    fn read(&self, kind: RecordKind, raw: &RawValue, depth: ReadDepth, at: &str) -> Result<Record, RecordProblem> {
        let document = document(raw, at)?;
        let mut reader = Reader::new(&document, at)?;
        match kind {
            RecordKind::User => {
                let mut user = reader.user(depth)?;
                user.org_role = roles::read(&reader.fields, self.habits.role_attribute, depth);
                // A record that was read whole leaves out attributes without a value (RFC 7643 §2.5).
                let absent = if depth == ReadDepth::Full { MaybeTold::none() } else { MaybeTold::NOT_TOLD };
                reader.texts(&mut user, self.capabilities.holds(), &absent);
                user.problem = reader.problem();
                Ok(Record::User(user))
            }
            RecordKind::Team => {
                let mut team = reader.team()?;
                // An empty list from a server that never shows members does not mean that the group is empty.
                team.members = team.members.filter(|all| self.habits.tells_members != Some(false) || !all.is_empty());
                team.problem = reader.problem();
                Ok(Record::Team(team))
            }
            RecordKind::Role => {
                Err(RecordProblem { path: at.into(), why: "is a role, which this provider does not have".into() })
            }
        }
    }

    fn find(&self, change: &Change) -> Option<Request> {
        match change {
            Change::CreateUser { user, .. } => Some(wire::find(RecordKind::User, "userName", &user.user_name)),
            Change::CreateTeam { name, .. } => Some(wire::find(RecordKind::Team, "displayName", name)),
            _ => None,
        }
    }

    fn look_up(&self, kind: RecordKind, level: NameLevel, text: &str) -> Option<Request> {
        match (kind, level) {
            (RecordKind::Role, _) => None,
            (RecordKind::Team, _) if self.habits.groups == Some(false) => None,
            (_, NameLevel::Id) => wire::look_up(kind, level, text),
            _ if self.habits.filter == Some(false) => None,
            (RecordKind::User, NameLevel::DisplayName) => Some(wire::find(kind, "displayName", text)),
            _ => wire::look_up(kind, level, text),
        }
    }

    fn tells_members(&self) -> Option<bool> {
        self.habits.tells_members
    }

    fn tells_modified(&self) -> bool {
        self.habits.modified_filter == Some(true) && self.habits.modified_moves == Some(true)
    }

    fn taught(&self, change: &Change, lesson: ServerLesson<'_>) -> ServerQuirks {
        let mut habits = ServerQuirks::default();
        match (change, lesson) {
            (_, ServerLesson::Deactivated) => habits.delete_user = Some(DeletionEffect::Deactivates),
            (Change::RemoveMember { .. }, ServerLesson::Took(request)) => {
                let way = if request.method == Method::Put { RemovalForm::Put } else { RemovalForm::Replace };
                habits.remove_member = Some(way);
            }
            (Change::AddMember { .. }, ServerLesson::Took(request)) if request.method == Method::Put => {
                habits.patch_groups = Some(false);
            }
            // Unwanted removals make this PATCH useless: from now on the whole group is put instead.
            (Change::AddMember { .. }, ServerLesson::Harmed(request)) if request.method == Method::Patch => {
                habits.patch_groups = Some(false);
            }
            (_, ServerLesson::Took(request)) if request.method == Method::Put => {
                let of_users = request.path.first().is_some_and(|kind| *kind == wire::endpoint(RecordKind::User));
                if of_users { habits.patch_users = Some(false) } else { habits.patch_groups = Some(false) }
            }
            (_, ServerLesson::Took(_) | ServerLesson::Harmed(_)) => {}
        }
        habits
    }

    fn discovers(&self) -> bool {
        true
    }

    fn with_habits(&self, seen: &ServerQuirks) -> Option<Arc<dyn Dialect>> {
        let mut habits = self.habits.clone().or(seen.clone());
        let unknown: Vec<String> = seen.roles.iter().filter(|role| !habits.roles.contains(role)).cloned().collect();
        habits.roles.extend(unknown);
        (habits != self.habits).then(|| {
            Arc::new(Self::new(self.manner, KnownServer { habits, mapping: self.mapping.clone(), full_seats: None }))
                as Arc<dyn Dialect>
        })
    }

    fn with_mapping(&self, mapping: Arc<RoleMapping>) -> Option<Arc<dyn Dialect>> {
        let server = KnownServer { habits: self.habits.clone(), mapping: Some(mapping), full_seats: None };
        self.mapping.is_some().then(|| Arc::new(Self::new(self.manner, server)) as Arc<dyn Dialect>)
    }

    fn api(&self, base: &Url) -> Option<Url> {
        if self.manner != RfcFlavor::Grafana {
            return None;
        }
        let mut url = base.clone();
        let above = base.path_segments()?.take_while(|segment| *segment != "apis").filter(|part| !part.is_empty());
        let path: Vec<&str> = above.chain(["api"]).collect();
        url.set_path(&path.join("/"));
        Some(url)
    }

    fn questions(&self) -> Vec<ProbeQuestion> {
        if self.manner == RfcFlavor::Grafana { settings::questions(self.asks_for_roles()) } else { Vec::new() }
    }

    fn follows(&self, change: &Change, attribute: &str) -> bool {
        let is_out = self.manner == RfcFlavor::Datasaur && matches!(change, Change::SetActive { active: false, .. });
        (is_out && attribute.eq_ignore_ascii_case("groups")) || follows::follows(change, attribute)
    }

    fn shows(&self, change: &Change, fresh: &[Observation], _: &Step) -> ChangeShown {
        match change {
            // The user has left the workspace: whether a record remains is undocumented.
            Change::SetActive { user, active: false } if self.manner == RfcFlavor::Datasaur => {
                match shows::user(fresh, user) {
                    shows::Seen::Gone => ChangeShown::Yes,
                    _ => shows::shows(change, fresh),
                }
            }
            _ => shows::shows(change, fresh),
        }
    }

    fn told(&self, inquiry: &SideQuery, body: &[u8]) -> Option<SideAnswer> {
        let settings = || (inquiry.topic == SideQueryKind::Settings).then(|| grafana::told(body)).flatten();
        attributes::told(&inquiry.topic, body).or_else(settings).or_else(|| me::told(&inquiry.topic, body))
    }

    fn asks_for_roles(&self) -> Option<Request> {
        (self.manner == RfcFlavor::Grafana).then(grafana::ask_for_roles)
    }

    fn needs_for_roles(&self) -> &'static str {
        if self.manner == RfcFlavor::Grafana { grafana::NEEDS_FOR_ROLES } else { "" }
    }

    fn role_source(&self, told: Option<&Value>) -> RoleSource {
        match (&self.mapping, self.manner) {
            (Some(mapping), _) => RoleSource::Mapping(Arc::clone(mapping)),
            (None, RfcFlavor::Plain) if !self.habits.roles.is_empty() => {
                RoleSource::Listed(self.habits.roles.iter().map(|role| Name::from(role.as_str())).collect())
            }
            (None, RfcFlavor::Grafana) => RoleSource::told(told.map(grafana::roles).unwrap_or_default()),
            _ => RoleSource::Record,
        }
    }

    fn hint(&self, failure: &mut Failure) {
        let step = match (self.manner, failure.class, failure.status) {
            (RfcFlavor::Grafana, FailureClass::Unauthorized, _) => "Grafana wants a service account's token (glsa_…).",
            (RfcFlavor::Grafana, FailureClass::Forbidden | FailureClass::Refused, _)
                if failure.text.contains("invalid namespace") =>
            {
                NAMESPACE
            }
            (RfcFlavor::Grafana, FailureClass::Forbidden, _) => {
                "The service account needs the roles User administration and Teams, or the permissions org.users:* and \
                 teams:*; to see the settings, settings:read."
            }
            (RfcFlavor::Grafana, FailureClass::NotFound, Some(404)) => NAMESPACE,
            (RfcFlavor::Datasaur, FailureClass::Unauthorized, _) => {
                "Datasaur wants the workspace's own API key (Settings, API keys), with SCIM switched on."
            }
            (RfcFlavor::Datasaur, FailureClass::NotFound, Some(404)) => "Check the workspace: the number in /teams/….",
            // Before a trial, the working way is unknown.
            (_, _, Some(405 | 501)) if self.is_untried() => TRIAL,
            (_, FailureClass::Unauthorized, _) => "Check also whether the server wants auth = \"bearer\" or \"basic\".",
            (_, FailureClass::NotFound, Some(404)) => "Many servers have /scim/v2 at its end.",
            _ => return,
        };
        let next = format!("{} {step}", failure.next);
        next.trim_start().clone_into(&mut failure.next);
    }

    fn advice(&self, verb: ChangeVerb) -> Option<&'static str> {
        let has_ways = [
            ChangeVerb::AddMember,
            ChangeVerb::RemoveMember,
            ChangeVerb::SetDisplayName,
            ChangeVerb::SetEmail,
            ChangeVerb::Deactivate,
            ChangeVerb::Reactivate,
        ];
        has_ways.contains(&verb).then_some(TRIAL)
    }
}
