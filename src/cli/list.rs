//! Arguments of the lists.

use clap::{Args, ValueEnum};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// For people: columns, cut to the width of the terminal.
    #[default]
    Table,
    /// One array.
    Json,
    /// One object a line.
    Ndjson,
    /// With a head; cells that a spreadsheet would run begin with an apostrophe.
    Csv,
}

/// A list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only what the console's filter finds, such as "role:admin -team:vision last>90d".
    #[arg(short, long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print one JSON array.
    #[arg(long, group = "output")]
    pub json: bool,
    /// Print one JSON object a line.
    #[arg(long, group = "output")]
    pub ndjson: bool,
    /// Print CSV.
    #[arg(long, group = "output")]
    pub csv: bool,
    /// Read each record by itself where the server's list leaves roles or members out.
    #[arg(long)]
    pub full: bool,
    /// End with status 0 although the server gave only a part of a list; without it the status is 6.
    #[arg(long)]
    pub allow_incomplete: bool,
}

impl ListArgs {
    /// How it is printed.
    pub fn output(&self) -> Output {
        match (self.json, self.ndjson, self.csv) {
            (true, ..) => Output::Json,
            (_, true, _) => Output::Ndjson,
            (.., true) => Output::Csv,
            _ => Output::Table,
        }
    }
}

/// The members of a team.
#[derive(Debug, Args)]
pub struct MembersArgs {
    /// The team's name or id.
    pub team: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub list: ListArgs,
}

/// The journal.
#[derive(Debug, Args)]
pub struct ActivityArgs {
    /// Only this plan, by the number that Activity shows.
    #[arg(value_name = "PLAN")]
    pub plan: Option<i64>,
    /// How many changes, the newest ones.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub last: usize,
    /// Only what was not confirmed.
    #[arg(long)]
    pub failed: bool,
    /// Print one JSON array, with every request and answer.
    #[arg(long)]
    pub json: bool,
}
