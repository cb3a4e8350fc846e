//! Every habit of real servers that docs/src/providers/scim.md#deviations-of-servers lists, met with the console:
//! it ends in what the server really holds, and says so.

use rstest::rstest;
use scimitar::{
    app::action::Action,
    config::Profile,
    directory::{RecordKind, plan::ChangeState},
    provider::Provider,
    scim::quirks as known,
};
use serde_json::json;

use crate::{
    harness::{Console, KEY, Room, profile},
    odd::{Habits, Odd, Removal, Total},
};

pub async fn open(server: &Odd, alter: impl FnOnce(&mut Profile)) -> Console {
    let mut profile = profile(Provider::Scim, &server.url, KEY);
    alter(&mut profile);
    Console::open(&Room::new(), profile).await
}

/// Asks the server for those whom a filter finds.
fn ask_by(console: &mut Console, filter: &str) {
    console.press(Action::Palette);
    console.type_text("server-filter");
    console.enter();
    console.type_text(filter);
    console.press(Action::Submit);
}

/// Sends what is shown, or what was sent at once, and waits for its outcome.
async fn settled(console: &mut Console) {
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
}

async fn confirmed(console: &mut Console) {
    settled(console).await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}\n{}", console.last().why, console.screen());
}

fn out_of_crew(console: &mut Console, user: &str) {
    console.find(user);
    console.press(Action::Teams);
    console.type_text("crew");
    console.turn_round();
    console.press(Action::Look);
}

#[rstest]
#[case::as_the_rfc_says(Habits::default(), 30, "30 of 30")]
#[case::start_ignored(Habits { ignores_start: true, largest_page: Some(20), ..Habits::default() }, 20, "20 of 30")]
#[case::small_pages(Habits { largest_page: Some(7), ..Habits::default() }, 30, "30 of 30")]
#[case::total_too_small(Habits { largest_page: Some(20), total: Total::Wrong(10), ..Habits::default() }, 30, "30, read to the end")]
#[case::no_total(Habits { largest_page: Some(20), total: Total::Missing, ..Habits::default() }, 30, "30, read to the end")]
#[case::large_pages_refused(Habits { refuses_count_above: Some(10), largest_page: Some(10), ..Habits::default() }, 30, "30 of 30")]
#[case::cursors_forced(Habits { cursor_only: true, largest_page: Some(8), ..Habits::default() }, 30, "30 of 30")]
#[tokio::test]
async fn lists_are_read_to_their_end(#[case] habits: Habits, #[case] users: usize, #[case] said: &str) {
    let server = Odd::start(Habits { users: 30, ..habits }).await;
    let console = open(&server, |_| {}).await;
    assert_eq!(console.app().directory.len(RecordKind::User), users, "{}", console.screen());
    console.expect(said);
    let proof = console.app().session.sync.proofs.iter().find(|proof| proof.kind == RecordKind::User).expect("a proof");
    assert_eq!(proof.coverage.is_complete(), said != "20 of 30" && !said.contains("not all"), "{}", proof.words);
}

