//! Unclear names in a list: a similar record is taken, or the name is skipped; the console never guesses.

use super::{
    App,
    action::Scope,
    overlay::{CursorTravel, OverlayBehavior},
};
use crate::directory::{
    Id, Name,
    find::{MissingName, NameFinder},
    named::{DoubtfulName, Named},
};

/// The person's decision about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameChoice {
    /// No decision yet.
    Open,
    /// The name means the candidate with this index.
    Take(usize),
    /// The name is skipped.
    Skip,
}

/// The state of the question to the server about names that the list may lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// The list is complete, or the server has answered.
    Done,
    /// The answers are on their way.
    UnderWay,
    /// The server could not be asked; holds the reason, a sentence.
    Failed(String),
}

/// State of the box.
#[derive(Debug)]
pub struct NameChoiceBox {
    /// The team whose members are listed.
    pub team: Id,
    /// The unclear names, each with its decision.
    pub lines: Vec<(DoubtfulName, NameChoice)>,
    /// The line with the cursor.
    pub cursor: usize,
    /// The state of the question to the server.
    pub look_up: LookUp,
    found: Vec<Id>,
    twice: usize,
}

impl NameChoiceBox {
    /// A box with every unclear name.
    pub fn new(team: Id, named: Named) -> Self {
        let Named { found, doubts, twice } = named;
        let lines = doubts.into_iter().map(|doubt| (doubt, NameChoice::Open)).collect();
        Self { team, lines, cursor: 0, look_up: LookUp::Done, found, twice }
    }

    /// The names that no known record has: the server may know them where the list is not complete.
    pub fn unknown(&self) -> Vec<String> {
        let unknown = self.lines.iter().filter(|(doubt, _)| !doubt.is_several());
        unknown.map(|(doubt, _)| doubt.text.clone()).collect()
    }

    /// Takes the server's answer. Names that are clear now leave the box, unless the person has decided about them.
    pub fn looked_up(&mut self, finder: &NameFinder<'_>, look_up: LookUp) {
        self.look_up = look_up;
        let (found, twice) = (&mut self.found, &mut self.twice);
        self.lines.retain_mut(|(doubt, answer)| {
            if *answer != NameChoice::Open {
                return true;
            }
            match finder.user(&doubt.text) {
                Ok(user) if found.contains(&user.id) => *twice += 1,
                Ok(user) => found.push(user.id.clone()),
                Err(missing @ MissingName::Several(_)) => {
                    doubt.missing = missing;
                    return true;
                }
                Err(MissingName::Unknown(_)) => return true,
            }
            false
        });
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
    }

    /// The numbers of clear names, of undecided ones, and of repeated ones.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.found.len(), self.lines.iter().filter(|(_, answer)| *answer == NameChoice::Open).count(), self.twice)
    }

    /// Takes the next candidate for the name; after the last candidate, none.
    ///
    /// # Errors
    /// The name has no candidates.
    pub fn take(&mut self) -> Result<(), &'static str> {
        let Some((doubt, answer)) = self.lines.get_mut(self.cursor) else { return Ok(()) };
        let next = match answer {
            NameChoice::Take(at) => *at + 1,
            _ => 0,
        };
        if doubt.choices().is_empty() {
            return Err("Nobody here has a name like this.");
        }
        *answer = if next < doubt.choices().len() { NameChoice::Take(next) } else { NameChoice::Open };
        Ok(())
    }

    /// Skips the name, or reopens it; moves to the next name.
    pub fn skip(&mut self) {
        if let Some((_, answer)) = self.lines.get_mut(self.cursor) {
            *answer = if *answer == NameChoice::Skip { NameChoice::Open } else { NameChoice::Skip };
            self.cursor = (self.cursor + 1).min(self.lines.len() - 1);
        }
    }

    /// Skips all names without a decision.
    pub fn skip_all(&mut self) {
        for (_, answer) in self.lines.iter_mut().filter(|(_, answer)| *answer == NameChoice::Open) {
            *answer = NameChoice::Skip;
        }
    }

    /// The members and the notes about them; `None` while a name is open, with the cursor on it.
    pub fn members(&mut self) -> Option<(Vec<Id>, Vec<String>)> {
        if let Some(open) = self.lines.iter().position(|(_, answer)| *answer == NameChoice::Open) {
            self.cursor = open;
            return None;
        }
        let mut members: indexmap::IndexSet<Id> = self.found.iter().cloned().collect();
        let (mut twice, mut skipped) = (self.twice, Vec::new());
        for (doubt, answer) in &self.lines {
            match answer {
                NameChoice::Take(at) => {
                    let taken = doubt.choices().get(*at).map(|one| one.id.clone());
                    twice += usize::from(!taken.is_none_or(|id| members.insert(id)));
                }
                _ => skipped.push(doubt.text.as_str()),
            }
        }
        let mut notes = Vec::new();
        if twice > 0 {
            notes.push(format!("Named more than once: {twice}."));
        }
        if !skipped.is_empty() {
            let told: Vec<String> = skipped.iter().take(3).map(|name| Name::from(*name).to_string()).collect();
            let more = skipped.len().saturating_sub(told.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            notes.push(format!("Skipped: {}{more}.", told.join(", ")));
        }
        Some((members.into_iter().collect(), notes))
    }
}

