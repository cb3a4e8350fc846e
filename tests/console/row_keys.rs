//! `r` and `x` on the rows of details that are no plain people of plain teams: where groups give roles, on service
//! accounts, and on groups in groups.

use scimitar::{app::action::Action, demo};

use crate::{
    datasaur::datasaur,
    habits::open,
    harness::{Console, Room, options},
    odd::{Habits, Odd},
};

fn bottom(console: &Console) -> String {
    console.screen().lines().last().unwrap_or_default().to_owned()
}

/// A group with a person who is no admin, and the position of that person's row.
fn labeler_of(console: &Console) -> (String, String, usize) {
    let app = console.app();
    let found = app.directory.records().teams().values().find_map(|team| {
        let members = app.members_in_order(team).all;
        let labels = |id| {
            app.directory.user(id).is_some_and(|user| user.org_role.value().is_some_and(|role| role.is("labeler")))
        };
        let at = members.iter().position(|member| labels(&member.id))?;
        Some((team.name.to_string(), app.directory.user(&members[at].id)?.user_name.to_string(), at))
    });
    found.expect("a group with a labeler")
}

/// Opens the details of a team, with the cursor on this row.
async fn open_team(console: &mut Console, team: &str, at: usize) {
    console.press(Action::GoTeams);
    console.find(team);
    console.press(Action::Open);
    console.settle().await;
    for _ in 0..at {
        console.press(Action::Down);
    }
}

#[tokio::test]
async fn in_a_group_that_gives_a_role_r_is_the_role_of_the_group_and_x_the_person() {
    let (mut console, server) = datasaur(&Room::new()).await;
    let (group, who, at) = labeler_of(&console);
    open_team(&mut console, &group, at).await;
    console.type_text("r");
    console.expect(&format!("Role that {group} gives"));
    console.esc();
    console.type_text("x");
    console.expect(&format!("Remove {who} from {group}"));
    assert!(server.writes().is_empty(), "a plan first");
    console.press(Action::Send);
    console.settle().await;
    assert!(!server.members(&group).await.contains(&who), "{}", console.screen());
    console.expect(&format!("› {group}"));
}

#[tokio::test]
async fn of_a_person_whose_role_follows_from_groups_r_says_so_and_x_leaves_the_group() {
    let (mut console, server) = datasaur(&Room::new()).await;
    let (group, who, _) = labeler_of(&console);
    console.find(&who);
    console.press(Action::Open);
    console.settle().await;
    assert!(!bottom(&console).contains("r role"), "{}", bottom(&console));
    console.type_text("r");
    console.expect("In Datasaur the role follows from the groups");
    let user = console.user(&who).clone();
    let at = console.app().places_of(&user).iter().position(|place| place.grant.scope.is(&group)).unwrap();
    for _ in 0..at {
        console.press(Action::Down);
    }
    console.type_text("x");
    console.expect(&format!("Remove {who} from {group}"));
    console.press(Action::Send);
    console.settle().await;
    assert!(!server.members(&group).await.contains(&who));
}

#[tokio::test]
async fn a_holder_of_a_role_that_groups_give_gets_no_other_one_by_r() {
    let (mut console, server) = datasaur(&Room::new()).await;
    console.press(Action::GoRoles);
    console.find("labeler");
    for box_of in [Action::Open, Action::Holders] {
        console.press(box_of);
        console.settle().await;
        if box_of == Action::Open {
            console.press(Action::Down);
        }
        console.type_text("r");
        console.expect("In Datasaur the role follows from the groups");
        console.type_text("x");
        console.expect("A person is removed in the details of the group");
        console.esc();
    }
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn a_service_account_in_a_team_is_neither_given_a_role_nor_removed() {
    let (mut console, server) = Console::on_demo(options()).await;
    let (team, account, at) = {
        let app = console.app();
        let found = app.directory.records().teams().values().find_map(|team| {
            let members = app.members_in_order(team).all;
            let service = |id| app.directory.user(id).is_some_and(|user| user.account.is_service());
            let at = members.iter().position(|member| service(&member.id))?;
            Some((team.name.to_string(), app.directory.user(&members[at].id)?.user_name.to_string(), at))
        });
        found.expect("a team with a service account")
    };
    open_team(&mut console, &team, at).await;
    assert!(!bottom(&console).contains("r role") && !bottom(&console).contains("x remove"), "{}", bottom(&console));
    for key in ["r", "x"] {
        console.type_text(key);
        console.expect(&format!("{account} is a service account"));
    }
    console.press(Action::Up);
    assert!(bottom(&console).contains("x remove"), "the next row is a person's: {}", bottom(&console));
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn a_group_in_a_group_is_no_person() {
    let server = Odd::start(Habits { nested: true, ..Habits::default() }).await;
    let mut console = open(&server, |_| {}).await;
    open_team(&mut console, "fleet", 0).await;
    assert!(!bottom(&console).contains("x remove"), "{}", bottom(&console));
    console.type_text("x");
    console.expect("This member is a group: roles and removals here are for people.");
    console.enter();
    console.settle().await;
    console.expect("fleet › crew");
    assert!(bottom(&console).contains("x remove"), "{}", bottom(&console));
}

#[tokio::test]
async fn in_a_team_of_grafana_r_says_who_gives_roles_and_x_removes() {
    let (mut console, server) =
        Console::on_demo(demo::DemoOptions { provider: demo::Provider::Grafana, ..options() }).await;
    let (team, who) = {
        let app = console.app();
        let found = app.directory.records().teams().values().find_map(|team| {
            let first = *app.members_in_order(team).all.first()?;
            Some((team.name.to_string(), app.directory.user(&first.id)?.user_name.to_string()))
        });
        found.expect("a team with a member")
    };
    open_team(&mut console, &team, 0).await;
    assert!(!bottom(&console).contains("r role"), "{}", bottom(&console));
    console.type_text("r");
    console.expect("Grafana");
    console.type_text("x");
    console.expect(&format!("Remove {who} from {team}"));
    console.press(Action::Send);
    console.settle().await;
    assert!(!server.members(&team).await.contains(&who), "{}", console.screen());
}
