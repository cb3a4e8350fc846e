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
    /// The text that a plan wants typed, for scripts; the refused command shows it.
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Reason or ticket, kept in the journal with each change. A profile can require it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Send the rest if a part of the plan can't be sent.
    #[arg(long)]
    pub partial: bool,
    /// Send without the journal if the journal can't be written: undo, retry and resume then know nothing of the changes.
    #[arg(long)]
    pub no_journal: bool,
    /// Number of changes under way at a time, instead of the profile's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=32))]
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
    #[command(override_usage = "scimitar set-role [OPTIONS] <USER>... <ROLE>")]
    SetRole {
        /// The users, then the role; - reads users from standard input, one a line.
        #[arg(required = true, num_args = 2.., value_name = "NAME")]
        names: Vec<String>,
        /// The team in which they get the role.
        #[arg(long, conflicts_with = "registry")]
        team: Option<String>,
        /// The registry in which they get the role.
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
        /// Their role in the team.
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
    #[command(override_usage = "scimitar set-seat [OPTIONS] <USER>... <PRODUCT> <SEAT>")]
    SetSeat {
        /// The users, then models, weave or registry (or several, split by commas), then the seat.
        #[arg(required = true, num_args = 3.., value_name = "NAME")]
        names: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Change a user's display name.
    SetName {
        /// The user.
        user: String,
        /// The new name.
        name: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Change a user's primary email.
    SetEmail {
        /// The user.
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
        /// The kind of record.
        what: What,
        /// Their names or ids; - reads them from standard input, one a line.
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Undo a plan.
    Undo {
        /// The plan's number in Activity; without a number the newest plan.
        #[arg(value_name = "PLAN")]
        plan: Option<i64>,
        /// Take back also what was changed since the plan; the undo names what goes with it.
        #[arg(long)]
        on_top: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Try the failed changes of a plan again.
    Retry {
        /// The plan's number in Activity; without a number the newest plan with failures.
        #[arg(value_name = "PLAN")]
        plan: Option<i64>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// Send the changes that an interrupted run left unsent.
    Resume {
        /// Drop these changes instead.
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
        /// The display name.
        #[arg(long = "name", value_name = "NAME")]
        display: Option<String>,
        /// The identity provider's own id of the user.
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
        /// The first name (name.givenName).
        #[arg(long, value_name = "NAME")]
        first_name: Option<String>,
        /// The last name (name.familyName).
        #[arg(long, value_name = "NAME")]
        last_name: Option<String>,
        /// Make an admin of the whole instance (W&B, not in Multi-tenant Cloud): only the email is sent.
        #[arg(long, conflicts_with_all = ["display", "external_id", "first_name", "last_name"])]
        instance_admin: bool,
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
        /// The account is the organisation's, not the team's.
        #[arg(long)]
        organisation: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap prints what is documented here")]
        send: SendOptions,
    },
    /// An API key for the owner of the key in use; the secret is printed once.
    Key {
        /// Description; the only way to recognise the key later.
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
        /// The identity provider's own id of the team.
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
        /// Description.
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
