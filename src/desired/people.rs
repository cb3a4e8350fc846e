//! The users and memberships of a file, compared with the directory.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use super::{
    DesiredPerson, DesiredState, FilePlace, Membership, ProblemKind,
    difference::DifferenceFinder,
    hidden::HiddenCharacters,
    joins::TeamJoins,
    keys::CsvColumn,
    together::{EntrySubject, meant, together},
    whom::UnresolvedName,
};
use crate::{
    directory::{
        Id, MaybeTold, Name, RecordKind,
        change::{Change, ChangeVerb, NewUser, SeatKind},
        field::UserField,
        find::MissingName,
        record::{RoleGrant, User},
        refusal::RefusalCode,
    },
    scim::{
        caseless::same_text,
        text::{clean, fold},
    },
};

/// The attributes that the file gives a new user, first and last name among them; only where the provider has them.
fn attributes(differ: &mut DifferenceFinder<'_, '_>, place: &FilePlace, person: &DesiredPerson) -> Map<String, Value> {
    let mut all = Map::new();
    for (field, (path, _)) in UserField::ALL.iter().filter_map(|field| Some((*field, field.attribute()?))) {
        let column = field.spec().file.column.unwrap_or_default();
        let Some(text) = person.text(field).filter(|text| !text.trim().is_empty()) else { continue };
        if !may_have(differ, place, field, column) {
            continue;
        }
        let text = Value::from(differ.words(place, column, text));
        match path.split_once('.') {
            None => drop(all.insert(path.to_owned(), text)),
            Some((whole, part)) => {
                if let Value::Object(inner) = all.entry(whole).or_insert_with(|| Value::Object(Map::new())) {
                    inner.insert(part.to_owned(), text);
                }
            }
        }
    }
    all
}

/// False, with a problem of the file, where the provider's users don't have the field, or nobody can set it.
fn may_have(differ: &mut DifferenceFinder<'_, '_>, place: &FilePlace, field: UserField, column: &'static str) -> bool {
    if !differ.values.can(ChangeVerb::SetAttribute, place, column) {
        return false;
    }
    let held = (field.spec().held)(differ.values.can.holds());
    if !held {
        let why = format!("users of this provider have no {}", field.spec().label.to_lowercase());
        differ.values.problem(place, column, why);
    }
    held
}

pub(super) fn differ(differ: &mut DifferenceFinder<'_, '_>, desired: &DesiredState, joins: &mut TeamJoins) {
    for (who, person) in together(differ, &desired.people) {
        let id = one(differ, &who, &person);
        if id.is_none() && person.active == Some(false) {
            continue;
        }
        for team in person.teams.iter().flatten() {
            // Everything wrong is told at once, also of somebody who can't be meant.
            let at = differ.team(&team.place, "team", &team.of);
            if let (Some(id), Some(at)) = (&id, at) {
                joins.want(differ, id.clone(), at, team);
            }
        }
        if let (Some(id), Some(_), false) = (&id, &person.teams, person.teams_in_part) {
            joins.whole_user(id);
        }
    }
    let mut seen: FxHashMap<Id, &FilePlace> = FxHashMap::default();
    for team in desired.teams.iter().filter(|team| team.members.is_some() || team.others.is_some()) {
        let Some(at) = differ.team(&team.place, "team", &team.team) else { continue };
        if let Some(earlier) = seen.insert(at.clone(), &team.place) {
            differ.values.problem(&team.place, "team", format!("{} is about the same team", earlier.words));
        }
        joins.whole_team(&at, team);
        for (field, list) in [("members", &team.members), ("others", &team.others)] {
            for member in list.iter().flatten() {
                if let Some(user) = differ.member(&member.place, field, &member.of) {
                    joins.want(differ, user, at.clone(), member);
                }
            }
        }
    }
}

/// An entry's own values, with the user's id, which is provisional for a user who is created.
fn one(differ: &mut DifferenceFinder<'_, '_>, who: &EntrySubject, person: &DesiredPerson) -> Option<Id> {
    match who {
        EntrySubject::Unknown(_) => None,
        EntrySubject::New(_) => create(differ, person),
        EntrySubject::Other(id) => {
            other(differ, person);
            Some(id.clone())
        }
        EntrySubject::User(id) => {
            let user = differ.directory.user(id)?;
            if let Some(problem) = &user.problem {
                let why = format!("this record could not be read ({}: {})", problem.path, problem.why);
                let unreadable = ProblemKind::Refused(RefusalCode::UnreadableRecord);
                differ.values.problems.push(person.place.problem("user", why).of(unreadable));
                return None;
            }
            alter(differ, person, user);
            Some(id.clone())
        }
    }
}

