//! The box with a resource as the server gave it.

use super::{
    App, AppEffect, Overlay,
    action::Scope,
    overlay::{OverlayBehavior, OverlaySubject},
};
use crate::{
    directory::{ResourceRef, work::WorkerJob},
    scim::failure::Failure,
};

/// State of the box.
#[derive(Debug)]
pub struct RawBox {
    /// The resource.
    pub target: ResourceRef,
    /// `None` while it is being fetched.
    pub text: Option<Result<String, Failure>>,
    /// Lines scrolled away.
    pub scroll: usize,
}

impl OverlayBehavior for RawBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Record, Scope::Work, Scope::Global]
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }

    fn subject(&self) -> OverlaySubject {
        OverlaySubject::Record(self.target.clone())
    }
}

impl App {
    pub(super) fn open_raw(&mut self, target: ResourceRef, effects: &mut Vec<AppEffect>) {
        effects.push(AppEffect::Work(WorkerJob::Raw(target.clone())));
        self.overlays.push(Overlay::Raw(RawBox { target, text: None, scroll: 0 }));
    }

    /// Fetches the resource of the box on top once more.
    pub(super) fn fetch_raw_again(&mut self, effects: &mut Vec<AppEffect>) {
        if let Some(Overlay::Raw(raw)) = self.overlays.last_mut() {
            raw.text = None;
            effects.push(AppEffect::Work(WorkerJob::Raw(raw.target.clone())));
        }
    }

    pub(super) fn on_raw(&mut self, of: &ResourceRef, result: Result<String, Failure>) {
        let mut boxes = self.overlays.iter_mut().rev().filter_map(|overlay| match overlay {
            Overlay::Raw(raw) if raw.target == *of => Some(raw),
            _ => None,
        });
        if let Some(raw) = boxes.next() {
            raw.text = Some(result);
        }
    }
}
