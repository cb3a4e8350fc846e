//! Seats, registries, service accounts, teams with a place for their files, and whole lists of members: by keys alone,
//! each effect looked up on the server.

use scimitar::{
    app::{Overlay, action::Action, picker::ShownPlaces},
    demo,
    directory::{
        RecordKind,
        plan::{ChangeState, Risk},
    },
};

use crate::harness::{Console, Room, Server, options, profile_of};

fn multi_tenant() -> demo::DemoOptions {
    demo::DemoOptions { hosting: demo::Hosting::MultiTenant, ..options() }
}

async fn confirmed(console: &mut Console, changes: usize) {
    console.settle().await;
    let states = console.states();
    assert_eq!(states.len(), changes, "{states:?}\n{}", console.screen());
    assert!(states.iter().all(|state| *state == ChangeState::Confirmed), "{states:?}\n{}", console.screen());
}

async fn sent(console: &mut Console, changes: usize) {
    if console.is_preview() {
        console.send();
    }
    confirmed(console, changes).await;
}

/// Goes to a field of the form and enters this.
fn fill(console: &mut Console, label: &str, text: &str) {
    for _ in 0..12 {
        if console.line("▌ ").contains(&format!("▌ {label}")) || console.screen().contains(&format!("▌ {label} "))
        {
            return console.type_text(text);
        }
        console.press(Action::NextField);
    }
    panic!("no field {label}:\n{}", console.screen());
}

#[tokio::test]
async fn a_seat_of_one_and_of_two_marked_users() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    console.pick_role("models seat viewer");
    sent(&mut console, 1).await;
    assert_eq!(server.user("eva-tanaka").await["modelsSeat"], "viewer");
    console.press(Action::Undo);
    console.expect("Takes a full Models seat; ");
    sent(&mut console, 2).await;
    assert_eq!(server.user("eva-tanaka").await["modelsSeat"], "full");

    console.press(Action::Mark);
    console.find("noor-haddad");
    console.press(Action::Mark);
    console.pick_role("weave none");
    console.expect("2 requests");
    sent(&mut console, 4).await;
    for user in ["eva-tanaka", "noor-haddad"] {
        assert_eq!(server.user(user).await["weaveRole"], "none", "{user}");
    }
    console.find("seat:full");
    console.expect("48 full seats");
}

#[tokio::test]
async fn the_contracts_seats_are_said_where_they_are_counted() {
    let server = Server::start(options()).await;
    let mut profile = profile_of(&server, &options());
    profile.full_seats = Some(50);
    let mut console = Console::open_sized(&Room::new(), profile, 120, 40).await;
    console.expect("48 of 50 full seats");
    console.find("-seat:full");
    console.press(Action::MarkAll);
    console.pick_role("models seat full");
    console.expect("Takes a full Models seat; taken now: 48 of 50.");
    console.expect("full Models seats, and 2 are left: W&B may refuse some.");
}

#[tokio::test]
async fn the_form_of_a_user_changes_a_seat() {
    let (mut console, server) = Console::on_demo(multi_tenant()).await;
    console.find("eva-tanaka");
    console.press(Action::Edit);
    console.expect("▌ Models seat ● full ○ viewer ○ none");
    console.type_text("v");
    console.press(Action::Submit);
    sent(&mut console, 1).await;
    assert_eq!(server.user("eva-tanaka").await["modelsSeat"], "viewer");
}

#[tokio::test]
async fn registry_roles_are_added_changed_and_taken_away() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("noor-haddad");
    let roles = async |console: &Console| {
        let user = server.user("noor-haddad").await;
        let known = console.user("noor-haddad").registry_roles.len();
        let all = user["registryRoles"].as_array().cloned().unwrap_or_default();
        assert_eq!(all.len(), known);
        let mut all: Vec<String> =
            all.iter().map(|role| format!("{}={}", role["registryName"], role["roleName"]).replace('"', "")).collect();
        all.sort();
        all
    };
    let before = roles(&console).await;
    assert!(before.is_empty(), "{before:?}");
    console.pick_role("registry model member");
    sent(&mut console, 1).await;
    assert_eq!(roles(&console).await, ["model=member"]);
    console.pick_role("registry model viewer");
    sent(&mut console, 2).await;
    assert_eq!(roles(&console).await, ["model=viewer"]);
    console.pick_role("registry dataset admin");
    sent(&mut console, 3).await;
    assert_eq!(roles(&console).await, ["dataset=admin", "model=viewer"]);
    console.pick_role("registry model no role");
    sent(&mut console, 4).await;
    assert_eq!(roles(&console).await, ["dataset=admin"]);
    console.pick_role("registry model member");
    sent(&mut console, 5).await;

    console.press(Action::SetRole);
    while !matches!(console.app().overlays.last(), Some(Overlay::Role(picker)) if picker.scope == ShownPlaces::Registries)
    {
        console.press(Action::NextScope);
    }
    console.expect("registries only");
    console.type_text("all");
    console.enter();
    console.expect("Lost: dataset (admin), model (member).");
    sent(&mut console, 6).await;
    assert!(roles(&console).await.is_empty());
    console.press(Action::Undo);
    sent(&mut console, 8).await;
    assert_eq!(roles(&console).await, ["dataset=admin", "model=member"]);
}

