//! The command line that does what a plan does: copied, split as a shell would, and read by the program's own arguments.

use clap::Parser;
use crossterm::event::Event;
use jiff::Timestamp;
use proptest::prelude::*;
use scimitar::{
    app::{AppEffect, AppMessage, action::Action},
    cli::{Cli, Command, EditCommand},
    directory::{
        Directory,
        change::Change,
        record::{Team, User},
        records::Records,
        words,
    },
};
use secrecy::ExposeSecret;

use crate::harness::{Console, options};

/// The text that the key sends to the clipboard.
pub fn copied(console: &mut Console) -> Option<String> {
    let key = console.app().keymap.event(Action::CopyCommand).unwrap();
    let effects = console.runtime.app.update(AppMessage::Terminal(Event::Key(key)), Timestamp::now());
    effects.into_iter().find_map(|effect| match effect {
        AppEffect::Copy(text) => Some(text.expose_secret().to_owned()),
        _ => None,
    })
}

fn parsed(line: &str) -> Cli {
    let words = shlex::split(line).unwrap();
    Cli::try_parse_from(&words).unwrap_or_else(|why| panic!("{line}\n{why}"))
}

#[tokio::test]
async fn a_plan_for_three_is_one_command() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    for person in &people {
        console.find(person);
        console.press(Action::Mark);
        console.find_all();
    }
    console.pick_role("climate viewer");
    let line = copied(&mut console).unwrap();
    assert_eq!(line, format!("scimitar set-role {} viewer --team climate -p acme", people.join(" ")));
    assert_eq!(
        console.app().screen.message.as_ref().unwrap().text,
        "The command line sent to the terminal's clipboard"
    );
    let Cli { profile: Some(profile), command: Some(Command::Edit(EditCommand::SetRole { names, team, .. })), .. } =
        parsed(&line)
    else {
        panic!("{line}")
    };
    assert_eq!((profile.as_str(), team.as_deref()), ("acme", Some("climate")));
    assert_eq!(names, people.into_iter().chain(["viewer".to_owned()]).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_role_is_edited_by_a_command_and_the_embedded_demo_by_none() {
    let (mut console, _server) = Console::on_demo(options()).await;
    console.press(Action::GoRoles);
    console.press(Action::RolePermissions);
    console.press(Action::Toggle);
    console.press(Action::Look);
    assert!(console.is_preview(), "{}", console.screen());
    let line = copied(&mut console).unwrap();
    assert!(line.starts_with("scimitar edit-role ") && line.ends_with(" -p acme"), "{line}");
    let mut embedded = Console::on_embedded(options()).await;
    embedded.find("noor-haddad");
    embedded.pick_role("org adm");
    assert_eq!(copied(&mut embedded), None);
    assert!(embedded.app().screen.message.as_ref().unwrap().text.contains("embedded demo directory"));
}

proptest! {
    /// Whatever a server names its users and teams, the program gets exactly those names.
    #[test]
    fn hostile_names_arrive_as_they_are(user in "[ -~]{1,16}", other in "[!-~]{1,8}", team in "[ -~ä]{1,16}") {
        let person = |id: &str, name: &str| User { id: id.into(), user_name: name.into(), ..User::default() };
        let users = vec![person("id-1", &user), person("id-2", &other)];
        let team_record = Team { id: "id-t".into(), name: team.as_str().into(), ..Team::default() };
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![team_record], vec![]), true);
        let joins = |id: &str| Change::AddMember { team: "id-t".into(), user: id.into() };
        let changes = [joins("id-1"), joins("id-2")];
        let line = words::command_line(&changes.iter().collect::<Vec<_>>(), &directory, Some("acme")).unwrap();
        let cli = parsed(&line);
        let Some(Command::Edit(EditCommand::Add { team: named, users, role, send })) = cli.command else { panic!("{line}") };
        let finder = scimitar::directory::find::NameFinder::new(&directory);
        prop_assert_eq!(&*finder.team(&named).unwrap().id, "id-t");
        let ids: Vec<String> = users.iter().map(|name| finder.user(name).unwrap().id.to_string()).collect();
        prop_assert_eq!(ids, ["id-1", "id-2"]);
        prop_assert_eq!(cli.profile.as_deref(), Some("acme"));
        prop_assert!(role.is_none() && !send.yes && !send.dry_run);
        prop_assert!(!users.contains(&"-".to_owned()));
    }
}
