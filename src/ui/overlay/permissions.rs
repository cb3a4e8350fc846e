//! The permissions of a user: in the organisation and team by team, by which role, inherited apart from added.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    shell,
    text::{self, TextBox, TextOverlay},
};
use crate::{
    app::{App, action::Action, permissions::PermissionsBox},
    directory::{
        Name, ResourceRef,
        permissions::{PermissionStance, is_permission, stance},
        record::{Role, User},
    },
    scim::text::clean,
    ui::{ScreenLook, details, fit},
};

/// Width of the words before a list of permissions.
const LABEL: usize = 13;

impl TextOverlay for PermissionsBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let asked = self.typed.value().trim();
        let lines = match app.directory.user(&self.user) {
            Some(user) if asked.is_empty() => Page::of(user, columns, app, look),
            Some(user) => Page { columns, name: 12, role: 12, app, look, lines: Vec::new() }.why(user, asked),
            None => vec![Line::styled("This user is not there any more.", look.dim())],
        };
        TextBox {
            title: format!("What {} may do", details::name(&ResourceRef::user(&self.user), app)),
            typed: Some(self.typed.clone()),
            lines,
            hints: vec![(Action::Back, "back")],
            scroll: self.scroll,
            ..TextBox::default()
        }
    }
}

struct Page<'a> {
    columns: usize,
    name: usize,
    role: usize,
    app: &'a App,
    look: &'a ScreenLook,
    lines: Vec<Line<'static>>,
}

