//! Every fault of a server, met by a read and by a write: the console says what happened, and ends with what is so.

use rstest::rstest;
use scimitar::{
    app::action::Action,
    demo::{FaultKind, FaultSpec},
    directory::plan::ChangeState,
};

use crate::harness::{Console, options};

/// Lets the next request meet it; without end only a list can be.
fn kinds(write: bool) -> impl Iterator<Item = FaultKind> {
    let fits = move |kind: &FaultKind| match kind {
        FaultKind::Stale => write,
        FaultKind::Endless | FaultKind::Repeated => !write,
        // Of a gibibyte, as long as it is read: one test is enough.
        FaultKind::Huge => false,
        _ => true,
    };
    FaultKind::ALL.iter().copied().filter(fits)
}

#[tokio::test]
async fn a_write_that_meets_a_fault_ends_as_the_server_has_it_and_is_not_sent_twice() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    for (number, kind) in kinds(true).enumerate() {
        let (before, sent) = (server.user("eva-tanaka").await["displayName"].clone(), server.writes().len());
        server.running.meet_next(kind, true);
        console.rename(&format!(" {number}"));
        console.settle().await;
        let entry = console.last();
        let after = server.user("eva-tanaka").await["displayName"].clone();
        match entry.state {
            ChangeState::Confirmed => assert_ne!(after, before, "{kind}: {}", entry.why),
            ChangeState::Refused | ChangeState::Conflict => {
                assert_eq!(after, before, "{kind}: {}", entry.why);
                assert!(!entry.why.is_empty(), "{kind}");
            }
            other => panic!("{kind}: {other:?}: {}", entry.why),
        }
        assert_eq!(console.user("eva-tanaka").display_name.as_str(), after, "{kind}");
        // Only what certainly did nothing goes out again.
        let again =
            [FaultKind::BusySeconds, FaultKind::BusyDate, FaultKind::BusyBare, FaultKind::DownBefore, FaultKind::Stale];
        let times = server.writes().len() - sent;
        assert!(times == 1 || (times == 2 && again.contains(&kind)), "{kind}: sent {times} times");
        console.esc();
    }
    assert_eq!(server.running.faults_met().len(), kinds(true).count());
}

#[tokio::test]
async fn a_read_that_meets_a_fault_is_right_or_says_why_not() {
    let (mut console, server) = Console::on_demo(options()).await;
    for kind in kinds(false) {
        server.running.meet_next(kind, false);
        console.press(Action::Refresh);
        console.settle().await;
        let sync = &console.app().session.sync;
        let said = sync.failed.iter().all(|(_, failure)| !failure.text.is_empty())
            && (!sync.failed.is_empty() || sync.proofs.iter().any(|proof| !proof.coverage.is_complete()));
        let right = console.app().directory.records().users().values().count() == 60;
        assert!(right || said, "{kind}: {sync:?}");
        console.press(Action::Refresh);
        console.settle().await;
        assert!(console.app().session.sync.proofs.iter().all(|proof| proof.coverage.is_complete()), "{kind}");
        assert_eq!(console.app().directory.records().users().values().count(), 60, "{kind}");
    }
    assert_eq!(server.running.faults_met().len(), kinds(false).count());
}

/// Two faults, one after another: the answer is lost, and so is the one that would tell what became of it.
#[rstest]
#[case(FaultKind::CutAfter)]
#[case(FaultKind::CutBefore)]
#[tokio::test]
async fn a_share_of_faults_leaves_nothing_open(#[case] first: FaultKind) {
    let (mut console, server) = Console::on_demo(options()).await;
    let spec = "seed=11,rate=0.3,wait=5ms,kinds=cut,412,truncated,torn,wrong,redirect,html,type,skew";
    server.running.set_faults(Some(spec.parse::<FaultSpec>().unwrap()));
    server.running.meet_next(first, true);
    console.find("eva-tanaka");
    for number in 0..6 {
        console.rename(&format!(" {number}"));
        console.settle().await;
        console.esc();
    }
    server.running.set_faults(None);
    console.press(Action::Refresh);
    console.settle().await;
    assert!(console.states().iter().all(|state| !state.is_open()), "{:?}", console.states());
    let name = server.user("eva-tanaka").await["displayName"].clone();
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), name);
}

#[tokio::test]
async fn an_answer_without_end_is_given_up_with_words() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    server.running.meet_next(FaultKind::Huge, true);
    console.rename(" I");
    console.settle().await;
    let exchange = console.last().exchanges[0].clone();
    assert!(exchange.answer.contains("larger than 64 MiB"), "{exchange:?}");
    assert_eq!(console.states(), [ChangeState::Confirmed]);
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
}
