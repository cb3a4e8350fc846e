//! Plans for service accounts (docs/src/providers/wandb.md#service-accounts, docs/src/providers/wandb.md#operations).
//!
//! SCIM makes them where the server is known to list them; older servers know only the GraphQL call, and only for teams.

use serde_json::json;

use super::{
    graph,
    words::{ORG_SERVICE, SERVICE, TEAMS_USER},
};
use crate::{
    dialect::{
        Hosting,
        plan_context::{PlanContext, StepDraft, refuse},
        wire,
    },
    directory::{
        Id, RecordKind, ResourceRef,
        change::{Change, NewService},
        plan::{ConfirmBy, Risk, Undo},
        refusal::{Refusal, RefusalCode},
        side_query::SideQueryKind,
    },
    scim::urn,
};

type Planned = Result<StepDraft, Refusal>;

const NO_KEY: &str = "It has no API key yet: make one in the W&B app.";

pub(super) fn create(case: PlanContext<'_>, hosting: Hosting, key: &Id, service: &NewService) -> Planned {
    let name = service.name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return refuse(RefusalCode::InvalidValue, "A service account needs a name without spaces.");
    }
    if let Some(known) = case.0.users_named(name).next() {
        return refuse(RefusalCode::Exists, format!("{} is there already.", known.user_name));
    }
    let team = case.team(&service.team)?;
    let draft = if hosting == Hosting::MultiTenant || lists_services(case) {
        let account = if service.organisation { ORG_SERVICE } else { SERVICE };
        let body = json!({
            "schemas": [urn::USER, TEAMS_USER],
            "userName": name,
            "accountType": account,
            TEAMS_USER: {"defaultTeam": team.name.raw()},
        });
        let undo = Undo::By(vec![Change::DeleteUser { user: key.clone() }]);
        // The answer does not show the members that the team has now.
        let confirm = ConfirmBy::Reread(vec![ResourceRef::user(key), ResourceRef::team(&team.id)]);
        StepDraft::new(vec![wire::create(RecordKind::User, body)], undo, confirm)
    } else if service.organisation {
        return refuse(
            RefusalCode::Unsupported,
            "This server has shown no service accounts: servers before 0.81 create those of the organisation only in \
             the W&B app.",
        );
    } else {
        let never = "Over SCIM this server neither lists nor deletes service accounts: only the W&B app does.";
        let confirm = ConfirmBy::Ask(vec![graph::inquiry(SideQueryKind::Roster(team.id.clone()), case.0)?]);
        StepDraft::new(vec![graph::create_service(&team.name, name)], Undo::Never(never.into()), confirm)
            .note(format!("It is seen in the invitations and members of {}, not in the list of users.", team.name))
    };
    let everywhere = "A service account of the organisation works in every team.";
    Ok(draft.risk(Risk::Look).note(service.organisation.then(|| everywhere.to_owned())).note(NO_KEY.to_owned()))
}

/// Servers from 0.81 on say what kind of account each user is.
fn lists_services(case: PlanContext<'_>) -> bool {
    case.0.census().kinds_said > 0
}
