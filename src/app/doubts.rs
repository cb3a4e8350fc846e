//! Names of a list that do not say who is meant: who is near is taken, or the name is skipped; nothing is guessed.

use crate::directory::{
    Id, Name,
    named::{Doubt, Named},
};

/// What becomes of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was said yet.
    Open,
    /// This one of those who are near is meant.
    Take(usize),
    /// Nobody.
    Skip,
}

/// State of the box.
#[derive(Debug)]
pub struct Doubts {
    /// Whose members the list says.
    pub team: Id,
    /// The names, with what becomes of each.
    pub lines: Vec<(Doubt, Answer)>,
    /// Line with the cursor.
    pub cursor: usize,
    found: Vec<Id>,
    twice: usize,
}

impl Doubts {
    /// Asks about every name that is nobody's.
    pub fn new(team: Id, named: Named) -> Self {
        let Named { found, doubts, twice } = named;
        Self { team, lines: doubts.into_iter().map(|doubt| (doubt, Answer::Open)).collect(), cursor: 0, found, twice }
    }

    /// How many are sure, how many are in doubt still, and how many names came again.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.found.len(), self.lines.iter().filter(|(_, answer)| *answer == Answer::Open).count(), self.twice)
    }

    /// Takes the next of those who are near; after the last one none.
    ///
    /// # Errors
    /// If nobody is near.
    pub fn take(&mut self) -> Result<(), &'static str> {
        let Some((doubt, answer)) = self.lines.get_mut(self.cursor) else { return Ok(()) };
        let next = match answer {
            Answer::Take(at) => *at + 1,
            _ => 0,
        };
        if doubt.near.is_empty() {
            return Err("Nobody here has a name like this.");
        }
        *answer = if next < doubt.near.len() { Answer::Take(next) } else { Answer::Open };
        Ok(())
    }

    /// Skips the name, or asks again; goes on to the next one.
    pub fn skip(&mut self) {
        if let Some((_, answer)) = self.lines.get_mut(self.cursor) {
            *answer = if *answer == Answer::Skip { Answer::Open } else { Answer::Skip };
            self.cursor = (self.cursor + 1).min(self.lines.len() - 1);
        }
    }

    /// Skips all that nothing was said of.
    pub fn skip_all(&mut self) {
        for (_, answer) in self.lines.iter_mut().filter(|(_, answer)| *answer == Answer::Open) {
            *answer = Answer::Skip;
        }
    }

    /// True while something was said that leaving would lose.
    pub fn has_work(&self) -> bool {
        self.lines.iter().any(|(_, answer)| *answer != Answer::Open)
    }

    /// Who is meant, and what is to be said about it; `None` while a name is open, with the cursor on it.
    pub fn members(&mut self) -> Option<(Vec<Id>, Vec<String>)> {
        if let Some(open) = self.lines.iter().position(|(_, answer)| *answer == Answer::Open) {
            self.cursor = open;
            return None;
        }
        let mut members: indexmap::IndexSet<Id> = self.found.iter().cloned().collect();
        let (mut twice, mut skipped) = (self.twice, Vec::new());
        for (doubt, answer) in &self.lines {
            match answer {
                Answer::Take(at) => {
                    let taken = doubt.near.get(*at).map(|(id, _)| id.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt(text: &str, near: &[&str]) -> Doubt {
        let near = near.iter().map(|name| (Id::from(*name), Name::from(*name))).collect();
        Doubt { text: text.into(), near, several: false }
    }

    #[test]
    fn nothing_goes_on_while_a_name_is_open() {
        let doubts = vec![doubt("ev", &["eva", "evi"]), doubt("zebra", &[]), doubt("noo", &["noor"])];
        let mut open = Doubts::new("t".into(), Named { found: vec!["noor".into()], doubts, twice: 1 });
        assert_eq!(open.members(), None);
        open.take().unwrap();
        open.take().unwrap();
        assert_eq!(open.lines[0].1, Answer::Take(1));
        open.take().unwrap();
        assert_eq!(open.lines[0].1, Answer::Open);
        open.take().unwrap();
        open.cursor = 1;
        assert!(open.take().is_err());
        open.skip();
        assert_eq!((open.cursor, open.counts()), (2, (1, 1, 1)));
        assert_eq!(open.members(), None);
        // Whom the list names already is named twice.
        open.take().unwrap();
        let (members, notes) = open.members().unwrap();
        assert_eq!(members, ["noor", "eva"].map(Id::from));
        assert_eq!(notes, ["Named more than once: 2.", "Skipped: zebra."]);
    }

    #[test]
    fn all_that_is_open_is_skipped_at_once() {
        let mut open = Doubts::new(
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
