//! A team's invitations and members.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    told::{self, asking, padded},
};
use crate::{
    app::{
        App,
        action::Action,
        side_query_box::{PartRow, SideQueryBox},
    },
    directory::{Id, ResourceRef, side_query::TeamParticipant},
    scim::text::clean,
    ui::{
        ScreenLook, details,
        fit::{self, count, counted},
        layout::WIDE_BOX,
    },
};

/// Width of the column with a person's status in the team.
const FATE: usize = 19;

/// Draws the box.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, team: &Id, app: &App, look: &ScreenLook) {
    let (columns, height) = shell::room(app);
    let parts = app.part_rows(team);
    let known = app.directory.roster(team).is_some();
    let absent = app.word("The server knows no such team there.");
    let mut lines = told::head(aside, known, &absent, columns, look);
    if known && parts.is_empty() {
        lines.extend(padded(&app.word("Nobody is in this team, and nobody is invited."), columns, look.dim()));
    }
    let head = lines.len();
    let shell = BoxFrame {
        title: format!("Invitations to {}", details::name(&ResourceRef::team(team), app)),
        counts: if known { counts(&parts) } else { String::new() },
        right: asking(aside, look),
        hints: [(Action::Invite, "invite"), (Action::Uninvite, uninvite(app)), (Action::Refresh, "ask again")]
            .into_iter()
            .filter(|(action, _)| app.availability(*action).is_ok())
            .chain([(Action::Back, "back")])
            .collect(),
        note: if head + parts.len() > height {
            format!("{} of {}", count(aside.cursor + 1), count(parts.len()))
        } else {
            String::new()
        },
        ..BoxFrame::default()
    };
    let inner = shell.open(frame, columns, head + parts.len(), app, look);
    let list = usize::from(inner.height).saturating_sub(head);
    let shown = rows::window(parts.len(), aside.cursor, list).filter_map(|at| Some((at, parts.get(at)?)));
    lines.extend(shown.map(|(at, part)| row(usize::from(inner.width), at == aside.cursor, part, look)));
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The effect of the key on the row under the cursor.
fn uninvite(app: &App) -> &'static str {
    match app.part_removal() {
        Ok(crate::directory::change::Change::RemoveMember { .. }) => "take out of the team",
        _ => "take back",
    }
}

/// `2 invited, 41 members`.
fn counts(parts: &[PartRow<'_>]) -> String {
    let invited = parts.iter().filter(|part| !matches!(part, PartRow::There { one, .. } if !one.pending)).count();
    let members = counted(parts.len() - invited, "member");
    let invited = if invited == 0 { "nobody".into() } else { count(invited as u64) };
    format!("{invited} invited, {members}")
}

fn row(width: usize, selected: bool, part: &PartRow<'_>, look: &ScreenLook) -> Line<'static> {
    let (label, more, fate, pending) = match part {
        PartRow::Coming { to, admin, .. } => {
            let fate = if *admin { "inviting as admin" } else { "inviting" };
            (clean(to).into_owned(), String::new(), fate, true)
        }
        PartRow::There { one, going } => {
            let fate = match (*going, one.pending) {
                (true, true) => "taking back",
                (true, false) => "leaving",
                (false, _) => standing(one),
            };
            (one.label().to_string(), more(one), fate, *going)
        }
    };
    let fate = if pending { format!("{fate} {}", look.glyphs.pending) } else { fate.to_owned() };
    let invited = matches!(part, PartRow::There { one, .. } if one.pending);
    let (name_style, fate_style) = match (pending, invited) {
        (true, _) => (look.pending(), look.pending()),
        (false, true) => (look.strong(), look.careful()),
        (false, false) => (Style::new(), look.dim()),
    };
    let left = width.saturating_sub(rows::PREFIX + FATE + 2);
    let name_width = if width < WIDE_BOX || more.is_empty() { left } else { left / 2 };
    let label = fit::elide(&label, name_width, look.glyphs.more);
    let more = fit::elide(&more, left.saturating_sub(name_width + 1), look.glyphs.more);
    let mut cells: Vec<TableCell> = vec![(&label, name_width, name_style)];
    if name_width < left {
        cells.push((&more, left - name_width - 1, look.dim()));
    }
    cells.push((&fate, FATE, fate_style));
    rows::row(width, selected, &cells, look)
}

/// Another name of a person beside the label.
fn more(one: &TeamParticipant) -> String {
    let name = [&one.name, &one.email].into_iter().find(|name| !name.is_empty() && *name != one.label());
    name.map_or_else(String::new, |name| fit::cut(&name.marked(), 256, ""))
}

fn standing(one: &TeamParticipant) -> &'static str {
    match (one.pending, one.admin) {
        (true, Some(true)) => "invited as admin",
        (true, Some(false) | None) => "invited",
        _ if one.account.is_service() => "service account",
        (false, Some(true)) => "admin",
        (false, Some(false)) => "member",
        (false, None) => "member, role ?",
    }
}
