//! The role picker: place and role in one pick, for one user or for many. Places are the organisation, teams,
//! registries, and the products that seats are for.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App, AppEffect,
    action::{Action, Scope},
    check::RowKept,
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{
    Directory, Id, Name,
    change::{Change, SeatKind},
    plan::{ProviderCapabilities, RoleChoice},
    search::{MatcherMemory, Words},
};

mod places;
#[cfg(test)]
mod tests;

use places::{Places, has};

/// The place where a role is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RolePlace {
    /// The organisation.
    Organisation,
    /// A team that every subject is in.
    Own(Id),
    /// Any other team: choosing joins it.
    Other(Id),
    /// A product; the role is the seat for it.
    Seat(SeatKind),
    /// The Models seat and the access to registries, which newer servers take away one by one.
    SeatAndRegistries,
    /// A registry.
    Registry(Name),
    /// A registry, or all of them: choosing takes the role away.
    NoRegistry(Option<Name>),
}

/// The places that are shown; `Tab` goes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownPlaces {
    /// All places.
    All,
    /// The team that the pick was opened for.
    Here,
    /// The organisation only.
    Organisation,
    /// Own teams only.
    Own,
    /// Other teams only.
    Other,
    /// Registries only.
    Registries,
    /// Seats only.
    Seats,
}

impl ShownPlaces {
    const ROUND: [ShownPlaces; 7] = [
        ShownPlaces::Here,
        ShownPlaces::All,
        ShownPlaces::Organisation,
        ShownPlaces::Own,
        ShownPlaces::Other,
        ShownPlaces::Registries,
        ShownPlaces::Seats,
    ];

    fn shows(self, place: &RolePlace, here: Option<&Id>) -> bool {
        match self {
            ShownPlaces::All => true,
            ShownPlaces::Here => {
                matches!(place, RolePlace::Own(team) | RolePlace::Other(team) if Some(team) == here)
            }
            ShownPlaces::Organisation => *place == RolePlace::Organisation,
            ShownPlaces::Own => matches!(place, RolePlace::Own(_)),
            ShownPlaces::Other => matches!(place, RolePlace::Other(_)),
            ShownPlaces::Registries => matches!(place, RolePlace::Registry(_) | RolePlace::NoRegistry(_)),
            ShownPlaces::Seats => matches!(place, RolePlace::Seat(_) | RolePlace::SeatAndRegistries),
        }
    }
}

/// A line of the picker.
#[derive(Debug, Clone)]
pub struct PickerChoice {
    /// The place.
    pub place: RolePlace,
    /// The place's name as shown.
    pub place_name: Name,
    /// The role or seat.
    pub role: Name,
    /// True for a custom role.
    pub custom: bool,
    /// True if all of the picker's users have it now.
    pub now: bool,
    /// A warning, or the reason why the line can't be chosen.
    pub note: Option<String>,
    /// True if the line can't be chosen.
    pub refused: bool,
    text: String,
}

/// State of the picker.
#[derive(Debug)]
pub struct RolePicker {
    /// The users that the pick is for.
    pub users: Vec<Id>,
    /// The text that is typed.
    pub input: Input,
    /// Every known choice, and behind them the choices offered for the typed name.
    pub choices: Vec<PickerChoice>,
    /// Indexes into `choices`, best match first.
    pub shown: Vec<usize>,
    /// Index into `shown`.
    pub cursor: usize,
    /// The places that are shown.
    pub scope: ShownPlaces,
    /// The team that the pick was opened for.
    pub here: Option<Id>,
    /// The number of choices that don't depend on the typed text.
    known: usize,
}

impl RolePicker {
    /// Collects the choices for these users.
    pub fn new(users: Vec<Id>, directory: &Directory, can: &ProviderCapabilities) -> Self {
        Self::opened_for(users, None, directory, can)
    }

    /// Collects the choices for a user, and shows those in one team until the person chooses another scope.
    pub fn in_team(user: Id, team: Id, directory: &Directory, can: &ProviderCapabilities) -> Self {
        Self::opened_for(vec![user], Some(team), directory, can)
    }

    fn opened_for(users: Vec<Id>, here: Option<Id>, directory: &Directory, can: &ProviderCapabilities) -> Self {
        let choices = Places { users: &users, directory, can }.all();
        let known = choices.len();
        let scope = if here.is_some() { ShownPlaces::Here } else { ShownPlaces::All };
        let (input, shown) = (Input::default(), Vec::new());
        let mut picker = Self { users, input, choices, shown, cursor: 0, scope, here, known };
        picker.filter();
        picker
    }

    /// The number of choices that don't depend on the typed text.
    pub fn all(&self) -> usize {
        self.known
    }

    fn filter(&mut self) {
        self.choices.truncate(self.known);
        let words = Words::typed(self.input.value());
        let mut scratch = MatcherMemory::default();
        let places =
            self.choices.iter().enumerate().filter(|(_, choice)| self.scope.shows(&choice.place, self.here.as_ref()));
        let mut scored: Vec<(u32, usize)> = places
            .filter_map(|(at, choice)| Some((u32::MAX - words.closeness(&choice.text, &mut scratch)?, at)))
            .collect();
        // Own teams stand first in `choices`: a stable sort lets them win among equal scores.
        scored.sort_by_key(|(score, _)| *score);
        self.shown = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }

