//! W&B's audit log: what the seed says somebody did earlier, and each change that takes effect. `/audit_logs` on the
//! shared service, `/admin/audit_logs` on a single tenant; parameters and shapes as documented.
//!
//! Chosen where nothing is published: ids of people are their SCIM ids, a cursor is the place of the next entry.

use axum::http::{Method, StatusCode};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use serde_json::{Value, json};

use super::clock::UnixSeconds;
use super::dice::Dice;
use super::ids::{GlobalId, Kind};
use super::options::{DemoOptions, Hosting};
use super::records::{Account, OrganisationRole, RecordNumber};
use super::reply::{Answer, Refusal, RequestReply};
use super::request::AuthorisedRequest;
use super::state::State;

/// Entries that are there from the beginning.
const SEEDED: usize = 60;
/// Days that the seeded entries reach back.
const SEEDED_DAYS: usize = 30;
const DAY: u32 = 86_400;
/// The most entries of an answer, and the default, by hosting.
const LIMITS: [usize; 2] = [20_000, 1_000_000];

/// An entry; what does not apply is left out.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AuditRecord {
    action: &'static str,
    #[serde(flatten)]
    actor: AuditPerson<'static>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_asset: Option<String>,
    response_code: u16,
    timestamp: UnixSeconds,
}

/// Who did it.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
struct AuditPerson<'a> {
    actor_email: String,
    actor_user_id: String,
    actor_ip: &'a str,
}

/// The action and its subject.
pub(super) struct AuditDeed {
    action: &'static str,
    user: Option<String>,
    team: Option<String>,
}

/// All entries, the oldest first.
#[derive(Default)]
pub(super) struct AuditLog(Vec<AuditRecord>);

impl AuditLog {
    /// The entries that a server begins with.
    pub(super) fn seeded(state: &State, seed: u64, now: UnixSeconds) -> Self {
        let mut dice = Dice(seed ^ 0x6175_6469);
        let people: Vec<RecordNumber> = state.order().to_vec();
        let admins: Vec<RecordNumber> = people
            .iter()
            .copied()
            .filter(|number| {
                let is_admin = |user: &super::records::User| user.organisation_role == OrganisationRole::Admin;
                state.user(*number).is_some_and(|user| is_admin(user) && user.account == Account::Person)
            })
            .collect();
        let mut log = Self::default();
        let deeds =
            ["organization:update_member", "team:invite_user", "team:uninvite", "user:create_api_key", "user:login"];
        let mut times: Vec<u32> = (0..SEEDED).map(|_| (dice.below(SEEDED_DAYS * DAY as usize)) as u32).collect();
        times.sort_unstable_by(|one, other| other.cmp(one));
        for ago in times {
            let (actor, whom, action) = (*dice.one(&admins), *dice.one(&people), *dice.one(&deeds));
            let own = matches!(action, "user:login" | "user:create_api_key");
            let whom = state.user(if own { actor } else { whom });
            let team = whom.and_then(|user| state.team(user.teams.first()?.0)).map(|team| team.name.to_string());
            let deed = AuditDeed {
                action,
                user: whom.map(|user| user.email.to_string()),
                team: team.filter(|_| action.starts_with("team:")),
            };
            log.note(state, Some(actor), deed, UnixSeconds(now.0.saturating_sub(ago)));
        }
        log
    }

    /// Notes a deed that took effect.
    pub(super) fn note(&mut self, state: &State, actor: Option<RecordNumber>, deed: AuditDeed, now: UnixSeconds) {
        let actor = actor.and_then(|number| Some((number, state.user(number)?)));
        let number = deed.user.as_deref().and_then(|email| state.user_with_email(email));
        let team = deed.team.as_deref().and_then(|name| state.team_named(name));
        self.0.push(AuditRecord {
            action: deed.action,
            actor: AuditPerson {
                actor_email: actor.map(|(_, user)| user.email.to_string()).unwrap_or_default(),
                actor_user_id: actor.map(|(number, _)| GlobalId(Kind::User, number).text()).unwrap_or_default(),
                actor_ip: "192.0.2.7",
            },
            user_asset: number.map(|number| GlobalId(Kind::User, number).text()),
            user_email: deed.user.filter(|email| !email.is_empty()),
            entity_asset: team.map(|number| GlobalId(Kind::Team, number).text()),
            entity_name: deed.team,
            response_code: 200,
            timestamp: now,
        });
    }

