//! The lines of a user.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{DetailsPage, PageText, ago, count, pad, width};
use crate::directory::{
    MaybeTold, Name, ResourceRef,
    change::{Change, ChangedField},
    field::UserField,
    query::account_word,
    record::{LastActive, RoleGrant, User},
    role_source::RoleSource,
};
use crate::scim::confusable;

/// The text in the place of a value that the server has not told.
const NOT_TOLD: &str = "not told";

impl DetailsPage<'_> {
    pub(super) fn user(&self, user: &User, target: &ResourceRef) -> PageText {
        let mut lines = PageText { lines: vec![self.headline(user, target)], links: Vec::new() };
        // An invitation is to an address, which is every name of the person.
        let repeats = |name: &Name, other: &Name| user.is_invited() && name == other;
        if !user.display_name.is_empty() && !repeats(&user.display_name, &user.user_name) {
            lines.extend(self.wrapped(&user.user_name.marked(), Style::new()));
        }
        if !user.email.is_empty() && !repeats(&user.email, &user.user_name) {
            let style = self.value_style(target, &ChangedField::Email);
            let mark = self.mark(target, &ChangedField::Email);
            lines.extend(self.wrapped(&format!("{}{mark}", user.email), style));
        }
        lines.extend(self.deceives(&[&user.user_name, &user.display_name]));
        lines.extend(self.problem(user.problem.as_deref()));
        lines.extend(self.last_failure(target));
        lines.extend([Line::default()]);
        let facts = if user.is_invited() {
            self.wrapped("Invited, without an account yet. i on a team shows its invitations.", self.look.careful())
        } else {
            self.facts(user, target)
        };
        if !facts.is_empty() {
            lines.extend(facts);
            lines.extend([Line::default()]);
        }
        lines.add(self.teams(user, target));
        lines.extend(self.registries(user, target));
        if self.whole {
            lines.add(self.roles_held(user));
        }
        if !user.is_invited() {
            lines.extend([Line::default()]);
            lines.extend(self.dates(user.created, user.modified, &user.id));
        }
        lines
    }

    /// The reasons why these names look like others.
    fn deceives(&self, names: &[&Name]) -> Vec<Line<'static>> {
        let told = names.iter().filter_map(|name| Some((name.marked(), confusable::told(name.raw(), false)?)));
        let told = told.filter(|(marked, _)| marked.starts_with(confusable::MARK) || marked == confusable::BLANK);
        told.flat_map(|(marked, what)| self.wrapped(&format!("{marked} {what}."), self.look.careful())).collect()
    }

    /// The name, with the status at the right end.
    fn headline(&self, user: &User, target: &ResourceRef) -> Line<'static> {
        let mark = self.mark(target, &ChangedField::Status);
        let (word, style) = match user.active {
            Some(true) => ("active", self.look.good()),
            Some(false) => ("inactive", self.look.careful()),
            None => ("", Style::new()),
        };
        let style = if mark.is_empty() { style } else { self.look.pending() };
        let status = format!("{word}{mark}");
        let name = if user.display_name.is_empty() { &user.user_name } else { &user.display_name };
        let shown = format!("{name}{}", self.mark(target, &ChangedField::Display));
        let room = self.width.saturating_sub(width(&status) + 1);
        let whole = self.mark(target, &ChangedField::Whole);
        let head = pad(&format!("{shown}{whole}"), room, self.look.glyphs.more);
        Line::from(vec![Span::styled(head, self.look.strong()), Span::raw(" "), Span::styled(status, style)])
    }

    fn facts(&self, user: &User, target: &ResourceRef) -> Vec<Line<'static>> {
        let holds = self.app.holds();
        let role = format!("{}{}", told(&user.org_role), self.mark(target, &ChangedField::OrgRole));
        let mut lines = Vec::new();
        if !self.app.directory.records().tells_email(user) {
            lines.extend(self.fact(label(UserField::Email), NOT_TOLD, Style::new()));
        }
        if holds.org_roles {
            lines.extend(self.fact(label(UserField::OrgRole), &role, self.value_style(target, &ChangedField::OrgRole)));
            let origin = self.origin(user);
            if !origin.is_empty() {
                lines.extend(self.fact("", &origin, self.look.dim()));
            }
        }
        for (field, text) in UserField::texts().filter(|(field, _)| *field != UserField::OrgRole) {
            let (level, changed) = ((text.of)(user), field.changed());
            if let Some(changed) = changed.filter(|_| level.is_told()) {
                let words = format!("{}{}", told(level), self.mark(target, &changed));
                lines.extend(self.fact(label(field), &words, self.value_style(target, &changed)));
            }
        }
        let last = match user.last_active {
            LastActive::Unknown => NOT_TOLD.into(),
            LastActive::Never => "never".into(),
            LastActive::At(at) => format!("{} ago, {}", ago(user.last_active, self.app.now), self.look.day(at)),
        };
        if holds.activity {
            lines.extend(self.fact(label(UserField::LastActive), &last, Style::new()));
        }
        if let Some(days) = user.days_active {
            lines.extend(self.fact(label(UserField::DaysActive), &count(days), Style::new()));
        }
        if user.account.is_service() {
            lines.extend(self.fact(
                label(UserField::Account),
                &format!("{} account", account_word(user.account)),
                Style::new(),
            ));
        }
        lines
    }

    /// The source of a role that the record does not hold, or the time since when the role is known.
    fn origin(&self, user: &User) -> String {
        let directory = &self.app.directory;
        match directory.records().role_source() {
            RoleSource::Record | RoleSource::Listed(_) => {
                directory.role_learnt(&user.id).map_or_else(String::new, |at| {
                    format!("as the answer to a change showed it, {}", self.look.moment(at, self.app.now))
                })
            }
            RoleSource::Told(_) if !user.org_role.is_told() => "not told when it was last read".into(),
            RoleSource::Told(_) => "as of the last read; set anew at the next sign-in".into(),
            RoleSource::Mapping(_) => match directory.givers(user).as_slice() {
                [] if user.org_role.value().is_none() => String::new(),
                [] => format!("in no {} that gives another", self.app.holds().team_word),
                [one] => format!("from {one}"),
                [first @ .., last] => {
                    let first: Vec<&str> = first.iter().map(|name| name.as_str()).collect();
                    format!("from {} and {last}", first.join(", "))
                }
            },
        }
    }

    /// A role that is being taken away is marked at the heading: its line is gone already.
    fn registries(&self, user: &User, target: &ResourceRef) -> Vec<Line<'static>> {
        let mut changes = self.app.directory.changes_on(target).flat_map(Change::touches);
        let pending = changes.any(|(of, field)| of == *target && matches!(field, ChangedField::Registry(_)));
        match user.told_registry_roles() {
            _ if pending => {}
            None if self.app.holds().seats => {
                return self.fact(label(UserField::Registries), NOT_TOLD, Style::new());
            }
            None | Some([]) => return Vec::new(),
            Some(_) => {}
        }
        let mark = if pending { self.pending() } else { String::new() };
        let field = |grant: &RoleGrant| ChangedField::Registry(Some(grant.scope.clone()));
        let names = self.names(user.registry_roles.iter().map(|grant| &grant.scope));
        let grants = user.registry_roles.iter().map(|grant| self.grant(grant, names, Some((target, field(grant)))));
        std::iter::once(self.heading(label(UserField::Registries), user.registry_roles.len(), &mark))
            .chain(grants)
            .collect()
    }

    /// The roles as the user has them, then the teams that list the user without a known role.
    fn teams(&self, user: &User, target: &ResourceRef) -> PageText {
        let directory = &self.app.directory;
        let places = self.app.places_of(user);
        let pending = directory.changes_on(target).any(|change| {
            change.touches().iter().any(|(of, field)| of == target && matches!(field, ChangedField::Team(_)))
        });
        let mark = if pending { self.pending() } else { String::new() };
        let mut text = PageText::default();
        let label = self.app.word(label(UserField::Teams));
        if places.is_empty() && user.team_roles.is_none() && !directory.tells_memberships() {
            text.extend(self.fact(&label, NOT_TOLD, Style::new()));
            return text;
        }
        text.extend([self.heading(&label, places.len(), &mark)]);
        let names = self.names(places.iter().map(|place| &place.grant.scope));
        for place in places {
            let field = place.team.clone().map(ChangedField::Team);
            text.push(self.grant(&place.grant, names, field.map(|field| (target, field))), place.team.is_some());
        }
        text
    }

    /// The roles that the user holds, each once: their permissions are a step away.
    fn roles_held(&self, user: &User) -> PageText {
        let held = self.app.roles_held(user);
        let mut text = PageText::default();
        if held.is_empty() {
            return text;
        }
        text.extend([self.heading("Roles held", held.len(), "")]);
        let names = self.names(held.iter().map(|role| &role.name));
        for role in held {
            let words = self.app.word(if role.teams == 1 { "team" } else { "teams" });
            let teams = if role.teams > 0 { format!("in {} {words}", role.teams) } else { String::new() };
            let name = pad(&role.name.marked(), names, self.look.glyphs.more);
            let spans = vec![Span::raw(format!("  {name} ")), Span::styled(teams, self.look.dim())];
            text.push(Line::from(spans), true);
        }
        text
    }
}

/// The value in words, where the server has told it.
pub(in crate::ui) fn told(attribute: &MaybeTold) -> &str {
    match attribute.value() {
        Some(name) => name.as_str(),
        None if attribute.is_told() => "none",
        None => NOT_TOLD,
    }
}

fn label(field: UserField) -> &'static str {
    field.spec().label
}
