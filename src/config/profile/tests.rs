//! Which profile is meant, and which addresses are refused.

use std::path::Path;

use rstest::rstest;

use super::*;
use crate::config::wandb::WANDB_BASE_URL;

const TWO: &str = "default_profile = \"acme\"\n[profile.acme]\nprovider = \"wandb\"\n[profile.acme-eu]\n\
    provider = \"scim\"\nurl = \"https://idp.example/scim/v2/\"\n";

fn file(text: &str) -> ConfigFile {
    ConfigFile::parse(text, Path::new("config.toml")).unwrap()
}

fn login<'a>(env: &'a dyn Fn(&str) -> Option<String>, netrc: Option<&Path>) -> WandbLogin<'a> {
    WandbLogin { env, netrc: netrc.map(Path::to_path_buf), settings: None }
}

#[test]
fn the_requested_then_the_default_profile_is_meant() {
    let config = file(TWO);
    let chosen = |name| resolve(Some(&config), name, &login(&|_| None, None)).unwrap().unwrap();
    assert_eq!(chosen(None).base_text(), "https://api.forge.coreweave.com/scim");
    assert_eq!(chosen(Some("acme-eu")).base_text(), "https://idp.example/scim/v2");
    assert_eq!(chosen(Some("acme-eu")).hosting, Hosting::NotTold);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let error = resolve(Some(&file(TWO)), Some("acmeeu"), &login(&|_| None, None)).unwrap_err();
    assert_eq!(error.to_string(), "config.toml: there is no profile \"acmeeu\"; there are: acme-eu, acme");
    assert!(resolve(None, Some("x"), &login(&|_| None, None)).unwrap_err().to_string().contains("no config.toml yet"));
}

#[test]
fn several_without_a_default_is_a_question() {
    let config = file(TWO.strip_prefix("default_profile = \"acme\"\n").unwrap());
    let error = resolve(Some(&config), None, &login(&|_| None, None)).unwrap_err().to_string();
    assert!(error.contains("several profiles (acme, acme-eu)"), "{error}");
}

#[rstest]
#[case(&[], "", None)]
#[case(&[], "default password x", None)]
#[case(&[], "machine api.wandb.ai password x", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_KEY, "x")], "", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[], "machine api.forge.coreweave.com password x", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_BASE_URL, "https://api.forge.coreweave.com")], "", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_BASE_URL, "https://forge.coreweave.com/api/wandb")], "", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_BASE_URL, "https://w.corp.example:8443/")], "", Some(("w.corp.example", Hosting::NotTold)))]
fn wandbs_own_settings_make_a_profile(
    #[case] variables: &[(&str, &str)],
    #[case] netrc: &str,
    #[case] expected: Option<(&str, Hosting)>,
) {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("netrc");
    std::fs::write(&path, netrc).unwrap();
    let env = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let profile = resolve(None, None, &login(&env, Some(&path))).unwrap();
    let got = profile.as_ref().map(|profile| (profile.name.as_str(), profile.hosting));
    assert_eq!(got, expected);
}

#[rstest]
#[case("https://me:canary@w.example", "must not hold a user or a key")]
#[case("https://:canary@w.example", "must not hold a user or a key")]
#[case("ftp://canary", "only https")]
#[case("canary", "not a URL")]
#[case("https://w.example/?key=canary", "no ? and no #")]
fn unusable_addresses_are_refused_without_repeating_them(#[case] url: &str, #[case] why: &str) {
    let env = |name: &str| (name == WANDB_BASE_URL).then(|| url.to_owned());
    let error = resolve(None, None, &login(&env, None)).unwrap_err();
    assert!(error.to_string().starts_with("$WANDB_BASE_URL: "), "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error}");
}

#[test]
fn the_profile_of_the_surroundings_answers_to_every_host_of_its_service() {
    let env = |name: &str| (name == WANDB_KEY).then(|| "x".to_owned());
    for name in ["api.wandb.ai", "api.forge.coreweave.com"] {
        assert!(resolve(None, Some(name), &login(&env, None)).unwrap().is_some(), "{name}");
    }
    assert!(resolve(None, Some("acme.wandb.io"), &login(&env, None)).is_err());
}

#[test]
fn the_server_of_a_login_with_a_host_is_taken_from_the_settings_file() {
    let room = tempfile::tempdir().unwrap();
    let settings = room.path().join("settings");
    std::fs::write(&settings, "[default]\nbase_url = https://w.corp.example\n").unwrap();
    let login = WandbLogin { env: &|_| None, netrc: None, settings: Some(settings.clone()) };
    let profile = resolve(None, None, &login).unwrap().unwrap();
    assert_eq!(profile.base_text(), "https://w.corp.example/scim");

    std::fs::write(&settings, "[default]\nbase_url = https://wandb.ai\n").unwrap();
    let error = resolve(None, None, &login).unwrap_err().to_string();
    assert!(error.contains("settings") && error.contains("wandb.ai is a web site"), "{error}");
}
