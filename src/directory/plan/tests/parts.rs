//! Tests of a plan's counts, its drafting in steps, and its entries.

use super::*;
use crate::directory::plan::{IdGenerator, PlanDrafting, RequestExchange};

fn planner() -> std::sync::Arc<dyn crate::dialect::Dialect> {
    dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default())
}

#[test]
fn requests_are_counted() {
    assert_eq!(plan(vec![deactivate(4), deactivate(5), leave(6)]).requests(), 3);
}

/// A sentence about the whole plan is left out if all lines are about the same person.
#[test]
fn a_plan_about_one_person_names_nobody_twice() {
    let names = |plan: Plan| plan.notes.iter().any(|note| note.starts_with("Organisation admins among them"));
    assert!(names(plan(vec![deactivate(0), deactivate(4)])));
    assert!(!names(plan(vec![leave(0), deactivate(0)])));
}

#[test]
fn roles_are_held_where_some_can_be_given_or_follow() {
    let can = |org_roles: &[&str], derived_roles| ProviderCapabilities {
        org_roles: org_roles.iter().map(|name| RoleChoice { name: (*name).into(), note: None }).collect(),
        derived_roles,
        ..ProviderCapabilities::default()
    };
    assert!(!can(&[], false).holds().org_roles);
    assert!(can(&["admin"], false).holds().org_roles);
    assert!(can(&[], true).holds().org_roles);
}

#[test]
fn what_was_drawn_up_on_another_directory_is_drawn_up_anew() {
    let (planner, directory, guards) = (planner(), directory(), GuardSettings::default());
    let changes = vec![deactivate(4), deactivate(5), leave(6)];
    let mut drafting = PlanDrafting::new(planner.capabilities(), &guards, changes.clone(), &Directory::default());
    drafting.step(&*planner, &Directory::default(), 2);
    assert_eq!(drafting.left(), 1);
    drafting.begin_anew(planner.capabilities(), &guards, &directory);
    assert_eq!(drafting.left(), 3);
    drafting.step(&*planner, &directory, 3);
    let (anew, whole) = (drafting.take_plan(&directory), draft(&*planner, &guards, changes, &directory));
    assert_eq!(
        (anew.steps, anew.refused, anew.notes, anew.title),
        (whole.steps, whole.refused, whole.notes, whole.title)
    );
}

#[test]
fn each_step_becomes_an_entry_of_one_plan() {
    let entries =
        plan(vec![deactivate(4), leave(6)]).into_entries(None, &mut IdGenerator::new(1), Timestamp::UNIX_EPOCH, "ann");
    let [first, second] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((first.plan, second.plan, first.actor.as_str()), (first.id, first.id, "ann"));
    assert!(first.id < second.id);
}

#[rstest]
#[case::accepted(Some(200), false, 1)]
#[case::created(Some(299), false, 1)]
#[case::refused(Some(300), false, 0)]
#[case::without_an_answer(None, false, 0)]
#[case::refused_with_status_200(Some(200), true, 0)]
fn accepted_requests_are_counted(#[case] status: Option<u16>, #[case] refused: bool, #[case] accepted: usize) {
    let mut entries =
        plan(vec![deactivate(4)]).into_entries(None, &mut IdGenerator::new(1), Timestamp::UNIX_EPOCH, "ann");
    let exchange = RequestExchange {
        request: "PATCH".into(),
        status,
        millis: 1,
        bytes: 1,
        answer: String::new(),
        refused,
        attempts: 1,
    };
    entries[0].exchanges = vec![exchange];
    assert_eq!(entries[0].accepted(), accepted);
}