#[tokio::test]
async fn people_are_created_with_seats_and_teams() {
    for options in [options(), multi_tenant()] {
        let (mut console, server) = Console::on_demo(options).await;
        console.press(Action::Create);
        fill(&mut console, "User name", "kim-lee");
        fill(&mut console, "Email", "kim.lee@example.com");
        fill(&mut console, "Models seat", "v");
        fill(&mut console, "Teams", "audio nowhere");
        console.press(Action::Submit);
        console.expect("not known here: nowhere");
        console.runtime.press(crossterm::event::Event::Key(crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Char('u'),
            crossterm::event::KeyModifiers::CONTROL,
        )));
        console.type_text("audio, climate");
        console.press(Action::Submit);
        console.expect("Joins audio, climate.");
        sent(&mut console, 1).await;
        // The plan asks for these teams: the user in them is no side effect.
        assert!(console.last().effects.is_empty(), "{:?}", console.last().effects);
        console.expect_no("now, too");
        let user = server.user("kim-lee").await;
        assert_eq!((&user["modelsSeat"], &user["weaveRole"]), (&"viewer".into(), &"full".into()));
        let id = user["id"].as_str().unwrap().to_owned();
        for team in ["audio", "climate"] {
            assert!(server.members(team).await.contains(&id), "{team}");
        }
        // The list counts what the teams hold, and so does the plan that takes it back.
        assert_eq!(console.app().directory.teams_of(&id.as_str().into()).len(), 2);
        console.press(Action::Undo);
        console.expect("kim-lee leaves 2 teams: ");
    }
}

#[tokio::test]
async fn service_accounts_are_apart_created_deleted_and_never_edited() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.expect("1 Users 58 + 2 service");
    console.find("ci-bot");
    console.expect("No users match 'ci-bot'. Esc clears the filter. v looks among service accounts.");
    console.find_all();
    console.press(Action::View);
    console.expect("Service accounts");
    console.find("ci-bot");
    for action in [Action::SetRole, Action::Teams, Action::ToggleActive, Action::Edit] {
        console.press(action);
        console.expect("ci-bot is a service account: W&B lets nobody edit those over SCIM, only delete them.");
        assert!(console.app().overlays.is_empty());
    }
    console.press(Action::GoTeams);
    console.find("ops");
    console.press(Action::Members);
    console.type_text("ci-bot");
    console.press(Action::Toggle);
    console.expect("ci-bot is a service account: W&B lets nobody edit those over SCIM, only delete them.");
    console.esc();
    console.press(Action::GoUsers);
    console.find_all();
    console.press(Action::Create);
    console.expect("New service account");
    fill(&mut console, "Name", "night-build");
    fill(&mut console, "Team", "audio");
    console.press(Action::Submit);
    console.expect("It has no API key yet");
    sent(&mut console, 1).await;
    assert_eq!(server.user("night-build").await["accountType"], "SERVICE");
    assert!(console.line("▌").contains("night-build"), "{}", console.screen());
    console.expect("3 service");
    assert!(console.line("▌").contains(" audio "), "{}", console.screen());

    console.press(Action::Delete);
    console.expect("API keys of this service account are not revoked with it");
    console.type_text("night-build");
    sent(&mut console, 2).await;
    assert!(server.user("night-build").await.is_null());
    console.expect("2 service");
    console.press(Action::View);
    console.expect("60 of 60");
    console.find("nightly");
    assert!(console.line("▌").contains("nightly-sync"));
}

#[tokio::test]
async fn an_old_server_has_no_views_and_says_so() {
    let (mut console, _server) =
        Console::on_demo(demo::DemoOptions { emails: demo::EmailShape::Old, ..options() }).await;
    console.expect("1 Users 60 2 Teams");
    console.press(Action::View);
    console.expect("The server lists no service accounts.");
    console.find("eva-tanaka");
    assert!(console.line("▌").contains("eva-tanaka"));
}

