//! Forgets a stored quirk that a trial has shown, once a change contradicts it: the action counts as
//! untried from then on, in every session.

use std::sync::Arc;

use super::Worker;
use crate::{
    dialect::Dialect,
    directory::{
        change::{Change, ChangeVerb},
        plan::{ChangeState, JournalEntry, RequestExchange},
        role_source::RoleMapping,
        work::WorkerReport,
    },
    scim::{
        failure::Failure,
        quirks::{DeletionEffect, ServerQuirks},
    },
    store::{self, Store},
    worker::context::WorkerContext,
};

/// Forgets the quirks about the form in which a change was sent, if the server has refused that form or accepted it
/// without effect. A failure because of the record, the key or the network teaches nothing. True if changes are planned
/// in another way from now on.
pub(super) async fn unlearn(context: &WorkerContext, entry: &JournalEntry) -> bool {
    if !is_about_the_way(entry.state, entry.failure.as_ref(), &entry.exchanges) {
        return false;
    }
    let change = entry.step.change.clone();
    context.stored(move |store| forget(store, &change)).await == Some(true)
}

/// The parts that the worker's dialect is made from.
pub(super) struct DialectLessons {
    /// The dialect by the profile's settings.
    plain: Arc<dyn Dialect>,
    /// The stored quirks when the dialect was made.
    stored: Option<ServerQuirks>,
    /// The server's own description in this session.
    told: ServerQuirks,
    /// True if habits were forgotten since.
    doubted: bool,
}

impl DialectLessons {
    pub fn new(plain: Arc<dyn Dialect>) -> Self {
        Self { plain, stored: None, told: ServerQuirks::default(), doubted: false }
    }

    /// Adds habits that the server has told.
    pub fn told(&mut self, habits: &ServerQuirks) {
        self.told = habits.clone().or(std::mem::take(&mut self.told));
    }

    /// Requests that the stored quirks are read again.
    pub fn doubt(&mut self) {
        self.doubted = true;
    }

    /// True once after each request to read the stored quirks again.
    pub fn take_doubt(&mut self) -> bool {
        std::mem::take(&mut self.doubted)
    }

    /// Makes roles follow from groups by this mapping.
    pub fn remap(&mut self, mapping: &Arc<RoleMapping>) {
        self.plain = self.plain.with_mapping(Arc::clone(mapping)).unwrap_or_else(|| Arc::clone(&self.plain));
    }

    /// A dialect with the present quirks; `None` if the stored quirks have not changed.
    fn dialect(&mut self, stored: ServerQuirks) -> Option<Arc<dyn Dialect>> {
        if self.stored.as_ref() == Some(&stored) {
            return None;
        }
        let better = |dialect: Arc<dyn Dialect>, habits: &ServerQuirks| dialect.with_habits(habits).unwrap_or(dialect);
        let dialect = [&stored, &self.told].into_iter().fold(Arc::clone(&self.plain), better);
        self.stored = Some(stored);
        Some(dialect)
    }
}

impl Worker {
    /// Makes a new dialect if this session or another one has changed the stored quirks.
    pub(super) async fn learn_anew(&mut self) {
        let Some(stored) = self.context.stored(|store| store.habits()).await else { return };
        if let Some(dialect) = self.lessons.dialect(stored.unwrap_or_default()) {
            self.context.dialect = Arc::clone(&dialect);
            self.context.report(WorkerReport::Planner(dialect));
        }
    }
}

/// True if the server refused the form of the request, or accepted the request without effect.
fn is_about_the_way(state: ChangeState, failure: Option<&Failure>, exchanges: &[RequestExchange]) -> bool {
    let by_status = |status: u16| matches!(status, 405 | 415 | 501);
    state == ChangeState::Refused
        && match failure {
            Some(failure) => failure.status.is_some_and(by_status),
            None => !exchanges.is_empty() && exchanges.iter().all(|exchange| !exchange.refused),
        }
}

