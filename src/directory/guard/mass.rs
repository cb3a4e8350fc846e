//! Removals of many people at once: a share of all users, or of a team's members. Typical causes: a wrong filter, a
//! file with half its lines, a script on the wrong profile.

use rustc_hash::FxHashSet;

use crate::directory::{Directory, Id, RecordKind, change::Change};

/// The share, in percent, beyond which the numbers must be typed if the profile sets none.
const USUAL: u8 = 25;
/// This many removals are always allowed.
const HANDFUL: usize = 5;

/// A place that loses more than its allowed share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRemoval {
    place: Place,
    /// Number of people in the place.
    whole: usize,
    /// Number of people that may be removed.
    allowed: usize,
    /// The people in words: `users`, `members of vision`.
    what: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Directory,
    Team(Id),
}

impl BulkRemoval {
    /// The places from which these changes take more than this percentage.
    pub(super) fn beyond<'a>(
        changes: impl Iterator<Item = &'a Change> + Clone,
        directory: &Directory,
        percent: Option<u8>,
    ) -> Vec<Self> {
        let share = usize::from(percent.unwrap_or(USUAL));
        let place = |place: Place, whole: usize, what: String| {
            let mass = Self { place, whole, allowed: (whole * share / 100).max(HANDFUL), what };
            (mass.taken(changes.clone()) > mass.allowed).then_some(mass)
        };
        let teams: FxHashSet<&Id> = changes.clone().filter_map(|change| Some(change.takes_members()?.0)).collect();
        let teams = teams.into_iter().filter_map(|id| directory.team(id));
        let mut found: Vec<Self> = teams
            .filter_map(|team| {
                let whole = team.members.as_ref()?.len();
                place(Place::Team(team.id.clone()), whole, format!("members of {}", team.name))
            })
            .collect();
        found.sort_by(|one, other| one.what.cmp(&other.what));
        let what = if directory.is_complete(RecordKind::User) { "users" } else { "known users" };
        found.extend(place(Place::Directory, directory.len(RecordKind::User), what.into()));
        found
    }

    /// Number of the place's people that these changes remove.
    fn taken<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> usize {
        changes.flat_map(|change| self.of(change)).collect::<FxHashSet<_>>().len()
    }

    /// The people that the change removes from the place.
    fn of<'a>(&self, change: &'a Change) -> &'a [Id] {
        match &self.place {
            Place::Directory => change.takes_person().map_or(&[], std::slice::from_ref),
            Place::Team(place) => {
                change.takes_members().filter(|(team, _)| *team == place).map_or(&[], |(_, members)| members)
            }
        }
    }

    pub(super) fn takes(&self, change: &Change) -> bool {
        !self.of(change).is_empty()
    }

    /// The text to type before these changes are sent; `None` if they remove an allowed number.
    pub fn typed<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> Option<String> {
        let taken = self.taken(changes);
        (taken > self.allowed).then(|| taken.to_string())
    }

    /// The reason for not sending these changes.
    pub(super) fn refusal<'a>(&self, changes: impl Iterator<Item = &'a Change>, percent: u8) -> String {
        let (taken, Self { whole, what, .. }) = (self.taken(changes), self);
        format!(
            "{taken} of the {whole} {what} would go at once, more than the {percent}% of max_removal. Send it in parts, or \
             raise max_removal in the profile."
        )
    }

    /// The sentence for the preview.
    pub fn note<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> String {
        let (taken, Self { whole, what, .. }) = (self.taken(changes), self);
        format!("{taken} of the {whole} {what} go at once.")
    }
}
