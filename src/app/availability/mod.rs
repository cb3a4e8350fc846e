//! The availability of an action: yes, or the reason why not, which the console shows.

use std::borrow::Cow;

use super::{App, Overlay, Tab, action::Action, check::CheckList, overlay::OverlaySubject};
use crate::directory::{Id, RecordKind, ResourceRef, change::ChangeVerb, record::User};

mod arrangement;
mod beside;
mod reason;

pub use reason::UnavailableReason;

const NO_RENAMING: &str = "A team's name can't be changed over SCIM here.";

const RENAMING: &str = "A team's name is one of its attributes.";

const NO_RECORD: &str = "The server has no record of this role.";

const NO_DEFINITION: &str = "What these roles allow is not told: there is nothing to compare.";

/// Creations by kind of record.
const CREATE: [ChangeVerb; 3] = [ChangeVerb::CreateUser, ChangeVerb::CreateTeam, ChangeVerb::CreateRole];

/// Deletions by kind of record.
const DELETE: [ChangeVerb; 3] = [ChangeVerb::DeleteUser, ChangeVerb::DeleteTeam, ChangeVerb::DeleteRole];

/// The changes that the form of a user makes.
const EDIT: [ChangeVerb; 3] = [ChangeVerb::SetDisplayName, ChangeVerb::SetEmail, ChangeVerb::SetSeat];

/// The changes that make a user like another.
const LIKE: [ChangeVerb; 5] = [
    ChangeVerb::SetOrgRole,
    ChangeVerb::SetTeamRole,
    ChangeVerb::AddMember,
    ChangeVerb::SetSeat,
    ChangeVerb::SetRegistryRole,
];

pub(super) const NOT_ON_ACTIVITY: &str = "This is for Users, Teams and Roles.";

/// Said of the holders of a role.
pub(super) const IN_NO_TEAM: &str = "A person is removed in the details of the team, or of the person.";

const LIKE_A_ROLE: &str = "Roles are compared side by side, and their permissions edited.";

