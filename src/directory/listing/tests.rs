use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::directory::{
    change::{Change, ChangeId},
    field::{RecordField, UserField},
    record::{AccountKind, LastActive, Member, Team, User},
    records::Records,
};

const NAMES: [&str; 6] = ["eva-tanaka", "Ivan", "zoë", "陈伟", "adam-eva", "tan"];
const ROLES: [&str; 4] = ["admin", "Viewer", "viewer", "member"];

/// Users whose values follow from their numbers, every third of them in a team, every seventh no person.
fn directory(count: usize) -> Directory {
    let users: Vec<User> = (0..count)
        .map(|at| User {
            id: format!("u{at}").as_str().into(),
            user_name: format!("{}-{}", NAMES[at * 5 % NAMES.len()], at * 7919 % count.max(1)).into(),
            display_name: NAMES[at * 11 % NAMES.len()].into(),
            org_role: (at % 5 > 0).then(|| crate::directory::Name::from(ROLES[at % ROLES.len()])).into(),
            account: if at % 7 == 6 { AccountKind::TeamService } else { AccountKind::Person },
            last_active: match at % 4 {
                0 => LastActive::Never,
                1 => LastActive::Unknown,
                _ => LastActive::At(Timestamp::from_second(1_700_000_000 + (at * 104_729 % 9_999) as i64).unwrap()),
            },
            ..User::default()
        })
        .collect();
    let member = |user: &User| Member { id: user.id.clone(), display: user.user_name.clone() };
    let members = users.iter().step_by(3).map(member).collect();
    let team = Team { id: "t".into(), name: "vision".into(), members: Some(members), ..Team::default() };
    let mut directory = Directory::default();
    directory.replace(Records::build(users, vec![team], vec![]), true);
    directory
}

fn query(text: &str) -> FilterQuery {
    FilterQuery::parse(text, RecordKind::User).unwrap()
}

/// Goes on in steps of this size.
fn found(listing: &mut ListOrder, directory: &Directory, step: usize) -> Vec<u32> {
    while !listing.is_done() {
        listing.step(directory, RecordKind::User, step);
    }
    listing.take_shown().unwrap()
}

/// The result of a sort that compares all rows.
fn compared(directory: &Directory, order: SortOrder) -> Vec<u32> {
    let mut rows = directory.rows_by_name(RecordKind::User).to_vec();
    let seen = |row: u32| match directory.user_at(row).unwrap().last_active {
        LastActive::Unknown => -2,
        LastActive::Never => -1,
        LastActive::At(at) => at.as_second(),
    };
    let role = |row: u32| directory.user_at(row).unwrap().org_role.value().map(|role| role.as_str().to_lowercase());
    rows.sort_by(|one, other| {
        let ordering = match order.by {
            RecordField::User(UserField::LastActive) => seen(*one).cmp(&seen(*other)),
            RecordField::User(UserField::OrgRole) => role(*one).cmp(&role(*other)),
            _ => directory
                .team_count(&directory.user_at(*one).unwrap().id)
                .cmp(&directory.team_count(&directory.user_at(*other).unwrap().id)),
        };
        if order.descending { ordering.reverse() } else { ordering }
    });
    rows
}

#[test]
fn digits_sort_as_comparisons_do_whatever_the_step() {
    let directory = directory(3_000);
    for column in [UserField::LastActive, UserField::OrgRole, UserField::Teams] {
        for descending in [false, true] {
            let order = SortOrder { by: column.into(), descending };
            for step in [7, 1_000, usize::MAX] {
                let mut listing = ListOrder::default();
                listing.sort(&directory, RecordKind::User, &[order], AccountFilter::All);
                assert_eq!(found(&mut listing, &directory, step), compared(&directory, order), "{column:?} by {step}");
            }
        }
    }
}

