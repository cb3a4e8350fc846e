//! The text of a list without rows: the reason, and the next step.

use super::fit::count;
use crate::app::{
    App,
    action::Action,
    pane::{AccountView, ListPane},
};
use crate::directory::{RecordKind, work::LinkState};
use crate::scim::failure::FailureClass;

/// The words, and whether they report a failure.
pub(super) fn words(pane: &ListPane, app: &App) -> (String, bool) {
    let what = app.word(pane.kind.plural());
    let key = |action| app.keymap.label(action).unwrap_or_default();
    let refresh = key(Action::Refresh);
    if let (RecordKind::Role, Some(why)) = (pane.kind, app.capabilities().and_then(|can| can.no_roles.as_ref())) {
        return (why.clone(), false);
    }
    if let Some(bad) = &pane.bad {
        return (bad.to_string(), true);
    }
    if app.directory.len(pane.kind) > 0 {
        let typed = crate::scim::text::clean(pane.filter.value());
        // While the filter is typed, the letter is text.
        let view = if pane.filtering {
            format!("{}, then {}", key(Action::Open), key(Action::View))
        } else {
            key(Action::View)
        };
        let others = match pane.view {
            AccountView::All => String::new(),
            _ if !pane.has_views(&app.directory) => String::new(),
            AccountView::People => format!(" {view} looks among service accounts."),
            AccountView::Services => format!(" {view} looks among all accounts."),
        };
        let what = if pane.view == AccountView::Services { "service accounts".into() } else { what };
        return (format!("No {what} match '{typed}'. {} clears the filter.{others}", key(Action::Back)), false);
    }
    let down = match &app.session.link {
        Some(LinkState::Down(failure)) => Some(failure),
        _ => None,
    };
    // While the server does not answer, a message about a new attempt is of no use.
    if app.session.sync.busy && down.is_none() {
        return (reading(pane.kind, app), false);
    }
    if let Some((_, failure)) = app.session.sync.failed.iter().find(|(kind, _)| *kind == pane.kind) {
        return (format!("The {what} could not be read. {}\n{refresh} tries again.", failure.sentences()), true);
    }
    if let Some(failure) = down {
        let nothing = match failure.class {
            FailureClass::Offline | FailureClass::Timeout => "Offline, and nothing is known from before.",
            _ => "Nothing is known from before.",
        };
        return (format!("{nothing} {}\n{refresh} tries again.", failure.sentences()), true);
    }
    if app.session.sync.seen.is_none() {
        return (format!("Nothing was read yet. {refresh} reads the {what}."), false);
    }
    let create = match app.availability(Action::Create) {
        Ok(()) => format!(" {} creates one.", key(Action::Create)),
        Err(_) => String::new(),
    };
    (format!("There are no {what} here.{create}"), false)
}

fn reading(kind: RecordKind, app: &App) -> String {
    let what = app.word(kind.plural());
    match app.session.sync.progress.iter().find(|(of, _, _)| *of == kind) {
        None => format!("Reading {what}…"),
        Some((_, seen, None)) => format!("Reading {what}… {}", count(*seen)),
        Some((_, seen, Some(said))) => format!("Reading {what}… {} of {}", count(*seen), count(*said)),
    }
}