impl App {
    /// Whether the action can be done now.
    ///
    /// # Errors
    /// The sentence for the person.
    pub fn availability(&self, action: Action) -> Result<(), UnavailableReason> {
        self.in_box(action)?;
        if self.session.profile.is_none() {
            return self.before_a_profile(action);
        }
        if let Some(answer) = self.in_arrangement(action) {
            return answer;
        }
        match action {
            Action::MarkAll | Action::MarkRange => self.is_sure(),
            Action::SetRole => {
                self.somebody()?;
                let org = self.can(ChangeVerb::SetOrgRole);
                org.or_else(|_| self.can(ChangeVerb::SetTeamRole))
            }
            Action::View if !self.lists.panes[0].has_views(&self.directory) => {
                Err("The server lists no service accounts.".into())
            }
            Action::CreateService => {
                self.teams_read()?;
                self.can(ChangeVerb::CreateService)
            }
            Action::GroupRole => {
                self.someone()?;
                self.mapped().map_err(UnavailableReason::from)
            }
            Action::Teams => {
                self.somebody()?;
                self.teams_read()?;
                self.can(ChangeVerb::AddMember)
            }
            Action::MakeLike => self.can_be_like(),
            Action::Offboard => {
                self.somebody()?;
                self.teams_read()?;
                self.can(ChangeVerb::Deactivate).or_else(|_| self.can(ChangeVerb::DeleteUser))
            }
            Action::Members | Action::MembersFromList => {
                self.someone()?;
                self.can(ChangeVerb::AddMember)
            }
            Action::ToggleActive => {
                self.somebody()?;
                self.can(self.toggle_verb())
            }
            Action::Create if self.lists.lists_services() => self.availability(Action::CreateService),
            Action::Create => self.can(self.verb_of(CREATE)),
            Action::Edit => self.can_be_edited(),
            Action::Delete => {
                self.someone()?;
                self.can(self.verb_of(DELETE))
            }
            Action::Permissions => {
                self.someone()?;
                self.roles_kept().map_err(|why| why.to_owned().into())
            }
            Action::RolePermissions => {
                self.someone()?;
                self.can(ChangeVerb::EditRole)
            }
            Action::Compare if self.capabilities().is_some_and(|can| can.derived_roles) => Err(NO_DEFINITION.into()),
            Action::Holders | Action::Compare => {
                self.capabilities()
                    .and_then(|can| can.no_roles.clone())
                    .map_or(Ok(()), |why| Err(UnavailableReason::from(why)))?;
                self.someone()
            }
            Action::Settings => self.has_settings().map_err(UnavailableReason::from),
            Action::MyAccount
            | Action::Account
            | Action::Invitations
            | Action::NewKey
            | Action::DeleteKey
            | Action::Invite
            | Action::Uninvite
            | Action::Attributes
            | Action::SetAttribute => self.beside(action),
            Action::Raw if self.subject().is_some_and(|target| self.is_derived(&target)) => Err(NO_RECORD.into()),
            Action::Copy
                if self.overlays.is_empty() && self.lists.pane().is_some_and(|pane| !pane.marks.is_empty()) =>
            {
                Ok(())
            }
            Action::Open if matches!(self.overlays.last(), Some(Overlay::Details(_))) => {
                Err("These are the details.".into())
            }
            Action::Open | Action::Copy | Action::Raw | Action::Mark => self.someone(),
            Action::ToStage | Action::CopyCommand | Action::Reason | Action::ShowStage | Action::StageMode => {
                self.staging_allowed(action).map_err(UnavailableReason::from)
            }
            Action::DropLine | Action::OpenLine => self.in_words(),
            Action::SearchLines => self.in_words().and_then(|()| self.has_many_lines()),
            Action::PlanFacts => self.has_many_lines(),
            Action::Undo => self.activity.undo_candidate().map(drop),
            Action::LoadRoles => self.lacks_known_roles(),
            Action::AuditLog => self.audit_told_here(),
            Action::Story | Action::UndoThis | Action::Retry | Action::DropChange => self.in_activity(action),
            Action::Pause | Action::Resume | Action::Cancel => self.in_sending(action),
            Action::TakeOut | Action::NextScope => self.fits_box(action).map_err(UnavailableReason::from),
            _ => Ok(()),
        }
    }

    /// Whether the row under the cursor has a form.
    fn can_be_edited(&self) -> Result<(), UnavailableReason> {
        self.somebody()?;
        match self.lists.tab {
            Tab::Users => EDIT.iter().map(|verb| self.can(*verb)).reduce(Result::or).unwrap_or(Ok(())),
            Tab::Teams => Err(self.no_team_form().into()),
            _ => self.can(ChangeVerb::EditRole),
        }
    }

    /// Whether there are users whose roles single reads may tell.
    fn lacks_known_roles(&self) -> Result<(), UnavailableReason> {
        match (self.roles_kept(), self.users_without_roles()) {
            (Err(why), _) => Err(why.to_owned().into()),
            (_, 0) => Err("The roles of all users are known.".into()),
            _ => Ok(()),
        }
    }

