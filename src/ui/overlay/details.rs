//! The details of a record.

use ratatui::text::Line;

use super::text::{self, TextBox, TextOverlay};
use crate::{
    app::{App, Tab, action::Action, walk::DetailsBox},
    directory::RecordKind,
    ui::{
        ScreenLook,
        details::{self, PageText},
        fit::{self, count},
    },
};

impl TextOverlay for DetailsBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let target = &self.target;
        let in_team = app.membership().is_some();
        let mut hints = match target.kind {
            RecordKind::User => vec![
                (Action::RowRole, if in_team { "role here" } else { "role" }),
                (Action::RemoveFromTeam, "remove"),
                (Action::Teams, "teams"),
                (Action::Permissions, "permissions"),
                (Action::Account, "account"),
            ],
            RecordKind::Team => vec![
                (Action::RowRole, "role"),
                (Action::RemoveFromTeam, "remove"),
                (Action::Members, "members"),
                (Action::Invitations, "invitations"),
            ],
            RecordKind::Role => {
                vec![
                    (Action::RolePermissions, "permissions"),
                    (Action::Holders, "holders"),
                    (Action::Edit, "edit"),
                    (Action::RowRole, "holder's role"),
                ]
            }
        };
        if target.kind != RecordKind::Role {
            hints.push((Action::Attributes, "attributes"));
        }
        hints.extend([(Action::Raw, "raw"), (Action::Copy, "copy"), (Action::Back, "back")]);
        let PageText { mut lines, links } = details::text(target, text::columns(app), app, look);
        if !links.is_empty() {
            hints.insert(0, (Action::Follow, "open"));
        }
        let cursor = self.cursor.and_then(|at| links.get(at).copied());
        if let Some(line) = cursor.and_then(|at| lines.get_mut(at)) {
            let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
            let text = text.strip_prefix(' ').map_or(text.clone(), |rest| format!("{}{rest}", look.glyphs.cursor));
            *line = Line::styled(fit::pad(&text, text::columns(app), look.glyphs.more), look.cursor());
        }
        TextBox {
            title: title(app, look),
            typed: None,
            right: place(app, look),
            lines,
            scroll: self.scroll,
            cursor,
            hints,
        }
    }
}

/// The way to this record: the list, and the records between.
fn title(app: &App, look: &ScreenLook) -> String {
    let list = match app.lists.tab {
        Tab::Users => "Users",
        Tab::Teams => "Teams",
        Tab::Roles => "Roles",
        Tab::Activity => "Activity",
    };
    let sign = if look.glyphs.ascii { ">" } else { "›" };
    let names = app.path().into_iter().map(|target| details::label(target, app));
    std::iter::once(app.word(list).into_owned()).chain(names).collect::<Vec<_>>().join(&format!(" {sign} "))
}

/// The record's position and the number of records, with the keys that step to the others.
fn place(app: &App, look: &ScreenLook) -> String {
    let Some((at, all)) = app.place_in_round() else { return String::new() };
    let key = |action| app.key_now(action).unwrap_or_default();
    let [back, on] = if look.glyphs.ascii { ["<", ">"] } else { ["‹", "›"] };
    let keys = format!("  {} {back} {on} {}", key(Action::PreviousRecord), key(Action::NextRecord));
    format!("{} of {}{}", count(at), count(all), if all > 1 { keys.as_str() } else { "" })
}
