//! Taking many away at once: a share of all users, or of one team's members. A slip of the filter, a file with half its
//! lines, a script on the wrong profile.

use rustc_hash::FxHashSet;

use crate::directory::{Directory, Id, Kind, change::Change};

/// The share, in percent, beyond which the numbers must be typed where the profile sets none.
const USUAL: u8 = 25;
/// So many are never too many.
const HANDFUL: usize = 5;

/// More is taken from one place than its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mass {
    place: Place,
    /// How many are there.
    whole: usize,
    /// How many of them may go.
    allowed: usize,
    /// What they are: `users`, `members of vision`.
    what: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Directory,
    Team(Id),
}

impl Mass {
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
        let what = if directory.is_complete(Kind::User) { "users" } else { "known users" };
        found.extend(place(Place::Directory, directory.len(Kind::User), what.into()));
        found
    }

    /// How many of them these changes take away.
    fn taken<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> usize {
        changes.flat_map(|change| self.of(change)).collect::<FxHashSet<_>>().len()
    }

    /// Whom this change takes away.
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

    /// What must be typed to send these, where they still are too many.
    pub fn typed<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> Option<String> {
        let taken = self.taken(changes);
        (taken > self.allowed).then(|| format!("{taken} of {}", self.whole))
    }

    /// Why these are not sent.
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
