//! On the demo server: what a person reads, that nothing is altered, that everything is removed.

use rstest::rstest;
use tokio_util::sync::CancellationToken;

use super::{
    super::{ReportPart, finding::RequestEvidence},
    *,
};
use crate::demo::{DemoOptions, Hosting, Provider};

async fn connection(options: DemoOptions) -> (TempDir, ProfileConnection) {
    let home = tempfile::tempdir().unwrap();
    let connection = opener(&home, options).connect(None).await.unwrap();
    (home, connection)
}

fn hosted(hosting: Hosting) -> DemoOptions {
    DemoOptions { hosting, users: 30, ..DemoOptions::default() }
}

fn plain() -> DemoOptions {
    DemoOptions { provider: Provider::Scim, users: 250, ..DemoOptions::default() }
}

/// Ports and times differ from run to run.
fn still(mut report: DoctorReport) -> DoctorReport {
    report.url = "http://127.0.0.1:PORT/scim".into();
    report
        .findings
        .iter_mut()
        .flat_map(|finding| &mut finding.evidence)
        .for_each(|RequestEvidence { millis, .. }| *millis = 0);
    report
}

#[rstest]
#[case("multi-tenant", hosted(Hosting::MultiTenant))]
#[case("dedicated", hosted(Hosting::Dedicated))]
#[case("self-managed", hosted(Hosting::SelfManaged))]
#[case("scim", plain())]
#[case("grafana", DemoOptions { provider: Provider::Grafana, ..plain() })]
#[case("datasaur", DemoOptions { provider: Provider::Datasaur, ..plain() })]
#[tokio::test]
async fn what_a_person_reads(#[case] name: &str, #[case] options: DemoOptions) {
    let (_home, mut connection) = connection(options).await;
    let reading = look_at(&mut connection, false).await;
    let writing = look_at(&mut connection, true).await;
    assert_eq!((reading.outcome, writing.outcome), (Outcome::Well, Outcome::Well));
    let both = format!("{}\n--write:\n\n{}", text(&still(reading), PLAIN), text(&still(writing), PLAIN));
    assert!(both.lines().all(|line| line.chars().count() <= PLAIN.width), "{both}");
    insta::assert_snapshot!(name, both);
}

#[rstest]
#[case(hosted(Hosting::Dedicated))]
#[case(plain())]
#[case(DemoOptions { provider: Provider::Grafana, ..plain() })]
#[tokio::test]
async fn a_look_alters_nothing(#[case] options: DemoOptions) {
    let (_home, mut connection) = connection(options).await;
    look_at(&mut connection, false).await;
    let requests = connection.demo.as_ref().unwrap().requests();
    assert!(requests.len() > 15, "{requests:?}");
    let asks = |path: &str| {
        ["GetViewer", "GetOrganizations", "ServerInfo"].iter().any(|name| path == format!("/graphql {name}"))
    };
    for request in requests {
        assert!(request.method == "GET" || asks(&request.path), "{request:?}");
    }
}

#[test]
fn a_terminal_without_utf_8_and_colours_gets_neither() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(async {
        let (_home, mut connection) = connection(hosted(Hosting::MultiTenant)).await;
        look_at(&mut connection, true).await
    });
    let ascii = text(&report, PrintStyle { colours: false, unicode: false, width: 60 });
    assert!(ascii.is_ascii() && !ascii.contains('\x1b'), "{ascii}");
    assert!(text(&report, PrintStyle { colours: true, ..PLAIN }).contains("\x1b[32m✓\x1b[0m"));
}

/// Names of users and groups that the doctor made.
async fn left(connection: &ProfileConnection) -> Vec<String> {
    let (url, key) = connection.demo.as_ref().map(|demo| (demo.url().to_owned(), demo.key().to_owned())).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut names = Vec::new();
    for list in ["Users", "Groups"] {
        let mut start = 1;
        loop {
            let page = format!("{url}/{list}?startIndex={start}&count=200");
            let body = client.get(page).bearer_auth(&key).send().await.unwrap().bytes().await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let records = body["Resources"].as_array().cloned().unwrap_or_default();
            if records.is_empty() {
                break;
            }
            start += records.len();
            let text = records.iter().map(ToString::to_string);
            names.extend(text.filter(|record| record.contains("scimitar-doctor")));
        }
    }
    names
}

#[rstest]
#[case::all_well(0)]
#[case::first_write_fails(1)]
#[case::many_writes_fail(6)]
#[tokio::test]
async fn whatever_was_made_is_removed(#[case] failures: usize) {
    for options in [plain(), hosted(Hosting::Dedicated), hosted(Hosting::MultiTenant)] {
        let (_home, mut connection) = connection(options).await;
        if failures > 0 {
            connection.demo.as_ref().unwrap().fail_next(500, failures);
        }
        let report = look_at(&mut connection, true).await;
        assert_eq!((report.left_behind, left(&connection).await), (vec![], vec![]));
    }
}

#[rstest]
#[case::made(true)]
#[case::not_made(false)]
#[tokio::test]
async fn what_was_made_while_the_answer_was_lost_is_looked_for(#[case] applied: bool) {
    let (_home, mut connection) = connection(plain()).await;
    connection.demo.as_ref().unwrap().cut_next_write(applied);
    let report = look_at(&mut connection, true).await;
    assert_eq!((&report.left_behind, left(&connection).await), (&vec![], vec![]));
    let writes = connection.demo.as_ref().unwrap().requests();
    let deleted = writes.iter().filter(|request| request.method == "DELETE" && request.status == 204).count();
    assert_eq!((deleted == 1, found(&report, ReportPart::Writing, "asking").0), (applied, FindingVerdict::Unknown));
}

#[tokio::test]
async fn ctrl_c_in_the_middle_leaves_nothing_behind() {
    let (_home, mut connection) = connection(plain()).await;
    let (cancel, stop) = (CancellationToken::new(), CancellationToken::new());
    let (url, key) = connection.demo.as_ref().map(|demo| (demo.url().to_owned(), demo.key().to_owned())).unwrap();
    // As soon as the first user is there.
    let watch = tokio::spawn({
        let (cancel, stop) = (cancel.clone(), stop.clone());
        async move {
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
            let query = format!("{url}/Users?filter=userName%20eq%20%22scimitar-doctor-{TAG}-a%22");
            while !stop.is_cancelled() {
                let body = client.get(&query).bearer_auth(&key).send().await.unwrap().text().await.unwrap();
                if body.contains("Scimitar") {
                    cancel.cancel();
                    return true;
                }
            }
            false
        }
    });
    connection.demo.as_ref().unwrap().set_latency(std::time::Duration::from_millis(5));
    let report = examine(&mut connection, true, TAG.into(), cancel).await;
    stop.cancel();
    assert!(watch.await.unwrap(), "it was never seen half-way");
    connection.demo.as_ref().unwrap().set_latency(std::time::Duration::ZERO);
    assert_eq!((report.outcome, report.left_behind, left(&connection).await), (Outcome::Failed, vec![], vec![]));
}
