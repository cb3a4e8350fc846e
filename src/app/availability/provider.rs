//! Actions that the provider refuses for every row, and the facts about it that decide.

use std::borrow::Cow;

use super::{NOT_ON_ACTIVITY, beside::NO_ATTRIBUTES};
use crate::{
    app::{App, Tab, action::Action},
    directory::{RecordKind, change::ChangeVerb},
};

const NO_RENAMING: &str = "A team's name can't be changed over SCIM here.";

const RENAMING: &str = "A team's name is one of its attributes.";

pub(super) const NO_RECORD: &str = "The server has no record of this role.";

pub(super) const NO_DEFINITION: &str = "What these roles allow is not told: there is nothing to compare.";

/// Said of the holders of a role.
pub(in crate::app) const IN_NO_TEAM: &str = "A person is removed in the details of the team, or of the person.";

pub(super) const LIKE_A_ROLE: &str = "Roles are compared side by side, and their permissions edited.";

/// Creations by kind of record.
pub(super) const CREATE: [ChangeVerb; 3] = [ChangeVerb::CreateUser, ChangeVerb::CreateTeam, ChangeVerb::CreateRole];

/// Deletions by kind of record.
pub(super) const DELETE: [ChangeVerb; 3] = [ChangeVerb::DeleteUser, ChangeVerb::DeleteTeam, ChangeVerb::DeleteRole];

/// The changes that the form of a user makes.
pub(super) const EDIT: [ChangeVerb; 3] = [ChangeVerb::SetDisplayName, ChangeVerb::SetEmail, ChangeVerb::SetSeat];

/// The changes that make a user like another.
pub(super) const LIKE: [ChangeVerb; 5] = [
    ChangeVerb::SetOrgRole,
    ChangeVerb::SetTeamRole,
    ChangeVerb::AddMember,
    ChangeVerb::SetSeat,
    ChangeVerb::SetRegistryRole,
];

