//! Single changes by name.

use super::{
    api_keys, beginnings, by_name,
    desk::{Desk, USERS_AND_TEAMS},
    end::{ErrorCode, Stop, note},
    further, history, names,
    send::{Proposal, propose},
};
use crate::{
    cli::{Create, Edit, What},
    directory::{
        Id, Kind, Name,
        change::{Change, RoleDraft, Seat},
        permissions,
        plan::{Capabilities, RoleChoice},
    },
    runtime::Opener,
    scim::text::{clean, nearest_first},
};

pub(super) async fn run(opener: &Opener, profile: Option<&str>, edit: &Edit) -> Result<(), Stop> {
    match edit {
        Edit::Undo { plan, send } => return history::undo(opener, profile, *plan, send).await,
        Edit::Retry { plan, send } => return history::retry(opener, profile, *plan, send).await,
        Edit::Resume { drop, send } => return history::resume(opener, profile, *drop, send).await,
        Edit::Further(further) => return Box::pin(further::run(opener, profile, further)).await,
        _ => {}
    }
    // Before the server is asked: what is typed wrong is said at once.
    let given = Given::of(edit)?;
    let send = edit.sending();
    let needed = needed(edit);
    let mut desk = if by_name::serves(edit) && given.users.len() <= by_name::MOST_USERS {
        let mut desk = Desk::open_by_name(opener, profile, send.parallel).await?;
        if desk.begin(&needed).await? {
            if let Some(proposal) = by_name::proposal(&mut desk, edit, &given).await? {
                return propose(desk, proposal, send).await;
            }
            desk.read_after_all(&needed).await?;
        }
        desk
    } else {
        let mut desk = Desk::open(opener, profile, send.parallel).await?;
        desk.read(&needed).await?;
        desk
    };
    let named = Named::of(&mut desk, edit, &given).await?;
    desk.fill(named.users.iter().cloned()).await?;
    taken(&mut desk, edit).await?;
    let changes = match edit {
        Edit::Create(create) => created(&mut desk, create, &named.users).await?,
        _ => changes(&desk, edit, &named, &given)?,
    };
    let wanted = changes.len();
    let open = desk.still_open(changes).await?;
    propose(desk, open_of(wanted, open), send).await
}

/// What is left of so many changes that were asked for.
pub(super) fn open_of(wanted: usize, open: Vec<Change>) -> Proposal {
    let so = wanted - open.len();
    let so = (so > 0 && !open.is_empty()).then(|| format!("{so} of {wanted} are so already."));
    Proposal { changes: open, notes: so.into_iter().collect(), ..Proposal::default() }
}

fn needed(edit: &Edit) -> Vec<Kind> {
    match edit {
        Edit::Delete { what: What::Role, .. } | Edit::Create(Create::Role { .. }) => vec![Kind::User, Kind::Role],
        // What teams there are is worth knowing, and nothing that decides: the guards say where it is not known.
        Edit::SetRole { team: None, .. }
        | Edit::Deactivate { .. }
        | Edit::Activate { .. }
        | Edit::SetSeat { .. }
        | Edit::SetName { .. }
        | Edit::SetEmail { .. }
        | Edit::Delete { what: What::User, .. }
        | Edit::Create(Create::Key { .. }) => vec![Kind::User],
        Edit::Create(Create::User { begin, .. }) if begin.is_empty() => vec![Kind::User],
        _ => USERS_AND_TEAMS.to_vec(),
    }
}

/// Names that stand for users, and those that stand for something else.
#[derive(Default)]
pub(super) struct Given {
    pub users: Vec<String>,
    others: Vec<String>,
    last: String,
    seats: Vec<Seat>,
}

impl Given {
    fn of(edit: &Edit) -> Result<Self, Stop> {
        let users =
            |names: &[String]| -> Result<Self, Stop> { Ok(Self { users: names::given(names)?, ..Self::default() }) };
        match edit {
            Edit::SetRole { names, .. } => match names.as_slice() {
                [named @ .., role] => Ok(Self { last: role.clone(), ..users(named)? }),
                [] => Err(Stop::usage("users and a role are missing")),
            },
            Edit::SetSeat { names, .. } => match names.as_slice() {
                [named @ .., product, seat] => {
                    Ok(Self { last: seat.clone(), seats: products(product)?, ..users(named)? })
                }
                _ => Err(Stop::usage("write USER… models|weave|registry SEAT")),
            },
            Edit::Add { users: named, .. }
            | Edit::Remove { users: named, .. }
            | Edit::Deactivate { users: named, .. }
            | Edit::Activate { users: named, .. }
            | Edit::Delete { what: What::User, names: named, .. } => users(named),
            Edit::Delete { names: named, .. } => Ok(Self { others: names::given(named)?, ..Self::default() }),
            Edit::SetName { user, .. } | Edit::SetEmail { user, .. } => users(std::slice::from_ref(user)),
            Edit::Create(Create::Team { members, .. }) if !members.is_empty() => users(members),
            _ => Ok(Self::default()),
        }
    }
}