/// Of a member that is no user only teams can be said.
fn other(differ: &mut DifferenceFinder<'_, '_>, person: &DesiredPerson) {
    let registries = person.registries.as_ref().is_some_and(|list| !list.is_empty());
    if !person.texts.is_empty() || person.active.is_some() || registries {
        let why = format!("{} is a member of teams and no user: nothing else can be set", clean(&person.user));
        differ.values.problem(&person.place, "user", why);
    }
}

fn create(differ: &mut DifferenceFinder<'_, '_>, person: &DesiredPerson) -> Option<Id> {
    let place = &person.place;
    if person.active == Some(false) {
        differ.notes.push(format!("{}: {} is not there, and need not be.", place.words, clean(&person.user)));
        return None;
    }
    // Asked anew, for those that are near.
    let miss = differ.whom.user(&person.user).err()?;
    let sentence = miss.sentence("user", &person.user);
    let Some(email) = person.text(UserField::Email).filter(|email| !email.trim().is_empty()) else {
        let why = format!("{sentence}; to create one, give user and email");
        differ.values.problems.push(miss.problem(place, "user", why));
        return None;
    };
    let taken = match differ.whom.address(email) {
        Ok(other) => {
            let why = format!("this is the address of {}; is that who is meant?", other.user_name);
            Some(place.problem("email", why).of(ProblemKind::Refused(RefusalCode::Exists)))
        }
        Err(UnresolvedName::Missing(MissingName::Unknown(_))) => None,
        Err(miss) => Some(miss.problem(place, "email", miss.sentence("user", email))),
    };
    if let Some(taken) = taken {
        differ.values.problems.push(taken);
        return None;
    }
    if !differ.may_create(RecordKind::User, ChangeVerb::CreateUser, place, "user") {
        return None;
    }
    if miss.is_near() {
        differ.notes.push(format!("{}: {sentence}; one is created.", place.words));
    }
    let seat = |differ: &mut DifferenceFinder<'_, '_>, seat| {
        person.text(UserField::of_seat(seat)).and_then(|text| differ.values.seat(place, seat, text))
    };
    let external = person.text(UserField::ExternalId);
    let user = NewUser {
        user_name: differ.fresh(place, "user", &person.user),
        email: differ.fresh(place, "email", email),
        display_name: person
            .text(UserField::DisplayName)
            .map(|name| differ.words(place, "name", name))
            .unwrap_or_default(),
        models_seat: seat(differ, SeatKind::Models),
        weave_role: seat(differ, SeatKind::Weave),
        external_id: external.map(|id| differ.fresh(place, "external_id", id)).unwrap_or_default(),
        attributes: attributes(differ, place, person),
        ..NewUser::default()
    };
    if differ.values.can.external_ids && user.external_id.is_empty() {
        differ.values.problem(place, "external_id", "a new user needs the identity provider's own id");
    }
    let key = (differ.key)().provisional();
    differ.new_people.insert(fold(person.user.trim()), key.clone());
    differ.changes.push(Change::CreateUser { key: key.clone(), user });
    // No creation takes it along.
    if let Some(to) = seat(differ, SeatKind::Registry) {
        differ.changes.push(Change::SetSeat { user: key.clone(), seat: SeatKind::Registry, to });
    }
    if let Some(role) = person.text(UserField::OrgRole).and_then(|role| differ.values.org_role(place, role)) {
        differ.changes.push(Change::SetOrgRole { user: key.clone(), role });
    }
    registries(differ, person, &key, &[]);
    Some(key)
}

fn alter(differ: &mut DifferenceFinder<'_, '_>, person: &DesiredPerson, user: &User) {
    let (place, id) = (&person.place, || user.id.clone());
    let now = user.display_name.raw();
    if let Some(to) =
        differ.wanted(place, "name", person.text(UserField::DisplayName), Some(now), |text| same_text(text, now))
        && differ.values.can(ChangeVerb::SetDisplayName, place, "name")
    {
        let to = differ.words(place, "name", &to);
        differ.changes.push(Change::SetDisplayName { user: id(), to });
    }
    let same = |text: &str| user.email.is(text);
    if let Some(to) = differ.wanted(place, "email", person.text(UserField::Email), Some(user.email.raw()), same)
        && differ.values.can(ChangeVerb::SetEmail, place, "email")
    {
        let to = differ.fresh(place, "email", &to);
        differ.changes.push(Change::SetEmail { user: id(), to });
    }
    // Whether somebody is active need not be told: then nobody is what the file says already.
    if let Some(active) = person.active.filter(|active| user.active != Some(*active)) {
        let verb = if active { ChangeVerb::Reactivate } else { ChangeVerb::Deactivate };
        if differ.values.can(verb, place, "active") {
            differ.changes.push(Change::SetActive { user: id(), active });
        }
    }
    for seat in SeatKind::ALL {
        let text = person.text(UserField::of_seat(seat));
        let now = user.seat(seat);
        // A value that is there already may be named at providers that can't change it.
        let column = CsvColumn::of_seat(seat).name();
        if let Some(text) = differ.wanted(place, column, text, now.raw(), |text| is_so(now, text))
            && let Some(to) = differ.values.seat(place, seat, &text)
        {
            differ.changes.push(Change::SetSeat { user: id(), seat, to });
        }
    }
    for (field, (_, text)) in UserField::ALL.iter().filter_map(|field| Some((*field, field.attribute()?))) {
        attribute(differ, person, user, field, (text.of)(user));
    }
    let now = &user.org_role;
    if let Some(text) =
        differ.wanted(place, "role", person.text(UserField::OrgRole), now.raw(), |text| is_so(now, text))
        && let Some(role) = differ.values.org_role(place, &text)
    {
        differ.changes.push(Change::SetOrgRole { user: id(), role });
    }
    registries(differ, person, &user.id, &user.registry_roles);
}

