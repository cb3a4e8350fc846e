//! A server that answers every request with bytes of the test's choice: what no honest SCIM server would send.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// An answer as it goes over the wire.
pub struct Wire {
    pub status: &'static str,
    pub content_type: &'static str,
    pub body: String,
    /// Bytes that `Content-Length` promises beyond the body.
    pub missing: usize,
}

impl Wire {
    pub fn json(body: impl ToString) -> Self {
        Self { status: "200 OK", content_type: "application/scim+json", body: body.to_string(), missing: 0 }
    }
}

/// Starts it on a free port; `answer` is given the path. Gives back the URL. It ends with the test's runtime.
pub async fn serve(answer: impl Fn(&str) -> Wire + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let wire = answer(head.split(' ').nth(1).unwrap_or("/"));
                let reply = format!(
                    "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                    wire.status,
                    wire.content_type,
                    wire.body.len() + wire.missing,
                    wire.body,
                );
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    format!("http://{address}/scim")
}
