//! The client against real sockets: what is sent, what is repeated, what is refused, what is said.

mod graph;
mod lines;
mod server;
mod size;

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::HeaderValue;
use rstest::rstest;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::scim::failure::{Failure, FailureClass, RequestArrival};
use crate::scim::request::{Method, Request};
use crate::scim::wait::{RequestWait, WaitCause};

const CANARY: &str = "canary-5f3a9c";

fn endpoint(base: &str) -> Endpoint {
    Endpoint {
        base: base.parse().unwrap(),
        auth: AuthScheme::Bearer(CANARY.into()),
        graph: None,
        api: None,
        ca_file: None,
        client_cert: None,
        allow_http: false,
        timeout: Duration::from_secs(20),
        user_agent: "scimitar/test".into(),
    }
}

fn read() -> Request {
    Request::new(Method::Get, ["Users"])
}

fn write() -> Request {
    let operation = json!({"op": "replace", "path": "active", "value": false});
    Request::new(Method::Patch, ["Users", "VXNlcjox=="]).body(json!({"Operations": [operation]}))
}

fn deletion() -> Request {
    Request::new(Method::Delete, ["Users", "VXNlcjox=="])
}

fn creation() -> Request {
    Request::new(Method::Post, ["Users"]).body(json!({"userName": "zoe"}))
}

/// Sends without cancelling; the second value holds each notice.
async fn send(endpoint: Endpoint, request: &Request) -> (Result<HttpAnswer, Failure>, Vec<RequestWait>) {
    let notices = Mutex::new(Vec::new());
    let client = Client::new(endpoint).unwrap();
    let result = client.send(request, &CancellationToken::new(), &|notice| notices.lock().unwrap().push(notice)).await;
    if let Err(failure) = &result {
        assert!(!format!("{failure:?} {client:?}").contains(CANARY), "{failure:?}");
    }
    (result, notices.into_inner().unwrap())
}

/// A server that gives these answers in turn, the last one for good.
async fn answering(answers: &[(u16, &[(&str, &str)])]) -> MockServer {
    let server = MockServer::start().await;
    for (index, (status, headers)) in answers.iter().enumerate() {
        let mut answer = ResponseTemplate::new(*status);
        for (name, value) in *headers {
            answer = answer.insert_header(*name, *value);
        }
        let mock = Mock::given(any()).respond_with(answer);
        let last = index + 1 == answers.len();
        if last { mock } else { mock.up_to_n_times(1) }.mount(&server).await;
    }
    server
}

async fn count(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[rstest]
#[case(AuthScheme::Bearer("k".into()), Some("Bearer k"))]
#[case(AuthScheme::Basic { user: "ann".into(), key: "k".into() }, Some("Basic YW5uOms="))]
#[case(AuthScheme::Basic { user: String::new(), key: "k".into() }, Some("Basic Oms="))]
#[case(AuthScheme::None, None)]
#[tokio::test]
async fn the_key_is_sent_in_its_form(#[case] auth: AuthScheme, #[case] expected: Option<&str>) {
    let server = answering(&[(200, &[("etag", "W/\"2\""), ("content-type", "application/scim+json")])]).await;
    let request = write().body(json!({"active": false})).if_match(Some("W/\"1\""));
    let (answer, _) = send(Endpoint { auth, ..endpoint(&format!("{}/scim/", server.uri())) }, &request).await;

    let received = server.received_requests().await.unwrap().remove(0);
    let header = |name: &str| received.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("authorization").as_deref(), expected);
    assert_eq!(received.url.path(), "/scim/Users/VXNlcjox%3D%3D");
    assert_eq!(header("if-match").as_deref(), Some("W/\"1\""));
    assert_eq!(header("accept").as_deref(), Some("application/scim+json, application/json"));
    assert_eq!(header("content-type").as_deref(), Some("application/scim+json"));
    assert_eq!(header("user-agent").as_deref(), Some("scimitar/test"));
    assert_eq!(received.body, br#"{"active":false}"#);
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.attempts, answer.bytes), (200, 1, 0));
    assert_eq!(answer.etag.as_deref(), Some("W/\"2\""));
}

#[rstest]
#[case::write_when_busy(write(), 429, &[("retry-after", "0")], 2)]
#[case::write_when_put_off(write(), 503, &[("retry-after", "0")], 2)]
#[case::deletion_when_busy(deletion(), 429, &[("retry-after", "0")], 2)]
#[case::deletion_when_put_off(deletion(), 503, &[("retry-after", "0")], 1)]
#[case::creation_when_busy(creation(), 429, &[("retry-after", "0")], 2)]
#[case::creation_when_put_off(creation(), 503, &[("retry-after", "0")], 1)]
#[case::write_when_down(write(), 503, &[], 1)]
#[case::write_when_broken(write(), 500, &[("retry-after", "0")], 1)]
#[case::read_when_down(read(), 503, &[("retry-after", "0")], 2)]
#[case::read_when_forbidden(read(), 403, &[("retry-after", "0")], 1)]
#[tokio::test]
async fn only_what_is_safe_goes_out_again(
    #[case] request: Request,
    #[case] first: u16,
    #[case] headers: &[(&str, &str)],
    #[case] tries: usize,
) {
    let server = answering(&[(first, headers), (200, &[])]).await;
    let (result, notices) = send(endpoint(&server.uri()), &request).await;
    assert_eq!(count(&server).await, tries);
    assert_eq!(notices.len(), tries - 1);
    match result {
        Ok(answer) => assert_eq!(answer.attempts as usize, 2),
        Err(failure) => assert_eq!((failure.status, tries), (Some(first), 1)),
    }
}

