//! Reads the outcome of a change: its records, the searches that find them, or other queries.

use std::sync::Arc;

use super::{ChangeAttempt, send::path_of, whole::RecordAfter};
use crate::{
    dialect::ChangeShown,
    directory::{
        Observation, ResourceRef,
        change::Change,
        plan::{ConfirmBy, JournalEntry},
        record::{ReadDepth, Record},
        side_query::{SideAnswer, SideQueryKind},
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival},
        list::{self, BadBody},
        request::Request,
    },
    worker::{context::unreadable, versions::RecordVersion},
};

impl ChangeAttempt<'_> {
    pub(super) async fn shows(&self, entry: &JournalEntry) -> ChangeShown {
        let change = entry.step.change.about(entry.created.as_ref());
        let fresh = self.identified(&change).await;
        match self.shown_by(&change, &fresh, &entry.step) {
            ChangeShown::No(_) if self.is_kept(entry) => ChangeShown::Yes,
            shown => shown,
        }
    }

    /// Reads the records that show the outcome, as the plan says. A created record without a known id is first searched
    /// for.
    pub(super) async fn look(&mut self, entry: &mut JournalEntry) -> Result<(), Failure> {
        if let Some(request) = self.looks_for(entry) {
            self.find(entry, &request).await?;
        }
        match &entry.step.confirm {
            ConfirmBy::Echo(targets) | ConfirmBy::Reread(targets) => {
                self.reread(entry, targets.clone()).await?;
                self.read_after(entry).await
            }
            ConfirmBy::Ask(inquiries) => {
                for inquiry in inquiries {
                    for fresh in self.context.ask(inquiry).await? {
                        if let Observation::Told(SideQueryKind::Resource(of), SideAnswer::Resource(document)) = &fresh {
                            let after = RecordAfter { document: document.clone(), asked: true };
                            self.after.insert(path_of(of), after);
                        }
                        self.learn_fresh(fresh);
                    }
                }
                Ok(())
            }
        }
    }

    /// Searches for a record that an unanswered creation may have made; for other changes, reads all their records.
    pub(super) async fn look_after(&mut self, entry: &mut JournalEntry) -> Result<(), Failure> {
        match self.looks_for(entry) {
            Some(request) => self.find(entry, &request).await,
            None => self.look_at_all(entry).await,
        }
    }

    /// The search for a created record whose id is not known.
    pub(super) fn looks_for(&self, entry: &JournalEntry) -> Option<Request> {
        let asks = matches!(entry.step.confirm, ConfirmBy::Ask(_));
        self.context.dialect.find(&entry.step.change).filter(|_| entry.created.is_none() && !asks)
    }

    /// Reads all records of the change, also if the plan confirms by the answer alone.
    pub(super) async fn look_at_all(&mut self, entry: &mut JournalEntry) -> Result<(), Failure> {
        match &entry.step.confirm {
            ConfirmBy::Ask(_) => self.look(entry).await,
            _ => self.reread(entry, vec![]).await,
        }
    }

    /// Searches for the record that an unanswered creation may have made.
    pub(super) async fn find(&mut self, entry: &mut JournalEntry, request: &Request) -> Result<(), Failure> {
        let Some(wanted) = entry.step.change.created() else { return Ok(()) };
        let kind = wanted.kind();
        let answer = self.context.send(request).await?;
        let unheard = || {
            let text = "The answer to the question whether it is there could not be read.";
            Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Refused, text, "") }
        };
        let page = list::parse(&answer.body).map_err(|bad| match bad {
            BadBody::NotAList { .. } => unheard(),
            bad => unreadable(&bad),
        })?;
        let told = page.total.unwrap_or(page.resources.len() as u64);
        let all = page.resources.iter().map(|raw| self.context.dialect.read(kind, raw, ReadDepth::Full, "$"));
        let read: Vec<Record> = all.flatten().filter(has_name).collect();
        // An unreadable answer, a withheld match, or the first page of a server that ignores filters does not prove that
        // there is no record.
        let unread =
            read.len() < page.resources.len() || told > read.len() as u64 || (read.is_empty() && page.total.is_none());
        // Servers that ignore a filter answer with every record: only a record of the same name counts.
        let by_email = matches!(&entry.step.change, Change::CreateUser { user, .. } if user.instance_admin);
        let found = read.into_iter().find(|record| same_name(record, &wanted, by_email));
        match found {
            // A list may show less of the record than a single read.
            Some(record) => {
                entry.created = Some(record.target().id);
                self.read_again(&record.target()).await?;
            }
            None if unread => return Err(unheard()),
            None => self.fresh.push(Observation::Gone(wanted.target())),
        }
        Ok(())
    }

    /// Reads the change's records again: the `named` ones, or without `named` all that have an id of the server.
    async fn reread(&mut self, entry: &JournalEntry, named: Vec<ResourceRef>) -> Result<(), Failure> {
        let mut targets = named;
        if targets.is_empty() {
            targets = entry.step.change.touches().into_iter().map(|(target, _)| target).collect();
        }
        for mut target in targets {
            if target.is_provisional() {
                let Some(created) = &entry.created else { continue };
                target.id = created.clone();
            }
            self.read_again(&target).await?;
        }
        Ok(())
    }

    /// Keeps a reading of a record, and its version.
    pub(super) fn learn_fresh(&mut self, fresh: Observation) {
        if let Observation::Record(record) = &fresh
            && let Some(version) = record.version()
        {
            let path = self.context.dialect.get(&record.target()).path;
            self.versions.insert(path, RecordVersion::own(Some(Arc::clone(version))));
        }
        self.fresh.push(fresh);
    }
}

/// True for a record with a name; a record without one may be the wanted record.
fn has_name(record: &Record) -> bool {
    match record {
        Record::User(user) => !user.user_name.is_empty(),
        Record::Team(team) => !team.name.is_empty(),
        Record::Role(role) => !role.name.is_empty(),
    }
}

fn same_name(found: &Record, wanted: &Record, by_email: bool) -> bool {
    match (found, wanted) {
        (Record::User(found), Record::User(wanted)) if by_email => found.email.is(wanted.email.raw()),
        (Record::User(found), Record::User(wanted)) => found.user_name.is(wanted.user_name.raw()),
        (Record::Team(found), Record::Team(wanted)) => found.name == wanted.name,
        (Record::Role(found), Record::Role(wanted)) => found.name == wanted.name,
        _ => false,
    }
}
