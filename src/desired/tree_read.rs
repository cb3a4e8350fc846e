//! A JSON or YAML document of the same: `users`, `teams`, `roles`.

use serde_json::{Map, Value};

use super::{Desired, Membership, Person, Place, Problem, RoleWish, TeamWish, boolean, csv_read::join, keys::unknown};
use crate::scim::text::{clean, fold};

/// The version of the format that is written and read.
pub(super) const VERSION: u64 = 1;

pub(super) const TOP: [&str; 4] = ["scimitar", "users", "teams", "roles"];
pub(super) const USER: [&str; 11] = [
    "user",
    "email",
    "name",
    "external_id",
    "role",
    "active",
    "models_seat",
    "weave_role",
    "teams",
    "registries",
    "comment",
];
pub(super) const TEAM: [&str; 3] = ["team", "members", "comment"];
pub(super) const ROLE: [&str; 5] = ["role", "inherits", "description", "permissions", "comment"];

pub(super) fn json(text: &str, problems: &mut Vec<Problem>) -> Desired {
    match serde_json::from_str(text) {
        Ok(tree) => Reader::new(problems).document(&tree),
        Err(error) => {
            problems.push(Place::default().problem("", format!("this is not JSON: {error}")));
            Desired::default()
        }
    }
}

pub(super) fn yaml(text: &str, problems: &mut Vec<Problem>) -> Desired {
    match serde_saphyr::from_str::<Value>(text) {
        Ok(tree) => Reader::new(problems).document(&tree),
        Err(error) => {
            let words = error.to_string();
            let first = words.lines().next().unwrap_or_default();
            problems.push(Place::default().problem("", format!("this is not YAML: {}", clean(first))));
            Desired::default()
        }
    }
}

/// Counts entries, so that problems come in the order of the file.
struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
    line: usize,
}

type Object = Map<String, Value>;

impl<'a> Reader<'a> {
    fn new(problems: &'a mut Vec<Problem>) -> Self {
        Self { problems, line: 0 }
    }

    fn place(&mut self, words: String) -> Place {
        self.line += 1;
        Place { line: self.line, words }
    }

    fn document(&mut self, tree: &Value) -> Desired {
        let whole = Place::default();
        let Value::Object(top) = tree else {
            self.problems.push(whole.problem("", "a document has users, teams or roles at its top"));
            return Desired::default();
        };
        self.known(&whole, top, &TOP);
        match top.get("scimitar") {
            None => {}
            Some(version) if version.as_u64() == Some(VERSION) => {}
            Some(version) => {
                let why =
                    format!("this program reads version {VERSION} of the format, not {}", clean(&version.to_string()));
                self.problems.push(whole.problem("scimitar", why));
            }
        }
        let mut desired = Desired::default();
        for (place, entry) in self.entries(top, "users") {
            desired.people.extend(self.person(&place, &entry));
        }
        for (place, entry) in self.entries(top, "teams") {
            desired.teams.extend(self.team(&place, &entry));
        }
        for (place, entry) in self.entries(top, "roles") {
            desired.roles.extend(self.role(&place, &entry));
        }
        self.twice(desired.people.iter().map(|person| (&person.place, "user", fold(&person.user))));
        self.twice(desired.teams.iter().map(|team| (&team.place, "team", fold(&team.team))));
        self.twice(desired.roles.iter().map(|role| (&role.place, "role", role.role.clone())));
        desired
    }

