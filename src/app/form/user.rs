//! The forms for a new user and for the fields of a user.

use super::{
    FormField, FormPurpose, FormState,
    values::{email_problem, name_problem, some_teams, teams, words},
};
use rustc_hash::FxHashSet;

use crate::directory::{
    Directory, Id, MaybeTold, Name,
    census::FULL,
    change::{Change, ChangeVerb, NewUser, SeatKind},
    field::UserField,
    find::NameFinder,
    plan::ProviderCapabilities,
    record::User,
    refusal::Refusal,
};

/// The seats that a new user can be given.
const SEATS: [SeatKind; 2] = [SeatKind::Models, SeatKind::Weave];

/// The choice of a user who is no instance admin.
const NO: &[&str] = &["", "no"];

impl FormState {
    /// A form for a new user.
    pub fn create_user(directory: &Directory, can: &ProviderCapabilities) -> Self {
        let email_hint = if can.external_ids {
            "such as eva@example.com"
        } else {
            "such as eva@example.com; a list makes several users"
        };
        let mut fields = vec![
            FormField::text("user", label(UserField::UserName), "", "unique, such as eva-tanaka"),
            FormField::text("email", label(UserField::Email), "", email_hint),
        ];
        if can.instance_admins {
            let hint = "yes: admin of everything on this server";
            fields.push(FormField::choice("admin", "Instance admin", [("no", "no"), ("yes", "yes")], "no", hint));
        }
        if can.external_ids {
            let hint = "how the identity provider names them at sign-in";
            fields.push(FormField::text("external", label(UserField::ExternalId), "", hint));
        }
        let plain = |field: FormField| if can.instance_admins { field.only("admin", NO) } else { field };
        // A provider that refuses to change a display name ignores one on creation too.
        if can.can(ChangeVerb::SetDisplayName).is_ok() {
            fields.push(plain(FormField::text("display", label(UserField::DisplayName), "", "optional")));
        }
        if can.person_names().is_ok() {
            fields.push(plain(FormField::text("given", label(UserField::FirstName), "", "optional")));
            fields.push(plain(FormField::text("family", label(UserField::LastName), "", "optional")));
        }
        if !can.seat_levels.is_empty() {
            for seat in SEATS {
                fields.push(plain(seat_field(seat, &FULL.into(), directory, can)));
            }
            let hint = format!("optional, split by spaces; {}", some_teams(directory));
            fields.push(plain(FormField::text("teams", label(UserField::Teams), "", hint.trim_end_matches("; "))));
        }
        if can.can(ChangeVerb::AddMember).is_ok() {
            let hint = "optional: a user to become like, once created";
            fields.push(plain(FormField::text("like", "Begin like", "", hint)));
        }
        Self { spaced_names: can.spaced_names, ..Self::new(FormPurpose::CreateUser, "New user", fields) }
    }

    /// A form for the fields of a user. `None` if the user is gone.
    pub fn edit_user(id: &Id, directory: &Directory, can: &ProviderCapabilities) -> Option<Self> {
        let user = directory.user(id)?;
        let lines = UserField::ALL.iter().filter_map(|field| line(*field, user, directory, can));
        let fields = lines.collect();
        Some(Self::new(FormPurpose::EditUser(id.clone()), &format!("Edit {}", user.user_name), fields))
    }

    /// The user whom a new one begins like.
    pub fn model(&self, directory: &Directory) -> Option<Id> {
        let name = Some(self.value("like")).filter(|name| !name.is_empty())?;
        NameFinder::new(directory).user(name).ok().map(|user| user.id.clone())
    }

    /// A single user, or a user for each entry of a list of addresses; all get this provisional id.
    pub(super) fn new_users(&mut self, key: &Id, directory: &Directory) -> Vec<Change> {
        let text = self.value("email").to_owned();
        let listed = newcomers(&text);
        if listed.len() < 2 {
            let (name, email) = (self.value("user").to_owned(), self.value("email").to_owned());
            return vec![self.new_user(key, ("user", name.as_str()), &email, directory)];
        }
        for of_one in ["user", "external", "display", "given", "family"] {
            if !self.value(of_one).is_empty() {
                self.fail(of_one, "this is for one user: leave it empty for a list of addresses");
            }
        }
        if self.at("external").is_some() {
            self.fail("email", "each user needs an external id: create one at a time, or apply a file");
        }
        let mut seen = FxHashSet::default();
        let mut changes = Vec::new();
        for (name, email) in &listed {
            changes.push(self.new_user(key, ("email", name), email, directory));
            if !(seen.insert(name.to_lowercase()) && seen.insert(email.to_lowercase())) {
                self.fail("email", format!("{name} is there twice"));
            }
        }
        changes
    }

