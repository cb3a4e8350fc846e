//! A box of differences with ticks: each line is a change that makes a record like another.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App,
    action::{Action, Scope},
    availability::UnavailableReason,
    check::{NothingToggled, RowKept},
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{
    Directory, Id, Name,
    change::{Change, ChangeVerb},
    likeness::{LikenessFinder, LikenessWish},
    plan::ProviderCapabilities,
    search::Words,
    words::LineSign,
};

/// The records that become alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Users become like another user.
    Users {
        /// The user that is the model.
        model: Id,
        /// The users that change.
        users: Vec<Id>,
    },
    /// Teams get the members of another team.
    Teams {
        /// The team that is the model.
        model: Id,
        /// The teams that change.
        teams: Vec<Id>,
    },
    /// A team gets the members of a list.
    List {
        /// The team's id.
        team: Id,
        /// The users in the list.
        members: Vec<Id>,
    },
}

/// A line of the box.
#[derive(Debug, Clone)]
pub struct DifferenceLine {
    /// The difference and the change that settles it.
    pub wish: LikenessWish,
    /// The change is chosen.
    pub ticked: bool,
    /// The tick was set or removed individually: "all shown" keeps it.
    by_hand: bool,
    text: String,
}

/// State of the box.
#[derive(Debug)]
pub struct DifferenceBox {
    /// The records that the box compares.
    pub of: Of,
    /// All lines.
    pub lines: Vec<DifferenceLine>,
    /// The typed text.
    pub input: Input,
    /// The indexes in `lines` of the matching lines.
    pub shown: Vec<usize>,
    /// The lines shown are only similar to the typed text: none contains it.
    pub is_similar: bool,
    /// Index into `shown`.
    pub cursor: usize,
    /// Surplus values are removed, too, so that the records become exactly alike.
    pub exact: bool,
    /// Notes about the comparison.
    pub notes: Vec<String>,
    /// Notes from reading the list.
    told: Vec<String>,
    /// The person has chosen a line or the mode.
    touched: bool,
    /// The box opened by itself, for users who were created to begin like another.
    pub(super) is_beginning: bool,
}

impl DifferenceBox {
    /// A box with all differences; additions are ticked.
    pub fn new(of: Of, told: Vec<String>, directory: &Directory, can: &ProviderCapabilities) -> Self {
        let mut new = Self {
            of,
            lines: Vec::new(),
            input: Input::default(),
            shown: Vec::new(),
            is_similar: false,
            cursor: 0,
            exact: false,
            notes: Vec::new(),
            told,
            touched: false,
            is_beginning: false,
        };
        new.renew(directory, can);
        new
    }

    /// The new users for whom the box opened, where they begin like this one. A box that a person opened is about whom
    /// that person chose.
    pub(super) fn beginners_like(&mut self, like: &Id) -> Option<&mut Vec<Id>> {
        match &mut self.of {
            Of::Users { model, users } if self.is_beginning && model == like => Some(users),
            _ => None,
        }
    }

    /// Compares again with newer records, and keeps the choices.
    pub fn renew(&mut self, directory: &Directory, can: &ProviderCapabilities) {
        let alike = LikenessFinder { directory, can };
        let members = |team: &Id, wanted: &[(Id, Option<Name>)]| alike.members(team, wanted);
        let wishes = match &self.of {
            Of::Users { model, users } => alike.users(model, users),
            Of::Teams { model, teams } => {
                let roster = alike.roster(model);
                teams.iter().filter(|team| *team != model).flat_map(|team| members(team, &roster)).collect()
            }
            Of::List { team, members: list } => {
                members(team, &list.iter().map(|id| (id.clone(), None)).collect::<Vec<_>>())
            }
        };
        let old = std::mem::take(&mut self.lines);
        let known = |wish: &LikenessWish| {
            let same = old.iter().filter(|_| self.touched).find(|line| line.wish.change == wish.change);
            same.map(|line| (line.ticked, line.by_hand))
        };
        let line = |wish: LikenessWish| DifferenceLine {
            ticked: wish.refused.is_none() && known(&wish).map_or(!wish.removes || self.exact, |(ticked, _)| ticked),
            by_hand: known(&wish).is_some_and(|(_, by_hand)| by_hand),
            text: format!("{} {}", wish.line.subject, wish.line.text(" ")),
            wish,
        };
        self.lines = wishes.into_iter().map(line).collect();
        self.notes = self.told.clone();
        if let Of::List { members, .. } = &self.of {
            let come = self.lines.iter().filter(|line| matches!(line.wish.change, Change::AddMember { .. })).count();
            let inside = members.len() - come.min(members.len());
            self.notes.extend((inside > 0).then(|| format!("Members already: {inside}.")));
        }
        let teams: &[Id] = match &self.of {
            Of::Users { .. } => &[],
            Of::Teams { teams, .. } => teams,
            Of::List { team, .. } => std::slice::from_ref(team),
        };
        self.notes.extend(alike.unknown_members(teams));
        if let Of::Users { model, users } = &self.of {
            self.notes.extend(alike.unknown(&std::iter::once(model).chain(users).collect::<Vec<_>>()));
        }
        self.filter();
    }

