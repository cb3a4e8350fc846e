//! Any server that keeps to RFC 7643 and RFC 7644: users and groups, no roles.
//!
//! Groups are changed by PATCH with the filter path and read again afterwards: servers answer 204, or 200 and change
//! nothing (WIRE G).

use serde_json::{Map, Value, json, value::RawValue};

use super::{
    Dialect, List,
    case::{Case, Draft, Membership, address, counted, put_back, refuse},
    read::{Reader, document},
    wire,
};
use crate::{
    directory::{
        Directory, Id, Kind, Target,
        aside::{Inquiry, Topic},
        change::{Change, NewUser, Verb},
        plan::{Capabilities, Confirm, Planner, Risk, Step, Undo, Unsupported},
        record::{Depth, Problem, Record},
    },
    scim::{
        failure::{Class, Failure},
        pager::Paging,
        patch::Op,
        request::{Method, Request},
        urn,
    },
};

const NO_KEYS: &str = "Plain SCIM knows no API keys.";
const NO_ROLES: &str = "This provider keeps no roles: what people may do follows from their groups.";
/// What servers commonly take; smaller answers are followed up, and refused sizes given up, by the pager.
const PAGE: u32 = 100;

type Planned = Result<Draft, Unsupported>;

/// The plain RFC dialect.
pub(super) struct Rfc {
    capabilities: Capabilities,
}

impl Rfc {
    pub(super) fn new() -> Self {
        let roles = [Verb::SetOrgRole, Verb::SetTeamRole, Verb::CreateRole, Verb::EditRole, Verb::DeleteRole];
        let nothing_of_it = [
            (Verb::SetSeat, "Plain SCIM knows no seats."),
            (Verb::SetRegistryRole, "Plain SCIM knows no registries."),
            (Verb::CreateService, "Plain SCIM knows no service accounts."),
            (
                Verb::ReplaceMembers,
                "Members are added and removed one by one here: what servers make of a whole list differs.",
            ),
            (Verb::Invite, "Plain SCIM knows no invitations: create the user and add them to the group."),
            (Verb::CreateKey, NO_KEYS),
            (Verb::DeleteKey, NO_KEYS),
        ];
        let refused = roles.map(|verb| (verb, NO_ROLES)).into_iter().chain(nothing_of_it);
        let capabilities = Capabilities {
            refused: refused.map(|(verb, why)| (verb, why.to_owned())).collect(),
            tells_nothing: Some("Plain SCIM tells nothing of API keys and invitations.".into()),
            no_roles: Some(NO_ROLES.into()),
            team_word: "group",
            spaced_names: true,
            ..Capabilities::default()
        };
        Self { capabilities }
    }
}

impl Planner for Rfc {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Unsupported> {
        self.capabilities.can(change.verb()).map_err(|why| Unsupported(why.into()))?;
        let case = Case(directory);
        let draft = match change {
            Change::AddMember { team, user } => add_member(case, team, user),
            Change::RemoveMember { team, user } => remove_member(case, team, user),
            Change::CreateUser { key, user } => create_user(case, key, user),
            Change::CreateTeam { key, name, members, .. } => create_group(case, key, name, members),
            Change::SetActive { user, active } => set_active(case, user, *active),
            Change::DeleteUser { user } => delete_user(case, user),
            Change::DeleteTeam { team } => delete_group(case, team),
            Change::SetDisplayName { user, to } => set_display_name(case, user, to),
            Change::SetEmail { user, to } => set_email(case, user, to),
            _ => refuse("Plain SCIM has no way to do this."),
        }?;
        Ok(draft.step(change, directory))
    }

    fn inquiry(&self, _: Topic, _: &Directory) -> Result<Inquiry, Unsupported> {
        refuse(self.capabilities.tells_nothing.clone().unwrap_or_default())
    }
}

