//! The worker's reports: what each means for a command that waits, and its traces in the directory.

use super::{
    end::{ErrorCode, note},
    error::CommandError,
    headless_session::HeadlessSession,
};
use crate::{
    directory::{
        Observation, RecordKind, ResourceRef,
        plan::{ChangeState, JournalEntry},
        record::Record,
        side_query::SideQueryKind,
        work::{ChangeUpdate, LinkState, MissedName, PassedPage, WorkerReport},
    },
    scim::failure::{Failure, FailureClass},
};

/// A report's meaning for whoever waits.
pub(super) enum ReportMeaning {
    /// Everything was read; lists of which nothing came, and why.
    Read(Vec<(RecordKind, Failure)>),
    /// These records were read one by one, and these topics were told.
    Learnt(Vec<ResourceRef>, Vec<SideQueryKind>),
    /// Single reads failed.
    NotLearnt(Failure),
    /// The owner of the key in use was told, or is not told.
    Owner,
    /// The check of the hosting has ended, as far as the server tells it.
    Hosting,
    /// A question about this could not be answered, and why.
    NotTold(SideQueryKind, Failure),
    /// A change moved on; the directory knows it.
    Moved(Box<ChangeUpdate>),
    /// The server answers, or does not.
    Link(LinkState),
    /// Names were looked up; these were not found.
    LookUpEnded(Vec<MissedName>),
    /// No list is read until it is asked for.
    ListsUnread,
    /// The records that names mean, where that is known without lists.
    Identified(Vec<Option<Record>>),
    /// True where the names are known to belong to nobody.
    Vacant(bool),
    /// Admins that the disk knows were read alone.
    AdminsRead,
    /// A request waits before it goes out; a message said so.
    Waiting,
    /// Users who are in no other report.
    Page(PassedPage),
    /// A list grows.
    Reading(RecordKind, u64, Option<u64>),
    /// A report that nobody waits for.
    Other,
}