    /// Whether the box on top has this one of the actions that several boxes share.
    fn fits_box(&self, action: Action) -> Result<(), &'static str> {
        match (action, self.overlays.last()) {
            (Action::TakeOut, Some(Overlay::Difference(_))) => Err("A tick says whether a line is settled."),
            (Action::NextScope, top) if !matches!(top, Some(Overlay::Role(_))) => {
                Err("Scopes belong to the role picker.")
            }
            _ => Ok(()),
        }
    }

    /// The actions that the first screen offers.
    fn before_a_profile(&self, action: Action) -> Result<(), UnavailableReason> {
        if action == Action::EditProfile && self.known_profiles.unopened.is_none() {
            return Err("No profile failed to open.".into());
        }
        needs_no_directory(action).then_some(()).ok_or_else(|| "No directory is open yet.".into())
    }

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
            Action::Attributes if self.kind_in_hand() == RecordKind::Role => Some(Cow::Borrowed(beside::NO_ATTRIBUTES)),
            _ => None,
        }
    }

    /// The reason why a team has no form of its own.
    fn no_team_form(&self) -> String {
        if self.capabilities().is_none_or(|can| can.can(ChangeVerb::SetAttribute).is_err()) {
            return self.word(NO_RENAMING).into_owned();
        }
        let key = self.keymap.label(Action::Attributes).unwrap_or_else(|| ":attributes".to_owned());
        format!("{} {key} shows them.", self.word(RENAMING))
    }

    /// Whether the plan on top shows its lines.
    fn in_words(&self) -> Result<(), UnavailableReason> {
        match self.overlays.last() {
            Some(Overlay::Preview(preview)) if preview.text.is_some() => {
                Err("The lines are not shown: Esc goes back to them.".into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the plan on top has several lines.
    fn has_many_lines(&self) -> Result<(), UnavailableReason> {
        match self.overlays.last() {
            Some(Overlay::Preview(preview)) if preview.is_alone() => Err("The plan is one line, shown in full.".into()),
            _ => Ok(()),
        }
    }

    fn has_settings(&self) -> Result<(), &'static str> {
        match self.capabilities() {
            Some(can) if !can.settings.is_empty() => Ok(()),
            _ => Err("This provider tells nothing of its settings."),
        }
    }

    /// Whether roles follow from a mapping of groups; otherwise the reason why no group gives a role here.
    fn mapped(&self) -> Result<(), &'static str> {
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
    fn roles_kept(&self) -> Result<(), &str> {
        let holds = self.holds();
        if holds.org_roles || holds.team_roles {
            return Ok(());
        }
        Err(self.capabilities().and_then(|can| can.no_roles.as_deref()).unwrap_or("This provider keeps no roles."))
    }

    /// The record that actions on the list tabs are about: of the box on top, or of the row under the cursor.
    pub fn subject(&self) -> Option<ResourceRef> {
        let top = self.overlays.last().map(|top| top.behavior().subject());
        match top.unwrap_or(OverlaySubject::Beneath) {
            OverlaySubject::Record(target) => Some(target),
            OverlaySubject::Nothing => None,
            OverlaySubject::Beneath => {
                let pane = self.lists.pane()?;
                let id = pane.selected(&self.directory)?.clone();
                Some(ResourceRef { kind: pane.kind, id })
            }
        }
    }

    /// How many users are listed without their roles.
    pub fn users_without_roles(&self) -> usize {
        self.directory.records().census().lacking_roles
    }

    /// Deactivate, or reactivate where the subject is inactive.
    pub(super) fn toggle_verb(&self) -> ChangeVerb {
        let inactive = |id| self.directory.user(id).is_some_and(crate::directory::record::User::is_inactive);
        // Runs in every frame, so marks are not copied.
        let all = match self.lists.pane().filter(|pane| !self.acts_on_details() && !pane.marks.is_empty()) {
            Some(pane) => pane.marks.iter().all(inactive),
            None => {
                let subjects = self.subjects();
                !subjects.is_empty() && subjects.iter().all(inactive)
            }
        };
        if all { ChangeVerb::Reactivate } else { ChangeVerb::Deactivate }
    }

    pub(super) fn can(&self, verb: ChangeVerb) -> Result<(), UnavailableReason> {
        self.session.guards.closed().map_or(Ok(()), |refusal| Err(UnavailableReason::from(&refusal)))?;
        self.capabilities().map_or(Ok(()), |can| can.can(verb).map_err(UnavailableReason::from))
    }

    fn verb_of(&self, verbs: [ChangeVerb; 3]) -> ChangeVerb {
        verbs[self.kind_in_hand() as usize]
    }

    fn kind_in_hand(&self) -> RecordKind {
        self.subject().map(|target| target.kind).or(self.lists.tab.kind()).unwrap_or(RecordKind::User)
    }

    /// Whether the rows shown match the filter, so that marking all of them marks no other rows.
    fn is_sure(&self) -> Result<(), UnavailableReason> {
        let unsure = self.lists.pane().and_then(super::pane::ListPane::unsure);
        unsure.map_or(Ok(()), |why| Err(format!("{why} Nothing is marked by it.").into()))
    }

    fn someone(&self) -> Result<(), UnavailableReason> {
        self.subject().map(drop).ok_or_else(|| "No row is selected.".into())
    }

    /// Whether any user can be edited: not if all are service accounts on a provider that edits none.
    fn somebody(&self) -> Result<(), UnavailableReason> {
        self.someone()?;
        let Some(why) = self.capabilities().and_then(|can| can.fixed_services) else { return Ok(()) };
        let service = |id: &Id| self.directory.user(id).filter(|user| user.account.is_service());
        // Runs in every frame, so marks are searched only up to the first person.
        let marks = self
            .lists
            .pane()
            .filter(|pane| self.overlays.is_empty() && pane.kind == RecordKind::User)
            .map(|pane| &pane.marks);
        match (marks.filter(|marks| !marks.is_empty()), self.subject()) {
            (Some(marks), _) if marks.iter().any(|id| service(id).is_none()) => Ok(()),
            (Some(marks), _) if marks.len() > 1 => Err(format!("These are service accounts: {why}").into()),
            (Some(marks), _) => refused_service(marks.first().and_then(service), why),
            (None, Some(target)) if target.kind == RecordKind::User => refused_service(service(&target.id), why),
            _ => Ok(()),
        }
    }

    /// The reason why the row of the check list can't be changed: a service account on a provider that edits none.
    pub(super) fn fixed_row(&self, list: &CheckList) -> Option<UnavailableReason> {
        let why = self.capabilities()?.fixed_services?;
        let id = list.selected(&self.directory).filter(|_| list.kind() == RecordKind::User)?;
        let user = self.directory.user(&id).filter(|user| user.account.is_service());
        refused_service(user, why).err()
    }

    fn can_be_like(&self) -> Result<(), UnavailableReason> {
        match self.kind_in_hand() {
            RecordKind::User => {
                self.somebody()?;
                LIKE.iter().map(|verb| self.can(*verb)).reduce(Result::or).unwrap_or(Ok(()))
            }
            RecordKind::Team => {
                self.someone()?;
                self.can(ChangeVerb::AddMember)
            }
            RecordKind::Role => Err(LIKE_A_ROLE.into()),
        }
    }

    fn teams_read(&self) -> Result<(), UnavailableReason> {
        if self.directory.is_read(RecordKind::Team) {
            Ok(())
        } else {
            Err(self.word("The teams were not read yet; R reads them.").into())
        }
    }
}

pub(super) fn refused_service(user: Option<&User>, why: &str) -> Result<(), UnavailableReason> {
    user.map_or(Ok(()), |user| Err(format!("{} is a service account: {why}", user.user_name).into()))
}

/// True for actions of the first screen, and of the boxes that open there: the form of a new profile, palette, help.
fn needs_no_directory(action: Action) -> bool {
    use Action as A;
    matches!(action, A::Quit | A::Help | A::Palette | A::Redraw | A::Suspend)
        || matches!(action, A::Profiles | A::OpenProfile | A::AddProfile | A::CopyProfile | A::ChangeProfile)
        || matches!(action, A::TestProfile | A::DeleteProfile | A::Up | A::Down)
        || matches!(action, A::OpenDemo | A::NewProfile | A::EditProfile | A::Back | A::Profile)
        || matches!(action, A::Submit | A::NextField | A::PreviousField | A::Choose | A::FindAction)
        || matches!(action, A::Up | A::Down | A::PageUp | A::PageDown | A::Top | A::Bottom)
}
