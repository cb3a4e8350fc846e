//! Single changes by name.

use super::{
    api_keys, beginnings, by_name,
    end::{ErrorCode, note},
    error::CommandError,
    further,
    headless_session::{HeadlessSession, USERS_AND_TEAMS},
    history, names,
    send::{Proposal, propose},
};
use crate::{
    cli::{CreateCommand, EditCommand, What},
    directory::{
        Id, Name, RecordKind,
        change::{Change, NewUser, RoleDraft, SeatKind},
        permissions,
        plan::{ProviderCapabilities, RoleChoice},
        refusal::{Refusal, RefusalCode},
    },
    runtime::Opener,
    scim::text::{clean, nearest_first},
};

pub(super) async fn run(opener: &Opener, profile: Option<&str>, edit: &EditCommand) -> Result<(), CommandError> {
    match edit {
        EditCommand::Undo { plan, on_top, send } => {
            return Box::pin(history::undo(opener, profile, *plan, *on_top, send)).await;
        }
        EditCommand::Retry { plan, send } => return Box::pin(history::retry(opener, profile, *plan, send)).await,
        EditCommand::Resume { drop, send } => return history::resume(opener, profile, *drop, send).await,
        EditCommand::Further(further) => return Box::pin(further::run(opener, profile, further)).await,
        _ => {}
    }
    // Errors in the arguments are reported before the server is asked.
    let given = GivenNames::of(edit)?;
    let send = edit.sending();
    let needed = needed(edit);
    let mut session = if by_name::serves(edit) && given.users.len() <= by_name::MOST_USERS {
        let mut session = HeadlessSession::open_by_name(opener, profile, send.parallel).await?;
        if session.begin(&needed).await? {
            if let Some(proposal) = by_name::proposal(&mut session, edit, &given).await? {
                return propose(session, proposal, send).await;
            }
            session.read_after_all(&needed).await?;
        }
        session
    } else {
        let mut session = HeadlessSession::open(opener, profile, send.parallel).await?;
        session.read(&needed).await?;
        session
    };
    if matches!(edit, EditCommand::Activate { .. }) {
        session.recall_vanished(&given.users);
    }
    let named = Named::of(&mut session, edit, &given).await?;
    session.fill(named.users.iter().cloned()).await?;
    taken(&mut session, edit).await?;
    let changes = match edit {
        EditCommand::Create(create) => created(&mut session, create, &named.users).await?,
        _ => changes(&session, edit, &named, &given)?,
    };
    let wanted = changes.len();
    let open = session.still_open(changes).await?;
    propose(session, open_of(wanted, open), send).await
}

/// The changes that are still to do, among all that were asked for.
pub(super) fn open_of(wanted: usize, open: Vec<Change>) -> Proposal {
    let so = wanted - open.len();
    let so = (so > 0 && !open.is_empty()).then(|| format!("{so} of {wanted} are so already."));
    Proposal { changes: open, notes: so.into_iter().collect(), ..Proposal::default() }
}

fn needed(edit: &EditCommand) -> Vec<RecordKind> {
    match edit {
        EditCommand::Delete { what: What::Role, .. } | EditCommand::Create(CreateCommand::Role { .. }) => {
            vec![RecordKind::User, RecordKind::Role]
        }
        // The list of teams is optional: if it is unknown, the guards say so.
        EditCommand::SetRole { team: None, .. }
        | EditCommand::Deactivate { .. }
        | EditCommand::Activate { .. }
        | EditCommand::SetSeat { .. }
        | EditCommand::SetName { .. }
        | EditCommand::SetEmail { .. }
        | EditCommand::Delete { what: What::User, .. }
        | EditCommand::Create(CreateCommand::Key { .. }) => vec![RecordKind::User],
        EditCommand::Create(CreateCommand::User { begin, .. }) if begin.is_empty() => vec![RecordKind::User],
        _ => USERS_AND_TEAMS.to_vec(),
    }
}

/// The names of users in the arguments, and all other names.
#[derive(Default)]
pub(super) struct GivenNames {
    pub users: Vec<String>,
    others: Vec<String>,
    last: String,
    seats: Vec<SeatKind>,
}

