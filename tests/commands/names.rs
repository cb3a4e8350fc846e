//! Names that a list lacks, names that several have, and members whom a server calls by name.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

use super::harness::{Said, World};

/// The server's treatment of `filter`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filters {
    Work,
    /// The answer is the list as ever.
    Ignored,
    /// The answer is 400.
    Refused,
}

/// Three users, of whom every list has the first two, and a group that calls its members by user name.
#[derive(Clone)]
struct Server {
    filters: Filters,
    names: [&'static str; 3],
    inactive: Arc<Mutex<BTreeSet<usize>>>,
    members: Arc<Mutex<BTreeSet<usize>>>,
    /// The list of users has all of them.
    whole: bool,
}

impl Server {
    fn user(&self, at: usize) -> Value {
        let active = !self.inactive.lock().unwrap().contains(&at);
        json!({"id": format!("u{at}"), "userName": self.names[at], "active": active})
    }

    fn group(&self) -> Value {
        let members = self.members.lock().unwrap();
        let members: Vec<Value> = members.iter().map(|at| json!({"value": self.names[*at]})).collect();
        json!({"id": "g1", "displayName": "vision", "members": members})
    }

    fn users(&self, filter: Option<&str>) -> ResponseTemplate {
        let all = 0..self.names.len();
        let value =
            filter.and_then(|filter| filter.split_once(" eq ")).map(|(_, value)| value.trim_matches('"').to_owned());
        let found: Vec<usize> = match (&value, self.filters) {
            (Some(_), Filters::Refused) => return ResponseTemplate::new(400),
            (Some(value), Filters::Work) => all.filter(|at| self.names[*at].eq_ignore_ascii_case(value)).collect(),
            _ if self.whole => all.collect(),
            _ => vec![0, 1],
        };
        let total = if value.is_some() && self.filters == Filters::Work { found.len() } else { self.names.len() };
        list(total, found.into_iter().map(|at| self.user(at)).collect())
    }

    fn patch(&self, body: &Value, of_group: bool, at: usize) {
        let op = &body["Operations"][0];
        if !of_group {
            self.inactive.lock().unwrap().insert(at);
            return;
        }
        let place = |text: &str| {
            text.split(|c: char| !c.is_ascii_digit()).rfind(|digits| !digits.is_empty()).unwrap().parse().unwrap()
        };
        let mut members = self.members.lock().unwrap();
        match op["op"].as_str().unwrap() {
            "add" => drop(members.insert(place(&op["value"].to_string()))),
            _ => drop(members.remove(&place(&op["path"].to_string()))),
        }
    }
}

fn list(total: usize, found: Vec<Value>) -> ResponseTemplate {
    let body = json!({"totalResults": total, "startIndex": 1, "itemsPerPage": found.len(), "Resources": found});
    ResponseTemplate::new(200).set_body_json(body)
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let filter =
            request.url.query_pairs().find(|(name, _)| name == "filter").map(|(_, filter)| filter.into_owned());
        let path: Vec<&str> = request.url.path_segments().unwrap().skip(2).collect();
        let user = |id: &str| id.strip_prefix('u').and_then(|at| at.parse().ok()).filter(|at| *at < self.names.len());
        let at = path.get(1).and_then(|id| user(id));
        if request.method == "PATCH" {
            self.patch(&request.body_json().unwrap(), path[0] == "Groups", at.unwrap_or_default());
        }
        match (path.as_slice(), at) {
            (["Users"], _) => self.users(filter.as_deref()),
            (["Users", _], Some(at)) => ResponseTemplate::new(200).set_body_json(self.user(at)),
            (["Groups"], _) => list(1, vec![self.group()]),
            (["Groups", "g1"], _) => ResponseTemplate::new(200).set_body_json(self.group()),
            _ => ResponseTemplate::new(404),
        }
    }
}

/// A server that runs, and a home with a profile for it.
struct Place {
    world: World,
    server: MockServer,
    runtime: Runtime,
}

impl Place {
    fn new(server: Server) -> Self {
        let runtime = Runtime::new().unwrap();
        let mock = runtime.block_on(async {
            let mock = MockServer::start().await;
            Mock::given(any()).respond_with(server).mount(&mock).await;
            mock
        });
        let world = World::at("http://127.0.0.1:1");
        let config = format!(
            "[profile.demo]\nprovider = \"scim\"\nurl = \"{}/scim/v2\"\nkey = {{ env = \"DEMO_KEY\" }}\n",
            mock.uri()
        );
        world.file("config.toml", &config);
        Self { world, server: mock, runtime }
    }

