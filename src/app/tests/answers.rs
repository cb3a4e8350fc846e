//! The box that waits for the admins of a team before the plan is drawn up.

use rustc_hash::FxHashSet;

use super::*;
use crate::{
    app::answers::{AnswersBox, AnswersPurpose},
    directory::{
        record::AccountKind,
        side_query::{SideAnswer, SideQueryKind, TeamParticipant},
    },
    scim::failure::{Failure, FailureClass},
};

fn roster() -> SideQueryKind {
    SideQueryKind::Roster("t".into())
}

/// Eva and Ivan are in the team; the server tells nobody's role in it.
fn untold() -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    let silent = |name| User { team_roles: None, depth: ReadDepth::Summary, ..user(name, "member") };
    let member = |name: &str| Member { id: format!("id-{name}").into(), display: Name::default() };
    let members = Some(vec![member("eva"), member("ivan")]);
    let team = Team { id: "t".into(), name: "vision".into(), members, ..Team::default() };
    let records = [Record::User(silent("eva")), Record::User(silent("ivan")), Record::Team(team)];
    console.tell(AppMessage::Report(WorkerReport::Learnt(records.map(Observation::Record).into())));
    console.find("eva").press(Action::ToggleActive);
    console
}

fn waits(console: &Console) -> bool {
    let draft = |open: &AnswersBox| matches!(open.purpose, AnswersPurpose::Draft(_));
    matches!(console.app.overlays.last(), Some(Overlay::Answers(open)) if draft(open))
}

fn questions(console: &mut Console) -> Vec<SideQueryKind> {
    let work = console.effects.drain(..);
    work.filter_map(|effect| if let AppEffect::Work(WorkerJob::Ask(asked)) = effect { Some(asked.topic) } else { None })
        .filter(|topic| matches!(topic, SideQueryKind::Roster(_)))
        .collect()
}

fn tell_roster(console: &mut Console, admins: &[&str]) {
    let one = |name: &str| TeamParticipant {
        id: name.into(),
        user_name: name.into(),
        name: Name::default(),
        email: Name::default(),
        admin: Some(admins.contains(&name)),
        pending: false,
        account: AccountKind::Person,
    };
    let told = SideAnswer::Roster(vec![one("eva"), one("ivan")]);
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Told(roster(), told)])));
    console.wait();
}

#[rstest::rstest]
#[case::an_ordinary_member(&["ivan"])]
#[case::another_admin_stays(&["eva", "ivan"])]
#[case::the_last_admin(&["eva"])]
fn a_roster_decides_before_the_plan_is_shown(#[case] admins: &[&str]) {
    let mut console = untold();
    assert!(waits(&console), "{:?}", console.app.overlays);
    assert_eq!(questions(&mut console), [roster()]);
    tell_roster(&mut console, admins);
    assert_eq!(console.risk(), Some(Risk::Look), "{admins:?}");
}

/// A refused question is not asked again; the members' records are read alone, and then the plan says what is not known.
#[test]
fn the_name_is_typed_where_nothing_decides() {
    let mut console = untold();
    let failure = Failure::local(FailureClass::Refused, "404", "");
    console.tell(AppMessage::Report(WorkerReport::AskFailed(roster(), failure.clone())));
    assert!(waits(&console), "{:?}", console.app.overlays);
    let reads: Vec<Vec<ResourceRef>> = console
        .effects
        .drain(..)
        .filter_map(|effect| if let AppEffect::Work(WorkerJob::ReadEach(read)) = effect { Some(read) } else { None })
        .collect();
    let read: FxHashSet<ResourceRef> = reads.into_iter().flatten().collect();
    assert_eq!(read, ["id-eva", "id-ivan"].map(|id| ResourceRef::user(&id.into())).into_iter().collect());
    console.tell(AppMessage::Report(WorkerReport::ReadEachFailed(read.into_iter().collect(), failure)));
    assert_eq!(console.risk(), Some(Risk::Insist("eva".into())));
    console.press(Action::Back).press(Action::Back).press(Action::ToggleActive);
    assert_eq!(questions(&mut console), []);
    assert_eq!(console.risk(), Some(Risk::Insist("eva".into())));
}

#[test]
fn the_wait_can_be_given_up() {
    let mut console = untold();
    console.press(Action::Back);
    tell_roster(&mut console, &["ivan"]);
    assert!(console.app.overlays.is_empty(), "{:?}", console.app.overlays);
}