#[test]
fn service_accounts_are_apart_in_any_order() {
    let directory = directory(100);
    let listed = |accounts, column: UserField| {
        let mut listing = ListOrder::default();
        listing.sort(&directory, RecordKind::User, &[SortOrder { by: column.into(), descending: false }], accounts);
        listing.filter(query("-role:admin"), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
        let rows = found(&mut listing, &directory, 9);
        rows.iter().filter(|row| directory.user_at(**row).unwrap().account.is_service()).count() * 1_000 + rows.len()
    };
    for column in [UserField::UserName, UserField::LastActive] {
        let [people, services] =
            [AccountFilter::People, AccountFilter::Services].map(|accounts| listed(accounts, column));
        assert!(people > 0 && people < 1_000, "no service account among people: {people}");
        assert_eq!(services / 1_000, services % 1_000, "nobody else among service accounts");
        assert_eq!(listed(AccountFilter::All, column) % 1_000, people + services % 1_000);
    }
}

#[test]
fn equal_matches_stand_in_the_lists_order_and_better_ones_before_them() {
    let directory = directory(60);
    let mut listing = ListOrder::default();
    listing.sort(&directory, RecordKind::User, &[SortOrder::by_name(RecordKind::User)], AccountFilter::All);
    listing.filter(query("tan"), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
    let rows = found(&mut listing, &directory, 5);
    let (words, mut scratch) = (crate::directory::search::Words::typed("tan"), MatcherMemory::default());
    let key = |row: &u32| {
        let score = directory.text(RecordKind::User).score(*row, &words, MatchMode::Exact, &mut scratch).unwrap();
        (std::cmp::Reverse(score), directory.rows_by_name(RecordKind::User).iter().position(|other| other == row))
    };
    let keys: Vec<_> = rows.iter().map(key).collect();
    assert!(keys.len() > 10 && keys.is_sorted());
}

#[test]
fn what_is_shown_before_the_end_is_the_best_of_what_was_asked() {
    let directory = directory(5_000);
    let mut listing = ListOrder::default();
    listing.among((0..5_000).collect(), &directory, RecordKind::User);
    listing.filter(query("eva"), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
    listing.step(&directory, RecordKind::User, 500);
    let early = listing.best_so_far();
    assert!(!listing.is_done() && !early.is_empty() && early.len() <= 1_000);
    assert!(listing.progress().is_some_and(|percent| percent > 0 && percent < 99));
    listing.finish(&directory, RecordKind::User);
    let all = listing.take_shown().unwrap();
    assert!(early.iter().all(|row| all.contains(row)));
}

#[test]
fn pending_memberships_count() {
    let mut directory = directory(30);
    let (inside, outside) = (directory.users_named("eva-tanaka-0").next().unwrap().id.clone(), "u1".into());
    directory.begin(ChangeId(1), Change::RemoveMember { team: "t".into(), user: inside });
    directory.begin(ChangeId(2), Change::AddMember { team: "t".into(), user: outside });
    let rows = directory.rows_by_name(RecordKind::User);
    let in_team = query("team:vis").run(&directory, RecordKind::User, rows, Timestamp::UNIX_EPOCH);
    let ids: Vec<&str> = in_team.iter().map(|row| &**directory.id_at(RecordKind::User, *row).unwrap()).collect();
    assert!(ids.contains(&"u1") && !ids.contains(&"u0"), "{ids:?}");
    let by_row = directory.members_of(&["t".into()]);
    let members = by_row.iter().zip(0_u32..).filter(|(inside, _)| **inside).map(|(_, row)| row);
    assert_eq!(members.collect::<std::collections::BTreeSet<_>>(), in_team.into_iter().collect());
}

#[test]
fn similar_rows_stand_in_only_where_none_contains_the_words() {
    let directory = directory(60);
    let mut listing = ListOrder::with_similar();
    listing.sort(&directory, RecordKind::User, &[SortOrder::by_name(RecordKind::User)], AccountFilter::All);
    let mut shown = |text: &str| {
        listing.filter(query(text), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
        let rows = found(&mut listing, &directory, 7);
        let name = rows.first().map(|row| directory.user_at(*row).unwrap().user_name.as_str().to_owned());
        (name.unwrap_or_default(), listing.is_similar(), listing.is_substitute())
    };
    assert!(!shown("tan").1);
    let (name, similar, substitute) = shown("tank");
    assert!(name.starts_with("eva-tanaka") && similar && substitute, "{name}");
    assert_eq!((shown("tankq").0.as_str(), shown("\"tank\"").0.as_str()), ("", ""));
    assert!(!shown("tank").0.is_empty());
    assert_eq!((shown("-tank").1, shown("/tank/").0.as_str()), (false, ""));
    let (name, similar, substitute) = shown("~tank");
    assert!(name.starts_with("eva-tanaka") && similar && !substitute, "{name}");
    assert!(!shown("eva-tanaka").1);
    let rows = directory.rows_by_name(RecordKind::User);
    assert!(
        query("tank").run(&directory, RecordKind::User, rows, Timestamp::UNIX_EPOCH).is_empty(),
        "never in a command"
    );
    assert!(!query("~tank").run(&directory, RecordKind::User, rows, Timestamp::UNIX_EPOCH).is_empty());
}

/// The text that a person types, a character at a time, with some characters deleted again.
fn typed() -> impl Strategy<Value = Vec<String>> {
    let word = prop::sample::select(vec![
        "e",
        "ev",
        "eva",
        "evt",
        "evtn",
        "evtnk",
        "tan",
        "tan e",
        "tank",
        "tank role:vi",
        "-eva",
        "role:",
        "role:vi",
        "role:view e",
        "role:view ea",
        "role:view ea tan",
        "zoe",
        "zo2",
        "陈",
        "陈1",
        "~tnk",
        "~tnka",
        "\"tan\"",
        "\"tank\"",
        "^tan",
        "^tank",
        "^eva tk",
        "va$",
        "/^.v/",
        "/^.v/ tk",
        "last>1d",
        "last>1d tnk",
        "",
    ]);
    prop::collection::vec(word.prop_map(str::to_owned), 1..8)
}

proptest! {
    #[test]
    fn filters_that_follow_one_another_find_what_the_last_one_finds(
        texts in typed(),
        steps in prop::collection::vec(1..1_600_usize, 8),
        order in prop_oneof![Just(UserField::UserName), Just(UserField::LastActive), Just(UserField::OrgRole)],
    ) {
        let directory = directory(700);
        let mut listing = ListOrder::with_similar();
        listing.sort(&directory, RecordKind::User, &[SortOrder { by: order.into(), descending: true }], AccountFilter::People);
        for (text, step) in texts.iter().zip(&steps) {
            listing.filter(query(text), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
            listing.step(&directory, RecordKind::User, *step);
        }
        let mut fresh = ListOrder::with_similar();
        fresh.sort(&directory, RecordKind::User, &[SortOrder { by: order.into(), descending: true }], AccountFilter::People);
        fresh.filter(query(texts.last().unwrap()), &directory, RecordKind::User, Timestamp::UNIX_EPOCH);
        // Rows that the last step handed over do not come again.
        let whole = listing.is_done();
        let rows = if whole { listing.take_shown().unwrap() } else { found(&mut listing, &directory, 50) };
        prop_assert_eq!(rows, found(&mut fresh, &directory, usize::MAX));
        prop_assert_eq!(listing.is_similar(), fresh.is_similar());
        prop_assert_eq!(listing.is_substitute(), fresh.is_substitute());
    }
}
