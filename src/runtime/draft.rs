//! A profile as the form of profiles has it, and back.

use super::OpenError;
use crate::{
    app::form::ProfileDraft,
    config::{AuthForm, KeySource, NewProfile, Profile},
    provider::{Hosting, Provider},
};

/// The profile in the words of the form.
pub(super) fn draft_of_profile(profile: &Profile) -> ProfileDraft {
    let base = profile.base_text();
    let (url, number) = match &profile.provider.descriptor().number {
        Some(number) => (number.split)(base),
        None if profile.provider == Provider::Wandb => (base.trim_end_matches("/scim"), ""),
        None => (base, ""),
    };
    ProfileDraft {
        name: profile.name.clone(),
        provider: profile.provider.as_str().to_owned(),
        hosting: profile.hosting.as_str().to_owned(),
        number: number.to_owned(),
        url: url.to_owned(),
        key: match (&profile.auth, &profile.key) {
            (AuthForm::None, _) => "none".to_owned(),
            (_, KeySource::Env(name)) => format!("env {name}"),
            (_, KeySource::File(path)) => format!("file {}", path.display()),
            (_, KeySource::Command(words)) => format!("command {}", words.join(" ")),
            (_, KeySource::Keyring(name)) => format!("keyring {name}"),
            (_, KeySource::Netrc | KeySource::FirstOf(_) | KeySource::Wandb | KeySource::Value(_)) => {
                "netrc".to_owned()
            }
        },
        me: profile.me.clone().unwrap_or_default(),
        was: None,
    }
}

/// The fields of the config file that the form means.
///
/// # Errors
/// A field that can't be used, with the reason.
pub(super) fn new_profile(draft: &ProfileDraft) -> Result<NewProfile, OpenError> {
    let field = |name: &str, why: String| OpenError::Field(name.into(), why);
    let provider: Provider = draft.provider.parse().unwrap_or_default();
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let hosting = match draft.hosting.as_str() {
        "" => Hosting::NotTold,
        _ if !provider.descriptor().is_hosted => Hosting::NotTold,
        named => named.parse().map_err(|_| field("hosting", Hosting::NAMED.map(Hosting::as_str).join(", ")))?,
    };
    let words: Vec<String> = draft.key.split_whitespace().map(str::to_owned).collect();
    let mut auth = AuthForm::Bearer;
    let key = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["none"] => {
            auth = AuthForm::None;
            KeySource::FirstOf(Vec::new())
        }
        [] | ["netrc"] => KeySource::Netrc,
        ["env", name] => KeySource::Env((*name).to_owned()),
        ["file", path @ ..] if !path.is_empty() => KeySource::File(path.join(" ").into()),
        ["keyring", name] => KeySource::Keyring((*name).to_owned()),
        ["command", ..] if words.len() > 1 => KeySource::Command(words.into_iter().skip(1).collect()),
        _ => return Err(field("key", "write env NAME, file PATH, keyring NAME, command WORDS, netrc or none".into())),
    };
    Ok(NewProfile {
        provider,
        hosting,
        url: filled(&draft.url),
        number: filled(&draft.number),
        auth,
        key,
        me: filled(&draft.me),
        read_only: false,
    })
}
