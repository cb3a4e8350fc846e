//! The command line's arguments, in clap's terms.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, error::ErrorKind};

mod completions;
mod demo;
mod edit;
mod file;
mod further;
mod list;
mod man;

pub use completions::completions;
pub use demo::{BadLatency, DEMO_SEED, DemoArgs, KeyUnset, LatencyArg};
pub use edit::{CreateCommand, EditCommand, SeatProduct, SendOptions, What};
pub use file::{ApplyArgs, ExportArgs, ExportedKind, FileArgs, PlanArgs, PruneScope};
pub use further::{
    ApiKeysArgs, AttributesArgs, AuditArgs, Beginnings, BucketArgs, CompareArgs, Further, InvitationsArgs,
};
pub use list::{ActivityArgs, ListArgs, MembersArgs, OutputArgs, UsersArgs};
pub use man::{NoSuchPage, man_page, man_pages};

/// The places where the config file is looked for, as the `directories` crate has them on each platform.
macro_rules! places {
    () => {
        "\
The config file is config.toml in ~/.config/scimitar ($XDG_CONFIG_HOME) on Linux, in ~/Library/Application \
Support/scimitar on macOS, in %APPDATA%\\scimitar\\config on Windows; --config or SCIMITAR_CONFIG name another."
    };
}

/// The meanings of the exit codes.
macro_rules! codes {
    () => {
        "\
Exit status: 0 done, or nothing to do; 1 a part was not done; 2 arguments, config or a file can't be used; 3 the server \
could not be asked; 4 nothing was sent: the plan was not confirmed, or is refused; 5 the directory differs from the file \
(plan --check); 6 a list could not be read whole. Every status but 0 has its reason on standard error, and with --json \
as an `error` on standard output."
    };
}

/// The heading of the options that every command has: they follow a command's own.
const EVERYWHERE: &str = "Options of every command";

/// The text below the help.
const AFTER: &str = concat!(codes!(), "\n\n", places!());

/// A terminal console for the users, teams and roles behind a SCIM API.
///
/// Without a command it opens the console on a profile of the config file, or on what WANDB_API_KEY, WANDB_BASE_URL,
/// ~/.netrc and W&B's settings file say.
#[derive(Debug, Parser)]
#[command(name = "scimitar", version, max_term_width = 100, after_help = AFTER)]
pub struct Cli {
    /// The profile to open.
    #[arg(short, long, value_name = "NAME", global = true, help_heading = EVERYWHERE)]
    pub profile: Option<String>,
    /// The config file, in the place of the platform's.
    #[arg(long, value_name = "FILE", env = "SCIMITAR_CONFIG", global = true, help_heading = EVERYWHERE)]
    pub config: Option<PathBuf>,
    /// Refuse every change before it leaves this machine.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub read_only: bool,
    /// Write a log of this level to the state directory: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", env = "SCIMITAR_LOG", global = true, help_heading = EVERYWHERE)]
    pub log: Option<tracing_subscriber::filter::LevelFilter>,
    /// Write the times of the console's loop to this file, for a report that something is slow.
    ///
    /// One JSON object a line, for each message and each frame: `kind`, start in ms (`ms`), duration in µs (`us`), and for
    /// frames their `bytes` and the number of frames left out before (`skipped`). No names, keys or addresses.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// The command; without a command the console opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Commands beside the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on an embedded demo directory, or serve that directory to other clients.
    Demo(DemoArgs),
    /// Find out how a server behaves and what works there; without --write it only reads.
    Doctor(DoctorArgs),
    /// List users, or only those named.
    Users(UsersArgs),
    /// List teams.
    Teams(ListArgs),
    /// List roles.
    Roles(ListArgs),
    /// List the members of a team with their roles in it.
    Members(MembersArgs),
    /// List pending invitations of all teams, or of some.
    Invitations(InvitationsArgs),
    /// List API keys with their owners; find the owner of a key.
    ApiKeys(ApiKeysArgs),
    /// List all attributes of a user or a team.
    Attributes(AttributesArgs),
    /// Compare two roles, or with --users two users.
    Compare(CompareArgs),
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented there")]
    Edit(EditCommand),
    /// Show the changes that make the directory equal to a file.
    Plan(PlanArgs),
    /// Make the directory equal to a file, or send a saved plan.
    Apply(ApplyArgs),
    /// Write the directory as a file that `plan` and `apply` take.
    Export(ExportArgs),
    /// Show the provider's audit log: who changed access, also elsewhere, newest first.
    Audit(AuditArgs),
    /// List the changes made with this profile, newest last.
    Activity(ActivityArgs),
    /// Print the man page of the program, or of a command.
    #[command(hide = true)]
    Man(ManArgs),
    /// Print completions for a shell.
    #[command(hide = true)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the names of the profiles, one a line: completions ask for them.
    #[command(hide = true)]
    ProfileNames,
    /// Print the actions with their keys and names as a table.
    #[command(hide = true)]
    Keys,
}

