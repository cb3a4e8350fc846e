//! The same without a screen: lists, single changes, files of what shall be, the journal, and the doctor.
//!
//! Every command opens a profile as the console does, reads through the same worker, and sends through the same plan,
//! guards and journal. What is printed goes to standard output; what is said about it goes to standard error.

pub mod doctor;

mod decide;
mod desk;
mod edit;
mod end;
mod file;
mod history;
mod json;
mod list;
mod names;
mod print;
mod progress;
mod run;
mod send;
mod table;
mod told;

use std::process::ExitCode;

use color_eyre::eyre::Result;
pub use end::End;

use crate::{
    cli::{Cli, Command},
    runtime::Opener,
};

/// Runs a command that is neither the console, the demo nor the doctor.
///
/// # Errors
/// If the config can't be used, or the output can't be written.
pub async fn run(opener: Opener, cli: &Cli, command: &Command) -> Result<ExitCode> {
    let profile = cli.profile.as_deref();
    let done = match command {
        Command::Users(args) => list::users(&opener, profile, args).await,
        Command::Teams(args) => list::teams(&opener, profile, args).await,
        Command::Roles(args) => list::roles(&opener, profile, args).await,
        Command::Members(args) => list::members(&opener, profile, args).await,
        Command::Edit(edit) => Box::pin(edit::run(&opener, profile, edit)).await,
        Command::Plan(args) => file::plan(&opener, profile, args).await,
        Command::Apply(args) => file::apply(&opener, profile, args).await,
        Command::Export(args) => file::export(&opener, profile, args).await,
        Command::Activity(args) => history::activity(&opener, profile, args),
        _ => Ok(End::Done),
    };
    end::code(done)
}
