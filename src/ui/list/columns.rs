//! How the columns of the three lists are drawn: which of them fit, and how wide they are. `AccountView::columns` and
//! the field table say which columns there are, and their headings.
//!
//! Widths follow from the width of the pane alone, never from what is on screen: nothing jumps while scrolling.

use std::borrow::Cow;

use crate::{
    app::pane::{AccountView, ListPane},
    directory::{
        field::{ColumnWidth, RecordField, RoleField, TeamField, UserField, text_column},
        record_contents::RecordContents,
    },
};

/// Room and place of a field's column; nothing for a field that is no column.
fn width(field: RecordField, view: AccountView) -> Option<ColumnWidth> {
    Some(match (field, view) {
        // Service accounts are in few teams.
        (RecordField::User(UserField::Teams), AccountView::Services) => text_column(10, 48, 4),
        (RecordField::User(UserField::Created), AccountView::Services) => text_column(10, 10, 5),
        _ => field.spec().width?,
    })
}

/// The headings from short to long; the longest that fits is shown.
fn headings(field: RecordField, view: AccountView) -> &'static [&'static str] {
    match (field, view) {
        (RecordField::User(UserField::UserName), AccountView::Services) => &["Service", "Service account"],
        _ => field.spec().headings,
    }
}

/// Most names fit into this.
const NAME: usize = 20;

/// Columns that never get wider than this are soon as wide as they can be.
const NARROW: usize = 11;

/// Columns whose width may grow to this hold long texts.
const LONG: usize = 28;

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// A column with its place in this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedColumn {
    /// The field that the column shows.
    pub field: RecordField,
    pub width: usize,
    headings: &'static [&'static str],
    room: ColumnWidth,
}

impl PlacedColumn {
    /// Places a field's column; nothing for a field that is no column.
    fn new(field: RecordField, view: AccountView, holds: RecordContents) -> Option<Self> {
        let (headings, room) = (headings(field, view), width(field, view)?);
        let width = room.min.max(headings.first().map_or(0, |head| holds.say(head).len()));
        Some(Self { field, width, headings, room })
    }

    /// The longest heading that fits.
    pub fn head(&self, holds: RecordContents) -> Cow<'static, str> {
        let mut heads = self.headings.iter().rev().map(|head| holds.say(head));
        let shortest = || self.headings.first().map(|head| holds.say(head));
        heads.find(|head| head.len() <= self.width).or_else(shortest).unwrap_or_default()
    }

    /// Cells that hold most names; 0 for other columns.
    fn usual(&self) -> usize {
        if self.is_name() { NAME.min(self.room.max) } else { 0 }
    }

    /// True for numbers, which are aligned to the right.
    pub fn is_right(&self) -> bool {
        self.room.right
    }

    /// True for names, which are cut in the middle, since names of one directory often begin alike.
    pub fn is_name(&self) -> bool {
        use UserField as U;
        matches!(self.field, RecordField::User(U::UserName | U::DisplayName | U::Email))
            || matches!(self.field, RecordField::Team(TeamField::Name) | RecordField::Role(RoleField::Name))
    }
}

/// The columns of a frame.
#[derive(Debug)]
pub(super) struct ColumnFit {
    /// The columns that fit, in order.
    pub placed: Vec<PlacedColumn>,
    /// The number of columns that do not fit.
    pub dropped: usize,
}

/// The columns that fit into this many cells, with [`GAP`] cells between them. Without `holders` the column of holders
/// is left out.
pub(super) fn fit(pane: &ListPane, cells: usize, holders: bool) -> ColumnFit {
    let mut placed = wanted(pane, holders);
    let all = placed.len();
    while taken(&placed) > cells {
        let Some(at) = (0..placed.len()).filter(|at| drop_of(&placed, *at) > 0).max_by_key(|at| drop_of(&placed, *at))
        else {
            break;
        };
        placed.remove(at);
    }
    grow(&mut placed, cells);
    ColumnFit { dropped: all - placed.len(), placed }
}

/// How many cells all columns of the pane take: at least, and with names of their usual width.
pub(super) fn cells_for_all(pane: &ListPane, holders: bool) -> [usize; 2] {
    let mut all = wanted(pane, holders);
    let least = taken(&all);
    grow_to(&mut all, usize::MAX, PlacedColumn::usual);
    [least, taken(&all)]
}

/// All columns at their least width, each with its rank: chosen columns are left out from the last one on, and columns
/// by which the rows are sorted stay.
fn wanted(pane: &ListPane, holders: bool) -> Vec<PlacedColumn> {
    let wanted = pane.columns().filter(|field| holders || *field != RoleField::Holders.into());
    let mut placed: Vec<PlacedColumn> =
        wanted.filter_map(|field| PlacedColumn::new(field, pane.view, pane.holds)).collect();
    for (at, one) in placed.iter_mut().enumerate() {
        if pane.has_chosen_columns() {
            one.room.drop = at.min(usize::from(u8::MAX)) as u8;
        }
        if pane.order.by == one.field {
            one.room.drop = 0;
        } else if pane.then_by.iter().any(|order| order.by == one.field) {
            one.room.drop = one.room.drop.min(1);
        }
    }
    placed
}

fn taken(placed: &[PlacedColumn]) -> usize {
    placed.iter().map(|one| one.width + GAP).sum::<usize>().saturating_sub(GAP)
}