#[tokio::test]
async fn a_team_is_created_with_a_place_for_its_files() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.press(Action::Create);
    fill(&mut console, "Name", "maps");
    fill(&mut console, "Members", "eva-tanaka");
    fill(&mut console, "Storage", "g");
    console.press(Action::Submit);
    console.expect("▌ Bucket");
    console.expect("✗ needed");
    fill(&mut console, "Bucket", "maps-files");
    console.press(Action::Submit);
    console.expect("Files go to maps-files (GCP).");
    sent(&mut console, 1).await;
    let eva = server.user("eva-tanaka").await["id"].as_str().unwrap().to_owned();
    assert!(server.members("maps").await.contains(&eva));
    // The server shows no bucket; it checks what it is sent.
    let request = &console.last().exchanges.first().unwrap().request;
    assert!(request.contains("maps-files") && request.contains("GCP"), "{request}");
    console.press(Action::Delete);
    console.expect("only the W&B app deletes teams");
}

#[tokio::test]
async fn all_members_are_replaced_and_put_back() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::GoTeams);
    console.find("ops");
    let mut before = server.members("ops").await;
    let bot = server.user("ci-bot").await["id"].as_str().unwrap().to_owned();
    assert!(before.contains(&bot));
    console.press(Action::MembersFromList);
    console.expect("Members of ops from a list");
    console.runtime.press(crossterm::event::Event::Paste("eva-tanaka\nnoor-haddad,who-is-this".into()));
    console.press(Action::Submit);
    console.expect("No user is called who-is-this.");
    console.press(Action::GoOn);
    console.expect("nothing is guessed");
    console.press(Action::SkipName);
    console.press(Action::GoOn);
    console.expect("Skipped: who-is-this.");
    console.press(Action::Exactly);
    console.press(Action::Look);
    console.expect("members replaced");
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    if let Risk::Type(text) | Risk::Insist(text) = preview.risk.clone() {
        console.type_text(&text);
    }
    sent(&mut console, 1).await;
    let after = server.members("ops").await;
    assert!(after.contains(&bot), "service accounts stay");
    assert!(after.len() < before.len(), "{after:?}");
    let eva = server.user("eva-tanaka").await["id"].as_str().unwrap().to_owned();
    assert!(after.contains(&eva));

    console.press(Action::Undo);
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    if let Risk::Type(text) | Risk::Insist(text) = preview.risk.clone() {
        console.type_text(&text);
    }
    console.send();
    console.settle().await;
    let mut back = server.members("ops").await;
    back.sort();
    before.sort();
    assert_eq!(back, before);
}

/// Nothing of the invitations is asked for before somebody wants to know, and then each team once.
#[tokio::test]
async fn invited_people_stand_behind_the_users_once_they_are_read() {
    let (mut console, server) = Console::on_demo(options()).await;
    let asked = |server: &Server| server.running.requests().iter().filter(|one| one.path.contains("graphql")).count();
    let before = asked(&server);
    console.expect_no("invited");
    console.find("status:invited");
    assert!(console.app().lists.panes[0].rows.is_empty(), "{}", console.screen());
    console.find_all();
    console.press(Action::ReadInvitations);
    console.settle().await;
    let (people, teams) = (console.app().directory.invited().len(), console.app().directory.len(RecordKind::Team));
    assert!(people > 0, "{}", console.screen());
    console.expect(&format!("as {teams} of {teams} teams tell. /invited lists them."));
    assert_eq!(asked(&server) - before, teams);
    console.press(Action::Bottom);
    assert!(console.line("▌").contains("invited"), "{}", console.screen());
    for action in [Action::SetRole, Action::ToggleActive, Action::Delete, Action::Mark, Action::Raw] {
        console.press(action);
        console.expect("This person is invited and has no account yet");
        assert!(console.app().overlays.is_empty());
    }
    console.press(Action::Open);
    console.expect("Invited, without an account yet.");
    // No server has given an id.
    console.expect_no("Id ");
    console.press(Action::Copy);
    console.expect("email");
    console.expect_no("invited:");
    console.esc();
    console.esc();
    console.press(Action::MarkAll);
    console.settle().await;
    assert_eq!(
        console.app().lists.panes[0].marks.len(),
        console.app().lists.panes[0].in_view(&console.app().directory)
    );
    console.find("invited");
    assert_eq!(console.app().lists.panes[0].rows.len(), people);
    for (filter, found) in [("status:invited", true), ("active:no", false), ("-active:yes invited", true)] {
        console.find_all();
        console.find(filter);
        let app = console.app();
        let users: Vec<_> = app.lists.panes[0].rows.iter().filter_map(|row| app.directory.user_at(*row)).collect();
        let all = users.len() == people && users.iter().all(|user| user.is_invited());
        assert_eq!(all, found, "{filter}: {}", console.screen());
    }
    // By fields, too: what only accounts have is none.
    let one = console.app().directory.invited()[0].clone();
    let (email, team) = (one.email.raw().to_owned(), one.team_roles.unwrap()[0].scope.to_string());
    for filter in
        [format!("email:{email}"), format!("invited team:{team} role:none last:never"), format!("{email} -seat:full")]
    {
        console.find_all();
        console.find(&filter);
        assert!(console.words().contains("invited"), "{filter}: {}", console.screen());
    }
    for filter in [format!("email:{email} active:no"), format!("{email} role:member"), format!("{email} created<30d")] {
        console.find_all();
        console.find(&filter);
        assert_eq!(console.app().lists.panes[0].rows.len(), 0, "{filter}: {}", console.screen());
    }
    assert!(server.writes().is_empty(), "{:?}", server.writes());
}

