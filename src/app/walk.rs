//! Navigation through details: from a user to their teams and roles, from a team to its members, from a role to its
//! holders, and from one record to the next. Each step is a box of its own, so Esc goes back the same way.

use super::{
    App, AppEffect, Overlay,
    action::{Action, Scope},
    overlay::{CursorTravel, OverlayBehavior, OverlaySubject},
};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    record::{Member, RoleGrant, Team, User},
    work::WorkerJob,
};

/// The limit of links in one box; details list no more either.
pub const MOST_LINKS: usize = 500;

/// Teams with more members than this are not searched for admins in each frame.
const FEW_MEMBERS: usize = 5_000;

/// A team of a user, with the role there where that is known.
#[derive(Debug, Clone)]
pub struct TeamPlace {
    /// The team's name and the role; an empty role is none, or not known.
    pub grant: RoleGrant,
    /// The team, where the list of teams has it.
    pub team: Option<Id>,
}

/// A role of a user, with the teams in which they hold it.
#[derive(Debug, Clone)]
pub struct HeldRole {
    /// The role's name.
    pub name: Name,
    /// The number of teams in which the user holds it.
    pub teams: usize,
    /// The role, where the list of roles has it.
    pub role: Option<Id>,
}

/// The members of a team in the order in which they are shown.
#[derive(Debug)]
pub struct OrderedMembers<'a> {
    /// Admins first, where they are few enough to look through.
    pub all: Vec<&'a Member>,
    /// How many are admins, where they were looked through.
    pub admins: Option<usize>,
}

/// State of the box with the details of a record.
#[derive(Debug)]
pub struct DetailsBox {
    /// The record.
    pub target: ResourceRef,
    /// Lines scrolled away.
    pub scroll: usize,
    /// Index of the link with the cursor.
    pub cursor: Option<usize>,
}

impl OverlayBehavior for DetailsBox {
    fn scopes(&self) -> &'static [Scope] {
        match self.target.kind {
            RecordKind::User => &[Scope::Details, Scope::Row, Scope::Users, Scope::Record, Scope::Work, Scope::Global],
            RecordKind::Team => &[Scope::Details, Scope::Row, Scope::Teams, Scope::Record, Scope::Work, Scope::Global],
            RecordKind::Role => &[Scope::Details, Scope::Row, Scope::Roles, Scope::Record, Scope::Work, Scope::Global],
        }
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }

    /// Moves the cursor by so many links; text without them is scrolled.
    fn travel(&mut self, to: &CursorTravel, app: &App) {
        let last = app.links(&self.target).len().checked_sub(1);
        let (scroll, cursor) = (&mut self.scroll, &mut self.cursor);
        let (at, page) = (*cursor, to.page.max(1));
        match (to.action, last) {
            (Action::Down, Some(last)) if at.is_none_or(|at| at < last) => *cursor = Some(at.map_or(0, |at| at + 1)),
            (Action::PageDown, Some(last)) if at.is_some_and(|at| at < last) => {
                *cursor = at.map(|at| (at + page).min(last));
            }
            (Action::Up, _) if at.is_some_and(|at| at > 0) => *cursor = at.map(|at| at - 1),
            (Action::PageUp, _) if at.is_some_and(|at| at > 0) => *cursor = at.map(|at| at.saturating_sub(page)),
            (Action::Up | Action::PageUp | Action::Top, _) => {
                let up = if to.action == Action::Up { 1 } else { page };
                *scroll = if to.action == Action::Top { 0 } else { scroll.saturating_sub(up) };
                *cursor = at.map(|_| 0);
            }
            (Action::Bottom, Some(last)) => (*cursor, *scroll) = (Some(last), usize::from(u16::MAX)),
            (Action::Bottom, None) => *scroll = usize::from(u16::MAX),
            (Action::Down, _) => *scroll += 1,
            _ => *scroll += page,
        }
    }

    fn outlasts_plan(&self) -> bool {
        true
    }

    fn subject(&self) -> OverlaySubject {
        OverlaySubject::Record(self.target.clone())
    }
}

impl App {
    /// The teams of a user: as the user's own record has them, then those that list the user without a known role.
    pub fn places_of(&self, user: &User) -> Vec<TeamPlace> {
        let directory = &self.directory;
        let grants = user.team_roles.as_deref().unwrap_or_default();
        let hidden = if self.holds().team_roles { "role not known" } else { "" };
        let told = grants.iter().map(|grant| TeamPlace {
            grant: grant.clone(),
            team: directory.teams_named(&grant.scope).next().map(|team| team.id.clone()),
        });
        let listed = directory.teams_of(&user.id);
        let more = listed.iter().filter_map(|id| directory.team(id));
        let more = more.filter(|team| grants.iter().all(|grant| grant.scope != team.name)).map(|team| TeamPlace {
            grant: RoleGrant { scope: team.name.clone(), role: hidden.into() },
            team: Some(team.id.clone()),
        });
        told.chain(more).collect()
    }