/// A filter that gives everybody must not make somebody else of whom a lost answer created.
#[tokio::test]
async fn a_lost_creation_is_found_by_name_among_everybody() {
    let server = Odd::start(Habits { filter_gives_everybody: true, loses_one_answer: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.press(Action::Create);
    console.type_text("kim");
    console.press(Action::NextField);
    console.type_text("kim@x.io");
    console.press(Action::Submit);
    confirmed(&mut console).await;
    assert_eq!(console.last().created.as_deref(), Some("n101"));
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn what_was_accepted_and_not_done_is_a_refusal() {
    let server = Odd::start(Habits { patch_changes_nothing: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.find("user-4");
    console.press(Action::ToggleActive);
    settled(&mut console).await;
    assert_eq!(console.last().state, ChangeState::Refused);
    console.expect("The server accepted it and did not change it");
    assert!(console.line("▌").contains("  active"), "{}", console.screen());
}

#[tokio::test]
async fn an_answer_without_a_body_is_looked_up() {
    let server = Odd::start(Habits { answers_without_body: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.find("user-4");
    console.press(Action::ToggleActive);
    confirmed(&mut console).await;
    assert_eq!(server.record("u4").unwrap()["active"], false);
}

/// No one way of taking a member out works everywhere; what the profile knows of the server decides.
#[rstest]
#[case::filter(Removal::Any, None)]
#[case::filter_where_value_empties(Removal::ValueEmpties, None)]
#[case::value(Removal::OnlyValue, Some(known::RemovalForm::Value))]
#[case::replace(Removal::OnlyReplace, Some(known::RemovalForm::Replace))]
#[case::put(Removal::OnlyReplace, Some(known::RemovalForm::Put))]
#[tokio::test]
async fn one_member_leaves_and_the_others_stay(#[case] removal: Removal, #[case] way: Option<known::RemovalForm>) {
    let server = Odd::start(Habits { removal, ..Habits::default() }).await;
    let mut console = open(&server, |profile| profile.habits.remove_member = way).await;
    out_of_crew(&mut console, "user-2");
    confirmed(&mut console).await;
    assert_eq!(server.crew(), ["u1", "u3"]);
    assert_eq!(server.record("g1").unwrap()["note"], "kept");

    console.press(Action::Undo);
    confirmed(&mut console).await;
    assert_eq!(server.crew(), ["u1", "u3", "u2"]);
}

#[tokio::test]
async fn a_removal_that_did_nothing_is_a_refusal() {
    let server = Odd::start(Habits { removal: Removal::OnlyValue, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    out_of_crew(&mut console, "user-2");
    settled(&mut console).await;
    assert_eq!(console.last().state, ChangeState::Refused);
    console.expect("it shows that they are still in crew");
    assert_eq!(server.crew().len(), 3);
}

/// A server without PATCH gets the whole record, with everything that was in it.
#[rstest]
#[case::told_by_the_server(Some(json!({"patch": {"supported": false}})), None)]
#[case::known_to_the_profile(None, Some(false))]
#[tokio::test]
async fn without_patch_the_whole_record_is_put(#[case] config: Option<serde_json::Value>, #[case] patch: Option<bool>) {
    let habits = Habits {
        no_patch_of_groups: true,
        no_patch_of_users: true,
        put_resets_what_is_missing: true,
        config,
        ..Habits::default()
    };
    let server = Odd::start(habits).await;
    let mut console = open(&server, |profile| {
        (profile.habits.patch_users, profile.habits.patch_groups) = (patch, patch);
    })
    .await;
    console.find("user-2");
    console.rename("Bo B");
    confirmed(&mut console).await;
    let bo = server.record("u2").unwrap();
    assert_eq!((&bo["displayName"], &bo["active"], &bo["x:custom"]["cost"]), (&json!("Bo B"), &json!(true), &json!(2)));

    console.find_all();
    out_of_crew(&mut console, "user-2");
    confirmed(&mut console).await;
    assert_eq!(
        (server.crew(), server.record("g1").unwrap()["note"].clone()),
        (vec!["u1".into(), "u3".into()], json!("kept"))
    );
    assert!(server.writes().iter().all(|(method, ..)| method == "PUT"), "{:?}", server.writes());
}

#[tokio::test]
async fn a_group_without_members_is_not_an_empty_one() {
    let server = Odd::start(Habits { hides_members: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.press(Action::GoTeams);
    console.find("crew");
    console.press(Action::Open);
    console.expect("The server did not tell who is in this group");
    console.esc();
    // Read by itself it says no more: rows can be chosen, and none is shown as out.
    console.press(Action::Members);
    console.expect("members not told");
    console.type_text("user-4");
    console.expect("[?] user-4");
    console.turn_round();
    console.press(Action::Look);
    settled(&mut console).await;
    assert!(server.crew().contains(&"u4".into()), "{:?}", server.crew());
    console.expect("this server has never shown who is in a group");
}

#[tokio::test]
async fn a_list_adds_to_a_group_whose_members_are_not_told_and_takes_nobody_out() {
    let server = Odd::start(Habits { hides_members: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    let before = server.crew();
    console.press(Action::GoTeams);
    console.find("crew");
    console.press(Action::MembersFromList);
    console.type_text("user-4");
    console.press(Action::Submit);
    console.expect("Not told: the members of crew. Nobody is taken out.");
    console.press(Action::Look);
    settled(&mut console).await;
    let crew = server.crew();
    assert!(before.iter().all(|one| crew.contains(one)) && crew.contains(&"u4".into()), "{crew:?}");
}

#[rstest]
#[case::with_a_body(Habits { delete_answers_with_body: true, ..Habits::default() }, ChangeState::Confirmed)]
#[case::deactivated_in_its_place(Habits { delete_deactivates: true, ..Habits::default() }, ChangeState::Partly)]
#[tokio::test]
async fn deleted_is_said_only_of_who_is_gone(#[case] habits: Habits, #[case] state: ChangeState) {
    let server = Odd::start(habits).await;
    let mut console = open(&server, |_| {}).await;
    console.find("user-4");
    console.press(Action::Delete);
    console.type_text("user-4");
    settled(&mut console).await;
    assert_eq!(console.last().state, state, "{}", console.last().why);
    if state == ChangeState::Partly {
        console.expect("Deactivated, not removed");
        assert!(console.line("▌").contains("inactive"), "{}", console.screen());
    }
}

#[tokio::test]
async fn where_delete_deactivates_that_is_said_before() {
    let server = Odd::start(Habits { delete_deactivates: true, ..Habits::default() }).await;
    let mut console =
        open(&server, |profile| profile.habits.delete_user = Some(known::DeletionEffect::Deactivates)).await;
    console.find("user-4");
    console.press(Action::Delete);
    console.expect("This server only deactivates on DELETE");
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn a_busy_server_without_scim_errors_is_waited_for() {
    let server = Odd::start(Habits { busy_for: 2, ..Habits::default() }).await;
    let console = open(&server, |_| {}).await;
    assert_eq!(console.app().directory.len(RecordKind::User), 4, "{}", console.screen());
}

/// The answer to a server's filter is checked here: users who do not match are left out.
#[rstest]
#[case::honest(false, "found by the server")]
#[case::gives_everybody(true, "others came too")]
#[tokio::test]
async fn the_servers_filter_is_asked_for_and_checked(#[case] filter_gives_everybody: bool, #[case] said: &str) {
    let server = Odd::start(Habits { users: 30, filter_gives_everybody, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    ask_by(&mut console, "userName eq \"user-7");
    console.expect("the filter can't be read at position");
    console.type_text("\"");
    console.press(Action::Submit);
    console.settle().await;
    assert_eq!(console.app().directory.len(RecordKind::User), 1, "{}", console.screen());
    console.expect("server: userName eq \"user-7\"");
    console.expect(said);

    console.press(Action::Palette);
    console.type_text("server-filter");
    console.enter();
    (0..30).for_each(|_| console.backspace());
    console.press(Action::Submit);
    console.settle().await;
    assert_eq!(console.app().directory.len(RecordKind::User), 30, "{}", console.screen());
}

#[tokio::test]
async fn a_group_in_a_group_is_shown_as_one() {
    let server = Odd::start(Habits { nested: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.press(Action::GoTeams);
    console.find("fleet");
    console.press(Action::Open);
    assert!(console.line("crew").contains("a group"), "{}", console.screen());
}

/// Roles that stand in people's own records are shown, listed and given (RFC 7643 §4.1.2).
#[tokio::test]
async fn roles_in_the_users_own_records_are_the_roles_of_the_console() {
    let server = Odd::start(Habits { roles: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    assert!(console.row("user-2").contains("admin, auditor"), "{}", console.screen());
    console.press(Action::GoRoles);
    for (role, holders) in [("admin", "2"), ("auditor", "1"), ("user", "2")] {
        assert!(console.row(role).contains(&format!("  {holders}  ")), "{}", console.screen());
    }
    console.press(Action::GoUsers);
    console.find("user-4");
    console.pick_role("auditor");
    console.expect("organisation role: user → auditor");
    confirmed(&mut console).await;
    assert_eq!(server.record("u4").unwrap()["roles"], json!([{"value": "auditor", "primary": true}]));
    console.press(Action::Undo);
    confirmed(&mut console).await;
    assert_eq!(console.org_role("user-4"), "user");

    console.find("user-2");
    console.pick_role("user");
    console.expect("Takes the place of all their roles: admin, auditor.");
}

#[tokio::test]
async fn a_filter_that_the_server_refuses_is_given_up() {
    let server = Odd::start(Habits { users: 30, refuses_filters: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    ask_by(&mut console, "userName pr");
    console.settle().await;
    console.expect("The server does not take the filter userName pr");
    console.expect_no("server: userName pr");
    assert_eq!(console.app().directory.len(RecordKind::User), 30, "{}", console.screen());
}

/// A list that is too long is not read to its end, and no part of it passes for the whole.
#[rstest]
#[case::told(Total::True, "The server has 30 users, and lists of up to 10 are read whole.")]
#[case::not_told(Total::Missing, "The server has at least 14 users")]
#[tokio::test]
async fn a_list_that_is_too_long_is_asked_for_by_a_filter(#[case] total: Total, #[case] said: &str) {
    let server = Odd::start(Habits { users: 30, total, largest_page: Some(7), ..Habits::default() }).await;
    let mut console = open(&server, |profile| profile.max_users = 10).await;
    console.expect(said);
    console.expect("The action server-filter reads those that a filter finds");
    assert_eq!(console.app().directory.len(RecordKind::User), 0, "{}", console.screen());
    assert!(!console.app().directory.is_read(RecordKind::User));
    console.esc();
    ask_by(&mut console, "userName eq \"user-7\"");
    console.settle().await;
    console.row("user-7");
    console.expect("server: userName eq \"user-7\"");
    assert!(!console.app().directory.is_complete(RecordKind::User));
    console.press(Action::GoTeams);
    console.row("crew");
}

/// Servers compare text with or without regard to case, and `"true"` with `true` or not: what comes is tested here, and
/// how many came is said.
#[rstest]
#[case::case_matters(Habits::default(), r#"userName eq "USER-7""#, 0, "0 found by the server")]
#[case::it_does_not(Habits { filter_is_loose: true, ..Habits::default() }, r#"userName eq "USER-7""#, 1, "1 found by the server")]
#[case::types_matter(Habits::default(), r#"active eq "true""#, 0, "0 found by the server")]
#[case::they_do_not(Habits { filter_is_loose: true, ..Habits::default() }, r#"active eq "true""#, 30, "30 found by the server")]
#[case::everybody(Habits { filter_gives_everybody: true, ..Habits::default() }, r#"userName eq "USER-7""#, 1, "others came too")]
#[case::everybody_fits(Habits { filter_gives_everybody: true, ..Habits::default() }, r#"active eq "true""#, 30, "30 found by the server")]
#[case::nobody(Habits { filter_finds_nobody: true, ..Habits::default() }, r#"userName eq "user-7""#, 0, "0 found by the server")]
#[tokio::test]
async fn filters_compare_as_each_server_does(
    #[case] habits: Habits,
    #[case] filter: &str,
    #[case] users: usize,
    #[case] said: &str,
) {
    let server = Odd::start(Habits { users: 30, ..habits }).await;
    let mut console = open(&server, |_| {}).await;
    // The console's own filter has no regard to case.
    console.find("USER-17");
    console.row("user-17");
    console.find_all();
    ask_by(&mut console, filter);
    console.settle().await;
    assert_eq!(console.app().directory.len(RecordKind::User), users, "{}", console.screen());
    let proof = console.app().session.sync.proofs.iter().find(|proof| proof.kind == RecordKind::User).expect("a proof");
    assert!(proof.words.contains(said), "{}", proof.words);
}

/// A filter that finds nobody hides what was made while the answer was lost: it is not made again, and the next read of
/// the list shows it.
#[tokio::test]
async fn a_lost_creation_that_no_filter_finds_is_not_sent_again() {
    let server = Odd::start(Habits { filter_finds_nobody: true, loses_one_answer: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    console.press(Action::Create);
    console.type_text("kim");
    console.press(Action::NextField);
    console.type_text("kim@x.io");
    console.press(Action::Submit);
    settled(&mut console).await;
    assert_eq!(console.last().state, ChangeState::Refused);
    console.expect("It was not sent again.");
    console.press(Action::Refresh);
    console.settle().await;
    console.find_all();
    console.row("kim");
    assert_eq!(server.writes().len(), 1);
}

/// Another path is another resource, or a page: only the RFC's own are asked for, whatever `Location` says.
#[tokio::test]
async fn only_canonical_paths_are_asked_for() {
    let server = Odd::start(Habits { pages_elsewhere: true, odd_locations: true, ..Habits::default() }).await;
    let base = format!("{}/", server.url);
    let mut console = Console::open(&Room::new(), profile(Provider::Scim, &base, KEY)).await;
    console.press(Action::Create);
    console.type_text("kim");
    console.press(Action::NextField);
    console.type_text("kim@x.io");
    console.press(Action::Submit);
    confirmed(&mut console).await;
    console.find_all();
    console.find("kim");
    console.rename("Kim K");
    confirmed(&mut console).await;
    console.press(Action::Attributes);
    console.settle().await;
    console.expect("untyped: its schema was not told");
    assert_eq!(server.record("n101").unwrap()["displayName"], "Kim K");
    let known = ["Users", "Groups", "Me", "ServiceProviderConfig", "Schemas", "ResourceTypes"];
    for path in server.paths() {
        let path = path.split('?').next().unwrap_or_default();
        let first = path.strip_prefix("/scim/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        assert!(known.contains(&first) && !path.ends_with('/') && !path.contains("//"), "{path}");
    }
}

/// Where a stale `If-Match` is taken all the same, what is put as a whole is compared first.
#[tokio::test]
async fn a_server_that_ignores_versions_is_not_written_over() {
    let habits = Habits {
        versions_ignored: true,
        no_patch_of_users: true,
        config: Some(json!({"patch": {"supported": false}})),
        ..Habits::default()
    };
    let server = Odd::start(habits).await;
    let mut console = open(&server, |_| {}).await;
    console.find("user-2");
    console.press(Action::Open);
    console.settle().await;
    server.alter("u2", "title", json!("changed by somebody else"));
    console.rename("Bo");
    settled(&mut console).await;
    assert_eq!(console.last().state, ChangeState::Conflict, "{}", console.last().why);
    assert!(server.writes().is_empty());
    assert_eq!(server.record("u2").unwrap()["title"], "changed by somebody else");
}
