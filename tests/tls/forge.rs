//! W&B's Multi-tenant Cloud under each of its addresses, behind a proxy that leads to the demo directory.

use std::{fs, os::unix::fs::PermissionsExt};

use rstest::rstest;
use scimitar::provider::Hosting;

use crate::world::{CANARY, Leaf, World};

const FORGE: &str = "api.forge.coreweave.com";
const OLDER: &str = "api.wandb.ai";

#[rstest]
#[case("https://api.forge.coreweave.com", FORGE, OLDER)]
#[case("https://forge.coreweave.com/api/wandb", FORGE, OLDER)]
#[case("https://api.wandb.ai", OLDER, FORGE)]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_multi_tenant_cloud_is_that_service(
    #[case] url: &str,
    #[case] host: &'static str,
    #[case] keeper: &str,
) {
    let world = World::hosted(Hosting::MultiTenant).await;
    let netrc = world.home().join(".netrc");
    fs::write(&netrc, format!("machine {keeper}\n  login user\n  password {CANARY}\n")).unwrap();
    fs::set_permissions(&netrc, fs::Permissions::from_mode(0o600)).unwrap();
    let port = world.serve(&world.authority.leaf(Leaf::of(host)), None).await;
    let (proxy, seen) = world.proxy(port).await;
    let address = format!("http://127.0.0.1:{proxy}");
    let env = [("HTTPS_PROXY", address.as_str())];
    let config = format!("[profile.a]\nprovider = \"wandb\"\nurl = \"{url}\"\nca_file = \"ca.pem\"\n");

    let users = world.run(&config, &["users"], &env).await;
    assert!(users.contains("demo-admin"), "{users}");
    let connect = format!("CONNECT {host}:443 ");
    assert!(seen.lock().unwrap().iter().all(|head| head.starts_with(&connect)), "{:?}", seen.lock().unwrap());
    let plan = world.run(&config, &["deactivate", "demo-admin", "--dry-run"], &env).await;
    assert!(plan.contains("removes the user") || plan.contains("from the organisation"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_changes_its_address_keeps_its_journal() {
    let world = World::hosted(Hosting::MultiTenant).await;
    let stores = || {
        let names = fs::read_dir(world.home().join("state")).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".db")).count()
    };
    for host in [FORGE, OLDER] {
        let port = world.serve(&world.authority.leaf(Leaf::of(host)), None).await;
        let (proxy, _) = world.proxy(port).await;
        let address = format!("http://127.0.0.1:{proxy}");
        let config = format!(
            "[profile.a]\nprovider = \"wandb\"\nurl = \"https://{host}\"\nca_file = \"ca.pem\"\n\
             key = {{ env = \"THE_KEY\" }}\n"
        );
        let said = world.run(&config, &["users"], &[("HTTPS_PROXY", &address), ("THE_KEY", CANARY)]).await;
        assert!(said.contains("demo-admin"), "{said}");
        assert_eq!(stores(), 1, "{host}");
    }
}
