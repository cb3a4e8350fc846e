//! Arguments of changes.

use clap::{Args, Subcommand, ValueEnum};

use super::further::{Beginnings, BucketArgs, Further};

/// How a plan is sent.
#[derive(Debug, Clone, Default, Args)]
pub struct SendOptions {
    /// Show the plan and send nothing.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Don't ask, but for what wants a text typed: what removes many at once, or rests on what is not known.
    #[arg(short, long)]
    pub yes: bool,
    /// The text that a plan wants typed, for scripts: the plan's own words say which.
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Why this is wanted, or a ticket: kept in the journal with each change. A profile can demand it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Send the rest where some of the plan can't be sent.
    #[arg(long)]
    pub partial: bool,
    /// Send without writing the changes down: undo, retry and resume then know nothing of them. For when the journal can't be
    /// written; without it nothing is sent then.
    #[arg(long)]
    pub no_journal: bool,
    /// Changes under way at a time, in the place of the profile's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallel: Option<u16>,
    /// Print plan and outcomes as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A product with seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeatProduct {
    /// W&B Models.
    Models,
    /// W&B Weave.
    Weave,
}

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// A user.
    User,
    /// A team.
    Team,
    /// A custom role.
    Role,
}

/// Said of every list of users.
const USERS: &str = "User names, emails or ids; - reads them from standard input, one a line";

/// Single changes.
#[derive(Debug, Subcommand)]
pub enum EditCommand {
    /// Give users a role: in the organisation, in a team (--team) or in a registry (--registry).
    SetRole {
        /// The users, then the role; - reads users from standard input, one a line.
        #[arg(required = true, num_args = 2.., value_names = ["USER", "ROLE"])]
        names: Vec<String>,
        /// In this team.
        #[arg(long, conflicts_with = "registry")]
        team: Option<String>,
        /// In this registry.
        #[arg(long)]
        registry: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Add users to a team.
    Add {
        /// The team.
        team: String,
        #[arg(required = true, help = USERS)]
        #[expect(missing_docs, reason = "said in the help")]
        users: Vec<String>,
        /// With this role.
        #[arg(long)]
        role: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Remove users from a team.
    Remove {
        /// The team.
        team: String,
        #[arg(required = true, help = USERS)]
        #[expect(missing_docs, reason = "said in the help")]
        users: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Deactivate users.
    Deactivate {
        #[arg(required = true, help = USERS)]
        #[expect(missing_docs, reason = "said in the help")]
        users: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Activate users again.
    Activate {
        #[arg(required = true, help = USERS)]
        #[expect(missing_docs, reason = "said in the help")]
        users: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Give users another seat, or another access to registries.
    SetSeat {
        /// The users, then models, weave or registry (or several, split by commas), then the seat.
        #[arg(required = true, num_args = 3.., value_names = ["USER", "PRODUCT", "SEAT"])]
        names: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Change a user's shown name.
    SetName {
        /// Who.
        user: String,
        /// The new name.
        name: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Change a user's primary email.
    SetEmail {
        /// Who.
        user: String,
        /// The new address.
        email: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented there")]
    Further(Further),
    /// Create a user, a team, a custom role, a service account or an API key.
    #[command(subcommand)]
    Create(CreateCommand),
    /// Delete users, teams or custom roles.
    Delete {
        /// What they are.
        what: What,
        /// Their names or ids; - reads them from standard input, one a line.
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Take a plan back.
    Undo {
        /// Its number, as Activity shows it; the newest one, where none is named.
        #[arg(value_name = "PLAN")]
        plan: Option<i64>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Try again what failed of a plan.
    Retry {
        /// Its number, as Activity shows it; the newest with failures, where none is named.
        #[arg(value_name = "PLAN")]
        plan: Option<i64>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Send what an earlier run left unsent, after it was interrupted.
    Resume {
        /// Drop it instead.
        #[arg(long)]
        drop: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
}

/// What is created.
#[derive(Debug, Subcommand)]
pub enum CreateCommand {
    /// A user.
    User {
        /// The user name.
        name: String,
        /// The primary address.
        #[arg(long)]
        email: String,
        /// The shown name.
        #[arg(long = "name", value_name = "NAME")]
        display: Option<String>,
        /// The identity provider's own id.
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
        /// The first name (name.givenName).
        #[arg(long, value_name = "NAME")]
        first_name: Option<String>,
        /// The last name (name.familyName).
        #[arg(long, value_name = "NAME")]
        last_name: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented there")]
        begin: Box<Beginnings>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// A service account of a team, or of the organisation.
    Service {
        /// Its name.
        name: String,
        /// The team that it belongs to, or that it works for by default.
        #[arg(long)]
        team: String,
        /// Of the whole organisation.
        #[arg(long)]
        organisation: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// An API key for the owner of the key in use; it is printed once.
    Key {
        /// What it is for: later it is known by that alone.
        description: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// A team.
    Team {
        /// Its name.
        name: String,
        /// Its first members.
        #[arg(value_name = "USER")]
        members: Vec<String>,
        /// The identity provider's own id of it.
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented there")]
        bucket: Box<BucketArgs>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// A custom role.
    Role {
        /// Its name.
        name: String,
        /// The predefined role that it builds on.
        #[arg(long, value_name = "ROLE")]
        inherits: String,
        /// A permission that it adds, such as artifact:create; can be given several times.
        #[arg(long, value_name = "PERMISSION")]
        permission: Vec<String>,
        /// Free text.
        #[arg(long)]
        description: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
}

impl EditCommand {
    /// How it is sent.
    pub fn sending(&self) -> &SendOptions {
        match self {
            EditCommand::SetRole { send, .. }
            | EditCommand::Add { send, .. }
            | EditCommand::Remove { send, .. }
            | EditCommand::Deactivate { send, .. }
            | EditCommand::Activate { send, .. }
            | EditCommand::SetSeat { send, .. }
            | EditCommand::SetName { send, .. }
            | EditCommand::SetEmail { send, .. }
            | EditCommand::Delete { send, .. }
            | EditCommand::Undo { send, .. }
            | EditCommand::Retry { send, .. }
            | EditCommand::Resume { send, .. }
            | EditCommand::Create(
                CreateCommand::User { send, .. }
                | CreateCommand::Team { send, .. }
                | CreateCommand::Role { send, .. }
                | CreateCommand::Service { send, .. }
                | CreateCommand::Key { send, .. },
            ) => send,
            EditCommand::Further(further) => further.sending(),
        }
    }
}
