//! Reading the core of users and groups (RFC 7643 §4.1, §4.2) from whatever a server sends: one bad attribute costs only
//! itself. Knows no vendor.

use std::{borrow::Cow, sync::Arc};

use rustc_hash::FxHashSet;
use serde_json::value::RawValue;

use crate::{
    directory::{
        Id, MaybeTold, Name,
        field::UserField,
        record::{Member, ReadDepth, RecordProblem, Team, User},
        record_contents::RecordContents,
    },
    scim::{
        document::JsonTree,
        json::{JsonFields, UnreadablePlace},
        tree::{self, TreeError},
    },
};

/// A record under reading: its fields, and the first thing that was wrong with them.
///
/// Only what an edit rests on (names, addresses, roles, members) makes a problem: nobody should be kept from editing a
/// record by a bad date.
pub(super) struct Reader<'a> {
    pub fields: JsonFields<'a>,
    problem: Option<RecordProblem>,
}

/// The largest record that is read, in bytes: its texts are there several times while it is shown, stored and printed.
const MOST_OF_A_RECORD: usize = 32 << 20;

/// The document of a raw record.
pub(super) fn document<'a>(raw: &'a RawValue, at: &str) -> Result<JsonTree<'a>, RecordProblem> {
    let text = raw.get();
    let problem = |why| RecordProblem { path: at.into(), why };
    if text.len() > MOST_OF_A_RECORD {
        return Err(problem(format!("is larger than {} MiB", MOST_OF_A_RECORD >> 20)));
    }
    tree::borrow(text).map_err(|error| match error {
        TreeError::Json(error) => problem(format!("is not JSON: {error}")),
        error @ TreeError::TooLarge { .. } => problem(error.to_string()),
    })
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a JsonTree<'a>, at: &str) -> Result<Self, RecordProblem> {
        Ok(Self { fields: JsonFields::of(document, at).map_err(problem)?, problem: None })
    }

    /// The one attribute that a record can't be without.
    pub(super) fn id(&self) -> Result<Id, RecordProblem> {
        self.fields.required_string("id").map(|id| Arc::from(&*id)).map_err(problem)
    }

    /// A value, or its default and the problem kept.
    pub(super) fn keep<T: Default>(&mut self, read: Result<T, UnreadablePlace>) -> T {
        read.unwrap_or_else(|error| {
            self.problem.get_or_insert_with(|| problem(error));
            T::default()
        })
    }

    pub(super) fn name(&mut self, attribute: &str) -> Option<Name> {
        let text = self.fields.string(attribute);
        self.keep(text).map(into_name)
    }

    /// A name that must be there, or a problem.
    pub(super) fn required_name(&mut self, attribute: &str) -> Name {
        let text = self.fields.required_string(attribute).map(into_name);
        self.keep(text)
    }

    /// True if the attribute is there, be it `null`: `null` means unassigned, where no attribute may mean not told.
    pub(super) fn mentions(&self, attribute: &str) -> bool {
        mentions(&self.fields, attribute)
    }

    /// Puts in the texts of the field table that records of this provider hold. An attribute that the record does not
    /// mention becomes `absent`; one that can't be read is not told, which keeps nobody from editing the record.
    pub(super) fn texts(&self, user: &mut User, holds: RecordContents, absent: &MaybeTold) {
        for (path, text) in UserField::wire_texts(holds) {
            *(text.of_mut)(user) = match path.split_once('.') {
                None => text_in(&self.fields, path, absent),
                Some((whole, part)) => match self.fields.object(whole) {
                    Ok(Some(inner)) => text_in(&inner, part, absent),
                    Ok(None) => text_in(&self.fields, whole, absent),
                    Err(_) => MaybeTold::NOT_TOLD,
                },
            };
        }
    }

    pub(super) fn problem(self) -> Option<Box<RecordProblem>> {
        self.problem.map(Box::new)
    }

    /// The core of a user; the problem is not set yet.
    pub(super) fn user(&mut self, depth: ReadDepth) -> Result<User, RecordProblem> {
        let active = self.fields.boolean("active");
        let (created, modified, version) = self.meta();
        Ok(User {
            id: self.id()?,
            user_name: self.required_name("userName"),
            display_name: self.display_name(),
            email: self.email(),
            active: self.keep(active),
            created,
            modified,
            version,
            depth,
            ..User::default()
        })
    }

    /// The core of a group; the problem is not set yet.
    pub(super) fn team(&mut self) -> Result<Team, RecordProblem> {
        let (created, modified, version) = self.meta();
        Ok(Team {
            id: self.id()?,
            name: self.required_name("displayName"),
            members: self.members(),
            created,
            modified,
            version,
            problem: None,
        })
    }

    /// `meta` (RFC 7643 §3.1). What is wrong in it is left out.
    pub(super) fn meta(&self) -> (Option<jiff::Timestamp>, Option<jiff::Timestamp>, Option<Arc<str>>) {
        let Ok(Some(meta)) = self.fields.object("meta") else { return (None, None, None) };
        let version = meta.string("version").ok().flatten().filter(|version| !version.is_empty());
        (meta.instant("created"), meta.instant("lastModified"), version.map(|version| Arc::from(&*version)))
    }

    /// `displayName`, else the parts of `name` (RFC 7643 §4.1.1).
    fn display_name(&mut self) -> Name {
        if let Some(name) = self.name("displayName").filter(|name| !name.is_empty()) {
            return name;
        }
        let Ok(Some(name)) = self.fields.object("name") else { return Name::default() };
        let part = |attribute| name.string(attribute).ok().flatten().filter(|part| !part.trim().is_empty());
        if let Some(formatted) = part("formatted") {
            return into_name(formatted);
        }
        let parts: Vec<Cow<'_, str>> = [part("givenName"), part("familyName")].into_iter().flatten().collect();
        Name::from(parts.join(" "))
    }

    /// The primary address, or the first one. An array, one object (W&B before 0.80.1), or bare text.
    fn email(&mut self) -> Name {
        let mut first = None;
        let entries = self.fields.objects("emails");
        if entries.is_empty() && self.fields.get("emails").is_some_and(JsonTree::is_boolean) {
            let wrong = self.fields.unreadable("emails", "is true or false, not an address".into());
            self.keep::<()>(Err(wrong));
        }
        for entry in entries {
            let Some(address) = self.keep(entry.value_or_string()).filter(|address| !address.is_empty()) else {
                continue;
            };
            if matches!(entry.boolean("primary"), Ok(Some(true))) {
                return into_name(address);
            }
            first.get_or_insert(address);
        }
        first.map(into_name).unwrap_or_default()
    }

    /// Keys in either case; `null` and `[]` are nobody. No attribute at all says nothing by itself: some lists leave
    /// members out, some servers never show them, and others leave an empty attribute out (RFC 7643 §2.5).
    fn members(&mut self) -> Option<Vec<Member>> {
        if !self.mentions("members") {
            return None;
        }
        let entries = self.fields.objects("members");
        if entries.is_empty() && self.fields.get("members").is_some_and(JsonTree::is_boolean) {
            let wrong = self.fields.unreadable("members", "is true or false, not a list".into());
            self.keep::<()>(Err(wrong));
            return None;
        }
        let mut members = Vec::with_capacity(entries.len());
        let mut known = FxHashSet::default();
        for entry in entries {
            let id = self.keep(entry.value_or_string()).filter(|id| !id.is_empty()).or_else(|| referred(&entry));
            let Some(id) = id else {
                // Who else is in it is not known: a list without them would be taken for all members.
                self.keep::<()>(Err(entry.unreadable("value", "is missing: this member has no id".into())));
                return None;
            };
            let display = entry.string("display").ok().flatten().map(into_name).unwrap_or_default();
            let id: Id = Arc::from(&*id);
            // Said twice, a member is in it once.
            if known.insert(Arc::clone(&id)) {
                members.push(Member { id, display });
            }
        }
        Some(members)
    }
}

