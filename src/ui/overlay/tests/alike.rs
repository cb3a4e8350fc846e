//! Making one like another, and the stage.

use super::*;
use crate::{
    app::stage::StageView,
    directory::stage::{StageId, StagedChange},
};

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (120, 40)];

/// Provider with seats and fixed service accounts, where nobody sets a role in the organisation.
fn provider() -> Wandb {
    let mut can = Wandb::default().0;
    can.seat_levels = &["full", "viewer", "none"];
    can.fixed_services = Some("nobody edits those here.");
    can.refused.push((
        crate::directory::change::ChangeVerb::SetOrgRole,
        crate::directory::refusal::Refusal::unsupported(
            "Roles in the organisation follow from groups: change the groups.",
        ),
    ));
    Wandb(can)
}

#[test]
fn another_user() {
    for (width, height) in SIZES {
        let mut app = console_with(provider(), width, height);
        go_to(&mut app, "noor");
        press(&mut app, Action::MakeLike);
        type_text(&mut app, "ev");
        assert_snapshot!(format!("pick_{width}"), shown(&app));
        key(&mut app, KeyCode::Enter);
        assert_snapshot!(format!("difference_{width}"), shown(&app));
    }
}

#[test]
fn several_users_and_what_is_not_known() {
    let mut app = console_with(provider(), 80, 24);
    for name in ["ivan-petrov", "mei-lin", "chen-wei"] {
        go_to(&mut app, name);
        press(&mut app, Action::Mark);
    }
    press(&mut app, Action::MakeLike);
    type_text(&mut app, "eva-tanaka");
    key(&mut app, KeyCode::Enter);
    press(&mut app, Action::Exactly);
    assert_snapshot!("difference_many", shown(&app));
}

fn staged(app: &App) -> Vec<StagedChange> {
    let change = |change: Change| (words::line(&change, &app.directory), change);
    let joins = |user: &str, team: &str| Change::AddMember { user: user.into(), team: team.into() };
    let all = [
        change(fixture::org_role("u-noor", "admin")),
        change(fixture::team_role("u-chen", "t-vision", "admin")),
        change(joins("u-noor", "t-speech")),
        change(joins("u-left", "t-speech")),
        change(Change::CreateTeam {
            key: "new:1".into(),
            name: "maps".into(),
            members: vec![],
            bucket: None,
            external_id: String::new(),
        }),
        change(Change::SetActive { user: "u-long".into(), active: false }),
    ];
    let line = |(id, (words, change))| StagedChange { id: StageId(id), at: now(), change, words, reason: None };
    (1..).zip(all).map(line).collect()
}

#[test]
fn the_stage() {
    for (width, height) in SIZES {
        let mut app = console(width, height);
        let lines = staged(&app);
        report(&mut app, WorkerReport::Staged(lines));
        press(&mut app, Action::ShowStage);
        assert_snapshot!(format!("stage_{width}"), shown(&app));
    }
    let mut app = console(80, 24);
    let lines = staged(&app);
    report(&mut app, WorkerReport::Staged(lines));
    press(&mut app, Action::ShowStage);
    press(&mut app, Action::NextGrouping);
    assert_snapshot!("stage_teams", shown(&app));
    press(&mut app, Action::NextGrouping);
    press(&mut app, Action::Bottom);
    assert_snapshot!("stage_kinds_plain", drawn(&app, &plain()));
    press(&mut app, Action::SendStage);
    assert_snapshot!("stage_plan", shown(&app));
    report(&mut app, WorkerReport::Staged(Vec::new()));
    key(&mut app, KeyCode::Esc);
    assert!(shown(&app).contains("The stage is empty."), "{}", shown(&app));
}

#[test]
fn the_title_says_that_edits_are_collected() {
    for (width, height) in SIZES {
        let mut app = console(width, height);
        type_text(&mut app, ":");
        type_text(&mut app, "stage");
        key(&mut app, KeyCode::Enter);
        let lines = staged(&app);
        report(&mut app, WorkerReport::Staged(lines));
        let first = fixture::screen(&app, &look()).lines().next().unwrap().to_owned();
        assert!(first.contains("stage 6"), "{first}");
    }
}

#[test]
fn ten_thousand_lines_are_drawn_as_few() {
    let mut app = console(80, 24);
    let change = |n: i64| Change::SetOrgRole { user: format!("u{n}").as_str().into(), role: "admin".into() };
    let line = |n| StagedChange {
        id: StageId(n),
        at: now(),
        words: words::line(&change(n), &app.directory),
        change: change(n),
        reason: None,
    };
    let lines: Vec<StagedChange> = (0..10_000).map(line).collect();
    report(&mut app, WorkerReport::Staged(lines));
    press(&mut app, Action::ShowStage);
    press(&mut app, Action::Bottom);
    let Some(Overlay::Stage(StageView { rows, cursor, .. })) = app.overlays.last() else { panic!("no stage") };
    assert_eq!((rows.len(), *cursor), (20_000, 19_999));
    assert!(shown(&app).contains("10,000 changes"), "{}", shown(&app));
}