impl App {
    /// The reason why the provider refuses the action for every row; such an action gets no hint.
    pub fn never(&self, action: Action) -> Option<Cow<'_, str>> {
        let can = self.capabilities()?;
        let refused = |verbs: &[ChangeVerb]| {
            let first = can.can(*verbs.first()?).err()?;
            verbs.iter().all(|verb| can.can(*verb).is_err()).then_some(Cow::Borrowed(first.text.as_str()))
        };
        if self.lists.tab == Tab::Activity && matches!(action, Action::Create | Action::Columns | Action::SidePane) {
            return Some(Cow::Borrowed(NOT_ON_ACTIVITY));
        }
        let edits = [Action::SetRole, Action::Teams, Action::ToggleActive, Action::Edit, Action::Permissions];
        if let Some(why) = can.fixed_services.filter(|_| self.lists.lists_services() && edits.contains(&action)) {
            return Some(Cow::Borrowed(why));
        }
        match action {
            Action::SetRole => refused(&[ChangeVerb::SetOrgRole, ChangeVerb::SetTeamRole]),
            Action::RowRole => match self.kind_in_hand() {
                RecordKind::Team if can.mapping.is_some() => None,
                RecordKind::Team => refused(&[ChangeVerb::SetTeamRole]),
                _ => refused(&[ChangeVerb::SetOrgRole, ChangeVerb::SetTeamRole]),
            },
            Action::RemoveFromTeam if self.kind_in_hand() == RecordKind::Role => Some(Cow::Borrowed(IN_NO_TEAM)),
            Action::RemoveFromTeam => refused(&[ChangeVerb::RemoveMember]),
            Action::Permissions | Action::LoadRoles => self.roles_kept().err().map(Cow::Borrowed),
            Action::Teams | Action::Members | Action::MembersFromList => refused(&[ChangeVerb::AddMember]),
            Action::MakeLike => match self.kind_in_hand() {
                RecordKind::User => refused(&LIKE),
                RecordKind::Team => refused(&[ChangeVerb::AddMember]),
                RecordKind::Role => Some(Cow::Borrowed(LIKE_A_ROLE)),
            },
            Action::Offboard => refused(&[ChangeVerb::Deactivate, ChangeVerb::DeleteUser]),
            Action::RolePermissions => refused(&[ChangeVerb::EditRole]),
            Action::Raw if self.subject().is_some_and(|target| self.is_derived(&target)) => {
                Some(Cow::Borrowed(NO_RECORD))
            }
            Action::Compare if can.derived_roles => Some(Cow::Borrowed(NO_DEFINITION)),
            Action::Holders | Action::Compare => can.no_roles.as_deref().map(Cow::Borrowed),
            Action::ToggleActive => refused(&[ChangeVerb::Deactivate, ChangeVerb::Reactivate]),
            Action::Create => refused(&[self.verb_of(CREATE)]),
            Action::GroupRole => self.mapped().err().map(Cow::Borrowed),
            Action::Settings => self.has_settings().err().map(Cow::Borrowed),
            Action::CreateService => refused(&[ChangeVerb::CreateService]),
            Action::View => {
                (!can.service_accounts).then_some(Cow::Borrowed("This provider tells no service accounts apart."))
            }
            Action::Delete => refused(&[self.verb_of(DELETE)]),
            Action::Edit => match self.kind_in_hand() {
                RecordKind::User => refused(&EDIT),
                RecordKind::Team => Some(self.no_team_form().into()),
                RecordKind::Role => refused(&[ChangeVerb::EditRole]),
            },
            Action::MyAccount | Action::Account | Action::Invitations | Action::ReadInvitations => {
                can.tells_nothing.as_deref().map(Cow::Borrowed)
            }
            Action::AuditLog => can.no_audit_log.map(Cow::Borrowed),
            Action::NewKey => refused(&[ChangeVerb::CreateKey]),
            Action::DeleteKey => refused(&[ChangeVerb::DeleteKey]),
            Action::Invite => refused(&[ChangeVerb::Invite]),
            Action::Attributes if self.kind_in_hand() == RecordKind::Role => Some(Cow::Borrowed(NO_ATTRIBUTES)),
            _ => None,
        }
    }

    /// The reason why a team has no form of its own.
    pub(super) fn no_team_form(&self) -> String {
        if self.capabilities().is_none_or(|can| can.can(ChangeVerb::SetAttribute).is_err()) {
            return self.word(NO_RENAMING).into_owned();
        }
        let key = self.keymap.label(Action::Attributes).unwrap_or_else(|| ":attributes".to_owned());
        format!("{} {key} shows them.", self.word(RENAMING))
    }

    pub(super) fn has_settings(&self) -> Result<(), &'static str> {
        match self.capabilities() {
            Some(can) if !can.settings.is_empty() => Ok(()),
            _ => Err("This provider tells nothing of its settings."),
        }
    }

    /// Whether roles follow from a mapping of groups; otherwise the reason why no group gives a role here.
    pub(super) fn mapped(&self) -> Result<(), &'static str> {
        match self.capabilities() {
            Some(can) if can.mapping.is_some() => Ok(()),
            Some(can) if can.derived_roles => Err("Roles don't follow from groups here: the provider says them."),
            Some(can) if !can.org_roles.is_empty() => {
                Err("Teams give no role in the organisation here: give it to the user.")
            }
            _ => Err("No mapping of groups to roles is kept: add [profile.NAME.mapping] to the config file."),
        }
    }

    /// Whether the provider has roles; otherwise the reason why not.
    pub(super) fn roles_kept(&self) -> Result<(), &str> {
        let holds = self.holds();
        if holds.org_roles || holds.team_roles {
            return Ok(());
        }
        Err(self.capabilities().and_then(|can| can.no_roles.as_deref()).unwrap_or("This provider keeps no roles."))
    }
}
