//! The provider's audit log: the actions of all clients. Read-only; one request after another.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::{
    end::{ErrorCode, heard, note},
    error::CommandError,
    headless_session::HeadlessSession,
    names,
    table::Table,
};
use crate::{
    cli::AuditArgs,
    directory::{
        RecordKind,
        audit::{AuditEntry, AuditPage, AuditSpan, DAYS, merged},
        refusal::Refusal,
        side_query::SideQueryKind,
    },
    output::out,
    runtime::Opener,
};

/// Answers at most: what is left is said.
const PAGES: usize = 200;

pub(super) async fn list(opener: &Opener, profile: Option<&str>, args: &AuditArgs) -> Result<(), CommandError> {
    let mut session = if args.users.is_empty() {
        HeadlessSession::open_by_name(opener, profile, None).await?
    } else {
        HeadlessSession::open(opener, profile, None).await?
    };
    if let Some(why) = session.can().no_audit_log {
        return Err(CommandError::refused(Refusal::unsupported(why)));
    }
    let people = match args.users.as_slice() {
        [] => Vec::new(),
        users => {
            session.read(&[RecordKind::User]).await?;
            names::users(&mut session, users).await?
        }
    };
    // The owner of the key tells this user's actions from those of others.
    session.ask(Vec::new()).await?;
    let (pages, rest) = read(&mut session, spans(args)).await?;
    let directory = &session.directory;
    let concerned = |entry: &Arc<AuditEntry>| {
        people.is_empty()
            || people.iter().filter_map(|id| directory.user(id)).any(|user| {
                let names = [user.id.as_ref(), user.user_name.raw(), user.email.raw()];
                names.iter().any(|name| !name.is_empty() && (entry.user.is(name) || entry.actor.is(name)))
            })
    };
    let owner = directory.owner();
    let others = |entry: &Arc<AuditEntry>| !args.elsewhere || owner.is_none_or(|owner| !entry.is_by(owner));
    if args.elsewhere && owner.is_none() {
        note("scimitar: whose key is in use is not told, so that nothing is left out as your own.");
    }
    let mut entries = merged(pages.iter());
    entries.retain(|entry| (args.all || entry.is_about_access()) && concerned(entry) && others(entry));
    let mut out = out().buffered();
    heard(if args.json {
        out.json_pretty(&entries.iter().map(|entry| &entry.raw).collect::<Vec<&Value>>())
    } else {
        let zone = TimeZone::system();
        let row = |entry: &Arc<AuditEntry>| {
            let at = entry.at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string());
            let code = entry.code.map(|code| code.to_string()).unwrap_or_default();
            vec![
                at.unwrap_or_default(),
                entry.actor.raw().to_owned(),
                entry.words().to_owned(),
                entry.user.raw().to_owned(),
                entry.team.raw().to_owned(),
                code,
            ]
        };
        let heads = vec!["time", "by", "what", "user", "team", "status"];
        Table { heads, rows: entries.iter().map(row).collect(), names: vec![1, 3, 4] }.print_all(&mut out)
    })?;
    heard(out.flush())?;
    session.close().await;
    if !rest {
        return Ok(());
    }
    let words = format!("the log has more than {PAGES} answers for these days: ask for fewer (--days, --from)");
    Err(CommandError::new(ErrorCode::Incomplete, words).printed())
}

/// The parts to ask for, the newest first.
fn spans(args: &AuditArgs) -> Vec<AuditSpan> {
    let newest = AuditSpan::newest(Timestamp::now());
    let last: Date = args.from.map_or(newest.from, |from| from);
    let mut left = i32::from(args.days);
    let mut from = match args.from {
        // Forwards from a day.
        Some(_) => last.saturating_add(jiff::Span::new().days(left)),
        None => newest.from.saturating_add(jiff::Span::new().days(DAYS)),
    };
    let mut spans = Vec::new();
    while left > 0 {
        let days = left.min(i32::from(DAYS));
        from = from.saturating_sub(jiff::Span::new().days(days));
        spans.push(AuditSpan { from, days: i8::try_from(days).unwrap_or(DAYS), cursor: None });
        left -= days;
    }
    spans
}

/// Reads these parts with all their pages. True if pages are left.
async fn read(session: &mut HeadlessSession, spans: Vec<AuditSpan>) -> Result<(Vec<AuditPage>, bool), CommandError> {
    let mut pages: Vec<AuditPage> = Vec::new();
    for span in spans {
        let mut next = Some(span);
        while let Some(span) = next {
            if pages.len() == PAGES {
                return Ok((pages, true));
            }
            let topic = SideQueryKind::AuditLog(span.clone());
            let failed = session.ask_slowly(vec![topic], "parts of the audit log", |_| false).await?;
            if let Some((_, failure)) = failed.into_iter().next() {
                return Err(failure.into());
            }
            let page = session.directory.audit_page(&span).cloned().unwrap_or_default();
            next = page.next.clone().map(|cursor| span.after(cursor));
            pages.push(page);
        }
    }
    Ok((pages, false))
}