/// The products named, split by commas: `models,registry`. The access to registries comes first, so that the plan of a
/// seat knows that it ends.
fn products(text: &str) -> Result<Vec<Seat>, Stop> {
    let product = |word: &str| {
        Seat::ALL.into_iter().find(|seat| seat.word().eq_ignore_ascii_case(word.trim())).ok_or_else(|| {
            let why = format!("{} is no product with seats", clean(word));
            Stop::new(ErrorCode::ValueUnknown, why).hint("USER… models|weave|registry SEAT")
        })
    };
    let mut seats = text.split(',').map(product).collect::<Result<Vec<_>, Stop>>()?;
    seats.sort_by_key(|seat| *seat != Seat::Registry);
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
    async fn of(desk: &mut Desk, edit: &Edit, given: &Given) -> Result<Self, Stop> {
        let team = match edit {
            Edit::SetRole { team: Some(team), .. } | Edit::Add { team, .. } | Edit::Remove { team, .. } => {
                Some(names::team(desk, team).await?)
            }
            _ => None,
        };
        // Who is in it now decides what is so already, and what can be taken back.
        desk.fill_teams(team.iter().cloned()).await?;
        let users = match (edit, &team) {
            (Edit::Remove { .. }, Some(team)) => names::members(desk, team, &given.users).await?,
            _ => names::users(desk, &given.users).await?,
        };
        let others = match edit {
            Edit::Delete { what: What::Team, .. } => names::teams(desk, &given.others).await?,
            Edit::Delete { what: What::Role, .. } => names::roles(desk, &given.others).await?,
            _ => Vec::new(),
        };
        Ok(Self { users, team, others })
    }
}

/// Looks up whether a new record's name is taken by one that the list lacks. Where that can't be asked, the name is to be
/// confirmed.
async fn taken(desk: &mut Desk, edit: &Edit) -> Result<(), Stop> {
    let (kind, names) = match edit {
        Edit::Create(Create::User { name, email, .. }) => (Kind::User, vec![name.clone(), email.clone()]),
        Edit::Create(Create::Team { name, .. }) => (Kind::Team, vec![name.clone()]),
        _ => return Ok(()),
    };
    let asked = names::look_up(desk, kind, &names).await?;
    let Some(why) = asked.unasked.values().next() else { return Ok(()) };
    let words = format!("whether the name is taken could not be looked up: {}", why.sentences());
    let send = edit.sending();
    if send.dry_run || send.confirm.as_deref() == Some(names[0].as_str()) {
        note(format_args!("scimitar: {words}"));
        return Ok(());
    }
    let hint = format!("--confirm \"{}\" creates it all the same", clean(&names[0]));
    Err(Stop::new(ErrorCode::NotConfirmed, format!("nothing was sent: {words}")).hint(hint))
}

