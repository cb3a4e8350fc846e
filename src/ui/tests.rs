//! Snapshots of the screen in each state; styles are asserted apart.

use std::time::Duration;

use ratatui::style::{Color, Modifier};

use super::{
    details,
    fit::width,
    look::{ColorTheme, GlyphSet, ScreenLook},
};
use crate::app::{App, action::Action};
use crate::directory::{
    ListCoverage, ListShortfall, MaybeTold, Observation, RecordKind,
    change::Change,
    field::UserField,
    plan::{ChangeState, ProviderCapabilities, SideEffect},
    record::{Member, Record, Team},
    records::Records,
    sort::SortOrder,
    work::{LinkState, RefreshProof, WorkerReport},
};
use crate::scim::{
    failure::{Failure, FailureClass, RequestArrival},
    wait::{RequestWait, WaitCause},
};

pub mod fixture;
mod hostile;
use fixture::{
    Fake, app, blank, buffer, entry, look, now, org_role, plain, press, report, screen, target, team_role, type_text,
    users, welcome, with,
};

fn forbidden() -> Failure {
    Failure {
        class: FailureClass::Forbidden,
        text: "The server refuses this key (403).".into(),
        next: "Ask for a key of an organisation admin.".into(),
        status: Some(403),
        scim_type: None,
        arrived: RequestArrival::Yes,
        bytes: 0,
        attempts: 1,
    }
}

fn offline() -> Failure {
    Failure::local(FailureClass::Offline, "acme.wandb.io does not resolve.", "Check the network.")
}

/// An edit in flight, one that was refused, one that was confirmed and one from an earlier day.
fn busy(width: u16, height: u16) -> App {
    let mut app = app(width, height);
    let deactivate = Change::SetActive { user: "u-noor".into(), active: false };
    let leave = Change::RemoveMember { team: "t-vision".into(), user: "u-chen".into() };
    let mut refused =
        entry(&app, 30, team_role("u-ivan", "t-vision", "admin"), ChangeState::Refused, "seat limit reached");
    refused.failure = Some(forbidden());
    let (refused_id, refused_at) = (refused.id, refused.settled.unwrap());
    let entries = vec![
        entry(&app, 90_000, leave, ChangeState::Confirmed, ""),
        entry(&app, 60, org_role("u-wide", "member"), ChangeState::Confirmed, ""),
        refused,
        entry(&app, 20, deactivate, ChangeState::Sent, ""),
        entry(&app, 10, team_role("u-eva", "t-vision", "viewer"), ChangeState::Sent, ""),
        entry(&app, 5, org_role("u-mei", "viewer"), ChangeState::Sent, ""),
    ];
    report(&mut app, WorkerReport::Journal(entries));
    // Failures of this session are counted; failures of earlier sessions are only mentioned.
    let moved = WorkerReport::Moved(crate::directory::work::ChangeUpdate {
        id: refused_id,
        state: ChangeState::Refused,
        why: "seat limit reached".into(),
        failure: Some(forbidden()),
        exchanges: Vec::new(),
        fresh: Vec::new(),
        at: refused_at,
        created: None,
        effects: vec![],
        alarm: false,
        way_back: None,
    });
    report(&mut app, moved);
    app.screen.message = None;
    app
}

/// The rows of the screen that hold this text.
fn row_of(screen: &str, text: &str) -> String {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default().to_owned()
}

#[test]
fn users_at_80_by_24() {
    insta::assert_snapshot!(screen(&app(80, 24), &look()));
}

#[test]
fn users_with_details_at_120_by_40() {
    let mut app = busy(120, 40);
    type_text(&mut app, "/v");
    insta::assert_snapshot!(screen(&app, &look()));
}

#[test]
fn users_at_40_by_12() {
    insta::assert_snapshot!(screen(&busy(40, 12), &look()));
}

