//! The source of a user's organisation role if the user's own record does not hold the role: groups, or another
//! interface of the provider.
//!
//! Knows groups by name, as administrators map them; independent of providers.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::{
    Id, MaybeTold, Name,
    record::{Role, User},
};
use crate::scim::text::fold;

/// Mapping from group name to role, kept locally because the provider has no interface for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleMapping {
    /// All roles, the highest first.
    pub order: Vec<Name>,
    /// The role of users to whom no group gives a role.
    pub default: Option<Name>,
    /// The role given by each group.
    pub groups: IndexMap<Name, Name>,
}

impl RoleMapping {
    /// The role given by a group; group names compare exactly.
    pub fn of(&self, group: &Name) -> Option<&Name> {
        self.groups.get(group)
    }

    /// The highest role that these groups give, otherwise the default.
    pub fn effective<'a>(&'a self, groups: impl IntoIterator<Item = &'a Name>) -> Option<&'a Name> {
        let given = groups.into_iter().filter_map(|group| self.of(group));
        given.min_by_key(|role| self.rank(role)).or(self.default.as_ref())
    }

    /// The groups among `groups` that give the role.
    pub fn givers<'a>(&'a self, role: &Name, groups: impl IntoIterator<Item = &'a Name>) -> Vec<&'a Name> {
        groups.into_iter().filter(|group| self.of(group) == Some(role)).collect()
    }

    /// A role missing from the order ranks last.
    fn rank(&self, role: &Name) -> usize {
        self.order.iter().position(|known| known == role).unwrap_or(self.order.len())
    }
}

/// Separator between the roles of a user who has several.
pub const SEVERAL: char = ',';

/// The source of organisation roles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RoleSource {
    /// The user's own record.
    #[default]
    Record,
    /// The user's own record; the list holds all roles known to be given.
    Listed(Arc<[Name]>),
    /// The user's groups.
    Mapping(Arc<RoleMapping>),
    /// Another interface: roles by user name or email, ignoring case.
    Told(Arc<FxHashMap<Box<str>, Name>>),
}

impl RoleSource {
    /// A source with the role that another interface told for each login.
    pub fn told(roles: impl IntoIterator<Item = (String, Name)>) -> Self {
        Self::Told(Arc::new(roles.into_iter().map(|(login, role)| (fold(&login).into_boxed_str(), role)).collect()))
    }

    /// The role of a user with these groups; `None` if the user's own record holds the role.
    pub fn role_of<'a>(&self, user: &User, groups: impl IntoIterator<Item = &'a Name>) -> Option<MaybeTold> {
        match self {
            RoleSource::Record | RoleSource::Listed(_) => None,
            RoleSource::Mapping(mapping) => {
                let groups: Vec<&Name> = groups.into_iter().collect();
                Some(mapping.effective(groups.iter().copied()).cloned().map_or_else(MaybeTold::none, Into::into))
            }
            RoleSource::Told(told) => {
                let by = |name: &Name| told.get(fold(name.raw()).as_str()).cloned();
                Some(by(&user.user_name).or_else(|| by(&user.email)).into())
            }
        }
    }

    /// The roles in a user's role text: a record may hold several.
    pub fn roles_in<'a>(&self, held: &'a Name) -> impl Iterator<Item = &'a str> {
        let several = matches!(self, RoleSource::Listed(_));
        held.raw().split(move |c| several && c == SEVERAL).map(str::trim)
    }

    /// True if roles are not held per team.
    pub fn is_derived(&self) -> bool {
        !matches!(self, RoleSource::Record)
    }

    /// True if memberships decide the roles.
    pub fn is_mapping(&self) -> bool {
        matches!(self, RoleSource::Mapping(_))
    }

    /// The roles as records for the list of roles, the highest first.
    pub fn records(&self) -> Vec<Role> {
        let role = |name: &Name, description: String| Role {
            id: Id::from(format!("role:{}", name.raw())),
            name: name.clone(),
            description: Name::from(description.as_str()),
            ..Role::default()
        };
        match self {
            RoleSource::Record => Vec::new(),
            RoleSource::Listed(roles) => roles.iter().map(|name| role(name, String::new())).collect(),
            RoleSource::Mapping(mapping) => {
                mapping.order.iter().map(|name| role(name, mapping.described(name))).collect()
            }
            RoleSource::Told(told) => {
                let mut names: Vec<&Name> = told.values().collect();
                names.sort_by_key(|name| name.raw());
                names.dedup();
                names.into_iter().map(|name| role(name, "as the provider said when it was last read".into())).collect()
            }
        }
    }
}

impl RoleMapping {
    fn described(&self, role: &Name) -> String {
        let groups: Vec<&str> =
            self.groups.iter().filter(|(_, given)| *given == role).map(|(group, _)| group.as_str()).collect();
        let unmapped = (self.default.as_ref() == Some(role)).then_some("whoever is in none of the mapped groups");
        let all: Vec<String> = (!groups.is_empty())
            .then(|| format!("members of {}", groups.join(", ")))
            .into_iter()
            .chain(unmapped.map(str::to_owned))
            .collect();
        if all.is_empty() { "no group gives it".into() } else { all.join("; ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> RoleMapping {
        let name = |text: &str| Name::from(text);
        RoleMapping {
            order: ["admin", "reviewer", "labeler"].map(name).into(),
            default: Some(name("labeler")),
            groups: [("Leads", "admin"), ("QA", "reviewer"), ("Odd", "owner")].map(|(g, r)| (name(g), name(r))).into(),
        }
    }

    #[test]
    fn the_highest_role_of_all_groups_counts() {
        let mapping = mapping();
        let role = |groups: &[&str]| {
            let groups: Vec<Name> = groups.iter().map(|group| Name::from(*group)).collect();
            mapping.effective(&groups).map(ToString::to_string)
        };
        assert_eq!(role(&["QA", "Leads", "Cats"]).as_deref(), Some("admin"));
        assert_eq!(role(&["QA"]).as_deref(), Some("reviewer"));
        assert_eq!(role(&["qa"]).as_deref(), Some("labeler"));
        assert_eq!(role(&[]).as_deref(), Some("labeler"));
        assert_eq!(role(&["Odd", "QA"]).as_deref(), Some("reviewer"));
    }

    #[test]
    fn roles_are_listed_with_what_gives_them() {
        let records = RoleSource::Mapping(Arc::new(mapping())).records();
        let said: Vec<String> = records.iter().map(|role| format!("{}: {}", role.name, role.description)).collect();
        assert_eq!(
            said,
            ["admin: members of Leads", "reviewer: members of QA", "labeler: whoever is in none of the mapped groups",]
        );
    }

    #[test]
    fn what_was_told_is_found_by_name_or_address() {
        let source = RoleSource::told([("Ann".to_owned(), "Editor".into()), ("bo@x.io".to_owned(), "Viewer".into())]);
        let user = |name: &str, email: &str| User { user_name: name.into(), email: email.into(), ..User::default() };
        let role = |user: &User| source.role_of(user, []).unwrap().value().map(ToString::to_string);
        assert_eq!(role(&user("ANN", "")).as_deref(), Some("Editor"));
        assert_eq!(role(&user("b", "Bo@x.io")).as_deref(), Some("Viewer"));
        assert_eq!(role(&user("c", "")), None);
        assert_eq!(RoleSource::Record.role_of(&user("ann", ""), []), None);
    }
}
