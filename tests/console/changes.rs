//! A server that tells the users that changed since a time: the console reads these, and proves that nobody is gone.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use scimitar::{
    app::action::Action,
    config::Profile,
    directory::{Id, RecordKind, record::User},
    provider::Provider,
};
use serde_json::{Value, json};

use crate::{
    fake::{Wire, serve},
    harness::{Console, KEY, Room, profile},
};

/// A server with dates.
#[derive(Default)]
struct Dated {
    users: BTreeMap<u32, (String, Timestamp)>,
    /// Hours since the first change: every change is an hour later.
    hours: i64,
    /// Paths of requests for users.
    asked: Vec<String>,
    ignores_filter: bool,
    refuses_ids: bool,
    dates_stand_still: bool,
    /// So many of the next answers about changes are pages of a proxy.
    garbled: usize,
    answers: usize,
}

impl Dated {
    fn set(&mut self, id: u32, name: &str) {
        self.hours += i64::from(!self.dates_stand_still || !self.users.contains_key(&id));
        let then: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let date = match self.users.get(&id) {
            Some((_, date)) if self.dates_stand_still => *date,
            _ => then + SignedDuration::from_hours(self.hours),
        };
        self.users.insert(id, (name.to_owned(), date));
    }

    fn answer(&mut self, path: &str) -> Wire {
        let url = url::Url::parse(&format!("http://localhost{path}")).unwrap();
        let asked = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if !path.contains("/Users") {
            return Wire::json(json!({"totalResults": 0, "Resources": []}));
        }
        self.asked.push(format!("{:?}", url.query_pairs().collect::<Vec<_>>()));
        if self.garbled > 0 && asked("filter").is_some() {
            self.garbled -= 1;
            return Wire { content_type: "text/html", ..Wire::json("<html>Please wait</html>") };
        }
        let number = |name: &str, other: usize| asked(name).and_then(|text| text.parse().ok()).unwrap_or(other);
        let since = asked("filter").filter(|_| !self.ignores_filter);
        let since: Option<Timestamp> = since.map(|filter| filter.split('"').nth(1).unwrap().parse().unwrap());
        let is_wanted = |(_, (_, date)): &(&u32, &(String, Timestamp))| since.is_none_or(|since| *date >= since);
        let all: Vec<Value> = self.users.iter().filter(is_wanted).map(|(id, (name, date))| {
            json!({"id": format!("u{id}"), "userName": name, "meta": {"lastModified": date.to_string()}})
        }).collect();
        let ids = asked("attributes").is_some_and(|attributes| attributes == "id");
        if ids && self.refuses_ids {
            return Wire { status: "400 Bad Request", ..Wire::json(json!({"status": "400"})) };
        }
        let only_id = |user: &Value| if ids { json!({"id": user["id"]}) } else { user.clone() };
        let page = all.iter().skip(number("startIndex", 1) - 1).take(number("count", 100)).map(only_id);
        let page: Vec<Value> = page.collect();
        self.answers += page.len();
        Wire::json(json!({"totalResults": all.len(), "Resources": page}))
    }
}

struct Scene {
    server: Arc<Mutex<Dated>>,
    room: Room,
    profile: Profile,
}

impl Scene {
    async fn new(server: Dated) -> Self {
        let server = Arc::new(Mutex::new(server));
        let shared = Arc::clone(&server);
        let url = serve(move |path| shared.lock().unwrap().answer(path)).await;
        let mut profile = profile(Provider::Scim, &url, KEY);
        profile.habits.modified_filter = Some(true);
        profile.habits.modified_moves = Some(true);
        let scene = Self { server, room: Room::new(), profile };
        (0..250).for_each(|id| scene.alter().set(id, &format!("user-{id:03}")));
        scene
    }

    /// The habits are kept as the doctor keeps them, not as a person writes them: they can be forgotten.
    fn learn_habits(&mut self) {
        let habits = std::mem::take(&mut self.profile.habits);
        self.room.opener().store(&self.profile).unwrap().keep_habits(&habits).unwrap();
    }

    fn alter(&self) -> std::sync::MutexGuard<'_, Dated> {
        self.server.lock().unwrap()
    }

    async fn open(&self) -> Console {
        Console::open(&self.room, self.profile.clone()).await
    }

    /// The requests since the last call, and how many users came.
    fn asked(&self) -> (Vec<String>, usize) {
        let mut server = self.alter();
        (std::mem::take(&mut server.asked), std::mem::take(&mut server.answers))
    }

    /// The console shows what one with nothing on disk shows.
    async fn is_as_if_read_whole(&self, console: &Console) {
        let fresh = Console::open(&Room::new(), self.profile.clone()).await;
        let users = |console: &Console| -> BTreeMap<Id, User> {
            let records = console.app().directory.records();
            records.users().iter().map(|(id, user)| (id.clone(), user.clone())).collect()
        };
        assert_eq!(users(console), users(&fresh));
        assert!(console.app().directory.records().coverage(RecordKind::User).is_complete());
        self.asked();
    }
}

fn read_all(console: &mut Console) {
    console.press(Action::Palette);
    console.type_text("refresh-all");
    console.enter();
}

