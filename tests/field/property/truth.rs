//! Compares the output of commands with the state of the server.

use serde_json::{Value, json};

use super::generated::{Case, Shape, Visibility};
use crate::world::members_of;

/// The result of a comparison, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    Equal,
    /// A record or field that the server tells is missing or `null`.
    Less,
    /// A value differs, or an empty value stands for a withheld field.
    Wrong,
}

fn worst(all: impl IntoIterator<Item = Agreement>) -> Agreement {
    all.into_iter().max().unwrap_or(Agreement::Equal)
}

/// Compares one field; `null` is right for a withheld field.
fn field(printed: &Value, truth: &Value, visibility: Visibility) -> Agreement {
    match (visibility, printed) {
        (Visibility::Never | Visibility::SingleGet, Value::Null) => Agreement::Equal,
        (Visibility::Never, _) => Agreement::Wrong,
        (_, printed) if printed == truth => Agreement::Equal,
        (_, Value::Null) => Agreement::Less,
        _ => Agreement::Wrong,
    }
}

/// Compares rows with records by a key. A row without a record is `Wrong`, a record without a row is `Less`.
fn rows<'a>(
    printed: &Value,
    key: &str,
    records: impl Iterator<Item = (&'a str, &'a Value)>,
    like: impl Fn(&Value, &Value) -> Agreement,
) -> Agreement {
    let printed = printed.as_array().unwrap();
    let records: Vec<(&str, &Value)> = records.collect();
    let own = |name: &str| printed.iter().filter(|row| row[key] == name).collect::<Vec<_>>();
    let strange = printed.iter().any(|row| !records.iter().any(|(name, _)| row[key] == *name));
    let each = records.iter().map(|(name, record)| match own(name).as_slice() {
        [] => Agreement::Less,
        [row] => like(row, record),
        _ => Agreement::Wrong,
    });
    worst(each.chain(strange.then_some(Agreement::Wrong)))
}

/// Compares the fields that users and members have in common.
fn person(case: &Case, row: &Value, user: &Value) -> [Agreement; 5] {
    let withheld = &case.withheld;
    [
        field(&row["user"], &user["userName"], Visibility::Always),
        field(&row["name"], &user["displayName"], Visibility::Always),
        field(&row["id"], &user["id"], Visibility::Always),
        field(&row["email"], &user["emails"][0]["value"], withheld.emails),
        field(&row["active"], &user["active"], withheld.active),
    ]
}

pub fn users(case: &Case, printed: &Value) -> Agreement {
    let all = case.state.users.iter().map(|(id, user)| (id.as_str(), user));
    rows(printed, "id", all, |row, user| {
        let withheld = &case.withheld;
        let role = match case.shape {
            // No record has roles, so the server has none.
            Shape::Plain if withheld.roles == Visibility::Never && !is_filled(&row["role"]) => Agreement::Equal,
            _ => field(&row["role"], &case.role_of(user), case.tells_roles()),
        };
        let mut all = vec![role, teams_of(case, &row["teams"], user)];
        all.extend(person(case, row, user));
        if case.shape == Shape::Wandb {
            all.push(field(&row["models_seat"], &user["modelsSeat"], withheld.seats));
            all.push(field(&row["weave_role"], &user["weaveRole"], withheld.seats));
            all.push(field(&row["last_active"], &user["lastActiveAt"], withheld.last_active));
        }
        worst(all)
    })
}

fn is_filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Compares the teams of a user.
fn teams_of(case: &Case, printed: &Value, user: &Value) -> Agreement {
    let id = user["id"].as_str().unwrap();
    let inside = case.state.groups.values().filter(|group| members_of(group).iter().any(|member| member == id));
    let Some(printed) = printed.as_array() else {
        let told = case.withheld.members == Visibility::Always;
        return if told { Agreement::Less } else { Agreement::Equal };
    };
    let teams: Vec<(&str, &Value)> = inside.map(|group| (group["displayName"].as_str().unwrap(), group)).collect();
    if printed.is_empty() && !teams.is_empty() && hides_members(case) {
        return Agreement::Wrong;
    }
    rows(&json!(printed), "name", teams.into_iter(), |place, group| team_role(case, &place["role"], user, group))
}

/// True if lists of groups have no members.
fn hides_members(case: &Case) -> bool {
    case.withheld.members != Visibility::Always
}

fn team_role(case: &Case, printed: &Value, user: &Value, group: &Value) -> Agreement {
    match case.shape {
        Shape::Plain | Shape::Grafana | Shape::Datasaur => field(printed, &Value::Null, Visibility::Never),
        Shape::Wandb => field(printed, role_in(user, group), case.withheld.roles),
    }
}

fn role_in<'a>(user: &'a Value, group: &Value) -> &'a Value {
    let roles = user["teamRoles"].as_array().unwrap();
    roles
        .iter()
        .find(|grant| grant["teamName"] == group["displayName"])
        .map_or(&Value::Null, |grant| &grant["roleName"])
}

