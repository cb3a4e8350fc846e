//! Changes that make one record like another: a user like a user, a team's members like a list. Every difference is a
//! change of its own, which a person can choose.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Directory, Id, Name, RecordKind,
    change::{Change, SeatKind},
    plan::ProviderCapabilities,
    record::{Member, Team, User},
    words::{self, PlanLine},
};

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikenessWish {
    /// The change that would settle it.
    pub change: Change,
    /// The change in words.
    pub line: PlanLine,
    /// True if the change would take something away.
    pub removes: bool,
    /// The reason why the change can't be made.
    pub refused: Option<String>,
}

/// Looks for differences.
pub struct LikenessFinder<'a> {
    /// The directory that holds the records.
    pub directory: &'a Directory,
    /// The provider's capabilities.
    pub can: &'a ProviderCapabilities,
}

impl LikenessFinder<'_> {
    /// The roles, teams and seats that these users lack compared with another user, and those that they have in
    /// addition.
    pub fn users(&self, model: &Id, others: &[Id]) -> Vec<LikenessWish> {
        let Some(model) = self.directory.user(model) else { return Vec::new() };
        let others = others.iter().filter(|id| **id != model.id).filter_map(|id| self.directory.user(id));
        others.flat_map(|user| self.user(model, user)).collect()
    }

    /// The people in this list who are no members of the team or have another role, and the members who are not in the
    /// list. A role that is not named stays.
    pub fn members(&self, team: &Id, wanted: &[(Id, Option<Name>)]) -> Vec<LikenessWish> {
        let Some(record) = self.directory.team(team) else { return Vec::new() };
        let inside: FxHashSet<&Id> = record.members.iter().flatten().map(|member| &member.id).collect();
        let meant: FxHashSet<&Id> = wanted.iter().map(|(id, _)| id).collect();
        let come = wanted.iter().filter_map(|(id, role)| {
            let user = self.directory.user(id)?;
            self.membership(record, user, inside.contains(id), role.as_ref())
        });
        // Groups in the group, and members that no list has, can't be in a list of people: they stay.
        let others = |member: &&Member| self.directory.user(&member.id).is_some() && !meant.contains(&member.id);
        let go = record.members.iter().flatten().filter(others);
        let go = go.map(|member| Change::RemoveMember { team: team.clone(), user: member.id.clone() });
        come.chain(go).map(|change| self.wish(change)).collect()
    }

    /// The members of a team, each with their role there.
    pub fn roster(&self, team: &Id) -> Vec<(Id, Option<Name>)> {
        let Some(team) = self.directory.team(team) else { return Vec::new() };
        let role = |id: &Id| self.directory.user(id).and_then(|user| user.role_in(&team.name)).cloned();
        team.members.iter().flatten().map(|member| (member.id.clone(), role(&member.id))).collect()
    }

    /// Sentences about unknown facts of these users, which the comparison leaves out.
    pub fn unknown(&self, users: &[&Id]) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.directory.is_read(RecordKind::Team) {
            notes.push("The teams were not read yet: they are left out here.".into());
        }
        let roles = !self.can.org_roles.is_empty() || !self.can.team_roles.is_empty();
        let dark = |id: &&&Id| {
            let user = self.directory.user(id);
            user.is_some_and(|user| !user.org_role.is_told() && user.team_roles.is_none())
        };
        let names = users.iter().filter(dark).filter_map(|id| self.directory.user(id)).map(|user| &user.user_name);
        let names: Vec<String> = names.take(3).map(ToString::to_string).collect();
        if roles && !names.is_empty() {
            notes.push(format!("Not told: the roles of {}.", names.join(", ")));
        }
        if self.directory.is_read(RecordKind::Team) && !self.directory.tells_memberships() {
            notes.push("Not told: the members of some teams.".into());
        }
        notes
    }

    /// Sentences about teams from which nobody can be removed, because the server did not tell their members.
    pub fn unknown_members(&self, teams: &[Id]) -> Option<String> {
        let teams = teams.iter().filter_map(|id| self.directory.team(id));
        let silent: Vec<&str> = teams.filter(|team| team.members.is_none()).map(|team| team.name.as_str()).collect();
        let names = match silent.as_slice() {
            [] => return None,
            [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} more", rest.len()),
            few => few.join(", "),
        };
        Some(format!("Not told: the members of {names}. Nobody is taken out."))
    }

    fn user(&self, model: &User, user: &User) -> Vec<LikenessWish> {
        let mut changes = Vec::new();
        let id = || user.id.clone();
        if let Some(role) = model.org_role.value().filter(|role| user.org_role.value() != Some(role)) {
            changes.push(Change::SetOrgRole { user: id(), role: role.clone() });
        }
        changes.extend(self.teams(model, user));
        let seats = SeatKind::ALL.into_iter().filter(|_| !self.can.seat_levels.is_empty());
        changes.extend(seats.filter_map(|seat| {
            let to = model.seat(seat).value().filter(|level| user.seat(seat).value() != Some(level))?.clone();
            Some(Change::SetSeat { user: id(), seat, to })
        }));
        changes.extend(registries(model, user));
        changes.into_iter().map(|change| self.wish(change)).collect()
    }

    fn teams(&self, model: &User, user: &User) -> Vec<Change> {
        let (wanted, now) = (self.directory.teams_of(&model.id), self.directory.teams_of(&user.id));
        let named = |ids: &[Id]| {
            let mut teams: Vec<&Team> = ids.iter().filter_map(|id| self.directory.team(id)).collect();
            teams.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
            teams
        };
        let come = named(&wanted)
            .into_iter()
            .filter_map(|team| self.membership(team, user, now.contains(&team.id), model.role_in(&team.name)));
        let mut changes: Vec<Change> = come.collect();
        let go = named(&now).into_iter().filter(|team| !wanted.contains(&team.id));
        changes.extend(go.map(|team| Change::RemoveMember { team: team.id.clone(), user: user.id.clone() }));
        changes
    }

    /// The change that makes a person a member in this role, unless they are.
    fn membership(&self, team: &Team, user: &User, inside: bool, role: Option<&Name>) -> Option<Change> {
        let (team_id, user_id) = (team.id.clone(), user.id.clone());
        let role = role.filter(|_| !self.can.team_roles.is_empty());
        match role {
            Some(role) if inside => {
                let differs = user.role_in(&team.name).is_some_and(|now| now != role);
                differs.then(|| Change::SetTeamRole { user: user_id, team: team_id, role: role.clone() })
            }
            Some(role) if self.can.joins_as.as_ref() != Some(role) => {
                Some(Change::SetTeamRole { user: user_id, team: team_id, role: role.clone() })
            }
            _ => (!inside).then_some(Change::AddMember { team: team_id, user: user_id }),
        }
    }

    fn wish(&self, change: Change) -> LikenessWish {
        let service = |user: &Id| self.directory.user(user).filter(|user| user.account.is_service());
        let fixed = change.person().and_then(service).zip(self.can.fixed_services);
        let refused = match (self.can.can(change.verb()), fixed) {
            (Err(why), _) => Some(why.text.clone()),
            (_, Some((user, why))) => Some(format!("{} is a service account: {why}", user.user_name)),
            _ => None,
        };
        LikenessWish {
            line: words::line_in(&change, self.directory, self.can.holds()),
            removes: change.takes_from(self.directory),
            refused,
            change,
        }
    }
}

