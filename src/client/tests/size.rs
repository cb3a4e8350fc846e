//! Endless answers: the accepted size has a limit, compressed or not, and the error names it.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const MIB: usize = 1 << 20;

/// Answers with `head` and then `piece` again and again, until a gibibyte was sent or the client hangs up; counts the
/// bytes sent.
async fn pouring(head: &'static [u8], piece: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let went: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&went);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let mut open = stream.write_all(head).await.is_ok();
            while open && count.load(Ordering::Relaxed) < 1024 * MIB {
                open = stream.write_all(&piece).await.is_ok();
                count.fetch_add(piece.len(), Ordering::Relaxed);
            }
        }
    });
    (format!("http://{address}"), went)
}

fn one() -> Request {
    Request::new(Method::Get, ["Users", "1"])
}

#[rstest]
#[case::blanks(" ")]
#[case::a_string("x")]
#[tokio::test]
async fn an_answer_without_end_is_cut_off(#[case] filler: &str) {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n{\"id\":\"";
    let (url, went) = pouring(head, filler.repeat(MIB).into_bytes()).await;
    let (result, notices) = send(endpoint(&url), &one()).await;
    let failure = result.unwrap_err();
    assert_eq!((failure.class, failure.text.as_str()), (FailureClass::Protocol, "The answer is larger than 64 MiB"));
    assert!(notices.is_empty(), "it is not asked for again");
    // Bytes in the socket buffers of both sides are counted, too.
    let went = went.load(Ordering::Relaxed);
    assert!((64 * MIB..80 * MIB).contains(&went), "{went} bytes");
}

#[tokio::test]
async fn what_unpacks_without_end_is_cut_off() {
    // A flushed piece ends on a byte boundary, so that it can follow itself.
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&vec![b' '; MIB]).unwrap();
    packed.flush().unwrap();
    let piece = packed.get_ref().clone();
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff";
    let (url, _) = pouring(head, piece).await;
    let failure = send(endpoint(&url), &one()).await.0.unwrap_err();
    assert_eq!(failure.text, "The answer is larger than 64 MiB");
}

#[tokio::test]
async fn a_refusal_without_end_is_cut_off_too() {
    let (url, went) = pouring(b"HTTP/1.1 400 Bad Request\r\n\r\n", vec![b'x'; MIB]).await;
    let failure = send(endpoint(&url), &write()).await.0.unwrap_err();
    assert_eq!(failure.status, Some(400));
    assert!(failure.text.len() < 1_000 && went.load(Ordering::Relaxed) < 80 * MIB);
}
