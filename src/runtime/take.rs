//! Takes one incoming message into the state, and carries out the effects that follow from it.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use jiff::Timestamp;
use ratatui::backend::Backend;

use super::{LoopMessage, OpenError, Opener, ProfileSession, Runtime, list};
use crate::{
    app::{AppEffect, AppMessage, FailedTest, ListedProfiles, OpenedProfile, UnopenedProfile, UnreadProfiles},
    config::ConfigError,
    directory::work::{WorkerJob, WorkerReport},
    ui,
};

impl<B: Backend<Error: Send + Sync + 'static>> Runtime<B> {
    pub(super) fn take(&mut self, incoming: LoopMessage) {
        let msg = match incoming {
            // Passes everything, whatever the state: the way out that always works. Ctrl-\ and Ctrl-4 are one byte in
            // most terminals, which crossterm reads as the latter.
            LoopMessage::Terminal(Event::Key(key))
                if matches!(key.code, KeyCode::Char('\\' | '4')) && key.modifiers.contains(KeyModifiers::CONTROL) =>
            {
                self.quit = true;
                return;
            }
            LoopMessage::Terminal(event) if self.app.gives_up(&event) => {
                // Keys pressed meanwhile were meant for the plan.
                self.held.clear();
                AppMessage::Terminal(event)
            }
            LoopMessage::Terminal(event) if self.waits(&event) => {
                self.held.push_back(event);
                return;
            }
            LoopMessage::Terminal(event) | LoopMessage::Held(event) => AppMessage::Terminal(event),
            LoopMessage::Look => {
                let effects = self.app.look_on();
                effects.into_iter().for_each(|effect| self.execute(effect));
                return;
            }
            // A secret that is shown once must arrive, whichever profile is open by now.
            LoopMessage::Report(epoch, report)
                if epoch != self.epoch && !matches!(report, WorkerReport::Secret(..)) =>
            {
                return;
            }
            LoopMessage::Report(_, WorkerReport::Idle(done)) => {
                self.idle_at = Some(done);
                return;
            }
            LoopMessage::Report(_, report) => AppMessage::Report(report),
            LoopMessage::Opened(opening) => {
                self.opening -= 1;
                match *opening {
                    Ok((opened, session)) => {
                        self.finish_sending();
                        self.held.clear();
                        self.take_session(opened, session);
                        return;
                    }
                    Err((OpenError::Field(field, why), _)) => AppMessage::ProfileRefused(field, why),
                    Err((error, draft)) => AppMessage::OpenFailed(UnopenedProfile { why: error.to_string(), draft }),
                }
            }
            LoopMessage::Mapped(mapped) => {
                self.opening -= 1;
                AppMessage::Mapped(mapped)
            }
            LoopMessage::Profiles(message) => {
                self.opening -= 1;
                *message
            }
            LoopMessage::ListRead(team, read) => {
                self.opening -= 1;
                AppMessage::ListRead(team, read)
            }
            LoopMessage::Shown => AppMessage::Shown,
            LoopMessage::Resized => {
                self.redraw = true;
                return;
            }
            LoopMessage::InputEnd => {
                self.finish_held();
                AppMessage::Terminate
            }
            LoopMessage::End => {
                self.finish_sending();
                AppMessage::Terminate
            }
            LoopMessage::Nothing => return,
        };
        let effects = self.app.update(msg, Timestamp::now());
        effects.into_iter().for_each(|effect| self.execute(effect));
        // Only the code that draws a text knows how far the text can be scrolled.
        if let Some(last) = ui::scroll_limit(&self.app, &self.look) {
            self.app.clamp_scroll(last);
        }
        if let Some((least, most)) = ui::scroll_to_cursor(&self.app, &self.look) {
            self.app.lift_scroll(least, most);
        }
    }

    /// True for an event that must not overtake waiting ones, or that has to wait itself.
    fn waits(&self, event: &Event) -> bool {
        let entered = matches!(event, Event::Key(_) | Event::Paste(_));
        (entered && !self.held.is_empty()) || self.app.waits(event)
    }

    /// All that was pressed before the end.
    fn finish_held(&mut self) {
        loop {
            while self.app.is_looking() {
                self.take(LoopMessage::Look);
            }
            let Some(event) = self.held.pop_front().filter(|_| !self.quit) else { return };
            self.take(LoopMessage::Held(event));
        }
    }

    /// Hands plans that the person has sent to their worker, before another worker takes its place or none is left.
    fn finish_sending(&mut self) {
        while self.app.is_sending() {
            self.take(LoopMessage::Look);
        }
    }

    pub(super) fn take_session(&mut self, opened: OpenedProfile, mut session: ProfileSession) {
        if let Some(old) = self.session.take() {
            tokio::spawn(old.end());
        }
        self.epoch += 1;
        self.given = 0;
        self.idle_at = None;
        session.watch();
        session.start(self.epoch, self.reports.send.clone());
        self.session = Some(session);
        let effects = self.app.update(AppMessage::Opened(Box::new(opened)), Timestamp::now());
        effects.into_iter().for_each(|effect| self.execute(effect));
    }

    fn execute(&mut self, effect: AppEffect) {
        match effect {
            AppEffect::Work(job) => self.give(job),
            AppEffect::Copy(text) => self.copied.push(text),
            AppEffect::Open(name) => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.opened.send.clone());
                tokio::spawn(async move {
                    let opened = opener.open(name.as_deref()).await;
                    let draft = || name.as_deref().and_then(|name| opener.draft_of(name)).map(Box::new);
                    let _ = reply.send(opened.map_err(|error| (error, draft())));
                });
            }
            AppEffect::SaveProfile(draft, secret) => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.opened.send.clone());
                tokio::spawn(async move {
                    let _ = reply.send(opener.save(draft, secret).await.map_err(|error| (error, None)));
                });
            }
            AppEffect::ListProfiles => self.answer_of_profiles(|opener| opener.drafts(String::new())),
            AppEffect::DeleteProfile(name) => self.answer_of_profiles(move |opener| opener.delete(&name)),
            AppEffect::TestProfile(draft) => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.profiles.send.clone());
                tokio::spawn(async move {
                    let outcome = opener.test(&draft).await.map_err(|error| FailedTest(error.to_string()));
                    let _ = reply.send(AppMessage::ProfileTested(draft.name, outcome));
                });
            }
            AppEffect::MapGroup { mapping, group } => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.mapped.send.clone());
                let kept = self.session.as_ref().is_some_and(|session| session.demo().is_none());
                let profile = self.app.session.profile.as_ref().filter(|_| kept).map(|profile| profile.name.clone());
                tokio::task::spawn_blocking(move || reply.send(opener.map_group(profile.as_deref(), mapping, &group)));
            }
            AppEffect::ReadList { team, path } => {
                self.opening += 1;
                let reply = self.lists.send.clone();
                tokio::task::spawn_blocking(move || reply.send((team, list::read(&path))));
            }
            AppEffect::Discard(value) => drop(tokio::task::spawn_blocking(move || drop(value))),
            AppEffect::Redraw => self.redraw = true,
            AppEffect::Suspend => self.suspend = true,
            AppEffect::Quit => self.quit = true,
        }
    }

    /// Reads or writes the profiles of the config file on another thread.
    fn answer_of_profiles(
        &mut self,
        ask: impl FnOnce(&Opener) -> Result<ListedProfiles, ConfigError> + Send + 'static,
    ) {
        self.opening += 1;
        let (opener, reply) = (self.opener.clone(), self.profiles.send.clone());
        tokio::task::spawn_blocking(move || {
            let read = ask(&opener).map_err(|error| UnreadProfiles(error.to_string()));
            drop(reply.send(AppMessage::ProfilesRead(read)));
        });
    }

    fn give(&mut self, job: WorkerJob) {
        if let Some(session) = &self.session {
            self.given += 1;
            session.give(job);
        }
    }
}
