//! Several plans taken back as one.

use scimitar::{app::action::Action, directory::plan::ChangeState};

use crate::harness::{Console, options};

async fn set(console: &mut Console, name: &str, seat: &str) {
    console.find(name);
    console.pick_role(seat);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.screen());
}

/// Two of them are about one value, which goes back through both.
#[tokio::test]
async fn marked_plans_are_taken_back_together() {
    let (mut console, server) = Console::on_demo(options()).await;
    let other = console.plain_people().into_iter().find(|name| name != "eva-tanaka").unwrap();
    let before = server.user(&other).await["weaveRole"].clone();
    let to = if before == "none" { "weaveviewer" } else { "weavenone" };
    set(&mut console, "eva-tanaka", "modelsviewer").await;
    set(&mut console, "eva-tanaka", "modelsnone").await;
    set(&mut console, &other, to).await;
    console.press(Action::GoActivity);
    console.press(Action::MarkAll);
    console.press(Action::UndoThis);
    console.expect("Undo 3 plans");
    console.expect("Models seat: none → viewer");
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["modelsSeat"], "full");
    assert_eq!(server.user(&other).await["weaveRole"], before);
    let (done, undone): (Vec<_>, Vec<_>) = console.entries().into_iter().partition(|entry| entry.undoes.is_none());
    assert_eq!((done.len(), undone.len()), (3, 3));
    for entry in done {
        assert!(undone.iter().any(|undo| undo.undoes == Some(entry.plan)), "{}", entry.title);
        assert!(console.app().activity.entries.is_undone(entry.plan), "{}", console.screen());
    }
    assert!(console.app().activity.changes.marks.is_empty(), "{}", console.screen());
}

/// A plan that is taken back by other changes than its own is taken back beside the others.
#[tokio::test]
async fn a_plan_with_another_way_back_is_taken_back_beside_the_others() {
    let (mut console, server) = Console::on_demo(options()).await;
    let other = console.plain_people().into_iter().find(|name| name != "eva-tanaka").unwrap();
    let before = server.user(&other).await["weaveRole"].clone();
    set(&mut console, "eva-tanaka", "orgview").await;
    set(&mut console, &other, if before == "none" { "weaveviewer" } else { "weavenone" }).await;
    console.press(Action::GoActivity);
    console.press(Action::MarkAll);
    console.press(Action::UndoThis);
    console.settle().await;
    console.expect("eva-tanaka gets the roles and seats again that were known");
    console.send();
    console.settle().await;
    assert_eq!(server.user(&other).await["weaveRole"], before);
    assert_eq!(console.last().state, ChangeState::Confirmed);
}
