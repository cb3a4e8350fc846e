//! Boxes over the pane, one file each. They show a part of the state and change nothing of it.
//!
//! Lists build their visible rows only. Texts are scrolled by the state; how far that can go only the drawing knows,
//! so [`scroll_limit`] tells.

use ratatui::Frame;

use super::ScreenLook;
use crate::{
    app::{App, Overlay},
    directory::side_query::SideQueryKind,
};

mod account;
mod arrange;
mod attributes;
mod check;
mod compare;
mod copy;
mod difference;
mod form;
mod help;
mod holders;
mod json;
mod name_choice;
mod palette;
mod permissions;
mod pick;
mod picker;
mod plan;
mod preview;
mod quit;
mod raw;
mod requests;
mod role_editor;
mod roster;
mod rows;
mod secret;
mod settings;
mod shell;
mod stage;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod whom;

pub use shell::recede;
use text::TextBox;

/// Draws the box on top.
pub fn draw(frame: &mut Frame<'_>, top: &Overlay, app: &App, look: &ScreenLook) {
    match top {
        Overlay::Role(picker) => picker::draw(frame, picker, app, look),
        Overlay::Check(list) => check::draw(frame, list, app, look),
        Overlay::Doubts(doubts) => name_choice::draw(frame, doubts, app, look),
        Overlay::Stage(view) => stage::draw(frame, view, app, look),
        Overlay::Pick(pick) => pick::draw(frame, pick, app, look),
        Overlay::Difference(difference) => difference::draw(frame, difference, app, look),
        Overlay::RoleEditor(editor) => role_editor::draw(frame, editor, app, look),
        Overlay::Holders { role, cursor } => holders::draw(frame, role, *cursor, app, look),
        Overlay::Form(form) => form::draw(frame, form, app, look),
        Overlay::Preview(preview) if preview.requests.is_none() => preview::draw(frame, preview, app, look),
        Overlay::Plan(view) => plan::draw(frame, view, app, look),
        Overlay::Palette(palette) => palette::draw(frame, palette, app, look),
        Overlay::Copy(menu) => copy::draw(frame, menu, app, look),
        Overlay::Aside(aside) => match &aside.topic {
            SideQueryKind::Roster(team) => roster::draw(frame, aside, team, app, look),
            SideQueryKind::Resource(target) => attributes::draw(frame, aside, target, app, look),
            SideQueryKind::Organisations | SideQueryKind::Settings | SideQueryKind::Schemas | SideQueryKind::Types => {
                settings::draw(frame, aside, app, look);
            }
            SideQueryKind::Me | SideQueryKind::Person(_) => account::draw(frame, aside, app, look),
        },
        Overlay::Secret(shown) => secret::draw(frame, shown, app, look),
        Overlay::Sort(menu) => arrange::draw_sort(frame, menu, app, look),
        Overlay::Columns(menu) => arrange::draw_columns(frame, menu, app, look),
        Overlay::Whom(whom) => whom::draw(frame, whom, app, look),
        Overlay::Quit => quit::draw(frame, app, look),
        Overlay::Details { .. }
        | Overlay::Permissions { .. }
        | Overlay::Compare { .. }
        | Overlay::Story { .. }
        | Overlay::Raw { .. }
        | Overlay::Help { .. }
        | Overlay::Preview(_) => {
            if let Some((text, scroll)) = text_of(top, app, look) {
                text.draw(frame, scroll, app, look);
            }
        }
    }
}

/// How far the box on top can be scrolled; `None` where it is no text. For [`App::clamp_scroll`].
pub fn scroll_limit(app: &App, look: &ScreenLook) -> Option<usize> {
    match app.overlays.last()? {
        Overlay::Preview(preview) if preview.is_alone() && preview.requests.is_none() => {
            Some(preview::scroll_limit(preview, app, look))
        }
        top => text_of(top, app, look).map(|(text, _)| text.limit(app)),
    }
}

/// From where to where the details on top can be scrolled with their cursor in sight. For [`App::lift_scroll`].
pub fn scroll_to_cursor(app: &App, look: &ScreenLook) -> Option<(usize, usize)> {
    let top = app.overlays.last().filter(|top| matches!(top, Overlay::Details { .. }))?;
    text_of(top, app, look)?.0.around_cursor(app)
}

/// The boxes that are one long text, with how far each is scrolled.
fn text_of(top: &Overlay, app: &App, look: &ScreenLook) -> Option<(TextBox, usize)> {
    match top {
        Overlay::Details { target, scroll, cursor } => Some((text::of_record(target, *cursor, app, look), *scroll)),
        Overlay::Permissions { user, typed, scroll } => Some((permissions::text(user, typed, app, look), *scroll)),
        Overlay::Compare { sides, scroll } => Some((compare::text(sides, app, look), *scroll)),
        Overlay::Story { id, scroll } => Some((story::text(*id, app, look), *scroll)),
        Overlay::Raw { target, text, scroll } => Some((raw::text(target, text.as_ref(), app, look), *scroll)),
        Overlay::Help { scroll } => Some((help::text(app, look), *scroll)),
        Overlay::Preview(preview) if preview.requests.is_some() => {
            Some((requests::text(preview, app, look), preview.top))
        }
        Overlay::Preview(_)
        | Overlay::Role(_)
        | Overlay::Check(_)
        | Overlay::Pick(_)
        | Overlay::Difference(_)
        | Overlay::Doubts(_)
        | Overlay::RoleEditor(_)
        | Overlay::Holders { .. }
        | Overlay::Form(_)
        | Overlay::Plan(_)
        | Overlay::Palette(_)
        | Overlay::Copy(_)
        | Overlay::Aside(_)
        | Overlay::Secret(_)
        | Overlay::Stage(_)
        | Overlay::Sort(_)
        | Overlay::Columns(_)
        | Overlay::Whom(_)
        | Overlay::Quit => None,
    }
}