/// The doctor finds out what was made as everybody else does.
#[tokio::test]
async fn a_probe_repeats_no_creation_either() {
    let server = answering(&[(503, &[("retry-after", "0")]), (201, &[])]).await;
    let client = Client::new(endpoint(&server.uri())).unwrap();
    let answer = client.probe(&creation(), &CancellationToken::new(), &|_| ()).await.unwrap();
    assert_eq!((answer.status, count(&server).await), (503, 1));
}

#[tokio::test]
async fn tries_end_and_the_last_answer_is_told() {
    let server = answering(&[(429, &[("retry-after", "0")])]).await;
    let (result, notices) = send(endpoint(&server.uri()), &write()).await;
    let failure = result.unwrap_err();
    assert_eq!((failure.class, failure.arrived), (FailureClass::RateLimited, RequestArrival::Yes));
    assert_eq!((count(&server).await, notices.len()), (4, 3));
    let RequestWait { cause, length, status, .. } = &notices[0];
    assert_eq!((length, status), (&Duration::ZERO, &Some(429)));
    assert_eq!(*cause, WaitCause::Asked { by: "Retry-After", attempt: 2 });
}

/// A server that asks for more time than a request waits is asked nothing more, by nobody, until then.
#[rstest]
#[case(read(), 429)]
#[case(write(), 429)]
#[case(write(), 503)]
#[tokio::test]
async fn a_distant_retry_after_is_an_error_that_says_until_when(#[case] request: Request, #[case] status: u16) {
    let server = answering(&[(status, &[("retry-after", "300")]), (200, &[])]).await;
    let client = Client::new(endpoint(&server.uri())).unwrap();
    let (cancel, heard) = (CancellationToken::new(), Mutex::new(Vec::new()));
    let notice = |notice| heard.lock().unwrap().push(notice);
    let failure = client.send(&request, &cancel, &notice).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.arrived, failure.status),
        (FailureClass::RateLimited, RequestArrival::No, Some(status))
    );
    assert!(failure.text.contains("wants to be left alone until") && failure.text.contains("Retry-After: 300 s"));
    let next = client.send(&read(), &cancel, &notice).await.unwrap_err();
    assert_eq!((next.class, next.arrived, next.status), (FailureClass::RateLimited, RequestArrival::No, None));
    assert!(next.text.contains("wants to be left alone until"), "{next}");
    assert_eq!((count(&server).await, heard.into_inner().unwrap().len()), (1, 0));
}

#[tokio::test]
async fn who_waits_for_an_earlier_answer_says_so_too() {
    let server = answering(&[(429, &[("retry-after", "1")]), (200, &[])]).await;
    let client = Client::new(endpoint(&server.uri())).unwrap();
    let (cancel, heard) = (CancellationToken::new(), Mutex::new(Vec::new()));
    let notice = |notice| heard.lock().unwrap().push(notice);
    let request = read();
    let first = client.send(&request, &cancel, &notice);
    let second = async {
        // Until the first one has its answer.
        while heard.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        client.send(&request, &cancel, &notice).await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok() && second.is_ok());
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard[0].cause, WaitCause::Asked { by: "Retry-After", attempt: 2 });
    assert!(heard.iter().any(|wait| wait.cause == WaitCause::Held), "{heard:?}");
}

#[tokio::test]
async fn a_redirect_elsewhere_gets_neither_request_nor_key() {
    let elsewhere = answering(&[(200, &[])]).await;
    let there = format!("{}/take?token=secret", elsewhere.uri());
    for (request, status) in [(read(), 302), (read(), 308), (write(), 307)] {
        let server = answering(&[(status, &[("location", &there)])]).await;
        let failure = send(endpoint(&server.uri()), &request).await.0.unwrap_err();
        assert_eq!(failure.class, FailureClass::Protocol);
        assert!(failure.text.contains(&format!("{}/take (", elsewhere.uri())), "{failure}");
        assert!(!failure.text.contains("secret"), "{failure}");
    }
    assert_eq!(count(&elsewhere).await, 0);
}