#[test]
fn without_colour_and_utf8() {
    let mut app = busy(80, 24);
    press(&mut app, Action::Mark);
    let text = screen(&app, &plain());
    insta::assert_snapshot!(text);
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn teams_roles_and_activity() {
    let mut app = busy(80, 14);
    press(&mut app, Action::GoTeams);
    insta::assert_snapshot!("teams", screen(&app, &look()));
    press(&mut app, Action::GoRoles);
    insta::assert_snapshot!("roles", screen(&app, &look()));
    press(&mut app, Action::GoActivity);
    insta::assert_snapshot!("activity", screen(&app, &look()));
}

/// A change that was done and did more: whom it hit comes first, in as many rows as that takes.
#[test]
fn a_side_effect_is_told_whole_below_the_list() {
    let mut app = app(80, 14);
    let added = Change::AddMember { team: "t-vision".into(), user: "u-noor".into() };
    let mut entry = entry(&app, 30, added, ChangeState::Confirmed, "");
    let words = "user0001, user0002, user0003, user0004 and user0005 are not in vision any more.";
    entry.effects = vec![SideEffect { words: words.into(), harm: true, back: Vec::new() }];
    report(&mut app, WorkerReport::Journal(vec![entry]));
    press(&mut app, Action::GoActivity);
    let text = screen(&app, &look());
    let flat: Vec<&str> = text.split(['│', '\n', ' ']).filter(|part| !part.is_empty()).collect();
    let flat = flat.join(" ");
    assert!(flat.contains(words) && !flat.contains("confirmed: user0001"), "{text}");
}

/// A directory whose provider keeps no roles, no seats and no activity, and says groups: nothing of that is on screen.
#[test]
fn only_what_the_provider_has_is_shown() {
    use crate::dialect::{Hosting, Provider, of};
    let can = of(Provider::Scim, Hosting::default(), crate::dialect::KnownServer::default()).capabilities().clone();
    let open = |width, height| {
        let mut app = with(Fake(can.clone()), width, height);
        let plain = |mut user: crate::directory::record::User| {
            (user.org_role, user.models_seat, user.weave_role) =
                (MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD, MaybeTold::NOT_TOLD);
            user.team_roles = None;
            (user.days_active, user.account) = (None, crate::directory::record::AccountKind::Person);
            user.last_active = crate::directory::record::LastActive::Unknown;
            user.registry_roles.clear();
            user
        };
        let teams = fixture::teams();
        let records = Box::new(Records::build(users().into_iter().map(plain).collect(), teams, vec![]));
        report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
        app
    };
    let mut shown = String::new();
    let mut look_at = |app: &App| {
        let text = screen(app, &look());
        shown.push_str(&text);
        text
    };
    let mut app = open(120, 24);
    type_text(&mut app, "/eva-t");
    insta::assert_snapshot!("scim_users", look_at(&app));
    press(&mut app, Action::Back);
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Bottom);
    insta::assert_snapshot!("scim_groups", look_at(&app));
    let mut app = open(80, 24);
    look_at(&app);
    press(&mut app, Action::Teams);
    look_at(&app);
    press(&mut app, Action::Back);
    for _ in 0..8 {
        press(&mut app, Action::Sort);
        look_at(&app);
    }
    press(&mut app, Action::Open);
    look_at(&app);
    press(&mut app, Action::Back);
    press(&mut app, Action::Filter);
    look_at(&app);
    type_text(&mut app, "role:admin");
    look_at(&app);
    press(&mut app, Action::Back);
    type_text(&mut app, "/groups>0");
    assert!(look_at(&app).contains(" of 13"), "groups is a field here");
    for word in ["eam", "role ", "Role ", "Organisation", "Seat", "seat", "Last active", "dmins", "janitor"] {
        let told = shown.lines().filter(|line| line.contains(word)).collect::<Vec<_>>();
        assert!(told.is_empty(), "{word}: {told:#?}");
    }
    press(&mut app, Action::Back);
    press(&mut app, Action::SetRole);
    assert!(app.overlays.is_empty() && screen(&app, &look()).contains("This provider keeps no roles"));
    // Help and palette keep it, with the reason.
    press(&mut app, Action::Help);
    let text: String = (0..4)
        .map(|page| {
            (0..page).for_each(|_| press(&mut app, Action::PageDown));
            screen(&app, &look())
        })
        .collect();
    assert!(text.contains("marked rows: This provider keeps no roles") && !text.contains("team"), "{text}");
    press(&mut app, Action::Back);
    press(&mut app, Action::Palette);
    type_text(&mut app, "role");
    assert!(screen(&app, &look()).contains("This provider keeps no roles"));
}

#[test]
fn first_screen() {
    insta::assert_snapshot!("welcome", screen(&welcome(80, 24), &look()));
    insta::assert_snapshot!("welcome_small", screen(&welcome(40, 10), &look()));
}

#[test]
fn details_of_every_kind() {
    let app = busy(80, 24);
    let of = |kind, id| {
        let lines = details::text(&target(kind, id), 46, &app, &look()).lines;
        lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("details_user", of(RecordKind::User, "u-eva"));
    insta::assert_snapshot!("details_failed", of(RecordKind::User, "u-ivan"));
    insta::assert_snapshot!("details_unreadable", of(RecordKind::User, "u-broken"));
    insta::assert_snapshot!("details_team", of(RecordKind::Team, "t-vision"));
    insta::assert_snapshot!("details_role", of(RecordKind::Role, "r-janitor"));
    assert_eq!(of(RecordKind::User, "u-nobody"), "This record is not there any more.");
}

#[test]
fn a_large_team_is_shown_in_part() {
    let mut app = app(120, 24);
    let member = |at| Member { id: format!("u-{at}").as_str().into(), display: format!("member-{at}").into() };
    let team = Team {
        id: "t-big".into(),
        name: "big".into(),
        members: Some((0..1_200).map(member).collect()),
        ..Team::default()
    };
    report(&mut app, WorkerReport::Learnt(vec![Observation::Record(Record::Team(team))]));
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Top);
    let text = screen(&app, &look());
    assert!(text.contains("1,200") && text.contains("Members 1,200"), "{text}");
    assert!(text.contains("member-0") && text.contains("member-5"), "{text}");
    assert!(text.contains(" more") && text.contains("Id                  t-big"), "nothing is cut off: {text}");
    let lines = details::text(&target(RecordKind::Team, "t-big"), 40, &app, &look()).lines;
    assert!(lines.len() < 520 && lines.iter().any(|line| line.to_string().contains("… and 701 more")));
}

