//! W&B's audit log (docs/src/providers/wandb.md#audit-log).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    dialect::Hosting,
    directory::{
        Name,
        audit::{AuditEntry, AuditPage, AuditSpan},
        side_query::{SideAnswer, SideQuery, SideQueryKind},
    },
    scim::request::{ApiKind, Method, Request},
};

/// Entries of one answer at most: enough for a busy day, and no flood.
const PAGE: &str = "1000";

/// Asks for a part of the log.
pub(super) fn inquiry(hosting: Hosting, span: AuditSpan) -> SideQuery {
    let path: &[&str] = if hosting == Hosting::MultiTenant { &["audit_logs"] } else { &["admin", "audit_logs"] };
    let request = Request { api: ApiKind::Api, ..Request::new(Method::Get, path.iter().copied()) }
        .query("startDate", span.from.to_string())
        // The first day is not counted.
        .query("numDays", (span.days - 1).to_string())
        .query("limit", PAGE);
    let request = match &span.cursor {
        Some(cursor) => request.query("cursor", cursor),
        None => request,
    };
    SideQuery { topic: SideQueryKind::AuditLog(span), name: Name::default(), request }
}

/// Reads an answer: one document, or an entry a line, as releases without `limit` write it. `None` for anything else.
pub(super) fn told(body: &[u8]) -> Option<SideAnswer> {
    let mut page = AuditPage::default();
    let documents = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    for document in documents {
        let document = document.ok()?;
        match document.get("audit_logs") {
            Some(entries) => {
                page.entries.extend(entries.as_array().into_iter().flatten().map(entry));
                let next = document.get("next_cursor").and_then(Value::as_str);
                page.next = next.filter(|next| !next.is_empty()).map(str::to_owned);
            }
            None if document.get("action").is_some() => page.entries.push(entry(&document)),
            None => return None,
        }
    }
    Some(SideAnswer::AuditLog(page))
}

fn entry(raw: &Value) -> Arc<AuditEntry> {
    let text = |key: &str| raw.get(key).and_then(Value::as_str).unwrap_or_default();
    let first = |keys: [&str; 2]| Name::from(keys.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or(""));
    let code = raw.get("response_code").and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    Arc::new(AuditEntry {
        id: raw.to_string().as_str().into(),
        at: text("timestamp").parse::<Timestamp>().ok(),
        action: text("action").into(),
        actor: first(["actor_email", "actor_user_id"]),
        user: first(["user_email", "user_asset"]),
        team: first(["entity_name", "entity_asset"]),
        code: code.and_then(|code| u16::try_from(code).ok()),
        raw: raw.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Option<AuditPage> {
        match told(body.as_bytes())? {
            SideAnswer::AuditLog(page) => Some(page),
            _ => None,
        }
    }

    #[test]
    fn a_document_and_a_stream_of_lines_are_read_alike() {
        let line = r#"{"action":"team:uninvite","actor_email":"ann@x.io","user_asset":"VXNl","entity_name":"vision",
            "timestamp":"2026-08-01T14:00:00Z","response_code":200}"#;
        let one = page(&format!(r#"{{"audit_logs":[{line}],"count":1,"next_cursor":"abc"}}"#)).unwrap();
        assert_eq!(one.next.as_deref(), Some("abc"));
        let lines = page(&format!("{line}\n{line}\n")).unwrap();
        assert_eq!((lines.entries.len(), lines.next), (2, None));
        assert_eq!(lines.entries[0], one.entries[0]);
        let entry = &one.entries[0];
        assert_eq!((entry.actor.raw(), entry.user.raw(), entry.team.raw()), ("ann@x.io", "VXNl", "vision"));
        assert_eq!((entry.words(), entry.code), ("taken out", Some(200)));
    }

    #[test]
    fn an_empty_log_is_an_answer_and_anything_else_is_none() {
        assert_eq!(page("").unwrap().entries.len(), 0);
        assert_eq!(page(r#"{"audit_logs":null,"next_cursor":null}"#).unwrap().entries.len(), 0);
        assert_eq!(page("<html></html>"), None);
        assert_eq!(page(r#"{"message":"no"}"#), None);
    }
}
