//! The provider's audit log beside Activity: changes of access by all clients. Read page by page, one request at a
//! time.

use std::sync::Arc;

use super::{
    ActivityState, App, AppEffect, Overlay,
    side_query_box::{SideQueryBox, SideQueryStatus},
};
use crate::directory::{
    audit::{AuditEntry, AuditSpan},
    side_query::SideQueryKind,
};

/// The number of pages of the same days that are read without a key press.
const PAGES: usize = 10;

/// The entries that were told.
#[derive(Debug, Default)]
pub(super) struct AuditRows {
    /// Entries about access, the newest first.
    entries: Vec<Arc<AuditEntry>>,
    /// The number of pages of the same days that were read since the last key press.
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

    /// Reads the days before those that were read, or the remaining pages of these days.
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

    /// Shows the pages that have come, and asks for the next one while the box is open.
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

    /// True if the days that were read have more entries than were read.
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
