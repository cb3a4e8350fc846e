//! Arguments of changes beyond roles and memberships: invitations, API keys, attributes, custom roles, one like another.

use clap::{ArgGroup, Args, Subcommand};

use super::edit::SendOptions;

/// The role, seats and memberships of a new user.
#[derive(Debug, Clone, Default, Args)]
pub struct Beginnings {
    /// The role in the organisation.
    #[arg(long)]
    pub role: Option<String>,
    /// The Models seat.
    #[arg(long, value_name = "SEAT")]
    pub models: Option<String>,
    /// The access to Weave.
    #[arg(long, value_name = "SEAT")]
    pub weave: Option<String>,
    /// The access to registries.
    #[arg(long, value_name = "ACCESS")]
    pub registry_access: Option<String>,
    /// A team, or TEAM=ROLE; can be given several times.
    #[arg(long = "team", value_name = "TEAM[=ROLE]")]
    pub teams: Vec<String>,
    /// A role in a registry; can be given several times.
    #[arg(long = "registry", value_name = "REGISTRY=ROLE")]
    pub registries: Vec<String>,
    /// A file with one user, as for `scimitar plan`: role, seats, teams and registries that no option sets.
    #[arg(long, value_name = "FILE")]
    pub template: Option<std::path::PathBuf>,
}

impl Beginnings {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        let Self { role, models, weave, registry_access, teams, registries, template } = self;
        let none = [role, models, weave, registry_access].into_iter().all(Option::is_none);
        none && teams.is_empty() && registries.is_empty() && template.is_none()
    }
}

/// Where a new team keeps its files.
#[derive(Debug, Clone, Default, Args)]
pub struct BucketArgs {
    /// The bucket or container for the team's files; needs --bucket-provider.
    #[arg(long, value_name = "NAME", requires = "provider")]
    pub bucket: Option<String>,
    /// COREWEAVE, AWS, AZURE, GCP or MINIO.
    #[arg(long = "bucket-provider", id = "provider", value_name = "PROVIDER", requires = "bucket")]
    pub provider: Option<String>,
    /// The path within the bucket.
    #[arg(long, value_name = "PATH", requires = "bucket")]
    pub bucket_path: Option<String>,
    /// The id of the key that encrypts the bucket.
    #[arg(long, value_name = "ID", requires = "bucket")]
    pub kms_key: Option<String>,
    /// The external id of the role that opens the bucket; AWS only.
    #[arg(long, value_name = "ID", requires = "bucket")]
    pub aws_external_id: Option<String>,
    /// The tenant; Azure only.
    #[arg(long, value_name = "ID", requires = "bucket")]
    pub azure_tenant: Option<String>,
    /// The client; Azure only.
    #[arg(long, value_name = "ID", requires = "bucket")]
    pub azure_client: Option<String>,
}

