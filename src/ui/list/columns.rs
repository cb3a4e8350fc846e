//! How the columns of the three lists are drawn: which ones fit, and how wide they are. Which ones there are, and their
//! headings, say `View::columns` and the field table.
//!
//! Widths follow from the width of the pane alone, never from what is on screen: nothing jumps while scrolling.

use std::borrow::Cow;

use crate::{
    app::pane::{Pane, View},
    directory::{
        field::{RecordField, RoleField, TeamField, UserField},
        holds::Holds,
    },
};

/// Room and place of a column.
#[derive(Debug, Clone, Copy)]
struct Layout {
    min: usize,
    max: usize,
    /// Numbers stand at the right.
    right: bool,
    /// The highest goes first where the pane is narrow; 0 never goes.
    drop: u8,
}

/// Texts stand at the left.
fn text((min, max): (usize, usize), drop: u8) -> Layout {
    Layout { min, max, right: false, drop }
}

fn number((min, max): (usize, usize), drop: u8) -> Layout {
    Layout { min, max, right: true, drop }
}

/// Nothing for a field that is no column.
fn layout(field: RecordField, view: View) -> Option<Layout> {
    Some(match field {
        RecordField::User(field) => match field {
            UserField::UserName => text((11, 28), 0),
            UserField::DisplayName => text((10, 28), 2),
            UserField::OrgRole => text((8, 16), 1),
            UserField::ModelsSeat => text((6, 10), 4),
            UserField::RegistryAccess => text((8, 10), 6),
            UserField::Account => text((12, 12), 1),
            // Service accounts are in few teams.
            UserField::Teams if view == View::Services => text((10, 48), 2),
            UserField::Teams => number((5, 5), 3),
            UserField::Created => text((10, 10), 3),
            UserField::LastActive => number((5, 11), 5),
            UserField::Active => text((10, 10), 0),
            UserField::Id
            | UserField::Email
            | UserField::ExternalId
            | UserField::OrgRoleAsOf
            | UserField::TeamCount
            | UserField::TeamRoles
            | UserField::Registries
            | UserField::RegistryRoles
            | UserField::WeaveRole
            | UserField::DaysActive
            | UserField::Modified
            | UserField::Problem => return None,
        },
        RecordField::Team(field) => match field {
            TeamField::Name => text((14, 48), 0),
            TeamField::Members => number((9, 9), 0),
            TeamField::Gives => text((8, 16), 1),
            TeamField::Admins => number((6, 6), 1),
            TeamField::Created => text((10, 10), 2),
            TeamField::Id | TeamField::MemberNames | TeamField::Others | TeamField::Modified | TeamField::Problem => {
                return None;
            }
        },
        RecordField::Role(field) => match field {
            RoleField::Name => text((14, 32), 0),
            RoleField::Inherits => text((8, 12), 1),
            RoleField::Permissions => number((5, 5), 0),
            RoleField::Holders => number((7, 7), 2),
            RoleField::Description => text((12, 60), 3),
            RoleField::Id | RoleField::Created | RoleField::Modified | RoleField::Problem => return None,
        },
    })
}

/// From short to long; the longest that fits is the heading.
fn headings(field: RecordField, view: View) -> &'static [&'static str] {
    match (field, view) {
        (RecordField::User(UserField::UserName), View::Services) => &["Service", "Service account"],
        _ => field.spec().headings,
    }
}

/// Most names fit into this.
const NAME: usize = 20;

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// A column with its place in this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// What stands in it.
    pub field: RecordField,
    pub width: usize,
    headings: &'static [&'static str],
    layout: Layout,
}

impl Placed {
    /// Nothing for a field that is no column.
    fn new(field: RecordField, view: View, holds: Holds) -> Option<Self> {
        let (headings, layout) = (headings(field, view), layout(field, view)?);
        let width = layout.min.max(headings.first().map_or(0, |head| holds.say(head).len()));
        Some(Self { field, width, headings, layout })
    }

