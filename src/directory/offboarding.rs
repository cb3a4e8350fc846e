//! Offboarding: changes that end a person's access (invitations, API keys, new admins for their teams, seats, the
//! account itself). Each is a change of its own, with the guards, phases and undo of any plan.

use rustc_hash::FxHashSet;

use super::{
    Directory, Id, Name, ResourceRef,
    change::{Change, ChangeVerb, SeatKind},
    plan::ProviderCapabilities,
    record::{ADMIN, Team, User},
    seats::NONE,
    side_query::{AccountDetails, SideQueryKind},
};
use crate::scim::text::number;

/// Looks for what is to be ended.
pub struct OffboardingFinder<'a> {
    /// The directory, with the rosters and accounts that were read.
    pub directory: &'a Directory,
    /// The provider's capabilities.
    pub can: &'a ProviderCapabilities,
    /// Who goes.
    pub leaving: &'a [Id],
    /// The new admin of teams that would have none.
    pub successor: Option<&'a Id>,
    /// The reason why the server does not show other people's keys, once it has refused.
    pub keys_refused: Option<&'a str>,
}

/// The changes that end the access of some people.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OffboardingDraft {
    /// In the order in which they are told.
    pub changes: Vec<Change>,
    /// Sentences about everything that stays, or is not known.
    pub notes: Vec<String>,
    /// Teams whose last known admin leaves, with that admin, if no new admin is named.
    pub bare: Vec<(Name, Name)>,
}

