//! Plans for users (docs/src/providers/wandb.md#users).

use serde_json::{Map, Value, json};

use super::{
    graph, seats,
    words::{ADMIN, NO_SERVICE_EDIT, TEAMS_USER, VIEWER},
};
use crate::{
    dialect::{
        Hosting,
        plan_context::{PlanContext, StepDraft, address, counted, put_back, refuse, some_of},
        wire,
    },
    directory::{
        Id, MaybeTold, Name, RecordKind, ResourceRef,
        census::FULL,
        change::{Change, NewUser, SeatKind},
        plan::{ConfirmBy, Risk, Undo, typed_name},
        record::{AccountKind, User},
        refusal::{Refusal, RefusalCode},
    },
    scim::{patch::PatchOperation, request::Request, urn},
};

type Planned = Result<StepDraft, Refusal>;

/// A user whom W&B allows to be edited: W&B accepts no changes of service accounts.
pub(super) fn person<'a>(case: PlanContext<'a>, id: &Id) -> Result<&'a User, Refusal> {
    let user = case.user(id)?;
    match user.account {
        AccountKind::Unsaid | AccountKind::Person => Ok(user),
        AccountKind::TeamService | AccountKind::OrgService => {
            refuse(RefusalCode::Unsupported, format!("{} is a service account: {NO_SERVICE_EDIT}", user.user_name))
        }
    }
}

/// A PATCH with one operation on a user, conditional on the version that was read.
pub(super) fn patch(case: PlanContext<'_>, id: &Id, op: PatchOperation) -> Request {
    let target = ResourceRef::user(id);
    wire::patch(&target, op).if_match(case.version(&target))
}

pub(super) fn set_org_role(case: PlanContext<'_>, id: &Id, role: &Name) -> Planned {
    let user = person(case, id)?;
    let before = user.org_role.value();
    if before.is_some_and(|before| before.is(role.raw())) {
        return refuse(RefusalCode::NoChange, format!("{} has the organisation role {role} already.", user.user_name));
    }
    let request = patch(case, id, PatchOperation::replace("organizationRole", role.raw()));
    if role.is(VIEWER) {
        return Ok(viewer_cascade(case, user, request));
    }
    let undo = match before {
        Some(before) if before.is(VIEWER) => Undo::Never(
            "The role before was viewer: setting that again would make every team and project role viewer.".into(),
        ),
        Some(before) => Undo::By(vec![Change::SetOrgRole { user: id.clone(), role: before.clone() }]),
        None => Undo::Never("The organisation role before is not known, so it can't be put back.".into()),
    };
    let admin = role.is(ADMIN) || before.is_none_or(|before| before.is(ADMIN));
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![ResourceRef::user(id)]))
        .look_if(admin)
        .note(seats_stay(user)))
}

/// A note that setting admin or member leaves the seats of a former viewer unchanged, which surprises.
fn seats_stay(user: &User) -> Option<String> {
    let seat =
        |name: &str, seat: &MaybeTold| seat.value().filter(|seat| !seat.is(FULL)).map(|seat| format!("{name} {seat}"));
    let seats: Vec<String> =
        [seat("Models", &user.models_seat), seat("Weave", &user.weave_role)].into_iter().flatten().collect();
    (!seats.is_empty()).then(|| format!("Seats stay as they are: {}.", seats.join(", ")))
}

fn viewer_cascade(case: PlanContext<'_>, user: &User, request: Request) -> StepDraft {
    let teams = case.teams_in_words(user);
    let all = match teams.len() {
        0 => "All their team and project roles become viewer.".to_owned(),
        count => format!(
            "Their role in {} becomes viewer ({}), and so does every project role.",
            counted(count, "team"),
            some_of(&teams)
        ),
    };
    let (target, undo) = (ResourceRef::user(&user.id), before_cascade(case, user));
    let back = "An undo sets the roles and seats again that are known now; roles in projects are not among them.";
    let back = matches!(undo, Undo::By(_)).then(|| back.to_owned());
    StepDraft::new(vec![request], undo, ConfirmBy::Reread(vec![target]))
        .risk(Risk::Look)
        .note("W&B has given up this role: they become member, with viewer seats in Models and Weave.".to_owned())
        .note(all)
        .note(back)
        .note("W&B refuses it if no viewer seat is left (“Seat limit reached”).".to_owned())
}

