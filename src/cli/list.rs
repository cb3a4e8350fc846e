//! Arguments of the lists.

use std::ffi::OsStr;

use clap::{Args, ValueEnum};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputArgs {
    /// Columns for people, cut to the width of the terminal.
    #[default]
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// CSV with a head; cells that a spreadsheet would run begin with an apostrophe.
    Csv,
}

impl OutputArgs {
    /// JSON where it is wished for, else text for people.
    pub(super) fn json_if(wished: bool) -> Self {
        if wished { Self::Json } else { Self::Table }
    }

    /// The output that arguments wish for, where they are not understood as a whole.
    pub fn of_arguments<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Self {
        let options = arguments.into_iter().take_while(|argument| *argument != "--");
        let wished = options.filter_map(|option| match option.to_str()? {
            "--json" => Some(Self::Json),
            "--ndjson" => Some(Self::Ndjson),
            _ => None,
        });
        wished.last().unwrap_or_default()
    }
}

/// A list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only records that match this filter of the console, such as "role:admin -team:vision last>90d". Similar rows are listed
    /// for "~word" only.
    #[arg(short, long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only these columns, in this order, such as "user,name,last": words of filters or of --csv.
    #[arg(short, long, value_name = "NAMES", conflicts_with_all = ["json", "ndjson"])]
    pub columns: Option<String>,
    /// Sort by these fields, the first one decides: such as "role,-last", where - is for the largest or latest first. Values
    /// that are not told are the smallest.
    #[arg(short, long, value_name = "NAMES", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Print one JSON array.
    #[arg(long, group = "output")]
    pub json: bool,
    /// Print one JSON object a line.
    #[arg(long, group = "output")]
    pub ndjson: bool,
    /// Print CSV.
    #[arg(long, group = "output")]
    pub csv: bool,
    /// Read each record alone if the server's list leaves roles or members out.
    #[arg(long)]
    pub full: bool,
    /// End with status 0 even if the server gave only a part of a list; without this option the status is 6.
    #[arg(long)]
    pub allow_incomplete: bool,
}

impl ListArgs {
    /// How it is printed.
    pub fn output(&self) -> OutputArgs {
        match (self.json, self.ndjson, self.csv) {
            (true, ..) => OutputArgs::Json,
            (_, true, _) => OutputArgs::Ndjson,
            (.., true) => OutputArgs::Csv,
            _ => OutputArgs::Table,
        }
    }
}

/// All users, or some.
#[derive(Debug, Args)]
pub struct UsersArgs {
    /// Only these users: user names, email addresses or ids; - reads them from standard input.
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub list: ListArgs,
}

/// The members of a team.
#[derive(Debug, Args)]
pub struct MembersArgs {
    /// The team's name or id. Of its members `role` is the role in the team, also in --columns.
    pub team: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap prints what is documented here")]
    pub list: ListArgs,
}

/// The journal.
#[derive(Debug, Args)]
pub struct ActivityArgs {
    /// Only this plan: its number in Activity.
    #[arg(value_name = "PLAN")]
    pub plan: Option<i64>,
    /// The number of changes to print, the newest ones.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub last: usize,
    /// Only changes that were not confirmed.
    #[arg(long)]
    pub failed: bool,
    /// Print one JSON array, with the requests of each change and their last answers.
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_can_t_be_used_still_say_how_to_print() {
        let of = |line: &str| OutputArgs::of_arguments(line.split(' ').map(OsStr::new));
        assert_eq!(of("scimitar users --jsno"), OutputArgs::Table);
        assert_eq!(of("scimitar users --json --bogus"), OutputArgs::Json);
        assert_eq!(of("scimitar users --bogus --ndjson"), OutputArgs::Ndjson);
        assert_eq!(of("scimitar add vision -- --json"), OutputArgs::Table);
    }
}