/// A text of the field table; `absent` where the object does not mention the attribute.
fn text_in(fields: &JsonFields<'_>, attribute: &str, absent: &MaybeTold) -> MaybeTold {
    match fields.string(attribute) {
        Ok(Some(value)) => into_name(value).into(),
        Ok(None) if mentions(fields, attribute) => MaybeTold::none(),
        Ok(None) => absent.clone(),
        Err(_) => MaybeTold::NOT_TOLD,
    }
}

fn mentions(fields: &JsonFields<'_>, attribute: &str) -> bool {
    fields.names().any(|name| name.eq_ignore_ascii_case(attribute))
}

/// The id at the end of `$ref`, the URI of the member's resource (RFC 7643 §2.4).
fn referred<'a>(entry: &JsonFields<'a>) -> Option<Cow<'a, str>> {
    let uri = entry.string("$ref").ok().flatten()?;
    let path = uri.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let (_, id) = path.rsplit_once('/').filter(|(before, id)| !before.is_empty() && !id.is_empty())?;
    // An id that a URI can't hold as it is may be written there in more than one way.
    (!id.contains('%')).then(|| Cow::Owned(id.to_owned()))
}

pub(super) fn problem(UnreadablePlace { path, why }: UnreadablePlace) -> RecordProblem {
    RecordProblem { path, why }
}

pub(super) fn into_name(text: Cow<'_, str>) -> Name {
    Name::from(&*text)
}
