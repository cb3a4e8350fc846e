//! Lists that are cut: every answer that rests on one says so, and no plan follows from a record that did not come.

use std::ops::Range;

use rstest::rstest;
use serde_json::Value;

use crate::{
    records::{group, membership_rows, user_id, user_name, users},
    server::{Answer, Behavior, Request, span},
    state::{ResourceType, State},
    world::{DIFFERS, DONE, INCOMPLETE, USAGE, World, column, row},
};

const PAGE: usize = 50;
const USERS: usize = 120;

/// How the list of 120 users is cut, in pages of 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The third page is an error, with a status that clients do not retry.
    Error,
    /// The third page is a sign-in page with status 200.
    SignIn,
    /// The third page is empty.
    Empty,
    /// The order changes between pages: the second page repeats seven records, and seven others never come.
    Shift,
    /// Every page is the first page.
    FirstPage,
}

impl Cut {
    /// Numbers of the users in the list.
    fn told(self) -> Range<usize> {
        match self {
            Self::Error | Self::SignIn | Self::Empty => 1..101,
            Self::Shift => 1..114,
            Self::FirstPage => 1..51,
        }
    }
}

impl Behavior for Cut {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let third = request.path.ends_with("/Users") && request.start() > 2 * PAGE;
        match self {
            Self::Error if third => Some(Answer::html(507, "<html>oops</html>")),
            Self::SignIn if third => Some(Answer::html(200, "<html>sign in</html>")),
            _ => None,
        }
    }

    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        let size = count.unwrap_or(PAGE).min(PAGE);
        match self {
            Self::Empty if start > 2 * PAGE => 0..0,
            Self::Shift if start > 1 => span(total, start - 7, size.min((total + 1).saturating_sub(start))),
            Self::FirstPage => span(total, 1, size),
            _ => span(total, start, size),
        }
    }
}

/// Users who are in none of the cut lists.
const HIDDEN: [usize; 3] = [118, 119, 120];

fn world(cut: Cut) -> World {
    World::new(cut, users(USERS), vec![group(1, "alpha", &[1, 119])])
}

#[rstest]
fn the_list_says_how_much_of_it_came(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
) {
    let world = world(cut);
    let told: Vec<String> = cut.told().map(user_id).collect();
    let numbers = [told.len().to_string(), USERS.to_string()];
    let numbers = numbers.each_ref().map(String::as_str);
    let rows = world.run(&["users", "--json"]).exits(INCOMPLETE).warns(&numbers).json();
    assert_eq!(column(&rows, "id"), told);
    let lines = world.run(&["users", "--ndjson"]).exits(INCOMPLETE).warns(&numbers);
    let csv = world.run(&["users", "--csv"]).exits(INCOMPLETE).warns(&numbers);
    let table = world.run(&["users"]).exits(INCOMPLETE).warns(&numbers);
    assert_eq!(lines.out.lines().count(), told.len());
    assert_eq!((csv.out.lines().count(), table.out.lines().count()), (told.len() + 1, told.len() + 1));
    let rows = world.run(&["users", "--json", "--filter", "user0001"]).exits(INCOMPLETE).warns(&numbers).json();
    assert!(rows.is_array());
    let rows = world.run(&["users", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), told);
}

/// The group has two members; the list of users lacks the second.
#[rstest]
fn members_are_all_listed(#[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut) {
    let world = world(cut);
    let said = world.run(&["members", "alpha", "--json"]);
    let rows = said.json();
    assert_eq!(column(&rows, "id"), ["u0001", "u0119"]);
    let looked_up = row(&rows, "u0119")["user"] == "user0119";
    assert!(said.code == INCOMPLETE && !said.err.is_empty() || said.code == DONE && looked_up, "{said}");
    world.run(&["members", "alpha", "--json", "--allow-incomplete"]).exits(DONE);
}