/// The roles and seats that `viewer` overwrites, as far as they are known: W&B keeps no record of them.
fn before_cascade(case: PlanContext<'_>, user: &User) -> Undo {
    let id = || user.id.clone();
    let Some(role) = user.org_role.value().filter(|role| !role.is(VIEWER)) else {
        return Undo::Never("The organisation role before is not known, so it can't be put back.".into());
    };
    let Some(grants) = &user.team_roles else {
        return Undo::Never(
            "The roles in teams, which viewer overwrites, are not known, so they can't be put back.".into(),
        );
    };
    let teams = grants.iter().filter(|grant| !grant.role.is(VIEWER)).filter_map(|grant| {
        let team = case.0.teams_named(&grant.scope).next()?.id.clone();
        Some(Change::SetTeamRole { user: id(), team, role: grant.role.clone() })
    });
    let seats = [SeatKind::Models, SeatKind::Weave].into_iter().filter_map(|seat| {
        let to = user.seat(seat).value().filter(|level| !level.is(VIEWER))?.clone();
        Some(Change::SetSeat { user: id(), seat, to })
    });
    let role = Change::SetOrgRole { user: id(), role: role.clone() };
    Undo::By(std::iter::once(role).chain(teams).chain(seats).collect())
}

pub(super) fn create(case: PlanContext<'_>, hosting: Hosting, sum: Option<u64>, key: &Id, new: &NewUser) -> Planned {
    case.new_user(new)?;
    if !new.external_id.is_empty() {
        return refuse(RefusalCode::Unsupported, "W&B documents no external id of a user: leave it out.");
    }
    if new.instance_admin {
        return create_instance_admin(case, hosting, key, new);
    }
    let invited = hosting == Hosting::MultiTenant;
    let mut body = Map::new();
    body.insert("schemas".into(), json!([urn::USER]));
    body.insert("userName".into(), json!(new.user_name));
    body.insert("emails".into(), json!([{"primary": true, "value": new.email}]));
    if !invited && !new.display_name.is_empty() {
        body.insert("displayName".into(), json!(new.display_name));
    }
    for (attribute, level) in [("modelsSeat", &new.models_seat), ("weaveRole", &new.weave_role)] {
        if let Some(level) = level {
            body.insert(attribute.into(), json!(level.raw()));
        }
    }
    let mut confirm = vec![ResourceRef::user(key)];
    let mut requests = Vec::new();
    let teams: Vec<&str> = new.teams.iter().map(Name::raw).collect();
    let targets = teams_named(case, &new.teams)?;
    if invited && !teams.is_empty() {
        body.insert("schemas".into(), json!([urn::USER, TEAMS_USER]));
        body.insert(TEAMS_USER.into(), json!({"teams": teams}));
    } else {
        // The id is not known yet; W&B accepts the email instead.
        let add = |team: &ResourceRef| wire::add_member(team, &new.email).if_match(case.version(team));
        requests.extend(targets.iter().map(add));
    }
    confirm.extend(targets);
    requests.insert(0, wire::create(RecordKind::User, Value::Object(body)));
    let undo = Undo::By(vec![Change::DeleteUser { user: key.clone() }]);
    let email = Name::from(new.email.as_str());
    let invites = match hosting {
        Hosting::MultiTenant => Some(format!("W&B invites {email} to the organisation.")),
        Hosting::NotTold => Some(format!(
            "The profile does not say how this W&B is hosted. On Multi-tenant Cloud this invites {email} to the \
             organisation. Set hosting in the profile."
        )),
        Hosting::Dedicated | Hosting::SelfManaged => None,
    };
    let own_name = (invited && !new.display_name.is_empty())
        .then(|| "On Multi-tenant Cloud people choose their display name themselves: it is not sent.".to_owned());
    // No answer shows the new members of the teams.
    let confirm = if confirm.len() > 1 { ConfirmBy::Reread(confirm) } else { ConfirmBy::Echo(confirm) };
    // An invitation reaches the user at once, and can't be undone.
    let draft = StepDraft::new(requests, undo, confirm).look_if(hosting.may_be_multi_tenant());
    let names: Vec<String> = new.teams.iter().map(Name::to_string).collect();
    let joins = (!names.is_empty()).then(|| format!("Joins {}.", names.join(", ")));
    Ok(draft.note(invites).note(joins).note(seats_taken(case, sum, new)).note(own_name))
}

