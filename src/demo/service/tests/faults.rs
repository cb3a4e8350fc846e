//! Tests of faults on request, the log, and shutdown.

use std::time::{Duration, Instant};

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::super::{DemoOptions, FailRule, FaultKind, FaultSpec};
use super::{Bench, patch_body, person};

#[tokio::test]
async fn a_share_of_requests_fails_with_advice() {
    let bench =
        Bench::new(DemoOptions { fail: vec![FailRule { status: 429, rate: 1.0 }], ..DemoOptions::default() }).await;
    let got = bench.get("Roles").await;
    got.refused(429, None);
    assert_eq!((got.header("retry-after"), got.header("ratelimit-reset")), ("1", "1"));
    bench.server.set_fail(Vec::new());
    assert_eq!(bench.get("Roles").await.status, 200);
}

#[tokio::test]
async fn the_next_writes_fail_without_effect_and_all_is_logged() {
    let bench = Bench::wandb().await;
    bench.server.fail_next(503, 1);
    assert_eq!(bench.get("Users?count=1").await.status, 200);
    assert_eq!(bench.post("Users", &person("ann")).await.header("retry-after"), "1");
    assert_eq!(bench.post("Users", &person("ann")).await.status, 201);
    let log = bench.server.requests();
    let log: Vec<_> = log.iter().map(|entry| (entry.method.as_str(), entry.path.as_str(), entry.status)).collect();
    assert_eq!(log, [("GET", "/scim/Users?count=1", 200), ("POST", "/scim/Users", 503), ("POST", "/scim/Users", 201)]);
}

#[rstest]
#[case(true, "viewer")]
#[case(false, "full")]
#[tokio::test]
async fn a_cut_write_has_no_answer(#[case] applied: bool, #[case] seat: &str) {
    let bench = Bench::wandb().await;
    let eva = bench.user("eva-tanaka").await;
    bench.server.cut_next_write(applied);
    let body = patch_body(json!([{"op": "replace", "path": "modelsSeat", "value": "viewer"}]));
    let error = bench.try_send(Method::PATCH, &eva, &[], Some(&body)).await.err().expect("no answer");
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    assert_eq!(bench.get(&eva).await.ok()["modelsSeat"], seat);
    let patches = bench.server.requests().into_iter().filter(|entry| entry.method == "PATCH").map(|entry| entry.status);
    assert_eq!(patches.collect::<Vec<_>>(), [0]);
}

#[tokio::test]
async fn answers_wait_for_the_latency() {
    let bench = Bench::new(DemoOptions { latency: Duration::from_millis(60), ..DemoOptions::default() }).await;
    let begun = Instant::now();
    bench.get("Roles").await.ok();
    assert!(begun.elapsed() >= Duration::from_millis(60));
    bench.server.set_latency(Duration::ZERO);
    bench.get("Roles").await.ok();
}

#[tokio::test]
async fn a_stopped_server_is_gone_and_its_address_free() {
    let bench = Bench::wandb().await;
    let address = bench.server.addr();
    bench.get("Roles").await.ok();
    let url = bench.url("Roles");
    bench.server.stop().await;
    assert!(bench.client.get(&url).send().await.unwrap_err().is_connect());
    let again = Bench::new(DemoOptions { listen: address, ..DemoOptions::default() }).await;
    again.get("Roles").await.ok();
}

#[tokio::test]
async fn dropping_the_server_closes_open_connections_too() {
    let bench = Bench::wandb().await;
    let url = bench.url("Roles");
    bench.get("Roles").await.ok();
    let Bench { server, client } = bench;
    drop(server);
    // The kept connection may still carry one answer; afterwards the address is certainly gone.
    let _ = client.get(&url).send().await;
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}

/// A server that applies the fault to every suitable request.
async fn always(kind: FaultKind) -> Bench {
    let bench = Bench::wandb().await;
    always_on(&bench, kind);
    bench
}

fn always_on(bench: &Bench, kind: FaultKind) {
    let wait = Duration::from_millis(40);
    bench.server.set_faults(Some(FaultSpec { seed: 5, rate: 1.0, wait, kinds: vec![kind] }));
}

fn viewer() -> serde_json::Value {
    patch_body(json!([{"op": "replace", "path": "modelsSeat", "value": "viewer"}]))
}

