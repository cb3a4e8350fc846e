//! Whether the person can have seen what a key is about: nothing is sent by a key that was pressed for something else, be
//! it held down, pressed twice, or part of a text that was pasted.

use std::mem::{Discriminant, discriminant};

use jiff::{SignedDuration, Timestamp};

use super::{App, Overlay};

/// Nobody reads a box and answers it in less time.
const MOMENT: SignedDuration = SignedDuration::from_millis(300);

/// What is on top: where it lies, its kind, and of a plan how many steps it has.
type Top = (usize, Option<Discriminant<Overlay>>, usize);

/// Since when what is on top is on the screen.
#[derive(Debug, Default)]
pub(super) struct Sight {
    top: Option<Top>,
    drawn: bool,
    since: Option<Timestamp>,
}

impl Sight {
    /// The terminal has taken what was drawn.
    pub(super) fn shown(&mut self, now: Timestamp) {
        if self.drawn && self.since.is_none() {
            self.since = Some(now);
        }
    }
}

impl App {
    /// A frame was drawn of the present state.
    pub fn drawn(&mut self) {
        self.sight.drawn = true;
    }

    /// True while a box was drawn, and the terminal is not known to have taken that: [`super::Msg::Shown`] says so.
    pub fn awaits_frame(&self) -> bool {
        self.sight.drawn && self.sight.since.is_none() && !self.overlays.is_empty()
    }

    /// Something else is on top: nobody has seen it yet.
    pub(super) fn follow_top(&mut self) {
        let steps = match self.overlays.last() {
            Some(Overlay::Preview(preview)) => preview.plan.steps.len(),
            _ => 0,
        };
        let top = Some((self.overlays.len(), self.overlays.last().map(discriminant), steps));
        if self.sight.top != top {
            self.sight = Sight { top, ..Sight::default() };
        }
    }

    /// True if the box on top was on the screen for a moment before this key.
    pub(super) fn was_seen(&mut self) -> bool {
        let (now, since) = (self.now, &mut self.sight.since);
        if since.is_some_and(|since| since > now) {
            // The clock was set back.
            *since = Some(now);
        }
        since.is_some_and(|since| now.duration_since(since) >= MOMENT)
    }
}
