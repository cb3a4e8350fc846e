//! A difference with ticks: what would make one like another, each line to be taken or left.

use crossterm::event::Event;
use tui_input::Input;

use super::{availability::Unavailable, check::NothingToggled, text_field};
use crate::directory::{
    Directory, Id, Name,
    alike::{Alike, Wish},
    change::{Change, Verb},
    plan::Capabilities,
    search::Words,
    words::Sign,
};

/// What becomes like what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// These users like another.
    Users {
        /// The other.
        model: Id,
        /// These.
        users: Vec<Id>,
    },
    /// These teams have the members of another.
    Teams {
        /// The other.
        model: Id,
        /// These.
        teams: Vec<Id>,
    },
    /// The members of a team like a list.
    List {
        /// The team.
        team: Id,
        /// The list.
        members: Vec<Id>,
    },
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// The difference.
    pub wish: Wish,
    /// It shall be settled.
    pub ticked: bool,
    /// It was ticked, or its tick taken off, one by one: "all shown" leaves it so.
    by_hand: bool,
    text: String,
}

/// State of the box.
#[derive(Debug)]
pub struct Difference {
    /// What it is about.
    pub of: Of,
    /// All lines.
    pub lines: Vec<Line>,
    /// What is typed.
    pub input: Input,
    /// Indexes into `lines` that match.
    pub shown: Vec<usize>,
    /// The lines shown are only similar to what is typed: none contains it.
    pub is_similar: bool,
    /// Index into `shown`.
    pub cursor: usize,
    /// Who is too much goes too: it becomes exactly like the other.
    pub exact: bool,
    /// What is to be said about it.
    pub notes: Vec<String>,
    /// What was found out where the list was read.
    told: Vec<String>,
    /// The person has chosen something.
    touched: bool,
}

impl Difference {
    /// What differs; additions are ticked.
    pub fn new(of: Of, told: Vec<String>, directory: &Directory, can: &Capabilities) -> Self {
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
        };
        new.renew(directory, can);
        new
    }

    /// Looks again: more is known. What was chosen stays so.
    pub fn renew(&mut self, directory: &Directory, can: &Capabilities) {
        let alike = Alike { directory, can };
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
        let known = |wish: &Wish| {
            let same = old.iter().filter(|_| self.touched).find(|line| line.wish.change == wish.change);
            same.map(|line| (line.ticked, line.by_hand))
        };
        let line = |wish: Wish| Line {
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

    /// A key for the text field.
    pub fn edit(&mut self, event: &Event) {
        if text_field(&mut self.input, event) {
            self.cursor = 0;
            self.filter();
        }
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&Line> {
        self.lines.get(*self.shown.get(self.cursor)?)
    }

    /// Ticks the line under the cursor, or takes the tick off.
    ///
    /// # Errors
    /// Why it can't be done.
    pub fn toggle(&mut self) -> Result<(), Unavailable> {
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

    /// Ticks all that the filter shows; where all of them are ticked, takes the ticks off.
    ///
    /// # Errors
    /// It changes nothing.
    pub fn toggle_all(&mut self) -> Result<(), NothingToggled> {
        let open = self.shown.iter().copied().filter(|at| self.lines[*at].wish.refused.is_none());
        let open = NothingToggled::unless(self.is_similar, open.collect(), |at| self.lines[*at].by_hand)?;
        let tick = !open.iter().all(|at| self.lines[*at].ticked);
        open.into_iter().for_each(|at| self.lines[at].ticked = tick);
        self.touched = true;
        Ok(())
    }

    /// From additions only to exactly the same, and back.
    pub fn turn(&mut self) {
        self.exact = !self.exact;
        for line in self.lines.iter_mut().filter(|line| line.wish.removes && line.wish.refused.is_none()) {
            line.ticked = self.exact;
        }
        self.touched = true;
    }

    /// True while something was chosen that leaving would lose.
    pub fn has_work(&self) -> bool {
        self.touched
    }

    /// How many ticked lines add, take away and alter.
    pub fn counts(&self) -> [usize; 3] {
        let count = |sign: Sign| self.lines.iter().filter(|line| line.ticked && line.wish.line.sign == sign).count();
        [Sign::Add, Sign::Remove, Sign::Alter].map(count)
    }

    /// What the ticked lines mean.
    pub fn changes(&self, directory: &Directory, can: &Capabilities) -> Vec<Change> {
        let ticked: Vec<Change> =
            self.lines.iter().filter(|line| line.ticked).map(|line| line.wish.change.clone()).collect();
        match &self.of {
            Of::List { team, .. } if self.exact && can.can(Verb::ReplaceMembers).is_ok() => {
                replaced(team, ticked, directory)
            }
            _ => ticked,
        }
    }
}

/// Members who come and go in one change; as they are where nobody goes.
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
