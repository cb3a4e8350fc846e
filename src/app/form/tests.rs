//! The fields of forms, their refusals, and the changes that they mean.

use super::{values::email_problem, *};
use crate::{
    dialect::{self, Hosting, Provider},
    directory::{
        change::{NewService, NewUser, SeatKind, StorageBucket},
        plan::ProviderCapabilities,
        record::{AccountKind, Member, Team, User},
        records::Records,
    },
};

#[rstest::rstest]
#[case("eva", false)]
#[case("@example.com", false)]
#[case("eva@", false)]
#[case("eva@example", false)]
#[case("eva tanaka@example.com", false)]
#[case("a@b@example.com", false)]
#[case("eva+x@mail.example.com", true)]
#[case("ева@пример.рф", true)]
fn impossible_addresses_are_refused(#[case] email: &str, #[case] fine: bool) {
    assert_eq!(email_problem(email).is_ok(), fine);
}

fn wandb(hosting: Hosting) -> ProviderCapabilities {
    dialect::of(Provider::Wandb, hosting, dialect::KnownServer::default()).capabilities().clone()
}

fn directory() -> Directory {
    let user = |id: &str, account| User {
        id: id.into(),
        user_name: id.into(),
        email: format!("{id}@example.com").as_str().into(),
        models_seat: "viewer".into(),
        account,
        ..User::default()
    };
    let users = vec![
        user("eva", AccountKind::Person),
        user("ivan", AccountKind::Person),
        user("noor", AccountKind::Person),
        user("bot", AccountKind::TeamService),
    ];
    let member = |id: &str| Member { id: id.into(), display: "".into() };
    let members = Some(vec![member("eva"), member("ivan"), member("bot")]);
    let team = Team { id: "t-vision".into(), name: "Vision".into(), members, ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![team], vec![]), true);
    directory
}

fn fill(form: &mut FormState, key: &str, text: &str) {
    form.focus = form.at(key).unwrap_or_else(|| panic!("{key} is not asked for"));
    if matches!(form.fields[form.focus].entry, Entry::Choice { .. }) {
        while form.value(key) != text {
            form.put(&Event::Key(crossterm::event::KeyCode::Right.into()));
        }
    } else {
        form.put(&Event::Paste(text.into()));
    }
}

fn shown(form: &FormState) -> Vec<&str> {
    let fields = form.fields.iter().enumerate().filter(|(at, _)| form.is_shown(*at));
    fields.map(|(_, field)| field.key).collect()
}

fn error<'a>(form: &'a FormState, key: &str) -> &'a str {
    form.fields.iter().find(|field| field.key == key).and_then(|field| field.error.as_deref()).unwrap_or_default()
}

#[test]
fn names_hold_spaces_where_the_provider_takes_them() {
    for spaced_names in [false, true] {
        let can = ProviderCapabilities { spaced_names, ..ProviderCapabilities::default() };
        let mut form = FormState::create_team(&can);
        fill(&mut form, "name", "Tour Guides");
        assert_eq!(form.changes("new:1".into(), &Directory::default()).is_some(), spaced_names);
    }
}

#[test]
fn a_form_with_errors_makes_no_change() {
    let mut form = FormState::create_user(&Directory::default(), &ProviderCapabilities::default());
    assert!(form.changes("new:1".into(), &Directory::default()).is_none());
    assert_eq!((error(&form, "user"), form.focus), ("needed", 0));
    assert!(!error(&form, "email").is_empty());
}

#[test]
fn a_new_user_gets_seats_and_teams_and_a_form_without_them_sends_none() {
    let directory = directory();
    let mut form = FormState::create_user(&directory, &wandb(Hosting::MultiTenant));
    assert_eq!(shown(&form), ["user", "email", "models", "weave", "teams", "like"]);
    fill(&mut form, "user", "kim");
    fill(&mut form, "email", "kim@example.com");
    fill(&mut form, "models", "viewer");
    fill(&mut form, "teams", "vision, speech");
    assert!(form.changes("new:1".into(), &directory).is_none());
    assert_eq!(error(&form, "teams"), "not known here: speech");
    fill(&mut form, "teams", "");
    form.fields[form.focus].entry = Entry::Text("vision".into());
    let user = NewUser {
        user_name: "kim".into(),
        email: "kim@example.com".into(),
        models_seat: Some("viewer".into()),
        weave_role: Some("full".into()),
        teams: vec!["Vision".into()],
        ..NewUser::default()
    };
    let want = Change::CreateUser { key: "new:1".into(), user };
    assert_eq!(form.changes("new:1".into(), &directory).unwrap(), [want]);

    let mut form = FormState::create_user(&directory, &wandb(Hosting::Dedicated));
    fill(&mut form, "admin", "yes");
    assert_eq!(shown(&form), ["user", "email", "admin"]);
    fill(&mut form, "user", "root");
    fill(&mut form, "email", "root@example.com");
    let changes = form.changes("new:2".into(), &directory).unwrap();
    let [Change::CreateUser { user, .. }] = &changes[..] else { panic!("{changes:?}") };
    assert!(user.instance_admin && user.models_seat.is_none() && user.weave_role.is_none());

    let rfc = dialect::of(Provider::Scim, Hosting::Dedicated, dialect::KnownServer::default());
    assert_eq!(
        shown(&FormState::create_user(&directory, rfc.capabilities())),
        ["user", "email", "display", "given", "family", "like"]
    );
}

