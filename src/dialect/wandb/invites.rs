//! Plans for invitations to teams (docs/src/providers/wandb.md#operations).

use super::graph;
use crate::{
    dialect::plan_context::{MembershipKnowledge, PlanContext, StepDraft, address, refuse},
    directory::{
        Id, Name,
        change::Change,
        plan::{ConfirmBy, Risk, Undo},
        refusal::{Refusal, RefusalCode},
        side_query::SideQueryKind,
    },
};

type Planned = Result<StepDraft, Refusal>;

pub(super) fn invite(case: PlanContext<'_>, key: &Id, team: &Id, to: &str, admin: bool) -> Planned {
    let (record, to) = (case.team(team)?, to.trim());
    if to.contains('@') {
        address(to)?;
    } else if to.is_empty() || to.contains(char::is_whitespace) {
        return refuse(RefusalCode::InvalidValue, "Whom? Write an email or a user name.");
    }
    if let Some(user) = case.0.users_named(to).find(|user| case.membership(record, &user.id) == MembershipKnowledge::In)
    {
        let (name, team) = (&user.user_name, &record.name);
        return if admin && case.0.is_team_admin(user, record) == Some(false) {
            let why = format!("{name} is in {team} already: a role in the team makes them its admin, no invitation.");
            refuse(RefusalCode::Exists, why)
        } else {
            refuse(RefusalCode::NoChange, format!("{name} is in {team} already."))
        };
    }
    if let Some(open) = case.0.roster(team).into_iter().flatten().find(|one| one.pending && one.is(to)) {
        let (name, team) = (Name::from(to), &record.name);
        return if admin && open.admin == Some(false) {
            let why = format!("{name} is invited to {team} already, and not as admin: withdraw that invitation first.");
            refuse(RefusalCode::Exists, why)
        } else {
            refuse(RefusalCode::NoChange, format!("{name} is invited to {team} already."))
        };
    }
    let undo = Undo::By(vec![Change::RevokeInvite { team: team.clone(), invite: key.clone(), to: to.to_owned() }]);
    let confirm = ConfirmBy::Ask(vec![graph::inquiry(SideQueryKind::Roster(team.clone()), case.0)?]);
    Ok(StepDraft::new(vec![graph::invite(&record.name, to, admin)], undo, confirm)
        .risk(Risk::Look)
        .note("They get a message now, which can't be taken back.".to_owned())
        .note("They are a member once they have accepted; until then the invitation can be taken back.".to_owned()))
}

pub(super) fn revoke(case: PlanContext<'_>, team: &Id, invite: &Id, to: &str) -> Planned {
    let record = case.team(team)?;
    let known = case.0.roster(team).and_then(|roster| roster.iter().find(|one| one.id == *invite));
    // The same call would remove a member.
    if known.is_some_and(|one| !one.pending) {
        return refuse(
            RefusalCode::Changed,
            format!("{} has accepted and is a member of {} now.", Name::from(to), record.name),
        );
    }
    let admin = known.is_some_and(|one| one.admin == Some(true));
    let again = Change::Invite { key: "new:again".into(), team: team.clone(), to: to.to_owned(), admin };
    let confirm = ConfirmBy::Ask(vec![graph::inquiry(SideQueryKind::Roster(team.clone()), case.0)?]);
    Ok(StepDraft::new(vec![graph::revoke(&record.name, invite)], Undo::By(vec![again]), confirm))
}
