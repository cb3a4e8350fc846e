//! The choices for some users: every role in every place, and every seat.

use rustc_hash::FxHashSet;

use super::{PickerChoice, RolePlace};
use crate::{
    directory::{
        Directory, Id, Name, RecordKind,
        change::{ChangeVerb, SeatKind},
        plan::{ProviderCapabilities, RoleChoice},
        seats::NONE,
    },
    scim::text::fold,
};

/// Shown in the place of a role where choosing takes it away.
const NO_ROLE: &str = "no role";

/// Collects the choices.
pub(super) struct Places<'a> {
    pub users: &'a [Id],
    pub directory: &'a Directory,
    pub can: &'a ProviderCapabilities,
}

impl Places<'_> {
    /// All choices: places where somebody has a role come first, since equal matches stay in this order.
    pub fn all(&self) -> Vec<PickerChoice> {
        let mut choices = self.organisation();
        let (own, other) = self.teams();
        choices.extend(own.into_iter().flat_map(|team| self.in_team(RolePlace::Own(team))));
        choices.extend(self.seats());
        choices.extend(self.registries());
        choices.extend(other.into_iter().flat_map(|team| self.in_team(RolePlace::Other(team))));
        choices
    }

    fn choice(
        &self,
        place: RolePlace,
        name: Name,
        role: &Name,
        note: Option<String>,
        verb: ChangeVerb,
    ) -> PickerChoice {
        let refusal = self.can.can(verb).err();
        PickerChoice {
            now: self.users.iter().all(|user| has(self.directory, user, &place, role)),
            text: format!("{name} {role}"),
            place,
            place_name: name,
            role: role.clone(),
            custom: false,
            note: refusal.map(|why| why.text.clone()).or(note),
            refused: refusal.is_some(),
        }
    }

    fn organisation(&self) -> Vec<PickerChoice> {
        let choice = |role: &RoleChoice| {
            let name = "Organisation".into();
            self.choice(RolePlace::Organisation, name, &role.name, role.note.clone(), ChangeVerb::SetOrgRole)
        };
        self.can.org_roles.iter().map(choice).collect()
    }

    fn in_team(&self, place: RolePlace) -> Vec<PickerChoice> {
        let (RolePlace::Own(id) | RolePlace::Other(id)) = &place else { return Vec::new() };
        let Some(team) = self.directory.team(id) else { return Vec::new() };
        let joins = matches!(place, RolePlace::Other(_)).then(|| "joins the team".to_owned());
        let predefined = self.can.team_roles.iter().map(|role| (&role.name, false, role.note.clone()));
        let custom = self.directory.records().roles().values().map(|role| (&role.name, true, None));
        let choice = |(role, custom, note): (&Name, bool, Option<String>)| {
            let note = note.or_else(|| joins.clone());
            PickerChoice {
                custom,
                ..self.choice(place.clone(), team.name.clone(), role, note, ChangeVerb::SetTeamRole)
            }
        };
        predefined.chain(custom).map(choice).collect()
    }

    fn seats(&self) -> Vec<PickerChoice> {
        // Older servers have no registry access: they show seats without it. Where no seat is shown, that tells nothing.
        let census = self.directory.census();
        let lacks = census.seats(SeatKind::Registry).known == 0 && census.seats(SeatKind::Models).known > 0;
        let there = |seat: &SeatKind| *seat != SeatKind::Registry || !lacks;
        let of =
            |seat: SeatKind| self.directory.seat_levels(seat, self.can).into_iter().map(move |level| (seat, level));
        let all = SeatKind::ALL.into_iter().filter(there).flat_map(of);
        let choice = |(seat, level): (SeatKind, Name)| {
            let choice = self.choice(RolePlace::Seat(seat), seat.label().into(), &level, None, ChangeVerb::SetSeat);
            // Weave access is a seat too, and is looked for by that word.
            PickerChoice { text: format!("{} seat {level}", seat.label().trim_end_matches(" seat")), ..choice }
        };
        let mut choices: Vec<PickerChoice> = all.map(choice).collect();
        if there(&SeatKind::Registry) && !choices.is_empty() {
            let (name, note) = ("Models seat and Registry access", "two changes in one plan".to_owned());
            let none = Name::from(NONE);
            let both = self.choice(RolePlace::SeatAndRegistries, name.into(), &none, Some(note), ChangeVerb::SetSeat);
            choices.push(both);
        }
        choices
    }

    /// The registries in which anybody is known to have a role: nothing lists registries. Registries where these users
    /// have one come first.
    fn registries(&self) -> Vec<PickerChoice> {
        if self.can.registry_roles.is_empty() {
            return Vec::new();
        }
        let held = in_name_order(self.users.iter().flat_map(|id| self.held(id)));
        let everybody = self.directory.records().users().values();
        let known = in_name_order(everybody.flat_map(|user| &user.registry_roles).map(|grant| &grant.scope));
        let rest = known.iter().filter(|name| !held.contains(name));
        let mut choices: Vec<PickerChoice> = held.iter().chain(rest).flat_map(|name| self.in_registry(name)).collect();
        if held.len() > 1 {
            let (place, note) = (RolePlace::NoRegistry(None), Some("takes all their registry roles away".to_owned()));
            choices.push(self.choice(
                place,
                "All registries".into(),
                &NO_ROLE.into(),
                note,
                ChangeVerb::SetRegistryRole,
            ));
        }
        choices
    }

    fn held(&self, id: &Id) -> impl Iterator<Item = &Name> {
        self.directory.user(id).into_iter().flat_map(|user| &user.registry_roles).map(|grant| &grant.scope)
    }

    fn in_registry(&self, registry: &Name) -> Vec<PickerChoice> {
        let mut choices = self.roles_in(registry, None);
        if self.users.iter().any(|id| self.held(id).any(|held| held == registry)) {
            let (place, name) = (RolePlace::NoRegistry(Some(registry.clone())), registry_name(registry));
            let note = Some("takes the role away".to_owned());
            choices.push(self.choice(place, name, &NO_ROLE.into(), note, ChangeVerb::SetRegistryRole));
        }
        choices
    }

    /// The roles of a registry that may not be known here.
    pub fn roles_in(&self, registry: &Name, note: Option<&str>) -> Vec<PickerChoice> {
        let choice = |role: &RoleChoice| {
            let (place, name) = (RolePlace::Registry(registry.clone()), registry_name(registry));
            let note = role.note.clone().or_else(|| note.map(str::to_owned));
            self.choice(place, name, &role.name, note, ChangeVerb::SetRegistryRole)
        };
        self.can.registry_roles.iter().map(choice).collect()
    }

    /// Teams that all users are in, then the others, each in name order.
    fn teams(&self) -> (Vec<Id>, Vec<Id>) {
        let directory = self.directory;
        let memberships: Vec<_> = self.users.iter().map(|user| directory.teams_of(user)).collect();
        let rows = directory.rows_by_name(RecordKind::Team).iter();
        let all = rows.filter_map(|row| directory.id_at(RecordKind::Team, *row)).cloned();
        all.partition(|team| memberships.iter().all(|teams| teams.contains(team)))
    }
}

