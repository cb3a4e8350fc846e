//! Changes from boxes outside the lists: API keys, invitations, memberships.

use super::{KeyRow, PartRow, SideQueryBox};
use crate::{
    app::{App, AppEffect, Overlay, action::Action, availability::UnavailableReason, form::FormState},
    directory::{change::Change, plan::Risk, side_query::SideQueryKind},
};

impl App {
    /// Creates a key or an invitation, or ends the one under the cursor.
    pub(in crate::app) fn change_aside(&mut self, action: Action, effects: &mut Vec<AppEffect>) {
        let ends = match action {
            Action::DeleteKey => self.key_deletion(),
            Action::Uninvite => self.part_removal(),
            _ => {
                let form = match self.aside().map(|aside| &aside.topic) {
                    Some(SideQueryKind::Roster(team)) => self.directory.team(team).map(FormState::invite),
                    _ => self.person(&SideQueryKind::Me).map(FormState::new_key),
                };
                self.overlays.extend(form.map(Overlay::Form));
                return;
            }
        };
        match ends {
            Ok(change) => self.review(change, effects),
            Err(why) => self.say(why),
        }
    }

    /// Plans what ends with one key. The plan is reviewed even if it can be undone, because no row was marked or ticked
    /// for it.
    pub(in crate::app) fn review(&mut self, change: Change, effects: &mut Vec<AppEffect>) {
        self.draft(vec![change], effects, |app, mut plan, effects| {
            plan.steps.iter_mut().for_each(|step| step.risk = step.risk.clone().max(Risk::Look));
            app.propose_plan(plan, effects);
        });
    }

    /// Whether a key can be made here: a new key belongs to the owner of the key in use.
    pub(in crate::app) fn can_make_key(&self) -> Result<(), UnavailableReason> {
        match self.aside().map(|aside| &aside.topic) {
            Some(SideQueryKind::Me) if self.person(&SideQueryKind::Me).is_some() => Ok(()),
            Some(SideQueryKind::Me) => Err("It is not known yet whose key is in use.".into()),
            _ => {
                let own = self.keymap.label(Action::MyAccount).unwrap_or_default();
                Err(format!("The server makes keys only for whoever asks; {own} opens your own account.").into())
            }
        }
    }

    /// The change that deletes the key under the cursor.
    pub(in crate::app) fn key_deletion(&self) -> Result<Change, UnavailableReason> {
        let nothing = || UnavailableReason::from("There is no key here to delete.");
        let aside = self.aside().ok_or_else(nothing)?;
        match self.key_rows(&aside.topic).get(aside.cursor) {
            None => Err(nothing()),
            Some(KeyRow::Coming { .. }) => Err("This key is being made.".into()),
            Some(KeyRow::There { going: true, .. }) => Err("This key is being deleted already.".into()),
            Some(KeyRow::There { key, .. }) => {
                let name = if key.name.is_empty() { key.id.to_string() } else { key.name.raw().to_owned() };
                let owner = self.owner(&aside.topic).cloned().ok_or_else(nothing)?;
                Ok(Change::DeleteKey { owner, key: key.id.clone(), name })
            }
        }
    }

    /// The change that ends the invitation or the membership under the cursor.
    ///
    /// # Errors
    /// The reason why there is none, in a sentence.
    pub fn part_removal(&self) -> Result<Change, UnavailableReason> {
        let nothing = || UnavailableReason::from("Nobody is here to be taken out.");
        let Some(SideQueryBox { topic: SideQueryKind::Roster(team), cursor, .. }) = self.aside() else {
            return Err(nothing());
        };
        match self.part_rows(team).get(*cursor) {
            None => Err(nothing()),
            Some(PartRow::Coming { .. }) => Err("This invitation is on its way.".into()),
            Some(PartRow::There { going: true, .. }) => Err("This is on its way already.".into()),
            Some(PartRow::There { one, .. }) if one.pending => {
                let to = one.label().raw().to_owned();
                Ok(Change::RevokeInvite { team: team.clone(), invite: one.id.clone(), to })
            }
            Some(PartRow::There { one, .. }) if one.account.is_service() => {
                Err(self.word("The server adds a team's service accounts and takes them out by itself.").into())
            }
            Some(PartRow::There { one, .. }) => {
                let name = one.user_name.raw();
                let mut users = self.directory.users_named(name).filter(|user| user.user_name.is(name));
                let user = users.next().filter(|_| users.next().is_none());
                let user = user.ok_or_else(|| {
                    let key = self.keymap.label(Action::Refresh).unwrap_or_default();
                    format!("{} is not among the users known here; {key} on the list reads them again.", one.label())
                })?;
                Ok(Change::RemoveMember { team: team.clone(), user: user.id.clone() })
            }
        }
    }
}