impl GivenNames {
    fn of(edit: &EditCommand) -> Result<Self, CommandError> {
        let users = |names: &[String]| -> Result<Self, CommandError> {
            Ok(Self { users: names::given(names)?, ..Self::default() })
        };
        match edit {
            EditCommand::SetRole { names, .. } => match names.as_slice() {
                [named @ .., role] => Ok(Self { last: role.clone(), ..users(named)? }),
                [] => Err(CommandError::usage("users and a role are missing")),
            },
            EditCommand::SetSeat { names, .. } => match names.as_slice() {
                [named @ .., product, seat] => {
                    Ok(Self { last: seat.clone(), seats: products(product)?, ..users(named)? })
                }
                _ => Err(CommandError::usage("write USER… models|weave|registry SEAT")),
            },
            EditCommand::Add { users: named, .. }
            | EditCommand::Remove { users: named, .. }
            | EditCommand::Deactivate { users: named, .. }
            | EditCommand::Activate { users: named, .. }
            | EditCommand::Delete { what: What::User, names: named, .. } => users(named),
            EditCommand::Delete { names: named, .. } => Ok(Self { others: names::given(named)?, ..Self::default() }),
            EditCommand::SetName { user, .. } | EditCommand::SetEmail { user, .. } => users(std::slice::from_ref(user)),
            EditCommand::Create(CreateCommand::Team { members, .. }) if !members.is_empty() => users(members),
            _ => Ok(Self::default()),
        }
    }
}

/// The products, separated by commas: `models,registry`. The access to registries comes first, so that the plan of a
/// seat can rely on its end.
fn products(text: &str) -> Result<Vec<SeatKind>, CommandError> {
    let product = |word: &str| {
        SeatKind::ALL.into_iter().find(|seat| seat.word().eq_ignore_ascii_case(word.trim())).ok_or_else(|| {
            let why = format!("{} is no product with seats", clean(word));
            CommandError::new(ErrorCode::ValueUnknown, why).hint("USER… models|weave|registry SEAT")
        })
    };
    let mut seats = text.split(',').map(product).collect::<Result<Vec<_>, CommandError>>()?;
    seats.sort_by_key(|seat| *seat != SeatKind::Registry);
    seats.dedup();
    Ok(seats)
}

/// Who and what is meant by the names given.
pub(super) struct Named {
    pub users: Vec<Id>,
    /// The team that the change is about.
    pub team: Option<Id>,
    /// Teams or roles that are deleted.
    pub others: Vec<Id>,
}

impl Named {
    async fn of(session: &mut HeadlessSession, edit: &EditCommand, given: &GivenNames) -> Result<Self, CommandError> {
        let team = match edit {
            EditCommand::SetRole { team: Some(team), .. }
            | EditCommand::Add { team, .. }
            | EditCommand::Remove { team, .. } => Some(names::team(session, team).await?),
            _ => None,
        };
        // The present members decide which changes are needless, and which can be undone.
        session.fill_teams(team.iter().cloned()).await?;
        let users = match (edit, &team) {
            (EditCommand::Remove { .. }, Some(team)) => names::members(session, team, &given.users).await?,
            _ => names::users(session, &given.users).await?,
        };
        let others = match edit {
            EditCommand::Delete { what: What::Team, .. } => names::teams(session, &given.others).await?,
            EditCommand::Delete { what: What::Role, .. } => names::roles(session, &given.others).await?,
            _ => Vec::new(),
        };
        Ok(Self { users, team, others })
    }
}