impl OffboardingFinder<'_> {
    /// The title of the plan.
    pub fn title(&self) -> String {
        match self.people().as_slice() {
            [one] => format!("Offboard {}", one.user_name),
            many => format!("Offboard {} people", number(many.len() as u64)),
        }
    }

    /// The side queries to send before the draft: the invitations of all teams, and the keys of the people who leave.
    pub fn questions(&self) -> Vec<SideQueryKind> {
        if self.can.tells_nothing.is_some() {
            return Vec::new();
        }
        let teams = self.directory.records().teams().keys();
        let teams = teams.filter(|id| !ResourceRef::team(id).is_provisional()).cloned().map(SideQueryKind::Roster);
        let keys = self.can.can(ChangeVerb::DeleteKey).is_ok();
        let people = self.people().into_iter().filter(|user| keys && !user.account.is_service());
        teams.chain(people.map(|user| SideQueryKind::Person(user.id.clone()))).collect()
    }

    /// The reason why this user can't become the new admin; `None` if they can.
    pub fn cant_succeed(&self, user: &User) -> Option<&'static str> {
        match user {
            _ if self.leaving.contains(&user.id) => Some("goes, too"),
            _ if user.is_inactive() => Some("is inactive"),
            _ if user.account.is_service() => Some("is a service account"),
            _ => None,
        }
    }

    fn people(&self) -> Vec<&User> {
        self.leaving.iter().filter_map(|id| self.directory.user(id)).collect()
    }

    /// For all who go, in one draft.
    pub fn draft(&self) -> OffboardingDraft {
        let mut draft = OffboardingDraft { notes: self.untold(), ..OffboardingDraft::default() };
        let people = self.people();
        self.admins(&people, &mut draft);
        for user in &people {
            self.seats(user, &mut draft);
        }
        for user in &people {
            self.invitations(user, &mut draft);
            self.keys(user, &mut draft);
        }
        for user in &people {
            self.account(user, &mut draft);
        }
        draft
    }

    /// Sentences about facts that the server does not show for any of them.
    fn untold(&self) -> Vec<String> {
        if let Some(why) = &self.can.tells_nothing {
            return vec![why.clone()];
        }
        let mut notes = Vec::new();
        let all = self.directory.records().teams();
        let silent = all.keys().filter(|id| self.directory.roster(id).is_none()).count();
        if silent > 0 {
            notes.push(format!("The invitations of {silent} of {} teams were not told.", all.len()));
        }
        if let Err(why) = self.can.can(ChangeVerb::DeleteKey) {
            notes.push(why.text.clone());
        } else if let Some(why) = self.keys_refused {
            notes.push(format!(
                "API keys of other people are not told: {}. W&B answers this to admins of the instance only; the W&B app \
                 has the organisation's keys.",
                why.trim_end_matches('.')
            ));
        }
        notes
    }

    /// Teams that would lose their last known admin get the new one.
    fn admins(&self, people: &[&User], draft: &mut OffboardingDraft) {
        if self.can.team_roles.is_empty() {
            return;
        }
        let mut seen = FxHashSet::default();
        for user in people {
            for id in self.directory.teams_of(&user.id) {
                let Some(team) = self.directory.team(&id) else { continue };
                match self.directory.is_team_admin(user, team) {
                    Some(false) => {}
                    None => {
                        let (name, team) = (&user.user_name, &team.name);
                        draft.notes.push(format!("Whether {name} is admin of {team} is not told."));
                    }
                    Some(true) if !seen.insert(id.clone()) => {}
                    Some(true) => self.admin_of(user, team, draft),
                }
            }
        }
    }

    fn admin_of(&self, user: &User, team: &Team, draft: &mut OffboardingDraft) {
        let admins = self.directory.admins_of(team);
        if admins.known.iter().any(|admin| !self.leaving.contains(&admin.id)) {
            return;
        }
        match self.successor {
            Some(next) => draft.changes.push(Change::SetTeamRole {
                user: next.clone(),
                team: team.id.clone(),
                role: ADMIN.into(),
            }),
            None => draft.bare.push((team.name.clone(), user.user_name.clone())),
        }
    }

    /// Seats of an account that stays; an account that is removed gives up its seats.
    fn seats(&self, user: &User, draft: &mut OffboardingDraft) {
        let stays = self.can.inactive_word.is_empty();
        if !self.can.seats || !stays || user.account.is_service() {
            return;
        }
        // The access to registries comes first, so that the plan of the Models seat can rely on its end.
        for seat in [SeatKind::Registry, SeatKind::Models, SeatKind::Weave] {
            match user.seat(seat).value() {
                Some(level) if !level.is(NONE) => {
                    draft.changes.push(Change::SetSeat { user: user.id.clone(), seat, to: NONE.into() });
                }
                Some(_) => {}
                None if seat == SeatKind::Registry => {}
                None => {
                    let words =
                        format!("The {} of {} is not told, and is left as it is.", seat.label(), user.user_name);
                    draft.notes.push(words);
                }
            }
        }
    }

    /// Open invitations of this person, by user name or address.
    fn invitations(&self, user: &User, draft: &mut OffboardingDraft) {
        for team in self.directory.records().teams().values() {
            let roster = self.directory.roster(&team.id).unwrap_or_default();
            let theirs = |name: &Name, own: &Name| !name.is_empty() && name.is(own.raw());
            let open = roster.iter().filter(|one| one.pending);
            let open = open.filter(|one| theirs(&one.user_name, &user.user_name) || theirs(&one.email, &user.email));
            draft.changes.extend(open.map(|one| Change::RevokeInvite {
                team: team.id.clone(),
                invite: one.id.clone(),
                to: one.label().raw().to_owned(),
            }));
        }
    }

    /// Keys of this person. The owner of the key in use keeps all keys, because one of them sends this plan.
    fn keys(&self, user: &User, draft: &mut OffboardingDraft) {
        if self.can.tells_nothing.is_some() || self.can.can(ChangeVerb::DeleteKey).is_err() {
            return;
        }
        let name = &user.user_name;
        if user.account.is_service() {
            draft.notes.push(format!("The API keys of the service account {name} are not revoked with it."));
            return;
        }
        match self.directory.owner() {
            Some(owner) if owner.is(user) => {
                draft.notes.push(format!("The API keys of {name} stay: one of them is in use here."));
                return;
            }
            Some(_) => {}
            // The key in use may be one of these.
            None => {
                let words = format!("The API keys of {name} stay: the owner of the key in use here is not known.");
                draft.notes.push(words);
                return;
            }
        }
        let person = self.directory.person(&SideQueryKind::Person(user.id.clone()));
        match person.and_then(|AccountDetails { keys, .. }| keys.as_ref()) {
            Some(keys) => draft.changes.extend(keys.iter().map(|key| Change::DeleteKey {
                owner: user.id.clone(),
                key: key.id.clone(),
                name: key.name.raw().to_owned(),
            })),
            None if self.keys_refused.is_some() => {}
            None => draft.notes.push(format!("The API keys of {name} are not told, so that none is deleted.")),
        }
    }

    /// The deactivation, which removes the person in some hostings; a deletion if only that is possible.
    fn account(&self, user: &User, draft: &mut OffboardingDraft) {
        let user_id = || user.id.clone();
        let only_deleted = user.account.is_service() && self.can.fixed_services.is_some();
        if !only_deleted && self.can.can(ChangeVerb::Deactivate).is_ok() {
            if user.is_inactive() {
                draft.notes.push(format!("{} is inactive already.", user.user_name));
            } else {
                draft.changes.push(Change::SetActive { user: user_id(), active: false });
            }
        } else {
            draft.changes.push(Change::DeleteUser { user: user_id() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Observation, RecordKind,
        owner::KeyOwner,
        record::{AccountKind, Member, RoleGrant},
        records::Records,
        side_query::{ApiKey, SideAnswer, TeamParticipant},
    };

    fn person(id: &str, role: &str) -> User {
        User {
            id: id.into(),
            user_name: format!("{id}-name").as_str().into(),
            email: format!("{id}@x.io").as_str().into(),
            active: Some(true),
            team_roles: Some(vec![RoleGrant { scope: "crew".into(), role: role.into() }]),
            models_seat: "full".into(),
            weave_role: "none".into(),
            ..User::default()
        }
    }

    fn directory(admins: &[&str]) -> Directory {
        directory_with_owner(admins, Some("u2"))
    }

    fn directory_with_owner(admins: &[&str], owner: Option<&str>) -> Directory {
        let ids = ["u1", "u2", "u3"];
        let users = ids.map(|id| person(id, if admins.contains(&id) { "admin" } else { "member" })).to_vec();
        let members = ids.map(|id| Member { id: id.into(), display: id.into() }).to_vec();
        let team = Team { id: "t1".into(), name: "crew".into(), members: Some(members), ..Team::default() };
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![team], Vec::new()), true);
        directory.cover(RecordKind::User, crate::directory::ListCoverage::Complete);
        let invited = TeamParticipant {
            id: "i1".into(),
            user_name: "".into(),
            name: "".into(),
            email: "U1@x.io".into(),
            admin: Some(false),
            pending: true,
            account: AccountKind::default(),
        };
        let key = ApiKey { id: "k1".into(), name: "abcd".into(), description: "".into(), in_use: false };
        let account = AccountDetails { id: "u1".into(), keys: Some(vec![key]), ..AccountDetails::default() };
        if let Some(id) = owner {
            directory.set_owner(KeyOwner { id: id.into(), user_name: "".into(), email: "".into() });
        }
        directory.learn(vec![
            Observation::Told(SideQueryKind::Roster("t1".into()), SideAnswer::Roster(vec![invited])),
            Observation::Told(SideQueryKind::Person("u1".into()), SideAnswer::Person(account)),
        ]);
        directory
    }

    fn wandb() -> ProviderCapabilities {
        let role = crate::directory::plan::RoleChoice { name: ADMIN.into(), note: None };
        ProviderCapabilities { seats: true, team_roles: vec![role], ..ProviderCapabilities::default() }
    }

    fn draft(
        directory: &Directory,
        can: &ProviderCapabilities,
        leaving: &[&str],
        next: Option<&str>,
    ) -> OffboardingDraft {
        let leaving: Vec<Id> = leaving.iter().map(|id| Id::from(*id)).collect();
        let next = next.map(Id::from);
        OffboardingFinder { directory, can, leaving: &leaving, successor: next.as_ref(), keys_refused: None }.draft()
    }

    fn verbs(draft: &OffboardingDraft) -> Vec<ChangeVerb> {
        draft.changes.iter().map(Change::verb).collect()
    }

    #[test]
    fn all_of_somebodys_access_ends_and_what_is_not_told_is_said() {
        use ChangeVerb::{Deactivate, DeleteKey, Invite, SetSeat};
        let directory = directory(&["u2"]);
        let known = draft(&directory, &wandb(), &["u1"], None);
        assert_eq!(verbs(&known), [SetSeat, Invite, DeleteKey, Deactivate]);
        assert_eq!((known.notes.len(), known.bare.len()), (0, 0));
        let silent = draft(&directory, &wandb(), &["u3"], None);
        assert_eq!(verbs(&silent), [SetSeat, Deactivate]);
        assert_eq!(silent.notes, ["The API keys of u3-name are not told, so that none is deleted."]);
    }

    #[test]
    fn no_key_is_deleted_while_the_owner_of_the_key_in_use_is_not_known() {
        for (owner, words) in [(Some("u1"), "in use here"), (None, "is not known")] {
            let draft = draft(&directory_with_owner(&["u2"], owner), &wandb(), &["u1"], None);
            assert!(!verbs(&draft).contains(&ChangeVerb::DeleteKey));
            assert!(draft.notes.iter().any(|note| note.contains(words)), "{:?}", draft.notes);
        }
    }

    #[test]
    fn seats_go_with_an_account_that_is_removed() {
        let can = ProviderCapabilities { inactive_word: "removed from the organisation", ..wandb() };
        let known = draft(&directory(&["u2"]), &can, &["u1"], None);
        assert!(!verbs(&known).contains(&ChangeVerb::SetSeat));
    }

    #[test]
    fn a_team_keeps_an_admin_or_is_named() {
        let bare = draft(&directory(&["u1"]), &wandb(), &["u1"], None);
        assert_eq!(bare.bare, [("crew".into(), "u1-name".into())]);
        let both = draft(&directory(&["u1", "u2"]), &wandb(), &["u1", "u2"], Some("u3"));
        let raised = |change: &&Change| matches!(change, Change::SetTeamRole { user, .. } if **user == *"u3");
        assert_eq!((both.changes.iter().filter(raised).count(), both.bare.len()), (1, 0));
        let kept = draft(&directory(&["u1", "u2"]), &wandb(), &["u1"], Some("u3"));
        assert!(!kept.changes.iter().any(|change| raised(&change)) && kept.bare.is_empty());
    }
}
