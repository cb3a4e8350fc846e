//! A refresh tells a console that is open only of what it does not show yet: what it shows then is what one that was opened
//! just now shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use rstest::rstest;
use scimitar::{
    app::action::Action,
    config::Profile,
    directory::{
        Id, RecordKind, ResourceRef,
        record::{Team, User},
        records::Records,
    },
    provider::Provider,
};
use serde_json::{Value, json};

use crate::{
    fake::{Wire, serve},
    harness::{Console, KEY, Room, profile},
};

/// A directory that others change, by ids.
#[derive(Default)]
struct Elsewhere {
    users: BTreeMap<u32, [String; 2]>,
    teams: BTreeMap<u32, (String, BTreeSet<u32>)>,
}

impl Elsewhere {
    fn answer(&self, path: &str) -> Value {
        let page = |all: Vec<Value>| json!({"totalResults": all.len(), "Resources": all});
        if path.contains("/Users") {
            let user = |(id, [name, display]): (&u32, &[String; 2])| json!({"id": format!("u{id}"), "userName": name, "displayName": display});
            return page(self.users.iter().map(user).collect());
        }
        if path.contains("/Groups") {
            let member = |id: &u32| json!({"value": format!("u{id}")});
            let team = |(id, (name, members)): (&u32, &(String, BTreeSet<u32>))| json!({"id": format!("t{id}"), "displayName": name, "members": members.iter().map(member).collect::<Vec<_>>()});
            return page(self.teams.iter().map(team).collect());
        }
        page(Vec::new())
    }

    /// Somebody comes, is renamed or goes, or a team has others in it.
    fn change(&mut self, dice: &mut impl FnMut(u32) -> u32) {
        let (user, team) = (dice(40), dice(6));
        match dice(6) {
            0 | 1 => drop(self.users.insert(user, [format!("user-{}-{user}", dice(50)), String::new()])),
            2 => drop(self.users.insert(user, [format!("user-{user}"), format!("Person {}", dice(20))])),
            3 => drop(self.users.remove(&user)),
            4 => {
                let members = (0..dice(20)).map(|_| dice(40)).collect();
                self.teams.insert(team, (format!("team-{}-{team}", dice(9)), members));
            }
            _ => drop(self.teams.remove(&team)),
        }
    }
}

fn name(id: u32) -> [String; 2] {
    [format!("user-{id}"), String::new()]
}

async fn serve_all(elsewhere: &Arc<Mutex<Elsewhere>>) -> Profile {
    let elsewhere = Arc::clone(elsewhere);
    let url = serve(move |path| Wire::json(elsewhere.lock().unwrap().answer(path))).await;
    profile(Provider::Scim, &url, KEY)
}

/// The visible part of a directory, whatever rows its records have.
struct View {
    users: BTreeMap<Id, (User, BTreeSet<Id>, String)>,
    /// The names that come with members are for those who are no known user.
    teams: BTreeMap<Id, (String, Vec<Id>)>,
    names: [Vec<String>; 2],
    labels: Vec<String>,
    shown: Vec<String>,
}

fn members(team: &Team) -> Vec<Id> {
    team.members.iter().flatten().map(|member| member.id.clone()).collect()
}

fn view(console: &Console) -> View {
    let directory = &console.app().directory;
    let records: &Records = directory.records();
    let text = |id: &Id| records.text(RecordKind::User).get(records.row(&ResourceRef::user(id)).unwrap()).to_owned();
    let users = records.users().iter();
    let users = users.map(|(id, user)| (id.clone(), (user.clone(), records.teams_of(id).cloned().collect(), text(id))));
    let user = |row: &u32| records.user_at(*row).unwrap();
    let mut labels: Vec<u32> = (0..records.len(RecordKind::User) as u32).collect();
    labels.sort_by_key(|row| (records.label_rank(*row), user(row).user_name.to_string()));
    View {
        users: users.collect(),
        teams: records.teams().iter().map(|(id, team)| (id.clone(), (team.name.to_string(), members(team)))).collect(),
        names: [
            records.by_name(RecordKind::User).iter().map(|row| user(row).user_name.to_string()).collect(),
            records
                .by_name(RecordKind::Team)
                .iter()
                .map(|row| directory.team_at(*row).unwrap().name.to_string())
                .collect(),
        ],
        labels: labels.iter().map(|row| user(row).label().to_owned()).collect(),
        // From the first row on: a cursor may have moved along.
        shown: console
            .screen()
            .lines()
            .filter(|line| line.contains("user-"))
            .map(|line| line.replace('▌', " "))
            .collect(),
    }
}