/// True where habits were forgotten.
fn forget(store: &mut Store, change: &Change) -> store::Result<bool> {
    let verb = change.verb();
    let mut trials = store.trials()?;
    if trials.forget(verb) {
        store.keep_trials(&trials)?;
    }
    let Some(mut habits) = store.habits()? else { return Ok(false) };
    let before = habits.clone();
    forget_way(&mut habits, verb);
    if habits == before {
        return Ok(false);
    }
    store.keep_habits(&habits)?;
    Ok(true)
}

/// Forgets the form in which this action is sent.
fn forget_way(habits: &mut ServerQuirks, verb: ChangeVerb) {
    match verb {
        ChangeVerb::AddMember => habits.patch_groups = None,
        ChangeVerb::RemoveMember => (habits.remove_member, habits.patch_groups) = (None, None),
        ChangeVerb::SetDisplayName | ChangeVerb::SetEmail | ChangeVerb::Deactivate | ChangeVerb::Reactivate => {
            (habits.patch_users, habits.patch_paths) = (None, None);
        }
        ChangeVerb::DeleteUser => {
            habits.delete_user = habits.delete_user.filter(|deletion| *deletion != DeletionEffect::Removes);
        }
        // All servers with these actions take a single form.
        ChangeVerb::CreateUser
        | ChangeVerb::CreateTeam
        | ChangeVerb::DeleteTeam
        | ChangeVerb::ReplaceMembers
        | ChangeVerb::SetAttribute => {}
        ChangeVerb::SetOrgRole
        | ChangeVerb::SetTeamRole
        | ChangeVerb::CreateRole
        | ChangeVerb::EditRole
        | ChangeVerb::DeleteRole => {}
        ChangeVerb::SetSeat | ChangeVerb::SetRegistryRole | ChangeVerb::CreateService => {}
        ChangeVerb::Invite | ChangeVerb::CreateKey | ChangeVerb::DeleteKey => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialect::{Hosting, KnownServer, Provider},
        directory::ability::ActionAbility,
        scim::{failure::FailureClass, quirks::RemovalForm},
    };

    #[test]
    fn only_the_form_of_a_request_is_unlearnt_by_its_refusal() {
        let refused = |status| {
            let failure = Failure { status, ..Failure::local(FailureClass::Refused, "no", "") };
            is_about_the_way(ChangeState::Refused, Some(&failure), &[])
        };
        let forms = [405, 415, 501].map(|status| refused(Some(status)));
        let reasons = [400, 403, 404, 409, 412, 429, 500, 503].map(|status| refused(Some(status)));
        assert_eq!((forms, reasons, refused(None)), ([true; 3], [false; 8], false));
        let taken = |refused| RequestExchange {
            request: "PATCH /Users/u".into(),
            status: Some(200),
            millis: 1,
            bytes: 0,
            answer: String::new(),
            refused,
            attempts: 1,
        };
        let without_effect = |state, exchanges: &[RequestExchange]| is_about_the_way(state, None, exchanges);
        assert!(without_effect(ChangeState::Refused, &[taken(false), taken(false)]));
        assert!(!without_effect(ChangeState::Refused, &[]), "nothing was sent");
        assert!(!without_effect(ChangeState::Refused, &[taken(false), taken(true)]));
        for state in ChangeState::ALL.into_iter().filter(|state| *state != ChangeState::Refused) {
            assert!(!without_effect(state, &[taken(false)]), "{state:?}");
        }
    }

    #[test]
    fn an_action_forgets_its_own_way_and_no_other() {
        let known = ServerQuirks {
            patch_users: Some(true),
            patch_groups: Some(true),
            remove_member: Some(RemovalForm::Value),
            delete_user: Some(DeletionEffect::Removes),
            versions: Some(true),
            ..ServerQuirks::default()
        };
        let left = |verb| {
            let mut habits = known.clone();
            forget_way(&mut habits, verb);
            habits
        };
        assert_eq!(left(ChangeVerb::AddMember), ServerQuirks { patch_groups: None, ..known.clone() });
        let removal = ServerQuirks { patch_groups: None, remove_member: None, ..known.clone() };
        assert_eq!(left(ChangeVerb::RemoveMember), removal);
        for verb in [ChangeVerb::SetDisplayName, ChangeVerb::SetEmail, ChangeVerb::Deactivate, ChangeVerb::Reactivate] {
            assert_eq!(left(verb), ServerQuirks { patch_users: None, ..known.clone() }, "{verb:?}");
        }
        assert_eq!(left(ChangeVerb::DeleteUser), ServerQuirks { delete_user: None, ..known.clone() });
        assert_eq!(left(ChangeVerb::CreateUser), known);
        // The habit seen on a server that keeps its users stays known.
        let mut keeps = ServerQuirks { delete_user: Some(DeletionEffect::Deactivates), ..ServerQuirks::default() };
        forget_way(&mut keeps, ChangeVerb::DeleteUser);
        assert_eq!(keeps.delete_user, Some(DeletionEffect::Deactivates));
    }

    #[test]
    fn only_what_changes_the_plans_is_told_as_unlearnt() {
        let mut store = Store::in_memory().unwrap();
        let change = Change::SetActive { user: "u".into(), active: false };
        assert!(!forget(&mut store, &change).unwrap(), "nothing was known");
        store.keep_habits(&ServerQuirks { patch_users: Some(true), ..ServerQuirks::default() }).unwrap();
        assert!(forget(&mut store, &change).unwrap() && !forget(&mut store, &change).unwrap());
    }

    /// The server's own claims come after the stored habits, and stay when those are forgotten.
    #[test]
    fn a_dialect_is_made_of_the_profile_the_store_and_the_servers_claims() {
        let server = KnownServer {
            habits: ServerQuirks { patch_users: Some(true), ..ServerQuirks::default() },
            ..KnownServer::default()
        };
        let mut lessons = DialectLessons::new(crate::dialect::of(Provider::Scim, Hosting::default(), server));
        lessons.told(&ServerQuirks {
            tells_members: Some(true),
            delete_user: Some(DeletionEffect::Refused),
            ..ServerQuirks::default()
        });
        let can_delete = |dialect: &Arc<dyn Dialect>| dialect.capabilities().can(ChangeVerb::DeleteUser).is_ok();
        let stored = ServerQuirks {
            delete_user: Some(DeletionEffect::Removes),
            tells_members: Some(false),
            ..ServerQuirks::default()
        };
        let dialect = lessons.dialect(stored.clone()).unwrap();
        assert_eq!((can_delete(&dialect), dialect.tells_members()), (true, Some(false)));
        assert!(lessons.dialect(stored).is_none(), "the store knows what it knew");
        let dialect = lessons.dialect(ServerQuirks::default()).unwrap();
        assert_eq!((can_delete(&dialect), dialect.tells_members()), (false, Some(true)));
    }

    #[test]
    fn what_fails_is_untried_again() {
        let mut store = Store::in_memory().unwrap();
        let habits =
            ServerQuirks { remove_member: Some(RemovalForm::Put), patch_users: Some(true), ..ServerQuirks::default() };
        store.keep_habits(&habits).unwrap();
        let mut trials = store.trials().unwrap();
        trials.saw(ChangeVerb::RemoveMember, ActionAbility::Works);
        trials.saw(ChangeVerb::AddMember, ActionAbility::Works);
        store.keep_trials(&trials).unwrap();
        forget(&mut store, &Change::RemoveMember { team: "t".into(), user: "u".into() }).unwrap();
        assert_eq!(store.habits().unwrap().unwrap(), ServerQuirks { remove_member: None, ..habits });
        trials.forget(ChangeVerb::RemoveMember);
        assert_eq!(store.trials().unwrap(), trials, "the other is still known");
    }
}