#[test]
fn an_empty_list_says_why_and_what_to_do() {
    let first = |app: &App| {
        let text = screen(app, &look());
        text.lines()
            .skip(4)
            .map(|line| line.trim_matches(['│', ' ']))
            .take(4)
            .collect::<Vec<_>>()
            .join("\n")
            .trim()
            .to_owned()
    };
    let mut app = blank(80, 24);
    assert_eq!(first(&app), "Nothing was read yet. R reads the users.");
    report(&mut app, WorkerReport::RefreshBegan);
    assert_eq!(first(&app), "Reading users…");
    report(&mut app, WorkerReport::Progress { kind: RecordKind::User, seen: 3_000, said: Some(12_000) });
    assert_eq!(first(&app), "Reading users… 3,000 of 12,000");
    assert!(screen(&app, &look()).contains("reading users 3,000 of 12,000 ██░░░░░░"));
    report(
        &mut app,
        WorkerReport::RefreshEnded { at: now(), proofs: vec![], failed: vec![(RecordKind::User, forbidden())] },
    );
    assert_eq!(
        first(&app),
        "The users could not be read. The server refuses this key (403). Ask for a\nkey of an organisation admin.\nR tries again."
    );
    let mut app = blank(80, 24);
    report(&mut app, WorkerReport::Link(LinkState::Down(offline())));
    assert!(first(&app).starts_with("Offline, and nothing is known from before. acme.wandb.io does not"));
    let mut app = blank(80, 24);
    let records = Box::new(Records::build(vec![], vec![], vec![]));
    report(&mut app, WorkerReport::Records { records, seen: Some(now()), partial: false, stored: false });
    assert_eq!(first(&app), "There are no users here. c creates one.");
    press(&mut app, Action::GoActivity);
    assert!(first(&app).starts_with("No changes were made with this profile yet."));
    let no_roles =
        ProviderCapabilities { no_roles: Some("This provider has no custom roles.".into()), ..Fake::default().0 };
    let mut app = with(Fake(no_roles), 80, 24);
    press(&mut app, Action::GoRoles);
    assert_eq!(first(&app), "This provider has no custom roles.");
}

#[test]
fn a_filter_shows_what_it_found_and_what_it_can_not_read() {
    let mut app = app(80, 12);
    type_text(&mut app, "/tanakq");
    insta::assert_snapshot!(screen(&app, &look()));
    press(&mut app, Action::Back);
    type_text(&mut app, "/colour:red");
    let text = screen(&app, &look());
    assert!(text.contains("filter: `colour:red`: no field `colour` here; there are role, team"), "{text}");
    assert!(text.contains("account"), "the whole sentence where no rows are in the way: {text}");
    press(&mut app, Action::Back);
    type_text(&mut app, "/active:yes");
    type_text(&mut app, "x");
    let text = screen(&app, &look());
    assert!(text.contains("filter: `active:yesx`: yes, no, invited or unknown"), "{text}");
    assert!(text.contains("eva-tanaka"), "the last good result stays: {text}");
}

#[test]
fn the_terminal_cursor_is_where_the_filter_is_typed() {
    let at = |typed: &str| {
        let mut app = app(60, 12);
        type_text(&mut app, typed);
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(60, 12)).unwrap();
        terminal.draw(|frame| super::draw(frame, &app, &look())).unwrap();
        let title = screen(&app, &look()).lines().nth(2).unwrap().to_owned();
        (terminal.get_cursor_position().unwrap(), title)
    };
    let (cursor, title) = at("/tan");
    assert_eq!((usize::from(cursor.x), cursor.y), (width(title.split("tan").next().unwrap()) + 3, 2));
    let (cursor, title) = at("/田中");
    assert_eq!((usize::from(cursor.x), cursor.y), (width(title.split('田').next().unwrap()) + 4, 2));
    let (cursor, title) = at(&format!("/{}z", "y".repeat(200)));
    assert_eq!(usize::from(cursor.x), width(title.split('z').next().unwrap()) + 1);
}

