//! The columns of the three lists: which ones there are, which ones fit, and how wide they are.
//!
//! Widths follow from the width of the pane alone, never from what is on screen: nothing jumps while scrolling.

use std::borrow::Cow;

use crate::{
    app::pane::View,
    directory::{Kind, holds::Holds, sort},
};

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// User name, team name, role name.
    Name,
    Display,
    OrgRole,
    Seat,
    /// Whose service account.
    Account,
    /// The names of the teams.
    TeamNames,
    Teams,
    Last,
    Status,
    Members,
    /// The role that a team gives.
    Gives,
    Admins,
    Created,
    Inherits,
    Added,
    Holders,
    Description,
}

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    pub what: What,
    /// From short to long; the longest that fits is the heading.
    heads: &'static [&'static str],
    min: usize,
    max: usize,
    /// Numbers stand at the right.
    pub right: bool,
    /// The highest goes first where the pane is narrow; 0 never goes.
    drop: u8,
    /// The order that belongs to it.
    pub sort: Option<sort::Column>,
}

const fn column(
    what: What,
    heads: &'static [&'static str],
    (min, max): (usize, usize),
    drop: u8,
    sort: Option<sort::Column>,
) -> Column {
    let right = matches!(what, What::Teams | What::Last | What::Members | What::Admins | What::Added | What::Holders);
    Column { what, heads, min, max, right, drop, sort }
}

impl Column {
    /// True where the provider's records hold what stands in it.
    fn is_held(&self, holds: Holds) -> bool {
        self.sort.is_none_or(|sort| sort.is_held(holds))
            && (self.what != What::Admins || holds.team_roles)
            && (self.what != What::Gives || holds.mapped)
    }
}

const USERS: &[Column] = &[
    column(What::Name, &["User"], (11, 28), 0, Some(sort::Column::Name)),
    column(What::Display, &["Name"], (10, 28), 2, Some(sort::Column::Display)),
    column(What::OrgRole, &["Role", "Org role"], (8, 16), 1, Some(sort::Column::OrgRole)),
    column(What::Seat, &["Seat"], (6, 10), 4, Some(sort::Column::Seat)),
    column(What::Teams, &["Teams"], (5, 5), 3, Some(sort::Column::Count)),
    column(What::Last, &["Seen", "Last active"], (5, 11), 5, Some(sort::Column::LastActive)),
    column(What::Status, &["Status"], (10, 10), 0, Some(sort::Column::Status)),
];

const SERVICES: &[Column] = &[
    column(What::Name, &["Service", "Service account"], (11, 28), 0, Some(sort::Column::Name)),
    column(What::Account, &["Of"], (12, 12), 1, None),
    column(What::TeamNames, &["Teams"], (10, 48), 2, Some(sort::Column::Count)),
    column(What::Created, &["Created"], (10, 10), 3, None),
    column(What::Last, &["Seen", "Last active"], (5, 11), 4, Some(sort::Column::LastActive)),
    column(What::Status, &["Status"], (10, 10), 0, Some(sort::Column::Status)),
];

const TEAMS: &[Column] = &[
    column(What::Name, &["Team"], (14, 48), 0, Some(sort::Column::Name)),
    column(What::Members, &["Members"], (9, 9), 0, Some(sort::Column::Count)),
    column(What::Gives, &["Gives", "Gives role"], (8, 16), 1, None),
    column(What::Admins, &["Admins"], (6, 6), 1, None),
    column(What::Created, &["Created"], (10, 10), 2, None),
];

const ROLES: &[Column] = &[
    column(What::Name, &["Role"], (14, 32), 0, Some(sort::Column::Name)),
    column(What::Inherits, &["Inherits"], (8, 12), 1, Some(sort::Column::Inherits)),
    column(What::Added, &["Added"], (5, 5), 0, Some(sort::Column::Added)),
    column(What::Holders, &["Holders"], (7, 7), 2, Some(sort::Column::Count)),
    column(What::Description, &["Description"], (12, 60), 3, None),
];

/// Most names fit into this.
const NAME: usize = 20;

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// A column with its place in this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub column: &'static Column,
    pub width: usize,
}

impl Placed {
    /// The longest heading that fits.
    pub fn head(&self, holds: Holds) -> Cow<'static, str> {
        let mut heads = self.column.heads.iter().rev().map(|head| holds.say(head));
        let shortest = || self.column.heads.first().map(|head| holds.say(head));
        heads.find(|head| head.len() <= self.width).or_else(shortest).unwrap_or_default()
    }
}

/// The columns that fit into this many cells, with [`GAP`] cells between them.
pub(super) fn fit((kind, view): (Kind, View), cells: usize, holds: Holds, holders: bool) -> Vec<Placed> {
    let all = match (kind, view) {
        (Kind::User, View::Services) => SERVICES,
        (Kind::User, _) => USERS,
        (Kind::Team, _) => TEAMS,
        (Kind::Role, _) => ROLES,
    };
    let wanted = all.iter().filter(|column| (holders || column.what != What::Holders) && column.is_held(holds));
    let width = |column: &Column| column.min.max(column.heads.first().map_or(0, |head| holds.say(head).len()));
    let mut placed: Vec<Placed> = wanted.map(|column| Placed { column, width: width(column) }).collect();
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
    placed.get(at).map_or(0, |one| one.column.drop)
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
        for one in placed.iter_mut().filter(|one| one.width < one.column.max) {
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

    fn heads(cells: usize) -> Vec<Cow<'static, str>> {
        let holds = Holds::default();
        fit((Kind::User, View::People), cells, holds, true).iter().map(|placed| placed.head(holds)).collect()
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
                    let placed = fit((kind, view), cells, Holds::default(), true);
                    assert!(taken(&placed) <= cells, "{kind:?} {view:?} {cells}");
                }
            }
        }
    }
}
