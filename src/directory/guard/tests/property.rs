//! A property test of partial knowledge: whatever a server withholds, the guards let nothing through that full
//! knowledge would forbid, unless the person is told about the gap and confirms by name.

use proptest::prelude::*;

use super::*;

const PEOPLE: usize = 5;

/// A person's true state, and the parts that the server tells.
#[derive(Debug, Clone)]
struct Truth {
    admin: bool,
    active: bool,
    tells_role: bool,
    tells_status: bool,
    listed: bool,
}

#[derive(Debug, Clone)]
struct World {
    people: Vec<Truth>,
    /// The owner of the key, if the server tells. A server for admins accepts only an active admin's key.
    owner: Option<usize>,
    /// The user whom the profile names as an admin.
    named: Option<usize>,
    leaves: Vec<usize>,
}

fn name(at: usize) -> String {
    format!("user-{at}")
}

fn worlds() -> impl Strategy<Value = World> {
    let flags = any::<(bool, bool, bool, bool, bool)>();
    let person = flags.prop_map(|(admin, active, tells_role, tells_status, listed)| Truth {
        admin,
        active,
        tells_role,
        tells_status,
        listed,
    });
    let picks = (0..PEOPLE * 2, 0..PEOPLE * 2, prop::collection::vec(0..PEOPLE, 1..4));
    (prop::collection::vec(person, PEOPLE), picks).prop_map(|(people, (owner, named, leaves))| {
        let is_admin = |at: &usize| people.get(*at).is_some_and(|one| one.admin && one.active);
        let (owner, named) = (Some(owner).filter(is_admin), Some(named).filter(is_admin));
        World { people, owner, named, leaves }
    })
}

impl World {
    /// The directory as far as the server tells it.
    fn directory(&self) -> Directory {
        let user = |(at, one): (usize, &Truth)| {
            let role = if one.admin { "admin" } else { "member" };
            User {
                id: name(at).as_str().into(),
                user_name: name(at).into(),
                org_role: one.tells_role.then(|| Name::from(role)).into(),
                active: one.tells_status.then_some(one.active),
                ..User::default()
            }
        };
        let listed = self.people.iter().enumerate().filter(|(_, one)| one.listed).map(user).collect();
        let mut directory = Directory::default();
        directory.replace(Records::build(listed, vec![], vec![]), true);
        if self.people.iter().any(|one| !one.listed) {
            let part = ListShortfall { seen: 1, said: Some(PEOPLE as u64), why: "the rest did not come".into() };
            directory.cover(RecordKind::User, ListCoverage::Partial(part));
        }
        if let Some(owner) = self.owner {
            let person = AccountDetails {
                id: name(owner).as_str().into(),
                user_name: name(owner).into(),
                ..AccountDetails::default()
            };
            directory.set_owner(KeyOwner::of(&person));
        }
        directory
    }

    fn guards(&self) -> GuardSettings {
        GuardSettings { admins: self.named.iter().map(|at| name(*at)).collect(), ..GuardSettings::default() }
    }

    /// True if no admin is left once these users have left.
    fn is_forbidden(&self, gone: &[usize]) -> bool {
        let admin = |at: usize| self.people[at].admin && self.people[at].active && !gone.contains(&at);
        self.people.iter().enumerate().any(|(at, one)| one.admin && one.active && gone.contains(&at))
            && !(0..PEOPLE).any(admin)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_forbidden_passes_without_its_name(world in worlds()) {
        let (directory, guards) = (world.directory(), world.guards());
        let changes: Vec<Change> = world.leaves.iter().map(|at| leaves(&name(*at))).collect();
        let mut guard = guard(&guards, &directory, changes.iter());
        let mut gone = Vec::new();
        for (at, change) in world.leaves.iter().zip(&changes) {
            if directory.user(&name(*at).as_str().into()).is_none() {
                continue;
            }
            let guarded = guard.check(change, &directory);
            let after = [gone.as_slice(), &[*at]].concat();
            if world.is_forbidden(&after) && !world.is_forbidden(&gone) {
                let passes = guarded.as_ref().is_ok_and(|guarded| !insists(&guarded.risk));
                prop_assert!(!passes, "{change:?} passes: {guarded:?}");
            }
            if guarded.is_ok() {
                guard.add(change, &directory);
                gone = after;
            }
        }
        let notes = guard.take_among().notes(true);
        prop_assert!(notes.iter().all(|note| !note.is_empty()));
    }

    /// Guards don't annoy: the owner of the key settles the question for everybody else.
    #[test]
    fn the_owner_settles_it_for_others(world in worlds()) {
        let directory = world.directory();
        let Some(owner) = world.owner.filter(|at| world.people[*at].listed) else { return Ok(()) };
        let Some(other) = world.leaves.iter().find(|at| **at != owner && world.people[**at].listed) else { return Ok(()) };
        let change = leaves(&name(*other));
        let guarded = guard(&GuardSettings::default(), &directory, std::iter::once(&change)).check(&change, &directory);
        prop_assert!(guarded.is_ok_and(|guarded| !insists(&guarded.risk)));
    }
}