#[test]
fn the_title_says_how_recent_everything_is() {
    let title = |app: &App| screen(app, &look()).lines().next().unwrap_or_default().to_owned();
    assert!(title(&app(80, 24)).ends_with("● synced 14:02"));
    let mut old = app(80, 24);
    old.update(
        crate::app::AppMessage::Report(WorkerReport::Link(LinkState::Down(offline()))),
        "2025-05-16T08:00:00Z".parse().unwrap(),
    );
    assert!(title(&old).ends_with("○ offline · showing what was known 14 May 14:02"), "{}", title(&old));
    for (class, words) in [
        (FailureClass::Timeout, "○ offline · showing what was known 14:02"),
        (FailureClass::Unauthorized, "○ key refused · showing what was known 14:02"),
        (FailureClass::Forbidden, "○ key refused · showing what was known 14:02"),
        (FailureClass::Tls, "○ TLS refused · showing what was known 14:02"),
        (FailureClass::Protocol, "○ no SCIM answer · showing what was known 14:02"),
        (FailureClass::Server, "○ server failed · showing what was known 14:02"),
    ] {
        let mut down = app(80, 24);
        report(&mut down, WorkerReport::Link(LinkState::Down(Failure::local(class, "", ""))));
        assert!(title(&down).ends_with(words), "{}", title(&down));
        let mut new = blank(80, 24);
        report(&mut new, WorkerReport::Link(LinkState::Down(Failure::local(class, "", ""))));
        assert!(title(&new).ends_with(words.split(" ·").next().unwrap()), "{}", title(&new));
        let said = screen(&new, &look()).contains("Offline, and");
        assert_eq!(said, class == FailureClass::Timeout);
    }
    let mut stored = blank(80, 24);
    fixture::load(&mut stored, users(), true);
    stored.session.guards.read_only = true;
    let asked = WaitCause::Asked { by: "Retry-After", attempt: 2 };
    stored.session.waiting = Some(RequestWait::new(asked, Duration::from_secs(20), Some(429), now()));
    assert!(title(&stored).contains("read-only"), "{}", title(&stored));
    assert!(title(&stored).contains("waits until 14:0"), "{}", title(&stored));
    let waits = |cause, status| {
        let mut waits = app(160, 24);
        waits.session.waiting = Some(RequestWait::new(cause, Duration::from_secs(20), status, now()));
        title(&waits)
    };
    let failed = || WaitCause::Failed { why: "Nothing listens.".into(), attempt: 4 };
    assert!(waits(WaitCause::Held, Some(429)).contains("server busy, waits until 14:0"));
    assert!(waits(failed(), None).contains("not reached, tries again 14:0"), "{}", waits(failed(), None));
    assert!(waits(failed(), Some(502)).contains("server failed, tries again 14:0"));
    assert!(waits(WaitCause::Late, Some(200)).contains("reads again 14:0"));
    let said = screen(&stored, &look());
    assert!(said.contains(" The server asks to wait 20 s (Retry-After). Try 2 at 14:0"), "{said}");
    assert!(title(&stored).contains("known 14:02") || title(&stored).contains("stored 14:02"), "{}", title(&stored));
    assert!(title(&busy(80, 24)).ends_with("↻ 3 in flight   ! 1 failed"), "{}", title(&busy(80, 24)));
    for width in 40..140 {
        let title = title(&busy(width, 12));
        assert!(title.contains("! 1") && title.contains("↻ 3") && title.contains("14:02"), "{width}: {title}");
    }
}

#[test]
fn times_are_shown_in_the_zone_of_the_look() {
    let look = look().in_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    assert!(screen(&app(80, 24), &look).contains("synced 23:02"));
}