/// Looks up whether a record that the list lacks has the name of a new one. If the server can't be asked, the name must
/// be confirmed.
async fn taken(session: &mut HeadlessSession, edit: &EditCommand) -> Result<(), CommandError> {
    let (kind, names) = match edit {
        EditCommand::Create(CreateCommand::User { name, email, .. }) => {
            (RecordKind::User, vec![name.clone(), email.clone()])
        }
        EditCommand::Create(CreateCommand::Team { name, .. }) => (RecordKind::Team, vec![name.clone()]),
        _ => return Ok(()),
    };
    let asked = names::look_up(session, kind, &names).await?;
    let Some(why) = asked.unasked.values().next() else { return Ok(()) };
    let words = format!("whether the name is taken could not be looked up: {}", why.sentences());
    let send = edit.sending();
    if send.dry_run || send.confirm.as_deref() == Some(names[0].as_str()) {
        note(format_args!("scimitar: {words}"));
        return Ok(());
    }
    let hint = format!("--confirm \"{}\" creates it all the same", clean(&names[0]));
    Err(CommandError::new(ErrorCode::NotConfirmed, format!("nothing was sent: {words}")).hint(hint))
}

pub(super) fn changes(
    session: &HeadlessSession,
    edit: &EditCommand,
    named: &Named,
    given: &GivenNames,
) -> Result<Vec<Change>, CommandError> {
    let Named { users, team: at, others } = named;
    let each = |change: &dyn Fn(Id) -> Change| users.iter().cloned().map(change).collect::<Vec<_>>();
    let in_team = |change: &dyn Fn(Id, Id) -> Change| {
        let of = |team: &Id| users.iter().map(|user| change(user.clone(), team.clone())).collect::<Vec<_>>();
        at.as_ref().map(of).unwrap_or_default()
    };
    Ok(match edit {
        EditCommand::SetRole { team, registry, .. } => match (team, registry) {
            (Some(_), _) => {
                let role = team_role(session, &given.last)?;
                in_team(&|user, team| Change::SetTeamRole { user, team, role: role.clone() })
            }
            (_, Some(registry)) => {
                let role = known(&given.last, &choices(&session.can().registry_roles), "role in a registry")?;
                let registry = Name::from(registry.as_str());
                each(&|user| Change::SetRegistryRole { user, registry: registry.clone(), role: role.clone() })
            }
            _ => {
                let role = org_role(session.can(), &given.last)?;
                each(&|user| Change::SetOrgRole { user, role: role.clone() })
            }
        },
        EditCommand::Add { role: Some(role), .. } => {
            let role = team_role(session, role)?;
            in_team(&|user, team| Change::SetTeamRole { user, team, role: role.clone() })
        }
        EditCommand::Add { role: None, .. } => in_team(&|user, team| Change::AddMember { team, user }),
        EditCommand::Remove { .. } => in_team(&|user, team| Change::RemoveMember { team, user }),
        EditCommand::Deactivate { .. } => each(&|user| Change::SetActive { user, active: false }),
        EditCommand::Activate { .. } => each(&|user| Change::SetActive { user, active: true }),
        EditCommand::SetSeat { .. } => {
            if let Err(why) = session.can().can(crate::directory::change::ChangeVerb::SetSeat) {
                return Err(CommandError::refused(why.clone()));
            }
            let level = |seat: &SeatKind| {
                let levels = session.directory.seat_levels(*seat, session.can());
                Ok((*seat, known(&given.last, &levels, seat.label())?))
            };
            let wanted = given.seats.iter().map(level).collect::<Result<Vec<_>, CommandError>>()?;
            let of = |user: &Id| {
                let set =
                    |(seat, to): &(SeatKind, Name)| Change::SetSeat { user: user.clone(), seat: *seat, to: to.clone() };
                wanted.iter().map(set).collect::<Vec<_>>()
            };
            users.iter().flat_map(of).collect()
        }
        EditCommand::SetName { name, .. } => each(&|user| Change::SetDisplayName { user, to: name.clone() }),
        EditCommand::SetEmail { email, .. } => each(&|user| Change::SetEmail { user, to: email.clone() }),
        EditCommand::Delete { what, .. } => match what {
            What::User => each(&|user| Change::DeleteUser { user }),
            What::Team => others.iter().cloned().map(|team| Change::DeleteTeam { team }).collect(),
            What::Role => others.iter().cloned().map(|role| Change::DeleteRole { role }).collect(),
        },
        EditCommand::Create(_)
        | EditCommand::Undo { .. }
        | EditCommand::Retry { .. }
        | EditCommand::Resume { .. }
        | EditCommand::Further(_) => Vec::new(),
    })
}

