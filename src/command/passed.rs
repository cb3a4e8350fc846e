//! `users` for programs: each page is printed when it comes, and not kept. The first row waits for the other lists, whose
//! teams and roles users are joined with.

use jiff::Timestamp;

use super::{
    error::CommandError,
    headless_session::{HeadlessSession, USERS_AND_TEAMS},
    list::{FoundRows, columns, ended, found, open_in_words, reader},
    records::RecordRows,
    rows::RowPrinter,
};
use crate::{
    cli::{ListArgs, OutputArgs},
    desired::cell,
    directory::{
        Directory, Id, ListCoverage, Observation, RecordKind, ResourceRef,
        field::{RecordField, RecordRef},
        query::FilterQuery,
        record::{Record, User},
        work::PassedPage,
    },
    output::out,
    runtime::Opener,
};

/// True where a row depends on no row after it: a table is as wide as its widest cell, words in a filter rank all rows,
/// and `--full` reads records whose roles the whole list leaves out.
pub(super) fn serves(args: &ListArgs) -> bool {
    let is_plain = |filter: &str| FilterQuery::parse(filter, RecordKind::User).is_ok_and(|query| !query.ranks());
    args.output() != OutputArgs::Table
        && !args.full
        && args.sort.is_none()
        && args.filter.as_deref().is_none_or(is_plain)
}

pub(super) async fn users(opener: &Opener, profile: Option<&str>, args: &ListArgs) -> Result<(), CommandError> {
    let mut session = HeadlessSession::open_passing_users(opener, profile).await?;
    let mut list = PassedList {
        args,
        columns: columns(args.columns.as_deref(), RecordKind::User, session.can().holds())?,
        printer: RowPrinter::new(out().buffered(), args.output()),
        now: Timestamp::now(),
        witness: None,
        is_doubtful: false,
        all: 0,
        open: 0,
    };
    let read = session.begin_with(&[RecordKind::User], |session, page| list.take(session, page)).await;
    let PassedList { all, open, printer, is_doubtful, .. } = list;
    let has_begun = printer.has_begun();
    if read.is_ok() || has_begun {
        // An array that was begun is ended, whatever became of the list.
        printer.end()?;
    }
    read.map_err(|error| if has_begun { error.printed() } else { error })?;
    if is_doubtful {
        doubt_teams(&mut session);
    }
    let open = open_in_words(&session, RecordKind::User, open, all, args);
    ended(session, &USERS_AND_TEAMS, open, args).await
}

/// A list that is printed page by page.
struct PassedList<'a> {
    args: &'a ListArgs,
    columns: Option<Vec<RecordField>>,
    printer: RowPrinter<'a>,
    now: Timestamp,
    /// A user who shows an address, and stays in the directory: a server that shows addresses has told of anybody
    /// without one that there is none.
    witness: Option<Id>,
    /// True once a user's own record names a team that does not list them.
    is_doubtful: bool,
    all: usize,
    open: usize,
}

/// Notes that the list of teams leaves out members.
fn doubt_teams(session: &mut HeadlessSession) {
    if session.directory.is_complete(RecordKind::Team) {
        let all = session.directory.len(RecordKind::Team) as u64;
        session.directory.cover(RecordKind::Team, ListCoverage::of_open_members(all));
    }
}

/// True where the user's own record names this team, whose members are told, and the user is none of them. A member of a
/// group in it may name it, too.
fn is_left_out(directory: &Directory, user: &Id, team: &Id) -> bool {
    let all = directory.records().teams();
    let members = all.get(team).and_then(|team| team.members.as_ref());
    members.is_some_and(|members| {
        !directory.records().teams_of(user).any(|known| known == team)
            && !members.iter().any(|member| all.contains_key(&member.id))
    })
}

impl PassedList<'_> {
    /// Prints a page. Its users are in the directory meanwhile.
    fn take(&mut self, session: &mut HeadlessSession, page: PassedPage) -> Result<(), CommandError> {
        let PassedPage { users, planner, turn } = page;
        session.planner = planner;
        let (users, named): (Vec<User>, Vec<Vec<Id>>) = users.into_iter().unzip();
        let ids: Vec<Id> = users.iter().map(|user| user.id.clone()).collect();
        if self.witness.is_none() {
            self.witness = users.iter().find(|user| !user.email.is_empty()).map(|user| user.id.clone());
        }
        session.directory.renew(users.into_iter().map(|user| Observation::Record(Record::User(user))).collect());
        let is_left_out =
            |(id, teams): (&Id, &Vec<Id>)| teams.iter().any(|team| is_left_out(&session.directory, id, team));
        if !self.is_doubtful && ids.iter().zip(&named).any(is_left_out) {
            self.is_doubtful = true;
            doubt_teams(session);
        }
        self.print(session, &ids)?;
        let gone = ids.iter().filter(|id| self.witness.as_ref() != Some(*id));
        session.directory.renew(gone.map(|id| Observation::Gone(ResourceRef::user(id))).collect());
        drop(turn);
        Ok(())
    }

    fn print(&mut self, session: &HeadlessSession, ids: &[Id]) -> Result<(), CommandError> {
        let directory = &session.directory;
        let among: Vec<u32> = ids.iter().filter_map(|id| directory.records().row(&ResourceRef::user(id))).collect();
        let filter = self.args.filter.as_deref();
        let FoundRows { rows, open } = found(session, RecordKind::User, &among, filter, self.now)?;
        self.all += among.len();
        self.open += open;
        let shown = RecordRows::new(reader(session), RecordKind::User, self.columns.clone());
        let users = rows.iter().filter_map(|row| directory.user_at(*row));
        if self.args.output() == OutputArgs::Csv && !self.printer.has_begun() {
            self.printer.csv(shown.heads())?;
        }
        for row in users.map(|user: &User| shown.row(RecordRef::User(user))) {
            if self.args.output() == OutputArgs::Csv {
                self.printer.csv(row.cells(false).iter().map(|text| cell::neutralise(text)))?;
            } else {
                self.printer.json(&row)?;
            }
        }
        Ok(self.printer.flush()?)
    }
}