pub fn teams(case: &Case, printed: &Value) -> Agreement {
    let all = case.state.groups.iter().map(|(id, group)| (id.as_str(), group));
    rows(printed, "id", all, |row, group| {
        let members = members_of(group);
        worst([
            field(&row["team"], &group["displayName"], Visibility::Always),
            field(&row["members"], &json!(members.len()), case.withheld.members),
            admins(case, &row["admins"], group),
        ])
    })
}

/// Compares the admins of a team; only W&B has roles in teams.
fn admins(case: &Case, printed: &Value, group: &Value) -> Agreement {
    if case.shape != Shape::Wandb {
        let none = printed.is_null() || *printed == json!([]);
        return if none { Agreement::Equal } else { Agreement::Wrong };
    }
    let visibility = case.withheld.roles;
    let told = visibility == Visibility::Always && case.withheld.members == Visibility::Always;
    let truth = json!([case.name_of(&case.admin)]);
    debug_assert!(members_of(group).contains(&case.admin));
    match printed {
        Value::Null if told => Agreement::Less,
        Value::Null => Agreement::Equal,
        printed if *printed == truth && visibility != Visibility::Never => Agreement::Equal,
        printed if *printed == json!([]) && told => Agreement::Less,
        _ => Agreement::Wrong,
    }
}

pub fn members(case: &Case, group: &Value, printed: &Value) -> Agreement {
    let ids = members_of(group);
    let all = ids.iter().map(|id| (id.as_str(), &case.state.users[id]));
    rows(printed, "id", all, |row, user| {
        worst(person(case, row, user).into_iter().chain([team_role(case, &row["role"], user, group)]))
    })
}

/// True if every printed count of holders is right.
pub fn holders(case: &Case, printed: &Value) -> bool {
    let truth = |role: &Value| {
        let holds =
            |user: &&Value| user["teamRoles"].as_array().unwrap().iter().any(|grant| grant["roleName"] == *role);
        case.state.users.values().filter(holds).count()
    };
    printed.as_array().unwrap().iter().all(|row| row["holders"].is_null() || row["holders"] == truth(&row["role"]))
}

/// Compares an exported document, where a missing key means not told.
pub fn export(case: &Case, document: &Value) -> Agreement {
    let withheld = &case.withheld;
    let all = case.state.users.values().map(|user| (user["userName"].as_str().unwrap(), user));
    let people = rows(&document["users"], "user", all, |person, user| {
        let roles = if case.shape == Shape::Wandb { withheld.roles } else { Visibility::SingleGet };
        let seats = if case.shape == Shape::Wandb { withheld.seats } else { Visibility::Never };
        let role = &case.role_of(user);
        worst([
            field(&person["email"], &user["emails"][0]["value"], withheld.emails),
            field(&person["active"], &user["active"], withheld.active),
            field(&person["role"], role, roles),
            field(&person["models_seat"], &user["modelsSeat"], seats),
            field(&person["weave_role"], &user["weaveRole"], seats),
        ])
    });
    worst([people, memberships(case, document)])
}

/// Compares the memberships, which stand with users, with teams, or with both.
fn memberships(case: &Case, document: &Value) -> Agreement {
    let mut said: Vec<(String, String)> = Vec::new();
    for user in document["users"].as_array().into_iter().flatten() {
        said.extend(names(&user["teams"]).into_iter().map(|team| (team, text(&user["user"]))));
        let told_none = user["teams"].as_array().is_some_and(Vec::is_empty);
        let id = case.state.users.values().find(|one| one["userName"] == user["user"]).map(|one| one["id"].clone());
        let inside = |group: &Value| members_of(group).iter().any(|member| Some(json!(member)) == id);
        if told_none && hides_members(case) && case.state.groups.values().any(inside) {
            return Agreement::Wrong;
        }
    }
    for team in document["teams"].as_array().into_iter().flatten() {
        let members: Vec<String> = ["members", "others"].iter().flat_map(|key| names(&team[*key])).collect();
        let told_none = team["members"].is_array() && members.is_empty();
        if told_none
            && case.state.groups.values().any(|one| one["displayName"] == team["team"] && !members_of(one).is_empty())
        {
            return Agreement::Wrong;
        }
        said.extend(members.into_iter().map(|user| (text(&team["team"]), user)));
    }
    let truth: Vec<(String, String, String)> = case
        .state
        .groups
        .values()
        .flat_map(|group| members_of(group).into_iter().map(move |id| (text(&group["displayName"]), id)))
        .map(|(team, id)| (team, case.name_of(&id).to_owned(), id))
        .collect();
    // A member who is in no list is called by id.
    let has = |(team, user): &(String, String)| {
        truth.iter().any(|(other, name, id)| other == team && (name == user || id == user))
    };
    let is_said = |(team, name, id): &(String, String, String)| {
        said.iter().any(|(other, user)| other == team && (name == user || id == user))
    };
    match (said.iter().all(has), truth.iter().all(is_said)) {
        (false, _) => Agreement::Wrong,
        (_, false) if case.withheld.members == Visibility::Always => Agreement::Less,
        _ => Agreement::Equal,
    }
}

/// Names of an array, or keys of an object.
fn names(list: &Value) -> Vec<String> {
    match list {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => list.iter().map(text).collect(),
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