/// The changes that create the record with its first values.
pub(super) async fn created(
    session: &mut HeadlessSession,
    create: &CreateCommand,
    members: &[Id],
) -> Result<Vec<Change>, CommandError> {
    Ok(vec![match create {
        CreateCommand::User {
            name, email, display, external_id, first_name, last_name, instance_admin, begin, ..
        } => {
            if *instance_admin {
                let (user_name, email) = (name.clone(), email.clone());
                return beginnings::instance_admin(session, NewUser { user_name, email, ..NewUser::default() }, begin);
            }
            let new = beginnings::Newcomer {
                user: name,
                email,
                name: display.as_deref(),
                external_id: external_id.as_deref(),
                first_name: first_name.as_deref(),
                last_name: last_name.as_deref(),
            };
            return beginnings::changes(session, &new, begin).await;
        }
        CreateCommand::Team { name, bucket, external_id, .. } => {
            let (bucket, external_id) = (further::bucket(bucket), external_id.clone().unwrap_or_default());
            if let Some(known) = bucket.as_ref().and(session.directory.teams_named(&name.as_str().into()).next()) {
                let why = format!("there is a team named {} already", known.name);
                return Err(CommandError::refused(Refusal::new(RefusalCode::Exists, why))
                    .hint("where its files are is not told, and can't be changed afterwards"));
            }
            let (key, members) = (further::key(session), members.to_vec());
            Change::CreateTeam { key, name: name.clone(), members, bucket, external_id }
        }
        CreateCommand::Service { name, team, organisation, .. } => {
            further::service(session, name, team, *organisation).await?
        }
        CreateCommand::Key { description, .. } => api_keys::create(session, description).await?,
        CreateCommand::Role { name, inherits, permission, description, .. } => {
            let inherits = further::based_on(inherits)?;
            if let Some(bad) = permission.iter().find(|name| !permissions::is_permission(name)) {
                return Err(further::no_permission(bad));
            }
            let description = description.clone().unwrap_or_default();
            let role = RoleDraft { name: name.clone(), description, inherits, added: permission.clone() };
            Change::CreateRole { key: further::key(session), role }
        }
    }])
}

fn org_role(can: &ProviderCapabilities, text: &str) -> Result<Name, CommandError> {
    if let Err(why) = can.can(crate::directory::change::ChangeVerb::SetOrgRole) {
        return Err(CommandError::refused(why.clone()));
    }
    known(text, &choices(&can.org_roles), "role in the organisation")
}

fn team_role(session: &HeadlessSession, text: &str) -> Result<Name, CommandError> {
    if let Err(why) = session.can().can(crate::directory::change::ChangeVerb::SetTeamRole) {
        return Err(CommandError::refused(why.clone()));
    }
    let mut all = choices(&session.can().team_roles);
    all.extend(session.directory.records().roles().values().map(|role| role.name.clone()));
    known(text, &all, "role in a team").map_err(|stop| match session.incomplete(&[RecordKind::Role]).pop() {
        // The list may lack the role.
        Some(lacking) => stop.but(&format!(", and not all are known: {lacking}")),
        None => stop,
    })
}

fn choices(list: &[RoleChoice]) -> Vec<Name> {
    list.iter().map(|choice| choice.name.clone()).collect()
}

/// The name as the directory has it: predefined roles ignore case.
fn known(text: &str, all: &[Name], what: &str) -> Result<Name, CommandError> {
    let exact = all.iter().find(|name| name.raw() == text).or_else(|| all.iter().find(|name| name.is(text)));
    exact.cloned().ok_or_else(|| {
        let near = nearest_first(text, all.iter().map(Name::as_str));
        let near = near.into_iter().take(8).collect::<Vec<_>>().join(", ");
        let why = format!("no {what} is called {}", clean(text));
        CommandError::new(ErrorCode::ValueUnknown, why).hint(format!("nearest first: {near}"))
    })
}