/// Somebody is renamed, somebody comes, and nobody goes: the changes and the number of all are enough, in the next session
/// and in this one.
#[tokio::test]
async fn users_that_changed_are_read_and_the_number_of_all() {
    let scene = Scene::new(Dated::default()).await;
    scene.open().await.quit().await;
    assert_eq!(scene.asked().1, 250);
    scene.alter().set(7, "renamed");
    scene.alter().set(900, "newcomer");
    let mut console = scene.open().await;
    let (asked, came) = scene.asked();
    assert!(came < 10, "{came}: {asked:#?}");
    console.expect("251 of 251, 3 read anew");
    scene.is_as_if_read_whole(&console).await;
    scene.alter().set(8, "renamed-too");
    console.press(Action::Refresh);
    console.settle().await;
    assert!(scene.asked().1 < 10);
    scene.is_as_if_read_whole(&console).await;
    read_all(&mut console);
    console.settle().await;
    assert_eq!(scene.asked().1, 250 + 1);
    console.quit().await;

    // The disk has it all.
    let console = scene.open().await;
    scene.is_as_if_read_whole(&console).await;
}

/// As many come as go: the count alone does not show it. Where the server does not give ids alone, all are read.
#[rstest]
#[tokio::test]
async fn who_is_gone_is_found_by_the_ids(#[values(false, true)] refuses_ids: bool) {
    let scene = Scene::new(Dated { refuses_ids, ..Dated::default() }).await;
    let mut console = scene.open().await;
    scene.asked();
    scene.alter().users.remove(&3);
    scene.alter().set(901, "newcomer");
    console.press(Action::Refresh);
    console.settle().await;
    let (asked, _) = scene.asked();
    assert!(asked.iter().any(|query| query.contains("attributes")), "{asked:#?}");
    let whole = asked.iter().filter(|query| !query.contains("attributes") && !query.contains("filter"));
    assert_eq!(whole.count() > 1, refuses_ids, "{asked:#?}");
    console.expect_no("user-003");
    scene.is_as_if_read_whole(&console).await;
    console.quit().await;
    let console = scene.open().await;
    scene.is_as_if_read_whole(&console).await;
}

/// The newest change is gone: a filter that finds nobody proves nothing.
#[tokio::test]
async fn all_are_read_where_the_filter_finds_nobody() {
    let mut scene = Scene::new(Dated::default()).await;
    scene.learn_habits();
    let mut console = scene.open().await;
    scene.alter().users.remove(&249);
    scene.asked();
    console.press(Action::Refresh);
    console.settle().await;
    assert!(scene.asked().1 >= 249);
    scene.is_as_if_read_whole(&console).await;
    // The deletion is no fault of the filter: it is asked for the next change.
    scene.alter().set(9, "renamed");
    console.press(Action::Refresh);
    console.settle().await;
    assert!(scene.asked().1 < 10);
    scene.is_as_if_read_whole(&console).await;
}

/// Habits that were learnt, and do not hold any more, are forgotten for good.
#[rstest]
#[case::the_filter_is_ignored(Dated { ignores_filter: true, ..Dated::default() })]
#[case::dates_stand_still(Dated { dates_stand_still: true, ..Dated::default() })]
#[tokio::test]
async fn a_server_that_does_not_tell_changes_is_read_whole(#[case] server: Dated) {
    let stands_still = server.dates_stand_still;
    let mut scene = Scene::new(server).await;
    scene.learn_habits();
    let mut console = scene.open().await;
    scene.alter().set(5, "renamed");
    if stands_still {
        read_all(&mut console);
    } else {
        console.press(Action::Refresh);
    }
    console.settle().await;
    scene.is_as_if_read_whole(&console).await;
    console.press(Action::Refresh);
    console.settle().await;
    let (asked, came) = scene.asked();
    assert!(came == 250 && asked.iter().all(|query| !query.contains("filter")), "{came}: {asked:#?}");
}

/// One answer that can't be read may be an accident: all are read, and the filter is asked again. Two in succession are none.
#[rstest]
#[case::once(1, true)]
#[case::twice(2, false)]
#[tokio::test]
async fn a_filter_is_forgotten_after_two_answers_that_can_t_be_read(#[case] garbled: usize, #[case] is_kept: bool) {
    let mut scene = Scene::new(Dated::default()).await;
    scene.learn_habits();
    let mut console = scene.open().await;
    scene.alter().garbled = garbled;
    for _ in 0..garbled {
        scene.alter().set(9, "renamed");
        scene.asked();
        console.press(Action::Refresh);
        console.settle().await;
        assert!(scene.asked().1 >= 250);
        console.expect_no("Please wait");
    }
    scene.is_as_if_read_whole(&console).await;
    scene.alter().set(10, "renamed-too");
    console.press(Action::Refresh);
    console.settle().await;
    let (asked, came) = scene.asked();
    assert_eq!(came < 10, is_kept, "{asked:#?}");
    assert_eq!(asked.iter().any(|query| query.contains("filter")), is_kept, "{asked:#?}");
    scene.is_as_if_read_whole(&console).await;
}
