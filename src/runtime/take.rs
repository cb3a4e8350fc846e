//! One thing that came in, taken into the state, and what that asks for, done.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use jiff::Timestamp;
use ratatui::backend::Backend;

use super::{Incoming, OpenError, Runtime, Session, list};
use crate::{
    app::{Effect, Msg, Opened, Unopened},
    directory::work::{Job, Report},
    ui,
};

impl<B: Backend<Error: Send + Sync + 'static>> Runtime<B> {
    pub(super) fn take(&mut self, incoming: Incoming) {
        let msg = match incoming {
            // Passes everything, whatever the state: the way out that always works. Ctrl-\ and Ctrl-4 are one byte in
            // most terminals, which crossterm reads as the latter.
            Incoming::Terminal(Event::Key(key))
                if matches!(key.code, KeyCode::Char('\\' | '4')) && key.modifiers.contains(KeyModifiers::CONTROL) =>
            {
                self.quit = true;
                return;
            }
            Incoming::Terminal(event) if self.app.gives_up(&event) => {
                // What was pressed meanwhile was meant for the plan.
                self.held.clear();
                Msg::Terminal(event)
            }
            Incoming::Terminal(event) if self.waits(&event) => {
                self.held.push_back(event);
                return;
            }
            Incoming::Terminal(event) | Incoming::Held(event) => Msg::Terminal(event),
            Incoming::Look => {
                let effects = self.app.look_on();
                effects.into_iter().for_each(|effect| self.execute(effect));
                return;
            }
            // What is shown once must arrive, whichever profile is open by now.
            Incoming::Report(epoch, report) if epoch != self.epoch && !matches!(report, Report::Secret(..)) => return,
            Incoming::Report(_, Report::Idle(done)) => {
                self.idle_at = Some(done);
                return;
            }
            Incoming::Report(_, report) => Msg::Report(report),
            Incoming::Opened(opening) => {
                self.opening -= 1;
                match *opening {
                    Ok((opened, session)) => {
                        self.finish_sending();
                        self.held.clear();
                        self.take_session(opened, session);
                        return;
                    }
                    Err((OpenError::Field(field, why), _)) => Msg::ProfileRefused(field, why),
                    Err((error, draft)) => Msg::OpenFailed(Unopened { why: error.to_string(), draft }),
                }
            }
            Incoming::Mapped(mapped) => {
                self.opening -= 1;
                Msg::Mapped(mapped)
            }
            Incoming::ListRead(team, read) => {
                self.opening -= 1;
                Msg::ListRead(team, read)
            }
            Incoming::Shown => Msg::Shown,
            Incoming::Resized => {
                self.redraw = true;
                return;
            }
            Incoming::InputEnd => {
                self.finish_held();
                Msg::Terminate
            }
            Incoming::End => {
                self.finish_sending();
                Msg::Terminate
            }
            Incoming::Nothing => return,
        };
        let effects = self.app.update(msg, Timestamp::now());
        effects.into_iter().for_each(|effect| self.execute(effect));
        // How far a text can be scrolled is known only by what draws it.
        if let Some(last) = ui::scroll_limit(&self.app, &self.look) {
            self.app.clamp_scroll(last);
        }
        if let Some((least, most)) = ui::scroll_to_cursor(&self.app, &self.look) {
            self.app.lift_scroll(least, most);
        }
    }

    /// True for what must not overtake what waits, and for what has to wait itself.
    fn waits(&self, event: &Event) -> bool {
        let entered = matches!(event, Event::Key(_) | Event::Paste(_));
        (entered && !self.held.is_empty()) || self.app.waits(event)
    }

    /// All that was pressed before the end.
    fn finish_held(&mut self) {
        loop {
            while self.app.is_looking() {
                self.take(Incoming::Look);
            }
            let Some(event) = self.held.pop_front().filter(|_| !self.quit) else { return };
            self.take(Incoming::Held(event));
        }
    }

    /// What the person has sent is handed to the worker whose it is, before there is another one or none.
    fn finish_sending(&mut self) {
        while self.app.is_sending() {
            self.take(Incoming::Look);
        }
    }

    pub(super) fn take_session(&mut self, opened: Opened, mut session: Session) {
        if let Some(old) = self.session.take() {
            tokio::spawn(old.end());
        }
        self.epoch += 1;
        self.given = 0;
        self.idle_at = None;
        session.watch();
        session.start(self.epoch, self.reports.send.clone());
        self.session = Some(session);
        let effects = self.app.update(Msg::Opened(Box::new(opened)), Timestamp::now());
        effects.into_iter().for_each(|effect| self.execute(effect));
    }

    fn execute(&mut self, effect: Effect) {
        match effect {
            Effect::Work(job) => self.give(job),
            Effect::Copy(text) => self.copied.push(text),
            Effect::Open(name) => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.opened.send.clone());
                tokio::spawn(async move {
                    let opened = opener.open(name.as_deref()).await;
                    let draft = || name.as_deref().and_then(|name| opener.draft_of(name)).map(Box::new);
                    let _ = reply.send(opened.map_err(|error| (error, draft())));
                });
            }
            Effect::SaveProfile(draft) => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.opened.send.clone());
                tokio::spawn(async move {
                    let _ = reply.send(opener.save(draft).await.map_err(|error| (error, None)));
                });
            }
            Effect::MapGroup { mapping, group } => {
                self.opening += 1;
                let (opener, reply) = (self.opener.clone(), self.mapped.send.clone());
                let kept = self.session.as_ref().is_some_and(|session| session.demo().is_none());
                let profile = self.app.profile.as_ref().filter(|_| kept).map(|profile| profile.name.clone());
                tokio::task::spawn_blocking(move || reply.send(opener.map_group(profile.as_deref(), mapping, &group)));
            }
            Effect::ReadList { team, path } => {
                self.opening += 1;
                let reply = self.lists.send.clone();
                tokio::task::spawn_blocking(move || reply.send((team, list::read(&path))));
            }
            Effect::Discard(records) => drop(tokio::task::spawn_blocking(move || drop(records))),
            Effect::Redraw => self.redraw = true,
            Effect::Suspend => self.suspend = true,
            Effect::Quit => self.quit = true,
        }
    }

    fn give(&mut self, job: Job) {
        if let Some(session) = &self.session {
            self.given += 1;
            session.give(job);
        }
    }
}