/// W&B assigns a full seat if the request names no seat.
fn seats_taken(case: PlanContext<'_>, sum: Option<u64>, new: &NewUser) -> String {
    let is_full = |seat: &Option<Name>| seat.as_ref().is_none_or(|seat| seat.is(FULL));
    let level = |seat: &Option<Name>| seat.as_ref().map_or_else(|| FULL.to_owned(), Name::to_string);
    let taken = is_full(&new.models_seat).then(|| seats::taken(case, sum, SeatKind::Models)).flatten();
    let words = if is_full(&new.models_seat) && is_full(&new.weave_role) {
        "Takes full Weave access and a full Models seat".to_owned()
    } else {
        format!("Seats: Weave {}, Models {}", level(&new.weave_role), level(&new.models_seat))
    };
    taken.map_or_else(|| format!("{words}."), |taken| format!("{words}; {taken}"))
}

/// SCIM can't create an instance admin; the mutation that W&B's SDK uses accepts only an email.
fn create_instance_admin(case: PlanContext<'_>, hosting: Hosting, key: &Id, new: &NewUser) -> Planned {
    if hosting == Hosting::MultiTenant {
        return refuse(
            RefusalCode::Unsupported,
            "Multi-tenant Cloud has no instance admins: make them admin of the organisation instead.",
        );
    }
    if !new.teams.is_empty() {
        return refuse(
            RefusalCode::Unsupported,
            "An instance admin is created without teams: add them to teams afterwards.",
        );
    }
    let confirm = ConfirmBy::Reread(vec![ResourceRef::user(key)]);
    let undo = Undo::By(vec![Change::DeleteUser { user: key.clone() }]);
    let seats = case.0.records().users().values().any(|user| user.models_seat.is_told());
    Ok(StepDraft::new(vec![graph::create_user(&new.email, true)], undo, confirm)
        .risk(Risk::Type(typed_name(&Name::from(new.user_name.as_str()), key)))
        .note("They are admin of everything on this server, whatever their organisation role.".to_owned())
        .note("Only the email is sent: W&B chooses the user name, and they choose their display name.".to_owned())
        .note(seats.then(|| "Seats are W&B's choice too; they can be changed afterwards.".to_owned())))
}

fn teams_named(case: PlanContext<'_>, names: &[Name]) -> Result<Vec<ResourceRef>, Refusal> {
    let named = |name: &Name| {
        let mut teams = case.0.teams_named(name);
        match (teams.next(), teams.next()) {
            (Some(team), None) => case.team(&team.id).map(|team| ResourceRef::team(&team.id)),
            (Some(_), Some(_)) => refuse(RefusalCode::UnknownRecord, format!("Several teams are named {name}.")),
            (None, _) => refuse(RefusalCode::UnknownRecord, format!("There is no team named {name}.")),
        }
    };
    names.iter().map(named).collect()
}