    /// The entries of a list; a bare string is an entry that says no more than its name.
    fn entries(&mut self, top: &Object, key: &str) -> Vec<(Place, Object)> {
        let name = key.trim_end_matches('s');
        let list = match top.get(key) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.problems.push(Place::default().problem(key, "this is no list"));
                return Vec::new();
            }
        };
        let mut entries = Vec::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            let place = self.place(format!("{key}[{index}]"));
            match entry {
                Value::Object(object) => entries.push((place, object.clone())),
                Value::String(text) => {
                    let object = Object::from_iter([(name.to_owned(), Value::String(text.clone()))]);
                    entries.push((place, object));
                }
                _ => self.problems.push(place.problem("", format!("neither a name nor a {name} with its keys"))),
            }
        }
        entries
    }

    fn person(&mut self, place: &Place, entry: &Object) -> Option<Person> {
        self.known(place, entry, &USER);
        let (user, mut email) = (self.text(place, entry, "user"), self.text(place, entry, "email"));
        // An address alone says who is meant, not what theirs shall be.
        let Some(user) = user.or_else(|| email.take()) else {
            self.problems.push(place.problem("user", "this is missing"));
            return None;
        };
        Some(Person {
            place: place.clone(),
            user,
            email,
            name: self.text(place, entry, "name"),
            external_id: self.text(place, entry, "external_id"),
            role: self.text(place, entry, "role"),
            active: self.boolean(place, entry, "active"),
            models_seat: self.text(place, entry, "models_seat"),
            weave_role: self.text(place, entry, "weave_role"),
            teams: self.memberships(place, entry, "teams"),
            registries: self.memberships(place, entry, "registries"),
        })
    }

    fn team(&mut self, place: &Place, entry: &Object) -> Option<TeamWish> {
        self.known(place, entry, &TEAM);
        let Some(team) = self.text(place, entry, "team") else {
            self.problems.push(place.problem("team", "this is missing"));
            return None;
        };
        Some(TeamWish { place: place.clone(), team, members: self.memberships(place, entry, "members") })
    }

    fn role(&mut self, place: &Place, entry: &Object) -> Option<RoleWish> {
        self.known(place, entry, &ROLE);
        let Some(role) = self.text(place, entry, "role") else {
            self.problems.push(place.problem("role", "this is missing"));
            return None;
        };
        let permissions = self.names(place, entry, "permissions");
        Some(RoleWish {
            place: place.clone(),
            role,
            inherits: self.text(place, entry, "inherits"),
            description: self.text(place, entry, "description"),
            permissions,
        })
    }

    /// `[vision, nlp]`, or `{vision: admin, nlp: member}`.
    fn memberships(&mut self, place: &Place, entry: &Object, key: &str) -> Option<Vec<Membership>> {
        let mut list = Vec::new();
        match entry.get(key) {
            None | Some(Value::Null) => return None,
            Some(Value::Array(names)) => {
                for (index, name) in names.iter().enumerate() {
                    match scalar(name) {
                        Some(of) => {
                            let one = Membership { place: place.clone(), of, role: None };
                            join(&mut list, one, key, self.problems);
                        }
                        None => self.problems.push(place.problem(&format!("{key}[{index}]"), "this is no name")),
                    }
                }
            }
            Some(Value::Object(roles)) => {
                for (of, role) in roles {
                    let value = scalar(role);
                    if value.is_none() && !role.is_null() {
                        self.problems.push(place.problem(&format!("{key}.{}", clean(of)), "this is no role"));
                    }
                    let one = Membership { place: place.clone(), of: of.clone(), role: value };
                    join(&mut list, one, key, self.problems);
                }
            }
            Some(_) => {
                self.problems.push(place.problem(key, "neither a list of names nor names with their roles"));
                return None;
            }
        }
        Some(list)
    }

    fn names(&mut self, place: &Place, entry: &Object, key: &str) -> Option<Vec<String>> {
        match entry.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::Array(names)) => {
                let mut list = Vec::new();
                for (index, name) in names.iter().enumerate() {
                    match scalar(name) {
                        Some(name) if list.contains(&name) => {}
                        Some(name) => list.push(name),
                        None => self.problems.push(place.problem(&format!("{key}[{index}]"), "this is no name")),
                    }
                }
                Some(list)
            }
            Some(_) => {
                self.problems.push(place.problem(key, "this is no list of names"));
                None
            }
        }
    }

    fn text(&mut self, place: &Place, entry: &Object, key: &str) -> Option<String> {
        let value = entry.get(key).filter(|value| !value.is_null())?;
        let text = scalar(value).map(|text| text.trim().to_owned());
        if text.is_none() {
            self.problems.push(place.problem(key, "this is no text"));
        }
        text.filter(|text| !text.is_empty())
    }

    fn boolean(&mut self, place: &Place, entry: &Object, key: &str) -> Option<bool> {
        let found = match entry.get(key) {
            None | Some(Value::Null) => return None,
            Some(Value::Bool(value)) => Some(*value),
            Some(other) => scalar(other).and_then(|text| boolean(&text)),
        };
        if found.is_none() {
            self.problems.push(place.problem(key, "neither true nor false"));
        }
        found
    }

    fn known(&mut self, place: &Place, entry: &Object, known: &[&str]) {
        for key in entry.keys().filter(|key| !known.contains(&key.as_str())) {
            self.problems.push(place.problem(&clean(key), unknown("key", key, known)));
        }
    }

    fn twice<'p>(&mut self, names: impl Iterator<Item = (&'p Place, &'static str, String)>) {
        let mut seen = std::collections::HashMap::new();
        for (place, field, name) in names {
            if let Some(first) = seen.insert(name, place) {
                self.problems.push(place.problem(field, format!("{} is about the same {field}", first.words)));
            }
        }
    }
}

/// A name may look like a number.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