    /// The creation of a user; `told` is the field that gave the name.
    fn new_user(&mut self, key: &Id, (told, name): (&str, &str), email: &str, directory: &Directory) -> Change {
        let seat = |value: &str| (!value.is_empty()).then(|| Name::from(value));
        let mut user = NewUser {
            user_name: name.into(),
            email: email.into(),
            display_name: self.value("display").into(),
            models_seat: seat(self.value("models")),
            weave_role: seat(self.value("weave")),
            instance_admin: self.value("admin") == "yes",
            teams: Vec::new(),
            external_id: self.value("external").into(),
            ..NewUser::default()
        };
        let names = [("givenName", self.value("given")), ("familyName", self.value("family"))];
        let names: serde_json::Map<_, _> = names
            .into_iter()
            .filter(|(_, name)| !name.is_empty())
            .map(|(part, name)| (part.into(), name.into()))
            .collect();
        if !names.is_empty() {
            user.attributes.insert("name".into(), names.into());
        }
        match teams(self.value("teams"), self.spaced_names, directory) {
            Ok(teams) => user.teams = teams.into_iter().map(|(_, name)| name).collect(),
            Err(why) => self.fail("teams", why.to_string()),
        }
        if let Err(why) = name_problem(&user.user_name, self.spaced_names) {
            self.fail(told, why);
        } else if directory.users_named(&user.user_name).next().is_some() {
            self.fail(told, format!("{} is taken", user.user_name));
        }
        if self.model(directory).is_none() && !self.value("like").is_empty() {
            self.fail("like", "nobody is called so, or several are");
        }
        if let Err(why) = email_problem(&user.email) {
            self.fail("email", if told == "email" { format!("{name}: {why}") } else { why.to_owned() });
        } else if let Some(other) = directory.users_named(&user.email).next() {
            self.fail("email", format!("{} has this address", other.user_name));
        }
        Change::CreateUser { key: key.clone(), user }
    }

    pub(super) fn user_fields(&mut self, id: &Id, directory: &Directory) -> Vec<Change> {
        let Some(user) = directory.user(id) else { return Vec::new() };
        let mut changes = Vec::new();
        let (display, email) = (self.value("display").to_owned(), self.value("email").to_owned());
        if display != user.display_name.raw() {
            if display.is_empty() {
                self.fail("display", "a display name can't be emptied");
            }
            changes.push(Change::SetDisplayName { user: id.clone(), to: display });
        }
        if email != user.email.raw() {
            if let Err(why) = email_problem(&email) {
                self.fail("email", why);
            } else if let Some(other) = directory.users_named(&email).find(|other| other.id != *id) {
                self.fail("email", format!("{} has this address", other.user_name));
            }
            changes.push(Change::SetEmail { user: id.clone(), to: email });
        }
        for (field, (path, text)) in UserField::ALL.iter().filter_map(|field| Some((*field, field.attribute()?))) {
            let to = self.value(path);
            if self.at(path).is_some() && to != (text.of)(user).raw().unwrap_or_default() {
                changes.extend(Change::text(field, user, to));
            }
        }
        for seat in SeatKind::ALL {
            let to = Name::from(self.value(seat.word()));
            let is_new = !user.seat(seat).is(to.raw());
            if is_new && !to.is_empty() {
                changes.push(Change::SetSeat { user: id.clone(), seat, to });
            }
        }
        changes
    }
}

/// The names and addresses of new users: `ADDRESS …` or `NAME ADDRESS …`. Without a name it is the part before the @; a name
/// without an address has an empty one.
pub(super) fn newcomers(text: &str) -> Vec<(&str, &str)> {
    let (mut all, mut name) = (Vec::new(), None);
    for word in words(text) {
        if word.contains('@') {
            all.push((name.take().or(word.split('@').next()).unwrap_or_default(), word));
        } else {
            all.extend(name.replace(word).map(|name| (name, "")));
        }
    }
    all.extend(name.map(|name| (name, "")));
    all
}

/// The line of the form that edits a field; locked where the provider can't set it.
fn line(field: UserField, user: &User, directory: &Directory, can: &ProviderCapabilities) -> Option<FormField> {
    if let Some(seat) = field.seat() {
        // Older servers have no registry access.
        let there = seat != SeatKind::Registry || directory.census().seats(seat).known > 0;
        let line = there && !can.seat_levels.is_empty();
        return line.then(|| seat_field(seat, user.seat(seat), directory, can).locked(may_set(field, can)));
    }
    let line = match field {
        UserField::DisplayName => FormField::text("display", label(field), user.display_name.raw(), ""),
        UserField::Email => {
            let hint = if directory.records().tells_email(user) { "" } else { "not told" };
            FormField::text("email", label(field), user.email.raw(), hint)
        }
        // A field without an attribute is set in a check list, in the role picker, by a key, or by nobody.
        field => {
            let (path, text) = field.attribute().filter(|_| (field.spec().held)(can.holds()))?;
            let now = (text.of)(user);
            // Without the present value no undo could be planned.
            let told = if now.is_told() {
                Ok(())
            } else {
                Err(&Refusal::unsupported("not told here; the box of attributes asks for it"))
            };
            FormField::text(path, label(field), now.raw().unwrap_or_default(), "").locked(told)
        }
    };
    Some(if line.locked.is_some() { line } else { line.locked(may_set(field, can)) })
}

/// Whether the provider can set the field.
fn may_set(field: UserField, can: &ProviderCapabilities) -> Result<(), &Refusal> {
    let refused = field.spec().set_by.iter().find_map(|verb| can.can(*verb).err());
    refused.map_or(Ok(()), Err)
}

fn label(field: UserField) -> &'static str {
    field.spec().label
}

/// The field of a seat. An unknown value, and a value that this console does not know, is a choice of its own: it is
/// sent only if changed.
fn seat_field(seat: SeatKind, now: &MaybeTold, directory: &Directory, can: &ProviderCapabilities) -> FormField {
    let levels = directory.seat_levels(seat, can);
    let level = levels.iter().find(|level| now.is(level.raw())).map(Name::raw);
    let first = match (now.raw(), level) {
        (None, _) => Some(("", "not told")),
        (Some(raw), None) => Some((raw, now.text())),
        _ => None,
    };
    let levels = levels.iter().map(|level| (level.raw(), level.as_str()));
    let all: Vec<(&str, &str)> = first.into_iter().chain(levels).collect();
    let value = level.or(first.map(|(value, _)| value)).unwrap_or_default();
    FormField::choice(seat.word(), seat.label(), all, value, "")
}