    fn run(&self, args: &[&str]) -> Said {
        self.world.run(args)
    }

    /// The writes so far.
    fn written(&self) -> Vec<String> {
        let all = self.runtime.block_on(self.server.received_requests()).unwrap();
        let writes = all.iter().filter(|request| request.method != "GET");
        writes.map(|request| format!("{} {}", request.method, request.url.path())).collect()
    }
}

fn server(filters: Filters, names: [&'static str; 3]) -> Server {
    Server { filters, names, inactive: Arc::default(), members: Arc::new(Mutex::new([0, 1].into())), whole: false }
}

#[test]
fn who_is_beyond_the_end_of_a_cut_list_is_found_by_the_filter() {
    let place = Place::new(server(Filters::Work, ["eva", "ivan", "noor-haddad"]));
    // A near name is one that is on the disk.
    place.run(&["users", "--allow-incomplete"]);
    let said = place.run(&["deactivate", "Noor-Haddad", "--yes"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(place.written(), ["PATCH /scim/v2/Users/u2"]);
    let said = place.run(&["deactivate", "noor-hadad", "--yes"]);
    assert_eq!(said.code, 2);
    let why = "no user is called noor-hadad; near: noor-haddad; the server was asked for it";
    assert!(said.err.contains(why), "{}", said.err);
}

#[rstest::rstest]
#[case::in_the_same_case("dup")]
#[case::in_another_case("DUP")]
fn a_second_one_of_the_name_beyond_the_end_of_the_list_is_named_too(#[case] name: &str) {
    let place = Place::new(server(Filters::Work, ["dup", "ivan", "dup"]));
    let said = place.run(&["deactivate", name, "--yes"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains(&format!("{name} means several: dup (u0), dup (u2)")), "{}", said.err);
    assert_eq!(place.written(), [""; 0]);
}

#[rstest::rstest]
#[case::answers_with_everybody(Filters::Ignored, "it answers with records of other names")]
#[case::refuses(Filters::Refused, "400")]
fn a_server_that_does_not_filter_is_not_taken_to_have_nobody(#[case] filters: Filters, #[case] why: &str) {
    let place = Place::new(server(filters, ["eva", "ivan", "noor"]));
    let said = place.run(&["deactivate", "noor", "--yes"]);
    assert_eq!(said.code, 2, "{}", said.out);
    let told = said.err.contains("no user is called noor") && said.err.contains("looking the name up failed");
    assert!(told && said.err.contains(why), "{}", said.err);
    // Who is in the part that was read is known, and so is whoever is named by id.
    assert_eq!(place.run(&["deactivate", "ivan", "--yes"]).code, 0);
    assert_eq!(place.run(&["deactivate", "u2", "--yes"]).code, 0);
    assert_eq!(place.written(), ["PATCH /scim/v2/Users/u1", "PATCH /scim/v2/Users/u2"]);
}

#[rstest::rstest]
#[case::answers_with_everybody(Filters::Ignored)]
#[case::refuses(Filters::Refused)]
fn nobody_is_created_whom_a_cut_list_may_lack(#[case] filters: Filters) {
    let place = Place::new(server(filters, ["eva", "ivan", "noor"]));
    place.world.file("rows.csv", "user,email\nnoor,noor@example.com\n");
    for allow in [&[][..], &["--allow-incomplete"]] {
        let said = place.run(&[&["apply", "rows.csv", "--yes"], allow].concat());
        assert_eq!(place.written(), [""; 0], "{}{}", said.out, said.err);
    }
}

#[test]
fn nobody_is_created_twice_because_a_list_was_cut() {
    let place = Place::new(server(Filters::Work, ["eva", "ivan", "noor"]));
    let said = place.run(&["create", "user", "NOOR", "--email", "other@example.com", "--yes"]);
    assert!(said.err.contains("noor is there already"), "{}{}", said.out, said.err);
    place.world.file("rows.csv", "user,email,team\nnoor,,vision\n");
    let said = place.run(&["apply", "rows.csv", "--yes", "--allow-incomplete"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(place.written(), ["PATCH /scim/v2/Groups/g1"]);
}

#[test]
fn members_called_by_name_are_added_and_removed() {
    let place = Place::new(Server { whole: true, ..server(Filters::Work, ["eva", "Ivan", "noor"]) });
    let members = place.run(&["members", "vision", "--csv"]);
    assert!(members.out.contains("\neva,") && members.out.contains("\nIvan,"), "{}", members.out);
    let said = place.run(&["add", "vision", "noor", "--yes"]);
    assert_eq!((said.code, said.out.contains("confirmed")), (0, true), "{}{}", said.out, said.err);
    let said = place.run(&["remove", "vision", "ivan", "--yes"]);
    assert_eq!((said.code, said.out.contains("confirmed")), (0, true), "{}{}", said.out, said.err);
    assert!(place.run(&["add", "vision", "noor", "--yes"]).err.contains("so already"));
    place.world.file("rows.csv", "user,team\neva,vision\nnoor,vision\n");
    let said = place.run(&["plan", "rows.csv", "--prune", "--check"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(place.written(), ["PATCH /scim/v2/Groups/g1"; 2]);
}

/// A server that accepts a removal and changes nothing, while the members it shows have names for ids.
#[test]
fn a_removal_that_only_the_name_shows_undone_is_no_success() {
    struct Deaf(Server);
    impl Respond for Deaf {
        fn respond(&self, request: &Request) -> ResponseTemplate {
            if request.method == "PATCH" { ResponseTemplate::new(204) } else { self.0.respond(request) }
        }
    }
    let place = Place::new(Server { whole: true, ..server(Filters::Work, ["eva", "ivan", "noor"]) });
    place.runtime.block_on(async {
        place.server.reset().await;
        let deaf = Deaf(Server { whole: true, ..server(Filters::Work, ["eva", "ivan", "noor"]) });
        Mock::given(any()).respond_with(deaf).mount(&place.server).await;
    });
    let said = place.run(&["remove", "vision", "ivan", "--yes"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!((said.out + &said.err).contains("still in vision"));
}

#[test]
fn a_list_on_standard_input_may_begin_with_a_byte_order_mark() {
    let place = Place::new(Server { whole: true, ..server(Filters::Work, ["eva", "ivan", "noor"]) });
    let said = place.world.run_with(&["add", "vision", "-", "--yes"], "\u{feff}noor\r\nivan\r\n");
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let said = place.world.run_with(&["remove", "vision", "-", "--yes"], "n\u{200b}oor\nivan\n");
    assert_eq!(said.code, 2);
    let why = "no user is called noor; near: noor; noor as typed has U+200B (zero width space) after `n`";
    assert!(said.err.contains(why), "{}", said.err);
    assert_eq!(place.written(), ["PATCH /scim/v2/Groups/g1"]);
}

/// The same on the demo's W&B, whose lists are cut likewise.
#[test]
fn whom_the_first_page_lacks_is_found_on_wandb_too() {
    let whole = World::new("wandb", &["--users", "60"]);
    let part = World::new("wandb", &["--users", "60", "--page-limit", "20", "--ignore-paging"]);
    let names = |world: &World| -> BTreeSet<(String, String)> {
        // A list that is cut is printed, whatever its exit status.
        let users: Value = serde_json::from_str(&world.run(&["users", "--json"]).out).unwrap();
        let text = |user: &Value, key: &str| user[key].as_str().unwrap_or_default().to_owned();
        let plain = users.as_array().unwrap().iter().filter(|user| user["role"] == "member" && user["active"] == true);
        plain.map(|user| (text(user, "user"), text(user, "email"))).collect()
    };
    let (all, first) = (names(&whole), names(&part));
    let mut hidden = all.difference(&first);
    let ((user, _), (_, email)) = (hidden.next().unwrap(), hidden.next().unwrap());
    for name in [user, email] {
        let said = part.run(&["deactivate", name, "--yes"]);
        assert_eq!((said.code, said.out.contains("confirmed")), (0, true), "{name}: {}{}", said.out, said.err);
    }
    let said = part.run(&["create", "user", user, "--email", "new@example.com", "--yes"]);
    assert_eq!(said.code, 4, "{}", said.out);
    assert!(said.err.contains(&format!("{user} is there already")), "{}", said.err);
}