    /// Answers a request for a part of the log.
    pub(super) fn answer(&self, ask: &AuthorisedRequest) -> Answer {
        let shared = ask.options.hosting == Hosting::MultiTenant;
        let number = |name: &str| -> Result<Option<usize>, Refusal> {
            let text = ask.parameter(name);
            text.map(|text| text.parse().map_err(|_| Refusal::value(format!("{name} must be a number")))).transpose()
        };
        let days = number("numDays")?.unwrap_or(0);
        if shared && days > 7 {
            return Err(Refusal::value("numDays must be 0 to 7"));
        }
        let day = |text: &str| -> Result<Date, Refusal> {
            let day = text.get(..10).unwrap_or(text);
            day.parse().map_err(|_| Refusal::value(format!("{text:?} is no date")))
        };
        let today = Timestamp::from_second(i64::from(ask.now.0)).unwrap_or_default().to_zoned(TimeZone::UTC).date();
        let span = Span::new().days(i64::try_from(days).unwrap_or(0));
        let from = ask.parameter("startDate").map_or_else(|| Ok(today.saturating_sub(span)), day)?;
        let to = match ask.parameter("endDate").filter(|_| !shared) {
            Some(end) => day(end)?,
            None => from.saturating_add(span).saturating_add(Span::new().days(1)),
        };
        let range = [from, to].map(|day| day.to_zoned(TimeZone::UTC).map(|at| at.timestamp()).unwrap_or_default());
        let [begin, end] = range.map(|at| u32::try_from(at.as_second()).unwrap_or(0));
        let found: Vec<&AuditRecord> =
            self.0.iter().filter(|entry| (begin..end).contains(&entry.timestamp.0)).collect();
        let private = !shared && ask.parameter("anonymize") == Some("true");
        let shown = |entry: &AuditRecord| {
            let mut shown = json!(entry);
            if let Some(object) = shown.as_object_mut().filter(|_| private) {
                ["actor_email", "user_email", "entity_name"].iter().for_each(|name| drop(object.remove(*name)));
            }
            shown
        };
        let limit = number("limit")?;
        if limit.is_none() && !shared && ask.parameter("endDate").is_none() {
            let lines: String = found.iter().flat_map(|entry| [shown(entry).to_string(), "\n".to_owned()]).collect();
            return Ok(RequestReply { body: lines.into_bytes(), ..RequestReply::json(StatusCode::OK, &Value::Null)? });
        }
        let limit = limit.unwrap_or(usize::MAX).min(LIMITS[usize::from(shared)]);
        let start = number("cursor")?.unwrap_or(0).min(found.len());
        let page: Vec<Value> = found[start..].iter().take(limit).map(|entry| shown(entry)).collect();
        let next = start + page.len();
        RequestReply::json(
            StatusCode::OK,
            &json!({
                "audit_logs": page,
                "range_start_time": range[0].to_string(),
                "range_end_time": range[1].to_string(),
                "count": page.len(),
                "next_cursor": (next < found.len()).then(|| next.to_string()),
            }),
        )
    }
}

/// True for the log's address in this hosting.
pub(super) fn is_at(options: &DemoOptions, path: &str) -> bool {
    path == if options.hosting == Hosting::MultiTenant { "/audit_logs" } else { "/admin/audit_logs" }
}

/// The deed of a SCIM request, before it takes effect; `None` where the log has no word for it.
pub(super) fn deed(
    options: &DemoOptions,
    state: &State,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Option<AuditDeed> {
    let segments: Vec<&str> = path.trim_start_matches("/scim/").split('/').collect();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let email = |id: &str| {
        let number = GlobalId::parse(Kind::User, &id.replace("%3D", "=").replace("%3d", "="))
            .or_else(|| state.user_with_email(id))?;
        Some(state.user(number)?.email.to_string())
    };
    let gone = if options.hosting == Hosting::MultiTenant { "user:deactivate" } else { "user:permanently_delete" };
    let operation = &body["Operations"][0];
    let (action, user, team) = match (method.as_str(), segments.as_slice()) {
        ("POST", ["Users"]) => ("user:create", body["emails"][0]["value"].as_str().map(str::to_owned), None),
        ("DELETE", ["Users", id]) => (gone, email(id), None),
        ("PATCH", ["Users", id]) => {
            let active = operation["value"].get("active").and_then(Value::as_bool);
            let action = match (operation["path"].as_str(), active) {
                (None, Some(false)) => "user:deactivate",
                (None, Some(true)) => "user:reactivate",
                (Some("displayName" | "emails"), _) => "user:update",
                _ => "organization:update_member",
            };
            (action, email(id), operation["value"][0]["teamName"].as_str().map(str::to_owned))
        }
        ("POST", ["Groups"]) => ("team:create", None, body["displayName"].as_str().map(str::to_owned)),
        ("PATCH", ["Groups", id]) => {
            let number = GlobalId::parse(Kind::Team, &id.replace("%3D", "=").replace("%3d", "="))?;
            let team = state.team(number)?.name.to_string();
            let adds = operation["op"] == "add";
            let path = operation["path"].as_str().unwrap_or_default();
            let member = if adds { operation["value"][0]["value"].as_str() } else { path.split('"').nth(1) };
            (if adds { "team:invite_user" } else { "team:uninvite" }, member.and_then(email), Some(team))
        }
        _ => return None,
    };
    Some(AuditDeed { action, user, team })
}

/// The deed of a GraphQL operation; `caller` is the address of whoever asks.
pub(super) fn graph_deed(
    name: &str,
    variable: impl Fn(&str) -> Option<String>,
    caller: Option<String>,
) -> Option<AuditDeed> {
    let (action, user, team) = match name {
        "CreateInvite" => ("team:invite_user", variable("email"), variable("entity")),
        "DeleteInvite" => ("team:uninvite", None, variable("entity")),
        "CreateTeam" => ("team:create", None, variable("teamName")),
        "CreateServiceAccount" => ("team:create_service_account", None, variable("entity")),
        "CreateUserFromAdmin" => ("user:create", variable("email"), None),
        "GenerateApiKey" => ("user:create_api_key", caller, None),
        "DeleteApiKey" => ("user:delete_api_key", None, None),
        _ => return None,
    };
    Some(AuditDeed { action, user, team })
}