/// The seat after a write that tried to change it, read without faults.
async fn seat_after(kind: FaultKind) -> String {
    let bench = Bench::wandb().await;
    let eva = bench.user("eva-tanaka").await;
    let version = bench.get(&eva).await.header("etag").to_owned();
    always_on(&bench, kind);
    drop(bench.try_send(Method::PATCH, &eva, &[("if-match", &version)], Some(&viewer())).await);
    assert_eq!(bench.server.faults_met().into_iter().collect::<Vec<_>>(), [(kind, 1)]);
    bench.server.set_faults(None);
    bench.get(&eva).await.ok()["modelsSeat"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_fault_of_a_write_takes_effect_or_does_not_as_it_says() {
    use FaultKind as Kind;
    let before = [
        Kind::CutBefore,
        Kind::BusySeconds,
        Kind::BusyDate,
        Kind::BusyBare,
        Kind::DownBefore,
        Kind::Stale,
        Kind::Redirect,
        Kind::Html,
    ];
    // `Huge` is left out because its answer never ends; the other two concern only lists.
    let others = [Kind::Huge, Kind::Endless, Kind::Repeated];
    for kind in FaultKind::ALL.iter().copied().filter(|kind| !others.contains(kind)) {
        let expected = if before.contains(&kind) { "full" } else { "viewer" };
        assert_eq!(seat_after(kind).await, expected, "{kind}");
    }
}

#[tokio::test]
async fn refusals_say_when_to_come_back_in_every_form() {
    let got = always(FaultKind::BusySeconds).await.get("Roles").await;
    assert_eq!((got.status, got.header("retry-after")), (429, "1"));
    let got = always(FaultKind::BusyDate).await.get("Roles").await;
    let read = |name: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(got.header(name)).unwrap();
    assert_eq!(read("retry-after").duration_since(read("date")).as_secs(), 1);
    let got = always(FaultKind::BusyBare).await.get("Roles").await;
    assert_eq!((got.status, got.header("retry-after"), got.header("ratelimit-reset")), (429, "", ""));
}

#[tokio::test]
async fn bodies_are_spoilt_as_asked() {
    let got = always(FaultKind::Truncated).await.get("Roles").await;
    assert!(got.status == 200 && serde_json::from_str::<serde_json::Value>(&got.text).is_err());
    assert!(always(FaultKind::Torn).await.try_send(Method::GET, "Roles", &[], None).await.is_err());
    let got = always(FaultKind::Wrong).await.get("Roles").await;
    assert!(got.json()["Resources"].as_array().is_none(), "{}", got.text);
    let got = always(FaultKind::Html).await.get("Roles").await;
    assert!(
        got.status == 200 && got.text.starts_with("<!doctype html>") && got.header("content-type").contains("html")
    );
    let got = always(FaultKind::Type).await.get("Roles").await;
    assert_ne!(got.header("content-type"), "application/scim+json");
    got.ok();
    always(FaultKind::Slow).await.get("Roles").await.ok();
    always(FaultKind::Latency).await.get("Roles").await.ok();
    let got = always(FaultKind::Skew).await.get("Roles").await;
    assert!(!got.header("date").is_empty());
    got.ok();
}

#[tokio::test]
async fn lists_repeat_themselves_or_never_end() {
    let bench = Bench::wandb().await;
    let first = bench.get("Users?startIndex=1&count=2").await.ok();
    always_on(&bench, FaultKind::Repeated);
    assert_eq!(bench.get("Users?startIndex=3&count=2").await.ok()["Resources"], first["Resources"]);
    always_on(&bench, FaultKind::Endless);
    let far = bench.get("Users?startIndex=900000&count=2").await.ok();
    assert_eq!(far["Resources"].as_array().unwrap().len(), 2);
    assert!(far["totalResults"].as_u64().unwrap() > 900_001);
}

#[tokio::test]
async fn a_huge_answer_goes_on_for_a_gibibyte_or_until_nobody_listens() {
    let bench = always(FaultKind::Huge).await;
    let mut answer = bench.client.get(bench.url("Users")).bearer_auth(super::KEY).send().await.unwrap();
    assert_eq!(answer.content_length(), None);
    let mut read = 0;
    while read < 20 << 20 {
        read += answer.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_redirect_leads_to_another_origin() {
    let bench = always(FaultKind::Redirect).await;
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let got = client.get(bench.url("Users")).bearer_auth(super::KEY).send().await.unwrap();
    assert!(got.status().is_redirection());
    assert_eq!(got.headers()["location"], "http://elsewhere.invalid/scim/Users");
}
