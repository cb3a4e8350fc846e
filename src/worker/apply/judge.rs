//! The verdict on an accepted change: confirmed, in part, not shown by this server, or without effect; with its side
//! effects, and the quirks of the server that they show.

use serde_json::Value;

use super::{AttemptEnd, ChangeAttempt, creation::MadeOtherwise, send::path_of};
use crate::{
    dialect::{ChangeShown, ServerLesson},
    directory::{
        ResourceRef,
        change::Change,
        plan::{ChangeState, JournalEntry, LATE},
    },
    scim::{
        difference::{ValueDifference, differences},
        json,
        request::Method,
        text::clean,
    },
};

/// The words for a change of members on a server that never shows members.
const BLIND: &str = "Sent; this server has never shown who is in a team, so whether it took effect can't be seen.";

impl ChangeAttempt<'_> {
    /// Judges the change. `lead` is the first sentence of the outcome: the answer was lost, or a completion failed.
    pub(super) async fn judge(&mut self, entry: &mut JournalEntry, shown: ChangeShown, lead: &str) -> AttemptEnd {
        let cut = self.notice_cut(entry, &shown);
        let made = self.made_otherwise(entry).await;
        self.read_moved_groups().await;
        entry.effects = self.effects(entry).await;
        if made.is_none() {
            let former = self.learn_former_life(entry).await;
            entry.effects.extend(former);
        }
        self.learn_memberships(entry);
        let lost = !lead.is_empty();
        let lead =
            |words: &str| [lead, words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        let (shown, otherwise) = match (shown, made) {
            (_, Some(MadeOtherwise::Found(shown))) => (shown, None),
            (shown, Some(MadeOtherwise::Settled(state, why))) => (shown, Some((state, why))),
            (shown, None) => (shown, None),
        };
        if let Some((state, why)) = otherwise {
            let why = lead(&why);
            if matches!(state, ChangeState::Refused | ChangeState::Already) {
                return self.settled(entry, state, why, None).await;
            }
            return self.took_effect(entry, state, why).await;
        }
        let not_kept = self.not_kept(entry);
        let (state, why) = match shown {
            // No request went out: all values were as wanted before.
            ChangeShown::Yes if !self.tried => {
                return self.already(entry, "It was so before it was to be sent.".to_owned()).await;
            }
            _ if cut.is_some() => (ChangeState::Unseen, lead(&cut.unwrap_or_default())),
            ChangeShown::Yes if !not_kept.is_empty() => {
                (ChangeState::Partly, format!("Created; the server did not keep: {}.", not_kept.join(", ")))
            }
            ChangeShown::Yes => {
                let unseen = match self.not_shown_of_user(entry).join(", ") {
                    values if values.is_empty() => values,
                    values => format!("The server does not show: {values}."),
                };
                let why = if lost { lead("the directory shows the change.") } else { String::new() };
                (ChangeState::Confirmed, [why, unseen].join(" ").trim().to_owned())
            }
            ChangeShown::Part(now) => {
                let left_out = self.left_out(entry).await;
                (ChangeState::Partly, lead(&format!("It took effect in part: the server shows {now}.{left_out}")))
            }
            _ if self.is_blind(entry) => {
                (ChangeState::Unseen, self.context.dialect.capabilities().holds().say(BLIND).into_owned())
            }
            ChangeShown::No(_) if self.only_deactivated(entry) => {
                self.teach(entry, ServerLesson::Deactivated);
                let words = "Deactivated, not removed: the server keeps the record.";
                // The created record is removed as far as this server allows.
                let state = if entry.undoes.is_some() { ChangeState::Confirmed } else { ChangeState::Partly };
                (state, words.to_owned())
            }
            ChangeShown::No(_) if self.is_out_of_sight(&entry.step.change) => {
                let id = clean(entry.step.change.person().map_or("", |user| user)).into_owned();
                let words =
                    format!("The server shows them in no answer any more; `scimitar activate {id}` activates them.");
                (ChangeState::Partly, lead(&words))
            }
            // The server's two answers contradict each other, and nothing shows which one is right.
            ChangeShown::No(_) if self.echoed && (self.is_unaltered() || !self.is_altered_otherwise(entry)) => {
                self.context.was_untrue();
                (ChangeState::Unseen, lead(LATE))
            }
            // A later look decides.
            ChangeShown::No(instead) if self.may_be_late(entry) => {
                return self.unseen_yet(entry, &instead).await;
            }
            ChangeShown::No(instead) if self.is_altered_otherwise(entry) => {
                let words = if self.echoed {
                    format!(
                        "The answer showed it; the record shows {instead}, so the server or somebody else changed it since."
                    )
                } else if self.contradicted {
                    format!("The server did it otherwise: it shows {instead}.")
                } else {
                    format!("The server did it otherwise, or somebody else changed it since: it shows {instead}.")
                };
                (ChangeState::Partly, lead(&words))
            }
            ChangeShown::No(instead) => {
                let why = format!("The server accepted it and did not change it: it shows {instead}.");
                let (state, why) = self.with_part(entry, ChangeState::Refused, lead(&why), true).await;
                if state == ChangeState::Refused && !entry.did_harm() {
                    let advice = self.advice(entry).await;
                    let why = [why.as_str()].into_iter().chain(advice).collect::<Vec<_>>().join(" ");
                    return self.settled(entry, state, why, None).await;
                }
                (ChangeState::Partly, why)
            }
            ChangeShown::CantTell => {
                (ChangeState::Unseen, "The server accepted it; its answers don't show the result.".to_owned())
            }
        };
        self.learn_from(entry, state);
        self.learn_way_back(entry, state).await;
        self.took_effect(entry, state, why).await
    }

    /// A trial may find another form that has an effect, unless a trial has shown that there is none.
    async fn advice(&self, entry: &JournalEntry) -> Option<&'static str> {
        let verb = entry.step.change.verb();
        let advice = self.context.dialect.advice(verb)?;
        let trials = self.context.stored(|store| store.trials()).await?;
        (!trials.refuses(verb)).then_some(advice)
    }

    /// Learns from the outcome about the form of the request.
    fn learn_from(&mut self, entry: &JournalEntry, state: ChangeState) {
        if entry.did_harm() {
            if self.replaced_all(entry)
                && let Some(request) = self.took.clone().or_else(|| entry.step.requests.first().cloned())
            {
                self.teach(entry, ServerLesson::Harmed(&request));
            }
        } else if let Some(request) = self.took.take().filter(|_| state == ChangeState::Confirmed) {
            self.teach(entry, ServerLesson::Took(&request));
        }
    }

    /// True if an addition left none of the team's former members: the server has replaced the whole list. A single
    /// missing member may have been removed by somebody else at the same moment.
    fn replaced_all(&self, entry: &JournalEntry) -> bool {
        let Change::AddMember { team, .. } = &entry.step.change else { return false };
        let path = path_of(&ResourceRef::team(team));
        let (Some(before), Some(after)) = (self.before.get(&path), self.after.get(&path)) else { return false };
        let members = before.whole.document.as_object().and_then(|map| json::get(map, "members"));
        let former = members.and_then(Value::as_array).map_or(0, Vec::len);
        differences(&before.whole.document, &after.document).iter().any(|difference| match difference {
            ValueDifference::Entries { name, gone, .. } => {
                name.eq_ignore_ascii_case("members") && former > 0 && gone.len() == former
            }
            ValueDifference::Value { .. } => false,
        })
    }

    fn teach(&mut self, entry: &JournalEntry, lesson: ServerLesson<'_>) {
        let known = std::mem::take(&mut self.taught);
        self.taught = known.or(self.context.dialect.taught(&entry.step.change, lesson));
    }

    /// True where a deletion has made an active user an inactive one.
    fn only_deactivated(&self, entry: &JournalEntry) -> bool {
        let Change::DeleteUser { user } = &entry.step.change else { return false };
        let path = path_of(&ResourceRef::user(user));
        let is_active = |document: &Value| {
            document.as_object().and_then(|map| json::get(map, "active")) == Some(&Value::Bool(true))
        };
        let was = self.before.get(&path).is_none_or(|before| is_active(&before.whole.document));
        was && self.after.get(&path).is_some_and(|after| !is_active(&after.document))
    }

    /// True if side effects of a change of this form would have been seen. An addition to an empty team shows nothing
    /// about other members.
    pub(super) fn is_conclusive(&self, entry: &JournalEntry) -> bool {
        let Change::AddMember { team, .. } = &entry.step.change else { return true };
        let patched = entry.step.requests.iter().any(|request| request.method == Method::Patch);
        let before = self.before.get(&path_of(&ResourceRef::team(team)));
        let members = before.and_then(|before| before.whole.document.as_object());
        let members = members.and_then(|map| json::get(map, "members")).and_then(Value::as_array);
        !patched || members.is_some_and(|members| !members.is_empty())
    }
}
