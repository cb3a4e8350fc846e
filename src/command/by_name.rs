//! Single changes without lists: names are looked up, the records concerned are read alone, and guards decide by those.
//!
//! If these readings could decide otherwise than the whole lists, the command reads the lists.

use rustc_hash::FxHashSet;

use super::{
    edit::{self, GivenNames, Named},
    error::CommandError,
    headless_session::HeadlessSession,
    reports::ReportMeaning,
    send::{self, Proposal},
};
use crate::{
    cli::{CreateCommand, EditCommand, What},
    directory::{
        Id, Observation, RecordKind,
        change::Change,
        find::NameLevel,
        plan::{self, Plan},
        record::{Member, Record, User},
        refusal::Refusal,
        words::PlanLine,
        work::{LinkState, RefreshScope, WorkerJob, WorkerReport},
    },
};

/// The number of users above which the lists are cheaper.
pub(super) const MOST_USERS: usize = 40;
/// The number of a person's teams above which the lists are cheaper.
const MOST_TEAMS: usize = 6;
/// The limit of names in the profile that are looked up.
const MOST_NAMES: usize = 8;

/// True for commands that touch few records. Deletions of teams and roles need the lists, because their undo needs the
/// roles of all members or holders.
pub(super) fn serves(edit: &EditCommand) -> bool {
    match edit {
        EditCommand::SetRole { .. }
        | EditCommand::Add { .. }
        | EditCommand::Remove { .. }
        | EditCommand::Deactivate { .. }
        | EditCommand::Activate { .. }
        | EditCommand::SetSeat { .. }
        | EditCommand::SetName { .. }
        | EditCommand::SetEmail { .. }
        | EditCommand::Delete { what: What::User, .. }
        | EditCommand::Create(CreateCommand::Team { .. }) => true,
        // The teams and registries of a new user are looked up in the lists.
        EditCommand::Create(CreateCommand::User { begin, .. }) => begin.is_empty(),
        EditCommand::Create(CreateCommand::Role { .. } | CreateCommand::Service { .. } | CreateCommand::Key { .. })
        | EditCommand::Delete { .. }
        | EditCommand::Further(_)
        | EditCommand::Undo { .. }
        | EditCommand::Retry { .. }
        | EditCommand::Resume { .. } => false,
    }
}

/// The changes that the command asks for; `None` if only the lists decide.
pub(super) async fn proposal(
    session: &mut HeadlessSession,
    edit: &EditCommand,
    given: &GivenNames,
) -> Result<Option<Proposal>, CommandError> {
    // The undo of a deletion needs the user's teams, which elsewhere only the list of teams shows.
    if matches!(edit, EditCommand::Delete { .. }) && !session.can().holds().team_roles {
        return Ok(None);
    }
    let Some(named) = named(session, edit, given).await? else { return Ok(None) };
    if !has_free_name(session, edit).await? {
        return Ok(None);
    }
    // Errors in the values are reported once all records are known.
    let changes = match edit {
        EditCommand::Create(create) => edit::created(session, create, &named.users).await,
        _ => edit::changes(session, edit, &named, given),
    };
    let Ok(changes) = changes else { return Ok(None) };
    if changes.iter().any(|change| is_beyond_records(session, change)) {
        return Ok(None);
    }
    let wanted = changes.len();
    let open: Vec<Change> = changes.into_iter().filter(|change| !plan::already(change, &session.directory)).collect();
    if !know_teams(session, &open).await? {
        return Ok(None);
    }
    session.decide(&open).await?;
    let is_decided = is_decided(session, &open).await?;
    Ok(is_decided.then(|| Proposal { is_decided, ..edit::open_of(wanted, open) }))
}

/// The records that the given names mean.
async fn named(
    session: &mut HeadlessSession,
    edit: &EditCommand,
    given: &GivenNames,
) -> Result<Option<Named>, CommandError> {
    let team = match edit {
        EditCommand::SetRole { team, .. } => team.as_ref(),
        EditCommand::Add { team, .. } | EditCommand::Remove { team, .. } => Some(team),
        _ => None,
    };
    let team = team.map(std::slice::from_ref).unwrap_or_default();
    let Some(teams) = session.identify(RecordKind::Team, team).await? else { return Ok(None) };
    let Some(users) = session.identify(RecordKind::User, &given.users).await? else { return Ok(None) };
    if !are_plain_members(&teams, &users) {
        return Ok(None);
    }
    let by_id = teams.iter().chain(&users).map(Record::target);
    let by_id = by_id.filter(|target| team.iter().chain(&given.users).any(|name| *name == *target.id));
    by_id.for_each(|target| session.directory.meant_by_id(target));
    let ids = users.iter().map(|user| user.id().clone()).collect::<indexmap::IndexSet<Id>>();
    let team = teams.first().map(|team| team.id().clone());
    Ok(Some(Named { users: ids.into_iter().collect(), team, others: Vec::new() }))
}