impl Cli {
    /// The arguments, if each of them has a use.
    ///
    /// # Errors
    /// If an option of the console stands with a command that opens none.
    pub fn checked(self) -> Result<Self, clap::Error> {
        let opens_console = match &self.command {
            None => true,
            Some(Command::Demo(demo)) => demo.listen.is_none(),
            Some(_) => false,
        };
        if self.trace.is_some() && !opens_console {
            let why = "--trace records the console: use it without a command, or with `demo`";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, why));
        }
        Ok(self)
    }

    /// True where changes are sent without being written down.
    pub fn no_journal(&self) -> bool {
        match &self.command {
            Some(Command::Edit(edit)) => edit.sending().no_journal,
            Some(Command::Apply(apply)) => apply.send.no_journal,
            _ => false,
        }
    }

    /// How the command prints results and errors.
    pub fn output(&self) -> OutputArgs {
        match &self.command {
            Some(Command::Teams(list) | Command::Roles(list)) => list.output(),
            Some(Command::Users(users)) => users.list.output(),
            Some(Command::Members(members)) => members.list.output(),
            Some(Command::Invitations(args)) => OutputArgs::json_if(args.json),
            Some(Command::ApiKeys(args)) => OutputArgs::json_if(args.json),
            Some(Command::Audit(args)) => OutputArgs::json_if(args.json),
            Some(Command::Attributes(args)) => OutputArgs::json_if(args.json),
            Some(Command::Compare(args)) => OutputArgs::json_if(args.json),
            Some(Command::Edit(edit)) => OutputArgs::json_if(edit.sending().json),
            Some(Command::Plan(plan)) => OutputArgs::json_if(plan.json),
            Some(Command::Apply(apply)) => OutputArgs::json_if(apply.send.json),
            Some(Command::Export(export)) => OutputArgs::json_if(export.json),
            Some(Command::Activity(activity)) => OutputArgs::json_if(activity.json),
            Some(Command::Doctor(doctor)) => OutputArgs::json_if(doctor.json),
            Some(
                Command::Demo(_)
                | Command::Man(_)
                | Command::Completions { .. }
                | Command::ProfileNames
                | Command::Keys,
            )
            | None => OutputArgs::Table,
        }
    }
}

/// Which man page.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command, such as `users`; none for the program's own page.
    pub name: Vec<String>,
    /// Write the pages of the program and of all its commands into this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    pub dir: Option<PathBuf>,
}

/// The meanings of the exit codes of `scimitar doctor`.
const DOCTOR_CODES: &str = "\
Exit status: 0 no problem found, 1 something will not work, 3 the server could not be asked.
The findings are kept with the profile: the console and commands then follow the server's deviations from the RFCs.";

/// A look at one server.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_CODES)]
pub struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Also create two users and a group, named scimitar-doctor-…, to test writes; the doctor removes them again.
    #[arg(long)]
    pub write: bool,
    /// Don't ask before --write.
    #[arg(long)]
    pub yes: bool,
    /// The demo directory instead of a profile.
    #[command(subcommand)]
    pub subject: Option<DoctorSubject>,
}

/// What `scimitar doctor` looks at beside profiles.
#[derive(Debug, Subcommand)]
pub enum DoctorSubject {
    /// The embedded demo directory.
    Demo(DemoArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
