//! The lines of a team and of a role.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{CUSTOM, DetailsPage, FEW_USERS, PageText, count, counted, width, wrap};
use crate::app::{action::Action, walk::OrderedMembers};
use crate::directory::{
    Name, RecordKind, ResourceRef,
    change::{ChangeVerb, ChangedField},
    field::{RoleField, TeamField},
    record::{Member, Role, RoleGrant, Team, User},
};
use crate::ui::layout::MEASURED_LINES;

impl DetailsPage<'_> {
    pub(super) fn team(&self, team: &Team, target: &ResourceRef) -> PageText {
        let name = format!("{}{}", team.name, self.mark(target, &ChangedField::Whole));
        let mut lines = PageText::default();
        lines.extend(self.wrapped(&name, self.look.strong()));
        lines.extend(self.problem(team.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.extend(self.gives(team));
        lines.extend([Line::default()]);
        if team.members.is_some() {
            lines.add(self.members(team, target));
        } else {
            let key = self.app.keymap.label(Action::Refresh).unwrap_or_default();
            let words = format!("{}; {key} asks again.", self.app.word("The server did not tell who is in this team"));
            lines.extend(self.wrapped(&words, self.look.dim()));
        }
        lines.extend([Line::default()]);
        lines.extend(self.dates(team.created, team.modified, &team.id));
        lines
    }

    /// The role that follows from the group, where roles are mapped.
    fn gives(&self, team: &Team) -> Vec<Line<'static>> {
        let Some(mapping) = self.app.capabilities().and_then(|can| can.mapping.as_deref()) else { return Vec::new() };
        let role = mapping.of(&team.name).map_or("none", |role| role.as_str());
        self.fact(TeamField::Gives.spec().label, role, Style::new())
    }

    /// Admins first, as long as there are few enough to look through with each frame.
    fn members(&self, team: &Team, target: &ResourceRef) -> PageText {
        let directory = &self.app.directory;
        let role = |member: &Member| directory.user(&member.id).and_then(|user| user.role_in(&team.name));
        let OrderedMembers { all: ordered, admins } = self.app.members_in_order(team);
        let mark = self.mark(target, &ChangedField::Members);
        let mut text = PageText::default();
        text.extend([self.heading(TeamField::Members.spec().label, ordered.len(), &mark)]);
        if let Some(admins) = admins {
            let hidden = ordered.iter().skip(admins).filter(|member| role(member).is_none()).count();
            let note = if hidden > 0 { format!(", and {} not known", counted(hidden, "role")) } else { String::new() };
            text.extend([self.heading(TeamField::Admins.spec().label, admins, &note)]);
        }
        let most = self.room(text.lines.len() + 8, ordered.len());
        let shown: Vec<RoleGrant> = ordered.iter().take(most).map(|member| self.membership(member, team)).collect();
        let people = ordered.iter().take(most).filter_map(|member| directory.user(&member.id));
        let roles = shown.iter().map(|grant| &grant.role).filter(|role| !role.is_empty());
        let roles = roles.map(|role| width(role.as_str()) + width(CUSTOM)).max().unwrap_or(0);
        let columns = self.people(roles, people);
        // Of other members than people there is a single name, in the cells of both.
        let names = match columns {
            (0, _) => self.names(shown.iter().map(|grant| &grant.scope)),
            (name, 0) => name,
            (name, second) => name + 1 + second,
        };
        for (member, grant) in ordered.iter().zip(&shown) {
            let user = ResourceRef::user(&member.id);
            let at = (&user, ChangedField::Team(team.id.clone()));
            let line = match directory.user(&member.id) {
                Some(user) => self.member(user, grant, columns, at),
                None => self.grant(grant, names, Some(at)),
            };
            text.push(line, self.app.member_target(member).is_some());
        }
        text.extend(self.and_more(ordered.len(), most));
        text
    }

    /// A member's names, and the role in the team.
    fn member(
        &self,
        user: &User,
        grant: &RoleGrant,
        columns: (usize, usize),
        (target, field): (&ResourceRef, ChangedField),
    ) -> Line<'static> {
        let pending = self.app.directory.is_pending(target, &field);
        let (style, mark) = if pending { (self.look.pending(), self.pending()) } else { (Style::new(), String::new()) };
        let mut spans = self.person(user, columns);
        let room = self.width.saturating_sub(spans.iter().map(Span::width).sum());
        spans.extend(self.role_in(&grant.role, room, &mark, style));
        Line::from(spans)
    }

    /// A member's name, and the role in the team or why there is none.
    fn membership(&self, member: &Member, team: &Team) -> RoleGrant {
        let directory = &self.app.directory;
        let user = directory.user(&member.id);
        let role = user.and_then(|user| user.role_in(&team.name)).cloned().unwrap_or_else(|| match user {
            None if directory.team(&member.id).is_some() => self.app.word("a team").as_ref().into(),
            None => "no known user".into(),
            Some(_) if self.app.holds().team_roles => "role not known".into(),
            Some(_) => "".into(),
        });
        RoleGrant { scope: self.app.member_name(member), role }
    }

    pub(super) fn role(&self, role: &Role, target: &ResourceRef) -> PageText {
        let mark = [ChangedField::Whole, ChangedField::Definition].map(|field| self.mark(target, &field)).concat();
        let mut lines = PageText::default();
        lines.extend(self.wrapped(&format!("{}{mark}", role.name), self.look.strong()));
        if !role.description.is_empty() {
            lines.extend(self.wrapped(role.description.as_str(), Style::new()));
        }
        lines.extend(self.problem(role.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.extend([Line::default()]);
        if role.is_predefined() {
            lines.extend(self.predefined(role));
        } else if self.app.holds().custom_roles {
            lines.extend(self.fact(RoleField::Inherits.spec().label, role.inherits.as_str(), Style::new()));
            let names = |inherited: bool| -> Vec<&str> {
                let permissions = role.permissions.iter().filter(|permission| permission.inherited == inherited);
                permissions.map(|permission| permission.name.as_str()).collect()
            };
            lines.extend(self.permissions(RoleField::Permissions.spec().label, &names(false), Style::new()));
            lines.extend(self.permissions("Inherited", &names(true), self.look.dim()));
        } else {
            let why = self.app.capabilities().and_then(|can| can.can(ChangeVerb::SetOrgRole).err());
            lines.extend(self.wrapped(why.map(|why| why.text.as_str()).unwrap_or_default(), self.look.dim()));
        }
        lines.extend([Line::default()]);
        lines.add(self.holders(role));
        if self.app.holds().custom_roles && !role.is_predefined() {
            lines.extend([Line::default()]);
            lines.extend(self.dates(role.created, role.modified, &role.id));
        }
        lines
    }

    /// The known facts of a role that every organisation has.
    fn predefined(&self, role: &Role) -> Vec<Line<'static>> {
        let directory = &self.app.directory;
        let mut lines = self.wrapped("Predefined: the provider defines it, and nobody can change it.", self.look.dim());
        let org = directory.holders_in_organisation(&role.name);
        if let Some(org) = org {
            let known = directory.org_roles_known();
            let all = directory.len(RecordKind::User);
            let basis = if known < all {
                format!(", known for {} of {} users", count(known), count(all))
            } else {
                String::new()
            };
            let words = format!("held by {}{basis}", count(org));
            lines.extend(self.fact("Organisation", &words, Style::new()));
        }
        match directory.base_permissions(role.name.raw()) {
            Some(all) => {
                let names: Vec<&str> = all.iter().map(String::as_str).collect();
                lines.extend(self.permissions("Allows", &names, Style::new()));
                lines.extend(self.wrapped("As the custom roles that inherit from it show.", self.look.dim()));
            }
            None => {
                let words = "not told: no custom role inherits from it, and the server lists no predefined ones";
                lines.extend(self.fact("Allows", words, self.look.dim()));
            }
        }
        lines
    }

    fn permissions(&self, heading: &str, all: &[&str], style: Style) -> Vec<Line<'static>> {
        let mut lines = vec![self.heading(heading, all.len(), "")];
        if !all.is_empty() {
            let parts = wrap(&all.join("  "), self.width.saturating_sub(2));
            lines.extend(parts.into_iter().map(|part| Line::styled(format!("  {part}"), style)));
        }
        lines
    }

    fn holders(&self, role: &Role) -> PageText {
        let mut text = PageText::default();
        if !self.whole && self.app.directory.len(RecordKind::User) > FEW_USERS {
            let key = self.app.keymap.label(Action::Open).unwrap_or_default();
            text.extend([Line::styled(format!("{key} shows who holds it"), self.look.dim())]);
            return text;
        }
        let holders = self.app.directory.holders(&role.name);
        let users = self.app.directory.records().users();
        let known = users.values().filter(|user| self.app.directory.knows_roles(user)).count();
        let note =
            (known < users.len()).then(|| format!(", as known of {} of {} users", count(known), count(users.len())));
        text.extend([self.heading(RoleField::Holders.spec().label, holders.len(), &note.unwrap_or_default())]);
        let most = self.room(text.lines.len() + 12, holders.len());
        let word = if self.app.holds().custom_roles { "in" } else { "by" };
        let places = |teams: &[&Name]| {
            let names: Vec<&str> = teams.iter().map(|team| team.as_str()).collect();
            if names.is_empty() { String::new() } else { format!("{word} {}", names.join(", ")) }
        };
        let longest = holders.iter().take(MEASURED_LINES).map(|(_, teams)| width(&places(teams))).max();
        let columns = self.people(longest.unwrap_or(0), holders.iter().take(most).map(|(user, _)| *user));
        for (user, teams) in holders.iter().take(most) {
            let mut spans = self.person(user, columns);
            spans.push(Span::raw(places(teams)));
            text.push(Line::from(spans), true);
        }
        text.extend(self.and_more(holders.len(), most));
        text
    }
}
