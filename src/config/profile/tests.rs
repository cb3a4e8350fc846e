//! Which profile is meant, and which addresses are refused.

use rstest::rstest;

use super::*;

const TWO: &str = "default_profile = \"acme\"\n[profile.acme]\nprovider = \"wandb\"\n[profile.acme-eu]\n\
    provider = \"scim\"\nurl = \"https://idp.example/scim/v2/\"\n";

fn file(text: &str) -> ConfigFile {
    ConfigFile::parse(text, Path::new("config.toml")).unwrap()
}

#[test]
fn the_requested_then_the_default_profile_is_meant() {
    let config = file(TWO);
    let chosen = |name| resolve(Some(&config), name, &|_| None, None).unwrap().unwrap();
    assert_eq!(chosen(None).base_text(), "https://api.wandb.ai/scim");
    assert_eq!(chosen(Some("acme-eu")).base_text(), "https://idp.example/scim/v2");
    assert_eq!(chosen(Some("acme-eu")).hosting, None);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let error = resolve(Some(&file(TWO)), Some("acmeeu"), &|_| None, None).unwrap_err();
    assert_eq!(error.to_string(), "config.toml: there is no profile \"acmeeu\"; there are: acme-eu, acme");
    assert!(resolve(None, Some("x"), &|_| None, None).unwrap_err().to_string().contains("no config.toml yet"));
}

#[test]
fn several_without_a_default_is_a_question() {
    let config = file(TWO.strip_prefix("default_profile = \"acme\"\n").unwrap());
    let error = resolve(Some(&config), None, &|_| None, None).unwrap_err().to_string();
    assert!(error.contains("several profiles (acme, acme-eu)"), "{error}");
}

#[rstest]
#[case(&[], "", None)]
#[case(&[], "default password x", None)]
#[case(&[], "machine api.wandb.ai password x", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_KEY, "x")], "", Some(("api.wandb.ai", Hosting::MultiTenant)))]
#[case(&[(WANDB_URL, "https://w.corp.example:8443/")], "", Some(("w.corp.example", Hosting::Dedicated)))]
fn wandbs_own_settings_make_a_profile(
    #[case] variables: &[(&str, &str)],
    #[case] netrc: &str,
    #[case] expected: Option<(&str, Hosting)>,
) {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("netrc");
    std::fs::write(&path, netrc).unwrap();
    let env = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let profile = resolve(None, None, &env, Some(&path)).unwrap();
    let got = profile.as_ref().map(|profile| (profile.name.as_str(), profile.hosting.unwrap()));
    assert_eq!(got, expected);
}

#[rstest]
#[case("https://me:canary@w.example", "must not hold a user or a key")]
#[case("https://:canary@w.example", "must not hold a user or a key")]
#[case("ftp://canary", "only https")]
#[case("canary", "not a URL")]
#[case("https://w.example/?key=canary", "no ? and no #")]
fn unusable_addresses_are_refused_without_repeating_them(#[case] url: &str, #[case] why: &str) {
    let env = |name: &str| (name == WANDB_URL).then(|| url.to_owned());
    let error = resolve(None, None, &env, None).unwrap_err();
    assert!(error.to_string().starts_with("$WANDB_BASE_URL: "), "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error}");
}

#[test]
fn the_scim_path_is_not_doubled() {
    for url in ["https://w.example", "https://w.example/scim", "https://w.example/scim/"] {
        assert_eq!(wandb_base(url).unwrap().as_str(), "https://w.example/scim");
    }
}