#[test]
fn a_seat_that_is_not_known_is_sent_only_if_it_is_changed() {
    let directory = directory();
    let mut form = FormState::edit_user(&"eva".into(), &directory, &wandb(Hosting::MultiTenant)).unwrap();
    assert_eq!((form.value("models"), form.value("weave")), ("viewer", ""));
    assert_eq!(form.fields[form.focus].key, "models", "what can't be changed is passed over");
    assert_eq!(form.changes("new:1".into(), &directory).unwrap(), []);
    fill(&mut form, "weave", "none");
    let want = Change::SetSeat { user: "eva".into(), seat: SeatKind::Weave, to: "none".into() };
    assert_eq!(form.changes("new:1".into(), &directory).unwrap(), [want]);
}

#[test]
fn a_service_account_needs_a_team_that_there_is() {
    let directory = directory();
    let mut form = FormState::create_service(&directory);
    fill(&mut form, "name", "sync");
    assert!(form.changes("new:1".into(), &directory).is_none());
    assert_eq!(error(&form, "team"), "needed");
    fill(&mut form, "team", "vision");
    fill(&mut form, "kind", "organisation");
    let service = NewService { name: "sync".into(), organisation: true, team: "t-vision".into() };
    let want = Change::CreateService { key: "new:1".into(), service };
    assert_eq!(form.changes("new:1".into(), &directory).unwrap(), [want]);
}

#[test]
fn the_fields_of_a_provider_appear_with_it_and_go_with_it() {
    let directory = directory();
    let mut form = FormState::create_team(&wandb(Hosting::Dedicated));
    assert_eq!(shown(&form), ["name", "members", "storage"]);
    fill(&mut form, "name", "maps");
    fill(&mut form, "storage", "AWS");
    fill(&mut form, "external", "xid");
    assert_eq!(shown(&form), ["name", "members", "storage", "bucket", "path", "kms", "external"]);
    assert!(form.changes("new:1".into(), &directory).is_none());
    assert_eq!(error(&form, "bucket"), "needed");
    fill(&mut form, "bucket", "maps-files");
    fill(&mut form, "storage", "GCP");
    let bucket = StorageBucket { provider: "GCP".into(), name: "maps-files".into(), ..StorageBucket::default() };
    let want = Change::CreateTeam {
        key: "new:1".into(),
        name: "maps".into(),
        members: vec![],
        bucket: Some(bucket),
        external_id: String::new(),
    };
    assert_eq!(form.changes("new:1".into(), &directory).unwrap(), [want]);
    fill(&mut form, "storage", "");
    let changes = form.changes("new:1".into(), &directory).unwrap();
    assert!(matches!(&changes[..], [Change::CreateTeam { bucket: None, .. }]));
}

#[rstest::rstest]
#[case::grafana("grafana", &["stack"], "url", "https://acme.grafana.net")]
#[case::datasaur("datasaur", &["workspace"], "workspace", "4711")]
#[case::scim("scim", &[], "url", "https://id.example.com/scim/v2")]
fn a_profile_asks_for_what_its_provider_needs(
    #[case] provider: &str,
    #[case] own: &[&str],
    #[case] needed: &str,
    #[case] value: &str,
) {
    let mut form = FormState::new_profile();
    assert_eq!(form.value("key"), "env WANDB_API_KEY");
    fill(&mut form, "name", "lab");
    fill(&mut form, "provider", provider);
    for field in ["hosting", "stack", "workspace"] {
        assert_eq!(form.at(field).is_some(), own.contains(&field), "{field}");
    }
    assert_eq!(form.value("key"), "", "W&B's key is nobody else's");
    assert_eq!(form.profile(), None);
    assert_eq!(form.fields[form.focus].key, needed);
    fill(&mut form, needed, value);
    let draft = form.profile().unwrap();
    assert_eq!((draft.provider.as_str(), draft.hosting.as_str()), (provider, ""));
}
