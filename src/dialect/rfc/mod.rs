//! Servers that follow RFC 7643 and RFC 7644, exactly or nearly: users and groups, with roles from groups or from
//! another interface.
//!
//! [`Habits`] holds a server's known deviations; [`Manner`] holds its vendor. Groups are read again after every change:
//! servers answer 204, or 200 and change nothing (docs/src/providers/scim.md#what-servers-do-otherwise).

use std::sync::Arc;

use serde_json::{Value, value::RawValue};
use url::Url;

use super::{
    Dialect, Lesson, List, Question, Server, Shown, attributes,
    case::{Case, refuse},
    follows,
    read::{Reader, document},
    shows, wire,
};
use crate::{
    directory::{
        Directory, Fresh, Kind, Name, Target,
        aside::{Inquiry, Told, Topic},
        change::{Change, Verb},
        find::NameLevel,
        plan::{Capabilities, Planner, Step},
        record::{Depth, Problem, Record},
        refusal::{Refusal, RefusalCode},
        role_source::{Mapping, RoleSource},
    },
    scim::{
        failure::{Class, Failure},
        habits::{Deletion, Habits, PagingHabit, Removal},
        pager::Paging,
        request::{Method, Request},
    },
};

mod attribute;
mod grafana;
mod groups;
mod manner;
mod me;
mod people;
mod roles;
mod settings;

pub(in crate::dialect) use manner::Manner;

/// A page size that servers commonly accept; the pager handles smaller pages and refused sizes.
const PAGE: u32 = 100;

const TRIAL: &str = "`scimitar doctor --write` finds out which ways of changing records this server takes.";

const NAMESPACE: &str =
    "Check the namespace: stacks-ID in Grafana Cloud, default elsewhere; SCIM needs Enterprise or Cloud.";

/// A server that follows the RFCs.
pub(super) struct Rfc {
    manner: Manner,
    habits: Habits,
    mapping: Option<Arc<Mapping>>,
    capabilities: Capabilities,
}

impl Rfc {
    pub(super) fn new(manner: Manner, server: Server) -> Self {
        let Server { habits, mapping, .. } = server;
        let mut capabilities = manner.capabilities(mapping.clone());
        if manner == Manner::Plain && mapping.is_none() && !habits.roles.is_empty() {
            roles::offer(&mut capabilities, &habits.roles);
        }
        if habits.groups == Some(false) {
            capabilities.without_groups();
        }
        let no_deletion = people::no_deletion(habits.delete_user).map(Refusal::unsupported);
        capabilities.refused.extend(no_deletion.map(|why| (Verb::DeleteUser, why)));
        Self { manner, habits, mapping, capabilities }
    }

    /// The version for `If-Match`, unless the server ignores versions.
    fn version<'a>(&self, case: Case<'a>, target: &Target) -> Option<&'a str> {
        if self.habits.versions == Some(false) { None } else { case.version(target) }
    }

    /// True if neither a trial nor the profile has told how records are changed here.
    fn is_untried(&self) -> bool {
        let Habits { patch_users, patch_groups, remove_member, delete_user, .. } = &self.habits;
        patch_users.is_none() && patch_groups.is_none() && remove_member.is_none() && delete_user.is_none()
    }

    fn paging(&self) -> Paging {
        let page_size = Some(self.habits.page_size.unwrap_or(PAGE));
        match self.habits.paging {
            Some(PagingHabit::Cursor) => Paging::Cursor { page_size },
            Some(PagingHabit::None) => Paging::None,
            Some(PagingHabit::Index) | None => Paging::Index { page_size },
        }
    }
}

impl Planner for Rfc {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal> {
        self.capabilities.can(change.verb()).map_err(Clone::clone)?;
        let case = Case(directory);
        let draft = match change {
            Change::AddMember { team, user } => self.add_member(case, team, user),
            Change::RemoveMember { team, user } => self.remove_member(case, team, user),
            Change::CreateUser { key, user } => self.create_user(case, key, user),
            Change::CreateTeam { key, name, members, .. } => self.create_group(case, key, name, members),
            Change::SetActive { user, active } => self.set_active(case, user, *active),
            Change::DeleteUser { user } => self.delete_user(case, user),
            Change::DeleteTeam { team } => self.delete_group(case, team),
            Change::SetDisplayName { user, to } => self.set_display_name(case, user, to),
            Change::SetEmail { user, to } => self.set_email(case, user, to),
            Change::SetOrgRole { user, role } => self.set_role(case, user, role),
            Change::SetAttribute { target, path, before, to } => {
                self.set_attribute(case, target, path, before.as_ref(), to.as_ref())
            }
            _ => refuse(RefusalCode::Unsupported, "This provider has no way to do this."),
        }?;
        Ok(draft.step(change, directory))
    }