#[test]
fn the_selected_row_has_one_style_over_its_whole_width() {
    for theme in [ColorTheme::Ansi, ColorTheme::Light, ColorTheme::Mono] {
        let mut app = busy(80, 24);
        while app.lists.pane().unwrap().selected(&app.directory).map(|id| &**id) != Some("u-mei") {
            press(&mut app, Action::Down);
        }
        let buffer = buffer(&app, &ScreenLook::new(theme, GlyphSet::UNICODE));
        let pane = app.lists.pane().unwrap();
        let y = 4 + (pane.cursor - pane.top) as u16;
        assert_eq!(buffer[(1, y)].symbol(), "▌");
        for x in 1..79 {
            assert_eq!(buffer[(x, y)].modifier, Modifier::REVERSED, "{theme:?} {x}");
        }
        assert!(!buffer[(5, y + 1)].modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn a_pending_value_is_marked_and_its_neighbours_are_not() {
    let app = busy(80, 24);
    let text = screen(&app, &look());
    assert!(row_of(&text, "mei-lin").contains("viewer ↻"));
    assert!(row_of(&text, "noor").contains("inactive ↻"));
    assert!(row_of(&text, "ivan-petrov").contains("│  ✗ Ivan Petrov "));
    assert!(!row_of(&text, "chen-wei").contains('↻'));
    let y = text.lines().position(|line| line.contains("mei-lin")).unwrap() as u16;
    let x = width(row_of(&text, "mei-lin").split("viewer").next().unwrap()) as u16;
    let buffer = buffer(&app, &look());
    assert_eq!(buffer[(x, y)].fg, Color::Yellow);
    assert!(buffer[(x, y)].modifier.contains(Modifier::ITALIC));
    assert_eq!(buffer[(5, y)].fg, Color::Reset);
}

#[test]
fn whole_records_come_and_go_in_words() {
    let mut app = app(80, 24);
    let entries = vec![
        entry(&app, 9, Change::DeleteUser { user: "u-chen".into() }, ChangeState::Sent, ""),
        entry(&app, 8, Change::DeleteTeam { team: "t-nlp".into() }, ChangeState::Sent, ""),
    ];
    report(&mut app, WorkerReport::Journal(entries));
    assert!(row_of(&screen(&app, &look()), "chen-wei").contains("deleting ↻"));
    press(&mut app, Action::GoTeams);
    assert!(row_of(&screen(&app, &look()), "nlp").contains("nlp ↻"));
}

#[test]
fn a_list_read_in_part_says_so_and_how_to_go_on() {
    let mut app = app(80, 24);
    report(
        &mut app,
        WorkerReport::RefreshEnded { at: now(), proofs: vec![], failed: vec![(RecordKind::User, forbidden())] },
    );
    let text = screen(&app, &look());
    assert!(text.contains("! The users could not be read: The server refuses this key (403). Ask for a"), "{text}");
    press(&mut app, Action::Back);
    let text = screen(&app, &look());
    assert!(text.contains("! Not all users could be read: The server refuses this key (403). Ask for"), "{text}");
    assert!(text.contains("a key of an organisation admin. R goes on."), "{text}");
    assert!(text.contains("◐ in part 14:02"), "{text}");
}

#[test]
fn an_error_stays_above_the_keys_that_act() {
    let mut app = app(60, 12);
    let above = |app: &App, rows: usize| {
        let text = screen(app, &look());
        let lines: Vec<&str> = text.lines().skip(11 - rows).collect();
        assert!(lines.last().unwrap().ends_with("Esc clear the message"), "{text}");
        lines[..rows].join("\n")
    };
    app.fail("Seat limit reached.");
    assert_eq!(above(&app, 1), " ! Seat limit reached.");
    // A longer one takes the rows that it needs.
    app.fail("Seat limit reached. Free a seat, or ask for more seats now, please");
    assert_eq!(above(&app, 2), " ! Seat limit reached. Free a seat, or ask for more seats\n   now, please");
    app.fail("nine words and no more ".repeat(20));
    assert_eq!(above(&app, 4).lines().count(), 4);
    assert!(above(&app, 5).lines().next().unwrap().ends_with(['│', '┃', '╯']), "no more rows than four");
    assert!(above(&app, 1).ends_with("…"), "{}", above(&app, 4));
    app.fail("x".repeat(400));
    assert!(above(&app, 4).starts_with(" ! xxx") && above(&app, 1).ends_with("…"), "{}", above(&app, 4));
    press(&mut app, Action::Back);
    assert!(screen(&app, &look()).lines().last().unwrap().ends_with("? help"));
}

/// Of a box that is opened while something went wrong the keys are told as of any other.
#[test]
fn a_message_hides_no_key_of_a_box() {
    let mut app = app(120, 40);
    press(&mut app, Action::Teams);
    let keys = |app: &App| screen(app, &look()).lines().last().unwrap().replace("clear the message", "back");
    let before = keys(&app);
    assert!(before.contains("Enter plan") && before.ends_with("Esc back"), "{before}");
    app.fail("Seat limit reached.");
    assert_eq!(keys(&app), before);
    let text = screen(&app, &look());
    assert_eq!(text.lines().nth_back(1), Some(" ! Seat limit reached."), "{text}");
}

/// Faint, and in no colour of its own: that is seen on every palette, and without any colour.
#[test]
fn what_is_beneath_a_box_is_faint_and_nothing_stands_beside_it() {
    use ratatui::style::{Color, Modifier};
    for look in [
        look(),
        ScreenLook::new(ColorTheme::Light, GlyphSet::UNICODE),
        ScreenLook::new(ColorTheme::Mono, GlyphSet::ASCII),
    ] {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            let mut app = app(width, height);
            press(&mut app, Action::Copy);
            let screen = buffer(&app, &look);
            let border = |x: u16, y: u16| ["╭", "│", "╰", "+", "|"].contains(&screen[(x, y)].symbol());
            let framed =
                |y: u16| (0..width).find(|x| border(*x, y) && !screen[(*x, y)].modifier.contains(Modifier::DIM));
            let rows: Vec<u16> = (2..height - 1).filter(|y| framed(*y).is_some()).collect();
            assert!(rows.len() > 3, "{look:?}");
            let left = framed(rows[0]).unwrap();
            assert_eq!(screen[(left, rows[0])].style().fg, look.frame().fg.or(Some(Color::Reset)));
            for y in 2..height - 1 {
                for x in 0..width {
                    let cell = &screen[(x, y)];
                    if rows.contains(&y) {
                        let inside = (left..width - left + 1).contains(&x);
                        assert!(inside || cell.symbol() == " ", "{x},{y}: {cell:?} beside the box");
                    } else {
                        let faint = cell.modifier == Modifier::DIM && cell.fg == Color::Reset;
                        assert!(faint || cell.symbol() == " ", "{x},{y}: {cell:?} beneath the box");
                    }
                }
            }
        }
    }
}

#[test]
fn no_row_is_wider_than_the_screen_and_every_border_stands() {
    for (width_of, height) in [(40, 10), (47, 12), (63, 15), (80, 24), (99, 20), (100, 20), (133, 30), (250, 60)] {
        for tab in [Action::GoUsers, Action::GoTeams, Action::GoRoles, Action::GoActivity] {
            let mut app = busy(width_of, height);
            press(&mut app, tab);
            press(&mut app, Action::Bottom);
            let text = screen(&app, &look());
            for (at, line) in text.lines().enumerate() {
                assert!(width(line) <= usize::from(width_of), "{at}: {line}");
                let inside = at > 2 && at < usize::from(height) - 2;
                assert!(!inside || line.ends_with(['│', '┃']), "{tab:?} {width_of} {at}: {line}");
            }
            let bytes = ['\u{1b}', '\u{202e}', '\u{7}', '\t'];
            assert!(!text.contains(bytes));
        }
    }
}

#[test]
fn a_long_list_shows_where_it_is() {
    let thumbs = |app: &App| -> Vec<usize> {
        screen(app, &look()).lines().enumerate().filter(|(_, line)| line.ends_with('┃')).map(|(at, _)| at).collect()
    };
    let mut app = app(80, 12);
    assert_eq!(thumbs(&app), [4, 5, 6]);
    press(&mut app, Action::Bottom);
    assert_eq!(thumbs(&app), [7, 8, 9]);
    assert!(row_of(&screen(&app, &look()), "▌").contains("田中エヴァ"));
}

#[test]
fn the_smallest_screen_says_what_it_needs() {
    let mut app = app(39, 9);
    assert!(screen(&app, &look()).starts_with("scimitar needs 40 columns and 10 rows;"));
    app.update(crate::app::AppMessage::Terminal(crossterm::event::Event::Resize(1, 1)), now());
    assert_eq!(screen(&app, &look()), "s\n");
}

#[test]
fn reading_with_marks_filter_and_sort() {
    let mut app = busy(100, 16);
    for action in [Action::Sort, Action::Sort, Action::SortReverse] {
        press(&mut app, action);
    }
    type_text(&mut app, "/last>1d");
    app.update(crate::app::AppMessage::Terminal(enter()), now());
    for action in [Action::Mark, Action::Down, Action::Mark, Action::Down] {
        press(&mut app, action);
    }
    report(&mut app, WorkerReport::RefreshBegan);
    report(&mut app, WorkerReport::Progress { kind: RecordKind::User, seen: 12_000, said: Some(100_000) });
    insta::assert_snapshot!(screen(&app, &look()));
}

fn enter() -> crossterm::event::Event {
    key(crossterm::event::KeyCode::Enter)
}

fn key(code: crossterm::event::KeyCode) -> crossterm::event::Event {
    crossterm::event::Event::Key(crossterm::event::KeyEvent::new(code, crossterm::event::KeyModifiers::NONE))
}

#[test]
fn boxes_that_borrow_actions_hint_their_own_words() {
    let bottom = |app: &App| screen(app, &look()).lines().last().unwrap_or_default().to_owned();
    let mut app = busy(80, 24);
    press(&mut app, Action::Quit);
    assert_eq!(bottom(&app), " y quit   Esc stay   ? help");
    press(&mut app, Action::Back);
    press(&mut app, Action::Copy);
    assert_eq!(bottom(&app), " Enter copy   Esc back   ? help");
    press(&mut app, Action::Back);
    press(&mut app, Action::Palette);
    assert_eq!(bottom(&app), " Enter do it   Tab complete   Esc back");
}

#[test]
fn the_reason_of_the_selected_failure_is_read_in_full() {
    let mut app = app(80, 12);
    let why = "The server refuses this key (403) “only admins of the organisation may do this”.";
    for n in 1..20 {
        let mut refused = entry(&app, n, team_role("u-ivan", "t-vision", "admin"), ChangeState::Refused, why);
        refused.failure = Some(forbidden());
        report(&mut app, WorkerReport::Journal(vec![refused]));
    }
    press(&mut app, Action::Back);
    press(&mut app, Action::GoActivity);
    press(&mut app, Action::Bottom);
    let text = screen(&app, &look());
    assert!(text.contains("refused: The server refuses this key (403) “only admins of the"), "{text}");
    assert!(text.contains("organisation may do this”. Ask for a key of an organisation admin."), "{text}");
    assert!(row_of(&text, "▌").contains("The server"), "{text}");
}

#[test]
fn a_list_says_whether_it_is_whole() {
    assert!(screen(&app(80, 24), &look()).contains("╭ Users ── 12 people, 13 of 13 accounts ─"));
    let mut short = app(80, 24);
    let words = "13 of 500: the server repeated itself when asked for more";
    let proof = RefreshProof {
        kind: RecordKind::User,
        seen: 13,
        words: words.into(),
        coverage: ListCoverage::Partial(ListShortfall {
            seen: 13,
            said: Some(500),
            why: "the server repeated itself when asked for more".into(),
        }),
    };
    report(&mut short, WorkerReport::RefreshEnded { at: now(), proofs: vec![proof], failed: vec![] });
    let text = screen(&short, &look());
    assert!(text.contains("◐ in part 14:02") && !text.contains("synced"), "{text}");
    assert!(row_of(&text, "╰").contains(words), "{text}");
}

#[test]
fn a_stored_list_says_why_the_key_is_refused_and_nothing_more_when_offline() {
    let mut refused = app(60, 14);
    report(&mut refused, WorkerReport::Link(LinkState::Down(forbidden())));
    report(
        &mut refused,
        WorkerReport::RefreshEnded { at: now(), proofs: vec![], failed: vec![(RecordKind::User, forbidden())] },
    );
    press(&mut refused, Action::Bottom);
    let text = screen(&refused, &look());
    assert!(text.contains("The server refuses this key (403). Ask for a key of"), "{text}");
    assert!(text.contains("organisation admin. R tries again."), "{text}");
    assert!(text.contains("▌"), "the cursor is not hidden: {text}");
    let mut off = app(60, 14);
    report(
        &mut off,
        WorkerReport::RefreshEnded { at: now(), proofs: vec![], failed: vec![(RecordKind::User, offline())] },
    );
    report(&mut off, WorkerReport::Link(LinkState::Down(offline())));
    press(&mut off, Action::Back);
    let text = screen(&off, &look());
    assert!(text.contains("offline") && !text.contains("could be read"), "{text}");
    let mut new = blank(80, 24);
    report(&mut new, WorkerReport::RefreshBegan);
    report(&mut new, WorkerReport::Link(LinkState::Down(offline())));
    let text = screen(&new, &look());
    assert!(text.contains("resolve. Check the network.") && text.contains("R tries again."), "{text}");
    assert!(!text.contains("Reading users"), "{text}");
}

#[test]
fn a_filter_error_is_read_to_its_end_over_the_rows() {
    let mut app = app(60, 16);
    type_text(&mut app, "/a");
    app.update(crate::app::AppMessage::Terminal(crossterm::event::Event::Paste(" colour:red".into())), now());
    let text = screen(&app, &look());
    assert!(text.contains("no field `colour` here") && text.contains("account"), "{text}");
    assert!(text.contains("eva-tanaka"), "{text}");
}

#[test]
fn going_back_asks_before_it_drops_what_was_entered() {
    let said = |app: &App| app.screen.message.as_ref().map(|message| message.text.clone()).unwrap_or_default();
    let mut app = app(80, 24);
    press(&mut app, Action::Create);
    press(&mut app, Action::Back);
    assert!(app.overlays.is_empty(), "nothing was entered");
    press(&mut app, Action::Create);
    type_text(&mut app, "ev");
    press(&mut app, Action::Back);
    assert_eq!((said(&app).as_str(), app.overlays.len()), ("Esc again drops what you entered.", 1));
    type_text(&mut app, "a");
    press(&mut app, Action::Back);
    assert_eq!(app.overlays.len(), 1, "another key in between: it is asked again");
    press(&mut app, Action::Back);
    assert!(app.overlays.is_empty());
    press(&mut app, Action::GoTeams);
    press(&mut app, Action::Bottom);
    press(&mut app, Action::Members);
    type_text(&mut app, " ");
    app.update(crate::app::AppMessage::Terminal(key(crossterm::event::KeyCode::Tab)), now());
    assert_eq!((app.overlays.len(), app.lists.tab), (1, crate::app::Tab::Teams), "no other key drops it either");
    press(&mut app, Action::Back);
    assert_eq!(app.overlays.len(), 1);
    press(&mut app, Action::Back);
    assert!(app.overlays.is_empty());
}

#[test]
fn typing_replaces_a_filter_that_was_kept() {
    use crossterm::event::KeyCode;
    let send = |app: &mut App, code| drop(app.update(crate::app::AppMessage::Terminal(key(code)), now()));
    let filter = |app: &App| app.lists.pane().unwrap().filter.value().to_owned();
    let mut app = app(80, 24);
    type_text(&mut app, "/eva");
    send(&mut app, KeyCode::Enter);
    type_text(&mut app, "/iv");
    assert_eq!(filter(&app), "iv");
    send(&mut app, KeyCode::Enter);
    type_text(&mut app, "/");
    send(&mut app, KeyCode::Left);
    type_text(&mut app, "x");
    assert_eq!(filter(&app), "ixv", "cursor keys keep it");
    send(&mut app, KeyCode::Enter);
    type_text(&mut app, "/");
    send(&mut app, KeyCode::Backspace);
    assert_eq!(filter(&app), "iv");
}

#[test]
fn the_palette_knows_what_lies_beneath_and_names_no_profile_twice() {
    let mut app = app(100, 24);
    let mut demo = app.session.profile.clone().unwrap();
    demo.name = "demo".into();
    demo.confirm_always = true;
    let planner = std::sync::Arc::new(Fake::default());
    let opened =
        crate::app::OpenedProfile { profile: demo, planner, guards: crate::directory::guard::GuardSettings::default() };
    app.update(crate::app::AppMessage::Opened(Box::new(opened)), now());
    fixture::load(&mut app, users(), false);
    press(&mut app, Action::Bottom);
    press(&mut app, Action::ToggleActive);
    press(&mut app, Action::Palette);
    let refused = |app: &App, name: &str| match app.overlays.last() {
        Some(crate::app::Overlay::Palette(palette)) => {
            palette.lines.iter().filter(|line| line.name == name).map(|line| line.refused.clone()).collect()
        }
        _ => Vec::new(),
    };
    assert_eq!(refused(&app, "profile demo"), [None]);
    assert_eq!(refused(&app, "role"), [Some("works without this box: Esc goes back".to_owned())]);
    assert_eq!(refused(&app, "members"), [Some("on Teams only".to_owned())]);
}

#[test]
fn service_accounts_are_a_view_of_their_own() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut app = app(width, height);
        press(&mut app, Action::View);
        insta::assert_snapshot!(format!("service_accounts_{width}"), screen(&app, &look()));
        press(&mut app, Action::View);
        insta::assert_snapshot!(format!("all_accounts_{width}"), screen(&app, &look()));
    }
}