impl HeadlessSession {
    /// The next report, put into the directory.
    pub async fn next(&mut self) -> Result<ReportMeaning, CommandError> {
        let Some((_, report)) = self.reports.recv().await else {
            let failure = Failure::local(FailureClass::Local, "The worker has ended.", "Please report this.");
            return Err(failure.into());
        };
        Ok(match report {
            WorkerReport::Records { partial: true, .. } => ReportMeaning::Other,
            // The disk's records are only where a refresh begins: it may tell no more than how the server differs.
            WorkerReport::Records { records, stored, .. } => {
                let old = self.directory.replace(*records, !stored);
                tokio::task::spawn_blocking(move || drop(old));
                ReportMeaning::Other
            }
            WorkerReport::Renewed(fresh) => {
                self.directory.renew(fresh);
                ReportMeaning::Other
            }
            WorkerReport::Planner(planner) => {
                self.planner = planner;
                ReportMeaning::Other
            }
            WorkerReport::RefreshBegan => {
                self.directory.refresh_begins();
                ReportMeaning::Other
            }
            WorkerReport::RefreshEnded { failed, proofs, .. } => {
                self.directory.refresh_ends(&proofs);
                let came = |kind: RecordKind| proofs.iter().any(|proof| proof.kind == kind);
                ReportMeaning::Read(failed.into_iter().filter(|(kind, _)| !came(*kind)).collect())
            }
            WorkerReport::UserPage(page) => ReportMeaning::Page(page),
            WorkerReport::Progress { kind, seen, said } => ReportMeaning::Reading(kind, seen, said),
            WorkerReport::Learnt(fresh) => {
                let targets = fresh.iter().filter_map(Observation::target).collect();
                let topics = fresh.iter().filter_map(Observation::topic).cloned().collect();
                self.directory.learn(fresh);
                ReportMeaning::Learnt(targets, topics)
            }
            WorkerReport::Recalled(fresh) => {
                self.directory.learn(fresh);
                ReportMeaning::Other
            }
            WorkerReport::LookUpEnded(_, missed) => ReportMeaning::LookUpEnded(missed),
            report @ (WorkerReport::ListsUnread(_)
            | WorkerReport::ListsNeeded
            | WorkerReport::Identified(_)
            | WorkerReport::Vacant(_)
            | WorkerReport::AdminsRead) => self.take_by_name(report),
            WorkerReport::RolesLearnt(learnt) => {
                self.directory.learn_roles(learnt);
                ReportMeaning::Other
            }
            WorkerReport::Owner(owner) => {
                owner.into_iter().for_each(|owner| self.directory.set_owner(owner));
                ReportMeaning::Owner
            }
            WorkerReport::Hosting(why) => {
                self.hear_hosting(why);
                ReportMeaning::Hosting
            }
            WorkerReport::Secret(id, secret) => {
                self.secrets.push((id, secret));
                ReportMeaning::Other
            }
            WorkerReport::OtherOrganisation(words) => {
                let stop = CommandError::new(ErrorCode::OtherOrganisation, words.trim_end_matches('.'));
                return Err(stop.hint("give the command again: it reads the other organisation"));
            }
            WorkerReport::AskFailed(topic, failure) => ReportMeaning::NotTold(topic, failure),
            WorkerReport::ReadEachFailed(_, failure) => ReportMeaning::NotLearnt(failure),
            WorkerReport::Moved(moved) => ReportMeaning::Moved(Box::new(self.hear_moved(moved))),
            WorkerReport::Elsewhere(ids) => {
                self.elsewhere = ids;
                ReportMeaning::Other
            }
            WorkerReport::Journal(entries) => {
                self.hear_journal(entries);
                ReportMeaning::Other
            }
            WorkerReport::Link(link) => ReportMeaning::Link(link),
            WorkerReport::Waiting(wait) => {
                self.waits.say(&wait)?;
                ReportMeaning::Waiting
            }
            WorkerReport::NoJournal(why) => {
                self.hear_no_journal(why);
                ReportMeaning::Other
            }
            // A failure of the disk is told once, not for each change.
            WorkerReport::Notice(words) => {
                if self.noticed.insert(words.clone()) {
                    note(format_args!("scimitar: {words}"));
                }
                ReportMeaning::Other
            }
            _ => ReportMeaning::Other,
        })
    }

    /// Follows a change; gives the update without the records that it brought.
    fn hear_moved(&mut self, mut moved: ChangeUpdate) -> ChangeUpdate {
        let fresh = std::mem::take(&mut moved.fresh);
        if moved.state == ChangeState::Unknown {
            self.unread.insert(moved.id);
        }
        let known = self.journal.binary_search_by_key(&moved.id, |entry| entry.id);
        if let Some(entry) = known.ok().and_then(|at| self.journal.get_mut(at)) {
            entry.follow(&moved);
        }
        match moved.state {
            state if state.is_open() => self.directory.learn(fresh),
            _ if moved.is_unsent() => self.directory.take_off(moved.id) | self.directory.learn(fresh),
            _ => self.directory.settle(moved.id, fresh),
        };
        moved
    }

    fn hear_hosting(&mut self, why: Option<String>) {
        if let Some(why) = why.filter(|why| self.guards.contradiction.as_ref() != Some(why)) {
            note(format_args!("scimitar: {why}"));
            self.guards.contradiction = Some(why);
        }
    }

    fn hear_journal(&mut self, entries: Vec<JournalEntry>) {
        self.journal_read = true;
        self.were_open.extend(entries.iter().filter(|entry| entry.state.is_open()).map(|entry| entry.id));
        entries.last().into_iter().for_each(|newest| self.ids.after(newest.id));
        self.journal.retain(|known| entries.binary_search_by_key(&known.id, |entry| entry.id).is_err());
        self.journal.extend(entries);
        self.journal.sort_unstable_by_key(|entry| entry.id);
    }

    fn hear_no_journal(&mut self, why: String) {
        note(format_args!("scimitar: {}. Nothing is kept on disk.", why.trim_end_matches('.')));
        self.no_journal = Some(why);
    }
}
