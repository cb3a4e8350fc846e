//! The real program on servers with certificates of every kind, and through a proxy. No name is resolved and nothing leaves
//! this machine.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod forge;
mod world;

use std::{fs, os::unix::fs::PermissionsExt};

use rstest::rstest;

use world::{Authority, CANARY, Leaf, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_of_the_profile_is_trusted() {
    let world = World::new().await;
    let port = world.serve(&world.authority.leaf(Leaf::of("localhost")), None).await;
    let said = world.doctor(&format!("https://localhost:{port}"), "ca_file = \"ca.pem\"\n", &[]).await;
    assert!(said.contains("All well"), "{said}");
}

#[rstest]
#[case::expired(Leaf { until: 2020, ..Leaf::of("localhost") }, "The certificate of localhost has expired")]
#[case::too_new(Leaf { from: 2100, until: 2110, ..Leaf::of("localhost") }, "The certificate of localhost is not valid yet")]
#[case::other_host(Leaf::of("elsewhere.example"), "The certificate is not for localhost")]
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_good_is_refused_with_words(#[case] leaf: Leaf, #[case] words: &str) {
    let world = World::new().await;
    let port = world.serve(&world.authority.leaf(leaf), None).await;
    let said = world.doctor(&format!("https://localhost:{port}"), "ca_file = \"ca.pem\"\n", &[]).await;
    assert!(said.contains(words), "{said}");
    assert_eq!(world.reached(), 0, "nothing was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_certificates_are_refused_with_words() {
    let world = World::new().await;
    // An authority that nobody here trusts, one that has the trusted one's name, and nobody at all.
    let localhost = Leaf::of("localhost");
    for shown in [
        Authority::named("a stranger").leaf(localhost),
        Authority::new().leaf(localhost),
        Authority::of_itself("localhost"),
    ] {
        let port = world.serve(&shown, None).await;
        let said = world.doctor(&format!("https://localhost:{port}"), "ca_file = \"ca.pem\"\n", &[]).await;
        assert!(said.contains("The certificate of localhost is from an unknown authority"), "{said}");
    }
    let own = Authority::new();
    fs::write(world.home().join("own.pem"), own.pem()).unwrap();
    let port = world.serve(&own.shown_itself(), None).await;
    let said = world.doctor(&format!("https://localhost:{port}"), "ca_file = \"own.pem\"\n", &[]).await;
    assert!(said.contains("an authority's own, which a server must not show"), "{said}");
    assert_eq!(world.reached(), 0, "nothing was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_certificate_is_shown_the_profiles() {
    let world = World::new().await;
    let port = world.serve(&world.authority.leaf(Leaf::of("localhost")), Some(&world.authority)).await;
    let url = format!("https://localhost:{port}");
    let said = world.doctor(&url, "ca_file = \"ca.pem\"\n", &[]).await;
    assert!(said.contains("localhost wants a certificate of its clients"), "{said}");
    assert_eq!(world.reached(), 0, "nothing was asked");

    let own = world.authority.leaf(Leaf::of("console"));
    let (both, key) = (world.home().join("both.pem"), world.home().join("me.key"));
    fs::write(world.home().join("me.pem"), &own.certificate).unwrap();
    fs::write(&key, &own.key).unwrap();
    fs::write(&both, format!("{}{}", own.certificate, own.key)).unwrap();
    fs::set_permissions(&both, fs::Permissions::from_mode(0o600)).unwrap();
    let apart = "ca_file = \"ca.pem\"\nclient_cert = \"me.pem\"\nclient_key = \"me.key\"\n";
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let said = world.doctor(&url, apart, &[]).await;
    assert!(said.contains("me.key holds a private key and can be read by others"), "{said}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    for lines in [apart, "ca_file = \"ca.pem\"\nclient_cert = \"both.pem\"\n"] {
        let said = world.doctor(&url, lines, &[]).await;
        assert!(said.contains("All well"), "{said}");
    }
    fs::set_permissions(world.home().join("ca.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    let said = world.doctor(&url, "ca_file = \"ca.pem\"\nclient_cert = \"ca.pem\"\n", &[]).await;
    assert!(said.contains("are no key and certificate"), "{said}");
}

/// With TLS 1.3 the refusal comes after the client takes itself for connected, and a reset can overtake it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_refusal_is_lost_is_known_to_want_a_certificate() {
    let world = World::new().await;
    let port = world.serve_with_resets(&world.authority.leaf(Leaf::of("localhost")), &world.authority).await;
    let url = format!("https://localhost:{port}");
    let said = world.doctor(&url, "ca_file = \"ca.pem\"\n", &[]).await;
    assert!(said.contains("localhost wants a certificate of its clients"), "{said}");
    assert_eq!(world.reached(), 0, "nothing was asked");

    let own = world.authority.leaf(Leaf::of("console"));
    let both = world.home().join("both.pem");
    fs::write(&both, format!("{}{}", own.certificate, own.key)).unwrap();
    fs::set_permissions(&both, fs::Permissions::from_mode(0o600)).unwrap();
    let said = world.doctor(&url, "ca_file = \"ca.pem\"\nclient_cert = \"both.pem\"\n", &[]).await;
    assert!(said.contains("All well"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_gone_through_and_sees_neither_key_nor_question() {
    let world = World::new().await;
    let port = world.serve(&world.authority.leaf(Leaf::of("directory.example")), None).await;
    let (proxy, seen) = world.proxy(port).await;
    let lines = "ca_file = \"ca.pem\"\n";
    let address = format!("http://127.0.0.1:{proxy}");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let said = world.doctor("https://directory.example", lines, &[(name, &address)]).await;
        assert!(said.contains("All well"), "{name}: {said}");
    }
    let heads = seen.lock().unwrap().clone();
    assert!(
        !heads.is_empty() && heads.iter().all(|head| head.starts_with("CONNECT directory.example:443 ")),
        "{heads:?}"
    );
    assert!(
        !heads.concat().contains(CANARY) && !heads.concat().to_lowercase().contains("\nauthorization"),
        "{heads:?}"
    );

    let before = seen.lock().unwrap().len();
    let besides = [("HTTPS_PROXY", address.as_str()), ("NO_PROXY", "directory.example")];
    let said = world.doctor("https://directory.example", lines, &besides).await;
    assert!(said.contains("The name directory.example does not resolve"), "{said}");
    // What is on this machine is asked without a proxy, which would carry the key off it.
    let port = world.serve(&world.authority.leaf(Leaf::of("localhost")), None).await;
    let said = world.doctor(&format!("https://localhost:{port}"), lines, &[("HTTPS_PROXY", &address)]).await;
    assert!(said.contains("All well"), "{said}");
    assert_eq!(seen.lock().unwrap().len(), before);
}

/// A proxy that is down, or refuses, is no fault of the server.
#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_is_named_where_it_is_what_fails() {
    let world = World::new().await;
    let (refusing, asked) = world.refusing_proxy("407 Proxy Authentication Required").await;
    let (forbidding, _) = world.refusing_proxy("403 Forbidden").await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (name, port, words) in [
        ("HTTPS_PROXY", free, format!("Nothing listens at 127.0.0.1:{free}, the proxy to directory.example:443")),
        ("ALL_PROXY", free, format!("Nothing listens at 127.0.0.1:{free}, the proxy to directory.example:443")),
        ("HTTPS_PROXY", refusing, format!("The proxy 127.0.0.1:{refusing} wants a user and a password")),
        (
            "https_proxy",
            forbidding,
            format!("The proxy 127.0.0.1:{forbidding} gives no connection to directory.example"),
        ),
    ] {
        let address = format!("http://me:canary-of-the-proxy@127.0.0.1:{port}");
        let said = world.doctor("https://directory.example", "", &[(name, &address)]).await;
        assert!(said.contains(&words), "{name}: {said}");
        assert!(!said.contains("canary-of"), "{said}");
    }
    // Asking again brings the same, so each of the three lists is asked for once, and the advice comes at once.
    let before = asked.lock().unwrap().len();
    let address = format!("http://127.0.0.1:{refusing}");
    let config = "[profile.a]\nprovider = \"scim\"\nurl = \"https://directory.example\"\nkey = { env = \"THE_KEY\" }\n";
    let said = world.run(config, &["users"], &[("HTTPS_PROXY", &address), ("THE_KEY", "canary-key")]).await;
    assert!(said.contains("Put them into the proxy's address"), "{said}");
    let asked = asked.lock().unwrap().len() - before;
    assert!((1..=3).contains(&asked), "{asked}: {said}");
    let address = format!("http://127.0.0.1:{free}");
    let plain = world.doctor("http://directory.example", "allow_http = true\n", &[("HTTP_PROXY", &address)]).await;
    assert!(
        plain.contains(&format!("Nothing listens at 127.0.0.1:{free}, the proxy to directory.example:80")),
        "{plain}"
    );
    let address = format!("http://me:canary-of-the-proxy@127.0.0.1:{refusing}");
    let plain = world.doctor("http://directory.example", "allow_http = true\n", &[("HTTP_PROXY", &address)]).await;
    assert!(plain.contains(&format!("The proxy 127.0.0.1:{refusing} wants a user and a password")), "{plain}");
    assert!(!plain.contains("canary-of"), "{plain}");
    assert_eq!(world.reached(), 0, "nothing was asked");
}
