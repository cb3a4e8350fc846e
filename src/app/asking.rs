//! Looks up typed names on the server when the known lists may lack them: in boxes and in forms.

use super::{App, AppEffect, Overlay};
use crate::{
    directory::{
        ListCoverage,
        work::{MissedName, WorkerJob},
    },
    scim::text::clean_line,
};

/// Letters of a name in a message.
const SHOWN: usize = 64;

impl App {
    /// Looks up the typed text if no row contains it and not all records are known. False if there is nothing to look
    /// up.
    pub(super) fn ask_for_typed(&mut self, effects: &mut Vec<AppEffect>) -> bool {
        let finder = self.overlays.last_mut().and_then(|top| top.behavior_mut().finder());
        let asked = finder.and_then(|(typed, rows)| Some((rows.kind, rows.ask(typed.value(), &self.directory)?)));
        let Some((kind, name)) = asked else { return false };
        self.say(format!("Not among those known here; asking the server for {}…", clean_line(&name, SHOWN)));
        effects.push(AppEffect::Work(WorkerJob::LookUp(kind, vec![name])));
        true
    }

    /// Looks up the names of a form that no known record has. True if the form must wait for the answer.
    pub(super) fn ask_for_named(&mut self, effects: &mut Vec<AppEffect>) -> bool {
        let Some(Overlay::Form(form)) = self.overlays.last_mut() else { return false };
        let jobs = form.ask(&self.directory);
        if jobs.is_empty() {
            return false;
        }
        let count: usize = jobs.iter().map(|(_, names)| names.len()).sum();
        let names = if count == 1 { "a name".to_owned() } else { format!("{count} names") };
        self.say(format!("Not all records are known here; asking the server for {names}…"));
        effects.extend(jobs.into_iter().map(|(kind, names)| AppEffect::Work(WorkerJob::LookUp(kind, names))));
        true
    }

    /// Takes in the answer to a lookup; the records that were found are in the directory already.
    pub(super) fn on_look_up_ended(&mut self, missed: &[MissedName], effects: &mut Vec<AppEffect>) {
        let failure = missed.iter().find_map(|missed| missed.failure.as_ref());
        match self.overlays.last_mut() {
            Some(Overlay::Form(form)) if form.is_asking() => {
                let whole = form.answered();
                if let Some(failure) = failure {
                    let words = failure.sentences();
                    self.fail(format!("Names could not be looked up: {words} Done goes on without."));
                } else if whole {
                    self.screen.message = None;
                    self.submit(effects);
                }
            }
            Some(Overlay::Doubts(_)) | None => self.doubts_looked_up(failure),
            Some(top) => {
                let Some((_, rows)) = top.behavior_mut().finder() else { return self.doubts_looked_up(failure) };
                let asked = rows.asked().map(str::to_owned);
                let missing = missed.iter().find(|missed| Some(&missed.name) == asked.as_ref());
                let name = clean_line(asked.as_deref().unwrap_or_default(), SHOWN).into_owned();
                match missing.map(|missed| &missed.failure) {
                    Some(Some(failure)) => self.fail(format!("{name} could not be looked up: {}", failure.sentences())),
                    Some(None) => self.say(format!("The server has nothing called {name}.")),
                    None => self.screen.message = None,
                }
            }
        }
    }

    /// A note that rows of a partial list were marked as a whole: how many are known.
    pub(super) fn known_part(&self) -> Option<String> {
        let (kind, whole) = match self.overlays.last() {
            Some(Overlay::Check(list)) => (list.kind(), list.is_whole()),
            Some(_) => return None,
            None => (self.lists.tab.kind()?, self.lists.pane()?.marks.len() > 1),
        };
        let ListCoverage::Partial(shortfall) = self.directory.coverage(kind) else { return None };
        let plural = self.word(kind.plural());
        whole.then(|| format!("Only a part of the {plural} is known here: {shortfall}."))
    }
}