/// A new user begins like somebody: what they lack is offered once they are there, as a plan of its own.
#[tokio::test]
async fn a_new_user_begins_like_another() {
    let (mut console, server) = Console::on_demo(options()).await;
    let model = "eva-tanaka";
    console.press(Action::Create);
    for text in ["zoe-ito", "zoe@example.com"] {
        console.type_text(text);
        console.press(Action::NextField);
    }
    let is_there = |console: &Console| match console.app().overlays.last() {
        Some(Overlay::Form(form)) => form.fields[form.focus].key == "like",
        _ => panic!("no form:\n{}", console.screen()),
    };
    while !is_there(&console) {
        console.press(Action::NextField);
    }
    console.type_text("nobody-at-all");
    console.press(Action::Submit);
    console.expect("nobody is called so");
    "nobody-at-all".chars().for_each(|_| console.backspace());
    console.type_text(model);
    console.press(Action::Submit);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Difference(_))), "{}", console.screen());
    console.press(Action::Look);
    console.send();
    console.settle().await;
    let teams = |name: &str| {
        let mut grants = console.user(name).team_roles.clone().unwrap_or_default();
        grants.sort_by(|one, other| one.scope.as_str().cmp(other.scope.as_str()));
        grants
    };
    assert_eq!(teams("zoe-ito"), teams(model), "{}", console.screen());
    assert!(!server.user("zoe-ito").await.is_null());
}

/// A list of addresses makes several users, who all begin like somebody: one plan creates them, one gives them the rest.
#[tokio::test]
async fn a_list_of_new_users_begins_like_another() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::Create);
    fill(&mut console, "Email", "zoe@example.com, zoe@example.com");
    console.press(Action::Submit);
    console.expect("zoe is there twice");
    "zoe@example.com".chars().for_each(|_| console.backspace());
    console.type_text("kim-lee");
    console.press(Action::Submit);
    console.expect("kim-lee: an address has an @");
    console.type_text(" kim@example.com; lou@example.com");
    fill(&mut console, "User name", "zoe-ito");
    console.press(Action::Submit);
    console.expect("leave it empty for a list of addresses");
    "zoe-ito".chars().for_each(|_| console.backspace());
    fill(&mut console, "Begin like", "eva-tanaka");
    console.press(Action::Submit);
    assert!(console.is_preview(), "{}", console.screen());
    console.expect("Create 3 users");
    console.send();
    console.settle().await;
    let Some(Overlay::Difference(difference)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let teams = console.user("eva-tanaka").team_roles.clone().unwrap_or_default().len();
    assert_eq!(difference.lines.len(), 3 * teams, "{}", console.screen());
    console.press(Action::Look);
    console.send();
    console.settle().await;
    for user in ["zoe", "kim-lee", "lou"] {
        assert!(!server.user(user).await.is_null(), "{user}");
        assert_eq!(console.user(user).team_roles.as_deref().unwrap_or_default().len(), teams, "{user}");
    }
    assert_eq!(console.app().overlays.len(), 0, "{}", console.screen());
}

/// A box that a person opened is about whom they chose: a newcomer who begins like the same user is told of, and no more.
#[tokio::test]
async fn a_newcomer_enters_no_box_that_a_person_opened() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::Create);
    fill(&mut console, "User name", "zoe-ito");
    fill(&mut console, "Email", "zoe@example.com");
    fill(&mut console, "Begin like", "eva-tanaka");
    console.press(Action::Submit);
    if console.is_preview() {
        console.send();
    }
    console.find("noor-haddad");
    console.press(Action::MakeLike);
    console.type_text("eva-tanaka");
    console.enter();
    console.settle().await;
    let Some(Overlay::Difference(difference)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let about: Vec<&str> = difference.lines.iter().map(|line| line.wish.line.subject.as_str()).collect();
    assert!(!about.is_empty() && about.iter().all(|name| *name == "noor-haddad"), "{about:?}");
    console.expect("zoe-ito is there");
}

/// Where no role is told, the list of a user's teams does not say "member", which is a role.
#[tokio::test]
async fn a_role_that_is_not_told_is_no_member_in_check_lists() {
    let (mut console, _server) = Console::on_demo(demo::DemoOptions { silent_gets: true, ..options() }).await;
    console.find("eva-tanaka");
    console.press(Action::Teams);
    console.settle().await;
    assert!(console.line("[x]").contains("role not known"), "{}", console.screen());
    assert!(!console.line("[x]").ends_with("member"), "{}", console.screen());
}