/// Changes beyond roles and memberships.
#[derive(Debug, Subcommand)]
pub enum Further {
    /// Change a custom role: name, description, base, permissions.
    EditRole {
        /// The role.
        role: String,
        /// Its new name.
        #[arg(long)]
        name: Option<String>,
        /// The new description.
        #[arg(long)]
        description: Option<String>,
        /// The predefined role that it builds on.
        #[arg(long, value_name = "ROLE")]
        inherits: Option<String>,
        /// A permission to add; can be given several times.
        #[arg(long, value_name = "PERMISSION")]
        add: Vec<String>,
        /// An added permission to remove; can be given several times.
        #[arg(long, value_name = "PERMISSION")]
        remove: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Remove users' roles in registries.
    #[command(group(ArgGroup::new("which").args(["registry", "all_registries"]).required(true)))]
    UnsetRole {
        /// User names, emails or ids; - reads them from standard input, one a line.
        #[arg(required = true)]
        users: Vec<String>,
        /// The registry.
        #[arg(long)]
        registry: Option<String>,
        /// Every registry.
        #[arg(long)]
        all_registries: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Invite people to a team; the server sends them a message.
    Invite {
        /// The team.
        team: String,
        /// Emails or user names; - reads them from standard input, one a line.
        #[arg(required = true, value_name = "WHOM")]
        to: Vec<String>,
        /// Invite them as admins of the team.
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Withdraw pending invitations to a team.
    Withdraw {
        /// The team.
        team: String,
        /// Emails or user names; - reads them from standard input, one a line.
        #[arg(required = true, value_name = "WHOM")]
        to: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Delete API keys; programs that use them are locked out.
    DeleteKey {
        /// The owner of the keys; `me` is the owner of the key in use.
        user: String,
        /// Public names (or their beginnings) or ids, as `scimitar api-keys` shows them.
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Set an attribute of a user that has no command of its own, such as title or name.givenName.
    SetAttribute {
        /// The user; with --team the team.
        of: String,
        /// The attribute's path, as `scimitar attributes` shows it.
        path: String,
        /// The new value; JSON if it is not text.
        #[arg(required_unless_present = "unset", conflicts_with = "unset")]
        value: Option<String>,
        /// Remove the attribute.
        #[arg(long)]
        unset: bool,
        /// The record is a team.
        #[arg(long)]
        team: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// End people's access: new admins for their teams, seats, invitations, API keys, then the account.
    Offboard {
        /// User names, emails or ids; - reads them from standard input, one a line.
        #[arg(required = true)]
        users: Vec<String>,
        /// The user who becomes admin of teams that would lose their last known admin.
        #[arg(long, value_name = "USER")]
        successor: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Give users the role, seats, teams and registries of another user.
    MakeLike {
        /// The user to copy from.
        model: String,
        /// User names, emails or ids; - reads them from standard input, one a line.
        #[arg(required = true)]
        users: Vec<String>,
        /// Also remove everything that the other user does not have.
        #[arg(long)]
        exact: bool,
        /// Go on even if the server gave only a part of the teams; without this option nothing is sent (status 6).
        #[arg(long)]
        allow_incomplete: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
}

impl Further {
    /// How it is sent.
    pub fn sending(&self) -> &SendOptions {
        match self {
            Further::EditRole { send, .. }
            | Further::UnsetRole { send, .. }
            | Further::Invite { send, .. }
            | Further::Withdraw { send, .. }
            | Further::DeleteKey { send, .. }
            | Further::SetAttribute { send, .. }
            | Further::Offboard { send, .. }
            | Further::MakeLike { send, .. } => send,
        }
    }
}

/// Invitations that nobody has accepted yet.
#[derive(Debug, Args)]
pub struct InvitationsArgs {
    /// The teams to ask about, one request each; without a name all teams.
    #[arg(value_name = "TEAM")]
    pub teams: Vec<String>,
    /// Print one JSON array.
    #[arg(long)]
    pub json: bool,
}

/// API keys without their secrets.
#[derive(Debug, Args)]
pub struct ApiKeysArgs {
    /// The owners of the keys; without a name everybody; `me` is the owner of the key in use.
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
    /// Only keys whose public name begins with this text.
    #[arg(long, value_name = "PREFIX")]
    pub find: Option<String>,
    /// Print one JSON array.
    #[arg(long)]
    pub json: bool,
}

/// All attributes of a record.
#[derive(Debug, Args)]
pub struct AttributesArgs {
    /// The user; with --team the team.
    pub of: String,
    /// The record is a team.
    #[arg(long)]
    pub team: bool,
    /// Print one JSON array.
    #[arg(long)]
    pub json: bool,
}

/// Two roles or two users to compare.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A custom role, or member or viewer; with --users a user.
    pub one: String,
    /// The other one.
    pub other: String,
    /// Compare two users: the changes that make the first like the second.
    #[arg(long)]
    pub users: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The provider's audit log.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Only what these people did, or what was done to them; user names, emails or ids.
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
    /// How many days (UTC), the last ones, or from --from on.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// The first day, such as 2026-11-01 (UTC).
    #[arg(long, value_name = "DAY")]
    pub from: Option<jiff::civil::Date>,
    /// Only what others did than the owner of the key in use.
    #[arg(long)]
    pub elsewhere: bool,
    /// Everything in the log, not only what is about access.
    #[arg(long)]
    pub all: bool,
    /// Print one JSON array of the entries as the server gave them.
    #[arg(long)]
    pub json: bool,
}
