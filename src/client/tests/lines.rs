//! Faults on the line: cut answers, silence, nobody there, no TLS, and being told to stop.

use super::server::{Act, listen};
use super::*;

const CUT: Act = Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"totalRes");
const WHOLE: Act = Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");

#[tokio::test]
async fn a_cut_answer_to_a_read_is_asked_for_again() {
    let (address, _heads) = listen(&[CUT, WHOLE]).await;
    let (result, notices) = send(endpoint(&format!("http://{address}")), &read()).await;
    assert_eq!(result.unwrap().body, b"{}");
    let WaitCause::Failed { why, .. } = &notices[0].cause else { panic!("{notices:?}") };
    assert_eq!(why, "The answer broke off after 10 bytes");
}

#[tokio::test]
async fn a_cut_answer_to_a_write_leaves_doubt() {
    for (act, text) in [(&[CUT, WHOLE], "after 10 bytes"), (&[Act::Say(""), WHOLE], "broke before an answer came")] {
        let (address, _heads) = listen(act).await;
        let (result, notices) = send(endpoint(&format!("http://{address}")), &write()).await;
        let failure = result.unwrap_err();
        assert_eq!((failure.arrived, notices.len()), (RequestArrival::Unknown, 0), "{failure}");
        assert!(failure.text.contains(text), "{failure}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_and_leaves_a_write_in_doubt() {
    let (address, _heads) = listen(&[Act::Nothing]).await;
    let short = Endpoint { timeout: Duration::from_millis(100), ..endpoint(&format!("http://{address}")) };
    let (result, notices) = send(short, &write()).await;
    let failure = result.unwrap_err();
    assert_eq!(notices.iter().map(|wait| &wait.cause).collect::<Vec<_>>(), [&WaitCause::Slow]);
    assert_eq!((failure.class, failure.arrived), (FailureClass::Timeout, RequestArrival::Unknown));
    assert_eq!(failure.text, "127.0.0.1 did not answer within 0.1 s");
}

/// A byte now and then is no silence, and leads nowhere.
#[tokio::test]
async fn an_answer_that_trickles_is_said_and_given_up() {
    let (address, _heads) = listen(&[Act::Trickle("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{")]).await;
    let short = Endpoint { timeout: Duration::from_millis(600), ..endpoint(&format!("http://{address}")) };
    let (result, notices) = send(short, &read()).await;
    let failure = result.unwrap_err();
    assert_eq!((failure.class, failure.status), (FailureClass::Timeout, Some(200)));
    assert!(failure.text.starts_with("127.0.0.1 sends its answer too slowly: "), "{failure}");
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0].cause, WaitCause::Slow);
}

#[tokio::test(start_paused = true)]
async fn nobody_listening_is_tried_four_times_even_for_writes() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let start = tokio::time::Instant::now();
    let (result, notices) = send(endpoint(&format!("http://{free}")), &write()).await;
    let failure = result.unwrap_err();
    assert_eq!((failure.class, failure.arrived), (FailureClass::Offline, RequestArrival::No));
    assert_eq!(failure.text, format!("Nothing listens at {free}"));
    assert_eq!(notices.len(), 3);
    let waited = start.elapsed().as_secs_f64();
    assert!((2.6..4.5).contains(&waited), "{waited}");
}

#[tokio::test]
async fn https_to_a_plain_port_is_explained() {
    let (address, _heads) = listen(&[Act::Say("HTTP/1.1 400 Bad Request\r\n\r\n")]).await;
    // Only a client with certificates to trust can be built, so the test brings its own.
    let room = tempfile::tempdir().unwrap();
    let authority = room.path().join("ca.pem");
    std::fs::write(&authority, AUTHORITY).unwrap();
    let secure = Endpoint { ca_file: Some(authority), ..endpoint(&format!("https://{address}")) };
    let failure = send(secure, &write()).await.0.unwrap_err();
    assert_eq!((failure.class, failure.arrived), (FailureClass::Tls, RequestArrival::No));
    assert_eq!(failure.text, format!("{address} does not speak TLS"));
}

#[rstest]
#[case(write(), RequestArrival::Unknown)]
#[case(read(), RequestArrival::No)]
#[tokio::test]
async fn cancelling_ends_a_request_under_way(#[case] request: Request, #[case] arrived: RequestArrival) {
    let (address, mut heads) = listen(&[Act::Nothing]).await;
    let client = Client::new(endpoint(&format!("http://{address}"))).unwrap();
    let cancel = CancellationToken::new();
    let ((), result) = tokio::join!(
        async {
            heads.recv().await.unwrap();
            cancel.cancel();
        },
        client.send(&request, &cancel, &|_| {}),
    );
    let failure = result.unwrap_err();
    assert_eq!((failure.class, failure.arrived), (FailureClass::Cancelled, arrived));
}

#[tokio::test]
async fn cancelling_ends_a_wait_with_nothing_done() {
    let server = answering(&[(429, &[("retry-after", "60")])]).await;
    let client = Client::new(endpoint(&server.uri())).unwrap();
    let cancel = CancellationToken::new();
    let failure = client.send(&write(), &cancel, &|_| cancel.cancel()).await.unwrap_err();
    assert_eq!((failure.class, failure.arrived), (FailureClass::Cancelled, RequestArrival::No));
    // The brake is the client's: another request waits too, and can be called off there.
    let later = CancellationToken::new();
    let other = client.clone();
    let request = write();
    let sending = other.send(&request, &later, &|_| {});
    tokio::pin!(sending);
    tokio::select! {
        biased;
        early = &mut sending => panic!("sent before its time: {early:?}"),
        () = std::future::ready(()) => {}
    }
    later.cancel();
    assert_eq!(sending.await.unwrap_err().arrived, RequestArrival::No);
    assert_eq!(count(&server).await, 1);
}

/// A certificate of nobody in particular; its key was thrown away.
const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBdDCCARugAwIBAgIUNzr0hkMBHdCEVT8MHPdvcDmu8z0wCgYIKoZIzj0EAwIw\n\
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxOTI1MzRaGA8yMTI2MTAyOTE5MjUz\n\
NFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGL3\n\
ykmh/S/WZilI85nS24b0E+0MPciryxTfP0bDwr9TMr+1ueeGIty5tkBD1YdFv/ku\n\
mRwMKXZBY0CMK2uJpY+jUzBRMB0GA1UdDgQWBBSGe/gWDBotr4Cm7l/hkpbyIfeF\n\
aDAfBgNVHSMEGDAWgBSGe/gWDBotr4Cm7l/hkpbyIfeFaDAPBgNVHRMBAf8EBTAD\n\
AQH/MAoGCCqGSM49BAMCA0cAMEQCIDbNJfhCwPYBZzTE02NPQWQhy2bp+Bu2OAZ7\n\
2oZFDCtzAiAJtjWKmrJe10AaMST1h7/d5z4dprY1/ZozGSx8pESqXw==\n\
-----END CERTIFICATE-----\n\
";