#[rstest]
#[tokio::test]
async fn what_others_changed_is_shown_as_if_it_had_always_been_so(#[values(1, 2, 3)] seed: u32) {
    let mut state = seed;
    let mut dice = move |sides: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % sides
    };
    let elsewhere = Arc::new(Mutex::new(Elsewhere::default()));
    (0..60).for_each(|_| elsewhere.lock().unwrap().change(&mut dice));
    let profile = serve_all(&elsewhere).await;
    let mut console = Console::open(&Room::new(), profile.clone()).await;
    for round in 0..8 {
        (0..dice(9)).for_each(|_| elsewhere.lock().unwrap().change(&mut dice));
        console.press(Action::Refresh);
        console.settle().await;
        console.press(Action::Top);
        let fresh = Console::open(&Room::new(), profile.clone()).await;
        let (one, other) = (view(&console), view(&fresh));
        assert_eq!(one.shown, other.shown, "round {round}");
        assert_eq!((one.names, one.labels), (other.names, other.labels), "round {round}");
        assert_eq!(one.teams, other.teams, "round {round}");
        assert_eq!(one.users, other.users, "round {round}");
    }
}

/// Records on screen are not inserted again: they keep their rows, and a new record has the last one.
#[tokio::test]
async fn only_what_differs_is_told() {
    let elsewhere = Arc::new(Mutex::new(Elsewhere::default()));
    elsewhere.lock().unwrap().users.extend((10..60).map(|id| (id, name(id))));
    let (room, profile) = (Room::new(), serve_all(&elsewhere).await);
    let row = |console: &Console, id: u32| {
        console.app().directory.records().row(&ResourceRef::user(&format!("u{id}").as_str().into()))
    };
    let mut console = Console::open(&room, profile.clone()).await;
    elsewhere.lock().unwrap().users.insert(5, name(5));
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!((row(&console, 5), row(&console, 10)), (Some(50), Some(0)));
    console.quit().await;

    // From disk they are in order again; then the same holds for what has changed since.
    elsewhere.lock().unwrap().users.insert(1, name(1));
    let console = Console::open(&room, profile).await;
    assert_eq!((row(&console, 1), row(&console, 10), row(&console, 5)), (Some(51), Some(0), Some(40)));
}

/// Who asks for the lists sees that they came, also where they look as before within the same minute.
#[tokio::test]
async fn who_asks_for_the_lists_is_told_how_the_reading_ended() {
    let elsewhere = Arc::new(Mutex::new(Elsewhere::default()));
    elsewhere.lock().unwrap().users.extend((10..60).map(|id| (id, name(id))));
    let mut console = Console::open(&Room::new(), serve_all(&elsewhere).await).await;
    console.expect_no("read again");
    console.press(Action::Refresh);
    console.settle().await;
    console.expect("The lists were read again: nothing differs.");
    elsewhere.lock().unwrap().users.insert(10, name(70));
    console.press(Action::Refresh);
    console.settle().await;
    console.expect("The lists were read again: 1 record differs.");
    elsewhere.lock().unwrap().users.retain(|id, _| *id > 30);
    console.press(Action::Refresh);
    console.settle().await;
    console.expect("The lists were read again: 21 records differ.");
}

/// Where the difference is more work than to show everything anew, the rest comes from the disk: rows are in order again.
#[rstest]
#[case::most_have_left(|elsewhere: &mut Elsewhere| elsewhere.users.retain(|id, _| *id > 2_150), 49)]
#[case::many_have_come(|elsewhere: &mut Elsewhere| elsewhere.users.extend((2_200..3_300).map(|id| (id, name(id)))), 2_300)]
#[tokio::test]
async fn a_list_that_is_largely_another_one_is_shown_anew(#[case] alter: fn(&mut Elsewhere), #[case] last: u32) {
    let elsewhere = Arc::new(Mutex::new(Elsewhere::default()));
    elsewhere.lock().unwrap().users.extend((1_000..2_200).map(|id| (id, name(id))));
    let profile = serve_all(&elsewhere).await;
    let mut console = Console::open(&Room::new(), profile.clone()).await;
    alter(&mut elsewhere.lock().unwrap());
    elsewhere.lock().unwrap().users.extend([(7, name(100)), (2_160, name(9_000))]);
    console.press(Action::Refresh);
    console.settle().await;
    let row = |id: &str| console.app().directory.records().row(&ResourceRef::user(&id.into()));
    assert_eq!([row("u7"), row("u2160")], [Some(0), Some(last)]);
    let fresh = Console::open(&Room::new(), profile).await;
    assert_eq!(view(&console).users, view(&fresh).users);
}