impl Dialect for Rfc {
    fn name(&self) -> &'static str {
        "SCIM 2.0"
    }

    fn list(&self, kind: Kind) -> Option<List> {
        if kind == Kind::Role {
            return None;
        }
        let request = Request::new(Method::Get, [wire::endpoint(kind)]);
        Some(List { request, paging: Paging::Index { page_size: Some(PAGE) }, limit: None, depth: Depth::Full })
    }

    fn read(&self, kind: Kind, raw: &RawValue, depth: Depth, at: &str) -> Result<Record, Problem> {
        let document = document(raw, at)?;
        let mut reader = Reader::new(&document, at)?;
        match kind {
            Kind::User => {
                let mut user = reader.user(depth)?;
                user.problem = reader.problem();
                Ok(Record::User(user))
            }
            Kind::Team => {
                let mut team = reader.team(depth)?;
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

    fn hint(&self, failure: &mut Failure) {
        let step = match (failure.class, failure.status) {
            (Class::Unauthorized, _) => "Check also whether the server wants auth = \"bearer\" or \"basic\".",
            (Class::NotFound, Some(404)) => "Many servers have /scim/v2 at its end.",
            _ => return,
        };
        let next = format!("{} {step}", failure.next);
        next.trim_start().clone_into(&mut failure.next);
    }
}

fn patch(case: Case<'_>, target: &Target, op: Op) -> Request {
    wire::patch(target, op).if_match(case.version(target))
}

fn add_member(case: Case<'_>, group: &Id, id: &Id) -> Planned {
    let (user, group) = (case.user(id)?, case.team(group)?);
    let target = Target::team(&group.id);
    let undo = match case.membership(group, id) {
        Membership::In => return refuse(format!("{} is in {} already.", user.user_name, group.name)),
        Membership::Out => Undo::By(vec![Change::RemoveMember { team: group.id.clone(), user: id.clone() }]),
        Membership::Unknown => {
            Undo::Never("Whether they were in the group before is not known, so it can't be put back.".into())
        }
    };
    let request = wire::add_member(&target, id).if_match(case.version(&target));
    Ok(Draft::new(vec![request], undo, Confirm::Reread(vec![target])))
}

fn remove_member(case: Case<'_>, group: &Id, id: &Id) -> Planned {
    let group = case.team(group)?;
    // A member may be no known user, such as another group.
    if !group.has(id) {
        let user = case.user(id)?;
        if case.membership(group, id) == Membership::Out {
            return refuse(format!("{} is not in {}.", user.user_name, group.name));
        }
    }
    let target = Target::team(&group.id);
    let request = wire::remove_member(&target, id)?.if_match(case.version(&target));
    let undo = if case.0.user(id).is_some() {
        Undo::By(vec![Change::AddMember { team: group.id.clone(), user: id.clone() }])
    } else {
        Undo::Never("This member is no known user, so they can't be added again from here.".into())
    };
    Ok(Draft::new(vec![request], undo, Confirm::Reread(vec![target])))
}

fn create_user(case: Case<'_>, key: &Id, new: &NewUser) -> Planned {
    case.new_user(new)?;
    if !new.teams.is_empty() {
        return refuse("This provider takes no groups with a new user: create the user, then add it to groups.");
    }
    let mut body = Map::new();
    body.insert("schemas".into(), json!([urn::USER]));
    body.insert("userName".into(), json!(new.user_name));
    if !new.display_name.is_empty() {
        body.insert("displayName".into(), json!(new.display_name));
        body.insert("name".into(), name_of(&new.display_name));
    }
    body.insert("emails".into(), emails(&new.email));
    body.insert("active".into(), json!(true));
    let undo = Undo::By(vec![Change::DeleteUser { user: key.clone() }]);
    let request = wire::create(Kind::User, Value::Object(body));
    Ok(Draft::new(vec![request], undo, Confirm::Echo(vec![Target::user(key)])))
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

fn create_group(case: Case<'_>, key: &Id, name: &str, members: &[Id]) -> Planned {
    case.new_team(name, members, "group")?;
    let values: Vec<_> = members.iter().map(|id| json!({"value": &**id})).collect();
    let body = json!({"schemas": [urn::GROUP], "displayName": name, "members": values});
    let undo = Undo::By(vec![Change::DeleteTeam { team: key.clone() }]);
    Ok(Draft::new(vec![wire::create(Kind::Team, body)], undo, Confirm::Echo(vec![Target::team(key)])))
}

fn set_active(case: Case<'_>, id: &Id, active: bool) -> Planned {
    let user = case.user(id)?;
    if user.active == Some(active) {
        let word = if active { "active" } else { "inactive" };
        return refuse(format!("{} is {word} already.", user.user_name));
    }
    let target = Target::user(id);
    let request = patch(case, &target, Op::replace("active", active));
    let undo = match user.active {
        Some(before) => Undo::By(vec![Change::SetActive { user: id.clone(), active: before }]),
        None => Undo::Never("Whether the user was active before is not known.".into()),
    };
    Ok(Draft::new(vec![request], undo, Confirm::Echo(vec![target])).look_if(!active))
}

fn set_display_name(case: Case<'_>, id: &Id, to: &str) -> Planned {
    let user = case.user(id)?;
    let undo =
        put_back(user, "display name", &user.display_name, to, |to| Change::SetDisplayName { user: id.clone(), to })?;
    let target = Target::user(id);
    let op = if to.is_empty() { Op::remove_all("displayName") } else { Op::replace("displayName", to) };
    let request = patch(case, &target, op);
    Ok(Draft::new(vec![request], undo, Confirm::Echo(vec![target])))
}

fn set_email(case: Case<'_>, id: &Id, to: &str) -> Planned {
    let user = case.user(id)?;
    address(to)?;
    let undo = put_back(user, "email", &user.email, to, |to| Change::SetEmail { user: id.clone(), to })?;
    let target = Target::user(id);
    let request = patch(case, &target, Op::replace("emails", emails(to)));
    Ok(Draft::new(vec![request], undo, Confirm::Echo(vec![target]))
        .risk(Risk::Look)
        .note("Takes the place of all addresses that the user has.".to_owned()))
}

fn delete_user(case: Case<'_>, id: &Id) -> Planned {
    let user = case.user(id)?;
    let target = Target::user(id);
    let request = wire::delete(&target).if_match(case.version(&target));
    let never = "A deleted user can't be brought back: a new one has another id and is in no group.";
    Ok(Draft::new(vec![request], Undo::Never(never.into()), Confirm::Reread(vec![target]))
        .risk(Risk::Type(user.user_name.as_str().into()))
        .note(case.lost_teams(user, "group")))
}

fn delete_group(case: Case<'_>, id: &Id) -> Planned {
    let group = case.team(id)?;
    let target = Target::team(id);
    let request = wire::delete(&target).if_match(case.version(&target));
    let lost = match &group.members {
        Some(members) if members.is_empty() => None,
        Some(members) => Some(format!("It has {}.", counted(members.len(), "member"))),
        None => Some("How many members it has is not known.".to_owned()),
    };
    let never = "A deleted group can't be brought back: a new one has another id, and whatever refers to it is lost.";
    Ok(Draft::new(vec![request], Undo::Never(never.into()), Confirm::Reread(vec![target]))
        .risk(Risk::Type(group.name.as_str().into()))
        .note(lost))
}