fn in_name_order<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut names: Vec<&Name> = names.collect::<FxHashSet<_>>().into_iter().collect();
    names.sort_by_cached_key(|name| (fold(name.as_str()), name.raw().to_owned()));
    names
}

/// The registry's name, marked as one, since a team may have the same name.
fn registry_name(registry: &Name) -> Name {
    Name::from(format!("Registry {}", registry.raw()).as_str())
}

/// True if the user has this role there already; for a removal: if there is nothing to take away.
pub(super) fn has(directory: &Directory, user: &Id, place: &RolePlace, role: &Name) -> bool {
    let Some(user) = directory.user(user) else { return false };
    let role_in = |registry: &Name| user.registry_roles.iter().find(|grant| grant.scope == *registry);
    match place {
        RolePlace::Organisation => user.org_role.value().is_some_and(|now| now == role),
        RolePlace::Own(team) | RolePlace::Other(team) => {
            directory.team(team).and_then(|team| user.role_in(&team.name)).is_some_and(|now| now == role)
        }
        RolePlace::Seat(seat) => user.seat(*seat).is(role.raw()),
        RolePlace::SeatAndRegistries => {
            [SeatKind::Models, SeatKind::Registry].iter().all(|seat| user.seat(*seat).is(role.raw()))
        }
        RolePlace::Registry(registry) => role_in(registry).is_some_and(|grant| grant.role == *role),
        RolePlace::NoRegistry(Some(registry)) => user.told_registry_roles().is_some() && role_in(registry).is_none(),
        RolePlace::NoRegistry(None) => user.told_registry_roles().is_some_and(<[_]>::is_empty),
    }
}