/// False if a team may list one of these people otherwise than by the id: then only the list of users tells who is
/// meant.
fn are_plain_members(teams: &[Record], users: &[Record]) -> bool {
    let is_odd = |member: &Member, user: &User| {
        member.id != user.id
            && (member.id.eq_ignore_ascii_case(&user.id)
                || user.user_name.is(&member.id)
                || (!user.email.is_empty() && user.email.is(&member.id)))
    };
    let members = teams.iter().flat_map(|team| match team {
        Record::Team(team) => team.members.as_deref().unwrap_or_default(),
        Record::User(_) | Record::Role(_) => &[],
    });
    let users = || users.iter().filter_map(|user| if let Record::User(user) = user { Some(user) } else { None });
    !members.into_iter().any(|member| users().any(|user| is_odd(member, user)))
}

/// True unless another record may have the name of a new one.
async fn has_free_name(session: &mut HeadlessSession, edit: &EditCommand) -> Result<bool, CommandError> {
    let (kind, names) = match edit {
        EditCommand::Create(CreateCommand::User { name, email, .. }) => (
            RecordKind::User,
            vec![
                (NameLevel::Name, name),
                (NameLevel::Email, name),
                (NameLevel::Name, email),
                (NameLevel::Email, email),
            ],
        ),
        EditCommand::Create(CreateCommand::Team { name, .. }) => (RecordKind::Team, vec![(NameLevel::Name, name)]),
        _ => return Ok(true),
    };
    let mut names: Vec<(NameLevel, String)> = names.into_iter().map(|(level, name)| (level, name.clone())).collect();
    // A name without an @ is nobody's address.
    names.retain(|(level, name)| *level == NameLevel::Name || name.contains('@'));
    names.sort_unstable();
    names.dedup();
    session.is_vacant(kind, names).await
}

/// True if the readings may show less than the lists.
fn is_beyond_records(session: &HeadlessSession, change: &Change) -> bool {
    let directory = &session.directory;
    let nature = change.nature();
    let team = change.team().and_then(|team| directory.team(team));
    // A list may show members that the team's own record leaves out, and an id that is no user's may be a group's.
    let is_team_open = team.is_some_and(|team| {
        let is_member = change.person().is_some_and(|user| team.has(user));
        team.members.is_none() || (nature.takes() && !is_member)
    });
    // The highest of a person's groups gives the role, so all groups are needed.
    let is_mapped = directory.records().role_source().is_mapping()
        && (change.team().is_some() || nature.lowers_person() || nature.ends_org_admin());
    let person = change.person().and_then(|user| directory.user(user));
    let is_role_open = nature.ends_org_admin()
        && !session.can().holds().org_roles
        && person.is_some_and(|user| !user.org_role.is_told());
    is_team_open || is_mapped || is_role_open || person.is_some_and(|user| user.problem.is_some())
}