fn drop_of(placed: &[PlacedColumn], at: usize) -> u8 {
    placed.get(at).map_or(0, |one| one.room.drop)
}

/// Shares out the cells that are left: names get their usual width, narrow columns as much as they can use, then the
/// texts that may be long grow, which are cut soonest, and then the others.
fn grow(placed: &mut [PlacedColumn], cells: usize) {
    let left = cells.saturating_sub(taken(placed));
    let left = grow_to(placed, left, PlacedColumn::usual);
    let left = grow_to(placed, left, |one| if one.room.max <= NARROW { one.room.max } else { 0 });
    let left = grow_to(placed, left, |one| if one.room.max >= LONG { one.room.max } else { 0 });
    grow_to(placed, left, |one| one.room.max);
}

/// Gives out cell by cell, to no column more than it may have; gives back the cells that are left.
fn grow_to(placed: &mut [PlacedColumn], mut left: usize, most: impl Fn(&PlacedColumn) -> usize) -> usize {
    while left > 0 {
        let before = left;
        for one in placed.iter_mut() {
            if left > 0 && one.width < most(one) {
                one.width += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{RecordKind, sort::SortOrder};

    fn pane(kind: RecordKind, view: AccountView) -> ListPane {
        let mut pane = ListPane::new(kind);
        pane.view = view;
        pane
    }

    fn heads(cells: usize) -> Vec<Cow<'static, str>> {
        let pane = pane(RecordKind::User, AccountView::People);
        fit(&pane, cells, true).placed.iter().map(|placed| placed.head(pane.holds)).collect()
    }

    #[test]
    fn columns_go_in_a_fixed_order_and_names_stay() {
        assert_eq!(heads(110), ["Name", "User", "Org role", "Seat", "Teams", "Last active", "Status"]);
        assert_eq!(heads(65), ["Name", "User", "Org role", "Seat", "Teams", "Seen", "Status"]);
        assert_eq!(heads(64), ["Name", "User", "Org role", "Seat", "Teams", "Status"]);
        assert_eq!(heads(57), ["Name", "User", "Org role", "Teams", "Status"]);
        assert_eq!(heads(43), ["Name", "User", "Org role", "Status"]);
        assert_eq!(heads(33), ["Name", "User", "Status"]);
        assert_eq!(heads(23), ["Name", "User"]);
        assert_eq!(heads(5), ["User"]);
    }

    /// Whatever the rows are sorted by, and whichever columns are chosen: wider never shows less, and the column that
    /// the rows are sorted by is there.
    #[test]
    fn wider_never_shows_less_and_the_sorted_column_stays() {
        for kind in RecordKind::ALL {
            let all: Vec<RecordField> = ListPane::new(kind).column_choices().collect();
            for (by, chosen) in all.iter().flat_map(|by| [(by, None), (by, Some(all.clone()))]) {
                let mut pane = pane(kind, AccountView::People);
                pane.order = SortOrder::at_first(*by);
                pane.choose_columns(chosen);
                let sorted = pane.columns().any(|field| field == *by);
                let mut before: Vec<RecordField> = Vec::new();
                for cells in 33..213 {
                    let fields: Vec<RecordField> = fit(&pane, cells, true).placed.iter().map(|one| one.field).collect();
                    assert!(before.iter().all(|field| fields.contains(field)), "{kind:?} {by:?} {cells}");
                    assert!(!sorted || fields.contains(by), "{kind:?} {by:?} {cells}");
                    before = fields;
                }
            }
        }
    }

    /// A column of a few words needs few cells; a description does not fit into them.
    #[test]
    fn room_goes_to_texts_that_may_be_long() {
        for (kind, long) in
            [(RecordKind::Role, RoleField::Description.into()), (RecordKind::User, UserField::UserName.into())]
        {
            let pane = pane(kind, AccountView::People);
            for cells in 90..200 {
                let placed = fit(&pane, cells, true).placed;
                let has_most = placed.iter().all(|one| one.field != long || one.width >= one.room.max);
                let spare =
                    |one: &PlacedColumn| one.room.max < LONG && one.room.max > NARROW && one.width > one.room.min;
                assert!(has_most || !placed.iter().any(spare), "{kind:?} {cells} {placed:?}");
            }
        }
    }

    #[test]
    fn what_fits_is_never_wider_than_the_pane() {
        for kind in RecordKind::ALL {
            for cells in 25..200 {
                for view in [AccountView::People, AccountView::Services] {
                    let placed = fit(&pane(kind, view), cells, true).placed;
                    assert!(taken(&placed) <= cells, "{kind:?} {view:?} {cells}");
                }
            }
        }
    }

    /// A column that is drawn nowhere would be sorted by all the same.
    #[test]
    fn every_column_of_a_view_has_a_width_and_a_heading() {
        for (kind, view) in
            RecordKind::ALL.into_iter().flat_map(|kind| [(kind, AccountView::People), (kind, AccountView::Services)])
        {
            let more: Vec<RecordField> = ListPane::new(kind).column_choices().collect();
            for field in view.columns(kind).iter().chain(&more) {
                assert!(width(*field, view).is_some() && !headings(*field, view).is_empty(), "{field:?}");
            }
        }
    }
}
