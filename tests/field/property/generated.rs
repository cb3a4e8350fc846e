//! Directories generated from a seed, and servers that withhold fields and cut lists.

use std::{fmt, ops::Range};

use serde_json::{Value, json};

use crate::{
    records::{group, user, user_id},
    server::{Answer, Behavior, Request, ShownIn, span},
    state::{ResourceType, State, by_id, patch},
    wandb::{self, custom_role},
    world::{World, members_of},
};

#[path = "../../faults/dice.rs"]
#[expect(dead_code, reason = "dice of other tests, of which this one needs a part")]
mod dice;
pub use dice::Dice;

/// Records on a page.
const PAGE: usize = 4;

/// The provider that the server imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Roles in the users' records.
    Plain,
    Wandb,
    /// Roles at an API beside SCIM.
    Grafana,
    /// Roles that follow from groups, by a mapping in the profile.
    Datasaur,
}

/// The group that makes its members admins, where roles follow from groups.
pub const ADMINS: &str = "admins";

const MAPPING: &str = "provider = \"datasaur\"\nworkspace = \"4711\"\n[profile.field.mapping]\n\
    order = [\"admin\", \"labeler\"]\ndefault = \"labeler\"\n[profile.field.mapping.groups]\nadmins = \"admin\"\n";

impl Shape {
    fn base(self) -> &'static str {
        match self {
            Shape::Plain => "/scim/v2",
            Shape::Wandb => "/scim",
            Shape::Grafana => "/apis/scim.grafana.app/v0alpha1/namespaces/default",
            Shape::Datasaur => "/api/teams/4711/scim/v2",
        }
    }

    /// The name of the role of everybody who is no admin.
    fn lesser_role(self) -> &'static str {
        match self {
            Shape::Plain | Shape::Wandb => "member",
            Shape::Grafana => "viewer",
            Shape::Datasaur => "labeler",
        }
    }
}

/// The responses that a field is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Always,
    /// A GET of the record and answers to writes, but no list.
    SingleGet,
    Never,
}

/// The visibility of each field that a server may withhold.
#[derive(Debug, Clone, Copy)]
pub struct Withheld {
    pub roles: Visibility,
    pub members: Visibility,
    pub emails: Visibility,
    pub seats: Visibility,
    pub last_active: Visibility,
    pub active: Visibility,
}

/// How a list of more than one page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListEnd {
    Whole,
    /// The page after the first is empty.
    Short,
    /// The page after the first is an error, with a status that clients do not retry.
    Fails,
    /// Every page is the first page.
    FirstPage,
}

/// A generated directory and the behavior of its server.
#[derive(Clone)]
pub struct Case {
    seed: u64,
    pub shape: Shape,
    pub withheld: Withheld,
    users_end: ListEnd,
    groups_end: ListEnd,
    pub state: State,
    /// The id of the only active admin of the organisation.
    pub admin: String,
    /// The id of an active person who is no admin of anything.
    pub ordinary: String,
}

impl Case {
    pub fn new(seed: u64) -> Self {
        let dice = &mut Dice::new(seed);
        let shape = match seed {
            0..24 if seed.is_multiple_of(2) => Shape::Plain,
            0..24 => Shape::Wandb,
            _ if seed.is_multiple_of(2) => Shape::Grafana,
            _ => Shape::Datasaur,
        };
        let end = [ListEnd::Whole, ListEnd::Short, ListEnd::Fails, ListEnd::FirstPage][(seed / 2 % 4) as usize];
        // Half of the cases cut both lists.
        let (users_end, groups_end) = match dice.below(4) {
            0 => (end, ListEnd::Whole),
            1 => (ListEnd::Whole, end),
            _ => (end, end),
        };
        let withheld = Withheld::roll(dice, shape);
        let (state, admin, ordinary) = directory(dice, shape);
        Self { seed, shape, withheld, users_end, groups_end, state, admin, ordinary }
    }

    /// A directory of which the server tells everything.
    pub fn told(seed: u64, dice: &mut Dice) -> Self {
        let shape = [Shape::Plain, Shape::Wandb, Shape::Grafana, Shape::Datasaur][(seed % 4) as usize];
        let (state, admin, ordinary) = directory(dice, shape);
        let (withheld, end) = (Withheld::NOTHING, ListEnd::Whole);
        Self { seed, shape, withheld, users_end: end, groups_end: end, state, admin, ordinary }
    }

    pub fn world(&self) -> World {
        self.world_of(self.clone())
    }

    /// The directory behind a server of this behavior.
    pub fn world_of(&self, behavior: impl Behavior) -> World {
        match self.shape {
            Shape::Plain => World::with_profile(behavior, self.state.clone(), "provider = \"scim\"\n"),
            Shape::Wandb => wandb::world(behavior, self.state.clone(), ""),
            Shape::Grafana => World::at_origin(behavior, self.state.clone(), "provider = \"grafana\"\n"),
            Shape::Datasaur => World::at_origin(behavior, self.state.clone(), MAPPING),
        }
    }