/// Gives the user the text of a field that an attribute sets.
fn attribute(
    differ: &mut DifferenceFinder<'_, '_>,
    person: &DesiredPerson,
    user: &User,
    field: UserField,
    now: &MaybeTold,
) {
    let (place, column) = (&person.place, field.spec().file.column.unwrap_or_default());
    // A name in other capitals is another name.
    let is_so = |text: &str| now.raw().is_some_and(|now| same_text(text, now));
    if let Some(to) = differ.wanted(place, column, person.text(field), now.raw(), is_so)
        && may_have(differ, place, field, column)
    {
        let to = differ.words(place, column, &to);
        match Change::text(field, user, &to) {
            Some(change) => differ.changes.push(change),
            // Without the present value no undo could be planned.
            None => differ.values.problem(place, column, "the server does not tell the present value in its list"),
        }
    }
}

/// True where the server has told this value, or none where the text is empty.
fn is_so(now: &MaybeTold, text: &str) -> bool {
    now.is(text) || text.is_empty() && now.is_none()
}

fn registries(differ: &mut DifferenceFinder<'_, '_>, person: &DesiredPerson, user: &Id, now: &[RoleGrant]) {
    let Some(wanted) = &person.registries else { return };
    let stray = differ.stray_blanks;
    let is = |one: &Membership, grant: &RoleGrant| meant(&one.of, grant.scope.raw(), stray) == grant.scope.raw();
    for registry in wanted {
        let held = now.iter().find(|grant| is(registry, grant));
        let says = |role: &Name| registry.role.as_deref().is_none_or(|text| role.is(text.trim()));
        if held.is_some_and(|grant| says(&grant.role)) {
            continue;
        }
        if differ.values.can(ChangeVerb::SetRegistryRole, &registry.place, "registry")
            && let Some(role) = differ.values.registry_role(registry)
        {
            let name = match held {
                Some(grant) => grant.scope.clone(),
                None => Name::from(differ.fresh(&registry.place, "registry", &registry.of)),
            };
            differ.changes.push(Change::SetRegistryRole { user: user.clone(), registry: name, role });
        }
    }
    for grant in now.iter().filter(|grant| !wanted.iter().any(|one| is(one, grant))) {
        if differ.wish.prune {
            let registry = Some(grant.scope.clone());
            differ.changes.push(Change::RemoveRegistryRole { user: user.clone(), registry });
        } else {
            differ.left.registries += 1;
        }
    }
}

impl DifferenceFinder<'_, '_> {
    /// The value that a file wants in the place of the one that is there; `None` for what is so already.
    fn wanted(
        &mut self,
        place: &FilePlace,
        field: &str,
        said: Option<&str>,
        now: Option<&str>,
        same: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text = meant(said?, now.unwrap_or_default(), self.stray_blanks);
        if same(text) {
            return None;
        }
        if text.trim().is_empty() {
            self.values.problem(place, field, "this is empty; leave it out where all stays as it is");
            return None;
        }
        Some(text.to_owned())
    }

    /// A name that becomes a record's own: without blanks at its ends and without characters that nobody sees.
    pub fn fresh(&mut self, place: &FilePlace, field: &str, text: &str) -> String {
        let text = meant(text, "", self.stray_blanks);
        if text.trim() != text {
            self.values.problem(place, field, "this begins or ends with a blank");
        }
        if let Some(hidden) = HiddenCharacters::in_name(text) {
            self.values.problem(place, field, format!("{} has {hidden}; write it without", clean(text)));
        }
        text.to_owned()
    }

    /// Free text likewise, where joiners shape letters and blanks may be meant.
    pub fn words(&mut self, place: &FilePlace, field: &str, text: &str) -> String {
        let text = meant(text, "", self.stray_blanks);
        if let Some(hidden) = HiddenCharacters::in_words(text) {
            self.values.problem(place, field, format!("{} has {hidden}; write it without", clean(text)));
        }
        text.to_owned()
    }
}