#[test]
fn a_list_about_seats_says_how_many_are_taken() {
    let mut app = app(80, 24);
    assert!(!screen(&app, &look()).contains("full seats"));
    press(&mut app, Action::Filter);
    type_text(&mut app, "seat:full");
    press(&mut app, Action::Open);
    assert!(screen(&app, &look()).contains("6 full seats, known for 9 of 12 ╯"), "{}", screen(&app, &look()));
    app.screen.size = crate::app::TerminalSize { width: 70, height: 24 };
    assert!(screen(&app, &look()).contains("─ 6 full seats, 9/12 known ╯"), "{}", screen(&app, &look()));
    app.screen.size = crate::app::TerminalSize { width: 50, height: 24 };
    assert!(
        screen(&app, &look()).contains("─ 6 full seats, known for 9 of 12 · −3 col ╯"),
        "{}",
        screen(&app, &look())
    );
}

/// Only what is near the cursor is measured: a text as long as this would take hours otherwise.
#[test]
fn a_long_filter_is_shown_around_its_cursor() {
    let mut app = app(80, 24);
    press(&mut app, Action::Filter);
    let long = format!("{}the end", "abc@example.com\n".repeat(100_000));
    app.update(crate::app::AppMessage::Terminal(crossterm::event::Event::Paste(long)), now());
    let shown = screen(&app, &look());
    assert!(shown.lines().any(|line| line.contains("filter: ") && line.contains("com the end")), "{shown}");
}

