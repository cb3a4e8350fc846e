//! Checks that the person has seen the box that a key is for. A key that was pressed for something else (held down,
//! pressed twice, or part of a pasted text) sends nothing.

use std::mem::{Discriminant, discriminant};

use jiff::{SignedDuration, Timestamp};

use super::{App, Overlay};

/// The shortest time in which a person can read a box and answer it.
const MOMENT: SignedDuration = SignedDuration::from_millis(300);

/// The identity of the top box: its depth, its kind, and the number of steps of a plan.
type TopView = (usize, Option<Discriminant<Overlay>>, usize);

/// The time since which the top box is on the screen.
#[derive(Debug, Default)]
pub(super) struct FrameSight {
    top: Option<TopView>,
    drawn: bool,
    since: Option<Timestamp>,
}

impl FrameSight {
    /// The terminal has taken the last frame.
    pub(super) fn shown(&mut self, now: Timestamp) {
        if self.drawn && self.since.is_none() {
            self.since = Some(now);
        }
    }
}

impl App {
    /// A frame of the present state was drawn.
    pub fn drawn(&mut self) {
        self.screen.sight.drawn = true;
    }

    /// True while a box was drawn, and the terminal has not confirmed the frame yet: [`super::AppMessage::Shown`] does.
    pub fn awaits_frame(&self) -> bool {
        self.screen.sight.drawn && self.screen.sight.since.is_none() && !self.overlays.is_empty()
    }

    /// Notices that another box is on top, which the person has not seen yet.
    pub(super) fn follow_top(&mut self) {
        let steps = match self.overlays.last() {
            Some(Overlay::Preview(preview)) => preview.plan.steps.len(),
            _ => 0,
        };
        let top = Some((self.overlays.len(), self.overlays.last().map(discriminant), steps));
        if self.screen.sight.top != top {
            self.screen.sight = FrameSight { top, ..FrameSight::default() };
        }
    }

    /// True if the top box was on the screen for a moment before this key.
    pub(super) fn was_seen(&mut self) -> bool {
        let (now, since) = (self.now, &mut self.screen.sight.since);
        if since.is_some_and(|since| since > now) {
            // The clock was set back.
            *since = Some(now);
        }
        since.is_some_and(|since| now.duration_since(since) >= MOMENT)
    }
}