    pub fn users_are_cut(&self) -> bool {
        self.users_end != ListEnd::Whole && self.state.users.len() > PAGE
    }

    pub fn groups_are_cut(&self) -> bool {
        self.groups_end != ListEnd::Whole && self.state.groups.len() > PAGE
    }

    pub fn has_custom_roles(&self) -> bool {
        self.shape == Shape::Wandb
    }

    /// False on a plain server that tells no role at all: clients can't tell it from a server without roles.
    pub fn guards_admins(&self) -> bool {
        self.shape != Shape::Plain || self.withheld.roles == Visibility::Always
    }

    /// Where a client can learn somebody's role in the organisation.
    pub fn tells_roles(&self) -> Visibility {
        if self.shape == Shape::Datasaur { self.withheld.members } else { self.withheld.roles }
    }

    /// The role of a user in the organisation.
    pub fn role_of(&self, user: &Value) -> Value {
        match self.shape {
            Shape::Plain | Shape::Grafana => user["roles"][0]["value"].clone(),
            Shape::Wandb => user["organizationRole"].clone(),
            Shape::Datasaur => {
                let mut groups = self.state.groups.values();
                let admins = groups.find(|group| group["displayName"] == ADMINS).unwrap();
                let id = user["id"].as_str().unwrap();
                if members_of(admins).iter().any(|one| one == id) { "admin" } else { self.shape.lesser_role() }.into()
            }
        }
    }

    /// True if the lists alone show that an admin stays when somebody else leaves, or that there are no roles.
    pub fn knows_admins(&self) -> bool {
        let told = self.tells_roles() == Visibility::Always && self.withheld.active == Visibility::Always;
        let groups_are_cut = self.shape == Shape::Datasaur && self.groups_are_cut();
        !self.guards_admins() || told && !self.users_are_cut() && !groups_are_cut
    }

    /// True if the lists alone show who is admin of a team, or that no team has any.
    pub fn knows_team_admins(&self) -> bool {
        let told = self.withheld.roles == Visibility::Always && self.withheld.active == Visibility::Always;
        self.shape != Shape::Wandb || told && !self.users_are_cut()
    }

    pub fn name_of(&self, id: &str) -> &str {
        self.state.users[id]["userName"].as_str().unwrap()
    }

    /// Ids of a group and of a member of it, who is neither the admin nor the ordinary person.
    pub fn membership(&self) -> (String, String) {
        let (id, group) = self.state.groups.last().unwrap();
        let plain = members_of(group).into_iter().find(|id| *id != self.admin && *id != self.ordinary);
        (id.clone(), plain.unwrap())
    }

    fn end(&self, kind: ResourceType) -> ListEnd {
        match kind {
            ResourceType::Users => self.users_end,
            ResourceType::Groups => self.groups_end,
            ResourceType::Roles => ListEnd::Whole,
        }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [("users", self.users_end, &self.state.users), ("groups", self.groups_end, &self.state.groups)];
        write!(f, "seed {}, {:?}, {:?}", self.seed, self.shape, self.withheld)?;
        lists.iter().try_for_each(|(name, end, records)| write!(f, ", {} {name} ({end:?})", records.len()))
    }
}

impl Withheld {
    const NOTHING: Self = Self {
        roles: Visibility::Always,
        members: Visibility::Always,
        emails: Visibility::Always,
        seats: Visibility::Always,
        last_active: Visibility::Always,
        active: Visibility::Always,
    };

    fn roll(dice: &mut Dice, shape: Shape) -> Self {
        let all = [Visibility::Always, Visibility::Always, Visibility::SingleGet, Visibility::Never];
        let mut visibility = || dice.one(&all);
        let mut withheld = Self {
            roles: visibility(),
            members: visibility(),
            emails: visibility(),
            seats: visibility(),
            last_active: visibility(),
            active: visibility(),
        };
        // Lists of a plain server hold whole records, so a record without `roles` has no role. Grafana tells all roles or none.
        if matches!(shape, Shape::Plain | Shape::Grafana) && withheld.roles == Visibility::SingleGet {
            withheld.roles = Visibility::Never;
        }
        withheld
    }

    /// Attributes of a user that a response leaves out.
    fn left_out(self, shown_in: ShownIn) -> Vec<&'static str> {
        let fields: [(Visibility, &[&str]); 5] = [
            (self.roles, &["roles", "organizationRole", "teamRoles"]),
            (self.emails, &["emails"]),
            (self.seats, &["modelsSeat", "weaveRole"]),
            (self.last_active, &["lastActiveAt"]),
            (self.active, &["active"]),
        ];
        fields
            .iter()
            .filter(|(visibility, _)| hides(*visibility, shown_in))
            .flat_map(|(_, names)| *names)
            .copied()
            .collect()
    }
}

fn hides(visibility: Visibility, shown_in: ShownIn) -> bool {
    match visibility {
        Visibility::Always => false,
        Visibility::SingleGet => shown_in == ShownIn::List,
        Visibility::Never => true,
    }
}

