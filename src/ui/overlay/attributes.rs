//! All attributes of a record, schema by schema, and details of the one under the cursor.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    told::{self, asking, padded},
};
use crate::{
    app::{App, action::Action, side_query_box::SideQueryBox},
    directory::{
        ResourceRef,
        attributes::{self, ResourceAttribute, SchemaSection},
    },
    scim::{
        schema::{Mutability, ValueType},
        text::clean,
    },
    ui::{
        ScreenLook, details,
        fit::{self, count},
        layout::WIDE_BOX,
    },
};

/// Width of the column for types.
const KIND: usize = 20;

/// Lines under the list for the details of an attribute.
const BELOW: usize = 4;

/// The sentence in place of the attributes of a record that is gone.
const ABSENT: &str = "The server has no such record any more.";

/// A line of the list.
enum AttributeItem<'a> {
    Heading(&'a SchemaSection<'a>),
    Row(usize, &'a ResourceAttribute<'a>),
}

/// Draws the box.
pub fn draw(frame: &mut Frame<'_>, aside: &SideQueryBox, target: &ResourceRef, app: &App, look: &ScreenLook) {
    let (columns, _) = shell::room(app);
    let sections = attributes::of(&app.directory, target);
    let mut lines = told::head(aside, sections.is_some(), ABSENT, columns, look);
    let sections = sections.unwrap_or_default();
    let items = items(&sections);
    let rows = items.iter().filter(|item| matches!(item, AttributeItem::Row(..))).count();
    let head = lines.len();
    let below = if rows > 0 { BELOW + 1 } else { 0 };
    let shell = BoxFrame {
        title: format!("Attributes of {}", details::name(target, app)),
        right: asking(aside, look),
        hints: [(Action::SetAttribute, "change"), (Action::Refresh, "ask again")]
            .into_iter()
            .filter(|(action, _)| app.availability(*action).is_ok())
            .chain([(Action::Back, "back")])
            .collect(),
        note: if rows > 0 { format!("{} of {}", count(aside.cursor + 1), count(rows)) } else { String::new() },
        ..BoxFrame::default()
    };
    let inner = shell.open(frame, columns, head + items.len() + below, app, look);
    let list = usize::from(inner.height).saturating_sub(head + below);
    let at =
        items.iter().position(|item| matches!(item, AttributeItem::Row(at, _) if *at == aside.cursor)).unwrap_or(0);
    let width = usize::from(inner.width);
    let shown = rows::window(items.len(), at, list).filter_map(|at| items.get(at));
    lines.extend(shown.map(|item| match item {
        AttributeItem::Heading(section) => heading(section, width, look),
        AttributeItem::Row(at, row) => line(width, *at == aside.cursor, row, target, app, look),
    }));
    if let Some(AttributeItem::Row(_, row)) = items.get(at) {
        lines.push(Line::default());
        lines.extend(below_list(row, app, width, look).into_iter().take(BELOW));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn items<'a>(sections: &'a [SchemaSection<'a>]) -> Vec<AttributeItem<'a>> {
    let mut at = 0;
    let mut all = Vec::new();
    for section in sections {
        all.push(AttributeItem::Heading(section));
        for row in &section.rows {
            all.push(AttributeItem::Row(at, row));
            at += 1;
        }
    }
    all
}

/// The schema's own name and its URN, or a note that the server told no schema.
fn heading(section: &SchemaSection<'_>, width: usize, look: &ScreenLook) -> Line<'static> {
    let name = fit::cut(&clean(section.name), width.saturating_sub(2), look.glyphs.more);
    let more =
        if section.typed { clean(section.urn).into_owned() } else { "untyped: its schema was not told".to_owned() };
    let room = width.saturating_sub(fit::width(&name) + 4);
    Line::from(vec![
        Span::styled(format!(" {name}"), look.strong()),
        Span::styled(format!("  {}", fit::cut(&more, room, look.glyphs.more)), look.dim()),
    ])
}

fn line(
    width: usize,
    selected: bool,
    row: &ResourceAttribute<'_>,
    target: &ResourceRef,
    app: &App,
    look: &ScreenLook,
) -> Line<'static> {
    let coming = app.attribute_coming(target, &row.path).and_then(crate::directory::change::Change::as_attribute);
    let (value, style) = match (coming, row.value) {
        (Some((_, to)), _) => {
            let to = to.as_ref().map(attributes::shown).unwrap_or_default();
            (format!("{} {}", look.glyphs.pending, clean(&to)), look.pending())
        }
        (None, Some(value)) => (clean(&attributes::shown(value)).into_owned(), Style::new()),
        (None, None) => (look.glyphs.none.to_owned(), look.dim()),
    };
    let name_style = if row.fixed.is_some() { look.dim() } else { Style::new() };
    let (names, values, kinds) = widths(width);
    let name = clean(row.name());
    let kind = kind(row);
    let mut cells: Vec<TableCell> = vec![(&name, names, name_style), (&value, values, style)];
    if kinds > 0 {
        cells.push((&kind, kinds, look.dim()));
    }
    rows::row(width, selected, &cells, look)
}

/// The widths of the columns for names, values and types; 0 for types where there is no room.
fn widths(width: usize) -> (usize, usize, usize) {
    let left = width.saturating_sub(rows::PREFIX);
    let kinds = if width < WIDE_BOX { 0 } else { KIND };
    let names = (left / 3).clamp(12, 28).min(left);
    (names, left.saturating_sub(names + 1 + if kinds > 0 { kinds + 1 } else { 0 }), kinds)
}

/// `string`, `string required`, `list`, `dateTime readOnly`.
fn kind(row: &ResourceAttribute<'_>) -> String {
    let Some(attribute) = row.attribute else { return String::new() };
    let kind = match (attribute.kind, attribute.multi_valued) {
        (ValueType::Complex, true) => "list".to_owned(),
        (kind, true) => format!("{} list", kind.as_str()),
        (kind, false) => kind.as_str().to_owned(),
    };
    let more = match attribute.mutability {
        Mutability::ReadWrite if attribute.required => " required",
        Mutability::ReadWrite => "",
        Mutability::ReadOnly => " readOnly",
        Mutability::Immutable => " immutable",
        Mutability::WriteOnly => " writeOnly",
    };
    format!("{kind}{more}")
}

/// The details of an attribute: its value where the list is too narrow for it, the reason why it can't be changed here,
/// its accepted values and its purpose.
fn below_list(row: &ResourceAttribute<'_>, app: &App, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut words = Vec::new();
    if let Some(attribute) = row.attribute {
        if !attribute.description.is_empty() {
            words.push(clean(attribute.description.trim()).into_owned());
        }
        if !attribute.canonical.is_empty() {
            words.push(format!("One of: {}.", clean(&attribute.canonical.join(", "))));
        }
    } else if row.fixed.is_none() {
        words.push(format!("No schema speaks of it; what is there is of the type {}.", row.kind().as_str()));
    }
    let mut lines = Vec::new();
    let value = row.value.map(|value| clean(&attributes::shown(value)).into_owned()).unwrap_or_default();
    if fit::width(&value) > widths(columns).1 {
        let mut whole = padded(&value, columns, look.strong());
        whole.truncate(2);
        lines.append(&mut whole);
    }
    if let Err(why) = app.availability(Action::SetAttribute) {
        lines.extend(padded(&why.to_string(), columns, look.dim()));
    }
    lines.extend(padded(&words.join(" "), columns, Style::new()));
    lines
}
