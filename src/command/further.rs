//! Single changes other than roles and memberships. The console's planners plan them.

use jiff::Timestamp;

use super::{
    api_keys, attributes,
    compared::{self, LikenessExtent},
    end::ErrorCode,
    error::CommandError,
    headless_session::{HeadlessSession, USERS_AND_TEAMS},
    invitations, names, offboard,
    send::{Proposal, propose},
};
use crate::{
    cli::{BucketArgs, Further, SendOptions},
    directory::{
        Id, Name, RecordKind,
        change::{Change, NewService, RoleDraft, StorageBucket},
        permissions,
        record::Permission,
    },
    runtime::Opener,
    scim::text::{clean, nearest_first},
};

pub(super) async fn run(opener: &Opener, profile: Option<&str>, further: &Further) -> Result<(), CommandError> {
    match further {
        Further::EditRole { role, name, description, inherits, add, remove, send } => {
            let edits = RoleEdits { name, description, inherits, add, remove };
            edit_role(opener, profile, role, &edits, send).await
        }
        Further::UnsetRole { users, registry, send, .. } => {
            unset_role(opener, profile, users, registry.as_deref(), send).await
        }
        Further::Invite { team, to, admin, send } => invitations::invite(opener, profile, team, to, *admin, send).await,
        Further::Withdraw { team, to, send } => invitations::withdraw(opener, profile, team, to, send).await,
        Further::DeleteKey { user, keys, send } => api_keys::delete(opener, profile, user, keys, send).await,
        Further::SetAttribute { of, path, value, team, send, .. } => {
            let wanted = attributes::Wanted { of, team: *team, path, value: value.as_deref() };
            attributes::set(opener, profile, &wanted, send).await
        }
        Further::Offboard { users, successor, send } => {
            offboard::run(opener, profile, users, successor.as_deref(), send).await
        }
        Further::MakeLike { model, users, exact, allow_incomplete, send } => {
            let extent = LikenessExtent { exact: *exact, allow_incomplete: *allow_incomplete };
            compared::make_like(opener, profile, model, users, extent, send).await
        }
    }
}

/// A session that has read users and teams.
pub(super) async fn session(
    opener: &Opener,
    profile: Option<&str>,
    send: &SendOptions,
) -> Result<HeadlessSession, CommandError> {
    let mut session = HeadlessSession::open(opener, profile, send.parallel).await?;
    session.read(&USERS_AND_TEAMS).await?;
    Ok(session)
}

/// Sends the changes that are not made already. On the heap, because it holds the session and a plan.
pub(super) fn put_forward(
    mut session: HeadlessSession,
    changes: Vec<Change>,
    send: &SendOptions,
) -> impl Future<Output = Result<(), CommandError>> {
    Box::pin(async move {
        let wanted = changes.len();
        let open = session.still_open(changes).await?;
        let so = wanted - open.len();
        let so = (so > 0 && !open.is_empty()).then(|| format!("{so} of {wanted} are so already."));
        let proposal = Proposal { changes: open, notes: so.into_iter().collect(), ..Proposal::default() };
        propose(session, proposal, send).await
    })
}

/// The next provisional id.
pub(super) fn key(session: &mut HeadlessSession) -> Id {
    session.ids.next(Timestamp::now()).provisional()
}

struct RoleEdits<'a> {
    name: &'a Option<String>,
    description: &'a Option<String>,
    inherits: &'a Option<String>,
    add: &'a [String],
    remove: &'a [String],
}

