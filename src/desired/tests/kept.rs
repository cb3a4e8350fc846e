use jiff::Timestamp;

use super::*;
use crate::desired::saved::{Head, SavedPlan};

fn keep(changes: Vec<Change>) -> SavedPlan {
    let directory = directory();
    let lines: Vec<words::PlanLine> = changes.iter().map(|change| words::line(change, &directory)).collect();
    let (title, profile, server) = ("a plan", "prod", "https://example.com/scim");
    let head = Head { title, profile, server, made: Timestamp::UNIX_EPOCH };
    let plan = SavedPlan::of(changes.iter().zip(&lines), head, &directory);
    SavedPlan::read(&serde_json::to_string(&plan).unwrap()).unwrap()
}

#[test]
fn what_moved_since_is_not_sent() {
    let plan = keep(vec![
        Change::SetTeamRole { user: "id-noor".into(), team: "id-vision".into(), role: "viewer".into() },
        Change::SetOrgRole { user: "id-ivan".into(), role: "viewer".into() },
        Change::RemoveMember { team: "id-nlp".into(), user: "id-eva".into() },
        Change::DeleteTeam { team: "id-vision".into() },
        Change::EditRole {
            role: "id-labeller".into(),
            to: crate::directory::change::RoleDraft { name: "labeller".into(), ..Default::default() },
        },
    ]);
    assert_eq!(plan.renew(&directory(), &mut keys()).1, []);
    let mut later = directory();
    for (at, change) in [
        Change::SetTeamRole { user: "id-noor".into(), team: "id-vision".into(), role: "admin".into() },
        Change::AddMember { user: "id-ivan".into(), team: "id-vision".into() },
        Change::RemoveMember { team: "id-nlp".into(), user: "id-eva".into() },
    ]
    .into_iter()
    .enumerate()
    {
        later.begin(ChangeId(at as i64), change);
    }
    let (changes, moved) = plan.renew(&later, &mut keys());
    assert_eq!(changes.len(), 2, "{changes:?}");
    let moved: Vec<String> = moved.iter().map(|(line, why)| format!("{}: {why}", line.subject)).collect();
    insta::assert_snapshot!(moved.join("\n"), @r"
    noor: role in vision of noor was member when this was planned and is admin now
    eva: role in nlp of eva was member when this was planned and is no member now
    vision: members of vision was 2 when this was planned and is 3 now
    ");
}

#[test]
fn a_creation_gets_an_id_of_its_own_and_what_follows_it_too() {
    let plan = keep(vec![
        Change::CreateTeam {
            key: "new:7".into(),
            name: "audio".into(),
            members: vec![],
            bucket: None,
            external_id: String::new(),
        },
        Change::AddMember { team: "new:7".into(), user: "id-ivan".into() },
    ]);
    let (changes, moved) = plan.renew(&directory(), &mut keys());
    assert_eq!(moved, []);
    assert_eq!(changes[0].creates(), Some(&"new:1".into()));
    assert_eq!(changes[1].waits_for(), [crate::directory::Id::from("new:1")]);
}

#[test]
fn a_file_of_another_version_is_refused() {
    let text = "{\"scimitar_plan\": 9}";
    assert!(SavedPlan::is_one(text));
    assert_eq!(SavedPlan::read(text).unwrap_err().to_string(), "this program reads plans of version 1, not 9");
    assert!(!SavedPlan::is_one("{\"users\": []}"));
}
