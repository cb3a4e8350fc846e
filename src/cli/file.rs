//! Arguments for files: files of the wanted state, and saved plans.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SendOptions;
use crate::desired::{ColumnOptions, CurrentPart, DesiredChange, FileFormat, MissingTeams};

/// Data to remove because the file lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PruneScope {
    /// Memberships, registry roles and permissions of the users, teams and roles that the file speaks of.
    Listed,
    /// People whom the file does not name: they are deactivated.
    Users,
    /// Teams that it does not name.
    Teams,
    /// Custom roles that it does not define.
    Roles,
}

/// A file that describes the wanted state.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// CSV, JSON or YAML, by the end of its name or its look; - is standard input.
    pub file: PathBuf,
    /// Also remove records that the file lacks: listed (the default of --prune), users, teams, roles.
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "listed", require_equals = true,
          value_delimiter = ',')]
    pub prune: Vec<PruneScope>,
    /// Create teams that the file names for a user and that do not exist.
    #[arg(long)]
    pub create_teams: bool,
    /// Read the CSV column with this header as user, email, name, role, active, team, and so on; can be given several
    /// times.
    #[arg(long, value_name = "HEADER=COLUMN", value_parser = mapping)]
    pub map: Vec<(String, String)>,
    /// What new users of the file begin with where it says nothing: a file with one user, as for `create user`.
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Ignore these columns of a CSV; all means every unknown column.
    #[arg(long, value_name = "HEADER,…")]
    pub ignore_columns: Vec<String>,
}

/// A header may contain an equals sign, a column's name does not.
fn mapping(text: &str) -> Result<(String, String), &'static str> {
    match text.rsplit_once('=') {
        Some((header, column)) if !header.trim().is_empty() => Ok((header.to_owned(), column.trim().to_owned())),
        _ => Err("write HEADER=COLUMN, such as 'Email Address=email'"),
    }
}

impl FileArgs {
    /// Options for the columns of a CSV.
    pub fn columns(&self) -> ColumnOptions {
        ColumnOptions { map: self.map.clone(), ignore: self.ignore_columns.clone(), are_fixed: false }
    }

    /// Options for the comparison, apart from the file.
    pub fn wish(&self) -> DesiredChange {
        let has = |what| self.prune.contains(&what);
        DesiredChange {
            prune: has(PruneScope::Listed),
            prune_users: has(PruneScope::Users),
            prune_teams: has(PruneScope::Teams),
            prune_roles: has(PruneScope::Roles),
            missing_teams: if self.create_teams { MissingTeams::Created } else { MissingTeams::CreatedOnRequest },
        }
    }
}

/// Arguments of `plan`, which shows the difference.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub file: FileArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Save the plan for `scimitar apply`, which refuses changes of records that changed since.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// End with status 5 if the directory differs from the file.
    #[arg(long)]
    pub check: bool,
    /// Compare even if the server gave only a part of a list; without this option nothing is planned (status 6).
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// Arguments of `apply`, which sends the difference.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub file: FileArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub send: SendOptions,
    /// Compare even if the server gave only a part of a list; without this option nothing is sent (status 6).
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// A part of a directory to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportedKind {
    /// Users with their teams.
    Users,
    /// Teams with their members.
    Teams,
    /// Custom roles.
    Roles,
}

/// Arguments of `export`, which writes the current state to a file.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Parts to write; all by default.
    #[arg(value_name = "WHAT")]
    pub parts: Vec<ExportedKind>,
    /// Write CSV.
    #[arg(long, group = "format")]
    pub csv: bool,
    /// Write JSON.
    #[arg(long, group = "format")]
    pub json: bool,
    /// Write YAML; the default if neither an option nor the file's name says otherwise.
    #[arg(long, group = "format")]
    pub yaml: bool,
    /// Write to this file, which must not exist, instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file.
    #[arg(long)]
    pub force: bool,
    /// Export even if the server gave only a part of a list; without this option nothing is exported (status 6).
    #[arg(long)]
    pub allow_incomplete: bool,
}

impl ExportArgs {
    /// The format chosen by a flag, by the file's name, or YAML.
    pub fn format(&self) -> FileFormat {
        let by_name = || self.out.as_ref().and_then(|path| FileFormat::of_name(&path.to_string_lossy()));
        match (self.csv, self.json, self.yaml) {
            (true, ..) => FileFormat::Csv,
            (_, true, _) => FileFormat::Json,
            (.., true) => FileFormat::Yaml,
            _ => by_name().unwrap_or(FileFormat::Yaml),
        }
    }

    /// The parts to export.
    pub fn parts(&self) -> Vec<CurrentPart> {
        let part = |field: &ExportedKind| match field {
            ExportedKind::Users => CurrentPart::Users,
            ExportedKind::Teams => CurrentPart::Teams,
            ExportedKind::Roles => CurrentPart::Roles,
        };
        match self.parts.as_slice() {
            [] => vec![CurrentPart::Users, CurrentPart::Teams, CurrentPart::Roles],
            some => some.iter().map(part).collect(),
        }
    }
}