impl OverlayBehavior for NameChoiceBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Doubts, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, self.lines.len());
    }

    fn has_work(&self) -> bool {
        self.lines.iter().any(|(_, answer)| *answer != NameChoice::Open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Directory, find::NamedRecord, record::User, records::Records};

    fn doubt(text: &str, near: &[&str]) -> DoubtfulName {
        let near = near.iter().map(|name| NamedRecord { id: Id::from(*name), name: Name::from(*name) }).collect();
        DoubtfulName { text: text.into(), missing: MissingName::Unknown(near) }
    }

    #[test]
    fn who_is_found_on_the_server_leaves_the_box_and_twins_stay() {
        let doubts = ["eva", "dup", "zebra", "ivan"].map(|name| doubt(name, &[]));
        let mut open = NameChoiceBox::new("t".into(), Named { found: vec![], doubts: doubts.into(), twice: 0 });
        (open.look_up, open.cursor) = (LookUp::UnderWay, 3);
        open.skip();
        let user = |id: &str, name: &str| User { id: id.into(), user_name: name.into(), ..User::default() };
        let users = vec![user("1", "eva"), user("2", "dup"), user("3", "dup"), user("4", "ivan")];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        open.looked_up(&NameFinder::new(&directory), LookUp::Done);
        let left: Vec<(&str, usize, NameChoice)> =
            open.lines.iter().map(|(doubt, answer)| (doubt.text.as_str(), doubt.choices().len(), *answer)).collect();
        // A decision of the person is kept.
        assert_eq!(left, [("dup", 2, NameChoice::Open), ("zebra", 0, NameChoice::Open), ("ivan", 0, NameChoice::Skip)]);
        assert_eq!(open.members(), None);
        open.skip_all();
        assert_eq!(open.members().unwrap().0, ["1"].map(Id::from));
    }

    #[test]
    fn nothing_goes_on_while_a_name_is_open() {
        let doubts = vec![doubt("ev", &["eva", "evi"]), doubt("zebra", &[]), doubt("noo", &["noor"])];
        let mut open = NameChoiceBox::new("t".into(), Named { found: vec!["noor".into()], doubts, twice: 1 });
        assert_eq!(open.members(), None);
        open.take().unwrap();
        open.take().unwrap();
        assert_eq!(open.lines[0].1, NameChoice::Take(1));
        open.take().unwrap();
        assert_eq!(open.lines[0].1, NameChoice::Open);
        open.take().unwrap();
        open.cursor = 1;
        assert!(open.take().is_err());
        open.skip();
        assert_eq!((open.cursor, open.counts()), (2, (1, 1, 1)));
        assert_eq!(open.members(), None);
        // A person whom the list names already is named twice.
        open.take().unwrap();
        let (members, notes) = open.members().unwrap();
        assert_eq!(members, ["noor", "eva"].map(Id::from));
        assert_eq!(notes, ["Named more than once: 2.", "Skipped: zebra."]);
    }

    #[test]
    fn all_that_is_open_is_skipped_at_once() {
        let mut open = NameChoiceBox::new(
            "t".into(),
            Named { found: vec![], doubts: ["a", "b", "c", "d", "e"].map(|name| doubt(name, &["x"])).into(), twice: 0 },
        );
        open.take().unwrap();
        open.skip_all();
        let (members, notes) = open.members().unwrap();
        assert_eq!(members, ["x"].map(Id::from));
        assert_eq!(notes, ["Skipped: b, c, d and 1 more."]);
    }
}
