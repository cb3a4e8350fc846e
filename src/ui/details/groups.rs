//! The lines of a team and of a role.

use ratatui::{style::Style, text::Line};

use super::{FEW_MEMBERS, FEW_USERS, LABEL, Page, count, counted, pad};
use crate::app::action::Action;
use crate::directory::{
    Kind, Target,
    change::{Field, Verb},
    field::{RoleField, TeamField},
    record::{Grant, Member, Permission, Role, Team},
};

impl Page<'_> {
    pub(super) fn team(&self, team: &Team, target: &Target) -> Vec<Line<'static>> {
        let name = format!("{}{}", team.name, self.mark(target, &Field::Whole));
        let mut lines = self.wrapped(&name, self.look.strong());
        lines.extend(self.problem(team.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.extend(self.gives(team));
        lines.push(Line::default());
        if let Some(members) = team.members.as_deref() {
            lines.extend(self.members(team, members, target));
        } else {
            let key = self.app.keymap.label(Action::Refresh).unwrap_or_default();
            let words = format!("{}; {key} asks again.", self.app.word("The server did not tell who is in this team"));
            lines.extend(self.wrapped(&words, self.look.dim()));
        }
        lines.push(Line::default());
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
    fn members(&self, team: &Team, members: &[Member], target: &Target) -> Vec<Line<'static>> {
        let directory = &self.app.directory;
        let role = |member: &Member| directory.user(&member.id).and_then(|user| user.role_in(&team.name));
        let mut ordered: Vec<&Member> = members.iter().collect();
        let mut lines =
            vec![self.heading(TeamField::Members.spec().label, members.len(), &self.mark(target, &Field::Members))];
        let roles = self.app.holds().team_roles;
        if roles && ordered.len() <= FEW_MEMBERS {
            let (admins, others): (Vec<_>, Vec<_>) =
                ordered.into_iter().partition(|member| role(member).is_some_and(|role| role.is("admin")));
            let hidden = others.iter().filter(|member| role(member).is_none()).count();
            let note = if hidden > 0 { format!(", and {} not known", counted(hidden, "role")) } else { String::new() };
            lines.push(self.heading(TeamField::Admins.spec().label, admins.len(), &note));
            ordered = admins.into_iter().chain(others).collect();
        }
        let most = self.room(lines.len() + 8, ordered.len());
        for member in ordered.iter().take(most) {
            let user = directory.user(&member.id);
            // A group may be a member of another (RFC 7643 §4.2).
            let group = if user.is_none() { directory.team(&member.id) } else { None };
            let scope = match (user, group) {
                (Some(user), _) => user.user_name.clone(),
                (None, Some(group)) => group.name.clone(),
                (None, None) if member.display.is_empty() => member.id.as_ref().into(),
                (None, None) => member.display.clone(),
            };
            let role = role(member).cloned().unwrap_or_else(|| match user {
                None if group.is_some() => self.app.word("a team").as_ref().into(),
                None => "no known user".into(),
                Some(_) if roles => "role not known".into(),
                Some(_) => "".into(),
            });
            let user = Target::user(&member.id);
            lines.push(self.grant(&Grant { scope, role }, Some((&user, Field::Team(team.id.clone())))));
        }
        lines.extend(self.and_more(ordered.len(), most));
        lines
    }

    pub(super) fn role(&self, role: &Role, target: &Target) -> Vec<Line<'static>> {
        let mark = [Field::Whole, Field::Definition].map(|field| self.mark(target, &field)).concat();
        let mut lines = self.wrapped(&format!("{}{mark}", role.name), self.look.strong());
        if !role.description.is_empty() {
            lines.extend(self.wrapped(role.description.as_str(), Style::new()));
        }
        lines.extend(self.problem(role.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.push(Line::default());
        if self.app.holds().custom_roles {
            lines.extend(self.fact(RoleField::Inherits.spec().label, role.inherits.as_str(), Style::new()));
            let (inherited, added): (Vec<&Permission>, Vec<&Permission>) =
                role.permissions.iter().partition(|permission| permission.inherited);
            lines.extend(self.permissions(RoleField::Permissions.spec().label, &added, self.look.glyphs.signs[0]));
            lines.extend(self.permissions("Inherited", &inherited, self.look.glyphs.dot));
            lines.push(Line::default());
        } else {
            let why = self.app.capabilities().and_then(|can| can.can(Verb::SetOrgRole).err());
            lines.extend(self.wrapped(why.map(|why| why.text.as_str()).unwrap_or_default(), self.look.dim()));
            lines.push(Line::default());
        }
        lines.extend(self.holders(role));
        if self.app.holds().custom_roles {
            lines.push(Line::default());
            lines.extend(self.dates(role.created, role.modified, &role.id));
        }
        lines
    }

    fn permissions(&self, heading: &str, all: &[&Permission], sign: &str) -> Vec<Line<'static>> {
        let mut lines = vec![self.heading(heading, all.len(), "")];
        lines.extend(all.iter().map(|permission| {
            let style = if permission.inherited { self.look.dim() } else { Style::new() };
            Line::styled(format!("  {sign} {}", permission.name), style)
        }));
        lines
    }

    fn holders(&self, role: &Role) -> Vec<Line<'static>> {
        if !self.whole && self.app.directory.len(Kind::User) > FEW_USERS {
            let key = self.app.keymap.label(Action::Open).unwrap_or_default();
            return vec![Line::styled(format!("{key} shows who holds it"), self.look.dim())];
        }
        let holders = self.app.directory.holders(&role.name);
        let users = self.app.directory.records().users();
        let known = users.values().filter(|user| self.app.directory.knows_roles(user)).count();
        let note =
            (known < users.len()).then(|| format!(", as known of {} of {} users", count(known), count(users.len())));
        let mut lines = vec![self.heading(RoleField::Holders.spec().label, holders.len(), &note.unwrap_or_default())];
        let most = self.room(lines.len() + 12, holders.len());
        for (user, teams) in holders.iter().take(most) {
            let teams: Vec<&str> = teams.iter().map(|team| team.as_str()).collect();
            let name = pad(&user.user_name.marked(), LABEL - 2, self.look.glyphs.more);
            let word = if self.app.holds().custom_roles { "in" } else { "by" };
            let places = if teams.is_empty() { String::new() } else { format!(" {word} {}", teams.join(", ")) };
            lines.push(Line::raw(format!("  {name}{places}")));
        }
        lines.extend(self.and_more(holders.len(), most));
        lines
    }
}