#[test]
fn a_list_keeps_its_count_after_a_creation() {
    let mut app = app(80, 24);
    let title = |app: &App| screen(app, &look()).lines().nth(2).unwrap_or_default().to_owned();
    assert!(title(&app).contains("Users ── 12 people, 13 of 13 accounts"), "{}", title(&app));
    let mut new = users().remove(0);
    (new.id, new.user_name) = ("u-new".into(), "zed".into());
    report(&mut app, WorkerReport::Learnt(vec![Observation::Record(Record::User(new))]));
    let count = app.lists.panes[0].in_view(&app.directory);
    assert!(title(&app).contains(&format!("Users ── {count} ")), "{}", title(&app));
}

/// The columns that a list shows, by their longest headings.
fn columns(app: &App) -> Vec<&'static str> {
    let text = screen(app, &look());
    let heads = text.lines().nth(3).unwrap_or_default().trim_start_matches('│').split('│').next().unwrap_or_default();
    let long = |head: &str| match head {
        "Seen" | "Last active" => "Last active",
        "Role" | "Org role" => "Org role",
        "Name" => "Name",
        "User" => "User",
        "Seat" => "Seat",
        "Teams" => "Teams",
        "Status" => "Status",
        other => panic!("{other}: {text}"),
    };
    heads.split("  ").map(str::trim).filter(|head| !head.is_empty()).map(long).collect()
}