async fn edit_role(
    opener: &Opener,
    profile: Option<&str>,
    role: &str,
    edits: &RoleEdits<'_>,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let RoleEdits { name, description, inherits, add, remove } = edits;
    if [name, description, inherits].iter().all(|edit| edit.is_none()) && add.is_empty() && remove.is_empty() {
        return Err(CommandError::usage(
            "nothing is to be changed: name --name, --description, --inherits, --add or --remove",
        ));
    }
    let mut session = HeadlessSession::open(opener, profile, send.parallel).await?;
    session.read(&[RecordKind::User, RecordKind::Role]).await?;
    let id = names::roles(&mut session, &[role.to_owned()]).await?.pop();
    let Some((id, now)) = id.and_then(|id| Some((id.clone(), session.directory.role(&id)?.clone()))) else {
        return Err(CommandError::new(ErrorCode::NameUnknown, format!("no role is called {}", clean(role))));
    };
    let before = RoleDraft::of(&now);
    let mut to = before.clone();
    if let Some(name) = name {
        to.name.clone_from(name);
    }
    if let Some(description) = description {
        to.description.clone_from(description);
    }
    if let Some(base) = inherits {
        to.inherits = based_on(base)?;
    }
    for permission in *add {
        if !permissions::is_permission(permission) {
            return Err(no_permission(permission));
        }
        if !to.added.contains(permission) {
            to.added.push(permission.clone());
        }
    }
    for permission in *remove {
        let Some(at) = to.added.iter().position(|added| added == permission) else {
            return Err(not_added(permission, &to, &now.permissions));
        };
        to.added.remove(at);
    }
    let changes = if to == before { Vec::new() } else { vec![Change::EditRole { role: id, to }] };
    put_forward(session, changes, send).await
}

/// The predefined role that a custom role inherits from.
pub(super) fn based_on(text: &str) -> Result<String, CommandError> {
    let base = permissions::BASES.into_iter().find(|base| base.eq_ignore_ascii_case(text));
    base.map(str::to_owned).ok_or_else(|| {
        let why = format!("no predefined role is called {}", clean(text));
        CommandError::new(ErrorCode::ValueUnknown, why).hint(format!("one of {}", permissions::BASES.join(", ")))
    })
}

/// Why a word is no permission.
pub(super) fn no_permission(text: &str) -> CommandError {
    CommandError::new(ErrorCode::ValueUnknown, format!("{} is no permission", clean(text)))
        .hint("write object:operation")
}

fn not_added(permission: &str, to: &RoleDraft, all: &[Permission]) -> CommandError {
    let inherited = all.iter().any(|one| one.inherited && one.name.raw() == permission);
    let why = if inherited {
        format!("{} comes with {}: it can't be removed alone", clean(permission), clean(&to.inherits))
    } else {
        format!("the role does not add {}", clean(permission))
    };
    let near = nearest_first(permission, to.added.iter().map(String::as_str)).into_iter().take(8).collect::<Vec<_>>();
    CommandError::new(ErrorCode::ValueUnknown, why).hint(format!("it adds {}", near.join(", ")))
}

async fn unset_role(
    opener: &Opener,
    profile: Option<&str>,
    users: &[String],
    registry: Option<&str>,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let given = names::given(users)?;
    let mut session = session(opener, profile, send).await?;
    let users = names::users(&mut session, &given).await?;
    session.fill(users.iter().cloned()).await?;
    let registry = registry.map(Name::from);
    let changes = users.into_iter().map(|user| Change::RemoveRegistryRole { user, registry: registry.clone() });
    put_forward(session, changes.collect(), send).await
}

/// The place of a new team's files, if one is named.
pub(super) fn bucket(args: &BucketArgs) -> Option<StorageBucket> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Some(StorageBucket {
        name: args.bucket.clone()?,
        provider: text(&args.provider).to_ascii_uppercase(),
        path: text(&args.bucket_path),
        kms_key: text(&args.kms_key),
        aws_external_id: text(&args.aws_external_id),
        azure_tenant: text(&args.azure_tenant),
        azure_client: text(&args.azure_client),
    })
}

/// A service account for a team, or for the organisation.
pub(super) async fn service(
    session: &mut HeadlessSession,
    name: &str,
    team: &str,
    organisation: bool,
) -> Result<Change, CommandError> {
    let team = names::team(session, team).await?;
    let service = NewService { name: name.to_owned(), organisation, team };
    Ok(Change::CreateService { key: key(session), service })
}