    /// A registry in which nobody is known to have a role is known to nobody here: it is offered as typed, among
    /// registries always, elsewhere where nothing else matches.
    fn offer_registry(&mut self, directory: &Directory, can: &ProviderCapabilities) {
        let asked = match self.scope {
            ShownPlaces::Registries => true,
            ShownPlaces::All => self.shown.is_empty(),
            _ => false,
        };
        let Some((registry, role)) = typed_registry(self.input.value(), can).filter(|_| asked) else { return };
        let known =
            |choice: &PickerChoice| matches!(&choice.place, RolePlace::Registry(name) if name.is(registry.raw()));
        if self.choices.iter().any(known) {
            return;
        }
        let places = Places { users: &self.users, directory, can };
        let note = "nobody is known to have a role there: check the name";
        let mut offered = places.roles_in(&registry, Some(note));
        offered.retain(|choice| choice.role.raw().starts_with(&role));
        // Nobody has said which is meant: the least of the documented roles comes first.
        offered.reverse();
        offered.sort_by_key(|choice| choice.note.as_deref() != Some(note));
        self.choices.extend(offered);
        self.shown.extend(self.known..self.choices.len());
    }

    /// Goes to the next scope that has any place.
    pub fn next_scope(&mut self, directory: &Directory, can: &ProviderCapabilities) {
        let at = ShownPlaces::ROUND.iter().position(|scope| *scope == self.scope).unwrap_or(0);
        let round = ShownPlaces::ROUND.iter().cycle().skip(at + 1).take(ShownPlaces::ROUND.len());
        let has_any = |scope: &&ShownPlaces| {
            self.choices.iter().any(|choice| scope.shows(&choice.place, self.here.as_ref()))
                || **scope == ShownPlaces::Registries && !can.registry_roles.is_empty()
        };
        self.scope = round.copied().find(|scope| has_any(&scope)).unwrap_or(ShownPlaces::All);
        self.filter();
        self.offer_registry(directory, can);
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&PickerChoice> {
        self.choices.get(*self.shown.get(self.cursor)?)
    }

    /// True where the place under the cursor is a registry that nobody is known to have a role in: it may be misspelt.
    pub fn is_guess(&self) -> bool {
        self.shown.get(self.cursor).is_some_and(|at| *at >= self.known)
    }

    fn type_in(&mut self, event: &Event, directory: &Directory, can: &ProviderCapabilities) {
        if text_field(&mut self.input, event) {
            self.filter();
            self.offer_registry(directory, can);
        }
    }

    /// The changes that choosing the line under the cursor means; users who have the role or seat already are left out.
    pub fn changes(&self, directory: &Directory) -> Vec<Change> {
        let Some(choice) = self.selected() else { return Vec::new() };
        let one = |user: &Id, place: RolePlace| {
            let change = choice.in_place(&place, user.clone());
            (!has(directory, user, &place, &choice.role)).then_some(change)
        };
        self.users
            .iter()
            .flat_map(|user| choice.places().into_iter().filter_map(move |place| one(user, place)))
            .collect()
    }

    /// The names of users who have the role or seat already.
    pub fn needless(&self, directory: &Directory) -> Vec<Name> {
        let Some(choice) = self.selected() else { return Vec::new() };
        let so = self.users.iter().filter(|user| has(directory, user, &choice.place, &choice.role));
        so.filter_map(|user| Some(directory.user(user)?.user_name.clone())).collect()
    }
}

impl OverlayBehavior for RolePicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, app: &App) {
        if let Some(can) = app.capabilities() {
            self.type_in(event, &app.directory, can);
        }
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.shown.len());
    }

    fn adjust(&mut self, action: Action, app: &App) -> Result<(), RowKept> {
        if let Some(can) = app.capabilities().filter(|_| action == Action::NextScope) {
            self.next_scope(&app.directory, can);
        }
        Ok(())
    }

    fn has_choice(&self, _: &Directory) -> bool {
        self.selected().is_some()
    }

    fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
        app.choose_role(self, effects);
    }
}

impl PickerChoice {
    /// The places that are meant: the access to registries first, so that the plan of the seat knows that it ends.
    fn places(&self) -> Vec<RolePlace> {
        match &self.place {
            RolePlace::SeatAndRegistries => {
                vec![RolePlace::Seat(SeatKind::Registry), RolePlace::Seat(SeatKind::Models)]
            }
            place => vec![place.clone()],
        }
    }

    fn in_place(&self, place: &RolePlace, user: Id) -> Change {
        let role = self.role.clone();
        match place.clone() {
            RolePlace::Organisation => Change::SetOrgRole { user, role },
            RolePlace::Own(team) | RolePlace::Other(team) => Change::SetTeamRole { user, team, role },
            RolePlace::Seat(seat) => Change::SetSeat { user, seat, to: role },
            RolePlace::SeatAndRegistries => Change::SetSeat { user, seat: SeatKind::Models, to: role },
            RolePlace::Registry(registry) => Change::SetRegistryRole { user, registry, role },
            RolePlace::NoRegistry(registry) => Change::RemoveRegistryRole { user, registry },
        }
    }
}

/// `[registry] NAME [ROLE]` as typed: the name, and the beginning of the role.
fn typed_registry(typed: &str, can: &ProviderCapabilities) -> Option<(Name, String)> {
    let mut words: Vec<&str> = typed.split_whitespace().collect();
    if words.first().is_some_and(|word| word.eq_ignore_ascii_case("registry")) {
        words.remove(0);
    }
    let last = words.last()?.to_lowercase();
    let is_role = |role: &RoleChoice| role.name.raw().starts_with(&last);
    let role = if words.len() > 1 && can.registry_roles.iter().any(is_role) { last } else { String::new() };
    if !role.is_empty() {
        words.pop();
    }
    (!can.registry_roles.is_empty()).then(|| (Name::from(words.join(" ").as_str()), role))
}
