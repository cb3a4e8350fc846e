//! Counts of people, service accounts and full seats, updated as records come and go, so that frames and plans do not
//! visit all users.

use super::{
    change::SeatKind,
    record::{AccountKind, ReadDepth, User},
};

/// The name of a seat that is paid for in full.
pub const FULL: &str = "full";

/// The seats of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatCensus {
    /// People with a full seat.
    pub full: usize,
    /// People whose seat is known.
    pub known: usize,
}

/// The counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DirectoryCensus {
    /// Accounts that are not marked as service accounts.
    pub people: usize,
    /// Service accounts.
    pub services: usize,
    /// Accounts whose kind the server tells.
    pub kinds_said: usize,
    /// Users whose organisation role is known.
    pub roles_known: usize,
    /// Users among those who have a role.
    pub roles_held: usize,
    /// Users whose address is known.
    pub emails: usize,
    /// The number of users whose email only a list has shown.
    pub listed_emails: usize,
    /// Users whose roles the list left out.
    pub lacking_roles: usize,
    models: SeatCensus,
    weave: SeatCensus,
    registry: SeatCensus,
}

impl DirectoryCensus {
    /// The seats of a product, counted for people only.
    pub fn seats(&self, seat: SeatKind) -> SeatCensus {
        match seat {
            SeatKind::Models => self.models,
            SeatKind::Weave => self.weave,
            SeatKind::Registry => self.registry,
        }
    }

    /// The counts of one user.
    pub(super) fn of(user: &User) -> Self {
        let mut census = Self::default();
        census.count(user, true);
        census
    }

    /// These counts and others together.
    pub(super) fn with(self, more: Self) -> Self {
        self.each(more, usize::saturating_add)
    }

    /// These counts without others.
    pub(super) fn without(self, less: Self) -> Self {
        self.each(less, usize::saturating_sub)
    }

    fn each(self, other: Self, both: fn(usize, usize) -> usize) -> Self {
        let seats = |one: SeatCensus, other: SeatCensus| SeatCensus {
            full: both(one.full, other.full),
            known: both(one.known, other.known),
        };
        Self {
            people: both(self.people, other.people),
            services: both(self.services, other.services),
            kinds_said: both(self.kinds_said, other.kinds_said),
            roles_known: both(self.roles_known, other.roles_known),
            roles_held: both(self.roles_held, other.roles_held),
            emails: both(self.emails, other.emails),
            listed_emails: both(self.listed_emails, other.listed_emails),
            lacking_roles: both(self.lacking_roles, other.lacking_roles),
            models: seats(self.models, other.models),
            weave: seats(self.weave, other.weave),
            registry: seats(self.registry, other.registry),
        }
    }

    /// Counts a user in, or out again.
    pub(super) fn count(&mut self, user: &User, there: bool) {
        let shift = |number: &mut usize, by: bool| {
            if by {
                *number = if there { *number + 1 } else { number.saturating_sub(1) };
            }
        };
        let service = user.account.is_service();
        shift(&mut self.services, service);
        shift(&mut self.people, !service);
        shift(&mut self.kinds_said, user.account != AccountKind::Unsaid);
        shift(&mut self.roles_known, user.org_role.is_told());
        shift(&mut self.roles_held, user.org_role.value().is_some());
        shift(&mut self.emails, !user.email.is_empty());
        shift(&mut self.listed_emails, !user.email.is_empty() && user.depth == ReadDepth::Summary);
        shift(&mut self.lacking_roles, user.lacks_roles());
        let all = [
            (&mut self.models, &user.models_seat),
            (&mut self.weave, &user.weave_role),
            (&mut self.registry, &user.registry_access),
        ];
        for (seats, level) in all {
            shift(&mut seats.known, !service && level.is_told());
            shift(&mut seats.full, !service && level.is(FULL));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Directory, Observation, change::Change, change::ChangeId, record::Record, records::Records,
    };

    fn user(id: &str, seat: Option<&str>, account: AccountKind) -> User {
        User {
            id: id.into(),
            user_name: id.into(),
            models_seat: seat.map(crate::directory::Name::from).into(),
            account,
            ..User::default()
        }
    }

    #[test]
    fn counts_follow_reads_pending_changes_and_refusals() {
        let users = vec![
            user("a", Some("Full"), AccountKind::Person),
            user("b", Some("viewer"), AccountKind::Person),
            user("c", None, AccountKind::Unsaid),
            user("s", Some("full"), AccountKind::TeamService),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        let full = |directory: &Directory| {
            let census = directory.census();
            let seats = census.seats(SeatKind::Models);
            (census.people, census.services, seats.full, seats.known)
        };
        assert_eq!(full(&directory), (3, 1, 1, 2));
        let change = Change::SetSeat { user: "c".into(), seat: SeatKind::Models, to: "full".into() };
        directory.begin(ChangeId(1), change);
        assert_eq!(full(&directory), (3, 1, 2, 3));
        directory.settle(ChangeId(1), vec![]);
        assert_eq!(full(&directory), (3, 1, 1, 2));
        directory.learn(vec![Observation::Record(Record::User(user("b", Some("full"), AccountKind::Person)))]);
        directory.learn(vec![Observation::Gone(crate::directory::ResourceRef::user(&"s".into()))]);
        assert_eq!(full(&directory), (3, 0, 2, 2));
    }
}
