//! Undo where the lists are late: the records themselves decide, as they do for commands.

use super::*;
use crate::{
    app::answers::{AnswersBox, AnswersPurpose},
    scim::failure::{Failure, FailureClass},
};

/// Eva with this role in the team.
fn eva(role: &str) -> Record {
    let mut eva = user("eva", "member");
    eva.team_roles = Some(vec![RoleGrant { scope: "vision".into(), role: role.into() }]);
    Record::User(eva)
}

/// Eva became a viewer, and a late list shows her as the member that she was; then somebody asks for the undo.
fn late() -> Console {
    let mut console = Console::new(Hosting::Dedicated);
    console.find("eva").press(Action::SetRole).type_text("visvie").press(Action::Choose);
    let sent = console.submitted().remove(0);
    console.moved(sent.id, ChangeState::Confirmed, vec![Observation::Record(eva("viewer"))]);
    console.records();
    console.press(Action::Undo);
    console
}

fn waits(console: &Console) -> bool {
    let undo = |open: &AnswersBox| matches!(open.purpose, AnswersPurpose::Undo(_));
    matches!(console.app.overlays.last(), Some(Overlay::Answers(open)) if undo(open))
}

fn reads(console: &mut Console) -> Vec<ResourceRef> {
    let read = |effect| if let AppEffect::Work(WorkerJob::ReadEach(read)) = effect { Some(read) } else { None };
    console.effects.drain(..).filter_map(read).flatten().collect()
}

fn said(console: &Console) -> &str {
    console.app.screen.message.as_ref().map_or("", |message| &message.text)
}

#[test]
fn what_a_late_list_shows_as_taken_back_is_read_and_planned() {
    let mut console = late();
    assert!(waits(&console), "{}", said(&console));
    assert_eq!(reads(&mut console), [ResourceRef::user(&"id-eva".into())]);
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Record(eva("viewer"))])));
    let Some(Overlay::Preview(preview)) = console.app.overlays.last() else { panic!("{}", said(&console)) };
    assert_eq!(preview.plan.steps.len(), 1);
    console.press(Action::Send);
    let [undo] = &console.submitted()[..] else { panic!("{}", said(&console)) };
    assert!(matches!(&undo.step.change, Change::SetTeamRole { role, .. } if role.is("member")));
}

#[test]
fn what_the_record_shows_as_taken_back_is_not_sent() {
    let mut console = late();
    console.tell(AppMessage::Report(WorkerReport::Learnt(vec![Observation::Record(eva("member"))])));
    assert!(console.app.overlays.is_empty(), "{:?}", console.app.overlays);
    assert!(said(&console).ends_with(": all of this was taken back already."), "{}", said(&console));
}

#[test]
fn an_undo_is_given_up_where_the_server_is_away() {
    let mut console = late();
    let failure = Failure::local(FailureClass::Offline, "The server is away", "");
    console.tell(AppMessage::Report(WorkerReport::Link(LinkState::Down(failure.clone()))));
    let read = reads(&mut console);
    console.tell(AppMessage::Report(WorkerReport::ReadEachFailed(read, failure)));
    assert!(console.app.overlays.is_empty(), "{:?}", console.app.overlays);
    assert!(said(&console).contains("could not be read: The server is away"), "{}", said(&console));
}
