//! The role picker: scope and role in one pick, for one user or for many.

use tui_input::Input;

use super::text_field;
use crate::directory::{
    Directory, Id, Kind, Name,
    change::{Change, Verb},
    plan::Capabilities,
    search::{Scratch, Words},
};

/// Where a role is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The organisation.
    Organisation,
    /// A team that every subject is in.
    Own(Id),
    /// Any other team: choosing joins it.
    Other(Id),
}

/// Which places are shown; `Tab` goes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All of them.
    All,
    /// The organisation only.
    Organisation,
    /// Own teams only.
    Own,
    /// Other teams only.
    Other,
}

/// One line of the picker.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Where.
    pub place: Place,
    /// The place's name as shown.
    pub place_name: Name,
    /// Which role.
    pub role: Name,
    /// A custom role.
    pub custom: bool,
    /// Everybody who is asked for has it now.
    pub now: bool,
    /// A warning, or why it can't be chosen.
    pub note: Option<String>,
    /// It can't be chosen.
    pub refused: bool,
    text: String,
}

/// State of the picker.
#[derive(Debug)]
pub struct RolePicker {
    /// For whom.
    pub users: Vec<Id>,
    /// What is typed.
    pub input: Input,
    /// Everything that could be picked.
    pub choices: Vec<Choice>,
    /// Indexes into `choices`, best match first.
    pub shown: Vec<usize>,
    /// Index into `shown`.
    pub cursor: usize,
    /// Which places.
    pub scope: Shown,
}

impl RolePicker {
    /// Collects what can be picked for these users.
    pub fn new(users: Vec<Id>, directory: &Directory, can: &Capabilities) -> Self {
        let mut choices = Vec::new();
        organisation(&users, directory, can, &mut choices);
        let (own, other) = teams(&users, directory);
        let team_refusal = can.can(Verb::SetTeamRole).err();
        for (team, is_own) in own.into_iter().map(|t| (t, true)).chain(other.into_iter().map(|t| (t, false))) {
            in_team(&users, &team, is_own, directory, can, team_refusal, &mut choices);
        }
        let mut picker =
            Self { users, input: Input::default(), choices, shown: Vec::new(), cursor: 0, scope: Shown::All };
        picker.filter();
        picker
    }

    /// Filters by what is typed and by scope.
    pub fn filter(&mut self) {
        let words = Words::new(self.input.value().split_whitespace());
        let mut scratch = Scratch::default();
        let mut scored: Vec<(u32, usize)> = self
            .choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| match (self.scope, &choice.place) {
                (Shown::All, _) => true,
                (Shown::Organisation, place) => *place == Place::Organisation,
                (Shown::Own, place) => matches!(place, Place::Own(_)),
                (Shown::Other, place) => matches!(place, Place::Other(_)),
            })
            .filter_map(|(at, choice)| Some((u32::MAX - words.score(&choice.text, &mut scratch)?, at)))
            .collect();
        // Own teams stand first in `choices`: a stable sort lets them win among equal scores.
        scored.sort_by_key(|(score, _)| *score);
        self.shown = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }

    /// Goes to the next scope.
    pub fn next_scope(&mut self) {
        self.scope = match self.scope {
            Shown::All => Shown::Organisation,
            Shown::Organisation => Shown::Own,
            Shown::Own => Shown::Other,
            Shown::Other => Shown::All,
        };
        self.filter();
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&Choice> {
        self.choices.get(*self.shown.get(self.cursor)?)
    }

    /// A key for the text field. True if the text changed.
    pub fn edit(&mut self, event: &crossterm::event::Event) -> bool {
        let changed = text_field(&mut self.input, event);
        if changed {
            self.filter();
        }
        changed
    }

    /// What choosing the line under the cursor means; users who have the role already are left out.
    pub fn changes(&self, directory: &Directory) -> Vec<Change> {
        let Some(choice) = self.selected() else { return Vec::new() };
        let mut changes = Vec::new();
        for user in &self.users {
            let role = choice.role.clone();
            let has = has_role(directory, user, &choice.place, &role);
            let change = match &choice.place {
                Place::Organisation => Change::SetOrgRole { user: user.clone(), role },
                Place::Own(team) | Place::Other(team) => {
                    Change::SetTeamRole { user: user.clone(), team: team.clone(), role }
                }
            };
            if !has {
                changes.push(change);
            }
        }
        changes
    }
}

fn organisation(users: &[Id], directory: &Directory, can: &Capabilities, choices: &mut Vec<Choice>) {
    let refusal = can.can(Verb::SetOrgRole).err();
    for role in &can.org_roles {
        let now = users.iter().all(|user| has_role(directory, user, &Place::Organisation, &role.name));
        choices.push(Choice {
            place: Place::Organisation,
            place_name: "Organisation".into(),
            text: format!("Organisation {}", role.name),
            role: role.name.clone(),
            custom: false,
            now,
            note: refusal.map(str::to_owned).or_else(|| role.note.clone()),
            refused: refusal.is_some(),
        });
    }
}

fn in_team(
    users: &[Id],
    team: &Id,
    own: bool,
    directory: &Directory,
    can: &Capabilities,
    refusal: Option<&str>,
    choices: &mut Vec<Choice>,
) {
    let Some(record) = directory.team(team) else { return };
    let place = if own { Place::Own(team.clone()) } else { Place::Other(team.clone()) };
    let predefined = can.team_roles.iter().map(|role| (role.name.clone(), false, role.note.clone()));
    let custom = directory.records().roles().values().map(|role| (role.name.clone(), true, None));
    for (role, custom, note) in predefined.chain(custom) {
        let joins = (!own).then(|| "joins the team".to_owned());
        choices.push(Choice {
            now: users.iter().all(|user| has_role(directory, user, &place, &role)),
            place: place.clone(),
            place_name: record.name.clone(),
            text: format!("{} {role}", record.name),
            role,
            custom,
            note: refusal.map(str::to_owned).or(note).or(joins),
            refused: refusal.is_some(),
        });
    }
}

fn has_role(directory: &Directory, user: &Id, place: &Place, role: &Name) -> bool {
    let Some(user) = directory.user(user) else { return false };
    match place {
        Place::Organisation => user.org_role.as_ref().is_some_and(|now| now == role),
        Place::Own(team) | Place::Other(team) => {
            directory.team(team).and_then(|team| user.role_in(&team.name)).is_some_and(|now| now == role)
        }
    }
}

/// Teams that all users are in, then the others, each in name order.
fn teams(users: &[Id], directory: &Directory) -> (Vec<Id>, Vec<Id>) {
    let memberships: Vec<_> = users.iter().map(|user| directory.teams_of(user)).collect();
    let all = directory.rows_by_name(Kind::Team).iter().filter_map(|row| directory.id_at(Kind::Team, *row)).cloned();
    all.partition(|team| memberships.iter().all(|teams| teams.contains(team)))
}