    /// The roles that a user holds in teams, and in the organisation where that is one of the roles listed.
    pub fn roles_held(&self, user: &User) -> Vec<HeldRole> {
        let mut held: Vec<HeldRole> = Vec::new();
        let grants = user.team_roles.as_deref().unwrap_or_default().iter().map(|grant| (&grant.role, 1));
        let derived = self.directory.records().role_source().is_derived();
        let org = user.org_role.value().filter(|_| derived).map(|role| (role, 0));
        for (name, teams) in grants.chain(org) {
            match held.iter_mut().find(|one| one.name == *name) {
                Some(one) => one.teams += teams,
                None => held.push(HeldRole { name: name.clone(), teams, role: self.role_named(name) }),
            }
        }
        held.retain(|one| one.role.is_some());
        held
    }

    fn role_named(&self, name: &Name) -> Option<Id> {
        let roles = (0..self.directory.len(RecordKind::Role) as u32).filter_map(|row| self.directory.role_at(row));
        let custom = roles.into_iter().find(|role| role.name == *name).map(|role| role.id.clone());
        custom.or_else(|| self.directory.predefined_named(name).map(|role| role.id.clone()))
    }

    /// The members of a team: admins first, then by name, where they are few enough to be ordered with each frame.
    pub fn members_in_order<'a>(&self, team: &'a Team) -> OrderedMembers<'a> {
        let members = team.members.as_deref().unwrap_or_default();
        if members.len() > FEW_MEMBERS {
            return OrderedMembers { all: members.iter().collect(), admins: None };
        }
        let mut by_name: Vec<&Member> = members.iter().collect();
        if members.len() <= super::FEW_MEMBERS {
            by_name.sort_by_cached_key(|member| self.member_name(member).raw().to_lowercase());
        }
        if !self.holds().team_roles {
            return OrderedMembers { all: by_name, admins: None };
        }
        let role = |member: &Member| self.directory.user(&member.id).and_then(|user| user.role_in(&team.name));
        let (mut all, others): (Vec<&Member>, Vec<&Member>) =
            by_name.into_iter().partition(|member| role(member).is_some_and(|role| role.is("admin")));
        let admins = all.len();
        all.extend(others);
        OrderedMembers { all, admins: Some(admins) }
    }

    /// The records that the details of a record lead to, in the order of their lines.
    pub fn links(&self, target: &ResourceRef) -> Vec<ResourceRef> {
        let directory = &self.directory;
        let mut links: Vec<ResourceRef> = match target.kind {
            RecordKind::User => directory.user(&target.id).map_or_else(Vec::new, |user| {
                let teams =
                    self.places_of(user).into_iter().filter_map(|place| place.team).map(|id| ResourceRef::team(&id));
                let roles =
                    self.roles_held(user).into_iter().filter_map(|held| held.role).map(|id| ResourceRef::role(&id));
                teams.take(MOST_LINKS).chain(roles).collect()
            }),
            RecordKind::Team => directory.team(&target.id).map_or_else(Vec::new, |team| {
                let members = self.members_in_order(team).all.into_iter().take(MOST_LINKS);
                members.filter_map(|member| self.member_target(member)).collect()
            }),
            RecordKind::Role => directory.role(&target.id).map_or_else(Vec::new, |role| {
                let holders = directory.holders(&role.name);
                holders.into_iter().take(MOST_LINKS).map(|(user, _)| ResourceRef::user(&user.id)).collect()
            }),
        };
        links.truncate(2 * MOST_LINKS);
        links
    }

    /// The name of a member's person or group; for an unknown member, the name that the team has.
    pub fn member_name(&self, member: &Member) -> Name {
        let user = self.directory.user(&member.id).map(|user| &user.user_name);
        // A group may be a member of another (RFC 7643 §4.2).
        match user.or_else(|| self.directory.team(&member.id).map(|group| &group.name)) {
            Some(name) => name.clone(),
            None if member.display.is_empty() => member.id.as_ref().into(),
            None => member.display.clone(),
        }
    }

    /// The person or the group that a member is, where the lists have it.
    pub fn member_target(&self, member: &Member) -> Option<ResourceRef> {
        if self.directory.user(&member.id).is_some() {
            return Some(ResourceRef::user(&member.id));
        }
        self.directory.team(&member.id).map(|team| ResourceRef::team(&team.id))
    }

    /// Opens the details of a record over the present box or pane.
    pub(super) fn open_details(&mut self, target: ResourceRef, effects: &mut Vec<AppEffect>) {
        self.read_for_details(&target, effects);
        // The details of a role show its permissions first.
        let cursor = (target.kind != RecordKind::Role && !self.links(&target).is_empty()).then_some(0);
        self.overlays.push(Overlay::Details(DetailsBox { target, scroll: 0, cursor }));
    }

    fn read_for_details(&self, target: &ResourceRef, effects: &mut Vec<AppEffect>) {
        let read = !target.is_provisional()
            && !target.is_predefined()
            && !target.is_invited()
            && !target.id.starts_with("unreadable:");
        if read && !self.is_derived(target) {
            effects.push(AppEffect::Work(WorkerJob::Reread(target.clone())));
        }
    }

    /// Opens the record of the line under the cursor.
    pub(super) fn follow_link(&mut self, effects: &mut Vec<AppEffect>) {
        match self.link_in_hand() {
            Some(link) => self.open_details(link, effects),
            None => {
                let key = self.keymap.label(Action::Down).unwrap_or_default();
                self.say(format!("No line is selected; {key} goes to the first that can be opened."));
            }
        }
    }

    /// Scrolls the details on top at least so far that the cursor is in sight: only the drawing knows where its line
    /// is.
    pub fn lift_scroll(&mut self, least: usize, most: usize) {
        if let Some(Overlay::Details(DetailsBox { scroll, cursor: Some(_), .. })) = self.overlays.last_mut() {
            *scroll = (*scroll).clamp(least, most.max(least));
        }
    }

    /// Keeps the text on top from being scrolled further than this: only the drawing knows how long it is.
    pub fn clamp_scroll(&mut self, limit: usize) {
        if let Some(top) = self.overlays.last_mut().and_then(|top| top.behavior_mut().scroll()) {
            *top = (*top).min(limit);
        }
    }

    /// The details of the next or the previous record: of the list, or of the box beneath that led to this one.
    pub(super) fn step_record(&mut self, forward: bool, effects: &mut Vec<AppEffect>) {
        let next = match self.siblings() {
            Some((at, links)) => {
                let kind = links.get(at).map(|link| link.kind);
                let found = if forward {
                    (at + 1..links.len()).find(|next| links.get(*next).map(|link| link.kind) == kind)
                } else {
                    (0..at).rev().find(|next| links.get(*next).map(|link| link.kind) == kind)
                };
                let below = self.overlays.len().checked_sub(2);
                let below = below.and_then(|below| self.overlays.get_mut(below));
                if let (Some(found), Some(Overlay::Details(DetailsBox { cursor, .. }))) = (found, below) {
                    *cursor = Some(found);
                }
                found.and_then(|found| links.into_iter().nth(found))
            }
            None => self.step_row(forward),
        };
        let Some(next) = next else {
            let place = if forward { "last" } else { "first" };
            return self.say(format!("This is the {place} one."));
        };
        self.overlays.pop();
        self.open_details(next, effects);
    }

    /// The cursor of the list goes to the next row.
    fn step_row(&mut self, forward: bool) -> Option<ResourceRef> {
        let rows = self.screen.size.list_rows();
        let kind = self.lists.tab.kind()?;
        let pane = &mut self.lists.panes[kind as usize];
        let to = if forward { pane.cursor + 1 } else { pane.cursor.checked_sub(1)? };
        if to >= pane.rows.len() {
            return None;
        }
        pane.go(to, rows, &self.directory);
        pane.selected(&self.directory).map(|id| ResourceRef { kind, id: id.clone() })
    }

    /// The index of the box on top among the links of the details beneath it, and those links.
    fn siblings(&self) -> Option<(usize, Vec<ResourceRef>)> {
        let below = self.overlays.get(self.overlays.len().checked_sub(2)?)?;
        let Overlay::Details(DetailsBox { target, cursor: Some(cursor), .. }) = below else { return None };
        Some((*cursor, self.links(target)))
    }

    /// The position of the details on top, and the number of records, in the list or among the links beneath.
    pub fn place_in_round(&self) -> Option<(usize, usize)> {
        match self.siblings() {
            Some((at, links)) => {
                let kind = links.get(at)?.kind;
                let same = |links: &[ResourceRef]| links.iter().filter(|link| link.kind == kind).count();
                Some((same(links.get(..=at)?), same(&links)))
            }
            None => {
                let pane = self.lists.pane()?;
                let Some(Overlay::Details(DetailsBox { target, .. })) = self.overlays.last() else { return None };
                let shown =
                    pane.selected(&self.directory).is_some_and(|id| pane.kind == target.kind && *id == target.id);
                shown.then_some((pane.cursor + 1, pane.rows.len()))
            }
        }
    }

    /// The records whose details lie over one another, the first one first.
    pub fn path(&self) -> Vec<&ResourceRef> {
        let details = self.overlays.iter().filter_map(|overlay| match overlay {
            Overlay::Details(DetailsBox { target, .. }) => Some(target),
            _ => None,
        });
        details.collect()
    }
}
