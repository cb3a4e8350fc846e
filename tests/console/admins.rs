//! Two consoles on two machines that each take away one of the last two admins: a server keeps neither from it.

use scimitar::{
    app::action::Action,
    config::Profile,
    demo,
    directory::{
        Name,
        plan::ChangeState,
        record::{Team, User},
        role_source::RoleMapping,
    },
};

use crate::harness::{Console, Room, Server, options, profile_of};

/// A team with two admins.
struct Cast {
    team: String,
    admins: [String; 2],
}

impl Cast {
    fn of(console: &Console) -> Self {
        let directory = &console.app().directory;
        let is_admin = |user: &&User, team: &Team| {
            let role = user.role_in(&team.name);
            role.is_some_and(|role| role.is("admin")) && !user.user_name.is("demo-admin") && !user.account.is_service()
        };
        let of_team = |team: &Team| {
            let users = directory.records().users().values().filter(|user| is_admin(user, team));
            let names: Vec<String> = users.map(|user| user.user_name.to_string()).collect();
            Some(Self { team: team.name.to_string(), admins: names.try_into().ok()? })
        };
        directory.records().teams().values().find_map(of_team).expect("a team with two admins")
    }

    fn demote(&self, console: &mut Console, at: usize) {
        console.find(&self.admins[at]);
        console.pick_role(&format!("{} viewer", self.team));
        if console.is_preview() {
            console.send();
        }
    }
}

async fn two(profile: Profile) -> [Console; 2] {
    [Console::open(&Room::new(), profile.clone()).await, Console::open(&Room::new(), profile).await]
}

#[tokio::test]
async fn whose_plan_rests_on_an_admin_who_is_none_any_more_sends_nothing() {
    let server = Server::start(options()).await;
    let [mut first, mut second] = Box::pin(two(profile_of(&server, &options()))).await;
    let cast = Cast::of(&first);
    let (team, [one, other]) = (&cast.team, &cast.admins);
    cast.demote(&mut first, 0);
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Confirmed], "{}", first.last().why);
    assert!(!first.last().alarm);

    cast.demote(&mut second, 1);
    let promise = format!("Before it is sent and after, the server is asked whether {one} still is admin of {team}.");
    assert!(second.last().step.consequences.contains(&promise), "{:?}", second.last().step);
    second.settle().await;
    assert_eq!(second.states(), [ChangeState::Refused], "{}", second.last().why);
    let why = format!("Not sent: {one} is no admin of {team} any more, so nobody else would be left.");
    assert!(second.last().why.starts_with(&why), "{}", second.last().why);
    assert_eq!(server.writes().len(), 1);
    assert_eq!(server.role_in(other, team).await.as_deref(), Some("admin"));
    // The records that were read for it are shown.
    let shown = second.user(one).role_in(&team.as_str().into()).map(ToString::to_string);
    assert_eq!(shown.as_deref(), Some("viewer"));
    assert!(second.user(other).version.is_some(), "nothing was sent: it is known as well as before");
}

/// Both have asked, and both requests are under way.
#[tokio::test]
async fn who_takes_the_last_one_away_in_the_same_moment_is_told_and_takes_it_back() {
    let server = Server::start(options()).await;
    let mut consoles = Box::pin(two(profile_of(&server, &options()))).await;
    let cast = Cast::of(&consoles[0]);
    server.running.hold_writes(true);
    for (at, console) in consoles.iter_mut().enumerate() {
        cast.demote(console, at);
        console
            .until("it is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent))
            .await;
    }
    server.running.hold_writes(false);
    for console in &mut consoles {
        console.settle().await;
        assert_eq!(console.states(), [ChangeState::Confirmed], "{}", console.last().why);
    }
    let told: Vec<usize> = (0..2).filter(|at| consoles[*at].last().alarm).collect();
    assert!(!told.is_empty(), "the later one finds nobody");
    let (console, who) = (&mut consoles[told[0]], &cast.admins[told[0]]);
    assert!(console.words().contains(&format!("No other admin of {} is left", cast.team)), "{}", console.screen());
    assert!(console.words().contains("u takes this back."), "{}", console.screen());
    console.press(Action::Undo);
    console.expect("viewer → admin");
    console.send();
    console.settle().await;
    assert_eq!(server.role_in(who, &cast.team).await.as_deref(), Some("admin"), "{}", console.last().why);
    assert!(!console.last().alarm);
}

/// The console is gone before it could look: the next one does.
#[tokio::test]
async fn who_is_gone_by_then_is_told_at_the_next_start() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut first = Console::open(&room, profile.clone()).await;
    let cast = Cast::of(&first);
    server.running.hold_writes(true);
    cast.demote(&mut first, 0);
    first.until("it is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent)).await;
    // The write has its effect, and nothing can be read after it.
    server.running.cut_next_write(true);
    server.running.set_fail(vec![demo::FailRule { status: 502, rate: 1.0 }]);
    server.running.hold_writes(false);
    first.settle().await;
    assert!(first.last().state.is_open(), "{:?}", first.last());
    first.quit().await;

    server.running.set_fail(Vec::new());
    let mut other = Console::open(&Room::new(), profile.clone()).await;
    cast.demote(&mut other, 1);
    other.settle().await;
    let next = Console::open(&room, profile).await;
    assert_eq!(next.states()[0], ChangeState::Confirmed, "{}", next.last().why);
    assert!(next.last().alarm, "{}", next.last().why);
    let words = format!("No other admin of {} is left: {} has lost that", cast.team, cast.admins[1]);
    assert!(next.words().contains(&words), "{}", next.screen());
}

/// Where the role in the organisation follows from groups, the group is asked.
#[tokio::test]
async fn an_admin_by_group_is_asked_for_in_the_group() {
    let options = demo::DemoOptions { provider: demo::Provider::Datasaur, ..options() };
    let server = Server::start(options.clone()).await;
    let mut profile = profile_of(&server, &options);
    profile.mapping = Some(RoleMapping {
        order: ["admin", "labeler"].map(Name::from).into(),
        default: Some("labeler".into()),
        groups: [(Name::from("interns"), Name::from("admin"))].into(),
    });
    let [mut first, mut second] = Box::pin(two(profile)).await;
    let members = first.team("interns").members.clone().unwrap();
    let names: Vec<String> = members
        .iter()
        .filter_map(|member| first.app().directory.user(&member.id))
        .filter(|user| !user.is_inactive())
        .map(|user| user.user_name.to_string())
        .collect();
    assert!(names.len() > 1, "{names:?}");
    let leave = |console: &mut Console, who: &str| {
        console.find(who);
        console.press(Action::Teams);
        console.type_text("interns");
        console.turn_round();
        console.press(Action::Look);
    };
    let (last, others) = names.split_last().unwrap();
    for who in others {
        leave(&mut first, who);
        first.send();
        first.settle().await;
        assert_eq!(first.last().state, ChangeState::Confirmed, "{}", first.last().why);
        first.find_all();
    }
    leave(&mut second, last);
    second.send();
    second.settle().await;
    assert_eq!(second.states(), [ChangeState::Refused]);
    second.expect("no organisation admin any more");
    assert_eq!(server.writes().len(), others.len());
}