    fn inquiry(&self, topic: Topic, _: &Directory) -> Result<Inquiry, Refusal> {
        match topic {
            Topic::Settings if self.manner == Manner::Grafana => return Ok(grafana::inquiry()),
            Topic::Resource(target) => return Ok(attributes::ask_for(target)),
            Topic::Schemas => return Ok(attributes::ask_for_schemas()),
            Topic::Types => return Ok(attributes::ask_for_types()),
            Topic::Me if self.manner == Manner::Plain => return Ok(me::inquiry()),
            _ => {}
        }
        refuse(RefusalCode::Unsupported, self.capabilities.tells_nothing.clone().unwrap_or_default())
    }
}

impl Dialect for Rfc {
    fn name(&self) -> &'static str {
        self.manner.name()
    }

    fn list(&self, kind: Kind) -> Option<List> {
        if kind == Kind::Role || (kind == Kind::Team && self.habits.groups == Some(false)) {
            return None;
        }
        let request = Request::new(Method::Get, [wire::endpoint(kind)]);
        Some(List { request, paging: self.paging(), limit: None, depth: Depth::Full })
    }

    fn read(&self, kind: Kind, raw: &RawValue, depth: Depth, at: &str) -> Result<Record, Problem> {
        let document = document(raw, at)?;
        let mut reader = Reader::new(&document, at)?;
        match kind {
            Kind::User => {
                let mut user = reader.user(depth)?;
                user.org_role = roles::read(&reader.fields, self.habits.role_attribute, depth);
                user.problem = reader.problem();
                Ok(Record::User(user))
            }
            Kind::Team => {
                let mut team = reader.team()?;
                // An empty list from a server that never shows members does not mean that the group is empty.
                team.members = team.members.filter(|all| self.habits.tells_members != Some(false) || !all.is_empty());
                team.problem = reader.problem();
                Ok(Record::Team(team))
            }
            Kind::Role => Err(Problem { path: at.into(), why: "is a role, which this provider does not have".into() }),
        }
    }

    fn find(&self, change: &Change) -> Option<Request> {
        match change {
            Change::CreateUser { user, .. } => Some(wire::find(Kind::User, "userName", &user.user_name)),
            Change::CreateTeam { name, .. } => Some(wire::find(Kind::Team, "displayName", name)),
            _ => None,
        }
    }

    fn look_up(&self, kind: Kind, level: NameLevel, text: &str) -> Option<Request> {
        match (kind, level) {
            (Kind::Role, _) => None,
            (Kind::Team, _) if self.habits.groups == Some(false) => None,
            (_, NameLevel::Id) => wire::look_up(kind, level, text),
            _ if self.habits.filter == Some(false) => None,
            (Kind::User, NameLevel::DisplayName) => Some(wire::find(kind, "displayName", text)),
            _ => wire::look_up(kind, level, text),
        }
    }

    fn tells_members(&self) -> Option<bool> {
        self.habits.tells_members
    }

    fn taught(&self, change: &Change, lesson: Lesson<'_>) -> Habits {
        let mut habits = Habits::default();
        match (change, lesson) {
            (_, Lesson::Deactivated) => habits.delete_user = Some(Deletion::Deactivates),
            (Change::RemoveMember { .. }, Lesson::Took(request)) => {
                let way = if request.method == Method::Put { Removal::Put } else { Removal::Replace };
                habits.remove_member = Some(way);
            }
            (Change::AddMember { .. }, Lesson::Took(request)) if request.method == Method::Put => {
                habits.patch_groups = Some(false);
            }
            // Unwanted removals make this PATCH useless: from now on the whole group is put instead.
            (Change::AddMember { .. }, Lesson::Harmed(request)) if request.method == Method::Patch => {
                habits.patch_groups = Some(false);
            }
            (_, Lesson::Took(request)) if request.method == Method::Put => {
                let of_users = request.path.first().is_some_and(|kind| *kind == wire::endpoint(Kind::User));
                if of_users { habits.patch_users = Some(false) } else { habits.patch_groups = Some(false) }
            }
            (_, Lesson::Took(_) | Lesson::Harmed(_)) => {}
        }
        habits
    }

    fn discovers(&self) -> bool {
        true
    }

    fn with_habits(&self, seen: &Habits) -> Option<Arc<dyn Dialect>> {
        let mut habits = self.habits.clone().or(seen.clone());
        let unknown: Vec<String> = seen.roles.iter().filter(|role| !habits.roles.contains(role)).cloned().collect();
        habits.roles.extend(unknown);
        (habits != self.habits).then(|| {
            Arc::new(Self::new(self.manner, Server { habits, mapping: self.mapping.clone(), full_seats: None }))
                as Arc<dyn Dialect>
        })
    }

    fn with_mapping(&self, mapping: Arc<Mapping>) -> Option<Arc<dyn Dialect>> {
        let server = Server { habits: self.habits.clone(), mapping: Some(mapping), full_seats: None };
        self.mapping.is_some().then(|| Arc::new(Self::new(self.manner, server)) as Arc<dyn Dialect>)
    }

    fn api(&self, base: &Url) -> Option<Url> {
        if self.manner != Manner::Grafana {
            return None;
        }
        let mut url = base.clone();
        let above = base.path_segments()?.take_while(|segment| *segment != "apis").filter(|part| !part.is_empty());
        let path: Vec<&str> = above.chain(["api"]).collect();
        url.set_path(&path.join("/"));
        Some(url)
    }

    fn questions(&self) -> Vec<Question> {
        if self.manner == Manner::Grafana { settings::questions(self.asks_for_roles()) } else { Vec::new() }
    }

    fn follows(&self, change: &Change, attribute: &str) -> bool {
        let is_out = self.manner == Manner::Datasaur && matches!(change, Change::SetActive { active: false, .. });
        (is_out && attribute.eq_ignore_ascii_case("groups")) || follows::follows(change, attribute)
    }

    fn shows(&self, change: &Change, fresh: &[Fresh], _: &Step) -> Shown {
        match change {
            // The user has left the workspace: whether a record remains is undocumented.
            Change::SetActive { user, active: false } if self.manner == Manner::Datasaur => {
                match shows::user(fresh, user) {
                    shows::Seen::Gone => Shown::Yes,
                    _ => shows::shows(change, fresh),
                }
            }
            _ => shows::shows(change, fresh),
        }
    }

    fn told(&self, inquiry: &Inquiry, body: &[u8]) -> Option<Told> {
        let settings = || (inquiry.topic == Topic::Settings).then(|| grafana::told(body)).flatten();
        attributes::told(&inquiry.topic, body).or_else(settings).or_else(|| me::told(&inquiry.topic, body))
    }

    fn asks_for_roles(&self) -> Option<Request> {
        (self.manner == Manner::Grafana).then(grafana::ask_for_roles)
    }

    fn role_source(&self, told: Option<&Value>) -> RoleSource {
        match (&self.mapping, self.manner) {
            (Some(mapping), _) => RoleSource::Mapping(Arc::clone(mapping)),
            (None, Manner::Plain) if !self.habits.roles.is_empty() => {
                RoleSource::Listed(self.habits.roles.iter().map(|role| Name::from(role.as_str())).collect())
            }
            (None, Manner::Grafana) => RoleSource::told(told.map(grafana::roles).unwrap_or_default()),
            _ => RoleSource::Record,
        }
    }

    fn hint(&self, failure: &mut Failure) {
        let step = match (self.manner, failure.class, failure.status) {
            (Manner::Grafana, Class::Unauthorized, _) => "Grafana wants a service account's token (glsa_…).",
            (Manner::Grafana, Class::Forbidden | Class::Refused, _) if failure.text.contains("invalid namespace") => {
                NAMESPACE
            }
            (Manner::Grafana, Class::Forbidden, _) => {
                "The service account needs the roles User administration and Teams, or the permissions org.users:* and \
                 teams:*; to see the settings, settings:read."
            }
            (Manner::Grafana, Class::NotFound, Some(404)) => NAMESPACE,
            (Manner::Datasaur, Class::Unauthorized, _) => {
                "Datasaur wants the workspace's own API key (Settings, API keys), with SCIM switched on."
            }
            (Manner::Datasaur, Class::NotFound, Some(404)) => "Check the workspace: the number in /teams/….",
            // Before a trial, the working way is unknown.
            (_, _, Some(405 | 501)) if self.is_untried() => TRIAL,
            (_, Class::Unauthorized, _) => "Check also whether the server wants auth = \"bearer\" or \"basic\".",
            (_, Class::NotFound, Some(404)) => "Many servers have /scim/v2 at its end.",
            _ => return,
        };
        let next = format!("{} {step}", failure.next);
        next.trim_start().clone_into(&mut failure.next);
    }

    fn advice(&self, verb: Verb) -> Option<&'static str> {
        let has_ways = [
            Verb::AddMember,
            Verb::RemoveMember,
            Verb::SetDisplayName,
            Verb::SetEmail,
            Verb::Deactivate,
            Verb::Reactivate,
        ];
        has_ways.contains(&verb).then_some(TRIAL)
    }
}
