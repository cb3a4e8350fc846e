//! Applies many pending changes to the members of a team in a single pass. Knows teams and changes, no directory.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::directory::{
    Id, Name,
    change::Change,
    record::{Member, Team},
};

/// The effect of the changes on a user.
#[derive(Default)]
struct MemberFate {
    left: bool,
    joins: bool,
}

/// Makes the team equal to the result of [`Change::apply_to_team`] for each change in turn.
pub(super) fn lay(changes: &[&Change], team: &mut Team) {
    if let Some(name) = changes.iter().rev().find_map(|change| change.names_team()) {
        team.name = Name::from(name);
    }
    let Some(members) = team.members.as_mut() else { return };
    let inside: FxHashSet<&Id> = members.iter().map(|member| &member.id).collect();
    let mut fates: FxHashMap<&Id, MemberFate> = FxHashMap::default();
    let mut joined: Vec<&Id> = Vec::new();
    for change in changes {
        if let Some(user) = change.joins() {
            let fate = fates.entry(user).or_default();
            if !fate.joins && (fate.left || !inside.contains(user)) {
                fate.joins = true;
                joined.push(user);
            }
        } else if let Change::RemoveMember { user, .. } = change {
            fates.insert(user, MemberFate { left: true, joins: false });
        } else if let Change::ReplaceMembers { come, go, .. } = change {
            for user in go {
                fates.insert(user, MemberFate { left: true, joins: false });
            }
            for user in come {
                fates.insert(user, MemberFate { left: true, joins: true });
                joined.push(user);
            }
        }
    }
    drop(inside);
    members.retain(|member| fates.get(&member.id).is_none_or(|fate| !fate.left));
    // A user who joined, left and joined again stands at the place of the last join.
    let mut new = Vec::new();
    for user in joined.into_iter().rev() {
        if let Some(fate) = fates.get_mut(user)
            && std::mem::take(&mut fate.joins)
        {
            new.push(Member { id: user.clone(), display: Name::default() });
        }
    }
    members.extend(new.into_iter().rev());
}
