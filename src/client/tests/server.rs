//! A server that sends raw bytes, for behaviour that no correct HTTP server has.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The server's behaviour after a request's head has come.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Sends these bytes and closes.
    Say(&'static str),
    /// Keeps the connection open in silence.
    Nothing,
    /// Sends these bytes, and then single bytes without end.
    Trickle(&'static str),
}

/// Listens on loopback; each connection takes the next act, and all later ones repeat the last. The channel gives the
/// head of each request.
pub(super) async fn listen(acts: &'static [Act]) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (send, receive) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        for turn in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let length = stream.read(&mut head).await.unwrap_or_default();
            // A test that does not read the heads has dropped the receiver.
            let _ = send.send(String::from_utf8_lossy(&head[..length]).into_owned());
            match acts[turn.min(acts.len() - 1)] {
                Act::Say(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
                Act::Nothing => kept.push(stream),
                Act::Trickle(bytes) => {
                    let mut beat = tokio::time::interval(Duration::from_millis(20));
                    stream.write_all(bytes.as_bytes()).await.unwrap();
                    while stream.write_all(b" ").await.is_ok() {
                        beat.tick().await;
                    }
                }
            }
        }
    });
    (address.to_string(), receive)
}
