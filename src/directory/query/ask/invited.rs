//! The terms of a filter about somebody who is invited and has no account: values that only accounts have are none.

use jiff::Timestamp;

use super::{BoundedCount, QueryTruth, Value, any, contains, created_is, known_text_is, one_of_texts_is, text_is};
use crate::directory::{
    Directory, RecordKind,
    field::{RecordField, UserField, knowledge::FieldKnowledge},
    query::{FilterQuery, Part, QueryTerm},
    record::{RoleGrant, User},
};

impl FilterQuery {
    /// True if the invited person matches all words and terms.
    pub fn finds_invited(&self, user: &User, directory: &Directory, now: Timestamp) -> bool {
        let holds = |term: &QueryTerm| asks(user, term, directory, now) == Some(!term.negative);
        (self.words.is_empty() || self.words.finds(&text_of(user))) && self.terms.iter().all(holds)
    }
}

/// The text that words are looked for in.
fn text_of(user: &User) -> String {
    let teams = grants(user).iter().map(|grant| grant.scope.as_str());
    let own = ["invited", user.user_name.as_str(), user.display_name.as_str(), user.email.as_str()];
    own.into_iter().chain(teams).collect::<Vec<_>>().join("\n")
}

/// Whether the term is true, leaving its sign aside.
fn asks(user: &User, term: &QueryTerm, directory: &Directory, now: Timestamp) -> QueryTruth {
    let RecordField::User(field) = term.field else { return Some(false) };
    let value = &term.value;
    match field {
        UserField::Email => known_text_is(value, user.email.raw()),
        UserField::UserName => known_text_is(value, user.user_name.as_str()),
        UserField::DisplayName => {
            any([&user.user_name, &user.display_name].map(|name| known_text_is(value, name.as_str())))
        }
        UserField::Teams => Some(is_in_team(value, grants(user))),
        UserField::TeamCount => {
            // Teams whose invitations were not read may have invited them, too.
            let told = directory.rosters_known() == directory.len(RecordKind::Team);
            BoundedCount::of(grants(user).len(), told.then_some(0)).is(term)
        }
        UserField::TeamRoles => {
            let roles = grants(user).iter().map(|grant| FieldKnowledge::Told(grant.role.as_str()));
            one_of_texts_is(value, FieldKnowledge::Told(roles))
        }
        UserField::Registries => text_is(value, FieldKnowledge::Told(None)),
        UserField::LastActive => Some(*value == Value::Never),
        UserField::Created => created_is(term, None, now),
        UserField::Active => Some(*value == Value::Invited),
        text if text.spec().text.is_some() => text_is(value, FieldKnowledge::Told(None)),
        _ => Some(false),
    }
}

fn grants(user: &User) -> &[RoleGrant] {
    user.team_roles.as_deref().unwrap_or_default()
}

/// `vision`, or with what the invitation is for: `vision/admin`.
fn is_in_team(value: &Value, grants: &[RoleGrant]) -> bool {
    let Value::Any(parts) = value else { return false };
    parts.iter().any(|part| match part {
        Part::Unknown => false,
        Part::None => grants.is_empty(),
        Part::Text(text) => {
            let (team, role) = text.rsplit_once('/').unwrap_or((text, ""));
            let whole = |grant: &RoleGrant| contains(grant.scope.as_str(), text);
            let split = |grant: &RoleGrant| contains(grant.scope.as_str(), team) && contains(grant.role.as_str(), role);
            grants.iter().any(|grant| whole(grant) || split(grant))
        }
    })
}