/// A directory in which every field has a value, the id of its only active admin, and the id of an ordinary user.
fn directory(dice: &mut Dice, shape: Shape) -> (State, String, String) {
    let count = 6 + dice.below(8) as usize;
    let admin = 1 + dice.below(count as u64) as usize;
    let ordinary = admin % count + 1;
    let mut users: Vec<Value> = (1..=count).map(user).collect();
    for (at, user) in users.iter_mut().enumerate() {
        let number = at + 1;
        // Inactive users have the role, so that a guard must look at `active`.
        let is_active = number == admin || number == ordinary || !dice.once_in(4);
        let role = if number == admin || !is_active { "admin" } else { shape.lesser_role() };
        user["active"] = is_active.into();
        match shape {
            Shape::Plain | Shape::Grafana => user["roles"] = json!([{"value": role, "primary": true}]),
            Shape::Datasaur => {}
            Shape::Wandb => {
                user["organizationRole"] = role.into();
                user["teamRoles"] = json!([]);
                user["modelsSeat"] = dice.one(&["full", "viewer", "none"]).into();
                user["weaveRole"] = dice.one(&["full", "none"]).into();
                user["lastActiveAt"] = format!("2026-10-{:02}T08:00:00Z", 1 + dice.below(28)).into();
            }
        }
    }
    let teams = 2 + dice.below(5) as usize;
    let mut groups = Vec::new();
    if shape == Shape::Datasaur {
        let admins: Vec<usize> = (1..=count).filter(|n| *n == admin || users[n - 1]["active"] == false).collect();
        groups.push(group(0, ADMINS, &admins));
    }
    for number in 1..=teams {
        let name = format!("team{number:02}");
        // At least two members are neither the admin nor the ordinary person.
        let others = (1..=count).filter(|other| *other != admin && !dice.once_in(3)).take(3);
        let mut members: Vec<usize> = std::iter::once(admin).chain(others).collect();
        for other in (1..=count).filter(|other| *other != admin && *other != ordinary).take(2) {
            if !members.contains(&other) {
                members.push(other);
            }
        }
        if shape == Shape::Wandb {
            give_roles(&mut users, &name, admin, &members);
        }
        groups.push(group(number, &name, &members));
    }
    let mut state = State::new(users, groups);
    if shape == Shape::Wandb {
        state.roles = by_id(vec![
            custom_role("r1", "curator", "member", "run:stop"),
            custom_role("r2", "idle", "viewer", "run:stop"),
        ]);
    }
    (state, user_id(admin), user_id(ordinary))
}

/// Makes the organisation's admin the admin of the team, its last member a curator, and the others plain members.
fn give_roles(users: &mut [Value], team: &str, admin: usize, members: &[usize]) {
    for member in members {
        let role = match *member {
            number if number == admin => "admin",
            number if Some(&number) == members.last() => "curator",
            _ => "member",
        };
        users[member - 1]["teamRoles"].as_array_mut().unwrap().push(json!({"teamName": team, "roleName": role}));
    }
}

impl Behavior for Case {
    fn base(&self) -> &'static str {
        self.shape.base()
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let fails = |end| end == ListEnd::Fails && request.start() > PAGE;
        let is = |list| request.path.ends_with(list);
        let failed = is("/Users") && fails(self.users_end) || is("/Groups") && fails(self.groups_end);
        if failed {
            return Some(Answer::html(507, "<html>oops</html>"));
        }
        if self.shape == Shape::Grafana && request.path == "/api/org/users" {
            let row = |user: &Value| json!({"login": user["userName"], "email": user["emails"][0]["value"], "role": user["roles"][0]["value"]});
            return Some(match self.withheld.roles {
                Visibility::Always => Answer::json(200, &state.users.values().map(row).collect()),
                Visibility::SingleGet | Visibility::Never => Answer::error(403, "permission org.users:read is missing"),
            });
        }
        (self.shape == Shape::Wandb && is("/ServiceProviderConfig")).then(|| Answer::error(404, "not found"))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = match self.shape {
            Shape::Plain | Shape::Grafana | Shape::Datasaur => record.clone(),
            Shape::Wandb => wandb::show(state, kind, record, true),
        };
        let map = shown.as_object_mut().unwrap();
        match kind {
            ResourceType::Users => {
                for name in self.withheld.left_out(shown_in) {
                    map.shift_remove(name);
                }
                // Grafana's roles are not in SCIM.
                if self.shape == Shape::Grafana {
                    map.shift_remove("roles");
                }
            }
            ResourceType::Groups if hides(self.withheld.members, shown_in) => {
                map.shift_remove("members");
            }
            ResourceType::Groups | ResourceType::Roles => {}
        }
        shown
    }

    fn page(&self, kind: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        let size = count.unwrap_or(PAGE).min(PAGE);
        match self.end(kind) {
            ListEnd::Short if start > PAGE => 0..0,
            ListEnd::FirstPage => span(total, 1, size),
            _ => span(total, start, size),
        }
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        match self.shape {
            Shape::Plain | Shape::Grafana | Shape::Datasaur => patch(&mut state.of_mut(kind)[id], operation),
            Shape::Wandb => wandb::change(state, kind, id, operation),
        }
    }
}
