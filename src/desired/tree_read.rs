//! Reads a JSON or YAML document with the same content: `users`, `teams`, `roles`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    DesiredPerson, DesiredState, FilePlace, FileProblem, Membership, RoleWish, TeamWish, boolean, json,
    keys::{CsvColumn, keys_of, unknown},
    node::{FileNode, NodeMap, ScalarText, Value},
    yaml,
};
use crate::{
    directory::{RecordKind, field::UserField},
    scim::text::clean,
};

/// The version of the format that is written and read.
pub(super) const VERSION: u64 = 1;

const TOP: [&str; 4] = ["scimitar", "users", "teams", "roles"];

pub(super) fn json(text: &str, problems: &mut Vec<FileProblem>) -> DesiredState {
    read(json::parse(text), problems)
}

pub(super) fn yaml(text: &str, problems: &mut Vec<FileProblem>) -> DesiredState {
    read(yaml::parse(text), problems)
}

fn read(document: Result<FileNode, FileProblem>, problems: &mut Vec<FileProblem>) -> DesiredState {
    match document {
        Ok(document) => Reader { keys: RecordKind::ALL.map(keys_of), problems }.document(&document),
        Err(problem) => {
            problems.push(problem);
            DesiredState::default()
        }
    }
}

struct Reader<'a> {
    /// Keys of the entries of each kind.
    keys: [Vec<&'static str>; 3],
    problems: &'a mut Vec<FileProblem>,
}

/// A user, team or role in a list.
enum Item<'n> {
    /// A bare name without further keys.
    Name(&'n ScalarText),
    Keys(&'n NodeMap),
}

impl<'n> Item<'n> {
    fn get(&self, key: &str) -> Option<&'n FileNode> {
        match self {
            Item::Name(_) => None,
            Item::Keys(map) => map.get(key),
        }
    }
}

