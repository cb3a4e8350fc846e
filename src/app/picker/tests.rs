//! The choices of the role picker, their order, and the changes that they mean.

use crossterm::event::Event;

use super::*;
use crate::{
    dialect::{self, Hosting, Provider},
    directory::{
        record::{RoleGrant, User},
        records::Records,
    },
};

fn user(id: &str, seat: &str, registries: &[(&str, &str)]) -> User {
    let grant = |(scope, role): &(&str, &str)| RoleGrant { scope: (*scope).into(), role: (*role).into() };
    User {
        id: id.into(),
        user_name: id.into(),
        models_seat: seat.into(),
        registry_roles: registries.iter().map(grant).collect(),
        ..User::default()
    }
}

struct Picking {
    directory: Directory,
    can: ProviderCapabilities,
    picker: RolePicker,
}

impl Picking {
    fn of(users: &[&str]) -> Self {
        let everybody = vec![
            user("eva", "full", &[("models", "member"), ("data", "viewer")]),
            user("ivan", "viewer", &[("models", "member")]),
            user("noor", "full", &[("release", "admin")]),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(everybody, vec![], vec![]), true);
        let can =
            dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default()).capabilities().clone();
        let picker = RolePicker::new(users.iter().map(|user| (*user).into()).collect(), &directory, &can);
        Self { directory, can, picker }
    }

    fn typed(mut self, text: &str) -> Self {
        self.picker.type_in(&Event::Paste(text.into()), &self.directory, &self.can);
        self
    }

    fn lines(&self) -> Vec<String> {
        let choices = self.picker.shown.iter().map(|at| &self.picker.choices[*at]);
        choices.map(|choice| format!("{} {}", choice.place_name, choice.role)).collect()
    }

    fn changes(&self) -> Vec<Change> {
        self.picker.changes(&self.directory)
    }
}

#[test]
fn a_seat_goes_to_those_who_do_not_have_it() {
    let picking = Picking::of(&["eva", "ivan"]).typed("mod seat vie");
    assert_eq!(picking.lines()[0], "Models seat viewer");
    let want = Change::SetSeat { user: "eva".into(), seat: SeatKind::Models, to: "viewer".into() };
    assert_eq!(picking.changes(), [want]);
}

#[test]
fn registries_are_learnt_from_everybody_and_own_ones_come_first() {
    let mut picking = Picking::of(&["eva"]);
    while picking.picker.scope != ShownPlaces::Registries {
        picking.picker.next_scope(&picking.directory, &picking.can);
    }
    let lines = picking.lines();
    let places: Vec<&str> = lines.iter().filter(|line| line.ends_with(" admin")).map(String::as_str).collect();
    assert_eq!(places, ["Registry data admin", "Registry models admin", "Registry release admin"]);
    assert!(lines.contains(&"Registry models no role".to_owned()));
    assert!(!lines.contains(&"Registry release no role".to_owned()));
    assert_eq!(lines.last().unwrap(), "All registries no role");
}

#[test]
fn taking_away_leaves_out_who_has_nothing() {
    let picking = Picking::of(&["eva", "ivan", "noor"]).typed("registry models no role");
    let gone = |user: &str| Change::RemoveRegistryRole { user: user.into(), registry: Some("models".into()) };
    assert_eq!(picking.changes(), [gone("eva"), gone("ivan")]);
    let all = Picking::of(&["eva", "ivan"]).typed("all registries no role");
    assert_eq!(all.changes().len(), 2);
    assert!(all.changes().iter().all(|change| matches!(change, Change::RemoveRegistryRole { registry: None, .. })));
}

#[rstest::rstest]
#[case("registry vault-42 adm", &["Registry vault-42 admin"])]
#[case("vault-42 mem", &["Registry vault-42 member"])]
#[case("vault-42", &["Registry vault-42 viewer", "Registry vault-42 member", "Registry vault-42 admin",
    "Registry vault-42 restricted_viewer"])]
fn a_registry_that_nobody_has_a_role_in_can_be_typed(#[case] text: &str, #[case] want: &[&str]) {
    let picking = Picking::of(&["eva"]).typed(text);
    assert_eq!(picking.lines(), want);
    assert!(picking.picker.is_guess() && !Picking::of(&["eva"]).typed("registry models adm").picker.is_guess());
    let changes = picking.changes();
    assert!(matches!(&changes[..], [Change::SetRegistryRole { registry, .. }] if registry.raw() == "vault-42"));
}
