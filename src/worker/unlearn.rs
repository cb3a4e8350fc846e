//! What a trial has shown of the server, forgotten where it fails: the next session takes it for untried.

use crate::{
    directory::{
        change::{Change, Verb},
        plan::{Entry, State},
    },
    scim::habits::{Deletion, Habits},
    store::{self, Store},
    worker::context::Context,
};

/// Forgets what was learnt of the way in which a change was sent, if the server has refused that way or taken it without
/// effect. Its reasons in the record, the key or the moment teach nothing.
pub(super) async fn unlearn(context: &Context, entry: &Entry) {
    if is_about_the_way(entry) {
        let change = entry.step.change.clone();
        context.stored(move |store| forget(store, &change)).await;
    }
}

/// True for a refusal of the form of a request, and for one that was accepted and did nothing.
fn is_about_the_way(entry: &Entry) -> bool {
    let by_status = |status: u16| matches!(status, 405 | 415 | 501);
    entry.state == State::Refused
        && match &entry.failure {
            Some(failure) => failure.status.is_some_and(by_status),
            None => !entry.exchanges.is_empty() && entry.exchanges.iter().all(|exchange| !exchange.refused),
        }
}

fn forget(store: &mut Store, change: &Change) -> store::Result<()> {
    let verb = change.verb();
    let mut trials = store.trials()?;
    if trials.forget(verb) {
        store.keep_trials(&trials)?;
    }
    let Some(mut habits) = store.habits()? else { return Ok(()) };
    let before = habits.clone();
    forget_way(&mut habits, verb);
    if habits == before { Ok(()) } else { store.keep_habits(&habits) }
}

/// The ways in which this action is sent.
fn forget_way(habits: &mut Habits, verb: Verb) {
    match verb {
        Verb::AddMember => habits.patch_groups = None,
        Verb::RemoveMember => (habits.remove_member, habits.patch_groups) = (None, None),
        Verb::SetDisplayName | Verb::SetEmail | Verb::Deactivate | Verb::Reactivate => habits.patch_users = None,
        Verb::DeleteUser => habits.delete_user = habits.delete_user.filter(|deletion| *deletion != Deletion::Removes),
        // One form serves all servers that have these.
        Verb::CreateUser | Verb::CreateTeam | Verb::DeleteTeam | Verb::ReplaceMembers | Verb::SetAttribute => {}
        Verb::SetOrgRole | Verb::SetTeamRole | Verb::CreateRole | Verb::EditRole | Verb::DeleteRole => {}
        Verb::SetSeat | Verb::SetRegistryRole | Verb::CreateService => {}
        Verb::Invite | Verb::CreateKey | Verb::DeleteKey => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory::ability::Ability, scim::habits::Removal};

    #[test]
    fn what_fails_is_untried_again() {
        let mut store = Store::in_memory().unwrap();
        let habits = Habits { remove_member: Some(Removal::Put), patch_users: Some(true), ..Habits::default() };
        store.keep_habits(&habits).unwrap();
        let mut trials = store.trials().unwrap();
        trials.saw(Verb::RemoveMember, Ability::Works);
        trials.saw(Verb::AddMember, Ability::Works);
        store.keep_trials(&trials).unwrap();
        forget(&mut store, &Change::RemoveMember { team: "t".into(), user: "u".into() }).unwrap();
        assert_eq!(store.habits().unwrap().unwrap(), Habits { remove_member: None, ..habits });
        trials.forget(Verb::RemoveMember);
        assert_eq!(store.trials().unwrap(), trials, "the other is still known");
    }
}
