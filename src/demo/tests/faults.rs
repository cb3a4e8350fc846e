//! Faults on request, the log, stopping.

use std::time::{Duration, Instant};

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::super::{FailRule, Options};
use super::{Bench, patch_body, person};

#[tokio::test]
async fn a_share_of_requests_fails_with_advice() {
    let bench = Bench::new(Options { fail: vec![FailRule { status: 429, rate: 1.0 }], ..Options::default() }).await;
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
    let bench = Bench::new(Options { latency: Duration::from_millis(60), ..Options::default() }).await;
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
    let again = Bench::new(Options { listen: address, ..Options::default() }).await;
    again.get("Roles").await.ok();
}

#[tokio::test]
async fn dropping_the_server_closes_open_connections_too() {
    let bench = Bench::wandb().await;
    let url = bench.url("Roles");
    bench.get("Roles").await.ok();
    let Bench { server, client } = bench;
    drop(server);
    // The kept connection may still carry one answer; the address is gone at the latest after it.
    let _ = client.get(&url).send().await;
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}