    fn filter(&mut self) {
        let words = Words::typed(self.input.value());
        let (scores, is_similar) = words.score_lines(self.lines.iter().map(|line| line.text.as_str()));
        self.is_similar = is_similar;
        self.shown = scores.iter().enumerate().filter(|(_, score)| score.is_some()).map(|(at, _)| at).collect();
        self.cursor = self.cursor.min(self.shown.len().saturating_sub(1));
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&DifferenceLine> {
        self.lines.get(*self.shown.get(self.cursor)?)
    }

    /// Sets or removes the tick of the line under the cursor.
    ///
    /// # Errors
    /// The reason why the change is impossible.
    pub fn toggle(&mut self) -> Result<(), UnavailableReason> {
        let Some(at) = self.shown.get(self.cursor) else { return Ok(()) };
        let line = &mut self.lines[*at];
        if let Some(why) = &line.wish.refused {
            return Err(why.clone().into());
        }
        line.ticked = !line.ticked;
        line.by_hand = true;
        self.touched = true;
        Ok(())
    }

    /// Ticks all lines that the filter shows; if all of them are ticked, removes the ticks.
    ///
    /// # Errors
    /// The action changes no line.
    pub fn toggle_all(&mut self) -> Result<(), NothingToggled> {
        let open = self.shown.iter().copied().filter(|at| self.lines[*at].wish.refused.is_none());
        let open = NothingToggled::unless(self.is_similar, open.collect(), |at| self.lines[*at].by_hand)?;
        let tick = !open.iter().all(|at| self.lines[*at].ticked);
        open.into_iter().for_each(|at| self.lines[at].ticked = tick);
        self.touched = true;
        Ok(())
    }

    /// Switches between additions only and exactly the same.
    pub fn turn(&mut self) {
        self.exact = !self.exact;
        for line in self.lines.iter_mut().filter(|line| line.wish.removes && line.wish.refused.is_none()) {
            line.ticked = self.exact;
        }
        self.touched = true;
    }

    /// The numbers of ticked lines that add, remove and alter.
    pub fn counts(&self) -> [usize; 3] {
        let count =
            |sign: LineSign| self.lines.iter().filter(|line| line.ticked && line.wish.line.sign == sign).count();
        [LineSign::Add, LineSign::Remove, LineSign::Alter].map(count)
    }

    /// The changes of the ticked lines.
    pub fn changes(&self, directory: &Directory, can: &ProviderCapabilities) -> Vec<Change> {
        let ticked: Vec<Change> =
            self.lines.iter().filter(|line| line.ticked).map(|line| line.wish.change.clone()).collect();
        match &self.of {
            Of::List { team, .. } if self.exact && can.can(ChangeVerb::ReplaceMembers).is_ok() => {
                replaced(team, ticked, directory)
            }
            _ => ticked,
        }
    }
}

impl OverlayBehavior for DifferenceBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Difference, Scope::Check, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, _: &App) {
        if text_field(&mut self.input, event) {
            self.cursor = 0;
            self.filter();
        }
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.shown.len());
    }

    fn has_choice(&self, _: &Directory) -> bool {
        self.selected().is_some()
    }

    fn adjust(&mut self, action: Action, _: &App) -> Result<(), RowKept> {
        match action {
            Action::Toggle => self.toggle().map_err(RowKept::Fixed)?,
            Action::ToggleAll => self.toggle_all()?,
            Action::Exactly => self.turn(),
            _ => {}
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        self.touched
    }
}

/// Combines members who come and go into a single change; without removals, the changes stay as they are.
fn replaced(team: &Id, changes: Vec<Change>, directory: &Directory) -> Vec<Change> {
    let users = |wanted: fn(&Change) -> Option<&Id>| changes.iter().filter_map(wanted).cloned().collect::<Vec<Id>>();
    let come = users(|change| match change {
        Change::AddMember { user, .. } => Some(user),
        _ => None,
    });
    let go = users(|change| match change {
        Change::RemoveMember { user, .. } => Some(user),
        _ => None,
    });
    if go.is_empty() || come.len() + go.len() != changes.len() {
        return changes;
    }
    let leaving: rustc_hash::FxHashSet<&Id> = go.iter().collect();
    let members = directory.team(team).into_iter().flat_map(|team| team.members.iter().flatten());
    let stay = members.map(|member| &member.id).filter(|id| !leaving.contains(id)).cloned().collect();
    vec![Change::ReplaceMembers { team: team.clone(), stay, come, go }]
}
