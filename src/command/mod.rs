//! The same without a screen: lists, single changes, files of what shall be, the journal, and the doctor.
//!
//! Every command opens a profile as the console does, reads through the same worker, and sends through the same plan,
//! guards and journal. What is printed goes to standard output; what is said about it goes to standard error.

pub mod doctor;

mod absence;
mod api_keys;
mod attributes;
mod audit;
mod beginnings;
mod by_name;
mod compared;
mod decide;
mod edit;
mod end;
mod error;
mod file;
mod further;
mod headless_session;
mod history;
mod invitations;
mod json;
mod list;
mod list_by_name;
mod names;
mod offboard;
mod order;
mod outcome_json;
mod outputs;
mod passed;
mod print;
mod progress;
mod records;
mod reports;
mod rows;
mod run;
mod send;
mod single_reads;
mod table;
mod vanished;

use std::process::ExitCode;

use color_eyre::Report;
pub use end::{CommandExit, ErrorCode, UnwritableFile};
use error::CommandError;

use crate::{
    cli::{Cli, Command, KeyUnset, OutputArgs},
    config::ConfigError,
    runtime::Opener,
};

/// Runs a command that is neither the console, the demo nor the doctor.
pub async fn run(opener: Opener, cli: &Cli, command: &Command) -> ExitCode {
    let profile = cli.profile.as_deref();
    let done = match command {
        Command::Users(args) => list::users(&opener, profile, args).await,
        Command::Teams(args) => list::teams(&opener, profile, args).await,
        Command::Roles(args) => list::roles(&opener, profile, args).await,
        Command::Members(args) => list::members(&opener, profile, args).await,
        Command::Invitations(args) => invitations::list(&opener, profile, args).await,
        Command::ApiKeys(args) => api_keys::list(&opener, profile, args).await,
        Command::Audit(args) => audit::list(&opener, profile, args).await,
        Command::Attributes(args) => attributes::list(&opener, profile, args).await,
        Command::Compare(args) => compared::run(&opener, profile, args).await,
        Command::Edit(edit) => Box::pin(edit::run(&opener, profile, edit)).await,
        Command::Plan(args) => file::plan(&opener, profile, args).await,
        Command::Apply(args) => Box::pin(file::apply(&opener, profile, args)).await,
        Command::Export(args) => file::export(&opener, profile, args).await,
        Command::Activity(args) => history::activity(&opener, profile, args),
        // The program does these itself, without a worker.
        Command::Demo(_)
        | Command::Doctor(_)
        | Command::Man(_)
        | Command::Completions { .. }
        | Command::ProfileNames
        | Command::Keys => Ok(()),
    };
    end::code(done, cli.output())
}

/// Ends a program that failed before or beside a command, with the reason where the command would print it.
pub fn failed(error: &Report, output: OutputArgs) -> ExitCode {
    let config = error.downcast_ref::<ConfigError>().map(CommandError::from);
    let stop = config
        .or_else(|| error.downcast_ref::<KeyUnset>().map(|unset| CommandError::usage(unset.to_string())))
        .or_else(|| error.downcast_ref::<UnwritableFile>().map(CommandError::from));
    end::code(Err(stop.unwrap_or_else(|| CommandError::failed(format_args!("{error:#}")))), output)
}

/// Ends a program whose arguments can't be used, after clap has said why; help that was asked for is no error.
pub fn refused(error: clap::Error, output: OutputArgs) -> ExitCode {
    end::arguments(error, output)
}
