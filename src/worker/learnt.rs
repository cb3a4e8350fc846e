//! Roles that only the answers to changes have shown, kept until a list shows the user's role.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::context::{WorkerContext, now};
use crate::directory::{
    Id, Observation,
    change::Change,
    learnt::LearntRoles,
    owner::KeyOwner,
    plan::{ChangeState, JournalEntry},
    record::{Record, User},
    work::WorkerReport,
};

/// Shared by all tasks of a worker.
#[derive(Clone, Default)]
pub struct LearntRoleCache(Arc<Mutex<FxHashMap<Id, LearntRoles>>>);

impl LearntRoleCache {
    fn lock(&self) -> MutexGuard<'_, FxHashMap<Id, LearntRoles>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The learnt roles that these readings replace. A list that shows a user's roles shows them again next time, so
    /// the learnt roles are forgotten. A single read gives new learnt roles, since the next list may show none.
    fn told<'a>(&self, users: impl Iterator<Item = &'a User>) -> Vec<(Id, Option<LearntRoles>)> {
        let mut learnt = self.lock();
        if learnt.is_empty() {
            return Vec::new();
        }
        let renewed = users.filter_map(|user| {
            let before = learnt.get_mut(&user.id)?;
            if !user.is_summary() {
                *before = LearntRoles::of(user, now())?.or(before);
                return Some((user.id.clone(), Some(before.clone())));
            }
            let tells = user.org_role.is_told() && user.team_roles.is_some();
            tells.then(|| learnt.remove(&user.id)).map(|_| (user.id.clone(), None))
        });
        renewed.collect()
    }
}

impl WorkerContext {
    /// Reports the facts that earlier sessions have learnt to the console.
    pub async fn recall_learnt(&self) {
        self.recall_roles().await;
        if let Some(owner) = self.stored(|store| store.key_owner()).await.flatten() {
            self.report(WorkerReport::Owner(Some(owner)));
        }
    }

    /// Reports the roles that are known only from the answers to changes.
    pub async fn recall_roles(&self) {
        if let Some(all) = self.stored(|store| store.learnt_roles()).await.filter(|all| !all.is_empty()) {
            self.learnt.lock().extend(all.iter().cloned());
            self.report(WorkerReport::RolesLearnt(all));
        }
    }

    /// Forgets the learnt roles of users whose roles a list has shown, and replaces those that a single read has shown.
    pub async fn renew_learnt<'a>(&self, users: impl Iterator<Item = &'a User>) {
        let told = self.learnt.told(users);
        if told.is_empty() {
            return;
        }
        let renewed: Vec<_> = told.iter().filter_map(|(id, roles)| Some((id.clone(), roles.clone()?))).collect();
        self.stored(move |store| store.keep_learnt_roles(&told)).await;
        if !renewed.is_empty() {
            self.report(WorkerReport::RolesLearnt(renewed));
        }
    }

    /// Keeps the roles that the answers to a change have shown.
    pub async fn keep_learnt(&self, entry: &JournalEntry, fresh: &[Observation]) {
        let mut kept: FxHashMap<Id, Option<LearntRoles>> = FxHashMap::default();
        {
            let mut learnt = self.learnt.lock();
            if entry.took_effect() {
                outdated(entry).into_iter().filter(|id| learnt.remove(*id).is_some()).for_each(|id| {
                    kept.insert(id.clone(), None);
                });
            }
            for one in fresh {
                let Observation::Record(Record::User(user)) = one else { continue };
                let Some(roles) = LearntRoles::of(user, now()) else { continue };
                let roles = match learnt.get(&user.id) {
                    Some(before) => roles.or(before),
                    None => roles,
                };
                learnt.insert(user.id.clone(), roles.clone());
                kept.insert(user.id.clone(), Some(roles));
            }
        }
        if kept.is_empty() {
            return;
        }
        let told = kept.iter().filter_map(|(id, roles)| Some((id.clone(), roles.clone()?))).collect();
        let kept: Vec<_> = kept.into_iter().collect();
        self.stored(move |store| store.keep_learnt_roles(&kept)).await;
        self.report(WorkerReport::RolesLearnt(told));
    }

    /// Keeps the owner of the key in use, and reports the owner to the console.
    pub async fn keep_owner(&self, owner: KeyOwner) {
        let kept = owner.clone();
        self.stored(move |store| store.keep_key_owner(&kept)).await;
        self.report(WorkerReport::Owner(Some(owner)));
    }
}

/// Users whose learnt roles are outdated by a change.
fn outdated(entry: &JournalEntry) -> Vec<&Id> {
    match &entry.step.change {
        Change::SetOrgRole { user, .. } | Change::SetTeamRole { user, .. } if entry.state == ChangeState::Unseen => {
            vec![user]
        }
        Change::RemoveMember { user, .. } | Change::DeleteUser { user } | Change::SetActive { user, .. } => vec![user],
        Change::ReplaceMembers { go, .. } => go.iter().collect(),
        _ => Vec::new(),
    }
}
