//! Knowledge about an action on a server: seen to work, seen to be refused, or untried.
//!
//! A claim of the server or the lack of a refusal proves nothing: only a write shows the effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{change::ChangeVerb, plan::ProviderCapabilities};

/// Knowledge about an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionAbility {
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
pub struct ActionTrials(BTreeMap<ChangeVerb, ActionAbility>);

impl ActionTrials {
    /// Records the result of a trial; an untried result removes the entry.
    pub fn saw(&mut self, verb: ChangeVerb, ability: ActionAbility) {
        match ability {
            ActionAbility::Untried => drop(self.0.remove(&verb)),
            seen => drop(self.0.insert(verb, seen)),
        }
    }

    /// Forgets that an action worked, after a failure. True if there was such an entry. A refusal is kept.
    pub fn forget(&mut self, verb: ChangeVerb) -> bool {
        self.0.get(&verb) == Some(&ActionAbility::Works) && self.0.remove(&verb).is_some()
    }

    /// True if a trial has shown that the action does not work.
    pub fn refuses(&self, verb: ChangeVerb) -> bool {
        matches!(self.0.get(&verb), Some(ActionAbility::Refused(_)))
    }

    /// Adds entries of `other` for actions that have none here.
    pub fn or(mut self, other: Self) -> Self {
        for (verb, ability) in other.0 {
            self.0.entry(verb).or_insert(ability);
        }
        self
    }

    /// Knowledge about an action at a provider, whose capabilities come first.
    pub fn of(&self, verb: ChangeVerb, provider: &ProviderCapabilities) -> ActionAbility {
        match provider.can(verb) {
            Err(why) => ActionAbility::Refused(why.text.clone()),
            Ok(()) => self.0.get(&verb).cloned().unwrap_or(ActionAbility::Untried),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::refusal::Refusal;

    #[test]
    fn only_what_was_seen_works() {
        let mut trials = ActionTrials::default();
        let mut provider = ProviderCapabilities::default();
        assert_eq!(trials.of(ChangeVerb::AddMember, &provider), ActionAbility::Untried);
        trials.saw(ChangeVerb::AddMember, ActionAbility::Works);
        assert_eq!(trials.of(ChangeVerb::AddMember, &provider), ActionAbility::Works);
        provider.refused.push((ChangeVerb::AddMember, Refusal::unsupported("no groups")));
        assert_eq!(trials.of(ChangeVerb::AddMember, &provider), ActionAbility::Refused("no groups".into()));
        assert!(trials.forget(ChangeVerb::AddMember) && !trials.forget(ChangeVerb::AddMember));
        trials.saw(ChangeVerb::AddMember, ActionAbility::Refused("501".into()));
        assert!(!trials.forget(ChangeVerb::AddMember) && trials.refuses(ChangeVerb::AddMember));
    }

    #[test]
    fn the_newer_trial_goes_first_and_a_trial_that_shows_nothing_takes_what_was_seen_away() {
        let no = || ActionAbility::Refused("by filter: 501".into());
        let (mut newer, mut older) = (ActionTrials::default(), ActionTrials::default());
        older.saw(ChangeVerb::AddMember, ActionAbility::Works);
        older.saw(ChangeVerb::RemoveMember, ActionAbility::Works);
        newer.saw(ChangeVerb::RemoveMember, no());
        let both = newer.or(older);
        let provider = ProviderCapabilities::default();
        assert_eq!(both.of(ChangeVerb::AddMember, &provider), ActionAbility::Works);
        assert_eq!(both.of(ChangeVerb::RemoveMember, &provider), no());
        assert!(
            both.refuses(ChangeVerb::RemoveMember)
                && !both.refuses(ChangeVerb::AddMember)
                && !both.refuses(ChangeVerb::Deactivate)
        );
        let mut later = both;
        later.saw(ChangeVerb::AddMember, ActionAbility::Untried);
        assert_eq!(later.of(ChangeVerb::AddMember, &provider), ActionAbility::Untried);
        assert!(
            !later.forget(ChangeVerb::RemoveMember),
            "a refusal was seen, and is no failure of something that worked"
        );
        assert!(later.refuses(ChangeVerb::RemoveMember));
    }

    #[test]
    fn trials_are_kept_by_the_name_of_the_action() {
        let mut trials = ActionTrials::default();
        trials.saw(ChangeVerb::RemoveMember, ActionAbility::Refused("by filter: 501".into()));
        trials.saw(ChangeVerb::CreateUser, ActionAbility::Works);
        let text = serde_json::to_string(&trials).unwrap();
        assert_eq!(text, r#"{"remove-member":{"refused":"by filter: 501"},"create-user":"works"}"#);
        assert_eq!(serde_json::from_str::<ActionTrials>(&text).unwrap(), trials);
    }
}
