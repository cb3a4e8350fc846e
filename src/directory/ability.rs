//! Knowledge about an action on a server: seen to work, seen to be refused, or untried.
//!
//! A claim of the server or the lack of a refusal proves nothing: only a write shows the effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{change::Verb, plan::Capabilities};

/// Knowledge about an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// A trial had the wanted effect and no other.
    Works,
    /// The provider does not support the action, or a trial failed; the text gives the reason.
    Refused(String),
    /// The action was never tried, or has failed since a trial worked.
    Untried,
}

/// Results of trials on a server, by action. An action without an entry is untried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trials(BTreeMap<Verb, Ability>);

impl Trials {
    /// Records the result of a trial; an untried result removes the entry.
    pub fn saw(&mut self, verb: Verb, ability: Ability) {
        match ability {
            Ability::Untried => drop(self.0.remove(&verb)),
            seen => drop(self.0.insert(verb, seen)),
        }
    }

    /// Forgets that an action worked, after a failure. True if there was such an entry. A refusal is kept.
    pub fn forget(&mut self, verb: Verb) -> bool {
        self.0.get(&verb) == Some(&Ability::Works) && self.0.remove(&verb).is_some()
    }

    /// True if a trial has shown that the action does not work.
    pub fn refuses(&self, verb: Verb) -> bool {
        matches!(self.0.get(&verb), Some(Ability::Refused(_)))
    }

    /// Adds entries of `other` for actions that have none here.
    pub fn or(mut self, other: Self) -> Self {
        for (verb, ability) in other.0 {
            self.0.entry(verb).or_insert(ability);
        }
        self
    }

    /// Knowledge about an action at a provider, whose capabilities come first.
    pub fn of(&self, verb: Verb, provider: &Capabilities) -> Ability {
        match provider.can(verb) {
            Err(why) => Ability::Refused(why.text.clone()),
            Ok(()) => self.0.get(&verb).cloned().unwrap_or(Ability::Untried),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::refusal::Refusal;

    #[test]
    fn only_what_was_seen_works() {
        let mut trials = Trials::default();
        let mut provider = Capabilities::default();
        assert_eq!(trials.of(Verb::AddMember, &provider), Ability::Untried);
        trials.saw(Verb::AddMember, Ability::Works);
        assert_eq!(trials.of(Verb::AddMember, &provider), Ability::Works);
        provider.refused.push((Verb::AddMember, Refusal::unsupported("no groups")));
        assert_eq!(trials.of(Verb::AddMember, &provider), Ability::Refused("no groups".into()));
        assert!(trials.forget(Verb::AddMember) && !trials.forget(Verb::AddMember));
        trials.saw(Verb::AddMember, Ability::Refused("501".into()));
        assert!(!trials.forget(Verb::AddMember) && trials.refuses(Verb::AddMember));
    }

    #[test]
    fn the_newer_trial_goes_first_and_a_trial_that_shows_nothing_takes_what_was_seen_away() {
        let no = || Ability::Refused("by filter: 501".into());
        let (mut newer, mut older) = (Trials::default(), Trials::default());
        older.saw(Verb::AddMember, Ability::Works);
        older.saw(Verb::RemoveMember, Ability::Works);
        newer.saw(Verb::RemoveMember, no());
        let both = newer.or(older);
        let provider = Capabilities::default();
        assert_eq!(both.of(Verb::AddMember, &provider), Ability::Works);
        assert_eq!(both.of(Verb::RemoveMember, &provider), no());
        assert!(both.refuses(Verb::RemoveMember) && !both.refuses(Verb::AddMember) && !both.refuses(Verb::Deactivate));
        let mut later = both;
        later.saw(Verb::AddMember, Ability::Untried);
        assert_eq!(later.of(Verb::AddMember, &provider), Ability::Untried);
        assert!(!later.forget(Verb::RemoveMember), "a refusal was seen, and is no failure of something that worked");
        assert!(later.refuses(Verb::RemoveMember));
    }

    #[test]
    fn trials_are_kept_by_the_name_of_the_action() {
        let mut trials = Trials::default();
        trials.saw(Verb::RemoveMember, Ability::Refused("by filter: 501".into()));
        trials.saw(Verb::CreateUser, Ability::Works);
        let text = serde_json::to_string(&trials).unwrap();
        assert_eq!(text, r#"{"remove-member":{"refused":"by filter: 501"},"create-user":"works"}"#);
        assert_eq!(serde_json::from_str::<Trials>(&text).unwrap(), trials);
    }
}