#[tokio::test]
async fn reads_follow_within_the_origin_writes_never() {
    let server = MockServer::start().await;
    let moved = ResponseTemplate::new(301).insert_header("location", "/new");
    Mock::given(path("/Users")).respond_with(moved.clone()).mount(&server).await;
    Mock::given(path("/Users/VXNlcjox%3D%3D")).respond_with(moved).mount(&server).await;
    Mock::given(method("GET")).and(path("/new")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    assert_eq!(send(endpoint(&server.uri()), &read()).await.0.unwrap().status, 204);
    let failure = send(endpoint(&server.uri()), &write()).await.0.unwrap_err();
    assert!(failure.text.starts_with("The server sends on to "), "{failure}");

    let circle = answering(&[(302, &[("location", "/Users")])]).await;
    let failure = send(endpoint(&circle.uri()), &read()).await.0.unwrap_err();
    assert!(failure.text.ends_with("sends on in circles"), "{failure}");
    assert_eq!(count(&circle).await, 6);
}

#[rstest]
#[case("http://example.com/scim", Some("http://example.com is plain HTTP"))]
#[case("http://127.0.0.1.example.com/", Some("is plain HTTP"))]
#[case("http://10.0.0.1/", Some("is plain HTTP"))]
#[case("https://ann:canary-5f3a9c@example.com/", Some("holds a user or a key"))]
#[case("ftp://example.com/", Some("not an https://"))]
#[case("http://127.9.9.9/", None)]
#[case("http://[::1]:80/", None)]
#[case("http://localhost:8080/scim", None)]
fn a_key_is_not_sent_in_the_open(#[case] base: &str, #[case] refused: Option<&str>) {
    let error = Client::new(endpoint(base)).err();
    assert_eq!(error.is_some(), refused.is_some(), "{error:?}");
    if let (Some(failure), Some(why)) = (error, refused) {
        assert!(failure.text.contains(why), "{failure}");
        assert_eq!((failure.class, failure.arrived), (FailureClass::Local, RequestArrival::No));
        assert!(!format!("{failure:?} {:?}", endpoint(base)).contains(CANARY));
    }
}

#[test]
fn a_wish_for_plain_http_and_bad_certificate_files_are_heard() {
    let open = Endpoint { allow_http: true, ca_file: Some("no/such.pem".into()), ..endpoint("http://example.com") };
    let failure = Client::new(open).unwrap_err();
    assert!(failure.text.starts_with("no/such.pem can't be read"), "{failure}");
    let key = Endpoint { auth: AuthScheme::Bearer("two\nlines".into()), ..endpoint("http://127.0.0.1") };
    assert!(Client::new(key).unwrap_err().text.contains("characters that can't be sent"));
}

#[rstest]
#[case("..")]
#[case(".")]
#[case("")]
#[tokio::test]
async fn ids_that_would_name_something_else_are_not_sent(#[case] id: &str) {
    let server = answering(&[(204, &[])]).await;
    let failure = send(endpoint(&server.uri()), &Request::new(Method::Delete, ["Users", id])).await.0.unwrap_err();
    assert_eq!((failure.class, count(&server).await), (FailureClass::Local, 0));
}

#[test]
fn nothing_prints_the_key() {
    let all = [AuthScheme::Bearer(CANARY.into()), AuthScheme::Basic { user: "ann".into(), key: CANARY.into() }];
    for auth in all {
        let endpoint = Endpoint { auth, ..endpoint("http://127.0.0.1/scim") };
        let header: HeaderValue = endpoint.authorization().unwrap().unwrap();
        let client = Client::new(endpoint.clone()).unwrap();
        let printed = format!("{:?} {endpoint:?} {client:?} {header:?}", endpoint.auth);
        assert!(!printed.contains(CANARY), "{printed}");
        assert!(!printed.contains("Y2FuYXJ5"), "{printed}");
    }
}

/// An error page that repeats the request is what a debugging proxy sends.
#[tokio::test]
async fn a_key_that_is_sent_back_is_masked_before_anybody_reads_it() {
    let server = MockServer::start().await;
    let basic = "OmNhbmFyeS01ZjNhOWM";
    let said = format!("{{\"id\":\"{CANARY}\",\"detail\":\"Basic {basic}= Bearer canary%2D5f3a9c\"}}");
    let answer = |status| ResponseTemplate::new(status).insert_header("etag", CANARY).set_body_string(said.clone());
    Mock::given(method("GET")).respond_with(answer(200)).mount(&server).await;
    Mock::given(method("PATCH")).respond_with(answer(403)).mount(&server).await;
    let auth = AuthScheme::Basic { user: String::new(), key: CANARY.into() };
    let endpoint = Endpoint { auth, ..endpoint(&server.uri()) };
    let answer = send(endpoint.clone(), &read()).await.0.unwrap();
    assert_eq!(answer.etag.as_deref(), Some("***"));
    assert_eq!(String::from_utf8(answer.body).unwrap(), r#"{"id":"***","detail":"Basic ***= Bearer ***"}"#);
    let failure = send(endpoint, &write()).await.0.unwrap_err();
    assert!(failure.text.ends_with("It says: “Basic ***= Bearer ***”"), "{}", failure.text);
}