pub(super) fn changes(desk: &Desk, edit: &Edit, named: &Named, given: &Given) -> Result<Vec<Change>, Stop> {
    let Named { users, team: at, others } = named;
    let each = |change: &dyn Fn(Id) -> Change| users.iter().cloned().map(change).collect::<Vec<_>>();
    let in_team = |change: &dyn Fn(Id, Id) -> Change| {
        let of = |team: &Id| users.iter().map(|user| change(user.clone(), team.clone())).collect::<Vec<_>>();
        at.as_ref().map(of).unwrap_or_default()
    };
    Ok(match edit {
        Edit::SetRole { team, registry, .. } => match (team, registry) {
            (Some(_), _) => {
                let role = team_role(desk, &given.last)?;
                in_team(&|user, team| Change::SetTeamRole { user, team, role: role.clone() })
            }
            (_, Some(registry)) => {
                let role = known(&given.last, &choices(&desk.can().registry_roles), "role in a registry")?;
                let registry = Name::from(registry.as_str());
                each(&|user| Change::SetRegistryRole { user, registry: registry.clone(), role: role.clone() })
            }
            _ => {
                let role = org_role(desk.can(), &given.last)?;
                each(&|user| Change::SetOrgRole { user, role: role.clone() })
            }
        },
        Edit::Add { role: Some(role), .. } => {
            let role = team_role(desk, role)?;
            in_team(&|user, team| Change::SetTeamRole { user, team, role: role.clone() })
        }
        Edit::Add { role: None, .. } => in_team(&|user, team| Change::AddMember { team, user }),
        Edit::Remove { .. } => in_team(&|user, team| Change::RemoveMember { team, user }),
        Edit::Deactivate { .. } => each(&|user| Change::SetActive { user, active: false }),
        Edit::Activate { .. } => each(&|user| Change::SetActive { user, active: true }),
        Edit::SetSeat { .. } => {
            let level = |seat: &Seat| {
                let levels = desk.directory.seat_levels(*seat, desk.can());
                Ok((*seat, known(&given.last, &levels, seat.label())?))
            };
            let wanted = given.seats.iter().map(level).collect::<Result<Vec<_>, Stop>>()?;
            let of = |user: &Id| {
                let set =
                    |(seat, to): &(Seat, Name)| Change::SetSeat { user: user.clone(), seat: *seat, to: to.clone() };
                wanted.iter().map(set).collect::<Vec<_>>()
            };
            users.iter().flat_map(of).collect()
        }
        Edit::SetName { name, .. } => each(&|user| Change::SetDisplayName { user, to: name.clone() }),
        Edit::SetEmail { email, .. } => each(&|user| Change::SetEmail { user, to: email.clone() }),
        Edit::Delete { what, .. } => match what {
            What::User => each(&|user| Change::DeleteUser { user }),
            What::Team => others.iter().cloned().map(|team| Change::DeleteTeam { team }).collect(),
            What::Role => others.iter().cloned().map(|role| Change::DeleteRole { role }).collect(),
        },
        Edit::Create(_) | Edit::Undo { .. } | Edit::Retry { .. } | Edit::Resume { .. } | Edit::Further(_) => Vec::new(),
    })
}

/// What is created, and what it begins with.
pub(super) async fn created(desk: &mut Desk, create: &Create, members: &[Id]) -> Result<Vec<Change>, Stop> {
    Ok(vec![match create {
        Create::User { name, email, display, external_id, first_name, last_name, begin, .. } => {
            let new = beginnings::Newcomer {
                user: name,
                email,
                name: display.as_deref(),
                external_id: external_id.as_deref(),
                first_name: first_name.as_deref(),
                last_name: last_name.as_deref(),
            };
            return beginnings::changes(desk, &new, begin).await;
        }
        Create::Team { name, bucket, .. } => {
            let bucket = further::bucket(bucket);
            Change::CreateTeam { key: further::key(desk), name: name.clone(), members: members.to_vec(), bucket }
        }
        Create::Service { name, team, organisation, .. } => further::service(desk, name, team, *organisation).await?,
        Create::Key { description, .. } => api_keys::create(desk, description).await?,
        Create::Role { name, inherits, permission, description, .. } => {
            let inherits = further::based_on(inherits)?;
            if let Some(bad) = permission.iter().find(|name| !permissions::is_permission(name)) {
                return Err(further::no_permission(bad));
            }
            let description = description.clone().unwrap_or_default();
            let role = RoleDraft { name: name.clone(), description, inherits, added: permission.clone() };
            Change::CreateRole { key: further::key(desk), role }
        }
    }])
}

fn org_role(can: &Capabilities, text: &str) -> Result<Name, Stop> {
    if let Err(why) = can.can(crate::directory::change::Verb::SetOrgRole) {
        return Err(Stop::refused(why.clone()));
    }
    known(text, &choices(&can.org_roles), "role in the organisation")
}

fn team_role(desk: &Desk, text: &str) -> Result<Name, Stop> {
    if let Err(why) = desk.can().can(crate::directory::change::Verb::SetTeamRole) {
        return Err(Stop::refused(why.clone()));
    }
    let mut all = choices(&desk.can().team_roles);
    all.extend(desk.directory.records().roles().values().map(|role| role.name.clone()));
    known(text, &all, "role in a team").map_err(|stop| match desk.incomplete(&[Kind::Role]).pop() {
        // It may be one that the list lacks.
        Some(lacking) => stop.but(&format!(", and not all are known: {lacking}")),
        None => stop,
    })
}

fn choices(list: &[RoleChoice]) -> Vec<Name> {
    list.iter().map(|choice| choice.name.clone()).collect()
}

/// The name as it is known: predefined ones without regard to case.
fn known(text: &str, all: &[Name], what: &str) -> Result<Name, Stop> {
    let exact = all.iter().find(|name| name.raw() == text).or_else(|| all.iter().find(|name| name.is(text)));
    exact.cloned().ok_or_else(|| {
        let near = nearest_first(text, all.iter().map(Name::as_str));
        let near = near.into_iter().take(8).collect::<Vec<_>>().join(", ");
        let why = format!("no {what} is called {}", clean(text));
        Stop::new(ErrorCode::ValueUnknown, why).hint(format!("nearest first: {near}"))
    })
}