fn registries(model: &User, user: &User) -> Vec<Change> {
    let held = |user: &User| -> FxHashMap<Name, Name> {
        user.registry_roles.iter().map(|grant| (grant.scope.clone(), grant.role.clone())).collect()
    };
    let (wanted, now) = (held(model), held(user));
    let come = model.registry_roles.iter().filter(|grant| now.get(&grant.scope) != Some(&grant.role));
    let come = come.map(|grant| Change::SetRegistryRole {
        user: user.id.clone(),
        registry: grant.scope.clone(),
        role: grant.role.clone(),
    });
    // Roles that the model may have as well are not removed.
    let go = user.registry_roles.iter().filter(|_| model.told_registry_roles().is_some());
    let go = go.filter(|grant| !wanted.contains_key(&grant.scope));
    let go = go.map(|grant| Change::RemoveRegistryRole { user: user.id.clone(), registry: Some(grant.scope.clone()) });
    come.chain(go).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        plan::RoleChoice,
        record::{AccountKind, RoleGrant},
        records::Records,
    };

    fn user(id: &str, role: &str, teams: &[(&str, &str)], registries: &[(&str, &str)]) -> User {
        let grants = |pairs: &[(&str, &str)]| {
            let grant = |(scope, role): &(&str, &str)| RoleGrant { scope: (*scope).into(), role: (*role).into() };
            pairs.iter().map(grant).collect::<Vec<_>>()
        };
        User {
            id: id.into(),
            user_name: id.into(),
            org_role: role.into(),
            team_roles: Some(grants(teams)),
            registry_roles: grants(registries),
            models_seat: if id == "eva" { "full" } else { "viewer" }.into(),
            ..User::default()
        }
    }

    fn directory() -> Directory {
        let users = vec![
            user("eva", "member", &[("nlp", "admin"), ("ops", "member"), ("vision", "viewer")], &[("models", "admin")]),
            user("noor", "admin", &[("ops", "admin"), ("audio", "member")], &[("data", "viewer")]),
            User { account: AccountKind::TeamService, ..user("bot", "member", &[("ops", "member")], &[]) },
        ];
        let team = |name: &str, members: &[&str]| Team {
            id: name.into(),
            name: name.into(),
            members: Some(members.iter().map(|id| Member { id: (*id).into(), display: Name::default() }).collect()),
            ..Team::default()
        };
        let teams = vec![
            team("nlp", &["eva"]),
            team("ops", &["eva", "noor", "bot"]),
            team("vision", &["eva"]),
            team("audio", &["noor"]),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, teams, vec![]), true);
        directory
    }

    fn can() -> ProviderCapabilities {
        let choice = |name: &str| RoleChoice { name: name.into(), note: None };
        ProviderCapabilities {
            org_roles: vec![choice("admin"), choice("member")],
            team_roles: vec![choice("admin"), choice("member"), choice("viewer")],
            joins_as: Some("member".into()),
            seat_levels: &["full", "viewer", "none"],
            fixed_services: Some("nobody edits those."),
            ..ProviderCapabilities::default()
        }
    }

    fn told(wishes: &[LikenessWish]) -> Vec<String> {
        let told = |wish: &LikenessWish| {
            let sign = if wish.removes { "-" } else { "+" };
            let why = wish.refused.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
            format!("{sign} {} {}{why}", wish.line.subject, wish.line.text(">"))
        };
        wishes.iter().map(told).collect()
    }

    #[test]
    fn a_user_like_another() {
        let (directory, mut can) = (directory(), can());
        let wishes =
            LikenessFinder { directory: &directory, can: &can }.users(&"eva".into(), &["noor".into(), "eva".into()]);
        assert_eq!(
            told(&wishes),
            [
                "- noor organisation role: admin > member",
                "+ noor joins nlp as admin",
                "- noor role in ops: admin > member",
                "+ noor joins vision as viewer",
                "- noor leaves audio (was member)",
                "+ noor Models seat: viewer > full",
                "+ noor role in registry models: admin",
                "- noor no role in registry data (was viewer)",
            ]
        );
        let why = crate::directory::refusal::Refusal::unsupported("Roles follow from groups.");
        can.refused.push((crate::directory::change::ChangeVerb::SetOrgRole, why));
        let wishes = LikenessFinder { directory: &directory, can: &can }.users(&"eva".into(), &["noor".into()]);
        assert_eq!(told(&wishes)[0], "- noor organisation role: admin > member (Roles follow from groups.)");
    }

    #[test]
    fn whoever_is_alike_has_no_difference() {
        let (directory, can) = (directory(), can());
        let alike = LikenessFinder { directory: &directory, can: &can };
        assert_eq!(alike.users(&"eva".into(), &["eva".into()]), []);
        let roster = alike.roster(&"ops".into());
        assert_eq!(alike.members(&"ops".into(), &roster), []);
    }

    #[test]
    fn members_of_one_team_in_another() {
        let (directory, can) = (directory(), can());
        let alike = LikenessFinder { directory: &directory, can: &can };
        let wishes = alike.members(&"vision".into(), &alike.roster(&"ops".into()));
        assert_eq!(
            told(&wishes),
            [
                // She is in both, in another role.
                "+ eva role in vision: viewer > member",
                "+ noor joins vision as admin",
                "+ bot joins vision (bot is a service account: nobody edits those.)",
            ]
        );
        let none = ProviderCapabilities { team_roles: vec![], joins_as: None, ..can };
        let wishes =
            LikenessFinder { directory: &directory, can: &none }.members(&"vision".into(), &[("noor".into(), None)]);
        assert_eq!(told(&wishes), ["+ noor joins vision", "- eva leaves vision (was viewer)"]);
    }

    #[test]
    fn registry_roles_that_the_model_does_not_tell_take_none_away() {
        let mut model = user("eva", "member", &[], &[]);
        let noor = user("noor", "member", &[], &[("data", "viewer")]);
        assert_eq!(registries(&model, &noor).len(), 1);
        model.team_roles = None;
        assert_eq!(registries(&model, &noor), []);
    }
}
