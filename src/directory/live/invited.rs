//! People who are invited to teams and have no account yet. No list of the server has them, so they are no records.
//! They are known for the teams whose invitations were read, and have rows after the users.

use super::{Directory, predefined::FIRST_ROW};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    record::{RoleGrant, User},
    side_query::TeamParticipant,
};

/// Begins the ids of invited people; none of them goes to a server.
const ID: &str = "invited:";

impl User {
    /// True for somebody who is invited and has no account yet.
    pub fn is_invited(&self) -> bool {
        self.id.starts_with(ID)
    }
}

impl ResourceRef {
    /// True for somebody who is invited and has no account yet.
    pub fn is_invited(&self) -> bool {
        self.kind == RecordKind::User && self.id.starts_with(ID)
    }
}

impl Directory {
    /// People who are invited and have no account, as far as the invitations of teams were asked for.
    pub fn invited(&self) -> &[User] {
        &self.invited
    }

    /// Of how many teams the invitations are known.
    pub fn rosters_known(&self) -> usize {
        let teams = (0..self.len(RecordKind::Team) as u32).filter_map(|row| self.team_at(row));
        teams.filter(|team| self.roster(&team.id).is_some()).count()
    }

    /// Computes the invited people again from the invitations of the teams. True if that changed anything.
    pub fn gather_invited(&mut self) -> bool {
        let mut invited: Vec<User> = Vec::new();
        for team in (0..self.len(RecordKind::Team) as u32).filter_map(|row| self.team_at(row)) {
            for one in self.roster(&team.id).into_iter().flatten().filter(|one| one.pending) {
                if self.users_named(one.user_name.raw()).next().is_some() {
                    continue;
                }
                let role = if one.admin == Some(true) { "invited as admin" } else { "invited" };
                let grant = RoleGrant { scope: team.name.clone(), role: role.into() };
                match invited.iter_mut().find(|user| one.is(user.email.raw()) || one.is(user.user_name.raw())) {
                    Some(user) => user.team_roles.get_or_insert_default().push(grant),
                    None => invited.push(as_user(one, grant)),
                }
            }
        }
        let changed = invited != self.invited;
        self.invited = invited;
        changed
    }

    /// The rows of invited people.
    pub fn invited_rows(&self) -> impl Iterator<Item = u32> + use<> {
        let count = self.invited.len() as u32;
        (0..count).map(|at| FIRST_ROW + at)
    }

    pub(super) fn invited_at(&self, row: u32) -> Option<&User> {
        self.invited.get(row.checked_sub(FIRST_ROW)? as usize)
    }

    pub(super) fn invited_user(&self, id: &Id) -> Option<&User> {
        if self.invited.is_empty() { None } else { self.invited.iter().find(|user| user.id == *id) }
    }

    pub(super) fn invited_row(&self, id: &Id) -> Option<u32> {
        let at = self.invited.iter().position(|user| user.id == *id)?;
        Some(FIRST_ROW + at as u32)
    }
}

fn as_user(one: &TeamParticipant, grant: RoleGrant) -> User {
    let label: &Name = one.label();
    User {
        id: format!("{ID}{}", label.raw()).as_str().into(),
        user_name: label.clone(),
        display_name: one.name.clone(),
        email: one.email.clone(),
        team_roles: Some(vec![grant]),
        ..User::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Observation,
        record::Team,
        records::Records,
        side_query::{SideAnswer, SideQueryKind},
    };

    fn invitation(email: &str, admin: bool, pending: bool) -> TeamParticipant {
        let account = crate::directory::record::AccountKind::default();
        let (id, name) = (format!("i-{email}").as_str().into(), Name::default());
        TeamParticipant {
            id,
            user_name: Name::default(),
            name,
            email: email.into(),
            admin: Some(admin),
            pending,
            account,
        }
    }

    #[test]
    fn one_person_is_one_row_whatever_teams_invited_them() {
        let team = |name: &str| Team { id: name.into(), name: name.into(), ..Team::default() };
        let mut directory = Directory::default();
        directory.replace(Records::build(vec![], vec![team("nlp"), team("vision")], vec![]), true);
        assert!(!directory.gather_invited() && directory.rosters_known() == 0);
        let told = |team: &str, all| Observation::Told(SideQueryKind::Roster(team.into()), SideAnswer::Roster(all));
        directory.learn(vec![
            told("nlp", vec![invitation("noor@example.com", true, true), invitation("eva@example.com", false, false)]),
            told("vision", vec![invitation("noor@example.com", false, true)]),
        ]);
        assert!(directory.gather_invited());
        let [noor] = directory.invited() else { panic!("{:?}", directory.invited()) };
        let grants: Vec<_> = noor.team_roles.iter().flatten().map(|grant| grant.role.to_string()).collect();
        assert_eq!(grants, ["invited as admin", "invited"]);
        let row = directory.invited_rows().next().unwrap();
        assert_eq!(directory.user_at(row), directory.user(&noor.id));
        assert!(directory.id_at(RecordKind::User, row).is_some() && directory.len(RecordKind::User) == 0);
        assert_eq!(directory.rosters_known(), 2);
        directory.learn(vec![told("nlp", vec![]), told("vision", vec![])]);
        assert!(directory.gather_invited() && directory.invited().is_empty());
    }
}
