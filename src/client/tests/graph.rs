//! GraphQL beside SCIM: its own authorisation and headers, refusals with status 200, and what goes out again.

use super::*;
use crate::scim::graph;

fn with_graph(server: &MockServer) -> Endpoint {
    let url = format!("{}/graphql", server.uri()).parse().unwrap();
    Endpoint { graph: Some(GraphqlEndpoint { url, user: "api" }), ..endpoint(&format!("{}/scim", server.uri())) }
}

fn asks() -> Request {
    let request = graph::request("GetViewer", "query GetViewer { viewer { id } }", json!({}));
    let headers = [("User-Agent", "W&B Public Client test"), ("Use-Admin-Privileges", "true")];
    Request { headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), ..request }
}

fn acts() -> Request {
    graph::request("DeleteApiKey", "mutation DeleteApiKey($id: String!) { x }", json!({"id": "1"}))
}

async fn saying(answers: &[(u16, &str)]) -> MockServer {
    let server = MockServer::start().await;
    for (index, (status, body)) in answers.iter().enumerate() {
        let answer =
            ResponseTemplate::new(*status).set_body_raw(*body, "application/json").insert_header("retry-after", "0");
        let mock = Mock::given(any()).respond_with(answer);
        let last = index + 1 == answers.len();
        if last { mock } else { mock.up_to_n_times(1) }.mount(&server).await;
    }
    server
}

#[tokio::test]
async fn it_is_asked_beside_the_scim_root_as_its_own_client() {
    let server = saying(&[(200, r#"{"data":{"viewer":null}}"#)]).await;
    send(with_graph(&server), &asks()).await.0.unwrap();
    let received = server.received_requests().await.unwrap().remove(0);
    let header = |name: &str| received.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!((received.method.as_str(), received.url.path()), ("POST", "/graphql"));
    // base64 of `api:canary-5f3a9c`.
    assert_eq!(header("authorization").as_deref(), Some("Basic YXBpOmNhbmFyeS01ZjNhOWM="));
    assert_eq!(header("user-agent").as_deref(), Some("W&B Public Client test"));
    assert_eq!(header("use-admin-privileges").as_deref(), Some("true"));
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    let body: serde_json::Value = serde_json::from_slice(&received.body).unwrap();
    assert_eq!(body["operationName"], "GetViewer");
}

#[tokio::test]
async fn a_refusal_with_status_200_is_a_failure_that_arrived() {
    let server = saying(&[(200, r#"{"data":null,"errors":[{"message":"relogin required"}]}"#)]).await;
    let failure = send(with_graph(&server), &acts()).await.0.unwrap_err();
    assert_eq!(
        (failure.class, failure.arrived, failure.status),
        (FailureClass::Forbidden, RequestArrival::Yes, Some(200))
    );
    assert!(failure.text.ends_with("“relogin required”"), "{failure}");
    assert_eq!(count(&server).await, 1);
}

#[rstest]
#[case::asks(asks(), 502, 2)]
#[case::acts_on_a_broken_server(acts(), 502, 1)]
#[case::acts_on_a_server_that_is_down(acts(), 500, 1)]
#[tokio::test]
async fn what_acts_never_goes_out_again(#[case] request: Request, #[case] status: u16, #[case] tries: usize) {
    let server = saying(&[(status, ""), (200, r#"{"data":{}}"#)]).await;
    let (result, _) = send(with_graph(&server), &request).await;
    assert_eq!((count(&server).await, result.is_ok()), (tries, tries == 2));
}

#[tokio::test]
async fn the_key_goes_to_no_other_origin() {
    let (scim, other) = (saying(&[(200, "{}")]).await, saying(&[(200, "{}")]).await);
    let url = format!("{}/graphql", other.uri()).parse().unwrap();
    let apart = Endpoint { graph: Some(GraphqlEndpoint { url, user: "api" }), ..endpoint(&scim.uri()) };
    let failure = Client::new(apart).unwrap_err();
    assert_eq!(failure.text, "The key would go elsewhere than to the SCIM server");

    let there = format!("{}/graphql", other.uri());
    let moved = MockServer::start().await;
    let answer = ResponseTemplate::new(307).insert_header("location", there.as_str());
    Mock::given(any()).respond_with(answer).mount(&moved).await;
    for request in [asks(), acts()] {
        let failure = send(with_graph(&moved), &request).await.0.unwrap_err();
        assert_eq!(failure.class, FailureClass::Protocol);
    }
    assert_eq!(count(&other).await, 0);
}