pub(super) fn deactivate(case: PlanContext<'_>, hosting: Hosting, id: &Id) -> Planned {
    let user = person(case, id)?;
    if user.is_inactive() {
        return refuse(RefusalCode::NoChange, format!("{} is inactive already.", user.user_name));
    }
    let request = set_active(case, id, false);
    let confirm = ConfirmBy::Reread(vec![ResourceRef::user(id)]);
    if hosting == Hosting::MultiTenant {
        let never = "On Multi-tenant Cloud deactivating removes the user, and W&B can't reactivate: create the user again \
                     with the same email, and give roles and teams anew.";
        return Ok(StepDraft::new(vec![request], Undo::Never(never.into()), confirm)
            .risk(Risk::Type(typed_name(&user.user_name, &user.id)))
            .note(format!("This removes {} from the organisation: W&B can't reactivate the account.", user.user_name))
            .note(case.lost_teams(user, "team")));
    }
    let undo = Undo::By(vec![Change::SetActive { user: id.clone(), active: true }]);
    let draft = StepDraft::new(vec![request], undo, confirm);
    if hosting == Hosting::NotTold {
        return Ok(draft
            .risk(Risk::Type(typed_name(&user.user_name, &user.id)))
            .note(format!(
                "The profile does not say how this W&B is hosted. On Multi-tenant Cloud this removes {} from the \
                 organisation and can't be undone; elsewhere the account is kept. Set hosting in the profile.",
                user.user_name
            ))
            .note(case.lost_teams(user, "team")));
    }
    Ok(draft.risk(Risk::Look).note("The account is kept and can be reactivated.".to_owned()))
}

pub(super) fn reactivate(case: PlanContext<'_>, id: &Id) -> Planned {
    let user = person(case, id)?;
    if user.active == Some(true) {
        return refuse(RefusalCode::NoChange, format!("{} is active already.", user.user_name));
    }
    let undo = Undo::By(vec![Change::SetActive { user: id.clone(), active: false }]);
    Ok(StepDraft::new(vec![set_active(case, id, true)], undo, ConfirmBy::Reread(vec![ResourceRef::user(id)])))
}

/// W&B documents this operation without a path; the value is always a JSON boolean, because W&B misreads text.
fn set_active(case: PlanContext<'_>, id: &Id, active: bool) -> Request {
    patch(case, id, PatchOperation::replace_attributes(Map::from_iter([("active".to_owned(), Value::Bool(active))])))
}

pub(super) fn delete(case: PlanContext<'_>, id: &Id) -> Planned {
    let user = case.user(id)?;
    let target = ResourceRef::user(id);
    let request = wire::delete(&target).if_match(case.version(&target));
    let keys = user
        .account
        .is_service()
        .then(|| "API keys of this service account are not revoked with it: revoke them in the W&B app.".to_owned());
    let never = if user.account.is_service() {
        "A deleted service account can't be brought back: a new one has another id and no API key."
    } else {
        "A deleted user can't be brought back: a new one has another id, and its roles and teams are given anew."
    };
    Ok(StepDraft::new(vec![request], Undo::Never(never.into()), ConfirmBy::Reread(vec![target]))
        .risk(Risk::Type(typed_name(&user.user_name, &user.id)))
        .note(case.lost_teams(user, "team"))
        .note(keys))
}

pub(super) fn set_display_name(case: PlanContext<'_>, id: &Id, to: &str) -> Planned {
    let user = person(case, id)?;
    let undo =
        put_back(user, "display name", &user.display_name, to, |to| Change::SetDisplayName { user: id.clone(), to })?;
    let request = patch(case, id, PatchOperation::replace("displayName", to));
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![ResourceRef::user(id)])))
}

pub(super) fn set_email(case: PlanContext<'_>, id: &Id, to: &str) -> Planned {
    let user = person(case, id)?;
    address(to)?;
    let undo = put_back(user, "email", &user.email, to, |to| Change::SetEmail { user: id.clone(), to })?;
    let request = patch(case, id, PatchOperation::replace("emails", json!([{"value": to, "primary": true}])));
    Ok(StepDraft::new(vec![request], undo, ConfirmBy::Echo(vec![ResourceRef::user(id)])).risk(Risk::Look))
}
