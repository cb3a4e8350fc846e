//! Rows, wishes and the change that they mean.

use super::*;
use crate::directory::{record::Permission, records::Records};

fn role(name: &str, base: &str, inherited: &[&str], added: &[&str]) -> Role {
    let all = inherited.iter().map(|name| (name, true)).chain(added.iter().map(|name| (name, false)));
    Role {
        id: name.into(),
        name: name.into(),
        inherits: base.into(),
        permissions: all.map(|(name, inherited)| Permission { name: (*name).into(), inherited }).collect(),
        ..Role::default()
    }
}

fn directory() -> Directory {
    let roles = vec![
        role("janitor", "member", &["run:read", "run:create"], &["run:delete"]),
        role("writer", "viewer", &["run:read"], &["report:create"]),
    ];
    let mut directory = Directory::default();
    directory.replace(Records::build(vec![], vec![], roles), true);
    directory
}

fn editor(directory: &Directory) -> RoleEditor {
    RoleEditor::new(EditedRole::Role("janitor".into()), directory)
}

fn told(editor: &RoleEditor, directory: &Directory) -> String {
    let row = |row: EditorRow| {
        let wish = row.wish.map_or("", |wish| if wish { "+" } else { "-" });
        format!("{wish}{} {:?}", row.name, row.stands)
    };
    editor.rows(directory).into_iter().map(row).collect::<Vec<_>>().join(", ")
}

fn toggle(editor: &mut RoleEditor, directory: &Directory, text: &str) {
    editor.input = Input::new(text.to_owned());
    editor.cursor = 0;
    if editor.toggle(directory).is_err() {
        editor.take_out(directory).unwrap();
    }
    editor.input.reset();
}

fn to(editor: &RoleEditor, directory: &Directory) -> Option<(String, String)> {
    match editor.change(directory)? {
        Change::EditRole { to, .. } | Change::CreateRole { role: to, .. } => Some((to.inherits, to.added.join(" "))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_added_comes_first_and_what_is_inherited_stands_apart() {
    let directory = directory();
    let mut editor = editor(&directory);
    let rows = "run:delete Added, report:create Free, run:create Inherited, run:read Inherited";
    assert_eq!(told(&editor, &directory), rows);
    assert!(!editor.has_work() && editor.change(&directory).is_none());
    editor.cursor = 3;
    assert_eq!(
        editor.toggle(&directory).unwrap_err().to_string(),
        "run:read comes with member: it can't be taken out of this role alone."
    );
    toggle(&mut editor, &directory, "run:del");
    toggle(&mut editor, &directory, "report");
    assert_eq!(to(&editor, &directory), Some(("member".into(), "report:create".into())));
    assert_eq!(editor.counts(), (1, 1));
    toggle(&mut editor, &directory, "run:del");
    toggle(&mut editor, &directory, "report");
    assert!(!editor.has_work());
}

#[test]
fn a_permission_that_nobody_has_can_be_typed() {
    let directory = directory();
    let mut editor = editor(&directory);
    editor.input = Input::new("run:archive".into());
    assert_eq!(told(&editor, &directory), "run:archive New");
    toggle(&mut editor, &directory, "run:archive");
    assert!(told(&editor, &directory).contains("+run:archive New"));
    assert_eq!(to(&editor, &directory).unwrap().1, "run:delete run:archive");
    editor.input = Input::new("archive".into());
    assert_eq!(told(&editor, &directory), "+run:archive New");
    editor.input = Input::new("run:".into());
    assert!(!told(&editor, &directory).contains("run: New"));
}

#[test]
fn another_base_leaves_what_it_does_not_allow_to_be_added() {
    let directory = directory();
    let mut editor = editor(&directory);
    editor.next_base(&directory);
    assert_eq!(editor.bases(&directory), ("viewer".into(), Some("member".into())));
    assert_eq!(told(&editor, &directory), "run:delete Added, run:create Left, report:create Free, run:read Inherited");
    toggle(&mut editor, &directory, "run:create");
    assert_eq!(to(&editor, &directory), Some(("viewer".into(), "run:delete run:create".into())));
    // Back again, the wish is what the role inherits anyway.
    editor.next_base(&directory);
    assert_eq!(editor.bases(&directory), ("member".into(), None));
    assert!(!told(&editor, &directory).contains('+'));
}

#[test]
fn a_new_role_keeps_what_its_base_does_not_allow() {
    let directory = directory();
    let draft = RoleDraft { name: "reaper".into(), inherits: "viewer".into(), ..RoleDraft::default() };
    let mut editor = RoleEditor::new(EditedRole::New("new:1".into(), draft), &directory);
    toggle(&mut editor, &directory, "run:create");
    toggle(&mut editor, &directory, "run:delete");
    editor.next_base(&directory);
    assert_eq!(to(&editor, &directory), Some(("member".into(), "run:delete".into())));
}

#[test]
fn all_shown_is_neither_similar_nor_set_by_hand() {
    let directory = directory();
    let mut editor = editor(&directory);
    editor.input = Input::new("rprt".into());
    assert!(editor.found(&directory).1);
    assert_eq!(editor.toggle_all(&directory), Err(NothingToggled::Similar));
    editor.input = Input::new("report".into());
    assert_eq!(editor.toggle_all(&directory), Ok(()));
    toggle(&mut editor, &directory, "report");
    editor.input = Input::new("report".into());
    assert_eq!(editor.toggle_all(&directory), Err(NothingToggled::SetByHand));
    editor.input = Input::new("run:read".into());
    assert_eq!(editor.toggle_all(&directory), Err(NothingToggled::NoneOpen));
    assert!(!editor.has_work());
}
