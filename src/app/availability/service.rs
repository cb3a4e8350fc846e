//! Service accounts, which some providers do not let anybody edit.

use super::UnavailableReason;
use crate::{
    app::{App, check::CheckList},
    directory::{Id, RecordKind, record::User},
};

impl App {
    /// Whether any user can be edited: not if all are service accounts on a provider that edits none.
    pub(super) fn somebody(&self) -> Result<(), UnavailableReason> {
        self.someone()?;
        let Some(why) = self.capabilities().and_then(|can| can.fixed_services) else { return Ok(()) };
        let service = |id: &Id| self.directory.user(id).filter(|user| user.account.is_service());
        // Runs in every frame, so marks are searched only up to the first person.
        let marks = self
            .lists
            .pane()
            .filter(|pane| self.overlays.is_empty() && pane.kind == RecordKind::User)
            .map(|pane| &pane.marks);
        match (marks.filter(|marks| !marks.is_empty()), self.subject()) {
            (Some(marks), _) if marks.iter().any(|id| service(id).is_none()) => Ok(()),
            (Some(marks), _) if marks.len() > 1 => Err(format!("These are service accounts: {why}").into()),
            (Some(marks), _) => refused_service(marks.first().and_then(service), why),
            (None, Some(target)) if target.kind == RecordKind::User => refused_service(service(&target.id), why),
            _ => Ok(()),
        }
    }

    /// The reason why the row of the check list can't be changed: a service account on a provider that edits none.
    pub(in crate::app) fn fixed_row(&self, list: &CheckList) -> Option<UnavailableReason> {
        let why = self.capabilities()?.fixed_services?;
        let id = list.selected(&self.directory).filter(|_| list.kind() == RecordKind::User)?;
        let user = self.directory.user(&id).filter(|user| user.account.is_service());
        refused_service(user, why).err()
    }
}

pub(in crate::app) fn refused_service(user: Option<&User>, why: &str) -> Result<(), UnavailableReason> {
    user.map_or(Ok(()), |user| Err(format!("{} is a service account: {why}", user.user_name).into()))
}
