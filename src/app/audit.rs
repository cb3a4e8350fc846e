//! The provider's audit log beside Activity: who changed access, also elsewhere. Read page by page, a request at a time.

use std::sync::Arc;

use super::{
    ActivityState, App, AppEffect, Overlay,
    side_query_box::{SideQueryBox, SideQueryStatus},
};
use crate::directory::{
    audit::{AuditEntry, AuditSpan},
    side_query::SideQueryKind,
};

/// So many pages of the same days are read without asking.
const PAGES: usize = 10;

/// The entries that were told.
#[derive(Debug, Default)]
pub(super) struct AuditRows {
    /// Entries about access, the newest first.
    entries: Vec<Arc<AuditEntry>>,
    /// Pages of the same days that were asked for since somebody asked.
    pages: usize,
    /// The last pages had more to follow.
    more: bool,
}

impl App {
    /// Opens the box with the newest days, or asks for them again.
    pub(super) fn open_audit(&mut self, effects: &mut Vec<AppEffect>) {
        self.activity.audit.pages = 0;
        self.ask_audit(AuditSpan::newest(self.now), effects);
    }

    /// Asks for the days before those that were read, or for the rest of these where there was more of it.
    pub(super) fn audit_earlier(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(SideQueryKind::AuditLog(span)) = self.aside().map(|aside| &aside.topic) else { return };
        let rest = self.directory.audit_page(span).and_then(|page| Some(span.after(page.next.clone()?)));
        let span = rest.unwrap_or_else(|| span.earlier());
        self.activity.audit.pages = 0;
        self.ask_audit(span, effects);
    }

    fn ask_audit(&mut self, span: AuditSpan, effects: &mut Vec<AppEffect>) {
        let topic = SideQueryKind::AuditLog(span);
        let asked = self.ask(&topic, effects);
        self.activity.audit.pages += 1;
        match self.overlays.last_mut() {
            Some(Overlay::Aside(aside)) if matches!(aside.topic, SideQueryKind::AuditLog(_)) => {
                (aside.topic, aside.asked) = (topic, asked);
            }
            _ => self.overlays.push(Overlay::Aside(SideQueryBox::new(topic, asked))),
        }
    }

    /// Pages were told: shows them, and asks for the next one while the box is open.
    pub(super) fn audit_told(&mut self, topics: &[SideQueryKind], effects: &mut Vec<AppEffect>) {
        let told = topics.iter().rev().find_map(|topic| match topic {
            SideQueryKind::AuditLog(span) => Some(span),
            _ => None,
        });
        let Some(span) = told else { return };
        self.activity.audit.entries = self.directory.audit_entries();
        self.activity.audit.entries.retain(|entry| entry.is_about_access());
        self.arrange_audit();
        let next = self.directory.audit_page(span).and_then(|page| page.next.clone());
        self.activity.audit.more = next.is_some();
        let open = self.aside().is_some_and(|aside| aside.topic == SideQueryKind::AuditLog(span.clone()));
        if let Some(cursor) = next.filter(|_| open && self.activity.audit.pages < PAGES) {
            self.ask_audit(span.after(cursor), effects);
        }
    }

    /// The entries that the filter of the box shows, in its order.
    pub fn audit_shown<'a>(&'a self, aside: &'a SideQueryBox) -> &'a [Arc<AuditEntry>] {
        aside.search.rows(self.activity.audit_rows())
    }

    /// True where the days that were read have more entries than were asked for.
    pub fn audit_has_more(&self) -> bool {
        self.activity.audit.more && !matches!(self.aside(), Some(aside) if aside.asked == SideQueryStatus::Waiting)
    }
}

impl ActivityState {
    /// Entries about access, as far as they were told, the newest first.
    pub fn audit_rows(&self) -> &[Arc<AuditEntry>] {
        &self.audit.entries
    }
}