impl Reader<'_> {
    fn document(&mut self, document: &FileNode) -> DesiredState {
        let whole = FilePlace::default();
        let Value::Map(top) = &document.value else {
            self.problems.push(whole.problem("", "a document has users, teams or roles at its top"));
            return DesiredState::default();
        };
        known(&whole, top, &TOP, self.problems);
        if let Some(version) = top.get("scimitar") {
            self.version(&whole, version);
        }
        let mut desired = DesiredState::default();
        for (place, entry) in self.entries(top, "users") {
            desired.people.extend(self.person(&place, &entry));
        }
        for (place, entry) in self.entries(top, "teams") {
            desired.teams.extend(self.team(&place, &entry));
        }
        for (place, entry) in self.entries(top, "roles") {
            desired.roles.extend(self.role(&place, &entry));
        }
        self.twice(desired.people.iter().map(|person| (&person.place, "user", person.user.as_str())));
        self.twice(desired.teams.iter().map(|team| (&team.place, "team", team.team.as_str())));
        self.twice(desired.roles.iter().map(|role| (&role.place, "role", role.role.as_str())));
        desired
    }

    fn version(&mut self, whole: &FilePlace, version: &FileNode) {
        let said = match &version.value {
            Value::Scalar(scalar) => scalar.text.as_str(),
            _ => "another kind of value",
        };
        if said != VERSION.to_string() {
            let why = format!("this program reads version {VERSION} of the format, not {}", clean(said));
            self.problems.push(at(whole, version).problem("scimitar", why));
        }
    }

    /// The entries of a list; a bare name is an entry without further keys.
    fn entries<'n>(&mut self, top: &'n NodeMap, key: &str) -> Vec<(FilePlace, Item<'n>)> {
        let list = match top.get(key).map(|node| &node.value) {
            None | Some(Value::Nothing) => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(_) => {
                self.problems.push(FilePlace::default().problem(key, "this is no list"));
                return Vec::new();
            }
        };
        let name = key.trim_end_matches('s');
        let mut entries = Vec::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            let place = at(&FilePlace { line: 0, words: format!("{key}[{index}]") }, entry);
            match &entry.value {
                Value::Map(map) => entries.push((place, Item::Keys(map))),
                Value::Scalar(name) => entries.push((place, Item::Name(name))),
                _ => self.problems.push(place.problem("", format!("neither a name nor a {name} with its keys"))),
            }
        }
        entries
    }

    fn person(&mut self, place: &FilePlace, entry: &Item<'_>) -> Option<DesiredPerson> {
        self.keys(place, entry, RecordKind::User);
        let mut person = DesiredPerson { place: place.clone(), ..DesiredPerson::default() };
        for (column, field) in CsvColumn::texts() {
            if let Some(key) = column.key() {
                let text = self.text(place, entry, key);
                person.put(field, text);
            }
        }
        // An email address alone identifies the user, and sets no new address.
        let email = person.text(UserField::Email).is_some_and(|email| !email.is_empty());
        let is_address = email && entry.get("user").is_none();
        let address = if is_address { person.texts.remove(&UserField::Email) } else { None };
        person.is_address = address.is_some();
        person.user = match address {
            Some(address) => address,
            None => self.called(place, entry, "user")?,
        };
        person.active = self.boolean(place, entry, "active");
        person.teams = self.memberships(place, entry, "teams");
        person.registries = self.memberships(place, entry, "registries");
        Some(person)
    }

    fn team(&mut self, place: &FilePlace, entry: &Item<'_>) -> Option<TeamWish> {
        self.keys(place, entry, RecordKind::Team);
        Some(TeamWish {
            place: place.clone(),
            team: self.called(place, entry, "team")?,
            members: self.memberships(place, entry, "members"),
            others: self.memberships(place, entry, "others"),
            external_id: self.text(place, entry, "external_id"),
        })
    }

    fn role(&mut self, place: &FilePlace, entry: &Item<'_>) -> Option<RoleWish> {
        self.keys(place, entry, RecordKind::Role);
        Some(RoleWish {
            place: place.clone(),
            role: self.called(place, entry, "role")?,
            inherits: self.text(place, entry, "inherits"),
            description: self.text(place, entry, "description"),
            permissions: self.names(place, entry, "permissions"),
        })
    }

    /// The name of the user, team or role that the entry describes.
    fn called(&mut self, place: &FilePlace, entry: &Item<'_>, key: &str) -> Option<String> {
        let name = match (entry, entry.get(key)) {
            (Item::Name(name), _) => self.scalar(place, key, name)?,
            (_, Some(FileNode { value: Value::Nothing, .. })) => String::new(),
            (_, Some(node)) => self.item(&at(place, node), key, node)?,
            (_, None) => {
                self.problems.push(place.problem(key, "this is missing"));
                return None;
            }
        };
        if name.trim().is_empty() {
            self.problems.push(place.problem(key, "this is empty"));
            return None;
        }
        Some(name)
    }

    /// `[vision, nlp]`, or `{vision: admin, nlp: member}`.
    fn memberships(&mut self, place: &FilePlace, entry: &Item<'_>, key: &str) -> Option<Vec<Membership>> {
        let node = entry.get(key)?;
        let mut list = Vec::new();
        match &node.value {
            Value::Nothing => return None,
            Value::List(names) => {
                let mut seen = FxHashSet::default();
                for (index, name) in names.iter().enumerate() {
                    let (place, field) = (at(place, name), format!("{key}[{index}]"));
                    let of = self.item(&place, &field, name).filter(|of| seen.insert(of.clone()));
                    list.extend(of.map(|of| Membership { place, of, role: None }));
                }
            }
            Value::Map(roles) => {
                for entry in roles.entries() {
                    let place = at(place, &entry.value);
                    let field = format!("{key}.{}", clean(&entry.key.text));
                    let Some(of) = self.scalar(&place, &field, &entry.key) else { continue };
                    let role = match &entry.value.value {
                        Value::Nothing => None,
                        _ => self.item(&place, &field, &entry.value),
                    };
                    list.push(Membership { place, of, role });
                }
            }
            Value::Scalar(_) => {
                let why = "neither a list of names nor names with their roles";
                self.problems.push(at(place, node).problem(key, why));
                return None;
            }
        }
        Some(list)
    }

    fn names(&mut self, place: &FilePlace, entry: &Item<'_>, key: &str) -> Option<Vec<String>> {
        let node = entry.get(key)?;
        match &node.value {
            Value::Nothing => None,
            Value::List(names) => {
                let mut list = Vec::new();
                for (index, name) in names.iter().enumerate() {
                    let name = self.item(&at(place, name), &format!("{key}[{index}]"), name);
                    list.extend(name.filter(|name| !list.contains(name)));
                }
                Some(list)
            }
            _ => {
                self.problems.push(at(place, node).problem(key, "this is no list of names"));
                None
            }
        }
    }

    fn text(&mut self, place: &FilePlace, entry: &Item<'_>, key: &str) -> Option<String> {
        let node = entry.get(key)?;
        let place = at(place, node);
        match &node.value {
            Value::Nothing => None,
            Value::Scalar(scalar) => self.scalar(&place, key, scalar),
            _ => {
                self.problems.push(place.problem(key, "this is no text"));
                None
            }
        }
    }

    /// A name in a list, or a role; an empty value is neither.
    fn item(&mut self, place: &FilePlace, field: &str, node: &FileNode) -> Option<String> {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(place, field, scalar),
            _ => {
                self.problems.push(place.problem(field, "this is no name"));
                None
            }
        }
    }

    fn scalar(&mut self, place: &FilePlace, field: &str, scalar: &ScalarText) -> Option<String> {
        match scalar.text() {
            Ok(text) => Some(text.to_owned()),
            Err(why) => {
                self.problems.push(place.problem(field, why.into_words()));
                None
            }
        }
    }

    fn boolean(&mut self, place: &FilePlace, entry: &Item<'_>, key: &str) -> Option<bool> {
        let node = entry.get(key)?;
        let found = match &node.value {
            Value::Nothing => return None,
            Value::Scalar(scalar) => boolean(&scalar.text),
            _ => None,
        };
        if found.is_none() {
            self.problems.push(at(place, node).problem(key, "neither true nor false"));
        }
        found
    }

    fn keys(&mut self, place: &FilePlace, entry: &Item<'_>, kind: RecordKind) {
        if let Item::Keys(map) = entry {
            known(place, map, &self.keys[kind as usize], self.problems);
        }
    }

    fn twice<'p>(&mut self, names: impl Iterator<Item = (&'p FilePlace, &'static str, &'p str)>) {
        let mut seen = FxHashMap::default();
        for (place, field, name) in names {
            if let Some(first) = seen.insert(name, place) {
                self.problems.push(place.problem(field, format!("{} is about the same {field}", first.words)));
            }
        }
    }
}

/// Reports unknown keys.
fn known(place: &FilePlace, map: &NodeMap, known: &[&str], problems: &mut Vec<FileProblem>) {
    for entry in map.entries().iter().filter(|entry| !known.contains(&entry.key.text.as_str())) {
        let key = entry.key.text.as_str();
        problems.push(at(place, &entry.value).problem(&clean(key), unknown("key", key, known)));
    }
}

/// The same place, with the line of a value of the entry.
fn at(place: &FilePlace, node: &FileNode) -> FilePlace {
    let line = node.at.line;
    let path = place.words.split_once(", ").map_or(place.words.as_str(), |(_, path)| path);
    let words = if path.is_empty() { format!("line {line}") } else { format!("line {line}, {path}") };
    FilePlace { line, words }
}