impl<'a> Page<'a> {
    fn of(user: &User, columns: usize, app: &'a App, look: &'a ScreenLook) -> Vec<Line<'static>> {
        let mut page = Page { columns, name: 12, role: 12, app, look, lines: Vec::new() };
        let scopes = scopes(user, app);
        let grants = user.registry_roles.iter().map(|grant| &grant.scope);
        let widest = scopes.iter().map(|(scope, _)| scope).chain(grants).map(|scope| fit::width(scope.as_str())).max();
        page.name = widest.unwrap_or(0).clamp(12, (columns / 3).max(12));
        page.org(user);
        page.heading(&app.word("Teams"), scopes.len());
        if scopes.is_empty() {
            page.lines.push(Line::styled(app.word("  in no team"), look.dim()));
        }
        for (scope, role) in &scopes {
            if app.holds().team_roles {
                page.grant(scope, role.as_ref());
            } else {
                page.given(scope);
            }
        }
        if !user.registry_roles.is_empty() {
            page.heading("Registries", user.registry_roles.len());
            for grant in &user.registry_roles {
                page.grant(&grant.scope, Some(&grant.role));
            }
        }
        page.lines.push(Line::default());
        let words = if app.directory.catalogue().is_empty() {
            "The server tells of no role what it allows."
        } else {
            "Type a permission, such as run:delete, to see which of these gives it."
        };
        page.lines.extend(shell::wrapped(words, columns, 0, look.dim()));
        page.lines
    }

    /// The permission that was meant, and each team's and role's answer about it.
    fn why(mut self, user: &User, asked: &str) -> Vec<Line<'static>> {
        let wanted = asked.to_lowercase();
        let mut meant: Vec<String> =
            self.app.directory.catalogue().into_iter().filter(|name| name.to_lowercase().contains(&wanted)).collect();
        meant.sort_by_key(|name| (name.to_lowercase() != wanted, !name.to_lowercase().starts_with(&wanted)));
        if meant.is_empty() && !is_permission(asked) {
            let words = format!("No role that is known here has a permission with '{}' in its name.", clean(asked));
            return shell::wrapped(&words, self.columns, 0, self.look.careful());
        }
        let first = meant.first().cloned().unwrap_or_else(|| asked.to_owned());
        let scopes = scopes(user, self.app);
        let grants = user.registry_roles.iter().map(|grant| &grant.scope);
        let widest = scopes.iter().map(|(scope, _)| scope).chain(grants).map(|scope| fit::width(scope.as_str())).max();
        self.name = widest.unwrap_or(0).clamp(12, (self.columns / 3).max(12));
        let roles = scopes.iter().filter_map(|(_, role)| role.as_ref()).chain(user.org_role.value());
        self.role = roles.map(|role| fit::width(role.as_str())).max().unwrap_or(0).clamp(6, 20);
        let head = if meant.is_empty() { format!("{first}: no role that is known here has it") } else { first.clone() };
        self.lines.extend(shell::wrapped(&clean(&head), self.columns, 0, self.look.strong()));
        if user.is_inactive() {
            self.lines.push(Line::styled("Deactivated: none of this counts until reactivated.", self.look.careful()));
        }
        self.lines.push(Line::default());
        let org = self.app.word("Organisation").into_owned();
        self.stands(&Name::from(org.as_str()), user.org_role.value(), &first);
        for (scope, role) in &scopes {
            self.stands(scope, role.as_ref(), &first);
        }
        if user.team_roles.is_none() && self.app.holds().team_roles {
            let words = "The roles in teams are not known yet: the list left them out; they are being read.";
            self.lines.extend(shell::wrapped(words, self.columns, 0, self.look.careful()));
        }
        if meant.len() > 1 {
            self.lines.push(Line::default());
            let others = meant.get(1..).unwrap_or_default().join("  ");
            self.lines.extend(shell::wrapped(&format!("Also: {}", clean(&others)), self.columns, 0, self.look.dim()));
        }
        self.lines
    }

    /// Adds a line for the role in one place: whether it allows the permission.
    fn stands(&mut self, scope: &Name, role: Option<&Name>, permission: &str) {
        let look = self.look;
        let (words, style) = match role {
            None => ("not told: the role is not known".to_owned(), look.careful()),
            Some(role) => self.grants_it(role, permission),
        };
        let shown = role.map_or(look.glyphs.unknown, Name::as_str);
        let name = self.name_of(scope);
        let role_room = self.role;
        let room = self.columns.saturating_sub(2 + self.name + 2 + role_room + 2);
        self.lines.push(Line::from(vec![
            Span::raw(format!("  {name}  ")),
            Span::raw(fit::pad(shown, role_room, look.glyphs.more)),
            Span::styled(format!("  {}", fit::cut(&words, room, look.glyphs.more)), style),
        ]));
    }

    /// Whether a role allows the permission and by what; "not told" where nothing shows what the role allows.
    fn grants_it(&self, role: &Name, permission: &str) -> (String, Style) {
        let look = self.look;
        if let Some(custom) = self.custom(role) {
            return match stance(custom, permission) {
                PermissionStance::Added => ("yes, added by this role".into(), look.good()),
                PermissionStance::Inherited => (format!("yes, inherited from {}", custom.inherits), look.good()),
                PermissionStance::Absent => ("no".into(), look.dim()),
            };
        }
        match self.app.directory.base_permissions(role.raw()) {
            Some(all) if all.contains(permission) => ("yes, the predefined role has it".into(), look.good()),
            Some(_) => ("no, as custom roles show that inherit from it".into(), look.dim()),
            None => (format!("not told: nothing shows what {role} allows"), look.careful()),
        }
    }

    fn org(&mut self, user: &User) {
        let role = user.org_role.value();
        let shown = details::told(&user.org_role);
        let style = if role.is_some() { self.look.strong() } else { self.look.dim() };
        let label = fit::pad("Organisation", self.name + 4, "");
        self.lines.push(Line::from(vec![Span::raw(label), Span::styled(shown.to_owned(), style)]));
        if user.is_inactive() {
            self.lines.push(Line::styled("Deactivated: none of this counts until reactivated.", self.look.careful()));
        }
        if user.team_roles.is_none() && self.app.holds().team_roles {
            let words = "Roles not known yet: the list left them out; they are being read.";
            self.lines.extend(shell::wrapped(words, self.columns, 0, self.look.careful()));
        }
    }

    fn heading(&mut self, word: &str, number: usize) {
        self.lines.push(Line::default());
        self.lines.push(Line::from(vec![
            Span::styled(word.to_owned(), self.look.strong()),
            Span::styled(format!(" ({})", fit::count(number)), self.look.dim()),
        ]));
    }

    fn name_of(&self, scope: &Name) -> String {
        fit::pad(&fit::elide(&scope.marked(), self.name, self.look.glyphs.more), self.name, "")
    }

    /// A group that has no roles of its own, and the organisation role that it may give.
    fn given(&mut self, group: &Name) {
        let mapping = self.app.capabilities().and_then(|can| can.mapping.as_deref());
        let role = mapping.and_then(|mapping| mapping.of(group));
        let name = self.name_of(group);
        let gives = role.map_or_else(String::new, |role| format!("gives {role}"));
        self.lines.push(Line::from(vec![Span::raw(format!("  {name}  ")), Span::styled(gives, self.look.dim())]));
    }

    fn grant(&mut self, scope: &Name, role: Option<&Name>) {
        let look = self.look;
        let custom = role.and_then(|role| self.custom(role));
        let kind = match (role, custom) {
            (None, _) => String::new(),
            (Some(_), Some(custom)) => format!("custom, inherits {}", custom.inherits),
            (Some(role), None) if self.predefined(role) => "predefined".into(),
            (Some(_), None) => "not among the roles known here".into(),
        };
        let shown = role.map_or("role not known yet", Name::as_str);
        let style = if role.is_some() { look.strong() } else { look.dim() };
        let name = self.name_of(scope);
        let role_room = (self.columns / 3).clamp(10, 24);
        let kind_room = self.columns.saturating_sub(2 + self.name + 2 + role_room + 1);
        self.lines.push(Line::from(vec![
            Span::raw(format!("  {name}  ")),
            Span::styled(fit::pad(shown, role_room, look.glyphs.more), style),
            Span::styled(format!(" {}", fit::cut(&kind, kind_room, look.glyphs.more)), look.dim()),
        ]));
        if let Some(custom) = custom {
            let names = |inherited: bool| -> Vec<&str> {
                let permissions = custom.permissions.iter().filter(|permission| permission.inherited == inherited);
                permissions.map(|permission| permission.name.as_str()).collect()
            };
            let (added, inherited) = (names(false), names(true));
            let from = format!("from {}", custom.inherits);
            self.permissions("adds", &added, look.good());
            self.permissions(&from, &inherited, look.dim());
        }
    }

    fn permissions(&mut self, label: &str, names: &[&str], style: Style) {
        if names.is_empty() {
            return;
        }
        let room = self.columns.saturating_sub(4 + LABEL);
        for (at, part) in fit::wrap(&names.join("  "), room).into_iter().enumerate() {
            let label = fit::pad(if at == 0 { label } else { "" }, LABEL, self.look.glyphs.more);
            self.lines.push(Line::from(vec![
                Span::styled(format!("    {label}"), self.look.dim()),
                Span::styled(part, style),
            ]));
        }
    }

    fn custom(&self, name: &Name) -> Option<&'a Role> {
        let known = self.app.directory.records().roles().values().find(|role| role.name == *name)?;
        self.app.directory.role(&known.id)
    }

    /// Compared without regard to case: servers write `Admin` and `admin`.
    fn predefined(&self, role: &Name) -> bool {
        let can = self.app.capabilities();
        can.is_some_and(|can| can.team_roles.iter().any(|known| role.is(known.name.raw())))
            || ["admin", "member", "viewer"].iter().any(|known| role.is(known))
    }
}

/// Every team with the role there; also those that only the user's own record names.
fn scopes(user: &User, app: &App) -> Vec<(Name, Option<Name>)> {
    let mut scopes: Vec<(Name, Option<Name>)> = app
        .directory
        .teams_of(&user.id)
        .iter()
        .map(|id| app.directory.team(id).map_or_else(|| Name::from(clean(id).as_ref()), |team| team.name.clone()))
        .map(|name| {
            let role = user.role_in(&name).cloned();
            (name, role)
        })
        .collect();
    for grant in user.team_roles.iter().flatten() {
        if !scopes.iter().any(|(scope, _)| *scope == grant.scope) {
            scopes.push((grant.scope.clone(), Some(grant.role.clone())));
        }
    }
    scopes
}
