//! The permission editor: the permissions that a role adds and shall add as a check list, and the inherited ones apart
//! below.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    check::mark,
    holders,
    picker::no_match,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        role_editor::{EditedRole, EditorRow, PermissionStanding, RoleEditor},
    },
    directory::permissions::BASES,
    scim::text::clean_line,
    ui::{
        ScreenLook,
        fit::{count, only_similar},
        layout::PERMISSION_NAME,
    },
};

/// A line of the box.
enum Item<'a> {
    Row(usize, &'a EditorRow),
    /// The heading above the inherited permissions.
    Heading(String),
    Blank,
}

impl OverlayDrawing for RoleEditor {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (all, is_similar) = self.found(&app.directory);
        let (base, was) = self.bases(&app.directory);
        let (items, cursor) = items(&all, self, &base, app);
        let shell = BoxFrame {
            title: title(self, app),
            typed: Some(&self.input),
            counts: match &was {
                Some(was) => format!("inherits {was} {} {base}", look.glyphs.arrow),
                None => format!("inherits {base}"),
            },
            right: self.held.as_ref().map(holders::held).unwrap_or_default(),
            note: note(self, is_similar.then_some(all.len()), look),
            room_for: 0,
            wide: false,
            hints: vec![
                (Action::Toggle, if self.input.value().is_empty() { "toggle" } else { "put in" }),
                (Action::Look, "plan"),
                (
                    Action::NextBase,
                    if base.eq_ignore_ascii_case(BASES[0]) { "inherit viewer" } else { "inherit member" },
                ),
                (Action::Holders, "holders"),
                (Action::TakeOut, "take out"),
                (Action::ToggleAll, "all shown"),
                (Action::Back, "back"),
            ],
        };
        let known = self.inherited(&app.directory).is_some();
        let inner = shell.open(frame, shell::room(app).0, (app.directory.catalogue().len() + 2).max(8), app, look);
        let width = usize::from(inner.width);
        let lines: Vec<Line> = rows::window(items.len(), cursor, usize::from(inner.height))
            .filter_map(|at| items.get(at))
            .map(|item| match item {
                Item::Row(at, item) => {
                    row(width, *at == self.cursor, item, &fate(item, &base, was.as_deref(), known), look)
                }
                Item::Heading(words) => Line::styled(format!("   {words}"), look.dim()),
                Item::Blank => Line::default(),
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

fn title(editor: &RoleEditor, app: &App) -> String {
    let name = clean_line(editor.name(&app.directory), 256).into_owned();
    if matches!(editor.of, EditedRole::New(..)) { format!("New role {name}") } else { name }
}

/// The lines, and which of them has the cursor.
fn items<'a>(all: &'a [EditorRow], editor: &RoleEditor, base: &str, app: &App) -> (Vec<Item<'a>>, usize) {
    let inherited = all.iter().filter(|row| row.stands == PermissionStanding::Inherited).count();
    let free = all.len() - inherited;
    let mut items: Vec<Item> = Vec::with_capacity(all.len() + 2);
    let mut cursor = editor.cursor;
    let typed = editor.input.value();
    for (at, row) in all.iter().enumerate() {
        if at == free {
            if free > 0 {
                items.push(Item::Blank);
            }
            items.push(Item::Heading(format!("Inherited from {base} ({inherited})")));
            cursor += if editor.cursor >= free { items.len() - at } else { 0 };
        }
        items.push(Item::Row(at, row));
    }
    if all.is_empty() && !typed.is_empty() {
        items.push(Item::Heading(no_match(typed)));
        items.push(Item::Heading("A new one is typed in full: object:operation, such as run:delete.".into()));
    }
    if editor.inherited(&app.directory).is_none() && typed.is_empty() {
        items.extend([
            Item::Blank,
            Item::Heading(format!("What {base} allows is not known: no role seen here inherits from it.")),
        ]);
    }
    (items, cursor)
}

/// `+2 −1`, and how many rows are only similar to the typed text.
fn note(editor: &RoleEditor, similar: Option<usize>, look: &ScreenLook) -> String {
    let (come, go) = editor.counts();
    let [plus, minus, _] = look.glyphs.signs;
    let signed = |number: usize, sign: &str| (number > 0).then(|| format!("{sign}{}", count(number)));
    let counts: Vec<String> = [signed(come, plus), signed(go, minus)].into_iter().flatten().collect();
    let similar = similar.map(only_similar);
    Some(counts.join(" ")).filter(|counts| !counts.is_empty()).into_iter().chain(similar).collect::<Vec<_>>().join(", ")
}

/// The state of a permission in the role, now or after the change; `known` tells if the inherited permissions are
/// known.
fn fate(row: &EditorRow, base: &str, was: Option<&str>, known: bool) -> String {
    match (row.wish, row.stands) {
        (Some(true), PermissionStanding::New) => "will be added, new".into(),
        (Some(true), _) => "will be added".into(),
        (Some(false), _) => "will be removed".into(),
        (None, PermissionStanding::Added) => "added".into(),
        (None, PermissionStanding::Inherited) => format!("from {base}"),
        (None, PermissionStanding::Left) => {
            format!("{} with {}", if known { "goes" } else { "may go" }, was.unwrap_or_default())
        }
        (None, PermissionStanding::New) => "not seen before".into(),
        (None, PermissionStanding::Free) => String::new(),
    }
}

fn row(width: usize, selected: bool, row: &EditorRow, fate: &str, look: &ScreenLook) -> Line<'static> {
    let inherited = row.stands == PermissionStanding::Inherited;
    let dot = format!(" {} ", look.glyphs.dot);
    let (sign, style) = if inherited { (dot.as_str(), look.dim()) } else { mark(row.wish, row.stands.now(), look) };
    let fate_style = match (row.wish, row.stands) {
        (Some(_), _) => style,
        (None, PermissionStanding::Left) => look.careful(),
        _ => look.dim(),
    };
    let rest = width.saturating_sub(rows::PREFIX + 4 + 1);
    let name_width = (rest * 3 / 5).min(PERMISSION_NAME);
    let name = clean_line(&row.name, 256);
    let name_style = if inherited { look.dim() } else { Style::new() };
    let cells: [TableCell; 3] =
        [(sign, 3, style), (&name, name_width, name_style), (fate, rest.saturating_sub(name_width + 1), fate_style)];
    rows::row(width, selected, &cells, look)
}
