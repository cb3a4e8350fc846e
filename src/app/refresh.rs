//! Refreshing the lists, by a person or the console, and the result of a refresh.

use jiff::Timestamp;

use super::{App, AppEffect};
use crate::{
    directory::{
        Observation, RecordKind,
        work::{LinkState, RefreshProof, RefreshScope, WorkerJob},
    },
    scim::{failure::Failure, text::number},
};

impl App {
    /// Reads the lists and the topmost box's data again, because a person asks for it.
    pub(super) fn refresh(&mut self, scope: RefreshScope, effects: &mut Vec<AppEffect>) {
        effects.push(AppEffect::Work(WorkerJob::Wake));
        effects.push(AppEffect::Work(WorkerJob::Refresh(scope)));
        self.fetch_raw_again(effects);
        self.ask_again(effects);
        self.session.unbidden.read_alone.clear();
        self.session.sync.asked = true;
    }

    /// Nothing was read yet.
    pub(super) fn refresh_began(&mut self) {
        self.directory.refresh_begins();
        self.session.sync.busy = true;
        self.session.sync.differing = Some(0);
        self.session.sync.progress.clear();
    }

    /// Puts records into the lists that a refresh found with other values.
    pub(super) fn on_renewed(&mut self, fresh: Vec<Observation>) {
        self.session.renewed = true;
        self.session.sync.differing = self.session.sync.differing.map(|before| before + fresh.len() as u64);
        // The list may leave out values that a single read of the record has told.
        for target in fresh.iter().filter_map(Observation::target) {
            self.session.unbidden.read_alone.remove(&target);
        }
        if self.directory.renew(fresh) {
            self.rows_changed();
        }
        self.begin_draft_anew();
    }

    /// Takes in the coverage of the lists. A person who asked for the refresh is told its result.
    pub(super) fn refresh_ended(
        &mut self,
        at: Timestamp,
        proofs: Vec<RefreshProof>,
        failed: Vec<(RecordKind, Failure)>,
    ) {
        if std::mem::take(&mut self.session.renewed) {
            // Other values match other filters, and have other places in the order.
            self.rows_changed();
            self.renew_difference();
        }
        self.directory.refresh_ends(&proofs);
        // Records whose single read failed may be read again now.
        self.session.unbidden.read_alone.clear();
        self.session.waiting = None;
        self.session.sync.busy = false;
        self.session.sync.partial = false;
        self.session.sync.progress.clear();
        if !proofs.is_empty() {
            self.session.sync.seen = Some(at);
            self.session.sync.stored = false;
        }
        self.session.sync.proofs = proofs;
        let asked = std::mem::take(&mut self.session.sync.asked);
        if let Some((kind, failure)) = failed.first()
            && (asked || !matches!(self.session.link, Some(LinkState::Down(_))))
        {
            self.fail(format!("The {} could not be read: {}", self.word(kind.plural()), failure.sentences()));
        }
        for (kind, failure) in &failed {
            let words = format!("The {} could not be read: {}", self.word(kind.plural()), failure.sentences());
            self.note_read_failure(words);
        }
        if asked && failed.is_empty() {
            self.say_read_again();
        }
        self.session.sync.failed = failed;
    }

    /// Shows the result of a refresh, which the time in the title does not show within a minute. Any other message
    /// stays on the line.
    fn say_read_again(&mut self) {
        let part = if self.session.sync.proofs.iter().all(|proof| proof.coverage.is_complete()) {
            ""
        } else {
            " in the part that was read"
        };
        let found = match self.session.sync.differing {
            None => String::new(),
            Some(0) => format!(": nothing differs{part}"),
            Some(1) => format!(": 1 record differs{part}"),
            Some(differing) => format!(": {} records differ{part}", number(differing)),
        };
        if self.screen.message.is_none() {
            self.say(format!("The lists were read again{found}."));
        }
    }
}