/// Reads the teams in which people may lose something, by their own records; false if these name no teams.
async fn know_teams(session: &mut HeadlessSession, changes: &[Change]) -> Result<bool, CommandError> {
    let cascading = session.can().cascading_role.clone();
    let is_everywhere = |change: &&Change| change.lowers_in_teams(cascading.as_ref());
    let people: Vec<Id> = changes.iter().filter(is_everywhere).filter_map(Change::person).cloned().collect();
    if !session.can().holds().team_roles {
        // Plans for such a provider do not depend on a person's teams, except those that create a deleted person again.
        return Ok(people.is_empty() || session.can().inactive_word.is_empty());
    }
    for id in people {
        if !session.identify_teams_of(id).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True if guards decide as they would with all lists. People who may prove that an admin stays are read alone.
async fn is_decided(session: &mut HeadlessSession, changes: &[Change]) -> Result<bool, CommandError> {
    let people: FxHashSet<Id> = changes.iter().flat_map(Change::concerned).cloned().collect();
    let people: Vec<Id> = people.into_iter().collect();
    if !people.is_empty() {
        let named = session.guards.names_to_find(&session.directory);
        // A name in the profile that matches nobody guards nobody, and a note says so.
        if named.len() > MOST_NAMES || session.identify(RecordKind::User, &named).await?.is_none() {
            return Ok(false);
        }
    }
    let owner = session.directory.owner().filter(|_| session.can().admin_keys);
    let mut owner = owner.map(|owner| owner.user_name.raw().to_owned()).filter(|name| !name.is_empty());
    let mut is_disk_asked = false;
    loop {
        let draft = draft(session, changes);
        if !draft.refused.is_empty() || !draft.plan.mass.is_empty() {
            return Ok(false);
        }
        let teams = draft.plan.among.undecided_teams();
        if !draft.plan.among.hangs_on_admins() && teams.is_empty() {
            return Ok(!draft.plan.among.is_teams_unread());
        }
        if draft.plan.among.hangs_on_admins()
            && let Some(name) = owner.take()
        {
            // A person who can't be found in this way proves nothing.
            let _ = session.identify(RecordKind::User, &[name]).await?;
            continue;
        }
        if std::mem::replace(&mut is_disk_asked, true) {
            return Ok(false);
        }
        for team in teams {
            session.read_admins(Some(team), people.clone()).await?;
        }
        if draft.plan.among.hangs_on_admins() {
            session.read_admins(None, people.clone()).await?;
        }
    }
}

/// The plan as guards see it now.
struct Draft {
    plan: Plan,
    refused: Vec<(PlanLine, Refusal)>,
}

fn draft(session: &mut HeadlessSession, changes: &[Change]) -> Draft {
    let stages = send::stages(changes.to_vec(), &session.directory);
    let mut plan = send::whole(session, &stages, None).plan;
    let refused = std::mem::take(&mut plan.refused);
    Draft { plan, refused }
}

impl HeadlessSession {
    /// The record that each name means, now in the directory; `None` if only the lists decide about one of them.
    pub async fn identify(&mut self, kind: RecordKind, names: &[String]) -> Result<Option<Vec<Record>>, CommandError> {
        if names.is_empty() {
            return Ok(Some(Vec::new()));
        }
        self.give(WorkerJob::Identify(kind, names.to_vec()));
        loop {
            match self.next().await? {
                ReportMeaning::Identified(records) => {
                    let records: Option<Vec<Record>> = records.into_iter().collect();
                    let fresh = records.iter().flatten().cloned().map(Observation::Record).collect();
                    self.directory.learn(fresh);
                    return Ok(records);
                }
                ReportMeaning::Link(LinkState::Down(failure)) => return Err(failure.into()),
                _ => {}
            }
        }
    }

    /// Reads the teams in a user's own record; false if some teams of the user stay unknown.
    pub(super) async fn identify_teams_of(&mut self, user: Id) -> Result<bool, CommandError> {
        let Some(grants) = self.directory.user(&user).and_then(|user| user.team_roles.as_deref()) else {
            return Ok(false);
        };
        let scopes: indexmap::IndexSet<String> = grants.iter().map(|grant| grant.scope.raw().to_owned()).collect();
        let scopes: Vec<String> = scopes.into_iter().collect();
        if scopes.len() > MOST_TEAMS {
            return Ok(false);
        }
        let Some(teams) = self.identify(RecordKind::Team, &scopes).await? else { return Ok(false) };
        let is_in = |team: &Id| self.directory.team(team).is_some_and(|team| team.has(&user));
        if !teams.iter().all(|team| is_in(team.id())) {
            return Ok(false);
        }
        self.directory.tell_teams_of(user);
        Ok(true)
    }

    /// True if nobody is known to have any of these names.
    pub async fn is_vacant(&mut self, kind: RecordKind, names: Vec<(NameLevel, String)>) -> Result<bool, CommandError> {
        self.give(WorkerJob::CheckVacant(kind, names));
        loop {
            match self.next().await? {
                ReportMeaning::Vacant(is_vacant) => return Ok(is_vacant),
                ReportMeaning::Link(LinkState::Down(failure)) => return Err(failure.into()),
                _ => {}
            }
        }
    }

    /// Reads alone people who are admins by the disk's records.
    pub async fn read_admins(&mut self, team: Option<Id>, beside: Vec<Id>) -> Result<(), CommandError> {
        self.give(WorkerJob::ReadAdmins(team, beside));
        while !matches!(self.next().await?, ReportMeaning::AdminsRead) {}
        Ok(())
    }

    /// Takes the reports of a session without lists.
    pub(super) fn take_by_name(&mut self, report: WorkerReport) -> ReportMeaning {
        match report {
            WorkerReport::ListsUnread(records) => {
                self.directory.replace(*records, true);
                ReportMeaning::ListsUnread
            }
            WorkerReport::ListsNeeded => {
                self.give(WorkerJob::Refresh(RefreshScope::All));
                ReportMeaning::Other
            }
            WorkerReport::Identified(records) => ReportMeaning::Identified(records),
            WorkerReport::Vacant(is_vacant) => ReportMeaning::Vacant(is_vacant),
            WorkerReport::AdminsRead => ReportMeaning::AdminsRead,
            _ => ReportMeaning::Other,
        }
    }
}