/// Members who are not in the list of users count.
#[rstest]
fn teams_count_members_whom_the_list_lacks(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
) {
    let rows = world(cut).run(&["teams", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(row(&rows, "g0001")["members"], 2, "{rows}");
}

#[rstest]
fn an_export_of_a_part_is_refused(#[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut) {
    let world = world(cut);
    let said = world.run(&["export"]).exits(INCOMPLETE).warns(&["120"]);
    assert_eq!(said.out, "");
    world.run(&["export", "--out", "all.json"]).exits(INCOMPLETE);
    assert!(!world.path("all.json").exists());
    let part = world.run(&["export", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(column(&part["users"], "user"), cut.told().map(user_name).collect::<Vec<_>>());
    assert!(part.to_string().contains("u0119"), "a member whom the list lacks is left out: {part}");
    world.file("all.json", part.to_string());
    let args = ["apply", "all.json", "--prune=listed,teams", "--allow-incomplete", "--yes"];
    world.run(&args).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
fn no_plan_rests_on_a_part(#[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut) {
    let world = world(cut);
    let before = world.state();
    world.file("all.csv", membership_rows("alpha", 1..=USERS));
    for args in [&["plan", "all.csv"][..], &["plan", "all.csv", "--check"], &["apply", "all.csv", "--yes"]] {
        let said = world.run(args).exits(INCOMPLETE).warns(&["120"]);
        assert!(!said.out.contains("new user"), "{said}");
    }
    assert_eq!(world.written(), [""; 0]);
    assert!(world.state() == before);
}

/// With `--allow-incomplete`, names that the list lacks are looked up on the server, and nobody is created twice.
#[rstest]
fn names_that_a_part_lacks_are_looked_up(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
) {
    let world = world(cut);
    world.file("some.csv", membership_rows("alpha", [1, 2].into_iter().chain(HIDDEN)));
    let planned = world.run(&["plan", "some.csv", "--allow-incomplete", "--check", "--json"]).exits(DIFFERS).json();
    assert_eq!(column(&planned["changes"], "subject"), ["user0002", "user0118", "user0120"]);
    world.run(&["apply", "some.csv", "--allow-incomplete", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0118", "u0119", "u0120"]);
    assert_eq!(world.state().users.len(), USERS);
    assert!(world.writes().iter().all(|request| request.path.ends_with("/Groups/g0001")), "{:?}", world.written());
}

#[rstest]
fn nobody_is_pruned_because_of_a_gap(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
) {
    let world = world(cut);
    world.file("team.yaml", "teams:\n  - {team: alpha, members: [user0001, user0119]}\n");
    world.run(&["apply", "team.yaml", "--prune", "--allow-incomplete", "--yes"]).exits(DONE);
    let names = (1..=USERS).map(|number| format!("  - {}\n", user_name(number)));
    world.file("all.yaml", "users:\n".to_owned() + &names.collect::<String>());
    world.run(&["apply", "all.yaml", "--prune=users", "--allow-incomplete", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
fn one_whom_the_list_lacks_is_found_by_the_filter(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
    #[values("user0120", "USER0120@example.com", "u0120")] name: &str,
) {
    let world = world(cut);
    world.run(&["deactivate", name, "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/v2/Users/u0120"]);
    assert!(!world.is_active("u0120"));
}

#[rstest]
fn one_whom_nobody_knows_is_not_guessed(
    #[values(Cut::Error, Cut::SignIn, Cut::Empty, Cut::Shift, Cut::FirstPage)] cut: Cut,
) {
    let world = world(cut);
    world.run(&["deactivate", "user0121", "--yes"]).exits(USAGE).warns(&["user0121"]);
    assert_eq!(world.written(), [""; 0]);
}

/// Every list is its first 20 records whatever is asked for; filters find all records.
struct Twenty;

impl Behavior for Twenty {
    fn page(&self, _: ResourceType, total: usize, _: usize, _: Option<usize>) -> Range<usize> {
        span(total, 1, 20)
    }
}

/// 60 users and 25 groups; group 1 has users 1 and 31, group 2 has users 2 and 32.
fn twenties() -> World {
    let groups: Vec<Value> = (1..=25).map(|at| group(at, &format!("team{at:02}"), &[at, at + 30])).collect();
    World::new(Twenty, users(60), groups)
}

#[test]
fn every_list_says_that_it_is_its_first_page() {
    let world = twenties();
    for (args, total) in [(["users", "--json"], "60"), (["teams", "--json"], "25")] {
        let rows = world.run(&args).exits(INCOMPLETE).warns(&["20", total]).json();
        assert_eq!(rows.as_array().unwrap().len(), 20);
        let rows = world.run(&[args[0], args[1], "--allow-incomplete"]).exits(DONE).json();
        assert_eq!(rows.as_array().unwrap().len(), 20);
    }
    let said = world.run(&["export"]).exits(INCOMPLETE);
    assert_eq!(said.out, "");
}

#[test]
fn a_team_beyond_the_first_page_is_found_by_the_filter() {
    let world = twenties();
    let said = world.run(&["members", "team23", "--json"]);
    assert!([DONE, INCOMPLETE].contains(&said.code), "{said}");
    assert_eq!(column(&said.json(), "id"), ["u0023", "u0053"]);
    world.run(&["add", "team23", "user0045", "--yes"]).exits(DONE);
    world.run(&["remove", "team23", "user0053", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0023"), ["u0023", "u0045"]);
    assert!(world.writes().iter().all(|request| request.path.ends_with("/Groups/g0023")), "{:?}", world.written());
}

#[test]
fn nothing_beyond_the_first_page_is_created() {
    let world = twenties();
    world.file("rows.csv", membership_rows("team24", [45, 24]));
    world.run(&["apply", "rows.csv", "--create-teams", "--yes"]).exits(INCOMPLETE);
    assert_eq!(world.written(), [""; 0]);
    world.run(&["apply", "rows.csv", "--create-teams", "--allow-incomplete", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0024"), ["u0024", "u0045", "u0054"]);
    assert_eq!((world.state().users.len(), world.state().groups.len()), (60, 25));
}

/// The list of 60 teams ends after 50; the first user is in one that never comes.
fn teams_in_part() -> World {
    let team = |number| group(number, &format!("team{number:02}"), if number == 55 { &[1] } else { &[] });
    World::new(Cut::FirstPage, users(2), (1..=60).map(team).collect())
}

#[test]
fn nobody_is_like_another_by_a_part_of_the_teams() {
    let world = teams_in_part();
    let like = ["make-like", "user0001", "user0002", "--yes", "--json"];
    world.run(&like).exits(INCOMPLETE).warns(&["60", "--allow-incomplete"]);
    let part = world.run(&[&like[..], &["--allow-incomplete"]].concat()).exits(DONE).warns(&["as far as it is known"]);
    assert!(part.json()["notes"].to_string().contains("some teams"), "{part}");
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn a_whole_list_of_teams_says_whose_memberships_are_not_all_known() {
    let world = teams_in_part();
    world.file("one.json", r#"{"users": [{"user": "user0001", "teams": []}]}"#);
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let said = world.run(&[command, &["one.json", "--prune", "--allow-incomplete"]].concat()).exits(DONE);
        said.warns(&["Not all teams are known", "user0001"]);
    }
    assert_eq!(world.written(), [""; 0]);
}