/// With the details beside the list and without them, whatever the rows are sorted by.
#[test]
fn wider_never_shows_less() {
    let sorts = [None, Some(UserField::LastActive), Some(UserField::ModelsSeat), Some(UserField::Teams)];
    for (beside, sort) in [true, false].into_iter().flat_map(|beside| sorts.map(|sort| (beside, sort))) {
        let mut app = app(40, 24);
        app.lists.has_side_pane = beside;
        if let Some(by) = sort {
            let App { lists, directory, .. } = &mut app;
            lists.panes[0].sort_by(&[SortOrder::at_first(by.into())], directory);
        }
        let mut before = Vec::new();
        for width in 40..=220 {
            app.screen.size = crate::app::TerminalSize { width, height: 24 };
            let shown = columns(&app);
            assert!(before.iter().all(|column| shown.contains(column)), "{width} {sort:?}: {before:?} {shown:?}");
            assert!(shown.contains(&"Name") && shown.contains(&"User"), "{width} {sort:?}: {shown:?}");
            let sorted = sort.map(|by| by.spec().headings.last().copied().unwrap_or_default());
            assert!(sorted.is_none_or(|sorted| shown.contains(&sorted)), "{width} {sort:?}: {shown:?}");
            before = shown;
        }
        assert_eq!(before.len(), 7);
    }
}

/// Most names stand in full wherever there is room for them, beside the details, too, from 100 columns
/// on.
#[test]
fn names_keep_their_room_beside_the_details() {
    let mut app = app(100, 24);
    for width in 100..=220 {
        app.screen.size = crate::app::TerminalSize { width, height: 24 };
        let heads = screen(&app, &look()).lines().nth(3).unwrap_or_default().to_owned();
        let [name, user, role] =
            ["Name", "User", "Org role"].map(|head| heads.find(head).unwrap_or_else(|| panic!("{width}: {heads}")));
        assert!(user - name >= 18 && role - user >= 18, "{width}: {heads}");
    }
}