    /// The longest heading that fits.
    pub fn head(&self, holds: Holds) -> Cow<'static, str> {
        let mut heads = self.headings.iter().rev().map(|head| holds.say(head));
        let shortest = || self.headings.first().map(|head| holds.say(head));
        heads.find(|head| head.len() <= self.width).or_else(shortest).unwrap_or_default()
    }

    /// Numbers stand at the right.
    pub fn is_right(&self) -> bool {
        self.layout.right
    }
}

/// The columns that fit into this many cells, with [`GAP`] cells between them. Without `holders` the column of holders is
/// left out.
pub(super) fn fit(pane: &Pane, cells: usize, holders: bool) -> Vec<Placed> {
    let wanted = pane.columns().filter(|field| holders || *field != RoleField::Holders.into());
    let mut placed: Vec<Placed> = wanted.filter_map(|field| Placed::new(field, pane.view, pane.holds)).collect();
    while taken(&placed) > cells {
        let Some(at) = (0..placed.len()).filter(|at| drop_of(&placed, *at) > 0).max_by_key(|at| drop_of(&placed, *at))
        else {
            break;
        };
        placed.remove(at);
    }
    grow(&mut placed, cells);
    placed
}

fn taken(placed: &[Placed]) -> usize {
    placed.iter().map(|one| one.width + GAP).sum::<usize>().saturating_sub(GAP)
}

fn drop_of(placed: &[Placed], at: usize) -> u8 {
    placed.get(at).map_or(0, |one| one.layout.drop)
}

/// Shares out what is left: the name gets what names usually need, then all grow cell by cell.
fn grow(placed: &mut [Placed], cells: usize) {
    let mut left = cells.saturating_sub(taken(placed));
    if let Some(name) = placed.first_mut() {
        let more = NAME.saturating_sub(name.width).min(left);
        name.width += more;
        left -= more;
    }
    while left > 0 {
        let before = left;
        for one in placed.iter_mut().filter(|one| one.width < one.layout.max) {
            if left > 0 {
                one.width += 1;
                left -= 1;
            }
        }
        if left == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Kind;

    fn pane(kind: Kind, view: View) -> Pane {
        let mut pane = Pane::new(kind);
        pane.view = view;
        pane
    }

    fn heads(cells: usize) -> Vec<Cow<'static, str>> {
        let pane = pane(Kind::User, View::People);
        fit(&pane, cells, true).iter().map(|placed| placed.head(pane.holds)).collect()
    }

    #[test]
    fn columns_go_in_a_fixed_order_and_user_and_status_stay() {
        assert_eq!(heads(110), ["User", "Name", "Org role", "Seat", "Teams", "Last active", "Status"]);
        assert_eq!(heads(67), ["User", "Name", "Org role", "Seat", "Teams", "Seen", "Status"]);
        assert_eq!(heads(66), ["User", "Name", "Org role", "Seat", "Teams", "Status"]);
        assert_eq!(heads(58), ["User", "Name", "Org role", "Teams", "Status"]);
        assert_eq!(heads(45), ["User", "Name", "Org role", "Status"]);
        assert_eq!(heads(33), ["User", "Org role", "Status"]);
        assert_eq!(heads(32), ["User", "Status"]);
        assert_eq!(heads(5), ["User", "Status"]);
    }

    #[test]
    fn what_fits_is_never_wider_than_the_pane() {
        for kind in Kind::ALL {
            for cells in 25..200 {
                for view in [View::People, View::Services] {
                    let placed = fit(&pane(kind, view), cells, true);
                    assert!(taken(&placed) <= cells, "{kind:?} {view:?} {cells}");
                }
            }
        }
    }

    /// A column that is drawn nowhere would be sorted by all the same.
    #[test]
    fn every_column_of_a_view_has_a_layout_and_a_heading() {
        for (kind, view) in Kind::ALL.into_iter().flat_map(|kind| [(kind, View::People), (kind, View::Services)]) {
            for field in view.columns(kind) {
                assert!(layout(*field, view).is_some() && !headings(*field, view).is_empty(), "{field:?}");
            }
        }
    }
}
