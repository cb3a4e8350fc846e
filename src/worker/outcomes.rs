//! The results of tasks: outcomes of changes, records that were read, and what both show about the server.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Done, HostingCheck, Worker, apply, context, refresh};
use crate::{
    client::Client,
    directory::{
        Observation,
        plan::{BLOCKED, ChangeState, JournalEntry},
        work::{ChangeUpdate, LinkState, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        quirks::ServerQuirks,
    },
};

impl Worker {
    pub(super) fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Applied(entry, ended)) => self.applied(*entry, ended),
            Ok(Done::Unlearnt(entry, ended)) => {
                self.lessons.doubt();
                self.applied(*entry, ended);
            }
            Ok(Done::Read(fresh, failed)) => {
                self.reading = self.reading.saturating_sub(1);
                if !fresh.is_empty() {
                    self.link_up();
                    self.learnt(&fresh);
                    self.context.report(WorkerReport::Learnt(fresh));
                }
                for (target, failure) in failed {
                    // A record that can't be read says nothing about the others.
                    if failure.class != FailureClass::Protocol {
                        self.link_after(&failure);
                    }
                    self.context.report(WorkerReport::ReadEachFailed(vec![target], failure));
                }
            }
            Ok(Done::HostingAsked(answered)) => {
                self.hosting = if answered { HostingCheck::Done } else { HostingCheck::Open };
            }
            Ok(Done::LookedUp(answers)) => self.looked_up(answers),
            Ok(Done::Away(failure)) => self.link_after(&failure),
            Ok(Done::Opened(told)) => self.opened_without_lists(told),
            Ok(Done::Refreshed(refresh::RefreshEnd { habits, down, cut_short, doubts })) => {
                self.refreshing = false;
                if doubts {
                    self.lessons.doubt();
                }
                self.discovered |= down.is_none();
                self.lessons.told(&habits);
                self.learn_habits(&habits);
                match down {
                    None => {
                        self.shown = true;
                        self.link_up();
                        self.again_at = cut_short.then(|| Instant::now() + refresh::patience(0));
                    }
                    Some(failure) => self.link_after(&failure),
                }
                let newer = std::mem::take(&mut self.during);
                if !newer.is_empty() {
                    let context = self.context.clone();
                    self.tasks.spawn(async move {
                        context.keep(&newer).await;
                        Done::Nothing
                    });
                }
                if std::mem::take(&mut self.refresh_again) {
                    self.refresh();
                }
            }
            Ok(Done::Keyed(client)) => self.keyed(client),
            Ok(Done::Nothing) => {}
            Err(error) => {
                self.context.report(WorkerReport::Notice(format!("A task of the worker ended unexpectedly: {error}")));
            }
        }
    }

    /// Narrows the offered actions to those that fit the server's own description.
    pub(super) fn learn_habits(&mut self, habits: &ServerQuirks) {
        if let Some(dialect) = self.context.dialect.with_habits(habits) {
            self.context.dialect = Arc::clone(&dialect);
            self.context.report(WorkerReport::Planner(dialect));
        }
    }

    fn keyed(&mut self, client: Result<Client, Failure>) {
        self.keying = false;
        self.refresh_again = false;
        match client {
            Ok(client) => {
                self.context.client = client;
                self.try_again();
            }
            Err(failure) => {
                self.link_down(failure.clone());
                self.context.report(WorkerReport::Notice(failure.sentences()));
            }
        }
    }

    pub(super) fn applied(&mut self, entry: JournalEntry, ended: apply::AttemptEnd) {
        // The write has made the version that is shown an old one, whatever was read.
        self.context.known.touch(entry.step.change.touches().into_iter().map(|(target, _)| target));
        match ended {
            apply::AttemptEnd::Settled { versions, taught, conclusive } => {
                self.settled_form(&entry, conclusive);
                self.looks.remove(&entry.id);
                self.given_up.remove(&entry.id);
                self.learn_habits(&taught);
                self.queue.finish(entry.id);
                self.throttle.done(entry.state.is_done());
                self.versions.ends(entry.id, versions);
                if entry.took_effect() {
                    self.link_up();
                }
                if entry.failure.as_ref().is_some_and(|failure| failure.status.is_some()) {
                    self.link_up();
                }
            }
            apply::AttemptEnd::NotSent { failure } => {
                self.forms.end(&entry, false);
                self.queue.put_back(entry);
                self.link_down(failure);
            }
            apply::AttemptEnd::Unsettled { failure } => {
                self.forms.end(&entry, false);
                self.queue.hold(&entry);
                let looks = self.looks.entry(entry.id).or_default();
                *looks += 1;
                // A server that answers, but gives nothing that can be read, is not away: the outcome stays open for
                // now.
                let answered = apply::gives_up(&failure, *looks);
                self.context.report(WorkerReport::Moved(ChangeUpdate {
                    id: entry.id,
                    state: if answered { ChangeState::Unknown } else { ChangeState::Sent },
                    why: entry.why.clone(),
                    failure: None,
                    exchanges: entry.exchanges.clone(),
                    fresh: Vec::new(),
                    at: context::now(),
                    created: entry.created.clone(),
                    effects: Vec::new(),
                    alarm: false,
                    way_back: None,
                }));
                let is_own = entry.session == self.context.session.as_ref().map(|session| session.id);
                if answered {
                    self.given_up.insert(entry.id);
                } else if is_own || is_away(&failure) {
                    self.link_down(failure);
                } else {
                    // The change of an ended session must not keep this one's from the server.
                    self.look_at = Some(Instant::now() + refresh::patience(0));
                }
                self.unsettled.push(entry);
            }
        }
    }

    /// Says once of each change behind an outcome that can't be read that it waits for a person.
    pub(super) fn tell_blocked(&mut self) {
        if self.given_up.is_empty() {
            return self.blocked.clear();
        }
        let blocked = self.queue.behind(&self.given_up);
        for entry in &blocked {
            if !self.blocked.contains(&entry.id) {
                let entry = JournalEntry { why: BLOCKED.to_owned(), ..(*entry).clone() };
                self.report_moved(&entry);
            }
        }
        self.blocked = blocked.into_iter().map(|entry| entry.id).collect();
    }

    /// Draws conclusions from an outcome for other changes of its form, and for its plan.
    fn settled_form(&mut self, entry: &JournalEntry, conclusive: bool) {
        if entry.did_harm() {
            self.forms.forget(entry);
            self.harmed.push(entry.plan);
        } else {
            self.forms.end(entry, conclusive);
        }
    }

    pub(super) fn learnt(&mut self, fresh: &[Observation]) {
        if self.refreshing {
            self.during.extend(fresh.iter().cloned());
        }
    }

    /// Only a server that can't be reached is down; one that refuses is up.
    pub(super) fn link_after(&mut self, failure: &Failure) {
        match failure.class {
            FailureClass::Offline
            | FailureClass::Timeout
            | FailureClass::Tls
            | FailureClass::Proxy
            | FailureClass::Unauthorized
            | FailureClass::Forbidden => {
                self.link_down(failure.clone());
            }
            FailureClass::Cancelled | FailureClass::Local => {}
            _ if failure.status.is_some() => self.link_up(),
            _ => self.link_down(failure.clone()),
        }
    }

    pub(super) fn link_up(&mut self) {
        self.tries = 0;
        self.again_at = None;
        if self.down.take().is_some() {
            self.settle_open();
        }
        self.context.report(WorkerReport::Link(LinkState::Up));
    }

    pub(super) fn link_down(&mut self, failure: Failure) {
        // A refused key does not get better by asking again; the person has to do something first.
        let hopeless = matches!(
            failure.class,
            FailureClass::Unauthorized | FailureClass::Forbidden | FailureClass::Tls | FailureClass::Proxy
        );
        self.again_at = (!hopeless).then(|| Instant::now() + refresh::patience(self.tries));
        self.tries += 1;
        self.down = Some(failure.clone());
        self.context.report(WorkerReport::Link(LinkState::Down(failure)));
    }

    /// Tries again, since the server may be back: the refresh finds out, and waiting changes go after it.
    pub(super) fn try_again(&mut self) {
        self.again_at = None;
        self.settle_open();
        self.refresh();
    }
}

/// True if the failure concerns every request: no server answers, or the server takes no request with this key for now.
fn is_away(failure: &Failure) -> bool {
    match failure.class {
        FailureClass::Offline
        | FailureClass::Tls
        | FailureClass::Proxy
        | FailureClass::Unauthorized
        | FailureClass::RateLimited => true,
        FailureClass::Protocol => false,
        _ => failure.status.is_none(),
    }
}
