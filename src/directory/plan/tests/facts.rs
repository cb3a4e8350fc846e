//! The order of a plan's facts and lines.

use super::*;
use crate::directory::refusal::RefusalCode;

fn told(plan: &Plan) -> Vec<(FactGravity, String)> {
    plan.facts().into_iter().map(|fact| (fact.gravity, fact.sentence)).collect()
}

fn guarded(changes: Vec<Change>, guards: &GuardSettings) -> Plan {
    let planner = dialect::of(Provider::Wandb, Hosting::Dedicated, dialect::KnownServer::default());
    draft(&*planner, guards, changes, &directory())
}

#[test]
fn equal_consequences_are_one_fact_and_grave_ones_stand_first() {
    let plan = plan([5, 6, 0, 1].map(leave).into_iter().chain([deactivate(7), deactivate(8)]).collect());
    let told = told(&plan);
    let kept = "2 of 6: The account is kept and can be reactivated.".to_owned();
    assert!(told.contains(&(FactGravity::Usual, kept)), "{told:?}");
    // The note about all of them has it.
    assert!(
        plan.notes.contains(&"Teams that lose their last known admin: vision (user-01).".into()),
        "{:?}",
        plan.notes
    );
    assert!(told.iter().all(|(gravity, _)| *gravity != FactGravity::Grave), "{told:?}");
}

#[test]
fn lines_of_admins_and_of_the_owner_of_the_key_stand_first_and_are_sent_in_their_order() {
    let guards = GuardSettings { me: Some("user-09".into()), ..GuardSettings::default() };
    let plan = guarded([5, 6, 0, 9].map(deactivate).into(), &guards);
    let subjects =
        |order: &[usize]| -> Vec<String> { order.iter().map(|at| plan.steps[*at].words.subject.clone()).collect() };
    assert_eq!(subjects(&plan.shown_order()), ["user-09", "user-00", "user-05", "user-06"]);
    assert_eq!(subjects(&[0, 1, 2, 3]), ["user-05", "user-06", "user-00", "user-09"]);
    assert!(plan.grave_notes() >= 2, "{:?}", plan.notes);
    assert_eq!(plan.notes[0], "You are among them: user-09.");
}

#[test]
fn what_is_made_anew_says_what_will_differ_and_is_not_called_lost() {
    let one = plan(vec![delete_role("janitor")]);
    assert_eq!(one.steps[0].way_out(), WayOut::Anew);
    let told = told(&one);
    let (gravity, sentence) = told.iter().find(|(_, words)| words.contains("Undo makes")).unwrap();
    assert_eq!(*gravity, FactGravity::Irreversible);
    assert!(sentence.contains("janitor gets another id."), "{sentence}");
    let three = plan(["janitor", "auditor", "tagger"].map(delete_role).into());
    let all = three.facts();
    assert!(all.iter().any(|fact| fact.sentence.starts_with("Undo makes all 3 anew (")), "{all:?}");
}

#[test]
fn protected_people_are_left_out_by_name_whatever_the_size() {
    let guards = GuardSettings { protected: vec!["user-05".into(), "user-07".into()], ..GuardSettings::default() };
    let plan = guarded((4..9).map(deactivate).collect(), &guards);
    let codes: Vec<_> = plan.refused.iter().map(|(line, why)| (line.subject.as_str(), why.code)).collect();
    assert_eq!(codes, [("user-05", RefusalCode::Protected), ("user-07", RefusalCode::Protected)]);
    assert!(
        plan.notes.contains(&"Left out, protected in the profile: user-05, user-07.".to_owned()),
        "{:?}",
        plan.notes
    );
    assert_eq!(plan.steps.len(), 3);
    let join =
        |n: usize| Change::SetTeamRole { user: id(&format!("user-{n:02}")), team: id("nlp"), role: "admin".into() };
    let gives = guarded([4, 5].map(join).into(), &guards);
    assert_eq!((gives.steps.len(), gives.refused[0].1.code), (1, RefusalCode::Protected), "whatever it does to them");
    assert_eq!(guarded(vec![join(5)], &guards).refused, []);
}
